"""`ormony access` on 100 tables of two tenants and on examples/saas; databases for tests; policies.

Each table has an organization, a parent table, four policies and a unique key; every tenth a view and a
function. Wall time and the processor time of both sides are told, ours and the server's backend's, since a
machine may be busy with other things. A test's database is measured beside `createdb -T` of the same
template, the tenancy macro's policy beside the same written for each row. All lies in memory where that is
possible. `--tables` and `--rounds` make it smaller.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ormony import access, fresh, narrow, project
from ormony.behavior import macros
from ormony.database import access as asking
from ormony.database import server
from ormony.database.connect import Connection, connect
from ormony.database.introspect import introspect
from ormony.loading import local_server
from ormony.pytest_plugin import Migrated
from ormony.sources import Reader
from ormony.stream import in_stream_order

ROOT = Path(__file__).parent.parent
ORG = "(SELECT auth.jwt() ->> 'org_id')::uuid"


def stream(tables: int) -> str:
    """The SQL of the project."""
    parts = ["CREATE TABLE public.orgs (id uuid PRIMARY KEY, name text NOT NULL);"]
    for number in range(tables):
        name = f"public.t{number:03}"
        parent = f"parent_id bigint REFERENCES public.t{number - 1:03} (id)," if number % 5 else ""
        parts.append(
            f"CREATE TABLE {name} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            f" org_id uuid NOT NULL REFERENCES public.orgs (id) ON DELETE CASCADE, {parent}"
            " created_by uuid DEFAULT auth.uid(), code text NOT NULL CHECK (code ~ '^[a-z0-9]+$'),"
            " state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),"
            " amount numeric(12, 2) NOT NULL CHECK (amount >= 0), at timestamptz NOT NULL DEFAULT now(),"
            " UNIQUE (org_id, code));"
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY r ON {name} FOR SELECT TO authenticated USING (org_id = {ORG});"
            f"CREATE POLICY i ON {name} FOR INSERT TO authenticated WITH CHECK (org_id = {ORG});"
            f"CREATE POLICY u ON {name} FOR UPDATE TO authenticated USING (org_id = {ORG});"
            f"CREATE POLICY d ON {name} FOR DELETE TO authenticated USING (org_id = {ORG});"
        )
        if number % 10 == 0:
            parts.append(
                f"CREATE VIEW {name}_open WITH (security_invoker) AS"
                f" SELECT * FROM {name} WHERE state = 'open';"
                f"CREATE FUNCTION {name}_count(org_id uuid) RETURNS bigint LANGUAGE sql STABLE AS"
                f" 'SELECT count(*) FROM {name} AS t WHERE t.org_id = $1';"
            )
    return "\n".join(parts)


def processor_s(pid: int) -> float:
    """The processor time that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def measure(root: Path, rounds: int) -> None:
    """Ask everything of a project several times, and print what it took."""
    opened = project.load(root)
    with Reader(opened, opened.databases[0]) as reader:
        whole = reader.migrations()
        catalog = narrow.without_surface(whole, reader.surface, reader.ledgers())
        walls, mine, theirs, cells = [], [], [], 0
        for _ in range(rounds):
            url = reader.shadow.clone(in_stream_order(reader.loaded.stream))
            with connect(url) as connection:
                wall, ours = time.monotonic(), time.process_time()
                subject = asking.Subject(
                    whole=whole,
                    catalog=catalog,
                    tenancy=access.tenancy(whole, catalog, {}),
                    personas=access.DEFAULTS,
                )
                found = asking.ask(connection, subject)
                walls.append(time.monotonic() - wall)
                mine.append(time.process_time() - ours)
                theirs.append(processor_s(connection.info.backend_pid))
            reader.shadow.release(url)
            cells = sum(len(line.values) for line in found.lines)
            assert not found.unknown, found.unknown
        tables = sum(1 for _ in catalog.of("table"))
        print(
            f"{tables} tables, {cells} cells: wall {statistics.median(walls):.2f} s,"
            f" processor {statistics.median(mine):.2f} s ours"
            f" + {statistics.median(theirs):.2f} s the server's"
        )


