"""One function per verb: what the command line calls, and what a program may call.

Each takes a `Project` and plain options, and returns a value; none prints and none exits. `progress(what,
done, total)` and `talk(sentence)` are told what goes on.

What talks with PostgreSQL, and each tool's adapter, is imported where it is used: the driver alone takes
longer to load than `status` has to do, and most projects have two adapters of four.
"""

from __future__ import annotations

import contextlib
import datetime
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import msgspec

from ormony import files, git, sql
from ormony import project as projects
from ormony import stream as streams
from ormony.adapters import supabase
from ormony.errors import DATABASE, FINDINGS, OrmonyError, visible
from ormony.files import File
from ormony.history import History, Notice, Part, Revision, Service
from ormony.loading import (
    Loaded,
    Progressed,
    load,
    local_name,
    local_server,
    open_shadow,
    shadow_on_demand,
    silent,
    url_of,
)
from ormony.project import Database, Project
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.catalog import Catalog
    from ormony.database.catalogs import Replays
    from ormony.database.connect import Connection
    from ormony.database.pending import State
    from ormony.database.server import Cluster
    from ormony.database.shadow import Shadow
    from ormony.diff import Rename
    from ormony.plan.statement import Statement

Talk = Callable[[str], None]


def _mute(sentence: str) -> None:
    """No one is listening."""


class ServiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One service of `init`'s report."""

    name: str
    orm: str
    path: str


class Initialized(msgspec.Struct, frozen=True, kw_only=True):
    """What `init` found, the text of the ormony.toml ('' where one stays), and whether it was written.

    `stream_files` counts the files that lie in the stream already.
    """

    file: str
    text: str
    written: bool
    services: tuple[ServiceLine, ...]
    stream: str
    stream_files: int
    next: str
    notices: tuple[Notice, ...] = ()


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of revisions; `deployed` is None when no database was asked; `lane` may be first and last."""

    name: str
    orm: str
    lane: int | tuple[int, int]
    found: int
    merged: int
    deployed: int | None


class StreamStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the stream; `deployed` is None when no database was asked."""

    version: str
    file: str
    service: str | None
    source: str | None
    deployed: bool | None


