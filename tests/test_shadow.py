"""Shadows: what a replay proves, what it reuses, and that nothing of it reaches further than it should."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ormony.database import catalogs, connect, server
from ormony.database import shadow as shadows
from ormony.errors import OrmonyError
from ormony.stream import DIRECTIVE, StreamFile, parse


def stream(*texts: str) -> list[StreamFile]:
    files = []
    for number, text in enumerate(texts):
        file = parse(f"supabase/migrations/{number:05d}_x.sql", text)
        assert file is not None
        files.append(file)
    return files


def answer(url: str, query: str) -> object:
    with connect.connect(url) as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


_numbers = itertools.count()


@pytest.fixture
def project(reachable_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A project of the test's own; its clusters are destroyed afterwards."""
    folder = reachable_folder / f"p{next(_numbers)}-{request.node.name[:30]}-{os.getpid()}"
    folder.mkdir()
    yield folder
    for home in clusters(folder):
        server.destroy(home)


def clusters(project: Path) -> list[Path]:
    return [path for path in (project / ".ormony").glob("*") if path.is_dir()]


def servers(project: Path) -> list[server.Cluster]:
    return [found for home in clusters(project) if (found := server.running(home)) is not None]


def databases(cluster: server.Cluster, pattern: str) -> list[str]:
    with cluster.admin() as admin:
        rows = admin.execute("select datname from pg_database where datname like %s order by 1", (pattern,))
        return [name for (name,) in rows]


# ----------------------------------------------------------------------------------------------------- replay


def test_a_replay_runs_the_files_in_order_as_an_unprivileged_postgres(shadow: shadows.Shadow) -> None:
    replayed = shadow.replay(
        stream(
            "create table a (id int);",
            "alter table a add who text default current_user;",
            "insert into a values (1)",
        )
    )
    assert answer(replayed.url, "select who from a") == "postgres"
    assert replayed.major == 18
    assert replayed.ran == tuple(f"supabase/migrations/0000{n}_x.sql" for n in range(3))
    assert answer(replayed.url, "select rolsuper from pg_roles where rolname = session_user") is False
    owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
    assert answer(replayed.url, owner) == "postgres"
    assert answer(replayed.url, "select current_setting('app.settings.jwt_exp')") == "3600"
    assert answer(replayed.url, "select auth.uid() is null") is True
    shadow.release(replayed.url)
    with pytest.raises(OrmonyError, match="does not exist"):
        connect.connect(replayed.url)


def test_each_file_is_a_transaction_of_its_own(shadow: shadows.Shadow) -> None:
    replayed = shadow.replay(
        stream(
            "create type mood as enum ('sad');",
            "alter type mood add value 'ok';",
            "create table a (m mood default 'ok');",
        )
    )
    assert replayed.outside == ()
    shadow.release(replayed.url)


def test_a_replay_stops_at_the_line_that_fails(shadow: shadows.Shadow) -> None:
    with pytest.raises(connect.SqlError) as caught:
        shadow.replay(stream("create table a ();", "select 1;\n  select nix;\n", "create table b ();"))
    assert str(caught.value) == (
        "supabase/migrations/00001_x.sql:2:10: error[sql-failed]: "
        'column "nix" does not exist (SQLSTATE 42703)'
    )
    assert caught.value.exit_status == 3


@pytest.mark.parametrize(
    "text",
    [
        "copy (select 1) to program 'id > /tmp/owned'",
        "create function f() returns int language c as 'libc', 'getpid'",
        "alter table auth.users owner to supabase_admin",
        "set session authorization supabase_admin",
        "reset session authorization; set role supabase_admin",
        "select pg_read_file('/etc/passwd')",
        "do $$ begin execute 'alter r' || 'ole postgres superuser'; end $$",
    ],
)
def test_sql_of_a_branch_does_not_become_superuser(shadow: shadows.Shadow, text: str) -> None:
    with pytest.raises(connect.SqlError) as caught:
        shadow.replay(stream(text))
    assert caught.value.sqlstate == "42501"


