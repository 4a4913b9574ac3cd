"""Partitions that are taken off and attached, and the indexes and keys that they share with the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from ormony.catalog import Constraint, Index, Ref, Table, holder
from ormony.errors import OrmonyError
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.spread import reattach, replace, spread
from ormony.plan.order.structure import (
    WITH_INDEX,
    parents_of,
    partitions_below,
    slots_of,
    whole_of,
)
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.tables import doubted


def refuse_doubts(fates: Fates) -> None:
    """A check that holds in a partition is not made NOT VALID there while it is attached."""
    work: list[Ref] = []
    for table in sorted(fates.altered):
        value = fates.new.objects[table]
        if not isinstance(value, Table) or value.partition is None:
            continue
        parent = value.partition.parent
        if fates.old.objects[table] == value or parent in fates.replaced:
            continue
        before = fates.old.objects[table]
        if isinstance(before, Table) and before.partition == value.partition:
            for name in doubted(table, fates.old, fates.new):
                if take_off(fates, table, work):
                    break
                raise OrmonyError(
                    "cannot-alter",
                    f"PostgreSQL does not take back that check {name} was tried in partition {table}",
                    hint=f"try it in all of {parent}, here and in the models: "
                    f"ALTER TABLE {relation(parent)} VALIDATE CONSTRAINT {identifier(name)}",
                    exit_status=1,
                )

    spread(fates, work)


def take_off(fates: Fates, partition: Ref, work: list[Ref]) -> bool:
    """Whether the partition can be taken off and be attached again; then it is."""
    fates.altered.pop(partition, None)
    fates.taken_off.add(partition)
    reattach(fates, partition, work)
    return partition in fates.altered


def free_partitions(fates: Fates) -> None:
    """A partition to whose rows foreign keys point is taken off the whole only when these are gone."""
    work: list[Ref] = []
    for table in sorted(fates.altered):
        for key in _keys_held_by(fates, table):
            if fates.goes(key):
                fates.explicit.add(key)
            else:
                replace(fates, key, work)
    spread(fates, work)


def _keys_held_by(fates: Fates, partition: Ref) -> list[Ref]:
    """The foreign keys to what a partition is one of, where it is taken off that."""
    before, after = fates.old.objects.get(partition), fates.new.objects.get(partition)
    if not (isinstance(before, Table) and isinstance(after, Table)) or before.partition is None:
        return []
    stays = before.partition == after.partition and before.partition.parent not in fates.replaced
    if stays and partition not in fates.taken_off:
        return []
    found = (key for upper in wholes_above(fates, partition) for key in fates.keys_to.get(upper, ()))
    return [
        key
        for key in found
        if isinstance(value := fates.old.objects[key], Constraint) and value.parent is None
    ]


def wholes_above(fates: Fates, table: Ref) -> list[Ref]:
    """The partitioned tables above a partition, as they were."""
    found: list[Ref] = []
    value = fates.old.objects.get(table)
    while isinstance(value, Table) and value.partition is not None:
        found.append(value.partition.parent)
        value = fates.old.objects.get(value.partition.parent)
    return found


def renew_indexes_of_wholes(fates: Fates) -> None:
    """An index of a partitioned table is made again where its partitions would not come to have what they
    are to have of it."""
    turning = {ref for ref in fates.changed if ref[0] == "index" and _becomes_valid(fates, ref)}
    keys = [
        key
        for key in sorted(
            {*fates.attached_before, *fates.half_attached, *fates.half_attached_before, *turning}
        )
        if key in fates.old.objects and key in fates.new.objects
    ]
    _rename_attached(fates, keys)
    while keys:
        work: list[Ref] = []
        for key in keys:
            if key not in fates.replaced and _is_unreachable(fates, key):
                replace(fates, key, work)
        if not work:
            return
        spread(fates, work)


def _rename_attached(fates: Fates, keys: list[Ref]) -> None:
    """What is attached to an index that stays, and is to have another name, is renamed where it can be: else
    all that is attached to that one would be made again."""
    names: dict[Ref, Ref] = {}
    for key in keys:
        was = {holder(each, fates.old): each for each in fates.attached_before.get(key, ())}
        for wanted in fates.attached_after.get(key, ()):
            lower = was.get(holder(wanted, fates.new))
            if lower not in fates.dropped or wanted not in fates.created or lower in fates.attached_before:
                continue  # what is attached to it in its turn names it
            if _differ_in_name(fates, lower, wanted):
                names[wanted] = lower
    if not names:
        return
    taken = [
        {slot for ref in each.objects for slot in slots_of(ref, each)} for each in (fates.old, fates.new)
    ]
    for wanted, lower in names.items():
        if taken[0].isdisjoint(slots_of(wanted, fates.new)) and taken[1].isdisjoint(
            slots_of(lower, fates.old)
        ):
            fates.renamed[wanted], fates.new_names[lower] = lower, wanted


def _differ_in_name(fates: Fates, lower: Ref, wanted: Ref) -> bool:
    before, after = fates.old.objects[lower], fates.new.objects[wanted]
    if isinstance(before, Index) and isinstance(after, Index):
        text = before.definition.replace(f" {identifier(lower.name)} ", f" {identifier(wanted.name)} ", 1)
        return msgspec.structs.replace(before, definition=text) == after
    return before == after


def _is_unreachable(fates: Fates, key: Ref) -> bool:
    """Whether a partition gets an index with the whole's that it is to be without, or has one that cannot
    go, or the whole's becomes valid and nothing that is attached to it says so."""
    table = whole_of(key, fates.new)
    after = fates.new.objects[key]
    if table is None or fates.comes(table):
        return False
    if isinstance(after, Constraint) and after.type not in WITH_INDEX:
        return False
    if key in fates.half_attached | fates.half_attached_before and _is_built_again(fates, key):
        return True
    was = {holder(each, fates.old): each for each in fates.attached_before.get(key, ())}
    now = {holder(each, fates.new): each for each in fates.attached_after.get(key, ())}
    told = False
    for partition in fates.children_after.get(table, ()):
        lower, wanted = was.get(partition), now.get(partition)
        if _is_attached_again(fates, partition):
            if wanted is None or wanted in fates.half_attached:
                return True
        elif lower is not None and (lower != wanted or fates.goes(lower)):
            if wanted is None or fates.renamed.get(wanted) != lower:
                return True
        elif wanted is not None and (lower is None or _becomes_valid(fates, lower)):
            told = True
    return _becomes_valid(fates, key) and not told


