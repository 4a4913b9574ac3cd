"""What holds data, and its types, is read as it is: SQL in, values out, on PostgreSQL 15 to 18."""

from __future__ import annotations

import gc
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from ormony.catalog import (
    Attribute,
    Catalog,
    Column,
    CompositeType,
    Constraint,
    Domain,
    DomainConstraint,
    Enum,
    Identity,
    Index,
    Kind,
    MaterializedView,
    NotNull,
    Object,
    Options,
    Partition,
    RangeType,
    Ref,
    Schema,
    Sequence,
    SequenceOptions,
    Statistics,
    Table,
    View,
)
from ormony.database import server
from ormony.database.connect import Connection, connect
from ormony.database.decode_structure import STRUCTURE
from ormony.database.introspect import _sql, _uncollected, introspect
from ormony.database.reading import ChangedMeanwhile, Query, Reading
from ormony.errors import OrmonyError
from ormony.sql import object_name

_numbers = itertools.count()

OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in ("postgres16", "postgres17")]

Open = Callable[[str], Connection]


def opener(cluster: server.Cluster) -> Iterator[Open]:
    made: list[tuple[str, Connection]] = []

    def open_database(sql: str) -> Connection:
        name = f"introspect_{os.getpid()}_{next(_numbers)}"
        with cluster.admin() as admin:
            server.create_empty(admin, name, owner=server.SUPERUSER)
        conn = connect(cluster.url(name, server.SUPERUSER))
        conn.execute(sql)
        made.append((name, conn))
        return conn

    yield open_database
    for name, conn in made:
        conn.close()
        with cluster.admin() as admin:
            server.drop_database(admin, name)


@pytest.fixture(params=["cluster", "postgres15", *OTHERS])
def database(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Gives a superuser's connection to a new database of each version in which the SQL has been run."""
    yield from opener(request.getfixturevalue(request.param))


@pytest.fixture
def database18(cluster: server.Cluster) -> Iterator[Open]:
    yield from opener(cluster)


@pytest.fixture
def database15(postgres15: server.Cluster) -> Iterator[Open]:
    yield from opener(postgres15)


def of(catalog: Catalog, kind: Kind) -> dict[Ref, Object]:
    return dict(catalog.of(kind))


def column(name: str, table: str = "t") -> Ref:
    return Ref("column", "public", table, name)


TABLE = Ref("table", "public", "t")
BIG = SequenceOptions()
INTEGER = SequenceOptions(type="integer", maximum=2147483647)


# ---------------------------------------------------------------------------------------------------- schemas


def test_schemas(database: Open) -> None:
    catalog = introspect(database("create schema app; create temporary table gone ()"))
    assert of(catalog, "schema") == {
        Ref("schema", "", "app"): Schema(),
        Ref("schema", "", "public"): Schema(),
    }
    assert of(catalog, "table") == {}
    assert catalog.role == server.SUPERUSER


def test_the_version_of_the_server(database18: Open, database15: Open) -> None:
    assert introspect(database18("")).version // 10000 == 18
    assert introspect(database15("")).version // 10000 == 15


# ----------------------------------------------------------------------------------------------------- tables


def test_a_plain_table(database: Open) -> None:
    catalog = introspect(database("create table t (b integer, a text); alter table t drop b, add b bigint"))
    assert catalog.objects[TABLE] == Table()
    assert catalog.objects[column("a")] == Column(type="text")
    assert catalog.objects[column("b")] == Column(type="bigint")
    assert catalog.column_order == {TABLE: ("a", "b")}


def test_every_setting_of_a_table(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create unlogged table t (a text) with (fillfactor = 70, toast.autovacuum_enabled = false,
                autovacuum_enabled = true);
            create table full_identity (a integer); alter table full_identity replica identity full;
            create table no_identity (a integer); alter table no_identity replica identity nothing;
            create table guarded (a integer);
            alter table guarded enable row level security, force row level security;
            create table enabled (a integer); alter table enabled enable row level security;
            """
        )
    )
    assert of(catalog, "table") == {
        TABLE: Table(
            unlogged=True,
            options=("fillfactor=70", "autovacuum_enabled=true", "toast.autovacuum_enabled=false"),
        ),
        Ref("table", "public", "full_identity"): Table(replica_identity="full"),
        Ref("table", "public", "no_identity"): Table(replica_identity="nothing"),
        Ref("table", "public", "guarded"): Table(row_security=True, force_row_security=True),
        Ref("table", "public", "enabled"): Table(row_security=True),
    }


def test_an_access_method_and_a_tablespace(cluster: server.Cluster, database18: Open) -> None:
    place = cluster.home / "introspect_space"
    place.mkdir(mode=0o700)
    owner = (cluster.home / "data").stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    conn = database18('create access method "Other" type table handler heap_tableam_handler')
    conn.execute(f"create tablespace \"Space\" location '{place}'")
    try:
        conn.execute(
            """
            create table t (a integer unique using index tablespace "Space") using "Other" tablespace "Space";
            create index t_a_idx on t (a) tablespace "Space";
            create materialized view m using "Other" tablespace "Space" as select 1 as a;
            """
        )
        catalog = introspect(conn)
    finally:
        conn.execute("drop materialized view if exists m; drop table if exists t")
        conn.execute('drop tablespace "Space"')
    assert catalog.objects[TABLE] == Table(access_method='"Other"', tablespace='"Space"')
    unique = catalog.objects[Ref("constraint", "public", "t", "t_a_key")]
    assert isinstance(unique, Constraint)
    assert unique.index_tablespace == '"Space"'
    index = catalog.objects[Ref("index", "public", "t_a_idx")]
    assert isinstance(index, Index)
    assert index.tablespace == '"Space"'
    view = catalog.objects[Ref("materialized view", "public", "m")]
    assert isinstance(view, MaterializedView)
    assert (view.access_method, view.tablespace) == ('"Other"', '"Space"')


def test_partitions(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table t (id integer, at date, primary key (id, at)) partition by range (at);
            create table one partition of t for values from ('2024-01-01') to ('2025-01-01');
            create table rest partition of t default partition by list (id);
            create index t_at on t (at);
            create index open_idx on only t (id);
            alter table t add constraint t_check check (id > 0);
            alter table t add foreign key (id, at) references t;
            """
        )
    )
    assert of(catalog, "table") == {
        TABLE: Table(partition_key="RANGE (at)"),
        Ref("table", "public", "one"): Table(
            partition=Partition(parent=TABLE, bound="FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')")
        ),
        Ref("table", "public", "rest"): Table(
            partition_key="LIST (id)", partition=Partition(parent=TABLE, bound="DEFAULT")
        ),
    }
    upper = Ref("constraint", "public", "t", "t_pkey")
    assert {ref.part: (ref.name, each.parent) for ref, each in of(catalog, "constraint").items()} == {  # type: ignore[union-attr]
        "t_pkey": ("t", None),
        "one_pkey": ("one", upper),
        "rest_pkey": ("rest", upper),
        "t_check": ("t", None),
        "t_id_at_fkey": ("t", None),
    }
    assert all(not each.inherited for each in of(catalog, "constraint").values())  # type: ignore[union-attr]
    top = Ref("index", "public", "t_at")
    indexes = of(catalog, "index")
    assert {ref.name: each.parent for ref, each in indexes.items()} == {  # type: ignore[union-attr]
        "t_at": None,
        "one_at_idx": top,
        "rest_at_idx": top,
        "open_idx": None,
    }
    assert indexes[Ref("index", "public", "open_idx")] == Index(
        table=TABLE,
        definition="CREATE INDEX open_idx ON ONLY public.t USING btree (id)",
        method="btree",
        columns=("id",),
        valid=False,
    )
    mine = catalog.objects[column("id", "one")]
    assert isinstance(mine, Column)
    assert (mine.local, mine.inherited) == (False, True)
    assert not any(ref.kind == "table" for ref in catalog.depends)


