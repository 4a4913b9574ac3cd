"""Where each object of a stream was made: which file, which line, whose.

Pure: the texts of the stream and of the services' own SQL files say it, no database is asked. What SQL puts
together while it runs (EXECUTE) is not seen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

import msgspec

from ormony import sql
from ormony.history import History, Service
from ormony.sql import Name, Statement
from ormony.stream import StreamFile, source_of

Key = tuple[str, str, str]
"""Schema, relation or type, and '' or the name of a column, constraint, policy, trigger or rule."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where an object comes from; every place is `file:line`, relative to the project.

    `service` created it, None for a hand-written file. `created` and `place` are where it was made and where
    it was made or last altered: in the service's own file where that is SQL, else in the stream; `stream` is
    `place` in the stream.
    """

    service: str | None
    created: str
    place: str
    stream: str


class Native(msgspec.Struct, frozen=True):
    """A service's own file of SQL: the text that became a stream file."""

    path: str
    text: str


def natives(services: Iterable[Service], histories: Mapping[str, History]) -> dict[tuple[str, str], Native]:
    """The services' own SQL files, by service and source as provenance lines have them."""
    return {
        (service.name, source_of(service, revision)): Native(revision.path, revision.sql)
        for service in services
        if service.name in histories
        for revision in histories[service.name].revisions
        if revision.sql is not None
    }


def origins(
    files: Iterable[StreamFile], own: Mapping[tuple[str, str], Native] | None = None
) -> dict[Key, Origin]:
    """The origin of every relation and type that the stream leaves, and of what hangs on relations.

    `files` are in stream order; `own` is what `natives` gives, without which all places are in the stream.
    Raises what `sql.statements` raises.
    """
    return {
        (name.schema, name.of, name.name) if name.of else (name.schema, name.name, ""): origin
        for name, origin in by_name(files, own).items()
        if name.of or name.kind in ("relation", "type")
    }


def by_name(
    files: Iterable[StreamFile], own: Mapping[tuple[str, str], Native] | None = None
) -> Mapping[Name, Origin]:
    """As `origins`, of everything that has a name: schemas, functions, extensions and roles too."""
    natives = []
    for file in files:
        provenance = file.provenance
        native = (own or {}).get((provenance.service, provenance.source)) if provenance else None
        natives.append((file, None if file.in_place else native))
    with _ONE_AT_A_TIME:
        return _by_name(tuple(natives))


def taken(files: Iterable[StreamFile], own: Mapping[tuple[str, str], Native] | None = None) -> dict[str, str]:
    """Where files drop, rename or alter something, by its name alone, without schema and table.

    Where several do, a drop or a new name counts before what only alters, then the last.
    """
    altered: dict[str, str] = {}
    gone: dict[str, str] = {}
    for file in files:
        provenance = file.provenance
        native = (own or {}).get((provenance.service, provenance.source)) if provenance else None
        whence = Whence(file, None if file.in_place else native)
        for step in _steps(file):
            if step.action != "make":
                into = altered if step.action == "alter" else gone
                into |= {name.name: whence.places(step.line, step.statement)[0] for name in step.names}
    return altered | gone


# Threads that check one project ask the same: the second waits, and then it is known.
_ONE_AT_A_TIME: Final = threading.RLock()


@lru_cache(maxsize=4)
def _by_name(files: tuple[tuple[StreamFile, Native | None], ...]) -> Mapping[Name, Origin]:
    found = _Found()
    for file, native in files:
        whence = Whence(file, native)
        for step in _steps(file):
            found.take(step, whence)
    return found.origins


def facts(file: StreamFile) -> tuple[sql.Facts, ...]:
    """The facts of each statement of a file in the search path that it starts with, read once.

    Raises what `sql.statements` raises.
    """
    return tuple(each for each, _ in _read(file))


def search_path(file: StreamFile) -> tuple[str, ...]:
    """What a file starts with."""
    stated = file.provenance.search_path if file.provenance else None
    return stated if stated is not None else ("public",)


def _read(file: StreamFile) -> tuple[tuple[sql.Facts, tuple[sql.Part, ...]], ...]:
    with _ONE_AT_A_TIME:
        return _parts(file)


@lru_cache(maxsize=4096)
def _parts(file: StreamFile) -> tuple[tuple[sql.Facts, tuple[sql.Part, ...]], ...]:
    return sql.parts(file.text, search_path=search_path(file), path=file.path)


