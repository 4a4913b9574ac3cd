"""A policy trusts what users write about themselves.

`user_metadata`, which is `auth.users.raw_user_meta_data`, is changed by each user for himself, with one call
of `auth.updateUser`. A policy that asks it for a role or a tenant lets everybody be an administrator, or a
member of any tenant.

Mend it with `app_metadata` (`raw_app_meta_data`), which only servers write, or with a table of members. A
function that a policy calls is looked into, too.

Found: in the policy, and in a function that it calls.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY admins ON orders FOR SELECT TO authenticated
      USING ((SELECT auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');
    CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
      AS $$ SELECT raw_user_meta_data ->> 'role' = 'admin' FROM auth.users WHERE id = auth.uid() $$;
    CREATE POLICY change ON orders FOR UPDATE TO authenticated USING ((SELECT is_admin()));
    => error supabase/migrations/00400_orders.sql:3
    => error supabase/migrations/00400_orders.sql:7

Fine: only servers write what it asks; a column may have the name.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, user_metadata text);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY admins ON orders FOR SELECT TO authenticated
      USING ((SELECT auth.jwt() -> 'app_metadata' ->> 'role') = 'admin' OR user_metadata = 'none');
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.catalog import Ref, Routine
from ormony.errors import OrmonyError
from ormony.rules.exposure import Exposure, Policed, exposure
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such policy."""
    known = exposure(evidence)
    if known is None:
        return
    trusting = {
        ref
        for ref, routine in known.routines.items()
        if "user_meta" in routine.definition and _trusts(routine)
    }
    for ref, policies in known.policies.items():
        for each in policies:
            through = _through(known, each, trusting)
            if through is None:
                continue
            yield known.finding(
                "user-metadata-in-policy",
                SEVERITY,
                each.ref,
                f"policy {quote_identifier(each.ref.part)} on {ref} asks {through},"
                " which every user writes for himself",
                "ask auth.jwt() -> 'app_metadata', or a table of members",
            )


def _through(known: Exposure, each: Policed, trusting: set[Ref]) -> str | None:
    """What it asks, and through which function; None where it asks nothing of the kind."""
    for said in each.conditions():
        if "raw_user_meta_data" in said.columns:
            return "raw_user_meta_data"
        if "user_metadata" in said.json_keys and said.calls & _TOKEN:
            return "user_metadata"
    for needed in known.catalog.depends.get(each.ref, ()):
        if needed in trusting:
            return f"user_metadata through {needed}"
    return None


_TOKEN: Final = frozenset({("auth", "jwt"), ("", "current_setting"), ("pg_catalog", "current_setting")})


def _trusts(routine: Routine) -> bool:
    """Whether a function's code, not its comments, has one of the names."""
    try:
        words = sql.words(routine.body or routine.definition)
    except OrmonyError:
        return False  # a language that is not read
    return bool({"'user_metadata'", "raw_user_meta_data"} & {*words})
