"""Proofs of plans: what they accept, what they find, and whose rights they run with. On a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import psycopg
import pytest

from judge import run_as_one
from ormony import narrow
from ormony.catalog import Catalog, Column, Ref
from ormony.database import server
from ormony.database.introspect import introspect
from ormony.database.prove import prove
from ormony.database.rebuild import Ground
from ormony.database.renaming import renamed
from ormony.database.shadow import Shadow
from ormony.diff import compare
from ormony.errors import OrmonyError
from ormony.plan import Plan, make_plan
from ormony.plan.renames import parse, resolved
from ormony.plan.statement import Statement

EMPTY = Ground(prepared=False)
TABLE = "create table t (id int primary key, a int default 1, b text);"


@pytest.fixture
def read(cluster: server.Cluster, request: pytest.FixtureRequest) -> Iterator[Callable[..., Catalog]]:
    """Reads the catalog that SQL of a superuser makes of an empty database."""
    made: list[str] = []

    def make(text: str, user: str = server.SUPERUSER) -> Catalog:
        name = f"prove_{len(made)}"
        made.append(name)
        with cluster.admin() as admin:
            server.drop_database(admin, name)
            server.create_empty(admin, name, owner=user)
        run_as_one(cluster.url(name, user), text)
        with psycopg.connect(cluster.url(name, user)) as connection:
            return introspect(connection)

    yield make
    with cluster.admin() as admin:
        for name in made:
            server.drop_database(admin, name)


def proved(shadow: Shadow, old: Catalog, new: Catalog) -> tuple[str, ...]:
    return prove(old, new, make_plan(old, new), shadow, EMPTY)


@pytest.mark.slow
def test_a_plan_that_ends_at_the_goal(read: Callable[..., Catalog], shadow: Shadow) -> None:
    old, new = read(TABLE), read(TABLE + "create index t_b on t (b); grant select on t to anon;")
    assert proved(shadow, old, new) == ()
    assert proved(shadow, new, old) == ()


@pytest.mark.slow
def test_a_plan_that_ends_elsewhere(read: Callable[..., Catalog], shadow: Shadow) -> None:
    old, new = read(TABLE), read(TABLE + "create index t_b on t (b);")
    with pytest.raises(OrmonyError, match=r"create index public\.t_b") as caught:
        prove(old, new, Plan(()), shadow, EMPTY)
    assert caught.value.code == "not-proved"
    wrong = Plan((Statement(sql="CREATE INDEX t_b ON public.t (c)"),))
    with pytest.raises(OrmonyError, match=r'column "c" does not exist \(SQLSTATE 42703\)'):
        prove(old, new, wrong, shadow, EMPTY)


@pytest.mark.slow
def test_a_catalog_that_lacks_something(read: Callable[..., Catalog], shadow: Shadow) -> None:
    old = read(TABLE)
    column = Ref("column", "public", "t", "a")
    held = old.objects[column]
    assert isinstance(held, Column)
    blind = msgspec.structs.replace(
        old, objects={**old.objects, column: msgspec.structs.replace(held, default="2/2")}
    )
    with pytest.raises(OrmonyError, match="the old side, made again from its catalog, is not the same"):
        proved(shadow, blind, old)


@pytest.mark.slow
def test_what_only_a_superuser_may_make(read: Callable[..., Catalog], shadow: Shadow) -> None:
    old = read(TABLE)
    new = read(
        TABLE
        + """create function note() returns event_trigger language plpgsql as 'begin end';
        create event trigger noted on ddl_command_end execute function note();
        create cast (text as t) with inout;
        create publication everything for all tables;
        create function leaks_not(int) returns int language sql leakproof as 'select 1';"""
    )
    assert proved(shadow, old, new) == ()
    assert proved(shadow, new, old) == ()


@pytest.mark.slow
def test_roles_that_the_shadow_lacks(
    read: Callable[..., Catalog], shadow: Shadow, cluster: server.Cluster
) -> None:
    with cluster.admin() as admin:
        admin.execute("create role stranger; create role friend")
    try:
        old = read(TABLE)
        new = read(TABLE + "alter table t owner to stranger; grant select (a) on t to friend;")
        assert proved(shadow, old, new) == ()
    finally:
        with cluster.admin() as admin:
            for name in ("prove_1", "prove_0"):
                server.drop_database(admin, name)
            admin.execute("drop role stranger; drop role friend")


@pytest.mark.slow
def test_what_users_wrote_never_runs_as_a_superuser(read: Callable[..., Catalog], shadow: Shadow) -> None:
    """A function that would use the rights, in a materialized view beside what needs them."""
    text = """create function bad() returns int language plpgsql as $$
        begin
          if (select rolsuper from pg_roles where rolname = current_user) then return 1; end if;
          raise insufficient_privilege using message = 'give me more';
        end $$;
        create cast (text as t) with inout;"""
    old = read(TABLE + text)
    new = read(TABLE + text + "create materialized view m as select bad() as n;")
    with pytest.raises(OrmonyError, match="give me more"):
        proved(shadow, old, new)


@pytest.mark.slow
def test_beside_the_surface(cluster: server.Cluster, shadow: Shadow, fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        surface = introspect(connection)
        connection.execute(TABLE.encode())
        connection.execute("alter table t enable row level security")
        connection.execute("create policy p on t to authenticated using (auth.uid() is not null)")
        connection.execute("create policy q on storage.objects for select using (bucket_id = 'x')")
        whole = introspect(connection)
    old, new = (narrow.without_surface(each, surface) for each in (surface, whole))
    plan = make_plan(*(narrow.with_default_privileges(each, surface) for each in (old, new)))
    assert prove(old, new, plan, shadow, Ground(prepared=True)) == ()


@pytest.mark.slow
def test_a_rename_rewrites_what_mentions_it(read: Callable[..., Catalog], shadow: Shadow) -> None:
    rest = "create view v as select {0} as x from {1}; alter table {1} add constraint pos check ({0} > 0);"
    old = read(TABLE + rest.format("a", "t"))
    goal = read(
        "create table u (id int constraint t_pkey primary key, c int default 1, b text);"
        + rest.format("c", "u")
        + "alter table u rename constraint u_id_not_null to t_id_not_null"
    )
    told = resolved([parse("column t.a = c"), parse("table t = u")], old, goal)
    assert compare(renamed(old, told, shadow, EMPTY), goal) == ()
