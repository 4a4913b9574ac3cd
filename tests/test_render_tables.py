"""Tables and what they hold, rendered: each statement is run on a real server, and its facts are measured there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import psycopg
import pytest

from ormony.database import server
from ormony.plan.render.conversions import conversion

_LOCKS = {
    "AccessShareLock": "access share",
    "RowShareLock": "row share",
    "RowExclusiveLock": "row exclusive",
    "ShareUpdateExclusiveLock": "share update exclusive",
    "ShareLock": "share",
    "ShareRowExclusiveLock": "share row exclusive",
    "ExclusiveLock": "exclusive",
    "AccessExclusiveLock": "access exclusive",
}
STRENGTH = {name: place for place, name in enumerate(_LOCKS.values())}
Conn = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def conn(cluster: server.Cluster) -> Iterator[Conn]:
    """A superuser's connection to an empty database; what a test does is rolled back at its end."""
    with cluster.admin() as admin:
        server.create_empty(admin, "render_tables", owner=server.SUPERUSER)
    with psycopg.connect(cluster.url("render_tables", server.SUPERUSER)) as opened:
        yield opened
        opened.rollback()
    with cluster.admin() as admin:
        server.drop_database(admin, "render_tables")


@pytest.fixture
def fresh(conn: Conn) -> Iterator[Conn]:
    conn.rollback()
    yield conn
    conn.rollback()


def files(conn: Conn) -> dict[int, int]:
    """The file of each user table that is there."""
    rows = conn.execute(
        "SELECT oid, relfilenode FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace <> 'pg_catalog'::regnamespace"
    ).fetchall()
    return {int(str(oid)): int(str(file)) for oid, file in rows}


CHANGES: Sequence[tuple[str, str, str | None, str | None]] = (
    # old type, new type, a value as text, what it becomes (None: PostgreSQL refuses it)
    ("integer", "bigint", "5", "5"),
    ("bigint", "integer", "5", "5"),
    ("bigint", "integer", "99999999999", None),
    ("integer", "text", "5", "5"),
    ("text", "integer", "42", "42"),
    ("text", "integer", "x", None),
    ("character varying(10)", "character varying(20)", "abc", "abc"),
    ("character varying(10)", "character varying", "abc", "abc"),
    ("character varying(10)", "text", "abc", "abc"),
    ("text", "character varying", "abc", "abc"),
    ("text", "character varying(3)", "abc", "abc"),
    ("text", "character varying(3)", "abcd", None),
    ("character varying(20)", "character varying(3)", "abcd", None),
    ("text", "character(3)", "abcd", None),
    ("character(5)", "text", "ab", "ab"),
    ("character(5)", "character(6)", "ab", "ab    "),
    ("integer", "character varying(2)", "123", None),
    ("integer", "character varying(3)", "123", "123"),
    ("bit(4)", "bit(3)", "1010", None),
    ("bit(4)", "bit varying(4)", "1010", "1010"),
    ("bit(4)", "bit varying", "1010", "1010"),
    ("bit varying", "bit(4)", "1010", "1010"),
    ("bit varying(3)", "bit varying(5)", "101", "101"),
    ("text", "bit(3)", "1010", None),
    ("text", "bit(4)", "1010", "1010"),
    ("numeric", "numeric(10,2)", "1.5", "1.50"),
    ("numeric(10,2)", "numeric", "1.50", "1.50"),
    ("numeric(10,2)", "numeric(12,2)", "1.50", "1.50"),
    ("numeric(10,2)", "numeric(12,3)", "1.50", "1.500"),
    ("numeric(10,2)", "numeric(3,2)", "100", None),
    ("numeric(10,2)", "double precision", "1.5", "1.5"),
    ("real", "numeric", "1.5", "1.5"),
    ("smallint", "real", "3", "3"),
    ("boolean", "integer", "true", "1"),
    ("boolean", "bigint", "false", "0"),
    ("integer", "boolean", "1", "true"),
    ("integer", "boolean", "7", None),
    ("boolean", "text", "true", "true"),
    ("text", "boolean", "yes", "true"),
    ("date", "timestamp without time zone", "2020-01-02", "2020-01-02 00:00:00"),
    ("date", "timestamp with time zone", "2020-01-02", "2020-01-02 00:00:00+00"),
    ("timestamp without time zone", "timestamp with time zone", "2020-01-02", "2020-01-02 00:00:00+00"),
    ("timestamp with time zone", "date", "2020-01-02 10:00+00", "2020-01-02"),
    ("timestamp(3) without time zone", "timestamp(6) without time zone", "2020-01-02", "2020-01-02 00:00:00"),
    ("timestamp(3) without time zone", "timestamp without time zone", "2020-01-02", "2020-01-02 00:00:00"),
    ("timestamp without time zone", "timestamp(3) without time zone", "2020-01-02", "2020-01-02 00:00:00"),
    ("timestamp(6) with time zone", "timestamp(3) with time zone", "2020-01-02", "2020-01-02 00:00:00+00"),
    ("time without time zone", "interval", "10:00", "10:00:00"),
    ("interval", "interval(3)", "10:00", "10:00:00"),
    ("interval(3)", "interval", "10:00", "10:00:00"),
    ("interval(3)", "interval(4)", "10:00", "10:00:00"),
    ("text", "timestamp with time zone", "2020-01-02 00:00+00", "2020-01-02 00:00:00+00"),
    ("timestamp with time zone", "text", "2020-01-02 00:00+00", "2020-01-02 00:00:00+00"),
    ("integer", "date", "5", None),
    ("json", "jsonb", '{"a":1}', '{"a": 1}'),
    ("jsonb", "json", '{"a":1}', '{"a": 1}'),
    ("jsonb", "text", '{"a":1}', '{"a": 1}'),
    ("text", "jsonb", '{"a":1}', '{"a": 1}'),
    ("text", "uuid", "6f1b2f0e-2c1d-4d3b-9d53-0f6f5c2a0001", "6f1b2f0e-2c1d-4d3b-9d53-0f6f5c2a0001"),
    ("integer", "uuid", "6", None),
    ("cidr", "inet", "10.0.0.0/8", "10.0.0.0/8"),
    ("inet", "cidr", "10.0.0.0/8", "10.0.0.0/8"),
    ("inet", "text", "10.0.0.1", "10.0.0.1/32"),
    ("integer", "oid", "5", "5"),
    ("oid", "integer", "5", "5"),
    ("oid", "bigint", "5", "5"),
    ("text", "bytea", "\\x00", "\\x00"),
    ("text[]", "character varying(20)[]", "{a,b}", "{a,b}"),
    ("text[]", "character varying(1)[]", "{a,bb}", None),
    ("character varying(10)[]", "text[]", "{a}", "{a}"),
    ("character varying(10)[]", "character varying(20)[]", "{a}", "{a}"),
    ("character varying(10)[]", "character varying[]", "{a}", "{a}"),
    ("text[]", "character varying[]", "{a}", "{a}"),
    ("integer[]", "bigint[]", "{1,2}", "{1,2}"),
    ("integer[]", "text[]", "{1,NULL}", "{1,NULL}"),
    ("integer[]", "character varying(1)[]", "{12}", None),
    ("text[]", "integer[]", "{1,2}", "{1,2}"),
    ("boolean[]", "integer[]", "{t,f}", "{1,0}"),
    ("integer", "integer[]", "5", "{5}"),
    ("integer", "bigint[]", "5", "{5}"),
    ("integer", "text[]", "5", "{5}"),
    ("text", "text[]", "a b", '{"a b"}'),
    ("text", "integer[]", "{1,2}", "{1,2}"),
    ("integer[]", "text", "{1,2}", "{1,2}"),
    ("text[]", "text", "{1,2}", "{1,2}"),
    ("integer[]", "integer", "{1}", None),
    ("jsonb", "text[]", "{}", '{"{}"}'),
    ("public.mood", "text", "sad", "sad"),
    ("text", "public.mood", "sad", "sad"),
    ("public.mood", 'public."Odd (mood)"', "sad", "sad"),
    ("public.mood[]", 'public."Odd (mood)"[]', "{sad}", "{sad}"),
    ("text[]", "public.mood[]", "{sad}", "{sad}"),
    ("public.mood", "integer", "sad", None),
    ("int4range", "int8range", "[1,2)", "[1,2)"),
    ("name", "text", "x", "x"),
    ("money", "numeric", "1.50", "1.50"),
    ("numeric(10,2)", "money", "1.50", "$1.50"),
    ("interval day to second(3)", "interval", "10:00", "10:00:00"),
    ("interval", "interval day to second(3)", "10:00", "10:00:00"),
    ("point", "date", "(1,2)", None),
    ("public.citext", "text", "a", "a"),
    ("text", "public.citext", "a", "a"),
    ("character varying(5)", "public.citext", "a", "a"),
    ("public.citext", "character varying(5)", "a", "a"),
    ("public.citext", "integer", "5", "5"),
)


