"""Where a stream and its services differ: revisions that are not merged, changed, or edited behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from ormony import git
from ormony import stream as streams
from ormony.commands.freezing import frozen_paths
from ormony.errors import FINDINGS, OrmonyError
from ormony.history import History, Notice, Part, Revision, Service
from ormony.loading import Loaded
from ormony.project import Project
from ormony.stream import StreamFile


def places_of(
    stream: Sequence[StreamFile], service: Service, history: History
) -> dict[str, list[StreamFile]]:
    """The stream files of each merged revision, by its id."""
    ids = {streams.source_of(service, revision): revision.id for revision in history.revisions}
    places: dict[str, list[StreamFile]] = {}
    for file in stream:
        origin = file.provenance
        if origin is not None and origin.service == service.name and origin.source in ids:
            places.setdefault(ids[origin.source], []).append(file)
    return places


def unmerged_notices(loaded: Loaded) -> list[Notice]:
    """That some revisions are no part of what a deploy applies, for they are not in the stream."""
    counts = {}
    for service in loaded.services:
        history = loaded.histories[service.name]
        merged = places_of(loaded.stream, service, history)
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


def changed_revisions(service: Service, history: History, stream: Sequence[StreamFile]) -> list[Revision]:
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


def changed_scripts(project: Project, loaded: Loaded) -> dict[tuple[str, str], tuple[Part, ...]]:
    """The SQL, by service and source, of changed revisions that are scripts: was it more than a comment?

    Empty for a service whose tool cannot be asked here, or not without a database: the change then counts.
    """
    parts: dict[tuple[str, str], tuple[Part, ...]] = {}
    for service in loaded.services:
        history = loaded.histories[service.name]
        changed = {r.id: r for r in changed_revisions(service, history, loaded.stream) if r.sql is None}
        if not changed:
            continue
        from ormony.adapters import alembic

        with contextlib.suppress(OrmonyError):
            made = alembic.sql(project.root, service, history, list(changed), shadow=None).parts
            parts |= {
                (service.name, streams.source_of(service, changed[id_])): its for id_, its in made.items()
            }
    return parts


def findings_of(project: Project, loaded: Loaded) -> tuple[streams.Finding, ...]:
    """Where stream and services differ, with the hints that fit what the branch has frozen."""
    snapshot = git.snapshot(project.root, loaded.database.frozen, loaded.database.stream)
    return streams.verify(
        loaded.stream,
        loaded.services,
        loaded.histories,
        frozen=frozen_paths(snapshot, loaded.stream),
        parts=changed_scripts(project, loaded),
    )


def refuse_findings(findings: Sequence[streams.Finding]) -> list[Notice]:
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
