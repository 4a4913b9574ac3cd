"""`ormony check` on a project of three services with 300 tables, beside the tools' own checks.

Drizzle, Alembic and SQLx own a hundred tables each, and the first two mirror ten of each other's. A fresh
clone: nothing is kept, the shadow's cluster is made, and all runs for the first time. `--no-cache`: all is
looked at anew, in the cluster that there is. A file changed: a comment in the file of a hundred models, then
a column, which is a finding. Unchanged: nothing. The services' own `alembic check` and `drizzle-kit check`
ask less; they run in the same rounds. The shadow's processor time is not in the table. `--tables` and
`--rounds` make it smaller.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from catalog import Table, run

ROOT = Path(__file__).parent.parent
ORMONY = ROOT / ".venv" / "bin" / "ormony"
SERVICES = ROOT / ".venv-services" / "bin"
NODE = ROOT / "examples" / "saas" / "services" / "node-service" / "node_modules"
MIRRORED = 10

CONFIG = """\
[database]
stream = "supabase/migrations"
[services.web]
path = "web"
orm = "drizzle"
lane = 1
mirrors = [{api}]
mirror_models = "src/foreign.ts"
[services.api]
path = "api"
orm = "alembic"
lane = 2
python = "{python}"
mirrors = [{web}]
[services.worker]
path = "worker"
orm = "sqlx"
lane = 3
"""
ENV = """\
from alembic import context
from app.models import Base

def own(item, name, type_, reflected, other):
    return type_ != "table" or name.startswith("api_")

def run(connection=None):
    context.configure(connection=connection, url=context.config.get_main_option("sqlalchemy.url"),
                      target_metadata=Base.metadata, include_object=own, dialect_name="postgresql")
    with context.begin_transaction():
        context.run_migrations()

if context.is_offline_mode():
    run()
else:
    import os
    from sqlalchemy import create_engine
    url = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:", 1)
    with create_engine(url).connect() as connection:
        run(connection)
"""


def drizzle_table(name: str) -> str:
    return f"""
export const {name} = pgTable("{name}", {{
  id: uuid("id").primaryKey().defaultRandom(),
  orgId: uuid("org_id").notNull(),
  title: text("title").notNull(),
  amount: numeric("amount", {{ precision: 12, scale: 2 }}).notNull(),
  count: integer("count").notNull().default(0),
  active: boolean("active").notNull().default(true),
  settings: jsonb("settings").notNull(),
  createdAt: timestamp("created_at", {{ withTimezone: true }}).notNull().defaultNow(),
}}, (table) => [index("{name}_org").on(table.orgId)]);
"""


def python_table(name: str) -> str:
    return f"""

class {name.title().replace("_", "")}(Base):
    __tablename__ = "{name}"
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    org_id: Mapped[UUID] = mapped_column({"" if name.startswith("web") else "index=True"})
    title: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    count: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")
    settings: Mapped[dict] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
