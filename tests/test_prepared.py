"""Statements prepared on real servers: what they refuse, what they say of types, and that nothing runs."""

# ruff: noqa: E501
# The tables of cases read better with one case a line.

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ormony.database import prepared, server
from ormony.database.connect import Connection, connect
from ormony.database.prepared import Prepared, Refusal, Text, Unchecked
from ormony.errors import OrmonyError
from ormony.mirrors import Field, Shape

SCHEMA = """
CREATE TYPE status AS ENUM ('draft', 'paid');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE SCHEMA billing;
CREATE TABLE billing.plans (id int PRIMARY KEY);
CREATE TABLE invoices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  amount numeric(12, 2) NOT NULL,
  note varchar(40),
  state status NOT NULL DEFAULT 'draft',
  tags text[],
  contact email,
  half numeric GENERATED ALWAYS AS (amount / 2) STORED
);
CREATE VIEW totals AS SELECT state, sum(amount) AS total FROM invoices GROUP BY state;
CREATE FUNCTION billing.rate(int) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0';
"""


@pytest.fixture
def db(fresh_database: str) -> Iterator[Connection]:
    conn = connect(fresh_database)
    conn.execute(SCHEMA)
    yield conn
    conn.close()


def one(conn: Connection, statement: str, **more: object) -> prepared.Outcome:
    return prepared.outcomes(conn, [Text("q", statement)], **more)[0]  # type: ignore[arg-type]


def refused(conn: Connection, statement: str) -> Refusal:
    found = one(conn, statement)
    assert isinstance(found, Refusal), found
    return found


def taken(conn: Connection, statement: str, **more: object) -> Prepared:
    found = one(conn, statement, **more)
    assert isinstance(found, Prepared), found
    return found


def test_types_of_parameters_and_columns_are_told(db: Connection) -> None:
    found = taken(
        db,
        "SELECT i.id, i.amount, i.note, i.state, i.tags, i.contact, count(*) AS n FROM invoices i"
        " WHERE state = $1 AND amount > $2 AND note = ANY($3) GROUP BY i.id",
    )
    assert found.parameters == ("status", "numeric", "text[]")
    assert found.labels[0] == ("draft", "paid")
    assert [(each.name, each.type, each.internal, each.not_null) for each in found.columns] == [
        ("id", "bigint", "int8", True),
        ("amount", "numeric(12,2)", "numeric", True),
        ("note", "character varying(40)", "varchar", False),
        ("state", "status", "status", True),
        ("tags", "text[]", "_text", False),
        ("contact", "text", "text", False),  # the protocol gives the type below a domain
        ("n", "bigint", "int8", None),
    ]
    assert found.columns[1].origin == ("public", "invoices", "amount")
    assert found.columns[6].origin is None
    assert found.columns[3].labels == ("draft", "paid")


@pytest.mark.parametrize(
    ("statement", "sqlstate", "missing", "line"),
    [
        ("SELECT 1 FROM orders", "42P01", "orders", 1),
        ("SELECT 1\nFROM billing.orders", "42P01", "billing.orders", 2),
        ("SELECT id,\n       total\n  FROM invoices", "42703", "total", 2),
        ("SELECT i.total FROM invoices AS i", "42703", "invoices.total", 1),
        ('SELECT i.id, p.total FROM invoices i, billing."plans" p', "42703", "billing.plans.total", 1),
        ("SELECT i.total FROM invoices i JOIN (SELECT 1 FROM totals i) AS t ON true", "42703", "i.total", 1),
        ("SELECT x.b FROM (SELECT 1 AS a) x", "42703", "x.b", 1),
        ("INSERT INTO invoices (amount, payer) VALUES ($1, $2)", "42703", "invoices.payer", 1),
        ("UPDATE invoices SET payer = $1", "42703", "invoices.payer", 1),
        ("SELECT amount::money_type FROM invoices", "42704", "money_type", 1),
        ("SELECT billing.tax(id) FROM invoices", "42883", "billing.tax(bigint)", 1),
        ("SELECT shop.tax(id) FROM invoices", "3F000", "shop", 1),
        ("SELECT note = id FROM invoices", "42883", "character varying = bigint", 1),
        ("SELECT to_tsvector('klingon'::regconfig, note) FROM invoices", "42704", "klingon", 1),
        ("INSERT INTO invoices (id, amount) VALUES ($1, $2)", "428C9", "", 0),
        ("UPDATE invoices SET half = 1", "428C9", "", 0),
        ("SELECT 'unpaid'::status", "22P02", "", 1),
        ("SELEC 1", "42601", "", 1),
    ],
)  # fmt: skip
def test_refusals_name_what_is_missing_and_its_line(
    db: Connection, statement: str, sqlstate: str, missing: str, line: int
) -> None:
    found = refused(db, statement)
    assert (found.sqlstate, found.object, found.line) == (sqlstate, missing, line), found
    assert found.message
    assert "\n" not in found.message


