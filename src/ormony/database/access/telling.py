"""What views and functions tell of whose rows.

Each is asked three times: with all rows, without the other tenant's, without any. What changes the answer is
what it tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import psycopg

from ormony.access import ALLOW, APART, DENY, FILTER, UNKNOWN, USERS
from ormony.catalog import Column, MaterializedView, Ref, Routine, Table
from ormony.claims import literal
from ormony.database import rows
from ormony.database.access import leaks
from ormony.database.access.stage import Stage
from ormony.database.access.statements import AS_REPLICA, count_of
from ormony.database.access.turn import Turn
from ormony.database.questions import Answer, Question
from ormony.database.rows import World, name_of
from ormony.sql import quote_identifier

_PREFIXES: Final = ("p_", "_", "in_", "v_", "arg_")


class Thing(msgspec.Struct, frozen=True):
    """A view, or a function with arguments of a world; `shown` is the statement as one would write it."""

    ref: Ref
    command: str
    whose: str
    statement: str
    shown: str


class _Told(msgspec.Struct, frozen=True):
    """Of things, in their order, the answers in each of the three states, and whether they are steady."""

    states: Sequence[Sequence[Answer]]  # as the persona
    proofs: Sequence[Sequence[Answer]]  # as who bypasses row security
    steady: Sequence[bool]


def ask(turn: Turn) -> None:
    """Ask all views and functions, and note what they tell."""
    things = [*_views(turn.stage), *_routines(turn)]
    if not things:
        return
    _note(turn, things, _told(turn, things))
    _note_writes(turn, things)


# ------------------------------------------------------------------------------------------- what is asked


def _views(stage: Stage) -> list[Thing]:
    """Views, materialized views, and partitions, which may have policies of their own."""
    found = []
    for ref, value in stage.subject.catalog.objects.items():
        part = isinstance(value, Table) and value.partition is not None
        if (part or ref.kind in ("view", "materialized view")) and ref.schema in stage.reach.schemas:
            found.append(_thing(ref, "select", "all", name_of(ref)))
    return found


def _routines(turn: Turn) -> list[Thing]:
    stage, found = turn.stage, []
    for ref, value in stage.subject.catalog.objects.items():
        if (
            ref.kind == "function"
            and ref.schema in stage.reach.schemas
            and isinstance(value, Routine)
            and value.returns not in ("trigger", "event_trigger")
            and not value.window
        ):
            for whose, name in (("own", turn.own or turn.other), ("other", turn.other)):
                call = f"{name_of(ref)}({_arguments(stage, value, stage.worlds[name])})"
                found.append(_thing(ref, "call", whose, call))
    return found


def _thing(ref: Ref, command: str, whose: str, source: str) -> Thing:
    statement = f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {source} AS t"
    return Thing(ref, command, whose, statement, f"SELECT * FROM {source}")


def _arguments(stage: Stage, routine: Routine, world: World) -> str:
    named = _named_values(stage, world)
    parts = []
    for argument in routine.arguments:
        if argument.mode not in ("in", "inout", "variadic"):
            continue
        name = argument.name.lower()
        bare = next((name.removeprefix(p) for p in _PREFIXES if name.startswith(p)), name)
        value = next(
            (named[n, argument.type] for n in (name, bare, f"{bare}_id") if (n, argument.type) in named), None
        )
        if value is None and argument.has_default:
            continue
        if value is None and argument.type in ("smallint", "integer", "bigint"):
            value = "1"  # a length, a limit, a page
        if value is None:
            value = rows.plain_value(
                argument.type, world.number, 1, stage.maker.known_types, f"argument.{bare}"
            )
        text = f"{literal(value).strip()}::{argument.type}"
        if argument.mode == "variadic":
            text = f"VARIADIC {text}"
        parts.append(f"{quote_identifier(argument.name)} => {text}" if argument.name else text)
    return ", ".join(parts)


def _named_values(stage: Stage, world: World) -> dict[tuple[str, str], str]:
    """Values of the world's rows by the names that an argument may have, and their types."""
    found: dict[tuple[str, str], str] = {}
    for ref, text in world.fixed.items():
        value = stage.whole.objects.get(ref)
        if isinstance(value, Column) and ref.part != "id":
            found.setdefault((ref.part, value.type), text)
    for table, row in sorted(world.rows.items()):
        if table.schema == "auth" and table != USERS:
            continue
        for name, column in stage.shapes[table].columns.items():
            held = row.values.get(name)
            if held is None:
                continue
            single = table.name.removesuffix("s")
            if name == "id":
                for each in (f"{single}_id", f"{table.name}_id", single):
                    found.setdefault((each, column.type), held)
            else:
                found.setdefault((name, column.type), held)
    return found


# ------------------------------------------------------------------------------------------ the three states


