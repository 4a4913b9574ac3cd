"""Rows of tables that are made anew: they wait elsewhere, and are back before anything acts on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ormony.catalog import Column, Constraint, Kind, Ref, Sequence, Table, default_of, holder
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.partitions import wholes_above
from ormony.plan.order.spread import replace, spread
from ormony.plan.order.structure import free_name, is_partitioned, partitions_below
from ormony.plan.render.rows import kept
from ormony.plan.render.sequences import following
from ormony.plan.statement import Statement

# What acts when rows are put back, or reads them.
_WATCHING: frozenset[Kind] = frozenset({"trigger", "rule", "materialized view"})


def keep_rows(fates: Fates) -> None:
    """Rows of tables that are made anew: they wait elsewhere meanwhile. A partitioned table has those of
    its partitions that go or are made anew, too, and the new one gives each row its place."""
    if not any(ref[0] == "table" for ref in fates.replaced):
        return
    going = {*fates.dropped, *fates.replaced, *fates.altered}
    taken: set[str] = set()
    covered: set[Ref] = set()
    found = (ref for ref in fates.replaced if ref[0] == "table")
    for ref in sorted(found, key=lambda each: (len(wholes_above(fates, each)), each)):
        if ref in covered or not _can_hold(fates, ref):
            continue
        below = partitions_below(ref, fates.new, fates.children_after)
        leaves = _leaves_below(fates, ref)
        sources = tuple(
            leaf
            for leaf in leaves
            if leaf.kind == "table"
            and leaf not in covered
            and (leaf in fates.dropped or leaf == ref or (leaf in fates.replaced and leaf in below))
        )
        if not sources or hides_rows(fates, (ref, *sources)):
            continue
        was = fates.old.objects[ref]
        whole = isinstance(was, Table) and was.partition_key is not None and len(sources) == len(leaves)
        name = free_name(ref.name, taken, "rows")
        rows = kept(ref, sources, whole, name, going, fates.old, fates.new)
        if rows is not None:
            fates.kept[ref] = rows
            covered.update(sources)


def hides_rows(fates: Fates, tables: Iterable[Ref]) -> bool:
    """Whether row level security of one of the tables holds for its owner, too."""
    return any(
        isinstance(value := catalog.objects.get(each), Table) and value.force_row_security
        for each in tables
        for catalog in (fates.old, fates.new)
    )


def share_out_anew(fates: Fates) -> None:
    """Where other columns decide which partition a row is in, partitions are made anew, too: their rows
    need not be theirs any more."""
    work: list[Ref] = []
    for ref in sorted(fates.replaced):
        before, after = fates.old.objects[ref], fates.new.objects[ref]
        if not (isinstance(before, Table) and isinstance(after, Table)):
            continue
        if before.partition_key is None or before.partition_key == after.partition_key:
            continue
        staying = {*_leaves_below(fates, ref)} & {*partitions_below(ref, fates.new, fates.children_after)}
        if _can_hold(fates, ref) and not hides_rows(fates, (ref, *staying)):
            for leaf in sorted(staying):
                if leaf.kind == "table":
                    replace(fates, leaf, work)
    spread(fates, work)


def _leaves_below(fates: Fates, table: Ref) -> list[Ref]:
    """What held the rows of a table."""
    value = fates.old.objects[table]
    assert isinstance(value, Table)
    if value.partition_key is None:
        return [table]
    below = partitions_below(table, fates.old, fates.children_before)
    return [each for each in below if not is_partitioned(each, fates.old)]


def _can_hold(fates: Fates, table: Ref) -> bool:
    """Whether the new table can have rows: it is no partitioned one without partitions."""
    if not is_partitioned(table, fates.new):
        return True
    below = partitions_below(table, fates.new, fates.children_after)
    return any(each.kind == "table" and not is_partitioned(each, fates.new) for each in below)


def edges_of_rows(fates: Fates, nodes: set[Node], first: First) -> None:
    """Rows are put back when their table is whole, before anything acts on them or points at them."""
    watching = [node for node in nodes if node[0] == "create" and node[1].kind in _WATCHING]
    filled: dict[Ref, Node] = {}
    for table, rows in fates.kept.items():
        for source in (table, *rows.sources):
            first(("keep", table), fates.down(source))
        node: Node = ("fill", table)
        for each in (table, *partitions_below(table, fates.new, fates.children_after)):
            filled[each] = node
            first(fates.up(each), node)
            first(("late", each), node)
            for part in fates.parts_after.get(each, ()):
                if part.kind == "column":
                    first(fates.up(part), node)
                    first(fates.up(default_of(part)), node)
    for watcher in watching:
        ref = watcher[1]
        if ref.kind == "materialized view":
            for node in filled.values():
                first(node, watcher)
        elif (about := holder(ref, fates.new)) in filled:
            first(filled[about], watcher)
    for ref, value in fates.new.objects.items():
        if ref[0] == "constraint" and isinstance(value, Constraint) and value.references in filled:
            node, made = filled[value.references], fates.up(ref)
            if made == ("create", ref):
                first(node, made)
            about = holder(ref, fates.new)
            if about is None or filled.get(about) == node:
                continue
            first(node, filled.get(about))
            for below in partitions_below(about, fates.new, fates.children_after):
                first(node, ("late", below))  # its rows are tried when it is attached


def counting_on(fates: Fates) -> Iterator[Statement]:
    """What was made again above rows that stayed or came back goes on counting after them."""
    for table in sorted(fates.replaced):
        children = fates.children_before.get(table, ())
        if table.kind != "table" or not (
            table in fates.kept or any(child in fates.new.objects for child in children)
        ):
            continue
        for part in fates.parts_after.get(table, ()):
            column = fates.new.objects.get(part)
            if isinstance(column, Column) and column.identity is not None:
                identity = column.identity
                yield following(identity.sequence, table, part.part, identity.options)
            for owned in fates.parts_after.get(part, ()):
                sequence = fates.new.objects.get(owned)
                if isinstance(sequence, Sequence) and fates.comes(owned):
                    yield following(owned, table, part.part, sequence.options)
