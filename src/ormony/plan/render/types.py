"""Types: enums, domains and their constraints, composite, range and base types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Final

from ormony import sql
from ormony.catalog import (
    Attribute,
    Catalog,
    CompositeType,
    Domain,
    DomainConstraint,
    Enum,
    Kind,
    NotNull,
    Options,
    RangeType,
    Ref,
    Routine,
    Table,
)
from ormony.plan.render.lookup import columns_of_type, dependents, dropped, held, listed
from ormony.plan.render.names import identifier, literal, object_name, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.statement import Alteration, Statement

# What holds on to a field of a composite type: PostgreSQL neither drops it nor changes its type below.
_HOLD_FIELDS: Final[frozenset[Kind]] = frozenset(
    {"view", "materialized view", "rule", "policy", "constraint", "default", "index", "statistics", "trigger"}
)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref)


def _never(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    return None


# ----------------------------------------------------------------------------------------------------- enums


def _create_enum(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    labels = ", ".join(map(literal, held(catalog, ref, Enum).labels))
    return (Statement(sql=f"CREATE TYPE {relation(ref)} AS ENUM ({labels})"),)


def _alter_enum(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """New labels at their places; None when a label goes or moves, which PostgreSQL cannot do."""
    before, after = held(old, ref, Enum).labels, held(new, ref, Enum).labels
    if tuple(label for label in after if label in before) != before:
        return None
    return Alteration(
        statements=tuple(
            Statement(sql=f"ALTER TYPE {relation(ref)} ADD VALUE {literal(label)}{place}")
            for label, place in _places(before, after)
        )
    )


def _places(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for position, label in enumerate(after):
        if label in before:
            continue
        if not any(other in before for other in after[position:]):
            yield label, ""
        elif position:
            yield label, f" AFTER {literal(after[position - 1])}"
        else:
            yield label, f" BEFORE {literal(before[0])}"


# --------------------------------------------------------------------------------------------------- domains


def _create_domain(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    domain = held(catalog, ref, Domain)
    words = [f"CREATE DOMAIN {relation(ref)} AS {domain.type}"]
    if domain.collation is not None:
        words.append(f"COLLATE {domain.collation}")
    if domain.default is not None:
        words.append(f"DEFAULT {domain.default}")
    if domain.not_null is not None:
        name = domain.not_null.name
        words.append("NOT NULL" if name is None else f"CONSTRAINT {identifier(name)} NOT NULL")
    return (Statement(sql=" ".join(words)),)


def _alter_domain(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Domain), held(new, ref, Domain)
    if (before.type, before.collation) != (after.type, after.collation):
        return None
    alter = f"ALTER DOMAIN {relation(ref)}"
    statements: list[Statement] = []
    if before.default != after.default:
        action = "DROP DEFAULT" if after.default is None else f"SET DEFAULT {after.default}"
        statements.append(Statement(sql=f"{alter} {action}"))
    if before.not_null != after.not_null:
        statements += _alter_not_null(ref, before.not_null, after.not_null)
    return Alteration(statements=tuple(statements))


def _alter_not_null(ref: Ref, before: NotNull | None, after: NotNull | None) -> Iterator[Statement]:
    alter = f"ALTER DOMAIN {relation(ref)}"
    if before is not None and after is not None and before.name != after.name:
        was, now = (each.name or _not_null_name(ref) for each in (before, after))
        if was != now and None not in (was, now):
            yield Statement(sql=f"{alter} RENAME CONSTRAINT {identifier(was)} TO {identifier(now)}")
            return
    if before is not None:
        yield Statement(sql=f"{alter} DROP NOT NULL")
    if after is not None:
        # every column of the domain is read
        action = "SET NOT NULL" if after.name is None else f"ADD CONSTRAINT {identifier(after.name)} NOT NULL"
        yield Statement(sql=f"{alter} {action}", lock="share")


def _not_null_name(ref: Ref) -> str:
    """The name that PostgreSQL gives, which cuts the name of the domain where it is long."""
    return sql.object_name(ref.name, "", "not_null")


def _create_domain_constraint(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    constraint = held(catalog, ref, DomainConstraint)
    return (
        Statement(
            sql=f"ALTER DOMAIN {relation(ref)} ADD CONSTRAINT {identifier(ref.part)} {constraint.definition}",
            lock="share" if constraint.valid else None,
        ),
    )


def _drop_domain_constraint(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"ALTER DOMAIN {relation(ref)} DROP CONSTRAINT {identifier(ref.part)}"),)


def _alter_domain_constraint(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, DomainConstraint), held(new, ref, DomainConstraint)
    if before.valid or not after.valid or before.definition != f"{after.definition} NOT VALID":
        return None
    sql = f"ALTER DOMAIN {relation(ref)} VALIDATE CONSTRAINT {identifier(ref.part)}"
    return Alteration(statements=(Statement(sql=sql, lock="share"),))


# ------------------------------------------------------------------------------------------- composite types


def _create_composite(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    attributes = ", ".join(map(_attribute, held(catalog, ref, CompositeType).attributes))
    return (Statement(sql=f"CREATE TYPE {relation(ref)} AS ({attributes})"),)


def _attribute(attribute: Attribute) -> str:
    collation = f" COLLATE {attribute.collation}" if attribute.collation is not None else ""
    return f"{identifier(attribute.name)} {attribute.type}{collation}"


def _alter_composite(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """Fields added at the end, dropped, or of a new type where no row holds the composite type.

    None when fields move, or change their type below a column.
    """
    before, after = held(old, ref, CompositeType).attributes, held(new, ref, CompositeType).attributes
    was = {each.name: each for each in before}
    now = {each.name: each for each in after}
    kept = [each.name for each in before if each.name in now]
    if [each.name for each in after[: len(kept)]] != kept:
        return None
    gone = [each.name for each in before if each.name not in now]
    changed = [now[name] for name in kept if was[name] != now[name]]
    columns = columns_of_type(ref, old)
    typed = any(
        isinstance(value := old.objects.get(each), Table) and value.of_type for each in dependents(ref, old)
    )
    if changed and (columns or typed):
        return None
    # typed tables follow; nothing else is left that CASCADE could take, see `around`
    cascade = " CASCADE" if typed else ""
    actions = [
        *(f"DROP ATTRIBUTE {identifier(name)}{cascade}" for name in gone),
        *(
            f"ALTER ATTRIBUTE {identifier(each.name)} SET DATA TYPE {_attribute_type(each)}{cascade}"
            for each in changed
        ),
        *(f"ADD ATTRIBUTE {_attribute(each)}{cascade}" for each in after[len(kept) :]),
    ]
    loses = ""
    if gone and (columns or typed):
        where = ", ".join(str(each) for each in columns) or "its tables"
        loses = f"the values of {', '.join(gone)} of type {ref} in {where}"
    holders = _HOLD_FIELDS
    if any(
        isinstance(value := old.objects.get(each), Routine) and not value.body
        for each in dependents(ref, old)
    ):
        holders |= {"function", "procedure"}
    return Alteration(
        statements=(
            Statement(
                sql=f"ALTER TYPE {relation(ref)} {', '.join(actions)}",
                lock="access exclusive" if typed else None,
                loses=loses,
            ),
        ),
        around=holders if gone or changed else frozenset(),
    )


def _attribute_type(attribute: Attribute) -> str:
    collation = f" COLLATE {attribute.collation}" if attribute.collation is not None else ""
    return f"{attribute.type}{collation}"


# --------------------------------------------------------------------------------------- range and base types


def _create_range(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = listed(held(catalog, ref, RangeType).options)
    return (Statement(sql=f"CREATE TYPE {relation(ref)} AS RANGE ({options})"),)


def multirange(ref: Ref, catalog: Catalog) -> Ref:
    """The multirange type of a range type."""
    home, name = _name_parts(dict(held(catalog, ref, RangeType).options)["MULTIRANGE_TYPE_NAME"])
    return Ref("range type", home or ref.schema, name)


def set_aside(ref: Ref, catalog: Catalog, name: str, name_of_multirange: str) -> tuple[Statement, ...]:
    """What gives a type another name, so that its new version can be made under its own.

    A range type leaves its constructors behind, and its multirange type with those: they are renamed, too.
    """
    renamed = Statement(sql=f"ALTER {object_name(ref)} RENAME TO {identifier(name)}")
    if ref.kind != "range type":
        return (renamed,)
    subtype = dict(held(catalog, ref, RangeType).options)["SUBTYPE"]
    many = multirange(ref, catalog)
    constructors = Ref("function", ref.schema, many.name)
    itself = relation(Ref("range type", ref.schema, name))
    aside = identifier(name_of_multirange)
    return (
        renamed,
        Statement(sql=f"ALTER TYPE {relation(many)} RENAME TO {aside}"),
        *(
            Statement(sql=f"ALTER FUNCTION {relation(ref)}({arguments}) RENAME TO {identifier(name)}")
            for arguments in (f"{subtype}, {subtype}", f"{subtype}, {subtype}, text")
        ),
        *(
            Statement(sql=f"ALTER FUNCTION {relation(constructors)}({arguments}) RENAME TO {aside}")
            for arguments in ("", itself, f"{itself}[]")
        ),
    )


def _name_parts(sql: str) -> tuple[str, str]:
    """Schema ('' when there is none) and name of a type as SQL writes it."""
    parts = [
        quoted.replace('""', '"') if quoted else plain
        for quoted, plain in re.findall(r'"((?:[^"]|"")+)"|([^".]+)', sql)
    ]
    return ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])


def _create_shell(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    """The name alone, for the functions that the type is made of take and return it."""
    return (Statement(sql=f"CREATE TYPE {relation(ref)}"),)


def _complete_base(ref: Ref, catalog: Catalog) -> Late | None:
    options = held(catalog, ref, Options).options
    if not options:
        return None  # a shell that never got its functions
    needed = tuple(each for each in catalog.depends.get(ref, ()) if each.kind == "function")
    return Late((Statement(sql=f"CREATE TYPE {relation(ref)} ({listed(options)})"),), after=needed)


def _drop_base(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """The type and the functions that it is made of, which need each other: only CASCADE takes them."""
    options = held(catalog, ref, Options).options
    return (Statement(sql=f"DROP TYPE {relation(ref)}{' CASCADE' if options else ''}"),)


RENDERERS: Final[dict[Kind, Renderer]] = {
    "enum": Renderer(_create_enum, _drop, _alter_enum),
    "domain": Renderer(_create_domain, _drop, _alter_domain),
    "domain constraint": Renderer(
        _create_domain_constraint, _drop_domain_constraint, _alter_domain_constraint
    ),
    "composite type": Renderer(_create_composite, _drop, _alter_composite),
    "range type": Renderer(_create_range, _drop, _never),
    "base type": Renderer(_create_shell, _drop_base, _never, _complete_base),
}
