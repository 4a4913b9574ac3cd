"""The split of a deploy into steps: what PostgreSQL forbids in one transaction, found by running it in a
shadow.

A step is one transaction, or one file's statements outside any. The text tells which statements PostgreSQL
always refuses in a transaction block; it does not tell that a value added to an enum is used too soon
(55P04), nor what a DO block executes. So the pending files run in a clone of what is deployed, and each
refusal (25001, 55P04) cuts the plan in front of the statement that met it. This module never touches the
target.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql as composed

from ormony import sql
from ormony.database.run import between_files
from ormony.errors import DATABASE, OrmonyError
from ormony.stream import StreamFile, refuse_unrunnable

CUTS: Final = frozenset({"25001", "55P04"})
"""Refusals that a cut in front of the statement cures."""


class Piece(msgspec.Struct, frozen=True):
    """Statements `start` to `stop` (not included) of the file with this version; `of` is how many it has."""

    version: str
    start: int
    stop: int
    of: int

    @property
    def ends(self) -> bool:
        """Is the file done after this piece?"""
        return self.stop == self.of

    @property
    def whole(self) -> bool:
        """Is it the whole file?"""
        return self.start == 0 and self.ends


class Cuts(msgspec.Struct, frozen=True):
    """What is known of where to cut, as `(version, n)` with n counted from 0.

    A transaction must end in front of the statements `before`; those `alone` run outside one.
    """

    before: frozenset[tuple[str, int]] = frozenset()
    alone: frozenset[tuple[str, int]] = frozenset()

    def more(self, version: str, n: int, *, alone: bool) -> Cuts:
        """These and one more."""
        if alone:
            return Cuts(self.before, self.alone | {(version, n)})
        return Cuts(self.before | {(version, n)}, self.alone)


class Step(msgspec.Struct, frozen=True):
    """What runs as one: a transaction over all pieces, or the statements of one piece outside any."""

    pieces: tuple[Piece, ...]
    transactional: bool = True

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that are done after this step."""
        return tuple(piece.version for piece in self.pieces if piece.ends)

    def __str__(self) -> str:
        """As the plan shows it: `00101, 00102 (statements 1-3 of 5)`."""
        names = [
            piece.version
            if piece.whole
            else f"{piece.version} (statement {piece.start + 1} of {piece.of})"
            if piece.stop == piece.start + 1
            else f"{piece.version} (statements {piece.start + 1}-{piece.stop} of {piece.of})"
            for piece in self.pieces
        ]
        shown = names if len(names) <= 6 else [*names[:3], "…", *names[-2:]]
        return ", ".join(shown if self.transactional else [*shown, "outside a transaction"])


NO_CUTS: Final = Cuts()


def statements(file: StreamFile) -> tuple[sql.Statement, ...]:
    """The statements of the whole file, header included: lines are the file's.

    Plain BEGIN … COMMIT pairs are left out. Raises `sql-syntax`, and `transaction-control` for
    any other statement that would end the transaction of the deploy.
    """
    refuse_unrunnable((file,))
    text = unwrapped(file).text
    return sql.statements(text, file.path)


def unwrapped(file: StreamFile) -> StreamFile:
    """The file without plain BEGIN … COMMIT pairs, every line where it was."""
    if not _COMMIT.search(file.text):
        return file
    return msgspec.structs.replace(file, text=sql.strip_wrapper(file.text, file.path))


_COMMIT: Final = re.compile(r"\b(?:COMMIT|END)\b", re.IGNORECASE)


def texts(file: StreamFile, parsed: Sequence[sql.Statement]) -> list[str]:
    """The statements as the Supabase CLI records them: trimmed, without semicolon, comments with what follows
    them.
    """
    found = []
    file = unwrapped(file)
    at = len(file.text) - len(file.body)
    for statement in parsed:
        found.append(file.text[at : statement.stop].strip().rstrip(";").rstrip())
        at = statement.stop
    return found


def cut_out(file: StreamFile, parsed: Sequence[sql.Statement], piece: Piece) -> StreamFile:
    """The file with the statements of this piece, and the settings that the statements before it made.

    Everything else is blank, so lines keep their numbers.
    """
    file = unwrapped(file)
    if piece.whole:
        return file
    at = head = len(file.text) - len(file.body)
    text = file.text[:head]
    for statement in parsed[: piece.start]:
        if not setting(statement):
            text += _BLANK.sub(" ", file.text[at : statement.stop])
        else:
            text += file.text[at : statement.stop]
        at = statement.stop
    stop = parsed[piece.stop - 1].stop if piece.stop else at
    return msgspec.structs.replace(file, text=text + file.text[at:stop])


def setting(statement: sql.Statement) -> bool:
    """Does the statement set what the rest of its file runs with (`SET search_path …`, `SELECT
    set_config(…)`)?
    """
    if statement.kind == "VariableSetStmt":
        return not _TRANSACTION.match(statement.sql)
    return statement.kind == "SelectStmt" and "set_config" in statement.sql


