"""Give an empty database the surface of a Supabase one, and tell what of it a database lacks.

What the surface is stands in `surface/`; this module decides whether a database may have it, and makes the
stand-in extensions reachable for its server. It never touches a database that holds somebody's tables, nor
the attributes of roles that a server already has.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql

from ormony.database import connect, server, surface
from ormony.errors import DATABASE, OrmonyError
from ormony.history import Notice

_OLDEST: Final = 15
_FIRST_WITH_CONTROL_PATH: Final = 18


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A database that has the surface. `state` is `prepared`, or `already prepared` when nothing had to be
    done.

    `unavailable` are extensions of Supabase's that migrations cannot create here; `notices` say that and
    whatever else differs from Supabase.
    """

    database: str
    state: str
    unavailable: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


def prepare(url: str) -> Prepared:
    """Give the empty database at `url` roles, schemas, functions, tables, stand-ins; a second run changes
    nothing.

    Raises `already-supabase`, `database-not-empty`, `prepare-needs-superuser`, `postgres-too-old`,
    `prepare-failed`, and what `connect` and `require_session` raise.
    """
    with connect.connect(url) as conn:
        connect.require_session(conn)
        database = _text(conn, "select current_database()")
        major = conn.info.server_version // 10000
        superuser = _flag(conn, "select rolsuper from pg_roles where rolname = current_user")
        found = surface.installed(conn)
        if found is None:
            _refuse(conn, url, database, major, superuser)
        elif not superuser:
            return Prepared(database=database, state="already prepared")
        try:
            _make_reachable(conn, url, database, major)
            surface.install_roles(conn)
        except psycopg.Error as error:
            raise _failed(database, error) from error
    # Settings of the database hold for sessions that begin after them.
    with connect.connect(url) as conn:
        try:
            surface.install_database(conn)
            unavailable = tuple(
                name for name in surface.standins() if not _flag(conn, _IS_AVAILABLE, {"name": name})
            )
            notices = _notices(conn, major, found, unavailable)
        except psycopg.Error as error:
            raise _failed(database, error) from error
    state = "prepared" if found is None else "already prepared"
    return Prepared(database=database, state=state, unavailable=unavailable, notices=notices)


def missing(conn: psycopg.Connection[Any]) -> tuple[str, ...]:
    """What of the surface the database lacks, in words such as `role "anon"`; () when it has all that
    migrations of a Supabase project rely on.
    """
    return tuple(row[0] for row in conn.execute(_MISSING).fetchall())


# ---------------------------------------------------------------------------------------------------- private

_IS_AVAILABLE: Final = "select exists (select from pg_available_extensions where name = %(name)s)"

# A thing in a schema that is missing itself is not listed: its schema is.
_MISSING: Final = """
select thing
from (
    select 1, place, format('role "%s"', name)
    from unnest(array['anon', 'authenticated', 'service_role']) with ordinality as w (name, place)
    where not exists (select from pg_catalog.pg_roles where rolname = name)
    union all
    select 2, place, format('schema "%s"', name)
    from unnest(array['auth', 'storage', 'extensions']) with ordinality as w (name, place)
    where pg_catalog.to_regnamespace(name) is null
    union all
    select 3, place, format('function auth.%s()', name)
    from unnest(array['uid', 'jwt', 'role', 'email']) with ordinality as w (name, place)
    where pg_catalog.to_regnamespace('auth') is not null
        and not exists (
            select
            from pg_catalog.pg_proc
            where pronamespace = pg_catalog.to_regnamespace('auth') and proname = name and pronargs = 0
        )
    union all
    select 4, place, format('table %s.%s', schema, name)
    from unnest(array['auth', 'storage', 'storage'], array['users', 'buckets', 'objects'])
        with ordinality as w (schema, name, place)
    where pg_catalog.to_regnamespace(schema) is not null
        and not exists (
            select
            from pg_catalog.pg_class
            where relnamespace = pg_catalog.to_regnamespace(schema) and relname = name
        )
) as t (kind, place, thing)
order by kind, place
"""

_IS_SUPABASE: Final = """
select exists (
    select
    from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where (n.nspname, c.relname) in (('auth', 'users'), ('auth', 'schema_migrations'))
) or exists (
    select
    from pg_catalog.pg_extension as e
    where e.extname = 'supabase_vault'
        and pg_catalog.obj_description(e.oid, 'pg_extension') not like 'ormony stand-in%'
)
"""

# The first thing that is neither the system's nor an extension's: a schema of the surface, or a relation.
_FIRST_OF_THE_USER: Final = """
select format('%s %I.%I', case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
    when 'S' then 'sequence' when 'f' then 'foreign table' when 'c' then 'type' else 'table' end,
    n.nspname, c.relname) as thing
from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and n.nspname !~ '^pg_(toast_)?temp_'
    and not exists (
        select
        from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
union all
select format('schema %I', nspname)
from pg_catalog.pg_namespace
where nspname in (
    'auth', 'storage', 'realtime', 'extensions', 'vault', 'graphql', 'graphql_public', 'pgbouncer',
    'supabase_functions'
)
order by thing
limit 1
"""


