"""Python of the torture schema: it type-checks, calls every form of a function, and gives every value back.

What runs, runs in `.venv-services`, with the real drivers against the embedded server.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ormony import codegen
from ormony.catalog import Catalog
from ormony.codegen import python
from ormony.codegen.described import (
    Described,
    EnumType,
    Field,
    Function,
    Parameter,
    Relation,
    Result,
    Type,
)
from ormony.codegen.options import Generated, Options
from ormony.database import server
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from ormony.errors import OrmonyError

HERE = Path(__file__).parent
ROOT = HERE.parent
PROGRAMS = HERE / "codegen" / "python"
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services")) / "bin" / "python"
PYRIGHT = HERE / "tools" / "node_modules" / "pyright" / "index.js"
SCHEMAS = ("public", "app", "Odd Schema")
DRIVERS = ("sqlalchemy", "asyncpg", "psycopg")
PACKAGES = (
    Options(language="python", out="db", schemas=SCHEMAS, wrappers=DRIVERS),
    Options(
        language="python",
        out="exact",
        schemas=SCHEMAS,
        wrappers=("asyncpg",),
        lossless=True,
        names="database",
    ),
    Options(
        language="python",
        out="own",
        schemas=("app",),
        wrappers=("asyncpg",),
        types={"app.settings.value": "settings.Settings", "app.add": "float"},
    ),
)
WARNED = {"reportUnnecessaryTypeIgnoreComment": "error"}
ENDS = ("asyncpg", "psycopg", "sqlalchemy-asyncpg", "sqlalchemy-psycopg")


class Torture(NamedTuple):
    """The torture schema on a server, and the packages that were generated from it."""

    cluster: server.Cluster
    catalog: Catalog
    folder: Path  # with the packages, and the programs of tests/codegen/python
    generated: dict[str, Generated]

    def run(self, program: str, *arguments: str) -> str:
        """What a program of tests/codegen/python prints. Warnings are errors."""
        command = [str(SERVICES), "-W", "error", program, *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stderr[-4000:]
        assert done.stderr == ""
        return done.stdout


@pytest.fixture(scope="module")
def torture(cluster: server.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Torture]:
    assert SERVICES.exists(), "make .make/services"
    folder = tmp_path_factory.mktemp("python")
    with cluster.admin() as admin:
        server.create_empty(admin, "python_torture", owner=server.SUPERUSER)
    with connect(cluster.url("python_torture", server.SUPERUSER)) as conn:
        conn.execute((HERE / "codegen" / "torture.sql").read_bytes())
        conn.execute((PROGRAMS / "more.sql").read_bytes())
        conn.commit()
        catalog = introspect(conn)
    generated = {each.out: codegen.generate(catalog, each) for each in PACKAGES}
    for made in generated.values():
        for file in made.files:
            (folder / file.path).parent.mkdir(exist_ok=True)
            (folder / file.path).write_text(file.text)
    for program in PROGRAMS.glob("*.py"):
        (folder / program.name).write_text(program.read_text())
    yield Torture(cluster, catalog, folder, generated)
    with cluster.admin() as admin:
        server.drop_database(admin, "python_torture")


@pytest.fixture
def database(torture: Torture, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own with the torture schema: a copy."""
    name = f"python_{abs(hash(request.node.name))}"
    with torture.cluster.admin() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE python_torture")
    yield name
    with torture.cluster.admin() as admin:
        server.drop_database(admin, name)


def host(torture: Torture) -> str:
    return str(torture.cluster.sockets)


# ---------------------------------------------------------------------------------------------- as it is read


