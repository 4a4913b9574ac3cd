"""What differs between two catalogs, said of literals: no server is asked."""

from __future__ import annotations

from typing import Any

import pytest

from ormony.catalog import (
    Attribute,
    Catalog,
    Column,
    CompositeType,
    Constraint,
    Enum,
    Grant,
    Identity,
    NotNull,
    Object,
    Policy,
    Ref,
    Sequence,
    SequenceOptions,
    Table,
    View,
)
from ormony.diff import Change, Rename, Uncompared, compare, rename_candidates, uncompared

T = Ref("table", "public", "t")
VIEW = Ref("view", "public", "v")
MINE = Grant("postgres", "SELECT", False, "postgres")
ANON = Grant("anon", "SELECT", False, "postgres")


def column(name: str, table: str = "t") -> Ref:
    return Ref("column", "public", table, name)


def catalog(objects: dict[Ref, Object] | None = None, **fields: Any) -> Catalog:
    order: dict[Ref, tuple[str, ...]] = {}
    for ref in objects or {}:
        if ref.kind == "column":
            table = Ref("table", ref.schema, ref.name)
            order[table] = (*order.get(table, ()), ref.part)
    return Catalog(version=180000, role="postgres", objects=objects or {}, column_order=order, **fields)


TABLE: dict[Ref, Object] = {
    T: Table(),
    column("id"): Column(type="integer"),
    column("a"): Column(type="text"),
}
IDENTITY = Identity(
    always=True, sequence=Ref("sequence", "public", "t_id_seq"), options=SequenceOptions(start=7)
)


# ---------------------------------------------------------------------------------------------------- compare


def test_nothing_differs() -> None:
    one = catalog(TABLE, comments={T: "x"}, owners={T: "a"}, grants={T: (ANON,)}, labels={T: (("p", "l"),)})
    other = catalog(
        dict(reversed(TABLE.items())),  # neither the order of objects nor that of columns counts
        comments={T: "x"},
        owners={T: "a"},
        grants={T: (ANON,)},
        labels={T: (("p", "l"),)},
        depends={T: (column("a"),)},
        initial={T: (MINE,)},
    )
    assert compare(one, other) == ()
    assert compare(one, one) == ()


def test_drops_before_creates_before_alters_each_by_name() -> None:
    old = catalog({**TABLE, column("z"): Column(type="text"), column("b"): Column(type="text")})
    new = catalog({**TABLE, column("a"): Column(type="date"), VIEW: View(definition="SELECT", columns=())})
    assert compare(old, new) == (
        Change(action="drop", kind="column", object=column("b")),
        Change(action="drop", kind="column", object=column("z")),
        Change(action="create", kind="view", object=VIEW),
        Change(action="alter", kind="column", object=column("a"), details=("type: text -> date",)),
    )


@pytest.mark.parametrize(
    ("old", "new", "details"),
    [
        (Column(type="text"), Column(type="text", default="'x'"), ("default: none -> 'x'",)),
        (
            Column(type="text", statistics=5),
            Column(type="date", statistics=0),
            ("type: text -> date", "statistics: 5 -> 0"),
        ),
        (Column(type="text", local=False), Column(type="text"), ("local: no -> yes",)),
        (
            Column(type="text"),
            Column(type="text", not_null=NotNull(name="n")),
            ("not null: none -> name n",),
        ),
        (Table(options=("a=1", "b=2")), Table(options=("b=2", "a=1")), ("options: a=1, b=2 -> b=2, a=1",)),
        (
            Sequence(options=SequenceOptions(), owned_by=column("id")),
            Sequence(options=SequenceOptions()),
            ("owned by: public.t.id -> none",),
        ),
        (Table(), Enum(labels=("a",)), None),  # what a kind does not have is said to be none
    ],
)
def test_details(old: Object, new: Object, details: tuple[str, ...] | None) -> None:
    found = compare(catalog({T: old}), catalog({T: new}))
    assert [(each.action, each.object) for each in found] == [("alter", T)]
    if details is not None:
        assert found[0].details == details


