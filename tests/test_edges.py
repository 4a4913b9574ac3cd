"""What `check` tells of differences between models and migrations: what is one to a reader, how bad it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from ormony import edges
from ormony.adapters import drizzle
from ormony.adapters.sqlx_queries import Cached, Query
from ormony.catalog import (
    Catalog,
    Column,
    Constraint,
    Identity,
    Index,
    Ref,
    Sequence,
    SequenceOptions,
)
from ormony.diff import compare
from ormony.history import Service
from ormony.loading import Loaded
from ormony.project import Database
from ormony.sources import Reader
from ormony.stream import Provenance, StreamFile

TABLE = Ref("table", "public", "users")
KEY = Ref("constraint", "public", "users", "users_mail_key")
INDEX = Ref("index", "public", "ix_users_mail")


def catalog(objects: dict[Ref, Any]) -> Catalog:
    return Catalog(version=180000, role="postgres", objects=objects)


def unique(more: str = "") -> Constraint:
    return Constraint(type="unique", definition=f"UNIQUE{more} (mail)", columns=("mail",))


def index(more: str = "", **values: Any) -> Index:
    text = f"CREATE UNIQUE INDEX ix_users_mail ON public.users USING btree (mail){more}"
    return Index(
        **{
            "table": TABLE,
            "definition": text,
            "method": "btree",
            "columns": ("mail",),
            "unique": True,
            **values,
        }
    )


def judged(
    orm: Literal["alembic", "drizzle", "sqlalchemy"], before: Any, after: Any
) -> list[tuple[str, str]]:
    service = Service(name="api", orm=orm, path="api", database="main", lane=(200, 299))
    refs: dict[type, Ref] = {Constraint: KEY, Index: INDEX, Column: Ref("column", "public", "users", "mail")}
    old, new = (catalog({refs[type(each)]: each}) for each in (before, after))
    groups = edges._grouped(compare(old, new), old, new)
    return [(edges._severity(service, each, old, new), edges._said(each, old, new)) for each in groups]


@pytest.mark.parametrize(
    ("was", "severity"),
    [
        (Column(type="integer", default="nextval('public.people_id_seq'::regclass)"), "note"),
        (
            Column(
                type="integer",
                identity=Identity(
                    always=True,
                    sequence=Ref("sequence", "public", "users_id_seq"),
                    options=SequenceOptions(type="integer"),
                ),
            ),
            "note",
        ),
        (Column(type="integer", default="7"), "warning"),
        (Column(type="integer"), "error"),
    ],
)
def test_how_a_column_counts_is_not_what_a_model_says(was: Column, severity: str) -> None:
    """Alembic sees no difference between serial and identity, nor the sequence's name of a renamed table."""
    ref, sequence = Ref("column", "public", "users", "id"), Ref("sequence", "public", "users_id_seq")
    now = Column(type="integer", default="nextval('public.users_id_seq'::regclass)")
    service = Service(name="api", orm="alembic", path="api", database="main", lane=(200, 299))
    assert edges._column_severity(service, was, now) == severity
    old = catalog({ref: was})
    new = catalog({ref: now, sequence: Sequence(options=SequenceOptions(), owned_by=ref)})
    (made,) = [each for each in compare(old, new) if each.object == sequence]
    assert edges._counts_alone(made, old, new), "the column's finding says it"


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (("text", None), ("character varying", None), "warning"),
        (("text", "''::text"), ("character varying", "''::character varying"), "warning"),
        (("character(3)", None), ("character varying(3)", None), "warning"),
        (("text", None), ("character varying(64)", None), "error"),
        (("real", None), ("double precision", None), "error"),
        (("json", None), ("jsonb", None), "error"),
        (("timestamp(6) with time zone", None), ("timestamp with time zone", None), "note"),
        (("timestamp with time zone", None), ("timestamp without time zone", None), "error"),
        (("numeric(10,2)", "0"), ("numeric(10,2)", "'0'::numeric"), "note"),
        (("numeric", "0.00"), ("numeric", "0.0"), "note"),
        (("numeric", "0.00"), ("numeric", "0.01"), "warning"),
        (("integer", "'-1'::integer"), ("integer", "(-1)"), "note"),
        (("text", "'0.0'::text"), ("text", "'0'::text"), "warning"),
        (("text[]", "ARRAY[]::text[]"), ("text[]", "'{}'::text[]"), "note"),
        (("date", "now()"), ("date", "CURRENT_TIMESTAMP"), "note"),
        (("text", "('a'::text || 'b'::text)"), ("text", "'a'::text"), "warning"),
        (("integer", "1"), ("integer", None), "note"),
        (("integer", None), ("integer", "1"), "error"),
    ],
)
def test_columns_that_hold_the_same_are_no_errors(was: Any, now: Any, expected: str) -> None:
    old, new = (Column(type=type_, default=default) for type_, default in (was, now))
    assert [severity for severity, _ in judged("alembic", old, new)] == [expected]
    if was[0] != now[0]:  # `sync` would write a migration for it
        assert [severity for severity, _ in judged("sqlalchemy", old, new)] == ["error"]


