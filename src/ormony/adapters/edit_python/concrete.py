"""Python as libcst holds it: what is found in it and put into it, with its comments, commas and blank lines.

Knows nothing of models. A change gives a new tree, and the rest of the file stays byte for byte.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import libcst as cst

from ormony.adapters.edit_python.left import Left

_Item = TypeVar("_Item", cst.Arg, cst.ImportAlias, cst.DictElement)


def code_of(node: cst.CSTNode) -> str:
    """The text of a node."""
    return cst.Module([]).code_for_node(node)


def as_ast(node: cst.CSTNode) -> Any:
    """The same expression as `ast` has it."""
    return ast.parse(f"({code_of(node)})", mode="eval").body


def text_of(node: cst.BaseExpression) -> str | None:
    """The text that a string expression is; None for what is no plain string."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def strings_in(node: cst.BaseExpression) -> list[str] | None:
    """The strings of a list or tuple; None where it holds anything else."""
    if not isinstance(node, cst.List | cst.Tuple):
        return None
    found = [text_of(each.value) for each in node.elements]
    return None if None in found else [each for each in found if each is not None]


class _Searching(cst.CSTVisitor):
    def __init__(self, wanted: Callable[[cst.CSTNode], bool]) -> None:
        super().__init__()
        self.wanted = wanted
        self.found: list[Any] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self.wanted(node):
            self.found.append(node)
        return True


def search(node: cst.CSTNode, wanted: Callable[[cst.CSTNode], bool]) -> list[Any]:
    """All nodes within one that are wanted, in their order."""
    visitor = _Searching(wanted)
    node.visit(visitor)
    return visitor.found


def statements_of(body: Iterable[Any]) -> Iterator[Any]:
    """The statements of a body and of the blocks in it."""
    for each in body:
        yield each
        block = getattr(each, "body", None)
        if isinstance(block, cst.IndentedBlock):
            yield from statements_of(block.body)


def find_class(module: cst.Module, name: str) -> cst.ClassDef | None:
    """The class of this name, at the top level or within a condition there."""
    for each in statements_of(module.body):
        if isinstance(each, cst.ClassDef) and each.name.value == name:
            return each
    return None


def table_call(module: cst.Module, name: str) -> cst.Call | None:
    """`name = Table(…)` of the top level, or `__table__ = Table(…)` of the class."""
    body: Sequence[Any] = module.body
    wanted = name
    node = find_class(module, name)
    if node is not None:
        body, wanted = node.body.body, "__table__"
    for line in statements_of(body):
        if target_of(line) == wanted and isinstance(line, cst.SimpleStatementLine):
            value = getattr(line.body[0], "value", None)
            if isinstance(value, cst.Call) and code_of(value.func).rpartition(".")[2] == "Table":
                return value
    return None


def target_of(statement: cst.CSTNode) -> str | None:
    """The name that a statement of a class's body binds."""
    if isinstance(statement, cst.FunctionDef):
        return statement.name.value
    if not isinstance(statement, cst.SimpleStatementLine) or not statement.body:
        return None
    match statement.body[0]:
        case cst.AnnAssign(target=cst.Name(value=name)):
            return name
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
    return None


def exchanged(module: cst.Module, old: cst.CSTNode, new: cst.CSTNode) -> cst.Module:
    """The module with one node in the place of another."""
    body: list[Any] = list(module.body)
    for i, each in enumerate(body):
        if each is old:  # nearly always; the rest of the tree need not be gone through
            body[i] = new
            return module.with_changes(body=body)
    changed = module.deep_replace(old, new)
    assert isinstance(changed, cst.Module)
    return changed


def exchanged_in(node: Any, old: cst.CSTNode, new: cst.CSTNode) -> Any:
    """A node with one inside it in the place of another."""
    return node.deep_replace(old, new)


def is_string(statement: cst.CSTNode) -> bool:
    """Is the statement a string alone, as a docstring is?"""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    )


def is_pass(statement: cst.CSTNode) -> bool:
    """Is the statement `pass`?"""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and bool(statement.body)
        and (
            isinstance(statement.body[0], cst.Pass)
            or (isinstance(statement.body[0], cst.Expr) and isinstance(statement.body[0].value, cst.Ellipsis))
        )
    )


def leading_of(statement: Any) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """Blank lines before a statement, and its comments."""
    lines = list(statement.leading_lines)
    count = next((i for i, each in enumerate(lines) if each.comment is not None), len(lines))
    return lines[:count], lines[count:]


def starts_apart(statement: cst.CSTNode) -> bool:
    """Does a blank line set the statement apart from the one before?"""
    lines = getattr(statement, "leading_lines", ())
    return bool(lines) and any(each.comment is None for each in lines)


def argument_at(call: cst.Call, name: str) -> int | None:
    """Which argument has this keyword."""
    for i, each in enumerate(call.args):
        if each.keyword is not None and each.keyword.value == name:
            return i
    return None


def _argument(text: str) -> cst.Arg:
    """An argument as a call has it, keyword included."""
    call = cst.parse_expression(f"f({text})")
    assert isinstance(call, cst.Call)
    return call.args[0]


def with_value(call: cst.Call, index: int, value: str) -> cst.Call:
    """The call with another value of its argument at `index`."""
    arguments = list(call.args)
    if index >= len(arguments):
        return with_argument(call, index, value)
    if code_of(arguments[index].value) == value:
        return call
    arguments[index] = arguments[index].with_changes(value=cst.parse_expression(value))
    return call.with_changes(args=arguments)


