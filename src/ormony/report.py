"""The values that `commands` returns, as text for people and as JSON for programs.

Data goes to stdout, talk to stderr. Nothing is decided or computed here: a value is shown as it is. Colors
and bars are rich's, which is loaded only where a person looks at a terminal.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO, assert_never

import msgspec

from ormony import access, commands
from ormony.errors import FINDINGS, OrmonyError, visible
from ormony.generating import Generation
from ormony.history import Notice
from ormony.rules.finding import Accessed, Checked, Finding

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


Result = commands.Result | Checked | Accessed | Generation


class Terminal:
    """Where the output of one command goes: stdout, stderr, colors, a bar while something takes long."""

    def __init__(self, *, json: bool, quiet: bool) -> None:
        self.json = json
        self.quiet = quiet
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()

    def document(self, text: str) -> None:
        """Print a whole document of another format on stdout."""
        self.close()
        self._out(text)

    def show(self, value: Result) -> None:
        """Print the result of a command."""
        self.close()
        if self.json and isinstance(value, commands.Snapshot) and value.file is None:
            self._out(value.text)  # a document of its own
            return
        if self.json:
            self._out(msgspec.json.encode(as_json(value)).decode() + "\n")
            return
        for notice in value.notices:
            self.notice(notice)
        _print(value, sys.stdout)

    def talk(self, text: str) -> None:
        """A sentence for the person at the terminal, on stderr."""
        if not self.quiet:
            _line(sys.stderr, text, "dim")

    def notice(self, notice: Notice) -> None:
        """Something that stops nothing, on stderr."""
        if self.quiet:
            return
        if notice.place:
            _piece(sys.stderr, f"{visible(notice.place)}: ", "bold")
        _piece(sys.stderr, f"note[{notice.code}]", "yellow")
        _line(sys.stderr, f": {visible(notice.message)}")
        if notice.hint:
            _line(sys.stderr, f"hint: {visible(notice.hint)}", "cyan")

    def error(self, error: OrmonyError) -> None:
        """A refusal: text on stderr; with `--format json` also one document on stdout."""
        self.close()
        if self.json:
            document = {
                "code": error.code,
                "message": error.message,
                "hint": error.hint,
                "place": error.place,
            }
            self._out(msgspec.json.encode({"error": document}).decode() + "\n")
        if error.place:
            _piece(sys.stderr, f"{error.place}: ", "bold")
        _piece(sys.stderr, f"error[{error.code}]", "bold red")
        _line(sys.stderr, f": {error.message}")
        if error.hint:
            _line(sys.stderr, f"hint: {error.hint}", "cyan")

    def progress(self, what: str, done: int, total: int) -> None:
        """Move the bar of `what`; it appears after a second, on a terminal only."""
        if self.json or self.quiet or not sys.stderr.isatty() or time.monotonic() - self._began < 1:
            return
        if self._bar is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=_console(sys.stderr),
                transient=True,
            )
            self._bar.start()
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total)
        self._bar.update(self._tasks[what], completed=done, total=total)

    def close(self) -> None:
        """Take the progress bar away and flush."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            self._tasks.clear()
        with contextlib.suppress(ValueError):
            sys.stdout.flush()

    def _out(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    colors: dict[str, Any] = {"no_color": True} if os.environ.get("NO_COLOR") else {}
    return Console(file=stream, emoji=False, **colors)


def _is_styled(stream: TextIO) -> bool:
    """Whether rich would write more than the text itself; FORCE_COLOR and its kin make it take a pipe for a
    terminal.
    """
    return stream.isatty() or any(os.environ.get(name) for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))


def _piece(out: TextIO, text: str, style: str | None = None, end: str = "") -> None:
    """A part of a line, never folded."""
    if not _is_styled(out):
        out.write(text + end)
        if end:
            out.flush()  # stdout and stderr may be one pipe: what came first is read first
        return
    _console(out).print(text, style=style, end=end, highlight=False, markup=False, soft_wrap=True)


