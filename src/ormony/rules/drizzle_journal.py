"""Drizzle's journal, folder and snapshots disagree.

`drizzle-kit migrate` runs what is newer than the newest entry of its ledger: an entry whose `when` does not
ascend is passed over without a word, for ever, on each database that has the other. A `.sql` file that is not
in the journal never runs. Without the newest snapshot `drizzle-kit generate` starts from an older one, and
writes changes that are there already.

Mend it by hand, in a `when` that no database has; make an entry for a stray file with
`drizzle-kit generate --custom`; restore a snapshot from git.

Found: two branches generated at once, and the older was merged last.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/web/drizzle/0001_name.sql
    ALTER TABLE "users" ADD COLUMN "name" text;
    == services/web/drizzle/meta/_journal.json
    {"version": "7", "dialect": "postgresql", "entries": [
      {"idx": 0, "version": "7", "when": 1767225600000, "tag": "0000_users", "breakpoints": true},
      {"idx": 1, "version": "7", "when": 1767139200000, "tag": "0001_name", "breakpoints": true}
    ]}
    => error services/web/drizzle/meta/_journal.json:3

Found: a file that was put there by hand.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/web/drizzle/0001_by_hand.sql
    ALTER TABLE "users" ADD COLUMN "name" text;
    == services/web/drizzle/meta/_journal.json
    {"version": "7", "dialect": "postgresql", "entries": [
      {"idx": 0, "version": "7", "when": 1767225600000, "tag": "0000_users", "breakpoints": true}
    ]}
    => warning services/web/drizzle/0001_by_hand.sql:1

Found: the newest snapshot was not committed.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/web/drizzle/meta/0000_snapshot.json (removed)
    => error services/web/drizzle/0000_users.sql:1

Fine: as `drizzle-kit generate` leaves it.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/web/drizzle/0001_name.sql
    ALTER TABLE "users" ADD COLUMN "name" text;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ormony.history import History, Revision
from ormony.rules.finding import Evidence, Finding, Severity

SEVERITY: Final[Severity] = "error"
_SEVERITIES: Final[dict[str, Severity]] = {
    "journal-out-of-order": "error",
    "byte-order-mark": "error",
    "unknown-parent": "warning",
    "folder-out-of-order": "warning",
    "stray-migration": "warning",
    "journal-duplicate-index": "note",
}


def find(evidence: Evidence) -> Iterator[Finding]:
    """What reading a Drizzle service's folder noticed, and the snapshots that are not there."""
    for service in evidence.services:
        history = evidence.histories.get(service.name)
        if service.orm != "drizzle" or history is None:
            continue
        for notice in history.notices:
            if notice.code in _SEVERITIES and notice.place is not None:
                yield Finding(
                    rule="drizzle-journal",
                    severity=_SEVERITIES[notice.code],
                    message=notice.message,
                    place=notice.place if re.search(r":\d+$", notice.place) else f"{notice.place}:1",
                    hint=notice.hint,
                    service=service.name,
                    database=evidence.name,
                )
        yield from _snapshots(evidence, service.name, history)


def _snapshots(evidence: Evidence, service: str, history: History) -> Iterator[Finding]:
    for revision in history.revisions:
        path = _snapshot(revision)
        if evidence.text(path) is not None:
            continue
        newest = revision is history.revisions[-1]
        yield Finding(
            rule="drizzle-journal",
            severity=SEVERITY if newest else "note",
            message=f'the snapshot of "{revision.id}" is not there: {path}'
            + ("; drizzle-kit generate will start from an older one" if newest else ""),
            object=f"{service}/{revision.id}",
            place=f"{revision.path}:1",
            hint=f"git log --all --oneline -- {path}   # restore it, or generate the migration anew",
            service=service,
            database=evidence.name,
        )


def _snapshot(revision: Revision) -> str:
    """Where drizzle-kit keeps what the models were when it generated this migration."""
    folder, _, name = revision.path.rpartition("/")
    if name == "migration.sql":  # since 1.0
        return f"{folder}/snapshot.json"
    return f"{folder}/meta/{revision.id.partition('_')[0]}_snapshot.json"