def test_a_place_moves_only_where_the_lines_are_the_files(db: Connection) -> None:
    text = "SELECT id,\n       'é', total\n  FROM invoices"
    aligned = Text("a", text, "src/a.rs:10", "web", aligned=True)
    loose = Text("b", text, "src/b.rs:10", "web")
    whole = Text("c", text, "queries/c.sql", "web", aligned=True)
    found = prepared.prepare(db, [aligned, loose, whole])
    assert [each.place for each in found] == ["src/a.rs:11", "src/b.rs:10", "queries/c.sql"]
    assert [(each.line, each.column) for each in found] == [(2, 13)] * 3


def test_another_language_of_the_server_is_understood_by_the_position() -> None:
    text = 'SELECT 1 FROM billing . "my orders" AS o'
    assert prepared._missing("42P01", "Relation »x« existiert nicht", text, 14) == 'billing . "my orders"'
    assert prepared._missing("42P01", "Relation »x« existiert nicht", text, None) == ""
    assert prepared._missing("22012", "division by zero", text, 14) == ""


def test_nothing_runs(db: Connection) -> None:
    db.execute("INSERT INTO invoices (amount) VALUES (1)")
    db.execute("CREATE SEQUENCE numbers")
    for statement in (
        "DELETE FROM invoices",
        "INSERT INTO invoices (amount) VALUES (2) RETURNING id",
        "SELECT nextval('numbers')",
        "SELECT 1 / 0",
        "WITH gone AS (DELETE FROM invoices RETURNING *) SELECT * FROM gone",
        "SELECT pg_sleep(100)",
    ):
        taken(db, statement)
    assert db.execute("SELECT count(*) FROM invoices").fetchone() == (1,)
    assert db.execute("SELECT is_called FROM numbers").fetchone() == (False,)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER SEQUENCE nowhere RESTART", "does not analyse"),
        ("TRUNCATE nowhere", "does not analyse"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("-- nothing", "empty"),
        ("SELECT '\0'", "null byte"),
        ("SELECT $1 IS NULL", "type of a parameter"),
    ],
)
def test_what_cannot_be_prepared_is_said_not_failed(db: Connection, statement: str, reason: str) -> None:
    found = one(db, statement)
    assert isinstance(found, Unchecked), found
    assert reason in found.reason
    assert prepared.prepare(db, [found.query]) == ()


def test_a_thousand_are_prepared_in_well_under_a_second(db: Connection) -> None:
    good = "SELECT id, amount, note FROM invoices WHERE state = $1 AND amount > $2"
    queries = [Text(str(each), good if each % 3 else f"SELECT c{each} FROM invoices") for each in range(1000)]
    begun = time.monotonic()
    found = prepared.outcomes(db, queries)
    assert time.monotonic() - begun < 1
    assert [each.query.name for each in found] == [str(each) for each in range(1000)]
    assert [isinstance(each, Refusal) for each in found] == [each % 3 == 0 for each in range(1000)]
    assert found[999].object == "c999"  # type: ignore[union-attr]
    assert prepared.outcomes(db, []) == ()


def test_long_statements_and_wide_answers_do_not_block(db: Connection) -> None:
    wide = ", ".join(f"amount AS a{each}" for each in range(1600))
    queries = [Text(str(each), f"SELECT {wide} FROM invoices") for each in range(130)]
    found = prepared.outcomes(db, queries)
    assert all(isinstance(each, Prepared) and len(each.columns) == 1600 for each in found)


def test_the_search_path_is_the_services_and_is_put_back(db: Connection) -> None:
    before = db.execute("SHOW search_path").fetchone()
    assert refused(db, "SELECT id FROM plans").object == "plans"
    taken(db, "SELECT id, rate(id) FROM plans", search_path=("billing",))
    assert isinstance(one(db, "SELECT id FROM invoices", search_path=()), Refusal)
    assert db.execute("SHOW search_path").fetchone() == before


def test_what_a_migration_breaks_is_told_from_what_was_broken_before(db: Connection) -> None:
    queries = [
        Text("note", "SELECT note FROM invoices", "src/a.ts:3", "web"),
        Text("old", "SELECT gone FROM invoices", "src/a.ts:9", "web"),
        Text("fine", "SELECT id FROM invoices", "src/a.ts:12", "web"),
        Text("note", "UPDATE invoices SET note = $1", "src/b.py:3", "api"),
    ]
    before = prepared.prepare(db, queries)
    db.execute("ALTER TABLE invoices DROP COLUMN note")
    found = prepared.broken(before, prepared.prepare(db, queries))
    assert [(each.query.service, each.query.name, each.object) for each in found.errors] == [
        ("web", "note", "note"),
        ("api", "note", "invoices.note"),
    ]
    assert [each.query.name for each in found.warnings] == ["old"]


