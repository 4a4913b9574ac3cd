"""How a statement runs: in what transaction, how far it reaches, whether it writes rows or sets the path."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, Literal

from ormony.errors import OrmonyError
from ormony.sql.plpgsql import plpgsql_nodes, plpgsql_queries
from ormony.sql.reading import Node, Statement, options_of, parsed, read, strings_of, try_parse

BREAKPOINT: Final = "--> statement-breakpoint"
"""Drizzle's separator; its runner splits at every occurrence, also inside strings."""
_CONTROL: Final = frozenset(
    {
        "TRANS_STMT_BEGIN",
        "TRANS_STMT_START",
        "TRANS_STMT_COMMIT",
        "TRANS_STMT_ROLLBACK",
        "TRANS_STMT_PREPARE",
        "TRANS_STMT_COMMIT_PREPARED",
        "TRANS_STMT_ROLLBACK_PREPARED",
    }
)


def transaction_control(text: str, path: str | None = None) -> tuple[Statement, ...]:
    """The statements that begin or end a transaction (BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION, …).

    Savepoints do neither, nor do words in strings or bodies; a DO block that commits is one.
    """
    found = []
    for raw, statement in read(text, path):
        if statement.kind == "TransactionStmt":
            if raw.node["TransactionStmt"].get("kind") in _CONTROL:
                found.append(statement)
        elif statement.kind == "DoStmt" and any(
            kind in ("PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback") for kind, _ in plpgsql_nodes(raw.node)
        ):
            found.append(statement)
    return tuple(found)


@lru_cache(maxsize=4096)  # asked at every step of a deploy, of every file; the answer mostly is the text
def strip_wrapper(text: str, path: str | None = None, *, opened: bool = False) -> str:
    """The text without plain BEGIN … COMMIT pairs; each word is blanked out, so lines keep their numbers.

    With `opened`, what runs the text has opened a transaction itself: a COMMIT may come first, to leave that,
    and a BEGIN last. The text itself where any other transaction control is in it.
    """
    control = transaction_control(text, path)
    starts = {statement.start for statement in control}
    inside = False
    for raw, statement in read(text, path) if control else ():
        if statement.start not in starts:
            continue
        node = raw.node.get("TransactionStmt", {})
        begins = node.get("kind") in ("TRANS_STMT_BEGIN", "TRANS_STMT_START")
        plain = (begins and not node.get("options")) or (
            node.get("kind") == "TRANS_STMT_COMMIT" and not node.get("chain")
        )
        if not plain or (begins == inside and not opened):
            return text
        inside = begins
    if inside and not opened:
        return text
    for statement in control:
        blank = re.sub(r"[^\r\n]", " ", text[statement.start : statement.stop])
        text = text[: statement.start] + blank + text[statement.stop :]
    return text


_MAYBE_NON_TRANSACTIONAL: Final = frozenset(
    {
        "IndexStmt",
        "DropStmt",
        "ReindexStmt",
        "VacuumStmt",
        "ClusterStmt",
        "CreatedbStmt",
        "DropdbStmt",
        "CreateTableSpaceStmt",
        "DropTableSpaceStmt",
        "AlterSystemStmt",
        "AlterDatabaseStmt",
        "DiscardStmt",
        "CreateSubscriptionStmt",
        "AlterSubscriptionStmt",
        "DropSubscriptionStmt",
        "AlterTableStmt",
        "TransactionStmt",
    }
)
_ONLY_CONCURRENTLY: Final = frozenset({"IndexStmt", "DropStmt", "AlterTableStmt"})


