"""What the answers come to: cells of the matrix, leaks, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ormony.access import (
    ALLOW,
    APART,
    DENY,
    FILTER,
    UNKNOWN,
    Asked,
    Leak,
    Line,
    Persona,
    Unknown,
    sorted_lines,
)

_WORST: Final = {ALLOW: 0, UNKNOWN: 1, FILTER: 3, DENY: 4, APART: 5}
_AN_ERROR: Final = 2


class Tally:
    """Collects what personas were answered; of several answers to one cell the most permissive stands."""

    def __init__(self, personas: Sequence[Persona]) -> None:
        self._personas = personas
        self._cells: dict[tuple[str, str, str], dict[str, str]] = {}
        self._leaks: dict[tuple[str, str, str], Leak] = {}
        self._unknown: dict[tuple[str, str], str] = {}
        self._answers: dict[tuple[str, str, str], str] = {}

    def cell(self, persona: Persona, label: str, command: str, row: str, value: str, why: str = "") -> None:
        """Note an answer; `why` it is not known."""
        held = self._cells.setdefault((label, command, row), {})
        before = held.get(persona.name)
        if before is None or _rank(value) < _rank(before):
            held[persona.name] = value
        if value == UNKNOWN and why:
            self._unknown.setdefault((label, command), why)

    def of_no_row(
        self, persona: Persona, label: str, command: str, value: str, failed: bool, why: str
    ) -> None:
        """Note an answer that hangs on nobody's rows; `failed` where it does for everybody alike."""
        self._answers[label, command, persona.name] = value
        self.cell(persona, label, command, "any", UNKNOWN if failed else value, why)

    def knows(self, label: str, command: str, persona: Persona) -> bool:
        """Is the leak noted already?"""
        return (label, command, self._told_as(persona.name)) in self._leaks

    def leak(self, leak: Leak) -> None:
        """Note a leak, once."""
        self._leaks.setdefault((leak.object, leak.command, self._told_as(leak.persona)), leak)

    def asked(self) -> Asked:
        """The whole, in order; to be called once, when all personas are through."""
        self._settle()
        for name, command, who in list(self._leaks):  # what an INSERT does, these do too
            if command in ("insert-returning", "upsert") and (name, "insert", who) in self._leaks:
                del self._leaks[name, command, who]
        lines = [
            Line(*key, tuple(values.get(each.name, APART) for each in self._personas))
            for key, values in self._cells.items()
            if set(values.values()) != {APART} and not self._says_nothing(key, values)
        ]
        return Asked(
            lines=sorted_lines(lines),
            leaks=tuple(sorted(self._leaks.values(), key=self._nearest)),
            unknown=tuple(Unknown(*what, why) for what, why in self._unknown.items()),
        )

    def _says_nothing(self, key: tuple[str, str, str], values: Mapping[str, str]) -> bool:
        """Is the line as another one that it is only looked at beside?"""
        name, command, row = key
        if row == "colleague":
            beside = self._cells.get((name, command, "own"), {})
        elif command in ("insert-returning", "upsert"):
            beside = self._cells.get((name, "insert", row), {})
        else:
            return False
        return all(value == beside.get(who) for who, value in values.items())

    def _settle(self) -> None:
        """One kind of row for each view and function: what hangs on rows for one persona does so for all."""
        for name, command, row in list(self._cells):
            told = {r for r in ("own", "other") if (name, command, r) in self._cells}
            if row != "any" or not told:
                continue
            for persona in self._personas:
                value = self._cells[name, command, row].get(persona.name)
                if value is None:
                    continue
                value = self._answers.get((name, command, persona.name), value)
                value = FILTER if value == ALLOW else value  # its answer tells nothing of anybody's rows
                self._cells.setdefault((name, command, "other"), {}).setdefault(persona.name, value)
                mine = value if persona.tenant is not None else APART
                self._cells.setdefault((name, command, "own"), {}).setdefault(persona.name, mine)
            del self._cells[name, command, row]
            if all(UNKNOWN not in self._cells.get((name, command, r), {}).values() for r in ("own", "other")):
                self._unknown.pop((name, command), None)

    def _told_as(self, persona: str) -> str:
        """One leak is told of all members; one with a fixture is something else, and may be meant."""
        return persona if any(p.name == persona and p.fixture for p in self._personas) else ""

    def _nearest(self, leak: Leak) -> tuple[bool, str, str, bool, str]:
        """Tables first: what is wrong with them shows in views, too. Then who needs no fixture."""
        elsewhere = leak.at is None or leak.at.kind != "table"
        return elsewhere, leak.object, leak.command, bool(self._told_as(leak.persona)), leak.persona


def _rank(value: str) -> int:
    return _WORST.get(value, _AN_ERROR)
