"""The SQL statements that services send: SQLx's cache of checked queries, and literals in the source.

Only text that stands in the source as one literal, or as a constant of the same file, is taken, and only
where it is one whole SELECT, INSERT, UPDATE, DELETE or MERGE. What is put together at run time, is a fragment
or belongs to another database is not judged but counted, with the reason. Nothing of the user's is imported
or run, and nothing is connected to: `database/prepared.py` asks a server.
"""

from __future__ import annotations

import ast
import os
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import msgspec

from ormony import files, sql
from ormony.adapters import sqlx
from ormony.errors import OrmonyError
from ormony.history import Service

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Kind = Literal["sqlx-cache", "rust", "python", "typescript", "sql"]

CACHE: Final = ".sqlx"
_LARGEST: Final = 1 << 20  # bytes of a source file; what is larger is data
_QUERY: Final = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
_LEFT_OUT: Final = frozenset(
    {
        "node_modules", "target", "dist", "build", "vendor", "venv", "site-packages", "__pycache__",
        "coverage", "migrations", "migration", "alembic", "drizzle", "supabase", "out",
    }
)  # fmt: skip
_SUFFIXES: Final = (".rs", ".py", ".sql", ".ts", ".tsx", ".mts", ".cts")

# Reasons, as they are counted.
AT_RUN_TIME: Final = "the text is put together at run time"
FRAGMENT: Final = "the text is not one whole SELECT, INSERT, UPDATE, DELETE or MERGE"
OTHER_DRIVER: Final = "the file names no PostgreSQL driver"
UNREADABLE: Final = "the file cannot be read"
TOO_LARGE: Final = "the file is larger than 1 MiB"
OTHER_DATABASE: Final = "the cached query is for another database than PostgreSQL"
OLD_CACHE: Final = "sqlx-data.json is the cache of SQLx before 0.7"
NO_FILE: Final = "the file that query_file! names does not exist"


class CachedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a cached query. `type` is SQLx's name of it in lower case, as `pg_type` has it where it is
    built in; `custom` where the database defines it, `labels` then those of an enum.
    """

    name: str
    type: str
    nullable: bool | None
    custom: bool = False
    labels: tuple[str, ...] | None = None


class Cached(msgspec.Struct, frozen=True, kw_only=True):
    """What SQLx knew of a query when it was cached. A parameter is a column without a name."""

    path: str
    columns: tuple[CachedColumn, ...]
    parameters: tuple[CachedColumn, ...] | None


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that a service sends. `place` is `path:line` of its literal, `path` of its cache file where
    no literal is found; `also` are further literals of the same cached query.

    `name` is the first 12 digits of SQLx's hash for a cached query, else the place. `aligned` says that the
    lines of `sql` are those of the file. `macro` says that it stands in a macro that SQLx checks: without a
    database such a query compiles only where it is cached.
    """

    name: str
    sql: str
    place: str
    service: str
    kind: Kind
    aligned: bool = False
    also: tuple[str, ...] = ()
    macro: bool = False
    cached: Cached | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The statements of a service, and how many of what looked like one were left out, by reason.

    `where` has the places of those left out, `path:line`, by reason.
    """

    queries: tuple[Query, ...]
    skipped: Mapping[str, int]
    where: Mapping[str, tuple[str, ...]]


class Described(Protocol):
    """A column as the server describes it now: see `database.prepared.Column`."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def internal(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def not_null(self) -> bool | None: ...