def _line(out: TextIO, text: str, style: str | None = None) -> None:
    _piece(out, text, style, end="\n")


def as_json(value: Result) -> Any:
    """The document that `--format json` prints for a value: its fields, notices last."""
    return msgspec.to_builtins(value)


def _print(value: Result, out: TextIO) -> None:
    match value:
        case commands.Initialized():
            _initialized(value, out)
        case commands.Status():
            _status(value, out)
        case commands.Synced():
            _synced(value, out)
        case commands.Deployed():
            _deployed(value, out)
        case commands.Databases():
            _databases(value, out)
        case commands.Difference():
            _difference(value, out)
        case commands.Reverted():
            _reverted(value, out)
        case commands.Snapshot():
            if value.file is None:
                out.write(value.text)
            else:
                what = f"{_count(value.objects, 'object')}, {value.fingerprint[:12]}"
                _line(out, f"wrote {visible(value.file)}: {what}", "green")
        case commands.Mirrored():
            _mirrored(value, out)
        case commands.Text():
            out.write(value.text + "\n")
        case Checked():
            _checked(value, out)
        case Accessed():
            _accessed(value, out)
        case Generation():
            _generation(value, out)
        case _:
            assert_never(value)


def _initialized(value: commands.Initialized, out: TextIO) -> None:
    if not value.written:
        out.write(value.text)
        return
    _line(out, f"wrote {value.file}", "green")
    for service in value.services:
        _line(out, f"  {service.name:<16} {service.orm:<10} {service.path}")
    if value.stream_files:
        _line(out, f"stream   {_files(value.stream_files)} in {value.stream}")
    _line(out, f"next: {value.next}", "cyan")


def _status(value: commands.Status, out: TextIO) -> None:
    for index, database in enumerate(value.databases):
        if index:
            _line(out, "")
        _line(out, f"database {database.name}  {database.asked}", "bold")
        if database.services:
            _services(database.services, out)
        else:
            _line(out, "  no services", "dim")
        _line(out, f"stream   {_files(len(database.stream))} in {database.folder}")
        for row in database.unmerged:
            _line(out, f"unmerged {row.service}: {row.source}", "yellow")
        for reason in database.reasons:
            _line(out, f"pending  {reason.file}  {reason.why}", "yellow")
        if database.refusal:
            _line(out, f"refused  {database.refusal}", "red")
        if database.next:
            _line(out, f"next: {database.next}", "cyan")
        elif database.refusal is None and all(file.deployed for file in database.stream):
            _line(out, "nothing to do", "green")


def _services(services: Sequence[commands.ServiceStatus], out: TextIO) -> None:
    """A table: names to the left, counts to the right, in yellow where not all is merged or deployed."""
    rows = [("service", "orm", "lane", "found", "merged", "deployed")]
    for service in services:
        deployed = "?" if service.deployed is None else str(service.deployed)
        rows.append(
            (
                service.name,
                service.orm,
                _lane(service.lane),
                str(service.found),
                str(service.merged),
                deployed,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, line in zip(rows, [None, *services], strict=True):
        cells = [f"{cell:<{width}}" for cell, width in zip(row[:3], widths[:3], strict=True)]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[3:], widths[3:], strict=True)]
        if line is None:
            _line(out, "   ".join(cells), "dim")
            continue
        _piece(out, "   ".join(cells[:4]))
        _piece(out, f"   {cells[4]}", "yellow" if line.merged < line.found else None)
        behind = line.deployed is not None and line.deployed < line.merged
        _line(out, f"   {cells[5]}", "yellow" if behind else None)


