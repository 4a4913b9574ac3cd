"""How one file of the stream runs in a session: the same way in a shadow and in a deploy.

A file is one simple-protocol message: what sets the session up, the file's SQL, and what makes the session
clean for the next file. So a file costs one round trip, and an error has a position in the file's own text.
This module decides nothing: which files run, in which transaction and on which server is the caller's.
"""

from __future__ import annotations

import contextlib
import selectors
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg import pq

from ormony.database.connect import SqlError, sql_error
from ormony.errors import OrmonyError, visible
from ormony.stream import StreamFile

Split = Callable[[str], Sequence[str]]
"""The statements of an SQL text, in order, each as it is written there."""

_RESETS: Final = (
    "RESET SESSION AUTHORIZATION",
    "RESET ROLE",
    "RESET ALL",
    "CLOSE ALL",
    "DISCARD TEMP",
    "DISCARD SEQUENCES",
    "DEALLOCATE ALL",
)

# What is pending must fire, or the next file's ALTER TABLE fails (55006). SET CONSTRAINTS ALL would also
# hold for constraints that later files of the transaction make, and check at once what these declare
# INITIALLY DEFERRED; so names are set, as the file's role, with whose rights its triggers run. A name means
# all constraints of that name in the schema, and one that is not deferrable, or lies where the role may not
# look, would be an error: then it is ALL. The first look is all that most databases need, and this runs
# after every file: what can be deferred has a trigger.
_IMMEDIATE: Final = """DO $ormony$
DECLARE
  names pg_catalog.text;
  all_named pg_catalog.bool;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgdeferrable) THEN
    RETURN;
  END IF;
  SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname), ', '),
         pg_catalog.bool_and(pg_catalog.has_schema_privilege(n.oid, 'usage')
                             AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS o
                                              WHERE o.connamespace = c.connamespace AND o.conname = c.conname
                                                AND NOT o.condeferrable))
    INTO names, all_named
    FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_constraint AS c ON c.oid = t.tgconstraint
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
   WHERE t.tgdeferrable AND NOT pg_catalog.pg_is_other_temp_schema(n.oid);
  IF all_named THEN
    EXECUTE 'SET CONSTRAINTS ' || names || ' IMMEDIATE';
  ELSIF names IS NOT NULL THEN
    SET CONSTRAINTS ALL IMMEDIATE;
  END IF;
END
$ormony$"""

# What is declared INITIALLY DEFERRED is deferred again, as the role of the session, which may look where it
# needs to.
_DEFERRED: Final = """DO $ormony$
DECLARE
  names pg_catalog.text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tginitdeferred) THEN
    RETURN;
  END IF;
  SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname), ', ') INTO names
    FROM pg_catalog.pg_constraint AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
   WHERE c.condeferred AND pg_catalog.has_schema_privilege(n.oid, 'usage')
     AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS o
                      WHERE o.connamespace = c.connamespace AND o.conname = c.conname
                        AND NOT o.condeferrable);
  IF names IS NOT NULL THEN
    EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED';
  END IF;
END
$ormony$"""

_CLEAN: Final = _RESETS
_CLEAN_IN_TRANSACTION: Final = (_IMMEDIATE, *_RESETS, _DEFERRED)


def between_files(conn: psycopg.Connection[Any]) -> None:
    """Make the session as it was when it began, as far as SQL of the user's may have changed it.

    Inside a transaction, constraints that are deferred are checked now, and those declared INITIALLY
    DEFERRED are deferred again; those that come later are as they are declared. Session-level advisory
    locks stay. `run_file` does this itself after each file. Raises `sql-failed`.
    """
    idle = conn.pgconn.transaction_status == pq.TransactionStatus.IDLE
    text = ";\n".join(_CLEAN if idle else _CLEAN_IN_TRANSACTION)
    _, error = send(conn, text)
    if error is not None:
        raise sql_error(error, "", "the end of the file before") from error


def run_file(
    conn: psycopg.Connection[Any],
    file: StreamFile,
    *,
    lock_timeout_ms: int | None = None,
    own_transaction: bool = False,
    split: Split | None = None,
) -> None:
    """Run the file's SQL with its role and search_path, and leave the session clean.

    The caller has a transaction open, unless the file gets its `own_transaction`, which is then committed;
    after an error it is rolled back, while the caller's is left failed. `split` finds the line of an error
    for which the server tells no position. Raises SqlError `sql-failed` at the line of the file, and
    `connection-lost`.
    """
    assert own_transaction == (conn.pgconn.transaction_status == pq.TransactionStatus.IDLE)
    begin = ["BEGIN"] if own_transaction else []
    before = [*begin, *_set_up(file, lock_timeout_ms)]
    after = ["COMMIT", *_CLEAN] if own_transaction else [*_CLEAN_IN_TRANSACTION]
    head = "".join(f"{each};\n" for each in before)
    body = _without_mark(file.body)
    _refuse_null(file, body)
    # A line of its own, for the body may end with a comment.
    tail = ";\n".join(after)
    done, error = send(conn, f"{head}{body}\n;\n{tail}")
    if error is None:
        return
    if own_transaction and conn.pgconn.transaction_status != pq.TransactionStatus.IDLE:
        send(conn, "ROLLBACK")
    failed = _located(error, file, body, len(head), done - len(before), split)
    swallowed = visible(f"\n;\n{tail}")  # by an open comment or quote
    failed.message = failed.message.replace(swallowed, "")
    raise failed from error