def test_a_lost_connection_is_an_error_of_ours(fresh_database: str) -> None:
    conn = connect(fresh_database)
    with connect(fresh_database) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
    time.sleep(0.3)  # the signal may take a moment
    with pytest.raises(OrmonyError) as caught:
        prepared.prepare(conn, [Text("q", "SELECT 1")])
    assert (caught.value.code, caught.value.exit_status) == ("connection-lost", 3)


# Models -----------------------------------------------------------------------------------------------------


def shape(*fields: Field, name: str = "invoices", primary: tuple[str, ...] = ("id",)) -> Shape:
    return Shape(schema="public", name=name, fields=fields, primary=primary)


ID = Field(name="id", type="bigint", not_null=True, default="")
AMOUNT = Field(name="amount", type="numeric", not_null=True)


def said(conn: Connection, of: Shape) -> list[tuple[str, str]]:
    """SQLSTATE and missing object of what is refused, the SELECT first."""
    texts = [
        Text(name, each) for name, each in zip(("read", "write"), prepared.writes_and_reads(of), strict=True)
    ]
    return [(f"{each.query.name} {each.sqlstate}", each.object) for each in prepared.prepare(conn, texts)]


def test_a_model_that_fits_reads_and_writes(db: Connection) -> None:
    fits = shape(
        ID,
        AMOUNT,
        Field(name="note", type="character varying"),
        Field(name="state", type="status", not_null=True, default="'draft'::status"),
        Field(name="tags", type="text[]"),
        Field(name="half", type="numeric", generated=True),
    )
    select, insert = prepared.writes_and_reads(fits)
    assert select == (
        'SELECT m."id", m."amount", m."note", m."state", m."tags", m."half" FROM "public"."invoices" AS m'
        ' WHERE m."id" = $1::bigint'
    )
    assert insert == (
        'INSERT INTO "public"."invoices" ("id", "amount", "note", "state", "tags")'
        " VALUES (DEFAULT, $1::numeric, $2::character varying, $3::status, $4::text[])"
    )
    assert said(db, fits) == []


@pytest.mark.parametrize(
    ("of", "refusals"),
    [
        (shape(ID, Field(name="payer", type="text")), [("read 42703", "public.invoices.payer"), ("write 42703", "invoices.payer")]),
        (shape(ID, Field(name="state", type="character varying(20)")), [("write 42804", "")]),
        (shape(ID, Field(name="state", type="public.invoice_status")), [("write 42704", "public.invoice_status")]),
        (shape(Field(name="id", type="uuid", not_null=True)), [("read 42883", "bigint = uuid"), ("write 42804", "")]),
        (shape(Field(name="id", type="bigint", not_null=True)), [("write 428C9", "")]),
        (shape(ID, Field(name="half", type="numeric")), [("write 428C9", "")]),
        (shape(ID, name="payments"), [("read 42P01", "public.payments"), ("write 42P01", "public.payments")]),
        (
            shape(Field(name="state", type="status"), Field(name="total", type="numeric"), name="totals", primary=()),
            [("write 55000", "")],
        ),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_refused(
    db: Connection, of: Shape, refusals: list[tuple[str, str]]
) -> None:
    assert said(db, of) == refusals


def test_a_model_without_a_column_to_write_inserts_a_row_all_the_same(db: Connection) -> None:
    db.execute("CREATE TABLE ticks (id bigint GENERATED ALWAYS AS (1) STORED)")
    select, insert = prepared.writes_and_reads(
        shape(Field(name="id", type="bigint", generated=True), name="ticks", primary=())
    )
    assert insert == 'INSERT INTO "public"."ticks" DEFAULT VALUES'
    taken(db, select)
    taken(db, insert)


@pytest.mark.slow
@pytest.mark.parametrize("major", ["postgres15", "postgres16", "postgres17"])
def test_older_servers_say_the_same(major: str, request: pytest.FixtureRequest) -> None:
    cluster: server.Cluster = request.getfixturevalue(major)
    server.create_database(cluster, "prepared")
    conn = connect(cluster.url("prepared"))
    try:
        conn.execute(SCHEMA)
        found = prepared.outcomes(
            conn,
            [
                Text("a", "SELECT id, state FROM invoices WHERE amount > $1"),
                Text("b", "SELECT\n total FROM invoices"),
                Text(
                    "c", "MERGE INTO invoices i USING billing.plans p ON p.id = i.id WHEN MATCHED THEN DELETE"
                ),
            ],
        )
        assert isinstance(found[0], Prepared)
        assert [each.type for each in found[0].columns] == ["bigint", "status"]
        assert isinstance(found[1], Refusal)
        assert (found[1].object, found[1].line) == ("total", 2)
        assert isinstance(found[2], Prepared)
    finally:
        conn.close()
        with cluster.admin() as admin:
            server.drop_database(admin, "prepared")
