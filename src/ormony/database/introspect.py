"""A whole database as a value: every query of `queries/`, run at one moment, and its rows decoded.

All queries are sent at once and their rows decoded as they come, so the server works while we do. What each
one asks is in its file; what its rows mean is in `decode_structure.py` and `decode_behavior.py`.
"""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from ormony.catalog import Catalog
from ormony.database.decode_behavior import BEHAVIOR, ROLES
from ormony.database.decode_structure import DEPENDS, STRUCTURE
from ormony.database.reading import ChangedMeanwhile, Query, Reading
from ormony.errors import DATABASE, OrmonyError

_QUERIES: Final = Path(__file__).parent / "queries"

# How PostgreSQL prints names, expressions and constants, which must not differ from session to session, and
# what a user's role may have set against long statements.
_SETTINGS: Final = (
    ("search_path", ""),
    ("quote_all_identifiers", "off"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("xmlbinary", "base64"),
    ("statement_timeout", "0"),
    ("jit", "off"),
)
_SETTINGS_OF_OUR_TRANSACTION: Final = (("idle_in_transaction_session_timeout", "0"),)
# What the deparsers say when an object was dropped after our snapshot was taken: they look at the present.
_CHANGED: Final = re.compile(r"cache lookup failed|could not (?:open relation|find tuple)|does not exist")
_TRIES: Final = 3


def introspect(conn: psycopg.Connection[Any], *, roles: bool = False) -> Catalog:
    """What the database is, as `conn` sees it; with `roles` also the roles of its cluster.

    An idle connection reads one snapshot in a transaction of its own, which is read-only and ended; within
    the caller's transaction it is read as that sees it, and left as it was: settings, locks, and after a
    failure too. Raises `cannot-introspect` when the connection cannot be used, or the server refuses a query.
    """
    status = conn.info.transaction_status
    if conn.closed or status not in (TransactionStatus.IDLE, TransactionStatus.INTRANS):
        raise _cannot(
            conn, "the connection is closed" if conn.closed else "its transaction has failed or is busy"
        )
    own = status == TransactionStatus.IDLE
    for tries_left in reversed(range(_TRIES if own else 1)):
        try:
            with _without_collection(), _own_transaction(conn) if own else _savepoint(conn):
                return _read(conn, own=own, roles=roles)
        except ChangedMeanwhile:
            if not tries_left:
                raise _cannot(conn, "it was changed by somebody else while it was read") from None
        except psycopg.Error as error:
            changed = error.sqlstate is not None and _CHANGED.search(str(error)) is not None
            if not (changed and tries_left):
                raise _cannot(conn, str(error.diag.message_primary or error), error) from error
    raise AssertionError("the last try returns or raises")


def _read(conn: psycopg.Connection[Any], *, own: bool, roles: bool) -> Catalog:
    version = conn.info.server_version
    queries = (*STRUCTURE, *BEHAVIOR, *(ROLES if roles else ()), DEPENDS)
    with _pipeline(conn):
        settings = (*_SETTINGS, *(_SETTINGS_OF_OUR_TRANSACTION if own else ()))
        calls = ", ".join(f"pg_catalog.set_config('{name}', '{value}', true)" for name, value in settings)
        me = conn.cursor(row_factory=tuple_row).execute(f"SELECT current_user, {calls}")
        cursors = [_ask(conn, query, version) for query in queries]
        row = me.fetchone()
        assert row is not None
        reading = Reading(version, row[0], conn.pgconn.consume_input)
        for query, cursor in zip(queries, cursors, strict=True):
            query.decode(cursor.fetchall(), reading)
            cursor.close()
    return reading.catalog()


@contextlib.contextmanager
def _pipeline(conn: psycopg.Connection[Any]) -> Iterator[None]:
    if not psycopg.Pipeline.is_supported():  # libpq below 14
        yield
        return
    with conn.pipeline() as pipeline:
        try:
            yield
        except Exception:
            with contextlib.suppress(psycopg.Error):
                pipeline.sync()  # what follows the failure fails as well, and would be logged at the end
            raise


def _ask(conn: psycopg.Connection[Any], query: Query, version: int) -> psycopg.Cursor[tuple[Any, ...]]:
    cursor = conn.cursor(row_factory=tuple_row, binary=query.binary)
    return cursor.execute(_sql(query.name, version // 10000), prepare=False)


@cache
def _sql(name: str, major: int) -> bytes:
    """The text of the query for this major version, by the rule of `Query`."""
    below = {
        int(path.stem.rpartition("-below-")[2]): path for path in _QUERIES.glob(f"{name}-below-[0-9]*.sql")
    }
    fitting = [limit for limit in below if major < limit]
    path = below[min(fitting)] if fitting else _QUERIES / f"{name}.sql"
    return path.read_bytes()


@contextlib.contextmanager
def _own_transaction(conn: psycopg.Connection[Any]) -> Iterator[None]:
    begin = (
        "BEGIN" if conn.autocommit else "SET TRANSACTION"
    )  # psycopg sends BEGIN by itself without autocommit
    try:
        conn.execute(f"{begin} ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
    finally:
        if not conn.closed:
            conn.rollback()


@contextlib.contextmanager
def _savepoint(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """Going back to a savepoint takes back settings, locks and a failure, and nothing of the caller's."""
    conn.execute("SAVEPOINT ormony_introspect")
    try:
        yield
    finally:
        if not conn.closed:
            conn.execute("ROLLBACK TO SAVEPOINT ormony_introspect")
            conn.execute("RELEASE SAVEPOINT ormony_introspect")


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Hundreds of thousands of new values, none of them garbage, would be looked through again and again.

    Now and later: they are frozen too, for a catalog has no cycles and goes without the collector's help.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


def _cannot(conn: psycopg.Connection[Any], reason: str, error: psycopg.Error | None = None) -> OrmonyError:
    state = f" (SQLSTATE {error.sqlstate})" if error is not None and error.sqlstate else ""
    name = "" if conn.closed else f' "{conn.info.dbname}"'
    return OrmonyError(
        "cannot-introspect",
        f"cannot read the catalog of the database{name}: {reason}{state}",
        exit_status=DATABASE,
    )
