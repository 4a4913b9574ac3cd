"""What renderers ask of a catalog: a value of a known type, what needs an object, where rows hold a type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from ormony.catalog import Catalog, Kind, Object, Ref
from ormony.plan.render.names import object_name
from ormony.plan.statement import Statement

TYPES: Final[frozenset[Kind]] = frozenset({"enum", "domain", "composite type", "range type", "base type"})
Value = TypeVar("Value", bound=Object)


def held(catalog: Catalog, ref: Ref, of: type[Value]) -> Value:
    """The object of this reference, which is of this type. Raises KeyError when it is not there."""
    found = catalog.objects[ref]
    if not isinstance(found, of):
        raise TypeError(f"{ref.kind} {ref} is a {type(found).__name__}, not a {of.__name__}")
    return found


def dropped(ref: Ref, *, loses: str = "") -> tuple[Statement, ...]:
    """`DROP KIND name`, for kinds that lock no relation."""
    return (Statement(sql=f"DROP {object_name(ref)}", loses=loses),)


def dependents(ref: Ref, catalog: Catalog) -> Iterator[Ref]:
    """What needs the object itself."""
    return (each for each, needs in catalog.depends.items() if ref in needs)


def columns_of_type(ref: Ref, catalog: Catalog) -> tuple[Ref, ...]:
    """The columns of tables whose values hold this type, also within arrays, domains and others."""
    types = [ref]
    found: set[Ref] = set()
    for each in types:
        for dependent in dependents(each, catalog):
            if dependent.kind in TYPES and dependent not in types:
                types.append(dependent)
            elif dependent.kind == "column":
                found.add(dependent)
    return tuple(sorted(found))


def listed(pairs: Iterable[tuple[str, str]]) -> str:
    """Options as `CREATE … (NAME = value, FLAG)` takes them, without the parentheses."""
    return ", ".join(f"{name} = {value}" if value else name for name, value in pairs)


def words(pairs: Iterable[tuple[str, str]]) -> str:
    """Options as clauses one after the other: `HANDLER public.f VALIDATOR public.g`."""
    return " ".join(f"{name} {value}".rstrip() for name, value in pairs)
