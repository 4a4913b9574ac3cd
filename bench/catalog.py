"""Reading and comparing whole databases: ormony beside pg_dump, Supabase's pg-delta, migra and Alembic.

One run, one server, the tools taking turns on generated schemas (`schemas.py`) of 100, 1,000 and 5,000
tables; the tables show medians of whole processes, ratios and the peak memory of each process. Then sources
of a small project are compared again, unchanged. What every process needs only to start is measured at the
end, for whoever wants to subtract it. Tools written in Python run from bytecode, as they do once installed.
`make bench` runs it; `--tables`, `--rounds` and `--only` make it smaller. `catalog.py introspect URL` and
`… diff URL URL` are contestants; the second reads one database after the other, both a big one over two
connections, as the command line does.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import schemas

from ormony.database import server

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
ORMONY = ROOT / ".venv" / "bin" / "ormony"
SUPABASE = ROOT / "tests" / "tools" / "node_modules" / ".bin" / "supabase"
SERVICES = ROOT / ".venv-services" / "bin" / "python"
MIGRA = ROOT / ".venv-bench" / "bin"
SLOW_S = 20.0  # a contestant that used the processor for longer once does not run again

ALEMBIC = """
import sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

old, new = (create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1)) for url in sys.argv[1:])
metadata = MetaData()
metadata.reflect(new)
with old.connect() as connection:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    print(*compare_metadata(context, metadata), sep="\\n")
"""


class Run(NamedTuple):
    """One run of a process: seconds, peak memory in MB, the processor's seconds, and what it printed."""

    seconds: float
    memory: float
    processor: float
    output: str


# A process counts as its own the memory of the one that started it, so a small one starts it.
STARTER = """
import os, sys, time

started = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(process, 0)
seconds = time.perf_counter() - started
numbers = (os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss, used.ru_utime + used.ru_stime)
with open("numbers", "w") as out:
    print(*numbers, file=out)
"""


def run(command: list[str], folder: Path, allowed: tuple[int, ...] = (0,)) -> Run:
    """Run the command to its end, at most an hour."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    with (folder / "stdout").open("w+") as out, (folder / "stderr").open("w+") as err:
        starter = [sys.executable, "-I", "-S", "-c", STARTER]
        subprocess.run(
            [*starter, *command],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=err,
            check=True,
            timeout=3600,
        )
        out.seek(0)
        err.seek(0)
        text = out.read()
        numbers = (folder / "numbers").read_text().split()
        if int(numbers[0]) not in allowed:
            sys.exit(f"{command}: exit {numbers[0]}\n{text[-2000:]}\n{err.read()[-2000:]}")
    # Linux counts in kB, macOS in bytes.
    memory = int(numbers[2]) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Run(float(numbers[1]), memory, float(numbers[3]), text)


def introspect(url: str) -> None:
    """Print the seconds from the connection to the catalog."""
    from ormony.database.introspect import introspect

    started = time.perf_counter()
    with psycopg.connect(url) as connection:
        introspect(connection, beside=lambda: psycopg.connect(url))
    print(time.perf_counter() - started)


def diff(old: str, new: str) -> None:
    """Print the SQL that turns the old database into the new one."""
    from ormony.database.introspect import introspect
    from ormony.plan import make_plan

    with psycopg.connect(old) as connection:
        before = introspect(connection, beside=lambda: psycopg.connect(old))
    with psycopg.connect(new) as connection:
        after = introspect(connection, beside=lambda: psycopg.connect(new))
    print(make_plan(before, after).script())


class Table:
    """A table of medians, its first contestant the one that the others are measured by."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.rows: dict[str, list[Run]] = {}

    def turn(self, name: str, command: list[str], folder: Path, allowed: tuple[int, ...] = (0,)) -> None:
        """Let it run once more, unless it is too slow for that."""
        rows = self.rows.setdefault(name, [])
        if not rows or rows[0].processor < SLOW_S:
            rows.append(run(command, folder, allowed))

    def median(self, name: str) -> float:
        return statistics.median(each.seconds for each in self.rows[name])

    def show(self) -> None:
        floor = self.median(next(iter(self.rows)))
        print(f"| {self.title} | seconds | ratio | rounds | processor | peak MB |")
        print("|---|---:|---:|---:|---:|---:|")
        for name, runs in self.rows.items():
            memory = max(each.memory for each in runs)
            processor = statistics.median(each.processor for each in runs)
            print(
                f"| {name} | {self.median(name):.3f} | {self.median(name) / floor:.2f} | {len(runs)}"
                f" | {processor:.2f} | {memory:.0f} |"
            )
        print(f"\nload {os.getloadavg()[0]:.2f}\n", flush=True)


def databases(cluster: server.Cluster, sizes: list[int]) -> None:
    """`n0` is empty; `n100` has 100 tables, and `n100_five` five changes more."""
    with cluster.admin() as admin:
        server.create_empty(admin, "n0")
        for size in sizes:
            server.create_empty(admin, f"n{size}")
            with psycopg.connect(cluster.url(f"n{size}")) as connection:
                for text in schemas.schema(size):
                    connection.execute(text.encode())
            with cluster.admin(f"n{size}") as inside:
                inside.execute("VACUUM ANALYZE")
            server.clone_database(admin, f"n{size}", f"n{size}_five")
            with psycopg.connect(cluster.url(f"n{size}_five")) as connection:
                connection.execute(schemas.five_changes(size).encode())


def contestants(old: str, new: str) -> Iterator[tuple[str, list[str], tuple[int, ...]]]:
    """The tools that compare two databases: name, command, the exit statuses that are no error."""
    yield "ormony diff", [str(ORMONY), "diff", old, new], (1,)
    yield "the same as a library", [str(PYTHON), __file__, "diff", old, new], (0,)
    yield "supabase db diff (pg-delta)", [str(SUPABASE), "db", "diff", "--from", old, "--to", new], (0,)
    yield "migra", [str(MIGRA / "migra"), "--unsafe", old, new], (2,)
    yield "alembic compare_metadata", [str(SERVICES), "-c", ALEMBIC, old, new], (0,)


