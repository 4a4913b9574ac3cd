"""squawk's opinion of new migrations: which statements block readers and writers, or break running clients.

The binary comes with the package squawk-cli. It reads copies of the files in a folder of its own, and the
project's `.squawk.toml` where there is one; it never connects. What contradicts how ormony deploys, or what
another rule of `check` says better, is off: see OFF.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from ormony import origins
from ormony.adapters import subprocesses
from ormony.errors import TOOL_MISSING, OrmonyError
from ormony.origins import Native, Whence
from ormony.sql import Facts, Name
from ormony.stream import StreamFile

_ONE_TRANSACTION: Final = "a deploy is one transaction: what fails leaves nothing behind"
_DEPLOY_SETS: Final = "a deploy sets lock_timeout itself, and whoever deploys may set more"
_MODELS_CHOOSE: Final = "the ORM writes the type that its model has; the migration is not where to change it"

OFF: Final = {
    "prefer-robust-stmts": _ONE_TRANSACTION + "; IF NOT EXISTS hides a second owner",
    "transaction-nesting": "a wrapper is left out when it runs; the rest is the rule commit-in-file",
    "ban-uncommitted-transaction": "a wrapper is left out when it runs; the rest is the rule commit-in-file",
    "ban-concurrent-index-creation-in-transaction": "sync gives such a statement a file of its own",
    "require-lock-timeout": _DEPLOY_SETS,
    "require-statement-timeout": _DEPLOY_SETS,
    "require-timeout-settings": _DEPLOY_SETS,
    "require-table-schema": "sync writes down the search path that a service has",
    "prefer-bigint-over-int": _MODELS_CHOOSE,
    "prefer-bigint-over-smallint": _MODELS_CHOOSE,
    "prefer-identity": _MODELS_CHOOSE,
    "prefer-text-field": _MODELS_CHOOSE,
    "ban-char-field": _MODELS_CHOOSE,
    "prefer-timestamptz": _MODELS_CHOOSE,
    "prefer-timestamp-tz": _MODELS_CHOOSE,
    "require-enum-value-ordering": "the ORM writes a place where the order of its model needs one",
    "syntax-error": "PostgreSQL's own grammar decides that: the rule unreadable-sql",
}
"""squawk's rules that are not asked, each with the reason."""

_ABOUT_ANY_TABLE: Final = frozenset(
    {
        "ban-alter-domain-with-add-constraint",
        "ban-create-domain-with-constraint",
        "ban-drop-database",
        "ban-truncate-cascade",
    }
)  # true also of a table that is new itself
_MADE_ANEW: Final = frozenset({"ban-drop-function", "ban-drop-type", "ban-drop-constraint"})
"""No client sees a thing missing that the same transaction makes again."""

_KEPT_BYTES: Final = 64 << 20
_HELP: Final = "https://squawkhq.com/docs/"


