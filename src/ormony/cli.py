"""The command line: parses, calls `commands`, prints through `report.py`, exits. It decides nothing.

Imports are local to each verb, so that `ormony --help` costs no more than click itself.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ormony import __version__
from ormony.errors import OrmonyError

if TYPE_CHECKING:
    from ormony.project import Project
    from ormony.report import Terminal

_EXIT = """\b
Exit status:
  0  fine            1  findings or drift      2  usage or configuration
  3  the database refused or could not be reached     4  a tool is missing"""


class _Settings:
    """What the options that every command takes say; they may stand before or after the verb."""

    def __init__(self) -> None:
        self.project: str | None = None
        self.database: str | None = None
        self.format = "text"
        self.quiet = False

    def take(self, values: dict[str, Any]) -> None:
        self.project = values.pop("project", None) or self.project
        self.database = values.pop("database", None) or self.database
        self.format = values.pop("format", None) or self.format
        self.quiet = values.pop("quiet", False) or self.quiet

    def terminal(self) -> Terminal:
        from ormony.report import Terminal

        return Terminal(json=self.format == "json", quiet=self.quiet)

    def load(self) -> Project:
        from ormony import project

        return project.load(self.root())

    def load_for(self, *sources: str) -> Project | None:
        """The project that sources need; None where each stands alone and no project was named."""
        from ormony.sources import parse

        alone = {parse(source)[0] for source in sources} <= {"url", "snapshot"}
        if alone and self.project is None:
            return None
        try:
            return self.load()
        except OrmonyError as error:
            if error.code != "no-project" or self.project is not None or "migrations" in sources:
                raise
            return None

    def root(self) -> Path:
        from ormony import project

        if self.project is None:
            return project.find_root(Path.cwd())
        folder = Path(self.project)
        if not folder.is_dir():
            raise OrmonyError(
                "no-project", f'the folder "{self.project}" does not exist', hint="ormony --project DIR …"
            )
        return folder.resolve()


_FORMATS = ("text", "json")
_CHECK_FORMATS = (*_FORMATS, "sarif", "github", "markdown")
_ACCESS_FORMATS = (*_FORMATS, "markdown")


def _shared(function: Callable[..., Any], formats: Sequence[str] = _FORMATS) -> Callable[..., Any]:
    for option in (
        click.option("--quiet", is_flag=True, help="No talk on stderr, errors excepted."),
        click.option(
            "--format",
            type=click.Choice(formats),
            help="json: one document on stdout, nothing else.",
        ),
        click.option("--database", metavar="NAME", help="Only this database of the project."),
        click.option(
            "--project", metavar="DIR", help="The project; default: the nearest folder with an ormony.toml."
        ),
    ):
        function = option(function)
    return function


_ADDRESSES = frozenset({"to", "against"})  # options that take a URL; `to` of revert is a version


def _address(given: str | None) -> str | None:
    from ormony.project import address

    return address(given)


def _verb(function: Callable[..., int | None], formats: Sequence[str] = _FORMATS) -> Callable[..., Any]:
    """A click command body: takes the shared options out, turns errors into text and exit status."""

    @click.pass_context
    @wraps(function)
    def run(context: click.Context, /, **values: Any) -> None:
        settings: _Settings = context.ensure_object(_Settings)
        settings.take(values)
        if settings.format not in formats:
            raise click.UsageError(f"--format of this command is one of {', '.join(formats)}", context)
        terminal = settings.terminal()
        from ormony.adapters import subprocesses

        try:
            with subprocesses.ended_by_interrupts():
                for name in _ADDRESSES & values.keys():
                    values[name] = _address(values[name])
                status = function(settings, terminal, **values) or 0
        except OrmonyError as error:
            terminal.error(error)
            status = error.exit_status
        except KeyboardInterrupt:
            terminal.error(
                OrmonyError(
                    "interrupted",
                    "the command was interrupted; what had been committed or written stays, and nothing else",
                    hint="run the same command again: it goes on from there",
                )
            )
            status = 130
        except BrokenPipeError:  # the reader of our stdout went away, e.g. `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 0
        terminal.close()
        context.exit(status)

    return _shared(run, formats)


def _seconds(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """A time limit that PostgreSQL can take: up to 24 days, in milliseconds an int."""
    if not 0 <= value <= 2_000_000:  # also false for nan
        raise click.BadParameter(f"{value} is not a number of seconds from 0 to 2000000")
    return value


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXIT,
)
@click.version_option(__version__, prog_name="ormony")
@partial(_shared, formats=_CHECK_FORMATS)
@click.pass_context
def main(context: click.Context, /, **values: Any) -> None:
    """One PostgreSQL database, several services, each with its own ORM, in harmony.

    \b
    Start here:
      ormony init        find the services, write ormony.toml
      ormony sync        merge their migrations into one stream
      ormony check       prove that nothing drifts
      ormony deploy      apply it in one transaction, stamp every ledger
    """
    context.ensure_object(_Settings).take(values)


@main.command(
    short_help="Find the services, write ormony.toml.",
    epilog="\b\nExamples:\n  ormony init\n  ormony --project services/shop init --dry-run\n"
    "  ormony init --behavior",
)
@click.option("--dry-run", is_flag=True, help="Print the file instead of writing it.")
@click.option("--behavior", is_flag=True, help="Also write the first files of supabase/behavior.")
@_verb
def init(settings: _Settings, terminal: Terminal, *, dry_run: bool, behavior: bool) -> None:
    """Find the services of a project and write a commented ormony.toml.

    Drizzle, Alembic, SQLx, SQLAlchemy and Supabase projects are found by their own files, and
    by .kodo/config.json. A file that is there is never overwritten: with --behavior the
    ormony.toml stays, and behavior files that are missing are written.
    """
    from ormony import commands

    terminal.show(commands.init(settings.root(), dry_run=dry_run, behavior=behavior))


@main.command(
    short_help="What is found, merged, deployed and pending.",
    epilog="\b\nExamples:\n  ormony status\n  ormony status --format json | jq '.databases[0].pending'",
)
@click.option(
    "--against", metavar="URL", help="Ask this database, not the configured one (a URL, or env:NAME)."
)
@_verb
def status(settings: _Settings, terminal: Terminal, *, against: str | None) -> int:
    """Show, per service, how many migrations are found, merged and deployed, and what is pending."""
    from ormony import commands

    shown = commands.status(settings.load(), settings.database, against=against)
    terminal.show(shown)
    return max(database.exit_status for database in shown.databases)


@main.command(
    short_help="Merge new migrations into the stream.",
    epilog="\b\nExamples:\n  ormony sync --dry-run\n  ormony sync\n"
    "  ormony sync --against postgresql://deployer@db.example.com/app",
)
@click.option("--dry-run", is_flag=True, help="Do all but write; the files are shown.")
@click.option(
    "--rewrite",
    is_flag=True,
    help="Write merged files again whose native migration was edited, while they are not frozen.",
)
@click.option("--against", metavar="URL", help="Versions in the ledger of this database are frozen, too.")
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="'KIND OLD = NEW'",
    help="For models without a migration tool: this was renamed, e.g. 'column public.t.a = public.t.b'.",
)
@click.option(
    "--allow-data-loss", is_flag=True, help="For models without a migration tool: drop what they drop."
)
@_verb
def sync(
    settings: _Settings,
    terminal: Terminal,
    *,
    dry_run: bool,
    rewrite: bool,
    against: str | None,
    renames: tuple[str, ...],
    allow_data_loss: bool,
) -> None:
    """Merge new migrations of all services into the stream, in an order that is proved by a replay.

    A service that has models and no migration tool gets a file with what its models are ahead;
    so do the files of supabase/behavior and the macros of [behavior] in ormony.toml.
    """
    from ormony import commands

    terminal.show(
        commands.sync(
            settings.load(),
            settings.database,
            dry_run=dry_run,
            rewrite=rewrite,
            against=against,
            renames=renames,
            allow_data_loss=allow_data_loss,
            progress=terminal.progress,
        )
    )


@main.command(
    short_help="Apply what is pending, stamp every ledger.",
    epilog="\b\nExamples:\n  ormony deploy --dry-run\n  ormony deploy --to postgresql://postgres@localhost/app\n"
    "  ormony deploy --adopt --assume 00102",
)
@click.option("--to", "to", metavar="URL", help="This database, not the configured one (a URL, or env:NAME).")
@click.option("--dry-run", is_flag=True, help="Show the steps; change nothing.")
@click.option(
    "--adopt", is_flag=True, help="Take over a database that the services' own tools have migrated."
)
@click.option(
    "--assume", multiple=True, metavar="VERSION", help="With --adopt: take this version as applied."
)
@click.option(
    "--include-out-of-order",
    "out_of_order",
    is_flag=True,
    help="Apply files that sort before deployed ones, once a replay in that order has proved equal.",
)
@click.option(
    "--accept-drift",
    is_flag=True,
    help="Go on where the database differs from its migrations in what the files touch.",
)
@click.option(
    "--no-verify",
    is_flag=True,
    help="Do not compare the result with the shadow's before COMMIT: for emergencies.",
)
@click.option(
    "--lock-timeout",
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    callback=_seconds,
    help="How long a statement waits for a table lock.",
)
@click.option(
    "--wait",
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    callback=_seconds,
    help="How long to wait for another deploy.",
)
@_verb
def deploy(
    settings: _Settings,
    terminal: Terminal,
    *,
    to: str | None,
    dry_run: bool,
    adopt: bool,
    assume: tuple[str, ...],
    out_of_order: bool,
    accept_drift: bool,
    no_verify: bool,
    lock_timeout: float,
    wait: float,
) -> None:
    """Apply what is pending in one transaction and stamp every ledger in it.

    All or nothing: Supabase's, Drizzle's, Alembic's and SQLx's own tools agree afterwards.
    What PostgreSQL forbids in one transaction is split into steps, shown first, resumable.
    Before COMMIT the database's change must be the one that the same files made in the shadow.
    """
    from ormony import commands

    terminal.show(
        commands.deploy(
            settings.load(),
            settings.database,
            to=to,
            dry_run=dry_run,
            adopt=adopt,
            assume=assume,
            out_of_order=out_of_order,
            accept_drift=accept_drift,
            verify=not no_verify,
            lock_timeout_s=lock_timeout,
            wait_s=wait,
            progress=terminal.progress,
            talk=terminal.talk,
        )
    )


def _rule_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from ormony import edges, rules

    return sorted(name for name in (*rules.RULES, *edges.RULES) if name.startswith(incomplete))


@main.command(
    short_help="Prove that nothing drifts: the gate for CI.",
    epilog="\b\nExamples:\n  ormony check\n  ormony check --against env:DATABASE_URL --format github\n"
    "  ormony check --only model-drift --only mirror-breaks-reads\n"
    "  ormony check --write-baseline   # in an old project: what is found today is known",
)
@click.option("--against", metavar="URL", help="Also ask this database (a URL, or env:NAME).")
@click.option(
    "--only",
    multiple=True,
    metavar="RULE",
    shell_complete=_rule_names,
    help="Only findings of this rule, which may hold *, and what could not be checked.",
)
@click.option("--strict", is_flag=True, help="Warnings fail as well.")
@click.option("--verbose", is_flag=True, help="Show notes too: what differs and breaks nothing.")
@click.option("--fix", is_flag=True, help="First mend what is mechanical: merge, edit mirrors, generate.")
@click.option("--write-baseline", is_flag=True, help="Keep what is found as known, with a file to commit.")
@click.option(
    "--native/--no-native",
    default=lambda: bool(os.environ.get("CI")),
    help="Run each tool's own check as well, on a prepared shadow (in CI: yes).",
)
@click.option("--no-cache", is_flag=True, help="Look at everything anew.")
@partial(_verb, formats=_CHECK_FORMATS)
def check(
    settings: _Settings,
    terminal: Terminal,
    *,
    against: str | None,
    only: tuple[str, ...],
    strict: bool,
    verbose: bool,
    fix: bool,
    write_baseline: bool,
    native: bool,
    no_cache: bool,
) -> int:
    """Prove that nothing drifts: the gate for CI.

    Models and their migrations, migrations and the stream, mirrors and the tables that they
    mirror, cached queries, references between databases, and the rules. A database is asked with
    --against alone. An unchanged project is answered without any server or foreign tool.
    """
    from ormony import checking

    checked = checking.check(
        settings.load(),
        settings.database,
        against=against,
        only=only,
        native=native,
        strict=strict,
        fix=fix,
        write_baseline=write_baseline,
        cache=not no_cache,
        progress=terminal.progress,
    )
    shown = checked if verbose else checking.without_notes(checked)
    if settings.format in _FORMATS:
        terminal.show(shown)
    else:
        from ormony import formats

        terminal.document(getattr(formats, settings.format)(shown))
    return checked.exit_status


@main.command(
    short_help="Bring models of others' tables up to date.",
    epilog="\b\nExamples:\n  ormony mirror              # shows what is out of date, and exits 1 if it is\n"
    "  ormony mirror --write      # edits the models\n"
    "  ormony mirror --write --service api --table public.users",
)
@click.option("--check", "only_check", is_flag=True, help="Show, write nothing (the default).")
@click.option("--write", is_flag=True, help="Edit the models in place.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service's models.")
@click.option("--table", "tables", multiple=True, metavar="SCHEMA.TABLE", help="Only models of this table.")
@click.option("--no-cache", is_flag=True, help="Look at everything anew.")
@_verb
def mirror(
    settings: _Settings,
    terminal: Terminal,
    *,
    only_check: bool,
    write: bool,
    services: tuple[str, ...],
    tables: tuple[str, ...],
    no_cache: bool,
) -> int:
    """Bring models of tables that another service owns up to date, in place.

    Exactly the fields that differ are added, changed and removed; comments, methods, relationships
    and the order stay. What cannot be edited is printed, to paste.
    """
    from ormony import mirroring

    if only_check and write:
        raise click.UsageError("--check and --write exclude each other")
    found = mirroring.mirror(
        settings.load(),
        settings.database,
        write=write,
        services=services,
        tables=tables,
        cache=not no_cache,
        progress=terminal.progress,
    )
    terminal.show(found)
    return mirroring.exit_status(found, write=write)


@main.command(
    short_help="Who may read and write whose rows.",
    epilog="\b\nExamples:\n  ormony access --write      # makes supabase/access.matrix, to be committed\n"
    "  ormony access              # exits 1 when it differs, or when a tenant reaches another's rows\n"
    "  ormony access orders 'storage.*' --persona member_a   # of these alone\n"
    "  ormony access --format markdown > access.md",
)
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--persona", "who", multiple=True, metavar="NAME", help="Show this persona; may be repeated.")
@click.option("--write", is_flag=True, help="Write the matrix to its file.")
@click.option("--no-cache", is_flag=True, help="Replay everything anew.")
@partial(_verb, formats=_ACCESS_FORMATS)
def access(
    settings: _Settings,
    terminal: Terminal,
    *,
    objects: tuple[str, ...],
    who: tuple[str, ...],
    write: bool,
    no_cache: bool,
) -> int:
    """Ask who may select, insert, update and delete whose rows: the access matrix.

    Personas of two tenants ask every table, view, function and storage bucket in a shadow that is
    filled with generated rows. What reaches another tenant's rows is an error, with the SQL that does
    it and the policy that lets it. With names of objects it tells of these alone; `*` stands for anything.
    """
    from ormony import accessing

    if write and (objects or who):
        raise click.UsageError("--write writes the whole matrix: it takes no OBJECT and no --persona")
    found = accessing.run(
        settings.load(),
        settings.database,
        write=write,
        cache=not no_cache,
        objects=objects,
        who=who,
        progress=terminal.progress,
    )
    if settings.format == "markdown":
        from ormony.access import as_markdown

        terminal.document("\n".join(as_markdown(each.matrix) for each in found.databases))
    else:
        terminal.show(found)
    return found.exit_status


def _generated_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from ormony import project

    try:
        found = project.load(project.find_root(Path.cwd())).generate
    except OrmonyError:
        return []
    return [each.name for each in found if each.name.startswith(incomplete)]


@main.command(
    short_help="Types and functions in three languages.",
    epilog="\b\nExamples:\n  ormony generate\n  ormony generate web --source deployed\n"
    "  ormony generate --check      # in CI: exits 1 when a file is stale, and writes nothing",
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=_generated_names)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is stale.")
@click.option(
    "--source",
    default="migrations",
    show_default=True,
    metavar="SOURCE",
    help="Read the database from here; see `ormony diff --help`.",
)
@click.option("--no-cache", is_flag=True, help="Replay everything anew.")
@_verb
def generate(
    settings: _Settings,
    terminal: Terminal,
    *,
    names: tuple[str, ...],
    check: bool,
    source: str,
    no_cache: bool,
) -> int:
    """Write types and typed function wrappers: TypeScript, Python, Rust.

    Each [generate.NAME] of ormony.toml is a folder of code in one language. Only files that change
    are written; generated files that are no longer needed are removed; a file without our first
    line is never touched.
    """
    from ormony import generating

    found = generating.run(
        settings.load(),
        names,
        database=settings.database,
        source=source,
        check=check,
        cache=not no_cache,
        progress=terminal.progress,
    )
    terminal.show(found)
    return found.exit_status


@main.command(
    short_help="What turns one source into another.",
    epilog="\b\nExamples:\n  ormony diff migrations deployed\n"
    "  ormony diff $OLD_URL $NEW_URL --sql --prove > plan.sql && psql -1 -f plan.sql $OLD_URL\n"
    "  ormony diff deployed schema.sql --rename 'column public.users.mail = public.users.email'\n"
    "  ormony diff snapshot.json deployed --format json | jq .changes",
)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--sql", "as_sql", is_flag=True, help="Print the SQL that turns A into B, and nothing else.")
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="'KIND OLD = NEW'",
    help="Take this as a rename: table, column, constraint, index, value (of an enum), …",
)
@click.option("--online", is_flag=True, help="Weaker locks, but several transactions instead of one.")
@click.option("--prove", is_flag=True, help="Run the plan in a shadow, and see that it ends at B.")
@click.option("--allow-data-loss", is_flag=True, help="Also print statements that lose rows or values.")
@click.option("--no-cache", is_flag=True, help="Replay everything anew.")
@_verb
def diff(
    settings: _Settings,
    terminal: Terminal,
    *,
    old: str,
    new: str,
    as_sql: bool,
    renames: tuple[str, ...],
    online: bool,
    prove: bool,
    allow_data_loss: bool,
    no_cache: bool,
) -> int:
    """Compare two sources. Exit status 0: equal; 1: different.

    \b
    A source is one of
      migrations            the stream, replayed in a shadow
      service:NAME          the migrations of one service alone
      models:NAME           the ORM models of one service
      behavior              the stream as behavior files and macros want it
      deployed              the configured database
      postgresql://…        a database
      FILE.sql, FOLDER      SQL files, run in a shadow
      FILE.json             a snapshot
    A rename is never guessed: tell it with --rename, or in a .sql file B with a line
    `-- ormony: rename table public.a = public.b`.
    """
    from ormony import commands

    found = commands.diff(
        settings.load_for(old, new),
        settings.database,
        old,
        new,
        renames=renames,
        online=online,
        prove=prove,
        allow_data_loss=allow_data_loss,
        cache=not no_cache,
    )
    if not as_sql or terminal.json:
        terminal.show(found)
        return 0 if found.equal else 1
    if found.refused:
        from ormony import report

        raise report.refused(found)
    for notice in found.notices:
        terminal.notice(notice)
    for each in found.unmodelled:
        terminal.talk(f"cannot be said in SQL: {each}")
    click.echo(found.script, nl=False)
    return 0 if found.equal else 1


@main.command(
    short_help="A source as JSON, to keep and compare.",
    epilog="\b\nExamples:\n  ormony snapshot deployed -o before.json\n  ormony diff before.json deployed",
)
@click.argument("source")
@click.option("-o", "--output", metavar="FILE", help="Write it to this file instead of stdout.")
@click.option("--no-cache", is_flag=True, help="Replay everything anew.")
@_verb
def snapshot(
    settings: _Settings, terminal: Terminal, *, source: str, output: str | None, no_cache: bool
) -> None:
    """Write a source as JSON: one object per line, no rows, no passwords. It is a source again.

    What a source is, `ormony diff --help` says.
    """
    from ormony import commands

    terminal.show(
        commands.snapshot(
            settings.load_for(source), settings.database, source, output=output, cache=not no_cache
        )
    )


@main.command(
    short_help="A migration that takes the schema back.",
    epilog="\b\nExamples:\n  ormony revert --to 00203 --dry-run\n  ormony revert --to 00203 && ormony deploy",
)
@click.option("--to", "to", required=True, metavar="VERSION", help="The last version to keep.")
@click.option("--dry-run", is_flag=True, help="Do all but write; the file is shown.")
@click.option("--allow-data-loss", is_flag=True, help="Also write statements that lose rows or values.")
@_verb
def revert(settings: _Settings, terminal: Terminal, *, to: str, dry_run: bool, allow_data_loss: bool) -> int:
    """Write a migration that takes the database back to how it was at a version.

    The stream only ever grows: what came after VERSION stays in it, and one file more undoes it. It is proved
    by a replay before it is written, and lists in its first lines what is lost. Rows that migrations
    changed are not brought back, and the services' own migrations stay as they are.
    """
    from ormony import commands

    found = commands.revert(
        settings.load(),
        settings.database,
        to=to,
        dry_run=dry_run,
        allow_data_loss=allow_data_loss,
        progress=terminal.progress,
    )
    if found.refused and not terminal.json:
        from ormony import report

        raise report.refused(found)
    terminal.show(found)
    return 1 if found.refused else 0


@main.group(
    short_help="The local database; no Docker.",
    epilog='\b\nExamples:\n  ormony db up\n  export DATABASE_URL="$(ormony db url)"\n'
    "  ormony db psql -- -c 'select 1'",
)
def db() -> None:
    """The local database: an embedded PostgreSQL 18 with Supabase's surface. No Docker."""


