"""Reads what the Supabase CLI reads: its folder of SQL files, and its config. Starts no CLI, needs no Docker.

The CLI leaves out, without failing, a file whose name it cannot read; here each of them is a notice.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import Final

import msgspec

from ormony import files, stream
from ormony.errors import OrmonyError
from ormony.history import History, Notice, Revision, Service, SupabaseStamp
from ormony.stream import StreamFile

CONFIG_NAMES: Final = ("config.json", "config.jsonc", "config.toml")
"""In the order in which CLI 3 looks for them."""

_FOLDERS: Final = ("migrations", "supabase/migrations")
_INIT: Final = re.compile(r"([0-9]{14})_init\.sql")
_LAST_INIT: Final = "20211209000000"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What a Supabase config says of the database; None or () where it is silent. `path` is the file.

    `seeds` and `schema_paths` are relative to the folder of the config, and may be patterns.
    """

    path: str
    major_version: int | None = None
    migrations_enabled: bool = True
    schema_paths: tuple[str, ...] = ()
    seed_enabled: bool = True
    seeds: tuple[str, ...] = ()


def read(root: Path, service: Service) -> History:
    """The hand-written files of a service of its own, in the order of their versions; parents are linear.

    The folder is `service.migrations`, else `migrations` or `supabase/migrations` below the service. Files
    that ormony has merged into it (those with a provenance line) are no part of the history. There is no
    ledger: what is recorded of such a file is its version in the stream.

    Raises `no-migrations-folder`.
    """
    folder = _folder(root, service)
    if folder is None:
        notice = Notice(
            code="no-migrations",
            message=f'service "{service.name}" has no folder of SQL files',
            place=service.path,
            hint=f"mkdir -p {quote(posixpath.normpath(posixpath.join(service.path, _FOLDERS[0])))}",
        )
        return History(service=service.name, ledger=None, revisions=(), notices=(notice,))
    found, notices = read_stream(root, folder)
    revisions: list[Revision] = []
    for file in found:
        if file.provenance is not None:
            continue
        name = posixpath.basename(file.path)
        revisions.append(
            Revision(
                id=name.removesuffix(".sql"),
                path=file.path,
                native=files.sha256(file.text),
                stamp=SupabaseStamp(file.version, file.name),
                parents=(revisions[-1].id,) if revisions else (),
                label=file.name,
                sql=file.text.removeprefix("\ufeff"),
                transaction=file.transaction,
            )
        )
    return History(service=service.name, ledger=None, revisions=tuple(revisions), notices=notices)


def read_stream(root: Path, folder: str) -> tuple[tuple[StreamFile, ...], tuple[Notice, ...]]:
    """The files of the stream by their versions as text, the Supabase CLI's order; and notices.

    Notices: `skipped-file` (a name that the CLI leaves out), `skipped-init` (its rule for the very first
    file), `duplicate-version` (both files are returned, by name), `order-by-name` (CLIs up to 2.104 go by
    file name, and that gives another order). A folder that does not exist holds no files.
    """
    files.inside(root, folder)
    if not (root / folder).is_dir():
        return (), ()
    found: list[StreamFile] = []
    notices: list[Notice] = []
    entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
    for index, entry in enumerate(entries):  # a folder before the first file lifts the rule on it
        name = entry.name
        path = f"{folder}/{name}"
        linked = entry.is_symlink()
        if (root / path).is_dir() if linked else entry.is_dir():
            continue
        init = _INIT.fullmatch(name)
        if index == 0 and init and init[1] < _LAST_INIT:
            notices.append(
                Notice(
                    code="skipped-init",
                    message=f'the Supabase CLI leaves out a first file "…_init.sql" older than {_LAST_INIT}, '
                    "and so does ormony",
                    place=path,
                    hint=f"git mv {quote(path)} {quote(folder)}/{init[1]}_first.sql   # if it is to run",
                )
            )
            continue
        if stream.FILE_NAME.fullmatch(name) is None:
            if name.endswith(".sql"):
                notices.append(_skipped(folder, name))
            continue
        if linked:  # nothing else leads out of a folder that is inside
            files.inside(root, path)
        file = stream.parse(path, files.read_text(root, path))
        assert file is not None
        found.append(file)
    by_name = [file.path for file in found]
    found.sort(key=lambda file: (file.version, file.path))
    notices += _duplicates(found)
    for path, file in zip(by_name, found, strict=True):
        if path != file.path:
            notices.append(
                Notice(
                    code="order-by-name",
                    message=f"versions are compared as text, so {posixpath.basename(file.path)} comes before "
                    f"{posixpath.basename(path)}; Supabase CLIs up to 2.104 go by file name and run them the "
                    "other way round",
                    place=file.path,
                    hint="give all versions the same number of digits",
                )
            )
            break
    return tuple(found), tuple(notices)


