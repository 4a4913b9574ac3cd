"""squawk over new migrations: what it says of tables that somebody uses, and what it is not asked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ormony import origins
from ormony.adapters import squawk
from ormony.adapters.squawk import Lint
from ormony.errors import OrmonyError
from ormony.stream import DIRECTIVE, StreamFile
from small_project import drizzle, hand, history, merged, service


def said(root: Path, *files: StreamFile) -> list[tuple[str, str]]:
    """(rule, line) of what is said, in order."""
    return [(each.rule, each.place.rpartition("/")[2]) for each in squawk.lint(root, files)]


def test_a_statement_that_blocks_others_is_a_warning_at_its_line(tmp_path: Path) -> None:
    (found,) = squawk.lint(tmp_path, [hand("00400", "-- é\n\nCREATE INDEX i ON notes (\n  title\n);\n")])
    assert found == Lint(
        rule="squawk/require-concurrent-index-creation",
        severity="warning",
        message=found.message,
        place="supabase/migrations/00400_by_hand.sql:3",
        object="public.notes",
        hint=found.hint,
    )
    assert "blocked" in found.message
    assert found.hint.endswith("https://squawkhq.com/docs/require-concurrent-index-creation")
    assert list(tmp_path.iterdir()) == [], "nothing is written into the project"


def test_nobody_uses_a_table_that_is_new_itself(tmp_path: Path) -> None:
    make = hand("00400", "CREATE TABLE notes (id int, title char(3));\nCREATE TYPE t AS ENUM ('a');\n")
    use = hand(
        "00401",
        "CREATE INDEX i ON notes (title);\nDROP INDEX i;\nALTER TABLE notes ADD COLUMN b int NOT NULL;\n"
        "ALTER TABLE notes DROP COLUMN title;\nDROP TYPE t;\nDROP TABLE notes;\n",
    )
    assert said(tmp_path, make, use) == []
    assert {rule for rule, _ in said(tmp_path, use)} >= {
        "squawk/adding-required-field",
        "squawk/ban-drop-column",
        "squawk/ban-drop-table",
        "squawk/ban-drop-type",
        "squawk/require-concurrent-index-creation",
    }
    elsewhere = hand("00401", "CREATE INDEX i ON app.notes (title);")
    assert len(said(tmp_path, make, elsewhere)) == 1


def test_what_is_made_again_in_the_same_deploy_is_not_missing(tmp_path: Path) -> None:
    again = "DROP FUNCTION f(int);\nCREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
    assert said(tmp_path, hand("00400", again)) == []
    assert said(tmp_path, hand("00400", again.splitlines()[0])) == [
        ("squawk/ban-drop-function", "00400_by_hand.sql:1")
    ]


def test_one_key_is_one_warning(tmp_path: Path) -> None:
    key = "ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES c (d);"
    assert said(tmp_path, hand("00400", key)) == [
        ("squawk/adding-foreign-key-constraint", "00400_by_hand.sql:1")
    ]
    check = "ALTER TABLE a ADD CONSTRAINT k CHECK (b > 0);"
    assert said(tmp_path, hand("00400", check)) == [
        ("squawk/constraint-missing-not-valid", "00400_by_hand.sql:1")
    ]


OURS = {
    "a wrapper": "BEGIN;\nCREATE TABLE a (id bigint);\nCOMMIT;",
    "no IF NOT EXISTS, no time limits": "ALTER TABLE a ADD COLUMN b text;",
    "types that models have": "CREATE TABLE t (a int, b int2, c serial, d varchar(3), e char, f timestamp);",
    "an index of its own, in a file that sync will split": "CREATE INDEX CONCURRENTLY i ON a (b);",
    "an enum that grows": "ALTER TYPE t ADD VALUE 'b';",
    "a syntax error, which is another rule's": "CREATE TABEL a;",
}


@pytest.mark.parametrize("text", OURS.values(), ids=OURS.keys())
def test_what_contradicts_our_way_is_not_asked(text: str, tmp_path: Path) -> None:
    assert said(tmp_path, hand("00400", text)) == []
    assert said(tmp_path, hand("00400", f"{DIRECTIVE}\n{text}")) == []


def test_every_rule_that_is_off_is_one_and_has_a_reason(tmp_path: Path) -> None:
    """squawk refuses to leave out a rule that it does not know; two names are of other versions."""
    for rule, reason in squawk.OFF.items():
        assert reason[0].islower() or reason.startswith("PostgreSQL")
        if rule in ("require-lock-timeout", "require-statement-timeout"):
            continue
        done = subprocess.run(
            [squawk._binary(), "--exclude", rule, "--reporter", "json", "--stdin-filepath", "a.sql"],
            input="SELECT 1;",
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert json.loads(done.stdout or "[]") == [], rule


def test_a_file_keeps_its_own_settings_and_comments(tmp_path: Path) -> None:
    index = "CREATE INDEX i ON notes (title);\nALTER TABLE notes DROP COLUMN a;\n"
    (tmp_path / ".squawk.toml").write_text('excluded_rules = ["ban-drop-column"]\n')
    assert [rule for rule, _ in said(tmp_path, hand("00400", index))] == [
        "squawk/require-concurrent-index-creation"
    ]
    ignored = f"-- squawk-ignore require-concurrent-index-creation\n{index}"
    assert said(tmp_path, hand("00400", ignored)) == []


def test_settings_that_squawk_cannot_read_are_named(tmp_path: Path) -> None:
    (tmp_path / ".squawk.toml").write_text("excluded_rules = 3\n")
    with pytest.raises(OrmonyError) as caught:
        squawk.lint(tmp_path, [hand("00400", "SELECT 1;")])
    assert caught.value.code == "tool-failed"
    assert caught.value.place == ".squawk.toml"


def test_a_place_is_in_the_services_own_file(tmp_path: Path) -> None:
    web = service("web", "drizzle")
    told = history(web, drizzle(0, '--> statement-breakpoint\nDROP TABLE "old";\n'))
    file = merged("00100", web, told.revisions[0], '\nDROP TABLE "old";\n')
    own = origins.natives((web,), {"web": told})
    (found,) = squawk.lint(tmp_path, [file], own=own)
    assert (found.place, found.service) == ("services/web/drizzle/0000_m.sql:2", "web")
    (found,) = squawk.lint(tmp_path, [file])
    assert found.place == "supabase/migrations/00100_m.sql:3"


def test_names_of_files_are_no_options_and_nothing_new_is_nothing(tmp_path: Path) -> None:
    assert squawk.lint(tmp_path, []) == ()
    odd = hand("00400", "DROP TABLE a;\n", name="--help 'é")
    assert said(tmp_path, odd) == [("squawk/ban-drop-table", "00400_--help 'é.sql:1")]


def test_without_squawk_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OrmonyError) as caught:
        squawk.lint(tmp_path, [hand("00400", "SELECT 1;")])
    assert (caught.value.code, caught.value.exit_status) == ("tool-missing", 4)
    assert "pip install squawk-cli" in (caught.value.hint or "")
