"""Adopting a database: which files of the stream it already has, told by its ledgers, else by its catalog.

A file is `applied` when a ledger says so or when what it makes is there, `absent` when what it makes is not,
and `unknown` when neither can be told; nothing is guessed. Databases are compared in facts as small as a
column: so a table that a later file alters is still known. This module writes nothing: `deploy` takes over
what it finds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from ormony import majors, narrow, snapshot
from ormony.catalog import Catalog, Ref, holder
from ormony.database import verify
from ormony.database.pending import State, revision_of
from ormony.errors import DATABASE, OrmonyError
from ormony.history import History, ancestors
from ormony.stream import StreamFile

Status = Literal["applied", "absent", "unknown"]

Replay = Callable[[Sequence[StreamFile], Sequence[int]], Iterator[Catalog]]
"""Runs files one after the other in an empty shadow, and yields its catalog after so many of them, for each
of these counts.
"""


class Verdict(msgspec.Struct, frozen=True):
    """Whether the database has a file, and what says so: `ledger`, `catalog`, `history`, `assumed`, or ''."""

    version: str
    status: Status
    because: str


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """What a database has of the stream. `drift` is what differs from exactly the applied files, in words.

    `late` says that absent files sort before applied ones, and that running them now gives what a fresh
    replay gives.
    """

    verdicts: tuple[Verdict, ...]
    drift: tuple[str, ...] = ()
    late: bool = False

    @property
    def applied(self) -> tuple[str, ...]:
        """The versions that the database has."""
        return tuple(each.version for each in self.verdicts if each.status == "applied")


Fact = tuple[verify.Part, Any]
"""One object, comment or list of privileges, and its value: what defines a column, a whole function."""

Printed = Callable[[Catalog, Collection[Ref]], Catalog]


def catalogs(
    clone: Callable[[Sequence[StreamFile]], str],
    release: Callable[[str], None],
    read: Callable[[str], Catalog],
    told: Callable[[int, int], None],
) -> Replay:
    """A Replay over the prefixes of a series of files, each in a clone of its own, which is given back at
    once.
    """

    def replay(files: Sequence[StreamFile], counts: Sequence[int]) -> Iterator[Catalog]:
        for done, count in enumerate(counts):
            told(done, len(counts))
            url = clone(files[:count])
            try:
                yield read(url)
            finally:
                release(url)

    return replay


class _Evidence(msgspec.Struct):
    made: frozenset[Fact]
    unmade: frozenset[Fact]


def judge(
    target: Catalog,
    stream: Sequence[StreamFile],
    histories: Mapping[str, History],
    state: State,
    replay: Replay,
    *,
    printed: Printed = lambda catalog, refs: catalog,
    assume: Collection[str] = (),
) -> Adoption:
    """What the database with this catalog has of the stream.

    `printed` gives the catalog with these objects as the replay's server prints them. `assume` are versions
    that the user says are applied. Raises `unknown-version` for one that the stream lacks, `cannot-adopt`
    naming every file of which nothing can be said, `applied-in-part`, and `out-of-order` where running what
    is absent now would not give what a fresh replay gives.
    """
    ordered = sorted(stream, key=lambda file: file.version)
    versions = {file.version for file in ordered}
    for each in assume:
        if each not in versions:
            raise OrmonyError(
                "unknown-version",
                f"version {each} is not in the stream",
                hint="ormony status   # lists all versions",
            )
    known: dict[str, Verdict] = {}
    for file in ordered:
        origin = revision_of(file)
        recorded = origin is not None and origin[1] in state.recorded.get(origin[0], frozenset())
        if file.version in state.deployed or recorded:
            known[file.version] = Verdict(file.version, "applied", "ledger")
        elif file.version in assume:
            known[file.version] = Verdict(file.version, "applied", "assumed")
    whole = len(known) == len(ordered)  # no file is left to be proved: what remains is the drift
    bare, *replayed = replay(ordered, [0, len(ordered)] if whole else range(len(ordered) + 1))
    ledgers = {(found.schema, found.table) for found in state.found}

    def cut(catalog: Catalog) -> Catalog:
        catalog = narrow.without_surface(snapshot.redacted(catalog), bare, ledgers)
        catalog = narrow.as_role(majors.across(catalog, target)[0], bare.role)
        return msgspec.structs.replace(catalog, owners={})  # each tool connects as it likes

    after = [cut(each) for each in (bare, *replayed)]
    there = majors.across(cut(target), bare)[0]
    if target.version // 10000 != bare.version // 10000:
        there = _printed_alike(there, after, printed)
    if whole:
        return Adoption(
            verdicts=tuple(known[file.version] for file in ordered), drift=_drift(after[-1], there)
        )
    evidence = [_evidence(old, new) for old, new in itertools.pairwise(after)]
    _ask_catalog(ordered, evidence, _facts(there), known)
    _ask_histories(ordered, histories, known)
    verdicts = tuple(known.get(file.version, Verdict(file.version, "unknown", "")) for file in ordered)
    _refuse_unknown(ordered, verdicts)
    applied = {each.version for each in verdicts if each.status == "applied"}
    here = [file for file in ordered if file.version in applied]
    absent = [file for file in ordered if file.version not in applied]
    if not absent or here == ordered[: len(here)]:
        expected, late = after[len(here)], False
    else:
        expected = _prove_order(here, absent, after[-1], replay, cut)
        late = True
    return Adoption(verdicts=verdicts, drift=_drift(expected, there), late=late)


def _printed_alike(there: Catalog, after: Sequence[Catalog], printed: Printed) -> Catalog:
    """What differs from any replay in its text, as the replay's server prints it."""
    differing = {
        ref for each in after for ref, found in each.objects.items() if there.objects.get(ref, found) != found
    }
    return majors.across(printed(there, differing), after[0])[0] if differing else there


