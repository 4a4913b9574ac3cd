"""A throw-away database that is what a catalog says, made by the plan that leads there from nothing.

Only SQL that our renderers wrote runs, but it is about what users wrote: a default or the query of a
materialized view calls functions of theirs. So the role that runs it is no superuser. Where the cluster lacks
a role, or a statement asks for a superuser (casts, languages, access methods, event triggers), the database
lies in a cluster of its own that is destroyed afterwards, and the role is a superuser for exactly the
statements that were refused without it, and only for kinds that call no function of a user's. This module
judges nothing.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec
import psycopg

from ormony import narrow, sql
from ormony.catalog import Catalog, DefaultPrivileges, Policy, Role, UserMapping
from ormony.database.connect import Connection, connect
from ormony.database.introspect import introspect
from ormony.database.shadow import Apart, Shadow
from ormony.errors import DATABASE, OrmonyError
from ormony.plan import PREAMBLE, make_plan
from ormony.plan.statement import Statement

_RUNS_AS: Final = "postgres"  # in a shadow that is shared
NEEDS_SUPERUSER: Final = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidFunctionDefinition)
"""What a statement fails with that only a superuser may run; the second: an aggregate's state is internal."""

# What only a superuser may do, and what calls nothing while it is done.
_RUNS_NOTHING: Final = frozenset(
    {
        "AlterDatabaseStmt",
        "AlterEventTrigStmt",
        "AlterExtensionStmt",
        "AlterFdwStmt",
        "AlterFunctionStmt",
        "AlterObjectSchemaStmt",
        "AlterOperatorStmt",
        "AlterOwnerStmt",
        "AlterPublicationStmt",
        "AlterSubscriptionStmt",
        "AlterTypeStmt",
        "CommentStmt",
        "CreateAmStmt",
        "CreateCastStmt",
        "CreateConversionStmt",
        "CreateEventTrigStmt",
        "CreateExtensionStmt",
        "CreateFdwStmt",
        "CreateForeignServerStmt",
        "CreateFunctionStmt",
        "CreateOpClassStmt",
        "CreateOpFamilyStmt",
        "CreatePLangStmt",
        "CreatePublicationStmt",
        "CreateSchemaStmt",
        "CreateSubscriptionStmt",
        "CreateTransformStmt",
        "CreateUserMappingStmt",
        "DefineStmt",
        "DropStmt",
        "DropSubscriptionStmt",
        "GrantStmt",
        "RenameStmt",
        "SecLabelStmt",
    }
)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a database before a catalog is made in it.

    With `prepared` it is Supabase's surface, and catalogs are without it and without the `ledgers`; else it
    is empty, and catalogs are whole.
    """

    prepared: bool
    ledgers: frozenset[tuple[str, str]] = frozenset()


class Rebuilt:
    """A database that is being made; `run` and `read` are all that it is for."""

    def __init__(self, conn: Connection, apart: Apart | None, ground: Ground, begin: Catalog) -> None:
        self._conn, self._apart, self._ground, self._begin = conn, apart, ground, begin

    @property
    def major(self) -> int:
        """The major version of its server."""
        return self._begin.version // 10000

    def read(self) -> Catalog:
        """The catalog, without what lay there before."""
        with self._apart.empowered() if self._apart is not None else contextlib.nullcontext():
            found = introspect(self._conn)
        if not self._ground.prepared:
            return found
        return narrow.without_surface(found, self._begin, self._ground.ledgers)

    def make(self, catalog: Catalog) -> None:
        """Make what the catalog says. Raises psycopg.Error, and `plan-cycle`."""
        self.run(make_plan(self._begin, _over(self._begin, catalog, self._ground)).statements)

    def run(self, statements: Sequence[Statement]) -> None:
        """Run them in one transaction, what none allows by itself. Raises psycopg.Error."""
        waiting: list[Statement] = []
        for each in statements:
            if each.transactional:
                waiting.append(each)
                continue
            self._as_one(waiting)
            waiting = []
            self._alone(each.sql)
        self._as_one(waiting)

    def _as_one(self, statements: Sequence[Statement]) -> None:
        if not statements:
            return
        texts = [each.sql for each in statements]
        with self._conn.transaction():
            self._conn.execute(";\n".join(PREAMBLE).encode())
            if self._apart is None:
                self._conn.execute(";\n".join(texts).encode())
                return
            for gives, group in itertools.groupby(texts, _gives):
                chunk = list(group)
                if (
                    gives
                ):  # as a superuser does: in the owner's name, whatever the runner may grant by himself
                    self._empowered(";\n".join(chunk))
                else:
                    self._chunk(chunk)

    def _chunk(self, texts: Sequence[str]) -> None:
        """Statements of an open transaction; those that are refused, with the rights of a superuser."""
        try:
            with self._conn.transaction():
                self._conn.execute(";\n".join(texts).encode())
        except NEEDS_SUPERUSER:
            for text in texts:
                try:
                    with self._conn.transaction():
                        self._conn.execute(text.encode())
                except NEEDS_SUPERUSER:
                    if not _runs_nothing(text):
                        raise
                    self._empowered(text)

    def _empowered(self, text: str) -> None:
        """Run SQL as a superuser in the open transaction, while no event trigger calls what others wrote."""
        assert self._apart is not None
        script = f"SET LOCAL event_triggers = off;\n{text};\nSET LOCAL event_triggers = on".encode()
        try:
            with self._apart.empowered(), self._conn.transaction():
                self._notice()
                self._conn.execute(script)
        except NEEDS_SUPERUSER:
            with self._apart.empowered(everybody=True), self._conn.transaction():
                self._notice()
                self._conn.execute(script)
        self._notice()

    def _notice(self) -> None:
        """Let the session see what another one has done to its role: a lock that is new makes it look."""
        with self._conn.transaction(force_rollback=True):
            self._conn.execute("SELECT FROM pg_catalog.pg_shseclabel, pg_catalog.pg_roles LIMIT 1")

    def _alone(self, text: str) -> None:
        try:
            self._conn.execute(text.encode())
        except NEEDS_SUPERUSER:
            if self._apart is None:
                raise
            with self._apart.empowered():
                self._conn.execute(text.encode())


def _gives(text: str) -> bool:
    """Whether it is one of the statements by which renderers give and take privileges."""
    return text.startswith(("GRANT ", "REVOKE ", "SET LOCAL ROLE ", "RESET ROLE"))


def _runs_nothing(text: str) -> bool:
    """Whether a statement runs no function of a user's, as what fills a table, a column or an index may."""
    (statement,) = sql.statements(text)
    owner = re.fullmatch(r'ALTER .* OWNER TO (?:\w+|"(?:[^"]|"")+")', text, re.DOTALL) is not None
    return owner or statement.kind in _RUNS_NOTHING


