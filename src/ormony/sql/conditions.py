"""What a condition says: which functions it calls, how often, and what it compares with the caller."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec

from ormony.sql.naming import columns_in, split_name
from ormony.sql.reading import Node, Unreadable, parsed, refusal, strings_of


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What the condition of a policy says. Functions are (schema or '', name), columns their names alone.

    `per_row` are the calls with no column among their arguments that the planner runs again for each row:
    those that stand in no scalar sub-select of their own. `compared` are columns that are equal to something
    that comes from a call or a sub-select, and from no column: an index finds the rows if, of each set, it
    has one. `json_keys` are the strings beside the operators that take a value out of JSON.
    """

    always: bool = False  # it is true, whatever the row and whoever asks
    calls: frozenset[tuple[str, str]] = frozenset()
    again: tuple[tuple[tuple[str, str], int], ...] = ()  # each of `per_row`, and at which byte it begins
    columns: frozenset[str] = frozenset()
    compared: tuple[frozenset[str], ...] = ()
    json_keys: frozenset[str] = frozenset()

    @property
    def per_row(self) -> tuple[tuple[str, str], ...]:
        """The functions of which a call runs again for each row."""
        return tuple(dict.fromkeys(name for name, _ in self.again))


@lru_cache(maxsize=4096)  # policies are much alike
def condition(text: str) -> Condition:
    """What an expression without its SELECT says, as `pg_get_expr` prints it. Raises `sql-syntax`."""
    top = _expression(text)
    calls = list(_calls(top))
    return Condition(
        always=_holds(top),
        calls=frozenset(name for name, _, _ in calls),
        again=tuple(sorted(((name, at) for name, at, again in calls if again), key=lambda each: each[1])),
        columns=frozenset(columns_in(top)),
        compared=tuple(dict.fromkeys(_compared(top))),
        json_keys=frozenset(_json_keys(top)),
    )


def asked_once(text: str, calls: Collection[tuple[str, str]]) -> str:
    """The expression with a sub-select around each of these calls that is `per_row`. Raises `sql-syntax`."""
    data = text.encode()
    parts: list[bytes] = []
    done = 0
    for name, start in condition(text).again:
        if name not in calls or start < done:
            continue
        depth = 0
        for word in _BRACKETS.finditer(data, start):
            depth += {b"(": 1, b")": -1}.get(word[0], 0)
            if depth == 0 and word[0] == b")":
                parts += [data[done:start], b"( SELECT ", data[start : word.end()], b")"]
                done = word.end()
                break
    return b"".join([*parts, data[done:]]).decode()


_BRACKETS: Final = re.compile(rb"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]""")
_SELECT: Final = "SELECT "


def _expression(text: str) -> Node:
    try:
        (raw,) = parsed(_SELECT + text)
    except Unreadable as error:
        raise refusal(text, error.message, max(error.position - len(_SELECT), 0), None) from error
    (target,) = raw.node["SelectStmt"]["targetList"]
    found: Node = target["ResTarget"]["val"]
    return found


def _calls(top: Node) -> Iterator[tuple[tuple[str, str], int, bool]]:
    """(name, offset in bytes, whether it runs again for each row) of each call."""
    stack: list[tuple[Any, bool]] = [(top, False)]
    while stack:
        node, once = stack.pop()
        if isinstance(node, list):
            stack += [(each, once) for each in reversed(node)]
            continue
        if not isinstance(node, dict):
            continue
        for key, value in node.items():
            if key == "FuncCall":
                name = split_name(strings_of(value.get("funcname", ())))
                again = not once and not columns_in(value.get("args", ()))
                yield name, value.get("location", 0) - len(_SELECT), again
            stack.append((value, once if key != "SubLink" else _runs_once(value)))


_JSON_OPERATORS: Final = frozenset({"->", "->>", "#>", "#>>", "?"})


