"""Which statements bring one catalog to another, and in what order.

Every object that differs is created, dropped, altered, or (where PostgreSQL has no ALTER for it, or where
what it needs must go and come back) dropped and created again. These steps are the nodes of a graph whose
edges come from `Catalog.depends` of both sides, from what names say (a column needs its table), and from
names that two objects cannot have at once. Cycles are broken by writing less inside CREATE TABLE, then by
re-creating what was to be altered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ormony.catalog import (
    TABLES,
    Catalog,
    Column,
    Constraint,
    EventTrigger,
    Index,
    Kind,
    Object,
    Publication,
    Ref,
    Sequence,
    Table,
    column_of,
    default_of,
    holder,
)
from ormony.errors import OrmonyError
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import KEEPS_NO_DATA, First, Node, cycle_of, in_order
from ormony.plan.order.heirs import (
    columns_above,
    columns_in_the_way,
    heirs_before,
    is_made_anew,
    leaving,
    origins_of,
    part_from_parents,
    redeclare,
    take_inherited_defaults,
)
from ormony.plan.order.kept_rows import counting_on, edges_of_rows, keep_rows, share_out_anew
from ormony.plan.order.logged import logged_apart, logging_order
from ormony.plan.order.nodes import choose_inline, nodes_of, what_moves
from ormony.plan.order.not_nulls import (
    follow_not_null,
    name_not_nulls_in_use,
    name_not_nulls_meanwhile,
    renew_not_nulls,
)
from ormony.plan.order.partitions import (
    after_who_has_none,
    attached_indexes,
    completions,
    free_partitions,
    is_key_of_whole,
    keys_held_by,
    refuse_doubts,
    renew_indexes_of_wholes,
)
from ormony.plan.order.spread import clear, free_keys, replace, spread, uses_new_label
from ormony.plan.order.structure import (
    EXPRESSIVE,
    attachment_of,
    parents_of,
    partitions_below,
    slots_of,
    table_of,
    with_value,
)
from ormony.plan.order.values import (
    is_inside,
    keep_places,
    leaves_rows,
    refuse_held_rows,
    refuse_held_types,
    renew_views_of_rows,
    rows_returned,
    set_domains_aside,
    writes_rows,
)
from ormony.plan.render.columns import add, comes_by_itself, name_of_not_null, remove
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.retype import retype
from ormony.plan.render.rows import fill, keep
from ormony.plan.render.tables import detach, swaps
from ormony.plan.render.triggers import silence
from ormony.plan.render.types import set_aside
from ormony.plan.statement import Statement

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
# What others' statements can bring to its goal: those of a parent, a type, a table or an index.
_FOLLOWING: frozenset[Kind] = frozenset({"column", "default", "constraint", "index", "trigger"})
# What `parts_of` finds parts of.
_HOLDING: frozenset[Kind] = frozenset(
    {"table", "foreign table", "view", "materialized view", "domain", "column"}
)


class Steps(msgspec.Struct, frozen=True):
    """The ordered statements, and which objects they took away and made: what is attached to these starts
    anew.

    `unlinked` are sequences that are given to a column when they have its table's owner, by `owned`, after
    all OWNER TO; `last` comes after everything that an event trigger could fire at.
    """

    statements: tuple[Statement, ...]
    gone: frozenset[Ref]
    made: frozenset[Ref]
    unlinked: frozenset[Ref] = frozenset()
    owned: tuple[Statement, ...] = ()
    last: tuple[Statement, ...] = ()


def incomplete(names: tuple[str, ...]) -> OrmonyError:
    """The error of a plan that says nothing of these differences."""
    return OrmonyError(
        "plan-incomplete",
        f"the plan has no statement for what differs in {', '.join(names)}",
        hint="write this change by hand, as SQL in the next migration",
        exit_status=1,
    )


def steps(old: Catalog, new: Catalog) -> Steps:
    """The statements that create, drop and alter objects, in an order that PostgreSQL accepts.

    Raises:
        OrmonyError: `plan-cycle` when objects need each other in a way that no order serves,
            `plan-incomplete` when no statement brings something that differs to its goal, `cannot-alter` when
            PostgreSQL has no way that keeps what a column holds.
    """
    return _solved(Fates(old, new))


def _solved(fates: Fates) -> Steps:
    name_not_nulls_in_use(fates, fates.created | fates.changed, fates.dropped | fates.changed)
    work: list[Ref] = list(fates.dropped)
    for ref in sorted(fates.changed, key=lambda each: (each.kind not in TABLES, each)):
        above = holder(ref, fates.old)
        if ref in fates.replaced or (above is not None and above in fates.replaced):
            continue
        if above is not None and fates.is_partition_key(ref) and fates.changes_type(ref):
            replace(fates, above, work)
            continue
        alteration = (
            None if uses_new_label(fates, ref) else RENDERERS[ref.kind].alter(ref, fates.old, fates.new)
        )
        if alteration is None:
            replace(fates, ref, work)
        else:
            fates.altered[ref] = alteration
            clear(fates, alteration, ref, work)
            free_keys(fates, ref, work)
    spread(fates, work)
    keep_places(fates, work)
    spread(fates, work)
    share_out_anew(fates)
    free_partitions(fates)
    set_domains_aside(fates)
    renew_views_of_rows(fates)
    part_from_parents(fates)
    renew_not_nulls(fates)
    redeclare(fates)
    refuse_held_types(fates)
    take_inherited_defaults(fates)
    refuse_doubts(fates)
    renew_indexes_of_wholes(fates)
    keep_rows(fates)
    name_not_nulls_meanwhile(fates)
    if fates.replaced:
        name_not_nulls_in_use(fates, fates.replaced, fates.replaced)
    for _ in range(len(fates.old.objects) + len(fates.new.objects) + 10):
        choose_inline(fates)
        nodes = nodes_of(fates)
        after = edges_of(fates, nodes)
        order, stuck = in_order(nodes, after)
        if not stuck:
            break
        loosen(fates, stuck, after)
    else:  # pragma: no cover - each turn takes something away, so there is an end
        raise AssertionError("no order found")
    rendered = {node: tuple(written(fates, node)) for node in order}
    refuse_held_rows(fates, rendered)
    _insist(fates, rendered)
    late = _of_unlike_owners(fates, order)
    guards = [node for node in order if node[1].kind == "event trigger"]
    first, last = _guarded(fates, guards)
    apart = {*late, *guards}
    statements = [statement for node, each in rendered.items() if node not in apart for statement in each]
    gone = frozenset(ref for verb, ref in nodes if verb in ("drop", "set aside")) | fates.dropped
    return Steps(
        (*first, *statements, *logged_apart(fates), *counting_on(fates)),
        gone | fates.replaced,
        _all_made(fates, nodes),
        unlinked=frozenset(ref for _, ref in late),
        owned=tuple(statement for node in late for statement in rendered[node]),
        last=last,
    )


def _of_unlike_owners(fates: Fates, order: list[Node]) -> list[Node]:
    """The OWNED BY that PostgreSQL would refuse before all have their owners: sequence and table must
    have the same."""
    found = []
    for node in order:
        value = fates.new.objects[node[1]] if node[0] == "late" else None
        if isinstance(value, Sequence) and value.owned_by is not None:
            table = table_of(value.owned_by, fates.new)
            owners = (
                {_owner_before(fates, node[1]), _owner_before(fates, table)} - {None}
                if table is not None
                else ()
            )
            if len(owners) > 1:
                found.append(node)
    return found


def _owner_before(fates: Fates, ref: Ref) -> str | None:
    """Who owns it before any OWNER TO: what the plan makes is whose it is that runs it."""
    return fates.old.role if fates.comes(ref) else fates.old.owners.get(ref)


def _guarded(fates: Fates, guards: list[Node]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """What takes event triggers away before all else, and brings them when all else is done.

    They fire at nothing of the plan that makes them, enables them, or changes what they do.
    """
    first: list[Statement] = []
    last: list[Statement] = []
    for node in guards:
        verb, ref = node
        stops = verb == "drop" or (verb == "alter" and not _fires(fates.new.objects[ref]))
        (first if stops else last).extend(written(fates, node))
    functions = [ref for ref in fates.altered if ref.kind == "function"]
    for ref in sorted({each for function in functions for each in fates.needed_by.get(function, ())}):
        if ref.kind != "event trigger" or fates.goes(ref) or not _fires(fates.old.objects[ref]):
            continue
        silent, again = silence(ref, fates.new)
        if ref not in fates.altered:
            first.append(silent)
            last.append(again)
        elif _fires(fates.new.objects[ref]):
            first.append(silent)
    return tuple(first), tuple(last)


def _insist(fates: Fates, rendered: Mapping[Node, tuple[Statement, ...]]) -> None:
    """Every difference has its statements, or belongs to something that has."""
    if fates.old.version // 10000 != fates.new.version // 10000:
        return  # what only one of the two can say has none
    silent = {ref for (_, ref), each in rendered.items() if not each}
    if silent:
        silent -= {ref for (_, ref), each in rendered.items() if each}
    left = [
        ref
        for ref in silent
        if (ref in fates.dropped or ref in fates.created or ref in fates.changed)
        and (ref.kind not in _FOLLOWING or (ref.kind == "column" and _stands_alone(fates, ref)))
        and not _says_its_index(fates, ref)
        and not _is_as_its_parent(fates, ref)
    ]
    left += (ref for ref in fates.dropped if fates.down(ref) not in rendered)
    left += (ref for ref in fates.created - fates.inside.keys() if fates.up(ref) not in rendered)
    left += (ref for ref in fates.changed if (fates.up(ref) or fates.down(ref)) not in rendered)
    if left:
        raise incomplete(tuple(f"{ref.kind} {ref}" for ref in sorted(set(left))))


def _says_its_index(fates: Fates, ref: Ref) -> bool:
    """Whether it is a table whose replica identity its index sets, and nothing else differs."""
    before, after = fates.old.objects.get(ref), fates.new.objects.get(ref)
    return (
        isinstance(before, Table)
        and isinstance(after, Table)
        and after.replica_identity == "index"
        and msgspec.structs.replace(before, replica_identity="index") == after
    )


def _is_as_its_parent(fates: Fates, ref: Ref) -> bool:
    """Whether it is a partition of which nothing differs but a check that its parent has said all of."""
    before, after = fates.old.objects.get(ref), fates.new.objects.get(ref)
    return (
        isinstance(before, Table)
        and isinstance(after, Table)
        and msgspec.structs.replace(before, valid_checks=after.valid_checks) == after
    )


def _stands_alone(fates: Fates, column: Ref) -> bool:
    """Whether no other object's statements, nor those of its default, bring the column to its goal."""
    if column in fates.retyped or default_of(column) in fates.defaults:
        return False
    for catalog in (fates.old, fates.new):
        table = holder(column, catalog)
        value = catalog.objects[table] if table is not None else None
        if parents_of(value) or (isinstance(value, Table) and value.of_type is not None):
            return False
    return True


