"""The Supabase folder as the CLI sees it, checked against `supabase migration list` of 3.1.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ormony import stream
from ormony.adapters import supabase
from ormony.errors import OrmonyError
from ormony.history import Service, SupabaseStamp
from ormony.stream import Provenance

PROJECTS = Path(__file__).parent / "projects"


def service(path: str = ".", **given: Any) -> Service:
    return Service(name="sql", orm="supabase", path=path, database="main", lane=(500, 599), **given)


def write(root: Path, *names: str, text: str = "select 1;") -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def listed(root: Path, *names: str) -> tuple[list[str], list[tuple[str, str | None]]]:
    """Names in the stream's order, and codes and places of the notices."""
    write(root, *(f"m/{name}" for name in names))
    found, notices = supabase.read_stream(root, "m")
    return [file.path.removeprefix("m/") for file in found], [(n.code, n.place) for n in notices]


def test_a_stream_is_read_by_version_and_every_file_left_out_is_named() -> None:
    root = PROJECTS / "supabase_stream"
    found, notices = supabase.read_stream(root, "supabase/migrations")
    assert [(file.version, file.name, file.transaction) for file in found] == [
        ("20240101000000", "a", True),
        ("20240102000000", "", True),
        ("20240102000000", "twice", True),
        ("20240103000000", "index", False),
    ]
    assert [(notice.code, notice.place) for notice in notices] == [
        ("skipped-init", "supabase/migrations/20200101000000_init.sql"),
        ("skipped-file", "supabase/migrations/20240104b_lost.sql"),
        ("duplicate-version", "supabase/migrations/20240102000000_twice.sql"),
    ]
    assert notices[1].hint == (
        "git mv supabase/migrations/20240104b_lost.sql supabase/migrations/20240104_b_lost.sql"
        "   # if it is to run"
    )


def test_the_init_rule_is_for_the_first_entry_only(tmp_path: Path) -> None:
    init = "20200101000000_init.sql"
    skipped = [("skipped-init", f"m/{init}")]
    assert listed(tmp_path / "1", init, "20200102000000_init.sql") == (["20200102000000_init.sql"], skipped)
    assert listed(tmp_path / "2", "20190101000000_a.sql", init) == (["20190101000000_a.sql", init], [])
    assert listed(tmp_path / "3", "20211209000000_init.sql") == (["20211209000000_init.sql"], [])
    write(tmp_path / "4", "m/0_folder/x.txt")
    assert listed(tmp_path / "4", init) == ([init], [])


def test_versions_are_text_and_another_order_by_name_is_said(tmp_path: Path) -> None:
    names, notices = listed(tmp_path, "10_x.sql", "9_x.sql", "2024_01_a.sql", "20240101000000_.sql")
    assert names == ["10_x.sql", "2024_01_a.sql", "20240101000000_.sql", "9_x.sql"]
    assert notices == [("order-by-name", "m/2024_01_a.sql")]


def test_files_of_one_width_have_one_order(tmp_path: Path) -> None:
    assert listed(tmp_path, "00002_b.sql", "00010_c.sql", "00001_a.sql")[1] == []


def test_a_name_without_digits_is_told_apart_from_other_files(tmp_path: Path) -> None:
    names, notices = listed(tmp_path, "1_a.sql", "seed.sql", "2a.sql", "3.sql", "notes.md", ".DS_Store")
    assert names == ["1_a.sql"]
    assert notices == [("skipped-file", f"m/{name}") for name in ("2a.sql", "3.sql", "seed.sql")]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert supabase.read_stream(tmp_path, "supabase/migrations") == ((), ())


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "secret.sql") / "secret.sql"
    write(tmp_path / "project", "m/1_a.sql")
    (tmp_path / "project/m/2_b.sql").symlink_to(outside)
    with pytest.raises(OrmonyError) as caught:
        supabase.read_stream(tmp_path / "project", "m")
    assert caught.value.code == "path-outside-project"


