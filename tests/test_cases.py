"""Every pair of databases in tests/cases, in both directions, proved on a real server.

A case is a folder with `before.sql` and `after.sql`, each a whole database made from empty by a superuser.
With `seed.sql` the first database has rows, and the queries of `survives.sql` answer the same before and
after the plan. `case.toml` may hold `servers` (e.g. `">=18"`), `renames` (e.g. `["table public.a =
public.b"]`), a `note`, and `refused` directions with the code of the error that says so (e.g. `{ forward =
"cannot-alter" }`), where PostgreSQL has no way that keeps the data. In a folder `equal_…` the two are written
differently and are one schema.
The roles `role_a`, `role_b` and `role_c` exist.

All cases run on 18. On 15 those run that 18 cannot make, and about one of five of the others, always the
same: little differs between versions. `ORMONY_CASES=all` runs all on both.
"""

from __future__ import annotations

import os
import re
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
import pytest
from psycopg import sql

from judge import (
    answers,
    clone,
    differences,
    dump,
    make_template,
    remove,
    run_as_one,
    run_file,
    run_within,
)
from ormony.catalog import Catalog
from ormony.database import server
from ormony.database.introspect import introspect
from ormony.diff import Rename, compare, uncompared
from ormony.errors import OrmonyError
from ormony.plan import Plan, make_plan
from ormony.plan.renames import parse, resolved, statements

CASES: Final = Path(__file__).parent / "cases"
ROLES: Final = ("role_a", "role_b", "role_c")
TEMPLATE: Final = "case template"
KEYS: Final = frozenset({"servers", "renames", "note", "refused"})
ALL: Final = os.environ.get("ORMONY_CASES") == "all"


class Case(msgspec.Struct, frozen=True):
    """One folder, `name` is e.g. `column/type_below_view_chain`."""

    name: str
    folder: Path
    servers: str
    renames: tuple[str, ...]
    refused: dict[str, str] = {}
    note: str = ""

    @property
    def equal(self) -> bool:
        """Whether the two sides are one schema."""
        return self.folder.name.startswith("equal_")

    def runs_on(self, major: int) -> bool:
        """Whether the two sides can be made on a server of this major version."""
        wanted = re.fullmatch(r"(?:>=(\d+))?(?:,?<(\d+))?", self.servers)
        assert wanted, f"{self.name}: {self.servers}"
        return int(wanted[1] or 0) <= major < int(wanted[2] or 999)


class Database(msgspec.Struct, frozen=True):
    """One database, and a session in it that stays open: what it has read once it reads again in half the
    time."""

    url: str
    connection: psycopg.Connection[Any]

    def read(self) -> Catalog:
        """The catalog of it as it is now."""
        return introspect(self.connection)


class Side(msgspec.Struct, frozen=True):
    """One side of a case as it was when it was made."""

    database: Database
    catalog: Catalog
    dump: str


def read_cases(folder: Path = CASES) -> tuple[Case, ...]:
    """The cases in the folder, sorted by name."""
    return tuple(_case(folder, path.parent) for path in sorted(folder.glob("*/*/before.sql")))


def _case(cases: Path, folder: Path) -> Case:
    path = folder / "case.toml"
    conditions = tomllib.loads(path.read_text()) if path.exists() else {}
    assert not conditions.keys() - KEYS, f"{path}: {conditions.keys() - KEYS}"
    return Case(
        name=folder.relative_to(cases).as_posix(),
        folder=folder,
        servers=conditions.get("servers", ""),
        renames=tuple(conditions.get("renames", ())),
        refused=conditions.get("refused", {}),
        note=conditions.get("note", ""),
    )


class Sides:
    """The databases of the case in work on one cluster; those of the case before are dropped.

    Each is made by running its SQL, in a transaction where that is possible. It is read once, and then the
    plan changes it, for to make another takes longer than the plan. So the two directions of a case belong to
    one worker.
    """

    def __init__(self, cluster: server.Cluster) -> None:
        self._cluster = cluster
        self._case = ""
        self._made: dict[str, Side] = {}
        self._taken: set[str] = set()
        self._databases: dict[str, Database] = {}
        self._admin = cluster.admin()
        for role in ROLES:
            if not self._admin.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).rowcount:
                self._admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        make_template(self._admin, cluster.url(TEMPLATE, server.SUPERUSER), TEMPLATE)

    def side(self, case: Case, name: str) -> Side:
        """The side `before` or `after` of the case, made when it is first asked for."""
        if case.name != self._case:
            self.drop()
            self._case = case.name
        if name not in self._made:
            database = self.make(f"case {name}", case.folder / f"{name}.sql")
            self._made[name] = Side(database, database.read(), dump(database.url))
        return self._made[name]

    def take(self, case: Case, name: str) -> Database:
        """The side's database, to be changed; when that was done before, it is made again."""
        side = self.side(case, name)
        if name in self._taken:
            return self.make(f"case {name}", case.folder / f"{name}.sql")
        self._taken.add(name)
        return side.database

    def make(self, name: str, script: Path) -> Database:
        """A database made by the script, which `drop` drops."""
        self._remove(name)
        clone(self._admin, TEMPLATE, name)
        url = self._cluster.url(name, server.SUPERUSER)
        database = self._databases[name] = Database(url, psycopg.connect(url, autocommit=True))
        if not run_within(database.connection, script.read_text()):
            run_file(url, script)
        return database

    def read_after(self, first: Path, script: str) -> Catalog:
        """The catalog of a database made by the file, after the SQL of a script."""
        database = self.make("case renamed", first)
        run_as_one(database.url, script)
        return database.read()

    def drop(self) -> None:
        for name in tuple(self._databases):
            self._remove(name)
        self._made.clear()
        self._taken.clear()

    def close(self) -> None:
        """Drop all, the template too."""
        self.drop()
        server.drop_database(self._admin, TEMPLATE)
        self._admin.close()

    def _remove(self, name: str) -> None:
        database = self._databases.pop(name, None)
        if database is None:
            return
        database.connection.close()
        try:
            server.drop_database(self._admin, name)
        except psycopg.errors.ObjectInUse:  # a subscription keeps it
            remove(self._cluster, name)


