"""What rules read: the statements of the stream and of what is to enter it, and whose objects they touch.

Files that are not SQL are `unreadable-sql`, and have no statements for the other rules.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, Protocol
from weakref import WeakKeyDictionary

import msgspec

from ormony import origins, sql
from ormony import stream as streams
from ormony.errors import OrmonyError
from ormony.history import History, Notice, Part, Revision, Service, declared
from ormony.rules import finding as findings
from ormony.rules.finding import Finding
from ormony.sql import Facts, Name, Statement
from ormony.stream import OURSELVES, StreamFile


class Evidence(findings.Evidence, Protocol):
    """What rules are given: an Evidence, what was noticed when it was read, and scripts as SQL."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What reading the stream's folder and the histories noticed."""

    @property
    def frozen_texts(self) -> Mapping[str, str]:
        """By path, what the frozen branch has of the files that are otherwise here, or not here at all."""

    @property
    def parts(self) -> Mapping[tuple[str, str], Sequence[Part]]:
        """The SQL, by service and source, of changed revisions that are scripts, where the tool could say."""


# ------------------------------------------------------------------------------------------------- statements


@lru_cache(maxsize=4096)  # each rule goes through all statements of the same files
def facts(file: StreamFile) -> tuple[Facts, ...]:
    """The facts of each statement of a file; () where it is not SQL."""
    try:
        return origins.facts(file)
    except OrmonyError:
        return ()


def is_new(evidence: findings.Evidence, file: StreamFile) -> bool:
    """Whether the file may still change."""
    return file.path not in evidence.frozen


def stream(evidence: findings.Evidence) -> tuple[StreamFile, ...]:
    """The files of the stream, as they run."""
    return streams.in_stream_order(evidence.stream)


def hand_written(file: StreamFile) -> bool:
    """Whether a person keeps this file, with a service of its own or none."""
    return file.provenance is None or (file.in_place and file.provenance.source.startswith("supabase/"))


def service_of(file: StreamFile) -> str | None:
    """The service whose file it is; None for a hand-written one and for what ormony adds by itself."""
    name = file.provenance.service if file.provenance else None
    return None if name == OURSELVES else name


def unmerged(
    evidence: findings.Evidence,
) -> Iterator[tuple[Service, History, Revision]]:
    """The revisions that the stream has not, by lane and in the order of their tool."""
    merged = {(f.provenance.service, f.provenance.source) for f in evidence.stream if f.provenance}
    for service in evidence.services:
        history = evidence.histories.get(service.name)
        for revision in history.revisions if history is not None else ():
            if history is not None and (service.name, streams.source_of(service, revision)) not in merged:
                yield service, history, revision


def incoming(evidence: findings.Evidence) -> tuple[StreamFile, ...]:
    """What is still to be merged, as far as it is SQL: each revision as a file that lies where it lies."""
    found = []
    for service, _, revision in unmerged(evidence):
        if revision.sql is None:
            continue
        text = revision.sql.removeprefix("\ufeff")
        with contextlib.suppress(OrmonyError):  # no SQL: `unreadable-sql` says where
            text = sql.split_breakpoints(text, revision.path)
        provenance = streams.Provenance(
            service=service.name,
            source=streams.source_of(service, revision),
            native=revision.native,
            body="",
            search_path=service.search_path,
        )
        found.append(
            StreamFile(
                path=revision.path,
                version="",
                name=revision.id,
                text=text,
                provenance=provenance,
                transaction=revision.transaction,
                in_place=True,
            )
        )
    return tuple(found)


class Places:
    """Where a line of the stream is mended: in the service's own file, where that is SQL."""

    def __init__(self, evidence: findings.Evidence) -> None:
        self._natives = origins.natives(evidence.services, evidence.histories)
        self._files: dict[str, origins.Whence] = {}

    def of(self, file: StreamFile, statement: Statement, line: int | None = None) -> str:
        """`file:line`."""
        whence = self._files.get(file.path)
        if whence is None:
            key = (file.provenance.service, file.provenance.source) if file.provenance else None
            native = self._natives.get(key) if key and not file.in_place else None
            whence = self._files[file.path] = origins.Whence(file, native)
        return whence.places(line if line is not None else statement.line, statement)[0]


