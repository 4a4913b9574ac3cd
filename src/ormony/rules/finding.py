"""What a rule reports, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

from ormony.errors import FINDINGS
from ormony.history import History, Notice, Service
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.access import Differs, Matrix
    from ormony.catalog import Catalog

Severity = Literal["error", "warning", "note"]
"""Errors fail `check`; warnings do with --strict; notes are shown with --verbose alone."""


class Side(msgspec.Struct, frozen=True):
    """Another place that a finding is about: `file:line`, and what stands there."""

    place: str
    says: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend.

    `rule` is the name of the rule's file with hyphens. `message` is one lower-case sentence that names the
    object in full; `object` the object alone (`public.users.id`). `place` is `file:line` where it is mended,
    relative to the project. `hint` is a command, or what to write, ready to paste.
    """

    rule: str
    severity: Severity
    message: str
    object: str = ""
    place: str | None = None
    sides: tuple[Side, ...] = ()
    hint: str | None = None
    service: str | None = None
    database: str = ""


RANKS: Final[Mapping[Severity, int]] = {"error": 0, "warning": 1, "note": 2}


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that is meant to be, and who says why.

    `by` is where: `file:line` of a comment, or the configuration, which has no line.
    """

    finding: Finding
    reason: str
    by: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `check`: findings, worst first, by place; what was allowed; what was not looked at."""

    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...] = ()
    known: int = 0  # findings of the baseline that are still there
    gone: int = 0  # findings of the baseline that are no more
    skipped: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()  # what was looked at, for people
    fixed: tuple[str, ...] = ()  # files that --fix wrote
    baseline: str | None = None  # the file that --write-baseline wrote
    strict: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 when something fails: errors, and with `strict` warnings."""
        worst = 1 if self.strict else 0
        return FINDINGS if any(RANKS[each.severity] <= worst for each in self.findings) else 0


class Matrixed(msgspec.Struct, frozen=True, kw_only=True):
    """One database: its matrix, the file, what differs from it, and what is to be mended."""

    database: str
    file: str
    exists: bool
    matrix: Matrix
    differs: tuple[Differs, ...]
    findings: tuple[Finding, ...]


class Accessed(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `access`."""

    databases: tuple[Matrixed, ...]
    written: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 where an error was found, or the file is another one and was not written."""
        found = [each for database in self.databases for each in database.findings]
        return FINDINGS if any(each.severity == "error" for each in found) else 0


class Evidence(Protocol):
    """What `check` knows of one database of the project. What costs a server is made when it is asked for."""

    @property
    def name(self) -> str:
        """The database's name in ormony.toml."""

    @property
    def stream(self) -> tuple[StreamFile, ...]:
        """The files of the stream, in order."""

    @property
    def frozen(self) -> frozenset[str]:
        """Paths of stream files that never change again: rules about style look at the others alone."""

    @property
    def services(self) -> tuple[Service, ...]:
        """Its services, by lane."""

    @property
    def histories(self) -> Mapping[str, History]:
        """What each service's own tool has, by the service's name."""

    @property
    def catalog(self) -> Catalog:
        """What the stream makes of an empty database, without Supabase's surface and the ledgers."""

    def text(self, path: str) -> str | None:
        """The text of a file of the project, None when it is not there."""