@pytest.fixture(scope="module")
def sides(cluster: server.Cluster) -> Iterator[Sides]:
    """The sides of the cases on the embedded PostgreSQL 18."""
    made = Sides(cluster)
    yield made
    made.close()


@pytest.fixture(scope="module")
def sides_15(postgres15: server.Cluster) -> Iterator[Sides]:
    """The sides of the cases on Debian's PostgreSQL 15."""
    made = Sides(postgres15)
    yield made
    made.close()


def _parameters(major: int) -> list[Any]:
    return [
        pytest.param(
            case,
            forward,
            id=f"{case.name}:{'forward' if forward else 'backward'}",
            marks=pytest.mark.xdist_group(f"{case.name} on {major}"),
        )
        for case in read_cases()
        if case.runs_on(major) and (ALL or major == 18 or _is_in_the_sample(case))
        for forward in (True, False)
    ]


def _is_in_the_sample(case: Case) -> bool:
    """By its name alone, so that a new case moves no other in or out."""
    return not case.runs_on(18) or zlib.crc32(case.name.encode()) % 5 == 0


@pytest.mark.parametrize(("case", "forward"), _parameters(18))
def test_plan_ends_at_the_goal(sides: Sides, case: Case, forward: bool) -> None:
    prove(sides, case, forward=forward)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "forward"), _parameters(15))
def test_plan_ends_at_the_goal_on_15(sides_15: Sides, case: Case, forward: bool) -> None:
    prove(sides_15, case, forward=forward)


def prove(sides: Sides, case: Case, *, forward: bool) -> None:
    """Apply the plan to a database like the first side; assert in three ways that it is the second side."""
    before, after = sides.side(case, "before"), sides.side(case, "after")
    start, goal = (before, after) if forward else (after, before)
    name = "before" if forward else "after"
    assert (start.dump == goal.dump) is case.equal, "the case: do its sides differ?"
    found = compare(start.catalog, goal.catalog), uncompared(start.catalog, goal.catalog)
    assert any(found) is not case.equal, f"a silent equal, or a false difference: {found}"

    told = tuple(_turned(parse(text), forward=forward) for text in case.renames)
    steps = statements(resolved(told, start.catalog, goal.catalog), start.catalog)
    begin = start.catalog
    if steps:
        begin = sides.read_after(case.folder / f"{name}.sql", Plan(steps).script())
    refusal = case.refused.get("forward" if forward else "backward")
    if refusal is not None:
        with pytest.raises(OrmonyError) as caught:
            make_plan(begin, goal.catalog)
        assert (caught.value.code, bool(caught.value.hint)) == (refusal, True), caught.value
        return
    script = Plan((*steps, *make_plan(begin, goal.catalog).statements)).script()
    seed, survives = case.folder / "seed.sql", case.folder / "survives.sql"
    database = sides.take(case, name)
    url = database.url
    queries = ""
    if forward and seed.exists():
        run_file(url, seed)
        queries = survives.read_text() if survives.exists() else ""
    rows = answers(url, queries) if queries else ""
    run_as_one(url, script)

    explained = f"\n--- the plan\n{script}"
    text = differences(dump(url), goal.dump)
    assert not text, f"{text}{explained}"
    reached = database.read()
    left = compare(reached, goal.catalog), uncompared(reached, goal.catalog)
    assert not any(left), f"{left}{explained}"
    again = make_plan(reached, goal.catalog).statements
    assert not again, f"{again}{explained}"
    if queries:
        assert answers(url, queries) == rows, explained


def _turned(rename: Rename, *, forward: bool) -> Rename:
    """The rename, or the one that takes it back."""
    return rename if forward else Rename(rename.new, rename.old)
