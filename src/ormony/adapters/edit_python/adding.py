"""Where a new column goes: behind the one that it follows in its table, spaced as its neighbours are."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from ormony.adapters.edit_python.concrete import (
    exchanged,
    find_class,
    is_pass,
    is_string,
    leading_of,
    starts_apart,
    target_of,
)
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.new_column import new_field
from ormony.adapters.edit_python.work import Work, finished
from ormony.mirrors import Edit


def add(work: Work, each: Edit) -> str:
    """The text with a new column in the class."""
    assert work.described is not None
    text = new_field(work, each)
    node = find_class(work.module, work.model.name)
    assert node is not None
    if not isinstance(node.body, cst.IndentedBlock):
        raise Left(f"class {work.model.name} has its body on one line", text)
    new = cst.parse_statement(text, config=work.module.config_for_parsing)
    body = list(node.body.body)
    own = {one.attribute: one.column for one in work.described.columns if one.owner == work.model.name}
    index, replaced = _place(work, body, own, each.after)
    if replaced:  # `pass`
        body[index] = new
    else:
        if (
            index < len(body)
            and index <= _first_field(body, own)
            and isinstance(new, cst.SimpleStatementLine)
        ):
            following = body[index]
            if _is_field(following, own):  # it takes over the blank lines that set the fields apart
                blank, rest = leading_of(following)
                body[index] = following.with_changes(leading_lines=rest)
                new = new.with_changes(leading_lines=blank)
        if isinstance(new, cst.SimpleStatementLine) and _set_apart(body, own) and index > 0:
            new = new.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        body.insert(index, new)
    changed = node.with_changes(body=node.body.with_changes(body=body))
    return finished(work, exchanged(work.module, node, changed))


def _place(
    work: Work, body: list[cst.BaseStatement], own: dict[str, str], after: str | None
) -> tuple[int, bool]:
    """Where a new field goes: after that of `after`, else after the last one; and whether it replaces
    what stands there."""
    fields = [i for i, each in enumerate(body) if _is_field(each, own)]
    if after is not None:
        for i in fields:
            if own.get(target_of(body[i]) or "") == after:
                return _past(work, body, i + 1), False
    elif fields:
        return fields[0], False
    if fields:
        return _past(work, body, fields[-1] + 1), False
    index = 0
    for i, each in enumerate(body):
        if is_string(each) or (target_of(each) or "").startswith(("__", "model_config")):
            index = i + 1
    if index < len(body) and is_pass(body[index]):
        return index, True
    return index, False


def _past(work: Work, body: list[cst.BaseStatement], index: int) -> int:
    """Past the string that describes the field before."""
    return index + 1 if index < len(body) and is_string(body[index]) else index


def _is_field(statement: cst.CSTNode, own: dict[str, str]) -> bool:
    return isinstance(statement, cst.SimpleStatementLine | cst.FunctionDef) and target_of(statement) in own


def _first_field(body: Sequence[cst.BaseStatement], own: dict[str, str]) -> int:
    return next((i for i, each in enumerate(body) if _is_field(each, own)), -1)


def _set_apart(body: Sequence[cst.BaseStatement], own: dict[str, str]) -> bool:
    """Whether each field has a blank line before it."""
    fields = [each for i, each in enumerate(body) if i and _is_field(each, own)]
    return len(fields) > 1 and all(starts_apart(each) for each in fields)
