"""A service's migrations change a table that the service declares as a mirror.

A mirror is another's table that this service only models. Its tool generates DDL for it all the same, since
it knows of no mirrors: `ormony sync` leaves that DDL out of the stream. What stands in the stream was merged
before the mirror was declared, and runs in every fresh database beside the owner's own.

Mend it by removing the table from `mirrors`, if the service does own it, or by merging the migration anew
with `ormony sync --rewrite` while it is not frozen. DDL of a migration that is still to be merged is a note.

Found: the mirror was declared after the merge.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_users.sql
    ALTER TABLE users ADD COLUMN name text;
    == ormony.toml (edited)
    [services.worker]
    mirrors = ["public.users"]
    => error services/worker/migrations/0001_users.sql:1

Found: `sync` will leave this one out, which is a note.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_users.sql (new)
    CREATE TABLE users (id bigint PRIMARY KEY);
    == ormony.toml
    [services.worker]
    mirrors = ["public.users:read"]
    => note services/worker/migrations/0001_users.sql:1

Fine: the service refers to what it mirrors.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (user_id bigint REFERENCES users (id));
    == ormony.toml
    [services.worker]
    mirrors = ["public.users"]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Evidence, Finding, Severity, Side
from ormony.rules.reading import acts, text_of

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every statement of a service about a table that it declares as a mirror, and another created."""
    for act in acts(evidence):
        if not act.mirror or act.what.kind != "relation":
            continue
        owner = f'"{act.owner}"' if act.owner is not None else "a hand-written file"
        severity: Severity = "note" if act.new else "warning" if act.action == "adds" else SEVERITY
        verb = "adds to" if act.action == "adds" else act.action
        yield Finding(
            rule="mirrored-ddl",
            severity=severity,
            message=f'"{act.service}" {verb} {act.what}, which it declares as a mirror and {owner} owns'
            + ("; sync leaves that out" if act.new else ""),
            object=text_of(act.what),
            place=act.place,
            sides=(Side(act.created, f"created by {owner}"),),
            hint=None
            if act.new
            else f"remove {act.what.schema}.{act.what.name} from mirrors of [services.{act.service}]"
            + ("" if act.frozen else ", or: ormony sync --rewrite"),
            service=act.service,
            database=evidence.name,
        )
