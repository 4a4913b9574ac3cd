"""Names and texts as SQL writes them."""

from __future__ import annotations

from ormony.errors import OrmonyError


def quote_identifier(name: str) -> str:
    """The identifier in double quotes, always. Raises `bad-identifier` for what no identifier can hold."""
    if not name or "\0" in name:
        raise OrmonyError("bad-identifier", f"{name!r} cannot be an identifier")
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """The string literal, safe under both settings of standard_conforming_strings. Raises `bad-literal` for a
    null byte.
    """
    if "\0" in text:
        raise OrmonyError("bad-literal", "a string literal cannot hold a null byte")
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted
