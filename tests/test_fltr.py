"""examples/fltr runs for real: two databases, Drizzle and SQLModel on the same rows of one of them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import saas
from ormony.database import server

EXAMPLE = saas.ROOT / "examples" / "fltr"
TOKEN = "token-of-the-tests"
_HEAVY = ("node_modules", ".venv", ".next", ".ormony", "__pycache__", "*.egg-info")
CHECKED = EXAMPLE / "fastapi" / ".mypy_cache"
# Through the model as `ormony mirror` has edited it.
WRITE_LAST_USED = """
import asyncio, sys
from datetime import UTC, datetime
from uuid import UUID
from app.databases import from_environment
from app.models.credits import ApiKeyCredits

async def run():
    databases = from_environment()
    async with databases.auth_sessions.begin() as session:
        key = await session.get(ApiKeyCredits, UUID(sys.argv[1]))
        assert key.last_used_at is None
        key.last_used_at = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    print(key.model_dump(by_alias=True)["lastUsedAt"].isoformat())
    await databases.dispose()

asyncio.run(run())
"""
CREATE_ALL_OF_FLTR = """
import os
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from app.models.dataset import metadata

metadata.create_all(create_engine(make_url(os.environ["DATA_DATABASE_URL"]).set(drivername="postgresql+psycopg")))
"""
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fltr")]


def copy(folder: Path) -> Path:
    """A copy of the example in a git repository of its own, with the example's own packages."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*_HEAVY))
    (folder / "nextjs" / "node_modules").symlink_to(EXAMPLE / "nextjs" / "node_modules")
    (folder / "fastapi" / ".venv").symlink_to(EXAMPLE / "fastapi" / ".venv")
    (folder / ".gitignore").write_text("node_modules\n.venv\n.ormony\n__pycache__\n")
    saas.git(folder, "init", "-q", "-b", "main")
    saas.commit(folder, "as it was")
    return folder


class Deployed:
    """The project, with both of its databases deployed, and its two services."""

    def __init__(self, folder: Path, auth: str, data: str) -> None:
        self.folder, self.auth, self.data = folder, auth, data
        self.api = ""

    def run(self, words: list[str], service: str, exit_status: int = 0, **environment: str) -> str:
        """What a program of one of the services prints."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            words,
            cwd=self.folder / service,
            env={**self.environment, "PATH": path, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == exit_status, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "AUTH_DATABASE_URL": self.auth,
            "DATA_DATABASE_URL": self.data,
            "API_TOKEN": TOKEN,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def node(self, *words: str) -> Any:
        """What one of the query functions of the Next.js service returns."""
        return json.loads(self.run(["node", "--import", "tsx", "src/credits-cli.ts", *words], "nextjs"))

    def ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and JSON of an answer of the FastAPI service; a `body` is posted."""
        request = urllib.request.Request(
            self.api + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


@pytest.fixture(scope="module")
def cluster() -> Iterator[server.Cluster]:
    """A server on 127.0.0.1, since drizzle-kit wants a host; pytest's folders are 0700 to it."""
    home = Path(tempfile.mkdtemp(prefix="ormony-fltr-"))
    home.chmod(0o755)
    yield server.start(home, tcp=True, durable=False)
    server.destroy(home)


def deploy(cluster: server.Cluster, folder: Path, prefix: str) -> Deployed:
    """Two new databases, made by `ormony deploy`."""
    for name in ("auth", "data"):
        server.create_database(cluster, f"{prefix}_{name}")
    deployed = Deployed(folder, cluster.url(f"{prefix}_auth"), cluster.url(f"{prefix}_data"))
    saas.ormony(folder, "deploy", "--database", "auth", "--to", deployed.auth)
    saas.ormony(folder, "deploy", "--database", "data", "--to", deployed.data)
    return deployed


@contextlib.contextmanager
def serving(deployed: Deployed) -> Iterator[None]:
    """While the FastAPI service runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = subprocess.Popen(
        [".venv/bin/python", "-m", "uvicorn", "--factory", "app.main:create_app", f"--port={port}"],
        cwd=deployed.folder / "fastapi",
        env=deployed.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deployed.api = f"http://127.0.0.1:{port}"
        wait_for(port, service)
        yield
    finally:
        service.terminate()
        service.wait(timeout=30)


@pytest.fixture(scope="module")
def fltr(cluster: server.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Both databases on the embedded server, and the FastAPI service."""
    deployed = deploy(cluster, copy(tmp_path_factory.mktemp("fltr") / "fltr"), "fltr")
    with serving(deployed):
        yield deployed


def wait_for(port: int, service: subprocess.Popen[bytes], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert service.poll() is None, "uvicorn has ended"
            assert time.monotonic() < deadline, "uvicorn does not answer"
            time.sleep(0.1)
        else:
            return


def same_time(one: str, other: str) -> bool:
    """Whether two times are the same one: JavaScript's has milliseconds, Python's microseconds."""
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) < timedelta(milliseconds=1)


def same_row(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        same_time(value, other[name]) if name.endswith("At") else value == other[name]
        for name, value in one.items()
    )


def tables(url: str) -> set[str]:
    query = "select tablename from pg_tables where schemaname = 'public'"
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute(query).fetchall()}


