"""Which steps come before which."""

from __future__ import annotations

from collections import defaultdict

from ormony.catalog import (
    TABLES,
    Constraint,
    Kind,
    Publication,
    Ref,
    Sequence,
    column_of,
    default_of,
    holder,
)
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.heirs import after_parents, before_parents, columns_above, edges_of_parted
from ormony.plan.order.kept_rows import edges_of_rows
from ormony.plan.order.logged import edges_of_logged
from ormony.plan.order.nodes import what_moves
from ormony.plan.order.not_nulls import edges_of_renewed, follow_not_null
from ormony.plan.order.partitions import after_wholes, before_wholes, edges_of_completions
from ormony.plan.order.structure import EXPRESSIVE, slots_of
from ormony.plan.order.values import edges_of_values, rows_returned

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
                if need[0] != "sequence":  # whose ALTER no default stands in the way of
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
            after_parents(fates, node, first)
            after_wholes(fates, node, first)
            follow_not_null(fates, node, first)
        if verb == "drop":
            _before_what_holds(fates, node, first)
            before_parents(fates, node, first)
            before_wholes(fates, node, first)
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
    _around_defaults(fates, first)
    edges_of_values(fates, nodes, first)
    edges_of_parted(fates, first)
    edges_of_renewed(fates, first)
    _one_name_at_a_time(fates, nodes, first)
    if fates.kept:
        edges_of_rows(fates, nodes, first)
    edges_of_completions(fates, nodes, first)
    edges_of_logged(fates, first)
    _unseen(fates, nodes, after)
    return after


def _after_what_holds(fates: Fates, node: Node, first: First) -> None:
    """What an object is in, or of, is there before it."""
    verb, ref = node
    above = holder(ref, fates.new)
    if above is not None:
        first(fates.up(above), node)
    value, before = fates.new.objects.get(ref), fates.old.objects.get(ref)
    if isinstance(value, Constraint):
        for column in value.columns:
            first(fates.up(Ref("column", ref.schema, ref.name, column)), node)
        if value.references is not None:
            first(fates.up(value.references), node)
            for column in value.referenced_columns:
                held = value.references
                first(fates.up(Ref("column", held.schema, held.name, column)), node)
    if isinstance(value, Publication):
        for each in value.tables:
            first(fates.up(each.table), node)
        for schema in value.schemas:
            first(("create", Ref("schema", "", schema)), node)
    if verb == "alter" and isinstance(before, Sequence) and before.owned_by is not None:
        # a column takes its sequence with it: OWNED BY NONE comes first
        first(node, fates.down(before.owned_by))


def _before_what_holds(fates: Fates, node: Node, first: First) -> None:
    """What an object was in, or of, goes after it, and what replaces it comes after it."""
    _, ref = node
    above = fates.keeper_before(ref)
    if above is not None:
        first(node, fates.down(above))
    value = fates.old.objects.get(ref)
    if isinstance(value, Constraint):
        for column in value.columns:
            first(node, fates.down(Ref("column", ref.schema, ref.name, column)))
        if value.references is not None:
            first(node, fates.down(value.references))
    first(node, ("create", ref))


def _around_defaults(fates: Fates, first: First) -> None:
    """A default that is taken away and given back is away while its column changes, and those above."""
    for default in fates.defaults:
        column = column_of(default)
        first(("drop", default), ("create", default))
        for changed in (column, *columns_above(fates, column)):
            first(("drop", default), ("alter", changed))
            first(("alter", changed), ("create", default))


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
        for node in [
            each for each in nodes if each[0] not in ("drop", "keep") and each[1].kind in EXPRESSIVE
        ]:
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
