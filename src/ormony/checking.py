"""`check`: every edge between models, migrations, the stream and a database, and the rules, as findings.

What costs a server or a foreign tool is done once and kept under a hash of all that it hangs on: an unchanged
project is answered from there. `commands` is above the edges and beside nothing: this module adds the verb
`check` to it.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from ormony import accessing, commands, edges, files, generating, git, origins, rules
from ormony.adapters import exported, squawk
from ormony.catalog import Catalog
from ormony.edges import Ground
from ormony.errors import TOOL_MISSING, USAGE, OrmonyError
from ormony.files import File
from ormony.history import History, Notice, Part, Service
from ormony.loading import Loaded, Progressed, silent
from ormony.project import Database, Project, address
from ormony.rules import suppression
from ormony.rules.finding import RANKS, Allowed, Checked, Finding
from ormony.rules.reading import unmerged
from ormony.sources import Reader, behavior_texts, opened
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ormony.database.pending import Plan, State


class _Kept(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]


class _Evidence:
    """What rules look at, of one database: see `rules.finding.Evidence`."""

    def __init__(self, ground: Ground, loaded: Loaded, snapshot: git.Snapshot | None) -> None:
        self._ground, self._loaded, self._snapshot = ground, loaded, snapshot
        self.frozen = commands.frozen_paths(snapshot, loaded.stream)

    @property
    def name(self) -> str:
        return self._ground.name

    @property
    def stream(self) -> tuple[StreamFile, ...]:
        return self._loaded.stream

    @property
    def services(self) -> tuple[Service, ...]:
        return self._loaded.services

    @property
    def histories(self) -> Mapping[str, History]:
        return self._loaded.histories

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self._loaded.notices

    @cached_property
    def parts(self) -> Mapping[tuple[str, str], Sequence[Part]]:
        return commands.changed_scripts(self._ground.project, self._loaded)

    @cached_property
    def frozen_texts(self) -> Mapping[str, str]:
        """The texts, by path, of stream files that the frozen branch holds otherwise than they are here."""
        if self._snapshot is None:
            return {}
        here = {file.path: file.text for file in self._loaded.stream}
        blobs = {path: blob for path, blob in self._snapshot.blobs.items() if path.endswith(".sql")}
        texts = git.texts(self._ground.project.root, blobs.values())
        return {path: texts[blob] for path, blob in blobs.items() if here.get(path) != texts.get(blob)}

    @cached_property
    def catalog(self) -> Catalog:
        return self._ground.reader.own()

    def text(self, path: str) -> str | None:
        return _text(self._ground.project.root, path)


def _text(root: Path, path: str) -> str | None:
    try:
        return files.read_text(root, path)
    except OrmonyError:
        return None


def check(
    project: Project,
    name: str | None = None,
    *,
    against: str | None = None,
    only: Collection[str] = (),
    native: bool = False,
    strict: bool = False,
    fix: bool = False,
    write_baseline: bool = False,
    cache: bool = True,
    progress: Progressed = silent,
) -> Checked:
    """Look at every edge of the project, and run the rules.

    With `only`, names of rules or patterns of them, those alone, and what could not be looked at.
    `against` is a database that is asked, too. `native` runs each service's own check on a prepared shadow.
    `fix` writes what is mechanical (`sync`, mirrors, generated code that is there), then looks again.
    `write_baseline` keeps what is found as known. Without `cache` nothing is taken from before. Raises
    `unknown-rule`, `bad-baseline`, `tool-missing` (exit 4) and what reading the project raises.
    """
    _refuse_unknown(only, "--only")
    _refuse_unknown([each.rule for each in project.allowed], f"{project.source} [[check.allow]]")
    against = address(against)
    fixed: tuple[str, ...] = ()
    if fix:
        from ormony import mirroring

        fixed = commands.sync(project, name, progress=progress).written
        fixed += mirroring.mirror(project, name, write=True, cache=cache, progress=progress).written
        fixed += generating.again(project, name, cache=cache, progress=progress)
    if against is not None and name is None and len(project.databases) > 1:
        raise OrmonyError(
            "which-database",
            "--against asks one database, and the project has several",
            hint=f"--database {project.databases[0].name}",
            exit_status=USAGE,
        )
    found: list[Finding] = []
    skipped: list[str] = []
    asked: list[str] = []
    chosen = project.chosen(name)

    def ahead(reader: Reader, database: Database) -> None:
        if database in chosen:
            reader.prefetch(project.of(database.name), server=not cache or _is_first(project))

    with opened(project, cache=cache, tolerant=True, ahead=ahead) as readers:
        for database in chosen:
            ground = Ground(project=project, name=database.name, readers=readers)
            snapshot = git.snapshot(project.root, database.frozen, database.stream)
            kept = _look(ground, snapshot, cache=cache, progress=progress)
            found += kept.findings
            unread = readers[database.name].loaded.unread
            for service, error in unread.items():
                found.append(_not_checked(ground, service, "migrations", error))
            skipped += kept.skipped
            asked.append(f"{database.name}: {len(readers[database.name].loaded.stream)} files")
            skipped += _unfrozen(database, snapshot)
            if unread and (native or against is not None):
                names = ", ".join(unread)
                skipped.append(
                    f"databases and the services' own tools, before migrations can be read: {names}"
                )
                continue
            if native and all(each.rule != "replay-fails" for each in kept.findings):
                # Where its models have drifted the tool says so as well: that is agreement.
                drifted = {each.service for each in kept.findings if each.rule == "model-drift"}
                found += (each for each in _native(ground, skipped, progress) if each.service not in drifted)
            if against is not None:
                found += _against(ground, against, progress)
                asked.append(f"{database.name}: the database")
    if only:
        # What could not be looked at may be what was asked for: that is no clean answer.
        found = [each for each in found if each.rule in _UNSEEN or _is_of(each.rule, only)]
    found.sort(key=lambda each: (RANKS[each.severity], each.place or "", each.rule, each.object))
    left, allowed = _without_allowed(project, dict.fromkeys(found))
    baseline = _baseline(project, broken=write_baseline)
    fresh = [each for each in left if _identity(each) not in baseline]
    known = len(left) - len(fresh)
    written = None
    partly = bool(only) or name is not None or any(each.rule in _UNSEEN for each in found)
    if write_baseline:
        written = project.baseline
        lines = {_identity(each) for each in left if each.severity != "note"}
        if partly:  # what was not looked at stays known
            lines |= baseline
        text = json.dumps({"findings": sorted(lines)}, indent=2, ensure_ascii=False) + "\n"
        files.write(project.root, [File(project.baseline, text)])
        fresh = [each for each in fresh if each.severity == "note"]
    return Checked(
        findings=tuple(fresh),
        allowed=allowed,
        known=known,
        gone=0 if partly else len(baseline - {_identity(each) for each in left}),
        skipped=tuple(dict.fromkeys(skipped)),
        asked=tuple(asked),
        fixed=fixed,
        baseline=written,
        strict=strict,
    )


def without_notes(checked: Checked) -> Checked:
    """Without what breaks nothing."""
    return msgspec.structs.replace(
        checked,
        findings=tuple(each for each in checked.findings if each.severity != "note"),
        allowed=tuple(each for each in checked.allowed if each.finding.severity != "note"),
    )


def _unfrozen(database: Database, snapshot: git.Snapshot | None) -> Iterator[str]:
    """Where git does not say which files are new: rules about new files then have none to look at."""
    if snapshot is None:
        yield "new migrations: there is no git history here, so all count as deployed"
    elif database.frozen is not None and snapshot.reference == "HEAD":
        yield (
            f"new migrations: this clone has no branch {database.frozen}, so all that is committed counts as "
            f"deployed: git fetch origin {database.frozen}"
        )


_UNSEEN: Final = frozenset({"replay-fails", "not-checked"})


def _is_of(rule: str, names: Collection[str]) -> bool:
    """Whether a rule is one of these, which may be patterns, or the tool of one: `squawk`."""
    return any(
        fnmatch.fnmatchcase(rule, each) or fnmatch.fnmatchcase(rule.split("/")[0], each) for each in names
    )


def _refuse_unknown(names: Collection[str], where: str) -> None:
    known = {*rules.RULES, *edges.RULES, "squawk"}
    for each in names:
        first = each.split("/")[0]
        if not any(fnmatch.fnmatchcase(rule, first) for rule in known):
            raise OrmonyError(
                "unknown-rule",
                f'there is no rule "{each}"',
                hint=f"{where} takes: {', '.join(sorted(known))}",
                exit_status=USAGE,
            )


# ------------------------------------------------------------------------------------------- one database


def _look(ground: Ground, snapshot: git.Snapshot | None, *, cache: bool, progress: Progressed) -> _Kept:
    """All findings of one database that hang on the project's files alone.

    They are kept in parts, each under the hash of what it hangs on: the rules, and each service's edges. So a
    model that has changed asks nothing of the other services.
    """
    from concurrent.futures import Future, ThreadPoolExecutor

    from ormony.database import catalogs, server

    project, loaded = ground.project, ground.reader.loaded
    evidence = _Evidence(ground, loaded, snapshot)
    frozen = evidence.frozen
    stream = catalogs.key(_of_streams(ground, frozen))
    home = server.home_of(project.root, "checks")
    fresh = frozenset(file.path for file in loaded.stream if file.path not in frozen)
    whole = not any(unmerged(evidence))
    listings = _Listings()

    def part(name: str, hangs_on: Callable[[], Sequence[str] | None], make: Callable[[], _Kept]) -> _Kept:
        found = hangs_on() if cache and project.shadow_url is None else None
        if found is None:
            return make()
        path = home / f"{hashlib.sha256(f'{ground.name} {name}'.encode()).hexdigest()}.json"
        return exported.kept(path, catalogs.key([stream, *found]), _Kept, make, _lasts)

    # Foreign tools, the server and we work at the same time: each part waits for what it needs alone.
    with ThreadPoolExecutor(len(loaded.services) + 4) as pool:
        parts: list[Future[_Kept]] = [
            pool.submit(
                part,
                "",
                lambda: _of_rules(ground, snapshot, listings),
                lambda: _ruled(ground, evidence, pool),
            )
        ]
        for service in loaded.services:
            parts.append(
                pool.submit(
                    part,
                    service.name,
                    partial(_of_service, ground, service, listings),
                    partial(_serviced, ground, service, fresh, whole=whole),
                )
            )
        if any(each.database == ground.name for each in project.generate):
            parts.append(
                pool.submit(
                    part,
                    "generated code",
                    lambda: list(generating.hangs_on(project, ground.name)),
                    lambda: _generated(ground),
                )
            )
        kept: list[_Kept] = []
        for number, each in enumerate(parts):
            progress("checking", number, len(parts))
            kept.append(each.result())
            if any(each.rule == "replay-fails" for each in kept[0].findings):
                break  # the others need the replay
    progress("checking", len(parts), len(parts))
    found = [finding for each in kept for finding in each.findings]
    told = {each.place for each in found if each.rule != "replay-fails"}
    return _Kept(
        tuple(
            each if each.database else msgspec.structs.replace(each, database=ground.name)
            for each in found
            if each.rule != "replay-fails" or each.place not in told
        ),
        tuple(text for each in kept for text in each.skipped),
    )


def _lasts(kept: _Kept) -> bool:
    """Whether it would be found again: that a server did not start, or a disk was full, may be over."""
    return not any(
        each.rule in ("replay-fails", "not-checked") and _PASSING.search(each.message)
        for each in kept.findings
    )


_PASSING: Final = re.compile(
    r"\[(?:server-not-\w+|shadow-(?:failed|refused)|disk-full|connection-lost|cannot-\w+|export-timeout)\]"
)


def _of_streams(ground: Ground, frozen: frozenset[str]) -> Iterator[str]:
    """What every finding hangs on: ormony itself, the configuration, all streams and histories."""
    yield from (_code(), repr(ground.project), *sorted(frozen))
    for reader in ground.readers.values():
        for file in reader.loaded.stream:
            yield from (file.path, repr(file.provenance), file.text)
        for service in reader.loaded.services:
            history = reader.loaded.histories[service.name]
            yield from (f"{each.id} {each.native} {each.parents}" for each in history.revisions)
            yield repr(history.notices)
        yield repr(sorted(reader.loaded.unread))


def _is_first(project: Project) -> bool:
    """Whether nothing was ever kept, so that a server will surely be needed."""
    from ormony.database import server

    return not server.home_of(project.root, "checks").is_dir()


def _of_rules(ground: Ground, snapshot: git.Snapshot | None, listings: _Listings) -> list[str]:
    """What the rules read beside the streams."""
    root, loaded = ground.project.root, ground.reader.loaded
    found = [repr(loaded.notices), *accessing.hangs_on(ground)]
    found += [repr(each) for each in behavior_texts(root, loaded.database, loaded.services)]
    found += [text for pair in sorted(snapshot.blobs.items()) for text in pair] if snapshot else []
    for service in loaded.services:
        found += listings.below(root / service.path, (".sql", ".json", ".toml"))
    found += listings.below(root / loaded.database.stream, (".sql",))
    config = root / loaded.database.stream / ".." / "config.toml"
    found += [_text(root, os.path.relpath(config, root)) or "", _text(root, ".squawk.toml") or ""]
    found.append(squawk.made_of())
    return found


def _of_service(ground: Ground, service: Service, listings: _Listings) -> list[str] | None:
    """What a service's edges hang on; None where its models cannot be told: the findings say so."""
    root = ground.project.root
    found: list[str] = []
    for apart in (False, True):
        if service.orm in ("sqlx", "supabase") or (apart and not service.mirror_models):
            continue
        if service.orm == "sqlalchemy" and service.models is None:
            continue
        try:
            made = ground.reader.exported(service, apart=apart)
        except OrmonyError:
            return None
        found += [made.sql, repr(made.filled), repr(made.modules), repr(made.notices), repr(made.unread)]
        found += _texts(root, edges.sources_of(made.files))
    # SQLx may keep the queries of all crates of a workspace above the service.
    folder = root / service.path
    tops = {
        folder,
        *(each for each in folder.parents if each.is_relative_to(root) and (each / ".sqlx").is_dir()),
    }
    for top in sorted(tops):
        found += listings.below(top, _QUERIED)
    return found


