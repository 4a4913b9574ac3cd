"""The verbs `db …`: the embedded server and its databases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ormony import files
from ormony import stream as streams
from ormony.adapters import supabase
from ormony.commands.change import replay
from ormony.commands.comparing import findings_of, refuse_findings
from ormony.commands.deploying import Talk, deploy, mute
from ormony.commands.results import DatabaseLine, Databases, Text
from ormony.commands.standing import status_of
from ormony.errors import DATABASE, OrmonyError
from ormony.history import Notice
from ormony.loading import Progressed, load, local_name, local_server, open_shadow, silent
from ormony.project import Database, Project

if TYPE_CHECKING:
    from ormony.database.server import Cluster


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
        return status_of(project, load(project, database), url).next
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
    talk: Talk = mute,
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
            refuse_findings(findings_of(project, loaded))
            streams.refuse_duplicates(streams.in_stream_order(loaded.stream))
            streams.refuse_unrunnable(file for file in loaded.stream if file.provenance is None)
            replay(shadow, loaded.stream, progress)
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
