"""Which steps come before which."""

from __future__ import annotations

from collections import defaultdict

from ormony.catalog import (
    TABLES,
    Column,
    Constraint,
    Index,
    Kind,
    Publication,
    Ref,
    Sequence,
    Table,
    column_of,
    default_of,
    holder,
)
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.heirs import (
    columns_above,
    columns_in_the_way,
    heirs_before,
    is_made_anew,
    leaving,
    origins_of,
)
from ormony.plan.order.kept_rows import edges_of_rows
from ormony.plan.order.logged import logging_order
from ormony.plan.order.nodes import what_moves
from ormony.plan.order.not_nulls import follow_not_null
from ormony.plan.order.partitions import (
    after_who_has_none,
    attached_indexes,
    completions,
    is_key_of_whole,
    keys_held_by,
)
from ormony.plan.order.structure import (
    EXPRESSIVE,
    attachment_of,
    parents_of,
    partitions_below,
    slots_of,
    table_of,
)
from ormony.plan.order.values import is_inside, leaves_rows, rows_returned, writes_rows
from ormony.plan.render.columns import comes_by_itself
from ormony.plan.render.tables import swaps

# Whose DROP names types.
_NAMED_BY_TYPES: frozenset[Kind] = frozenset(
    {
        "function",
        "procedure",
        "aggregate",
        "operator",
        "operator class",
        "operator family",
        "cast",
        "transform",
    }
)


def edges_of(fates: Fates, nodes: set[Node]) -> dict[Node, set[Node]]:
    """For each node, the nodes that must come after it."""
    after: dict[Node, set[Node]] = defaultdict(set)

    def first(one: Node | None, then: Node | None) -> None:
        if one is not None and then is not None and one != then and one in nodes and then in nodes:
            after[one].add(then)

    moving = what_moves(fates)
    for dependent in moving & fates.depends_before.keys():
        needs = fates.depends_before[dependent]
        gone, stays = fates.down(dependent), fates.alters(dependent)
        for need in needs:
            away = fates.down(need)
            if gone is not None and gone[0] == "drop aside":
                first(gone, away)
                if away is not None and away[0] == "drop aside":
                    first(("set aside", dependent), ("set aside", need))
            elif gone is not None:
                first(gone, away)
                first(gone, fates.alters(need))
                if away is not None and away[0] == "drop aside" and gone[1][0] in _NAMED_BY_TYPES:
                    first(gone, ("set aside", need))  # its DROP may name it
            elif stays is not None:
                first(stays, away)
            if dependent.kind == "column" and gone == ("drop", dependent):
                first(fates.table_alters(dependent), away)
    for dependent in moving & fates.depends_after.keys():
        needs = fates.depends_after[dependent]
        made = fates.up(dependent)
        if made is None:
            continue
        if dependent[0] == "base type" and ("late", dependent) in nodes:
            made = ("late", dependent)  # before it is only a name, which its functions need
        table = fates.table_alters(dependent) if dependent[0] == "column" else None
        known: Node | None = made  # most needs are columns of one table, which one step makes
        for need in needs:
            comes = fates.up(need)
            if comes is not known:
                known = comes
                first(comes, made)
            if table is not None and made[0] == "create":
                first(comes, table)
            if need[0] == "base type" and dependent not in fates.depends_after.get(need, ()):
                first(("late", need), made)
    schemas = {(verb, ref.name): (verb, ref) for verb, ref in nodes if ref[0] == "schema"}
    for node in nodes:
        verb, ref = node
        if ref[1]:
            if verb == "drop":
                first(node, schemas.get((verb, ref[1])))
            elif verb in ("create", "alter", "late"):
                first(schemas.get(("create", ref[1])), node)
        if verb in ("create", "alter", "late"):
            _after_what_holds(fates, node, first)
        if verb == "drop":
            _before_what_holds(fates, node, first)
        if verb == "late":
            late = fates.completion(ref)
            assert late is not None
            first(fates.up(ref), node)
            for other in late.after:
                if ref[0] not in TABLES or other not in fates.half_attached:
                    first(fates.up(other), node)
                first(fates.down(other), node)
            for other in late.after_late:
                first(("late", other), node)
        if verb == "set aside":
            first(node, ("create", ref))
            first(("create", ref), ("drop aside", ref))
            for dependent in fates.needed_by.get(ref, ()):
                if dependent.kind == "default":
                    first(("drop", dependent), node)
                elif dependent in fates.retyped:
                    first(("create", ref), ("alter", dependent))
                    first(("alter", dependent), ("drop aside", ref))
            if ref.kind == "domain" and is_inside(fates, ref):
                for part in fates.parts_after.get(ref, ()):  # its checks, before values are inside again
                    for held in fates.held_by(ref):
                        first(("create", part), ("alter", held))
    for above, heirs in fates.renewed.items():
        for below in heirs:
            first(("alter", above), ("alter", below))
    for heir, names in fates.parted.items():
        for name in names:
            for origin in origins_of(fates, Ref("column", heir.schema, heir.name, name)):
                first(("alter", heir), ("alter", origin))
    for default in fates.defaults:
        column = column_of(default)
        first(("drop", default), ("alter", column))
        first(("alter", column), ("create", default))
        first(("drop", default), ("create", default))
        for above in columns_above(fates, column):
            first(("drop", default), ("alter", above))
            first(("alter", above), ("create", default))
    for whole, holders in fates.rows_held.items():
        writing = [node for node in nodes if writes_rows(fates, node, whole)]
        for keeper in holders if writing else ():
            if leaves_rows(fates, keeper, whole):
                for node in writing:
                    first(fates.down(keeper) or ("alter", keeper), node)
    _one_name_at_a_time(fates, nodes, first)
    if fates.kept:
        edges_of_rows(fates, nodes, first)
    completions(fates, nodes, first)
    logging_order(fates, first)
    _unseen(fates, nodes, after)
    return after


