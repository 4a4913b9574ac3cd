"""What acts in a database, and what stands beside its objects, is read as it was written: field by field, on
PostgreSQL 15 to 18, as a superuser and as a role without any right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from ormony.catalog import (
    Argument,
    Catalog,
    DefaultPrivileges,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    Grant,
    Kind,
    Membership,
    Options,
    Policy,
    Publication,
    PublicationTable,
    Ref,
    Role,
    Routine,
    Rule,
    Server,
    Subscription,
    Trigger,
    UserMapping,
)
from ormony.database import server
from ormony.database.decode_behavior import dictionary_options
from ormony.database.introspect import introspect

READER, ODD, PLAIN = "behavior_reader", 'Odd "role"', "behavior_nobody"
OWNER = server.SUPERUSER

SETUP = r'''
create schema app;
create schema "Odd Schema";
create table app.t (id integer primary key, a text, b integer, constraint positive check (b > 0));
create table app.identified (id bigint generated always as identity);
create table app.log (id integer, at date) partition by range (id);
create table app.log_1 partition of app.log for values from (1) to (9);
create table app.log_2 partition of app.log for values from (10) to (19);
create table app.child (id integer, t_id integer constraint child_t references app.t);
create view app.v as select id, a from app.t;
create materialized view app.m as select id from app.t;
create index t_a on app.t (a);
create sequence app.counter;
create type app.mood as enum ('low', 'high');
create type app.pair as (x integer, y text);
create type app.span as range (subtype = integer);
create domain app.amount as integer constraint above check (value > 0);
create statistics app.stats on a, b from app.t;
create extension {extension} schema "Odd Schema";

create function app.add(a integer, b integer default 2, c text default 'x;y') returns integer
  language sql immutable strict as $$ select a + b $$;
create function app.many(in a integer, out b "Odd Schema".{type}, inout c text, variadic d integer[])
  language plpgsql stable security definer set search_path = '' set work_mem = '8MB' as $x$
begin
end


$x$;
create function app.rows(low integer) returns table (n integer, mood app.mood)
  language sql rows 7 cost 3 parallel safe begin atomic select 1, 'low'::app.mood; end;
create function app.counted() returns bigint language internal window as 'window_row_number';
create function app.unnamed(app.mood, "Odd Schema".{type}[]) returns setof integer language sql as 'select 1';
create procedure app.work(in a integer, out b integer) language plpgsql as 'begin b := 1; end';

create aggregate app.total (integer) (
  sfunc = int4pl, stype = integer, sspace = 8, finalfunc = int4abs, finalfunc_modify = shareable,
  combinefunc = int4pl, initcond = '0', msfunc = int4pl, minvfunc = int4mi, mstype = integer, msspace = 4,
  mfinalfunc = int4abs, mfinalfunc_modify = read_write, minitcond = '1', sortop = <, parallel = restricted);
create aggregate app.everything (*) (sfunc = int8inc, stype = bigint, initcond = '1');
create aggregate app.joined (text) (sfunc = textcat, stype = text, initcond = 'it''s');
create aggregate app.ranked (variadic "any" order by variadic "any") (
  sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final,
  finalfunc_extra, hypothetical);
create aggregate app.collected (anynonarray) (
  sfunc = array_agg_transfn, stype = internal, finalfunc = array_agg_finalfn,
  finalfunc_extra, parallel = safe{serial});

create function app.touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before update of a on app.t for each row when (new.a is not null)
  execute function app.touch();
create trigger every after insert on app.t referencing new table as added execute function app.touch();
create constraint trigger late after insert on app.t deferrable initially deferred
  for each row execute function app.touch();
create trigger logged after insert on app.log for each row execute function app.touch();
alter table app.t disable trigger touch;
alter table app.t enable replica trigger every;
alter table app.t enable always trigger late;
create function app.noticed() returns event_trigger language plpgsql as 'begin end';
create event trigger behavior_noticed on ddl_command_end when tag in ('DROP TABLE', 'CREATE TABLE')
  execute function app.noticed();
alter event trigger behavior_noticed enable replica;

create policy narrow on app.t as restrictive for update to behavior_reader, "Odd ""role"""
  using (b > 0) with check (b > 1);
create policy wide on app.t using (true);
create policy s on app.t for select to public using (a is null);
create policy i on app.t for insert to current_user with check (a is null);
create policy d on app.t for delete using (false);
create rule kept as on delete to app.t where old.b > 3 do instead nothing;
alter table app.t disable rule kept;
create rule plain as on update to app.v do instead nothing;

create function app.as_integer(app.mood) returns integer language sql as 'select 1';
create cast (app.mood as integer) with function app.as_integer(app.mood) as implicit;
create cast (app.pair as text) with inout as assignment;
create cast (text as bytea) without function;
create function app.same(app.pair, app.pair) returns boolean language sql immutable as 'select true';
create operator app.=== (function = app.same, leftarg = app.pair, rightarg = app.pair,
  commutator = operator(app.===), negator = operator(app.!==), restrict = eqsel, join = eqjoinsel,
  hashes, merges);
create function app.minus(app.pair) returns integer language sql as 'select 1';
create operator app.- (function = app.minus, rightarg = app.pair);
create function app.compared(app.mood, app.mood) returns integer language sql immutable as 'select 0';
create function app.below(app.mood, app.mood) returns boolean language sql immutable as 'select true';
create operator app.<< (function = app.below, leftarg = app.mood, rightarg = app.mood);
create operator family app.family using btree;
create operator class app.ordered for type app.mood using btree family app.family as
  operator 1 app.<<, function 1 app.compared(app.mood, app.mood);
alter operator family app.family using btree add
  operator 1 <(integer, bigint), function 1 (integer, bigint) btint48cmp(integer, bigint);
create operator class app.searched default for type app.pair using gin as storage text;
create operator class app.nearest for type app.span using gist as
  operator 1 pg_catalog.<<(point, point), operator 2 pg_catalog.<->(point, point) for order by float_ops,
  storage box;
alter operator family app.nearest using gist add operator 10 pg_catalog.>>(point, point);
create function app.received(internal) returns app.mood language internal stable as 'enum_recv';
create transform for app.mood language sql
  (from sql with function prsd_lextype(internal), to sql with function app.received(internal));

create text search parser app.words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end,
  lextypes = prsd_lextype, headline = prsd_headline);
