"""A policy names no role, and so is for everybody.

It is asked for `anon` too, for each row: queries without a sign-in pay for it, and the day on which its
condition is true for nobody in particular (a null compared, a claim that is missing) strangers see rows.

Mend it with `TO authenticated`, or `TO anon, authenticated` where strangers are meant.

Found: strangers are asked who they are.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT USING (owner = (SELECT auth.uid()));
    => note supabase/migrations/00400_orders.sql:3

Fine: it says for whom it is.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "note"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such policy that lets something through."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, policies in known.policies.items():
        for each in policies:
            if each.policy.roles or not each.policy.permissive:
                continue
            name = quote_identifier(each.ref.part)
            yield known.finding(
                "policy-to-public",
                SEVERITY,
                each.ref,
                f"policy {name} on {ref} names no role: it is for everybody, anon too",
                f"ALTER POLICY {name} ON {named(ref)} TO authenticated;",
            )
