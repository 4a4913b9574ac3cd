"""A catalog as what code is generated from: PostgreSQL itself is asked whether it is right."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormony import codegen
from ormony.catalog import Catalog, Ref, View
from ormony.codegen import words
from ormony.codegen.describe import describe
from ormony.codegen.described import Described, Field, Function, Notice, Out, Relation, Type
from ormony.codegen.lookup import Types
from ormony.codegen.options import MARK, Language, Options
from ormony.codegen.views import Views
from ormony.database import server
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from random_views import SCHEMA as SCHEMA_OF_VIEWS
from random_views import RandomViews

TORTURE = Path(__file__).parent / "codegen" / "torture.sql"
SCHEMAS = ("public", "app", "Odd Schema")

# Queries of many shapes over torture.sql's tables, each to be a view of its own.
SHAPES = [
    "SELECT i.id, l.number, l.note FROM invoices i JOIN lines l ON l.invoice_id = i.id",
    "SELECT i.id, l.number, l.note FROM invoices i LEFT JOIN lines l ON l.invoice_id = i.id",
    "SELECT i.id, l.number, l.note FROM lines l RIGHT JOIN invoices i ON l.invoice_id = i.id",
    "SELECT i.id, l.number, l.what FROM invoices i FULL JOIN lines l ON l.invoice_id = i.id",
    "SELECT a.id, b.id AS parent, c.total FROM invoices a LEFT JOIN (invoices b JOIN invoices c"
    " ON c.id = b.id) ON a.parent_id = b.id",
    "SELECT a.id, b.id AS parent, c.total FROM (invoices a LEFT JOIN invoices b ON a.parent_id = b.id)"
    " JOIN invoices c ON c.id = b.id",
    "SELECT a.id, b.number FROM invoices a LEFT JOIN lines b ON b.invoice_id = a.id"
    " WHERE b.number IS NOT NULL",
    "SELECT a.id, b.number FROM invoices a LEFT JOIN lines b ON b.invoice_id = a.id WHERE b.number = 1",
    "SELECT a.id, b.number FROM invoices a LEFT JOIN lines b ON b.invoice_id = a.id"
    " WHERE b.number = 1 OR true",
    "SELECT parent_id FROM invoices WHERE parent_id > 0 AND total > 0",
    "SELECT parent_id FROM invoices WHERE NOT (parent_id > 0)",
    "SELECT parent_id FROM invoices WHERE parent_id IS DISTINCT FROM 5",
    "SELECT id, total FROM invoices JOIN (SELECT invoice_id AS id, note FROM lines) l USING (id)",
    "SELECT id, total, note FROM invoices FULL JOIN (SELECT invoice_id AS id, note FROM lines) l USING (id)",
    "SELECT j.id, j.n FROM (invoices i JOIN lines l ON l.invoice_id = i.id)"
    " AS j (id, org, p, t, paid, inv, n)",
    "SELECT x, y FROM invoices AS i (x, y)",
    "SELECT s.a, s.b FROM (SELECT id, total FROM invoices) AS s (a, b)",
    "SELECT i.id, s.n FROM invoices i CROSS JOIN LATERAL (SELECT i.total AS n, l.what FROM lines l) s",
    "SELECT i.id, s.what FROM invoices i LEFT JOIN LATERAL (SELECT l.what FROM lines l"
    " WHERE l.invoice_id = i.id LIMIT 1) s ON true",
    "WITH a AS (SELECT id, parent_id FROM invoices), b AS (SELECT * FROM a) SELECT b.id, b.parent_id FROM b",
    "WITH a (x, y) AS (SELECT id, total FROM invoices) SELECT x, y FROM a",
    "WITH RECURSIVE up AS (SELECT id, parent_id FROM invoices UNION ALL SELECT i.id, i.parent_id FROM up"
    " JOIN invoices i ON i.id = up.parent_id) SELECT id, parent_id FROM up",
    "WITH invoices AS (SELECT note AS id FROM public.lines) SELECT id FROM invoices",
    "SELECT id FROM invoices UNION SELECT parent_id FROM invoices",
    "SELECT id, total FROM invoices EXCEPT SELECT id, total FROM invoices WHERE false",
    "SELECT id FROM (SELECT id FROM invoices UNION ALL SELECT NULL) s",
    "SELECT DISTINCT ON (organization_id) organization_id, id FROM invoices ORDER BY 1",
    "SELECT organization_id, sum(total) AS t, sum(parent_id) AS p, count(*) AS n, max(total) AS m,"
    " array_agg(paid_at) AS a, count(paid_at) AS c, sum(total) FILTER (WHERE false) AS f FROM invoices"
    " GROUP BY organization_id",
    "SELECT sum(total) AS t, count(*) AS n, array_agg(id) AS a FROM invoices WHERE false",
    "SELECT organization_id, parent_id, sum(total) AS t FROM invoices"
    " GROUP BY GROUPING SETS ((organization_id), (parent_id), ())",
    "SELECT organization_id, count(*) AS n FROM invoices GROUP BY ROLLUP (organization_id)",
    "SELECT i.parent_id, p.total FROM invoices i JOIN invoices p ON p.id = i.parent_id"
    " GROUP BY CUBE (i.parent_id, p.total)",
    "SELECT id, row_number() OVER (ORDER BY id) AS r, lag(id) OVER (ORDER BY id) AS before,"
    " sum(total) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS s FROM invoices",
    "SELECT coalesce(paid_at, now()) AS c, coalesce(paid_at, NULL) AS d, greatest(total, NULL) AS g,"
    " nullif(id, 1) AS n FROM invoices",
    "SELECT CASE WHEN total > 0 THEN 'a' ELSE 'b' END AS both, CASE WHEN total < 0 THEN 'a' END AS one"
    " FROM invoices",
    "SELECT id = 1 AS a, parent_id = 1 AS b, paid_at IS NULL AS c, id = 1 AND parent_id = 2 AS d,"
    " id IN (1, 2) AS e FROM invoices",
    "SELECT (SELECT l.what FROM lines l LIMIT 1) AS s, EXISTS (SELECT 1 FROM lines) AS e,"
    " 1 = ANY (ARRAY[NULL]::int[]) AS a FROM invoices",
    "SELECT 'x' AS x, 1 AS one, NULL AS n, NULL::int AS i, current_date AS d, current_schema AS s,"
    " '1'::int AS cast, ('{}'::jsonb ->> 'x')::int AS json FROM invoices LIMIT 0",
    "SELECT * FROM (VALUES (1, NULL), (2, 'b')) AS v (a, b)",
    "SELECT g FROM generate_series(1, 2) AS g",
    "SELECT i.id, u.u FROM invoices i, unnest(ARRAY[1, NULL]) AS u (u)",
    "SELECT id FROM invoices TABLESAMPLE system (100)",
    "SELECT i AS whole, i.id FROM invoices i",
    "SELECT ctid, tableoid, id FROM invoices",
    "SELECT p.id, p.total FROM paid p",
    'SELECT p.invoice_id, o.name FROM paid_again p LEFT JOIN app.organizations o ON o.id = p."orgId"',
    "SELECT id, id AS again, total FROM invoices",
    "SELECT id + 1 AS next FROM invoices",
    "SELECT id, generate_series(1, 2) AS g FROM invoices",
    "SELECT id, count(*) OVER () FROM invoices",
    "SELECT id FROM invoices LIMIT 1",
    "SELECT DISTINCT id FROM invoices",
    "SELECT id FROM invoices WHERE id IN (SELECT invoice_id FROM lines)",
    "SELECT id FROM ONLY invoices",
    "SELECT id FROM totals_of",
    "SELECT upper(what) AS u FROM lines",
    "SELECT 1 AS one",
    "SELECT inherited.id, inherited.kind FROM parent AS inherited",
    "SELECT old FROM no_inherit",
    'SELECT q."od""d" FROM (SELECT id AS "od""d" FROM invoices) q',
    "SELECT i.id, i.parent_id FROM invoices AS i TABLESAMPLE BERNOULLI (100)",
    "SELECT measured.at, value FROM measured",
    "SELECT name FROM foreign_rows",
]
# What functions give, the query, and whether that is never null: asked in a database whose tables are empty,
# and in one with rows.
BODIES = [
    ("bigint", "SELECT count(*) FROM public.lines", True),
    ("bigint", "SELECT count(*) FROM public.lines WHERE false", True),
    ("bigint", "SELECT count(*) FROM public.lines GROUP BY number", False),
    ("bigint", "SELECT count(*) FROM public.lines HAVING count(*) > 100", False),
    ("bigint", "SELECT count(*) FROM public.lines LIMIT 0", False),
    ("bigint", "SELECT count(*) FROM public.lines OFFSET 1", False),
    ("bigint", "SELECT count(*) OVER () FROM public.lines", False),
    ("numeric", "SELECT sum(total) FROM public.invoices", False),
    ("numeric", "SELECT coalesce(sum(total), 0) FROM public.invoices", True),
    ("integer", "SELECT 1", True),
    ("integer", "SELECT 1 WHERE false", False),
    ("integer", "SELECT NULL::int", False),
    ("integer", "SELECT generate_series(1, 0)", False),
    ("integer", "SELECT number FROM public.lines", False),
    ("bigint", "SELECT (SELECT count(*) FROM public.lines)", True),
    ("bigint", "SELECT (SELECT count(*) FROM public.lines GROUP BY number LIMIT 1)", False),
    ("bigint", "SELECT (SELECT max(i.id) FROM public.lines) FROM public.invoices i LIMIT 1", False),
    ("bigint", "SELECT (SELECT max(i.id) FROM public.lines) FROM public.invoices i", False),
    ("bigint", "DELETE FROM public.no_key; SELECT count(*) FROM public.lines", True),
    ("bigint", "WITH x AS (SELECT id FROM public.invoices) SELECT count(*) FROM x", True),
    ("text", "SELECT CASE WHEN true THEN 'a' ELSE 'b' END", True),
    ("SETOF bigint", "SELECT id FROM public.invoices", True),
    ("SETOF bigint", "SELECT parent_id FROM public.invoices", False),
    ("SETOF bigint", "SELECT i.id FROM public.lines l LEFT JOIN public.invoices i ON i.id = l.number", False),
    ("SETOF text", "SELECT what FROM public.lines CROSS JOIN app.organizations", False),
    ("TABLE (a bigint, b numeric)", "SELECT count(*), 1::numeric FROM public.invoices", True),
    ("TABLE (a bigint, b numeric)", "SELECT id, total FROM public.invoices", True),
    ("SETOF public.parent", "SELECT * FROM public.parent", True),
    ("SETOF public.parent", "SELECT p.* FROM public.parent p", True),
    ("SETOF public.one_field", "SELECT ROW(NULL)::public.one_field", False),
    ("public.parent", "SELECT * FROM public.parent", False),
]
FOREIGN = f"_{len(SHAPES) - 1}"  # of a foreign table, whose wrapper has no code
ROWS = """
INSERT INTO app.organizations VALUES ('00000000-0000-0000-0000-000000000001', 'one');
INSERT INTO invoices (organization_id, parent_id, total, paid_at) VALUES
    ('00000000-0000-0000-0000-000000000001', NULL, 1, NULL),
    ('00000000-0000-0000-0000-000000000001', 1, 200, now()),
    ('00000000-0000-0000-0000-000000000001', 2, 300, now());
