"""Reads the migrations of a Drizzle service: the journal of 0.x, the folders of 1.0. Starts no node.

Both layouts are what the two lines of `drizzle-kit generate` write. A stamp made here is what
`drizzle-kit migrate` would have written, so after a deploy it finds nothing to do.
"""

from __future__ import annotations

import json
import posixpath
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import Final

import msgspec

from ormony import files
from ormony.adapters import drizzle_config
from ormony.adapters.drizzle_config import Config, Setting
from ormony.errors import OrmonyError
from ormony.history import DrizzleStamp, History, Ledger, LedgerKind, Notice, Revision, Service, in_order

JOURNAL: Final = "meta/_journal.json"
DEFAULT_OUT: Final = "drizzle"
DEFAULT_SCHEMA: Final = "drizzle"
DEFAULT_TABLE: Final = "__drizzle_migrations"
POSTGRES: Final = frozenset({"pg", "postgres", "postgresql"})
"""The names that Drizzle has had for our dialect: `pg` up to kit 0.20, `postgres` in 1.0's snapshots."""

_FOREIGN_DRIVERS: Final = frozenset({"mysql2", "better-sqlite", "libsql", "turso", "d1"})  # kit up to 0.20
_NEWEST_JOURNAL: Final = 7
_ROOT_SNAPSHOT: Final = "00000000-0000-0000-0000-000000000000"
_FOLDER: Final = re.compile(r"\d{14}(?:_.*)?", re.ASCII | re.DOTALL)


def read(root: Path, service: Service) -> History:
    """The migrations in the journal or the folders of `service`, with the ledger that its tool keeps.

    The folder is `service.migrations`, else `out` of the config. An existing folder without any migration,
    and a config whose folder does not exist yet, give an empty history. Revisions lie where Drizzle has them,
    which may be the stream's own folder (`out: "supabase/migrations"`): see `Revision.path`.

    Raises `missing-config`, `config-not-static`, `not-postgresql`, `no-migrations-folder`,
    `broken-journal`, `journal-file-missing`, `mixed-drizzle-layouts`,
    `invalid-migration-name`, `migration-file-missing`.
    """
    config = _config(root, service)
    if config is not None:
        _check_dialect(config, service)
    folder, notices = _folder(root, service, config)
    if folder is None:
        return History(
            service=service.name, ledger=_ledger(service, config, "drizzle-0"), revisions=(), notices=notices
        )
    names = sorted(entry.name for entry in (root / folder).iterdir())
    folders = [name for name in names if (root / folder / name / "migration.sql").is_file()]
    has_journal = (root / folder / JOURNAL).is_file()
    if has_journal and folders:
        raise OrmonyError(
            "mixed-drizzle-layouts",
            f"{folder} holds both the journal of Drizzle 0.x and folders of Drizzle 1.0",
            place=f"{folder}/{JOURNAL}",
            hint="npx drizzle-kit up   # with drizzle-kit 1.0; "
            f"or, to stay on 0.x: git rm -r {quote(f'{folder}/{folders[0]}')}",
        )
    if has_journal:
        revisions, found = _read_journal(root, folder, names)
        kind: LedgerKind = "drizzle-0"
    elif folders or any(_FOLDER.fullmatch(name) and (root / folder / name).is_dir() for name in names):
        revisions, found = _read_folders(root, folder, names, folders)
        kind = "drizzle-1"
    else:
        _refuse_journal_lost(root, folder, names)
        revisions, found, kind = (), _stray(folder, names, frozenset()), "drizzle-0"
        found = (*found, _nothing(folder))
    return History(
        service=service.name,
        ledger=_ledger(service, config, kind),
        revisions=revisions,
        notices=(*notices, *found),
    )


