"""What `init` finds in a tree, and what `.kodo/config.json` says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ormony.adapters import detect
from ormony.adapters.detect import KodoWorkspace
from ormony.errors import OrmonyError

CONFIG = 'export default { dialect: "postgresql" };'
PACKAGE = '{ "dependencies": { "drizzle-orm": "0.45.4" } }'
CARGO = '[package]\nname = "x"\n[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n'
ALEMBIC = "[alembic]\nscript_location = migrations\n"
MODEL = "from sqlalchemy.orm import Mapped\n\n\nclass A(Base):\n    __tablename__ = 'a'\n"


def write(root: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def found(root: Path, texts: dict[str, str]) -> list[tuple[str, str, str | None, str | None, str | None]]:
    services = detect.detect(write(root, texts))
    return [(each.orm, each.path, each.config, each.migrations, each.name) for each in services]


def test_one_service_of_each_kind_and_the_stream(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        {
            "services/web/package.json": PACKAGE,
            "services/web/drizzle.config.ts": CONFIG,
            "services/web/drizzle/0000_a.sql": "",
            "services/api/alembic.ini": ALEMBIC,
            "services/api/migrations/env.py": "",
            "services/engine/Cargo.toml": CARGO,
            "services/engine/migrations/0001_a.sql": "",
            "services/jobs/pyproject.toml": '[project]\nname = "jobs"\ndependencies = ["SQLModel>=0.0.22"]\n',
            "services/jobs/jobs/models.py": "import sqlmodel\n\n\nclass A(SQLModel, table=True): ...\n",
            "supabase/config.toml": "",
        },
    ) == [
        ("alembic", "services/api", "alembic.ini", "migrations", "api"),
        ("sqlx", "services/engine", None, "migrations", "engine"),
        ("sqlalchemy", "services/jobs", None, None, "jobs"),
        ("drizzle", "services/web", "drizzle.config.ts", "drizzle", "web"),
        ("supabase", ".", "supabase/config.toml", "supabase/migrations", None),
    ]


def test_an_empty_tree_holds_nothing(tmp_path: Path) -> None:
    assert detect.detect(tmp_path) == ()


def test_the_reason_names_the_files(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": PACKAGE, "drizzle.config.ts": CONFIG, "supabase/migrations/1_a.sql": ""})
    assert [each.reason for each in detect.detect(tmp_path)] == [
        "drizzle.config.ts and drizzle-orm in package.json",
        "supabase with SQL files in migrations",
    ]


@pytest.mark.parametrize(
    "folder",
    ["node_modules/x", ".venv/x", "venv", "target/debug", ".git/x", "dist", "build", "tests/fixtures/x"],
)
def test_folders_of_others_are_skipped(tmp_path: Path, folder: str) -> None:
    texts = {f"{folder}/drizzle.config.ts": CONFIG, f"{folder}/alembic.ini": ALEMBIC}
    assert found(tmp_path, texts) == []


def test_a_virtual_environment_of_any_name_is_skipped(tmp_path: Path) -> None:
    assert found(tmp_path, {"py311/pyvenv.cfg": "", "py311/lib/alembic.ini": ALEMBIC}) == []


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"drizzle.config.ts": CONFIG})
    (tmp_path / "project").mkdir()
    (tmp_path / "project/link").symlink_to(tmp_path / "outside")
    (tmp_path / "project/circle").symlink_to(tmp_path / "project")
    assert found(tmp_path / "project", {}) == []


# --- Drizzle


def test_the_folder_may_lie_in_another_package(tmp_path: Path) -> None:
    config = 'export default { dialect: "postgresql", out: "../../apps/backend/supabase/migrations" };'
    assert found(
        tmp_path,
        {
            "packages/db/package.json": PACKAGE,
            "packages/db/drizzle.config.ts": config,
            "apps/backend/supabase/config.toml": "",
            "apps/backend/supabase/migrations/0000_a.sql": "",
        },
    ) == [
        ("drizzle", "packages/db", "drizzle.config.ts", "../../apps/backend/supabase/migrations", "db"),
        ("supabase", ".", "apps/backend/supabase/config.toml", "apps/backend/supabase/migrations", None),
    ]


def test_two_configs_are_two_services_unless_they_share_their_folder(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        {
            "app/package.json": PACKAGE,
            "app/drizzle.auth.config.ts": CONFIG.replace(" }", ', out: "./auth" }'),
            "app/drizzle.data.config.ts": CONFIG.replace(" }", ', out: "./data" }'),
            "app/drizzle.config.prod.ts": CONFIG.replace(" }", ', out: "./data" }'),
            "app/auth/meta/_journal.json": "{}",
        },
    ) == [
        ("drizzle", "app", "drizzle.auth.config.ts", "auth", "app-auth"),
        ("drizzle", "app", "drizzle.config.prod.ts", None, "app-prod"),
    ]


def test_of_two_configs_with_one_folder_that_of_its_package_counts(tmp_path: Path) -> None:
    elsewhere = CONFIG.replace(" }", ', out: "../../packages/db/sql" }')
    texts = {
        "apps/web/package.json": PACKAGE,
        "apps/web/drizzle.config.ts": elsewhere,
        "packages/db/package.json": PACKAGE,
        "packages/db/drizzle.config.ts": CONFIG.replace(" }", ', out: "./sql" }'),
        "packages/db/sql/0000_a.sql": "",
    }
    assert found(tmp_path, texts) == [("drizzle", "packages/db", "drizzle.config.ts", "sql", "db")]


def test_configs_of_other_names_are_found_in_scripts(tmp_path: Path) -> None:
    scripts = " && ".join(f"drizzle-kit migrate --config ./configs/{each}.config.ts" for each in ("pg", "my"))
    texts = {
        "db/package.json": json.dumps({"scripts": {"migrate": scripts, "gone": "drizzle-kit --config=x.ts"}}),
        "db/configs/pg.config.ts": CONFIG.replace(" }", ', out: "./migrations/pg" }'),
        "db/configs/my.config.ts": 'export default { dialect: "mysql", out: "./migrations/my" };',
        "db/migrations/pg/0000_a.sql": "",
        "web/package.json": '{ "scripts": { "build": "vite build --config vite.config.ts" } }',
        "web/vite.config.ts": CONFIG,
    }
    assert found(tmp_path, texts) == [("drizzle", "db", "configs/pg.config.ts", "migrations/pg", "db")]


def test_a_config_that_leads_nowhere_is_none_where_another_is(tmp_path: Path) -> None:
    pulled = "-- Current sql file was generated after introspecting the database\n/*\nCREATE TABLE a ();\n*/"
    texts = {
        "package.json": PACKAGE,
        "drizzle.config.ts": CONFIG.replace(" }", ', schema: "./src/schema/*.ts", out: "./sql" }'),
        "src/schema/a.ts": "",
        "drizzle.pull.config.ts": CONFIG.replace(" }", ', out: "./pulled" }'),
        "pulled/meta/_journal.json": '{ "dialect": "postgresql", "entries": [{ "tag": "0000_a" }] }',
        "pulled/0000_a.sql": pulled,
        "starters/blog/package.json": PACKAGE,
        "starters/blog/files/drizzle.config.ts": CONFIG.replace(" }", ', schema: "./db/schema.ts" }'),
    }
    assert [each[:3] for each in found(tmp_path, texts)] == [("drizzle", ".", "drizzle.config.ts")]
    (tmp_path / "drizzle.config.ts").unlink()
    (tmp_path / "drizzle.pull.config.ts").unlink()
    assert [each[1] for each in found(tmp_path, {})] == ["starters/blog"]


def test_a_config_below_its_package_is_relative_to_the_package(tmp_path: Path) -> None:
    assert found(
        tmp_path / "shop",
        {
            "package.json": PACKAGE,
            "config/drizzle.config.ts": CONFIG.replace(" }", ', out: "./db/sql" }'),
            "db/sql/0000_a.sql": "",
        },
    ) == [("drizzle", ".", "config/drizzle.config.ts", "db/sql", "shop")]


def test_other_databases_are_not_ours(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        {
            "a/drizzle.config.ts": 'export default { dialect: "sqlite" };',
            "b/drizzle.config.ts": "export default { driver: 'mysql2' };",
            "c/drizzle.config.ts": "export default { dialect: choose(), out: './drizzle' };",
            "d/drizzle.config.ts": "export default { out: './drizzle' };",
            "d/drizzle/meta/_journal.json": '{ "version": "5", "dialect": "mysql", "entries": [] }',
        },
    ) == [("drizzle", "c", "drizzle.config.ts", None, "c")]


@pytest.mark.parametrize("out", ["/etc", "../elsewhere"])
def test_a_folder_outside_the_project_is_not_proposed(tmp_path: Path, out: str) -> None:
    text = f"export default {{ dialect: 'postgresql', out: '{out}' }};"
    (tmp_path / "elsewhere").mkdir()
    assert found(tmp_path / "project", {"drizzle.config.ts": text})[0][3] is None


def test_a_broken_config_is_found_all_the_same(tmp_path: Path) -> None:
    assert found(tmp_path, {"a/drizzle.config.ts": "export default { out: 'x"}) == [
        ("drizzle", "a", "drizzle.config.ts", None, "a")
    ]


def test_a_package_that_migrates_from_code(tmp_path: Path) -> None:
    journal = '{ "version": "7", "dialect": "postgresql", "entries": [] }'
    texts = {"a/package.json": PACKAGE, "a/drizzle/meta/_journal.json": journal, "b/package.json": PACKAGE}
    assert found(tmp_path, texts) == [("drizzle", "a", None, "drizzle", "a")]


# --- SQLx


def test_migrations_of_a_workspace_belong_to_the_crate_that_holds_them(tmp_path: Path) -> None:
    member = "[package]\nname = 'm'\n[dependencies]\nsqlx = { workspace = true }\n"
    workspace = "[workspace]\nmembers = ['crates/*']\n[workspace.dependencies]\n"
    assert found(
        tmp_path,
        {
            "Cargo.toml": workspace + "sqlx = { version = '0.9', features = ['postgres', 'sqlite'] }\n",
            "crates/web/Cargo.toml": member,
            "crates/database/Cargo.toml": member,
            "crates/database/migrations/20240101000000_a.up.sql": "",
        },
    ) == [("sqlx", "crates/database", None, "migrations", "database")]


def test_migrations_beside_the_workspace_belong_to_it_once(tmp_path: Path) -> None:
    assert found(
        tmp_path / "engine",
        {
            "Cargo.toml": "[workspace]\nmembers = ['a', 'b']\n",
            "migrations/1_a.sql": "",
            "a/Cargo.toml": CARGO,
            "b/Cargo.toml": CARGO,
        },
    ) == [("sqlx", ".", None, "migrations", "engine")]


def test_migrations_that_the_code_names(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        {
            "server/Cargo.toml": CARGO,
            "server/src/db/mod.rs": 'static M: Migrator = sqlx::migrate!( "../sql/pg" );',
            "sql/pg/1_a.sql": "",
        },
    ) == [("sqlx", "server", None, "../sql/pg", "server")]


def test_a_crate_without_features_of_its_own_is_known_by_its_code(tmp_path: Path) -> None:
    """The workspace names no database, and one of its crates has SQLite from another one's features."""
    shared = '[workspace.dependencies]\nsqlx = { version = "0.9", features = ["uuid"] }\n'
    crate = '[package]\nname = "x"\n[dependencies]\nsqlx = { workspace = true }\n'
    texts = {"Cargo.toml": shared}
    for name, code in {
        "cache": "use sqlx::sqlite::SqlitePool;",
        "shop": 'use sqlx::{PgPool};\n#[cfg(feature = "demo")]\nuse sqlx::sqlite::SqlitePool;',
        "plain": "sqlx::migrate!();",
    }.items():
        texts |= {
            f"crates/{name}/Cargo.toml": crate,
            f"crates/{name}/migrations/1_a.sql": "",
            f"crates/{name}/src/lib.rs": code,
        }
    assert [each[1] for each in found(tmp_path, texts)] == ["crates/plain", "crates/shop"]


