"""An extension lies in the schema `public`.

Its functions and tables stand between those of the project: the API offers them to every client, a dump of
the schema has to leave them out, and an update of the extension meets names that the project has taken.

Mend it by `WITH SCHEMA extensions` where it is created; where that file never changes again, by
`ALTER EXTENSION … SET SCHEMA extensions`, or, of one that cannot be moved, by dropping and creating it.
Without an API it is a note.

Found: nothing says where it goes, so it goes where the search path leads.

    == supabase/config.toml
    project_id = "shop"
    == supabase/migrations/00000_extensions.sql
    CREATE EXTENSION hstore;
    => warning supabase/migrations/00000_extensions.sql:1

Fine: it has the schema that is made for it.

    == supabase/config.toml
    project_id = "shop"
    == supabase/migrations/00000_extensions.sql
    CREATE EXTENSION hstore WITH SCHEMA extensions;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import Extension
from ormony.rules.exposure import exposure
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence
from ormony.sql import quote_identifier

SEVERITY: Final[Severity] = "warning"
NEEDS_CATALOG: Final = True


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such extension of the project."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, value in known.catalog.of("extension"):
        if not isinstance(value, Extension) or value.schema != "public":
            continue
        name = quote_identifier(ref.name)
        origin = known.origin(ref)
        frozen = origin is not None and origin.stream.rpartition(":")[0] in evidence.frozen
        moved = (
            f"ALTER EXTENSION {name} SET SCHEMA extensions;"
            if value.relocatable
            else f"DROP EXTENSION {name}; CREATE EXTENSION {name} WITH SCHEMA extensions;"
        )
        yield known.finding(
            "extension-in-public",
            known.severity(SEVERITY),
            ref,
            f"extension {ref.name} lies in the schema public",
            moved if frozen else f"CREATE EXTENSION {name} WITH SCHEMA extensions;",
        )