def _told(turn: Turn, things: Sequence[Thing]) -> _Told:
    stage, own, other = turn.stage, turn.own, turn.other
    asked = [Question(turn.persona.role, each.statement, reading=True) for each in things]
    proving = [Question(None, each.statement, reading=True) for each in things]
    states: list[list[Answer]] = []
    proofs: list[list[Answer]] = []
    again: list[Answer] = []
    for gone in ((), (other,), (other, own or ("b" if other == "a" else "a"))):
        turn.asker.back()
        stage.connection.execute("SAVEPOINT ormony_state")
        _remove(stage, gone)
        _refresh(stage)
        turn.asker.begin()
        answers = turn.asker.all([*asked, *proving])
        states.append(answers[: len(things)])
        proofs.append(answers[len(things) :])
        if not gone:
            again = turn.asker.all([*asked, *proving])
        stage.connection.execute("ROLLBACK TO SAVEPOINT ormony_state; RELEASE SAVEPOINT ormony_state")
    steady = [
        again[at].same(states[0][at]) and again[len(things) + at].same(proofs[0][at])
        for at in range(len(things))
    ]
    return _Told(states, proofs, steady)


def _remove(stage: Stage, tenants: Sequence[str]) -> None:
    text = ""
    for name in tenants:
        for table, places in stage.places[name].items():
            tids = ",".join(f"'{each}'" for each in places)
            text += f"DELETE FROM ONLY {name_of(table)} WHERE ctid = ANY(ARRAY[{tids}]::tid[]); "
    if text:
        stage.connection.execute(f"{AS_REPLICA}{text}SET LOCAL session_replication_role = origin".encode())


def _refresh(stage: Stage) -> None:
    """Let materialized views hold what is there now; one that cannot be is as it was."""
    for ref, value in stage.subject.catalog.of("materialized view"):
        if isinstance(value, MaterializedView) and value.populated and ref.schema in stage.reach.schemas:
            stage.connection.execute("SAVEPOINT ormony_refresh")
            try:
                stage.connection.execute(f"REFRESH MATERIALIZED VIEW {name_of(ref)}".encode())
            except psycopg.Error:
                stage.connection.execute("ROLLBACK TO SAVEPOINT ormony_refresh")
            stage.connection.execute("RELEASE SAVEPOINT ormony_refresh")


# --------------------------------------------------------------------------------------- what they hang on


def _note(turn: Turn, things: Sequence[Thing], told: _Told) -> None:
    """What their answers hang on, as cells."""
    by_ref: dict[Ref, list[int]] = {}
    for at, thing in enumerate(things):
        by_ref.setdefault(thing.ref, []).append(at)
    for ref, places in by_ref.items():
        command, states, own = things[places[0]].command, told.states, turn.own
        full, without, none = ([states[s][at].seen for at in places] for s in range(3))
        free = [[told.proofs[s][at].seen for at in places] for s in range(3)]
        first, proof = states[0][places[0]], told.proofs[0][places[0]]
        if not all(told.steady[at] for at in places):
            value = DENY if first.value == DENY else UNKNOWN
            turn.cell(ref, command, "any", value, "its answer is another one each time")
            continue
        if len({*map(tuple, free), tuple(full)}) == 1 or (
            free[0] == free[1] == free[2] and full == without == none
        ):
            failed_alike = first.value not in (ALLOW, FILTER, DENY) and proof.value == first.value
            turn.tally.of_no_row(turn.persona, str(ref), command, first.value, failed_alike, first.message)
            continue
        shows_other = full != without if own is not None else full != none
        failed = [states[0][at] for at in places if states[0][at].value not in (ALLOW, FILTER)]
        if own is None:
            turn.cell(ref, command, "own", APART)
        elif without != none:
            turn.cell(ref, command, "own", ALLOW)
        else:
            turn.cell(ref, command, "own", failed[0].value if failed else FILTER)
        if shows_other:
            turn.cell(ref, command, "other", ALLOW)
            at = next(
                (p for p in places if not states[0][p].same(states[1 if own is not None else 2][p])),
                places[0],
            )
            leaks.of_relation(turn, ref, command, things[at].shown)
        else:
            last = states[0][places[-1]]
            value = last.value if last.value not in (ALLOW, FILTER) else FILTER
            turn.cell(ref, command, "other", value)


def _note_writes(turn: Turn, things: Sequence[Thing]) -> None:
    """Functions that change another tenant's rows."""
    places = [(table, place) for table, held in turn.stage.places[turn.other].items() for place in held]
    if not places:
        return
    asked = [
        thing
        for thing in things
        if isinstance(value := turn.stage.whole.objects.get(thing.ref), Routine)
        and value.volatility == "volatile"
        and thing.whose == "other"
    ]
    look = count_of(places)
    answers = turn.asker.all(
        [Question(turn.persona.role, f"{thing.statement};", look=look) for thing in asked]
    )
    for thing, answer in zip(asked, answers, strict=True):
        if answer.value == ALLOW:
            turn.cell(thing.ref, thing.command, "other", ALLOW)
            leaks.of_relation(turn, thing.ref, thing.command, thing.shown)
