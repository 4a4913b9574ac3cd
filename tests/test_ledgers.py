"""Every ledger is read as its tool reads it, made as its tool makes it, and stamped so that it finds nothing
to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import psycopg
import pytest

from ormony.database import ledgers, server
from ormony.database.deploy import Options, deploy
from ormony.errors import OrmonyError
from ormony.history import History, Ledger, Revision, Service
from small_project import (
    DRIZZLE_1,
    alembic,
    drizzle,
    drizzle1,
    execute,
    history,
    merged,
    rows,
    service,
    sqlx,
    target,
)

WEB, API, WORKER = service("web", "drizzle"), service("api", "alembic"), service("worker", "sqlx")

# As the tools' own sources have them: drizzle-orm 0.45 and 1.0, Alembic 1.20, SQLx 0.8, Supabase CLI 3.1.
SHAPES = {
    "drizzle-0": "create table {} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)",
    "drizzle-1": "create table {} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint, name"
    " text, applied_at"
    " timestamp with time zone DEFAULT now())",
    "alembic": "create table {} (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY"
    " (version_num))",
    "sqlx": "create table {} (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on"
    " TIMESTAMPTZ NOT NULL"
    " DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)",
    "supabase": "create table {} (version text NOT NULL PRIMARY KEY, statements text[], name text)",
}
COLUMNS = """select attname, format_type(atttypid, atttypmod), attnotnull,
                    replace(pg_get_expr(adbin, adrelid), 'other.', '{0}.')
               from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
              where attrelid = '{1}'::regclass and attnum > 0 order by attnum"""
KEYS = """select conname, pg_get_constraintdef(oid) from pg_constraint
           where conrelid = '{}'::regclass and contype = 'p'"""


@pytest.fixture
def conn(fresh_database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection with an open transaction."""
    with psycopg.connect(fresh_database, autocommit=True) as opened:
        opened.execute("begin")
        yield opened


def stamped(
    conn: psycopg.Connection[tuple[object, ...]], of: Service, one: History, *ids: str
) -> ledgers.Found:
    """Make the ledger and stamp these revisions."""
    found = ledgers.look(conn, [of], {of.name: one})[1]
    already = ledgers.recorded(one, found, ledgers.read(conn, found))
    there, _ = ledgers.ensure(conn, found, one)
    new = [each for each in one.revisions if each.id in ids]
    ledgers.stamp(conn, there, one, new, already | frozenset(ids))
    return ledgers.look(conn, [of], {of.name: one})[1]


def known(conn: psycopg.Connection[tuple[object, ...]], of: Service, one: History) -> frozenset[str]:
    """What the ledger says is applied."""
    found = ledgers.look(conn, [of], {of.name: one})[1]
    return ledgers.recorded(one, found, ledgers.read(conn, found))


def deployed(url: str, of: Service, one: History, revisions: tuple[Revision, ...] | None = None) -> None:
    """Deploy the service's revisions."""
    stream = [merged(f"{of.lane[0] + n:05}", of, each) for n, each in enumerate(revisions or one.revisions)]
    deploy([target(url, stream, [(of, one)])], Options(wait_s=5))


ONE: dict[str, tuple[Service, History]] = {
    "drizzle-0": (WEB, history(WEB, drizzle(0, "select 1;"))),
    "drizzle-1": (WEB, history(WEB, drizzle1(0, "select 1;"), ledger=DRIZZLE_1)),
    "alembic": (API, history(API, alembic("a1", "select 1;"))),
    "sqlx": (WORKER, history(WORKER, sqlx(1, "select 1;"))),
}


@pytest.mark.parametrize("kind", list(SHAPES))
def test_a_missing_ledger_is_made_in_its_tools_shape(fresh_database: str, kind: str) -> None:
    of, one = ONE.get(kind, ONE["sqlx"])
    deployed(fresh_database, of, one)
    label = {
        "alembic": "public.alembic_version",
        "sqlx": "public._sqlx_migrations",
        "supabase": "supabase_migrations.schema_migrations",
    }.get(kind, "drizzle.__drizzle_migrations")
    schema, table = label.split(".")
    execute(fresh_database, "create schema other", SHAPES[kind].format(f"other.{table}"))
    ours, theirs = (rows(fresh_database, COLUMNS.format(schema, each)) for each in (label, f"other.{table}"))
    assert ours == theirs
    assert rows(fresh_database, KEYS.format(label)) == rows(fresh_database, KEYS.format(f"other.{table}"))


