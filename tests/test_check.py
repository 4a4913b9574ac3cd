"""`check` and `mirror` over small projects with real SQLModel models, and over what is allowed and known."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ormony import checking, cli, mirroring, project
from ormony.database import server
from ormony.errors import OrmonyError
from ormony.rules.finding import Checked

ROOT = Path(__file__).parent.parent
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services"))
pytestmark = pytest.mark.slow

STREAM = """\
CREATE TYPE public.plan_state AS ENUM ('free', 'paid');
CREATE TABLE public.users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    plan public.plan_state NOT NULL DEFAULT 'free',
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE public.notes (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES public.users (id),
    body varchar(200)
);
CREATE INDEX notes_user_id ON public.notes (user_id);
CREATE TABLE public.credits (
    user_id uuid PRIMARY KEY REFERENCES public.users (id)
);
"""
MODELS = """\
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlalchemy import Enum as SQLEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Plan(str, Enum):
    free = "free"
    paid = "paid"


class User(SQLModel, table=True):
    \"\"\"Who may log in.\"\"\"

    __tablename__ = "users"

    id: UUID = Field(primary_key=True)
    email: str
    # what they pay for
    plan: Plan = Field(sa_column=Column(SQLEnum(Plan, name="plan_state"), nullable=False))
    settings: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))

    def label(self) -> str:
        return self.email.lower()


