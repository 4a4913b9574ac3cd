"""Tables and sequences that are made logged or unlogged."""

from __future__ import annotations

from collections.abc import Iterator

from ormony.catalog import Column, Constraint, Publication, Ref, Sequence, Table
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First
from ormony.plan.order.structure import table_of
from ormony.plan.render.sequences import set_logged
from ormony.plan.statement import Statement


def edges_of_logged(fates: Fates, first: First) -> None:
    """A logged table must not reference an unlogged one, and a publication must not have one, at no
    moment."""
    turning = _turning(fates)
    if not turning:
        return
    for ref, value in fates.old.objects.items():
        for each in value.tables if isinstance(value, Publication) else ():
            after = fates.new.objects.get(each.table)
            if each.table in turning and isinstance(after, Table) and after.unlogged:
                first(fates.down(ref) or fates.alters(ref), ("alter", each.table))
    if len(turning) < 2:
        return
    for ref, value in fates.new.objects.items():
        if not isinstance(value, Constraint) or value.references not in turning:
            continue
        table, far = Ref("table", ref.schema, ref.name), value.references
        if table in turning and far is not None and table != far:
            goal = fates.new.objects[far]
            ends = (table, far) if isinstance(goal, Table) and goal.unlogged else (far, table)
            first(("alter", ends[0]), ("alter", ends[1]))


def _turning(fates: Fates) -> set[Ref]:
    """The tables that are made logged, or unlogged."""
    found = set()
    for ref in fates.altered:
        before, after = fates.old.objects.get(ref), fates.new.objects.get(ref)
        if isinstance(before, Table) and isinstance(after, Table) and before.unlogged != after.unlogged:
            found.add(ref)
    return found


def logged_apart(fates: Fates) -> Iterator[Statement]:
    """The sequences that are not as logged as their table: it takes all along that it owns when it
    turns."""
    turning = _turning(fates)
    if not turning:
        return
    for ref, value in sorted(fates.new.objects.items()):
        if isinstance(value, Sequence):
            before = fates.old.objects.get(ref)
            was = before.owned_by if isinstance(before, Sequence) else None
            owner, sequence, unlogged = value.owned_by, ref, value.unlogged
        elif isinstance(value, Column) and value.identity is not None:
            was = owner = ref
            sequence, unlogged = value.identity.sequence, value.identity.unlogged
        else:
            continue
        homes = {each and table_of(each, fates.new) for each in (was, owner)} & turning
        tables = [fates.new.objects[home] for home in homes if home is not None]
        apart = any(isinstance(each, Table) and each.unlogged != unlogged for each in tables)
        if apart or (tables and was != owner):
            yield set_logged(sequence, unlogged)
