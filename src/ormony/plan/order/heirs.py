"""Columns that come from parents, whose changes reach their heirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from ormony.catalog import Catalog, Column, Ref, Table, default_of
from ormony.errors import OrmonyError
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.kept_rows import hides_rows
from ormony.plan.order.spread import replace, spread
from ormony.plan.order.structure import attachment_of, bequeaths, parents_of, table_of
from ormony.plan.render.columns import comes_by_itself
from ormony.plan.render.names import relation
from ormony.plan.render.tables import apart_meanwhile, declare_again, swaps
from ormony.plan.statement import Alteration, Late


def _cannot_inherit(column: Ref, table: Ref, goal: str) -> OrmonyError:
    return OrmonyError(
        "cannot-alter",
        f"PostgreSQL has no ALTER that makes the inherited column {column} {goal}",
        hint=f"say it in CREATE TABLE {relation(table)} as the database has it: "
        "a column of a parent may be declared here, too",
        exit_status=1,
    )


def make_anew(fates: Fates, column: Ref, goal: str, work: list[Ref]) -> None:
    """Make the column's table anew, since no ALTER makes an inherited column of it what it is to be."""
    table = table_of(column, fates.new)
    assert table is not None
    if hides_rows(fates, (table,)) or table.kind != "table":
        raise _cannot_inherit(column, table, goal)
    replace(fates, table, work)


def take_inherited_defaults(fates: Fates) -> None:
    """A parent's change of type reaches its heirs' columns, and a default that it says does, too: each
    has its own taken away before and given after."""
    for column in fates.altered:
        before, after = fates.old.objects[column], fates.new.objects[column]
        if not isinstance(before, Column) or not isinstance(after, Column):
            continue
        if before.generated or after.generated or (before.default is None and after.default is None):
            continue
        if fates.changes_type(column) and (_has_heirs(fates, column) or any(columns_above(fates, column))):
            fates.defaults.add(default_of(column))


def _has_heirs(fates: Fates, column: Ref) -> bool:
    table = table_of(column, fates.old)
    return table is not None and bool(fates.children_before.get(table))


def columns_above(fates: Fates, column: Ref) -> Iterator[Ref]:
    """The columns of the parents that its table keeps, and of theirs."""
    tables = [table_of(column, fates.old)]
    for table in tables:
        if table is None or table not in fates.new.objects:
            continue
        kept = {*parents_of(fates.new.objects[table])}
        for parent in parents_of(fates.old.objects[table]):
            if parent in kept and not fates.goes(parent) and parent not in tables:
                tables.append(parent)
                yield Ref("column", parent.schema, parent.name, column.part)


def part_from_parents(fates: Fates) -> None:
    """A column that comes from two parents changes its type in one after the other: only one of them may
    have the table as its heir meanwhile."""
    changing: dict[Ref, set[str]] = defaultdict(set)
    work: list[Ref] = []
    for ref in sorted(fates.changed):
        after = fates.new.objects[ref]
        if not isinstance(after, Column) or not after.inherited or ref not in fates.altered:
            continue
        table = table_of(ref, fates.old)
        was = fates.old.objects[table] if table is not None else None
        if table is None or not isinstance(was, Table) or len(was.inherits) < 2:
            continue
        stays = was.inherits == parents_of(fates.new.objects.get(table))
        if stays and fates.changes_type(ref) and len(_origins_of(fates, ref)) > 1:
            changing[table].add(ref.part)
    for table, names in changing.items():
        apart = apart_meanwhile(table, names, fates.old, fates.new)
        if apart is None or table in fates.altered:
            column = Ref("column", table.schema, table.name, min(names))
            make_anew(fates, column, f"{_type_after(fates, column)}, as in several parents", work)
            continue
        fates.altered[table] = apart
        fates.parted[table] = names
    spread(fates, work)


def _type_after(fates: Fates, column: Ref) -> str:
    value = fates.new.objects[column]
    assert isinstance(value, Column)
    return value.type


def _origins_of(fates: Fates, column: Ref) -> set[Ref]:
    """The columns that an inherited column comes from, which come from no other."""
    above = [
        each
        for parent in parents_of(fates.relation_before(column))
        if (each := Ref("column", parent.schema, parent.name, column.part)) in fates.old.objects
    ]
    return set[Ref]().union(*(_origins_of(fates, each) for each in above)) if above else {column}