@db.command(
    "up",
    short_help="Start the local server, make the databases.",
    epilog="\b\nExamples:\n  ormony db up\n  ormony db up --tcp",
)
@click.option("--tcp", is_flag=True, help="Also listen on 127.0.0.1, with a random password.")
@_verb
def db_up(settings: _Settings, terminal: Terminal, *, tcp: bool) -> None:
    """Start the local server and make the project's databases where they are missing."""
    from ormony import commands

    terminal.show(commands.db_up(settings.load(), settings.database, tcp=tcp))


@db.command("down", epilog="\b\nExample:\n  ormony db down")
@click.option("--destroy", is_flag=True, help="Also remove its data for good.")
@_verb
def db_down(settings: _Settings, terminal: Terminal, *, destroy: bool) -> None:
    """Stop the local server; its data stays."""
    from ormony import commands

    terminal.show(commands.db_down(settings.load(), destroy=destroy))


@db.command("reset", short_help="Make the local databases anew.", epilog="\b\nExample:\n  ormony db reset")
@click.option("--no-seed", is_flag=True, help="Leave supabase/seed.sql out.")
@_verb
def db_reset(settings: _Settings, terminal: Terminal, *, no_seed: bool) -> None:
    """Make the local databases anew, deploy the stream to them, run supabase/seed.sql."""
    from ormony import commands

    terminal.show(
        commands.db_reset(
            settings.load(),
            settings.database,
            seed=not no_seed,
            progress=terminal.progress,
            talk=terminal.talk,
        )
    )


