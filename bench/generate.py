"""Generating code of a database: ormony beside `supabase gen types` and sqlacodegen, taking turns in one run.

A schema of `schemas.py` with a view, a function and an enum for every ten tables. `ormony generate` writes
types and function wrappers in three languages in one process; the others write one language, and no
functions. Whole processes are measured, the files are written anew each time. Then what of ormony's time is
spent reading the database, and what generating. Supabase's CLI needs no Docker for a URL.
`--tables` and `--rounds` make it smaller.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import schemas
from catalog import ORMONY, PYTHON, SUPABASE, Table, run

from ormony.database import server

SQLACODEGEN = PYTHON.with_name("sqlacodegen")
LANGUAGES = ("typescript", "python", "rust")
CONFIG = "[database]\n" + "".join(
    f'\n[generate.{each}]\nlanguage = "{each}"\nout = "{each}/generated"\n' for each in LANGUAGES
)


def beside(number: int) -> str:
    """A view, a function and an enum of every tenth table."""
    name = f"t{number:05}"
    return f"""
create type {name}_state as enum ('new', 'open', 'done');
alter table {name} add column state {name}_state not null default 'new';
create view {name}_big as
  select c.id, c.name, p.name as parent, c.amount from {name} c left join {name} p on p.id = c.parent_id
  where c.amount > 100;
create function {name}_of(org uuid, at_least numeric default 0)
  returns table (id bigint, name text, amount numeric) language sql stable as
  'select t.id, t.name, t.amount from {name} t where t.org_id = org and t.amount >= at_least';
"""


def parts(url: str) -> None:
    """Print the seconds of introspection, and those of each language."""
    from ormony import codegen
    from ormony.codegen.describe import describe
    from ormony.codegen.options import Options
    from ormony.database.introspect import introspect

    taken = []
    gc.disable()  # as the command does
    with psycopg.connect(url) as connection:
        started = time.perf_counter()
        catalog = introspect(connection, beside=lambda: psycopg.connect(url))
        taken.append(time.perf_counter() - started)
    started = time.perf_counter()
    described = describe(catalog, Options(language="rust", out="generated"))
    taken.append(time.perf_counter() - started)
    for language in LANGUAGES:
        started = time.perf_counter()
        codegen.written(*described, Options(language=language, out="generated"))  # type: ignore[arg-type]
        taken.append(time.perf_counter() - started)
    print(*taken)


def sqlalchemy(url: str) -> str:
    """The URL as SQLAlchemy takes it."""
    return url.replace("postgresql:", "postgresql+psycopg:", 1)


def measure(folder: Path, url: str, tables: int, rounds: int) -> None:
    project = folder / "project"
    project.mkdir()
    (project / "ormony.toml").write_text(CONFIG)
    ours = [str(ORMONY), "--project", str(project), "generate", "--source", url]
    supabase = [str(SUPABASE), "gen", "types"]
    table = Table(f"code of {tables:,} tables")
    inner: list[list[float]] = []
    empty = url.rpartition("/")[0] + "/empty"  # bytecode is made before anybody is measured
    run([*ours[:-1], empty], folder)
    run([str(SQLACODEGEN), sqlalchemy(empty)], folder)
    for _ in range(rounds):
        for each in LANGUAGES:
            shutil.rmtree(project / each, ignore_errors=True)
        table.turn("ormony generate, three languages", ours, folder)
        table.turn("the same, unchanged", ours, folder)
        for language in ("typescript", "python"):
            table.turn(
                f"supabase gen types --lang {language}",
                [*supabase, "--lang", language, f"--remote={url}"],
                folder,
            )
        table.turn("sqlacodegen", [str(SQLACODEGEN), sqlalchemy(url)], folder)
        found = run([str(PYTHON), __file__, "parts", url], folder).output.split()
        inner.append([float(each) for each in found])
    table.show()
    for name in ("supabase gen types --lang typescript", "sqlacodegen"):
        assert "t00000" in table.rows[name][-1].output.lower() or "T00000" in table.rows[name][-1].output, (
            name
        )
    reading, *generating = (statistics.median(each) for each in zip(*inner, strict=True))
    languages = ", ".join(
        f"{name} {each:.2f}" for name, each in zip(("described", *LANGUAGES), generating, strict=True)
    )
    ratio = sum(generating) / reading
    print(
        f"introspection {reading:.2f} s; generating {sum(generating):.2f} s ({languages}), ratio {ratio:.2f}"
    )
    lines = {
        each: sum(
            len(path.read_text().splitlines()) for path in (project / each).rglob("*") if path.is_file()
        )
        for each in LANGUAGES
    }
    print(f"lines written: {', '.join(f'{name} {count:,}' for name, count in lines.items())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="ormony-bench-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "supabase").mkdir()  # its CLI asks for a project
        (folder / "supabase" / "config.toml").write_text('project_id = "bench"\n')
        cluster = server.start(folder / "server", tcp=True, durable=False)
        try:
            with cluster.admin() as admin:
                server.create_empty(admin, "bench")
                server.create_empty(admin, "empty")
            with psycopg.connect(cluster.url("bench")) as connection:
                for text in schemas.schema(arguments.tables):
                    connection.execute(text.encode())
                for number in range(0, arguments.tables, 10):
                    connection.execute(beside(number).encode())
            with cluster.admin("bench") as inside:
                inside.execute("VACUUM ANALYZE")
            print(
                f"PostgreSQL {server.embedded().version}, {platform.machine()}, {os.cpu_count()} cores,"
                f" {arguments.rounds} rounds\n"
            )
            measure(folder, cluster.url("bench"), arguments.tables, arguments.rounds)
        finally:
            server.destroy(cluster.home)


if __name__ == "__main__":
    if sys.argv[1:2] == ["parts"]:
        parts(sys.argv[2])
    else:
        main()
