"""A migration reaches beyond its database: roles, other databases, the server's settings.

A role belongs to the whole cluster. The second database of the same server, a preview branch, a colleague's
local server with two projects: there the role exists already and CREATE ROLE fails, or ALTER ROLE changes
what another project counts on. The name of a database that is written into a file is another one elsewhere.

Mend it by making roles and settings where the server is set up; for the current database write
`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I …', current_database()); END $$;`. Frozen files are left alone.

Found: a role, and a database by its name.

    == supabase/migrations/00400_reports.sql
    CREATE ROLE reports NOLOGIN;
    ALTER DATABASE postgres SET statement_timeout = '60s';
    => warning supabase/migrations/00400_reports.sql:1
    => warning supabase/migrations/00400_reports.sql:2

Found: also in a DO block that looks first.

    == supabase/migrations/00400_reports.sql
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reports') THEN
        CREATE ROLE reports NOLOGIN;
      END IF;
    END $$;
    => warning supabase/migrations/00400_reports.sql:1

Fine: rights of a role that is there.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    GRANT SELECT ON notes TO authenticated;
    ALTER TABLE notes OWNER TO postgres;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import Places, facts, incoming, is_new, service_of, stream

SEVERITY: Final[Severity] = "warning"
_WORDS: Final = re.compile(r"\b(?:CREATE|ALTER|DROP)\s+(?:ROLE|USER|GROUP|DATABASE)\s+[\w\"]+", re.IGNORECASE)


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such statement of the files that are not frozen, and of what is to be merged."""
    places = Places(evidence)
    new = [file for file in stream(evidence) if is_new(evidence, file)]
    for file in (*new, *incoming(evidence)):
        for each in facts(file):
            if not sql.cluster_wide(each.statement):
                continue
            text = each.statement.sql
            if each.statement.kind == "DoStmt":
                inner = _WORDS.search(text)
                what = f"a DO block with {' '.join(inner[0].split())}" if inner else "a DO block"
            else:
                what = " ".join(text.split()[:3]).rstrip(";")
            yield Finding(
                rule="cluster-wide",
                severity=SEVERITY,
                message=f"{what} reaches beyond this database",
                object=file.path,
                place=places.of(file, each.statement),
                hint="do it where the server is set up, or say why it belongs here: "
                "-- ormony: allow cluster-wide REASON",
                service=service_of(file),
                database=evidence.name,
            )
