"""A deploy applies everything or nothing, stamps every ledger, and refuses before anything runs."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg
import pytest

from ormony.database import deploy as deploying
from ormony.database import locks, prepare, server
from ormony.database.deploy import Deployed, Options, Talk, Target, deploy
from ormony.database.pending import Plan
from ormony.database.shadow import Shadow
from ormony.errors import OrmonyError
from ormony.history import History, Service
from ormony.stream import StreamFile
from small_project import (
    alembic,
    drizzle,
    execute,
    hand,
    history,
    merged,
    rows,
    service,
    sqlx,
    target,
)

WEB, API, WORKER = service("web", "drizzle"), service("api", "alembic"), service("worker", "sqlx")
QUICK = Options(wait_s=5, lock_timeout_ms=500)


def one(wanted: Target, options: Options = QUICK, **more: object) -> Deployed:
    """Deploy to one target."""
    return deploy([wanted], options, **more)[0]  # type: ignore[arg-type]


def refused(wanted: Target, options: Options = QUICK) -> OrmonyError:
    """The error of a deploy that must be refused, with nothing changed."""
    before = everything(wanted.url)
    with pytest.raises(OrmonyError) as caught:
        deploy([wanted], options)
    assert everything(wanted.url) == before
    return caught.value


def everything(url: str) -> str:
    """Schema and data, sequence values aside."""
    dump = server.pg_dump(url, "--inserts")
    return re.sub(r"^SELECT pg_catalog\.setval\(.*$", "", dump, flags=re.MULTILINE)


def three_services() -> tuple[list[StreamFile], list[tuple[Service, History]]]:
    """Two revisions of each of three services, and a file by hand."""
    w = [
        drizzle(0, "create table web_a (id int);\n--> statement-breakpoint\ncreate table web_b (id int);"),
        drizzle(1, "alter table web_a add column n int;"),
    ]
    a = [alembic("a1", "create table api_a (id int);"), alembic("a2", "create table api_b (id int);", "a1")]
    x = [sqlx(1, "create table worker_a (id int);"), sqlx(2, "insert into worker_a values (1);")]
    stream = [
        hand("00001", "create type mood as enum ('sad');"),
        merged("00100", WEB, w[0]),
        merged("00101", WEB, w[1]),
        merged("00200", API, a[0]),
        merged("00201", API, a[1]),
        merged("00300", WORKER, x[0]),
        merged("00301", WORKER, x[1]),
    ]
    return stream, [(WEB, history(WEB, *w)), (API, history(API, *a)), (WORKER, history(WORKER, *x))]


# ------------------------------------------------------------------------------ what it does


def test_applies_all_and_stamps_every_ledger(fresh_database: str) -> None:
    stream, histories = three_services()
    done = one(target(fresh_database, stream, histories))
    assert done.applied == ("00001", "00100", "00101", "00200", "00201", "00300", "00301")
    assert done.steps == 1
    assert done.stamped == {
        "supabase_migrations.schema_migrations": 7,
        "drizzle.__drizzle_migrations": 2,
        "public.alembic_version": 2,
        "public._sqlx_migrations": 2,
    }
    web = histories[0][1].revisions
    assert rows(
        fresh_database, "select id, hash, created_at from drizzle.__drizzle_migrations order by id"
    ) == [
        (1, web[0].native, 0),
        (2, web[1].native, 1000),
    ]
    assert rows(fresh_database, "select version_num from alembic_version") == [("a2",)]
    assert rows(
        fresh_database, "select version, success, execution_time from _sqlx_migrations order by 1"
    ) == [
        (1, True, -1),
        (2, True, -1),
    ]
    assert rows(
        fresh_database,
        "select version, name, statements from supabase_migrations.schema_migrations where version < '00101'",
    ) == [
        ("00001", "by_hand", ["create type mood as enum ('sad')"]),
        (
            "00100",
            "m",
            ["create table web_a (id int)", "--> statement-breakpoint\ncreate table web_b (id int)"],
        ),
    ]
    records = rows(
        fresh_database,
        "select version, service, source, step, state, finished >= started from ormony.deployments order"
        " by sequence",
    )
    assert records[0] == ("00001", None, None, 1, "applied", True)
    assert records[1] == ("00100", "web", "drizzle/0000_m", 1, "applied", True)
    assert [each[0] for each in records] == list(done.applied)


def test_a_second_deploy_finds_nothing_and_touches_nothing(fresh_database: str) -> None:
    stream, histories = three_services()
    one(target(fresh_database, stream, histories))
    before = everything(fresh_database)
    again = one(target(fresh_database, stream, histories))
    assert (again.applied, again.stamped, again.steps) == ((), {}, 0)
    assert everything(fresh_database) == before


def test_a_second_round_runs_only_what_is_new(fresh_database: str) -> None:
    stream, histories = three_services()
    one(target(fresh_database, stream[:2] + stream[3:4] + stream[5:6], histories))
    assert rows(fresh_database, "select version_num from alembic_version") == [("a1",)]
    later = [stream[0], stream[1], stream[3], stream[5]]
    w, a, x = (each[1].revisions[1] for each in histories)
    later += [merged("01100", WEB, w), merged("01200", API, a), merged("01300", WORKER, x)]
    done = one(target(fresh_database, later, histories))
    assert done.applied == ("01100", "01200", "01300")
    assert rows(fresh_database, "select version_num from alembic_version") == [("a2",)]
    assert rows(fresh_database, "select count(*) from drizzle.__drizzle_migrations") == [(2,)]


def test_an_unmerged_revision_stays_pending_for_its_tool(fresh_database: str) -> None:
    stream, histories = three_services()
    without = [file for file in stream if file.version not in ("00101", "00201", "00301")]
    one(target(fresh_database, without, histories))
    assert rows(fresh_database, "select max(created_at) from drizzle.__drizzle_migrations") == [(0,)]
    assert rows(fresh_database, "select version_num from alembic_version") == [("a1",)]
    assert rows(fresh_database, "select version from _sqlx_migrations") == [(1,)]


def test_stamps_what_another_tool_deployed(fresh_database: str) -> None:
    """After `supabase db push` the services' tools believe that everything is pending."""
    stream, histories = three_services()
    execute(
        fresh_database,
        *(file.text for file in stream),
        "create schema supabase_migrations",
        "create table supabase_migrations.schema_migrations (version text primary key, statements text[],"
        " name text)",
        *(
            f"insert into supabase_migrations.schema_migrations (version) values ('{file.version}')"
            for file in stream
        ),
    )
    done = one(target(fresh_database, stream, histories))
    assert done.applied == ()
    assert done.stamped == {
        "drizzle.__drizzle_migrations": 2,
        "public.alembic_version": 2,
        "public._sqlx_migrations": 2,
    }


