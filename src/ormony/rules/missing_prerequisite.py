"""A migration uses what no migration before it creates.

The project works on the one database where somebody once made the role, the extension or the table by hand,
and on no other: no new colleague, no preview branch and no CI run can replay it.

Mend it with a file that sorts before it and creates what is missing. What Supabase itself brings
(`auth.users`, `anon`, `storage.objects`, …) is there: only what the replay misses is found.

Found: a role that nobody creates.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY);
    GRANT SELECT ON notes TO reports;
    => error supabase/migrations/00400_notes.sql:2

Found: a table of another project.

    == supabase/migrations/00400_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY, tenant bigint REFERENCES billing.tenants (id));
    => error supabase/migrations/00400_notes.sql:1

Fine: what Supabase brings, and what an earlier file makes.

    == supabase/migrations/00400_tenants.sql
    CREATE TABLE tenants (id bigint PRIMARY KEY, owner uuid REFERENCES auth.users (id));
    ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
    == supabase/migrations/00401_notes.sql
    CREATE TABLE notes (id bigint PRIMARY KEY, tenant bigint REFERENCES tenants (id));
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON notes TO authenticated;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.errors import OrmonyError
from ormony.rules.finding import Evidence, Finding, Severity, Side
from ormony.rules.reading import Places, facts, service_of, stream, text_of
from ormony.sql import Facts, Name
from ormony.stream import StreamFile

SEVERITY: Final[Severity] = "error"
_KINDS: Final = frozenset({"relation", "type", "role", "extension", "schema"})


class _Missing:
    """A statement and what it needs that no file before it creates."""

    def __init__(self, file: StreamFile, each: Facts, names: tuple[Name, ...]) -> None:
        self.file, self.each, self.names = file, each, names


def find(evidence: Evidence) -> Iterator[Finding]:
    """What the replay stopped at, if it is a thing that no file before creates."""
    suspects, makers = _suspects(evidence)
    if not suspects:
        return
    try:
        _ = evidence.catalog
    except OrmonyError as error:
        path, line = _place(error.place)
        for suspect in suspects:
            statement = suspect.each.statement
            if suspect.file.path != path:
                continue
            if not statement.line <= line <= statement.line + statement.sql.count("\n"):
                continue
            yield from _findings(evidence, suspect, error, makers)


def _findings(
    evidence: Evidence, suspect: _Missing, error: OrmonyError, makers: dict[Name, str]
) -> Iterator[Finding]:
    places = Places(evidence)
    for name in _named(suspect.names, error.message):
        later = makers.get(name)
        yield Finding(
            rule="missing-prerequisite",
            severity=SEVERITY,
            message=f"{name} is used here, and "
            + ("is created later" if later else "no file of the stream creates it"),
            object=text_of(name),
            place=places.of(suspect.file, suspect.each.statement),
            sides=(Side(later, "created here"),) if later else (),
            hint=_hint(name, suspect.file, later),
            service=service_of(suspect.file),
            database=evidence.name,
        )


def _named(names: tuple[Name, ...], message: str) -> list[Name]:
    """Of what a statement needs the thing that the server's message is about: the rest may be Supabase's."""
    if message.startswith("schema "):
        schemas = {each.schema for each in names} | {each.name for each in names if each.kind == "schema"}
        return [Name("schema", "", each) for each in sorted(schemas) if f'"{each}"' in message]
    extensions = [each for each in names if each.kind == "extension"]
    found = [each for each in names if f'"{each.name}"' in message or f'"{text_of(each)}"' in message]
    brought = [each for each in found if each.name not in {one.name for one in extensions}]
    # A type, function or operator class that an extension brings is named, and not the extension.
    return brought or extensions


def _hint(name: Name, file: StreamFile, later: str | None) -> str:
    before = f"-- in a file that sorts before {file.path.rpartition('/')[2]}"
    if later:
        return f"move one of the two, so that {later.rpartition('/')[2]} runs before"
    match name.kind:
        case "extension":
            return f'CREATE EXTENSION IF NOT EXISTS "{name.name}";   {before}'
        case "schema":
            return f'CREATE SCHEMA IF NOT EXISTS "{name.name}";   {before}'
        case "role":
            return f'CREATE ROLE "{name.name}" NOLOGIN;   {before}'
    return f"create it {before.removeprefix('-- ')}"


def _suspects(evidence: Evidence) -> tuple[list[_Missing], dict[Name, str]]:
    """The statements that need what nothing before them creates, and who creates it later."""
    made: set[Name] = set()
    makers: dict[Name, str] = {}
    suspects = []
    for file in stream(evidence):
        for each in facts(file):
            groups: dict[tuple[str, str], list[Name]] = {}
            for name in each.needs:
                if name.kind in _KINDS:
                    groups.setdefault((name.kind, name.name), []).append(name)
            missing = [
                min(names) for names in groups.values() if not any(_is_made(name, made) for name in names)
            ]
            if missing:
                suspects.append(_Missing(file, each, tuple(sorted(missing))))
            made |= each.creates
            for name in each.creates:
                makers.setdefault(name, f"{file.path}:{each.statement.line}")
    return suspects, makers


def _is_made(name: Name, made: set[Name]) -> bool:
    return name in made or (name.kind == "type" and Name("relation", name.schema, name.name) in made)


def _place(place: str | None) -> tuple[str, int]:
    parts = (place or "").split(":")
    return parts[0], int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
