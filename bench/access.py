"""`ormony access` on a stream of 100 tables of two tenants, and on examples/saas.

Each table has an organization, a parent table, four policies and a unique key; every tenth a view and a
function. Wall time and the processor time of both sides are told, ours and the server's backend's, since a
machine may be busy with other things. `--tables` and `--rounds` make it smaller.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from ormony import access, narrow, project
from ormony.database import access as asking
from ormony.database.connect import connect
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


def main() -> None:
    """Print a line for each project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "supabase" / "migrations").mkdir(parents=True)
        (root / "ormony.toml").write_text("[database]\n")
        (root / "supabase" / "migrations" / "00000_all.sql").write_text(stream(options.tables))
        measure(root, options.rounds)
    measure(ROOT / "examples" / "saas", options.rounds)


if __name__ == "__main__":
    main()
