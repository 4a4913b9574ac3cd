"""Tables and what they hold, rendered: each statement is run on a real server, which measures its facts."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import psycopg
import pytest

from ormony.catalog import Catalog, Constraint, Index, Kind, Ref, Sequence, holder
from ormony.database import server
from ormony.database.introspect import introspect
from ormony.plan.render import constraints, indexes, sequences, tables
from ormony.plan.render.conversions import conversion
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Late, Statement

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
        "SELECT oid, relfilenode FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace >= 16384"
        " OR oid IN ('public.t'::regclass, 'public.empty'::regclass)"
    ).fetchall()
    return {int(str(oid)): int(str(file)) for oid, file in rows}


CHANGES: tuple[tuple[str, str, str, str | None], ...] = (
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
           CREATE TYPE public.mood AS ENUM ('sad', 'ok');
           CREATE TYPE public."Odd (mood)" AS ENUM ('ok', 'sad')"""
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


# ----------------------------------------------------------------- each alteration, run, measured, seen again

# What a table holds is altered after it, and dropped before it.
_ORDER: tuple[Kind, ...] = (
    "sequence",
    "table",
    "foreign table",
    "column",
    "constraint",
    "index",
    "statistics",
)
RENDERERS: dict[Kind, Renderer] = {
    **sequences.RENDERERS,
    **tables.RENDERERS,
    **constraints.RENDERERS,
    **indexes.RENDERERS,
}
RESET = """
    DROP FOREIGN DATA WRAPPER IF EXISTS w CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;
    SET search_path = public
"""


def catalog_of(conn: Conn, text: str) -> Catalog:
    conn.execute(RESET)
    conn.execute(text)
    conn.execute("SET search_path = ''")
    return introspect(conn)


def late_order(found: dict[Ref, Late]) -> list[Ref]:
    done: list[Ref] = []
    waiting = sorted(found)
    while waiting:
        ready = next(ref for ref in waiting if not set(found[ref].after_late) & set(waiting))
        waiting.remove(ready)
        done.append(ready)
    return done


def plan(old: Catalog, new: Catalog) -> list[Statement]:
    """Statements in an order that serves pairs which need no more than their kinds' own order."""
    gone = {ref for ref in old.objects if ref not in new.objects}
    made = {ref for ref in new.objects if ref not in old.objects}
    changed = [ref for ref in old.objects if ref in new.objects and old.objects[ref] != new.objects[ref]]
    altered: dict[Ref, Alteration] = {}
    for ref in changed:
        alteration = RENDERERS[ref.kind].alter(ref, old, new)
        if alteration is None:
            gone.add(ref)
            made.add(ref)
        else:
            altered[ref] = alteration
    rank = {kind: place for place, kind in enumerate(_ORDER)}
    late = {ref: alteration.late for ref, alteration in altered.items() if alteration.late is not None}
    statements: list[Statement] = []
    after_alters: list[Statement] = []
    for ref in sorted(sorted(gone, reverse=True), key=lambda ref: -rank[ref.kind]):
        value = old.objects[ref]
        if holder(ref, old) in gone or (isinstance(value, Sequence) and value.owned_by in gone):
            continue
        waits = isinstance(value, Sequence) or (isinstance(value, Constraint | Index) and value.parent)
        (after_alters if waits else statements).extend(RENDERERS[ref.kind].drop(ref, old))
    for ref in sorted(ref for ref in made if ref.kind == "sequence"):
        statements += RENDERERS[ref.kind].create(ref, new, frozenset())
    for ref in sorted(altered, key=lambda ref: (rank[ref.kind], ref)):
        statements += altered[ref].statements
    statements += after_alters
    for ref in sorted(made, key=lambda ref: (rank[ref.kind], ref)):
        if ref.kind == "column" and holder(ref, new) in made:
            continue
        inline = {
            Ref("default", *part[1:]) if part.kind == "column" else part
            for part in new.objects
            if part.kind == "column" and holder(part, new) == ref
        }
        if ref.kind != "sequence":
            statements += RENDERERS[ref.kind].create(ref, new, inline)
        completed = RENDERERS[ref.kind].late(ref, new)
        if completed is not None:
            late[ref] = completed
    for ref in late_order(late):
        statements += late[ref].statements
    return statements


