"""What `check` found, for machines and for pages: SARIF, GitHub annotations, Markdown.

Each function gives a whole document as text: the findings in the order that they have, no time, and no path
but those of the findings. Nothing is decided here; for a terminal see `report.py`.
"""

from __future__ import annotations

import html
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from ormony import __version__, edges, rules
from ormony.errors import visible
from ormony.rules.finding import Allowed, Checked, Finding

_LEVELS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "note": "note"}
_COMMANDS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "note": "notice"}
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOWHERE: Final = "ormony.toml"
"""Where a finding without a place is shown: GitHub refuses a document with a result that has no location."""


def place(finding: Finding) -> tuple[str, int | None]:
    """The file and the line of a finding; '' without one."""
    return _apart(finding.place or "")


def _apart(text: str) -> tuple[str, int | None]:
    path, colon, line = text.rpartition(":")
    if path and colon and line.isascii() and line.isdigit():
        return path, max(int(line), 1)
    return text, None


def title(rule: str) -> str:
    """What a rule is about, in one line."""
    if rule in edges.RULES:
        return edges.RULES[rule]
    if rule in rules.RULES:
        return rules.title(rule)
    return rule


def sarif(checked: Checked) -> str:
    """SARIF 2.1.0, as GitHub's code scanning takes it. Allowed findings are results with a suppression."""
    found = [*((each, None) for each in checked.findings), *((a.finding, a) for a in checked.allowed)]
    names = sorted({each.rule for each, _ in found})
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ormony",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": [_descriptor(name) for name in names],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "note", "message": {"text": _plain(f"not checked: {each}")}}
                            for each in checked.skipped
                        ],
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the project"}}},
                "results": [_result(each, allowed, names.index(each.rule)) for each, allowed in found],
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _descriptor(rule: str) -> dict[str, Any]:
    said = title(rule)
    page = inspect.cleandoc(rules.rule(rule).__doc__ or "") if rule in rules.RULES else said
    return {
        "id": rule,
        "shortDescription": {"text": said},
        "fullDescription": {"text": said},
        "help": {"text": page, "markdown": page},
    }


def _result(finding: Finding, allowed: Allowed | None, index: int) -> dict[str, Any]:
    path, line = place(finding)
    whose = (finding.rule, finding.database, finding.object, finding.service or "", path)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(_said(finding))},
        "partialFingerprints": {"ormony/v1": ":".join(whose)},
        "locations": [_location(path or _NOWHERE, line or 1)],
    }
    if finding.sides:
        result["relatedLocations"] = [
            {"id": number, **_location(*_apart(side.place)), "message": {"text": _plain(side.says)}}
            for number, side in enumerate(finding.sides)
        ]
    if allowed is not None:
        path, line = _apart(allowed.by)
        suppression: dict[str, Any] = {"kind": "external" if line is None else "inSource"}
        suppression["justification"] = allowed.reason
        suppression["location"] = _location(path, line)
        result["suppressions"] = [suppression]
    return result


def _location(path: str, line: int | None) -> dict[str, Any]:
    uri = quote(path, errors="surrogateescape")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    if line is not None:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical}


def _said(finding: Finding) -> str:
    """The message, and the hint on lines of its own; no text of a project steers a terminal."""
    lines = [finding.message, *(finding.hint.split("\n") if finding.hint else ())]
    return "\n".join(map(visible, lines))


def _plain(text: str) -> str:
    """A text for SARIF, where `[words](1)` would be a link to a related location."""
    return re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", text)


def github(checked: Checked) -> str:
    """Workflow commands: GitHub shows each beside its line in a pull request; then a summary for the log."""
    lines = []
    for each in checked.findings:
        path, line = place(each)
        words = [f"file={_property(path)}"] if path else []
        words += [f"line={line}"] if line is not None else []
        words.append(f"title={_property(each.rule)}")
        lines.append(f"::{_COMMANDS[each.severity]} {','.join(words)}::{_data(_said(each))}\n")
    lines += [f"not checked: {_talk(each)}\n" for each in checked.skipped]
    return "".join([*lines, f"ormony check: {_summary(checked)}\n"])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def _talk(text: str) -> str:
    """Text for the log alone: the runner takes `##[…]` for a command wherever it stands."""
    return visible(text).replace("##[", "## [")


def _summary(checked: Checked) -> str:
    """`2 errors, 1 warning (1 allowed)`."""
    counts = {name: sum(each.severity == name for each in checked.findings) for name in _LEVELS}
    said = ", ".join(f"{number} {name}{'s' * (number > 1)}" for name, number in counts.items() if number)
    asides = [
        f"{number} {what}"
        for number, what in (
            (len(checked.allowed), "allowed"),
            (checked.known, "known by the baseline"),
            (checked.gone, "of the baseline gone"),
        )
        if number
    ]
    return (said or "nothing to mend") + (f" ({'; '.join(asides)})" if asides else "")


def markdown(checked: Checked) -> str:
    """A table for a pull request's comment, and below it what was allowed and what was not looked at."""
    parts = [f"**ormony check**: {_summary(checked)}.\n"]
    if checked.findings:
        parts.append("\n| | rule | what | where |\n|---|---|---|---|\n")
    for each in checked.findings:
        hint = "".join(f"<br><code>{_cell(line)}</code>" for line in (each.hint or "").split("\n") if line)
        sides = "".join(f"<br>{_cell(side.place)}: {_cell(side.says)}" for side in each.sides)
        what = f"{_cell(each.message)}{hint}"
        parts.append(
            f"| {each.severity} | {_cell(each.rule)} | {what} | {_cell(each.place or '')}{sides} |\n"
        )
    if checked.allowed:
        parts.append("\nAllowed:\n\n")
    for one in checked.allowed:
        named = " ".join(filter(None, (_cell(one.finding.rule), _cell(one.finding.object))))
        parts.append(f"- {named}: {_cell(one.reason)}\n")
    if checked.skipped:
        parts.append("\n")
    parts += [f"- not checked: {_cell(each)}\n" for each in checked.skipped]
    return "".join(parts)


def _cell(text: str) -> str:
    """Text that Markdown shows as it is, in a table too: no markup, no HTML, no formula, nobody mentioned."""
    plain = re.sub(r"([\\`*_\[\]|~])", r"\\\1", html.escape(visible(text), quote=False))
    return plain.replace("$", "&#36;").replace("@", "@<!-- -->")
