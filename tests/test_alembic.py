"""Alembic: histories read statically, SQL made by the service's own interpreter, and nothing else reached.

The probe is the real one, in the real virtual environment `.venv-services` (see `requirements-services.txt`),
and both servers are real: a shadow, and a "production" whose log must stay silent.
"""

# ruff: noqa: E501
# The tables of snippets read better with one case a line.

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ormony import history
from ormony.adapters import alembic, sqlalchemy_models
from ormony.errors import OrmonyError
from ormony.history import History, Service

ROOT = Path(__file__).parent.parent
PROJECTS = Path(__file__).parent / "projects"
POSTGRES = Path("/usr/lib/postgresql/15/bin")
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services"))
PYTHON = SERVICES / "bin" / "python"


def service(path: str = ".", **more: object) -> Service:
    values: dict[str, object] = {
        "name": "api",
        "orm": "alembic",
        "path": path,
        "database": "d",
        "lane": (200, 299),
    }
    values["python"] = str(PYTHON)
    return Service(**(values | more))  # type: ignore[arg-type]


@pytest.fixture(scope="module", autouse=True)
def services_environment() -> None:
    if not PYTHON.exists():
        pytest.fail(
            f"{PYTHON} is missing: python3 -m venv .venv-services && "
            ".venv-services/bin/pip install -r tests/requirements-services.txt"
        )


# Servers ----------------------------------------------------------------------------------------------------


class Server:
    """A PostgreSQL 15 of our own, on a unix socket and a loopback port; its log names every connection."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.log = folder / "log"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)

    def create(self, database: str) -> str:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}"')
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def dump(self, database: str, *, leaving_out: str = "alembic_version") -> str:
        words = [
            "pg_dump",
            "-h",
            self.folder,
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "--inserts",
            "-T",
            leaving_out,
        ]
        done = subprocess.run(
            [POSTGRES / words[0], *words[1:], database], capture_output=True, text=True, check=True
        )
        return "\n".join(line for line in done.stdout.splitlines() if "restrict " not in line)

    def connections(self) -> int:
        return self.log.read_text("utf-8", "replace").count("connection received")


@contextlib.contextmanager
def running_server(port: int) -> Iterator[Server]:
    # Short, since the path of a unix socket holds 107 bytes; not below pytest's folder, which is private to root.
    folder = Path(tempfile.mkdtemp(prefix="oa-", dir="/tmp"))
    user = 65534 if os.getuid() == 0 else os.getuid()
    if os.getuid() == 0:
        os.chown(folder, user, user)
    folder.chmod(0o755)
    server = Server(folder, port)
    data = folder / "data"
    as_user = {"user": user, "group": user, "extra_groups": []} if os.getuid() == 0 else {}
    subprocess.run(
        [
            POSTGRES / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        ],
        check=True,
        capture_output=True,
        cwd="/",
        **as_user,  # type: ignore[call-overload]
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "port": port,
        "fsync": "off",
        "log_connections": "on",
    }
    words = [POSTGRES / "postgres", "-D", data]
    for name, value in settings.items():
        words += ["-c", f"{name}={value}"]
    with server.log.open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd="/", **as_user)  # type: ignore[call-overload]
    try:
        for _ in range(200):
            try:
                server.connect().close()
                break
            except psycopg.OperationalError:
                assert process.poll() is None, server.log.read_text()
                time.sleep(0.05)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def shadow() -> Iterator[Server]:
    with running_server(free_port()) as server:
        yield server


@pytest.fixture(scope="module")
def production() -> Iterator[Server]:
    """A server that must never hear of a probe."""
    with running_server(free_port()) as server:
        server.create("shop")
        yield server


def apply(server: Server, database: str, parts: tuple[history.Part, ...]) -> None:
    with server.connect(database) as connection:
        for part in parts:
            if part.transaction:
                with connection.transaction():
                    connection.execute(part.sql)
            else:
                for statement in part.sql.split("\n\n"):
                    connection.execute(statement)


def generate(
    root: Path, one: Service, server: Server | None, *, over_tcp: bool = False, **more: object
) -> tuple[History, alembic.Generated]:
    """All SQL of a service, with shadows in which what comes before has been applied."""
    known = alembic.read(root, one)
    ids = [each.id for each in known.revisions]

    def make(wanted: tuple[str, ...]) -> str:
        assert server is not None
        url = server.create("shadow")
        if over_tcp:
            url = f"postgresql://postgres@127.0.0.1:{server.port}/shadow"
        before = ids[: ids.index(wanted[0])]
        if before:
            done = alembic.sql(root, one, known, before, shadow=None)
            for each in before:
                apply(server, "shadow", done.parts[each])
        return url

    return known, alembic.sql(root, one, known, ids, shadow=make if server else None, **more)  # type: ignore[arg-type]


# Small projects ---------------------------------------------------------------------------------------------

ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine

URL = os.environ["DATABASE_URL"]


def run(**where):
    context.configure(**where)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url=URL)
else:
    with create_engine(URL).connect() as connection:
        run(connection=connection)
"""


