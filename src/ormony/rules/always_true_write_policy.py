"""A policy lets everybody write any row.

`USING (true)` for UPDATE, DELETE or ALL lets each caller change and delete the rows of all others;
`WITH CHECK (true)` for INSERT lets him write rows in the name of others, and without end, and for UPDATE give
his own rows to others. Row-level security is enabled, and guards nothing.

Mend it by saying whose row it is: `(SELECT auth.uid()) = owner`. What only a server does needs no policy:
`service_role` bypasses them. A policy that lets rows be inserted or given away alone is a warning; one for a
role that is no client's is a note. Where a restrictive policy holds besides, or the role has no privilege,
nothing is found.

Found: the first deletes, the second inserts, the third gives away.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY anything ON orders FOR ALL TO authenticated USING (true);
    CREATE TABLE messages (id bigint PRIMARY KEY);
    ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
    CREATE POLICY write ON messages FOR INSERT WITH CHECK (1 = 1);
    CREATE TABLE notes (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON notes FOR UPDATE TO authenticated
      USING (owner = (SELECT auth.uid())) WITH CHECK (true);
    => warning supabase/migrations/00400_orders.sql:6
    => warning supabase/migrations/00400_orders.sql:9
    => error supabase/migrations/00400_orders.sql:3

Fine: everybody reads; only the owner writes; only a server does anything.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON orders FOR SELECT TO anon, authenticated USING (true);
    CREATE POLICY write ON orders FOR UPDATE TO authenticated USING (owner = (SELECT auth.uid()));
    CREATE POLICY server ON orders FOR DELETE TO service_role USING (true);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.rules.exposure import API_ROLES, BYPASSING, Exposure, Policed, exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such policy that is asked."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, policies in known.policies.items():
        if not known.guarded((ref.schema, ref.name)):
            continue
        for each in policies:
            changes, writes = _open(each) if each.policy.permissive else ((), ())
            commands = changes + tuple(one for one in writes if one not in changes)
            roles = [role for role in _roles(each) if any(_may(known, each, role, one) for one in commands)]
            changes, writes = (
                tuple(one for one in some if any(_may(known, each, role, one) for role in roles))
                for some in (changes, writes)
            )
            others = [other for other in policies if not other.policy.permissive]
            if not roles or any(_narrows(other, roles, {*changes, *writes}) for other in others):
                continue
            name = quote_identifier(each.ref.part)
            said = (
                f"{listed([one.upper() for one in changes])} any row of {ref}"
                if changes
                else f"{listed([one.upper() for one in writes])} whatever they like in {ref}"
            )
            yield known.finding(
                "always-true-write-policy",
                (SEVERITY if changes else "warning") if set(roles) & {*API_ROLES} else "note",
                each.ref,
                f"policy {name} lets {listed(roles)} {said}",
                f"ALTER POLICY {name} ON {named(ref)} {'USING' if changes else 'WITH CHECK'} (…);"
                "  -- whose row is it? (SELECT auth.uid()) = its owner",
            )


def _open(each: Policed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The commands that reach every row, and those that write every row."""
    using, check = each.policy.using, each.policy.check
    reaches = using is not None and sql.condition(using).always
    writes = sql.condition(check).always if check is not None else reaches
    return (
        tuple(one for one in each.commands() if one in ("update", "delete") and reaches),
        tuple(one for one in each.commands() if one in ("insert", "update") and writes),
    )


def _roles(each: Policed) -> tuple[str, ...]:
    named_roles = each.policy.roles or API_ROLES
    return tuple(role for role in named_roles if not BYPASSING.fullmatch(role))


def _may(known: Exposure, each: Policed, role: str, command: str) -> bool:
    """Whether a role has the privilege; one of whose memberships nothing is known has."""
    table = known.table_of(each)
    return table is None or role not in API_ROLES or command.upper() in known.may(role, table)


def _narrows(other: Policed, roles: list[str], commands: set[str]) -> bool:
    """Whether a restrictive policy holds for all of these."""
    return (
        all(other.holds_for(role) for role in roles)
        and commands <= set(other.commands())
        and not any(said.always for said in other.conditions())
    )
