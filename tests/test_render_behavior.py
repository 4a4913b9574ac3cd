"""What PostgreSQL says to the statements for views, routines, triggers, servers and all that is no table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ormony.catalog import Catalog, Ref, Routine, View
from ormony.database import server
from ormony.database.introspect import introspect
from ormony.plan.render.kinds import RENDERERS
from rendering import altered, changed, prove_alter, prove_create_and_drop, read, run, undone

Conn = psycopg.Connection[Any]


@pytest.fixture(scope="module", params=["cluster", pytest.param("postgres15", marks=pytest.mark.slow)])
def conn(request: pytest.FixtureRequest) -> Iterator[Conn]:
    """An empty database of a superuser, on the embedded server and on PostgreSQL 15."""
    cluster: server.Cluster = request.getfixturevalue(request.param)
    with cluster.admin() as admin:
        server.create_empty(admin, "render behavior", owner=server.SUPERUSER)
    with psycopg.connect(cluster.url("render behavior", server.SUPERUSER)) as connection:
        yield connection
    with cluster.admin() as admin:
        server.drop_database(admin, "render behavior")


TABLE = """create table t (id int primary key, a text, b text collate "C", n int);
    create function touch() returns trigger language plpgsql as 'begin return new; end';
    create function watch() returns event_trigger language plpgsql as 'begin end'"""
PARTITIONS = """create table p (id int, a text) partition by range (id);
    create table p1 partition of p for values from (0) to (10);
    create function touch() returns trigger language plpgsql as 'begin return new; end'"""

# What it stands on, what is made, and the kinds that come first.
CREATED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "view": (
        TABLE,
        """create view v with (security_barrier, security_invoker = true, check_option = cascaded) as
            select id, a from t where id > 5; alter view v alter a set default 'x'""",
        (),
    ),
    "materialized view": (
        TABLE,
        """create materialized view m with (fillfactor = 70, toast.autovacuum_enabled = false) as
            select id, a, n from t;
        alter materialized view m alter n set statistics 7;
        alter materialized view m alter n set (n_distinct = -0.5, n_distinct_inherited = 3);
        alter materialized view m alter a set storage main""",
        (),
    ),
    "materialized view, not populated": (
        TABLE,
        "create materialized view m as select 1 as a with no data",
        (),
    ),
    "functions": (
        TABLE,
        """create function f(a int, variadic b text[] default '{}') returns int language sql
            strict immutable parallel safe cost 7 security definer set search_path = '' as 'select 1';
        create function f() returns table (x int, y text) rows 5 language sql as ' select 1, ''$function$''';
        create function w() returns bigint language internal window as 'window_row_number';
        create procedure p(in a int, inout b text, out c int) language plpgsql as 'begin end'""",
        (),
    ),
    "aggregates": (
        "create schema s",
        """create aggregate s.plain(n text) (sfunc = textcat, stype = text, initcond = 'it''s', sspace = 9,
            sortop = >, parallel = safe);
        create aggregate s.none(*) (sfunc = int8inc, stype = int8, initcond = '0');
        create aggregate s.ordered(float8 order by anyelement) (sfunc = ordered_set_transition,
            stype = internal, finalfunc = percentile_disc_final, finalfunc_extra,
            finalfunc_modify = read_write);
        create aggregate s.place(variadic "any" order by variadic "any") (stype = internal,
            sfunc = ordered_set_transition_multi, finalfunc = rank_final, finalfunc_extra, hypothetical)""",
        (),
    ),
    "triggers": (
        TABLE + "; create view v as select * from t",
        """create trigger one before insert or update of a on t for each row when (new.a <> 'x')
            execute function touch('it''s', '1');
        create trigger two after update on t referencing old table as o new table as n
            for each statement execute function touch();
        create constraint trigger three after insert on t deferrable initially deferred for each row execute
            function touch();
        create trigger four instead of insert on v for each row execute function touch();
        alter table t disable trigger one; alter table t enable always trigger two;
        alter table t enable replica trigger three""",
        (),
    ),
    "trigger of partitions, one off": (
        PARTITIONS,
        """create trigger one before insert on p for each row execute function touch();
        alter table p1 disable trigger one""",
        (),
    ),
    "event triggers": (
        TABLE,
        """create event trigger one on ddl_command_end when tag in ('CREATE VIEW', 'CREATE TABLE')
            execute function watch();
        create event trigger two on sql_drop execute function watch(); alter event trigger two disable""",
        (),
    ),
    "rules": (
        TABLE + "; create view v as select * from t",
        """create rule "Two;" as on insert to t where new.id > 5 do instead (delete from t; select ';');
        create rule one as on delete to v do instead nothing; alter table t enable always rule "Two;" """,
        (),
    ),
    "policies": (
        TABLE,
        """create policy one on t as restrictive for update to pg_monitor, current_user
            using (id > 0) with check (true);
        create policy two on t for select using (a in ('x')); create policy three on t with check (id > 1)""",
        (),
    ),
    "schema and extension": ("select", "create schema s; create extension hstore schema s", ("schema",)),
    "language": (
        "select",
        """create trusted language ours handler plpgsql_call_handler inline plpgsql_inline_handler
            validator plpgsql_validator""",
        (),
    ),
    "access methods": (
        "select",
        """create access method heap2 type table handler heap_tableam_handler;
        create access method tree type index handler bthandler""",
        (),
    ),
    "collations": (
        "select",
        """create collation one (provider = libc, locale = 'C');
        create collation two (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX')""",
        (),
    ),
    "conversion": ("select", "create default conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8", ()),
    "casts": (
        "create type c as (x int); create function x_of(c) returns int language sql as 'select ($1).x'",
        """create cast (c as int) with function x_of(c) as implicit;
        create cast (int as date) without function;
        create cast (text as c) with inout as assignment""",
        (),
    ),
    "operators": (
        """create function less(int, text) returns bool language sql as 'select true';
        create function more(text, int) returns bool language sql as 'select true'""",
        """create operator <<< (leftarg = int, rightarg = text, function = less, commutator = >>>,
            negator = >=>, restrict = scalarltsel, join = scalarltjoinsel);
        create operator >>> (leftarg = text, rightarg = int, function = more, commutator = <<<);
        create operator >=> (leftarg = int, rightarg = text, function = less, negator = <<<);
        create operator @#@ (rightarg = bigint, function = factorial)""",
        (),
    ),
    "operator classes and families": (
        "create function back(int, int) returns int language sql immutable as 'select btint4cmp($2, $1)'",
        """create operator family fam using btree; alter operator family fam using btree add
            operator 1 < (int, bigint), function 1 (int, bigint) btint48cmp(int, bigint);
        create operator class backwards for type int using btree family fam as operator 1 >,
            function 1 back(int, int);
        create operator class boxes for type point using gist as operator 1 <<, storage box,
            operator 15 <-> (point, point) for order by float_ops""",
        ("operator family",),
    ),
    "transform": (
        """create function from_sql(internal) returns internal language c strict immutable
            as '$libdir/plpgsql', 'plpgsql_validator'""",
        "create transform for int language plpgsql (from sql with function from_sql(internal))",
        (),
    ),
    "text search": (
        "select",
        """create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end,
            headline = prsd_headline, lextypes = prsd_lextype);
        create text search template t (init = dsimple_init, lexize = dsimple_lexize);
        create text search dictionary d (template = t, stopwords = 'english', accept = false);
        create text search configuration c (parser = p);
        alter text search configuration c add mapping for asciiword, word with d, english_stem;
        alter text search configuration c add mapping for "email" with simple""",
        ("text search template", "text search parser", "text search dictionary"),
    ),
    "foreign": (
        "select",
        """create foreign data wrapper w options (user 'it''s');
        create server s type 'x' version '1' foreign data wrapper w options (host 'h', "dbname" '"d"');
        create user mapping for public server s options (user 'u', password 'a\\b');
        create user mapping for current_user server s""",
        ("foreign data wrapper", "server"),
    ),
    "publications": (
        TABLE + "; create schema s; create table child () inherits (t)",
        """create publication one for table only t (id, a) where (id > 5) with (publish = 'insert, delete');
        create publication two for tables in schema s, table child with (publish_via_partition_root);
        create publication three for all tables with (publish = '')""",
        (),
    ),
    "subscription": (
        "select",
        """create subscription one connection 'host=/nowhere password=it''s' publication "P p", q
            with (connect = false, slot_name = 'slot', binary = true, synchronous_commit = 'local')""",
        (),
    ),
}


