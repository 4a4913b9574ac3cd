"""The address of the database, as SQLAlchemy's asyncpg dialect wants it."""

import os

from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool


def database_url() -> URL:
    """DATABASE_URL, the same address that every service gets, with the driver that this one uses.

    asyncpg calls `sslmode` `ssl`. Raises SystemExit when the variable is not set.
    """
    text = os.environ.get("DATABASE_URL")
    if not text:
        raise SystemExit("DATABASE_URL is not set")
    url = make_url(text).set(drivername="postgresql+asyncpg")
    query = dict(url.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return url.set(query=query)


def create_engine() -> AsyncEngine:
    """An engine for DATABASE_URL that keeps no connection open between uses."""
    return create_async_engine(database_url(), poolclass=NullPool)