def non_transactional(statement: Statement) -> bool:
    """Whether PostgreSQL refuses the statement inside a transaction (25001), as far as its text shows.

    Not shown: REINDEX or CLUSTER of a partitioned table. DROP SUBSCRIPTION counts, since it mostly has a
    slot.
    """
    if statement.kind not in _MAYBE_NON_TRANSACTIONAL:
        return False
    if statement.kind in _ONLY_CONCURRENTLY and "concurrently" not in statement.sql.lower():
        return False
    node = parsed(statement.sql)[0].node[statement.kind]
    options = options_of(node.get("options", ()) or node.get("params", ()))
    match statement.kind:
        case "IndexStmt" | "DropStmt":
            return bool(node.get("concurrent"))
        case "ReindexStmt":
            whole = node.get("kind") in (
                "REINDEX_OBJECT_SCHEMA",
                "REINDEX_OBJECT_SYSTEM",
                "REINDEX_OBJECT_DATABASE",
            )
            return whole or _is_true(options, "concurrently", default=False)
        case "VacuumStmt":
            return bool(node.get("is_vacuumcmd"))
        case "ClusterStmt":
            return "relation" not in node
        case "AlterDatabaseStmt":
            return "tablespace" in options
        case "DiscardStmt":
            return bool(node.get("target") == "DISCARD_ALL")
        case "CreateSubscriptionStmt":
            default = _is_true(options, "connect", default=True)
            return _is_true(options, "create_slot", default=default)
        case "AlterSubscriptionStmt":
            refreshes = node.get("kind") in (
                "ALTER_SUBSCRIPTION_SET_PUBLICATION",
                "ALTER_SUBSCRIPTION_ADD_PUBLICATION",
                "ALTER_SUBSCRIPTION_DROP_PUBLICATION",
            )
            if refreshes:
                return _is_true(options, "refresh", default=True)
            return str(node.get("kind")).startswith("ALTER_SUBSCRIPTION_REFRESH")
        case "AlterTableStmt":
            commands = [entry["AlterTableCmd"] for entry in node.get("cmds", ())]
            return any(each.get("def", {}).get("PartitionCmd", {}).get("concurrent") for each in commands)
        case "TransactionStmt":
            return node.get("kind") in ("TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED")
    return True


def _is_true(options: dict[str, Node], name: str, *, default: bool) -> bool:
    if name not in options:
        return default
    value = options[name]
    if "String" in value:
        return str(value["String"].get("sval", "")).lower() not in ("false", "off", "0", "no")
    if "Boolean" in value:
        return bool(value["Boolean"].get("boolval"))
    return not ("Integer" in value and not value["Integer"].get("ival"))


_CLUSTER_WIDE: Final = frozenset(
    {
        "CreateRoleStmt",
        "AlterRoleStmt",
        "AlterRoleSetStmt",
        "DropRoleStmt",
        "GrantRoleStmt",
        "CreatedbStmt",
        "DropdbStmt",
        "AlterDatabaseStmt",
        "AlterDatabaseSetStmt",
        "AlterDatabaseRefreshCollStmt",
        "CreateTableSpaceStmt",
        "DropTableSpaceStmt",
        "AlterTableSpaceOptionsStmt",
        "AlterTableMoveAllStmt",
        "AlterSystemStmt",
        "CreateSubscriptionStmt",
        "DropSubscriptionStmt",
        "AlterSubscriptionStmt",
    }
)
_ABOUT_CLUSTER: Final = frozenset({"OBJECT_ROLE", "OBJECT_DATABASE", "OBJECT_TABLESPACE"})


def cluster_wide(statement: Statement) -> bool:
    """Whether the statement reaches beyond its database: roles, databases, tablespaces, ALTER SYSTEM,
    subscriptions.

    A DO block counts when a statement in it does, also one in a literal EXECUTE; what is put together at run
    time cannot be seen.
    """
    if statement.kind in _CLUSTER_WIDE:
        return True
    if statement.kind not in (
        "DoStmt",
        "RenameStmt",
        "CommentStmt",
        "GrantStmt",
        "AlterOwnerStmt",
        "SecLabelStmt",
    ):
        return False
    return any(_reaches_cluster(node) for node in run_by(statement))


def _reaches_cluster(node: Node) -> bool:
    kind, inner = next(iter(node.items()))
    about = inner.get("renameType") or inner.get("objectType") or inner.get("objtype")
    return kind in _CLUSTER_WIDE or about in _ABOUT_CLUSTER


_CHANGES_DATA: Final = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"})
_CHANGING_KEYS: Final = _CHANGES_DATA - {"TruncateStmt"}


