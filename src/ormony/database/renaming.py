"""A catalog after renames that were told: they are run in a throw-away database that is what it says.

PostgreSQL rewrites what mentions the renamed things. Only what that has changed is taken over, so that the
rest of the catalog stays as its own server printed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
import psycopg

from ormony.catalog import Catalog, Column, Object, Ref
from ormony.database.rebuild import NEEDS_SUPERUSER, Ground, rebuilding, refused
from ormony.database.shadow import Shadow
from ormony.diff import Rename
from ormony.plan.renames import statements
from ormony.plan.statement import Statement

_CHECKED_AT_18 = 180000
"""From this version on a NOT NULL has a name."""

V = TypeVar("V")


def renamed(old: Catalog, renames: Sequence[Rename], shadow: Shadow, ground: Ground) -> Catalog:
    """The catalog of `old` after the renames. Raises `unknown-rename`, and `not-proved` where it cannot be
    made.
    """
    script = statements(renames, old)
    try:
        before, after = _run(old, script, shadow, ground, apart=False)
    except NEEDS_SUPERUSER:
        before, after = _run(old, script, shadow, ground, apart=True)
    if old.version < _CHECKED_AT_18:
        before, after = _nameless(before), _nameless(after)
    fields = ("objects", "comments", "owners", "grants", "labels", "column_order", "depends")
    taken = {name: _over(getattr(old, name), getattr(before, name), getattr(after, name)) for name in fields}
    return msgspec.structs.replace(old, **taken)


def _run(
    old: Catalog, script: Sequence[Statement], shadow: Shadow, ground: Ground, *, apart: bool
) -> tuple[Catalog, Catalog]:
    """The catalog as it was made, and as the renames left it."""
    with rebuilding(shadow, ground, old, apart=apart) as database:
        try:
            database.make(old)
            before = database.read()
            database.run(script)
        except NEEDS_SUPERUSER as error:
            if not apart:
                raise
            raise refused("the renames cannot be tried", error) from None
        except psycopg.Error as error:
            raise refused("the renames cannot be tried", error) from None
        return before, database.read()


def _over(old: Mapping[Ref, V], before: Mapping[Ref, V], after: Mapping[Ref, V]) -> dict[Ref, V]:
    """`old`, changed as `before` was into `after`."""
    found = {ref: value for ref, value in old.items() if ref in after or ref not in before}
    for ref, value in after.items():
        if ref not in before or before[ref] != value:
            found[ref] = value
    return found


def _nameless(catalog: Catalog) -> Catalog:
    """The catalog with NOT NULLs as a server below 18 has them: without names."""
    objects: dict[Ref, Object] = {}
    for ref, value in catalog.objects.items():
        if isinstance(value, Column) and value.not_null is not None:
            value = msgspec.structs.replace(
                value, not_null=msgspec.structs.replace(value.not_null, name=None, no_inherit=False)
            )
        objects[ref] = value
    return msgspec.structs.replace(catalog, objects=objects)


__all__ = ["renamed"]
