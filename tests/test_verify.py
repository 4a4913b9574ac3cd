"""A deploy does to its target what it did to the shadow, or nothing. On real servers of two versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

import saas
from ormony.database import catalogs, server, verify
from ormony.database.deploy import Deployed, Options, Target, deploy
from ormony.database.shadow import Shadow
from ormony.errors import OrmonyError
from ormony.stream import StreamFile
from small_project import execute, hand, rows, target

QUICK = Options(wait_s=5, lock_timeout_ms=2000)
ACCEPTING = msgspec.structs.replace(QUICK, accept_drift=True)
FIRST = hand(
    "00001",
    "create table t (id int primary key, n int); create table untouched (id int);"
    " create function f() returns int language sql as 'select 1';",
)
SECOND = hand("00002", "alter table t add column more text; create index t_more on t (more);")


@pytest.fixture(scope="module")
def replays(shadow: Shadow, tmp_path_factory: pytest.TempPathFactory) -> catalogs.Replays:
    return catalogs.Replays(tmp_path_factory.mktemp("replays"), lambda: shadow)


class Project:
    """A target that is verified, its stream in the making."""

    def __init__(self, url: str, replays: catalogs.Replays, shadow: Shadow) -> None:
        self.url, self.replays, self.shadow = url, replays, shadow

    def target(self, *stream: StreamFile) -> Target:
        made = target(self.url, list(stream), [], clone=self.shadow.clone)
        return msgspec.structs.replace(made, release=self.shadow.release, replays=self.replays)

    def deploy(self, *stream: StreamFile, options: Options = QUICK) -> Deployed:
        return deploy([self.target(*stream)], options)[0]

    def refused(self, *stream: StreamFile, options: Options = QUICK) -> OrmonyError:
        """The error of a deploy that leaves nothing behind."""
        before = server.pg_dump(self.url, "--inserts")
        with pytest.raises(OrmonyError) as caught:
            self.deploy(*stream, options=options)
        assert _plain(server.pg_dump(self.url, "--inserts")) == _plain(before)
        return caught.value


def _plain(dump: str) -> str:
    """Without sequence values, which no rollback takes back, and pg_dump's random key."""
    drop = ("SELECT pg_catalog.setval", "\\restrict", "\\unrestrict")
    return "\n".join(line for line in dump.splitlines() if not line.startswith(drop))


@pytest.fixture
def project(fresh_database: str, replays: catalogs.Replays, shadow: Shadow) -> Project:
    return Project(fresh_database, replays, shadow)


@pytest.fixture
def older(postgres15: server.Cluster, replays: catalogs.Replays, shadow: Shadow) -> Iterator[Project]:
    """On PostgreSQL 15, with a shadow of 18."""
    server.create_database(postgres15, "verified")
    yield Project(postgres15.url("verified"), replays, shadow)
    with postgres15.admin() as admin:
        server.drop_database(admin, "verified")


# -------------------------------------------------------------------------------------------------- drift


def test_a_plain_deploy_is_verified_and_says_how_long_that_took(project: Project) -> None:
    done = project.deploy(FIRST, SECOND)
    assert done.applied == ("00001", "00002")
    assert done.verified is not None
    assert 0 < done.verified < done.seconds
    assert done.notices == ()
    assert project.deploy(FIRST, SECOND).verified is None  # there was nothing to do


@pytest.mark.parametrize(
    ("by_hand", "said"),
    [
        ("alter table t add column hand int", "+ column public.t.hand"),
        ("alter table t alter column n type bigint", "~ column public.t.n (type: integer -> bigint)"),
        ("alter table t add check (n > 0)", "+ constraint public.t.t_n_check"),
        ("alter table t drop column n", "- column public.t.n"),
        ("create policy p on t using (true)", "+ policy public.t.p"),
        ("create index t_more on t (n)", "+ index public.t_more"),
    ],
)
def test_a_hand_made_difference_in_what_is_touched_stops_the_deploy(
    project: Project, by_hand: str, said: str
) -> None:
    project.deploy(FIRST)
    execute(project.url, by_hand)
    error = project.refused(FIRST, SECOND)
    assert (error.code, error.exit_status) == ("drift", 1)
    assert error.message.endswith(f"in what the pending files touch: {said}")
    assert "ormony diff migrations deployed" in str(error.hint)
    with pytest.raises(OrmonyError, match="drift"):
        project.deploy(FIRST, SECOND, options=msgspec.structs.replace(QUICK, dry_run=True))


