"""Calls the functions of torture.sql through generated code, and asserts what they give.

Run by tests/test_generate_python.py, `calls.py DRIVER HOST DATABASE`, and read by mypy and pyright.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Coroutine
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import inf, nan
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connecting import connected, fetched
from db.models import (
    Address,
    AppMood,
    AppOrganizationsInsert,
    AppOrganizationsRow,
    AppSettingsInsert,
    AppSettingsRow,
    ClassInsert,
    ClassRow,
    ClassUpdate,
    ColumnsInsert,
    ColumnsRow,
    EchoAllResult,
    HoldsBytesInsert,
    I,
    InvoicesInsert,
    InvoicesRow,
    InvoicesValue,
    LinesValue,
    Measured_2024,
    Mood,
    NamesOfOthersInsert,
    NamesOfOthersRow,
    NoColumnsInsert,
    NoColumnsRow,
    NoKeyInsert,
    OddNamesInsert,
    OddNamesRow,
    OddNamesUpdate,
    Person,
    RangesInsert,
    RangesRow,
    RInsert,
    ScalarsInsert,
    ScalarsRow,
)
from db.values import JSON_NULL, UNSET, Query, Range, Record, Relation
from pydantic import ValidationError

if TYPE_CHECKING:
    from db import driver_asyncpg as through
    from db import functions_asyncpg as calls
else:
    name = sys.argv[1].partition("-")[0]
    through = importlib.import_module(f"db.driver_{name}")
    calls = importlib.import_module(f"db.functions_{name}")

ORGANIZATION = UUID("11111111-1111-1111-1111-111111111111")
HOME = Address(street="a 'street' \"", house_no="1\\", zip="1    ", at="(1,2)")
ANN = Person(
    name='Ann, or "Nan" (née X)',
    born=date(2000, 1, 2),
    home=HOME,
    addresses=[HOME, None],
    feels=Mood.OK,
    size=5,
    labels=["a,b", None, "NULL", "", "{}"],
    balance=Decimal("1.50000"),
)


class Pair(Record):
    """Columns that a function leaves to its caller."""

    __relation__ = Relation("", {"first": "int4", "second": "text"})

    first: int | None
    second: str | None


async def scalars(connection: through.Connection) -> None:
    assert await calls.add(connection, a=1, b=2) == 3
    try:
        await calls.add(connection, a=None, b=2)  # strict: null, though its comment says that it never is
    except ValidationError as error:
        kinds = [each["type"] for each in error.errors()]
    else:
        raise AssertionError("null came as a number")
    assert kinds == ["int_type"]
    assert await calls.app_add(connection, a=1, b=2) == 103
    assert await calls.maybe(connection, a=0) is None
    assert await calls.maybe(connection, a=None) is None
    assert await calls.no_arguments(connection) == "none"
    assert await calls.one_out(connection, a=4) == 8
    assert await calls.returns_json(connection) == {"a": [1, None]}
    assert await calls.app_in_other_schema(connection, id=ORGANIZATION) is AppMood.LOW
    assert await calls.echo_moods(connection, moods=[Mood.SAD, None]) == [Mood.SAD, None]
    assert await calls.echo_moods(connection, moods=None) is None
    r = Range(0.1, 1e300, upper_inc=True)
    assert await calls.echo_range(connection, r=r) == r
    assert await calls.echo_range(connection, r=Range(empty=True)) == Range[float](empty=True)
    assert await calls.echo_tags(connection, t=["a", None]) == ["a", None]
    assert await calls.any_element(connection, x="1") == "1"
    assert await calls.any_array(connection, x=["a", "b"], i=2) == "b"
    assert await calls.compatible(connection, x="a", y=None) == ["a", None]


async def arguments(connection: through.Connection) -> None:
    assert await calls.defaults(connection, a=1) == "1|it's|ok"
    assert await calls.defaults(connection, a=1, b=UNSET, d=Mood.SAD) == "1|it's|sad"
    assert await calls.defaults(connection, a=1, b=None, d=None) == "1"  # null is no default
    assert await calls.all_defaults(connection) == 1
    assert await calls.all_defaults(connection, b=5) == 6
    assert await calls.many(connection, numbers=[1, 2, None]) == 3
    assert await calls.many(connection, numbers=[]) is None
    assert await calls.many_with(connection, first="x") == "x"
    assert await calls.many_with(connection, first="x", more=["a", None, "c,d"]) == "xa,?,c,d"
    assert await calls.unnamed(connection, 1, "a") == "1a"
    assert await calls.half_named(connection, 1, "b") == "1b3"
    assert await calls.half_named(connection, 1, "b", c=4) == "1b4"
    assert await calls.overloaded(connection) == 0
    assert await calls.overloaded_integer(connection, a=1) == "integer"
    assert await calls.overloaded_text(connection, a="1") == "text"
    assert await calls.overloaded_integer_integer(connection, a=1, b=2) == "two"
    assert await calls.overloaded_by_type_public_mood(connection, x=Mood.OK) == "ok"
    assert await calls.overloaded_by_type_app_mood(connection, x=AppMood.HIGH) == "high"
    assert (
        await calls.own_names(
            connection, db=1, conn=1, pool=1, executor=1, session=1, sql=1, result=1, rows=1, args=1,
            client=1, row=1, query_=1,
        )
        == 1
    )  # fmt: skip
    assert await calls.class_(connection, class_=1, def_=1, fn=1, self=1, this=1, arguments=1, await_=1) == 1
    assert await calls.import_(connection) == 1
    assert await calls.none(connection) == 1
    told = await calls.takes_types(
        connection,
        numbers=[1, None],
        feels=Mood.HAPPY,
        small=999,
        who=ANN,
        among=Range(1, 5),
        moods=[],
        people=[ANN, None],
        blob=b"\x00\xff",
        doc={"a": [Decimal("1." + "0" * 30 + "1"), None, "x"]},
        amount=Decimal("NaN"),
        v=[1.5, -2.0],
        spans=[Range(datetime(2024, 1, 1, tzinfo=UTC), None)],
        day=date(9999, 12, 31),
        at=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        span=timedelta(hours=-1),
        id=ORGANIZATION,
    )
    assert told is not None
    parts = told.split("|")
    assert parts[:3] == ["{1,NULL}", "happy", "999"], parts
    assert parts[4:6] == ["[1,5)", "{}"]
    assert parts[7:9] == ['{"a": [1.' + "0" * 30 + '1, null, "x"]}', "NaN"], parts
    assert parts[10:] == ["9999-12-31", str(ORGANIZATION)], parts


async def rows(connection: through.Connection) -> None:
    organization = await through.insert_returning(
        connection, AppOrganizationsInsert(id=ORGANIZATION, name="É"), AppOrganizationsRow
    )
    assert organization == AppOrganizationsRow(id=ORGANIZATION, name="É")
    paid = datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    for total, at in ((Decimal("1.50"), paid), (Decimal("NaN"), None)):
        await through.insert(
            connection, InvoicesInsert(organization_id=ORGANIZATION, total=total, paid_at=at)
        )
    table = await calls.returns_table(connection, org=ORGANIZATION)
    assert [(each.org_id, each.feels) for each in table] == [(ORGANIZATION, Mood.OK)] * 2
    assert table[0].total == Decimal("1.50")
    assert table[1].total.is_nan()
    assert await calls.returns_table(connection, org=UUID(int=0)) == []
    assert len(await calls.returns_table(connection)) == 2
    first = table[0].id
    one = await calls.returns_invoice(connection, id=first)
    assert isinstance(one, InvoicesValue)
    assert one.paid_at == paid
    assert await calls.returns_invoice(connection, id=-1) is None
    assert isinstance((await calls.returns_invoices(connection))[0], InvoicesValue)
    real = await calls.real_invoices(connection)
    assert isinstance(real[0], InvoicesRow)
    assert real[0].total == Decimal("1.50")
    assert [each.paid_at for each in await calls.returns_view(connection)] == [paid]
    assert await calls.on_row(connection, one) == Decimal("3.00")
    line = LinesValue(invoice_id=1, number=None, what='w"h\\at,', note="")
    assert await calls.takes_row(connection, line=line) == 'w"h\\at,'
    person = await calls.returns_person(connection, who="Ann")
    assert person is not None
    assert person.home is not None
    assert (person.name, person.home.zip, person.labels) == ("Ann", "12345", ["a", "b"])
    people = await calls.returns_people(connection)
    assert [each.name for each in people] == ["a", None]
    echoed = await calls.echo_person(connection, who=ANN)
    assert echoed is not None
    assert echoed.model_dump() == ANN.model_dump()
    assert await calls.echo_person(connection, who=None) is None
    nobody = Person.model_construct(**dict.fromkeys(Person.model_fields))
    assert await calls.echo_person(connection, who=nobody) is None
    home = await calls.returns_domain_of_composite(connection)
    assert home is not None
    assert home.house_no == "1"
    address = await calls.one_composite_out(connection)
    assert isinstance(address, Address)
    assert await calls.table_of_one_composite(connection) == [address]
    two = await calls.two_out(connection, a=3)
    assert two is not None
    assert (two.doubled, two.text) == (6, "3")
    unnamed = await calls.unnamed_out(connection, 3)
    assert unnamed is not None
    assert (unnamed.column1, unnamed.column2) == (3, "3")
    both = await calls.in_out(connection, a=1)
    assert both is not None
    assert (both.a, both.b) == (2, "bb")
    outs = await calls.set_of_outs(connection)
    assert [(each.a, each.b) for each in outs] == [(1, "a"), (2, None)]
    assert [each.only_one for each in await calls.returns_one_column(connection)] == [1]
    assert await calls.set_of_scalars(connection, upto=3) == [1, 2, 3]
    assert await calls.set_of_nulls(connection) == ["a", None]
    assert await calls.set_of_one_out(connection) == ["a", None]
    assert await calls.few_rows(connection) == [1]
    odd = await calls.odd_function(connection, with_space=1, quo_te="%s:x$1?")
    assert [(each.out_put, each.class_out) for each in odd] == [(1, "%s:x$1?")]
    assert await calls.any_records(connection, model=Pair) == [Pair(first=1, second="a")]
    assert await calls.any_record(connection, model=Pair) == Pair(first=1, second="a")


async def procedures(connection: through.Connection) -> None:
    await through.insert(connection, NoKeyInsert(a=7, b=None))
    await calls.does(connection, a=7)
    assert (await calls.does_in_out(connection, a=1)).a == 2
    out = await calls.does_out(connection, a=1, c=2)
    assert (out.b, out.d) == (3, "done")
    same = await calls.same_names(connection, a=1, b=2, c=3)
    assert (same.a, same.c) == ("1!", 5)
    unnamed = await calls.unnamed_outs(connection, 1, "x", "y")
    assert (unnamed.column1, unnamed.column2) == (2, "xy")
    assert (await calls.counts(connection, v=[1, 2])).n == 2
    await calls.nothing(connection, a=None)


async def names(connection: through.Connection) -> None:
    """Functions that are called as a table, others, or what is Python's own."""
    assert [(each.m, each.type, each.x) for each in await calls.no_key_integer(connection, n=1)] == [
        (1, "type", "x")
    ]
    assert [(each.y, each.z) for each in await calls.no_key_text(connection, t="t")] == [("t", "z")]
    assert await calls.annotations_(connection, l=1, mro=2) == 3
    assert await calls.many_behind(connection, a=1) == "1|5|{1}"
    assert await calls.many_behind(connection, a=1, b=2, v=[3]) == "1|2|{3}"
    try:
        await calls.many_behind(connection, a=1, v=[3])
    except TypeError:  # PostgreSQL has no way to say it
        pass
    else:
        raise AssertionError("b was left out before v")
    others = NamesOfOthersInsert(l=1, mro_="m", register_="r", i=I.O, o=[I.I, None], annotations=1)
    assert await through.insert_returning(connection, others, NamesOfOthersRow) == NamesOfOthersRow(
        **others.columns(),
        a_column_with_so_long_a_name_that_there_is_no_room_for_its_type=None,
        another_one_of_this_kind_and_of_the_same_length=[],
    )
    [part] = await calls.of_partition(
        connection, part=Measured_2024(at=datetime(2024, 2, 3, tzinfo=UTC), value=1.5)
    )
    assert (part.at, part.value) == (datetime(2024, 2, 3, tzinfo=UTC), 1.5)
    r = Range(b"\0", b"\xff\\")
    assert await calls.echo_bytes_range(connection, r=r) == r
    held = HoldsBytesInsert(r=r, rs=[r], bytes=[b"\xfe", None])
    assert HoldsBytesInsert.model_validate_json(held.model_dump_json()) == held


