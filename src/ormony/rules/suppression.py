"""Findings that are meant to be: `-- ormony: allow rule-name reason` in the file itself.

The line stands over the statement, or among the comments at the top of the file, and then holds for all of
it. A reason is needed: without one the line allows nothing.
"""

from __future__ import annotations

import re
from typing import Final

from ormony import sql
from ormony.errors import OrmonyError
from ormony.rules.finding import Finding

_COMMENT: Final = re.compile(r"\s*(?:--|#|//|\*|/\*+)\s?(.*?)\s*(?:\*/)?\s*")
_ALLOW: Final = re.compile(r"ormony:\s+allow\s+([\w./-]+)\s+(\S.*)")
_UNREASONED: Final = re.compile(r"ormony:\s+allow\s+([\w./-]+)")


def suppressed(finding: Finding, text: str) -> tuple[str, int] | None:
    """The reason for which the file allows the finding, and the line that says so; None where it does not.

    `text` is that of the file that `finding.place` names. In a file that is not SQL a comment of its language
    does: `# ormony: allow …`, `// ormony: allow …`.
    """
    if finding.rule not in text:  # most files allow nothing, and parsing is dear
        return None
    path, _, number = (finding.place or "").rpartition(":")
    lines = text.removeprefix("\ufeff").splitlines()
    for each, line in enumerate(lines, 1):
        said = _said(line)
        if said is None and line.strip():
            break
        reason = _reason(said, finding.rule)
        if reason is not None:
            return reason, each
    if not number.isdigit():
        return None
    at = int(number)
    for first in {at, _beginning(path, text, at)}:
        for each in range(first - 1, 0, -1):
            said = _said(lines[each - 1]) if each <= len(lines) else ""
            if said is None:
                break
            reason = _reason(said, finding.rule)
            if reason is not None:
                return reason, each
    return None


def unreasoned(finding: Finding, text: str) -> int | None:
    """The line that would allow the finding's rule if it said why; None where there is none."""
    if finding.rule not in text:
        return None
    for number, line in enumerate(text.splitlines(), 1):
        match = _UNREASONED.fullmatch(_said(line) or "")
        if match and match[1] == finding.rule:
            return number
    return None


def _said(line: str) -> str | None:
    """What a line that is a comment alone says."""
    match = _COMMENT.fullmatch(line)
    return match[1] if match else None


def _reason(said: str | None, rule: str) -> str | None:
    match = _ALLOW.fullmatch(said) if said else None
    return match[2].rstrip() if match and match[1] == rule else None


def _beginning(path: str, text: str, line: int) -> int:
    """The first line of the statement that the line lies in; the line itself outside of SQL."""
    if not path.endswith(".sql"):
        return line
    try:
        found = sql.statements(text.replace(sql.BREAKPOINT, ";" + " " * (len(sql.BREAKPOINT) - 1)))
    except OrmonyError:
        return line
    for each in found:
        if each.line <= line <= each.line + each.sql.count("\n"):
            return each.line
    return line
