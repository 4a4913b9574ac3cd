"""Which files of a stream never change again: what a branch holds, and what a database's ledger has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from ormony import git, sql
from ormony import stream as streams
from ormony.errors import OrmonyError
from ormony.history import Notice
from ormony.project import Database, Project
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.database.connect import Connection


class Frozen(msgspec.Struct, frozen=True):
    """Paths of stream files that never change, and which rule said so."""

    paths: frozenset[str]
    rule: str
    versions: frozenset[str] = frozenset()  # what the ledger of --against holds
    settled: frozenset[str] = frozenset()  # paths that git or that ledger say may have been deployed
    notices: tuple[Notice, ...] = ()


def frozen_of(
    project: Project, database: Database, stream: Sequence[StreamFile], against: str | None
) -> Frozen:
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
    return Frozen(paths - set(loose), rule, frozenset(names), settled, notices)


def frozen_paths(snapshot: git.Snapshot | None, stream: Sequence[StreamFile]) -> frozenset[str]:
    """The stream files that never change again: those that the branch holds; without git all."""
    return frozenset(file.path for file in stream) if snapshot is None else frozenset(snapshot.blobs)


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