async def tables(connection: through.Connection) -> None:
    """Names that no language takes, what is left to the database, JSON's null beside null."""
    written = await through.insert_returning(
        connection, OddNamesInsert(with_space=1, apo_strophe=2, back_slash=3, 日本語=4, dollar=5), OddNamesRow
    )
    assert (written.with_space, written.apo_strophe, written.日本語, written.naïve) == (1, 2, 4, None)
    named = OddNamesInsert.model_validate({"with space": 2, "%s": 7, ":x": 8, "$1": 9, "{x}": 10})
    assert named.columns() == {"with space": 2, "%s": 7, ":x": 8, "$1": 9, "{x}": 10}
    await through.insert(connection, named)
    [changed] = await through.update(
        connection, OddNamesUpdate(back_slash=None), OddNamesRow, {"with space": 2, "%s": 7, ":x": 8}
    )
    assert changed.model_dump(by_alias=True, exclude_none=True) == named.columns()
    assert await through.update(connection, OddNamesUpdate(dollar=1), OddNamesRow, {"with space": 99}) == []
    read = await through.read(connection, OddNamesRow, 'SELECT * FROM "Odd Names" ORDER BY "with space"')
    assert read == [written, changed]
    [changed] = await through.update(
        connection, OddNamesUpdate(dollar=6), OddNamesRow, {"with space": 2, "naïve": None}
    )
    assert (changed.with_space, changed.dollar) == (2, 6)
    for model in (OddNamesRow, ClassRow):
        for each in await fetched(connection, "SELECT * FROM " + model.__relation__.name):
            assert model.model_validate(each).model_dump() in [
                one.model_dump()
                for one in await through.read(connection, model, "SELECT * FROM " + model.__relation__.name)
            ]
    reserved = await through.insert_returning(
        connection, ClassInsert(class_2=1, self=2, none=3, copy_=4, private=5), ClassRow
    )
    assert (reserved.class_2, reserved.self, reserved.self2, reserved.none) == (1, 2, None, 3)
    [updated] = await through.update(connection, ClassUpdate(def_=9, copy_=None), ClassRow, {"class": 1})
    assert (updated.def_, updated.copy_, updated.private) == (9, None, 5)

    columns = await through.insert_returning(connection, ColumnsInsert(required="r", said=1), ColumnsRow)
    assert (columns.id, columns.defaulted, columns.optional_defaulted, columns.doubled) == (10, "it's", 1, 2)
    columns = await through.insert_returning(
        connection, ColumnsInsert(required="r", said=1, optional_defaulted=None), ColumnsRow
    )
    assert columns.optional_defaulted is None
    assert columns.created_at.tzinfo is not None
    assert await through.insert_returning(connection, NoColumnsInsert(), NoColumnsRow) == NoColumnsRow()
    for value in (JSON_NULL, [1, 2.5, None, "x"], "text", {"é": True}):
        setting = AppSettingsInsert(organization_id=ORGANIZATION, value=value)
        back = await through.insert_returning(connection, setting, AppSettingsRow)
        assert back.value == value
        await through.run(connection, Query(("DELETE FROM app.settings",), ()))