def _after_what_holds(fates: Fates, node: Node, first: First) -> None:
    verb, ref = node
    above = holder(ref, fates.new)
    if above is not None:
        first(fates.up(above), node)
    value = fates.new.objects.get(ref)
    if verb == "create":
        for parent in parents_of(
            value
        ):  # a partition needs none, but names that others get depend on who is first
            first(fates.up(parent), node)
        for parent in parents_of(fates.relation_before(ref)) if ref.kind == "column" else ():
            # as long as the parent has it, its heir has it
            first(fates.down(Ref("column", parent.schema, parent.name, ref.part)), node)
        if isinstance(value, Column) and value.inherited and not value.local:
            for parent in parents_of(fates.relation_after(ref)):  # else it is not there yet
                first(fates.up(Ref("column", parent.schema, parent.name, ref.part)), node)
        for above in columns_in_the_way(fates, ref) if isinstance(value, Table) and value.inherits else ():
            first(fates.down(above), node)  # else it would be merged with its own
    if verb == "alter" and ref[0] == "column" and (ref in fates.retyped or fates.changes_type(ref)):
        for child in heirs_before(fates, ref):  # what it checks may hold for values of the old type alone
            first(fates.down(child), node)
    if verb == "alter" and ref[0] == "column" and fates.renames_not_null(ref):
        for child in heirs_before(fates, ref, fates.old):  # it may have that NOT NULL under a name of its own
            first(fates.down(child) or leaving(fates, child, ref), node)
    if verb == "create" and isinstance(value, Table):
        above_it = [*value.inherits]
        for parent in above_it:  # what it says of their columns is said of those of the goal
            above_it += (each for each in parents_of(fates.new.objects.get(parent)) if each not in above_it)
            for part in fates.parts_after.get(parent, ()):
                if part[0] == "column" and part not in fates.inside:
                    first(fates.up(part), node)
                    first(("create", default_of(part)), node)  # or the heir would have none
    if ref[0] == "column" and verb == "create" and ref not in fates.inside:
        for child in heirs_before(fates, ref):  # its own would be merged with the new one
            first(fates.down(child) or leaving(fates, child, ref), node)
    if verb == "alter" and isinstance(value, Column) and value.inherited:
        follow_not_null(fates, node, first)
    if verb == "alter" and isinstance(value, Table):
        was = fates.old.objects[ref]
        for key in keys_held_by(fates, ref):
            first(fates.down(key), node)
        if attachment_of(was) != attachment_of(value):
            for child in fates.children_before.get(ref, ()):  # columns that come would be its own, too
                first(fates.down(child), node)
    if verb == "alter" and isinstance(value, Table) and value.inherits and swaps(ref, fates.old, fates.new):
        for parent in value.inherits:
            first(fates.up(parent), node)
            for part in fates.parts_after.get(parent, ()):
                first(fates.up(part) if part.kind == "column" else None, node)
        for parent in {*parents_of(fates.old.objects[ref])} - {*value.inherits}:
            for part in fates.parts_before.get(parent, ()):  # what they change then is theirs alone
                if part.kind == "column":
                    first(node, fates.alters(part))
                    first(node, fates.down(part))
    if isinstance(value, Table) and value.partition is not None and verb == "late":
        # bounds may overlap those of a partition that goes or moves
        for sibling in fates.children_before.get(value.partition.parent, ()):
            if sibling != ref:
                first(fates.down(sibling), node)
                first(fates.alters(sibling), node)
        uppers = [value.partition.parent]
        for upper in uppers:  # what they have it must have, too
            uppers += parents_of(fates.new.objects.get(upper))
            for part in fates.parts_before.get(upper, ()) if not fates.comes(upper) else ():
                if part[0] == "column" or fates.sort_of(part) == "check":
                    first(fates.down(part), node)
    if isinstance(value, Constraint):
        for column in value.columns:
            first(fates.up(Ref("column", ref.schema, ref.name, column)), node)
        if value.references is not None:
            first(fates.up(value.references), node)
            for column in value.referenced_columns:
                held = value.references
                first(fates.up(Ref("column", held.schema, held.name, column)), node)
            if verb == "create" and value.references in fates.children_after:
                for below in partitions_below(value.references, fates.new, fates.children_after):
                    first(("late", below), node)
            if verb == "create" and value.references in fates.children_before:
                for below in partitions_below(value.references, fates.old, fates.children_before):
                    first(fates.down(below), node)  # it would be a key to this partition, too
    if isinstance(value, Constraint | Index) and value.parent is not None:
        first(fates.up(value.parent), node)
        if verb == "late":
            after_who_has_none(fates, value.parent, node, first)
    if verb == "create" and ref in fates.half_attached:
        whole = {*fates.attached_after.get(ref, ())} - fates.half_attached
        has = {holder(each, fates.new) for each in whole}
        for below in fates.children_after.get(holder(ref, fates.new) or ref, ()):
            first(None if below in has else ("late", below), node)  # it would get one, too
    if verb == "create" and isinstance(value, Index | Constraint) and value.parent is None:
        for part in attached_indexes(fates, ref):  # ATTACH takes the first that fits, also this one
            first(("create", part), node)
    if verb == "create" and isinstance(value, Constraint) and value.parent is not None and value.columns:
        # ATTACH takes the first index that fits an index of the whole, and that of a constraint fits, too
        for part in fates.parts_after.get(holder(ref, fates.new) or ref, ()):
            other = fates.new.objects[part]
            if isinstance(other, Index) and other.parent is not None:
                first(("create", part), node)
    if isinstance(value, Publication):
        for each in value.tables:
            first(fates.up(each.table), node)
        for schema in value.schemas:
            first(("create", Ref("schema", "", schema)), node)
    before = fates.old.objects.get(ref)
    if verb == "alter":
        for parent in parents_of(before):
            first(node, fates.down(parent))
    if verb == "alter" and isinstance(before, Sequence) and before.owned_by is not None:
        # a column takes its sequence with it: OWNED BY NONE comes first
        first(node, fates.down(before.owned_by))


