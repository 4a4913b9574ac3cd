"""The SQL inside PL/pgSQL bodies, as far as it is written there and not put together at run time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ormony.sql.naming import BUILTIN_TYPES
from ormony.sql.quoting import quote_identifier, quote_literal
from ormony.sql.reading import Node, Unreadable, parser, refuse, strings_of, tokens_of, try_parse


def plpgsql_queries(node: Node) -> list[str]:
    """All SQL in a PL/pgSQL function or DO block, each as a statement of its own; literal EXECUTEs are
    opened.
    """
    found = []
    for kind, inner in plpgsql_nodes(node):
        if kind == "PLpgSQL_type":
            name = str(inner.get("typname", "")).partition("%")
            if name[1] and name[0]:
                found.append(f"SELECT NULL::{name[0]}")
            continue
        if kind == "PLpgSQL_stmt_dynexecute":
            literal = _literal(inner.get("query", {}).get("PLpgSQL_expr", {}).get("query", ""))
            if literal:
                found.append(literal)
        if kind == "PLpgSQL_expr":
            query, mode = str(inner.get("query", "")), inner.get("parseMode", 0)
            if mode == 0:
                found.append(query)
            elif mode == 2:
                found.append(f"SELECT {query}")
            elif mode >= 3:
                _, mark, value = query.partition(":=")
                found.append(f"SELECT {value if mark else query.partition('=')[2]}")
    return found


def _literal(expression: str) -> str | None:
    """The text of a constant string expression: a literal, or several joined by `||`."""

    def value(node: Node) -> str | None:
        if "A_Const" in node:
            text = node["A_Const"].get("sval", {}).get("sval")
            return text if isinstance(text, str) else None
        if "A_Expr" in node and strings_of(node["A_Expr"].get("name", ())) == ["||"]:
            left, right = value(node["A_Expr"].get("lexpr", {})), value(node["A_Expr"].get("rexpr", {}))
            return left + right if left is not None and right is not None else None
        return None

    for raw in try_parse(f"SELECT {expression}"):
        targets = raw.node.get("SelectStmt", {}).get("targetList", ())
        if len(targets) == 1:
            return value(targets[0].get("ResTarget", {}).get("val", {}))
    return None


def plpgsql_nodes(node: Node) -> Iterator[tuple[str, Node]]:
    """Every node of the PL/pgSQL tree; nothing where the body is not PL/pgSQL that the parser takes."""
    for tree in _plpgsql_trees(node):
        stack: list[Any] = [tree]
        while stack:
            current = stack.pop()
            if isinstance(current, list):
                stack.extend(reversed(current))
            elif isinstance(current, dict):
                for key, value in reversed(current.items()):
                    if isinstance(value, dict):
                        if key.startswith("PLpgSQL"):
                            yield key, value
                        stack.append(value)
                    elif isinstance(value, list):
                        stack.append(value)


def _plpgsql_trees(node: Node) -> list[Any]:
    """The PL/pgSQL tree of a function or DO block.

    libpg_query knows no type outside pg_catalog and public and writes broken JSON for trigger functions, so
    the function is written anew: same body, parameters and kind of result, unknown types as text or record.
    """
    kind, inner = next(iter(node.items()))
    options = inner.get("options", ()) if kind == "CreateFunctionStmt" else inner.get("args", ())
    language, body = "plpgsql", ""
    for entry in options:
        option = entry.get("DefElem", {})
        argument = option.get("arg", {})
        if option.get("defname") == "language":
            language = argument.get("String", {}).get("sval", "").lower()
        elif option.get("defname") == "as":
            body = argument.get("String", {}).get("sval") or "".join(
                strings_of(argument.get("List", {}).get("items", ()))[:1]
            )
    if language != "plpgsql" or not body or "\0" in body:
        return []
    head = _plpgsql_head(inner) if kind == "CreateFunctionStmt" else "() RETURNS void"
    for plain in ("", "text", "record"):
        text = _with_plain_types(body, plain) if plain else body
        tree = _parse_plpgsql(f"CREATE FUNCTION f{head} LANGUAGE plpgsql AS {quote_literal(text)}")
        if tree is not None:
            return tree
    return []


def _parse_plpgsql(sql: str) -> list[Any] | None:
    library = parser()
    result = library.pg_query_parse_plpgsql(sql.encode())
    try:
        refuse(result)
        tree = msgspec.json.decode(result.plpgsql_funcs)
    except (Unreadable, msgspec.DecodeError, RecursionError):
        return None
    finally:
        library.pg_query_free_plpgsql_parse_result(result)
    return tree if isinstance(tree, list) else None


def _plpgsql_head(function: Node) -> str:
    parameters = []
    returns_table = False
    has_out = False
    for entry in function.get("parameters", ()):
        inner = entry["FunctionParameter"]
        mode = inner.get("mode", "")
        if mode == "FUNC_PARAM_TABLE":
            returns_table = True
            continue
        has_out = has_out or mode in ("FUNC_PARAM_OUT", "FUNC_PARAM_INOUT")
        word = {"FUNC_PARAM_OUT": "OUT ", "FUNC_PARAM_INOUT": "INOUT "}.get(mode, "")
        name = quote_identifier(inner["name"]) + " " if inner.get("name") else ""
        kind = (strings_of(inner.get("argType", {}).get("names", ())) or ["text"])[-1]
        parameters.append(f"{word}{name}{kind if kind in BUILTIN_TYPES - {'record'} else 'record'}")
    result = function.get("returnType", {})
    name = (strings_of(result.get("names", ())) or ["void"])[-1]
    if name in ("trigger", "event_trigger"):
        return '("new" record, "old" record) RETURNS text'
    if returns_table or result.get("setof"):
        returns = "SETOF record"
    elif has_out:
        returns = ""
    else:
        returns = "void" if name == "void" else "text"
    return f"({', '.join(parameters)}){' RETURNS ' + returns if returns else ''}"


def _with_plain_types(body: str, plain: str) -> str:
    """The body with each declared type that is not built in replaced by `plain` (a row type by record)."""
    from postgast.errors import PgQueryError

    data = body.encode()
    try:
        tokens = [(start, end, data[start:end].decode().lower()) for start, end in tokens_of(body)]
    except PgQueryError:
        return body
    replaced: list[tuple[int, int, str]] = []
    declaring = False
    at = 0
    while at < len(tokens):
        word = tokens[at][2]
        if word in ("declare", "begin"):
            declaring = word == "declare"
        elif declaring:
            at += 1  # over the variable's name
            if at < len(tokens) and tokens[at][2] == "constant":
                at += 1
            begin = at
            if at < len(tokens) and tokens[at][2] not in ("alias", "cursor", "no", "scroll"):
                at += 1
                while at + 1 < len(tokens) and tokens[at][2] in (".", "%"):
                    at += 2
                words = [token[2] for token in tokens[begin:at]]
                if len(words) > 1 or words[0].strip('"') not in BUILTIN_TYPES | {
                    "double",
                    "character",
                    "national",
                }:
                    new = "record" if words[-1] == "rowtype" else plain
                    replaced.append((tokens[begin][0], tokens[at - 1][1], new))
            while at < len(tokens) and tokens[at][2] != ";":
                at += 1
        at += 1
    for start, end, new in reversed(replaced):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()