async def odd_rows(connection: through.Connection) -> None:
    """Rows whose columns are called as we call rows, blanks of `char(n)`, nulls that are rows."""
    await through.insert(connection, RInsert(r=1, r_r=2, code="a", rows=None))
    [r] = await calls.r(connection)
    assert (r.r, r.r_r, r.code, r.rows) == (1, 2, "a   ", None)
    for found in (calls.one_r, calls.plpgsql_r):
        assert (await found(connection, r=1)) == r
        assert (await found(connection, r=2)) is None
    assert await calls.padded(connection, code="a   ") == "a   "
    assert await calls.padded(connection, code=None) is None
    assert await calls.padded_set(connection) == ["a   ", None]
    assert [each.code for each in await calls.padded_table(connection)] == ["a   "]
    assert await calls.n100_odd_1(connection, a=5) == 5
    assert await calls.strict_out(connection, a=None) is None
    assert len(await calls.empty_composites(connection)) == 1


async def everything(connection: through.Connection) -> None:
    """Arguments of every kind at once, and as a table what they were."""
    given: dict[str, Any] = {
        "doc": {"a": [1, 1.5, None, True, "x", Decimal("0.1000000000000000055511151231257827")]},
        "docs": [{"a": [1]}, None, [1, [2]], "x", JSON_NULL],
        "at": datetime(1, 1, 2, tzinfo=UTC),
        "day": date(9999, 12, 31),
        "span": timedelta(days=-3, microseconds=1),
        "amount": Decimal("-Infinity"),
        "ids": [ORGANIZATION, None],
        "code": "ab  ",
        "blob": b"\x00\\\xff",
        "flag": False,
        "real4": 0.1,
        "tags": [],
        "line": LinesValue(invoice_id=None, number=1, what='(,"\\', note=None),
        "of_range": Range(None, datetime(2024, 1, 1, tzinfo=UTC), upper_inc=True),
    }
    [found] = await calls.echo_all(connection, **given)
    assert found.model_dump() == EchoAllResult(**given).model_dump()
    [found] = await calls.echo_all(connection, **dict.fromkeys(given))
    assert set(found.model_dump().values()) == {None}