def test_migrations_of_tests_and_examples_are_no_services(tmp_path: Path) -> None:
    migrate = '#[cfg(test)]\nmod tests {\n    static M: Migrator = sqlx::migrate!("./old_schema");\n}\n'
    texts = {
        "crates/shop/Cargo.toml": CARGO,
        "crates/shop/old_schema/1_a.sql": "",
        "crates/shop/src/lib.rs": migrate,
        "crates/other/Cargo.toml": CARGO,
        "crates/other/data/1_a.sql": "",
        "crates/other/tests/all.rs": 'sqlx::migrate!("data");',
    }
    assert found(tmp_path, texts) == []
    example = {"examples/rust/Cargo.toml": CARGO, "examples/rust/migrations/1_a.sql": ""}
    assert [each[1] for each in found(tmp_path, example)] == ["examples/rust"], "a project of examples alone"
    own = {"ledger/Cargo.toml": CARGO, "ledger/migrations/1_a.sql": ""}
    assert [each[1] for each in found(tmp_path, own)] == ["ledger"]


def test_migrations_that_sqlx_toml_names(tmp_path: Path) -> None:
    config = "[migrate]\nmigrations-dir = 'db'\n"
    assert found(tmp_path, {"a/Cargo.toml": CARGO, "a/sqlx.toml": config, "a/db/1_a.sql": ""}) == [
        ("sqlx", "a", "sqlx.toml", "db", "a")
    ]