create text search template app.simply (init = dsimple_init, lexize = dsimple_lexize);
create text search dictionary app.plain (template = app.simply, stopwords = 'english', accept = false);
create text search dictionary app.bare (template = pg_catalog.simple);
create text search configuration app.search (parser = app.words);
alter text search configuration app.search add mapping for asciiword, "int" with app.plain, english_stem;

create foreign data wrapper "Behavior Wrapper" no handler validator postgresql_fdw_validator;
create foreign data wrapper behavior_other options (debug 'true', "Odd Name" 'a=b');
create server "Odd Server" type 'kind' version '1.0' foreign data wrapper "Behavior Wrapper"
  options (host 'h', dbname 'x=y');
create server bare foreign data wrapper behavior_other;
create user mapping for public server "Odd Server" options (user 'u');
create user mapping for behavior_reader server "Odd Server" options (user 'u', password 'p''w');

create publication partly for table app.t (id, b) where (b > 1), table app.child
  with (publish = 'insert, delete', publish_via_partition_root);
create publication schemas for tables in schema app, "Odd Schema";
create publication everything for all tables;
create subscription behavior_sub connection 'host=127.0.0.1 dbname=x password=secret' publication z, a
  with (connect = false, slot_name = 'it', binary, streaming = on, synchronous_commit = local, two_phase,
  disable_on_error);
