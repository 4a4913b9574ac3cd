"""Finds services in a project tree, and the stream's place: what `init` proposes. Reads files only.

One walk over the folders, then a few small files of the folders that look like services. It never follows a
link and never starts a tool. `kodo` reads the same from `.kodo/config.json` where a project has one.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ormony import files
from ormony.adapters import alembic, drizzle, drizzle_config, sqlx, supabase
from ormony.adapters.detected import Detected
from ormony.errors import OrmonyError

KODO: Final = ".kodo/config.json"
SKIPPED: Final = frozenset(
    {"node_modules", "venv", "env", "target", "dist", "build", "vendor", "site-packages"}
    | {"__pycache__", "fixtures", "__fixtures__", "testdata"}
)
"""Folders of other people's code, of what a build made, of tests' input. Hidden ones are skipped, too."""

_SQL: Final = re.compile(r"[0-9]+.*\.sql")


class _Folder(msgspec.Struct, frozen=True):
    files: frozenset[str]
    folders: frozenset[str]


_Tree = Mapping[str, _Folder]  # by path relative to the project, "." first; parents before children


def detect(root: Path) -> tuple[Detected, ...]:
    """The services below `root` by path, then the places of a stream, those with files first, then outermost.

    A stream's place has orm `supabase`, path `.` and its folder in `migrations`. Every service has a unique
    name made from its folder's. A service whose own config is broken is reported all the same:
    reading it will say what is wrong.
    """
    tree = dict(_walk(root))
    found = [*_drizzle(root, tree), *_alembic(root, tree), *_sqlx(root, tree)]
    found += _sqlalchemy(root, tree, found)
    found = [each for each in found if not _is_aside(each.path)] or found
    found.sort(key=lambda each: (_parts(each.path), each.orm, each.config or ""))
    return (*_named(root, found), *_supabase(tree))


def streams(root: Path) -> tuple[str, ...]:
    """The folders below `root` that hold files of a stream, outermost first."""
    tree = dict(_walk(root))
    return tuple(
        folder
        for each in _supabase(tree)
        if (folder := each.migrations) in tree and any(_SQL.fullmatch(name) for name in tree[folder].files)
    )


_ASIDE: Final = frozenset(
    {"examples", "example", "samples", "tests", "test", "e2e", "bench", "benches", "benchmarks", "docs"}
)


def _is_aside(path: str) -> bool:
    """Whether a service lies in a folder of examples or tests, of a project whose own are elsewhere."""
    return not _ASIDE.isdisjoint(_parts(path))


def _walk(root: Path) -> Iterator[tuple[str, _Folder]]:
    waiting = ["."]
    while waiting:
        folder = waiting.pop()
        names, folders = set[str](), set[str]()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.add(entry.name)
                    else:
                        names.add(entry.name)
        except OSError:  # not ours to read, or gone meanwhile
            continue
        if "pyvenv.cfg" in names:
            continue
        folders = {name for name in folders if not name.startswith(".") and name not in SKIPPED}
        yield folder, _Folder(frozenset(names), frozenset(folders))
        waiting += [_join(folder, name) for name in sorted(folders, reverse=True)]


def _join(*parts: str) -> str:
    return posixpath.normpath(posixpath.join(*parts))


def _leads_out(path: str) -> bool:
    """Whether a normal path is not below the project, as it is written."""
    return posixpath.isabs(path) or path.split("/")[0] == ".."


def _parts(path: str) -> tuple[str, ...]:
    return () if path == "." else tuple(path.split("/"))


def _up(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the project."""
    while True:
        yield folder
        if folder == ".":
            return
        folder = posixpath.dirname(folder) or "."


def _text(root: Path, path: str) -> str:
    """The text of a file, or nothing for one that cannot be read: detection must get past it."""
    try:
        return files.read_text(root, path)
    except OrmonyError:
        return ""


