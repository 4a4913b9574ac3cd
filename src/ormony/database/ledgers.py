"""The ledgers: the tables in which Supabase, Drizzle, Alembic and SQLx record what they have applied.

Everything here speaks on a connection with an open transaction that the caller began and will end: this
module decides neither when a ledger is read nor whether a stamp is kept. A ledger that is missing is made in
exactly the shape that its tool makes, so that the tool finds its own table the next time it runs.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString, assert_never

import msgspec
import psycopg
from psycopg import sql

from ormony.database.ledger_places import Found, recording, refuse_same_place, wanted
from ormony.errors import DATABASE, OrmonyError
from ormony.history import (
    AlembicStamp,
    DrizzleStamp,
    History,
    Notice,
    Revision,
    Service,
    SqlxStamp,
    ancestors,
    effective_heads,
)
from ormony.stream import StreamFile

_ALEMBIC_WIDTH: Final = 32


class DrizzleRow(msgspec.Struct, frozen=True):
    """A row of Drizzle's ledger; `name` is None in a table of 0.x and where 1.0 left it empty."""

    id: int
    hash: str
    created_at: int | None
    name: str | None = None


class AlembicRow(msgspec.Struct, frozen=True):
    """A row of Alembic's ledger: one head."""

    revision: str


class SqlxRow(msgspec.Struct, frozen=True):
    """A row of SQLx's ledger."""

    version: int
    description: str
    success: bool
    checksum: bytes


class SupabaseRow(msgspec.Struct, frozen=True):
    """A row of Supabase's ledger, less its statements."""

    version: str
    name: str | None


Row = DrizzleRow | AlembicRow | SqlxRow | SupabaseRow


_LOOK: Final = """
SELECT w.n, n.oid IS NOT NULL,
       coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
       (SELECT a.atttypmod - 4 FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attname = 'version_num' AND a.atttypmod > 4),
       array_remove(ARRAY[
         CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN 'USAGE' END,
         CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'CREATE') THEN 'CREATE' END,
         CASE WHEN pg_catalog.has_table_privilege(c.oid, 'SELECT') THEN 'SELECT' END,
         CASE WHEN pg_catalog.has_table_privilege(c.oid, 'INSERT') THEN 'INSERT' END,
         CASE WHEN pg_catalog.has_table_privilege(c.oid, 'UPDATE') THEN 'UPDATE' END,
         CASE WHEN pg_catalog.has_table_privilege(c.oid, 'DELETE') THEN 'DELETE' END,
         CASE WHEN pg_catalog.pg_has_role(c.relowner, 'USAGE') THEN 'OWN' END], NULL)
  FROM unnest(%s::int[], %s::text[], %s::text[]) AS w (n, schema, relation)
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
  LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.relation
                                     AND c.relkind IN ('r', 'p')
 ORDER BY w.n
"""


def look(
    conn: psycopg.Connection[Any], services: Sequence[Service], histories: Mapping[str, History]
) -> tuple[Found, ...]:
    """The stream's ledger, then that of each service that has one, as they are now, in the order of
    `services`.

    A service whose tool is the Supabase CLI has none of its own. Raises `shared-ledger` when two services
    record in one table.
    """
    row = conn.execute("SELECT current_user::text").fetchone()
    assert row is not None
    looked_for = wanted(services, histories, row[0])
    numbers = [n for n, (_, schemas) in enumerate(looked_for) for _ in schemas]
    names = [schema for _, schemas in looked_for for schema in schemas]
    tables = [found.table for found, schemas in looked_for for _ in schemas]
    rows = conn.execute(_LOOK, (numbers, names, tables)).fetchall()
    result = []
    for n, (found, schemas) in enumerate(looked_for):
        places = [
            msgspec.structs.replace(
                found,
                schema=schema,
                schema_exists=exists,
                columns=tuple(columns),
                width=width,
                user=row[0],
                rights=frozenset(rights),
            )
            for schema, (_, exists, columns, width, rights) in zip(
                schemas, (its for its in rows if its[0] == n), strict=True
            )
        ]
        result.append(_choose(places))
    writing = {"", *(service.name for service in recording(services, histories))}
    refuse_same_place([found for found in result if found.service in writing])
    return tuple(result)


