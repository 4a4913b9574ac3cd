"""Triggers, event triggers and rules."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final, Literal

from ormony.catalog import Catalog, EventTrigger, Kind, Ref, Rule, Trigger, holder
from ormony.plan.render.lookup import dropped, held
from ormony.plan.render.names import identifier, kind_word, literal, object_name, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.statement import Alteration, Statement

State = Literal["origin", "disabled", "replica", "always"]
_STATES: Final[dict[State, str]] = {
    "origin": "ENABLE",
    "disabled": "DISABLE",
    "replica": "ENABLE REPLICA",
    "always": "ENABLE ALWAYS",
}
_LEVEL: Final = re.compile(r" FOR EACH (ROW|STATEMENT) (?:WHEN \(|EXECUTE )")


def _alter_holder(ref: Ref, catalog: Catalog) -> str:
    """`ALTER TABLE name` of the relation that holds a trigger or rule."""
    above = holder(ref, catalog)
    return f"ALTER {kind_word(above) if above is not None else 'TABLE'} {relation(ref)}"


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"DROP {object_name(ref)}", lock="access exclusive"),)


# -------------------------------------------------------------------------------------------------- triggers


def _create_trigger(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    trigger = held(catalog, ref, Trigger)
    if trigger.parent is not None:
        return ()  # its parent makes it
    created = Statement(sql=trigger.definition, lock="share row exclusive")
    return (created,) if trigger.enabled == "origin" else (created, _trigger_state(ref, catalog))


def _complete_trigger(ref: Ref, catalog: Catalog) -> Late | None:
    """The state of a clone, which is there when its parent is and its table is attached."""
    trigger = held(catalog, ref, Trigger)
    table = holder(ref, catalog)
    if trigger.parent is None or table is None:
        return None
    return Late((_trigger_state(ref, catalog),), after=(trigger.parent, table), after_late=(table,))


def _drop_trigger(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    trigger = held(catalog, ref, Trigger)
    if trigger.parent is None:
        return _drop(ref, catalog)
    upper = held(catalog, trigger.parent, Trigger)
    return (_state(ref, catalog, upper.enabled, only=True),)  # what was its own was its state alone


def _trigger_state(ref: Ref, catalog: Catalog) -> Statement:
    trigger = held(catalog, ref, Trigger)
    return _state(ref, catalog, trigger.enabled, only=trigger.parent is not None)


def _state(ref: Ref, catalog: Catalog, state: State, *, only: bool) -> Statement:
    alter = _alter_holder(ref, catalog)
    if only:
        alter = alter.replace("ALTER TABLE ", "ALTER TABLE ONLY ", 1)
    sql = f"{alter} {_STATES[state]} TRIGGER {identifier(ref.part)}"
    return Statement(sql=sql, lock="share row exclusive")


def _alter_trigger(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """Its state, or CREATE OR REPLACE for plain triggers that stay for each row or for each statement.

    Constraint triggers cannot be replaced; partitions would keep the clones of a trigger that was for each
    row.
    """
    before, after = held(old, ref, Trigger), held(new, ref, Trigger)
    if before.parent != after.parent:
        return None
    if after.parent is not None:
        return Alteration(statements=(_trigger_state(ref, new),) if before.enabled != after.enabled else ())
    statements: list[Statement] = []
    if before.definition != after.definition:
        plain = "CREATE TRIGGER "
        if not (before.definition.startswith(plain) and after.definition.startswith(plain)):
            return None
        if _level(before) != _level(after):
            return None
        sql = f"CREATE OR REPLACE TRIGGER {after.definition.removeprefix(plain)}"
        statements.append(Statement(sql=sql, lock="share row exclusive"))
    # replacing enables it
    if after.enabled != ("origin" if statements else before.enabled):
        statements.append(_trigger_state(ref, new))
    # both reach all clones: those with a state of their own get it back
    for each, value in new.objects.items():
        if isinstance(value, Trigger) and value.parent == ref and each in old.objects:
            statements.append(_trigger_state(each, new))
    return Alteration(statements=tuple(statements))


def _level(trigger: Trigger) -> str:
    found = _LEVEL.search(trigger.definition)
    return found[1] if found else "STATEMENT"


# -------------------------------------------------------------------------------------------- event triggers


def _create_event_trigger(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    trigger = held(catalog, ref, EventTrigger)
    tags = f" WHEN TAG IN ({', '.join(map(literal, trigger.tags))})" if trigger.tags else ""
    created = Statement(
        sql=f"CREATE EVENT TRIGGER {relation(ref)} ON {trigger.event}{tags} "
        f"EXECUTE FUNCTION {relation(trigger.function)}()"
    )
    return (created,) if trigger.enabled == "origin" else (created, _event_trigger_state(ref, catalog))


def _event_trigger_state(ref: Ref, catalog: Catalog) -> Statement:
    state = _STATES[held(catalog, ref, EventTrigger).enabled]
    return Statement(sql=f"ALTER EVENT TRIGGER {relation(ref)} {state}")


def silence(ref: Ref, catalog: Catalog) -> tuple[Statement, Statement]:
    """What disables an event trigger, and what gives it its state in the catalog again."""
    disabled = Statement(sql=f"ALTER EVENT TRIGGER {relation(ref)} {_STATES['disabled']}")
    return disabled, _event_trigger_state(ref, catalog)


def _alter_event_trigger(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, EventTrigger), held(new, ref, EventTrigger)
    if (before.event, before.function, before.tags) != (after.event, after.function, after.tags):
        return None
    return Alteration(statements=(_event_trigger_state(ref, new),))


# ----------------------------------------------------------------------------------------------------- rules


def _create_rule(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    rule = held(catalog, ref, Rule)
    created = Statement(sql=rule.definition.rstrip(";\n "), lock="access exclusive")
    return (created,) if rule.enabled == "origin" else (created, _rule_state(ref, catalog))


def _rule_state(ref: Ref, catalog: Catalog) -> Statement:
    state = _STATES[held(catalog, ref, Rule).enabled]
    return Statement(
        sql=f"{_alter_holder(ref, catalog)} {state} RULE {identifier(ref.part)}", lock="access exclusive"
    )


def _alter_rule(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Rule), held(new, ref, Rule)
    statements: list[Statement] = []
    if before.definition != after.definition:
        body = after.definition.rstrip(";\n ").removeprefix("CREATE RULE ")
        statements.append(Statement(sql=f"CREATE OR REPLACE RULE {body}", lock="access exclusive"))
    if before.enabled != after.enabled:  # replacing leaves the state as it was
        statements.append(_rule_state(ref, new))
    return Alteration(statements=tuple(statements))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "trigger": Renderer(_create_trigger, _drop_trigger, _alter_trigger, _complete_trigger),
    "event trigger": Renderer(_create_event_trigger, lambda ref, catalog: dropped(ref), _alter_event_trigger),
    "rule": Renderer(_create_rule, _drop, _alter_rule),
}