@pytest.mark.parametrize(
    "tables",
    [
        "[dependencies]\nsqlx = '0.8'\n",
        "[dependencies]\ndb = { package = 'sqlx', version = '0.8' }\n",
        "[dependencies.sqlx]\nversion = '0.8'\nfeatures = ['postgres']\n",
        "[target.'cfg(unix)'.dependencies]\nsqlx = '0.8'\n",
        "[build-dependencies]\nsqlx = { version = '0.8', features = ['any'] }\n",
    ],
)
def test_every_way_to_depend_on_sqlx(tmp_path: Path, tables: str) -> None:
    texts = {"a/Cargo.toml": f"[package]\nname = 'a'\n{tables}", "a/migrations/1_a.sql": ""}
    assert [each[0] for each in found(tmp_path, texts)] == ["sqlx"]


@pytest.mark.parametrize(
    ("cargo", "file"),
    [
        ("[dependencies]\nsqlx = { version = '0.8', features = ['sqlite'] }\n", "1_a.sql"),
        ("[dependencies]\nsqlx-like = '1'\n", "1_a.sql"),
        ("[dependencies]\nsqlx = '0.8'\n", "V1__a.sql"),
        ("[dependencies\nsqlx = '0.8'\n", "1_a.sql"),
    ],
)
def test_what_is_not_sqlx_on_postgres(tmp_path: Path, cargo: str, file: str) -> None:
    assert found(tmp_path, {"a/Cargo.toml": cargo, f"a/migrations/{file}": ""}) == []


