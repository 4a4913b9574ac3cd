"""What follows from a decision: what needs something that goes must go too, or let go of it first."""

from __future__ import annotations

import msgspec

from ormony.catalog import (
    TABLES,
    Column,
    Constraint,
    Enum,
    Index,
    Kind,
    Publication,
    Ref,
    Sequence,
    Table,
    column_of,
    default_of,
)
from ormony.plan.order.fates import Fates
from ormony.plan.order.structure import TYPES, detached, parents_of, slots_of, table_of, with_value
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.retype import reads_again, retype
from ormony.plan.statement import Alteration


def replace(fates: Fates, ref: Ref, work: list[Ref]) -> None:
    """Drop and create it; a type that columns hold is set aside instead."""
    if ref in fates.replaced or ref in fates.dropped or ref not in fates.new.objects:
        return
    fates.replaced.add(ref)
    fates.altered.pop(ref, None)
    if ref.kind in TYPES:
        fates.set_aside.add(ref)
    work.append(ref)


def clear(fates: Fates, alteration: Alteration, ref: Ref, work: list[Ref]) -> None:
    """Replace what stands in the way of an ALTER."""
    if not alteration.around:
        return
    for about in alteration.about or (ref,):
        for dependent in fates.needed_by.get(about, ()):
            if dependent.kind not in alteration.around:
                continue
            if dependent.kind == "default":
                _replace_default(fates, dependent, work)
            else:
                replace(fates, dependent, work)


def free_keys(fates: Fates, column: Ref, work: list[Ref]) -> None:
    """A foreign key whose two ends change their types one after the other cannot stay meanwhile."""
    before, after = fates.old.objects[column], fates.new.objects.get(column)
    if not (isinstance(before, Column) and isinstance(after, Column) and before.type != after.type):
        return
    for dependent in fates.needed_by.get(column, ()):
        held = fates.old.objects.get(dependent)
        if isinstance(held, Constraint) and held.references is not None:
            far = held.references
            ends = [Ref("column", dependent.schema, dependent.name, each) for each in held.columns]
            ends += [Ref("column", far.schema, far.name, each) for each in held.referenced_columns]
            if sum(end in fates.changed for end in ends) > 1:
                replace(fates, dependent, work)


def spread(fates: Fates, work: list[Ref]) -> None:
    """What needs something that goes must go too, or let go of it first."""
    seen: set[Ref] = set()
    while work:
        ref = work.pop()
        if ref in seen:
            continue
        seen.add(ref)
        if (
            ref in fates.dropped
            and ref.kind in TYPES
            and (_outlived(fates, ref) or _is_succeeded(fates, ref))
        ):
            fates.set_aside.add(ref)
        for part in fates.parts_before.get(ref, ()):
            if part in fates.new.objects and not _leaves_owner(fates, part):
                replace(fates, part, work)
        for child in fates.children_before.get(ref, ()):
            reattach(fates, child, work)
        for lower in fates.attached_before.get(ref, ()):
            _join_new(fates, lower, work)
        for dependent in fates.needed_by.get(ref, ()):
            _let_dependent_go(fates, dependent, ref, work)
        if ref.kind == "column":
            default = default_of(ref)
            for dependent in fates.needed_by.get(default, ()):
                _let_dependent_go(fates, dependent, ref, work)


def _leaves_owner(fates: Fates, part: Ref) -> bool:
    """Whether it is a sequence that is to be another column's, or nobody's: it outlives the column that it
    was of, and counts on."""
    before, after = fates.old.objects[part], fates.new.objects[part]
    return isinstance(before, Sequence) and isinstance(after, Sequence) and before.owned_by != after.owned_by


def reattach(fates: Fates, child: Ref, work: list[Ref]) -> None:
    """A partition or heir outlives its parent: it lets go first, and is attached to the new one last."""
    if child not in fates.new.objects or child in fates.replaced:
        return
    held = fates.old.objects[child]
    assert isinstance(held, Table)
    again = set(parents_of(held)) & set(parents_of(fates.new.objects[child]))
    if not any(parent in fates.replaced for parent in again) and child in fates.altered:
        return  # its own ALTER leaves those that are no parents of it any more
    free = with_value(fates.old, child, detached(held))
    leaving = RENDERERS[child.kind].alter(child, fates.old, free)
    coming = RENDERERS[child.kind].alter(child, free, fates.new)
    if leaving is None or coming is None:
        replace(fates, child, work)
        return
    fates.altered[child] = Alteration(
        statements=leaving.statements + coming.statements,
        around=leaving.around | coming.around,
        late=coming.late,
    )
    clear(fates, fates.altered[child], child, work)
    if not parents_of(fates.new.objects[child]) or held.partition is None:
        return
    for part in fates.parts_before.get(child, ()):
        if part.kind == "column" and part in fates.altered and part not in fates.retyped:
            if fates.is_partition_key(part) and fates.changes_type(part):
                replace(fates, child, work)
                return
            alteration = RENDERERS["column"].alter(part, free, fates.new)
            if alteration is None:
                replace(fates, part, work)
            else:
                fates.altered[part] = alteration
                clear(fates, alteration, part, work)


def _join_new(fates: Fates, lower: Ref, work: list[Ref]) -> None:
    """An index of a partition, or a constraint with one, goes with the partitioned table's unless the
    partition is taken off before; then it is attached to the new one."""
    if lower not in fates.new.objects or lower in fates.replaced:
        return
    value = fates.new.objects[lower]
    before = fates.altered.get(lower)
    if not fates.leaves_whole(lower) or (before is None and lower in fates.changed):
        replace(fates, lower, work)
    elif isinstance(value, Constraint | Index) and value.parent is not None:
        done = before or Alteration(statements=())
        late = RENDERERS[lower.kind].late(lower, fates.new)
        fates.altered[lower] = msgspec.structs.replace(done, late=late)


