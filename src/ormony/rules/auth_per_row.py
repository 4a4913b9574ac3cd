"""A policy asks who the caller is again for each row.

`auth.uid()`, `auth.jwt()`, `current_setting()` and other functions that take no column give the same answer
for the whole statement, but PostgreSQL does not know that: on a table of 100,000 rows it decodes the token
100,000 times, and a request that took milliseconds runs into its time limit.

Mend it with a sub-select around the call: `(SELECT auth.uid())` is asked once, before the first row. The
printed expression is parsed: a sub-select that reads a table does not count, since the call in it runs for
each row of that table.

Found: the call stands bare, in a sub-query, and behind a function of one's own.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, org uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = auth.uid());
    CREATE TABLE members (org uuid, person uuid, PRIMARY KEY (org, person));
    ALTER TABLE members ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON orders FOR UPDATE TO authenticated
      USING (EXISTS (SELECT FROM members m WHERE m.org = orders.org AND m.person = auth.uid()));
    CREATE FUNCTION my_org() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (auth.jwt() ->> 'org')::uuid $$;
    CREATE POLICY org ON members FOR SELECT TO authenticated USING (org = my_org());
    => warning supabase/migrations/00400_orders.sql:9
    => warning supabase/migrations/00400_orders.sql:6
    => warning supabase/migrations/00400_orders.sql:3

Fine: each call has its sub-select; a call that gets a column must run for each row.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE, org uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE FUNCTION is_ours(org uuid) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT true $$;
    CREATE POLICY own ON orders FOR SELECT TO authenticated
      USING (owner = (SELECT auth.uid()) OR org = (SELECT auth.jwt() ->> 'org')::uuid OR is_ours(org));
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from ormony import sql
from ormony.catalog import Policy
from ormony.rules.exposure import Exposure, exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True

_KNOWN: Final = frozenset(
    {
        ("auth", "uid"),
        ("auth", "jwt"),
        ("auth", "role"),
        ("auth", "email"),
        ("", "current_setting"),
        ("pg_catalog", "current_setting"),
    }
)


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such policy that is asked."""
    known = exposure(evidence)
    if known is None:
        return
    stable = _KNOWN | _own(known)
    for ref, policies in known.policies.items():
        if not known.guarded((ref.schema, ref.name)):
            continue
        for each in policies:
            calls = dict.fromkeys(call for said in each.conditions() for call in said.per_row)
            again = [".".join(filter(None, call)) + "()" for call in calls if call in stable]
            if again:
                name = quote_identifier(each.ref.part)
                yield known.finding(
                    "auth-per-row",
                    SEVERITY,
                    each.ref,
                    f"policy {name} on {ref} runs {listed(again)} again for each row",
                    f"ALTER POLICY {name} ON {named(ref)}{_mended(each.policy, stable)};",
                )


_LINES: Final = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\s*\n\s*""")  # but not those in quotes


def _mended(policy: Policy, stable: Collection[tuple[str, str]]) -> str:
    """What ALTER POLICY sets: of USING and WITH CHECK what changes."""
    found = ""
    for clause, text in (("USING", policy.using), ("WITH CHECK", policy.check)):
        once = sql.asked_once(text, stable) if text is not None else None
        if once is not None and once != text:
            found += f" {clause} ({_LINES.sub(lambda each: each[1] or ' ', once)})"
    return found


def _own(known: Exposure) -> frozenset[tuple[str, str]]:
    """The project's functions that say of themselves that they give one answer for a statement."""
    return frozenset(
        (ref.schema, ref.name)
        for ref, routine in known.routines.items()
        if routine.volatility == "stable" and not routine.returns_set
    )
