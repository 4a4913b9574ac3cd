"""A column whose type was set aside and made again under its name: its values go through text."""

from __future__ import annotations

from typing import Final

from ormony.catalog import Catalog, Column, Kind, Ref
from ormony.plan.render import names
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


def retype(column: Ref, catalog: Catalog, *, alone: bool = False) -> Alteration:
    """The column as it is in `catalog`, converted from a type of another name with the same values as text.

    A column that comes from a parent is converted with the parent's, unless it is `alone` by then.
    """
    value = catalog.objects[column]
    assert isinstance(value, Column)
    if not value.local and not alone:
        return Alteration(statements=(), around=IN_THE_WAY)
    name = names.identifier(column.part)
    collation = f" COLLATE {value.collation}" if value.collation else ""
    return Alteration(
        statements=(
            Statement(
                sql=f"ALTER TABLE {names.relation(column)} ALTER COLUMN {name} "
                f"TYPE {value.type}{collation} USING {name}::text::{value.type}",
                lock="access exclusive",
                rewrites=True,
            ),
        ),
        around=IN_THE_WAY,
    )
