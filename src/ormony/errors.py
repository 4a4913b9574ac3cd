"""Every error that a user can meet: a code, a place, what happened, what to do.

Nothing else is raised on purpose. A traceback on a user's screen is our bug. This module prints nothing:
`cli.py` does, and it turns `exit_status` into the exit status of the process.
"""

from __future__ import annotations

import re
from typing import Final

FINDINGS: Final = 1
USAGE: Final = 2
DATABASE: Final = 3
TOOL_MISSING: Final = 4


_INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text on one line, with every character escaped that would end the line or steer a terminal.

    A message quotes what a project or a server says, and neither may pretend to be us.
    """
    return _INVISIBLE.sub(lambda found: ascii(found[0])[1:-1], text)


class OrmonyError(Exception):
    """A refusal: nothing was written and nothing applied, or the message says exactly what was.

    `code` is stable, kebab-case, and has a line in docs/reference/errors.md. `message` is lower case, in
    PostgreSQL's wording, with the object named in full. `hint` is a command or SQL to paste. `place` is
    `file`, `file:line` or `file:line:column`, relative to the project.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        place: str | None = None,
        exit_status: int = USAGE,
    ) -> None:
        message = visible(message)
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = "\n".join(map(visible, hint.split("\n"))) if hint is not None else None
        self.place = visible(place) if place is not None else None
        self.exit_status = exit_status

    def __str__(self) -> str:
        """The text as the terminal shows it, without colors."""
        where = f"{self.place}: " if self.place else ""
        text = f"{where}error[{self.code}]: {self.message}"
        return f"{text}\nhint: {self.hint}" if self.hint else text
