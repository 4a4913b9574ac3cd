"""Indexes that no constraint owns, and extended statistics.

What an index has in common with a constraint's (storage parameters, place, CLUSTER, REPLICA IDENTITY) is
rendered here for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from ormony.catalog import Catalog, Constraint, Index, Kind, Ref, Statistics, Table
from ormony.plan.render import options
from ormony.plan.render.lookup import held
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.statement import Alteration, Statement


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    index = held(catalog, ref, Index)
    sql, moved = _placed(index)
    statements = [Statement(sql=sql, lock="share")]
    if not moved:
        statements += _move(ref, index.tablespace)
    statements += _column_statistics(ref, (), index.statistics)
    statements += marks(ref, index.table, clustered=index.clustered, replica_identity=index.replica_identity)
    return tuple(statements)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"DROP INDEX {relation(ref)}", lock="access exclusive"),)


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Index), held(new, ref, Index)
    if before.table != after.table:
        return None
    was, old_options = split_options(before.definition, before.predicate)
    now, new_options = split_options(after.definition, after.predicate)
    if was != now:
        return None
    statements: list[Statement] = []
    late: Late | None = None
    if before.parent != after.parent:
        if before.parent is not None and not detached(before.table, old, new):
            return None
        late = _late(ref, new)
    if not before.valid and after.valid and not _is_partitioned(before.table, old):
        statements.append(Statement(sql=f"REINDEX INDEX {relation(ref)}", lock="access exclusive"))
    if before.tablespace != after.tablespace:
        statements += _move(ref, after.tablespace or "pg_default")
    statements += storage(ref, old_options, new_options)
    statements += _column_statistics(ref, before.statistics, after.statistics)
    statements += remarks(ref, old, new)
    return Alteration(statements=tuple(statements), late=late)


def _late(ref: Ref, catalog: Catalog) -> Late | None:
    index = held(catalog, ref, Index)
    return attach(ref, index.table, index.parent)


def attach(ref: Ref, table: Ref, parent: Ref | None) -> Late | None:
    """ATTACH PARTITION of an index, or of a constraint's, to that of the partitioned table (None: none)."""
    if parent is None:
        return None
    return Late(
        statements=(
            Statement(
                sql=f"ALTER INDEX {index_name(parent)} ATTACH PARTITION {index_name(ref)}",
                lock="access exclusive",
            ),
        ),
        after=(parent, ref),
        after_late=(table,),
    )


def index_name(ref: Ref) -> str:
    """The qualified name of an index, or of the index of a constraint."""
    if ref.kind == "constraint":
        return f"{identifier(ref.schema)}.{identifier(ref.part)}"
    return relation(ref)


def split_options(definition: str, predicate: str | None) -> tuple[str, tuple[str, ...]]:
    """The text of pg_get_indexdef without its storage parameters, and these as `name=value`."""
    tail = f" WHERE {predicate}" if predicate is not None else ""
    head = definition.removesuffix(tail)
    if tail and head == definition:
        return definition, ()
    start = head.rfind(" WITH (")
    found = _read_options(head[start + 7 :]) if start >= 0 else None
    return (head[:start] + tail, found) if found is not None else (definition, ())


def _read_options(text: str) -> tuple[str, ...] | None:
    """`a='1', b='x')` as ("a=1", "b=x"); None where the text is anything else."""
    found = []
    at = 0
    while True:
        equals = text.find("=", at)
        name = text[at:equals]
        if equals < 0 or not name.replace("_", "").isalnum() or text[equals + 1 : equals + 2] != "'":
            return None
        end = text.find("'", equals + 2)
        if end < 0:
            return None
        found.append(f"{name}={text[equals + 2 : end]}")
        rest = text[end + 1 :]
        if rest == ")":
            return tuple(found)
        if not rest.startswith(", "):
            return None
        at = end + 3


def storage(ref: Ref, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Statement]:
    """ALTER INDEX … SET and RESET; they change no page that is already written."""
    for change in options.storage_changes(old, new):
        yield Statement(sql=f"ALTER INDEX {index_name(ref)} {change}", lock="share update exclusive")


def _move(ref: Ref, tablespace: str | None) -> Iterator[Statement]:
    if tablespace is not None:
        yield move(ref, tablespace)


def move(ref: Ref, tablespace: str) -> Statement:
    """ALTER INDEX … SET TABLESPACE, which copies the index."""
    return Statement(
        sql=f"ALTER INDEX {index_name(ref)} SET TABLESPACE {identifier(tablespace)}", lock="access exclusive"
    )