def test_an_error_names_ten_differences_and_counts_the_others(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, *(f"alter table t add column h{n:02} int" for n in range(13)))
    error = project.refused(FIRST, SECOND)
    assert error.message.count("+ column") == 10
    assert error.message.endswith("; and 3 more")


def test_differences_elsewhere_stop_nothing(project: Project) -> None:
    project.deploy(FIRST)
    execute(
        project.url,
        "alter table untouched add column hand int",
        "create table stray (id int)",
        "create index by_hand on t (n)",
        "comment on table t is 'mine'",
        "grant select on t to anon",
        "create or replace function f() returns int language sql as 'select 2'",
    )
    done = project.deploy(FIRST, SECOND)
    assert (done.applied, done.notices) == (("00002",), ())


def test_what_is_created_must_not_be_there_in_another_form(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, "create function g() returns int language sql as 'select 1'")
    third = hand("00003", "create or replace function g() returns int language sql as 'select 2'")
    error = project.refused(FIRST, third)
    assert error.code == "drift"
    assert "+ function public.g()" in error.message
    done = project.deploy(FIRST, third, options=ACCEPTING)
    assert [each.code for each in done.notices] == ["drift-accepted"]
    assert rows(project.url, "select g()") == [(2,)]


def test_drift_can_be_accepted_and_only_the_change_must_be_the_shadows(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, "alter table t add column hand int", "alter table t alter column n set not null")
    third = hand("00003", "alter table t alter column n set default 7")
    done = project.deploy(FIRST, third, options=ACCEPTING)
    assert done.applied == ("00003",)
    assert [each.code for each in done.notices] == ["drift-accepted"]
    assert "+ column public.t.hand" in done.notices[0].message
    assert rows(project.url, "select version from supabase_migrations.schema_migrations order by 1") == [
        ("00001",),
        ("00003",),
    ]


# ------------------------------------------------------------------------------------------- not as proved


def test_default_privileges_that_the_shadow_has_not_are_caught(project: Project) -> None:
    execute(
        project.url,
        "alter default privileges for role postgres in schema public grant all on tables to public",
    )
    error = project.refused(FIRST)
    assert (error.code, error.exit_status) == ("not-as-proved", 1)
    assert error.message.startswith(
        'database "main" did not become what the shadow became; against it:'
        " ~ privileges of table public.t (+ "
    )
    assert "TRUNCATE, UPDATE to PUBLIC)" in error.message


def test_another_role_gives_its_own_default_privileges_and_a_note_says_so(
    project: Project, cluster: server.Cluster
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(project.url)["dbname"])
    other = Project(cluster.url(name, server.SUPERUSER), project.replays, project.shadow)
    execute(other.url, "alter default privileges in schema public grant select on tables to public")
    done = other.deploy(FIRST, SECOND)
    assert done.verified is not None
    assert [each.code for each in done.notices] == ["privileges-not-compared"]
    third = hand("00003", "alter table t drop column more; revoke insert on t from anon;")
    done = other.deploy(FIRST, SECOND, third)
    assert done.applied == ("00003",)
    assert [each.code for each in done.notices] == ["privileges-not-compared"]


