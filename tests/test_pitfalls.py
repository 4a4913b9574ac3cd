"""What real projects do, and what users of other tools complain about: each line has tests that hold it.

The lines come from 4,140 SQL files and 30 git histories of public projects with Drizzle, Alembic, SQLx or
Supabase, and from the issues of their tools. Each is an input that ormony takes, or refuses with a clear
error and nothing lost. The table says where; what had no test elsewhere has it below.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

import saas
from ormony import edges, rules
from ormony.database import server
from test_bad_input import SERVICES, STREAM, Case, execute

HERE = Path(__file__).parent

FILES: dict[str, tuple[str, ...]] = {
    "1. files edited after they were merged": (
        "rule edited-migration",
        "rule edited-stream-file",
        "rule edited-frozen-file",
        "bad_input::test_native_file_edited_after_merge",
        "bad_input::test_native_file_edited_after_merge_in_a_comment",
        "bad_input::test_stream_body_edited_after_deploy",
        "bad_input::test_hand_written_file_edited_after_deploy",
    ),
    "2. files added out of numeric order": (
        "rule late-file",
        "rule data-in-late-file",
        "bad_input::test_version_out_of_order",
        "local::test_a_late_file_runs_once_both_orders_are_proved_alike",
        "saas::test_two_branches_that_add_to_every_lane_merge_and_go_on",
    ),
    "3. Drizzle's journal and folder disagree": (
        "rule drizzle-journal",
        "bad_input::test_journal_without_an_entry_for_a_file",
        "bad_input::test_journal_entry_without_a_file",
        "drizzle::test_an_entry_that_drizzle_would_skip_is_reported_with_its_line",
        "drizzle::test_old_journals_are_read",
        "drizzle::test_1_0_without_snapshots_is_linear_by_name_in_drizzles_order",
        "pitfalls::test_a_journal_in_disorder_loses_nothing",
    ),
    "4. statements that cannot run in a transaction, and BEGIN and COMMIT in files": (
        "rule commit-in-file",
        "stream::test_a_statement_that_no_transaction_allows_gets_a_file_of_its_own",
        "stream::test_a_wrapper_is_stripped_with_a_notice_and_lines_stay",
        "sqlx::test_the_directive_must_be_the_first_bytes",
        "alembic::test_parts_follow_what_the_revision_commits",
        "bad_input::test_rollback_inside_a_drizzle_file",
        "pitfalls::test_a_mark_of_a_runner_of_ones_own_is_a_comment",
    ),
    "5. ALTER TYPE … ADD VALUE, used in the same transaction": (
        "rule enum-value-same-transaction",
        "rules::test_a_server_refuses_a_new_value_in_the_transaction_that_adds_it",
        "stream::test_a_new_enum_value_waits_for_its_type_and_what_nobody_creates_orders_nothing",
        "pitfalls::test_a_new_enum_value_may_be_used_in_the_next_file",
    ),
    "6. prerequisites that no file creates": (
        "rule missing-prerequisite",
        "rules::test_what_is_missing_is_named",
        "surface::test_auth_has_the_tables_and_columns_of_the_platform",
        "bad_input::test_role_of_a_service_that_is_missing",
        "pitfalls::test_what_create_all_made_is_missing_and_named",
        "pitfalls::test_a_migration_that_reads_a_ledger",
    ),
    "7. versions: duplicated, of any length, with suffixes, not numeric": (
        "rule duplicate-version",
        "rule skipped-file",
        "bad_input::test_duplicate_versions_of_sqlx",
        "bad_input::test_duplicate_versions_by_hand",
        "supabase::test_a_name_without_digits_is_told_apart_from_other_files",
        "supabase::test_versions_are_text_and_another_order_by_name_is_said",
        "stream::test_a_new_version_sorts_after_every_width_that_is_there",
    ),
    "8. squashes that are not what they replace": (
        "rule missing-migration",
        "pitfalls::test_a_squash_is_refused_and_its_differences_are_named",
    ),
    "9. DO blocks, dollar quotes, EXECUTE: read the catalog, not the text": (
        "sql::test_statements_are_split_as_the_server_splits_them",
        "origins::test_types_policies_and_do_blocks",
        "stream::test_an_old_drizzle_do_block_moves_as_a_whole",
        "pitfalls::test_policies_triggers_and_views_are_compared_however_they_were_made",
    ),
    "10. search_path that changes, and leaks into the next file": (
        "rule search-path-leak",
        "stream::test_a_search_path_that_a_dump_empties_ends_with_its_file",
        "deploy::test_rehearsal_leaks_no_settings_into_the_next_file",
        "sql::test_the_search_path_of_a_text_is_followed",
    ),
    "11. effects on the whole cluster": (
        "rule cluster-wide",
        "shadow::test_a_file_about_roles_has_a_cluster_of_its_own",
        "shadow::test_a_role_made_by_dynamic_sql_is_noticed",
        "verify::test_default_privileges_that_the_shadow_has_not_are_caught",
        "introspect_behavior::test_foreign_data",
        "introspect_behavior::test_publications",
        "introspect_behavior::test_owners",
    ),
    "12. differences that break nothing": (
        "rule mirror-cosmetic",
        "mirrors::test_a_type_holds_the_values_of_another",
        "edges::test_columns_that_hold_the_same_are_no_errors",
        "check::test_a_clean_project_yields_nothing",
        "fltr_drift::test_text_against_varchar_is_shown_on_request_alone",
    ),
    "13. SECURITY DEFINER without search_path": ("rule definer-without-search-path",),
    "14. Alembic: application code, data, connections, heads, merges, depends_on": (
        "rule several-heads",
        "alembic::test_what_asks_a_database_is_recorded",
        "alembic::test_branches_merges_labels_and_several_folders",
        "alembic::test_all_heads_and_dependencies_are_made",
        "commands::test_a_revision_that_reads_rows_sees_the_unmerged_ones_before_it",
        "saas::test_a_revision_that_needs_a_connection_is_recorded",
    ),
    "15. two ledgers that create the same; functions re-applied by a script": (
        "rule second-owner",
        "rule foreign-change",
        "bad_input::test_two_services_creating_one_table",
        "pitfalls::test_what_a_script_applies_after_every_deploy_stays_and_is_told",
    ),
}

COMPLAINTS: dict[str, tuple[str, ...]] = {
    "migrations land out of order and are refused, or skipped without a word": (
        "rule late-file",
        "rule drizzle-journal",
        "rule unmerged-migration",
        "saas::test_two_branches_that_add_to_every_lane_merge_and_go_on",
        "stream::test_two_branches_that_took_one_number_go_on",
        "ledgers::test_drizzle_0_tells_what_its_tool_will_skip",
    ),
    "a diff revokes or drops what another owner made": (
        "modelled::test_tables_that_are_there_by_hand_are_not_the_models_to_change",
        "models::test_what_others_own_is_made_and_not_compared",
        "native::test_alembics_false_removals_are_left_out",
        "narrow::test_the_surface_alone_leaves_nothing",
        "narrow::test_what_an_extension_gave_is_given_by_the_other_role",
        "verify::test_the_example_is_never_stopped",
    ),
    "functions and triggers have no home in the ORM": (
        "modelled::test_behavior_that_hangs_on_a_table_stays",
        "supabase::test_a_service_of_hand_written_files",
        "introspect_behavior::test_triggers",
    ),
    "enum values, CHECKs and renames are invisible, or become drop and add": (
        "modelled::test_what_could_be_a_rename_is_refused_until_it_is_told",
        "mirrors::test_enums_are_judged_by_their_values_and_their_name",
        "order::test_a_new_label_that_nothing_uses_is_added",
        "models::test_all_that_sqlalchemy_models_is_compared",
        "renames::test_statements",
        "fltr::test_sync_writes_what_the_models_of_fltr_are_ahead_and_renames_when_told",
    ),
    "a checksum mismatch locks the service out": (
        "bad_input::test_native_file_of_sqlx_edited_after_merge_in_a_comment",
        "deploy::test_a_native_file_of_sqlx_edited_after_the_merge",
        "ledgers::test_sqlx_refuses_what_its_tool_refuses",
    ),
    "Docker only to read a database; slow resets": (
        "server::test_a_cluster_lives_and_ends",
        "cli::test_what_needs_no_server_loads_no_driver",
        "local::test_reset_drops_nothing_for_a_stream_that_would_not_run",
        "check::test_an_unchanged_project_is_answered_from_what_is_kept",
    ),
    "wrong types: nullability, numeric as float, JSON": (
        "mirrors::test_judgement",
        "mirrors::test_a_type_does_not_hold_the_values_of_another",
        "sqlx_queries::test_a_cache_that_the_database_has_outgrown_is_told",
        "pitfalls::test_a_float_for_a_numeric_is_found",
    ),
    "row-level security cannot be tested easily": (
        "surface::test_row_security_separates_two_personas",
        "surface::test_a_persona_is_a_role_and_claims",
        "surface::test_policies_on_objects_decide",
    ),
    "mirrors of one table, kept by hand in three languages": (
        "rule mirror-breaks-reads",
        "rule mirror-breaks-writes",
        "rule mirror-incomplete",
        "check::test_a_mirror_that_breaks_is_one_finding_with_both_places",
        "check::test_mirror_edits_exactly_what_differs_and_then_there_is_nothing",
        "fltr_drift::test_exactly_the_three_references_are_found",
    ),
    "'synced' is said while views and triggers are ignored": (
        "majors::test_every_kind_of_object_is_among_the_cases",
        "introspect_behavior::test_what_no_kind_covers_is_hashed",
        "pitfalls::test_policies_triggers_and_views_are_compared_however_they_were_made",
    ),
}


# ------------------------------------------------------------------------------------------------ the table


@cache
def collected(module: str) -> frozenset[str]:
    tree = ast.parse((HERE / f"test_{module}.py").read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_line_is_there() -> None:
    assert [int(line.partition(".")[0]) for line in FILES] == list(range(1, 16))
    assert len(COMPLAINTS) == 10


@pytest.mark.parametrize("line", [*FILES, *COMPLAINTS])
def test_a_line_has_tests_that_exist(line: str) -> None:
    held = {**FILES, **COMPLAINTS}[line]
    assert held
    for each in held:
        if each.startswith("rule "):
            assert each.removeprefix("rule ") in {*rules.RULES, *edges.RULES}, each
        else:
            module, _, name = each.partition("::")
            assert name in collected(module), each


def test_every_test_of_this_file_holds_a_line() -> None:
    named = {each for held in (*FILES.values(), *COMPLAINTS.values()) for each in held}
    own = {name for name in collected("pitfalls") if name.startswith("test_")}
    own -= {name for name in own if name.startswith(("test_every_", "test_a_line_"))}
    assert {f"pitfalls::{name}" for name in own} == {each for each in named if each.startswith("pitfalls::")}


# ------------------------------------------------------------------------------------ what had no test so far


@pytest.fixture
def case(reachable_folder: Path, request: pytest.FixtureRequest) -> Iterator[Case]:
    """A small project in git; what it says needs no golden text."""
    name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))[:40]
    root = reachable_folder / f"pitfall-{name}"
    root.mkdir()
    yield Case(root, name)
    server.destroy(server.home_of(root))
    for folder in (root / ".ormony").glob("shadow-*"):
        server.destroy(folder)
    shutil.rmtree(root, ignore_errors=True)


def found(case: Case, *words: str) -> list[tuple[str, str, str]]:
    """What `check` finds, but for notes: rule, object, place."""
    done = case_json(case, "check", "--no-native", *words)
    return [(each["rule"], each["object"], each["place"] or "") for each in done["findings"]]


def case_json(case: Case, *words: str) -> Any:
    """A document of the command line; exit status 0, or 1 for findings."""
    try:
        text = case.does(*words, "--format", "json")
    except AssertionError as failed:
        if "exit 1\n" not in str(failed):
            raise
        text = case.does(*words, "--format", "json", exit_status=1)
    return json.loads(text)


def values(url: str, query: str) -> list[object]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query.encode()).fetchall()]


@pytest.mark.slow
def test_a_journal_in_disorder_loses_nothing(case: Case, fresh_database: str) -> None:
    """An entry that drizzle-kit skips for ever, a stray file, no snapshot: merged, told, deployed."""
    case.drizzle("create table a (id int primary key);", "create table b (id int primary key);")
    case.edit("web/drizzle/meta/_journal.json", "1700000000001", "1600000000000")
    case.write("web/drizzle/0009_stray.sql", "create table stray (id int);")
    case.commit()
    assert {rule for rule, _, _ in found(case)} >= {"drizzle-journal", "unmerged-migration"}
    case.does("sync")
    case.does("deploy", "--to", fresh_database)
    tables = "select tablename from pg_tables where schemaname = 'public' order by 1"
    assert values(fresh_database, tables) == ["a", "b"]
    assert values(fresh_database, "select count(*) from drizzle.__drizzle_migrations") == [2]


@pytest.mark.slow
def test_a_mark_of_a_runner_of_ones_own_is_a_comment(case: Case, fresh_database: str) -> None:
    """`-- @no-transaction`: what needs no transaction is found by the statement, in a step of its own."""
    case.sqlx(
        "create table a (id int primary key, name text);",
        "-- @no-transaction\ncreate index concurrently by_name on a (name);\nalter table a add more int;\n",
    )
    case.does("sync")
    case.does("deploy", "--to", fresh_database)
    names = "select relname from pg_class where relname in ('by_name', 'a') order by 1"
    assert values(fresh_database, names) == ["a", "by_name"]
    assert values(fresh_database, "select success from _sqlx_migrations") == [True, True]


@pytest.mark.slow
def test_a_new_enum_value_may_be_used_in_the_next_file(case: Case, fresh_database: str) -> None:
    case.hand("00000_type", "create type mood as enum ('ok');\ncreate table a (m mood default 'ok');\n")
    case.does("deploy", "--to", fresh_database)
    case.commit()
    case.hand("00001_value", "alter type mood add value 'sad';\nalter table a alter m set default 'sad';\n")
    assert "enum-value-same-transaction" in {rule for rule, _, _ in found(case)}
    case.hand("00001_value", "alter type mood add value 'sad';\n")
    case.hand("00002_use", "alter table a alter m set default 'sad';\n")
    case.does("deploy", "--to", fresh_database)
    execute(fresh_database, "insert into a default values")
    assert values(fresh_database, "select m::text from a") == ["sad"]


@pytest.mark.slow
def test_what_create_all_made_is_missing_and_named(case: Case, fresh_database: str) -> None:
    path = case.hand(
        "00000_more", "create table first (id int primary key);\nalter table users add age int;\n"
    )
    assert ("missing-prerequisite", "public.users", f"{path}:2") in found(case)
    done = saas.ormony(case.root, "deploy", "--to", fresh_database, exit_status=3)
    assert f"{path}:2" in done.stderr
    assert values(fresh_database, "select count(*) from pg_tables where schemaname = 'public'") == [0]


@pytest.mark.slow
def test_a_migration_that_reads_a_ledger(case: Case, fresh_database: str) -> None:
    """Its own tool makes its ledger before it migrates; a replay has no other tool's: that is refused."""
    reads = "do $$ begin\nperform count(*) from alembic_version;\nend $$;\n"
    case.sqlx("create table a (id int primary key);", reads)
    before = case.tree()
    done = saas.ormony(case.root, "sync", exit_status=3)
    assert 'error[sql-failed]: relation "alembic_version" does not exist' in done.stderr
    assert "worker" in done.stderr
    assert case.tree() == before
    case.write("worker/migrations/0002_m.sql", reads.replace("alembic_version", "_sqlx_migrations"))
    case.does("sync")
    case.does("deploy", "--to", fresh_database)
    assert values(fresh_database, "select count(*) from _sqlx_migrations") == [2]


