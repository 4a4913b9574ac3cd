"""The statements that sources hold: SQLx's cache, literals in Rust, Python, TypeScript, and SQL files."""

# ruff: noqa: E501
# The tables of snippets read better with one case a line.

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import saas
from ormony import project as projects
from ormony.adapters import sqlx_queries
from ormony.adapters.sqlx_queries import Found, Query
from ormony.database import prepared
from ormony.database.connect import Connection, connect
from ormony.database.prepared import Prepared
from ormony.history import Service

SERVICE = Service(name="worker", orm="sqlx", path="worker", database="main", lane=(300, 399))


def write(root: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def cache(
    query: str,
    columns: tuple[tuple[str, Any, bool | None], ...] = (),
    parameters: tuple[Any, ...] = (),
    db: str = "PostgreSQL",
) -> tuple[str, str]:
    """The name and the text of a file of SQLx's cache."""
    digest = hashlib.sha256(query.encode()).hexdigest()
    record = {
        "db_name": db,
        "query": query,
        "describe": {
            "columns": [
                {"ordinal": number, "name": name, "type_info": info}
                for number, (name, info, _) in enumerate(columns)
            ],
            "parameters": {"Left": list(parameters)},
            "nullable": [null for _, _, null in columns],
        },
        "hash": digest,
    }
    return f".sqlx/query-{digest}.json", json.dumps(record, indent=2) + "\n"


def found(root: Path, texts: dict[str, str], **more: Any) -> Found:
    return sqlx_queries.find(write(root, texts), SERVICE, **more)


def seen(of: Found) -> list[tuple[str, str]]:
    """Place and text, the white space of the text made one."""
    return [(each.place, " ".join(each.sql.split())) for each in of.queries]


# Rust and SQLx's cache --------------------------------------------------------------------------------------


RUST = """use sqlx::PgPool;

async fn all(db: &PgPool) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM jobs").fetch_all(db).await?;
    let job = sqlx::query_as!(
        Map<String, Job>, // how it is kept
        r#"
        SELECT id, "name" AS "name!: Name"
        FROM jobs
        WHERE id = $1
        "#,
        id
    );
    assert_eq!(block_on(sqlx::query_scalar!("SELECT count(*) FROM jobs WHERE \\"name\\" = 'a\\u{e9}b'")), 1);
    query_unchecked!("DELETE " + "FROM jobs");
    sqlx::query_as::<_, Job>("SELECT * FROM jobs WHERE \\
        done").fetch_all(db);
    tokio::join!(sqlx::query_scalar::<_, Vec<(i64, i64)>>("SELECT 1 FROM jobs").fetch_one(db));
    sqlx::query(&format!("SELECT {x} FROM jobs")).execute(db);
    sqlx::query_file!("queries/late.sql", 3);
    sqlx::query_file_as!(Job, "queries/missing.sql");
    sqlx::raw_sql("CREATE TABLE x (); DROP TABLE x").execute(db);
    let mut q = QueryBuilder::new("SELECT");
    other::query("SELECT 2");
    thing.query("SELECT 3");
    // sqlx::query!("SELECT 4");
}
"""


def test_literals_of_rust_are_found_with_their_lines(tmp_path: Path) -> None:
    of = found(
        tmp_path,
        {
            "worker/Cargo.toml": "[package]\n",
            "worker/src/db/main.rs": RUST,
            "worker/queries/late.sql": "-- late\nSELECT 5\n",
            "worker/target/debug/build/x.rs": RUST,
            "worker/migrations/0001_a.sql": "INSERT INTO jobs VALUES (1);",
        },
    )
    assert seen(of) == [
        ("worker/queries/late.sql:1", "-- late SELECT 5"),
        ("worker/src/db/main.rs:4", "SELECT id FROM jobs"),
        ("worker/src/db/main.rs:7", 'SELECT id, "name" AS "name!: Name" FROM jobs WHERE id = $1'),
        ("worker/src/db/main.rs:14", "SELECT count(*) FROM jobs WHERE \"name\" = 'aéb'"),
        ("worker/src/db/main.rs:15", "DELETE FROM jobs"),
        ("worker/src/db/main.rs:16", "SELECT * FROM jobs WHERE done"),
        ("worker/src/db/main.rs:18", "SELECT 1 FROM jobs"),
    ]
    aligned = {each.place.rpartition(":")[2]: each.aligned for each in of.queries if "main.rs" in each.place}
    assert aligned == {"4": True, "7": True, "14": False, "15": False, "16": False, "18": True}
    assert of.where == {
        sqlx_queries.NO_FILE: ("worker/src/db/main.rs:21",),
        sqlx_queries.AT_RUN_TIME: ("worker/src/db/main.rs:19", "worker/src/db/main.rs:23"),
        sqlx_queries.FRAGMENT: ("worker/src/db/main.rs:22",),
    }
    assert of.skipped == {reason: len(places) for reason, places in of.where.items()}


def test_a_cached_query_stands_where_its_literal_does(tmp_path: Path) -> None:
    text = "\n        SELECT id FROM jobs\n    "
    name, record = cache(
        text, (("id", "Int8", False),), ("Text", {"Custom": {"name": "state", "kind": "Simple"}})
    )
    lost, lost_record = cache("SELECT 1")
    mysql, mysql_record = cache("SELECT 2", db="MySQL")
    of = found(
        tmp_path,
        {
            "worker/Cargo.toml": "[package]\n",
            f"worker/{name}": record,
            f"worker/{lost}": lost_record,
            f"worker/{mysql}": mysql_record,
            "worker/.sqlx/query-broken.json": "{",
            "worker/sqlx-data.json": "{}",
            "worker/src/main.rs": f'use sqlx;\nfn a() {{\n    sqlx::query!(\n        r#"{text}"#\n    );\n}}\n',
            "worker/src/more.rs": f'use sqlx;\nfn b() {{ query!(r"{text}"); query!("SELECT 3"); }}\n',
        },
    )
    by_text = {each.sql: each for each in of.queries}
    cached = by_text[text]
    assert (cached.place, cached.also, cached.aligned) == (
        "worker/src/main.rs:4",
        ("worker/src/more.rs:2",),
        True,
    )
    assert cached.name == hashlib.sha256(text.encode()).hexdigest()[:12]
    assert cached.cached is not None
    assert cached.cached.path == f"worker/{name}"
    assert [(each.name, each.type, each.nullable) for each in cached.cached.columns] == [
        ("id", "int8", False)
    ]
    assert [(each.type, each.custom) for each in cached.cached.parameters or ()] == [
        ("text", False),
        ("state", True),
    ]
    assert (cached.macro, by_text["SELECT 1"].macro, by_text["SELECT 3"].macro) == (True, False, True)
    assert (by_text["SELECT 1"].place, by_text["SELECT 1"].kind) == (f"worker/{lost}", "sqlx-cache")
    assert (by_text["SELECT 3"].kind, by_text["SELECT 3"].cached) == ("rust", None)
    assert "SELECT 2" not in by_text
    assert of.where == {
        sqlx_queries.OTHER_DATABASE: (f"worker/{mysql}",),
        sqlx_queries.OLD_CACHE: ("worker/sqlx-data.json",),
        sqlx_queries.UNREADABLE: ("worker/.sqlx/query-broken.json",),
    }


def test_the_cache_of_a_workspace_is_found_above_the_crate(tmp_path: Path) -> None:
    name, record = cache("SELECT id FROM jobs")
    of = found(
        tmp_path,
        {
            "Cargo.toml": "[workspace]\n",
            name: record,
            "web/src/lib.rs": 'fn a() { sqlx::query!("SELECT id FROM jobs"); sqlx::query!("SELECT 1"); sqlx::query(x); }',
            "worker/Cargo.toml": "[package]\n",
            "worker/src/lib.rs": "fn a() {}",
        },
    )
    assert seen(of) == [
        ("web/src/lib.rs:1", "SELECT id FROM jobs")
    ]  # another crate's own are not the service's
    assert of.skipped == {}


def test_a_file_for_another_database_is_not_judged(tmp_path: Path) -> None:
    of = found(
        tmp_path,
        {
            "worker/src/lite.rs": 'use sqlx::SqlitePool;\nfn a() { sqlx::query("SELECT 1 FROM sqlite_master"); }',
            "worker/src/both.rs": 'use sqlx::{PgPool, SqlitePool};\nfn a() { sqlx::query("SELECT 1"); }',
            "worker/src/none.rs": 'fn query(x: &str) {}\nfn a() { query("SELECT 1"); }',
        },
    )
    assert seen(of) == [("worker/src/both.rs:2", "SELECT 1")]
    assert of.skipped == {sqlx_queries.OTHER_DRIVER: 1}


def test_constants_of_the_same_file_are_followed(tmp_path: Path) -> None:
    source = """use sqlx;
const ALL: &str = r"
    SELECT id FROM jobs";
const TWICE: &str = "SELECT 1";
fn a() { sqlx::query(ALL); const TWICE: &str = "SELECT 2"; sqlx::query(TWICE); sqlx::query(NOWHERE); }
"""
    of = found(tmp_path, {"worker/src/main.rs": source})
    assert seen(of) == [("worker/src/main.rs:2", "SELECT id FROM jobs")]
    assert of.queries[0].aligned
    assert of.where == {sqlx_queries.AT_RUN_TIME: ("worker/src/main.rs:5", "worker/src/main.rs:5")}


# Python -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('from sqlalchemy import text\ntext("SELECT id FROM jobs WHERE a = :a AND b = :a AND c::text = \'x\'")',
         "SELECT id FROM jobs WHERE a = $1 AND b = $2 AND c::text = 'x'"),
        ('import sqlalchemy as sa\nx = sa.text(r"SELECT a[1\\:2] FROM jobs")', "SELECT a[1:2] FROM jobs"),
        ('import psycopg\ncur.execute("SELECT 1 FROM jobs WHERE a = %s AND b = %(b)s AND c LIKE \'%%\'", x)',
         "SELECT 1 FROM jobs WHERE a = $1 AND b = $2 AND c LIKE '%'"),
        ('import psycopg\ncur.execute("SELECT a % 2, \'%s\' FROM jobs")', "SELECT a % 2, '%s' FROM jobs"),
        ('import asyncpg\nasync def f(c): await c.fetchrow("SELECT 1 FROM jobs WHERE id = $1", 3)',
         "SELECT 1 FROM jobs WHERE id = $1"),
        ('from sqlmodel import text\ntext("SELECT "\n     "1")', "SELECT 1"),
        ('import psycopg\nc.executemany("insert into jobs (id) values (%s)", rows)', "insert into jobs (id) values ($1)"),
        ('import psycopg\nQ: str = "SELECT 1 FROM jobs WHERE id = %s"\ndef f(c): c.execute(Q, [1])', "SELECT 1 FROM jobs WHERE id = $1"),
        ('import psycopg\nQ = "SELECT 1"\ndef f(c, Q): c.execute(Q)', None),
        ('import psycopg\nQ = "SELECT 1"\nif x: Q = "SELECT 2"\nc.execute(Q)', None),
        ('from sqlalchemy import text\nfrom alembic import op\nop.execute(text("UPDATE jobs SET a = 1"))', None),
        ('from sqlalchemy import text\ntext("now()")', None),
        ('from sqlalchemy import text\ntext("now()")\nwords = "\\n with"', sqlx_queries.FRAGMENT),
        ('from sqlalchemy import text\ntext("SELECT 1 WHERE id IN :ids")', sqlx_queries.FRAGMENT),
        ('import psycopg\nc.execute("SET LOCAL x = 1")', None),
        ('import psycopg\nc.execute(""" -- why\n SET LOCAL x = 1""")', sqlx_queries.FRAGMENT),
        ('import psycopg\nc.execute(f"SELECT {a}")', sqlx_queries.AT_RUN_TIME),
        ('import psycopg\nc.execute("SELECT %s" % a)', sqlx_queries.AT_RUN_TIME),
        ('import sqlite3\nc.execute("SELECT 1")', sqlx_queries.OTHER_DRIVER),
        ('from gettext import text\ntext("SELECT 1")', None),
        ('from sqlalchemy import text\n# text("SELECT 1")\n', None),
        ('import psycopg\npool.execute("Select")(\n', sqlx_queries.UNREADABLE),
    ],
)  # fmt: skip
def test_plain_literals_of_python_are_found(tmp_path: Path, source: str, expected: str | None) -> None:
    of = found(tmp_path, {"worker/app/db.py": source, "worker/alembic/versions/a.py": source})
    if expected is None:
        assert (seen(of), of.skipped) == ([], {})
    elif expected in (each for each in vars(sqlx_queries).values() if isinstance(each, str)):
        assert (seen(of), of.skipped) == ([], {expected: 1})
    else:
        assert [each.sql for each in of.queries] == [expected]
        assert of.skipped == {}


