"""docs/reference/errors.md has a row for every code that a user can meet, and for no other.

The refusals and notes of `check`, `mirror`, and of models without a migration tool have their golden texts
from here; those of all else from `test_bad_input.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ormony import edges, rules
from ormony.database import refusals
from ormony.errors import OrmonyError, visible
from test_bad_input import Case, case, models  # noqa: F401 (case is a fixture)

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "ormony"
PAGE = ROOT / "docs" / "reference" / "errors.md"
ERRORS = {"OrmonyError", "SqlError", "NotAsProved"}
SAYING = {"Notice", "Finding"}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def calls() -> Iterator[tuple[str, str, ast.expr]]:
    """Every place in the source that makes an error or a notice: where, what, and its code as written."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            given = node.args[:1] if name in ERRORS else []
            if name in ERRORS | SAYING and (named or given):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name, (named or given)[0]


def literals(node: ast.expr) -> set[str] | None:
    """The codes that an expression can be, as far as its text tells; None when it does not."""
    match node:
        case ast.Constant(value=str(code)):
            return {code}
        case ast.IfExp(body=one, orelse=other):
            left, right = literals(one), literals(other)
            return None if left is None or right is None else left | right
    return None


@cache
def codes() -> set[str]:
    found = {code for code, _ in refusals._CAUSES.values()}
    for _, _, node in calls():
        found |= literals(node) or set()
    return found


def rows() -> list[tuple[str, str, str]]:
    """The page's table: code, when, what to do."""
    found = re.findall(r"^\| `([^`]+)` \| (.*?) \| (.*?) \|$", PAGE.read_text(), re.MULTILINE)
    assert found
    return found


def test_every_code_has_one_row_and_every_row_a_code() -> None:
    listed = [code for code, _, _ in rows()]
    assert listed == sorted(set(listed)), "sorted, each once"
    assert sorted(codes() - set(listed)) == [], "without a row"
    assert sorted(set(listed) - codes()) == [], "without a place in the source"


def test_every_row_says_when_and_what_to_do() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert len(lines) == len(rows()), "a line of the table has no three cells"
    for code, when, cure in rows():
        assert CODE.fullmatch(code)
        assert when.strip(), code
        assert cure.strip(), code


def test_codes_that_the_text_does_not_tell_are_those_of_another_value() -> None:
    """A code is a literal, or is handed on: from a finding, an error, or the table of the server's states."""
    untold = {f"{name}({ast.unparse(node)})" for _, name, node in calls() if literals(node) is None}
    assert untold <= {
        "Notice(finding.code)",
        "Notice(notice.code)",
        "OrmonyError(code)",  # refusals.explained, whose codes are _CAUSES
        "OrmonyError(error.code)",
        "OrmonyError(first.code)",
        "OrmonyError(self.code)",  # exported.Unread, an error that was kept
        "SqlError(error.code)",
    }


def test_golden_texts_have_codes_that_exist() -> None:
    said = {
        code
        for path in (ROOT / "tests" / "bad_input").glob("*.txt")
        for code in re.findall(r"(?:error|note)\[([^]]+)\]", path.read_text())
    }
    assert len(said) > 40
    assert said <= codes()


def test_no_text_of_a_project_steers_the_terminal_or_begins_a_line() -> None:
    error = OrmonyError("x", "a\nerror[y]: b\x1b[31m\u202e", place="f\r.sql", hint="one\ntwo\x07")
    assert str(error) == ("f\\r.sql: error[x]: a\\nerror[y]: b\\x1b[31m\\u202e\nhint: one\ntwo\\x07")
    assert visible("é „ü“ 漢字 — …") == "é „ü“ 漢字 — …"


# ------------------------------------------------------------------------------------------- golden texts

BASE = "from sqlalchemy import *\n\nm = MetaData()\n"


