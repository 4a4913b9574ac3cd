"""Two services record their migrations in the same table.

Drizzle runs what is newer than the newest row, so it passes over the migrations of the service that came
second, for ever; Alembic and SQLx stop at rows that they do not know. A deploy refuses it before anything
runs.

Mend it by giving one of them a ledger of its own, as the finding shows.

Found: two Drizzle services with the name that both have by default.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/admin/drizzle/0000_rights.sql
    CREATE TABLE "rights" ("id" bigint PRIMARY KEY);
    => error services/admin

Fine: one is told another table.

    == services/web/drizzle/0000_users.sql
    CREATE TABLE "users" ("id" bigint PRIMARY KEY);
    == services/admin/drizzle/0000_rights.sql
    CREATE TABLE "rights" ("id" bigint PRIMARY KEY);
    == services/admin/drizzle.config.ts
    export default { dialect: "postgresql", out: "./drizzle", migrations: { table: "__admin" } };
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.database import ledger_places
from ormony.errors import OrmonyError
from ormony.rules.finding import Evidence, Finding, Severity

SEVERITY: Final[Severity] = "error"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Each service whose ledger another has already; what only a database tells is not seen."""
    services = ledger_places.recording(evidence.services, evidence.histories)
    found = [each for each, _ in ledger_places.wanted(services, evidence.histories, "$user")]
    paths = {service.name: service.path for service in evidence.services}
    first: dict[str, ledger_places.Found] = {}
    for ledger in found:
        other = first.setdefault(ledger.label, ledger)
        if other is ledger:
            continue
        try:
            ledger_places.refuse_same_place((other, ledger))
        except OrmonyError as error:
            yield Finding(
                rule="shared-ledger",
                severity=SEVERITY,
                message=error.message,
                object=ledger.label,
                place=error.place or paths.get(ledger.service),
                hint=error.hint,
                service=ledger.service,
                database=evidence.name,
            )