def make_project(root: Path, revisions: dict[str, str] | None = None, *, env: str = ENV, **more: str) -> Path:
    """A project at `root`: the `upgrade` bodies (or whole files) of a line of revisions r1, r2, …"""
    versions = root / "migrations" / "versions"
    versions.mkdir(parents=True)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = migrations\nprepend_sys_path = .\n")
    (root / "migrations" / "env.py").write_text(env)
    before = "None"
    for name, body in (revisions or {}).items():
        if "def upgrade" not in body and "revision" not in body:
            lines = "".join(f"    {line}\n" for line in body.splitlines() or ["pass"])
            body = (
                "import sqlalchemy as sa\nfrom alembic import op\n\n"
                f'revision = "{name}"\ndown_revision = {before}\n\n\ndef upgrade():\n{lines}'
            )
        before = f'"{name}"'
        (versions / f"{name}.py").write_text(body)
    for path, text in more.items():
        target = root / path.replace("__", "/")
        target = target.with_name(target.name.replace("_py", ".py"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root


def refused(call: Callable[[], object]) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        call()
    return caught.value


# Reading ----------------------------------------------------------------------------------------------------


def test_detect_says_where_the_project_is(tmp_path: Path) -> None:
    found = alembic.detect(PROJECTS, "alembic_shop")
    assert found is not None
    assert (found.orm, found.path, found.config, found.migrations) == (
        "alembic", "alembic_shop", "alembic.ini", "migrations",
    )  # fmt: skip
    found = alembic.detect(PROJECTS, "alembic_async")
    assert found is not None
    assert (found.config, found.name) == ("pyproject.toml", "async-service")
    assert alembic.detect(PROJECTS, ".") is None
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert alembic.detect(tmp_path, ".") is None
    (tmp_path / "alembic.ini").write_text("not an ini file")
    assert alembic.detect(tmp_path, ".") is not None, "init gets past it, read names the fault"
    assert refused(lambda: alembic.read(tmp_path, service())).code == "invalid-config"


FLASK_ENV = """\
from alembic import context
from flask import current_app

kept = current_app.extensions["migrate"]
engine = kept.db.engine
context.config.set_main_option("sqlalchemy.url", engine.url.render_as_string(hide_password=False))

if context.is_offline_mode():
    context.configure(url=engine.url, target_metadata=kept.db.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=kept.db.metadata, **kept.configure_args)
        with context.begin_transaction():
            context.run_migrations()
"""

FLASK_APP = """\
import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
migrate = Migrate()


class Note(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@migrate.configure
def name_the_app(config):
    config.set_main_option("told", "by the application")
    return config


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["NOTES_URL"]
    db.init_app(app)
    migrate.init_app(app, db)
    return app
"""


def make_flask_project(root: Path, revisions: dict[str, str]) -> Path:
    make_project(root, revisions, env=FLASK_ENV, notes_py=FLASK_APP)
    (root / "alembic.ini").unlink()
    (root / "migrations" / "alembic.ini").write_text("# no script_location\n[alembic]\n")
    (root / ".env").write_text("NOTES_URL=postgresql+psycopg2://me:secret@db.example.org/notes\n")
    return root


def test_flask_migrate_gets_its_application(tmp_path: Path, shadow: Server) -> None:
    told = (
        "from alembic import context\nop.execute('select 1 -- ' + context.config.get_main_option('told'))\n"
    )
    asked = (
        "assert sa.inspect(op.get_bind()).has_table('note')\nop.add_column('note', sa.Column('s', sa.Text))"
    )
    create = "op.create_table('note', sa.Column('id', sa.Integer, primary_key=True))"
    root = make_flask_project(tmp_path / "web", {"r1": told + create, "r2": asked})
    found = alembic.detect(tmp_path, "web/migrations")
    assert found is not None
    assert (found.path, found.config, found.migrations) == ("web", "migrations/alembic.ini", "migrations")
    one = service("web", config=found.config, migrations=found.migrations)
    assert [each.id for each in alembic.read(tmp_path, one).revisions] == ["r1", "r2"]

    error = refused(lambda: generate(tmp_path, one, None))
    assert error.code == "probe-failed"
    assert error.message.startswith("Flask finds no application: could not locate a Flask application")
    assert error.hint == "echo FLASK_APP=notes >> web/.flaskenv"

    (root / ".flaskenv").write_text("FLASK_APP=notes\n")
    _, made = generate(tmp_path, one, shadow)
    assert "-- by the application" in made.parts["r1"][0].sql
    assert "ADD COLUMN s TEXT" in made.parts["r2"][0].sql
    assert "web/notes.py" in made.loaded
    assert "CREATE TABLE note" in sqlalchemy_models.export(tmp_path, one).sql

    (root / "notes.py").write_text("import no_such_thing\n")
    error = refused(lambda: generate(tmp_path, one, None))
    assert (error.code, error.place) == ("tool-missing", "web/notes.py:1")


def test_a_migration_may_work_on_alembics_own_ledger(tmp_path: Path, shadow: Server) -> None:
    widen = "op.alter_column('alembic_version', 'version_num', type_=sa.String(255))"
    asked = "assert sa.inspect(op.get_bind()).has_table('alembic_version')\n" + widen
    with shadow.connect() as connection:
        for role in ("anon", "authenticated"):  # Supabase's, which every database of a stream has
            connection.execute(f"CREATE ROLE {role}")
    root = make_project(tmp_path, {"r1": "pass", "r2": asked, "r3": widen})
    _, made = generate(root, service(), shadow)
    assert made.parts["r1"] == ()
    url = shadow.create("ledger")
    for each in ("r2", "r3"):
        assert made.parts[each][0].sql.startswith("/* Alembic makes its ledger before it migrates. */ CREATE")
        with psycopg.connect(url) as connection:
            connection.execute(made.parts[each][0].sql)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT atttypmod FROM pg_attribute WHERE attname = 'version_num'"
        ).fetchall()
    assert {*rows} == {(259,)}


def test_what_calls_alembic_may_name_its_folder(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"r1": "op.execute('select 1')"})
    (root / "alembic.ini").write_text("[alembic]\nprepend_sys_path = .\n")
    assert alembic.detect(root, ".") is None
    error = refused(lambda: alembic.read(root, service()))
    assert error.hint == '[services.api] migrations = "…"   # the folder of env.py'
    _, made = generate(root, service(migrations="migrations"), None)
    assert "select 1" in made.parts["r1"][0].sql


def test_branches_merges_labels_and_several_folders() -> None:
    read = alembic.read(PROJECTS, service("alembic_branches"))
    by_id = {each.id: each for each in read.revisions}
    assert by_id["zz40"].parents == ("bb20", "cc30")
    assert by_id["cc30"].depends_on == ("m100",), "a branch label is followed to the revision that has it"
    assert by_id["m200"].depends_on == ("bb20",)
    assert by_id["m200"].path == "alembic_branches/migrations/billing/2024/m2_invoices.py"
    assert by_id["bb20"].label == "second_of_core"

    assert history.heads(read.revisions) == ("m200", "zz40")
    assert read.ledger == history.Ledger(
        kind="alembic", table="branches_version", schema="public", primary_key=False
    )
    assert read.notices == ()
    configured = alembic.read(PROJECTS, service("alembic_branches", ledger="ops.versions")).ledger
    assert configured == history.Ledger(kind="alembic", table="versions", schema="ops", primary_key=False)


@pytest.mark.parametrize(
    "first", ["", "empty message", "Create Date: 2024-10-15 12:21:32", "Revision ID: r7", "Revises: r6"]
)
def test_a_docstring_without_a_message_leaves_the_name_of_the_file(tmp_path: Path, first: str) -> None:
    text = f'"""\n{first}\n"""\nrevision = "r7"\ndown_revision = None\n\ndef upgrade():\n    pass\n'
    root = make_project(tmp_path, {"0007_add_prices": text})
    assert alembic.read(root, service()).revisions[0].label == "add_prices"


def test_the_order_is_that_of_alembic() -> None:
    read = alembic.read(PROJECTS, service("alembic_branches"))
    script = (
        "import sys; from alembic.config import Config; from alembic.script import ScriptDirectory\n"
        "s = ScriptDirectory.from_config(Config(sys.argv[1]))\n"
        "print(*[each.revision.revision for each in s._upgrade_revs('heads', None)])"
    )
    ini = PROJECTS / "alembic_branches" / "alembic.ini"
    done = subprocess.run([PYTHON, "-B", "-c", script, ini], capture_output=True, text=True, check=True)
    assert [each.id for each in read.revisions] == done.stdout.split()