def _refuse_journal_lost(root: Path, folder: str, names: list[str]) -> None:
    """A folder with files of 0.x and no journal, in which drizzle-kit itself would find nothing or stop.

    In a Supabase folder they are files of the stream like any other: many let Drizzle write them once.
    """
    if _is_supabases(folder):
        return
    made = [name for name in names if re.fullmatch(r"[0-9]{4}_.+\.sql", name)]
    if made or (root / folder / JOURNAL).parent.is_dir():
        what = f"it does not exist, but {made[0]} does" if made else "it does not exist, but its folder does"
        raise _broken_journal(f"{folder}/{JOURNAL}", 1, what)


def find_configs(root: Path, folder: str) -> tuple[str, ...]:
    """The Drizzle config files in `root/folder`, those first that drizzle-kit takes without `--config`."""
    usual = [f"drizzle.config.{end}" for end in ("ts", "js", "json", "mts", "cts", "mjs", "cjs")]
    names = [
        entry.name for entry in (root / folder).iterdir() if drizzle_config.FILE_NAME.fullmatch(entry.name)
    ]
    return tuple(sorted(names, key=lambda name: (usual.index(name) if name in usual else len(usual), name)))


def migrations_folder(root: Path, path: str, config: Config) -> str | None:
    """Where `out` of this config points, relative to the project; None where that takes running the config.

    `path` is the folder in which drizzle-kit is started, to which `out` is relative. Where `out` is not
    literal this is the literal after its `??`, else Drizzle's default, if that folder exists.
    """
    if config.out is None:
        return _normal(path, DEFAULT_OUT)
    if config.out.value is not None:
        return _normal(path, config.out.value)
    for guess in (config.out.fallback, DEFAULT_OUT):
        if guess is not None and (root / _normal(path, guess)).is_dir():
            return _normal(path, guess)
    return None


def recorded(root: Path, service: Service) -> str:
    """The snapshots by which drizzle-kit knows what its migrations made, as text; '' where there is none.

    What it does not name was made by SQL of one's own, and drizzle-kit would never drop it.
    """
    try:
        folder = _folder(root, service, _config(root, service))[0]
    except OrmonyError:
        return ""
    if folder is None or not (root / folder).is_dir():
        return ""
    old = sorted(
        entry.name for entry in (root / folder).glob("meta/*_snapshot.json") if entry.name[:1].isdigit()
    )
    paths = [f"{folder}/meta/{old[-1]}"] if old else []
    paths += [
        f"{folder}/{each.parent.name}/snapshot.json" for each in (root / folder).glob("*/snapshot.json")
    ]
    return "\n".join(files.read_text(root, path) for path in paths)


def is_pulled(text: str) -> bool:
    """Whether a migration is what `drizzle-kit pull` writes: the database as it was, in a comment."""
    head = text.lstrip("\ufeff \r\n")
    return head.startswith(
        "-- Current sql file was generated after introspecting"
    ) and head.rstrip().endswith("*/")


def foreign_dialect(config: Config) -> Setting | None:
    """The setting that says that this config is not for PostgreSQL; None where it may be."""
    if config.dialect is not None:
        return config.dialect if config.dialect.value not in {None, *POSTGRES} else None
    if config.driver is not None and config.driver.value in _FOREIGN_DRIVERS:
        return config.driver
    return None


def _normal(path: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(path, folder.replace("\\", "/")))


def _config(root: Path, service: Service) -> Config | None:
    if service.config is not None:
        files.inside(root, _normal(service.path, service.config))
        return drizzle_config.read(root, _normal(service.path, service.config))
    found = find_configs(root, service.path) if (root / service.path).is_dir() else ()
    if found and (len(found) == 1 or re.fullmatch(r"drizzle\.config\.\w+", found[0])):
        return drizzle_config.read(root, _normal(service.path, found[0]))
    if service.migrations is not None:
        return None
    if found:
        raise OrmonyError(
            "missing-config",
            f'service "{service.name}" has several Drizzle configs: {", ".join(found)}',
            place=service.path,
            hint=_line(service, "config", found[0]),
        )
    if (root / service.path / DEFAULT_OUT).is_dir():
        return None  # migrated from code, with the folder at its usual place
    raise OrmonyError(
        "missing-config",
        f'service "{service.name}" has no drizzle.config file in {service.path}',
        place=service.path,
        hint=f'{_line(service, "migrations", DEFAULT_OUT)}; or config = "PATH of the config"',
    )


