"""A table has row-level security and no policy.

Nobody but its owner and roles that bypass row-level security sees a row of it: a client gets an empty list
where there are rows, and a refusal where it inserts. That is right for a table that only servers use, and
then the privileges of others say something else than what is so.

Mend it with a policy for those who have privileges, or take the privileges away. It is a warning where a role
other than Supabase's `anon` and `authenticated` has been granted something: that was meant to be of use.

Found: the role of a report was granted what it cannot read.

    == supabase/migrations/00400_orders.sql
    DO $$ BEGIN IF to_regrole('report') IS NULL THEN CREATE ROLE report; END IF; END $$;
    CREATE TABLE orders (id bigint PRIMARY KEY);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON orders TO report;
    CREATE TABLE runs (id bigint PRIMARY KEY);
    ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
    => warning supabase/migrations/00400_orders.sql:3
    => note supabase/migrations/00400_orders.sql:6

Fine: it is closed to all others on purpose, or has a policy.

    == supabase/migrations/00400_runs.sql
    CREATE TABLE runs (id bigint PRIMARY KEY);
    ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
    REVOKE ALL ON runs FROM anon, authenticated;
    CREATE TABLE news (id bigint PRIMARY KEY);
    ALTER TABLE news ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everybody ON news FOR SELECT TO anon, authenticated USING (true);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import API_ROLES, exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such table on which somebody has privileges."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, table in known.tables.items():
        if not table.row_security or ref in known.policies or table.partition is not None:
            continue
        roles = known.grantees(ref)
        if not roles:
            continue
        others = [each for each in roles if each not in API_ROLES]
        names = [each or "PUBLIC" for each in roles]
        yield known.finding(
            "rls-without-policy",
            SEVERITY if others else "note",
            ref,
            f"table {ref} has row-level security and no policy: {listed(names)} may use it and see no row",
            f"REVOKE ALL ON {named(ref)} FROM {', '.join(names)};  -- or a policy",
        )
