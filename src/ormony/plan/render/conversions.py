"""How the values of a column go over to another type: as they are, by a cast, or through text.

Never by a cast that cuts a value off without a word: an explicit cast to `varchar(3)` or `bit(3)` does, the
assignment that `ALTER COLUMN … TYPE` makes by itself refuses. So the cast that is written goes to the type
without its length, and the assignment does the rest.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ormony.catalog import Catalog, Domain, Ref

_STRINGS: Final = frozenset({"text", "character varying", "character", "bpchar", "citext"})
_BITS: Final = frozenset({"bit", "bit varying"})
_NUMBERS: Final = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
# Pairs that PostgreSQL assigns by itself (pg_cast, castcontext 'a' or 'i'), both ways unless said.
_ASSIGNED: Final = frozenset(
    {
        ("date", "timestamp without time zone"),
        ("date", "timestamp with time zone"),
        ("timestamp without time zone", "date"),
        ("timestamp without time zone", "timestamp with time zone"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "date"),
        ("timestamp with time zone", "timestamp without time zone"),
        ("timestamp with time zone", "time without time zone"),
        ("timestamp with time zone", "time with time zone"),
        ("time without time zone", "time with time zone"),
        ("time without time zone", "interval"),
        ("time with time zone", "time without time zone"),
        ("interval", "time without time zone"),
        ("json", "jsonb"),
        ("jsonb", "json"),
        ("inet", "cidr"),
        ("cidr", "inet"),
        ("macaddr", "macaddr8"),
        ("macaddr8", "macaddr"),
        ("money", "numeric"),
        ("numeric", "money"),
        ("integer", "money"),
        ("bigint", "money"),
        ("integer", "oid"),
        ("oid", "integer"),
        ("bigint", "oid"),
        ("oid", "bigint"),
        ("xml", "text"),
        ("xml", "character varying"),
    }
)
# How many digits behind the point a type keeps when none is said.
_FULL_PRECISION: Final = 6


class _Type(NamedTuple):
    """A type as format_type prints it, in parts: `numeric(10,2)[]` is ("numeric", (10, 2), True)."""

    name: str
    modifiers: tuple[int, ...] | str | None  # a text where they are no numbers: `geometry(Point,4326)`
    array: bool


class Conversion(NamedTuple):
    """How a column's values get to another type.

    `using` is the expression of USING, or None where the assignment does it; `rewrites` says that the table
    is written again.
    """

    using: str | None
    rewrites: bool


def conversion(column: str, old: str, new: str) -> Conversion:
    """How the values of `column` (quoted) get from type `old` to `new`, both without domains around them."""
    before, after = _parts(old), _parts(new)
    if before.array == after.array and _assigns(before.name, after.name):
        return Conversion(None, _rewrites(before, after))
    if after.array and not before.array:
        if before.name in _STRINGS and after.name not in _STRINGS:
            return Conversion(f"{column}::{new}", True)
        element = conversion(column, old, new.removesuffix("[]")).using or column
        return Conversion(f"CASE WHEN {column} IS NOT NULL THEN ARRAY[{element}] END", True)
    suffix = "[]" if before.array and after.array else ""
    if _family(after.name) in (_STRINGS, _BITS):
        through = "text" if _family(after.name) is _STRINGS else "bit varying"
        if through == "text" or (before.name in _STRINGS and before.array == after.array):
            return Conversion(
                f"{column}::pg_catalog.{through}{suffix}".replace("bit varying", "varbit"), True
            )
        return Conversion(f"{column}::pg_catalog.text{suffix}::pg_catalog.varbit{suffix}", True)
    if before.array == after.array and before.name == "boolean" and after.name in _NUMBERS:
        return Conversion(f"{column}::integer{suffix}", True)  # its text, `true`, is no number
    if before.name in _STRINGS and before.array == after.array:
        return Conversion(f"{column}::{new}", True)
    return Conversion(f"{column}::pg_catalog.text{suffix}::{new}", True)


def cut(old: str, new: str) -> str:
    """What values of type `old` can lose without an error on their way to type `new`, for people; '' when
    nothing."""
    before, after = _parts(old), _parts(new)
    if before.array != after.array:
        return ""
    if after.name in _NUMBERS or after.name == "money":
        return _cut_digits(before, after)
    if after.name.startswith(("time", "interval")) and before.name == after.name:
        was = _FULL_PRECISION if before.modifiers is None else before.modifiers
        now = _FULL_PRECISION if after.modifiers is None else after.modifiers
        shorter = was != now and (isinstance(now, str) or isinstance(was, str) or _first(now) < _first(was))
        return "fractions of seconds" if shorter else ""
    if after.name == "date" and (before.name.startswith("timestamp") or before.name in _STRINGS):
        return "the time of day"
    if after.name.startswith("time ") and before.name.startswith("timestamp"):
        return "the date"
    if after.name == "time without time zone" and before.name == "time with time zone":
        return "the time zone"
    if after.name == "time without time zone" and before.name == "interval":
        return "the days"
    if (before.name, after.name) == ("inet", "cidr"):
        return "the bits behind the netmask"
    return ""


def _first(precision: tuple[int, ...] | int) -> int:
    return precision if isinstance(precision, int) else precision[0]


def _cut_digits(old: _Type, new: _Type) -> str:
    fraction, digits = "digits behind the point", "digits beyond the precision"
    if old.name in _STRINGS:
        return fraction if new.name == "numeric" and new.modifiers is not None else ""
    scale = _scale(old)
    if new.name == "numeric":
        if old.name in ("real", "double precision"):
            return digits
        wanted = _scale(new)
        return fraction if wanted is not None and (scale is None or wanted < scale) else ""
    if new.name == "money":
        return fraction if old.name != "money" and (scale is None or scale > 2) else ""
    if new.name in ("smallint", "integer", "bigint"):
        return fraction if old.name in _NUMBERS and (scale is None or scale > 0) else ""
    exact = {"real": {"smallint", "real"}, "double precision": {"smallint", "integer", "real", new.name}}
    return digits if old.name in _NUMBERS and old.name not in exact[new.name] else ""


def _scale(kind: _Type) -> int | None:
    """How many digits a number has behind the point; None when as many as it likes."""
    if kind.name in ("smallint", "integer", "bigint"):
        return 0
    if kind.name == "money":
        return 2
    if kind.name == "numeric" and isinstance(kind.modifiers, tuple):
        return kind.modifiers[1] if len(kind.modifiers) > 1 else 0
    return None


def base_type(type_name: str, column: Ref, catalog: Catalog) -> str:
    """The type below a column's domain, or the type itself. The column's dependencies tell its domain."""
    for need in catalog.depends.get(column, ()):
        held = catalog.objects.get(need)
        if isinstance(held, Domain) and _names(type_name) == (need.schema, need.name):
            return base_type(held.type, need, catalog)
    return type_name


def _names(type_name: str) -> tuple[str, ...]:
    """The parts of a qualified name as format_type prints it, without their quotes."""
    found = re.findall(r'"((?:[^"]|"")*)"|([^".]+)', type_name)
    return tuple(quoted.replace('""', '"') or plain for quoted, plain in found)


def _parts(type_name: str) -> _Type:
    array = type_name.endswith("[]")
    name = type_name.removesuffix("[]")
    opening = name.find("(", name.rfind('"') + 1)
    if opening < 0:
        return _Type(_simple(name), None, array)
    closing = name.index(")", opening)
    inside = name[opening + 1 : closing]
    numbers = inside.split(",")
    modifiers = tuple(map(int, numbers)) if all(each.lstrip("-").isdigit() for each in numbers) else inside
    return _Type(_simple(name[:opening] + name[closing + 1 :]), modifiers, array)


def _simple(name: str) -> str:
    # an extension's type, in whichever schema it was made
    return "citext" if _names(name)[-1] == "citext" else name


def _family(name: str) -> frozenset[str]:
    for family in (_STRINGS, _BITS, _NUMBERS):
        if name in family:
            return family
    return frozenset({name})


def _assigns(old: str, new: str) -> bool:
    return new in _family(old) or (old, new) in _ASSIGNED


def _rewrites(old: _Type, new: _Type) -> bool:
    """Whether an assignment changes what is stored (`ATColumnChangeRequiresRewrite`)."""
    if old.name == new.name:
        if old.modifiers == new.modifiers:
            return False
        # an array's elements are gone through one by one where they have a length to keep
        return bool(new.modifiers) if old.array else not _wider(old, new)
    if old.array:
        return True  # an array says which type its elements have
    stored_as_text = {"text", "character varying", "citext"}
    if old.name in stored_as_text and new.name in stored_as_text:
        return new.modifiers is not None
    if old.name == "bpchar" and new.name in ("text", "character varying"):
        return True
    return (old.name, new.name) not in {
        ("integer", "oid"),
        ("oid", "integer"),
        ("cidr", "inet"),
        ("xml", "text"),
        ("xml", "character varying"),
        ("bit", "bit varying"),
        ("bit varying", "bit"),
    } or new.modifiers is not None


def _wider(old: _Type, new: _Type) -> bool:
    """Whether every value of the old modifiers is one of the new, stored alike."""
    if new.modifiers is None:
        return old.name not in ("character", "bit")
    if isinstance(new.modifiers, str) or isinstance(old.modifiers, str):
        return False
    if old.name in ("character varying", "bit varying"):
        return old.modifiers is not None and old.modifiers[0] <= new.modifiers[0]
    if old.name == "numeric":
        if old.modifiers is None:
            return False
        return old.modifiers[0] <= new.modifiers[0] and old.modifiers[1:] == new.modifiers[1:]
    if old.name.startswith("time") or old.name == "interval":
        was = old.modifiers[0] if old.modifiers else _FULL_PRECISION
        return was <= new.modifiers[0]
    return False