def _let_dependent_go(fates: Fates, dependent: Ref, ref: Ref, work: list[Ref]) -> None:
    if dependent.kind == "default":
        column = column_of(dependent)
        if column not in fates.new.objects or column in fates.replaced or column in fates.dropped:
            return
        takes_its_name = set(slots_of(ref, fates.old)) & set(slots_of(column, fates.new))  # an identity does
        if ref in fates.replaced or takes_its_name or not _lets_go(fates, column, dependent, ref):
            _replace_default(fates, dependent, work)
        return
    if dependent not in fates.new.objects or dependent in fates.replaced:
        return
    if (
        dependent in fates.altered
        and not fates.still_needs(dependent, ref)
        and not (ref in fates.set_aside and fates.keeps_type(dependent))
        and not _comes_as_overload(fates, dependent, ref)
    ):
        return  # its ALTER comes first
    match fates.old.objects.get(dependent):
        case Publication() if (table := _table_gone(fates, ref)) is not None:
            if table in fates.replaced:
                fates.joined[dependent].append(table)
        case Column():
            if ref in fates.set_aside:
                _retyped(fates, dependent, work)
            elif ref in fates.replaced:
                replace(fates, dependent, work)
        case Table() if ref not in fates.replaced:
            pass  # its ALTER lets go
        case _:
            replace(fates, dependent, work)


def _replace_default(fates: Fates, default: Ref, work: list[Ref]) -> None:
    column = column_of(default)
    held = fates.old.objects.get(column)
    if not isinstance(held, Column) or column in fates.dropped or column in fates.replaced:
        return
    now = fates.new.objects.get(column)
    if held.generated or (isinstance(now, Column) and now.generated):
        replace(fates, column, work)
    else:
        fates.defaults.add(default)


def _retyped(fates: Fates, column: Ref, work: list[Ref]) -> None:
    if column in fates.retyped:
        return
    table = table_of(column, fates.old)
    if table is not None and fates.is_partition_key(column):
        replace(fates, table, work)
        return
    fates.retyped.add(column)
    alteration = retype(column, fates.old, fates.new, alone=fates.leaves_whole(column))
    fates.altered[column] = alteration
    clear(fates, alteration, column, work)
    for dependent in fates.needed_by.get(column, ()):
        held = fates.old.objects.get(dependent)
        is_key = isinstance(held, Constraint) and held.references is not None
        if is_key or (isinstance(held, Constraint | Index) and not reads_again(held.definition)):
            replace(fates, dependent, work)
    default = default_of(column)
    if default in fates.depends_before or fates.has_default(column):
        _replace_default(fates, default, work)


def _table_gone(fates: Fates, ref: Ref) -> Ref | None:
    """The table that goes, of which `ref` is a column, or which it is."""
    if ref.kind in TABLES:
        return ref
    table = table_of(ref, fates.old) if ref.kind == "column" else None
    return table if table is not None and fates.goes(table) else None


def _lets_go(fates: Fates, column: Ref, default: Ref, ref: Ref) -> bool:
    return (
        column in fates.altered
        and not fates.still_needs(default, ref)
        and not _comes_as_overload(fates, default, ref)
    )


def _comes_as_overload(fates: Fates, dependent: Ref, ref: Ref) -> bool:
    """Whether a new function of the same name is needed instead: beside the old one it is ambiguous."""
    return ref.kind in ("function", "aggregate") and any(
        need != ref and need[:3] == ref[:3] and fates.comes(need)
        for need in fates.depends_after.get(dependent, ())
    )


def _outlived(fates: Fates, ref: Ref) -> bool:
    """Whether a column keeps the name of this type, though it is a type of another kind now."""
    return any(fates.keeps_type(dependent) for dependent in fates.needed_by.get(ref, ()))


def _is_succeeded(fates: Fates, ref: Ref) -> bool:
    """Whether columns hold values of it, and another type gets its name: they may be of that one then."""
    kinds: tuple[Kind, ...] = (*sorted(TYPES - {"collation"}), "table")
    return any(Ref(kind, ref.schema, ref.name) in fates.created for kind in kinds) and bool(
        fates.held_by(ref)
    )


def uses_new_label(fates: Fates, ref: Ref) -> bool:
    """Whether a label that this plan adds to an enum is used by it: not in one transaction (55P04)."""
    before, after = fates.old.objects[ref], fates.new.objects[ref]
    if not (isinstance(before, Enum) and isinstance(after, Enum)):
        return False
    added = [label.replace("'", "''") for label in after.labels if label not in before.labels]
    if not added:
        return False
    for dependent, needs in fates.depends_after.items():
        if ref not in needs:
            continue
        owner = dependent
        if dependent.kind == "default":
            owner = column_of(dependent)
        if fates.old.objects.get(owner) == fates.new.objects.get(owner):
            continue
        text = str(fates.new.objects.get(owner))
        table = table_of(owner, fates.new) if owner.kind == "column" else None
        value = fates.new.objects[table] if table is not None else None
        if isinstance(value, Table) and value.partition is not None:
            text += value.partition.bound
        if any(f"'{label}'" in text.replace("\\'", "'") for label in added):
            return True
    return False
