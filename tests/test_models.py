"""What a service's models say, by the real drizzle-kit and the real SQLAlchemy, compared with real databases.

drizzle-kit 0.31 is that of examples/saas, 1.0 that of its variant; SQLAlchemy is that of `.venv-services`.
"""

# ruff: noqa: E501
# The tables of snippets read better with one case a line.

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import saas
from ormony import project as projects
from ormony import sql
from ormony.adapters import drizzle_models, exported, sqlalchemy_models, subprocesses
from ormony.adapters.exported import Exported
from ormony.database.shadow import Shadow
from ormony.diff import Change, compare
from ormony.errors import OrmonyError
from ormony.history import Service
from ormony.sources import Reader, Source, parse

ROOT = Path(__file__).parent.parent
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services"))
KITS = {
    "0.31": saas.EXAMPLE / saas.NODE / "node_modules",
    "1.0": saas.EXAMPLE / "variants" / "drizzle-1" / "node_modules",
}
STREAM = "supabase/migrations"
OWN = "-- ormony: service=api source=models/00001 native={0} body={0}\n".format("0" * 64)
pytestmark = pytest.mark.slow


def write(root: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def drizzle(root: Path, kit: str, schema: str, config: str = "", more: dict[str, str] | None = None) -> Path:
    """A project with one Drizzle service, `web`."""
    write(
        root,
        {
            "ormony.toml": '[services.web]\npath = "web"\norm = "drizzle"\n',
            "web/package.json": '{"type": "module", "devDependencies": {"drizzle-kit": "*"}}\n',
            "web/drizzle.config.ts": 'import { defineConfig } from "drizzle-kit";\nexport default defineConfig({ '
            f'dialect: "postgresql", schema: "./src/schema.ts", {config} }});\n',
            "web/src/schema.ts": schema,
            f"{STREAM}/00000_nothing.sql": "select 1;\n",
            **(more or {}),
        },
    )
    (root / "web/node_modules").symlink_to(KITS[kit])
    return root


def python(root: Path, texts: dict[str, str], setting: str = 'models = "app.models"', **more: str) -> Path:
    """A project with one service of SQLAlchemy, `api`; with an env.py it is one of Alembic."""
    orm = "alembic" if "api/migrations/env.py" in texts else "sqlalchemy"
    write(
        root,
        {
            "ormony.toml": f'[services.api]\npath = "api"\norm = "{orm}"\n'
            f'python = "{SERVICES}/bin/python"\n{setting}\n' + "".join(more.values()),
            "api/alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\n"
            "path_separator = os\nsqlalchemy.url = postgresql+psycopg://u:p@db.invalid/x\n",
            "api/app/__init__.py": "",
            f"{STREAM}/00000_nothing.sql": "select 1;\n",
            **texts,
        },
    )
    return root


def service(root: Path, name: str) -> Service:
    return projects.load(root).service(name, "main")


def export(root: Path) -> Exported:
    only = projects.load(root).services[0]
    return (drizzle_models if only.orm == "drizzle" else sqlalchemy_models).export(root, only)


def refusal(root: Path, code: str, *, exit_status: int = 2) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        export(root)
    assert (caught.value.code, caught.value.exit_status) == (code, exit_status), caught.value
    return caught.value


Compared = Callable[..., list[str]]


@pytest.fixture
def reading(shadow: Shadow) -> Iterator[Callable[[Path], Reader]]:
    """A reader of a project's sources, with the shadow that all tests share."""
    opened = []

    def opening(root: Path, *, cache: bool = False) -> Reader:
        project = projects.load(root)
        reader = Reader(project, project.databases[0], cache=cache)
        reader.__dict__["shadow"] = shadow
        opened.append(reader)
        return reader

    yield opening
    for reader in opened:
        reader.__exit__()


@pytest.fixture
def changes(reading: Callable[[Path], Reader]) -> Compared:
    """The changes between two sources, one line for each; notes of the sources come first."""

    def between(root: Path, one: str, other: str) -> list[str]:
        with reading(root) as reader:
            left, right = reader.read_both(one, other)
            return [*notes(left, right), *map(line, compare(*reader.comparable(left, right)))]

    return between


def line(change: Change) -> str:
    return " ".join([change.action, change.kind, str(change.object), *change.details])


def notes(*sources: Source) -> list[str]:
    return [f"note {each.code}" for source in sources for each in source.notices]


# The example ----------------------------------------------------------------------------------------------


@pytest.mark.xdist_group("saas")
def test_models_of_the_example_are_what_its_migrations_make(tmp_path: Path, changes: Compared) -> None:
    root = saas.copy(tmp_path / "saas")
    assert changes(root, "models:node", "migrations") == []
    assert changes(root, "models:python", "migrations") == []
    assert changes(root, "service:python", "models:python") == []
    indexes = root / "supabase" / "behavior" / "indexes.sql"
    indexes.write_text("CREATE INDEX shipments_carrier_idx ON public.shipments (carrier);\n")
    saas.ormony(root, "sync")
    assert changes(root, "models:python", "migrations") == []
    # found through env.py, whose `include_object` leaves the tables of others alone
    config = root / "ormony.toml"
    config.write_text(config.read_text().replace('models = "app.models:Base.metadata"\n', ""))
    assert changes(root, "models:python", "migrations") == []
    found = sqlalchemy_models.export(root, service(root, "python"))
    assert found.excluded == tuple(
        ("", name) for name in ("customers", "jobs", "orders", "organizations", "products")
    )
    assert {"alembic/env.py", "app/models.py", "app/foreign.py"} <= {
        each.removeprefix(saas.PYTHON + "/") for each in found.files
    }


@pytest.mark.xdist_group("saas")
def test_a_model_of_the_example_changed_by_hand_is_exactly_that_change(
    tmp_path: Path, changes: Compared
) -> None:
    root = saas.copy(tmp_path / "saas")
    schema = root / saas.NODE / "src/db/schema.ts"
    text = schema.read_text()
    schema.write_text(
        text.replace("    name: text().notNull(),\n", "    name: text(),\n    phone: text(),\n", 1)
        .replace('"paid", "overdue"]', '"paid", "late"]', 1)
        .replace('index("invoices_shipment_id_idx").on(t.shipmentId),', "", 1)
        + 'export const tags = pgTable("tags", { id: uuid().primaryKey() });\n'
    )
    expected = [
        "create index public.invoices_shipment_id_idx",
        "drop column public.customers.phone",
        "drop column public.tags.id",
        "drop constraint public.tags.tags_pkey",
        "drop table public.tags",
        "alter column public.customers.name not null: none -> yes",
        "alter enum public.invoice_status labels: draft, sent, paid, late -> draft, sent, paid, overdue",
    ]
    assert sorted(changes(root, "models:node", "migrations")) == sorted(expected)
    assert sorted(changes(root, "models:node", "service:node")) == sorted(expected)
    schema.write_text(
        text.replace("t.email)],", 't.email), pgPolicy("customers_tenant_select", { for: "select" })],', 1)
        .replace("t.createdAt.desc()),", 't.createdAt.desc()),\n    pgPolicy("mine", {}),', 1)
        .replace("  pgTable,\n", "  pgPolicy,\n  pgTable,\n", 1)
    )
    assert sorted(changes(root, "models:node", "service:node")) == [
        "drop policy public.customers.customers_tenant_select",
        "drop policy public.order_notes.mine",
    ]
    # of the policies that behavior makes those that a model has, too
    found = [each.split(" roles")[0] for each in changes(root, "models:node", "migrations")]
    assert sorted(found) == [
        "alter policy public.customers.customers_tenant_select",
        "drop policy public.order_notes.mine",
    ]
    models = root / saas.PYTHON / "app/models.py"
    models.write_text(
        models.read_text()
        .replace("quantity >= 0", "quantity > 0")
        .replace('ForeignKey("jobs.id", ondelete="SET NULL")', 'ForeignKey("jobs.id")')
        .replace("    tracking_code: Mapped[str | None]\n", "")
    )
    assert [each.split(" definition")[0] for each in changes(root, "models:python", "migrations")] == [
        "create column public.shipments.tracking_code",
        "alter constraint public.shipments.fk_shipments_label_job_id_jobs",
        "alter constraint public.stock_levels.ck_stock_levels_quantity",
    ]


@pytest.mark.xdist_group("saas")
def test_models_kept_outside_of_drizzles_schema_are_written_on_request(tmp_path: Path) -> None:
    root = saas.copy(tmp_path / "saas")
    found = drizzle_models.export_mirrors(root, service(root, "node"))
    assert 'CREATE TABLE "jobs"' in found.sql
    assert 'CREATE TABLE "customers"' not in found.sql
    assert f"{saas.NODE}/src/db/foreign.ts" in found.files
    assert f"{saas.NODE}/src/db/schema.ts" not in found.files
    (root / saas.NODE / "src/db/foreign.ts").unlink()
    with pytest.raises(OrmonyError, match="names no file"):
        drizzle_models.export_mirrors(root, service(root, "node"))


# What is kept ---------------------------------------------------------------------------------------------


@pytest.mark.xdist_group("saas")
def test_an_unchanged_second_run_starts_no_tool_and_no_server(
    tmp_path: Path, reading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = saas.copy(tmp_path / "saas")
    names = ("models:node", "models:python")

    def read() -> list[Source]:
        with reading(root, cache=True) as reader:
            return [reader.read(name) for name in names]

    first = read()
    monkeypatch.setattr(subprocesses, "run", lambda *_, **__: pytest.fail("a tool was started"))
    monkeypatch.setattr(sql, "facts", lambda *_, **__: pytest.fail("SQL was parsed"))
    monkeypatch.setattr(Shadow, "replay", lambda *_, **__: pytest.fail("a server was asked"))
    assert [(each.catalog, each.scope) for each in read()] == [(e.catalog, e.scope) for e in first]
    for path in ("src/db/schema.ts", "src/db/foreign.ts", "drizzle.config.ts", ".env", "src/db/new.ts"):
        target = root / saas.NODE / path
        before = target.read_bytes() if target.exists() else None
        with target.open("a") as file:
            file.write("\n// later\n" if path != ".env" else "A=b\n")
        with pytest.raises(pytest.fail.Exception, match="a tool was started"):
            read()
        if before is None:
            target.unlink()
        else:
            target.write_bytes(before)
    monkeypatch.setenv("SCHEMA_OF_THE_SERVICE", "other")
    with pytest.raises(pytest.fail.Exception, match="a tool was started"):
        read()


def test_a_record_that_is_broken_counts_as_none(tmp_path: Path) -> None:
    made = Exported(sql="select 1;", files=(), folders=())
    assert exported.remembered(tmp_path, tmp_path / "kept", "x", "tool", lambda: made) == made
    (record,) = (tmp_path / "kept").iterdir()
    assert exported.remembered(tmp_path, tmp_path / "kept", "x", "tool", lambda: pytest.fail("again")) == made
    record.write_text("{")
    again = Exported(sql="select 2;", files=(), folders=())
    assert exported.remembered(tmp_path, tmp_path / "kept", "x", "tool", lambda: again) == again


# Drizzle --------------------------------------------------------------------------------------------------

EVERYTHING = """
import { sql } from "drizzle-orm";
import * as p from "drizzle-orm/pg-core";
import { authUsers } from "drizzle-orm/supabase";
import { state, side } from "./types";
console.log('{"status": "noise"');
console.log("CREATE TABLE noise (id int);");
process.stdout.write("no end of line");
export { authUsers };
export * from "./types";
export const counter = p.pgSequence("counter", { startWith: 100 });
export const people = p.pgTable("people", {
  id: p.uuid("id").primaryKey().references(() => authUsers.id, { onDelete: "cascade" }),
  state: state("state").notNull().default("open"),
  tags: p.text("tags").array().notNull().default(sql`'{}'`),
  price: p.numeric("price", { precision: 10, scale: 2 }),
  double: p.numeric("double").generatedAlwaysAs(sql`price * 2`),
}, (t) => [
  p.index("people_tags").using("gin", t.tags),
  p.uniqueIndex("people_state").on(t.state).where(sql`price > 0`),
  p.check("people_price", sql`${t.price} >= 0`),
  p.pgPolicy("own", { for: "select", to: "authenticated", using: sql`auth.uid() = id` }),
]);
export const logs = side.table("logs", {
  id: p.bigserial("id", { mode: "number" }).primaryKey(),
  person: p.uuid("person").references(() => people.id),
});
export const names = p.pgView("names").as((q) => q.select({ id: people.id }).from(people));
"""
TYPES = """
import * as p from "drizzle-orm/pg-core";
export const state = p.pgEnum("state", ["open", "closed"]);
export const side = p.pgSchema("side");
"""


@pytest.mark.parametrize("kit", KITS)
def test_all_that_drizzle_models_is_compared(kit: str, tmp_path: Path, changes: Compared) -> None:
    root = drizzle(tmp_path, kit, EVERYTHING, more={"web/src/types.ts": TYPES})
    found = changes(root, "models:web", "migrations")
    assert {
        "drop schema side",
        "drop enum public.state",
        "drop sequence public.counter",
        "drop table public.people",
        "drop table side.logs",
        "drop view public.names",
        "drop index public.people_tags",
        "drop constraint public.people.people_price",
        "drop constraint side.logs.logs_pkey",
        "drop policy public.people.own",
    } <= set(found)
    assert not [each for each in found if "auth." in each or "noise" in each]
    with_own = drizzle_models.export(root, service(root, "web"))
    assert {"web/src/schema.ts", "web/src/types.ts", "web/drizzle.config.ts"} <= set(with_own.files)
    write(root, {f"{STREAM}/00001_same.sql": with_own.sql.replace('"auth"."users"', '"side"."users"')})
    same = (root / f"{STREAM}/00001_same.sql").read_text()
    kept = [
        each
        for each in same.replace("--> statement-breakpoint", "").split(";\n")
        if '"side"."users" (' not in each and 'CREATE SCHEMA "auth"' not in each
    ]
    text = ";\n".join(kept).replace('"side"."users"', '"auth"."users"')
    write(root, {f"{STREAM}/00001_same.sql": text})
    assert changes(root, "models:web", "migrations") == []


def test_drizzle_0x_spells_columns_as_its_casing_says(tmp_path: Path) -> None:
    schema = """
import { pgTable, integer } from "drizzle-orm/pg-core";
export const orders = pgTable("orders", { orderId: integer().primaryKey() });
"""
    root = drizzle(tmp_path, "0.31", schema, 'casing: "snake_case"')
    assert '"order_id" integer PRIMARY KEY' in export(root).sql


@pytest.mark.parametrize("kit", KITS)
def test_a_drizzle_schema_without_a_table_is_empty(kit: str, tmp_path: Path, changes: Compared) -> None:
    root = drizzle(tmp_path, kit, "export const nothing = 1;\n")
    assert export(root).sql.strip() == ""
    assert changes(root, "models:web", "migrations") == []


@pytest.mark.parametrize("kit", KITS)
def test_a_drizzle_schema_that_fails_names_its_line(kit: str, tmp_path: Path) -> None:
    root = drizzle(tmp_path, kit, '\n\nthrow new Error("no such luck");\n')
    error = refusal(root, "export-failed")
    assert "no such luck" in error.message
    # 1.0 keeps to itself where it was
    assert error.place == ("web/src/schema.ts:3" if kit == "0.31" else "web/drizzle.config.ts")


@pytest.mark.parametrize("kit", KITS)
def test_a_drizzle_schema_that_never_ends_is_stopped(kit: str, tmp_path: Path) -> None:
    root = drizzle(tmp_path, kit, "while (true) {}\n")
    config = root / "ormony.toml"
    config.write_text(config.read_text() + "timeout = 3\n")
    begun = time.monotonic()
    assert "timeout = 30" in (refusal(root, "export-timeout").hint or "")
    assert time.monotonic() - begun < 20


def test_models_may_ask_git_for_its_version(tmp_path: Path) -> None:
    """As GitPython does when it is imported."""
    text = (
        "import subprocess\n\nfrom sqlmodel import Field, SQLModel\n\n"
        'subprocess.run(["git", "version"], check=True)\n\n\n'
        "class Item(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    )
    root = python(tmp_path, {"api/app/models.py": text})
    assert "CREATE TABLE item" in export(root).sql
    write(root, {"api/app/models.py": text.replace('"version"', '"push"')})
    refusal(root, "probe-connected-elsewhere")


@pytest.mark.parametrize("kit", KITS)
def test_a_drizzle_schema_reaches_no_database(kit: str, tmp_path: Path) -> None:
    schema = """import pg from "pg";
import { pgTable, integer } from "drizzle-orm/pg-core";
const client = new pg.Client({ connectionString: "postgresql://me:secret@127.0.0.1:5432/production" });
client.connect().catch(() => {});
export const orders = pgTable("orders", { id: integer() });
"""
    root = drizzle(tmp_path, kit, schema)
    (notice,) = export(root).notices
    assert (notice.code, notice.message.split(" was")[0]) == ("connection-refused", "127.0.0.1:5432")
    assert "secret" not in notice.message
    failing = "throw new Error('it needs its database');\n"
    write(root, {"web/src/schema.ts": schema + failing})
    error = refusal(root, "probe-connected-elsewhere")
    assert error.message.startswith("127.0.0.1:5432 is used")
    environment = subprocesses.environment(root, "web", {"DATABASE_URL": "postgresql://me:secret@db/x"})
    assert "secret" not in str(environment)


@pytest.mark.parametrize(
    ("lock", "asked", "hint"),
    [
        ("package-lock.json", True, "npm --prefix web install"),
        ("pnpm-lock.yaml", True, "pnpm --dir web install"),
        ("yarn.lock", False, "yarn --cwd web add -D drizzle-kit"),
        ("bun.lock", False, "cd web && bun add -D drizzle-kit"),
    ],
)
def test_a_kit_that_is_missing_is_named_with_the_command_that_installs_it(
    tmp_path: Path, lock: str, asked: bool, hint: str
) -> None:
    root = drizzle(tmp_path, "0.31", "", more={lock: ""})
    (root / "web/node_modules").unlink()
    if not asked:
        write(root, {"web/package.json": "{}"})
    assert refusal(root, "tool-missing", exit_status=4).hint == hint


@pytest.mark.parametrize("kit", KITS)
def test_the_bounds_of_a_bigint_that_was_pulled_are_exact(tmp_path: Path, kit: str) -> None:
    schema = """import { bigint, pgTable } from "drizzle-orm/pg-core";
const bounds = { minValue: -9223372036854775808, maxValue: 9223372036854775807 };
export const a = pgTable("a", { id: bigint({ mode: "number" }).generatedAlwaysAsIdentity(bounds) });
"""
    text = export(drizzle(tmp_path, kit, schema)).sql
    assert "MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807" in text


@pytest.mark.parametrize(
    ("lock", "hint"),
    [
        ("package-lock.json", "npm install -D drizzle-kit"),
        ("pnpm-lock.yaml", "pnpm add -D drizzle-kit"),
        ("bun.lock", "bun add -D drizzle-kit"),
    ],
)
def test_the_command_for_the_only_package_names_no_folder(tmp_path: Path, lock: str, hint: str) -> None:
    write(tmp_path, {"drizzle.config.ts": 'export default { dialect: "postgresql" };', lock: ""})
    write(tmp_path, {"ormony.toml": '[services.web]\npath = "."\norm = "drizzle"\n'})
    (only,) = projects.load(tmp_path).services
    assert drizzle_models._installing([tmp_path], only) == hint


def test_a_package_that_a_drizzle_schema_needs_is_named(tmp_path: Path) -> None:
    root = drizzle(tmp_path, "0.31", '\nimport { z } from "drizzle-zod";\nconsole.log(z);\n')
    error = refusal(root, "tool-missing", exit_status=4)
    assert '"drizzle-zod"' in error.message
    assert error.hint == "npm --prefix web install drizzle-zod"
    # Another package of the workspace asks for it.
    write(root, {"pnpm-lock.yaml": "packages:\n  my-drizzle-zod@1.0.0: {}\n"})
    assert refusal(root, "tool-missing", exit_status=4).hint == "pnpm --dir web add drizzle-zod"
    write(root, {"pnpm-lock.yaml": "packages:\n  drizzle-zod@0.8.3: {}\n"})
    assert refusal(root, "tool-missing", exit_status=4).hint == "pnpm --dir web install"


@pytest.mark.parametrize("kit", KITS)
def test_a_config_without_a_schema_leaves_it_to_ormony_toml(kit: str, tmp_path: Path) -> None:
    schema = 'import { pgTable, integer } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { id: integer() });\n'
    root = drizzle(tmp_path, kit, schema)
    write(root, {"web/drizzle.config.ts": 'export default { dialect: "postgresql", out: "./drizzle" };\n'})
    assert "models = " in (refusal(root, "models-not-found").hint or "")
    config = root / "ormony.toml"
    text = config.read_text()
    config.write_text(text + 'models = "src/*.ts"\n')
    assert 'CREATE TABLE "a"' in export(root).sql
    config.write_text(text + 'models = "src/none*.ts"\n')
    assert "src/none*.ts" in refusal(root, "models-not-found").message


# SQLAlchemy -----------------------------------------------------------------------------------------------

SHAPES = r'''
import enum
import sqlalchemy as sa
from sqlalchemy import Column, Integer, Text
from sqlalchemy.dialects import postgresql as pg

m = sa.MetaData()


class State(enum.Enum):
    a = "A"
    b = "B"


parents = sa.Table(
    "parents", m,
    Column("id", Integer, primary_key=True),
    Column("state", sa.Enum(State, name="state")),
    Column("child_id", Integer, sa.ForeignKey("kids.id", name="p_kid")),
    Column("owner", pg.UUID, sa.ForeignKey("auth.users.id", ondelete="CASCADE")),
    Column("path", Text, server_default="C:\\dir 100% 'x'"),
    comment="the parents' \\ table",
)
kids = sa.Table(
    "kids", m,
    Column("id", Integer, sa.Identity(always=True), primary_key=True),
    Column("parent_id", Integer, sa.ForeignKey("parents.id", name="k_parent")),
    Column("state", sa.Enum(State, name="state"), server_default="a"),
    Column("twice", Integer, sa.Computed("id * 2", persisted=True)),
    Column("tags", pg.ARRAY(sa.Enum("x", "y", name="tag", schema="side"))),
    Column("n", Integer, sa.Sequence("n_seq", start=5, schema="side")),
)
events = sa.Table(
    "events", m,
    Column("id", sa.BigInteger, primary_key=True),
    Column("during", pg.TSTZRANGE),
    Column("doc", pg.JSONB, server_default=sa.text("'{}'::jsonb")),
    Column("name", Text),
    pg.ExcludeConstraint(("during", "&&"), name="no_overlap"),
    schema="side",
)
sa.Index("ev_doc", events.c.doc, postgresql_using="gin", postgresql_ops={"doc": "jsonb_path_ops"})
sa.event.listen(events, "after_create", sa.DDL("""CREATE FUNCTION side.f() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RETURN new; END; $$"""))
'''


def test_all_that_sqlalchemy_models_is_compared(tmp_path: Path, changes: Compared) -> None:
    root = python(tmp_path, {"api/app/models.py": SHAPES})
    found = changes(root, "models:api", "migrations")
    assert {
        "drop enum public.state",
        "drop enum side.tag",
        "drop schema side",
        "drop sequence side.n_seq",
        "drop constraint public.kids.k_parent",
        "drop constraint public.parents.p_kid",
        "drop constraint public.parents.parents_owner_fkey",
        "drop constraint side.events.no_overlap",
        "drop index side.ev_doc",
    } <= set(found)
    assert not [each for each in found if "function" in each or "auth." in each.split()[2]]
    write(root, {f"{STREAM}/00001_same.sql": OWN + export(root).sql})
    assert changes(root, "models:api", "migrations") == []
    write(
        root,
        {
            f"{STREAM}/00002_more.sql": "COMMENT ON TABLE kids IS 'not of the model';\n"
            "ALTER TABLE kids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n"
            "CREATE POLICY p ON kids USING (true);\nGRANT SELECT ON kids TO anon;\n"
            "ALTER TABLE kids SET (fillfactor = 70), REPLICA IDENTITY FULL;\n"
            "CREATE VIEW seen AS SELECT id FROM kids;\n"
        },
    )
    assert changes(root, "models:api", "migrations") == []
    write(root, {f"{STREAM}/00003_said.sql": "COMMENT ON TABLE parents IS 'another';\n"})
    assert [each.split("  ")[0][:32] for each in changes(root, "models:api", "migrations")] == [
        "alter comment public.parents the"
    ]


ENV = """
import sys
from alembic import context
from app.models import m
print("noise", flush=True)
sys.stdout.write("{")
"""


@pytest.mark.parametrize(
    ("env", "excluded"),
    [
        ("context.configure(url='postgresql://', target_metadata=m)\n", ()),
        ("context.configure(url='postgresql://', target_metadata=[m, m])\n", ()),
        (
            "def keep(item, name, kind, reflected, other):\n    return kind != 'table' or name != 'kids'\n"
            "def run():\n    context.configure(connection=None, target_metadata=m, include_object=keep)\n"
            "if context.is_offline_mode():\n    context.configure(dialect_name='postgresql', target_metadata=m)\n"
            "else:\n    run()\n",
            (("", "kids"),),
        ),
        (
            "def keep(name, kind, parents):\n    return not (kind == 'table' and name == 'events')\n"
            "context.configure(dialect_name='postgresql', target_metadata=m, include_name=keep)\n",
            (("side", "events"),),
        ),
        (
            "import asyncio\nfrom sqlalchemy.ext.asyncio import create_async_engine\n"
            "def run(connection):\n    context.configure(connection=connection, target_metadata=m)\n"
            "async def connect():\n"
            "    engine = create_async_engine('postgresql+asyncpg://u@db.invalid/x')\n"
            "    async with engine.connect() as connection:\n        await connection.run_sync(run)\n"
            "asyncio.run(connect())\n",
            (),
        ),
        (
            "options = dict(target_metadata=m)\ncontext.configure(dialect_name='postgresql', **options)\n"
            "raise SystemExit('env.py goes on after it configured')\n",
            (),
        ),
    ],
    ids=["plain", "list", "include_object", "include_name", "online only", "options"],
)
def test_env_py_says_what_the_models_are(
    tmp_path: Path, env: str, excluded: tuple[tuple[str, str], ...]
) -> None:
    texts = {"api/app/models.py": SHAPES, "api/migrations/env.py": ENV + env}
    found = export(python(tmp_path, texts, ""))
    assert found.excluded == excluded
    assert "CREATE TABLE kids" in found.sql
    assert {"api/migrations/env.py", "api/app/models.py"} <= set(found.files)


def test_what_env_py_leaves_alone_is_not_compared(tmp_path: Path, changes: Compared) -> None:
    env = (
        ENV
        + """
def keep(item, name, kind, reflected, other):
    return name not in {"kids", "ev_doc", "path", "no_overlap"}
context.configure(url='postgresql://', target_metadata=m, include_object=keep)
"""
    )
    root = python(tmp_path, {"api/app/models.py": SHAPES, "api/migrations/env.py": env}, "")
    (root / "api/migrations/versions").mkdir()
    text = export(root).sql.replace("path TEXT DEFAULT 'C:\\dir 100% ''x''', ", "").replace("USING gin", "")
    write(root, {f"{STREAM}/00001_same.sql": text.replace("doc jsonb_path_ops", "doc")})
    assert changes(root, "models:api", "migrations") == []


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("app.models", "class A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"),
        ("app.models:SQLModel", "class A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"),
        ("app.models:A.metadata", "class A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"),
        ("app.models:both", "m = MetaData()\nTable('a', m, Column('id', Integer))\nboth = (m, MetaData())\n"),
        ("app.models:by_key", "m = MetaData()\nTable('a', m, Column('id', Integer))\nby_key = {'x': m}\n"),
    ],
)
def test_models_are_a_metadata_or_what_has_one(tmp_path: Path, setting: str, text: str) -> None:
    head = "from sqlmodel import Field, SQLModel\nfrom sqlalchemy import Column, Integer, MetaData, Table\n"
    found = export(python(tmp_path, {"api/app/models.py": head + text}, f'models = "{setting}"'))
    assert "CREATE TABLE a" in found.sql


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("", 'ormony.toml does not say where the models of service "api" are'),
        ('models = "app.nothing"', 'there is no module "app.nothing"'),
        ('models = "app.models:Base"', '"app.models" has no "Base"'),
        ('models = "app.models:number"', '"app.models:number" is no MetaData and has none'),
        ('models = "app/models.py"', '"app/models.py" names no module and attribute'),
    ],
)
def test_models_that_are_not_there_are_named(tmp_path: Path, setting: str, message: str) -> None:
    error = refusal(python(tmp_path, {"api/app/models.py": "number = 1\n"}, setting), "models-not-found")
    assert error.message == message
    assert "models = " in (error.hint or "")