def run_outside(
    conn: psycopg.Connection[Any],
    file: StreamFile,
    statements: Sequence[str],
    *,
    lock_timeout_ms: int | None = None,
    start: int = 0,
    done: Callable[[int], None] | None = None,
) -> None:
    """Run the file's statements from number `start` on one by one, each in autocommit, no transaction being
    open.

    `statements` are those of the file's body. `done` is called with the number of statements that have run,
    after each. Raises SqlError `sql-failed`, whose `statement` says how many have been applied, and
    `connection-lost`.
    """
    assert conn.pgconn.transaction_status == pq.TransactionStatus.IDLE
    between_files(conn)
    set_up = _set_up(file, lock_timeout_ms)
    if set_up:
        send(conn, ";\n".join(set_up))
    body = _without_mark(file.body)
    _refuse_null(file, body)
    offsets = _offsets(body, statements)
    for number in range(start, len(statements)):
        statement = statements[number]
        _, error = send(conn, statement)
        if error is not None:
            at = offsets[number] if offsets else None
            failed = sql_error(
                error, body, file.path, file.body_line, before=-(at or 0), offset=at, statement=number
            )
            if number:
                failed.message += f"; the file's first {number} of {len(statements)} statements are applied"
            _clean_after(conn)
            raise failed from error
        if done is not None:
            done(number + 1)
    between_files(conn)


def send(conn: psycopg.Connection[Any], text: str) -> tuple[int, psycopg.Error | None]:
    """Run SQL of any number of statements as one message: how many of them succeeded, and the error that
    ended it.

    Ctrl-C cancels the statement on the server before it goes on. The connection's encoding is UTF-8.
    """
    pgconn = conn.pgconn
    assert "\0" not in text  # libpq would silently send what stands before it
    try:
        pgconn.send_query(text.encode("utf-8", "surrogatepass"))
        return _results(conn)
    except psycopg.OperationalError as error:
        return 0, error
    except KeyboardInterrupt:
        conn.cancel()
        _results(conn)
        raise


def _results(conn: psycopg.Connection[Any]) -> tuple[int, psycopg.Error | None]:
    pgconn = conn.pgconn
    done = 0
    failed: psycopg.Error | None = None
    with selectors.DefaultSelector() as selector:
        selector.register(pgconn.socket, selectors.EVENT_READ)
        while pgconn.flush():
            selector.modify(pgconn.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            selector.select()
            pgconn.consume_input()
        selector.modify(pgconn.socket, selectors.EVENT_READ)
        while True:
            while pgconn.is_busy():
                selector.select()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                return done, failed
            match result.status:
                case pq.ExecStatus.FATAL_ERROR:
                    failed = failed or psycopg.errors.error_from_result(result, encoding="utf-8")
                case pq.ExecStatus.COPY_IN:
                    pgconn.put_copy_end(b"a file of the stream cannot bring rows for COPY FROM STDIN")
                case pq.ExecStatus.COPY_OUT | pq.ExecStatus.COPY_BOTH:
                    _drain_copy(conn, selector)
                case pq.ExecStatus.EMPTY_QUERY:
                    pass
                case _:
                    done += 1


def _drain_copy(conn: psycopg.Connection[Any], selector: selectors.BaseSelector) -> None:
    while True:
        size, _ = conn.pgconn.get_copy_data(1)
        if size < 0:
            return
        if size == 0:
            selector.select()
            conn.pgconn.consume_input()


def _set_up(file: StreamFile, lock_timeout_ms: int | None) -> list[str]:
    wanted = []
    if lock_timeout_ms is not None:
        wanted.append(f"SET lock_timeout TO {lock_timeout_ms}")
    if file.provenance is not None:
        if file.provenance.role:
            wanted.append(f"SET ROLE {_quoted(file.provenance.role)}")
        if file.provenance.search_path is not None:
            path = ", ".join(map(_quoted, file.provenance.search_path)) or "''"
            wanted.append(f"SET search_path TO {path}")
    return wanted


def _located(
    error: psycopg.Error, file: StreamFile, body: str, before: int, statement: int, split: Split | None
) -> SqlError:
    """The error at its place: `statement` statements of the body had succeeded."""
    position = int(error.diag.statement_position or 0)
    if statement < 0 and position <= before:  # the role of the provenance line does not exist, or is not ours
        return sql_error(error, "", file.path, statement=0)
    statement = max(statement, 0)  # none at all ran if the text cannot be parsed
    offset = None
    at_end = False
    statements: Sequence[str] = ()
    if not position and split is not None:
        with contextlib.suppress(OrmonyError):  # the server has read the text, and our parser cannot
            statements = split(body)
        offsets = _offsets(body, statements)
        at_end = 0 < len(statements) <= statement
        if offsets and not at_end:
            offset = offsets[statement]
    elif position:
        at_end = position > before + len(body) + 1
    failed = sql_error(
        error, body, file.path, file.body_line, before=before, offset=offset, statement=statement
    )
    if at_end and failed.code == "sql-failed":
        failed.message += "; at the end of the file, where deferred constraints are checked"
    return failed


def _offsets(body: str, statements: Sequence[str]) -> list[int]:
    """Where each statement begins in the body; empty if they are not in it."""
    found = []
    at = 0
    for statement in statements:
        at = body.find(statement, at)
        if at < 0:
            return []
        found.append(at)
        at += len(statement)
    return found


def _clean_after(conn: psycopg.Connection[Any]) -> None:
    if conn.pgconn.status == pq.ConnStatus.OK:
        send(conn, ";\n".join(_CLEAN))


def _refuse_null(file: StreamFile, body: str) -> None:
    if "\0" in body:
        line = file.body_line + body.count("\n", 0, body.index("\0"))
        raise SqlError(
            "sql-failed", "the file has a null byte, which SQL cannot have", place=f"{file.path}:{line}"
        )


def _without_mark(body: str) -> str:
    """Without the byte order mark that an editor left: for the server it would be part of the first word."""
    return body.removeprefix("\ufeff")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
