"""Renames that were told, as values and as SQL: `table public.a = public.b`.

PostgreSQL rewrites by itself everything that mentions what is renamed, so the statements here are run first,
and what they leave is what the rest of a plan starts from: see `database/renaming.py`. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ormony.catalog import (
    PARTS,
    TABLES,
    Catalog,
    Column,
    CompositeType,
    Constraint,
    Enum,
    Index,
    Kind,
    MaterializedView,
    Object,
    Ref,
    Table,
    View,
    holder,
)
from ormony.catalog import Sequence as SequenceValue
from ormony.diff import Rename
from ormony.errors import OrmonyError
from ormony.plan.render import names
from ormony.plan.statement import Lock, Statement

# The words of a rename, and how many names (schema and part included) make one; longer words first.
_WORDS: Final[dict[str, tuple[Kind, int]]] = {
    "text search configuration": ("text search configuration", 2),
    "text search dictionary": ("text search dictionary", 2),
    "foreign data wrapper": ("foreign data wrapper", 1),
    "materialized view": ("materialized view", 2),
    "domain constraint": ("domain constraint", 3),
    "composite type": ("composite type", 2),
    "event trigger": ("event trigger", 1),
    "foreign table": ("foreign table", 2),
    "range type": ("range type", 2),
    "enum value": ("enum", 3),
    "base type": ("base type", 2),
    "publication": ("publication", 1),
    "constraint": ("constraint", 3),
    "conversion": ("conversion", 2),
    "statistics": ("statistics", 2),
    "aggregate": ("aggregate", 2),
    "collation": ("collation", 2),
    "procedure": ("procedure", 2),
    "function": ("function", 2),
    "sequence": ("sequence", 2),
    "trigger": ("trigger", 3),
    "column": ("column", 3),
    "domain": ("domain", 2),
    "policy": ("policy", 3),
    "schema": ("schema", 1),
    "server": ("server", 1),
    "index": ("index", 2),
    "table": ("table", 2),
    "value": ("enum", 3),
    "enum": ("enum", 2),
    "rule": ("rule", 3),
    "type": ("composite type", 2),  # whichever kind of type the catalog has under the name
    "view": ("view", 2),
}
# Kinds that a person may call by one word.
_FAMILIES: Final[tuple[tuple[Kind, ...], ...]] = (
    TABLES,
    ("view", "materialized view"),
    ("composite type", "enum", "domain", "range type", "base type"),
    ("function", "procedure", "aggregate"),
    ("constraint", "domain constraint"),
)
_ROUTINES: Final = frozenset({"function", "procedure", "aggregate"})
_RELATIONS: Final = frozenset(
    {"table", "foreign table", "view", "materialized view", "composite type", "index", "sequence"}
)
_HOLDERS: Final[tuple[Kind, ...]] = (
    "table",
    "foreign table",
    "view",
    "materialized view",
    "composite type",
    "domain",
)
_TYPES: Final = frozenset({"enum", "domain", "range type", "base type", "composite type"})
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_$]*")
_NAME: Final = re.compile(r'"(?:[^"]|"")+"|[^\s".()=]+')
_LINE: Final = re.compile(r"^--\s*ormony:\s*rename\s+(.*?)\s*$", re.MULTILINE)
_ALREADY: Final = "exists already"

Now = dict[Ref, Ref]
"""What each object of the old catalog is called at one moment."""


# ---------------------------------------------------------------------------------------------------- as text


def parse(text: str, place: str | None = None) -> Rename:
    """`table public.a = public.b` as a value; `type`, `table`, `view`, `function` may stand for their likes.

    Names are taken as they are written; one with a dot, a blank or a quote in it is in double quotes. The
    new name may be the last part alone. `value public.mood.sad = blue` is a label of an enum. Raises
    `bad-rename`.
    """
    word = next((each for each in _WORDS if re.match(rf"{each}\s", text)), None)
    if word is None:
        raise _bad(text, "it begins with no kind of object", place)
    kind, count = _WORDS[word]
    old, rest = _name(text, len(word), place)
    part, rest = _arguments(text, rest, place) if kind in _ROUTINES else ("", rest)
    equals = re.compile(r"\s*=\s*").match(text, rest)
    if equals is None:
        raise _bad(text, 'there is no "=" after the old name', place)
    new, rest = _name(text, equals.end(), place)
    new_part, rest = _arguments(text, rest, place) if kind in _ROUTINES else ("", rest)
    if text[rest:].strip():
        raise _bad(text, f'"{text[rest:].strip()}" follows the new name', place)
    if len(old) == count - 1 and count > 1:
        old = ["public", *old]
    if len(new) == count - 1 and count > 2:
        new = ["public", *new]
    if len(old) != count:
        raise _bad(text, f"the old name has {len(old)} parts, and {_article(word)} has {count}", place)
    new = [*old[: count - len(new)], *new] if len(new) in (1, count) else new
    if len(new) != count:
        raise _bad(text, f"the new name has {len(new)} parts, and {_article(word)} has {count}", place)
    return Rename(_ref(kind, old, part), _ref(kind, new, new_part or part))


def in_sql(text: str, place: str) -> tuple[Rename, ...]:
    """The renames that lines `-- ormony: rename …` of an SQL file tell. Raises `bad-rename`."""
    return tuple(
        parse(found[1], f"{place}:{text.count(chr(10), 0, found.start()) + 1}")
        for found in _LINE.finditer(text)
    )


def spell(rename: Rename) -> str:
    """The rename as `parse` reads it: `column public.t.a = public.t.b`."""
    old = rename.old
    word = "value" if old.kind == "enum" and old.part else old.kind
    return f"{word} {_spelled(old)} = {_spelled(rename.new)}"


def kind_of(rename: Rename) -> str:
    """The kind of what is renamed, for people: that of the object, or `enum value`."""
    return "enum value" if rename.old.kind == "enum" and rename.old.part else rename.old.kind


def _spelled(ref: Ref) -> str:
    parts = [ref.name] if not ref.schema else [ref.schema, ref.name]
    if ref.kind in _ROUTINES:
        return f"{'.'.join(map(_quoted, parts))}({ref.part})"
    return ".".join(map(_quoted, [*parts, ref.part] if ref.part else parts))


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else names.identifier(name)


def _ref(kind: Kind, parts: Sequence[str], arguments: str) -> Ref:
    match parts:
        case [name]:
            return Ref(kind, "", name)
        case [schema, name]:
            return Ref(kind, schema, name, arguments)
        case _:
            return Ref(kind, parts[0], parts[1], parts[2])


def _name(text: str, position: int, place: str | None) -> tuple[list[str], int]:
    """A dotted name, and where it ends."""
    blank = re.compile(r"\s*").match(text, position)
    assert blank is not None
    position = blank.end()
    found: list[str] = []
    while True:
        match = _NAME.match(text, position)
        if match is None:
            raise _bad(text, f'"{text[position:]}" is no name', place)
        word = match[0]
        found.append(word[1:-1].replace('""', '"') if word.startswith('"') else word)
        position = match.end()
        if not text.startswith(".", position):
            return found, position
        position += 1


def _arguments(text: str, position: int, place: str | None) -> tuple[str, int]:
    """The argument types in parentheses, if they are there, and where they end."""
    if not text.startswith("(", position):
        return "", position
    depth = 0
    for at in range(position, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            return ", ".join(each.strip() for each in text[position + 1 : at].split(",")), at + 1
    raise _bad(text, "a parenthesis is not closed", place)


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _bad(text: str, why: str, place: str | None) -> OrmonyError:
    return OrmonyError(
        "bad-rename",
        f'"{text}" is no rename: {why}',
        place=place,
        hint="ormony diff A B --rename 'column public.orders.total = public.orders.amount'",
    )


# ---------------------------------------------------------------------------------------------- as statements


def resolved(renames: Iterable[Rename], old: Catalog, new: Catalog | None = None) -> tuple[Rename, ...]:
    """The renames with the kinds and names that the catalogs have: `type` becomes `enum`.

    A part may be named by its relation's old name or by its new one. Raises `unknown-rename` when `old` has
    no such object, when it has what is to be the new one, or when `new` is given and lacks the latter.
    """
    given = tuple(renames)
    found: list[Rename] = []
    moved: dict[tuple[str, str], tuple[str, str]] = {}  # (schema, name) of relations and types, old to new
    schemas: dict[str, str] = {}
    for rename in sorted(given, key=_stage):
        told = _resolve(rename, old, schemas, moved)
        if told.old == told.new:
            raise _unknown(rename, "both names are the same")
        if told.old.kind == "schema":
            schemas[told.old.name] = told.new.name
        elif not _is_part(told.old):
            moved[told.old.schema, told.old.name] = told.new.schema, told.new.name
        if told in found:
            continue  # by an option, and by a line of the file
        if any(told.old == each.old for each in found):
            raise _unknown(rename, f"{told.old} is renamed twice")
        if any(told.new == each.new for each in found):
            raise _unknown(rename, f"two things become {told.new}")
        if new is not None and _like(told.new, new) is None:
            raise _unknown(rename, f"the new database has no {kind_of(told)} {told.new}")
        found.append(told)
    return tuple(found)


def is_there(ref: Ref, catalog: Catalog) -> bool:
    """Whether the catalog has what a rename names."""
    return _like(ref, catalog) is not None


def statements(renames: Iterable[Rename], catalog: Catalog) -> tuple[Statement, ...]:
    """The SQL that renames what `catalog` has, each thing addressed by the name that it has by then.

    Schemas come first, then what lies in them, then columns and other parts. A schema that something moves
    to is created where it is missing. Names that are swapped go through one that is free. Raises
    `unknown-rename`.
    """
    return tuple(_statements(resolved(renames, catalog), catalog))


def _statements(renames: Sequence[Rename], catalog: Catalog) -> Iterator[Statement]:
    now = {ref: ref for ref in _all_names(renames, catalog)}
    for schema in dict.fromkeys(each.new.schema for each in renames if not _is_part(each.old)):
        there = Ref("schema", "", schema)
        if schema and there not in now and all(each.new != there for each in renames):
            yield Statement(sql=f"CREATE SCHEMA {names.identifier(schema)}")
            now[there] = there
    for stage in range(4):
        waiting = [each for each in renames if _stage(each)[0] == stage]
        waiting.sort(key=lambda each: getattr(catalog.objects.get(each.old), "inherited", False))
        spare = 0
        while waiting:
            waiting = [each for each in waiting if now[each.old] != each.new]  # a parent took it along
            ready = next((each for each in waiting if _taken(each.old, each.new, now, catalog) is None), None)
            if ready is not None:
                yield from _rename(ready.old, ready.new, now, catalog)
                waiting.remove(ready)
                continue
            for each in waiting:
                other = _taken(each.old, each.new, now, catalog)
                assert other is not None
                if other not in [one.old for one in waiting]:
                    raise _unknown(each, f"{each.new} {_ALREADY}")
            if waiting:
                spare += 1
                aside = waiting[0].old
                yield from _rename(aside, _with_name(now[aside], f"ormony_rename_{spare}"), now, catalog)


def _all_names(renames: Sequence[Rename], catalog: Catalog) -> Iterator[Ref]:
    """Every object, and what has a name without being one: labels, columns of views, identity sequences."""
    yield from catalog.objects
    yield Ref("schema", "", "public")
    for ref, value in catalog.objects.items():
        if isinstance(value, Column) and value.identity is not None:
            yield value.identity.sequence
        elif isinstance(value, View | MaterializedView):
            yield from (Ref("column", ref.schema, ref.name, name) for name, _ in value.columns)
        elif isinstance(value, CompositeType):
            yield from (Ref("column", ref.schema, ref.name, each.name) for each in value.attributes)
        elif isinstance(value, Enum):
            yield from (Ref("enum", ref.schema, ref.name, label) for label in value.labels)


def _resolve(
    rename: Rename,
    catalog: Catalog,
    schemas: Mapping[str, str],
    moved: Mapping[tuple[str, str], tuple[str, str]],
) -> Rename:
    old = _like(rename.old, catalog)
    if old is None:
        # perhaps it was told by the new name of its schema or relation
        back = {new: before for before, new in schemas.items()}
        where = {new: before for before, new in moved.items()}
        ref = rename.old
        if _is_part(ref):
            schema, name = where.get((ref.schema, ref.name), (ref.schema, ref.name))
            ref = ref._replace(schema=schema, name=name)
        ref = ref._replace(schema=back.get(ref.schema, ref.schema))
        old = _like(ref, catalog)
    if old is None:
        raise _unknown(rename, f"the old database has no {kind_of(rename)} {rename.old}")
    new = rename.new._replace(kind=old.kind)
    if old.kind in _ROUTINES:
        new = new._replace(part=old.part)
    if _is_part(old):
        home = moved.get((old.schema, old.name))
        if home is None:
            home = schemas.get(old.schema, old.schema), old.name
        if (new.schema, new.name) not in ((old.schema, old.name), home, (rename.old.schema, rename.old.name)):
            raise _unknown(
                rename, f"{_article(kind_of(rename))} stays where it is, in {old.schema}.{old.name}"
            )
        return Rename(old, new._replace(schema=home[0], name=home[1]))
    kept = new.schema in schemas and new.schema not in schemas.values()
    return Rename(old, new._replace(schema=schemas[new.schema]) if kept else new)


def _like(ref: Ref, catalog: Catalog) -> Ref | None:
    """The object that is meant: of this kind or its likes, a routine's arguments left out where one fits."""
    objects = catalog.objects
    if ref.kind == "enum" and ref.part:
        held = objects.get(ref._replace(part=""))
        return ref if isinstance(held, Enum) and ref.part in held.labels else None
    family = next((each for each in _FAMILIES if ref.kind in each), (ref.kind,))
    for kind in (ref.kind, *family):
        if ref._replace(kind=kind) in objects:
            return ref._replace(kind=kind)
    if ref.kind in _ROUTINES and not ref.part:
        fitting = [each for each in objects if each.kind in _ROUTINES and each[1:3] == (ref.schema, ref.name)]
        return fitting[0] if len(fitting) == 1 else None
    if ref.kind == "schema":
        return ref if ref.name == "public" else None
    if ref.kind in ("column", "sequence") and ref in set(_all_names((), catalog)):
        return ref
    return None


