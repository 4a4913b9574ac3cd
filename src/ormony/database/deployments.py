"""`ormony.deployments`: which file ran when, in which order and with which text.

Supabase's ledger has neither order nor hashes, so it cannot say that a file was edited after it was deployed,
nor how far a file got that cannot run in one transaction. The table is read and written by the deploying role
alone. Like `ledgers`, this module lives in the transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import psycopg
from psycopg import sql

from ormony.errors import DATABASE, OrmonyError
from ormony.files import sha256
from ormony.stream import StreamFile

State = Literal["running", "applied", "adopted"]

_DDL: Final = Path(__file__).with_name("deployments.sql")


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """The newest row of a version. `statements` are done in a `running` file; `doing` was begun outside a
    transaction.
    """

    sequence: int
    version: str
    body: str
    state: State
    statements: int
    doing: str | None


def read(conn: psycopg.Connection[Any]) -> dict[str, Deployment]:
    """The newest row of each version, in the order of deployment; empty where nothing was ever deployed by
    us.

    Raises `no-ledger-permission` when another role owns the table.
    """
    row = conn.execute("SELECT pg_catalog.to_regclass('ormony.deployments') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return {}
    try:
        rows = conn.execute(
            "SELECT DISTINCT ON (version) sequence, version, body, state, statements, doing FROM"
            " ormony.deployments"
            " ORDER BY version, sequence DESC"
        ).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise _not_ours(error) from None
    found = [
        Deployment(
            sequence=sequence, version=version, body=body, state=state, statements=statements, doing=doing
        )
        for sequence, version, body, state, statements, doing in rows
    ]
    return {each.version: each for each in sorted(found, key=lambda each: each.sequence)}


def _not_ours(error: psycopg.Error) -> OrmonyError:
    return OrmonyError(
        "no-ledger-permission",
        f"ormony.deployments belongs to another role: {error.diag.message_primary or error}",
        hint="deploy as the role that deployed first:"
        " SELECT tableowner FROM pg_tables WHERE schemaname = 'ormony' AND tablename = 'deployments';",
        exit_status=DATABASE,
    )


def ensure(conn: psycopg.Connection[Any]) -> None:
    """Make the schema and the table if they are missing, for the connected role alone."""
    row = conn.execute("SELECT pg_catalog.to_regclass('ormony.deployments') IS NOT NULL").fetchone()
    if row is not None and row[0]:
        return
    conn.execute(_DDL.read_bytes())
    roles = conn.execute(
        "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated',"
        " 'service_role')"
        " ORDER BY 1"
    ).fetchall()
    if roles:
        names = sql.SQL(", ").join(sql.Identifier(role) for (role,) in roles)
        conn.execute(sql.SQL("REVOKE ALL ON SCHEMA ormony FROM {}").format(names))
        conn.execute(sql.SQL("REVOKE ALL ON ormony.deployments FROM {}").format(names))


_INSERT: Final = """
INSERT INTO ormony.deployments
  (version, name, body, service, source, native, step, state, statements, doing, started, finished)
SELECT version, name, body, service, source, native, step, state, statements, doing,
       clock_timestamp() - make_interval(secs => began), clock_timestamp() - make_interval(secs => ended)
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[],
              %s::int[], %s::text[], %s::float[], %s::float[]) WITH ORDINALITY
       AS r (version, name, body, service, source, native, step, state, statements, doing, began, ended, n)
 ORDER BY n
"""
_UPDATE: Final = """
UPDATE ormony.deployments
   SET state = 'applied', statements = %s, doing = NULL, step = %s, body = %s, finished = clock_timestamp()
 WHERE version = %s AND state = 'running'
"""


class Run(msgspec.Struct, frozen=True):
    """A file that ran: how many statements it has, and how many seconds ago it began and ended."""

    file: StreamFile
    statements: int
    began: float = 0.0
    ended: float = 0.0


def finish(
    conn: psycopg.Connection[Any],
    runs: Sequence[Run],
    *,
    step: int,
    running: Iterable[str] = (),
    adopted: bool = False,
) -> None:
    """Record that these files are done, in this order; those in `running` have a row already, which is
    updated.
    """
    old = set(running)
    state: State = "adopted" if adopted else "applied"
    with conn.cursor() as cursor:
        for run in runs:
            if run.file.version in old:
                cursor.execute(_UPDATE, (run.statements, step, sha256(run.file.body), run.file.version))
        new = [
            (*_values(run.file, step, state, run.statements, None), run.began, run.ended)
            for run in runs
            if run.file.version not in old
        ]
        if new:
            cursor.execute(_INSERT, _columns(new))


def advance(
    conn: psycopg.Connection[Any],
    file: StreamFile,
    *,
    step: int,
    statements: int,
    doing: str | None,
    first: bool,
) -> None:
    """Record that `statements` of a file are done and `doing` is about to run; `first` makes the row."""
    if first:
        conn.execute(_INSERT, _columns([(*_values(file, step, "running", statements, doing), 0.0, None)]))
        return
    conn.execute(
        "UPDATE ormony.deployments SET statements = %s, doing = %s, step = %s, body = %s"
        " WHERE version = %s AND state = 'running'",
        (statements, doing, step, sha256(file.body), file.version),
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _values(
    file: StreamFile, step: int, state: State, statements: int, doing: str | None
) -> tuple[object, ...]:
    origin = file.provenance
    return (
        file.version,
        file.name,
        sha256(file.body),
        origin.service if origin else None,
        origin.source if origin else None,
        origin.native if origin else None,
        step,
        state,
        statements,
        doing,
    )


def refuse_edited(files: Sequence[StreamFile], rows: Mapping[str, Deployment]) -> None:
    """Raise `edited-after-deploy` for a file whose text is not the one that ran, also where it ran only in
    part.
    """
    for file in files:
        row = rows.get(file.version)
        if row is None or row.body == sha256(file.body) or (row.state == "running" and row.statements == 0):
            continue
        how = (
            "was deployed" if row.state != "running" else f"was deployed up to its statement {row.statements}"
        )
        raise OrmonyError(
            "edited-after-deploy",
            f"version {file.version} was changed after it {how}",
            hint=f"git log -p -- {file.path}   # restore the text that ran, and put the change in a new file",
            place=file.path,
            exit_status=DATABASE,
        )