@pytest.mark.parametrize(
    ("text", "code", "status", "message", "place"),
    [
        ("\nraise ValueError('no such luck')\n", "export-failed", 2, "no such luck", "api/app/models.py:2"),
        ("import os\nos._exit(7)\n", "export-failed", 2, "exit status 7", "api"),
        ("import sys\nsys.exit('bye')\n", "export-failed", 2, "sys.exit", "api/app/models.py:2"),
        ("import time\ntime.sleep(60)\n", "export-timeout", 2, "within 3 s", "api"),
        ("import snowflake_of_nobody\n", "tool-missing", 4, "snowflake_of_nobody", "api/app/models.py:1"),
        ("import app.gone\n", "export-failed", 2, "app.gone", "api/app/models.py:1"),
        (
            "import psycopg\npsycopg.connect('postgresql://me:secret@127.0.0.1/production')\n",
            "probe-connected-elsewhere", 2, "production", "api/app/models.py:2",
        ),
        (
            "import sqlalchemy as sa\nwith sa.create_engine('postgresql+psycopg://a:secret@10.0.0.1/p').connect():\n"
            "    pass\n",
            "probe-connected-elsewhere", 2, "by SQLAlchemy", "api/app/models.py:2",
        ),
        (
            "import sqlalchemy as sa\nm = sa.MetaData()\nsa.Table('a', m, sa.Column('b'))\n",
            "export-failed", 2, "NullType", "api",
        ),
    ],
)  # fmt: skip
def test_models_that_cannot_be_loaded(
    tmp_path: Path, text: str, code: str, status: int, message: str, place: str
) -> None:
    root = python(tmp_path, {"api/app/models.py": text}, 'models = "app.models"\ntimeout = 3')
    error = refusal(root, code, exit_status=status)
    assert message in error.message
    assert "secret" not in str(error)
    assert error.place == place


