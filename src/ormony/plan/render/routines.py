"""Functions, procedures and aggregates."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from ormony.catalog import Argument, Catalog, Kind, Options, Ref, Routine
from ormony.plan.render.lookup import dropped, held, listed
from ormony.plan.render.names import relation
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

_INPUT: Final = ("in", "inout", "variadic")
_OUTPUT: Final = ("out", "inout", "table")
_AGGREGATE_STAYS: Final = ("ARGUMENTS", "STYPE", "FINALFUNC", "FINALFUNC_EXTRA", "HYPOTHETICAL")


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=held(catalog, ref, Routine).definition.rstrip("\n")),)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    if _makes_a_type(ref, catalog):
        return ()  # it goes with the type, and cannot go before it
    return dropped(ref)


def _makes_a_type(ref: Ref, catalog: Catalog) -> bool:
    """Whether it is the input or output of a base type, which it takes or returns: each needs the other."""
    return any(
        each.kind == "base type" and ref in catalog.depends.get(each, ())
        for each in catalog.depends.get(ref, ())
    )


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """CREATE OR REPLACE where PostgreSQL takes it, which resets all that the definition does not say."""
    before, after = held(old, ref, Routine), held(new, ref, Routine)
    if (
        before.window != after.window
        or _result(before) != _result(after)
        or _loses_default(before, after)
        or _renames_input(before, after)
    ):
        return None
    return Alteration(statements=_create(ref, new, frozenset()))


def _arguments(routine: Routine, modes: tuple[str, ...]) -> list[Argument]:
    return [each for each in routine.arguments if each.mode in modes]


def _result(routine: Routine) -> tuple[object, ...]:
    """What may not change: the type that is returned, set or not, and the columns where there are several."""
    outputs = _arguments(routine, _OUTPUT)
    if routine.returns is None or len(outputs) > 1:  # a procedure returns a row even of one
        return (routine.returns_set, tuple((each.name, each.type) for each in outputs))
    if outputs:
        return (routine.returns_set, outputs[0].type)
    return (routine.returns_set, routine.returns.removeprefix("SETOF "))


def _loses_default(before: Routine, after: Routine) -> bool:
    return any(
        was.has_default and not now.has_default
        for was, now in zip(_arguments(before, _INPUT), _arguments(after, _INPUT), strict=True)
    )


def _renames_input(before: Routine, after: Routine) -> bool:
    """Whether an input loses or changes its name: one that had none may get one."""
    return any(
        was.name and was.name != now.name
        for was, now in zip(_arguments(before, _INPUT), _arguments(after, _INPUT), strict=True)
    )


def _create_aggregate(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=_aggregate(ref, catalog, "CREATE")),)


def _aggregate(ref: Ref, catalog: Catalog, create: str) -> str:
    (_, arguments), *options = held(catalog, ref, Options).options
    return f"{create} AGGREGATE {relation(ref)}({arguments}) ({listed(options)})"


def _alter_aggregate(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """CREATE OR REPLACE where its arguments stay, and its last function or state."""
    before, after = dict(held(old, ref, Options).options), dict(held(new, ref, Options).options)
    if any(before.get(name) != after.get(name) for name in _AGGREGATE_STAYS):
        return None
    return Alteration(statements=(Statement(sql=_aggregate(ref, new, "CREATE OR REPLACE")),))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "function": Renderer(_create, _drop, _alter),
    "procedure": Renderer(_create, _drop, _alter),
    "aggregate": Renderer(_create_aggregate, lambda ref, catalog: dropped(ref), _alter_aggregate),
}
