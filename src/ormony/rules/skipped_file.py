"""A file in the stream's folder never runs, because of its name.

The Supabase CLI takes files that are called `<digits>_<name>.sql` and passes over all others without a word;
so does ormony, which says it here. The file looks merged and reviewed, and no database has it.

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

Fine: a note for people is no SQL file.

    == supabase/migrations/README.md
    How we name migrations.
    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
_CODES: Final = frozenset({"skipped-file", "skipped-init"})


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every SQL file that reading the stream left out."""
    seen: set[str] = set()
    for notice in evidence.notices:
        if notice.code in _CODES and notice.place is not None and notice.place not in seen:
            seen.add(notice.place)
            yield Finding(
                rule="skipped-file",
                severity=SEVERITY,
                message=notice.message,
                place=f"{notice.place}:1",
                hint=notice.hint,
                database=evidence.name,
            )