def test_the_committed_streams_are_what_sync_writes(tmp_path: Path) -> None:
    folder = copy(tmp_path / "fltr")
    assert saas.ormony_json(folder, "sync")["written"] == []
    committed = {
        path.relative_to(folder): path.read_text() for path in folder.glob("supabase/*/migrations/*.sql")
    }
    assert len(committed) >= 3
    for path in committed:
        (folder / path).unlink()
    saas.commit(folder, "before the first sync")
    saas.ormony(folder, "sync")
    written = {
        path.relative_to(folder): path.read_text() for path in folder.glob("supabase/*/migrations/*.sql")
    }
    assert written == committed


def test_check_finds_nothing_and_knows_the_declared_reference(tmp_path: Path) -> None:
    folder = copy(tmp_path / "fltr")
    assert saas.ormony_json(folder, "check", "--strict")["findings"] == []
    config = folder / "ormony.toml"
    declared = '"public.datasets.owner_id" = "auth:public.users.id"'
    text = config.read_text()
    assert declared in text
    wrong = {
        "datasets.owner_id": ("people.id", "which does not exist"),
        "datasets.description": ("users.name", "which is no primary key and not unique"),
        "documents.title": ("teams.id", "which is uuid"),
    }
    lines = [f'"public.{here}" = "auth:public.{there}"' for here, (there, _) in wrong.items()]
    config.write_text(text.replace(declared, "\n".join(lines)))
    found = saas.ormony_json(folder, "check", exit_status=1)["findings"]
    assert len(found) == len(wrong)
    for each in found:
        there, why = wrong[each["object"].removeprefix("public.")]
        assert each["rule"] == "broken-reference"
        assert each["message"].endswith(f"references auth:public.{there}, {why}")


def test_each_database_has_the_tables_of_its_owner_alone(fltr: Deployed) -> None:
    credits = {"user_credits", "credit_transactions", "api_key_credits", "teams"}
    better_auth = {"users", "sessions", "accounts", "verifications", "subscriptions"}
    assert tables(fltr.auth) == credits | better_auth
    assert tables(fltr.data) == {"datasets", "documents", "processing_jobs"}
    query = "select count(*) from drizzle.__drizzle_migrations"
    with psycopg.connect(fltr.auth) as connection:
        before = connection.execute(query).fetchone()
        assert before == (len(list((EXAMPLE / "nextjs" / "drizzle").glob("*.sql"))),)
        fltr.run(["node_modules/.bin/drizzle-kit", "migrate"], "nextjs")
        assert connection.execute(query).fetchone() == before


def test_drizzle_has_nothing_to_generate_and_both_services_type_check(fltr: Deployed) -> None:
    printed = fltr.run(["node_modules/.bin/drizzle-kit", "generate"], "nextjs")
    assert "No schema changes" in printed
    fltr.run(["node_modules/.bin/tsc", "--noEmit"], "nextjs")
    fltr.run([".venv/bin/python", "-m", "mypy", f"--cache-dir={CHECKED}"], "fastapi")


def test_the_models_of_fltr_are_what_its_stream_makes(fltr: Deployed) -> None:
    found = saas.ormony(fltr.folder, "diff", "migrations", "models:api", "--database", "data", "--sql")
    assert found.stdout == ""


def test_each_database_is_compared_with_its_own_stream(fltr: Deployed) -> None:
    for name, url in (("auth", fltr.auth), ("data", fltr.data)):
        found = saas.ormony_json(fltr.folder, "check", "--against", url, "--database", name)
        assert found["findings"] == []
    with psycopg.connect(fltr.data, autocommit=True) as connection:
        connection.execute("GRANT INSERT ON datasets TO PUBLIC")
        found = saas.ormony_json(
            fltr.folder, "check", "--against", fltr.data, "--database", "data", exit_status=1
        )
        connection.execute("REVOKE INSERT ON datasets FROM PUBLIC")
    (drift,) = found["findings"]
    assert (drift["rule"], drift["object"]) == ("drift", "public.datasets")
    assert drift["message"].endswith(": gained INSERT to PUBLIC")
    assert " --database data " in drift["hint"]


def test_the_tests_of_the_fastapi_service_pass(fltr: Deployed) -> None:
    printed = fltr.run([".venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"], "fastapi")
    passed = re.search(r"^(\d+) passed in", printed, re.MULTILINE)
    assert passed is not None, printed
    assert int(passed[1]) >= 20


