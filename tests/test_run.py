"""How one file of the stream runs: what it leaves behind, and where its errors are."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import psycopg
import pytest

from ormony import sql
from ormony.database import connect, run
from ormony.stream import DIRECTIVE, Provenance, StreamFile, compose, parse

PATH = "supabase/migrations/00100_x.sql"


def split(text: str) -> list[str]:
    return [each.sql for each in sql.statements(text)]


def hand_written(text: str) -> StreamFile:
    file = parse(PATH, text)
    assert file is not None
    return file


def of_service(
    body: str, *, role: str | None = None, search_path: tuple[str, ...] | None = None
) -> StreamFile:
    provenance = Provenance(
        service="web", source="drizzle/x", native="0", body="", role=role, search_path=search_path
    )
    return compose(PATH, provenance, body)


@pytest.fixture
def conn(fresh_database: str) -> Iterator[connect.Connection]:
    with connect.connect(fresh_database) as opened:
        yield opened


def one(conn: connect.Connection, query: str) -> object:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def failure(conn: connect.Connection, file: StreamFile, **options: object) -> connect.SqlError:
    with pytest.raises(connect.SqlError) as caught:
        run.run_file(conn, file, own_transaction=True, split=split, **options)  # type: ignore[arg-type]
    assert caught.value.exit_status == 3
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    return caught.value


# ----------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("select 1;\nselect nix;\n", "2:8", 'column "nix" does not exist (SQLSTATE 42703)'),
        ("select 'ä€😀', nix;", "1:15", 'column "nix" does not exist (SQLSTATE 42703)'),
        ("select 1;\r\n\r\n  selct 2;", "3:3", 'syntax error at or near "selct" (SQLSTATE 42601)'),
        ("\ufeffselect nix;", "1:8", 'column "nix" does not exist (SQLSTATE 42703)'),
        # The server tells no position for these: the statement's own is taken.
        (
            "create table a ();;\n-- again\n  create table a ();\nselect 1;",
            "3:3",
            'relation "a" already exists (SQLSTATE 42P07)',
        ),
        (
            "create table a (b int unique);\ninsert into a values (1);\ninsert into a values (1); -- twice",
            "3:1",
            'duplicate key value violates unique constraint "a_b_key" (SQLSTATE 23505);'
            " Key (b)=(1) already exists",
        ),
        (
            "do $$\nbegin\n  perform 1/0;\nend $$;",
            "1:1",
            'division by zero (SQLSTATE 22012); SQL statement "SELECT 1/0"',
        ),
        ("select 1 -- no semicolon, and a comment\n/* open", "2:1", None),
    ],
)
def test_an_error_is_at_its_line_and_column(
    conn: connect.Connection, text: str, place: str, message: str | None
) -> None:
    error = failure(conn, hand_written(text))
    assert error.code == "sql-failed"
    assert error.place == f"{PATH}:{place}"
    if message is not None:
        assert error.message.startswith(message)
    assert "COMMIT" not in error.message
    assert isinstance(error.__cause__, psycopg.Error)
    assert error.__cause__.sqlstate == error.sqlstate


def test_the_header_of_a_file_counts(conn: connect.Connection) -> None:
    error = failure(conn, of_service("\nselect nix;", search_path=("public", "x y")), lock_timeout_ms=5)
    assert error.place == f"{PATH}:3:8"
    assert error.statement == 0
    assert (
        failure(conn, of_service("select 1;\nselect 2;\ncreate table public.a(), b();")).place
        == f"{PATH}:4:24"
    )


def test_the_hint_of_the_server_is_ours(conn: connect.Connection) -> None:
    error = failure(conn, hand_written("select upper(1);"))
    assert error.hint is not None
    assert "explicit type casts" in error.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "select cron.schedule('* * * * *', 'select 1');",
            "CREATE EXTENSION IF NOT EXISTS pg_cron;   -- in a",
        ),
        ("select * from cron.job;", "CREATE EXTENSION IF NOT EXISTS pg_cron;   -- in a"),
        ("create table a (b vector(3));", "CREATE EXTENSION IF NOT EXISTS vector;   -- in a"),
        (
            "create table a (b text); create index on a using gin (b gin_trgm_ops);",
            "CREATE EXTENSION IF NOT EX",
        ),
        ("select similarity('a', 'b');", "CREATE EXTENSION IF NOT EXISTS pg_trgm;"),
        ("create schema api; select api.who();", "what was made outside of all migrations belongs in one"),
        ("create table nowhere.a ();", "what was made outside of all migrations belongs in one"),
        ("create extension postgis;", 'url = "postgresql://…"   # in ormony.toml, under [shadow]: a server'),
        ("create schema auth; create schema auth;", "leave auth and its tables out of migrations: Supabase"),
        (
            f"create table a (b int, constraint {'c' * 70}1 unique (b));"
            f"alter table a add constraint {'c' * 70}2 check (b > 1);",
            "PostgreSQL cuts names after 63 bytes: give one of the two a",
        ),
        ("select vector;", None),
    ],
)
def test_what_the_dashboard_made_is_said_to_be_missing(
    conn: connect.Connection, text: str, hint: str | None
) -> None:
    error = failure(conn, hand_written(text))
    assert (error.hint or "").startswith(hint) if hint else error.hint is None


def test_a_role_that_does_not_exist(conn: connect.Connection) -> None:
    error = failure(conn, of_service("select 1", role="nobody-here"))
    assert error.place == PATH
    assert 'role "nobody-here" does not exist' in error.message


def test_what_libpq_would_cut_off_is_refused(conn: connect.Connection) -> None:
    error = failure(conn, hand_written("create table a ();\nselect 1;\0 create table b ();"))
    assert error.message == "the file has a null byte, which SQL cannot have"
    assert error.place == f"{PATH}:2"
    assert one(conn, "select to_regclass('a')") is None


def test_copy_in_a_file(conn: connect.Connection) -> None:
    run.run_file(
        conn, hand_written("copy (select 1) to stdout; create table a (b int)"), own_transaction=True
    )
    error = failure(conn, hand_written("copy a from stdin;"))
    assert error.sqlstate == "57014"
    assert one(conn, "select count(*) from a") == 0


def test_a_lost_connection(conn: connect.Connection) -> None:
    with pytest.raises(connect.SqlError) as caught:
        run.run_file(
            conn, hand_written("select pg_terminate_backend(pg_backend_pid())"), own_transaction=True
        )
    assert caught.value.code == "connection-lost"
    assert caught.value.exit_status == 3
    assert caught.value.place == PATH


def test_a_deferred_constraint_is_checked_at_the_end_of_its_own_file(conn: connect.Connection) -> None:
    conn.execute("create table a (id int primary key)")
    conn.execute("create table b (a int references a deferrable initially deferred)")
    bad = hand_written("insert into b values (1);\nselect 1")
    for own_transaction in (True, False):
        if not own_transaction:
            conn.execute("begin")
        with pytest.raises(connect.SqlError) as caught:
            run.run_file(conn, bad, own_transaction=own_transaction, split=split)
        assert caught.value.sqlstate == "23503"
        assert caught.value.place == PATH
        assert "at the end of the file" in caught.value.message
    conn.execute("rollback")
    assert one(conn, "select count(*) from b") == 0


# ------------------------------------------------------------------------------------------------ cleanliness


def test_a_file_runs_with_its_role_and_search_path(conn: connect.Connection) -> None:
    conn.execute('create schema "x y"')
    conn.execute('grant all on schema "x y" to service_role')
    run.run_file(
        conn,
        of_service(
            "create table who as select current_user::text as name", role="service_role", search_path=("x y",)
        ),
        own_transaction=True,
    )
    assert one(conn, 'select name from "x y".who') == "service_role"
    nowhere = of_service("create table public.sp as select current_schemas(false) as s", search_path=())
    run.run_file(conn, nowhere, own_transaction=True)
    assert one(conn, "select s from public.sp") == []


DIRTY = """
set search_path to '';
select pg_catalog.set_config('standard_conforming_strings', 'off', false);
set session characteristics as transaction read only;
set lock_timeout to '1ms';
create temporary table leftover (a int);
prepare leftover as select 1;
declare leftover cursor with hold for select 1;
select pg_catalog.nextval('public.counter');
set role anon;
"""


@pytest.mark.parametrize("own_transaction", [True, False])
def test_nothing_leaks_from_one_file_to_the_next(conn: connect.Connection, own_transaction: bool) -> None:
    conn.execute("create sequence public.counter")
    before = conn.execute(
        "select name, setting from pg_settings where name <> 'transaction_isolation'"
    ).fetchall()
    if not own_transaction:
        conn.execute("begin")
    run.run_file(conn, hand_written(DIRTY), own_transaction=own_transaction, lock_timeout_ms=1234)
    assert one(conn, "select current_user") == "postgres"
    after = conn.execute(
        "select name, setting from pg_settings where name <> 'transaction_isolation'"
    ).fetchall()
    assert sorted(before) == sorted(after)
    assert one(conn, "select count(*) from pg_prepared_statements") == 0
    assert one(conn, "select count(*) from pg_cursors where name = 'leftover'") == 0
    assert one(conn, "select to_regclass('leftover')") is None
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        conn.execute("select currval('public.counter')")
    if not own_transaction:
        conn.execute("rollback")


def test_the_lock_timeout_holds_in_each_file(conn: connect.Connection) -> None:
    conn.execute("begin")
    for number in range(2):
        run.run_file(
            conn,
            hand_written(
                f"create table t{number} as select current_setting('lock_timeout') as it; reset all;"
            ),
            lock_timeout_ms=4000,
        )
    conn.execute("commit")
    assert (one(conn, "select it from t0"), one(conn, "select it from t1")) == ("4s", "4s")


def test_pending_triggers_do_not_stop_the_next_file_and_deferred_stays_deferred(
    conn: connect.Connection,
) -> None:
    conn.execute("begin")
    run.run_file(
        conn,
        hand_written(
            "create table a (id int primary key);"
            "create table b (id int primary key, a int references a deferrable initially deferred);"
            'create schema "s.1"; create table "s.1".c ("b""b" int);'
            'alter table "s.1".c add constraint "odd "" name" foreign key ("b""b") references b'
            " deferrable initially deferred;"
            "create table d (a int references a deferrable initially immediate);"
            # one name, deferred on one table and not deferrable on another
            "create table e (a int constraint twin references a deferrable initially deferred);"
            "create table f (a int constraint twin references a);"
            "insert into b values (1, 1); insert into a values (1)"
        ),
    )
    # Without SET CONSTRAINTS … IMMEDIATE the ALTER fails with 55006, without DEFERRED the INSERT with 23503.
    run.run_file(conn, hand_written("alter table b add column note text; insert into b values (2, 2, '');"
                                    'insert into "s.1".c values (2); insert into a values (2)'))  # fmt: skip
    with pytest.raises(connect.SqlError) as caught:
        run.run_file(conn, hand_written("insert into d values (3); insert into a values (3)"), split=split)
    assert caught.value.place == f"{PATH}:1:1"  # what is initially immediate stays so
    conn.execute("rollback")


def test_a_constraint_made_in_a_later_file_is_deferred_as_it_says(conn: connect.Connection) -> None:
    files = [
        "create table a (id int primary key);"
        "create table other (id int references a deferrable initially deferred);",
        "create table b (a int references a deferrable initially deferred);"
        "insert into b values (1); insert into a values (1);",
        "alter table b add column n int; alter table a add column n int;",
    ]
    with conn.transaction():
        for text in files:
            run.run_file(conn, hand_written(text), split=split)
    assert one(conn, "select count(*) from b") == 1


def test_a_file_that_fails_leaves_nothing(conn: connect.Connection) -> None:
    failure(conn, hand_written("create table a (); select nix"))
    assert one(conn, "select to_regclass('a')") is None
    run.run_file(conn, hand_written(""), own_transaction=True)
    run.run_file(conn, hand_written("-- only a comment"), own_transaction=True)


# --------------------------------------------------------------------------------------- outside transactions


def test_statements_outside_a_transaction(conn: connect.Connection) -> None:
    text = (
        f"{DIRECTIVE}\nset lock_timeout to '9s';\ncreate table a (b int);\n"
        "create index concurrently i on a (b);\nselect nix;\ncreate table never ();"
    )
    file = hand_written(text)
    assert not file.transaction
    done: list[int] = []
    with pytest.raises(connect.SqlError) as caught:
        run.run_outside(conn, file, split(file.body), done=done.append)
    assert caught.value.place == f"{PATH}:5:8"
    assert caught.value.statement == 3
    assert caught.value.message == (
        'column "nix" does not exist (SQLSTATE 42703); the file\'s first 3 of 5 statements are applied'
    )
    assert done == [1, 2, 3]
    assert one(conn, "select indisvalid from pg_index where indexrelid = 'i'::regclass") is True
    assert one(conn, "show lock_timeout") == "0"
    good = hand_written(text.replace("nix", "1"))
    run.run_outside(conn, good, split(good.body), start=3, done=done.append)
    assert done == [1, 2, 3, 4, 5]
    assert one(conn, "select to_regclass('never')") is not None


def test_ctrl_c_ends_the_statement_on_the_server(conn: connect.Connection) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)  # as Python's own handler of SIGINT does
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run.send(conn, "select pg_sleep(60)")
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    assert one(conn, "select 1") == 1
