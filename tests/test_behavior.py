"""Declarative behavior: what `sync` writes for each kind of edit, and that nothing is left to do after it.

`tests/behavior_cases/NAME/` has `before.sql` (a migration), `old.sql` and `new.sql` (the behavior file before
and after the edit; a folder of that name for several), maybe `ormony.toml`, and `expected.sql`: the
statements of the second sync under the group of each file, or the error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ormony import behaving, commands, loading, project
from ormony import sql as sqls
from ormony.database.shadow import open_shadow
from ormony.errors import OrmonyError
from ormony.rules.finding import Finding
from ormony.sources import Reader

CASES = Path(__file__).parent / "behavior_cases"
TOML = '[database]\nstream = "supabase/migrations"\n'
CHECK_BODIES = "SET LOCAL check_function_bodies = false"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose shadow server stays up while the cases take their turns."""
    root = tmp_path_factory.mktemp("behavior")
    (root / "ormony.toml").write_text(TOML)
    with open_shadow(root) as opened:
        opened.release(opened.clone(()))
        yield root


@pytest.fixture
def root(home: Path) -> Path:
    """The project, with nothing in it."""
    for name in ("supabase", "services"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "supabase" / "migrations").mkdir(parents=True)
    (home / "ormony.toml").write_text(TOML)
    return home


def sync(root: Path, **options: object) -> commands.Synced:
    return commands.sync(project.load(root), **options)  # type: ignore[arg-type]


def put(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def said(root: Path, paths: tuple[str, ...]) -> str:
    """The statements of these files, under the group that each file's source names."""
    lines = []
    for path in paths:
        text = (root / path).read_text()
        group = text.split(" source=behavior/")[1].split("/")[0]
        lines.append(f"-- {group}")
        lines += [line for line in text.splitlines() if line.startswith(("-- adopts", "-- Loses"))]
        lines += [f"{each.sql};" for each in sqls.statements(text) if each.sql != CHECK_BODIES]
    return "\n".join(lines) + "\n" if lines else "-- nothing\n"


def lay(root: Path, source: Path) -> None:
    """Make the behavior folder what a file or a folder of a case says."""
    folder = root / "supabase" / "behavior"
    shutil.rmtree(folder, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, folder)
    elif source.with_suffix(".sql").is_file():
        put(root, "supabase/behavior/all.sql", source.with_suffix(".sql").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir()))
def test_an_edit_gives_these_statements_and_leaves_nothing(root: Path, case: str) -> None:
    folder = CASES / case
    if (folder / "ormony.toml").exists():
        put(root, "ormony.toml", TOML + (folder / "ormony.toml").read_text())
    put(root, "supabase/migrations/00000_before.sql", (folder / "before.sql").read_text())
    lay(root, folder / "old")
    if (folder / "old.sql").exists() or (folder / "old").exists():
        sync(root)
    if (folder / "between.sql").exists():
        put(root, "supabase/migrations/04000_between.sql", (folder / "between.sql").read_text())
    if (folder / "new.toml").exists():
        put(root, "ormony.toml", TOML + (folder / "new.toml").read_text())
    lay(root, folder / "new")
    try:
        found = said(root, sync(root).written)
    except OrmonyError as error:
        found = f"-- error[{error.code}] {error.place}: {error.message}\n"
    expected = folder / "expected.sql"
    if os.environ.get("ORMONY_WRITE_CASES"):
        expected.write_text(found)
    assert found == expected.read_text()
    if not found.startswith("-- error"):
        assert sync(root).written == ()
        loaded = loading.load(project.load(root), project.load(root).databases[0])
        behaving.prove(project.load(root), loaded)