class Unmerged(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that lies in a service and not yet in the stream."""

    service: str
    source: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file of the stream is pending; `adopt`: a service's own tool has applied it already."""

    file: str
    why: str
    adopt: bool = False


class DatabaseStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One database: `asked` says which server was asked, or why none was; `next` is the command to run.

    `refusal` is what a deploy would refuse, as it would say it, and `exit_status` its exit status, else 0.
    """

    name: str
    asked: str
    folder: str
    services: tuple[ServiceStatus, ...]
    stream: tuple[StreamStatus, ...]
    pending: tuple[str, ...]
    unmerged: tuple[Unmerged, ...]
    reasons: tuple[Reason, ...]
    next: str | None
    refusal: str | None = None
    exit_status: int = 0


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `status`."""

    databases: tuple[DatabaseStatus, ...]
    notices: tuple[Notice, ...] = ()


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `sync`: paths written, pairs of old and new path, what counted as frozen."""

    written: tuple[str, ...]
    unchanged: int
    renumbered: tuple[tuple[str, str], ...] = ()
    frozen: Mapping[str, str] = {}
    dry_run: bool = False
    files: tuple[File, ...] = ()  # the texts, with --dry-run
    notices: tuple[Notice, ...] = ()


class DatabaseDeployed(msgspec.Struct, frozen=True, kw_only=True):
    """What a deploy did to one database; `seconds` go from the first statement to COMMIT."""

    name: str
    target: str
    applied: tuple[str, ...]
    stamped: Mapping[str, int]
    steps: int
    plan: tuple[str, ...] = ()  # the steps in words
    adopted: tuple[str, ...] = ()  # with --adopt: versions that the database had already
    drift: tuple[str, ...] = ()  # with --adopt: what differs from exactly these
    seconds: float = 0.0
    verified: float | None = None  # seconds of these that verifying took; None: nothing was verified


class Deployed(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `deploy`."""

    databases: tuple[DatabaseDeployed, ...]
    dry_run: bool = False
    notices: tuple[Notice, ...] = ()


class DiffChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One difference: `object` is e.g. `public.orders.total`."""

    action: Literal["create", "drop", "alter", "rename"]
    kind: str
    object: str
    details: tuple[str, ...] = ()


class DiffStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of the plan, and what to know before it runs."""

    sql: str
    transactional: bool
    lock: str | None
    loses_data: bool
    rewrites: bool


class Refused(msgspec.Struct, frozen=True):
    """A statement that runs only with --allow-data-loss, and what would be lost."""

    sql: str
    loses: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What turns one source into another. While `refused` has statements, `statements` and `script` are
    empty."""

    old: str
    new: str
    changes: tuple[DiffChange, ...]
    statements: tuple[DiffStatement, ...]
    unmodelled: tuple[str, ...]
    refused: tuple[Refused, ...]
    equal: bool
    script: str = ""
    renames: tuple[str, ...] = ()  # could be renames: `table public.a = public.b`
    proved: bool | None = None  # None: was not asked for
    notices: tuple[Notice, ...] = ()


class Reverted(msgspec.Struct, frozen=True, kw_only=True):
    """The file that `revert` wrote, or would with `dry_run`: what it undoes, and what is lost by it.

    While `refused` has statements, nothing is written.
    """

    written: str | None
    to: str
    undone: tuple[str, ...]
    changes: int
    losses: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    dry_run: bool = False
    text: str = ""  # of the file, with dry_run
    notices: tuple[Notice, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A source as a snapshot: its JSON, and the hash of what the database is."""

    source: str
    fingerprint: str
    objects: int
    file: str | None  # None: not written
    text: str
    notices: tuple[Notice, ...] = ()


class MirrorEdit(msgspec.Struct, frozen=True, kw_only=True):
    """One edit of a model: where, whose, and in words what."""

    place: str
    model: str
    table: str
    what: str


class Pasted(msgspec.Struct, frozen=True, kw_only=True):
    """An edit that was not made: why, and the text to paste instead ('' where there is none)."""

    place: str
    model: str
    what: str
    why: str
    text: str


class Mirrored(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `mirror`: edits, what is left for people, the files written, and a unified diff."""

    edits: tuple[MirrorEdit, ...]
    left: tuple[Pasted, ...] = ()
    written: tuple[str, ...] = ()
    patch: str = ""
    notices: tuple[Notice, ...] = ()


class DatabaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One local or prepared database; `url` has no password."""

    name: str
    state: str
    url: str | None = None


class Databases(msgspec.Struct, frozen=True, kw_only=True):
    """The result of the `db` verbs."""

    databases: tuple[DatabaseLine, ...]
    next: str | None = None
    notices: tuple[Notice, ...] = ()


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One value for another program, e.g. a URL."""

    text: str
    notices: tuple[Notice, ...] = ()


Result = (
    Initialized | Status | Synced | Deployed | Difference | Reverted | Snapshot | Mirrored | Databases | Text
)


def init(root: Path, *, dry_run: bool = False, behavior: bool = False) -> Initialized:
    """Detect the services below `root` and write ormony.toml; with `behavior` the first behavior files, too.

    Raises `config-exists` when there is one and no behavior is asked for, and `no-project` when nothing was
    found. Nothing is ever overwritten.
    """
    from ormony.adapters import detect

    there = (root / projects.CONFIG).exists()
    if there and not dry_run and not behavior:
        raise OrmonyError(
            "config-exists",
            f"{projects.CONFIG} is there already; init never overwrites it",
            place=projects.CONFIG,
            hint="ormony init --dry-run   # shows what it would write",
        )
    keeps = there and behavior
    proposal = projects.load(root) if keeps else projects.propose(root)
    folder = proposal.databases[0].stream
    found, notices = supabase.read_stream(root, folder)
    text = projects.as_toml(proposal, timestamps=any(len(file.version) >= 14 for file in found))
    if keeps:
        text = ""
    written = [] if keeps else [File(projects.CONFIG, text)]
    if behavior:
        scaffolded, more = _scaffold(root, proposal.databases[0], found)
        written += scaffolded
        notices += more
    if not dry_run:
        files.write(root, written)
    if not keeps:
        notices += tuple(
            Notice(
                code="other-stream",
                message=f"{other} holds migrations, too; {projects.CONFIG} names {folder} alone",
                place=other,
                hint=f'stream = "{other}"   # under [database]; another one: [databases.NAME]',
            )
            for other in detect.streams(root)
            if other != folder
        )
    return Initialized(
        file=projects.CONFIG,
        text=text,
        written=not dry_run and not keeps,
        services=tuple(ServiceLine(name=s.name, orm=s.orm, path=s.path) for s in proposal.services),
        stream=folder,
        stream_files=len(found),
        next="ormony sync" if proposal.services or behavior else "ormony deploy",
        notices=notices,
    )


def _scaffold(
    root: Path, database: Database, stream: Sequence[StreamFile]
) -> tuple[list[File], tuple[Notice, ...]]:
    """The behavior files that are not there yet, without what the stream's files create, and what is said."""
    from ormony.behavior.templates import templates

    defined = {
        name for file in stream for facts in sql.facts(file.body, path=file.path) for name in facts.creates
    }
    made, notices = [], []
    for file in templates(database.behavior, defined):
        there = (root / file.path).exists()
        what = "is there already and stays as it is" if there else "is a beginning: edit it, then ormony sync"
        notices.append(Notice(code="behavior-file", message=f"{file.path} {what}", place=file.path))
        made += [] if there else [file]
    return made, tuple(notices)


def status(project: Project, name: str | None = None, *, against: str | None = None) -> Status:
    """What is found, merged and deployed, per service; starts no server and no foreign interpreter."""
    found = []
    notices: list[Notice] = []
    for database in project.chosen(name):
        loaded = load(project, database)
        notices += loaded.notices
        found.append(_status(project, loaded, against))
    return Status(databases=tuple(found), notices=tuple(notices))


def _status(project: Project, loaded: Loaded, against: str | None) -> DatabaseStatus:
    database = loaded.database
    asked = _ask(project, loaded, against)
    state = asked.state
    refusal = asked.refusal or _refusal(loaded, state)
    deployed = state.deployed if state is not None else None
    rows, unmerged = [], []
    for service in loaded.services:
        history = loaded.histories[service.name]
        places = _places(loaded.stream, service, history)
        merged = [revision for revision in history.revisions if revision.id in places]
        unmerged += [
            Unmerged(service=service.name, source=streams.source_of(service, revision))
            for revision in history.revisions
            if revision.id not in places
        ]
        done = None
        if state is not None:
            recorded = state.recorded.get(service.name, frozenset())
            done = sum(
                r.id in recorded or all(f.version in state.deployed for f in places.get(r.id, ()))
                for r in history.revisions
                if r.id in recorded or r.id in places
            )
        rows.append(
            ServiceStatus(
                name=service.name,
                orm=service.orm,
                lane=_lane(service),
                found=len(history.revisions),
                merged=len(merged),
                deployed=done,
            )
        )
    pending = [] if deployed is None else [f for f in loaded.stream if f.version not in deployed]
    reasons = _reasons(state, pending) if state is not None else ()
    following = None
    if refusal is not None and not any(reason.adopt for reason in reasons):
        following = refusal.hint
    elif unmerged:
        following = "ormony sync"
    elif deployed is None:
        following = "ormony db up" if database.url is None else None
    elif any(reason.adopt for reason in reasons):
        following = "ormony deploy --adopt"
    elif pending:
        following = "ormony deploy"
    return DatabaseStatus(
        name=database.name,
        asked=asked.whom,
        folder=database.stream,
        services=tuple(rows),
        stream=tuple(
            StreamStatus(
                version=file.version,
                file=file.path.rpartition("/")[2],
                service=file.provenance.service if file.provenance else None,
                source=file.provenance.source if file.provenance else None,
                deployed=None if deployed is None else file.version in deployed,
            )
            for file in loaded.stream
        ),
        pending=tuple(file.version for file in pending),
        unmerged=tuple(unmerged),
        reasons=reasons,
        refusal=str(refusal).partition("\nhint: ")[0] if refusal is not None else None,
        exit_status=refusal.exit_status if refusal is not None else 0,
        next=following,
    )


def _reasons(state: State, pending: Sequence[StreamFile]) -> tuple[Reason, ...]:
    """Why each file is pending, in the order of the stream."""
    from ormony.database import pending as pendings

    newest = max(state.deployed, default="")
    labels = {found.service: found.label for found in state.found}
    reasons = []
    for file in pending:
        service, revision = pendings.revision_of(file) or ("", "")
        adopt = revision in state.recorded.get(service, frozenset())
        if file.version in state.running:
            why = (
                f"begun by a deploy that was ended; {state.running[file.version]} of its statements are done"
            )
        elif adopt:
            why = f"{labels[service]} has it: the service's own tool has applied it"
        elif file.version < newest:
            why = f"sorts before {newest}, which is deployed"
        else:
            why = "not deployed yet"
        reasons.append(Reason(file=file.path.rpartition("/")[2], why=why, adopt=adopt))
    return tuple(reasons)


def _places(stream: Sequence[StreamFile], service: Service, history: History) -> dict[str, list[StreamFile]]:
    """The stream files of each merged revision, by its id."""
    ids = {streams.source_of(service, revision): revision.id for revision in history.revisions}
    places: dict[str, list[StreamFile]] = {}
    for file in stream:
        origin = file.provenance
        if origin is not None and origin.service == service.name and origin.source in ids:
            places.setdefault(ids[origin.source], []).append(file)
    return places


def _unmerged_notice(loaded: Loaded) -> list[Notice]:
    """That some revisions are no part of what a deploy applies, for they are not in the stream."""
    counts = {}
    for service in loaded.services:
        history = loaded.histories[service.name]
        merged = _places(loaded.stream, service, history)
        count = sum(revision.id not in merged for revision in history.revisions)
        if count:
            counts[service.name] = count
    if not counts:
        return []
    what = ", ".join(f"{count} of {name}" for name, count in counts.items())
    return [
        Notice(
            code="unmerged",
            message=f"migrations that are not in the stream are not deployed: {what}",
            place=loaded.database.stream,
            hint="ormony sync",
        )
    ]


def _lane(service: Service) -> int | tuple[int, int]:
    start, end = service.lane
    return start // 100 if start % 100 == 0 and end == start + 99 else service.lane


class _Asked(msgspec.Struct, frozen=True):
    """Which server was asked, what its ledgers say (None: nothing is known), and what it refused."""

    whom: str
    state: State | None = None
    refusal: OrmonyError | None = None


def _ask(project: Project, loaded: Loaded, against: str | None) -> _Asked:
    """The ledgers that `status` is about; none where no URL is set or the local server is down.

    A configured database that does not answer is told, and stops nothing: what lies in the project is worth a
    look.
    """
    database = loaded.database
    if against is not None:
        url: str | None = against
    elif database.url is None:
        from ormony.database import server

        cluster = server.running(server.home_of(project.root))
        if cluster is None:
            return _Asked("(the local server is down)")
        url = cluster.url(local_name(database))
    else:
        try:
            url = projects.target_url(database)
        except OrmonyError as error:
            return _Asked(f"({error.message})")
    assert url is not None
    from ormony.database import connect
    from ormony.database import pending as pendings

    whom = connect.redact(url)
    try:
        with connect.connect(url) as connection, connection.transaction():
            state = pendings.read(connection, loaded.services, loaded.histories)
    except OrmonyError as error:
        if against is not None:
            raise
        return _Asked(whom, None, error)
    return _Asked(whom, state)


def _refusal(loaded: Loaded, state: State | None) -> OrmonyError | None:
    """What a deploy would refuse before it runs anything, as far as the ledgers and the files show it."""
    try:
        _refuse_findings(streams.verify(loaded.stream, loaded.services, loaded.histories))
        streams.refuse_duplicates(streams.in_stream_order(loaded.stream))
        if state is not None:
            from ormony.database import pending as pendings

            pendings.plan(state, loaded.stream, loaded.services, loaded.histories)
    except OrmonyError as error:
        return error
    return None


def _deployed_names(connection: Connection) -> dict[str, str]:
    """The versions in Supabase's ledger, and their names; nothing where there is none."""
    from ormony.database import ledgers

    found = ledgers.look(connection, (), {})[0]
    ledgers.require_rights(connection, found)
    return {
        row.version: row.name or ""
        for row in ledgers.read(connection, found)
        if isinstance(row, ledgers.SupabaseRow)
    }


class _Frozen(msgspec.Struct, frozen=True):
    """Paths of stream files that never change, and which rule said so."""

    paths: frozenset[str]
    rule: str
    versions: frozenset[str] = frozenset()  # what the ledger of --against holds
    settled: frozenset[str] = frozenset()  # paths that git or that ledger say may have been deployed
    notices: tuple[Notice, ...] = ()


def _frozen(
    project: Project, database: Database, stream: Sequence[StreamFile], against: str | None
) -> _Frozen:
    """DESIGN's rule: the branch, else origin/ + it, else HEAD; without git all; and what a ledger has."""
    snapshot = git.snapshot(project.root, database.frozen, database.stream)
    paths = frozen_paths(snapshot, stream)
    if snapshot is None:
        rule = "every file that is there (no git)"
        settled: frozenset[str] = frozenset()
        ranks: Mapping[str, int] = {}
    else:
        rule = f"git {snapshot.reference}"
        settled = paths
        _refuse_edited(project, database.stream, stream, snapshot)
        ranks = {}
        if len({file.version for file in stream}) < len(stream):
            ranks = git.joined(project.root, snapshot.reference, database.stream)
    names: Mapping[str, str] = {}
    if against is not None:
        from ormony.database import connect

        with connect.connect(against) as connection:
            names = _deployed_names(connection)
        rule += f" and the ledger of {connect.redact(against)}"
    loose = _loose([file for file in stream if file.path in paths], names, ranks)
    notices = tuple(
        Notice(
            code="frozen-but-not-deployed",
            message=f"{path} is frozen by {rule}, and gets another version all the same: {why}",
            place=path,
        )
        for path, why in loose.items()
    )
    settled |= {file.path for file in stream if file.version in names}
    return _Frozen(paths - set(loose), rule, frozenset(names), settled, notices)


def _loose(
    frozen: Sequence[StreamFile], names: Mapping[str, str], ranks: Mapping[str, int]
) -> dict[str, str]:
    """Frozen files that cannot have been deployed under their version, and why: they may be renumbered.

    No deploy accepts a stream with two files of one version, so of two that met on the branch the one that
    came later was not deployed; a given ledger knows it by name. What sorts before the newest version
    of that ledger and is not in it would be refused as out of order.
    """
    newest = max(names, default="")
    loose: dict[str, str] = {}
    groups: dict[str, list[StreamFile]] = {}
    for file in frozen:
        groups.setdefault(file.version, []).append(file)
    for version, its in groups.items():
        if version not in names and version < newest:
            loose |= {file.path: f"{newest} is deployed, and it is not" for file in its}
        elif len(its) > 1:
            first = min(its, key=lambda f: (f.name != names.get(version), ranks.get(f.path, 0), f.path))
            loose |= {file.path: f"{version} is that of {first.path}" for file in its if file is not first}
    return loose


def _refuse_edited(
    project: Project, folder: str, stream: Sequence[StreamFile], snapshot: git.Snapshot
) -> None:
    """A frozen file whose text is no longer what the branch holds, comments aside."""
    present = {file.path: file for file in stream}
    gone = {  # what the Supabase CLI leaves out is no part of the stream: archives, names without a version
        path: blob
        for path, blob in snapshot.blobs.items()
        if PurePosixPath(path).parent == PurePosixPath(folder)
        and streams.FILE_NAME.fullmatch(PurePosixPath(path).name)
        and path not in present
        and not (project.root / path).is_file()
    }
    now = {file.text for file in stream}  # a file that got another version is there, under another name
    old = git.texts(project.root, gone.values())
    missing = sorted(path for path, blob in gone.items() if old[blob] not in now)
    if missing:
        raise OrmonyError(
            "frozen-file-missing",
            f"{missing[0]} is on {snapshot.reference} and no longer here",
            place=missing[0],
            hint=f"git checkout {snapshot.reference} -- {missing[0]}",
        )
    texts = git.texts(project.root, [blob for path, blob in snapshot.blobs.items() if path in present])
    for path, blob in snapshot.blobs.items():
        if (
            path in present
            and texts[blob] != present[path].text
            and not sql.same_code(texts[blob], present[path].text)
        ):
            raise OrmonyError(
                "frozen-file-edited",
                f"{path} differs from {snapshot.reference}, where it is frozen",
                place=path,
                hint=f"git checkout {snapshot.reference} -- {path}   # then write a new migration instead",
            )


def sync(
    project: Project,
    name: str | None = None,
    *,
    dry_run: bool = False,
    rewrite: bool = False,
    against: str | None = None,
    renames: Sequence[str] = (),
    allow_data_loss: bool = False,
    progress: Progressed = silent,
) -> Synced:
    """Merge new revisions of all services into the streams, replay the result in a shadow, then write it.

    A service that has models and no migration tool gets a file with what its models are ahead; `renames` and
    `allow_data_loss` are told for these. What behavior files and macros are ahead of all that follows. Writes
    nothing at all when one database's stream is refused. Raises what the adapters, `streams.merge`,
    `streams.verify`, `modelled.grown`, `behaving.behaved` and the replay refuse.
    """
    from ormony.database import ledger_places

    told = _told(renames)
    unknown = set(told)
    written: list[File] = []
    removed: list[str] = []
    renumbered: list[tuple[str, str]] = []
    notices: list[Notice] = []
    frozen_by: dict[str, str] = {}
    unchanged = 0
    for database in project.chosen(name):
        loaded = load(project, database)
        ledger_places.refuse_shared(loaded.services, loaded.histories)
        frozen = _frozen(project, database, loaded.stream, against)
        frozen_by[database.name] = frozen.rule
        # What may have been deployed can no longer be changed, and ran in whatever way it did.
        streams.refuse_unrunnable(
            file for file in loaded.stream if file.provenance is None and file.path not in frozen.settled
        )
        with shadow_on_demand(project) as shadow:
            change = _merge(project, loaded, frozen, shadow, rewrite=rewrite, progress=progress)
            change, taken = _grow(project, loaded, frozen, change, told, allow_data_loss, progress)
            unknown -= taken
            change = _behave(project, loaded, frozen, change, allow_data_loss, progress)
            if change.files or change.renumbered:
                _prove(shadow(), change.stream, progress, change.files)
        notices += [*loaded.notices, *frozen.notices, *change.notices]
        written += [File(file.path, file.text) for file in change.files]
        written += [File(file.path, file.text) for _, file in change.renumbered]
        removed += [old for old, _ in change.renumbered]
        renumbered += [(old, file.path) for old, file in change.renumbered]
        unchanged += len(change.stream) - len(change.files) - len(change.renumbered)
    _refuse_unknown(unknown)
    if not dry_run:
        files.write(project.root, written, remove=removed)
    moved = {new for _, new in renumbered}
    return Synced(
        written=tuple(file.path for file in written if file.path not in moved),
        unchanged=unchanged,
        renumbered=tuple(renumbered),
        frozen=frozen_by,
        dry_run=dry_run,
        files=tuple(written) if dry_run else (),
        notices=tuple(notices),
    )


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    """What `sync` would do to one stream, and the stream that results, in order."""

    files: tuple[StreamFile, ...]
    renumbered: tuple[tuple[str, StreamFile], ...]
    stream: tuple[StreamFile, ...]
    notices: tuple[Notice, ...]


def _merge(
    project: Project,
    loaded: Loaded,
    frozen: _Frozen,
    shadow: Callable[[], Shadow],
    *,
    rewrite: bool,
    progress: Progressed,
) -> _Change:
    """The new, rewritten and renumbered files of one stream. Raises what `verify` finds, and like `merge`."""
    services = {service.name: service for service in loaded.services}
    sources = {
        (file.provenance.service, file.provenance.source)
        for file in loaded.stream
        if file.provenance is not None
    }
    fresh = {
        name: [
            r
            for r in loaded.histories[name].revisions
            if (name, streams.source_of(service, r)) not in sources
        ]
        for name, service in services.items()
    }
    changed = {
        name: _changed(service, loaded.histories[name], loaded.stream) for name, service in services.items()
    }
    generated: dict[str, Mapping[str, tuple[Part, ...]]] = {}
    notices: list[Notice] = []
    incoming: dict[str, list[streams.Incoming]] = {
        name: [
            streams.Incoming(revision, (Part(revision.sql, revision.transaction),))
            for revision in revisions
            if revision.sql is not None
        ]
        for name, revisions in fresh.items()
    }
    numbering = _Numbering(project, loaded.database, frozen)
    for name, service in services.items():
        wanted = [r.id for r in (*changed[name], *fresh[name]) if r.sql is None]
        if not wanted:
            continue
        from ormony.adapters import alembic

        progress(f"asking alembic of {name} for SQL", 0, len(wanted))

        def applied(ids: tuple[str, ...], service: Service = service, wanted: Sequence[str] = wanted) -> str:
            earlier = _earlier(project, service, loaded, wanted, ids[0])
            return _shadow_before(
                service, ids, loaded, {**incoming, service.name: earlier}, numbering, shadow
            )

        made = alembic.sql(project.root, service, loaded.histories[name], wanted, shadow=applied)
        generated[name] = made.parts
        notices += made.notices
        incoming[name] = [
            streams.Incoming(revision, made.parts[revision.id])
            for revision in fresh[name]
            if revision.id in made.parts
        ]
        progress(f"asking alembic of {name} for SQL", len(wanted), len(wanted))
    parts = {
        (name, streams.source_of(services[name], revision)): generated[name][revision.id]
        for name, revisions in changed.items()
        for revision in revisions
        if name in generated and revision.id in generated[name]
    }
    rewritten: tuple[StreamFile, ...] = ()
    if rewrite:
        for name, revisions in changed.items():
            for revision in revisions:
                sql_parts = parts.get((name, streams.source_of(services[name], revision)))
                if sql_parts is None:
                    assert revision.sql is not None
                    sql_parts = (Part(revision.sql, revision.transaction),)
                rewritten += streams.rewrite(
                    loaded.stream, frozen.paths, services[name], streams.Incoming(revision, sql_parts)
                )
    new_texts = {file.path: file for file in rewritten}
    stream = tuple(new_texts.get(file.path, file) for file in loaded.stream)
    notices += _refuse_findings(
        streams.verify(stream, loaded.services, loaded.histories, frozen=frozen.paths, parts=parts)
    )
    merged = numbering.merge(stream, loaded.services, incoming)
    gone = {old for old, _ in merged.renumbered}
    after = [file for file in stream if file.path not in gone]
    return _Change(
        files=(*rewritten, *merged.files),
        renumbered=merged.renumbered,
        stream=streams.in_stream_order([*after, *(file for _, file in merged.renumbered), *merged.files]),
        notices=(*notices, *merged.notices),
    )


def _told(renames: Sequence[str]) -> tuple[Rename, ...]:
    if not renames:
        return ()
    from ormony.plan import renames as renaming

    return tuple(renaming.parse(text) for text in renames)


def _refuse_unknown(renames: set[Rename]) -> None:
    if not renames:
        return
    from ormony.plan import renames as renaming

    raise OrmonyError(
        "unknown-rename",
        f'no service without a migration tool has what is to be renamed: "{renaming.spell(min(renames))}"',
        hint="write a rename of another service's table in that service's own migrations",
    )


def _grow(
    project: Project,
    loaded: Loaded,
    frozen: _Frozen,
    change: _Change,
    renames: Sequence[Rename],
    allow_data_loss: bool,
    progress: Progressed,
) -> tuple[_Change, set[Rename]]:
    """The change with the files of services whose migrations come from their models; what renames it took."""
    services = [each for each in loaded.services if each.orm == "sqlalchemy" and each.models is not None]
    if not services:
        return change, set()
    from ormony import modelled

    done: set[Rename] = set()
    for number, service in enumerate(services):
        progress("comparing models with the stream", number, len(services))
        ahead = msgspec.structs.replace(loaded, stream=change.stream)
        found = modelled.grown(project, ahead, service, renames=renames, allow_data_loss=allow_data_loss)
        done |= set(found.renamed)
        change = msgspec.structs.replace(change, notices=(*change.notices, *found.notices))
        if not found.sql:
            continue
        lines = [f"-- Loses: {visible(each)}\n" for each in found.losses]
        file = streams.appended(
            change.stream,
            frozen.paths,
            loaded.services,
            name=found.name,
            source=f"{modelled.SOURCE}/",
            body="".join([*lines, found.sql]),
            transaction=found.transactional,
            now=datetime.datetime.now(datetime.UTC),
            applied=frozen.versions,
            timestamps=project.more_services_than_lanes(loaded.database.name),
            folder=loaded.database.stream,
            service=service,
        )
        stream = streams.in_stream_order([*change.stream, file])
        modelled.prove(project, msgspec.structs.replace(loaded, stream=stream), service)
        change = msgspec.structs.replace(change, files=(*change.files, file), stream=stream)
    progress("comparing models with the stream", len(services), len(services))
    return change, done


def _behave(
    project: Project,
    loaded: Loaded,
    frozen: _Frozen,
    change: _Change,
    allow_data_loss: bool,
    progress: Progressed,
) -> _Change:
    """The change with the files of what behavior files and macros are ahead of the stream."""
    folders = [loaded.database.behavior, *(f"{each.path}/db/behavior" for each in loaded.services)]
    merged = any(f.provenance and f.provenance.source.startswith("behavior/") for f in change.stream)
    if (
        not merged
        and not project.behavior.any
        and not any((project.root / each).is_dir() for each in folders)
    ):
        return change  # nothing to load the driver for
    from ormony import behaving

    progress("comparing behavior with the stream", 0, 1)
    ahead = msgspec.structs.replace(loaded, stream=change.stream)
    found = behaving.behaved(project, ahead)
    change = msgspec.structs.replace(change, notices=(*change.notices, *found.notices))
    services = {service.name: service for service in loaded.services}
    for part in found.parts:
        if part.losses and not allow_data_loss:
            raise OrmonyError(
                "loses-data",
                f"to bring the stream to its behavior files loses data: {'; '.join(part.losses)}",
                place=loaded.database.behavior,
                hint="ormony sync --allow-data-loss",
                exit_status=FINDINGS,
            )
        service = services.get(part.service or "")
        if service is not None:  # its tool's role may not own what all share
            service = msgspec.structs.replace(service, role=None, search_path=("public",))
        file = streams.appended(
            change.stream,
            frozen.paths,
            loaded.services,
            name=part.group if service is None else f"{service.name.lower().replace('-', '_')}_{part.group}",
            source=f"{behaving.SOURCE}/{part.group}/",
            body="".join([*(f"-- Loses: {visible(each)}\n" for each in part.losses), part.sql]),
            transaction=part.transactional,
            now=datetime.datetime.now(datetime.UTC),
            applied=frozen.versions,
            timestamps=project.more_services_than_lanes(loaded.database.name),
            folder=loaded.database.stream,
            service=service,
        )
        stream = streams.in_stream_order([*change.stream, file])
        change = msgspec.structs.replace(change, files=(*change.files, file), stream=stream)
    if found.parts:
        behaving.prove(project, msgspec.structs.replace(loaded, stream=change.stream))
    progress("comparing behavior with the stream", 1, 1)
    return change


class _Numbering(msgspec.Struct, frozen=True):
    """What `streams.merge` needs to know beside the files themselves."""

    project: Project
    database: Database
    frozen: _Frozen

    def merge(
        self,
        stream: Sequence[StreamFile],
        services: Sequence[Service],
        incoming: Mapping[str, Sequence[streams.Incoming]],
        order: Mapping[str, Sequence[str]] | None = None,
    ) -> streams.Merged:
        """`streams.merge` with this database's settings."""
        return streams.merge(
            stream,
            self.frozen.paths,
            services,
            incoming,
            self.database.order if order is None else order,
            now=datetime.datetime.now(datetime.UTC),
            applied=self.frozen.versions,
            timestamps=self.project.more_services_than_lanes(self.database.name),
            folder=self.database.stream,
        )


def _changed(service: Service, history: History, stream: Sequence[StreamFile]) -> list[Revision]:
    """Revisions whose native file, or the body of whose stream file, is no longer what was merged."""
    changed = set()
    for file in stream:
        provenance = file.provenance
        if provenance is not None and provenance.service == service.name:
            changed |= {
                revision.id
                for revision in history.revisions
                if streams.source_of(service, revision) == provenance.source
                and (revision.native != provenance.native or not streams.body_is_intact(file))
            }
    return [revision for revision in history.revisions if revision.id in changed]


def _findings(project: Project, loaded: Loaded) -> tuple[streams.Finding, ...]:
    """Where stream and services differ, with the hints that fit what the branch has frozen."""
    snapshot = git.snapshot(project.root, loaded.database.frozen, loaded.database.stream)
    return streams.verify(
        loaded.stream,
        loaded.services,
        loaded.histories,
        frozen=frozen_paths(snapshot, loaded.stream),
        parts=changed_scripts(project, loaded),
    )


def changed_scripts(project: Project, loaded: Loaded) -> dict[tuple[str, str], tuple[Part, ...]]:
    """The SQL, by service and source, of changed revisions that are scripts: was it more than a comment?

    Empty for a service whose tool cannot be asked here, or not without a database: the change then counts.
    """
    parts: dict[tuple[str, str], tuple[Part, ...]] = {}
    for service in loaded.services:
        history = loaded.histories[service.name]
        changed = {r.id: r for r in _changed(service, history, loaded.stream) if r.sql is None}
        if not changed:
            continue
        from ormony.adapters import alembic

        with contextlib.suppress(OrmonyError):
            made = alembic.sql(project.root, service, history, list(changed), shadow=None).parts
            parts |= {
                (service.name, streams.source_of(service, changed[id_])): its for id_, its in made.items()
            }
    return parts


def frozen_paths(snapshot: git.Snapshot | None, stream: Sequence[StreamFile]) -> frozenset[str]:
    """The stream files that never change again: those that the branch holds; without git all."""
    return frozenset(file.path for file in stream) if snapshot is None else frozenset(snapshot.blobs)


def _refuse_findings(findings: Sequence[streams.Finding]) -> list[Notice]:
    """The warnings as notices. Raises the first error, and says how many more there are."""
    errors = [
        finding for finding in findings if finding.severity == "error" and finding.code != "duplicate-version"
    ]
    if errors:
        first, more = errors[0], len(errors) - 1
        raise OrmonyError(
            first.code,
            first.message + (f" (and {more} more like it: {errors[1].place})" if more else ""),
            place=first.place,
            hint=first.hint,
            exit_status=FINDINGS,
        )
    return [
        Notice(code=finding.code, message=finding.message, place=finding.place, hint=finding.hint)
        for finding in findings
        if finding.severity == "warning"
    ]


def _earlier(
    project: Project, service: Service, loaded: Loaded, wanted: Sequence[str], first: str
) -> list[streams.Incoming]:
    """The wanted revisions before `first` that are not in the stream yet; each has its SQL offline."""
    from ormony.adapters import alembic

    history = loaded.histories[service.name]
    merged = _places(loaded.stream, service, history)
    ids = [revision.id for revision in history.revisions]
    before = [each for each in ids[: ids.index(first)] if each in wanted and each not in merged]
    made = alembic.sql(project.root, service, history, before, shadow=None).parts
    return [
        streams.Incoming(revision, made[revision.id]) for revision in history.revisions if revision.id in made
    ]


def _shadow_before(
    service: Service,
    ids: tuple[str, ...],
    loaded: Loaded,
    incoming: Mapping[str, Sequence[streams.Incoming]],
    numbering: _Numbering,
    shadow: Callable[[], Shadow],
) -> str:
    """The URL of a database in which everything has run but these revisions and what follows them.

    What other services' new migrations need from these very revisions is not there yet: a file that fails is
    left out, with all that its service has after it, and the rest is tried again.
    """
    without = set(ids)
    history = loaded.histories[service.name]
    for revision in history.revisions:
        if without & {*revision.parents, *revision.depends_on}:
            without.add(revision.id)
    mine = [each for each in incoming.get(service.name, ()) if each.revision.id not in without]
    candidates = {**{name: list(its) for name, its in incoming.items()}, service.name: mine}
    while True:
        merged = numbering.merge(loaded.stream, loaded.services, candidates, {})
        files_ = streams.in_stream_order([*loaded.stream, *merged.files])
        try:
            return shadow().clone(files_)
        except OrmonyError as error:
            failed = next((f for f in merged.files if error.place and error.place.startswith(f.path)), None)
            if failed is None or failed.provenance is None:
                raise
            name, source = failed.provenance.service, failed.provenance.source
            at = [streams.source_of(_named(loaded, name), each.revision) for each in candidates[name]].index(
                source
            )
            candidates[name] = candidates[name][:at]


def _named(loaded: Loaded, name: str) -> Service:
    return next(service for service in loaded.services if service.name == name)


def _prove(
    shadow: Shadow,
    stream: Sequence[StreamFile],
    progress: Progressed,
    fresh: Sequence[StreamFile] = (),
) -> None:
    """Replay the stream; an error says which `[order]` line would help where the order may be at fault."""
    progress("replaying the stream", 0, len(stream))
    try:
        shadow.replay(stream)
    except OrmonyError as error:
        _suggest_order(error, fresh)
        raise
    progress("replaying the stream", len(stream), len(stream))


def _suggest_order(error: OrmonyError, fresh: Sequence[StreamFile]) -> None:
    """Name the native migration of a new file that failed, and the `[order]` line that would move it."""
    failed = next((f for f in fresh if error.place and error.place.startswith(f"{f.path}:")), None)
    if failed is None or failed.provenance is None:
        return
    mine = failed.provenance
    error.message += f" (this is {mine.source} of service {mine.service}; nothing was written)"
    later = next(
        (
            file.provenance
            for file in fresh
            if file.provenance and file.provenance.service != mine.service and file.version > failed.version
        ),
        None,
    )
    if error.hint is None and later is not None:
        line = streams.order_line(
            f"{mine.service}/{mine.source.partition('/')[2]}",
            f"{later.service}/{later.source.partition('/')[2]}",
        )
        error.hint = f"if it needs what a migration of another service does, in ormony.toml:\n[order]\n{line}"


def deploy(
    project: Project,
    name: str | None = None,
    *,
    to: str | None = None,
    dry_run: bool = False,
    adopt: bool = False,
    assume: Sequence[str] = (),
    out_of_order: bool = False,
    accept_drift: bool = False,
    verify: bool = True,
    lock_timeout_s: float = 5.0,
    wait_s: float = 600.0,
    progress: Progressed = silent,
    talk: Talk = _mute,
) -> Deployed:
    """Apply what is pending and stamp every ledger, in one transaction wherever PostgreSQL allows.

    What it did is compared with what the shadow did before it is committed; with several databases, all are
    before the first COMMIT. `accept_drift` goes on where a database is not as its migrations made it; without
    `verify` nothing is compared. Raises what `deploying.deploy` refuses.
    """
    from ormony.database import catalogs, connect
    from ormony.database import deploy as deploying
    from ormony.database import prepare as preparing

    chosen = project.chosen(name)
    if assume and not adopt:
        raise OrmonyError(
            "assume-without-adopt",
            "--assume says what an adopted database has, and this is no --adopt",
            hint=f"ormony deploy --adopt --assume {assume[0]}",
        )
    if to is not None and len(chosen) > 1:
        raise OrmonyError(
            "several-databases",
            f"--to names one database, and the project has {len(chosen)}",
            hint=f"ormony --database {chosen[0].name} deploy --to URL",
        )
    notices: list[Notice] = []
    loads = [load(project, database) for database in chosen]
    for loaded in loads:
        notices += loaded.notices
        notices += _refuse_findings(_findings(project, loaded))
        notices += _unmerged_notice(loaded)
    with open_shadow(project.root, project.shadow_url) as shadow:
        replays = catalogs.Replays(project.root, lambda: shadow, url=project.shadow_url)
        targets = [
            deploying.Target(
                name=loaded.database.name,
                url=to or url_of(project, loaded.database),
                stream=loaded.stream,
                services=loaded.services,
                histories=loaded.histories,
                clone=shadow.clone,
                release=shadow.release,
                clone_major=lambda: shadow.major,
                missing=preparing.missing,
                replays=replays,
            )
            for loaded in loads
        ]
        if out_of_order:
            for loaded, target in zip(loads, targets, strict=True):
                notices += _prove_late(replays, loaded, target.url)
        options = deploying.Options(
            lock_timeout_ms=round(lock_timeout_s * 1000),
            wait_s=wait_s,
            dry_run=dry_run,
            late=out_of_order,
            adopt=adopt,
            assume=frozenset(assume),
            verify=verify,
            accept_drift=accept_drift,
        )
        done = deploying.deploy(targets, options, talk=deploying.Talk(progress, talk))
    return Deployed(
        databases=tuple(
            DatabaseDeployed(
                name=each.name,
                target=connect.redact(target.url),
                applied=each.applied,
                stamped=each.stamped,
                steps=each.steps,
                plan=each.shown,
                adopted=tuple(verdict.version for verdict in each.adopted if verdict.status == "applied"),
                drift=each.drift,
                seconds=each.seconds,
                verified=each.verified,
            )
            for each, target in zip(done, targets, strict=True)
        ),
        dry_run=dry_run,
        notices=(*notices, *(notice for each in done for notice in each.notices)),
    )


def diff(
    project: Project | None,
    name: str | None,
    old: str,
    new: str,
    *,
    renames: Sequence[str] = (),
    online: bool = False,
    prove: bool = False,
    allow_data_loss: bool = False,
    cache: bool = True,
) -> Difference:
    """What turns the source `old` into the source `new`, and the SQL that does it.

    `renames` are taken instead of dropping and creating; `online` takes weaker locks where PostgreSQL can;
    `prove` runs the plan in a shadow. `project` may be None where both sources stand alone. Of a project
    with several databases `name` must say which. Raises what the sources raise, `plan-cycle`, `bad-rename`,
    `unknown-rename`, and `not-proved`.
    """
    from ormony import narrow, sources
    from ormony.diff import compare, rename_candidates, uncompared
    from ormony.plan import Plan, make_plan
    from ormony.plan import renames as renaming
    from ormony.plan.online import online as made_online

    database = None if project is None else _one_database(project, name, "diff", old, new)
    given = tuple(renaming.parse(text) for text in renames)
    with sources.Reader(project, database, cache=cache) as reader:
        one, other = reader.read_both(old, new)
        before, after = reader.comparable(one, other)

        def cut(catalog: Catalog) -> Catalog:
            return reader.comparable(msgspec.structs.replace(one, catalog=catalog), other)[0]

        told, notices = _not_done(other.renames, before)
        told = renaming.resolved((*given, *told), before, after)
        steps: tuple[Statement, ...] = ()
        start = before
        if told:
            from ormony.database.renaming import renamed

            steps = renaming.statements(told, before)
            start = cut(renamed(reader.whole(one, other), told, reader.shadow, reader.ground(one, other)))
        changes = compare(start, after)
        unmodelled = uncompared(start, after)
        rest = Plan(())
        if changes:
            # what was cut from both sides still gives new objects their privileges; what is compared may go
            begin, goal = start, after
            if "models" not in (one.kind, other.kind):  # models say nothing of privileges
                hidden = narrow.keep(one.catalog, lambda ref: ref not in start.objects)
                begin, goal = (narrow.with_default_privileges(each, hidden) for each in (start, after))
            rest = make_plan(begin, goal)
            rest = made_online(rest, begin, goal) if online else rest
        plan = Plan((*steps, *rest.statements))
        if prove:
            from ormony.database import prove as proving

            whole, ground = reader.whole(one, other), reader.ground(one, other)
            part = one.scope is not None or other.scope is not None or "models" in (one.kind, other.kind)
            for each in proving.prove(whole, after, plan, reader.shadow, ground, cut=cut if part else None):
                notices.append(Notice(code="proved-in-part", message=f"the proof says nothing of {each}"))
    refused = () if allow_data_loss else plan.losses
    unseen = sorted(
        {f"{_shown(source.name)}: {each}" for source in (one, other) for each in source.catalog.unseen}
    )
    return Difference(
        old=_shown(one.name),
        new=_shown(other.name),
        changes=(
            *(
                DiffChange(
                    action="rename",
                    kind=renaming.kind_of(each),
                    object=str(each.old),
                    details=(f"{each.old} -> {each.new}",),
                )
                for each in told
            ),
            *(
                DiffChange(action=each.action, kind=each.kind, object=str(each.object), details=each.details)
                for each in changes
            ),
        ),
        statements=()
        if refused
        else tuple(
            DiffStatement(
                sql=each.sql,
                transactional=each.transactional,
                lock=each.lock,
                loses_data=each.loses_data,
                rewrites=each.rewrites,
            )
            for each in plan.statements
        ),
        unmodelled=tuple(f"{each.action} {each.name}" for each in unmodelled),
        refused=tuple(Refused(each.sql, each.loses) for each in refused),
        equal=not told and not changes and not unmodelled,
        script="" if refused else plan.script(),
        renames=tuple(renaming.spell(each) for each in rename_candidates(start, after)),
        proved=True if prove else None,
        notices=one.notices
        + other.notices
        + tuple(notices)
        + tuple(
            Notice(code="not-seen", message=f"what the role may not read is not compared: {each}")
            for each in unseen
        ),
    )


def _not_done(told: Sequence[Rename], old: Catalog) -> tuple[tuple[Rename, ...], list[Notice]]:
    """Renames that an SQL file tells, without those that the old side has behind it."""
    from ormony.plan import renames as renaming

    waiting, notices = [], []
    for each in told:
        if renaming.is_there(each.new, old) and not renaming.is_there(each.old, old):
            notices.append(Notice(code="rename-done", message=f"renamed already: {renaming.spell(each)}"))
        else:
            waiting.append(each)
    return tuple(waiting), notices


def snapshot(
    project: Project | None, name: str | None, source: str, *, output: str | None = None, cache: bool = True
) -> Snapshot:
    """The catalog of a source as JSON without secrets, written to the file `output` if one is given.

    Raises what the source raises, and `cannot-write`.
    """
    from ormony import snapshot as snapshots
    from ormony import sources

    database = None if project is None else _one_database(project, name, "snapshot", source)
    with sources.Reader(project, database, cache=cache) as reader:
        found = reader.read(source)
    text = snapshots.encode(found.catalog).decode()
    if output is not None:
        path = Path(output).absolute()
        files.write(path.parent, [File(path.name, text)])
    return Snapshot(
        source=found.name,
        fingerprint=snapshots.fingerprint(found.catalog),
        objects=len(found.catalog.objects),
        file=output,
        text="" if output is not None else text,
        notices=found.notices,
    )


def revert(
    project: Project,
    name: str | None = None,
    *,
    to: str,
    dry_run: bool = False,
    allow_data_loss: bool = False,
    progress: Progressed = silent,
) -> Reverted:
    """Add a file to the stream that takes the schema back to how version `to` left it.

    It is replayed behind the others first, and must end where `to` did; else nothing is written, as when it
    would lose data and this is not allowed. Raises
    `unknown-version`, `nothing-to-revert`, `not-proved`, and what the stream and its replay refuse.
    """
    from ormony import sources
    from ormony.database.prove import told
    from ormony.diff import compare, uncompared
    from ormony.plan import make_plan

    database = _one_database(project, name, "revert", "--to", to)
    loaded = load(project, database)
    notices = [*loaded.notices, *_refuse_findings(_findings(project, loaded))]
    stream = streams.in_stream_order(loaded.stream)
    streams.refuse_duplicates(stream)
    _refuse_nothing_to_revert(stream, to)
    kept = tuple(file for file in stream if file.version <= to)
    frozen = _frozen(project, database, loaded.stream, None)
    with sources.Reader(project, database) as reader:
        progress("replaying the stream", 0, 3)
        then = reader.replayed(kept)
        progress("replaying the stream", 1, 3)
        now = reader.replayed(stream)
        progress("replaying the stream", 2, 3)
        hidden = uncompared(now, then)
        plan = make_plan(now, then)
        if hidden:
            raise _not_reverted(to, f"{hidden[0].action} {hidden[0].name} cannot be said in SQL")
        if not plan.statements:
            raise OrmonyError(
                "nothing-to-revert",
                f"what came after {to} leaves the schema as it was",
                hint="ormony status   # shows the files of the stream",
            )
        if plan.losses and not allow_data_loss:
            return Reverted(
                written=None,
                to=to,
                undone=tuple(each.path for each in stream if each.version > to),
                changes=len(compare(now, then)),
                refused=tuple(Refused(each.sql, each.loses) for each in plan.losses),
                notices=tuple(notices),
            )
        losses = tuple(each.loses for each in plan.losses)
        lines = [f"-- Takes the schema back to version {to}; rows that migrations changed stay as they are."]
        lines += [f"-- Loses: {visible(each)}" for each in losses]
        file = streams.appended(
            loaded.stream,
            frozen.paths,
            loaded.services,
            name=f"revert_to_{to}",
            source=f"revert/{to}",
            body="\n".join([*lines, plan.script()]),
            transaction=plan.transactional,
            now=datetime.datetime.now(datetime.UTC),
            applied=frozen.versions,
            timestamps=project.more_services_than_lanes(database.name),
            folder=database.stream,
        )
        try:
            reached = reader.replayed((*stream, file))
        except OrmonyError as error:
            raise _not_reverted(to, error.message) from error
        left = compare(reached, then)
        if left:
            raise _not_reverted(to, f"it ends elsewhere: {told(left)}")
        hidden = uncompared(reached, then)
        if hidden:
            raise _not_reverted(to, f"it ends elsewhere: {hidden[0].action} {hidden[0].name}")
        progress("replaying the stream", 3, 3)
    if not dry_run:
        files.write(project.root, [File(file.path, file.text)])
    return Reverted(
        written=file.path,
        to=to,
        undone=tuple(each.path for each in stream if each.version > to),
        changes=len(compare(now, then)),
        losses=losses,
        dry_run=dry_run,
        text=file.text if dry_run else "",
        notices=tuple(notices),
    )


def _refuse_nothing_to_revert(stream: Sequence[StreamFile], to: str) -> None:
    versions = [file.version for file in stream]
    if to not in versions:
        raise OrmonyError(
            "unknown-version",
            f'no file of the stream has version "{to}"'
            + (f"; the newest are {', '.join(versions[-3:])}" if versions else ""),
            hint="ormony status   # shows the files of the stream",
        )
    if to == versions[-1]:
        raise OrmonyError(
            "nothing-to-revert",
            f"{to} is the newest version of the stream",
            hint=f"ormony revert --to {versions[-2]}"
            if len(versions) > 1
            else "ormony status   # shows the files of the stream",
        )


def _not_reverted(to: str, why: str) -> OrmonyError:
    return OrmonyError(
        "not-proved",
        f"the way back to {to} is not proved, and nothing was written: {why}",
        hint="write the migration by hand: ormony diff migrations OLDER_FOLDER --sql",
        exit_status=DATABASE,
    )


def _shown(source: str) -> str:
    """A source as it was written, a URL without its password."""
    if not source.startswith(("postgresql://", "postgres://")):
        return source
    from ormony.database.connect import redact

    return redact(source)


def _one_database(project: Project, name: str | None, *command: str) -> Database:
    """The database of a project that a command, given by its words, is about."""
    chosen = project.chosen(name)
    if len(chosen) > 1:
        raise OrmonyError(
            "several-databases",
            f"the project has {len(chosen)} databases, and {command[0]} is about one",
            hint=f"ormony {shlex.join(map(_shown, command))} --database {chosen[0].name}",
        )
    return chosen[0]


def _prove_late(replays: Replays, loaded: Loaded, url: str) -> list[Notice]:
    """Prove that files which sort before a deployed one may run after it: both orders give one schema.

    Files that change data, of which a schema tells nothing, are named. Raises `out-of-order`.
    """
    from ormony.database import connect, verify
    from ormony.database import pending as pendings
    from ormony.diff import uncompared

    with connect.connect(url) as connection, connection.transaction():
        state = pendings.read(connection, loaded.services, loaded.histories)
    ordered = streams.in_stream_order(loaded.stream)
    newest = max(state.deployed, default="")
    late = [file for file in ordered if file.version not in state.deployed and file.version < newest]
    if not late:
        return []
    rest = [file for file in ordered if file.version not in state.deployed]
    fresh = replays.of(ordered)
    grown = replays.of((*pendings.as_deployed(state, ordered), *rest))
    differing = (
        *verify.words(fresh, grown, verify.changed(fresh, grown)),
        *(f"{each.action} {each.name}" for each in uncompared(fresh, grown)),
    )
    if differing:
        raise OrmonyError(
            "out-of-order",
            f"{late[0].version} run after {newest} gives another schema than a fresh replay:"
            f" {verify.listed(differing)}",
            place=late[0].path,
            hint="ormony sync --against URL   # gives it a version after all that is deployed",
            exit_status=DATABASE,
        )
    return [
        Notice(
            code="late-data",
            message=f"{file.path} runs after {newest} and changes data: a fresh replay changes it before",
            place=file.path,
        )
        for file in late
        if any(sql.changes_data(statement) for statement in sql.statements(file.text, file.path))
    ]


def db_up(project: Project, name: str | None = None, *, tcp: bool = False) -> Databases:
    """Start the local server and make each database that is not there, with the surface and nothing else.

    What is next is what `status` of the first database says that has something to do.
    """
    from ormony.database import connect

    lines = []
    following = None
    for database in project.chosen(name):
        cluster = local_server(project, database, tcp=tcp)
        url = cluster.url(local_name(database))
        lines.append(DatabaseLine(name=database.name, state="up", url=connect.redact(url)))
        following = following or _next(project, database, url)
    return Databases(databases=tuple(lines), next=following)


def _next(project: Project, database: Database, url: str) -> str | None:
    """The command that brings the database at `url` further; None when nothing is left to do."""
    try:
        return _status(project, load(project, database), url).next
    except OrmonyError:  # a service that cannot be read is no reason not to start a server
        return "ormony status"


def db_down(project: Project, *, destroy: bool = False) -> Databases:
    """Stop the local server; with `destroy` remove its data, too."""
    from ormony.database import server

    home = server.home_of(project.root)
    stopped = server.stop(home)
    if destroy:
        server.destroy(home)
    state = "destroyed" if destroy else "down" if stopped else "was down already"
    return Databases(databases=tuple(DatabaseLine(name=d.name, state=state) for d in project.databases))


def db_reset(
    project: Project,
    name: str | None = None,
    *,
    seed: bool = True,
    progress: Progressed = silent,
    talk: Talk = _mute,
) -> Databases:
    """Make the local databases anew, deploy the stream to each, and run its seeds.

    The configured URL plays no part: only the embedded server's databases are ever dropped.
    """
    from ormony.database import connect, server

    lines = []
    notices: list[Notice] = []
    with open_shadow(project.root, project.shadow_url) as shadow:
        for database in project.chosen(name):  # nothing is dropped for a stream that would not run
            loaded = load(project, database)
            _refuse_findings(_findings(project, loaded))
            streams.refuse_duplicates(streams.in_stream_order(loaded.stream))
            streams.refuse_unrunnable(file for file in loaded.stream if file.provenance is None)
            _prove(shadow, loaded.stream, progress)
    home = server.home_of(project.root)
    old = server.running(home)
    server.stop(home)  # a server that was started by an older ormony has that one's surface
    cluster = server.start(home, tcp=old is not None and old.tcp)
    for database in project.chosen(name):
        with cluster.admin() as admin:
            server.drop_database(admin, local_name(database))
        server.create_database(cluster, local_name(database))
        url = cluster.url(local_name(database))
        done = deploy(project, database.name, to=url, progress=progress, talk=talk)
        notices += done.notices
        count = len(done.databases[0].applied)
        state = f"reset, {count} file{'s' if count != 1 else ''} deployed"
        if seed:
            seeded = _seed(project, database, url)
            state += f", {seeded} seeded" if seeded else ""
        lines.append(DatabaseLine(name=database.name, state=state, url=connect.redact(url)))
    return Databases(databases=tuple(lines), notices=tuple(notices))


def _seed(project: Project, database: Database, url: str) -> str:
    """Run the seed files that Supabase's config names, in one transaction; their names."""
    import psycopg

    from ormony.database import connect

    paths = _seeds(project.root, PurePosixPath(database.stream).parent)
    with connect.connect(url) as connection, connection.transaction():
        for path in paths:
            text = files.read_text(project.root, path)
            try:
                connection.execute(text.encode())
            except psycopg.Error as error:
                raise connect.sql_error(error, text, path, 1) from None
    return ", ".join(path.rpartition("/")[2] for path in paths)


def _seeds(root: Path, folder: PurePosixPath) -> list[str]:
    """The seed files that Supabase's config beside the stream names, else its default, in its order."""
    config = supabase.read_config(root, folder.as_posix())
    if config is not None and not config.seed_enabled:
        return []
    patterns = config.seeds if config is not None else ("./seed.sql",)
    found = (
        each for pattern in patterns for each in sorted((root / folder).glob(pattern.removeprefix("./")))
    )
    return [path.relative_to(root).as_posix() for path in dict.fromkeys(found) if path.is_file()]


def db_prepare(url: str) -> Databases:
    """Give the empty database at `url` Supabase's roles, schemas, functions and stand-ins."""
    from ormony.database import connect
    from ormony.database import prepare as preparing

    done = preparing.prepare(url)
    return Databases(
        databases=(DatabaseLine(name=done.database, state=done.state, url=connect.redact(url)),),
        next=f"ormony deploy --to {connect.redact(url)}",
        notices=done.notices,
    )


def db_url(project: Project, name: str | None = None) -> Text:
    """The URL of the one local database, with its password.

    Raises `local-server-down`, `several-databases`.
    """
    cluster, database = _one_local(project, name)
    return Text(text=cluster.url(local_name(database)))


def db_psql(project: Project, name: str | None, arguments: Sequence[str]) -> list[str]:
    """The command that opens psql on the one local database. Raises like `db_url`."""
    from ormony.database import server

    cluster, database = _one_local(project, name)
    return [server.psql(), cluster.url(local_name(database)), *arguments]


def _one_local(project: Project, name: str | None) -> tuple[Cluster, Database]:
    from ormony.database import server

    chosen = project.chosen(name)
    if len(chosen) > 1:
        known = ", ".join(database.name for database in chosen)
        raise OrmonyError(
            "several-databases",
            f"the project has several databases: {known}",
            hint=f"ormony --database {chosen[0].name} db url",
        )
    cluster = server.running(server.home_of(project.root))
    if cluster is None:
        raise OrmonyError(
            "local-server-down", "the local server does not run", hint="ormony db up", exit_status=DATABASE
        )
    return cluster, chosen[0]