PAIRS: dict[str, tuple[str, str, str]] = {
    "type basics": (
        """
        create table t(id int primary key, a int default 5 check (a > 0), b varchar(10), c text[], d
            numeric(10,2), e text);
        create index i on t(a) where a > 2;
        create index j on t (lower(b));
        """,
        """
        create table t(id bigint primary key, a text default '5' check (a > '0'), b varchar(20), c
            varchar(20)[], d numeric(12,2) not null, e uuid);
        create index i on t(a) where a > '2';
        create index j on t (lower(b));
        """,
        "insert into t values (1, 3, 'x', '{a}', 4, '6f1b2f0e-2c1d-4d3b-9d53-0f6f5c2a0001')",
    ),
    "settings": (
        """
        create table t(a text, b int, c text collate "C");
        """,
        """
        create table t(a text storage external compression pglz, b int, c text collate "POSIX");
        alter table t alter a set statistics 50, alter b set (n_distinct=-0.5);
        """,
        "",
    ),
    "storage survives": (
        """
        create table t(a text storage external, n numeric, c text storage main compression pglz);
        """,
        """
        create table t(a varchar(30) storage external, n numeric(5,2), c varchar(20) storage main
            compression pglz);
        """,
        "",
    ),
    "identity type": (
        """
        create table t(a int generated always as identity, b int generated always as identity (sequence
            name foo), c bigserial);
        """,
        """
        create table t(a bigint generated always as identity, b int generated always as identity, c
            serial);
        """,
        "insert into t default values",
    ),
    "generated": (
        """
        create table t(a int, b int generated always as (a + 1) stored, c int, d int generated always as
            (a * 2) stored);
        """,
        """
        create table t(a int, b int generated always as (a + 2) stored, c int generated always as (a)
            stored, d int);
        """,
        "insert into t(a) values (4)",
    ),
    "virtual": (
        """
        create table t(a int, b int generated always as (a + 1) virtual, c int generated always as (a)
            stored, d int generated always as (a * 2) virtual not null);
        """,
        """
        create table t(a int, b int generated always as (a + 2) virtual, c int generated always as (a)
            virtual, d int default 7 not null);
        """,
        "insert into t(a) values (4)",
    ),
    "not null valid": (
        """
        create table t(a int, b int);
        alter table t add constraint n not null a not valid;
        """,
        """
        create table t(a int constraint n not null, b int);
        alter table t add constraint m not null b not valid;
        """,
        "",
    ),
    "add columns": (
        """
        create domain dd as int check (value > 0);
        create domain de as int;
        create function vf() returns int language plpgsql volatile as 'begin return 1; end';
        create function sf() returns int language sql stable as 'select 1';
        create table t(z int);
        """,
        """
        create domain dd as int check (value > 0);
        create domain de as int;
        create function vf() returns int language plpgsql volatile as 'begin return 1; end';
        create function sf() returns int language sql stable as 'select 1';
        create table t(z int, a int default 5, b uuid default gen_random_uuid(), c timestamptz not null
            default now(), d int generated always as (z + 1) stored, e int generated always as (z+1)
            virtual, f int generated always as identity, g text storage main compression pglz, h int
            default vf(), i int default sf(), j dd, k de default 3, l serial, m text collate "C"
            constraint foo not null) ;
        """,
        "",
    ),
    "constraints": (
        """
        create table r(a int primary key, b int unique);
        create table t(a int, b int, c int, constraint p primary key (a), constraint u unique (b),
            constraint f foreign key (c) references r(a), constraint k check (c > 0) not valid);
        """,
        """
        create table r(a int primary key, b int unique);
        create table t(a int, b int, c int, constraint p primary key (a) with (fillfactor=70),
            constraint u unique (b) deferrable initially deferred, constraint f foreign key (c)
            references r(a) deferrable initially deferred, constraint k check (c > 0));
        alter table t cluster on p;
        alter table t replica identity using index p;
        """,
        "",
    ),
    "constraints again": (
        """
        create extension if not exists btree_gist;
        create table r(a int primary key, b int unique);
        create table t(a int, c int not null, constraint e exclude using gist (a with =) with
            (fillfactor=50) where (a > 3), constraint f foreign key (c) references r(a) not valid,
            constraint u unique nulls not distinct (a), constraint k2 check (a > 3) no inherit);
        """,
        """
        create extension if not exists btree_gist;
        create table r(a int primary key, b int unique);
        create table t(a int, c int not null, constraint e exclude using gist (a with =) with
            (fillfactor=60) where (a > 3), constraint f foreign key (c) references r(a) deferrable,
            constraint u unique (a), constraint k2 check (a > 3));
        """,
        "",
    ),
    "not enforced": (
        """
        create table r(a int primary key);
        create table t(a int, constraint f foreign key (a) references r(a), constraint c check (a > 1));
        """,
        """
        create table r(a int primary key);
        create table t(a int, constraint f foreign key (a) references r(a) not enforced, constraint c
            check (a > 1) not enforced);
        """,
        "",
    ),
    "indexes": (
        """
        create table t(a int not null, b text);
        create index i on t(a);
        create unique index u on t(a) include (b) where b <> ' WITH (x=''1'')';
        create index e on t((a+1)) with (fillfactor=70);
        """,
        """
        create table t(a int not null, b text);
        create index i on t(a) with (fillfactor=60);
        create unique index u on t(a) include (b) with (fillfactor=55) where b <> ' WITH (x=''1'')';
        alter table t cluster on i;
        create unique index u2 on t(a);
        alter table t replica identity using index u2;
        create index e on t((a+1));
        alter index e alter column 1 set statistics 300;
        """,
        "",
    ),
    "replica and cluster moves": (
        """
        create table t(a int not null, b int not null);
        create unique index u on t(a);
        create unique index v on t(b);
        alter table t cluster on u;
        alter table t replica identity using index u;
        """,
        """
        create table t(a int not null, b int not null);
        create unique index u on t(a);
        create unique index v on t(b);
        alter table t cluster on v;
        alter table t replica identity using index v;
        """,
        "",
    ),
    "replica to full": (
        """
        create table t(a int not null);
        create unique index u on t(a);
        alter table t cluster on u;
        alter table t replica identity using index u;
        """,
        """
        create table t(a int not null);
        create unique index u on t(a);
        alter table t replica identity full;
        """,
        "",
    ),
    "table settings": (
        """
        create table t(a int);
        create table u(a int);
        create unlogged table w(a serial, b int generated always as identity);
        """,
        """
        create table t(a int) with (fillfactor=70, toast.autovacuum_enabled=false);
        alter table t enable row level security, force row level security, replica identity full;
        create unlogged table u(a int);
        create table w(a serial, b int generated always as identity);
        """,
        "",
    ),
    "options": (
        """
        create table t(a int, b text) with (fillfactor=70, autovacuum_enabled=false,
            toast.autovacuum_enabled=false);
        """,
        """
        create table t(a int, b text) with (fillfactor=80, toast.autovacuum_vacuum_threshold=5);
        """,
        "",
    ),
    "sequences": (
        """
        create sequence s;
        create sequence t as int increment 2 start 5 cache 3;
        create sequence u;
        select nextval('u'), nextval('u');
        create sequence v maxvalue 10;
        select setval('v', 9);
        """,
        """
        create sequence s as smallint minvalue 100 start 100 cycle;
        create unlogged sequence t as bigint increment -1 maxvalue 10;
        create sequence u minvalue -5 maxvalue 50;
        create sequence v maxvalue 5;
        """,
        "",
    ),
    "sequence owned": (
        """
        create table t(a int, b int);
        create sequence s owned by t.a;
        create sequence r;
        """,
        """
        create table t(a int, b int);
        create sequence s owned by t.b;
        create sequence r owned by t.a;
        """,
        "",
    ),
    "partitions attach": (
        """
        create table p (a int not null, b text, constraint pc check (a > 0)) partition by range (a);
        create index pi on p(b);
        create table p1 (a int not null, b text);
        create table p2 partition of p for values from (50) to (60);
        """,
        """
        create table p (a int not null, b text, constraint pc check (a > 0)) partition by range (a);
        create index pi on p(b);
        create table p1 partition of p for values from (1) to (10);
        create table p2 (a int not null, b text);
        """,
        "insert into p1 values (3, 'x')",
    ),
    "partition bounds": (
        """
        create table p (a int, b int) partition by range (a);
        create table p1 partition of p for values from (1) to (10);
        """,
        """
        create table p (a int, b bigint, c int) partition by range (a);
        create table p1 partition of p for values from (1) to (20);
        """,
        "",
    ),
    "partition columns": (
        """
        create table p (a int, b int, d int) partition by range (a);
        create table p1 partition of p for values from (1) to (10);
        """,
        """
        create table p (a int, b bigint not null default 4, c int, e int check (e > 3)) partition by
            range (a);
        create table p1 partition of p for values from (1) to (10);
        alter table p1 alter b set default 5;
        """,
        "",
    ),
    "partition moves": (
        """
        create table p (a int, b int) partition by range (a);
        create table q (a int, b int, c int) partition by range (a);
        create table p1 partition of p for values from (1) to (10);
        """,
        """
        create table p (a int, b int) partition by range (a);
        create table q (a int, b int, c int) partition by range (a);
        create table p1 partition of q for values from (1) to (10);
        """,
        "",
    ),
    "inherit": (
        """
        create table par(a int, b text default 'x', constraint c check (a > 0));
        create table chi (d int) inherits (par);
        """,
        """
        create table par(a bigint not null, b text default 'y', x int, constraint c check (a > 1));
        create table chi (d int) inherits (par);
        alter table chi alter b set default 'z';
        """,
        "",
    ),
    "inherit moves": (
        """
        create table p(a int);
        create table q (a int);
        create table c (x int) inherits (p);
        create table d (a int);
        """,
        """
        create table p(a int);
        create table q (a int);
        create table c (x int) inherits (q);
        create table d (a int) inherits (p);
        """,
        "",
    ),
    "typed": (
        """
        create type ct as (x int, y text);
        create table t of ct;
        create table u (x int, y text);
        """,
        """
        create type ct as (x int, y text);
        create table t of ct (x with options default 4 not null, primary key (x));
        create table u of ct;
        """,
        "",
    ),
    "foreign": (
        """
        create foreign data wrapper w;
        create server s foreign data wrapper w;
        create foreign table ft (a int options (x '1'), b text) server s options (t 'a', u 'b');
        """,
        """
        create foreign data wrapper w;
        create server s foreign data wrapper w;
        create foreign table ft (a bigint options (x '2', y '3') not null, c int default 4, b text)
            server s options (t 'b', v 'it''s');
        """,
        "",
    ),
    "odd": (
        """
        create table "A b" ("c ""d" int, "e" text);
        """,
        r"""
        create table "A b" ("c ""d" bigint generated always as identity (sequence name "S q"), "e" text
            default E'a\\b' constraint "n n" not null, constraint "C c" check ("c ""d" > 0));
        create index "I i" on "A b" ("e") where "e" <> '';
        """,
        "",
    ),
    "detached with fk and check": (
        """
        create table r(a int primary key);
        create table p (a int references r(a), b int, constraint pc check (a > 0), primary key (a))
            partition by range (a);
        create table p1 partition of p for values from (1) to (10);
        """,
        """
        create table r(a int primary key);
        create table p (a int references r(a), b int, constraint pc check (a > 0), primary key (a))
            partition by range (a);
        create table p1 (a int primary key, b int, constraint pc check (a > 0));
        """,
        "",
    ),
    "partitions create": (
        "",
        """
        create table p (a int, b text default 'x', constraint pc check (a > 0), primary key (a))
            partition by range (a);
        create table p1 partition of p for values from (1) to (10);
        create table p2 partition of p for values from (10) to (20) partition by list (a);
        create table p2a partition of p2 for values in (11);
        create table p2d partition of p2 default;
        create index pi on p (b);
        create index p1own on p1 (b, a);
        alter table p1 alter b set default 'y';
        """,
        "",
    ),
    "serial": (
        """
        create table t(a int, b int);
        insert into t values (4, 7);
        """,
        """
        create table t(a serial, b int);
        create sequence s owned by t.b;
        """,
        "",
    ),
}
_STARTS_NEW_FILES = frozenset({"partition bounds"})  # its partition is detached when the type below changes


