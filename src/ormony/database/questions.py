"""Statements tried as a role, and taken back: what each did, without a trace.

Many are asked at once: a function of ours in `pg_temp` tries one after the other, each in a subtransaction
that it undoes. So a thousand cost one message to the server. What cannot be asked so (nobody may make the
function, or a statement takes too long) is asked alone, with the same answers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, Final

import msgspec
import psycopg

from ormony.access import ALLOW, DENY, FILTER
from ormony.database.connect import Connection
from ormony.sql import quote_identifier

TIMEOUT_MS: Final = 5000
"""How long one statement may take; longer is `error(57014)`."""

_CELL: Final = "ormony_cell"
_AT_ONCE: Final = 200
_ALL_TIMEOUT_MS: Final = 2 * TIMEOUT_MS
_ASK: Final = """
CREATE FUNCTION pg_temp.ormony_ask(
    befores text[], looks text[], roles text[], statements text[], readings bool[], settlings bool[]
) RETURNS TABLE (state text, said text, reached bigint, seen text) LANGUAGE plpgsql AS $ormony$
DECLARE
    was text;
    now text;
    done bool;
BEGIN
    FOR n IN 1 .. array_length(statements, 1) LOOP
        state := NULL; said := NULL; reached := 0; seen := NULL; was := NULL; now := NULL; done := false;
        BEGIN
            IF befores[n] <> '' THEN EXECUTE befores[n]; END IF;
            IF looks[n] <> '' THEN EXECUTE looks[n] INTO was; END IF;
            IF roles[n] <> '' THEN EXECUTE roles[n]; END IF;
            IF readings[n] THEN
                EXECUTE statements[n] INTO seen;
            ELSE
                EXECUTE statements[n];
            END IF;
            GET DIAGNOSTICS reached = ROW_COUNT;
            IF settlings[n] THEN
                RESET ROLE;
                SET CONSTRAINTS ALL IMMEDIATE;
            END IF;
            IF looks[n] <> '' AND reached <> 0 THEN
                RESET ROLE;
                EXECUTE looks[n] INTO now;
                IF now IS NOT DISTINCT FROM was THEN reached := 0; END IF;
            END IF;
            done := true;
            RAISE EXCEPTION 'taken back';
        EXCEPTION WHEN OTHERS OR assert_failure THEN
            IF NOT done THEN state := SQLSTATE; said := SQLERRM; reached := 0; seen := NULL; END IF;
        END;
        RETURN NEXT;
    END LOOP;
END
$ormony$
"""


class Question(msgspec.Struct, frozen=True):
    """What is tried: a statement as a role, None being our own.

    `before` runs as our own role first. `look` is a query of one value that our own role asks before and
    after: where it gives the same, nothing has happened. With `reading` the value that the statement gives
    is in the answer.
    """

    role: str | None
    statement: str
    before: str = ""
    look: str = ""
    reading: bool = False

    @property
    def settling(self) -> bool:
        """Are constraints that wait for the end of the transaction looked at?"""
        return self.statement[:6] != "SELECT"

    @property
    def become(self) -> str:
        """The statement that takes the role, or ''."""
        return f"SET LOCAL ROLE {quote_identifier(self.role)}" if self.role is not None else ""


class Answer(msgspec.Struct, frozen=True):
    """What a statement did: a value of the matrix, the server's words, the value that it read."""

    value: str
    message: str = ""
    text: str | None = None

    @property
    def seen(self) -> tuple[str, str | None]:
        """What of it the persona sees; the words of an error may hold what chance gave."""
        return self.value, self.text

    def same(self, other: Answer) -> bool:
        """Are both the same to the persona?"""
        return self.seen == other.seen


Asks = Generator[Question, Answer, None]
"""What asks one question after the other, and is sent the answers."""


