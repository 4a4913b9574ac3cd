"""What a user may say of generated code: `[generate.NAME]` of ormony.toml, and what comes out."""

from __future__ import annotations

from typing import Literal

import msgspec

from ormony.codegen.described import Notice
from ormony.files import File

Language = Literal["typescript", "python", "rust"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[generate.NAME]`. Patterns are fnmatch over `schema.name`, of functions without arguments."""

    language: Language
    out: str  # the folder of the generated files, POSIX, relative to the project
    schemas: tuple[str, ...] = ("public",)
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    names: Literal["language", "database"] = "language"  # casing: as the language has it, or as the database
    not_null: tuple[str, ...] = ()  # `view.column`, `function` or `function.column` proved by the user
    types: dict[
        str, str
    ] = {}  # a type (`public.money_amount`) or column (`public.t.c`) -> the language's own type
    lossless: bool = False  # values that the customary type cannot hold exactly get one that can
    # typescript: which function wrappers; "types" alone writes the `Database` type and no wrapper
    wrappers: (
        tuple[Literal["drizzle", "supabase-js", "sqlalchemy", "asyncpg", "psycopg", "sqlx"], ...] | None
    ) = None
    time: Literal["chrono", "time"] = "chrono"  # rust


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one `[generate.NAME]`, paths relative to the project, and what its user should know."""

    files: tuple[File, ...]
    notices: tuple[Notice, ...] = ()