def relations(conn: Conn) -> dict[int, int]:
    rows = conn.execute(
        "SELECT oid, CASE WHEN relkind IN ('r', 'm') THEN relfilenode ELSE 0 END FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
    ).fetchall()
    return {int(str(oid)): int(str(file)) for oid, file in rows}


def strongest_lock(conn: Conn, of: Collection[int]) -> str | None:
    rows = conn.execute(
        "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
    ).fetchall()
    modes = [_LOCKS[str(mode)] for relation, mode in rows if int(str(relation)) in of]
    return max(modes, key=STRENGTH.__getitem__, default=None)


def run_and_measure(conn: Conn, statement: Statement, *, rewrites: bool) -> None:
    """Run it in a transaction of its own; its lock and its rewriting are what it says."""
    before = relations(conn)
    conn.commit()
    conn.execute(statement.sql)
    lock = strongest_lock(conn, before)
    after = relations(conn)
    conn.commit()
    if lock != "access share":  # a sequence in a default, or a SELECT that found nothing to move
        assert lock == statement.lock, statement
    if rewrites:
        written = any(after[oid] != file for oid, file in before.items() if oid in after)
        assert written == statement.rewrites, statement


def prove(conn: Conn, before: str, after: str, seed: str, *, rewrites: bool = True) -> None:
    new = catalog_of(conn, after)
    conn.rollback()
    old = catalog_of(conn, before)
    if seed:
        conn.execute(f"SET search_path = public; {seed}; SET search_path = ''")
    conn.commit()
    for statement in plan(old, new):
        run_and_measure(conn, statement, rewrites=rewrites)
    now = introspect(conn)
    conn.commit()
    assert {
        ref: (now.objects.get(ref), new.objects.get(ref))
        for ref in now.objects.keys() | new.objects.keys()
        if now.objects.get(ref) != new.objects.get(ref)
    } == {}


