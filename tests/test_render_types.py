"""What PostgreSQL says to the statements of plan/render/types.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ormony.catalog import Ref
from ormony.database import server
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.types import set_aside
from rendering import altered, changed, introspect, prove_alter, prove_create_and_drop, read, run, undone


@pytest.fixture(scope="module", params=["cluster", pytest.param("postgres15", marks=pytest.mark.slow)])
def conn(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """An empty database of a superuser, on the embedded server and on PostgreSQL 15."""
    cluster: server.Cluster = request.getfixturevalue(request.param)
    with cluster.admin() as admin:
        server.create_empty(admin, "render types", owner=server.SUPERUSER)
    with psycopg.connect(cluster.url("render types", server.SUPERUSER)) as connection:
        yield connection
    with cluster.admin() as admin:
        server.drop_database(admin, "render types")


CREATED = {
    "enum": "create type mood as enum ('so so', 'it''s', 'back\\slash')",
    "enum without labels": "create type mood as enum ()",
    "domain": """create domain d as text collate "C" default 'x' not null check (value <> '')""",
    "domain with checks": """create domain d as int[] constraint "a b" check (cardinality(value) > 1);
        alter domain d add constraint n check (value[1] > 0) not valid""",
    "composite type": """create type c as (a numeric(10, 2), "B b" text collate "C", e int[])""",
    "composite type without fields": "create type c as ()",
    "range type": """create type r as range (subtype = text, collation = "C", multirange_type_name = rs)""",
    "shell": "create type later",
}


@pytest.mark.parametrize("made", CREATED.values(), ids=CREATED.keys())
def test_create_and_drop(conn: psycopg.Connection[Any], made: str) -> None:
    prove_create_and_drop(conn, "select", made, first=("enum", "domain", "domain constraint"))


def test_base_type_and_its_functions_need_each_other(conn: psycopg.Connection[Any]) -> None:
    made = """create type word;
        create function word_in(cstring) returns word language internal immutable strict as 'textin';
        create function word_out(word) returns cstring language internal immutable strict as 'textout';
        create type word (input = word_in, output = word_out, storage = extended, category = 'S',
            delimiter = ';', collatable = true)"""
    prove_create_and_drop(conn, "select", made, first=("base type", "function"))


ALTERED = {
    "enum: at the end": (
        "create type e as enum ('a', 'b')",
        "create type e as enum ('a', 'b', 'c', 'd')",
    ),
    "enum: everywhere": (
        "create type e as enum ('b', 'e')",
        "create type e as enum ('0', 'a', 'b', 'c', 'd', 'e', 'it''s')",
    ),
    "enum: the first labels": ("create type e as enum ()", "create type e as enum ('a', 'b')"),
    "domain: default and not null": (
        "create domain d as int default 1",
        "create domain d as int default 2 not null",
    ),
    "domain: nothing left": ("create domain d as int default 1 not null", "create domain d as int"),
    "domain: not null named": (
        "create domain d as int not null",
        "create domain d as int constraint needed not null",
    ),
    "domain: not null unnamed": (
        "create domain d as int constraint needed not null",
        "create domain d as int not null",
    ),
    "domain: constraint validated": (
        "create domain d as int; alter domain d add constraint c check (value > 0) not valid",
        "create domain d as int constraint c check (value > 0)",
    ),
    "composite: fields in every way": (
        "create type c as (a int, gone text, b varchar(5))",
        """create type c as (a bigint, b text collate "C", n date, m int[])""",
    ),
    "composite: a field more in columns": (
        "create type c as (a int); create table t (x c, y c[])",
        "create type c as (a int, b text); create table t (x c, y c[])",
    ),
    "composite: all fields new": ("create type c as (a int)", "create type c as (b int)"),
}


@pytest.mark.parametrize(("before", "after"), ALTERED.values(), ids=ALTERED.keys())
def test_altered_in_place(conn: psycopg.Connection[Any], before: str, after: str) -> None:
    if "needed" in before + after and conn.info.server_version < 170000:
        # no server below 17 names them: the two are the same there
        assert read(conn, before).objects == read(conn, after).objects
        return
    prove_alter(conn, "select", before, after)


NOT_ALTERED = {
    "enum: label gone": ("create type e as enum ('a', 'b')", "create type e as enum ('a')"),
    "enum: label under another name": (
        "create type e as enum ('a', 'b')",
        "create type e as enum ('a', 'c')",
    ),
    "enum: moved": ("create type e as enum ('a', 'b')", "create type e as enum ('b', 'a')"),
    "domain: type": ("create domain d as int", "create domain d as bigint"),
    "domain: collation": ("create domain d as text", """create domain d as text collate "C" """),
    "domain: check": (
        "create domain d as int constraint c check (value > 0)",
        "create domain d as int constraint c check (value > 1)",
    ),
    "composite: moved": ("create type c as (a int, b int)", "create type c as (b int, a int)"),
    "composite: in front": ("create type c as (a int)", "create type c as (b int, a int)"),
    "composite: type below a column": (
        "create type c as (a int); create table t (x c)",
        "create type c as (a bigint); create table t (x c)",
    ),
    "composite: type below an array in a domain": (
        "create type c as (a int); create domain d as c[]; create table t (x d)",
        "create type c as (a bigint); create domain d as c[]; create table t (x d)",
    ),
    "range: subtype": (
        "create type r as range (subtype = int)",
        "create type r as range (subtype = bigint)",
    ),
}


@pytest.mark.parametrize(("before", "after"), NOT_ALTERED.values(), ids=NOT_ALTERED.keys())
def test_not_altered_where_postgres_has_no_way(
    conn: psycopg.Connection[Any], before: str, after: str
) -> None:
    old, new = read(conn, before), read(conn, after)
    (ref,) = changed(old, new)
    assert altered(ref, old, new) is None


def test_labels_come_one_after_the_other_in_one_transaction(conn: psycopg.Connection[Any]) -> None:
    statements = prove_alter(
        conn, "select", "create type e as enum ('c')", "create type e as enum ('a', 'b', 'c', 'd')"
    )
    assert [each.sql.partition("ADD VALUE ")[2] for each in statements] == [
        "'a' BEFORE 'c'",
        "'b' AFTER 'a'",
        "'d'",
    ]


def test_dropped_field_that_rows_hold_loses_them(conn: psycopg.Connection[Any]) -> None:
    given = "create table other (a int)"
    before = "create type c as (a int, b int); create domain d as c; create table t (x d)"
    after = "create type c as (b int); create domain d as c; create table t (x d)"
    (statement,) = prove_alter(conn, given, before, after)
    assert statement.loses == "the values of a of type public.c in public.t.x"
    (harmless,) = prove_alter(conn, given, "create type c as (a int, b int)", "create type c as (b int)")
    assert harmless.loses == ""


def test_field_of_typed_tables_reaches_them(conn: psycopg.Connection[Any]) -> None:
    before, after = "create type c as (a int)", "create type c as (a int, b text)"
    old, new = (read(conn, each, "create table t of c") for each in (before, after))
    alteration = altered(Ref("composite type", "public", "c"), old, new)
    assert alteration is not None
    assert alteration.statements[0].lock == "access exclusive"
    with undone(conn, before, "create table t of c"):
        run(conn, alteration.statements)
        assert introspect(conn).objects == new.objects


@pytest.mark.parametrize(
    "holder",
    [
        "create view v as select (null::c).gone",
        "create table t (x c); create index i on t (((x).gone))",
        "create function f(c) returns int language sql begin atomic select ($1).gone; end",
    ],
    ids=["view", "index", "function"],
)
def test_what_holds_a_field_stands_around(conn: psycopg.Connection[Any], holder: str) -> None:
    """The server refuses the statement below it, and the planner is told to take the holder away."""
    before, after = "create type c as (a int, gone int)", "create type c as (a int)"
    rest = holder.replace("(null::c).gone", "1").split(";")[0] if "index" in holder else "select"
    old, new = read(conn, before, holder), read(conn, after, rest)
    ref = Ref("composite type", "public", "c")
    alteration = altered(ref, old, new)
    assert alteration is not None
    (kept_by,) = (
        each for each, needs in old.depends.items() if ref in needs and each.kind not in ("column", "table")
    )
    assert kept_by.kind in alteration.around
    with undone(conn, before, holder), pytest.raises(psycopg.errors.DependentObjectsStillExist):
        run(conn, alteration.statements)


@pytest.mark.parametrize("multirange", ["rs", '"Many.rs"', "s.rs"])
def test_range_type_set_aside_leaves_its_names_free(conn: psycopg.Connection[Any], multirange: str) -> None:
    """Its constructors and its multirange type would be in the way of its new version."""
    made = f"""create schema s; create type r as range (subtype = int, multirange_type_name = {multirange});
        create table t (id int, a r); insert into t values (1, '[1,5)')"""
    ref = Ref("range type", "public", "r")
    catalog = read(conn, made)
    with undone(conn, made):
        run(conn, set_aside(ref, catalog, "old r", "old many"))
        run(conn, RENDERERS["range type"].create(ref, catalog, frozenset()))
        conn.execute("alter table t alter a type r using a::text::r")
        conn.execute('drop type "old r"')
        assert introspect(conn).objects == catalog.objects
        assert conn.execute("select a = r(1, 5) from t").fetchone() == (True,)


def test_other_types_are_set_aside_by_their_name(conn: psycopg.Connection[Any]) -> None:
    made = "create type e as enum ('a'); create domain d as int; create type c as (a int)"
    catalog = read(conn, made)
    with undone(conn, made):
        for ref in sorted(catalog.objects):
            if ref.kind in ("enum", "domain", "composite type"):
                run(conn, set_aside(ref, catalog, f"old {ref.name}", ""))
        assert {ref.name for ref in introspect(conn).objects} >= {"old e", "old d", "old c"}