@pytest.mark.parametrize(
    ("env", "code", "message"),
    [
        ("raise RuntimeError('no such luck')\n", "export-failed", "no such luck"),
        ("context.configure(url='postgresql://', target_metadata=None)\n", "no-models", "no target_metadata"),
        (
            "target_metadata = None\nimport sqlalchemy as sa\nwith sa.create_engine('postgresql://').connect() as c:\n"
            "    context.configure(connection=c, target_metadata=target_metadata)\n",
            "no-models", "no target_metadata",
        ),
        ("context.configure(url='sqlite://', target_metadata=7)\n", "models-not-found", "is no MetaData"),
        ("import time\ntime.sleep(60)\n", "export-timeout", "within 3 s"),
    ],
)  # fmt: skip
def test_an_env_py_that_does_not_say_it(tmp_path: Path, env: str, code: str, message: str) -> None:
    texts = {"api/app/models.py": SHAPES, "api/migrations/env.py": ENV + env}
    error = refusal(python(tmp_path, texts, "timeout = 3"), code)
    assert message in error.message
    assert error.place is not None
    assert error.place.startswith("api/migrations/env.py")


def test_an_interpreter_that_is_missing(tmp_path: Path) -> None:
    root = python(tmp_path, {"api/app/models.py": SHAPES})
    config = root / "ormony.toml"
    config.write_text(config.read_text().replace(str(SERVICES), "nowhere"))
    assert "venv" in (refusal(root, "interpreter-missing", exit_status=4).hint or "")