def _is_part(ref: Ref) -> bool:
    return ref.kind in PARTS or (ref.kind == "enum" and bool(ref.part))


def _stage(rename: Rename) -> tuple[int, int]:
    ref = rename.old
    if ref.kind == "schema":
        return (0, 0)
    if _is_part(ref):
        return (3, 0)
    return (2, 0) if ref.kind in ("index", "sequence", "statistics") else (1, 0)


def _with_name(ref: Ref, name: str) -> Ref:
    return ref._replace(part=name) if _is_part(ref) else ref._replace(name=name)


def _slots(ref: Ref, value: Object | None) -> set[tuple[str, ...]]:
    """The names that an object of this kind occupies under this reference."""
    found: set[tuple[str, ...]] = set()
    if ref.kind in _RELATIONS:
        found.add(("relation", ref.schema, ref.name))
    if (ref.kind in _TYPES or ref.kind in _HOLDERS) and not ref.part:
        found.add(("type", ref.schema, ref.name))
    if ref.kind in _ROUTINES:
        found.add(("routine", ref.schema, ref.name, ref.part))
    if isinstance(value, Constraint) and value.type in ("primary key", "unique", "exclusion"):
        found.add(("relation", ref.schema, ref.part))
    return found or {(ref.kind, *ref[1:])} if not isinstance(value, Constraint) else found | {tuple(ref)}