def test_a_service_of_hand_written_files(tmp_path: Path) -> None:
    write(tmp_path, "sql/migrations/2_b.sql", "sql/migrations/1_a_table.sql", "sql/migrations/x.sql")
    history = supabase.read(tmp_path, service("sql"))
    assert history.ledger is None
    assert [(r.id, r.path, r.parents, r.stamp, r.label) for r in history.revisions] == [
        ("1_a_table", "sql/migrations/1_a_table.sql", (), SupabaseStamp("1", "a_table"), "a_table"),
        ("2_b", "sql/migrations/2_b.sql", ("1_a_table",), SupabaseStamp("2", "b"), "b"),
    ]
    assert [notice.code for notice in history.notices] == ["skipped-file"]


def test_files_that_ormony_merged_are_no_part_of_the_hand_written_ones(tmp_path: Path) -> None:
    provenance = Provenance(service="web", source="drizzle/0000_a", native="0", body="")
    merged = stream.compose("supabase/migrations/00100_a.sql", provenance, "select 1;")
    write(tmp_path, merged.path, text=merged.text)
    write(tmp_path, "supabase/migrations/00500_by_hand.sql")
    history = supabase.read(tmp_path, service())
    assert [revision.id for revision in history.revisions] == ["00500_by_hand"]


def test_a_service_without_a_folder(tmp_path: Path) -> None:
    history = supabase.read(tmp_path, service())
    assert [(n.code, n.hint) for n in history.notices] == [("no-migrations", "mkdir -p migrations")]
    with pytest.raises(OrmonyError) as caught:
        supabase.read(tmp_path, service(migrations="sql"))
    assert caught.value.code == "no-migrations-folder"


def test_the_config_of_a_project() -> None:
    assert supabase.read_config(PROJECTS / "supabase_stream", "supabase") == supabase.Config(
        path="supabase/config.toml",
        major_version=15,
        migrations_enabled=True,
        schema_paths=("./schemas/*.sql",),
        seed_enabled=True,
        seeds=("./seed.sql", "./seeds/*.sql"),
    )


def test_json_comes_before_toml_and_may_have_comments(tmp_path: Path) -> None:
    write(tmp_path, "supabase/config.toml", text="[db]\nmajor_version = 15\n")
    write(
        tmp_path,
        "supabase/config.json",
        text='{ // our project\n "db": { "major_version": 17, /* no seed */ "seed": { "enabled": false, '
        '"sql_paths": ["a//b.sql", "/* c,} */",], }, },\n}',
    )
    config = supabase.read_config(tmp_path, "supabase")
    assert config is not None
    assert (config.path, config.major_version, config.seed_enabled) == ("supabase/config.json", 17, False)
    assert config.seeds == ("a//b.sql", "/* c,} */")


def test_a_config_that_says_nothing(tmp_path: Path) -> None:
    assert supabase.read_config(tmp_path, "supabase") is None
    write(tmp_path, "supabase/config.toml", text='project_id = "x"\n[db]\nmajor_version = "env(PG)"\n')
    config = supabase.read_config(tmp_path, "supabase")
    assert config is not None
    assert (config.major_version, config.seeds, config.schema_paths) == (None, ("./seed.sql",), ())


@pytest.mark.parametrize(
    ("name", "text", "place", "message"),
    [
        ("config.toml", "a = 1\n[db\n", "config.toml:2", "expected ']'"),
        (
            "config.toml",
            "[db.seed]\nsql_paths = 'x'\n",
            "config.toml",
            "db.seed.sql_paths: expected `array`, got `str`",
        ),
        ("config.jsonc", '{\n "db": }', "config.jsonc:2", "expecting value"),
        ("config.json", "[" * 100_000, "config.json", "the values are nested too deeply"),
    ],
)
def test_a_broken_config_is_refused(tmp_path: Path, name: str, text: str, place: str, message: str) -> None:
    write(tmp_path, f"supabase/{name}", text=text)
    with pytest.raises(OrmonyError) as caught:
        supabase.read_config(tmp_path, "supabase")
    assert (caught.value.code, caught.value.place) == ("invalid-config", f"supabase/{place}")
    assert message in caught.value.message