@pytest.mark.parametrize("kind", list(ONE))
def test_what_was_stamped_is_read_back(conn: psycopg.Connection[tuple[object, ...]], kind: str) -> None:
    of, one = ONE[kind]
    assert known(conn, of, one) == frozenset()
    stamped(conn, of, one, one.revisions[0].id)
    assert known(conn, of, one) == {one.revisions[0].id}


@pytest.mark.parametrize("kind", list(ONE))
def test_anon_and_authenticated_have_no_rights(fresh_database: str, kind: str) -> None:
    """Supabase's default privileges give them everything on a new table in public."""
    of, one = ONE[kind]
    deployed(fresh_database, of, one)
    assert (
        rows(
            fresh_database,
            "select relname from pg_class where relname ~ '_migrations|alembic_version' and relkind in ('r',"
            " 'S') and"
            " (has_table_privilege('anon', oid, 'select, insert, update, delete')"
            " or has_table_privilege('authenticated', oid, 'select, insert, update, delete'))"
            " and relnamespace in ('public'::regnamespace, to_regnamespace('drizzle'))",
        )
        == []
    )


# ------------------------------------------------------------------------------ what rows mean


@pytest.mark.parametrize(
    ("kind", "row", "message", "fix"),
    [
        (
            "drizzle-0",
            "(hash, created_at) values ('beef', 1767225600000)",
            "row 1 (2026-01-01 00:00:00 UTC) is applied",
            "id = 1",
        ),
        (
            "drizzle-1",
            "(hash, created_at, name) values ('beef', 9, 'gone')",
            "row 1 (gone) is applied",
            "id = 1",
        ),
        ("alembic", "values ('gone')", 'revision "gone" is applied', "version_num = 'gone'"),
        ("sqlx", "values (9, 'gone', now(), true, '', 0)", "migration 9 (gone) is applied", "version = 9"),
    ],
)
def test_a_row_that_no_revision_explains(
    fresh_database: str, kind: str, row: str, message: str, fix: str
) -> None:
    of, one = ONE[kind]
    found = f"{one.ledger.schema or 'public'}.{one.ledger.table}" if one.ledger else ""
    execute(
        fresh_database,
        "create schema drizzle",
        SHAPES[kind].format(found),
        f"insert into {found} {row}",
    )
    with pytest.raises(OrmonyError) as caught:
        deployed(fresh_database, of, one)
    schema, table = found.split(".")
    assert str(caught.value) == (
        f'error[unknown-ledger-row]: {found} says that {message}, and service "{of.name}" has no such'
        " migration\n"
        f'hint: git pull   # or, if it is gone for good: DELETE FROM "{schema}"."{table}" WHERE {fix};'
    )


def test_sqlx_refuses_what_its_tool_refuses(fresh_database: str) -> None:
    revision = sqlx(1, "select 1;")
    one = history(WORKER, revision)
    execute(
        fresh_database,
        SHAPES["sqlx"].format("_sqlx_migrations"),
        "insert into _sqlx_migrations values (1, 'm', now(), false, '\\x00', -1)",
    )
    with pytest.raises(OrmonyError) as caught:
        deployed(fresh_database, WORKER, one)
    assert str(caught.value) == (
        "services/worker/migrations/0001_m.sql: error[partially-applied]: migration 1 (m) of service"
        ' "worker" failed'
        " half-way: its row in public._sqlx_migrations says success = false\n"
        'hint: undo what it left behind, then: DELETE FROM "public"."_sqlx_migrations" WHERE version = 1;'
    )
    execute(fresh_database, "update _sqlx_migrations set success = true")
    with pytest.raises(OrmonyError) as caught:
        deployed(fresh_database, WORKER, one)
    assert (caught.value.code, caught.value.place) == ("edited-after-deploy", revision.path)
    execute(
        fresh_database,
        f"update _sqlx_migrations set checksum = '\\x{hashlib.sha384(b'select 1;').hexdigest()}'",
    )
    with pytest.raises(OrmonyError, match="is applied: the service's own tool has run it"):
        deployed(fresh_database, WORKER, one)


