"""A service alters or drops what another service owns.

The owner's tool does not see the change: its next migration is generated from models that do not have it,
and may take it back. When the change is a drop, the owner's code breaks on deploy.

Mend it by moving the statement to a migration of the owner. An index, a policy, a trigger or a constraint
that another service adds is a warning: it changes no column, though it makes writes slower or refuses them. A
service that is a folder of SQL is there to add these to what others own.

Found: a column for one service in another's table.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_seen.sql
    ALTER TABLE users ADD COLUMN last_seen timestamptz;
    => error services/worker/migrations/0001_seen.sql:1

Found: a drop.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_clean.sql (new)
    DROP TABLE IF EXISTS users;
    => error services/worker/migrations/0001_clean.sql:1

Found: an index, which is a warning.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY, "name" text);
    == services/worker/migrations/0001_index.sql
    CREATE INDEX users_name ON users (name);
    => warning services/worker/migrations/0001_index.sql:1

Fine: a foreign key of one's own table, a grant, and what a hand-written file adds.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (user_id bigint);
    ALTER TABLE jobs ADD FOREIGN KEY (user_id) REFERENCES users (id);
    GRANT SELECT ON users TO authenticated;
    == supabase/migrations/00400_rls.sql
    ALTER TABLE users ENABLE ROW LEVEL SECURITY;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Evidence, Finding, Severity, Side
from ormony.rules.reading import acts, text_of

SEVERITY: Final[Severity] = "error"
_VERB: Final = {"alters": "alters", "drops": "drops or renames", "adds": "adds to"}


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every statement of a service about another service's object."""
    by_hand = {service.name for service in evidence.services if service.orm == "supabase"}
    for act in acts(evidence):
        if act.action == "creates" or act.owner is None or act.service is None or act.mirror:
            continue
        if act.action == "adds" and act.service in by_hand:
            continue
        yield Finding(
            rule="foreign-change",
            severity="warning" if act.action == "adds" else SEVERITY,
            message=f'"{act.service}" {_VERB[act.action]} {act.what}, which "{act.owner}" owns',
            object=text_of(act.what),
            place=act.place,
            sides=(Side(act.created, f'created by "{act.owner}"'),),
            hint=f'move the statement to a migration of "{act.owner}"',
            service=act.service,
            database=evidence.name,
        )
