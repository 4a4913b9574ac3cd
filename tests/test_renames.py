"""Renames that are told: how they are written, and the SQL that makes them. No server is asked."""

from __future__ import annotations

import pytest

from ormony.catalog import (
    Attribute,
    Catalog,
    Column,
    CompositeType,
    Constraint,
    Enum,
    Identity,
    Index,
    Object,
    Partition,
    Ref,
    Routine,
    Schema,
    Sequence,
    SequenceOptions,
    Table,
    View,
)
from ormony.diff import Rename, rename_candidates
from ormony.errors import OrmonyError
from ormony.plan.renames import in_sql, parse, resolved, spell, statements

OBJECTS: dict[Ref, Object] = {
    Ref("schema", "", "shop"): Schema(),
    Ref("table", "public", "a"): Table(),
    Ref("column", "public", "a", "x"): Column(type="integer"),
    Ref("column", "public", "a", "y"): Column(type="integer"),
    Ref("constraint", "public", "a", "a_pkey"): Constraint(
        type="primary key", definition="PRIMARY KEY (x)", columns=("x",)
    ),
    Ref("index", "public", "a_y"): Index(
        table=Ref("table", "public", "a"),
        definition="CREATE INDEX a_y ON public.a USING btree (y)",
        method="btree",
        columns=("y",),
    ),
    Ref("table", "public", "b"): Table(),
    Ref("column", "public", "b", "id"): Column(
        type="bigint",
        identity=Identity(
            always=True, sequence=Ref("sequence", "public", "b_id_seq"), options=SequenceOptions()
        ),
    ),
    Ref("table", "shop", "a"): Table(),
    Ref("enum", "public", "mood"): Enum(labels=("sad", "it's fine", "blue")),
    Ref("composite type", "public", "pair"): CompositeType(attributes=(Attribute(name="l", type="text"),)),
    Ref("view", "public", "v"): View(definition="SELECT 1 AS n", columns=(("n", "integer"),)),
    Ref("function", "public", "f", "integer, text"): Routine(definition="", language="sql"),
    Ref("sequence", "public", "s"): Sequence(options=SequenceOptions()),
    Ref("table", "public", "part"): Table(
        partition=Partition(parent=Ref("table", "public", "a"), bound="DEFAULT")
    ),
    Ref("column", "public", "part", "x"): Column(type="integer", inherited=True, local=False),
}
CATALOG = Catalog(version=180000, role="postgres", objects=OBJECTS)


def sqls(*texts: str) -> list[str]:
    return [each.sql.replace('"', "") for each in statements([parse(text) for text in texts], CATALOG)]


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("table public.a = public.b", Ref("table", "public", "a"), Ref("table", "public", "b")),
        ("table a = b", Ref("table", "public", "a"), Ref("table", "public", "b")),
        ("table a = shop.b", Ref("table", "public", "a"), Ref("table", "shop", "b")),
        ("column public.t.a=b", Ref("column", "public", "t", "a"), Ref("column", "public", "t", "b")),
        ("column t.a = t.b", Ref("column", "public", "t", "a"), Ref("column", "public", "t", "b")),
        (
            'table "my.schema"."a ""b""" = "c = d"',
            Ref("table", "my.schema", 'a "b"'),
            Ref("table", "my.schema", "c = d"),
        ),
        (
            "value public.mood.sad = public.mood.blue",
            Ref("enum", "public", "mood", "sad"),
            Ref("enum", "public", "mood", "blue"),
        ),
        (
            'enum value mood."very sad" = blue',
            Ref("enum", "public", "mood", "very sad"),
            Ref("enum", "public", "mood", "blue"),
        ),
        ("enum public.mood = temper", Ref("enum", "public", "mood"), Ref("enum", "public", "temper")),
        ("schema a = b", Ref("schema", "", "a"), Ref("schema", "", "b")),
        (
            "function public.f(integer,text) = public.g",
            Ref("function", "public", "f", "integer, text"),
            Ref("function", "public", "g", "integer, text"),
        ),
        (
            "text search configuration public.c = d",
            Ref("text search configuration", "public", "c"),
            Ref("text search configuration", "public", "d"),
        ),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, old: Ref, new: Ref) -> None:
    assert parse(text) == Rename(old, new)
    assert parse(spell(parse(text))) == Rename(old, new)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no kind"),
        ("tables a = b", "no kind"),
        ("table a", '"="'),
        ("table = b", "no name"),
        ("table a = ", "no name"),
        ("table a.b.c = d", "3 parts"),
        ("column a = b", "1 parts"),
        ("column a.b = c.d.e.f", "4 parts"),
        ("table a = b, c = d", "follows"),
        ("function f(a = g", "parenthesis"),
        ('table "a = b', "no name"),
    ],
)
def test_what_is_no_rename_is_refused(text: str, why: str) -> None:
    with pytest.raises(OrmonyError, match=why) as caught:
        parse(text)
    assert caught.value.code == "bad-rename"


