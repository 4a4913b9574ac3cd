"""Supabase's surface without Supabase: roles, schemas, functions, tables, grants, and stand-ins of its extensions.

It gives a plain PostgreSQL what migrations of a Supabase project take for granted. The SQL is package data, one
file per concern. It starts no server and decides nothing about a database: `prepare.py` does that.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from psycopg import sql

_HERE: Final = Path(__file__).parent

MARK: Final = "ormony surface"
"""How the comment on schema `auth` starts in a database that `install_database` has prepared."""

_STEPS: Final = ("auth", "storage", "realtime", "functions", "triggers")

PRESENT: Final = {
    "uuid-ossp": "extensions",
    "pgcrypto": "extensions",
    "pg_stat_statements": "extensions",
    "supabase_vault": "vault",
}
"""The extensions that every Supabase database has, and their schemas."""

TRUSTED: Final = frozenset(
    # What Supabase lets `postgres` create and PostgreSQL, or the extension, does not call trusted.
    (
        "address_standardizer address_standardizer_data_us amcheck autoinc bloom btree_gin btree_gist citext cube "
        "dblink dict_int dict_xsyn earthdistance fuzzystrmatch hstore http hypopg index_advisor insert_username "
        "intarray isn lo ltree moddatetime pg_buffercache pg_cron pg_freespacemap pg_graphql pg_hashids "
        "pg_jsonschema pg_net pg_partman pg_prewarm pg_repack pg_stat_statements pg_trgm pg_visibility "
        "pg_walinspect pgaudit pgcrypto pgjwt pgmq pgroonga pgrouting pgrowlocks pgsodium pgstattuple pgtap "
        "plpgsql plpgsql_check plv8 postgis postgis_raster postgis_sfcgal postgis_tiger_geocoder "
        "postgis_topology postgres_fdw refint rum seg sslinfo supabase_vault tablefunc tcn timescaledb "
        "tsm_system_rows tsm_system_time unaccent uuid-ossp vector wrappers"
    ).split()
)


def standin_path() -> Path:
    """The folder for `extension_control_path`, after `$system`; it contains `extension/`.

    The server's own uid must be able to read it: copy it where it cannot.
    """
    return _HERE / "standins"


@cache
def standins() -> tuple[str, ...]:
    """The names of the extensions that have a stand-in, sorted."""
    return tuple(sorted(path.stem for path in (standin_path() / "extension").glob("*.control")))


def standin_script(name: str, schema: str = "extensions") -> str | None:
    """The SQL that gives a server below 18 what `CREATE EXTENSION name WITH SCHEMA schema` gives; None without one.

    It is for a superuser, inside a transaction, and leaves `search_path` as it was.
    """
    if name not in standins():
        return None
    folder = standin_path() / "extension"
    control = (folder / f"{name}.control").read_text(encoding="utf-8")
    fixed = re.search(r"^schema\s*=\s*'?(\w+)", control, re.MULTILINE)
    version = re.search(r"^default_version\s*=\s*'([^']+)'", control, re.MULTILINE)
    if version is None:
        raise AssertionError(f"{name}.control has no default_version")
    into = _quoted(fixed[1] if fixed else schema)
    script = (folder / f"{name}--{version[1]}.sql").read_text(encoding="utf-8").replace("@extschema@", into)
    return (
        f"create schema if not exists {into};\n"
        "select set_config('ormony.search_path', current_setting('search_path'), true);\n"
        f"set local search_path to {into}, pg_temp;\n"
        f"{script}\n"
        "select set_config('search_path', current_setting('ormony.search_path'), true);\n"
    )


@cache
def fingerprint() -> str:
    """The first 16 hexadecimal digits of the hash of everything that is installed."""
    hashed = hashlib.sha256()
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in {".sql", ".control", ".py"}:
            hashed.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()[:16]


def install_roles(conn: psycopg.Connection[object]) -> None:
    """Give the cluster Supabase's roles. `conn` is a superuser's, in autocommit; a second run changes nothing."""
    with conn.transaction():
        _run(conn, "roles")


def install_database(conn: psycopg.Connection[object]) -> None:
    """Give the database the surface. `conn` is a superuser's, in autocommit; a prepared database stays as it is.

    `install_roles` comes first. Extensions that the server does not have are made from the stand-in's script.
    """
    with conn.transaction():
        if installed(conn) is not None:
            return
        conn.execute("set local role supabase_admin")
        conn.execute("set local search_path to ''")
        conn.execute("set local client_min_messages to warning")
        _run(conn, "claim")
        _run(conn, "schemas")
        for name, schema in PRESENT.items():
            _install_extension(conn, name, schema)
        for step in _STEPS:
            _run(conn, step)
        mark = f"{MARK} {fingerprint()}"
        conn.execute(sql.SQL("comment on schema auth is {}").format(mark))


def claim_database(conn: psycopg.Connection[object]) -> None:
    """Give a database cloned from a prepared template what the clone lacks: owner, privileges, settings."""
    with conn.transaction():
        _run(conn, "claim")


def installed(conn: psycopg.Connection[object]) -> str | None:
    """The fingerprint of the surface that we have installed in the database, None if we have not."""
    row = conn.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'auth'"
    ).fetchone()
    text = row[0] if isinstance(row, tuple) else None
    if not isinstance(text, str) or not text.startswith(f"{MARK} "):
        return None
    return text.removeprefix(f"{MARK} ")


def trusted_controls(share: Path) -> dict[str, str]:
    """Control files that let `postgres` create the extensions Supabase lets it create: file name to text.

    `share` is the server's share folder (`pg_config --sharedir`), as the server sees it. Written in a folder
    `extension/` whose parent stands before `$system` in `extension_control_path`, each one shadows the server's
    own and leads to its scripts.
    """
    found = {}
    for path in sorted((share / "extension").glob("*.control")):
        if path.stem not in TRUSTED:
            continue
        text = path.read_text(encoding="utf-8")
        if re.search(r"^\s*(trusted\s*=\s*'?(true|on|yes|1)|directory\s*=)", text, re.MULTILINE):
            continue
        kept = [line for line in text.splitlines() if not re.match(r"\s*trusted\s*=", line)]
        place = str(share / "extension").replace("'", "''")
        found[path.name] = "\n".join([*kept, f"directory = '{place}'", "trusted = true", ""])
    return found


def _install_extension(conn: psycopg.Connection[object], name: str, schema: str) -> None:
    row = conn.execute(
        "select trusted from pg_available_extensions as e"
        " join pg_available_extension_versions as v on v.name = e.name and v.version = e.default_version"
        " where e.name = %s",
        (name,),
    ).fetchone()
    if row is None:
        script = standin_script(name, schema)
        if script is not None:
            _execute(conn, script)
        return
    # On the platform postgres owns these and may comment on them.
    owner = "postgres" if isinstance(row, tuple) and row[0] and schema == "extensions" else "supabase_admin"
    conn.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
    conn.execute(
        sql.SQL("create extension if not exists {} with schema {}").format(
            sql.Identifier(name), sql.Identifier(schema)
        )
    )
    conn.execute("set local role supabase_admin")


def _run(conn: psycopg.Connection[object], step: LiteralString) -> None:
    _execute(conn, (_HERE / f"{step}.sql").read_text(encoding="utf-8"))


def _execute(conn: psycopg.Connection[object], text: str) -> None:
    # Bytes: the text is package data, and psycopg wants a literal where it gets a str.
    conn.execute(text.encode())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