def test_drizzle_0_knows_a_row_by_time_else_by_hash(conn: psycopg.Connection[tuple[object, ...]]) -> None:
    one = history(WEB, drizzle(0, "a"), drizzle(1, "b"))
    stamped(conn, WEB, one, "0000_m")
    conn.execute("update drizzle.__drizzle_migrations set hash = 'edited later'")
    assert known(conn, WEB, one) == {"0000_m"}
    conn.execute(
        "update drizzle.__drizzle_migrations set hash = %s, created_at = 77", (one.revisions[1].native,)
    )
    assert known(conn, WEB, one) == {"0001_m"}


def test_drizzle_0_tells_what_its_tool_will_skip(fresh_database: str) -> None:
    one = history(WEB, drizzle(0, "select 1;"), drizzle(1, "select 2;"))
    stream = [merged("00100", WEB, one.revisions[1])]
    done = deploy([target(fresh_database, stream, [(WEB, one)])])[0]
    assert [(each.code, each.place) for each in done.notices] == [("hidden-revision", one.revisions[0].path)]
    assert done.notices[0].message == (
        'service "web": drizzle-kit migrate will skip "0000_m", which is not newer than what is deployed'
    )


def test_drizzle_1_in_a_table_of_0_is_stamped_for_the_tool_to_upgrade(
    conn: psycopg.Connection[tuple[object, ...]],
) -> None:
    old = history(WEB, drizzle(0, "select 0;"))
    stamped(conn, WEB, old, "0000_m")
    conn.execute("update drizzle.__drizzle_migrations set created_at = 1767225600123")
    first = drizzle1(0, "select 0;")
    second = drizzle1(1, "select 1;")
    one = history(WEB, first, second, ledger=DRIZZLE_1)
    assert known(conn, WEB, one) == {first.id}
    stamped(conn, WEB, one, second.id)
    columns = conn.execute("select * from drizzle.__drizzle_migrations order by id").fetchall()
    assert columns == [(1, first.native, 1767225600123), (2, second.native, 1767225601000)]
    assert known(conn, WEB, one) == {first.id, second.id}


def test_a_row_without_a_name_that_drizzle_1_would_run_again_gets_it(fresh_database: str) -> None:
    revision = drizzle1(0, "create table t (id int);")
    one = history(WEB, revision, ledger=DRIZZLE_1)
    deployed(fresh_database, WEB, one)
    execute(fresh_database, "update drizzle.__drizzle_migrations set name = null")
    deployed(fresh_database, WEB, one)
    assert rows(fresh_database, "select name, count(*) from drizzle.__drizzle_migrations group by 1") == [
        (revision.id, 1)
    ]


# ------------------------------------------------------------------------------ Alembic


@pytest.mark.parametrize(
    ("applied", "heads"),
    [
        (("a",), ["a"]),
        (("a", "b"), ["b"]),
        (("a", "b", "c"), ["b", "c"]),
        (("a", "b", "c", "m"), ["m"]),
        (("a", "b", "x"), ["x"]),
    ],
)
def test_alembics_ledger_holds_the_effective_heads(
    conn: psycopg.Connection[tuple[object, ...]], applied: tuple[str, ...], heads: list[str]
) -> None:
    one = history(
        API,
        alembic("a", ""),
        alembic("b", "", "a"),
        alembic("c", "", "a"),
        alembic("m", "", "b", "c"),
        alembic("x", "", depends_on=("b",)),
    )
    for n, _ in enumerate(applied):
        stamped(conn, API, one, applied[n])
    assert [
        row for (row,) in conn.execute("select version_num from alembic_version order by 1").fetchall()
    ] == heads
    assert known(conn, API, one) == set(applied)


def test_a_long_revision_id_makes_the_column_wider(fresh_database: str) -> None:
    name = "2026_11_22_" + "a_name_that_is_longer_than_usual"
    deployed(fresh_database, API, history(API, alembic(name, "select 1;")))
    assert rows(fresh_database, "select version_num from alembic_version") == [(name,)]