def test_create_all_after_a_deploy_changes_nothing(fltr: Deployed) -> None:
    before = [server.pg_dump(url, "--schema-only") for url in (fltr.auth, fltr.data)]
    fltr.run([".venv/bin/python", "-m", "app.create_all"], "fastapi")
    assert [server.pg_dump(url, "--schema-only") for url in (fltr.auth, fltr.data)] == before
    with psycopg.connect(fltr.data, autocommit=True) as connection:  # it does make what is missing
        connection.execute("drop table processing_jobs")
        fltr.run([".venv/bin/python", "-m", "app.create_all"], "fastapi")
        assert "processing_jobs" in tables(fltr.data)


def test_both_services_read_the_same_rows(fltr: Deployed) -> None:
    fltr.node("add-user", "ada", "ada@example.com", "Ada")
    assert fltr.ask("/users/ada/credits")[1]["balance"] == 0
    bought = fltr.node("add", "ada", "100", "payment-of-ada")
    assert fltr.ask("/users/ada/credits/purchase", {"amount": 100, "reference": "payment-of-ada"}) == (
        201,
        fltr.ask("/users/ada/credits/history")[1][0],
    )
    assert fltr.ask("/users/ada/credits/spend", {"amount": 30, "description": "by Python"})[0] == 201
    assert fltr.node("spend", "ada", "20") == {"spent": 1, "of": 1}
    assert fltr.ask("/users/ada/credits/spend", {"amount": 51})[0] == 402
    assert fltr.node("spend", "ada", "51") == {"spent": 0, "of": 1}
    balance = fltr.node("balance", "ada")
    assert (balance["balance"], balance["totalPurchased"], balance["totalSpent"]) == (50, 100, 50)
    assert same_row(balance, fltr.ask("/users/ada/credits")[1])
    history = fltr.node("history", "ada")
    assert [each["amount"] for each in history] == [-20, -30, 100]
    assert same_row(history[2], bought)
    theirs = fltr.ask("/users/ada/credits/history")[1]
    assert len(theirs) == 3
    assert all(same_row(one, other) for one, other in zip(history, theirs, strict=True))
    fltr.node("add-team", "ada", "Engines", "engines")
    (team,), (their_team,) = fltr.node("teams", "ada"), fltr.ask("/users/ada/teams")[1]
    assert same_row(team, their_team)


def test_both_services_call_the_function_of_the_database(fltr: Deployed) -> None:
    fltr.node("add-user", "lin", "lin@example.com", "Lin")
    assert fltr.node("summary", "lin") == []
    for number, amount in enumerate((40, 60)):
        fltr.node("add", "lin", str(amount), f"payment-{number}-of-lin")
    fltr.node("spend", "lin", "25")
    of_node, of_python = fltr.node("summary", "lin"), fltr.ask("/users/lin/credits/summary")[1]
    assert [(each["kind"], each["bookings"], each["amount"]) for each in of_node] == [
        ("purchase", 2, 100),
        ("spend", 1, -25),
    ]
    assert all(same_row(one, other) for one, other in zip(of_node, of_python, strict=True))
    assert fltr.ask("/users/nobody/credits/summary")[0] == 404


def test_200_spends_of_both_services_at_once_never_overdraw(fltr: Deployed) -> None:
    fltr.node("add-user", "bob", "bob@example.com", "Bob")
    fltr.node("add", "bob", "120", "payment-of-bob")
    with ThreadPoolExecutor(21) as threads:
        node = threads.submit(fltr.node, "spend", "bob", "1", "100")
        python = list(
            threads.map(lambda _: fltr.ask("/users/bob/credits/spend", {"amount": 1})[0], range(100))
        )
        spent = node.result()["spent"] + python.count(201)
    assert set(python) <= {201, 402}
    assert spent == 120
    assert fltr.node("balance", "bob")["balance"] == 0
    with psycopg.connect(fltr.auth) as connection:
        rows = connection.execute(
            "select count(*), sum(amount), min(balance_after), count(distinct balance_after)"
            " from credit_transactions where user_id = 'bob' and kind = 'spend'"
        ).fetchone()
    assert rows == (120, -120, 0, 120)


def test_a_release_of_the_next_service_deploys_fltr_auth_alone(fltr: Deployed) -> None:
    stream = fltr.folder / "supabase"
    (stream / "auth" / "migrations" / "01000_later.sql").write_text("CREATE TABLE later (id int);\n")
    (stream / "data" / "migrations" / "01000_later.sql").write_text("CREATE TABLE later (id int);\n")
    release = ["npm", "run", "--silent", "deploy"]
    assert "left alone" in fltr.run(release, "nextjs", DEPLOY_ENV="preview")
    assert "later" not in tables(fltr.auth)
    assert "applied 1 file" in fltr.run(release, "nextjs", DEPLOY_ENV="production")
    assert "later" in tables(fltr.auth)
    assert "later" not in tables(fltr.data)
    (stream / "auth" / "migrations" / "01001_broken.sql").write_text("SELECT 1 / 0;\n")
    fltr.run(release, "nextjs", exit_status=3, DEPLOY_ENV="production")