def test_each_owner_has_its_files_in_its_lane(root: Path) -> None:
    """Shared behavior comes first, then that of services, each as functions, triggers, policies."""
    put(root, "ormony.toml", TOML + '[services.jobs]\npath = "services/jobs"\norm = "sqlx"\nlane = 3\n')
    put(
        root,
        "services/jobs/migrations/0001_jobs.sql",
        "CREATE TABLE jobs (id int PRIMARY KEY, org_id uuid, done_at timestamptz);\n",
    )
    put(
        root,
        "services/jobs/db/behavior/jobs.sql",
        "CREATE TRIGGER jobs_done BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION done();\n"
        "ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY jobs_read ON jobs FOR SELECT USING (org_id = org());\n",
    )
    put(
        root,
        "supabase/behavior/functions.sql",
        "CREATE FUNCTION org() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';\n"
        "CREATE FUNCTION done() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN NEW.done_at := now(); RETURN NEW; END';\n",
    )
    assert sync(root).written == (
        "supabase/migrations/00300_jobs_jobs.sql",
        "supabase/migrations/00400_functions.sql",
        "supabase/migrations/01300_jobs_triggers.sql",
        "supabase/migrations/01301_jobs_policies.sql",
    )
    assert sync(root).written == ()
    (root / "services/jobs/db/behavior/jobs.sql").unlink()
    assert sync(root).written == (
        "supabase/migrations/01302_jobs_triggers.sql",
        "supabase/migrations/01303_jobs_policies.sql",
    )
    assert "DROP TRIGGER jobs_done" in (root / "supabase/migrations/01302_jobs_triggers.sql").read_text()
    assert sync(root).written == ()


def test_a_service_tells_its_search_path(root: Path) -> None:
    put(
        root,
        "ormony.toml",
        TOML
        + '[services.jobs]\npath = "services/jobs"\norm = "sqlx"\nlane = 3\nsearch_path = "work, public"\n',
    )
    put(root, "supabase/migrations/00000_work.sql", "CREATE SCHEMA work;\n")
    put(root, "services/jobs/migrations/0001_jobs.sql", "CREATE TABLE jobs (id int);\n")
    put(root, "services/jobs/db/behavior/jobs.sql", "CREATE VIEW all_jobs AS SELECT id FROM jobs;\n")
    written = sync(root).written
    assert "CREATE VIEW work.all_jobs" in (root / written[-1]).read_text()
    assert sync(root).written == ()


def findings(root: Path) -> tuple[Finding, ...]:
    found = project.load(root)
    with Reader(found, found.databases[0]) as reader:
        return behaving.findings(found, reader)


def test_a_table_that_tenancy_leaves_out_is_named(root: Path) -> None:
    put(root, "ormony.toml", TOML + "[behavior.tenancy]\n")
    put(root, "supabase/migrations/00000_t.sql", "CREATE TABLE plans (id int);\n")
    (found,) = findings(root)
    assert (found.rule, found.object, found.severity) == ("tenancy-missing", "public.plans", "error")
    assert [each.code for each in sync(root).notices] == ["tenancy-missing"]
    put(root, "ormony.toml", TOML + '[behavior.tenancy]\nexcept = { plans = "the same for all" }\n')
    assert findings(root) == ()


def test_check_is_told_what_is_not_merged_and_what_is_defined_twice(root: Path) -> None:
    put(
        root,
        "supabase/migrations/00000_f.sql",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
    )
    put(root, "supabase/behavior/g.sql", "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';\n")
    assert [each.rule for each in findings(root)] == ["behavior-not-merged"]
    put(root, "supabase/behavior/f.sql", "\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';\n")
    (found,) = findings(root)
    assert (found.rule, found.place) == ("behavior-defined-twice", "supabase/behavior/f.sql:2")


def test_an_unchanged_project_starts_no_server(tmp_path: Path) -> None:
    put(tmp_path, "ormony.toml", TOML + "[behavior.updated_at]\n")
    put(tmp_path, "supabase/migrations/00000_t.sql", "CREATE TABLE t (id int, updated_at timestamptz);\n")
    put(tmp_path, "supabase/behavior/g.sql", "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';\n")
    assert len(sync(tmp_path).written) == 2
    assert sync(tmp_path).written == ()
    for each in (tmp_path / ".ormony").glob("shadow*"):
        shutil.rmtree(each)
    assert sync(tmp_path).written == ()
    assert not list((tmp_path / ".ormony").glob("shadow*"))