@pytest.mark.parametrize(("given", "made", "first"), CREATED.values(), ids=CREATED.keys())
def test_create_and_drop(conn: Conn, given: str, made: str, first: tuple[str, ...]) -> None:
    prove_create_and_drop(conn, given, made, first)


# What it stands on, before, after.
ALTERED: dict[str, tuple[str, str, str]] = {
    "view: query and a column more": (
        TABLE,
        "create view v with (security_invoker) as select id from t; alter view v alter id set default 1",
        "create view v with (security_barrier) as select id, n from t where id > 5",
    ),
    "view: options alone": (
        TABLE,
        "create view v with (security_invoker, check_option = local) as select id from t",
        "create view v with (security_barrier) as select id from t; alter view v alter id set default 1",
    ),
    "matview: all but the query": (
        TABLE,
        """create materialized view m with (fillfactor = 70) as select id, n, a from t;
        alter materialized view m alter n set statistics 7;
        alter materialized view m alter n set (n_distinct = 5, n_distinct_inherited = 6);
        alter materialized view m alter a set compression pglz""",
        """create materialized view m with (toast.autovacuum_enabled = false) as
            select id, n, a from t with no data;
        alter materialized view m alter n set (n_distinct = 5);
        alter materialized view m alter id set statistics 0""",
    ),
    "function: everything that may change": (
        "select",
        """create function f(int, b text) returns int language sql strict immutable cost 5
            set search_path = '' as 'select 1'""",
        """create function f(a int, b text default 'x') returns int language plpgsql security definer
            as 'begin return 2; end'""",
    ),
    "function: one out instead of a result": (
        "select",
        "create function f(a int) returns text language sql as 'select null::text'",
        "create function f(a int, out b text) language sql as 'select null::text'",
    ),
    "function: set as a table": (
        "select",
        "create function f() returns setof int language sql as 'select 1'",
        "create function f() returns table (a int) language sql as 'select 1'",
    ),
    "procedure: body": (
        "select",
        "create procedure p(a int, out b int) language plpgsql as 'begin end'",
        "create procedure p(a int, out b int) language plpgsql security definer as 'begin b := a; end'",
    ),
    "aggregate: step and start": (
        "select",
        "create aggregate a(int) (sfunc = int4pl, stype = int)",
        "create aggregate a(int) (sfunc = int4larger, stype = int, initcond = '0', parallel = safe)",
    ),
    "trigger: replaced and off": (
        TABLE,
        "create trigger x before insert on t for each row execute function touch()",
        """create trigger x after update on t for each row when (old.a = 'x') execute function touch('1');
        alter table t disable trigger x""",
    ),
    "trigger: replaced and on": (
        TABLE,
        """create trigger x before insert on t for each row execute function touch();
        alter table t enable always trigger x""",
        "create trigger x before update on t for each row execute function touch()",
    ),
    "constraint trigger: state": (
        TABLE,
        "create constraint trigger x after insert on t for each row execute function touch()",
        """create constraint trigger x after insert on t for each row execute function touch();
        alter table t enable replica trigger x""",
    ),
    "trigger of partitions: the clone stays off": (
        PARTITIONS,
        """create trigger x before insert on p for each row execute function touch();
        alter table p1 disable trigger x""",
        """create trigger x before update on p for each row execute function touch();
        alter table p1 disable trigger x""",
    ),
    "trigger of partitions: both states": (
        PARTITIONS,
        """create trigger x before insert on p for each row execute function touch();
        alter table p1 disable trigger x""",
        """create trigger x before insert on p for each row execute function touch();
        alter table p enable always trigger x; alter table p1 enable replica trigger x""",
    ),
    "event trigger: state": (
        TABLE,
        "create event trigger e on sql_drop execute function watch(); alter event trigger e disable",
        "create event trigger e on sql_drop execute function watch(); alter event trigger e enable always",
    ),
    "rule: event, action and state": (
        TABLE,
        "create rule r as on insert to t do also nothing; alter table t disable rule r",
        "create rule r as on delete to t where old.id > 5 do instead select 1",
    ),
    "rule: stays off": (
        TABLE,
        "create rule r as on insert to t do also nothing; alter table t disable rule r",
        "create rule r as on insert to t do instead nothing; alter table t disable rule r",
    ),
    "policy: roles": (
        TABLE,
        "create policy p on t to pg_monitor using (true)",
        "create policy p on t using (true)",
    ),
    "policy: expressions": (
        TABLE,
        "create policy p on t using (id > 1)",
        "create policy p on t to pg_monitor using (id > 2) with check (a = 'x')",
    ),
    "extension: schema": (
        "create schema s",
        "create extension hstore",
        "create extension hstore schema s",
    ),
    "language: handler": (
        "select",
        "create language ours handler plpgsql_call_handler validator plpgsql_validator",
        "create trusted language ours handler plpgsql_call_handler inline plpgsql_inline_handler",
    ),
    "operator: estimators": (
        "create function same(int, int) returns bool language sql as 'select $1 = $2'",
        "create operator =#= (leftarg = int, rightarg = int, function = same, restrict = eqsel)",
        "create operator =#= (leftarg = int, rightarg = int, function = same, join = eqjoinsel)",
    ),
    "operator family: members": (
        "select",
        """create operator family fam using btree; alter operator family fam using btree add
            operator 1 < (int, bigint), operator 3 = (int, bigint),
            function 1 (int, bigint) btint48cmp(int, bigint)""",
        """create operator family fam using btree; alter operator family fam using btree add
            operator 1 < (int, bigint), operator 5 > (int, smallint),
            function 1 (int, smallint) btint42cmp(int, smallint)""",
    ),
    "text search: dictionary": (
        "select",
        "create text search dictionary d (template = simple, accept = false, stopwords = 'english')",
        "create text search dictionary d (template = simple, stopwords = 'german', accept = false)",
    ),
    "text search: option gone": (
        "select",
        "create text search dictionary d (template = simple, accept = false, stopwords = 'english')",
        "create text search dictionary d (template = simple, stopwords = 'english')",
    ),
    "text search: mappings": (
        "select",
        """create text search configuration c (parser = "default");
        alter text search configuration c add mapping for asciiword, word, email with simple""",
        """create text search configuration c (parser = "default");
        alter text search configuration c add mapping for asciiword, url with english_stem, simple;
        alter text search configuration c add mapping for word with simple""",
    ),
    "wrapper: options": (
        "select",
        "create foreign data wrapper w options (user 'a', password 'b')",
        "create foreign data wrapper w validator postgresql_fdw_validator",
    ),
    "server: version and order of options": (
        "create foreign data wrapper w",
        "create server s version '1' foreign data wrapper w options (a '1', b '2', c '3', d '4')",
        "create server s foreign data wrapper w options (b '2', d '5', c '3', e '')",
    ),
    "user mapping": (
        "create foreign data wrapper w; create server s foreign data wrapper w",
        "create user mapping for public server s options (user 'a', password 'it''s')",
        "create user mapping for public server s options (user 'b')",
    ),
    "publication: tables come": (
        TABLE + "; create table u (id int)",
        "create publication p for table t",
        "create publication p for table t, u where (id > 1)",
    ),
    "publication: columns and options": (
        TABLE,
        "create publication p for table t (id, a) where (id > 1)",
        "create publication p for table t (id) with (publish = 'insert', publish_via_partition_root)",
    ),
    "publication: a schema instead of columns": (
        TABLE + "; create schema s",
        "create publication p for table t (id)",
        "create publication p for tables in schema s, table t",
    ),
    "publication: nothing left": (
        TABLE,
        "create publication p for table t",
        "create publication p",
    ),
    "subscription": (
        "select",
        """create subscription s connection 'host=/nowhere' publication p
            with (connect = false, slot_name = none)""",
        """create subscription s connection 'host=/elsewhere' publication "P p", q with (connect = false,
            slot_name = 'x', binary = true, synchronous_commit = 'local')""",
    ),
}


