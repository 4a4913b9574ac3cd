"""What is asked between tenants and between their users: rows given away, referenced, of a colleague."""

from __future__ import annotations

import json
from typing import Final

from ormony.access import ALLOW, APART, DENY, FILTER, SUB, USERS
from ormony.catalog import Ref
from ormony.database import rows
from ormony.database.access import jwt, leaks
from ormony.database.access.statements import (
    assignments,
    column_to_update,
    giveable,
    insertable,
    key_of,
    people,
    readable,
    readable_key_of,
    tenant_columns,
    version_of,
)
from ormony.database.access.turn import Turn
from ormony.database.questions import Asks, Question
from ormony.database.rows import Candidate, Row, World, insert_of, where_of

_COLLEAGUE: Final = "c0000000-0000-4000-8000-00000000c0de"


def crossed(turn: Turn, table: Ref, name: str) -> tuple[Row, str] | None:
    """A row of the other tenant that names the persona's user: what a policy on the wrong column shows.

    It is made anew before each time, by the INSERT that comes with it, since a row of a table of members
    would make it a member.
    """
    stage, own = turn.stage, turn.own
    named = people(stage, table) if own is not None else []
    if own is None or not named:
        return None
    known = turn.evidence.crossed
    if (table, name) not in known:
        known[table, name] = None
        values = stage.maker.values(stage.worlds[name], stage.shapes[table], 7, whole=True)
        if isinstance(values, dict):
            values = {**values, **dict.fromkeys(named, stage.values[own][SUB])}
            turn.asker.back()
            made = stage.maker.insert(Candidate(table=table, values=values))
            if isinstance(made, Row):
                insert = insert_of(Candidate(table=table, values=made.values), overriding=True) + "; "
                known[table, name] = (made, insert)
    return known[table, name]


def colleague(turn: Turn, table: Ref, command: str, own: str) -> Asks:
    """The same to a row of its own tenant that names another user; it is made anew each time."""
    stage = turn.stage
    shape, world = stage.shapes[table], stage.worlds[own]
    rights = turn.rights(table)
    values = stage.maker.values(world, shape, 8, whole=True)
    if table not in world.rows or isinstance(values, str):
        return
    values |= dict.fromkeys(people(stage, table), _COLLEAGUE)
    keys = [c for c in shape.primary if values.get(c) is not None]
    mine = turn.claims(own)
    document = json.dumps({**json.loads(mine), "sub": _COLLEAGUE})
    user = _colleague_user(turn, world)
    before = f"{jwt.becoming('', '')}{user}; {jwt.becoming(document, _COLLEAGUE)}"
    after = jwt.becoming(mine, str(json.loads(mine).get("sub", "")))
    if command == "insert":
        free = insertable(rights, giveable(shape, values))
        statement = insert_of(Candidate(table=table, values=free))
        before += after
    elif not keys or len(keys) < len(shape.primary):
        return
    else:
        where = readable_key_of(rights, shape, Row(table=table, values=values, ctid=""))
        before += f"{insert_of(Candidate(table=table, values=values), overriding=True)}; {after}"
        column = column_to_update(stage, rights, shape)
        match command:
            case "select":
                statement = f"SELECT {readable(rights)} FROM {shape.sql} WHERE {where}"
            case "update" if column is not None:
                change = assignments([column], world.rows[table])
                statement = f"UPDATE {shape.sql} SET {change} WHERE {where}"
            case "delete":
                statement = f"DELETE FROM {shape.sql} WHERE {where}"
            case _:
                return
    proved = yield from turn.proved((table, command, "colleague", own, statement), statement, before)
    if proved.value != ALLOW:
        return  # nobody can make such a row: there is nothing to say of it
    answer = yield Question(turn.persona.role, statement, before)
    turn.cell(table, command, "colleague", answer.value)


def _colleague_user(turn: Turn, world: World) -> str:
    maker = turn.stage.maker
    shape = maker.shapes[USERS]
    values: dict[str, str | None] = {}
    for name, column in shape.columns.items():
        if name == "id":
            values[name] = _COLLEAGUE
        elif shape.column(name) in world.fixed or shape.required(name):
            values[name] = rows.plain_value(column.type, 2, 8, maker.known_types, f"colleague.{name}")
    return insert_of(Candidate(table=USERS, values=values))


def move(turn: Turn, table: Ref) -> Asks:
    """Its own row, given to the other tenant."""
    stage, own = turn.stage, turn.own
    shape = stage.shapes[table]
    tenant = tenant_columns(stage, shape)
    mine = stage.worlds[own or "a"].rows.get(table)
    theirs = stage.worlds[turn.other if own else "b"].rows.get(table)
    if not tenant or mine is None or theirs is None or tuple(tenant) == shape.primary[:1] == shape.primary:
        return
    rights = turn.rights(table)
    changed = assignments(tenant, theirs)
    statement = f"UPDATE {shape.sql} SET {changed} WHERE {readable_key_of(rights, shape, mine)}"
    proof = yield from turn.proved((table, "move", own, statement), statement)
    if proof.value != ALLOW:
        return  # a key of the table's forbids it to everybody
    if own is None:
        turn.cell(table, "move", "own", APART)
        return
    if "UPDATE" not in rights.whole and rights.columns["UPDATE"]:
        tenant = [c for c in tenant if c in rights.columns["UPDATE"]] or tenant
    condition = where_of(tenant, theirs.values)
    stays_known = shape.primary and not set(shape.primary) & set(tenant)
    look = f"SELECT 1 FROM {shape.sql} WHERE {key_of(shape, mine)} AND {condition}" if stays_known else ""
    answer = yield Question(turn.persona.role, statement, look=look)
    if answer.value in (DENY, FILTER) and rights.columns["UPDATE"] and stays_known:
        # what reads nothing needs no policy for SELECT, neither before nor after
        bare = f"UPDATE {shape.sql} SET {changed}"
        told = yield Question(turn.persona.role, bare, look=version_of(shape, mine))
        if told.value == ALLOW:
            answer, statement = told, bare
    turn.cell(table, "move", "own", answer.value)
    if answer.value == ALLOW:
        leaks.of_row(turn, table, "move", "", statement)


def reference(turn: Turn, table: Ref) -> Asks:
    """A row of its own that references the other tenant's: whether that is there, and a way to it."""
    stage, own = turn.stage, turn.own
    shape, tenancy = stage.shapes[table], stage.tenancy
    tenant = set(tenancy.owned[table])
    for key in shape.keys:
        bound = any(shape.column(c) in tenancy.bound or c in tenant for c in key.columns)
        if bound or key.table not in tenancy.owned or key.table == table or key.table == USERS:
            continue
        command = f"reference {','.join(key.columns)}"
        if own is None:
            turn.cell(table, command, "other", APART)
            continue
        theirs = stage.worlds[turn.other].rows.get(key.table)
        if theirs is None or table not in stage.worlds[own].rows:
            continue
        values = stage.maker.values(stage.worlds[own], shape, 5, whole=False, mixed={key.table: theirs})
        if isinstance(values, str):
            continue
        statement = insert_of(Candidate(table=table, values=giveable(shape, values)))
        if (yield from turn.proved((table, command, own), statement)).value != ALLOW:
            continue
        answer = yield Question(turn.persona.role, statement)
        turn.cell(table, command, "other", answer.value)
        if answer.value == ALLOW:
            leaks.of_reference(turn, table, command, key.table, statement)