def test_the_order_of_random_graphs_is_that_of_alembic() -> None:
    """300 graphs with branches, merges and one dependency a revision at most.

    With more, Alembic keeps them in a set of strings, and its order differs from one run to the next.
    """
    dice = random.Random(20)
    graphs = []
    for _ in range(300):
        size = dice.randrange(1, 14)
        names = [f"{dice.randrange(16**6):06x}{i:x}" for i in range(size)]
        graph = []
        for i, name in enumerate(names):
            parents = dice.sample(names[:i], min(i, dice.choice([0, 1, 1, 1, 1, 2, 3])))
            rest = [each for each in names[:i] if each not in parents]
            depends = dice.sample(rest, min(len(rest), dice.choice([0, 0, 0, 1])))
            graph.append((name, parents, depends))
        dice.shuffle(graph)
        graphs.append(graph)
    script = """if True:
        import json, sys
        from alembic.script.revision import Revision, RevisionMap
        for graph in json.load(sys.stdin):
            chain = RevisionMap(
                lambda: [Revision(n, tuple(p) or None, tuple(d) or None) for n, p, d in graph]
            )
            try:
                walk = [each.revision for each in chain.iterate_revisions("heads", None, implicit_base=True)]
            except Exception as error:  # overlapping requests and the like: Alembic itself has no answer
                walk = [type(error).__name__]
            print(json.dumps(walk[::-1]))
    """
    done = subprocess.run(
        [PYTHON, "-c", script], input=json.dumps(graphs), capture_output=True, text=True, check=True
    )
    compared = 0
    for graph, line in zip(graphs, done.stdout.splitlines(), strict=True):
        theirs = json.loads(line)
        if len(theirs) != len(graph):
            continue
        revisions = tuple(
            history.Revision(
                id=name, path=name, native="", stamp=history.AlembicStamp(name), parents=tuple(parents),
                depends_on=tuple(depends),
            )
            for name, parents, depends in graph
        )  # fmt: skip
        assert [each.id for each in alembic._upgrade_order(revisions)] == theirs, graph
        compared += 1
    assert compared > 250


@pytest.mark.parametrize(
    ("configure", "expected"),
    [
        ("context.configure(url=U)", ("alembic_version", None, True)),
        ('context.configure(url=U, version_table="v", version_table_schema="s")', ("v", "s", True)),
        ('N = "named"\ncontext.configure(version_table=N, version_table_pk=False)', ("named", None, False)),
        ('O = dict(version_table_schema="o")\ncontext.configure(url=U, **O)', ("alembic_version", "o", True)),
        ('context.configure(version_table=config.get_main_option("my_table"))', ("from_ini", None, True)),
    ],
)
def test_the_ledger_is_found_in_env(
    tmp_path: Path, configure: str, expected: tuple[str, str | None, bool]
) -> None:
    make_project(tmp_path, {"r1": ""}, env=configure + "\n")
    with (tmp_path / "alembic.ini").open("a") as ini:
        ini.write("my_table = from_ini\n")
    read = alembic.read(tmp_path, service())
    assert read.ledger is not None
    assert (read.ledger.table, read.ledger.schema, read.ledger.primary_key) == expected
    assert read.notices == ()


def test_a_ledger_that_env_computes_is_said_to_be_assumed(tmp_path: Path) -> None:
    make_project(tmp_path, {"r1": ""}, env="context.configure(url=U, version_table_schema=settings.schema)\n")
    read = alembic.read(tmp_path, service())
    assert [each.code for each in read.notices] == ["ledger-not-literal"]
    assert read.notices[0].place == "migrations/env.py:1"
    assert read.notices[0].hint == '[services.api] ledger = "schema.table"'
    assert alembic.read(tmp_path, service(ledger="app.alembic_version")).notices == ()


HEAD = "revision = {0!r}\ndown_revision = {1!r}\n\n\ndef upgrade():\n    pass\n"


@pytest.mark.parametrize(
    ("files", "code", "place"),
    [
        ({"a": "revision = make()\ndown_revision = None\n"}, "broken-revision", "migrations/versions/a.py:1"),
        ({"a": 'x = 1\nrevision = f"{x}"\ndown_revision = None\n'}, "broken-revision", "migrations/versions/a.py:2"),
        ({"a": 'revision = "a"\ndown_revision = 7\n'}, "broken-revision", "migrations/versions/a.py:2"),
        ({"a": 'revision = "a"\n'}, "broken-revision", "migrations/versions/a.py"),
        ({"a": 'revision = "a@b"\ndown_revision = None\n'}, "broken-revision", "migrations/versions/a.py:1"),
        ({"a": 'revision = "a"\ndown_revision = None\ndef (:\n'}, "broken-revision", "migrations/versions/a.py:3"),
        ({"a": HEAD.format("x", None), "b": HEAD.format("x", None)}, "duplicate-revision", "migrations/versions/b.py:1"),
        ({"a": HEAD.format("a", "gone")}, "unknown-revision", "migrations/versions/a.py:2"),
        ({"a": HEAD.format("a", "b"), "b": HEAD.format("b", "a")}, "revision-cycle", "alembic.ini"),
    ],
)  # fmt: skip
def test_bad_revisions_are_refused(tmp_path: Path, files: dict[str, str], code: str, place: str) -> None:
    make_project(tmp_path, files)
    error = refused(lambda: alembic.read(tmp_path, service()))
    assert (error.code, error.place) == (code, place)


def test_golden_texts_of_refusals(tmp_path: Path) -> None:
    make_project(tmp_path, {"a": HEAD.format("abcdef12", None), "b": HEAD.format("b", "abcd")})
    assert str(refused(lambda: alembic.read(tmp_path, service()))) == (
        'migrations/versions/b.py:2: error[unknown-revision]: revision "b" follows "abcd", which does not exist\n'
        'hint: write the id in full: down_revision = "abcdef12"'
    )
    (tmp_path / "migrations" / "versions" / "b.py").write_text("revision = next()\ndown_revision = None\n")
    assert str(refused(lambda: alembic.read(tmp_path, service()))) == (
        "migrations/versions/b.py:1: error[broken-revision]: `revision` is computed, or no string: next()\n"
        'hint: write it as a literal: revision = "3f2a"'
    )


