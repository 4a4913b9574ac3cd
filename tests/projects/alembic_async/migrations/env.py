"""Async and online only: it connects whatever it was asked, as a good many projects do."""

import asyncio

from alembic import context
from app.models import SQLModel
from app.settings import settings
from sqlalchemy.ext.asyncio import create_async_engine


def run(connection):
    context.configure(connection=connection, target_metadata=SQLModel.metadata, version_table_schema="public")
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    engine = create_async_engine(str(settings.database_url))
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(connect())