def _lane(lane: int | Sequence[int]) -> str:
    return f"{lane}xx" if isinstance(lane, int) else f"{lane[0]}-{lane[1]}"


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def _synced(value: commands.Synced, out: TextIO) -> None:
    verb = "would write" if value.dry_run else "wrote"
    for old, new in value.renumbered:
        _line(out, f"{'would rename' if value.dry_run else 'renamed'} {old} -> {new}", "yellow")
    for path in value.written:
        _line(out, f"{verb} {path}", "green")
    if value.dry_run:
        for file in value.files:
            _line(out, f"\n--- {file.path}", "bold")
            out.write(file.text if file.text.endswith("\n") else file.text + "\n")
    if not value.written and not value.renumbered:
        are = "is" if value.unchanged == 1 else "are"
        _line(out, f"nothing to do: {_files(value.unchanged)} {are} up to date", "green")
    elif not value.dry_run:
        _line(out, "replayed in a shadow before writing: ok", "dim")
        _line(out, "next: ormony deploy", "cyan")


def _deployed(value: commands.Deployed, out: TextIO) -> None:
    for database in value.databases:
        _line(out, f"database {database.name}  {database.target}", "bold")
        for difference in database.drift:
            _line(out, f"  drift    {difference}", "yellow")
        if value.dry_run:
            if database.adopted:
                files = _files(len(database.adopted))
                _line(out, f"  would adopt {files}, there already: {_range(database.adopted)}", "green")
            for number, step in enumerate(database.plan, 1):
                _line(out, f"  step {number}: {step}")
            if not database.plan and not database.adopted:
                _line(out, "  nothing to do", "green")
            continue
        if database.adopted and database.stamped:
            were = "was" if len(database.adopted) == 1 else "were"
            _line(out, f"  adopted {_files(len(database.adopted))} that {were} there already", "green")
        if not database.applied:
            _line(out, "  nothing to apply" if database.stamped else "  nothing to do", "green")
        else:
            steps = f" in {database.steps} steps" if database.steps > 1 else " in one transaction"
            which = _range(database.applied)
            _line(out, f"  applied {_files(len(database.applied))}{steps}: {which}", "green")
            if database.verified is not None:
                _line(out, f"  verified in {database.verified:.2f} s", "green")
        for ledger, count in database.stamped.items():
            _line(out, f"  stamped {count:>4}  {ledger}")


def _range(versions: Sequence[str]) -> str:
    return versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"


_SIGNS: Final = {
    "create": ("+", "green"),
    "drop": ("-", "red"),
    "alter": ("~", "yellow"),
    "rename": (">", "cyan"),
}


_PARTS: Final = frozenset({"column", "constraint", "trigger", "policy", "rule"})
_LONG: Final = 80
"""Details longer than this say more as SQL: `--sql`."""


def _difference(value: commands.Difference, out: TextIO) -> None:
    if value.equal:
        _line(out, f"equal: {visible(value.old)} and {visible(value.new)}")
        if value.proved:
            _line(out, "proved", "green")
        return
    for change in _whole(value.changes):
        sign, style = _SIGNS[change.action]
        _piece(out, f"{sign} {change.kind} {visible(change.object)}", style)
        details = "; ".join(
            visible(each) for each in change.details if len(each) <= _LONG and "\n" not in each
        )
        _line(out, f"  {details}" if details else "")
    for each in value.unmodelled:
        _line(out, f"? {visible(each)}  differs, and ormony cannot say how", "magenta")
    statements = len(value.statements) + len(value.refused)
    _line(out, "")
    _line(
        out,
        f"{_count(len(value.changes), 'change')} from {visible(value.old)} to {visible(value.new)}"
        + (f", {_count(statements, 'statement')}" if not value.refused else ""),
        "bold",
    )
    for loss in value.refused:
        _line(out, f"loses data: {visible(loss.sql)}   -- {visible(loss.loses)}", "red")
    if value.proved:
        _line(out, "proved: the plan was run in a shadow, and ends at the new side", "green")
    for rename in value.renames[:5]:
        _line(out, f"a rename? --rename {shlex.quote(rename)}", "cyan")


