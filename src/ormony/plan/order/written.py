"""A step as SQL."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ormony.catalog import Column, Constraint, Index, Object, Publication, Ref, Table, column_of, default_of
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import Node
from ormony.plan.order.heirs import is_made_anew
from ormony.plan.order.structure import detached, partitions_below, table_of, with_value
from ormony.plan.render.columns import add, comes_by_itself, remove
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.names import identifier, object_name, relation
from ormony.plan.render.retype import retype
from ormony.plan.render.rows import fill, keep
from ormony.plan.render.tables import detach
from ormony.plan.render.types import set_aside
from ormony.plan.statement import Statement


def written(fates: Fates, node: Node) -> Iterable[Statement]:
    """The statements of a step."""
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
            if ref in fates.new_names and fates.old_name(fates.new_names[ref]) == ref:
                return ()
            if ref.kind == "column" and comes_by_itself(ref, fates.old) and is_made_anew(fates, ref):
                return (remove(ref, fates.old, if_there=True),)
            return (*_taken_off(fates, ref), *_dropped(fates, ref))
        case "create":
            before = fates.old_name(ref)
            if before is not None:
                return _renamed(fates, before, ref)
            if ref.kind == "column" and comes_by_itself(ref, fates.new) and is_made_anew(fates, ref):
                return add(ref, fates.new, if_missing=True)
            made = RENDERERS[ref.kind].create(ref, fates.new, fates.inline.get(ref, frozenset()))
            return (*made, *_tried_below(fates, ref))
        case "late":
            late = fates.completion(ref)
            before = fates.old_name(ref)
            stays = before is not None and not fates.leaves_whole(before)
            return late.statements if late is not None and not stays else ()
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


def _tried_below(fates: Fates, ref: Ref) -> Iterable[Statement]:
    """A check that is made again NOT VALID is so in partitions too, where it held: they are tried again."""
    check = fates.new.objects.get(ref)  # a default is none
    if not isinstance(check, Constraint) or check.type != "check" or check.valid or ref not in fates.replaced:
        return
    table = Ref("table", ref.schema, ref.name)
    for part in partitions_below(table, fates.new, fates.children_after):
        before, after = fates.old.objects.get(part), fates.new.objects[part]
        if (
            isinstance(before, Table)
            and isinstance(after, Table)
            and before.partition == after.partition
            and part not in fates.replaced
            and part not in fates.taken_off
            and ref.part in {*before.valid_checks} & {*after.valid_checks}
        ):
            sql = f"ALTER TABLE {relation(part)} VALIDATE CONSTRAINT {identifier(ref.part)}"
            yield Statement(sql=sql, lock="share update exclusive")


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


def _renamed(fates: Fates, before: Ref, after: Ref) -> Iterable[Statement]:
    """RENAME of an index or of a constraint with one, which keeps the comment that it had."""
    if after.kind == "index":
        sql = f"ALTER INDEX {relation(before)} RENAME TO {identifier(after.name)}"
    else:
        old, new = identifier(before.part), identifier(after.part)
        sql = f"ALTER TABLE {relation(after)} RENAME CONSTRAINT {old} TO {new}"
    yield Statement(sql=sql, lock="access exclusive")
    if before in fates.old.comments:
        yield Statement(sql=f"COMMENT ON {object_name(after)} IS NULL")


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


def _without_default(column: Column) -> Column:
    return msgspec.structs.replace(column, default=None, identity=None)


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
    start = fates.old
    table = table_of(column, start)
    if table is not None and fates.leaves_whole(column):
        start = with_value(start, table, detached(start.objects[table]))
    alteration = RENDERERS["column"].alter(
        column, with_value(start, column, bare), with_value(fates.new, column, goal)
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
