"""The proof of a plan: it is run in a throw-away database that is as the plan expects, and what comes of it
compared with the goal.

Nothing of it touches a database of the user's. It never runs as a superuser, except for the single statements
that PostgreSQL refuses to anybody else, in a cluster that nobody else uses: see `rebuild.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import psycopg

from ormony.catalog import Catalog, Column, Ref
from ormony.database.rebuild import NEEDS_SUPERUSER, Ground, Rebuilt, rebuilding, refused
from ormony.database.shadow import Shadow
from ormony.diff import Change, compare
from ormony.errors import DATABASE, OrmonyError
from ormony.plan import Plan, make_plan

_SHOWN = 5
_HINT = "ormony diff A B --sql   # the plan, without its proof"


def prove(
    old: Catalog,
    new: Catalog,
    plan: Plan,
    shadow: Shadow,
    ground: Ground,
    *,
    cut: Callable[[Catalog], Catalog] | None = None,
) -> tuple[str, ...]:
    """Run the plan on a database that is `old`, and see that it is `new` then, with nothing left to do.

    Returns what the proof says nothing about: privileges on what PostgreSQL or an extension made, whose owner
    has another name on each server.

    First the old side is made from nothing, which proves that all of it was seen. Where `new` is a part of a
    database, `cut` cuts what comes of the plan to it. Where the shadow's server is of another major version
    than a side, both sides are made there and read again, so that they are printed alike. Raises `not-proved`
    with what differs.
    """
    left_out = _not_ours(old) | _not_ours(new)
    try:
        _prove(old, new, plan, shadow, ground, cut, apart=False)
    except NEEDS_SUPERUSER:
        _prove(old, new, plan, shadow, ground, cut, apart=True)
    changed = {ref for ref in left_out if old.grants.get(ref) != new.grants.get(ref)}
    return tuple(f"privileges of {ref.kind} {ref}" for ref in sorted(changed))


def _not_ours(catalog: Catalog) -> set[Ref]:
    """What has privileges and is no object of the catalog, nor a part of one."""
    objects = catalog.objects
    columns = {(ref.schema, ref.name) for ref in objects}
    sequences = {
        value.identity.sequence
        for value in objects.values()
        if isinstance(value, Column) and value.identity is not None
    }
    return {
        ref
        for ref in catalog.grants
        if ref not in objects
        and ref not in sequences
        and not (ref.kind == "column" and (ref.schema, ref.name) in columns)
    }


def _ours(catalog: Catalog) -> Catalog:
    others = _not_ours(catalog)
    if not others:
        return catalog
    grants = {ref: value for ref, value in catalog.grants.items() if ref not in others}
    return msgspec.structs.replace(catalog, grants=grants)


def _prove(
    old: Catalog,
    new: Catalog,
    plan: Plan,
    shadow: Shadow,
    ground: Ground,
    cut: Callable[[Catalog], Catalog] | None,
    *,
    apart: bool,
) -> None:
    with rebuilding(shadow, ground, old, new, apart=apart) as database:
        made = _made(database, old, "the old side cannot be made again from its catalog", apart=apart)
        alike = {old.version // 10000, new.version // 10000} == {database.major}
        if alike:
            _refuse(
                compare(_ours(made), _ours(old)), "the old side, made again from its catalog, is not the same"
            )
        try:
            database.run(plan.statements)
        except NEEDS_SUPERUSER as error:
            if not apart:
                raise
            raise refused("the plan does not run on the old side", error) from None
        except psycopg.Error as error:
            raise refused("the plan does not run on the old side", error) from None
        reached = database.read()
    goal = new
    if cut is not None:
        reached = cut(reached)
    elif not alike:
        with rebuilding(shadow, ground, new, apart=apart) as database:
            goal = _made(database, new, "the new side cannot be made again from its catalog", apart=apart)
    reached, goal = _ours(reached), _ours(goal)
    _refuse(compare(reached, goal), "what the plan makes of the old side is not the new side")
    again = make_plan(reached, goal).statements
    if again:
        raise _not_proved(f"after the plan there is still something to do: {again[0].sql}")


def _made(database: Rebuilt, catalog: Catalog, failure: str, *, apart: bool) -> Catalog:
    try:
        database.make(catalog)
    except NEEDS_SUPERUSER as error:
        if not apart:
            raise
        raise refused(failure, error) from None
    except psycopg.Error as error:
        raise refused(failure, error) from None
    return database.read()


def _refuse(changes: Sequence[Change], what: str) -> None:
    if changes:
        raise _not_proved(f"{what}: {told(changes)}")


def told(changes: Sequence[Change]) -> str:
    """The first changes in words, and how many more there are."""
    lines = [
        f"{each.action} {each.kind} {each.object}" + (f" ({'; '.join(each.details)})" if each.details else "")
        for each in changes[:_SHOWN]
    ]
    more = f", and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return ", ".join(lines) + more


def _not_proved(message: str) -> OrmonyError:
    return OrmonyError("not-proved", message, hint=_HINT, exit_status=DATABASE)


__all__ = ["prove", "told"]