class Whence:
    """Where the text of a stream file came from: `native` is the service's own file, None where it has none.

    A file of one part has the native text below its first lines; of several parts each was cut out of it, and
    then the statement that a line belongs to is looked for.
    """

    def __init__(self, file: StreamFile, native: Native | None) -> None:
        self.file, self.native = file, native
        self.service = file.provenance.service if file.provenance else None
        self._lines: list[str] | None = None
        self._stream_lines: list[str] = []
        self._shift = 0

    def native_line(self, line: int, statement: Statement | None = None) -> int | None:
        """The line of the service's own file that is this line of the stream's; None if it is not found."""
        if self.native is None:
            return None
        if self._lines is None:
            self._lines = self.native.text.splitlines()
            self._stream_lines = self.file.text.splitlines()
            framed = self.file.provenance is not None and (
                self.file.provenance.role is not None or self.file.provenance.search_path is not None
            )
            self._shift = self.file.body_line - 1 + framed
        at = line - self._shift
        if 0 < at <= len(self._lines) and _alike(self._lines[at - 1], self._stream_lines[line - 1]):
            return at
        if statement is not None:
            start = self.native.text.find(statement.sql)
            if start >= 0:
                return self.native.text.count("\n", 0, start) + 1 + line - statement.line
        return None

    def places(self, line: int, statement: Statement) -> tuple[str, str]:
        """In the service's own file where it can be told, and in the stream."""
        stream = f"{self.file.path}:{line}"
        own = self.native_line(line, statement)
        return (f"{self.native.path}:{own}" if own is not None and self.native else stream), stream


class _Step(msgspec.Struct, frozen=True):
    action: Literal["make", "alter", "drop", "rename"]
    names: tuple[Name, ...]  # what it may mean: of several, the one that exists
    line: int
    statement: Statement
    to: Name | None = None


@lru_cache(maxsize=2048)  # the same stream is asked about by several who check
def _steps(file: StreamFile) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    for facts, parts in _read(file):
        statement = facts.statement
        line = statement.line
        said = {part.name for part in parts}
        renamed = _renames(facts)
        steps += [_Step("rename", (old,), line, statement, new) for old, new in renamed]
        gone = facts.drops | {name for name in facts.renames if name not in {old for old, _ in renamed}}
        steps += [_Step("drop", (name,), line, statement) for name in gone - said]
        made = facts.creates - said - {new for _, new in renamed}
        steps += [_Step("make", (name,), line, statement) for name in made]
        if not parts and facts.alters:
            groups: dict[tuple[str, str, str], list[Name]] = {}
            for name in sorted(facts.alters):
                groups.setdefault((name.kind, name.name, name.of), []).append(name)
            steps += [_Step("alter", tuple(each), line, statement) for each in groups.values()]
        steps += [_Step(part.action, (part.name,), part.line, statement) for part in parts]
    return tuple(steps)


def _renames(facts: sql.Facts) -> list[tuple[Name, Name]]:
    """(old, new) of what the statement renames or moves to another schema."""
    if len(facts.renames) != 1:
        return []
    (old,) = facts.renames
    new = [each for each in facts.creates if (each.kind, each.of) == (old.kind, old.of)]
    return [(old, new[0])] if len(new) == 1 else []


def _alike(native: str, stream: str) -> bool:
    """Whether a line is the native one; Drizzle's marker at its end has become a semicolon or nothing."""
    native = native.partition(sql.BREAKPOINT)[0].rstrip().rstrip(";")
    return bool(native.strip()) and native == stream.rstrip().rstrip(";")


class _Found:
    """What there is after the statements so far."""

    def __init__(self) -> None:
        self.origins: dict[Name, Origin] = {}
        self._of: dict[tuple[str, str], set[Name]] = {}  # what hangs on a relation

    def take(self, step: _Step, whence: Whence) -> None:
        name = next((each for each in step.names if each in self.origins), step.names[0])
        place, stream = whence.places(step.line, step.statement)
        match step.action:
            case "drop":
                self._forget(name)
            case "rename":
                self._rename(name, step.to or name, place, stream)
            case "alter":
                old = self.origins.get(name)
                if old is not None:
                    self.origins[name] = msgspec.structs.replace(old, place=place, stream=stream)
            case "make":
                old = self.origins.get(name)
                if name.of and Name("relation", name.schema, name.of) not in self.origins:
                    later = [each for each in step.names if self._stands(each)]
                    name = later[0] if later else name
                if old is None:
                    origin = Origin(service=whence.service, created=place, place=place, stream=stream)
                else:  # IF NOT EXISTS, OR REPLACE: it was there, and stays his who made it first
                    origin = msgspec.structs.replace(old, place=place, stream=stream)
                self._put(name, origin)

    def _stands(self, name: Name) -> bool:
        return Name("relation", name.schema, name.of) in self.origins

    def _put(self, name: Name, origin: Origin) -> None:
        self.origins[name] = origin
        if name.of:
            self._of.setdefault((name.schema, name.of), set()).add(name)

    def _forget(self, name: Name) -> None:
        self.origins.pop(name, None)
        if name.of:
            self._of.get((name.schema, name.of), set()).discard(name)
        elif name.kind == "relation":
            for each in self._of.pop((name.schema, name.name), ()):
                self.origins.pop(each, None)

    def _rename(self, name: Name, to: Name, place: str, stream: str) -> None:
        old = self.origins.get(name)
        if old is None:
            return
        hanging = sorted(self._of.get((name.schema, name.name), ())) if name.kind == "relation" else []
        moved = [
            (msgspec.structs.replace(each, schema=to.schema, of=to.name), self.origins[each])
            for each in hanging
        ]
        self._forget(name)
        self._put(to, msgspec.structs.replace(old, place=place, stream=stream))
        for each, origin in moved:
            self._put(each, origin)


def forget() -> None:
    """Read every file anew from now on."""
    _steps.cache_clear()
    _parts.cache_clear()
    _by_name.cache_clear()
