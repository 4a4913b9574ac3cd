"""Statements that run outside a transaction: each committed with the record of how far its file has got.

What PostgreSQL refuses in a transaction cannot be committed with its record, so the intention is recorded
first; a later deploy that finds it asks the catalog whether the statement had finished, and clears away what
it left behind.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg

from ormony import sql
from ormony.database import connect, deployments, rehearse
from ormony.database.rehearse import Piece
from ormony.stream import StreamFile

BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


def run_piece(
    conn: psycopg.Connection[Any],
    file: StreamFile,
    found: Sequence[sql.Statement],
    piece: Piece,
    *,
    step: int,
    begun: str | None,
    first: bool,
    lock_timeout_ms: int,
    patience_ms: int,
    before: Callable[[int], None],
    around: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
) -> None:
    """Run the statements of a piece one by one, in autocommit, with the role and search path of the file.

    `begun` is the statement that an earlier deploy recorded as its intention here, `first` says that the file
    has no row yet. What waits for other transactions by its nature (CREATE INDEX CONCURRENTLY) may wait
    `patience_ms` for a lock. `before` is told the number of each statement, from 0, before it runs. The
    session is clean afterwards. Raises the statement's error at its line; what was done before it stays done
    and recorded.
    """
    if first:
        conn.execute(BEGIN)
        deployments.ensure(conn)
        deployments.advance(conn, file, step=step, statements=piece.start, doing=None, first=True)
        conn.execute("COMMIT")
    with rehearse.outside(conn, file, found, piece):
        for n in range(piece.start, piece.stop):
            before(n)
            try:
                if sql.non_transactional(found[n]):
                    _alone(
                        conn,
                        file,
                        found[n],
                        n,
                        begun if n == piece.start else None,
                        step,
                        patience_ms,
                        around,
                    )
                else:
                    try:
                        _recorded(conn, file, found[n], n, step, lock_timeout_ms)
                    except psycopg.errors.ActiveSqlTransaction:  # its text did not show that
                        conn.rollback()
                        _alone(conn, file, found[n], n, None, step, patience_ms, around)
            except psycopg.Error as error:
                if conn.closed:
                    raise
                failed = connect.sql_error(error, file.text, file.path, offset=found[n].start, statement=n)
                if failed.hint is None:
                    failed.hint = "ormony deploy   # goes on with this statement"
                raise failed from error


def _advance(
    conn: psycopg.Connection[Any], file: StreamFile, step: int, statements: int, doing: str | None
) -> None:
    """Record progress in the open transaction, as the session itself; COMMIT gives the file its role back."""
    conn.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")
    conn.execute("SET LOCAL ROLE NONE")
    deployments.advance(conn, file, step=step, statements=statements, doing=doing, first=False)


def _recorded(
    conn: psycopg.Connection[Any],
    file: StreamFile,
    statement: sql.Statement,
    n: int,
    step: int,
    lock_timeout_ms: int,
) -> None:
    """A statement that may run in a transaction, committed together with the record that it is done."""
    conn.execute(BEGIN)
    conn.execute("SELECT pg_catalog.set_config('lock_timeout', %s, true)", (str(lock_timeout_ms),))
    conn.execute(statement.sql.encode())
    _advance(conn, file, step, n + 1, None)
    conn.execute("COMMIT")


def _alone(
    conn: psycopg.Connection[Any],
    file: StreamFile,
    statement: sql.Statement,
    n: int,
    doing: str | None,
    step: int,
    lock_timeout_ms: int,
    around: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    """A statement that PostgreSQL refuses in a transaction; `doing` is what an earlier deploy had begun."""
    if doing is not None:
        if _finished(conn, doing):
            return
        _drop_left_over(conn, doing)
    conn.execute(BEGIN)
    _advance(conn, file, step, n, statement.sql)
    conn.execute("COMMIT")
    conn.execute("SELECT pg_catalog.set_config('lock_timeout', %s, false)", (str(lock_timeout_ms),))
    try:
        with around():
            conn.execute(statement.sql.encode())
    except psycopg.Error as error:
        if not conn.closed and error.sqlstate != "42P07":
            _drop_left_over(conn, statement.sql)
        raise
    conn.execute(BEGIN)
    _advance(conn, file, step, n + 1, None)
    conn.execute("COMMIT")


_INDEX: Final = re.compile(
    r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r"((?:\"(?:[^\"]|\"\")+\"|[^\s\"(]+))\s+ON\s+(?:ONLY\s+)?((?:\"(?:[^\"]|\"\")+\"|[^\s\"(])+)",
    re.IGNORECASE,
)
_DROP_INDEX: Final = re.compile(r"DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?(\S+)", re.IGNORECASE)

_FIND_INDEX: Final = """
SELECT i.indexrelid::regclass::text, i.indisvalid
  FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
 WHERE i.indrelid = pg_catalog.to_regclass(%s)
   AND c.relname = (pg_catalog.parse_ident(%s))[1]
"""


def _index(conn: psycopg.Connection[Any], statement: str) -> tuple[str, bool] | None:
    """The index that a CREATE INDEX CONCURRENTLY names, quoted as SQL has it, and whether it is valid."""
    match = _INDEX.match(statement)
    if match is None:
        return None
    row = conn.execute(_FIND_INDEX, (match[2], match[1])).fetchone()
    return (row[0], row[1]) if row is not None else None


def _finished(conn: psycopg.Connection[Any], doing: str) -> bool:
    """Had the statement that a killed deploy began come to its end?"""
    index = _index(conn, doing)
    if index is not None:
        return index[1]
    dropped = _DROP_INDEX.match(doing)
    if dropped is not None:
        row = conn.execute("SELECT pg_catalog.to_regclass(%s) IS NULL", (dropped[1],)).fetchone()
        return row is not None and bool(row[0])
    return False


def _drop_left_over(conn: psycopg.Connection[Any], statement: str) -> None:
    """Drop the invalid index that our own statement left behind; a valid one is not ours to judge."""
    index = _index(conn, statement)
    if index is not None and not index[1]:
        conn.execute(f"DROP INDEX CONCURRENTLY {index[0]}".encode())