def _all_made(fates: Fates, nodes: set[Node]) -> frozenset[Ref]:
    """What the plan makes, with the parts of it that have no step of their own."""
    made = set(fates.replaced)
    for parent, heirs in fates.renewed.items():
        for column in (parent, *heirs):
            made.add(column._replace(kind="constraint", part=name_of_not_null(column, fates.new)))
    for verb, ref in nodes:
        if verb == "create":
            made.add(ref)
            if ref[0] in _HOLDING:
                made.update(fates.parts_after.get(ref, ()))
    return frozenset(made)


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


def loosen(fates: Fates, stuck: set[Node], after: Mapping[Node, set[Node]]) -> None:
    """Take one thing out of a cycle: what CREATE TABLE holds, else an ALTER that may be a new
    creation."""
    cycle = cycle_of(stuck, after)
    tables = [ref for verb, ref in cycle if verb == "create" and fates.inline.get(ref)]
    if sum(_is_foreign_key(fates, part) for table in tables for part in fates.inline[table]):
        # many such rings are common, and each turn looks at everything: all at once
        keys = {
            part
            for verb, ref in stuck
            if verb == "create"
            for part in fates.inline.get(ref, ())
            if _is_foreign_key(fates, part) and _leads_to(fates, part, stuck)
        }
        if keys - fates.apart:
            fates.apart |= keys
            return
    for chosen in ("other", "default"):
        loose = {
            part
            for table in tables
            for part in fates.inline[table]
            if (chosen == "default") is (part.kind == "default") and not _is_generated(fates, part)
        }
        if loose:
            fates.apart |= loose
            return
    for verb, ref in cycle:
        default = default_of(ref)
        if (
            verb == "alter"
            and ref.kind == "column"
            and default not in fates.defaults
            and not _is_generated(fates, default)
            and not _was_generated(fates, ref)
        ):
            # what the default needs goes, or comes, between taking it away and giving it back
            fates.defaults.add(default)
            return
        if verb == "drop" and ref.kind in TABLES:
            for kinds in (
                ("foreign key",),
                ("check", "exclusion", "policy", "rule", "trigger"),
                ("column",),
            ):
                parts = {part for part in fates.parts_before.get(ref, ()) if fates.sort_of(part) in kinds}
                if kinds == ("column",):
                    parts = {default_of(part) for part in parts if fates.has_default(part)}
                    if parts - fates.defaults:
                        fates.defaults |= parts
                        return
                elif parts - fates.explicit:
                    fates.explicit |= parts
                    return
    for verb, ref in cycle:
        if verb == "alter" and ref in fates.altered and ref.kind in KEEPS_NO_DATA:
            work: list[Ref] = []
            replace(fates, ref, work)
            spread(fates, work)
            return
    edges = set(zip(cycle, (*cycle[1:], cycle[0]), strict=True)) & fates.soft
    if edges:
        fates.ignored |= edges
        return
    names = ", ".join(f"{ref.kind} {ref}" for _, ref in cycle)
    raise OrmonyError(
        "plan-cycle",
        f"no order of statements serves these objects, each of which needs the next: {names}",
        hint="make the change in two steps: first without one of them, then with it",
        exit_status=1,
    )


