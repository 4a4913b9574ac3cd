"""Names for a language out of names of a database: words, casing, reserved words, names that are taken.

A database takes any text as a name: `"Order Items"`, `1st`, `naïve-é`, a space. A language takes letters,
digits and underscores, not a digit first. Names are normalized by NFKC, as Python does by itself, so that no
two of ours are the same to a compiler; what they stand for is always written in full beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

from ormony.codegen.described import Notice

UNNAMED: Final = "unnamed"
"""What a name is that has no letter and no digit."""

# `orderItems`, `HTTPServer` and `item2Price` have two words each; `v2` and `ipv4` one.
_HUMPS: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=\d)(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])")


# Columns of many tables have the same names.
_remembered = lru_cache(maxsize=1 << 16)


@_remembered
def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case: `order_items`, `"Order Items"` and `orderItems` have the same two."""
    if name.isidentifier() and name.isascii():
        spaced = name
        if name.islower():
            return tuple(name.replace("_", " ").split())
    else:
        spaced = "".join(each if _may_continue(each) else " " for each in unicodedata.normalize("NFKC", name))
    parts = spaced.replace("_", " ").split()
    return tuple(word.lower() for part in parts for word in _HUMPS.sub(" ", part).split())


def _may_continue(character: str) -> bool:
    return ("a" + character).isidentifier()


@_remembered
def snake(name: str) -> str:
    """`order_items`. A digit that comes first gets an underscore; underscores before a name stay."""
    return _leading(name) + _begun("_".join(words(name)))


@_remembered
def upper(name: str) -> str:
    """`ORDER_ITEMS`."""
    return _begun("_".join(words(name)).upper())


@_remembered
def camel(name: str) -> str:
    """`orderItems`; `address_2` is `address_2`, not `address2`."""
    first, *rest = words(name) or (UNNAMED,)
    return _leading(name) + _begun(_joined([first, *(_capital(each) for each in rest)]))


@_remembered
def pascal(name: str) -> str:
    """`OrderItems`."""
    return _begun(_joined([_capital(each) for each in words(name) or (UNNAMED,)]))


@_remembered
def plain(name: str) -> str:
    """The name as the database has it, with underscores for what no language takes: `Order_Items`."""
    text = "".join(each if _may_continue(each) else "_" for each in unicodedata.normalize("NFKC", name))
    return _begun(text if text.strip("_") else "")


def _leading(name: str) -> str:
    """Underscores before a name mean something to its readers: `_id` beside `id`."""
    bare = name.lstrip("_")
    return "_" * (len(name) - len(bare)) if bare and bare[0].isalpha() else ""


def _joined(parts: Iterable[str]) -> str:
    """Words side by side; one that begins with a digit stays apart: `a1_2` is not `a_12`."""
    text = ""
    for part in parts:
        text += "_" + part if text and part[0].isdigit() else part
    return text


def _capital(word: str) -> str:
    return word[0].upper() + word[1:] if len(word[0].upper()) == 1 else word  # ß is two letters in upper case


def _begun(text: str) -> str:
    if not text:
        return UNNAMED
    return text if text.isidentifier() else "_" + text


def safe(name: str, reserved: Collection[str]) -> str:
    """The name, with underscores behind it where the language, or another thing there, has that word."""
    while name in reserved:
        name += "_"
    return name


def unique(
    wanted: Iterable[tuple[str, str]], *, taken: Collection[str] = (), same: str = ""
) -> tuple[dict[str, str], tuple[Notice, ...]]:
    """A name for each object that no other has: `(object, name)` in, `object -> name` and notices out.

    Of several that want one name the one that is called so keeps it, else the first by its own name; the
    others are numbered from 2 up, never to a name that another wants. `taken` are names that nobody gets.
    Objects are names for people, unique: `public.orders.total`. `same` says in the notice what was to be
    named: `column`.
    """
    pairs = list(wanted)
    names = {name for _, name in pairs}
    if len(names) == len(pairs) and names.isdisjoint(taken):
        return dict(pairs), ()
    pairs.sort(key=lambda pair: (pair[0].rpartition(".")[2] != pair[1], pair))
    asked: dict[str, list[str]] = {}
    for thing, name in pairs:
        asked.setdefault(name, []).append(thing)
    given: dict[str, str] = {}
    notices = []
    used = {*taken, *asked}
    for name, things in asked.items():
        for place, thing in enumerate(things):
            if place == 0 and name not in taken:
                given[thing] = name
                continue
            number = 2
            while (other := f"{name}_{number}" if name[-1].isdigit() else f"{name}{number}") in used:
                number += 1
            used.add(other)
            given[thing] = other
            holder = f"that is {things[0]}" if place else "the generated code needs that"
            notices.append(
                Notice(
                    code="name-collision",
                    object=thing,
                    message=f"{same} {thing}".strip()
                    + f" is {other} in the generated code and not {name}: {holder}",
                )
            )
    return given, tuple(notices)
