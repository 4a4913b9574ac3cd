"""What the tests of examples/saas share: copies of it, the command line, and the tools that judge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "saas"
TOOLS = ROOT / "tests" / "tools" / "node_modules" / ".bin"
NODE = "services/node-service"
PYTHON = "services/python-service"
RUST = "services/rust-service"
_HEAVY = ("node_modules", ".venv", "target", ".ormony", "dist", "__pycache__", "variants")
_OTHERWISE = ("access.matrix",)  # tests add tables, of which it does not speak; test_access.py is about it


def copy(folder: Path, *, merged: bool = True) -> Path:
    """A copy of the example in a git repository of its own; without `merged`, as before the first sync."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*_HEAVY, *_OTHERWISE))
    (folder / NODE / "node_modules").symlink_to(EXAMPLE / NODE / "node_modules")
    (folder / PYTHON / ".venv").symlink_to(EXAMPLE / PYTHON / ".venv")
    (folder / ".gitignore").write_text("node_modules\n.venv\n.ormony\n__pycache__\n")
    if not merged:
        for file in (folder / "supabase" / "migrations").glob("*.sql"):
            if not file.name.startswith("0000"):
                file.unlink()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "as it was")
    return folder


def macros() -> str:
    """The part `[behavior]` of the example's ormony.toml."""
    _, head, rest = (EXAMPLE / "ormony.toml").read_text().partition("\n[behavior.")
    assert head
    return head + rest


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"git {words}: {done.stdout}{done.stderr}"
    return done.stdout


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)


def ormony(
    folder: Path, *words: str, exit_status: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line; fails unless it ends with this status. No output may hold a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "ormony", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == exit_status, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def ormony_json(folder: Path, *words: str, exit_status: int = 0) -> Any:
    return json.loads(ormony(folder, *words, "--format", "json", exit_status=exit_status).stdout)


def stream(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text() for path in sorted((folder / "supabase" / "migrations").glob("*.sql"))
    }


def tool(
    command: list[str], folder: Path, url: str, *, exit_status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run one of the services' own tools against this database."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url, "SUPABASE_YES": "true", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == exit_status, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def drizzle_migrate(folder: Path, url: str) -> None:
    tool(["npx", "--no-install", "drizzle-kit", "migrate"], folder / NODE, url)


def alembic_upgrade(folder: Path, url: str, revision: str = "heads") -> str:
    return tool([".venv/bin/alembic", "upgrade", revision], folder / PYTHON, url).stderr


def sqlx_run(folder: Path, url: str) -> str:
    command = [str(Path(sys.executable).parent / "sqlx"), "migrate", "run", "--database-url", url]
    return tool(command, folder / RUST, url).stdout


def supabase(folder: Path, url: str, *words: str) -> str:
    done = tool([str(TOOLS / "supabase"), *words, f"--remote={url}"], folder, url)
    return done.stdout + done.stderr


def ledgers(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every ledger there is, but for the columns that a tool may touch at will."""
    wanted = {
        "supabase_migrations.schema_migrations": "version",
        "drizzle.__drizzle_migrations": "hash, created_at",
        "public.alembic_version": "version_num",
        "public._sqlx_migrations": "version, checksum, success",
    }
    found = {}
    with psycopg.connect(url) as connection:
        for table, columns in wanted.items():
            row = connection.execute("select to_regclass(%s)", (table,)).fetchone()
            if row is not None and row[0] is not None:
                query = sql.SQL("select {} from {} order by 1").format(
                    sql.SQL(columns), sql.Identifier(*table.split("."))
                )
                found[table] = connection.execute(query).fetchall()
    return found


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select n.nspname || '.' || c.relname"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and n.nspname = 'public'"
        ).fetchall()
    return {name for (name,) in rows}


def every_tool_finds_nothing(folder: Path, url: str) -> None:
    """Each tool asked for itself: it exits 0, says so where it can, and changes no row and no table."""
    before = ledgers(url), tables(url)
    drizzle_migrate(folder, url)
    assert "Running upgrade" not in alembic_upgrade(folder, url)
    tool([".venv/bin/alembic", "current", "--check-heads"], folder / PYTHON, url)
    assert sqlx_run(folder, url).strip() == ""
    assert "up to date" in supabase(folder, url, "db", "push", "--dry-run")
    assert (ledgers(url), tables(url)) == before