def test_lines_of_python_are_the_literals(tmp_path: Path) -> None:
    source = 'from sqlalchemy import text\n\nQUERY = text("""\n    SELECT id\n    FROM jobs\n""")\n'
    (query,) = found(tmp_path, {"worker/a.py": source}).queries
    assert (query.place, query.aligned, query.kind) == ("worker/a.py:3", True, "python")


# TypeScript and SQL files -----------------------------------------------------------------------------------


def test_sql_tags_without_substitutions_are_found(tmp_path: Path) -> None:
    of = found(
        tmp_path,
        {
            "worker/src/a.ts": """import { sql } from "drizzle-orm";
await db.execute(sql`
  SELECT id
  FROM jobs`);
const n = await sql<{ n: number }>`SELECT count(*) AS n FROM jobs`;
await sql`SELECT ${n} FROM jobs`;
const now = sql`now()`;
const part = sql`${n} desc`;
const other = gql`SELECT 1`;
const text = `SELECT 2`;
// sql`SELECT 3`
const escaped = sql`SELECT '\\n'`;
""",
            "worker/src/b.tsx": "const a = <p>{sql`DELETE FROM jobs`}</p>;",
            "worker/node_modules/x/index.ts": "sql`SELECT 4`",
            "worker/drizzle/x.ts": "sql`SELECT 5`",
        },
    )
    assert seen(of) == [
        ("worker/src/a.ts:2", "SELECT id FROM jobs"),
        ("worker/src/a.ts:5", "SELECT count(*) AS n FROM jobs"),
        ("worker/src/b.tsx:1", "DELETE FROM jobs"),
    ]
    assert all(each.aligned for each in of.queries)
    assert of.where == {
        sqlx_queries.AT_RUN_TIME: ("worker/src/a.ts:12", "worker/src/a.ts:6"),
        sqlx_queries.FRAGMENT: ("worker/src/a.ts:7",),
    }