def find(root: Path, service: Service, *, without: Collection[str] = ()) -> Found:
    """The statements that the sources of a service hold; starts no process.

    `without` are folders that belong to others, relative to the project. Folders of migrations are left out,
    as are those of build products and hidden ones. Files that cannot be read are counted, never an error.
    """
    run = _Search(root.resolve(), service, frozenset(map(posixpath.normpath, without)))
    caches = run.caches()
    # A workspace's cache holds the queries of all its crates, wherever in it the service lies.
    tops = sorted({service.path, *(posixpath.dirname(each) or "." for each in caches)}, key=len)
    sources = sorted({each for top in tops for each in run.sources(top)})
    own = [each for each in sources if _within(each, service.path)]
    literals = [literal for path in sources for literal in run.literals(path, counted=path in own)]
    # A file that `query_file!` names is one statement, as SQLx sends it.
    checked = {_path_of(each.place) for each in literals if each.macro}
    literals = [each for each in literals if each.kind != "sql" or _path_of(each.place) not in checked]
    queries = run.cached(caches, [each for each in literals if each.macro])
    known = {each.sql for each in queries}
    for each in literals:
        if (each.macro and each.sql in known) or not _within(_path_of(each.place), service.path):
            continue
        if not _is_query(each.sql):
            run.skip(FRAGMENT, each.place)
            continue
        queries.append(
            Query(
                name=each.place, sql=each.sql, place=each.place, service=service.name, kind=each.kind,
                aligned=each.aligned, macro=each.macro,
            )
        )  # fmt: skip
    where = {reason: tuple(sorted(places)) for reason, places in sorted(run.skipped.items())}
    return Found(
        queries=tuple(sorted(queries, key=lambda each: (each.kind != "sqlx-cache", _sortable(each.place)))),
        skipped={reason: len(places) for reason, places in where.items()},
        where=where,
    )


def stale(
    query: Query,
    parameters: Sequence[tuple[str, str, tuple[str, ...]]],
    columns: Sequence[Described],
) -> tuple[str, ...]:
    """In what the cache of a query differs from what the server says of it now, a sentence for each.

    `parameters` are `format_type`, the name in `pg_type`, and the labels of an enum. A column that was never
    null and may be now is told; the other way round it is not, since an outer join may be the reason. Without
    a cache there is nothing to differ.
    """
    if query.cached is None:
        return ()
    return tuple(_differences(query.cached, parameters, columns))


def _differences(
    cached: Cached, parameters: Sequence[tuple[str, str, tuple[str, ...]]], columns: Sequence[Described]
) -> Iterator[str]:
    if cached.parameters is not None:
        if len(cached.parameters) != len(parameters):
            yield f"it had {len(cached.parameters)} parameters and has {len(parameters)}"
        for number, (old, new) in enumerate(zip(cached.parameters, parameters, strict=False), 1):
            yield from _changed_type(f"parameter ${number}", old, *new)
    if len(cached.columns) != len(columns):
        yield f"it had {len(cached.columns)} columns and has {len(columns)}"
        return
    for was, now in zip(cached.columns, columns, strict=True):
        if was.name != now.name:
            yield f'column "{was.name}" is now called "{now.name}"'
            continue
        yield from _changed_type(f'column "{was.name}"', was, now.type, now.internal, now.labels)
        if was.nullable is False and now.not_null is False:
            yield f'column "{was.name}" was never null and may be null now'


def _changed_type(
    what: str, old: CachedColumn, written: str, internal: str, labels: tuple[str, ...]
) -> Iterator[str]:
    if not old.custom:
        if old.type != internal:
            yield f"{what} was {old.type} and is {written}"
        return
    # Its name may have its schema, and an array's was `_name` before SQLx 0.9, `name[]` since.
    names = {_plain(written), _plain(internal), _plain(internal.removeprefix("_") + "[]")}
    if _plain(old.type) not in names:
        yield f"{what} was {old.type} and is {written}"
    elif old.labels is not None and old.labels != labels:
        lost = [each for each in old.labels if each not in labels]
        new = [each for each in labels if each not in old.labels]
        told = [f"lost {', '.join(lost)}"] * bool(lost) + [f"has got {', '.join(new)}"] * bool(new)
        yield f"the enum {old.type} of {what} {' and '.join(told) or 'has another order of its labels'}"


def _plain(name: str) -> str:
    return name.rpartition(".")[2].replace('"', "").lower()


# Search -----------------------------------------------------------------------------------------------------


class _Literal(msgspec.Struct, frozen=True, kw_only=True):
    """SQL text as a source has it. `macro`: of a macro that SQLx checks, so that its cache may have it."""

    sql: str
    place: str
    kind: Kind
    aligned: bool
    macro: bool = False


