"""NOT NULL as PostgreSQL 18 has it, with a name: of parents and heirs, and where names are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set

import msgspec

from ormony.catalog import Column, Constraint, Domain, Kind, Object, Ref, Table
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.heirs import heirs_before, leaving, make_anew
from ormony.plan.order.partitions import take_off
from ormony.plan.order.spread import spread
from ormony.plan.order.structure import bequeaths, is_partitioned, parents_of, table_of
from ormony.plan.render.columns import (
    drop_not_null,
    give_not_null,
    leave_not_null,
    name_of_not_null,
    rename_not_null,
)
from ormony.plan.statement import Late, Statement
from ormony.sql import object_name

_WITH_NOT_NULL = (Column, Domain)
# Whose names a NOT NULL cannot be given by PostgreSQL.
_NAMED_CONSTRAINTS: frozenset[Kind] = frozenset({"constraint", "domain constraint", "trigger"})


def renew_not_nulls(fates: Fates) -> None:
    """A NOT NULL that a parent has, too, gets another name, or is its own or its parent's alone, only
    while the parent has none."""
    if fates.new.version < 180000:
        return
    work: list[Ref] = []
    for ref in sorted(fates.changed):
        if ref[0] != "column" or ref in fates.replaced or any(ref in each for each in fates.renewed.values()):
            continue
        if ref not in fates.renewed and (_is_named_apart(fates, ref) or _parts_names_of_heirs(fates, ref)):
            parents, heirs = _family(fates, ref)
            if not parents or not heirs:
                continue
            if not _is_in_the_way(fates, parents, heirs):
                _renewed(fates, parents, heirs)
                continue
            for heir in sorted({ref, *heirs} - {*parents}):
                if heir in fates.changed and _is_named_apart(fates, heir):
                    make_anew(fates, heir, "NOT NULL in this way", work)
    spread(fates, work)


def take_off_named_apart(fates: Fates) -> None:
    """A partition's NOT NULL gets another name than that of the whole, or keeps its own while that one's
    changes, only when the partition is taken off meanwhile."""
    if fates.new.version < 180000:
        return
    work: list[Ref] = []
    for whole, partitions in fates.children_before.items():
        if fates.goes(whole) or not is_partitioned(whole, fates.old):
            continue
        for partition in partitions:
            value = fates.new.objects.get(partition)
            if fates.goes(partition) or value is None or parents_of(value) != (whole,):
                continue
            columns = (part for part in fates.parts_before.get(partition, ()) if part[0] == "column")
            if any(_names_apart(fates, column, whole) for column in columns):
                take_off(fates, partition, work)
    spread(fates, work)


def _names_apart(fates: Fates, column: Ref, whole: Ref) -> bool:
    """Whether what a partition's and the whole's NOT NULL are called changes in different ways."""
    above = Ref("column", whole.schema, whole.name, column.part)
    if not {column, above} & fates.changed:
        return False
    own, theirs = (
        [
            name_of_not_null(ref, catalog) if bequeaths(catalog.objects.get(ref)) else None
            for catalog in (fates.old, fates.new)
        ]
        for ref in (column, above)
    )
    if own == theirs or theirs[1] is None or (own[0] == own[1] and theirs[0] == theirs[1]):
        return False
    return theirs[0] is not None or own[0] is None


def _is_named_apart(fates: Fates, column: Ref) -> bool:
    """Whether a NOT NULL that a parent has all the time, too, changes its name, or whose it is."""
    before, after = fates.old.objects[column], fates.new.objects[column]
    was, now = fates.relation_before(column), fates.relation_after(column)
    if not (isinstance(before, Column) and isinstance(after, Column)) or parents_of(was) != parents_of(now):
        return False
    if before.not_null is None or after.not_null is None or before.not_null == after.not_null:
        return False
    if not isinstance(now, Table) or now.partition is not None or not _bequeathing(fates, column):
        return False
    if after.not_null.inherited:
        return not before.not_null.inherited
    names = [name_of_not_null(column, catalog) for catalog in (fates.old, fates.new)]
    above = [
        [name_of_not_null(each, catalog) for catalog in (fates.old, fates.new)]
        for each in _bequeathing(fates, column)
    ]
    return names[0] != names[1] and names not in above


def _parts_names_of_heirs(fates: Fates, column: Ref) -> bool:
    """Whether it is a parent's, and its NOT NULL changes its name while an heir's has another one."""
    if not fates.renames_not_null(column):
        return False
    names = [name_of_not_null(column, catalog) for catalog in (fates.old, fates.new)]
    return any(
        [name_of_not_null(each, catalog) for catalog in (fates.old, fates.new)] != names
        for each in _heirs_of(fates, column)
    )


def _bequeathing(fates: Fates, column: Ref) -> list[Ref]:
    """The columns of parents, before and after, from which the column has a NOT NULL all the time."""
    return [
        each
        for parent in parents_of(fates.relation_before(column))
        if (each := Ref("column", parent.schema, parent.name, column.part)) not in fates.replaced
        and bequeaths(fates.old.objects.get(each))
        and bequeaths(fates.new.objects.get(each))
    ]


def _heirs_of(fates: Fates, column: Ref) -> list[Ref]:
    table = table_of(column, fates.old)
    found = (
        Ref("column", child.schema, child.name, column.part)
        for child in (fates.children_before.get(table, ()) if table is not None else ())
    )
    return [each for each in found if each in fates.old.objects and each in fates.new.objects]


def _family(fates: Fates, column: Ref) -> tuple[list[Ref], list[Ref]]:
    """The parents' columns and the heirs' columns that have a NOT NULL together with this one."""
    heirs = [column] if _bequeathing(fates, column) else _heirs_of(fates, column)
    parents: list[Ref] = []
    for heir in heirs:
        for parent in _bequeathing(fates, heir):
            if parent not in parents:
                parents.append(parent)
                heirs += (each for each in _heirs_of(fates, parent) if each not in heirs)
    return parents, heirs


def _is_in_the_way(fates: Fates, parents: list[Ref], heirs: list[Ref]) -> bool:
    """Whether the parents' NOT NULLs cannot go for a while, or would not come back as they were."""
    for ref in (*parents, *heirs):
        before, after = fates.old.objects[ref], fates.new.objects[ref]
        if not (isinstance(before, Column) and isinstance(after, Column)) or ref in fates.replaced:
            return True
        if any(each.not_null is None or not each.not_null.valid for each in (before, after)):
            return True
        was, now = fates.relation_before(ref), fates.relation_after(ref)
        if parents_of(was) != parents_of(now) or (isinstance(now, Table) and now.partition is not None):
            return True
    for ref in parents:
        table = table_of(ref, fates.old)
        if table is None or table in fates.replaced or is_partitioned(table, fates.new):
            return True
        if {*fates.children_before.get(table, ())} != {*fates.children_after.get(table, ())}:
            return True
        columns = [catalog.objects[ref] for catalog in (fates.old, fates.new)]
        if any(isinstance(each, Column) and each.identity is not None for each in columns):
            return True
        if _bequeathing(fates, ref) or _is_in_primary_key(fates, ref):
            return True
    for ref in heirs:
        after = fates.new.objects[ref]
        theirs = isinstance(after, Column) and after.not_null is not None and after.not_null.inherited
        if _heirs_of(fates, ref) or (theirs and _is_in_primary_key(fates, ref)):
            return True
    return False


