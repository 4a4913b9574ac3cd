"""What is asked of a view that can be written through."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import psycopg

from ormony.access import ALLOW, APART, UNKNOWN
from ormony.catalog import Ref
from ormony.claims import literal
from ormony.database.access import leaks
from ormony.database.access.rights import WritableView
from ormony.database.access.statements import (
    AS_REPLICA,
    Way,
    count_of,
    is_always,
    is_special,
    tenant_columns,
    without,
)
from ormony.database.access.turn import Turn
from ormony.database.questions import Asks, Question
from ormony.database.rows import Candidate, insert_of, name_of, where_of
from ormony.sql import quote_identifier

_NEVER: Final = frozenset({"error(23502)", "error(0A000)", "error(55000)", "error(42809)"})
"""What an INSERT through a view meets that nobody can do: a column that it needs is not in the view."""


def asks(turn: Turn, view: WritableView) -> Iterator[Asks]:
    """What is asked of a view, each kind for itself."""
    owned = view.base in turn.stage.tenancy.owned
    sides = (("own", turn.own), ("other", turn.other)) if owned else (("any", turn.own or "a"),)
    for whose, name in sides:
        for command in view.commands:
            if name is None:
                turn.cell(view.view, command, whose, APART)
            else:
                yield _ask(turn, view, command, whose, name)


def _ask(turn: Turn, view: WritableView, command: str, whose: str, name: str) -> Asks:
    stage, base = turn.stage, view.base
    held = stage.places[name]
    if base is not None and base in held and not view.triggered:
        held = {base: held[base]}
    places = [(table, place) for table, inside in held.items() for place in inside]
    why = "no row could be made"
    for way in _ways(turn, view, command, name, places):
        key, before = (view.view, command, name, turn.own, way.statement), ""
        proved = yield from turn.proved(key, way.statement, before, way.look)
        if proved.value == "error(23503)" and command == "delete":
            before = AS_REPLICA
            proved = yield from turn.proved((*key, before), way.statement, before, way.look)
        if proved.value == "error(23505)" and command == "insert" and base is not None:
            before = without(stage.shapes[base], stage.worlds[name].rows[base])
            proved = yield from turn.proved((*key, before), way.statement, before, way.look)
        if proved.value != ALLOW:
            if command == "insert" and proved.value in _NEVER:
                return
            why = f"as a role that bypasses row security: {proved.message or 'no row was reached'}"
            continue
        answer = yield Question(turn.persona.role, way.statement, before, way.look)
        turn.cell(view.view, command, whose, answer.value)
        if answer.value == ALLOW and whose == "other":
            leaks.of_relation(turn, view.view, command, way.statement, before)
        return
    turn.cell(view.view, command, whose, UNKNOWN, why)


def _ways(
    turn: Turn, view: WritableView, command: str, name: str, places: Sequence[tuple[Ref, str]]
) -> Iterator[Way]:
    """Statements that do it through the view, until one is proved; they name no row, so they hit all."""
    stage, rights, target = turn.stage, turn.rights(view.view), name_of(view.view)
    world = stage.worlds[name]
    shape = stage.shapes[view.base] if view.base is not None else None
    row = world.rows.get(view.base) if view.base is not None else None
    if command == "delete" and places:
        yield Way(f"DELETE FROM {target}", look=count_of(places))
    elif command == "update" and places:
        special = {c for c, its in view.columns.items() if shape and is_special(stage, shape, its)}
        may = [c for c in view.columns if "UPDATE" in rights.whole or c in rights.columns["UPDATE"]]
        shown = _shown(turn, view)
        for column in sorted(may or view.columns, key=lambda c: c in special)[:4]:
            change = f"{quote_identifier(column)} = {literal(shown.get(column))}"
            yield Way(f"UPDATE {target} SET {change}", look=count_of(places))
    elif command == "insert" and shape is not None and row is not None:
        values = stage.maker.values(world, shape, 2, whole=False)
        if isinstance(values, dict):
            may = [c for c in view.columns if "INSERT" in rights.whole or c in rights.columns["INSERT"]]
            taken = {
                c: values[its]
                for c, its in view.columns.items()
                if c in (may or view.columns) and its in values and not is_always(shape, its)
            }
            condition = where_of(tenant_columns(stage, shape), row.values)
            look = f"SELECT count(*) FROM {shape.sql} WHERE {condition}"
            yield Way(insert_of(Candidate(table=view.view, values=taken)), look=look)


def _shown(turn: Turn, view: WritableView) -> Mapping[str, str | None]:
    """A row of the view, as texts."""
    known = turn.evidence.shown
    if view.view not in known:
        columns = ", ".join(f"{quote_identifier(c)}::text" for c in view.columns) or "NULL"
        turn.asker.back()
        found = None
        with contextlib.suppress(psycopg.Error):  # each question begins anew after an error
            text = f"SELECT {columns} FROM {name_of(view.view)} LIMIT 1"
            found = turn.stage.connection.execute(text.encode()).fetchone()
        known[view.view] = dict(zip(view.columns, found or (), strict=False))
    return known[view.view]
