"""How the objects of a catalog hang together: parts, parents, heirs, needs, and names that are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set

import msgspec

from ormony.catalog import (
    PARTS,
    RELATIONS,
    TABLES,
    Catalog,
    Column,
    Constraint,
    Index,
    Kind,
    Object,
    RangeType,
    Ref,
    Sequence,
    Statistics,
    Table,
    holder,
)
from ormony.plan.render.types import multirange
from ormony.sql import object_name

# Types whose columns hold rows: never dropped under a surviving column, but set aside until it is converted.
TYPES: frozenset[Kind] = frozenset(
    {"enum", "domain", "composite type", "range type", "base type", "collation"}
)
WITH_INDEX: frozenset[str] = frozenset({"primary key", "unique", "exclusion"})
# Kinds with expressions, which casts and functions may be a hidden part of.
EXPRESSIVE: frozenset[Kind] = frozenset(
    {
        "table",
        "column",
        "default",
        "constraint",
        "domain",
        "domain constraint",
        "index",
        "view",
        "materialized view",
        "rule",
        "trigger",
        "policy",
    }
)


def parents_of(value: Object | None) -> tuple[Ref, ...]:
    """What a table is a partition of, or inherits from."""
    if not isinstance(value, Table):
        return ()
    return (value.partition.parent,) if value.partition is not None else value.inherits


def attachment_of(value: Object) -> object:
    """What a table is a partition of, inherits from, or is of; None for others."""
    return (value.partition, value.inherits, value.of_type) if isinstance(value, Table) else None


def detached(table: Object) -> Table:
    """A table when it has left what it is a partition of or inherits from."""
    assert isinstance(table, Table)
    return msgspec.structs.replace(table, partition=None, inherits=())


def bequeaths(column: Object | None) -> bool:
    """Whether heirs have the column's NOT NULL, too."""
    return isinstance(column, Column) and column.not_null is not None and not column.not_null.no_inherit


def with_value(catalog: Catalog, ref: Ref, value: Object) -> Catalog:
    """The catalog with another value for one object."""
    return msgspec.structs.replace(catalog, objects={**catalog.objects, ref: value})


def table_of(column: Ref, catalog: Catalog) -> Ref | None:
    """The table or foreign table that a column is of; None for one of a view or a type."""
    for kind in TABLES:
        found = Ref(kind, column.schema, column.name)
        if found in catalog.objects:
            return found
    return None


def is_partitioned(table: Ref, catalog: Catalog) -> bool:
    """Whether it is a partitioned table."""
    value = catalog.objects.get(table)
    return isinstance(value, Table) and value.partition_key is not None


def whole_of(key: Ref, catalog: Catalog) -> Ref | None:
    """The partitioned table that an index or a constraint with one is of."""
    value = catalog.objects[key]
    table = value.table if isinstance(value, Index) else holder(key, catalog)
    return table if table is not None and is_partitioned(table, catalog) else None


def indexes_of(table: Ref, parts: Mapping[Ref, list[Ref]], catalog: Catalog) -> Iterator[Ref]:
    """The indexes of a table, those of its constraints too."""
    for part in parts.get(table, ()):
        value = catalog.objects[part]
        if isinstance(value, Index) or (isinstance(value, Constraint) and value.type in WITH_INDEX):
            yield part


def partitions_below(table: Ref, catalog: Catalog, children: Mapping[Ref, list[Ref]]) -> list[Ref]:
    """The partitions of a partitioned table, and theirs."""
    found = [*children.get(table, ())] if is_partitioned(table, catalog) else []
    for each in found:
        if is_partitioned(each, catalog):
            found += children.get(each, ())
    return found


def on_relations(catalog: Catalog) -> Mapping[Ref, tuple[Ref, ...]]:
    """What needs what, where a column that is no object of its own stands for its view or type."""
    objects = catalog.objects
    lifted: dict[Ref, Ref] = {}

    def lift(ref: Ref) -> Ref:
        if ref.kind != "column" or ref in objects:
            return ref
        found = lifted.get(ref)
        if found is None:
            kinds: tuple[Kind, ...] = ("view", "materialized view", "composite type")
            whole = (Ref(kind, ref.schema, ref.name) for kind in kinds)
            found = lifted[ref] = next((each for each in whole if each in objects), ref)
        return found

    moved = {
        ref: tuple(dict.fromkeys(lift(each) for each in needs))
        for ref, needs in catalog.depends.items()
        for need in needs
        if need[0] == "column" and need not in objects
    }
    return {**catalog.depends, **moved} if moved else catalog.depends


