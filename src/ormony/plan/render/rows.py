"""The rows of a table that has to be dropped and made again: kept in a temporary table, and put back."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import NamedTuple

from ormony.catalog import TABLES, Catalog, Column, Constraint, Kind, Ref
from ormony.plan.render.conversions import base_type, conversion, cut
from ormony.plan.render.names import identifier, identifiers, relation
from ormony.plan.statement import Statement

# What a column's type can come from.
_TYPES: frozenset[Kind] = frozenset(
    {"enum", "domain", "composite type", "range type", "base type", "extension", *TABLES}
)


class Kept(NamedTuple):
    """How a table keeps its rows: out of which tables they are read, and the table where they wait."""

    table: Ref
    sources: tuple[Ref, ...]
    whole: bool  # whether the sources are all that the partitioned table has
    name: str
    columns: tuple[str, ...]
    as_text: frozenset[str]  # columns whose type goes meanwhile
    losses: tuple[str, ...]


def kept(
    table: Ref, sources: tuple[Ref, ...], whole: bool, name: str, going: Set[Ref], old: Catalog, new: Catalog
) -> Kept | None:
    """How the table's rows are kept under the temporary table's `name`; None where it has no column any more
    that it had. `going` are objects that do not stay as they are.
    """
    columns: list[str] = []
    losses: list[str] = []
    as_text: set[str] = set()
    for part in old.column_order.get(table, ()):
        ref = Ref("column", table.schema, table.name, part)
        before, after = old.objects[ref], new.objects.get(ref)
        assert isinstance(before, Column)
        if not isinstance(after, Column):
            losses += () if before.generated else (f"the values of column {ref}",)
            continue
        if after.generated:
            losses += () if before.generated else (f"the values of column {ref}",)
            continue
        columns.append(part)
        if any(need.kind in _TYPES and need in going for need in old.depends.get(ref, ())):
            as_text.add(part)
        else:
            lost = cut(base_type(before.type, ref, old), base_type(after.type, ref, new))
            losses += (f"{lost} in column {ref}",) if lost else ()
    if not columns:
        return None
    return Kept(table, sources, whole, name, tuple(columns), frozenset(as_text), tuple(losses))


def keep(rows: Kept, old: Catalog) -> tuple[Statement, ...]:
    """What copies the rows into a temporary table."""
    listed = ", ".join(
        f"{name}::pg_catalog.text AS {name}" if column in rows.as_text else name
        for column, name in ((each, identifier(each)) for each in rows.columns)
    )
    sources = [relation(rows.table)] if rows.whole else [f"ONLY {relation(each)}" for each in rows.sources]
    reads = " UNION ALL ".join(f"SELECT {listed} FROM {each}" for each in sources)
    made = f"CREATE TEMPORARY TABLE {identifier(rows.name)} AS {reads}"
    return (Statement(sql=made, lock="access share"),)


def fill(rows: Kept, old: Catalog, new: Catalog, holders: tuple[Ref, ...]) -> Iterator[Statement]:
    """What puts the rows into the new table, whose partitions are among `holders`, and drops the temporary
    one."""
    values = ", ".join(_value(rows, each, old, new) for each in rows.columns)
    waiting = f"pg_temp.{identifier(rows.name)}"
    yield Statement(
        sql=f"INSERT INTO {relation(rows.table)} ({identifiers(rows.columns)}) "
        f"OVERRIDING SYSTEM VALUE SELECT {values} FROM {waiting}",
        lock="row exclusive",
        rewrites=True,
    )
    if any(_waits(each, new) for each in holders):
        yield Statement(sql="SET CONSTRAINTS ALL IMMEDIATE")  # nothing alters a table that has checks ahead
    yield Statement(sql=f"DROP TABLE {waiting}")


def _value(rows: Kept, column: str, old: Catalog, new: Catalog) -> str:
    ref = Ref("column", rows.table.schema, rows.table.name, column)
    before, after = old.objects[ref], new.objects[ref]
    assert isinstance(before, Column)
    assert isinstance(after, Column)
    name = identifier(column)
    if column in rows.as_text and before.type == after.type:
        return f"{name}::{after.type}"
    was = "text" if column in rows.as_text else base_type(before.type, ref, old)
    return conversion(name, was, base_type(after.type, ref, new)).using or name


def _waits(table: Ref, catalog: Catalog) -> bool:
    """Whether a constraint of the table is tried at the end of the transaction."""
    return any(
        ref[0] == "constraint"
        and ref[1:3] == table[1:3]
        and isinstance(value, Constraint)
        and "INITIALLY DEFERRED" in value.definition
        for ref, value in catalog.objects.items()
    )
