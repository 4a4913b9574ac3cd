"""A column whose type was set aside and made again under its name: its values go through text."""

from __future__ import annotations

from typing import Final

from ormony import sql
from ormony.catalog import Catalog, Column, Kind, Ref
from ormony.plan.render import names
from ormony.plan.render.conversions import base_type, conversion
from ormony.plan.statement import Alteration, Statement

# What PostgreSQL refuses to carry over a change of a column's type ("cannot alter type of a column used by
# …").
IN_THE_WAY: Final[frozenset[Kind]] = frozenset(
    {
        "view",
        "materialized view",
        "rule",
        "policy",
        "trigger",
        "default",
        "function",
        "procedure",
        "publication",
    }
)


def retype(column: Ref, old: Catalog, new: Catalog, *, alone: bool = False) -> Alteration:
    """The column as it is in `new`, converted from a type of another name with the same values as text; those
    of a domain over another type as the two types below say.

    A column that comes from a parent is converted with the parent's, unless it is `alone` by then.
    """
    before, value = old.objects[column], new.objects[column]
    assert isinstance(before, Column)
    assert isinstance(value, Column)
    if not value.local and not alone:
        return Alteration(statements=(), around=IN_THE_WAY)
    name = names.identifier(column.part)
    collation = f" COLLATE {value.collation}" if value.collation else ""
    return Alteration(
        statements=(
            Statement(
                sql=f"ALTER TABLE {names.relation(column)} ALTER COLUMN {name} "
                f"TYPE {value.type}{collation} USING {_value(column, before, value, old, new)}",
                lock="access exclusive",
                rewrites=True,
            ),
        ),
        around=IN_THE_WAY,
    )


def reads_again(definition: str) -> bool:
    """Whether PostgreSQL prints a definition as it is when it has read it again.

    It reads those of constraints and indexes again when a column below changes its type.
    """
    return sql.keep_nesting(sql.keep_array_casts(definition)) == definition


def _value(column: Ref, before: Column, after: Column, old: Catalog, new: Catalog) -> str:
    name = names.identifier(column.part)
    element = before.type.removesuffix("[]")
    array = before.type.removeprefix(element)
    if before.type == after.type:
        was, now = base_type(element, column, old), base_type(element, column, new)
        if element not in (was, now) and was != now:
            goes = (
                conversion(name, was + array, now + array).using or f"{name}::{now.partition('(')[0]}{array}"
            )
            return f"{goes}::{after.type}" if array else goes
    return f"{name}::text::{after.type}"