def test_a_revision_in_several_files_is_stamped_with_the_last(fresh_database: str) -> None:
    revision = drizzle(0, "create table t (id int); create function f() returns int language sql return 1;")
    parts = [
        merged("00100", WEB, revision, "create table t (id int);", part=1, parts=2),
        merged(
            "00101", WEB, revision, "create function f() returns int language sql return 1;", part=2, parts=2
        ),
    ]
    broken = [parts[0], hand("00400", "select nope;"), parts[1]]
    error = refused(target(fresh_database, parts[:1], [(WEB, history(WEB, revision))]))
    assert error.code == "part-missing"
    refused(target(fresh_database, broken, [(WEB, history(WEB, revision))]))
    done = one(target(fresh_database, parts, [(WEB, history(WEB, revision))]))
    assert done.stamped["drizzle.__drizzle_migrations"] == 1


def test_a_dry_run_changes_nothing(fresh_database: str) -> None:
    stream, histories = three_services()
    before = everything(fresh_database)
    done = one(target(fresh_database, stream, histories), Options(dry_run=True))
    assert done.applied[-1] == "00301"
    assert done.stamped["public.alembic_version"] == 2
    assert done.shown == ("00001, 00100, 00101, …, 00300, 00301",)
    assert everything(fresh_database) == before


def test_a_file_runs_with_the_role_and_search_path_that_it_states(
    fresh_database: str, cluster: server.Cluster
) -> None:
    with cluster.admin() as admin:
        admin.execute("drop role if exists deploy_svc")
        admin.execute("create role deploy_svc")
        admin.execute("grant deploy_svc to postgres")
    try:
        execute(
            fresh_database,
            "create schema svc authorization postgres",
            "grant all on schema svc to deploy_svc",
        )
        worker = service("worker", "sqlx", role="deploy_svc", search_path=("svc",))
        revision = sqlx(1, "create table mine (id int);")
        quiet = sqlx(2, "create index concurrently mine_id on mine (id);", transaction=False)
        stream = [
            merged("00300", worker, revision),
            merged("00301", worker, quiet, transaction=False),
            hand("00400", "create table public.ours (id int);"),
        ]
        one(target(fresh_database, stream, [(worker, history(worker, revision, quiet))]))
        owners = rows(
            fresh_database,
            "select schemaname, tablename, tableowner from pg_tables where tablename in"
            " ('mine', 'ours', '_sqlx_migrations') order by 2",
        )
        assert owners == [
            ("svc", "_sqlx_migrations", "deploy_svc"),
            ("svc", "mine", "deploy_svc"),
            ("public", "ours", "postgres"),
        ]
    finally:
        execute(fresh_database, "drop owned by deploy_svc cascade")
        with cluster.admin() as admin:
            admin.execute("drop role deploy_svc")


