"""Rows of what acts in a database, and of what stands beside objects, as values of the catalog."""

from __future__ import annotations

from typing import Final

from ormony.database.reading import Query

BEHAVIOR: Final[tuple[Query, ...]] = ()
ROLES: Final[tuple[Query, ...]] = ()  # only on request: they are the cluster's