def _taken(old: Ref, target: Ref, now: Now, catalog: Catalog) -> Ref | None:
    """The object that has the name now."""
    wanted = _slots(target, catalog.objects.get(old))
    schema = target.schema or target.name
    for ref, current in now.items():
        near = (current.schema or current.name) == schema
        if near and ref != old and wanted & _slots(current, catalog.objects.get(ref)):
            return ref
    return None


def _rename(old: Ref, target: Ref, now: Now, catalog: Catalog) -> Iterator[Statement]:
    """The statements that bring one object to its new name, which `now` then says."""
    current = now[old]
    if not _is_part(old) and current.schema != target.schema:
        step = current._replace(schema=target.schema)
        if _taken(old, step, now, catalog) is not None:  # the old name is taken there: the new one first
            step = current._replace(name=target.name)
            if _taken(old, step, now, catalog) is not None:
                step = current._replace(name="ormony_rename_0")
            yield from _one(old, step, now, catalog)
            step = step._replace(schema=target.schema)
        head = f"ALTER {names.object_name(now[old])}"
        _apply(old, step, now, catalog)
        yield Statement(sql=f"{head} SET SCHEMA {names.identifier(target.schema)}", lock=_lock(old, catalog))
    if now[old] != target:
        yield from _one(old, target, now, catalog)


