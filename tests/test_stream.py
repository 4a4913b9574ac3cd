"""The stream: provenance lines, order, lanes and epochs, what is renumbered, refused and verified."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormony import sql, stream
from ormony.errors import OrmonyError
from ormony.files import sha256
from ormony.history import AlembicStamp, History, Part, Revision, Service
from ormony.sql import Name
from ormony.stream import Incoming, Merged, Provenance, StreamFile

WEB = Service(name="web", orm="drizzle", path="services/web", database="main", lane=(100, 199))
API = Service(name="api", orm="alembic", path="services/api", database="main", lane=(200, 299))
RUST = Service(name="rust", orm="sqlx", path="services/rust", database="main", lane=(300, 399))
ALL = (WEB, API, RUST)
NOW = datetime(2026, 11, 22, 1, 30, 0, tzinfo=UTC)


def rev(
    id: str,
    text: str,
    *,
    after: Sequence[str] = (),
    depends_on: Sequence[str] = (),
    parts: Sequence[Part] = (),
    transaction: bool = True,
    label: str = "",
) -> Incoming:
    revision = Revision(
        id=id,
        path=f"native/{id}.sql",
        native=sha256(text),
        stamp=AlembicStamp(id),
        parents=tuple(after),
        depends_on=tuple(depends_on),
        label=label,
        sql=text,
        transaction=transaction,
    )
    return Incoming(revision, tuple(parts) or (Part(text, transaction),))


def chain(*texts: str, prefix: str = "r") -> list[Incoming]:
    """A linear history: r1, r2, …"""
    return [
        rev(f"{prefix}{at}", text, after=(f"{prefix}{at - 1}",) if at > 1 else ())
        for at, text in enumerate(texts, 1)
    ]


def merge(
    incoming: Mapping[str, Sequence[Incoming]],
    existing: Sequence[StreamFile] = (),
    frozen: Sequence[str] | None = None,
    *,
    services: Sequence[Service] = ALL,
    order: Mapping[str, Sequence[str]] | None = None,
    timestamps: bool = False,
    applied: Sequence[str] = (),
) -> Merged:
    """Merge with everything that exists frozen, unless said otherwise."""
    paths = frozenset(file.path for file in existing) if frozen is None else frozenset(frozen)
    return stream.merge(
        existing, paths, services, incoming, order, now=NOW, timestamps=timestamps, applied=frozenset(applied)
    )


def shown(merged: Merged) -> list[str]:
    """`00100 web/r1`, with `2/3` for a part and `moved` for a moved statement."""
    return [line(file) for file in merged.files]


def line(file: StreamFile) -> str:
    found = file.provenance
    assert found is not None
    words = [file.version, f"{found.service}/{found.source.partition('/')[2]}"]
    if found.parts > 1:
        words.append(f"{found.part}/{found.parts}")
    if found.moved:
        words.append("moved")
    return " ".join(words)


def hand(name: str, text: str = "SELECT 1;\n") -> StreamFile:
    file = stream.parse(f"supabase/migrations/{name}", text)
    assert file is not None
    return file


def refused(code: str, *arguments: object, **options: object) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        merge(*arguments, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
    return caught.value


# --------------------------------------------------------------------------------------------- provenance


HOSTILE = st.text(min_size=1, max_size=20)


@given(
    service=HOSTILE,
    source=HOSTILE,
    role=st.none() | HOSTILE,
    search_path=st.none() | st.lists(HOSTILE, max_size=3).map(tuple),
    part=st.integers(1, 3),
    moved=st.booleans(),
    body=st.text(st.characters(blacklist_categories=("Cs",))),
    transaction=st.booleans(),
)
def test_a_header_is_one_line_and_is_read_back(
    service: str,
    source: str,
    role: str | None,
    search_path: tuple[str, ...] | None,
    part: int,
    moved: bool,
    body: str,
    transaction: bool,
) -> None:
    provenance = Provenance(
        service=service,
        source=source,
        native="0" * 64,
        body=sha256(body),
        part=part,
        parts=3,
        role=role,
        search_path=search_path,
        moved=moved,
    )
    path = "supabase/migrations/00100_web_x.sql"
    file = stream.compose(path, provenance, body, transaction=transaction)
    assert stream.parse(path, file.text) == file
    assert file.provenance == provenance
    assert file.body == body
    header = file.text[: len(file.text) - len(body)]
    assert header.count("\n") == (1 if transaction else 2)
    assert re.fullmatch(r"[ -~\n]+", header)
    assert file.body_line == (2 if transaction else 3)
    assert stream.body_is_intact(file)


def test_the_lead_example_of_a_header_reads_as_the_design_has_it() -> None:
    file = merge({"web": [rev("0001_orders", "CREATE TABLE orders ();\n")]}).files[0]
    first = file.text.split("\n")[0]
    native = sha256("CREATE TABLE orders ();\n")
    assert first == f"-- ormony: service=web source=drizzle/0001_orders native={native} body={native}"
    assert file.path == "supabase/migrations/00100_web_orders.sql"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("00100_x.sql", "00100"),
        ("1_.sql", "1"),
        ("0003b_x.sql", None),
        ("x.sql", None),
        ("20240101_a.SQL", None),
    ],
)
def test_only_names_that_the_cli_takes_are_in_the_stream(name: str, version: str | None) -> None:
    file = stream.parse(f"supabase/migrations/{name}", "SELECT 1")
    assert (file.version if file else None) == version


@pytest.mark.parametrize(
    "words",
    [
        "service=web",
        "service=web source=x native=y",
        "service=web source=x native=y body=z part=a/b",
        "service=web source=x native=y body=z part=3/2",
        "service=web source=x native=y body=z part=0/2",
    ],
)
def test_a_broken_header_is_an_error_with_its_place(words: str) -> None:
    with pytest.raises(OrmonyError) as caught:
        stream.parse("supabase/migrations/00100_x.sql", f"-- ormony: {words}\nSELECT 1")
    assert (caught.value.code, caught.value.place) == (
        "broken-provenance",
        "supabase/migrations/00100_x.sql:1",
    )


def test_a_comment_of_ours_in_a_hand_written_file_is_no_header() -> None:
    assert hand("00100_x.sql", "-- ormony: allow something=here\nSELECT 1").provenance is None
    assert (
        hand("00100_x.sql", "SELECT 1;\n-- ormony: service=web source=a native=b body=c").provenance is None
    )


def test_a_checkout_with_crlf_is_intact_and_an_edit_is_not() -> None:
    (file,) = merge({"web": [rev("r", "SELECT 1;\nSELECT 2;\n")]}).files
    crlf = stream.parse(file.path, file.text.replace("\n", "\r\n"))
    assert crlf is not None
    assert crlf.provenance == file.provenance
    assert stream.body_is_intact(crlf)
    edited = stream.parse(file.path, file.text.replace("SELECT 2", "SELECT 3"))
    assert edited is not None
    assert not stream.body_is_intact(edited)


# -------------------------------------------------------------------------------------------------- order


def test_a_first_sync_gives_the_familiar_numbers() -> None:
    merged = merge(
        {"web": chain("CREATE TABLE a ()", "CREATE TABLE b ()"), "api": chain("CREATE TABLE c ()")}
    )
    assert shown(merged) == ["00100 web/r1", "00101 web/r2", "00200 api/r1"]


def test_a_second_round_after_a_deploy_sorts_after_everything() -> None:
    first = merge({"web": chain("CREATE TABLE a ()"), "api": chain("CREATE TABLE c ()")})
    second = merge({"web": chain("CREATE TABLE a ()", "CREATE TABLE b ()")}, first.files)
    assert shown(second) == ["01100 web/r2"]
    third = merge({"api": chain("CREATE TABLE c ()", "CREATE TABLE d ()")}, [*first.files, *second.files])
    assert shown(third) == ["01200 api/r2"]


def test_an_unfrozen_second_round_fills_its_lane() -> None:
    first = merge({"web": chain("CREATE TABLE a ()"), "api": chain("CREATE TABLE c ()")})
    second = merge({"web": chain("CREATE TABLE a ()", "CREATE TABLE b ()")}, first.files, frozen=[])
    assert shown(second) == ["00101 web/r2"]


@pytest.mark.parametrize(
    "use",
    [
        "CREATE TABLE a (t int REFERENCES t)",
        "CREATE TABLE a (t t)",
        "CREATE VIEW a AS SELECT * FROM t",
        "ALTER TABLE t ADD COLUMN x int",
        "CREATE INDEX ON t (x)",
        "CREATE POLICY p ON t USING (true)",
        "CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM t'",
        "INSERT INTO t SELECT 1",
        "DO $$ BEGIN EXECUTE 'INSERT INTO t VALUES (1)'; END $$",
        "COMMENT ON TABLE t IS 'x'",
        "GRANT SELECT ON t TO anon",
        "DROP TABLE t",
        "ALTER TABLE t RENAME TO u",
    ],
)
def test_a_use_comes_after_another_services_creation_in_a_higher_lane(use: str) -> None:
    merged = merge({"web": chain(use, "CREATE TABLE b ()"), "api": chain("CREATE TABLE t (x int)")})
    assert shown(merged) == ["00200 api/r1", "01100 web/r1", "01101 web/r2"]


def test_a_body_that_runs_later_only_prefers() -> None:
    body = "BEGIN INSERT INTO t VALUES (1); RETURN NULL; END"
    late = f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    trigger = "CREATE TABLE t (); CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()"
    assert shown(merge({"web": chain(late), "api": chain("CREATE TABLE t ()")})) == [
        "00200 api/r1",
        "01100 web/r1",
    ]
    assert shown(merge({"web": chain(late), "api": chain(trigger)})) == ["00100 web/r1", "00200 api/r1"]


def test_an_extension_is_there_before_what_it_brings() -> None:
    merged = merge({"web": chain("CREATE TABLE t (e vector(3))"), "api": chain("CREATE EXTENSION vector")})
    assert shown(merged) == ["00200 api/r1", "01100 web/r1"]


def test_two_services_may_create_one_extension_and_one_schema() -> None:
    text = "CREATE EXTENSION IF NOT EXISTS vector; CREATE SCHEMA IF NOT EXISTS app;"
    assert shown(merge({"web": chain(text), "api": chain(text)})) == ["00100 web/r1", "00200 api/r1"]


def test_a_use_comes_before_another_services_drop_and_rename() -> None:
    for change in ("DROP TABLE t", "ALTER TABLE t RENAME TO u", "ALTER TABLE t SET SCHEMA old"):
        merged = merge(
            {
                "web": chain("CREATE TABLE t ()", change),
                "api": chain("CREATE TABLE a ()", "CREATE TABLE b AS SELECT * FROM t"),
            }
        )
        assert shown(merged) == ["00100 web/r1", "00200 api/r1", "00201 api/r2", "01100 web/r2"]


def test_a_use_comes_before_another_services_drop_of_a_column() -> None:
    merged = merge(
        {
            "web": chain("CREATE TABLE t (a int)", "ALTER TABLE t DROP COLUMN a"),
            "api": chain("INSERT INTO t (a) VALUES (1)"),
        }
    )
    assert shown(merged) == ["00100 web/r1", "00200 api/r1", "01100 web/r2"]


def test_a_column_that_is_added_later_is_waited_for() -> None:
    merged = merge(
        {
            "web": chain("CREATE INDEX ON t (b)"),
            "api": chain("CREATE TABLE t (a int)", "ALTER TABLE t ADD COLUMN b int"),
        }
    )
    assert shown(merged) == ["00200 api/r1", "00201 api/r2", "01100 web/r1"]


def test_what_is_dropped_to_be_made_anew_orders_nothing() -> None:
    merged = merge(
        {
            "web": chain("CREATE VIEW v AS SELECT 1", "DROP VIEW v; CREATE VIEW v AS SELECT 2"),
            "api": chain("CREATE TABLE b AS SELECT * FROM v"),
        }
    )
    assert shown(merged) == ["00100 web/r1", "00101 web/r2", "00200 api/r1"]


def test_a_new_use_of_what_another_service_has_dropped_for_good_is_an_error() -> None:
    first = merge({"web": chain("CREATE TABLE t ()", "DROP TABLE t")})
    error = refused("use-after-drop", {"api": chain("CREATE VIEW v AS SELECT * FROM t")}, first.files)
    assert error.place == "native/r1.sql:1"
    assert 'relation "public.t"' in error.message
    again = merge({"web": chain("CREATE TABLE t ()", "DROP TABLE t", "CREATE TABLE t ()")}, first.files)
    everything = [*first.files, *again.files]
    assert shown(merge({"api": chain("CREATE VIEW v AS SELECT * FROM t")}, everything)) == ["00200 api/r1"]


def test_a_drop_of_another_thing_of_that_name_orders_nothing() -> None:
    function = "CREATE FUNCTION f(a {}) RETURNS int LANGUAGE sql AS 'SELECT 1'"
    texts = [function.format("int"), function.format("text"), "DROP FUNCTION f(int)"]
    first = merge({"web": chain(*texts)})
    view = {"api": chain("CREATE VIEW v AS SELECT f('x')")}
    assert shown(merge(view, first.files)) == ["00200 api/r1"]
    gone = merge({"web": chain(*texts, "DROP FUNCTION f(text)")}, first.files)
    refused("use-after-drop", view, [*first.files, *gone.files])
    # An unqualified name that is found in another schema of the search path.
    apart = msgspec.structs.replace(API, search_path=("app", "public"))
    first = merge(
        {"web": chain("CREATE TABLE t (); CREATE SCHEMA app; CREATE TABLE app.t ()", "DROP TABLE t")}
    )
    merged = merge({"api": chain("CREATE VIEW v AS SELECT * FROM t")}, first.files, services=[WEB, apart])
    assert shown(merged) == ["00200 api/r1"]


def test_a_new_enum_value_waits_for_its_type_and_what_nobody_creates_orders_nothing() -> None:
    merged = merge(
        {
            "web": chain("ALTER TYPE status ADD VALUE 'late'"),
            "api": chain("CREATE TYPE status AS ENUM ('new')"),
            "rust": chain("CREATE TABLE t (u uuid REFERENCES auth.users, n _sqlx_migrations)"),
        }
    )
    assert shown(merged) == ["00200 api/r1", "00300 rust/r1", "01100 web/r1"]


def test_a_search_path_that_a_dump_empties_ends_with_its_file() -> None:
    dump = "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t (id int);"
    merged = merge(
        {"api": chain(dump, "CREATE TABLE u ()"), "web": chain("CREATE VIEW v AS SELECT * FROM t, u")}
    )
    assert shown(merged) == ["00200 api/r1", "00201 api/r2", "01100 web/r1"]


def test_branches_of_one_history_follow_parents_and_depends_on() -> None:
    history = [
        rev("a", "CREATE TABLE a ()"),
        rev("b", "CREATE TABLE b ()", after=["a"]),
        rev("c", "CREATE TABLE c ()", after=["a"], depends_on=["d"]),
        rev("d", "CREATE TABLE d ()", after=["b"]),
        rev("m", "", after=["c", "d"]),
    ]
    merged = merge({"api": history})
    assert shown(merged) == ["00200 api/a", "00201 api/b", "00202 api/d", "00203 api/c", "00204 api/m"]


def test_a_parent_that_is_nowhere_is_an_error() -> None:
    error = refused("unknown-revision", {"api": [rev("b", "SELECT 1", after=["a"])]})
    assert error.place == "native/b.sql"


def test_parts_take_consecutive_slots_and_rise_an_epoch_together() -> None:
    narrow = msgspec.structs.replace(API, lane=(200, 202))
    parts = [Part("CREATE TABLE x ()"), Part("CREATE INDEX CONCURRENTLY i ON x (a)", False), Part("SELECT 1")]
    merged = merge(
        {"api": [*chain("CREATE TABLE a ()"), rev("r2", "x", after=["r1"], parts=parts)]}, services=[narrow]
    )
    assert shown(merged) == ["00200 api/r1", "01200 api/r2 1/3", "01201 api/r2 2/3", "01202 api/r2 3/3"]
    assert [file.transaction for file in merged.files] == [True, True, False, True]
    assert merged.files[2].text.startswith(f"{stream.DIRECTIVE}\n-- ormony: service=api ")


def test_more_parts_than_a_lane_has_slots_become_timestamps() -> None:
    narrow = msgspec.structs.replace(API, lane=(200, 201))
    merged = merge({"api": [rev("r", "x", parts=[Part("SELECT 1")] * 3)]}, services=[narrow])
    assert [file.version for file in merged.files] == ["20261122013000", "20261122013001", "20261122013002"]


# ------------------------------------------------------------------------------------------------- cycles


TEAMS = "CREATE TABLE teams (id int PRIMARY KEY, owner int REFERENCES users (id))"
USERS = "CREATE TABLE users (id int PRIMARY KEY, team int)"
KEY = "ALTER TABLE users ADD CONSTRAINT users_team FOREIGN KEY (team) REFERENCES teams (id)"


def test_a_cycle_of_foreign_keys_is_broken_by_moving_the_statement() -> None:
    merged = merge(
        {"web": chain(f"{USERS};\n{KEY};\nCREATE TABLE after ()", "SELECT 1"), "api": chain(TEAMS)}
    )
    assert shown(merged) == ["00100 web/r1 1/2", "00101 web/r2", "00200 api/r1", "00400 web/r1 2/2 moved"]
    kept, moved = merged.files[0].body, merged.files[3].body
    assert "moved to the shared lane" in kept
    assert not re.search(r"^ALTER TABLE", kept, re.MULTILINE)
    assert "CREATE TABLE after ()" in kept
    assert "moved here by ormony from web/r1" in moved
    assert moved.endswith(
        "ALTER TABLE users ADD CONSTRAINT users_team FOREIGN KEY (team) REFERENCES teams (id);\n"
    )
    assert [notice.code for notice in merged.notices] == ["foreign-key-moved"]


def test_an_inline_foreign_key_is_lifted_out_only_when_nothing_else_can_move() -> None:
    inline = "CREATE TABLE users (id int PRIMARY KEY, team int REFERENCES teams (id))"
    merged = merge({"web": chain(inline), "api": chain(TEAMS)})
    assert shown(merged) == ["00100 web/r1 1/2", "00200 api/r1", "00400 web/r1 2/2 moved"]
    assert "CREATE TABLE users (id int PRIMARY KEY, team int);" in merged.files[0].body
    assert "ADD CONSTRAINT users_team_fkey FOREIGN KEY (team) REFERENCES teams (id);" in merged.files[2].body
    # api's is inline and web's is a statement: web's moves, though either would do.
    merged = merge({"api": chain(f"{TEAMS}"), "web": chain(f"{USERS}; {KEY}")})
    assert shown(merged)[-1] == "00400 web/r1 2/2 moved"


def test_an_old_drizzle_do_block_moves_as_a_whole() -> None:
    block = f"DO $$ BEGIN\n {KEY};\nEXCEPTION\n WHEN duplicate_object THEN null;\nEND $$;"
    merged = merge({"web": chain(f"{USERS};\n--> statement-breakpoint\n{block}\n"), "api": chain(TEAMS)})
    assert shown(merged) == ["00100 web/r1 1/2", "00200 api/r1", "00400 web/r1 2/2 moved"]
    assert "WHEN duplicate_object" in merged.files[2].body


def test_several_foreign_keys_of_one_migration_share_one_moved_file() -> None:
    other = "CREATE TABLE plans (id int PRIMARY KEY, buyer int REFERENCES users (id))"
    keys = f"{KEY}; ALTER TABLE users ADD COLUMN plan int REFERENCES plans (id), ADD COLUMN x text"
    merged = merge({"web": chain(f"{USERS}; {keys}"), "api": chain(TEAMS), "rust": chain(other)})
    assert shown(merged) == ["00100 web/r1 1/2", "00200 api/r1", "00300 rust/r1", "00400 web/r1 2/2 moved"]
    assert "ALTER TABLE users ADD COLUMN plan int, ADD COLUMN x text;" in merged.files[0].body
    assert merged.files[3].body.count("FOREIGN KEY") == 2


def test_what_needs_the_moved_constraint_comes_after_it() -> None:
    texts = (f"{USERS}; {KEY}", "ALTER TABLE users DROP CONSTRAINT users_team")
    merged = merge({"web": chain(*texts), "api": chain(TEAMS)})
    assert shown(merged) == ["00100 web/r1 1/2", "00200 api/r1", "00400 web/r1 2/2 moved", "01100 web/r2"]


def test_names_in_the_notes_of_a_moved_key_cannot_end_the_comment() -> None:
    key = (
        'ALTER TABLE users ADD CONSTRAINT "a\nDROP TABLE users; --" FOREIGN KEY (team) REFERENCES teams (id)'
    )
    evil = [rev("x\nDROP TABLE users;\r--", f"{USERS}; {key}")]
    merged = merge({"web": evil, "api": chain(TEAMS)})
    assert len(merged.files) == 3
    for file in merged.files:
        assert not any(each.kind == "DropStmt" for each in stream.sql.statements(file.text))


def test_a_cycle_that_no_foreign_key_makes_names_both() -> None:
    error = refused(
        "dependency-cycle",
        {
            "web": chain("CREATE TABLE a (); CREATE VIEW v AS SELECT * FROM b"),
            "api": chain("CREATE TABLE b (); CREATE VIEW w AS SELECT * FROM a"),
        },
    )
    for word in ('"web/r1"', '"api/r1"', 'relation "public.b"', 'relation "public.a"', "native/r1.sql:1"):
        assert word in error.message
    assert error.hint


def test_a_use_and_a_drop_that_need_each_other_first_are_an_error() -> None:
    error = refused(
        "dependency-cycle",
        {
            "web": chain("CREATE TABLE t ()", "DROP TABLE t; CREATE TABLE n ()"),
            "api": chain("CREATE VIEW v AS SELECT * FROM t, n"),
        },
    )
    assert 'drops relation "public.t"' in error.message


def test_overrides_order_and_are_checked() -> None:
    incoming = {"web": chain("CREATE TABLE a ()"), "api": chain("CREATE TABLE b ()")}
    merged = merge(incoming, order={"web/r1": ["api/r1"]})
    assert shown(merged) == ["00200 api/r1", "01100 web/r1"]
    error = refused("unknown-order", incoming, order={"web/r9": ["api/r1"]})
    assert '"web/r9"' in error.message
    error = refused("unknown-order", incoming, order={"web/r1": ["api/r9"]})
    assert '"api/r9"' in error.message
    error = refused("order-cycle", incoming, order={"web/r1": ["api/r1"], "api/r1": ["web/r1"]})
    assert error.hint
    assert "= [" in error.hint
    incoming["api"] = chain("CREATE VIEW b AS SELECT * FROM a")
    refused("order-cycle", incoming, order={"web/r1": ["api/r1"]})


def test_an_override_of_what_is_frozen_holds_or_is_an_error() -> None:
    first = merge(
        {"web": chain("CREATE TABLE a ()"), "api": chain("CREATE TABLE b ()")}, order={"web/r1": ["api/r1"]}
    )
    both = {"web": chain("CREATE TABLE a ()"), "api": chain("CREATE TABLE b ()", "CREATE TABLE c ()")}
    assert shown(merge(both, first.files, order={"web/r1": ["api/r1"]})) == ["01200 api/r2"]
    refused("order-cycle", both, first.files, order={"web/r1": ["api/r2"]})


def test_the_line_to_paste_is_toml() -> None:
    assert stream.order_line("web/0003_x", 'api/"3f2a"') == '"web/0003_x" = ["api/\\"3f2a\\""]'


# ----------------------------------------------------------------------------------------------- creators


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CREATE TABLE t ()", "CREATE TABLE t ()"),
        ("CREATE TABLE t ()", "CREATE TABLE IF NOT EXISTS public.t ()"),
        ("CREATE TABLE t ()", "CREATE VIEW t AS SELECT 1"),
        ("CREATE TYPE e AS ENUM ()", "DO $$ BEGIN CREATE TYPE e AS ENUM (); END $$"),
        (
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE OR REPLACE FUNCTION f(b integer) RETURNS int LANGUAGE sql AS 'SELECT 2'",
        ),
        ("CREATE TABLE u (); CREATE INDEX i ON u (a)", "CREATE TABLE v (); CREATE INDEX i ON v (a)"),
        ("CREATE TABLE a (); ALTER TABLE a RENAME TO t", "CREATE TABLE t ()"),
    ],
)
def test_two_services_that_create_one_thing_are_an_error(one: str, other: str) -> None:
    error = refused("two-creators", {"web": [rev("w", f"\n{one}")], "api": [rev("a", f"\n\n{other}")]})
    assert error.place == "native/a.sql:3"
    assert "native/w.sql:2" in error.message


def test_overloads_and_what_was_dropped_have_one_creator_each() -> None:
    f = "CREATE FUNCTION f({}) RETURNS int LANGUAGE sql AS 'SELECT 1'"
    assert len(merge({"web": chain(f.format("int")), "api": chain(f.format("text"))}).files) == 2
    first = merge({"web": chain("CREATE TABLE t ()", "DROP TABLE t")})
    assert shown(merge({"api": chain("CREATE TABLE t ()")}, first.files)) == ["00200 api/r1"]


def test_a_hand_written_file_is_a_creator() -> None:
    core = hand("00002_core.sql", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';")
    text = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'"
    assert "00002_core.sql:1" in refused("two-creators", {"web": chain(text)}, [core]).message
    assert shown(merge({"web": chain("CREATE VIEW v AS SELECT f()")}, [core])) == ["00100 web/r1"]


# ----------------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        (["00004"], "00100"),
        (["0001"], "00100"),
        (["0042"], "01100"),
        (["0110"], "01110"),  # 0110_x.sql sorts after 01100_x.sql as a file name, before it as a version
        (["00100", "00200"], "01100"),
        (["20240101"], "20261122013000"),
        (["20240101120000"], "20261122013000"),
        (["202401011200001"], "20261122013000"),
        (["20300101000000"], "20300101000001"),
        (["20301231235959"], "20310101000000"),
        (["20309999999999"], "20310000000000"),
        (["203001010000001"], "20300101000001"),
        (["19199"], "20261122013000"),
        (["18100"], "18101"),
    ],
)
def test_a_new_version_sorts_after_every_width_that_is_there(existing: list[str], expected: str) -> None:
    files = [hand(f"{version}_x.sql") for version in existing]
    (new,) = merge({"web": chain("SELECT 1")}, files).files
    assert new.version == expected
    for old in files:
        assert new.version > old.version
        assert new.path > old.path


@pytest.mark.parametrize("version", ["99999999999999", "9999", "999999999999999"])
def test_a_version_after_which_nothing_sorts_is_an_error(version: str) -> None:
    error = refused("no-version-left", {"web": chain("SELECT 1")}, [hand(f"{version}_x.sql")])
    assert version in error.message


def test_a_deployed_version_without_a_file_counts() -> None:
    assert shown(merge({"web": chain("SELECT 1")}, applied=["03000"])) == ["03100 web/r1"]
    merged = merge({"web": chain("SELECT 1")}, frozen=["supabase/migrations/00150_gone.sql"])
    assert shown(merged) == ["00151 web/r1"]


def test_more_services_than_lanes_and_the_end_of_the_epochs_give_timestamps() -> None:
    merged = merge({"web": chain("SELECT 1", "SELECT 2"), "api": chain("SELECT 1")}, timestamps=True)
    assert shown(merged) == ["20261122013000 web/r1", "20261122013001 web/r2", "20261122013002 api/r1"]
    again = merge({"rust": chain("SELECT 1")}, merged.files)
    assert shown(again) == ["20261122013003 rust/r1"]


def test_a_lane_of_thousands_has_longer_epochs() -> None:
    wide = [msgspec.structs.replace(WEB, lane=(1000, 1999)), msgspec.structs.replace(API, lane=(2000, 2999))]
    first = merge({"web": chain("SELECT 1"), "api": chain("SELECT 1")}, services=wide)
    assert shown(first) == ["01000 web/r1", "02000 api/r1"]
    assert shown(merge({"web": chain("SELECT 1", "SELECT 2")}, first.files, services=wide)) == [
        "11000 web/r2"
    ]


@pytest.mark.parametrize(
    ("id", "label", "expected"),
    [
        ("0001_init", "", "init"),
        ("3f2a", "Add users!", "add_users"),
        ("20240101120000_x", "", "x"),
        ("../../etc/passwd", "", "etc_passwd"),
        ("0001", "", "0001"),
        ("日本", "", "migration"),
        ("a" * 300, "", "a" * 60),
        ("x\n-- y", "", "x_y"),
    ],
)
def test_file_names_are_made_of_plain_letters(id: str, label: str, expected: str) -> None:
    (file,) = merge({"web": [rev(id, "SELECT 1", label=label)]}).files
    assert file.path == f"supabase/migrations/00100_web_{expected}.sql"


def test_the_name_of_a_service_cannot_leave_the_folder() -> None:
    evil = msgspec.structs.replace(WEB, name="../../x y\n")
    (file,) = merge({evil.name: chain("SELECT 1")}, services=[evil]).files
    assert file.path == "supabase/migrations/00100_x_y_r1.sql"
    assert stream.parse(file.path, file.text) == file


# -------------------------------------------------------------------------------------------- renumbering


def test_a_file_that_its_tool_wrote_into_the_stream_is_merged_already() -> None:
    text = "CREATE TABLE a ();"
    native = rev("00150_mine", text)
    mine = stream.in_place(hand("00150_mine.sql", text), WEB, native.revision)
    assert mine.body == mine.text == text
    merged = merge({"web": [native], "api": chain("CREATE VIEW v AS SELECT * FROM a")}, [mine], [])
    assert shown(merged) == ["00200 api/r1"]
    assert stream.verify([mine], [WEB], {"web": history(WEB, [native])}) == ()
    deployed = hand("00300_x.sql")
    error = refused("hand-written-order", {}, [mine, deployed], [deployed.path])
    assert "git mv" not in (error.hint or "")


def test_a_tool_that_counts_its_files_in_the_stream_itself_is_told_before_it_is_overtaken() -> None:
    text = "CREATE TABLE a ();"
    native = rev("0019_mine", text)
    mine = stream.in_place(hand("0019_mine.sql", text), WEB, native.revision)
    merged = merge({"web": [native], "api": chain("CREATE VIEW v AS SELECT * FROM a")}, [mine], [])
    (notice,) = merged.notices
    assert (notice.code, notice.place) == ("number-overtaken", mine.path)
    assert notice.message == (
        '"web" writes into the stream itself, and its next file 0020_… would sort before 00200_api_r1.sql: '
        "it could not be deployed after that one"
    )
    assert 'prefix: "supabase"' in (notice.hint or "")
    following = stream.in_place(hand("0020_next.sql", "SELECT 1;"), WEB, rev("0020_next", "").revision)
    everything = [mine, *merged.files, following]
    error = refused("hand-written-order", {}, everything, [file.path for file in everything[:2]])
    assert 'prefix: "supabase"' in (error.hint or "")
    by_hand = msgspec.structs.replace(WEB, orm="supabase")
    for own, name in ((WEB, "20260101000000_mine.sql"), (by_hand, "0019_mine.sql")):
        quiet = stream.in_place(hand(name, text), own, native.revision)
        merged = merge({"web": [native], "api": chain("CREATE VIEW v AS SELECT * FROM a")}, [quiet], [])
        assert merged.notices == ()


def test_two_branches_that_took_one_number_go_on() -> None:
    base = merge({"web": chain("CREATE TABLE a ()")})
    ours = merge(
        {"web": [*chain("CREATE TABLE a ()"), rev("ours", "CREATE TABLE b ()", after=["r1"])]}, base.files
    )
    theirs = merge(
        {"web": [*chain("CREATE TABLE a ()"), rev("theirs", "CREATE TABLE c ()", after=["r1"])]}, base.files
    )
    assert [each.files[0].version for each in (ours, theirs)] == ["00101", "00101"]
    everything = [*base.files, *ours.files, *theirs.files]
    frozen = [file.path for file in [*base.files, *theirs.files]]
    merged = merge({}, everything, frozen)
    assert [(old, new.path) for old, new in merged.renumbered] == [
        ("supabase/migrations/00101_web_ours.sql", "supabase/migrations/00102_web_ours.sql")
    ]
    assert merged.renumbered[0][1].text == ours.files[0].text
    assert merged.files == ()


def test_what_sorts_before_a_frozen_file_moves_behind_it_with_what_needs_it() -> None:
    base = merge({"web": chain("CREATE TABLE a ()")})
    ours = merge(
        {
            "web": chain("CREATE TABLE a ()", "CREATE TABLE b ()"),
            "api": chain("CREATE VIEW v AS SELECT * FROM b"),
        },
        base.files,
    )
    assert shown(ours) == ["00101 web/r2", "00200 api/r1"]
    deployed = hand("00150_fix.sql")
    merged = merge({}, [*base.files, *ours.files, deployed], [base.files[0].path, deployed.path])
    assert [line(file) for _, file in merged.renumbered] == ["00151 web/r2"]
    deployed = hand("00250_fix.sql")
    merged = merge({}, [*base.files, *ours.files, deployed], [base.files[0].path, deployed.path])
    assert [line(file) for _, file in merged.renumbered] == ["01100 web/r2", "01200 api/r1"]


def test_all_parts_of_a_revision_move_together() -> None:
    (one, two) = merge({"web": [rev("r", "x", parts=[Part("SELECT 1"), Part("SELECT 2")])]}).files
    deployed = hand("00101_x.sql")
    merged = merge({}, [one, two, deployed], [deployed.path])
    assert [line(file) for _, file in merged.renumbered] == ["00102 web/r 1/2", "00103 web/r 2/2"]


def test_a_hand_written_file_is_never_renamed() -> None:
    deployed = hand("00300_x.sql")
    error = refused("hand-written-order", {}, [hand("00150_mine.sql"), deployed], [deployed.path])
    assert error.hint == "git mv supabase/migrations/00150_mine.sql supabase/migrations/01100_mine.sql"
    error = refused("duplicate-version", {}, [hand("00300_mine.sql"), deployed], [deployed.path])
    assert error.hint == "git mv supabase/migrations/00300_mine.sql supabase/migrations/00301_mine.sql"
    refused("duplicate-version", {}, [hand("00300_a.sql"), hand("00300_b.sql")], [])


def test_a_hand_written_file_that_needs_a_later_one_is_told_where_to_go() -> None:
    mine = hand("00150_mine.sql", "CREATE VIEW v AS SELECT * FROM t")
    error = refused("hand-written-order", {"api": chain("CREATE TABLE t ()")}, [mine], [])
    assert 'relation "public.t"' in error.message
    assert error.hint == "git mv supabase/migrations/00150_mine.sql supabase/migrations/01100_mine.sql"


def test_an_unfrozen_drop_makes_room_for_a_new_use() -> None:
    first = merge({"web": chain("CREATE TABLE t ()", "DROP TABLE t")})
    merged = merge(
        {
            "web": chain("CREATE TABLE t ()", "DROP TABLE t"),
            "api": chain("CREATE TABLE b AS SELECT * FROM t"),
        },
        first.files,
        [first.files[0].path],
    )
    assert shown(merged) == ["00200 api/r1"]
    assert [line(file) for _, file in merged.renumbered] == ["01100 web/r2"]


def test_a_version_in_a_ledger_freezes_its_file() -> None:
    first = merge({"web": chain("CREATE TABLE a ()"), "api": chain("CREATE TABLE b ()")})
    merged = merge({"web": chain("CREATE TABLE a ()", "SELECT 1")}, first.files, [], applied=["00200"])
    # 00100 sorts before the applied 00200, so it moves, and its successor follows it.
    assert [line(file) for _, file in merged.renumbered] == ["01100 web/r1"]
    assert shown(merged) == ["01101 web/r2"]


# ---------------------------------------------------------------------------------------------- the bodies


def test_drizzle_breakpoints_and_a_byte_order_mark_leave_the_body() -> None:
    text = "\ufeffCREATE TABLE a ()\n--> statement-breakpoint\nCREATE TABLE b ();"
    (file,) = merge({"web": [rev("r", text)]}).files
    assert file.body == "CREATE TABLE a ();\n\nCREATE TABLE b ();"


def test_a_wrapper_is_stripped_with_a_notice_and_lines_stay() -> None:
    merged = merge({"rust": [rev("1_x", "BEGIN;\nCREATE TABLE a ();\nCOMMIT;\n")]})
    assert merged.files[0].body == "      \nCREATE TABLE a ();\n       \n"
    assert [(each.code, each.place) for each in merged.notices] == [("wrapper-stripped", "native/1_x.sql:1")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("BEGIN;\nCREATE TABLE a ();\nCOMMIT AND CHAIN;\nCREATE TABLE b ();", "native/r.sql:1:1"),
        ("SELECT 1;\n\nDO $$ BEGIN COMMIT; END $$", "native/r.sql:3:1"),
        ("ROLLBACK", "native/r.sql:1:1"),
    ],
)
def test_transaction_control_inside_a_migration_is_an_error(text: str, place: str) -> None:
    error = refused("transaction-control", {"web": [rev("r", text)]})
    assert error.place == place
    assert error.hint


def test_a_commit_that_leaves_the_transaction_of_the_tool_is_left_out() -> None:
    text = "CREATE TABLE a (x int);\nCALL early();\nCOMMIT;\nSET lock_timeout = 0;\n"
    text += "CREATE INDEX CONCURRENTLY i ON a (x);\nCALL late();\nSELECT 1;\n"
    merged = merge({"web": [rev("r", text)]})
    assert [(file.transaction, file.body.strip()) for file in merged.files] == [
        (True, "CREATE TABLE a (x int);\nCALL early();\n       \nSET lock_timeout = 0;"),
        (False, "SET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY i ON a (x);"),
        (False, "SET lock_timeout = 0;\nCALL late();"),
        (True, "SET lock_timeout = 0;\nSELECT 1;"),
    ]
    assert [each.code for each in merged.notices] == ["wrapper-stripped", "split"]
    assert merged.notices[0].message == "COMMIT in web/r is left out: a deploy is one transaction"


def test_a_statement_that_no_transaction_allows_gets_a_file_of_its_own() -> None:
    text = "SET lock_timeout = '3s';\nCREATE TABLE a (x int);\n-- quick\n"
    text += "CREATE INDEX CONCURRENTLY i ON a (x);\nSELECT 1; -- end\n"
    merged = merge({"rust": [rev("r", text)]})
    assert shown(merged) == ["00300 rust/r 1/3", "00301 rust/r 2/3", "00302 rust/r 3/3"]
    assert [(file.body, file.transaction) for file in merged.files] == [
        ("SET lock_timeout = '3s';\nCREATE TABLE a (x int);\n", True),
        ("SET lock_timeout = '3s';\n-- quick\nCREATE INDEX CONCURRENTLY i ON a (x);\n", False),
        ("SET lock_timeout = '3s';\nSELECT 1; -- end\n", True),
    ]
    assert [notice.code for notice in merged.notices] == ["split"]


def test_a_file_that_its_tool_runs_outside_a_transaction_stays_whole() -> None:
    text = "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON a (x)"
    (file,) = merge({"rust": [rev("r", text, transaction=False)]}).files
    assert file.text.startswith(f"{stream.DIRECTIVE}\n-- ormony: service=rust ")
    assert file.body == text
    parsed = stream.parse(file.path, file.text)
    assert parsed is not None
    assert not parsed.transaction


def test_role_and_search_path_are_stated_and_set() -> None:
    service = msgspec.structs.replace(WEB, role='we"b', search_path=("app", "pub lic"))
    (file,) = merge({"web": [rev("r", "CREATE TABLE t ()")]}, services=[service]).files
    assert file.provenance is not None
    assert (file.provenance.role, file.provenance.search_path) == ('we"b', ("app", "pub lic"))
    assert (
        file.body
        == 'SET ROLE "we""b"; SET search_path TO "app", "pub lic";\nCREATE TABLE t ()\n;\nRESET ROLE;\n'
    )
    assert [facts.creates for facts in stream.sql.facts(file.body)][2] == {Name("relation", "app", "t")}


def test_a_search_path_of_a_service_is_where_its_tables_are() -> None:
    apart = msgspec.structs.replace(API, search_path=("app", "public"))
    merged = merge(
        {
            "web": chain("CREATE VIEW v AS SELECT * FROM app.t"),
            "api": chain("CREATE SCHEMA app; CREATE TABLE t ();"),
        },
        services=[WEB, apart],
    )
    assert shown(merged) == ["00200 api/r1", "01100 web/r1"]
    same = {"web": chain("CREATE TABLE t ()"), "api": chain("CREATE SCHEMA app; CREATE TABLE t ();")}
    assert len(merge(same, services=[WEB, apart]).files) == 2


def test_bad_sql_names_file_and_line() -> None:
    assert refused("sql-syntax", {"web": [rev("r", "SELECT 1;\nSELEC 2")]}).place == "native/r.sql:2:1"
    python = rev("r", "SELEC 2")
    python = Incoming(msgspec.structs.replace(python.revision, sql=None, path="v/x.py"), python.parts)
    assert refused("sql-syntax", {"api": [python]}).place == "v/x.py, its SQL:1:1"


def test_an_empty_revision_has_a_file_so_that_it_can_be_stamped() -> None:
    merged = merge({"api": [Incoming(rev("r", "").revision, ())]})
    assert shown(merged) == ["00200 api/r"]
    assert merged.files[0].body == ""


# ------------------------------------------------------------------------------------------------- verify


def history(service: Service, incoming: Sequence[Incoming]) -> History:
    return History(service=service.name, ledger=None, revisions=tuple(each.revision for each in incoming))


def verified(
    service: Service, before: Incoming, after: Incoming | None, **options: object
) -> list[tuple[str, str]]:
    merged = merge({service.name: [before]})
    histories = {service.name: history(service, [after] if after else [])}
    found = stream.verify(merged.files, [service], histories, **options)  # type: ignore[arg-type]
    return [(finding.code, finding.severity) for finding in found]


def test_an_untouched_stream_has_no_findings() -> None:
    same = rev("r", "BEGIN;\nCREATE TABLE a ();\nCOMMIT;")
    assert verified(RUST, same, same) == []


@pytest.mark.parametrize(
    ("service", "after", "expected"),
    [
        (WEB, "CREATE TABLE a (x int);", [("native-edited", "error")]),
        (WEB, "-- why\nCREATE TABLE a ( );", [("native-edited", "warning")]),
        (RUST, "-- why\nCREATE TABLE a ();", [("native-edited", "error")]),
        (WEB, "CREATE TABLE a (); SELEC", [("native-edited", "error")]),
        (WEB, None, [("native-missing", "error")]),
    ],
)
def test_an_edit_of_a_native_file_is_found(
    service: Service, after: str | None, expected: list[tuple[str, str]]
) -> None:
    assert verified(service, rev("r", "CREATE TABLE a ();"), rev("r", after) if after else None) == expected


def test_an_edit_of_python_needs_its_sql_to_be_harmless() -> None:
    def python(text: str, code: str) -> Incoming:
        made = rev("r", text)
        return Incoming(msgspec.structs.replace(made.revision, sql=None, native=sha256(code)), made.parts)

    before, after = python("CREATE TABLE a ()", "op.x()"), python("CREATE TABLE a ()", "op.x()  # why")
    assert verified(API, before, after) == [("native-edited", "error")]
    given_parts = {("api", "alembic/r"): (Part("CREATE TABLE a ();"),)}
    assert verified(API, before, after, parts=given_parts) == [("native-edited", "warning")]


@pytest.mark.parametrize(
    ("old", "new", "severity"),
    [("()", "(x int)", "error"), ("CREATE", "-- hello\nCREATE", "warning")],
)
def test_an_edit_of_a_body_is_found(old: str, new: str, severity: str) -> None:
    incoming = rev("r", "CREATE TABLE a ();")
    (file,) = merge({"web": [incoming]}).files
    edited = stream.parse(file.path, file.text.replace(old, new))
    assert edited is not None
    (finding,) = stream.verify([edited], [WEB], {"web": history(WEB, [incoming])})
    assert (finding.code, finding.severity, finding.place) == ("body-edited", severity, file.path)
    assert finding.hint


def test_duplicate_versions_and_missing_parts_are_found() -> None:
    incoming = rev("r", "x", parts=[Part("SELECT 1"), Part("SELECT 2"), Part("SELECT 3")])
    files = merge({"api": [incoming]}).files
    found = stream.verify([files[0], files[2], hand("00200_x.sql")], [API], {"api": history(API, [incoming])})
    assert [finding.code for finding in found] == ["duplicate-version", "part-missing"]
    assert "part 2 of 3" in found[1].message


def test_rewrite_keeps_names_and_refuses_what_is_frozen() -> None:
    before, after = rev("r", "CREATE TABLE a ()"), rev("r", "CREATE TABLE a (x int)")
    files = merge({"web": [before]}).files
    assert stream.rewrite(files, frozenset(), WEB, before) == ()
    (made,) = stream.rewrite(files, frozenset(), WEB, after)
    assert made.path == files[0].path
    assert made.body == "CREATE TABLE a (x int)"
    assert stream.verify([made], [WEB], {"web": history(WEB, [after])}) == ()
    with pytest.raises(OrmonyError) as caught:
        stream.rewrite(files, frozenset({files[0].path}), WEB, after)
    assert caught.value.code == "frozen-file-edited"
    with pytest.raises(OrmonyError) as caught:
        stream.rewrite(files, frozenset(), WEB, rev("r", "SELECT 1; VACUUM; SELECT 2"))
    assert caught.value.code == "rewrite-parts"
    assert caught.value.hint == f"git rm -f {files[0].path} && ormony sync"


# --------------------------------------------------------------------------------------------- properties


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Incoming]]:
    """Histories of three services; each table uses tables that were drawn before it, so an order exists."""
    made: list[str] = []
    incoming: dict[str, list[Incoming]] = {"web": [], "api": [], "rust": []}
    for at in range(draw(st.integers(1, 12))):
        service = draw(st.sampled_from(sorted(incoming)))
        uses = draw(st.lists(st.sampled_from(made), max_size=2, unique=True)) if made else []
        words = [f"CREATE TABLE t{at} (id int PRIMARY KEY)"]
        for table in uses:
            words.append(
                draw(
                    st.sampled_from(
                        [
                            f"ALTER TABLE t{at} ADD FOREIGN KEY (id) REFERENCES {table}",
                            f"CREATE VIEW v{at}_{table} AS SELECT * FROM {table}",
                            f"INSERT INTO {table} SELECT 1 WHERE false",
                            f"ALTER TABLE {table} ADD COLUMN c{at} int",
                        ]
                    )
                )
            )
        if draw(st.integers(0, 5)) == 0:
            words.append(f"CREATE INDEX CONCURRENTLY i{at} ON t{at} (id)")
        own = incoming[service]
        parents = [own[-1].revision.id] if own else []
        own.append(rev(f"{at:02d}", ";\n".join(words) + ";", after=parents))
        made.append(f"t{at}")
    return incoming


def assert_ordered(files: Sequence[StreamFile]) -> None:
    """Every table exists before it is named, and every service keeps its own order."""
    there: set[str] = set()
    last: dict[str, str] = {}
    assert [file.path for file in files] == sorted(file.path for file in files)
    assert len({file.version for file in files}) == len(files)
    for file in stream.in_stream_order(files):
        for facts in stream.sql.facts(file.text):
            for name in facts.needs:
                if name.kind == "relation":
                    assert name.name in there, f"{file.path} names {name.name} too early"
            there |= {name.name for name in facts.creates}
        assert file.provenance is not None
        if not file.provenance.moved:
            assert last.get(file.provenance.service, "") <= file.provenance.source
            last[file.provenance.service] = file.provenance.source


@settings(deadline=None, max_examples=60)
@given(worlds(), st.booleans())
def test_any_possible_world_is_ordered_once_and_for_all(
    world: dict[str, list[Incoming]], timestamps: bool
) -> None:
    merged = merge(world, timestamps=timestamps)
    assert_ordered(merged.files)
    for frozen in ([], [file.path for file in merged.files]):
        again = merge(world, merged.files, frozen, timestamps=timestamps)
        assert (again.files, again.renumbered) == ((), ())


@settings(deadline=None, max_examples=60)
@given(worlds(), st.data())
def test_rounds_with_deploys_between_them_only_append(
    world: dict[str, list[Incoming]], data: st.DataObject
) -> None:
    files: list[StreamFile] = []
    everything = sorted({each.revision.id for its in world.values() for each in its})
    for cut in [*sorted(data.draw(st.lists(st.sampled_from(everything), max_size=3))), "99"]:
        seen = {name: [each for each in its if each.revision.id <= cut] for name, its in world.items()}
        merged = merge(seen, files)
        assert merged.renumbered == ()
        for new in merged.files:
            assert all(new.version > old.version and new.path > old.path for old in files)
        files += merged.files
        assert_ordered(files)
    assert sum(len(its) for its in world.values()) == len(
        {(file.provenance.service, file.provenance.source) for file in files if file.provenance}
    )


@settings(deadline=None, max_examples=60)
@given(worlds(), st.data())
def test_an_unfrozen_stream_heals_behind_any_frozen_file(
    world: dict[str, list[Incoming]], data: st.DataObject
) -> None:
    files = list(merge(world).files)
    version = data.draw(st.sampled_from([file.version for file in files] + ["00050", "00450", "03000"]))
    deployed = hand(f"{version}_deployed.sql")
    merged = merge(world, [*files, deployed], [deployed.path])
    new = dict(merged.renumbered)
    healed = [new.get(file.path, file) for file in files]
    assert_ordered(stream.in_stream_order(healed))
    assert all(file.version > version for file in healed)
    assert {file.text for file in healed} == {file.text for file in files}
    again = merge(world, [*healed, deployed], [deployed.path])
    assert (again.files, again.renumbered) == ((), ())


# ------------------------------------------------------------------------------------------ on a real server


def replay(conn: psycopg.Connection[tuple[object, ...]], files: Sequence[StreamFile]) -> None:
    """Run the stream in an empty schema of its own."""
    conn.execute("DROP SCHEMA IF EXISTS replay CASCADE")
    conn.execute("CREATE SCHEMA replay")
    conn.execute("SET search_path = replay")
    for file in stream.in_stream_order(files):
        if file.transaction:
            with conn.transaction():
                conn.execute(file.text.encode())
        else:
            for statement in stream.sql.statements(file.text):
                conn.execute(statement.sql.encode())


def foreign_keys(conn: psycopg.Connection[tuple[object, ...]]) -> set[tuple[object, ...]]:
    query = """SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
               WHERE contype = 'f' AND connamespace = 'replay'::regnamespace"""
    return set(conn.execute(query))


def test_random_worlds_replay_and_the_parser_saw_what_they_made(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as conn:

        @settings(deadline=None, max_examples=25)
        @given(worlds())
        def replays(world: dict[str, list[Incoming]]) -> None:
            files = merge(world).files
            replay(conn, files)
            query = """SELECT relname FROM pg_class
                       WHERE relnamespace = 'replay'::regnamespace AND relkind IN ('r', 'v', 'i')"""
            there = {name for (name,) in conn.execute(query) if not str(name).endswith("_pkey")}
            seen = {
                name.name
                for file in files
                for facts in stream.sql.facts(file.text)
                for name in facts.creates
                if name.kind == "relation"
            }
            assert seen == there

        replays()


@pytest.mark.parametrize(
    ("web", "api", "keys"),
    [
        (f"{USERS}; {KEY}", TEAMS, 2),
        (
            "CREATE TABLE users (id int PRIMARY KEY, team int REFERENCES teams ON DELETE CASCADE DEFERRABLE)",
            TEAMS,
            2,
        ),
        (
            f"{USERS}; ALTER TABLE users ADD p int REFERENCES teams, ADD FOREIGN KEY (team) REFERENCES teams",
            TEAMS,
            3,
        ),
        (
            f"{USERS}; DO $$ BEGIN {KEY}; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
            TEAMS,
            2,
        ),
    ],
)
def test_a_broken_cycle_makes_the_keys_that_the_services_wrote(
    fresh_database: str, web: str, api: str, keys: int
) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as conn:
        replay(conn, merge({"web": chain(web), "api": chain(api)}).files)
        merged = foreign_keys(conn)
        # The same two texts where no cycle is: the tables are there first, and the keys are added to them.
        alone = [hand("1_a.sql", "CREATE TABLE teams (id int PRIMARY KEY, owner int)"), hand("2_b.sql", web)]
        alone.append(hand("3_c.sql", "ALTER TABLE teams ADD FOREIGN KEY (owner) REFERENCES users (id)"))
        replay(conn, alone)
        assert merged == foreign_keys(conn)
        assert len(merged) == keys


def test_lifted_keys_and_sequences_have_the_names_that_postgres_gives(fresh_database: str) -> None:
    names = [
        ("a", ["b"]),
        ("t" * 60, ["c" * 60]),
        ("t" * 60, ["c"]),
        ("t", ["c" * 60]),
        ("é" * 29, ["ü" * 29]),
        ("t" * 30, ["x" * 25, "y" * 25]),
        ("日" * 20, ["本" * 20]),
    ]
    sequences = """SELECT relname FROM pg_class
                   WHERE relkind = 'S' AND relnamespace = 'replay'::regnamespace"""
    with psycopg.connect(fresh_database, autocommit=True) as conn:
        for table, columns in names:
            quoted = [stream.sql.quote_identifier(each) for each in columns]
            other = ", ".join(f"p{at} int" for at in range(len(columns)))
            key = ", ".join(f"p{at}" for at in range(len(columns)))
            one = f"CREATE TABLE o ({other}, PRIMARY KEY ({key}))"
            two = (
                f"CREATE TABLE {stream.sql.quote_identifier(table)} (s serial, {' int, '.join(quoted)} int, "
            )
            two += f"FOREIGN KEY ({', '.join(quoted)}) REFERENCES o)"
            (statement,) = stream.sql.statements(two)
            lifted = stream.sql.lift_foreign_keys(statement, frozenset({Name("relation", "public", "o")}))
            assert lifted is not None
            replay(conn, [hand("1_a.sql", one), hand("2_b.sql", two)])
            expected = foreign_keys(conn)
            ((sequence,),) = conn.execute(sequences)
            (found,) = stream.sql.facts(two)
            assert Name("relation", "public", str(sequence)) in found.creates
            apart = "; ".join([str(lifted.rest), *lifted.foreign_keys])
            replay(conn, [hand("1_a.sql", one), hand("2_b.sql", apart)])
            assert foreign_keys(conn) == expected


def test_role_and_search_path_hold_for_any_tool(fresh_database: str) -> None:
    service = msgspec.structs.replace(WEB, role="authenticated", search_path=("app", "pub lic"))
    files = merge({"web": [rev("r", "CREATE TABLE t ()")]}, services=[service]).files
    with psycopg.connect(fresh_database, autocommit=True) as conn:
        conn.execute("CREATE SCHEMA app; GRANT ALL ON SCHEMA app TO authenticated")
        replay(conn, files)
        query = """SELECT relowner::regrole::text, relnamespace::regnamespace::text
                   FROM pg_class WHERE relname = 't'"""
        assert list(conn.execute(query)) == [("authenticated", "app")]
        assert conn.execute("SELECT current_user").fetchone() == ("postgres",)


def test_what_a_service_mirrors_is_left_out_of_its_migrations() -> None:
    """Its owner makes it; the service's own ledger is stamped as if it had run."""
    text = (
        "CREATE TYPE \"state\" AS ENUM('on');--> statement-breakpoint\n"
        'CREATE TABLE "users" (\n\t"id" uuid PRIMARY KEY\n);\n--> statement-breakpoint\n'
        'CREATE TABLE "posts" ("id" int, "author" uuid);--> statement-breakpoint\n'
        'CREATE INDEX "users_i" ON "users" ("id");--> statement-breakpoint\n'
        'ALTER TABLE "users" ADD COLUMN "x" text;\n'
        'ALTER TABLE "posts" ADD FOREIGN KEY ("author") REFERENCES "users"("id");\n'
        'CREATE POLICY "p" ON "users" USING (true);\n'
    )
    service = msgspec.structs.replace(WEB, mirrors=("public.users", "state:read", "public.*"))
    incoming = rev("0000_a", text)
    merged = stream.merge((), frozenset(), (service,), {"web": [incoming]}, {}, now=NOW)
    (file,) = merged.files
    kinds = [each.kind for each in sql.statements(file.body)]
    assert kinds == ["CreateStmt", "AlterTableStmt", "CreatePolicyStmt"]
    assert '-- left out, others own public.users:\n-- CREATE TABLE "users" (\n--' in file.body
    assert [each.code for each in merged.notices] == ["left-out"]
    assert "public.state, public.users" in merged.notices[0].message
    history = History(service="web", ledger=None, revisions=(incoming.revision,))
    assert stream.verify(merged.files, (service,), {"web": history}) == ()