def _is_in_primary_key(fates: Fates, column: Ref) -> bool:
    return any(
        isinstance(value, Constraint) and value.type == "primary key" and column.part in value.columns
        for catalog in (fates.old, fates.new)
        for ref, value in catalog.objects.items()
        if ref[0] == "constraint" and ref[1:3] == column[1:3]
    )


def _renewed(fates: Fates, parents: list[Ref], heirs: list[Ref]) -> None:
    for place, ref in enumerate(parents):
        rest = leave_not_null(ref, fates.old, fates.new)
        if rest is None:
            return
        done = rest.late or Late(())
        late = Late(
            (*done.statements, give_not_null(ref, fates.new)),
            after=(*done.after, *heirs),
            after_late=(*done.after_late, *parents[place - 1 : place]),
        )
        fates.altered[ref] = msgspec.structs.replace(
            rest, statements=(drop_not_null(ref), *rest.statements), late=late
        )
        fates.renewed[ref] = heirs
    for ref in heirs:
        before, after = fates.old.objects[ref], fates.new.objects[ref]
        rest = leave_not_null(ref, fates.old, fates.new)
        assert rest is not None
        assert isinstance(before, Column)
        assert isinstance(after, Column)
        own = before.not_null is not None and not before.not_null.inherited
        theirs = after.not_null is not None and after.not_null.inherited
        statements: tuple[Statement, ...] = ()
        if own and theirs:
            statements = (drop_not_null(ref),)
        elif own and name_of_not_null(ref, fates.old) != name_of_not_null(ref, fates.new):
            statements = (rename_not_null(ref, fates.old, fates.new),)
        elif not own and not theirs:
            statements = (give_not_null(ref, fates.new),)
        fates.altered[ref] = msgspec.structs.replace(rest, statements=statements + rest.statements)


