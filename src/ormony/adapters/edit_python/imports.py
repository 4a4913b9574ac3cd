"""Imports that an edit adds, where the file's others stand, and those that it leaves without a use."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from typing import Any

import libcst as cst

from ormony.adapters.edit_python.concrete import code_of, cut, exchanged, inserted, is_string, leading_of


def _dotted(node: cst.BaseExpression | None) -> str:
    return "" if node is None else code_of(node)


def with_import(module: cst.Module, dotted: str, name: str, alias: str | None) -> cst.Module:
    """The module that imports a name too, where its other imports of that package stand."""
    text = name if alias is None else f"{name} as {alias}"
    for statement in module.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for node in statement.body:
            if (
                not isinstance(node, cst.ImportFrom)
                or node.relative
                or isinstance(node.names, cst.ImportStar)
            ):
                continue
            if _dotted(node.module) == dotted:
                made = cst.parse_statement(f"from x import {text}\n")
                new = cst.ensure_type(cst.ensure_type(made, cst.SimpleStatementLine).body[0], cst.ImportFrom)
                assert not isinstance(new.names, cst.ImportStar)
                names = list(node.names)
                opening = node.lpar.whitespace_after if node.lpar is not None else None
                index = _sorted_place([_dotted(each.name) for each in names], name)
                return exchanged(
                    module, node, node.with_changes(names=inserted(names, index, new.names[0], opening))
                )
    line = cst.parse_statement(f"from {dotted} import {text}\n")
    return _with_import_line(module, cst.ensure_type(line, cst.SimpleStatementLine), dotted)


def _sorted_place(names: list[str], name: str) -> int:
    """Where a name goes in a list, which is kept in its order, if it has one."""

    def by_kind(text: str) -> tuple[int, str]:
        return (0 if text.isupper() else 1 if text[:1].isupper() else 2, text)

    orders: list[Callable[[str], Any]] = [
        by_kind,
        str,
        str.lower,
        lambda text: (by_kind(text)[0], text.lower()),
    ]
    for order in orders:
        if names == sorted(names, key=order):
            return next((i for i, each in enumerate(names) if order(each) > order(name)), len(names))
    return len(names)


def _with_import_line(module: cst.Module, line: cst.SimpleStatementLine, dotted: str) -> cst.Module:
    body = list(module.body)
    found: list[tuple[int, int, str, bool]] = []  # place, section, package, from
    for i, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine) and statement.body:
            node = statement.body[0]
            if isinstance(node, cst.ImportFrom):
                package = "." * len(node.relative) + _dotted(node.module)
                found.append((i, _section(package), package, True))
            elif isinstance(node, cst.Import):
                package = _dotted(node.names[0].name)
                found.append((i, _section(package), package, False))
        elif not isinstance(statement, cst.SimpleStatementLine) and found:
            break
    section = _section(dotted)
    same = [each for each in found if each[1] == section]
    kin = [each for each in same if each[2].split(".")[0].startswith(("sqlalchemy", "sqlmodel", "flask_sql"))]
    if section == 2 and kin:
        same = kin
    earlier = [each for each in same if (each[3], each[2].lower()) < (True, dotted.lower())]
    blank = [cst.EmptyLine(indent=False)]
    if earlier:
        body.insert(earlier[-1][0] + 1, line)
    elif same:
        at = same[0][0]
        blanks, rest = leading_of(body[at])
        body[at] = body[at].with_changes(leading_lines=rest)
        body.insert(at, line.with_changes(leading_lines=blanks))
    else:
        before = [each for each in found if each[1] < section]
        after = [each for each in found if each[1] > section]
        if before:
            body.insert(before[-1][0] + 1, line.with_changes(leading_lines=blank))
        elif after:
            at = after[0][0]
            blanks, rest = leading_of(body[at])
            body[at] = body[at].with_changes(leading_lines=[*blank, *rest])
            body.insert(at, line.with_changes(leading_lines=blanks))
        else:
            at = 1 if body and is_string(body[0]) else 0
            body.insert(at, line.with_changes(leading_lines=blank if at else []))
    return module.with_changes(body=body)


def _section(package: str) -> int:
    top = package.split(".")[0]
    if package.startswith("."):
        return 3
    if top == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 2


def without_unused(before: str, after: str, path: str) -> str:
    """The text without the imports that its edits have left without a use."""
    if path.rpartition("/")[2] == "__init__.py":
        return after  # what it imports is for others
    gone = used_names(before) - used_names(after)
    if not gone:
        return after
    module = cst.parse_module(after)
    body: list[Any] = []
    carried: list[cst.EmptyLine] = []
    for statement in module.body:
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            kept = _kept_import(statement.body[0], gone)
            if kept is None:
                carried = [*carried, *statement.leading_lines]
                continue
            if kept is not statement.body[0]:
                statement = statement.with_changes(body=[kept])
        if carried and hasattr(statement, "leading_lines"):
            lines = list(statement.leading_lines)
            if not lines or any(each.comment is not None for each in carried):
                statement = statement.with_changes(leading_lines=[*carried, *lines])
        carried = []
        body.append(statement)
    return module.with_changes(body=body).code


def _kept_import(node: cst.BaseSmallStatement, gone: set[str]) -> cst.BaseSmallStatement | None:
    """An import without the names that are gone; None where nothing is left of it."""
    if not isinstance(node, cst.Import | cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        return node
    if isinstance(node, cst.ImportFrom) and _dotted(node.module) == "__future__":
        return node
    names = list(node.names)
    for index in range(len(names) - 1, -1, -1):
        each = names[index]
        alias = each.asname.name if each.asname is not None else None
        bound = code_of(alias) if alias is not None else _dotted(each.name)
        bound = bound if alias is not None or isinstance(node, cst.ImportFrom) else bound.split(".")[0]
        if bound in gone and not (alias is not None and _dotted(each.name) == bound):
            names = cut(names, index)
    if not names:
        return None
    if len(names) == len(node.names):
        return node
    if isinstance(node, cst.Import):
        names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(names=names)


def used_names(text: str) -> set[str]:
    """Names that a file uses, those in quoted annotations and in `__all__` too."""
    found: set[str] = set()
    quoted: list[str] = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                found.add(name)
            case ast.AnnAssign(annotation=inner) | ast.arg(annotation=ast.expr() as inner):
                quoted += _quotes(inner)
            case ast.FunctionDef(returns=ast.expr() as inner):
                quoted += _quotes(inner)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                quoted += _quotes(value)
    for each in quoted:
        found |= set(re.findall(r"[^\W\d]\w*", each))
    return found


def _quotes(node: ast.expr) -> list[str]:
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
