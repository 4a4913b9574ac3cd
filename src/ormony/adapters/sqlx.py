"""Reads the migrations of a SQLx service: `<integer>_<description>[.up|.down].sql` in one folder.

It starts no cargo. Names, order and checksums follow SQLx's own resolver; where it
dies we refuse, and what it leaves out without a word is reported.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import tomllib
from pathlib import Path
from shlex import quote
from typing import Final

import msgspec

from ormony import files, history
from ormony.errors import OrmonyError
from ormony.history import History, Ledger, Notice, Revision, Service, SqlxStamp

CONFIG: Final = "sqlx.toml"
DEFAULT_FOLDER: Final = "migrations"
DEFAULT_TABLE: Final = "_sqlx_migrations"
NO_TRANSACTION: Final = "-- no-transaction"
"""What a file must begin with, to the byte, to be run outside a transaction."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_I64: Final = range(-(2**63), 2**63)
_MARK: Final = "\ufeff"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The `[migrate]` table of a sqlx.toml (SQLx 0.9). `table` is as written, perhaps with a schema."""

    migrations_dir: str | None = None
    table: str | None = None
    ignored_chars: frozenset[str] = frozenset()
    create_schemas: tuple[str, ...] = ()


def read(root: Path, service: Service) -> History:
    """The migrations of `service`, by version, with the table in which SQLx records them.

    The folder is `service.migrations`, else `migrations-dir` of sqlx.toml, else `migrations`. Down files are
    not part of the history. The id of a revision is its file's name without `.sql` or `.up.sql`. A service
    that only mirrors others' tables needs no folder, and then has no ledger.

    Raises `no-migrations-folder`, `invalid-migration-name`, `duplicate-version`, `migration-file-missing`,
    `invalid-config`.
    """
    config_path = posixpath.normpath(posixpath.join(service.path, service.config or CONFIG))
    config = read_config(root, config_path, required=service.config is not None)
    folder = posixpath.normpath(
        posixpath.join(service.path, service.migrations or config.migrations_dir or DEFAULT_FOLDER)
    )
    files.inside(root, folder)
    if not (root / folder).is_dir():
        if only_mirrors(service, config):
            return History(service=service.name, ledger=None, revisions=())
        raise OrmonyError(
            "no-migrations-folder",
            f'the migrations folder of service "{service.name}" does not exist: {folder}',
            place=folder,
            hint=f"sqlx migrate add --source {quote(folder)} NAME   # or correct `migrations` in ormony.toml",
        )
    ups: dict[int, Revision] = {}
    downs: dict[int, str] = {}
    notices: list[Notice] = []
    for name in sorted(entry.name for entry in (root / folder).iterdir()):
        path = f"{folder}/{name}"
        if (root / path).is_dir():
            continue
        version, direction = _identity(name, path)
        if version is None:
            if name.endswith(".sql"):
                notices.append(_stray(path, name))
            continue
        if direction == ".down.sql":
            downs.setdefault(version, path)
            continue
        revision, notice = _revision(root, path, name, version, direction, config.ignored_chars)
        if version in ups:
            raise OrmonyError(
                "duplicate-version",
                f"{posixpath.basename(ups[version].path)} and {name} both have version {version}",
                place=path,
                hint=f"git mv {quote(path)} {quote(folder + '/NEW_VERSION_' + name.partition('_')[2])}"
                "   # the one that no database has",
            )
        ups[version] = revision
        notices += notice
    for version, path in downs.items():
        if version not in ups:
            raise OrmonyError(
                "migration-file-missing",
                f"{posixpath.basename(path)} takes back version {version}, which has no up file",
                place=path,
                hint=f"git log --all --oneline -- {quote(folder)}"
                "   # restore the up file, or remove the down file",
            )
    if config.create_schemas:
        notices.append(_schemas(config, config_path))
    given = config.table if service.ledger is None else service.ledger
    ledger = _ledger(DEFAULT_TABLE if given is None else given)
    ordered: list[Revision] = []
    for version in sorted(ups):
        up, parents = ups[version], (ordered[-1].id,) if ordered else ()
        text = history.with_ledger(up.sql or "", ledger, service.search_path) if up.transaction else up.sql
        ordered.append(msgspec.structs.replace(up, parents=parents, sql=text))
    return History(
        service=service.name,
        ledger=ledger,
        revisions=tuple(ordered),
        notices=tuple(notices),
    )


def only_mirrors(service: Service, config: Config) -> bool:
    """Whether a service without a folder of migrations may have none: it models others' tables alone."""
    return bool(service.mirrors) and service.migrations is None and config.migrations_dir is None


def is_migration(name: str) -> bool:
    """Whether SQLx takes a file of this name for a migration."""
    prefix, mark, rest = name.partition("_")
    return bool(mark) and rest.endswith(".sql") and _INTEGER.fullmatch(prefix) is not None


class _Migrate(msgspec.Struct, rename="kebab"):
    migrations_dir: str | None = None
    table_name: str | None = None
    ignored_chars: list[str] = []
    create_schemas: list[str] = []


class _File(msgspec.Struct):
    migrate: _Migrate = msgspec.field(default_factory=_Migrate)