@pytest.mark.parametrize("name", PAIRS)
def test_every_pair_becomes_the_other_and_says_how(fresh: Conn, name: str) -> None:
    before, after, seed = PAIRS[name]
    prove(fresh, before, after, seed, rewrites=name not in _STARTS_NEW_FILES)


@pytest.mark.parametrize("name", PAIRS)
def test_every_pair_goes_back(fresh: Conn, name: str) -> None:
    before, after, _ = PAIRS[name]
    prove(fresh, after, before, "", rewrites=name not in _STARTS_NEW_FILES)


def test_an_identity_goes_on_after_the_rows(fresh: Conn) -> None:
    before = "CREATE TABLE t (a int NOT NULL, b text)"
    after = "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b text)"
    prove(fresh, before, after, "INSERT INTO t VALUES (41, 'x'), (7, 'y')")
    assert fresh.execute("INSERT INTO public.t (b) VALUES ('z') RETURNING a").fetchall() == [(42,)]


def test_a_new_serial_goes_on_after_the_rows(fresh: Conn) -> None:
    prove(fresh, "CREATE TABLE t (a int NOT NULL)", "CREATE TABLE t (a serial)", "INSERT INTO t VALUES (41)")
    assert fresh.execute("INSERT INTO public.t DEFAULT VALUES RETURNING a").fetchall() == [(42,)]


