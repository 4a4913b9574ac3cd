"""Alembic projects: what they are, their history, and the SQL of each revision.

`detect` and `read` are static: Python's `ast`, `configparser` and `tomllib`, no interpreter of the service,
no database. `sql` runs the service's own interpreter (`probe_alembic.py`) behind walls that let it reach a
shadow at most. This module never connects: who calls `sql` gives it the address of a shadow.
"""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import os
import re
import shlex
import tempfile
import tomllib
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ormony import files, history
from ormony.adapters import subprocesses
from ormony.adapters.detected import Detected
from ormony.errors import TOOL_MISSING, OrmonyError
from ormony.history import AlembicStamp, History, Ledger, Notice, Part, Revision, Service

PROBE: Final = Path(__file__).with_name("probe_alembic.py")
_FIELDS: Final = ("revision", "down_revision", "branch_labels", "depends_on")
_REVISION_FILE: Final = re.compile(r"(?!\.#|__init__).*\.py")
_LEGACY_NAME: Final = re.compile(r"([a-f0-9]+)\.py")
_FORBIDDEN_IN_ID: Final = frozenset("@-+:")
_LEDGER_OPTIONS: Final = ("version_table", "version_table_schema", "version_table_pk")
_WIDTH: Final = 32  # of alembic_version.version_num


# Configuration ----------------------------------------------------------------------------------------------


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The `[alembic]` section and `[tool.alembic]`, read as Alembic reads them: the ini file wins."""

    folder: str  # the service's, POSIX, relative to the project
    ini: str | None  # files, relative to the project
    toml: str | None
    section: dict[str, str]
    table: dict[str, Any]
    given: str | None = None  # the script folder where neither file names it, relative to the service's

    @property
    def place(self) -> str:
        return self.ini or self.toml or self.folder

    def text(self, name: str) -> str | None:
        """A string option; None where neither file has it."""
        if name in self.section:
            return self.section[name]
        value = self.table.get(name, self.given if name == "script_location" else None)
        return value if isinstance(value, str) else None

    @property
    def named(self) -> bool:
        """Whether one of the files names the script folder."""
        return "script_location" in self.section or isinstance(self.table.get("script_location"), str)

    def flag(self, name: str) -> bool:
        return self.section[name] == "true" if name in self.section else self.table.get(name) is True


def detect(root: Path, folder: str) -> Detected | None:
    """The Alembic project whose configuration lies in `root/folder`, or None. Reads two files at most."""
    try:
        settings = _settings(root, folder, None)
    except OrmonyError:
        # `init` must get past a broken file; `read` will name what is wrong with it.
        ini = root / folder / "alembic.ini"
        if not ini.is_file():
            return None
        return Detected(
            orm="alembic", path=folder, config=None, migrations=None, name=None, reason="alembic.ini"
        )
    if settings is None:
        return None
    if not settings.named:
        return _detect_by_env(root, folder)
    location = _script_folder(root, settings)
    migrations = None
    if location is not None:
        base = (root / folder).resolve()
        migrations = location.relative_to(base).as_posix() if location.is_relative_to(base) else None
    name = _project_name(root / folder / "pyproject.toml")
    where = "alembic.ini" if "script_location" in settings.section else "[tool.alembic] in pyproject.toml"
    config = "alembic.ini" if settings.ini else "pyproject.toml"
    return Detected(orm="alembic", path=folder, config=config, migrations=migrations, name=name, reason=where)


def _detect_by_env(root: Path, folder: str) -> Detected | None:
    """An alembic.ini that names no script folder, and lies in it: who calls Alembic names it.

    Flask-Migrate does so. Its command is called in the folder above.
    """
    if not (root / folder / "env.py").is_file() or not (root / folder / "alembic.ini").is_file():
        return None
    above, _, name = ("", "", ".") if folder == "." else folder.rpartition("/")
    return Detected(
        orm="alembic",
        path=above or ".",
        config=_joined(name, "alembic.ini"),
        migrations=name,
        name=_project_name(root / above / "pyproject.toml"),
        reason=f"{name}/alembic.ini beside env.py" if name != "." else "alembic.ini beside env.py",
    )


def _project_name(path: Path) -> str | None:
    try:
        name = tomllib.loads(path.read_text("utf-8")).get("project", {}).get("name")
    except (OSError, ValueError, AttributeError):
        return None
    return name if isinstance(name, str) else None


def _settings(root: Path, folder: str, config: str | None, migrations: str | None = None) -> _Settings | None:
    """What configures Alembic in `folder`; None where nothing does.

    `config`, and `migrations` for a configuration that names no script folder, are relative to the folder.
    """
    ini_path = toml_path = None
    if config is not None:
        if config.endswith(".toml"):
            toml_path = _joined(folder, config)
        else:
            ini_path = _joined(folder, config)
        if not (root / _joined(folder, config)).is_file():
            raise OrmonyError(
                "missing-config",
                f'the configuration file "{config}" of this service does not exist',
                place=_joined(folder, config),
                hint="correct `config` of the service in ormony.toml",
            )
    if ini_path is None and config is None and (root / _joined(folder, "alembic.ini")).is_file():
        ini_path = _joined(folder, "alembic.ini")
    if toml_path is None and (root / _joined(folder, "pyproject.toml")).is_file():
        toml_path = _joined(folder, "pyproject.toml")
    table: dict[str, Any] = {}
    if toml_path is not None:
        table = _toml_table(root, toml_path, needed=ini_path is None)
        if not table:
            toml_path = None
    section = _ini_section(root, ini_path) if ini_path is not None else {}
    if ini_path is None and not table:
        return None
    if migrations is None and ini_path is not None and (root / ini_path).with_name("env.py").is_file():
        migrations = os.path.relpath((root / ini_path).parent, root / folder)
    return _Settings(
        folder=folder, ini=ini_path, toml=toml_path, section=section, table=table, given=migrations
    )


def _joined(folder: str, path: str) -> str:
    return os.path.normpath(path if folder == "." else f"{folder}/{path}").replace(os.sep, "/")


def _ini_section(root: Path, path: str) -> dict[str, str]:
    here = str((root / path).resolve().parent)
    parser = configparser.ConfigParser({"here": here.replace("%", "%%")})
    try:
        parser.read_string(files.read_text(root, path), source=path)
        section = dict(parser.items("alembic")) if parser.has_section("alembic") else {}
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(None, "")])[0][0]
        raise OrmonyError(
            "invalid-config",
            " ".join(str(error).split()).lower(),
            place=f"{path}:{line}" if line else path,
            hint="write a literal % as %% in an ini file" if "%" in str(error) else None,
        ) from None
    return section


def _toml_table(root: Path, path: str, *, needed: bool) -> dict[str, Any]:
    here = str((root / path).resolve().parent)
    try:
        table = tomllib.loads(files.read_text(root, path)).get("tool", {}).get("alembic", {})
    except tomllib.TOMLDecodeError as error:
        if not needed:  # another tool's file, as far as we are concerned
            return {}
        line = re.search(r"at line (\d+)", str(error))
        place = f"{path}:{line[1]}" if line else path
        raise OrmonyError("invalid-config", str(error).lower(), place=place) from None
    return {key: _with_here(value, here) for key, value in table.items()} if isinstance(table, dict) else {}


def _with_here(value: object, here: str) -> object:
    if isinstance(value, str):
        return value.replace("%(here)s", here).replace("%%", "%")
    if isinstance(value, list):
        return [_with_here(each, here) for each in value]
    return value


def _require(root: Path, service: Service) -> _Settings:
    settings = _settings(root, service.path, service.config, service.migrations)
    if settings is None or settings.text("script_location") is None:
        place = settings.place if settings else service.path
        raise OrmonyError(
            "missing-config",
            f'service "{service.name}" has no Alembic configuration with a script_location',
            place=place,
            hint=f"cd {shlex.quote(service.path)} && alembic init alembic"
            if settings is None
            else f'[services.{service.name}] migrations = "…"   # the folder of env.py',
        )
    if settings.text("databases") is not None:
        raise OrmonyError(
            "several-databases",
            f'service "{service.name}" migrates several databases from one history (the multidb template)',
            place=settings.place,
            hint="give each database an Alembic folder and a [services] entry of its own",
        )
    return settings


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service's Alembic lives: the folder in which it is called, its files (absolute), and env.py.

    `script` is the folder of env.py where its configuration does not name it. With `flask` env.py works in
    the context of a Flask application: Flask-Migrate's.
    """

    folder: Path
    ini: Path | None
    toml: Path
    env: Path | None
    python_path: tuple[str, ...]  # `prepend_sys_path`, relative to the folder or absolute
    script: Path | None
    flask: bool

    def job(self) -> dict[str, Any]:
        """What a probe has to know of it."""
        return {
            "folder": str(self.folder),
            "ini": str(self.ini) if self.ini is not None else None,
            "toml": str(self.toml),
            "script": str(self.script) if self.script is not None else None,
            "flask": self.flask,
        }


