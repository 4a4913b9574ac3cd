"""The verb `revert`: a file that takes the schema back, proved before it is written."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ormony import files
from ormony import stream as streams
from ormony.commands.choosing import one_database
from ormony.commands.comparing import findings_of, refuse_findings
from ormony.commands.freezing import frozen_of
from ormony.commands.results import Refused, Reverted
from ormony.errors import DATABASE, OrmonyError, visible
from ormony.files import File
from ormony.loading import Progressed, load, silent
from ormony.project import Project
from ormony.stream import StreamFile


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

    database = one_database(project, name, "revert", "--to", to)
    loaded = load(project, database)
    notices = [*loaded.notices, *refuse_findings(findings_of(project, loaded))]
    stream = streams.in_stream_order(loaded.stream)
    streams.refuse_duplicates(stream)
    _refuse_nothing_to_revert(stream, to)
    kept = tuple(file for file in stream if file.version <= to)
    frozen = frozen_of(project, database, loaded.stream, None)
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
