"""The DDL of a service's SQLAlchemy or SQLModel metadata, written by the service's own SQLAlchemy.

The metadata is what `models` of ormony.toml names (`app.models:Base.metadata`), else what env.py gives to
Alembic. `probe_sqlalchemy.py` runs in the service's interpreter, behind the walls of the other probes;
nothing is connected to, and no migration runs.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ormony.adapters import alembic, exported, subprocesses
from ormony.adapters.exported import Exported
from ormony.errors import TOOL_MISSING, OrmonyError
from ormony.history import Notice, Service

_PROBE: Final = Path(__file__).with_name("probe_sqlalchemy.py")
_MODELS: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
_EXTRA: Final = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}


def export(root: Path, service: Service) -> Exported:
    """The DDL of the service's metadata, for PostgreSQL.

    Raises `interpreter-missing` and `tool-missing` (exit 4), `models-not-found`, `missing-config`,
    `invalid-config`, `several-databases`, `export-failed`, `export-timeout`, `probe-connected-elsewhere`.
    """
    root = root.resolve()
    run = _Run(root, service)
    found = run.run()
    loaded = tuple(sorted({_relative(root, each) for each in found["loaded"]}))
    listed = [_relative(root, each) for each in found["folders"]]
    notices = [
        Notice(
            code="connection-refused",
            message=f"{each['what']} was asked for and refused; the export went on without it",
            place=run.place(each["place"]),
        )
        for each in found["violations"]
    ]
    if not found["tables"]:
        notices.append(
            Notice(
                code="models-empty",
                message=f'the metadata of service "{service.name}" has no table',
                place=run.shown_env(),
                hint="import the modules of the models where the metadata is named",
            )
        )
    return Exported(
        sql="".join(f"{each}\n\n" for each in found["statements"]),
        files=loaded,
        folders=exported.folders_of(loaded, listed),
        versions=found["versions"],
        excluded=tuple(sorted((schema, table) for schema, table in found["excluded"])),
        ignored=tuple(sorted((schema, table, name) for schema, table, name in found["ignored"])),
        filled=tuple(sorted((schema, table, column) for schema, table, column in found["filled"])),
        modules=tuple(sorted((schema, table, file, name) for schema, table, file, name in found["modules"])),
        notices=tuple(notices),
        unread=tuple(run.unread(each) for each in found["unread"]),
    )


def made_of(root: Path, service: Service) -> str:
    """A hash of what the export is made by, without starting it. Raises `interpreter-missing` (exit 4)."""
    python = alembic.interpreter(root, service)
    about = python.stat()
    packages = sorted(
        entry.name
        for place in python.parent.parent.glob("lib/python*/site-packages")
        for entry in place.iterdir()
        if entry.name.endswith((".dist-info", ".egg-info", ".pth"))
    )
    scripts = [_PROBE, _PROBE.with_name("probe_alembic.py"), Path(__file__)]
    parts = [
        "sqlalchemy", f"{python} {about.st_size} {about.st_mtime_ns}", *packages,
        *(each.read_text("utf-8") for each in scripts), repr(service),
    ]  # fmt: skip
    return exported.digest(parts, _environment(root, service))


def _environment(root: Path, service: Service) -> dict[str, str]:
    return subprocesses.environment(root, service.path, extra=_EXTRA)


def _relative(root: Path, path: str) -> str:
    # Not resolved: a virtual environment's python is a link to somewhere else.
    full = root / os.path.normpath(path)
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else str(full)


class _Run:
    """One run of the probe: where the service's models are, and what its errors are called."""

    def __init__(self, root: Path, service: Service) -> None:
        self.root, self.service = root, service
        self.alembic: alembic.Place | None = None
        self.folder = root / service.path
        paths = [self.folder]
        if service.models is not None and not all(
            _MODELS.fullmatch(each.strip()) for each in service.models.split(",")
        ):
            raise self._not_found(f'"{service.models}" names no module and attribute')
        if service.orm == "alembic":
            self.alembic = alembic.place_of(root, service)
            self.folder = self.alembic.folder
            paths += [self.folder / each for each in self.alembic.python_path]
        elif service.models is None:
            raise self._not_found(
                f'ormony.toml does not say where the models of service "{service.name}" are'
            )
        if (self.folder / "src").is_dir():
            paths.append(self.folder / "src")
        # env.py finds its modules as Alembic lets it; a configured module as `python -m` would.
        self.python_path = [str(each) for each in paths] if service.models is not None else []
        self.python = alembic.interpreter(root, service)

    def run(self) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="ormony-probe-") as scratch:
            result = Path(scratch, "result.json")
            job = Path(scratch, "job.json")
            place = self.alembic
            job.write_text(
                json.dumps(
                    {
                        "root": str(self.root),
                        "folder": str(self.folder),
                        "ini": None,
                        "toml": None,
                        **(place.job() if place is not None else {}),
                        "models": self.service.models,
                        "python_path": self.python_path,
                        "result": str(result),
                        "placeholder": subprocesses.PLACEHOLDER_HOST,
                    }
                ),
                "utf-8",
            )
            outcome = subprocesses.run(
                [str(self.python), str(_PROBE), str(job)],
                cwd=self.folder,
                environment=_environment(self.root, self.service),
                timeout_s=self.service.timeout_s,
            )
            if not result.is_file():
                raise self._without_result(outcome)
            found: dict[str, Any] = json.loads(result.read_text("utf-8", "surrogateescape"))
        self._check(found)
        return found

    def _without_result(self, outcome: subprocesses.Outcome) -> OrmonyError:
        name = self.service.name
        if outcome.status is None:
            return OrmonyError(
                "export-timeout",
                f'the models of service "{name}" were not loaded within {self.service.timeout_s:g} s',
                place=self.shown_env(),
                hint=f"{self.by_hand()}   # or, in ormony.toml: [services.{name}] timeout = "
                f"{self.service.timeout_s * 10:g}",
            )
        how = f"exit status {outcome.status}" if outcome.status >= 0 else f"signal {-outcome.status}"
        lines = [line for line in outcome.stderr.splitlines() if line.strip()]
        last = f": {_line(lines[-1])}" if lines else ""
        return OrmonyError(
            "export-failed",
            f'the models of service "{name}" ended Python itself ({how}){last}',
            place=self.shown_env(),
            hint=self.by_hand(),
        )

    def _check(self, found: Mapping[str, Any]) -> None:
        error = found["error"]
        if error is None:
            return
        for each in found["violations"]:
            raise OrmonyError(
                "probe-connected-elsewhere",
                f"{each['what']} is used while the models are loaded; it was not reached",
                place=self.place(each["place"]) or self.shown_env(),
                hint="connect where the application starts, not where its models are imported",
            )
        raise self._error(error)

    def unread(self, error: Mapping[str, Any]) -> exported.Unread:
        found = self._error(error)
        return exported.Unread(
            models=error["models"],
            code=found.code,
            message=found.message,
            hint=found.hint,
            place=found.place,
            exit_status=found.exit_status,
        )

    def _error(self, error: Mapping[str, Any]) -> OrmonyError:
        message, place = _line(error["message"]), self.place(error["place"]) or self.shown_env()
        match error["kind"]:
            case "no-such-models":
                return self._not_found(message, self.place(error["place"]))
            case "no-models":
                return self._not_found(message, place, code="no-models")
            case "no-app":
                return OrmonyError("export-failed", message, place=place, hint=self.by_hand())
            case "too-old":
                return OrmonyError(
                    "tool-missing",
                    f'{message}; service "{self.service.name}" needs a newer one',
                    hint=f"{self._pip()} install --upgrade sqlalchemy alembic",
                    exit_status=TOOL_MISSING,
                )
            case "missing-module":
                return self._missing_module(error, place)
            case _:
                return OrmonyError(
                    "export-failed",
                    f'the models of service "{self.service.name}" cannot be loaded: {message}',
                    place=place,
                    hint=self._cure(error),
                )

    def _cure(self, error: Mapping[str, Any]) -> str:
        missing = alembic.missing_settings(error)
        if not missing:
            return self.by_hand()
        return alembic.supplying(missing, _relative(self.root, str(self.folder / ".env.example")))

    def _missing_module(self, error: Mapping[str, Any], place: str | None) -> OrmonyError:
        module = str(error["module"] or "").split(".")[0]
        if (self.folder / module).exists() or (self.folder / f"{module}.py").exists():
            return OrmonyError(
                "export-failed",
                f'the models of service "{self.service.name}" cannot be loaded: {_line(error["message"])}',
                place=place,
                hint=self.by_hand(),
            )
        package = {"psycopg2": "psycopg2-binary", "psycopg": "'psycopg[binary]'"}.get(module, module)
        return OrmonyError(
            "tool-missing",
            f'the Python environment of service "{self.service.name}" has no module "{error["module"]}"',
            place=place if error["place"] else None,
            hint=f"{self._pip()} install {package}",
            exit_status=TOOL_MISSING,
        )

    def _not_found(
        self, what: str, place: str | None = None, *, code: str = "models-not-found"
    ) -> OrmonyError:
        return OrmonyError(
            code,
            what,
            place=place or self.service.path,
            hint=f'in ormony.toml, under [services.{self.service.name}]: models = "app.models:Base.metadata"',
        )

    def _pip(self) -> str:
        return shlex.quote(_relative(self.root, str(self.python.with_name("pip"))))

    def by_hand(self) -> str:
        """The command that loads the models without ormony, to see what they say."""
        here = self.folder.relative_to(self.root).as_posix()
        step = "" if here == "." else f"cd {shlex.quote(here)} && "
        tool = alembic.from_folder(self.root, self.folder, self.python)
        if self.service.models is not None:
            module = self.service.models.partition(":")[0]
            return f"{step}{shlex.quote(tool)} -c 'import {module}'"
        words = "flask db" if self.alembic is not None and self.alembic.flask else "alembic"
        return f"{step}{shlex.quote(tool)} -m {words} upgrade heads --sql"

    def shown_env(self) -> str | None:
        if self.service.models is None and self.alembic is not None and self.alembic.env is not None:
            return _relative(self.root, str(self.alembic.env))
        return self.service.path

    def place(self, place: Mapping[str, Any] | None) -> str | None:
        if not place or not place.get("file"):
            return None
        shown = _relative(self.root, place["file"])
        return f"{shown}:{place['line']}" if place.get("line") else shown


def _line(text: str) -> str:
    """One line, with no password in it, short enough for a terminal."""
    flat = re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", " ".join(str(text).split()))
    return flat if len(flat) <= 300 else flat[:297] + "…"
