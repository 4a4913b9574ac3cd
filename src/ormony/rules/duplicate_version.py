"""Two files of the stream have the same version.

The Supabase CLI records versions alone: it fails at the second file, after it has run the first. Two branches
that were merged on one day do this to each other.

Mend it with `ormony sync`, which gives the one that is not frozen the next version of its lane; a file
written by hand is renamed by hand.

Found: two people took the next number.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00400_tags.sql
    CREATE TABLE tags (id bigint PRIMARY KEY);
    => error supabase/migrations/00400_tags.sql:1

Fine: each has its own.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    == supabase/migrations/00401_tags.sql
    CREATE TABLE tags (id bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence, verified

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """The second of two files of one version."""
    return verified(evidence, frozenset({"duplicate-version"}), "duplicate-version")
