"""Sequences, and how a sequence counts, which identity columns say too."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

import msgspec

from ormony.catalog import Catalog, Kind, Ref, Sequence, SequenceOptions
from ormony.plan.render.names import identifier, literal, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.statement import Alteration, Statement

_LARGEST: Final = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def counting(options: SequenceOptions) -> tuple[str, ...]:
    """The words of CREATE SEQUENCE but its type, only what differs from what PostgreSQL takes by itself."""
    natural = _natural(options.type, options.increment)
    words = []
    if options.start != (options.minimum if options.increment > 0 else options.maximum):
        words.append(f"START WITH {options.start}")
    if options.increment != 1:
        words.append(f"INCREMENT BY {options.increment}")
    if options.minimum != natural.minimum:
        words.append(f"MINVALUE {options.minimum}")
    if options.maximum != natural.maximum:
        words.append(f"MAXVALUE {options.maximum}")
    if options.cache != 1:
        words.append(f"CACHE {options.cache}")
    if options.cycle:
        words.append("CYCLE")
    return tuple(words)


def recounting(old: SequenceOptions, new: SequenceOptions) -> tuple[str, ...]:
    """The words of ALTER SEQUENCE that make `new` of `old`, its type among them."""
    words = []
    retyped = old.type != new.type
    if retyped:
        words.append(f"AS {new.type}")
    if old.increment != new.increment:
        words.append(f"INCREMENT BY {new.increment}")
    # AS moves the bounds that were the old type's own, so with it they are always said
    if retyped or old.minimum != new.minimum:
        words.append(f"MINVALUE {new.minimum}")
    if retyped or old.maximum != new.maximum:
        words.append(f"MAXVALUE {new.maximum}")
    if old.start != new.start:
        words.append(f"START WITH {new.start}")
    if old.cache != new.cache:
        words.append(f"CACHE {new.cache}")
    if old.cycle != new.cycle:
        words.append("CYCLE" if new.cycle else "NO CYCLE")
    return tuple(words)


def fitting(ref: Ref, old: SequenceOptions, new: SequenceOptions) -> tuple[Statement, ...]:
    """What must run before a sequence's bounds can become narrower: its value is brought inside them.

    A value that fits is kept. PostgreSQL refuses bounds without the value, so both bounds are first widened
    as far as both definitions go.
    """
    if new.minimum <= old.minimum and new.maximum >= old.maximum:
        return ()
    wide = msgspec.structs.replace(
        old,
        type=max(old.type, new.type, key=lambda each: _LARGEST[each]),
        minimum=min(old.minimum, new.minimum),
        maximum=max(old.maximum, new.maximum),
    )
    name = relation(ref)
    words = recounting(old, wide)
    fits = f"last_value BETWEEN {new.minimum} AND {new.maximum}"
    nearest = f"LEAST(GREATEST(last_value, {new.minimum}), {new.maximum})"
    move = (
        f"SELECT pg_catalog.setval({literal(name)}::pg_catalog.regclass, "
        f"CASE WHEN is_called THEN {nearest} WHEN {fits} THEN last_value ELSE {new.start} END, is_called) "
        f"FROM {name} WHERE NOT {fits}"
    )
    return (
        *(
            (Statement(sql=f"ALTER SEQUENCE {name} {' '.join(words)}", lock="share row exclusive"),)
            if words
            else ()
        ),
        Statement(sql=move, lock="row exclusive"),
    )


def retyped(options: SequenceOptions, type_name: str) -> SequenceOptions:
    """What AS makes of a sequence when it says no more: bounds that were the old type's own become the new
    type's."""
    was, now = _LARGEST[options.type], _LARGEST[type_name]
    return msgspec.structs.replace(
        options,
        type=type_name,
        minimum=-now - 1 if options.minimum == -was - 1 else options.minimum,
        maximum=now if options.maximum == was else options.maximum,
    )


