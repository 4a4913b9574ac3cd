"""Two branches that meet, a version table with a name and a schema of its own."""

from alembic import context

LEDGER = {"version_table": "branches_version", "version_table_schema": "public", "version_table_pk": False}


def run(**where):
    context.configure(target_metadata=None, **where, **LEDGER)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url="postgresql+psycopg2://localhost/branches")
else:
    from sqlalchemy import create_engine

    with create_engine("postgresql+psycopg2://localhost/branches").connect() as connection:
        run(connection=connection)
