"""Casts, operators with their classes and families, conversions, collations and transforms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import Final

from ormony.catalog import Catalog, Kind, Options, Ref
from ormony.plan.render.lookup import dropped, held, listed, words
from ormony.plan.render.names import object_name, operator, relation
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

Pairs = tuple[tuple[str, str], ...]

# The types of a family's item: `public.<(integer, bigint)`, `(integer, bigint) public.f(integer, bigint)`.
_OPERATOR_TYPES: Final = re.compile(
    r".*(\((?:\"(?:[^\"]|\"\")*\"|[^()\"])*\))(?: FOR ORDER BY .*)?", re.DOTALL
)
_FUNCTION_TYPES: Final = re.compile(r"(\((?:\"(?:[^\"]|\"\")*\"|[^()\"])*\)) .*", re.DOTALL)


def _options(ref: Ref, catalog: Catalog) -> Pairs:
    return held(catalog, ref, Options).options


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref)


def _never(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    return None


# ----------------------------------------------------------------- casts, collations, conversions, transforms


def _create_cast(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=f"CREATE {object_name(ref)} {words(_options(ref, catalog))}"),)


def _create_collation(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=f"CREATE COLLATION {relation(ref)} ({listed(_options(ref, catalog))})"),)


def _create_conversion(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = dict(_options(ref, catalog))
    default = "DEFAULT " if "DEFAULT" in options else ""
    rest = words((name, value) for name, value in options.items() if name != "DEFAULT")
    return (Statement(sql=f"CREATE {default}CONVERSION {relation(ref)} {rest}"),)


def _create_transform(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=f"CREATE {object_name(ref)} {_functions(ref, catalog)}"),)


def _alter_transform(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    sql = f"CREATE OR REPLACE {object_name(ref)} {_functions(ref, new)}"
    return Alteration(statements=(Statement(sql=sql),))


def _functions(ref: Ref, catalog: Catalog) -> str:
    return f"({', '.join(words([pair]) for pair in _options(ref, catalog))})"


# -------------------------------------------------------------------------------------------------- operators


def _create_operator(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    # one that is named as commutator or negator before it is there takes the link when it comes
    return (Statement(sql=f"CREATE OPERATOR {operator(ref)} ({listed(_options(ref, catalog))})"),)


def _drop_operator(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """DROP OPERATOR, and of what it names as the other side, where that was never more than a name: such a
    name would hold on to the types."""
    found = [*dropped(ref)]
    for name, value in _options(ref, catalog):
        if name in ("COMMUTATOR", "NEGATOR"):
            other = _other(ref, value, swapped=name == "COMMUTATOR")
            if other != ref and other not in catalog.objects and ", " in other.part:
                found.append(Statement(sql=f"DROP OPERATOR IF EXISTS {operator(other)} ({other.part})"))
    return tuple(found)


def _alter_operator(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """ALTER OPERATOR: estimators, and from 17 on what was not set before."""
    before, after = dict(_options(ref, old)), dict(_options(ref, new))
    changes: list[str] = []
    for name in {**before, **after}:
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        match name:
            case "RESTRICT" | "JOIN":
                changes.append(f"{name} = {now or 'NONE'}")
            case "COMMUTATOR" | "NEGATOR" if now is None and _goes(ref, was, old, new):
                pass  # dropping the other side unties this one
            case "COMMUTATOR" | "NEGATOR" if was is None and _comes(ref, now, name, old, new):
                pass  # creating the other side ties this one
            case "COMMUTATOR" | "NEGATOR" | "HASHES" | "MERGES" if was is None and old.version >= 170000:
                changes.append(f"{name} = {now}" if now else name)
            case _:
                return None
    if not changes:
        return Alteration(statements=())
    sql = f"ALTER {object_name(ref)} SET ({', '.join(changes)})"
    return Alteration(statements=(Statement(sql=sql),))


def _other(ref: Ref, text: str | None, *, swapped: bool) -> Ref:
    """The operator that `OPERATOR(schema.name)` names: the commutator's operands are swapped."""
    schema, _, name = (text or "").removeprefix("OPERATOR(").removesuffix(")").rpartition(".")
    if schema.startswith('"'):
        schema = schema[1:-1].replace('""', '"')
    left, _, right = ref.part.partition(", ")
    return Ref("operator", schema, name, f"{right}, {left}" if swapped else ref.part)


def _goes(ref: Ref, text: str | None, old: Catalog, new: Catalog) -> bool:
    others = [_other(ref, text, swapped=swapped) for swapped in (True, False)]
    return any(each in old.objects and each not in new.objects for each in others)


def _comes(ref: Ref, text: str | None, name: str, old: Catalog, new: Catalog) -> bool:
    for swapped in (True, False):
        other = _other(ref, text, swapped=swapped)
        if other not in old.objects and other in new.objects:
            back = dict(_options(other, new)).get(name)
            if back is not None and back.endswith(f".{ref.name})"):
                return True
    return False


# --------------------------------------------------------------------------------------- classes and families


def _create_class(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = _options(ref, catalog)
    known = dict(options)
    head = ("DEFAULT", "FOR TYPE", "USING", "FAMILY")
    items = [words([pair]) for pair in options if pair[0] not in head]
    # a class of nothing cannot be said but with the storage that it has anyway
    body = ", ".join(items) or f"STORAGE {known['FOR TYPE']}"
    clauses = words((name, known[name]) for name in head if name in known)
    return (Statement(sql=f"CREATE OPERATOR CLASS {relation(ref)} {clauses} AS {body}"),)


def _create_family(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    created = Statement(sql=f"CREATE {object_name(ref)}")
    items = _items(ref, catalog)
    return (created, _add(ref, items)) if items else (created,)


def _items(ref: Ref, catalog: Catalog) -> Pairs:
    return tuple(pair for pair in _options(ref, catalog) if pair[0] != "USING")


def _add(ref: Ref, items: Iterable[tuple[str, str]]) -> Statement:
    added = ", ".join(words([item]) for item in items)
    return Statement(sql=f"ALTER {object_name(ref)} ADD {added}")


def _alter_family(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = _items(ref, old), _items(ref, new)
    gone = [item for item in before if item not in after]
    added = [item for item in after if item not in before]
    statements = []
    if gone:
        actions = ", ".join(f"{name} {_types(name, text)}" for name, text in gone)
        statements.append(Statement(sql=f"ALTER {object_name(ref)} DROP {actions}"))
    if added:
        statements.append(_add(ref, added))
    return Alteration(statements=tuple(statements))


def _types(name: str, text: str) -> str:
    found = (_OPERATOR_TYPES if name.startswith("OPERATOR") else _FUNCTION_TYPES).fullmatch(text)
    if found is None:
        raise ValueError(f"no types in {name} {text}")
    return found[1]


RENDERERS: Final[dict[Kind, Renderer]] = {
    "cast": Renderer(_create_cast, _drop, _never),
    "collation": Renderer(_create_collation, _drop, _never),
    "conversion": Renderer(_create_conversion, _drop, _never),
    "transform": Renderer(_create_transform, _drop, _alter_transform),
    "operator": Renderer(_create_operator, _drop_operator, _alter_operator),
    "operator class": Renderer(_create_class, _drop, _never),
    "operator family": Renderer(_create_family, _drop, _alter_family),
}
