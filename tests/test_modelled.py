"""A service with SQLModel models and no migration tool: `sync` writes its migrations."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ormony import commands, project
from ormony.errors import OrmonyError

ROOT = Path(__file__).parent.parent
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services"))
pytestmark = pytest.mark.slow

MODELS = """\
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Column, DateTime, func
from sqlmodel import Field, SQLModel


class Dataset(SQLModel, table=True):
    __tablename__ = "datasets"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=200, index=True)
    created_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), server_default=func.now(), nullable=False)
    )
"""
DOCUMENTS = """

class Document(SQLModel, table=True):
    __tablename__ = "documents"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    dataset_id: UUID = Field(foreign_key="datasets.id", ondelete="CASCADE")
    title: str
"""
CREATE_ALL = """
import sys
from sqlalchemy import create_engine
from sqlmodel import SQLModel
import app.models
SQLModel.metadata.create_all(create_engine(sys.argv[1].replace("postgresql:", "postgresql+psycopg:", 1)))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "api" / "app").mkdir(parents=True)
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    (tmp_path / "ormony.toml").write_text(
        f'[services.api]\npath = "api"\norm = "sqlalchemy"\npython = "{SERVICES}/bin/python"\n'
        'models = "app.models"\n'
    )
    (tmp_path / "api" / "app" / "__init__.py").write_text("")
    (tmp_path / "api" / "app" / "models.py").write_text(MODELS)
    return tmp_path


def sync(root: Path, **options: Any) -> commands.Synced:
    return commands.sync(project.load(root), **options)


def edit(root: Path, old: str, new: str) -> None:
    path = root / "api" / "app" / "models.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_stream_grows_with_the_models_and_is_then_unchanged(root: Path) -> None:
    assert sync(root).written == ("supabase/migrations/00200_create_datasets.sql",)
    assert sync(root).written == ()
    (root / "api" / "app" / "models.py").write_text(MODELS + DOCUMENTS)
    assert sync(root).written == ("supabase/migrations/00201_create_documents.sql",)
    text = (root / "supabase/migrations/00201_create_documents.sql").read_text()
    assert text.startswith("-- ormony: service=api source=models/00201 ")
    assert "ON DELETE CASCADE" in text
    edit(root, "    title: str\n", "    title: str\n    pages: int | None = None\n")
    assert sync(root, dry_run=True).written == ("supabase/migrations/00202_alter_documents.sql",)
    assert sync(root).written == ("supabase/migrations/00202_alter_documents.sql",)
    assert sync(root).written == ()


def test_what_could_be_a_rename_is_refused_until_it_is_told(root: Path) -> None:
    sync(root)
    edit(root, "    name: str", "    title: str")
    with pytest.raises(OrmonyError) as refused:
        sync(root)
    assert refused.value.code == "loses-data"
    assert refused.value.exit_status == 1
    rename = "column public.datasets.name = public.datasets.title"
    assert f"--rename '{rename}'" in (refused.value.hint or "")
    assert len(list((root / "supabase/migrations").iterdir())) == 1
    (written,) = sync(root, renames=[rename]).written
    text = (root / written).read_text()
    assert "RENAME COLUMN name TO title" in text
    assert "DROP COLUMN" not in text
    assert sync(root).written == ()


def test_a_rename_of_nothing_is_refused(root: Path) -> None:
    sync(root)
    with pytest.raises(OrmonyError) as refused:
        sync(root, renames=["column public.nothing.a = public.nothing.b"])
    assert refused.value.code == "unknown-rename"


def test_a_loss_that_is_allowed_is_named_in_the_file(root: Path) -> None:
    sync(root)
    edit(root, "    name: str = Field(max_length=200, index=True)\n", "")
    (written,) = sync(root, allow_data_loss=True).written
    text = (root / written).read_text()
    assert "-- Loses: " in text
    assert "DROP COLUMN name" in text
    assert sync(root).written == ()


def test_behavior_that_hangs_on_a_table_stays(root: Path) -> None:
    """Row security, a policy and a trigger written by hand: the models know nothing of them."""
    sync(root)
    (root / "supabase/migrations/00400_behavior.sql").write_text(
        "ALTER TABLE public.datasets ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY named ON public.datasets USING (name <> '');\n"
        "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"
        "CREATE TRIGGER touch BEFORE UPDATE ON public.datasets\n"
        "FOR EACH ROW EXECUTE FUNCTION public.touch();\n"
        "GRANT SELECT ON public.datasets TO authenticated;\n"
    )
    assert sync(root).written == ()
    edit(root, "name: str = Field(max_length=200, index=True)", "name: str = Field(index=True)")
    (written,) = sync(root).written
    assert "ALTER COLUMN name" in (root / written).read_text()
    commands.deploy(project.load(root))
    url = commands.db_url(project.load(root)).text
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT polname FROM pg_policy").fetchall()
        assert found == [("named",)]
        assert connection.execute(
            "SELECT relrowsecurity FROM pg_class WHERE oid = 'public.datasets'::regclass"
        ).fetchone() == (True,)
        before = connection.execute("SELECT count(*) FROM pg_class").fetchone()
        subprocess.run(
            [SERVICES / "bin/python", "-c", CREATE_ALL, url], cwd=root / "api", check=True, timeout=60
        )
        connection.rollback()
        assert connection.execute("SELECT count(*) FROM pg_class").fetchone() == before
    commands.db_down(project.load(root))


def test_tables_that_are_there_by_hand_are_not_the_models_to_change(root: Path) -> None:
    (root / "supabase/migrations/00001_datasets.sql").write_text(
        "CREATE TABLE public.datasets (id uuid PRIMARY KEY, name text, more text);\n"
    )
    found = sync(root)
    assert found.written == ()
    assert [each.code for each in found.notices] == ["not-owned"]
