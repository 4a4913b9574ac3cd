"""Connections of the drivers that generated code is tested with."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

USER = "supabase_admin"


@asynccontextmanager
async def connected(driver: str, host: str, database: str) -> AsyncIterator[Any]:
    """A connection of a driver that commits each statement."""
    if driver == "asyncpg":
        asyncpg: Any = importlib.import_module("asyncpg")  # has no types of its own
        connection = await asyncpg.connect(host=host, database=database, user=USER)
        yield connection
        await connection.close()
    elif driver == "psycopg":
        import psycopg

        async with await psycopg.AsyncConnection.connect(
            host=host, dbname=database, user=USER, autocommit=True
        ) as opened:
            yield opened
    else:
        from sqlalchemy.ext.asyncio import create_async_engine

        engine = create_async_engine(
            f"postgresql+{driver.removeprefix('sqlalchemy-')}://{USER}@/{database}?host={host}",
            isolation_level="AUTOCOMMIT",
        )
        async with engine.connect() as taken:
            yield taken
        await engine.dispose()