def _is_key_of_whole(fates: Fates, ref: Ref) -> bool:
    """Whether it was an index of a partitioned table, or a constraint with one."""
    value = fates.old.objects.get(ref)
    is_key = isinstance(value, Index) or (isinstance(value, Constraint) and value.type in WITH_INDEX)
    return is_key and whole_of(ref, fates.old) is not None


def _is_built_again(fates: Fates, key: Ref) -> bool:
    """Whether PostgreSQL builds it again for the new type of a column, and with it one in each partition."""
    return any(
        need[0] == "column" and need in fates.altered and (need in fates.retyped or fates.changes_type(need))
        for need in fates.depends_before.get(key, ())
    )


def _becomes_valid(fates: Fates, index: Ref) -> bool:
    before, after = fates.old.objects[index], fates.new.objects[index]
    return isinstance(before, Index) and isinstance(after, Index) and after.valid and not before.valid


def _is_attached_again(fates: Fates, partition: Ref) -> bool:
    """Whether the plan attaches the partition to its whole."""
    if fates.comes(partition) or partition in fates.taken_off:
        return True
    before, after = fates.old.objects[partition], fates.new.objects[partition]
    assert isinstance(before, Table)
    assert isinstance(after, Table)
    return before.partition != after.partition or parents_of(after)[0] in fates.replaced


def attached_indexes(fates: Fates, key: Ref) -> Iterator[Ref]:
    """The indexes that belong to those of the whole, of the partition that this key or index is of."""
    value = fates.new.objects[key]
    if isinstance(value, Constraint) and value.type not in WITH_INDEX:
        return
    table = value.table if isinstance(value, Index) else holder(key, fates.new)
    held = fates.new.objects[table] if table is not None else None
    if table is None or not isinstance(held, Table) or held.partition is None:
        return
    for part in fates.parts_after.get(table, ()):
        other = fates.new.objects[part]
        if isinstance(other, Index | Constraint) and other.parent is not None:
            yield part


def _after_who_has_none(fates: Fates, key: Ref, node: Node, first: First) -> None:
    """An index is valid when the last partition's is attached: those without one have gone by then."""
    table = None if fates.comes(key) else whole_of(key, fates.new)
    has = {holder(each, fates.old) for each in fates.attached_before.get(key, ())}
    for sibling in fates.children_before.get(table, ()) if table is not None else ():
        if sibling not in has:
            first(fates.down(sibling), node)
            first(fates.alters(sibling), node)


