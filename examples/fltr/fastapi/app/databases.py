"""The two databases of FLTR, an engine and sessions for each."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.models import credits, dataset


class Databases:
    """fltr_auth and fltr. Call `dispose` when done."""

    def __init__(self, auth: AsyncEngine, data: AsyncEngine) -> None:
        self.auth, self.data = auth, data
        self.auth_sessions = async_sessionmaker(auth, expire_on_commit=False)
        self.data_sessions = async_sessionmaker(data, expire_on_commit=False)

    async def create_missing_tables(self) -> None:
        """Make the tables that are not there, in each database those of its own metadata.

        For a first look without ormony; after `ormony deploy` nothing is missing and nothing changes.
        """
        for engine, metadata in ((self.auth, credits.metadata), (self.data, dataset.metadata)):
            async with engine.begin() as connection:
                await connection.run_sync(metadata.create_all)

    async def dispose(self) -> None:
        """Close all connections."""
        await self.auth.dispose()
        await self.data.dispose()


def from_environment() -> Databases:
    """The databases that AUTH_DATABASE_URL and DATA_DATABASE_URL name. Raises SystemExit when one is not set."""
    return Databases(_engine("AUTH_DATABASE_URL"), _engine("DATA_DATABASE_URL"))


def _engine(variable: str) -> AsyncEngine:
    text = os.environ.get(variable)
    if not text:
        raise SystemExit(f"{variable} is not set")
    url: URL = make_url(text).set(drivername="postgresql+psycopg")
    return create_async_engine(url, pool_size=10, max_overflow=0)


def _databases(request: Request) -> Databases:
    found = request.app.state.databases
    assert isinstance(found, Databases)
    return found


async def _auth_session(databases: Annotated[Databases, Depends(_databases)]) -> AsyncIterator[AsyncSession]:
    async with databases.auth_sessions() as session:
        yield session


async def _data_session(databases: Annotated[Databases, Depends(_databases)]) -> AsyncIterator[AsyncSession]:
    async with databases.data_sessions() as session:
        yield session


# A route commits by itself, with `async with session.begin()`: the answer is sent when the work is safe.
AuthSession = Annotated[AsyncSession, Depends(_auth_session)]
DataSession = Annotated[AsyncSession, Depends(_data_session)]