def test_commands_of_hints_run_beside_the_configuration() -> None:
    def of(orm: Literal["alembic", "drizzle", "sqlalchemy", "sqlx"], path: str) -> Service:
        return Service(name="api", orm=orm, path=path, database="main", lane=(200, 299))

    def query(path: str) -> Query:
        cached = Cached(path=path, columns=(), parameters=())
        return Query(
            name="q", sql="SELECT 1", place="a.rs:1", service="api", kind="sqlx-cache", cached=cached
        )

    assert edges._generate(of("drizzle", ".")) == "npx drizzle-kit generate && ormony sync"
    assert edges._generate(of("alembic", "my api")) == (
        "(cd 'my api' && alembic revision --autogenerate) && ormony sync"
    )
    assert edges._generate(of("sqlalchemy", "api")) == "ormony sync"
    service = of("sqlx", "crates/db")
    own, shared = (query(f"{folder}.sqlx/query-1.json") for folder in ("crates/db/", ""))
    assert edges._prepare(service, own) == "(cd crates/db && cargo sqlx prepare)"
    assert edges._prepare(service, shared) == "cargo sqlx prepare --workspace"


def test_a_constraint_of_another_name_is_told_by_its_name() -> None:
    service = Service(name="api", orm="alembic", path="api", database="main", lane=(200, 299))
    old, new = (catalog({KEY._replace(part=name): unique()}) for name in ("uq_mail", "users_mail_key"))
    ((*group,),) = edges._grouped(compare(old, new), old, new)
    assert edges._severity(service, group, old, new) == "note"
    assert edges._said(group, old, new) == (
        "constraint public.users.users_mail_key of the models is called uq_mail in the migrations: "
        "UNIQUE (mail)"
    )


def test_a_unique_constraint_and_a_unique_index_are_one_difference() -> None:
    ((severity, said),) = judged("alembic", index(), unique())
    assert severity == "warning"
    assert said == (
        "constraint public.users.users_mail_key is UNIQUE (mail) in the models, and "
        "CREATE UNIQUE INDEX ix_users_mail ON public.users USING btree (mail) in the migrations"
    )
    ((severity, said),) = judged("alembic", unique(), index())
    assert severity == "warning"
    ((severity, said),) = judged("drizzle", index(), unique())
    assert severity == "error", "drizzle-kit would write a migration"


def test_what_drizzle_cannot_say_is_a_note() -> None:
    late = Constraint(type="check", definition="CHECK ((mail <> ''::text)) NOT VALID", valid=False)
    now = Constraint(type="check", definition="CHECK ((mail <> ''::text))")
    assert [each for each, _ in judged("drizzle", late, now)] == ["note"]
    assert [each for each, _ in judged("drizzle", now, late)] == ["error"]
    old, new = Column(type="text", collation='pg_catalog."C"'), Column(type="text")
    assert [each for each, _ in judged("drizzle", old, new)] == ["note"]
    assert [each for each, _ in judged("drizzle", new, old)] == ["error"]
    assert [each for each, _ in judged("drizzle", old, Column(type="integer"))] == ["error"]


