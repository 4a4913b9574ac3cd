"""The verb `sync`: new revisions of all services in the stream, proved, then written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ormony import files
from ormony import stream as streams
from ormony.commands.ahead import with_behavior, with_models
from ormony.commands.change import Change, Numbering, replay
from ormony.commands.comparing import changed_revisions, places_of, refuse_findings
from ormony.commands.freezing import Frozen, frozen_of
from ormony.commands.results import Synced
from ormony.errors import OrmonyError
from ormony.files import File
from ormony.history import Notice, Part, Service
from ormony.loading import Loaded, Progressed, load, shadow_on_demand, silent
from ormony.project import Project
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.database.shadow import Shadow
    from ormony.diff import Rename


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
        frozen = frozen_of(project, database, loaded.stream, against)
        frozen_by[database.name] = frozen.rule
        # What may have been deployed can no longer be changed, and ran in whatever way it did.
        streams.refuse_unrunnable(
            file for file in loaded.stream if file.provenance is None and file.path not in frozen.settled
        )
        with shadow_on_demand(project) as shadow:
            change = _merge(project, loaded, frozen, shadow, rewrite=rewrite, progress=progress)
            change, taken = with_models(project, loaded, frozen, change, told, allow_data_loss, progress)
            unknown -= taken
            change = with_behavior(project, loaded, frozen, change, allow_data_loss, progress)
            if change.files or change.renumbered:
                replay(shadow(), change.stream, progress, change.files)
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


def _merge(
    project: Project,
    loaded: Loaded,
    frozen: Frozen,
    shadow: Callable[[], Shadow],
    *,
    rewrite: bool,
    progress: Progressed,
) -> Change:
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
        name: changed_revisions(service, loaded.histories[name], loaded.stream)
        for name, service in services.items()
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
    numbering = Numbering(project, loaded.database, frozen)
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
    notices += refuse_findings(
        streams.verify(stream, loaded.services, loaded.histories, frozen=frozen.paths, parts=parts)
    )
    merged = numbering.merge(stream, loaded.services, incoming)
    gone = {old for old, _ in merged.renumbered}
    after = [file for file in stream if file.path not in gone]
    return Change(
        files=(*rewritten, *merged.files),
        renumbered=merged.renumbered,
        stream=streams.in_stream_order([*after, *(file for _, file in merged.renumbered), *merged.files]),
        notices=(*notices, *merged.notices),
    )


def _earlier(
    project: Project, service: Service, loaded: Loaded, wanted: Sequence[str], first: str
) -> list[streams.Incoming]:
    """The wanted revisions before `first` that are not in the stream yet; each has its SQL offline."""
    from ormony.adapters import alembic

    history = loaded.histories[service.name]
    merged = places_of(loaded.stream, service, history)
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
    numbering: Numbering,
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
