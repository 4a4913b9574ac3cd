"""Rust of the torture schema: it compiles without a warning, and gives every value back or says why not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import saas
from ormony import codegen
from ormony.codegen.described import Described, EnumType, Field, Function, Parameter, Relation, Result, Type
from ormony.codegen.options import MARK, Generated, Options
from ormony.codegen.rust import generate
from ormony.database import server
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from ormony.errors import OrmonyError

CODEGEN = Path(__file__).parent / "codegen"
SCHEMAS = ("public", "app", "Odd Schema", "größe")
PLAIN = Options(language="rust", out="plain", schemas=SCHEMAS)
OTHER = Options(
    language="rust",
    out="other",
    schemas=SCHEMAS,
    time="time",
    lossless=True,
    names="database",
    types={"public.made_types.small": "crate::Small", "public.pair.a": "crate::Small"},
)

# Edge values of each column; what the customary types cannot hold has the name of the error behind it.
LONG = "12345678901234567890123456789012345678.901234567890"
NUMERIC = {
    "'NaN'": "NotANumber",
    "'Infinity'": "Infinite",
    "'-Infinity'": "Infinite",
    LONG: f'OutOfRange("{LONG}")',
    "79228162514264337593543950335": "",
    "79228162514264337593543950336": 'OutOfRange("79228162514264337593543950336")',
    "-0.0000000000000000000000000001": "",
    "0.00000000000000000000000000001": 'OutOfRange("0.00000000000000000000000000001")',
    "0": "",
    "0.000": "",
    "-1.10": "",
    "10000": "",
    "1e20": "",
    "0.00010000": "",
    "12345678.0001": "",
}
DATE = {
    "'infinity'": "Infinite",
    "'-infinity'": "Infinite",
    "'2024-02-29'": "",
    "'0001-01-01'": "",
    "'0044-03-15 BC'": "",
    "'4714-11-24 BC'": "",
    "'1999-12-31'": "",
    "'10000-01-01'": "",
    "'300000-01-01'": 'OutOfRange("300000-01-01")',
    "'5874897-12-31'": 'OutOfRange("5874897-12-31")',
}
TIMESTAMP = {
    "'infinity'": "Infinite",
    "'-infinity'": "Infinite",
    "'2024-02-29 23:59:59.999999'": "",
    "'1969-12-31 23:59:59.999999'": "",
    "'0001-01-01 00:00:00'": "",
    "'4714-11-24 00:00:00 BC'": "",
    "'294276-12-31 23:59:59.999999'": 'OutOfRange("294276-12-31 23:59:59.999999")',
    "'12024-01-01 12:00'": "",
}
JSON = {
    """'{"a":[1,null,true,"\\"x\\"",1.5]}'""": "",
    "'null'": "",
    "'12345678901234567890'": "",
    '\'[0.15024766808483592,95513381913695730000,-1.5e-300,{},[],-0.5,{"":{"a":[]}}]\'': "",
    "'0.1000000000000000055511151231257827'": 'OutOfRange("0.1000000000000000055511151231257827")',
    "'[123456789012345678901234567890]'": 'OutOfRange("123456789012345678901234567890")',
    """'{"12345678901234567890.5":"123456789.12345678901234567890"}'""": "",
    """'"日本 \\u0001"'""": "",
}
FLOAT = ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-38", "3.4028235e38", "0.1", "1e10"]
TEXT = ["''", "'NULL'", """e'quo"te \\\\ \\n {a,b} (c) '''""", "'naïve 日本 😀'"]
SPACE = "e'  x  '"
RANGE = ["'empty'", "'(,)'", "'[1,5)'", "'(,5)'", "'[1,)'"]
Edges = dict[str, list[str] | dict[str, str]]
SCALARS: Edges = {
    "c_int2": ["-32768", "32767"],
    "c_int4": ["-2147483648", "2147483647"],
    "c_int8": ["-9223372036854775808", "9223372036854775807"],
    "c_float4": FLOAT,
    "c_float8": [*FLOAT, "1.7976931348623157e308", "5e-324", "0.30000000000000004"],
    "c_numeric": NUMERIC,
    "c_numeric_10_2": {"'NaN'": "NotANumber", "12345678.90": "", "-0.01": ""},
    "c_numeric_negative": ["1234500"],
    "c_money": ["'-92233720368547758.08'", "'0.01'"],
    "c_bool": ["true", "false"],
    "c_text": [*TEXT, SPACE],
    "c_varchar_20": TEXT[:2],
    "c_char": ["'é'"],
    "c_char_5": ["'ab'", "''"],
    "c_bpchar": [SPACE],
    "c_internal_char": ["'a'", "'é'", "''"],
    "c_name": ["'a\"b'"],
    "c_bytea": ["''", "'\\x00ff5c'"],
    "c_bit": ["B'1'"],
    "c_bit_8": ["B'10000001'"],
    "c_varbit": ["''", "B'101010101'"],
    "c_uuid": ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
    "c_json": JSON,
    "c_jsonb": {each: error for each, error in JSON.items() if "u0001" not in each},
    "c_jsonpath": ["'$.a[*] ? (@ > 1)'"],
    "c_date": DATE,
    "c_time": {"'24:00'": 'OutOfRange("24:00:00.000000")', "'00:00'": "", "'23:59:59.999999'": ""},
    "c_timetz": {
        "'24:00+14'": 'OutOfRange("24:00:00.000000")',
        "'00:00-12:34:56'": "",
        "'23:59:59.999999+05:30'": "",
    },
    "c_timestamp": TIMESTAMP,
    "c_timestamptz": {
        f"({each} || '+00')::timestamptz" if "infinity" not in each and "BC" not in each else each: (
            error.replace('")', '+00")') if "OutOf" in error else error
        )
        for each, error in TIMESTAMP.items()
    },
    "c_interval": [
        "'infinity'",
        "'-1 year 2 days -03:04:05.000006'",
        "'178000000 years'",
        "make_interval(secs => -0.000001)",
        "'2562047788:00:54.775807'",
        "'0'",
    ],
    "c_inet": ["'10.1.2.3/8'", "'::1'", "'192.168.0.1'", "'2001:db8::ff/64'"],
    "c_cidr": ["'10.0.0.0/8'", "'2001:db8::/32'"],
    "c_macaddr": ["'08:00:2b:01:02:ff'"],
    "c_macaddr8": ["'08:00:2b:01:02:03:04:05'"],
    "c_oid": ["4294967295"],
    "c_xid8": ["'18446744073709551615'"],
    "c_pg_lsn": ["'16/B374D848'"],
    "c_tid": ["'(1,2)'"],
    "c_tsvector": ["'a:1A fat:2B cat:3'", "'''quo te'''"],
    "c_tsquery": ["'fat & !rat'"],
    "c_point": ["'(1.5,-2)'", "'(NaN,Infinity)'"],
    "c_line": ["'{1,2,3}'"],
    "c_lseg": ["'[(0,0),(1,1.5)]'"],
    "c_box": ["'(3,4),(1,2)'"],
    "c_path": ["'[(0,0),(1,1)]'", "'((0,0),(1,1),(2,0))'"],
    "c_polygon": ["'((0,0),(1,1),(2,0))'"],
    "c_circle": ["'<(1,2),3.5>'"],
    "c_regclass": ["'public.\"class\"'"],
    "c_regtype": ["'public.mood'"],
    "c_int2vector": ["'1 2 3'"],
    "c_vector": ["'[1,-2.5,1e-10]'"],
    "c_halfvec": ["'[1,-2,3.5]'", "'[65504,0.00006103515625,5.9604645e-08]'", "'[-0,0.3333,1000]'"],
    "c_sparsevec": ["'{1:1.5,3:2}/5'"],
    "c_citext": ["'MiXed'"],
    "c_hstore": ["''", """e'"a b"=>"quo\\\\"te", n=>NULL, "NULL"=>"NULL"'"""],
}
ARRAYS: Edges = {
    "a_int4": {
        "'{1,NULL,-3}'": "",
        "'{}'": "",
        "'{{1,2},{3,4}}'": "Dimensions",
        "'[0:1]={1,2}'": "Dimensions",
    },
    "a_int8": ["'{NULL}'"],
    "a_text": ["""array['', 'NULL', NULL, 'a,b', '{}', 'quo"te', 'back\\slash', e'new\\nline']"""],
    "a_varchar": ["'{abcde,NULL}'"],
    "a_numeric": {"'{1.10,NULL}'": "", "'{1,NaN}'": "NotANumber"},
    "a_bool": ["'{t,f,NULL}'"],
    "a_bytea": ["array['\\x00'::bytea, NULL, '\\xff']"],
    "a_uuid": ["'{00000000-0000-0000-0000-000000000001,NULL}'"],
    "a_json": ["""array['{"a":"b"}'::json, NULL, 'null']"""],
    "a_jsonb": ["""array['{"a": "b\\"c"}'::jsonb, NULL, 'null']"""],
    "a_date": {"'{2024-02-29,NULL}'": "", "'{infinity}'": "Infinite"},
    "a_timestamptz": {"'{2024-02-29 12:34:56.789+00,NULL}'": "", "'{-infinity}'": "Infinite"},
    "a_timestamp": ["'{2024-02-29 12:34:56.789}'"],
    "a_interval": ["'{1 year -2 days,NULL}'"],
    "a_inet": ["'{10.1.2.3/8,NULL}'"],
    "a_mood": ["'{sad,NULL,happy}'"],
    "a_odd": ["enum_range(NULL::public.odd_labels)"],
    "a_positive": ["'{1,NULL}'"],
    "a_person": [
        """array[('a','2000-01-01',('s"','1','12345','(1,2)'),array[('s','','',NULL),NULL]::public.address[],
        'ok',5,'{a,NULL}',1.5)::public.person, NULL,
        ('b',NULL,NULL,NULL,NULL,NULL,NULL,NULL)::public.person]"""
    ],
    "a_range": ["array['empty'::int4range, '[1,5)', NULL, '(,)']"],
    "a_multirange": ["array['{}'::int4multirange, '{[1,2),[5,9)}', NULL]"],
    "a_vector": ["array['[1,2,3]'::extensions.vector, NULL]"],
    "a_point": ["array['(1,2)'::point, NULL]"],
    "a_float8": ["'{NaN,-0,Infinity,1e300,NULL}'"],
    "a_bit": ["'{101,NULL}'"],
    "a_tags": ["""'{"{a,NULL}",NULL}'"""],
    "a_char": ["'{a,NULL}'"],
    "a_name": ["'{a b,NULL}'"],
    "a_money": ["'{-1.23,NULL}'"],
}
ADDRESS = """('s, (t)', 'quo"te', '12345', '(NaN,1)')"""
MADE: Edges = {
    "mood": ["'sad'"],
    "odd": ["''", "' '", "'{}'", "'日本'", "e'new\\nline'"],
    "other_mood": ["'low'"],
    '"class"': ["'fn'"],
    "positive": ["1"],
    "small": ["999"],
    "required": ["''"],
    "with_default": ["'y'"],
    "tags": ["'{}'", "'{a,NULL}'"],
    "good": ["'happy'"],
    "price": {"1.10": "", "'NaN'": "NotANumber"},
    "email": ["'A@b.c'"],
    "home": [ADDRESS],
    "address": [ADDRESS, "(NULL,NULL,NULL,NULL)", "('','','',NULL)"],
    "person": {
        "('a','2000-01-01',NULL,NULL,NULL,NULL,NULL,1.50000)": "",
        "('a','infinity',NULL,NULL,NULL,NULL,NULL,NULL)": "Infinite",
        "(NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)": "Null",
    },
    "empty": ["ROW()"],
    "mixed": ["(1,NULL,3,'')"],
    "one": ["ROW(1)", "ROW(NULL)"],
}
RANGES: Edges = {
    "r_int4": RANGE,
    "r_int8": RANGE,
    "r_num": {**dict.fromkeys([*RANGE, "'(1.10,2.5]'"], ""), "'[1,NaN]'": "NotANumber"},
    "r_date": {"'[2024-01-01,2024-02-01)'": "", "'empty'": "", "'[2024-01-01,infinity)'": "Infinite"},
    "r_ts": ["'(2024-01-01 12:00:00.5,2024-02-01]'", "'empty'"],
    "r_tstz": ["'[2024-01-01 12:00:00.5+00,)'", "'empty'"],
    "m_int4": ["'{}'", "'{[1,2),[5,)}'"],
    "m_int8": ["'{(,)}'"],
    "m_num": ["'{[1.10,2],(3,4)}'"],
    "m_date": ["'{[2024-01-01,2024-02-01)}'"],
    "m_ts": ["'{[2024-01-01,2024-02-01)}'"],
    "m_tstz": ["'{[2024-01-01 00:00+00,2024-02-01 00:00+00)}'"],
    "r_float": ["'[-1e300,Infinity)'", "'empty'"],
    "m_float": ["'{[1,2],[3,4)}'"],
    "r_mood": ["'[sad,happy)'", "'empty'"],
    "m_mood": ["'{[sad,ok]}'"],
    "r_price": ["'[1.10,2.20)'"],
}
TABLES = {"scalars": SCALARS, "arrays": ARRAYS, "made_types": MADE, "ranges": RANGES}
# What even the lossless types cannot hold; the crate `time` ends at the year 9999.
LOSSLESS = {
    ("c_date", "'10000-01-01'"): 'OutOfRange("10000-01-01")',
    ("c_date", "'300000-01-01'"): 'OutOfRange("300000-01-01")',
    ("c_date", "'5874897-12-31'"): 'OutOfRange("5874897-12-31")',
    ("c_timestamp", "'12024-01-01 12:00'"): 'OutOfRange("12024-01-01 12:00:00.000000")',
    ("c_timestamptz", "('12024-01-01 12:00' || '+00')::timestamptz"): (
        'OutOfRange("12024-01-01 12:00:00.000000+00")'
    ),
    ("c_timestamp", "'294276-12-31 23:59:59.999999'"): 'OutOfRange("294276-12-31 23:59:59.999999")',
    ("c_timestamptz", "('294276-12-31 23:59:59.999999' || '+00')::timestamptz"): (
        'OutOfRange("294276-12-31 23:59:59.999999+00")'
    ),
    ("a_int4", "'{{1,2},{3,4}}'"): "Dimensions",
    ("a_int4", "'[0:1]={1,2}'"): "Dimensions",
    ("person", "(NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)"): "Null",
}


def _expected(variant: str, column: str, value: str, error: str) -> str:
    """The error that reading this value gives, '' for none."""
    return error if variant == "plain" else LOSSLESS.get((column, value), "")


# ------------------------------------------------------------------------------------------------- text alone

INTEGER = Type(kind="scalar", schema="pg_catalog", name="int4", sql="integer")
TEXT_TYPE = Type(kind="scalar", schema="pg_catalog", name="text", sql="text")
ONE = Options(language="rust", out="db")


def _field(name: str, type_: Type = INTEGER, **how: bool | str) -> Field:
    return Field(name=name, type=type_, nullable=bool(how.pop("nullable", True)), **how)  # type: ignore[arg-type]


def _table(name: str, *fields: Field, **how: str) -> Relation:
    return Relation(kind="table", schema="public", name=name, fields=fields, **how)  # type: ignore[arg-type]


def _function(name: str, *parameters: Parameter, result: Result | None = None, **how: object) -> Function:
    return Function(
        kind="function",
        schema="public",
        name=name,
        identity=", ".join(each.type.sql for each in parameters),
        parameters=parameters,
        result=result or Result(shape="scalar", many=False, nullable=True, type=INTEGER),
        volatility="volatile",
        strict=False,
        **how,  # type: ignore[arg-type]
    )


def _text(described: Described, options: Options = ONE) -> str:
    files = {each.path: each.text for each in generate(described, options).files}
    return files[f"{options.out}/public.rs"]


def test_each_file_says_that_it_is_generated_and_the_same_comes_out_twice() -> None:
    described = Described(relations=(_table("orders", _field("id")),), functions=(_function("f"),))
    one, two = generate(described, ONE), generate(described, ONE)
    assert one == two
    assert [each.path for each in one.files] == ["db/mod.rs", "db/public.rs", "db/wire.rs"]
    assert all(MARK in each.text.splitlines()[0].lower() for each in one.files)


def test_the_features_of_sqlx_are_those_that_the_types_need() -> None:
    def features(type_: str, **how: bool | str) -> str:
        scalar = Type(kind="scalar", schema="pg_catalog", name=type_, sql=type_)
        described = Described(relations=(_table("t", _field("c", scalar)),))
        options = Options(language="rust", out="db", **how)  # type: ignore[arg-type]
        text = next(each.text for each in generate(described, options).files if each.path == "db/mod.rs")
        found = re.search(r"features = \[(.*)\]", text)
        assert found is not None
        return found[1].replace('"', "")

    assert features("int4") == "postgres"
    assert features("numeric") == "postgres, rust_decimal"
    assert features("numeric", lossless=True) == "bigdecimal, postgres"
    assert features("timestamptz") == "chrono, postgres"
    assert features("timestamptz", time="time") == "postgres, time"
    assert features("jsonb") == "json, postgres"
    assert features("jsonb", lossless=True) == "postgres"
    assert features("macaddr") == "mac_address, postgres"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("type", "r#type"),
        ("gen", "r#gen"),
        ("self", "self_"),
        ("Self", "self_"),
        ("crate", "crate_"),
        ("1st", "_1st"),
        ("größe", "größe"),
        ("orderTotal", "order_total"),
    ],
)
def test_a_keyword_is_raw_or_has_an_underscore(name: str, field: str) -> None:
    text = _text(Described(relations=(_table("t", _field(name)),)))
    assert f"    pub {field}: Option<i32>," in text
    assert f'{field}: wire::column(row, "{name}")?,' in text


def test_a_type_of_the_language_keeps_its_name() -> None:
    described = Described(relations=(_table("option", _field("vec")), _table("string", _field("some"))))
    text = _text(described)
    assert "pub struct Option_ {\n    /// `integer`\n    pub vec: Option<i32>," in text
    assert "pub struct String_ {" in text


def test_a_label_of_an_enum_may_be_called_err() -> None:
    """`Self::Err` would be the label and the error of `FromStr`: rustc refuses to choose."""
    enum = EnumType(schema="public", name="outcome", labels=("ok", "err"))
    text = _text(Described(enums=(enum,)))
    assert '"err" => Ok(Self::Err),' in text
    assert "Result<Self, Self::Err>" not in text


@pytest.mark.parametrize("name", ["crate", "self", "super"])
def test_a_type_that_is_called_as_a_path_begins(name: str) -> None:
    text = _text(
        Described(relations=(_table(name, _field("c")),)),
        Options(language="rust", out="db", names="database"),
    )
    assert f"pub struct {name}_ {{" in text


def test_database_names_stay_as_they_are() -> None:
    described = Described(relations=(_table("orderItems", _field("itemId")),))
    text = _text(described, Options(language="rust", out="db", names="database"))
    assert "pub struct orderItems {" in text
    assert "pub itemId: Option<i32>" in text


def test_no_comment_ends_its_comment_or_is_run_or_hides_text() -> None:
    comment = "a\r\n```\nfn main() {}\n```\n    code\n*/ \u202e [x] <b>\u2028//! y\x00"
    text = _text(Described(relations=(_table("t", _field("c", comment=comment), comment=comment),)))
    lines = text.split("\n")
    assert all(not line or line.isprintable() for line in lines)
    said = [line.strip() for line in lines if "fn main" in line or "//! y" in line or "code" in line]
    assert said
    assert all(line.startswith("/// ") and "    " not in line for line in said)
    assert not any(re.match(r"\s*/// *(```|~~~)", line) for line in lines)


def test_a_name_that_would_end_a_string_does_not() -> None:
    odd = 'a"#b\\c\nd\u202ee'
    text = _text(Described(relations=(_table("t", _field(odd)),)))
    assert r'"a\"#b\\c\u{a}d\u{202e}e"' in text
    assert "\u202e" not in text


def test_functions_can_be_left_out() -> None:
    described = Described(relations=(_table("t", _field("c")),), functions=(_function("f"),))
    assert "pub async fn f(" in _text(described)
    assert "pub async fn f(" not in _text(described, Options(language="rust", out="db", wrappers=()))


def test_the_configuration_names_types_of_the_user() -> None:
    mood = Type(kind="enum", schema="public", name="mood", sql="public.mood")
    moods = Type(kind="array", schema="public", name="mood", sql="public.mood[]", element=mood)
    described = Described(
        relations=(_table("t", _field("a", mood), _field("b", moods), _field("c", TEXT_TYPE)),),
        enums=(EnumType(schema="public", name="mood", labels=("sad",)),),
        functions=(_function("f", Parameter(name="m", type=mood)),),
    )
    types = {"public.mood": "crate::Mood", "public.t.c": "crate::Email"}
    text = _text(described, Options(language="rust", out="db", types=types))
    assert "pub a: Option<crate::Mood>," in text
    assert "pub b: Option<Vec<Option<crate::Mood>>>," in text
    assert "pub c: Option<crate::Email>," in text
    assert 'a: sqlx::Row::try_get(row, "a")?,' in text
    assert "m: impl Into<Option<crate::Mood>>," in text


def test_an_array_of_arrays_of_a_type_of_the_user_is_text() -> None:
    """SQLx has no arrays in arrays, as which a domain over an array would come."""
    mood = Type(kind="enum", schema="public", name="mood", sql="public.mood")
    moods = Type(kind="array", schema="public", name="mood", sql="public.mood[]", element=mood)
    domain = Type(kind="domain", schema="public", name="moods", sql="public.moods", element=moods)
    many = Type(kind="array", schema="public", name="moods", sql="public.moods[]", element=domain)
    described = Described(relations=(_table("t", _field("a", domain), _field("b", many)),))
    options = Options(language="rust", out="db", types={"public.mood": "crate::Mood"})
    text = _text(described, options)
    assert "pub a: Option<Vec<Option<crate::Mood>>>," in text
    assert "pub b: Option<Vec<Option<String>>>," in text
    assert [each.object for each in generate(described, options).notices] == ["public.moods"]
    own = Options(language="rust", out="db", types={"public.moods": "crate::Moods"})
    assert "pub b: Option<Vec<Option<crate::Moods>>>," in _text(described, own)


@pytest.mark.parametrize(
    "text", ["crate::Mood", "Vec<Option<String>>", "i32", "[u8; 4]", "sqlx::types::Json<app::Settings>"]
)
def test_a_type_of_the_user_is_a_type(text: str) -> None:
    options = Options(language="rust", out="db", types={"public.t.c": text})
    assert f"pub c: Option<{text}>," in _text(Described(relations=(_table("t", _field("c")),)), options)


@pytest.mark.parametrize(
    "text", ["", "a b", "i32; fn f() {}", "Vec<", "i32 // x", "*const i32", "5", "a\nb", "impl X"]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(OrmonyError) as caught:
        generate(Described(), Options(language="rust", out="db", types={"public.t.c": text}))
    assert caught.value.code == "bad-type-name"
    assert "which [generate] has for public.t.c, is no Rust type" in caught.value.message


def test_what_has_no_type_is_text_and_said() -> None:
    scalar = Type(kind="scalar", schema="pg_catalog", name="tsvector", sql="tsvector")
    array = Type(kind="array", schema="pg_catalog", name="tsvector", sql="tsvector[]", element=scalar)
    generated = generate(Described(relations=(_table("t", _field("a", scalar), _field("b", array)),)), ONE)
    assert [(each.code, each.object) for each in generated.notices] == [
        ("unknown-type", "pg_catalog.tsvector")
    ]
    text = next(each.text for each in generated.files if each.path == "db/public.rs")
    assert '"a"::pg_catalog.text AS "a", "b"::pg_catalog.text[] AS "b"' in text
    assert 'b: wire::column_as_text(row, "b")?,' in text


def test_functions_that_nobody_can_call_are_said() -> None:
    anything = Type(kind="pseudo", schema="pg_catalog", name="anyelement", sql="anyelement")
    generated = generate(Described(functions=(_function("f", Parameter(name="x", type=anything)),)), ONE)
    assert [(each.code, each.object) for each in generated.notices] == [("left-out", "public.f(anyelement)")]


def test_arguments_are_cast_without_what_would_cut_them_off() -> None:
    types = [
        Type(kind="scalar", schema="pg_catalog", name="bpchar", sql="character"),
        Type(kind="scalar", schema="pg_catalog", name="bit", sql="bit"),
        Type(kind="scalar", schema="pg_catalog", name="varchar", sql="character varying(3)", modifier=("3",)),
    ]
    text = _text(
        Described(functions=(_function("f", *(Parameter(name=each.name, type=each) for each in types)),))
    )
    assert (
        '"bpchar" => $1::pg_catalog.bpchar, "bit" => $2::pg_catalog.bit, "varchar" => $3::pg_catalog.varchar'
        in text
    )


def test_who_is_called_so_keeps_the_name() -> None:
    text = _text(Described(functions=(_function("sameName"), _function("same_name"))))
    assert re.findall(r'pub async fn (\w+)\(.*?"public"."(\w+)"', text, re.DOTALL) == [
        ("same_name2", "sameName"),
        ("same_name", "same_name"),
    ]


def test_parameters_whose_names_became_one_are_said() -> None:
    a, b = Parameter(name="aB", type=INTEGER), Parameter(name="a_b", type=TEXT_TYPE)
    described = Described(functions=(_function("f", a, b, Parameter(name="", type=INTEGER)),))
    assert re.findall(r"    (\w+): impl Into", _text(described)) == ["a_b2", "a_b", "argument_3"]
    (notice,) = generate(described, ONE).notices
    assert (notice.code, notice.object) == ("name-collision", "public.f.aB")


def test_overloads_have_names_of_their_own_and_what_is_ambiguous_is_asked_for() -> None:
    described = Described(
        functions=(
            _function("f", Parameter(name="a", type=INTEGER)),
            _function(
                "f", Parameter(name="a", type=INTEGER), Parameter(name="b", type=INTEGER, has_default=True)
            ),
            _function(
                "f", Parameter(name="a", type=TEXT_TYPE), Parameter(name="b", type=INTEGER, has_default=True)
            ),
        )
    )
    text = _text(described)
    names = re.findall(r"pub async fn (\w+)", text)
    assert names == ["f_int4", "f_int4_int4", "f_text_int4"]
    assert "FInt4Int4Optional" not in text  # `f(a)` could be the first: b has to be given
    assert "pub struct FTextInt4Optional" in text


# ----------------------------------------------------------------------------------------- one crate, one run


class Made:
    """The crate, what it printed, and the rows that were there before."""

    def __init__(self, url: str, generated: dict[str, Generated], printed: str, rows: list[tuple[str, ...]]):
        self.url = url
        self.generated = generated
        self.printed = printed.splitlines()
        self.rows = rows  # table, id, column, value, error


@pytest.fixture(scope="module")
def made(cluster: server.Cluster) -> Iterator[Made]:
    name = f"rust_{os.getpid()}"
    with cluster.admin() as admin:
        server.create_empty(admin, name, owner=server.SUPERUSER)
    url = cluster.url(name, server.SUPERUSER)
    with connect(url) as connection:
        connection.execute((CODEGEN / "torture.sql").read_text())
        connection.execute((CODEGEN / "rust" / "more.sql").read_text())
        connection.commit()
        catalog = introspect(connection)
    rows = _insert(url)
    generated = {each.out: codegen.generate(catalog, each) for each in (PLAIN, OTHER)}
    yield Made(url, generated, _run(url, generated), rows)
    with cluster.admin() as admin:
        server.drop_database(admin, name)


def _insert(url: str) -> list[tuple[str, ...]]:
    """A row for each edge value."""
    rows = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table, columns in TABLES.items():
            for column, values in columns.items():
                for value, error in (
                    values if isinstance(values, dict) else dict.fromkeys(values, "")
                ).items():
                    names, given = [column], [value]
                    if table == "made_types":  # its domains refuse null
                        for name, needed in (("required", "'r'"), ("home", ADDRESS)):
                            if name != column:
                                names, given = [*names, name], [*given, needed]
                    found = connection.execute(
                        f"INSERT INTO public.{table} ({', '.join(names)})"
                        f" VALUES ({', '.join(given)}) RETURNING id"
                    ).fetchone()
                    assert found is not None
                    rows.append((table, str(found[0]), column, value, error))
    return rows


def _run(url: str, generated: dict[str, Generated]) -> str:
    """Build and run the crate. It lies in the target folder of the example, so that SQLx is built once."""
    target = saas.EXAMPLE / saas.RUST / "target"
    crate = target / "generated-code"
    shutil.rmtree(crate, ignore_errors=True)
    shutil.copytree(CODEGEN / "rust", crate)
    lock = saas.EXAMPLE / saas.RUST / "Cargo.lock"
    if lock.exists():
        shutil.copy(lock, crate)
    for each in generated.values():
        for file in each.files:
            path = crate / "src" / file.path
            path.parent.mkdir(exist_ok=True)
            path.write_text(file.text)
    (crate / "src" / "copies.rs").write_text(_copies({out: each.files for out, each in generated.items()}))
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    _done(["nice", "cargo", "build", "--quiet", "--message-format", "short"], crate, environment)
    return _done([str(target / "debug" / "ormony-generated")], crate, {**environment, "DATABASE_URL": url})


def _done(words: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def _fields(text: str, struct: str) -> dict[str, str]:
    """The fields of a generated struct, with their types."""
    found = re.search(rf"pub struct {struct} \{{\n(.*?)\n\}}", text, re.DOTALL)
    assert found is not None, struct
    return dict(re.findall(r"^    pub (\S+): (.*),$", found[1], re.MULTILINE))


def _copies(files: dict[str, tuple[codegen.options.File, ...]]) -> str:
    """Rust that reads each row of the tables and inserts what it read."""
    parts = ["//! Reads rows and inserts what it read.\n\nuse sqlx::{FromRow, PgPool, Row};\n"]
    calls = []
    for variant, listed in files.items():
        text = next(each.text for each in listed if each.path == f"{variant}/public.rs")
        for table, columns in TABLES.items():
            pascal = "".join(word.capitalize() for word in table.split("_"))
            row = pascal if variant == "plain" else table
            read, written = _fields(text, row), _fields(text, f"New{pascal}")
            given = []
            for field, type_ in written.items():
                if field == "id":
                    value = "None"
                elif type_.startswith("wire::Arg<"):
                    value = f"found.{field}.into()"
                else:
                    value = f"found.{field}" if type_ == read[field] else f"Some(found.{field})"
                given.append(f"{field}: {value}")
            last = sum(len(each) for each in columns.values())
            calls.append(f"    {variant}_{table}(pool).await;")
            parts.append(
                f"""