def after_wholes(fates: Fates, node: Node, first: First) -> None:
    """A partition is attached when it is as the whole asks; indexes and keys come in the order in which
    ATTACH takes those that are meant."""
    verb, ref = node
    value = fates.new.objects.get(ref)
    if isinstance(value, Table):
        if verb == "alter":
            for key in _keys_held_by(fates, ref):
                first(fates.down(key), node)
        elif verb == "late" and value.partition is not None:
            _after_siblings(fates, ref, value.partition.parent, first)
    elif isinstance(value, Constraint | Index):
        if value.parent is not None:
            first(fates.up(value.parent), node)
            if verb == "late":
                _after_who_has_none(fates, value.parent, node, first)
        if verb == "create":
            _after_others_indexes(fates, ref, first)


def _after_siblings(fates: Fates, partition: Ref, whole: Ref, first: First) -> None:
    node: Node = ("late", partition)
    for sibling in fates.children_before.get(whole, ()):
        if sibling != partition:  # bounds may overlap those of a partition that goes or moves
            first(fates.down(sibling), node)
            first(fates.alters(sibling), node)
    uppers = [whole]
    for upper in uppers:  # what they have it must have, too
        uppers += parents_of(fates.new.objects.get(upper))
        for part in fates.parts_before.get(upper, ()) if not fates.comes(upper) else ():
            if part[0] == "column" or fates.sort_of(part) == "check":
                first(fates.down(part), node)


def _after_others_indexes(fates: Fates, key: Ref, first: First) -> None:
    """ATTACH takes the first index that fits, and makes one where none does."""
    node: Node = ("create", key)
    value = fates.new.objects[key]
    assert isinstance(value, Constraint | Index)
    table = holder(key, fates.new) or key
    if isinstance(value, Constraint) and value.references is not None:
        if value.references in fates.children_after:
            for below in partitions_below(value.references, fates.new, fates.children_after):
                first(("late", below), node)
        if value.references in fates.children_before:
            for below in partitions_below(value.references, fates.old, fates.children_before):
                first(fates.down(below), node)  # it would be a key to this partition, too
    if key in fates.half_attached:
        whole = {*fates.attached_after.get(key, ())} - fates.half_attached
        has = {holder(each, fates.new) for each in whole}
        for below in fates.children_after.get(table, ()):
            first(None if below in has else ("late", below), node)  # it would get one, too
    if value.parent is None:
        for part in attached_indexes(fates, key):  # it may fit as well
            first(("create", part), node)
    elif isinstance(value, Constraint) and value.columns:
        for part in fates.parts_after.get(table, ()):
            other = fates.new.objects[part]
            if isinstance(other, Index) and other.parent is not None:
                first(("create", part), node)  # that of a constraint fits an index of the whole, too


def before_wholes(fates: Fates, node: Node, first: First) -> None:
    """What is attached goes when its partition is taken off, or with what it is attached to; keys to the
    whole go before a partition does."""
    ref = node[1]
    value = fates.old.objects.get(ref)
    if isinstance(value, Constraint | Index):
        table = holder(ref, fates.old)
        if value.parent is not None and table is not None:
            first(fates.alters(table), node)
        for lower in fates.attached_before.get(ref, ()):
            if not fates.goes(lower) and (partition := holder(lower, fates.old)) is not None:
                first(fates.alters(partition), node)  # else it would go along
        if _is_key_of_whole(fates, ref):
            for partition in fates.children_after.get(table or ref, ()):
                first(node, ("late", partition))  # it would get an index of its own for what goes
    upper = value
    while isinstance(upper, Table) and upper.partition is not None:
        # a foreign key to the whole is one to each partition, too
        for key in fates.keys_to.get(upper.partition.parent, ()):
            first(fates.down(key), node)
        upper = fates.old.objects.get(upper.partition.parent)


def edges_of_completions(fates: Fates, nodes: set[Node], first: First) -> None:
    """A partitioned index is valid when its last partition is attached; a foreign key to it waits for
    that."""
    waiting: dict[Ref, list[Node]] = defaultdict(list)
    for verb, ref in nodes:
        value = fates.new.objects.get(ref) if verb == "late" else None
        if isinstance(value, Constraint | Index) and value.parent is not None:
            upper: Ref | None = value.parent
            while upper is not None:
                waiting[upper].append((verb, ref))
                above = fates.new.objects.get(upper)
                upper = above.parent if isinstance(above, Constraint | Index) else None
    if not waiting:
        return
    for dependent, needs in fates.depends_after.items():
        if isinstance(fates.new.objects.get(dependent), Constraint) and (
            dependent not in waiting and dependent.kind == "constraint"
        ):
            value = fates.new.objects[dependent]
            if not (isinstance(value, Constraint) and value.type == "foreign key"):
                continue
            for need in needs:
                for node in waiting.get(need, ()):
                    first(node, fates.up(dependent))
