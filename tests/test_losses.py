"""What a statement says is gone when it has run, for each change of a type, and for drops."""

from __future__ import annotations

import pytest

from ormony.catalog import Catalog, Column, Object, Partition, Ref, Table
from ormony.plan import make_plan
from ormony.plan.render.conversions import cut

FRACTION, DIGITS = "digits behind the point", "digits beyond the precision"


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("timestamp with time zone", "date", "the time of day"),
        ("timestamp without time zone", "date", "the time of day"),
        ("timestamp with time zone", "time with time zone", "the date"),
        ("timestamp(6) without time zone", "timestamp(3) without time zone", "fractions of seconds"),
        ("timestamp without time zone", "timestamp(0) without time zone", "fractions of seconds"),
        ("timestamp(3) without time zone", "timestamp without time zone", ""),
        ("timestamp with time zone", "timestamp without time zone", ""),
        ("date", "timestamp with time zone", ""),
        ("time with time zone", "time without time zone", "the time zone"),
        ("interval", "time without time zone", "the days"),
        ("interval", "interval(0)", "fractions of seconds"),
        ("numeric(10,4)", "numeric(10,2)", FRACTION),
        ("numeric", "numeric(10,2)", FRACTION),
        ("numeric(10,2)", "numeric(10,4)", ""),
        ("numeric(10,2)", "numeric", ""),
        ("numeric(10)", "integer", ""),
        ("numeric(10,2)[]", "integer[]", FRACTION),
        ("integer", "numeric(10,2)", ""),
        ("double precision", "integer", FRACTION),
        ("double precision", "real", DIGITS),
        ("real", "double precision", ""),
        ("real", "numeric", DIGITS),
        ("bigint", "double precision", DIGITS),
        ("integer", "double precision", ""),
        ("integer", "real", DIGITS),
        ("bigint", "integer", ""),
        ("numeric", "money", FRACTION),
        ("money", "numeric(10,2)", ""),
        ("text", "date", "the time of day"),
        ("text", "numeric(10,2)", FRACTION),
        ("text", "integer", ""),
        ("integer", "text", ""),
        ("text", "character varying(3)", ""),
        ("bit(8)", "bit(4)", ""),
        ("inet", "cidr", "the bits behind the netmask"),
        ("cidr", "inet", ""),
        ("json", "jsonb", ""),
        ("boolean", "integer", ""),
        ("integer[]", "text", ""),
    ],
)
def test_a_change_of_type_says_what_it_cuts(old: str, new: str, lost: str) -> None:
    assert cut(old, new) == lost


def _catalog(objects: dict[Ref, Object], **order: tuple[str, ...]) -> Catalog:
    columns = {Ref("table", "public", name): each for name, each in order.items()}
    return Catalog(version=180000, role="me", objects=objects, column_order=columns)


EVENTS = Ref("table", "public", "e")
PARTITION = Ref("table", "public", "e1")
ID, ID_BELOW = Ref("column", "public", "e", "id"), Ref("column", "public", "e1", "id")


def _partitioned(type_name: str, key: str = "RANGE (id)") -> Catalog:
    return _catalog(
        {
            EVENTS: Table(partition_key=key),
            ID: Column(type=type_name),
            PARTITION: Table(partition=Partition(parent=EVENTS, bound="DEFAULT")),
            ID_BELOW: Column(type=type_name, local=False, inherited=True),
        },
        e=("id",),
        e1=("id",),
    )


@pytest.mark.parametrize(
    ("old", "new", "losses"),
    [
        (_partitioned("integer"), _partitioned("bigint"), []),
        (_partitioned("integer"), _partitioned("integer", "LIST (id)"), []),
        (_partitioned("integer"), _catalog({}), ["all rows of table public.e1"]),
        (
            _partitioned("timestamp with time zone"),
            _partitioned("date"),
            ["the time of day in column public.e1.id"],
        ),
        (
            _catalog({EVENTS: Table(), ID: Column(type="integer")}, e=("id",)),
            _catalog({EVENTS: Table()}),
            ["the values of column public.e.id"],
        ),
        (
            _catalog(
                {EVENTS: Table(), ID: Column(type="integer", default="1", generated="stored")}, e=("id",)
            ),
            _catalog({EVENTS: Table()}),
            [],
        ),
    ],
)
def test_a_plan_says_what_is_gone_and_nothing_else(old: Catalog, new: Catalog, losses: list[str]) -> None:
    assert [each.loses for each in make_plan(old, new).losses] == losses
