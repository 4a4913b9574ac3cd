"""Foreign keys taken out of the statements that make tables, to be added behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ormony.sql.effects import facts
from ormony.sql.naming import Name, Scope, names_of, object_name
from ormony.sql.reading import Statement
from ormony.sql.running import run_by, writes_rows


class Lifted(msgspec.Struct, frozen=True):
    """A statement without some of its foreign keys (None: nothing is left), and what adds them later."""

    rest: str | None
    foreign_keys: tuple[str, ...]


def lift_foreign_keys(
    statement: Statement, targets: frozenset[Name], search_path: Sequence[str] = ("public",)
) -> Lifted | None:
    """Take the foreign keys to `targets` out of a CREATE TABLE, an ALTER TABLE or a DO block that only adds
    them.

    An inline key gets the name that PostgreSQL would give it. None where the statement has no such key, or
    where it cannot be told apart from what else the statement does. What is left of a changed statement is
    printed anew by the parser, without its comments; neither text ends with a semicolon.
    """
    if statement.kind == "DoStmt":
        return Lifted(None, (statement.sql,)) if _only_adds_keys(statement) else None
    if statement.kind not in ("CreateStmt", "AlterTableStmt"):
        return None
    from postgast import deparse, parse
    from postgast.pg_query_pb2 import ConstrType

    tree = parse(statement.sql)
    scope = Scope(search_path)
    creates = statement.kind == "CreateStmt"
    node = tree.stmts[0].stmt.create_stmt if creates else tree.stmts[0].stmt.alter_table_stmt
    elements = node.table_elts if creates else node.cmds
    found: list[Any] = []

    def is_wanted(constraint: Any) -> bool:
        if constraint.contype != ConstrType.Value("CONSTR_FOREIGN"):
            return False
        target = constraint.pktable
        return bool(targets.intersection(names_of(scope, "relation", target.schemaname, target.relname)))

    for at in reversed(range(len(elements))):
        element = elements[at]
        definition = element if creates else getattr(element.alter_table_cmd, "def")
        if definition.HasField("constraint") and is_wanted(definition.constraint):
            found.append(_copy(definition.constraint))
            del elements[at]
        elif definition.HasField("column_def"):
            found += _take_column_keys(definition.column_def, is_wanted)
    if not found:
        return None
    found.reverse()
    taken = {name.name for name in facts(statement.sql)[0].creates if name.kind == "constraint"}
    added = []
    for constraint in found:
        if not constraint.conname:
            columns = "_".join(column.string.sval for column in constraint.fk_attrs)
            constraint.conname = _free_name(node.relation.relname, columns, taken)
        taken.add(constraint.conname)
        alter = parse("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b")
        inner = alter.stmts[0].stmt.alter_table_stmt
        inner.relation.CopyFrom(node.relation)
        getattr(inner.cmds[0].alter_table_cmd, "def").constraint.CopyFrom(constraint)
        added.append(deparse(alter))
    return Lifted(deparse(tree) if creates or len(elements) else None, tuple(added))


def _copy(constraint: Any) -> Any:
    copied = type(constraint)()
    copied.CopyFrom(constraint)
    return copied


def _take_column_keys(column: Any, is_wanted: Callable[[Any], bool]) -> list[Any]:
    """Remove the column's wanted foreign keys, and the DEFERRABLE words after them, and return them as table
    keys.
    """
    from postgast.pg_query_pb2 import ConstrType
    from postgast.pg_query_pb2 import Node as TreeNode

    attributes = {
        ConstrType.Value("CONSTR_ATTR_DEFERRABLE"): ("deferrable", True),
        ConstrType.Value("CONSTR_ATTR_NOT_DEFERRABLE"): ("deferrable", False),
        ConstrType.Value("CONSTR_ATTR_DEFERRED"): ("initdeferred", True),
        ConstrType.Value("CONSTR_ATTR_IMMEDIATE"): ("initdeferred", False),
        ConstrType.Value("CONSTR_ATTR_ENFORCED"): ("is_enforced", True),
        ConstrType.Value("CONSTR_ATTR_NOT_ENFORCED"): ("is_enforced", False),
    }
    found: list[Any] = []
    kept: list[Any] = []
    current: Any = None
    for entry in column.constraints:
        constraint = entry.constraint
        if current is not None and constraint.contype in attributes:
            setattr(current, *attributes[constraint.contype])
            continue
        current = None
        if is_wanted(constraint):
            current = _copy(constraint)
            key = TreeNode()
            key.string.sval = column.colname
            current.fk_attrs.append(key)
            found.append(current)
        else:
            kept.append(_copy(entry))
    if found:
        del column.constraints[:]
        column.constraints.extend(kept)
    return found[::-1]


def _free_name(table: str, columns: str, taken: set[str]) -> str:
    name, count = object_name(table, columns, "fkey"), 0
    while name in taken:
        count += 1
        name = object_name(table, columns, f"fkey{count}")
    return name


def _only_adds_keys(statement: Statement) -> bool:
    adds = False
    for node in run_by(statement):
        kind, inner = next(iter(node.items()))
        if kind == "SelectStmt" and not writes_rows(node):
            continue  # a condition, e.g. IF NOT EXISTS (SELECT FROM pg_constraint …)
        commands = (
            [entry["AlterTableCmd"] for entry in inner.get("cmds", ())] if kind == "AlterTableStmt" else []
        )
        constraints = [command.get("def", {}).get("Constraint", {}) for command in commands]
        if not constraints or any(each.get("contype") != "CONSTR_FOREIGN" for each in constraints):
            return False
        adds = True
    return adds