def test_nobody_but_the_deployer_sees_the_deployments(fresh_database: str) -> None:
    one(target(fresh_database, [hand("00001", "select 1")]))
    for role in ("anon", "authenticated", "service_role"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(fresh_database, f"set role {role}", "select * from ormony.deployments")
    assert rows(
        fresh_database,
        "select has_table_privilege('anon', 'ormony.deployments', 'select'),"
        " has_schema_privilege('anon', 'ormony', 'usage')",
    ) == [(False, False)]


def test_a_plain_transaction_around_a_file_is_left_out(fresh_database: str) -> None:
    one(target(fresh_database, [hand("00001", "BEGIN;\ncreate table t (id int);\nCOMMIT;\n")]))
    assert rows(fresh_database, "select statements from supabase_migrations.schema_migrations") == [
        (["create table t (id int)"],)
    ]


# ------------------------------------------------------------------------------ nothing half done


def test_a_failure_in_the_last_statement_leaves_no_trace(fresh_database: str) -> None:
    stream, histories = three_services()
    before = everything(fresh_database)
    broken = [*stream, hand("00400", "create table z (id int);\n\nselect nope from z;")]
    error = refused(target(fresh_database, broken, histories))
    assert str(error) == (
        'supabase/migrations/00400_by_hand.sql:3:8: error[sql-failed]: column "nope" does not exist'
        " (SQLSTATE 42703)"
    )
    assert everything(fresh_database) == before


def test_a_constraint_that_a_later_file_makes_is_deferred(fresh_database: str) -> None:
    stream = [
        hand("00000", "create table a (id int primary key);"),
        hand(
            "00001",
            "create table b (a int references a deferrable initially deferred);"
            " insert into b values (1); insert into a values (1);",
        ),
        hand("00002", "alter table b add column n int;"),
    ]
    done = one(target(fresh_database, stream))
    assert (done.applied, done.steps) == (("00000", "00001", "00002"), 1)
    assert rows(fresh_database, "select a from b") == [(1,)]


def test_verify_is_asked_before_commit_and_its_no_rolls_back(fresh_database: str) -> None:
    stream, histories = three_services()
    before = everything(fresh_database)
    seen = []

    def verify(conn: psycopg.Connection[object], plan: Plan) -> None:
        count = conn.execute("select count(*) from drizzle.__drizzle_migrations").fetchone()
        seen.append((count, len(plan.pending)))
        raise OrmonyError("differs", "not what the shadow has")

    with pytest.raises(OrmonyError, match="not what the shadow has"):
        deploy([target(fresh_database, stream, histories)], QUICK, verify=verify)
    assert seen == [((2,), 7)]
    assert everything(fresh_database) == before


def test_with_several_databases_all_are_ready_before_the_first_commit(
    fresh_database: str, empty_database: str
) -> None:
    good = target(fresh_database, [hand("00001", "create table a (id int);")])
    bad = target(empty_database, [hand("00001", "select nope;")])
    before = everything(fresh_database)
    with pytest.raises(OrmonyError, match="nope"):
        deploy([good, bad], QUICK)
    assert everything(fresh_database) == before
    good_too = target(empty_database, [hand("00001", "create table b (id int);")])
    assert [each.applied for each in deploy([good, good_too], QUICK)] == [("00001",), ("00001",)]


class _Cable:
    """A socket in front of a server's, which is cut when the client first sends COMMIT."""

    def __init__(self, url: str, folder: Path, *, deliver: bool) -> None:
        info = psycopg.conninfo.conninfo_to_dict(url)
        self._server = f"{info['host']}/.s.PGSQL.{info.get('port', 5432)}"
        self._deliver = deliver
        self.cut = False
        self._sockets = [socket.socket(socket.AF_UNIX)]
        self._threads: list[threading.Thread] = []
        self._sockets[0].bind(str(folder / ".s.PGSQL.5432"))
        self._sockets[0].listen()
        self.url = psycopg.conninfo.make_conninfo("", **{**info, "host": str(folder), "port": "5432"})
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *sockets: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=sockets, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._sockets[0].accept()
                upstream = socket.socket(socket.AF_UNIX)
                self._sockets += [client, upstream]
                upstream.connect(self._server)
                self._start(self._up, client, upstream)
                self._start(self._down, client, upstream)

    def _up(self, client: socket.socket, upstream: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if not self.cut and b"COMMIT\x00" in data:
                    self.cut = True
                    client.shutdown(socket.SHUT_RDWR)
                    if self._deliver:
                        upstream.sendall(data)
                    break
                upstream.sendall(data)
            upstream.shutdown(socket.SHUT_RDWR)

    def _down(self, client: socket.socket, upstream: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := upstream.recv(65536):
                client.sendall(data)

    def close(self) -> None:
        """End everything."""
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()


@pytest.fixture
def cables(reachable_folder: Path, request: pytest.FixtureRequest) -> Path:
    """A short folder for a socket."""
    folder = reachable_folder / f"cable{len(request.node.name)}"
    folder.mkdir()
    return folder


def test_a_connection_lost_during_commit_that_happened(fresh_database: str, cables: Path) -> None:
    stream, histories = three_services()
    cable = _Cable(fresh_database, cables, deliver=True)
    said: list[str] = []
    done = one(target(cable.url, stream, histories), talk=Talk(say=said.append))
    cable.close()
    assert cable.cut
    assert done.applied == tuple(file.version for file in stream)
    assert said == ["the connection was lost during COMMIT; reading the ledger again"]
    assert rows(fresh_database, "select count(*) from supabase_migrations.schema_migrations") == [(7,)]


def test_a_connection_lost_during_commit_that_did_not_happen(fresh_database: str, cables: Path) -> None:
    stream, histories = three_services()
    before = everything(fresh_database)
    cable = _Cable(fresh_database, cables, deliver=False)
    with pytest.raises(OrmonyError) as caught:
        one(target(cable.url, stream, histories))
    cable.close()
    assert cable.cut
    assert caught.value.code == "connection-lost"
    assert caught.value.message == (
        "the connection was lost during COMMIT, and the server rolled the transaction back: nothing was"
        " applied"
    )
    assert everything(fresh_database) == before


# ------------------------------------------------------------------------------ steps


SPLIT = [
    hand("00001", "create type mood as enum ('sad');\ncreate table big (id int);"),
    hand("00002", "alter type mood add value 'glad';"),
    hand("00003", "create table feels (m mood default 'glad');"),
    hand(
        "00004",
        "set search_path to public;\ncreate table t (id int);\ncreate index concurrently t_id on t (id);\n"
        "create table after_index (id int);",
    ),
    hand(
        "00005", "-- pg-delta: transaction=false\ncreate index concurrently big_id on big (id);\nvacuum big;"
    ),
]
SPLIT_STEPS = (
    "00001, 00002",
    "00003, 00004 (statements 1-2 of 4)",
    "00004 (statement 3 of 4), outside a transaction",
    "00004 (statement 4 of 4)",
    "00005, outside a transaction",
)


def test_rehearsal_finds_the_steps(fresh_database: str, shadow: Shadow) -> None:
    execute(fresh_database, "create type mood as enum ('sad')", "create table big (id int)")
    stamped = Options(adopt=True, wait_s=5)
    assert one(target(fresh_database, SPLIT[:1], clone=shadow.clone), stamped).adopted[0].status == "applied"
    done = one(target(fresh_database, SPLIT, clone=shadow.clone))
    assert done.shown == ("00002", *SPLIT_STEPS[1:])
    assert done.applied == ("00002", "00003", "00004", "00005")
    assert done.steps == 5
    assert rows(fresh_database, "select count(*) from pg_index where not indisvalid") == [(0,)]
    assert rows(
        fresh_database,
        "select version, step, statements from ormony.deployments where state = 'applied' order by 1",
    ) == [("00002", 1, 1), ("00003", 2, 1), ("00004", 4, 4), ("00005", 5, 2)]


def test_without_a_shadow_the_text_tells(fresh_database: str) -> None:
    assert one(target(fresh_database, SPLIT)).shown == SPLIT_STEPS


def test_what_only_the_target_refuses_splits_there(fresh_database: str) -> None:
    """PostgreSQL refuses to reindex a partitioned table in a transaction; no text tells that it is one."""
    stream = [
        hand("00001", "create table p (id int) partition by range (id); create index p_id on p (id);"),
        hand("00002", "create table q (id int);\nreindex table p;\ncreate table r (id int);"),
    ]
    done = one(target(fresh_database, stream))
    assert done.applied == ("00001", "00002")
    assert done.shown == (
        "00001",
        "00002 (statement 1 of 3)",
        "00002 (statement 2 of 3), outside a transaction",
        "00002 (statement 3 of 3)",
    )


def test_what_only_an_older_server_refuses_splits_there(postgres15: server.Cluster, shadow: Shadow) -> None:
    """A value added to an enum of the same transaction may be used on 17 and 18, not on 15 (55P04)."""
    server.create_database(postgres15, "deploy_older")
    url = postgres15.url("deploy_older")
    stream = [
        hand("00001", "create type mood as enum ('sad');"),
        hand("00002", "alter type mood add value 'glad';"),
        hand("00003", "create table t (m mood default 'glad');"),
        hand("00004", "create table u (id int);"),
    ]
    wanted = msgspec.structs.replace(
        target(url, stream, clone=shadow.clone), clone_major=lambda: 18, release=shadow.release
    )
    said: list[str] = []
    done = one(wanted, talk=Talk(say=said.append))
    assert done.shown == ("00001, 00002", "00003, 00004")
    assert [each.code for each in done.notices] == ["other-major"]
    assert rows(url, "select version, step from ormony.deployments order by 1") == [
        ("00001", 1),
        ("00002", 1),
        ("00003", 2),
        ("00004", 2),
    ]


def test_a_step_that_fails_is_resumed_and_its_invalid_index_is_gone(
    fresh_database: str, shadow: Shadow
) -> None:
    execute(fresh_database, "create table big (id int)", "insert into big values (1), (1)")
    stream = [
        hand("00001", "create table first (id int);"),
        hand("00002", "create unique index concurrently big_id on big (id);"),
        hand("00003", "create table last (id int);"),
    ]
    with pytest.raises(OrmonyError) as caught:
        one(target(fresh_database, stream))
    assert str(caught.value) == (
        'supabase/migrations/00002_by_hand.sql:1:1: error[sql-failed]: could not create unique index "big_id"'
        ' (SQLSTATE 23505); Key (id)=(1) is duplicated; database "main": what comes before is committed,'
        " up to 00001\nhint: ormony deploy   # goes on with this statement"
    )
    assert rows(fresh_database, "select version from supabase_migrations.schema_migrations") == [("00001",)]
    assert rows(fresh_database, "select relname from pg_class where relname = 'big_id'") == []
    execute(fresh_database, "truncate big")
    done = one(target(fresh_database, stream))
    assert done.applied == ("00002", "00003")
    assert rows(fresh_database, "select indisvalid from pg_index where indexrelid = 'big_id'::regclass") == [
        (True,)
    ]


@pytest.mark.parametrize(("valid", "rebuilt"), [(True, False), (False, True)])
def test_an_index_that_a_killed_deploy_began(fresh_database: str, valid: bool, rebuilt: bool) -> None:
    stream = [
        hand("00001", "create table t (id int);"),
        hand("00002", "create index concurrently t_id on t (id);"),
    ]
    one(target(fresh_database, stream))
    # What a kill leaves between the statement and its record, and in the middle of the statement.
    execute(
        fresh_database,
        "delete from supabase_migrations.schema_migrations where version = '00002'",
        "update ormony.deployments set state = 'running', statements = 0, finished = null,"
        " doing = 'create index concurrently t_id on t (id)' where version = '00002'",
    )
    if not valid:
        _invalidate(fresh_database, "t_id")
    before = rows(fresh_database, "select 't_id'::regclass::oid")
    assert one(target(fresh_database, stream)).applied == ("00002",)
    assert (rows(fresh_database, "select 't_id'::regclass::oid") != before) == rebuilt
    assert rows(fresh_database, "select indisvalid from pg_index where indexrelid = 't_id'::regclass") == [
        (True,)
    ]


def _invalidate(url: str, index: str) -> None:
    """What an interrupted CREATE INDEX CONCURRENTLY leaves; only a superuser may write in the catalog."""
    superuser = url.replace("//postgres@", "//supabase_admin@")
    execute(superuser, f"update pg_index set indisvalid = false where indexrelid = '{index}'::regclass")


def test_an_unfinished_file_may_not_be_edited(fresh_database: str) -> None:
    execute(fresh_database, "create table big (id int)", "insert into big values (1), (1)")
    text = "create table t (id int);\ncreate unique index concurrently big_id on big (id);"
    with pytest.raises(OrmonyError, match="duplicated"):
        one(target(fresh_database, [hand("00001", text)]))
    error = refused(target(fresh_database, [hand("00001", text + "\nselect 1;")]))
    assert error.message == "version 00001 was changed after it was deployed up to its statement 1"


# ------------------------------------------------------------------------------ refusals


def test_edited_after_deploy(fresh_database: str) -> None:
    one(target(fresh_database, [hand("00001", "select 1;")]))
    error = refused(target(fresh_database, [hand("00001", "select 2;"), hand("00002", "select 3;")]))
    assert str(error) == (
        "supabase/migrations/00001_by_hand.sql: error[edited-after-deploy]: version 00001 was changed"
        " after it was"
        " deployed\nhint: git log -p -- supabase/migrations/00001_by_hand.sql"
        "   # restore the text that ran, and put the change in a new file"
    )


def test_a_version_without_a_file(fresh_database: str) -> None:
    one(target(fresh_database, [hand("00001", "select 1;"), hand("00002", "select 1;")]))
    error = refused(target(fresh_database, [hand("00002", "select 1;")]))
    assert str(error) == (
        "error[version-without-file]: 00001 (by_hand) is deployed, and the stream has no such file\n"
        "hint: git pull   # or, if it is gone for good: supabase migration repair --status reverted 00001"
    )


def test_out_of_order_needs_proof(fresh_database: str) -> None:
    one(target(fresh_database, [hand("00002", "select 1;")]))
    late = [hand("00001", "create table t (id int);"), hand("00002", "select 1;")]
    error = refused(target(fresh_database, late))
    assert str(error) == (
        "supabase/migrations/00001_by_hand.sql: error[out-of-order]: version 00001 is pending and sorts"
        " before 00002,"
        " which is deployed: a fresh replay would run them in another order\nhint: ormony sync"
        "   # gives a file that is not frozen a new version; for one that is: ormony deploy"
        " --include-out-of-order"
    )
    assert one(target(fresh_database, late), Options(late=True)).applied == ("00001",)


def test_duplicate_versions(fresh_database: str) -> None:
    error = refused(target(fresh_database, [hand("00001", "select 1;"), hand("00001", "select 2;", "other")]))
    assert str(error) == (
        "supabase/migrations/00001_other.sql: error[duplicate-version]: version 00001 is also that of"
        " supabase/migrations/00001_by_hand.sql\nhint: ormony sync   # renumbers the one that is not frozen"
    )


def test_applied_elsewhere(fresh_database: str) -> None:
    revision = drizzle(0, "create table t (id int);")
    execute(
        fresh_database,
        "create schema drizzle",
        "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at"
        " bigint)",
        f"insert into drizzle.__drizzle_migrations (hash, created_at) values ('{revision.native}', 0)",
    )
    error = refused(target(fresh_database, [merged("00100", WEB, revision)], [(WEB, history(WEB, revision))]))
    assert str(error) == (
        "supabase/migrations/00100_m.sql: error[applied-elsewhere]: version 00100 is pending, but"
        ' drizzle.__drizzle_migrations says that its revision "0000_m" of service "web" is applied: the'
        " service's own"
        " tool has run it\nhint: ormony deploy --adopt   # takes over what the database already has, and"
        " runs the rest"
    )


def test_commit_in_a_file(fresh_database: str) -> None:
    error = refused(target(fresh_database, [hand("00001", "select 1;\n  commit;\nselect 2;")]))
    assert str(error) == (
        "supabase/migrations/00001_by_hand.sql:2:3: error[transaction-control]: COMMIT inside a migration"
        " would break the one transaction of a deploy\nhint: remove it, or split the migration in two at"
        " this place"
    )


def test_a_native_file_of_sqlx_edited_after_the_merge(fresh_database: str) -> None:
    file = merged("00300", WORKER, sqlx(1, "create table t (id int);"))
    edited = sqlx(1, "create table t (id int);  ")
    error = refused(target(fresh_database, [file], [(WORKER, history(WORKER, edited))]))
    assert (error.code, error.place) == ("native-edited", "services/worker/migrations/0001_m.sql")


def test_a_database_without_the_surface(empty_database: str) -> None:
    wanted = msgspec.structs.replace(
        target(empty_database, [hand("00001", "select 1;")]), missing=prepare.missing
    )
    error = refused(wanted)
    assert error.code == "missing-surface"
    assert error.hint is not None
    assert error.hint.startswith("ormony db prepare postgresql://")
    execute(empty_database, "create table orders (id int)")
    hint = (refused(wanted).hint or "").splitlines()
    assert hint[0].startswith("createdb NEW && ormony db prepare NEW_URL"), "prepare takes an empty one alone"
    assert hint[2] == "ormony deploy --adopt --to NEW_URL"


def test_a_read_only_database(fresh_database: str) -> None:
    name = rows(fresh_database, "select current_database()")[0][0]
    execute(fresh_database, f'alter database "{name}" set default_transaction_read_only = on')
    with pytest.raises(OrmonyError) as caught:
        one(target(fresh_database, [hand("00001", "select 1;")]))
    assert str(caught.value) == (
        f'error[read-only-database]: database "{name}" is read-only for role "postgres"'
        " (default_transaction_read_only"
        f' is on)\nhint: ALTER DATABASE "{name}" SET default_transaction_read_only = off;'
        "   -- a hosted project sets it when its disk is full"
    )


def test_a_database_of_another_role(fresh_database: str, cluster: server.Cluster) -> None:
    name = rows(fresh_database, "select current_database()")[0][0]
    with cluster.admin() as admin:
        admin.execute(f'alter database "{name}" owner to supabase_admin'.encode())
        admin.execute(f'revoke all on database "{name}" from postgres'.encode())
        admin.execute(f'grant connect on database "{name}" to postgres'.encode())
    error = refused(target(fresh_database, [hand("00001", "select 1;")]))
    assert str(error) == (
        f'error[no-create-permission]: role "postgres" may not create in database "{name}"; the database'
        " belongs to"
        f' "supabase_admin"\nhint: GRANT CREATE ON DATABASE "{name}" TO "postgres";'
        f'   -- or: ALTER DATABASE "{name}" OWNER TO "postgres";'
    )


def test_a_role_that_we_may_not_become(fresh_database: str) -> None:
    web = service("web", "drizzle", role="nobody_at_all")
    error = refused(target(fresh_database, [hand("00001", "select 1;")], [(web, history(web))]))
    assert error.code == "no-role"
    assert (
        error.message == 'role "nobody_at_all" of a service does not exist, or "postgres" may not become it'
    )


def test_a_lock_that_cannot_be_had_names_its_holder(fresh_database: str) -> None:
    execute(fresh_database, "create table busy (id int)")
    before = everything(fresh_database)
    stream = [hand("00001", "create table t (id int);"), hand("00002", "alter table busy add column n int;")]
    with psycopg.connect(fresh_database, application_name="the other") as other:
        other.execute("lock table busy in access exclusive mode")
        with pytest.raises(OrmonyError) as caught:
            one(target(fresh_database, stream), Options(lock_timeout_ms=3000, wait_s=5))
        pid = other.info.backend_pid
    assert everything(fresh_database) == before
    error = caught.value
    assert error.code == "lock-not-available"
    assert error.place == "supabase/migrations/00002_by_hand.sql:1:1"
    assert f'it waited for pid {pid} ("the other", since ' in error.message
    assert "lock table busy in access exclusive mode" in error.message


@pytest.mark.parametrize("which", ["ormony's lock", "SQLx's migration lock"])
def test_another_deployer_is_waited_for_then_named(fresh_database: str, which: str) -> None:
    with psycopg.connect(fresh_database, application_name="a service", autocommit=True) as other:
        database = other.info.dbname
        key = locks.OUR_KEY if which.startswith("ormony") else locks.sqlx_key(database)
        other.execute("select pg_advisory_lock(%s)", (key,))
        said: list[str] = []
        with pytest.raises(OrmonyError) as caught:
            one(
                target(fresh_database, [hand("00001", "select 1;")]),
                Options(wait_s=0.3),
                talk=Talk(say=said.append),
            )
    assert caught.value.code == "lock-not-available"
    assert re.fullmatch(
        rf"could not take {which} within 0\.3 s: \"a service\" \(pid \d+, since .*\) holds it",
        caught.value.message,
    )
    assert len(said) == 1
    assert said[0].startswith(f'waiting for {which}, held by "a service"')


def test_the_lock_is_that_of_sqlx() -> None:
    assert locks.sqlx_key("postgres") == 368907709894077238


def test_locks_that_the_users_sql_released_are_taken_again(fresh_database: str) -> None:
    stream = [hand("00001", "select pg_advisory_unlock_all();")]
    held = []

    def verify(conn: psycopg.Connection[object], plan: Plan) -> None:
        held.append(
            conn.execute(
                "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
            ).fetchone()
        )

    one(target(fresh_database, stream), verify=verify)
    assert held == [(2,)]


def test_more_locks_than_the_server_has(fresh_database: str) -> None:
    error = refused(
        target(
            fresh_database,
            [hand("00001", "select pg_advisory_xact_lock(n) from generate_series(1, 1000000) n;")],
        )
    )
    assert error.code == "out-of-locks"
    assert error.hint is not None
    assert "max_locks_per_transaction" in error.hint


def test_a_ledger_without_permission(fresh_database: str, cluster: server.Cluster) -> None:
    execute(
        fresh_database.replace("//postgres@", "//supabase_admin@"),
        "create table public._sqlx_migrations (version bigint primary key, description text not null,"
        " installed_on"
        " timestamptz not null default now(), success boolean not null, checksum bytea not null,"
        " execution_time bigint not null)",
        "revoke all on public._sqlx_migrations from postgres, anon, authenticated, service_role",
    )
    revision = sqlx(1, "select 1;")
    error = refused(
        target(fresh_database, [merged("00300", WORKER, revision)], [(WORKER, history(WORKER, revision))])
    )
    assert str(error) == (
        'error[no-ledger-permission]: role "postgres" may not read and write the ledger'
        " public._sqlx_migrations\n"
        'hint: GRANT SELECT, INSERT ON "public"."_sqlx_migrations" TO "postgres";'
    )


def test_deploying_is_told_step_by_step(fresh_database: str) -> None:
    told: list[tuple[str, int, int]] = []
    one(
        target(fresh_database, [hand("00001", "select 1;"), hand("00002", "select 1;")]),
        talk=Talk(progress=lambda what, done, of: told.append((what, done, of))),
    )
    assert told == [
        ("locked", 0, 2),
        ("00001_by_hand.sql", 0, 2),
        ("00002_by_hand.sql", 1, 2),
        ("stamped", 2, 2),
        ("committed", 2, 2),
    ]
    assert deploying.WAIT_S > 60


def test_rehearsal_keeps_the_settings_of_a_file_that_it_splits(fresh_database: str, shadow: Shadow) -> None:
    stream = [
        hand("00000", "create schema billing;"),
        hand(
            "00001",
            "set search_path to billing;\ncreate table t (a int);\ncreate index concurrently t_a on t (a);",
        ),
    ]
    done = one(target(fresh_database, stream, clone=shadow.clone))
    assert done.applied == ("00000", "00001")
    assert done.shown == (
        "00000, 00001 (statements 1-2 of 3)",
        "00001 (statement 3 of 3), outside a transaction",
    )
    assert rows(fresh_database, "select 'billing.t_a'::regclass::text") == [("billing.t_a",)]


def test_rehearsal_leaks_no_settings_into_the_next_file(fresh_database: str, shadow: Shadow) -> None:
    stream = [
        hand("00000", "create schema billing;"),
        hand("00001", "create table billing.t (a int);"),
        hand(
            "00002",
            "-- pg-delta: transaction=false\nset search_path to billing;\n"
            "create index concurrently t_a on t (a);",
        ),
        hand("00003", "create table v (a int);"),
        hand("00004", "create index concurrently v_a on public.v (a);"),
    ]
    done = one(target(fresh_database, stream, clone=shadow.clone))
    assert done.applied == ("00000", "00001", "00002", "00003", "00004")
    assert rows(
        fresh_database, "select schemaname, indexname from pg_indexes where indexname ~ '^[tv]_a$' order by 2"
    ) == [("billing", "t_a"), ("public", "v_a")]


def test_rehearsal_catches_up_with_the_settings_of_a_file(fresh_database: str, shadow: Shadow) -> None:
    """What a failed deploy had done of a file runs in the clone first, and leaves nothing set there."""
    stream = [
        hand("00000", "create schema billing;"),
        hand(
            "00001",
            "set search_path to billing;\ncreate table if not exists t (a int);\n"
            "create unique index concurrently t_a on t (a);",
        ),
        hand("00002", "create table v (a int);\ncreate index concurrently v_a on public.v (a);"),
    ]
    one(target(fresh_database, stream[:1]))
    execute(fresh_database, "create table billing.t (a int)", "insert into billing.t values (1), (1)")
    with pytest.raises(OrmonyError, match="could not create unique index"):
        one(target(fresh_database, stream))
    execute(fresh_database, "truncate billing.t")
    done = one(target(fresh_database, stream, clone=shadow.clone))
    assert done.applied == ("00001", "00002")
    assert rows(fresh_database, "select 'billing.t_a'::regclass::text, 'public.v_a'::regclass::text") == [
        ("billing.t_a", "v_a")
    ]
