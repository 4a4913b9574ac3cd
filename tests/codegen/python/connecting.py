"""Connections of the drivers that generated code is tested with."""

from __future__ import annotations

import importlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

USER = "supabase_admin"


@asynccontextmanager
async def connected(driver: str, host: str, database: str) -> AsyncIterator[Any]:
    """A connection of a driver that commits each statement, set up in ways that must not matter."""
    if driver == "asyncpg":
        asyncpg: Any = importlib.import_module("asyncpg")  # has no types of its own
        connection = await asyncpg.connect(host=host, database=database, user=USER)
        for name in ("json", "jsonb"):
            await connection.set_type_codec(name, schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        yield connection
        await connection.close()
    elif driver == "asyncpg-pool":
        asyncpg = importlib.import_module("asyncpg")
        async with asyncpg.create_pool(host=host, database=database, user=USER, min_size=1) as pool:
            yield pool
    elif driver == "psycopg":
        import psycopg
        from psycopg.rows import dict_row

        rows: Any = dict_row
        async with await psycopg.AsyncConnection.connect(
            host=host, dbname=database, user=USER, autocommit=True, row_factory=rows
        ) as opened:
            yield opened
    else:
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

        engine = create_async_engine(
            f"postgresql+{driver.removeprefix('sqlalchemy-')}://{USER}@/{database}?host={host}",
            isolation_level="AUTOCOMMIT",
        )
        if driver == "sqlalchemy-psycopg":
            async with AsyncSession(engine) as session:
                yield session
        else:
            async with engine.connect() as taken:
                yield taken
        await engine.dispose()


async def fetched(connection: Any, sql: str) -> list[Any]:
    """Rows as their driver has them."""
    if hasattr(connection, "fetch"):
        return list(await connection.fetch(sql))
    if hasattr(connection, "exec_driver_sql") or hasattr(connection, "scalars"):
        from sqlalchemy import text

        return list(await connection.execute(text(sql)))
    return list(await (await connection.execute(sql)).fetchall())