async def random_values(connection: through.Connection) -> None:
    """Texts of what means something in PostgreSQL's own, inside of each other."""
    random = Random(6)
    signs = [
        '"',
        "\\",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ",",
        " ",
        "=",
        ">",
        "NULL",
        "\n",
        "\t",
        "\x01",
        "é",
        "日",
        "😀",
        "a",
    ]

    def text() -> str:
        return "".join(random.choices(signs, k=random.randrange(6)))

    def json(depth: int) -> Any:
        kind = random.randrange(7 if depth else 5)
        if kind == 5:
            return [json(depth - 1) for _ in range(random.randrange(3))]
        if kind == 6:
            return {text(): json(depth - 1) for _ in range(random.randrange(3))}
        digits = Decimal(random.randrange(-(10**30), 10**30)).scaleb(-random.randrange(1, 30))
        return [
            text(),
            None,
            random.random() * 10 ** random.randrange(-20, 20),
            random.randrange(10**20),
            digits,
        ][kind]

    for _ in range(60):
        given: dict[str, Any] = dict.fromkeys(EchoAllResult.model_fields)
        given["tags"] = [random.choice((text(), None)) for _ in range(random.randrange(4))]
        given["doc"] = json(3)
        given["docs"] = [json(2) for _ in range(random.randrange(3))]
        given["line"] = LinesValue(invoice_id=None, number=random.randrange(9), what=text(), note=text())
        given["blob"] = random.randbytes(random.randrange(4))
        [found] = await calls.echo_all(connection, **given)
        assert found.model_dump() == EchoAllResult(**given).model_dump(), given
        home = HOME.model_copy(update={"street": text()})
        named = {"name": text(), "labels": [text(), None], "home": home, "addresses": [home, None]}
        who = ANN.model_copy(update=named)
        echoed = await calls.echo_person(connection, who=who)
        assert echoed is not None
        assert echoed.model_dump() == who.model_dump()