def _choose(places: list[Found]) -> Found:
    """Where the tool looks: SQLx creates in the first schema that exists, Alembic takes any table that it
    sees.
    """
    if places[0].kind == "alembic":
        for place in places:
            if place.exists:
                return place
    return next((place for place in places if place.schema_exists), places[0])


def require_rights(conn: psycopg.Connection[Any], found: Found) -> None:
    """Raise `no-ledger-permission` unless the connected role may read and stamp this ledger."""
    needed = ["SELECT", "INSERT"]
    if found.kind == "alembic":
        needed.append("DELETE")
    if not found.exists or {"USAGE", *needed} <= found.rights:
        return
    raise _no_permission(conn, found, needed)


def require_creatable(found: Found) -> None:
    """Raise `no-ledger-permission` when this ledger must be made and the connected role may not."""
    if found.exists or not found.schema_exists or {"USAGE", "CREATE"} <= found.rights:
        return
    raise OrmonyError(
        "no-ledger-permission",
        f'role "{found.user}" may not create the ledger {found.label}, which does not exist yet',
        hint=f'GRANT USAGE, CREATE ON SCHEMA "{found.schema}" TO "{found.user}";',
        exit_status=DATABASE,
    )


def _no_permission(conn: psycopg.Connection[Any], found: Found, needed: Sequence[str]) -> OrmonyError:
    row = conn.execute("SELECT current_user::text").fetchone()
    assert row is not None
    grants = [f'GRANT USAGE ON SCHEMA "{found.schema}" TO "{row[0]}"'] if "USAGE" not in found.rights else []
    grants.append(f'GRANT {", ".join(needed)} ON "{found.schema}"."{found.table}" TO "{row[0]}"')
    if found.kind.startswith("drizzle"):
        grants.append(f'GRANT USAGE ON SEQUENCE "{found.schema}"."{found.table}_id_seq" TO "{row[0]}"')
    return OrmonyError(
        "no-ledger-permission",
        f'role "{row[0]}" may not read and write the ledger {found.label}',
        hint="; ".join(grants) + ";",
        exit_status=DATABASE,
    )


def lock(conn: psycopg.Connection[Any], found: Sequence[Found]) -> None:
    """Keep every tool from writing in these ledgers until the transaction ends; readers go on.

    `drizzle-kit`, Alembic and `sqlx-cli` take no advisory lock: without this one of them could apply, between
    our reading and our commit, what we are about to apply.
    """
    tables = [_name(each) for each in found if each.exists and each.rights & {"UPDATE", "DELETE", "OWN"}]
    if tables:
        conn.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(sql.SQL(", ").join(tables)))


def read(conn: psycopg.Connection[Any], found: Found) -> tuple[Row, ...]:
    """The rows in the order in which they were written, as far as the ledger tells; () when there is no
    table.

    Raises `no-ledger-permission` also when row level security would hide rows: half a ledger is worse than
    none.
    """
    if not found.exists:
        return ()
    table = _name(found)
    try:
        conn.execute("SET LOCAL row_security = off")
        match found.kind:
            case "supabase":
                name = sql.SQL("name" if "name" in found.columns else "NULL")
                rows = conn.execute(
                    sql.SQL("SELECT version, {} FROM {} ORDER BY version").format(name, table)
                )
                return tuple(SupabaseRow(*row) for row in rows)
            case "drizzle-0" | "drizzle-1":
                name = sql.SQL("name" if "name" in found.columns else "NULL")
                rows = conn.execute(
                    sql.SQL("SELECT id, hash, created_at::bigint, {} FROM {} ORDER BY id").format(name, table)
                )
                return tuple(DrizzleRow(*row) for row in rows)
            case "alembic":
                rows = conn.execute(sql.SQL("SELECT version_num FROM {} ORDER BY 1").format(table))
                return tuple(AlembicRow(*row) for row in rows)
            case "sqlx":
                rows = conn.execute(
                    sql.SQL("SELECT version, description, success, checksum FROM {} ORDER BY version").format(
                        table
                    )
                )
                return tuple(SqlxRow(*row) for row in rows)
            case _:
                assert_never(found.kind)
    except psycopg.errors.InsufficientPrivilege:
        conn.rollback()
        raise _no_permission(conn, found, ["SELECT", "INSERT", "UPDATE", "DELETE"]) from None


