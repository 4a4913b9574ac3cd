"""One SQL command of a plan, and what a reader must know before it runs."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from ormony.catalog import Kind, Ref

Lock = Literal[
    "access share",
    "row share",
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
]


class Statement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One SQL command, without its final semicolon, and its facts.

    `lock` is the strongest lock it takes on a relation that exists before it, or None; `rewrites` says that
    the server writes a whole table again; `loses` says what data is gone when it has run, for people ('' when
    nothing is); `transactional` is False for what cannot run in a transaction block, or should
    keep its lock no longer than it runs.
    """

    sql: str
    lock: Lock | None = None
    rewrites: bool = False
    loses: str = ""
    transactional: bool = True

    @property
    def loses_data(self) -> bool:
        """Whether rows or values are gone when it has run."""
        return bool(self.loses)


class Late(NamedTuple):
    """What completes an object once others are there: OWNED BY, ATTACH PARTITION.

    `after` are objects that must have been created, altered or dropped (where the plan does that);
    `after_late` are objects whose own completion must come first.
    """

    statements: tuple[Statement, ...]
    after: tuple[Ref, ...] = ()
    after_late: tuple[Ref, ...] = ()


class Alteration(msgspec.Struct, frozen=True, kw_only=True):
    """How an object is brought to its new definition without dropping it.

    `around` are the kinds of dependents that stand in the way (a view of a column whose type changes):
    whatever of these kinds needs `about` (default: the object itself) in the old database is dropped before
    `statements` and created again after. `late` completes the alteration as it would a creation: a table is
    attached to another parent when its columns and constraints are those that the parent asks for.
    """

    statements: tuple[Statement, ...]
    around: frozenset[Kind] = frozenset()
    about: tuple[Ref, ...] = ()
    late: Late | None = None