async def given_back(connection: through.Connection) -> None:
    """A procedure's OUT parameters: what a driver may have changed is refused."""
    exact = sys.argv[1] == "psycopg"  # gives the text of a result
    if exact:
        doc = (await calls.gives_json(connection)).doc
        assert doc == {"a": Decimal("1." + "0" * 39 + "1")}
    else:  # SQLAlchemy, and asyncpg as it is set up here, have made something of JSON already
        await refused(calls.gives_json(connection))
    assert (await calls.gives(connection, kind="plain")).n == 6
    found = await calls.gives(connection, kind="plain", n=6)
    assert found.n == 7
    assert (found.day, found.at) == (date(2024, 2, 29), datetime(2024, 2, 29, 12, tzinfo=UTC))
    assert (found.amount, found.moods, found.among) == (Decimal("1.10"), [Mood.OK, None], Range(1, 5))
    assert found.who is not None
    assert (found.who.name, found.who.labels, found.who.feels) == ("Ann", ["a"], Mood.OK)
    assert (found.id, found.span) == (ORGANIZATION, None)
    await refused(calls.gives(connection, kind="infinity"))
    await refused(calls.gives(connection, kind="infinite time"))
    if exact:
        assert (await calls.gives(connection, kind="span")).span == timedelta(days=1)
    else:
        await refused(calls.gives(connection, kind="span"))


