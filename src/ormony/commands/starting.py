"""The verb `init`: what lies in a project, as its first ormony.toml and behavior files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ormony import files, sql
from ormony import project as projects
from ormony.adapters import supabase
from ormony.commands.results import Initialized, ServiceLine
from ormony.errors import OrmonyError
from ormony.files import File
from ormony.history import Notice
from ormony.project import Database
from ormony.stream import StreamFile


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