class _Search:
    """One service's files, and what was left out of them so far."""

    def __init__(self, root: Path, service: Service, without: frozenset[str]) -> None:
        self.root, self.service = root, service
        self.without = without - {posixpath.normpath(service.path)}
        self.migrations = posixpath.normpath(
            posixpath.join(service.path, service.migrations or sqlx.DEFAULT_FOLDER)
        )
        self.skipped: dict[str, list[str]] = {}

    def skip(self, reason: str, place: str) -> None:
        self.skipped.setdefault(reason, []).append(place)

    def caches(self) -> list[str]:
        """The `.sqlx` folders that count for the service: its crates' own, else the workspace's above it."""
        found = [f"{folder}/{CACHE}" for folder, names in self._folders(self.service.path) if CACHE in names]
        place = posixpath.normpath(self.service.path)
        while not found and place != ".":
            place = posixpath.dirname(place) or "."
            if (self.root / place / CACHE).is_dir():
                found = [f"{place}/{CACHE}"]
        for folder in {posixpath.normpath(self.service.path), place}:
            if (self.root / folder / "sqlx-data.json").is_file():
                self.skip(OLD_CACHE, posixpath.normpath(f"{folder}/sqlx-data.json"))
        return sorted(posixpath.normpath(each) for each in found)

    def sources(self, top: str) -> Iterator[str]:
        """Source files below a folder, relative to the project."""
        for folder, _ in self._folders(top):
            with os.scandir(self.root / folder) as entries:
                for entry in entries:
                    if entry.name.endswith(_SUFFIXES) and entry.is_file(follow_symlinks=False):
                        yield posixpath.normpath(f"{folder}/{entry.name}")

    def _folders(self, top: str) -> Iterator[tuple[str, list[str]]]:
        for here, folders, _ in os.walk(self.root / top):
            place = Path(here).relative_to(self.root).as_posix()
            yield place, list(folders)
            folders[:] = sorted(
                each
                for each in folders
                if each not in _LEFT_OUT
                and not each.startswith(".")
                and (path := posixpath.normpath(f"{place}/{each}")) not in self.without
                and path != self.migrations
                and not (self.root / path / "meta" / "_journal.json").is_file()
                and not (self.root / path / "pyvenv.cfg").is_file()
            )

    def literals(self, path: str, *, counted: bool) -> list[_Literal]:
        """The SQL literals of one file; what it leaves out is counted where the file is the service's own."""
        kept = self.skipped
        if not counted:
            self.skipped = {}
        try:
            if (self.root / path).stat().st_size > _LARGEST:
                self.skip(TOO_LARGE, path)
                return []
            text = files.read_text(self.root, path)
            match posixpath.splitext(path)[1]:
                case ".rs":
                    return list(self._rust(path, text))
                case ".py":
                    return list(self._python(path, text))
                case ".sql":
                    return list(self._sql(path, text))
                case _:
                    return list(self._typescript(path, text))
        except (OrmonyError, OSError, SyntaxError, ValueError, RecursionError):
            self.skip(UNREADABLE, path)
            return []
        finally:
            self.skipped = kept

    # SQLx's cache -------------------------------------------------------------------------------------------

    def cached(self, caches: Iterable[str], literals: Sequence[_Literal]) -> list[Query]:
        """The cached queries, each at the literals that have its text."""
        places: dict[str, list[_Literal]] = {}
        for literal in literals:
            places.setdefault(literal.sql, []).append(literal)
        found: list[Query] = []
        seen: set[str] = set()
        for folder in caches:
            for path in sorted((self.root / folder).glob("query-*.json")):
                relative = f"{folder}/{path.name}"
                try:
                    record = msgspec.json.decode(files.read_bytes(self.root, relative), type=_Record)
                except (OrmonyError, msgspec.DecodeError):
                    self.skip(UNREADABLE, relative)
                    continue
                if record.db_name != "PostgreSQL":
                    self.skip(OTHER_DATABASE, relative)
                    continue
                if record.query in seen:
                    continue
                seen.add(record.query)
                at = places.get(record.query, [])
                found.append(
                    Query(
                        name=(record.hash or path.stem.removeprefix("query-"))[:12],
                        sql=record.query,
                        place=at[0].place if at else relative,
                        service=self.service.name,
                        kind="sqlx-cache",
                        aligned=bool(at) and at[0].aligned,
                        also=tuple(each.place for each in at[1:]),
                        macro=bool(at),
                        cached=_cached(relative, record.describe),
                    )
                )
        return found

    # Rust ---------------------------------------------------------------------------------------------------

    def _rust(self, path: str, text: str) -> Iterator[_Literal]:
        if not any(word in text for word in ("query", "raw_sql", "QueryBuilder")):
            return
        imported = "sqlx" in text
        other = _OTHER_RUST.search(text) is not None and _POSTGRES_RUST.search(text) is None
        top = _parser("rust").parse(text.encode()).root_node
        constants = _rust_constants(top)
        for names, node, arguments in _rust_calls(top):
            if len(names) > 1 and "sqlx" not in names and names[:-1] != ["QueryBuilder"]:
                continue
            if not imported and "sqlx" not in names:
                continue
            place = f"{path}:{node.start_point.row + 1}"
            macro = _MACRO.fullmatch(names[-1])
            if macro is None and names[-2:] == ["QueryBuilder", "new"]:
                self.skip(AT_RUN_TIME, place)
            if macro is None and names[-1] not in _RUST_FUNCTIONS:
                continue
            # `query_as!` and `query_file_as!` name a type first.
            at = 1 if macro is not None and macro["as"] else 0
            if len(arguments) <= at:
                continue
            found = _rust_text(arguments[at])
            if found is None and len(arguments[at]) == 1 and arguments[at][0].type == "identifier":
                found = constants.get(_text(arguments[at][0]))
            if other:
                self.skip(OTHER_DRIVER, place)
            elif found is None:
                self.skip(AT_RUN_TIME, place)
            elif macro is None or not macro["file"]:
                yield _Literal(
                    sql=found[0], place=f"{path}:{found[2]}", kind="rust", aligned=found[1],
                    macro=macro is not None,
                )  # fmt: skip
            else:
                file = posixpath.normpath(posixpath.join(self._crate(path), found[0]))
                try:
                    content = files.read_text(self.root, file)
                except OrmonyError:
                    self.skip(NO_FILE, place)
                    continue
                yield _Literal(sql=content, place=f"{file}:1", kind="rust", aligned=True, macro=True)

    def _crate(self, path: str) -> str:
        """The folder of the nearest Cargo.toml: paths of `query_file!` are relative to it."""
        place = posixpath.dirname(path)
        while place and not (self.root / place / "Cargo.toml").is_file():
            place = posixpath.dirname(place)
        return place or "."

    # Python -------------------------------------------------------------------------------------------------

    def _python(self, path: str, text: str) -> Iterator[_Literal]:
        if not any(word in text for word in ("text(", *(f".{each}(" for each in _PYTHON_METHODS))):
            return
        if _MAYBE_SQL.search(text) is None:  # models have `text("now()")`
            return
        tree = ast.parse(text, path)
        nodes = list(ast.walk(tree))
        modules = _imported(nodes)
        if "alembic.op" in modules:
            return  # a revision, wherever the folder of revisions lies
        postgres = any(each.split(".")[0] in _PYTHON_DRIVERS for each in modules)
        constants = _python_constants(tree, nodes)
        lines = text.split("\n")
        for node in nodes:
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else name
            is_text = called == "text" and any(
                each.split(".")[0] in ("sqlalchemy", "sqlmodel") for each in modules
            )
            if not is_text and name not in _PYTHON_METHODS:
                continue
            first = node.args[0]
            if isinstance(first, ast.Name):
                first = constants.get(first.id, first)
            place = f"{path}:{first.lineno}"
            if isinstance(first, ast.JoinedStr) or (
                isinstance(first, ast.BinOp) and isinstance(first.op, (ast.Add, ast.Mod))
            ):
                if _seems_sql(first):
                    self.skip(AT_RUN_TIME, place)
                continue
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                continue
            if not (is_text or postgres):
                if _is_query(_converted(first.value, _PERCENT)):
                    self.skip(OTHER_DRIVER, place)
                continue
            found = first.value
            if is_text:
                found = _converted(found, _COLON)
            elif name == "exec_driver_sql" or len(node.args) > 1 or node.keywords:
                found = _converted(found, _PERCENT)
            yield _Literal(sql=found, place=place, kind="python", aligned=_aligned(lines, first, found))

    # TypeScript ---------------------------------------------------------------------------------------------

    def _typescript(self, path: str, text: str) -> Iterator[_Literal]:
        if "sql" not in text or "`" not in text:
            return
        data = text.encode()
        language = "tsx" if path.endswith(".tsx") else "typescript"
        for node in _walk(_parser(language).parse(data).root_node):
            # `sql<T>`…`` is read as a comparison by the grammar: so what stands before decides.
            if node.type != "template_string" or not _SQL_TAG.search(data[: node.start_byte][-300:]):
                continue
            place = f"{path}:{node.start_point.row + 1}"
            if any(each.type == "template_substitution" for each in node.children):
                if _KEYWORD.search(_text(node)):
                    self.skip(AT_RUN_TIME, place)
                continue
            raw = _text(node)[1:-1]
            if "\\" in raw:
                self.skip(AT_RUN_TIME, place)  # an escape: rare, and the server would see another text
                continue
            yield _Literal(sql=raw, place=place, kind="typescript", aligned=True)

    # SQL files ----------------------------------------------------------------------------------------------

    def _sql(self, path: str, text: str) -> Iterator[_Literal]:
        try:
            found = sql.statements(text, path)
        except OrmonyError:
            self.skip(FRAGMENT, path)
            return
        if not found or any(each.kind not in _QUERY for each in found):
            self.skip(FRAGMENT, path)
            return
        for each in found:
            yield _Literal(sql=each.sql, place=f"{path}:{each.line}", kind="sql", aligned=True)


