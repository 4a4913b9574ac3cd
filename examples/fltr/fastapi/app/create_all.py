"""`python -m app.create_all`: make the tables that are missing in both databases, without migrations."""

import asyncio

from app.databases import from_environment


async def _run() -> None:
    databases = from_environment()
    try:
        await databases.create_missing_tables()
    finally:
        await databases.dispose()


if __name__ == "__main__":
    asyncio.run(_run())
