"""The steps of a plan as a graph: what a step is, which goes first where nothing else decides, the order that
edges allow, and a cycle where they allow none.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Literal

from ormony.catalog import Kind, Ref

_Verb = Literal["keep", "drop", "set aside", "alter", "create", "late", "fill", "drop aside"]
Node = tuple[_Verb, Ref]
# Puts one step before another, where both are steps of the plan.
First = Callable[[Node | None, Node | None], None]
# Created early, dropped late, in this order where nothing else decides.
_RANK: tuple[Kind, ...] = (
    "schema",
    "role",
    "membership",
    "extension",
    "access method",
    "language",
    "foreign data wrapper",
    "server",
    "user mapping",
    "collation",
    "base type",
    "enum",
    "composite type",
    "domain",
    "domain constraint",
    "range type",
    "text search parser",
    "text search template",
    "text search dictionary",
    "text search configuration",
    "conversion",
    # like pg_dump: bodies may call each other, and tables may call them
    "function",
    "procedure",
    "aggregate",
    "sequence",
    "table",
    "foreign table",
    "operator",
    "operator family",
    "operator class",
    "cast",
    "transform",
    # what is done to tables that have rows may call functions, whose bodies may name new tables
    "column",
    "default",
    "constraint",
    "index",
    "statistics",
    "view",
    "materialized view",
    "rule",
    "trigger",
    "policy",
    "publication",
    "subscription",
    "event trigger",
    "default privileges",
)
_RANKS = {kind: number for number, kind in enumerate(_RANK)}
# Where an ALTER is as good as nothing if it is in a cycle: dropping and creating it again loses nothing.
KEEPS_NO_DATA: frozenset[Kind] = frozenset(_RANK) - {
    "schema",
    "role",
    "membership",
    "extension",
    "table",
    "foreign table",
    "column",
    "sequence",
    "enum",
    "domain",
    "composite type",
    "range type",
    "base type",
    "server",
    "default privileges",
}


def in_order(nodes: set[Node], after: Mapping[Node, set[Node]]) -> tuple[list[Node], set[Node]]:
    """The nodes in an order that the edges allow, smallest first, and those that a cycle holds back."""
    ranked = sorted(nodes, key=_priority)
    numbers = {node: number for number, node in enumerate(ranked)}
    followers: list[list[int]] = [[] for _ in ranked]
    waiting = [0] * len(ranked)
    for node, later in after.items():
        found = followers[numbers[node]] = [numbers[each] for each in later]
        for number in found:
            waiting[number] += 1
    ready = [number for number, count in enumerate(waiting) if not count]  # ascending: a heap
    order: list[Node] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(ranked[number])
        for follower in followers[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    return order, nodes - set(order) if len(order) < len(nodes) else set()


def _priority(node: Node) -> tuple[int, int, str, str, str, _Verb]:
    verb, (kind, schema, name, part) = node
    rank = _RANKS["statistics" if verb == "fill" else kind]
    if verb == "keep":
        turn = -1
    elif verb == "drop":
        turn = 0 if kind in KEEPS_NO_DATA else 3 if kind == "default privileges" else 2
    elif verb == "drop aside":
        turn = 2
    else:
        # until then new objects get what the old default privileges say, which attached.py counts on
        turn = 3 if kind == "default privileges" else 1
    return (turn, -rank if verb in ("drop", "drop aside") else rank, schema, name, part, verb)


def cycle_of(stuck: set[Node], after: Mapping[Node, set[Node]]) -> list[Node]:
    """One cycle among the nodes that could not be sorted (each of which a cycle is before)."""
    before: dict[Node, list[Node]] = defaultdict(list)
    for node in stuck:
        for follower in after.get(node, ()):
            if follower in stuck:
                before[follower].append(node)
    node = min(stuck, key=_priority)
    path: list[Node] = []
    seen: dict[Node, int] = {}
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = min(before[node], key=_priority)
    return list(reversed(path[seen[node] :]))