def test_a_file_that_no_transaction_takes_runs_statement_by_statement(shadow: shadows.Shadow) -> None:
    files = stream(
        "create table a (b int); create type mood as enum ('sad');",
        f"{DIRECTIVE}\ncreate index concurrently i on a (b);\nselect 1;",
        "create index concurrently j on a (b);",
        "alter type mood add value 'ok'; alter table a add m mood default 'ok';",
    )
    replayed = shadow.replay(files)
    assert replayed.outside == tuple(file.path for file in files[1:])
    assert (
        answer(replayed.url, "select count(*) from pg_index where indrelid = 'a'::regclass and indisvalid")
        == 2
    )
    shadow.release(replayed.url)


# -------------------------------------------------------------------------------------------------- templates


def test_what_has_run_before_does_not_run_again(project: Path) -> None:
    files = stream("create table a ();", "create table b ();", "create table c ();")
    with shadows.open_shadow(project) as shadow:
        first = shadow.replay(files[:2], keep=True)
        assert (first.reused, len(first.ran)) == (0, 2)
        # The caller may change what it got: the template stays as it was.
        answer(first.url, "with x as (select 1) select pg_catalog.set_config('x.y', 'z', false)")
        with connect.connect(first.url) as conn:
            conn.execute("drop table a")
        again = shadow.replay(files[:2])
        assert (again.reused, again.ran) == (2, ())
        assert answer(again.url, "select to_regclass('a')::text") == "a"
    with shadows.open_shadow(project) as shadow:
        longer = shadow.replay(files)
        assert (longer.reused, longer.ran) == (2, (files[2].path,))
        assert answer(longer.url, "select to_regclass('c')::text") == "c"
        edited = shadow.replay([files[0], *stream("create table other ();")])
        assert edited.reused == 0
    with shadows.open_shadow(project, cache=False) as shadow:
        assert shadow.replay(files).reused == 0


def test_a_template_of_the_files_that_are_settled(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadows, "WORTH_A_TEMPLATE_S", 0.0)
    files = stream(*(f"create table t{number} ();" for number in range(6)))
    with shadows.open_shadow(project) as shadow:
        shadow.replay(files, settled=3)
        assert shadow.replay(files).reused == 6
        assert shadow.replay([*files[:5], *stream("select 'edited'")]).reused == 3
        # By default all but the last are: the one that is being written.
        assert shadow.replay([*files[:5], *stream("select 'again'")]).reused == 5


def test_a_template_remembers_how_its_files_ran(project: Path) -> None:
    files = stream("create table a (b int);", "create index concurrently i on a (b);", "select 1;")
    with shadows.open_shadow(project) as shadow:
        shadow.replay(files[:2], keep=True)
        again = shadow.replay(files)
        assert (again.reused, again.outside) == (2, (files[1].path,))


