"""A file in the stream's folder never runs, because of its name.

The Supabase CLI takes files that are called `<digits>_<name>.sql` and passes over all others without a word;
so does ormony, which says it here. The file looks merged and reviewed, and no database has it.

The same happens to a file of a service that its own tool does not take for a migration: a warning.

Mend it by giving it a version, or move it out of the folder if it is not to run.

Found: a letter in the number.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00400b_notes_title.sql
    ALTER TABLE notes ADD COLUMN title text;
    => error supabase/migrations/00400b_notes_title.sql:1

Found: no number at all.

    == supabase/migrations/policies.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    => error supabase/migrations/policies.sql:1

Found: SQLx wants a `_` after the number.

    == services/worker/migrations/0001_jobs.sql
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    == services/worker/migrations/0002.sql (new)
    ALTER TABLE jobs ADD COLUMN done boolean;
    => warning services/worker/migrations/0002.sql:1

Fine: a note for people is no SQL file.

    == supabase/migrations/README.md
    How we name migrations.
    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.history import Notice
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
_CODES: Final = frozenset({"skipped-file", "skipped-init"})


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every file that reading the stream or a service's folder left out; Drizzle's are `drizzle-journal`."""
    seen: set[str] = set()
    for notice in evidence.notices:
        if notice.code in _CODES:
            yield from _once(evidence, notice, seen, None, SEVERITY)
    for service in evidence.services:
        history = evidence.histories.get(service.name)
        for notice in history.notices if history is not None and service.orm != "drizzle" else ():
            if notice.code in _CODES:
                yield from _once(evidence, notice, seen, service.name, SEVERITY)
            elif notice.code == "stray-migration" and (notice.place or "").endswith((".sql", ".py")):
                yield from _once(evidence, notice, seen, service.name, "warning")


def _once(
    evidence: Evidence, notice: Notice, seen: set[str], service: str | None, severity: Severity
) -> Iterator[Finding]:
    if notice.place is None or notice.place in seen:
        return
    seen.add(notice.place)
    yield Finding(
        rule="skipped-file",
        severity=severity,
        message=notice.message,
        place=f"{notice.place}:1",
        hint=notice.hint or "rename the file, or move it out of the folder",
        service=service,
        database=evidence.name,
    )