def test_stray_files_legacy_names_and_annotations(tmp_path: Path) -> None:
    make_project(
        tmp_path,
        {
            "1a2b": "down_revision = None\n",  # a name from Alembic's first years is the id
            "_shared": "TABLES = ['revision']\n",
            "c": 'PARENT = "1a2b"\nrevision: str = "c"\ndown_revision: str | None = PARENT\n',
        },
    )
    (tmp_path / "migrations" / "versions" / "__init__.py").write_text("")
    (tmp_path / "migrations" / "versions" / ".#lock.py").symlink_to("nowhere")
    read = alembic.read(tmp_path, service())
    assert [(each.id, each.parents) for each in read.revisions] == [("1a2b", ()), ("c", ("1a2b",))]
    assert [(each.code, each.place) for each in read.notices] == [
        ("stray-migration", "migrations/versions/_shared.py")
    ]


def test_an_empty_project_and_a_long_id(tmp_path: Path) -> None:
    root = make_project(tmp_path / "empty")
    (root / "migrations" / "versions").rmdir()
    assert alembic.read(root, service()).revisions == ()
    root = make_project(tmp_path / "long", {"x" * 33: ""})
    assert [each.code for each in alembic.read(root, service()).notices] == ["long-revision-id"]


def test_compiled_only_revisions_are_refused(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"r1": ""})
    with (root / "alembic.ini").open("a") as ini:
        ini.write("sourceless = true\n")
    assert len(alembic.read(root, service()).revisions) == 1
    (root / "migrations" / "versions" / "r2.pyc").write_bytes(b"\0")
    assert refused(lambda: alembic.read(root, service())).code == "sourceless-revision"


def test_the_multidb_template_is_refused(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"r1": ""})
    with (root / "alembic.ini").open("a") as ini:
        ini.write("databases = one, two\n")
    assert refused(lambda: alembic.read(root, service())).code == "several-databases"