def _texts(root: Path, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        yield path
        yield _text(root, path) or ""


_QUERIED = (".rs", ".sql", ".py", ".ts", ".tsx", ".mts", ".json")
_LISTED = frozenset({*_QUERIED, ".toml"})


class _Listings:
    """The files below folders, each folder read once: names, sizes and times, not contents."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[tuple[str, str]], list[str]]] = {}

    def below(self, top: Path, suffixes: Sequence[str]) -> Iterator[str]:
        """Those of these kinds."""
        stack = [str(top)]
        while stack:
            folder = stack.pop()
            if folder not in self._known:
                self._known[folder] = self._read(folder)
            lines, folders = self._known[folder]
            yield from (line for suffix, line in lines if suffix in suffixes)
            stack += folders

    def _read(self, folder: str) -> tuple[list[tuple[str, str]], list[str]]:
        """The suffix and the line of each file, and the folders."""
        lines: list[tuple[str, str]] = []
        folders: list[str] = []
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return lines, folders
        for entry in entries:
            suffix = entry.name[max(entry.name.rfind("."), 0) :]
            with contextlib.suppress(OSError):  # it went meanwhile, or leads nowhere
                if entry.is_dir():
                    hidden = entry.name.startswith(".") and entry.name != ".sqlx"
                    if entry.name not in edges.OTHERS and not hidden and not entry.is_symlink():
                        folders.append(entry.path)
                elif suffix in _LISTED:
                    about = entry.stat()
                    # what a file was before may come back with its size and its time (`cp -p`, a stash)
                    times = f"{about.st_mtime_ns} {about.st_ctime_ns}"
                    lines.append((suffix, f"{entry.path} {about.st_size} {times}"))
        return lines, folders


@cache
def _code() -> str:
    """A hash of ormony itself."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".sql", ".cjs", ".control", ".rs", ".ts", ".txt"):
            about = path.stat()
            digest.update(f"{path} {about.st_size} {about.st_mtime_ns}".encode())
    return digest.hexdigest()


def _ruled(ground: Ground, evidence: _Evidence, pool: Executor) -> _Kept:
    """What the rules, squawk and references to other databases say; `replay-fails` where nothing replays."""
    found: list[Finding] = []
    skipped: list[str] = []
    loaded = ground.reader.loaded
    replaying = pool.submit(ground.catalog)
    linting = pool.submit(lambda: list(_squawk(ground, loaded, evidence.frozen)))
    named = {name: cast(Any, rules.rule(name)) for name in rules.RULES}
    for rule in named.values():
        if not getattr(rule, "NEEDS_CATALOG", False):
            found += rule.find(evidence)
    replays = True
    try:
        replaying.result()
    except OrmonyError as error:
        if error.exit_status == TOOL_MISSING:
            raise
        replays = False
        found.append(edges.failed(ground.name, error, "replay-fails"))
        skipped.append("whatever needs the stream to replay")
    if replays:
        for rule in named.values():
            if getattr(rule, "NEEDS_CATALOG", False):
                found += rule.find(evidence)
    found += linting.result()
    if replays:
        found += edges.references(ground)
        found += accessing.findings(ground)
        found += _behavior(ground)
    return _Kept(tuple(found), tuple(skipped))


def _behavior(ground: Ground) -> Iterator[Finding]:
    """What behavior files and macros say otherwise than the stream."""
    from ormony import behaving

    try:
        yield from behaving.findings(ground.project, ground.reader)
    except OrmonyError as error:
        yield edges.failed(ground.name, error, "not-checked")


def _generated(ground: Ground) -> _Kept:
    """Whether generated code is what the stream's database is."""
    try:
        return _Kept(tuple(generating.findings(ground.project, ground.reader, ground.name)), ())
    except OrmonyError as error:
        return _Kept((edges.failed(ground.name, error, "not-checked"),), ())


def _serviced(ground: Ground, service: Service, fresh: frozenset[str], *, whole: bool) -> _Kept:
    """The edges of one service, which are compared with the `whole` of what the services have migrated."""
    skipped: list[str] = []
    if not whole:
        skipped.append("models, mirrors and queries, before what is not merged yet is: ormony sync")
    return _Kept(tuple(_service(ground, service, fresh, skipped, whole=whole)), tuple(skipped))


def _service(
    ground: Ground, service: Service, fresh: frozenset[str], skipped: list[str], *, whole: bool
) -> Iterator[Finding]:
    """The edges of one service; one that cannot be looked at is told."""
    has_models = whole and (
        service.orm in ("drizzle", "alembic") or (service.orm == "sqlalchemy" and service.models is not None)
    )
    if service.orm == "sqlalchemy" and service.models is None:
        skipped.append(f"the models of {service.name}: ormony.toml does not say where they are (`models`)")
    jobs: list[tuple[str, Callable[[], Iterator[Finding]]]] = []
    if has_models:
        jobs.append(("models", lambda: edges.models(ground, service)))
    if has_models or (whole and service.orm == "sqlx"):
        jobs.append(("mirrors", lambda: edges.mirrored(ground, service)))
    if whole:
        jobs.append(("queries", lambda: edges.queries(ground, service, fresh, skipped.append)))
    told: set[str] = set()
    for what, job in jobs:
        try:
            yield from job()
        except OrmonyError as error:
            if error.code in ("no-models", "models-empty"):
                if error.code == "no-models" and what == "models":
                    skipped.append(f"the models of {service.name}: {error.message}")
                continue
            if str(error) not in told:
                told.add(str(error))
                yield _not_checked(ground, service.name, what, error)
    if has_models:
        with contextlib.suppress(OrmonyError):  # told above
            for each in ground.reader.exported(service).unread:
                yield _not_checked(ground, service.name, f"models {each.models}", each.error())


def _not_checked(ground: Ground, service: str, what: str, error: OrmonyError) -> Finding:
    """That something of a service could not be looked at, and why."""
    failed = edges.failed(ground.name, error, "not-checked")
    return msgspec.structs.replace(
        failed,
        message=f"the {what} of {service}: {failed.message} (they were not checked)",
        place=failed.place or ground.project.service(service, ground.name).path,
        service=service,
    )


def _squawk(ground: Ground, loaded: Loaded, frozen: frozenset[str]) -> Iterator[Finding]:
    fresh = [file for file in loaded.stream if file.path not in frozen]
    own = origins.natives(loaded.services, loaded.histories)
    for each in squawk.lint(ground.project.root, fresh, own=own) if fresh else ():
        yield Finding(
            rule=each.rule,
            severity=each.severity,
            message=each.message,
            object=each.object,
            place=each.place,
            hint=each.hint,
            service=each.service,
            database=ground.name,
        )


# --------------------------------------------------------------------------------------- on request


def _native(ground: Ground, skipped: list[str], progress: Progressed) -> Iterator[Finding]:
    """What each service's own tool says of a shadow that has the whole stream, ledgers stamped."""
    from ormony.adapters import native
    from ormony.database import deploy

    reader = ground.reader
    loaded = reader.loaded
    url = reader.shadow.clone(())
    target = deploy.Target(
        name=ground.name,
        url=url,
        stream=loaded.stream,
        services=loaded.services,
        histories=loaded.histories,
    )
    try:
        deploy.deploy([target])
    except OrmonyError as error:
        yield edges.failed(ground.name, error, "native-check")
        return
    for number, service in enumerate(loaded.services):
        progress("asking each tool", number, len(loaded.services))
        try:
            scope = reader.owned(service)
            said = native.check(ground.project.root, service, url, scope=scope)
        except OrmonyError as error:
            yield msgspec.structs.replace(
                edges.failed(ground.name, error, "native-check"), service=service.name
            )
            continue
        if said.agrees is None:
            skipped.append(f"{service.name} by its own tool: {said.said}")
        elif not said.agrees:
            yield Finding(
                rule="native-check",
                severity="error",
                message=f"the tool of {service.name} itself finds a difference: {said.said}",
                place=service.path,
                hint=said.command,
                service=service.name,
                database=ground.name,
            )


def _against(ground: Ground, url: str, progress: Progressed) -> Iterator[Finding]:
    """What a database has otherwise than the stream: its ledgers, the order, its objects."""
    from ormony.database import pending as pendings
    from ormony.database.connect import connect

    loaded = ground.reader.loaded
    progress("asking the database", 0, 2)
    with connect(url) as connection, connection.transaction():
        try:
            state: State = pendings.read(connection, loaded.services, loaded.histories)
        except OrmonyError as error:
            yield msgspec.structs.replace(edges.failed(ground.name, error, "ledger"), object=error.code)
            return  # which files are deployed is not known then
    try:
        plan = pendings.plan(state, loaded.stream, loaded.services, loaded.histories)
    except OrmonyError as error:
        yield msgspec.structs.replace(edges.failed(ground.name, error, "ledger"), object=error.code)
    else:
        yield from _unstamped(ground, plan)
    progress("asking the database", 1, 2)
    yield from edges.deployed(ground, url, pendings.present(state, loaded.stream))
    progress("asking the database", 2, 2)


def _unstamped(ground: Ground, plan: Plan) -> Iterator[Finding]:
    """What is deployed, and stands in no ledger of its service: the service's own tool would run it again."""
    from ormony.database import pending as pendings

    waiting = {pendings.revision_of(file) for file in plan.pending}
    labels = {found.service: found.label for found in plan.state.found}
    for service, ids in plan.stamps.items():
        paths = {each.id: each.path for each in ground.reader.loaded.histories[service].revisions}
        for id_ in ids:
            if (service, id_) not in waiting:
                yield Finding(
                    rule="ledger",
                    severity="error",
                    message=f"{service}/{id_} is deployed, and {labels[service]} of the database has no row"
                    f" for it: the tool of {service} would run it again",
                    object=f"{service}/{id_}",
                    place=paths.get(id_),
                    hint="ormony deploy   # stamps it",
                    service=service,
                    database=ground.name,
                )


# --------------------------------------------------------------------------- what is meant to be, or known


def _without_allowed(
    project: Project, found: Collection[Finding]
) -> tuple[list[Finding], tuple[Allowed, ...]]:
    left: list[Finding] = []
    allowed: list[Allowed] = []
    texts: dict[str, str | None] = {}
    for each in found:
        reason, by = project.reason(each.rule, each.object), project.source
        path = (each.place or "").rpartition(":")[0] or each.place
        if reason is None and path:
            if path not in texts:
                texts[path] = _text(project.root, path)
            text = texts[path]
            said = suppression.suppressed(each, text) if text is not None else None
            if said is not None:
                reason, by = said[0], f"{path}:{said[1]}"
        if reason is None:
            text = texts.get(path or "")
            line = suppression.unreasoned(each, text) if text is not None else None
            if line is not None:
                hint = f"{path}:{line} allows nothing before it says why: ormony: allow {each.rule} REASON"
                each = msgspec.structs.replace(each, hint=hint)
            left.append(each)
        else:
            allowed.append(Allowed(finding=each, reason=reason, by=by))
    return left, tuple(allowed)


def _identity(finding: Finding) -> str:
    """What a baseline knows a finding by: lines move, and messages hold details."""
    path = (finding.place or "").rpartition(":")[0] or (finding.place or "")
    return " ".join(filter(None, (finding.rule, finding.database, finding.object, path)))


def _baseline(project: Project, *, broken: bool) -> set[str]:
    """What was known; with `broken` a file that cannot be read counts as none, for it is written anew."""
    path = project.root / project.baseline
    if not path.is_file():
        return set()
    try:
        document = json.loads(path.read_text("utf-8"))
        found = document.get("findings") if isinstance(document, dict) else None
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise ValueError("`findings` is no list of texts")
    except (OSError, ValueError) as error:
        if broken:
            return set()
        raise OrmonyError(
            "bad-baseline",
            f"the baseline cannot be read: {error}",
            place=project.baseline,
            hint="ormony check --write-baseline   # writes it anew",
        ) from None
    return set(found)
