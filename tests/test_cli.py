"""The command line's manners: help, exit statuses, one JSON document, nothing imported that is not needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ormony.cli import main


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ormony", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def verbs(
    group: click.Group = main, prefix: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        path = (*prefix, name)
        found += verbs(command, path) if isinstance(command, click.Group) else [(path, command)]
    return found


@pytest.mark.parametrize(("path", "command"), verbs(), ids=lambda value: str(value))
def test_every_verb_has_help_with_an_example(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert command.epilog is not None
    assert f"ormony {' '.join(path)}" in command.epilog
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path} {parameter.name}"


def test_help_imports_nothing_but_click(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom ormony.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "heavy = {'rich', 'msgspec', 'psycopg', 'postgast'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Start here:" in done.stdout


def loaded(folder: Path, *words: str) -> set[str]:
    """The modules that are loaded after the command line has run."""
    code = (
        "import json, sys\nfrom ormony.cli import main\n"
        "status = main(sys.argv[1:], standalone_mode=False)\n"
        "assert status in (None, 0), status\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--quiet", *words],
        cwd=folder,
        env={
            name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


DRIVER = "psycopg"
PARSER = "postgast"


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["status"], {DRIVER, PARSER, "rich", "ormony.adapters.alembic", "ormony.adapters.detect"}),
        (["sync", "--dry-run"], {DRIVER, "rich", "ormony.adapters.alembic", "ormony.adapters.detect"}),
        (["db", "down"], {DRIVER, PARSER, "rich"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_needs_no_server_loads_no_driver(tmp_path: Path, words: list[str], unwanted: set[str]) -> None:
    (tmp_path / "ormony.toml").write_text('[services.web]\npath = "web"\norm = "sqlx"\n')
    (tmp_path / "web" / "migrations").mkdir(parents=True)
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    (tmp_path / "supabase" / "migrations" / "00000_first.sql").write_text("create table a (id int);\n")
    found = loaded(tmp_path, *words)
    assert "ormony.commands" in found
    assert not unwanted & found


def test_an_empty_folder_is_exit_2_and_a_hint(tmp_path: Path) -> None:
    done = run("status", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "error[no-project]: no ormony.toml, no .kodo/config.json and no service was found here\n"
        "hint: run ormony in the folder that holds your services, or name it: ormony --project DIR status\n"
        "mkdir -p supabase/migrations && ormony init   # for a new project\n"
    )


def test_a_new_project_begins_with_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    assert run("init", cwd=tmp_path).returncode == 0
    assert 'stream = "supabase/migrations"' in (tmp_path / "ormony.toml").read_text()
    assert run("status", cwd=tmp_path).returncode == 0


def test_short_help_is_not_cut_off() -> None:
    for group in (main, main.commands["db"]):
        assert isinstance(group, click.Group)
        for name, command in group.commands.items():
            assert not command.get_short_help_str().endswith("..."), name


def test_json_is_one_document_also_for_an_error(tmp_path: Path) -> None:
    done = run("--format", "json", "status", cwd=tmp_path)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "no-project"


@pytest.mark.parametrize(
    "words", [["status", "--format", "json"], ["--format", "json", "status"]], ids=["after", "before"]
)
def test_shared_options_stand_before_or_after_the_verb(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "ormony.toml").write_text("[database]\n")
    document = json.loads(run(*words, cwd=tmp_path).stdout)
    assert list(document["databases"][0]) >= ["name"]
    assert document["databases"][0]["services"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["stauts"],
        ["status", "--nope"],
        ["db", "prepare"],
        ["--project", "nowhere", "status"],
        ["--database", "nope", "status"],
        ["deploy", "--lock-timeout", "soon"],
    ],
)
def test_usage_errors_are_exit_2_without_a_traceback(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "ormony.toml").write_text("[database]\n")
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_project_without_anything_to_do_says_so(tmp_path: Path) -> None:
    (tmp_path / "ormony.toml").write_text("[database]\n")
    done = run("status", cwd=tmp_path)
    assert done.returncode == 0
    assert "no services" in done.stdout


def test_no_color_and_pipes_have_no_escapes(tmp_path: Path) -> None:
    (tmp_path / "ormony.toml").write_text("[database]\n")
    assert "\x1b" not in run("status", cwd=tmp_path, NO_COLOR="1").stdout
    assert "\x1b" not in run("status", cwd=tmp_path).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(tmp_path: Path, shell: str) -> None:
    done = run("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert "_ORMONY_COMPLETE" in done.stdout


def test_completion_knows_the_verbs(tmp_path: Path) -> None:
    done = run(cwd=tmp_path, _ORMONY_COMPLETE="bash_complete", COMP_WORDS="ormony d", COMP_CWORD="1")
    assert "deploy" in done.stdout


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "ormony.toml").write_text("[database]\n")
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m ormony status | true"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
