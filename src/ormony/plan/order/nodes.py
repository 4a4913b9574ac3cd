"""Which steps there are, and what a CREATE TABLE makes besides the table."""

from __future__ import annotations

from ormony.catalog import TABLES, Column, Constraint, Ref, column_of, default_of
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import Node
from ormony.plan.order.partitions import attached_indexes
from ormony.plan.order.structure import WITH_INDEX


def nodes_of(fates: Fates) -> set[Node]:
    """The steps that what is decided asks for."""
    nodes: set[Node] = set()
    for ref in fates.dropped | fates.replaced:
        node = fates.down(ref)
        if node is not None:
            nodes.add(node)
            if node[0] == "drop aside":
                nodes.add(("set aside", node[1]))
    for ref in (fates.created | fates.replaced) - fates.inside.keys():
        node = fates.up(ref)
        if node is not None:
            nodes.add(node)
        if fates.completion(ref) is not None:
            nodes.add(("late", ref))
    nodes |= {("alter", ref) for ref in (*fates.altered, *fates.joined) if ref not in fates.replaced}
    nodes |= {("late", ref) for ref, alteration in fates.altered.items() if alteration.late is not None}
    for table in fates.kept:
        nodes |= {("keep", table), ("fill", table)}
    for default in fates.defaults:
        nodes.add(("drop", default))
        if _default_returns(fates, default):
            nodes.add(("create", default))
    for table in fates.inline if fates.apart else ():
        for part in fates.parts_after.get(table, ()):
            if part.kind == "column" and default_of(part) in fates.apart:
                nodes.add(("create", default_of(part)))
    return nodes


def choose_inline(fates: Fates) -> None:
    """Which constraints and defaults CREATE TABLE holds: all that it can, but those set apart."""
    fates.inline, fates.inside = {}, {}
    for ref in fates.created | fates.replaced:
        if ref[0] not in TABLES:
            continue
        held: set[Ref] = set()
        columns: list[Ref] = []
        keys: set[str] = set()  # of two equal ones CREATE TABLE makes one
        for part in fates.parts_after.get(ref, ()):
            value = fates.new.objects[part]
            if isinstance(value, Column):
                columns.append(part)
                if value.default is not None:
                    held.add(default_of(part))
            elif (
                isinstance(value, Constraint)
                and _fits_inside(value)
                and part not in fates.half_attached
                and not _declares_again(fates, part)
                and not any(attached_indexes(fates, part))
            ):
                key = value.definition.partition("(")[2] if value.type in WITH_INDEX else part.part
                if key not in keys:
                    keys.add(key)
                    held.add(part)
        if fates.apart:
            held -= fates.apart
        fates.inline[ref] = held
        fates.inside |= dict.fromkeys((*columns, *held), ("create", ref))
    fates.ups = {**fates.inside}


def _fits_inside(constraint: Constraint) -> bool:
    """Whether CREATE TABLE can hold it with nothing lost."""
    return (
        constraint.valid
        and not constraint.clustered
        and not constraint.replica_identity
        and constraint.parent is None
        and not constraint.inherited
    )


def _declares_again(fates: Fates, constraint: Ref) -> bool:
    """Whether it is a primary key that would, inside CREATE TABLE, make a NOT NULL of a parent one of the
    table's own, too."""
    value = fates.new.objects[constraint]
    if not isinstance(value, Constraint) or value.type != "primary key":
        return False
    columns = (Ref("column", constraint.schema, constraint.name, each) for each in value.columns)
    return any(
        isinstance(held := fates.new.objects.get(column), Column)
        and held.not_null is not None
        and held.not_null.inherited
        for column in columns
    )


def _default_returns(fates: Fates, default: Ref) -> bool:
    column = column_of(default)
    now = fates.new.objects.get(column)
    return isinstance(now, Column) and now.default is not None and not now.generated


def what_moves(fates: Fates) -> set[Ref]:
    """What any step is about; only the dependencies of these make edges."""
    moving = {*fates.dropped, *fates.created, *fates.replaced, *fates.altered, *fates.joined, *fates.defaults}
    alone = moving - (fates.created & fates.inside.keys())
    return moving | fates.inside.keys() | {default_of(ref) for ref in alone if ref[0] == "column"}
