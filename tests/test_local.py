"""The local database through the command line: started by several, reset, and what status makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import saas

pytestmark = pytest.mark.slow


@pytest.fixture
def project(reachable_folder: Path) -> Iterator[Path]:
    """A project with one hand-written file, in a folder that the server's user can reach."""
    folder = Path(tempfile.mkdtemp(dir=reachable_folder))
    folder.chmod(0o755)
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (folder / "ormony.toml").write_text("[database]\n")
    (migrations / "00000_a.sql").write_text("create table a (id int primary key);\n")
    yield folder
    saas.ormony(folder, "db", "down", "--destroy")


def test_several_may_start_the_local_server_at_once(project: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "ormony", "deploy", "--format", "json"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    done = [(process.communicate(timeout=120), process.returncode) for process in started]
    assert [status for _, status in done] == [0] * 4, done
    applied = [json.loads(out)["databases"][0]["applied"] for (out, _), _ in done]
    assert sorted(applied) == [[], [], [], ["00000"]]


def test_up_says_what_is_left_to_do(project: Path) -> None:
    assert "next: ormony deploy" in saas.ormony(project, "db", "up").stdout
    saas.ormony(project, "deploy")
    assert "next:" not in saas.ormony(project, "db", "up").stdout
    (project / "supabase" / "migrations" / "00000_a.sql").rename(project / "a.sql")
    saas.ormony(project, "db", "reset")
    assert "next:" not in saas.ormony(project, "db", "up").stdout


def test_reset_drops_nothing_for_a_stream_that_would_not_run(project: Path) -> None:
    saas.ormony(project, "deploy")
    url = saas.ormony(project, "db", "url").stdout.strip()
    with psycopg.connect(url) as connection:
        connection.execute("insert into a values (7)")
    (project / "supabase" / "migrations" / "00001_b.sql").write_text("create table b (id nope);\n")
    refused = saas.ormony(project, "db", "reset", exit_status=3)
    assert "00001_b.sql:1" in refused.stderr
    with psycopg.connect(url) as connection:
        assert connection.execute("select id from a").fetchall() == [(7,)]
    (project / "supabase" / "migrations" / "00001_b.sql").unlink()
    saas.ormony(project, "db", "reset")
    with psycopg.connect(saas.ormony(project, "db", "url").stdout.strip()) as connection:
        assert connection.execute("select id from a").fetchall() == []


def test_status_tells_what_a_deploy_would_refuse(project: Path) -> None:
    saas.ormony(project, "deploy")
    assert "nothing to do" in saas.ormony(project, "status").stdout
    twin = project / "supabase" / "migrations" / "00000_twin.sql"
    twin.write_text("create table twin (id int);\n")
    seen = saas.ormony(project, "status", exit_status=2)
    assert "error[duplicate-version]" in seen.stdout
    assert "next: ormony sync" in seen.stdout
    twin.unlink()
    (project / "supabase" / "migrations" / "00000_a.sql").rename(project / "gone.sql")
    seen = saas.ormony(project, "status", exit_status=3)
    assert "error[version-without-file]" in seen.stdout
    assert "nothing to do" not in seen.stdout


def test_status_of_a_database_that_cannot_be_asked(project: Path) -> None:
    (project / "ormony.toml").write_text('[database]\nurl = "env:NOT_SET_ANYWHERE"\n')
    assert "NOT_SET_ANYWHERE" not in os.environ
    assert "nothing to do" not in saas.ormony(project, "status").stdout
    (project / "ormony.toml").write_text('[database]\nurl = "postgresql://u@127.0.0.1:1/nope"\n')
    seen = saas.ormony(project, "status", exit_status=3)
    assert "error[cannot-connect]" in seen.stdout
    assert "nothing to do" not in seen.stdout


def test_options_that_make_no_sense_are_refused(project: Path) -> None:
    for words in (["--wait", "-1"], ["--wait", "nan"], ["--lock-timeout", "nan"], ["--assume", "00000"]):
        refused = saas.ormony(project, "deploy", *words, "--format", "json", exit_status=2)
        assert json.loads(refused.stdout)["error"]["code"] in ("usage", "assume-without-adopt")


def test_a_role_that_the_stream_makes_need_not_be_there_before(project: Path) -> None:
    """Its service's files run as it, and its tool's ledger is its own."""
    (project / "worker" / "migrations").mkdir(parents=True)
    (project / "worker" / "migrations" / "0001_jobs.sql").write_text("create table jobs (id int);\n")
    (project / "ormony.toml").write_text(
        '[services.worker]\npath = "worker"\norm = "sqlx"\nmigrations = "migrations"\n'
        'role = "worker"\nsearch_path = "work"\n'
    )
    (project / "supabase" / "migrations" / "00000_a.sql").write_text(
        "do $$ begin if not exists (select from pg_roles where rolname = 'worker')"
        " then create role worker; end if; end $$;\n"
        "grant worker to postgres;\ncreate schema work authorization worker;\n"
    )
    saas.ormony(project, "sync")
    saas.ormony(project, "deploy")
    with psycopg.connect(saas.ormony(project, "db", "url").stdout.strip()) as connection:
        owners = connection.execute(
            "select relname, relowner::regrole::text from pg_class"
            " where relnamespace = 'work'::regnamespace and relkind = 'r' order by 1"
        ).fetchall()
    assert owners == [("_sqlx_migrations", "worker"), ("jobs", "worker")]


def test_a_late_file_runs_once_both_orders_are_proved_alike(project: Path) -> None:
    migrations = project / "supabase" / "migrations"
    (migrations / "00005_b.sql").write_text("create table b (id int);\n")
    saas.ormony(project, "deploy")
    (migrations / "00003_late.sql").write_text("create table late (id int);\ninsert into late values (1);\n")
    refused = saas.ormony(project, "deploy", exit_status=3)
    assert "error[out-of-order]" in refused.stderr
    done = saas.ormony(project, "deploy", "--include-out-of-order")
    assert "note[late-data]" in done.stderr
    assert "applied 1 file" in done.stdout
    # Here the order matters: the default is what the later of the two says.
    (migrations / "00006_c.sql").write_text("alter table b alter column id set default 6;\n")
    saas.ormony(project, "deploy")
    (migrations / "000055_late.sql").write_text("alter table b alter column id set default 5;\n")
    refused = saas.ormony(project, "deploy", "--include-out-of-order", exit_status=3)
    assert "gives another schema than a fresh replay" in refused.stderr
