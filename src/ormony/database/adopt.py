"""Adopting a database: which files of the stream it already has, told by its ledgers, else by its catalog.

A file is `applied` when a ledger says so or when what it makes is there, `absent` when what it makes is not,
and `unknown` when neither can be told; nothing is guessed. Databases are compared as `pg_dump -s` prints
them, by one binary, in facts as small as a column: so a table that a later file alters is still known. This
module writes nothing: `deploy` takes over what it finds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from ormony.database.pending import State, revision_of
from ormony.errors import DATABASE, OrmonyError
from ormony.history import History, ancestors
from ormony.stream import StreamFile

Status = Literal["applied", "absent", "unknown"]

Replay = Callable[[Sequence[StreamFile], Sequence[int]], Iterator[str]]
"""Runs files one after the other in an empty shadow, and yields its `pg_dump -s` after so many of them, for
each of these counts.
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


class Fact(msgspec.Struct, frozen=True, order=True):
    """One line of what a database is: an object's head, a column, an enum's value, a whole function."""

    kind: str
    schema: str
    name: str
    text: str

    def __str__(self) -> str:
        """The object in words, with the first line of what defines it."""
        where = f"{self.schema}." if self.schema not in ("-", "") else ""
        first = self.text.strip().splitlines()[0][:100] if self.text.strip() else ""
        return f"{self.kind.lower()} {where}{self.name}: {first}"


_ENTRY: Final = re.compile(
    r"^--\n-- Name: (.*?); Type: (.*?); Schema: (.*?); Owner: ?.*?\n--\n", re.MULTILINE | re.DOTALL
)
_NOISE: Final = re.compile(r"^(?:SET \w+ = .*;|SELECT pg_catalog\.set_config\(.*;|--.*|\\.*)$", re.MULTILINE)
_LISTED: Final = re.compile(r"\A(.*?) \(\n(.*)\n\)(.*)\Z", re.DOTALL)
_WEAK: Final = frozenset({"ACL", "DEFAULT ACL", "COMMENT"})
_SURFACE: Final = frozenset(
    {
        "_analytics",
        "_realtime",
        "_supavisor",
        "auth",
        "cron",
        "extensions",
        "graphql",
        "graphql_public",
        "net",
        "pgbouncer",
        "pgmq",
        "pgsodium",
        "pgsodium_masks",
        "pgtle",
        "realtime",
        "storage",
        "supabase_functions",
        "vault",
    }
)
_KEPT_ON_SURFACE: Final = frozenset({"POLICY", "TRIGGER", "FK CONSTRAINT"})


def dumps(
    clone: Callable[[Sequence[StreamFile]], str],
    release: Callable[[str], None],
    dump: Callable[[str], str],
    told: Callable[[int, int], None],
) -> Replay:
    """A Replay over the prefixes of a series of files, each in a clone of its own, which is given back at
    once.
    """

    def replay(files: Sequence[StreamFile], counts: Sequence[int]) -> Iterator[str]:
        for done, count in enumerate(counts):
            told(done, len(counts))
            url = clone(files[:count])
            try:
                yield dump(url)
            finally:
                release(url)

    return replay


def facts(dump: str, ledger_tables: Collection[str] = ()) -> frozenset[Fact]:
    """What a `pg_dump -s --no-owner` says, less ormony's own schema and the ledgers (`schema.table`)."""
    schemas = {"ormony", "supabase_migrations"}
    ledgers = set(ledger_tables)
    ledger_schemas = {each.partition(".")[0] for each in ledgers} - {"public"}
    found = set()
    starts = list(_ENTRY.finditer(dump))
    for match, following in zip(starts, [*starts[1:], None], strict=True):
        name, kind, schema = match[1], match[2], match[3]
        if schema in schemas or (schema == "-" and name.removeprefix("SCHEMA ") in schemas):
            continue
        if schema == "-" and name.removeprefix("SCHEMA ") in ledger_schemas:
            continue
        if _of_ledger(schema, name, ledgers):
            continue
        text = _NOISE.sub("", dump[match.end() : following.start() if following else len(dump)]).strip()
        if kind in ("ACL", "DEFAULT ACL"):
            found |= {Fact(kind, schema, name, line) for line in text.splitlines() if line}
            continue
        listed = _LISTED.match(text) if kind in ("TABLE", "TYPE", "FOREIGN TABLE") else None
        if listed is None:
            found.add(Fact(kind, schema, name, text))
            continue
        found.add(Fact(kind, schema, name, f"{listed[1]} {listed[3]}"))
        for line in _members(listed[2]):
            found.add(Fact(f"{kind} MEMBER", schema, name, line))
    return frozenset(found)


