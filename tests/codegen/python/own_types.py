"""Columns whose types a user has given: `own_types.py HOST DATABASE`, run by test_generate_python.py."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from decimal import Decimal
from uuid import UUID

from connecting import connected
from own import driver_asyncpg as through
from own import functions_asyncpg as calls
from own.models import OrganizationsInsert, SettingsInsert, SettingsRow
from pydantic import ValidationError
from settings import Settings

ORGANIZATION = UUID("22222222-2222-2222-2222-222222222222")


async def main(host: str, database: str) -> None:
    value = Settings(limit=Decimal("1." + "0" * 30 + "1"), since=date(2024, 2, 29), owners=[ORGANIZATION])
    async with connected("asyncpg-pool", host, database) as connection:
        await through.insert(connection, OrganizationsInsert(id=ORGANIZATION, name="own"))
        wanted = SettingsInsert(organization_id=ORGANIZATION, value=value)
        back = await through.insert_returning(connection, wanted, SettingsRow)
        assert back.value == value, back
        assert isinstance(back.value, Settings)
        await connection.execute(
            "UPDATE app.settings SET value = '[]' WHERE organization_id = $1", ORGANIZATION
        )
        try:
            await through.read(connection, SettingsRow, "SELECT * FROM app.settings")
        except ValidationError as error:
            kinds = [each["type"] for each in error.errors()]
        else:
            raise AssertionError("a list came as settings")
        assert kinds == ["model_type"]
        assert await calls.add(connection, a=1, b=2) == 103.0
    print("own types")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
