"""Supabase's surface without Supabase: roles, schemas, functions, tables, grants, stand-in extensions.

It gives a plain PostgreSQL what migrations of a Supabase project take for granted. The SQL is package data,
one file per concern. This module starts no server and judges no database: `server.py` and `prepare.py` do.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString

if TYPE_CHECKING:
    import psycopg

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
    (_HERE / "trusted.txt").read_text(encoding="utf-8").split(),
)
"""The extensions that Supabase lets its unprivileged `postgres` create."""


def standin_path() -> Path:
    """The folder of the stand-ins, as `extension_control_path` wants it: it contains `extension/`.

    A server runs under its own uid, and needs more than this folder: see `write_extensions`.
    """
    return _HERE / "standins"


@cache
def standins() -> tuple[str, ...]:
    """The names of the extensions that have a stand-in, sorted."""
    return tuple(sorted(path.stem for path in (standin_path() / "extension").glob("*.control")))


def standin_script(name: str, schema: str = "extensions") -> str | None:
    """The SQL that gives a server below 18 what `CREATE EXTENSION name WITH SCHEMA schema` would give.

    None if the extension has no stand-in. Run it inside a transaction, as the role that would create the
    extension and never as a superuser: objects of that role's may lie in `schema`. It leaves `search_path` as
    it was.
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
    make = "" if into == '"pg_catalog"' else f"create schema if not exists {into};\n"
    script = (folder / f"{name}--{version[1]}.sql").read_text(encoding="utf-8").replace("@extschema@", into)
    return (
        f"{make}"
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
        if path.suffix in {".sql", ".control", ".py", ".txt"}:
            hashed.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()[:16]


def advice(name: str) -> str:
    """What to do about an extension that the server does not have, for a hint."""
    if name in standins():
        return f"ormony has a stand-in of {name} for PostgreSQL 18: ormony db up, or ormony db prepare URL"
    where = "# in ormony.toml, under [shadow]: a server that has"
    return f'url = "postgresql://…"   {where} {name}; the embedded one lacks it'


_OF_SCHEMA: Final = {
    "cron": "pg_cron",
    "graphql": "pg_graphql",
    "net": "pg_net",
    "pgmq": "pgmq",
    "pgsodium": "pgsodium",
    "pgtle": "pg_tle",
}
_OF_NAME: Final = {
    "citext": ("citext",),
    "hstore": ("hstore",),
    "ltree": ("ltree",),
    "moddatetime": ("moddatetime",),
    "pg_trgm": ("gin_trgm_ops", "gist_trgm_ops", "similarity", "word_similarity", "show_trgm"),
    "postgis": ("geometry", "geography", "st_makepoint", "st_setsrid", "st_distance", "st_dwithin"),
    "unaccent": ("unaccent",),
    "vector": ("vector", "halfvec", "sparsevec", "vector_cosine_ops", "vector_l2_ops", "vector_ip_ops"),
    "fuzzystrmatch": ("levenshtein", "soundex", "metaphone", "dmetaphone"),
    "http": ("http_get", "http_post", "http_request", "http_response"),
}


def extension_with(name: str) -> str | None:
    """The extension that makes what has this name (`cron.schedule`, `vector`, a schema); None: not known.

    Projects switch extensions on in Supabase's dashboard, and then no migration creates them.
    """
    schema, _, last = name.replace('"', "").rpartition(".")
    last = last.partition("(")[0].lower()
    found = _OF_SCHEMA.get(schema or last)
    return found or next((extension for extension, names in _OF_NAME.items() if last in names), None)


def install_roles(conn: psycopg.Connection[object]) -> None:
    """Give the cluster Supabase's roles; a second run changes nothing.

    `conn` is a superuser's, in autocommit.
    """
    with conn.transaction():
        _run(conn, "roles")


def install_database(conn: psycopg.Connection[object]) -> None:
    """Give the database the surface; a database that has ours stays as it is.

    `conn` is a superuser's, in autocommit. `install_roles` comes first. What the server cannot make as an
    extension is made by the stand-in's script.
    """
    from psycopg import (
        sql,  # here, for the driver takes longer to load than most that is asked of this module
    )

    with conn.transaction():
        # Two installations at once: the second waits, then finds the first one's.
        conn.execute("select pg_advisory_xact_lock(hashtextextended('ormony surface', 0))")
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


def installed(conn: psycopg.Connection[object]) -> str | None:
    """The fingerprint of the surface that we have installed in the database, None if we have not."""
    row = conn.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'auth'"
    ).fetchone()
    text = row[0] if isinstance(row, tuple) else None
    if not isinstance(text, str) or not text.startswith(f"{MARK} "):
        return None
    return text.removeprefix(f"{MARK} ")


def write_extensions(into: Path, share: Path) -> str:
    """Write what `CREATE EXTENSION` needs on a server from 18 on; the value of its `extension_control_path`.

    `into` is written by us and read by the server's uid; `share` is the server's share folder, as in
    `pg_config --sharedir`. Two folders come of it: `standins` is searched last, so that a real extension
    wins; `trusted` is searched first, and holds control files that lead to the server's own extensions and
    let `postgres` create those that Supabase lets it create. Raises OSError if `into` cannot be written.
    """
    for path in sorted((standin_path() / "extension").iterdir()):
        _write(into / "standins" / "extension" / path.name, path.read_text(encoding="utf-8"))
    for name, text in trusted_controls(share).items():
        _write(into / "trusted" / "extension" / name, text)
    return f"{into / 'trusted'}:$system:{into / 'standins'}"


def trusted_controls(share: Path) -> dict[str, str]:
    """Control files, by file name, that make extensions of the server trusted; see `write_extensions`."""
    place = str(share / "extension").replace("'", "''")
    found = {}
    for path in sorted((share / "extension").glob("*.control")):
        text = path.read_text(encoding="utf-8")
        # One that names a folder of its own is not ours to redirect.
        if path.stem in TRUSTED and not re.search(r"^\s*directory\s*=", text, re.MULTILINE):
            kept = [line for line in text.splitlines() if not re.match(r"\s*trusted\s*=", line)]
            found[path.name] = "\n".join([*kept, f"directory = '{place}'", "trusted = true", ""])
    return found


def _install_extension(conn: psycopg.Connection[object], name: str, schema: str) -> None:
    from psycopg import sql

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


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in (path.parents[2], path.parents[1], path.parent):
        # The server's uid must be able to enter, whatever this process's umask is.
        folder.chmod(0o755)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _run(conn: psycopg.Connection[object], step: LiteralString) -> None:
    _execute(conn, (_HERE / f"{step}.sql").read_text(encoding="utf-8"))


def _execute(conn: psycopg.Connection[object], text: str) -> None:
    # Bytes: the text is package data, and psycopg wants a literal where it gets a str.
    conn.execute(text.encode())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