def changes_data(statement: Statement) -> bool:
    """Whether the statement writes rows: INSERT, UPDATE, DELETE, MERGE, COPY FROM, TRUNCATE, setval; DO
    blocks too.

    A function that writes when it is called is not seen.
    """
    if statement.kind in _CHANGES_DATA:
        return True
    if statement.kind not in (
        "DoStmt",
        "SelectStmt",
        "CopyStmt",
        "CreateTableAsStmt",
        "ExplainStmt",
        "PrepareStmt",
    ):
        return False
    return any(writes_rows(node) for node in run_by(statement))


def writes_rows(node: Node) -> bool:
    """Whether a statement's tree writes rows itself."""
    kind, inner = next(iter(node.items()))
    if kind in _CHANGES_DATA or (kind == "CopyStmt" and inner.get("is_from")):
        return True
    if kind not in ("SelectStmt", "CopyStmt", "CreateTableAsStmt", "ExplainStmt"):
        return False  # a function's or trigger's definition runs nothing
    if kind == "ExplainStmt" and "analyze" not in options_of(inner.get("options", ())):
        return False
    stack: list[Any] = [inner]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if _CHANGING_KEYS & current.keys():
                return True
            if "funcname" in current and strings_of(current["funcname"])[-1:] == ["setval"]:
                return True
            stack.extend(current.values())
    return False


def run_by(statement: Statement) -> list[Node]:
    """The statement's tree; of a DO block the trees of all static SQL in it."""
    nodes = [raw.node for raw in try_parse(statement.sql)]
    if statement.kind != "DoStmt":
        return nodes
    return [raw.node for node in nodes for query in plpgsql_queries(node) for raw in try_parse(query)]


def split_breakpoints(text: str, path: str | None = None) -> str:
    """Drizzle's file as plain SQL: its markers removed, each chunk ended by a semicolon, lines where they
    were.

    Raises `sql-syntax` for a chunk that is not SQL on its own, since Drizzle's runner sends it alone.
    """
    if BREAKPOINT not in text:
        return text
    out = []
    start = 0
    for chunk in text.split(BREAKPOINT):
        try:
            found = read(chunk, path)
        except OrmonyError:
            # Read it again where it stands in the file, so that the error has the file's line and column.
            read(re.sub(r"[^\n]", " ", text[:start]) + chunk, path)
            raise
        start += len(chunk) + len(BREAKPOINT)
        if found and found[-1][0].end is None:
            stop = found[-1][1].stop
            chunk = f"{chunk[:stop]};{chunk[stop:]}"
        out.append(chunk)
    return "".join(out)


def search_path_of_session(statement: Statement) -> Literal["set", "reset"] | None:
    """Whether the statement changes, or gives back, the search path of the session (and not of its
    transaction alone); None where it does neither.
    """
    if statement.kind not in ("VariableSetStmt", "SelectStmt", "DiscardStmt", "DoStmt"):
        return None
    done: Literal["set", "reset"] | None = None
    for node in run_by(statement):
        done = _sets_search_path(node) or done
    return done


def _sets_search_path(node: Node) -> Literal["set", "reset"] | None:
    kind, inner = next(iter(node.items()))
    if kind == "DiscardStmt":
        return "reset" if inner.get("target") == "DISCARD_ALL" else None
    if kind == "VariableSetStmt":
        how = inner.get("kind")
        if how == "VAR_RESET_ALL":
            return "reset"
        if inner.get("name") != "search_path" or inner.get("is_local"):
            return None
        return "set" if how == "VAR_SET_VALUE" else "reset"
    for target in inner.get("targetList", ()) if kind == "SelectStmt" else ():
        call = target.get("ResTarget", {}).get("val", {}).get("FuncCall")
        if call and strings_of(call.get("funcname", ()))[-1:] == ["set_config"]:
            arguments = [each.get("A_Const", {}) for each in call.get("args", ())]
            name = arguments[0].get("sval", {}).get("sval") if arguments else None
            local = arguments[2].get("boolval", {}).get("boolval", False) if len(arguments) > 2 else True
            if name == "search_path" and not local:
                return "set"
    return None
