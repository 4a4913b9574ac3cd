"""A function has no search_path of its own.

It finds tables, functions and operators along the search path of whoever calls it: another caller gets
another table or an error, and what restores a dump, which has an empty path, fails where the function stands
in an index, a generated column or a trigger. One that is SECURITY DEFINER is `definer-without-search-path`.

Mend it with `SET search_path = ''` and names written in full. A function in SQL that the planner is to merge
into its query has to do without: a setting prevents that.

Found: nothing says where names are looked for.

    == supabase/migrations/00400_orders.sql
    CREATE FUNCTION tax(total numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RETURN total * 0.2; END';
    => note supabase/migrations/00400_orders.sql:1

Fine: it has a path; a body that is parsed when the function is made has no need of one.

    == supabase/migrations/00400_orders.sql
    CREATE FUNCTION tax(total numeric) RETURNS numeric LANGUAGE plpgsql SET search_path = ''
      AS 'BEGIN RETURN total * 0.2; END';
    CREATE FUNCTION net(total numeric) RETURNS numeric LANGUAGE sql RETURN total / 1.2;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "note"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such function that runs with its caller's rights."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, routine in known.routines.items():
        if routine.security_definer or not routine.body:
            continue
        if any(each.startswith("search_path=") for each in routine.settings):
            continue
        yield known.finding(
            "function-without-search-path",
            SEVERITY,
            ref,
            f"{ref.kind} {ref} finds names along the search path of its caller",
            f"ALTER {ref.kind.upper()} {named(ref)} SET search_path = '';",
        )