def test_baseline_that_is_none(case: Case) -> None:  # noqa: F811
    case.hand("00000_first", "create table first (id int primary key);\n")
    for number, text in enumerate(("{", "[]", '{"findings": {}}', '{"findings": [1]}')):
        case.configure(f'[check]\nbaseline = "known-{number}.json"\n[database]\n')
        case.write(f"known-{number}.json", text)
        case.refuses("check", "--no-native", exit_status=2, code="bad-baseline")


def test_rule_that_is_none(case: Case) -> None:  # noqa: F811
    case.hidden[", ".join(sorted({*rules.RULES, *edges.RULES, "squawk"}))] = "RULES"
    case.hand("00000_first", "create table first (id int primary key);\n")
    case.refuses("check", "--only", "lat-file", exit_status=2, code="unknown-rule")


def test_check_of_which_database(case: Case) -> None:  # noqa: F811
    case.configure('[databases.one]\nstream = "one"\n[databases.two]\nstream = "two"\n')
    case.write("one/00000_first.sql", "create table first (id int primary key);\n")
    case.write("two/00000_first.sql", "create table first (id int primary key);\n")
    case.refuses("check", "--against", "postgresql://db.invalid/x", exit_status=2, code="which-database")


def test_check_against_a_variable_that_is_not_set(case: Case) -> None:  # noqa: F811
    case.hand("00000_first", "create table first (id int primary key);\n")
    case.refuses("check", "--against", "env:SHOP_DATABASE_URL", exit_status=2, code="no-url")


def test_squawk_with_settings_that_are_none(case: Case) -> None:  # noqa: F811
    case.commit()
    case.hand("00000_first", "create table first (id int primary key);\n")
    case.write(".squawk.toml", "excluded_rules = 7\n")
    case.refuses("check", "--no-native", exit_status=2, code="tool-failed")


def test_mirror_of_a_service_that_is_none(case: Case) -> None:  # noqa: F811
    case.sqlx("create table jobs (id int primary key);")
    case.refuses("mirror", "--service", "wroker", exit_status=2, code="unknown-service")


@pytest.mark.slow
def test_mirror_without_a_model(case: Case) -> None:  # noqa: F811
    case.hand("00000_first", "create table first (id int primary key);\n")
    case.service("worker", "sqlx", 'mirrors = ["public.first"]\n')
    case.write("worker/migrations/0001_m.sql", "create table jobs (id int primary key);\n")
    case.does("sync")
    case.notes("mirror", code="no-model")


@pytest.mark.slow
def test_mirror_whose_first_model_is_written(case: Case) -> None:  # noqa: F811
    table = "Table('notes', m, Column('id', Integer, primary_key=True))\n"
    models(case, BASE + table, 'models = "models"\nmirrors = ["public.first"]\n')
    case.does("sync")
    case.notes("mirror", "--write", code="import-it")
    assert "first" in (case.root / "api/first.py").read_text()


@pytest.mark.slow
def test_models_that_lose_data(case: Case) -> None:  # noqa: F811
    table = "Table('notes', m, Column('id', Integer, primary_key=True), Column('body', Text))\n"
    models(case, BASE + table, 'models = "models"\n')
    case.does("sync")
    case.write("api/models.py", BASE + table.replace("'body'", "'text'"))
    case.refuses("sync", exit_status=1, code="loses-data")
    case.write("api/models.py", BASE + table.replace(", Column('body', Text)", ""))
    case.refuses("sync", exit_status=1, code="loses-data")


@pytest.mark.slow
def test_migration_of_what_its_service_mirrors(case: Case) -> None:  # noqa: F811
    case.hand("00000_first", "create table first (id int primary key);\n")
    case.service("worker", "sqlx", 'mirrors = ["public.first"]\n')
    case.write(
        "worker/migrations/0001_m.sql",
        "create table first (id int primary key);\ncreate table jobs (id int references first);\n",
    )
    case.notes("sync", code="left-out")
    assert "-- create table first" in (case.root / case.merged("_worker_m")).read_text()
