"""How statements name objects: quoted, qualified, and behind the word that each kind has in SQL.

It renders no statement: that is for the modules of the kinds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ormony.catalog import Kind, Ref
from ormony.sql import quote_identifier, quote_literal

_WORD: Final[dict[Kind, str]] = {
    "enum": "TYPE",
    "composite type": "TYPE",
    "range type": "TYPE",
    "base type": "TYPE",
    "domain constraint": "CONSTRAINT",
}
# Kinds that no statement names by one word and a name.
_NAMELESS: Final[frozenset[Kind]] = frozenset({"default", "default privileges", "membership"})


def identifier(name: str) -> str:
    """The name in double quotes, always."""
    return quote_identifier(name)


def identifiers(names: Iterable[str]) -> str:
    """The names in double quotes, separated by commas, without parentheses."""
    return ", ".join(map(quote_identifier, names))


def literal(text: str) -> str:
    """The text as a string literal, without blanks around it."""
    return quote_literal(text).lstrip()


def relation(ref: Ref) -> str:
    """`"schema"."name"`, or `"name"` where the kind has no schema.

    Of a column, constraint, trigger, policy or rule it is the name of the relation that holds it, of a
    domain's constraint that of the domain. Arguments are not part of it: see `object_name`.
    """
    return (
        f"{quote_identifier(ref.schema)}.{quote_identifier(ref.name)}"
        if ref.schema
        else quote_identifier(ref.name)
    )


def kind_word(ref: Ref) -> str:
    """What stands after CREATE, ALTER, DROP and COMMENT ON: `TABLE`, `MATERIALIZED VIEW`, `TYPE` of enums."""
    return _WORD.get(ref.kind) or ref.kind.upper()


def object_name(ref: Ref) -> str:
    """The word and the name as COMMENT ON, DROP, ALTER … OWNER TO and SECURITY LABEL ON take them.

    `FUNCTION "public"."f"(integer)`, `POLICY "p" ON "public"."t"`, `CONSTRAINT "c" ON DOMAIN "public"."d"`.
    For columns and constraints it is COMMENT ON's form alone. Raises ValueError for the kinds that no such
    statement knows: a default, default privileges, a membership.
    """
    if ref.kind in _NAMELESS:
        raise ValueError(f"no statement names a {ref.kind} like {ref}")
    word = kind_word(ref)
    match ref.kind:
        case "column":
            return f"{word} {relation(ref)}.{quote_identifier(ref.part)}"
        case "constraint" | "trigger" | "policy" | "rule":
            return f"{word} {quote_identifier(ref.part)} ON {relation(ref)}"
        case "domain constraint":
            return f"{word} {quote_identifier(ref.part)} ON DOMAIN {relation(ref)}"
        case "function" | "procedure":
            return f"{word} {relation(ref)}({ref.part})"
        case "aggregate":
            return f"{word} {relation(ref)}({ref.part or '*'})"
        case "operator":
            return f"{word} {operator(ref)} ({ref.part})"
        case "operator class" | "operator family":
            return f"{word} {relation(ref)} USING {quote_identifier(ref.part)}"
        case "cast":
            return f"{word} ({ref.name} AS {ref.part})"
        case "transform":
            return f"{word} FOR {ref.name} LANGUAGE {quote_identifier(ref.part)}"
        case "user mapping":
            return f"{word} FOR {role(ref.part)} SERVER {quote_identifier(ref.name)}"
        case _:
            return f"{word} {relation(ref)}"


def operator(ref: Ref) -> str:
    """An operator's qualified name, whose own part is never quoted: `"public".===`."""
    return f"{quote_identifier(ref.schema)}.{ref.name}" if ref.schema else ref.name


def role(name: str) -> str:
    """A role as GRANT, CREATE POLICY and USER MAPPING take it: PUBLIC for '' and 'public'."""
    return "PUBLIC" if name in ("", "public") else quote_identifier(name)
