"""Edits of SQLAlchemy and SQLModel models, in the file's own style, and the first model of a table.

An edit touches the statement of its column, the imports that it needs, and an enum of its labels; all else
of the file stays as it is, byte for byte. What cannot be done without guessing is left, with the reason and
the text to paste. Nothing of the user's is imported or run.
"""

from ormony.adapters.edit_python.editing import edit
from ormony.adapters.edit_python.first_model import first

__all__ = ["edit", "first"]