def test_an_event_trigger_that_changes_what_is_made_is_caught(
    project: Project, cluster: server.Cluster
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(project.url)["dbname"]
    execute(
        cluster.url(str(name), server.SUPERUSER),
        "create schema guard",
        "create function guard.secure() returns event_trigger language plpgsql security definer as $$"
        " declare r record; begin for r in select * from pg_event_trigger_ddl_commands() loop"
        " if r.command_tag = 'CREATE TABLE' and r.schema_name = 'public' then"
        " execute format('alter table %s enable row level security', r.object_identity);"
        " end if; end loop; end $$",
        "create event trigger guard on ddl_command_end when tag in ('CREATE TABLE')"
        " execute function guard.secure()",
    )
    error = project.refused(FIRST)
    assert error.code == "not-as-proved"
    assert "~ table public.t (row security: no -> yes)" in error.message


def test_what_the_files_of_an_extension_decide_stops_nothing(
    project: Project, cluster: server.Cluster
) -> None:
    """The target has the extension where the shadow has a stand-in, or has another version of it."""
    name = psycopg.conninfo.conninfo_to_dict(project.url)["dbname"]
    execute(
        cluster.url(str(name), server.SUPERUSER),
        "create schema guard",
        "create function guard.other() returns event_trigger language plpgsql security definer as $$ begin"
        " comment on extension pg_jsonschema is 'the real one';"
        " update pg_extension set extrelocatable = true where extname = 'pg_jsonschema'; end $$",
        "create event trigger other on ddl_command_end when tag in ('CREATE EXTENSION')"
        " execute function guard.other()",
    )
    first = hand("00001", "create extension pg_jsonschema with schema extensions")
    check = "check (extensions.json_matches_schema('{}', v))"
    done = project.deploy(first, hand("00002", f"create table j (id int, v json {check})"))
    assert done.applied == ("00001", "00002")
    assert done.verified is not None


def test_rows_that_a_file_asks_for_are_caught(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, "insert into untouched values (1)")
    third = hand(
        "00003",
        "do $$ begin if exists (select from untouched) then create table surprise (id int); end if; end $$",
    )
    error = project.refused(FIRST, third)
    assert error.code == "not-as-proved"
    assert error.message.endswith("against it: + column public.surprise.id; + table public.surprise")


def test_without_verifying_anything_goes_and_a_note_says_so(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, "alter table t add column hand int")
    done = project.deploy(FIRST, SECOND, options=msgspec.structs.replace(QUICK, verify=False))
    assert (done.applied, done.verified) == (("00002",), None)
    assert [each.code for each in done.notices] == ["not-verified"]


def test_what_somebody_else_does_meanwhile_does_not_stop_the_deploy(project: Project) -> None:
    """The first try sees a table that no file makes; the second begins with it."""
    project.deploy(FIRST)
    made: list[int] = []

    third = hand("00003", "create table mine (id int);")
    to = project.target(FIRST, third)
    begin = verify.Verification.begin

    def meddling(self: verify.Verification, *arguments: object) -> None:
        begin(self, *arguments)  # type: ignore[arg-type]
        if not made:
            made.append(1)
            execute(project.url, "create table of_somebody (id int)")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify.Verification, "begin", meddling)
        done = deploy([to], QUICK)[0]
    assert done.applied == ("00003",)
    assert rows(project.url, "select to_regclass('mine') is not null") == [(True,)]


def test_a_shadow_that_cannot_run_the_files_is_a_note(project: Project) -> None:
    stream = [FIRST, hand("00002", "do $$ begin perform id from only_here; end $$")]
    execute(project.url, "create table only_here (id int)")
    done = project.deploy(*stream)
    assert done.applied == ("00001", "00002")
    assert [each.code for each in done.notices] == ["not-verified"]
    assert "only_here" in done.notices[0].message


# ---------------------------------------------------------------------------------------- steps, databases


def test_steps_outside_a_transaction_are_verified_at_the_end(project: Project) -> None:
    stream = [
        FIRST,
        hand("00002", "create index concurrently t_n on t (n);"),
        hand("00003", "create table u (id int);"),
    ]
    done = project.deploy(*stream)
    assert done.steps == 3
    assert done.verified is not None
    alone = hand("00004", "create index concurrently t_n2 on t (n);")
    done = project.deploy(*stream, alone)
    assert (done.applied, done.notices) == (("00004",), ())
    assert done.verified is not None


def test_what_ran_outside_a_transaction_stays_and_is_told(project: Project) -> None:
    project.deploy(FIRST)
    third = hand("00003", "create index concurrently t_n on t (n);\ncreate table z (id int);")
    execute(project.url, "alter default privileges in schema public grant all on tables to public")
    with pytest.raises(OrmonyError) as caught:
        project.deploy(FIRST, third)
    assert caught.value.code == "not-as-proved"
    assert caught.value.message.endswith("; what comes before step 2 is committed")
    assert rows(project.url, "select version from supabase_migrations.schema_migrations") == [("00001",)]