async def refused(call: Coroutine[Any, Any, Any]) -> None:
    """Asserts that a call is refused, by our error or psycopg's for what is out of its range."""
    try:
        await call
    except ValidationError as error:
        kinds = {each["type"] for each in error.errors()}
    except Exception as error:
        kinds = {type(error).__name__}
    else:
        raise AssertionError("a value came that is another")
    assert kinds <= {"not_representable", "timezone_aware", "DataError"}, kinds


async def settings(connection: through.Connection) -> None:
    """What a session may print otherwise is understood or refused."""
    values = {"c_date": "2024-02-01", "c_interval": "-1 day 02:03:04.5", "c_bytea": "\\x5c00ff61"}
    pieces = (
        f"INSERT INTO scalars ({', '.join(values)}) VALUES (",
        "::date, ",
        "::interval, ",
        "::bytea) RETURNING id::text",
    )
    [(id,)] = await through.run(connection, Query(pieces, tuple(values.values())))
    for setting, understood in {
        "bytea_output TO escape": True,
        "intervalstyle TO iso_8601": True,
        "intervalstyle TO postgres_verbose": False,
        "intervalstyle TO sql_standard": False,
        "datestyle TO 'SQL, DMY'": False,
        "datestyle TO German": False,
        "datestyle TO 'Postgres, MDY'": False,
        "datestyle TO 'ISO, DMY'": True,
        "timezone TO 'Asia/Kathmandu'": True,
    }.items():
        await through.run(connection, Query((f"SET {setting}",), ()))
        query = f"SELECT * FROM scalars WHERE id = {id}"
        refused: set[str] = set()
        found: tuple[Any, ...] = ()
        try:
            (row,) = await through.read(connection, ScalarsRow, query)
            found = (row.c_date, row.c_interval, row.c_bytea)
        except ValidationError as error:
            refused = {each["type"] for each in error.errors()}
        span = timedelta(days=-1, hours=2, minutes=3, seconds=4.5)
        assert found == ((date(2024, 2, 1), span, b"\\\x00\xffa") if understood else ()), setting
        assert refused == (set() if understood else {"not_representable"}), setting
        await through.run(connection, Query(("RESET ALL",), ()))