# The way back takes a column, a name or an expression away.
ONE_WAY = ("view: query and a column more", "function: everything that may change", "policy: expressions")


@pytest.mark.parametrize(("given", "before", "after"), ALTERED.values(), ids=ALTERED.keys())
def test_altered_in_place(conn: Conn, given: str, before: str, after: str) -> None:
    prove_alter(conn, given, before, after)


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [value for name, value in ALTERED.items() if name not in ONE_WAY],
    ids=[name for name in ALTERED if name not in ONE_WAY],
)
def test_altered_back_in_place(conn: Conn, given: str, before: str, after: str) -> None:
    prove_alter(conn, given, after, before)


# What it stands on, before, after.
REFUSED: dict[str, tuple[str, str, str]] = {
    "view: column gone": (TABLE, "create view v as select id, n from t", "create view v as select id from t"),
    "view: column renamed": (
        TABLE,
        "create view v as select id, n from t",
        "create view v as select id, n as m from t",
    ),
    "view: column of another type": (
        TABLE,
        "create view v as select id, n from t",
        "create view v as select id, a as n from t",
    ),
    "view: collation of a column": (
        TABLE,
        "create view v as select id, a as x from t",
        "create view v as select id, b as x from t",
    ),
    "view: collation in the query": (
        TABLE,
        "create view v as select a from t",
        """create view v as select a collate "C" as a from t""",
    ),
    "function: result": (
        "select",
        "create function f() returns int language sql as 'select 1'",
        "create function f() returns bigint language sql as 'select 1::bigint'",
    ),
    "function: set": (
        "select",
        "create function f() returns int language sql as 'select 1'",
        "create function f() returns setof int language sql as 'select 1'",
    ),
    "function: columns of a table": (
        "select",
        "create function f() returns table (a int, b int) language sql as 'select 1, 2'",
        "create function f() returns table (a int, c int) language sql as 'select 1, 2'",
    ),
    "function: record with and without columns": (
        "select",
        "create function f() returns record language sql as 'select 1, 2'",
        "create function f(out a int, out b int) language sql as 'select 1, 2'",
    ),
    "function: input renamed": (
        "select",
        "create function f(a int) returns int language sql as 'select 1'",
        "create function f(b int) returns int language sql as 'select 1'",
    ),
    "function: name taken away": (
        "select",
        "create function f(a int) returns int language sql as 'select 1'",
        "create function f(int) returns int language sql as 'select 1'",
    ),
    "function: default taken away": (
        "select",
        "create function f(a int, b int default 1) returns int language sql as 'select 1'",
        "create function f(a int, b int) returns int language sql as 'select 1'",
    ),
    "function: window": (
        "select",
        "create function f() returns bigint language internal window as 'window_row_number'",
        "create function f() returns bigint language internal as 'window_row_number'",
    ),
    "procedure: output renamed": (
        "select",
        "create procedure p(inout a int) language plpgsql as 'begin end'",
        "create procedure p(inout b int) language plpgsql as 'begin end'",
    ),
    "procedure: output gone": (
        "select",
        "create procedure p(inout a int) language plpgsql as 'begin end'",
        "create procedure p(a int) language plpgsql as 'begin end'",
    ),
}