def _is_foreign_key(fates: Fates, ref: Ref) -> bool:
    value = fates.new.objects.get(ref)
    return isinstance(value, Constraint) and value.type == "foreign key"


def _leads_to(fates: Fates, part: Ref, stuck: set[Node]) -> bool:
    value = fates.new.objects[part]
    assert isinstance(value, Constraint)
    return value.references is not None and ("create", value.references) in stuck


def _was_generated(fates: Fates, column: Ref) -> bool:
    value = fates.old.objects.get(column)
    return isinstance(value, Column) and value.generated is not None


def _is_generated(fates: Fates, ref: Ref) -> bool:
    if ref.kind != "default":
        return False
    value = fates.new.objects.get(column_of(ref))
    return isinstance(value, Column) and value.generated is not None


def written(fates: Fates, node: Node) -> Iterable[Statement]:
    verb, ref = node
    match verb:
        case "keep":
            return keep(fates.kept[ref], fates.old)
        case "fill":
            below = partitions_below(ref, fates.new, fates.children_after)
            return fill(fates.kept[ref], fates.old, fates.new, (ref, *below))
        case "drop":
            if ref.kind == "default":
                return _dropped_default(fates, ref)
            if ref.kind == "column" and comes_by_itself(ref, fates.old) and is_made_anew(fates, ref):
                return (remove(ref, fates.old, if_there=True),)
            return (*_taken_off(fates, ref), *_dropped(fates, ref))
        case "create":
            if ref.kind == "column" and comes_by_itself(ref, fates.new) and is_made_anew(fates, ref):
                return add(ref, fates.new, if_missing=True)
            return RENDERERS[ref.kind].create(ref, fates.new, fates.inline.get(ref, frozenset()))
        case "late":
            late = fates.completion(ref)
            return late.statements if late is not None else ()
        case "alter":
            if ref in fates.joined:
                return _joined_again(fates, ref)
            if ref.kind == "column" and (default_of(ref) in fates.defaults or ref in fates.retyped):
                return _altered_column(fates, ref)
            return fates.altered[ref].statements
        case "set aside":
            return set_aside(ref, fates.old, *fates.asides[ref])
        case "drop aside":
            aside = ref._replace(name=fates.asides[ref][0])
            return RENDERERS[ref.kind].drop(aside, with_value(fates.old, aside, fates.old.objects[ref]))