def test_a_new_column_of_drizzles_reaches_the_running_fastapi_service(
    cluster: server.Cluster, tmp_path: Path
) -> None:
    deployed = deploy(cluster, copy(tmp_path / "fltr"), "grown")
    folder = deployed.folder
    deployed.node("add-user", "ada", "ada@example.com", "Ada")
    deployed.node("add", "ada", "10", "payment-of-ada")
    schema = folder / "nextjs" / "src" / "database" / "schema.ts"
    used = '    creditsUsed: integer("credits_used").notNull().default(0),\n'
    text = schema.read_text()
    assert used in text
    schema.write_text(
        text.replace(used, used + '    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),\n')
    )
    deployed.run(["node_modules/.bin/drizzle-kit", "generate", "--name=last_used_at"], "nextjs")
    saas.ormony(folder, "sync")
    saas.commit(folder, "last_used_at")
    (behind,) = saas.ormony_json(folder, "check")["findings"]
    assert (behind["rule"], behind["severity"]) == ("mirror-incomplete", "warning")
    assert "last_used_at" in behind["message"]
    models = folder / "fastapi" / "app" / "models" / "credits.py"
    before = models.read_text().splitlines()
    saas.ormony(folder, "mirror", "--write")
    after = models.read_text().splitlines()
    (added,) = [line for line in after if line not in before]
    assert [line for line in after if line != added] == before
    assert 'alias="lastUsedAt"' in added
    assert saas.ormony_json(folder, "check")["findings"] == []
    saas.ormony(folder, "deploy", "--database", "auth", "--to", deployed.auth)
    deployed.run([".venv/bin/python", "-m", "mypy", f"--cache-dir={CHECKED}"], "fastapi")
    deployed.run([".venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"], "fastapi")
    with serving(deployed):
        with psycopg.connect(deployed.auth, autocommit=True) as connection:
            key = connection.execute(
                "insert into api_key_credits (user_id, name) values ('ada', 'robot') returning id::text"
            ).fetchone()
            assert key is not None
        body = {"amount": 4, "apiKeyId": key[0]}
        status, booked = deployed.ask("/users/ada/credits/spend", body)
        assert (status, booked["balanceAfter"]) == (201, 6)
    written = deployed.run([".venv/bin/python", "-c", WRITE_LAST_USED, key[0]], "fastapi")
    with psycopg.connect(deployed.auth) as connection:
        rows = connection.execute("select last_used_at from api_key_credits where id = %s", key).fetchall()
    assert [row[0] for row in rows] == [datetime.fromisoformat(written.strip())]


def test_sync_writes_what_the_models_of_fltr_are_ahead_and_renames_when_told(
    cluster: server.Cluster, tmp_path: Path
) -> None:
    folder = copy(tmp_path / "fltr")
    server.create_database(cluster, "renamed_data")
    url = cluster.url("renamed_data")
    saas.ormony(folder, "deploy", "--database", "data", "--to", url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("insert into datasets (owner_id, name, description) values ('ada', 'a', 'kept')")
    models = folder / "fastapi" / "app" / "models" / "dataset.py"
    text = models.read_text()
    title = "    title: str = Field(max_length=300)\n"
    assert (text.count("    description: str = Field("), text.count(title)) == (1, 1)
    models.write_text(
        text.replace("    description: str = Field(", "    summary: str = Field(").replace(
            title, title + "    language: str | None = None\n"
        )
    )
    before = sorted(folder.glob("supabase/data/migrations/*"))
    refused = saas.ormony(folder, "sync", exit_status=1)
    told = "column public.datasets.description = public.datasets.summary"
    assert told in refused.stderr
    assert sorted(folder.glob("supabase/data/migrations/*")) == before
    (written,) = saas.ormony_json(folder, "sync", "--rename", told)["written"]
    assert "RENAME COLUMN description TO summary" in (folder / written).read_text()
    assert saas.ormony_json(folder, "sync")["written"] == []
    saas.ormony(folder, "deploy", "--database", "data", "--to", url)
    deployed = Deployed(folder, cluster.url("postgres"), url)
    dumped = server.pg_dump(url, "--schema-only")
    deployed.run([".venv/bin/python", "-c", CREATE_ALL_OF_FLTR], "fastapi")
    assert server.pg_dump(url, "--schema-only") == dumped
    with psycopg.connect(url) as connection:
        assert connection.execute("select summary from datasets").fetchall() == [("kept",)]
