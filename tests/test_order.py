"""The order of statements, planned from literal catalogs: no server is asked.

That PostgreSQL takes such plans is proved by `test_cases.py`; here is why the statements stand where they do.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ormony.catalog import (
    Catalog,
    Column,
    Constraint,
    DefaultPrivileges,
    Enum,
    Extension,
    Grant,
    Identity,
    Index,
    NotNull,
    Object,
    Ref,
    Routine,
    Schema,
    Sequence,
    SequenceOptions,
    Table,
    View,
)
from ormony.diff import compare, uncompared
from ormony.errors import OrmonyError
from ormony.plan import make_plan

Objects = dict[Ref, Object]
Depends = dict[Ref, tuple[Ref, ...]]


def table(name: str) -> Ref:
    return Ref("table", "public", name)


def column(of: str, name: str) -> Ref:
    return Ref("column", "public", of, name)


def default(of: str, name: str) -> Ref:
    return Ref("default", "public", of, name)


def constraint(of: str, name: str) -> Ref:
    return Ref("constraint", "public", of, name)


def view(name: str) -> Ref:
    return Ref("view", "public", name)


def catalog(objects: Objects, depends: Depends | None = None, **fields: Any) -> Catalog:
    """A database whose tables have their columns in the order of the literal."""
    order: dict[Ref, tuple[str, ...]] = {}
    for ref in objects:
        if ref.kind == "column":
            order[table(ref.name)] = (*order.get(table(ref.name), ()), ref.part)
    return Catalog(
        version=180000,
        role="postgres",
        objects={Ref("schema", "", "public"): Schema(), **objects},
        depends=depends or {},
        column_order=order,
        **fields,
    )


EMPTY = catalog({})


def planned(old: Catalog, new: Catalog) -> list[str]:
    """The statements, each on one line with single blanks."""
    return [" ".join(each.sql.split()) for each in make_plan(old, new).statements]


# ---------------------------------------------------------------------------------------------- rings of keys


def ring(*tables: str) -> Catalog:
    """Tables each of which references the next, and the last the first."""
    objects: Objects = {}
    depends: Depends = {}
    for here, there in pairwise((*tables, tables[0])):
        objects |= {
            table(here): Table(),
            column(here, "id"): Column(type="integer", not_null=NotNull()),
            column(here, "next"): Column(type="integer"),
            constraint(here, f"{here}_pkey"): Constraint(
                type="primary key", definition="PRIMARY KEY (id)", columns=("id",)
            ),
            constraint(here, f"{here}_next"): Constraint(
                type="foreign key",
                definition=f"FOREIGN KEY (next) REFERENCES public.{there}(id)",
                columns=("next",),
                references=table(there),
                referenced_columns=("id",),
            ),
        }
        depends[constraint(here, f"{here}_pkey")] = (column(here, "id"),)
        depends[constraint(here, f"{here}_next")] = (
            column(here, "next"),
            column(there, "id"),
            constraint(there, f"{there}_pkey"),
        )
    return catalog(objects, depends)


def test_a_ring_of_created_tables_is_closed_by_alter_table() -> None:
    assert planned(EMPTY, ring("a", "b", "c")) == [
        *(
            f"CREATE TABLE public.{each} ( id integer NOT NULL, next integer,"
            f" CONSTRAINT {each}_pkey PRIMARY KEY (id) )"
            for each in "abc"
        ),
        "ALTER TABLE public.a ADD CONSTRAINT a_next FOREIGN KEY (next) REFERENCES public.b(id)",
        "ALTER TABLE public.b ADD CONSTRAINT b_next FOREIGN KEY (next) REFERENCES public.c(id)",
        "ALTER TABLE public.c ADD CONSTRAINT c_next FOREIGN KEY (next) REFERENCES public.a(id)",
    ]


def test_a_table_that_references_itself_is_written_as_one() -> None:
    (only,) = planned(EMPTY, ring("a"))
    assert only.startswith("CREATE TABLE public.a (")
    assert "CONSTRAINT a_next FOREIGN KEY (next) REFERENCES public.a(id)" in only
    assert planned(ring("a"), EMPTY) == ["DROP TABLE public.a"]


def test_a_chain_of_keys_needs_no_alter_table() -> None:
    """Only what a ring asks for is written apart: `c` comes first, and its keys are inside."""
    chain = ring("a", "b", "c")
    objects = {ref: value for ref, value in chain.objects.items() if ref != constraint("c", "c_next")}
    depends = {ref: needs for ref, needs in chain.depends.items() if ref in objects}
    made = planned(EMPTY, catalog(objects, depends))
    assert [each.split(" (")[0] for each in made] == [f"CREATE TABLE public.{each}" for each in "cba"]
    gone = planned(catalog(objects, depends), EMPTY)
    assert gone == ["DROP TABLE public.a", "DROP TABLE public.b", "DROP TABLE public.c"]


def test_a_ring_of_dropped_tables_is_opened_first() -> None:
    statements = planned(ring("a", "b", "c"), EMPTY)
    assert sorted(each for each in statements if each.startswith("DROP TABLE")) == [
        "DROP TABLE public.a",
        "DROP TABLE public.b",
        "DROP TABLE public.c",
    ]
    references = {"a": "b", "b": "c", "c": "a"}
    for each in statements:
        words = each.split()
        if each.startswith("ALTER TABLE"):
            name = words[2].removeprefix("public.")
            assert words[3:] == ["DROP", "CONSTRAINT", f"{name}_next"]
            del references[name]
        else:
            name = words[2].removeprefix("public.")
            assert name not in references.values(), f"{each}, while a key still leads to it"
            references.pop(name, None)


# ----------------------------------------------------------------------------------------- what is re-created


def chain_of_views(type_: str, **fields: Any) -> Catalog:
    """Three views, one on the other, whose names sort against their order, above a column."""
    objects: Objects = {table("t"): Table(), column("t", "id"): Column(type=type_)}
    depends: Depends = {}
    below = table("t")
    for name in ("z", "y", "x"):
        objects[view(name)] = View(definition=f"SELECT id FROM public.{below.name}", columns=(("id", type_),))
        depends[view(name)] = (below, column(below.name, "id"))
        below = view(name)
    return catalog(objects, depends, **fields)


def test_a_chain_of_views_makes_way_for_a_column() -> None:
    assert planned(chain_of_views("integer"), chain_of_views("bigint")) == [
        "DROP VIEW public.x",
        "DROP VIEW public.y",
        "DROP VIEW public.z",
        "ALTER TABLE public.t ALTER COLUMN id TYPE bigint",
        "CREATE VIEW public.z AS SELECT id FROM public.t",
        "CREATE VIEW public.y AS SELECT id FROM public.z",
        "CREATE VIEW public.x AS SELECT id FROM public.y",
    ]


def test_what_is_made_again_gets_what_it_had() -> None:
    """Comment, owner and privileges of a view and of its column are lost by DROP VIEW, though no side changes
    them."""
    attached = {
        "comments": {view("z"): "the last", column("z", "id"): "a number", table("t"): "stays"},
        "owners": {view("z"): "ann", table("t"): "ann"},
        "grants": {
            view("z"): (*everything("ann"), Grant("bob", "SELECT", False, "ann")),
            column("z", "id"): (Grant("carl", "SELECT", False, "ann"),),
            table("t"): (*everything("ann"), Grant("bob", "SELECT", False, "ann")),
        },
        "labels": {view("z"): (("guard", "secret"),)},
    }
    statements = planned(chain_of_views("integer", **attached), chain_of_views("bigint", **attached))
    assert statements[7:] == [
        "COMMENT ON COLUMN public.z.id IS 'a number'",
        "COMMENT ON VIEW public.z IS 'the last'",
        "SECURITY LABEL FOR guard ON VIEW public.z IS 'secret'",
        "ALTER VIEW public.z OWNER TO ann",
        "GRANT SELECT ON TABLE public.z TO bob",
        "GRANT SELECT (id) ON TABLE public.z TO carl",
    ]


def test_what_only_the_new_side_says_of_it_is_said_once() -> None:
    old = chain_of_views("integer", comments={view("x"): "before", view("y"): "gone"})
    new = chain_of_views("bigint", comments={view("x"): "after"})
    assert planned(old, new)[7:] == ["COMMENT ON VIEW public.x IS 'after'"]


def test_a_key_between_columns_that_both_change() -> None:
    """It would be checked between the two, when the types do not fit."""

    def keyed(type_: str) -> Catalog:
        found = ring("a")
        objects: Objects = {
            ref: Column(type=type_, not_null=value.not_null) if isinstance(value, Column) else value
            for ref, value in found.objects.items()
        }
        return catalog(objects, dict(found.depends))

    statements = planned(keyed("integer"), keyed("text"))
    told = [each.split(" USING")[0] for each in statements]
    gone, back = told.index("ALTER TABLE public.a DROP CONSTRAINT a_next"), len(told) - 1
    changes = [told.index(f"ALTER TABLE public.a ALTER COLUMN {each} TYPE text") for each in ("id", "next")]
    assert gone < min(changes)
    assert (
        told[back] == "ALTER TABLE public.a ADD CONSTRAINT a_next FOREIGN KEY (next) REFERENCES public.a(id)"
    )


# ---------------------------------------------------------------------------------------- serial and identity

SEQUENCE = Ref("sequence", "public", "t_id_seq")
OPTIONS = SequenceOptions(type="integer", maximum=2147483647)
SERIAL = catalog(
    {
        table("t"): Table(),
        column("t", "id"): Column(
            type="integer", not_null=NotNull(), default="nextval('public.t_id_seq'::regclass)"
        ),
        SEQUENCE: Sequence(options=OPTIONS, owned_by=column("t", "id")),
    },
    {default("t", "id"): (SEQUENCE,)},
)
IDENTITY = catalog(
    {
        table("t"): Table(),
        column("t", "id"): Column(
            type="integer",
            not_null=NotNull(),
            identity=Identity(always=False, sequence=SEQUENCE, options=OPTIONS),
        ),
    }
)
SET_VALUE = (
    "SELECT pg_catalog.setval('public.t_id_seq'::pg_catalog.regclass, max(id)) FROM public.t"
    " HAVING max(id) BETWEEN 1 AND 2147483647"
)


def test_a_serial_becomes_an_identity() -> None:
    """The sequence, whose name the identity takes, goes after the default and before the identity comes."""
    assert planned(SERIAL, IDENTITY) == [
        "ALTER TABLE ONLY public.t ALTER COLUMN id DROP DEFAULT",
        "DROP SEQUENCE public.t_id_seq",
        "ALTER TABLE public.t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"
        " (SEQUENCE NAME public.t_id_seq)",
        SET_VALUE,
    ]
    assert not make_plan(SERIAL, IDENTITY).losses


def test_an_identity_becomes_a_serial() -> None:
    statements = planned(IDENTITY, SERIAL)
    assert [each for each in statements if each != SET_VALUE] == [
        "ALTER TABLE public.t ALTER COLUMN id DROP IDENTITY",
        "CREATE SEQUENCE public.t_id_seq AS integer",
        "ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id",
        "ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass)",
    ]
    assert statements.count(SET_VALUE) == 1
    assert statements.index(SET_VALUE) > 1


# ------------------------------------------------------------------------------------------------------ enums

MOOD = Ref("enum", "public", "mood")


def moods(labels: tuple[str, ...], told: str) -> Catalog:
    return catalog(
        {
            MOOD: Enum(labels=labels),
            table("t"): Table(),
            column("t", "m"): Column(type="public.mood", default=f"'{told}'::public.mood"),
        },
        {column("t", "m"): (MOOD,), default("t", "m"): (MOOD,)},
    )


def test_a_new_label_that_a_default_uses() -> None:
    """It cannot be used in the transaction that adds it, so the type is made anew, and the values
    converted."""
    assert planned(moods(("sad", "ok"), "ok"), moods(("sad", "ok", "glad"), "glad")) == [
        "ALTER TABLE ONLY public.t ALTER COLUMN m DROP DEFAULT",
        "ALTER TYPE public.mood RENAME TO ormony_old_mood",
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'glad')",
        "ALTER TABLE public.t ALTER COLUMN m TYPE public.mood USING m::text::public.mood",
        "ALTER TABLE ONLY public.t ALTER COLUMN m SET DEFAULT 'glad'::public.mood",
        "DROP TYPE public.ormony_old_mood",
    ]


def test_a_new_label_that_nothing_uses_is_added() -> None:
    assert planned(moods(("sad", "ok"), "ok"), moods(("sad", "ok", "glad"), "ok")) == [
        "ALTER TYPE public.mood ADD VALUE 'glad'"
    ]


def test_a_label_that_goes_takes_its_default_off_first() -> None:
    statements = planned(moods(("sad", "ok"), "sad"), moods(("ok",), "ok"))
    assert statements[0] == "ALTER TABLE ONLY public.t ALTER COLUMN m DROP DEFAULT"
    assert statements[-2:] == [
        "ALTER TABLE ONLY public.t ALTER COLUMN m SET DEFAULT 'ok'::public.mood",
        "DROP TYPE public.ormony_old_mood",
    ]


# ------------------------------------------------------------------------------------------------- privileges

ONE_TABLE: Objects = {table("t"): Table(), column("t", "id"): Column(type="integer")}
MADE = "CREATE TABLE public.t ( id integer )"


def everything(owner: str, but: str = "") -> tuple[Grant, ...]:
    """What the owner of a table has by itself on 18."""
    words = ("DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE")
    return tuple(Grant(owner, each, False, owner) for each in words if each != but)


def granted(*grants: Grant, owner: str = "postgres") -> Catalog:
    given = {table("t"): tuple(sorted((*everything(owner), *grants)))} if grants else {}
    return catalog(ONE_TABLE, owners={table("t"): owner}, grants=given)


CHAIN = granted(
    Grant("zoe", "SELECT", True, "postgres"),
    Grant("bob", "SELECT", True, "zoe"),
    Grant("ann", "SELECT", False, "bob"),
)


def test_a_chain_of_grants_is_taken_back_from_its_end() -> None:
    assert planned(CHAIN, granted()) == [
        "SET LOCAL ROLE bob",
        "REVOKE SELECT ON TABLE public.t FROM ann",
        "RESET ROLE",
        "SET LOCAL ROLE zoe",
        "REVOKE SELECT ON TABLE public.t FROM bob",
        "RESET ROLE",
        "REVOKE SELECT ON TABLE public.t FROM zoe",
    ]


def test_a_chain_of_grants_is_given_from_its_beginning() -> None:
    assert planned(granted(), CHAIN) == [
        "GRANT SELECT ON TABLE public.t TO zoe WITH GRANT OPTION",
        "SET LOCAL ROLE zoe",
        "GRANT SELECT ON TABLE public.t TO bob WITH GRANT OPTION",
        "RESET ROLE",
        "SET LOCAL ROLE bob",
        "GRANT SELECT ON TABLE public.t TO ann",
        "RESET ROLE",
    ]


def test_a_table_that_nobody_may_use() -> None:
    nobody = catalog(ONE_TABLE, owners={table("t"): "postgres"}, grants={table("t"): ()})
    assert planned(granted(), nobody) == ["REVOKE ALL ON TABLE public.t FROM postgres"]
    assert planned(nobody, granted()) == ["GRANT ALL ON TABLE public.t TO postgres"]


# ----------------------------------------------------------------------------------------- default privileges

READERS: Objects = {
    Ref("default privileges", "public", "postgres", "r"): DefaultPrivileges(
        grants=(Grant("anon", "SELECT", False, "postgres"),)
    )
}
READ = Grant("anon", "SELECT", False, "postgres")


def with_readers(found: Catalog) -> Catalog:
    return catalog({**READERS, **found.objects}, owners=dict(found.owners), grants=dict(found.grants))


@pytest.mark.parametrize(
    ("goal", "after"),
    [
        pytest.param(granted(READ), [], id="the defaults give it already"),
        pytest.param(granted(), ["REVOKE SELECT ON TABLE public.t FROM anon"], id="they give too much"),
        pytest.param(
            granted(READ, Grant("bob", "INSERT", False, "postgres")),
            ["GRANT INSERT ON TABLE public.t TO bob"],
            id="they give too little",
        ),
        pytest.param(
            granted(Grant("anon", "SELECT", True, "postgres")),
            ["GRANT SELECT ON TABLE public.t TO anon WITH GRANT OPTION"],
            id="without grant option",
        ),
        pytest.param(
            granted(owner="ann"),
            ["ALTER TABLE public.t OWNER TO ann", "REVOKE SELECT ON TABLE public.t FROM anon"],
            id="they are of him who makes it, not of its owner",
        ),
    ],
)
def test_default_privileges_are_what_a_new_table_has(goal: Catalog, after: list[str]) -> None:
    assert planned(catalog(READERS), with_readers(goal)) == [MADE, *after]


def test_new_default_privileges_come_after_the_tables() -> None:
    """Before that, what a new table gets would change on the way."""
    assert planned(EMPTY, with_readers(granted(READ))) == [
        MADE,
        "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO anon",
        "GRANT SELECT ON TABLE public.t TO anon",
    ]
    assert planned(catalog(READERS), granted(READ)) == [
        MADE,
        "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE SELECT ON TABLES FROM anon",
    ]


def test_a_table_that_stays_keeps_what_it_has() -> None:
    assert planned(with_readers(granted()), with_readers(granted(READ))) == [
        "GRANT SELECT ON TABLE public.t TO anon"
    ]


# ----------------------------------------------------------------------------------------------------- cycles


def function(name: str, other: str) -> Routine:
    """One whose body PostgreSQL parses, so that it needs what it calls."""
    return Routine(
        definition=f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS integer LANGUAGE sql RETURN {other}",
        language="sql",
        returns="integer",
    )


def test_a_cycle_that_nothing_breaks() -> None:
    f, g = Ref("function", "public", "f"), Ref("function", "public", "g")
    calls = catalog({f: function("f", "public.g()"), g: function("g", "public.f()")}, {f: (g,), g: (f,)})
    for old, new in ((EMPTY, calls), (calls, EMPTY)):
        with pytest.raises(OrmonyError) as caught:
            make_plan(old, new)
        assert caught.value.code == "plan-cycle"
        assert "function public.f()" in caught.value.message
        assert "function public.g()" in caught.value.message
        assert caught.value.hint is not None
        assert caught.value.exit_status == 1


def test_functions_in_their_order() -> None:
    f, g = Ref("function", "public", "f"), Ref("function", "public", "g")
    calls = catalog({f: function("f", "public.g()"), g: function("g", "1")}, {f: (g,)})
    assert [each.split()[4] for each in planned(EMPTY, calls)] == ["public.g()", "public.f()"]
    assert planned(calls, EMPTY) == ["DROP FUNCTION public.f()", "DROP FUNCTION public.g()"]


def test_equal_catalogs_need_no_plan() -> None:
    for each in (EMPTY, SERIAL, IDENTITY, CHAIN, ring("a", "b"), chain_of_views("integer")):
        plan = make_plan(each, each)
        assert plan.statements == ()
        assert plan.script() == ""


# ------------------------------------------------------------------------------------ what PostgreSQL refuses


def test_a_table_whose_rows_a_column_holds_keeps_its_types() -> None:
    def whole(x: str, **fields: Any) -> Catalog:
        return catalog(
            {
                table("a"): Table(),
                column("a", "x"): Column(type=x, **fields),
                table("b"): Table(),
                column("b", "Rows"): Column(type="public.a[]"),
            },
            {column("b", "Rows"): (table("a"),)},
        )

    with pytest.raises(OrmonyError) as caught:
        make_plan(whole("integer"), whole("bigint"))
    assert caught.value.code == "cannot-alter"
    assert "table public.a" in caught.value.message
    assert "column public.b.Rows" in caught.value.message
    told = """ALTER TABLE public.b ALTER COLUMN "Rows" TYPE jsonb USING to_jsonb("Rows")"""
    assert caught.value.hint is not None
    assert caught.value.hint.endswith(told)
    allowed = make_plan(whole("integer"), whole("integer", default="1", not_null=NotNull())).statements
    assert len(allowed) == 2


def test_what_depends_on_an_extension() -> None:
    """It is read among what no kind covers; what names no object of the catalog stays there."""
    f, i = Ref("function", "public", "F", "integer, text"), Ref("index", "public", "i")
    objects: Objects = {
        Ref("extension", "", "citext"): Extension(schema="public", version="1.6"),
        f: Routine(definition='CREATE OR REPLACE FUNCTION public."F"(a integer, b text)', language="sql"),
        table("t"): Table(),
        i: Index(table=table("t"), definition="CREATE INDEX i", method="btree", columns=("a",)),
    }
    said = 'function public."F"(integer,text) depends on extension citext'
    gone = "view public.v depends on extension citext"
    old = catalog(objects, unmodelled={"index public.i depends on extension citext": "x"})
    new = catalog(objects, unmodelled={said: "x", gone: "x"})
    assert [each.sql for each in make_plan(old, new).statements] == [
        'ALTER FUNCTION public."F"(integer, text) DEPENDS ON EXTENSION citext',
        "ALTER INDEX public.i NO DEPENDS ON EXTENSION citext",
    ]
    assert [(each.action, each.kind, each.object) for each in compare(old, new)] == [
        ("create", "extension dependence", f),
        ("drop", "extension dependence", i),
    ]
    assert [each.name for each in uncompared(old, new)] == [gone]