def _line(service: Service, key: str, value: str) -> str:
    return f"in ormony.toml, under [services.{service.name}]: {key} = {json.dumps(value, ensure_ascii=False)}"


def _check_dialect(config: Config, service: Service) -> None:
    said = foreign_dialect(config)
    if said is not None:
        raise OrmonyError(
            "not-postgresql",
            f'service "{service.name}" is for "{said.value}", not for PostgreSQL',
            place=f"{config.path}:{said.line}",
            hint=_line(service, "config", "PATH of its config for PostgreSQL"),
        )


def _folder(root: Path, service: Service, config: Config | None) -> tuple[str | None, tuple[Notice, ...]]:
    """The folder, relative to the project, or None where it is not there yet; and what was assumed."""
    if service.migrations is not None:
        folder = _normal(service.path, service.migrations)
        files.inside(root, folder)
        if not (root / folder).is_dir():
            raise OrmonyError(
                "no-migrations-folder",
                f'the migrations folder of service "{service.name}" does not exist: {folder}',
                place=folder,
                hint="correct `migrations` in ormony.toml; it is relative to the path of the service",
            )
        return folder, ()
    if config is None:
        return _normal(service.path, DEFAULT_OUT), ()
    out = migrations_folder(root, service.path, config)
    if out is None:
        assert config.out is not None
        guess = config.out.fallback or DEFAULT_OUT
        raise OrmonyError(
            "config-not-static",
            "`out` is not a literal string, and its default "
            f'"{guess}" does not exist; ormony reads the Drizzle config without running it',
            place=f"{config.path}:{config.out.line}",
            hint=_line(service, "migrations", guess),
        )
    files.inside(root, out)
    if not (root / out).is_dir():
        return None, (_nothing(out),)
    if config.out is not None and config.out.value is None:
        notice = Notice(
            code="config-not-static",
            message=f'`out` is not a literal string; "{out}", which exists, is taken for it',
            place=f"{config.path}:{config.out.line}",
            hint=_line(service, "migrations", posixpath.relpath(out, service.path)),
        )
        return out, (notice,)
    return out, ()


def _nothing(folder: str) -> Notice:
    return Notice(
        code="no-migrations",
        message=f"{folder} holds no Drizzle migration",
        place=folder,
        hint="npx drizzle-kit generate   # if this service is to own tables",
    )


def _ledger(service: Service, config: Config | None, kind: LedgerKind) -> Ledger:
    """The table that `migrate` uses, never guessed: with a wrong one Drizzle would run everything again."""
    if service.ledger is not None:
        schema, _, table = service.ledger.rpartition(".")
        if not table:
            raise OrmonyError(
                "invalid-config",
                f'the ledger "{service.ledger}" of service "{service.name}" names no table',
                hint=_line(service, "ledger", f"{DEFAULT_SCHEMA}.{DEFAULT_TABLE}"),
            )
        return Ledger(kind=kind, table=table, schema=schema or DEFAULT_SCHEMA)
    names = {"schema": DEFAULT_SCHEMA, "table": DEFAULT_TABLE}
    for key, setting in (("schema", config.ledger_schema), ("table", config.table)) if config else ():
        if setting is None:
            continue
        if setting.value is None:
            assert config is not None
            raise OrmonyError(
                "config-not-static",
                f"`migrations.{key}` is not a literal string; "
                "ormony reads the Drizzle config without running it",
                place=f"{config.path}:{setting.line}",
                hint=_line(service, "ledger", f"{DEFAULT_SCHEMA}.{DEFAULT_TABLE}"),
            )
        names[key] = setting.value or names[key]
    return Ledger(kind=kind, table=names["table"], schema=names["schema"])


# --- 0.x: meta/_journal.json and <tag>.sql


class _Entry(msgspec.Struct):
    idx: int
    when: int
    tag: str