INSERT INTO lines VALUES (2, 1, 'a', NULL), (2, 2, 'b', 'note');
INSERT INTO parent VALUES (1, 'a');
INSERT INTO child VALUES (2, 'b', NULL);
INSERT INTO no_inherit_child VALUES (NULL);
"""


class Torture(NamedTuple):
    """The torture schema: a connection to it, its catalog, and what is described."""

    conn: psycopg.Connection[tuple[object, ...]]
    catalog: Catalog
    described: Described
    notices: tuple[Notice, ...]

    def relation(self, name: str, schema: str = "public") -> Relation:
        return next(e for e in self.described.relations if (e.schema, e.name) == (schema, name))

    def field(self, relation: str, name: str, schema: str = "public") -> Field:
        return next(each for each in self.relation(relation, schema).fields if each.name == name)

    def function(self, name: str, identity: str | None = None) -> Function:
        found = [
            each
            for each in self.described.functions
            if (each.schema, each.name) == ("public", name) and identity in (None, each.identity)
        ]
        assert len(found) == 1
        return found[0]


@pytest.fixture(
    scope="module",
    params=["cluster", pytest.param("postgres15", marks=pytest.mark.slow)],
)
def torture(request: pytest.FixtureRequest) -> Iterator[Torture]:
    """The torture schema beside a view of each shape, with some rows, on several versions of PostgreSQL."""
    cluster: server.Cluster = request.getfixturevalue(request.param)
    text = TORTURE.read_text()
    if request.param != "cluster":  # only ours has pgvector
        text = re.sub(r"extensions\.(vector|halfvec|sparsevec)(\(\d+\))?", "text", text)
        text = text.replace("CREATE EXTENSION vector SCHEMA extensions;", "")
    with cluster.admin() as admin:
        server.create_empty(admin, "describe_torture", owner=server.SUPERUSER)
    with connect(cluster.url("describe_torture", server.SUPERUSER)) as conn:
        conn.execute(text.encode())
        conn.execute("SET search_path = public")
        conn.execute("CREATE TABLE no_inherit (old integer)")
        conn.execute("CREATE TABLE no_inherit_child () INHERITS (no_inherit)")
        if conn.info.server_version >= 180000:
            conn.execute("ALTER TABLE no_inherit ADD CONSTRAINT n NOT NULL old NO INHERIT")
        conn.execute("CREATE FOREIGN DATA WRAPPER nothing")
        conn.execute("CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing")
        conn.execute("CREATE FOREIGN TABLE foreign_rows (name text NOT NULL) SERVER nowhere")
        conn.execute("CREATE MATERIALIZED VIEW totals_of AS SELECT id, total FROM invoices")
        conn.execute("CREATE RULE instead AS ON UPDATE TO cubed DO INSTEAD NOTHING")
        conn.execute("CREATE RULE sometimes AS ON DELETE TO cubed WHERE false DO INSTEAD NOTHING")
        for number, query in enumerate(SHAPES):
            conn.execute(f"CREATE VIEW shape_{number} AS {query}")
        for number, (returns, query, _) in enumerate(BODIES):
            head = f"CREATE FUNCTION body_{number}() RETURNS {returns} LANGUAGE sql"
            conn.execute(f"{head} SET search_path = '' AS $$ {query} $$")
            conn.execute(f"{head.replace('body_', 'elsewhere_')} AS $$ {query} $$")
        conn.execute(
            "CREATE FUNCTION body_atomic() RETURNS bigint LANGUAGE sql"
            " BEGIN ATOMIC SELECT 1; SELECT count(*) FROM lines; END"
        )
        conn.execute("CREATE FUNCTION body_return() RETURNS int LANGUAGE sql RETURN 1")
        conn.execute("CREATE FUNCTION body_null() RETURNS int LANGUAGE sql RETURN NULL::int")
        conn.execute(
            "CREATE FUNCTION body_strict(a int) RETURNS int LANGUAGE sql STRICT SET search_path = ''"
            " AS 'SELECT 1'"
        )
        conn.execute(ROWS)
        conn.execute("REFRESH MATERIALIZED VIEW totals_of")
        conn.execute("REFRESH MATERIALIZED VIEW totals")
        conn.commit()
        catalog = introspect(conn)
        conn.commit()
        described, notices = describe(catalog, Options(language="rust", out="x", schemas=SCHEMAS))
        yield Torture(conn, catalog, described, notices)
    with cluster.admin() as admin:
        server.drop_database(admin, "describe_torture")


# ------------------------------------------------------------------------------------------------------ types


def test_every_type_is_the_one_that_the_server_knows(torture: Torture) -> None:
    fields = [
        (relation.schema, relation.name, field)
        for relation in torture.described.relations
        for field in relation.fields
    ]
    assert len(fields) > 400
    rows = torture.conn.execute(
        "SELECT cn.nspname, c.relname, a.attname, coalesce(e.typname, t.typname),"
        " coalesce(en.nspname, n.nspname), e.oid IS NOT NULL"
        " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type e"
        "     ON e.oid = t.typelem AND t.typsubscript = 'array_subscript_handler'::regproc"
        " LEFT JOIN pg_namespace en ON en.oid = e.typnamespace"
        " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace"
        " WHERE a.attnum > 0"
    ).fetchall()
    known = {row[:3]: row[3:] for row in rows}
    for schema, relation, field in fields:
        of = field.type
        expected = known[schema, relation, field.name]
        if expected[0] in ("int2", "oid") and of.name in ("int2vector", "oidvector"):
            continue  # an array to pg_type, and no array to anybody else
        assert (of.name, of.schema, of.kind == "array") == expected, field
        assert of.kind != "unknown", field


def test_modifiers_and_what_lies_below(torture: Torture) -> None:
    def below(table: str, column: str) -> list[tuple[str, str, tuple[str, ...]]]:
        found: list[tuple[str, str, tuple[str, ...]]] = []
        type_: Type | None = torture.field(table, column).type
        while type_ is not None:
            found.append((type_.kind, type_.name, type_.modifier))
            type_ = type_.element
        return found

    assert below("scalars", "c_numeric_negative") == [("scalar", "numeric", ("5", "-2"))]
    assert below("scalars", "c_timestamptz_0") == [("scalar", "timestamptz", ("0",))]
    assert below("scalars", "c_interval_ds") == [("scalar", "interval", ("day to second", "3"))]
    assert below("scalars", "c_interval_ym") == [("scalar", "interval", ("year to month",))]
    assert below("scalars", "c_internal_char") == [("scalar", "char", ())]
    assert below("scalars", "c_char") == [("scalar", "bpchar", ("1",))]
    assert below("scalars", "c_bpchar") == [("scalar", "bpchar", ())]
    assert below("arrays", "a_numeric") == [("array", "numeric", ()), ("scalar", "numeric", ("10", "2"))]
    assert below("arrays", "a_tags") == [
        ("array", "tags", ()), ("domain", "tags", ()), ("array", "text", ()), ("scalar", "text", ()),
    ]  # fmt: skip
    assert below("made_types", "small") == [
        ("domain", "small_positive", ()), ("domain", "positive", ()), ("scalar", "int4", ()),
    ]  # fmt: skip
    assert below("ranges", "m_mood") == [
        ("multirange", "many_moods", ()), ("range", "mood_range", ()), ("enum", "mood", ()),
    ]  # fmt: skip
    assert below("holds_row", "lines") == [("array", "lines", ()), ("table", "lines", ())]
    assert torture.field("scalars", "c_varbit_8").type.sql == "bit varying(8)"


@pytest.mark.parametrize(
    ("text", "kind", "schema", "name", "modifier"),
    [
        ('"a b"."c.d""e"(1, 2)', "unknown", "a b", 'c.d"e', ("1", "2")),
        ("extensions.geometry(Point,4326)", "scalar", "extensions", "geometry", ("Point", "4326")),
        ("time(3) with time zone", "scalar", "pg_catalog", "timetz", ("3",)),
        ("double precision", "scalar", "pg_catalog", "float8", ()),
        ('"bit"', "scalar", "pg_catalog", "bit", ()),
        ("information_schema.yes_or_no", "scalar", "pg_catalog", "varchar", ("3",)),
        ("pg_class", "unknown", "pg_catalog", "pg_class", ()),
        ("anycompatiblerange", "pseudo", "pg_catalog", "anycompatiblerange", ()),
    ],
)
def test_a_type_is_read(text: str, kind: str, schema: str, name: str, modifier: tuple[str, ...]) -> None:
    found = Types(Catalog(version=180000, role="x", objects={})).of(text)
    assert (found.kind, found.schema, found.name, found.modifier, found.sql) == (
        kind,
        schema,
        name,
        modifier,
        text,
    )


def test_every_type_that_anything_is_of_is_there(torture: Torture) -> None:
    enums = {(each.schema, each.name) for each in torture.described.enums}
    assert {("public", "odd_labels"), ("app", "mood"), ("app", "unused")} <= enums
    only_odd, _ = describe(
        torture.catalog, Options(language="rust", out="x", schemas=("Odd Schema",), include=("*",))
    )
    assert [(each.schema, each.name) for each in only_odd.enums] == [("public", "mood")]
    people, _ = describe(
        torture.catalog, Options(language="rust", out="x", include=("public.returns_people",))
    )
    assert [each.name for each in people.composites] == ["address", "person"]
    assert [each.name for each in people.domains] == ["positive", "small_positive", "tags"]
    assert people.relations == ()
    row, _ = describe(torture.catalog, Options(language="rust", out="x", include=("public.holds_row",)))
    assert [each.name for each in row.composites] == ["lines"]  # the row type of a table that is left out


# ------------------------------------------------------------------------------------------------------ views


def test_where_a_views_column_comes_from_is_what_the_server_says(torture: Torture) -> None:
    """The server says of each column of a query which table's it is: the query of a view is asked so."""
    torture.conn.execute("SET search_path = ''")
    views = Views(torture.catalog)
    names = {
        oid: (schema, name)
        for oid, schema, name in torture.conn.execute(
            "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        )
    }
    asked = found = 0
    for ref, value in torture.catalog.of("view"):
        assert isinstance(value, View)
        if ref.name.endswith(FOREIGN):
            continue
        cursor = torture.conn.execute(value.definition.encode())
        result = cursor.pgresult
        assert result is not None
        shown = views.shown(ref)
        for place, (name, _) in enumerate(value.columns):
            asked += 1
            direct = shown[name].direct if name in shown else None
            if result.ftablecol(place) <= 0 or not result.ftable(place):
                assert direct is None, (ref, name)
                continue
            relation = names[result.ftable(place)]
            if direct is None:
                # What a full join merges, and what a join's alias hides, is nobody's for us.
                assert (
                    "FULL JOIN" in value.definition
                    or " j(" in value.definition
                    or "TABLESAMPLE" in value.definition
                )
                continue
            found += 1
            row = torture.conn.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s AND attnum = %s",
                (result.ftable(place), result.ftablecol(place)),
            ).fetchone()
            assert row is not None
            assert direct == (*relation, row[0]), (ref, name)
    assert asked > 100
    assert found > 60


