"""Behavior files as single statements, in an order in which each finds what it needs.

People write their files in any order. What a statement needs is what its text shows; where that is not all,
kinds go in the order in which they mostly need each other. This module runs nothing.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from ormony import sql
from ormony.catalog import Ref
from ormony.errors import OrmonyError
from ormony.sql import Facts, Name

# What a behavior file may say, in the order in which kinds mostly need each other.
_RANKS: Final = {
    "CreateSchemaStmt": 0,
    "CreateExtensionStmt": 1,
    "CreateFunctionStmt": 2,
    "DefineStmt": 3,
    "ViewStmt": 4,
    "CreateTableAsStmt": 4,
    "RuleStmt": 5,
    "IndexStmt": 5,
    "CreateEventTrigStmt": 6,
    "CreateTrigStmt": 6,
    "AlterFunctionStmt": 7,
    "AlterOwnerStmt": 7,
    "AlterEventTrigStmt": 7,
    "AlterTableStmt": 8,
    "CreatePolicyStmt": 9,
    "GrantStmt": 10,
    "CommentStmt": 11,
}
_SWITCH: Final = re.compile(
    r"(?:(?:ENABLE|DISABLE)(?: (?:ALWAYS|REPLICA))? (?:TRIGGER|RULE) |OWNER TO )"
    r"|(?:ENABLE|DISABLE|FORCE|NO FORCE) ROW LEVEL SECURITY"
)
# How pg_get_function_identity_arguments writes a type, and how the parser does.
_TYPES: Final = {
    "bigint": "int8",
    "bit varying": "varbit",
    "boolean": "bool",
    "character": "bpchar",
    "character varying": "varchar",
    "double precision": "float8",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}
_IDENTITIES: Final = frozenset(
    {"signature", "relation", "policy", "trigger", "rule", "extension", "schema", "event trigger"}
)


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A behavior file, or a macro's: whose it is (None: nobody's alone), and its search path."""

    path: str
    text: str
    service: str | None = None
    search_path: tuple[str, ...] = ("public",)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a behavior file."""

    path: str
    service: str | None
    search_path: tuple[str, ...]
    facts: Facts

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.path}:{self.facts.statement.line}"

    @property
    def makes(self) -> frozenset[Name]:
        """What it defines, each by the one name that no other object has."""
        return identities(self.facts, self.facts.creates)

    def runnable(self) -> str:
        """The statement on its own line of a text, so that errors name that line; made again where it is."""
        statement = self.facts.statement
        text = _again(statement)
        if self.search_path != ("public",):
            places = ", ".join(sql.quote_identifier(each) for each in self.search_path)
            text = f"SET search_path TO {places}; {text}"
        return "\n" * (statement.line - 1) + text


def identities(facts: Facts, names: frozenset[Name]) -> frozenset[Name]:
    """Of these names those that are one object's: a function's with its arguments."""
    signed = any(each.kind == "signature" for each in names)
    return frozenset(
        each
        for each in names
        if each.kind in _IDENTITIES
        or (each.kind == "function" and not signed and facts.statement.kind in ("DefineStmt", "DropStmt"))
    )


def pieces(texts: Sequence[Text]) -> tuple[Piece, ...]:
    """The statements of all files. Raises `not-declarative` for what is no definition, `defined-twice` for
    what two statements define, and what reading SQL raises; each at its file and line."""
    found: list[Piece] = []
    dropped: list[Piece] = []
    for text in texts:
        for facts in sql.facts(text.text, search_path=text.search_path, path=text.path):
            piece = Piece(path=text.path, service=text.service, search_path=text.search_path, facts=facts)
            if facts.statement.kind == "DropStmt" and facts.drops and facts.drops <= facts.uses_late:
                dropped.append(piece)
                continue
            _refuse_steps(piece)
            found.append(piece)
    made: dict[Name, Piece] = {}
    for piece in found:
        for name in piece.makes:
            if name.kind in ("extension", "schema"):
                continue
            if name in made:
                raise OrmonyError(
                    "defined-twice",
                    f"{name} is defined in {made[name].place} as well",
                    place=piece.place,
                    hint="keep one of the two definitions",
                    exit_status=1,
                )
            made[name] = piece
    for piece in dropped:  # DROP … IF EXISTS before a CREATE is how such files were made to run again
        if not any(name in made for name in identities(piece.facts, piece.facts.drops)):
            raise _not_declarative(piece, "to remove the definition is enough: ormony drops what is gone")
    return tuple(found)


def _refuse_steps(piece: Piece) -> None:
    statement = piece.facts.statement
    if statement.kind not in _RANKS:
        raise _not_declarative(
            piece, "a behavior file holds definitions; tables, data and steps belong into a migration"
        )
    words = " ".join(sql.words(statement.sql)).upper()
    if statement.kind == "CreateTableAsStmt" and not words.startswith("CREATE MATERIALIZED"):
        raise _not_declarative(piece, "tables belong into a migration")
    if statement.kind == "DefineStmt" and "AGGREGATE" not in words.split()[:4]:
        raise _not_declarative(piece, "types and operators belong into a migration")
    if statement.kind == "AlterTableStmt" and not _SWITCH.search(words):
        raise _not_declarative(
            piece, "of tables a behavior file says row level security, triggers on or off, and the owner"
        )
    if words.startswith("COMMENT ON EXTENSION"):
        raise _not_declarative(piece, "an extension brings its own comment")
    if re.search(r"\bTEMP(?:ORARY)? ", words[:40]):
        raise _not_declarative(piece, "what is temporary is gone when the session ends")


def _not_declarative(piece: Piece, hint: str) -> OrmonyError:
    words = " ".join(sql.words(piece.facts.statement.sql)[:3])
    return OrmonyError(
        "not-declarative", f'"{words} …" is no definition of behavior', place=piece.place, hint=hint
    )


def ordered(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces so that each stands after what it needs; those of a circle as they were written."""
    makers: dict[Name, list[int]] = {}
    for number, piece in enumerate(found):
        for name in piece.facts.creates:
            makers.setdefault(name, []).append(number)
    waits: list[set[int]] = [
        {maker for name in piece.facts.needs for maker in makers.get(name, ()) if maker != number}
        for number, piece in enumerate(found)
    ]
    followers: dict[int, list[int]] = {}
    for number, before in enumerate(waits):
        for each in before:
            followers.setdefault(each, []).append(number)

    def rank(number: int) -> tuple[int, int]:
        return _RANKS[found[number].facts.statement.kind], number

    ready = [rank(number) for number, before in enumerate(waits) if not before]
    heapq.heapify(ready)
    waiting = {number for number, before in enumerate(waits) if before}
    result: list[Piece] = []
    while ready or waiting:
        if not ready:  # a circle: two SQL functions that call each other
            ready.append(min(rank(number) for number in waiting))
            waiting.discard(ready[0][1])
        _, number = heapq.heappop(ready)
        result.append(found[number])
        for follower in followers.get(number, ()):
            waits[follower].discard(number)
            if not waits[follower] and follower in waiting:
                waiting.discard(follower)
                heapq.heappush(ready, rank(follower))
    return tuple(result)