def test_a_module_that_loads_all_models_of_a_folder_is_loaded_anew_for_a_new_one(tmp_path: Path) -> None:
    loader = (
        "import importlib, pkgutil\nimport sqlalchemy as sa\nm = sa.MetaData()\nimport app.all\n"
        "for each in pkgutil.iter_modules(app.all.__path__):\n    importlib.import_module(f'app.all.{each.name}')\n"
    )
    one = "from app.models import m\nimport sqlalchemy as sa\nsa.Table('NAME', m, sa.Column('id', sa.Integer))\n"
    root = python(
        tmp_path,
        {
            "api/app/models.py": loader,
            "api/app/all/__init__.py": "",
            "api/app/all/one.py": one.replace("NAME", "one"),
        },
    )
    only = service(root, "api")

    def remembered() -> str:
        tool = sqlalchemy_models.made_of(root, only)
        return exported.remembered(
            root, root / "kept", "api", tool, lambda: sqlalchemy_models.export(root, only)
        ).sql

    assert "CREATE TABLE one" in remembered()
    write(root, {"api/app/all/two.py": one.replace("NAME", "two")})
    assert "CREATE TABLE two" in remembered()
    shutil.rmtree(root / "api/app/all/__pycache__", ignore_errors=True)


# What is whose --------------------------------------------------------------------------------------------

