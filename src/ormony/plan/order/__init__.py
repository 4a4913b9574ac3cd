"""Which statements bring one catalog to another, and in what order.

Every object that differs is created, dropped, altered, or (where PostgreSQL has no ALTER for it, or where
what it needs must go and come back) dropped and created again. These steps are the nodes of a graph whose
edges come from `Catalog.depends` of both sides, from what names say (a column needs its table), and from
names that two objects cannot have at once. Cycles are broken by writing less inside CREATE TABLE, then by
re-creating what was to be altered.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ormony.catalog import (
    TABLES,
    Catalog,
    EventTrigger,
    Kind,
    Object,
    Ref,
    Sequence,
    Table,
    default_of,
    holder,
)
from ormony.errors import OrmonyError
from ormony.plan.order.cycles import loosen
from ormony.plan.order.edges import edges_of
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import Node, in_order
from ormony.plan.order.heirs import part_from_parents, redeclare, take_inherited_defaults
from ormony.plan.order.kept_rows import counting_on, keep_rows, share_out_anew
from ormony.plan.order.logged import logged_apart
from ormony.plan.order.nodes import choose_inline, nodes_of
from ormony.plan.order.not_nulls import (
    name_not_nulls_in_use,
    name_not_nulls_meanwhile,
    renew_not_nulls,
    take_off_named_apart,
)
from ormony.plan.order.partitions import free_partitions, refuse_doubts, renew_indexes_of_wholes
from ormony.plan.order.spread import clear, free_keys, replace, spread, uses_new_label
from ormony.plan.order.structure import parents_of, table_of
from ormony.plan.order.values import (
    keep_places,
    refuse_held_rows,
    refuse_held_types,
    renew_views_of_rows,
    set_domains_aside,
)
from ormony.plan.order.written import written
from ormony.plan.render.columns import name_of_not_null
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.triggers import silence
from ormony.plan.statement import Statement

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
    fates = _decided(old, new)
    order = _ordered(fates)
    rendered = {node: tuple(written(fates, node)) for node in order}
    refuse_held_rows(fates, rendered)
    _insist(fates, rendered)
    late = _of_unlike_owners(fates, order)
    guards = [node for node in order if node[1].kind == "event trigger"]
    first, last = _guarded(fates, guards)
    apart = {*late, *guards}
    statements = [statement for node, each in rendered.items() if node not in apart for statement in each]
    gone = frozenset(ref for verb, ref in order if verb in ("drop", "set aside")) | fates.dropped
    return Steps(
        (*first, *statements, *logged_apart(fates), *counting_on(fates)),
        gone | fates.replaced,
        _all_made(fates, order),
        unlinked=frozenset(ref for _, ref in late),
        owned=tuple(statement for node in late for statement in rendered[node]),
        last=last,
    )


def _decided(old: Catalog, new: Catalog) -> Fates:
    """What becomes of each object: what differs first, then what follows from that."""
    fates = Fates(old, new)
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
    take_off_named_apart(fates)
    free_partitions(fates)
    set_domains_aside(fates)
    renew_views_of_rows(fates)
    part_from_parents(fates)
    renew_not_nulls(fates)
    redeclare(fates)
    refuse_held_types(fates)
    take_inherited_defaults(fates)
    refuse_doubts(fates)
    free_partitions(fates)
    renew_indexes_of_wholes(fates)
    keep_rows(fates)
    name_not_nulls_meanwhile(fates)
    if fates.replaced:
        name_not_nulls_in_use(fates, fates.replaced, fates.replaced)
    return fates


def _ordered(fates: Fates) -> list[Node]:
    """The steps in an order that PostgreSQL accepts; cycles are broken until there is one."""
    for _ in range(len(fates.old.objects) + len(fates.new.objects) + 10):
        choose_inline(fates)
        nodes = nodes_of(fates)
        after = edges_of(fates, nodes)
        order, stuck = in_order(nodes, after)
        if not stuck:
            return order
        loosen(fates, stuck, after)
    raise AssertionError("no order found")  # pragma: no cover - each turn takes something away


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


def _all_made(fates: Fates, order: list[Node]) -> frozenset[Ref]:
    """What the plan makes, with the parts of it that have no step of their own."""
    made = set(fates.replaced)
    for parent, heirs in fates.renewed.items():
        for column in (parent, *heirs):
            made.add(column._replace(kind="constraint", part=name_of_not_null(column, fates.new)))
    for verb, ref in order:
        if verb == "create":
            made.add(ref)
            if ref[0] in _HOLDING:
                made.update(part for part in fates.parts_after.get(ref, ()) if fates.comes(part))
    return frozenset(made)


def _fires(value: Object) -> bool:
    """Whether it is an event trigger that fires in usual sessions."""
    return isinstance(value, EventTrigger) and value.enabled in ("origin", "always")
