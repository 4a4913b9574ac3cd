"""A new file that sorts before a frozen one writes rows.

That two orders give the same tables can be proved by replaying both. That they give the same rows cannot: an
UPDATE sees what is there at its moment, and production has more than any replay.

Mend it with `ormony sync`, which gives the file a version after all that is frozen, so that it runs in that
order everywhere.

Found: a correction between two migrations that production has.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY, title text);
    == supabase/migrations/00402_more.sql (frozen)
    INSERT INTO notes VALUES (1, 'hello');
    == supabase/migrations/00401_titles.sql
    UPDATE notes SET title = '' WHERE title IS NULL;
    => error supabase/migrations/00401_titles.sql:1

Fine: it writes after them.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY, title text);
    == supabase/migrations/00402_more.sql (frozen)
    INSERT INTO notes VALUES (1, 'hello');
    == supabase/migrations/00403_titles.sql
    UPDATE notes SET title = '' WHERE title IS NULL;

Fine: a late file without data is `late-file` alone.

    == supabase/migrations/00402_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY, title text);
    == supabase/migrations/00401_tags.sql
    CREATE TABLE tags (id bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.late_file import late
from ormony.rules.reading import Places, facts, service_of

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Of every late file the first statement that writes rows."""
    places = Places(evidence)
    for file, before in late(evidence):
        for each in facts(file):
            if sql.changes_data(each.statement):
                yield Finding(
                    rule="data-in-late-file",
                    severity=SEVERITY,
                    message=f"{file.path.rpartition('/')[2]} writes rows and sorts before "
                    f"{before.rpartition('/')[2]}, which is frozen: no replay proves that order",
                    object=file.path,
                    place=places.of(file, each.statement),
                    hint="ormony sync   # gives it a version after all that is frozen",
                    service=service_of(file),
                    database=evidence.name,
                )
                break
