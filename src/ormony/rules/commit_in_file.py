"""A migration begins or ends a transaction itself.

A deploy is one transaction: a COMMIT inside it would leave half of it applied when a later file fails, and so
`ormony deploy` refuses the file before anything runs. The Supabase CLI runs it, and what follows the COMMIT
is then no longer undone by an error. Plain BEGIN … COMMIT pairs are no harm: they are left out. So is, by
`ormony sync`, a COMMIT that leaves the transaction which a migration's own tool has opened.

Mend it by removing the statement, or by splitting the migration in two at its place.

Found: a COMMIT in the middle.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    COMMIT;
    CREATE TABLE tags (id bigint PRIMARY KEY);
    => error supabase/migrations/00400_notes.sql:2

Found: in a migration that is still to be merged.

    == services/worker/migrations/0001_jobs.sql (new)
    CREATE TABLE jobs (id bigint PRIMARY KEY);
    DO $$ BEGIN COMMIT; END $$;
    => error services/worker/migrations/0001_jobs.sql:2

Fine: pairs, a savepoint, the words in a text.

    == supabase/migrations/00400_notes.sql
    BEGIN;
    CREATE TABLE notes (id bigint PRIMARY KEY, title text DEFAULT 'COMMIT;');
    SAVEPOINT before;
    ROLLBACK TO before;
    COMMIT;
    BEGIN;
    CREATE TABLE tags (id bigint PRIMARY KEY);
    COMMIT;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.errors import OrmonyError
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import Places, incoming, is_new, service_of, stream

SEVERITY: Final[Severity] = "error"
_WORDS: Final = ("begin", "commit", "rollback", "start", "prepare", "abort", "end")


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such statement of the files that are not frozen, and of what is to be merged."""
    places = Places(evidence)
    new = [file for file in stream(evidence) if is_new(evidence, file)]
    for file in (*new, *incoming(evidence)):
        text = file.text.lower()
        if not any(word in text for word in _WORDS):
            continue
        try:
            opened = file.provenance is not None and file.provenance.source.partition("/")[0] != "supabase"
            text = sql.strip_wrapper(file.text, file.path, opened=opened and file.transaction)
            control = sql.transaction_control(text, file.path)
        except OrmonyError:
            continue  # no SQL: `unreadable-sql` says so
        for statement in control:
            word = statement.sql.split()[0].rstrip(";").upper()
            if statement.kind == "DoStmt":
                word = "a COMMIT or ROLLBACK in a DO block"
            yield Finding(
                rule="commit-in-file",
                severity=SEVERITY,
                message=f"{word} inside a migration would break the one transaction of a deploy",
                object=file.path,
                place=places.of(file, statement),
                hint="remove it, or split the migration in two at this place",
                service=service_of(file),
                database=evidence.name,
            )