def recorded(history: History, found: Found, rows: Sequence[Row]) -> frozenset[str]:
    """The ids of the revisions that these rows say are applied.

    Raises `unknown-ledger-row` for a row that no revision explains, `partially-applied` for one of SQLx's
    that failed, and `edited-after-deploy` where SQLx's checksum differs, since its tool would refuse to
    start.
    """
    match found.kind:
        case "alembic":
            known = {revision.id for revision in history.revisions}
            for row in rows:
                if isinstance(row, AlembicRow) and row.revision not in known:
                    raise _unknown(found, f'revision "{row.revision}"', f"version_num = '{row.revision}'")
            ids = frozenset(row.revision for row in rows if isinstance(row, AlembicRow))
            return ancestors(history.revisions, ids)
        case "sqlx":
            return _recorded_sqlx(history, found, rows)
        case "drizzle-0" | "drizzle-1":
            return frozenset(match for _, match in _drizzle_matches(history, found, rows))
        case "supabase":
            return frozenset()
        case _:
            assert_never(found.kind)


def _recorded_sqlx(history: History, found: Found, rows: Sequence[Row]) -> frozenset[str]:
    by_version = {
        revision.stamp.version: revision
        for revision in history.revisions
        if isinstance(revision.stamp, SqlxStamp)
    }
    ids = set()
    for row in rows:
        assert isinstance(row, SqlxRow)
        revision = by_version.get(row.version)
        if not row.success:
            raise OrmonyError(
                "partially-applied",
                f'migration {row.version} ({row.description}) of service "{found.service}" failed'
                " half-way: its row"
                f" in {found.label} says success = false",
                hint=f"undo what it left behind, then: DELETE FROM {_text(found)} WHERE version ="
                f" {row.version};",
                place=revision.path if revision is not None else None,
                exit_status=DATABASE,
            )
        if revision is None:
            raise _unknown(found, f"migration {row.version} ({row.description})", f"version = {row.version}")
        assert isinstance(revision.stamp, SqlxStamp)
        if revision.stamp.checksum != bytes(row.checksum):
            raise OrmonyError(
                "edited-after-deploy",
                f'migration {row.version} of service "{found.service}" was changed after it was applied:'
                " its checksum"
                f" differs from the one in {found.label}, and SQLx will refuse to run",
                hint=f"git log -p -- {revision.path}   # restore the text that was applied, put the change"
                " in a new one",
                place=revision.path,
                exit_status=DATABASE,
            )
        ids.add(revision.id)
    return frozenset(ids)