_BLANK: Final = re.compile(r"[^\r\n]")
_TRANSACTION: Final = re.compile(r"SET\s+(?:SESSION\s+CHARACTERISTICS|TRANSACTION)\b", re.IGNORECASE)


def needs_care(parsed: Mapping[str, Sequence[sql.Statement]], files: Sequence[StreamFile]) -> bool:
    """May these files need more than one transaction, as far as their text shows?"""
    return any(
        not file.transaction
        or any(sql.non_transactional(each) or each.kind == "AlterEnumStmt" for each in parsed[file.version])
        for file in files
    )


def split(
    files: Sequence[StreamFile],
    parsed: Mapping[str, Sequence[sql.Statement]],
    *,
    done: Mapping[str, int] | None = None,
    cuts: Cuts = NO_CUTS,
) -> tuple[Step, ...]:
    """The steps as far as the text shows them: `done` statements of a file have run, `cuts` are known
    already.
    """
    steps: list[Step] = []
    current: list[Piece] = []

    def close() -> None:
        if current:
            steps.append(Step(tuple(current)))
            current.clear()

    for file in files:
        found = parsed[file.version]
        total = len(found)
        begin = (done or {}).get(file.version, 0)
        if not file.transaction:
            close()
            steps.append(Step((Piece(file.version, begin, total, total),), transactional=False))
            continue
        start = begin
        for n in range(begin, total):
            alone = (file.version, n) in cuts.alone or sql.non_transactional(found[n])
            if alone or (file.version, n) in cuts.before:
                if start < n:
                    current.append(Piece(file.version, start, n, total))
                close()
                start = n
            if alone:
                steps.append(Step((Piece(file.version, n, n + 1, total),), transactional=False))
                start = n + 1
        if start < total or total == 0 or begin == total:
            current.append(Piece(file.version, start, total, total))
    close()
    return tuple(_joined(steps))


def _joined(steps: Sequence[Step]) -> Iterator[Step]:
    """Neighbouring statements of one file that run outside a transaction are one step."""
    last: Step | None = None
    for step in steps:
        if (
            last is not None
            and not last.transactional
            and not step.transactional
            and last.pieces[-1].version == step.pieces[0].version
        ):
            left, right = last.pieces[-1], step.pieces[0]
            last = Step((Piece(left.version, left.start, right.stop, left.of),), transactional=False)
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def enum_cuts(files: Sequence[StreamFile], parsed: Mapping[str, Sequence[sql.Statement]]) -> Cuts:
    """Where to cut, by the text alone, so that no new enum value is used in the transaction that added it.

    In front of the first later statement that has the value as a word; where that lies in a later file, in
    front of the file. Finds too many rather than too few.
    """
    cuts: set[tuple[str, int]] = set()
    fresh: list[str] = []  # the values that the current transaction has added
    origin = ""  # the file that added the last of them
    for file in files:
        for n, statement in enumerate(parsed[file.version]):
            value = _added_value(statement)
            if value is None and any(each in statement.sql for each in fresh):
                cuts.add((file.version, n if file.version == origin else 0))
                fresh = []
            if value is not None:
                fresh.append(value)
                origin = file.version
    return Cuts(before=frozenset(cuts))


_ADD_VALUE: Final = re.compile(r"\bADD\s+VALUE\s+(?:IF\s+NOT\s+EXISTS\s+)?'((?:[^']|'')*)'", re.IGNORECASE)


def _added_value(statement: sql.Statement) -> str | None:
    if statement.kind != "AlterEnumStmt":
        return None
    match = _ADD_VALUE.search(statement.sql)
    return match[1] if match else None


RunPiece = Callable[[psycopg.Connection[Any], StreamFile], None]
"""Runs a file in the transaction that is open; raises an OrmonyError whose cause is the server's."""


def state_of(error: BaseException | None) -> str | None:
    """The SQLSTATE behind an error, e.g. `25001`; None when no server spoke."""
    while error is not None:
        if isinstance(error, psycopg.Error) and error.sqlstate:
            return error.sqlstate
        error = error.__cause__
    return None


def rehearse(
    conn: psycopg.Connection[Any],
    files: Sequence[StreamFile],
    parsed: Mapping[str, Sequence[sql.Statement]],
    run: RunPiece,
    *,
    done: Mapping[str, int] | None = None,
    cuts: Cuts = NO_CUTS,
) -> tuple[Step, ...]:
    """The steps, found by running all of them in the shadow that `conn` leads to and that is as the target is
    now.

    `done` statements of a file have run on the target and run here first. `cuts` are known already. The
    shadow is used up. Raises what the SQL itself raises: nothing has touched the target then.
    """
    by_version = {file.version: file for file in files}
    _catch_up(conn, by_version, parsed, done or {})
    finished = 0
    while True:
        steps = split(files, parsed, done=done, cuts=cuts)
        for number in range(finished, len(steps)):
            step = steps[number]
            if not step.transactional:
                _one_by_one(conn, step.pieces[0], by_version, parsed)
                finished = number + 1
                continue
            conn.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            wider = try_step(conn, step, by_version, parsed, run, cuts)
            if wider is None:
                conn.execute("COMMIT")
                finished = number + 1
                continue
            cuts = wider
            break
        else:
            return steps