def _taken_off(fates: Fates, ref: Ref) -> Iterable[Statement]:
    """A partition can be dropped only when foreign keys to the whole do not reach it."""
    value = fates.old.objects[ref]
    upper: Object | None = value
    while isinstance(upper, Table) and upper.partition is not None:
        if any(fates.down(key) is None for key in fates.keys_to.get(upper.partition.parent, ())):
            return detach(ref, fates.old)
        upper = fates.old.objects.get(upper.partition.parent)
    return ()


def _dropped(fates: Fates, ref: Ref) -> tuple[Statement, ...]:
    found = RENDERERS[ref.kind].drop(ref, fates.old)
    value = fates.old.objects.get(ref)
    if ref.kind == "table":
        return tuple(_with_loss(fates, ref, each) for each in found)
    if not (isinstance(value, Constraint | Index) and value.parent is not None):
        return found
    # a partition that leaves may have dropped a column of it, and it with that, already
    word = "DROP CONSTRAINT " if ref.kind == "constraint" else "DROP INDEX "
    return tuple(
        msgspec.structs.replace(each, sql=each.sql.replace(word, f"{word}IF EXISTS ", 1)) for each in found
    )


def _with_loss(fates: Fates, table: Ref, dropped: Statement) -> Statement:
    """DROP TABLE, and what is lost where the rows are kept."""
    rows = fates.kept.get(table)
    if rows is not None:
        return msgspec.structs.replace(dropped, loses=", ".join(rows.losses))
    if any(table in each.sources for each in fates.kept.values()):
        return msgspec.structs.replace(dropped, loses="")
    return dropped