def _drizzle_matches(history: History, found: Found, rows: Sequence[Row]) -> list[tuple[DrizzleRow, str]]:
    """Each row with the id of its revision: by name, else by time (to the second in a folder of 1.0), else by
    hash.
    """
    unit = 1000 if found.kind == "drizzle-1" else 1
    by_time: dict[int, list[tuple[str, str]]] = {}
    by_hash: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for revision in history.revisions:
        stamp = revision.stamp
        assert isinstance(stamp, DrizzleStamp)
        by_time.setdefault(stamp.created_at // unit, []).append((stamp.hash, revision.id))
        by_hash.setdefault(stamp.hash, revision.id)
        by_name[stamp.name or revision.id] = revision.id
    matches = []
    for row in rows:
        assert isinstance(row, DrizzleRow)
        at_that_time = by_time.get(row.created_at // unit, []) if row.created_at is not None else []
        same = [each for hash_, each in at_that_time if hash_ == row.hash]
        match = (
            by_name.get(row.name or "")
            or (same[0] if same else None)
            or (at_that_time[0][1] if at_that_time else None)
            or by_hash.get(row.hash)
        )
        if match is None:
            raise _unknown(found, f"row {row.id} ({row.name or _when(row.created_at)})", f"id = {row.id}")
        matches.append((row, match))
    return matches


def _when(created_at: int | None) -> str:
    if created_at is None:
        return "no time"
    try:
        return datetime.datetime.fromtimestamp(created_at / 1000, datetime.UTC).strftime(
            "%Y-%m-%d %H:%M:%S UTC"
        )
    except (OverflowError, ValueError, OSError):
        return f"created_at {created_at}"


def _unknown(found: Found, what: str, condition: str) -> OrmonyError:
    return OrmonyError(
        "unknown-ledger-row",
        f'{found.label} says that {what} is applied, and service "{found.service}" has no such migration',
        hint=f"git pull   # or, if it is gone for good: DELETE FROM {_text(found)} WHERE {condition};",
        exit_status=DATABASE,
    )


def hidden(history: History, found: Found, applied: frozenset[str]) -> tuple[Notice, ...]:
    """Unapplied Drizzle 0.x revisions that the tool will skip in silence once exactly `applied` is recorded.

    Drizzle 0.x runs only what is newer than the newest row: a later revision hides an earlier one.
    """
    if found.kind != "drizzle-0":
        return ()
    times = {
        revision.id: revision.stamp.created_at
        for revision in history.revisions
        if isinstance(revision.stamp, DrizzleStamp)
    }
    newest = max((times[each] for each in applied if each in times), default=None)
    return tuple(
        Notice(
            code="hidden-revision",
            message=f'service "{history.service}": drizzle-kit migrate will skip "{revision.id}", which is'
            " not newer"
            " than what is deployed",
            place=revision.path,
            hint="ormony sync && ormony deploy   # the stream has no such rule",
        )
        for revision in history.revisions
        if newest is not None and revision.id not in applied and times[revision.id] <= newest
    )


def refuse_gap(history: History, found: Found, applied: frozenset[str]) -> None:
    """Raise `revision-gap` when Alembic's ledger cannot say exactly `applied`: a head stands for all before
    it.
    """
    if found.kind != "alembic":
        return
    missing = sorted(ancestors(history.revisions, applied) - applied)
    if missing:
        raise OrmonyError(
            "revision-gap",
            f'revision "{missing[0]}" of service "{history.service}" is not applied, but one that follows'
            " it is:"
            " Alembic's ledger cannot say that",
            place=next(revision.path for revision in history.revisions if revision.id == missing[0]),
            hint="ormony sync   # merges it, so that it is deployed first",
        )


def refuse_narrow(history: History, found: Found, applied: frozenset[str]) -> None:
    """Raise `ledger-too-narrow` when an id that must be stamped is longer than Alembic's column."""
    if found.kind != "alembic" or found.width is None:
        return
    longest = max(effective_heads(history.revisions, applied), key=len, default="")
    if len(longest) > found.width:
        raise OrmonyError(
            "ledger-too-narrow",
            f'revision id "{longest}" does not fit in {found.label}.version_num, which holds {found.width}'
            " characters",
            hint=f"ALTER TABLE {_text(found)} ALTER COLUMN version_num TYPE"
            f" varchar({max(64, len(longest))});",
            exit_status=DATABASE,
        )


def ensure(
    conn: psycopg.Connection[Any], found: Found, history: History | None
) -> tuple[Found, tuple[Notice, ...]]:
    """Make the ledger if it is missing, in its tool's shape, and return it as it then is, with what to tell.

    A new one belongs to the service's role where we may give it away, else the role is granted what its tool
    needs. `anon` and `authenticated`, to whom Supabase's default privileges would give everything, get
    nothing.
    """
    columns = _columns(found)
    if found.exists:
        if found.kind == "supabase":
            _complete_supabase(conn, found)
        return msgspec.structs.replace(found, columns=found.columns or columns), ()
    schema, table = sql.Identifier(found.schema), _name(found)
    if not found.schema_exists:
        conn.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        if found.role is not None:
            conn.execute(
                sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(schema, sql.Identifier(found.role))
            )
    conn.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} {}").format(table, _shape(found, history)))
    _close(conn, found)
    notices = _give_away(conn, found) if found.role is not None else ()
    return (
        msgspec.structs.replace(
            found,
            schema_exists=True,
            columns=columns,
            rights=frozenset({"USAGE", "SELECT", "INSERT", "UPDATE", "DELETE"}),
        ),
        notices,
    )


def _columns(found: Found) -> tuple[str, ...]:
    match found.kind:
        case "supabase":
            return ("version", "statements", "name")
        case "drizzle-0":
            return ("id", "hash", "created_at")
        case "drizzle-1":
            return ("id", "hash", "created_at", "name", "applied_at")
        case "alembic":
            return ("version_num",)
        case "sqlx":
            return ("version", "description", "installed_on", "success", "checksum", "execution_time")
        case _:
            assert_never(found.kind)


def _shape(found: Found, history: History | None) -> sql.Composable:
    match found.kind:
        case "supabase":
            return sql.SQL("(version text NOT NULL PRIMARY KEY, statements text[], name text)")
        case "drizzle-0":
            return sql.SQL("(id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)")
        case "drizzle-1":
            return sql.SQL(
                "(id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint, name text,"
                " applied_at timestamp with time zone DEFAULT now())"
            )
        case "alembic":
            ids = (revision.id for revision in history.revisions) if history is not None else ()
            width = max([_ALEMBIC_WIDTH, *(len(each) for each in ids)])
            constraint = sql.SQL(", CONSTRAINT {} PRIMARY KEY (version_num)").format(
                sql.Identifier(f"{found.table}_pkc")
            )
            return sql.SQL("(version_num VARCHAR({}) NOT NULL{})").format(
                sql.Literal(width), constraint if found.primary_key else sql.SQL("")
            )
        case "sqlx":
            return sql.SQL(
                "(version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL"
                " DEFAULT"
                " now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)"
            )
        case _:
            assert_never(found.kind)


def _complete_supabase(conn: psycopg.Connection[Any], found: Found) -> None:
    """The columns that the CLI adds to a ledger of its first versions."""
    for column, kind in (("statements", "text[]"), ("name", "text")):
        if column not in found.columns:
            conn.execute(
                sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
                    _name(found), sql.Identifier(column), sql.SQL(_literal(kind))
                )
            )