# SQLx's files -----------------------------------------------------------------------------------------------


class _RecordColumn(msgspec.Struct):
    name: str
    type_info: Any


class _Describe(msgspec.Struct):
    columns: list[_RecordColumn] = []
    parameters: dict[str, Any] | None = None
    nullable: list[bool | None] = []


class _Record(msgspec.Struct):
    db_name: str
    query: str
    describe: _Describe
    hash: str = ""


def _cached(path: str, described: _Describe) -> Cached:
    nullable = [*described.nullable, *([None] * len(described.columns))]
    given = (described.parameters or {}).get("Left")
    return Cached(
        path=path,
        columns=tuple(
            _cached_column(each.name, each.type_info, null)
            for each, null in zip(described.columns, nullable, strict=False)
        ),
        parameters=tuple(_cached_column("", each, None) for each in given)
        if isinstance(given, list)
        else None,
    )


def _cached_column(name: str, info: Any, nullable: bool | None) -> CachedColumn:
    """`info` is `"Int4"`, `"TextArray"`, or `{"Custom": {"name": …, "kind": {"Enum": […]}}}`."""
    if isinstance(info, str):
        lower = info.lower().strip('"')
        plain = f"_{lower.removesuffix('array')}" if lower.endswith("array") else lower
        return CachedColumn(name=name, type=plain, nullable=nullable)
    inner = info.get("Custom") if isinstance(info, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str):
        return CachedColumn(name=name, type=str(info), nullable=nullable, custom=True)
    kind = inner.get("kind")
    labels = kind.get("Enum") if isinstance(kind, dict) else None
    return CachedColumn(
        name=name, type=inner["name"], nullable=nullable, custom=True,
        labels=tuple(map(str, labels)) if isinstance(labels, list) else None,
    )  # fmt: skip


