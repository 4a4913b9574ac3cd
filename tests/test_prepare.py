"""An empty database gets the surface; one that is somebody's is left alone; what is missing has a name."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ormony.database import prepare, server, surface
from ormony.database.connect import Connection, connect
from ormony.database.server import SUPERUSER, Cluster
from ormony.errors import DATABASE, OrmonyError


def account() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("nobody")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def plain_server(binaries: Path) -> Iterator[str]:
    """The URL, without a database, of a server as a user has it: its one role is the superuser postgres."""
    folder = Path(tempfile.mkdtemp(prefix="ormony-plain-", dir="/tmp"))
    owner = account()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd="/", **owner)

    run(str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(
        *(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"),
    )
    try:
        yield f"postgresql://postgres@/%s?host={folder}"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def plain18() -> Iterator[str]:
    yield from plain_server(server.embedded().folder)


@pytest.fixture(scope="module")
def plain15() -> Iterator[str]:
    for url in plain_server(Path("/usr/lib/postgresql/15/bin")):
        with connect(url % "postgres") as admin:
            admin.execute("create role pgbouncer nologin createdb")
            admin.execute("alter role postgres set search_path to public")
        yield url


def empty(cluster: Cluster, name: str) -> str:
    """The superuser's URL of a new database without the surface."""
    with cluster.admin() as admin:
        server.drop_database(admin, name)
        server.create_empty(admin, name)
    return cluster.url(name, SUPERUSER)


def one(conn: Connection, query: str) -> Any:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def refusal(url: str) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        prepare.prepare(url)
    assert caught.value.exit_status == DATABASE
    return caught.value


def test_an_empty_database_is_prepared_once(cluster: Cluster) -> None:
    url = empty(cluster, "prepare_empty")
    done = prepare.prepare(url)
    assert (done.database, done.state, done.unavailable) == ("prepare_empty", "prepared", ())
    assert prepare.prepare(url).state == "already prepared"
    with connect(cluster.url("prepare_empty")) as conn:
        assert prepare.missing(conn) == ()
        assert surface.installed(conn) == surface.fingerprint()
        conn.execute("create table mine (id int)")
    # What is there after the first time does not matter.
    assert prepare.prepare(url).state == "already prepared"
    assert prepare.prepare(cluster.url("prepare_empty")).state == "already prepared"


def test_an_unprepared_database_lacks_everything(cluster: Cluster) -> None:
    with connect(empty(cluster, "prepare_lacks")) as conn:
        # The roles belong to the cluster.
        assert prepare.missing(conn) == ('schema "auth"', 'schema "storage"', 'schema "extensions"')
        conn.execute("create schema auth")
        conn.execute("create schema storage")
        conn.execute("create schema extensions")
        conn.execute("create function auth.uid() returns uuid language sql as 'select null::uuid'")
        assert prepare.missing(conn) == (
            "function auth.jwt()",
            "function auth.role()",
            "function auth.email()",
            "table auth.users",
            "table storage.buckets",
            "table storage.objects",
        )


def test_a_plain_server_of_18_finds_the_stand_ins(plain18: str) -> None:
    with connect(plain18 % "postgres") as admin:
        admin.execute("create database app")
        assert prepare.missing(admin)[:3] == ('role "anon"', 'role "authenticated"', 'role "service_role"')
    done = prepare.prepare(plain18 % "app")
    assert (done.state, done.unavailable) == ("prepared", ())
    assert [notice.code for notice in done.notices] == ["postgres-is-superuser"]
    with connect(plain18 % "app") as conn:
        assert prepare.missing(conn) == ()
        conn.execute("create role migrator nosuperuser")
        conn.execute("grant create on database app to migrator")
        conn.execute("grant create on schema extensions to migrator")
        conn.execute("set role migrator")
        for name in ("vector", "pg_net", "moddatetime"):
            conn.execute(f"create extension {name} schema extensions".encode())
    with connect(plain18 % "postgres") as conn:
        assert one(conn, "show extension_control_path") == "$system"


def test_a_plain_server_of_15_says_what_it_cannot_have(plain15: str) -> None:
    with connect(plain15 % "postgres") as admin:
        admin.execute("create database app")
    done = prepare.prepare(plain15 % "app")
    assert done.state == "prepared"
    assert "pg_net" in done.unavailable
    assert "pgcrypto" not in done.unavailable
    unavailable = next(notice for notice in done.notices if notice.code == "extensions-unavailable")
    assert "PostgreSQL 15 takes no stand-ins; 18 does" in unavailable.message
    with connect(plain15 % "app") as conn:
        assert prepare.missing(conn) == ()
        assert one(conn, "select extensions.digest('a', 'sha1') is not null")
        # supabase_vault is not there as an extension, and what it gives is.
        assert one(conn, "select vault.create_secret('a') is not null")
    assert prepare.prepare(plain15 % "app").state == "already prepared"


