"""A migration of a service is not in the stream.

The service's own tool has it and a deploy has not: whoever merges the branch now ships code whose tables are
missing. Databases that the tool migrates by itself drift from all others.

Mend it with `ormony sync`, and commit the file that it writes.

Found: the migration was generated, and `ormony sync` forgotten.

    == services/web/drizzle/0000_users.sql (new)
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    => error services/web/drizzle/0000_users.sql:1

Found: nothing of the service was merged yet, which is told once.

    == services/web/drizzle/0000_users.sql (new)
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/web/drizzle/0001_notes.sql (new)
    CREATE TABLE "notes" ("id" bigint PRIMARY KEY);
    => error services/web/drizzle/0000_users.sql:1

Fine: it was merged.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ormony.history import Revision, Service
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import unmerged

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every revision that no stream file comes from; a service of which there is none at all, once."""
    waiting: dict[str, list[tuple[Service, Revision]]] = {}
    for service, _, revision in unmerged(evidence):
        waiting.setdefault(service.name, []).append((service, revision))
    for name, each in waiting.items():
        if len(each) > 1 and len(each) == len(evidence.histories[name].revisions):
            yield Finding(
                rule="unmerged-migration",
                severity=SEVERITY,
                message=f"none of the {len(each)} migrations of {name} is in the stream",
                object=name,
                place=f"{each[0][1].path}:1",
                hint="ormony sync",
                service=name,
                database=evidence.name,
            )
        else:
            yield from _one_by_one(each, evidence)


def _one_by_one(found: Iterable[tuple[Service, Revision]], evidence: Evidence) -> Iterator[Finding]:
    for service, revision in found:
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
