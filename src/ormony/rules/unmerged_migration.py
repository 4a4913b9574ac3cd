"""A migration of a service is not in the stream.

The service's own tool has it and a deploy has not: whoever merges the branch now ships code whose tables are
missing. Databases that the tool migrates by itself drift from all others.

Mend it with `ormony sync`, and commit the file that it writes.

Found: the migration was generated, and `ormony sync` forgotten.

    == services/web/drizzle/0000_users.sql (new)
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    => error services/web/drizzle/0000_users.sql:1

Fine: it was merged.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import unmerged

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every revision that no stream file comes from."""
    for service, _, revision in unmerged(evidence):
        yield Finding(
            rule="unmerged-migration",
            severity=SEVERITY,
            message=f"{service.name}/{revision.id} is not in the stream",
            object=f"{service.name}/{revision.id}",
            place=f"{revision.path}:1",
            hint="ormony sync",
            service=service.name,
            database=evidence.name,
        )