@db.command(
    "prepare",
    short_help="Give an empty database Supabase's surface.",
    epilog="\b\nExample:\n  ormony db prepare postgresql://postgres@localhost/empty",
)
@click.argument("url", metavar="URL")
@_verb
def db_prepare(settings: _Settings, terminal: Terminal, *, url: str) -> None:
    """Give an empty database Supabase's roles, schemas, functions and stand-in extensions."""
    from ormony import commands

    terminal.show(commands.db_prepare(url))


@db.command(
    "url",
    short_help="Print the URL, for DATABASE_URL.",
    epilog='\b\nExamples:\n  export DATABASE_URL="$(ormony db url)"\n'
    '  DATABASE_URL="$(ormony db url --fresh)" npm test',
)
@click.option("--fresh", is_flag=True, help="Of a new database with all migrations, for one run of tests.")
@_verb
def db_url(settings: _Settings, terminal: Terminal, *, fresh: bool) -> None:
    """Print the URL of the local database, password included, for other programs.

    A fresh one is a clone, made in a moment, which starts the local server; it is dropped some time after
    nobody is connected to it any more.
    """
    from ormony import commands

    if not fresh:
        terminal.show(commands.db_url(settings.load(), settings.database))
        return
    from ormony import fresh as databases

    project = settings.load()
    (database, *_) = project.chosen(settings.database)
    terminal.show(commands.Text(text=databases.url(project, database)))


