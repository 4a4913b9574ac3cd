"""What a merge would do to one stream, and its replay before anything is written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from ormony import stream as streams
from ormony.commands.freezing import Frozen
from ormony.errors import OrmonyError
from ormony.history import Notice, Service
from ormony.loading import Progressed
from ormony.project import Database, Project
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.database.shadow import Shadow


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What `sync` would do to one stream, and the stream that results, in order."""

    files: tuple[StreamFile, ...]
    renumbered: tuple[tuple[str, StreamFile], ...]
    stream: tuple[StreamFile, ...]
    notices: tuple[Notice, ...]


class Numbering(msgspec.Struct, frozen=True):
    """What `streams.merge` needs to know beside the files themselves."""

    project: Project
    database: Database
    frozen: Frozen

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


def replay(
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
    from ormony.adapters import drizzle

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
    pulled = next(
        (
            file.provenance.source
            for file in fresh
            if file.provenance
            and file.provenance.service == mine.service
            and mine.source.startswith("drizzle/")
            and drizzle.is_pulled(file.body)
        ),
        None,
    )
    if error.hint is None and pulled is not None:
        error.hint = (
            f"{pulled} is what drizzle-kit pull found, in a comment, and makes nothing: "
            "take its /* and */ away, if nothing else makes these tables"
        )
    if error.hint is None and later is not None:
        line = streams.order_line(
            f"{mine.service}/{mine.source.partition('/')[2]}",
            f"{later.service}/{later.source.partition('/')[2]}",
        )
        error.hint = f"if it needs what a migration of another service does, in ormony.toml:\n[order]\n{line}"
