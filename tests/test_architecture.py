"""The map is true: import rows, no vague names, every path that ARCHITECTURE.md names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "ormony"

ROWS = {
    "errors": 1,
    "sql": 2,
    "files": 2,
    "git": 2,
    "catalog": 3,
    "history": 3,
    "stream": 4,
    "diff": 4,
    "mirrors": 4,
    "claims": 3,
    "access": 4,
    "accessing": 12,
    "generating": 12,
    "pytest_plugin": 13,
    "fresh": 10,
    "snapshot": 4,
    "plan": 5,
    "origins": 5,
    "codegen": 5,
    "behavior": 5,
    "adapters": 6,
    "database": 6,
    "rules": 7,
    "project": 8,
    "loading": 9,
    "sources": 10,
    "narrow": 4,
    "majors": 4,
    "modelled": 11,
    "behaving": 11,
    "edges": 11,
    "commands": 12,
    "mirroring": 13,
    "checking": 14,
    "formats": 15,
    "report": 15,
    "cli": 16,
    "web": 16,
    "__main__": 17,
}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc", "core", "stuff", "lib"}


def unit(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
            if node.module == "ormony":
                names = [f"ormony.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("ormony.")}
    return found - {"__version__"}


def modules() -> list[Path]:
    found = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent != PACKAGE]
    assert len(found) > 5
    return found


def test_a_module_imports_only_from_rows_above_its_own() -> None:
    for path in modules():
        mine = unit(path)
        for other in imports(path) - {mine}:
            assert ROWS[other] < ROWS[mine], f"{path.relative_to(ROOT)} (row {ROWS[mine]}) imports {other}"


def test_only_sql_imports_the_parser_and_only_files_writes() -> None:
    for path in modules():
        text = path.read_text()
        if unit(path) != "sql":
            assert "postgast" not in text, path
        if unit(path) not in {"files", "database", "adapters"}:
            assert not re.search(r"\.(write_text|write_bytes)\(|open\([^)]*[\"']w", text), path


def test_no_vague_names() -> None:
    for path in modules():
        assert path.stem not in VAGUE, path


def test_every_path_in_the_map_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`((?:src|tests|bench|docs|examples)/[\w./-]+)`", text))
    assert len(named) > 10
    for each in named:
        assert (ROOT / each).exists(), f"ARCHITECTURE.md names {each}, which does not exist"


def test_every_unit_is_on_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for name in {unit(path) for path in modules()}:
        assert f"src/ormony/{name}" in text, f"ARCHITECTURE.md does not name {name}"