def dependents_of(depends: Mapping[Ref, tuple[Ref, ...]]) -> dict[Ref, list[Ref]]:
    """What needs each object."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for dependent, needs in depends.items():
        for need in needs:
            found[need].append(dependent)
    return found


def parts_of(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """What each relation or domain holds; the sequence that a column owns is a part of that column."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    holders: dict[tuple[str, str, str], Ref] = {}  # as `holder` answers, without a new reference for each
    for ref in catalog.objects:
        kind = ref[0]
        if kind in RELATIONS:
            holders["relation", ref[1], ref[2]] = ref
        elif kind == "domain":
            holders[kind, ref[1], ref[2]] = ref
    for ref, value in catalog.objects.items():
        kind = ref[0]
        if kind in PARTS:
            above = holders.get(("domain" if kind == "domain constraint" else "relation", ref[1], ref[2]))
            if above is not None:
                found[above].append(ref)
        elif kind == "index" or kind == "statistics":
            assert isinstance(value, Index | Statistics)
            found[value.table].append(ref)
        elif kind == "sequence":
            assert isinstance(value, Sequence)
            if value.owned_by is not None:
                found[value.owned_by].append(ref)
    return found


def children_of(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """The partitions and heirs of each table."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, value in catalog.objects.items():
        if ref[0] in TABLES:
            for parent in parents_of(value):
                found[parent].append(ref)
    return found


def attached_of(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """The indexes and constraints of partitions under those of the partitioned table."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, value in catalog.objects.items():
        if ref[0] not in ("constraint", "index"):
            continue
        if isinstance(value, Constraint | Index) and value.parent is not None:
            found[value.parent].append(ref)
    return found


def keys_to_wholes(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """The foreign keys to each partitioned table."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, value in catalog.objects.items():
        if ref[0] == "constraint" and isinstance(value, Constraint) and value.references is not None:
            held = catalog.objects.get(value.references)
            if isinstance(held, Table) and held.partition_key is not None:
                found[value.references].append(ref)
    return found


def slots_of(ref: Ref, catalog: Catalog) -> Iterator[tuple[str, ...]]:
    """The names that an object occupies: relations share theirs, and tables share theirs with types."""
    value = catalog.objects.get(ref)
    match ref.kind:
        case "table" | "foreign table" | "view" | "materialized view" | "composite type":
            yield ("relation", ref.schema, ref.name)
            yield ("type", ref.schema, ref.name)
        case "sequence" | "index":
            yield ("relation", ref.schema, ref.name)
        case "enum" | "domain" | "base type":
            yield ("type", ref.schema, ref.name)
        case "range type":
            yield ("type", ref.schema, ref.name)
        case "function" | "procedure" | "aggregate":
            yield ("routine", ref.schema, ref.name, ref.part)
        case "constraint":
            yield ("constraint", ref.schema, ref.name, ref.part)
            if isinstance(value, Constraint) and value.type in ("primary key", "unique", "exclusion"):
                yield ("relation", ref.schema, ref.part)
            if isinstance(value, Constraint) and value.type == "primary key":
                yield ("primary key", ref.schema, ref.name)
        case "column":
            yield ("column", ref.schema, ref.name, ref.part)
            if isinstance(value, Column) and value.not_null is not None:
                name = value.not_null.name or object_name(ref.name, ref.part, "not_null")
                yield ("constraint", ref.schema, ref.name, name)
            if isinstance(value, Column) and value.identity is not None:
                yield ("relation", value.identity.sequence.schema, value.identity.sequence.name)
        case _:
            yield tuple(ref)


def free_name(name: str, taken: set[str], word: str = "old") -> str:
    """The name under which the old version of a type waits, or what is kept of a table, none of `taken`,
    which it joins."""
    number = 1
    while True:
        end = f"_{number}" if number > 1 else ""
        room = 63 - len(end)  # in bytes
        found = f"ormony_{word}_{name}".encode()[:room].decode("utf-8", "ignore") + end
        if found not in taken:
            taken.add(found)
            return found
        number += 1


def names_in(schema: str, *catalogs: Catalog) -> set[str]:
    """Every name of the schema that a type, its row type or its constructors could run into."""
    found = set[str]()
    for catalog in catalogs:
        for ref, value in catalog.objects.items():
            if ref[1] != schema:
                continue
            found.add(ref[3] if ref[0] == "constraint" else ref[2])
            if isinstance(value, RangeType):
                found.add(multirange(ref, catalog).name)
            elif isinstance(value, Column) and value.identity is not None:
                found.add(value.identity.sequence.name)
    return found


def half_attached(
    catalog: Catalog,
    children: Mapping[Ref, list[Ref]],
    parts: Mapping[Ref, list[Ref]],
    attached: Mapping[Ref, list[Ref]],
) -> Set[Ref]:
    """The indexes of partitioned tables, or constraints with one, that some partitions have none of, or
    themselves only in half."""
    found = [
        key
        for table, partitions in children.items()
        if is_partitioned(table, catalog)
        for key in indexes_of(table, parts, catalog)
        if len(attached.get(key, ())) < len(partitions)
    ]
    for key in found:
        value = catalog.objects[key]
        if isinstance(value, Constraint | Index) and value.parent is not None:
            found.append(value.parent)
    return {*found}
