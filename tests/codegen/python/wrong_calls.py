"""What type checkers have to find; each ignored error that is none is an error to them."""

from __future__ import annotations

from db import driver_asyncpg as through
from db import functions_asyncpg as calls
from db.models import ColumnsInsert, ColumnsUpdate, Mood


async def wrong(connection: through.Connection) -> str | None:
    await calls.add(connection, a="1", b=2)  # type: ignore[arg-type]
    await calls.add(connection, a=1)  # type: ignore[call-arg]
    await calls.add(connection, 1, 2)  # type: ignore[call-arg]
    await calls.unnamed(connection, argument_1=1, argument_2="x")  # type: ignore[call-arg]
    await calls.echo_moods(connection, moods=["ok"])  # type: ignore[list-item]
    ColumnsInsert(said=1)  # type: ignore[call-arg]
    ColumnsInsert(required="x", said=1, id=5)  # type: ignore[call-arg]
    ColumnsUpdate(required=None)  # type: ignore[arg-type]
    mood: Mood = await calls.maybe(connection, a=1)  # type: ignore[assignment]
    return mood
