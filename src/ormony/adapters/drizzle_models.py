"""The DDL of a Drizzle service's schema, written by the service's own drizzle-kit.

0.x: `generate` into a temporary folder, through a temporary configuration that takes over the service's own:
its `export` leaves `casing` out, and ends with status 0 when it fails. 1.0: `export --output json`. Node runs
behind the wall of the other probes, with no database in its environment, and reaches nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import posixpath
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ormony import files
from ormony.adapters import drizzle, drizzle_config, exported, subprocesses
from ormony.adapters.exported import Exported
from ormony.errors import TOOL_MISSING, OrmonyError
from ormony.history import Notice, Service

_GUARD: Final = Path(__file__).with_name("probe_drizzle.cjs")
_WALL: Final = Path(__file__).with_name("probe_wall.py")
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_OLDEST: Final = (0, 21)
"""The first kit whose `generate` takes a dialect from its configuration."""


class _Kit(msgspec.Struct, frozen=True):
    """An installed drizzle-kit: its program, its version, that of drizzle-orm beside it, and node."""

    program: Path
    version: str
    orm: str
    node: Path

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(int(each) for each in re.findall(r"\d+", self.version)[:2])


def export(root: Path, service: Service) -> Exported:
    """The DDL of the schema that `models` of ormony.toml names, else the service's drizzle.config.

    Raises `missing-config`, `not-postgresql`, `models-not-found`, `tool-missing` (exit 4), `export-failed`,
    `export-timeout`, `probe-connected-elsewhere`.
    """
    schema = [service.models] if service.models is not None else None
    return _export(root, service, _paths(root, service, "models", schema) if schema is not None else None)


def casing(root: Path, service: Service) -> str | None:
    """How the service's drizzle.config spells columns that have no name of their own; None: as their keys.

    Raises `missing-config`, and `invalid-config` for what is no JavaScript.
    """
    found = drizzle_config.read(root, _config(root, service)).casing
    return found.values[0] if found is not None and found.values else None


def export_mirrors(root: Path, service: Service) -> Exported:
    """The DDL of `mirror_models`, files relative to the service that drizzle-kit itself is not told of.

    Raises as `export`, and `models-not-found` for a pattern without a file.
    """
    return _export(root, service, _paths(root, service, "mirror_models", service.mirror_models))


def migrations(root: Path, service: Service) -> str | None:
    """The folder of the service's migrations, relative to the project; None where only node could tell.

    Raises `missing-config`, `not-postgresql`.
    """
    if service.migrations is not None:
        return posixpath.normpath(posixpath.join(service.path, service.migrations))
    config = drizzle_config.read(root, _config(root, service))
    return drizzle.migrations_folder(root, service.path, config)


def number(root: Path, service: Service) -> tuple[int, ...]:
    """Major and minor version of the service's drizzle-kit. Raises `tool-missing` (exit 4)."""
    return _kit(root, service).number


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What one run of drizzle-kit left: its exit status, what it printed without colors, and its version.

    `command` is what does the same without ormony.
    """

    status: int | None
    stdout: str
    stderr: str
    version: str
    command: str


def run(root: Path, service: Service, command: str, out: Path, *options: str) -> Ran:
    """Run a command of the service's drizzle-kit with its own configuration, but with `out` as its folder.

    Nothing can be connected to. Raises `missing-config`, `not-postgresql`, `tool-missing` (exit 4),
    `export-timeout`.
    """
    root = root.resolve()
    folder = root / service.path
    config = _config(root, service)
    kit = _kit(root, service)
    with tempfile.TemporaryDirectory(prefix="ormony-drizzle-") as name:
        started = _Run(root, service, kit, folder, Path(name).resolve())
        outcome = started.start_with(config, out, None, command, *options)
    return Ran(
        status=outcome.status,
        stdout=_ESCAPES.sub("", outcome.stdout),
        stderr=_ESCAPES.sub("", outcome.stderr),
        version=kit.version,
        command=started.by_hand(command),
    )


def _paths(root: Path, service: Service, key: str, patterns: Sequence[str]) -> list[str]:
    """The files, absolute, that a setting names by paths or globs relative to the service."""
    found = []
    for pattern in patterns:
        try:
            paths = sorted((root / service.path).glob(pattern))
        except (NotImplementedError, ValueError):  # an absolute path, or an empty one
            paths = []
        if not paths:
            raise OrmonyError(
                "models-not-found",
                f'`{key}` of service "{service.name}" names no file: {pattern}',
                place=service.path,
                hint=f'in ormony.toml, under [services.{service.name}]: {key} = "src/db/schema.ts"',
            )
        found += [files.inside(root, os.path.relpath(path, root)) for path in paths]
    return [str(each) for each in found]


def made_of(root: Path, service: Service) -> str:
    """A hash of what the export is made by, without starting it. Raises `tool-missing` (exit 4)."""
    kit = _kit(root, service)
    about = kit.node.stat()
    parts = [
        "drizzle", str(kit.program), kit.version, kit.orm, f"{kit.node} {about.st_size} {about.st_mtime_ns}",
        _GUARD.read_text("utf-8"), Path(__file__).read_text("utf-8"), repr(service),
    ]  # fmt: skip
    return exported.digest(parts, _environment(root, service))


def _environment(root: Path, service: Service, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    found = subprocesses.environment(root, service.path, extra=extra)
    found.pop("NODE_OPTIONS", None)
    return found


# What drizzle-kit pull writes of a bigint's bounds is no number of JavaScript's, and comes back rounded.
_ROUNDED: Final = re.compile(r"(\bMAXVALUE )(9223372036854)776000\b")
_ROUNDED_BELOW: Final = re.compile(r"(\bMINVALUE )(-9223372036854)776000\b")


def _export(root: Path, service: Service, schema: Sequence[str] | None) -> Exported:
    root = root.resolve()
    folder = root / service.path
    config = _config(root, service)
    kit = _kit(root, service)
    with tempfile.TemporaryDirectory(prefix="ormony-drizzle-") as name:
        scratch = Path(name).resolve()
        run = _Run(root, service, kit, folder, scratch)
        found = run.export_1(config, schema) if kit.number >= (1, 0) else run.generate_0(config, schema)
        read = run.read()
    loaded = tuple(sorted(_relative(root, each) for each in read["files"]))
    listed = [_relative(root, each) for each in read["folders"]]
    return Exported(
        sql=_ROUNDED.sub(r"\g<1>\g<2>775807", _ROUNDED_BELOW.sub(r"\g<1>\g<2>775808", found)),
        files=loaded,
        folders=exported.folders_of(loaded, listed),
        versions={"drizzle-kit": kit.version, "drizzle-orm": kit.orm},
        notices=tuple(
            Notice(
                code="connection-refused",
                message=f"{each['what']} was asked for and refused; the export went on without it",
                place=run.place(each["place"]),
            )
            for each in read["violations"]
        ),
    )


def _relative(root: Path, path: str) -> str:
    full = Path(path)
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else path


def _config(root: Path, service: Service) -> str:
    """The configuration, relative to the project. Raises `missing-config`, `not-postgresql`."""
    if service.config is not None:
        path = posixpath.normpath(f"{service.path}/{service.config}")
        files.inside(root, path)
    else:
        names = drizzle.find_configs(root, service.path)
        if not names:
            raise OrmonyError(
                "missing-config",
                f'service "{service.name}" has no drizzle.config file in {service.path}, '
                "which would name its models",
                place=service.path,
                hint=f'in ormony.toml, under [services.{service.name}]: config = "PATH of the config"',
            )
        path = posixpath.normpath(f"{service.path}/{names[0]}")
    said = drizzle.foreign_dialect(drizzle_config.read(root, path))
    if said is not None:
        raise OrmonyError(
            "not-postgresql",
            f'service "{service.name}" is for "{said.value}", not for PostgreSQL',
            place=f"{path}:{said.line}",
            hint=f'in ormony.toml, under [services.{service.name}]: config = "PATH of its config for '
            'PostgreSQL"',
        )
    return path


def _kit(root: Path, service: Service) -> _Kit:
    """The drizzle-kit that the service would run: its own, else that of the nearest folder above it."""
    chain = _upwards(root, root / service.path)
    package = next((path for each in chain if (path := each / "node_modules" / "drizzle-kit").is_dir()), None)
    about = _package(package) if package is not None else {}
    program = about.get("bin")
    program = program.get("drizzle-kit") if isinstance(program, dict) else program
    if package is None or not isinstance(program, str) or not (package / program).is_file():
        raise OrmonyError(
            "tool-missing",
            f'drizzle-kit, which writes the DDL of the models of service "{service.name}", is not installed',
            place=service.path,
            hint=_installing(chain, service),
            exit_status=TOOL_MISSING,
        )
    orm = next((path for each in chain if (path := each / "node_modules" / "drizzle-orm").is_dir()), None)
    kit = _Kit(
        program=package / program,
        version=str(about.get("version", "")),
        orm=str(_package(orm).get("version", "")) if orm is not None else "",
        node=_node(service),
    )
    if kit.number < _OLDEST:
        raise OrmonyError(
            "tool-missing",
            f'drizzle-kit {kit.version} of service "{service.name}" is too old to write the DDL of models',
            place=service.path,
            hint=f"npm --prefix {shlex.quote(service.path)} install --save-dev drizzle-kit@latest",
            exit_status=TOOL_MISSING,
        )
    return kit


def _upwards(root: Path, place: Path) -> list[Path]:
    """The folder and those above it, up to the project."""
    base, folder = root.resolve(), place.resolve()
    chain = [folder, *folder.parents]
    return chain[: chain.index(base) + 1] if base in chain else [folder]


def _package(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "package.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _node(service: Service) -> Path:
    found = shutil.which("node")
    if found is None:
        raise OrmonyError(
            "tool-missing",
            f'node, which runs the drizzle-kit of service "{service.name}", is not in PATH',
            place=service.path,
            hint="install Node.js 20 or later: https://nodejs.org/en/download",
            exit_status=TOOL_MISSING,
        )
    return Path(found).resolve()


def _installing(chain: Sequence[Path], service: Service, package: str = "drizzle-kit") -> str:
    """The command that installs what package.json asks for, or that adds the package to it."""
    tools = {
        "pnpm-lock.yaml": ("pnpm --dir {} install", "pnpm --dir {} add"),
        "yarn.lock": ("yarn --cwd {} install", "yarn --cwd {} add"),
        "bun.lock": ("cd {} && bun install", "cd {} && bun add"),
        "bun.lockb": ("cd {} && bun install", "cd {} && bun add"),
        "package-lock.json": ("npm --prefix {} install", "npm --prefix {} install"),
    }
    locks = [folder / name for folder in chain for name in tools if (folder / name).is_file()]
    install, add = tools[locks[0].name if locks else "package-lock.json"]
    # What another package of the workspace asks for is in the lock, and in none of these package.json.
    asked = any(_locks(lock, package) for lock in locks) or any(
        package in table
        for folder in chain
        for key in ("dependencies", "devDependencies")
        if isinstance(table := _package(folder).get(key), dict)
    )
    command = (install if asked else add).format(shlex.quote(service.path))
    if service.path == ".":
        command = re.sub(r" --(?:dir|cwd|prefix) \.|^cd \. && ", "", command)
    return command if asked else f"{command} {'-D ' if package == 'drizzle-kit' else ''}{package}"


def _locks(lock: Path, package: str) -> bool:
    """Whether the lock file names the package."""
    try:
        text = lock.read_text("utf-8", "replace")
    except OSError:
        return False
    return re.search(rf"(?<![\w@/.-]){re.escape(package)}['\"]?[@:,]", text) is not None


class _Run:
    """One run of drizzle-kit in a scratch folder."""

    def __init__(self, root: Path, service: Service, kit: _Kit, folder: Path, scratch: Path) -> None:
        self.root, self.service, self.kit, self.folder, self.scratch = root, service, kit, folder, scratch

    def start_with(
        self, config: str, out: Path, schema: Sequence[str] | None, command: str, *options: str
    ) -> subprocesses.Outcome:
        """Run a command with the service's configuration, but with this `out`, and this schema if any."""
        own = self.scratch / "ormony.config.ts"
        changed = f", schema: {json.dumps(schema)}" if schema is not None else ""
        # Drizzle puts `./` before `out`, also where it is absolute.
        relative = os.path.relpath(out, self.folder)
        own.write_text(
            f"import * as found from {json.dumps(str(self.root / config))};\n"
            "let config: any = found;\n"
            'while (config && config.default && !("dialect" in config)) config = config.default;\n'
            f"export default {{ ...config, out: {json.dumps(relative)}{changed} }};\n",
            "utf-8",
        )
        return self._start(command, "--config", str(own), *options)

    def generate_0(self, config: str, schema: Sequence[str] | None) -> str:
        outcome = self.start_with(config, self.scratch / "out", schema, "generate")
        written = sorted((self.scratch / "out").rglob("*.sql"))
        if written:
            return "\n".join(each.read_text("utf-8") for each in written)
        if outcome.status == 0 and "No schema changes" in outcome.stdout:
            return ""  # a schema without a table
        raise self._failed(outcome, "export", config)

    def export_1(self, config: str, schema: Sequence[str] | None) -> str:
        path = self.root / config
        if schema is not None:
            path = self.scratch / "ormony.config.ts"
            text = json.dumps({"dialect": "postgresql", "schema": list(schema)})
            path.write_text(f"export default {text};\n", "utf-8")
        outcome = self._start("export", "--config", str(path), "--output", "json")
        # What the schema itself prints stands before it, on lines of its own or not.
        for line in reversed(outcome.stdout.splitlines()):
            at = line.rfind('{"status"')
            try:
                found = json.loads(line[at:]) if at >= 0 else None
            except ValueError:
                continue
            if isinstance(found, dict) and isinstance(found.get("statements"), list):
                return "\n".join(str(each) for each in found["statements"]) + "\n"
        raise self._failed(outcome, "export", config)

    def _start(self, *words: str) -> subprocesses.Outcome:
        probe = {
            "root": str(self.root),
            "result": str(self.scratch / "read.json"),
            "own": str(self.scratch),
            "modules": str(self.scratch / "modules") if self.kit.number >= (1, 0) else "",
        }
        environment = _environment(
            self.root,
            self.service,
            {"ORMONY_PROBE": json.dumps(probe), "NO_COLOR": "1", "TZ": "UTC", "CI": "1"},
        )
        program = [str(self.kit.node), "--require", str(_GUARD), str(self.kit.program), *words]
        outcome = subprocesses.run(
            [sys.executable, "-I", str(_WALL), str(self.root), *program],
            cwd=self.folder,
            environment=environment,
            timeout_s=self.service.timeout_s,
            keep_bytes=64 * 1024 * 1024,
        )
        if outcome.status is None:
            raise OrmonyError(
                "export-timeout",
                f'drizzle-kit did not write the DDL of service "{self.service.name}" within '
                f"{self.service.timeout_s:g} s",
                place=self.service.path,
                hint=f"{self.by_hand('export')}   # or, in ormony.toml: [services.{self.service.name}] "
                f"timeout = {self.service.timeout_s * 10:g}",
            )
        return outcome

    def read(self) -> dict[str, Any]:
        try:
            found = json.loads((self.scratch / "read.json").read_text("utf-8"))
        except (OSError, ValueError):  # ended by a signal, or by the user's code past all handlers
            found = {}
        return {"files": [], "folders": [], "violations": [], **found}

    def _failed(self, outcome: subprocesses.Outcome, command: str, config: str) -> OrmonyError:
        read = self.read()
        for each in read["violations"]:
            return OrmonyError(
                "probe-connected-elsewhere",
                f"{each['what']} is used while drizzle-kit loads the models; it was not reached",
                place=self.place(each["place"]) or config,
                hint="connect where the application starts, not where its models are imported",
            )
        said = [
            line.strip()
            for line in _ESCAPES.sub("", f"{outcome.stdout}\n{outcome.stderr}").splitlines()
            if line.strip()
            and not line.startswith(("Reading config file", "(Use `node --trace", "Node.js v"))
        ]
        missing = re.search(r"Cannot find (?:module|package) '((?:@[\w.-]+/)?[\w-][\w.-]*)", "\n".join(said))
        if missing is not None:
            return OrmonyError(
                "tool-missing",
                f'the models of service "{self.service.name}" need the package "{missing[1]}", which is not '
                "installed",
                place=self._place_said(said) or config,
                hint=_installing(_upwards(self.root, self.folder), self.service, missing[1]),
                exit_status=TOOL_MISSING,
            )
        if any("schema: undefined" in line for line in said) or (
            self.kit.number >= (1, 0) and any("'schema'" in line for line in said)
        ):
            return OrmonyError(
                "models-not-found",
                f'the Drizzle config of service "{self.service.name}" names no schema',
                place=config,
                hint=f'in ormony.toml, under [services.{self.service.name}]: models = "src/db/schema.ts"',
            )
        how = "" if outcome.status in (0, 1) else f" (exit status {outcome.status})"
        return OrmonyError(
            "export-failed",
            f'drizzle-kit cannot write the DDL of the models of service "{self.service.name}"{how}'
            f"{': ' if said else ''}{_telling(said)}",
            place=self._place_said(said) or config,
            hint=self.by_hand(command),
        )

    def _place_said(self, said: Sequence[str]) -> str | None:
        """The first line of the project that the output of node names."""
        for line in said:
            for match in re.finditer(r"(?:file://)?(/[^\s():]+):(\d+)", line):
                path = Path(match[1])
                if path.is_relative_to(self.root) and "node_modules" not in path.parts:
                    return f"{_relative(self.root, match[1])}:{match[2]}"
        return None

    def place(self, place: Mapping[str, Any] | None) -> str | None:
        return f"{_relative(self.root, place['file'])}:{place['line']}" if place else None

    def by_hand(self, command: str) -> str:
        """The command line that does the same without ormony."""
        here = self.service.path
        step = "" if here == "." else f"cd {shlex.quote(here)} && "
        config = f" --config {shlex.quote(self.service.config)}" if self.service.config else ""
        return f"{step}npx drizzle-kit {command}{config}"


def _telling(said: Sequence[str]) -> str:
    """The line that says what is wrong, else the last ones."""
    for line in said:
        if line.startswith('{"status":"error"'):  # 1.0
            with contextlib.suppress(ValueError, KeyError, TypeError):
                return str(json.loads(line)["error"]["message"])[:300]
        if re.match(r"(?:\[.*\] )?(?:Uncaught )?\w*(?:Error|error)\b.*: ", line):
            return line[:300]
    return " / ".join(said[-3:])[:300]
