"""A service's history: revisions, their parents, and the ledger in which its own tool records them.

Pure values and functions. This module reads no file, starts no process and knows no database: `adapters/`
make these values, `stream.py` orders them, `database/ledgers.py` reads and writes the ledgers that they name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from ormony import sql
from ormony.errors import OrmonyError

Orm = Literal["drizzle", "alembic", "sqlx", "sqlalchemy", "supabase"]
LedgerKind = Literal["drizzle-0", "drizzle-1", "alembic", "sqlx", "supabase"]


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One path + one ORM + one database. `path` is POSIX, relative to the project; `.` is the project itself.

    `lane` is the first and last number of the service's range in epoch 0, e.g. `(100, 199)`.
    `search_path` is what the service's tool connects with; unqualified names are created in its first schema.
    `ledger` (`table` or `schema.table`), `migrations` (folder), `config` (file) and `python` (interpreter)
    override what the adapter finds; the last three are relative to `path`.
    `timeout_s` is how long one run of the service's own tool may take.
    """

    name: str
    orm: Orm
    path: str
    database: str
    lane: tuple[int, int]
    role: str | None = None
    search_path: tuple[str, ...] = ("public",)
    ledger: str | None = None
    config: str | None = None
    migrations: str | None = None
    python: str | None = None
    models: str | None = None
    mirrors: tuple[str, ...] = ()
    mirror_models: tuple[str, ...] = ()
    timeout_s: float = 60.0


MIRROR: Final = re.compile(
    r"(?:(?P<database>[^\s:.]+):)?(?:(?P<schema>[^\s:.]+)\.)?(?!(?<=:)read$)(?P<name>[^\s:.]+?)(?P<read>:read)?"
)
"""`[database:][schema.]table[:read]`, as `mirrors` of ormony.toml has it."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """Tables of another owner that a service says to model; `name` may be `*`.

    `database` is None for the service's own.
    """

    schema: str
    name: str
    database: str | None = None
    reads_only: bool = False

    def covers(self, schema: str, name: str) -> bool:
        """Whether it speaks of this table."""
        return self.schema == schema and self.name in (name, "*")


def declared(service: Service) -> tuple[Declared, ...]:
    """The mirrors that ormony.toml declares for a service."""
    found = []
    for word in service.mirrors:
        match = MIRROR.fullmatch(word)
        if match is not None:
            found.append(
                Declared(
                    schema=match["schema"] or service.search_path[0],
                    name=match["name"],
                    database=match["database"],
                    reads_only=match["read"] is not None,
                )
            )
    return tuple(found)


class DrizzleStamp(msgspec.Struct, frozen=True, tag="drizzle"):
    """A row of `__drizzle_migrations`: lower-case hex sha256 of the file, epoch milliseconds, 1.0's folder
    name.
    """

    hash: str
    created_at: int
    name: str | None = None


class AlembicStamp(msgspec.Struct, frozen=True, tag="alembic"):
    """A revision id. `alembic_version` holds the effective heads only: see `effective_heads`."""

    revision: str


class SqlxStamp(msgspec.Struct, frozen=True, tag="sqlx"):
    """A row of `_sqlx_migrations`; `checksum` is the SHA-384 of the file's bytes (48 raw bytes)."""

    version: int
    description: str
    checksum: bytes


class SupabaseStamp(msgspec.Struct, frozen=True, tag="supabase"):
    """A row of `supabase_migrations.schema_migrations`, less its statements."""

    version: str
    name: str


