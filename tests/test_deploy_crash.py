"""Kill it anywhere: the state before, or after the last completed step; the next deploy finishes."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from crashing_deploy import STEPS, STREAM, verified, wanted
from ormony.database import locks, server
from ormony.database.catalogs import Replays
from ormony.database.deploy import Options, Talk, deploy
from ormony.database.shadow import open_shadow
from ormony.errors import OrmonyError
from small_project import execute, hand, rows, target

SCRIPT = Path(__file__).with_name("crashing_deploy.py")
ALL = tuple(version for step in STEPS for version in step)


def crash(url: str, at: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """Deploy, verified in the folder, in a process that kills itself at boundary `at`."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), url, str(at), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def schema_and_data(url: str) -> str:
    """Without the times and numbers of `ormony.deployments`, and without sequence values."""
    dump = server.pg_dump(url, "--inserts", "--exclude-schema=ormony")
    return re.sub(r"^SELECT pg_catalog\.setval\(.*$|'\d{4}-\d\d-\d\d \d\d:.*?'", "", dump, flags=re.MULTILINE)


def consistent(url: str) -> tuple[str, ...]:
    """The deployed versions, which must be those of the first so many steps, each ledger agreeing."""
    if rows(url, "select to_regclass('supabase_migrations.schema_migrations') is null") == [(True,)]:
        assert rows(url, "select to_regclass('ormony.deployments') is null") == [(True,)]
        assert rows(url, "select to_regtype('mood') is null") == [(True,)]
        return ()
    versions = tuple(
        str(version)
        for (version,) in rows(url, "select version from supabase_migrations.schema_migrations order by 1")
    )
    assert versions in [sum(STEPS[:count], ()) for count in range(len(STEPS) + 1)]
    web = sum(version in ("00100", "00101") for version in versions)
    assert rows(url, "select count(*) from drizzle.__drizzle_migrations") == [(web,)]
    worker = sum(version.startswith("003") for version in versions)
    if worker:
        assert rows(url, "select count(*) from _sqlx_migrations") == [(worker,)]
    assert rows(url, "select count(*) from web_a") == [(9,)]
    return versions


def wait_until_gone(url: str) -> None:
    """Until the killed process's session, and with it its locks, has ended."""
    with psycopg.connect(url, autocommit=True) as conn, locks.hold(conn, wait_s=30):
        pass


@pytest.fixture(scope="module")
def proving(reachable_folder: Path) -> Iterator[Path]:
    """A folder in which the catalogs after each step are kept, so that verifying starts no server."""
    folder = reachable_folder / "proving"
    folder.mkdir()
    with open_shadow(folder) as shadow:
        replays = Replays(folder, lambda: shadow)
        files = {file.version: file for file in STREAM}
        for count in range(len(STEPS) + 1):
            replays.of([files[version] for step in STEPS[:count] for version in step])
        yield folder


def test_kill_9_at_every_boundary(cluster: server.Cluster, proving: Path) -> None:
    server.create_database(cluster, "crash_never")
    whole = crash(cluster.url("crash_never"), -1, proving)
    boundaries, *applied = whole.stdout.split()
    assert tuple(applied) == ALL, whole.stderr
    expected = schema_and_data(cluster.url("crash_never"))
    seen = set()
    for at in range(int(boundaries)):
        name = f"crash_{at}"
        server.create_database(cluster, name)
        url = cluster.url(name)
        assert crash(url, at, proving).returncode == -9
        wait_until_gone(url)
        before = consistent(url)
        seen.add(before)
        with verified(url, proving) as to:
            done = deploy([to], Options(wait_s=30))[0]
        assert (done.verified is not None) == bool(done.applied)
        assert before + done.applied == ALL, at
        assert schema_and_data(url) == expected, at
        with cluster.admin() as admin:
            server.drop_database(admin, name)
    assert len(seen) == len(STEPS) + 1  # every state was met
    with cluster.admin() as admin:
        server.drop_database(admin, "crash_never")


@pytest.fixture
def own_cluster(reachable_folder: Path) -> Iterator[server.Cluster]:
    """A cluster that may crash."""
    home = reachable_folder / "crashing"
    yield server.start(home, durable=False)
    server.destroy(home)