def _facts(catalog: Catalog) -> frozenset[Fact]:
    empty = msgspec.structs.replace(
        catalog, objects={}, comments={}, owners={}, grants={}, labels={}, unmodelled={}
    )
    return _evidence(empty, catalog).made


def _evidence(old: Catalog, new: Catalog) -> _Evidence:
    parts = verify.changed(old, new)
    before = {part: verify.value(old, part) for part in parts}
    after = {part: verify.value(new, part) for part in parts}
    return _Evidence(
        made=frozenset(each for each in after.items() if each[1] is not None),
        unmade=frozenset(each for each in before.items() if each[1] is not None),
    )


def _ask_catalog(
    ordered: Sequence[StreamFile],
    evidence: Sequence[_Evidence],
    there: frozenset[Fact],
    known: dict[str, Verdict],
) -> None:
    """From the last file to the first: what a later, applied file took away proves nothing against a file."""
    taken: set[Fact] = set()  # by applied files that come later
    used: set[Fact] = set()  # that applied files needed to be there
    for file, said in zip(reversed(ordered), reversed(evidence), strict=True):
        verdict = known.get(file.version)
        if verdict is None:
            made = _telling(said.made)
            for_it = {fact for fact in made if fact in there or fact in used}
            against = {fact for fact in made if fact not in there and fact not in taken}
            gone = {fact for fact in _telling(said.unmade) if fact not in there}
            still = {fact for fact in _telling(said.unmade) if fact in there}
            if not made:  # it only takes away: what is still there was never taken
                against = still
                for_it = gone
            if for_it and not against:
                verdict = Verdict(file.version, "applied", "catalog")
            elif against and not for_it:
                verdict = Verdict(file.version, "absent", "catalog")
            elif for_it and against:
                verdict = Verdict(file.version, "unknown", "in part")
            if verdict is not None:
                known[file.version] = verdict
        if verdict is not None and verdict.status == "applied":
            taken |= said.unmade
            if not _IF_EXISTS.search(file.text):
                used |= said.unmade


_IF_EXISTS: Final = re.compile(r"\bIF\s+EXISTS\b", re.IGNORECASE)


def _telling(said: frozenset[Fact]) -> frozenset[Fact]:
    """Privileges and comments tell something only where there is nothing else: servers differ in them."""
    strong = frozenset(each for each in said if not _is_weak(each[0]))
    return strong or said


def _is_weak(part: verify.Part) -> bool:
    return part[0] != "object" or part[1].kind == "default privileges"


