"""Two indexes of a table are the same.

Each insert and most updates write both, both fill memory and disk, and no query is faster for the second.

Mend it by dropping one. An index that repeats a primary key or a unique constraint is found as well: these
have an index of their own, which answers whatever a plain one of the same columns would.

Found: a second one under another name, and one that the constraint has made.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, number text UNIQUE, state text);
    CREATE INDEX by_number ON orders (number);
    CREATE INDEX by_state ON orders (state);
    CREATE INDEX state_again ON orders (state);
    => warning supabase/migrations/00400_orders.sql:2
    => warning supabase/migrations/00400_orders.sql:4

Fine: they differ in order, method, rows or what they enforce.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, state text, number text);
    CREATE INDEX by_state ON orders (state);
    CREATE INDEX open_ones ON orders (state) WHERE number IS NULL;
    CREATE INDEX by_state_down ON orders (state DESC NULLS LAST);
    CREATE INDEX by_state_hash ON orders USING hash (state);
    CREATE INDEX by_state_and_number ON orders (state, number);
    CREATE UNIQUE INDEX one_number ON orders (number) WHERE state = 'open';
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import Index, Ref
from ormony.rules.exposure import Exposure, Lead, exposure
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every index but the first of those that are the same."""
    known = exposure(evidence)
    if known is None:
        return
    for table, leads in known.indexes.items():
        groups: dict[tuple[str, str], list[Lead]] = {}
        for lead in leads:
            groups.setdefault((lead.method, lead.rest), []).append(lead)
        for group in groups.values():
            kept, *others = sorted(group, key=lambda each: _rank(known, each))
            for other in others:
                if other.unique and not kept.unique:
                    continue
                yield _finding(known, table, kept, other)


def _finding(known: Exposure, table: Ref, kept: Lead, other: Lead) -> Finding:
    name = quote_identifier(other.ref.part or other.ref.name)
    schema = quote_identifier(table.schema)
    drop = (
        f"DROP INDEX {schema}.{name};"
        if other.ref.kind == "index"
        else f"ALTER TABLE {schema}.{quote_identifier(table.name)} DROP CONSTRAINT {name};"
    )
    return known.finding(
        "duplicate-index",
        SEVERITY,
        other.ref,
        f"{other.ref.kind} {other.ref} of {table} is the same index as that of {kept.ref}",
        drop,
    )


def _rank(known: Exposure, lead: Lead) -> tuple[bool, bool, bool, tuple[str, int]]:
    """What stays comes first: constraints, what enforces something, what is hung on, the older."""
    value = known.catalog.objects.get(lead.ref)
    held = isinstance(value, Index) and (
        value.clustered or value.replica_identity or value.parent is not None
    )
    return lead.ref.kind == "index", not lead.unique, not held, known.line(lead.ref)
