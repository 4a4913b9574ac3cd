"""PostgreSQL 16 and 17: plans end at their goal there too, deploys are verified by a shadow of 18, and one
SQL is one database on all. 15 and 18 are in the other files.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import saas
from ormony.database import server
from ormony.database.introspect import introspect
from test_cases import Case, Sides, prove, read_cases
from test_verify import SECOND_ROUND, THIRD_ROUND

pytestmark = pytest.mark.slow


def chosen(major: int) -> list[Any]:
    """The cases that one version can make and another cannot; on 17, also about 60 of the others, the same
    ones always.
    """
    return [
        pytest.param(case, marks=pytest.mark.xdist_group(f"{case.name} on {major}"), id=case.name)
        for case in read_cases()
        if case.runs_on(major)
        and (case.servers or (major == 17 and zlib.crc32(case.name.encode()) % 13 == 0))
    ]


@pytest.fixture(scope="module")
def sides_16(postgres16: server.Cluster) -> Iterator[Sides]:
    made = Sides(postgres16)
    yield made
    made.close()


@pytest.fixture(scope="module")
def sides_17(postgres17: server.Cluster) -> Iterator[Sides]:
    made = Sides(postgres17)
    yield made
    made.close()


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
@pytest.mark.parametrize("case", chosen(16))
def test_plan_ends_at_the_goal_on_16(sides_16: Sides, case: Case, forward: bool) -> None:
    prove(sides_16, case, forward=forward)


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
@pytest.mark.parametrize("case", chosen(17))
def test_plan_ends_at_the_goal_on_17(sides_17: Sides, case: Case, forward: bool) -> None:
    prove(sides_17, case, forward=forward)


def test_the_sample_is_a_sample() -> None:
    assert 50 < len(chosen(17)) < 100
    assert 3 < len(chosen(16)) < 20


# ------------------------------------------------------------------------------------ one SQL on all versions

ONE_SQL = """
create type mood as enum ('a', 'b');
create domain pos as int not null check (value > 0);
create table t (
  id int generated always as identity primary key,
  n int not null constraint nn check (n between 1 and 5),
  s text collate "C" default 'a' || 'b',
  m mood default 'a',
  at timestamptz not null default now(),
  x numeric(8, 2)[],
  g int generated always as (n * 2) stored,
  p pos
);
create table u (
  id bigserial primary key,
  t_id int not null references t deferrable initially deferred,
  unique nulls not distinct (t_id)
);
create table c () inherits (t);
create table parts (id int, at date not null, primary key (id, at)) partition by range (at);
create table parts_1 partition of parts for values from ('2024-01-01') to ('2025-01-01');
create table parts_d partition of parts default;
create view v as
  select t.id, t.n, u.id as uid from t left join u on u.t_id = t.id
   where t.s like 'a%' and (select count(*) from parts) > 0;
create materialized view mv as
  select m, count(*) filter (where n > 2) as c, jsonb_agg(t) from t group by m with no data;
create view w as
  select json_object('a': 1) is json as j, extract(epoch from at) as e, at at time zone 'UTC' as z,
         row_number() over (
           partition by n order by s rows between 1 preceding and current row exclude ties
         ) as r
    from t;
create function f(a int, b text default 'x') returns table (q int)
  begin atomic select t.id from t where t.n = a; end;
create function trg() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger trg before update of n on t
  for each row when (old.n is distinct from new.n) execute function trg();
alter table t enable row level security;
create policy p on t for select
  using (exists (select from u where u.t_id = t.id) and current_setting('a.b', true) is not null);
create index i on t (lower(s), n desc nulls last) include (m) where n > 1;
create statistics st (dependencies) on n, s from t;
create rule r as on insert to v do instead insert into t (n) values (new.n);
alter default privileges grant all on tables to public;
grant all on t to public;
grant select (t_id) on u to public;
comment on constraint nn on t is 'said';
create publication pub for table t (id, n) where (n > 1), table u;
create extension if not exists citext with schema public;
create table cit (c citext not null);
"""


@pytest.mark.parametrize("major", [16, 17])
def test_diff_of_one_sql_on_18_and_here_is_equal(
    major: int, request: pytest.FixtureRequest, cluster: server.Cluster, tmp_path: Path
) -> None:
    here: server.Cluster = request.getfixturevalue(f"postgres{major}")
    script = tmp_path / "one.sql"
    script.write_text(ONE_SQL)
    both = Sides(here), Sides(cluster)
    try:
        old, new = (each.make(f"versions {major}", script).url for each in both)
        with psycopg.connect(old, autocommit=True) as conn:
            assert introspect(conn).version // 10000 == major
            assert saas.ormony_json(tmp_path, "diff", old, new)["changes"] == []
            assert saas.ormony_json(tmp_path, "diff", new, old)["changes"] == []
            conn.execute("alter table t add column more int; create view later as select t.id, t.more from t")
            changes = saas.ormony_json(tmp_path, "diff", new, old, exit_status=1)["changes"]
        assert {each["object"] for each in changes if each["kind"] != "privileges"} == {
            "public.c.more",
            "public.t.more",
            "public.later",
        }
    finally:
        for each in both:
            each.close()


# --------------------------------------------------------------------------------------------- the example


@pytest.mark.xdist_group("saas")
@pytest.mark.parametrize("major", [16, 17])
def test_the_example_is_prepared_deployed_and_verified(
    major: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """From an empty database, by `db prepare` and `deploy`, without the two extensions that npm's lack."""
    here: server.Cluster = request.getfixturevalue(f"postgres{major}")
    folder = saas.copy(tmp_path / "saas")
    stream = folder / "supabase" / "migrations"
    for name, lacking in (
        ("00000_extensions.sql", ("pg_net", " vector ")),
        ("00001_shared_tables.sql", ("extensions.vector(3)",)),
    ):
        lines = (stream / name).read_text().splitlines(keepends=True)
        kept = [line for line in lines if not any(each in line for each in lacking)]
        assert len(lines) - len(kept) == len(lacking)
        (stream / name).write_text("".join(kept))
    with here.admin() as admin:
        server.create_empty(admin, "saas_versions")
    try:
        saas.ormony(folder, "db", "prepare", here.url("saas_versions", server.SUPERUSER))
        url = here.url("saas_versions")
        done = saas.ormony_json(folder, "deploy", "--to", url)
        assert len(done["databases"][0]["applied"]) == len(saas.stream(folder))
        assert done["databases"][0]["verified"] > 0
        assert {each["code"] for each in done["notices"]} <= {"other-major"}  # of the rehearsal
        saas.every_tool_finds_nothing(folder, url)
        for version, text in (("02900", SECOND_ROUND), ("02901", THIRD_ROUND)):
            (stream / f"{version}_round.sql").write_text(text)
            assert "verified in " in saas.ormony(folder, "deploy", "--to", url).stdout
        assert saas.ormony_json(folder, "diff", "migrations", url)["changes"] == []
    finally:
        with here.admin() as admin:
            server.drop_database(admin, "saas_versions")
