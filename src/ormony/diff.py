"""What differs between two catalogs, and which drop and create could be one rename.

`compare` never guesses: an object that is not there under its name is a drop and a create. It renders no SQL
and knows no order: see `plan/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from ormony.catalog import (
    Catalog,
    Column,
    Enum,
    Grant,
    Index,
    Kind,
    Object,
    Ref,
    Table,
    extension_dependents,
    identity_columns,
    without_dependents,
)

Action = Literal["create", "drop", "alter", "rename"]
# What any object may have, named as kinds of change beside the kinds of object.
Attached = Literal["comment", "owner", "privileges", "security label", "extension dependence"]


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One difference. `details` say what differs, for people: `type: integer -> bigint`."""

    action: Action
    kind: Kind | Attached
    object: Ref
    details: tuple[str, ...] = ()


class Rename(msgspec.Struct, frozen=True, order=True):
    """An object of the old catalog that may be one of the new under another name."""

    old: Ref
    new: Ref


class Uncompared(msgspec.Struct, frozen=True, order=True):
    """Something that no kind of the catalog covers, and that differs by its hash: `kind name`."""

    name: str
    action: Literal["create", "drop", "alter"]


def compare(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """The changes that turn `old` into `new`, objects first, then what is attached to them, each by name.

    What is attached to an object that is created or dropped goes with it: a dropped object has no comment to
    drop; a created one names its comment, owner and privileges in changes of their own.
    """
    changes = list(_objects(old, new))
    changes += _attached("comment", old.comments, new.comments, old, new)
    changes += _attached("owner", old.owners, new.owners, old, new)
    changes += _attached("privileges", old.grants, new.grants, old, new)
    changes += _attached("security label", old.labels, new.labels, old, new)
    changes += _attached(
        "extension dependence", extension_dependents(old), extension_dependents(new), old, new
    )
    return tuple(changes)


def uncompared(old: Catalog, new: Catalog) -> tuple[Uncompared, ...]:
    """What differs and cannot be said in changes: two catalogs with any of these are not equal."""
    found = []
    left, right = without_dependents(old), without_dependents(new)
    for name in sorted(left.keys() | right.keys()):
        before, after = left.get(name), right.get(name)
        if before != after:
            found.append(
                Uncompared(name, "create" if before is None else "drop" if after is None else "alter")
            )
    return tuple(found)


def _objects(old: Catalog, new: Catalog) -> Iterator[Change]:
    before, after = old.objects, new.objects
    if before is after:
        return
    for ref in sorted(before.keys() - after.keys()):
        yield Change(action="drop", kind=ref.kind, object=ref)
    for ref in sorted(after.keys() - before.keys()):
        yield Change(action="create", kind=ref.kind, object=ref)
    for ref in sorted(ref for ref, value in before.items() if ref in after and after[ref] != value):
        yield Change(action="alter", kind=ref.kind, object=ref, details=_details(before[ref], after[ref]))


def _details(old: Object, new: Object) -> tuple[str, ...]:
    return tuple(
        f"{name.replace('_', ' ')}: {_say(getattr(old, name))} -> {_say(getattr(new, name, None))}"
        for name in old.__struct_fields__
        if getattr(old, name) != getattr(new, name, None)
    )


def _say(value: Any) -> str:
    match value:
        case None | () | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case Ref():
            return str(value)
        case Grant():
            words = f"{value.privilege} to {value.grantee or 'PUBLIC'}"
            return words + (" with grant option" if value.grantable else "")
        case tuple():
            return ", ".join(_say(each) for each in value)
        case msgspec.Struct():
            said = [
                f"{field.name.replace('_', ' ')} {_say(getattr(value, field.name))}"
                for field in msgspec.structs.fields(value)
                if getattr(value, field.name) != field.default
            ]
            return " ".join(said) or "yes"
        case _:
            return str(value)


def _attached(
    kind: Attached, before: Mapping[Ref, Any], after: Mapping[Ref, Any], old: Catalog, new: Catalog
) -> Iterator[Change]:
    # an owner is no choice of a dropped object; a created one has these only where they are said
    for ref in sorted(before.keys() | after.keys()):
        was, now = before.get(ref), after.get(ref)
        if was == now or (now is None and _gone(ref, old, new)):
            continue
        if kind == "owner" and was is None and now == old.role:
            continue
        yield Change(
            action="alter" if was is not None and now is not None else "create" if was is None else "drop",
            kind=kind,
            object=ref,
            details=_differing(was, now),
        )


def _differing(was: Any, now: Any) -> tuple[str, ...]:
    """Of privileges that both have some of, those that differ: a table has dozens on Supabase."""
    if isinstance(was, tuple) and isinstance(now, tuple):
        more, less = [each for each in now if each not in was], [each for each in was if each not in now]
        if len(less) < len(was) or len(more) < len(now):
            found = (
                f"{word} {_say(tuple(part))}" for word, part in (("gained", more), ("lost", less)) if part
            )
            return tuple(found)
    return (f"{_say(was)} -> {_say(now)}",)


def _gone(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the object that had it was dropped, or the relation that it is a column of."""
    if ref in old.objects:
        return ref not in new.objects
    if ref.kind == "sequence" and ref not in new.objects:
        return ref not in identity_columns(new)
    if ref.kind == "column":
        holders = (
            Ref("view", ref.schema, ref.name),
            Ref("materialized view", ref.schema, ref.name),
            Ref("composite type", ref.schema, ref.name),
        )
        return any(each in old.objects and each not in new.objects for each in holders)
    return False


def rename_candidates(old: Catalog, new: Catalog) -> tuple[Rename, ...]:
    """Pairs of a dropped and a created object that could be one renamed, most alike first; not all can be
    true.

    Tables with the same columns; columns of one table with the same type; constraints and indexes of one
    table that differ in their name alone; enums with the same labels; labels in the same place of one enum.
    To be taken, a rename must be told.
    """
    dropped = [ref for ref in old.objects if ref not in new.objects]
    created = [ref for ref in new.objects if ref not in old.objects]
    found: list[tuple[float, Rename]] = []
    by_kind: dict[Kind, list[Ref]] = {}
    for ref in created:
        by_kind.setdefault(ref.kind, []).append(ref)
    for ref in dropped:
        for other in by_kind.get(ref.kind, ()):
            score = _alike(ref, other, old, new)
            if score > 0.5:
                found.append((-score, Rename(ref, other)))
    found += [(-1, rename) for rename in _labels(old, new)]
    return tuple(rename for _, rename in sorted(found))


def _labels(old: Catalog, new: Catalog) -> Iterator[Rename]:
    """Labels of enums that both have, where one label has another name in the same place."""
    for ref, before in old.objects.items():
        after = new.objects.get(ref)
        if isinstance(before, Enum) and isinstance(after, Enum) and len(before.labels) == len(after.labels):
            for one, other in zip(before.labels, after.labels, strict=True):
                if one not in after.labels and other not in before.labels:
                    yield Rename(ref._replace(part=one), ref._replace(part=other))


def _alike(old_ref: Ref, new_ref: Ref, old: Catalog, new: Catalog) -> float:
    """How alike two objects are, 0 to 1, their names aside."""
    before, after = old.objects[old_ref], new.objects[new_ref]
    match before, after:
        case Table(), Table():
            left = {(c, _column_type(old, old_ref, c)) for c in old.column_order.get(old_ref, ())}
            right = {(c, _column_type(new, new_ref, c)) for c in new.column_order.get(new_ref, ())}
            return len(left & right) / max(len(left | right), 1)
        case Column(), Column():
            if (old_ref.schema, old_ref.name) != (new_ref.schema, new_ref.name) or before.type != after.type:
                return 0
            return 1 if before == after else 0.75
        case Enum(), Enum():
            return len(set(before.labels) & set(after.labels)) / len({*before.labels, *after.labels, ""})
        case Index(), Index():
            if before.table != after.table:
                return 0
            return before == msgspec.structs.replace(
                after, definition=after.definition.replace(f" {new_ref.name} ON ", f" {old_ref.name} ON ", 1)
            )
        case _ if old_ref.kind in ("constraint", "trigger", "policy"):
            if (old_ref.schema, old_ref.name) != (new_ref.schema, new_ref.name):
                return 0
            return 1 if before == after else 0
        case _:
            return 1 if before == after and old_ref.kind in ("sequence", "composite type") else 0


def _column_type(catalog: Catalog, table: Ref, column: str) -> str:
    found = catalog.objects.get(Ref("column", table.schema, table.name, column))
    return found.type if isinstance(found, Column) else ""
