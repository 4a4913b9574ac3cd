"""What `check` found, for machines and for pages: SARIF, GitHub annotations, Markdown.

Each function gives a whole document as text. Nothing is decided here; for a terminal see `report.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ormony import __version__, edges, rules
from ormony.errors import visible
from ormony.rules.finding import Checked, Finding

_LEVELS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "note": "note"}
_COMMANDS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "note": "notice"}
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def place(finding: Finding) -> tuple[str, int | None]:
    """The file and the line of a finding; '' without one."""
    path, colon, line = (finding.place or "").rpartition(":")
    if colon and line.isdigit():
        return path, max(int(line), 1)
    return finding.place or "", None


def title(rule: str) -> str:
    """What a rule is about, in one line."""
    if rule in edges.RULES:
        return edges.RULES[rule]
    if rule in rules.RULES:
        return rules.title(rule)
    return rule


def sarif(checked: Checked) -> str:
    """SARIF 2.1.0, as GitHub's code scanning takes it. Allowed findings are results with a suppression."""
    found = [*((each, None) for each in checked.findings), *((a.finding, a.reason) for a in checked.allowed)]
    names = sorted({each.rule for each, _ in found})
    results = []
    for each, reason in found:
        result: dict[str, Any] = {
            "ruleId": each.rule,
            "ruleIndex": names.index(each.rule),
            "level": _LEVELS[each.severity],
            "message": {"text": each.message + (f"\n{each.hint}" if each.hint else "")},
            "partialFingerprints": {"ormony/v1": f"{each.rule}:{each.database}:{each.object}"},
        }
        where = _location(*place(each))
        if where is not None:
            result["locations"] = [where]
        sides: list[dict[str, Any]] = []
        for side in each.sides:
            path, _, line = side.place.rpartition(":")
            other = _location(path or side.place, int(line) if path and line.isdigit() else None)
            if other is not None:
                sides.append({"id": len(sides), **other, "message": {"text": side.says}})
        if sides:
            result["relatedLocations"] = sides
        if reason is not None:
            result["suppressions"] = [{"kind": "inSource", "justification": reason}]
        results.append(result)
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
                        "rules": [{"id": name, "shortDescription": {"text": title(name)}} for name in names],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the project"}}},
                "results": results,
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _location(path: str, line: int | None) -> dict[str, Any] | None:
    if not path:
        return None
    from urllib.parse import quote

    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"}}
    if line is not None:
        physical["region"] = {"startLine": max(line, 1)}
    return {"physicalLocation": physical}


def github(checked: Checked) -> str:
    """Workflow commands: GitHub shows each beside its line in the pull request."""
    lines = []
    for each in checked.findings:
        path, line = place(each)
        words = [f"file={_property(path)}"] if path else []
        words += [f"line={line}"] if line is not None else []
        words.append(f"title={_property(each.rule)}")
        text = each.message + (f"\n{each.hint}" if each.hint else "")
        lines.append(f"::{_COMMANDS[each.severity]} {','.join(words)}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(checked: Checked) -> str:
    """A table for a pull request's comment, and what was allowed below it."""
    counts = {name: sum(each.severity == name for each in checked.findings) for name in _LEVELS}
    if not checked.findings:
        head = "**ormony check**: nothing to mend.\n"
    else:
        said = ", ".join(f"{number} {name}{'s' * (number > 1)}" for name, number in counts.items() if number)
        head = f"**ormony check**: {said}.\n\n| | rule | what | where |\n|---|---|---|---|\n"
    rows = [
        f"| {each.severity} | `{each.rule}` | {_cell(each.message)}"
        f"{f'<br>`{_cell(each.hint)}`' if each.hint else ''} | {_cell(each.place or '')} |\n"
        for each in checked.findings
    ]
    more = [
        f"- `{each.finding.rule}` {_cell(each.finding.object)}: {_cell(each.reason)}\n"
        for each in checked.allowed
    ]
    left = [f"- not checked: {_cell(each)}\n" for each in checked.skipped]
    return "".join(
        [head, *rows, *(["\nAllowed:\n\n", *more] if more else []), *(["\n", *left] if left else [])]
    )


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