def test_the_first_behavior_files_run(tmp_path: Path) -> None:
    """`init --behavior` writes what is not there, and what it writes can be merged."""
    put(
        tmp_path,
        "supabase/migrations/00000_t.sql",
        "CREATE FUNCTION handle_updated_at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n",
    )
    commands.init(tmp_path, behavior=True)
    text = (tmp_path / "supabase/behavior/functions.sql").read_text()
    assert "get_dashboard_stats" in text
    assert "FUNCTION public.handle_updated_at" not in text
    put(tmp_path, "supabase/behavior/triggers.sql", "-- mine\n")
    (tmp_path / "supabase/behavior/indexes.sql").unlink()
    again = commands.init(tmp_path, behavior=True)
    assert not again.written
    assert (tmp_path / "supabase/behavior/triggers.sql").read_text() == "-- mine\n"
    assert (tmp_path / "supabase/behavior/indexes.sql").exists()
    assert sync(tmp_path).written == ("supabase/migrations/00400_functions.sql",)


def test_the_claim_is_read_once_and_the_index_is_used(root: Path, home: Path) -> None:
    """On 10,000 rows the policy of [behavior.tenancy] is an InitPlan with an index scan."""
    put(root, "ormony.toml", TOML + "[behavior.tenancy]\n")
    put(
        root,
        "supabase/migrations/00000_t.sql",
        "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org_id uuid NOT NULL);\n",
    )
    sync(root)
    stream = loading.load(project.load(root), project.load(root).databases[0]).stream
    with open_shadow(home) as shadow, psycopg.connect(shadow.clone(stream)) as connection:
        connection.execute(
            "INSERT INTO orders (org_id)"
            " SELECT md5((n % 1000)::text)::uuid FROM generate_series(1, 10000) AS n"
        )
        connection.execute("ANALYZE orders")
        connection.execute("SET LOCAL ROLE authenticated")
        connection.execute(
            "SELECT set_config('request.jwt.claims', json_build_object('org_id', md5('7')::uuid)::text, true)"
        )
        plan = "\n".join(row[0] for row in connection.execute("EXPLAIN SELECT * FROM orders"))
        assert "InitPlan" in plan
        assert "orders_org_id_idx" in plan
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (10,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO orders (org_id) VALUES (md5('8')::uuid)")


def test_the_audit_log_has_no_redacted_values(root: Path, home: Path) -> None:
    put(root, "ormony.toml", TOML + '[behavior.audit]\ntables = ["users"]\nredact = ["password"]\n')
    put(root, "supabase/migrations/00000_t.sql", "CREATE TABLE users (id int, password text);\n")
    with pytest.raises(OrmonyError) as refused:
        sync(root)
    assert refused.value.code == "audit-log-missing"
    assert refused.value.hint is not None
    put(root, "supabase/migrations/00001_log.sql", refused.value.hint.partition("\n")[2])
    sync(root)
    stream = loading.load(project.load(root), project.load(root).databases[0]).stream
    with open_shadow(home) as shadow, psycopg.connect(shadow.clone(stream)) as connection:
        connection.execute("INSERT INTO users VALUES (1, 'secret')")
        connection.execute("UPDATE users SET password = 'other'")
        rows = connection.execute("SELECT record_id, action, old_data, new_data FROM audit_log").fetchall()
    assert rows == [("1", "INSERT", None, {"id": 1}), ("1", "UPDATE", {"id": 1}, {"id": 1})]


@pytest.mark.parametrize("place", ["supabase/migrations/00002_t.sql", "supabase/behavior/t.sql"])
def test_an_audit_trigger_that_is_there_has_to_redact(root: Path, place: str) -> None:
    trigger = "CREATE TRIGGER noted AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit_changes({});\n"
    put(root, "ormony.toml", TOML + '[behavior.audit]\ntables = ["users"]\nredact = ["password"]\n')
    put(
        root,
        "supabase/migrations/00000_t.sql",
        "CREATE TABLE users (id int, password text);\n"
        "CREATE TABLE audit_log (table_name text, record_id text, action text, old_data jsonb,"
        " new_data jsonb, changed_by uuid);\n"
        "CREATE FUNCTION audit_changes() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO audit_log (new_data) VALUES (to_jsonb(NEW) - TG_ARGV::text[]);"
        " RETURN NULL; END';\n",
    )
    put(root, place, trigger.format(""))
    with pytest.raises(OrmonyError) as refused:
        sync(root)
    assert refused.value.code == "audit-cannot-redact"
    assert 'trigger "noted" on "public.users" does not name "password"' in refused.value.message
    assert refused.value.place == (f"{place}:1" if "behavior" in place else "ormony.toml")
    put(root, place, trigger.format("'token', 'password'"))
    written = sync(root).written
    assert "users_audit" not in "".join((root / each).read_text() for each in written)  # one log is enough


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ("[behavior.tenancy]\ncolum = 'x'\n", '"colum" is not a setting of [behavior.tenancy]'),
        ('[behavior.tenancy]\nexcept = { plans = "" }\n', '[behavior] leaves "plans" out without a reason'),
        ('[behavior.grants.anon]\nplans = ["read"]\n', "which is no privilege"),
        ('[behavior]\ndatabase = "other"\n', "which is no database here"),
        ("[behavior.audit]\n", "lacks `tables`"),
    ],
)
def test_a_mistake_in_the_settings_names_its_key(tmp_path: Path, toml: str, what: str) -> None:
    put(tmp_path, "ormony.toml", toml)
    with pytest.raises(OrmonyError, match=r".") as refused:
        project.load(tmp_path)
    assert refused.value.code == "invalid-config"
    assert what in refused.value.message