@pytest.mark.parametrize(
    ("field", "kind", "one", "other", "said"),
    [
        ("comments", "comment", "a", "b", ("a", "b")),
        ("owners", "owner", "ann", "bob", ("ann", "bob")),
        (
            "grants",
            "privileges",
            (ANON,),
            (Grant("", "SELECT", True, "postgres"),),
            ("SELECT to anon", "SELECT to PUBLIC with grant option"),
        ),
        ("labels", "security label", (("p", "l"),), (("p", "m"),), ("p, l", "p, m")),
    ],
)
def test_what_is_attached(field: str, kind: Any, one: Any, other: Any, said: tuple[str, str]) -> None:
    without = catalog(TABLE)
    with_one, with_other = catalog(TABLE, **{field: {T: one}}), catalog(TABLE, **{field: {T: other}})

    def change(action: Any, details: str) -> tuple[Change, ...]:
        return (Change(action=action, kind=kind, object=T, details=(details,)),)

    assert compare(without, with_one) == change("create", f"none -> {said[0]}")
    assert compare(with_one, without) == change("drop", f"{said[0]} -> none")
    assert compare(with_one, with_other) == change("alter", f"{said[0]} -> {said[1]}")
    # what is created says what it gets; what is dropped takes it along
    made = [each.kind for each in compare(catalog(), with_one)]
    assert made == ["column", "column", "table", kind]
    assert [each.kind for each in compare(with_one, catalog())] == ["column", "column", "table"]


def test_of_privileges_those_that_differ_are_said() -> None:
    table = {Ref("table", "public", "t"): Table()}
    other = Grant("anon", "INSERT", False, "postgres")
    ref = Ref("table", "public", "t")
    was, now = (catalog(dict(table), grants={ref: each}) for each in ((MINE, ANON), (MINE, other)))
    assert [each.details for each in compare(was, now)] == [("gained INSERT to anon", "lost SELECT to anon")]


def test_nobody_has_rights_is_not_the_usual_rights() -> None:
    usual, nobody = catalog(TABLE), catalog(TABLE, grants={T: ()})
    assert [(each.action, each.kind) for each in compare(usual, nobody)] == [("create", "privileges")]
    assert [(each.action, each.kind) for each in compare(nobody, usual)] == [("drop", "privileges")]


def test_who_runs_the_plan_owns_what_he_creates() -> None:
    assert [each.kind for each in compare(catalog(), catalog({VIEW: View(definition="", columns=())}))] == [
        "view"
    ]
    found = compare(catalog(), catalog({T: Table()}, owners={T: "postgres"}))
    assert [each.kind for each in found] == ["table"]
    assert [each.kind for each in compare(catalog(), catalog({T: Table()}, owners={T: "ann"}))] == [
        "table",
        "owner",
    ]


def test_columns_of_a_view_go_with_it() -> None:
    view: dict[Ref, Object] = {VIEW: View(definition="SELECT 1 AS a", columns=(("a", "integer"),))}
    commented = catalog(view, comments={Ref("column", "public", "v", "a"): "one"})
    assert [each.kind for each in compare(commented, catalog())] == ["view"]
    assert [each.kind for each in compare(commented, catalog(view))] == ["comment"]


def test_the_sequence_of_an_identity_goes_with_its_column() -> None:
    with_identity = {**TABLE, column("id"): Column(type="integer", identity=IDENTITY)}
    granted = catalog(with_identity, grants={IDENTITY.sequence: (ANON,)})
    assert [each.kind for each in compare(granted, catalog(TABLE))] == ["column"]
    assert [each.kind for each in compare(granted, catalog(with_identity))] == ["privileges"]


# ------------------------------------------------------------------------------------------------- uncompared


def test_uncompared() -> None:
    old = catalog(unmodelled={"large object 1": "aa", "parameter b": "bb", "same c": "cc"})
    new = catalog(unmodelled={"parameter b": "xx", "same c": "cc", "role setting d": "dd"})
    assert uncompared(old, new) == (
        Uncompared("large object 1", "drop"),
        Uncompared("parameter b", "alter"),
        Uncompared("role setting d", "create"),
    )
    assert uncompared(old, old) == ()
    assert compare(old, new) == ()


