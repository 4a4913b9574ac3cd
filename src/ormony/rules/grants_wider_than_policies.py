"""A role has privileges on a table that no policy lets it use.

Nothing leaks as long as row-level security is enabled. The day on which somebody disables it, or adds a
policy that is too wide, everything is open at once; and TRUNCATE asks no policy at all. The API also shows
its clients what they have privileges on.

Mend it by revoking what no policy of the role needs. A table without any policy is `rls-without-policy`.

Found: signed-in callers read, and nothing else.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
    => note supabase/migrations/00400_orders.sql:2

Fine: the privileges are those that the policy needs.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
    REVOKE ALL ON orders FROM anon, authenticated;
    GRANT SELECT ON orders TO authenticated;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import API_ROLES, COMMANDS, exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "note"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such table, once for all roles."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, table in known.tables.items():
        policies = [each for each in known.policies.get(ref, ()) if each.policy.permissive]
        if not table.row_security or not policies:
            continue
        wide: dict[str, list[str]] = {}
        for role in API_ROLES:
            usable = {c for each in policies if each.holds_for(role) for c in each.commands()}
            has = known.may(role, ref)
            unused = [each.upper() for each in COMMANDS if each.upper() in has and each not in usable]
            if "TRUNCATE" in has:
                unused.append("TRUNCATE")
            if unused:
                wide[role] = unused
        if wide:
            said = "; ".join(f"{role} {', '.join(each)}" for role, each in wide.items())
            yield known.finding(
                "grants-wider-than-policies",
                SEVERITY,
                ref,
                f"no policy of {ref} lets these through: {said}",
                " ".join(
                    f"REVOKE {', '.join(each)} ON {named(ref)} FROM {role};" for role, each in wide.items()
                ),
            )