def test_roles_of_a_server_keep_their_attributes(plain15: str) -> None:
    with connect(plain15 % "postgres") as admin:
        admin.execute("create database kept")
    prepare.prepare(plain15 % "kept")
    with connect(plain15 % "kept") as conn:
        assert one(conn, "show search_path") == "public"
        assert one(conn, "select rolsuper from pg_roles where rolname = 'postgres'")
        assert one(conn, "select rolcreatedb and not rolcanlogin from pg_roles where rolname = 'pgbouncer'")


def test_a_database_with_tables_is_refused(cluster: Cluster) -> None:
    url = empty(cluster, "prepare_used")
    with connect(url) as conn:
        conn.execute("create extension pg_trgm")
        conn.execute("create table orders (id serial)")
    error = refusal(url)
    assert (error.code, error.message) == (
        "database-not-empty",
        'database "prepare_used" is not empty: it has sequence public.orders_id_seq',
    )
    with connect(url) as conn:
        assert one(conn, "select to_regnamespace('auth') is null")


def test_a_schema_of_somebodys_is_refused(cluster: Cluster) -> None:
    url = empty(cluster, "prepare_schema")
    with connect(url) as conn:
        conn.execute("create schema extensions")
    error = refusal(url)
    assert (error.code, error.message) == (
        "database-not-empty",
        'database "prepare_schema" is not empty: it has schema extensions',
    )


def test_a_real_supabase_is_refused(cluster: Cluster) -> None:
    url = empty(cluster, "prepare_supabase")
    with connect(url) as conn:
        conn.execute("create schema auth")
        conn.execute("create table auth.schema_migrations (version text)")
    error = refusal(url)
    assert (error.code, error.message, error.hint) == (
        "already-supabase",
        'database "prepare_supabase" is a Supabase database: what prepare would make is there',
        "ormony deploy --to URL",
    )


def test_only_a_superuser_prepares(cluster: Cluster) -> None:
    empty(cluster, "prepare_rights")
    error = refusal(cluster.url("prepare_rights"))
    assert error.code == "prepare-needs-superuser"
    assert error.message.startswith('role "postgres" is not a superuser')
    assert error.hint is not None
    assert 'ALTER ROLE "postgres" SUPERUSER;' in error.hint


def test_a_read_only_database_cannot_be_prepared(cluster: Cluster) -> None:
    url = empty(cluster, "prepare_read_only")
    with connect(url) as conn:
        conn.execute("alter database prepare_read_only set default_transaction_read_only to on")
    error = refusal(url)
    assert error.code == "prepare-failed"
    assert "read-only transaction" in error.message
    assert "SQLSTATE 25006" in error.message


def test_files_that_the_server_does_not_see_are_not_promised(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = empty(cluster, "prepare_unseen")
    with connect(url) as conn:
        conn.execute("alter database prepare_unseen set extension_control_path to '$system'")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(prepare, "_places", lambda: [closed / "extensions"])
    if one_uid(cluster):
        shutil.rmtree(closed)
        monkeypatch.setattr(prepare, "_places", list)
    done = prepare.prepare(url)
    assert "pg_net" in done.unavailable
    notice = next(notice for notice in done.notices if notice.code == "extensions-unavailable")
    assert "the server does not see the stand-ins" in notice.message
    untrusted = next(notice for notice in done.notices if notice.code == "extensions-need-superuser")
    assert "vector" in untrusted.message
    with connect(cluster.url("prepare_unseen")) as conn:
        assert one(conn, "select extensions.uuid_generate_v4() is not null")


def one_uid(cluster: Cluster) -> bool:
    """Is the server's uid ours? Then nothing of ours is closed to it."""
    return cluster.sockets.stat().st_uid == os.geteuid()


def test_several_prepare_at_once(cluster: Cluster) -> None:
    url = empty(cluster, "prepare_many")
    code = "import sys; from ormony.database import prepare; print(prepare.prepare(sys.argv[1]).state)"
    python = sys.executable
    running = [
        subprocess.Popen([python, "-c", code, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], answers
    with connect(cluster.url("prepare_many")) as conn:
        assert prepare.missing(conn) == ()