def _before_what_holds(fates: Fates, node: Node, first: First) -> None:
    _, ref = node
    above = fates.keeper_before(ref)
    if above is not None:
        first(node, fates.down(above))
    value = fates.old.objects.get(ref)
    if isinstance(value, Constraint | Index) and value.parent is not None:
        table = holder(ref, fates.old)
        if table is not None:  # what is attached can go when its table is detached
            first(fates.alters(table), node)
    for lower in fates.attached_before.get(ref, ()) if ref[0] in ("constraint", "index") else ():
        if not fates.goes(lower) and (table := holder(lower, fates.old)) is not None:
            # what stays goes along unless its partition is detached before
            first(fates.alters(table), node)
    if is_key_of_whole(fates, ref):
        for partition in fates.children_after.get(holder(ref, fates.old) or ref, ()):
            first(node, ("late", partition))  # it would get an index of its own for what goes
    for parent in parents_of(value):
        first(node, fates.down(parent))
    if ref.kind == "column" and is_made_anew(fates, ref):
        table = table_of(ref, fates.old)
        assert table is not None
        first(("alter", table), node)
    for child in heirs_before(fates, ref, fates.old) if ref.kind == "column" else ():
        own = Ref("column", child.schema, child.name, ref.part)
        if fates.goes(child) or comes_by_itself(own, fates.old):  # what needs the heir's goes before
            first(fates.down(own), node)
    table = table_of(ref, fates.new) if ref.kind == "column" else None
    for parent in parents_of(fates.new.objects[table]) if table is not None else ():
        # the column that comes from the parent would be merged with its own
        first(node, fates.up(Ref("column", parent.schema, parent.name, ref.part)))
    upper = value
    while isinstance(upper, Table) and upper.partition is not None:
        # a foreign key to the whole is one to each partition, too
        for key in fates.keys_to.get(upper.partition.parent, ()):
            first(fates.down(key), node)
        upper = fates.old.objects.get(upper.partition.parent)
    if isinstance(value, Constraint):
        for column in value.columns:
            first(node, fates.down(Ref("column", ref.schema, ref.name, column)))
        if value.references is not None:
            first(node, fates.down(value.references))
    # what replaces it comes after it
    first(node, ("create", ref))