def within(options: SequenceOptions) -> SequenceOptions:
    """The same with its bounds and its start inside its type."""
    largest = _LARGEST[options.type]

    def inside(value: int) -> int:
        return min(max(value, -largest - 1), largest)

    return msgspec.structs.replace(
        options,
        minimum=inside(options.minimum),
        maximum=inside(options.maximum),
        start=inside(options.start),
    )


def change(ref: Ref, old: SequenceOptions, new: SequenceOptions) -> Statement:
    """ALTER SEQUENCE, for what differs."""
    return Statement(
        sql=f"ALTER SEQUENCE {relation(ref)} {' '.join(recounting(old, new))}", lock="share row exclusive"
    )


def following(sequence: Ref, table: Ref, column: str, options: SequenceOptions) -> Statement:
    """A SELECT that lets the sequence go on after the values that the column has, if any."""
    name, value = relation(sequence), identifier(column)
    last = f"max({value})" if options.increment > 0 else f"min({value})"
    within = f"{last} BETWEEN {options.minimum} AND {options.maximum}"
    return Statement(
        sql=f"SELECT pg_catalog.setval({literal(name)}::pg_catalog.regclass, {last}) "
        f"FROM {relation(table)} HAVING {within}",
        lock="row exclusive",
    )


def _natural(type_name: str, increment: int) -> SequenceOptions:
    largest = _LARGEST[type_name]
    if increment > 0:
        return SequenceOptions(type=type_name, start=1, minimum=1, maximum=largest)
    return SequenceOptions(type=type_name, start=-1, minimum=-largest - 1, maximum=-1)


def _sequence(ref: Ref, catalog: Catalog) -> Sequence:
    held = catalog.objects[ref]
    assert isinstance(held, Sequence)
    return held


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    sequence = _sequence(ref, catalog)
    words = (
        "CREATE UNLOGGED SEQUENCE" if sequence.unlogged else "CREATE SEQUENCE",
        relation(ref),
        *((f"AS {sequence.options.type}",) if sequence.options.type != "bigint" else ()),
        *counting(sequence.options),
    )
    return (Statement(sql=" ".join(words)),)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    sequence = _sequence(ref, catalog)
    return (
        Statement(
            sql=f"DROP SEQUENCE {relation(ref)}",
            lock="access exclusive",
            loses="" if sequence.owned_by is not None else f"how far sequence {ref} has counted",
        ),
    )


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = _sequence(ref, old), _sequence(ref, new)
    statements: list[Statement] = []
    late: Late | None = None
    words = recounting(before.options, after.options)
    if words:
        statements += fitting(ref, before.options, after.options)
        statements.append(change(ref, before.options, after.options))
    if before.unlogged != after.unlogged:
        statements.append(set_logged(ref, after.unlogged))
    if before.owned_by != after.owned_by:
        if before.owned_by is not None:
            # at once, for the column that owned it may go and take it away
            statements.append(_owned(ref, None))
        late = _late(ref, new)
    return Alteration(statements=tuple(statements), late=late)


def set_logged(ref: Ref, unlogged: bool) -> Statement:
    """What makes a sequence unlogged, or logged."""
    word = "UNLOGGED" if unlogged else "LOGGED"
    return Statement(sql=f"ALTER SEQUENCE {relation(ref)} SET {word}", lock="access exclusive")


def _late(ref: Ref, catalog: Catalog) -> Late | None:
    owner = _sequence(ref, catalog).owned_by
    if owner is None:
        return None
    return Late(statements=(_owned(ref, owner),), after=(owner,))


def _owned(ref: Ref, owner: Ref | None) -> Statement:
    name = f"{relation(owner)}.{identifier(owner.part)}" if owner is not None else "NONE"
    return Statement(sql=f"ALTER SEQUENCE {relation(ref)} OWNED BY {name}", lock="share row exclusive")


RENDERERS: Final[dict[Kind, Renderer]] = {"sequence": Renderer(_create, _drop, _alter, _late)}
