"""A file that ormony wrote into the stream was changed by hand.

It no longer says what the service's own migration says: a database that is deployed to and one that the
service's tool migrates differ from then on, and `ormony sync` and `deploy` refuse to go on.

Mend it by taking the change back. What is to change belongs into a new migration of the service, or into a
file written by hand, whose name is free to choose.

Found: a default was added to the merged copy.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == supabase/migrations/00100_web_users.sql (edited)
    CREATE TABLE "users" ("id" bigint PRIMARY KEY DEFAULT 1);
    => error supabase/migrations/00100_web_users.sql:1

Fine: a file beside it says more.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == supabase/migrations/00400_users_of_one.sql
    ALTER TABLE users ALTER COLUMN id SET DEFAULT 1;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence, verified

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every stream file whose body is not the one that its first line names."""
    return verified(evidence, frozenset({"body-edited"}), "edited-stream-file")
