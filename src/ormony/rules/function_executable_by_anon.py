"""A SECURITY DEFINER function can be called by whoever has the public key.

It runs with its owner's rights, past row-level security, and the API offers every function of an exposed
schema at `/rpc/…`. PostgreSQL lets everybody execute a new function, so that a function made for a policy or
a job is open to the world, with whatever arguments.

Mend it with `REVOKE EXECUTE ON FUNCTION … FROM PUBLIC, anon`, and `GRANT … TO authenticated` where it is
meant; by SECURITY INVOKER; or in a schema that is not exposed: policies find it there, too. A function that
only `authenticated` may call is a note, for it may be meant so.

Found: everybody may call it.

    == supabase/config.toml
    project_id = "shop"
    == supabase/migrations/00400_orders.sql
    CREATE FUNCTION refund(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ''
      AS 'SELECT';
    => warning supabase/migrations/00400_orders.sql:1

Fine: it is revoked, is another schema's, a trigger's, or runs with its caller's rights.

    == supabase/config.toml
    project_id = "shop"
    == supabase/migrations/00400_orders.sql
    CREATE FUNCTION refund(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ''
      AS 'SELECT';
    REVOKE EXECUTE ON FUNCTION refund(bigint) FROM PUBLIC, anon, authenticated;
    CREATE SCHEMA internal;
    CREATE FUNCTION internal.is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = ''
      AS 'SELECT true';
    CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
      AS 'BEGIN RETURN new; END';
    CREATE FUNCTION one() RETURNS integer LANGUAGE sql SET search_path = '' AS 'SELECT 1';
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import callable_by_clients, exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such function, and with a note those of signed-in callers."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, routine in known.routines.items():
        if not routine.security_definer or not callable_by_clients(routine):
            continue
        roles = known.exposed_to(ref, "EXECUTE")
        if not roles:
            continue
        anon = "anon" in roles
        who = "whoever has the public key" if anon else "every signed-in user"
        taken = "PUBLIC, anon" if anon else "PUBLIC, authenticated"
        yield known.finding(
            "function-executable-by-anon",
            known.severity(SEVERITY) if anon else "note",
            ref,
            f"{ref.kind} {ref} is SECURITY DEFINER, and {who} may call it with any arguments{known.how}",
            f"REVOKE EXECUTE ON {ref.kind.upper()} {named(ref)} FROM {taken};",
        )
