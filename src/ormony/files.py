"""The only module that writes to the user's tree: whole files, atomically, never outside the project.

It also reads text as the project has it: UTF-8, newlines untouched, with an error that names the file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from ormony.errors import OrmonyError


class File(msgspec.Struct, frozen=True):
    """A text file to be; `path` is POSIX and relative to the project."""

    path: str
    text: str


def sha256(data: bytes | str) -> str:
    """Lower-case hex sha256; a string counts as its UTF-8 bytes."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def read_bytes(root: Path, path: str) -> bytes:
    """The bytes of `root/path`. Raises `unreadable-file`."""
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise OrmonyError("unreadable-file", _reason(error), place=path) from None


def read_text(root: Path, path: str) -> str:
    """The text of `root/path`, newlines and byte-order mark untouched. Raises `unreadable-file`, `not-utf-8`."""
    data = read_bytes(root, path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OrmonyError(
            "not-utf-8",
            f"the file is not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start})",
            place=f"{path}:{line}",
            hint=f"iconv -f WINDOWS-1252 -t UTF-8 {path} > {path}.utf8   # if that is what it is in",
        ) from None


def inside(root: Path, path: str) -> Path:
    """The real place of `path` under `root`. Raises `path-outside-project`, also for a link that leads out."""
    base = root.resolve()
    target = (base / PurePosixPath(path)).resolve()
    if target != base and base not in target.parents:
        raise OrmonyError("path-outside-project", f'"{path}" lies outside the project', place=path)
    return target


def write(root: Path, files: Iterable[File], *, remove: Iterable[str] = ()) -> None:
    """Write all files and remove others, or nothing: every new text is on disk before the first name changes.

    An existing file is replaced only at its rename. When a rename fails half-way what was replaced is put back.
    Raises `cannot-write` (a full disk, a read-only tree) and `path-outside-project`.
    """
    planned = [(inside(root, file.path), file) for file in files]
    doomed = [inside(root, path) for path in remove]
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    undo: list[tuple[Path, bytes | None]] = []
    current = ""
    try:
        for target, file in planned:
            current = file.path
            made += _make_folder(target.parent)
            staged.append((_stage(target, file.text.encode()), target))
        for temporary, target in staged:
            current = target.name
            undo.append((target, target.read_bytes() if target.exists() else None))
            temporary.replace(target)
        for target in doomed:
            current = target.name
            if target.exists():
                undo.append((target, target.read_bytes()))
                target.unlink()
    except OSError as error:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        for target, before in reversed(undo):
            _restore(target, before)
        for folder in reversed(made):
            _remove_if_empty(folder)
        hint = "free some space and run the command again" if error.errno == errno.ENOSPC else None
        raise OrmonyError(
            "cannot-write", f"{_reason(error)}; no file was changed", place=current, hint=hint
        ) from None


def _stage(target: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        temporary.chmod(mode)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _make_folder(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    missing.reverse()
    for each in missing:
        each.mkdir()
    return missing


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # someone else put a file there meanwhile: leave it
        folder.rmdir()


def _restore(target: Path, before: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if before is None:
            target.unlink(missing_ok=True)
        else:
            target.write_bytes(before)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
