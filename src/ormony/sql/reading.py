"""Texts as the parser reads them: statements with their places and trees, tokens, errors at file and line.

It alone binds the parser (libpg_query, PostgreSQL 18's grammar), and loads it at the first text that is read.
"""

from __future__ import annotations

import gc
import importlib.util
import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from ormony.errors import OrmonyError

Node = dict[str, Any]  # a node of the parse tree as libpg_query's JSON has it


class Raw(msgspec.Struct, frozen=True):
    """A statement of a parsed text; `begin` and `end` are byte offsets as the parser gave them."""

    node: Node
    begin: int
    end: int | None  # of the semicolon; None: the text ended without one


class Unreadable(Exception):
    """What the parser says of a text; `position` counts characters from 1, 0 where it names none."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One SQL command of a text.

    `sql` runs from its first to its last token, without the semicolon; `kind` is the parser's node, e.g.
    `CreateStmt`. `start` and `stop` are offsets in characters: of the first token, and after the semicolon
    (or the last token). `line` and `column` count characters from 1.
    """

    sql: str
    kind: str
    start: int
    stop: int
    line: int
    column: int


@cache
def parser() -> Any:
    """libpg_query, by the module of postgast that binds it, without the rest of postgast.

    The package loads classes of protobuf for every node, which takes longer than to parse hundreds of files,
    and our trees come as JSON. Who needs tokens or writes SQL from a tree imports postgast itself.
    """
    package = importlib.util.find_spec("postgast")
    folders = package.submodule_search_locations if package is not None else None
    place = Path(folders[0]) / "native.py" if folders else Path()
    if "postgast" in sys.modules or not place.is_file():
        from postgast import native

        return native.lib
    spec = importlib.util.spec_from_file_location("ormony_libpg_query", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lib


def refuse(result: Any) -> None:
    """Raise Unreadable where the parser gave an error."""
    if result.error:
        error = result.error.contents
        raise Unreadable((error.message or b"unknown error").decode(), error.cursorpos)


def parsed(sql: str) -> tuple[Raw, ...]:
    """The statements of `sql`. Raises Unreadable."""
    library = parser()
    result = library.pg_query_parse(sql.encode())
    try:
        refuse(result)
        tree = _decode(result.parse_tree)
    finally:
        library.pg_query_free_parse_result(result)
    found = []
    for entry in tree.get("stmts", ()):
        begin, length = entry.get("stmt_location", 0), entry.get("stmt_len", 0)
        found.append(Raw(entry["stmt"], begin, begin + length if length else None))
    return tuple(found)


def _decode(data: bytes) -> Any:
    """JSON as Python values, without the garbage collector, which would go through the growing tree again and
    again.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return msgspec.json.decode(data)
    finally:
        if collects:
            gc.enable()


def try_parse(sql: str) -> tuple[Raw, ...]:
    """Like `parsed`, but nothing where the text is not SQL: the server will say so when it runs."""
    try:
        return parsed(sql) if "\0" not in sql else ()
    except (Unreadable, RecursionError, UnicodeEncodeError):
        return ()


@lru_cache(maxsize=8)  # the callers ask several questions of one text in a row; trees are large
def read(text: str, path: str | None) -> tuple[tuple[Raw, Statement], ...]:
    """The statements of a text, each with its tree. Raises like `statements`."""
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise OrmonyError("sql-syntax", "the text holds a null byte, which SQL cannot", place=_at(path, line))
    readable = " " + text[1:] if text.startswith("\ufeff") else text
    try:
        data = readable.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise OrmonyError("sql-syntax", "the text is not Unicode", place=_at(path, line)) from None
    try:
        raws = parsed(readable)
    except Unreadable as error:
        raise refusal(readable, error.message, max(error.position - 1, 0), path) from None
    except RecursionError:
        raise OrmonyError(
            "sql-too-deep",
            "an expression is nested too deeply to be read",
            place=path,
            hint="split the expression",
        ) from None
    found = []
    last_byte = last_char = 0
    line, line_start = 1, 0
    for raw in raws:
        first = _skip_blank(data, raw.begin)
        stop = raw.end if raw.end is not None else _last_token(readable)
        start_char = last_char + len(data[last_byte:first].decode())
        line += readable.count("\n", last_char, start_char)
        line_start = readable.rfind("\n", 0, start_char) + 1
        body = data[first:stop].decode()
        last_byte, last_char = stop, start_char + len(body)
        kind = next(iter(raw.node))
        found.append(
            (
                raw,
                Statement(
                    sql=body.rstrip(),
                    kind=kind,
                    start=start_char,
                    stop=last_char + (raw.end is not None),
                    line=line,
                    column=start_char - line_start + 1,
                ),
            )
        )
        line += body.count("\n")
        if kind == "CopyStmt" and raw.node[kind].get("is_from") and not _copies_from_file(raw.node[kind]):
            raise _psql_only("COPY … FROM stdin", path, found[-1][1].line, found[-1][1].column)
    return tuple(found)


def _copies_from_file(copy: Node) -> bool:
    return bool(copy.get("filename"))


def _at(path: str | None, line: int, column: int | None = None) -> str:
    """`path:line:column`, or `line:column` where there is no path."""
    where = f"{line}:{column}" if column is not None else str(line)
    return f"{path}:{where}" if path else where


def _psql_only(what: str, path: str | None, line: int, column: int) -> OrmonyError:
    return OrmonyError(
        "psql-only",
        f"{what} is a matter of psql and cannot run from a migration",
        place=_at(path, line, column),
        hint="for a dump: pg_dump --schema-only …, and remove the lines that begin with a backslash",
    )


def refusal(text: str, message: str, at: int, path: str | None) -> OrmonyError:
    """The error of a text that is not SQL, at its line and column; `at` is an offset."""
    before = text[:at]  # an error's position counts characters, unlike all other positions of the parser
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    if text[len(before) : len(before) + 1] == "\\":
        command = text[len(before) :].split(None, 1)[0] if text[len(before) :].split() else "\\"
        return _psql_only(command, path, line, column)
    copy = re.search(r"^[ \t]*copy\s[^;]*\sfrom\s+stdin\b", before, re.IGNORECASE | re.MULTILINE)
    if copy:
        return _psql_only("COPY … FROM stdin", path, before.count("\n", 0, copy.start()) + 1, 1)
    return OrmonyError("sql-syntax", message, place=_at(path, line, column))


_BLANK: Final = re.compile(rb"(?:[\s]+|--[^\r\n]*)*")


def _skip_blank(data: bytes, at: int) -> int:
    """The offset of the first byte from `at` that is neither blank nor comment; block comments nest."""
    while True:
        match = _BLANK.match(data, at)
        at = match.end() if match else at
        if data[at : at + 2] != b"/*":
            return at
        depth = 0
        for mark in re.finditer(rb"/\*|\*/", data[at:]):
            depth += 1 if mark[0] == b"/*" else -1
            if depth == 0:
                at += mark.end()
                break
        else:
            return len(data)


def tokens_of(sql: str) -> list[tuple[int, int]]:
    """First and last byte offset of each token that is no comment."""
    from postgast import scan
    from postgast.pg_query_pb2 import Token

    comments = {Token.Value("SQL_COMMENT"), Token.Value("C_COMMENT")}
    return [(token.start, token.end) for token in scan(sql).tokens if token.token not in comments]


def _last_token(sql: str) -> int:
    tokens = tokens_of(sql)
    return tokens[-1][1] if tokens else 0


def statements(text: str, path: str | None = None) -> tuple[Statement, ...]:
    """The statements of `text` in order; empty ones (`;;`) are left out.

    Raises `sql-syntax` at `path:line:column`, and `psql-only` for psql's commands and COPY FROM stdin.
    """
    return tuple(statement for _, statement in read(text, path))


def words(sql: str) -> tuple[str, ...]:
    """The tokens of a piece of SQL as they are written, quoted ones with their quotes."""
    data = sql.encode()
    return tuple(data[start:end].decode() for start, end in tokens_of(sql))


def same_code(left: str, right: str) -> bool:
    """Whether both texts have the same tokens: they differ in comments and white space only."""
    return left == right or _code(left) == _code(right)


def _code(text: str) -> list[bytes] | str:
    from postgast.errors import PgQueryError

    readable = text.lstrip("\ufeff")
    try:
        data = readable.encode()
        found = [data[start:end] for start, end in tokens_of(readable)]
    except (PgQueryError, UnicodeEncodeError):
        return text  # what cannot be read is equal to itself only
    return [each for each in found if each != b";"]


def strings_of(parts: Iterable[Node]) -> list[str]:
    """The texts of a list of String nodes, as the parser has a qualified name."""
    return [str(part["String"].get("sval", "")) for part in parts if "String" in part]


def options_of(entries: Iterable[Node]) -> dict[str, Node]:
    """The options of a statement by name."""
    return {
        entry["DefElem"]["defname"]: entry["DefElem"].get("arg", {})
        for entry in entries
        if "DefElem" in entry
    }