def test_inheritance(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table b (id integer, constraint positive check (id > 0));
            create table a (name text default 'x');
            create table t (id integer, own text, constraint positive check (id > 0)) inherits (b, a);
            """
        )
    )
    above = (Ref("table", "public", "b"), Ref("table", "public", "a"))
    assert catalog.objects[TABLE] == Table(inherits=above)
    assert catalog.objects[column("id")] == Column(type="integer", inherited=True)
    assert catalog.objects[column("name")] == Column(
        type="text", default="'x'::text", local=False, inherited=True
    )
    assert catalog.objects[column("own")] == Column(type="text")
    assert of(catalog, "constraint") == {
        Ref("constraint", "public", "b", "positive"): Constraint(
            type="check", definition="CHECK ((id > 0))", columns=("id",)
        ),
        Ref("constraint", "public", "t", "positive"): Constraint(
            type="check", definition="CHECK ((id > 0))", columns=("id",), inherited=True
        ),
    }
    assert TABLE not in catalog.depends


def test_a_check_that_is_only_inherited_is_its_parents(database: Open) -> None:
    catalog = introspect(
        database("create table b (id integer check (id > 0)); create table t () inherits (b)")
    )
    assert list(of(catalog, "constraint")) == [Ref("constraint", "public", "b", "b_id_check")]


def test_a_typed_table(database: Open) -> None:
    catalog = introspect(
        database('create type "P" as (a integer, b text); create table t of "P" (a not null)')
    )
    assert catalog.objects[TABLE] == Table(of_type='public."P"')
    assert catalog.objects[column("a")] == Column(type="integer", not_null=NotNull())
    assert catalog.depends[TABLE] == (Ref("composite type", "public", "P"),)


def test_a_foreign_table(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create foreign data wrapper w;
            create server "S" foreign data wrapper w;
            create foreign table f (id integer options (z '1', a 'x=y') not null)
                server "S" options (table_name 'a''b', schema_name 'c');
            """
        )
    )
    ref = Ref("foreign table", "public", "f")
    assert catalog.objects[ref] == Table(
        server='"S"', server_options=(("schema_name", "c"), ("table_name", "a'b"))
    )
    assert catalog.objects[column("id", "f")] == Column(
        type="integer", not_null=NotNull(), server_options=(("a", "x=y"), ("z", "1"))
    )
    assert catalog.column_order == {ref: ("id",)}


# ---------------------------------------------------------------------------------------------------- columns


