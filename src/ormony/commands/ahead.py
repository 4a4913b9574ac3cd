"""What models and behavior files are ahead of a stream, as its next files."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ormony import stream as streams
from ormony.commands.change import Change
from ormony.commands.freezing import Frozen
from ormony.errors import FINDINGS, OrmonyError, visible
from ormony.loading import Loaded, Progressed
from ormony.project import Project

if TYPE_CHECKING:
    from ormony.diff import Rename


def with_models(
    project: Project,
    loaded: Loaded,
    frozen: Frozen,
    change: Change,
    renames: Sequence[Rename],
    allow_data_loss: bool,
    progress: Progressed,
) -> tuple[Change, set[Rename]]:
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


def with_behavior(
    project: Project,
    loaded: Loaded,
    frozen: Frozen,
    change: Change,
    allow_data_loss: bool,
    progress: Progressed,
) -> Change:
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
