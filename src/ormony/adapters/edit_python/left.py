"""What is left to people: the reason, and the text to paste."""

from __future__ import annotations


class Left(Exception):
    """An edit that is left to people: why, and what they can paste."""

    def __init__(self, reason: str, paste: str = "") -> None:
        super().__init__(reason)
        self.reason, self.paste = reason, paste

    @property
    def text(self) -> str:
        """The reason, and below it what to paste."""
        return f"{self.reason}\n{self.paste}" if self.paste else self.reason