def _dropped_default(fates: Fates, default: Ref) -> tuple[Statement, ...]:
    column = column_of(default)
    held = fates.old.objects[column]
    assert isinstance(held, Column)
    if held.default is not None:
        return RENDERERS["default"].drop(default, fates.old)
    after = fates.new.objects.get(column)
    if isinstance(after, Column) and after.identity is not None:
        return ()  # it stays, or its own ALTER takes it
    bare = with_value(fates.old, column, _without_default(held))
    alteration = RENDERERS["column"].alter(column, fates.old, bare)
    return alteration.statements if alteration is not None else ()


def _altered_column(fates: Fates, column: Ref) -> tuple[Statement, ...]:
    """The alteration of a column less what other steps do: its conversion from a type that was set aside,
    and its default (or identity that goes) where that was taken away before.
    """
    before, after = fates.old.objects[column], fates.new.objects[column]
    assert isinstance(before, Column)
    assert isinstance(after, Column)
    bare, goal = before, after
    statements: tuple[Statement, ...] = ()
    if column in fates.retyped:
        statements = retype(column, fates.old, fates.new, alone=fates.leaves_whole(column)).statements
        bare = msgspec.structs.replace(bare, type=after.type, collation=after.collation)
    if default_of(column) in fates.defaults:
        keeps = before.identity if after.identity is not None else None
        bare = msgspec.structs.replace(_without_default(bare), identity=keeps)
        goal = msgspec.structs.replace(goal, default=None)
    if bare == goal:
        return statements
    alteration = RENDERERS["column"].alter(
        column, with_value(fates.old, column, bare), with_value(fates.new, column, goal)
    )
    return statements + (alteration.statements if alteration is not None else ())


def _joined_again(fates: Fates, publication: Ref) -> tuple[Statement, ...]:
    """A table that was dropped and created left its publications; put it back."""
    held = fates.old.objects[publication]
    assert isinstance(held, Publication)
    left = set(fates.joined[publication])
    rest = msgspec.structs.replace(held, tables=tuple(each for each in held.tables if each.table not in left))
    alteration = RENDERERS["publication"].alter(
        publication, with_value(fates.old, publication, rest), fates.new
    )
    return alteration.statements if alteration is not None else ()


def _without_default(column: Column) -> Column:
    return msgspec.structs.replace(column, default=None, identity=None)


def _fires(value: Object) -> bool:
    """Whether it is an event trigger that fires in usual sessions."""
    return isinstance(value, EventTrigger) and value.enabled in ("origin", "always")