@pytest.mark.slow
def test_a_squash_is_refused_and_its_differences_are_named(case: Case, fresh_database: str) -> None:
    """A squash lost an index: `sync`, `deploy` and `check` refuse it, and `diff` says what it lost."""
    case.sqlx("create table a (id int primary key, name text);", "create index by_name on a (name);")
    case.does("sync")
    case.does("deploy", "--to", fresh_database)
    case.commit()
    for number in (1, 2):
        (case.root / f"worker/migrations/000{number}_m.sql").unlink()
    squashed = "create table a (id int primary key, name text);\n"
    case.write("worker/migrations/0003_squashed.sql", squashed)
    before = case.tree()
    for words in (("sync",), ("deploy", "--to", fresh_database)):
        done = saas.ormony(case.root, *words, exit_status=1)
        assert "error[native-missing]" in done.stderr
    assert case.tree() == before
    assert "missing-migration" in {rule for rule, _, _ in found(case)}
    case.write("squashed.sql", squashed)
    document = json.loads(case.does("diff", "migrations", "squashed.sql", "--format", "json", exit_status=1))
    changes = [(each["kind"], each["action"]) for each in document["changes"]]
    assert changes == [("index", "drop")], document["changes"]
    assert values(fresh_database, "select count(*) from pg_class where relname = 'by_name'") == [1]


