"""Where each tool's ledger lies, as far as the configuration tells: no database is asked, no driver loaded.

`ledgers` looks there, reads and stamps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

import msgspec

from ormony.errors import OrmonyError
from ormony.history import History, Ledger, LedgerKind, Service

SUPABASE: Final = Ledger(kind="supabase", schema="supabase_migrations", table="schema_migrations")
"""The ledger of the stream itself."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger as it lies in the database; `service` is empty for the stream's own.

    `columns` is empty when the table does not exist. `width` is the length limit of Alembic's `version_num`.
    """

    service: str
    kind: LedgerKind
    schema: str
    table: str
    role: str | None = None
    primary_key: bool = True
    schema_exists: bool = False
    columns: tuple[str, ...] = ()
    width: int | None = None
    user: str = ""  # the connected role
    rights: frozenset[str] = frozenset()
    """What the connected role may do: USAGE and CREATE in the schema; SELECT, INSERT, UPDATE, DELETE, OWN."""

    @property
    def exists(self) -> bool:
        """Is the table there?"""
        return bool(self.columns)

    @property
    def label(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.table}"


def wanted(
    services: Sequence[Service], histories: Mapping[str, History], connected: str
) -> list[tuple[Found, list[str]]]:
    """Each ledger with the schemas in which its tool looks for it, as `connected` where no role is stated."""
    wanted: list[tuple[Found, list[str]]] = [
        (
            Found(service="", kind="supabase", schema=SUPABASE.schema or "", table=SUPABASE.table),
            [SUPABASE.schema or ""],
        )
    ]
    for service in services:
        history = histories.get(service.name)
        ledger = history.ledger if history is not None else None
        if ledger is None or ledger.kind == "supabase":
            continue
        user = service.role or connected
        path = [user if name == "$user" else name for name in service.search_path] or ["public"]
        schemas = [ledger.schema] if ledger.schema is not None else path
        found = Found(
            service=service.name,
            kind=ledger.kind,
            schema=schemas[0],
            table=ledger.table,
            role=service.role,
            primary_key=ledger.primary_key,
        )
        wanted.append((found, schemas))
    return wanted


def refuse_shared(services: Sequence[Service], histories: Mapping[str, History]) -> None:
    """Refuse two services that by their configuration alone record in one table, without any database.

    One without migrations records nothing. Raises `shared-ledger`.
    """
    refuse_same_place([found for found, _ in wanted(recording(services, histories), histories, "$user")])


def recording(services: Sequence[Service], histories: Mapping[str, History]) -> tuple[Service, ...]:
    """The services that have migrations, and so write in their ledger."""
    return tuple(
        each for each in services if (found := histories.get(each.name)) is not None and found.revisions
    )


def refuse_same_place(found: Sequence[Found]) -> None:
    """Refuse two ledgers in one table. Raises `shared-ledger`."""
    seen: dict[str, Found] = {}
    for ledger in found:
        other = seen.setdefault(ledger.label, ledger)
        if other is ledger:
            continue
        name = ledger.service
        match ledger.kind:
            case "drizzle-0" | "drizzle-1":
                table = f'"__drizzle_migrations_{name}"'
                hint = f'in the drizzle.config of "{name}": migrations: {{ table: {table} }}'
            case "alembic":
                hint = (
                    f'in the env.py of "{name}": context.configure(…, version_table="alembic_version_{name}")'
                )
            case "sqlx":
                hint = (
                    f'connect "{name}" with ?options=-csearch_path%3D{name},public in its URL, and in'
                    " ormony.toml:"
                    f' [services.{name}] search_path = ["{name}", "public"]'
                )
            case "supabase":
                hint = f"set another ledger for one of them in ormony.toml: [services.{name}] ledger"
            case _:
                assert_never(ledger.kind)
        raise OrmonyError(
            "shared-ledger",
            f'services "{other.service or "(the stream)"}" and "{name}" record in one ledger,'
            f" {ledger.label}: each"
            " would take the other's migrations for its own",
            hint=hint,
        )