def test_a_long_revision_id_does_not_fit_in_a_ledger_that_is_there(fresh_database: str) -> None:
    execute(fresh_database, SHAPES["alembic"].format("alembic_version"))
    with pytest.raises(OrmonyError) as caught:
        deployed(fresh_database, API, history(API, alembic("r" * 40, "select 1;")))
    assert str(caught.value) == (
        f'error[ledger-too-narrow]: revision id "{"r" * 40}" does not fit in'
        " public.alembic_version.version_num, which"
        ' holds 32 characters\nhint: ALTER TABLE "public"."alembic_version" ALTER COLUMN version_num TYPE'
        " varchar(64);"
    )


def test_a_gap_cannot_be_said_in_alembics_ledger(fresh_database: str) -> None:
    one = history(API, alembic("a", "select 1;"), alembic("b", "select 2;", "a"))
    with pytest.raises(OrmonyError) as caught:
        deployed(fresh_database, API, one, one.revisions[1:])
    assert (caught.value.code, caught.value.place) == ("revision-gap", one.revisions[0].path)


# ------------------------------------------------------------------------------ whose ledger, and where


@pytest.mark.parametrize(
    ("orm", "label", "hint"),
    [
        (
            "drizzle",
            "drizzle.__drizzle_migrations",
            'in the drizzle.config of "two": migrations: { table: "__drizzle_migrations_two" }',
        ),
        (
            "alembic",
            "public.alembic_version",
            'in the env.py of "two": context.configure(…, version_table="alembic_version_two")',
        ),
        (
            "sqlx",
            "public._sqlx_migrations",
            'connect "two" with ?options=-csearch_path%3Dtwo,public in its URL, and in ormony.toml:'
            " [services.two]"
            ' search_path = ["two", "public"]',
        ),
    ],
)
def test_two_services_must_not_share_a_ledger(fresh_database: str, orm: str, label: str, hint: str) -> None:
    one, two = service("one", orm), service("two", orm)  # type: ignore[arg-type]
    revision = {
        "drizzle": drizzle(0, "select 1;"),
        "alembic": alembic("a", "select 1;"),
        "sqlx": sqlx(1, "select 1;"),
    }[orm]
    deploy([target(fresh_database, [], [(one, history(one, revision)), (two, history(two))])])
    with pytest.raises(OrmonyError) as caught:
        deploy([target(fresh_database, [], [(each, history(each, revision)) for each in (one, two)])])
    assert str(caught.value) == (
        f'error[shared-ledger]: services "one" and "two" record in one ledger, {label}: each would take'
        " the other's"
        f" migrations for its own\nhint: {hint}"
    )


def test_a_ledger_lies_where_the_search_path_leads(fresh_database: str) -> None:
    execute(fresh_database, "create schema two")
    one, two = service("one", "sqlx"), service("two", "sqlx", search_path=("two", "public"))
    histories = [(one, history(one, sqlx(1, "select 1;"))), (two, history(two, sqlx(1, "select 2;")))]
    stream = [
        merged("00500", one, histories[0][1].revisions[0]),
        merged("00600", two, histories[1][1].revisions[0]),
    ]
    done = deploy([target(fresh_database, stream, histories)])[0]
    assert done.stamped["public._sqlx_migrations"] == done.stamped["two._sqlx_migrations"] == 1


@pytest.fixture
def tool_role(fresh_database: str, cluster: server.Cluster) -> Iterator[str]:
    """A role that a tool connects with, of which the deployer is a member."""
    name = "ledger_tool"
    with cluster.admin() as admin:
        admin.execute(f"create role {name}".encode())
        admin.execute(f"grant {name} to postgres".encode())
    yield name
    with cluster.admin(str(rows(fresh_database, "select current_database()")[0][0])) as admin:
        admin.execute(f"drop owned by {name} cascade".encode())
        admin.execute(f"drop role {name}".encode())