class Note(SQLModel, table=True):
    __tablename__ = "notes"

    id: int | None = Field(default=None, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    body: str | None = Field(default=None, max_length=200)


class Credits(SQLModel, table=True):
    user_id: UUID = Field(primary_key=True, foreign_key="users.id")
"""
FILE = "api/app/models.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    texts = {
        "ormony.toml": f'[services.api]\npath = "api"\norm = "sqlalchemy"\npython = "{SERVICES}/bin/python"\n'
        'models = "app.models"\nmirrors = ["public.*"]\n',
        "api/app/__init__.py": "",
        FILE: MODELS,
        "supabase/migrations/00001_tables.sql": STREAM,
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def git(root: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words], cwd=root, check=True
    )


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "all")


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def check(root: Path, **options: Any) -> Checked:
    return checking.check(project.load(root), **options)


def seen(checked: Checked) -> list[tuple[str, str, str | None]]:
    return [(each.rule, each.object, each.place) for each in checked.findings if each.severity != "note"]


def line(text: str, words: str) -> int:
    return next(number for number, each in enumerate(text.splitlines(), 1) if words in each)


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["--project", str(root), *words], obj=None)


def test_a_clean_project_yields_nothing(root: Path) -> None:
    checked = check(root)
    assert seen(checked) == []
    assert checked.exit_status == 0
    assert "mirror-cosmetic" in {each.rule for each in checked.findings}


@pytest.mark.parametrize(
    ("old", "new", "rule", "column", "words"),
    [
        ("    email: str\n", "    email: str\n    nick: str\n", "mirror-breaks-reads", "nick", "nick"),
        ("    email: str\n", "", "mirror-breaks-writes", "email", "class User"),
        ("email: str\n", "email: str | None = None\n", "mirror-breaks-writes", "email", "email: str |"),
        ("Column(JSONB,", "Column(JSON,", "mirror-breaks-writes", "settings", "settings:"),
        ("DateTime(timezone=True)", "DateTime()", "mirror-breaks-reads", "created_at", "created_at:"),
        ('name="plan_state"', 'name="plans"', "mirror-breaks-writes", "plan", "plan: Plan"),
        ('    paid = "paid"\n', "", "mirror-breaks-reads", "plan", "plan: Plan"),
        ('"paid"\n', '"paid"\n    gone = "gone"\n', "mirror-breaks-writes", "plan", "plan:"),
        ("max_length=200", "max_length=300", "mirror-breaks-writes", "body", "body:"),
    ],
    ids=lambda value: value.strip()[:24] if isinstance(value, str) else None,
)  # fmt: skip
def test_a_mirror_that_breaks_is_one_finding_with_both_places(
    root: Path, old: str, new: str, rule: str, column: str, words: str
) -> None:
    edit(root, FILE, old, new)
    edit(root, FILE, "JSONB\n", "JSON, JSONB\n")
    table = "notes" if column == "body" else "users"
    (found,) = [each for each in check(root).findings if each.severity == "error"]
    text = (root / FILE).read_text()
    assert (found.rule, found.object) == (rule, f"public.{table}.{column}")
    assert found.place == f"{FILE}:{line(text, words)}"
    if column != "nick":
        (side,) = found.sides
        assert side.place == f"supabase/migrations/00001_tables.sql:{line(STREAM, f'    {column} ')}"


def test_the_wrong_target_of_a_foreign_key_is_one_finding(root: Path) -> None:
    edit(root, FILE, '= Field(foreign_key="users.id")', '= Field(foreign_key="credits.user_id")')
    (found,) = [each for each in check(root).findings if each.severity == "error"]
    assert (found.rule, found.object) == ("mirror-breaks-writes", "public.notes.user_id")
    assert found.place == f"{FILE}:{line(MODELS, 'user_id: UUID')}"
    assert [each.place for each in found.sides] == [
        f"supabase/migrations/00001_tables.sql:{line(STREAM, 'user_id uuid NOT NULL')}"
    ]


def test_an_unchanged_project_is_answered_from_what_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(root, FILE, "    email: str\n", "")
    first = check(root)
    from ormony.adapters import subprocesses

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was started")

    for module, name in ((subprocesses, "run"), (server, "start")):
        monkeypatch.setattr(module, name, refuse)
    assert check(root).findings == first.findings
    edit(root, FILE, "class Note", "# changed\nclass Note")
    with pytest.raises(AssertionError, match="something was started"):
        check(root)


def test_what_may_be_over_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OrmonyError("disk-full", "no space left on device", exit_status=3)

    with monkeypatch.context() as patch:
        patch.setattr(server, "start", full)
        (found,) = [each for each in check(root).findings if each.severity == "error"]
        assert found.rule == "replay-fails"
    assert seen(check(root)) == []


def test_findings_are_allowed_in_the_source_and_in_the_configuration(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str  # unused\n")
    said = "    # ormony: allow mirror-breaks-reads it is on its way\n"
    edit(root, FILE, "    nick: str", f"{said}    nick: str")
    checked = check(root)
    assert seen(checked) == []
    said_at = f"{FILE}:{line((root / FILE).read_text(), 'on its way')}"
    assert [(each.reason, each.by) for each in checked.allowed] == [("it is on its way", said_at)]
    edit(root, FILE, said, "    # ormony: allow mirror-breaks-reads\n")
    (left,) = [each for each in check(root).findings if each.severity != "note"]
    assert left.hint == (
        f"{said_at} allows nothing before it says why: ormony: allow mirror-breaks-reads REASON"
    )
    edit(root, FILE, "    # ormony: allow mirror-breaks-reads\n", said)
    edit(root, FILE, said, "")
    assert len(seen(check(root))) == 1
    with (root / "ormony.toml").open("a") as file:
        file.write('[[check.allow]]\nrule = "mirror-*"\nobject = "public.users.nick"\nreason = "later"\n')
    checked = check(root)
    assert seen(checked) == []
    assert [(each.reason, each.by) for each in checked.allowed] == [("later", "ormony.toml")]


def test_a_baseline_knows_what_was_found_before(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    assert run(root, "check", "--no-native").exit_code == 1
    assert run(root, "check", "--no-native", "--write-baseline").exit_code == 0
    checked = check(root)
    assert (seen(checked), checked.known, checked.gone) == ([], 1, 0)
    edit(root, FILE, "    nick: str\n", "    nack: str\n")
    checked = check(root)
    assert [each[1] for each in seen(checked)] == ["public.users.nack"]
    assert (checked.known, checked.gone) == (0, 1)
    (root / "ormony-baseline.json").write_text("{")
    with pytest.raises(OrmonyError) as refused:
        check(root)
    assert refused.value.code == "bad-baseline"


def test_a_stream_that_does_not_run_is_a_finding_with_its_line(root: Path) -> None:
    (root / "supabase/migrations/00002_broken.sql").write_text("SELECT 1;\nSELECT 1 / 0;\n")
    checked = check(root)
    (found,) = [each for each in checked.findings if each.rule == "replay-fails"]
    assert found.place == "supabase/migrations/00002_broken.sql:2"
    assert checked.exit_status == 1
    assert "whatever needs the stream to replay" in checked.skipped


def test_a_query_that_a_new_migration_breaks_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "api/app/queries.py").write_text(
        'from sqlalchemy import text\n\nMAILS = text("SELECT email FROM users WHERE id = :id")\n'
    )
    commit(root)
    assert seen(check(root)) == []
    (root / "supabase/migrations/00002_drop.sql").write_text("ALTER TABLE public.users DROP COLUMN email;\n")
    found = [each for each in check(root).findings if each.rule == "query-breaks"]
    assert [(each.severity, each.place) for each in found] == [("error", "api/app/queries.py:3")]
    assert "email" in found[0].message
    assert [each.place for each in found[0].sides] == ["supabase/migrations/00002_drop.sql:1"]
    # Where a statement stands is nothing to the server, which has said what it thinks of it.
    edit(root, "api/app/queries.py", "MAILS", "\n# moved\nMAILS")
    monkeypatch.setattr(server, "start", lambda *_, **__: pytest.fail("a server was started"))
    moved = [each for each in check(root).findings if each.rule == "query-breaks"]
    assert [(each.severity, each.place) for each in moved] == [("error", "api/app/queries.py:5")]


def test_models_that_cannot_be_loaded_hide_nothing_of_the_others(root: Path) -> None:
    (root / "api/app/other.py").write_text("from app.models import SQLModel\nimport nowhere_to_be_found\n")
    edit(root, "ormony.toml", 'models = "app.models"', 'models = ["app.models", "app.other"]')
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    errors = [each for each in check(root).findings if each.severity == "error"]
    assert [(each.rule, each.place) for each in errors] == [
        ("mirror-breaks-reads", f"{FILE}:{line((root / FILE).read_text(), 'nick')}"),
        ("not-checked", "api/app/other.py:2"),
    ]
    assert "the models app.other of api" in errors[1].message
    assert "nowhere_to_be_found" in str(errors[1].hint)
    # Whoever would write migrations needs all of them.
    assert run(root, "diff", "migrations", "models:api").exit_code == 4


def test_a_history_that_cannot_be_read_is_a_finding_and_the_others_are_looked_at(root: Path) -> None:
    (root / "web/drizzle/meta").mkdir(parents=True)
    entries = [{"idx": 0, "version": "7", "when": 1, "tag": "0000_gone", "breakpoints": True}]
    journal = {"version": "7", "dialect": "postgresql", "entries": entries}
    (root / "web/drizzle/meta/_journal.json").write_text(json.dumps(journal, indent=2))
    (root / "web/drizzle.config.ts").write_text(
        'export default { dialect: "postgresql", schema: "./schema.ts", out: "./drizzle" };\n'
    )
    with (root / "ormony.toml").open("a") as file:
        file.write('[services.web]\npath = "web"\norm = "drizzle"\n')
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    assert [
        (each.rule, each.service, each.place) for each in check(root).findings if each.severity == "error"
    ] == [
        ("mirror-breaks-reads", "api", f"{FILE}:{line((root / FILE).read_text(), 'nick')}"),
        ("not-checked", "web", "web/drizzle/meta/_journal.json:5"),
    ]
    result = run(root, "check", "--no-native", "--against", "postgresql://nobody@127.0.0.1:1/x")
    assert result.exit_code == 1
    assert "before migrations can be read: web" in result.output


def test_references_to_another_database_are_known(root: Path) -> None:
    (root / "supabase/auth").mkdir()
    (root / "supabase/auth/00001_people.sql").write_text(
        "CREATE TABLE public.people (id uuid PRIMARY KEY, name text, nick int UNIQUE);\n"
    )
    text = (root / "ormony.toml").read_text()

    def refers(target: str) -> list[str]:
        (root / "ormony.toml").write_text(
            '[databases.auth]\nstream = "supabase/auth"\n[databases.main]\n[databases.main.references]\n'
            f'"users.id" = "{target}"\n' + text.replace('path = "api"', 'path = "api"\ndatabase = "main"')
        )
        return [each.message for each in check(root).findings if each.rule == "broken-reference"]

    assert refers("auth:people.id") == []
    assert "does not exist" in refers("auth:people.none")[0]
    assert "no primary key and not unique" not in refers("auth:people.nick")[0]
    assert "which is integer" in refers("auth:people.nick")[0]
    assert "does not exist" in refers("auth:nobody.id")[0]


def test_a_database_is_compared_with_its_deployed_files_on_request(root: Path) -> None:
    from ormony import commands
    from ormony.database.connect import connect

    loaded = project.load(root)
    try:
        commands.deploy(loaded)
        url = commands.db_url(loaded).text
        assert seen(check(root, against=url)) == []
        with connect(url) as connection:
            connection.execute("ALTER TABLE public.users ADD COLUMN by_hand int")
            connection.execute("DROP TABLE public.notes")
        (root / "supabase/migrations/00002_more.sql").write_text("CREATE TABLE public.more (id int);\n")
        found = {each.object: each for each in check(root, against=url).findings if each.rule == "drift"}
        assert "public.users.by_hand" in found
        assert "public.notes" in found
        assert "public.more" not in found
        assert not [each for each in found if each.startswith("public.notes.")]  # the table says it all
        assert found["public.notes"].place == f"supabase/migrations/00001_tables.sql:{line(STREAM, 'notes')}"
    finally:
        commands.db_down(loaded, destroy=True)


def test_formats(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    found = run(root, "check", "--no-native", "--format", "json")
    assert found.exit_code == 1
    document = json.loads(found.stdout)
    assert [each["rule"] for each in document["findings"]] == ["mirror-breaks-reads"]
    github = run(root, "check", "--no-native", "--format", "github").stdout
    assert github.startswith(
        f"::error file={FILE},line={line((root / FILE).read_text(), 'nick')},title=mirror-"
    )
    sarif = json.loads(run(root, "check", "--no-native", "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == FILE
    markdown = run(root, "check", "--no-native", "--format", "markdown").stdout
    assert markdown.startswith("**ormony check**: 1 error.")
    text = run(root, "check", "--no-native").stdout
    assert text.splitlines()[-1] == "1 error"


def test_a_rule_that_is_unknown_is_refused(root: Path) -> None:
    with pytest.raises(OrmonyError) as refused:
        check(root, only=("nothing",))
    assert refused.value.code == "unknown-rule"


def test_mirror_edits_exactly_what_differs_and_then_there_is_nothing(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    nick: str\n")
    edit(root, FILE, "DateTime(timezone=True)", "DateTime()")
    edit(root, FILE, "max_length=200", "max_length=300")
    shown = mirroring.mirror(project.load(root))
    assert [(each.model, each.what.split()[0]) for each in shown.edits]
    assert shown.written == ()
    assert mirroring.exit_status(shown, write=False) == 1
    done = mirroring.mirror(project.load(root), write=True)
    assert done.left == ()
    assert done.written == (FILE,)
    text = (root / FILE).read_text()
    assert "nick" not in text
    assert "    email: str\n" in text
    assert "# what they pay for" in text
    assert "def label(self)" in text
    assert seen(check(root)) == []
    assert mirroring.mirror(project.load(root), write=True).edits == ()
    subprocess.run(
        [SERVICES / "bin/python", "-c", "import app.models"], cwd=root / "api", check=True, timeout=60
    )


def test_models_are_compared_once_all_migrations_are_merged(root: Path) -> None:
    (root / "worker/migrations").mkdir(parents=True)
    (root / "worker/migrations/20260101000000_jobs.sql").write_text(
        "CREATE TABLE jobs (id int PRIMARY KEY);\n"
    )
    with (root / "ormony.toml").open("a") as file:
        file.write('[services.worker]\npath = "worker"\norm = "sqlx"\n')
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    checked = check(root)
    assert [each[0] for each in seen(checked)] == ["unmerged-migration"]
    assert any("ormony sync" in each for each in checked.skipped)
    assert run(root, "sync").exit_code == 0
    assert [each[0] for each in seen(check(root))] == ["mirror-breaks-reads"]


def test_a_table_that_is_declared_as_mirrored_gets_a_model(root: Path) -> None:
    edit(root, "ormony.toml", '"public.*"', '"public.*", "public.plans"')
    with (root / "supabase/migrations/00002_plans.sql").open("w") as file:
        file.write(
            "CREATE TABLE public.plans (id uuid PRIMARY KEY, name text NOT NULL, price numeric(10, 2));\n"
        )
    done = mirroring.mirror(project.load(root), write=True)
    assert done.written == ("api/app/plans.py",)
    assert [each.code for each in done.notices] == ["import-it"]
    (root / "api/app/models.py").write_text(
        (root / "api/app/models.py").read_text() + "\n\nfrom app.plans import *\n"
    )
    assert seen(check(root)) == []
    assert mirroring.mirror(project.load(root), write=True).written == ()


def test_an_enum_that_differs_is_at_a_column_of_the_model(root: Path) -> None:
    made = own(root)
    edit(root, FILE, '    paid = "paid"\n', '    paid = "paid"\n    gone = "gone"\n')
    [found] = [each for each in check(root).findings if each.severity == "error"]
    assert (found.rule, found.object) == ("model-drift", "public.plan_state")
    assert found.place == f"{FILE}:{line((root / FILE).read_text(), 'plan: Plan')}"
    assert [each.place for each in found.sides] == [f"{made}:{line((root / made).read_text(), 'ENUM')}"]


def test_a_new_table_is_at_its_class_and_a_new_column_where_its_table_is_made(root: Path) -> None:
    made = own(root)
    text = (
        (root / FILE).read_text().replace("    body: str |", "    title: str | None = None\n    body: str |")
    )
    text += "\n\nclass Debts(SQLModel, table=True):\n    user_id: UUID = Field(primary_key=True"
    (root / FILE).write_text(text := text + ', foreign_key="users.id")\n')
    found = {each.object: each for each in check(root, only=["model-drift"]).findings}
    assert found["public.debts"].place == f"{FILE}:{line(text, 'class Debts')}"
    assert found["public.notes.title"].place == f"{FILE}:{line(text, 'title: str')}"
    home = f"{made}:{line((root / made).read_text(), 'CREATE TABLE public.notes')}"
    assert [each.place for each in found["public.notes.title"].sides] == [home]


def test_a_column_that_the_table_has_not_is_told_where_the_table_is_made(root: Path) -> None:
    (root / "supabase/migrations/00002_more.sql").write_text(
        "ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;\n"
    )
    edit(root, FILE, "    body: str |", "    title: str | None = None\n    body: str |")
    [found] = [each for each in check(root).findings if each.severity == "error"]
    assert found.rule == "mirror-breaks-reads"
    home = f"supabase/migrations/00001_tables.sql:{line(STREAM, 'TABLE public.notes')}"
    assert [each.place for each in found.sides] == [home]


def test_models_that_do_not_run_are_at_no_file_that_does_not_exist(root: Path) -> None:
    own(root)
    old = "    id: UUID = Field(primary_key=True)\n"
    edit(root, FILE, old, "    id: UUID\n    other: int = Field(primary_key=True)\n")
    places = {each.place for each in check(root).findings if each.rule == "not-checked"}
    assert places == {"api"}


def own(root: Path) -> str:
    """Let the service own its tables, by a migration that `sync` writes: its path."""
    edit(root, "ormony.toml", 'mirrors = ["public.*"]\n', "")
    (root / "supabase/migrations/00001_tables.sql").unlink()
    commit(root)
    assert run(root, "sync").exit_code == 0
    commit(root)
    [made] = (root / "supabase" / "migrations").glob("*.sql")
    return made.relative_to(root).as_posix()


def test_fix_edits_mirrors_too(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    checked = check(root, fix=True)
    assert checked.fixed == (FILE,)
    assert seen(checked) == []
    assert "nick" not in (root / FILE).read_text()


def test_only_takes_patterns_and_tells_what_could_not_be_looked_at(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    assert [each.rule for each in check(root, only=["mirror-breaks-*"]).findings] == ["mirror-breaks-reads"]
    check(root, write_baseline=True)
    edit(root, FILE, "from uuid import UUID\n", "from uuid import UUID\nimport not_installed\n")
    checked = check(root, only=["mirror-*"])
    assert [each.rule for each in checked.findings] == ["not-checked"]
    checked = check(root)
    assert [each[0] for each in seen(checked)] == ["not-checked"]
    assert checked.gone == 0


def test_a_baseline_of_one_rule_keeps_what_it_did_not_look_at(root: Path) -> None:
    edit(root, FILE, "    email: str\n", "    email: str\n    nick: str\n")
    check(root, write_baseline=True)
    check(root, only=("second-owner",), write_baseline=True)
    assert check(root).known == 1
    (root / "ormony-baseline.json").write_text("[]")
    check(root, write_baseline=True)
    assert check(root).known == 1


def test_an_allowance_of_no_rule_is_refused(root: Path) -> None:
    with (root / "ormony.toml").open("a") as file:
        file.write('[[check.allow]]\nrule = "cluster-wid"\nreason = "a slip"\n')
    with pytest.raises(OrmonyError) as refused:
        check(root)
    assert refused.value.code == "unknown-rule"


def test_without_the_frozen_branch_it_is_said_that_new_files_are_not_known(root: Path) -> None:
    with (root / "ormony.toml").open("a") as file:
        file.write('[database]\nfrozen = "release"\n')
    assert any("git fetch origin release" in each for each in check(root).skipped)


def test_a_table_without_mirrors_is_told(root: Path) -> None:
    with pytest.raises(OrmonyError) as refused:
        mirroring.mirror(project.load(root), tables=("public.nothing",))
    assert refused.value.code == "no-mirror"
    assert "public.users" in (refused.value.hint or "")


def test_mirror_leaves_what_check_allows(root: Path) -> None:
    edit(root, FILE, "    body: str | None = Field(default=None, max_length=200)\n", "")
    lacking = ("mirror-incomplete", "public.notes")
    assert [each[:2] for each in seen(check(root))] == [lacking]
    text = (root / FILE).read_text()
    said = "# ormony: allow mirror-incomplete nothing here reads it\nclass Note("
    (root / FILE).write_text(text.replace("class Note(", said))
    assert seen(check(root)) == []
    assert mirroring.mirror(project.load(root), write=True).edits == ()
    assert (root / FILE).read_text() == text.replace("class Note(", said)

    (root / FILE).write_text(text)
    with (root / "ormony.toml").open("a") as config:
        config.write(
            '[[check.allow]]\nrule = "mirror-incomplete"\nobject = "public.notes"\nreason = "so be it"\n'
        )
    assert seen(check(root)) == []
    assert mirroring.mirror(project.load(root)).edits == ()


def test_a_mirror_of_nothing_is_told(root: Path) -> None:
    edit(root, "ormony.toml", '["public.*"]', '["public.*", "public.uesrs:read", "billing.*"]')
    assert seen(check(root)) == [
        ("mirror-incomplete", "billing.*", "ormony.toml"),
        ("mirror-incomplete", "public.uesrs", "ormony.toml"),
    ]


def test_what_cannot_be_looked_at_is_told(root: Path) -> None:
    (root / "api/app/latin.py").write_bytes("# caf\u00e9\n".encode("latin-1"))
    assert "1 file in api that cannot be read" in check(root).skipped


def test_the_ledger_of_a_services_own_tool_is_compared_too(root: Path) -> None:
    from ormony import commands
    from ormony.database.connect import connect

    path = "worker/migrations/20260101000000_jobs.sql"
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text("CREATE TABLE jobs (id bigint PRIMARY KEY);\n")
    with (root / "ormony.toml").open("a") as config:
        config.write('[services.worker]\npath = "worker"\norm = "sqlx"\n')
    assert run(root, "sync").exit_code == 0
    loaded = project.load(root)
    try:
        commands.deploy(loaded)
        url = commands.db_url(loaded).text

        def asked() -> list[tuple[str, str, str | None]]:
            return [each for each in seen(check(root, against=url)) if each[0] in ("ledger", "drift")]

        assert asked() == []
        with connect(url) as connection:
            connection.execute("UPDATE public._sqlx_migrations SET checksum = 'other'")
        assert asked() == [("ledger", "edited-after-deploy", path)]
        with connect(url) as connection:
            connection.execute("DELETE FROM public._sqlx_migrations")
        assert asked() == [("ledger", "worker/20260101000000_jobs", path)]
        commands.deploy(loaded)
        with connect(url) as connection:  # as if the service's own tool had run it, and nobody deployed
            connection.execute("DELETE FROM supabase_migrations.schema_migrations WHERE version > '00200'")
            connection.execute("DROP SCHEMA ormony CASCADE")
        (only,) = asked()
        assert only[:2] == ("ledger", "applied-elsewhere")
    finally:
        commands.db_down(loaded, destroy=True)