def _one(old: Ref, target: Ref, now: Now, catalog: Catalog) -> Iterator[Statement]:
    yield Statement(sql=_sql(old, now[old], target, catalog), lock=_lock(old, catalog))
    _apply(old, target, now, catalog)


def _sql(old: Ref, current: Ref, target: Ref, catalog: Catalog) -> str:
    above = _holder(old, catalog)
    place = names.relation(current)
    word = names.kind_word(above) if above is not None else ""
    new = names.identifier(target.part if _is_part(old) else target.name)
    match old.kind:
        case "enum" if old.part:
            labels = names.literal(current.part), names.literal(target.part)
            return f"ALTER TYPE {place} RENAME VALUE {labels[0]} TO {labels[1]}"
        case "column":
            what = "ATTRIBUTE" if word == "TYPE" else "COLUMN"
            return f"ALTER {word} {place} RENAME {what} {names.identifier(current.part)} TO {new}"
        case "constraint" | "domain constraint":
            return f"ALTER {word} {place} RENAME CONSTRAINT {names.identifier(current.part)} TO {new}"
        case _:
            return f"ALTER {names.object_name(current)} RENAME TO {new}"


def _holder(ref: Ref, catalog: Catalog) -> Ref | None:
    found = holder(ref, catalog)
    if found is None and ref.kind == "column":
        found = Ref("composite type", ref.schema, ref.name)
    return found