def _ask_histories(
    ordered: Sequence[StreamFile], histories: Mapping[str, History], known: dict[str, Verdict]
) -> None:
    """A tool applies in its own order: before an applied revision all is applied, after an absent one
    nothing.
    """
    for service, history in histories.items():
        files: dict[str, list[StreamFile]] = {}
        for file in ordered:
            origin = revision_of(file)
            if origin is not None and origin[0] == service:
                files.setdefault(origin[1], []).append(file)
        applied = {
            revision
            for revision, parts in files.items()
            if all(file.version in known and known[file.version].status == "applied" for file in parts)
        }
        for revision in ancestors(history.revisions, frozenset(applied)):
            for file in files.get(revision, ()):
                known.setdefault(file.version, Verdict(file.version, "applied", "history"))
        absent = {
            revision
            for revision, parts in files.items()
            if any(file.version in known and known[file.version].status == "absent" for file in parts)
        }
        for each in history.revisions:
            if each.id not in absent and ancestors(history.revisions, frozenset({each.id})) & absent:
                for file in files.get(each.id, ()):
                    known.setdefault(file.version, Verdict(file.version, "absent", "history"))


def _refuse_unknown(ordered: Sequence[StreamFile], verdicts: Sequence[Verdict]) -> None:
    unknown = [each for each in verdicts if each.status == "unknown"]
    if not unknown:
        return
    paths = {file.version: file.path for file in ordered}
    part = next((each for each in unknown if each.because == "in part"), None)
    if part is not None:
        raise OrmonyError(
            "applied-in-part",
            f"of version {part.version} the database has some and lacks some",
            place=paths[part.version],
            hint=f"complete it by hand, or undo it; then, if all of it is there: ormony deploy --adopt"
            f" --assume {part.version}",
            exit_status=DATABASE,
        )
    shown = ", ".join(each.version for each in unknown[:8]) + (" …" if len(unknown) > 8 else "")
    flags = " ".join(f"--assume {each.version}" for each in unknown)
    raise OrmonyError(
        "cannot-adopt",
        f"neither a ledger nor the catalog tells whether {shown} {'is' if len(unknown) == 1 else 'are'}"
        " applied",
        place=paths[unknown[0].version],
        hint=f"look into the data; for each that is applied: ormony deploy --adopt {flags}",
        exit_status=DATABASE,
    )


def _prove_order(
    here: Sequence[StreamFile],
    absent: Sequence[StreamFile],
    fresh: Catalog,
    replay: Replay,
    cut: Callable[[Catalog], Catalog],
) -> Catalog:
    """What exactly the applied files make; raises `out-of-order` unless the absent ones may follow them."""
    try:
        counts = (len(here), len(here) + len(absent))
        expected, last = (cut(each) for each in replay([*here, *absent], counts))
    except OrmonyError as error:
        raise OrmonyError(
            "out-of-order",
            f"version {absent[0].version} is absent, and cannot run after what is applied: {error.message}",
            place=error.place or absent[0].path,
            hint="ormony sync   # gives a file that is not frozen a new version",
            exit_status=DATABASE,
        ) from error
    differ = verify.words(fresh, last, verify.changed(fresh, last))
    if differ:
        raise OrmonyError(
            "out-of-order",
            f"version {absent[0].version} is absent; run after what is applied, it gives another database"
            " than a"
            f" fresh replay: {differ[0]}",
            place=absent[0].path,
            hint="ormony sync   # gives a file that is not frozen a new version",
            exit_status=DATABASE,
        )
    return expected


def _drift(expected: Catalog, there: Catalog) -> tuple[str, ...]:
    """What the database lacks, has besides and has otherwise, less what differs from server to server.

    Of a table that is on one side alone nothing more is said than that.
    """
    own = ("extension", "event trigger", "publication")
    parts = {
        part for part in verify.changed(expected, there) if not _is_weak(part) and part[1].kind not in own
    }
    alone = {ref for _, ref in parts if (ref in expected.objects) != (ref in there.objects)}
    whole = {part for part in parts if not {holder(part[1], expected), holder(part[1], there)} & alone}
    return verify.words(expected, there, whole)