def test_what_no_snapshot_of_drizzle_names_was_made_by_hand(tmp_path: Path) -> None:
    service = Service(name="web", orm="drizzle", path=".", database="main", lane=(100, 199))
    (tmp_path / "drizzle/meta").mkdir(parents=True)
    (tmp_path / "drizzle.config.ts").write_text('export default { dialect: "postgresql" };')
    recorded = drizzle.recorded(tmp_path, service)
    assert recorded == ""
    (tmp_path / "drizzle/meta/0000_snapshot.json").write_text('{ "name": "ix_users_mail" }')
    (tmp_path / "drizzle/meta/0001_snapshot.json").write_text('{ "name": "users_mail_key" }')
    recorded = drizzle.recorded(tmp_path, service)
    for made, severity in (
        (index(unique=False), "note"),
        (index(), "warning"),
        (unique(), "error"),
    ):
        ref = INDEX if isinstance(made, Index) else KEY
        old, new = catalog({ref: made}), catalog({})
        ((*group,),) = edges._grouped(compare(old, new), old, new)
        assert edges._severity(service, group, old, new, recorded) == severity


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (index(unique=False), unique()),
        (index(predicate="(mail <> ''::text)"), unique()),
        (index(columns=("mail", "id")), unique()),
        (index(" NULLS NOT DISTINCT"), unique()),
        (index(), Constraint(type="unique", definition="UNIQUE (mail) DEFERRABLE", columns=("mail",))),
    ],
)
def test_what_is_not_the_same_guarantee_is_missing(before: Any, after: Any) -> None:
    found = {said.partition(" ")[0]: severity for severity, said in judged("alembic", before, after)}
    assert found == {"constraint": "error", "index": "warning"}


# --------------------------------------------------------------------------- when the stream says it all

WEB = Service(name="web", orm="drizzle", path="web", database="main", lane=(100, 199))


@pytest.mark.parametrize(
    ("text", "untouched"),
    [
        ("CREATE TABLE notes (id int PRIMARY KEY, mine int REFERENCES users (id) ON DELETE CASCADE);", True),
        ("ALTER TABLE notes ADD FOREIGN KEY (mine) REFERENCES public.users (id) ON DELETE CASCADE;", True),
        ("CREATE VIEW names AS SELECT name FROM users;", True),
        ("CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();", True),
        ("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';", True),
        ("GRANT SELECT ON users TO anon; CREATE TYPE mood AS ENUM ('sad');", True),
        ("CREATE INDEX i ON users (name);", False),
        ("ALTER TABLE users ADD COLUMN x int;", False),
        ("ALTER TABLE ONLY public.users ENABLE ROW LEVEL SECURITY;", False),
        ("CREATE POLICY p ON users USING (true);", False),
        ("CREATE TABLE heirs () INHERITS (users);", False),
        ("CREATE TABLE p (id int, PRIMARY KEY (id)); ALTER TABLE p INHERIT users;", False),
        ("COMMENT ON COLUMN users.name IS 'x';", False),
        ("DROP TYPE plan CASCADE;", False),
        ("ALTER TABLE plans DROP COLUMN id CASCADE;", False),
        ("ALTER TABLE plans RENAME TO tariffs;", False),
        ("DO $$ BEGIN EXECUTE 'ALTER TABLE us' || 'ers ADD x int'; END $$;", False),
        ("SELECT change_everything();", False),
        ("INSERT INTO plans VALUES (1);", False),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO anon;", False),
    ],
)
def test_a_service_is_read_off_the_stream_where_nobody_else_touches_it(text: str, untouched: bool) -> None:
    provenance = Provenance(service="web", source="drizzle/0000_users", native="", body="")
    own = "CREATE TABLE users (id int PRIMARY KEY, name text);"
    files = (
        StreamFile(path="s/00100_web.sql", version="00100", name="web", text=own, provenance=provenance),
        StreamFile(path="s/00400_other.sql", version="00400", name="other", text=text),
    )
    database = Database(name="main", stream="s", url=None, frozen=None)
    loaded = Loaded(database=database, services=(WEB,), stream=files, histories={}, notices=())
    reader = Reader(None, None, loaded=loaded)
    assert reader.owned(WEB) == {("public", "users")}
    assert reader._untouched(WEB, reader.owned(WEB)) is untouched