def test_what_revert_brings_back_is_still_edited_here(root: Path) -> None:
    function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT {}';\n"
    put(root, "supabase/migrations/00000_t.sql", "CREATE TABLE t (id int);\n")
    put(root, "supabase/behavior/f.sql", function.format(1))
    (first,) = sync(root).written
    put(root, "supabase/behavior/f.sql", function.format(2))
    sync(root)
    commands.revert(project.load(root), to=first.rpartition("/")[2].split("_")[0])
    put(root, "supabase/behavior/f.sql", function.format(1))
    assert sync(root).written == ()
    put(root, "supabase/behavior/f.sql", function.format(3))
    (written,) = sync(root).written
    assert "SELECT 3" in (root / written).read_text()
    assert sync(root).written == ()


def test_what_is_known_at_run_time_alone_is_found_by_trying(root: Path) -> None:
    """A view of a function whose body PostgreSQL alone reads: the text of its caller names nothing."""
    put(root, "supabase/migrations/00000_t.sql", "CREATE SCHEMA app;\nCREATE TABLE app.t (id int);\n")
    put(
        root,
        "supabase/behavior/a.sql",
        "CREATE FUNCTION public.a() RETURNS SETOF app.v LANGUAGE sql SET search_path = app"
        " AS 'SELECT * FROM v';\n",
    )
    put(root, "supabase/behavior/b.sql", "CREATE VIEW app.v AS SELECT * FROM app.t;\n")
    (written,) = sync(root).written
    text = (root / written).read_text()
    assert text.index("CREATE VIEW app.v") < text.index("FUNCTION public.a()")
    assert sync(root).written == ()


def test_an_extension_that_a_table_needs_stays(root: Path) -> None:
    """Behavior made it, a migration's default calls it: it cannot go, and nothing is written anew."""
    put(root, "supabase/behavior/e.sql", "CREATE EXTENSION hstore WITH SCHEMA extensions;\n")
    assert len(sync(root).written) == 1
    put(root, "supabase/migrations/04000_t.sql", "CREATE TABLE t (id int, tags extensions.hstore);\n")
    assert sync(root).written == ()
    (root / "supabase/behavior/e.sql").unlink()
    with pytest.raises(OrmonyError) as refused:
        sync(root)
    assert refused.value.code == "behavior-still-needed"
    assert "column public.t.tags needs it" in refused.value.message
