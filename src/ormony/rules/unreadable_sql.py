"""A migration is not SQL that can run from a migration.

It has a syntax error, a command of psql (a backslash and a word) or rows for `COPY … FROM stdin`: PostgreSQL
refuses it when it is run, on every database.

Mend it at the place that is named. A dump is made to fit with `pg_dump --schema-only`, without the lines that
begin with a backslash.

Found: a comma too many.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (
      id bigint PRIMARY KEY,
    );
    => error supabase/migrations/00400_notes.sql:3

Found: a migration that is still to be merged.

    == services/worker/migrations/0001_jobs.sql (new)
    CREATE TABEL jobs (id bigint);
    => error services/worker/migrations/0001_jobs.sql:1

Fine: everything that PostgreSQL reads.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    COMMENT ON TABLE notes IS $$ \\d notes; $$;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.errors import OrmonyError
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import facts, incoming, service_of, stream

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every file of the stream, and of what is to be merged, that the parser refuses."""
    for file in (*stream(evidence), *incoming(evidence)):
        if facts(file):
            continue
        try:
            sql.statements(file.text, file.path)
        except OrmonyError as error:
            line = (error.place or "").removeprefix(file.path).lstrip(":").partition(":")[0]
            yield Finding(
                rule="unreadable-sql",
                severity=SEVERITY,
                message=error.message,
                object=file.path,
                place=f"{file.path}:{line or 1}",
                hint=error.hint or f"correct the statement; to try it: psql -f {file.path}",
                service=service_of(file),
                database=evidence.name,
            )