# Syntax -----------------------------------------------------------------------------------------------------

_MACRO: Final = re.compile(r"query(?P<file>_file)?(?:(?P<as>_as)|_scalar)?(?:_unchecked)?!")
_OTHER_RUST: Final = re.compile(r"\b(?:sqlx::(?:sqlite|mysql)|Sqlite\w*|MySql\w*)\b")
_POSTGRES_RUST: Final = re.compile(r"\b(?:sqlx::postgres|Postgres|Pg[A-Z]\w*)\b")
_RUST_FUNCTIONS: Final = frozenset(
    {"query", "query_as", "query_scalar", "query_with", "query_as_with", "query_scalar_with", "raw_sql"}
)
_RUST_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"', "'": "'"}
_RUST_ESCAPE: Final = re.compile(r"\\(?:\n\s*|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F_]+)\}|(.))")
_COMMENTS: Final = ("line_comment", "block_comment")
_PYTHON_METHODS: Final = (
    "execute", "executemany", "exec_driver_sql", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one",
    "fetch_val", "scalar", "scalars",
)  # fmt: skip
_PYTHON_DRIVERS: Final = frozenset(
    {"psycopg", "psycopg2", "asyncpg", "sqlalchemy", "sqlmodel", "aiopg", "pg8000", "psycopg_pool"}
)
_SQL_TAG: Final = re.compile(rb"(?:^|[^\w$.])sql\s*(?:<[^`;]*>)?\s*$")
_KEYWORD: Final = re.compile(r"^\W*(?:select|insert|update|delete|merge|with)\b", re.IGNORECASE)
# A quote, and behind it what may begin a statement; what stands between them may be more than one text. A
# file without one is not parsed, and nothing of it is counted.
_MAYBE_SQL: Final = re.compile(
    r"""["'](?:\\[a-z]|\W)*(?:--|/\*|(?:select|insert|update|delete|merge|with|call|values|table)\b)""",
    re.IGNORECASE,
)
_COLON: Final = re.compile(r"(?P<kept>\\:)|(?<![:\w\\]):(?P<name>[^\W\d]\w*)(?!:)")
_PERCENT: Final = re.compile(r"(?P<kept>%%)|%(?:\((?P<name>[^)]+)\))?[sbt]")