def test_no_column_that_is_proved_has_a_null(torture: Torture) -> None:
    proved = 0
    for relation in torture.described.relations:
        if relation.kind not in ("view", "materialized view"):
            continue
        for field in relation.fields:
            if field.proof == "derived" and not relation.name.endswith(FOREIGN):
                proved += 1
                nulls = torture.conn.execute(
                    psycopg.sql.SQL("SELECT count(*) FROM {} WHERE {} IS NULL").format(
                        psycopg.sql.Identifier(relation.schema, relation.name),
                        psycopg.sql.Identifier(field.name),
                    )
                ).fetchone()
                assert nulls == (0,), (relation.name, field.name)
    assert proved > 70


@pytest.fixture(autouse=True)
def _settled(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails leaves no broken transaction to the others."""
    yield
    if "torture" in request.fixturenames:
        request.getfixturevalue("torture").conn.rollback()


def test_no_proved_column_of_a_random_view_has_a_null(cluster: server.Cluster) -> None:
    made = RandomViews(seed=4)
    with cluster.admin() as admin:
        server.create_empty(admin, "describe_random")
    with connect(cluster.url("describe_random")) as conn:
        conn.execute(f"SET search_path = public; {SCHEMA_OF_VIEWS} {made.rows()}".encode())
        for number in range(250):
            conn.execute(f"CREATE VIEW random_{number} AS {made.query()}".encode())
        described, _ = describe(introspect(conn), Options(language="rust", out="x"))
        views = [each for each in described.relations if each.kind == "view"]
        proved = 0
        for view in views:
            names = [each.name for each in view.fields if each.proof == "derived"]
            proved += len(names)
            if names:
                nulls = ", ".join(f"count(*) FILTER (WHERE {name} IS NULL)" for name in names)
                row = conn.execute(f"SELECT {nulls} FROM public.{view.name}".encode()).fetchone()
                assert row == (0,) * len(names), (view.name, names)
    with cluster.admin() as admin:
        server.drop_database(admin, "describe_random")
    assert len(views) == 250
    assert proved > 200


def shape(torture: Torture, query: str) -> dict[str, bool]:
    number = next(number for number, each in enumerate(SHAPES) if each.startswith(query))
    return {each.name: not each.nullable for each in torture.relation(f"shape_{number}").fields}


def test_what_is_proved_and_what_is_not(torture: Torture) -> None:
    joined = "SELECT i.id, l.number, l.note FROM invoices i "
    assert shape(torture, joined + "JOIN") == {"id": True, "number": True, "note": False}
    assert shape(torture, joined + "LEFT") == {"id": True, "number": False, "note": False}
    assert shape(torture, "SELECT a.id, b.number") == {"id": True, "number": True}
    assert shape(torture, "SELECT parent_id FROM invoices WHERE parent_id > 0") == {"parent_id": True}
    assert shape(torture, "SELECT parent_id FROM invoices WHERE NOT") == {"parent_id": False}
    grouped = {"organization_id": True, "t": True, "p": False, "n": True, "m": True, "a": True, "c": True}
    assert shape(torture, "SELECT organization_id, sum(total)") == {**grouped, "f": False}
    assert shape(torture, "SELECT sum(total)") == {"t": False, "n": True, "a": False}
    assert shape(torture, "SELECT coalesce(") == {"c": True, "d": False, "g": True, "n": False}
    assert shape(torture, "SELECT old FROM no_inherit") == {"old": False}
    assert shape(torture, "WITH RECURSIVE") == {"id": True, "parent_id": False}
    declared = torture.conn.info.server_version >= 180000  # before, NO INHERIT is none
    assert torture.field("no_inherit", "old").declared_not_null == declared
    assert torture.field("paid", "total").declared_not_null
    assert not torture.field("with_lines", "number").declared_not_null
    assert not torture.field("with_lines", "note").declared_not_null
    assert not torture.field("paid", "paid_at").declared_not_null  # only said
    assert not torture.field("united", "id").declared_not_null
    assert torture.field("no_inherit", "old").nullable  # a child's rows are the parent's too


def test_what_a_view_takes_is_what_the_server_says(torture: Torture) -> None:
    asked = 0
    for relation in torture.described.relations:
        if relation.kind == "foreign table" or relation.name.endswith(FOREIGN):
            continue
        rows = torture.conn.execute(
            "SELECT a.attname, pg_relation_is_updatable(c.oid, true) & 28,"
            " pg_relation_is_updatable(c.oid, false) & 20,"
            " pg_column_is_updatable(c.oid, a.attnum, true)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE n.nspname = %s AND c.relname = %s",
            (relation.schema, relation.name),
        ).fetchall()
        for name, events, automatic, _ in rows:
            assert isinstance(events, int)
            asked += 1
            assert relation.insertable == bool(events & 8), relation.name
            assert relation.updatable == bool(events & 4), relation.name
            assert relation.automatic == (automatic == 20), relation.name
            assert name in {each.name for each in relation.fields}
        if relation.kind == "view" and relation.automatic:
            updatable = {name for name, _, _, updatable in rows if updatable}
            assert updatable == {each.name for each in relation.fields if each.updatable}, relation.name
    assert asked > 400
    assert torture.relation("with_trigger").insertable
    assert not torture.relation("with_trigger").automatic
    assert torture.relation("cubed").updatable  # by a rule


def test_relationships_are_those_that_views_show_too(torture: Torture) -> None:
    def told(name: str) -> set[tuple[str, tuple[str, ...], str, tuple[str, ...], bool]]:
        return {
            (each.name, each.columns, each.referenced, each.referenced_columns, each.one_to_one)
            for each in torture.relation(name).relationships
            if not each.referenced.startswith(("shape_", "totals_of"))
        }

    to = ("invoices_organization_id_fkey", "organizations", ("id",), False)
    assert told("paid_again") == {(to[0], ("orgId",), *to[1:])}
    assert ("lines_invoice_id_fkey", ("invoice_id",), "paid_again", ("invoice_id",), False) in told("lines")
    assert ("lines_invoice_id_fkey", ("id",), "invoices", ("id",), False) in told("with_expressions")
    assert told("united") == set()
    members = torture.relation("members", "app").relationships
    assert [(each.name, each.columns) for each in members] == [
        ("invited", ("organization_id", "invited_by")),
        ("members_organization_id_fkey", ("organization_id",)),
    ]
    assert [each.one_to_one for each in torture.relation("settings", "app").relationships] == [True]


# -------------------------------------------------------------------------------------------------- columns


def test_columns_say_what_an_insert_may_leave_out(torture: Torture) -> None:
    def told(relation: str, name: str) -> tuple[bool, bool, str | None]:
        field = torture.field(relation, name)
        return field.nullable, field.has_default, field.generated

    assert told("columns", "id") == (False, True, "identity always")
    assert told("columns", "by_default") == (False, True, "identity by default")
    assert told("columns", "doubled") == (True, True, "always")
    assert told("columns", "required") == (False, False, None)
    assert told("made_types", "with_default") == (False, True, None)  # a domain's NOT NULL and DEFAULT
    assert not torture.field("made_types", "with_default").own_default
    assert told("made_types", "required") == (False, False, None)
    assert told("paid", "id") == (False, True, "identity always")  # as the table behind it
    assert torture.field("columns", "said").proof == "said"
    assert torture.field("columns", "said").comment is None
    assert torture.field("paid", "paid_at").proof == "said"
    assert torture.relation("paid").comment == "What was paid."
    assert {each.name for each in torture.described.partitions} == {"measured_2024"}
    assert "measured_2024" not in {each.name for each in torture.described.relations}


def test_a_user_proves_by_the_configuration(torture: Torture) -> None:
    options = Options(
        language="rust",
        out="x",
        not_null=("united.total", "public.maybe", "two_out.text", "nobody.x"),
        exclude=("public.shape_*", "public.nothing_like_it"),
        schemas=("public", "absent"),
        types={"public.mood": "Mood", "public.arrays.a_int4": "Ints", "public.no_type": "X"},
    )
    described, notices = describe(torture.catalog, options)
    by_name = {each.name: each for each in described.functions}
    united = next(each for each in described.relations if each.name == "united")
    assert [each.nullable for each in united.fields] == [True, False]
    assert not by_name["maybe"].result.nullable
    assert [each.nullable for each in by_name["two_out"].result.fields] == [True, False]
    assert not any(each.name.startswith("shape_") for each in described.relations)
    assert [(each.code, each.object) for each in notices if each.code == "no-match"] == [
        ("no-match", "absent"),
        ("no-match", "nobody.x"),
        ("no-match", "public.no_type"),
        ("no-match", "public.nothing_like_it"),
    ]


# ------------------------------------------------------------------------------------------------ functions


def test_what_functions_give(torture: Torture) -> None:
    def told(name: str, identity: str | None = None) -> tuple[str, bool, bool, list[tuple[str, bool]]]:
        result = torture.function(name, identity).result
        return result.shape, result.many, result.nullable, [(e.name, e.nullable) for e in result.fields]

    assert told("add") == ("scalar", False, False, [])  # said by its comment
    assert torture.function("add").comment == "Adds."
    assert told("maybe") == ("scalar", False, True, [])
    assert told("nothing")[0] == "void"
    assert told("set_of_scalars") == ("scalar", True, True, [])
    columns = [("id", False), ("total", False), ("orgId", False), ("feels", False)]
    assert told("returns_table") == ("row", True, False, columns)  # the half is said, the half follows
    assert told("returns_one_column") == ("row", True, False, [("only_one", True)])
    assert told("returns_invoice")[:3] == ("row", False, True)
    assert all(nullable for _, nullable in told("returns_invoices")[3])
    real = dict(told("real_invoices")[3])  # its comment says that they are rows of the table
    assert real == {"id": False, "organization_id": False, "parent_id": True, "total": False, "paid_at": True}
    assert told("one_out") == ("scalar", False, True, [("doubled", True)])
    assert told("two_out") == ("row", False, True, [("doubled", True), ("text", True)])
    assert told("unnamed_out")[3] == [("column1", True), ("column2", True)]
    assert told("in_out")[3] == [("a", True), ("b", True)]
    assert told("set_of_outs") == ("row", True, False, [("a", True), ("b", True)])
    assert told("returns_domain_of_composite")[0] == "row"
    for name in ("table_of_one_composite", "one_composite_out"):  # it is the row
        assert [each for each, _ in told(name)[3]] == ["street", "house no", "zip", "at"]
    assert told("any_record") == ("record", False, True, [])
    assert told("does")[0] == "void"
    assert told("does_in_out") == ("row", False, False, [("a", True)])
    assert torture.function("does_out").outs == ((1, Out("b")), (3, Out("d")))
    assert [each.name for each in torture.function("does_out").places] == ["a", "b", "c", "d"]
    by_position = {"does_out": 0, "half_named": 2, "many": 1, "same_names": 4, "unnamed_outs": 4, "counts": 2}
    assert {name: torture.function(name).by_position for name in by_position} == by_position
    assert torture.function("few_rows").rows == 1
    assert torture.function("returns_table").rows == 1000
    assert torture.function("add").rows is None
    assert torture.function("many_with").parameters[1].variadic
    assert torture.function("many_with").parameters[1].has_default
    assert [each.name for each in torture.function("half_named").parameters] == ["a", "", "c"]
    assert sum(each.name == "overloaded" for each in torture.described.functions) == 4


def test_what_the_body_of_a_function_proves(torture: Torture) -> None:
    def proved(name: str) -> bool:
        result = torture.function(name).result
        return not result.nullable if result.shape == "scalar" else not any(e.nullable for e in result.fields)

    for number, (_, query, expected) in enumerate(BODIES):
        assert proved(f"body_{number}") == expected, query
        assert not proved(f"elsewhere_{number}"), query  # whose names may be anybody's
    assert proved("body_atomic")
    assert proved("body_return")
    assert not proved("body_null")
    assert not proved("body_strict")
    for empty in (False, True):
        if empty:
            torture.conn.execute("TRUNCATE public.invoices, public.lines, public.parent")
        for number, (_, query, expected) in enumerate(BODIES):
            if expected:
                rows = torture.conn.execute(f"SELECT * FROM public.body_{number}()".encode()).fetchall()
                assert all(value is not None for row in rows for value in row), query


def test_what_only_the_server_can_call_is_left_out(torture: Torture) -> None:
    names = {each.name for each in torture.described.functions}
    assert not names & {"insert_total", "ordinal"}
    left_out = [each.object for each in torture.notices if each.code == "left-out"]
    assert left_out == ["public.ordinal()"]


def test_the_names_of_what_a_function_gives_are_the_servers(torture: Torture) -> None:
    """`SELECT * FROM f()` gives the columns that we say."""
    asked = 0
    for function in torture.described.functions:
        given = [each for each in function.parameters if not each.has_default]
        pseudo = any(each.type.kind == "pseudo" for each in given)
        if function.kind == "procedure" or pseudo or function.result.shape in ("void", "record"):
            continue
        if any(each.variadic for each in given) or not function.result.fields:
            continue
        values = ", ".join(f"NULL::{each.type.sql}" for each in given)
        name = psycopg.sql.Identifier(function.schema, function.name).as_string(torture.conn)
        cursor = torture.conn.execute(f"SELECT * FROM {name}({values}) LIMIT 0".encode())
        assert cursor.description is not None
        assert [each.name for each in cursor.description] == [each.name for each in function.result.fields]
        asked += 1
    assert asked > 15


# ------------------------------------------------------------------------------------------------ all of it


@pytest.mark.parametrize("language", ["typescript", "python", "rust"])
def test_the_order_of_a_catalog_changes_nothing(torture: Torture, language: Language) -> None:
    catalog = torture.catalog
    objects = list(catalog.objects.items())
    random.Random(1).shuffle(objects)
    shuffled = msgspec.structs.replace(
        catalog, objects=dict(objects), comments=dict(reversed(list(catalog.comments.items())))
    )
    options = Options(language=language, out="x", schemas=SCHEMAS)
    made = codegen.generate(catalog, options)
    assert made == codegen.generate(shuffled, options)
    assert len({each.path for each in made.files}) == len(made.files)
    assert all(MARK in each.text.split("\n")[0].lower() for each in made.files)
    assert all(each.text.endswith("\n") and "\r" not in each.text for each in made.files)


# -------------------------------------------------------------------------------------------- what is unknown


def test_an_unknown_type_is_told_once(fresh_database: str) -> None:
    with connect(fresh_database) as conn:
        conn.execute("CREATE EXTENSION cube SCHEMA public")
        conn.execute("CREATE TABLE public.boxes (id int, a cube, b cube[])")
        conn.execute("CREATE FUNCTION public.f(x cube) RETURNS cube LANGUAGE sql AS 'SELECT x'")
        conn.execute("COMMENT ON TABLE public.boxes IS '@notNull(id, idd)'")
        conn.execute("COMMENT ON FUNCTION public.f IS 'x @not_null(y) @notnull(z)'")
        conn.commit()
        catalog = introspect(conn)
    described, notices = describe(catalog, Options(language="rust", out="x"))
    assert [each.type.kind for each in described.relations[0].fields] == ["scalar", "unknown", "array"]
    assert [(each.code, each.object) for each in notices] == [
        ("no-match", "public.boxes"),
        ("no-match", "public.f(public.cube)"),
        ("no-match", "public.f(public.cube)"),
        ("unknown-type", "public.boxes.a"),
    ]
    assert notices[0].message == (
        'the comment of public.boxes has "@notNull(idd)", and there is no such column'
    )
    assert notices[-1].hint is not None
    assert 'types = { "public.cube" = "…" }' in notices[-1].hint
    assert not described.relations[0].fields[0].nullable
    assert described.functions[0].comment == "x"
    _, notices = describe(catalog, Options(language="rust", out="x", types={"public.cube": "Cube"}))
    assert "unknown-type" not in {each.code for each in notices}


def test_a_damaged_view_proves_nothing() -> None:
    """A snapshot is a file: views that no server would have do no harm."""
    ref = Ref("view", "public", "v")
    for definition in (
        "",
        "nonsense (",
        "SELECT v.a FROM public.v",
        "SELECT 1; SELECT 2",
        "SELECT a, b FROM x",
    ):
        view = View(definition=definition, columns=(("a", "integer"),))
        described, _ = describe(
            Catalog(version=180000, role="x", objects={ref: view}), Options(language="rust", out="x")
        )
        assert [each.nullable for each in described.relations[0].fields] == [True]


# ------------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("name", "snake", "camel", "pascal", "plain"),
    [
        ("order_items", "order_items", "orderItems", "OrderItems", "order_items"),
        ("OrderItems", "order_items", "orderItems", "OrderItems", "OrderItems"),
        ("Order Items!", "order_items", "orderItems", "OrderItems", "Order_Items_"),
        ("HTTPServer2Go", "http_server2_go", "httpServer2Go", "HttpServer2Go", "HTTPServer2Go"),
        ("1st", "_1st", "_1st", "_1st", "_1st"),
        ("address_2", "address_2", "address_2", "Address_2", "address_2"),
        ("_id", "_id", "_id", "Id", "_id"),
        ("naïve", "naïve", "naïve", "Naïve", "naïve"),
        ("日本語", "日本語", "日本語", "日本語", "日本語"),
        ("ﬁx", "fix", "fix", "Fix", "fix"),
        ("", "unnamed", "unnamed", "Unnamed", "unnamed"),
        ("-", "unnamed", "unnamed", "Unnamed", "unnamed"),
        ("😀", "unnamed", "unnamed", "Unnamed", "unnamed"),
    ],
)
def test_casing(name: str, snake: str, camel: str, pascal: str, plain: str) -> None:
    found = words.snake(name), words.camel(name), words.pascal(name), words.plain(name)
    assert found == (snake, camel, pascal, plain)


@given(st.text(max_size=12))
def test_any_name_becomes_an_identifier(name: str) -> None:
    for each in (
        words.snake(name),
        words.camel(name),
        words.pascal(name),
        words.plain(name),
        words.upper(name),
    ):
        assert each.isidentifier()


@given(st.lists(st.sampled_from(["a", "a2", "a3", "class", "b"]), max_size=8))
def test_names_are_unique(wanted: list[str]) -> None:
    pairs = [(f"t.{number}", name) for number, name in enumerate(wanted)]
    names, notices = words.unique(pairs, taken={"class"})
    assert len(set(names.values())) == len(pairs)
    assert "class" not in names.values()
    renamed = [thing for thing, name in pairs if names[thing] != name]
    assert sorted(each.object for each in notices) == sorted(renamed)
    for permuted in itertools.islice(itertools.permutations(pairs), 4):
        assert words.unique(permuted, taken={"class"})[0] == names
    for name in set(wanted) - {"class"}:
        assert name in names.values()