def test_every_setting_of_a_column(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table t (
              defaulted numeric(10, 2) default 1.5,
              at timestamptz default '2024-01-01 12:00+02',
              span interval default '1 day 02:00',
              bytes bytea default '\\xff',
              sized varchar(20)[],
              required text not null,
              generated text generated always as (sized[1] || 'x') stored,
              german text collate "C",
              kept text,
              packed text compression pglz,
              always bigint generated always as identity
                (start 10 increment 5 minvalue -3 maxvalue 99 cache 7 cycle),
              by_default integer generated by default as identity
            );
            alter table t alter kept set storage external, alter kept set statistics 50,
              alter kept set (n_distinct = 5, n_distinct_inherited = 6);
            set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set intervalstyle = 'iso_8601';
            set bytea_output = 'escape'; set quote_all_identifiers = on; set search_path = public;
            """
        )
    )
    required = NotNull()
    assert {ref.part: each for ref, each in catalog.of("column")} == {
        "defaulted": Column(type="numeric(10,2)", default="1.5"),
        "at": Column(
            type="timestamp with time zone", default="'2024-01-01 10:00:00+00'::timestamp with time zone"
        ),
        "span": Column(type="interval", default="'1 day 02:00:00'::interval"),
        "bytes": Column(type="bytea", default="'\\xff'::bytea"),
        "sized": Column(type="character varying(20)[]"),
        "required": Column(type="text", not_null=required),
        "generated": Column(type="text", default="((sized[1])::text || 'x'::text)", generated="stored"),
        "german": Column(type="text", collation='"C"'),
        "kept": Column(
            type="text",
            storage="external",
            statistics=50,
            options=("n_distinct=5", "n_distinct_inherited=6"),
        ),
        "packed": Column(type="text", compression="pglz"),
        "always": Column(
            type="bigint",
            not_null=required,
            identity=Identity(
                always=True,
                sequence=Ref("sequence", "public", "t_always_seq"),
                options=SequenceOptions(start=10, increment=5, minimum=-3, maximum=99, cache=7, cycle=True),
            ),
        ),
        "by_default": Column(
            type="integer",
            not_null=required,
            identity=Identity(
                always=False, sequence=Ref("sequence", "public", "t_by_default_seq"), options=INTEGER
            ),
        ),
    }
    assert of(catalog, "sequence") == {}


def test_storage_and_compression_words(database18: Open) -> None:
    catalog = introspect(
        database18(
            """
            create table t (p text storage plain, e text storage external, m text storage main,
                x numeric storage extended, virtual integer generated always as (1 + 1) virtual)
            """
        )
    )
    assert {ref.part: each.storage for ref, each in catalog.of("column")} == {  # type: ignore[union-attr]
        "p": "plain",
        "e": "external",
        "m": "main",
        "x": "extended",
        "virtual": None,
    }
    assert catalog.objects[column("virtual")] == Column(
        type="integer", default="(1 + 1)", generated="virtual"
    )


def test_an_identity_of_an_unlogged_table(database: Open) -> None:
    catalog = introspect(
        database("create unlogged table t (id bigint generated always as identity, n serial)")
    )
    own = catalog.objects[column("id")]
    assert isinstance(own, Column)
    assert own.identity is not None
    assert own.identity.unlogged
    assert catalog.objects[Ref("sequence", "public", "t_n_seq")] == Sequence(
        options=INTEGER, owned_by=column("n"), unlogged=True
    )


def test_not_null_of_18_has_a_name(database18: Open) -> None:
    long = "é" * 30
    catalog = introspect(
        database18(
            f"""
            create table t (plain integer not null, named integer constraint it_is not null,
                single integer constraint t_single_not_null not null no inherit, late integer,
                key integer primary key, {long} integer not null);
            alter table t add constraint late_one not null late not valid;
            create table {long} ({long} integer not null);
            create table child () inherits (t);
            create table merged (plain integer not null) inherits (t);
            """
        )
    )

    def not_null(name: str, table: str = "t") -> NotNull | None:
        found = catalog.objects[column(name, table)]
        assert isinstance(found, Column)
        return found.not_null

    assert not_null("plain") == NotNull()
    assert not_null("named") == NotNull(name="it_is")
    assert not_null("single") == NotNull(no_inherit=True)
    assert not_null("late") == NotNull(name="late_one", valid=False)
    assert not_null("key") == NotNull()
    assert not_null(long) == NotNull()
    assert not_null(long, long) == NotNull()
    assert not_null("plain", "child") == NotNull(name="t_plain_not_null", inherited=True)
    assert not_null("plain", "merged") == NotNull()
    assert not_null("single", "child") is None


def test_not_null_before_18_is_only_there(database15: Open) -> None:
    catalog = introspect(
        database15("create table t (a integer constraint named not null, b integer primary key)")
    )
    for name in ("a", "b"):
        assert catalog.objects[column(name)] == Column(type="integer", not_null=NotNull())


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("t", "c"),
        ("t" * 63, "c"),
        ("t", "c" * 63),
        ("t" * 63, "c" * 63),
        ("t" * 40, "c" * 20),
        ("t" * 26, "c" * 27),
        ("ü" * 31, "c" * 28),
        ("日" * 21, "本" * 21),
    ],
)
def test_the_name_that_postgres_chooses(database18: Open, table: str, name: str) -> None:
    conn = database18(
        f'''create domain "{table}" as text not null; create schema s;
        create table s."{table}" ("{name}" integer not null)'''
    )
    chosen = conn.execute(
        "select conname from pg_constraint where contype = 'n' and (contypid > 16384 or conrelid > 16384)"
        " order by conrelid"
    ).fetchall()
    assert chosen == [(object_name(table, "", "not_null"),), (object_name(table, name, "not_null"),)]


# ------------------------------------------------------------------------------------ constraints and indexes


def test_constraints(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table other (a integer, b integer, primary key (b, a));
            create table t (
              a integer, b integer, c text, r int4range,
              constraint p primary key (b) include (a),
              constraint u unique nulls not distinct (c, a) with (fillfactor = 70)
                deferrable initially deferred,
              constraint f foreign key (a, b) references other (a, b)
                match full on update set null on delete cascade,
              constraint k check (a > 0) no inherit,
              constraint x exclude using gist (r with &&) where (a > 3)
            );
            """
        )
    )
    other = Ref("table", "public", "other")
    assert {ref.part: each for ref, each in catalog.of("constraint") if ref.name == "t"} == {
        "p": Constraint(type="primary key", definition="PRIMARY KEY (b) INCLUDE (a)", columns=("b",)),
        "u": Constraint(
            type="unique",
            definition="UNIQUE NULLS NOT DISTINCT (c, a) DEFERRABLE INITIALLY DEFERRED",
            columns=("c", "a"),
            index_options=("fillfactor=70",),
        ),
        "f": Constraint(
            type="foreign key",
            definition="FOREIGN KEY (a, b) REFERENCES public.other(a, b) MATCH FULL ON UPDATE SET NULL"
            " ON DELETE CASCADE",
            columns=("a", "b"),
            references=other,
            referenced_columns=("a", "b"),
        ),
        "k": Constraint(type="check", definition="CHECK ((a > 0)) NO INHERIT", columns=("a",)),
        "x": Constraint(
            type="exclusion", definition="EXCLUDE USING gist (r WITH &&) WHERE ((a > 3))", columns=("r",)
        ),
    }
    assert of(catalog, "index") == {}