def _literal(kind: str) -> LiteralString:
    return "text[]" if kind == "text[]" else "text"


def _close(conn: psycopg.Connection[Any], found: Found) -> None:
    """Take all rights on the table and its sequence from everyone, anon and authenticated."""
    roles = [sql.SQL("PUBLIC"), *(_roles(conn, ["anon", "authenticated"]))]
    things = [sql.SQL("TABLE {}").format(_name(found))]
    if found.kind.startswith("drizzle"):
        things.append(sql.SQL("SEQUENCE {}").format(_sequence(conn, found)))
    for thing in things:
        conn.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(thing, sql.SQL(", ").join(roles)))


def _roles(conn: psycopg.Connection[Any], names: Sequence[str]) -> list[sql.Composable]:
    rows = conn.execute(
        "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY (%s) ORDER BY 1", (list(names),)
    )
    return [sql.Identifier(row[0]) for row in rows]


def _sequence(conn: psycopg.Connection[Any], found: Found) -> sql.Composable:
    """The sequence behind `id`: PostgreSQL shortens its name when the table's is long."""
    row = conn.execute(
        "SELECT pg_catalog.pg_get_serial_sequence(%s, 'id')", (_name(found).as_string(conn),)
    ).fetchone()
    assert row is not None
    return sql.SQL(row[0]) if row[0] else sql.Identifier(found.schema, f"{found.table}_id_seq")


def _give_away(conn: psycopg.Connection[Any], found: Found) -> tuple[Notice, ...]:
    role = sql.Identifier(found.role or "")
    row = conn.execute("SELECT current_user::text").fetchone()
    assert row is not None
    me = row[0]
    if me == found.role:
        return ()
    things: dict[LiteralString, sql.Composable] = {"TABLE": _name(found)}
    if found.kind.startswith("drizzle"):
        things["SEQUENCE"] = _sequence(conn, found)
    try:
        with conn.transaction():  # a savepoint: on a refusal the table is still ours
            conn.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(_name(found), role))
            conn.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
            for kind, thing in things.items():
                conn.execute(
                    sql.SQL("GRANT ALL ON {} {} TO {}").format(sql.SQL(kind), thing, sql.Identifier(me))
                )
            conn.execute("RESET ROLE")
    except psycopg.errors.InsufficientPrivilege:
        conn.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(found.schema), role))
        for kind, thing in things.items():
            conn.execute(sql.SQL("GRANT ALL ON {} {} TO {}").format(sql.SQL(kind), thing, role))
        _let_through(conn, found)
    return ()