def place_of(root: Path, service: Service) -> Place:
    """Where Alembic is configured for this service. Raises `missing-config`, `invalid-config`,
    `several-databases`.
    """
    return _place_of(root, _require(root, service))


def _place_of(root: Path, settings: _Settings) -> Place:
    config = settings.ini or settings.toml
    assert config is not None
    script = _script_folder(root, settings)
    env = script / "env.py" if script is not None else None
    flask = env is not None and _works_in_flask(env)
    # Alembic's relative paths are relative to where it is called: the folder of its configuration.
    folder = (root.resolve() / config).parent
    if flask or not settings.named:
        folder = Path(os.path.normpath(root.resolve() / settings.folder))
    return Place(
        folder=folder,
        ini=root.resolve() / settings.ini if settings.ini else None,
        toml=folder / "pyproject.toml",
        env=env,
        python_path=tuple(_python_path(settings)),
        script=None if settings.named else script,
        flask=flask,
    )


def _works_in_flask(env: Path) -> bool:
    """Whether this env.py takes the current application of Flask, as that of Flask-Migrate does."""
    try:
        tree = ast.parse(env.read_bytes())
    except (OSError, SyntaxError, ValueError):  # `read` says what is wrong with it
        return False
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "flask"
        and any(each.name == "current_app" for each in node.names)
        for node in ast.walk(tree)
    )


def _script_folder(root: Path, settings: _Settings) -> Path | None:
    """The folder of env.py; None when it cannot be told without running Python."""
    location = settings.text("script_location")
    return None if location is None else _resource(root, settings, location)


def _resource(root: Path, settings: _Settings, location: str) -> Path | None:
    """The real place of a path, or of `package:path`, which Alembic takes from the installed package."""
    base = (root / settings.folder).resolve()
    package, colon, rest = location.partition(":")
    if not colon or Path(location).is_absolute():
        return (base / location).resolve()
    for start in [base, *(base / each for each in _python_path(settings)), base / "src"]:
        candidate = start.joinpath(*package.split("."), rest)
        if candidate.exists():
            return candidate.resolve()
    return None


def _python_path(settings: _Settings) -> list[str]:
    text = settings.section.get("prepend_sys_path")
    if text is None:
        value = settings.table.get("prepend_sys_path", [])
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
    return _split(settings, text, legacy=r", *|(?: +)|:", names=("path_separator",))


def _split(settings: _Settings, text: str, *, legacy: str, names: tuple[str, ...]) -> list[str]:
    separator = next((settings.section[name] for name in names if name in settings.section), None)
    if separator is None:
        return [each for each in re.split(legacy, text.strip()) if each]
    characters = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}
    if separator not in characters:
        raise OrmonyError(
            "invalid-config",
            f'"{separator}" is not a path separator that Alembic knows',
            place=settings.place,
            hint="use one of: space, newline, os, : or ;",
        )
    return [each.strip() for each in text.split(characters[separator]) if each.strip()]


