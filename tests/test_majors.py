"""One SQL on PostgreSQL 15 and 18 is one database: by the rules, and as the shadow prints definitions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ormony import commands, majors
from ormony.catalog import Catalog, Column, Extension, Grant, Identity, NotNull, Object, Ref, SequenceOptions
from ormony.database import catalogs, reprint, server
from ormony.database.shadow import Shadow
from ormony.diff import compare, uncompared
from small_project import execute
from test_cases import Case, Sides, read_cases

OLD, NEW = 150000, 180000


def first_cases() -> Iterator[Case]:
    """Of each kind of object the first case that both servers can make."""
    seen = set()
    for case in read_cases():
        kind = case.name.partition("/")[0]
        if kind not in seen and case.runs_on(15) and case.runs_on(18):
            seen.add(kind)
            yield case


CASES = tuple(first_cases())


@pytest.fixture(scope="module")
def replays(shadow: Shadow, tmp_path_factory: pytest.TempPathFactory) -> catalogs.Replays:
    return catalogs.Replays(tmp_path_factory.mktemp("replays"), lambda: shadow)


@pytest.fixture(scope="module")
def servers(cluster: server.Cluster, postgres15: server.Cluster) -> Iterator[tuple[Sides, Sides]]:
    both = Sides(postgres15), Sides(cluster)
    yield both
    for each in both:
        each.close()


def read(servers: tuple[Sides, Sides], script: Path) -> tuple[Catalog, Catalog]:
    """The catalogs of what the script makes on both."""
    found = []
    for each in servers:
        found.append(each.make("majors", script).read())
        each.drop()
    return found[0], found[1]


@pytest.mark.parametrize("name", [pytest.param("before", marks=pytest.mark.slow), "after"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_sql_on_both_is_equal(
    case: Case, name: str, servers: tuple[Sides, Sides], replays: catalogs.Replays
) -> None:
    old, new = reprint.alike(*read(servers, case.folder / f"{name}.sql"), replays)
    assert compare(old, new) == ()
    assert uncompared(old, new) == ()


def test_every_kind_of_object_is_among_the_cases() -> None:
    assert len(CASES) >= 38


TEXTS = """
create table t (id int primary key, n int not null, s text default 'a' || 'b', at timestamptz default now());
create view v as select t.id, t.n from t where t.s ~~ 'a%' and t.n between 1 and 3;
create view w as select v.id, row_number() over (order by v.n) as r from v left join t on t.id = v.id;
create materialized view m as select t.s, count(*) from t group by t.s;
create view u with (security_invoker) as with x as (select t.id from t) select x.id from x union all table v2;
"""


def test_what_prints_otherwise_is_printed_anew_and_the_rest_is_not(
    servers: tuple[Sides, Sides], replays: catalogs.Replays, tmp_path: Path
) -> None:
    script = tmp_path / "texts.sql"
    script.write_text(TEXTS.replace("table v2", "select t.n from t") + POLICIES)
    old, new = read(servers, script)
    cut = majors.across(old, new)
    assert {each.object.kind for each in compare(*cut)} >= {"view", "materialized view"}
    assert compare(*reprint.alike(old, new, replays)) == ()
    # a definition that is another one stays another one
    ref = Ref("view", "public", "v")
    other = msgspec.structs.replace(
        old.objects[ref], definition=" SELECT t.id,\n    t.n\n   FROM public.t\n  WHERE (t.n > 0)"
    )
    changed = msgspec.structs.replace(old, objects={**old.objects, ref: other})
    assert [each.object for each in compare(*reprint.alike(changed, new, replays))] == [ref]


POLICIES = """
alter table t enable row level security;
create policy p on t to role_a using (n in (select v.n from v))
  with check (exists (select from w where w.id = t.id));