def test_sql_files_that_are_only_queries_are_found(tmp_path: Path) -> None:
    of = found(
        tmp_path,
        {
            "worker/queries/a.sql": "-- name: Jobs\nSELECT id FROM jobs;\n\nWITH x AS (SELECT 1)\nDELETE FROM jobs;\n",
            "worker/queries/schema.sql": "SELECT 1; CREATE TABLE x ();",
            "worker/queries/other.sql": "SELECT id FROM jobs WHERE id = :id",
            "worker/queries/empty.sql": "-- nothing\n",
            "worker/migrations/0001.sql": "SELECT 1;",
            "worker/db/schema/0001.sql": "SELECT 1;",
            "worker/db/schema/meta/_journal.json": "{}",
            "worker/nested/a.sql": "SELECT 6",
        },
        without=["worker/nested"],
    )
    assert seen(of) == [
        ("worker/queries/a.sql:2", "SELECT id FROM jobs"),
        ("worker/queries/a.sql:4", "WITH x AS (SELECT 1) DELETE FROM jobs"),
    ]
    assert of.skipped == {sqlx_queries.FRAGMENT: 3}


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "a.sql").write_bytes(b"SELECT '\xff'")
    (tmp_path / "worker" / "b.sql").write_text("SELECT 1;" * 200_000)
    of = sqlx_queries.find(tmp_path, SERVICE)
    assert of.queries == ()
    assert of.skipped == {sqlx_queries.UNREADABLE: 1, sqlx_queries.TOO_LARGE: 1}
    assert sqlx_queries.counts([of, of]) == {sqlx_queries.UNREADABLE: 2, sqlx_queries.TOO_LARGE: 2}
    assert sqlx_queries.find(tmp_path, msgspec.structs.replace(SERVICE, path="nowhere")).queries == ()


