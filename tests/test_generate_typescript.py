"""Generated TypeScript: the same type as Supabase's, judged by `tsc`; and every edge value, there and back.

One server, one run of `tsc` over everything, and two programs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

from ormony.catalog import Catalog
from ormony.codegen import generate, typescript
from ormony.codegen.described import (
    Described,
    EnumType,
    Field,
    Function,
    Parameter,
    Relation,
    Relationship,
    Result,
    Type,
)
from ormony.codegen.options import MARK, Generated, Options
from ormony.database import server
from ormony.database.connect import connect
from ormony.database.introspect import introspect

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "tests" / "tools" / "node_modules"
OURS = ROOT / "tests" / "codegen" / "typescript"
TORTURE = ROOT / "tests" / "codegen" / "torture.sql"
EXAMPLES = {
    "saas": "examples/saas/supabase/migrations",
    "auth": "examples/fltr/supabase/auth/migrations",
    "data": "examples/fltr/supabase/data/migrations",
}
SCHEMAS = ("public", "app", "Odd Schema")
BOTH = ("drizzle", "supabase-js")

# A type, a parameter, a result, a column and an attribute.
OWN_TYPES = {
    "public.mood": '"sad" | "ok" | "happy"',
    "public.price": "`${number}`",
    "public.echo_json.doc": "{ given: string }",
    "public.echo_json": "{ given: string }",
    "public.returns_table.total": "`${number}`",
    "public.made_types.email": "`${string}@${string}`",
    "public.address.street": '"s" | "t"',
}

# Makers of multiranges come with CREATE TYPE … AS RANGE; the CLI lists them among the functions of users. And
# it says that rows of RETURNS TABLE (place address) have `place`: PostgreSQL gives the fields of an address.
MAKERS = '"float_multirange" | "many_moods" | "price_multirange" | "table_of_one_composite"'
SAME = """
import type * as mine from "./database.types.js"
import type * as real from "./real.js"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Real = COMPARED<real.Database>
type Mine = COMPARED<mine.Database>
type All<D> = D
type Without<D> = { [S in keyof D]: Others<D[S]> }
type Others<S> = { [P in keyof S]: P extends "Functions" ? Omit<S[P], MAKERS> : S[P] }
export type Both = [All<1>, Without<{}>]

