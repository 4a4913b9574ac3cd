"""The documents of `check`: valid by their schema, and texts of a project are no more than text."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sarif_kit import validate

from ormony import __version__, edges, formats, report, rules
from ormony.history import Notice
from ormony.rules.finding import Allowed, Checked, Finding, Side

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "check.md"
PLAIN = Finding(
    rule="mirror-breaks-reads",
    severity="error",
    message="User, the model of public.users in api, has nick, which the table has not",
    object="public.users.nick",
    place="api/app/models.py:12",
    sides=(Side("supabase/migrations/00001_tables.sql:3", "public.users in the migrations"),),
    hint="ormony mirror --write --service api   # edits the model",
    service="api",
    database="main",
)
NOWHERE = Finding(
    rule="drift", severity="error", message="table public.t is in the database, and nowhere else"
)
FOLDER = Finding(rule="native-check", severity="warning", message="differs", place="services/api")
FIRST = Finding(rule="late-file", severity="note", message="late", place="stream/00001.sql:0")
STRANGE = Finding(
    rule="squawk/ban-drop-column",
    severity="warning",
    message="100% of `a|b` <img src=x> [x](1) is \u201cdrôle\u201d 漢字\nnext\x1b[31m ##[warning]x @you $1 "
    "and $2 &lt;",
    object='public."a b"',
    place="dir with space/50%, a:b/ü.sql:7",
    sides=(Side("no line", "one"), Side("x:y", "two"), Side("a b.sql:3", "three|four")),
    hint='ALTER TABLE "a|b"\n  DROP x;   -- 5%',
)
EVERY = Checked(
    findings=(PLAIN, NOWHERE, STRANGE, FOLDER, FIRST),
    allowed=(
        Allowed(finding=FIRST, reason="it is | meant", by="stream/00001.sql:3"),
        Allowed(finding=NOWHERE, reason="ours", by="ormony.toml"),
    ),
    known=2,
    gone=1,
    skipped=("3 statements of api that are put together when they run", "##[error]x\n::error::y"),
    asked=("main: 2 files",),
    notices=(Notice(code="unmerged", message="one"),),
)
NONE = Checked(findings=())


def _at(path: str, line: int | None = None) -> dict[str, Any]:
    region = {"region": {"startLine": line}} if line is not None else {}
    return {"physicalLocation": {"artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"}, **region}}


def sarif(checked: Checked) -> Any:
    """The document, once it is valid by the schema of OASIS."""
    document = json.loads(formats.sarif(checked))
    assert validate.validation_errors(document) == []
    return document


def test_the_schema_is_that_of_oasis_and_refuses_what_is_wrong() -> None:
    schema = validate.load_schema()
    assert schema["id"] == formats._SCHEMA
    document = sarif(EVERY)
    assert document["$schema"] == schema["id"]
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert validate.validation_errors(document) != []


@pytest.mark.parametrize("finding", EVERY.findings, ids=lambda each: each.rule)
def test_every_shape_of_a_finding_is_valid_sarif(finding: Finding) -> None:
    (result,) = sarif(Checked(findings=(finding,)))["runs"][0]["results"]
    assert result["ruleId"] == finding.rule
    sarif(Checked(findings=(), allowed=(Allowed(finding=finding, reason="so", by="a.sql:1"),)))


def test_sarif_says_where_everything_is() -> None:
    (run,) = sarif(EVERY)["runs"]
    names = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert names == sorted({each.rule for each in EVERY.findings})
    results = run["results"]
    assert [each["ruleId"] for each in results] == [
        *(each.rule for each in EVERY.findings), "late-file", "drift"
    ]  # fmt: skip
    assert all(names[each["ruleIndex"]] == each["ruleId"] for each in results)
    assert [each["level"] for each in results[:5]] == ["error", "error", "warning", "warning", "note"]
    places = [each["locations"][0]["physicalLocation"] for each in results]
    assert [(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in places[:5]] == [
        ("api/app/models.py", 12),
        ("ormony.toml", 1),
        ("dir%20with%20space/50%25%2C%20a%3Ab/%C3%BC.sql", 7),
        ("services/api", 1),
        ("stream/00001.sql", 1),
    ]
    sides = results[2]["relatedLocations"]
    assert [each["physicalLocation"]["artifactLocation"]["uri"] for each in sides] == [
        "no%20line", "x%3Ay", "a%20b.sql"
    ]  # fmt: skip
    assert [each["physicalLocation"].get("region") for each in sides] == [None, None, {"startLine": 3}]
    assert [each.get("suppressions") for each in results] == [
        *[None] * 5,
        [{"kind": "inSource", "justification": "it is | meant", "location": _at("stream/00001.sql", 3)}],
        [{"kind": "external", "justification": "ours", "location": _at("ormony.toml")}],
    ]
    said = run["invocations"][0]["toolExecutionNotifications"]
    assert said[0]["message"]["text"] == f"not checked: {EVERY.skipped[0]}"


def test_no_text_of_a_project_is_a_link_or_steers_a_terminal_in_sarif() -> None:
    text = sarif(EVERY)["runs"][0]["results"][2]["message"]["text"]
    assert "\\[x](1)" in text
    assert "\x1b" not in text
    assert "漢字\\nnext" in text
    assert text.endswith('ALTER TABLE "a|b"\n  DROP x;   -- 5%')


def test_results_of_two_services_have_fingerprints_of_their_own() -> None:
    other = Finding(
        rule=PLAIN.rule, severity="error", message="x", object=PLAIN.object, service="web", database="main"
    )
    results = sarif(Checked(findings=(PLAIN, other)))["runs"][0]["results"]
    assert len({each["partialFingerprints"]["ormony/v1"] for each in results}) == 2


def test_nothing_found_is_a_document_all_the_same() -> None:
    assert sarif(NONE)["runs"][0]["results"] == []
    assert formats.github(NONE) == "ormony check: nothing to mend\n"
    assert formats.markdown(NONE) == "**ormony check**: nothing to mend.\n"


def test_annotations_of_github() -> None:
    assert formats.github(EVERY).splitlines() == [
        "::error file=api/app/models.py,line=12,title=mirror-breaks-reads::User, the model of public.users "
        "in api, has nick, which the table has not%0Aormony mirror --write --service api   # edits the model",
        "::error title=drift::table public.t is in the database, and nowhere else",
        "::warning file=dir with space/50%25%2C a%3Ab/ü.sql,line=7,title=squawk/ban-drop-column::100%25 of "
        "`a|b` <img src=x> [x](1) is \u201cdrôle\u201d 漢字\\nnext\\x1b[31m ##[warning]x @you $1 and $2 &lt;"
        '%0AALTER TABLE "a|b"%0A  DROP x;   -- 5%25',
        "::warning file=services/api,title=native-check::differs",
        "::notice file=stream/00001.sql,line=1,title=late-file::late",
        "not checked: 3 statements of api that are put together when they run",
        "not checked: ## [error]x\\n::error::y",
        "ormony check: 2 errors, 2 warnings, 1 note "
        "(2 allowed; 2 known by the baseline; 1 of the baseline gone)",
    ]


def test_markdown() -> None:
    assert formats.markdown(EVERY) == (
        "**ormony check**: 2 errors, 2 warnings, 1 note "
        "(2 allowed; 2 known by the baseline; 1 of the baseline gone).\n"
        "\n| | rule | what | where |\n|---|---|---|---|\n"
        "| error | mirror-breaks-reads | User, the model of public.users in api, has nick, which the table "
        "has not<br><code>ormony mirror --write --service api   # edits the model</code> "
        "| api/app/models.py:12<br>supabase/migrations/00001\\_tables.sql:3: public.users in the "
        "migrations |\n"
        "| error | drift | table public.t is in the database, and nowhere else |  |\n"
        "| warning | squawk/ban-drop-column | 100% of \\`a\\|b\\` &lt;img src=x&gt; \\[x\\](1) is "
        "\u201cdrôle\u201d 漢字\\\\nnext\\\\x1b\\[31m ##\\[warning\\]x @<!-- -->you &#36;1 and "
        "&#36;2 &amp;lt;"
        '<br><code>ALTER TABLE "a\\|b"</code><br><code>  DROP x;   -- 5%</code> '
        "| dir with space/50%, a:b/ü.sql:7<br>no line: one<br>x:y: two<br>a b.sql:3: three\\|four |\n"
        "| warning | native-check | differs | services/api |\n"
        "| note | late-file | late | stream/00001.sql:0 |\n"
        "\nAllowed:\n\n- late-file: it is \\| meant\n- drift: ours\n"
        "\n- not checked: 3 statements of api that are put together when they run\n"
        "- not checked: ##\\[error\\]x\\\\n::error::y\n"
    )


def test_json_has_every_field_in_its_order() -> None:
    document = msgspec.json.decode(msgspec.json.encode(report.as_json(EVERY)))
    assert list(document) == [
        "findings", "allowed", "known", "gone", "skipped", "asked", "fixed", "baseline", "strict", "notices"
    ]  # fmt: skip
    assert list(document["findings"][0]) == [
        "rule", "severity", "message", "object", "place", "sides", "hint", "service", "database"
    ]  # fmt: skip
    assert document["findings"][0]["sides"] == [
        {"place": "supabase/migrations/00001_tables.sql:3", "says": "public.users in the migrations"}
    ]
    assert document["allowed"][1]["finding"]["rule"] == "drift"


def test_the_page_has_every_edge_and_every_field() -> None:
    rows = re.findall(r"^\| (`.*?`) \|(.*)\|$", PAGE.read_text(), re.MULTILINE)
    first = [name for cell, _ in rows for name in re.findall(r"`([^`]+)`", cell)]
    assert [name for name in first if name in edges.RULES] == list(edges.RULES)
    assert all(len(rest.split("|")) == 3 for cell, rest in rows if cell.strip("`") in edges.RULES)
    for fields in (Checked.__struct_fields__, Finding.__struct_fields__):
        assert set(fields) <= set(first)


def test_every_rule_has_a_title_and_a_page_in_sarif() -> None:
    names = [*rules.RULES, *edges.RULES, "squawk/prefer-robust-stmts"]
    found = sarif(
        Checked(findings=tuple(Finding(rule=name, severity="error", message="x") for name in names))
    )
    for each in found["runs"][0]["tool"]["driver"]["rules"]:
        assert each["shortDescription"]["text"]
        assert each["help"]["text"].startswith(each["shortDescription"]["text"][:20])


def test_one_result_is_one_text_whatever_was_before() -> None:
    for form in (formats.sarif, formats.github, formats.markdown):
        assert form(EVERY) == form(EVERY)
    said = formats.sarif(EVERY)
    assert not re.search(r"\d{4}-\d\d-\d\d|startTime|endTime|workingDirectory|commandLine", said)
    assert json.loads(said)["runs"][0]["tool"]["driver"]["version"] == __version__


TEXTS = st.text(max_size=40)
PLACES = st.one_of(st.none(), st.builds("{}:{}".format, TEXTS, st.integers(0, 999)), TEXTS)
FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(["drift", "late-file", "squawk/x"]),
    severity=st.sampled_from(["error", "warning", "note"]),
    message=TEXTS,
    object=TEXTS,
    place=PLACES,
    sides=st.lists(st.builds(Side, TEXTS, TEXTS), max_size=2).map(tuple),
    hint=st.one_of(st.none(), TEXTS),
    service=st.one_of(st.none(), TEXTS),
)
ALL = st.builds(
    Checked,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    allowed=st.lists(st.builds(Allowed, finding=FINDINGS, reason=TEXTS), max_size=2).map(tuple),
    skipped=st.lists(TEXTS, max_size=2).map(tuple),
)


@settings(deadline=None, max_examples=60)
@given(ALL)
def test_any_text_is_text(checked: Checked) -> None:
    sarif(checked)
    lines = formats.github(checked).split("\n")
    assert len(lines) == len(checked.findings) + len(checked.skipped) + 2
    assert all(line.startswith("::") for line in lines[: len(checked.findings)])
    assert not any("##[" in line or line.startswith("::") for line in lines[len(checked.findings) :])
    rows = [line for line in formats.markdown(checked).split("\n") if line.startswith("| ")][1:]
    assert len(rows) == len(checked.findings)
    for row, finding in zip(rows, checked.findings, strict=True):
        cells = re.split(r"(?<!\\)(?:\\\\)*\|", row)
        assert len(cells) == 6, row
        assert set(re.findall(r"<[^>]*>", row)) <= {"<br>", "<code>", "</code>", "<!-- -->"}
        assert cells[1].strip() == finding.severity
        shown = cells[3].partition("<br>")[0].replace("@<!-- -->", "@")
        assert (
            html.unescape(re.sub(r"\\(.)", r"\1", shown)).strip() == formats.visible(finding.message).strip()
        )
