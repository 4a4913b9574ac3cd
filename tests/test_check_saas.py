"""`check` on the example of three services: nothing as it is, and each tool's own check agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

import saas

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return saas.copy(tmp_path / "saas")


def test_the_example_is_clean_and_every_tool_agrees(project: Path) -> None:
    checked = saas.ormony_json(project, "check", "--native", "--strict")
    assert checked["findings"] == []
    assert [each["finding"]["rule"] for each in checked["allowed"]] == ["mirror-incomplete"]
    assert not [each for each in checked["skipped"] if "by its own tool" in each]


def test_a_model_that_is_ahead_is_found_by_us_and_by_its_tool(project: Path) -> None:
    path = project / saas.PYTHON / "app/models.py"
    text = path.read_text()
    old = "    name: Mapped[str]\n"
    assert old in text
    path.write_text(text.replace(old, old + "    floor: Mapped[int | None]\n", 1))
    checked = saas.ormony_json(project, "check", "--native", exit_status=1)
    (drift,) = checked["findings"]  # its tool agrees, and repeats nothing
    assert drift["rule"] == "model-drift"
    line = path.read_text().splitlines().index("    floor: Mapped[int | None]") + 1
    assert drift["place"] == f"{saas.PYTHON}/app/models.py:{line}"
    assert drift["object"].endswith(".floor")
