"""A view in an exposed schema reads past row-level security.

A view reads with its owner's rights, whom policies do not hold back: whoever may read the view gets the rows
of everybody, whatever the policies of its tables say.

Mend it with `ALTER VIEW … SET (security_invoker = true)`, which makes it read with the rights of whoever
asks; or take SELECT on it from `anon` and `authenticated`. A view that asks itself who calls (`WHERE owner =
auth.uid()`) is a warning: it guards by hand what the policies guard. One over tables without row-level
security is a note.

Found: a report over all orders, and one that filters by itself.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, total numeric);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
    CREATE VIEW totals AS SELECT owner, sum(total) AS total FROM orders GROUP BY owner;
    CREATE VIEW my_orders AS SELECT id FROM orders WHERE owner = auth.uid();
    => warning supabase/migrations/00400_orders.sql:5
    => error supabase/migrations/00400_orders.sql:4

Fine: it reads as whoever asks, or nobody outside may read it.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, total numeric);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
    CREATE VIEW totals WITH (security_invoker = on) AS
      SELECT owner, sum(total) AS total FROM orders GROUP BY owner;
    CREATE VIEW report AS SELECT sum(total) AS total FROM orders;
    REVOKE ALL ON report FROM anon, authenticated;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import View
from ormony.rules.exposure import exposure, invoker, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such view that a client may read."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, view in sorted(known.views.items()):
        if not isinstance(view, View) or invoker(view):
            continue
        roles = known.exposed_to(ref, "SELECT")
        read = sorted(known.reads(ref)) if roles else []
        if not read:
            continue
        guarded = [".".join(each) for each in read if known.guarded(each)]
        severity: Severity = "note"
        if guarded:
            severity = known.severity("warning" if known.asks_who_calls(ref) else SEVERITY)
        what = listed(guarded or [".".join(each) for each in read])
        yield known.finding(
            "view-bypasses-rls",
            severity,
            ref,
            f"view {ref} reads {what} as its owner, past all policies,"
            f" and {listed(roles)} may read it{known.how}",
            f"ALTER VIEW {named(ref)} SET (security_invoker = true);",
        )
