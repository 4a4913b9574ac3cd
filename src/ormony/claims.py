"""Which columns a policy compares with which claims of the JWT, read from its parsed expression.

`auth.uid()` is the claim `sub`; `auth.jwt() -> 'app_metadata' ->> 'org_id'` is `app_metadata.org_id`;
`current_setting('app.tenant')` is a setting. What a function compares or returns counts where a policy calls
it. This module asks no server: the expressions come from the catalog, as PostgreSQL prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ormony.sql import plpgsql_queries, quote_literal, strings_of, try_parse

Node = dict[str, Any]
Claim = tuple[str, ...]
"""The path of a claim in the JWT, `("sub",)`; of a setting `("", name)`."""

SETTING = ""
_REQUEST = "request.jwt.claim"
_OF_REQUEST = re.compile(r"request\.(headers?|cookies?|method|path)\b")
"""What PostgREST says of a request and anybody may send: it makes no row a tenant's."""


class Compared(msgspec.Struct, frozen=True, order=True):
    """A column that is compared with a claim. `relation` is '' for the policy's own table."""

    schema: str
    relation: str
    column: str
    claim: Claim


class Body(msgspec.Struct, frozen=True):
    """What a function compares, and the claims that it reads."""

    compared: frozenset[Compared]
    claims: frozenset[Claim]


def of_expression(expression: str, functions: Mapping[str, Body]) -> frozenset[Compared]:
    """The comparisons in an expression; `functions` are those it may call, by `name` and `schema.name`."""
    return _of_text(f"SELECT {expression}", functions).compared


def of_function(definition: str, functions: Mapping[str, Body]) -> Body:
    """The same of a function's `CREATE FUNCTION`, in SQL or PL/pgSQL."""
    compared: set[Compared] = set()
    claims: set[Claim] = set()
    for raw in try_parse(definition):
        inner = raw.node.get("CreateFunctionStmt")
        if inner is None:
            continue
        for text in (*_sql_bodies(inner), *plpgsql_queries(raw.node)):
            found = _of_text(text, functions)
            compared |= found.compared
            claims |= found.claims
        if "sql_body" in inner:
            compared |= set(_comparisons(inner["sql_body"], {}, functions))
            claims |= _claims(inner["sql_body"], functions)
    return Body(frozenset(compared), frozenset(claims))


def constants(definition: str) -> tuple[str, ...]:
    """The constants in a constraint's definition (`CHECK (…)`), strings and numbers, in order."""
    found: dict[str, None] = {}
    text = definition.removeprefix("CHECK").removesuffix(" NOT VALID").removesuffix(" NO INHERIT")
    for raw in try_parse(f"SELECT {text}"):
        for kind, inner in _nodes(raw.node):
            if kind == "A_Const":
                value = next((inner[key] for key in ("sval", "ival", "fval") if key in inner), None)
                if value is not None:
                    # libpg_query leaves the value of a zero out
                    found[str(next(iter(value.values()), 0))] = None
    return tuple(found)


def operators(definition: str) -> frozenset[str]:
    """The operators and functions that a constraint's definition uses."""
    found: set[str] = set()
    for raw in try_parse(f"SELECT {definition.removeprefix('CHECK').removesuffix(' NOT VALID')}"):
        for kind, inner in _nodes(raw.node):
            if kind == "A_Expr":
                found |= set(strings_of(inner.get("name", ())))
            elif kind == "FuncCall":
                found |= set(strings_of(inner.get("funcname", ()))[-1:])
    return frozenset(found)


def shown_columns(definition: str) -> dict[str, str]:
    """Of a view's query, as PostgreSQL prints it, each column that only shows one, with that one's name."""
    found: dict[str, str] = {}
    for raw in try_parse(definition):
        for target in raw.node.get("SelectStmt", {}).get("targetList", ()):
            inner = target.get("ResTarget", {})
            value = inner.get("val", {})
            names = strings_of(value["ColumnRef"].get("fields", ())) if "ColumnRef" in value else []
            if names:
                found[inner.get("name", names[-1])] = names[-1]
    return found


def _sql_bodies(function: Node) -> Iterator[str]:
    language, body = "", ""
    for entry in function.get("options", ()):
        option = entry["DefElem"]
        if option.get("defname") == "language":
            language = option["arg"]["String"].get("sval", "").lower()
        elif option.get("defname") == "as":
            body = "".join(strings_of(option["arg"].get("List", {}).get("items", ()))[:1])
    if language == "sql":
        yield body


def _of_text(text: str, functions: Mapping[str, Body]) -> Body:
    compared: set[Compared] = set()
    claims: set[Claim] = set()
    for raw in try_parse(text):
        compared |= set(_comparisons(raw.node, {}, functions))
        claims |= _claims(raw.node, functions)
    return Body(frozenset(compared), frozenset(claims))


def _nodes(top: Any) -> Iterator[tuple[str, Node]]:
    """Every node below, by kind."""
    stack = [top]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            for key, value in reversed(current.items()):
                if isinstance(value, dict | list):
                    if isinstance(value, dict) and key[:1].isupper():
                        yield key, value
                    stack.append(value)


