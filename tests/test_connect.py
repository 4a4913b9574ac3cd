"""URLs, refused connections, poolers: no password is ever shown."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ormony.database import connect, server
from ormony.errors import OrmonyError

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:p%40w@h/db", "postgresql://u:p%40w@h/db"),
        ("postgresql+asyncpg://u:p@h:6543/db", "postgresql://u:p@h:6543/db"),
        ("postgresql+psycopg://u@/db?host=/tmp", "postgresql://u@/db?host=/tmp"),
        ("  POSTGRES://h/db\n", "postgresql://h/db"),
        ("postgres://h/db?pgbouncer=true&connection_limit=1", "postgresql://h/db"),
        ("postgres://h/db?ssl=true", "postgresql://h/db?sslmode=require"),
        ("postgres://h/db?sslmode=no-verify&schema=x", "postgresql://h/db?sslmode=require"),
        ("postgres://u:p@[::1]:5433/d", "postgresql://u:p@[::1]:5433/d"),
        ("host=/tmp dbname=d password='a b'", "host=/tmp dbname=d password='a b'"),
        ("postgres://h1:5432,h2/d", "postgresql://h1:5432,h2/d"),
    ],
)
def test_a_url_of_any_driver_becomes_one_of_libpq(url: str, expected: str) -> None:
    assert connect.normalise(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://u:{SECRET}@h/db",
        f"postgresql://u:{SECRET}@x@h/db",
        f"postgresql://u:pa/{SECRET}@h/db",
        f"postgresql://u:pa?{SECRET}@h/db",
        f"postgresql://u:%zz{SECRET}@h/db",
        f"postgresql://u:p@h/db?{SECRET.upper()}=1&password={SECRET}",
        f"u:{SECRET}@h",
        f"postgresql://u:{SECRET}",
        f"host=h port={SECRET}",
        "postgresql://h:99999/db",
        "postgresql://h:0/db",
        "postgresql://h1:5432,h2:54x2/db",
        "",
    ],
)
def test_a_url_that_cannot_be_read_is_not_shown(url: str) -> None:
    if not url:
        assert connect.normalise(url) == ""  # libpq's defaults
        return
    with pytest.raises(OrmonyError) as caught:
        connect.connect(url)
    assert caught.value.code == "bad-url"
    assert caught.value.exit_status == 2
    assert SECRET not in str(caught.value)


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(OrmonyError) as caught:
        connect.normalise("postgresql://h/db?colour=red")
    assert str(caught.value) == (
        'error[bad-url]: PostgreSQL does not know the parameter "colour" of the database URL\n'
        "hint: remove colour=… from the URL"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"postgresql://u:{SECRET}@h/db", "postgresql://u:***@h/db"),
        (f"postgresql://u:{SECRET}@{SECRET}@h/db", "postgresql://u:***@h/db"),
        (f"postgresql+asyncpg://u:{SECRET}@h:1/db?a=b", "postgresql+asyncpg://u:***@h:1/db?a=b"),
        (f"postgresql://h/db?user=u&password={SECRET}&x=y", "postgresql://h/db?user=u&password=***&x=y"),
        (f"host=h password={SECRET} user=u", "host=h password=*** user=u"),
        (f"host=h password='{SECRET} {SECRET}' user=u", "host=h password=*** user=u"),
        ("postgresql://postgres@/db?host=/tmp", "postgresql://postgres@/db?host=/tmp"),
        ("supabase/migrations/1_a.sql", "supabase/migrations/1_a.sql"),
    ],
)
def test_a_password_is_redacted(url: str, expected: str) -> None:
    assert connect.redact(url) == expected


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("postgresql://u@localhost/d", False),
        ("postgresql://u@127.0.0.1/d", False),
        ("postgresql://u@[::1]/d", False),
        ("postgresql:///d", False),
        ("postgresql:///d?host=/tmp", False),
        ("postgresql://%2Ftmp/d", False),
        ("postgresql://db.example.org/d", True),
        ("postgresql://localhost,db.example.org/d", True),
        ("postgresql://localhost.example.org/d", True),
        ("postgresql://10.0.0.1/d", True),
        ("host=10.0.0.1 dbname=d", True),
    ],
)
def test_what_leads_over_a_network_is_remote(url: str, remote: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    assert connect.is_remote(url) is remote
    monkeypatch.setenv("PGHOST", "db.example.org")
    assert connect.is_remote("postgresql:///d") is True


def test_a_url_survives_being_taken_apart() -> None:
    for url in (
        "postgresql://u:p%40%2F@h:1/a%20b?sslmode=require",
        "postgresql://postgres@/d?host=/tmp/x&port=5433",
        "postgresql://[::1]:5432/d",
    ):
        parameters = psycopg.conninfo.conninfo_to_dict(url)
        assert psycopg.conninfo.conninfo_to_dict(connect.url_of(dict(parameters))) == parameters
    assert connect.with_database("postgresql://u:p@h/a?sslmode=disable", "b/c") == (
        "postgresql://u:p@h/b%2Fc?sslmode=disable"
    )


@pytest.fixture(scope="module")
def tcp(reachable_folder: Path) -> Iterator[server.Cluster]:
    home = reachable_folder / "tcp"
    yield server.start(home, tcp=True, durable=False)
    server.destroy(home)


def refused(url: str) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        connect.connect(url)
    assert caught.value.code == "cannot-connect"
    assert caught.value.exit_status == 3
    assert SECRET not in str(caught.value)
    return caught.value


def test_a_refused_connection_says_why_and_what_to_do(tcp: server.Cluster, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = refused(f"postgresql://u:{SECRET}@127.0.0.1:{port}/d")
    assert error.message == f"cannot connect to postgresql://u:***@127.0.0.1:{port}/d: Connection refused"
    assert error.hint == "start the server; for the embedded one: ormony db up"
    assert "No such file" in refused(f"postgresql://u@/d?host={tmp_path}").message

    error = refused(f"postgresql://postgres:{SECRET}@127.0.0.1:{tcp.port}/postgres")
    assert 'password authentication failed for user "postgres"' in error.message
    error = refused(tcp.url("nothing_here"))
    assert 'database "nothing_here" does not exist' in error.message
    assert error.hint is not None
    assert error.hint.startswith('CREATE DATABASE "nothing_here"')
    error = refused(f"postgresql://nobody_here@/postgres?host={tcp.sockets}&port={tcp.port}")
    assert error.hint is not None
    assert error.hint.startswith('CREATE ROLE "nobody_here" LOGIN')


def test_a_remote_server_is_spoken_to_over_tls_unless_the_url_says_otherwise(tcp: server.Cluster) -> None:
    # 0.0.0.0 is not loopback by name, and leads there on Linux.
    url = tcp.url().replace("127.0.0.1", "0.0.0.0")
    error = refused(url)
    assert "SSL" in error.message
    assert error.hint is not None
    assert "sslmode=disable" in error.hint
    connect.connect(f"{url}?sslmode=disable").close()


def test_settings_of_a_connection(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
    with connect.connect(
        fresh_database, application_name="ormony test", options="-c lock_timeout=7s"
    ) as conn:
        conn.execute("reset all")
        row = conn.execute(
            "select current_setting('application_name'), current_setting('lock_timeout'),"
            " current_setting('client_encoding'), '%', current_setting('search_path')"
        ).fetchone()
        assert row == ("ormony test", "7s", "UTF8", "%", '"$user", public, extensions')
        for _ in range(12):  # more often than psycopg waits before it prepares a statement
            conn.execute("deallocate all")
            conn.execute("select %s::int", (1,))


def test_a_session_of_its_own_is_no_pooler(fresh_database: str) -> None:
    with connect.connect(fresh_database) as conn:
        assert connect.transaction_pooler(conn) is None
        connect.require_session(conn)


@pytest.mark.parametrize(("mode", "refused"), [("transaction", True), ("session", False)])
@pytest.mark.parametrize("order", ["lifo", "fifo"])
def test_a_transaction_pooler_is_found_by_what_it_does(
    cluster: server.Cluster, mode: str, order: str, refused: bool
) -> None:
    with pooler(cluster, mode, order) as port:
        with connect.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable") as conn:
            if not refused:
                connect.require_session(conn)
                return
            with pytest.raises(OrmonyError) as caught:
                connect.require_session(conn)
            assert caught.value.code == "transaction-pooler"
            assert caught.value.exit_status == 3


@contextlib.contextmanager
def pooler(cluster: server.Cluster, mode: str, order: str) -> Iterator[int]:
    """A pooler in front of the cluster, as PgBouncer's protocol goes: its port. The servers behind it are
    real.
    """
    idle: list[socket.socket] = []
    opened: list[socket.socket] = []
    lock = threading.Lock()
    numbers = itertools.count(1)

    def read(sock: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = sock.recv(size - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def message(sock: socket.socket) -> tuple[bytes, bytes]:
        kind = read(sock, 1)
        size = read(sock, 4)
        return kind, kind + size + read(sock, struct.unpack("!I", size)[0] - 4)

    def new_backend() -> socket.socket:
        backend = socket.socket(socket.AF_UNIX)
        backend.connect(f"{cluster.sockets}/.s.PGSQL.{cluster.port}")
        body = struct.pack("!I", 196608) + b"user\0postgres\0database\0postgres\0\0"
        backend.sendall(struct.pack("!I", len(body) + 4) + body)
        while message(backend)[0] != b"Z":
            pass
        opened.append(backend)
        return backend

    def take() -> socket.socket:
        with lock:
            return idle.pop(0 if order == "fifo" else -1) if idle else new_backend()

    def serve(client: socket.socket) -> None:
        backend: socket.socket | None = None
        with contextlib.suppress(ConnectionError, OSError), client:
            size = struct.unpack("!I", read(client, 4))[0]
            read(client, size - 4)
            client.sendall(b"R" + struct.pack("!II", 8, 0))
            client.sendall(b"S" + struct.pack("!I", 25) + b"client_encoding\0UTF8\0")
            client.sendall(b"K" + struct.pack("!III", 12, 90_000_000 + next(numbers), 1))
            client.sendall(b"Z" + struct.pack("!I", 5) + b"I")
            while True:
                kind, data = message(client)
                if kind == b"X":
                    break
                backend = backend or take()
                backend.sendall(data)
                if kind not in (b"Q", b"S"):
                    continue
                while True:
                    kind, data = message(backend)
                    client.sendall(data)
                    if kind == b"Z":
                        break
                if mode == "transaction" and data.endswith(b"I"):
                    with lock:
                        idle.append(backend)
                    backend = None

    listener = socket.create_server(("127.0.0.1", 0))
    with lock:
        idle += [new_backend(), new_backend(), new_backend()]

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in opened:
            each.close()
