"""What pages say can be typed: every `ormony` command in them parses, every link leads somewhere."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ormony import cli, commands, project

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*/README.md")
    for path in ROOT.glob(pattern)
    if "node_modules" not in path.parts
)
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`ormony ([a-z][^`\n]*)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_CALLED = re.compile(r"(?:^|[;&|(]\s*|\bexec )ormony (.*)$")


def typed(text: str) -> Iterator[str]:
    """The words after `ormony` of each command."""
    for block in _FENCED.findall(text):
        for line in block.splitlines():
            yield from _CALLED.findall(line.removeprefix("$ "))
    yield from _INLINE.findall(text)


def words(command: str) -> list[str]:
    """Up to the first word that belongs to the shell, without a comment."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    found = []
    for word in lexer:
        if set(word) <= set("();<>|&"):
            break
        found.append(word)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_exist_with_their_options(page: Path) -> None:
    for command in typed(page.read_text()):
        given = words(command)
        at: click.Command = cli.main
        options = {each for option in at.params for each in option.opts}
        for word in given:
            if isinstance(at, click.Group) and word in at.commands:
                at = at.commands[word]
                options |= {each for option in at.params for each in (*option.opts, *option.secondary_opts)}
            elif word.startswith("--") and word != "--":
                assert word.partition("=")[0] in {*options, "--help", "--version"}, command
            elif word == "--":
                break
            elif isinstance(at, click.Group) and not word.startswith(("-", "$", "…")):
                assert at is not cli.main or word in ("DIR", "…"), command


def test_there_are_commands_to_look_at() -> None:
    found = [words(each)[:1] for page in PAGES for each in typed(page.read_text())]
    assert len(found) > 100
    assert {"init", "sync", "deploy", "check", "diff", "generate"} <= {each[0] for each in found if each}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if "://" not in link and not link.startswith("mailto:"):
            assert (page.parent / link).exists(), link


@pytest.mark.slow
def test_the_library_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verbs, below = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "reference" / "library.md").read_text(), re.DOTALL
    )
    (tmp_path / "ormony.toml").write_text(
        '[database]\n[generate.web]\nlanguage = "typescript"\nout = "web/generated"\n'
    )
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    (tmp_path / "supabase" / "migrations" / "00000_t.sql").write_text(
        "CREATE TABLE t (id int PRIMARY KEY);\n"
    )
    monkeypatch.chdir(tmp_path)
    found = project.load(tmp_path)
    try:
        exec(verbs, {})
        assert (tmp_path / "web" / "generated" / "database.types.ts").exists()
        url = commands.db_url(found).text
        exec(below, {"old_url": url, "new_url": url})
    finally:
        commands.db_down(found, destroy=True)
    for name, function in re.findall(r"`(\w+)\.(\w+)\(", (ROOT / "docs/reference/library.md").read_text()):
        if name != "msgspec":
            assert callable(getattr(importlib.import_module(f"ormony.{name}"), function)), function
