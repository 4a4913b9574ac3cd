"""A plan that keeps others waiting less: indexes made concurrently, constraints added first, checked after.

What was one statement becomes several, each in a transaction of its own, so the plan is no longer all or
nothing: an index that could not be made is left invalid, a constraint that does not hold is left unchecked.
This module decides by catalogs, and reads no SQL: a statement is exchanged when it is the one that the
renderer of an object gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from ormony.catalog import Catalog, Column, Constraint, Index, Ref, Table
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.options import storage
from ormony.plan.statement import Lock, Statement

if TYPE_CHECKING:
    from ormony.plan import Plan

_UNIQUE = ("primary key", "unique")
_CHECKED = ("foreign key", "check")


def online(plan: Plan, old: Catalog, new: Catalog) -> Plan:
    """The plan from `old` to `new` with weaker locks, and the same end.

    Indexes of tables that exist are made and dropped CONCURRENTLY, also those of unique and primary keys;
    foreign keys and checks are added NOT VALID and validated; SET NOT NULL finds a validated CHECK. What
    PostgreSQL has no such form for stays as it is: exclusion constraints, keys of partitioned tables and
    primary keys of partitions.
    """
    forms: dict[str, tuple[Statement, ...]] = {}
    standing = _Standing(plan, old, new)
    for ref, value in new.objects.items():
        if old.objects.get(ref) == value:
            continue
        forms.update(_forms(ref, old, new, standing))
    for ref, value in old.objects.items():
        if isinstance(value, Index) and value.parent is None and standing.is_plain(value.table):
            (statement,) = RENDERERS["index"].drop(ref, old)
            sql = f"DROP INDEX CONCURRENTLY {relation(ref)}"
            forms[statement.sql] = (_alone(sql, "share update exclusive"),)
    statements = tuple(each for given in plan.statements for each in forms.get(given.sql, (given,)))
    return msgspec.structs.replace(plan, statements=statements)


class _Standing:
    """Which tables exist before the plan and stay, so that others may be at work in them."""

    def __init__(self, plan: Plan, old: Catalog, new: Catalog) -> None:
        self._old, self._new = old, new
        self._made = {
            words[0] for each in plan.statements for words in [_after_create(each.sql)] if words is not None
        }

    def stands(self, table: Ref) -> bool:
        """Whether the table, or materialized view, is there all the time."""
        return table in self._old.objects and table in self._new.objects and relation(table) not in self._made

    def is_plain(self, table: Ref) -> bool:
        """Whether it stands, and is not partitioned."""
        value = self._old.objects.get(table)
        partitioned = isinstance(value, Table) and value.partition_key is not None
        return self.stands(table) and not partitioned


def _after_create(sql: str) -> tuple[str, str] | None:
    """The name that a CREATE TABLE or CREATE MATERIALIZED VIEW of ours makes, and what follows."""
    for words in ("CREATE TABLE ", "CREATE UNLOGGED TABLE ", "CREATE MATERIALIZED VIEW "):
        if sql.startswith(words):
            name, _, rest = sql.removeprefix(words).replace(" (", " ", 1).partition(" ")
            return name, rest
    return None


def _forms(ref: Ref, old: Catalog, new: Catalog, standing: _Standing) -> Mapping[str, tuple[Statement, ...]]:
    """The statements of one object that have another form, and that form."""
    value = new.objects[ref]
    match value:
        case Index() if standing.is_plain(value.table):
            first = RENDERERS["index"].create(ref, new, frozenset())[0]
            return {first.sql: (_concurrently(first.sql),)}
        case Constraint() if value.type in _UNIQUE and standing.is_plain(_table(ref, new)):
            return _key(ref, value, new)
        case Constraint() if value.type in _CHECKED and standing.stands(_table(ref, new)):
            if value.type == "foreign key" and not standing.is_plain(_table(ref, new)):
                return {}  # before 18 a partitioned table refuses NOT VALID
            return _checked(ref, value, new)
        case Column() if ref in old.objects:
            return _not_null(ref, value, old, new)
        case _:
            return {}


def _concurrently(sql: str) -> Statement:
    head, _, rest = sql.partition(" INDEX ")
    return _alone(f"{head} INDEX CONCURRENTLY {rest}", "share update exclusive")


def _key(ref: Ref, value: Constraint, new: Catalog) -> Mapping[str, tuple[Statement, ...]]:
    table = new.objects.get(_table(ref, new))
    if value.type == "primary key" and isinstance(table, Table) and (table.partition or table.inherits):
        return {}  # USING INDEX would declare the NOT NULLs here, which are inherited
    first = RENDERERS["constraint"].create(ref, new, frozenset())[0]
    word = value.type.upper()
    body = value.definition.removeprefix(word).lstrip()
    timing = ""
    for words in (" INITIALLY DEFERRED", " DEFERRABLE"):
        if body.endswith(words):
            body, timing = body.removesuffix(words), words + timing
    nulls = ""
    if body.startswith("NULLS NOT DISTINCT "):
        body, nulls = body.removeprefix("NULLS NOT DISTINCT "), " NULLS NOT DISTINCT"
    if "WITHOUT OVERLAPS" in body:
        return {}  # its index is no unique one
    name = identifier(ref.part)
    options = f" WITH {storage(value.index_options)}" if value.index_options else ""
    place = f" TABLESPACE {identifier(value.index_tablespace)}" if value.index_tablespace else ""
    index = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {relation(ref)} {body}{nulls}{options}{place}"
    key = f"ALTER TABLE {relation(ref)} ADD CONSTRAINT {name} {word} USING INDEX {name}{timing}"
    return {first.sql: (_alone(index, "share update exclusive"), _alone(key, "access exclusive"))}


def _checked(ref: Ref, value: Constraint, new: Catalog) -> Mapping[str, tuple[Statement, ...]]:
    if not value.valid or value.inherited or "NOT ENFORCED" in value.definition:
        return {}
    first = RENDERERS["constraint"].create(ref, new, frozenset())[0]
    lock: Lock = "share row exclusive" if value.type == "foreign key" else "access exclusive"
    return {first.sql: (_alone(f"{first.sql} NOT VALID", lock), _validate(ref, ref.part))}


def _not_null(ref: Ref, value: Column, old: Catalog, new: Catalog) -> Mapping[str, tuple[Statement, ...]]:
    before = old.objects[ref]
    if not isinstance(before, Column) or before.not_null is not None or value.not_null is None:
        return {}
    if value.not_null.no_inherit or not value.not_null.valid:
        return {}
    table, column = relation(ref), identifier(ref.part)
    if value.not_null.name is not None:
        name = identifier(value.not_null.name)
        sql = f"ALTER TABLE {table} ADD CONSTRAINT {name} NOT NULL {column}"
        return {
            sql: (
                _alone(f"{sql} NOT VALID", "access exclusive"),
                _validate(ref, value.not_null.name),
            )
        }
    name = next(each for each in _spare_names(ref.part) if _is_free(ref, each, old, new))
    sql = f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"
    check = f"ADD CONSTRAINT {identifier(name)} CHECK ({column} IS NOT NULL) NOT VALID"
    return {
        sql: (
            _alone(f"ALTER TABLE {table} {check}", "access exclusive"),
            _validate(ref, name),
            _alone(sql, "access exclusive"),
            _alone(f"ALTER TABLE {table} DROP CONSTRAINT {identifier(name)}", "access exclusive"),
        )
    }


def _spare_names(column: str) -> Iterator[str]:
    for number in range(1, 1000):
        yield f"ormony_not_null_{column}"[:60] + ("" if number == 1 else str(number))


def _is_free(ref: Ref, name: str, old: Catalog, new: Catalog) -> bool:
    taken = Ref("constraint", ref.schema, ref.name, name)
    return taken not in old.objects and taken not in new.objects


def _validate(ref: Ref, name: str) -> Statement:
    return _alone(
        f"ALTER TABLE {relation(ref)} VALIDATE CONSTRAINT {identifier(name)}", "share update exclusive"
    )


def _alone(sql: str, lock: Lock) -> Statement:
    return Statement(sql=sql, lock=lock, transactional=False)


def _table(ref: Ref, catalog: Catalog) -> Ref:
    foreign = Ref("foreign table", ref.schema, ref.name)
    return foreign if foreign in catalog.objects else Ref("table", ref.schema, ref.name)


__all__ = ["online"]
