"""What single statements say that is no name: a label, constants, the arguments of a trigger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ormony.sql.naming import Name, Scope, names_of, split_name
from ormony.sql.reading import Statement, strings_of, try_parse
from ormony.sql.running import run_by


class EnumValue(msgspec.Struct, frozen=True):
    """A label that ALTER TYPE … ADD VALUE adds; `types` are what the type's name may mean."""

    types: frozenset[Name]
    label: str


def added_value(statement: Statement, *, search_path: Sequence[str] = ("public",)) -> EnumValue | None:
    """The enum label that the statement adds; None for every other statement."""
    if statement.kind != "AlterEnumStmt":
        return None
    for raw in try_parse(statement.sql):
        node = raw.node.get("AlterEnumStmt", {})
        if node.get("newVal") and not node.get("oldVal"):
            scope = Scope(search_path)
            names = names_of(scope, "type", *split_name(strings_of(node.get("typeName", ()))))
            return EnumValue(frozenset(names), str(node["newVal"]))
    return None


def literals(statement: Statement) -> frozenset[str]:
    """The string constants of a statement; of a DO block those of the SQL in it; no function bodies."""
    found: set[str] = set()
    stack: list[Any] = list(run_by(statement))
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            text = current.get("A_Const", {}).get("sval", {}).get("sval")
            if isinstance(text, str):
                found.add(text)
            stack.extend(current.values())
    return frozenset(found)


def trigger_arguments(text: str) -> tuple[str, ...]:
    """What a CREATE TRIGGER gives its function; () for every other statement."""
    for raw in try_parse(text):
        return tuple(strings_of(raw.node.get("CreateTrigStmt", {}).get("args", ())))
    return ()
