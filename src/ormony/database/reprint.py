"""Definitions as another server prints them: made from their text in a shadow, and read again.

PostgreSQL prints one view, policy or constraint differently in different versions. Two definitions of
different versions are equal when the shadow prints them alike. This module compares nothing else, and never
touches the database that the definitions come from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from ormony import majors, narrow
from ormony.catalog import (
    PARTS,
    Catalog,
    Column,
    Constraint,
    Index,
    MaterializedView,
    Object,
    Policy,
    Ref,
    Statistics,
    Table,
)
from ormony.database.catalogs import Replays
from ormony.errors import OrmonyError
from ormony.plan import make_plan
from ormony.stream import StreamFile


def alike(one: Catalog, other: Catalog, replays: Replays) -> tuple[Catalog, Catalog]:
    """Both catalogs as one server would print them, with what only one of their versions can say left out.

    Catalogs of one major version come back as they are. What the shadow refuses to make stays as it was
    printed, and differs then.
    """
    if one.version // 10000 == other.version // 10000:
        return one, other
    one, other = majors.across(one, other)
    refs = [ref for ref, value in one.objects.items() if other.objects.get(ref, value) != value]
    if not refs:
        return one, other
    return majors.across(*(reprinted(each, refs, replays) for each in (one, other)))


def reprinted(catalog: Catalog, refs: Collection[Ref], replays: Replays) -> Catalog:
    """The catalog with these objects as the shadow's server prints them; of its own version: as it is."""
    if catalog.version // 10000 == replays.major:
        return catalog
    wanted = sorted(ref for ref in refs if ref in catalog.objects and ref not in replays.surface.objects)
    made = _made(catalog, wanted, replays)
    return msgspec.structs.replace(catalog, objects={**catalog.objects, **made})


def _made(catalog: Catalog, refs: Sequence[Ref], replays: Replays) -> dict[Ref, Object]:
    """These objects, made and read; what the shadow refuses is left out, and does not spoil the rest."""
    if not refs:
        return {}
    try:
        script = make_plan(replays.surface, _beside(replays.surface, _with_needs(catalog, refs))).script()
        file = StreamFile(path="(printed anew)", version="00000", name="printed_anew", text=script)
        found = replays.of((file,))
    except OrmonyError:
        if len(refs) == 1:
            return {}
        half = len(refs) // 2
        return {**_made(catalog, refs[:half], replays), **_made(catalog, refs[half:], replays)}
    return {
        ref: _with_texts(catalog.objects[ref], found.objects[ref]) for ref in refs if ref in found.objects
    }


# What PostgreSQL prints from what it has parsed. The rest of a value is as it is, and may have been left out
# of what was made.
_TEXTS: Final = frozenset(
    {
        "definition",
        "default",
        "defaults",
        "using",
        "check",
        "predicate",
        "columns",
        "partition_key",
        "partition",
        "argument_defaults",
        "tables",
    }
)


def _with_texts(value: Object, printed: Object) -> Object:
    if type(value) is not type(printed):
        return value
    texts = {name: getattr(printed, name) for name in value.__struct_fields__ if name in _TEXTS}
    return msgspec.structs.replace(value, **texts)


def _with_needs(catalog: Catalog, refs: Collection[Ref]) -> Catalog:
    """These objects and what they need, in the plainest form that prints alike."""
    names = set()
    for ref in refs:
        if ref.kind in PARTS:
            names.add((ref.schema, ref.name))
        needs = [*catalog.depends.get(ref, ())]
        if ref.kind == "column":
            needs += catalog.depends.get(Ref("default", ref.schema, ref.name, ref.part), ())
        value = catalog.objects[ref]
        if isinstance(value, Index | Statistics):
            needs.append(value.table)
        elif isinstance(value, Constraint) and value.references is not None:
            needs.append(value.references)
        names |= {(each.schema, each.name) for each in needs}
        names.add((ref.schema, ref.name))
    chosen = set(refs)
    schemas = {Ref("schema", "", ref.schema) for ref in refs}
    kept = chosen | schemas | narrow.needed_by(catalog, names).objects.keys()
    homes = {(ref.schema, ref.name) for ref in kept}

    def wanted(ref: Ref) -> bool:
        if ref.kind in _OF_SUPERUSERS:
            return False
        # what is no object, as a view's columns and a column's default, is there for the order
        return ref in kept or (ref not in catalog.objects and (ref.schema, ref.name) in homes)

    return _local(narrow.keep(catalog, wanted))


# No printed text needs them, once foreign tables are plain ones.
_OF_SUPERUSERS: Final = frozenset({"access method", "foreign data wrapper", "server", "user mapping"})


def _local(part: Catalog) -> Catalog:
    """The same with plain objects, and tables in place of foreign ones."""

    def moved(ref: Ref) -> Ref:
        return ref._replace(kind="table") if ref.kind == "foreign table" else ref

    return msgspec.structs.replace(
        part,
        objects={moved(ref): _plain(value) for ref, value in part.objects.items()},
        column_order={moved(ref): names for ref, names in part.column_order.items()},
        depends={moved(ref): tuple(map(moved, needs)) for ref, needs in part.depends.items()},
    )


def _plain(value: Object) -> Object:
    """The object without what the shadow may lack: roles, access methods, tablespaces."""
    match value:
        case Policy():
            return msgspec.structs.replace(value, roles=())
        case Table():
            return msgspec.structs.replace(
                value, access_method=None, tablespace=None, options=(), server=None, server_options=()
            )
        case Column():
            return msgspec.structs.replace(value, server_options=())
        case MaterializedView():
            return msgspec.structs.replace(value, access_method=None, tablespace=None, options=())
        case Index():
            return msgspec.structs.replace(value, tablespace=None)
        case Constraint():
            return msgspec.structs.replace(value, index_tablespace=None)
        case _:
            return value


def _beside(surface: Catalog, part: Catalog) -> Catalog:
    """The surface and these objects, as the role of the shadow makes them."""
    return msgspec.structs.replace(
        surface,
        objects={**part.objects, **surface.objects},
        column_order={**part.column_order, **surface.column_order},
        depends={**part.depends, **surface.depends},
    )