def test_a_virtual_column_that_becomes_plain_keeps_its_values(fresh: Conn) -> None:
    before = "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL NOT NULL)"
    prove(fresh, before, "CREATE TABLE t (a int, b int NOT NULL DEFAULT 5)", "INSERT INTO t VALUES (4)")
    assert fresh.execute("SELECT b FROM public.t").fetchall() == [(8,)]


def alteration(conn: Conn, before: str, after: str, ref: Ref) -> Alteration | None:
    new = catalog_of(conn, after)
    conn.rollback()
    old = catalog_of(conn, before)
    conn.rollback()
    return RENDERERS[ref.kind].alter(ref, old, new)


A = Ref("column", "public", "t", "a")
_TRIGGER = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("view", "CREATE VIEW v AS SELECT a FROM t"),
        ("materialized view", "CREATE MATERIALIZED VIEW v AS SELECT a FROM t"),
        ("rule", "CREATE RULE r AS ON UPDATE TO t WHERE old.a > 1 DO NOTHING"),
        ("policy", "CREATE POLICY p ON t USING (a > 1)"),
        (
            "trigger",
            f"{_TRIGGER}; CREATE TRIGGER r BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()",
        ),
        ("function", "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT sum(a) FROM t; END"),
        ("default", "ALTER TABLE t ADD g int GENERATED ALWAYS AS (a) STORED"),
        ("publication", "CREATE PUBLICATION p FOR TABLE t WHERE (a > 1)"),
        ("constraint", "CREATE TABLE u (a int PRIMARY KEY); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u"),
        ("statistics", "CREATE STATISTICS s ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 5"),
    ],
)
def test_what_stands_in_the_way_of_a_type_is_named(fresh: Conn, kind: Kind, extra: str) -> None:
    table = "CREATE TABLE t (a int, b int)"
    found = alteration(fresh, f"{table}; {extra}", "CREATE TABLE t (a text, b int)", A)
    assert found is not None
    assert kind in found.around
    catalog_of(fresh, f"{table}; {extra}")
    if kind != "statistics":  # these are made again, without their target
        with pytest.raises(psycopg.Error):
            fresh.execute(found.statements[0].sql)
    fresh.rollback()


