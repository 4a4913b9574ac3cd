"""Mirrors are judged by what would break: tables of literals, and shapes read from a real catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ormony import mirrors
from ormony.catalog import Catalog
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from ormony.database.shadow import Shadow
from ormony.mirrors import Field, Key, Shape


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("text", "character varying"),
        ("character varying", "text"),
        ("text", "character varying(20)"),
        ("character varying(20)", "character varying(10)"),
        ("character varying(3)", "character(3)"),
        ("character(3)", "character varying(3)"),
        ("bigint", "integer"),
        ("numeric", "bigint"),
        ("numeric(12,2)", "numeric(10,2)"),
        ("numeric(10,0)", "integer"),
        ("double precision", "real"),
        ("double precision", "integer"),
        ("timestamp with time zone", "timestamp(3) with time zone"),
        ("timestamp(3) without time zone", "timestamp without time zone"),
        ("json", "jsonb"),
        ("inet", "cidr"),
        ("text[]", "character varying[]"),
        ("public.status", "public.status"),
        ("extensions.vector(1536)", "extensions.vector(1536)"),
        ("extensions.vector", "extensions.vector(1536)"),
    ],
)
def test_a_type_holds_the_values_of_another(type_: str, values: str) -> None:
    assert mirrors.holds(type_, values)


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("character varying(10)", "text"),
        ("character varying(10)", "character varying(20)"),
        ("character", "character varying(3)"),
        ("integer", "bigint"),
        ("double precision", "numeric(20,10)"),
        ("double precision", "bigint"),
        ("real", "integer"),
        ("bigint", "numeric"),
        ("numeric(10,2)", "numeric(10,4)"),
        ("numeric(5,0)", "integer"),
        ("timestamp with time zone", "timestamp without time zone"),
        ("timestamp without time zone", "timestamp with time zone"),
        ("jsonb", "json"),
        ("text", "uuid"),
        ("uuid", "text"),
        ("text", "text[]"),
        ("text[]", "text"),
        ("text", "public.status"),
        ("public.premstatus", "public.prem_status"),
        ("extensions.vector(3)", "extensions.vector(4)"),
        ("extensions.vector(3)", "extensions.vector"),
        ("date", "timestamp without time zone"),
        ("boolean", "integer"),
    ],
)
def test_a_type_does_not_hold_the_values_of_another(type_: str, values: str) -> None:
    assert not mirrors.holds(type_, values)


@pytest.fixture
def shadow_catalog(shadow: Shadow) -> Callable[[str], Catalog]:
    def read(text: str) -> Catalog:
        with connect(shadow.clone(())) as connection:
            connection.execute(text)
            return introspect(connection)

    return read


def shape(*fields: Field, **more: Any) -> Shape:
    return Shape(schema="public", name="t", fields=fields, **more)


ID = Field(name="id", type="bigint", not_null=True, default="")
A = Field(name="a", type="integer")


def verdicts(model: Shape, owner: Shape, *, reads_only: bool = False) -> list[tuple[str, str]]:
    return [(each.breaks, each.column) for each in mirrors.judge(model, owner, reads_only=reads_only)]


def changed(field: Field, **fields: object) -> Field:
    return msgspec.structs.replace(field, **fields)


@pytest.mark.parametrize(
    ("model", "owner", "expected"),
    [
        ([A], [A], []),
        ([changed(A, type="text")], [changed(A, type="character varying")], [("cosmetic", "a")]),
        # a column that one side has not
        ([ID], [ID, A], [("incomplete", "a")]),
        ([ID], [ID, changed(A, not_null=True)], [("writes", "a")]),
        ([ID], [ID, changed(A, not_null=True, default="0")], [("incomplete", "a")]),
        ([ID], [ID, changed(A, not_null=True, generated=True, default="1")], [("incomplete", "a")]),
        ([ID, A], [ID], [("reads", "a")]),
        # types
        ([changed(A, type="bigint")], [A], [("writes", "a")]),
        ([A], [changed(A, type="bigint")], [("reads", "a")]),
        ([changed(A, type="json")], [changed(A, type="jsonb")], [("writes", "a")]),
        ([changed(A, type="real")], [changed(A, type="double precision")], [("cosmetic", "a")]),
        ([changed(A, type="real[]")], [changed(A, type="double precision[]")], [("cosmetic", "a")]),
        ([changed(A, type="double precision")], [changed(A, type="real")], [("writes", "a")]),
        ([changed(A, type="real", types=("real",))], [changed(A, type="double precision")], [("reads", "a")]),
        (
            [changed(A, type="timestamp without time zone")],
            [changed(A, type="timestamp with time zone")],
            [("reads", "a")],
        ),
        # null
        ([changed(A, not_null=True)], [A], [("reads", "a")]),
        ([A], [changed(A, not_null=True)], [("writes", "a")]),
        ([changed(A, filled=True)], [changed(A, not_null=True)], [("incomplete", "a")]),
        ([changed(A, default="0")], [changed(A, not_null=True, default="0")], [("incomplete", "a")]),
        # defaults
        ([changed(A, not_null=True, default="0")], [changed(A, not_null=True)], [("writes", "a")]),
        ([changed(A, default="0")], [A], [("cosmetic", "a")]),
        ([changed(A, not_null=True)], [changed(A, not_null=True, default="0")], []),
        ([A], [changed(A, generated=True, default="1")], [("writes", "a")]),
        # Rust: one of the types exactly
        ([changed(A, types=("bigint",))], [A], [("reads", "a")]),
        (
            [changed(A, type="text", types=("text", "character varying"))],
            [changed(A, type="character varying(9)")],
            [],
        ),
    ],
)  # fmt: skip
def test_judgement(model: list[Field], owner: list[Field], expected: list[tuple[str, str]]) -> None:
    assert verdicts(shape(*model), shape(*owner)) == expected


def test_what_breaks_writes_alone_is_cosmetic_for_a_mirror_that_reads() -> None:
    model, owner = shape(ID), shape(ID, changed(A, not_null=True))
    assert verdicts(model, owner, reads_only=True) == [("cosmetic", "a")]
    assert verdicts(shape(ID, A), shape(ID), reads_only=True) == [("reads", "a")]


def test_enums_are_judged_by_their_values_and_their_name() -> None:
    old = changed(A, type="public.state")
    both = {"public.state": ("on", "off")}
    more = {"public.state": ("on", "off", "lost")}
    assert verdicts(shape(old, enums=both), shape(old, enums=both)) == []
    assert verdicts(shape(old, enums=both), shape(old, enums=more)) == [("reads", "a")]
    assert verdicts(shape(old, enums=more), shape(old, enums=both)) == [("writes", "a")]
    named = shape(changed(A, type="public.states"), enums={"public.states": ("on", "off")})
    (found,) = mirrors.judge(named, shape(old, enums=both))
    assert found.breaks == "writes"
    assert found.message == "a is of the type public.states, and of public.state in the database"
    assert found.edit is not None
    assert found.edit.labels == ("on", "off")


def test_a_domain_is_judged_by_what_it_is_over() -> None:
    owner = shape(changed(A, type="public.email"), domains={"public.email": "text"})
    assert verdicts(shape(changed(A, type="character varying")), owner) == [("cosmetic", "a")]
    assert verdicts(shape(changed(A, type="integer")), owner) == [("reads", "a")]


def test_a_foreign_key_to_another_table_breaks_writes_and_one_that_is_missing_nothing() -> None:
    def key(table: str) -> Key:
        return Key(columns=("a",), references=("public", table), referenced=("id",))

    right, wrong = shape(A, keys=(key("users"),)), shape(A, keys=(key("credits"),))
    assert verdicts(right, right) == []
    assert verdicts(shape(A), right) == []
    assert verdicts(right, shape(A)) == []
    (found,) = mirrors.judge(wrong, right)
    assert (found.breaks, found.message) == (
        "writes",
        "a references public.credits (id), and public.users (id) in the database",
    )
    assert found.edit is not None
    assert found.edit.reference == key("users")


def test_a_primary_key_must_tell_rows_apart() -> None:
    owner = shape(ID, A, primary=("id",), unique=(("a",),))
    assert verdicts(shape(ID, A, primary=("a",)), owner) == [("cosmetic", "")]
    assert verdicts(shape(ID, A, primary=("a",)), shape(ID, A, primary=("id",))) == [("reads", "")]


def test_edits_of_one_column_are_one() -> None:
    model = shape(changed(A, type="text"), Field(name="old", type="text"))
    owner = shape(changed(A, not_null=True), Field(name="new", type="text"))
    found = mirrors.edits(mirrors.judge(model, owner))
    assert [(each.action, each.column, each.change, each.after) for each in found] == [
        ("alter", "a", ("type", "null"), None),
        ("add", "new", (), "a"),
        ("remove", "old", (), None),
    ]


def test_shapes_are_read_from_a_catalog(shadow_catalog: Callable[[str], Catalog]) -> None:
    catalog = shadow_catalog(
        "CREATE TYPE \"Odd State\" AS ENUM ('on', 'off'); CREATE DOMAIN email AS text;\n"
        "CREATE TABLE parents (id uuid PRIMARY KEY);\n"
        'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s "Odd State"[] NOT NULL,\n'
        "  e email DEFAULT 'x', n serial, p uuid REFERENCES parents, g int GENERATED ALWAYS AS (1) STORED,\n"
        "  UNIQUE (e));\n"
        "CREATE UNIQUE INDEX ON t (n); CREATE UNIQUE INDEX ON t (p) WHERE n > 1;\n"
        "CREATE VIEW v AS SELECT id, e FROM t;\n"
    )
    found = mirrors.shapes(catalog, {("public", "t"), ("public", "v"), ("public", "none")})
    assert found.keys() == {("public", "t"), ("public", "v")}
    table = found["public", "t"]
    assert [(f.name, f.type, f.not_null, f.default, f.generated) for f in table.fields] == [
        ("id", "bigint", True, "", True),
        ("s", 'public."Odd State"[]', True, None, False),
        ("e", "public.email", False, "'x'::text", False),
        ("n", "integer", True, "", False),
        ("p", "uuid", False, None, False),
        ("g", "integer", False, "1", True),
    ]
    assert table.primary == ("id",)
    assert set(table.unique) == {("e",), ("n",)}
    assert [(key.columns, key.references, key.referenced) for key in table.keys] == [
        (("p",), ("public", "parents"), ("id",))
    ]
    assert table.enums == {"public.Odd State": ("on", "off")}
    assert table.domains == {"public.email": "text"}
    assert [f.name for f in found["public", "v"].fields] == ["id", "e"]
    assert found["public", "v"].view
    assert verdicts(table, table) == []
