"""Constraints of tables: primary and foreign keys, unique, check, exclusion. NOT NULL is a column's."""

from __future__ import annotations

from collections.abc import Set
from typing import Final, NamedTuple

from ormony.catalog import Catalog, Constraint, Kind, Ref, Table
from ormony.plan.render import indexes, options
from ormony.plan.render.lookup import held
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.statement import Alteration, Lock, Statement

_WITH_INDEX: Final = ("primary key", "unique", "exclusion")


class _Definition(NamedTuple):
    """The text of pg_get_constraintdef in parts: what it says, and the words at its end."""

    body: str
    deferrable: bool
    deferred: bool
    enforced: bool
    valid: bool

    @property
    def timing(self) -> str:
        return (" DEFERRABLE" if self.deferrable else "") + (" INITIALLY DEFERRED" if self.deferred else "")


def inline(ref: Ref, catalog: Catalog, *, valid: bool = False) -> str:
    """`CONSTRAINT name …` as CREATE TABLE and ALTER TABLE ADD take it; `valid`: never NOT VALID."""
    text = _text(held(catalog, ref, Constraint))
    return f"CONSTRAINT {identifier(ref.part)} {text.removesuffix(' NOT VALID') if valid else text}"


def locks(ref: Ref, catalog: Catalog) -> bool:
    """Whether CREATE TABLE with this constraint inside locks another table."""
    references = held(catalog, ref, Constraint).references
    return references is not None and references[1:3] != (ref.schema, ref.name)


def _parts(definition: str) -> _Definition:
    text = definition.removesuffix(" NOT VALID")
    valid = text == definition
    body = text.removesuffix(" NOT ENFORCED")
    enforced = body == text
    rest = body.removesuffix(" INITIALLY DEFERRED")
    deferred = rest != body
    core = rest.removesuffix(" DEFERRABLE")
    return _Definition(core, core != rest, deferred, enforced, valid)


def _text(constraint: Constraint) -> str:
    """The definition with the storage parameters and the tablespace of its index, which it does not print.

    An exclusion constraint prints its parameters; its tablespace, which would stand before its WHERE, is
    given to the index afterwards.
    """
    if constraint.type not in ("primary key", "unique"):
        return constraint.definition
    parts = _parts(constraint.definition)
    words = parts.body
    if constraint.index_options:
        words += f" WITH {options.storage(constraint.index_options)}"
    if constraint.index_tablespace is not None:
        words += f" USING INDEX TABLESPACE {identifier(constraint.index_tablespace)}"
    return words + parts.timing


def _create(ref: Ref, catalog: Catalog, inline_: Set[Ref]) -> tuple[Statement, ...]:
    constraint = held(catalog, ref, Constraint)
    table = _table(ref, catalog)
    only = "ONLY " if constraint.type in _WITH_INDEX and _is_partitioned(table, catalog) else ""
    lock: Lock = "share row exclusive" if constraint.type == "foreign key" else "access exclusive"
    statements = [Statement(sql=f"ALTER TABLE {only}{relation(ref)} ADD {inline(ref, catalog)}", lock=lock)]
    if constraint.type == "exclusion" and constraint.index_tablespace is not None:
        statements.append(indexes.move(ref, constraint.index_tablespace))
    statements += indexes.marks(
        ref, table, clustered=constraint.clustered, replica_identity=constraint.replica_identity
    )
    return tuple(statements)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (
        Statement(
            sql=f"ALTER TABLE {relation(ref)} DROP CONSTRAINT {identifier(ref.part)}", lock="access exclusive"
        ),
    )


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Constraint), held(new, ref, Constraint)
    was, now = _parts(before.definition), _parts(after.definition)
    if (before.type, before.references, was.body) != (after.type, after.references, now.body):
        return None
    table = _table(ref, new)
    statements: list[Statement] = []
    late: Late | None = None
    name = identifier(ref.part)
    if before.parent != after.parent:
        if before.parent is not None and not indexes.detached(table, old, new):
            return None
        late = _late(ref, new)
    words = []
    if was.timing != now.timing:
        if after.type != "foreign key":
            return None
        words.append(now.timing.strip() or "NOT DEFERRABLE")
    if was.enforced != now.enforced:
        if after.type != "foreign key" or not now.valid:
            return None
        words.append("ENFORCED" if now.enforced else "NOT ENFORCED")
    elif was.valid and not now.valid:
        return None
    if words:
        statements.append(
            Statement(
                sql=f"ALTER TABLE {relation(ref)} ALTER CONSTRAINT {name} {' '.join(words)}",
                lock="access exclusive",
            )
        )
    if now.valid and not was.valid:
        statements.append(
            Statement(
                sql=f"ALTER TABLE {relation(ref)} VALIDATE CONSTRAINT {name}", lock="share update exclusive"
            )
        )
    if before.index_tablespace != after.index_tablespace:
        statements.append(indexes.move(ref, after.index_tablespace or "pg_default"))
    statements += indexes.storage(ref, before.index_options, after.index_options)
    statements += indexes.remarks(ref, old, new)
    return Alteration(statements=tuple(statements), late=late)


def _late(ref: Ref, catalog: Catalog) -> Late | None:
    return indexes.attach(ref, _table(ref, catalog), held(catalog, ref, Constraint).parent)


def _table(ref: Ref, catalog: Catalog) -> Ref:
    foreign = Ref("foreign table", ref.schema, ref.name)
    return foreign if foreign in catalog.objects else Ref("table", ref.schema, ref.name)


def _is_partitioned(table: Ref, catalog: Catalog) -> bool:
    return held(catalog, table, Table).partition_key is not None


RENDERERS: Final[dict[Kind, Renderer]] = {"constraint": Renderer(_create, _drop, _alter, _late)}
