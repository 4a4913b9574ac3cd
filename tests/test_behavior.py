"""Declarative behavior: what `sync` writes for each kind of edit, and that nothing is left to do after it.

`tests/behavior_cases/NAME/` has `before.sql` (a migration), `old.sql` and `new.sql` (the behavior file before
and after the edit; a folder of that name for several), maybe `ormony.toml`, and `expected.sql`: the
statements of the second sync under the group of each file, or the error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ormony import behaving, commands, loading, project
from ormony import sql as sqls
from ormony.database.shadow import open_shadow
from ormony.errors import OrmonyError

CASES = Path(__file__).parent / "behavior_cases"
TOML = '[database]\nstream = "supabase/migrations"\n'
CHECK_BODIES = "SET LOCAL check_function_bodies = false"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose shadow server stays up while the cases take their turns."""
    root = tmp_path_factory.mktemp("behavior")
    (root / "ormony.toml").write_text(TOML)
    with open_shadow(root) as opened:
        opened.release(opened.clone(()))
        yield root


@pytest.fixture
def root(home: Path) -> Path:
    """The project, with nothing in it."""
    for name in ("supabase", "services"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "supabase" / "migrations").mkdir(parents=True)
    (home / "ormony.toml").write_text(TOML)
    return home


def sync(root: Path, **options: object) -> commands.Synced:
    return commands.sync(project.load(root), **options)  # type: ignore[arg-type]


def put(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def said(root: Path, paths: tuple[str, ...]) -> str:
    """The statements of these files, under the group that each file's source names."""
    lines = []
    for path in paths:
        text = (root / path).read_text()
        group = text.split(" source=behavior/")[1].split("/")[0]
        lines.append(f"-- {group}")
        lines += [line for line in text.splitlines() if line.startswith(("-- adopts", "-- Loses"))]
        lines += [f"{each.sql};" for each in sqls.statements(text) if each.sql != CHECK_BODIES]
    return "\n".join(lines) + "\n" if lines else "-- nothing\n"


def lay(root: Path, source: Path) -> None:
    """Make the behavior folder what a file or a folder of a case says."""
    folder = root / "supabase" / "behavior"
    shutil.rmtree(folder, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, folder)
    elif source.with_suffix(".sql").is_file():
        put(root, "supabase/behavior/all.sql", source.with_suffix(".sql").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir()))
def test_an_edit_gives_these_statements_and_leaves_nothing(root: Path, case: str) -> None:
    folder = CASES / case
    if (folder / "ormony.toml").exists():
        put(root, "ormony.toml", TOML + (folder / "ormony.toml").read_text())
    put(root, "supabase/migrations/00000_before.sql", (folder / "before.sql").read_text())
    lay(root, folder / "old")
    if (folder / "old.sql").exists() or (folder / "old").exists():
        sync(root)
    if (folder / "between.sql").exists():
        put(root, "supabase/migrations/04000_between.sql", (folder / "between.sql").read_text())
    if (folder / "new.toml").exists():
        put(root, "ormony.toml", TOML + (folder / "new.toml").read_text())
    lay(root, folder / "new")
    try:
        found = said(root, sync(root).written)
    except OrmonyError as error:
        found = f"-- error[{error.code}] {error.place}: {error.message}\n"
    expected = folder / "expected.sql"
    if os.environ.get("ORMONY_WRITE_CASES"):
        expected.write_text(found)
    assert found == expected.read_text()
    if not found.startswith("-- error"):
        assert sync(root).written == ()
        loaded = loading.load(project.load(root), project.load(root).databases[0])
        behaving.prove(project.load(root), loaded)