def _version_folders(root: Path, settings: _Settings, script: Path) -> list[Path]:
    text = settings.section.get("version_locations")
    if text:
        names = ("path_separator", "version_path_separator")
        locations = _split(settings, text, legacy=r"[,\s]\s*", names=names)
    else:
        value = settings.table.get("version_locations") or []
        locations = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
    if not locations:
        return [script / "versions"]
    found = []
    for location in locations:
        place = _resource(root, settings, location)
        if place is None:
            raise OrmonyError(
                "no-migrations-folder", f'version location "{location}" does not exist', place=settings.place
            )
        found.append(place)
    return found


# History ----------------------------------------------------------------------------------------------------


class _Script(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a revision file as it is written, before names are resolved to ids."""

    id: str
    path: str
    native: str
    down: tuple[str, ...]
    depends: tuple[str, ...]
    labels: tuple[str, ...]
    label: str
    lines: dict[str, int]


def read(root: Path, service: Service) -> History:
    """The history of an Alembic service in the order of `alembic upgrade heads`; starts no process.

    Raises `missing-config`, `invalid-config`, `no-migrations-folder`, `several-databases`, `broken-revision`,
    `duplicate-revision`, `unknown-revision`, `revision-cycle`, `sourceless-revision`, `path-outside-project`.
    """
    settings = _require(root, service)
    script = _script_folder(root, settings)
    if script is None or not script.is_dir():
        raise OrmonyError(
            "no-migrations-folder",
            f'the script_location "{settings.text("script_location")}" does not exist',
            place=settings.place,
            hint=f"cd {shlex.quote(service.path)} && alembic init alembic",
        )
    notices: list[Notice] = []
    scripts = []
    for path in _revision_files(root, settings, script):
        parsed = _parse(root, path, notices)
        if parsed is not None:
            scripts.append(parsed)
    revisions = _resolve(scripts)
    notices += [
        Notice(
            code="long-revision-id",
            message=f'revision id "{each.id}" does not fit alembic_version, which holds {_WIDTH} characters',
            place=each.path,
            hint="ALTER TABLE alembic_version ALTER COLUMN version_num TYPE varchar(255)",
        )
        for each in revisions
        if len(each.id) > _WIDTH
    ]
    ledger = _ledger(root, service, settings, script, notices)
    # `in_order` raises for unknown parents and cycles; Alembic's own order of branches differs from its.
    history.in_order(revisions, settings.place)
    return History(
        service=service.name, ledger=ledger, revisions=_upgrade_order(revisions), notices=tuple(notices)
    )


def _revision_files(root: Path, settings: _Settings, script: Path) -> Iterator[str]:
    """Paths of the candidate files, relative to the project, in the order in which Alembic loads them."""
    seen: set[Path] = set()
    base = root.resolve()
    recursive = settings.flag("recursive_version_locations")
    for folder in _version_folders(root, settings, script):
        if not folder.is_dir():
            continue  # Alembic takes a missing folder for an empty one: `versions` before the first revision
        for path in _walk(folder, recursive):
            real = path.resolve()
            if real in seen:
                continue
            seen.add(real)
            if not real.is_relative_to(base):
                raise OrmonyError(
                    "path-outside-project",
                    f'revision file "{path.name}" lies outside the project, in {folder}',
                    place=settings.place,
                )
            relative = real.relative_to(base).as_posix()
            if path.suffix == ".pyc":
                if settings.flag("sourceless") and not _has_source(real):
                    raise OrmonyError(
                        "sourceless-revision",
                        "this revision is there as compiled Python only, so it cannot be reviewed",
                        place=relative,
                        hint="commit the .py file and remove `sourceless = true`",
                    )
                continue
            yield relative


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        if here.endswith("__pycache__"):
            continue
        for name in sorted(names):
            if _REVISION_FILE.fullmatch(name) or name.endswith(".pyc"):
                yield Path(here, name)
        cached = Path(here, "__pycache__")
        if cached.is_dir():
            yield from sorted(cached.glob("*.pyc"))
        if not recursive:
            return
        folders.sort()


def _has_source(path: Path) -> bool:
    folder = path.parent.parent if path.parent.name == "__pycache__" else path.parent
    return path.name.startswith("__init__.") or (folder / f"{path.name.split('.')[0]}.py").exists()


def _parse(root: Path, path: str, notices: list[Notice]) -> _Script | None:
    data = files.read_bytes(root, path)
    try:
        tree = ast.parse(data, path)
    except (SyntaxError, ValueError) as error:  # ValueError: a NUL byte, in Pythons before 3.12
        line = getattr(error, "lineno", None)
        message = getattr(error, "msg", None) or str(error)
        place = f"{path}:{line}" if line else path
        raise OrmonyError("broken-revision", f"not Python: {message.lower()}", place=place) from None
    assigned = _assignments(tree)
    name = path.rpartition("/")[2]
    legacy = _LEGACY_NAME.fullmatch(name)
    if "revision" not in assigned and not (legacy and "down_revision" in assigned):
        notices.append(
            Notice(
                code="stray-migration",
                message="not a revision: it has no `revision`; Alembic refuses such a file beside revisions",
                place=path,
                hint=f"git mv {shlex.quote(path)} to a folder that is no version location",
            )
        )
        return None
    if "down_revision" not in assigned:
        raise OrmonyError("broken-revision", "the revision has no `down_revision`", place=path)
    values = {key: _identifiers(key, assigned, path) for key in _FIELDS if key in assigned}
    ids = values.get("revision", ())
    if not ids and legacy and "revision" not in assigned:
        ids = (legacy[1],)
    line = assigned["revision"].lineno if "revision" in assigned else 1
    if len(ids) != 1 or not ids[0]:
        raise OrmonyError("broken-revision", "`revision` is not one id", place=f"{path}:{line}")
    wrong = sorted(_FORBIDDEN_IN_ID & set(ids[0]))
    if wrong:
        text = " ".join(wrong)
        raise OrmonyError(
            "broken-revision", f'revision id "{ids[0]}" has {text} in it', place=f"{path}:{line}"
        )
    return _Script(
        id=ids[0],
        path=path,
        native=files.sha256(data),
        down=values.get("down_revision", ()),
        depends=values.get("depends_on", ()),
        labels=values.get("branch_labels", ()),
        label=_label(ast.get_docstring(tree), name, ids[0]),
        lines={key: node.lineno for key, node in assigned.items()},
    )


def _assignments(tree: ast.Module) -> dict[str, ast.expr]:
    """The last top-level value of each name, annotated or not; names of constants are followed."""
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = _followed(value, found)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = _followed(value, found)
    return found


def _followed(value: ast.expr, known: Mapping[str, ast.expr]) -> ast.expr:
    return known.get(value.id, value) if isinstance(value, ast.Name) else value


def _identifiers(key: str, assigned: Mapping[str, ast.expr], path: str) -> tuple[str, ...]:
    node = assigned[key]
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        value = node
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple | list | set) and all(isinstance(each, str) for each in value):
        return tuple(sorted(value)) if isinstance(value, set) else tuple(dict.fromkeys(value))
    raise OrmonyError(
        "broken-revision",
        f"`{key}` is computed, or no string: {ast.unparse(node)[:80]}",
        place=f"{path}:{node.lineno}",
        hint=f'write it as a literal: {key} = "3f2a"' + ("" if key == "revision" else ", or None"),
    )


def _label(docstring: str | None, name: str, identifier: str) -> str:
    """A short slug: of the message, else of the file name without its id and numbers."""
    message = (docstring or "").strip().split("\n", 1)[0]
    if not message or re.match(
        r"(?:revision id|revises|create date)\s*:|empty message$", message, re.IGNORECASE
    ):
        message = name.removesuffix(".py").replace(identifier, "")
        message = re.sub(r"^[\d_\-\s.]+", "", message)
    slug = "_".join(re.findall(r"\w+", message)).lower().strip("_")
    if len(slug) > 40:
        slug = slug[:41].rpartition("_")[0] or slug[:40]
    return slug or re.sub(r"^\d+_(?=.)", "", identifier)


def _resolve(scripts: Sequence[_Script]) -> tuple[Revision, ...]:
    """Revisions with ids for branch labels, as loaded. Raises `duplicate-revision`, `unknown-revision`."""
    by_id: dict[str, _Script] = {}
    for script in scripts:
        if script.id in by_id:
            raise OrmonyError(
                "duplicate-revision",
                f'revision "{script.id}" is there twice: also in {by_id[script.id].path}',
                place=f"{script.path}:{script.lines.get('revision', 1)}",
                hint="alembic revision -m … makes a new id; correct the children that follow this one",
            )
        by_id[script.id] = script
    labels: dict[str, str] = {}
    for script in scripts:
        for label in script.labels:
            if label in labels or label in by_id:
                other = by_id[labels.get(label, label)].path
                raise OrmonyError(
                    "duplicate-revision",
                    f'branch label "{label}" is already used in {other}',
                    place=f"{script.path}:{script.lines['branch_labels']}",
                )
            labels[label] = script.id
    revisions = []
    for script in scripts:
        for key, wanted in (("down_revision", script.down), ("depends_on", script.depends)):
            for each in wanted:
                if each not in by_id and not (key == "depends_on" and each in labels):
                    raise _unknown(script, key, each, by_id)
        revisions.append(
            Revision(
                id=script.id,
                path=script.path,
                native=script.native,
                stamp=AlembicStamp(script.id),
                parents=script.down,
                depends_on=tuple(dict.fromkeys(labels.get(each, each) for each in script.depends)),
                label=script.label,
            )
        )
    return tuple(revisions)


def _unknown(script: _Script, key: str, wanted: str, known: Mapping[str, _Script]) -> OrmonyError:
    # Alembic takes a part of an id on its command line only; in a file it fails with a KeyError.
    close = [each for each in known if len(wanted) > 3 and each.startswith(wanted)]
    hint = "restore the missing file, or correct the id"
    if len(close) == 1:
        hint = f'write the id in full: {key} = "{close[0]}"'
    return OrmonyError(
        "unknown-revision",
        f'revision "{script.id}" follows "{wanted}", which does not exist',
        place=f"{script.path}:{script.lines.get(key, 1)}",
        hint=hint,
    )


def _upgrade_order(revisions: tuple[Revision, ...]) -> tuple[Revision, ...]:
    """The order of `alembic upgrade heads` on an empty database.

    Alembic walks down from all real heads, in load order, and reverses the walk. It stays on one line as long
    as no other open line still leads to the revision it stands on, and then goes on with the line before.
    """
    by_id = {each.id: each for each in revisions}
    position = {each.id: index for index, each in enumerate(revisions)}
    needs = {each.id: _needs_of(each, by_id) for each in revisions}
    reaches: dict[str, int] = {}  # a bit per revision: sets would grow with the square of a long history
    for each in history.in_order(revisions):
        mine = 1 << position[each.id]
        for needed in needs[each.id]:
            mine |= reaches[needed]
        reaches[each.id] = mine
    followed = {needed for each in revisions for needed in (*each.parents, *each.depends_on)}
    tips = sorted((each.id for each in revisions if each.id not in followed), key=position.__getitem__)
    left = set(by_id)
    walked: list[str] = []
    current = 0
    while tips:
        tip = tips[current]
        other = next(
            (i for i, line in enumerate(tips) if i != current and reaches[line] >> position[tip] & 1), None
        )
        if other is not None:
            current = other
            continue
        if tip in left:
            walked.append(tip)
            left.discard(tip)
        onward = [each for each in needs[tip] if each in left and each not in tips]
        if onward:
            tips[current] = onward[0]
            tips.extend(onward[1:])
        else:
            del tips[current]
            current = max(current - 1, 0)
    return tuple(by_id[each] for each in reversed(walked))


def _needs_of(revision: Revision, by_id: Mapping[str, Revision]) -> tuple[str, ...]:
    """Parents, and the dependencies that no ancestor by parentage already has."""
    inherited: set[str] = set()
    if revision.depends_on:
        waiting, seen = list(revision.parents), set()
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                inherited |= set(by_id[each].depends_on)
                waiting.extend(by_id[each].parents)
    own = [each for each in revision.depends_on if each not in inherited]
    return tuple(dict.fromkeys([*revision.parents, *own]))


# Ledger -----------------------------------------------------------------------------------------------------


def _ledger(root: Path, service: Service, settings: _Settings, script: Path, notices: list[Notice]) -> Ledger:
    """The version table: as configured for the service, else as env.py says in `context.configure(...)`."""
    env = script / "env.py"
    base = root.resolve()
    place = env.relative_to(base).as_posix() if env.is_relative_to(base) else str(env)
    found: dict[str, object] = {}
    if not env.is_file():
        raise OrmonyError(
            "broken-env",
            "Alembic's env.py does not exist",
            place=place,
            hint=f"cd {shlex.quote(service.path)} && alembic init alembic",
        )
    try:
        tree = ast.parse(env.read_bytes(), str(env))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise OrmonyError(
            "broken-env", f"not Python: {error}".lower(), place=f"{place}:{line}" if line else place
        ) from None
    unclear: list[tuple[str, ast.expr]] = []
    for name, node in _configure_keywords(tree):
        known, value = _constant(node, tree, settings)
        if not known:
            unclear.append((name, node))
        else:
            found[name] = value
    if service.ledger is not None:
        schema, _, name = service.ledger.rpartition(".")
        return Ledger(
            kind="alembic",
            schema=schema or None,
            table=name,
            primary_key=found.get("version_table_pk") is not False,
        )
    for name, node in unclear:
        if name not in found:
            notices.append(
                Notice(
                    code="ledger-not-literal",
                    message=f"env.py computes {name}: {ast.unparse(node)[:80]}; its default is assumed",
                    place=f"{place}:{node.lineno}",
                    hint=f'[services.{service.name}] ledger = "schema.table"',
                )
            )
    table, schema_value = found.get("version_table"), found.get("version_table_schema")
    return Ledger(
        kind="alembic",
        schema=schema_value if isinstance(schema_value, str) and schema_value else None,
        table=table if isinstance(table, str) and table else "alembic_version",
        primary_key=found.get("version_table_pk") is not False,
    )


def _configure_keywords(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr != "configure":
            continue
        for keyword in node.keywords:
            if keyword.arg in _LEDGER_OPTIONS:
                yield keyword.arg, keyword.value
            elif keyword.arg is None:
                yield from _mapping_items(keyword.value, tree)


def _mapping_items(node: ast.expr, tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The ledger options of `**{...}`, `**dict(...)` or `**NAME` with NAME such a constant of the module."""
    if isinstance(node, ast.Name):
        node = _assignments(tree).get(node.id, node)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in _LEDGER_OPTIONS:
                yield str(key.value), value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        for keyword in node.keywords:
            if keyword.arg in _LEDGER_OPTIONS:
                yield keyword.arg, keyword.value


def _constant(node: ast.expr, tree: ast.Module, settings: _Settings) -> tuple[bool, object]:
    """Whether the value is known without running env.py, and the value."""
    if isinstance(node, ast.Name):
        node = _assignments(tree).get(node.id, node)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"get_main_option", "get_alembic_option"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ):
        value = settings.text(str(node.args[0].value))
        if value is not None or len(node.args) < 2:
            return True, value
        node = node.args[1]
    try:
        return True, ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False, None


