"""A whole database as a value: every query of `queries/`, run at one moment, and its rows decoded.

Queries are sent ahead and their rows decoded as they come, so the server works while we do. What kinds of
objects there are at all is asked first, and nothing more of the others. What each query asks is in its file;
what its rows mean is in `decode_structure.py` and `decode_behavior.py`.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import psycopg
from psycopg import generators
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, PipelineStatus, TransactionStatus

from ormony.catalog import Catalog
from ormony.database.decode_behavior import BEHAVIOR, ROLES
from ormony.database.decode_structure import DEPENDS, STRUCTURE
from ormony.database.reading import TYPES_MADE, ChangedMeanwhile, Reading, Row
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
    # A worker would have to open again the tables that the deparsers look at.
    ("max_parallel_workers_per_gather", "0"),
)
_SETTINGS_OF_OUR_TRANSACTION: Final = (("idle_in_transaction_session_timeout", "0"),)
# What the deparsers say when an object was dropped after our snapshot was taken: they look at the present.
_CHANGED: Final = re.compile(r"cache lookup failed|could not (?:open relation|find tuple)|does not exist")
_TRIES: Final = 3
# From a few hundred tables on, a second connection saves more than it takes to open it.
_BIG: Final = "pg_catalog.pg_relation_size('pg_catalog.pg_index') > 200000"


def introspect(
    conn: psycopg.Connection[Any],
    *,
    roles: bool = False,
    beside: Callable[[], psycopg.Connection[Any]] | None = None,
) -> Catalog:
    """What the database is, as `conn` sees it; with `roles` also the roles of its cluster.

    An idle connection reads one snapshot in a transaction of its own, which is read-only and ended; within
    the caller's transaction it is read as that sees it, and left as it was: settings, locks, and after a
    failure too. Of a big database a second connection, which `beside` opens as the same role and which is
    closed, reads a part of the same snapshot at the same time; where none can be had, one reads all.

    Raises:
        OrmonyError: `cannot-introspect` when the connection cannot be used, or the server refuses a query.
    """
    status = conn.info.transaction_status
    if conn.closed or status not in (TransactionStatus.IDLE, TransactionStatus.INTRANS):
        raise _cannot(
            conn, "the connection is closed" if conn.closed else "its transaction has failed or is busy"
        )
    if conn.info.pipeline_status != PipelineStatus.OFF:
        raise _cannot(conn, "the connection is in pipeline mode")
    own = status == TransactionStatus.IDLE
    for tries_left in reversed(range(_TRIES if own else 1)):
        try:
            with _uncollected, _own_transaction(conn) if own else _savepoint(conn):
                return _read(conn, own=own, roles=roles, beside=beside if own else None)
        except ChangedMeanwhile:
            if not tries_left:
                raise _cannot(conn, "it was changed by somebody else while it was read") from None
        except psycopg.Error as error:
            changed = error.sqlstate is not None and _CHANGED.search(str(error)) is not None
            if not (changed and tries_left):
                raise _cannot(conn, str(error.diag.message_primary or error), error) from error
    raise AssertionError("the last try returns or raises")


def _read(
    conn: psycopg.Connection[Any],
    *,
    own: bool,
    roles: bool,
    beside: Callable[[], psycopg.Connection[Any]] | None,
) -> Catalog:
    version = conn.info.server_version
    queries = (*STRUCTURE, *BEHAVIOR, *(ROLES if roles else ()), DEPENDS)
    conditions = sorted({query.when for query in queries} - {""})
    with _Pipeline(conn) as pipeline, contextlib.ExitStack() as stack:
        pipeline.ask(_settings(own=own))
        snapshot = f"CASE WHEN {_BIG} THEN pg_catalog.pg_export_snapshot() END" if beside else "NULL"
        pipeline.ask(f"SELECT {', '.join([snapshot, *conditions])} FROM {TYPES_MADE}".encode())
        # While the server is at these, we learn which of the others can give a row.
        first = list(itertools.takewhile(lambda query: not query.when and not query.apart, queries))
        for query in first:
            pipeline.ask(_sql(query.name, version // 10000), binary=query.binary)
        pipeline.send()
        pipelines = [pipeline]

        def take_in() -> None:
            for each in pipelines:
                each.take_in()

        reading = Reading(version, pipeline.rows()[0][0], take_in)
        name, *answers = pipeline.rows()[0]
        holds = {"": True, **dict(zip(conditions, answers, strict=True))}
        others = [query for query in queries[len(first) :] if holds[query.when]]
        if beside and name:
            pipelines += stack.enter_context(_beside(beside, name))
        apart = pipelines[-1]
        for query in others:
            (apart if query.apart else pipeline).ask(_sql(query.name, version // 10000), binary=query.binary)
        for each in pipelines:
            each.send()
        for query in (*first, *others):
            query.decode((apart if query.apart else pipeline).rows(), reading)
    return reading.catalog()


def _settings(*, own: bool) -> bytes:
    settings = (*_SETTINGS, *(_SETTINGS_OF_OUR_TRANSACTION if own else ()))
    calls = ", ".join(f"pg_catalog.set_config('{name}', '{value}', true)" for name, value in settings)
    return f"SELECT current_user, {calls}".encode()


@contextlib.contextmanager
def _beside(connect: Callable[[], psycopg.Connection[Any]], snapshot: str) -> Iterator[list[_Pipeline]]:
    """The pipeline of a second connection in the snapshot; none where it cannot be opened, or not in that."""
    found = []
    with contextlib.ExitStack() as stack:
        try:
            conn = stack.enter_context(contextlib.closing(connect()))
            stack.enter_context(_own_transaction(conn))
            conn.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'".encode())
            pipeline = stack.enter_context(_Pipeline(conn))
            pipeline.ask(_settings(own=True))
            pipeline.send()
            pipeline.rows()
            found.append(pipeline)
        except (psycopg.Error, OrmonyError):
            with contextlib.suppress(psycopg.Error):
                stack.close()
        yield found


class _Pipeline:
    """Queries that are sent without waiting, and the rows of one after the other.

    The pipeline of psycopg gives nothing before it has the rows of all that was sent. This one gives those of
    the first query while the server is at the second. The connection is nobody else's until the end.
    """

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn
        self._rows = Transformer(conn)
        self._binary: deque[bool] = deque()

    def __enter__(self) -> Self:
        self._conn.pgconn.enter_pipeline_mode()
        return self

    def ask(self, sql: bytes, *, binary: bool = True) -> None:
        """Let a query be sent with the next `send`; its last rows shall not wait for those that follow."""
        self._conn.pgconn.send_query_params(sql, None, result_format=Format.BINARY if binary else Format.TEXT)
        self._conn.pgconn.send_flush_request()
        self._binary.append(binary)

    def send(self) -> None:
        """Send what was asked."""
        self._conn.wait(generators.send(self._conn.pgconn))

    def rows(self) -> list[Row]:
        """Those of the next query, in the order of `ask`. Raises the server's error."""
        (result,) = self._conn.wait(generators.fetch_many(self._conn.pgconn))
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result, encoding=self._conn.info.encoding)
        form = Format.BINARY if self._binary.popleft() else Format.TEXT
        self._rows.set_pgresult(result, format=form)
        return self._rows.load_rows(0, result.ntuples, tuple)

    def take_in(self) -> None:
        """Take what has come, so that the server does not wait for us."""
        self._conn.pgconn.consume_input()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        pgconn = self._conn.pgconn
        try:
            pgconn.pipeline_sync()
            self._conn.wait(generators.send(pgconn))
            while self._conn.wait(generators.fetch_many(pgconn))[0].status != ExecStatus.PIPELINE_SYNC:
                pass  # what was sent and not read, after a failure
            pgconn.exit_pipeline_mode()
        except psycopg.Error:
            if kind is None:
                raise


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


class _Uncollected:
    """Hundreds of thousands of new values, none of them garbage, would be looked through again and again.

    Now and later: they are frozen too, for a catalog has no cycles and goes without the collector's help.
    Threads may read several databases at once: the first to come turns the collector off, and the last to
    leave turns it on again, if it was on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._enabled = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._enabled:
                gc.freeze()
                gc.enable()


_uncollected: Final = _Uncollected()


def _cannot(conn: psycopg.Connection[Any], reason: str, error: psycopg.Error | None = None) -> OrmonyError:
    state = f" (SQLSTATE {error.sqlstate})" if error is not None and error.sqlstate else ""
    name = "" if conn.closed else f' "{conn.info.dbname}"'
    return OrmonyError(
        "cannot-introspect",
        f"cannot read the catalog of the database{name}: {reason}{state}",
        exit_status=DATABASE,
    )