@db.command("psql", epilog="\b\nExample:\n  ormony db psql -- -c 'select count(*) from products'")
@click.argument("arguments", nargs=-1, metavar="[-- PSQL ARGUMENTS]")
@_verb
def db_psql(settings: _Settings, terminal: Terminal, *, arguments: tuple[str, ...]) -> int:
    """Open psql on the local database."""
    import subprocess

    from ormony import commands

    command = commands.db_psql(settings.load(), settings.database, arguments)
    terminal.close()
    return subprocess.run(command, check=False).returncode


@main.command(
    short_help="Print a shell's completion script.",
    epilog="\b\nExample:\n  ormony completion bash > ~/.local/share/bash-completion/completions/ormony",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes ormony's commands and options in your shell."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(main, {}, "ormony", "_ORMONY_COMPLETE").source())


def run() -> None:
    """The program: one command line, then exit. A usage error is JSON, too, where that is asked for."""
    words = sys.argv[1:]
    try:
        status = main(words, prog_name="ormony", standalone_mode=False)
    except click.ClickException as error:
        if "--format=json" in words or ("--format", "json") in itertools.pairwise(words):
            import json

            document = {
                "code": "usage",
                "message": error.format_message(),
                "hint": "ormony --help",
                "place": None,
            }
            click.echo(json.dumps({"error": document}))
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)
