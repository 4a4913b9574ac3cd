"""Every rule finds what its page says, at the place that it says, and nothing in what it calls fine."""

from __future__ import annotations

import fnmatch
import inspect
import re
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psycopg
import pytest

from ormony import project as projects
from ormony import rules, stream
from ormony.catalog import Catalog
from ormony.database.shadow import Shadow
from ormony.errors import OrmonyError
from ormony.history import History, Service
from ormony.rules.finding import Finding
from ormony.rules.suppression import suppressed
from rule_projects import Example, Project, build, examples
from small_project import alembic, drizzle, hand, history, merged, service, sqlx

ROOT = Path(__file__).parent.parent
ALL = [each for name in rules.RULES for each in examples(name, rules.rule(name).__doc__ or "")]


def name_of(example: Example) -> str:
    return f"{example.rule}: {'finds' if example.finds else 'fine'}: {example.title[:50]}"


@pytest.mark.parametrize("example", ALL, ids=name_of)
def test_the_examples_of_a_page_are_true(example: Example, tmp_path: Path, shadow: Shadow) -> None:
    project = build(tmp_path, example, lambda: shadow)
    found = list(rules.rule(example.rule).find(project))
    assert [(each.severity, each.place) for each in found] == list(example.found), found
    for each in found:
        assert each.rule == example.rule
        assert each.database == "main"
        assert each.hint or each.severity == "note"
        assert each.message[0] == each.message[0].lower() or each.message.split()[0].isupper()


@pytest.mark.parametrize("example", [each for each in ALL if not each.finds], ids=name_of)
def test_what_one_rule_calls_fine_is_fine(example: Example, tmp_path: Path, shadow: Shadow) -> None:
    """A clean example of one rule shows errors of no other, but of those that it must break by its nature."""
    project = build(tmp_path, example, lambda: shadow)
    expected = {
        "several-heads": {"unmerged-migration"},
        "second-owner": {"unmerged-migration"},
        "data-in-late-file": {"late-file"},
    }.get(example.rule, set())
    found = {
        each.rule
        for name in rules.RULES
        for each in rules.rule(name).find(project)
        if each.severity == "error"
    }
    assert found <= expected


REFUSED = {"missing-prerequisite", "unreadable-sql"}


@pytest.mark.parametrize(
    "example", [each for each in ALL if not each.finds or each.rule in REFUSED], ids=name_of
)
def test_a_server_agrees_with_the_page(example: Example, tmp_path: Path, shadow: Shadow) -> None:
    """What is called fine runs on an empty database; of some rules a server refuses what they find."""
    project = build(tmp_path, example, lambda: shadow)
    merged_all = not any(state == "new" for _, state, _ in example.files)
    if example.finds and merged_all:
        with pytest.raises(OrmonyError):
            _ = project.catalog
    else:
        assert project.catalog.objects is not None


def test_a_server_refuses_a_new_value_in_the_transaction_that_adds_it(fresh_database: str) -> None:
    """What the tools do: one transaction for each file."""
    found, fine = examples(
        "enum-value-same-transaction", rules.rule("enum-value-same-transaction").__doc__ or ""
    )
    for path, _, text in (*found.files, *fine.files):
        with psycopg.connect(fresh_database) as connection:
            if path.endswith("00400_status.sql"):
                connection.execute("DROP TABLE IF EXISTS notes, words; DROP TYPE IF EXISTS status")
            if (path, text) == (found.files[1][0], found.files[1][2]):
                with pytest.raises(psycopg.errors.UnsafeNewEnumValueUsage):
                    connection.execute(text.encode())
            else:
                connection.execute(text.encode())


@pytest.mark.parametrize("name", rules.RULES)
def test_every_rule_has_a_page(name: str) -> None:
    rule = rules.rule(name)
    page = inspect.cleandoc(rule.__doc__ or "")
    assert re.match(r"[A-Z`].*\.\n\n", page), "the first line is the title"
    assert "Mend it" in page
    kinds = {each.finds for each in ALL if each.rule == name}
    assert kinds == {True, False}, "an example of what is found, and one of what is fine"
    assert rule.SEVERITY in ("error", "warning", "note")