"""


def sql_table(name: str) -> str:
    return (
        f"CREATE TABLE {name} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL,\n"
        "  title text NOT NULL, amount numeric(12, 2) NOT NULL, count integer NOT NULL DEFAULT 0,\n"
        "  active boolean NOT NULL DEFAULT true, settings jsonb NOT NULL,\n"
        "  created_at timestamp with time zone NOT NULL DEFAULT now());\n"
        f"CREATE INDEX ix_{name}_org_id ON {name} (org_id);\n"
    )


def rust_struct(name: str) -> str:
    return (
        f"\n#[derive(sqlx::FromRow)]\npub struct {name.title().replace('_', '')} {{\n    pub id: Uuid,\n"
        "    pub org_id: Uuid,\n    pub title: String,\n    pub count: i32,\n    pub active: bool,\n"
        "    pub settings: serde_json::Value,\n    pub created_at: DateTime<Utc>,\n}\n"
    )


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def make(root: Path, tables: int) -> None:
    """A project of three services that is merged and committed."""
    each = tables // 3
    web, api, worker = ([f"{kind}_{at:03}" for at in range(each)] for kind in ("web", "api", "worker"))
    quoted = {kind: ", ".join(f'"public.{name}:read"' for name in names[:MIRRORED])
              for kind, names in (("web", web), ("api", api))}  # fmt: skip
    write(root, "ormony.toml", CONFIG.format(python=SERVICES / "python", **quoted))
    head = (
        "import { boolean, index, integer, jsonb, numeric, pgTable, text, timestamp, uuid } "
        'from "drizzle-orm/pg-core";\n'
    )
    write(root, "web/package.json", '{"type": "module", "devDependencies": {"drizzle-kit": "*"}}\n')
    write(root, "web/drizzle.config.ts", 'import { defineConfig } from "drizzle-kit";\n'
          'export default defineConfig({ dialect: "postgresql", schema: "./src/schema.ts", '
          'out: "./drizzle" });\n')  # fmt: skip
    write(root, "web/src/schema.ts", head + "".join(map(drizzle_table, web)))
    write(root, "web/src/foreign.ts", head + "".join(map(drizzle_table, api[:MIRRORED])))
    (root / "web/node_modules").symlink_to(NODE)
    kit = ["npx", "drizzle-kit", "generate", "--name", "tables"]
    subprocess.run(kit, cwd=root / "web", check=True, capture_output=True)
    models = (
        "from datetime import datetime\nfrom decimal import Decimal\nfrom uuid import UUID\n\n"
        "from sqlalchemy import DateTime, Numeric, Text, text\n"
        "from sqlalchemy.dialects.postgresql import JSONB\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n"
    )
    write(root, "api/app/__init__.py", "")
    write(root, "api/app/models.py", models + "".join(map(python_table, [*api, *web[:MIRRORED]])))
    write(root, "api/alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\n"
          "path_separator = os\nsqlalchemy.url = postgresql://\n")  # fmt: skip
    write(root, "api/migrations/env.py", ENV)
    upgrade = f"def upgrade():\n    op.execute('''{''.join(map(sql_table, api))}''')\n"
    head_of_revision = "from alembic import op\n\nrevision = '0001'\ndown_revision = None\n\n\n"
    write(root, "api/migrations/versions/0001_tables.py", head_of_revision + upgrade)
    write(root, "worker/Cargo.toml", '[package]\nname = "worker"\n[dependencies]\nsqlx = "0.8"\n')
    write(root, "worker/migrations/20260101000000_tables.sql", "".join(map(sql_table, worker)))
    write(root, "worker/src/lib.rs", "use chrono::{DateTime, Utc};\nuse uuid::Uuid;\n"
          + "".join(map(rust_struct, worker)))  # fmt: skip
    write(root, ".gitignore", ".ormony\nnode_modules\n")
    subprocess.run([ORMONY, "sync", "--quiet"], cwd=root, check=True)
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], cwd=root, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--tables", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    os.environ.pop("CI", None)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {asked.rounds} rounds\n")
    with tempfile.TemporaryDirectory(prefix="ormony-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = folder / "project"
        root.mkdir()
        make(root, asked.tables)
        url = subprocess.run(
            [ORMONY, "db", "up", "--quiet", "--format", "json"], cwd=root, check=True, capture_output=True
        )
        del url
        subprocess.run([ORMONY, "deploy", "--quiet"], cwd=root, check=True)
        database = subprocess.run(
            [ORMONY, "db", "url"], cwd=root, check=True, capture_output=True, text=True
        ).stdout.strip()
        os.environ["DATABASE_URL"] = database
        table = Table(f"{asked.tables} tables")
        check = [str(ORMONY), "--project", str(root), "check", "--no-native"]
        natives = {}
        for command, where in (
            ([str(SERVICES / "alembic"), "check"], root / "api"),
            (["npx", "drizzle-kit", "check"], root / "web"),
        ):
            script = f"import os; os.chdir({str(where)!r}); os.execvp({command[0]!r}, {command!r})"
            natives[f"{Path(command[-2]).name} check"] = [sys.executable, "-c", script]
        for command in natives.values():  # leaves the bytecode of SQLAlchemy, which our probe only reads
            run(command, folder, (0, 1, 255))
        changed = root / "api/app/models.py"
        text = changed.read_text()
        column = "    count: Mapped[int]"
        for number in range(asked.rounds):
            changed.write_text(f"{text}# {number}\n")
            for kept in (root / ".ormony").iterdir():
                if kept.is_dir() and kept.name != "db":
                    shutil.rmtree(kept)
            os.sync()  # a fresh clone has removed nothing
            table.turn("ormony check, a fresh clone", check, folder, (0, 1))
            table.turn("ormony check --no-cache", [*check, "--no-cache"], folder, (0, 1))
            run(check, folder, (0, 1))
            table.turn("ormony check, unchanged", check, folder, (0, 1))
            changed.write_text(f"{text}# {number} changed\n")
            table.turn("ormony check, a model's file changed", check, folder, (0, 1))
            changed.write_text(text.replace(column, f"    added_{number}: Mapped[int]\n{column}", 1))
            table.turn("ormony check, a model's column added", check, folder, (1,))
            for what, command in natives.items():
                table.turn(what, command, folder, (0, 1, 255))
        table.show()
        subprocess.run([ORMONY, "db", "down", "--quiet"], cwd=root, check=True)


if __name__ == "__main__":
    main()
