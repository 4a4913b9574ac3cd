"""What each kind of object can say in SQL: create, drop, alter, and what completes it later."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import NamedTuple

from ormony.catalog import Catalog, Ref
from ormony.plan.statement import Alteration, Late, Statement

__all__ = ["Late", "Renderer"]


def _never_late(ref: Ref, catalog: Catalog) -> Late | None:
    return None


class Renderer(NamedTuple):
    """The four faces of one kind. `alter` answers None where PostgreSQL has no ALTER for the difference."""

    create: Callable[[Ref, Catalog, Set[Ref]], tuple[Statement, ...]]
    drop: Callable[[Ref, Catalog], tuple[Statement, ...]]
    alter: Callable[[Ref, Catalog, Catalog], Alteration | None]
    late: Callable[[Ref, Catalog], Late | None] = _never_late
