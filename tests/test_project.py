"""ormony.toml, .kodo/config.json and detection give the same kind of value, or an error with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ormony import history, project
from ormony.errors import OrmonyError

GOOD = """\
[database]
stream = "supabase/migrations"
url = "env:DATABASE_URL"
frozen = "main"

[services.web]
path = "services/web"
orm = "drizzle"
lane = 1
mirrors = ["public.audit_log:read"]

[services.api]
path = "services/api"
orm = "alembic"

[order]
"web/0003_x" = ["api/3f2a"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("web", "api", "worker"):
        (tmp_path / "services" / name).mkdir(parents=True)
    return tmp_path


def load(root: Path, text: str) -> project.Project:
    (root / "ormony.toml").write_text(text)
    return project.load(root)


def refused(root: Path, text: str) -> str:
    with pytest.raises(OrmonyError) as caught:
        load(root, text)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_a_project_file_becomes_a_value(root: Path) -> None:
    found = load(root, GOOD)
    assert [(s.name, s.orm, s.lane, s.database) for s in found.services] == [
        ("web", "drizzle", (100, 199), "main"),
        ("api", "alembic", (200, 299), "main"),
    ]
    assert found.databases[0].order == {"web/0003_x": ("api/3f2a",)}
    assert found.databases[0].behavior == "supabase/behavior"
    assert found.services[0].mirrors == ("public.audit_log:read",)


def test_several_databases_each_have_their_own_lanes(root: Path) -> None:
    found = load(
        root,
        """
[databases.auth]
stream = "auth/migrations"
[databases.data]
stream = "data/migrations"
[services.web]
path = "services/web"
orm = "drizzle"
database = "auth"
[services.api]
path = "services/api"
orm = "alembic"
database = "data"
[services.worker]
path = "services/worker"
orm = "alembic"
database = "data"
""",
    )
    assert [(s.name, s.lane) for s in found.services] == [
        ("web", (100, 199)),
        ("api", (200, 299)),
        ("worker", (100, 199)),
    ]
    assert [s.name for s in found.of("data")] == ["worker", "api"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[database\n",
            "ormony.toml:1: error[invalid-config]: expected ']' at the end of a table declaration",
        ),
        (
            '[database]\nsteam = "x"\n',
            'ormony.toml:2: error[invalid-config]: "steam" is not a setting of [database]\n'
            "hint: the settings are listed in docs/reference/configuration.md; remove the line, or:"
            " ormony init",
        ),
        (
            '[services.web]\norm = "drizzle"\n',
            'ormony.toml:1: error[invalid-config]: [services.web] lacks `path`\nhint: path = "…"',
        ),
        (
            '[services.web]\npath = "services/web"\norm = "prisma"\n',
            'ormony.toml:3: error[invalid-config]: service "web" has the unknown orm "prisma"\n'
            "hint: orm is one of: drizzle, alembic, sqlx, sqlalchemy, supabase",
        ),
        (
            '[services.web]\npath = "../web"\norm = "drizzle"\n',
            'ormony.toml:2: error[invalid-config]: `path` leads out of the project: "../web"\n'
            "hint: a path is a folder inside it",
        ),
        (
            '[services.web]\npath = "gone"\norm = "drizzle"\n',
            'ormony.toml:2: error[invalid-config]: the folder of service "web" does not exist: gone\n'
            "hint: correct `path`, or run: ormony init",
        ),
        (
            '[services.web]\npath = "services/web"\norm = "drizzle"\nlane = 1\n'
            '[services.api]\npath = "services/api"\norm = "alembic"\nlane = [150, 250]\n',
            'ormony.toml:5: error[invalid-config]: services "web" and "api" share numbers of one lane\n'
            "hint: lane = 2",
        ),
        (
            '[services.web]\npath = "services/web"\norm = "drizzle"\nlane = 12\n',
            'ormony.toml:1: error[invalid-config]: service "web" has no valid lane: 12\n'
            "hint: lane = 1   # 100 to 199; or lane = [150, 199]",
        ),
        (
            '[services.web]\npath = "services/web"\norm = "drizzle"\nlane = "one"\n',
            "ormony.toml:4: error[invalid-config]: services.web.lane:"
            " expected `int | array | null`, got `str`\nhint: lane = 1   # or [1]",
        ),
        (
            '[generate.web]\nlanguage = "python"\nout = "web/generated"\nnames = "foo"\n',
            "ormony.toml:4: error[invalid-config]: generate.web.names: invalid enum value 'foo'\n"
            'hint: names = "language" or "database"',
        ),
        (
            '[generate.web]\nlanguage = "python"\nout = "web/generated"\nschemas = []\n',
            "ormony.toml:4: error[invalid-config]: [generate.web] names no schema to generate code of\n"
            'hint: schemas = ["public"]',
        ),
        (
            '[generate.web]\nlanguage = "python"\nout = "web/node_modules/generated"\n',
            "ormony.toml:3: error[invalid-config]: [generate.web] writes into node_modules, which is not for"
            " a project's own code\n"
            'hint: out = "src/generated"',
        ),
        (
            "[access.personas.user]\nrole = 1\n",
            "ormony.toml:2: error[invalid-config]: access.personas[...].role: expected `str`, got `int`\n"
            'hint: role = "…"',
        ),
        (
            '[databases.a]\nstream = "a"\n[databases.b]\nstream = "b"\n'
            '[services.web]\npath = "services/web"\norm = "drizzle"\n',
            'ormony.toml:5: error[invalid-config]: service "web" needs a database\n'
            "hint: database = one of: a, b",
        ),
        (
            "[databases.a]\n[databases.b]\n",
            "ormony.toml: error[invalid-config]: two databases share one stream folder\n"
            'hint: stream = "supabase/NAME/migrations"',
        ),
        (
            '[order]\n"0003" = ["api/1"]\n',
            'ormony.toml:2: error[invalid-config]: "0003" in [order] does not name a migration\n'
            'hint: "web/0003_x" = ["api/3f2a"]',
        ),
    ],
)
def test_bad_configuration_is_refused_with_its_line(root: Path, text: str, expected: str) -> None:
    assert refused(root, text) == expected


