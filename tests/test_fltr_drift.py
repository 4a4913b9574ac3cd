"""The drift that FLTR's own report found: three references that differ, among many types that only look so.

The database and SQLModel agree on credit_transactions and api_key_credits, and schema.ts was edited without
generating; the database and Drizzle agree on teams, and SQLModel does not. Every text of Drizzle's is a
varchar of SQLModel's, which breaks nothing.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import saas

PROJECT = saas.ROOT / "tests" / "projects" / "fltr_drift"
FLTR = saas.ROOT / "examples" / "fltr"
SCHEMA = "nextjs/src/database/schema.ts"
MODELS = "fastapi/app/models/credits.py"
MIGRATION = "nextjs/drizzle/0000_credits.sql"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fltr")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "drift"
    ignored = shutil.ignore_patterns("node_modules", ".venv", ".ormony", "__pycache__")
    shutil.copytree(PROJECT, folder, ignore=ignored)
    (folder / "nextjs/node_modules").symlink_to(FLTR / "nextjs/node_modules")
    (folder / "fastapi/.venv").symlink_to(FLTR / "fastapi/.venv")
    (folder / ".gitignore").write_text("node_modules\n.venv\n.ormony\n__pycache__\n")
    saas.git(folder, "init", "-q", "-b", "main")
    saas.commit(folder, "as it was found")
    return folder


def line_after(folder: Path, path: str, start: str, then: str) -> str:
    """`path:line` of the first line with `then` after the first line with `start`."""
    lines = (folder / path).read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if start in line)
    return f"{path}:{next(n for n, line in enumerate(lines[begin:], begin + 1) if then in line)}"


def test_exactly_the_three_references_are_found(project: Path) -> None:
    found = saas.ormony_json(project, "check", exit_status=1)["findings"]
    assert {each["severity"] for each in found} == {"error"}
    by_table = {each["object"].split(".")[1]: each for each in found}
    assert set(by_table) == {"credit_transactions", "api_key_credits", "teams"}
    assert len(found) == 3
    for table, constant in (
        ("credit_transactions", "creditTransactions"),
        ("api_key_credits", "apiKeyCredits"),
    ):
        finding = by_table[table]
        assert (finding["rule"], finding["service"]) == ("model-drift", "web")
        assert finding["place"] == line_after(project, SCHEMA, f"const {constant} ", "userId:")
        (side,) = finding["sides"]
        assert side["place"] in (
            line_after(project, MIGRATION, f'ALTER TABLE "{table}"', '("user_id") REFERENCES'),
            line_after(project, MIGRATION, f'CREATE TABLE "{table}"', '"user_id"'),
        )
        assert finding["hint"] == "(cd nextjs && npx drizzle-kit generate) && ormony sync"
        assert "users(id)" in finding["message"]
        assert "user_credits(user_id)" in finding["message"]
    team = by_table["teams"]
    assert (team["rule"], team["service"]) == ("mirror-breaks-writes", "api-auth")
    assert team["object"] == "public.teams.owner_id"
    assert team["place"] == line_after(project, MODELS, "class Team(", "owner_id")
    assert [side["place"] for side in team["sides"]] == [
        line_after(project, MIGRATION, 'ALTER TABLE "teams"', "REFERENCES")
    ]


def test_text_against_varchar_is_shown_on_request_alone(project: Path) -> None:
    shown = saas.ormony_json(project, "check", "--verbose", exit_status=1)["findings"]
    notes = [each for each in shown if each["severity"] == "note"]
    assert len(shown) == len(notes) + 3
    types = [each for each in notes if re.search(r"character varying.* text", each["message"])]
    assert {each["object"] for each in types} >= {
        "public.users.email",
        "public.credit_transactions.description",
        "public.teams.name",
    }


def test_after_generate_sync_and_mirror_nothing_is_left(project: Path) -> None:
    saas.tool(["node_modules/.bin/drizzle-kit", "generate", "--name=users"], project / "nextjs", "")
    saas.ormony(project, "sync")
    saas.commit(project, "as schema.ts says")  # squawk's advice is about migrations that are not merged
    models = project / MODELS
    before = models.read_text()
    # The database is to change, so now all three models of SQLModel's are behind, and none of Drizzle's.
    left = saas.ormony_json(project, "check", exit_status=1)["findings"]
    assert [each["rule"] for each in left] == ["mirror-breaks-writes"] * 3
    saas.ormony(project, "mirror", exit_status=1)
    assert models.read_text() == before
    saas.ormony(project, "mirror", "--write")
    changed = [
        (one, other)
        for one, other in zip(before.splitlines(), models.read_text().splitlines(), strict=True)
        if one != other
    ]
    assert len(changed) == 3
    assert all(one.replace("user_credits.user_id", "users.id") == other for one, other in changed)
    assert saas.ormony_json(project, "check")["findings"] == []
    saas.ormony(project, "mirror")
