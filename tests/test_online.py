"""Plans with weaker locks, on real servers: the same end as the plain ones, and what each becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from judge import answers, dump, run_file
from ormony.catalog import Catalog
from ormony.database import server
from ormony.database.introspect import introspect
from ormony.diff import compare
from ormony.plan import Plan, make_plan
from ormony.plan.online import online

BEFORE = """
create table parent (id int primary key, code text);
create table t (id int primary key, a int, b text, c int, parent int, "Odd name" int);
create index t_gone on t (c);
create index t_same_name on t (a);
create table parts (id int not null, day date not null, n int) partition by range (day);
create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
create index parts_gone on parts (n);
create materialized view m as select id, a from t;
insert into parent values (1, 'x');
insert into t values (1, 1, 'x', 1, 1, 1);
insert into parts values (1, '2020-02-02', 1);
"""
AFTER = """
create table parent (id int primary key, code text unique nulls not distinct);
create table t (id int primary key, a int not null, b text, c int,
    parent int references parent on delete cascade, "Odd name" int not null,
    constraint positive check (c > 0),
    constraint t_b unique (b) include (c) with (fillfactor = 70) deferrable initially deferred);
create index t_same_name on t (a desc);
create unique index t_partial on t (a) include (b) where c > 0;
create index "T odd" on t (lower(b));
create table parts (id int not null, day date not null, n int, primary key (id, day), check (n > 0))
    partition by range (day);
create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
create index parts_n on parts (n, id);
create materialized view m as select id, a from t;
create index m_a on m (a);
create table fresh (id int primary key, t int references t (id));
create index fresh_t on fresh (t);
"""


@pytest.fixture(params=["18", "15"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str, str], str]:
    """Makes a database of this name from SQL, and tells its URL."""
    fixture = "cluster" if request.param == "18" else "postgres15"
    cluster: server.Cluster = request.getfixturevalue(fixture)

    def make(name: str, text: str) -> str:
        script = tmp_path / f"{name}.sql"
        script.write_text(text)
        with cluster.admin() as admin:
            server.drop_database(admin, name)
            server.create_empty(admin, name)
        request.addfinalizer(lambda: drop(name))
        url = cluster.url(name)
        run_file(url, script)
        return url

    def drop(name: str) -> None:
        with cluster.admin() as admin:
            server.drop_database(admin, name)

    return make


def read(url: str) -> Catalog:
    with psycopg.connect(url) as connection:
        return introspect(connection)


@pytest.mark.slow
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_both_forms_end_alike(made: Callable[[str, str], str], forward: bool, tmp_path: Path) -> None:
    texts = (BEFORE, AFTER) if forward else (AFTER, BEFORE)
    goal = made("online_goal", texts[1])
    ends = []
    for form in ("plain", "online"):
        url = made(f"online_{form}", texts[0])
        old, new = read(url), read(goal)
        plan = make_plan(old, new)
        if form == "online":
            plan = online(plan, old, new)
            assert not plan.transactional
        script = tmp_path / f"{form}.plan.sql"
        script.write_text(plan.script())
        run_file(url, script)  # without -1
        assert compare(read(url), new) == (), plan.script()
        assert make_plan(read(url), new).statements == ()
        assert answers(url, "select count(*) from t; select count(*) from parts") == (
            "1\n1\n" if forward else "0\n0\n"
        )
        ends.append(dump(url))
    assert ends[0] == ends[1] == dump(goal)


@pytest.mark.slow
def test_which_statements_there_are(made: Callable[[str, str], str]) -> None:
    old, new = read(made("online_old", BEFORE)), read(made("online_new", AFTER))
    plan = online(make_plan(old, new), old, new)
    alone = [each.sql.replace('"', "") for each in plan.statements if not each.transactional]
    for expected in (
        "DROP INDEX CONCURRENTLY public.t_gone",
        "CREATE UNIQUE INDEX CONCURRENTLY t_partial ON public.t USING btree (a) INCLUDE (b) WHERE (c > 0)",
        "CREATE INDEX CONCURRENTLY m_a ON public.m USING btree (a)",
        "ALTER TABLE public.t ADD CONSTRAINT positive CHECK ((c > 0)) NOT VALID",
        "ALTER TABLE public.t VALIDATE CONSTRAINT positive",
        "ALTER TABLE public.t VALIDATE CONSTRAINT t_parent_fkey",
        "ALTER TABLE public.t ADD CONSTRAINT ormony_not_null_a CHECK (a IS NOT NULL) NOT VALID",
        "ALTER TABLE public.t VALIDATE CONSTRAINT ormony_not_null_a",
        "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE public.t DROP CONSTRAINT ormony_not_null_a",
        "ALTER TABLE public.t ADD CONSTRAINT t_b UNIQUE USING INDEX t_b DEFERRABLE INITIALLY DEFERRED",
        "CREATE UNIQUE INDEX CONCURRENTLY parent_code_key ON public.parent (code) NULLS NOT DISTINCT",
    ):
        assert expected in alone, plan.script()
    together = "\n".join(each.sql for each in plan.statements if each.transactional)
    assert "fresh_t" in together  # nobody is at work in a table that is new
    assert "CREATE INDEX parts_n ON ONLY public.parts" in together.replace('"', "")
    partition = [each for each in alone if "parts_1" in each and each.startswith("CREATE INDEX CONCURRENTLY")]
    assert len(partition) == 1


def test_a_script_says_how_it_runs() -> None:
    empty = Plan(())
    assert empty.script() == ""
    assert empty.transactional
