"""The composite action and the example's workflow: what GitHub would run is run here, step by step.

A small runner stands for GitHub's: it puts inputs and contexts in, decides each `if`, and runs every `run`
with bash as GitHub does. What `uses` another action is recorded, since that is not ours to test.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
import yaml
from sarif_kit import validate

import saas
from ormony.database import server

ROOT = Path(__file__).parent.parent
ACTION = ROOT / "action.yml"
WORKFLOW = saas.EXAMPLE / ".github" / "workflows" / "db-deploy.yml"
FIRST = "CREATE TABLE public.notes (\n    id bigint PRIMARY KEY,\n    body text\n);\n"
BROKEN = "CREATE ROLE reports NOLOGIN;\nSELECT nothing FROM public.nowhere;\n"
LATE = "CREATE ROLE reports NOLOGIN;\n"


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a job: its status, the steps that ran, their output, what others would do."""

    status: int
    steps: tuple[str, ...]
    stdout: str
    stderr: str
    used: tuple[tuple[str, Mapping[str, str]], ...] = ()


class Runner:
    """As much of GitHub's runner as these files use; anything else fails the test."""

    def __init__(self, workspace: Path, temp: Path, **contexts: str) -> None:
        self.workspace, self.temp = workspace, temp
        self.contexts = {"github.action_path": str(ROOT), "runner.temp": str(temp), **contexts}
        self.path: list[str] = []

    def value(self, expression: str) -> str:
        """An expression: contexts, literals, `==`, `!=`, `||`, `&&`, always()."""
        expression = expression.strip()
        for operator in ("||", "&&", "==", "!="):
            left, found, right = expression.partition(f" {operator} ")
            if not found:
                continue
            one, other = self.value(left), self.value(right)
            match operator:
                case "||":
                    return one or other
                case "&&":
                    return other if one else ""
                case "==":
                    return "true" if one == other else ""
                case _:
                    return "true" if one != other else ""
        if expression == "always()":
            return "true"
        if literal := re.fullmatch(r"'([^']*)'", expression):
            return literal[1]
        assert expression in self.contexts or expression.startswith("steps."), f"unknown: {expression}"
        return self.contexts.get(expression, "")

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: self.value(found[1]), text)

    def run(
        self,
        steps: list[dict[str, Any]],
        *,
        without: tuple[str, ...] = (),
        environment: Mapping[str, str] = {},
    ) -> Ran:
        status, names, used, out, err = 0, [], [], "", ""
        for step in steps:
            condition = step.get("if", "success()")
            if "always()" not in condition:
                if status:
                    continue
                condition = condition.replace("success()", "'true'")
            name = step.get("name") or step["uses"]
            if name in without or not self.value(condition):
                continue
            names.append(name)
            given = {key: self.filled(str(value)) for key, value in step.get("env", {}).items()}
            if "uses" in step:
                used.append((step["uses"], {k: self.filled(str(v)) for k, v in step.get("with", {}).items()}))
                continue
            done = self._bash(step, {**environment, **given})
            out, err, status = out + done.stdout, err + done.stderr, status or done.returncode
        return Ran(status=status, steps=tuple(names), stdout=out, stderr=err, used=tuple(used))

    def _bash(self, step: dict[str, Any], given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        script, told, added = (self.temp / name for name in ("script.sh", "output", "path"))
        assert "${{" not in step["run"], "a value in a script could be a command"
        script.write_text(step["run"])
        told.write_text("")
        added.write_text("")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment |= {
            "GITHUB_OUTPUT": str(told),
            "GITHUB_PATH": str(added),
            "CI": "true",
            "NO_COLOR": "1",
            **given,
        }
        tools = str(Path(sys.executable).parent)  # where `make setup` has put sqlx
        environment["PATH"] = os.pathsep.join([*reversed(self.path), environment["PATH"], tools])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / step.get("working-directory", "."),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        assert "Traceback" not in done.stderr, done.stderr
        self.path += added.read_text().split()
        for line in told.read_text().splitlines():
            key, _, value = line.partition("=")
            self.contexts[f"steps.{step['id']}.outputs.{key}"] = value
        return done


def action() -> dict[str, Any]:
    found = yaml.safe_load(ACTION.read_text())
    assert isinstance(found, dict)
    return found


def workflow() -> dict[str, Any]:
    found = yaml.safe_load(WORKFLOW.read_text())
    assert isinstance(found, dict)
    return found


# ---------------------------------------------------------------------------------------------- by structure


def test_github_would_read_both() -> None:
    """By jactionlint, but for pinning by commit, which is for the project to decide."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("jactionlint"),
            "--ignore", "unpinned-uses", "--shellcheck=", "--pyflakes=", ACTION, WORKFLOW,
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_jactionlint_would_tell(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "x.yml").write_text(WORKFLOW.read_text().replace("needs: check", "needs: chekc"))
    done = subprocess.run(
        [Path(sys.executable).with_name("jactionlint"), "--ignore", "unpinned-uses", folder / "x.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "chekc" in done.stdout


def test_every_input_is_used_and_no_script_has_a_value_in_it() -> None:
    text = ACTION.read_text()
    for name in action()["inputs"]:
        assert f"inputs.{name}" in text
    for step in [*action()["runs"]["steps"], *(s for j in workflow()["jobs"].values() for s in j["steps"])]:
        assert "${{" not in step.get("run", "")


def test_the_page_has_every_input_and_its_example_has_no_other() -> None:
    page = (ROOT / "docs" / "reference" / "check.md").read_text()
    table = page.partition("| input |")[2]
    assert set(re.findall(r"`([\w-]+)`", "".join(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)))) == set(
        action()["inputs"]
    )
    example = re.search(r"    - uses: OWNER/.*?(?=\n\n)", page, re.DOTALL)
    assert example
    (step,) = yaml.safe_load(example[0])
    assert set(step["with"]) <= set(action()["inputs"])


def test_the_workflow_deploys_only_what_was_checked_and_one_at_a_time() -> None:
    found = workflow()
    check, deploy = found["jobs"]["check"], found["jobs"]["deploy"]
    assert deploy["needs"] == "check"
    assert deploy["environment"] == "production"
    assert deploy["concurrency"] == {"group": "database-production", "cancel-in-progress": False}
    assert "pull_request" in deploy["if"]
    assert found["permissions"] == {"contents": "read"}
    assert "secrets." not in json.dumps(check)
    for job in (check, deploy):
        (checkout,) = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert checkout["with"]["fetch-depth"] == 0
    triggers = found[True]  # YAML 1.1 reads `on` as true
    assert set(triggers) == {"pull_request", "push", "workflow_dispatch"}
    assert triggers["push"]["branches"] == ["main"]


def test_no_registry_has_its_name_in_them() -> None:
    for path in (ACTION, WORKFLOW):
        assert not re.search(r"https?://|registry|pypi\.|npmjs|crates\.io", path.read_text())


# ------------------------------------------------------------------------------------------------ the action


@pytest.fixture(scope="module")
def installed(reachable_folder: Path) -> Iterator[Runner]:
    """A runner on which the action's own first step has installed ormony, as on a fresh machine."""
    folder = reachable_folder / "runner"
    (folder / "temp").mkdir(parents=True)
    (folder / "work").mkdir()
    runner = Runner(folder / "work", folder / "temp", **inputs())
    (install, *_) = action()["runs"]["steps"]
    done = runner.run([install])
    assert (done.status, done.steps) == (0, ("Install ormony",)), done.stderr
    yield runner
    shutil.rmtree(folder, ignore_errors=True)


def inputs(**given: str) -> dict[str, str]:
    """The inputs as contexts: the defaults, and what a job gives (`_` stands for `-`)."""
    defaults = {name: each["default"] for name, each in action()["inputs"].items()}
    given = {name.replace("_", "-"): value for name, value in given.items()}
    assert set(given) <= set(defaults)
    return {f"inputs.{name}": value for name, value in {**defaults, **given}.items()}


class Job:
    """A repository with a small project, and runs of the action on it."""

    def __init__(self, runner: Runner, workspace: Path) -> None:
        self.runner, self.workspace = runner, workspace

    def write(self, path: str, text: str) -> None:
        target = self.workspace / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def commit(self) -> None:
        saas.commit(self.workspace, "as it is")

    def uses(self, environment: Mapping[str, str] = {}, **given: str) -> Ran:
        """The action with these inputs, as a job of its own."""
        runner = Runner(self.workspace, self.runner.temp, **inputs(**given))
        runner.path = list(self.runner.path)
        return runner.run(action()["runs"]["steps"], without=("Install ormony",), environment=environment)


@pytest.fixture
def job(installed: Runner, reachable_folder: Path, request: pytest.FixtureRequest) -> Iterator[Job]:
    workspace = reachable_folder / re.sub(r"\W+", "-", f"job-{request.node.name}")
    workspace.mkdir()
    made = Job(installed, workspace)
    made.write("db/ormony.toml", "[database]\n")
    made.write("db/supabase/migrations/00001_notes.sql", FIRST)
    made.write(".gitignore", ".ormony\n")
    saas.git(workspace, "init", "-q", "-b", "main")
    made.commit()
    yield made
    for home in (server.home_of(workspace / "db"), *(workspace / "db" / ".ormony").glob("shadow-*")):
        server.destroy(home)
    shutil.rmtree(workspace, ignore_errors=True)


def tables(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return [name for (name,) in connection.execute(query).fetchall()]


@pytest.mark.slow
def test_a_check_that_passes_is_followed_by_the_deploy(job: Job, fresh_database: str) -> None:
    done = job.uses(project="db", deploy="true", database_url=fresh_database)
    assert (done.status, done.steps) == (0, ("Check", "Deploy")), done.stderr
    assert "ormony check: nothing to mend" in done.stdout
    assert tables(fresh_database) == ["notes"]
    again = job.uses(project="db/", against=fresh_database, deploy="true", database_url=fresh_database)
    assert (again.status, again.steps) == (0, ("Check", "Deploy")), again.stdout + again.stderr


@pytest.mark.slow
def test_a_check_that_fails_is_exit_1_and_nothing_is_deployed(job: Job, fresh_database: str) -> None:
    job.write("db/supabase/migrations/00002_broken.sql", BROKEN)
    done = job.uses(project="./db", deploy="true", database_url=fresh_database, sarif="out.sarif")
    assert (done.status, done.steps) == (1, ("Check", "Upload SARIF"))
    broken = "file=db/supabase/migrations/00002_broken.sql"
    assert f"::error {broken},line=2,title=missing-prerequisite::" in done.stdout
    assert f"::warning {broken},line=1,title=cluster-wide::" in done.stdout
    assert tables(fresh_database) == []
    ((name, given),) = done.used
    assert name.startswith("github/codeql-action/upload-sarif@")
    assert given == {"sarif_file": "out.sarif", "category": "ormony"}
    document = json.loads((job.workspace / "out.sarif").read_text())
    assert validate.validation_errors(document) == []
    places = [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in document["runs"][0]["results"]
        for place in result["locations"]
    ]
    assert places
    assert all((job.workspace / place).exists() for place in places)
    assert str(job.workspace) not in json.dumps(document) + done.stdout


@pytest.mark.slow
def test_warnings_fail_when_that_is_asked(job: Job) -> None:
    job.write("db/supabase/migrations/00002_role.sql", LATE)
    assert job.uses(project="db").status == 0
    done = job.uses(project="db", strict="true", deploy="true")
    assert (done.status, done.steps) == (1, ("Check",))
    assert "::warning file=db/supabase/migrations/00002_role.sql,line=1,title=cluster-wide::" in done.stdout


@pytest.mark.slow
def test_a_checkout_without_history_is_told(job: Job) -> None:
    """Without the branch of `frozen` no file is new, and rules about new files find nothing."""
    job.write("db/ormony.toml", '[database]\nfrozen = "main"\n')
    job.commit()
    saas.git(job.workspace, "checkout", "-q", "-b", "feature")
    job.write("db/supabase/migrations/00002_role.sql", LATE)
    job.commit()
    full = job.uses(project="db")
    assert "::warning title=ormony::" not in full.stdout
    assert "title=cluster-wide::" in full.stdout
    shallow = job.workspace / "shallow"
    saas.git(
        job.workspace, "clone", "-q", "--depth=1", "--branch=feature", f"file://{job.workspace}", str(shallow)
    )
    try:
        done = Job(job.runner, shallow).uses(project="db")
        assert done.status == 0
        assert "::warning title=ormony::the checkout has no history" in done.stdout
    finally:
        for home in (server.home_of(shallow / "db"), *(shallow / "db" / ".ormony").glob("shadow-*")):
            server.destroy(home)


@pytest.mark.slow
def test_an_error_of_the_project_is_no_finding_and_nothing_is_deployed(job: Job) -> None:
    job.write("db/ormony.toml", "[database]\nstraem = 'x'\n")
    done = job.uses(project="db", deploy="true", sarif="out.sarif")
    assert (done.status, done.steps, done.used) == (2, ("Check",), ())
    assert "error[invalid-config]" in done.stderr


@pytest.mark.slow
def test_drift_of_the_database_that_is_asked_stops_the_deploy(job: Job, fresh_database: str) -> None:
    assert job.uses(project="db", deploy="true", database_url=fresh_database).status == 0
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE notes ADD COLUMN by_hand int")
    job.write("db/supabase/migrations/00002_more.sql", "CREATE TABLE public.more (id bigint PRIMARY KEY);\n")
    for against in (fresh_database, "env:PRODUCTION"):
        done = job.uses(
            {"PRODUCTION": fresh_database},
            project="db",
            against=against,
            deploy="true",
            database_url=fresh_database,
        )
        assert (done.status, done.steps) == (1, ("Check",))
        assert "title=drift::column public.notes.by_hand is in the database" in done.stdout
    assert tables(fresh_database) == ["notes"]


@pytest.mark.slow
def test_one_database_of_several_at_the_root_of_a_repository(job: Job, fresh_database: str) -> None:
    job.write("ormony.toml", '[databases.one]\nstream = "one"\n[databases.two]\nstream = "two"\n')
    job.write("one/00001_one.sql", "CREATE TABLE public.one (id bigint PRIMARY KEY);\n")
    job.write("two/00001_two.sql", "CREATE TABLE public.two (id bigint PRIMARY KEY);\n")
    job.commit()
    done = job.uses(database="two", deploy="true", database_url=fresh_database)
    assert (done.status, done.steps) == (0, ("Check", "Deploy")), done.stderr
    assert tables(fresh_database) == ["two"]


# ---------------------------------------------------------------------------------------------- the workflow


@pytest.mark.slow
@pytest.mark.xdist_group("saas")
def test_the_steps_of_the_workflow_check_and_deploy_the_example(
    installed: Runner, reachable_folder: Path, fresh_database: str
) -> None:
    """All but what installs: the copy has the node and python environments that `make setup` made."""
    folder = saas.copy(reachable_folder / "workflow-saas")
    try:
        found = workflow()
        without = tuple(
            step["name"]
            for job in found["jobs"].values()
            for step in job["steps"]
            if step.get("name", "").startswith("Install")
        )
        runner = Runner(folder, installed.temp, **{"secrets.DATABASE_URL": fresh_database})
        runner.path = list(installed.path)
        done = runner.run(found["jobs"]["check"]["steps"], without=without, environment=found["env"])
        assert done.status == 0, done.stdout + done.stderr
        assert done.steps[-2:] == ("Check", "Deploy to an empty database")
        done = runner.run(found["jobs"]["deploy"]["steps"], without=without, environment=found["env"])
        assert done.status == 0, done.stdout + done.stderr
        assert {"organizations", "orders", "shipments", "jobs"} <= set(tables(fresh_database))
    finally:
        for home in (server.home_of(folder), *(folder / ".ormony").glob("shadow-*")):
            server.destroy(home)
        shutil.rmtree(folder, ignore_errors=True)