def redeclare(fates: Fates) -> None:
    """What an heir declares besides its parent, or does not any more."""
    chosen: dict[Ref, set[Ref]] = defaultdict(set)
    work: list[Ref] = []
    for ref in sorted(fates.changed):
        before, after = fates.old.objects[ref], fates.new.objects[ref]
        if not (isinstance(before, Column) and isinstance(after, Column)):
            continue
        table = table_of(ref, fates.new)
        renewed = any(ref in heirs for heirs in fates.renewed.values())
        if _keeps_not_null(fates, ref) and table is not None and table not in fates.replaced and not renewed:
            make_anew(fates, ref, "NOT NULL by its parent alone", work)
        if before.local == after.local:
            continue
        if table is None or table in fates.replaced or not (before.inherited and after.inherited):
            continue
        was, now = fates.old.objects.get(table), fates.new.objects[table]
        if isinstance(was, Table) and parents_of(was) == parents_of(now):
            if not after.local:
                make_anew(fates, ref, "only inherited", work)
            chosen[table].add(ref)
    for table, columns in chosen.items():
        if table in fates.replaced:
            continue
        late = declare_again(table, columns, fates.old, fates.new)
        if late is None:
            make_anew(fates, min(columns), "its own, without its NOT NULL or checks", work)
            continue
        done = fates.altered.get(table) or Alteration(statements=())
        if done.late is not None:
            late = Late(done.late.statements + late.statements, done.late.after + late.after)
        fates.altered[table] = msgspec.structs.replace(done, late=late)
    spread(fates, work)


def _keeps_not_null(fates: Fates, column: Ref) -> bool:
    """Whether the table says NOT NULL itself, and shall not, while a parent says it all the time."""
    before, after = fates.old.objects[column], fates.new.objects[column]
    assert isinstance(before, Column)
    assert isinstance(after, Column)
    if before.not_null is None or before.not_null.inherited:
        return False
    if after.not_null is None or not after.not_null.inherited:
        return False
    was, now = fates.relation_before(column), fates.relation_after(column)
    above = (Ref("column", each.schema, each.name, column.part) for each in parents_of(was))
    return (
        isinstance(now, Table)
        and now.partition is None
        and parents_of(was) == parents_of(now)
        and any(
            bequeaths(fates.old.objects.get(each)) and bequeaths(fates.new.objects.get(each))
            for each in above
        )
    )


def heirs_before(fates: Fates, column: Ref, catalog: Catalog | None = None) -> Iterator[Ref]:
    """The tables that inherited from the column's (in the new catalog, or this one) and had a column of
    its name."""
    table = table_of(column, catalog or fates.new)
    below = [*fates.children_before.get(table, ())] if table is not None else []
    for child in below:
        below += (each for each in fates.children_before.get(child, ()) if each not in below)
        if Ref("column", child.schema, child.name, column.part) in fates.old.objects:
            yield child


def leaving(fates: Fates, child: Ref, column: Ref) -> Node | None:
    """The ALTER with which a table leaves the parent that the column is one of, for a while at least."""
    if child not in fates.altered:
        return None
    if child in fates.taken_off:
        return ("alter", child)
    parents = parents_of(fates.new.objects[child])
    stays = any(parent[1:3] == column[1:3] for parent in parents)
    return None if stays else ("alter", child)


def _columns_in_the_way(fates: Fates, table: Ref) -> Iterator[Ref]:
    """The columns that the parents of a new table had under the names of its own."""
    names = {part.part for part in fates.parts_after.get(table, ()) if part.kind == "column"}
    above = [*parents_of(fates.new.objects[table])]
    for parent in above:
        above += (each for each in parents_of(fates.new.objects.get(parent)) if each not in above)
        for part in fates.parts_before.get(parent, ()):
            if part.kind == "column" and part.part in names:
                yield part


def is_made_anew(fates: Fates, column: Ref) -> bool:
    """Whether it is dropped and added in a table that stays, but gets or leaves parents or a type: so
    that no step of a parent does it."""
    table = table_of(column, fates.old)
    if column not in fates.replaced or table not in fates.altered:
        return False
    before, after = fates.old.objects[table], fates.new.objects[table]
    assert isinstance(before, Table)
    assert isinstance(after, Table)
    if any(
        Ref("column", parent.schema, parent.name, column.part) in fates.old.objects
        for parent in set(before.inherits) & set(after.inherits)
    ):
        return False
    return attachment_of(before) != attachment_of(after) or fates.leaves_whole(column)