# --- SQLAlchemy


@pytest.mark.parametrize(
    "texts",
    [
        {"pyproject.toml": '[project]\ndependencies = ["sqlalchemy[asyncio]>=2"]\n'},
        {"pyproject.toml": '[project.optional-dependencies]\ndb = ["SQLAlchemy"]\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\nsqlalchemy = "^2"\n'},
        {"pyproject.toml": '[dependency-groups]\ndev = ["sqlmodel", { include-group = "x" }]\n'},
        {"requirements.txt": "# models\nsqlalchemy==2.0.1  # pinned\n"},
        {"requirements-dev.txt": "sqlalchemy ; python_version > '3'\n"},
    ],
)
def test_every_way_to_depend_on_sqlalchemy(tmp_path: Path, texts: dict[str, str]) -> None:
    inside = {f"api/{path}": text for path, text in texts.items()}
    assert [each[:2] for each in found(tmp_path, {**inside, "api/app/models.py": MODEL})] == [
        ("sqlalchemy", "api")
    ]


@pytest.mark.parametrize(
    "texts",
    [
        {"api/requirements.txt": "sqlalchemy\n"},  # no table
        {"api/requirements.txt": "sqlalchemy\nalembic\n", "api/m.py": MODEL},
        {"api/requirements.txt": "sqlalchemy-utils\n", "api/m.py": MODEL},
        {"requirements.txt": "sqlalchemy\n", "api/m.py": MODEL, "api/alembic.ini": ALEMBIC},
        {"api/requirements.txt": "sqlalchemy\n", "api/m.py": MODEL, "alembic.ini": ALEMBIC},
    ],
)
def test_no_plain_sqlalchemy(tmp_path: Path, texts: dict[str, str]) -> None:
    assert [each for each in found(tmp_path, texts) if each[0] == "sqlalchemy"] == []


