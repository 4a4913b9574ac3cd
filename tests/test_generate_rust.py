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
from ormony.codegen.options import Generated, Options
from ormony.database import server
from ormony.database.connect import connect
from ormony.database.introspect import introspect

CODEGEN = Path(__file__).parent / "codegen"
SCHEMAS = ("public", "app", "Odd Schema", "größe")
PLAIN = Options(language="rust", out="plain", schemas=SCHEMAS)
OTHER = Options(language="rust", out="other", schemas=SCHEMAS, time="time", lossless=True, names="database")

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
    "c_halfvec": ["'[1,2,3.5]'"],
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
    parts.append("\npub async fn all(pool: &PgPool) {\n" + "\n".join(calls) + "\n}\n")
    return "".join(parts)


@pytest.mark.slow
@pytest.mark.xdist_group("services")
@pytest.mark.timeout(1200)
class TestCompiled:
    def test_every_form_of_a_function_gives_what_the_database_gives(self, made: Made) -> None:
        assert "calls: done" in made.printed

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
                row = connection.execute(
                    f"SELECT a.{column}::text, b.{column}::text FROM public.{table} a, public.{table} b"
                    f" WHERE a.id = {number} AND b.id = {result}"
                ).fetchone()
                assert row is not None
                if row[0] != row[1] or row[0] is None:
                    wrong.append((table, column, value, *row))
        assert wrong == []