# With a server ----------------------------------------------------------------------------------------------


SCHEMA = """
CREATE TYPE state AS ENUM ('queued', 'done');
CREATE TABLE jobs (id bigint PRIMARY KEY, name varchar(40) NOT NULL, note text, state state NOT NULL, tags text[] NOT NULL);
"""
STATE = {"Custom": {"name": "state", "kind": {"Enum": ["queued", "done"]}}}
ALL = "SELECT id, name, note, state, tags, count(*) FROM jobs WHERE state = $1 GROUP BY id"
COLUMNS: tuple[tuple[str, Any, bool | None], ...] = (
    ("id", "Int8", False), ("name", "Varchar", False), ("note", "Text", True), ("state", STATE, False),
    ("tags", "TextArray", False), ("count", "Int8", None),
)  # fmt: skip


@pytest.fixture
def db(fresh_database: str) -> Iterator[Connection]:
    conn = connect(fresh_database)
    conn.execute(SCHEMA)
    yield conn
    conn.close()


def stale(conn: Connection, query: Query) -> tuple[str, ...]:
    (of,) = prepared.outcomes(conn, [query])
    assert isinstance(of, Prepared), of
    return sqlx_queries.stale(query, of.parameter_types, of.columns)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("SELECT 1", ()),
        ("ALTER TABLE jobs ALTER id TYPE int", ("column \"id\" was int8 and is integer",)),
        ("ALTER TABLE jobs ALTER name TYPE text", ("column \"name\" was varchar and is text",)),
        ("ALTER TABLE jobs ALTER name TYPE varchar(80)", ()),
        ("ALTER TABLE jobs ALTER name DROP NOT NULL", ("column \"name\" was never null and may be null now",)),
        ("ALTER TABLE jobs ALTER note SET NOT NULL", ()),
        ("ALTER TABLE jobs ALTER tags TYPE varchar[]", ("column \"tags\" was _text and is character varying[]",)),
        ("ALTER TYPE state ADD VALUE 'failed'", ("the enum state of parameter $1 has got failed", "the enum state of column \"state\" has got failed")),
        ("ALTER TYPE state RENAME VALUE 'done' TO 'finished'", ("the enum state of parameter $1 lost done and has got finished", "the enum state of column \"state\" lost done and has got finished")),
        ("ALTER TYPE state RENAME TO status", ("parameter $1 was state and is status", "column \"state\" was state and is status")),
        ("ALTER TABLE jobs ALTER state TYPE text", ("parameter $1 was state and is text", "column \"state\" was state and is text")),
    ],
)  # fmt: skip
def test_a_cache_that_the_database_has_outgrown_is_told(
    tmp_path: Path, db: Connection, change: str, told: tuple[str, ...]
) -> None:
    name, record = cache(ALL, COLUMNS, (STATE,))
    (query,) = found(tmp_path, {f"worker/{name}": record}).queries
    db.execute(change.encode())
    assert stale(db, query) == told


