"""A column's foreign key changed, unless a relationship joins through it."""

from __future__ import annotations

import ast

import libcst as cst

from ormony.adapters.edit_python.concrete import (
    argument_at,
    as_ast,
    find_class,
    strings_in,
    text_of,
    with_argument,
    with_keyword,
    with_value,
    without_argument,
    without_keyword,
)
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.names import CORE, calls_of
from ormony.adapters.edit_python.new_column import paste
from ormony.adapters.edit_python.saying import target_of_key
from ormony.adapters.edit_python.spot import Spot, column_call, field_call, made_call
from ormony.adapters.edit_python.work import Work
from ormony.adapters.edit_python.written import (
    are_alike,
    class_of,
    reference_in,
    related_class,
    tables_of,
    type_position,
)
from ormony.mirrors import Edit


def change_reference(work: Work, spot: Spot, each: Edit, attribute: str, place: str) -> None:
    """Make the column reference what the edit says, or nothing."""
    target = target_of_key(work, each.reference) if each.reference is not None else None
    check_joins(work, spot, each, attribute, target)
    value = spot.value
    if isinstance(value, cst.Call) and (index := argument_at(value, "foreign_key")) is not None:
        if target is None:
            spot.value = without_keyword(without_keyword(value, "foreign_key"), "ondelete")
        elif text_of(value.args[index].value) != target:
            spot.value = with_keyword(value, "foreign_key", work.quoted(target))
        return
    found = calls_of(value, "ForeignKey", work.names) if value is not None else []
    if found:
        if target is None:
            holder = column_call(work, value)
            position = next(
                (i for i, one in enumerate(holder.args) if one.value is found[0]) if holder else iter(()),
                None,
            )
            if holder is None or position is None:
                raise Left(f"column {each.column} has no foreign key in the database; it has at {place}")
            spot.replace(holder, without_argument(holder, position))
        elif not found[0].args or text_of(found[0].args[0].value) != target:
            spot.replace(found[0], with_value(found[0], 0, work.quoted(target)))
        return
    if _in_constraint(work, spot, each, target, place):
        return
    if target is None:
        return
    if work.style == "sqlmodel" and column_call(work, value) is None:
        call = field_call(work, spot, place)
        spot.value = with_keyword(call, "foreign_key", work.quoted(target))
        return
    column = made_call(work, spot)
    position = type_position(as_ast(column), work.names)
    keyed = position is not None and column.args[position].keyword is not None
    named = bool(column.args) and column.args[0].keyword is None and text_of(column.args[0].value) is not None
    at = (1 if named else 0) if position is None or keyed else position + 1
    key = f"{work.names.use(CORE, 'ForeignKey')}({work.quoted(target)})"
    spot.replace(column, with_argument(column, at, key))


def _in_constraint(work: Work, spot: Spot, each: Edit, target: str | None, place: str) -> bool:
    """The `ForeignKeyConstraint` of the column, where it has one."""
    holder: cst.CSTNode | None = work.table or find_class(work.module, work.model.name)
    assert holder is not None
    for call in calls_of(holder, "ForeignKeyConstraint", work.names):
        lists = [one.value for one in call.args[:2]]
        columns = strings_in(lists[0]) if lists else None
        if columns is None or each.column not in columns:
            continue
        where = f"the ForeignKeyConstraint of {work.model.name}"
        if columns != [each.column] or len(lists) < 2:
            raise Left(f"column {each.column} is in {where}, with others", paste(work, each))
        if target is None:
            raise Left(f"column {each.column} has no foreign key in the database; remove {where}")
        if strings_in(lists[1]) != [target]:
            old = lists[1]
            assert isinstance(old, cst.List | cst.Tuple)
            first = old.elements[0]
            element = first.with_changes(value=cst.parse_expression(work.quoted(target)))
            spot.constraint = (old, old.with_changes(elements=[element]))
        return True
    return False


def check_joins(work: Work, spot: Spot, each: Edit, attribute: str, target: str | None) -> None:
    """Leave a foreign key that a relationship joins through: the relationship would not load."""
    node = class_of(work.tree, work.model.name)
    if node is None or spot.value is None:
        return
    old = reference_in(as_ast(spot.value), work.names)
    if old is None or old == target:
        return
    table = old.split(".")[-2] if "." in old else old
    if target is not None and target.split(".")[-2] == table:
        return
    others = 0
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.count(".") in (1, 2):
            others += one.value.split(".")[-2] == table
    if others > 1:
        return
    tables = {name: table for _, table, name in tables_of(work.tree, work.names)}
    for one in node.body:
        value = getattr(one, "value", None)
        if not isinstance(value, ast.Call) or work.names.word(value.func).lower() != "relationship":
            continue
        said = ast.unparse(value)
        if "primaryjoin" in said or "foreign_keys" in said:
            continue
        related = related_class(one, value, work.names)
        if related is None:
            continue
        same = tables[related] == table if related in tables else are_alike(related, table)
        if same:
            raise Left(
                f"column {each.column} references {old} for the relationship at {work.path}:{one.lineno}",
                paste(work, each),
            )
