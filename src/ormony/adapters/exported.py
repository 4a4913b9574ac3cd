"""The DDL that a service's models stand for, as its own tool writes it, kept until something that made it
changes.

What was loaded is not known before it was: so a record names the files that were read and the folders that
were listed, and counts as long as all of them are as they were. This module starts nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath
from typing import Final, TypeVar

import msgspec

from ormony.errors import OrmonyError
from ormony.history import Notice

SOURCES: Final = frozenset({".py", ".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".json"})
_LARGEST: Final = 1 << 20  # of a file that was read: what is larger is no source, and is known by its time
# What differs from shell to shell and says nothing of the models.
_VOLATILE: Final = frozenset(
    {
        "_", "SHLVL", "PWD", "OLDPWD", "TERM", "COLUMNS", "LINES", "PYTEST_CURRENT_TEST", "PYTEST_VERSION",
        "PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "PYTEST_XDIST_WORKER_COUNT", "NO_COLOR",
        "FORCE_COLOR", "COLORTERM", "TERM_PROGRAM", "TERM_SESSION_ID", "WINDOWID", "XDG_SESSION_ID",
        "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "SSH_AUTH_SOCK", "TMUX", "TMUX_PANE", "STY",
        "INVOCATION_ID", "JOURNAL_STREAM", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "TMPDIR",
    }
)  # fmt: skip


Value = TypeVar("Value")


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """Models, as ormony.toml names them, that could not be loaded beside others that could; and the error."""

    models: str
    code: str
    message: str
    hint: str | None
    place: str | None
    exit_status: int

    def error(self) -> OrmonyError:
        """What is raised where all models are needed."""
        return OrmonyError(
            self.code, self.message, hint=self.hint, place=self.place, exit_status=self.exit_status
        )


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """The DDL of a service's models, in an order that runs on an empty database.

    `files` and `folders` are what was read and listed for it, relative to the project and sorted. `excluded`
    are (schema, table) that the tool's own filter (`include_object`) leaves alone, though the DDL makes them;
    `ignored` are (schema, table, name) of such columns, indexes and constraints. `filled` are (schema, table,
    column) that the models themselves always give a value. `modules` are (schema, table, file, class), as far
    as they are known. Schema '' is the first of the service's search path.
    """

    sql: str
    files: tuple[str, ...]
    folders: tuple[str, ...] = ()
    versions: Mapping[str, str] = {}
    excluded: tuple[tuple[str, str], ...] = ()
    ignored: tuple[tuple[str, str, str], ...] = ()
    filled: tuple[tuple[str, str, str], ...] = ()
    modules: tuple[tuple[str, str, str, str], ...] = ()
    notices: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()


class _Record(msgspec.Struct, frozen=True):
    tool: str
    files: dict[str, str]
    folders: dict[str, str]
    exported: Exported


def remembered(root: Path, folder: Path, name: str, tool: str, make: Callable[[], Exported]) -> Exported:
    """What `make` gives, or gave before, while `tool` and all that it read is the same.

    `name` tells the records in `folder` apart; losing them loses time alone.
    """
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json"
    with contextlib.suppress(OSError, msgspec.DecodeError):
        record = msgspec.json.decode(path.read_bytes(), type=_Record)
        if record.tool == tool and _unchanged(root, record):
            return record.exported
    found = make()
    record = _Record(
        tool=tool,
        files={each: _content(root / each) for each in found.files},
        folders={each: _listing(root / each) for each in found.folders},
        exported=found,
    )
    _write(path, record)
    return found


def kept(
    path: Path,
    key: str,
    kind: type[Value],
    make: Callable[[], Value],
    lasting: Callable[[Value], bool] = lambda value: True,
) -> Value:
    """What `make` gives, or gave before under this key; the file holds the last value that was `lasting`."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        found, value = msgspec.json.decode(path.read_bytes(), type=tuple[str, msgspec.Raw])
        if found == key:
            return msgspec.json.decode(value, type=kind)
    made = make()
    if lasting(made):
        _write(path, (key, made))
    return made


def _write(path: Path, value: object) -> None:
    """Keep a value as JSON; a full disk or a folder that is not ours keeps nothing."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.stem}.{secrets.token_hex(4)}")
        try:
            draft.write_bytes(msgspec.json.encode(value))
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)


def _unchanged(root: Path, record: _Record) -> bool:
    return all(_content(root / each) == digest for each, digest in record.files.items()) and all(
        _listing(root / each) == digest for each, digest in record.folders.items()
    )


def _content(path: Path) -> str:
    try:
        about = path.stat()
        if about.st_size > _LARGEST:
            return f"{about.st_size} {about.st_mtime_ns}"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _listing(path: Path) -> str:
    """A hash of the names of a folder's sources and of the folders in it."""
    names = []
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in ("__pycache__", "node_modules"):
                continue
            if entry.is_dir() or PurePath(entry.name).suffix in SOURCES:
                names.append(entry.name)
    return hashlib.sha256("\n".join(sorted(names)).encode("utf-8", "surrogateescape")).hexdigest()


def folders_of(files: Iterable[str], listed: Iterable[str]) -> tuple[str, ...]:
    """The folders whose listing matters: those of the sources that were loaded, and those that were listed.

    A module that is put in front of another one, or a new file that a glob takes, changes a listing.
    """
    loaded = {path.parent.as_posix() for path in map(PurePath, files) if path.suffix in SOURCES}
    return tuple(sorted(loaded | set(listed)))


def digest(parts: Iterable[str], environment: Mapping[str, str]) -> str:
    """A hash of a tool: the caller's parts and the environment that it is started with."""
    found = hashlib.sha256()
    kept = (f"{key}={value}" for key, value in sorted(environment.items()) if key not in _VOLATILE)
    for part in (*parts, "environment", *kept):
        data = part.encode("utf-8", "surrogateescape")
        found.update(b"%d:" % len(data) + data)
    return found.hexdigest()
