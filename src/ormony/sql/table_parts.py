"""Columns, constraints and other parts of tables, each at the line that makes or changes it."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from ormony.sql.effects import Facts, each_with_facts
from ormony.sql.naming import Name, Scope, columns_in, is_temporary, names_of, object_name, relation_of
from ormony.sql.reading import Node, strings_of


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A column or constraint in the text of a CREATE TABLE or ALTER TABLE; `line` counts from 1.

    A constraint without a name has the one that PostgreSQL would give it, as long as that is free.
    """

    name: Name
    line: int
    action: Literal["make", "alter", "drop"]


def parts(
    text: str, *, search_path: Sequence[str] = ("public",), path: str | None = None
) -> tuple[tuple[Facts, tuple[Part, ...]], ...]:
    """The facts of each statement, and the columns and constraints that it makes, alters and drops.

    What an ALTER TABLE without a schema names stands once for each schema of the search path. Raises like
    `statements`.
    """
    data = (" " + text[1:] if text.startswith("\ufeff") else text).encode("utf-8", "surrogatepass")
    lines = _Lines(data)
    found = []
    for raw, facts, scope in each_with_facts(text, search_path, path):
        kind, node = next(iter(raw.node.items()))
        of_table: tuple[Part, ...] = ()
        if kind == "CreateForeignTableStmt":
            kind, node = "CreateStmt", node["base"]
        if kind == "CreateStmt" and not is_temporary(node["relation"]):
            of_table = tuple(_made_in(node, facts, scope, lines))
        elif kind == "AlterTableStmt":
            of_table = tuple(_altered_in(node, facts, scope, lines))
        found.append((facts, of_table))
    return tuple(found)


class _Lines:
    """Which line a byte offset is on."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.ends = [each.start() for each in re.finditer(rb"\n", data)]

    def of(self, offset: int) -> int:
        return bisect.bisect_left(self.ends, offset) + 1

    def word(self, name: str, begin: int, end: int) -> int | None:
        """The offset of an identifier in a stretch of the text."""
        quoted = re.escape(name.replace('"', '""').encode())
        pattern = rb'"' + quoted + rb'"|(?<![\w$"])' + quoted + rb'(?![\w$"])'
        match = re.compile(pattern, re.IGNORECASE).search(self.data, begin, end)
        return match.start() if match else None


def _made_in(node: Node, facts: Facts, scope: Scope, lines: _Lines) -> Iterator[Part]:
    schema, table = relation_of(node["relation"])
    place = schema or scope.places.get(("relation", table), "")
    for element in node.get("tableElts", ()):
        if "ColumnDef" in element:
            yield from _column_parts(element["ColumnDef"], place, table, facts, lines)
        elif "Constraint" in element:
            yield from _constraint_parts(element["Constraint"], "", place, table, facts, lines)


def _column_parts(column: Node, schema: str, table: str, facts: Facts, lines: _Lines) -> Iterator[Part]:
    name = column.get("colname", "")
    line = lines.of(column["location"]) if "location" in column else facts.statement.line
    yield Part(name=Name("column", schema, name, table), line=line, action="make")
    for each in column.get("constraints", ()):
        yield from _constraint_parts(each.get("Constraint", {}), name, schema, table, facts, lines)


_IMPLICIT: Final = {
    "CONSTR_PRIMARY": "pkey",
    "CONSTR_UNIQUE": "key",
    "CONSTR_FOREIGN": "fkey",
    "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "excl",
    "CONSTR_NOTNULL": "not_null",
}


def _constraint_parts(
    constraint: Node, column: str, schema: str, table: str, facts: Facts, lines: _Lines
) -> Iterator[Part]:
    label = _IMPLICIT.get(constraint.get("contype", ""))
    if label is None:
        return
    name = constraint.get("conname")
    if not name:
        keys = strings_of(constraint.get("fk_attrs") or constraint.get("keys") or ()) or [column]
        if label == "check" and not column:
            used = columns_in(constraint.get("raw_expr", {}))
            keys = [next(iter(used))] if len(used) == 1 else []
        name = object_name(table, "_".join(keys) if label != "pkey" else "", label)
    line = lines.of(constraint["location"]) if "location" in constraint else facts.statement.line
    yield Part(name=Name("constraint", schema, name, table), line=line, action="make")


_OF_COLUMN: Final = frozenset(
    {
        "AT_ColumnDefault",
        "AT_CookedColumnDefault",
        "AT_DropNotNull",
        "AT_SetNotNull",
        "AT_SetExpression",
        "AT_DropExpression",
        "AT_SetStatistics",
        "AT_SetOptions",
        "AT_ResetOptions",
        "AT_SetStorage",
        "AT_SetCompression",
        "AT_AlterColumnType",
        "AT_AddIdentity",
        "AT_SetIdentity",
        "AT_DropIdentity",
    }
)


def _altered_in(node: Node, facts: Facts, scope: Scope, lines: _Lines) -> Iterator[Part]:
    schema, table = relation_of(node["relation"])
    statement = facts.statement
    begin = node["relation"].get("location", 0)
    end = begin + len(statement.sql.encode())
    places = [each.schema for each in names_of(scope, "relation", schema, table)]
    for entry in node.get("cmds", ()):
        command = entry["AlterTableCmd"]
        subtype, name, definition = command.get("subtype"), command.get("name"), command.get("def", {})
        at = next((each["location"] for each in definition.values() if _has_location(each)), None)
        if at is None and name:
            at = lines.word(name, begin, end)
        begin = at + 1 if at is not None else begin
        line = lines.of(at) if at is not None else statement.line
        for place in places:
            if subtype == "AT_AddColumn":
                yield from _column_parts(definition.get("ColumnDef", {}), place, table, facts, lines)
            elif subtype == "AT_AddConstraint":
                yield from _constraint_parts(definition.get("Constraint", {}), "", place, table, facts, lines)
            elif subtype in _OF_COLUMN and name:
                yield Part(name=Name("column", place, name, table), line=line, action="alter")
            elif subtype in ("AT_AlterConstraint", "AT_ValidateConstraint") and name:
                yield Part(name=Name("constraint", place, name, table), line=line, action="alter")
            elif subtype in ("AT_DropColumn", "AT_DropConstraint") and name:
                kind = "column" if subtype == "AT_DropColumn" else "constraint"
                yield Part(name=Name(kind, place, name, table), line=line, action="drop")


def _has_location(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("location"), int)
