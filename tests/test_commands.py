"""Verbs on small projects of the shapes that real ones have, with the tools that these use."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import saas
from ormony import commands, project, report
from ormony.database import server
from ormony.errors import OrmonyError

HERE = Path(__file__).parent
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", HERE.parent / ".venv-services"))


@pytest.fixture
def root(reachable_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """An empty project that the server's uid can reach; its clusters are removed afterwards."""
    folder = reachable_folder / request.node.name
    folder.mkdir()
    yield folder
    server.destroy(server.home_of(folder))


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.fixture
def alembic_project(root: Path) -> Path:
    """An Alembic service whose third and fifth revisions read what the ones before them made."""
    if not (SERVICES / "bin" / "python").exists():
        pytest.fail(f"{SERVICES} is missing; run: make setup", pytrace=False)
    shutil.copytree(HERE / "projects" / "alembic_shop", root / "api")
    python = SERVICES / "bin" / "python"
    write(root, "ormony.toml", f'[services.api]\npath = "api"\norm = "alembic"\npython = "{python}"\n')
    return root


def test_a_revision_that_reads_rows_sees_the_unmerged_ones_before_it(alembic_project: Path) -> None:
    found = project.load(alembic_project)
    done = commands.sync(found)
    assert len(done.written) >= 5
    assert {notice.code for notice in done.notices} >= {"recorded-against-shadow"}
    assert commands.sync(found).written == ()
    deployed = commands.deploy(found).databases[0]
    assert len(deployed.applied) == len(done.written)


def test_a_deploy_names_what_is_not_merged(alembic_project: Path) -> None:
    (notice,) = [n for n in commands.deploy(project.load(alembic_project)).notices if n.code == "unmerged"]
    assert notice.message == "migrations that are not in the stream are not deployed: 5 of api"
    assert notice.hint == "ormony sync"


@pytest.mark.parametrize(
    ("branch", "line"),
    [
        ("main", 'frozen = "main"'),
        ("master", 'frozen = "master"'),
        ("trunk", '# frozen = "main"'),
    ],
)
def test_init_freezes_the_branch_that_there_is(root: Path, branch: str, line: str) -> None:
    write(root, "supabase/migrations/20240101000000_first.sql", "create table a (id int);\n")
    saas.git(root, "init", "-q", "-b", branch)
    saas.commit(root, "first")
    write(root, "packages/core/supabase/migrations/1_a.sql", "")
    done = commands.init(root)
    assert [(each.code, each.place) for each in done.notices] == [
        ("other-stream", "packages/core/supabase/migrations")
    ]
    assert f"\n{line}    #" in done.text
    assert (done.stream, done.stream_files, done.next) == ("supabase/migrations", 1, "ormony deploy")


def test_init_in_a_folder_of_a_repository_finds_the_branch(root: Path) -> None:
    write(root, "shop/supabase/migrations/20240101000000_first.sql", "create table a (id int);\n")
    saas.git(root, "init", "-q", "-b", "master")
    saas.commit(root, "first")
    assert '\nfrozen = "master"    #' in commands.init(root / "shop").text


def test_init_says_what_a_lane_is_where_versions_are_times(root: Path) -> None:
    write(root, "supabase/migrations/20240101000000_first.sql", "create table a (id int);\n")
    write(root, "jobs/Cargo.toml", '[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n')
    write(root, "jobs/migrations/0001_jobs.sql", "create table jobs (id int);\n")
    done = commands.init(root)
    assert "lane = 3    # the order of services; versions are times, as in the stream\n" in done.text
    (written,) = commands.sync(project.load(root)).written
    assert len(written.rpartition("/")[2].partition("_")[0]) == 14


def test_frozen_files_that_the_supabase_cli_leaves_out_are_not_missed(root: Path) -> None:
    folder = "supabase/migrations"
    write(root, f"{folder}/20210101000000_init.sql", "create table z (id int);\n")
    write(root, f"{folder}/20240101000000_first.sql", "create table a (id int);\n")
    for name in ("by_hand.sql", "removed_by_hand.sql", "archive/20230101000000_old.sql"):
        write(root, f"{folder}/{name}", "create table b (id int);\n")
    write(root, "ormony.toml", '[database]\nfrozen = "main"\n')
    saas.git(root, "init", "-q", "-b", "main")
    saas.commit(root, "first")
    (root / folder / "removed_by_hand.sql").unlink()
    assert commands.sync(project.load(root)).written == ()


def test_what_drizzle_kit_pulled_is_no_migration_before_it_is_uncommented(root: Path) -> None:
    pulled = (
        "-- Current sql file was generated after introspecting the database\n"
        "-- If you want to run this migration please uncomment this code before executing migrations\n"
        '/*\nCREATE TABLE "notes" (\n\t"id" serial PRIMARY KEY\n);\n\n*/\n'
    )
    entries = [{"idx": n, "when": n + 1, "tag": tag} for n, tag in enumerate(("0000_old", "0001_done"))]
    write(root, "drizzle/meta/_journal.json", json.dumps({"dialect": "postgresql", "entries": entries}))
    write(root, "drizzle/0000_old.sql", pulled)
    write(root, "drizzle/0001_done.sql", 'ALTER TABLE "notes" ADD COLUMN "done" boolean;')
    write(root, "drizzle.config.ts", 'export default { dialect: "postgresql" };')
    write(root, "ormony.toml", '[services.web]\npath = "."\norm = "drizzle"\n')
    with pytest.raises(OrmonyError) as caught:
        commands.sync(project.load(root))
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("drizzle/0000_old is what drizzle-kit pull found, in a comment")
    write(root, "drizzle/0000_old.sql", pulled.replace("/*", "").replace("*/", ""))
    assert len(commands.sync(project.load(root)).written) == 2


def test_a_trial_of_adopting_names_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    there = commands.DatabaseDeployed(
        name="main", target="postgresql://h/d", applied=(), stamped={}, steps=0, adopted=("00300", "00301")
    )
    terminal = report.Terminal(json=False, quiet=False)
    terminal.show(commands.Deployed(databases=(there,), dry_run=True))
    shown = capsys.readouterr().out
    assert "would adopt 2 files, there already: 00300 to 00301" in shown
    assert "nothing to do" not in shown