def text_of(name: Name) -> str:
    """`public.users`, `public.users.id`, `public.add(int4, int4)`."""
    return ".".join(each for each in (name.schema, name.of, name.name) if each)


# -------------------------------------------------------------------------------------------- the stream says


def verified(evidence: Evidence, codes: frozenset[str], rule: str) -> Iterator[Finding]:
    """What `stream.verify` finds under these codes, as findings of a rule."""
    for each in _verified(evidence):
        if each.code in codes:
            yield Finding(
                rule=rule,
                severity=each.severity,
                message=each.message,
                place=each.place if re.search(r":\d+$", each.place) else f"{each.place}:1",
                hint=each.hint,
                service=_service_at(evidence, each.place),
                database=evidence.name,
            )


_KNOWN: Final[WeakKeyDictionary[Evidence, tuple[streams.Finding, ...]]] = WeakKeyDictionary()


def _verified(evidence: Evidence) -> tuple[streams.Finding, ...]:
    """Found once for all rules that ask: every text is hashed for it."""
    found = _KNOWN.get(evidence)
    if found is None:
        found = _KNOWN[evidence] = streams.verify(
            evidence.stream,
            evidence.services,
            evidence.histories,
            frozen=evidence.frozen,
            parts=evidence.parts,
        )
    return found


def _service_at(evidence: findings.Evidence, place: str) -> str | None:
    for file in evidence.stream:
        if file.path == place:
            return service_of(file)
    for name, history in evidence.histories.items():
        if any(revision.path == place for revision in history.revisions):
            return name
    return None