def test_more_services_than_lanes_makes_versions_timestamps(root: Path) -> None:
    text = "".join(
        f'[services.s{n}]\npath = "services/s{n}"\norm = "supabase"\n' for n in range(len(project.LANES) + 1)
    )
    for n in range(len(project.LANES) + 1):
        (root / "services" / f"s{n}").mkdir()
    found = load(root, text)
    assert found.more_services_than_lanes("main")
    assert not load(root, GOOD).more_services_than_lanes("main")


def test_the_root_is_the_nearest_folder_with_a_project_file(root: Path) -> None:
    (root / "ormony.toml").write_text(GOOD)
    assert project.find_root(root / "services" / "web") == root.resolve()


def test_an_empty_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(OrmonyError) as caught:
        project.load(tmp_path)
    assert caught.value.code == "no-project"


def test_a_url_is_looked_up_only_when_asked_for(root: Path) -> None:
    database = load(root, GOOD).databases[0]
    assert project.target_url(database, environment={"DATABASE_URL": "postgresql://x"}) == "postgresql://x"
    with pytest.raises(OrmonyError) as caught:
        project.target_url(database, environment={})
    assert caught.value.code == "no-url"


def kodo(root: Path) -> None:
    (root / ".kodo").mkdir()
    workspaces = {
        "web": ("services/web", "drizzle", "drizzle-kit", 100),
        "api": ("services/api", "sqlalchemy", "alembic", 200),
        "worker": ("services/worker", "sqlx", "sqlx", 300),
    }
    stack = {
        name: {
            "path": path,
            "database": {
                "orm": {"name": orm, "migrationTool": tool},
                "migrationStrategy": {"type": "hybrid"},
                "serviceRange": {"start": start, "end": start + 99},
            },
        }
        for name, (path, orm, tool, start) in workspaces.items()
    }
    (root / ".kodo" / "config.json").write_text(json.dumps({"stack": {"workspaces": stack}}))