def _toml(root: Path, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(root, path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(value: object, *keys: str) -> dict[str, Any]:
    """The table at these keys; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


# --- Drizzle


def _drizzle(root: Path, tree: _Tree) -> Iterator[Detected]:
    configs = dict[str, str]()  # path of the config: its package
    for folder, entry in tree.items():
        package = next((each for each in _up(folder) if "package.json" in tree[each].files), folder)
        if any(drizzle_config.FILE_NAME.fullmatch(name) for name in entry.files):
            configs |= {_join(folder, name): package for name in drizzle.find_configs(root, folder)}
        if "package.json" in entry.files:
            configs |= {path: folder for path in _named_in_scripts(root, folder) if path not in configs}
    found = [(*_drizzle_config(root, package, path), path) for path, package in configs.items()]
    several = len([each for each, *_ in found if each is not None]) > 1
    services = dict[str, Detected]()
    for each, out, path in found:
        if each is None or (several and _is_template(root, configs[path], path, out)):
            continue
        other = services.get(out or path)
        # A second config with the same folder is another stage of one service, or leads into its package.
        if other is None or (_within(out, each.path) and not _within(out, other.path)):
            services[out or path] = each
    yield from services.values()
    for folder, entry in tree.items():
        if "package.json" in entry.files and folder not in configs.values():
            yield from _drizzle_without_config(root, folder, entry)


def _within(path: str | None, folder: str) -> bool:
    return path is not None and folder in _up(path)


def _named_in_scripts(root: Path, folder: str) -> Iterator[str]:
    """Configs of other names that scripts of the package give to drizzle-kit."""
    text = _text(root, _join(folder, "package.json"))
    if "drizzle-kit" not in text:
        return
    for name in re.findall(r"--config[= ]\s*([\w@./-]+\.(?:ts|mts|cts|js|mjs|cjs|json))\b", text):
        path = _join(folder, name)
        if not _leads_out(path) and (root / path).is_file():
            yield path


def _is_template(root: Path, package: str, path: str, out: str | None) -> bool:
    """Whether the config leads to nothing that is there, or only to what `drizzle-kit pull` wrote down."""
    if out is None:
        return False
    if (root / out).is_dir():
        journal = _text(root, _join(out, drizzle.JOURNAL))
        tags = re.findall(r'"tag"\s*:\s*"([^"]+)"', journal)
        return len(tags) == 1 and drizzle.is_pulled(_text(root, _join(out, f"{tags[0]}.sql")))
    try:
        schema = drizzle_config.read(root, path).schema
    except OrmonyError:
        return False
    if schema is None or not schema.static or not schema.values:
        return False
    places = [_join(package, each.replace("\\", "/")) for each in schema.values]
    return not any(
        _leads_out(each) or (root / re.split(r"[*?{\[]", each)[0].rstrip("/")).exists() for each in places
    )


def _drizzle_config(root: Path, package: str, path: str) -> tuple[Detected | None, str | None]:
    """The service of this config, if it is for PostgreSQL, and where its `out` points, if that is known."""
    out = None
    try:
        config = drizzle_config.read(root, path)
        if drizzle.foreign_dialect(config) is not None:
            return None, None
        out = drizzle.migrations_folder(root, package, config)
    except OrmonyError:
        config = None
    if out is not None and _leads_out(out):
        out = None
    exists = out is not None and (root / out).is_dir()
    if out is not None and config is not None and config.dialect is None and _foreign_journal(root, out):
        return None, None
    depends = " and drizzle-orm in package.json" if _depends_on_drizzle(root, package) else ""
    found = Detected(
        orm="drizzle",
        path=package,
        config=posixpath.relpath(path, package),
        migrations=posixpath.relpath(out, package) if out is not None and exists else None,
        name=None,
        reason=f"{posixpath.basename(path)}{depends}",
    )
    return found, out


def _drizzle_without_config(root: Path, folder: str, entry: _Folder) -> Iterator[Detected]:
    """A package that migrates from code keeps the folder at its usual place."""
    if drizzle.DEFAULT_OUT not in entry.folders or not _depends_on_drizzle(root, folder):
        return
    out = _join(folder, drizzle.DEFAULT_OUT)
    if (root / out / drizzle.JOURNAL).is_file() and not _foreign_journal(root, out):
        yield Detected(
            orm="drizzle",
            path=folder,
            config=None,
            migrations=drizzle.DEFAULT_OUT,
            name=None,
            reason=f"drizzle-orm in package.json and {drizzle.DEFAULT_OUT}/{drizzle.JOURNAL}",
        )


def _foreign_journal(root: Path, out: str) -> bool:
    found = re.search(r'"dialect"\s*:\s*"([^"]*)"', _text(root, _join(out, drizzle.JOURNAL))[:500])
    return found is not None and found[1] not in drizzle.POSTGRES


def _depends_on_drizzle(root: Path, folder: str) -> bool:
    text = _text(root, _join(folder, "package.json"))
    return re.search(r'"drizzle-(orm|kit)"\s*:', text) is not None


# --- Alembic


def _alembic(root: Path, tree: _Tree) -> Iterator[Detected]:
    for folder, entry in tree.items():
        if "alembic.ini" in entry.files or "[tool.alembic" in _pyproject(root, folder, entry):
            found = alembic.detect(root, folder)
            if found is not None:
                yield found


def _pyproject(root: Path, folder: str, entry: _Folder) -> str:
    return _text(root, _join(folder, "pyproject.toml")) if "pyproject.toml" in entry.files else ""


# --- SQLx


def _sqlx(root: Path, tree: _Tree) -> Iterator[Detected]:
    crates = {}
    shared = dict[str, tuple[str, ...]]()  # features in [workspace.dependencies], by folder
    for folder, entry in tree.items():
        if "Cargo.toml" not in entry.files or "sqlx" not in _text(root, _join(folder, "Cargo.toml")):
            continue
        cargo = _toml(root, _join(folder, "Cargo.toml"))
        workspace = _sqlx_features(_table(cargo, "workspace"))
        if workspace is not None:
            shared[folder] = workspace[0]
        own = _sqlx_features(cargo)
        if workspace is not None or own is not None:
            crates[folder] = own or ((), False)
    seen = set[str]()
    for folder, (features, inherits) in crates.items():
        above = next((shared[each] for each in _up(folder) if each in shared), ())
        known = (*features, *above) if inherits or not features else features
        if _other_database(known):
            continue
        if not _POSTGRES & set(known) and _talks_to_another(root, tree, folder):
            continue  # its features come from another crate
        found = _sqlx_folder(root, tree, folder)
        if found is not None and _join(found.path, found.migrations or "") not in seen:
            seen.add(_join(found.path, found.migrations or ""))
            yield found


def _sqlx_features(cargo: Mapping[str, Any]) -> tuple[tuple[str, ...], bool] | None:
    """The features of the sqlx depended on, and whether the workspace adds its own; None: no sqlx."""
    places = [cargo, *_table(cargo, "target").values()]
    for place in places:
        for kind in ("dependencies", "build-dependencies", "dev-dependencies"):
            for name, spec in _table(place, kind).items():
                if isinstance(spec, str) and name == "sqlx":
                    return (), False
                if isinstance(spec, dict) and spec.get("package", name) == "sqlx":
                    features = spec.get("features")
                    names = tuple(map(str, features)) if isinstance(features, list) else ()
                    return names, spec.get("workspace") is True
    return None


def _other_database(features: Iterable[str]) -> bool:
    """Whether this sqlx is built for MySQL or SQLite and not for PostgreSQL."""
    named = {feature.removesuffix("-unbundled") for feature in features}
    return bool(named & {"mysql", "sqlite"}) and not named & _POSTGRES


_POSTGRES: Final = frozenset({"postgres", "any"})
_OTHERS_TYPES: Final = re.compile(r"\bsqlx::(?:sqlite|mysql)\b|\b(?:Sqlite|MySql)(?:Pool|Connect|Row|Query)")
_OWN_TYPES: Final = re.compile(r"\bsqlx::(?:postgres|any)\b|\b(?:Pg|Any)(?:Pool|Connect|Row)|\bPostgres\b")


def _talks_to_another(root: Path, tree: _Tree, crate: str) -> bool:
    """Whether the code of the crate names SQLx's types for SQLite or MySQL, and none for PostgreSQL."""
    texts = [text for _, text in _sources(root, tree, crate) if "sqlx" in text]
    return any(map(_OTHERS_TYPES.search, texts)) and not any(map(_OWN_TYPES.search, texts))


def _sqlx_folder(root: Path, tree: _Tree, crate: str) -> Detected | None:
    """The crate with its own migrations, with those its code names, or with those of a workspace above it."""
    for folder in _up(crate):
        entry = tree[folder]
        if folder != crate and "Cargo.toml" not in entry.files:
            continue
        has_config = sqlx.CONFIG in entry.files
        try:
            config = sqlx.read_config(root, _join(folder, sqlx.CONFIG)) if has_config else sqlx.Config()
        except OrmonyError:
            config = sqlx.Config()
        name = config.migrations_dir or sqlx.DEFAULT_FOLDER
        if _holds_sqlx(root, _join(folder, name)):
            return Detected(
                orm="sqlx",
                path=folder,
                config=sqlx.CONFIG if has_config else None,
                migrations=posixpath.normpath(name),
                name=None,
                reason=f"sqlx in {posixpath.relpath(_join(crate, 'Cargo.toml'), folder)}, "
                f"SQL files in {posixpath.normpath(name)}",
            )
        if folder == crate:
            for name in _named_in_code(root, tree, crate):
                if _holds_sqlx(root, _join(crate, name)):
                    return Detected(
                        orm="sqlx",
                        path=crate,
                        config=sqlx.CONFIG if has_config else None,
                        migrations=posixpath.normpath(name),
                        name=None,
                        reason=f'sqlx in Cargo.toml, migrate!("{name}") in its code',
                    )
    return None


def _holds_sqlx(root: Path, folder: str) -> bool:
    if _leads_out(folder):
        return False
    try:
        return any(sqlx.is_migration(entry.name) for entry in (root / folder).iterdir())
    except OSError:
        return False


def _named_in_code(root: Path, tree: _Tree, crate: str) -> Iterator[str]:
    """The folders that `migrate!` names in the crate, outside of tests."""
    for path, text in _sources(root, tree, crate):
        if "migrate!" in text and "tests" not in _parts(posixpath.relpath(path, crate)):
            # A file has its tests at its end.
            code = re.split(r"#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*\{", text)[0]
            yield from re.findall(r'\bmigrate!\s*\(\s*"([^"\\]+)"', code)


def _sources(root: Path, tree: _Tree, crate: str) -> Iterator[tuple[str, str]]:
    """The Rust files of a crate, without those of crates in it: path and text."""
    for folder, entry in tree.items():
        if folder != crate and not folder.startswith("" if crate == "." else f"{crate}/"):
            continue
        if folder != crate and "Cargo.toml" in entry.files:
            continue
        for name in sorted(entry.files):
            if name.endswith(".rs"):
                yield _join(folder, name), _text(root, _join(folder, name))


# --- SQLAlchemy and SQLModel without a migration tool


def _sqlalchemy(root: Path, tree: _Tree, found: Iterable[Detected]) -> Iterator[Detected]:
    """Python projects that declare tables and have no Alembic, neither in their own folder nor around it."""
    migrated = {each.path for each in found if each.orm == "alembic"}
    taken = list[str]()
    for folder, entry in tree.items():
        around = {*_up(folder)}
        if around & {*migrated, *taken} or any(folder in _up(path) for path in migrated):
            continue
        needs = _python_needs(root, folder, entry)
        library = next((n for n in ("sqlmodel", "sqlalchemy", "flask-sqlalchemy") if n in needs), None)
        if library is None or needs.keys() & {"alembic", "flask-migrate"}:
            continue
        model = _declares_tables(root, tree, folder)
        if model is not None:
            taken.append(folder)
            yield Detected(
                orm="sqlalchemy",
                path=folder,
                config=None,
                migrations=None,
                name=None,
                reason=f"{library} in {needs[library]}, a table in {posixpath.relpath(model, folder)}",
            )


def _python_needs(root: Path, folder: str, entry: _Folder) -> dict[str, str]:
    """What a Python project requires, in normal form, and the file that says so."""
    needs = dict[str, str]()
    if "pyproject.toml" in entry.files:
        project = _toml(root, _join(folder, "pyproject.toml"))
        lists = [_table(project, "project").get("dependencies")]
        lists += _table(project, "project", "optional-dependencies").values()
        lists += _table(project, "dependency-groups").values()
        poetry = _table(project, "tool", "poetry")
        lists += [list(_table(poetry, "dependencies")), list(_table(poetry, "dev-dependencies"))]
        lists += [list(_table(group, "dependencies")) for group in _table(poetry, "group").values()]
        for words in lists:
            for word in words if isinstance(words, list) else ():
                if isinstance(word, str):
                    needs[_requirement(word)] = "pyproject.toml"
    for name in sorted(entry.files):
        if re.fullmatch(r"requirements[\w.-]*\.(txt|in)|Pipfile", name):
            for line in _text(root, _join(folder, name)).splitlines():
                needs.setdefault(_requirement(line), name)
    return needs


def _requirement(line: str) -> str:
    """The project that a requirement names, in lower case with hyphens."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", line)
    return re.sub(r"[._-]+", "-", found[1]).lower() if found else ""


def _declares_tables(root: Path, tree: _Tree, project: str) -> str | None:
    """The first Python file of the project that declares a table."""
    for folder, entry in tree.items():
        if project != "." and folder != project and not folder.startswith(f"{project}/"):
            continue
        for name in sorted(entry.files):
            if name.endswith(".py"):
                text = _text(root, _join(folder, name))
                if ("sqlalchemy" in text or "sqlmodel" in text) and _TABLE.search(text):
                    return _join(folder, name)
    return None


_TABLE: Final = re.compile(
    r"^\s+__tablename__\s*[:=]|\btable\s*=\s*True\b|\bTable\(\s*[\"'][^\"']+[\"']\s*,\s*\w*meta",
    re.MULTILINE | re.I,
)


# --- Supabase


def _supabase(tree: _Tree) -> Iterator[Detected]:
    places = []
    for folder, entry in tree.items():
        if posixpath.basename(folder) != "supabase":
            continue
        config = next((name for name in supabase.CONFIG_NAMES if name in entry.files), None)
        migrations = _join(folder, "migrations")
        has_sql = migrations in tree and any(_SQL.fullmatch(name) for name in tree[migrations].files)
        # An empty folder is a project that begins; of others there are too many with that name.
        begins = folder == "supabase" and migrations in tree and not tree[migrations].files
        if config is not None or has_sql or begins:
            places.append((len(_parts(folder)), folder, config, has_sql))
    for _, folder, config, has_sql in sorted(places, key=lambda place: (not place[3], *place[:2])):
        said = [word for word in (config, "SQL files in migrations" if has_sql else None) if word]
        yield Detected(
            orm="supabase",
            path=".",
            config=_join(folder, config) if config else None,
            migrations=_join(folder, "migrations"),
            name=None,
            reason=f"{folder} with {' and '.join(said) or 'an empty folder of migrations'}",
        )


# --- names


def _named(root: Path, found: Iterable[Detected]) -> Iterator[Detected]:
    taken = set[str]()
    services = tuple(found)
    for each in services:
        # `src` says nothing: what is around it does.
        folder = next((part for part in _parts(each.path)[::-1] if part != "src"), root.resolve().name)
        name = _slug(folder).removesuffix("-service") or "service"
        siblings = [other for other in services if (other.path, other.orm) == (each.path, each.orm)]
        variant = drizzle_config.FILE_NAME.fullmatch(posixpath.basename(each.config or ""))
        if len(siblings) > 1 and variant is not None:
            name = _slug(f"{folder}{variant['before']}{variant['after']}")
        others = [_parts(other.path) for other in services if other is not each]
        same = [other for other in others if other[-1:] == _parts(each.path)[-1:]]
        above = _parts(each.path)[-2::-1]
        # The nearest folder above that tells it from those of its name.
        outer = [part for part in above if not any(part in other for other in same)][:1] or above[:1]
        wishes = [name, *(_slug(f"{part}-{name}") for part in outer), _slug(f"{name}-{each.orm}")]
        if each.path in {other.path for other in services if other is not each}:
            wishes = [name, wishes[-1]]
        wishes += [_slug(f"{name}-{number}") for number in range(2, len(services) + 2)]
        name = next(wish for wish in wishes if wish not in taken)
        taken.add(name)
        yield msgspec.structs.replace(each, name=name)


def _slug(text: str) -> str:
    """The text as a name of a service: `[a-z][a-z0-9_-]*`, at most 63 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    clean = re.sub(r"[^a-z0-9_-]+", "-", plain.lower()).strip("-_")
    if not clean[:1].isalpha():
        clean = f"service-{clean}".rstrip("-")
    return clean[:63].rstrip("-_")


# --- .kodo/config.json


class KodoWorkspace(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace of `.kodo/config.json`; `path` is POSIX, relative to the project.

    `orm` is ours (`drizzle`, `alembic`, `sqlx`, `sqlalchemy`, `supabase`), None for a workspace without
    tables. `lane` is the first and the last number that the service may use.
    """

    name: str
    path: str
    orm: str | None
    strategy: str | None
    lane: tuple[int, int] | None


class _Range(msgspec.Struct):
    start: int | str
    end: int | str


class _Strategy(msgspec.Struct, rename="camel"):
    type: str | None = None
    service_range: _Range | None = None


class _Orm(msgspec.Struct, rename="camel"):
    name: str | None = None
    migration_tool: str | None = None


class _Database(msgspec.Struct, rename="camel"):
    orm: _Orm | str | None = None
    migration_strategy: _Strategy | str | None = None
    service_range: _Range | None = None


class _Workspace(msgspec.Struct, rename="camel"):
    path: str | None = None
    database: _Database | None = None
    migration_strategy: _Strategy | str | None = None
    service_range: _Range | None = None


class _Stack(msgspec.Struct):
    workspaces: dict[str, msgspec.Raw] = {}


class _Kodo(msgspec.Struct):
    stack: _Stack = msgspec.field(default_factory=_Stack)


_ORMS: Final = ("drizzle", "sqlalchemy", "sqlmodel", "alembic", "sqlx", "supabase", "none")
_STRATEGIES: Final = ("hybrid", "supabase-only")


def kodo(root: Path) -> tuple[KodoWorkspace, ...] | None:
    """The workspaces of `.kodo/config.json` in the file's order; None where there is no such file.

    A workspace lies at its `path`, else at the first that exists of `services/NAME`, `apps/NAME`,
    `packages/NAME` and `NAME`. `migrationStrategy` and `serviceRange` are taken from `database`; the range
    also from `migrationStrategy`, and both from the workspace itself. A `supabase-only` workspace owns
    hand-written files, whatever its ORM. Raises `invalid-config`, with the key, for anything that is not
    understood.
    """
    if not (root / KODO).is_file():
        return None
    text = files.read_text(root, KODO)
    try:
        key = ""
        raw = msgspec.json.decode(text.removeprefix("\ufeff"), type=_Kodo)
        workspaces = {}
        for name, each in raw.stack.workspaces.items():
            key = f"stack.workspaces.{name}"
            workspaces[name] = msgspec.json.decode(each, type=_Workspace)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        path = f"{key}{where.strip('`')}".strip(".") or "the file"
        raise _kodo_error(path, what[:1].lower() + what[1:]) from None
    except msgspec.DecodeError as error:
        line, what = None, f"{str(error)[:1].lower()}{str(error)[1:]}"
        try:
            json.loads(text.removeprefix("\ufeff"))
        except json.JSONDecodeError as exact:
            line, what = exact.lineno, f"not JSON: {exact.msg[:1].lower()}{exact.msg[1:]}"
        except RecursionError:
            what = "the values are nested too deeply"
        raise OrmonyError(
            "invalid-config",
            what,
            place=f"{KODO}:{line}" if line else KODO,
            hint=f"git log -p -- {KODO}   # find where it was last right",
        ) from None
    return tuple(_workspace(root, name, each) for name, each in workspaces.items())


def _kodo_error(key: str, what: str, hint: str | None = None) -> OrmonyError:
    hint = hint or "correct the value, or describe the project in ormony.toml, which comes first"
    return OrmonyError("invalid-config", f"{key}: {what}", place=KODO, hint=hint)


def _workspace(root: Path, name: str, raw: _Workspace) -> KodoWorkspace:
    key = f"stack.workspaces.{name}"
    database = raw.database or _Database()
    strategy = database.migration_strategy or raw.migration_strategy
    if isinstance(strategy, str):
        strategy = _Strategy(type=strategy)
    kind = strategy.type if strategy else None
    if kind is not None and kind not in _STRATEGIES:
        raise _kodo_error(
            f"{key}.database.migrationStrategy.type",
            f'unknown strategy "{kind}"',
            f"the strategies are: {', '.join(_STRATEGIES)}",
        )
    numbers = database.service_range or (strategy and strategy.service_range) or raw.service_range
    path = _workspace_path(root, name, raw, key)
    orm = _workspace_orm(root, key, database, path, kind)
    if orm is not None and not (root / path).is_dir():
        raise _kodo_error(
            f"{key}.path",
            f'the folder of workspace "{name}" does not exist: {path}',
            f'"path": "…"   # in {KODO}, relative to the project',
        )
    return KodoWorkspace(
        name=name, path=path, orm=orm, strategy=kind, lane=_lane(key, numbers) if numbers else None
    )


def _workspace_path(root: Path, name: str, raw: _Workspace, key: str) -> str:
    guesses = [_join(folder, name) for folder in ("services", "apps", "packages", ".")]
    if raw.path is not None:
        path = posixpath.normpath(raw.path)
    else:
        path = next((each for each in guesses if (root / each).is_dir()), guesses[0])
    if _leads_out(path):
        raise _kodo_error(f"{key}.path", f'"{path}" lies outside the project')
    return path


def _workspace_orm(root: Path, key: str, database: _Database, path: str, strategy: str | None) -> str | None:
    given = database.orm if isinstance(database.orm, _Orm) else _Orm(name=database.orm)
    name = (given.name or "none").lower()
    if name == "prisma":
        raise _kodo_error(
            f"{key}.database.orm.name",
            "Prisma is not supported; ormony reads " + ", ".join(_ORMS[:-1]),
            'keep its SQL as hand-written files: "migrationStrategy": {"type": "supabase-only"}, "orm": null',
        )
    if name not in _ORMS:
        raise _kodo_error(
            f"{key}.database.orm.name", f'unknown orm "{given.name}"', f"the orms are: {', '.join(_ORMS)}"
        )
    if strategy == "supabase-only":
        return "supabase"
    if name == "none":
        return None
    if name in ("sqlalchemy", "sqlmodel"):
        tool = (given.migration_tool or "").lower()
        if tool not in ("", "none", "alembic"):
            raise _kodo_error(
                f"{key}.database.orm.migrationTool",
                f'unknown migration tool "{given.migration_tool}" for {name}',
                "the migration tools are: alembic, none",
            )
        return "alembic" if tool == "alembic" or (not tool and alembic.detect(root, path)) else "sqlalchemy"
    return name


def _lane(key: str, numbers: _Range) -> tuple[int, int]:
    lane = []
    for side, value in (("start", numbers.start), ("end", numbers.end)):
        if not re.fullmatch(r"[0-9]{1,9}", str(value)) or int(value) > 999:
            raise _kodo_error(
                f"{key}.database.serviceRange.{side}",
                f'"{value}" is not a number from 0 to 999',
                '"serviceRange": {"start": 100, "end": 199}',
            )
        lane.append(int(value))
    if lane[0] > lane[1]:
        raise _kodo_error(f"{key}.database.serviceRange", f"it ends ({lane[1]}) before it starts ({lane[0]})")
    return lane[0], lane[1]