def follow_not_null(fates: Fates, node: Node, first: First) -> None:
    """A NOT NULL is given another name while no parent has it."""
    verb, ref = node
    if verb != "alter" or ref[0] != "column":
        return
    if fates.renames_not_null(ref):
        for child in heirs_before(fates, ref, fates.old):  # it may have it under a name of its own
            first(fates.down(child) or leaving(fates, child, ref), node)
    before, after = fates.old.objects[ref], fates.new.objects[ref]
    if not (isinstance(before, Column) and isinstance(after, Column)) or before.not_null == after.not_null:
        return
    before_that = parents_of(fates.relation_before(ref))
    for parent in parents_of(fates.relation_after(ref)):
        if parent not in before_that:
            continue  # it is entered when all is done
        above = Ref("column", parent.schema, parent.name, ref.part)
        was, now = bequeaths(fates.old.objects.get(above)), bequeaths(fates.new.objects.get(above))
        if was and not now:
            first(fates.alters(above), node)
        elif now and not was and (before.not_null or (after.not_null and not after.not_null.inherited)):
            first(node, fates.up(above))


def name_not_nulls_meanwhile(fates: Fates) -> None:
    """Where the names that PostgreSQL would give are taken for a while: in a table that is made beside
    partitions which have its NOT NULLs already, and in a domain beside its old version."""
    if fates.new.version < 180000:
        return
    named: dict[Ref, Object] = {}
    parents = {parent for child in fates.altered for parent in parents_of(fates.new.objects.get(child))}
    for table in fates.replaced | (fates.created & parents):
        for part in fates.parts_after.get(table, ()) if table.kind == "table" else ():
            value = fates.new.objects[part]
            if isinstance(value, Column) and value.not_null is not None and value.not_null.name is None:
                named[part] = _with_name(value, object_name(part.name, part.part, "not_null"))
    for ref in fates.created | fates.replaced if fates.set_aside else ():
        value = fates.new.objects[ref]
        if isinstance(value, Domain) and value.not_null is not None and value.not_null.name is None:
            named[ref] = _with_name(value, object_name(ref.name, "", "not_null"))
    if named:
        fates.new = msgspec.structs.replace(fates.new, objects={**fates.new.objects, **named})


def name_not_nulls_in_use(fates: Fates, coming: Set[Ref], going: Set[Ref]) -> None:
    """Where anything in the schema has, for a while at least, the name that PostgreSQL would give to a
    new NOT NULL, the NOT NULL is given that name: else it would get one with a number."""
    if fates.new.version < 180000 or not coming:
        return
    used: dict[tuple[str, str], set[Ref]] = defaultdict(set)
    for catalog in (fates.old, fates.new):
        for ref, value in catalog.objects.items():
            if isinstance(value, _WITH_NOT_NULL):
                not_null = value.not_null
                if not_null is not None and (name := not_null.name) and name.endswith("_not_null"):
                    used[ref[1], name].add(ref)
            elif ref[3][-9:] == "_not_null" and ref[0] in _NAMED_CONSTRAINTS:
                used[ref[1], ref[3]].add(ref)
    for ref in going:
        if _has_unnamed_not_null(fates.old.objects.get(ref)):
            used[ref.schema, object_name(ref.name, ref.part, "not_null")].add(ref)
    if not used:
        return
    named: dict[Ref, Object] = {}
    for ref in coming:
        value = fates.new.objects[ref]
        if not _has_unnamed_not_null(value):
            continue
        name = object_name(ref.name, ref.part, "not_null")
        if used.get((ref.schema, name), set()) - {ref}:
            assert isinstance(value, Column | Domain)
            named[ref] = _with_name(value, name)
    if named:
        fates.new = msgspec.structs.replace(fates.new, objects={**fates.new.objects, **named})


def _with_name(value: Column | Domain, name: str) -> Object:
    """The column or domain with its NOT NULL named."""
    assert value.not_null is not None
    not_null = msgspec.structs.replace(value.not_null, name=name)
    if isinstance(value, Column):
        return msgspec.structs.replace(value, not_null=not_null)
    return msgspec.structs.replace(value, not_null=not_null)


def _has_unnamed_not_null(value: Object | None) -> bool:
    return isinstance(value, Column | Domain) and value.not_null is not None and value.not_null.name is None


def edges_of_renewed(fates: Fates, first: First) -> None:
    """A parent's NOT NULL is away before its heirs' change."""
    for above, heirs in fates.renewed.items():
        for below in heirs:
            first(("alter", above), ("alter", below))