@pytest.mark.parametrize(("given", "before", "after"), REFUSED.values(), ids=REFUSED.keys())
def test_not_replaced_where_postgres_refuses(conn: Conn, given: str, before: str, after: str) -> None:
    """What is made again is refused as a replacement, so it is not made again for nothing."""
    old, new = read(conn, given, before), read(conn, given, after)
    (ref,) = changed(old, new)
    assert altered(ref, old, new) is None
    _refused(conn, given, before, ref, new)


def _refused(conn: Conn, given: str, before: str, ref: Ref, new: Catalog) -> None:
    value = new.objects[ref]
    (created, *_) = RENDERERS[ref.kind].create(ref, new, frozenset())
    sql = created.sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
    refusals = (
        psycopg.errors.InvalidFunctionDefinition,
        psycopg.errors.InvalidTableDefinition,
        psycopg.errors.WrongObjectType,
    )
    assert isinstance(value, Routine | View)
    with undone(conn, given, before, "SET LOCAL search_path = ''"), pytest.raises(refusals):
        conn.execute(sql)


MADE_AGAIN: dict[str, tuple[str, str, str]] = {
    "matview: query": (
        TABLE,
        "create materialized view m as select id from t",
        "create materialized view m as select id from t where id > 1",
    ),
    "trigger: level, where partitions would keep clones": (
        PARTITIONS,
        "create trigger x after insert on p for each row execute function touch()",
        "create trigger x after insert on p for each statement execute function touch()",
    ),
    "trigger: constraint trigger": (
        TABLE,
        "create trigger x after insert on t for each row execute function touch()",
        "create constraint trigger x after insert on t for each row execute function touch()",
    ),
    "event trigger: tags": (
        TABLE,
        "create event trigger e on sql_drop execute function watch()",
        "create event trigger e on sql_drop when tag in ('DROP TABLE') execute function watch()",
    ),
    "policy: command": (
        TABLE,
        "create policy p on t for select using (true)",
        "create policy p on t for delete using (true)",
    ),
    "policy: restrictive": (
        TABLE,
        "create policy p on t using (true)",
        "create policy p on t as restrictive using (true)",
    ),
    "policy: expression taken away": (
        TABLE,
        "create policy p on t using (true) with check (true)",
        "create policy p on t using (true)",
    ),
    "cast": (
        "select",
        "create cast (int as date) without function",
        "create cast (int as date) without function as assignment",
    ),
    "collation": (
        "select",
        "create collation c (provider = libc, locale = 'C')",
        "create collation c (provider = libc, locale = 'POSIX')",
    ),
    "operator class": (
        "create function back(int, int) returns int language sql immutable as 'select btint4cmp($2, $1)'",
        "create operator class o for type int using btree as operator 1 >, function 1 back(int, int)",
        "create operator class o for type int using btree as operator 5 <, function 1 back(int, int)",
    ),
    "server: type": (
        "create foreign data wrapper w",
        "create server s type 'a' foreign data wrapper w",
        "create server s type 'b' foreign data wrapper w",
    ),
    "publication: all tables": (
        "select",
        "create publication p",
        "create publication p for all tables",
    ),
}


