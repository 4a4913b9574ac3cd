"""How statements name objects: quoted, qualified, and behind the word that each kind has in SQL.

It renders no statement: that is for the modules of the kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from ormony.catalog import Kind, Ref
from ormony.sql import quote_identifier, quote_literal

# Words that are no names without quotes: all of `pg_get_keywords()` that are not unreserved, 15 to 18.
KEYWORDS: Final = frozenset(
    (  # noqa: SIM905 - a list of 130 strings is no easier to read
        "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit "
        "boolean both case cast char character check coalesce collate collation column concurrently "
        "constraint create cross current_catalog current_date current_role current_schema current_time "
        "current_timestamp current_user dec decimal default deferrable desc distinct do else end except "
        "exists extract false fetch float for foreign freeze from full grant greatest group grouping "
        "having ilike in initially inner inout int integer intersect interval into is isnull join json "
        "json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar "
        "json_serialize json_table json_value lateral leading least left like limit localtime "
        "localtimestamp merge_action national natural nchar none normalize not notnull null nullif "
        "numeric offset on only or order out outer overlaps overlay placing position precision primary "
        "real references returning right row select session_user setof similar smallint some substring "
        "symmetric system_user table tablesample then time timestamp to trailing treat trim true union "
        "unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat "
        "xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable "
    ).split()
)
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")
_WORD: Final[dict[Kind, str]] = {
    "enum": "TYPE",
    "composite type": "TYPE",
    "range type": "TYPE",
    "base type": "TYPE",
    "domain constraint": "CONSTRAINT",
}
# Kinds that no statement names by one word and a name.
_NAMELESS: Final[frozenset[Kind]] = frozenset({"default", "default privileges", "membership"})


@lru_cache(maxsize=65536)
def identifier(name: str) -> str:
    """The name as SQL, in double quotes where it needs them (`quote_ident`)."""
    return name if _PLAIN.fullmatch(name) and name not in KEYWORDS else quote_identifier(name)


def identifiers(names: Iterable[str]) -> str:
    """The names, separated by commas, without parentheses."""
    return ", ".join(map(identifier, names))


def literal(text: str) -> str:
    """The text as a string literal, without blanks around it."""
    return quote_literal(text).lstrip()


def relation(ref: Ref) -> str:
    """`schema.name`, or `name` where the kind has no schema.

    Of a column, constraint, trigger, policy or rule it is the name of the relation that holds it, of a
    domain's constraint that of the domain. Arguments are not part of it: see `object_name`.
    """
    return f"{identifier(ref.schema)}.{identifier(ref.name)}" if ref.schema else identifier(ref.name)


def kind_word(ref: Ref) -> str:
    """What stands after CREATE, ALTER, DROP and COMMENT ON: `TABLE`, `MATERIALIZED VIEW`, `TYPE` of enums."""
    return _WORD.get(ref.kind) or ref.kind.upper()


def object_name(ref: Ref) -> str:
    """The word and the name as COMMENT ON, DROP, ALTER … OWNER TO and SECURITY LABEL ON take them.

    `FUNCTION public.f(integer)`, `POLICY p ON public.t`, `CONSTRAINT c ON DOMAIN public.d`.
    For columns and constraints it is COMMENT ON's form alone. Raises ValueError for the kinds that no such
    statement knows: a default, default privileges, a membership.
    """
    if ref.kind in _NAMELESS:
        raise ValueError(f"no statement names a {ref.kind} like {ref}")
    word = kind_word(ref)
    match ref.kind:
        case "column":
            return f"{word} {relation(ref)}.{identifier(ref.part)}"
        case "constraint" | "trigger" | "policy" | "rule":
            return f"{word} {identifier(ref.part)} ON {relation(ref)}"
        case "domain constraint":
            return f"{word} {identifier(ref.part)} ON DOMAIN {relation(ref)}"
        case "function" | "procedure":
            return f"{word} {relation(ref)}({ref.part})"
        case "aggregate":
            return f"{word} {relation(ref)}({ref.part or '*'})"
        case "operator":
            return f"{word} {operator(ref)} ({ref.part})"
        case "operator class" | "operator family":
            return f"{word} {relation(ref)} USING {identifier(ref.part)}"
        case "cast":
            return f"{word} ({ref.name} AS {ref.part})"
        case "transform":
            return f"{word} FOR {ref.name} LANGUAGE {identifier(ref.part)}"
        case "user mapping":
            return f"{word} FOR {role(ref.part)} SERVER {identifier(ref.name)}"
        case _:
            return f"{word} {relation(ref)}"


def operator(ref: Ref) -> str:
    """An operator's qualified name, whose own part is never quoted: `public.===`."""
    return f"{identifier(ref.schema)}.{ref.name}" if ref.schema else ref.name


def role(name: str) -> str:
    """A role as GRANT, CREATE POLICY and USER MAPPING take it: PUBLIC for '' and 'public'."""
    return "PUBLIC" if name in ("", "public") else identifier(name)
