"""A migration was changed after it was merged into the stream.

Databases that have run the old text never see the new one; fresh databases run the stream, which has the old
one too. SQLx compares a checksum at every start of the service and refuses to run at all. A change of
comments and white space alone is a warning, except for SQLx, which compares every byte.

Mend it by taking the change back and writing a new migration; while the stream file is not frozen,
`ormony sync --rewrite` merges it anew.

Found: a column was added to a migration that is merged.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    == services/worker/migrations/0001_jobs.sql (edited)
    CREATE TABLE jobs (id bigint PRIMARY KEY, done boolean);
    => error services/worker/migrations/0001_jobs.sql:1

Found: a comment, and SQLx would refuse to start.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    == services/worker/migrations/0001_jobs.sql (edited)
    -- work to do
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    => error services/worker/migrations/0001_jobs.sql:1

Found: the same in a migration of Drizzle, which does not mind.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/web/drizzle/0000_users.sql (edited)
    -- who may log in
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    => warning services/web/drizzle/0000_users.sql:1

Fine: what is to change is in a migration of its own.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    == services/worker/migrations/0002_done.sql
    ALTER TABLE jobs ADD COLUMN done boolean;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence, verified

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every native file that is not the one that was merged."""
    return verified(evidence, frozenset({"native-edited"}), "edited-migration")