create rule r as on insert to v do instead insert into t (id, n) values (new.id, new.n);
create function f() returns setof int begin atomic select t.id from t where t.n > 1; end;
"""


def test_diff_of_two_versions_says_equal_and_finds_what_differs(
    servers: tuple[Sides, Sides], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the shadow keeps what it has read
    script = tmp_path / "texts.sql"
    script.write_text(TEXTS.replace("table v2", "select t.n from t") + POLICIES + "grant all on t to role_b;")
    old, new = (each.make("diffed", script).url for each in servers)
    found = commands.diff(None, None, old, new)
    assert (found.equal, found.changes) == (True, ())
    execute(old, "create or replace view v as select t.id, t.n from t")
    assert [each.object for each in commands.diff(None, None, old, new).changes] == ["public.v"]
    for each in servers:
        each.drop()


def test_what_the_shadow_cannot_make_stays_as_it_was_and_spoils_nothing_else(
    servers: tuple[Sides, Sides], replays: catalogs.Replays, tmp_path: Path
) -> None:
    script = tmp_path / "texts.sql"
    script.write_text(
        TEXTS.replace("table v2", "select t.n from t")
        + "create view files as select t.id, pg_read_file('x') from t limit 0;"
        "create function cfun() returns int language internal as 'pg_backend_pid';"
        "create view c as select t.id, cfun() from t;"
    )
    found = compare(*reprint.alike(*read(servers, script), replays))
    assert [str(each.object) for each in found] == ["public.c"]  # only a superuser makes its function


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (
            "not-null-names",
            "create table t (a int constraint c not null); create table u (b int) inherits (t);",
        ),
        (
            "streaming",
            "create subscription s connection 'dbname=x' publication p"
            " with (connect = false, slot_name = none);",
        ),
        ("maintain", "create table t (a int); grant all on t to role_a;"),
        ("extension-versions", "create extension citext;"),
        (
            "extension-members",
            "alter default privileges grant execute on functions to role_a; create extension fuzzystrmatch;",
        ),
    ],
)
def test_a_rule_is_needed_and_enough(
    name: str, sql: str, servers: tuple[Sides, Sides], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "rule.sql"
    script.write_text(sql)
    old, new = read(servers, script)
    assert compare(*majors.across(old, new)) == ()
    monkeypatch.setattr(majors, "RULES", tuple(each for each in majors.RULES if each.name != name))
    assert compare(*majors.across(old, new)) != ()


def test_every_rule_has_a_reason_and_a_test() -> None:
    marks = test_a_rule_is_needed_and_enough.pytestmark  # type: ignore[attr-defined]
    assert {each.name for each in majors.RULES} == {name for mark in marks for name, _ in mark.args[1]}
    assert all(each.reason for each in majors.RULES)


def test_a_not_null_that_is_not_valid_stays_another() -> None:
    ref = Ref("column", "public", "t", "a")

    def column(version: int, not_null: NotNull) -> Catalog:
        return Catalog(version=version, role="r", objects={ref: Column(type="integer", not_null=not_null)})

    one, other = majors.across(column(OLD, NotNull()), column(NEW, NotNull(name="n", valid=False)))
    assert compare(one, other) != ()
    one, other = majors.across(column(NEW, NotNull()), column(NEW, NotNull(name="n")))
    assert compare(one, other) != ()  # of one version: as they are


def test_rights_on_what_is_no_member_are_compared() -> None:
    table, sequence = Ref("table", "public", "t"), Ref("sequence", "public", "t_id_seq")
    identity = Identity(always=True, sequence=sequence, options=SequenceOptions())
    objects: dict[Ref, Object] = {
        Ref("extension", "", "e"): Extension(schema="public", version="1"),
        Ref("column", "public", "t", "id"): Column(type="integer", identity=identity),
    }
    given = (Grant("r", "SELECT"),)

    def catalog(version: int, *refs: Ref) -> Catalog:
        return Catalog(version=version, role="r", objects=objects, grants=dict.fromkeys(refs, given))

    member = Ref("function", "public", "f", "()")
    one, other = majors.across(catalog(OLD, table), catalog(NEW, sequence, member))
    assert {each.object for each in compare(one, other)} == {table, sequence}


def test_what_the_files_of_an_extension_say_is_not_compared() -> None:
    ref = Ref("extension", "", "e")

    def catalog(version: int, schema: str, *, relocatable: bool) -> Catalog:
        found = Extension(schema=schema, version=str(version), relocatable=relocatable)
        return Catalog(version=version, role="r", objects={ref: found}, comments={ref: f"of {version}"})

    one = catalog(OLD, "s", relocatable=True)
    assert compare(*majors.across(one, catalog(NEW, "s", relocatable=False))) == ()
    assert compare(*majors.across(one, catalog(NEW, "other", relocatable=True))) != ()
    assert compare(*majors.across(one, catalog(OLD, "s", relocatable=False))) != ()