def _let_through(conn: psycopg.Connection[Any], found: Found) -> None:
    """A policy for the role where something, e.g. an event trigger, has put row level security on the new
    table.
    """
    row = conn.execute(
        "SELECT relrowsecurity FROM pg_catalog.pg_class WHERE oid = %s::regclass",
        (_name(found).as_string(conn),),
    ).fetchone()
    if row is not None and row[0]:
        conn.execute(
            sql.SQL("CREATE POLICY {} ON {} FOR ALL TO {} USING (true) WITH CHECK (true)").format(
                sql.Identifier(f"{found.table}_ledger"), _name(found), sql.Identifier(found.role or "")
            )
        )


_USABLE: Final = """
SELECT pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT, INSERT'),
       pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE'),
       pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CREATE'),
       NOT c.relrowsecurity OR r.rolbypassrls OR r.rolsuper
         OR (pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)
         OR EXISTS (SELECT FROM pg_catalog.pg_policy AS p
                     WHERE p.polrelid = c.oid AND (p.polroles = '{0}' OR r.oid = ANY (p.polroles))),
       ARRAY(SELECT g.rolname::text FROM pg_catalog.pg_roles AS g
              WHERE g.rolname IN ('anon', 'authenticated')
                AND pg_catalog.has_table_privilege(g.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
              ORDER BY 1)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_roles AS r ON r.rolname = coalesce(%s, current_user)
 WHERE n.nspname = %s AND c.relname = %s
"""


def usable(conn: psycopg.Connection[Any], found: Found) -> tuple[Notice, ...]:
    """What will keep the service's own tool from using this ledger with its role, and who may write it but
    should not.

    Looks at a ledger that exists; only a service with a configured role is asked about its tool.
    """
    row = conn.execute(_USABLE, (found.role, found.schema, found.table)).fetchone()
    if row is None:
        return ()
    table_rights, create_in_schema, create_in_database, seen, exposed = row
    notices = []
    if exposed:
        notices.append(
            Notice(
                code="exposed-ledger",
                message=f"{' and '.join(exposed)} may read or write the ledger {found.label} through the API",
                hint=f"REVOKE ALL ON {_text(found)} FROM anon, authenticated;",
            )
        )
    if found.role is None:
        return tuple(notices)
    schema, who = f'"{found.schema}"', f'"{found.role}"'
    lacks = []
    if not table_rights:
        lacks.append(f"GRANT ALL ON {_text(found)} TO {who}")
    if not create_in_schema and found.kind != "alembic":
        lacks.append(f"GRANT CREATE ON SCHEMA {schema} TO {who}")
    if not create_in_database and found.kind.startswith("drizzle"):
        database = conn.info.dbname
        lacks.append(f'GRANT CREATE ON DATABASE "{database}" TO {who}')
    if not seen:
        lacks.append(
            f"CREATE POLICY {found.table}_ledger ON {_text(found)} TO {who} USING (true) WITH CHECK (true)"
        )
    if lacks:
        notices.append(
            Notice(
                code="tool-needs-rights",
                message=f'the migration tool of service "{found.service}" cannot use {found.label} as role'
                f' "{found.role}"',
                hint="; ".join(lacks) + ";",
            )
        )
    return tuple(notices)