BEHAVIOR = """\
create table notes (id int primary key, owner uuid, body text);
alter table notes enable row level security;
do $policies$
declare t text;
begin
    foreach t in array array['notes'] loop
        execute format('create policy %I on %I using (owner = auth.uid())', t || '_owner', t);
    end loop;
end $policies$;
create view bodies as select id, body from notes;
create function touch() returns trigger language plpgsql set search_path = '' as $f$
begin new.body := new.body || ';'; return new; end; $f$;
create trigger touched before update on notes for each row execute function touch();
"""


@pytest.mark.slow
def test_policies_triggers_and_views_are_compared_however_they_were_made(
    case: Case, fresh_database: str
) -> None:
    case.hand("00000_notes", BEHAVIOR)
    case.does("deploy", "--to", fresh_database)
    assert found(case, "--only", "drift", "--against", fresh_database) == []
    execute(
        fresh_database,
        "drop policy notes_owner on notes",
        "drop view bodies",
        "drop trigger touched on notes",
        "create view others as select 1 as one",
    )
    drift = {name for _, name, _ in found(case, "--only", "drift", "--against", fresh_database)}
    for name in ("notes_owner", "bodies", "touched", "others"):
        assert any(name in each for each in drift), (name, drift)


@pytest.mark.slow
def test_what_a_script_applies_after_every_deploy_stays_and_is_told(case: Case, fresh_database: str) -> None:
    """Functions and policies outside the stream: no deploy takes them away, and `check` names them."""
    case.hand("00000_notes", "create table notes (id int primary key);\n")
    case.does("deploy", "--to", fresh_database)
    script = (
        "create or replace function total() returns bigint language sql as 'select count(*) from notes'",
        "drop policy if exists everybody on notes",
        "create policy everybody on notes using (true)",
    )
    execute(fresh_database, *script)
    case.hand("00001_more", "create table more (id int primary key);\n")
    case.does("deploy", "--to", fresh_database)
    execute(fresh_database, *script)
    assert values(fresh_database, "select total()") == [0]
    assert values(fresh_database, "select polname from pg_policy") == ["everybody"]
    drift = {name for _, name, _ in found(case, "--only", "drift", "--against", fresh_database)}
    assert any("total" in each for each in drift), drift
    assert any("everybody" in each for each in drift), drift


MODELS = """\
from sqlalchemy import Column, Float, Integer, MetaData, Numeric, Table

m = MetaData()
prices = Table(
    "prices",
    m,
    Column("id", Integer, primary_key=True),
    Column("net", Float, nullable=False),
    Column("gross", Numeric(10, 2), nullable=False),
)
"""


@pytest.mark.slow
def test_a_float_for_a_numeric_is_found(case: Case) -> None:
    """Money that a model reads as a float: one finding, at the column's line."""
    numeric = "numeric(10, 2) not null"
    case.hand(
        "00000_prices", f"create table prices (id serial primary key, net {numeric}, gross {numeric});\n"
    )
    case.service(
        "api",
        "sqlalchemy",
        f'python = "{SERVICES}/bin/python"\nmodels = "models"\nmirrors = ["public.prices"]\n',
    )
    case.write("api/models.py", MODELS)
    case.commit()
    assert [(name, place) for rule, name, place in found(case) if rule.startswith("mirror-breaks")] == [
        ("public.prices.net", "api/models.py:8")
    ]
    assert STREAM in json.dumps(case_json(case, "check", "--no-native")["findings"][0]["sides"])
