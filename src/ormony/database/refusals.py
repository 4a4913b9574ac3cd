"""Why a database cannot be deployed to, who makes a deploy wait, and what the server's refusals mean for a
person.

Nothing here changes the database.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import psycopg

from ormony.database import connect, rehearse
from ormony.errors import DATABASE, OrmonyError

Missing = Callable[[psycopg.Connection[Any]], Sequence[str]]
"""What of Supabase's surface a database lacks, in words."""


def check_target(
    conn: psycopg.Connection[Any],
    url: str,
    *,
    tools: Collection[str],
    runs: Collection[str],
    missing: Missing | None,
) -> None:
    """Refuse a database that no deploy can work on, before any lock is taken.

    The roles `tools` must exist; the session must be able to become each of `runs`, with which files run.
    Raises `transaction-pooler`, `read-only-database`, `no-create-permission`, `missing-surface`, `no-role`.
    """
    connect.require_session(conn)
    row = conn.execute(_TARGET, (sorted({*tools, *runs}), sorted(runs))).fetchone()
    assert row is not None
    database, user, standby, read_only, owner, may_create, may_create_public, no_roles = row
    if standby:
        raise OrmonyError(
            "read-only-database",
            f'database "{database}" is a standby, which only follows its primary',
            hint="give the URL of the primary: ormony deploy --to URL",
            exit_status=DATABASE,
        )
    if read_only:
        raise OrmonyError(
            "read-only-database",
            f'database "{database}" is read-only for role "{user}" (default_transaction_read_only is on)',
            hint=f'ALTER DATABASE "{database}" SET default_transaction_read_only = off;'
            "   -- a hosted project sets it when its disk is full",
            exit_status=DATABASE,
        )
    if not may_create or not may_create_public:
        what, shown = f'DATABASE "{database}"', f'database "{database}"'
        if may_create:
            what, shown = "SCHEMA public", "schema public"
        raise OrmonyError(
            "no-create-permission",
            f'role "{user}" may not create in {shown}; the database belongs to "{owner}"',
            hint=f'GRANT CREATE ON {what} TO "{user}";   -- or: ALTER DATABASE "{database}" OWNER TO'
            f' "{user}";',
            exit_status=DATABASE,
        )
    if missing is not None:
        lacks = missing(conn)
        if lacks:
            shown = ", ".join(lacks[:4]) + (f" and {len(lacks) - 4} more" if len(lacks) > 4 else "")
            used = conn.execute(_HAS_TABLES).fetchone() is not None
            raise OrmonyError(
                "missing-surface",
                f'database "{database}" lacks what every Supabase database has: {shown}',
                hint=connect.moving(url) if used else f"ormony db prepare {connect.redact(url)}",
                exit_status=DATABASE,
            )
    for role in no_roles:
        raise OrmonyError(
            "no-role",
            f'role "{role}" of a service does not exist, or "{user}" may not become it',
            hint=f'CREATE ROLE "{role}" LOGIN; GRANT "{role}" TO "{user}";',
            exit_status=DATABASE,
        )


# What `db prepare` would not touch: it gives the surface to an empty database alone.
_HAS_TABLES: Final = """
SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 LIMIT 1
"""

_TARGET: Final = """
SELECT d.datname::text, current_user::text, pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('default_transaction_read_only')::boolean,
       pg_catalog.pg_get_userbyid(d.datdba)::text,
       pg_catalog.has_database_privilege(d.oid, 'CREATE'),
       coalesce((SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE') FROM pg_catalog.pg_namespace AS n
                  WHERE n.nspname = 'public'), true),
       ARRAY(SELECT w.role FROM unnest(%s::text[]) AS w (role)
              WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r
                                 WHERE r.rolname = w.role
                                   AND (w.role <> ALL (%s::text[])
                                        OR pg_catalog.pg_has_role(r.oid, 'MEMBER'))))
  FROM pg_catalog.pg_database AS d
 WHERE d.datname = pg_catalog.current_database()
"""


class Watch:
    """While a step runs: who makes it wait, seen from a second connection that opens only when something is
    slow.
    """

    _SLOW_S: Final = 1.0
    _EVERY_S: Final = 0.5

    def __init__(self, url: str, pid: int) -> None:
        self.seen: str | None = None
        self._url = url
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        if self._end.wait(self._SLOW_S):
            return
        with contextlib.suppress(OrmonyError, psycopg.Error):
            with contextlib.closing(connect.connect(self._url, application_name="ormony watch")) as conn:
                while not self._end.wait(self._EVERY_S):
                    rows = conn.execute(_BLOCKERS, (self._pid,)).fetchall()
                    if rows:
                        self.seen = "; ".join(
                            f'pid {pid} ("{name}", {since}): {query}' for pid, name, since, query in rows
                        )


_BLOCKERS: Final = """
SELECT a.pid, coalesce(nullif(a.application_name, ''), a.usename::text, 'unknown'),
       'since ' || to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS TZ'),
       left(regexp_replace(a.query, '\\s+', ' ', 'g'), 120)
  FROM unnest(pg_catalog.pg_blocking_pids(%s)) AS b (pid)
  JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid
 ORDER BY a.pid
"""


def explained(error: OrmonyError, blocker: str | None) -> OrmonyError:
    """The error of a step with what a person can do about it, for what is not the SQL's own fault."""
    state = rehearse.state_of(error)
    if state not in _CAUSES:
        return error
    code, hint = _CAUSES[state]
    message = error.message
    if state in ("55P03", "40P01") and blocker is not None:
        message = f"{message}; it waited for {blocker}"
    return OrmonyError(code, message, hint=hint, place=error.place, exit_status=DATABASE)


_CAUSES: Final = {
    "53200": (
        "out-of-locks",
        "ALTER SYSTEM SET max_locks_per_transaction = 1024;   -- then restart the server, and run: ormony"
        " deploy",
    ),
    "53100": ("disk-full", "free some space on the server's disk, then run: ormony deploy"),
    "55P03": ("lock-not-available", "ormony deploy   # again, when the other session is done"),
    "40P01": ("lock-not-available", "ormony deploy   # again, when the other session is done"),
    "25006": (
        "read-only-database",
        "SHOW transaction_read_only;   -- a file, the role or the database makes it so",
    ),
}


def server_error(error: psycopg.Error) -> OrmonyError:
    """An error of the server in our own SQL."""
    failed = OrmonyError(
        "database-error",
        f"{error.diag.message_primary or str(error).strip()} (SQLSTATE {error.sqlstate})",
        hint=error.diag.message_hint,
        exit_status=DATABASE,
    )
    failed.__cause__ = error
    return explained(failed, None)