def _one_name_at_a_time(fates: Fates, nodes: set[Node], first: First) -> None:
    """Two objects of one name cannot be at once."""
    taken: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for ref in fates.dropped | fates.replaced:
        node = fates.down(ref)
        if node is None:
            continue
        if node[0] == "drop aside":
            node = ("set aside", ref)
        for slot in slots_of(ref, fates.old):
            taken[slot].append(node)
    for ref in fates.altered:
        # an identity that is added or dropped makes and frees a sequence
        for slot in set(slots_of(ref, fates.old)) - set(slots_of(ref, fates.new)):
            taken[slot].append(
                ("drop", default_of(ref)) if default_of(ref) in fates.defaults else ("alter", ref)
            )
    if not taken:
        return
    for ref in fates.created | fates.replaced | fates.altered.keys():
        made = fates.up(ref)
        for slot in slots_of(ref, fates.new):
            for node in taken.get(slot, ()):
                first(node, made)


def _unseen(fates: Fates, nodes: set[Node], after: dict[Node, set[Node]]) -> None:
    """What pg_depend does not know: casts leave no trace in expressions, and overloads can be ambiguous.

    These edges give way where they would make a cycle.
    """

    def first(one: Node | None, then: Node | None) -> None:
        if one is None or then is None or one == then or then not in nodes or (one, then) in fates.ignored:
            return
        if then not in after[one]:
            after[one].add(then)
            fates.soft.add((one, then))

    fates.soft.clear()
    casts = [node for node in nodes if node[1].kind == "cast"]
    if casts:
        for node in nodes:
            if node[1].kind in EXPRESSIVE:
                for cast in casts:
                    if cast[0] == "create" and node[0] in ("create", "alter"):
                        first(cast, node)
                    elif cast[0] == "drop" and node[0] in ("drop", "alter"):
                        first(node, cast)
    columns = [node for node in nodes if node[0] == "drop" and node[1].kind == "column"]
    if columns:
        _after_columns_are_gone(fates, columns, nodes, first)
    leaving: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in nodes:
        if node[0] == "drop" and node[1].kind in ("function", "aggregate"):
            leaving[node[1].schema, node[1].name].append(node)
    coming = {(ref.schema, ref.name) for verb, ref in nodes if verb == "create" and ref.kind == "function"}
    for name in leaving.keys() & coming:  # a body may call either: which one is told when it is parsed
        for node in [each for each in nodes if each[0] != "drop" and each[1].kind in EXPRESSIVE]:
            for gone in leaving[name]:
                if gone not in after.get(node, ()):
                    first(gone, node)
    if leaving:
        for dependent, needs in fates.depends_after.items():
            for need in needs:
                if need.kind in ("function", "aggregate") and fates.comes(need):
                    for node in leaving.get((need.schema, need.name), ()):
                        first(node, fates.up(dependent))


def _after_columns_are_gone(fates: Fates, columns: list[Node], nodes: set[Node], first: First) -> None:
    """What reads a function that returns a table's rows finds the columns that are left."""
    leaving = {node[1][1:3]: node for node in columns}
    for verb, ref in nodes:
        if verb not in ("create", "alter") or ref.kind not in EXPRESSIVE:
            continue
        for need in fates.depends_after.get(ref, ()):
            table = rows_returned(fates, need) if need.kind == "function" else None
            if table is not None and table[1:3] in leaving:
                for node in columns:
                    if node[1][1:3] == table[1:3]:
                        first(node, (verb, ref))
