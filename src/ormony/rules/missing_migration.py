"""The stream has a migration that its service no longer has, or only a part of it.

The service's tool does not know what the database holds: Alembic stops at a ledger whose revision it cannot
find, SQLx refuses with "was previously applied but is missing", Drizzle generates the same tables again.
Where a part is missing, a fresh database lacks it.

Mend it by restoring the file from git; where it was meant to go and is not frozen, remove the stream
file too.

Found: the migration was deleted after it was merged.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    == services/worker/migrations/0002_done.sql
    ALTER TABLE jobs ADD COLUMN done boolean;
    == services/worker/migrations/0002_done.sql (removed)
    => error supabase/migrations/00301_worker_done.sql:1

Found: of a migration that became two files one is gone.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    CREATE INDEX CONCURRENTLY jobs_id ON jobs (id);
    == supabase/migrations/00301_worker_jobs.sql (removed)
    => error supabase/migrations/00300_worker_jobs.sql:1

Fine: another migration takes it back.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    == services/worker/migrations/0002_no_jobs.sql
    DROP TABLE jobs;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence, verified

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every merged revision that is gone from its service, and every part that is gone from the stream."""
    return verified(evidence, frozenset({"native-missing", "part-missing"}), "missing-migration")