Stamp = DrizzleStamp | AlembicStamp | SqlxStamp | SupabaseStamp


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One migration of a service as it lies in the service.

    `id` is the tool's own identity of it, unique in the history: Drizzle's tag or folder name, Alembic's
    revision id, SQLx's and Supabase's file stem. `parents` and `depends_on` are ids; `parents` of a linear
    tool is the entry before. `native` is the hex sha256 of the file's bytes at `path` (POSIX, relative to the
    project). `sql` is the text of the file for tools whose migrations are SQL, else None:
    `adapters.alembic.sql` makes it on demand. `transaction` is False where the tool runs the file outside a
    transaction.
    """

    id: str
    path: str
    native: str
    stamp: Stamp
    parents: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    label: str = ""
    sql: str | None = None
    transaction: bool = True


class Part(msgspec.Struct, frozen=True):
    """One piece of a revision's SQL that runs as a whole; `transaction` False: outside a transaction."""

    sql: str
    transaction: bool = True
    recorded: bool = False  # taken from a run against a shadow, because the revision needs a connection


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The table in which a tool records what it has applied. `schema` None: the first of the search path."""

    kind: LedgerKind
    table: str
    schema: str | None = None
    primary_key: bool = True  # Alembic's version_table_pk


def with_ledger(text: str, ledger: Ledger | None, search_path: Sequence[str], *, width: int = 32) -> str:
    """The SQL of a migration, after a CREATE TABLE IF NOT EXISTS of its tool's ledger if it works on that.

    Alembic and SQLx make their ledger before the first migration, so a migration may count on it, and nothing
    else of a stream makes it. `width` is that of Alembic's `version_num`.
    """
    if ledger is None or ledger.kind not in ("alembic", "sqlx") or ledger.table not in text:
        return text
    schemas = [ledger.schema] if ledger.schema is not None else [*search_path]
    try:
        found = sql.facts(text, search_path=search_path)
    except OrmonyError:  # told where it is merged
        return text
    used = {name for facts in found for name in (*facts.needs, *facts.uses_late)}
    if not any(
        (each.kind, each.name, each.of) == ("relation", ledger.table, "") and each.schema in schemas
        for each in used
    ):
        return text
    table = f"{sql.quote_identifier(schemas[0])}.{sql.quote_identifier(ledger.table)}"
    # All in the first line: messages name the lines of the file that the text is from.
    if ledger.kind == "alembic":
        key = f", CONSTRAINT {sql.quote_identifier(ledger.table + '_pkc')} PRIMARY KEY (version_num)"
        columns = f"version_num varchar({width}) NOT NULL{key if ledger.primary_key else ''}"
    else:
        columns = (
            "version bigint PRIMARY KEY, description text NOT NULL,"
            " installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL,"
            " checksum bytea NOT NULL, execution_time bigint NOT NULL"
        )
    return (
        f"/* {'Alembic' if ledger.kind == 'alembic' else 'SQLx'} makes its ledger before it migrates. */ "
        f"CREATE TABLE IF NOT EXISTS {table} ({columns}); "
        f"REVOKE ALL ON {table} FROM anon, authenticated; {text}"
    )


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something a reader should know and that stops nothing, e.g. a stray file. `place` is `file` or
    `file:line`.
    """

    code: str
    message: str
    place: str | None = None
    hint: str | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All revisions of one service, in the order in which its tool would apply them to an empty database."""

    service: str
    ledger: Ledger | None
    revisions: tuple[Revision, ...]
    notices: tuple[Notice, ...] = ()


def in_order(revisions: tuple[Revision, ...], place: str | None = None) -> tuple[Revision, ...]:
    """The revisions with every parent and dependency before its child; ties keep the given order.

    Raises `duplicate-revision` for an id that two have, `unknown-revision` for a parent that does not exist
    and `revision-cycle` for a cycle.
    """
    by_id: dict[str, Revision] = {}
    for revision in revisions:
        other = by_id.setdefault(revision.id, revision)
        if other is not revision:
            raise OrmonyError(
                "duplicate-revision",
                f'two revisions have the id "{revision.id}": {other.path} and {revision.path}',
                place=revision.path or place,
                hint="give one of the two another id",
            )
    done: dict[str, bool] = {}  # id -> finished (False while it is being visited)
    ordered: list[Revision] = []
    for root in revisions:
        stack: list[tuple[Revision, list[str]]] = [(root, _needs(root))] if root.id not in done else []
        if stack:
            done[root.id] = False
        while stack:
            revision, waiting = stack[-1]
            if not waiting:
                done[revision.id] = True
                ordered.append(revision)
                stack.pop()
                continue
            needed = waiting.pop(0)
            if needed not in by_id:
                raise OrmonyError(
                    "unknown-revision",
                    f'revision "{revision.id}" follows "{needed}", which does not exist',
                    place=revision.path or place,
                    hint="restore the missing file, or correct the parent that this file names",
                )
            if needed not in done:
                done[needed] = False
                stack.append((by_id[needed], _needs(by_id[needed])))
            elif not done[needed]:
                names = [r.id for r, _ in stack]
                cycle = " -> ".join([*names[names.index(needed) :], needed])
                raise OrmonyError(
                    "revision-cycle", f"revisions follow each other in a cycle: {cycle}", place=place
                )
    return tuple(ordered)


def _needs(revision: Revision) -> list[str]:
    return [*revision.parents, *revision.depends_on]


def heads(revisions: tuple[Revision, ...]) -> tuple[str, ...]:
    """Ids that no other revision names as parent, sorted."""
    followed = {parent for revision in revisions for parent in revision.parents}
    return tuple(sorted(revision.id for revision in revisions if revision.id not in followed))


def effective_heads(revisions: tuple[Revision, ...], applied: frozenset[str]) -> tuple[str, ...]:
    """What `alembic_version` holds when exactly `applied` has run, sorted.

    Those ids of `applied` that no applied revision names as parent or dependency: Alembic treats an applied
    `depends_on` like a parent when it keeps its table.
    """
    followed = {needed for revision in revisions if revision.id in applied for needed in _needs(revision)}
    return tuple(sorted(applied - followed))


def ancestors(revisions: tuple[Revision, ...], ids: frozenset[str]) -> frozenset[str]:
    """`ids` and everything that they follow or depend on; unknown ids are left out."""
    by_id = {revision.id: revision for revision in revisions}
    found: set[str] = set()
    waiting = [i for i in ids if i in by_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(i for i in _needs(by_id[current]) if i in by_id)
    return frozenset(found)
