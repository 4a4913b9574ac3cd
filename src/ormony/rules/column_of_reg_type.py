"""A column has a type that PostgreSQL cannot upgrade.

`regproc`, `regprocedure`, `regoper`, `regoperator`, `regconfig`, `regdictionary`, `regcollation` and
`regnamespace` keep the number of an object, which another major version gives to another object. `pg_upgrade`
refuses the database, and so do upgrades of Supabase.

Mend it by keeping the name as `text`, cast where it is used. `regclass`, `regtype` and `regrole` are allowed.

Found: a column of a table.

    == supabase/migrations/00400_hooks.sql
    CREATE TABLE hooks (id bigint PRIMARY KEY, function regprocedure NOT NULL);
    => warning supabase/migrations/00400_hooks.sql:1

Fine: a name, and a type that keeps its number.

    == supabase/migrations/00400_hooks.sql
    CREATE TABLE hooks (id bigint PRIMARY KEY, function text NOT NULL, on_table regclass NOT NULL);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import Column, MaterializedView, Ref
from ormony.rules.exposure import Exposure, exposure, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True

_REFUSED: Final = frozenset(
    {
        "regproc",
        "regprocedure",
        "regoper",
        "regoperator",
        "regconfig",
        "regdictionary",
        "regcollation",
        "regnamespace",
    }
)


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such column of a table or materialized view."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, column_type in _columns(known):
        if column_type.removesuffix("[]") in _REFUSED:
            table = Ref("table", ref.schema, ref.name)
            yield known.finding(
                "column-of-reg-type",
                SEVERITY,
                ref,
                f"column {ref} is of type {column_type}, with which the database cannot be upgraded",
                f"ALTER TABLE {named(table)} ALTER COLUMN {quote_identifier(ref.part)} TYPE text;",
            )


def _columns(known: Exposure) -> Iterator[tuple[Ref, str]]:
    for ref, value in known.catalog.of("column"):
        if isinstance(value, Column) and (ref.schema, ref.name):
            yield ref, value.type
    for ref, view in known.views.items():
        if isinstance(view, MaterializedView):
            for name, column_type in view.columns:
                yield Ref("column", ref.schema, ref.name, name), column_type
