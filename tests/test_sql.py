"""SQL as text: statements and their places, names created and used, what may not be in a transaction."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormony import sql
from ormony.errors import OrmonyError
from ormony.sql import Name


def one(text: str) -> sql.Statement:
    (statement,) = sql.statements(text)
    return statement


def names(found: frozenset[Name]) -> set[str]:
    return {
        f"{name.kind} {name.schema + '.' if name.schema else ''}{name.of + '.' if name.of else ''}{name.name}"
        for name in found
    }


def refused(code: str, text: str, path: str = "m/1.sql") -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        sql.statements(text, path)
    assert caught.value.code == code
    return caught.value


def test_the_parser_is_loaded_only_when_a_text_is_read() -> None:
    program = "import sys, ormony.sql, ormony.stream; print('postgast' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# ------------------------------------------------------------------------------------------------ quoting


@given(
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1, max_size=15)
)
def test_a_quoted_identifier_is_read_back(name: str) -> None:
    (found,) = sql.facts(f"DROP TABLE {sql.quote_identifier(name)}")
    assert found.drops == {Name("relation", "public", name)}


@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))))
def test_a_quoted_literal_ends_where_it_should(text: str) -> None:
    assert len(sql.statements(f"SELECT {sql.quote_literal(text)}; DROP TABLE x")) == 2


def test_what_cannot_be_quoted_is_refused() -> None:
    for bad in ("", "a\0b"):
        with pytest.raises(OrmonyError) as caught:
            sql.quote_identifier(bad)
        assert caught.value.code == "bad-identifier"
    with pytest.raises(OrmonyError) as caught:
        sql.quote_literal("a\0b")
    assert caught.value.code == "bad-literal"


# --------------------------------------------------------------------------------------------- statements


def test_places_count_characters_not_bytes() -> None:
    text = "/* é /* nested */ */ SELECT 'ü日' ; -- ß\n\n  SELECT 2 -- tail"
    first, second = sql.statements(text)
    assert (first.sql, first.line, first.column) == ("SELECT 'ü日'", 1, 22)
    assert text[first.start : first.stop] == "SELECT 'ü日' ;"
    assert (second.sql, second.line, second.column) == ("SELECT 2", 3, 3)
    assert text[second.start : second.stop] == "SELECT 2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("-- nothing\n;;\n/* here */", []),
        ("\ufeffSELECT 1", ["SELECT 1"]),
        ("SELECT 1;\r\nSELECT 2;\r\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT $x$;$x$; SELECT E'\\';'", ["SELECT ';'", "SELECT $x$;$x$", "SELECT E'\\';'"]),
        ("DO $$ BEGIN NULL; END $$; SELECT 1", ["DO $$ BEGIN NULL; END $$", "SELECT 1"]),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
            ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"],
        ),
    ],
)
def test_statements_are_split_as_the_server_splits_them(text: str, expected: list[str]) -> None:
    assert [each.sql for each in sql.statements(text)] == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT 1;\nSELECT 'é' FROM FROM t", "m/1.sql:2:17"),
        ("CREATE TABLE t (", "m/1.sql:1:17"),
        ("\ufeffSELEKT", "m/1.sql:1:2"),
        ("SELECT\r\n  'open", "m/1.sql:2:3"),
    ],
)
def test_a_syntax_error_names_line_and_column(text: str, place: str) -> None:
    assert refused("sql-syntax", text).place == place


def test_a_null_byte_is_refused_and_not_the_end_of_the_text() -> None:
    assert refused("sql-syntax", "SELECT 1;\n\0DROP TABLE x").place == "m/1.sql:2"


def test_an_expression_too_deep_for_the_reader_is_refused() -> None:
    refused("sql-too-deep", "SELECT " + " || ".join("'a'" for _ in range(3000)))


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("\\restrict abc\nSELECT 1;", "\\restrict", "m/1.sql:1:1"),
        ("SELECT 1;\n\\connect other", "\\connect", "m/1.sql:2:1"),
        ("CREATE TABLE t (a int);\n\nCOPY t (a) FROM stdin;\n1\tx\n\\.\n", "COPY", "m/1.sql:3:1"),
        ("COPY t FROM STDIN;", "COPY", "m/1.sql:1:1"),
    ],
)
def test_a_dump_for_psql_is_told_apart_from_bad_sql(text: str, what: str, place: str) -> None:
    error = refused("psql-only", text)
    assert error.message.startswith(what)
    assert error.place == place
    assert error.hint


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("SELECT 1;", "-- why\nSELECT  1", True),
        ("SELECT 1", "SELECT 2", False),
        ("SELECT '-- a'", "SELECT '-- b'", False),
        ("DO $$ BEGIN NULL; END $$", "DO $$ BEGIN NULL; -- x\n END $$", False),
        ("SELECT 1 /* a */", "SELECT 1 /* b */;", True),
        ("SELECT 'a", "SELECT 'a", True),
        ("SELECT 'a", "SELECT  'a", False),
    ],
)
def test_same_code_ignores_comments_and_white_space_only(left: str, right: str, same: bool) -> None:
    assert sql.same_code(left, right) is same


# -------------------------------------------------------------------------------------------------- facts


CREATES_AND_USES = [
    ("CREATE TABLE t (id int)", {"relation public.t"}, set()),
    ("CREATE TABLE app.t (id int)", {"relation app.t"}, {"schema app"}),
    ("CREATE TABLE t (s status DEFAULT 'a'::status)", {"relation public.t"}, {"type public.status"}),
    ("CREATE TABLE t (s app.status[])", {"relation public.t"}, {"type app.status"}),
    ("CREATE TABLE t (id serial)", {"relation public.t", "relation public.t_id_seq"}, set()),
    (
        "CREATE TABLE t (id int DEFAULT nextval('app.q'))",
        {"relation public.t"},
        {"function public.nextval", "relation app.q"},
    ),
    (
        "CREATE TABLE t (id int DEFAULT nextval('\"Q\"'::regclass))",
        {"relation public.t"},
        {"function public.nextval", "relation public.Q"},
    ),
    (
        "CREATE TABLE t (id uuid DEFAULT uuid_generate_v4())",
        {"relation public.t"},
        {"function public.uuid_generate_v4", "extension uuid-ossp"},
    ),
    (
        "CREATE TABLE t (e extensions.vector(3))",
        {"relation public.t"},
        {"type extensions.vector", "extension vector"},
    ),
    (
        "CREATE TABLE t (id int, CONSTRAINT k FOREIGN KEY (id) REFERENCES o)",
        {"relation public.t", "constraint public.t.k"},
        {"relation public.o"},
    ),
    ("CREATE TABLE t (a int REFERENCES t)", {"relation public.t"}, set()),
    ("CREATE TABLE t (LIKE other)", {"relation public.t"}, {"relation public.other"}),
    ("CREATE TABLE p PARTITION OF t DEFAULT", {"relation public.p"}, {"relation public.t"}),
    ("CREATE TEMP TABLE t (id int)", set(), set()),
    ("CREATE TABLE t AS SELECT * FROM u", {"relation public.t"}, {"relation public.u"}),
    ("SELECT * INTO t FROM u", {"relation public.t"}, {"relation public.u"}),
    (
        "CREATE OR REPLACE VIEW v AS SELECT f(a) FROM u JOIN w USING (id)",
        {"relation public.v"},
        {"relation public.u", "relation public.w", "function public.f"},
    ),
    ("CREATE MATERIALIZED VIEW v AS SELECT 1", {"relation public.v"}, set()),
    ("CREATE INDEX ON t (a)", set(), {"relation public.t", "column public.t.a"}),
    (
        "CREATE INDEX i ON app.t USING gin (a gin_trgm_ops)",
        {"relation app.i"},
        {"relation app.t", "column app.t.a", "extension pg_trgm", "schema app"},
    ),
    ("CREATE TYPE e AS ENUM ('a')", {"type public.e"}, set()),
    ("CREATE TYPE c AS (a e)", {"type public.c"}, {"type public.e"}),
    ("CREATE TYPE r AS RANGE (subtype = e)", {"type public.r"}, {"type public.e"}),
    ("CREATE DOMAIN d AS text CHECK (ok(VALUE))", {"type public.d"}, {"function public.ok"}),
    ("CREATE SEQUENCE q OWNED BY t.id", {"relation public.q"}, {"relation public.t"}),
    ("CREATE SCHEMA s CREATE TABLE t (id int)", {"schema s", "relation s.t"}, set()),
    (
        "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions",
        {"extension vector"},
        {"schema extensions"},
    ),
    (
        "CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION app.f()",
        {"trigger public.t.g"},
        {"relation public.t", "function app.f"},
    ),
    (
        "CREATE POLICY p ON t TO joe USING (auth.uid() = id AND EXISTS (SELECT FROM m))",
        {"policy public.t.p"},
        {"relation public.t", "function auth.uid", "relation public.m", "role joe"},
    ),
    ("CREATE ROLE joe", {"role joe"}, set()),
    ("CREATE PUBLICATION p FOR TABLE t", {"publication p"}, {"relation public.t"}),
    (
        "CREATE FUNCTION f(a t) RETURNS SETOF u LANGUAGE sql AS 'SELECT * FROM w'",
        {"function public.f", "signature public.f(t)"},
        {"type public.t", "type public.u", "relation public.w"},
    ),
    (
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 FROM w; END",
        {"function public.f", "signature public.f()"},
        {"relation public.w"},
    ),
    (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1 FROM w'",
        {"function public.f", "signature public.f()"},
        set(),
    ),
    (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = app AS 'SELECT 1 FROM w'",
        {"function public.f", "signature public.f()"},
        {"relation app.w"},
    ),
    (
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
        {"event trigger e"},
        {"function public.f"},
    ),
    (
        "CREATE AGGREGATE a (int) (sfunc = f, stype = e)",
        {"function public.a"},
        {"function public.f", "type public.e"},
    ),
    ("GRANT SELECT ON t, app.u TO anon", set(), {"relation public.t", "relation app.u", "role anon"}),
    (
        "GRANT EXECUTE ON FUNCTION f(int) TO anon",
        set(),
        {"function public.f", "signature public.f(int4)", "role anon"},
    ),
    ("GRANT SELECT ON ALL TABLES IN SCHEMA app TO PUBLIC", set(), {"schema app"}),
    ("GRANT a TO b", set(), {"role a", "role b"}),
    ("COMMENT ON COLUMN app.t.c IS 'x'", set(), {"column app.t.c"}),
    ("COMMENT ON FUNCTION f(int) IS 'x'", set(), {"function public.f"}),
    (
        "INSERT INTO t (a) SELECT b FROM u",
        set(),
        {"relation public.t", "column public.t.a", "relation public.u"},
    ),
    ("UPDATE t SET a = 1 FROM u", set(), {"relation public.t", "column public.t.a", "relation public.u"}),
    (
        "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
        set(),
        {"relation public.t", "relation public.u"},
    ),
    ("TRUNCATE t, u", set(), {"relation public.t", "relation public.u"}),
    ("COPY t TO '/tmp/x'", set(), {"relation public.t"}),
    (
        "SELECT 'app.t'::regclass, cron.schedule('x', '*', 'y')",
        set(),
        {"relation app.t", "function cron.schedule", "extension pg_cron"},
    ),
    ("SELECT * FROM pg_class, pg_catalog.pg_proc, information_schema.tables", set(), set()),
    ("WITH a AS (SELECT * FROM u), b AS (SELECT * FROM a) SELECT * FROM a, b", set(), {"relation public.u"}),
    ("WITH u AS (SELECT * FROM u) SELECT * FROM u", set(), {"relation public.u"}),
    ("WITH RECURSIVE r AS (SELECT 1 UNION SELECT * FROM r) SELECT * FROM r", set(), set()),
    ("WITH a AS (SELECT 1) SELECT * FROM public.a", set(), {"relation public.a"}),
    (
        "DO $$ BEGIN CREATE TYPE e AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        {"type public.e"},
        set(),
    ),
    ("DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'x (a e)'; END $$", {"relation public.x"}, {"type public.e"}),
    (
        "DO $$ DECLARE r app.t%ROWTYPE; BEGIN PERFORM f() FROM u; END $$",
        set(),
        {"function public.f", "relation public.u", "type app.t"},
    ),
]


@pytest.mark.parametrize(
    ("text", "creates", "uses"), CREATES_AND_USES, ids=[case[0] for case in CREATES_AND_USES]
)
def test_what_a_statement_creates_and_uses(text: str, creates: set[str], uses: set[str]) -> None:
    (found,) = sql.facts(text)
    assert names(found.creates) == creates
    assert names(found.uses) == uses


@pytest.mark.parametrize(
    ("text", "alters", "drops", "renames", "creates"),
    [
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", {"relation public.t"}, set(), set(), set()),
        ("ALTER TABLE t ADD COLUMN a int", {"relation public.t"}, set(), set(), {"column public.t.a"}),
        ("ALTER TABLE t DROP COLUMN a", {"relation public.t"}, {"column public.t.a"}, set(), set()),
        ("ALTER TABLE t DROP CONSTRAINT k", {"relation public.t"}, {"constraint public.t.k"}, set(), set()),
        ("ALTER TYPE app.e ADD VALUE 'b'", {"type app.e"}, set(), set(), set()),
        ("ALTER TABLE app.t RENAME TO u", set(), set(), {"relation app.t"}, {"relation app.u"}),
        (
            "ALTER TABLE t RENAME a TO b",
            {"relation public.t"},
            set(),
            {"column public.t.a"},
            {"column public.t.b"},
        ),
        ("ALTER TABLE t SET SCHEMA app", set(), set(), {"relation public.t"}, {"relation app.t"}),
        ("ALTER TYPE e RENAME TO f", set(), set(), {"type public.e"}, {"type public.f"}),
        ("ALTER FUNCTION f(int) RENAME TO g", set(), set(), {"function public.f"}, {"function public.g"}),
        ("ALTER SCHEMA a RENAME TO b", set(), set(), {"schema a"}, {"schema b"}),
        ("ALTER POLICY p ON t USING (true)", {"policy public.t.p"}, set(), set(), set()),
        ("ALTER TABLE t OWNER TO joe", {"relation public.t"}, set(), set(), set()),
        ("ALTER FUNCTION f() OWNER TO joe", {"function public.f"}, set(), set(), set()),
        ("ALTER PUBLICATION p ADD TABLE t", {"publication p"}, set(), set(), set()),
        ("DROP TABLE a, app.b", set(), {"relation public.a", "relation app.b"}, set(), set()),
        ("DROP FUNCTION f(text)", set(), {"function public.f", "signature public.f(text)"}, set(), set()),
        ("DROP FUNCTION f", set(), {"function public.f"}, set(), set()),
        ("DROP POLICY p ON app.t", set(), {"policy app.t.p"}, set(), set()),
        ("DROP TRIGGER g ON t", set(), {"trigger public.t.g"}, set(), set()),
        ("DROP TYPE app.e", set(), {"type app.e"}, set(), set()),
        ("DROP SCHEMA a, b", set(), {"schema a", "schema b"}, set(), set()),
        ("DROP ROLE joe", set(), {"role joe"}, set(), set()),
    ],
)
def test_what_a_statement_alters_drops_and_renames(
    text: str, alters: set[str], drops: set[str], renames: set[str], creates: set[str]
) -> None:
    (found,) = sql.facts(text)
    assert names(found.alters) == alters
    assert names(found.drops) == drops
    assert names(found.renames) == renames
    assert {name for name in names(found.creates) if not name.startswith("constraint")} == creates


def test_a_drop_if_exists_needs_nothing() -> None:
    (found,) = sql.facts("DROP TABLE IF EXISTS a")
    assert names(found.drops) == {"relation public.a"}
    assert found.needs == frozenset()
    assert names(found.uses_late) == {"relation public.a"}


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN INSERT INTO audit VALUES (NEW.id); NEW.at := clock(); RETURN NEW; END",
        "DECLARE r audit%ROWTYPE; BEGIN IF EXISTS (SELECT FROM audit) THEN PERFORM clock(); END IF; END",
        "DECLARE v app.kind; w audit.id%TYPE; BEGIN SELECT a, b INTO v, w FROM audit; v = clock(); END",
        "DECLARE r record; BEGIN FOR r IN SELECT * FROM audit LOOP EXECUTE 'SELECT clock()'; END LOOP; END",
    ],
)
def test_a_plpgsql_body_uses_what_it_names_only_when_called(body: str) -> None:
    (found,) = sql.facts(f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    assert names(found.uses) == set()
    assert {"relation public.audit", "function public.clock"} <= names(found.uses_late)


def test_an_event_trigger_function_is_read() -> None:
    body = "BEGIN PERFORM 1 FROM log; END"
    (found,) = sql.facts(f"CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ {body} $$")
    assert names(found.uses_late) == {"relation public.log"}


def test_a_broken_body_is_left_to_the_server() -> None:
    (found,) = sql.facts("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN nonsense'")
    assert names(found.creates) == {"function public.f", "signature public.f()"}


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("SET search_path TO app; CREATE TABLE t (id int)", {"relation app.t"}),
        ('SET search_path = "$user", app, public; CREATE TABLE t (id int)', {"relation app.t"}),
        (
            "SELECT pg_catalog.set_config('search_path', 'app, public', false); CREATE TABLE t (id int)",
            {"relation app.t"},
        ),
        ("SET search_path = app; RESET search_path; CREATE TABLE t (id int)", {"relation public.t"}),
        ("SET search_path = app; SET search_path TO DEFAULT; CREATE TABLE t (id int)", {"relation public.t"}),
        ("SET search_path = app; RESET ALL; CREATE TABLE t (id int)", {"relation public.t"}),
        (
            "DO $$ BEGIN PERFORM set_config('search_path', 'app', true); END $$; CREATE TABLE t (id int)",
            {"relation app.t"},
        ),
    ],
)
def test_the_search_path_of_a_text_is_followed(text: str, last: set[str]) -> None:
    assert names(sql.facts(text)[-1].creates) == last


def test_an_unqualified_name_may_lie_in_any_schema_of_the_path() -> None:
    first, second = sql.facts("SELECT * FROM a; CREATE TABLE b (x a)", search_path=("$user", "app", "public"))
    assert names(first.uses) == {"relation app.a", "relation public.a"}
    assert names(second.creates) == {"relation app.b"}


def test_what_the_text_made_itself_is_found_where_it_made_it() -> None:
    found = sql.facts("CREATE TABLE public.a (); SELECT * FROM a", search_path=("app", "public"))
    assert names(found[1].uses) == {"relation public.a"}


def test_a_temporary_table_hides_a_real_one_until_it_is_dropped() -> None:
    found = sql.facts("CREATE TEMP TABLE t (); INSERT INTO t VALUES (1); DROP TABLE t; SELECT FROM t")
    assert [names(each.needs) for each in found] == [set(), set(), set(), {"relation public.t"}]


def test_an_empty_search_path_finds_nothing_unqualified() -> None:
    found = sql.facts(
        "SELECT set_config('search_path', '', false); CREATE TABLE app.t (a text); SELECT FROM t"
    )
    assert names(found[1].creates) == {"relation app.t"}
    assert names(found[2].uses) == {"relation app.t"}


def test_needs_of_foreign_keys_are_told_apart() -> None:
    (found,) = sql.facts("CREATE TABLE t (a int REFERENCES o, b int REFERENCES p, c p)")
    assert names(found.foreign_keys) == {"relation public.o", "relation public.p"}
    (found,) = sql.facts("CREATE TABLE t (LIKE o, a int REFERENCES o)")
    assert found.foreign_keys == frozenset()


# ---------------------------------------------------------------------------------------- classification


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (CONCURRENTLY) INDEX i",
        "REINDEX SCHEMA s",
        "REINDEX DATABASE",
        "REINDEX SYSTEM",
        "VACUUM",
        "VACUUM FULL t",
        "CLUSTER",
        "CREATE DATABASE d",
        "DROP DATABASE d",
        "CREATE TABLESPACE x LOCATION '/x'",
        "DROP TABLESPACE x",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "ALTER DATABASE d SET TABLESPACE x",
        "DISCARD ALL",
        "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
        "DROP SUBSCRIPTION s",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
        "ALTER SUBSCRIPTION s SET PUBLICATION p",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "COMMIT PREPARED 'x'",
    ],
)
def test_what_no_transaction_allows(text: str) -> None:
    assert sql.non_transactional(one(text))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX i ON t (a)",
        "DROP INDEX i",
        "DROP TABLE t",
        "REINDEX TABLE t",
        "REINDEX (CONCURRENTLY false) INDEX i",
        "ANALYZE t",
        "CLUSTER t USING i",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "ALTER DATABASE d SET work_mem = '1MB'",
        "CREATE ROLE r",
        "CREATE EXTENSION x",
        "ALTER TYPE e ADD VALUE 'x'",
        "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (create_slot = false)",
        "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)",
        "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
        "ALTER TABLE t DETACH PARTITION p",
        "DISCARD TEMP",
        "SELECT 'VACUUM'",
        "COMMENT ON TABLE t IS 'CREATE INDEX CONCURRENTLY'",
    ],
)
def test_what_a_transaction_allows(text: str) -> None:
    assert not sql.non_transactional(one(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE ROLE r", True),
        ("ALTER ROLE r SET search_path = x", True),
        ("GRANT a TO b", True),
        ("ALTER DATABASE d SET x.y = 1", True),
        ("ALTER SYSTEM SET x = 1", True),
        ("COMMENT ON ROLE r IS 'x'", True),
        ("GRANT CONNECT ON DATABASE d TO r", True),
        ("ALTER ROLE a RENAME TO b", True),
        ("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles) THEN CREATE ROLE r; END IF; END $$", True),
        ("DO $$ BEGIN EXECUTE 'ALTER ' || 'SYSTEM SET x = 1'; END $$", True),
        ("DO $$ BEGIN RAISE NOTICE 'CREATE ROLE r'; END $$", False),
        ("GRANT SELECT ON t TO r", False),
        ("CREATE TABLE t ()", False),
        ("SET ROLE r", False),
    ],
)
def test_what_reaches_beyond_the_database(text: str, expected: bool) -> None:
    assert sql.cluster_wide(one(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t VALUES (1)", True),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", True),
        ("COPY t FROM '/x'", True),
        ("COPY t TO '/x'", False),
        ("COPY (SELECT 1) TO '/x'", False),
        ("TRUNCATE t", True),
        ("SELECT setval('q', 5)", True),
        ("SELECT 1", False),
        ("EXPLAIN DELETE FROM t", False),
        ("EXPLAIN ANALYZE DELETE FROM t", True),
        ("DO $$ BEGIN UPDATE t SET a = 1; END $$", True),
        ("DO $$ BEGIN EXECUTE 'DELETE FROM t'; END $$", True),
        ("DO $$ BEGIN CREATE TABLE t (); END $$", False),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'", False),
        ("CREATE RULE r AS ON INSERT TO t DO INSTEAD DELETE FROM u", False),
    ],
)
def test_what_writes_rows(text: str, expected: bool) -> None:
    assert sql.changes_data(one(text)) is expected


def test_transaction_control_is_found_by_the_parser() -> None:
    text = """SAVEPOINT a; SELECT 'COMMIT;'; -- COMMIT;
    CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
    CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
    ROLLBACK TO a; START TRANSACTION; END; ABORT; DO $$ BEGIN COMMIT; END $$; PREPARE TRANSACTION 'x'"""
    assert [each.sql.split()[0] for each in sql.transaction_control(text)] == [
        "START",
        "END",
        "ABORT",
        "DO",
        "PREPARE",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEGIN;\nSELECT 1;\nCOMMIT;\n", "      \nSELECT 1;\n       \n"),
        ("-- a\r\nbegin transaction;\r\nSELECT 'é'; end", "-- a\r\n                  \r\nSELECT 'é';    "),
        ("START TRANSACTION; COMMIT", "                         "),
        ("SELECT 0; BEGIN; SELECT 1; COMMIT; SELECT 2", "SELECT 0;        SELECT 1;         SELECT 2"),
        ("BEGIN; SELECT 1; END; begin; commit", "       SELECT 1;                   "),
    ],
)
def test_a_plain_wrapper_is_blanked_out(text: str, expected: str) -> None:
    assert sql.strip_wrapper(text) == expected
    assert sql.strip_wrapper(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "BEGIN",
        "BEGIN; SELECT 1; ROLLBACK;",
        "COMMIT",
        "SELECT 1; COMMIT; SELECT 2; BEGIN;",
        "BEGIN; SELECT 1; BEGIN; COMMIT; COMMIT",
        "BEGIN; COMMIT; BEGIN; ROLLBACK",
        "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT",
        "BEGIN; SELECT 1; COMMIT AND CHAIN",
    ],
)
def test_anything_but_a_plain_wrapper_is_left_alone(text: str) -> None:
    assert sql.strip_wrapper(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1; COMMIT; SELECT 2; BEGIN;", "SELECT 1;         SELECT 2;       "),
        ("COMMIT; COMMIT", "              "),
        ("SELECT 1; ROLLBACK;", "SELECT 1; ROLLBACK;"),
    ],
)
def test_a_transaction_that_the_tool_opened_may_be_left(text: str, expected: str) -> None:
    assert sql.strip_wrapper(text, opened=True) == expected


# ------------------------------------------------------------------------------------- Drizzle's breakpoints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1;--> statement-breakpoint\nSELECT 2;", "SELECT 1;\nSELECT 2;"),
        (
            "SELECT 1 -- é;\n--> statement-breakpoint\n\nSELECT 2 /* x */\n--> statement-breakpoint\n",
            "SELECT 1; -- é;\n\n\nSELECT 2; /* x */\n\n",
        ),
        ("-- only a comment\n--> statement-breakpoint\nSELECT 1", "-- only a comment\n\nSELECT 1;"),
    ],
)
def test_breakpoints_become_semicolons_and_lines_stay(text: str, expected: str) -> None:
    assert sql.split_breakpoints(text) == expected


def test_a_breakpoint_inside_a_body_is_an_error_of_the_file() -> None:
    text = "SELECT 1;\n--> statement-breakpoint\nDO $$\nBEGIN --> statement-breakpoint\nEND $$"
    with pytest.raises(OrmonyError) as caught:
        sql.split_breakpoints(text, "d/1.sql")
    assert (caught.value.code, caught.value.place) == ("sql-syntax", "d/1.sql:3:4")


# ------------------------------------------------------------------------------------------- foreign keys


def lifted(text: str, *targets: str) -> sql.Lifted | None:
    return sql.lift_foreign_keys(one(text), frozenset(Name("relation", "public", each) for each in targets))


def test_inline_foreign_keys_are_lifted_with_the_names_postgres_gives() -> None:
    text = """CREATE TABLE a (x int REFERENCES o(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT NULL,
      y int CONSTRAINT yy REFERENCES o, z int REFERENCES p, FOREIGN KEY (x, y) REFERENCES o (a, b),
      FOREIGN KEY (x, y) REFERENCES o (c, d))"""
    assert lifted(text, "o") == sql.Lifted(
        "CREATE TABLE a (x int NOT NULL, y int, z int REFERENCES p)",
        (
            "ALTER TABLE a ADD CONSTRAINT a_x_fkey FOREIGN KEY (x) REFERENCES o (id) ON DELETE CASCADE "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE a ADD CONSTRAINT yy FOREIGN KEY (y) REFERENCES o",
            "ALTER TABLE a ADD CONSTRAINT a_x_y_fkey FOREIGN KEY (x, y) REFERENCES o (a, b)",
            "ALTER TABLE a ADD CONSTRAINT a_x_y_fkey1 FOREIGN KEY (x, y) REFERENCES o (c, d)",
        ),
    )


def test_an_alter_table_keeps_what_is_no_foreign_key() -> None:
    text = (
        "ALTER TABLE a ADD COLUMN q int REFERENCES o, ADD CONSTRAINT k FOREIGN KEY (q) REFERENCES o NOT VALID"
    )
    assert lifted(text, "o") == sql.Lifted(
        "ALTER TABLE a ADD COLUMN q int",
        (
            "ALTER TABLE a ADD CONSTRAINT a_q_fkey FOREIGN KEY (q) REFERENCES o",
            "ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (q) REFERENCES o NOT VALID",
        ),
    )
    assert lifted("ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (q) REFERENCES o", "o") == sql.Lifted(
        None, ("ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (q) REFERENCES o",)
    )


def test_only_a_do_block_of_foreign_keys_can_move() -> None:
    key = "ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (q) REFERENCES o;"
    block = f"DO $$ BEGIN {key} EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    assert lifted(block, "o") == sql.Lifted(None, (block,))
    assert lifted(f"DO $$ BEGIN {key} CREATE TABLE x (); END $$", "o") is None
    assert lifted("CREATE VIEW v AS SELECT * FROM o", "o") is None
    assert lifted("CREATE TABLE a (x int REFERENCES p)", "o") is None


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("a", "b", "a_b_fkey"),
        ("t" * 60, "c" * 60, "t" * 29 + "_" + "c" * 28 + "_fkey"),
        ("t" * 60, "c", "t" * 56 + "_c_fkey"),
    ],
)
def test_implicit_names_are_cut_as_postgres_cuts_them(table: str, column: str, expected: str) -> None:
    assert sql.object_name(table, column, "fkey") == expected
    assert len(expected) <= 63


@given(st.text())
def test_no_text_is_more_than_an_error(text: str) -> None:
    caught: OrmonyError | None = None
    try:
        for found in sql.facts(text, path="x.sql"):
            statement = found.statement
            assert text[statement.start : statement.stop].rstrip(";").rstrip() == statement.sql
            sql.non_transactional(statement)
            sql.cluster_wide(statement)
            sql.changes_data(statement)
    except OrmonyError as error:
        caught = error
    if caught is not None:
        assert caught.code in {"sql-syntax", "psql-only", "sql-too-deep"}
        assert caught.place is not None
        assert caught.place.startswith("x.sql")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CHECK (a = ANY (ARRAY[1, 2]))", None),
        ("ANY (ARRAY['a'::public.mood])", None),
        (
            "ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])",
            "ANY (((ARRAY['a'::character varying, 'b'::character varying])::character varying[])::text[])",
        ),
        (
            "ON b, (a = ANY (ARRAY['a'::character varying]::text[]))",
            "ON b, (a = ANY ((ARRAY['a'::character varying]::character varying[])::text[]))",
        ),
        ("$$ (ARRAY['a'::character varying])::text[] $$", None),
        (
            "(ARRAY['é,]'::bpchar, f((1)::int)::bpchar])::text[]",
            "((ARRAY['é,]'::bpchar, f((1)::int)::bpchar])::bpchar[])::text[]",
        ),
        ("(ARRAY['a'::varchar, b])::text[]", None),
        ("(ARRAY['a'::varchar", None),
    ],
)
def test_array_casts_stay_as_they_are_printed(text: str, wanted: str | None) -> None:
    assert sql.keep_array_casts(text) == (wanted or text)


def test_array_casts_are_printed_again_as_they_were(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create table one (o varchar(20), constraint c check (o in ('a', 'b')))")
        ask = "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass"
        first = connection.execute(ask, ["one"]).fetchone()
        assert first is not None
        kept = sql.keep_array_casts(first[0])
        connection.execute(f"create table two (o varchar(20), constraint c {kept})".encode())
        assert connection.execute(ask, ["two"]).fetchone() == first
        connection.execute(f"create table three (o varchar(20), constraint c {first[0]})".encode())
        assert connection.execute(ask, ["three"]).fetchone() != first, "it is needed no more"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CHECK (((a >= 1) AND (a <= 4)))", None),
        ("CHECK (((b > 0) AND ((a >= 1) AND (a <= 4))))", None),
        ("CHECK ((((a = 1) OR (a = 4)) AND b))", None),
        ("CHECK ((((a >= 1) AND (a <= 4)) AND b))", "CHECK ((((a >= 1) AND (a <= 4))::boolean AND b))"),
        ("(((((a) OR (b)) OR (c)) OR (d)))", "(((((a) OR (b))::boolean OR (c))::boolean OR (d)))"),
        ("(('((a AND b) AND c)' = \"(AND\") AND ($$((a AND b) AND c)$$ = é))", None),
        ("((a AND b) AND", "((a AND b)::boolean AND"),
    ],
)
def test_conditions_stay_nested_as_they_are_printed(text: str, wanted: str | None) -> None:
    assert sql.keep_nesting(text) == (wanted or text)


@pytest.mark.parametrize(
    "condition",
    [
        "a between 1 and 4 and b > 0",
        "a not between 1 and 4 or b > 0 or a between symmetric 2 and b",
        "case when a between 1 and 2 and b = 1 and not (b between 0 and 1 and a = 2) then b end > 1",
    ],
)
def test_nested_conditions_are_printed_again_as_they_were(empty_database: str, condition: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(f"create table one (a int, b int, constraint c check ({condition}))".encode())
        ask = "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass"
        first = connection.execute(ask, ["one"]).fetchone()
        assert first is not None
        kept = sql.keep_nesting(first[0])
        assert kept != first[0]
        connection.execute(f"create table two (a int, b int, constraint c {kept})".encode())
        assert connection.execute(ask, ["two"]).fetchone() == first
        connection.execute(f"create table three (a int, b int, constraint c {first[0]})".encode())
        assert connection.execute(ask, ["three"]).fetchone() != first, "it is needed no more"
