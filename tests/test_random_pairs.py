"""Random pairs of databases: the plan of each, applied in one transaction, ends at the goal.

Proved as the cases are: pg_dump agrees, comparing again finds nothing, a second plan is empty. 100 pairs,
always the same; `ORMONY_PAIRS=2000` is the long run, `ORMONY_SEED=7` draws others, `ORMONY_SHRINK=1` looks
for the smallest example of a failure, which takes minutes. A failure prints both databases and the plan.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from judge import clone, differences, dump, make_template, run_as_one
from ormony.database import server
from ormony.database.introspect import introspect
from ormony.diff import compare
from ormony.plan import make_plan
from random_catalogs import ROLES, Database, databases, pairs

PAIRS: Final = int(os.environ.get("ORMONY_PAIRS", "100"))
SEED: Final = int(os.environ.get("ORMONY_SEED", "0"))
CHUNKS: Final = max(4, PAIRS // 25)  # each is a test, so that workers share them
SETTINGS: Final = settings(
    max_examples=-(-PAIRS // CHUNKS),
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink) if os.environ.get("ORMONY_SHRINK") else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    report_multiple_bugs=False,
)


class Wrong(AssertionError):
    """A pair whose plan did not end at the goal: why, both databases, and the plan."""


class Pair:
    """Two databases on the cluster, of which the plan changes the first, with a session in each."""

    names: Final = ("random first", "random second")
    template: Final = "random template"

    def __init__(self, cluster: server.Cluster) -> None:
        self._cluster = cluster
        self._admin = cluster.admin()
        self._sessions: list[psycopg.Connection[Any]] = []
        known = {row[0] for row in self._admin.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in ROLES:
            if role not in known:
                self._admin.execute(f"CREATE ROLE {role}".encode())
        make_template(self._admin, cluster.url(self.template, server.SUPERUSER), self.template)

    def url(self, place: int) -> str:
        return self._cluster.url(self.names[place], server.SUPERUSER)

    def drop(self) -> None:
        while self._sessions:
            self._sessions.pop().close()
        for name in self.names:
            server.drop_database(self._admin, name)

    def close(self) -> None:
        """Drop all, the template too."""
        self.drop()
        server.drop_database(self._admin, self.template)
        self._admin.close()

    def make(self, *sides: str) -> None:
        """Make the two from these texts."""
        self.drop()
        for place, text in enumerate(sides):
            clone(self._admin, self.template, self.names[place])
            session = psycopg.connect(self.url(place), autocommit=True)
            self._sessions.append(session)
            try:
                session.execute(text.encode())
            except psycopg.Error as error:
                raise AssertionError(f"the generator is wrong: {error}\n{text}") from None
            session.execute("DISCARD ALL")

    def catalog(self, place: int) -> Any:
        return introspect(self._sessions[place])

    def dump(self, place: int) -> str:
        return dump(self.url(place))


@pytest.fixture(scope="module")
def pair(cluster: server.Cluster) -> Iterator[Pair]:
    made = Pair(cluster)
    yield made
    made.close()


def prove(pair: Pair, first: str, second: str) -> None:
    """Raise `Wrong` unless the plan from the first SQL to the second is right."""
    pair.make(first, second)
    script = "(none was made)"
    try:
        old, new = pair.catalog(0), pair.catalog(1)
        goal = pair.dump(1)
        changes = compare(old, new)
        equal = not differences(pair.dump(0), goal)
        assert equal or changes, "a silent equal"
        assert changes == () or not equal, f"a false difference: {changes}"
        script = make_plan(old, new).script()
        run_as_one(pair.url(0), script)
        text = differences(pair.dump(0), goal)
        assert not text, f"pg_dump differs (reached, goal)\n{text}"
        reached = pair.catalog(0)
        left = compare(reached, new)
        assert not left, f"differences that are left: {left}"
        again = make_plan(reached, new).statements
        assert not again, f"a second plan: {again}"
    except Exception as error:
        raise Wrong(
            f"{type(error).__name__}: {error}\n\n-------- first\n{first}\n-------- second\n{second}"
            f"\n-------- plan\n{script}"
        ) from error


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.timeout(60 + 10 * PAIRS)
def test_plan_ends_at_the_goal(pair: Pair, chunk: int) -> None:
    @seed(SEED * 1_000_000 + chunk)
    @SETTINGS
    @given(pairs())
    def holds(drawn: tuple[Database, Database]) -> None:
        prove(pair, drawn[0].sql(), drawn[1].sql())

    holds()


def test_random_databases_load_and_compare_as_equal_with_themselves(pair: Pair) -> None:
    @seed(SEED)
    @settings(SETTINGS, max_examples=15)
    @given(databases())
    def holds(drawn: Database) -> None:
        text = drawn.sql()
        pair.make(text, text)
        assert compare(pair.catalog(0), pair.catalog(1)) == (), text

    holds()