# --- Supabase and names


def test_several_streams_come_outermost_first(tmp_path: Path) -> None:
    texts = {
        "app/b/supabase/config.toml": "",
        "app/supabase/migrations/1_a.sql": "",
        "app/a/supabase/x.md": "",
    }
    assert [each[3] for each in found(tmp_path, texts)] == [
        "app/supabase/migrations",
        "app/b/supabase/migrations",
    ]
    assert detect.streams(tmp_path) == ("app/supabase/migrations",)


def test_a_stream_with_files_comes_before_one_without(tmp_path: Path) -> None:
    texts = {"supabase/config.toml": "", "apps/web/supabase/migrations/1_a.sql": ""}
    assert [each[3] for each in found(tmp_path, texts)] == [
        "apps/web/supabase/migrations",
        "supabase/migrations",
    ]


def test_a_name_that_is_taken_gets_the_folder_that_differs(tmp_path: Path) -> None:
    folders = ["ee/db/migrations/core", "oss/db/migrations/core", "web/core"]
    services = found(tmp_path, {f"{folder}/alembic.ini": ALEMBIC for folder in folders})
    assert [each[4] for each in services] == ["core", "oss-core", "web-core"]


def test_a_folder_called_src_has_the_name_of_what_is_around_it(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    texts = {"src/alembic.ini": ALEMBIC, "packages/api/src/alembic.ini": ALEMBIC}
    assert [each[4] for each in found(root, texts)] == ["api", "shop"]


def test_names_are_unique_and_plain(tmp_path: Path) -> None:
    texts = {
        f"{folder}/drizzle.config.ts": CONFIG for folder in ("apps/web", "packages/web", "Ünder Score", "2fa")
    }
    texts["apps/web/alembic.ini"] = ALEMBIC
    texts["apps/web/migrations/env.py"] = ""
    assert [(each[0], each[1], each[4]) for each in found(tmp_path, texts)] == [
        ("drizzle", "2fa", "service-2fa"),
        ("alembic", "apps/web", "web"),
        ("drizzle", "apps/web", "web-drizzle"),
        ("drizzle", "packages/web", "packages-web"),
        ("drizzle", "Ünder Score", "under-score"),
    ]


# --- .kodo/config.json


def kodo(root: Path, **workspaces: Any) -> tuple[KodoWorkspace, ...] | None:
    write(root, {".kodo/config.json": json.dumps({"version": "1", "stack": {"workspaces": workspaces}})})
    return detect.kodo(root)


def workspace(orm: Any, tool: str | None = None, **more: Any) -> dict[str, Any]:
    return {"language": "x", "database": {"orm": {"name": orm, "migrationTool": tool}, **more}}


def test_no_kodo(tmp_path: Path) -> None:
    assert detect.kodo(tmp_path) is None


def test_workspaces_of_every_kind(tmp_path: Path) -> None:
    for folder in ("services/web", "services/api", "apps/engine", "jobs", "sql", "own/place"):
        (tmp_path / folder).mkdir(parents=True)
    hybrid, alone = {"type": "hybrid"}, {"type": "supabase-only"}
    assert kodo(
        tmp_path,
        web=workspace(
            "drizzle", "drizzle-kit", migrationStrategy=hybrid, serviceRange={"start": 100, "end": 199}
        ),
        api=workspace("sqlalchemy", "alembic", serviceRange={"start": "00200", "end": "00299"}),
        engine=workspace("sqlx", migrationStrategy={**hybrid, "serviceRange": {"start": 300, "end": 399}}),
        jobs=workspace("sqlalchemy"),
        sql=workspace("none", migrationStrategy=alone),
        page=workspace("none"),
        plain={},
        other={**workspace("drizzle"), "path": "./own/place"},
    ) == (
        KodoWorkspace(name="web", path="services/web", orm="drizzle", strategy="hybrid", lane=(100, 199)),
        KodoWorkspace(name="api", path="services/api", orm="alembic", strategy=None, lane=(200, 299)),
        KodoWorkspace(name="engine", path="apps/engine", orm="sqlx", strategy="hybrid", lane=(300, 399)),
        KodoWorkspace(name="jobs", path="jobs", orm="sqlalchemy", strategy=None, lane=None),
        KodoWorkspace(name="sql", path="sql", orm="supabase", strategy="supabase-only", lane=None),
        KodoWorkspace(name="page", path="services/page", orm=None, strategy=None, lane=None),
        KodoWorkspace(name="plain", path="services/plain", orm=None, strategy=None, lane=None),
        KodoWorkspace(name="other", path="own/place", orm="drizzle", strategy=None, lane=None),
    )


def test_sqlalchemy_without_a_named_tool_is_alembic_where_alembic_is(tmp_path: Path) -> None:
    write(tmp_path, {"services/api/alembic.ini": ALEMBIC, "services/api/migrations/env.py": ""})
    found = kodo(tmp_path, api=workspace("sqlalchemy"))
    assert found is not None
    assert found[0].orm == "alembic"


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        (
            workspace("typeorm"),
            'stack.workspaces.web.database.orm.name: unknown orm "typeorm"',
            "the orms are: drizzle, sqlalchemy, sqlmodel, alembic, sqlx, supabase, none",
        ),
        (
            workspace("prisma"),
            "stack.workspaces.web.database.orm.name: Prisma is not supported",
            "supabase-only",
        ),
        (
            workspace(3),
            "stack.workspaces.web.database.orm.name: expected `str | null`, got `int`",
            "ormony.toml",
        ),
        (
            workspace("sqlalchemy", "flyway"),
            'unknown migration tool "flyway" for sqlalchemy',
            "alembic, none",
        ),
        (
            workspace("drizzle", migrationStrategy={"type": "both"}),
            'stack.workspaces.web.database.migrationStrategy.type: unknown strategy "both"',
            "the strategies are: hybrid, supabase-only",
        ),
        (
            workspace("drizzle", serviceRange={"start": 200, "end": 100}),
            "stack.workspaces.web.database.serviceRange: it ends (100) before it starts (200)",
            "correct the value",
        ),
        (
            workspace("drizzle", serviceRange={"start": "1xx", "end": 199}),
            'serviceRange.start: "1xx" is not a number from 0 to 999',
            '"serviceRange"',
        ),
        ({**workspace("drizzle"), "path": "nowhere"}, "does not exist: nowhere", '"path"'),
        ({**workspace("drizzle"), "path": "../x"}, '"../x" lies outside the project', "correct the value"),
    ],
)
def test_a_workspace_that_is_not_understood(tmp_path: Path, given: Any, message: str, hint: str) -> None:
    (tmp_path / "services/web").mkdir(parents=True)
    with pytest.raises(OrmonyError) as caught:
        kodo(tmp_path, web=given)
    assert (caught.value.code, caught.value.place) == ("invalid-config", ".kodo/config.json")
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_file_that_is_no_json_names_its_line(tmp_path: Path) -> None:
    write(tmp_path, {".kodo/config.json": '{\n "stack": {,}\n}'})
    with pytest.raises(OrmonyError) as caught:
        detect.kodo(tmp_path)
    assert (caught.value.code, caught.value.place) == ("invalid-config", ".kodo/config.json:2")
