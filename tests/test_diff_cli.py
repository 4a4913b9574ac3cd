"""ormony diff, snapshot and revert, through the real command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import saas
from judge import run_as_one
from ormony.database import server

OLD = """create type mood as enum ('sad', 'blue');
create table users (id int primary key, mail text not null, age int);
create index users_mail on users (mail);
create view adults as select id, mail from users where age >= 18;
"""
NEW = """-- ormony: rename column public.users.mail = public.users.email
-- ormony: rename value public.mood.sad = unhappy
create type mood as enum ('unhappy', 'blue', 'glad');
create table users (id int primary key, email text not null, age bigint default 0);
create index users_mail on users (email);
create view adults as select id, email as mail from users where age >= 18;
create table orders (id int primary key, of int not null references users);
"""
CONFIG = "[database]\n[services.worker]\npath = 'worker'\norm = 'sqlx'\n"


@pytest.fixture(scope="module")
def project(reachable_folder: Path) -> Iterator[Path]:
    """A project with a stream of two files, the second from a service, and both sides of a diff."""
    root = reachable_folder / "diff-cli"
    (root / "supabase" / "migrations").mkdir(parents=True)
    (root / "worker" / "migrations").mkdir(parents=True)
    (root / "old.sql").write_text(OLD)
    (root / "new.sql").write_text(NEW)
    (root / "ormony.toml").write_text(CONFIG)
    (root / "supabase/migrations/00000_users.sql").write_text(OLD)
    (root / "worker/migrations/0001_jobs.sql").write_text(
        "create table jobs (id int primary key, of int not null references users (id));\n"
        "grant select on jobs to anon;\nrevoke delete on jobs from authenticated;\n"
    )
    saas.ormony(root, "sync")
    yield root
    server.destroy(server.home_of(root))
    for folder in (root / ".ormony").glob("shadow-*"):
        server.destroy(folder)


def diff(folder: Path, *words: str, status: int = 1) -> str:
    return saas.ormony(folder, "diff", *words, exit_status=status).stdout


def as_json(folder: Path, *words: str, status: int = 1) -> Any:
    return saas.ormony_json(folder, "diff", *words, exit_status=status)


def test_files_as_text(project: Path) -> None:
    text = diff(project, "old.sql", "new.sql")
    assert text.splitlines()[:3] == [
        "> enum value public.mood.sad  public.mood.sad -> public.mood.unhappy",
        "> column public.users.mail  public.users.mail -> public.users.email",
        "+ table public.orders  2 columns, 2 other parts",
    ] or sorted(text.splitlines()[:2]) == [
        "> column public.users.mail  public.users.mail -> public.users.email",
        "> enum value public.mood.sad  public.mood.sad -> public.mood.unhappy",
    ]
    assert "+ table public.orders  2 columns, 2 other parts" in text
    assert "public.orders.of" not in text
    assert "~ column public.users.age  type: integer -> bigint; default: none -> 0" in text
    assert diff(project, "old.sql", "old.sql", status=0) == "equal: old.sql and old.sql\n"


def test_the_document(project: Path) -> None:
    found = as_json(project, "old.sql", "new.sql", "--prove")
    assert found.keys() >= {"changes", "statements", "unmodelled", "refused", "equal"}
    assert found["proved"] is True
    assert found["equal"] is False
    assert found["refused"] == []
    assert found["unmodelled"] == []
    assert {
        "action": "rename",
        "kind": "column",
        "object": "public.users.mail",
        "details": ["public.users.mail -> public.users.email"],
    } in found["changes"]
    assert {each["action"] for each in found["changes"]} >= {"create", "alter", "rename"}
    for each in found["statements"]:
        assert each.keys() == {"sql", "transactional", "lock", "loses_data", "rewrites"}
    (retyped,) = [each for each in found["statements"] if each["rewrites"]]
    assert "bigint" in retyped["sql"]
    assert retyped["lock"] == "access exclusive"
    assert as_json(project, "old.sql", "old.sql", status=0)["equal"] is True


def test_losses_are_refused(project: Path) -> None:
    found = as_json(project, "new.sql", "old.sql")
    assert found["statements"] == []
    assert found["script"] == ""
    assert any("orders" in each["sql"] and each["loses"] for each in found["refused"])
    refused = saas.ormony(project, "diff", "new.sql", "old.sql", "--sql", exit_status=1)
    assert refused.stdout == ""
    assert "error[data-loss]" in refused.stderr
    allowed = diff(project, "new.sql", "old.sql", "--sql", "--allow-data-loss")
    assert "DROP TABLE public.orders" in allowed.replace('"', "")


@pytest.mark.slow
def test_urls_and_what_psql_makes_of_it(project: Path, cluster: server.Cluster, empty_database: str) -> None:
    name = "diff_cli_goal"
    with cluster.admin() as admin:
        server.drop_database(admin, name)
        server.create_empty(admin, name)
    goal = cluster.url(name)
    try:
        run_as_one(empty_database, OLD + "insert into users values (1, 'a@b.c', 20);")
        run_as_one(goal, NEW)
        told = (
            "--rename",
            "column public.users.mail = email",
            "--rename",
            "value public.mood.sad = public.mood.unhappy",
        )
        script = diff(project, empty_database, goal, *told, "--sql", "--prove")
        run_as_one(empty_database, script)
        assert diff(project, empty_database, goal, status=0).startswith("equal: ")
        with psycopg.connect(empty_database) as connection:
            assert connection.execute("select email from users").fetchall() == [("a@b.c",)]
        # the file still tells what has been renamed; it differs in what Supabase gives to its roles
        again = saas.ormony(project, "diff", empty_database, "new.sql", exit_status=1)
        assert not [line for line in again.stdout.splitlines() if " column " in line or " value " in line]
        assert again.stderr.count("note[rename-done]") == 2
    finally:
        with cluster.admin() as admin:
            server.drop_database(admin, name)


def test_default_privileges_that_go(project: Path, cluster: server.Cluster, empty_database: str) -> None:
    name = "diff_cli_defaults"
    with cluster.admin() as admin:
        server.drop_database(admin, name)
        server.create_empty(admin, name)
    try:
        run_as_one(empty_database, "alter default privileges grant select on tables to anon")
        script = diff(project, empty_database, cluster.url(name), "--sql", "--prove")
        assert "REVOKE SELECT ON TABLES FROM anon" in script
        run_as_one(empty_database, script)
        assert diff(project, empty_database, cluster.url(name), status=0).startswith("equal: ")
    finally:
        with cluster.admin() as admin:
            server.drop_database(admin, name)


@pytest.mark.slow
def test_every_kind_of_source(project: Path, fresh_database: str) -> None:
    saas.ormony(project, "deploy", "--to", fresh_database)
    assert diff(project, "migrations", fresh_database, status=0).startswith("equal: ")
    assert diff(project, "migrations", "supabase/migrations", status=0).startswith("equal: ")
    assert diff(project, "service:worker", "migrations", "--prove", status=0).endswith("proved\n")
    assert "- table public.jobs  2 columns, 2 other parts" in diff(project, "migrations", "old.sql")
    # the plan knows the privileges that Supabase gives new tables, and grants and revokes the rest
    made = diff(project, "old.sql", "migrations", "--sql", "--prove").replace('"', "")
    assert "REVOKE DELETE ON TABLE public.jobs FROM authenticated" in made


@pytest.mark.slow
def test_a_snapshot_is_a_source(project: Path, tmp_path: Path, fresh_database: str) -> None:
    path = tmp_path / "before.json"
    wrote = saas.ormony(project, "snapshot", "old.sql", "-o", str(path))
    assert wrote.stdout.startswith(f"wrote {path}: ")
    shown = saas.ormony(project, "snapshot", "old.sql")
    assert shown.stdout == path.read_text()
    assert saas.ormony(project, "snapshot", "old.sql", "--format", "json").stdout == shown.stdout
    assert json.loads(shown.stdout)["ormony_snapshot"] == 1
    assert diff(project, str(path), "old.sql", status=0).startswith("equal: ")
    url = saas.ormony(tmp_path, "snapshot", fresh_database, "-o", "url.json")  # without a project
    assert url.stdout.startswith("wrote url.json: ")
    assert diff(tmp_path, "url.json", fresh_database, status=0).startswith("equal: ")


def test_a_warm_comparison_starts_no_server(project: Path) -> None:
    diff(project, "migrations", "old.sql")
    code = (
        "import sys\nfrom ormony import commands, project\nfrom pathlib import Path\n"
        "found = commands.diff(project.load(Path.cwd()), None, 'migrations', 'old.sql')\n"
        "print(found.equal, [each for each in sys.modules if each.startswith('psycopg')][:1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False []\n"
    assert not list((project / ".ormony").glob("shadow-*/data/postmaster.pid"))


@pytest.mark.slow
def test_online_is_several_transactions(project: Path) -> None:
    (project / "indexed.sql").write_text(OLD + "create index users_age on users (age);\n")
    script = diff(project, "old.sql", "indexed.sql", "--sql", "--online", "--prove")
    assert script.startswith("-- Several transactions")
    assert "CREATE INDEX CONCURRENTLY" in script


@pytest.mark.slow
def test_revert_and_deploy(project: Path, fresh_database: str) -> None:
    stream = project / "supabase" / "migrations"
    before = sorted(path.name for path in stream.iterdir())
    shown = saas.ormony(project, "revert", "--to", "00000", "--dry-run", "--allow-data-loss").stdout
    assert "-- Loses: all rows of table public.jobs" in shown
    refused = saas.ormony_json(project, "revert", "--to", "00000", exit_status=1)
    assert refused["written"] is None
    assert refused["refused"][0]["loses"] == "all rows of table public.jobs"
    assert sorted(path.name for path in stream.iterdir()) == before
    saas.ormony(project, "deploy", "--to", fresh_database)
    done = saas.ormony(project, "revert", "--to", "00000", "--allow-data-loss")
    try:
        assert "loses: all rows of table public.jobs" in done.stdout
        (new,) = {path.name for path in stream.iterdir()} - set(before)
        assert new == "00400_revert_to_00000.sql"
        head = (stream / new).read_text().splitlines()[0]
        assert " source=revert/00000 " in head
        deployed = saas.ormony(project, "deploy", "--to", fresh_database)
        assert "00400" in deployed.stdout
        assert "revision-gone" not in deployed.stderr
        assert diff(project, "old.sql", fresh_database, status=0).startswith("equal: ")
        assert "nothing to do" in saas.ormony(project, "sync").stdout
    finally:
        for path in stream.iterdir():
            if path.name not in before:
                path.unlink()


def test_no_password_is_shown(project: Path, empty_database: str) -> None:
    url = empty_database.replace("postgres@", "postgres:hunter2@")
    assert url != empty_database
    for words in ((url, empty_database), (empty_database, url), (url, "old.sql")):
        for form in ("text", "json"):
            done = saas.ormony(
                project, "diff", *words, "--format", form, exit_status=0 if "old.sql" not in words else 1
            )
            assert "hunter2" not in done.stdout + done.stderr


def test_no_password_is_in_the_hint_of_several_databases(tmp_path: Path) -> None:
    (tmp_path / "ormony.toml").write_text("[databases.one]\nstream = 'a'\n[databases.two]\nstream = 'b'\n")
    done = saas.ormony(tmp_path, "diff", "postgresql://u:hunter2@127.0.0.1:1/x", "migrations", exit_status=2)
    assert "error[several-databases]" in done.stderr
    assert "ormony diff 'postgresql://u:***@127.0.0.1:1/x' migrations --database one" in done.stderr


def test_nothing_is_no_source(project: Path) -> None:
    done = saas.ormony(project, "diff", "", "migrations", exit_status=2)
    assert "error[unknown-source]" in done.stderr


def test_a_file_in_another_encoding_is_told(project: Path, tmp_path: Path) -> None:
    (tmp_path / "latin.sql").write_bytes("-- one\ncomment on schema public is 'größe';".encode("latin-1"))
    done = saas.ormony(project, "diff", str(tmp_path / "latin.sql"), "old.sql", exit_status=2)
    assert done.stdout == ""
    assert f"{tmp_path}/latin.sql:2: error[not-utf-8]" in done.stderr