def _comparisons(
    top: Any, scope: Mapping[str, tuple[str, str]], functions: Mapping[str, Body]
) -> Iterator[Compared]:
    """Comparisons below `top`; `scope` are the relations of the FROM clauses around it, by alias."""
    if isinstance(top, list):
        for each in top:
            yield from _comparisons(each, scope, functions)
        return
    if not isinstance(top, dict):
        return
    for kind, inner in top.items():
        if kind in ("SelectStmt", "UpdateStmt", "DeleteStmt") and isinstance(inner, dict):
            scope = {**scope, **_aliases(inner)}
        if kind == "A_Expr" and strings_of(inner.get("name", ()))[-1:] == ["="]:
            left, right = inner.get("lexpr"), inner.get("rexpr")
            for one, other in ((left, right), (right, left)):
                yield from _pair(one, other, scope, functions)
        if kind == "SubLink" and inner.get("subLinkType") == "ANY_SUBLINK":
            yield from _pair(inner.get("testexpr"), inner.get("subselect"), scope, functions)
        if kind == "FuncCall":
            name = ".".join(strings_of(inner.get("funcname", ())))
            if name in functions:
                yield from (each for each in functions[name].compared if each.relation)
        yield from _comparisons(inner, scope, functions)


def _pair(
    one: Any, other: Any, scope: Mapping[str, tuple[str, str]], functions: Mapping[str, Body]
) -> Iterator[Compared]:
    names = _column(one)
    if names is None or other is None:
        return
    if len(names) == 1:
        alone = list(dict.fromkeys(scope.values()))
        schema, relation = alone[0] if len(alone) == 1 else ("", "")
    else:
        schema, relation = scope.get(names[-2], ("", ""))
    for claim in _claims(other, functions):
        yield Compared(schema, relation, names[-1], claim)


def _aliases(select: Node) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    stack = [select.get("fromClause", []), {"RangeVar": select["relation"]} if "relation" in select else []]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            table = current.get("RangeVar")
            if table is not None:
                name = table.get("alias", {}).get("aliasname") or table["relname"]
                found[name] = (table.get("schemaname", "public"), table["relname"])
            join = current.get("JoinExpr")
            if join is not None:
                stack += [join.get("larg"), join.get("rarg")]
    return found


def _column(node: Any) -> list[str] | None:
    while isinstance(node, dict) and "TypeCast" in node:
        node = node["TypeCast"].get("arg")
    if not isinstance(node, dict) or "ColumnRef" not in node:
        return None
    return strings_of(node["ColumnRef"].get("fields", ())) or None


def _claims(top: Any, functions: Mapping[str, Body]) -> frozenset[Claim]:
    """The claims whose values an expression is made of; what only restricts a sub-select is none of them."""
    if isinstance(top, list):
        return frozenset().union(*(_claims(each, functions) for each in top))
    if not isinstance(top, dict):
        return frozenset()
    path = _path(top)
    if path:
        return frozenset({path})
    found: set[Claim] = set()
    for kind, inner in top.items():
        if kind == "SelectStmt" and isinstance(inner, dict) and inner.get("fromClause"):
            continue
        if kind == "FuncCall":
            name = ".".join(strings_of(inner.get("funcname", ())))
            if name in functions:  # what it gives is its own, and what it is given only leads there
                found |= functions[name].claims
                continue
        found |= _claims(inner, functions)
    return frozenset(found)


def _path(node: Any) -> Claim | None:
    """The claim that an expression is; () is the whole JWT, None nothing of it."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    kind, inner = next(iter(node.items()))
    if kind == "TypeCast":
        return _path(inner.get("arg"))
    if kind == "CoalesceExpr":
        return next((path for each in inner.get("args", ()) if (path := _path(each)) is not None), None)
    if kind == "SubLink" and inner.get("subLinkType") == "EXPR_SUBLINK":
        select = inner.get("subselect", {}).get("SelectStmt", {})
        targets = select.get("targetList", ())
        if select.get("fromClause") or len(targets) != 1:
            return None
        return _path(targets[0].get("ResTarget", {}).get("val"))
    if kind == "A_Expr":
        base = _path(inner.get("lexpr"))
        operator = strings_of(inner.get("name", ()))[-1:]
        if base is None or inner.get("kind") == "AEXPR_NULLIF":
            return base
        text = _constant(inner.get("rexpr"))
        if text is None:
            return None
        if operator in (["->"], ["->>"]):
            return (*base, text)
        if operator in (["#>"], ["#>>"]):
            return (*base, *text.strip("{}").split(","))
        return None
    if kind == "FuncCall":
        name = strings_of(inner.get("funcname", ()))
        if name in (["auth", "jwt"], ["auth", "uid"], ["auth", "email"]):
            return {"jwt": (), "uid": ("sub",), "email": ("email",)}[name[1]]
        if name[-1:] == ["current_setting"] and inner.get("args"):
            setting = _constant(inner["args"][0])
            if setting is None or setting == "request.jwt.claim.role" or _OF_REQUEST.match(setting):
                return None
            if setting.startswith(_REQUEST):
                return tuple(filter(None, setting.removeprefix(_REQUEST).removeprefix("s").split(".")))
            return (SETTING, setting)
    return None


def _constant(node: Any) -> str | None:
    while isinstance(node, dict) and "TypeCast" in node:
        node = node["TypeCast"].get("arg")
    if not isinstance(node, dict) or "A_Const" not in node:
        return None
    found = node["A_Const"].get("sval", {}).get("sval")
    return found if isinstance(found, str) else None


def literal(value: str | None) -> str:
    """The value as SQL; PostgreSQL gives it the type of the column that it is for."""
    return "NULL" if value is None else quote_literal(value)