async fn {variant}_{table}(pool: &PgPool) {{
    use crate::{variant}::public::{{{row}, New{pascal}}};
    let sql = format!("{{}} WHERE id <= {last} ORDER BY id", {row}::SELECT);
    for row in sqlx::query(&sql).fetch_all(pool).await.unwrap() {{
        let id: {read["id"]} = row.get("id");
        let result = match {row}::from_row(&row) {{
            Ok(found) => match (New{pascal} {{ {", ".join(given)} }}).insert(pool).await {{
                Ok(made) => made.id.to_string(),
                Err(error) => format!("not inserted {{}}", crate::reason(&error)),
            }},
            Err(error) => crate::reason(&error),
        }};
        println!("{variant} {table} {{id}} {{result}}");
    }}
}}
"""
            )
    parts.append("\npub(crate) async fn all(pool: &PgPool) {\n" + "\n".join(calls) + "\n}\n")
    return "".join(parts)


@pytest.mark.slow
@pytest.mark.xdist_group("services")
@pytest.mark.timeout(1200)
class TestCompiled:
    def test_every_form_of_a_function_gives_what_the_database_gives(self, made: Made) -> None:
        assert "calls: done" in made.printed

    def test_random_values_come_back(self, made: Made) -> None:
        assert "random: done" in made.printed

    @pytest.mark.parametrize("variant", ["plain", "other"])
    def test_every_value_comes_back_or_is_an_error_of_its_own(self, made: Made, variant: str) -> None:
        results = {
            tuple(line.split(" ", 3)[:3]): line.split(" ", 3)[3]
            for line in made.printed
            if line.startswith(f"{variant} ")
        }
        assert len(results) == len(made.rows)
        wrong = []
        with psycopg.connect(made.url) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for table, number, column, value, error in made.rows:
                result = results[variant, table, number]
                expected = _expected(variant, column, value, error)
                if expected or not result.isdigit():
                    place = f'"{column.strip(chr(34))}" '
                    if not expected or result != place + expected:
                        wrong.append((table, column, value, result, expected))
                    continue
                # `json` is text: of its values a Value keeps no spaces and no way to write a number
                text = "jsonb::text" if (variant, column) == ("plain", "c_json") else "text"
                row = connection.execute(
                    f"SELECT a.{column}::{text}, b.{column}::{text} FROM public.{table} a, public.{table} b"
                    f" WHERE a.id = {number} AND b.id = {result}"
                ).fetchone()
                assert row is not None
                if row[0] != row[1] or row[0] is None:
                    wrong.append((table, column, value, *row))
        assert wrong == []