@cache
def _parser(language: str) -> Parser:
    # Late: a project without such files loads no grammar.
    from tree_sitter import Language, Parser

    if language == "rust":
        import tree_sitter_rust

        return Parser(Language(tree_sitter_rust.language()))
    import tree_sitter_typescript as grammars

    return Parser(Language(grammars.language_tsx() if language == "tsx" else grammars.language_typescript()))


def _walk(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.children))


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _rust_calls(top: Node) -> Iterator[tuple[list[str], Node, list[list[Node]]]]:
    """The calls of macros (their names end with `!`) and functions: the path, where, and the arguments.

    What a macro is given is a heap of tokens for the grammar, so calls in there are told by their tokens.
    """
    for node in _walk(top):
        if node.type == "macro_invocation":
            macro = node.child_by_field_name("macro")
            tree = next((each for each in node.children if each.type == "token_tree"), None)
            if macro is not None and tree is not None:
                yield _path(f"{_text(macro)}!"), node, _arguments(tree)
        elif node.type == "call_expression":
            function, given = (node.child_by_field_name(each) for each in ("function", "arguments"))
            if function is not None and function.type == "generic_function":
                function = function.child_by_field_name("function")
            if function is not None and given is not None and function.type.endswith("identifier"):
                yield _path(_text(function)), node, _arguments(given)
        elif node.type == "token_tree":
            yield from _calls_of_tokens(node.children)


def _rust_constants(top: Node) -> dict[str, tuple[str, bool, int]]:
    """The `const` and `static` texts of a file by name, as `_rust_text` gives them; no name that has two."""
    found: dict[str, list[tuple[str, bool, int] | None]] = {}
    for node in _walk(top):
        if node.type in ("const_item", "static_item"):
            name, value = (node.child_by_field_name(each) for each in ("name", "value"))
            if name is not None and value is not None:
                found.setdefault(_text(name), []).append(_rust_text([value]))
    return {name: each[0] for name, each in found.items() if len(each) == 1 and each[0] is not None}


def _calls_of_tokens(tokens: Sequence[Node]) -> Iterator[tuple[list[str], Node, list[list[Node]]]]:
    for number, tree in enumerate(tokens):
        if tree.type != "token_tree" or _text(tree)[:1] != "(":
            continue
        at = number - 1
        macro = at >= 0 and tokens[at].type == "!"
        at -= macro
        if at >= 0 and tokens[at].type in (">", ">>"):  # a turbofish
            depth = 0
            while at >= 0:
                depth += {">": 1, ">>": 2, "<": -1}.get(tokens[at].type, 0)
                at -= 1
                if depth <= 0:
                    break
            at -= at >= 0 and tokens[at].type == "::"
        names: list[str] = []
        first = tree
        while at >= 0 and tokens[at].type == "identifier":
            names.insert(0, _text(tokens[at]))
            first = tokens[at]
            at -= 1
            if at < 0 or tokens[at].type != "::":
                break
            at -= 1
        if names and not (at >= 0 and tokens[at].type == "."):
            names[-1] += "!" * macro
            yield names, first, _arguments(tree)