export const same: Same<Mine, Real> = true
export const there = (value: Mine): Real => value
export const back = (value: Real): Mine => value
export const constants: Same<typeof mine.Constants, typeof real.Constants> = true
// @ts-expect-error: a type that differs in a single table is not the same
export const different: Same<Mine, { [S in keyof Real]: Changed<Real[S]> }> = true
type Changed<S> = Omit<S, "Tables"> & { Tables: Omit<S extends { Tables: infer T } ? T : never, "TABLE"> }
"""
HELPERS = """
export const helpers: [
  Same<mine.Tables<"invoices">, real.Tables<"invoices">>,
  Same<mine.Tables<"paid">, real.Tables<"paid">>,
  Same<mine.Tables<{ schema: "app" }, "members">, real.Tables<{ schema: "app" }, "members">>,
  Same<mine.TablesInsert<"invoices">, real.TablesInsert<"invoices">>,
  Same<mine.TablesInsert<{ schema: "app" }, "members">, real.TablesInsert<{ schema: "app" }, "members">>,
  Same<mine.TablesUpdate<"columns">, real.TablesUpdate<"columns">>,
  Same<mine.Enums<"mood">, real.Enums<"mood">>,
  Same<mine.Enums<{ schema: "app" }, "mood">, real.Enums<{ schema: "app" }, "mood">>,
  Same<mine.CompositeTypes<"person">, real.CompositeTypes<"person">>,
] = [true, true, true, true, true, true, true, true, true]
// @ts-expect-error: there is no such table
export type Missing = mine.Tables<"no such table">
"""


def _options(**more: object) -> Options:
    return msgspec.convert({"language": "typescript", "out": "x", **more}, Options)


def _write(folder: Path, generated: Generated) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in generated.files:
        (folder / Path(file.path).name).write_text(file.text)


@pytest.fixture(scope="module")
def made(
    reachable_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str, Catalog]]:
    """A folder with everything generated and what it is compared with; a URL; the catalog of torture.sql."""
    for needed in ("typescript", "postgres", "@supabase/supabase-js", "supabase"):
        if not (TOOLS / needed).is_dir():
            pytest.fail(f"{needed} is missing; run: cd tests/tools && npm install", pytrace=False)
    home = reachable_folder / "typescript"
    cluster = server.start(home, durable=False, tcp=True)
    folder = tmp_path_factory.mktemp("typescript")
    try:
        for name, migrations in EXAMPLES.items():
            server.create_database(cluster, name)
            with psycopg.connect(cluster.url(name), autocommit=True) as connection:
                for file in sorted((ROOT / migrations).glob("*.sql")):
                    connection.execute(file.read_text())
        with cluster.admin() as admin:
            server.create_empty(admin, "torture", owner=server.SUPERUSER)
        with psycopg.connect(cluster.url("torture", server.SUPERUSER)) as connection:
            connection.execute(TORTURE.read_text())
            connection.commit()
            connection.execute((OURS / "more.sql").read_text())
        real = {
            name: _supabase(cluster.url(name), folder, ("public",) if name in EXAMPLES else SCHEMAS)
            for name in (*EXAMPLES, "torture")
        }
        catalog = None
        for name in (*EXAMPLES, "torture"):
            with connect(cluster.url(name, server.SUPERUSER)) as reading:
                catalog = introspect(reading)
            schemas = ("public",) if name in EXAMPLES else SCHEMAS
            _write(folder / name, generate(catalog, _options(schemas=schemas, wrappers=BOTH)))
        assert catalog is not None
        lossless = _options(schemas=SCHEMAS, wrappers=BOTH, lossless=True)
        _write(folder / "torture" / "lossless", generate(catalog, lossless))
        own = _options(schemas=SCHEMAS, names="database", types=OWN_TYPES)
        _write(folder / "torture" / "database", generate(catalog, own))
        for name, running in real.items():
            printed, said = running.communicate(timeout=120)
            assert running.returncode == 0, said
            # What the CLI has to say of connections stands on stdout too.
            (folder / name / "real.ts").write_text(printed[printed.index("export type Json") :])
            table = {"saas": "orders", "auth": "users", "data": "datasets", "torture": "lines"}[name]
            text = SAME.replace("MAKERS", MAKERS).replace("TABLE", table)
            text = text.replace("COMPARED", "Without" if name == "torture" else "All")
            (folder / name / "same.ts").write_text(text + (HELPERS if name == "torture" else ""))
        for copied in ("run.ts", "rest.ts", "tsconfig.json"):
            shutil.copy(OURS / copied, folder / copied)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "node_modules").symlink_to(TOOLS)
        yield folder, cluster.url("torture"), catalog
    finally:
        server.destroy(home)


def _supabase(url: str, folder: Path, schemas: tuple[str, ...]) -> subprocess.Popen[str]:
    words = [word for schema in schemas for word in ("--schema", schema)]
    return subprocess.Popen(
        [str(TOOLS / ".bin" / "supabase"), "gen", "types", f"--remote={url}", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def compiled(made: tuple[Path, str, Catalog]) -> tuple[Path, str]:
    """The folder, compiled; all that follows needs it. Fails with what `tsc` says."""
    folder, url, _ = made
    done = subprocess.run(
        [str(TOOLS / ".bin" / "tsc"), "-p", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return folder, url


@pytest.mark.slow
def test_it_compiles_and_is_the_type_that_supabase_writes(compiled: tuple[Path, str]) -> None:
    """With every strict option, and no declaration unused; `same.ts` asks for equality in both directions."""
    assert (compiled[0] / "made" / "torture" / "same.js").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "says"), [("run.js", "all is as it was said"), ("rest.js", "all is as it was asked for")]
)
def test_every_value_comes_back_the_same(compiled: tuple[Path, str], program: str, says: str) -> None:
    """Drizzle over node-postgres and postgres.js; supabase-js over HTTP."""
    folder, url = compiled
    done = subprocess.run(
        ["node", f"made/{program}"],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(says)


@pytest.mark.slow
def test_it_is_the_same_each_time(made: tuple[Path, str, Catalog]) -> None:
    folder, _, catalog = made
    # The other way round, as another introspection might have it.
    turned = msgspec.structs.replace(catalog, objects=dict(reversed(list(catalog.objects.items()))))
    options = _options(schemas=SCHEMAS, wrappers=BOTH)
    for file in generate(turned, options).files:
        assert file.text == (folder / "torture" / Path(file.path).name).read_text(), file.path


# ---------------------------------------------------------------------------------------- without a server

INT4 = Type(kind="scalar", schema="pg_catalog", name="int4", sql="integer")
TEXT = Type(kind="scalar", schema="pg_catalog", name="text", sql="text")
JSONB = Type(kind="scalar", schema="pg_catalog", name="jsonb", sql="jsonb")
INT8 = Type(kind="scalar", schema="pg_catalog", name="int8", sql="bigint")
GEOMETRY = Type(kind="unknown", schema="gis", name="shape", sql="gis.shape")


def _function(name: str, *parameters: Parameter, result: Type = INT4, **more: object) -> Function:
    return Function(
        kind="function",
        schema="public",
        name=name,
        identity=", ".join(each.type.sql for each in parameters),
        parameters=parameters,
        result=Result(shape="scalar", many=False, nullable=True, type=result),
        volatility="volatile",
        strict=False,
        **more,  # type: ignore[arg-type]
    )


def _file(described: Described, name: str, **more: object) -> str:
    generated = typescript.generate(described, _options(**more))
    return next(each.text for each in generated.files if each.path == f"x/{name}")


@pytest.mark.parametrize(
    ("wrappers", "names"),
    [
        (None, ["database.types.ts", "functions.ts"]),
        ((), ["database.types.ts"]),
        (("supabase-js",), ["database.types.ts", "rpc.ts"]),
        (BOTH, ["database.types.ts", "functions.ts", "rpc.ts"]),
    ],
)
def test_files(wrappers: tuple[str, ...] | None, names: list[str]) -> None:
    files = typescript.generate(Described(), _options(wrappers=wrappers)).files
    assert [each.path for each in files] == [f"x/{each}" for each in names]
    for each in files:
        assert MARK in each.text.splitlines()[0].lower()


def test_without_functions_it_is_a_module_all_the_same() -> None:
    assert _file(Described(), "functions.ts").splitlines()[2:] == ["", "export {}"]


def test_a_comment_cannot_end_the_comment() -> None:
    text = _file(Described(functions=(_function("f", comment="a */ b\nc\u2028d"),)), "functions.ts")
    assert "/**\n * a *\\/ b\n * c d\n */" in text


def test_only_what_is_used_is_written() -> None:
    text = _file(Described(functions=(_function("f", Parameter(name="a", type=INT4)),)), "functions.ts")
    assert "$number" in text
    for unused in ("$hstore", "$range", "$array", "$queryAs", "DatabaseRange", "$row"):
        assert unused not in text


def test_overloads_are_told_apart_by_what_they_take() -> None:
    a = Parameter(name="a", type=INT4)
    array = Type(kind="array", schema="pg_catalog", name="text", sql="text[]", element=TEXT)
    functions = (_function("go"), _function("go", a), _function("go", a, Parameter(name="b", type=array)))
    text = _file(Described(functions=functions), "functions.ts")
    for name in ("goWithNothing(", "goWithInt4(", "goWithInt4TextArray("):
        assert f"export async function {name}" in text


def test_types_of_the_configuration() -> None:
    function = _function("f", Parameter(name="doc", type=JSONB), result=JSONB)
    relation = Relation(
        kind="table",
        schema="public",
        name="t",
        fields=(Field(name="doc", type=JSONB, nullable=False, declared_not_null=True),),
    )
    told = {"public.f.doc": "Given", "public.f": 'import("./x").Y', "public.t.doc": "Stored"}
    described = Described(functions=(function,), relations=(relation,))
    assert "doc: Given | null" in _file(described, "functions.ts", types=told)
    assert 'Promise<import("./x").Y | null>' in _file(described, "functions.ts", types=told)
    assert "doc: Stored" in _file(described, "database.types.ts", types=told)


@pytest.mark.parametrize(("lossless", "type_"), [(False, "number"), (True, "bigint")])
def test_lossless(lossless: bool, type_: str) -> None:
    text = _file(Described(functions=(_function("f", result=INT8),)), "functions.ts", lossless=lossless)
    assert f"Promise<{type_} | null>" in text


def test_an_unknown_type_is_text_where_we_can_ask_for_it() -> None:
    """As JSON it is whatever its extension makes of it."""
    function = _function("f", Parameter(name="g", type=GEOMETRY), result=GEOMETRY)
    described = Described(functions=(function,))
    assert "Promise<string | null>" in _file(described, "functions.ts")
    assert "Promise<unknown>" in _file(described, "rpc.ts", wrappers=("supabase-js",))
    assert "Returns: unknown" in _file(Described(functions=(function,)), "database.types.ts")


@pytest.mark.parametrize(
    ("function", "wrapper", "reason"),
    [
        (
            msgspec.structs.replace(
                _function("p"),
                kind="procedure",
                result=Result(
                    shape="row",
                    many=False,
                    nullable=False,
                    fields=(Field(name="a", type=JSONB, nullable=True),),
                ),
            ),
            "drizzle",
            "OUT parameter a is of type jsonb",
        ),
        (_function("f", Parameter(name="", type=INT4)), "supabase-js", "without names"),
        (
            msgspec.structs.replace(
                _function("p"), kind="procedure", result=Result(shape="void", many=False, nullable=True)
            ),
            "supabase-js",
            "a procedure",
        ),
    ],
)
def test_what_cannot_be_called_is_left_out_and_said(function: Function, wrapper: str, reason: str) -> None:
    generated = typescript.generate(Described(functions=(function,)), _options(wrappers=(wrapper,)))
    [notice] = generated.notices
    assert notice.code == "left-out"
    assert reason in notice.message
    assert "export async function" not in generated.files[1].text


def test_labels_and_names_are_escaped() -> None:
    odd = 'a"b\\c\n`${x}`\u2028'
    enum = EnumType(schema="public", name=odd, labels=(odd,))
    text = _file(Described(enums=(enum,)), "database.types.ts")
    assert '"a\\"b\\\\c\\n`${x}`\\u2028": "a\\"b\\\\c\\n`${x}`\\u2028"' in text


def test_nothing_is_hidden_in_a_comment_or_a_name() -> None:
    odd = "a\u202eb\u2066c\x1bd\u200be\ufefff"
    function = _function("f", Parameter(name=odd, type=TEXT, has_default=False), comment=f"{odd}\n{odd}")
    enum = EnumType(schema="public", name=odd, labels=(odd,), comment=odd)
    for name in ("database.types.ts", "functions.ts", "rpc.ts"):
        text = _file(Described(functions=(function,), enums=(enum,)), name, wrappers=BOTH)
        assert all(not line or line.isprintable() for line in text.split("\n")), name
        assert r"a\u202eb\u2066c\u001bd\u200be\ufeff" in text, name


@pytest.mark.parametrize("name", ["fetch", "String", "Array", "JSON", "Error", "SQL", "DatabaseValueError"])
def test_a_function_does_not_take_the_name_of_what_the_code_calls(name: str) -> None:
    for file in ("functions.ts", "rpc.ts"):
        text = _file(Described(functions=(_function(name),)), file, wrappers=BOTH, names="database")
        assert f"export async function {name}_(" in text


def test_arguments_are_cast_without_what_would_cut_them_off() -> None:
    """`character` and `bit` without a length are of one letter in a cast, and of any in a parameter."""
    letters = Type(kind="scalar", schema="pg_catalog", name="bpchar", sql="character")
    bits = Type(kind="scalar", schema="pg_catalog", name="bit", sql="bit")
    many = Type(kind="array", schema="pg_catalog", name="_bpchar", sql="character[]", element=letters)
    function = _function(
        "f",
        *(
            Parameter(name=f"a{number}", type=each, has_default=False)
            for number, each in enumerate((letters, bits, many))
        ),
    )
    text = _file(Described(functions=(function,)), "functions.ts")
    assert '"pg_catalog.bpchar", $text' in text
    assert '"pg_catalog.bit", $text' in text
    assert '"pg_catalog.bpchar[]", $array($text)' in text


def test_an_enum_without_labels_is_unknown() -> None:
    """`Enums` of `Database` has it not, as Supabase's has not, so nothing can speak of it there."""
    none = EnumType(schema="public", name="none", labels=())
    type_ = Type(kind="enum", schema="public", name="none", sql="public.none")
    function = _function("f", result=type_)
    text = _file(Described(functions=(function,), enums=(none,)), "database.types.ts")
    assert "Returns: unknown" in text
    assert '["Enums"]["none"]' not in text


def test_foreign_keys_are_in_the_order_of_the_collator() -> None:
    """As `new Intl.Collator("en")` sorts; a tuple in another order is another type."""
    names = ["_a", "a b", "a_b", "a-b", "a1", "ab", "aB", "Ab", "ac", "é", "f", "z"]
    relation = Relation(
        kind="table",
        schema="public",
        name="t",
        fields=(Field(name="x", type=INT4, nullable=True),),
        relationships=tuple(
            Relationship(
                name=name,
                columns=("x",),
                referenced_schema="public",
                referenced="t",
                referenced_columns=("x",),
                one_to_one=False,
            )
            for name in sorted(names)
        ),
    )
    text = _file(Described(relations=(relation,)), "database.types.ts")
    found = [line.partition(": ")[2].strip('"') for line in text.splitlines() if "foreignKeyName" in line]
    collated = subprocess.run(
        ["node", "-e", f"console.log({names!r}.sort(new Intl.Collator('en').compare).join('|'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert found == collated.split("|")
