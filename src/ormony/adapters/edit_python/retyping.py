"""A column's type changed: in SQLAlchemy's words, in the annotation, in what a `Field(…)` says of it."""

from __future__ import annotations

import ast
from typing import Final

import libcst as cst

from ormony.adapters.edit_python.concrete import (
    argument_at,
    as_ast,
    with_argument,
    with_keyword,
    with_value,
    without_keyword,
)
from ormony.adapters.edit_python.enums import extend_enum, kept_enum
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.new_column import paste
from ormony.adapters.edit_python.saying import (
    explicit_type,
    field_constraints,
    is_implied,
    python_of,
    said_type,
    wanted_type,
)
from ormony.adapters.edit_python.spot import Spot, column_call, field_call, made_call
from ormony.adapters.edit_python.sqltypes import SqlType, spelled
from ormony.adapters.edit_python.work import Work
from ormony.adapters.edit_python.written import annotation_of, plain_word, type_position
from ormony.mirrors import Edit

_OF_TEXT: Final = frozenset({"max_length", "min_length", "regex", "pattern"})
_OF_NUMBERS: Final = frozenset({"gt", "ge", "lt", "le", "multiple_of", "max_digits", "decimal_places"})
_BASIC: Final = frozenset(
    {
        "str", "int", "float", "bool", "bytes", "datetime", "date", "time", "timedelta", "Decimal", "UUID",
        "dict", "Dict", "list", "List", "object",
    }
)  # fmt: skip
_LOOSE: Final = frozenset({"dict", "Dict", "list", "List", "object", "Any"})


def change_type(work: Work, spot: Spot, each: Edit, place: str) -> None:
    """Give the column the type of the edit."""
    kind = wanted_type(work, each)
    column = column_call(work, spot.value)
    written: cst.BaseExpression | None = None
    if column is not None:
        at = type_position(as_ast(column), work.names)
        written = None if at is None else column.args[at].value
    elif isinstance(spot.value, cst.Call):
        at = argument_at(spot.value, "sa_type")
        written = None if at is None else spot.value.args[at].value
    old: ast.expr | None = None if written is None else as_ast(written)
    extend_enum(work, each, kind, old, spot.annotation)
    python = python_of(work, kind, each)
    said = said_type(work, kind, each)
    if old is not None and spelled(old, work.names) is None and work.names.word(old) != "Enum":
        raise Left(
            f"column {each.column} has a type of its own, {ast.unparse(old)}, at {place}",
            paste(work, each),
        )
    if isinstance(written, cst.Call) and each.labels and work.word(written.func) == "Enum":
        said = kept_enum(written, python, kind.base, work.quoted) or said
    _check_default(work, spot, each, python, place)
    changed_python = _retype(work, spot, each, python, kind, place)
    if column is not None:
        position = type_position(as_ast(column), work.names)
        if position is None:
            if not (work.style == "mapped" and is_implied(work, kind, python)):
                first = column.args and isinstance(column.args[0].value, cst.SimpleString)
                new = with_argument(column, 1 if first and column.args[0].keyword is None else 0, said)
                spot.replace(column, new)
        else:
            spot.replace(column, with_value(column, position, said))
    elif work.style == "sqlmodel":
        _retype_field(work, spot, kind, python, said, place, changed=changed_python)
    elif not is_implied(work, kind, python):
        call = made_call(work, spot)
        spot.replace(call, with_argument(call, 0, said))


def _retype(work: Work, spot: Spot, each: Edit, python: str, kind: SqlType, place: str) -> bool:
    """Python's type in the annotation; whether it is another one now."""
    if spot.annotation is None:
        return False
    said = annotation_of(spot.annotation, work.names)
    core = said.core
    basic = core in work.enums or plain_word(core) in _BASIC | {"Any"}
    if core in (python, ""):
        return False
    if plain_word(core) == "Any" and work.style != "sqlmodel":  # which takes the type from it
        return False
    if "[" not in core + python and plain_word(core) == plain_word(python):
        return False
    loose = kind.base in ("json", "jsonb", "vector", "halfvec", "hstore") and not kind.array
    if loose and (not basic or plain_word(core) in _LOOSE):
        return False
    if not basic:
        if python == "str":  # EmailStr, a Literal, a NewType
            return False
        raise Left(f"column {each.column} has Python's type {core}, at {place}", paste(work, each))
    spot.annotation = said.text(python, spot.annotation)
    return True


def _check_default(work: Work, spot: Spot, each: Edit, python: str, place: str) -> None:
    value = spot.value
    default: cst.BaseExpression | None = value if not isinstance(value, cst.Call) else None
    if isinstance(value, cst.Call):
        call = column_call(work, value) or value
        for one in (call, value):
            index = argument_at(one, "default")
            default = one.args[index].value if index is not None else default
    if default is None:
        return
    node = as_ast(default)
    if not isinstance(node, ast.Constant) or node.value is None or node.value is ...:
        return
    fitting = {
        "str": (str,), "int": (int,), "float": (int, float), "bool": (bool,), "bytes": (bytes,)
    }.get(python)  # fmt: skip
    word = plain_word(python)
    fitting = (int, float, str) if word == "Decimal" else fitting
    if (
        fitting is None
        or (python != "bool" and isinstance(node.value, bool))
        or not isinstance(node.value, fitting)
    ):
        raise Left(
            f"default {ast.unparse(node)} of column {each.column}, at {place}, is no {python}",
            paste(work, each),
        )


def _retype_field(
    work: Work, spot: Spot, kind: SqlType, python: str, said: str, place: str, *, changed: bool
) -> None:
    """The constraints and `sa_type` of a `Field(…)`."""
    explicit = explicit_type(work, kind, python, said)
    if not isinstance(spot.value, cst.Call) and explicit is None and not field_constraints(work, kind):
        return
    call = field_call(work, spot, place)
    new = call
    wanted = dict(each.split("=", 1) for each in field_constraints(work, kind)) if explicit is None else {}
    if explicit is not None:
        wanted["sa_type"] = explicit
    gone = {"sa_type", "max_digits", "decimal_places", "max_length"} - wanted.keys()
    if changed and python != "str":
        gone |= _OF_TEXT - wanted.keys()
    if changed and plain_word(python) not in ("int", "float", "Decimal", "datetime", "date", "time"):
        gone |= _OF_NUMBERS - wanted.keys()
    for name in sorted(gone):
        new = without_keyword(new, name)
    for name, value in wanted.items():
        new = with_keyword(new, name, value)
    spot.value = new if new.args else None
