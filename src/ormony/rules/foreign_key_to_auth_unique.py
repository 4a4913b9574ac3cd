"""A foreign key leads to a column of Supabase's schema `auth` that is not a primary key.

The schema is Supabase's: its updates drop and change unique constraints there (that of `auth.users.phone` was
one), which fails, or takes the foreign key along, where somebody's table hangs on them.

Mend it by a foreign key to the primary key, `auth.users (id)`.

Found: it hangs on a telephone number.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (
      id bigint PRIMARY KEY,
      phone text UNIQUE REFERENCES auth.users (phone)
    );
    => warning supabase/migrations/00400_orders.sql:3

Fine: it leads to the primary key.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (
      id bigint PRIMARY KEY,
      owner uuid UNIQUE REFERENCES auth.users
    );
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, listed
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such foreign key."""
    known = exposure(evidence)
    if known is None:
        return
    for table, constraints in known.constraints.items():
        for ref, each in constraints:
            if each.references is None or each.references.schema != "auth" or table.schema == "auth":
                continue
            if each.referenced_columns in ((), ("id",)):
                continue
            yield known.finding(
                "foreign-key-to-auth-unique",
                SEVERITY,
                ref,
                f"foreign key {ref} leads to {listed(each.referenced_columns)} of {each.references}, which"
                " Supabase may change",
                "reference the primary key: auth.users (id)",
            )