class _Journal(msgspec.Struct):
    entries: list[_Entry]
    version: str | int = "7"
    dialect: str = "postgresql"


def _read_journal(
    root: Path, folder: str, names: list[str]
) -> tuple[tuple[Revision, ...], tuple[Notice, ...]]:
    path = f"{folder}/{JOURNAL}"
    text = files.read_text(root, path)
    journal = _decode_journal(text, path)
    if journal.dialect not in POSTGRES:
        raise OrmonyError(
            "not-postgresql",
            f'the journal is for "{journal.dialect}", not for PostgreSQL',
            place=f"{path}:{_line_of(text, chr(34) + 'dialect' + chr(34))}",
            hint="name the folder of the PostgreSQL migrations in ormony.toml: migrations = …",
        )
    lines = _entry_lines(text)
    lines += [1] * (len(journal.entries) - len(lines))
    revisions: list[Revision] = []
    notices: list[Notice] = []
    seen_tags: dict[str, int] = {}
    seen_indexes: dict[int, str] = {}
    newest: _Entry | None = None
    present = frozenset(names)
    for entry, line in zip(journal.entries, lines, strict=False):
        place = f"{path}:{line}"
        if not entry.tag or re.search(r"[/\\\x00-\x1f]", entry.tag):
            raise OrmonyError(
                "broken-journal",
                f"the tag {json.dumps(entry.tag)} is not the name of a file in {folder}",
                place=place,
                hint=f"git log -p -- {quote(path)}   # find where it was last right",
            )
        if entry.tag in seen_tags:
            raise OrmonyError(
                "broken-journal",
                f'the journal names "{entry.tag}" twice, first on line {seen_tags[entry.tag]}',
                place=place,
                hint=f"remove one of the two entries from {path}",
            )
        seen_tags[entry.tag] = line
        if f"{entry.tag}.sql" not in present:
            raise OrmonyError(
                "journal-file-missing",
                f'the journal names "{entry.tag}", but {folder}/{entry.tag}.sql does not exist',
                place=place,
                hint=f"git log --all --oneline -- {quote(f'{folder}/{entry.tag}.sql')}"
                "   # restore the file, or remove the entry",
            )
        if entry.idx in seen_indexes:
            notices.append(
                Notice(
                    code="journal-duplicate-index",
                    message=f'"{seen_indexes[entry.idx]}" and "{entry.tag}" have the same idx {entry.idx}; '
                    "the order of the journal counts",
                    place=place,
                )
            )
        seen_indexes.setdefault(entry.idx, entry.tag)
        if newest is not None and entry.when <= newest.when:
            notices.append(
                Notice(
                    code="journal-out-of-order",
                    message=f'"{entry.tag}" is not newer than "{newest.tag}": drizzle-kit migrate skips it '
                    "without a word on every database that has the other; ormony deploys it",
                    place=place,
                    hint=f'"when": {newest.when + 1}   # if no database has it yet',
                )
            )
        if newest is None or entry.when > newest.when:
            newest = entry
        revision, notice = _revision(root, f"{folder}/{entry.tag}.sql", entry.tag, entry.when, None)
        if revisions:
            revision = msgspec.structs.replace(revision, parents=(revisions[-1].id,))
        revisions.append(revision)
        notices += notice
    return tuple(revisions), (*notices, *_stray(folder, names, frozenset(seen_tags)))


def _decode_journal(text: str, path: str) -> _Journal:
    try:
        journal = msgspec.json.decode(text, type=_Journal)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        number = re.search(r"entries\[(\d+)\]", where)
        lines = _entry_lines(text)
        line = lines[int(number[1])] if number and int(number[1]) < len(lines) else 1
        named = f"{where.strip('.`')}: " if where.strip(".`") else ""
        raise _broken_journal(path, line, named + what[:1].lower() + what[1:]) from None
    except msgspec.DecodeError:
        try:
            json.loads(text)
            line, what = 1, "it is not JSON"
        except json.JSONDecodeError as error:
            line, what = error.lineno, f"it is not JSON ({error.msg[:1].lower() + error.msg[1:]})"
        except RecursionError:
            line, what = 1, "it is nested too deeply"
        if re.search(r"^(<{7} |>{7} |={7}$)", text, re.MULTILINE):
            what = "it holds the marks of an unresolved git conflict"
        raise _broken_journal(path, line, what) from None
    digits = re.fullmatch(r"\d+", str(journal.version), re.ASCII)
    if digits is None or int(digits[0]) > _NEWEST_JOURNAL:
        line = _line_of(text, '"version"')
        raise _broken_journal(path, line, f"its version {json.dumps(journal.version)} is not known to ormony")
    return journal