def test_the_index_of_a_constraint(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table t (a integer not null constraint u unique, b integer primary key, r int4range,
              exclude using gist (int4range(a, b) with &&));
            alter table t replica identity using index u, cluster on t_pkey;
            alter table t add constraint late check (a > 0) not valid;
            create table "T2" (a integer, b integer);
            alter table "T2" add foreign key (a) references t not valid;
            """
        )
    )
    constraints = {ref.part: each for ref, each in catalog.of("constraint")}
    assert constraints["u"] == Constraint(
        type="unique", definition="UNIQUE (a)", columns=("a",), replica_identity=True
    )
    assert constraints["t_pkey"] == Constraint(
        type="primary key", definition="PRIMARY KEY (b)", columns=("b",), clustered=True
    )
    assert constraints["late"] == Constraint(
        type="check", definition="CHECK ((a > 0)) NOT VALID", columns=("a",), valid=False
    )
    assert constraints["T2_a_fkey"] == Constraint(
        type="foreign key",
        definition="FOREIGN KEY (a) REFERENCES public.t(b) NOT VALID",
        columns=("a",),
        references=TABLE,
        referenced_columns=("b",),
        valid=False,
    )
    excluded = constraints["t_int4range_excl"]
    assert isinstance(excluded, Constraint)
    assert excluded.columns == ()
    assert catalog.objects[TABLE] == Table(replica_identity="index")


def test_indexes(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table t (a integer not null, b text, c int4range);
            create unique index one on t (a desc nulls last, lower(b), (a + 1)) include (c) where a > 3;
            alter index one alter column 2 set statistics 33, alter column 3 set statistics 44;
            create index two on t using gist (c) with (fillfactor = 50);
            create unique index three on t (a);
            alter table t cluster on three, replica identity using index three;
            create materialized view m as select a from t;
            create index four on m (a);
            """
        )
    )
    assert {ref.name: each for ref, each in catalog.of("index")} == {
        "one": Index(
            table=TABLE,
            definition="CREATE UNIQUE INDEX one ON public.t USING btree"
            " (a DESC NULLS LAST, lower(b), ((a + 1))) INCLUDE (c) WHERE (a > 3)",
            method="btree",
            columns=("a", "(lower(b))", "((a + 1))"),
            unique=True,
            predicate="(a > 3)",
            statistics=((2, 33), (3, 44)),
        ),
        "two": Index(
            table=TABLE,
            definition="CREATE INDEX two ON public.t USING gist (c) WITH (fillfactor='50')",
            method="gist",
            columns=("c",),
        ),
        "three": Index(
            table=TABLE,
            definition="CREATE UNIQUE INDEX three ON public.t USING btree (a)",
            method="btree",
            columns=("a",),
            unique=True,
            clustered=True,
            replica_identity=True,
        ),
        "four": Index(
            table=Ref("materialized view", "public", "m"),
            definition="CREATE INDEX four ON public.m USING btree (a)",
            method="btree",
            columns=("a",),
        ),
    }


def test_an_index_that_could_not_be_built(database: Open) -> None:
    conn = database("create table t (a integer); insert into t values (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        conn.execute("create unique index concurrently broken on t (a)")
    found = introspect(conn).objects[Ref("index", "public", "broken")]
    assert isinstance(found, Index)
    assert (found.unique, found.valid) == (True, False)


def test_statistics(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create schema app;
            create table t (a integer, b integer);
            create statistics app.s (dependencies) on a, b from t;
            create statistics e on (a + b) from t;
            alter statistics e set statistics 44;
            """
        )
    )
    assert of(catalog, "statistics") == {
        Ref("statistics", "app", "s"): Statistics(
            table=TABLE, definition="CREATE STATISTICS app.s (dependencies) ON a, b FROM public.t"
        ),
        Ref("statistics", "public", "e"): Statistics(
            table=TABLE, definition="CREATE STATISTICS public.e ON (a + b) FROM public.t", target=44
        ),
    }
    assert catalog.depends[Ref("statistics", "app", "s")] == (column("a"), column("b"))


def test_sequences(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create sequence plain;
            create sequence every as smallint increment -2 minvalue -9 maxvalue 7 start 4 cache 5 cycle;
            create table t (id serial, big bigserial);
            alter sequence plain owned by t.big;
            """
        )
    )
    assert {ref.name: each for ref, each in catalog.of("sequence")} == {
        "plain": Sequence(options=BIG, owned_by=column("big")),
        "every": Sequence(
            options=SequenceOptions(
                type="smallint", start=4, increment=-2, minimum=-9, maximum=7, cache=5, cycle=True
            )
        ),
        "t_id_seq": Sequence(options=INTEGER, owned_by=column("id")),
        "t_big_seq": Sequence(options=BIG, owned_by=column("big")),
    }
    used = Ref("sequence", "public", "t_id_seq")
    assert catalog.depends == {
        Ref("default", "public", "t", "id"): (used,),
        Ref("default", "public", "t", "big"): (Ref("sequence", "public", "t_big_seq"),),
    }


# ------------------------------------------------------------------------------------------------------ types


def test_enums(database: Open) -> None:
    catalog = introspect(
        database(
            """create type mood as enum ('sad', 'ok'); create type empty as enum ();
            alter type mood add value 'so, so' before 'ok'"""
        )
    )
    assert of(catalog, "enum") == {
        Ref("enum", "public", "mood"): Enum(labels=("sad", "so, so", "ok")),
        Ref("enum", "public", "empty"): Enum(labels=()),
    }