def test_names_are_known_without_importing_rules() -> None:
    assert len(rules.RULES) > 20
    for name, module in rules.RULES.items():
        assert module.rpartition(".")[2].replace("_", "-") == name


def test_the_reference_is_what_the_pages_say() -> None:
    kept = ROOT / "docs" / "reference" / "rules.md"
    made = rules.docs()
    assert kept.read_text() == made, "write rules.docs() to docs/reference/rules.md"


def test_what_the_reference_says_of_allowing_is_so(tmp_path: Path) -> None:
    lines = rules.docs().partition("\n## ")[0].splitlines()
    indented = [line.removeprefix("    ") for line in lines if line.startswith("    ")]
    assert suppressed(finding("a.sql:2"), f"{indented[0]}\nCREATE ROLE backups;\n")
    (tmp_path / "ormony.toml").write_text("\n".join(["[database]", *indented[1:]]) + "\n")
    (allowed,) = projects.load(tmp_path).allowed
    assert fnmatch.fnmatchcase("public.is_admin()", allowed.object)
    assert allowed.rule in rules.RULES


def test_nothing_is_found_in_the_example_project(shadow: Shadow) -> None:
    project = Project(ROOT / "examples" / "saas", lambda: shadow)
    found = [each for name in rules.RULES for each in rules.rule(name).find(project)]
    assert [each for each in found if each.severity != "note"] == []


# ------------------------------------------------------------------------------------------------ suppression


def finding(place: str, rule: str = "cluster-wide") -> Finding:
    return Finding(rule=rule, severity="warning", message="x", place=place)


ALLOW = "-- ormony: allow cluster-wide backups need it\n"
ROLE = "CREATE ROLE a;\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ALLOW + ROLE, 1),
        ("-- a dump\n\n" + ALLOW + "\nSELECT 1;\n" + ROLE, 6),
        ("-- pg-delta: transaction=false\n-- ormony: service=web source=x\n" + ALLOW + ROLE, 4),
        ("\ufeff" + ALLOW + ROLE, 2),
        ("SELECT 1;\n" + ALLOW + ROLE, 3),
        ("SELECT 1;\n" + ALLOW + "-- another word\nCREATE TABLE a (\n  id int\n);\n", 5),
        ("CREATE TABLE a (\n  " + ALLOW + "  id int\n);\n", 3),
        ("SELECT 1;\r\n" + ALLOW.replace("\n", "\r\n") + ROLE, 3),
        ("SELECT 1;\n--> statement-breakpoint\n" + ALLOW + ROLE + "--> statement-breakpoint\nSELECT 1", 4),
        ("SELECT 1;\n/* ormony: allow cluster-wide backups need it */\n" + ROLE, 3),
    ],
)
def test_a_finding_is_allowed_over_the_statement_and_at_the_top(text: str, line: int) -> None:
    said = next(at for at, each in enumerate(text.splitlines(), 1) if "ormony: allow" in each)
    assert suppressed(finding(f"a.sql:{line}"), text) == ("backups need it", said)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("-- ormony: allow cluster-wide\n" + ROLE, 2),
        ("-- ormony: allow commit-in-file backups need it\n" + ROLE, 2),
        ("-- allow cluster-wide backups need it\n" + ROLE, 2),
        ("SELECT 1;\n" + ALLOW + "SELECT 2;\n" + ROLE, 4),
        ("SELECT 1;\n" + ROLE + ALLOW, 2),
        ("SELECT '\n" + ALLOW + "';\n" + ROLE, 4),
        ("", 1),
    ],
)
def test_nothing_else_allows_it(text: str, line: int) -> None:
    assert suppressed(finding(f"a.sql:{line}"), text) is None