def test_it_is_laid_out_as_ruff_does(torture: Torture) -> None:
    """With ruff's own settings, which a user has who has set none, and with more rules."""
    packages = [each.out for each in PACKAGES]
    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        [*ruff, "format", "--isolated", "--check", *packages],
        [*ruff, "check", "--isolated", *packages],
        [*ruff, "check", "--isolated", "--select", "E,F,I,B,UP", "--ignore", "E501", *packages],
    ):
        done = subprocess.run(command, cwd=torture.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.slow
def test_mypy_has_nothing_to_say(torture: Torture) -> None:
    """Also not of wrong_calls.py: strictly, a comment that ignores an error that is none is one."""
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(SERVICES), "."]
    done = subprocess.run(command, cwd=torture.folder, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "no issues found" in done.stdout


@pytest.mark.slow
def test_pyright_has_nothing_to_say(torture: Torture) -> None:
    """Strictly of what is generated; of the programs that use it in its usual way, which drivers allow."""
    assert PYRIGHT.exists(), "make .make/tools"
    (torture.folder / "pyrightconfig.json").write_text(
        json.dumps({"strict": [each.out for each in PACKAGES], "pythonVersion": "3.11", **WARNED})
    )
    command = ["node", str(PYRIGHT), "--pythonpath", str(SERVICES), "-p", "."]
    done = subprocess.run(command, cwd=torture.folder, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "0 errors, 0 warnings" in done.stdout


def test_it_is_the_same_every_time(torture: Torture) -> None:
    for options in PACKAGES:
        assert codegen.generate(torture.catalog, options) == torture.generated[options.out]


# ------------------------------------------------------------------------------------------------- as it runs


@pytest.mark.slow
@pytest.mark.parametrize("driver", ENDS)
def test_every_function_is_called(torture: Torture, database: str, driver: str) -> None:
    assert torture.run("calls.py", driver, host(torture), database) == "all called\n"


@pytest.mark.slow
@pytest.mark.parametrize("driver", ENDS)
def test_every_edge_value_comes_back_or_is_refused(torture: Torture, database: str, driver: str) -> None:
    """Exactly as PostgreSQL writes it; what a type cannot hold is an error, and never another value."""
    sys.path.insert(0, str(PROGRAMS))
    try:
        import edge_values as edges
    finally:
        sys.path.remove(str(PROGRAMS))
    found = json.loads(torture.run("round_trips.py", driver, host(torture), database))
    expected = {}
    for package in ("db", "exact") if driver == "asyncpg" else ("db",):
        for table, columns in edges.TABLES.items():
            for column, literals in columns.items():
                for literal in literals:
                    case = (column, literal)
                    word = "exact"
                    if case in edges.ALWAYS_EQUAL or (package == "db" and case in edges.EQUAL):
                        word = "equal"
                    if case in edges.ALWAYS_REFUSED or (package == "db" and case in edges.REFUSED):
                        word = "refused"
                    expected[f"{package} {table}.{column} {literal[:80]}"] = word
    assert {key: told for key, told in found.items() if not told.startswith(expected.get(key, "?"))} == {}
    assert found.keys() == expected.keys()
    assert {told for told in found.values() if "refused" in told} == {"refused ['not_representable']"}


@pytest.mark.slow
def test_types_of_the_user(torture: Torture, database: str) -> None:
    assert torture.run("own_types.py", host(torture), database) == "own types\n"


# ------------------------------------------------------------------------------------------- without a server


def scalar(name: str) -> Type:
    return Type(kind="scalar", schema="pg_catalog", name=name, sql=name)


def generated(described: Described, **options: object) -> dict[str, str]:
    made = python.generate(described, Options(language="python", out="x", **options))  # type: ignore[arg-type]
    return {file.path: file.text for file in made.files}


@pytest.mark.parametrize(
    "text",
    [
        'ends with "',
        '"""',
        "\\",
        "\\\\",
        'a\\"""b',
        "x\x00\x07\u2028y",
        "two\n    lines\n  deep  \n\n",
        "\r\nwindows\r\n",
        "{x} %s ${y}",
        "",
        'two""',
        '\\\\"',
        "\N{RIGHT-TO-LEFT OVERRIDE}",
    ],
)
def test_any_comment_is_a_docstring(text: str) -> None:
    made = EnumType(schema="public", name="state", labels=("a",), comment=text or None)
    source = generated(Described(enums=(made,)))["x/models.py"]
    (found,) = [each for each in ast.parse(source).body if isinstance(each, ast.ClassDef)]
    said = ast.get_docstring(found)
    assert said is not None
    assert " ".join(said.split()) == (" ".join(text.split()) or "The values of the type `public.state`.")


@pytest.mark.parametrize(
    "text", ["", "1 +", "f(x)", "lambda: 1", "a; b", "x = 1", "__import__('os')", "Money"]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(OrmonyError) as caught:
        generated(Described(), types={"public.t.c": text})
    assert caught.value.code == "bad-type-name"
    assert repr(text) in caught.value.message


def test_only_what_is_wanted_is_written() -> None:
    table = Relation(
        kind="table",
        schema="public",
        name="t",
        fields=(Field(name="id", type=scalar("int4"), nullable=False),),
    )
    assert sorted(generated(Described(relations=(table,)))) == [
        "x/__init__.py",
        "x/driver_sqlalchemy.py",
        "x/models.py",
        "x/values.py",
    ]
    assert sorted(generated(Described(relations=(table,)), wrappers=())) == [
        "x/__init__.py",
        "x/models.py",
        "x/values.py",
    ]


def test_what_only_looks_used_is_not_imported() -> None:
    """Labels, and types of the user: `app.State` is no use of a `State` that is generated too."""
    labels = EnumType(schema="public", name="state", labels=("UNSET", "Date", "Json"))
    state = Type(kind="enum", schema="public", name="state", sql="public.state")
    function = Function(
        kind="function",
        schema="public",
        name="f",
        identity="public.state",
        parameters=(Parameter(name="s", type=state),),
        result=Result(shape="void", many=False, nullable=True),
        volatility="volatile",
        strict=False,
    )
    described = Described(enums=(labels,), functions=(function,))
    made = generated(described, names="database", types={"public.state": "app.state"})
    assert "from .values" not in made["x/models.py"]
    assert "import app\n" in made["x/functions_sqlalchemy.py"]
    assert "from .models" not in made["x/functions_sqlalchemy.py"]


def test_columns_that_are_called_as_their_types(tmp_path: Path) -> None:
    """With the database's own names, reserved ones too: a class body would take the column for the type."""
    called = ("None", "class", "str", "Any", "Record", "state", "None_", "UNSET", "model_fields", "date")
    enums = tuple(EnumType(schema="public", name=each, labels=("a", "None")) for each in called)
    fields = tuple(
        Field(
            name=each,
            type=Type(kind="enum", schema="public", name=each, sql=f'public."{each}"'),
            nullable=False,
        )
        for each in called
    )
    table = Relation(kind="table", schema="public", name="t", fields=fields)
    for names in ("database", "language"):
        folder = tmp_path / names / "x"
        folder.mkdir(parents=True)
        for path, text in generated(Described(relations=(table,), enums=enums), names=names).items():
            (tmp_path / names / path).write_text(text)
        values = dict.fromkeys(called, "a")
        program = (
            f"from x import models\nrow = models.{'tRow' if names == 'database' else 'TRow'}"
            f".model_validate({values!r}, by_alias=True)\nprint(len(row.model_dump(by_alias=True)))\n"
            "print({type(each).__module__ for each in vars(row).values()})"
        )
        done = subprocess.run(
            [SERVICES, "-c", program], cwd=tmp_path / names, capture_output=True, text=True, check=False
        )
        assert done.stdout == f"{len(called)}\n{{'x.models'}}\n", done.stderr
