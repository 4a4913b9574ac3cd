"""Run by Alembic: compares and migrates the tables that this service owns, and leaves all others alone."""

import asyncio
from logging.config import fileConfig

from alembic import context
from sqlalchemy import Connection

from app.database import create_engine
from app.models import Base

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)


OWN = {table.name for table in Base.metadata.tables.values() if "owner" not in table.info}


def include_name(name, type_, parent_names):
    """Whether autogenerate may read `name` from the database; of the tables, only what this service owns."""
    return type_ != "table" or name in OWN


def include_object(item, name, type_, reflected, compare_to):
    """Whether autogenerate may create or change `item`: not the tables of app/foreign.py."""
    return type_ != "table" or name in OWN


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        include_object=include_object,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    engine = create_engine()
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def run_offline() -> None:
    """Write the SQL of the revisions to standard output; needs no database and no DATABASE_URL."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online())
