"""Fixtures for pytest: a database of the test's own, with all migrations, and personas that use it.

`ormony_db` is a clone of the migrated database, made in milliseconds and dropped after the test. `as_persona`
gives a connection with the role and the claims of a persona of the access matrix. pytest finds them by itself
where ormony is installed. What a run of tests that use none of them pays is the import of this module, which
therefore imports the others where they are used.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from concurrent.futures import Future

    import psycopg

    from ormony.access import Persona
    from ormony.claims import Claim
    from ormony.sources import Reader

    Connection = psycopg.Connection[Any]


class Migrated:
    """A project's stream, ready to be cloned. One clone is made ahead, while the test before it runs."""

    def __init__(self, reader: Reader, personas: tuple[Persona, ...], told: Mapping[str, Claim]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._reader = reader
        self._personas = {each.name: each for each in personas}
        self._told = told
        # All that talks with the server does so in one thread, in order.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ormony")
        self._ahead: Future[str] | None = None
        self._values: Mapping[str, Mapping[Claim, str]] | None = None

    def clone(self) -> str:
        """The URL of a new database with all migrations. Raises what their replay raises."""
        ready, self._ahead = self._ahead or self._worker.submit(self._make), None
        url = ready.result()
        self._ahead = self._worker.submit(self._make)
        return url

    def drop(self, url: str) -> None:
        """Drop a database that `clone` gave, in a moment."""
        self._worker.submit(self._reader.shadow.release, url)

    def close(self) -> None:
        """Wait for what is under way."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _make(self) -> str:
        from ormony.stream import in_stream_order

        return self._reader.shadow.clone(in_stream_order(self._reader.loaded.stream))

    def persona(self, name: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        """The role of a persona, its claims, and its settings. Raises KeyError for a name that is none."""
        from ormony.database import access as asking

        if name not in self._personas:
            raise KeyError(f'there is no persona "{name}"; there are: {", ".join(self._personas)}')
        if self._values is None:
            self._values = self._worker.submit(self._read_values).result()
        persona = self._personas[name]
        text, settings = asking.claims_of(persona, persona.tenant, self._values)
        return persona.role, json.loads(text), settings

    def _read_values(self) -> Mapping[str, Mapping[Claim, str]]:
        from ormony import access, narrow
        from ormony.database import access as asking

        whole = self._reader.migrations()
        own = narrow.without_surface(whole, self._reader.surface, self._reader.ledgers())
        tenancy = access.tenancy(whole, own, self._told)
        return asking.claim_values(whole, tenancy, tuple(self._personas.values()))


@pytest.fixture(scope="session")
def ormony_migrated(pytestconfig: pytest.Config) -> Iterator[Migrated]:
    """The project of the folder that pytest runs in, replayed; of several databases, the first."""
    from ormony import accessing
    from ormony import project as projects
    from ormony.loading import load
    from ormony.sources import Reader

    project = projects.load(projects.find_root(pytestconfig.rootpath))
    database = project.databases[0]
    with Reader(project, database, loaded=load(project, database)) as reader:
        migrated = Migrated(reader, accessing.personas(project.access.personas), accessing.told(project))
        try:
            yield migrated
        finally:
            migrated.close()


@pytest.fixture
def ormony_db(ormony_migrated: Migrated) -> Iterator[str]:
    """The URL of a database with all migrations, which no other test sees; its role bypasses row security."""
    url = ormony_migrated.clone()
    yield url
    ormony_migrated.drop(url)


@pytest.fixture
def as_persona(
    ormony_db: str, ormony_migrated: Migrated
) -> Iterator[Callable[..., contextlib.AbstractContextManager[Connection]]]:
    """`with as_persona("member_a") as connection:`, in autocommit, on this test's database.

    Keywords are further claims: `as_persona("member_a", sub=str(user))`. What a persona of a tenant has else
    (`sub`, `org_id`, …) is always the same: `SELECT auth.jwt()` shows it.
    """
    import psycopg

    from ormony.sql import quote_identifier

    with contextlib.ExitStack() as stack:

        @contextlib.contextmanager
        def become(name: str, **claims: Any) -> Iterator[Connection]:
            role, document, settings = ormony_migrated.persona(name)
            connection = stack.enter_context(psycopg.connect(ormony_db, autocommit=True))
            said = {**settings, "request.jwt.claims": json.dumps({**document, **claims})}
            for setting, value in said.items():
                connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
            connection.execute(f"SET ROLE {quote_identifier(role)}".encode())
            try:
                yield connection
            finally:
                connection.close()

        yield become
