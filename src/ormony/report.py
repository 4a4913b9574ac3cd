"""The values that `commands.py` returns, as text for people and as JSON for programs.

Data goes to stdout, talk to stderr. Nothing is decided or computed here: a value is shown as it is.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, assert_never

import msgspec

from ormony import commands
from ormony.errors import OrmonyError, visible
from ormony.history import Notice

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


class Terminal:
    """Where the output of one command goes: stdout, stderr, colors, a bar while something takes long."""

    def __init__(self, *, json: bool, quiet: bool) -> None:
        self.json = json
        self.quiet = quiet
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()

    def show(self, value: commands.Result) -> None:
        """Print the result of a command."""
        self.close()
        if self.json:
            self._out(msgspec.json.encode(as_json(value)).decode() + "\n")
            return
        for notice in value.notices:
            self.notice(notice)
        console = _console(sys.stdout)
        _print(value, console)

    def talk(self, text: str) -> None:
        """A sentence for the person at the terminal, on stderr."""
        if not self.quiet:
            _console(sys.stderr).print(text, highlight=False, markup=False, style="dim", soft_wrap=True)

    def notice(self, notice: Notice) -> None:
        """Something that stops nothing, on stderr."""
        if self.quiet:
            return
        console = _console(sys.stderr)
        where = f"{visible(notice.place)}: " if notice.place else ""
        console.print(where, style="bold", end="", highlight=False, markup=False, soft_wrap=True)
        console.print(f"note[{notice.code}]", style="yellow", end="", highlight=False, markup=False)
        console.print(f": {visible(notice.message)}", highlight=False, markup=False, soft_wrap=True)
        if notice.hint:
            console.print(
                f"hint: {visible(notice.hint)}", style="cyan", highlight=False, markup=False, soft_wrap=True
            )

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
        console = _console(sys.stderr)
        if error.place:
            console.print(
                f"{error.place}: ", style="bold", end="", highlight=False, markup=False, soft_wrap=True
            )
        console.print(
            f"error[{error.code}]", style="bold red", end="", highlight=False, markup=False, soft_wrap=True
        )
        console.print(f": {error.message}", highlight=False, markup=False, soft_wrap=True)
        if error.hint:
            console.print(f"hint: {error.hint}", style="cyan", highlight=False, markup=False, soft_wrap=True)

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


def _console(stream: Any) -> Console:
    from rich.console import Console

    colors: dict[str, Any] = {"no_color": True} if os.environ.get("NO_COLOR") else {}
    width = None if stream.isatty() else 200  # a pipe has no width: do not fold its lines
    return Console(file=stream, width=width, **colors)


def as_json(value: commands.Result) -> Any:
    """The document that `--format json` prints for a value: its fields, notices last."""
    return msgspec.to_builtins(value)


def _print(value: commands.Result, console: Console) -> None:
    match value:
        case commands.Initialized():
            _initialized(value, console)
        case commands.Status():
            _status(value, console)
        case commands.Synced():
            _synced(value, console)
        case commands.Deployed():
            _deployed(value, console)
        case commands.Databases():
            _databases(value, console)
        case commands.Text():
            console.file.write(value.text + "\n")
        case _:
            assert_never(value)


def _line(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def _initialized(value: commands.Initialized, console: Console) -> None:
    if not value.written:
        console.file.write(value.text)
        return
    _line(console, f"wrote {value.file}", "green")
    for service in value.services:
        _line(console, f"  {service.name:<16} {service.orm:<10} {service.path}")
    if value.stream_files:
        _line(console, f"stream   {value.stream_files} files in {value.stream}")
    _line(console, f"next: {value.next}", "cyan")


def _status(value: commands.Status, console: Console) -> None:
    from rich.table import Table

    for index, database in enumerate(value.databases):
        if index:
            _line(console, "")
        _line(console, f"database {database.name}  {database.asked}", "bold")
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
        for title in ("service", "orm", "lane"):
            table.add_column(title, no_wrap=True)
        for title in ("found", "merged", "deployed"):
            table.add_column(title, justify="right", no_wrap=True)
        for service in database.services:
            behind = service.merged < service.found
            table.add_row(
                service.name,
                service.orm,
                _lane(service.lane),
                str(service.found),
                f"[yellow]{service.merged}[/]" if behind else str(service.merged),
                "?" if service.deployed is None else _count(service.deployed, service.merged),
            )
        if database.services:
            console.print(table)
        else:
            _line(console, "  no services", "dim")
        _line(console, f"stream   {len(database.stream)} files in {database.folder}")
        for row in database.unmerged:
            _line(console, f"unmerged {row.service}: {row.source}", "yellow")
        for reason in database.reasons:
            _line(console, f"pending  {reason.file}  {reason.why}", "yellow")
        if database.refusal:
            _line(console, f"refused  {database.refusal}", "red")
        if database.next:
            _line(console, f"next: {database.next}", "cyan")
        elif database.refusal is None and all(file.deployed for file in database.stream):
            _line(console, "nothing to do", "green")


def _lane(lane: int | Sequence[int]) -> str:
    return f"{lane}xx" if isinstance(lane, int) else f"{lane[0]}-{lane[1]}"


def _count(part: int, whole: int) -> str:
    return str(part) if part >= whole else f"[yellow]{part}[/]"


def _synced(value: commands.Synced, console: Console) -> None:
    verb = "would write" if value.dry_run else "wrote"
    for old, new in value.renumbered:
        _line(console, f"{'would rename' if value.dry_run else 'renamed'} {old} -> {new}", "yellow")
    for path in value.written:
        _line(console, f"{verb} {path}", "green")
    if value.dry_run:
        for file in value.files:
            _line(console, f"\n--- {file.path}", "bold")
            console.file.write(file.text if file.text.endswith("\n") else file.text + "\n")
    if not value.written and not value.renumbered:
        _line(
            console,
            f"nothing to do: {value.unchanged} file{'s are' if value.unchanged != 1 else ' is'} up to date",
            "green",
        )
    elif not value.dry_run:
        _line(console, "replayed in a shadow before writing: ok", "dim")
        _line(console, "next: ormony deploy", "cyan")


def _deployed(value: commands.Deployed, console: Console) -> None:
    for database in value.databases:
        _line(console, f"database {database.name}  {database.target}", "bold")
        for difference in database.drift:
            _line(console, f"  drift    {difference}", "yellow")
        if value.dry_run:
            if database.adopted:
                files = f"{len(database.adopted)} file{'s' if len(database.adopted) > 1 else ''}"
                _line(console, f"  would adopt {files}, there already: {_range(database.adopted)}", "green")
            for number, step in enumerate(database.plan, 1):
                _line(console, f"  step {number}: {step}")
            if not database.plan and not database.adopted:
                _line(console, "  nothing to do", "green")
            continue
        if database.adopted and database.stamped:
            _line(console, f"  adopted {len(database.adopted)} files that were there already", "green")
        if not database.applied:
            _line(console, "  nothing to apply" if database.stamped else "  nothing to do", "green")
        else:
            steps = f" in {database.steps} steps" if database.steps > 1 else " in one transaction"
            files = f"{len(database.applied)} file{'s' if len(database.applied) > 1 else ''}"
            _line(
                console, f"  applied {files}{steps}: {database.applied[0]} to {database.applied[-1]}", "green"
            )
        for ledger, count in database.stamped.items():
            _line(console, f"  stamped {count:>4}  {ledger}")


def _range(versions: Sequence[str]) -> str:
    return versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"


def _databases(value: commands.Databases, console: Console) -> None:
    for database in value.databases:
        _line(console, f"{database.name}  {database.state}" + (f"  {database.url}" if database.url else ""))
    if value.next:
        _line(console, f"next: {value.next}", "cyan")