@pytest.mark.parametrize(("old", "new", "value", "becomes"), CHANGES)
def test_a_value_keeps_its_meaning_or_is_refused(
    fresh: Conn, old: str, new: str, value: str, becomes: str | None
) -> None:
    fresh.execute(
        """SET LOCAL timezone = 'UTC';
           CREATE SCHEMA IF NOT EXISTS public;
           CREATE TYPE public.mood AS ENUM ('sad', 'ok'); CREATE TYPE public."Odd (mood)" AS ENUM ('ok', 'sad')"""
    )
    if "citext" in old + new:
        fresh.execute("CREATE EXTENSION citext SCHEMA public")
    fresh.execute(f'CREATE TABLE public.t ("a b" {old}); CREATE TABLE public.empty ("a b" {old})')
    fresh.execute(f"INSERT INTO public.t VALUES (%s::text::{old}), (NULL)", (value,))
    # where the zone is UTC, PostgreSQL spares the rewriting that other zones need
    fresh.execute("SET LOCAL search_path = ''; SET LOCAL timezone = 'Europe/Vienna'")
    found = conversion('"a b"', old, new)
    using = f" USING {found.using}" if found.using else ""
    before = files(fresh)
    fresh.execute(f'ALTER TABLE public.empty ALTER COLUMN "a b" TYPE {new}{using}')
    after = files(fresh)
    assert any(before[oid] != after[oid] for oid in before) == found.rewrites, found
    fresh.execute("SET LOCAL timezone = 'UTC'")
    alter = f'ALTER TABLE public.t ALTER COLUMN "a b" TYPE {new}{using}'
    if becomes is None:
        with pytest.raises(psycopg.Error):
            fresh.execute(alter)
        return
    fresh.execute(alter)
    # format() prints a value by its type's output function; a cast to text would cut the blanks of char(n)
    rows = fresh.execute('SELECT format(\'%s\', "a b") FROM public.t WHERE "a b" IS NOT NULL').fetchall()
    assert [(becomes,)] == ([("true",)] if rows == [("t",)] else rows)