# Interpreter ------------------------------------------------------------------------------------------------


def interpreter(root: Path, service: Service, outer: Mapping[str, str] | None = None) -> Path:
    """The Python of this service: as configured, else the virtual environment that belongs to its folder.

    Looked for in the service's folder and its parents up to the project (`.venv`, `venv`), then in the
    environment (`UV_PROJECT_ENVIRONMENT`, `VIRTUAL_ENV`). Raises `interpreter-missing` (exit 4) with the
    command that makes it.
    """
    outer = os.environ if outer is None else outer
    base, folder = root.resolve(), (root / service.path).resolve()
    if service.python is not None:
        # Not resolved: a virtual environment's python is a link, and finds its packages by its own place.
        configured = folder / service.python
        if configured.is_file():
            return configured
        raise OrmonyError(
            "interpreter-missing",
            f'the interpreter "{service.python}" of service "{service.name}" does not exist',
            place=service.path,
            hint=_making_venv(root, service, folder),
            exit_status=TOOL_MISSING,
        )
    chain = [folder, *folder.parents]
    chain = chain[: chain.index(base) + 1] if base in chain else [folder]
    candidates = [each / name for each in chain for name in (".venv", "venv")]
    candidates += [folder / outer[key] for key in ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV") if outer.get(key)]
    for candidate in candidates:
        python = candidate / "bin" / "python"
        if python.is_file():
            return python
    raise OrmonyError(
        "interpreter-missing",
        f'service "{service.name}" has no Python environment',
        place=service.path,
        hint=_making_venv(root, service, folder),
        exit_status=TOOL_MISSING,
    )


def _making_venv(root: Path, service: Service, folder: Path) -> str:
    path = shlex.quote(service.path)
    upwards = [folder, *folder.parents]
    upwards = upwards[: upwards.index(root.resolve()) + 1] if root.resolve() in upwards else [folder]
    if any((each / "uv.lock").is_file() for each in upwards):
        return f"uv sync --project {path}"
    if (folder / "poetry.lock").is_file():
        return f"cd {path} && POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install"
    venv = ".venv" if service.path == "." else f"{path}/.venv"
    requirements = sorted(each.name for each in folder.glob("requirements*.txt"))
    if requirements:
        best = "requirements.txt" if "requirements.txt" in requirements else requirements[0]
        what = "-r " + (best if service.path == "." else f"{path}/{best}")
    elif (folder / "pyproject.toml").is_file():
        what = f"-e {path}"
    else:
        what = "alembic psycopg2-binary"
    return f"python3 -m venv {venv} && {venv}/bin/pip install {what}"


# SQL --------------------------------------------------------------------------------------------------------


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """The SQL of revisions by id. A revision that does nothing has no parts.

    `loaded` are the files of the project that were run for it (env.py, models, revisions), relative to the
    project and sorted: with `versions` (python, alembic, sqlalchemy) they are what the SQL depends on. `wall`
    says what the kernel kept from the probe, besides its own guards: `network sockets:<how many hidden>`, or
    nothing.
    """

    parts: dict[str, tuple[Part, ...]]
    notices: tuple[Notice, ...] = ()
    loaded: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    wall: str = ""


def sql(
    root: Path,
    service: Service,
    history: History,
    wanted: Sequence[str],
    *,
    shadow: Callable[[tuple[str, ...]], str] | None,
    timeout_s: float | None = None,
) -> Generated:
    """The SQL of the `wanted` revisions, made by the service's own Alembic in its own interpreter.

    First without any database. Revisions that cannot do without one are run against a shadow while their SQL
    is recorded, in one go: `shadow` is called once with ids in order of application, from the first such
    revision to the last, the wanted ones between them included, and returns the URL of a throw-away database
    in which all that precedes them has been applied and none of them. `timeout_s` is wall-clock time for each
    of the two runs, by default the service's own.

    Raises `interpreter-missing` and `tool-missing` (exit 4), `probe-failed`, `probe-timeout`,
    `probe-connected-elsewhere`, `needs-shadow`, `unrecordable-revision`, `several-databases`,
    `not-postgresql`.
    """
    known = {each.id: each for each in history.revisions}
    missing = next((each for each in wanted if each not in known), None)
    if missing is not None:
        raise OrmonyError(
            "unknown-revision", f'service "{service.name}" has no revision "{missing}"', place=service.path
        )
    ids = tuple(each.id for each in history.revisions if each.id in set(wanted))
    if not ids:
        return Generated(parts={})
    files_of_revisions = frozenset(each.path for each in history.revisions)
    limit = service.timeout_s if timeout_s is None else timeout_s
    probe = _Probe(root, service, interpreter(root, service), limit, files_of_revisions)
    # From the first revision on: whether `create_table` creates an enum type too depends on those before.
    order = [each.id for each in history.revisions]
    offline = probe.run(order[: order.index(ids[-1]) + 1], ids, None)
    steps = {each: step for each, step in offline["steps"].items() if each in set(ids)}
    whole = offline["env_needs"]
    if whole is None and offline["runs"] == 0:
        whole = {"reason": "env.py runs no migrations offline", "place": None}
    needing = [each for each in ids if whole or steps[each]["needs"]]
    notices = _general_notices(probe, history, service, offline)
    parts = {each: _parts(steps[each], recorded=False) for each in ids if each not in needing}
    online: dict[str, Any] = {"steps": {}, "loaded": []}
    if needing:
        if shadow is None:
            first = whole or steps[needing[0]]["needs"]
            raise OrmonyError(
                "needs-shadow",
                f'revision "{needing[0]}" has no SQL without a database: {_line(first["reason"])}',
                place=probe.place(first["place"]) or known[needing[0]].path,
                hint="ormony db up",
            )
        block = ids[ids.index(needing[0]) : ids.index(needing[-1]) + 1]
        online = probe.run(block, block, shadow(block))
        if online["runs"] == 0:
            raise OrmonyError(
                "probe-failed",
                "env.py ran no migrations, neither offline nor online",
                place=probe.env_place(),
                hint=probe.by_hand(),
            )
        for each in needing:
            step = online["steps"][each]
            parts[each] = _parts(step, recorded=True)
            reason = steps[each]["needs"] if each in steps and steps[each]["needs"] else whole
            notices += _recording_notices(probe, known[each], step, reason)
    return Generated(
        parts={each: _on_ledger(parts[each], history, service) for each in ids},
        notices=tuple(notices),
        loaded=tuple(sorted({probe.relative(each) for each in (*offline["loaded"], *online["loaded"])})),
        versions=offline["versions"],
        wall=offline["wall"],
    )


def _on_ledger(parts: tuple[Part, ...], known: History, service: Service) -> tuple[Part, ...]:
    """The parts, the first after the ledger's own CREATE TABLE if one of them works on that."""
    whole = "\n".join(each.sql for each in parts)
    if history.with_ledger(whole, known.ledger, service.search_path) == whole:
        return parts
    made = history.with_ledger(whole, known.ledger, service.search_path).removesuffix(whole)
    first = parts[0]
    if not first.transaction:
        return (Part(made), *parts)
    return (msgspec.structs.replace(first, sql=made + first.sql), *parts[1:])


def _parts(step: Mapping[str, Any], *, recorded: bool) -> tuple[Part, ...]:
    """Statements gathered into pieces that run as a whole: cut where the revision itself commits."""
    parts: list[Part] = []
    gathered: list[str] = []
    inside = gathered_inside = True

    def close() -> None:
        if gathered:
            parts.append(Part("\n\n".join(gathered) + "\n", transaction=gathered_inside, recorded=recorded))
            gathered.clear()

    for kind, text, transaction in step["entries"]:
        match kind:
            case "autocommit":
                inside = False
            case "begin":
                inside = True
            case "commit" if inside and gathered_inside:
                close()
            case "sql":
                if gathered_inside != (inside and transaction):
                    close()
                    gathered_inside = inside and transaction
                gathered.append(text)
    close()
    return tuple(parts)


def _general_notices(
    probe: _Probe, known: History, service: Service, result: Mapping[str, Any]
) -> list[Notice]:
    notices = []
    ledger = result.get("ledger")
    mine = known.ledger
    if (
        ledger
        and mine
        and service.ledger is None
        and (ledger["table"], ledger["schema"]) != (mine.table, mine.schema)
    ):
        name = ".".join(filter(None, (ledger["schema"], ledger["table"])))
        notices.append(
            Notice(
                code="ledger-differs",
                message=f'env.py keeps its versions in "{name}", which its text does not tell',
                place=probe.env_place(),
                hint=f'[services.{service.name}] ledger = "{name}"',
            )
        )
    if result.get("on_version_apply") is not None:
        notices.append(
            Notice(
                code="callback-left-out",
                message="what `on_version_apply` of env.py does is not part of the SQL",
                place=probe.place(result["on_version_apply"] or None) or probe.env_place(),
            )
        )
    for violation in result["violations"]:
        notices.append(
            Notice(
                code="connection-refused",
                message=f"{violation['what']} was asked for and refused; the run went on without it",
                place=probe.place(violation["place"]),
            )
        )
    return notices


def _recording_notices(
    probe: _Probe, revision: Revision, step: Mapping[str, Any], reason: Mapping[str, Any]
) -> list[Notice]:
    place = probe.place(reason["place"]) or revision.path
    notices = [
        Notice(
            code="recorded-against-shadow",
            message=f'the SQL of revision "{revision.id}" was recorded against a shadow, '
            f"since offline {_line(reason['reason'])}",
            place=place,
        )
    ]
    if step["reads"]:
        notices.append(
            Notice(
                code="recorded-depends-on-data",
                message=f'revision "{revision.id}" reads {", ".join(step["reads"])}: what it does depends '
                "on rows that the shadow does not have",
                place=place,
                hint="write the change as SQL that reads by itself, e.g. UPDATE … FROM or INSERT … SELECT",
            )
        )
    if step["returning"]:
        notices.append(
            Notice(
                code="recorded-depends-on-data",
                message=f'revision "{revision.id}" uses values that INSERT … RETURNING gave it: they are '
                "those of the shadow",
                place=place,
                hint="give the rows their keys in the migration, or write it as one statement WITH … INSERT",
            )
        )
    return notices


class _Probe:
    """The two runs of one service's Alembic: the same folder, interpreter, environment and time limit."""

    def __init__(
        self, root: Path, service: Service, python: Path, timeout_s: float, revision_files: frozenset[str]
    ) -> None:
        self.root = root.resolve()
        self.service = service
        self.python = python
        self.timeout_s = timeout_s
        self.revision_files = revision_files
        self.settings = _require(root, service)
        self.at = _place_of(root, self.settings)
        self.folder = self.at.folder

    def run(self, ids: Sequence[str], wanted: Sequence[str], shadow: str | None) -> dict[str, Any]:
        """The result of one run of `ids`, of which the `wanted` count; raises the error that ended it."""
        with tempfile.TemporaryDirectory(prefix="ormony-probe-") as scratch:
            result = Path(scratch, "result.json")
            job = Path(scratch, "job.json")
            job.write_text(
                json.dumps(
                    {
                        "online": shadow is not None,
                        "root": str(self.root),
                        **self.at.job(),
                        "ids": list(ids),
                        "wanted": list(wanted),
                        "result": str(result),
                        "placeholder": subprocesses.PLACEHOLDER_HOST,
                        "shadow": _address(shadow) if shadow else None,
                    }
                ),
                "utf-8",
            )
            environment = subprocesses.environment(
                self.root,
                self.folder.relative_to(self.root).as_posix(),
                extra={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
            )
            outcome = subprocesses.run(
                [str(self.python), str(PROBE), str(job)],
                cwd=self.folder,
                environment=environment,
                timeout_s=self.timeout_s,
            )
            if not result.is_file():
                raise self._without_result(outcome)
            found: dict[str, Any] = json.loads(result.read_text("utf-8", "surrogateescape"))
        self._check(found)
        return found

    def _without_result(self, outcome: subprocesses.Outcome) -> OrmonyError:
        if outcome.status is None:
            return OrmonyError(
                "probe-timeout",
                f'the migrations of service "{self.service.name}" did not end within {self.timeout_s:g} s',
                place=self.env_place(),
                hint=f"{self.by_hand()}   # or, in ormony.toml: [services.{self.service.name}] timeout = "
                f"{self.timeout_s * 10:g}",
            )
        how = f"exit status {outcome.status}" if outcome.status >= 0 else f"signal {-outcome.status}"
        lines = [line for line in outcome.stderr.splitlines() if line.strip()]
        last = f": {_line(lines[-1])}" if lines else ""
        return OrmonyError(
            "probe-failed",
            f'the migrations of service "{self.service.name}" ended Python itself ({how}){last}',
            place=self.env_place(),
            hint=self.by_hand(),
        )

    def _check(self, found: Mapping[str, Any]) -> None:
        error = found["error"]
        # A driver or a program: what came of it may depend on that database, so also where the user's code
        # caught the refusal. Another socket (telemetry, a license server) matters where the run failed.
        violation = next((each for each in found["violations"] if each["kind"] != "socket"), None)
        if violation is None and found["violations"]:
            failed = error or any(step["needs"] for step in found["steps"].values())
            violation = found["violations"][0] if failed else None
        if violation is not None:
            where = self.place(violation["place"])
            raise OrmonyError(
                "probe-connected-elsewhere",
                f"{violation['what']} is used while the migrations are turned into SQL; it was not reached",
                place=where or self.env_place(),
                hint="take the connection that Alembic gives: op.get_bind() in a revision, "
                "connectable.connect() in env.py; open no other at import",
            )
        if error is None:
            return
        message, place = _line(error["message"]), self.place(error["place"]) or self.env_place()
        match error["kind"]:
            case "missing-module":
                raise self._missing_module(error, place)
            case "too-old":
                pip = shlex.quote(self._shown(self.python.with_name("pip")))
                raise OrmonyError(
                    "tool-missing",
                    f'{message}; service "{self.service.name}" needs a newer one',
                    hint=f"{pip} install --upgrade {'alembic' if 'Alembic' in message else 'sqlalchemy'}",
                    exit_status=TOOL_MISSING,
                )
            case "several-databases":
                raise OrmonyError(
                    "several-databases",
                    f"{message}, so a revision has more than one SQL",
                    place=place,
                    hint="give each database or schema an Alembic folder and a [services] entry of its own",
                )
            case "not-postgresql":
                raise OrmonyError(
                    "not-postgresql",
                    message,
                    place=place,
                    hint="put a DATABASE_URL with a postgresql:// address into .env.example",
                )
            case "no-app":
                raise OrmonyError("probe-failed", message, place=self.env_place(), hint=self._flask_hint())
            case "unrecordable":
                raise OrmonyError(
                    "unrecordable-revision",
                    message,
                    place=place,
                    hint="use op.execute() or op.get_bind().execute() with plain values",
                )
            case _:
                raise OrmonyError("probe-failed", message, place=place, hint=self._cure(error))

    def _missing_module(self, error: Mapping[str, Any], place: str | None) -> OrmonyError:
        module = str(error["module"] or "").split(".")[0]
        pip = shlex.quote(self._shown(self.python.with_name("pip")))
        own = (self.folder / module).exists() or (self.folder / f"{module}.py").exists()
        if own and module != "alembic":
            # The service's own package: `python -m alembic` finds it in the current folder, `alembic` not.
            installable = _project_name(self.folder / "pyproject.toml") is not None
            return OrmonyError(
                "probe-failed",
                _line(error["message"]),
                place=place,
                hint=f"{pip} install -e {shlex.quote(self._shown(self.folder))}"
                if installable
                else f"echo prepend_sys_path = .   # under [alembic] in {self.settings.place}",
            )
        package = {"psycopg2": "psycopg2-binary", "psycopg": "'psycopg[binary]'"}.get(module, module)
        return OrmonyError(
            "tool-missing",
            f'the Python environment of service "{self.service.name}" has no module "{error["module"]}"',
            place=place if error["place"] else None,
            hint=f"{pip} install {package}",
            exit_status=TOOL_MISSING,
        )

    def _cure(self, error: Mapping[str, Any]) -> str:
        text, place = str(error["message"]), self.place(error["place"])
        named = re.search(r"NameError: name '(\w+)' is not defined", text)
        if named and place and place.partition(":")[0] in self.revision_files:
            template = (_script_folder(self.root, self.settings) or self.folder) / "script.py.mako"
            shown = self._shown(template)
            return f'add "import {named[1]}" to {place.partition(":")[0]} and to {shown}'
        if missing := missing_settings(error):
            return supplying(missing, self._shown(self.folder / ".env.example"))
        if "ValidationError" in text:
            return f"put the missing settings into {self._shown(self.folder / '.env.example')}"
        return self.by_hand()

    def _flask_hint(self) -> str:
        """How to name the application: the first module of the folder that seems to make one, if any."""
        found = "MODULE"
        for each in [*sorted(self.folder.glob("*.py")), *sorted(self.folder.glob("*/__init__.py"))]:
            with contextlib.suppress(OSError):
                if re.search(r"\bFlask\(|\bdef (?:create|make)_app\(", each.read_text("utf-8", "replace")):
                    found = each.parent.name if each.stem == "__init__" else each.stem
                    break
        return f"echo FLASK_APP={found} >> {shlex.quote(self._shown(self.folder / '.flaskenv'))}"

    def by_hand(self) -> str:
        """The command that runs the same by Alembic itself, to see what it says."""
        tool = self.python.with_name("flask" if self.at.flask else "alembic")
        shown = from_folder(self.root, self.folder, tool)
        here = self.folder.relative_to(self.root).as_posix()
        step = "" if here == "." else f"cd {shlex.quote(here)} && "
        return f"{step}{shlex.quote(shown)} {'db ' if self.at.flask else ''}upgrade heads --sql"

    def env_place(self) -> str | None:
        script = _script_folder(self.root, self.settings)
        return None if script is None else self._shown(script / "env.py")

    def place(self, place: Mapping[str, Any] | None) -> str | None:
        if not place or not place.get("file"):
            return None
        shown = self.relative(place["file"])
        return f"{shown}:{place['line']}" if place.get("line") else shown

    def relative(self, path: str) -> str:
        return self._shown(Path(path))

    def _shown(self, path: Path) -> str:
        # Not resolved: a virtual environment's python is a link to somewhere else.
        full = self.root / os.path.normpath(path)
        return full.relative_to(self.root).as_posix() if full.is_relative_to(self.root) else str(full)


def from_folder(root: Path, folder: Path, tool: Path) -> str:
    """The tool as it is called in a folder of the project; in full where it lies outside of that."""
    # Not resolved: a virtual environment's python is a link to somewhere else.
    return os.path.relpath(tool, folder) if tool.is_relative_to(root.resolve()) else str(tool)


_MISSING_SETTING: Final = re.compile(
    r"(\w+)\s+[Ff]ield required"  # pydantic
    r"|Config '(\w+)' is missing"  # starlette
    r"|(\w+) not found\. Declare it as envvar"  # decouple
    r'|Environment variable "(\w+)" not set'  # environs
)


def missing_settings(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The environment variables that the service's code found missing, as far as its error names them."""
    key = error.get("key")
    if isinstance(key, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", key):
        return (key,)
    found = _MISSING_SETTING.finditer(str(error["message"]))
    return tuple(dict.fromkeys(next(filter(None, each.groups())) for each in found))


def supplying(names: Sequence[str], file: str) -> str:
    """The command that gives these variables to a probe: any value will do."""
    return f"printf '%s=x\\n' {' '.join(names)} >> {shlex.quote(file)}   # no secrets"


def _address(url: str) -> dict[str, Any]:
    """Host (a folder for a unix socket), port, user, password and database name of a libpq URL."""
    parts = urllib.parse.urlsplit(url)
    query = {key: values[-1] for key, values in urllib.parse.parse_qs(parts.query).items()}
    user = urllib.parse.unquote(parts.username or "") or query.get("user") or "postgres"
    password = urllib.parse.unquote(parts.password or "") or query.get("password")
    return {
        "host": query.get("host") or urllib.parse.unquote(parts.hostname or "") or "/var/run/postgresql",
        "port": int(query.get("port") or parts.port or 5432),
        "user": user,
        "password": password,
        "dbname": urllib.parse.unquote(parts.path.lstrip("/")) or query.get("dbname") or user,
    }


def _line(text: str) -> str:
    """One line, with no password in it, short enough for a terminal."""
    flat = re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", " ".join(str(text).split()))
    return flat if len(flat) <= 300 else flat[:297] + "…"
