"""Parts of the statements that are tried: which row, which columns, which values; asks nobody.

A statement names no column that the role may not use where it may use another, so that what denies it is
what holds back the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ormony.access import SUB
from ormony.catalog import Ref
from ormony.claims import literal
from ormony.database.access.rights import Privileges
from ormony.database.access.stage import Stage
from ormony.database.rows import Candidate, Row, Shape, insert_of, name_of, where_of
from ormony.sql import quote_identifier

ALLOW_DELETE: Final = "SET LOCAL storage.allow_delete_query = 'true'; "  # Supabase guards these tables
AS_REPLICA: Final = "SET LOCAL session_replication_role = replica; "
"""Triggers and foreign keys rest from here."""


class Way(msgspec.Struct, frozen=True):
    """A statement to try, what runs before it, and the query that sees whether it happened.

    Without a statement, `why` there is none. `at_row` are those at the row of the world itself.
    """

    statement: str = ""
    before: str = ""
    look: str = ""
    why: str = ""
    at_row: bool = False


# --------------------------------------------------------------------------------------------- which row


def key_of(shape: Shape, row: Row) -> str:
    """A condition that is true of this row alone."""
    if shape.primary and all(row.values.get(c) is not None for c in shape.primary):
        return where_of(shape.primary, row.values)
    return f"ctid = '{row.ctid}'"


def readable_key_of(rights: Privileges, shape: Shape, row: Row) -> str:
    """A condition on the row with columns that the role may read."""
    if "SELECT" in rights.whole or not rights.columns["SELECT"]:
        return key_of(shape, row)
    seen = [c for c in rights.columns["SELECT"] if row.values.get(c) is not None]
    keys = [c for c in shape.primary if c in seen]
    return where_of(keys if len(keys) == len(shape.primary) and keys else seen, row.values)


def version_of(shape: Shape, row: Row) -> str:
    """A query whose answer changes when the row does."""
    return f"SELECT ctid::text FROM {shape.sql} WHERE {key_of(shape, row)}"


def count_of(places: Iterable[tuple[Ref, str]]) -> str:
    """A query that says how many of these rows are where and as they were."""
    text = " UNION ALL ".join(
        f"SELECT 1 FROM ONLY {name_of(table)} WHERE ctid = '{place}'" for table, place in places
    )
    return f"SELECT count(*) FROM ({text}) AS t"


def without(shape: Shape, row: Row) -> str:
    """What takes a row away first, so that another one with its keys can come."""
    return (
        f"{AS_REPLICA}DELETE FROM {shape.sql} WHERE {key_of(shape, row)}; "
        "SET LOCAL session_replication_role = origin; "
    )


# ------------------------------------------------------------------------------------------ which columns


def is_always(shape: Shape, name: str) -> bool:
    """Is the column GENERATED ALWAYS AS IDENTITY?"""
    identity = shape.columns[name].identity if name in shape.columns else None
    return identity is not None and identity.always


def is_special(stage: Stage, shape: Shape, column: str) -> bool:
    """Does the column say whose a row is, or which?"""
    return (
        shape.column(column) in stage.tenancy.bound
        or any(column in key.columns for key in shape.keys)
        or any(column in unique for unique in shape.unique)
    )


def readable(rights: Privileges) -> str:
    """What a SELECT or RETURNING lists: `*` where the role may, and where it may read nothing at all."""
    if "SELECT" in rights.whole:
        return "*"
    return ", ".join(map(quote_identifier, rights.columns["SELECT"])) or "*"


def insertable(rights: Privileges, values: dict[str, str | None]) -> dict[str, str | None]:
    """Of these values those that the role may give; all where it may give none."""
    if "INSERT" not in rights.whole and rights.columns["INSERT"]:
        return {c: v for c, v in values.items() if c in rights.columns["INSERT"]}
    return values


def giveable(shape: Shape, values: dict[str, str | None]) -> dict[str, str | None]:
    """The values without those that an INSERT cannot give."""
    return {c: v for c, v in values.items() if not is_always(shape, c)}


def column_to_update(stage: Stage, rights: Privileges, shape: Shape) -> str | None:
    """The column that an UPDATE sets: one that says nothing of whose the row is, where there is one."""
    free = [c for c in shape.columns if not is_always(shape, c)]
    may = free if "UPDATE" in rights.whole else [c for c in free if c in rights.columns["UPDATE"]] or free
    return next((c for c in may if not is_special(stage, shape, c)), may[0] if may else None)


def tenant_columns(stage: Stage, shape: Shape) -> list[str]:
    """The columns that say whose a row is."""
    return [c for c in stage.tenancy.owned.get(shape.table, ()) if c in shape.columns]


def people(stage: Stage, table: Ref) -> list[str]:
    """The columns that name a user, where others say whose tenant's a row is."""
    shape, tenant = stage.shapes[table], stage.tenancy.owned.get(table, ())
    if not tenant or table in stage.tenancy.members:
        return []
    found = [
        c
        for c in shape.columns
        if c not in tenant
        and stage.tenancy.bound.get(shape.column(c)) == SUB
        and not any(unique == (c,) for unique in shape.unique)
    ]
    # what neither a policy nor a trigger looks at makes no difference
    looked = stage.looked.get((table.schema, table.name), frozenset())
    return found if looked & {*map(shape.column, found)} or "function" in looked else []


# ------------------------------------------------------------------------------------------- which values


def assignments(columns: Iterable[str], row: Row) -> str:
    """What an UPDATE sets to give another row these columns of this one."""
    return ", ".join(f"{quote_identifier(c)} = {literal(row.values.get(c))}" for c in columns)


def taking(stage: Stage, rights: Privileges, table: Ref, own: str | None) -> str:
    """What an UPDATE sets to give a row to the persona's own tenant; '' where it may not or has none."""
    mine = stage.worlds[own].rows.get(table) if own is not None else None
    shape = stage.shapes[table]
    tenant = tenant_columns(stage, shape)
    may = "UPDATE" in rights.whole or set(tenant) <= set(rights.columns["UPDATE"])
    if mine is None or not tenant or not may or set(tenant) & set(shape.primary):
        return ""
    return assignments(tenant, mine)


def upserts(stage: Stage, shape: Shape, row: Row, name: str, own: str | None) -> list[str]:
    """INSERTs that meet the key of the row: of what is its own otherwise, and of the row as it is."""
    key = shape.primary
    if not key or any(row.values.get(c) is None for c in key):
        return []
    values = stage.maker.values(stage.worlds[name], shape, 1, whole=True)
    if isinstance(values, str):
        return []
    candidates = [values]
    mine = stage.worlds[own].rows.get(shape.table) if own is not None and own != name else None
    tenant = [c for c in stage.tenancy.owned.get(shape.table, ()) if c not in key]
    if mine is not None and tenant:  # another key of the table may forbid that to everybody
        candidates.insert(0, {c: mine.values.get(c) for c in values})
    found = []
    for each in candidates:
        meeting = {**each, **{c: row.values[c] for c in key}}
        settable = [c for c in (*meeting, *shape.columns) if not is_always(shape, c)]
        settable.sort(key=lambda c: c in key)
        if not settable:
            continue
        column = quote_identifier(settable[0])
        insert = insert_of(Candidate(table=shape.table, values=meeting), overriding=True)
        found.append(
            f"{insert} ON CONFLICT ({', '.join(map(quote_identifier, key))})"
            f" DO UPDATE SET {column} = EXCLUDED.{column}"
        )
    return found