def measure(cluster: server.Cluster, folder: Path, sizes: list[int], rounds: int, only: str) -> None:
    growth: dict[str, dict[int, float]] = {}
    for size in sizes:
        url = cluster.url(f"n{size}")
        if only in ("", "introspect"):
            reading = Table(f"read {size:,} tables")
            inner = []
            for _ in range(rounds):
                dump = server.embedded().program("pg_dump")
                reading.turn("pg_dump -s", [dump, "-s", "--dbname", url], folder)
                reading.turn("introspect, process", [str(PYTHON), __file__, "introspect", url], folder)
                inner.append(float(reading.rows["introspect, process"][-1].output))
            reading.show()
            seconds = statistics.median(inner)
            ratio = seconds / reading.median("pg_dump -s")
            print(f"introspect, without starting Python: {seconds:.3f} s, ratio to pg_dump -s {ratio:.2f}\n")
            growth.setdefault("introspect", {})[size] = seconds
            growth.setdefault("pg_dump -s", {})[size] = reading.median("pg_dump -s")
        for title, old, new in (
            ("five changes", f"n{size}", f"n{size}_five"),
            ("from empty", "n0", f"n{size}"),
        ):
            if only not in ("", "diff"):
                continue
            table = Table(f"{title}, {size:,} tables")
            for _ in range(rounds):
                for name, command, allowed in contestants(cluster.url(old), cluster.url(new)):
                    table.turn(name, command, folder, allowed)
            table.show()
            for name in table.rows:
                growth.setdefault(f"{title}: {name}", {})[size] = table.median(name)
    if {1000, 5000} <= set(sizes):
        print("| growth from 1,000 to 5,000 tables | times |\n|---|---:|")
        for name, seconds in growth.items():
            print(f"| {name} | {seconds[5000] / seconds[1000]:.1f} |")
        print()


def unchanged(folder: Path, rounds: int) -> None:
    """Comparisons of a small project's sources that were made before: 30 files, two of three a service's."""
    project = folder / "project"
    sources = project / "node" / "migrations"
    sources.mkdir(parents=True)
    (project / "stream").mkdir()
    (project / "ormony.toml").write_text(
        '[database]\nstream = "stream"\n\n[services.node]\npath = "node"\norm = "sqlx"\nlane = 1\n'
    )
    for number in range(30):
        place = f"stream/000{number:02}_own.sql" if number < 10 else f"node/migrations/{number:04}_m.sql"
        (project / place).write_text(small_migration(number))
    command = [str(ORMONY), "--project", str(project)]
    snapshot = str(folder / "snapshot.json")
    run([*command, "sync"], folder)
    run([*command, "snapshot", "migrations", "-o", snapshot], folder)
    pairs = {"diff migrations snapshot.json": ("migrations", snapshot)}
    pairs["diff service:node migrations"] = ("service:node", "migrations")
    table = Table("unchanged, the second run")
    for pair in pairs.values():
        run([*command, "diff", *pair], folder)
    for _ in range(max(rounds, 5)):
        for name, pair in pairs.items():
            table.turn(name, [*command, "diff", *pair], folder)
    table.show()


def small_migration(number: int) -> str:
    """A table with a key to the one before, an index, a policy, a check."""
    before = f"references t{number - 1} (id)" if number else ""
    return f"""create table t{number} (
  id bigint primary key generated always as identity,
  previous bigint {before},
  state text not null default 'new' check (state in ('new', 'old')),
  created_at timestamptz not null default now()
);
create index t{number}_state on t{number} (state);
alter table t{number} enable row level security;
create policy t{number}_select on t{number} for select using (state = 'new');
"""


def start_up(folder: Path, rounds: int) -> None:
    """What each process needs before it does anything."""
    table = Table("start-up")
    alembic = "import alembic.autogenerate, sqlalchemy.dialects.postgresql, psycopg"
    for _ in range(max(rounds, 5)):
        table.turn("python -c pass", [str(PYTHON), "-c", "pass"], folder)
        table.turn("ormony --help", [str(ORMONY), "--help"], folder)
        table.turn("supabase --version", [str(SUPABASE), "--version"], folder)
        table.turn("import migra", [str(MIGRA / "python"), "-c", "import migra.command"], folder)
        table.turn("import alembic", [str(SERVICES), "-c", alembic], folder)
    table.show()


def with_databases(folder: Path, sizes: list[int], rounds: int, only: str) -> None:
    cluster = server.start(folder / "server", tcp=True, durable=False)
    try:
        databases(cluster, sizes)
        print(
            f"PostgreSQL {server.embedded().version}, {platform.machine()}, {os.cpu_count()} cores,"
            f" at most {rounds} rounds\n"
        )
        measure(cluster, folder, sizes, rounds, only)
    finally:
        server.destroy(cluster.home)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", default="100,1000,5000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["introspect", "diff", "unchanged"], default="")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.tables.split(",")]
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="ormony-bench-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "supabase").mkdir()  # its CLI asks for a project
        (folder / "supabase" / "config.toml").write_text('project_id = "bench"\n')
        if arguments.only != "unchanged":
            with_databases(folder, sizes, arguments.rounds, arguments.only)
        if arguments.only in ("", "unchanged"):
            unchanged(folder, arguments.rounds)
        start_up(folder, arguments.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["introspect"]:
        introspect(sys.argv[2])
    elif sys.argv[1:2] == ["diff"]:
        diff(*sys.argv[2:])
    else:
        main()