def command(root: Path, rounds: int) -> None:
    """The whole command: the first time, again without what is kept, and again with it."""
    for what, words in (("first", ()), ("asked anew", ("--no-cache",)), ("unchanged", ())):
        took = []
        for _ in range(1 if what == "first" else rounds):
            began = time.monotonic()
            subprocess.run(
                [sys.executable, "-m", "ormony", "--project", str(root), "access", *words],
                stdout=subprocess.DEVNULL,
                check=False,  # 1 where the project has no file of its matrix, or a leak
            )
            took.append(time.monotonic() - began)
        print(f"ormony access, {what}: {statistics.median(took):.2f} s")


def milliseconds(rounds: int, do: Callable[[], object], pause_s: float = 0.0) -> float:
    """The median of what it takes."""
    took = []
    for _ in range(rounds):
        began = time.monotonic()
        do()
        took.append(1000 * (time.monotonic() - began))
        time.sleep(pause_s)
    return statistics.median(took)


def databases(root: Path, rounds: int) -> None:
    """A database for a test: as the fixture gives it, as the shadow clones it, by `createdb -T`."""
    opened = project.load(root)
    with Reader(opened, opened.databases[0]) as reader:
        files = in_stream_order(reader.loaded.stream)
        reader.shadow.replay(files, keep=True)
        given: list[str] = []
        cloned = milliseconds(rounds, lambda: given.append(reader.shadow.clone(files)))
        for each in given:
            reader.shadow.release(each)
        migrated = Migrated(reader, access.DEFAULTS, {})
        migrated.drop(migrated.clone())

        def one_test() -> None:
            migrated.drop(migrated.clone())

        fixture = milliseconds(rounds, one_test, pause_s=3 * cloned / 1000)
        at_once = milliseconds(rounds, one_test)
        migrated.close()
        cluster = server.running(next(server.home_of(root, "x").parent.glob("shadow-*")))
        assert cluster is not None
        with cluster.admin() as admin:
            (template,) = admin.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'ormony\\_t\\_%'"
                " ORDER BY pg_database_size(datname) DESC LIMIT 1"
            ).fetchone() or ("",)
        names = iter(range(10**6))

        def createdb() -> None:
            program = server.embedded().program("createdb")
            words = ["-h", str(cluster.sockets), "-p", str(cluster.port), "-U", server.SUPERUSER]
            subprocess.run([program, *words, "-T", template, f"bench_{next(names)}"], check=True)

        plain = milliseconds(rounds, createdb)
        with cluster.admin() as admin:
            for number in range(rounds):
                server.drop_database(admin, f"bench_{number}")
    fresh.url(opened, opened.databases[0])
    durable = milliseconds(rounds, lambda: fresh.url(opened, opened.databases[0]))
    server.destroy(local_server(opened, opened.databases[0]).home)
    print(
        f"a database for a test: {fixture:.0f} ms for the fixture ({at_once:.0f} ms where tests take no"
        f" time), {cloned:.0f} ms to clone, {durable:.0f} ms for `db url --fresh`;"
        f" createdb -T {plain:.0f} ms:"
        f" ratio {cloned / plain:.2f}, of the fixture {fixture / plain:.2f}"
    )