@pytest.mark.parametrize(("given", "before", "after"), MADE_AGAIN.values(), ids=MADE_AGAIN.keys())
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_made_again_where_postgres_has_no_alter(
    conn: Conn, given: str, before: str, after: str, forward: bool
) -> None:
    before, after = (before, after) if forward else (after, before)
    old, new = read(conn, given, before), read(conn, given, after)
    (ref,) = changed(old, new)
    if altered(ref, old, new) is not None:
        assert not forward
        prove_alter(conn, given, before, after)
        return
    with undone(conn, given, before):
        run(conn, RENDERERS[ref.kind].drop(ref, old))
        run(conn, RENDERERS[ref.kind].create(ref, new, frozenset()))
        assert introspect(conn).objects == new.objects


def test_operator_untied_by_the_other_side_that_goes(conn: Conn) -> None:
    """A commutator that is dropped takes its link away, one that is created brings it: nothing to alter."""
    given = """create function less(int, int) returns bool language sql as 'select true';
        create function more(int, int) returns bool language sql as 'select true'"""
    alone = "create operator <<< (leftarg = int, rightarg = int, function = less)"
    pair = """create operator <<< (leftarg = int, rightarg = int, function = less, commutator = >>>);
        create operator >>> (leftarg = int, rightarg = int, function = more, commutator = <<<)"""
    one, both = read(conn, given, alone), read(conn, given, pair)
    stays, other = (Ref("operator", "public", name, "integer, integer") for name in ("<<<", ">>>"))
    for old, new in ((one, both), (both, one)):
        alteration = altered(stays, old, new)
        assert alteration is not None
        assert alteration.statements == ()
    with undone(conn, given, alone):
        run(conn, RENDERERS["operator"].create(other, both, frozenset()))
        assert introspect(conn).objects == both.objects
        run(conn, RENDERERS["operator"].drop(other, both))
        assert introspect(conn).objects == one.objects