def test_models_allow_in_comments_of_their_language() -> None:
    python = "import a\n\n# ormony: allow cluster-wide it is so\nid = 1\n"
    assert suppressed(finding("a.py:4"), python) == ("it is so", 3)
    assert suppressed(finding("a.ts:4"), python.replace("#", "//")) == ("it is so", 3)
    assert suppressed(finding("a.ts:2"), python.replace("#", "//")) is None


def test_a_finding_of_squawk_is_allowed_by_its_name() -> None:
    text = "SELECT 1;\n-- ormony: allow squawk/ban-drop-table nobody reads it\nDROP TABLE a;\n"
    assert suppressed(finding("a.sql:3", "squawk/ban-drop-table"), text) == ("nobody reads it", 2)


def test_a_line_that_allows_is_no_provenance() -> None:
    """Whatever its reason says, the file stays one that a person wrote."""
    line = "-- ormony: allow cluster-wide service=web source=x native=1 body=2\n"
    file = stream.parse("supabase/migrations/00400_a.sql", line + ROLE)
    assert file is not None
    assert file.provenance is None
    assert file.body == line + ROLE
    provenance = stream.Provenance(service="web", source="drizzle/0000_m", native="1", body="")
    merged = stream.compose("supabase/migrations/00400_a.sql", provenance, line + ROLE)
    again = stream.parse(merged.path, merged.text)
    assert again is not None
    assert again.provenance is not None
    assert again.provenance.service == "web"
    assert again.body == line + ROLE
    assert stream.body_is_intact(again)


# ---------------------------------------------------------------------------------- what pages do not show


class Told:
    """Evidence from values; a catalog that nobody may ask for."""

    def __init__(
        self,
        files: Sequence[stream.StreamFile],
        *histories: tuple[Service, History],
        frozen: Sequence[str] = (),
    ) -> None:
        self.name = "main"
        self.stream = stream.in_stream_order(files)
        self.frozen = frozenset(frozen)
        self.services = tuple(each for each, _ in histories)
        self.histories = {each.name: one for each, one in histories}
        self.notices = ()
        self.parts: dict[tuple[str, str], tuple[()]] = {}
        self.frozen_texts: dict[str, str] = {}

    @property
    def catalog(self) -> Catalog:
        raise AssertionError("a server was asked for")

    def text(self, path: str) -> str | None:
        return "{}"


def found(rule: str, evidence: Told) -> list[tuple[str, str | None]]:
    """(severity, place) of what a rule finds."""
    return [(each.severity, each.place) for each in rules.rule(rule).find(evidence)]  # type: ignore[arg-type]


OF_TEXT = [name for name in rules.RULES if not getattr(rules.rule(name), "NEEDS_CATALOG", False)]
WEB, API, WORKER = service("web", "drizzle"), service("api", "alembic"), service("worker", "sqlx")
USERS = drizzle(0, "CREATE TABLE users (id int);")


def test_a_second_owner_that_is_merged_already_is_found_in_the_stream() -> None:
    """Of an Alembic revision the stream has the only SQL."""
    second = alembic("a1", "CREATE TABLE IF NOT EXISTS users (id int);\nALTER TABLE users ADD b int;")
    evidence = Told(
        [merged("00100", WEB, USERS), merged("00200", API, second)],
        (WEB, history(WEB, USERS)),
        (API, history(API, msgspec.structs.replace(second, sql=None))),
    )
    assert found("second-owner", evidence) == [("error", "supabase/migrations/00200_m.sql:2")]
    assert found("foreign-change", evidence) == [("error", "supabase/migrations/00200_m.sql:3")]


