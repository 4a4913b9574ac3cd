"""SQLx histories, read without cargo. The expected rows are those that sqlx migrate run 0.8.6 wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from ormony.adapters import sqlx
from ormony.errors import OrmonyError
from ormony.history import History, Ledger, Service, SqlxStamp

PROJECTS = Path(__file__).parent / "projects"

ROWS = """
-1|neg|7027d4d0440e7dc096f625505a0919af9d4a664880cb4711f47a326e9ccc9fc6179665a6203e3de9b3ded3b5b82683eb
1|a|0fa4f612848e3efb6b0407d1aeb08db0b11583b56df403fb9a6c9995c9a0637934f0c90e5fc992c8ba8141a040a0062c
2|b.two|a2bad3237bf6d1131f630ac9de9c4ef7dc82dd6f364eaab33e193986cba2fa78d21c5c7df229abaf6b8af66f84d90585
3|c|6ebe9d823ada114c0be6ddcbf678b221be708855330a86498f56b8c1b365f23457fd77a7cee47f23a55f8896073705ae
5|x|a83b84fcc9f9d8a00f3caa568c2a60a7986812ed08cc16d91a484747f64cff49ec72054930958b3531427c69d70378d2
7|late|53411481e46c2cb4d4b92e1686cefb36a092aefb2ffeec5a3884b3f330d5d659256eedcb8d5145d395c205a513a8961f
20240101|d.e|7de820e95ad7f4006a1a291fb31b8463139bbea91fb2037fc2b81713600c676e0a785571b09b9c8f28654fddfb6d1f39
"""
"""version|description|checksum of sqlx_mixed, a dot for a space."""


def service(**given: Any) -> Service:
    return Service(name="engine", orm="sqlx", path=".", database="main", lane=(300, 399), **given)


def write(root: Path, texts: dict[str, str | bytes]) -> Path:
    (root / "migrations").mkdir(exist_ok=True)
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def refusal(root: Path, given: Service | None = None) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        sqlx.read(root, given or service())
    return caught.value


def codes(history: History) -> list[tuple[str, str | None]]:
    return [(notice.code, notice.place) for notice in history.notices]


def test_a_folder_of_all_kinds_gives_the_rows_that_sqlx_wrote() -> None:
    history = sqlx.read(PROJECTS / "sqlx_mixed", service())
    assert history.ledger == Ledger(kind="sqlx", table="_sqlx_migrations", schema=None)
    expected = [row.split("|") for row in ROWS.split()]
    assert [revision.stamp for revision in history.revisions] == [
        SqlxStamp(int(version), description.replace(".", " "), bytes.fromhex(checksum))
        for version, description, checksum in expected
    ]
    ids = ["-1_neg", "1_a", "+2_b_two", "0003_c.sql", "5_x.up.sql", "7_late", "20240101_d e"]
    assert [revision.id for revision in history.revisions] == ids
    assert [revision.parents for revision in history.revisions] == [(), *((each,) for each in ids[:-1])]
    assert [revision.id for revision in history.revisions if not revision.transaction] == ["20240101_d e"]
    assert codes(history) == [
        ("stray-migration", "migrations/0009.sql"),
        ("directive-not-first", "migrations/7_late.sql:1"),
    ]


@pytest.mark.parametrize(
    "name",
    ["foo_x.sql", "_x.sql", " 9_x.sql", "0003b_x.sql", "9223372036854775808_x.sql", "1.5_x.sql", "٣_x.sql"],
)
def test_a_prefix_that_is_no_integer_is_refused_as_sqlx_does(tmp_path: Path, name: str) -> None:
    error = refusal(write(tmp_path, {f"migrations/{name}": "select 1;"}))
    assert str(error) == (
        f'migrations/{name}: error[invalid-migration-name]: error parsing migration filename "{name}"; '
        "expected integer version prefix (e.g. `01_foo.sql`)\n"
        "hint: rename the file, or move it out of the folder: SQLx stops at it, too"
    )


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, {"migrations/1_a.sql": "", "migrations/01_b.up.sql": ""}))
    assert error.code == "duplicate-version"
    assert error.message == "01_b.up.sql and 1_a.sql both have version 1"
    assert (
        error.hint
        == "git mv migrations/1_a.sql migrations/NEW_VERSION_a.sql   # the one that no database has"
    )


def test_a_down_file_alone_is_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, {"migrations/1_a.up.sql": "", "migrations/2_b.down.sql": ""}))
    assert (error.code, error.place) == ("migration-file-missing", "migrations/2_b.down.sql")


def test_hints_quote_names_that_a_shell_would_run(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, {"migrations/1_$(reboot).sql": "", "migrations/1_a.sql": ""}))
    assert error.hint is not None
    assert error.hint.startswith("git mv migrations/1_a.sql migrations/NEW_VERSION_a.sql")
    error = refusal(write(tmp_path, {"migrations/01_a.sql": ""}))
    assert error.hint is not None
    assert error.hint.startswith("git mv 'migrations/1_$(reboot).sql' 'migrations/NEW_VERSION_$(reboot).sql'")


def test_the_directive_must_be_the_first_bytes(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "migrations/1_a.sql": "-- no-transaction",
            "migrations/2_b.sql": "-- no-transactions, please\nselect 1;",  # a prefix is all SQLx asks for
            "migrations/3_c.sql": "\ufeff-- no-transaction\nselect 1;",
            "migrations/4_d.sql": "-- No-Transaction\nselect 1;",
            "migrations/5_e.sql": "select 1; -- no-transaction",
        },
    )
    history = sqlx.read(tmp_path, service())
    assert [revision.transaction for revision in history.revisions] == [False, False, True, True, True]
    assert codes(history) == [
        ("byte-order-mark", "migrations/3_c.sql:1"),
        ("directive-not-first", "migrations/4_d.sql:1"),
    ]
    assert history.revisions[2].sql == "-- no-transaction\nselect 1;"
    assert "hides `-- no-transaction`" in history.notices[0].message


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, {"migrations/1_a.sql": b"select 1;\nselect '\xe9';"}))
    assert (error.code, error.place) == ("not-utf-8", "migrations/1_a.sql:2")


def test_sqlx_toml_sets_folder_table_and_ignored_characters(tmp_path: Path) -> None:
    text = "\ufeffcreate table a (\r\n  id int\r\n);"
    write(
        tmp_path,
        {
            "sqlx.toml": '[migrate]\nmigrations-dir = "db"\ntable-name = \'Ops."Seen It"\'\n'
            'ignored-chars = ["\\r", "\\uFEFF"]\ncreate-schemas = ["ops", "shop"]\n'
            '[migrate.defaults]\nmigration-type = "reversible"\n[common]\ndatabase-url-var = "X"\n',
            "db/1_a.sql": text,
        },
    )
    history = sqlx.read(tmp_path, service())
    assert history.ledger == Ledger(kind="sqlx", table="Seen It", schema="ops")
    plain = text.replace("\r", "").replace("\ufeff", "")
    assert history.revisions[0].stamp == SqlxStamp(1, "a", hashlib.sha384(plain.encode()).digest())
    assert history.revisions[0].native == hashlib.sha256(text.encode()).hexdigest()
    assert codes(history) == [("byte-order-mark", "db/1_a.sql:1"), ("sqlx-create-schemas", "sqlx.toml")]
    assert history.notices[1].hint == (
        "CREATE SCHEMA IF NOT EXISTS ops; CREATE SCHEMA IF NOT EXISTS shop;"
        "   -- in a stream file before this service's first"
    )


def test_the_service_overrides_sqlx_toml(tmp_path: Path) -> None:
    write(tmp_path, {"sqlx.toml": "[migrate]\nmigrations-dir = 'db'\n", "sql/1_a.sql": ""})
    history = sqlx.read(tmp_path, service(migrations="sql", ledger="app._seen"))
    assert [revision.path for revision in history.revisions] == ["sql/1_a.sql"]
    assert history.ledger == Ledger(kind="sqlx", table="_seen", schema="app")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[migrate\n", "sqlx.toml:1", "expected ']'"),
        ("[migrate]\ntable-name = 3\n", "sqlx.toml", "migrate.table-name: expected `str | null`, got `int`"),
        ("[migrate]\nignored-chars = ['ab']\n", "sqlx.toml", 'holds "ab", which is not one character'),
    ],
)
def test_a_broken_sqlx_toml_is_refused(tmp_path: Path, text: str, place: str, message: str) -> None:
    error = refusal(write(tmp_path, {"sqlx.toml": text}))
    assert (error.code, error.place) == ("invalid-config", place)
    assert message in error.message


def test_folders_that_are_not_there_or_lead_out_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "no-migrations-folder"
    assert refusal(tmp_path, service(migrations="../sql")).code == "path-outside-project"
    assert refusal(tmp_path, service(config="other.toml")).code == "unreadable-file"


def test_a_service_that_only_mirrors_needs_no_folder(tmp_path: Path) -> None:
    found = sqlx.read(tmp_path, service(mirrors=("public.users",)))
    assert (found.revisions, found.ledger) == ((), None)
    error = refusal(tmp_path, service(mirrors=("public.users",), migrations="sql"))
    assert error.code == "no-migrations-folder"


def test_an_empty_folder_is_an_empty_history(tmp_path: Path) -> None:
    history = sqlx.read(write(tmp_path, {}), service())
    assert (history.revisions, history.notices) == ((), ())


@pytest.mark.parametrize("name", [".", "a..b", "a.b.c", '"x', "a b", ""])
def test_a_ledger_that_names_no_table_is_refused(tmp_path: Path, name: str) -> None:
    error = refusal(write(tmp_path, {"sqlx.toml": f"[migrate]\ntable-name = '{name}'\n"}))
    assert error.code == "invalid-config"
    assert error.message.endswith("does not name a table for SQLx to record its migrations in")


def test_a_migration_may_work_on_the_ledger_itself(tmp_path: Path) -> None:
    """SQLx makes it before the first migration; the lines of the file stay what they are."""
    forget = "-- done by 3 since\nDELETE FROM public._sqlx_migrations WHERE version = 2;\n"
    texts = {
        "migrations/1_a.sql": "-- _sqlx_migrations is not ours\nSELECT '_sqlx_migrations';\n",
        "migrations/3_c.sql": forget,
        "migrations/4_d.sql": "ALTER TABLE other._sqlx_migrations ENABLE ROW LEVEL SECURITY;",
    }
    history = sqlx.read(write(tmp_path, texts), service())
    first, second, third = (revision.sql or "" for revision in history.revisions)
    assert (first, third) == (texts["migrations/1_a.sql"], texts["migrations/4_d.sql"])
    assert second.startswith(
        '/* SQLx makes its ledger before it migrates. */ CREATE TABLE IF NOT EXISTS "public"'
    )
    assert second.endswith(f'REVOKE ALL ON "public"."_sqlx_migrations" FROM anon, authenticated; {forget}')
    assert second.count("\n") == forget.count("\n")
    stamp = history.revisions[1].stamp
    assert isinstance(stamp, SqlxStamp)
    assert stamp.checksum == hashlib.sha384(forget.encode()).digest()