def with_keyword(call: cst.Call, name: str, value: str, *, first: bool = False) -> cst.Call:
    """The call with this keyword, which is changed where it stands, or added at the end."""
    index = argument_at(call, name)
    if index is not None:
        return with_value(call, index, value)
    at = len(call.args)
    if first:
        at = next((i for i, each in enumerate(call.args) if each.keyword is not None), len(call.args))
    elif call.args and call.args[-1].star == "**":
        at = len(call.args) - 1
    return with_argument(call, at, f"{name}={value}")


def without_keyword(call: cst.Call, name: str) -> cst.Call:
    """The call without a keyword; itself where it has none such."""
    index = argument_at(call, name)
    return call if index is None else without_argument(call, index)


def with_argument(call: cst.Call, index: int, text: str) -> cst.Call:
    """The call with one more argument."""
    return call.with_changes(args=inserted(call.args, index, _argument(text), call.whitespace_before_args))


def without_argument(call: cst.Call, index: int) -> cst.Call:
    """The call without one of its arguments."""
    left = cut(call.args, index)
    if left:
        return call.with_changes(args=left)
    return call.with_changes(args=[], whitespace_before_args=cst.SimpleWhitespace(""))


def with_entry(call: cst.Call, name: str, key: str, value: str, quoted: Callable[[str], str]) -> cst.Call:
    """The call whose dictionary `name` has this entry; without it for a value of ''."""
    index = argument_at(call, name)
    if index is None:
        return with_keyword(call, name, f"{{{quoted(key)}: {value}}}") if value else call
    old = call.args[index].value
    if not isinstance(old, cst.Dict):
        raise Left(
            f"{name} is no dictionary that can be edited: {code_of(old)}", f"{{{quoted(key)}: {value}}}"
        )
    elements: list[Any] = list(old.elements)
    at = next(
        (
            i
            for i, each in enumerate(elements)
            if isinstance(each, cst.DictElement) and text_of(each.key) == key
        ),
        None,
    )
    if value == "":
        if at is None:
            return call
        elements = cut(elements, at)
        if not elements:
            return without_argument(call, index)
    elif at is not None:
        if code_of(elements[at].value) == value:
            return call
        elements[at] = elements[at].with_changes(value=cst.parse_expression(value))
    else:
        new = cst.DictElement(cst.parse_expression(quoted(key)), cst.parse_expression(value))
        elements = inserted(elements, len(elements), new, old.lbrace.whitespace_after)
    arguments = list(call.args)
    arguments[index] = arguments[index].with_changes(value=old.with_changes(elements=elements))
    return call.with_changes(args=arguments)


def cut(items: Sequence[_Item], index: int) -> list[_Item]:
    """The items without one; the last one keeps what stood before the closing bracket."""
    found = list(items)
    gone = found.pop(index)
    if found and index == len(found):
        last = found[-1]
        changes: dict[str, Any] = {"comma": gone.comma}
        if isinstance(gone.comma, cst.Comma) and isinstance(last.comma, cst.Comma):
            changes["comma"] = _commented(gone.comma, last.comma)
        if isinstance(last, cst.Arg) and isinstance(gone, cst.Arg):
            changes["whitespace_after_arg"] = gone.whitespace_after_arg
        found[-1] = last.with_changes(**changes)
    return found


def inserted(
    items: Sequence[_Item], index: int, new: _Item, opening: cst.BaseParenthesizableWhitespace | None
) -> list[_Item]:
    """The items with one more, set apart as the others are."""
    found = list(items)
    if not found:
        return [new]
    if index < len(found):
        found.insert(index, new.with_changes(comma=_between(found, opening)))
        return found
    last = found[-1]
    comma = _between(found, opening)
    if isinstance(last.comma, cst.Comma):  # a comma before the closing bracket
        found[-1] = last.with_changes(comma=_commented(comma, last.comma))
        found.append(new.with_changes(comma=_bare(last.comma)))
        return found
    changes: dict[str, Any] = {"comma": comma}
    if isinstance(last, cst.Arg) and isinstance(new, cst.Arg):
        changes["whitespace_after_arg"] = cst.SimpleWhitespace("")
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
    found[-1] = last.with_changes(**changes)
    found.append(new.with_changes(comma=cst.MaybeSentinel.DEFAULT))
    return found


def _between(items: Sequence[_Item], opening: cst.BaseParenthesizableWhitespace | None) -> cst.Comma:
    """The comma that stands between items."""
    if len(items) > 1 and isinstance(items[0].comma, cst.Comma):
        return _bare(items[0].comma)
    if isinstance(items[-1].comma, cst.Comma) and isinstance(opening, cst.ParenthesizedWhitespace):
        return _bare(cst.Comma(whitespace_after=opening))
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _bare(comma: cst.Comma) -> cst.Comma:
    """A comma with its line break, without the comments of its line."""
    after = comma.whitespace_after
    if isinstance(after, cst.ParenthesizedWhitespace):
        return comma.with_changes(
            whitespace_after=after.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
        )
    return comma


def _commented(comma: cst.Comma, source: cst.Comma) -> cst.Comma:
    """A comma with the comment that another one has behind it."""
    said, after = source.whitespace_after, comma.whitespace_after
    if not isinstance(said, cst.ParenthesizedWhitespace) or said.first_line.comment is None:
        return comma
    if isinstance(after, cst.ParenthesizedWhitespace):
        return comma.with_changes(whitespace_after=after.with_changes(first_line=said.first_line))
    return comma.with_changes(whitespace_after=said)