def read_config(root: Path, path: str, *, required: bool = False) -> Config:
    """The `[migrate]` table of `root/path`; the defaults where there is no such file, if not `required`.

    Raises `invalid-config`, and `unreadable-file` for a required file that is not there.
    """
    files.inside(root, path)
    if not required and not (root / path).is_file():
        return Config()
    try:
        raw = msgspec.convert(tomllib.loads(files.read_text(root, path)), _File).migrate
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise OrmonyError(
            "invalid-config",
            re.sub(r" \(at .*\)$", "", f"{str(error)[:1].lower()}{str(error)[1:]}"),
            place=f"{path}:{line[1]}" if line else path,
            hint="correct the file; SQLx 0.9 refuses it as well",
        ) from None
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        message = f"{where.strip('`')}: {what[:1].lower()}{what[1:]}"
        raise OrmonyError(
            "invalid-config", message, place=path, hint="correct the file; SQLx 0.9 refuses it as well"
        ) from None
    for char in raw.ignored_chars:
        if len(char) != 1:
            raise OrmonyError(
                "invalid-config",
                f"migrate.ignored-chars holds {json.dumps(char)}, which is not one character",
                place=path,
                hint='ignored-chars = ["\\r"]',
            )
    return Config(
        migrations_dir=raw.migrations_dir,
        table=raw.table_name,
        ignored_chars=frozenset(raw.ignored_chars),
        create_schemas=tuple(sorted(set(raw.create_schemas))),
    )


def _identity(name: str, path: str) -> tuple[int | None, str]:
    """Version and suffix of a migration's name; (None, "") for a name that SQLx leaves out."""
    prefix, mark, rest = name.partition("_")
    if not mark or not rest.endswith(".sql"):
        return None, ""
    if not _INTEGER.fullmatch(prefix) or int(prefix) not in _I64:
        raise OrmonyError(
            "invalid-migration-name",
            f'error parsing migration filename "{name}"; expected integer version prefix (e.g. `01_foo.sql`)',
            place=path,
            hint="rename the file, or move it out of the folder: SQLx stops at it, too",
        )
    for suffix in (".up.sql", ".down.sql"):
        if rest.endswith(suffix):
            return int(prefix), suffix
    return int(prefix), ".sql"


def _revision(
    root: Path, path: str, name: str, version: int, suffix: str, ignored: frozenset[str]
) -> tuple[Revision, list[Notice]]:
    files.inside(root, path)
    text = files.read_text(root, path)
    data = text.encode()
    hashed = text.translate({ord(char): None for char in ignored}).encode() if ignored else data
    description = name.partition("_")[2]
    while description.endswith(suffix):  # SQLx takes it off as often as it is there
        description = description.removesuffix(suffix)
    description = description.replace("_", " ")
    notices = []
    if text.startswith(_MARK):
        lost = ", and it hides `-- no-transaction`" if text[1:].startswith(NO_TRANSACTION) else ""
        notices.append(
            Notice(
                code="byte-order-mark",
                message=f"the file begins with a byte-order mark, at which sqlx migrate run fails{lost}; "
                "ormony leaves it out",
                place=f"{path}:1",
                hint=f"sed -i '1s/^\\xEF\\xBB\\xBF//' {quote(path)}   # if no database has it yet",
            )
        )
    elif not text.startswith(NO_TRANSACTION) and re.match(rf"\s*{NO_TRANSACTION}", text, re.IGNORECASE):
        notices.append(
            Notice(
                code="directive-not-first",
                message="`-- no-transaction` counts only as the very first characters of the file; "
                "SQLx and ormony run this file in a transaction",
                place=f"{path}:1",
            )
        )
    return (
        Revision(
            id=name.removesuffix(suffix),
            path=path,
            native=files.sha256(data),
            stamp=SqlxStamp(version, description, hashlib.sha384(hashed).digest()),
            label=description,
            sql=text.removeprefix(_MARK),
            transaction=not text.startswith(NO_TRANSACTION),
        ),
        notices,
    )


def _stray(path: str, name: str) -> Notice:
    return Notice(
        code="stray-migration",
        message=f'"{name}" has no "_" after a version, so SQLx and ormony leave it out',
        place=path,
    )


def _schemas(config: Config, path: str) -> Notice:
    return Notice(
        code="sqlx-create-schemas",
        message="SQLx creates these schemas before it migrates, and no migration does: "
        + ", ".join(config.create_schemas),
        place=path,
        hint="; ".join(f"CREATE SCHEMA IF NOT EXISTS {name}" for name in config.create_schemas)
        + ";   -- in a stream file before this service's first",
    )


def _ledger(name: str) -> Ledger:
    """The table of this name, which SQLx puts into its SQL as it is written: quotes and folding are SQL's."""
    part = r'(?:"(?:[^"]|"")+"|[^\s."]+)'
    if not re.fullmatch(rf"{part}(?:\.{part})?", name):
        raise OrmonyError(
            "invalid-config",
            f"{json.dumps(name)} does not name a table for SQLx to record its migrations in",
            hint='table-name = "schema._sqlx_migrations"   # in sqlx.toml; or `ledger` in ormony.toml',
        )
    parts = re.findall(part, name)
    names = [each[1:-1].replace('""', '"') if each.startswith('"') else each.lower() for each in parts]
    return Ledger(kind="sqlx", table=names[-1], schema=names[-2] if len(names) > 1 else None)