@pytest.mark.parametrize(
    ("statement", "severity"),
    [
        ("ALTER TABLE users ADD COLUMN b int", "error"),
        ("ALTER TABLE users ALTER COLUMN id SET NOT NULL", "error"),
        ("ALTER TABLE users RENAME TO people", "error"),
        ("ALTER TABLE users RENAME COLUMN id TO number", "error"),
        ("DROP TABLE users", "error"),
        ("ALTER TYPE mood ADD VALUE 'sad'", "error"),
        ("DROP FUNCTION one()", "error"),
        ("DROP FUNCTION one", "error"),
        ("ALTER FUNCTION one() SECURITY DEFINER", "error"),
        ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "warning"),
        ("ALTER TABLE users OWNER TO postgres", "warning"),
        ("ALTER TABLE users ADD CONSTRAINT k CHECK (id > 0)", "warning"),
        ("CREATE INDEX ON users (id)", "warning"),
        ("CREATE POLICY p ON users USING (true)", "warning"),
        ("CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION one()", "warning"),
        ("GRANT SELECT ON users TO anon", None),
        ("INSERT INTO users VALUES (1)", None),
        ("CREATE VIEW v AS SELECT * FROM users", None),
        ("CREATE TABLE more (user_id int REFERENCES users (id))", None),
        ("COMMENT ON TABLE users IS 'people'", None),
        ("DROP TABLE IF EXISTS others", None),
        ("DO $$ BEGIN ALTER TABLE users ADD COLUMN b int; END $$", "error"),
    ],
)
def test_what_a_service_may_do_to_anothers(statement: str, severity: str | None) -> None:
    owner = drizzle(
        0,
        "CREATE TABLE users (id int);\nCREATE TYPE mood AS ENUM ('ok');\n"
        "CREATE FUNCTION one() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';",
    )
    other = sqlx(1, f"SELECT 1;\n{statement};")
    for files in (
        [merged("00100", WEB, owner), merged("00300", WORKER, other)],
        [merged("00100", WEB, owner)],
    ):
        evidence = Told(files, (WEB, history(WEB, owner)), (WORKER, history(WORKER, other)))
        expected = [(severity, f"{other.path}:2")] if severity else []
        assert found("foreign-change", evidence) == expected
        assert found("second-owner", evidence) == []
    own = Told(
        [merged("00300", WORKER, sqlx(1, owner.sql or "")), merged("00301", WORKER, sqlx(2, other.sql or ""))]
    )
    assert found("foreign-change", own) == []


def test_a_name_without_a_schema_means_ones_own_first() -> None:
    """Both schemas are in the path; each of them has such a table."""
    mine = service("worker", "sqlx", search_path=("app", "public"))
    text = "CREATE SCHEMA app;\nCREATE TABLE users (id int);\n"
    first, second = sqlx(1, text), sqlx(2, "ALTER TABLE users ADD b int;\nCREATE INDEX ON users (b);\n")
    told = ((WEB, history(WEB, USERS)), (mine, history(mine, first, second)))
    web = merged("00100", WEB, USERS)
    own = Told([web, merged("00300", mine, first), merged("00301", mine, second)], *told)
    assert found("foreign-change", own) == []
    other = Told([web, merged("00301", mine, second)], told[0], (mine, history(mine, second)))
    assert [severity for severity, _ in found("foreign-change", other)] == ["error", "warning"]


def test_what_a_service_made_that_is_no_more_is_nobodys() -> None:
    """Another takes over; ormony.toml has the first no longer."""
    more = sqlx(1, "ALTER TABLE users ADD b int;\n")
    evidence = Told(
        [merged("00100", WEB, USERS), merged("00300", WORKER, more)], (WORKER, history(WORKER, more))
    )
    assert found("foreign-change", evidence) == []


def test_a_frozen_file_may_get_another_version_but_no_other_text() -> None:
    evidence = Told([hand("00402", "SELECT 1;\n")])
    evidence.text = lambda path: "SELECT 3;\n" if "policies" in path else None  # type: ignore[method-assign]
    folder = "supabase/migrations"
    was = {f"{folder}/00401_by_hand.sql": "SELECT 1;\n", f"{folder}/policies.sql": "SELECT 2;\n"}
    evidence.frozen_texts = was
    assert found("edited-frozen-file", evidence) == []
    evidence.frozen_texts = {f"{folder}/00401_by_hand.sql": "SELECT 2;\n"}
    assert found("edited-frozen-file", evidence) == [("error", f"{folder}/00401_by_hand.sql")]
    evidence.frozen_texts = {f"{folder}/00402_by_hand.sql": "-- a word\nSELECT\n  1"}
    assert found("edited-frozen-file", evidence) == []