def try_step(
    conn: psycopg.Connection[Any],
    step: Step,
    files: Mapping[str, StreamFile],
    parsed: Mapping[str, Sequence[sql.Statement]],
    run: RunPiece,
    cuts: Cuts,
) -> Cuts | None:
    """Run a step in the transaction that is open on `conn`: None when it went through and the transaction is
    still open.

    Otherwise the transaction is rolled back, and the answer is `cuts` and one more. A file that is refused
    behind others starts a transaction of its own; one that is refused as the first is cut in front of the
    statement. Raises what the SQL itself raises, and `cannot-split` where no cut cures it.
    """
    try:
        for piece in step.pieces:
            run(conn, cut_out(files[piece.version], parsed[piece.version], piece))
        return None
    except OrmonyError as error:
        conn.rollback()
        if state_of(error) not in CUTS:
            raise
    return find_cut(conn, step, piece, files, parsed, run, cuts)


def find_cut(
    conn: psycopg.Connection[Any],
    step: Step,
    failed: Piece,
    files: Mapping[str, StreamFile],
    parsed: Mapping[str, Sequence[sql.Statement]],
    run: RunPiece,
    cuts: Cuts,
) -> Cuts:
    """`cuts` and the one that this step needs, because `failed` was refused in its transaction.

    May run the step again, one statement at a time, in a transaction that is always rolled back.
    """
    first = step.pieces[0]
    if failed != first and failed.start == 0:
        return cuts.more(
            failed.version, 0, alone=False
        )  # the file may well run whole in a transaction of its own
    conn.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    try:
        for piece in step.pieces:
            for n in range(piece.start, piece.stop):
                one = Piece(piece.version, n, n + 1, piece.of)
                try:
                    run(conn, cut_out(files[piece.version], parsed[piece.version], one))
                except OrmonyError as error:
                    state = state_of(error)
                    if state not in CUTS:
                        raise
                    at_front = (piece.version, n) == (first.version, first.start)
                    if not at_front:
                        return cuts.more(piece.version, n, alone=False)
                    if state == "25001" and (piece.version, n) not in cuts.alone:
                        return cuts.more(piece.version, n, alone=True)
                    break
    finally:
        conn.rollback()
    raise OrmonyError(
        "cannot-split",
        f"version {failed.version} cannot run in a transaction, nor can it be split",
        place=files[failed.version].path,
        hint="put the statement that PostgreSQL refuses into a file of its own that begins with the line:"
        " -- pg-delta: transaction=false",
        exit_status=DATABASE,
    )


def _catch_up(
    conn: psycopg.Connection[Any],
    files: Mapping[str, StreamFile],
    parsed: Mapping[str, Sequence[sql.Statement]],
    done: Mapping[str, int],
) -> None:
    for version, count in done.items():
        if count and version in files:
            total = len(parsed[version])
            _one_by_one(conn, Piece(version, 0, count, total), files, parsed)


def _one_by_one(
    conn: psycopg.Connection[Any],
    piece: Piece,
    files: Mapping[str, StreamFile],
    parsed: Mapping[str, Sequence[sql.Statement]],
) -> None:
    file, found = files[piece.version], parsed[piece.version]
    with outside(conn, file, found, piece):
        for statement in found[piece.start : piece.stop]:
            try:
                conn.execute(statement.sql.encode())
            except psycopg.Error as error:
                raise refusal(file, statement, error) from error


@contextlib.contextmanager
def outside(
    conn: psycopg.Connection[Any], file: StreamFile, found: Sequence[sql.Statement], piece: Piece
) -> Iterator[None]:
    """A session in which a piece's statements run outside a transaction, in a shadow and in a deploy alike.

    It has the file's role and search_path and the settings that its statements before the piece made; after
    it, whatever happened, no transaction is open and the session is clean for the next piece.
    """
    try:
        _enter(conn, file)
        for statement in found[: piece.start]:
            if setting(statement):
                conn.execute(statement.sql.encode())
        yield
    finally:
        if not conn.closed:
            if conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                conn.rollback()
            between_files(conn)


def _enter(conn: psycopg.Connection[Any], file: StreamFile) -> None:
    """The role and search path that the file states, for the session: there is no transaction here."""
    if file.provenance is None:
        return
    if file.provenance.search_path:
        path = composed.SQL(", ").join(map(composed.Identifier, file.provenance.search_path))
        conn.execute(composed.SQL("SET search_path TO {}").format(path))
    if file.provenance.role:
        conn.execute(composed.SQL("SET ROLE {}").format(composed.Identifier(file.provenance.role)))


def refusal(file: StreamFile, statement: sql.Statement, error: psycopg.Error) -> OrmonyError:
    """The error of a statement that ran alone, at its line of the file."""
    return OrmonyError(
        "statement-failed",
        f"{error.diag.message_primary or str(error).strip()} (SQLSTATE {error.sqlstate})",
        hint=error.diag.message_hint,
        place=f"{file.path}:{statement.line}",
        exit_status=DATABASE,
    )
