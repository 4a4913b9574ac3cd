"""A policy compares a column that no index begins with.

Each query of the table gets the policy's condition besides its own, also one that asks for one page: without
an index PostgreSQL reads the whole table to find the rows of one caller, and each new tenant makes it slower
for all others.

Mend it with an index that begins with the column. Only what an index can help is found: a column that equals
something of the caller, in USING; where other conditions are joined with OR, all of them must be so.

Found: the rows of a tenant are looked for.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, org uuid NOT NULL);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON orders FOR SELECT TO authenticated
      USING (org = (SELECT auth.jwt() ->> 'org')::uuid);
    => warning supabase/migrations/00400_orders.sql:3

Fine: an index begins with it; a column that is compared with a constant picks no caller's rows.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, org uuid NOT NULL, placed_at timestamptz, state text);
    CREATE INDEX ON orders (org, placed_at);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON orders FOR SELECT TO authenticated
      USING (org = (SELECT auth.jwt() ->> 'org')::uuid AND state = 'open');
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.catalog import Ref
from ormony.rules.exposure import exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such column, at the first policy that compares it."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, policies in known.policies.items():
        table = known.tables.get(ref)
        if table is None or not table.row_security:
            continue
        told: set[frozenset[str]] = set()
        for each in policies:
            if each.policy.using is None or each.policy.command == "insert":
                continue
            for columns in sql.condition(each.policy.using).compared:
                own = columns & set(known.catalog.column_order.get(ref, ()))
                if not own or own in told:
                    continue
                if any(lead.serves([column]) for lead in known.indexes.get(ref, ()) for column in own):
                    continue
                told.add(own)
                column = min(own)
                yield known.finding(
                    "unindexed-policy-column",
                    SEVERITY,
                    Ref("column", ref.schema, ref.name, column),
                    f"policy {quote_identifier(each.ref.part)} finds the rows of {ref} by"
                    f" {listed(sorted(own))}, and no index begins with {'it' if len(own) == 1 else 'one'}",
                    f"CREATE INDEX ON {named(ref)} ({quote_identifier(column)});",
                    of=each.ref,
                )
