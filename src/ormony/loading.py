"""What lies in a project, loaded: its stream, its services' histories, its shadow, its local server.

What talks with PostgreSQL, and each tool's adapter, is imported where it is used. This module decides
nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from ormony import project as projects
from ormony import stream as streams
from ormony.adapters import supabase
from ormony.errors import TOOL_MISSING, OrmonyError
from ormony.history import History, Notice, Service
from ormony.project import Database, Project
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.adapters.exported import Exported
    from ormony.database.server import Cluster
    from ormony.database.shadow import Shadow

Value = TypeVar("Value")
Progressed = Callable[[str, int, int], None]  # what is done, how many of them, of how many


def silent(what: str, done: int, total: int) -> None:
    """A `Progressed` for when no one is watching."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """One database's stream and histories as they lie in the project.

    `unread` are services, by name, whose history cannot be read, and why; they are not among `services`.
    """

    database: Database
    services: tuple[Service, ...]
    stream: tuple[StreamFile, ...]
    histories: Mapping[str, History]
    notices: tuple[Notice, ...]
    unread: Mapping[str, OrmonyError] = {}


def local_name(database: Database) -> str:
    """The name that a project's database has on the embedded server."""
    return database.name


def load(project: Project, database: Database, *, tolerant: bool = False) -> Loaded:
    """The stream and the histories of a database. With `tolerant` those that can be read, and what the
    others raise; else raises what reading them does.
    """
    stream, notices = supabase.read_stream(project.root, database.stream)
    services = project.of(database.name)
    histories: dict[str, History] = {}
    unread: dict[str, OrmonyError] = {}
    for service in services:
        try:
            history = history_of(project.root, service)
        except OrmonyError as error:
            if not tolerant or error.exit_status == TOOL_MISSING:
                raise
            unread[service.name] = error
            continue
        histories[service.name] = history
        notices += history.notices
        lying = {revision.path: revision for revision in history.revisions}
        stream = tuple(
            streams.in_place(file, service, lying[file.path])
            if file.path in lying and file.provenance is None
            else file
            for file in stream
        )
    return Loaded(
        database=database,
        services=tuple(each for each in services if each.name not in unread),
        stream=stream,
        histories=histories,
        notices=notices,
        unread=unread,
    )


def history_of(root: Path, service: Service) -> History:
    """The revisions that the service's own tool has."""
    match service.orm:
        case "drizzle":
            from ormony.adapters import drizzle

            return drizzle.read(root, service)
        case "alembic":
            from ormony.adapters import alembic

            return alembic.read(root, service)
        case "sqlx":
            from ormony.adapters import sqlx

            return sqlx.read(root, service)
        case "supabase":
            return supabase.read(root, service)
        case "sqlalchemy":  # models alone have no history
            return History(service=service.name, ledger=None, revisions=())


def exported_of(
    root: Path, service: Service, *, apart: bool = False, cache: bool = True, partial: bool = False
) -> Exported:
    """The DDL of the service's models, by its own tool; with `cache`, as it was before if nothing changed.

    `apart` asks for those of `mirror_models`, which the tool is not told of. Raises `no-models` for a tool
    without models, and what the tool's adapter raises; for some of several models only unless `partial`.
    """
    found = _exported(root, service, apart=apart, cache=cache)
    if found.unread and not partial:
        raise found.unread[0].error()
    return found


def _exported(root: Path, service: Service, *, apart: bool, cache: bool) -> Exported:
    from ormony.adapters import exported
    from ormony.database import server

    match service.orm:
        case "drizzle":
            from ormony.adapters import drizzle_models

            made_of = drizzle_models.made_of
            export = drizzle_models.export_mirrors if apart else drizzle_models.export
        case "alembic" | "sqlalchemy":
            from ormony.adapters import sqlalchemy_models

            made_of, export = sqlalchemy_models.made_of, sqlalchemy_models.export
        case "sqlx" | "supabase":
            tool = "SQLx" if service.orm == "sqlx" else "a folder of SQL"
            raise OrmonyError(
                "no-models",
                f'service "{service.name}" has no models: {tool} has migrations alone',
                hint=f"service:{service.name}   # what its migrations make",
            )
    if not cache:
        return export(root, service)
    folder = server.home_of(root, "models")
    name = f"{service.name} apart" if apart else service.name
    return exported.remembered(root, folder, name, made_of(root, service), lambda: export(root, service))


def kept_of(
    root: Path, folder: str, service: Service, key: str, kind: type[Value], make: Callable[[], Value]
) -> Value:
    """What `make` gives for a service, or gave before under this key; it lies in this folder of `.ormony`."""
    from ormony.adapters import exported
    from ormony.database import server

    return exported.kept(server.home_of(root, folder) / f"{service.name}.json", key, kind, make)


def open_shadow(root: Path, url: str | None) -> contextlib.AbstractContextManager[Shadow]:
    """Shadows for the project in `root`; no server starts before the first is asked for."""
    from ormony.database import shadow as shadows

    return shadows.open_shadow(root, url=url)


@contextlib.contextmanager
def shadow_on_demand(project: Project) -> Iterator[Callable[[], Shadow]]:
    """A shadow that is opened, and the driver loaded for it, when it is asked for."""
    with contextlib.ExitStack() as stack:
        yield cache(lambda: stack.enter_context(open_shadow(project.root, project.shadow_url)))


def url_of(project: Project, database: Database) -> str:
    """Where a deploy goes: the configured database, else the embedded one, started if need be."""
    url = projects.target_url(database)
    return url if url is not None else local_server(project, database).url(local_name(database))


def local_server(project: Project, database: Database, *, tcp: bool = False) -> Cluster:
    from ormony.database import server

    cluster = server.start(server.home_of(project.root), tcp=tcp)
    server.create_database(cluster, local_name(database))
    return cluster
