"""Catalogs cut down to what a question is about: without Supabase's surface and ledgers, one service's part
alone.

Each function gives a new catalog that holds the same values under fewer references. It connects to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeVar

import msgspec

from ormony.catalog import (
    PARTS,
    PUBLIC_SCHEMA,
    RELATIONS,
    Catalog,
    Column,
    Constraint,
    DefaultPrivileges,
    Extension,
    Grant,
    Index,
    NotNull,
    Object,
    Ref,
    Sequence,
    Statistics,
    Table,
    default_of,
    identity_columns,
)

# The schemas that Supabase's services, its extensions and ormony itself keep for themselves.
SURFACE_SCHEMAS: Final = frozenset(
    {
        "_analytics",
        "_realtime",
        "_supavisor",
        "auth",
        "cron",
        "extensions",
        "graphql",
        "graphql_public",
        "net",
        "ormony",
        "pgbouncer",
        "pgmq",
        "pgmq_public",
        "pgsodium",
        "pgsodium_masks",
        "pgtle",
        "realtime",
        "storage",
        "supabase_functions",
        "supabase_migrations",
        "vault",
    }
)
# What a project may add to a table of the surface.
_ADDITIONS: Final = frozenset({"policy", "trigger", "rule"})

V = TypeVar("V")
Relations = Collection[tuple[str, str]]
"""(schema, name) of tables, types and functions."""


def keep(catalog: Catalog, wanted: Callable[[Ref], bool]) -> Catalog:
    """The catalog with only the references that are wanted, and with what needs only these."""

    def only(mapping: Mapping[Ref, V]) -> dict[Ref, V]:
        return {ref: value for ref, value in mapping.items() if wanted(ref)}

    return msgspec.structs.replace(
        catalog,
        objects=only(catalog.objects),
        comments=only(catalog.comments),
        owners=only(catalog.owners),
        grants=only(catalog.grants),
        labels=only(catalog.labels),
        column_order=only(catalog.column_order),
        depends={
            ref: tuple(each for each in needs if wanted(each))
            for ref, needs in catalog.depends.items()
            if wanted(ref)
        },
    )


def without_surface(catalog: Catalog, surface: Catalog, ledgers: Relations = ()) -> Catalog:
    """What is the project's own: without the surface's objects, the ledgers, and the versions of extensions.

    `surface` is the catalog of a database with the surface and nothing else. Policies, triggers, rules and
    foreign keys of the project on tables of the surface stay.
    """
    ledger_names = {
        *ledgers,
        *((schema, f"{name}_id_seq") for schema, name in ledgers),
    }
    ledger_schemas = {schema for schema, _ in ledgers} - {"public"}

    def wanted(ref: Ref) -> bool:
        if ref == PUBLIC_SCHEMA:
            return True  # it is the server's; who may use it, and create in it, is the project's choice
        if ref.kind in ("schema", "extension", "language", "default privileges", "event trigger"):
            if ref in surface.objects or (ref.kind != "extension" and ref.name in SURFACE_SCHEMAS):
                return False
            return not (
                ref.kind == "schema"
                and ref.name in ledger_schemas
                and _is_bare(ref.name, catalog, ledger_names)
            )
        if ref.schema in SURFACE_SCHEMAS:
            if ref in surface.objects or ref.kind == "column":
                return False
            value = catalog.objects.get(ref)
            return ref.kind in _ADDITIONS or (isinstance(value, Constraint) and value.type == "foreign key")
        if (ref.schema, ref.name) in ledger_names:
            return False
        value = catalog.objects.get(ref)
        if isinstance(value, Index | Statistics):
            return (value.table.schema, value.table.name) not in ledger_names
        if isinstance(value, Sequence) and value.owned_by is not None:
            return (value.owned_by.schema, value.owned_by.name) not in ledger_names
        return True

    found = keep(catalog, wanted)
    objects: dict[Ref, Object] = {
        ref: msgspec.structs.replace(value, version="", configuration=())
        if isinstance(value, Extension)
        else value
        for ref, value in found.objects.items()
        if ref != PUBLIC_SCHEMA
    }
    return msgspec.structs.replace(found, objects=objects)


def with_changed_defaults(narrowed: Catalog, whole: Catalog, other: Catalog) -> Catalog:
    """Of the surface's default privileges, which `narrowed` has left out, those of the role that runs
    migrations that `whole` and the other side have otherwise: the project has changed them.
    """
    changed = {
        ref: value
        for ref, value in whole.objects.items()
        if ref.kind == "default privileges" and ref.name == whole.role and other.objects.get(ref) != value
    }
    if not changed:
        return narrowed
    return msgspec.structs.replace(narrowed, objects={**narrowed.objects, **changed})


def _is_bare(schema: str, catalog: Catalog, ledgers: Relations) -> bool:
    """Whether a schema holds ledgers and nothing else."""
    for ref, value in catalog.objects.items():
        if ref.schema != schema or (ref.schema, ref.name) in ledgers:
            continue
        if isinstance(value, Index) and (value.table.schema, value.table.name) in ledgers:
            continue
        return False
    return True


def with_default_privileges(catalog: Catalog, of: Catalog) -> Catalog:
    """The catalog with the default privileges of the whole one that it was cut from: new objects get them."""
    found = {ref: value for ref, value in of.objects.items() if ref.kind == "default privileges"}
    return msgspec.structs.replace(catalog, objects={**found, **catalog.objects})


def restricted(catalog: Catalog, names: Relations) -> Catalog:
    """Only what these relations, types and routines are, with their parts, indexes and sequences."""
    chosen = set(names)
    identities = identity_columns(catalog)

    def wanted(ref: Ref) -> bool:
        if ref in identities:
            return identities[ref][1:3] in chosen
        value = catalog.objects.get(ref)
        if isinstance(value, Index | Statistics):
            return (value.table.schema, value.table.name) in chosen
        if isinstance(value, Sequence) and value.owned_by is not None:
            return (value.owned_by.schema, value.owned_by.name) in chosen
        return (ref.schema, ref.name) in chosen

    return keep(catalog, wanted)


# What every ORM's model speaks of, and what some models do: compared where a model has one of the kind.
_MODELLED: Final = frozenset({"table", "column", "constraint", "index", "enum"})
_OPTIONAL: Final = frozenset(
    {
        "composite type",
        "domain",
        "domain constraint",
        "materialized view",
        "policy",
        "range type",
        "schema",
        "sequence",
        "view",
    }
)


def as_modelled(
    models: Catalog, other: Catalog, ignored: Collection[tuple[str, str, str]] = ()
) -> tuple[Catalog, Catalog]:
    """Two catalogs, of an ORM's models and of what is compared with them, with only what models speak of.

    Functions, triggers, privileges and owners are left out, and so are comments, kinds of objects and
    settings of a table that the models have none of: an ORM that cannot say them does not deny them.
    `ignored` are (schema, table, name) of columns, constraints and indexes that the tool is told to leave
    alone.
    """
    kinds = _MODELLED | {ref.kind for ref in models.objects if ref.kind in _OPTIONAL}
    policies = "policy" in kinds or any(
        value.row_security for value in models.objects.values() if isinstance(value, Table)
    )
    apart = set(ignored)

    def wanted(ref: Ref, value: Object | None) -> bool:
        if ref.kind == "sequence" and isinstance(value, Sequence) and value.owned_by is not None:
            return True  # of a serial column
        if ref.kind not in kinds or (ref.schema, ref.name, ref.part) in apart:
            return False
        if isinstance(value, Index):
            return (value.table.schema, value.table.name, ref.name) not in apart
        # A partition holds rows of its table; no model names it.
        return not (isinstance(value, Table) and value.partition is not None and ref not in models.objects)

    def plain(ref: Ref, value: Object) -> Object:
        model = models.objects.get(ref)
        if isinstance(value, Table) and isinstance(model, Table):
            return msgspec.structs.replace(
                value,
                row_security=value.row_security and policies,
                force_row_security=False,
                replica_identity="default",
                **{name: None for name in ("partition_key", "tablespace") if getattr(model, name) is None},
                **({} if model.options else {"options": ()}),
                **({} if model.unlogged else {"unlogged": False}),
            )
        if isinstance(value, Column):
            named = value.not_null
            return msgspec.structs.replace(
                value,
                not_null=NotNull(valid=named.valid) if named is not None else None,
                storage=None,
                compression=None,
                statistics=None,
                options=(),
            )
        if isinstance(value, Constraint | Index):
            return msgspec.structs.replace(value, clustered=False, replica_identity=False)
        return value

    def cut(catalog: Catalog) -> Catalog:
        found = keep(catalog, lambda ref: wanted(ref, catalog.objects.get(ref)))
        partitions = {
            (ref.schema, ref.name)
            for ref, value in catalog.objects.items()
            if isinstance(value, Table) and value.partition is not None and ref not in models.objects
        }
        objects = {
            ref: plain(ref, value)
            for ref, value in found.objects.items()
            if (ref.schema, ref.name) not in partitions
            and not (isinstance(value, Index) and (value.table.schema, value.table.name) in partitions)
        }
        comments = {ref: text for ref, text in catalog.comments.items() if ref in models.comments}
        return msgspec.structs.replace(
            found, objects=objects, comments=comments, owners={}, grants={}, labels={}, unmodelled={}
        )

    return cut(models), cut(other)


def as_role(catalog: Catalog, role: str) -> Catalog:
    """The catalog as if another role had made what its own role made.

    Owners, privileges and default privileges name that one; where both roles have default privileges of one
    kind, it has those of both.
    """
    mine = catalog.role
    if mine == role:
        return catalog

    def other(name: str) -> str:
        return role if name == mine else name

    def grants(given: tuple[Grant, ...]) -> tuple[Grant, ...]:
        return tuple(
            sorted(
                {
                    msgspec.structs.replace(each, grantee=other(each.grantee), grantor=other(each.grantor))
                    for each in given
                }
            )
        )

    objects: dict[Ref, Object] = {}
    for ref, value in catalog.objects.items():
        if not isinstance(value, DefaultPrivileges):
            objects[ref] = value
            continue
        theirs = ref._replace(name=other(ref.name))
        held = objects.get(theirs)
        both = held.grants if isinstance(held, DefaultPrivileges) else ()
        objects[theirs] = DefaultPrivileges(grants=grants((*both, *value.grants)))
    return msgspec.structs.replace(
        catalog,
        role=role,
        objects=objects,
        owners={ref: other(owner) for ref, owner in catalog.owners.items()},
        grants={ref: grants(given) for ref, given in catalog.grants.items()},
        initial={ref: grants(given) for ref, given in catalog.initial.items()},
    )


def needed_by(catalog: Catalog, names: Relations) -> Catalog:
    """What these relations need, directly or through others, in the catalog; with the parts that make a table
    whole.

    Foreign keys out of what is needed are left out, or one table would bring all others.
    """
    parts: dict[tuple[str, str], list[Ref]] = {}
    for ref, value in catalog.objects.items():
        if isinstance(value, Sequence) and value.owned_by is not None:
            parts.setdefault((value.owned_by.schema, value.owned_by.name), []).append(ref)
        elif isinstance(value, Index | Statistics):
            if isinstance(value, Index) and value.unique:  # what a foreign key may need
                parts.setdefault((value.table.schema, value.table.name), []).append(ref)
        else:
            parts.setdefault((ref.schema, ref.name), []).append(ref)
    wanted: set[Ref] = set()
    work = [ref for name in names for ref in parts.get(name, ())]
    behavior = ("policy", "trigger", "rule")
    while work:
        ref = work.pop()
        found = catalog.objects.get(ref)
        if (
            ref in wanted
            or ref.kind in behavior
            or (isinstance(found, Constraint) and found.type == "foreign key")
        ):
            continue
        wanted.add(ref)
        if ref.schema:
            work.append(Ref("schema", "", ref.schema))
        if (
            ref.kind in ("table", "foreign table", "view", "materialized view", "domain", "enum")
            or ref.kind in PARTS
        ):
            work += [each for each in parts.get((ref.schema, ref.name), ()) if each not in wanted]
        work += [each for each in catalog.depends.get(ref, ()) if each not in wanted]
        if ref.kind == "column":
            work += catalog.depends.get(default_of(ref), ())
    return keep(catalog, lambda ref: ref in wanted)


def applied(whole: Catalog, old: Catalog, new: Catalog) -> Catalog:
    """`whole` with what differs between two parts of it, cut alike, from `old` to `new`.

    What the parts do not say of an object (a table's row security, where they are cut to what models speak
    of) stays as `whole` has it; so do policies, triggers and privileges of what stays.
    """
    gone = {ref for ref in old.objects if ref not in new.objects}
    lost = {(ref.schema, ref.name) for ref in gone if ref.kind in RELATIONS}

    def stays(ref: Ref) -> bool:
        value = whole.objects.get(ref)
        if isinstance(value, Index | Statistics) and (value.table.schema, value.table.name) in lost:
            return False
        return ref not in gone and not (ref.kind in PARTS and (ref.schema, ref.name) in lost)

    found = keep(whole, stays)
    objects = dict(found.objects)
    depends = dict(found.depends)
    order = dict(found.column_order)
    for ref, value in new.objects.items():
        before = old.objects.get(ref)
        if before == value:
            continue
        mine = objects.get(ref)
        if mine is None or before is None or type(mine) is not type(value):
            objects[ref] = value
        else:
            changes = {
                name: getattr(value, name)
                for name in value.__struct_fields__
                if getattr(value, name) != getattr(before, name)
            }
            objects[ref] = msgspec.structs.replace(mine, **changes)
        depends[ref] = new.depends.get(ref, ())
    for ref, columns in new.column_order.items():
        known = [each for each in order.get(ref, ()) if ref._replace(kind="column", part=each) in objects]
        order[ref] = (*known, *(each for each in columns if each not in known))
    return msgspec.structs.replace(
        found,
        objects=objects,
        depends={**{r: n for r, n in new.depends.items() if r not in depends}, **depends},
        column_order=order,
        comments={**found.comments, **{r: c for r, c in new.comments.items() if old.comments.get(r) != c}},
    )