def _path(text: str) -> list[str]:
    return [each.strip() for each in text.split("::") if each.strip()]


def _arguments(tree: Node) -> list[list[Node]]:
    """The tokens of a call's arguments, parted at the commas, without the brackets and comments.

    The type of `query_as!` may hold commas of its own, between `<` and `>`.
    """
    found: list[list[Node]] = [[]]
    depth = 0
    for each in tree.children[1:-1]:
        depth += {"<": 1, ">": -1, ">>": -2}.get(each.type, 0)
        if each.type == "," and depth <= 0:
            found.append([])
        elif each.type not in _COMMENTS:
            found[-1].append(each)
    return [each for each in found if each]


def _rust_text(tokens: Sequence[Node]) -> tuple[str, bool, int] | None:
    """The text of a literal, or of literals that `+` joins; whether its lines are the file's; its line."""
    if len(tokens) % 2 == 0 or any(each.type != "+" for each in tokens[1::2]):
        return None
    parts = [_rust_literal(each) for each in tokens[::2]]
    if any(each is None for each in parts):
        return None
    text = "".join(each for each in parts if each is not None)
    raw = _text(tokens[0])
    aligned = len(tokens) == 1 and text.count("\n") == raw.count("\n") and text in raw
    return text, aligned, tokens[0].start_point.row + 1


def _rust_literal(node: Node) -> str | None:
    text = _text(node).replace("\r\n", "\n")
    if node.type == "raw_string_literal":  # its `string_content` lacks white space and what follows a quote
        raw = re.fullmatch(r'r(#*)"(.*)"\1', text, re.DOTALL)
        return raw[2] if raw else None
    if node.type != "string_literal" or text[:1] != '"':
        return None
    return _RUST_ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return chr(int((found[1] or found[2]).replace("_", ""), 16))
    return _RUST_ESCAPES.get(found[3], found[3]) if found[3] else ""  # a line that goes on


def _imported(nodes: Iterable[ast.AST]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def _python_constants(tree: ast.Module, nodes: Iterable[ast.AST]) -> dict[str, ast.Constant]:
    """The literals that names stand for: those that a module assigns once, and nothing else in it assigns."""
    stored = Counter(
        node.id if isinstance(node, ast.Name) else node.arg
        for node in nodes
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    )
    found = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        value = getattr(statement, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and stored[target.id] == 1:
                found[target.id] = value
    return found


def _seems_sql(node: ast.expr) -> bool:
    first = next(
        (
            each.value
            for each in ast.walk(node)
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.strip()
        ),
        "",
    )
    return _KEYWORD.search(first) is not None


def _converted(text: str, placeholder: re.Pattern[str]) -> str:
    """The text as PostgreSQL's protocol has it: each placeholder a parameter of its own, since each may be of
    another type.
    """
    numbers = iter(range(1, text.count(":") + text.count("%") + 1))
    return placeholder.sub(lambda found: found["kept"][-1] if found["kept"] else f"${next(numbers)}", text)


def _aligned(lines: Sequence[str], node: ast.Constant, text: str) -> bool:
    """Are the lines of the value those of the literal? Not where it is several literals, or has escapes."""
    last = node.end_lineno or node.lineno
    return last - node.lineno == text.count("\n") and not any(
        "\\" in line for line in lines[node.lineno - 1 : last]
    )


@cache
def _kinds(text: str) -> tuple[str, ...]:
    try:
        return tuple(each.kind for each in sql.statements(text))
    except OrmonyError:
        return ()


def _is_query(text: str) -> bool:
    kinds = _kinds(text)
    return len(kinds) == 1 and kinds[0] in _QUERY


def _within(path: str, folder: str) -> bool:
    folder = posixpath.normpath(folder)
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def _path_of(place: str) -> str:
    return place.rpartition(":")[0]


def _sortable(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return (path, int(line)) if line.isdigit() else (place, 0)


def counts(found: Iterable[Found]) -> Mapping[str, int]:
    """How many statements of several services were left out, by reason."""
    total: Counter[str] = Counter()
    for each in found:
        total.update(each.skipped)
    return dict(sorted(total.items()))
