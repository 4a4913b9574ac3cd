"""Every rule finds what its page says, at the place that it says, and nothing in what it calls fine."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from ormony import rules
from ormony.database.shadow import Shadow
from rule_projects import Example, Project, build, examples

ROOT = Path(__file__).parent.parent
ALL = [each for name in rules.RULES for each in examples(name, rules.rule(name).__doc__ or "")]


def name_of(example: Example) -> str:
    return f"{example.rule}: {'finds' if example.finds else 'fine'}: {example.title[:50]}"


@pytest.mark.parametrize("example", ALL, ids=name_of)
def test_the_examples_of_a_page_are_true(example: Example, tmp_path: Path, shadow: Shadow) -> None:
    project = build(tmp_path, example, lambda: shadow)
    found = list(rules.rule(example.rule).find(project))
    assert [(each.severity, each.place) for each in found] == list(example.found), found
    for each in found:
        assert each.rule == example.rule
        assert each.database == "main"
        assert each.hint or each.severity == "note"
        assert each.message[0] == each.message[0].lower() or each.message.split()[0].isupper()


@pytest.mark.parametrize("example", [each for each in ALL if not each.finds], ids=name_of)
def test_what_one_rule_calls_fine_is_fine(example: Example, tmp_path: Path, shadow: Shadow) -> None:
    """A clean example of one rule shows errors of no other, but of those that it must break by its nature."""
    project = build(tmp_path, example, lambda: shadow)
    expected = {
        "several-heads": {"unmerged-migration"},
        "second-owner": {"unmerged-migration"},
        "data-in-late-file": {"late-file"},
    }.get(example.rule, set())
    found = {
        each.rule
        for name in rules.RULES
        for each in rules.rule(name).find(project)
        if each.severity == "error"
    }
    assert found <= expected


@pytest.mark.parametrize("name", rules.RULES)
def test_every_rule_has_a_page(name: str) -> None:
    rule = rules.rule(name)
    page = inspect.cleandoc(rule.__doc__ or "")
    assert re.match(r"[A-Z`].*\.\n\n", page), "the first line is the title"
    assert "Mend it" in page
    kinds = {each.finds for each in ALL if each.rule == name}
    assert kinds == {True, False}, "an example of what is found, and one of what is fine"
    assert rule.SEVERITY in ("error", "warning", "note")


def test_names_are_known_without_importing_rules() -> None:
    assert len(rules.RULES) > 20
    for name, module in rules.RULES.items():
        assert module.rpartition(".")[2].replace("_", "-") == name


def test_the_reference_is_what_the_pages_say() -> None:
    kept = ROOT / "docs" / "reference" / "rules.md"
    made = rules.docs()
    assert kept.read_text() == made, "write rules.docs() to docs/reference/rules.md"


def test_nothing_is_found_in_the_example_project(shadow: Shadow) -> None:
    project = Project(ROOT / "examples" / "saas", lambda: shadow)
    found = [each for name in rules.RULES for each in rules.rule(name).find(project)]
    assert found == []