class Lint(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that squawk warns of: `rule` is `squawk/<its name>`, `place` is `file:line` of the stream."""

    rule: str
    message: str
    place: str
    hint: str
    object: str = ""
    service: str | None = None
    severity: Literal["warning"] = "warning"


class _Violation(msgspec.Struct):
    """squawk's JSON; lines count from 0."""

    file: str
    line: int
    rule_name: str
    message: str
    help: str | None = None


def lint(
    root: Path,
    files: Iterable[StreamFile],
    *,
    own: Mapping[tuple[str, str], Native] | None = None,
    major: int | None = None,
) -> tuple[Lint, ...]:
    """What squawk says of these files, which are all that no database has yet, in their order.

    A statement about a table that one of these files creates is passed over: nobody reads or writes it yet.
    `own` is what `origins.natives` gives: places are then in the services' own files. `major` is the server's
    version. Raises `tool-missing` (exit 4) and `tool-failed`.
    """
    ordered = tuple(files)
    if not ordered:
        return ()
    made: frozenset[Name] | None = None
    found: list[tuple[int, int, Lint]] = []
    with tempfile.TemporaryDirectory(prefix="ormony-squawk-") as folder:
        for transaction in (True, False):
            numbers = [at for at, each in enumerate(ordered) if each.transaction == transaction]
            for each in _run(root, Path(folder), [(at, ordered[at]) for at in numbers], transaction, major):
                at = int(each.file.rpartition("/")[2].removesuffix(".sql"))
                name = each.rule_name
                if name in OFF:
                    continue
                made = _created_by(ordered) if made is None else made
                facts = _facts_at(ordered[at], each.line + 1)
                if facts is None or not _nobody_sees(name, facts, made):
                    found.append((at, each.line, _lint(ordered[at], each, facts, own)))
    said = {(at, line) for at, line, each in found if each.rule == "squawk/adding-foreign-key-constraint"}
    return tuple(
        each
        for at, line, each in sorted(found, key=lambda entry: entry[:2])
        if each.rule != "squawk/constraint-missing-not-valid" or (at, line) not in said
    )


def _nobody_sees(rule: str, facts: Facts, made: frozenset[Name]) -> bool:
    """Whether the statement is about what these files make, or make again."""
    if rule in _MADE_ANEW:
        gone = {name for name in facts.drops if name.kind in ("function", "type", "constraint")}
        if gone and gone <= made:
            return True
    if rule in _ABOUT_ANY_TABLE:
        return False
    groups: dict[str, set[Name]] = {}
    for name in _tables(facts):
        groups.setdefault(name.name, set()).add(name)  # one for each schema that it may lie in
    return bool(groups) and all(group & made for group in groups.values())


def _lint(
    file: StreamFile,
    violation: _Violation,
    facts: Facts | None,
    own: Mapping[tuple[str, str], Native] | None,
) -> Lint:
    page = f"{_HELP}{violation.rule_name}"
    tables = _tables(facts) if facts is not None else frozenset()
    one = min(tables) if len(tables) == 1 else None
    line = violation.line + 1
    place = f"{file.path}:{line}"
    key = (file.provenance.service, file.provenance.source) if file.provenance is not None else None
    native = (own or {}).get(key) if key is not None and not file.in_place else None
    if native is not None:
        at = Whence(file, native).native_line(line, facts.statement if facts is not None else None)
        place = f"{native.path}:{at}" if at is not None else place
    message = violation.message.rstrip(".")
    if message[1:2].islower():
        message = message[:1].lower() + message[1:]
    return Lint(
        rule=f"squawk/{violation.rule_name}",
        message=message,
        place=place,
        hint=f"{violation.help}   # {page}" if violation.help else page,
        object=f"{one.schema}.{one.name}" if one is not None else "",
        service=file.provenance.service if file.provenance is not None else None,
    )


def _run(
    root: Path,
    folder: Path,
    files: Sequence[tuple[int, StreamFile]],
    transaction: bool,
    major: int | None,
) -> list[_Violation]:
    if not files:
        return []
    names = []
    for at, file in files:
        names.append(f"{at}.sql")  # a name of the project's could look like an option
        (folder / names[-1]).write_text(file.text.removeprefix("\ufeff"), encoding="utf-8", newline="")
    command = [str(_binary()), "--reporter", "json"]
    if transaction:
        command.append("--assume-in-transaction")
    if major is not None:
        command += ["--pg-version", f"{major}.0"]
    config = root / ".squawk.toml"
    if not config.is_file():
        config = folder / "squawk.toml"  # else one is looked for in every folder above
        config.touch()
    command += ["--config", str(config.resolve()), *names]
    done = subprocesses.run(
        command,
        cwd=folder,
        environment={"PATH": os.environ.get("PATH", os.defpath)},
        timeout_s=60.0,
        keep_bytes=_KEPT_BYTES,
    )
    try:
        return msgspec.json.decode(done.stdout, type=list[_Violation])
    except msgspec.DecodeError:
        reason = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.status}"]
        own = config.name == ".squawk.toml"
        raise OrmonyError(
            "tool-failed",
            f"squawk gave no answer: {reason[0][:200]}",
            place=".squawk.toml" if own else None,
            hint="squawk --config .squawk.toml FILE.sql   # shows why"
            if own
            else f"{sys.executable} -m pip install --force-reinstall squawk-cli",
        ) from None


def made_of() -> str:
    """What its answers hang on beside the files, without starting it: another version may say otherwise."""
    found = _found()
    if found is None:
        return "no squawk"
    about = found.stat()
    return f"{found} {about.st_size} {about.st_mtime_ns}"


def _found() -> Path | None:
    """squawk beside our own interpreter, else on the PATH."""
    name = "squawk.exe" if os.name == "nt" else "squawk"
    beside = Path(sys.executable).with_name(name)
    if beside.is_file():
        return beside
    other = shutil.which(name)
    return Path(other) if other is not None else None


def _binary() -> Path:
    found = _found()
    if found is None:
        raise OrmonyError(
            "tool-missing",
            "squawk, which checks the safety of new migrations, is not installed",
            hint=f"{sys.executable} -m pip install squawk-cli",
            exit_status=TOOL_MISSING,
        )
    return found


def _created_by(files: Sequence[StreamFile]) -> frozenset[Name]:
    """What these files make; a table that gets another's old name is not new."""
    return frozenset(
        name for file in files for each in _facts(file) if not each.renames for name in each.creates
    )


def _facts_at(file: StreamFile, line: int) -> Facts | None:
    """Those of the statement on that line."""
    for each in _facts(file):
        if each.statement.line <= line <= each.statement.line + each.statement.sql.count("\n"):
            return each
    return None


def _tables(facts: Facts) -> frozenset[Name]:
    """The relations that a statement alters, drops or indexes."""
    names = facts.alters | facts.drops | facts.renames
    if facts.statement.kind == "IndexStmt":
        names = facts.uses
    return frozenset(name for name in names if name.kind == "relation")


def _facts(file: StreamFile) -> tuple[Facts, ...]:
    try:
        return origins.facts(file)
    except OrmonyError:
        return ()  # no SQL: the rule unreadable-sql says so