def _folder(root: Path, service: Service) -> str | None:
    if service.migrations is not None:
        folder = posixpath.normpath(posixpath.join(service.path, service.migrations))
        files.inside(root, folder)
        if not (root / folder).is_dir():
            raise OrmonyError(
                "no-migrations-folder",
                f'the migrations folder of service "{service.name}" does not exist: {folder}',
                place=folder,
                hint=f"mkdir -p {quote(folder)}   # or correct `migrations` of [services.{service.name}]",
            )
        return folder
    for each in _FOLDERS:
        folder = posixpath.normpath(posixpath.join(service.path, each))
        if (root / folder).is_dir():
            return folder
    return None


def _skipped(folder: str, name: str) -> Notice:
    digits = re.match(r"[0-9]+", name)
    version = digits[0] if digits else "VERSION"
    rest = re.sub(r"^[\W_]+", "", name[digits.end() :] if digits else name)
    return Notice(
        code="skipped-file",
        message=f'"{name}" is not called <digits>_<name>.sql, so the Supabase CLI and ormony leave it out',
        place=f"{folder}/{name}",
        hint=f"git mv {quote(f'{folder}/{name}')} {quote(f'{folder}/{version}_{rest}')}   # if it is to run",
    )


def _duplicates(found: Iterable[StreamFile]) -> list[Notice]:
    first: dict[str, str] = {}
    notices = []
    for file in found:
        if file.version in first:
            notices.append(
                Notice(
                    code="duplicate-version",
                    message=f"{posixpath.basename(first[file.version])} and "
                    f"{posixpath.basename(file.path)} both have version {file.version}; "
                    "the Supabase CLI fails at the second",
                    place=file.path,
                    hint="ormony sync   # gives the one that is not deployed a new version",
                )
            )
        first.setdefault(file.version, file.path)
    return notices


# --- config.toml, config.json, config.jsonc


class _Migrations(msgspec.Struct):
    enabled: bool | str = True
    schema_paths: list[str] = []


class _Seed(msgspec.Struct):
    enabled: bool | str = True
    sql_paths: list[str] = msgspec.field(default_factory=lambda: ["./seed.sql"])


class _Db(msgspec.Struct):
    major_version: int | str | None = None
    migrations: _Migrations = msgspec.field(default_factory=_Migrations)
    seed: _Seed = msgspec.field(default_factory=_Seed)


class _File(msgspec.Struct):
    db: _Db = msgspec.field(default_factory=_Db)


def read_config(root: Path, folder: str) -> Config | None:
    """What the config in `root/folder` (`supabase`) says of the database; None where there is none.

    A value that the CLI takes from the environment (`env(NAME)`) counts as not set. Raises `invalid-config`.
    """
    for name in CONFIG_NAMES:
        path = posixpath.normpath(posixpath.join(folder, name))
        if (root / path).is_file():
            break
    else:
        return None
    files.inside(root, path)
    text = files.read_text(root, path).removeprefix("\ufeff")
    line, what = None, ""
    try:
        raw = tomllib.loads(text) if path.endswith(".toml") else json.loads(_plain_json(text))
        db = msgspec.convert(raw, _File).db
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line, what = (found[1] if found else None), re.sub(r" \(at .*\)$", "", str(error))
    except json.JSONDecodeError as error:
        line, what = str(error.lineno), error.msg
    except RecursionError:
        what = "the values are nested too deeply"
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        what = f"{where.strip('`')}: {what[:1].lower()}{what[1:]}"
    else:
        version = str(db.major_version)
        return Config(
            path=path,
            major_version=int(version) if re.fullmatch(r"[0-9]+", version) else None,
            migrations_enabled=db.migrations.enabled is not False,
            schema_paths=tuple(db.migrations.schema_paths),
            seed_enabled=db.seed.enabled is not False,
            seeds=tuple(db.seed.sql_paths),
        )
    raise OrmonyError(
        "invalid-config",
        f"{what[:1].lower()}{what[1:]}",
        place=f"{path}:{line}" if line else path,
        hint=f"git log -p -- {quote(path)}   # find where it was last right",
    )


_JSONC = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)


def _plain_json(text: str) -> str:
    """JSON with comments and trailing commas as JSON; every newline stays, so that lines stay right."""
    return _JSONC.sub(lambda found: found[0] if found[0][0] == '"' else "\n" * found[0].count("\n"), text)
