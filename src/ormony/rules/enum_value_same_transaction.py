"""A migration adds a value to an enum and uses it.

PostgreSQL refuses to use a new value before the transaction that added it has ended (55P04 unsafe use of new
value). The service's own tool and the Supabase CLI run a migration as one transaction, and fail. `ormony
deploy` ends the transaction before such a statement: the deploy then has two steps, and an error in the
second leaves the first.

Mend it by moving the use to a migration of its own, which sorts after it.

Found: a default with the new value.

    == supabase/migrations/00400_status.sql
    CREATE TYPE status AS ENUM ('open', 'done');
    CREATE TABLE notes (id bigint PRIMARY KEY, status status);
    == supabase/migrations/00401_hidden.sql
    ALTER TYPE status ADD VALUE 'hidden';
    ALTER TABLE notes ALTER COLUMN status SET DEFAULT 'hidden';
    => warning supabase/migrations/00401_hidden.sql:2

Fine: the use is in a file of its own; the type is new itself; the same word elsewhere.

    == supabase/migrations/00400_status.sql
    CREATE TYPE status AS ENUM ('open', 'done');
    ALTER TYPE status ADD VALUE 'late';
    CREATE TABLE notes (id bigint PRIMARY KEY, status status DEFAULT 'late');
    CREATE TABLE words (word text);
    == supabase/migrations/00401_hidden.sql
    ALTER TYPE status ADD VALUE 'hidden';
    INSERT INTO words VALUES ('hidden');
    == supabase/migrations/00402_default.sql
    ALTER TABLE notes ALTER COLUMN status SET DEFAULT 'hidden';
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.origins import search_path
from ormony.rules.finding import Evidence, Finding, Severity, Side
from ormony.rules.reading import Places, facts, incoming, is_new, service_of, stream, text_of
from ormony.sql import Facts, Name
from ormony.stream import StreamFile

SEVERITY: Final[Severity] = "warning"
_ADDS: Final = re.compile(r"\badd\s+value\b", re.IGNORECASE)


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every statement with a value that its own file has added, where the enum is in play."""
    places = Places(evidence)
    types: dict[Name, set[Name]] = {}  # of which types a relation has columns
    new = [file for file in stream(evidence) if is_new(evidence, file)]
    if not any(_ADDS.search(file.text) for file in (*new, *incoming(evidence))):
        return
    for file in (*stream(evidence), *incoming(evidence)):
        may_change = is_new(evidence, file)
        added: dict[str, tuple[Name, Facts]] = {}
        made: set[Name] = set()
        for each in facts(file):
            value = sql.added_value(each.statement, search_path=search_path(file)) if may_change else None
            if value is not None and not value.types & made:
                added[value.label] = (min(value.types), each)
            elif added:
                yield from _uses(evidence, file, each, added, types, places)
            made |= {name for name in each.creates if name.kind == "type"}
            of_types = {name for name in each.uses if name.kind == "type"}
            for name in each.creates | each.alters:
                if name.kind == "relation" and of_types:
                    types.setdefault(name, set()).update(of_types)


def _uses(
    evidence: Evidence,
    file: StreamFile,
    each: Facts,
    added: dict[str, tuple[Name, Facts]],
    types: dict[Name, set[Name]],
    places: Places,
) -> Iterator[Finding]:
    in_play = {name for name in each.uses if name.kind == "type"}
    for name in each.uses | each.alters | each.creates:
        in_play |= types.get(name, set())
    for label in sorted(sql.literals(each.statement) & added.keys()):
        enum, adding = added[label]
        if enum not in in_play:
            continue
        yield Finding(
            rule="enum-value-same-transaction",
            severity=SEVERITY,
            message=f"'{label}' of {enum} is used in the transaction that adds it, which is refused",
            object=text_of(enum),
            place=places.of(file, each.statement),
            sides=(Side(places.of(file, adding.statement), "added here"),),
            hint="move this statement to a migration of its own",
            service=service_of(file),
            database=evidence.name,
        )