def test_the_server_crashes_midway(own_cluster: server.Cluster) -> None:
    for number, where in enumerate(
        ("00103_by_hand.sql", "stamped", "00301_m.sql (1 of 1)", "00400_by_hand.sql (3 of 4)")
    ):
        server.create_database(own_cluster, f"midway_{number}")
        url = own_cluster.url(f"midway_{number}")
        killed: list[int] = []

        def progress(
            what: str,
            done: int,
            of: int,
            where: str = where,
            url: str = url,
            killed: list[int] = killed,
        ) -> None:
            if what == where:
                backends = rows(
                    url,
                    "select pid from pg_stat_activity where application_name = 'ormony' and datname ="
                    " current_database()",
                )
                killed += [pid for (pid,) in backends]
                subprocess.run(["kill", "-9", *map(str, killed)], check=True)

        with pytest.raises(OrmonyError) as caught:
            deploy([wanted(url)], Options(wait_s=30), talk=Talk(progress))
        assert caught.value.code == "connection-lost"
        _wait_for(own_cluster, killed)
        before = consistent(url)
        assert before + deploy([wanted(url)], Options(wait_s=30))[0].applied == ALL
        assert consistent(url) == ALL


def _wait_for(cluster: server.Cluster, killed: list[int]) -> None:
    """Until the server has seen that these are gone, takes that for a crash, and has recovered from it."""
    assert killed
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in killed):
        assert time.monotonic() < until
        time.sleep(0.01)
    while True:
        try:
            with cluster.admin():
                return
        except OrmonyError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def at_once(url: str, folder: Path) -> list[tuple[str, ...]]:
    """What each of eight processes applied, verified in the folder."""
    running = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), url, "-1", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    applied = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        applied.append(tuple(out.split()[1:]))
    return applied


def test_eight_deploys_at_once(fresh_database: str, proving: Path) -> None:
    """Steps and CREATE INDEX CONCURRENTLY among them."""
    assert sorted(at_once(fresh_database, proving)) == [()] * 7 + [ALL]
    assert consistent(fresh_database) == ALL


def test_eight_deploys_while_two_ledgers_are_locked(fresh_database: str, proving: Path) -> None:
    execute(
        fresh_database,
        "create schema drizzle",
        "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at"
        " bigint)",
        "create table _sqlx_migrations (version bigint primary key, description text not null,"
        " installed_on timestamptz"
        " not null default now(), success boolean not null, checksum bytea not null, execution_time bigint"
        " not null)",
    )
    locked = threading.Event()

    def hold() -> None:
        with psycopg.connect(fresh_database) as other:
            other.execute(
                "lock table drizzle.__drizzle_migrations, _sqlx_migrations in access exclusive mode"
            )
            locked.set()
            time.sleep(3)

    tools = threading.Thread(target=hold)
    tools.start()
    assert locked.wait(30)
    assert sorted(at_once(fresh_database, proving)) == [()] * 7 + [ALL]
    tools.join()
    assert consistent(fresh_database) == ALL


def test_a_service_that_waits_for_sqlxs_lock_does_not_block_an_index(fresh_database: str) -> None:
    """`sqlx::migrate!()` waits with a snapshot that CREATE INDEX CONCURRENTLY in turn waits for."""
    stream = [
        hand("00001", "create table t (id int);"),
        hand("00002", "create index concurrently t_id on t (id);"),
    ]
    waiting = threading.Event()
    failed: list[BaseException] = []

    def service_starts() -> None:
        try:
            with psycopg.connect(fresh_database, autocommit=True) as service:
                key = locks.sqlx_key(service.info.dbname)
                waiting.set()
                service.execute("select pg_advisory_lock(%s)", (key,))
                service.execute("select pg_advisory_unlock(%s)", (key,))
        except psycopg.Error as error:
            failed.append(error)

    starting = threading.Thread(target=service_starts)

    def progress(what: str, done: int, of: int) -> None:
        if what == "00002_by_hand.sql (1 of 1)":
            starting.start()
            assert waiting.wait(10)
            time.sleep(0.3)

    done = deploy([target(fresh_database, stream)], Options(wait_s=30), talk=Talk(progress))
    starting.join()
    assert done[0].applied == ("00001", "00002")
    assert not failed
    assert rows(fresh_database, "select indisvalid from pg_index where indexrelid = 't_id'::regclass") == [
        (True,)
    ]