def _lock(ref: Ref, catalog: Catalog) -> Lock | None:
    if ref.kind == "index":
        return "share update exclusive"
    above = _holder(ref, catalog)
    table = above if above is not None and _is_part(ref) else ref
    return "access exclusive" if table.kind in (*TABLES, "materialized view") else None


def _apply(old: Ref, target: Ref, now: Now, catalog: Catalog) -> None:
    """Say in `now` what the renaming of one object brings along."""
    current = now[old]
    now[old] = target
    if old.kind == "schema":
        for ref, each in now.items():
            if each.schema == current.name and ref.kind != "schema":
                now[ref] = each._replace(schema=target.name)
    elif _is_part(old):
        for child in _children(old, catalog):
            if child in now:
                _apply(child, now[child]._replace(part=target.part), now, catalog)
    elif old.kind in _HOLDERS or old.kind == "enum":
        for ref, each in now.items():
            value = catalog.objects.get(ref)
            if _is_part(ref) and (each.schema, each.name) == (current.schema, current.name):
                now[ref] = each._replace(schema=target.schema, name=target.name)
            elif isinstance(value, Index) and value.table == old:
                now[ref] = each._replace(schema=target.schema)
            elif isinstance(value, SequenceValue) and value.owned_by is not None:
                if value.owned_by[1:3] == old[1:3]:
                    now[ref] = each._replace(schema=target.schema)
            elif isinstance(value, Column) and value.identity is not None and ref[1:3] == old[1:3]:
                sequence = value.identity.sequence
                now[sequence] = now[sequence]._replace(schema=target.schema)


def _children(part: Ref, catalog: Catalog) -> Iterator[Ref]:
    """The same column or check in the tables that inherit it, which is renamed there by itself."""
    table = holder(part, catalog)
    if table is None or part.kind not in ("column", "constraint"):
        return
    for ref, value in catalog.objects.items():
        if isinstance(value, Table) and (
            table in value.inherits or (value.partition is not None and value.partition.parent == table)
        ):
            yield part._replace(schema=ref.schema, name=ref.name)


def _unknown(rename: Rename, why: str) -> OrmonyError:
    return OrmonyError(
        "unknown-rename",
        f'the rename "{spell(rename)}" cannot be made: {why}',
        hint="ormony diff A B   # names what could be a rename",
    )


__all__ = ["in_sql", "is_there", "kind_of", "parse", "resolved", "spell", "statements"]
