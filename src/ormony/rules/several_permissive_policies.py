"""Several permissive policies answer the same question: one role, one command, one table.

PostgreSQL asks all of them for each row and lets a row through that one of them lets through. A strict policy
beside a loose one guards nothing, and each one more makes every query slower.

Mend it by one policy whose condition says it all with OR, by commands that do not overlap (a policy FOR ALL
is one FOR SELECT too), by roles that do not overlap (without TO it is everybody), or by AS RESTRICTIVE for
what must hold besides. Commands for which a role has no privilege do not count, nor do policies on the
tables that are Supabase's: `storage.objects` has some for each bucket.

Found: FOR ALL answers for SELECT too.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, open boolean);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR ALL TO authenticated
      USING (owner = (SELECT auth.uid())) WITH CHECK (owner = (SELECT auth.uid()));
    CREATE POLICY read_open ON orders FOR SELECT TO authenticated USING (open);
    => warning supabase/migrations/00400_orders.sql:5

Fine: other commands, other roles, and a restrictive one.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, open boolean);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON orders FOR SELECT TO authenticated USING (open OR owner = (SELECT auth.uid()));
    CREATE POLICY read_open ON orders FOR SELECT TO anon USING (open);
    CREATE POLICY change ON orders FOR UPDATE TO authenticated USING (owner = (SELECT auth.uid()));
    CREATE POLICY only_open ON orders AS RESTRICTIVE FOR UPDATE TO authenticated USING (open);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import Ref
from ormony.rules.exposure import API_ROLES, BYPASSING, COMMANDS, Exposure, Policed, exposure, listed
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every set of policies that answer together, at the last of them."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, policies in known.policies.items():
        if ref not in known.tables:
            continue
        for together, (roles, commands) in _overlaps(known, ref, policies).items():
            names = [quote_identifier(each.ref.part) for each in together]
            yield known.finding(
                "several-permissive-policies",
                SEVERITY,
                ref,
                f"table {ref} has {len(names)} permissive policies for"
                f" {listed([c.upper() for c in commands])} by {listed(roles)}: {listed(names)}",
                f"one policy with OR in place of {listed(names)}, or AS RESTRICTIVE for what must hold too",
                of=max((each.ref for each in together), key=known.line),
            )


def _overlaps(
    known: Exposure, table: Ref, policies: list[Policed]
) -> dict[tuple[Policed, ...], tuple[list[str], list[str]]]:
    """By the policies that are asked together: for which roles and commands."""
    permissive = [each for each in policies if each.policy.permissive]
    found: dict[tuple[Policed, ...], tuple[list[str], list[str]]] = {}
    if len(permissive) < 2:
        return found
    named = {role for each in permissive for role in each.policy.roles if not BYPASSING.fullmatch(role)}
    for role in (*API_ROLES, *sorted(named - {*API_ROLES})):
        for command in COMMANDS:
            if role in API_ROLES and command.upper() not in known.may(role, table):
                continue
            together = tuple(e for e in permissive if e.holds_for(role) and command in e.commands())
            if len(together) > 1:
                roles, commands = found.setdefault(together, ([], []))
                roles += [role] if role not in roles else []
                commands += [command] if command not in commands else []
    return found
