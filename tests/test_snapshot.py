"""A catalog goes to JSON and back unchanged; its fingerprint says what the database is and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from ormony import snapshot
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
    Partition,
    Policy,
    Ref,
    SequenceOptions,
    Subscription,
    Table,
    UserMapping,
)
from ormony.errors import OrmonyError

ORDERS = Ref("table", "public", "orders")
OBJECTS: dict[Ref, Object] = {
    ORDERS: Table(
        partition=Partition(parent=Ref("table", "public", "all"), bound="DEFAULT"), row_security=True
    ),
    Ref("column", "public", "orders", "id"): Column(
        type="bigint",
        not_null=NotNull(name="present"),
        identity=Identity(
            always=True,
            sequence=Ref("sequence", "public", "orders_id_seq"),
            options=SequenceOptions(start=7),
        ),
    ),
    Ref("constraint", "public", "orders", "orders_pkey"): Constraint(
        type="primary key", definition="PRIMARY KEY (id)", columns=("id",)
    ),
    Ref("enum", "public", "mood"): Enum(labels=("sad", "it's\n")),
    Ref("composite type", "public", "pair"): CompositeType(attributes=(Attribute(name="a", type="text"),)),
    Ref("policy", "public", "orders", "mine"): Policy(command="all", roles=("anon",), using="true"),
    Ref("subscription", "", "s"): Subscription(publications=("p",), connection="host=h password=hunter2"),
    Ref("user mapping", "", "srv", "public"): UserMapping(options=(("password", "hunter2"),)),
}
CATALOG = Catalog(
    version=180000,
    role="postgres",
    objects=OBJECTS,
    comments={ORDERS: "what people want"},
    owners={ORDERS: "postgres"},
    grants={ORDERS: (Grant("anon", "SELECT", True, "postgres"),)},
    labels={ORDERS: (("provider", "secret"),)},
    unmodelled={"thing": "abc"},
    column_order={ORDERS: ("id",)},
    depends={ORDERS: (Ref("enum", "public", "mood"),)},
    unseen=("user mappings",),
)


def test_a_snapshot_holds_all_but_secrets() -> None:
    data = snapshot.encode(CATALOG)
    assert b"hunter2" not in data
    assert snapshot.decode(data) == snapshot.redacted(CATALOG)
    assert snapshot.encode(snapshot.decode(data)) == data


def test_the_order_in_which_objects_were_read_does_not_show() -> None:
    backwards = msgspec.structs.replace(CATALOG, objects=dict(reversed(list(OBJECTS.items()))))
    assert snapshot.encode(backwards) == snapshot.encode(CATALOG)


def test_a_fingerprint_is_of_the_database_and_not_of_who_read_it() -> None:
    same = msgspec.structs.replace(
        CATALOG, role="else", version=150000, unseen=(), depends={}, column_order={}
    )
    assert snapshot.fingerprint(same) == snapshot.fingerprint(CATALOG)
    for change in (
        {"comments": {}},
        {"owners": {ORDERS: "anon"}},
        {"grants": {ORDERS: ()}},
        {"labels": {}},
        {"unmodelled": {"thing": "abd"}},
        {"objects": {**OBJECTS, Ref("enum", "public", "mood"): Enum(labels=("sad",))}},
    ):
        assert snapshot.fingerprint(msgspec.structs.replace(CATALOG, **change)) != snapshot.fingerprint(
            CATALOG
        )


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"ormony_snapshot": 99}', b'{"ormony_snapshot": 1}']
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(OrmonyError) as caught:
        snapshot.decode(data, place="old.json")
    assert caught.value.code == "bad-snapshot"
    assert caught.value.place == "old.json"