class Asker:
    """Asks in the transaction of a connection, from the state that `begin` saves."""

    def __init__(self, connection: Connection) -> None:
        self._conn = connection
        self._slow: dict[Question, Answer] = {}  # what took too long once is not asked again
        self._together = False

    def prepare(self) -> None:
        """Make the function that asks many at once, where we may."""
        self._conn.execute("SAVEPOINT ormony_ask")
        try:
            self._conn.execute(_ASK)
            self._together = True
        except psycopg.Error:
            self._conn.execute("ROLLBACK TO SAVEPOINT ormony_ask")
        self._conn.execute("RELEASE SAVEPOINT ormony_ask")

    def begin(self) -> None:
        """Let every question begin from here."""
        self._conn.execute(f"SAVEPOINT {_CELL}")

    def back(self) -> None:
        """Go back to where `begin` was called."""
        self._conn.execute(f"ROLLBACK TO SAVEPOINT {_CELL}")

    def one(self, question: Question) -> Answer:
        """The answer to one question."""
        return self.all([question])[0]

    def all(self, questions: Sequence[Question]) -> list[Answer]:
        """The answers, in order; one that was asked twice is tried once."""
        found = {each: self._slow[each] for each in questions if each in self._slow}
        waiting = list(dict.fromkeys(each for each in questions if each not in found))
        for start in range(0, len(waiting), _AT_ONCE):
            part = waiting[start : start + _AT_ONCE]
            answers = self._at_once(part) if self._together and len(part) > 1 else None
            if answers is None:
                answers = [self._alone(each) for each in part]
            found.update(zip(part, answers, strict=True))
        return [found[each] for each in questions]

    def through(self, asks: Iterable[Asks]) -> None:
        """Let all of them ask, side by side, until none has a question left."""
        waiting: list[tuple[Asks, Question]] = []
        for each in asks:
            first = next(each, None)
            if first is not None:
                waiting.append((each, first))
        while waiting:
            answers = self.all([question for _, question in waiting])
            left: list[tuple[Asks, Question]] = []
            for (each, _), answer in zip(waiting, answers, strict=True):
                try:
                    left.append((each, each.send(answer)))
                except StopIteration:
                    continue
            waiting = left

    def _at_once(self, questions: Sequence[Question]) -> list[Answer] | None:
        """All answers by one message, or None where they must be asked alone."""
        self._conn.execute(
            f"ROLLBACK TO SAVEPOINT {_CELL}; SET LOCAL statement_timeout = {_ALL_TIMEOUT_MS}".encode()
        )
        arguments: tuple[list[Any], ...] = (
            [each.before for each in questions],
            [each.look for each in questions],
            [each.become for each in questions],
            [each.statement for each in questions],
            [each.reading for each in questions],
            [each.settling for each in questions],
        )
        try:
            rows = self._conn.execute(
                "SELECT * FROM pg_temp.ormony_ask"
                "(%s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::bool[])",
                arguments,
            ).fetchall()
        except psycopg.errors.QueryCanceled:
            return None
        return [
            _answer(state, said or "", reached, seen if question.reading else None)
            for question, (state, said, reached, seen) in zip(questions, rows, strict=True)
        ]

    def _alone(self, question: Question) -> Answer:
        become = f"{question.become}; " if question.become else ""
        before = f"{question.before}; " if question.before else ""
        cursor = self._conn.cursor()
        try:
            was = None
            start = f"ROLLBACK TO SAVEPOINT {_CELL}; "
            if question.look:
                self._conn.execute(f"{start}{before}".encode())
                was = self._conn.execute(question.look.encode()).fetchone()
                start = before = ""
            cursor.execute(f"{start}{before}{become}{question.statement}".encode())
            while cursor.nextset():
                pass
            count = cursor.rowcount
            row = cursor.fetchone() if question.reading and count == 1 else None
            if question.settling:
                self._conn.execute("RESET ROLE; SET CONSTRAINTS ALL IMMEDIATE")
            if question.look and count != 0:
                self._conn.execute("RESET ROLE")
                if self._conn.execute(question.look.encode()).fetchone() == was:
                    count = 0
        except psycopg.Error as error:
            answer = _answer(error.sqlstate or "?", error.diag.message_primary or str(error), 0, None)
            if error.sqlstate == "57014":
                self._slow[question] = answer
            return answer
        return _answer(None, "", count, None if row is None or row[0] is None else str(row[0]))


def _answer(state: str | None, said: str, reached: int, seen: str | None) -> Answer:
    if state is not None:
        return Answer(DENY if state == "42501" else f"error({state})", said)
    return Answer(ALLOW if reached else FILTER, "", seen)