BOTH = """
import sqlalchemy as sa
m = sa.MetaData()
sa.Table("mine", m, sa.Column("id", sa.Integer, primary_key=True), sa.Column("theirs_id", sa.ForeignKey("theirs.id")))
sa.Table("theirs", m, sa.Column("id", sa.Integer, primary_key=True))
"""


def test_what_others_own_is_made_and_not_compared(tmp_path: Path, changes: Compared) -> None:
    other = '\n[services.worker]\npath = "worker"\norm = "sqlx"\n'
    root = python(tmp_path, {"api/app/models.py": BOTH}, other=other)
    header = "-- ormony: service=worker source=sqlx/0001_m native={0} body={0}\n".format("0" * 64)
    write(
        root,
        {
            "worker/migrations/0001_m.sql": "select 1;\n",
            f"{STREAM}/00001_mine.sql": OWN + "CREATE TABLE mine (id serial PRIMARY KEY, theirs_id int);\n",
            f"{STREAM}/00300_worker_m.sql": header
            + "CREATE TYPE kind AS ENUM ('x');\nCREATE TABLE theirs (id bigint PRIMARY KEY, kind kind);\n",
        },
    )
    assert changes(root, "models:api", "migrations") == [
        "note not-owned",
        "drop constraint public.mine.mine_theirs_id_fkey",
    ]
    config = root / "ormony.toml"
    config.write_text(
        config.read_text().replace("\n[services.worker]", 'mirrors = ["theirs:read"]\n\n[services.worker]')
    )
    assert changes(root, "models:api", "migrations") == ["drop constraint public.mine.mine_theirs_id_fkey"]


