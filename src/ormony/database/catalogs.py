"""Catalogs that were read before, kept under a hash of all that made them.

A replayed stream is the same database as long as its files, the surface, the server and ormony are. What a
database of the user's holds is never kept. Losing the folder loses time alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ormony import snapshot
from ormony.catalog import Catalog
from ormony.database import server
from ormony.errors import OrmonyError
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.database.shadow import Shadow

KEPT: Final = 32
"""How many catalogs one project keeps; the least recently used go."""

# A catalog that an older reader made may lack what a newer one sees.
_READERS: Final = (
    "catalog.py",
    "snapshot.py",
    "database/introspect.py",
    "database/reading.py",
    "plan/render/privileges.py",
)


def key(parts: Iterable[str]) -> str:
    """A hash of what made a catalog: the caller's parts, the code that reads, the surface and the server."""
    digest = hashlib.sha256()
    for part in (*parts, _code(), server.made_of(server.embedded())):
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()


@cache
def _code() -> str:
    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    files = [package / name for name in _READERS]
    files += sorted((package / "sql").glob("*.py"))
    files += sorted((package / "database").glob("decode_*.py"))
    files += sorted((package / "database" / "queries").glob("*.sql"))
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Replays:
    """What files make of an empty database with the surface, read in a shadow once and kept in the project.

    Nothing is kept where the shadow lies on a server of the user's, at `url`: it may change under us. Without
    `cache` nothing is taken from before. `opened` gives the shadow, which starts no server before it is
    needed.
    """

    def __init__(
        self, root: Path, opened: Callable[[], Shadow], *, url: str | None = None, cache: bool = True
    ) -> None:
        self._root, self._opened, self._url = root, opened, url
        self._kept = cache and url is None
        self._read: dict[str, Catalog] = {}
        self._failed: dict[str, OrmonyError] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @property
    def major(self) -> int:
        """The major version of PostgreSQL that prints these catalogs."""
        return self._opened().major

    @property
    def surface(self) -> Catalog:
        """A database with the surface and nothing else."""
        return self.of(())

    def of(self, files: Sequence[StreamFile], *, settled: int | None = None, brief: bool = False) -> Catalog:
        """The catalog after these files; see `Shadow.replay` for `settled` and for what it raises.

        What is `brief` no other files will begin with, nor anybody ask more about: it runs to be taken back.
        """
        name = key(["replay", *(part for file in files for part in (file.path, file.text))])
        with self._locks[name]:  # several threads may ask for one
            if name in self._failed:
                raise self._failed[name]
            found = self._read.get(name)
            if found is None and self._kept:
                found = _find(self._folder(files), name)
            if found is None:
                try:
                    found = self._run(files, settled, brief=brief or not files)
                except OrmonyError as error:
                    if error.code in ("sql-failed", "sql-syntax"):  # it would fail again, and take as long
                        self._failed[name] = error
                    raise
                if self._kept:
                    _keep(self._folder(files), name, found)
            self._read[name] = found
        return found

    def _folder(self, files: Sequence[StreamFile]) -> Path:
        """What nobody's files are in is the same in every project."""
        return server.home_of(self._root, "catalogs") if files else server.cache_folder() / "catalogs"

    def _run(self, files: Sequence[StreamFile], settled: int | None, *, brief: bool) -> Catalog:
        opened = self._opened()
        found = _tried(opened, files) if brief else None
        return found if found is not None else _replayed(opened, files, settled)

    def afresh(self, files: Sequence[StreamFile]) -> Catalog:
        """The same, run from nothing now: what depends on the day, or on chance, is not that of before."""
        from ormony.database import shadow

        with shadow.open_shadow(self._root, url=self._url, cache=False) as opened:
            return _replayed(opened, files, None)


def _replayed(opened: Shadow, files: Sequence[StreamFile], settled: int | None) -> Catalog:
    from ormony.database.connect import connect
    from ormony.database.introspect import introspect

    with opened.lent(files, settled=settled) as url, connect(url) as connection:
        return snapshot.redacted(introspect(connection, beside=lambda: connect(url)))


def _tried(opened: Shadow, files: Sequence[StreamFile]) -> Catalog | None:
    from ormony.database.introspect import introspect

    with opened.tried(files) as connection:
        return snapshot.redacted(introspect(connection)) if connection is not None else None


def _find(folder: Path, name: str) -> Catalog | None:
    """The catalog kept under this key, or None; a file that cannot be read counts as none."""
    path = folder / f"{name}.json"
    try:
        found = snapshot.decode(path.read_bytes())
    except (OSError, OrmonyError):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return found


def _keep(folder: Path, name: str, catalog: Catalog) -> None:
    """Keep a catalog under its key; a full disk or a folder that is not ours keeps nothing."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{name}.{secrets.token_hex(4)}"
        try:
            draft.write_bytes(snapshot.encode(catalog))
            draft.rename(folder / f"{name}.json")
        finally:
            draft.unlink(missing_ok=True)
        kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[KEPT:]:
            path.unlink(missing_ok=True)