def test_a_resumed_deploy_is_verified_by_its_result(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, "insert into t values (1, 1), (2, 1)")
    second = hand(
        "00002",
        "create index concurrently t_n on t (n);\ncreate unique index concurrently t_u on t (n);\n"
        "alter table t add column late int;",
    )
    with pytest.raises(OrmonyError, match="could not create unique index"):
        project.deploy(FIRST, second)
    execute(project.url, "delete from t where id = 2")
    done = project.deploy(FIRST, second)
    assert done.applied == ("00002",)
    assert done.verified is not None
    assert [each.code for each in done.notices] == ["verified-in-part"]
    assert "had begun 00002" in done.notices[0].message


def test_the_result_of_a_resumed_deploy_must_be_the_shadows(project: Project) -> None:
    project.deploy(FIRST)
    execute(project.url, "insert into t values (1, 1), (2, 1)")
    second = hand("00002", "create unique index concurrently t_u on t (n);\ncreate table late (id int);")
    with pytest.raises(OrmonyError, match="could not create unique index"):
        project.deploy(FIRST, second)
    execute(
        project.url,
        "delete from t where id = 2",
        "alter default privileges in schema public grant all on tables to public",
    )
    with pytest.raises(OrmonyError, match="not-as-proved"):
        project.deploy(FIRST, second)
    assert rows(project.url, "select to_regclass('late')") == [(None,)]


def test_with_two_databases_both_are_verified_before_the_first_commit(
    project: Project, empty_database: str, replays: catalogs.Replays, shadow: Shadow, cluster: server.Cluster
) -> None:
    name = "second_verified"
    server.create_database(cluster, name)
    try:
        other = Project(cluster.url(name), replays, shadow)
        execute(other.url, "alter default privileges in schema public grant all on tables to public")
        with pytest.raises(OrmonyError, match="not-as-proved"):
            deploy([project.target(FIRST), other.target(FIRST)], QUICK)
        assert rows(project.url, "select to_regclass('t')") == [(None,)]
        execute(other.url, "alter default privileges in schema public revoke all on tables from public")
        both = deploy([project.target(FIRST), other.target(FIRST)], QUICK)
        assert [each.applied for each in both] == [("00001",), ("00001",)]
        assert all(each.verified is not None for each in both)
    finally:
        with cluster.admin() as admin:
            server.drop_database(admin, name)


# ------------------------------------------------------------------------------------------- other versions


def test_an_older_target_with_everything_that_prints_otherwise(older: Project) -> None:
    first = hand(
        "00001",
        "create table t (id int primary key, n int not null check (n between 1 and 5), s text);"
        " create view v as select t.id, t.n from t where t.s like 'a%';"
        " create view w as select v.id from v;"
        " alter table t enable row level security;"
        " create policy p on t to anon using (n in (select w.id from w));"
        " create materialized view m as select count(*) as c from t;"
        " grant all on t to anon; grant select on v to authenticated;",
    )
    second = hand(
        "00002",
        "alter table t add column more text not null default 'x';"
        " create or replace view v as select t.id, t.n, t.more from t where t.s like 'a%';"
        " drop policy p on t; create policy q on t to anon using (exists (select from v where v.n = t.n));",
    )
    done = older.deploy(first)
    assert (done.applied, done.notices) == (("00001",), ())
    done = older.deploy(first, second)
    assert (done.applied, done.notices) == (("00002",), ())
    assert done.verified is not None


def test_an_extension_with_fewer_members_on_an_older_target_stops_nothing(older: Project) -> None:
    done = older.deploy(hand("00001", "create extension fuzzystrmatch with schema public"))
    assert (done.applied, done.notices) == (("00001",), ())
    assert done.verified is not None


def test_drift_of_an_older_target_is_found(older: Project) -> None:
    older.deploy(FIRST)
    execute(older.url, "alter table t alter column n set not null")
    error = older.refused(FIRST, SECOND)
    assert error.code == "drift"
    assert "~ column public.t.n" in error.message