def test_columns_that_come_and_go_are_told(tmp_path: Path, db: Connection) -> None:
    name, record = cache("SELECT * FROM jobs", COLUMNS[:4])
    (query,) = found(tmp_path, {f"worker/{name}": record}).queries
    assert stale(db, query) == ("it had 4 columns and has 5",)
    db.execute("ALTER TABLE jobs DROP COLUMN tags")
    assert stale(db, query) == ()
    db.execute("ALTER TABLE jobs RENAME COLUMN note TO remark")
    assert stale(db, query) == ('column "note" is now called "remark"',)


def test_each_query_that_a_migration_breaks_is_named(tmp_path: Path, db: Connection) -> None:
    name, record = cache("SELECT id, note FROM jobs", COLUMNS[:1] + COLUMNS[2:3])
    of = found(
        tmp_path,
        {
            f"worker/{name}": record,
            "worker/src/main.rs": 'fn a() {\n  sqlx::query!("SELECT id, note FROM jobs");\n}\n',
            "worker/app.py": 'import psycopg\nc.execute("""\n  UPDATE jobs\n     SET note = %s""", [1])\nc.execute("SELECT gone FROM jobs")\n',
            "worker/a.ts": "sql`SELECT\n  note FROM jobs`;\nsql`SELECT id FROM jobs`",
        },
    )
    before = prepared.prepare(db, of.queries)
    db.execute("ALTER TABLE jobs DROP COLUMN note")
    told = prepared.broken(before, prepared.prepare(db, of.queries))
    assert sorted((each.place, each.object) for each in told.errors) == [
        ("worker/a.ts:2", "note"),
        ("worker/app.py:4", "jobs.note"),
        ("worker/src/main.rs:2", "note"),
    ]
    assert [(each.place, each.object) for each in told.warnings] == [("worker/app.py:5", "gone")]


def test_the_example_has_queries_in_every_language(tmp_path: Path) -> None:
    root = saas.copy(tmp_path / "saas")
    counted = {}
    for service in projects.load(root).services:
        of = sqlx_queries.find(root, service)
        counted[service.name] = {each.kind for each in of.queries}
    assert "sqlx-cache" in counted["rust"]


def test_a_large_service_is_searched_fast(tmp_path: Path) -> None:
    texts = {f"worker/src/m{each}.rs": RUST.replace("jobs", f"jobs{each}") for each in range(100)}
    write(tmp_path, texts)
    begun = time.monotonic()
    of = sqlx_queries.find(tmp_path, SERVICE)
    assert len(of.queries) == 600
    assert time.monotonic() - begun < 5