def dumps() -> None:
    """What is not given is in no JSON, and JSON comes back as what it was."""
    some = OddNamesInsert(with_space=1, apo_strophe=None)
    assert some.model_dump() == {"with_space": 1, "apo_strophe": None}
    assert some.model_dump(by_alias=True) == some.columns() == {"with space": 1, "apo'strophe": None}
    for text in (some.model_dump_json(), some.model_dump_json(by_alias=True)):
        assert OddNamesInsert.model_validate_json(text) == some
    assert "UNSET" not in repr(ColumnsInsert.model_json_schema())
    required = ColumnsInsert.model_json_schema(mode="serialization")["required"]
    assert required == ["required", "said"]
    try:
        OddNamesInsert.model_validate({"with space": 1, "with spaces": 2})
    except ValidationError as error:
        kinds = [each["type"] for each in error.errors()]
    else:
        raise AssertionError("a column that is none was taken")
    assert kinds == ["extra_forbidden"]
    wrongs: list[dict[str, Any]] = [
        {"c_time": time(1, tzinfo=UTC)},
        {"c_timetz": time(1)},
        {"c_timestamptz": datetime(1, 1, 1)},
    ]
    for wrong in wrongs:
        try:
            ScalarsInsert(**wrong)
        except ValidationError as error:
            kinds = [each["type"] for each in error.errors()]
        else:
            raise AssertionError(f"{wrong} was taken")
        assert kinds[0] in ("time_zone", "timezone_aware"), kinds
    assert RangesInsert(m_int4=UNSET, r_int4=UNSET, m_num=None).columns() == {"m_num": None}
    ranges = Range(1, None), Range[int](empty=True), Range(None, 5, upper_inc=True)
    row = {"id": 1, "r_int4": ranges[0], "r_int8": ranges[1], "m_int4": [ranges[2]]}
    whole = RangesRow.model_validate({**dict.fromkeys(RangesRow.model_fields), **row})
    assert RangesRow.model_validate_json(whole.model_dump_json()) == whole
    assert (whole.r_int4, whole.r_int8, whole.m_int4) == (ranges[0], ranges[1], [ranges[2]])
    for number, raw in ((nan, b"\xff\x00"), (inf, b"\\x00"), (-inf, b"")):
        scalars = ScalarsInsert(c_float8=number, c_bytea=raw)
        again = ScalarsInsert.model_validate_json(scalars.model_dump_json())
        assert (repr(again.c_float8), again.c_bytea) == (repr(number), raw)
    assert (
        AppSettingsRow(organization_id=ORGANIZATION, value=JSON_NULL).model_dump(mode="json")["value"] is None
    )


async def failures(connection: through.Connection) -> None:
    """What the database refuses stays the driver's error; what a type refuses is pydantic's."""
    try:
        await calls.fails(connection, why="because")
    except Exception as error:
        raised = error
    else:
        raise AssertionError("nothing was raised")
    assert "because" in str(raised)
    assert type(raised).__module__.split(".")[0] in ("asyncpg", "psycopg", "sqlalchemy")
    wrong: Any = "one"
    for call in (
        calls.add(connection, a=wrong, b=2),
        calls.echo_moods(connection, moods=["glad"]),  # type: ignore[list-item]
    ):
        try:
            await call
        except ValidationError:
            continue
        raise AssertionError("a wrong value was taken")


async def main(driver: str, host: str, database: str) -> None:
    dumps()
    async with connected(driver, host, database) as connection:
        for each in (
            scalars,
            arguments,
            rows,
            procedures,
            names,
            odd_rows,
            everything,
            given_back,
            tables,
            settings,
            failures,
        ):
            await each(connection)
    print("all called")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