def test_what_postgresql_rebuilds_by_itself_stays(fresh: Conn) -> None:
    before = "CREATE TABLE t (a int PRIMARY KEY CHECK (a > 0)); CREATE INDEX i ON t (a) WHERE a > 5"
    found = alteration(fresh, before, before.replace("a int", "a bigint"), A)
    assert found is not None
    assert not found.around & {"constraint", "index", "statistics"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a int", "a int GENERATED ALWAYS AS (b + 1) STORED"),
        ("a int GENERATED ALWAYS AS (b + 1) VIRTUAL", "a int GENERATED ALWAYS AS (b + 1) STORED"),
        ("a int GENERATED ALWAYS AS (b + 1) STORED", "a bigint GENERATED ALWAYS AS (b + 1) STORED"),
    ],
)
def test_what_no_alter_does_is_made_anew(fresh: Conn, before: str, after: str) -> None:
    assert (
        alteration(fresh, f"CREATE TABLE t (b int, {before})", f"CREATE TABLE t (b int, {after})", A) is None
    )
    old = catalog_of(fresh, f"CREATE TABLE t (b int, {before})")
    [dropped] = RENDERERS["column"].drop(A, old)
    assert dropped.loses_data == ("GENERATED" not in before)


def test_what_a_drop_loses(fresh: Conn) -> None:
    held = catalog_of(
        fresh,
        """CREATE TABLE t (a serial PRIMARY KEY); CREATE SEQUENCE s;
           CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE INDEX i ON t (a)""",
    )
    loses = {
        str(ref): [statement.loses for statement in RENDERERS[ref.kind].drop(ref, held)]
        for ref in held.objects
        if ref.kind in RENDERERS
    }
    assert loses == {
        "public.t": ["all rows of table public.t"],
        "public.t.a": ["the values of column public.t.a"],
        "public.t.t_pkey": [""],
        "public.t_a_seq": [""],
        "public.s": ["how far sequence public.s has counted"],
        "public.p": [""],
        "public.p.a": ["the values of column public.p.a"],
        "public.i": [""],
    }
