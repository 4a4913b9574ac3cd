"""The services of examples/saas are real: they compile, their own tools are content, and they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import saas
from ormony.database import server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("services"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the whole stream deployed and the seed run, on 127.0.0.1."""
    home = Path(tempfile.mkdtemp(prefix="ormony-services-"))
    home.chmod(0o755)
    cluster = server.start(home, tcp=True)
    server.create_database(cluster, "saas")
    project = saas.copy(tmp_path_factory.mktemp("services") / "saas")
    found = cluster.url("saas")
    saas.ormony(project, "deploy", "--to", found)
    done = subprocess.run(
        [server.psql(), "-q", "-v", "ON_ERROR_STOP=1", "-f", "supabase/seed.sql", found],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    yield found
    server.destroy(home)


def run(words: list[str], folder: str, url: str, **environment: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words,
        cwd=saas.EXAMPLE / folder,
        env={**os.environ, "DATABASE_URL": url, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_drizzle_has_nothing_to_generate_and_the_program_compiles_and_runs(url: str) -> None:
    before = sorted((saas.EXAMPLE / saas.NODE / "drizzle").iterdir())
    assert "No schema changes" in run(["npx", "--no-install", "drizzle-kit", "generate"], saas.NODE, url)
    assert sorted((saas.EXAMPLE / saas.NODE / "drizzle").iterdir()) == before
    assert "left alone" in run(["npm", "run", "--silent", "build"], saas.NODE, url, DEPLOY_ENV="preview")
    assert "ANVIL" in run(["node", "dist/main.js", "orders", "acme"], saas.NODE, url).upper()


def test_the_build_deploys_on_release(url: str) -> None:
    printed = run(["npm", "run", "--silent", "build"], saas.NODE, url, DEPLOY_ENV="production")
    assert "nothing to do" in printed


def test_alembic_finds_no_difference_and_the_program_runs(url: str) -> None:
    printed = run([".venv/bin/alembic", "check"], saas.PYTHON, url)
    assert "No new upgrade operations detected" in printed
    words = [".venv/bin/python", "-m", "app.main", "receive", "acme", "north", "ANVIL", "10"]
    assert run(words, saas.PYTHON, url).strip()


def test_the_queries_of_the_rust_service_hold_and_it_runs(url: str) -> None:
    run(["cargo", "sqlx", "prepare", "--check"], saas.RUST, url)
    run(["cargo", "run", "--quiet", "--", "enqueue", "acme", "label"], saas.RUST, url, SQLX_OFFLINE="true")
    assert "label" in run(
        ["cargo", "run", "--quiet", "--", "list", "acme"], saas.RUST, url, SQLX_OFFLINE="true"
    )


MIRRORS = """\
//! Rows of tables that others change.

use uuid::Uuid;

/// A row of `jobs`, before its columns changed.
#[derive(Debug, sqlx::FromRow)]
#[allow(dead_code)]
pub struct Jobs {
    pub id: i32, // of the queue
    pub org_id: i32,
    pub kind: Option<String>,
    pub gone: String,
    pub last_error: String,
    pub run_at: sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>,
    pub updated_at: String,
}
"""


def test_structs_that_mirror_edits_compile(tmp_path: Path) -> None:
    project = saas.copy(tmp_path / "saas")
    crate = project / saas.RUST
    (crate / "src/mirrors.rs").write_text(MIRRORS)
    main = crate / "src/main.rs"
    main.write_text(main.read_text().replace("mod jobs;\n", "mod jobs;\nmod mirrors;\n"))
    (project / "supabase/migrations/01499_error.sql").write_text(
        "ALTER TABLE jobs ADD COLUMN last_error text;\n"
    )
    saas.ormony(project, "mirror", "--write", "--service", "rust")
    text = (crate / "src/mirrors.rs").read_text()
    for line in (
        "    pub id: i64, // of the queue\n    pub org_id: Uuid,\n    pub kind: Option<String>,\n",
        "    pub last_error: Option<String>,\n",
        "    pub updated_at: sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>,\n",
    ):
        assert line in text
    assert "gone" not in text
    # What it depends on has been compiled for the example itself.
    target = str(saas.EXAMPLE / saas.RUST / "target")
    done = subprocess.run(
        ["cargo", "build", "--quiet", "--offline", "--locked"],
        cwd=crate,
        env={**os.environ, "SQLX_OFFLINE": "true", "CARGO_TARGET_DIR": target},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_generated_code_shows_every_service_the_same_numbers(url: str) -> None:
    """Each inserts an order as a member of acme, reads through row security, and takes the order back."""
    run(["npm", "run", "--silent", "build"], saas.NODE, url, DEPLOY_ENV="preview")
    of_node = run(["node", "dist/dashboard.js", "acme"], saas.NODE, url)
    of_python = run([".venv/bin/python", "-m", "app.dashboard", "acme"], saas.PYTHON, url)
    words = ["cargo", "run", "--quiet", "--", "dashboard", "acme"]
    of_rust = run(words, saas.RUST, url, SQLX_OFFLINE="true")
    assert json.loads(of_node) == {
        "order": "99.99",
        "seen": ["ANVIL", "ROPE", "ANVIL"],
        "stats": [2, 3, 1, "199.79", "2027-01-02T03:04:05.678901+00:00"],
        "of the others": [0, 0, 0, "0", None],
    }
    assert of_node == of_python == of_rust