def test_tables_of_others_may_have_types_of_the_models(tmp_path: Path, changes: Compared) -> None:
    model = """
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import CITEXT
m = sa.MetaData()
kind = sa.Enum("x", "y", name="kind")
sa.Table("mine", m, sa.Column("id", sa.Integer, sa.ForeignKey("theirs.id"), primary_key=True), sa.Column("kind", kind),
         sa.Column("code", CITEXT, server_default=sa.text("a_code()")))
sa.Table("users", m, sa.Column("id", sa.UUID, primary_key=True), schema="auth")
"""
    root = python(tmp_path, {"api/app/models.py": model})
    header = "-- ormony: service=api source=alembic/{1} native={0} body={0}\n"
    write(
        root,
        {
            f"{STREAM}/00001_hand.sql": "CREATE EXTENSION citext SCHEMA extensions;\n"
            "CREATE FUNCTION a_code() RETURNS text LANGUAGE sql RETURN 'a';\n",
            f"{STREAM}/00200_api_kind.sql": header.format("0" * 64, "k")
            + "CREATE TYPE kind AS ENUM ('x', 'y');\n",
            f"{STREAM}/00201_hand.sql": "CREATE TABLE theirs (id serial PRIMARY KEY, kind kind);\n",
            f"{STREAM}/00202_api_mine.sql": header.format("0" * 64, "m")
            + "CREATE TABLE mine (id int PRIMARY KEY REFERENCES theirs, kind kind,\n"
            "code extensions.citext DEFAULT a_code());\n",
        },
    )
    assert changes(root, "models:api", "migrations") == []


def test_sqlx_has_no_models(tmp_path: Path, reading: Any) -> None:
    root = write(
        tmp_path,
        {
            "ormony.toml": '[services.worker]\npath = "worker"\norm = "sqlx"\n',
            "worker/migrations/0001_m.sql": "select 1;\n",
        },
    )
    with pytest.raises(OrmonyError) as caught, reading(root) as reader:
        reader.read("models:worker")
    assert (caught.value.code, caught.value.exit_status) == ("no-models", 2)


def test_models_is_a_source_by_name() -> None:
    assert parse("models:web") == ("models", "web")
    with pytest.raises(OrmonyError, match='"models:" is no source'):
        parse("models:")