def test_the_least_recently_used_template_goes_first(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (stream(f"create table {name} ();") for name in ("one", "two", "three"))
    with shadows.open_shadow(project) as shadow:
        shadow.replay(one, keep=True)
        size = answer(shadow.clone(one), "select pg_database_size(current_database())")
        assert isinstance(size, int)
        shadow.replay(two, keep=True)
        shadow.replay(one)
        monkeypatch.setattr(shadows, "TEMPLATES_BYTES", int(size * 2.5))
        shadow.replay(three, keep=True)
        assert [shadow.replay(files).reused for files in (one, two, three)] == [1, 0, 1]


def test_what_is_lent_is_the_template_itself(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadows, "WORTH_A_TEMPLATE_S", 0.0)
    files = stream("create table a ();", "create table b ();")
    with shadows.open_shadow(project) as shadow:
        with shadow.lent(files) as url:
            assert answer(url, "select to_regclass('b')::text") == "b"
            first = answer(url, "select oid from pg_database where datname = current_database()")
        with shadow.lent(files) as url:
            again = answer(url, "select oid from pg_database where datname = current_database()")
            assert again == first
            # Meanwhile there is no template of all of them: whoever wants to write gets a copy of less.
            assert shadow.replay(files).reused == 1
        assert shadow.replay(files).reused == 2
        (cluster,) = servers(project)
        assert len(databases(cluster, "ormony_t_%")) == 2
        with pytest.raises(connect.SqlError), shadow.lent(stream("create table a (; ")):
            raise AssertionError
        with pytest.raises(ZeroDivisionError), shadow.lent(files):
            raise ZeroDivisionError
        assert shadow.replay(files).reused == 2


def test_what_is_tried_is_taken_back(project: Path) -> None:
    tables = stream("create table a (b int);", "set search_path to app;\ncreate temp table c ();")
    with shadows.open_shadow(project) as shadow:
        for _ in range(2):
            with shadow.tried(tables) as connection:
                assert connection is not None
                found = connection.execute("select to_regclass('a')::text, current_setting('search_path')")
                assert found.fetchone() == ("a", '"$user", public, extensions')
        with (
            pytest.raises(connect.SqlError, match="nowhere") as caught,
            shadow.tried(stream("select nowhere")),
        ):
            raise AssertionError
        assert caught.value.place == "supabase/migrations/00000_x.sql:1:8"
        for text in ("create index concurrently i on a (b);", "create role app_tried;"):
            with shadow.tried((*tables, *stream(text))) as connection:
                assert connection is None
        with shadow.tried(()) as connection:
            assert connection is not None
            assert connection.execute("select to_regclass('a')").fetchone() == (None,)


def test_what_is_tried_is_the_same_database(project: Path) -> None:
    folder = Path(__file__).parent.parent / "examples" / "saas" / "supabase" / "migrations"
    files = stream(*(path.read_text() for path in sorted(folder.glob("*.sql"))))
    with shadows.open_shadow(project) as shadow:
        with shadow.tried(files) as connection:
            assert connection is not None
        brief, lasting = (catalogs.Replays(project, lambda: shadow, cache=False) for _ in range(2))
        assert brief.of(files, brief=True) == lasting.of(files)
        assert brief.surface != lasting.of(files)


# --------------------------------------------------------------------------------------------- whole clusters


def test_a_file_about_roles_has_a_cluster_of_its_own(project: Path) -> None:
    files = stream(
        "create role app_reader; grant select on all tables in schema public to app_reader;",
        "alter database postgres set search_path to app;",
    )
    with shadows.open_shadow(project) as shadow:
        urls = [shadow.replay(files).url for _ in range(2)]  # a second run meets no role of the first
        assert all(
            answer(url, "select count(*) from pg_roles where rolname = 'app_reader'") == 1 for url in urls
        )
        plain = shadow.clone(stream("select 1"))
        assert answer(plain, "select count(*) from pg_roles where rolname = 'app_reader'") == 0
        assert len(servers(project)) == 3
    assert servers(project) == []
    assert [home.name for home in clusters(project) if home.name.startswith("alone-")] == []


def test_a_role_made_by_dynamic_sql_is_noticed(project: Path) -> None:
    hidden = stream(
        "create table a ();",
        "do $$ declare word text := 'role'; begin execute format('create %s app_hidden', word); end $$",
    )
    with shadows.open_shadow(project) as shadow:
        url = shadow.replay(hidden, keep=True).url
        assert answer(url, "select count(*) from pg_roles where rolname = 'app_hidden'") == 1
    with shadows.open_shadow(project) as shadow:
        url = shadow.clone(())
        assert answer(url, "select count(*) from pg_roles where rolname = 'app_hidden'") == 0
        assert shadow.replay(hidden).reused == 0


# ------------------------------------------------------------------------------------------------------- life


def test_nothing_starts_before_it_is_needed(project: Path) -> None:
    with shadows.open_shadow(project) as shadow:
        assert shadow.major == 18
        assert not (project / ".ormony").exists()


def test_the_server_stops_with_its_last_user(project: Path) -> None:
    with shadows.open_shadow(project) as one:
        url = one.clone(())
        with shadows.open_shadow(project) as two:
            assert answer(two.clone(()), "select pg_postmaster_start_time()") == answer(
                url, "select pg_postmaster_start_time()"
            )
            assert len(servers(project)) == 1
        assert answer(url, "select 1") == 1
        assert len(databases(servers(project)[0], "ormony_w_%")) == 1
    assert servers(project) == []


def test_an_error_drops_what_it_made(project: Path) -> None:
    with shadows.open_shadow(project) as shadow:
        shadow.clone(())
        with pytest.raises(OrmonyError):
            shadow.replay(stream("select nix"))
        with pytest.raises(OrmonyError):
            shadow.replay(stream("create role ()"))
        assert len(databases(servers(project)[0], "ormony_w_%")) == 1


WAITING = """
import sys, time
from pathlib import Path
from ormony.database.shadow import open_shadow
from ormony.stream import parse
role = parse("supabase/migrations/1_x.sql", "create role app_reader")
with open_shadow(Path(sys.argv[1])) as shadow:
    shadow.clone(())
    if sys.argv[2] == "alone":
        shadow.clone([role])
    print("ready", flush=True)
    time.sleep(100)
"""


@pytest.mark.parametrize("where", ["shared", "alone"])
def test_what_a_killed_process_left_is_removed_by_the_next(project: Path, where: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, str(project), where], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    assert len(servers(project)) == (2 if where == "alone" else 1)
    left = next(cluster for cluster in servers(project) if "shadow-" in cluster.home.name)
    assert len(databases(left, "ormony_w_%")) == 1
    with shadows.open_shadow(project) as shadow:
        shadow.clone(())
        [found] = servers(project)
        assert found.pid == left.pid
        assert len(databases(found, "ormony_w_%")) == 1
    assert servers(project) == []


def test_a_server_that_was_killed_starts_again(project: Path) -> None:
    files = stream("create table a ();")
    with contextlib.suppress(OrmonyError), shadows.open_shadow(project) as shadow:
        shadow.replay(files, keep=True)
        os.kill(servers(project)[0].pid, signal.SIGKILL)
        time.sleep(0.2)
    with shadows.open_shadow(project) as shadow:
        assert answer(shadow.clone(files), "select to_regclass('a')::text") == "a"


def test_a_shadow_of_another_version_is_swept_away(project: Path) -> None:
    with shadows.open_shadow(project) as shadow:
        shadow.clone(())
    [home] = clusters(project)
    old = home.rename(home.parent / "shadow-00000000")
    with shadows.open_shadow(project) as shadow:
        shadow.clone(())
        assert not old.exists()


def test_many_processes_share_the_server_and_its_templates(project: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from ormony.database.shadow import open_shadow;"
        "from ormony.stream import parse\n"
        "files = [parse(f'supabase/migrations/{n}_x.sql', f'create table t{n} ()') for n in range(20)]\n"
        "with open_shadow(Path(sys.argv[1])) as shadow:\n"
        "    for number in range(3): print(shadow.replay(files, keep=True).reused)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(project)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.split()[1:] == ["20", "20"]
    assert servers(project) == []
    with shadows.open_shadow(project) as shadow:
        shadow.clone(())
        assert len(databases(servers(project)[0], "ormony_t_%")) == 1


# ---------------------------------------------------------------------------------------------- other servers


@pytest.fixture
def on_15(
    project: Path, postgres15: server.Cluster
) -> Callable[[], contextlib.AbstractContextManager[shadows.Shadow]]:
    url = postgres15.url("postgres", server.SUPERUSER)
    return lambda: shadows.open_shadow(project, url=url)


def test_a_configured_server_holds_shadows(
    on_15: Callable[[], contextlib.AbstractContextManager[shadows.Shadow]],
    postgres15: server.Cluster,
    project: Path,
) -> None:
    files = stream(
        "create table a (who text default current_user);\ninsert into a default values; reset role;",
        "reset session authorization; set role none; reset role; create table b ();",
    )
    with on_15() as shadow:
        assert shadow.major == 15
        replayed = shadow.replay(files, keep=True)
        assert replayed.major == 15
        assert answer(replayed.url, "select who from a") == "postgres"
        assert answer(replayed.url, "select current_user::text") == "postgres"
        assert answer(replayed.url, "select rolsuper from pg_roles where rolname = session_user") is False
        assert answer(
            replayed.url,
            "select string_agg(distinct tableowner, ',') from pg_tables where schemaname = 'public'",
        ) == ("postgres")
        assert "***" in connect.redact(replayed.url)
        with pytest.raises(connect.SqlError) as caught:
            shadow.replay(stream("copy (select 1) to program 'id'"))
        assert caught.value.sqlstate == "42501"
        assert shadow.replay(files).reused == 2
    with on_15() as shadow:
        assert shadow.replay(files).reused == 2
    assert databases(postgres15, "ormony_w_%") == []
    assert answer(postgres15.url("postgres", server.SUPERUSER),
                  "select count(*) from pg_roles where rolname like 'ormony%'") == 0  # fmt: skip
    assert not (project / ".ormony").exists()


def test_missing_extensions_are_replaced_on_a_configured_server(
    on_15: Callable[[], contextlib.AbstractContextManager[shadows.Shadow]],
) -> None:
    files = stream(
        'create extension if not exists "uuid-ossp";\n'
        "create extension if not exists pg_net with schema extensions;\n"
        "comment on extension pg_net is 'x';\n"
        "create table a (id uuid default uuid_generate_v4());\n"
        "select nix"
    )
    good = stream(
        files[0].text.replace("select nix", "select net.http_get('http://example.org') is null where false")
    )
    with on_15() as shadow:
        with pytest.raises(connect.SqlError) as caught:
            shadow.replay(files)
        assert caught.value.place == "supabase/migrations/00000_x.sql:5:8"
        replayed = shadow.replay([*good, *stream("", "drop extension if exists pg_net;")[1:]], keep=True)
        assert replayed.standins == ("pg_net",)
        assert answer(replayed.url, "select to_regproc('net.http_get') is not null") is True
        assert shadow.replay(good).standins == ("pg_net",)


def test_a_configured_server_is_never_changed_as_a_whole(
    on_15: Callable[[], contextlib.AbstractContextManager[shadows.Shadow]], postgres15: server.Cluster
) -> None:
    with on_15() as shadow:
        with pytest.raises(OrmonyError) as caught:
            shadow.replay(stream("select 1", "create role app_reader"))
        assert caught.value.code == "shadow-cluster-wide"
        assert caught.value.place == "supabase/migrations/00001_x.sql"
        assert caught.value.exit_status == 3
    assert answer(postgres15.url(), "select count(*) from pg_roles where rolname = 'app_reader'") == 0


def test_a_server_whose_postgres_is_a_superuser_is_refused(project: Path, postgres15: server.Cluster) -> None:
    with postgres15.admin() as admin:
        admin.execute("alter role postgres superuser")
    try:
        with (
            shadows.open_shadow(project, url=postgres15.url()) as shadow,
            pytest.raises(OrmonyError) as caught,
        ):
            shadow.clone(())
        assert caught.value.code == "shadow-superuser"
        assert caught.value.exit_status == 3
    finally:
        with postgres15.admin() as admin:
            admin.execute("alter role postgres nosuperuser")


def test_a_role_that_may_not_make_databases_is_refused(project: Path, postgres15: server.Cluster) -> None:
    with postgres15.admin() as admin:
        admin.execute("create role plain login")
    url = postgres15.url("postgres", "plain")
    try:
        with shadows.open_shadow(project, url=url) as shadow, pytest.raises(OrmonyError) as caught:
            shadow.clone(())
        assert caught.value.code == "shadow-refused"
        assert "permission denied" in caught.value.message
    finally:
        with postgres15.admin() as admin:
            admin.execute("drop role plain")


def test_binaries_of_another_version(project: Path, postgres15: server.Cluster) -> None:
    binaries = server.binaries_in(Path("/usr/lib/postgresql/15/bin"))
    with shadows.open_shadow(project, binaries=binaries) as shadow:
        assert shadow.major == 15
        replayed = shadow.replay(stream("create extension http with schema extensions;\ncreate table a ();"))
        assert replayed.standins == ("http",)
        assert str(answer(replayed.url, "show server_version")).startswith("15")
