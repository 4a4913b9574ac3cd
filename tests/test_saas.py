"""The three services of examples/saas converge, deploy as one, and every tool agrees afterwards."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

import saas
from ormony.database import server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("saas")]

FRESH = Callable[[], str]


@pytest.fixture(scope="module")
def tcp() -> Iterator[server.Cluster]:
    """A server on 127.0.0.1, since drizzle-kit and supabase want a host; pytest's folders are 0700 to it."""
    home = Path(tempfile.mkdtemp(prefix="ormony-saas-"))
    home.chmod(0o755)
    yield server.start(home, tcp=True)
    server.destroy(home)


@pytest.fixture
def fresh(tcp: server.Cluster) -> Iterator[FRESH]:
    """Makes databases with Supabase's surface and nothing else; each is dropped afterwards."""
    made: list[str] = []

    def make() -> str:
        made.append(f"fresh_{len(made)}")
        server.create_database(tcp, made[-1])
        return tcp.url(made[-1])

    yield make
    with tcp.admin() as admin:
        for name in made:
            server.drop_database(admin, name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return saas.copy(tmp_path / "saas")


def test_the_committed_stream_is_what_sync_writes(project: Path, tmp_path: Path) -> None:
    assert saas.ormony_json(project, "sync")["written"] == []
    bare = saas.copy(tmp_path / "bare", merged=False)
    written = saas.ormony_json(bare, "sync")["written"]
    assert len(written) >= 12
    assert saas.stream(bare) == saas.stream(project)
    again = saas.ormony_json(bare, "sync")
    assert (again["written"], again["unchanged"]) == ([], len(saas.stream(bare)))


def test_a_lower_lane_waits_for_a_higher_one(project: Path) -> None:
    names = list(saas.stream(project))
    assert names.index("01100_node_invoice_shipment.sql") > names.index("00201_python_shipments.sql")


def test_kodo_alone_gives_the_same_stream(project: Path, tmp_path: Path) -> None:
    """But for what macros make, which ormony.toml alone can say."""
    bare = saas.copy(tmp_path / "bare", merged=False)
    (bare / "ormony.toml").unlink()
    saas.ormony(bare, "sync")
    of_services = {
        name: text for name, text in saas.stream(project).items() if "source=behavior/" not in text
    }
    assert len(of_services) >= 16
    found = saas.stream(bare)
    assert {name: text for name, text in found.items() if "source=behavior/" not in text} == of_services
    assert found["01400_functions.sql"] == saas.stream(project)["01400_functions.sql"]


def test_init_describes_the_same_project(project: Path, tmp_path: Path) -> None:
    bare = saas.copy(tmp_path / "bare", merged=False)
    (bare / "ormony.toml").unlink()
    saas.ormony(bare, "init")
    with (bare / "ormony.toml").open("a") as file:
        file.write(saas.macros())
    text = (bare / "ormony.toml").read_text()
    saas.ormony(bare, "sync")
    assert saas.stream(bare) == saas.stream(project)
    refused = saas.ormony(bare, "init", exit_status=2)
    assert "error[config-exists]" in refused.stderr
    assert (bare / "ormony.toml").read_text() == text


def test_after_a_deploy_every_tool_finds_nothing_to_do(project: Path, fresh: FRESH) -> None:
    url = fresh()
    done = saas.ormony_json(project, "deploy", "--to", url)["databases"][0]
    assert done["applied"] == [name.split("_")[0] for name in saas.stream(project)]
    assert len(done["stamped"]) == 4
    saas.every_tool_finds_nothing(project, url)
    listed = saas.supabase(project, url, "migration", "list")
    rows = re.findall(r"^\s*`(\d+)` \| `(\d*)` \|", listed, re.MULTILINE)
    assert len(rows) == len(saas.stream(project)), listed
    assert all(local == remote for local, remote in rows)
    again = saas.ormony_json(project, "deploy", "--to", url)["databases"][0]
    assert (again["applied"], again["stamped"]) == ([], {})


def test_a_plain_postgres_is_prepared_first(project: Path, tcp: server.Cluster) -> None:
    with tcp.admin() as admin:
        server.create_empty(admin, "plain")
    try:
        superuser = tcp.url("plain", user="supabase_admin")
        refused = saas.ormony(project, "deploy", "--to", tcp.url("plain"), exit_status=3)
        assert "error[missing-surface]" in refused.stderr
        assert "ormony db prepare" in refused.stderr
        saas.ormony(project, "db", "prepare", superuser)
        saas.ormony(project, "db", "prepare", superuser)  # again: nothing to do
        saas.ormony(project, "deploy", "--to", tcp.url("plain"))
        saas.every_tool_finds_nothing(project, tcp.url("plain"))
    finally:
        with tcp.admin() as admin:
            server.drop_database(admin, "plain")


def test_status_tells_found_merged_deployed_and_what_is_next(project: Path, fresh: FRESH) -> None:
    url = fresh()
    before = saas.ormony_json(project, "status", "--against", url)["databases"][0]
    assert [s["deployed"] for s in before["services"]] == [0, 0, 0]
    assert before["pending"] == [name.split("_")[0] for name in saas.stream(project)]
    assert before["next"] == "ormony deploy"
    saas.ormony(project, "deploy", "--to", url)
    after = saas.ormony_json(project, "status", "--against", url)["databases"][0]
    for service in after["services"]:
        assert service["found"] == service["merged"] == service["deployed"] >= 4, service
    assert after["pending"] == []
    assert after["next"] is None


def second_round(project: Path, word: str) -> None:
    """One new migration in every service, as its own tool would have written it."""
    node = project / saas.NODE / "drizzle"
    journal = json.loads((node / "meta" / "_journal.json").read_text())
    last = journal["entries"][-1]
    tag = f"{last['idx'] + 1:04}_{word}"
    (node / f"{tag}.sql").write_text(f'CREATE TABLE "node_{word}" ("id" bigint PRIMARY KEY);\n')
    journal["entries"].append({**last, "idx": last["idx"] + 1, "when": last["when"] + 1000, "tag": tag})
    (node / "meta" / "_journal.json").write_text(json.dumps(journal, indent=2))
    versions = project / saas.PYTHON / "alembic" / "versions"
    head = saas.tool([".venv/bin/alembic", "heads"], project / saas.PYTHON, "").stdout.split()[0]
    (versions / f"{word}.py").write_text(
        f'"""{word}"""\n\nfrom alembic import op\n\nrevision = "{word}"\ndown_revision = "{head}"\n'
        f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n"
        f'    op.execute("create table python_{word} (id bigint primary key references node_{word} (id))")\n'
        f'\n\ndef downgrade() -> None:\n    op.execute("drop table python_{word}")\n'
    )
    rust = project / saas.RUST / "migrations"
    newest = max(int(path.name.split("_")[0]) for path in rust.glob("*.sql"))
    (rust / f"{newest + 1}_{word}.sql").write_text(
        f"create table rust_{word} (id bigint primary key references python_{word} (id));\n"
    )


def test_a_second_round_sorts_after_all_that_is_deployed(project: Path, fresh: FRESH) -> None:
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    old = saas.stream(project)
    second_round(project, "second")
    found = saas.ormony_json(project, "status", "--against", url)["databases"][0]
    assert [s["found"] - s["merged"] for s in found["services"]] == [1, 1, 1]
    assert found["next"] == "ormony sync"
    written = saas.ormony_json(project, "sync")["written"]
    assert len(written) == 4
    rest = (project / written[-1]).read_text()  # new tables get what macros give
    for table in ("node_second", "python_second", "rust_second"):
        assert f"REVOKE ALL ON TABLE public.{table} FROM anon;\n" in rest
    assert all(Path(path).name > max(old) for path in written)
    assert {name: saas.stream(project)[name] for name in old} == old
    offered = saas.supabase(project, url, "db", "push", "--dry-run")
    assert all(Path(path).name in offered for path in written), offered
    saas.ormony(project, "deploy", "--to", url)
    saas.every_tool_finds_nothing(project, url)
    replayed = fresh()
    saas.ormony(project, "deploy", "--to", replayed)
    assert dumped(url) == dumped(replayed)


def test_edited_behavior_is_few_statements_and_leaves_no_drift(project: Path, fresh: FRESH) -> None:
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    for path, old, new in (
        ("supabase/behavior/functions.sql", " AND p.is_active", ""),
        ("supabase/behavior/views.sql", "o.placed_at", "o.placed_at, o.placed_by"),
        ("supabase/behavior/policies.sql", "auth.uid()))", "auth.uid()) AND status = 'cancelled')"),
        (f"{saas.PYTHON}/db/behavior/policies.sql", "<> 'delivered'", "= 'pending'"),
        (f"{saas.RUST}/db/behavior/functions.sql", "priority = 1", "priority = 2"),
        ("ormony.toml", '["customers.email"]', '["customers.email", "customers.name"]'),
        ("ormony.toml", 'read_only = ["org', 'read_only = ["warehouses", "org'),
    ):
        text = (project / path).read_text()
        assert text.count(old) == 1, path
        (project / path).write_text(text.replace(old, new))
    written = saas.ormony_json(project, "sync")["written"]
    text = "".join((project / path).read_text() for path in written)
    starts = re.findall(r"^(?:ALTER|CREATE|DROP|GRANT|REVOKE)[^(\n]*", text, re.MULTILINE)
    assert sorted(each.partition(" USING")[0].partition(" AFTER")[0].strip() for each in starts) == [
        "ALTER POLICY orders_tenant_delete ON public.orders",
        "ALTER POLICY shipments_delivered_stay ON public.shipments",
        "CREATE OR REPLACE FUNCTION public.expedite_job",
        "CREATE OR REPLACE FUNCTION public.get_dashboard_stats",
        "CREATE OR REPLACE TRIGGER customers_audit",
        "CREATE OR REPLACE VIEW public.order_overview WITH",
        "DROP POLICY warehouses_tenant_delete ON public.warehouses;",
        "DROP POLICY warehouses_tenant_insert ON public.warehouses;",
        "DROP POLICY warehouses_tenant_update ON public.warehouses;",
    ]
    saas.ormony(project, "deploy", "--to", url)
    assert saas.ormony_json(project, "diff", "migrations", url)["changes"] == []
    assert saas.ormony_json(project, "sync")["written"] == []


def dumped(url: str) -> str:
    """The whole schema but our own: what a fresh replay must give, too."""
    return server.pg_dump(url, "--schema-only", "--exclude-schema=ormony")


def test_two_branches_that_add_to_every_lane_merge_and_go_on(project: Path, fresh: FRESH) -> None:
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    saas.git(project, "checkout", "-q", "-b", "left")
    branch_round(project, "left")
    saas.ormony(project, "sync")
    saas.commit(project, "left")
    saas.git(project, "checkout", "-q", "main")
    saas.git(project, "checkout", "-q", "-b", "right")
    branch_round(project, "right")
    saas.ormony(project, "sync")
    saas.commit(project, "right")
    saas.git(project, "checkout", "-q", "main")
    saas.git(project, "merge", "-q", "--no-edit", "left")
    saas.ormony(project, "deploy", "--to", url)
    # Both changed the last line of Drizzle's journal: keep the left, then add the right entry again.
    saas.git(project, "merge", "-q", "--no-edit", "-X", "ours", "right")
    add_to_journal(project, "right", 2000)
    saas.commit(project, "both in the journal")
    refused = saas.ormony(project, "deploy", "--to", url, exit_status=2)
    assert "error[duplicate-version]" in refused.stderr
    left = {name for name in saas.stream(project) if "left" in name}
    result = saas.ormony_json(project, "sync", "--against", url)
    assert result["renumbered"]
    names = set(saas.stream(project))
    assert left <= names
    assert min(name for name in names if "right" in name) > max(left)
    saas.ormony(project, "deploy", "--to", url)
    lanes = ("node", "python", "rust")
    assert {f"public.{lane}_{word}" for lane in lanes for word in ("left", "right")} <= saas.tables(url)
    assert saas.ormony_json(project, "sync", "--against", url)["written"] == []
    saas.every_tool_finds_nothing(project, url)
    replayed = fresh()
    saas.ormony(project, "deploy", "--to", replayed)
    assert dumped(url) == dumped(replayed)


def branch_round(project: Path, word: str) -> None:
    """What one branch adds: a migration in every lane, each service's own and one written by hand."""
    offset = {"left": 1, "right": 2}[word]
    add_to_journal(project, word, 1000 * offset)
    head = saas.tool([".venv/bin/alembic", "heads"], project / saas.PYTHON, "").stdout.split()[0]
    (project / saas.PYTHON / "alembic" / "versions" / f"{word}.py").write_text(
        f'"""{word}"""\n\nfrom alembic import op\n\nrevision = "{word}"\ndown_revision = "{head}"\n'
        f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n"
        f'    op.execute("create table python_{word} (id bigint primary key)")\n'
    )
    rust = project / saas.RUST / "migrations"
    newest = max(int(path.name.split("_")[0]) for path in rust.glob("*.sql"))
    (rust / f"{newest + offset}_{word}.sql").write_text(
        f"create table rust_{word} (id bigint primary key);\n"
    )


def add_to_journal(project: Path, word: str, later_ms: int) -> None:
    node = project / saas.NODE / "drizzle"
    journal = json.loads((node / "meta" / "_journal.json").read_text())
    last = journal["entries"][-1]
    tag = f"0006_{word}"
    (node / f"{tag}.sql").write_text(f'CREATE TABLE "node_{word}" ("id" bigint PRIMARY KEY);\n')
    entry = {**last, "idx": last["idx"] + 1, "when": last["when"] + later_ms, "tag": tag}
    journal["entries"].append(entry)
    (node / "meta" / "_journal.json").write_text(json.dumps(journal, indent=2))


def test_an_unmerged_revision_stays_pending_for_its_tool(project: Path, fresh: FRESH) -> None:
    url = fresh()
    second_round(project, "later")
    saas.ormony(project, "deploy", "--to", url)
    assert "public.node_later" not in saas.tables(url)
    saas.drizzle_migrate(project, url)
    assert "public.node_later" in saas.tables(url)
    assert "Running upgrade" in saas.alembic_upgrade(project, url)
    assert "later" in saas.sqlx_run(project, url)


def test_a_revision_that_needs_a_connection_is_recorded(project: Path, fresh: FRESH) -> None:
    """It reads a table of another service's, in a shadow that has all that came before; and it is said."""
    head = saas.tool([".venv/bin/alembic", "heads"], project / saas.PYTHON, "").stdout.split()[0]
    (project / saas.PYTHON / "alembic" / "versions" / "asks.py").write_text(
        f'"""asks"""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "asks"\n'
        f'down_revision = "{head}"\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n'
        "    bind = op.get_bind()\n"
        "    columns = {column['name'] for column in sa.inspect(bind).get_columns('jobs')}\n"
        "    assert 'priority' in columns, columns\n"
        "    assert bind.execute(sa.text('select count(*) from customers')).scalar() == 0\n"
        "    op.execute('create table asked (id bigint primary key)')\n"
    )
    done = saas.ormony(project, "sync")
    assert "recorded-against-shadow" in done.stderr
    (name,) = (name for name in saas.stream(project) if "asks" in name)
    assert "create table asked" in saas.stream(project)[name]
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    assert "public.asked" in saas.tables(url)
    saas.every_tool_finds_nothing(project, url)


def test_drizzle_1_finds_nothing_to_do(project: Path, fresh: FRESH) -> None:
    variant = saas.EXAMPLE / "variants" / "drizzle-1"
    node = project / saas.NODE
    shutil.rmtree(node)
    shutil.copytree(variant, node, ignore=shutil.ignore_patterns("node_modules"))
    (node / "node_modules").symlink_to(variant / "node_modules")
    for file in (project / "supabase" / "migrations").glob("*.sql"):
        if not file.name.startswith("0000"):
            file.unlink()
    saas.git(project, "rm", "-rq", "--cached", "supabase/migrations")
    saas.commit(project, "Drizzle 1.0 from the start")
    saas.ormony(project, "sync")
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    query = "select hash, created_at, name from drizzle.__drizzle_migrations order by id"
    with psycopg.connect(url) as connection:
        before = connection.execute(query).fetchall()
    assert len(before) >= 4
    assert all(name for _, _, name in before)
    saas.drizzle_migrate(project, url)
    with psycopg.connect(url) as connection:
        assert connection.execute(query).fetchall() == before
    assert "public.customers" in saas.tables(url)


def test_a_failure_in_the_last_file_leaves_no_trace(project: Path, fresh: FRESH) -> None:
    url = fresh()
    before = server.pg_dump(url)
    (project / "supabase" / "migrations" / "19999_broken.sql").write_text(
        "create table almost (id int);\nselect 1 / 0;\n"
    )
    refused = saas.ormony(project, "deploy", "--to", url, exit_status=3)
    assert "supabase/migrations/19999_broken.sql:2" in refused.stderr
    assert "division by zero" in refused.stderr
    assert server.pg_dump(url) == before


def test_a_failure_in_a_second_deploy_leaves_the_database_as_it_was(project: Path, fresh: FRESH) -> None:
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    before = server.pg_dump(url)
    (project / "supabase" / "migrations" / "19999_broken.sql").write_text(
        "insert into products (id) values (null);\n"
    )
    saas.ormony(project, "deploy", "--to", url, exit_status=3)
    assert server.pg_dump(url) == before


def test_adopting_a_database_where_the_tools_have_migrated(project: Path, fresh: FRESH) -> None:
    """Bootstrap by psql, two migrations by drizzle-kit: ormony takes them over, and runs the rest."""
    url = fresh()
    bootstrap = [text for name, text in saas.stream(project).items() if name.startswith("0000")]
    with psycopg.connect(url, autocommit=True) as connection:
        for text in bootstrap:
            connection.execute(text.encode())
    partial = project / saas.NODE / "drizzle" / "meta" / "_journal.json"
    whole = partial.read_text()
    journal = json.loads(whole)
    journal["entries"] = journal["entries"][:2]
    partial.write_text(json.dumps(journal))
    saas.drizzle_migrate(project, url)
    partial.write_text(whole)
    seen = saas.ormony_json(project, "status", "--against", url, exit_status=3)["databases"][0]
    assert "error[applied-elsewhere]" in seen["refusal"]
    assert [s["deployed"] for s in seen["services"]] == [2, 0, 0]
    assert seen["next"] == "ormony deploy --adopt"
    refused = saas.ormony(project, "deploy", "--to", url, exit_status=3)
    assert "--adopt" in refused.stderr
    saas.ormony(project, "deploy", "--adopt", "--to", url)
    saas.every_tool_finds_nothing(project, url)
    straight = fresh()
    saas.ormony(project, "deploy", "--to", straight)
    assert dumped(url) == dumped(straight)


def test_adopting_a_database_whose_drizzle_ledger_is_missing(project: Path, fresh: FRESH) -> None:
    url = fresh()
    saas.ormony(project, "deploy", "--to", url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema drizzle cascade; drop schema supabase_migrations cascade")
        connection.execute("drop schema ormony cascade")
    saas.ormony(project, "deploy", "--adopt", "--to", url)
    saas.every_tool_finds_nothing(project, url)


def test_adopting_a_database_with_half_of_the_alembic_chain(project: Path, fresh: FRESH) -> None:
    url = fresh()
    names = list(saas.stream(project))
    upto = names.index("00201_python_shipments.sql") + 1
    with psycopg.connect(url, autocommit=True) as connection:
        for name in names[:upto]:
            if "python" not in name:
                connection.execute(saas.stream(project)[name].encode())
    saas.alembic_upgrade(project, url, "a4dfb0a7d6ac")
    saas.ormony(project, "deploy", "--adopt", "--to", url)
    saas.every_tool_finds_nothing(project, url)
