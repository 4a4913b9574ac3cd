"""A foreign key has no index on its own side.

PostgreSQL indexes the table that is referenced, not the one that references. Each row that is deleted there,
or gets another key, is looked for here, by reading the whole table, for each row again: deleting one account
can take minutes, and locks what it has read.

Mend it with an index that begins with the columns of the key, in whatever order. One that holds only some
rows does not count, unless it leaves out nothing but nulls. It is a note: where no row that is referenced
ever goes, the index would cost every insert and serve nothing.

Found: every order is read when a customer goes.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE customers (id bigint PRIMARY KEY);
    CREATE TABLE orders (
      id bigint PRIMARY KEY,
      customer_id bigint REFERENCES customers,
      open boolean
    );
    CREATE INDEX ON orders (customer_id) WHERE open;
    => note supabase/migrations/00400_orders.sql:4

Fine: an index, the primary key or a unique constraint begins with the columns.

    == supabase/migrations/00400_orders.sql
    CREATE TABLE customers (shop bigint, id bigint, PRIMARY KEY (shop, id));
    CREATE TABLE orders (
      id bigint PRIMARY KEY,
      shop bigint,
      customer_id bigint,
      FOREIGN KEY (shop, customer_id) REFERENCES customers
    );
    CREATE INDEX ON orders (customer_id, shop, id);
    CREATE TABLE products (id bigint PRIMARY KEY, replaced_by bigint REFERENCES products);
    CREATE INDEX ON products (replaced_by) WHERE replaced_by IS NOT NULL;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "note"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such foreign key of the project's tables."""
    known = exposure(evidence)
    if known is None:
        return
    for table, constraints in known.constraints.items():
        if table not in known.tables:
            continue
        for ref, constraint in constraints:
            if constraint.type != "foreign key" or constraint.references is None:
                continue
            if any(lead.serves(constraint.columns) for lead in known.indexes.get(table, ())):
                continue
            columns = ", ".join(quote_identifier(each) for each in constraint.columns)
            yield known.finding(
                "unindexed-foreign-key",
                SEVERITY,
                ref,
                f"no index of {table} begins with {listed(constraint.columns)}: whatever is deleted in"
                f" {constraint.references} is looked for in all its rows",
                f"CREATE INDEX ON {named(table)} ({columns});",
            )