def test_a_broken_percent_sign_names_its_file(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = %(nowhere)s/x\n")
    error = refused(lambda: alembic.read(root, service()))
    assert (error.code, error.place) == ("invalid-config", "alembic.ini")


# SQL --------------------------------------------------------------------------------------------------------

ADDRESSES = {
    "alembic_shop": "DATABASE_URL=postgresql+psycopg2://postgres@127.0.0.1:{port}/{name}",
    "alembic_async": "APP_DATABASE_URL=postgresql+asyncpg://postgres@127.0.0.1:{port}/{name}",
}


@pytest.mark.parametrize("project", ["alembic_shop", "alembic_async"])
def test_the_sql_does_what_alembic_does(
    project: str, shadow: Server, production: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replayed in order it gives the same schema and the same rows as `alembic upgrade heads`."""
    before = production.connections()
    key, _, address = ADDRESSES[project].format(port=production.port, name="shop").partition("=")
    monkeypatch.setenv(key, address)
    known, made = generate(PROJECTS, service(project), shadow)
    assert production.connections() == before, "the probe used the address that was in the environment"
    shadow.create("replayed")
    for each in known.revisions:
        apply(shadow, "replayed", made.parts[each.id])
    shadow.create("upgraded")
    address = ADDRESSES[project].format(port=shadow.port, name="upgraded").partition("=")[2]
    subprocess.run(
        [SERVICES / "bin" / "alembic", "upgrade", "heads"],
        cwd=PROJECTS / project,
        env=os.environ | {key: address, "APP_SIGNING_KEY": "0" * 32, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    assert shadow.dump("replayed") == shadow.dump("upgraded")
    assert not list((PROJECTS / project).rglob("__pycache__")), "a probe leaves nothing in the tree"


def test_parts_follow_what_the_revision_commits(shadow: Server) -> None:
    _, made = generate(PROJECTS, service("alembic_shop"), shadow)
    shape = {key: [(part.transaction, part.recorded) for part in parts] for key, parts in made.parts.items()}
    assert shape == {
        "0001": [(True, False)],
        "0002": [(True, False), (False, False), (True, False)],
        "0003": [(True, True), (False, True), (True, True)],
        "0004": [(True, False)],
        "0005": [(True, True)],
    }
    assert made.parts["0002"][1].sql == (
        "ALTER TYPE product_state ADD VALUE 'gone';\n\n"
        "CREATE INDEX CONCURRENTLY product_state_idx ON product (state);\n"
    )
    first = made.parts["0001"][0].sql
    assert "'100%'" in first
    assert "'a\tb%'" in first, "Alembic's own offline mode turns the tab into spaces"
    assert "C:\\temp'" in first, "SQLAlchemy without a server doubles the backslash"
    assert "'two';\n\n" in first
    assert "-- not the last word\n;\n" in first
    recorded = "".join(part.sql for part in made.parts["0003"])
    assert "setval('product_id_seq', 500)" in recorded
    assert "count(*)" not in recorded
    assert "DELETE" not in recorded, "rolled back, so it has not happened"
    assert "CREATE TYPE" not in made.parts["0005"][0].sql
    assert [(each.code, each.place) for each in made.notices] == [
        ("recorded-against-shadow", "alembic_shop/migrations/versions/0003_inspects.py:15"),
        ("recorded-depends-on-data", "alembic_shop/migrations/versions/0003_inspects.py:15"),
        ("recorded-against-shadow", "alembic_shop/migrations/versions/0005_checks_first.py:13"),
    ]
    assert "alembic_shop/migrations/env.py" in made.loaded
    assert made.versions["alembic"]


def test_a_transaction_of_its_own_in_an_autocommit_block_is_one(tmp_path: Path, shadow: Server) -> None:
    body = """
op.execute("CREATE TABLE a (id int)")
with op.get_context().autocommit_block():
    assert op.get_bind().execute(sa.text("SELECT :n"), {"n": 1}).scalar() == 1
    for column in ("b", "c"):
        op.execute("BEGIN")
        op.execute("LOCK TABLE a IN ACCESS EXCLUSIVE MODE NOWAIT")
        op.execute(f"ALTER TABLE a ADD COLUMN {column} int")
        op.execute("COMMIT")
    op.execute("BEGIN")
    op.execute("DROP TABLE a")
    op.execute("ROLLBACK")
    op.execute("CREATE INDEX CONCURRENTLY a_b ON a (b)")
"""
    _, made = generate(make_project(tmp_path, {"r1": body}), service(), shadow)
    shape = [(part.transaction, part.sql.count(";")) for part in made.parts["r1"]]
    assert shape == [(True, 1), (True, 4), (False, 1)]
    assert "DROP" not in "".join(part.sql for part in made.parts["r1"])


def test_env_py_is_imported_before_any_revision(tmp_path: Path) -> None:
    """Packages that import each other may bear one order alone."""
    root = make_project(tmp_path, {"r1": "import sys\nassert sys.order == ['env', 'r1']"})
    revision = root / "migrations/versions/r1.py"
    revision.write_text("import sys\nsys.order.append('r1')\n" + revision.read_text())
    env = root / "migrations/env.py"
    env.write_text("import sys\nsys.order = ['env']\n" + env.read_text())
    _, made = generate(root, service(), None)
    assert made.parts == {"r1": ()}


def test_only_what_is_wanted_is_made(tmp_path: Path) -> None:
    body = 'op.execute("SELECT {0}")'
    root = make_project(tmp_path, {f"r{i}": body.format(i) for i in range(1, 5)})
    known = alembic.read(root, service())
    made = alembic.sql(root, service(), known, ["r4", "r2"], shadow=None)
    assert {key: parts[0].sql for key, parts in made.parts.items()} == {
        "r2": "SELECT 2;\n",
        "r4": "SELECT 4;\n",
    }
    assert alembic.sql(root, service(python="gone"), known, [], shadow=None).parts == {}
    assert (
        refused(lambda: alembic.sql(root, service(), known, ["r9"], shadow=None)).code == "unknown-revision"
    )


ENUM = 'op.create_table("{0}", sa.Column("k", sa.Enum("x", name="kind")))'


def test_a_shared_enum_is_created_once_whatever_is_wanted(tmp_path: Path, shadow: Server) -> None:
    """Alembic remembers it for one run of its own only."""
    bodies = {
        "r1": ENUM.format("a"),
        "r2": ENUM.format("b"),
        "r3": ASKING["result"] + "\n" + ENUM.format("c"),
    }
    root = make_project(tmp_path, bodies)
    known = alembic.read(root, service())
    second = alembic.sql(root, service(), known, ["r2"], shadow=None)
    assert second.parts["r2"][0].sql.startswith("CREATE TABLE b")
    _, made = generate(root, service(), shadow)
    assert made.parts["r2"] == second.parts["r2"]
    assert made.parts["r1"][0].sql.startswith("CREATE TYPE kind AS ENUM ('x');")
    assert made.parts["r3"][0].sql.startswith("CREATE TABLE c"), "the shadow has the type"


def test_an_enum_of_a_revision_that_has_not_run_is_looked_up(tmp_path: Path, shadow: Server) -> None:
    bodies = {
        "r1": ASKING["result"] + "\n" + ENUM.format("a"),
        "r2": ENUM.format("b"),
        "r3": "op.create_table('c')",
    }
    _, made = generate(make_project(tmp_path, bodies), service(), shadow)
    assert made.parts["r1"][0].sql.startswith("CREATE TYPE kind")
    assert made.parts["r2"][0].sql.startswith("CREATE TABLE b")
    assert [parts[0].recorded for parts in made.parts.values()] == [True, True, False]
    assert made.notices[1].message == (
        'the SQL of revision "r2" was recorded against a shadow, since offline only a database knows whether the '
        'type "kind" exists'
    )


def test_all_heads_and_dependencies_are_made() -> None:
    known, made = generate(PROJECTS, service("alembic_branches"), None)
    assert {key: parts[0].sql for key, parts in made.parts.items()} == {
        each.id: f"CREATE TABLE t_{each.id} (id integer);\n" for each in known.revisions
    }


def test_without_a_shadow_a_revision_that_asks_is_refused(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"r1": "", "r2": 'op.get_bind().execute(sa.text("SELECT 1")).scalar()'})
    error = refused(lambda: generate(root, service(), None))
    assert str(error) == (
        'migrations/versions/r2.py:9: error[needs-shadow]: revision "r2" has no SQL without a database: '
        "the result of a query is used\nhint: ormony db up"
    )


ASKING = {
    "result": 'op.get_bind().execute(sa.text("SELECT 1")).fetchall()',
    "truth": 'if op.get_bind().execute(sa.text("SELECT 1")):\n    pass',
    "loop": 'for row in op.get_bind().execute(sa.text("SELECT 1")):\n    pass',
    "bound": 'op.get_bind().execute(sa.text("SELECT :a"), {"a": 1})',
    "checkfirst": 'sa.Table("t", sa.MetaData(), sa.Column("i", sa.Integer)).create(op.get_bind(), checkfirst=True)',
    "inspect": "sa.inspect(op.get_bind()).get_table_names()",
    "session": 'from sqlalchemy.orm import Session\nSession(op.get_bind()).execute(sa.text("SELECT 1")).all()',
    "swallowed": 'try:\n    op.get_bind().execute(sa.text("SELECT 1")).scalar()\nexcept Exception:\n    pass',
    "mode": 'from alembic import context\nif not context.is_offline_mode():\n    op.execute("SELECT 2")',
    "as_sql": 'if not op.get_context().as_sql:\n    op.execute("SELECT 2")',
}


@pytest.mark.parametrize("name", ASKING)
def test_what_asks_a_database_is_recorded(name: str, tmp_path: Path, shadow: Server) -> None:
    root = make_project(tmp_path, {"r1": ASKING[name] + '\nop.execute("CREATE TABLE after_it ()")'})
    _, made = generate(root, service(), shadow)
    assert all(part.recorded for part in made.parts["r1"])
    assert made.parts["r1"][-1].sql.endswith("CREATE TABLE after_it ();\n")
    assert [each.code for each in made.notices] == ["recorded-against-shadow"]
    assert ("SELECT 2" in made.parts["r1"][0].sql) is False, "a read that leaves nothing behind"


def test_functions_with_an_effect_are_kept(tmp_path: Path, shadow: Server) -> None:
    body = """
bind = op.get_bind()
bind.execute(sa.text("CREATE TABLE t (i int)"))
bind.execute(sa.text("CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'INSERT INTO t VALUES (1)'"))
bind.execute(sa.text("CREATE FUNCTION ask() RETURNS int LANGUAGE sql STABLE AS 'SELECT max(i) FROM t'"))
bind.execute(sa.text("SELECT fill()"))
assert bind.execute(sa.text("SELECT ask()")).scalar() == 1
bind.execute(sa.text("WITH gone AS (DELETE FROM t RETURNING i) SELECT count(*) FROM gone"))
bind.execute(sa.text("SELECT i, lower('FILL()') FROM t FOR UPDATE"))
bind.execute(sa.text("SELECT * INTO copied FROM t"))
bind.execute(sa.text("SELECT set_config('search_path', 'public', true)"))
"""
    root = make_project(tmp_path, {"r1": body.strip()})
    _, made = generate(root, service(), shadow)
    text = made.parts["r1"][0].sql
    kept = [line for line in text.splitlines() if line]
    assert [line.split("(")[0] for line in kept[3:]] == [
        "SELECT fill", "WITH gone AS ", "SELECT * INTO copied FROM t;", "SELECT set_config",
    ]  # fmt: skip


def test_a_commit_in_the_middle_cuts_a_revision(tmp_path: Path, shadow: Server) -> None:
    """The old way, before `autocommit_block`: what follows a literal COMMIT runs outside of a transaction."""
    body = (
        'op.execute("CREATE TYPE m AS ENUM (\'a\')")\nop.execute("COMMIT")\n'
        'op.execute("ALTER TYPE m ADD VALUE \'b\'")\nop.execute("BEGIN")\nop.execute("CREATE TABLE t (m m DEFAULT \'b\')")'
    )
    root = make_project(tmp_path, {"r1": body})
    _, made = generate(root, service(), None)
    assert [(part.transaction, part.sql) for part in made.parts["r1"]] == [
        (True, "CREATE TYPE m AS ENUM ('a');\n"),
        (False, "ALTER TYPE m ADD VALUE 'b';\n"),
        (True, "CREATE TABLE t (m m DEFAULT 'b');\n"),
    ]


@pytest.mark.parametrize("over_tcp", [False, True])
@pytest.mark.parametrize("driver", ["psycopg2", "psycopg", "asyncpg", "pg8000"])
def test_every_driver_reaches_the_shadow(driver: str, over_tcp: bool, tmp_path: Path, shadow: Server) -> None:
    env = ENV.replace(
        'os.environ["DATABASE_URL"]',
        f'"postgresql+{driver}://u:p@db.example.com/app?x=1"'.replace("?x=1", ""),
    )
    if driver == "asyncpg":
        env = env.replace(
            "from sqlalchemy import create_engine",
            "import asyncio\nfrom sqlalchemy.ext.asyncio import create_async_engine",
        )
        env = env[: env.index("    with create_engine")] + (
            "    async def main():\n"
            "        async with create_async_engine(URL).connect() as connection:\n"
            "            await connection.run_sync(lambda each: run(connection=each))\n\n"
            "    asyncio.run(main())\n"
        )
    body = (
        "bind = op.get_bind()\n"
        'bind.execute(sa.text("CREATE TABLE t (a text, b int, c bytea, d numeric)"))\n'
        't = sa.table("t", sa.column("a", sa.Text), sa.column("b", sa.Integer), sa.column("c", sa.LargeBinary), '
        'sa.column("d", sa.Numeric))\n'
        "import decimal\n"
        "bind.execute(t.insert(), [{'a': \"it's 5% $1 \\\\\\\\ :x\", 'b': -5, 'c': b'\\\\x00\\\\xff', 'd': decimal.Decimal('1.50')}])\n"
        'bind.execute(sa.text("UPDATE t SET b = 5 -:n WHERE a = a"), {"n": -1})\n'
    )
    root = make_project(tmp_path, {"r1": body.replace("\\\\", "\\")}, env=env)
    _, made = generate(root, service(), shadow, over_tcp=over_tcp)
    shadow.create("replayed")
    apply(shadow, "replayed", made.parts["r1"])
    with shadow.connect("replayed") as mine, shadow.connect("shadow") as theirs:
        rows = mine.execute("SELECT * FROM t").fetchall()
        assert rows == theirs.execute("SELECT * FROM t").fetchall()
        assert rows[0][1:3] == (6, b"\x00\xff")


# Nothing else is reached ------------------------------------------------------------------------------------

CONNECTING = {
    "psycopg2": "import psycopg2\npsycopg2.connect('{dsn}')",
    "psycopg2 subclass": "import psycopg2.extensions as e\npsycopg2 = __import__('psycopg2')\npsycopg2.connect('{dsn}', connection_factory=e.connection)",
    "psycopg": "import psycopg\npsycopg.connect('{dsn}')",
    "psycopg async": "import asyncio, psycopg\nasyncio.run(psycopg.AsyncConnection.connect('{dsn}'))",
    "asyncpg": "import asyncio, asyncpg\nasyncio.run(asyncpg.connect('{url}'))",
    "asyncpg socket": "import asyncio, asyncpg\nasyncio.run(asyncpg.connect(host='{folder}', port={port}, user='postgres', database='shop'))",
    "asyncpg on uvloop": "import asyncpg, uvloop\nuvloop.run(asyncpg.connect('{url}'))",
    "uvloop": (
        "import asyncio, uvloop\nasync def talk():\n    await asyncio.open_connection('127.0.0.1', {port})\nuvloop.run(talk())"
    ),
    "pg8000": "import pg8000\npg8000.connect(user='postgres', host='127.0.0.1', port={port}, database='shop')",
    "sqlalchemy": "import sqlalchemy\nsqlalchemy.create_engine('{url}').connect()",
    "sqlalchemy creator": "import psycopg2, sqlalchemy\nsqlalchemy.create_engine('postgresql+psycopg2://', creator=lambda: psycopg2.connect('{dsn}')).connect()",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', {port})).sendall(b'\\0\\0\\0\\x08\\x04\\xd2\\x16/')",
    "unix socket": "import socket\nsocket.socket(socket.AF_UNIX).connect('{folder}/.s.PGSQL.{port}')",
    "psql": "import subprocess\nsubprocess.run(['psql', '{dsn}', '-c', 'select 1'], check=True)",
    "shell": "import os\nassert os.system('psql \"{dsn}\" -c \"select 1\"') == 0",
    "python child": "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import psycopg2; psycopg2.connect(\"{dsn}\")'], check=True)",
    "fork": (
        "import os, psycopg2\npid = os.fork()\nif not pid:\n    try:\n        psycopg2.connect('{dsn}')\n"
        "    except BaseException:\n        os._exit(1)\n    os._exit(0)\nassert os.waitpid(pid, 0)[1] == 0"
    ),
}  # fmt: skip


def snippet(name: str, server: Server) -> str:
    values = {
        "dsn": f"host=127.0.0.1 port={server.port} user=postgres dbname=shop",
        "url": f"postgresql://postgres@127.0.0.1:{server.port}/shop",
        "folder": str(server.folder),
        "port": str(server.port),
    }
    text = CONNECTING[name]
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


@pytest.mark.parametrize("name", CONNECTING)
def test_the_snippets_would_connect(name: str, production: Server) -> None:
    """The control: run by plain Python, each of them is heard by the server."""
    before = production.connections()
    subprocess.run([PYTHON, "-c", snippet(name, production)], check=True, capture_output=True)
    for _ in range(40):
        if production.connections() > before:
            return
        time.sleep(0.05)
    pytest.fail("the server did not hear of it")


@pytest.mark.parametrize("where", ["env", "models", "revision"])
@pytest.mark.parametrize("name", CONNECTING)
def test_no_probe_reaches_another_database(
    name: str, where: str, tmp_path: Path, shadow: Server, production: Server
) -> None:
    code = snippet(name, production)
    env = ENV
    more = {}
    line = 0
    if where == "env":
        env = ENV.replace("def run(", code + "\n\n\ndef run(")
        line = ENV.index("def run(")
        line = ENV[:line].count("\n") + 1
    elif where == "models":
        env = "import app.models\n" + ENV
        more = {"app__models_py": '"""Models."""\n\n' + code + "\n"}
    root = make_project(tmp_path, {"r1": code if where == "revision" else ""}, env=env, **more)
    before = production.connections()
    file = {"env": "migrations/env.py", "models": "app/models.py", "revision": "migrations/versions/r1.py"}[
        where
    ]
    error = refused(lambda: generate(root, service(), shadow))
    time.sleep(0.05)
    assert production.connections() == before
    if name == "fork":  # the child was refused, and what the parent made of that is its own failure
        assert error.code in {"probe-failed", "probe-connected-elsewhere"}
    else:
        assert error.code == "probe-connected-elsewhere", str(error)
        assert error.exit_status == 2
    assert error.place is not None
    assert error.place.startswith(file + ":"), str(error)
    assert line == 0 or int(error.place.rpartition(":")[2]) >= line


def test_a_refusal_that_the_code_swallows_is_an_error_all_the_same(
    tmp_path: Path, shadow: Server, production: Server
) -> None:
    code = (
        "try:\n    "
        + snippet("psycopg2", production).replace("\n", "\n    ")
        + "\nexcept Exception:\n    pass"
    )
    error = refused(lambda: generate(make_project(tmp_path, {"r1": code}), service(), shadow))
    assert str(error) == (
        f'migrations/versions/r1.py:11: error[probe-connected-elsewhere]: the database "shop" at '
        f"127.0.0.1:{production.port} (by psycopg2) is used while the migrations are turned into SQL; it was not "
        "reached\nhint: take the connection that Alembic gives: op.get_bind() in a revision, "
        "connectable.connect() in env.py; open no other at import"
    )


def test_telemetry_that_is_refused_is_only_a_notice(tmp_path: Path, production: Server) -> None:
    code = f"import socket\ntry:\n    socket.create_connection(('127.0.0.1', {production.port}))\nexcept OSError:\n    pass\n"
    _, made = generate(make_project(tmp_path, {"r1": ""}, env=code + ENV), service(), None)
    assert [(each.code, each.place) for each in made.notices] == [
        ("connection-refused", "migrations/env.py:3")
    ]


def test_a_hard_coded_engine_of_env_gets_the_shadow(
    tmp_path: Path, shadow: Server, production: Server
) -> None:
    url = f"postgresql+psycopg2://postgres@127.0.0.1:{production.port}/shop"
    env = ENV.replace('os.environ["DATABASE_URL"]', repr(url))
    before = production.connections()
    root = make_project(tmp_path, {"r1": ASKING["result"] + '\nop.execute("CREATE TABLE made ()")'}, env=env)
    _, made = generate(root, service(), shadow)
    assert made.parts["r1"][0].sql == "CREATE TABLE made ();\n"
    assert production.connections() == before


def test_the_kernel_holds_what_no_hook_sees(tmp_path: Path, production: Server) -> None:
    """libpq, called below all that we guard; and the wall says that it stands."""
    code = (
        "from psycopg import pq\n"
        f"for host in ('127.0.0.1', '{production.folder}'):\n"
        f"    pq.PGconn.connect(f'host={{host}} port={production.port} user=postgres dbname=shop'.encode())\n"
    )
    before = production.connections()
    subprocess.run([PYTHON, "-c", code], check=True)
    time.sleep(0.2)
    assert production.connections() == before + 2, "the control"
    _, made = generate(make_project(tmp_path, {"r1": code}), service(), None)
    if not made.wall:
        pytest.skip("this kernel grants no namespaces here: only the guards inside stand")
    assert made.wall.startswith("network sockets:")
    time.sleep(0.2)
    assert production.connections() == before + 2


# Probes that misbehave --------------------------------------------------------------------------------------

MISBEHAVING = {
    "raises": ("raise RuntimeError('no pool://u:secret@h/d')", "probe-failed", "migrations/env.py:1", "RuntimeError: no pool://u:***@h/d"),
    "exits": ("import sys\nsys.exit(3)", "probe-failed", "migrations/env.py:2", "the code ends the process: sys.exit(3)"),
    "ends": ("import os\nos._exit(3)", "probe-failed", "migrations/env.py", "the migrations of service \"api\" ended Python itself (exit status 3)"),
    "crashes": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "probe-failed", "migrations/env.py", "the migrations of service \"api\" ended Python itself (signal 11)"),
    "not python": ("def (:", "broken-env", "migrations/env.py:1", None),
    "wants a setting": ("import os\nos.environ['STRIPE_KEY']", "probe-failed", "migrations/env.py:2", "KeyError: 'STRIPE_KEY'"),
    "runs nothing": ("from alembic import context\ncontext.configure(url='postgresql://')\ncontext.is_offline_mode()\nimport sys; raise SystemExit", "probe-failed", "migrations/env.py:4", None),
    "sqlite": ("from alembic import context\ncontext.configure(url='sqlite://')", "not-postgresql", "migrations/env.py:2", "env.py configures sqlite, not PostgreSQL"),
    "twice": (ENV.replace("    run(url=URL)", "    run(url=URL)\n    run(url=URL)") + "\nimport sys\nsys.exit()", "several-databases", "migrations/env.py:12", None),
    "no module": ("import no_such_package_here", "tool-missing", "migrations/env.py:1", 'the Python environment of service "api" has no module "no_such_package_here"'),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVING)
def test_an_env_that_misbehaves(name: str, tmp_path: Path) -> None:
    env, code, place, message = MISBEHAVING[name]
    root = make_project(tmp_path, {"r1": ""}, env=env + "\n")
    error = refused(lambda: generate(root, service(), None))
    assert (error.code, error.place) == (code, place), str(error)
    assert message is None or error.message == message
    assert error.exit_status == (4 if code == "tool-missing" else 2)


def test_noise_closed_outputs_and_children_do_no_harm(tmp_path: Path) -> None:
    noise = (
        "import os, sys, threading, time\nprint('x' * 3_000_000)\nprint('y' * 1_000_000, file=sys.stderr)\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "if os.fork() == 0:\n    time.sleep(60)\n"
        "os.close(1)\nsys.stdout.close()\n"
    )
    root = make_project(tmp_path, {"r1": "op.execute('SELECT 1')"}, env=noise + ENV)
    begun = time.monotonic()
    _, made = generate(root, service(), None)
    assert made.parts["r1"][0].sql == "SELECT 1;\n"
    assert time.monotonic() - begun < 20


def test_a_forked_child_that_runs_on_does_not_answer_for_us(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"r1": "op.execute('SELECT 1')"}, env="import os\nos.fork()\n" + ENV)
    _, made = generate(root, service(), None)
    assert made.parts["r1"][0].sql == "SELECT 1;\n"


def test_an_env_that_hangs_is_ended(tmp_path: Path) -> None:
    env = "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.fork()\n"
    root = make_project(
        tmp_path,
        {"r1": ""},
        env=env + f"open({str(tmp_path / 'alive')!r}, 'a').write(str(os.getpid()) + ' ')\ntime.sleep(600)\n",
    )
    error = refused(lambda: generate(root, service(), None, timeout_s=1.5))
    assert str(error).startswith(
        'migrations/env.py: error[probe-timeout]: the migrations of service "api" did not end within 1.5 s\nhint: '
    )
    for pid in (tmp_path / "alive").read_text().split():
        for _ in range(50):
            if (
                not Path("/proc", pid, "stat").exists()
                or Path("/proc", pid, "stat").read_text().split()[2] == "Z"
            ):
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"process {pid} lives on")


def test_a_missing_setting_comes_with_its_command(tmp_path: Path) -> None:
    settings = "import pydantic_settings\nclass S(pydantic_settings.BaseSettings):\n    API_KEY: str\nS()\n"
    root = make_project(tmp_path, {"r1": ""}, env=settings + ENV)
    cure = "printf '%s=x\\n' API_KEY >> .env.example   # no secrets"
    assert refused(lambda: generate(root, service(), None)).hint == cure
    assert refused(lambda: sqlalchemy_models.export(root, service())).hint == cure
    (root / ".env.example").write_text("API_KEY=x\n")
    generate(root, service(), None)


@pytest.mark.parametrize(
    ("message", "key", "names"),
    [
        ("KeyError: 'A_KEY'", "A_KEY", ("A_KEY",)),
        ("KeyError: 'a_key'", "a_key", ()),
        ("KeyError: \"Config 'A_KEY' is missing, and has no default.\"", None, ("A_KEY",)),
        ("A_KEY not found. Declare it as envvar or define a default value.", None, ("A_KEY",)),
        ("2 validation errors\nA\n  Field required [x]\nB\n  Field required [x]", None, ("A", "B")),
        ("relation a is missing", None, ()),
    ],
)
def test_the_names_of_missing_settings(message: str, key: str | None, names: tuple[str, ...]) -> None:
    assert alembic.missing_settings({"message": message, "key": key}) == names


def test_a_missing_import_of_sqlmodel_is_explained(tmp_path: Path) -> None:
    root = make_project(
        tmp_path, {"r1": 'op.create_table("t", sa.Column("a", sqlmodel.sql.sqltypes.AutoString()))'}
    )
    assert str(refused(lambda: generate(root, service(), None))) == (
        "migrations/versions/r1.py:9: error[probe-failed]: NameError: name 'sqlmodel' is not defined\n"
        'hint: add "import sqlmodel" to migrations/versions/r1.py and to migrations/script.py.mako'
    )


def test_a_comment_alone_is_no_sql(tmp_path: Path) -> None:
    root = make_project(
        tmp_path, {"r1": 'op.execute("-- nothing;")\nop.execute("/* a */ ;")\nop.execute("")'}
    )
    assert generate(root, service(), None)[1].parts == {"r1": ()}


def test_env_with_a_buffer_of_its_own(tmp_path: Path) -> None:
    env = ENV.replace(
        "context.configure(**where)", "import io\n    context.configure(output_buffer=io.StringIO(), **where)"
    )
    _, made = generate(make_project(tmp_path, {"r1": "op.execute('SELECT 1')"}, env=env), service(), None)
    assert made.parts["r1"][0].sql == "SELECT 1;\n"


def test_a_revision_that_fails_on_the_shadow_is_named(tmp_path: Path, shadow: Server) -> None:
    root = make_project(tmp_path, {"r1": "", "r2": ASKING["result"] + '\nop.execute("DROP TABLE missing")'})
    error = refused(lambda: generate(root, service(), shadow))
    assert (error.code, error.place) == ("probe-failed", "migrations/versions/r2.py:10")
    assert 'table "missing" does not exist' in error.message


# Interpreter ------------------------------------------------------------------------------------------------


def test_the_interpreter_of_the_nearest_environment(tmp_path: Path) -> None:
    (tmp_path / "services" / "api").mkdir(parents=True)
    for place in ("services/venv", ".venv"):
        (tmp_path / place / "bin").mkdir(parents=True)
        (tmp_path / place / "bin" / "python").symlink_to("/usr/bin/env")
    one = service("services/api", python=None)
    assert alembic.interpreter(tmp_path, one, {}) == tmp_path / "services" / "venv" / "bin" / "python"
    shutil.rmtree(tmp_path / "services" / "venv")
    assert alembic.interpreter(tmp_path, one, {}) == tmp_path / ".venv" / "bin" / "python"
    shutil.rmtree(tmp_path / ".venv")
    outer = {"VIRTUAL_ENV": str(SERVICES)}
    assert alembic.interpreter(tmp_path, one, outer) == PYTHON


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ((), "python3 -m venv api/.venv && api/.venv/bin/pip install alembic psycopg2-binary"),
        (
            ("requirements.txt",),
            "python3 -m venv api/.venv && api/.venv/bin/pip install -r api/requirements.txt",
        ),
        (("pyproject.toml",), "python3 -m venv api/.venv && api/.venv/bin/pip install -e api"),
        (("pyproject.toml", "uv.lock"), "uv sync --project api"),
        (("poetry.lock",), "cd api && POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install"),
    ],
)
def test_a_missing_interpreter_comes_with_its_command(
    tmp_path: Path, files: tuple[str, ...], hint: str
) -> None:
    (tmp_path / "api").mkdir()
    for name in files:
        (tmp_path / "api" / name).write_text("")
    error = refused(lambda: alembic.interpreter(tmp_path, service("api", python=None), {}))
    assert (
        str(error)
        == f'api: error[interpreter-missing]: service "api" has no Python environment\nhint: {hint}'
    )
    assert error.exit_status == 4


@pytest.mark.parametrize("folder", ["migrations", "alembic"])
def test_an_environment_without_alembic(tmp_path: Path, folder: str) -> None:
    """Also where the service's own folder is called so, and an editable install has it on the path."""
    root = make_project(tmp_path, {"r1": ""})
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    if folder == "alembic":
        (root / "migrations").rename(root / "alembic")
        (root / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
        packages = next((root / ".venv/lib").glob("python*/site-packages"))
        (packages / "editable.pth").write_text(f"{root}\n")
        (packages / "sqlalchemy").mkdir()
        (packages / "sqlalchemy/__init__.py").write_text('__version__ = "2.0.0"\n')
    error = refused(lambda: generate(root, service(python=None), None))
    assert str(error) == (
        'error[tool-missing]: the Python environment of service "api" has no module "alembic"\n'
        "hint: .venv/bin/pip install alembic"
    )
    assert error.exit_status == 4