@pytest.mark.parametrize("may_create", [True, False])
def test_a_ledger_is_usable_by_the_role_of_its_tool(
    fresh_database: str, tool_role: str, may_create: bool
) -> None:
    if may_create:
        execute(fresh_database, f"grant create on schema public to {tool_role}")
    else:
        execute(fresh_database, f"revoke create on schema public from public, {tool_role}")
    worker = service("worker", "sqlx", role=tool_role, ledger=None)
    one = history(worker, sqlx(1, "select 1;"), sqlx(2, "select 2;"))
    stream = [merged(f"0030{n}", worker, each) for n, each in enumerate(one.revisions)]
    first = deploy([target(fresh_database, stream[:1], [(worker, one)])])[0]
    owner = rows(fresh_database, "select tableowner from pg_tables where tablename = '_sqlx_migrations'")
    assert owner == [(tool_role if may_create else "postgres",)]
    assert [each.code for each in first.notices] == ([] if may_create else ["tool-needs-rights"])
    if not may_create:
        assert first.notices[0].hint == f'GRANT CREATE ON SCHEMA "public" TO "{tool_role}";'
    execute(fresh_database, f"set role {tool_role}", "select * from _sqlx_migrations")
    deploy([target(fresh_database, stream, [(worker, one)])])  # we may still write in it
    assert rows(fresh_database, "select count(*) from _sqlx_migrations") == [(2,)]


def test_a_schema_made_for_a_ledger_is_its_roles_to_use(fresh_database: str, tool_role: str) -> None:
    web = service("web", "drizzle", role=tool_role)
    one = history(web, drizzle(0, "select 1;"))
    done = deploy([target(fresh_database, [merged("00100", WEB, one.revisions[0])], [(web, one)])])[0]
    database = rows(fresh_database, "select current_database()")[0][0]
    assert [each.hint for each in done.notices] == [
        f'GRANT CREATE ON DATABASE "{database}" TO "{tool_role}";'
    ]
    execute(
        fresh_database,
        f"set role {tool_role}",
        "create table if not exists drizzle.__drizzle_migrations (id serial)",
        "insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 1)",
    )


def test_row_level_security_must_not_hide_half_a_ledger(fresh_database: str) -> None:
    superuser = fresh_database.replace("//postgres@", "//supabase_admin@")
    execute(
        superuser,
        SHAPES["alembic"].format("alembic_version"),
        "insert into alembic_version values ('a1')",
        "alter table alembic_version enable row level security",
        "grant all on alembic_version to authenticated",
        "grant authenticated to postgres",
    )
    one = history(API, alembic("a1", "select 1;"))
    with psycopg.connect(superuser, autocommit=True) as conn:
        conn.execute("set role authenticated")
        conn.execute("begin")
        found = ledgers.look(conn, [API], {"api": one})[1]
        with pytest.raises(OrmonyError) as caught:
            ledgers.read(conn, found)
    assert caught.value.code == "no-ledger-permission"


def test_a_ledger_that_the_api_exposes_is_told(fresh_database: str) -> None:
    execute(fresh_database, SHAPES["alembic"].format("alembic_version"))  # with Supabase's default privileges
    one = history(API, alembic("a1", "select 1;"))
    done = deploy([target(fresh_database, [merged("00200", API, one.revisions[0])], [(API, one)])])[0]
    assert [(each.code, each.hint) for each in done.notices] == [
        ("exposed-ledger", 'REVOKE ALL ON "public"."alembic_version" FROM anon, authenticated;')
    ]


def test_supabases_ledger_may_have_columns_of_the_platform(fresh_database: str) -> None:
    execute(
        fresh_database,
        "create schema supabase_migrations",
        "create table supabase_migrations.schema_migrations (version text primary key, created_by text,"
        " idempotency_key"
        " text unique)",
    )
    deployed(fresh_database, *ONE["sqlx"])
    assert rows(
        fresh_database,
        "select version, name, statements, created_by from supabase_migrations.schema_migrations",
    ) == [("00300", "m", ["select 1"], None)]


def test_the_services_of_the_supabase_cli_have_no_ledger_of_their_own(fresh_database: str) -> None:
    sup = service("sup", "supabase")
    one = History(
        service="sup",
        ledger=Ledger(kind="supabase", schema="supabase_migrations", table="schema_migrations"),
        revisions=(),
    )
    assert deploy([target(fresh_database, [], [(sup, one)])])[0].applied == ()