def _broken_journal(path: str, line: int, what: str) -> OrmonyError:
    return OrmonyError(
        "broken-journal",
        f"the Drizzle journal cannot be read: {what}",
        place=f"{path}:{line}",
        hint=f"git log -p -- {quote(path)}   # find where it was last right",
    )


def _line_of(text: str, word: str) -> int:
    at = text.find(word)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _entry_lines(text: str) -> list[int]:
    """The line, from 1, on which each element of `entries` begins."""
    start = re.search(r'"entries"\s*:\s*\[', text)
    decoder, lines, at = json.JSONDecoder(), list[int](), start.end() if start else len(text)
    while element := re.compile(r"[\s,]*(?=[^\s,\]])").match(text, at):
        lines.append(text.count("\n", 0, element.end()) + 1)
        try:
            at = decoder.raw_decode(text, element.end())[1]
        except (json.JSONDecodeError, RecursionError):
            break
    return lines


# --- 1.0: <YYYYMMDDHHMMSS>_<name>/migration.sql and snapshot.json


class _Snapshot(msgspec.Struct):
    id: str = ""
    prevIds: list[str] | None = None
    version: str = ""
    dialect: str = "postgres"


def _read_folders(
    root: Path, folder: str, names: list[str], folders: list[str]
) -> tuple[tuple[Revision, ...], tuple[Notice, ...]]:
    notices: list[Notice] = []
    for name in names:
        if name in folders and not _FOLDER.fullmatch(name):
            raise OrmonyError(
                "invalid-migration-name",
                f'"{name}" holds a migration.sql, but its name does not begin with YYYYMMDDHHMMSS',
                place=f"{folder}/{name}",
                hint="rename the folder, or move it out of the migrations folder",
            )
        if name not in folders and _FOLDER.fullmatch(name) and (root / folder / name).is_dir():
            raise OrmonyError(
                "migration-file-missing",
                f'the migration "{name}" has no migration.sql',
                place=f"{folder}/{name}",
                hint=f"git log --all --oneline -- {quote(f'{folder}/{name}')}"
                "   # restore the file, or remove the folder",
            )
    folders = sorted(folders, key=_as_drizzle_sorts)
    snapshots = {name: _read_snapshot(root, f"{folder}/{name}/snapshot.json") for name in folders}
    owners: dict[str, list[str]] = {}
    for name, snapshot in snapshots.items():
        if snapshot is not None and snapshot.id:
            owners.setdefault(snapshot.id, []).append(name)
    revisions = []
    for index, name in enumerate(folders):
        path = f"{folder}/{name}/migration.sql"
        revision, notice = _revision(root, path, name, _milliseconds(name), name)
        before = (folders[index - 1],) if index else ()
        parents, lost = _parents(snapshots[name], owners, before, name)
        if lost:
            notices.append(
                Notice(
                    code="unknown-parent",
                    message=f'the snapshot of "{name}" follows a snapshot that is not there or not unique; '
                    "the migration before it by name is taken as its parent",
                    place=f"{folder}/{name}/snapshot.json",
                    hint="npx drizzle-kit check",
                )
            )
        revisions.append(msgspec.structs.replace(revision, parents=parents))
        notices += notice
    ordered = in_order(tuple(revisions), folder)
    for revision, name in zip(ordered, folders, strict=True):
        if revision.id != name:
            notices.append(
                Notice(
                    code="folder-out-of-order",
                    message=f'"{name}" sorts before "{revision.id}", which it follows; '
                    "drizzle-kit migrate runs them by name, ormony by parents",
                    place=f"{folder}/{name}",
                )
            )
            break
    return ordered, (*notices, *_stray(folder, names, frozenset()))