def test_files_that_need_no_shadow_of_before_are_read_from_the_cache(
    shadow: Shadow, fresh_database: str, tmp_path: Path
) -> None:
    """Once both sides are kept, verifying starts no server."""
    project = Project(fresh_database, catalogs.Replays(tmp_path, lambda: shadow), shadow)
    project.replays.of((FIRST, SECOND))
    project.replays.of(())

    def none() -> Shadow:
        raise AssertionError("a shadow was asked for")

    cold = Project(fresh_database, catalogs.Replays(tmp_path, none), shadow)
    done = deploy([msgspec.structs.replace(cold.target(FIRST, SECOND), clone=None)], QUICK)[0]
    assert done.verified is not None


@pytest.mark.slow
@pytest.mark.xdist_group("saas")
@pytest.mark.parametrize("major", [15, 18])
def test_the_example_is_never_stopped(
    major: int, request: pytest.FixtureRequest, tmp_path: Path, reachable_folder: Path
) -> None:
    """The three services, then a second round over what prints differently, on both versions."""
    place = request.getfixturevalue("cluster" if major == 18 else "postgres15")
    server.create_database(place, "saas_verified")
    url = place.url("saas_verified")
    folder = saas.copy(tmp_path / "saas")
    stream = folder / "supabase" / "migrations"
    if major == 15:  # which lacks these two extensions
        for name, line in (
            ("00000_extensions.sql", "pg_net"),
            ("00000_extensions.sql", " vector "),
            ("00001_shared_tables.sql", "extensions.vector(3)"),
        ):
            text = (stream / name).read_text()
            assert line in text
            (stream / name).write_text("".join(each for each in text.splitlines(True) if line not in each))
    try:
        done = saas.ormony_json(folder, "deploy", "--to", url)
        assert len(done["databases"][0]["applied"]) == len(saas.stream(folder))
        assert done["databases"][0]["verified"] > 0
        assert {each["code"] for each in done["notices"]} <= {"other-major"}  # of the rehearsal
        (stream / "02900_second_round.sql").write_text(SECOND_ROUND)
        done = saas.ormony_json(folder, "deploy", "--to", url)
        assert done["databases"][0]["applied"] == ["02900"]
        assert done["databases"][0]["verified"] > 0
        assert {each["code"] for each in done["notices"]} <= {"other-major"}  # of the rehearsal
        (stream / "02901_third_round.sql").write_text(THIRD_ROUND)
        shown = saas.ormony(folder, "deploy", "--to", url)
        assert "verified in 0." in shown.stdout
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("alter table public.orders add column by_hand int")
        (stream / "02902_fourth_round.sql").write_text("alter table public.orders add column more int;")
        refused = saas.ormony(folder, "deploy", "--to", url, exit_status=1)
        assert "error[drift]" in refused.stderr
        assert "+ column public.orders.by_hand" in refused.stderr
        saas.ormony(folder, "deploy", "--to", url, "--accept-drift")
        differing = saas.ormony_json(folder, "diff", "migrations", url, exit_status=1)["changes"]
        assert [each["object"] for each in differing] == ["public.orders.by_hand"]
    finally:
        with place.admin() as admin:
            server.drop_database(admin, "saas_verified")


SECOND_ROUND = """
create view public.open_orders with (security_invoker) as
  select o.id, o.org_id, p.name, o.total from public.orders o join public.products p on p.id = o.product_id
   where o.status = 'open' and o.total between 1 and 1000;
create materialized view public.totals as
  select org_id, sum(total) as total from public.orders group by org_id;
create index concurrently_not on public.orders (status) where status <> 'cancelled';
alter table public.orders add constraint sane
  check (quantity between 1 and 100000 or status in ('cancelled'));
grant select on public.open_orders to authenticated;
create policy more on public.orders for select to authenticated
  using (exists (select from public.open_orders w where w.id = orders.id));
"""
THIRD_ROUND = """
create or replace view public.open_orders with (security_invoker) as
  select o.id, o.org_id, p.name, o.total, o.placed_at
    from public.orders o join public.products p on p.id = o.product_id where o.status = 'open';
alter table public.orders drop constraint sane;
create index orders_placed on public.orders (placed_at);
create function public.later(o public.orders) returns timestamptz stable
  begin atomic select o.placed_at + interval '1 day'; end;
"""