def test_who_drops_and_makes_again_becomes_the_owner() -> None:
    """A table that changes hands: first out of one service, then into the other."""
    dropped = drizzle(1, "DROP TABLE users;")
    taken = sqlx(1, "CREATE TABLE users (id int);\n")
    more = sqlx(2, "ALTER TABLE users ADD b int;\n")
    files = [merged("00100", WEB, USERS), merged("00101", WEB, dropped)]
    evidence = Told(
        [*files, merged("00300", WORKER, taken), merged("00301", WORKER, more)],
        (WEB, history(WEB, USERS, dropped)),
        (WORKER, history(WORKER, taken, more)),
    )
    assert found("second-owner", evidence) == []
    assert found("foreign-change", evidence) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CREATE TABLE a (v vector(3));", 'extension "vector" is used here, and no file of the stream'),
        ("CREATE TABLE a (m mood);", 'type "public.mood" is used here, and no file'),
        ("GRANT USAGE ON SCHEMA billing TO anon;", 'schema "billing" is used here, and no file'),
        ("INSERT INTO billing.a SELECT 1;", 'relation "billing.a" is used here, and no file'),
        ("ALTER TABLE later ADD COLUMN b int;", 'relation "public.later" is used here, and is created later'),
        (
            "DO $$ BEGIN PERFORM * FROM nowhere; END $$;",
            'relation "public.nowhere" is used here, and no file',
        ),
        ("SELECT nowhere.f();", None),
        ("SELECT 1 / 0;", None),
    ],
)
def test_what_is_missing_is_named(text: str, message: str | None, tmp_path: Path, shadow: Shadow) -> None:
    later = ("supabase/migrations/00401_later.sql", "", "CREATE TABLE later (id int);\n")
    first = ("supabase/migrations/00400_a.sql", "", text + "\n")
    example = Example(rule="missing-prerequisite", title="", finds=True, files=(first, later), found=())
    project = build(tmp_path, example, lambda: shadow)
    with pytest.raises(OrmonyError):
        _ = project.catalog
    messages = [each.message for each in rules.rule("missing-prerequisite").find(project)]
    assert len(messages) == (message is not None)
    assert message is None or messages[0].startswith(message)


def test_frozen_files_are_not_told_about_their_style() -> None:
    text = "SET search_path TO a;\nCREATE ROLE a;\nCOMMIT;\n"
    old = hand("00400", text)
    evidence = Told([old], frozen=[old.path])
    for rule in ("search-path-leak", "cluster-wide", "commit-in-file"):
        assert found(rule, evidence) == []
        assert found(rule, Told([old])) != []


def test_the_catalog_is_not_asked_when_the_text_shows_that_nothing_is_there() -> None:
    evidence = Told([hand("00400", "CREATE TABLE a (id int);\nCREATE INDEX ON a (id);\n")])
    for name in (*OF_TEXT, "definer-without-search-path"):
        assert found(name, evidence) == []


def test_rules_of_text_go_through_three_hundred_tables_at_once() -> None:
    """An unchanged project is checked in 0.3 s, of which reading takes its part."""
    table = "CREATE TABLE t{0} (id bigint PRIMARY KEY, a text, b int REFERENCES t0 (id));\n"
    table += "CREATE INDEX ON t{0} (a);\n"
    revisions = [drizzle(at, table.format(at)) for at in range(300)]
    files = [merged(f"{100 + at:05}", WEB, each) for at, each in enumerate(revisions)]
    evidence = Told(files, (WEB, history(WEB, *revisions)))
    begun = time.perf_counter()
    assert [each for name in OF_TEXT for each in found(name, evidence)] == []
    assert time.perf_counter() - begun < 1.0