def test_lines_of_a_file() -> None:
    text = "create table t ();\n--ormony: rename table public.a = public.t  \n-- ormony: allow x\n"
    assert in_sql(text, "a.sql") == (parse("table a = t"),)
    with pytest.raises(OrmonyError) as caught:
        in_sql(f"{text}-- ormony: rename it\n", "a.sql")
    assert caught.value.place == "a.sql:4"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (["table a = c"], ["ALTER TABLE public.a RENAME TO c"]),
        (
            ["table a = b", "table b = a"],
            [
                "ALTER TABLE public.a RENAME TO ormony_rename_1",
                "ALTER TABLE public.b RENAME TO a",
                "ALTER TABLE public.ormony_rename_1 RENAME TO b",
            ],
        ),
        (
            ["table a = b", "table b = c"],
            ["ALTER TABLE public.b RENAME TO c", "ALTER TABLE public.a RENAME TO b"],
        ),
        (
            ["column public.a.x = y", "column public.a.y = x"],
            [
                "ALTER TABLE public.a RENAME COLUMN x TO ormony_rename_1",
                "ALTER TABLE public.a RENAME COLUMN y TO x",
                "ALTER TABLE public.a RENAME COLUMN ormony_rename_1 TO y",
            ],
        ),
        (
            ["column public.a.y = public.c.z", "table a = c"],
            ["ALTER TABLE public.a RENAME TO c", "ALTER TABLE public.c RENAME COLUMN y TO z"],
        ),
        (
            ["column public.c.y = public.c.z", "table a = c"],
            ["ALTER TABLE public.a RENAME TO c", "ALTER TABLE public.c RENAME COLUMN y TO z"],
        ),
        # a partition's column goes with that of its table
        (
            ["column public.part.x = z", "column public.a.x = z"],
            ["ALTER TABLE public.a RENAME COLUMN x TO z"],
        ),
        # the index goes with its table, and is addressed where it is then
        (
            ["table a = shop.c", "index public.a_y = shop.c_y"],
            [
                "ALTER TABLE public.a RENAME TO c",
                "ALTER TABLE public.c SET SCHEMA shop",
                "ALTER INDEX shop.a_y RENAME TO c_y",
            ],
        ),
        (
            ["table b = new.b"],
            ["CREATE SCHEMA new", "ALTER TABLE public.b SET SCHEMA new"],
        ),
        (
            ["schema shop = store", "table shop.a = store.c"],
            ["ALTER SCHEMA shop RENAME TO store", "ALTER TABLE store.a RENAME TO c"],
        ),
        (
            ["value public.mood.sad = blue", "value public.mood.blue = sad"],
            [
                "ALTER TYPE public.mood RENAME VALUE 'sad' TO 'ormony_rename_1'",
                "ALTER TYPE public.mood RENAME VALUE 'blue' TO 'sad'",
                "ALTER TYPE public.mood RENAME VALUE 'ormony_rename_1' TO 'blue'",
            ],
        ),
        (
            ['value public.mood."it\'s fine" = fine', "type mood = temper"],
            [
                "ALTER TYPE public.mood RENAME TO temper",
                "ALTER TYPE public.temper RENAME VALUE 'it''s fine' TO 'fine'",
            ],
        ),
        (
            ["constraint public.a.a_pkey = pk_a"],
            ["ALTER TABLE public.a RENAME CONSTRAINT a_pkey TO pk_a"],
        ),
        (["column public.pair.l = left"], ["ALTER TYPE public.pair RENAME ATTRIBUTE l TO left"]),
        (["column public.v.n = m"], ["ALTER VIEW public.v RENAME COLUMN n TO m"]),
        (["function public.f = g"], ["ALTER FUNCTION public.f(integer, text) RENAME TO g"]),
        (["sequence public.b_id_seq = c_seq"], ["ALTER SEQUENCE public.b_id_seq RENAME TO c_seq"]),
    ],
)
def test_statements(told: list[str], expected: list[str]) -> None:
    assert sqls(*told) == expected


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (["table nowhere = b"], "the old database has no table public.nowhere"),
        (["table a = b"], "public.b exists already"),
        (["sequence s = a"], "public.a exists already"),
        (["constraint public.a.a_pkey = v"], "exists already"),
        (["column public.a.x = y"], "exists already"),
        (["value public.mood.sad = blue"], "exists already"),
        (["value public.mood.glad = happy"], "no enum value public.mood.glad"),
        (["column public.a.x = public.b.x"], "stays where it is, in public.a"),
        (["table a = c", "table a = d"], "renamed twice"),
        (["table a = c", "table b = c"], "two things become public.c"),
        (["table a = a"], "the same"),
    ],
)
def test_what_cannot_be_renamed(told: list[str], why: str) -> None:
    with pytest.raises(OrmonyError, match=why) as caught:
        sqls(*told)
    assert caught.value.code == "unknown-rename"


def test_a_new_side_without_the_new_name() -> None:
    with pytest.raises(OrmonyError, match=r"the new database has no table public\.c"):
        resolved([parse("table a = c")], CATALOG, CATALOG)


def test_one_rename_told_twice_is_one() -> None:
    assert len(resolved([parse("table a = c"), parse("table public.a = public.c")], CATALOG)) == 1


def test_labels_and_indexes_are_offered() -> None:
    mood, index = Ref("enum", "public", "mood"), Ref("index", "public", "a_y")
    changed = {ref: value for ref, value in OBJECTS.items() if ref != index}
    changed[mood] = Enum(labels=("sad", "fine", "blue"))
    held = OBJECTS[index]
    assert isinstance(held, Index)
    changed[index._replace(name="a_why")] = Index(
        table=held.table,
        definition="CREATE INDEX a_why ON public.a USING btree (y)",
        method="btree",
        columns=("y",),
    )
    offered = rename_candidates(CATALOG, Catalog(version=180000, role="postgres", objects=changed))
    assert {spell(each) for each in offered} == {
        "index public.a_y = public.a_why",
        'value public.mood."it\'s fine" = public.mood.fine',
    }