def after_parents(fates: Fates, node: Node, first: First) -> None:
    """What parents are to have they have before their heirs, and what heirs lose is gone before."""
    verb, ref = node
    value = fates.new.objects.get(ref)
    if verb == "create":
        # a partition needs none, but names that others get depend on who is first
        for parent in parents_of(value):
            first(fates.up(parent), node)
        if isinstance(value, Table) and value.inherits:
            for above in _columns_in_the_way(fates, ref):
                first(fates.down(above), node)  # else it would be merged with its own
            _after_parents_columns(fates, value, node, first)
    elif verb == "alter":
        for parent in parents_of(fates.old.objects.get(ref)):
            first(node, fates.down(parent))
        if isinstance(value, Table):
            if attachment_of(fates.old.objects[ref]) != attachment_of(value):
                for child in fates.children_before.get(ref, ()):  # columns that come would be its own, too
                    first(fates.down(child), node)
            if value.inherits and swaps(ref, fates.old, fates.new):
                _between_parents(fates, value, node, first)
    if ref[0] == "column":
        _column_after_parents(fates, node, first)


def _after_parents_columns(fates: Fates, table: Table, node: Node, first: First) -> None:
    """What a new heir's parents say of their columns is said of those of the goal."""
    above = [*table.inherits]
    for parent in above:
        above += (each for each in parents_of(fates.new.objects.get(parent)) if each not in above)
        for part in fates.parts_after.get(parent, ()):
            if part[0] == "column" and part not in fates.inside:
                first(fates.up(part), node)
                first(("create", default_of(part)), node)  # or the heir would have none


def _between_parents(fates: Fates, table: Table, node: Node, first: First) -> None:
    """An heir goes from some parents to others when these are as they are to be, and those as they were."""
    ref = node[1]
    for parent in table.inherits:
        first(fates.up(parent), node)
        for part in fates.parts_after.get(parent, ()):
            first(fates.up(part) if part.kind == "column" else None, node)
    for parent in {*parents_of(fates.old.objects[ref])} - {*table.inherits}:
        for part in fates.parts_before.get(parent, ()):  # what they change then is theirs alone
            if part.kind == "column":
                first(node, fates.alters(part))
                first(node, fates.down(part))


def _column_after_parents(fates: Fates, node: Node, first: First) -> None:
    verb, ref = node
    value = fates.new.objects.get(ref)
    if verb == "create":
        for parent in parents_of(fates.relation_before(ref)):
            # as long as the parent has it, its heir has it
            first(fates.down(Ref("column", parent.schema, parent.name, ref.part)), node)
        if isinstance(value, Column) and value.inherited and not value.local:
            for parent in parents_of(fates.relation_after(ref)):  # else it is not there yet
                first(fates.up(Ref("column", parent.schema, parent.name, ref.part)), node)
        if ref not in fates.inside:
            for child in heirs_before(fates, ref):  # its own would be merged with the new one
                first(fates.down(child) or leaving(fates, child, ref), node)
    elif verb == "alter" and (ref in fates.retyped or fates.changes_type(ref)):
        for child in heirs_before(fates, ref):  # what it checks may hold for values of the old type alone
            first(fates.down(child), node)


def before_parents(fates: Fates, node: Node, first: First) -> None:
    """What comes from a parent goes before the parent does; what is to come from one goes before it comes."""
    ref = node[1]
    for parent in parents_of(fates.old.objects.get(ref)):
        first(node, fates.down(parent))
    if ref.kind != "column":
        return
    if is_made_anew(fates, ref):
        table = table_of(ref, fates.old)
        assert table is not None
        first(("alter", table), node)
    for child in heirs_before(fates, ref, fates.old):
        own = Ref("column", child.schema, child.name, ref.part)
        if fates.goes(child) or comes_by_itself(own, fates.old):  # what needs the heir's goes before
            first(fates.down(own), node)
    for parent in parents_of(fates.relation_after(ref)):
        # the column that comes from the parent would be merged with its own
        first(node, fates.up(Ref("column", parent.schema, parent.name, ref.part)))


def edges_of_parted(fates: Fates, first: First) -> None:
    """Heirs that leave some parents meanwhile do so before the parents' columns change."""
    for heir, names in fates.parted.items():
        for name in names:
            for origin in _origins_of(fates, Ref("column", heir.schema, heir.name, name)):
                first(("alter", heir), ("alter", origin))
