"""A materialized view in an exposed schema can be read by clients.

It is a copy of rows, and has no row-level security of its own: whoever may read it reads all of it, whatever
the policies of the tables say that it was made from.

Mend it by taking it from `anon` and `authenticated`, or by a schema that is not exposed, with a function in
front that gives each caller his rows. It is an error where a table beneath has row-level security, else a
warning; without an API a note.

Found: the totals of every tenant.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, total numeric);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
    CREATE MATERIALIZED VIEW totals AS SELECT owner, sum(total) AS total FROM orders GROUP BY owner;
    CREATE MATERIALIZED VIEW numbers AS SELECT generate_series(1, 100) AS number;
    => warning supabase/migrations/00400_orders.sql:5
    => error supabase/migrations/00400_orders.sql:4

Fine: nobody outside may read it.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, total numeric);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
    CREATE MATERIALIZED VIEW totals AS SELECT owner, sum(total) AS total FROM orders GROUP BY owner;
    REVOKE ALL ON totals FROM anon, authenticated;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import MaterializedView
from ormony.rules.exposure import exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such materialized view."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, view in known.views.items():
        roles = known.exposed_to(ref, "SELECT") if isinstance(view, MaterializedView) else ()
        if not roles:
            continue
        guarded = [".".join(each) for each in sorted(known.reads(ref)) if known.guarded(each)]
        of = f" of {listed(guarded)}, which has row-level security" if guarded else ""
        yield known.finding(
            "materialized-view-in-api",
            known.severity(SEVERITY if guarded else "warning"),
            ref,
            f"materialized view {ref} is a copy{of}, and {listed(roles)} may read all of it{known.how}",
            f"REVOKE ALL ON {named(ref)} FROM PUBLIC, {', '.join(roles)};",
        )