def _read_snapshot(root: Path, path: str) -> _Snapshot | None:
    if not (root / path).is_file():
        return None
    try:
        snapshot = msgspec.json.decode(files.read_bytes(root, path), type=_Snapshot)
    except msgspec.DecodeError as error:
        raise OrmonyError(
            "broken-journal",
            f"the Drizzle snapshot cannot be read: {str(error)[:1].lower()}{str(error)[1:]}",
            place=path,
            hint=f"git log -p -- {quote(path)}   # find where it was last right",
        ) from None
    if snapshot.dialect not in POSTGRES:
        raise OrmonyError(
            "not-postgresql",
            f'the snapshot is for "{snapshot.dialect}", not for PostgreSQL',
            place=path,
            hint="name the folder of the PostgreSQL migrations in ormony.toml: migrations = …",
        )
    return snapshot


def _parents(
    snapshot: _Snapshot | None, owners: dict[str, list[str]], before: tuple[str, ...], name: str
) -> tuple[tuple[str, ...], bool]:
    """The folders that this one follows, and whether a named one could not be found."""
    if snapshot is None or not snapshot.prevIds:
        return before, False
    wanted = [each for each in snapshot.prevIds if each != _ROOT_SNAPSHOT]
    found = [owners.get(each, []) for each in wanted]
    if any(len(each) != 1 or each == [name] for each in found):
        return before, True
    return tuple(dict.fromkeys(each[0] for each in found)), False


def _as_drizzle_sorts(name: str) -> tuple[str, str]:
    """The key of JavaScript's localeCompare for such names: `_`, `-`, digits, letters without their case."""
    return name.translate({ord("_"): "\x01", ord("-"): "\x02"}).casefold(), name.swapcase()


def _milliseconds(name: str) -> int:
    """`Date.UTC` of the first 14 digits, which carries over what is too large: the 13th month is January."""
    year, month, *rest = (int(name[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)))
    day, hour, minute, second = rest
    years, months = divmod(month - 1, 12)
    year += years + (1900 if year < 100 else 0)
    first = datetime(year, months + 1, 1, tzinfo=UTC)
    moment = first + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000


# --- both


def _revision(
    root: Path, path: str, identity: str, when: int, name: str | None
) -> tuple[Revision, tuple[Notice, ...]]:
    files.inside(root, path)
    text = files.read_text(root, path)
    digest = files.sha256(text)  # of valid UTF-8: the same as of the bytes, which is what Drizzle stores
    notices: tuple[Notice, ...] = ()
    if text.startswith("\ufeff"):
        notices = (
            Notice(
                code="byte-order-mark",
                message="the file begins with a byte-order mark, at which drizzle-kit migrate fails; "
                "ormony leaves it out",
                place=f"{path}:1",
            ),
        )
    revision = Revision(
        id=identity,
        path=path,
        native=digest,
        stamp=DrizzleStamp(digest, when, name),
        label=re.sub(r"^\d+_", "", identity),
        sql=text.removeprefix("\ufeff"),
    )
    return revision, notices


def _is_supabases(folder: str) -> bool:
    return folder.endswith("supabase/migrations")


def _stray(folder: str, names: list[str], tags: frozenset[str]) -> tuple[Notice, ...]:
    """The SQL files that Drizzle does not know; none in a Supabase folder, where those are hand-written."""
    if _is_supabases(folder):
        return ()
    return tuple(
        Notice(
            code="stray-migration",
            message=f'"{name}" is not in the Drizzle journal, so Drizzle and ormony leave it out',
            place=f"{folder}/{name}",
            hint="npx drizzle-kit generate --custom --name NAME   # makes an entry; then move the SQL there",
        )
        for name in names
        if name.endswith(".sql") and name.removesuffix(".sql") not in tags
    )