create collation app.bytes (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
create collation app.c (provider = libc, locale = 'C');
create default conversion app.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create access method behavior_heap type table handler heap_tableam_handler;
create trusted language behavior_language handler plpgsql_call_handler inline plpgsql_inline_handler
  validator plpgsql_validator;

alter default privileges for role behavior_reader in schema app
  grant select on tables to "Odd ""role""" with grant option;
alter default privileges for role behavior_reader revoke execute on functions from public;
'''

GRANTS = r'''
grant usage on schema app to behavior_reader;
grant select, insert on app.t to behavior_reader with grant option;
set role behavior_reader;
grant select on app.t to "Odd ""role""", public;
reset role;
grant update (a), references (b) on app.t to "Odd ""role""";
revoke all on app.child from supabase_admin;
grant select on app.v to behavior_reader;
grant usage on sequence app.counter, app.identified_id_seq to behavior_reader;
revoke execute on function app.add(integer, integer, text) from public;
grant execute on procedure app.work to behavior_reader;
revoke usage on type app.mood from public;
grant usage on foreign server bare to behavior_reader;
grant usage on foreign data wrapper behavior_other to behavior_reader;
revoke usage on language behavior_language from public;
revoke usage on schema public from public;
revoke execute on function pg_catalog.pg_sleep(double precision) from public;
grant select (relname) on pg_catalog.pg_class to behavior_reader;
revoke execute on function "Odd Schema".{function} from public;
grant select on app.m to behavior_reader;
revoke select on app.m from behavior_reader;
alter table app.log owner to behavior_reader;
alter function app.touch() owner to behavior_reader;
alter schema app owner to "Odd ""role""";
alter publication partly owner to behavior_reader;
'''

COMMENTED = {
    "schema app": Ref("schema", "", "app"),
    "table app.t": Ref("table", "app", "t"),
    "column app.t.a": Ref("column", "app", "t", "a"),
    "column app.v.id": Ref("column", "app", "v", "id"),
    "column app.pair.x": Ref("column", "app", "pair", "x"),
    "constraint positive on app.t": Ref("constraint", "app", "t", "positive"),
    "constraint t_pkey on app.t": Ref("constraint", "app", "t", "t_pkey"),
    "constraint above on domain app.amount": Ref("domain constraint", "app", "amount", "above"),
    "index app.t_a": Ref("index", "app", "t_a"),
    "index app.t_pkey": Ref("index", "app", "t_pkey"),
    "view app.v": Ref("view", "app", "v"),
    "materialized view app.m": Ref("materialized view", "app", "m"),
    "sequence app.counter": Ref("sequence", "app", "counter"),
    "sequence app.identified_id_seq": Ref("sequence", "app", "identified_id_seq"),
    "statistics app.stats": Ref("statistics", "app", "stats"),
    "type app.mood": Ref("enum", "app", "mood"),
    "type app.pair": Ref("composite type", "app", "pair"),
    "type app.span": Ref("range type", "app", "span"),
    "domain app.amount": Ref("domain", "app", "amount"),
    "function app.add(integer, integer, text)": Ref("function", "app", "add", "integer, integer, text"),
    "procedure app.work(integer)": Ref("procedure", "app", "work", "integer"),
    "aggregate app.everything(*)": Ref("aggregate", "app", "everything"),
    "trigger touch on app.t": Ref("trigger", "app", "t", "touch"),
    "event trigger behavior_noticed": Ref("event trigger", "", "behavior_noticed"),
    "policy narrow on app.t": Ref("policy", "app", "t", "narrow"),
    "rule kept on app.t": Ref("rule", "app", "t", "kept"),
    "cast (app.mood as integer)": Ref("cast", "", "app.mood", "integer"),
    "operator app.=== (app.pair, app.pair)": Ref("operator", "app", "===", "app.pair, app.pair"),
    "operator app.- (none, app.pair)": Ref("operator", "app", "-", "NONE, app.pair"),
    "operator class app.ordered using btree": Ref("operator class", "app", "ordered", "btree"),
    "operator family app.family using btree": Ref("operator family", "app", "family", "btree"),
    "transform for app.mood language sql": Ref("transform", "", "app.mood", "sql"),
    "text search parser app.words": Ref("text search parser", "app", "words"),
    "text search template app.simply": Ref("text search template", "app", "simply"),
    "text search dictionary app.plain": Ref("text search dictionary", "app", "plain"),
    "text search configuration app.search": Ref("text search configuration", "app", "search"),
    "foreign data wrapper behavior_other": Ref("foreign data wrapper", "", "behavior_other"),
    'server "Odd Server"': Ref("server", "", "Odd Server"),
    "publication partly": Ref("publication", "", "partly"),
    "subscription behavior_sub": Ref("subscription", "", "behavior_sub"),
    "collation app.bytes": Ref("collation", "app", "bytes"),
    "conversion app.latin": Ref("conversion", "app", "latin"),
    "access method behavior_heap": Ref("access method", "", "behavior_heap"),
    "language behavior_language": Ref("language", "", "behavior_language"),
    "extension {extension}": Ref("extension", "", "{extension}"),
}

LATE = """
alter subscription behavior_sub set (slot_name = none);
alter table app.log_1 disable trigger logged;
alter table app.child disable trigger all;
create function pg_catalog.behavior_mine() returns integer language sql as 'select 1';
alter operator family pg_catalog.integer_ops using btree add
  operator 1 app.<< (app.mood, app.mood);
alter function app.noticed() depends on extension plpgsql;
comment on type app.t is 'of a row type';
comment on rule "_RETURN" on app.v is 'of a view''s rule';
comment on trigger logged on app.log_1 is 'of a clone with a state';
comment on trigger logged on app.log_2 is 'of a clone';
set allow_system_table_mods = on;
insert into pg_seclabel (classoid, objoid, objsubid, provider, label) values
  ('pg_class'::regclass, 'app.t'::regclass, 0, 'two', 'b'),
  ('pg_class'::regclass, 'app.t'::regclass, 0, 'one', 'a'),
  ('pg_class'::regclass, 'app.t'::regclass, 2, 'one', 'c'),
  ('pg_class'::regclass, 'app.t_a'::regclass, 0, 'one', 'd');
"""

CITEXT = {
    "extension": "citext",
    "type": "citext",
    "function": 'citext_larger("Odd Schema".citext, "Odd Schema".citext)',
}
# A contrib extension with types and functions for each server: the embedded one has no contrib.
EXTENSIONS = {
    18: {"extension": "vector", "type": "vector", "function": 'vector_norm("Odd Schema".vector)'},
    **dict.fromkeys((15, 16, 17), CITEXT),
}


class Read(msgspec.Struct, frozen=True):
    """A database that was read twice: by a superuser with roles, and by a role without any right."""

    catalog: Catalog
    seen_by_nobody: Catalog
    words: dict[str, str]
    url: str

    def __getitem__(self, ref: Ref) -> Any:
        return self.catalog.objects[ref]

    @property
    def major(self) -> int:
        return self.catalog.version // 10000


def _read(cluster: server.Cluster, major: int) -> Iterator[Read]:
    name = "behavior"
    words = EXTENSIONS[major] | {"serial": ""}
    if major >= 16:  # array_agg can be combined, and says how it is sent, from 16 on
        words["serial"] = (
            ", combinefunc = array_agg_combine, serialfunc = array_agg_serialize,"
            " deserialfunc = array_agg_deserialize"
        )
    with cluster.admin() as admin:
        admin.execute(
            "create role behavior_reader nologin createdb connection limit 3 valid until '2030-01-02'"
        )
        admin.execute("alter role behavior_reader set work_mem = '9MB'")
        admin.execute("comment on role behavior_reader is 'who reads'")
        admin.execute('create role "Odd ""role""" noinherit')
        admin.execute("create role behavior_nobody login")
        admin.execute('grant behavior_reader to "Odd ""role""" with admin option')
        server.create_empty(admin, name, owner=OWNER)
    try:
        url = cluster.url(name, OWNER)
        with psycopg.connect(url, autocommit=True) as made:
            for script in (SETUP, GRANTS):
                for key, value in words.items():
                    script = script.replace("{" + key + "}", value)
                made.execute(script)
            for target, ref in COMMENTED.items():
                what = target.replace("{extension}", words["extension"])
                made.execute(f"comment on {what} is 'about {ref.kind} {ref.name} {ref.part}'")
            made.execute(LATE)
        with psycopg.connect(url) as connection:
            catalog = introspect(connection, roles=True)
        with psycopg.connect(cluster.url(name, PLAIN)) as connection:
            seen_by_nobody = introspect(connection)
        yield Read(catalog, seen_by_nobody, words, url)
    finally:
        with psycopg.connect(cluster.url(name, OWNER), autocommit=True) as made:
            made.execute("drop subscription if exists behavior_sub")
        with cluster.admin() as admin:
            server.drop_database(admin, name)
            admin.execute('drop role "Odd ""role""", behavior_reader, behavior_nobody')


@pytest.fixture(scope="module")
def read_18(cluster: server.Cluster) -> Iterator[Read]:
    yield from _read(cluster, 18)


@pytest.fixture(scope="module")
def read_15(postgres15: server.Cluster) -> Iterator[Read]:
    yield from _read(postgres15, 15)


@pytest.fixture(scope="module")
def read_16(postgres16: server.Cluster) -> Iterator[Read]:
    yield from _read(postgres16, 16)


@pytest.fixture(scope="module")
def read_17(postgres17: server.Cluster) -> Iterator[Read]:
    yield from _read(postgres17, 17)


@pytest.fixture(params=[18, 15, *(pytest.param(major, marks=pytest.mark.slow) for major in (16, 17))])
def read(request: pytest.FixtureRequest) -> Read:
    found = request.getfixturevalue(f"read_{request.param}")
    assert isinstance(found, Read)
    return found


def _routine(read: Read, kind: Kind, name: str, part: str = "") -> Routine:
    found = read[Ref(kind, "app", name, part)]
    assert isinstance(found, Routine)
    return found


def _options(
    read: Read, kind: Kind, name: str, part: str = "", schema: str = "app"
) -> tuple[tuple[str, str], ...]:
    found = read[Ref(kind, schema, name, part)]
    assert isinstance(found, Options)
    return found.options


def _of(catalog: Catalog, kind: Kind) -> set[Ref]:
    return {ref for ref, _ in catalog.of(kind)}


# ------------------------------------------------------------------------------------------------ routines


def test_a_function_with_defaults(read: Read) -> None:
    assert _routine(read, "function", "add", "integer, integer, text") == Routine(
        definition="CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 2,"
        " c text DEFAULT 'x;y'::text)\n"
        " RETURNS integer\n LANGUAGE sql\n IMMUTABLE STRICT\nAS $function$ select a + b $function$",
        language="sql",
        arguments=(
            Argument(name="a", type="integer"),
            Argument(name="b", type="integer", has_default=True),
            Argument(name="c", type="text", has_default=True),
        ),
        argument_defaults="a integer, b integer DEFAULT 2, c text DEFAULT 'x;y'::text",
        returns="integer",
        body=" select a + b ",
        volatility="immutable",
        strict=True,
    )


def test_a_function_with_every_mode_whose_body_ends_in_blank_lines(read: Read) -> None:
    odd = f'"Odd Schema".{read.words["type"]}'
    assert _routine(read, "function", "many", "integer, text, integer[]") == Routine(
        definition=f"CREATE OR REPLACE FUNCTION app.many(a integer, OUT b {odd}, INOUT c text,"
        " VARIADIC d integer[])\n"
        " RETURNS record\n LANGUAGE plpgsql\n STABLE SECURITY DEFINER\n SET search_path TO ''\n"
        " SET work_mem TO '8MB'\nAS $function$\nbegin\nend\n$function$",
        language="plpgsql",
        arguments=(
            Argument(name="a", type="integer"),
            Argument(name="b", type=odd, mode="out"),
            Argument(name="c", type="text", mode="inout"),
            Argument(name="d", type="integer[]", mode="variadic"),
        ),
        argument_defaults=f"a integer, OUT b {odd}, INOUT c text, VARIADIC d integer[]",
        returns="record",
        body="\nbegin\nend\n",
        volatility="stable",
        security_definer=True,
        settings=('search_path=""', "work_mem=8MB"),
    )


def test_a_function_with_a_parsed_body_that_returns_a_table(read: Read) -> None:
    found = _routine(read, "function", "rows", "integer")
    assert found.body == ""
    assert found.returns_set
    assert found.returns == "TABLE(n integer, mood app.mood)"
    assert found.arguments == (
        Argument(name="low", type="integer"),
        Argument(name="n", type="integer", mode="table"),
        Argument(name="mood", type="app.mood", mode="table"),
    )
    assert " PARALLEL SAFE COST 3 ROWS 7\nBEGIN ATOMIC\n" in found.definition
    assert found.definition.endswith("\nEND")


def test_a_window_function_and_a_procedure(read: Read) -> None:
    assert _routine(read, "function", "counted").window
    assert _routine(read, "function", "counted").language == "internal"
    procedure = _routine(read, "procedure", "work", "integer")
    assert procedure.returns is None
    assert not procedure.window
    assert procedure.arguments == (
        Argument(name="a", type="integer"),
        Argument(name="b", type="integer", mode="out"),
    )


def test_arguments_without_names_are_identified_by_qualified_types(read: Read) -> None:
    odd = f'"Odd Schema".{read.words["type"]}[]'
    found = _routine(read, "function", "unnamed", f"app.mood, {odd}")
    assert found.arguments == (Argument(name="", type="app.mood"), Argument(name="", type=odd))
    assert found.returns == "SETOF integer"
    assert found.returns_set


def test_identities_name_functions_in_statements(cluster: server.Cluster, read_18: Read) -> None:
    with psycopg.connect(cluster.url("behavior", OWNER)) as connection:
        connection.execute("set local search_path = ''")
        for ref in read_18.catalog.objects:
            if ref.kind in ("function", "procedure", "aggregate"):
                word = {"function": "FUNCTION", "procedure": "PROCEDURE", "aggregate": "AGGREGATE"}[ref.kind]
                identity = ref.part or ("*" if ref.kind == "aggregate" else "")
                connection.execute(f'comment on {word} app."{ref.name}"({identity}) is null'.encode())
        connection.rollback()


def test_aggregates(read: Read) -> None:
    assert _options(read, "aggregate", "total", "integer") == (
        ("ARGUMENTS", "integer"),
        ("SFUNC", "int4pl"),
        ("STYPE", "integer"),
        ("SSPACE", "8"),
        ("FINALFUNC", "int4abs"),
        ("FINALFUNC_MODIFY", "SHAREABLE"),
        ("COMBINEFUNC", "int4pl"),
        ("INITCOND", "'0'"),
        ("MSFUNC", "int4pl"),
        ("MINVFUNC", "int4mi"),
        ("MSTYPE", "integer"),
        ("MSSPACE", "4"),
        ("MFINALFUNC", "int4abs"),
        ("MFINALFUNC_MODIFY", "READ_WRITE"),
        ("MINITCOND", "'1'"),
        ("SORTOP", "OPERATOR(pg_catalog.<)"),
        ("PARALLEL", "RESTRICTED"),
    )
    assert _options(read, "aggregate", "everything") == (
        ("ARGUMENTS", "*"),
        ("SFUNC", "int8inc"),
        ("STYPE", "bigint"),
        ("INITCOND", "'1'"),
    )
    assert _options(read, "aggregate", "joined", "text") == (
        ("ARGUMENTS", "text"),
        ("SFUNC", "textcat"),
        ("STYPE", "text"),
        ("INITCOND", "'it''s'"),
    )
    assert _options(read, "aggregate", "ranked", '"any"') == (
        ("ARGUMENTS", 'VARIADIC "any" ORDER BY VARIADIC "any"'),
        ("SFUNC", "ordered_set_transition_multi"),
        ("STYPE", "internal"),
        ("FINALFUNC", "rank_final"),
        ("FINALFUNC_EXTRA", ""),
        ("HYPOTHETICAL", ""),
    )


def test_an_aggregate_that_is_combined_and_sent(read_18: Read) -> None:
    assert _options(read_18, "aggregate", "collected", "anynonarray") == (
        ("ARGUMENTS", "anynonarray"),
        ("SFUNC", "array_agg_transfn"),
        ("STYPE", "internal"),
        ("FINALFUNC", "array_agg_finalfn"),
        ("FINALFUNC_EXTRA", ""),
        ("COMBINEFUNC", "array_agg_combine"),
        ("SERIALFUNC", "array_agg_serialize"),
        ("DESERIALFUNC", "array_agg_deserialize"),
        ("PARALLEL", "SAFE"),
    )


# ---------------------------------------------------------------------------- triggers, policies and rules


def test_triggers(read: Read) -> None:
    touch = Ref("function", "app", "touch")
    assert read[Ref("trigger", "app", "t", "touch")] == Trigger(
        definition="CREATE TRIGGER touch BEFORE UPDATE OF a ON app.t FOR EACH ROW WHEN ((new.a IS NOT NULL))"
        " EXECUTE FUNCTION app.touch()",
        function=touch,
        enabled="disabled",
    )
    assert read[Ref("trigger", "app", "t", "every")] == Trigger(
        definition="CREATE TRIGGER every AFTER INSERT ON app.t REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.touch()",
        function=touch,
        enabled="replica",
    )
    assert read[Ref("trigger", "app", "t", "late")] == Trigger(
        definition="CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.t DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION app.touch()",
        function=touch,
        enabled="always",
    )


def test_a_clone_of_a_trigger_is_seen_only_where_its_state_is_its_own(read: Read) -> None:
    clone = Ref("trigger", "app", "log_1", "logged")
    assert read[clone].enabled == "disabled"
    assert read[clone].parent == Ref("trigger", "app", "log", "logged")
    with psycopg.connect(read.url) as connection:
        connection.execute("alter table app.log_1 enable trigger logged")
        alike = introspect(connection)
        connection.rollback()
    assert clone not in alike.objects
    assert Ref("trigger", "app", "log", "logged") in alike.objects


def test_event_triggers(read: Read) -> None:
    assert read[Ref("event trigger", "", "behavior_noticed")] == EventTrigger(
        event="ddl_command_end",
        function=Ref("function", "app", "noticed"),
        tags=("DROP TABLE", "CREATE TABLE"),
        enabled="replica",
    )


def test_policies(read: Read) -> None:
    found = {ref.part: value for ref, value in read.catalog.of("policy")}
    assert found == {
        "narrow": Policy(
            command="update", permissive=False, roles=(ODD, READER), using="(b > 0)", check="(b > 1)"
        ),
        "wide": Policy(command="all", using="true"),
        "s": Policy(command="select", using="(a IS NULL)"),
        "i": Policy(command="insert", roles=(OWNER,), check="(a IS NULL)"),
        "d": Policy(command="delete", using="false"),
    }


def test_rules(read: Read) -> None:
    assert read[Ref("rule", "app", "t", "kept")] == Rule(
        definition="CREATE RULE kept AS\n    ON DELETE TO app.t\n   WHERE (old.b > 3) DO INSTEAD NOTHING",
        enabled="disabled",
    )
    assert read[Ref("rule", "app", "v", "plain")] == Rule(
        definition="CREATE RULE plain AS\n    ON UPDATE TO app.v DO INSTEAD NOTHING"
    )
    assert len(_of(read.catalog, "rule")) == 2


# ---------------------------------------------------------------------------------------- casts, operators


def test_casts(read: Read) -> None:
    assert _options(read, "cast", "app.mood", "integer", "") == (
        ("WITH FUNCTION", "app.as_integer(app.mood)"),
        ("AS IMPLICIT", ""),
    )
    assert _options(read, "cast", "app.pair", "text", "") == (("WITH INOUT", ""), ("AS ASSIGNMENT", ""))
    assert _options(read, "cast", "text", "bytea", "") == (("WITHOUT FUNCTION", ""),)


def test_operators_without_those_that_are_only_named(read: Read) -> None:
    assert _options(read, "operator", "===", "app.pair, app.pair") == (
        ("FUNCTION", "app.same"),
        ("LEFTARG", "app.pair"),
        ("RIGHTARG", "app.pair"),
        ("COMMUTATOR", "OPERATOR(app.===)"),
        ("NEGATOR", "OPERATOR(app.!==)"),
        ("RESTRICT", "eqsel"),
        ("JOIN", "eqjoinsel"),
        ("HASHES", ""),
        ("MERGES", ""),
    )
    assert _options(read, "operator", "-", "NONE, app.pair") == (
        ("FUNCTION", "app.minus"),
        ("RIGHTARG", "app.pair"),
    )
    assert {ref.name for ref in _of(read.catalog, "operator")} == {"===", "-", "<<"}


def test_operator_classes_and_families(read: Read) -> None:
    assert _options(read, "operator class", "ordered", "btree") == (
        ("FOR TYPE", "app.mood"),
        ("USING", "btree"),
        ("FAMILY", "app.family"),
        ("OPERATOR 1", "app.<<(app.mood, app.mood)"),
        ("FUNCTION 1", "(app.mood, app.mood) app.compared(app.mood,app.mood)"),
    )
    assert _options(read, "operator class", "searched", "gin") == (
        ("DEFAULT", ""),
        ("FOR TYPE", "app.pair"),
        ("USING", "gin"),
        ("FAMILY", "app.searched"),
        ("STORAGE", "text"),
    )
    # In a GiST class operators are only loosely the class's: PostgreSQL hangs them on the family.
    assert _options(read, "operator class", "nearest", "gist")[-1] == ("STORAGE", "box")
    assert _options(read, "operator family", "nearest", "gist") == (
        ("USING", "gist"),
        ("OPERATOR 1", "pg_catalog.<<(point, point)"),
        ("OPERATOR 2", "pg_catalog.<->(point, point) FOR ORDER BY pg_catalog.float_ops"),
        ("OPERATOR 10", "pg_catalog.>>(point, point)"),
    )
    assert _options(read, "operator family", "family", "btree") == (
        ("USING", "btree"),
        ("OPERATOR 1", "pg_catalog.<(integer, bigint)"),
        ("FUNCTION 1", "(integer, bigint) btint48cmp(integer,bigint)"),
    )


def test_transforms(read: Read) -> None:
    assert _options(read, "transform", "app.mood", "sql", "") == (
        ("FROM SQL WITH FUNCTION", "prsd_lextype(internal)"),
        ("TO SQL WITH FUNCTION", "app.received(internal)"),
    )


def test_text_search(read: Read) -> None:
    assert _options(read, "text search parser", "words") == (
        ("START", "prsd_start"),
        ("GETTOKEN", "prsd_nexttoken"),
        ("END", "prsd_end"),
        ("LEXTYPES", "prsd_lextype"),
        ("HEADLINE", "prsd_headline"),
    )
    assert _options(read, "text search template", "simply") == (
        ("INIT", "dsimple_init"),
        ("LEXIZE", "dsimple_lexize"),
    )
    assert _options(read, "text search dictionary", "plain") == (
        ("TEMPLATE", "app.simply"),
        ("stopwords", "'english'"),
        ("accept", "'false'"),
    )
    assert _options(read, "text search dictionary", "bare") == (("TEMPLATE", "pg_catalog.simple"),)
    assert _options(read, "text search configuration", "search") == (
        ("PARSER", "app.words"),
        ("MAPPING asciiword", "app.plain, pg_catalog.english_stem"),
        ('MAPPING "int"', "app.plain, pg_catalog.english_stem"),
    )


# ----------------------------------------------------------------- extensions, languages and what has none


def test_extensions_stand_for_what_they_own(read: Read) -> None:
    found = read[Ref("extension", "", read.words["extension"])]
    assert isinstance(found, Extension)
    assert found.schema == "Odd Schema"
    assert found.relocatable
    assert found.version
    assert found.configuration == ()
    assert Ref("extension", "", "plpgsql") in read.catalog.objects
    assert not [ref for ref in read.catalog.objects if ref.schema == "Odd Schema"]


def test_an_extension_with_tables_of_its_own(postgres15: server.Cluster) -> None:
    with postgres15.admin() as admin:
        server.create_empty(admin, "configured", owner=OWNER)
    try:
        with psycopg.connect(postgres15.url("configured", OWNER)) as connection:
            connection.execute("create table public.kept (a integer); create extension hstore")
            connection.execute("alter extension hstore add table public.kept")
            connection.execute(
                "update pg_extension set extconfig = array['public.kept'::regclass::oid],"
                " extcondition = array['where a > 1'] where extname = 'hstore'"
            )
            connection.execute("create function public.f() returns trigger language plpgsql as 'begin end'")
            connection.execute("create trigger made before insert on public.kept execute function public.f()")
            connection.execute("create rule made as on delete to public.kept do instead nothing")
            connection.execute("create policy made on public.kept using (true)")
            connection.execute("comment on trigger made on public.kept is 'of the extension'")
            connection.execute("grant select on public.kept to postgres")
            found = introspect(connection)
            connection.rollback()
    finally:
        with postgres15.admin() as admin:
            server.drop_database(admin, "configured")
    extension = found.objects[Ref("extension", "", "hstore")]
    assert isinstance(extension, Extension)
    assert extension.configuration == ("public.kept where a > 1",)
    assert Ref("table", "public", "kept") not in found.objects
    # As pg_dump has it: of what stands on an extension's table only policies and privileges are the user's.
    assert {ref.kind for ref in found.objects if ref.name == "kept"} == {"policy"}
    assert Grant("postgres", "SELECT", False, OWNER) in found.grants[Ref("table", "public", "kept")]
    assert not found.unmodelled
    assert not [ref for ref in found.comments if ref.kind == "trigger"]


def test_languages_access_methods_conversions(read: Read) -> None:
    assert _options(read, "language", "behavior_language", schema="") == (
        ("TRUSTED", ""),
        ("HANDLER", "plpgsql_call_handler"),
        ("INLINE", "plpgsql_inline_handler"),
        ("VALIDATOR", "plpgsql_validator"),
    )
    assert _options(read, "access method", "behavior_heap", schema="") == (
        ("TYPE", "TABLE"),
        ("HANDLER", "heap_tableam_handler"),
    )
    assert _options(read, "conversion", "latin") == (
        ("DEFAULT", ""),
        ("FOR", "'LATIN1'"),
        ("TO", "'UTF8'"),
        ("FROM", "iso8859_1_to_utf8"),
    )


def test_collations(read: Read) -> None:
    assert _options(read, "collation", "bytes") == (
        ("PROVIDER", "libc"),
        ("LC_COLLATE", "'C'"),
        ("LC_CTYPE", "'POSIX'"),
    )
    assert _options(read, "collation", "c") == (("PROVIDER", "libc"), ("LOCALE", "'C'"))


def test_collations_of_other_providers(cluster: server.Cluster, postgres15: server.Cluster) -> None:
    with psycopg.connect(cluster.url("template1", OWNER)) as connection:
        connection.execute("create collation public.made (provider = builtin, locale = 'C.UTF-8')")
        found = introspect(connection).objects[Ref("collation", "public", "made")]
        connection.rollback()
    assert found == Options(options=(("PROVIDER", "builtin"), ("LOCALE", "'C.UTF-8'")))
    with psycopg.connect(postgres15.url("template1", OWNER)) as connection:
        connection.execute(
            "create collation public.made (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        )
        found = introspect(connection).objects[Ref("collation", "public", "made")]
        connection.rollback()
    assert found == Options(
        options=(("PROVIDER", "icu"), ("DETERMINISTIC", "false"), ("LOCALE", "'und-u-ks-level2'"))
    )


# ---------------------------------------------------------------------------- foreign data and replication


def test_foreign_data(read: Read) -> None:
    assert read[Ref("foreign data wrapper", "", "Behavior Wrapper")] == ForeignDataWrapper(
        validator="postgresql_fdw_validator"
    )
    assert read[Ref("foreign data wrapper", "", "behavior_other")] == ForeignDataWrapper(
        options=(("Odd Name", "a=b"), ("debug", "true"))
    )
    assert read[Ref("server", "", "Odd Server")] == Server(
        wrapper="Behavior Wrapper", type="kind", version="1.0", options=(("dbname", "x=y"), ("host", "h"))
    )
    assert read[Ref("server", "", "bare")] == Server(wrapper="behavior_other")
    assert read[Ref("user mapping", "", "Odd Server", "public")] == UserMapping(options=(("user", "u"),))
    assert read[Ref("user mapping", "", "Odd Server", READER)] == UserMapping(
        options=(("password", "p'w"), ("user", "u"))
    )


def test_a_wrapper_with_a_handler(postgres15: server.Cluster) -> None:
    with psycopg.connect(postgres15.url("template1", OWNER)) as connection:
        connection.execute("create extension postgres_fdw")
        connection.execute("create foreign data wrapper made handler public.postgres_fdw_handler")
        found = introspect(connection)
        connection.rollback()
    assert found.objects[Ref("foreign data wrapper", "", "made")] == ForeignDataWrapper(
        handler="public.postgres_fdw_handler"
    )
    assert Ref("foreign data wrapper", "", "postgres_fdw") not in found.objects


def test_publications(read: Read) -> None:
    assert read[Ref("publication", "", "partly")] == Publication(
        operations=("insert", "delete"),
        via_root=True,
        tables=(
            PublicationTable(table=Ref("table", "app", "child")),
            PublicationTable(table=Ref("table", "app", "t"), columns=("b", "id"), where="(b > 1)"),
        ),
    )
    assert read[Ref("publication", "", "schemas")] == Publication(schemas=("Odd Schema", "app"))
    assert read[Ref("publication", "", "everything")] == Publication(all_tables=True)


def test_a_publication_of_generated_columns(cluster: server.Cluster) -> None:
    with psycopg.connect(cluster.url("template1", OWNER)) as connection:
        connection.execute("create publication made for all tables with (publish_generated_columns = stored)")
        found = introspect(connection).objects[Ref("publication", "", "made")]
        connection.rollback()
    assert found == Publication(all_tables=True, generated_columns="stored")


def test_subscriptions(read: Read) -> None:
    assert read[Ref("subscription", "", "behavior_sub")] == Subscription(
        publications=("z", "a"),
        options=(
            ("slot_name", "NONE"),
            ("binary", "true"),
            ("streaming", "on"),
            ("synchronous_commit", "'local'"),
            ("two_phase", "true"),
            ("disable_on_error", "true"),
        ),
        connection="host=127.0.0.1 dbname=x password=secret",
        enabled=False,
    )


def test_options_of_subscriptions_that_15_lacks(cluster: server.Cluster) -> None:
    with cluster.admin() as admin:
        server.create_empty(admin, "subscribed", owner=OWNER)
    try:
        with psycopg.connect(cluster.url("subscribed", OWNER)) as connection:
            connection.execute(
                "create subscription made connection 'host=h password=' publication p with (connect = false,"
                " slot_name = 'it', streaming = parallel, password_required = false, run_as_owner,"
                " origin = none, failover)"
            )
            found = introspect(connection).objects[Ref("subscription", "", "made")]
            connection.rollback()
    finally:
        with cluster.admin() as admin:
            server.drop_database(admin, "subscribed")
    assert found == Subscription(
        publications=("p",),
        options=(
            ("slot_name", "'it'"),
            ("streaming", "parallel"),
            ("password_required", "false"),
            ("run_as_owner", "true"),
            ("origin", "'none'"),
            ("failover", "true"),
        ),
        connection="host=h password=",
        enabled=False,
    )


# ----------------------------------------------------------------------------------- owners and privileges


def test_owners(read: Read) -> None:
    owners = read.catalog.owners
    assert owners[Ref("schema", "", "app")] == ODD
    assert owners[Ref("schema", "", "public")] == "pg_database_owner"
    assert owners[Ref("table", "app", "log")] == READER
    assert owners[Ref("function", "app", "touch")] == READER
    assert owners[Ref("publication", "", "partly")] == READER
    owned = {
        "schema", "language", "collation", "conversion", "table", "sequence", "enum", "domain",
        "composite type", "range type", "view", "materialized view", "function", "procedure", "aggregate",
        "event trigger", "statistics", "operator", "operator class", "operator family",
        "text search configuration", "text search dictionary", "foreign data wrapper", "server",
        "publication", "subscription",
    }  # fmt: skip
    assert {ref for ref in read.catalog.objects if ref.kind in owned} == set(owners)
    assert {ref.kind for ref in owners} == owned


def test_privileges_of_relations(read: Read) -> None:
    grants = read.catalog.grants
    everything = ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
    everything += ["MAINTAIN"] if read.major >= 17 else []
    assert set(grants[Ref("table", "app", "t")]) == {
        *(Grant(OWNER, privilege, False, OWNER) for privilege in everything),
        Grant(READER, "INSERT", True, OWNER),
        Grant(READER, "SELECT", True, OWNER),
        Grant(ODD, "SELECT", False, READER),
        Grant("", "SELECT", False, READER),
    }
    assert grants[Ref("table", "app", "t")] == tuple(sorted(grants[Ref("table", "app", "t")]))
    assert grants[Ref("table", "app", "child")] == ()
    assert Grant(READER, "SELECT", False, OWNER) in grants[Ref("view", "app", "v")]
    assert Ref("materialized view", "app", "m") not in grants  # given and taken back
    assert Ref("table", "app", "log") not in grants
    assert grants[Ref("column", "app", "t", "a")] == (Grant(ODD, "UPDATE", False, OWNER),)
    assert grants[Ref("column", "app", "t", "b")] == (Grant(ODD, "REFERENCES", False, OWNER),)
    for name in ("counter", "identified_id_seq"):
        assert set(grants[Ref("sequence", "app", name)]) == {
            Grant(READER, "USAGE", False, OWNER),
            *(Grant(OWNER, privilege, False, OWNER) for privilege in ("SELECT", "UPDATE", "USAGE")),
        }


def test_privileges_of_other_kinds(read: Read) -> None:
    grants = read.catalog.grants
    assert grants[Ref("function", "app", "add", "integer, integer, text")] == (
        Grant(OWNER, "EXECUTE", False, OWNER),
    )
    assert Grant(READER, "EXECUTE", False, OWNER) in grants[Ref("procedure", "app", "work", "integer")]
    assert grants[Ref("enum", "app", "mood")] == (Grant(OWNER, "USAGE", False, OWNER),)
    assert set(grants[Ref("schema", "", "app")]) == {
        Grant(READER, "USAGE", False, ODD),
        Grant(ODD, "CREATE", False, ODD),
        Grant(ODD, "USAGE", False, ODD),
    }
    assert Grant(READER, "USAGE", False, OWNER) in grants[Ref("server", "", "bare")]
    assert Grant(READER, "USAGE", False, OWNER) in grants[Ref("foreign data wrapper", "", "behavior_other")]
    assert grants[Ref("language", "", "behavior_language")] == (Grant(OWNER, "USAGE", False, OWNER),)


def test_privileges_of_what_nobody_made(read: Read) -> None:
    grants = dict(read.catalog.grants)
    assert grants.pop(Ref("schema", "", "public")) == (
        Grant("pg_database_owner", "CREATE", False, "pg_database_owner"),
        Grant("pg_database_owner", "USAGE", False, "pg_database_owner"),
    )
    mine = (Grant(OWNER, "EXECUTE", False, OWNER),)
    assert grants.pop(Ref("function", "pg_catalog", "pg_sleep", "double precision")) == mine
    assert grants.pop(Ref("column", "pg_catalog", "pg_class", "relname")) == (
        Grant(READER, "SELECT", False, OWNER),
    )
    name, _, types = read.words["function"].partition("(")
    assert grants.pop(Ref("function", "Odd Schema", name, types.removesuffix(")"))) == mine
    assert {ref.schema for ref in grants} == {"", "app"}


def test_an_untouched_database_has_no_grants(cluster: server.Cluster, postgres15: server.Cluster) -> None:
    for each in (cluster, postgres15):
        with each.admin() as admin:
            server.create_empty(admin, "untouched", owner=OWNER)
        try:
            with psycopg.connect(each.url("untouched", OWNER)) as connection:
                found = introspect(connection)
                connection.execute("drop schema public; create schema public")
                made_again = introspect(connection)
                connection.rollback()
        finally:
            with each.admin() as admin:
                server.drop_database(admin, "untouched")
        assert found.grants == {}
        assert found.unmodelled == {}
        assert found.comments == {Ref("schema", "", "public"): "standard public schema"}
        assert set(made_again.grants[Ref("schema", "", "public")]) == {
            Grant(OWNER, "CREATE", False, OWNER),
            Grant(OWNER, "USAGE", False, OWNER),
        }
        assert made_again.comments == {}


def test_default_privileges(read: Read) -> None:
    assert dict(read.catalog.of("default privileges")) == {
        Ref("default privileges", "app", READER, "r"): DefaultPrivileges(
            grants=(Grant(ODD, "SELECT", True, READER),)
        ),
        Ref("default privileges", "", READER, "f"): DefaultPrivileges(
            grants=(Grant(READER, "EXECUTE", False, READER),)
        ),
    }


# --------------------------------------------------------------------------- comments, labels and the rest


def test_comments_of_every_kind(read: Read) -> None:
    extension = read.words["extension"]
    expected = {
        Ref(ref.kind, ref.schema, ref.name.replace("{extension}", extension), ref.part): (
            f"about {ref.kind} {ref.name} {ref.part}"
        )
        for ref in COMMENTED.values()
    }
    expected[Ref("schema", "", "public")] = "standard public schema"
    expected[Ref("role", "", READER)] = "who reads"
    expected[Ref("trigger", "app", "log_1", "logged")] = "of a clone with a state"
    assert {
        ref: text for ref, text in read.catalog.comments.items() if ref in expected or ref.kind != "role"
    } == expected


def test_security_labels(read: Read) -> None:
    assert read.catalog.labels == {
        Ref("table", "app", "t"): (("one", "a"), ("two", "b")),
        Ref("column", "app", "t", "a"): (("one", "c"),),
        Ref("index", "app", "t_a"): (("one", "d"),),
    }


def test_what_no_kind_covers_is_hashed(read: Read) -> None:
    found = dict(read.catalog.unmodelled)

    def taken(name: str, text: str) -> None:
        assert found.pop(name) == hashlib.sha256(text.encode()).hexdigest()

    taken(
        "function pg_catalog.behavior_mine()",
        "CREATE OR REPLACE FUNCTION pg_catalog.behavior_mine()\n RETURNS integer\n LANGUAGE sql\n"
        "AS $function$select 1$function$\n",
    )
    taken(
        "OPERATOR 1 app.<<(app.mood, app.mood) of an operator family of PostgreSQL's",
        "app.<<(app.mood, app.mood)",
    )
    for function in ("ins", "upd"):
        taken(f'trigger of constraint child_t on app.child that calls "RI_FKey_check_{function}"', "D")
    taken("function app.noticed() depends on extension plpgsql", "x")
    taken("comment on type app.t", "of a row type")
    taken("comment on rule _RETURN on view app.v", "of a view's rule")
    taken("comment on trigger logged on table app.log_2", "of a clone")
    assert not found


# --------------------------------------------------------------------------------------- roles and reading


def test_roles_only_on_request(read: Read) -> None:
    assert read[Ref("role", "", READER)] == Role(
        options=("CONNECTION LIMIT 3", "CREATEDB", "VALID UNTIL '2030-01-02 00:00:00+00'"),
        settings=("work_mem=9MB",),
    )
    assert read[Ref("role", "", ODD)] == Role(options=("NOINHERIT",))
    assert read[Ref("role", "", PLAIN)] == Role(options=("LOGIN",))
    assert {"SUPERUSER", "CREATEROLE", "REPLICATION", "BYPASSRLS"} <= set(
        read[Ref("role", "", OWNER)].options
    )
    assert read[Ref("membership", "", READER, ODD)] == Membership(options=("ADMIN", "SET"))
    assert not _of(read.seen_by_nobody, "role") | _of(read.seen_by_nobody, "membership")


def test_a_role_without_rights_sees_all_but_secrets(read: Read) -> None:
    seen, known = read.seen_by_nobody, read.catalog
    hidden = {
        Ref("user mapping", "", "Odd Server", "public"): UserMapping(),
        Ref("user mapping", "", "Odd Server", READER): UserMapping(),
        Ref("subscription", "", "behavior_sub"): msgspec.structs.replace(
            read[Ref("subscription", "", "behavior_sub")], connection=""
        ),
    }
    cluster_wide = _of(known, "role") | _of(known, "membership")
    assert seen.objects == {
        ref: hidden.get(ref, value) for ref, value in known.objects.items() if ref not in cluster_wide
    }
    assert seen.unseen == (
        "the options of the user mapping for public on server Odd Server",
        "the options of the user mapping for behavior_reader on server Odd Server",
        "the connection of the subscription behavior_sub",
    )
    assert known.unseen == ()
    assert (seen.owners, seen.grants, seen.labels, seen.unmodelled) == (
        known.owners,
        known.grants,
        known.labels,
        known.unmodelled,
    )


def test_what_triggers_policies_and_operators_need(read: Read) -> None:
    depends = read.catalog.depends
    column = Ref("column", "app", "t", "b")
    assert Ref("function", "app", "touch") in depends[Ref("trigger", "app", "t", "touch")]
    assert Ref("function", "app", "noticed") in depends[Ref("event trigger", "", "behavior_noticed")]
    assert column in depends[Ref("policy", "app", "t", "narrow")]
    assert column in depends[Ref("rule", "app", "t", "kept")]
    assert column in depends[Ref("publication", "", "partly")]
    assert Ref("enum", "app", "mood") in depends[Ref("function", "app", "rows", "integer")]
    assert Ref("function", "app", "as_integer", "app.mood") in depends[Ref("cast", "", "app.mood", "integer")]
    assert {
        Ref("operator", "app", "<<", "app.mood, app.mood"),
        Ref("function", "app", "compared", "app.mood, app.mood"),
        Ref("operator family", "app", "family", "btree"),
    } <= set(depends[Ref("operator class", "app", "ordered", "btree")])
    configuration = Ref("text search configuration", "app", "search")
    assert Ref("text search dictionary", "app", "plain") in depends[configuration]
    dictionary = Ref("text search dictionary", "app", "plain")
    assert Ref("text search template", "app", "simply") in depends[dictionary]
    assert Ref("foreign data wrapper", "", "Behavior Wrapper") in depends[Ref("server", "", "Odd Server")]
    assert Ref("server", "", "Odd Server") in depends[Ref("user mapping", "", "Odd Server", "public")]


def test_options_of_dictionaries_are_read_as_postgresql_writes_them() -> None:
    text = r"""a = 'x, y = ''z', "B "" c" = E'x\\y''', d = 1.5"""
    assert dictionary_options(text) == (("a", "'x, y = ''z'"), ('"B "" c"', r"E'x\\y'''"), ("d", "1.5"))
    assert dictionary_options("") == ()