def test_operator_gets_its_properties_from_17_on(conn: Conn) -> None:
    given = "create function same(int, int) returns bool language sql as 'select $1 = $2'"
    before = "create operator =#= (leftarg = int, rightarg = int, function = same)"
    after = """create operator =#= (leftarg = int, rightarg = int, function = same, commutator = =#=, hashes,
        merges)"""
    if conn.info.server_version >= 170000:
        prove_alter(conn, given, before, after)
        before, after = after, before
    old, new = read(conn, given, before), read(conn, given, after)
    assert altered(Ref("operator", "public", "=#=", "integer, integer"), old, new) is None


def test_clone_that_goes_back_to_its_parents_state(conn: Conn) -> None:
    made = "create trigger x before insert on p for each row execute function touch()"
    one, off = read(conn, PARTITIONS, made), read(conn, PARTITIONS, made, "alter table p1 disable trigger x")
    clone = Ref("trigger", "public", "p1", "x")
    assert off.objects.keys() - one.objects.keys() == {clone}
    with undone(conn, PARTITIONS, made, "alter table p1 disable trigger x"):
        run(conn, RENDERERS["trigger"].drop(clone, off))
        assert introspect(conn).objects == one.objects


def test_roles_and_memberships(conn: Conn) -> None:
    before = """create role render_one login createdb noinherit connection limit 5
            valid until '2030-01-01 00:00:00+00';
        alter role render_one set search_path = '', "$user", "a b";
        alter role render_one set work_mem = '1MB';
        create role render_two; grant render_two to render_one"""
    after = """create role render_one createrole bypassrls;
        alter role render_one set search_path = ''; alter role render_one set my.setting = 'it''s';
        create role render_two login; grant render_two to render_one with admin option"""
    ours = {Ref("role", "", "render_one"), Ref("role", "", "render_two")}
    member = Ref("membership", "", "render_two", "render_one")

    def of(*scripts: str) -> Any:
        with undone(conn, *scripts):
            return introspect(conn, roles=True)

    empty, old, new = of("select"), of(before), of(after)
    for one, two in ((old, new), (new, old)):
        statements = [
            statement
            for ref in (*sorted(ours), member)
            if (alteration := altered(ref, one, two)) is not None
            for statement in alteration.statements
        ]
        with undone(conn, before if one is old else after):
            run(conn, tuple(statements))
            assert introspect(conn, roles=True).objects == two.objects
    with undone(conn):
        for ref in (*sorted(ours), member):
            run(conn, RENDERERS[ref.kind].create(ref, old, frozenset()))
        assert introspect(conn, roles=True).objects == old.objects
        for ref in (member, *sorted(ours)):
            run(conn, RENDERERS[ref.kind].drop(ref, old))
        assert introspect(conn, roles=True).objects == empty.objects