def _json_keys(top: Node) -> Iterator[str]:
    """`'a'`, or each of `'{a,b}'`, right of such an operator."""
    stack: list[Any] = [top]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            stack += node.values()
            inner = node.get("A_Expr", {})
            if _JSON_OPERATORS & set(strings_of(inner.get("name", ()))):
                key = inner.get("rexpr", {})
                while "TypeCast" in key:
                    key = key["TypeCast"]["arg"]
                text = _text_of(key)
                yield from (each.strip(' "') for each in text.strip("{}").split(","))


def _runs_once(link: Node) -> bool:
    """Whether a sub-select is a value that is read before the first row: `(SELECT auth.uid())`."""
    query = link.get("subselect", {}).get("SelectStmt", {})
    return (
        link.get("subLinkType") == "EXPR_SUBLINK"
        and not any(key in query for key in ("fromClause", "withClause", "larg", "valuesLists"))
        and not columns_in(query)
    )


def _holds(node: Node) -> bool:
    """Whether it is true by itself; False where that cannot be told."""
    kind, inner = next(iter(node.items()))
    match kind:
        case "A_Const":
            return bool(inner.get("boolval", {}).get("boolval", False))
        case "TypeCast":
            return _holds(inner["arg"]) or _text_of(inner["arg"]) in ("t", "true")
        case "BoolExpr" if inner["boolop"] == "AND_EXPR":
            return all(_holds(each) for each in inner["args"])
        case "BoolExpr" if inner["boolop"] == "OR_EXPR":
            return any(_holds(each) for each in inner["args"])
        case "BoolExpr":
            return all("A_Const" in each and each["A_Const"].get("boolval") == {} for each in inner["args"])
        case "A_Expr" if inner.get("kind") == "AEXPR_OP" and strings_of(inner["name"]) == ["="]:
            left, right = inner.get("lexpr", {}), inner.get("rexpr", {})
            return "A_Const" in left and _without_location(left) == _without_location(right)
        case _:
            return False


def _text_of(node: Node) -> str:
    return str(node.get("A_Const", {}).get("sval", {}).get("sval", ""))


def _without_location(node: Node) -> Any:
    return {key: value for key, value in node.get("A_Const", {}).items() if key != "location"}


def _compared(node: Node) -> list[frozenset[str]]:
    """Sets of columns, of each of which an index needs one; [] where no index helps."""
    kind, inner = next(iter(node.items()))
    if kind == "BoolExpr" and inner["boolop"] in ("AND_EXPR", "OR_EXPR"):
        found = [_compared(each) for each in inner["args"]]
        if inner["boolop"] == "OR_EXPR":
            return [each for one in found for each in one] if all(found) else []
        helping = [each for each in found if each]
        return [frozenset().union(*each) for each in itertools.product(*helping)] if helping else []
    if kind == "SubLink" and inner.get("subLinkType") == "ANY_SUBLINK" and "operName" not in inner:
        return _bare_column(inner.get("testexpr", {}))
    if kind != "A_Expr" or inner.get("kind") not in ("AEXPR_OP", "AEXPR_OP_ANY"):
        return []
    if strings_of(inner.get("name", ())) != ["="]:
        return []
    left, right = inner.get("lexpr", {}), inner.get("rexpr", {})
    for one, other in ((left, right), (right, left)):
        column = _bare_column(one)
        if column and _comes_from_the_caller(other):
            return column
    return []


def _bare_column(node: Node) -> list[frozenset[str]]:
    """Its name alone, where the expression is a column, cast or not."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    return [frozenset({each}) for each in strings_of(node.get("ColumnRef", {}).get("fields", ()))[-1:]]


def _comes_from_the_caller(node: Any) -> bool:
    """Whether there is a call or a sub-select in it, and outside sub-selects no column."""
    found = False
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if "ColumnRef" in current:
                return False
            found = found or "FuncCall" in current or "SubLink" in current
            stack.extend(value for key, value in current.items() if key != "SubLink")
    return found
