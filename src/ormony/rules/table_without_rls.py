"""A table in an exposed schema has no row-level security.

Whoever has the public key, which every browser has, reads all its rows through the API, and with the
privileges that Supabase gives to new tables also changes and deletes them. Policies of a partitioned table do
not hold for its partitions when these are asked directly. A foreign table knows no row-level security at all,
and whoever asks it is one and the same user on the other server.

Mend it with `ALTER TABLE … ENABLE ROW LEVEL SECURITY` and a policy for who may see which rows; or take the
privileges from `anon` and `authenticated`; or put the table into a schema that is not exposed. Which schemas
are exposed, `schemas` in `supabase/config.toml` says. Without this file, and where nothing in the database
speaks of Supabase, it is a note: there may be no API.

Found: an API stands before the schema.

    == supabase/config.toml
    project_id = "shop"
    [api]
    schemas = ["public", "shop"]
    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
    => error supabase/migrations/00400_orders.sql:1

Fine: the first is guarded, nobody may use the second, the third is in a schema that no client reaches.

    == supabase/config.toml
    project_id = "shop"
    [api]
    schemas = ["public"]
    == supabase/migrations/00400_orders.sql
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid NOT NULL UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR ALL TO authenticated
      USING (owner = (SELECT auth.uid())) WITH CHECK (owner = (SELECT auth.uid()));
    CREATE TABLE runs (id bigint PRIMARY KEY);
    REVOKE ALL ON runs FROM anon, authenticated;
    CREATE SCHEMA internal;
    CREATE TABLE internal.jobs (id bigint PRIMARY KEY);
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.rules.exposure import ROWS, exposure, listed, named
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True

# Names of columns that say by themselves that nobody else may read them.
_SECRET: Final = frozenset(
    {
        "password",
        "password_hash",
        "passwd",
        "passphrase",
        "secret",
        "client_secret",
        "private_key",
        "api_key",
        "apikey",
        "token",
        "jwt",
        "access_token",
        "refresh_token",
        "session_token",
        "id_token",
        "recovery_code",
        "backup_code",
        "otp",
        "totp_secret",
        "ssn",
        "tax_id",
        "passport_number",
        "credit_card",
        "card_number",
        "cvc",
        "cvv",
        "iban",
        "account_number",
        "ssh_key",
    }
)


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such table, and every foreign table, that a client may use."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, table in known.tables.items():
        roles = known.exposed_to(ref, *ROWS) if not table.row_security else ()
        if not roles:
            continue
        foreign = ref.kind == "foreign table"
        secret = [each for each in known.catalog.column_order.get(ref, ()) if each.lower() in _SECRET]
        yield known.finding(
            "table-without-rls",
            known.severity(SEVERITY),
            ref,
            f"{ref.kind} {ref} {'knows' if foreign else 'has'} no row-level security,"
            f" and {listed(roles)} may use it{known.how}"
            + (f": all read its {listed(secret)}" if secret else ""),
            f"REVOKE ALL ON {named(ref)} FROM PUBLIC, {', '.join(roles)};"
            if foreign
            else f"ALTER TABLE {named(ref)} ENABLE ROW LEVEL SECURITY;  -- and a policy for who may see what",
        )
