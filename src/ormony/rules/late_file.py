"""A new file sorts before one that never changes again.

`supabase db push` refuses it, or with `--include-all` runs it in an order that no fresh replay repeats: a
database that is there and one that is made anew may differ for ever. It comes of two branches that were open
at the same time.

Mend it with `ormony sync`, which gives it the next version after all that is frozen; it names the command for
a file that was written by hand.

Found: a branch took a number that the main branch has passed.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00402_tags.sql (frozen)
    CREATE TABLE tags (id bigint PRIMARY KEY);
    == supabase/migrations/00401_title.sql
    ALTER TABLE notes ADD COLUMN title text;
    => error supabase/migrations/00401_title.sql:1

Fine: it comes last.

    == supabase/migrations/00400_notes.sql (frozen)
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00402_tags.sql (frozen)
    CREATE TABLE tags (id bigint PRIMARY KEY);
    == supabase/migrations/00403_title.sql
    ALTER TABLE notes ADD COLUMN title text;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Evidence, Finding, Severity, Side
from ormony.rules.reading import is_new, service_of, stream
from ormony.stream import FILE_NAME, StreamFile

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every late file."""
    for file, before in late(evidence):
        yield Finding(
            rule="late-file",
            severity=SEVERITY,
            message=f"{_name(file.path)} is new and sorts before {_name(before)}, which is frozen",
            object=file.path,
            place=f"{file.path}:1",
            sides=(Side(f"{before}:1", "frozen"),),
            hint="ormony sync   # gives it a version after all that is frozen, or says how to rename it",
            service=service_of(file),
            database=evidence.name,
        )


def late(evidence: Evidence) -> Iterator[tuple[StreamFile, str]]:
    """Each new file that does not sort after everything frozen, and the last of those."""
    frozen = [
        (match[1], path)
        for path in evidence.frozen
        if (match := FILE_NAME.fullmatch(_name(path))) is not None
    ]
    if not frozen:
        return
    newest = max(frozen)
    for file in stream(evidence):
        if is_new(evidence, file) and file.version < newest[0]:
            yield file, newest[1]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
