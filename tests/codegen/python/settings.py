"""Types of a user, that `types` of his configuration names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel


class Settings(BaseModel):
    """What a column of JSON holds."""

    limit: Decimal
    since: date | None = None
    owners: list[UUID] = []