def stamp(
    conn: psycopg.Connection[Any],
    found: Found,
    history: History,
    revisions: Sequence[Revision],
    applied: frozenset[str],
) -> int:
    """Write that `revisions` are applied, besides what is recorded; the number of revisions written.

    `applied` is everything that is applied after this, `revisions` included: Alembic's ledger gets exactly
    its effective heads. In a 1.0 table of Drizzle's, rows of known revisions that lack a name get it, since
    the tool would run them again.
    """
    table = _name(found)
    match found.kind:
        case "drizzle-0" | "drizzle-1":
            stamps = [each.stamp for each in revisions if isinstance(each.stamp, DrizzleStamp)]
            named = found.kind == "drizzle-1" and "name" in found.columns
            if stamps:
                names = [each.name or revision.id for each, revision in zip(stamps, revisions, strict=True)]
                conn.execute(
                    sql.SQL(
                        "INSERT INTO {} (hash, created_at{}) SELECT hash, at{} FROM"
                        " unnest(%s::text[], %s::bigint[], %s::text[]) WITH ORDINALITY AS s (hash, at,"
                        " name, n) ORDER BY n"
                    ).format(table, sql.SQL(", name" if named else ""), sql.SQL(", name" if named else "")),
                    ([each.hash for each in stamps], [each.created_at for each in stamps], names),
                )
            if named:
                _name_rows(conn, found, history)
        case "alembic":
            heads = [each.id for each in revisions if isinstance(each.stamp, AlembicStamp)]
            if heads:
                content = list(effective_heads(history.revisions, applied))
                conn.execute(
                    sql.SQL("DELETE FROM {} WHERE version_num <> ALL (%s)").format(table), (content,)
                )
                conn.execute(
                    sql.SQL(
                        "INSERT INTO {0} (version_num) SELECT h FROM unnest(%s::text[]) AS h WHERE NOT EXISTS"
                        " (SELECT FROM {0} AS v WHERE v.version_num = h)"
                    ).format(table),
                    (content,),
                )
        case "sqlx":
            rows = [each.stamp for each in revisions if isinstance(each.stamp, SqlxStamp)]
            if rows:
                conn.execute(
                    sql.SQL(
                        "INSERT INTO {} (version, description, success, checksum, execution_time) SELECT"
                        " version,"
                        " description, TRUE, checksum, -1 FROM unnest(%s::bigint[], %s::text[], %s::bytea[])"
                        " AS s (version, description, checksum) ORDER BY version"
                    ).format(table),
                    ([r.version for r in rows], [r.description for r in rows], [r.checksum for r in rows]),
                )
        case "supabase":
            raise AssertionError("the stream is stamped by stamp_stream")
        case _:
            assert_never(found.kind)
    return len(revisions)


def _name_rows(conn: psycopg.Connection[Any], found: Found, history: History) -> None:
    rows = read(conn, found)
    nameless = [(row.id, each) for row, each in _drizzle_matches(history, found, rows) if row.name is None]
    if nameless:
        names = {
            revision.id: revision.stamp.name or revision.id
            for revision in history.revisions
            if isinstance(revision.stamp, DrizzleStamp)
        }
        conn.execute(
            sql.SQL(
                "UPDATE {} AS m SET name = s.name FROM unnest(%s::int[], %s::text[]) AS s (id, name) WHERE"
                " m.id = s.id"
            ).format(_name(found)),
            ([each for each, _ in nameless], [names[each] for _, each in nameless]),
        )


def nameless(found: Found, rows: Sequence[Row]) -> bool:
    """Does a 1.0 table of Drizzle's hold rows that its tool does not count, because they have no name?"""
    return (
        found.kind == "drizzle-1"
        and "name" in found.columns
        and any(isinstance(row, DrizzleRow) and row.name is None for row in rows)
    )


def stamp_stream(
    conn: psycopg.Connection[Any],
    found: Found,
    files: Sequence[StreamFile],
    statements: Mapping[str, Sequence[str]],
) -> int:
    """Write these files in Supabase's ledger; `statements` by version, as the CLI would have them. The number
    written.
    """
    if files:
        with (
            conn.cursor() as cursor,
            cursor.copy(
                sql.SQL("COPY {} (version, name, statements) FROM STDIN").format(_name(found))
            ) as copy,
        ):
            for file in files:
                copy.write_row((file.version, file.name, list(statements[file.version])))
    return len(files)


def _name(found: Found) -> sql.Identifier:
    return sql.Identifier(found.schema, found.table)


def _text(found: Found) -> str:
    return f'"{found.schema}"."{found.table}"'