def _refuse(conn: connect.Connection, url: str, database: str, major: int, superuser: bool) -> None:
    if _flag(conn, _IS_SUPABASE):
        raise OrmonyError(
            "already-supabase",
            f'database "{database}" is a Supabase database: what prepare would make is there',
            hint="ormony deploy --to URL",
            exit_status=DATABASE,
        )
    if major < _OLDEST:
        raise OrmonyError(
            "postgres-too-old",
            f"the server is PostgreSQL {major}; Supabase's surface needs {_OLDEST} or later",
            hint="ormony db up   # an embedded PostgreSQL 18",
            exit_status=DATABASE,
        )
    row = conn.execute(_FIRST_OF_THE_USER).fetchone()
    if row is not None:
        raise OrmonyError(
            "database-not-empty",
            f'database "{database}" is not empty: it has {row[0]}',
            hint=connect.moving(url),
            exit_status=DATABASE,
        )
    if not superuser:
        user = _text(conn, "select current_user")
        raise OrmonyError(
            "prepare-needs-superuser",
            f'role "{user}" is not a superuser, which roles with BYPASSRLS and event triggers need',
            hint="give a superuser's URL, or let one run: "
            + sql.SQL("ALTER ROLE {} SUPERUSER;").format(sql.Identifier(user)).as_string(conn),
            exit_status=DATABASE,
        )


def _failed(database: str, error: psycopg.Error) -> OrmonyError:
    text = error.diag.message_primary or str(error).partition("\n")[0]
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    return OrmonyError(
        "prepare-failed",
        f'database "{database}" cannot be prepared: {text}{state}',
        hint=error.diag.message_hint or "nothing was changed in the database; the roles that were made stay",
        exit_status=DATABASE,
    )


def _make_reachable(conn: connect.Connection, url: str, database: str, major: int) -> None:
    """Let the server find the stand-ins and the trusted control files, if there is a folder that both see."""
    if major < _FIRST_WITH_CONTROL_PATH or connect.is_remote(url) or _finds_ours(conn):
        return
    share = Path(_text(conn, "select setting from pg_config() where name = 'SHAREDIR'"))
    for place in _places():
        try:
            value = surface.write_extensions(place, share)
        except OSError:
            continue
        if _sees(conn, place / "standins" / "extension" / "pgjwt.control"):
            conn.execute(
                sql.SQL("alter database {} set extension_control_path to {}").format(
                    sql.Identifier(database), sql.Literal(value)
                )
            )
            return


def _sees(conn: connect.Connection, path: Path) -> bool:
    """Does the server see this file of ours? One in a container, or whose uid may not enter, does not."""
    try:
        row = conn.execute("select size from pg_stat_file(%s, true)", (str(path),)).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return False
    return row == (path.stat().st_size,)


def _finds_ours(conn: connect.Connection) -> bool:
    """Does the server find every stand-in or the real extension, and may `postgres` create its own ones?"""
    row = conn.execute(
        "select array(select name from pg_available_extensions),"
        " array(select name from pg_available_extension_versions where trusted)"
    ).fetchone()
    assert row is not None
    available, trusted = set(row[0]), set(row[1])
    return set(surface.standins()) <= available and surface.TRUSTED & available <= trusted


def _places() -> list[Path]:
    """Folders for the extensions, the likeliest first."""
    name = f"extensions-{surface.fingerprint()}"
    found = []
    for place in (server.cache_folder(), Path(f"/var/tmp/ormony-{os.geteuid()}")):  # noqa: S108 - checked
        try:
            place.mkdir(mode=0o755, exist_ok=True)
            stat = place.lstat()
        except OSError:
            continue
        # Everybody may write in /var/tmp, and a superuser will run what lies here.
        if place.is_dir() and stat.st_uid == os.geteuid() and not stat.st_mode & 0o022:
            found.append(place / name)
    return found


def _notices(
    conn: connect.Connection, major: int, found: str | None, unavailable: tuple[str, ...]
) -> tuple[Notice, ...]:
    said = []
    if found is not None and found != surface.fingerprint():
        said.append(
            Notice(
                code="other-surface",
                message="another version of ormony has prepared this database",
                hint="prepare a new database to have what this version gives",
            )
        )
    if _flag(conn, "select rolsuper from pg_roles where rolname = 'postgres'"):
        said.append(
            Notice(
                code="postgres-is-superuser",
                message='role "postgres" is a superuser on this server and may more than on Supabase',
                hint="ALTER ROLE postgres NOSUPERUSER;   -- with another superuser at hand",
            )
        )
    elif _flag(conn, "select rolpassword is null from pg_authid where rolname = 'postgres'"):
        said.append(
            Notice(
                code="no-password",
                message='role "postgres", which migrations run as, has no password on this server',
                hint="ALTER ROLE postgres PASSWORD '…';",
            )
        )
    if unavailable:
        why = (
            f"PostgreSQL {major} takes no stand-ins; 18 does"
            if major < _FIRST_WITH_CONTROL_PATH
            else "the server does not see the stand-ins, which are on this machine"
        )
        said.append(
            Notice(
                code="extensions-unavailable",
                message=f"CREATE EXTENSION fails here for {', '.join(unavailable)}: {why}",
                hint="install those that your migrations create on the server",
            )
        )
    untrusted = _untrusted(conn)
    if untrusted:
        said.append(
            Notice(
                code="extensions-need-superuser",
                message=f"only a superuser may create here, and postgres on Supabase: {', '.join(untrusted)}",
                hint=f"CREATE EXTENSION {untrusted[0]} SCHEMA extensions;   -- before a deploy",
            )
        )
    return tuple(said)


def _untrusted(conn: connect.Connection) -> tuple[str, ...]:
    rows = conn.execute(
        "select e.name from pg_available_extensions as e"
        " join pg_available_extension_versions as v on v.name = e.name and v.version = e.default_version"
        " where not v.trusted and e.installed_version is null and e.name = any (%s)"
        " and not exists (select from pg_roles where rolname = 'postgres' and rolsuper) order by 1",
        (sorted(surface.TRUSTED),),
    ).fetchall()
    return tuple(row[0] for row in rows)


def _text(conn: connect.Connection, query: str) -> str:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _flag(conn: connect.Connection, query: str, values: dict[str, str] | None = None) -> bool:
    row = conn.execute(query.encode(), values).fetchone()
    return row is not None and bool(row[0])
