"""Definitions as another server prints them: made from their text in a shadow, and read again.

PostgreSQL prints one view, policy or constraint differently in different versions. Two definitions of
different versions are equal when the shadow prints them alike. This module compares nothing else, and never
touches the database that the definitions come from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from ormony import majors, narrow
from ormony.catalog import PARTS, Catalog, Constraint, Index, Object, Policy, Ref, Statistics
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
    made = {}
    for ref in refs:
        value = found.objects.get(ref)
        was = catalog.objects[ref]
        if isinstance(value, Policy) and isinstance(was, Policy):
            value = msgspec.structs.replace(value, roles=was.roles)
        if value is not None:
            made[ref] = value
    return made


def _with_needs(catalog: Catalog, refs: Collection[Ref]) -> Catalog:
    """These objects and what they need. Policies are PUBLIC's, for the shadow may lack their roles."""
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
    needed = narrow.needed_by(catalog, names).objects.keys()
    found = narrow.keep(catalog, lambda ref: ref in chosen or ref in schemas or ref in needed)
    objects: dict[Ref, Object] = {
        ref: msgspec.structs.replace(value, roles=()) if isinstance(value, Policy) else value
        for ref, value in found.objects.items()
    }
    return msgspec.structs.replace(found, objects=objects)


def _beside(surface: Catalog, part: Catalog) -> Catalog:
    """The surface and these objects, as the role of the shadow makes them."""
    return msgspec.structs.replace(
        surface,
        objects={**part.objects, **surface.objects},
        column_order={**part.column_order, **surface.column_order},
        depends={**part.depends, **surface.depends},
    )
