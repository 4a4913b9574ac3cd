"""Names are quoted where the server itself would quote them, and come back from it as they were."""

from __future__ import annotations

import psycopg
import pytest

from ormony.catalog import Kind, Ref
from ormony.database import server
from ormony.errors import OrmonyError
from ormony.plan.render import names

ODD = (
    "a",
    "_",
    "a1",
    "1a",
    "a$b",
    "A",
    "orderItems",
    "order-items",
    "with space",
    " ",
    "",
    'say "hi"',
    '"',
    '""',
    "it's",
    "back\\slash",
    "a.b",
    "a;drop table t",
    "--",
    "/*",
    "$$",
    "größe",
    "ñ",
    "表",
    "🦤",
    "line\nbreak",
    "tab\t",
    "%s",
    "{}",
    "\x7f",
    "a" * 63,
    "é" * 31,
    "user",
    "User",
    "order",
    "name",
    "value",
    "null",
    "select",
    "all",
    "public",
    "json_table",
)


def reserved(cluster: server.Cluster) -> set[str]:
    with cluster.admin() as admin:
        found = admin.execute("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'").fetchall()
    return {word for (word,) in found}


def test_keywords_are_those_of_18(cluster: server.Cluster) -> None:
    assert reserved(cluster) == names.KEYWORDS


def test_keywords_hold_those_of_15(postgres15: server.Cluster) -> None:
    assert reserved(postgres15) <= names.KEYWORDS


def test_a_name_is_quoted_as_the_server_quotes_it(cluster: server.Cluster) -> None:
    with cluster.admin() as admin:
        asked = admin.execute(
            "SELECT name, quote_ident(name) FROM unnest(%s::text[] || ARRAY(SELECT word FROM"
            " pg_get_keywords())) AS name WHERE name <> ''",
            (list(ODD),),
        ).fetchall()
    assert len(asked) > 400
    assert {name: names.identifier(name) for name, _ in asked} == dict(asked)


@pytest.mark.parametrize("major", [18, 15])
def test_a_name_comes_back_as_it_was(request: pytest.FixtureRequest, major: int) -> None:
    cluster: server.Cluster = request.getfixturevalue("cluster" if major == 18 else "postgres15")
    wanted = {*ODD, *names.KEYWORDS} - {""}
    with psycopg.connect(cluster.url("template1", server.SUPERUSER)) as connection:
        connection.execute("CREATE SCHEMA odd")
        for name in sorted(wanted):
            table = names.relation(Ref("table", "odd", name))
            connection.execute(f"CREATE TABLE {table} ({names.identifier(name)} integer)".encode())
            comment = f"COMMENT ON {names.object_name(Ref('column', 'odd', name, name))} IS "
            connection.execute(f"{comment}{names.literal(name)}".encode())
        found = connection.execute(
            "SELECT relname, attname, col_description(c.oid, 1) FROM pg_class AS c JOIN pg_attribute AS a"
            " ON attrelid = c.oid AND attnum = 1 WHERE relnamespace = 'odd'::regnamespace"
        ).fetchall()
        connection.rollback()
    assert sorted(found) == sorted((name, name, name) for name in wanted)


def test_no_identifier_is_empty_or_holds_a_null_byte() -> None:
    for name in ("", "a\0b"):
        with pytest.raises(OrmonyError) as caught:
            names.identifier(name)
        assert caught.value.code == "bad-identifier"


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (Ref("table", "public", "Orders"), 'TABLE public."Orders"'),
        (Ref("materialized view", "a", "user"), 'MATERIALIZED VIEW a."user"'),
        (Ref("schema", "", "Odd"), 'SCHEMA "Odd"'),
        (Ref("column", "public", "t", "end"), 'COLUMN public.t."end"'),
        (Ref("constraint", "public", "t", "c"), "CONSTRAINT c ON public.t"),
        (Ref("policy", "public", "t", "see own"), 'POLICY "see own" ON public.t'),
        (Ref("domain constraint", "public", "d", "c"), "CONSTRAINT c ON DOMAIN public.d"),
        (Ref("enum", "public", "mood"), "TYPE public.mood"),
        (Ref("function", "public", "f", "integer, text"), "FUNCTION public.f(integer, text)"),
        (Ref("procedure", "public", "p"), "PROCEDURE public.p()"),
        (Ref("aggregate", "public", "agg", "integer"), "AGGREGATE public.agg(integer)"),
        (Ref("aggregate", "public", "agg"), "AGGREGATE public.agg(*)"),
        (Ref("operator", "public", "===", "integer, NONE"), "OPERATOR public.=== (integer, NONE)"),
        (Ref("operator class", "public", "o", "btree"), "OPERATOR CLASS public.o USING btree"),
        (Ref("cast", "", "text", "integer"), "CAST (text AS integer)"),
        (Ref("transform", "", "public.t", "sql"), "TRANSFORM FOR public.t LANGUAGE sql"),
        (Ref("user mapping", "", "Srv", "public"), 'USER MAPPING FOR PUBLIC SERVER "Srv"'),
        (Ref("user mapping", "", "srv", "Ann"), 'USER MAPPING FOR "Ann" SERVER srv'),
    ],
)
def test_an_object_behind_its_word(ref: Ref, expected: str) -> None:
    assert names.object_name(ref) == expected


@pytest.mark.parametrize("kind", ["default", "default privileges", "membership"])
def test_what_no_statement_names(kind: Kind) -> None:
    with pytest.raises(ValueError, match=kind):
        names.object_name(Ref(kind, "", "a", "b"))
