"""Expressions that PostgreSQL printed, written so that it prints them again as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ormony.sql.reading import tokens_of


def keep_array_casts(text: str) -> str:
    """The text, so that PostgreSQL prints the casts of its arrays again as they are here.

    `x IN ('a', 'b')` over varchar is printed `ANY ((ARRAY['a'::character varying, …])::text[])`; read again,
    the outer cast goes into the elements, and the same expression is printed differently
    (`transformTypeCast`). One more cast inside, to what the elements are already, stops that and leaves no
    trace. Extended statistics print no parentheses around the array, all others do.
    """
    if "(ARRAY[" not in text:
        return text
    data = text.encode()
    tokens = tokens_of(text)
    words = [data[start:stop] for start, stop in tokens]
    inserted: list[tuple[int, bytes]] = []
    for at in range(1, len(words) - 1):
        if words[at : at + 2] != [b"ARRAY", b"["]:
            continue
        found = _array_type(words, at + 2)
        if found is None:
            continue
        close, cast = found
        closed = words[at - 1] == b"(" and words[close + 1 : close + 2] == [b")"]
        first, last = (at - 1, close + 1) if closed else (at, close)
        if words[last + 1 : last + 2] == [b"::"]:
            kind = data[tokens[cast][0] : tokens[close - 1][1]] if cast else _constant_type(words[close - 1])
            inserted += [(tokens[first][0], b"("), (tokens[last][1], b"::" + kind + b"[])")]
    for offset, more in sorted(inserted, reverse=True):
        data = data[:offset] + more + data[offset:]
    return data.decode()


def _array_type(words: Sequence[bytes], start: int) -> tuple[int, int] | None:
    """Of an array whose first element begins at `start`: where its bracket closes, and where the type of its
    last element's cast begins (0: it is a constant, whose type shows); None unless all are of one type.
    """
    depth, cast, begin = 0, 0, start
    types: set[tuple[bytes, ...]] = set()
    for at in range(start, len(words)):
        word = words[at]
        if depth == 0 and word in (b",", b"]"):
            alone = _constant_type(words[at - 1]) if at - begin == 1 else b""
            types.add(tuple(words[cast:at]) if cast else (alone,))
            if word == b"]":
                return (at, cast) if len(types) == 1 and types != {(b"",)} else None
            cast, begin = 0, at + 1
        elif word in (b"(", b"["):
            depth += 1
        elif word in (b")", b"]"):
            depth -= 1
        elif word == b"::" and depth == 0:
            cast = at + 1
    return None


def _constant_type(word: bytes) -> bytes:
    """The type that a constant without a cast has; b"" where it does not show."""
    if word in (b"true", b"false"):
        return b"boolean"
    if word.isdigit():
        number = int(word)
        return b"integer" if number < 2**31 else b"bigint" if number < 2**63 else b"numeric"
    return b"numeric" if word.replace(b".", b"", 1).isdigit() else b""


_NESTED: Final = re.compile(r"\)\s+(?:AND|OR)\b")


def keep_nesting(text: str) -> str:
    """The text, so that PostgreSQL prints its ANDs and ORs again as they are nested here.

    `a BETWEEN 1 AND 4 AND b` is kept and printed as `((a >= 1) AND (a <= 4)) AND b`; read again, the inner
    AND becomes a part of the outer one (`makeAndExpr`), and the same condition is printed differently. A cast
    of the inner one to boolean, which it is already, stops that and leaves no trace.
    """
    if "((" not in text or not _NESTED.search(text):
        return text
    data = text.encode()
    tokens = tokens_of(text)
    words = [data[start:stop] for start, stop in tokens]
    inserted: list[int] = []
    groups: list[tuple[bool, set[bytes]]] = [(False, set())]  # is it first in its group; its AND or OR
    for at, word in enumerate(words):
        if word == b"(":
            groups.append((at > 0 and words[at - 1] == b"(", set()))
        elif word == b")" and len(groups) > 1:
            first, found = groups.pop()
            if first and found.intersection(words[at + 1 : at + 2]):
                inserted.append(tokens[at][1])
        elif word in (b"AND", b"OR"):
            groups[-1][1].add(word)
    for offset in reversed(inserted):
        data = data[:offset] + b"::boolean" + data[offset:]
    return data.decode()
