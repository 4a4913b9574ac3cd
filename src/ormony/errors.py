"""Every error that a user can meet: a code, a place, what happened, what to do.

Nothing else is raised on purpose. A traceback on a user's screen is our bug. This module prints nothing:
`cli.py` does, and it turns `exit_status` into the exit status of the process.
"""

from __future__ import annotations

from typing import Final

FINDINGS: Final = 1
USAGE: Final = 2
DATABASE: Final = 3
TOOL_MISSING: Final = 4


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
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.place = place
        self.exit_status = exit_status

    def __str__(self) -> str:
        """The text as the terminal shows it, without colors."""
        where = f"{self.place}: " if self.place else ""
        text = f"{where}error[{self.code}]: {self.message}"
        return f"{text}\nhint: {self.hint}" if self.hint else text