ROWS = 100_000
INVOICES = f"""
CREATE TABLE public.NAME (id bigint PRIMARY KEY, org_id uuid NOT NULL, total integer NOT NULL);
INSERT INTO public.NAME
    SELECT n, (CASE WHEN n % 2 = 0 THEN '1' ELSE '0' END || '0000000-0000-4000-8000-'
               || lpad((CASE WHEN n % 2 = 0 THEN 0 ELSE n % 1000 END)::text, 12, '0'))::uuid, n
      FROM generate_series(1, {ROWS}) AS n;
"""
"""Half of all rows are of one tenant, the others of 500."""
NAIVE = """
CREATE INDEX ON public.naive (org_id);
ALTER TABLE public.naive ENABLE ROW LEVEL SECURITY;
CREATE POLICY each_row ON public.naive TO authenticated USING (org_id = (auth.jwt() ->> 'org_id')::uuid);
ALTER TABLE public.unindexed ENABLE ROW LEVEL SECURITY;
CREATE POLICY each_row ON public.unindexed TO authenticated USING (org_id = (auth.jwt() ->> 'org_id')::uuid);
ALTER TABLE public.textual ENABLE ROW LEVEL SECURITY;
CREATE POLICY each_row ON public.textual TO authenticated USING (org_id::text = auth.jwt() ->> 'org_id');
CREATE INDEX ON public.textual (org_id);
"""
TENANTS = {
    "200 rows": "00000000-0000-4000-8000-000000000007",
    "half of all": f"1{'0' * 7}-0000-4000-8000-{'0' * 12}",
}


def policies(root: Path, rounds: int) -> None:
    """What the tenancy macro writes, and the same without its sub-select, on 100,000 rows."""
    opened = project.load(root)
    with Reader(opened, opened.databases[0]) as reader:
        url = reader.shadow.clone([])
        with connect(url) as connection:
            for name in ("invoices", "naive", "unindexed", "textual"):
                connection.execute(INVOICES.replace("NAME", name).encode())
            excepted = dict.fromkeys(("public.naive", "public.unindexed", "public.textual"), "side by side")
            macro = macros.Settings(tenancy=macros.Tenancy(column="org_id", excepted=excepted))
            for file in macros.expand(introspect(connection), macro):
                connection.execute(file.text.encode())
            connection.execute(f"{NAIVE}; ANALYZE".encode())
            for tenant, org in TENANTS.items():
                took = {
                    name: milliseconds(rounds, partial(count, connection, name, org))
                    for name in ("invoices", "naive", "unindexed", "textual")
                }
                mine = took["invoices"]
                print(
                    f"policies, a tenant with {tenant}: macro {mine:.2f} ms; without a sub-select"
                    f" {took['naive']:.2f} ms (ratio {took['naive'] / mine:.1f}), nor an index"
                    f" {took['unindexed']:.2f} ms (ratio {took['unindexed'] / mine:.1f}), as text"
                    f" {took['textual']:.2f} ms (ratio {took['textual'] / mine:.1f})"
                )
        reader.shadow.release(url)


def count(connection: Connection, table: str, org: str) -> None:
    """Read a tenant's rows as one of its members."""
    with connection.transaction():
        connection.execute(
            "SELECT set_config('request.jwt.claims', json_build_object('org_id', %s::text)::text, true)",
            (org,),
        )
        connection.execute("SET LOCAL ROLE authenticated")
        connection.execute(f"SELECT count(*), sum(total) FROM public.{table}".encode()).fetchone()


def main() -> None:
    """Print a line for each project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    memory = Path("/dev/shm")  # disks differ, and are busy with other things
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        root = Path(folder) / "project"
        Path(folder).chmod(0o755)
        (root / "supabase" / "migrations").mkdir(parents=True)
        (root / "ormony.toml").write_text("[database]\n")
        (root / "supabase" / "migrations" / "00000_all.sql").write_text(stream(options.tables))
        measure(root, options.rounds)
        command(root, options.rounds)
        policies(root, 3 * options.rounds)
        saas = Path(folder) / "saas"
        shutil.copytree(
            ROOT / "examples" / "saas",
            saas,
            ignore=shutil.ignore_patterns(".ormony", "node_modules", "target"),
        )
        measure(saas, options.rounds)
        command(saas, options.rounds)
        databases(saas, 5 * options.rounds)


if __name__ == "__main__":
    main()