def _whole(changes: Sequence[commands.DiffChange]) -> list[commands.DiffChange]:
    """The changes; the parts of a table that comes or goes whole are only counted beside it."""
    tables: dict[tuple[str, str], list[int]] = {
        (each.action, each.object): [0, 0]
        for each in changes
        if each.kind in ("table", "foreign table") and each.action in ("create", "drop")
    }
    shown = []
    for each in changes:
        above = tables.get((each.action, each.object.rpartition(".")[0])) if each.kind in _PARTS else None
        if above is None:
            shown.append(each)
        else:
            above[each.kind != "column"] += 1
    return [
        msgspec.structs.replace(each, details=(_parts(*tables[each.action, each.object]),))
        if each.kind in ("table", "foreign table") and (each.action, each.object) in tables
        else each
        for each in shown
    ]


def _parts(columns: int, others: int) -> str:
    return _count(columns, "column") + (f", {_count(others, 'other part')}" if others else "")


def _reverted(value: commands.Reverted, out: TextIO) -> None:
    assert value.written is not None
    for loss in value.losses:
        _line(out, f"loses: {visible(loss)}", "red")
    if value.dry_run:
        _line(out, f"would write {value.written}", "green")
        _line(out, f"\n--- {value.written}", "bold")
        out.write(value.text)
        return
    files = _files(len(value.undone))
    _line(out, f"wrote {value.written}: {_count(value.changes, 'change')} of {files} taken back", "green")
    _line(out, f"replayed in a shadow before writing: it ends where {value.to} did", "dim")
    _line(out, f"undo: rm {shlex.quote(value.written)}   # git rm, once it is committed", "dim")
    _line(out, "next: ormony deploy", "cyan")


def refused(value: commands.Difference | commands.Reverted) -> OrmonyError:
    """The refusal of a plan that loses data."""
    if isinstance(value, commands.Reverted):
        command = f"ormony revert --to {shlex.quote(value.to)} --allow-data-loss"
    else:
        sides = " ".join(shlex.quote(visible(each)) for each in (value.old, value.new))
        command = f"ormony diff {sides} --sql --allow-data-loss"
    lost = "; ".join(f"{each.sql} ({each.loses})" for each in value.refused)
    return OrmonyError(
        "data-loss",
        f"{_count(len(value.refused), 'statement')} would lose data: {lost}",
        hint=command,
        exit_status=FINDINGS,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _databases(value: commands.Databases, out: TextIO) -> None:
    for database in value.databases:
        _line(out, f"{database.name}  {database.state}" + (f"  {database.url}" if database.url else ""))
    if value.next:
        _line(out, f"next: {value.next}", "cyan")


def _mirrored(value: commands.Mirrored, out: TextIO) -> None:
    """The edits; the diff where they were not made; what is left for people."""
    if not value.written and value.patch:
        for line in value.patch.splitlines():
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            _line(out, line, style)
    for each in value.edits:
        _piece(out, f"{visible(each.place)}: ", "bold")
        _line(out, f"{visible(each.model)} of {visible(each.table)} {visible(each.what)}")
    for left in value.left:
        _piece(out, f"{visible(left.place)}: ", "bold")
        _piece(out, "by hand", "yellow")
        _line(out, f": {visible(left.model)} {visible(left.what)}: {visible(left.why)}")
        for line in left.text.splitlines():
            _line(out, f"    {line}", "cyan")
    for path in value.written:
        _line(out, f"wrote {visible(path)}", "green")
    if not value.edits and not value.left:
        _line(out, "every mirror is up to date", "green")
    elif value.edits and not value.written:
        _line(out, "next: ormony mirror --write", "cyan")


_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "dim"}