def name_of(ref: Ref) -> Name | None:
    """How SQL's text names this object; None for what no behavior file defines."""
    match ref.kind:
        case "function" | "procedure":
            return Name("signature", ref.schema, f"{ref.name}({_arguments(ref.part)})")
        case "aggregate":
            return Name("function", ref.schema, ref.name)
        case "view" | "materialized view" | "index":
            return Name("relation", ref.schema, ref.name)
        case "policy" | "trigger" | "rule":
            return Name(ref.kind, ref.schema, ref.part, ref.name)
        case "extension" | "schema" | "event trigger":
            return Name(ref.kind, "", ref.name)
    return None


def _arguments(part: str) -> str:
    words = []
    for each in part.split(", ") if part else []:
        plain, brackets, rest = each.partition("[")
        plain = re.sub(r"\([0-9, ]*\)", "", plain)
        name = _TYPES.get(plain) or plain.rpartition(".")[2].strip('"')
        words.append(name + brackets + rest)
    return ", ".join(words)


_AGAIN: Final = {
    "CreateFunctionStmt": (r"CREATE\s+(?=FUNCTION|PROCEDURE)", "CREATE OR REPLACE "),
    "ViewStmt": (r"CREATE\s+(?=VIEW|RECURSIVE)", "CREATE OR REPLACE "),
    "CreateExtensionStmt": (r"CREATE\s+EXTENSION\s+(?!IF\s+NOT)", "CREATE EXTENSION IF NOT EXISTS "),
    "CreateSchemaStmt": (r"CREATE\s+SCHEMA\s+(?!IF\s+NOT)", "CREATE SCHEMA IF NOT EXISTS "),
}


def _again(statement: sql.Statement) -> str:
    """The statement so that it may find what it makes: something that cannot go needed it before."""
    found = _AGAIN.get(statement.kind)
    return statement.sql if found is None else re.sub(rf"\A{found[0]}", found[1], statement.sql, flags=re.I)
