"""A column while it changes: its annotation, its value, and the calls in that."""

from __future__ import annotations

import libcst as cst

from ormony.adapters.edit_python.concrete import argument_at, code_of
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.work import Work, callee
from ormony.adapters.edit_python.written import COLUMNS


class Spot:
    """A column's annotation and value, while they change; `constraint` is a change elsewhere in the class."""

    def __init__(self, annotation: str | None, value: cst.BaseExpression | None) -> None:
        self.annotation, self.value = annotation, value
        self.constraint: tuple[cst.CSTNode, cst.CSTNode] | None = None

    def replace(self, old: cst.Call, new: cst.Call) -> None:
        """Put a call in the place of another one of the value."""
        if old is new:
            return
        if self.value is None or self.value is old:
            self.value = new
        else:
            changed = self.value.deep_replace(old, new)
            assert isinstance(changed, cst.BaseExpression)
            self.value = changed


def column_call(work: Work, value: cst.BaseExpression | None) -> cst.Call | None:
    """The `Column(…)` or `mapped_column(…)` in a value, also within `Field(…)`; None without one."""
    if not isinstance(value, cst.Call):
        return None
    word = work.word(value.func)
    if word in COLUMNS:
        return value
    if word in ("deferred", "column_property") and value.args:
        return column_call(work, value.args[0].value)
    if word == "Field":
        index = argument_at(value, "sa_column")
        return None if index is None else column_call(work, value.args[index].value)
    return None


def field_call(work: Work, spot: Spot, place: str) -> cst.Call:
    """The `Field(…)` of a SQLModel column, made where there is none."""
    if isinstance(spot.value, cst.Call):
        if argument_at(spot.value, "sa_column") is not None and column_call(work, spot.value) is None:
            raise Left(f"the column at {place} is made elsewhere")
        return spot.value
    call = work.names.use("sqlmodel", "Field")
    inner = "" if spot.value is None else f"default={code_of(spot.value)}"
    made = cst.parse_expression(f"{call}({inner})")
    assert isinstance(made, cst.Call)
    return made


def made_call(work: Work, spot: Spot) -> cst.Call:
    """The `Column(…)` or `mapped_column(…)` of a column, made where there is none."""
    found = column_call(work, spot.value)
    if found is not None:
        return found
    made = cst.parse_expression(f"{callee(work, 'mapped_column', 'sqlalchemy.orm')}()")
    assert isinstance(made, cst.Call)
    spot.value = made
    return made
