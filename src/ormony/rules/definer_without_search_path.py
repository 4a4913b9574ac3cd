"""A SECURITY DEFINER function has no search_path of its own.

It runs with its owner's rights, and finds tables and operators along the search path of whoever calls it. A
caller who may create objects, if only temporary tables, puts his own table in front: the function then reads
and writes what he wants, as its owner.

Mend it by setting the path: `SET search_path = ''` with all names written in full, or one that ends in
`pg_temp`. The catalog is asked, so a function made by EXECUTE is found too, and a later ALTER
FUNCTION counts.

Found: as examples on the web have it.

    == supabase/migrations/00400_admin.sql
    CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT true';
    => warning supabase/migrations/00400_admin.sql:1

Fine: it has one, or is given one later, or runs with its caller's rights.

    == supabase/migrations/00400_admin.sql
    CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = ''
      AS 'SELECT true';
    CREATE FUNCTION is_owner() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT true';
    CREATE FUNCTION is_guest() RETURNS boolean LANGUAGE sql AS 'SELECT true';
    == supabase/migrations/00401_path.sql
    ALTER FUNCTION is_owner() SET search_path = public, pg_temp;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such function of the replayed stream."""
    if not any("definer" in file.text.lower() for file in evidence.stream):
        return
    known = exposure(evidence)
    if known is None:
        return
    for ref, routine in known.routines.items():
        if not routine.security_definer:
            continue
        if any(setting.partition("=")[0] == "search_path" for setting in routine.settings):
            continue
        own = "" if ref.schema == "public" else quote_identifier(ref.schema) + ", "
        yield known.finding(
            "definer-without-search-path",
            SEVERITY,
            ref,
            f"{ref.kind} {ref} is SECURITY DEFINER and has no search_path of its own",
            f"ALTER {ref.kind.upper()} {named(ref)} SET search_path = {own}public, extensions, pg_temp;",
        )
