"""The only module that writes to the user's tree: whole files, atomically, never outside the project.

It also reads text as the project has it: UTF-8, newlines untouched, with an error that names the file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import lru_cache
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
    """The text of `root/path`, newlines and BOM untouched. Raises `unreadable-file`, `not-utf-8`."""
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
    """The real place of `path` below `root`. Raises `path-outside-project`, also for links that lead out."""
    try:
        base = _real(root) if root.is_absolute() else root.resolve()
        target = (base / PurePosixPath(path)).resolve()
    except (ValueError, OSError, RuntimeError):  # a null byte, a name too long, links that lead in a circle
        raise OrmonyError("path-outside-project", f"{path!r} leads nowhere", place=ascii(path)) from None
    if target != base and base not in target.parents:
        linked = ".." not in PurePosixPath(path).parts and not PurePosixPath(path).is_absolute()
        how = "is, or lies behind, a link that leads out of" if linked else "lies outside"
        raise OrmonyError("path-outside-project", f'"{path}" {how} the project', place=path)
    return target


@lru_cache(maxsize=16)  # asked for every file of a project
def _real(root: Path) -> Path:
    return root.resolve()


class _Change(msgspec.Struct, frozen=True):
    """One name in the tree: what it becomes (`staged`; None: it goes), and what it was (`kept`; None: not
    there).
    """

    path: str
    target: Path
    staged: Path | None = None
    kept: Path | None = None


def write(root: Path, files: Iterable[File], *, remove: Iterable[str] = ()) -> None:
    """Write all files and remove others, or nothing: every new text is on disk before the first name changes.

    What was there before keeps its bytes under another name until all is done, so that taking everything back
    needs no space. Raises `cannot-write` (a full disk, a read-only tree) and `path-outside-project`.
    """
    planned = [(inside(root, file.path), file) for file in files]
    doomed = [(inside(root, path), path) for path in remove]
    changes: list[_Change] = []
    made: list[Path] = []
    done = 0
    current = ""
    try:
        for target, file in planned:
            current = file.path
            _make_folder(target.parent, made)
            changes.append(_Change(file.path, target, _stage(target, file.text.encode())))
        changes += [_Change(path, target) for target, path in doomed if target.exists()]
        for at, change in enumerate(changes):
            current = change.path
            if change.target.exists():
                changes[at] = msgspec.structs.replace(change, kept=_keep(change.target))
        for change in changes:
            current = change.path
            if change.staged is not None:
                change.staged.replace(change.target)
            else:
                change.target.unlink()
            done += 1
    except BaseException as error:
        _take_back(changes, done, made)
        if isinstance(error, UnicodeEncodeError):
            raise OrmonyError(
                "cannot-write", "the text is not Unicode; no file was changed", place=current
            ) from None
        if not isinstance(error, OSError):
            raise
        hint = "free some space and run the command again" if error.errno == errno.ENOSPC else None
        raise OrmonyError(
            "cannot-write", f"{_reason(error)}; no file was changed", place=current, hint=hint
        ) from None
    for change in changes:
        _forget(change.kept)


def _take_back(changes: list[_Change], done: int, made: list[Path]) -> None:
    for change in reversed(changes[:done]):
        with contextlib.suppress(OSError):
            if change.kept is not None:
                change.kept.replace(change.target)
            else:
                change.target.unlink(missing_ok=True)
    for change in changes:
        _forget(change.staged)
        _forget(change.kept)
    for folder in reversed(made):
        _remove_if_empty(folder)


def _forget(path: Path | None) -> None:
    if path is not None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _keep(target: Path) -> Path:
    """A second name for the bytes of `target`; a copy where the file system has no hard links."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".old")
    os.close(handle)
    kept = Path(name)
    try:
        kept.unlink()
        try:
            kept.hardlink_to(target)
        except OSError:
            shutil.copy2(target, kept)
    except BaseException:
        _forget(kept)
        raise
    return kept


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


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir()
        made.append(each)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # someone else put a file there meanwhile: leave it
        folder.rmdir()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
