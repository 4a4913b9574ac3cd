"""A file of the stream that is frozen was changed, or removed.

It has run on databases that nobody will run it on again: they keep what the old text made, and fresh ones get
what the new text makes. From then on a migration that works on the one may fail on the other. A change of
comments and white space alone is no finding.

Mend it by taking the change back, and write a new migration for what is to change.

Found: a column was added to a table that production has.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00400_notes.sql (edited)
    CREATE TABLE notes (id bigint PRIMARY KEY, title text);
    => error supabase/migrations/00400_notes.sql:1

Found: the file went.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00400_notes.sql (removed)
    => error supabase/migrations/00400_notes.sql

Fine: a comment was added, and a new migration.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00400_notes.sql (edited)
    -- what people write down
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00401_title.sql
    ALTER TABLE notes ADD COLUMN title text;
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ormony import sql
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence, service_of
from ormony.stream import body_is_intact

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every frozen file that says something else now; what has its text under another version is the same."""
    here = {file.path: file for file in evidence.stream}
    texts = {file.text for file in evidence.stream}
    frozen: Mapping[str, str] = getattr(evidence, "frozen_texts", {})  # who has no branch has none
    for path, was in sorted(frozen.items()):
        file = here.get(path)
        if file is None and (was in texts or evidence.text(path) is not None):
            continue  # renumbered; or never in the stream, by its name
        if file is not None and (sql.same_code(was, file.text) or not body_is_intact(file)):
            continue  # comments alone; or `edited-stream-file` says it
        yield Finding(
            rule="edited-frozen-file",
            severity=SEVERITY,
            message=f"{path} is frozen and has " + ("changed" if file is not None else "been removed"),
            object=path,
            place=f"{path}:1" if file is not None else path,
            hint=f"git checkout BRANCH -- {path}   # the frozen one; then write a new migration",
            service=service_of(file) if file is not None else None,
            database=evidence.name,
        )