@contextlib.contextmanager
def rebuilding(shadow: Shadow, ground: Ground, *catalogs: Catalog, apart: bool = False) -> Iterator[Rebuilt]:
    """A database to make the first catalog in, whose server has the roles that all of them name.

    It is that of the shadow where this will do and `apart` does not forbid it. Raises what the shadow raises.
    """
    roles = roles_of(catalogs)
    if ground.prepared and not apart and catalogs[0].role == _RUNS_AS:
        url = shadow.replay(()).url
        try:
            with contextlib.closing(connect(url)) as conn:
                if roles <= {name for (name,) in conn.execute("SELECT rolname FROM pg_roles").fetchall()}:
                    yield Rebuilt(conn, None, ground, introspect(conn))
                    return
        finally:
            shadow.release(url)
    place = shadow.apart(catalogs[0].role, roles, prepared=ground.prepared)
    try:
        with contextlib.closing(connect(place.url)) as conn:
            with place.empowered():
                begin = introspect(conn)
            yield Rebuilt(conn, place, ground, begin)
    finally:
        place.drop()


def roles_of(catalogs: Collection[Catalog]) -> frozenset[str]:
    """Every role that the catalogs name."""
    found: set[str] = set()
    for catalog in catalogs:
        found |= {catalog.role, *catalog.owners.values()}
        lists = [*catalog.grants.values()]
        for ref, value in catalog.objects.items():
            match value:
                case Policy():
                    found |= set(value.roles)
                case DefaultPrivileges():
                    found.add(ref.name)
                    lists.append(value.grants)
                case UserMapping():
                    found.add(ref.part)
                case Role():
                    found.add(ref.name)
                case _:
                    pass
        found |= {name for grants in lists for each in grants for name in (each.grantee, each.grantor)}
    return frozenset(found) - {"", "public"}


def _over(begin: Catalog, catalog: Catalog, ground: Ground) -> Catalog:
    """The catalog together with what lies there before it."""
    if not ground.prepared:
        return msgspec.structs.replace(catalog, version=begin.version)
    fields = ("objects", "comments", "owners", "grants", "labels", "column_order", "depends")
    both = {name: {**getattr(begin, name), **getattr(catalog, name)} for name in fields}
    return msgspec.structs.replace(begin, **both)


def refused(what: str, error: psycopg.Error) -> OrmonyError:
    """`not-proved`, for a statement that the server refused."""
    reason = error.diag.message_primary or str(error).strip().partition("\n")[0]
    context = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    return OrmonyError(
        "not-proved",
        f"{what}: {reason}{context}",
        hint="ormony diff A B --sql   # the plan, without its proof",
        exit_status=DATABASE,
    )


__all__ = ["NEEDS_SUPERUSER", "Ground", "Rebuilt", "rebuilding", "refused", "roles_of"]