def test_domains(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create domain positive as numeric(5, 1) default 5 constraint above check (value > 0) not null;
            alter domain positive add constraint below check (value < 99) not valid;
            create domain plain as text[];
            create domain german as text collate "C";
            """
        )
    )
    assert of(catalog, "domain") == {
        Ref("domain", "public", "positive"): Domain(type="numeric(5,1)", default="5", not_null=NotNull()),
        Ref("domain", "public", "plain"): Domain(type="text[]"),
        Ref("domain", "public", "german"): Domain(type="text", collation='"C"'),
    }
    assert of(catalog, "domain constraint") == {
        Ref("domain constraint", "public", "positive", "above"): DomainConstraint(
            definition="CHECK ((VALUE > (0)::numeric))"
        ),
        Ref("domain constraint", "public", "positive", "below"): DomainConstraint(
            definition="CHECK ((VALUE < (99)::numeric)) NOT VALID", valid=False
        ),
    }
    assert catalog.depends == {}


def test_not_null_of_a_domain_has_a_name(database18: Open) -> None:
    catalog = introspect(database18("create domain d as text constraint it_is not null"))
    assert catalog.objects[Ref("domain", "public", "d")] == Domain(
        type="text", not_null=NotNull(name="it_is")
    )


def test_composite_types(database: Open) -> None:
    catalog = introspect(
        database(
            """create type empty as (); create type pair as (b text collate "C", a numeric(3, 1), gone text);
            alter type pair drop attribute gone; create type outer_one as (p pair[]);
            create table t (p pair)"""
        )
    )
    pair = Ref("composite type", "public", "pair")
    assert of(catalog, "composite type") == {
        Ref("composite type", "public", "empty"): CompositeType(attributes=()),
        pair: CompositeType(
            attributes=(
                Attribute(name="b", type="text", collation='"C"'),
                Attribute(name="a", type="numeric(3,1)"),
            )
        ),
        Ref("composite type", "public", "outer_one"): CompositeType(
            attributes=(Attribute(name="p", type="public.pair[]"),)
        ),
    }
    assert catalog.depends == {
        Ref("composite type", "public", "outer_one"): (pair,),
        column("p"): (pair,),
    }


def test_range_types(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create type plain as range (subtype = float8);
            create type every;
            create function canonical(every) returns every language internal immutable strict
              as 'int4range_canonical';
            create function apart(text, text) returns float8 language sql immutable return 1.0;
            create type every as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "C",
              canonical = canonical, subtype_diff = apart, multirange_type_name = "Many");
            create table t (a plain, b "Many");
            """
        )
    )
    every = Ref("range type", "public", "every")
    assert of(catalog, "range type") == {
        Ref("range type", "public", "plain"): RangeType(
            options=(("SUBTYPE", "double precision"), ("MULTIRANGE_TYPE_NAME", "public.plain_multirange"))
        ),
        every: RangeType(
            options=(
                ("SUBTYPE", "text"),
                ("SUBTYPE_OPCLASS", "pg_catalog.text_pattern_ops"),
                ("COLLATION", '"C"'),
                ("CANONICAL", "public.canonical"),
                ("SUBTYPE_DIFF", "public.apart"),
                ("MULTIRANGE_TYPE_NAME", 'public."Many"'),
            )
        ),
    }
    assert [str(ref) for ref in of(catalog, "function")] == [
        "public.apart(text, text)",
        "public.canonical(public.every)",
    ]
    assert of(catalog, "cast") == {}
    assert catalog.depends[column("b")] == (every,)


def test_base_types(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create type shell;
            create type small; create type every;
            create function small_in(cstring) returns small language internal immutable strict as 'int4in';
            create function small_out(small) returns cstring language internal immutable strict as 'int4out';
            create type small (input = small_in, output = small_out, internallength = 4, passedbyvalue);
            create function every_in(cstring) returns every language internal immutable strict as 'textin';
            create function every_out(every) returns cstring language internal immutable strict as 'textout';
            create function every_recv(internal) returns every language internal immutable strict
              as 'textrecv';
            create function every_send(every) returns bytea language internal immutable strict as 'textsend';
            create function mod_in(cstring[]) returns integer language internal immutable strict
              as 'varchartypmodin';
            create function mod_out(integer) returns cstring language internal immutable strict
              as 'varchartypmodout';
            create function look(internal) returns boolean language internal strict as 'array_typanalyze';
            create function sub(internal) returns internal language internal immutable strict
              as 'raw_array_subscript_handler';
            create type every (input = every_in, output = every_out, receive = every_recv, send = every_send,
              typmod_in = mod_in, typmod_out = mod_out, analyze = look, internallength = variable,
              alignment = int4, storage = extended, category = 'S', preferred = true, default = 'it''s',
              delimiter = ';', collatable = true);
            create type vector3;
            create function v_in(cstring) returns vector3 language internal immutable strict as 'point_in';
            create function v_out(vector3) returns cstring language internal immutable strict as 'point_out';
            create type vector3 (input = v_in, output = v_out, internallength = 16, alignment = double,
              element = float8, subscript = sub);
            """
        )
    )
    assert of(catalog, "base type") == {
        Ref("base type", "public", "shell"): Options(options=()),
        Ref("base type", "public", "small"): Options(
            options=(
                ("INPUT", "public.small_in"),
                ("OUTPUT", "public.small_out"),
                ("INTERNALLENGTH", "4"),
                ("PASSEDBYVALUE", ""),
                ("ALIGNMENT", "int4"),
                ("STORAGE", "plain"),
            )
        ),
        Ref("base type", "public", "every"): Options(
            options=(
                ("INPUT", "public.every_in"),
                ("OUTPUT", "public.every_out"),
                ("RECEIVE", "public.every_recv"),
                ("SEND", "public.every_send"),
                ("TYPMOD_IN", "public.mod_in"),
                ("TYPMOD_OUT", "public.mod_out"),
                ("ANALYZE", "public.look"),
                ("INTERNALLENGTH", "VARIABLE"),
                ("ALIGNMENT", "int4"),
                ("STORAGE", "extended"),
                ("CATEGORY", "'S'"),
                ("PREFERRED", "true"),
                ("DEFAULT", "'it''s'"),
                ("DELIMITER", "';'"),
                ("COLLATABLE", "true"),
            )
        ),
        Ref("base type", "public", "vector3"): Options(
            options=(
                ("INPUT", "public.v_in"),
                ("OUTPUT", "public.v_out"),
                ("SUBSCRIPT", "public.sub"),
                ("INTERNALLENGTH", "16"),
                ("ALIGNMENT", "double"),
                ("STORAGE", "plain"),
                ("ELEMENT", "double precision"),
            )
        ),
    }


# ------------------------------------------------------------------------------------------------------ views


def test_views(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create table t (id integer, name varchar(5));
            create view v with (security_invoker, check_option = local) as
              select id, name from t x where id > 1;
            alter view v alter column name set default 'y';
            create view over_it as select id from v;
            """
        )
    )
    view = catalog.objects[Ref("view", "public", "v")]
    assert isinstance(view, View)
    assert view.definition.split() == (
        ["SELECT", "id,", "name", "FROM", "public.t", "x", "WHERE", "(id", ">", "1)"]
        if catalog.version >= 160000
        else ["SELECT", "x.id,", "x.name", "FROM", "public.t", "x", "WHERE", "(x.id", ">", "1)"]
    )
    assert view == View(
        definition=view.definition,
        columns=(("id", "integer"), ("name", "character varying(5)")),
        options=("security_invoker=true", "check_option=local"),
        defaults=(("name", "'y'::character varying"),),
    )
    assert catalog.depends == {
        Ref("view", "public", "v"): (column("id"), column("name")),
        Ref("view", "public", "over_it"): (column("id", "v"),),
    }
    assert set(catalog.column_order) == {TABLE}
    assert len(of(catalog, "column")) == 2


