"""The two session locks of a deploy: ours, and the one that SQLx takes when a service starts.

Both are polled with `pg_try_advisory_lock` while no transaction is open. A session that waits inside
`pg_advisory_lock` has a snapshot, and the lock's holder may be running CREATE INDEX CONCURRENTLY, which waits
for every older snapshot: the two would wait for each other. The locks belong to the session that does the
work, so they last exactly as long as its backend, also when our process is killed in the middle of a
statement.
"""

from __future__ import annotations

import contextlib
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import psycopg

from ormony.errors import DATABASE, OrmonyError

OUR_KEY: Final = int.from_bytes(b"ormony", "big")

_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.5

_HOLDERS: Final = """
SELECT l.pid, coalesce(nullif(a.application_name, ''), a.usename::text, 'unknown'),
       to_char(coalesce(a.xact_start, a.query_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS TZ')
  FROM pg_catalog.pg_locks AS l
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
   AND (l.classid::bigint << 32) | l.objid::bigint = ANY (%s)
 ORDER BY l.pid
"""


def sqlx_key(database: str) -> int:
    """The number that SQLx's `Migrator::run` locks in the database of this name."""
    return 0x3D32AD9E * zlib.crc32(database.encode())


@contextlib.contextmanager
def hold(
    conn: psycopg.Connection[Any],
    *,
    wait_s: float,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Hold both locks in this session, which must be in autocommit mode with no transaction open.

    `waiting` is called once for each holder that we wait for, with a sentence that names it. Raises
    `lock-not-available` after `wait_s` seconds. The locks end with the block, or with the session.
    """
    assert conn.autocommit
    keys = _keys(conn)
    until = time.monotonic() + wait_s
    taken: list[int] = []
    try:
        for key in keys:
            _take(conn, key, until, wait_s, waiting)
            taken.append(key)
        yield
    finally:
        _release(conn, taken)


@contextlib.contextmanager
def lend_sqlx(
    conn: psycopg.Connection[Any], *, wait_s: float, waiting: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Let services that start have SQLx's lock during the block, which must not run what they would run.

    A service that starts waits for it with a snapshot, and CREATE INDEX CONCURRENTLY waits for that snapshot:
    held over the statement, the lock would end one of the two with a deadlock.
    """
    key = _keys(conn)[1]
    _release(conn, [key])
    yield
    _take(conn, key, time.monotonic() + wait_s, wait_s, waiting)


def require(conn: psycopg.Connection[Any]) -> None:
    """Take again what the user's SQL may have released (`DISCARD ALL`, `pg_advisory_unlock_all()`).

    Does nothing while both locks are held. Raises `lock-not-available` when someone else has got one
    meanwhile.
    """
    for key in _keys(conn):
        row = conn.execute(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND"
            " objsubid = 1"
            " AND pid = pg_catalog.pg_backend_pid() AND (classid::bigint << 32) | objid::bigint = %s)",
            (key,),
        ).fetchone()
        if row is not None and not row[0]:
            _take(conn, key, time.monotonic(), 0, None)


def _keys(conn: psycopg.Connection[Any]) -> tuple[int, int]:
    row = conn.execute("SELECT pg_catalog.current_database()").fetchone()
    assert row is not None
    return OUR_KEY, sqlx_key(row[0])


def _take(
    conn: psycopg.Connection[Any],
    key: int,
    until: float,
    wait_s: float,
    waiting: Callable[[str], None] | None,
) -> None:
    pause = _FIRST_PAUSE_S
    told = ""
    while True:
        row = conn.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (key,)).fetchone()
        if row is not None and row[0]:
            return
        holders = conn.execute(_HOLDERS, ([key],)).fetchall()
        whose = "ormony's lock" if key == OUR_KEY else "SQLx's migration lock"
        who = ", ".join(f'"{name}" (pid {pid}, since {since})' for pid, name, since in holders)
        if time.monotonic() >= until:
            raise OrmonyError(
                "lock-not-available",
                f"could not take {whose} within {wait_s:g} s: {who or 'another session'} holds it",
                hint="; ".join(f"SELECT pg_terminate_backend({pid})" for pid, _, _ in holders)
                + "   -- only if that deploy is no longer wanted"
                if holders
                else "run ormony deploy again",
                exit_status=DATABASE,
            )
        if waiting is not None and who and who != told:
            told = who
            waiting(f"waiting for {whose}, held by {who}")
        time.sleep(min(pause, max(0.0, until - time.monotonic())))
        pause = min(pause * 2, _LONGEST_PAUSE_S)


def _release(conn: psycopg.Connection[Any], keys: list[int]) -> None:
    if conn.closed or conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return  # the session is lost or about to be closed, and the locks go with it
    with contextlib.suppress(psycopg.OperationalError):
        for key in reversed(keys):
            conn.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", (key,))
