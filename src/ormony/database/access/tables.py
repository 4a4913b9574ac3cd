"""What is asked of a table: each command on a row of one's own, and on one of the other tenant."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

from ormony.access import ALLOW, APART, DENY, FILTER, UNKNOWN
from ormony.catalog import Ref
from ormony.claims import literal
from ormony.database.access import crossing, jwt, leaks
from ormony.database.access.statements import (
    ALLOW_DELETE,
    AS_REPLICA,
    Way,
    assignments,
    column_to_update,
    giveable,
    insertable,
    people,
    readable,
    readable_key_of,
    taking,
    tenant_columns,
    upserts,
    version_of,
    without,
)
from ormony.database.access.turn import Turn
from ormony.database.questions import Answer, Asks, Question
from ormony.database.rows import Candidate, Row, Shape, insert_of, where_of

_COMMANDS: Final = ("select", "insert", "insert-returning", "update", "delete", "upsert")


def asks(turn: Turn, table: Ref) -> Iterator[Asks]:
    """What is asked of a table, each kind for itself."""
    own, other = turn.own, turn.other
    owned = table in turn.stage.tenancy.owned
    sides = (("own", own), ("other", other)) if owned else (("any", own or "a"),)
    for whose, name in sides:
        for command in _COMMANDS:
            if name is None:
                turn.cell(table, command, whose, APART)
            else:
                yield _ask(turn, table, command, whose, name)
    if owned:
        if people(turn.stage, table):
            for command in ("select", "insert", "update", "delete"):
                if own is None:
                    turn.cell(table, command, "colleague", APART)
                else:
                    yield crossing.colleague(turn, table, command, own)
        yield crossing.move(turn, table)
        yield crossing.reference(turn, table)


def _ask(turn: Turn, table: Ref, command: str, whose: str, name: str) -> Asks:
    world, own = turn.stage.worlds[name], turn.own
    ways = yield from _ways(turn, table, command, whose, name)
    for number, way in enumerate(ways):
        if not way.statement:
            turn.cell(table, command, whose, UNKNOWN, world.failed.get(table, way.why))
            continue
        statement, before = way.statement, way.before
        key = (table, command, whose, name, own, number, statement)
        proved = yield from turn.proved(key, statement, before)
        if proved.value != ALLOW and own is None:  # a trigger may need somebody's claims
            text, _ = jwt.claims_of(None, name, turn.stage.values)
            become = f"SELECT set_config('request.jwt.claims', {literal(text).strip()}, true); "
            proved = yield from turn.proved((*key, "claims"), statement, before + become)
        if proved.value != ALLOW:
            if number == 0:
                why = f"as a role that bypasses row security: {proved.message or 'no row was reached'}"
                turn.cell(table, command, whose, UNKNOWN, why)
            continue
        answer = yield Question(turn.persona.role, statement, before, way.look)
        if answer.value in (DENY, FILTER) and command in ("update", "delete"):
            blind = _blindly(turn, table, command, way, world.rows[table], number == 0 or way.at_row)
            told = (yield blind) if blind is not None else answer
            if blind is not None and (told.value == ALLOW or answer.value == DENY):
                answer, statement = told, blind.statement
        turn.cell(table, command, whose, answer.value)
        if answer.value == ALLOW and whose == "other":
            leaks.of_row(turn, table, command, before, statement)


def _ways(
    turn: Turn, table: Ref, command: str, whose: str, name: str
) -> Generator[Question, Answer, list[Way]]:
    """Statements that do it."""
    stage, own = turn.stage, turn.own
    shape = stage.shapes[table]
    row = stage.worlds[name].rows.get(table)
    if row is None:
        return [Way(why="no row could be made")]
    rights = turn.rights(table)
    if command in ("insert", "insert-returning"):
        return (yield from _inserts(turn, shape, command, whose, name))
    at = [("", readable_key_of(rights, shape, row))]
    crossed = crossing.crossed(turn, table, name) if whose == "other" else None
    if crossed is not None:
        made, insert = crossed
        at.append((insert, readable_key_of(rights, shape, made)))
    found: list[Way] = []
    for before, condition in at:
        match command:
            case "select":
                found.append(Way(f"SELECT {readable(rights)} FROM {shape.sql} WHERE {condition}", before))
            case "update":
                column = column_to_update(stage, rights, shape)
                if column is None:
                    return [Way(why="the table has no column that can be updated")]
                change = assignments([column], row)
                found.append(Way(f"UPDATE {shape.sql} SET {change} WHERE {condition}", before))
                taken = taking(stage, rights, table, own) if whose == "other" and not before else ""
                if taken:
                    found.append(Way(f"UPDATE {shape.sql} SET {taken} WHERE {condition}", at_row=True))
            case "delete":
                statement = f"DELETE FROM {shape.sql} WHERE {condition}"
                before += ALLOW_DELETE if table.schema == "storage" else ""
                proved = yield from turn.proved(
                    (table, "delete?", name, before, statement), statement, before
                )
                if proved.value == "error(23503)":
                    # Rows reference it. Without them a policy may say otherwise: look away instead.
                    before += AS_REPLICA
                found.append(Way(statement, before))
            case "upsert":
                tried = upserts(stage, shape, row, name, own) if not before else []
                for number, upsert in enumerate(tried, 1):
                    proved = yield from turn.proved((table, "upsert?", name, upsert), upsert)
                    if proved.value == ALLOW or number == len(tried):
                        found.append(Way(upsert))
                        break
    return found


def _inserts(
    turn: Turn, shape: Shape, command: str, whose: str, name: str
) -> Generator[Question, Answer, list[Way]]:
    stage, own, table = turn.stage, turn.own, shape.table
    rights = turn.rights(table)
    candidates: list[dict[str, str | None] | str] = [
        stage.maker.values(stage.worlds[name], shape, 2, whole=False)
    ]
    owned, tenant = stage.tenancy.owned.get(table), tenant_columns(stage, shape)
    theirs = stage.worlds[name].rows[table]
    if whose == "other" and own is not None and own in stage.worlds:
        mixed = stage.maker.values(stage.worlds[own], shape, 3, whole=False)
        if isinstance(mixed, dict) and owned:
            candidates.append({**mixed, **{c: theirs.values.get(c) for c in tenant}})
    returning = f" RETURNING {readable(rights)}" if command == "insert-returning" else ""
    found: list[Way] = []
    for values in candidates:
        if isinstance(values, str):
            found.append(Way(why=values))
            continue
        given = giveable(shape, insertable(rights, values))
        statement = insert_of(Candidate(table=table, values=given)) + returning
        before = ""
        proved = yield from turn.proved((table, "insert?", statement), statement)
        if proved.value == "error(23505)":
            before = without(shape, theirs)
        look = ""
        if whose == "other" and owned and not returning:
            look = f"SELECT count(*) FROM {shape.sql} WHERE {where_of(tenant, theirs.values)}"
        found.append(Way(statement, before, look))
    return found


def _blindly(turn: Turn, table: Ref, command: str, way: Way, row: Row, at_row: bool) -> Question | None:
    """The same without a condition; None where the role may not do it.

    Policies for SELECT hold for what a statement reads: without WHERE it reads nothing.
    """
    rights, shape, before = turn.rights(table), turn.stage.shapes[table], way.before
    bare, _, condition = way.statement.partition(" WHERE ")
    if command == "delete" and "DELETE" in rights.whole:
        # rows of others that are referenced are no obstacle to who deletes those before
        before = AS_REPLICA + before
        gone = f"SELECT 1 FROM {shape.sql} WHERE {condition}"
    elif command == "update" and rights.columns["UPDATE"] and at_row:
        gone = version_of(shape, row)
    else:
        return None
    return Question(turn.persona.role, bare, before, gone)
