"""A column cut out, unless something in the file would break without it."""

from __future__ import annotations

import ast
import re

import libcst as cst

from ormony.adapters import python_models
from ormony.adapters.edit_python.concrete import exchanged, find_class, is_string, starts_apart, target_of
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.references import check_joins
from ormony.adapters.edit_python.spot import Spot
from ormony.adapters.edit_python.work import Work, finished
from ormony.adapters.edit_python.written import class_of
from ormony.mirrors import Edit


def remove(work: Work, each: Edit, found: python_models.Written) -> str:
    """The text without the column; left where something uses it."""
    used = _used(work, found)
    if used is not None:
        raise Left(f"column {each.column} is used at {work.path}:{used}")
    node = find_class(work.module, found.owner)
    assert node is not None
    body = list(node.body.body)
    index = next((i for i, one in enumerate(body) if target_of(one) == found.attribute), None)
    if index is None or not isinstance(node.body, cst.IndentedBlock):
        raise Left(f"column {each.column} stands at {work.path}:{found.line}, and cannot be cut out")
    line = body[index]
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        raise Left(f"column {each.column} is made by a function, at {work.path}:{found.line}")
    small = line.body[0]
    assert isinstance(small, cst.AnnAssign | cst.Assign)
    spot = Spot(None, small.value)
    check_joins(work, spot, each, found.attribute, None)
    end = index + 1
    if end < len(body) and is_string(body[end]):
        end += 1
    following = body[end] if end < len(body) else None
    grouped = following is not None and not starts_apart(following)
    comments = [one for one in line.leading_lines if one.comment is not None]
    kept = list(line.leading_lines) if grouped else []
    if grouped and following is not None and (comments or kept):
        # A line or a block, which both have them; libcst's base class of the two does not say so.
        body[end] = following.with_changes(leading_lines=[*kept, *following.leading_lines])  # type: ignore[attr-defined]
    elif following is None and comments:
        pass  # they spoke of this field alone
    del body[index:end]
    if not body:
        body.append(cst.parse_statement("pass"))
    changed = node.with_changes(body=node.body.with_changes(body=body))
    return finished(work, exchanged(work.module, node, changed))


def _used(work: Work, found: python_models.Written) -> int | None:
    """The line of a use of the column that would break without it, beside its own statement."""
    owner = class_of(work.tree, found.owner)
    attribute, names = found.attribute, {found.attribute, found.column}
    classes = {found.owner, work.model.name}
    constraints = {
        "UniqueConstraint", "Index", "PrimaryKeyConstraint", "ForeignKeyConstraint", "validates",
        "field_validator", "validator", "field_serializer", "computed_field",
    }  # fmt: skip
    methods: set[int] = set()
    for one in ast.walk(work.tree):
        if isinstance(one, ast.ClassDef) and one.name in classes:
            methods |= {id(node) for node in ast.walk(one)}
    lines: list[int] = []
    for node in ast.walk(work.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=said) if said == attribute:
                own = name in ("work", "cls") and id(node) in methods
                if own or name in classes:
                    lines.append(node.lineno)
            case ast.Constant(value=str() as text):
                if re.search(rf"\b(?:{'|'.join(map(re.escape, classes))})\.{re.escape(attribute)}\b", text):
                    lines.append(node.lineno)
            case ast.Call() if id(node) in methods and work.names.word(node.func) in constraints:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Constant) and inner.value in names:
                        lines.append(inner.lineno)
                    if isinstance(inner, ast.Name) and inner.id == attribute:
                        lines.append(inner.lineno)
    for each in owner.body if owner is not None else ():
        if not isinstance(each, ast.Assign | ast.AnnAssign):
            continue
        if isinstance(each, ast.AnnAssign) and getattr(each.target, "id", "") == attribute:
            continue
        if isinstance(each, ast.Assign) and any(getattr(one, "id", "") == attribute for one in each.targets):
            continue
        for inner in ast.walk(each.value) if each.value is not None else ():
            if isinstance(inner, ast.Name) and inner.id == attribute:
                lines.append(inner.lineno)
    return min(lines, default=None)
