"""What verbs return: values that `report.py` prints, and that a program reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from ormony.files import File
from ormony.history import Notice


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