def test_materialized_views(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create materialized view m with (fillfactor = 60, toast.autovacuum_enabled = false)
              as select 1 as id, 'x'::text as name with no data;
            alter materialized view m alter column name set statistics 5,
              alter column name set storage external,
              alter column name set compression pglz, alter column id set (n_distinct = 3);
            create materialized view filled as select 1 as id;
            """
        )
    )
    assert of(catalog, "materialized view") == {
        Ref("materialized view", "public", "m"): MaterializedView(
            definition=" SELECT 1 AS id,\n    'x'::text AS name",
            columns=(("id", "integer"), ("name", "text")),
            options=("fillfactor=60", "toast.autovacuum_enabled=false"),
            populated=False,
            column_settings=(
                ("id", "SET (n_distinct=3)"),
                ("name", "SET COMPRESSION pglz"),
                ("name", "SET STATISTICS 5"),
                ("name", "SET STORAGE external"),
            ),
        ),
        Ref("materialized view", "public", "filled"): MaterializedView(
            definition=" SELECT 1 AS id", columns=(("id", "integer"),)
        ),
    }


# ---------------------------------------------------------------------------------------------------- depends


def test_who_needs_whom(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create collation mine from "C";
            create domain amount as integer;
            create function one(integer) returns integer language sql immutable begin atomic select 1; end;
            create function fires() returns trigger language plpgsql as 'begin return new; end';
            create table parent (id integer primary key, a integer unique);
            create table t (
              id integer default one(1),
              owner integer references parent (id),
              many amount[] check (many[1] > 0),
              g integer generated always as (one(id)) stored,
              word text collate mine,
              parent_row parent,
              constraint c check (one(id) > 0)
            );
            create index by_owner on t (owner, one(id));
            create policy p on t using (owner = (select max(a) from parent));
            create trigger g before update of owner on t for each row when (new.id > 0)
              execute function fires();
            create rule r as on delete to t where old.id > 3 do instead nothing;
            create view v as select p.a, one(2) as b from parent p;
            create function reads(v) returns setof t language sql as 'select null::t';
            create view w as select b from v;
            alter view w alter column b set default one(3);
            """
        )
    )
    one = Ref("function", "public", "one", "integer")
    parent = Ref("table", "public", "parent")
    view = Ref("view", "public", "v")
    assert catalog.depends == {
        Ref("default", "public", "t", "id"): (one,),
        Ref("default", "public", "t", "g"): (column("id"), one),
        column("many"): (Ref("domain", "public", "amount"),),
        column("word"): (Ref("collation", "public", "mine"),),
        column("parent_row"): (parent,),
        Ref("constraint", "public", "parent", "parent_pkey"): (column("id", "parent"),),
        Ref("constraint", "public", "parent", "parent_a_key"): (column("a", "parent"),),
        Ref("constraint", "public", "t", "t_many_check"): (column("many"),),
        Ref("constraint", "public", "t", "c"): (column("id"), one),
        Ref("constraint", "public", "t", "t_owner_fkey"): (
            column("id", "parent"),
            column("owner"),
            Ref("constraint", "public", "parent", "parent_pkey"),
            parent,
        ),
        Ref("index", "public", "by_owner"): (column("id"), column("owner"), one),
        Ref("policy", "public", "t", "p"): (column("a", "parent"), column("owner")),
        Ref("trigger", "public", "t", "g"): (
            column("id"),
            column("owner"),
            Ref("function", "public", "fires"),
        ),
        Ref("rule", "public", "t", "r"): (column("id"),),
        Ref("function", "public", "fires"): (Ref("extension", "", "plpgsql"),),
        view: (column("a", "parent"), one),
        Ref("function", "public", "reads", "public.v"): (TABLE, view),
        Ref("view", "public", "w"): (column("b", "v"), one),
    }


