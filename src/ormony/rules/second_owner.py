"""Two services create the same table, type or function.

Without IF NOT EXISTS the second fails in every fresh database. With it, it does nothing: whose columns the
table has depends on the order, and each service goes on to generate migrations for a table of its own idea.

Mend it by letting one of them own it. The other only models it: name it in `mirrors` of its service in
ormony.toml, and `ormony mirror` keeps the model right.

Found: both services generated the table of users.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_users.sql (new)
    CREATE TABLE users (id bigint PRIMARY KEY);
    => error services/worker/migrations/0001_users.sql:1

Found: in silence.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_users.sql (new)
    -- the web service may have made it
    CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, name text);
    => error services/worker/migrations/0001_users.sql:2

Found: a file written by hand had it before.

    == supabase/migrations/00000_shared.sql
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    == services/web/drizzle/0000_touch.sql (new)
    CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    => error services/web/drizzle/0000_touch.sql:1

Found: or has it after.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == supabase/migrations/00400_more.sql (new)
    CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, name text);
    => error supabase/migrations/00400_more.sql:1

Fine: one creates it, the other refers to it. An extension or a schema may be asked for by everybody.

    == services/web/drizzle/0000_users.sql
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_jobs.sql
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE jobs (user_id bigint REFERENCES users (id));

Fine: the second service declares the table as a mirror, and `sync` leaves its DDL out.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_users.sql (new)
    CREATE TABLE users (id bigint PRIMARY KEY);
    == ormony.toml
    [services.worker]
    mirrors = ["public.users"]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Evidence, Finding, Severity, Side
from ormony.rules.reading import acts, text_of
from ormony.sql import Name

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every object at its second creation."""
    seen: set[tuple[Name, str | None]] = set()
    for act in acts(evidence):
        if act.action != "creates" or act.mirror or (act.what, act.service) in seen:
            continue
        seen.add((act.what, act.service))
        owner = f'"{act.owner}"' if act.owner is not None else "a hand-written file"
        again = f'"{act.service}"' if act.service is not None else "a hand-written file"
        hint = "let one of them own it, and remove it from the other"
        if act.service is not None and act.what.kind == "relation":
            hint = "let one of them own it; the other only models it: "
            hint += f'[services.{act.service}] mirrors = ["{act.what.schema}.{act.what.name}"]'
        yield Finding(
            rule="second-owner",
            severity=SEVERITY,
            message=f"{act.what} is created by {owner} and again by {again}"
            + (
                ", which does nothing where it is there"
                if act.guarded and act.what.kind == "relation"
                else ""
            ),
            object=text_of(act.what),
            place=act.place,
            sides=(Side(act.created, f"created by {owner}"),),
            hint=hint,
            service=act.service,
            database=evidence.name,
        )
