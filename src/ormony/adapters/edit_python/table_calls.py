"""The same edits in a `Table(…)`, whose columns are arguments."""

from __future__ import annotations

import re

import libcst as cst

from ormony.adapters.edit_python.changing import apply
from ormony.adapters.edit_python.concrete import code_of, exchanged, inserted, text_of, without_argument
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.new_column import new_in_table, paste
from ormony.adapters.edit_python.spot import Spot
from ormony.adapters.edit_python.work import Work, finished
from ormony.adapters.edit_python.written import COLUMNS, NOT_TYPES
from ormony.mirrors import Edit


def edited_table(work: Work, each: Edit) -> str:
    """The text with the edit made in the call."""
    call = work.table
    assert call is not None
    spots = {}
    for i, argument in enumerate(call.args):
        if isinstance(argument.value, cst.Call) and work.word(argument.value.func) in COLUMNS:
            name = text_of(argument.value.args[0].value) if argument.value.args else None
            if name is not None:
                spots[name] = i
    at = spots.get(each.column)
    if each.action == "add":
        if at is not None:
            return work.text
        text = new_in_table(work, each).rstrip().removesuffix(",")
        after = spots.get(each.after or "")
        index = (after + 1) if after is not None else (min(spots.values()) if each.after is None and spots
                 else max(spots.values(), default=1) + 1)  # fmt: skip
        new = call.with_changes(
            args=inserted(call.args, index, cst.Arg(cst.parse_expression(text)), call.whitespace_before_args)
        )
    elif at is None:
        if each.action == "remove":
            return work.text
        raise Left(f"column {each.column} is not written in {work.model.name}", paste(work, each))
    elif each.action == "remove":
        variable = re.search(rf"\b{re.escape(work.model.name)}\.c\.{re.escape(each.column)}\b", work.text)
        if variable:
            line = work.text.count("\n", 0, variable.start()) + 1
            raise Left(f"column {each.column} is used at {work.path}:{line}")
        for one in call.args:
            made = one.value
            known = isinstance(made, cst.Call) and work.word(made.func) in NOT_TYPES
            if known and re.search(rf"\b{re.escape(each.column)}\b", code_of(made)):
                raise Left(f"column {each.column} is used by {code_of(made)}")
        new = without_argument(call, at)
    else:
        spot = Spot(None, call.args[at].value)
        place = work.model.places.get(each.column)
        apply(work, spot, each, each.column, str(place) if place is not None else work.path)
        if spot.constraint is not None:
            old, other = spot.constraint
            new = cst.ensure_type(call.deep_replace(old, other), cst.Call)
        else:
            arguments = list(call.args)
            arguments[at] = arguments[at].with_changes(value=spot.value)
            new = call.with_changes(args=arguments)
    return finished(work, exchanged(work.module, call, new))
