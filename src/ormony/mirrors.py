"""Is a model of a table that another service owns safe to read and write through?

A mirror is judged by what would break: reads (the database's values are not all among the model's), writes
(the model's values are not all among the database's, or a row that the model makes is refused), or nothing.
Pure: adapters and catalogs give the shapes, `adapters/edit_*.py` carry out the edits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Breaks = Literal["reads", "writes", "incomplete", "cosmetic"]
"""`incomplete`: the model lacks a column that it needs neither to read nor to write."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A column as a table or a model has it.

    `type` is as `format_type` prints it (`character varying(20)`, `public.prem_status`), or for a language
    that has types of its own, the PostgreSQL types that its type takes, in `types`, `type` being the first.
    `default` is the SQL expression that the server fills in, '' for an identity or serial column. `filled`
    says that the model itself always gives a value (`default_factory`, `$defaultFn`).
    """

    name: str
    type: str
    types: tuple[str, ...] = ()
    not_null: bool = False
    default: str | None = None
    generated: bool = False
    filled: bool = False


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key: columns, and (schema, table) and columns that they reference."""

    columns: tuple[str, ...]
    references: tuple[str, str]
    referenced: tuple[str, ...]
    name: str = ""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A table as one side has it. `enums` are the labels of the enum types that its columns have.

    `keys_known` is False for a model that cannot say foreign keys or primary keys (a Rust struct).
    """

    schema: str
    name: str
    fields: tuple[Field, ...]
    primary: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    keys: tuple[Key, ...] = ()
    enums: Mapping[str, tuple[str, ...]] = {}
    keys_known: bool = True
    view: bool = False

    def field(self, name: str) -> Field | None:
        """The field of this name."""
        return next((each for each in self.fields if each.name == name), None)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between a model and the table: what it breaks, and why, for people.

    `column` is '' where it is about the whole table. `edit` would mend the model, None where nothing does.
    """

    breaks: Breaks
    column: str
    message: str
    edit: Edit | None = None


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a model's text. `field` is the column as the database has it; None to remove it.

    `change` names the parts that differ, of: type, null, default, reference. `reference` is the foreign key
    that the column has in the database, alone in its key.
    """

    action: Literal["add", "alter", "remove"]
    column: str
    field: Field | None = None
    change: tuple[str, ...] = ()
    reference: Key | None = None
    labels: tuple[str, ...] = ()  # of the column's enum
    after: str | None = None  # the column before it in the table, for `add`


class Place(msgspec.Struct, frozen=True):
    """Where a model says something: a file relative to the project, POSIX, and a line from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        """`path:line`."""
        return f"{self.path}:{self.line}"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of a table in a service's source. `places` has one for each column, and for '' the model's own.

    `name` is the class, constant or struct. `shape` is what the source alone says, where it can: a Rust
    struct; for SQLAlchemy and Drizzle a shadow says it (`shape_of`). `indirect`: the columns come from
    somewhere that cannot be edited here (a base class of another file, a spread).
    """

    schema: str
    table: str
    name: str
    places: Mapping[str, Place]
    shape: Shape | None = None


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """A file with edits made, and those that were not, each with the reason and what to paste instead."""

    text: str
    done: tuple[Edit, ...] = ()
    left: tuple[tuple[Edit, str], ...] = ()