def _findings(found: Sequence[Finding], out: TextIO) -> None:
    """Findings as compilers print them."""
    for each in found:
        if each.place:
            _piece(out, f"{visible(each.place)}: ", "bold")
        _piece(out, f"{each.severity}[{each.rule}]", _STYLES[each.severity])
        _line(out, f": {visible(each.message)}")
        for side in each.sides:
            _line(out, f"  {visible(side.place)}: {visible(side.says)}", "dim")
        if each.hint:
            first, *more = each.hint.splitlines()
            _line(out, f"  hint: {visible(first)}", "cyan")
            for line in more:
                _line(out, f"        {visible(line)}", "cyan")


_VALUES: Final = {"allow": "green", "filter": "yellow", "deny": "red", "?": "bold magenta", "-": "dim"}


def _accessed(value: Accessed, out: TextIO) -> None:
    """Each matrix with colors, what is wrong, and what to do next."""
    for each in value.databases:
        lines = access.as_text(each.matrix).splitlines()
        for line in lines:
            if line.startswith("#"):
                _line(out, visible(line), "dim")
                continue
            words = re.split(r"( {2,})", visible(line))
            for at, word in enumerate(words):
                style = _VALUES.get(word) or ("bold yellow" if word.startswith("error(") else None)
                _piece(out, word, style if at >= 6 else None)
            _line(out, "")
        _findings([found for found in each.findings if found.severity != "note"], out)
        weak = sum(found.severity == "note" for found in each.findings)
        if weak:
            keys = _count(weak, "foreign key")
            _line(out, f"{keys} can refer to another tenant's rows: see `reference`", "dim")
        wrong = sum(found.severity == "error" for found in each.findings)
        if wrong:
            _line(out, _count(wrong, "error"), "bold red")
        elif not each.matrix.lines:
            _line(
                out,
                "there is nothing to ask: no table, view, function or bucket that a persona may use",
                "cyan",
            )
        elif not each.exists and not value.written:
            _line(out, f"there is no {visible(each.file)} yet; next: ormony access --write", "cyan")
        elif not value.written:
            _line(out, f"{visible(each.file)} says the same", "green")
    for path in value.written:
        _line(out, f"wrote {visible(path)}", "green")


def _generation(value: Generation, out: TextIO) -> None:
    """Each file that changed, and one line for all that did not."""
    for each in value.made:
        if value.check:
            for path in each.written:
                _line(out, f"stale {visible(path)}", "red")
            for path in each.removed:
                _line(out, f"stale {visible(path)}: no longer generated", "red")
        else:
            for path in each.written:
                _line(out, f"wrote {visible(path)}", "green")
            for path in each.removed:
                _line(out, f"removed {visible(path)}", "yellow")
        if each.unchanged:
            files = _files(len(each.unchanged))
            _line(out, f"{each.name}: {files} in {visible(each.out)} unchanged", "dim")
    if value.check and any(each.stale for each in value.made):
        names = " ".join(each.name for each in value.made if each.stale)
        _line(out, f"next: ormony generate {names}", "cyan")


def _checked(value: Checked, out: TextIO) -> None:
    """Findings as compilers print them, then one line that counts."""
    _findings(value.findings, out)
    for path in value.fixed:
        _line(out, f"wrote {visible(path)}", "green")
    for what in value.skipped:
        _line(out, f"not checked: {visible(what)}", "yellow")
    if value.baseline:
        _line(out, f"wrote {visible(value.baseline)}: what was found is known now", "green")
    counts = [
        f"{_count(number, name)}"
        for name in ("error", "warning", "note")
        if (number := sum(each.severity == name for each in value.findings))
    ]
    asides = [
        text
        for number, text in (
            (len(value.allowed), f"{len(value.allowed)} allowed"),
            (value.known, f"{value.known} known by the baseline"),
            (value.gone, f"{value.gone} of the baseline gone: ormony check --write-baseline"),
        )
        if number
    ]
    said = ", ".join(counts) if counts else "nothing to mend"
    style = "bold red" if value.exit_status else "green"
    _line(out, said + (f" ({'; '.join(asides)})" if asides else ""), style)