def _of_ledger(schema: str, name: str, ledgers: Collection[str]) -> bool:
    """Is the entry a ledger, or its key, sequence, default, policy or privilege?"""
    words = [word for word in re.split(r"[\s.]+", name) if word not in ("TABLE", "SEQUENCE", "COLUMN")]
    for ledger in ledgers:
        home, _, table = ledger.partition(".")
        if (
            schema == home
            and words
            and (words[0] == table or words[0] in (f"{table}_id_seq", f"{table}_pkey"))
        ):
            return True
    return False


def _members(body: str) -> Iterator[str]:
    """The columns, constraints or values between the parentheses; an expression may go over several lines."""
    member = ""
    for line in body.split("\n"):
        if member.endswith(",\n") and line.startswith("    ") and not line.startswith("     "):
            yield member.strip().rstrip(",")
            member = ""
        member += line + "\n"
    if member.strip():
        yield member.strip().rstrip(",")


class _Evidence(msgspec.Struct):
    made: frozenset[Fact]
    unmade: frozenset[Fact]


def judge(
    target: str,
    stream: Sequence[StreamFile],
    histories: Mapping[str, History],
    state: State,
    replay: Replay,
    *,
    assume: Collection[str] = (),
) -> Adoption:
    """What the database with this dump has of the stream.

    `assume` are versions that the user says are applied. Raises `unknown-version` for one that the stream
    lacks, `cannot-adopt` naming every file of which nothing can be said, `applied-in-part`, and
    `out-of-order` where running what is absent now would not give what a fresh replay gives.
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
    tables = [found.label for found in state.found]
    there = facts(target, tables)
    if len(known) == len(ordered):  # no file is left to be proved: what remains is the drift
        (dump,) = replay(ordered, [len(ordered)])
        return Adoption(
            verdicts=tuple(known[file.version] for file in ordered), drift=_drift(facts(dump, tables), there)
        )
    after = [facts(dump, tables) for dump in replay(ordered, range(len(ordered) + 1))]
    evidence = [_Evidence(made=new - old, unmade=old - new) for old, new in itertools.pairwise(after)]
    _ask_catalog(ordered, evidence, there, known)
    _ask_histories(ordered, histories, known)
    verdicts = tuple(known.get(file.version, Verdict(file.version, "unknown", "")) for file in ordered)
    _refuse_unknown(ordered, verdicts)
    applied = {each.version for each in verdicts if each.status == "applied"}
    here = [file for file in ordered if file.version in applied]
    absent = [file for file in ordered if file.version not in applied]
    if not absent or here == ordered[: len(here)]:
        expected, late = after[len(here)], False
    else:
        expected = _prove_order(here, absent, after[-1], replay, tables)
        late = True
    return Adoption(verdicts=verdicts, drift=_drift(expected, there), late=late)


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
    strong = frozenset(fact for fact in said if fact.kind not in _WEAK)
    return strong or said


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
    fresh: frozenset[Fact],
    replay: Replay,
    tables: Collection[str],
) -> frozenset[Fact]:
    """What exactly the applied files make; raises `out-of-order` unless the absent ones may follow them."""
    try:
        counts = (len(here), len(here) + len(absent))
        expected, last = (facts(dump, tables) for dump in replay([*here, *absent], counts))
    except OrmonyError as error:
        raise OrmonyError(
            "out-of-order",
            f"version {absent[0].version} is absent, and cannot run after what is applied: {error.message}",
            place=error.place or absent[0].path,
            hint="ormony sync   # gives a file that is not frozen a new version",
            exit_status=DATABASE,
        ) from error
    differ = sorted(last ^ fresh)
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


def _drift(expected: frozenset[Fact], there: frozenset[Fact]) -> tuple[str, ...]:
    """What the database lacks (`-`) and has besides (`+`), less the surface and what differs by server."""

    def counts(fact: Fact) -> bool:
        if fact.kind in _WEAK or fact.kind in ("EXTENSION", "EVENT TRIGGER", "PUBLICATION"):
            return False
        return fact.schema not in _SURFACE or fact.kind in _KEPT_ON_SURFACE

    lacks = [f"- {fact}" for fact in sorted(expected - there) if counts(fact)]
    has = [f"+ {fact}" for fact in sorted(there - expected) if counts(fact)]
    return (*lacks, *has)
