"""Streams, services and histories from a few words, for the tests of deploying."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import psycopg

from ormony.database.deploy import Target
from ormony.files import sha256
from ormony.history import (
    AlembicStamp,
    DrizzleStamp,
    History,
    Ledger,
    Orm,
    Revision,
    Service,
    SqlxStamp,
)
from ormony.stream import Provenance, StreamFile, compose, parse

LANES: dict[str, tuple[int, int]] = {"web": (100, 199), "api": (200, 299), "worker": (300, 399)}


def hand(version: str, sql: str, name: str = "by_hand") -> StreamFile:
    """A hand-written stream file."""
    file = parse(f"supabase/migrations/{version}_{name}.sql", sql)
    assert file is not None
    return file


def drizzle(number: int, sql: str) -> Revision:
    """A Drizzle 0.x revision; its `when` is `number` seconds."""
    tag = f"{number:04}_m"
    return Revision(
        id=tag,
        path=f"services/web/drizzle/{tag}.sql",
        native=sha256(sql),
        stamp=DrizzleStamp(sha256(sql), number * 1000),
        parents=(f"{number - 1:04}_m",) if number else (),
        sql=sql,
    )


def drizzle1(number: int, sql: str) -> Revision:
    """A Drizzle 1.0 revision: a folder named for second `number` of 2026."""
    name = f"20260101000{number:03}_m"
    return Revision(
        id=name,
        path=f"services/web/drizzle/{name}/migration.sql",
        native=sha256(sql),
        stamp=DrizzleStamp(sha256(sql), 1767225600000 + number * 1000, name),
        sql=sql,
    )


def alembic(name: str, sql: str, *parents: str, depends_on: tuple[str, ...] = ()) -> Revision:
    """An Alembic revision."""
    return Revision(
        id=name,
        path=f"services/api/alembic/versions/{name}.py",
        native=sha256(sql),
        stamp=AlembicStamp(name),
        parents=parents,
        depends_on=depends_on,
        sql=sql,
    )


def sqlx(number: int, sql: str, *, transaction: bool = True) -> Revision:
    """An SQLx revision."""
    return Revision(
        id=f"{number:04}_m",
        path=f"services/worker/migrations/{number:04}_m.sql",
        native=sha256(sql),
        stamp=SqlxStamp(number, "m", hashlib.sha384(sql.encode()).digest()),
        sql=sql,
        transaction=transaction,
    )


_LEDGERS: dict[str, Ledger] = {
    "drizzle": Ledger(kind="drizzle-0", schema="drizzle", table="__drizzle_migrations"),
    "alembic": Ledger(kind="alembic", table="alembic_version"),
    "sqlx": Ledger(kind="sqlx", table="_sqlx_migrations"),
}
DRIZZLE_1 = Ledger(kind="drizzle-1", schema="drizzle", table="__drizzle_migrations")


def service(name: str, orm: Orm, **settings: object) -> Service:
    """A service in its usual lane."""
    return Service(
        name=name,
        orm=orm,
        path=f"services/{name}",
        database="main",
        lane=LANES.get(name, (500, 599)),
        **settings,  # type: ignore[arg-type]
    )


def history(of: Service, *revisions: Revision, ledger: Ledger | None = None) -> History:
    """The service's history with its tool's usual ledger."""
    return History(service=of.name, ledger=ledger or _LEDGERS[of.orm], revisions=revisions)


def merged(
    version: str,
    of: Service,
    revision: Revision,
    sql: str | None = None,
    *,
    part: int = 1,
    parts: int = 1,
    transaction: bool = True,
) -> StreamFile:
    """The stream file that `sync` makes of a revision, or of one part of it."""
    provenance = Provenance(
        service=of.name,
        source=f"{of.orm}/{revision.id}",
        native=revision.native,
        body="",
        part=part,
        parts=parts,
        role=of.role,
        search_path=of.search_path,
    )
    body = revision.sql if sql is None else sql
    assert body is not None
    return compose(f"supabase/migrations/{version}_m.sql", provenance, body, transaction=transaction)


def target(
    url: str,
    stream: Sequence[StreamFile],
    histories: Sequence[tuple[Service, History]] = (),
    clone: Callable[[Sequence[StreamFile]], str] | None = None,
) -> Target:
    """What a deploy needs to know."""
    return Target(
        name="main",
        url=url,
        stream=tuple(stream),
        services=tuple(each for each, _ in histories),
        histories={each.name: one for each, one in histories},
        clone=clone,
    )


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """All rows of a query."""
    with psycopg.connect(url, autocommit=True) as conn:
        return conn.execute(query.encode()).fetchall()


def execute(url: str, *statements: str) -> None:
    """Run statements in autocommit."""
    with psycopg.connect(url, autocommit=True) as conn:
        for each in statements:
            conn.execute(each.encode())