def test_kodo_alone_describes_the_same_project(root: Path) -> None:
    kodo(root)
    found = project.load(root)
    assert found.source == ".kodo/config.json"
    assert [(s.name, s.orm, s.path, s.lane) for s in found.services] == [
        ("web", "drizzle", "services/web", (100, 199)),
        ("api", "alembic", "services/api", (200, 299)),
        ("worker", "sqlx", "services/worker", (300, 399)),
    ]


def test_what_init_writes_loads_as_what_it_proposed(root: Path) -> None:
    kodo(root)
    proposal = project.propose(root)
    written = load(root, project.as_toml(proposal))
    assert written.services == proposal.services
    assert written.databases == proposal.databases


TWO = """\
[databases.auth]
[databases.data]
stream = "supabase/data/migrations"
[databases.data.references]
"datasets.owner_id" = "auth:public.users.id"
[services.web]
path = "services/web"
orm = "drizzle"
database = "auth"
[services.api]
path = "services/api"
orm = "sqlalchemy"
database = "data"
mirrors = ["auth:public.users", "auth:plans:read"]
[[check.allow]]
rule = "second-owner"
object = "public.jobs"
reason = "moved between services in spring"
"""


def test_references_and_mirrors_may_lead_to_another_database(root: Path) -> None:
    (root / "ormony.toml").write_text(TWO)
    found = project.load(root)
    (reference,) = found.databases[1].references
    assert (reference.schema, reference.table, reference.column) == ("public", "datasets", "owner_id")
    assert (reference.database, reference.to_table, reference.to_column) == ("auth", "users", "id")
    declared = history.declared(found.service("api", "data"))
    assert [(each.database, each.schema, each.name, each.reads_only) for each in declared] == [
        ("auth", "public", "users", False),
        ("auth", "public", "plans", True),
    ]
    assert [(each.rule, each.object) for each in found.allowed] == [("second-owner", "public.jobs")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("auth:public.users.id", "auth.users.id", "names no two columns"),
        ("auth:public.users.id", "billing:public.users.id", "no database of this project"),
        ("auth:public.users\"", "billing:public.users\"", "no database here"),
        ("auth:plans:read", "auth:plans:maybe", "names no table"),
        ("moved between services in spring", " ", "without a reason"),
    ],
)  # fmt: skip
def test_what_check_is_told_is_checked(root: Path, old: str, new: str, message: str) -> None:
    (root / "ormony.toml").write_text(TWO.replace(old, new))
    with pytest.raises(OrmonyError) as refused:
        project.load(root)
    assert refused.value.code == "invalid-config"
    assert message in refused.value.message
    assert refused.value.place is not None
    assert refused.value.place.startswith("ormony.toml:")


def test_init_says_where_the_models_are_that_no_tool_migrates(root: Path) -> None:
    folder = root / "services" / "api"
    (folder / "requirements.txt").write_text("sqlmodel\n")
    for path, table in {
        "app/models/users.py": "users",
        "app/data.py": "rows",
        "tests/test_x.py": "x",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(
            f"from sqlmodel import Field, SQLModel\n\n\nclass A(SQLModel, table=True):\n"
            f'    __tablename__ = "{table}"\n    id: int = Field(primary_key=True)\n'
        )
    text = project.as_toml(project.propose(root))
    assert 'models = ["app.data", "app.models.users"]    # where the models are' in text
    (root / "ormony.toml").write_text(text)
    assert project.load(root).services[0].models == "app.data,app.models.users"


@pytest.mark.parametrize("given", ["", " ", "env:NOT_SET", "env:EMPTY"])
def test_no_address_is_no_address_of_another_database(given: str) -> None:
    with pytest.raises(OrmonyError) as refused:
        project.address(given, environment={"EMPTY": " "})
    assert refused.value.code == "no-url"
