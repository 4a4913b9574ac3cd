"""300 generated migrations: `ormony deploy` beside psql -1, supabase db push, alembic and sqlx migrate run.

`ormony deploy` verifies, its shadow's side being known from an earlier run; beside it stands `--no-verify`.
One run, one server, a fresh database for every measurement, the tools taking turns; the table shows the
median and its ratio to `psql -1`. `make bench` runs it; `--files N` and `--rounds N` change the size.
`import click` against `ormony --help` is measured at the end. Tools written in Python run from bytecode, as
they do once installed, and every tool runs once before the first measurement.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from ormony.database import server

ROOT = Path(__file__).parent.parent
BIN = ROOT / ".venv" / "bin"
TOOLS = ROOT / "tests" / "tools" / "node_modules" / ".bin"
ALEMBIC = ROOT / ".venv-services" / "bin" / "alembic"


_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def migration(number: int) -> str:
    """A migration like a real one: a table, a foreign key to the one before, an index, rows."""
    before = f"references t{number - 1} (id)" if number else ""
    return f"""create table t{number} (
  id bigint primary key generated always as identity,
  org_id uuid not null default gen_random_uuid(),
  previous bigint {before},
  name text not null check (name <> ''),
  amount numeric(12, 2) not null default 0,
  created_at timestamptz not null default now()
);
create index t{number}_org_id on t{number} (org_id);
alter table t{number} enable row level security;
create policy t{number}_select on t{number} for select using (org_id = (select auth.uid()));
insert into t{number} (name) select 'row ' || n from generate_series(1, 5) as n;
comment on table t{number} is 'generated';
"""


def projects(folder: Path, count: int) -> None:
    """The same migrations as a Supabase stream, an SQLx folder, an Alembic project and one file for psql."""
    texts = [migration(number) for number in range(count)]
    stream = folder / "supabase" / "migrations"
    stream.mkdir(parents=True)
    (folder / "supabase" / "config.toml").write_text('project_id = "bench"\n')
    (folder / "ormony.toml").write_text('[database]\nstream = "supabase/migrations"\n')
    sqlx = folder / "sqlx"
    sqlx.mkdir()
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    for number, text in enumerate(texts):
        (stream / f"{number:05}_m.sql").write_text(text)
        (sqlx / f"{number + 1:05}_m.sql").write_text(text)
        parent = f'"r{number - 1:05}"' if number else "None"
        (versions / f"r{number:05}.py").write_text(
            f'from alembic import op\n\nrevision = "r{number:05}"\ndown_revision = {parent}\n\n\n'
            f"def upgrade():\n    op.execute({text!r})\n\n\ndef downgrade():\n    pass\n"
        )
    (folder / "all.sql").write_text("".join(texts))
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    (folder / "alembic" / "env.py").write_text(
        "import os\n\nfrom alembic import context\nfrom sqlalchemy import create_engine\n\n"
        'url = os.environ["URL"].replace("postgresql:", "postgresql+psycopg:")\n'
        "with create_engine(url).connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n"
    )
    (folder / "alembic" / "script.py.mako").write_text("")


def timed(command: list[str], environment: dict[str, str], folder: Path) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**_ENVIRONMENT, **environment}, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ormony-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        projects(folder, arguments.files)
        cluster = server.start(folder / "server", tcp=True)
        try:
            measure(folder, cluster, arguments.files, arguments.rounds)
        finally:
            server.destroy(cluster.home)
        help_cost(arguments.rounds)


def measure(folder: Path, cluster: server.Cluster, count: int, rounds: int) -> None:
    superuser = cluster.url("template1", user="supabase_admin")

    def fresh() -> str:
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("drop database if exists bench with (force)")
        server.create_database(cluster, "bench")
        return cluster.url("bench")

    psql = server.psql()
    contestants: dict[str, Callable[[str], float]] = {
        "psql -1 -f": lambda url: timed(
            [str(psql), "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", "all.sql", url], {}, folder
        ),
        "ormony deploy": lambda url: timed(
            [str(BIN / "ormony"), "deploy", "--quiet", "--to", url], {}, folder
        ),
        "ormony deploy --no-verify": lambda url: timed(
            [str(BIN / "ormony"), "deploy", "--quiet", "--no-verify", "--to", url], {}, folder
        ),
        "supabase db push": lambda url: timed(
            [str(TOOLS / "supabase"), "db", "push", "--yes", f"--remote={url}"], {}, folder
        ),
        "alembic upgrade": lambda url: timed([str(ALEMBIC), "upgrade", "head"], {"URL": url}, folder),
        "sqlx migrate run": lambda url: timed(
            [str(BIN / "sqlx"), "migrate", "run", "--source", "sqlx", "--database-url", url], {}, folder
        ),
    }
    whole: dict[str, list[float]] = {name: [] for name in contestants}
    inner: dict[str, list[float]] = {"psql -1 -f": [], "ormony deploy": [], "ormony deploy --no-verify": []}
    verifying: list[float] = []
    for run in contestants.values():
        run(fresh())
    for _ in range(rounds):
        for name, run in contestants.items():
            whole[name].append(run(fresh()))
        url = fresh()
        start_up = timed([str(psql), "-q", "-c", "select 1", url], {}, folder)
        inner["psql -1 -f"].append(contestants["psql -1 -f"](url) - start_up)
        seconds, verified = library(folder, fresh(), verify=True)
        inner["ormony deploy"].append(seconds)
        verifying.append(verified)
        inner["ormony deploy --no-verify"].append(library(folder, fresh(), verify=False)[0])
    print(
        f"{count} migrations, {rounds} rounds, PostgreSQL 18, {platform.machine()}, {os.cpu_count()} cores\n"
    )
    print_table("whole process", whole)
    print_table("first statement to COMMIT", inner)
    print(f"verifying before COMMIT: {statistics.median(verifying):.3f} s of these\n")


def library(folder: Path, url: str, *, verify: bool) -> tuple[float, float]:
    """Seconds from the first file's first statement to the end of COMMIT, and those of verifying in them."""
    from ormony import commands, project

    done = commands.deploy(project.load(folder), to=url, verify=verify).databases[0]
    return done.seconds, done.verified or 0.0


def print_table(title: str, rows: dict[str, list[float]]) -> None:
    floor = statistics.median(rows["psql -1 -f"])
    print(f"| {title} | seconds | ratio to psql -1 |")
    print("|---|---:|---:|")
    for name, seconds in sorted(rows.items(), key=lambda row: statistics.median(row[1])):
        print(f"| {name} | {statistics.median(seconds):.3f} | {statistics.median(seconds) / floor:.2f} |")
    print()


def help_cost(rounds: int) -> None:
    python = str(BIN / "python")
    rows: dict[str, list[float]] = {"python -c 'import click'": [], "ormony --help": []}
    for _ in range(max(rounds, 10)):
        rows["python -c 'import click'"].append(timed([python, "-c", "import click"], {}, ROOT))
        rows["ormony --help"].append(timed([str(BIN / "ormony"), "--help"], {}, ROOT))
    floor = statistics.median(rows["python -c 'import click'"])
    for name, seconds in rows.items():
        median = statistics.median(seconds)
        print(f"{name}: {median * 1000:.0f} ms, ratio {median / floor:.2f}")


if __name__ == "__main__":
    if not shutil.which("git"):
        sys.exit("git is missing")
    main()