def test_what_an_extension_owns_is_the_extensions(database: Open) -> None:
    catalog = introspect(
        database(
            """
            create schema ext;
            create extension citext schema ext;
            create table t (a ext.citext, b ext.citext[]);
            create index i on t (a);
            create view v as select ext.citext_hash(a) as h from t;
            create table theirs (id integer primary key, name text not null);
            create index on theirs (name);
            create view their_view as select id from theirs;
            create type their_type as (x integer);
            create sequence their_sequence;
            alter extension citext add table theirs;
            alter extension citext add view their_view;
            alter extension citext add type their_type;
            alter extension citext add sequence their_sequence;
            create view on_theirs as select name from theirs;
            create table on_their_key (id integer references theirs, c their_type);
            """
        )
    )
    citext = Ref("extension", "", "citext")
    assert {ref for ref in catalog.objects if ref.kind not in ("schema", "extension")} == {
        TABLE,
        column("a"),
        column("b"),
        Ref("index", "public", "i"),
        Ref("view", "public", "v"),
        Ref("view", "public", "on_theirs"),
        Ref("table", "public", "on_their_key"),
        column("id", "on_their_key"),
        column("c", "on_their_key"),
        Ref("constraint", "public", "on_their_key", "on_their_key_id_fkey"),
    }
    key = catalog.objects[Ref("constraint", "public", "on_their_key", "on_their_key_id_fkey")]
    assert isinstance(key, Constraint)
    assert key.references == Ref("table", "public", "theirs")
    assert key.referenced_columns == ("id",)
    assert {ref: needed for ref, needed in catalog.depends.items() if ref.kind != "extension"} == {
        column("a"): (citext,),
        column("b"): (citext,),
        Ref("index", "public", "i"): (column("a"), citext)
        if citext in catalog.depends[Ref("index", "public", "i")]
        else (column("a"),),
        Ref("view", "public", "v"): (column("a"), citext),
        Ref("view", "public", "on_theirs"): (citext,),
        column("c", "on_their_key"): (citext,),
        Ref("constraint", "public", "on_their_key", "on_their_key_id_fkey"): (
            column("id", "on_their_key"),
            citext,
        ),
    }


# ------------------------------------------------------------------------------------------------ connections


def test_the_callers_transaction_is_left_as_it_was(database: Open) -> None:
    conn = database("create table t (a integer)")
    conn.execute("set search_path = public, pg_temp; set quote_all_identifiers = on")
    with conn.transaction():
        conn.execute("set local statement_timeout = 54321")
        conn.execute("create table mine (a integer); declare c cursor for select 1")
        before = settings(conn)
        catalog = introspect(conn)
        assert settings(conn) == before
        assert conn.execute("fetch c").fetchone() == (1,)
    assert Ref("table", "public", "mine") in catalog.objects
    assert conn.execute("select to_regclass('mine') is not null").fetchone() == (True,)


@pytest.mark.parametrize("autocommit", [True, False])
def test_an_idle_connection_stays_idle(database: Open, autocommit: bool) -> None:
    conn = database("create table t (a integer)")
    conn.execute("set timezone = 'Asia/Tokyo'; set statement_timeout = '20s'")
    before = settings(conn)
    conn.autocommit = autocommit
    assert TABLE in introspect(conn).objects
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert settings(conn) == before
    conn.rollback()


def settings(conn: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select name, setting from pg_settings where name <> 'transaction_read_only'"
    ).fetchall()


@pytest.mark.parametrize("autocommit", [True, False])
def test_one_snapshot_and_no_writing(
    database: Open, monkeypatch: pytest.MonkeyPatch, autocommit: bool
) -> None:
    conn = database("")
    conn.autocommit = autocommit
    seen: list[tuple[Any, ...]] = []
    ask(
        monkeypatch,
        "select current_setting('transaction_isolation'), current_setting('transaction_read_only')",
        seen,
    )
    introspect(conn)
    assert seen == [("repeatable read", "on")]