# -------------------------------------------------------------------------------------------------- renames


def table(name: str, **types: str) -> dict[Ref, Object]:
    columns: dict[Ref, Object] = {column(each, name): Column(type=type_) for each, type_ in types.items()}
    return {Ref("table", "public", name): Table(), **columns}


def renames(old: dict[Ref, Object], new: dict[Ref, Object]) -> list[tuple[str, str, str]]:
    found = rename_candidates(catalog(old), catalog(new))
    assert all(isinstance(each, Rename) for each in found)
    return [(each.old.kind, str(each.old), str(each.new)) for each in found]


def test_tables_with_the_same_columns() -> None:
    old = table("t", id="integer", a="text", b="text")
    assert renames(old, table("u", id="integer", a="text", b="text")) == [("table", "public.t", "public.u")]
    assert renames(old, table("u", id="integer", a="text", c="text")) == []  # two of four
    assert renames(old, table("u", id="integer", a="text")) == [("table", "public.t", "public.u")]
    assert renames(old, table("u", id="bigint", a="date", b="text")) == []
    assert renames(table("t"), table("u")) == []  # without columns nothing is alike
    assert renames(old, {**old, **table("u", id="integer", a="text", b="text")}) == []  # it is still there


def test_the_most_alike_come_first() -> None:
    old = table("t", id="integer", a="text", b="text")
    new = {**table("a", id="integer", a="text"), **table("z", id="integer", a="text", b="text")}
    assert renames(old, new) == [("table", "public.t", "public.z"), ("table", "public.t", "public.a")]


def test_columns_of_one_table_with_one_type() -> None:
    old: dict[Ref, Object] = {T: Table(), column("a"): Column(type="text", default="'x'")}
    new: dict[Ref, Object] = {
        T: Table(),
        column("b"): Column(type="text"),
        column("c"): Column(type="text", default="'x'"),
        column("d"): Column(type="date", default="'x'"),
        column("e", "u"): Column(type="text", default="'x'"),
    }
    assert renames(old, new) == [
        ("column", "public.t.a", "public.t.c"),
        ("column", "public.t.a", "public.t.b"),
    ]


def test_enums_with_most_of_their_labels() -> None:
    def enum(name: str, *labels: str) -> dict[Ref, Object]:
        return {Ref("enum", "public", name): Enum(labels=labels)}

    assert renames(enum("e", "a", "b"), enum("f", "a", "b")) == [("enum", "public.e", "public.f")]
    assert renames(enum("e", "a", "b"), enum("f", "b", "c")) == []
    assert renames(enum("e"), enum("f")) == []


def test_equal_parts_of_one_table() -> None:
    def parts(name: str, on: str = "t") -> dict[Ref, Object]:
        return {
            Ref("constraint", "public", on, name): Constraint(type="check", definition="CHECK (true)"),
            Ref("policy", "public", on, name): Policy(command="all", using="true"),
        }

    assert renames(parts("a"), parts("b")) == [
        ("constraint", "public.t.a", "public.t.b"),
        ("policy", "public.t.a", "public.t.b"),
    ]
    assert renames(parts("a"), parts("b", on="u")) == []
    other: dict[Ref, Object] = {
        Ref("policy", "public", "t", "b"): Policy(command="select", using="true"),
        Ref("constraint", "public", "t", "b"): Constraint(type="check", definition="CHECK (false)"),
    }
    assert renames(parts("a"), other) == []


def test_equal_sequences_and_composite_types_but_no_other_kind() -> None:
    pair = CompositeType(attributes=(Attribute(name="a", type="text"),))

    def objects(name: str) -> dict[Ref, Object]:
        return {
            Ref("sequence", "public", f"{name}_seq"): Sequence(options=SequenceOptions(start=5)),
            Ref("composite type", "public", f"{name}_pair"): pair,
            Ref("view", "public", f"{name}_view"): View(definition="SELECT 1", columns=()),
        }

    assert renames(objects("a"), objects("b")) == [
        ("composite type", "public.a_pair", "public.b_pair"),
        ("sequence", "public.a_seq", "public.b_seq"),
    ]
