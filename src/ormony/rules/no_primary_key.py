"""A table has no primary key.

Nothing says which row is meant: the same row can stand in it twice, logical replication and Supabase's
realtime refuse its updates and deletes, the API and most ORMs cannot change one row of it, and a tool that
copies data must read it whole.

Mend it with a primary key. It is a note where a unique constraint or index is there.

Found: nothing tells two rows apart.

    == supabase/migrations/00400_events.sql
    CREATE TABLE events (happened timestamptz NOT NULL, what text NOT NULL);
    CREATE TABLE states (name text NOT NULL UNIQUE);
    => warning supabase/migrations/00400_events.sql:1
    => note supabase/migrations/00400_events.sql:2

Fine: it has one; a partition has that of its parent.

    == supabase/migrations/00400_events.sql
    CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
    CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such table that is no partition."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, table in known.tables.items():
        if ref.kind != "table" or table.partition is not None:
            continue
        if any(each.type == "primary key" for _, each in known.constraints.get(ref, ())):
            continue
        unique = any(lead.unique and lead.predicate is None for lead in known.indexes.get(ref, ()))
        yield known.finding(
            "no-primary-key",
            "note" if unique else SEVERITY,
            ref,
            f"table {ref} has no primary key",
            f"ALTER TABLE {named(ref)} ADD PRIMARY KEY (…);",
        )
