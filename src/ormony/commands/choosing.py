"""The one database that a command is about, and sources named without their passwords."""

from __future__ import annotations

import shlex

from ormony.errors import OrmonyError
from ormony.project import Database, Project


def one_database(project: Project, name: str | None, *command: str) -> Database:
    """The database of a project that a command, given by its words, is about."""
    chosen = project.chosen(name)
    if len(chosen) > 1:
        raise OrmonyError(
            "several-databases",
            f"the project has {len(chosen)} databases, and {command[0]} is about one",
            hint=f"ormony {shlex.join(map(shown_source, command))} --database {chosen[0].name}",
        )
    return chosen[0]


def shown_source(source: str) -> str:
    """A source as it was written, a URL without its password."""
    if not source.startswith(("postgresql://", "postgres://")):
        return source
    from ormony.database.connect import redact

    return redact(source)
