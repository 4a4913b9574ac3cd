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

from ormony import origins
from ormony.catalog import Ref, Routine
from ormony.errors import OrmonyError
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import stream
from ormony.sql import Name, quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such function of the replayed stream."""
    if not any("definer" in file.text.lower() for file in evidence.stream):
        return
    try:
        routines = [
            (ref, value)
            for ref, value in evidence.catalog.objects.items()
            if isinstance(value, Routine) and value.security_definer
        ]
        made = origins.by_name(stream(evidence), origins.natives(evidence.services, evidence.histories))
    except OrmonyError:
        return  # what cannot be replayed is reported as that
    for ref, routine in routines:
        if any(setting.partition("=")[0] == "search_path" for setting in routine.settings):
            continue
        origin = _origin(ref, made)
        own = "" if ref.schema == "public" else quote_identifier(ref.schema) + ", "
        kind = ref.kind.upper()
        name = f"{quote_identifier(ref.schema)}.{quote_identifier(ref.name)}({ref.part})"
        yield Finding(
            rule="definer-without-search-path",
            severity=SEVERITY,
            message=f"{ref.kind} {ref} is SECURITY DEFINER and has no search_path of its own",
            object=str(ref),
            place=origin.place if origin is not None else None,
            hint=f"ALTER {kind} {name} SET search_path = {own}public, extensions, pg_temp;",
            service=origin.service if origin is not None else None,
            database=evidence.name,
        )


def _origin(ref: Ref, made: dict[Name, origins.Origin]) -> origins.Origin | None:
    """Where it was made; of several with the name, the one with as many arguments."""
    found = [
        (name, origin)
        for name, origin in made.items()
        if name.kind == "signature" and name.schema == ref.schema and name.name.startswith(f"{ref.name}(")
    ]
    count = len([each for each in ref.part.split(", ") if each])
    alike = [
        origin for name, origin in found if name.name.count(", ") + (not name.name.endswith("()")) == count
    ]
    every = alike or [origin for _, origin in found]
    return every[-1] if every else None