def test_dropped_extension_says_what_goes_with_it(conn: Conn) -> None:
    catalog = read(conn, "create extension hstore")
    (statement,) = RENDERERS["extension"].drop(Ref("extension", "", "hstore"), catalog)
    assert statement.loses == "what extension hstore keeps in tables of its own"


def test_publication_made_of_generated_columns(conn: Conn) -> None:
    if conn.info.server_version < 180000:
        with undone(conn), pytest.raises(psycopg.errors.SyntaxError):
            conn.execute("create publication p with (publish_generated_columns = stored)")
        return
    prove_alter(
        conn,
        "select",
        "create publication p",
        "create publication p with (publish_generated_columns = stored)",
    )


def test_collations_that_not_every_server_has(conn: Conn) -> None:
    """The builtin provider came with 17, rules of ICU with 16; the embedded server has no ICU."""
    builtin = "create collation c (provider = builtin, locale = 'C.UTF-8')"
    icu = "create collation c (provider = icu, locale = 'en-u-kn-true', deterministic = false)"
    if conn.info.server_version >= 170000:
        prove_create_and_drop(conn, "select", builtin)
        with undone(conn), pytest.raises(psycopg.errors.FeatureNotSupported):
            conn.execute(icu)
    else:
        prove_create_and_drop(conn, "select", icu)
        with undone(conn), pytest.raises(psycopg.errors.InvalidObjectDefinition):
            conn.execute(builtin)