def test_a_change_while_it_is_read_is_met_by_reading_again(
    database: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    conn = database("create table t (a integer)")
    seen: list[tuple[Any, ...]] = []
    ask(monkeypatch, "select 'gone'::regclass", seen, "select 'gone'::regclass", "select 1")
    assert TABLE in introspect(conn).objects
    assert seen == [(1,)]
    ask(monkeypatch, "select 'gone'::regclass", seen)
    with pytest.raises(OrmonyError, match='relation "gone" does not exist'):
        introspect(conn)
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert caplog.records == []


def test_kinds_that_nobody_made_are_not_asked_for(database: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    conn = database("create table t (a integer)")
    asked: list[str] = []

    def text(name: str, major: int) -> bytes:
        asked.append(name)
        return _sql(name, major)

    monkeypatch.setattr("ormony.database.introspect._sql", text)
    introspect(conn)
    assert {"columns", "owners", "depends"} <= set(asked)
    assert not {"enums", "domains", "routines", "policies", "operator_items"} & set(asked)
    asked.clear()
    conn.execute("create type e as enum (); create function f() returns void language sql as ''")
    introspect(conn)
    assert {"enums", "routines"} <= set(asked)
    assert not {"domains", "policies"} & set(asked)


def test_rows_are_decoded_while_the_server_is_at_what_follows(
    database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn = database("")
    late: list[str] = []

    def decode(rows: object, reading: Reading) -> None:
        until = time.monotonic() + 1.5
        with connect(conn.info.dsn) as other:
            while not late and time.monotonic() < until:  # the server may not have come to it yet
                found = other.execute(
                    "select query from pg_stat_activity where pid = %s and wait_event = 'PgSleep'",
                    [conn.info.backend_pid],
                ).fetchall()
                late.extend(query for (query,) in found)

    def text(name: str, major: int) -> bytes:
        return {"early": b"select repeat('x', 100000)", "late": b"select pg_sleep(2)"}.get(name) or _sql(
            name, major
        )

    monkeypatch.setattr("ormony.database.introspect._sql", text)
    monkeypatch.setattr(
        "ormony.database.introspect.BEHAVIOR",
        (Query("early", decode), Query("late", lambda rows, reading: None)),
    )
    introspect(conn)
    assert late == ["select pg_sleep(2)"]


TWO = """
    create table one (id integer primary key, a text check (a <> ''));
    create table two (id integer references one, unique (id));
    create index on one (lower(a)) where id > 0;
    alter table one enable row level security;
    create policy mine on one using (id > 1)
"""


def test_a_big_database_is_read_by_two_connections_in_one_snapshot(
    database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ormony.database.introspect._BIG", "true")
    conn = database(TWO)
    alone = introspect(conn)
    opened: list[Connection] = []

    def beside() -> Connection:
        other = connect(conn.info.dsn)
        other.execute("create table late (id integer primary key)")
        opened.append(other)
        return other

    assert introspect(conn, beside=beside) == alone
    assert [other.closed for other in opened] == [True]
    assert Ref("table", "public", "late") in introspect(conn).objects


def test_without_a_second_connection_one_reads_all(database: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ormony.database.introspect._BIG", "true")
    conn = database(TWO)
    alone = introspect(conn)
    tried: list[Connection] = []

    def refused() -> Connection:
        tried.append(conn)
        raise psycopg.OperationalError("too many clients")

    def elsewhere() -> Connection:
        tried.append(connect(conn.info.dsn.replace(f"dbname={conn.info.dbname}", "dbname=postgres")))
        return tried[-1]

    assert introspect(conn, beside=refused) == alone
    assert introspect(conn, beside=elsewhere) == alone
    assert len(tried) == 2
    assert tried[1].closed
    with conn.transaction():
        assert introspect(conn, beside=refused) == alone
    monkeypatch.undo()
    assert introspect(conn, beside=refused) == alone
    assert len(tried) == 2, "in the caller's transaction, and for a small database, none is opened"


def test_what_a_second_connection_is_refused_is_said(database: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ormony.database.introspect._BIG", "true")
    conn = database(TWO)

    def text(name: str, major: int) -> bytes:
        return b"select 1 / 0" if name == "indexes" else _sql(name, major)

    monkeypatch.setattr("ormony.database.introspect._sql", text)
    with pytest.raises(OrmonyError, match="division by zero"):
        introspect(conn, beside=lambda: connect(conn.info.dsn))
    monkeypatch.undo()
    assert Ref("table", "public", "one") in introspect(conn).objects


def ask(monkeypatch: pytest.MonkeyPatch, sql: str, seen: list[tuple[Any, ...]], *then: str) -> None:
    """Let the next reading ask this too, and the readings after it what follows."""
    texts = iter([sql, *then])
    last = [sql]

    def text(name: str, major: int) -> bytes:
        if name != "asked":
            return _sql(name, major)
        last[0] = next(texts, last[0])
        return last[0].encode()

    monkeypatch.setattr("ormony.database.introspect._sql", text)
    monkeypatch.setattr(
        "ormony.database.introspect.BEHAVIOR", (Query("asked", lambda rows, reading: seen.extend(rows)),)
    )


def test_a_definition_that_is_gone_is_no_definition() -> None:
    reading = Reading(180000, "postgres")
    relations, views = (
        next(query.decode for query in STRUCTURE if query.name == name) for name in ("relations", "views")
    )
    relations([(1, "v", "public", "v", 2, 3, *[None] * 14)], reading)
    with pytest.raises(ChangedMeanwhile):
        views([(1, 4, None, None, None, None, None, True)], reading)


def test_a_role_without_rights_reads_it_too(database: Open) -> None:
    conn = database(
        """
        create schema hidden;
        revoke all on schema hidden from public;
        create table hidden.t (id integer primary key, a text default 'x' check (a <> ''));
        create view hidden.v as select a from hidden.t;
        create sequence hidden.s;
        """
    )
    full = introspect(conn)
    conn.execute("set role anon")
    try:
        seen = introspect(conn)
    finally:
        conn.execute("reset role")
    assert seen.role == "anon"
    assert seen.objects == full.objects
    assert seen.depends == full.depends


def test_a_failed_transaction_cannot_be_read(database: Open) -> None:
    conn = database("")
    conn.execute("begin")
    with pytest.raises(psycopg.Error):
        conn.execute("select 1 / 0")
    with pytest.raises(OrmonyError) as raised:
        introspect(conn)
    assert raised.value.code == "cannot-introspect"
    conn.rollback()
    with conn.pipeline(), pytest.raises(OrmonyError, match="pipeline mode"):
        introspect(conn)
    conn.close()
    with pytest.raises(OrmonyError, match="the connection is closed"):
        introspect(conn)


def test_a_read_that_fails_leaves_the_transaction_usable(database: Open, cluster: server.Cluster) -> None:
    conn = database("create table t (a integer)")
    with connect(conn.info.dsn) as other, other.transaction():
        other.execute("create view v as select 1; lock table t in access exclusive mode")
        other.execute("lock table pg_catalog.pg_statistic_ext in access exclusive mode")
        conn.execute("begin")
        conn.execute("set local lock_timeout = '100ms'")
        with pytest.raises(OrmonyError, match="lock timeout"):
            introspect(conn)
        assert conn.execute("show lock_timeout").fetchone() == ("100ms",)
    assert TABLE in introspect(conn).objects
    conn.rollback()


def test_the_collector_is_off_until_the_last_thread_has_read() -> None:
    """The first that ends must not turn it on for those that still read."""
    assert gc.isenabled()
    inside, leave = threading.Barrier(3), [threading.Event(), threading.Event()]

    def read(number: int) -> None:
        with _uncollected:
            inside.wait(10)
            leave[number].wait(10)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(2)]
    try:
        for thread in threads:
            thread.start()
        inside.wait(10)
        assert not gc.isenabled()
        leave[0].set()
        threads[0].join(10)
        assert not gc.isenabled()
        leave[1].set()
        threads[1].join(10)
        assert gc.isenabled()
        gc.disable()
        with _uncollected:
            pass
        assert not gc.isenabled()  # it was off before
    finally:
        for event in leave:
            event.set()
        for thread in threads:
            thread.join(10)
        gc.unfreeze()
        gc.enable()