# -------------------------------------------------------------------------------------------------- ownership


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that creates, drops, alters or adds to what another has created.

    `service` is whose file it is, None for a hand-written one; `owner` is None where such a file created it.
    `adds` is an index, a policy, a trigger, a constraint, row-level security: no column changes. `new`: not
    in the stream yet. `mirror`: the service declares the table as a mirror.
    """

    action: Literal["creates", "alters", "drops", "adds"]
    what: Name
    service: str | None
    owner: str | None
    place: str
    created: str
    statement: Statement
    new: bool
    frozen: bool
    mirror: bool
    guarded: bool  # IF NOT EXISTS or OR REPLACE: the second passes in silence


_OWNED: Final = frozenset({"relation", "type", "signature"})
_ADDS: Final = frozenset({"IndexStmt", "CreatePolicyStmt", "CreateTrigStmt", "RuleStmt", "CreateStatsStmt"})
_BEHAVIOR: Final = frozenset({"CreatePolicyStmt", "CreateTrigStmt", "RuleStmt"})
_GUARDED: Final = re.compile(r"\bif\s+not\s+exists\b|\bor\s+replace\b", re.IGNORECASE)


class _Owner(msgspec.Struct, frozen=True):
    service: str | None
    file: StreamFile
    statement: Statement


_ACTS: Final[WeakKeyDictionary[findings.Evidence, tuple[Act, ...]]] = WeakKeyDictionary()


def acts(evidence: findings.Evidence) -> tuple[Act, ...]:
    """Everything that a service does to what it did not create, in stream order, then what is to be merged.

    Of hand-written files only the tables and types that they create are among it: the rest of what they do is
    the whole project's. Found once for all rules that ask.
    """
    found = _ACTS.get(evidence)
    if found is None:
        found = _ACTS[evidence] = tuple(_acts(evidence))
    return found


def _acts(evidence: findings.Evidence) -> Iterator[Act]:
    owners: dict[Name, _Owner] = {}
    places = Places(evidence)
    services = {each.name: each for each in evidence.services}
    files = [(file, False) for file in stream(evidence)] + [(file, True) for file in incoming(evidence)]
    for file, new in files:
        service = service_of(file)
        for each in facts(file):
            if owners:
                for action, what, has in _touched(each, service, owners):
                    if service is None and (action != "creates" or what.kind == "signature"):
                        continue
                    yield Act(
                        action=action,
                        what=what,
                        service=service,
                        owner=has.service,
                        place=places.of(file, each.statement),
                        created=places.of(has.file, has.statement),
                        statement=each.statement,
                        new=new,
                        frozen=file.path in evidence.frozen,
                        mirror=service in services and _mirrors(services[service], what, each.statement),
                        guarded=_GUARDED.search(each.statement.sql[:400]) is not None,
                    )
            # What a service made that is no more belongs to the project, like what a person wrote.
            owner = service if service in services else None
            _remember(each, _Owner(owner, file, each.statement), owners)


def _remember(each: Facts, owner: _Owner, owners: dict[Name, _Owner]) -> None:
    was = {name.kind: owners[name] for name in each.renames if name in owners}
    for name in each.drops | each.renames:
        owners.pop(name, None)
        if name.kind == "function" and not any(one.kind == "signature" for one in each.drops):
            for one in [o for o in owners if o.kind == "signature" and o.name.startswith(f"{name.name}(")]:
                del owners[one]
    for name in each.creates:
        if name.kind in _OWNED:
            owners.setdefault(name, was.get(name.kind, owner))


def _touched(
    each: Facts, service: str | None, owners: Mapping[Name, _Owner]
) -> Iterator[tuple[Literal["creates", "alters", "drops", "adds"], Name, _Owner]]:
    for name in sorted(each.creates):
        owner = owners.get(name)
        if name.kind in _OWNED and owner is not None and owner.service != service:
            yield "creates", name, owner
    exact = any(name.kind == "signature" for name in each.drops)
    for name in sorted(each.drops | each.renames):
        owner = _of_function(name, service, owners) if not exact else None
        owner = owner or owners.get(name)
        if owner is not None and owner.service != service:
            yield "drops", name, owner
    kind = each.statement.kind
    if kind in _ADDS:
        tables = {Name("relation", name.schema, name.of) for name in each.creates if name.of}
        if kind in ("IndexStmt", "CreateStatsStmt"):
            tables = {name for name in each.uses if name.kind == "relation"}
        for name, owner in _foreign(tables, service, owners):
            yield "adds", name, owner
        return
    for name, owner in _foreign(each.alters, service, owners):
        yield ("adds" if _only_adds(each) else "alters"), name, owner


def _foreign(
    names: Iterable[Name], service: str | None, owners: Mapping[Name, _Owner]
) -> Iterator[tuple[Name, _Owner]]:
    """Of the names that are another's, those that can mean nothing of the service's own.

    A name without a schema stands once for each schema of the search path.
    """
    groups: dict[tuple[str, str, str], list[tuple[Name, _Owner]]] = {}
    for name in sorted(names):
        owner = _of_function(name, service, owners) or owners.get(name)
        if owner is not None:
            groups.setdefault((name.kind, name.name, name.of), []).append((name, owner))
    for found in groups.values():
        if all(owner.service != service for _, owner in found):
            yield found[0]


def _of_function(name: Name, service: str | None, owners: Mapping[Name, _Owner]) -> _Owner | None:
    """Who owns the functions of a name that is given without arguments; None where one is the service's."""
    if name.kind != "function":
        return None
    found = [
        owner
        for one, owner in owners.items()
        if one.kind == "signature" and one.schema == name.schema and one.name.startswith(f"{name.name}(")
    ]
    return found[0] if found and all(owner.service != service for owner in found) else None


def _only_adds(each: Facts) -> bool:
    """Whether an ALTER TABLE leaves the columns alone: it adds constraints, or is about rights and rows."""
    if each.statement.kind != "AlterTableStmt":
        return False
    try:
        ((_, parts),) = sql.parts(each.statement.sql)
    except (OrmonyError, ValueError):
        return False
    return all(part.action == "make" and part.name.kind == "constraint" for part in parts)


def _mirrors(service: Service, what: Name, statement: Statement) -> bool:
    """Whether `sync` leaves such a statement out, as the definition of what the service mirrors."""
    if what.kind not in ("relation", "type") or statement.kind in _BEHAVIOR:
        return False
    return any(
        word.database is None and word.name != "*" and word.covers(what.schema, what.name)
        for word in declared(service)
    )