def _placed(index: Index) -> tuple[str, bool]:
    """CREATE INDEX with its tablespace, which pg_get_indexdef leaves out, and whether it fits there."""
    if index.tablespace is None:
        return index.definition, True
    tail = f" WHERE {index.predicate}" if index.predicate is not None else ""
    if not index.definition.endswith(tail):
        return index.definition, False
    head = index.definition.removesuffix(tail)
    return f"{head} TABLESPACE {identifier(index.tablespace)}{tail}", True


def _column_statistics(
    ref: Ref, old: tuple[tuple[int, int], ...], new: tuple[tuple[int, int], ...]
) -> Iterator[Statement]:
    before, after = dict(old), dict(new)
    for number in sorted(before.keys() | after.keys()):
        if before.get(number) != after.get(number):
            yield Statement(
                sql=f"ALTER INDEX {relation(ref)} ALTER COLUMN {number} "
                f"SET STATISTICS {after.get(number, -1)}",
                lock="share update exclusive",
            )


def marks(ref: Ref, table: Ref, *, clustered: bool, replica_identity: bool) -> Iterator[Statement]:
    """CLUSTER ON and REPLICA IDENTITY USING INDEX for an index that has just been made."""
    name = identifier(ref.part if ref.kind == "constraint" else ref.name)
    word = "MATERIALIZED VIEW" if table.kind == "materialized view" else "TABLE"
    if clustered:
        yield Statement(
            sql=f"ALTER {word} {relation(table)} CLUSTER ON {name}", lock="share update exclusive"
        )
    if replica_identity:
        yield Statement(
            sql=f"ALTER TABLE {relation(table)} REPLICA IDENTITY USING INDEX {name}", lock="access exclusive"
        )


def remarks(ref: Ref, old: Catalog, new: Catalog) -> Iterator[Statement]:
    """What makes the index, or the constraint's, the one to cluster by and to identify rows with, or not.

    REPLICA IDENTITY is taken away by the table, which then says what it has instead.
    """
    before, after = old.objects[ref], new.objects[ref]
    assert isinstance(before, Index | Constraint)
    assert isinstance(after, Index | Constraint)
    table = after.table if isinstance(after, Index) else Ref("table", ref.schema, ref.name)
    if before.clustered and not after.clustered and not _has_clustered(table, new):
        word = "MATERIALIZED VIEW" if table.kind == "materialized view" else "TABLE"
        yield Statement(
            sql=f"ALTER {word} {relation(table)} SET WITHOUT CLUSTER", lock="share update exclusive"
        )
    yield from marks(
        ref,
        table,
        clustered=after.clustered and not before.clustered,
        replica_identity=after.replica_identity and not before.replica_identity,
    )


def _has_clustered(table: Ref, catalog: Catalog) -> bool:
    return any(
        value.clustered
        and (value.table == table if isinstance(value, Index) else (ref.schema, ref.name) == table[1:3])
        for ref, value in catalog.objects.items()
        if isinstance(value, Index | Constraint)
    )


def _is_partitioned(table: Ref, catalog: Catalog) -> bool:
    value = catalog.objects.get(table)
    return isinstance(value, Table) and value.partition_key is not None


def detached(table: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the partition leaves its place, which takes its indexes off those of the partitioned table."""
    before, after = old.objects.get(table), new.objects.get(table)
    return isinstance(before, Table) and isinstance(after, Table) and before.partition != after.partition


# ----------------------------------------------------------------------------------------------- statistics


def _create_statistics(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    statistics = held(catalog, ref, Statistics)
    created = Statement(sql=statistics.definition, lock="share update exclusive")
    return (created, *(() if statistics.target is None else (_target(ref, statistics.target),)))


def _drop_statistics(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"DROP STATISTICS {relation(ref)}", lock="share update exclusive"),)


def _alter_statistics(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Statistics), held(new, ref, Statistics)
    if (before.table, before.definition) != (after.table, after.definition):
        return None
    return Alteration(statements=(_target(ref, after.target),))


def _target(ref: Ref, target: int | None) -> Statement:
    return Statement(
        sql=f"ALTER STATISTICS {relation(ref)} SET STATISTICS {-1 if target is None else target}"
    )


RENDERERS: Final[dict[Kind, Renderer]] = {
    "index": Renderer(_create, _drop, _alter, _late),
    "statistics": Renderer(_create_statistics, _drop_statistics, _alter_statistics),
}
