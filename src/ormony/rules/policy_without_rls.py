"""A table has policies, and row-level security is not enabled on it.

The policies are not asked: who has a privilege on the table sees and changes all rows, of everybody, while
whoever reads the migrations thinks that they are guarded.

Mend it with `ALTER TABLE … ENABLE ROW LEVEL SECURITY`.

Found: the policy alone does nothing.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    CREATE POLICY own ON orders FOR ALL TO authenticated
      USING (owner = (SELECT auth.uid())) WITH CHECK (owner = (SELECT auth.uid()));
    => error supabase/migrations/00400_orders.sql:2

Fine: it is enabled.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR ALL TO authenticated
      USING (owner = (SELECT auth.uid())) WITH CHECK (owner = (SELECT auth.uid()));
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such table, at its first policy."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, policies in known.policies.items():
        table = known.tables.get(ref)
        if table is None or table.row_security:
            continue
        names = [each.ref.part for each in policies]
        word = "policy" if len(names) == 1 else "policies"
        yield known.finding(
            "policy-without-rls",
            SEVERITY,
            ref,
            f"table {ref} has no row-level security: its {word} {listed(names)} "
            + ("is not asked" if len(names) == 1 else "are not asked"),
            f"ALTER TABLE {named(ref)} ENABLE ROW LEVEL SECURITY;",
            of=policies[0].ref,
        )
