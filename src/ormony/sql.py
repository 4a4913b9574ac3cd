"""SQL as text: quoting, statements and their places, what each one creates, uses, alters and drops.

It alone knows the parser (libpg_query, PostgreSQL 18's grammar), and loads it at the first text that is read.
Nothing here connects, runs SQL or opens a file; names are resolved by the search path alone, never against a
catalog.
"""

from __future__ import annotations

import bisect
import gc
import importlib.util
import itertools
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from ormony.errors import OrmonyError

Node = dict[str, Any]  # a node of the parse tree as libpg_query's JSON has it

BREAKPOINT: Final = "--> statement-breakpoint"
"""Drizzle's separator; its runner splits at every occurrence, also inside strings."""

_SYSTEM_SCHEMAS: Final = frozenset({"pg_catalog", "information_schema", "pg_toast", "pg_temp"})
_TYPE_WORDS: Final = """
    bigint bigserial bit bool boolean box bpchar bytea char cid cidr circle cstring date
    daterange datemultirange decimal event_trigger fdw_handler float4 float8 inet int int2 int2vector int4
    int4multirange int4range int8 int8multirange int8range integer internal interval json jsonb jsonpath
    language_handler line lseg macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path
    pg_lsn pg_snapshot point polygon real record refcursor regclass regcollation regconfig regdictionary
    regnamespace regoper regoperator regproc regprocedure regrole regtype serial serial2 serial4 serial8
    smallint smallserial text tid time timestamp timestamptz timetz trigger tsm_handler tsmultirange tsquery
    tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar void xid xid8 xml any
    anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange
    anyelement anyenum anymultirange anynonarray anyrange"""
_BUILTIN_TYPES: Final = frozenset(_TYPE_WORDS.split())
_PROVIDED: Final = """
uuid-ossp: uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil
pgcrypto: digest hmac crypt gen_salt gen_random_bytes pgp_sym_encrypt pgp_sym_decrypt pgp_pub_encrypt armor
vector: vector halfvec sparsevec l2_distance cosine_distance inner_product
vector: vector_l2_ops vector_ip_ops vector_cosine_ops vector_l1_ops halfvec_l2_ops halfvec_cosine_ops
citext: citext
hstore: hstore
ltree: ltree lquery ltxtquery
postgis: geometry geography box2d box3d st_makepoint st_setsrid st_distance st_dwithin st_geomfromtext
pg_trgm: similarity word_similarity strict_word_similarity show_trgm gin_trgm_ops gist_trgm_ops
unaccent: unaccent
moddatetime: moddatetime
http: http_get http_post http_put http_delete http_request
pgjwt: url_encode url_decode
fuzzystrmatch: levenshtein soundex metaphone dmetaphone
"""  # what the usual extensions bring: types, functions, operator classes
_EXTENSION_OF: Final = {
    word: line.partition(":")[0] for line in _PROVIDED.splitlines() for word in line.partition(":")[2].split()
}
_EXTENSION_OF_SCHEMA: Final = {
    "cron": "pg_cron",
    "net": "pg_net",
    "pgmq": "pgmq",
    "graphql": "pg_graphql",
    "vault": "supabase_vault",
}
_SEQUENCE_FUNCTIONS: Final = frozenset({"nextval", "currval", "setval"})
_SERIALS: Final = frozenset({"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"})
_RELATIONS: Final = frozenset(
    {
        "OBJECT_TABLE",
        "OBJECT_VIEW",
        "OBJECT_MATVIEW",
        "OBJECT_SEQUENCE",
        "OBJECT_INDEX",
        "OBJECT_FOREIGN_TABLE",
    }
)
_FUNCTIONS: Final = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"})
_KIND: Final = {
    **dict.fromkeys(_RELATIONS, "relation"),
    **dict.fromkeys(_FUNCTIONS, "function"),
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "type",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_EXTENSION": "extension",
    "OBJECT_ROLE": "role",
    "OBJECT_POLICY": "policy",
    "OBJECT_TRIGGER": "trigger",
    "OBJECT_RULE": "rule",
    "OBJECT_TABCONSTRAINT": "constraint",
    "OBJECT_DOMCONSTRAINT": "constraint",
    "OBJECT_COLUMN": "column",
    "OBJECT_PUBLICATION": "publication",
    "OBJECT_SUBSCRIPTION": "subscription",
    "OBJECT_EVENT_TRIGGER": "event trigger",
    "OBJECT_FOREIGN_SERVER": "server",
    "OBJECT_FDW": "foreign-data wrapper",
    "OBJECT_COLLATION": "collation",
    "OBJECT_STATISTIC_EXT": "statistics",
    "OBJECT_TSCONFIGURATION": "text search configuration",
    "OBJECT_TSDICTIONARY": "text search dictionary",
    "OBJECT_DATABASE": "database",
}
_OF_RELATION: Final = frozenset({"policy", "trigger", "rule", "constraint", "column"})
_WITHOUT_SCHEMA: Final = frozenset(
    {
        "schema",
        "extension",
        "role",
        "publication",
        "subscription",
        "event trigger",
        "server",
        "foreign-data wrapper",
        "database",
    }
)


class Name(msgspec.Struct, frozen=True, order=True):
    """A database object as SQL text names it.

    `kind` is schema, relation (table, view, sequence, index: one name space), type (enum, domain, composite),
    function (and procedure, aggregate; without its arguments), signature (a function with its arguments),
    extension, role, publication, …, or what hangs on a relation: column, constraint, policy, trigger, rule;
    `of` is then that relation.
    """

    kind: str
    schema: str
    name: str
    of: str = ""

    def __str__(self) -> str:
        """As a message names it: `policy "p" on "public.orders"`."""
        where = f"{self.schema}." if self.schema else ""
        if self.of:
            return f'{self.kind} "{self.name}" on "{where}{self.of}"'
        kind = "function" if self.kind == "signature" else self.kind
        return f'{kind} "{where}{self.name}"'


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


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one statement does to names. No name of a system catalog, a CTE or a temporary table is in it.

    `uses` must exist when the statement runs; `uses_late` when what it creates is called (a PL/pgSQL body),
    or may be missing (DROP … IF EXISTS). `alters`, `drops` and `renames` must exist as well; a rename also
    `creates` the new name. `foreign_keys` are those of `uses` that foreign keys alone need. An unqualified
    name that is used stands once for each schema of the search path.
    """

    statement: Statement
    creates: frozenset[Name] = frozenset()
    uses: frozenset[Name] = frozenset()
    uses_late: frozenset[Name] = frozenset()
    alters: frozenset[Name] = frozenset()
    drops: frozenset[Name] = frozenset()
    renames: frozenset[Name] = frozenset()
    foreign_keys: frozenset[Name] = frozenset()

    @property
    def needs(self) -> frozenset[Name]:
        """All that must exist when the statement runs."""
        return (self.uses | self.alters | self.drops | self.renames) - self.uses_late


# ---------------------------------------------------------------------------------------------------- quoting


def keep_array_casts(text: str) -> str:
    """The text, so that PostgreSQL prints the casts of its arrays again as they are here.

    `x IN ('a', 'b')` over varchar is printed `ANY ((ARRAY['a'::character varying, …])::text[])`; read again,
    the outer cast goes into the elements, and the same expression is printed differently
    (`transformTypeCast`). One more cast inside, to what the elements are already, stops that and leaves no
    trace. Extended statistics print no parentheses around the array, all others do.
    """
    if "(ARRAY[" not in text:
        return text
    data = text.encode()
    tokens = _tokens(text)
    words = [data[start:stop] for start, stop in tokens]
    inserted: list[tuple[int, bytes]] = []
    for at in range(1, len(words) - 1):
        if words[at : at + 2] != [b"ARRAY", b"["]:
            continue
        found = _array_type(words, at + 2)
        if found is None:
            continue
        close, cast = found
        closed = words[at - 1] == b"(" and words[close + 1 : close + 2] == [b")"]
        first, last = (at - 1, close + 1) if closed else (at, close)
        if words[last + 1 : last + 2] == [b"::"]:
            kind = data[tokens[cast][0] : tokens[close - 1][1]] if cast else _constant_type(words[close - 1])
            inserted += [(tokens[first][0], b"("), (tokens[last][1], b"::" + kind + b"[])")]
    for offset, more in sorted(inserted, reverse=True):
        data = data[:offset] + more + data[offset:]
    return data.decode()


def _array_type(words: Sequence[bytes], start: int) -> tuple[int, int] | None:
    """Of an array whose first element begins at `start`: where its bracket closes, and where the type of its
    last element's cast begins (0: it is a constant, whose type shows); None unless all are of one type.
    """
    depth, cast, begin = 0, 0, start
    types: set[tuple[bytes, ...]] = set()
    for at in range(start, len(words)):
        word = words[at]
        if depth == 0 and word in (b",", b"]"):
            alone = _constant_type(words[at - 1]) if at - begin == 1 else b""
            types.add(tuple(words[cast:at]) if cast else (alone,))
            if word == b"]":
                return (at, cast) if len(types) == 1 and types != {(b"",)} else None
            cast, begin = 0, at + 1
        elif word in (b"(", b"["):
            depth += 1
        elif word in (b")", b"]"):
            depth -= 1
        elif word == b"::" and depth == 0:
            cast = at + 1
    return None


def _constant_type(word: bytes) -> bytes:
    """The type that a constant without a cast has; b"" where it does not show."""
    if word in (b"true", b"false"):
        return b"boolean"
    if word.isdigit():
        number = int(word)
        return b"integer" if number < 2**31 else b"bigint" if number < 2**63 else b"numeric"
    return b"numeric" if word.replace(b".", b"", 1).isdigit() else b""


_NESTED: Final = re.compile(r"\)\s+(?:AND|OR)\b")


def keep_nesting(text: str) -> str:
    """The text, so that PostgreSQL prints its ANDs and ORs again as they are nested here.

    `a BETWEEN 1 AND 4 AND b` is kept and printed as `((a >= 1) AND (a <= 4)) AND b`; read again, the inner
    AND becomes a part of the outer one (`makeAndExpr`), and the same condition is printed differently. A cast
    of the inner one to boolean, which it is already, stops that and leaves no trace.
    """
    if "((" not in text or not _NESTED.search(text):
        return text
    data = text.encode()
    tokens = _tokens(text)
    words = [data[start:stop] for start, stop in tokens]
    inserted: list[int] = []
    groups: list[tuple[bool, set[bytes]]] = [(False, set())]  # is it first in its group; its AND or OR
    for at, word in enumerate(words):
        if word == b"(":
            groups.append((at > 0 and words[at - 1] == b"(", set()))
        elif word == b")" and len(groups) > 1:
            first, found = groups.pop()
            if first and found.intersection(words[at + 1 : at + 2]):
                inserted.append(tokens[at][1])
        elif word in (b"AND", b"OR"):
            groups[-1][1].add(word)
    for offset in reversed(inserted):
        data = data[:offset] + b"::boolean" + data[offset:]
    return data.decode()


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


# ---------------------------------------------------------------------------------------------------- parsing


class _Raw(msgspec.Struct, frozen=True):
    """A statement of a parsed text; `begin` and `end` are byte offsets as the parser gave them."""

    node: Node
    begin: int
    end: int | None  # of the semicolon; None: the text ended without one


class _Unreadable(Exception):
    """What the parser says of a text; `position` counts characters from 1, 0 where it names none."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@cache
def _library() -> Any:
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


def _refuse(result: Any) -> None:
    if result.error:
        error = result.error.contents
        raise _Unreadable((error.message or b"unknown error").decode(), error.cursorpos)


def _parse(sql: str) -> tuple[_Raw, ...]:
    """The statements of `sql`. Raises _Unreadable."""
    library = _library()
    result = library.pg_query_parse(sql.encode())
    try:
        _refuse(result)
        tree = _decode(result.parse_tree)
    finally:
        library.pg_query_free_parse_result(result)
    found = []
    for entry in tree.get("stmts", ()):
        begin, length = entry.get("stmt_location", 0), entry.get("stmt_len", 0)
        found.append(_Raw(entry["stmt"], begin, begin + length if length else None))
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


def try_parse(sql: str) -> tuple[_Raw, ...]:
    """Like `_parse`, but nothing where the text is not SQL: the server will say so when it runs."""
    try:
        return _parse(sql) if "\0" not in sql else ()
    except (_Unreadable, RecursionError, UnicodeEncodeError):
        return ()


@lru_cache(maxsize=8)  # the callers ask several questions of one text in a row; trees are large
def _read(text: str, path: str | None) -> tuple[tuple[_Raw, Statement], ...]:
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
        raws = _parse(readable)
    except _Unreadable as error:
        raise _refusal(readable, error.message, max(error.position - 1, 0), path) from None
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


def _refusal(text: str, message: str, at: int, path: str | None) -> OrmonyError:
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


def _tokens(sql: str) -> list[tuple[int, int]]:
    """First and last byte offset of each token that is no comment."""
    from postgast import scan
    from postgast.pg_query_pb2 import Token

    comments = {Token.Value("SQL_COMMENT"), Token.Value("C_COMMENT")}
    return [(token.start, token.end) for token in scan(sql).tokens if token.token not in comments]


def words(sql: str) -> tuple[str, ...]:
    """The tokens of a piece of SQL as they are written, quoted ones with their quotes."""
    data = sql.encode()
    return tuple(data[start:end].decode() for start, end in _tokens(sql))


def _last_token(sql: str) -> int:
    tokens = _tokens(sql)
    return tokens[-1][1] if tokens else 0


def statements(text: str, path: str | None = None) -> tuple[Statement, ...]:
    """The statements of `text` in order; empty ones (`;;`) are left out.

    Raises `sql-syntax` at `path:line:column`, and `psql-only` for psql's commands and COPY FROM stdin.
    """
    return tuple(statement for _, statement in _read(text, path))


def same_code(left: str, right: str) -> bool:
    """Whether both texts have the same tokens: they differ in comments and white space only."""
    return left == right or _code(left) == _code(right)


def _code(text: str) -> list[bytes] | str:
    from postgast.errors import PgQueryError

    readable = text.lstrip("\ufeff")
    try:
        data = readable.encode()
        found = [data[start:end] for start, end in _tokens(readable)]
    except (PgQueryError, UnicodeEncodeError):
        return text  # what cannot be read is equal to itself only
    return [each for each in found if each != b";"]


# ------------------------------------------------------------------------------------ questions of statements


_CONTROL: Final = frozenset(
    {
        "TRANS_STMT_BEGIN",
        "TRANS_STMT_START",
        "TRANS_STMT_COMMIT",
        "TRANS_STMT_ROLLBACK",
        "TRANS_STMT_PREPARE",
        "TRANS_STMT_COMMIT_PREPARED",
        "TRANS_STMT_ROLLBACK_PREPARED",
    }
)


def transaction_control(text: str, path: str | None = None) -> tuple[Statement, ...]:
    """The statements that begin or end a transaction (BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION, …).

    Savepoints do neither, nor do words in strings or bodies; a DO block that commits is one.
    """
    found = []
    for raw, statement in _read(text, path):
        if statement.kind == "TransactionStmt":
            if raw.node["TransactionStmt"].get("kind") in _CONTROL:
                found.append(statement)
        elif statement.kind == "DoStmt" and any(
            kind in ("PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback") for kind, _ in _plpgsql_nodes(raw.node)
        ):
            found.append(statement)
    return tuple(found)


@lru_cache(maxsize=4096)  # asked at every step of a deploy, of every file; the answer mostly is the text
def strip_wrapper(text: str, path: str | None = None, *, opened: bool = False) -> str:
    """The text without plain BEGIN … COMMIT pairs; each word is blanked out, so lines keep their numbers.

    With `opened`, what runs the text has opened a transaction itself: a COMMIT may come first, to leave that,
    and a BEGIN last. The text itself where any other transaction control is in it.
    """
    control = transaction_control(text, path)
    starts = {statement.start for statement in control}
    inside = False
    for raw, statement in _read(text, path) if control else ():
        if statement.start not in starts:
            continue
        node = raw.node.get("TransactionStmt", {})
        begins = node.get("kind") in ("TRANS_STMT_BEGIN", "TRANS_STMT_START")
        plain = (begins and not node.get("options")) or (
            node.get("kind") == "TRANS_STMT_COMMIT" and not node.get("chain")
        )
        if not plain or (begins == inside and not opened):
            return text
        inside = begins
    if inside and not opened:
        return text
    for statement in control:
        blank = re.sub(r"[^\r\n]", " ", text[statement.start : statement.stop])
        text = text[: statement.start] + blank + text[statement.stop :]
    return text


_MAYBE_NON_TRANSACTIONAL: Final = frozenset(
    {
        "IndexStmt",
        "DropStmt",
        "ReindexStmt",
        "VacuumStmt",
        "ClusterStmt",
        "CreatedbStmt",
        "DropdbStmt",
        "CreateTableSpaceStmt",
        "DropTableSpaceStmt",
        "AlterSystemStmt",
        "AlterDatabaseStmt",
        "DiscardStmt",
        "CreateSubscriptionStmt",
        "AlterSubscriptionStmt",
        "DropSubscriptionStmt",
        "AlterTableStmt",
        "TransactionStmt",
    }
)


_ONLY_CONCURRENTLY: Final = frozenset({"IndexStmt", "DropStmt", "AlterTableStmt"})


def non_transactional(statement: Statement) -> bool:
    """Whether PostgreSQL refuses the statement inside a transaction (25001), as far as its text shows.

    Not shown: REINDEX or CLUSTER of a partitioned table. DROP SUBSCRIPTION counts, since it mostly has a
    slot.
    """
    if statement.kind not in _MAYBE_NON_TRANSACTIONAL:
        return False
    if statement.kind in _ONLY_CONCURRENTLY and "concurrently" not in statement.sql.lower():
        return False
    node = _parse(statement.sql)[0].node[statement.kind]
    options = _options(node.get("options", ()) or node.get("params", ()))
    match statement.kind:
        case "IndexStmt" | "DropStmt":
            return bool(node.get("concurrent"))
        case "ReindexStmt":
            whole = node.get("kind") in (
                "REINDEX_OBJECT_SCHEMA",
                "REINDEX_OBJECT_SYSTEM",
                "REINDEX_OBJECT_DATABASE",
            )
            return whole or _is_true(options, "concurrently", default=False)
        case "VacuumStmt":
            return bool(node.get("is_vacuumcmd"))
        case "ClusterStmt":
            return "relation" not in node
        case "AlterDatabaseStmt":
            return "tablespace" in options
        case "DiscardStmt":
            return bool(node.get("target") == "DISCARD_ALL")
        case "CreateSubscriptionStmt":
            default = _is_true(options, "connect", default=True)
            return _is_true(options, "create_slot", default=default)
        case "AlterSubscriptionStmt":
            refreshes = node.get("kind") in (
                "ALTER_SUBSCRIPTION_SET_PUBLICATION",
                "ALTER_SUBSCRIPTION_ADD_PUBLICATION",
                "ALTER_SUBSCRIPTION_DROP_PUBLICATION",
            )
            if refreshes:
                return _is_true(options, "refresh", default=True)
            return str(node.get("kind")).startswith("ALTER_SUBSCRIPTION_REFRESH")
        case "AlterTableStmt":
            commands = [entry["AlterTableCmd"] for entry in node.get("cmds", ())]
            return any(each.get("def", {}).get("PartitionCmd", {}).get("concurrent") for each in commands)
        case "TransactionStmt":
            return node.get("kind") in ("TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED")
    return True


def _options(entries: Iterable[Node]) -> dict[str, Node]:
    return {
        entry["DefElem"]["defname"]: entry["DefElem"].get("arg", {})
        for entry in entries
        if "DefElem" in entry
    }


def _is_true(options: dict[str, Node], name: str, *, default: bool) -> bool:
    if name not in options:
        return default
    value = options[name]
    if "String" in value:
        return str(value["String"].get("sval", "")).lower() not in ("false", "off", "0", "no")
    if "Boolean" in value:
        return bool(value["Boolean"].get("boolval"))
    return not ("Integer" in value and not value["Integer"].get("ival"))


_CLUSTER_WIDE: Final = frozenset(
    {
        "CreateRoleStmt",
        "AlterRoleStmt",
        "AlterRoleSetStmt",
        "DropRoleStmt",
        "GrantRoleStmt",
        "CreatedbStmt",
        "DropdbStmt",
        "AlterDatabaseStmt",
        "AlterDatabaseSetStmt",
        "AlterDatabaseRefreshCollStmt",
        "CreateTableSpaceStmt",
        "DropTableSpaceStmt",
        "AlterTableSpaceOptionsStmt",
        "AlterTableMoveAllStmt",
        "AlterSystemStmt",
        "CreateSubscriptionStmt",
        "DropSubscriptionStmt",
        "AlterSubscriptionStmt",
    }
)
_ABOUT_CLUSTER: Final = frozenset({"OBJECT_ROLE", "OBJECT_DATABASE", "OBJECT_TABLESPACE"})


def cluster_wide(statement: Statement) -> bool:
    """Whether the statement reaches beyond its database: roles, databases, tablespaces, ALTER SYSTEM,
    subscriptions.

    A DO block counts when a statement in it does, also one in a literal EXECUTE; what is put together at run
    time cannot be seen.
    """
    if statement.kind in _CLUSTER_WIDE:
        return True
    if statement.kind not in (
        "DoStmt",
        "RenameStmt",
        "CommentStmt",
        "GrantStmt",
        "AlterOwnerStmt",
        "SecLabelStmt",
    ):
        return False
    return any(_reaches_cluster(node) for node in _run_by(statement))


def _reaches_cluster(node: Node) -> bool:
    kind, inner = next(iter(node.items()))
    about = inner.get("renameType") or inner.get("objectType") or inner.get("objtype")
    return kind in _CLUSTER_WIDE or about in _ABOUT_CLUSTER


_CHANGES_DATA: Final = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"})
_CHANGING_KEYS: Final = _CHANGES_DATA - {"TruncateStmt"}


def changes_data(statement: Statement) -> bool:
    """Whether the statement writes rows: INSERT, UPDATE, DELETE, MERGE, COPY FROM, TRUNCATE, setval; DO
    blocks too.

    A function that writes when it is called is not seen.
    """
    if statement.kind in _CHANGES_DATA:
        return True
    if statement.kind not in (
        "DoStmt",
        "SelectStmt",
        "CopyStmt",
        "CreateTableAsStmt",
        "ExplainStmt",
        "PrepareStmt",
    ):
        return False
    return any(_writes_rows(node) for node in _run_by(statement))


def _writes_rows(node: Node) -> bool:
    kind, inner = next(iter(node.items()))
    if kind in _CHANGES_DATA or (kind == "CopyStmt" and inner.get("is_from")):
        return True
    if kind not in ("SelectStmt", "CopyStmt", "CreateTableAsStmt", "ExplainStmt"):
        return False  # a function's or trigger's definition runs nothing
    if kind == "ExplainStmt" and "analyze" not in _options(inner.get("options", ())):
        return False
    stack: list[Any] = [inner]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if _CHANGING_KEYS & current.keys():
                return True
            if "funcname" in current and strings_of(current["funcname"])[-1:] == ["setval"]:
                return True
            stack.extend(current.values())
    return False


def _run_by(statement: Statement) -> list[Node]:
    """The statement's tree; of a DO block the trees of all static SQL in it."""
    nodes = [raw.node for raw in try_parse(statement.sql)]
    if statement.kind != "DoStmt":
        return nodes
    return [raw.node for node in nodes for query in plpgsql_queries(node) for raw in try_parse(query)]


def split_breakpoints(text: str, path: str | None = None) -> str:
    """Drizzle's file as plain SQL: its markers removed, each chunk ended by a semicolon, lines where they
    were.

    Raises `sql-syntax` for a chunk that is not SQL on its own, since Drizzle's runner sends it alone.
    """
    if BREAKPOINT not in text:
        return text
    out = []
    start = 0
    for chunk in text.split(BREAKPOINT):
        try:
            found = _read(chunk, path)
        except OrmonyError:
            # Read it again where it stands in the file, so that the error has the file's line and column.
            _read(re.sub(r"[^\n]", " ", text[:start]) + chunk, path)
            raise
        start += len(chunk) + len(BREAKPOINT)
        if found and found[-1][0].end is None:
            stop = found[-1][1].stop
            chunk = f"{chunk[:stop]};{chunk[stop:]}"
        out.append(chunk)
    return "".join(out)


# ------------------------------------------------------------------------------------------------------ facts


class _Scope:
    """What is known while one text is read from top to bottom, and the names of the statement being read."""

    __slots__ = (
        "alters",
        "creates",
        "drops",
        "foreign",
        "initial",
        "late",
        "path",
        "places",
        "renames",
        "temporary",
        "uses",
    )

    def __init__(self, search_path: Sequence[str]) -> None:
        self.initial = tuple(schema for schema in search_path if schema != "$user")
        self.path = self.initial
        self.places: dict[
            tuple[str, str], str
        ] = {}  # (kind, name) -> the schema in which this text created it
        self.temporary: set[str] = set()
        self.clear()

    def clear(self) -> None:
        self.creates: set[Name] = set()
        self.uses: set[Name] = set()
        self.late: set[Name] = set()
        self.alters: set[Name] = set()
        self.drops: set[Name] = set()
        self.renames: set[Name] = set()
        self.foreign: set[Name] = set()

    def inner(self) -> _Scope:
        """A scope for a body inside this text: same names known, own findings."""
        scope = _Scope(self.initial)
        scope.path = self.path
        scope.places = dict(self.places)
        scope.temporary = set(self.temporary)
        return scope


def facts(
    text: str, *, search_path: Sequence[str] = ("public",), path: str | None = None
) -> tuple[Facts, ...]:
    """What each statement of `text` creates, uses, alters, drops and renames, in order.

    `search_path` is what the text starts with; SET and set_config change it for what follows. Raises like
    `statements`.
    """
    return tuple(found for _, found, _ in _each(text, search_path, path))


def _each(text: str, search_path: Sequence[str], path: str | None) -> Iterator[tuple[_Raw, Facts, _Scope]]:
    """Each statement with its facts, and what is known after it."""
    scope = _Scope(search_path)
    for raw, statement in _read(text, path):
        scope.clear()
        _statement(raw.node, scope)
        own = frozenset(scope.creates)
        used = frozenset(scope.uses)
        facts = Facts(
            statement=statement,
            creates=own,
            uses=(used | scope.foreign) - own,
            uses_late=frozenset(scope.late) - own,
            alters=frozenset(scope.alters) - own,
            drops=frozenset(scope.drops),
            renames=frozenset(scope.renames),
            foreign_keys=frozenset(scope.foreign) - used - own,
        )
        yield raw, facts, scope


def strings_of(parts: Iterable[Node]) -> list[str]:
    """The texts of a list of String nodes, as the parser has a qualified name."""
    return [str(part["String"].get("sval", "")) for part in parts if "String" in part]


def _split_name(parts: Sequence[str]) -> tuple[str, str]:
    """Schema (or "") and name of a list of identifiers; a database in front is dropped."""
    return (parts[-2], parts[-1]) if len(parts) > 1 else ("", parts[-1] if parts else "")


def _names(scope: _Scope, kind: str, schema: str, name: str, of: str = "") -> list[Name]:
    """What an existing thing may be: once for each schema in which an unqualified name may lie; [] for the
    system's.
    """
    if kind in _WITHOUT_SCHEMA:
        return [Name(kind, "", name)]
    relation = of or name
    if schema:
        return (
            []
            if schema in _SYSTEM_SCHEMAS or schema.startswith("pg_temp")
            else [Name(kind, schema, name, of)]
        )
    if kind == "type" and name.removeprefix("_") in _BUILTIN_TYPES:
        return []
    if relation in scope.temporary or (
        relation.startswith("pg_") and kind in ("relation", "function", "type")
    ):
        return []
    place = scope.places.get(("relation" if of else kind, relation))
    if place is not None:
        return [Name(kind, place, name, of)]
    return [Name(kind, each, name, of) for each in scope.path]


def _use(scope: _Scope, kind: str, schema: str, name: str) -> None:
    scope.uses.update(_names(scope, kind, schema, name))
    extension = _EXTENSION_OF_SCHEMA.get(schema) or (
        _EXTENSION_OF.get(name) if kind in ("type", "function") else None
    )
    if extension is not None:
        scope.uses.add(Name("extension", "", extension))


def _create(scope: _Scope, kind: str, schema: str, name: str, of: str = "") -> None:
    if kind in _WITHOUT_SCHEMA:
        scope.creates.add(Name(kind, "", name))
        return
    if schema in _SYSTEM_SCHEMAS:
        return
    place = (
        schema
        or (scope.places.get(("relation", of), "") if of else "")
        or (scope.path[0] if scope.path else "")
    )
    if of and of in scope.temporary and not schema:
        return
    scope.creates.add(Name(kind, place, name, of))
    if not of:
        scope.places[kind, name] = place
        if place not in ("", "public"):
            scope.uses.add(Name("schema", "", place))


def _target(scope: _Scope, kind: str, schema: str, name: str, of: str = "") -> list[Name]:
    """The one existing thing that a command names; of several schemas, the first."""
    return _names(scope, kind, schema, name, of)[:1]


def _relation(node: Node) -> tuple[str, str]:
    return str(node.get("schemaname", "")), str(node.get("relname", ""))


def _is_temporary(node: Node) -> bool:
    return node.get("relpersistence") == "t" or node.get("schemaname") == "pg_temp"


_NO_CTES: Final[frozenset[str]] = frozenset()
_LEAVES: Final = frozenset({"withClause", "A_Const", "String", "Integer", "Float", "ColumnRef"})


def _walk(top: Any, scope: _Scope) -> None:
    """Add what an expression, query or definition uses: relations but no CTEs, functions, types, roles."""
    stack: list[tuple[Any, frozenset[str]]] = [(top, _NO_CTES)]
    while stack:
        node, ctes = stack.pop()
        if type(node) is list:
            for value in node:
                if type(value) is dict or type(value) is list:
                    stack.append((value, ctes))
            continue
        inside = ctes
        if "withClause" in node:
            clause = node["withClause"]
            recursive = bool(clause.get("recursive"))
            entries = [entry["CommonTableExpr"] for entry in clause.get("ctes", ())]
            every = ctes | {entry["ctename"] for entry in entries}
            seen = every if recursive else ctes
            for entry in entries:
                stack.append((entry["ctequery"], seen))
                seen = seen | {entry["ctename"]}
            inside = every
        for key, value in node.items():
            kind = type(value)
            if kind is dict:
                if key in _LEAVES:
                    continue
                if key == "TypeCast":
                    _regclass(value, scope)
                elif key == "pktable":
                    schema, name = _relation(value)
                    scope.foreign.update(_names(scope, "relation", schema, name))
                    scope.foreign.update(
                        each
                        for column in strings_of(node.get("pk_attrs", ()))
                        for each in _names(scope, "column", schema, column, name)
                    )
                    continue
                stack.append((value, inside))
            elif kind is list:
                if key == "funcname":
                    parts = strings_of(value)
                    schema, name = _split_name(parts)
                    _use(scope, "function", schema, name)
                    if name in _SEQUENCE_FUNCTIONS:
                        _sequence_argument(node, scope)
                elif key == "names":
                    schema, name = _split_name(strings_of(value))
                    _use(scope, "type", schema, name)
                elif key == "objname":
                    schema, name = _split_name(strings_of(value))
                    _use(scope, "function", schema, name)
                elif key == "opclass":
                    extension = _EXTENSION_OF.get(_split_name(strings_of(value))[1])
                    if extension is not None:
                        scope.uses.add(Name("extension", "", extension))
                else:
                    stack.append((value, inside))
            elif key == "relname":
                if _is_temporary(node):
                    scope.temporary.add(value)
                elif "schemaname" in node or value not in inside:
                    _use(scope, "relation", node.get("schemaname", ""), value)
            elif key == "rolename" and node.get("roletype") == "ROLESPEC_CSTRING":
                scope.uses.add(Name("role", "", value))


def _regclass(cast: Node, scope: _Scope) -> None:
    names = strings_of(cast.get("typeName", {}).get("names", ()))
    text = cast.get("arg", {}).get("A_Const", {}).get("sval", {}).get("sval")
    if not names or not isinstance(text, str):
        return
    kind = {"regclass": "relation", "regtype": "type", "regproc": "function"}.get(names[-1])
    if kind is not None:
        _use_text(scope, kind, text)


def _sequence_argument(call: Node, scope: _Scope) -> None:
    arguments = call.get("args") or [{}]
    text = arguments[0].get("A_Const", {}).get("sval", {}).get("sval")
    if isinstance(text, str):
        _use_text(scope, "relation", text)


def _use_text(scope: _Scope, kind: str, text: str) -> None:
    """A name inside a string: `'app.users'`, `'"Users"'`."""
    parts = [
        quoted.replace('""', '"') if quoted else plain.lower()
        for quoted, plain in re.findall(r'"((?:[^"]|"")+)"|([^\s".]+)', text)
    ]
    if parts:
        _use(scope, kind, *_split_name(parts))


def _statement(node: Node, scope: _Scope) -> None:
    kind, inner = next(iter(node.items()))
    handler = _HANDLERS.get(kind)
    if handler is None:
        _walk(inner, scope)
    else:
        handler(inner, scope)


def _create_relation(relation: Node, scope: _Scope) -> None:
    schema, name = _relation(relation)
    if _is_temporary(relation):
        scope.temporary.add(name)
    else:
        scope.temporary.discard(name)
        _create(scope, "relation", schema, name)


def _create_table(node: Node, scope: _Scope) -> None:
    _create_relation(node["relation"], scope)
    for element in node.get("tableElts", ()):
        _column_extras(node["relation"], element.get("ColumnDef", {}), scope)
        _constraint(node["relation"], element.get("Constraint", {}), scope)
        for each in element.get("ColumnDef", {}).get("constraints", ()):
            _constraint(node["relation"], each.get("Constraint", {}), scope)
    _walk({key: value for key, value in node.items() if key != "relation"}, scope)


def _column_extras(relation: Node, column: Node, scope: _Scope) -> None:
    """The sequence that a serial or identity column brings along."""
    if not column or _is_temporary(relation):
        return
    serial = strings_of(column.get("typeName", {}).get("names", ()))[-1:]
    identity = any(
        each.get("Constraint", {}).get("contype") == "CONSTR_IDENTITY"
        for each in column.get("constraints", ())
    )
    if identity or (serial and serial[0] in _SERIALS):
        schema, name = _relation(relation)
        place = schema or scope.places.get(("relation", name), "")
        _create(scope, "relation", place, object_name(name, column.get("colname", ""), "seq"))


def _constraint(relation: Node, constraint: Node, scope: _Scope) -> None:
    if constraint.get("conname") and not _is_temporary(relation):
        schema, name = _relation(relation)
        _create(scope, "constraint", schema, constraint["conname"], name)


def object_name(first: str, second: str, label: str) -> str:
    """The name that PostgreSQL gives an implicit object: `first_second_label`, the longer part cut to fit 63
    bytes.
    """
    one, two = first.encode(), second.encode()
    room = 63 - len(label.encode()) - 1 - (1 if two else 0)
    length = {"one": len(one), "two": len(two)}
    while length["one"] + length["two"] > room:
        length["one" if length["one"] > length["two"] else "two"] -= 1
    parts = [
        one[: length["one"]].decode("utf-8", "ignore"),
        two[: length["two"]].decode("utf-8", "ignore"),
        label,
    ]
    return "_".join(part for part in parts if part)


def _create_table_as(node: Node, scope: _Scope) -> None:
    _walk(node["query"], scope)
    _create_relation(node["into"]["rel"], scope)


def _select(node: Node, scope: _Scope) -> None:
    into = node.get("intoClause")
    _walk({key: value for key, value in node.items() if key != "intoClause"} if into else node, scope)
    if into:
        _create_relation(into["rel"], scope)
    for target in node.get("targetList", ()):
        call = target.get("ResTarget", {}).get("val", {}).get("FuncCall")
        if call and strings_of(call.get("funcname", ()))[-1:] == ["set_config"]:
            values = [
                argument.get("A_Const", {}).get("sval", {}).get("sval") for argument in call.get("args", ())
            ]
            if len(values) > 1 and values[0] == "search_path" and isinstance(values[1], str):
                scope.path = _search_path(values[1])


def _search_path(text: str) -> tuple[str, ...]:
    entries = re.findall(r'"((?:[^"]|"")*)"|([^\s",]+)', text)
    names = [quoted.replace('""', '"') if quoted else plain.lower() for quoted, plain in entries]
    return tuple(name for name in names if name and name != "$user")


def _set(node: Node, scope: _Scope) -> None:
    name, kind = node.get("name"), node.get("kind")
    if kind == "VAR_RESET_ALL" or (name == "search_path" and kind in ("VAR_RESET", "VAR_SET_DEFAULT")):
        scope.path = scope.initial
    elif name == "search_path" and kind == "VAR_SET_VALUE":
        values = [
            argument.get("A_Const", {}).get("sval", {}).get("sval", "") for argument in node.get("args", ())
        ]
        # A list names one schema per element; SET search_path = '' is the element "", the empty path.
        scope.path = tuple(value for value in values if value and value != "$user")
    elif name in ("role", "session_authorization") and kind == "VAR_SET_VALUE":
        value = (node.get("args") or [{}])[0].get("A_Const", {}).get("sval", {}).get("sval")
        if value and value != "none":
            scope.uses.add(Name("role", "", value))


def _view(node: Node, scope: _Scope) -> None:
    _walk(node["query"], scope)
    _create_relation(node["view"], scope)


def _index(node: Node, scope: _Scope) -> None:
    schema, table = _relation(node["relation"])
    _walk(node, scope)
    for entry in node.get("indexParams", ()):
        column = entry.get("IndexElem", {}).get("name")
        if column:
            scope.uses.update(_names(scope, "column", schema, column, table))
    name = node.get("idxname")
    if name and not (table in scope.temporary and not schema):
        _create(scope, "relation", schema or scope.places.get(("relation", table), ""), name)


def _alter_table(node: Node, scope: _Scope) -> None:
    schema, name = _relation(node["relation"])
    kind = _KIND.get(node.get("objtype", ""), "relation")
    found = _names(scope, kind, schema, name)
    (scope.late if node.get("missing_ok") else scope.alters).update(found)
    scope.alters.update(found if not node.get("missing_ok") else ())
    for entry in node.get("cmds", ()):
        command = entry["AlterTableCmd"]
        subtype, definition = command.get("subtype"), command.get("def", {})
        column = command.get("name")
        match subtype:
            case "AT_AddColumn":
                added = definition.get("ColumnDef", {})
                _create(scope, "column", schema, added.get("colname", ""), name)
                _column_extras(node["relation"], added, scope)
                for each in added.get("constraints", ()):
                    _constraint(node["relation"], each.get("Constraint", {}), scope)
            case "AT_AddConstraint":
                _constraint(node["relation"], definition.get("Constraint", {}), scope)
                if "indexname" in definition.get("Constraint", {}):
                    _use(scope, "relation", schema, definition["Constraint"]["indexname"])
            case "AT_DropColumn" | "AT_DropConstraint" if column:
                what = "column" if subtype == "AT_DropColumn" else "constraint"
                dropped = _target(scope, what, schema, column, name)
                scope.drops.update(dropped)
                if command.get("missing_ok"):
                    scope.late.update(dropped)
            case "AT_ValidateConstraint" | "AT_AlterConstraint" if column:
                scope.uses.update(_names(scope, "constraint", schema, column, name))
            case "AT_EnableTrig" | "AT_DisableTrig" | "AT_EnableAlwaysTrig" | "AT_EnableReplicaTrig" if (
                column
            ):
                scope.uses.update(_names(scope, "trigger", schema, column, name))
            case "AT_ColumnDefault" | "AT_SetNotNull" | "AT_DropNotNull" | "AT_AlterColumnType" if column:
                scope.uses.update(_names(scope, "column", schema, column, name))
        _walk(command, scope)


def _drop(node: Node, scope: _Scope) -> None:
    kind = _KIND.get(node.get("removeType", ""))
    if kind is None:
        return
    for item in node.get("objects", ()):
        dropped = [
            name
            for found in _object(kind, item)
            for name in _target(scope, *found)
            if not (found[0] in ("relation", "type") and not found[1] and found[2] in scope.temporary)
        ]
        scope.drops.update(dropped)
        if node.get("missing_ok"):
            scope.late.update(dropped)
        for name in dropped:
            if scope.places.get((name.kind, name.name)) == name.schema:
                del scope.places[name.kind, name.name]
        for found in _object(kind, item):
            if not found[1]:
                scope.temporary.discard(found[2])


def _object(kind: str, item: Node) -> list[tuple[str, str, str, str]]:
    """Kind, schema, name and relation of an object as DROP, COMMENT, GRANT and ALTER … OWNER write it."""
    if "ObjectWithArgs" in item:
        inner = item["ObjectWithArgs"]
        schema, name = _split_name(strings_of(inner.get("objname", ())))
        if kind != "function":
            return []
        found = [(kind, schema, name, "")]
        if not inner.get("args_unspecified"):
            found.append(("signature", schema, _signature(name, inner.get("objargs", ())), ""))
        return found
    if "TypeName" in item:
        return [(kind, *_split_name(strings_of(item["TypeName"].get("names", ()))), "")]
    if "RangeVar" in item:
        return [(kind, *_relation(item["RangeVar"]), "")]
    if "String" in item:
        return [(kind, "", item["String"].get("sval", ""), "")]
    if "RoleSpec" in item:
        return [(kind, "", item["RoleSpec"].get("rolename", ""), "")]
    parts = strings_of(item.get("List", {}).get("items", ()))
    if not parts:
        return []
    if kind in _OF_RELATION:
        schema, of = _split_name(parts[:-1])
        return [(kind, schema, parts[-1], of)] if of else []
    return [(kind, *_split_name(parts), "")]


def _signature(name: str, types: Iterable[Node]) -> str:
    """`name(int4, text[])`: types as the parser normalises them, unqualified, so that one type is written one
    way.
    """
    words = []
    for entry in types:
        inner = entry.get("TypeName", entry)
        word = (strings_of(inner.get("names", ())) or ["?"])[-1]
        words.append(word + "[]" * len(inner.get("arrayBounds", ())))
    return f"{name}({', '.join(words)})"


def _rename(node: Node, scope: _Scope) -> None:
    what, new = node.get("renameType", ""), node.get("newname", "")
    kind = _KIND.get(what)
    if what == "OBJECT_ATTRIBUTE" or kind is None:
        kind = "column" if what == "OBJECT_ATTRIBUTE" else None
    relation = node.get("relation")
    found: list[tuple[str, str, str, str]] = []
    if kind in _OF_RELATION and relation:
        schema, of = _relation(relation)
        found = [(kind, schema, node.get("subname", ""), of)]
        scope.alters.update(_names(scope, "relation", schema, of))
    elif relation:
        found = [(kind or "relation", *_relation(relation), "")]
    elif kind in ("schema", "role"):
        found = [(kind, "", node.get("subname", ""), "")]
    elif kind is not None and "object" in node:
        found = [each for each in _object(kind, node["object"]) if each[0] != "signature"]
    for each, schema, old, of in found:
        for name in _target(scope, each, schema, old, of):
            scope.renames.add(name)
            if node.get("missing_ok"):
                scope.late.add(name)
            scope.places.pop((each, old), None)
            _create(scope, each, name.schema, new, of)


def _set_schema(node: Node, scope: _Scope) -> None:
    kind, new = _KIND.get(node.get("objectType", "")), node.get("newschema", "")
    scope.uses.add(Name("schema", "", new))
    if kind is None:
        return
    found = (
        [(kind, *_relation(node["relation"]), "")]
        if "relation" in node
        else _object(kind, node.get("object", {}))
    )
    for each, schema, name, of in found:
        if each in _WITHOUT_SCHEMA:
            scope.alters.update(_target(scope, each, schema, name, of))
        elif each != "signature":
            scope.renames.update(_target(scope, each, schema, name, of))
            _create(scope, each, new, name, of)


def _create_schema(node: Node, scope: _Scope) -> None:
    name = node.get("schemaname") or node.get("authrole", {}).get("rolename", "")
    scope.creates.add(Name("schema", "", name))
    _walk(node.get("authrole", {}), scope)
    before, scope.path = scope.path, (name, *scope.path)
    for element in node.get("schemaElts", ()):
        _statement(element, scope)
    scope.path = before


def _create_type(node: Node, scope: _Scope) -> None:
    """CREATE TYPE … AS ENUM or RANGE."""
    _walk(node.get("params", []), scope)
    _create(scope, "type", *_split_name(strings_of(node["typeName"])))


def _create_domain(node: Node, scope: _Scope) -> None:
    _walk({key: value for key, value in node.items() if key != "domainname"}, scope)
    _create(scope, "type", *_split_name(strings_of(node["domainname"])))


def _create_composite(node: Node, scope: _Scope) -> None:
    _walk(node.get("coldeflist", []), scope)
    _create(scope, "type", *_relation(node["typevar"]))


def _define(node: Node, scope: _Scope) -> None:
    kind = _KIND.get(node.get("kind", ""))
    for entry in node.get("definition", ()):
        inner = entry["DefElem"]
        parts = strings_of(inner.get("arg", {}).get("TypeName", {}).get("names", ()))
        if parts:
            is_type = inner.get("defname") in (
                "stype",
                "mstype",
                "leftarg",
                "rightarg",
                "subtype",
                "basetype",
                "like",
            )
            _use(scope, "type" if is_type else "function", *_split_name(parts))
    _walk(node.get("args", []), scope)
    if kind is not None:
        _create(scope, kind, *_split_name(strings_of(node.get("defnames", ()))))


def _alter_type(node: Node, scope: _Scope) -> None:
    scope.alters.update(_names(scope, "type", *_split_name(strings_of(node.get("typeName", ())))))
    _walk(node.get("def", {}), scope)


def _create_function(node: Node, scope: _Scope) -> None:
    schema, name = _split_name(strings_of(node["funcname"]))
    before = scope.path
    language, body = "", ""
    for entry in node.get("options", ()):
        option = entry["DefElem"]
        match option.get("defname"):
            case "language":
                language = option["arg"]["String"].get("sval", "").lower()
            case "as":
                texts = strings_of(option["arg"].get("List", {}).get("items", ()))
                body = texts[0] if texts else ""
    _walk(node.get("parameters", []), scope)
    _walk(node.get("returnType", {}), scope)
    inputs = [
        entry["FunctionParameter"]["argType"]
        for entry in node.get("parameters", ())
        if entry["FunctionParameter"].get("mode") not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")
    ]
    _create(scope, "function", schema, name)
    _create(scope, "signature", schema, _signature(name, inputs))
    for entry in node.get("options", ()):
        if entry["DefElem"].get("defname") == "set":
            _set(entry["DefElem"]["arg"].get("VariableSetStmt", {}), scope)
    inside = scope.inner()
    scope.path = before
    if "sql_body" in node:
        _walk(node["sql_body"], scope)
    elif language == "sql":
        _run(try_parse(body), inside)
        scope.uses |= _reached(inside)
    elif language == "plpgsql":
        for query in plpgsql_queries({"CreateFunctionStmt": node}):
            _run(try_parse(query), inside)
        scope.late |= _reached(inside)


def _run(raws: Iterable[_Raw], scope: _Scope) -> None:
    for raw in raws:
        _statement(raw.node, scope)


def _reached(scope: _Scope) -> set[Name]:
    """Everything that a body touches and does not make itself."""
    every = scope.uses | scope.late | scope.alters | scope.drops | scope.renames | scope.foreign
    return every - scope.creates


def _create_trigger(node: Node, scope: _Scope) -> None:
    schema, table = _relation(node["relation"])
    _walk(node, scope)
    _create(scope, "trigger", schema, node.get("trigname", ""), table)


def _create_policy(node: Node, scope: _Scope) -> None:
    schema, table = _relation(node["table"])
    _walk(node, scope)
    _create(scope, "policy", schema, node.get("policy_name", ""), table)


def _alter_policy(node: Node, scope: _Scope) -> None:
    schema, table = _relation(node["table"])
    _walk(node, scope)
    scope.alters.update(_names(scope, "policy", schema, node.get("policy_name", ""), table))


def _create_rule(node: Node, scope: _Scope) -> None:
    schema, table = _relation(node["relation"])
    _walk(node, scope)
    _create(scope, "rule", schema, node.get("rulename", ""), table)


def _sequence(node: Node, scope: _Scope, *, create: bool) -> None:
    schema, name = _relation(node["sequence"])
    if create:
        _create_relation(node["sequence"], scope)
    else:
        (scope.late if node.get("missing_ok") else scope.alters).update(
            _names(scope, "relation", schema, name)
        )
    for entry in node.get("options", ()):
        option = entry["DefElem"]
        if option.get("defname") == "owned_by":
            parts = strings_of(option.get("arg", {}).get("List", {}).get("items", ()))
            if len(parts) > 1:
                _use(scope, "relation", *_split_name(parts[:-1]))
        else:
            _walk(option.get("arg", {}), scope)


def _create_sequence(node: Node, scope: _Scope) -> None:
    _sequence(node, scope, create=True)


def _alter_sequence(node: Node, scope: _Scope) -> None:
    _sequence(node, scope, create=False)


def _create_extension(node: Node, scope: _Scope) -> None:
    _create(scope, "extension", "", node.get("extname", ""))
    for name, value in _options(node.get("options", ())).items():
        if (
            name == "schema"
            and "String" in value
            and value["String"].get("sval") not in ("public", "pg_catalog")
        ):
            scope.uses.add(Name("schema", "", value["String"].get("sval", "")))


def _alter_extension(node: Node, scope: _Scope) -> None:
    scope.alters.add(Name("extension", "", node.get("extname", "")))


def _grant(node: Node, scope: _Scope) -> None:
    kind = _KIND.get(node.get("objtype", ""))
    _walk(node.get("grantees", []), scope)
    if node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
        scope.uses.update(Name("schema", "", each) for each in strings_of(node.get("objects", ())))
    elif kind is not None:
        for item in node.get("objects", ()):
            for each in _object(kind, item):
                scope.uses.update(_names(scope, *each))


def _grant_role(node: Node, scope: _Scope) -> None:
    for entry in node.get("granted_roles", ()):
        scope.uses.add(Name("role", "", entry.get("AccessPriv", {}).get("priv_name", "")))
    _walk(node.get("grantee_roles", []), scope)


def _default_privileges(node: Node, scope: _Scope) -> None:
    _walk(node.get("action", {}).get("grantees", []), scope)
    for name, value in _options(node.get("options", ())).items():
        items = value.get("List", {}).get("items", ())
        if name == "schemas":
            scope.uses.update(Name("schema", "", each) for each in strings_of(items))
        else:
            _walk(list(items), scope)


def _on_object(node: Node, scope: _Scope) -> None:
    """COMMENT, SECURITY LABEL, ALTER … OWNER TO, ALTER … DEPENDS ON."""
    kind = _KIND.get(node.get("objtype") or node.get("objectType") or "")
    alters = "newowner" in node
    _walk(node.get("newowner", {}), scope)
    found = [(kind, *_relation(node["relation"]), "")] if kind and "relation" in node else []
    if kind and "object" in node:
        found += _object(kind, node["object"])
    for each in found:
        names = _names(scope, *each)
        (scope.alters if alters else scope.uses).update(name for name in names if name.kind != "signature")


def _alter_function(node: Node, scope: _Scope) -> None:
    inner = node.get("func", {})
    scope.alters.update(_names(scope, "function", *_split_name(strings_of(inner.get("objname", ())))))


def _create_role(node: Node, scope: _Scope) -> None:
    scope.creates.add(Name("role", "", node.get("role", "")))
    _walk(node.get("options", []), scope)


def _alter_role(node: Node, scope: _Scope) -> None:
    name = node.get("role", {}).get("rolename")
    if name:
        scope.alters.add(Name("role", "", name))


def _drop_role(node: Node, scope: _Scope) -> None:
    names = {Name("role", "", item["RoleSpec"].get("rolename", "")) for item in node.get("roles", ())}
    scope.drops |= names
    if node.get("missing_ok"):
        scope.late |= names


def _create_publication(node: Node, scope: _Scope) -> None:
    _walk(node.get("pubobjects", []), scope)
    scope.creates.add(Name("publication", "", node.get("pubname", "")))


def _alter_publication(node: Node, scope: _Scope) -> None:
    _walk(node.get("pubobjects", []), scope)
    scope.alters.add(Name("publication", "", node.get("pubname", "")))


def _create_event_trigger(node: Node, scope: _Scope) -> None:
    _use(scope, "function", *_split_name(strings_of(node.get("funcname", ()))))
    scope.creates.add(Name("event trigger", "", node.get("trigname", "")))


def _create_foreign_table(node: Node, scope: _Scope) -> None:
    _create_table(node["base"], scope)
    scope.uses.add(Name("server", "", node.get("servername", "")))


def _create_server(node: Node, scope: _Scope) -> None:
    scope.creates.add(Name("server", "", node.get("servername", "")))
    scope.uses.add(Name("foreign-data wrapper", "", node.get("fdwname", "")))


def _create_wrapper(node: Node, scope: _Scope) -> None:
    scope.creates.add(Name("foreign-data wrapper", "", node.get("fdwname", "")))


def _create_statistics(node: Node, scope: _Scope) -> None:
    _walk(node.get("relations", []), scope)
    _create(scope, "statistics", *_split_name(strings_of(node.get("defnames", ()))))


def _insert(node: Node, scope: _Scope) -> None:
    _walk(node, scope)
    schema, table = _relation(node["relation"])
    for entry in node.get("cols", ()):
        scope.uses.update(_names(scope, "column", schema, entry.get("ResTarget", {}).get("name", ""), table))


def _update(node: Node, scope: _Scope) -> None:
    _walk(node, scope)
    schema, table = _relation(node["relation"])
    for entry in node.get("targetList", ()):
        scope.uses.update(_names(scope, "column", schema, entry.get("ResTarget", {}).get("name", ""), table))


def _do(node: Node, scope: _Scope) -> None:
    """A DO block runs now: its static SQL and literal EXECUTEs count, whichever branch they stand in."""
    for query in plpgsql_queries({"DoStmt": node}):
        _run(try_parse(query), scope)


_HANDLERS: Final = {
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": _create_foreign_table,
    "CreateTableAsStmt": _create_table_as,
    "SelectStmt": _select,
    "VariableSetStmt": _set,
    "ViewStmt": _view,
    "IndexStmt": _index,
    "AlterTableStmt": _alter_table,
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _set_schema,
    "CreateSchemaStmt": _create_schema,
    "CreateEnumStmt": _create_type,
    "CreateDomainStmt": _create_domain,
    "CreateRangeStmt": _create_type,
    "CompositeTypeStmt": _create_composite,
    "DefineStmt": _define,
    "AlterEnumStmt": _alter_type,
    "AlterDomainStmt": _alter_type,
    "AlterTypeStmt": _alter_type,
    "CreateFunctionStmt": _create_function,
    "AlterFunctionStmt": _alter_function,
    "CreateTrigStmt": _create_trigger,
    "CreatePolicyStmt": _create_policy,
    "AlterPolicyStmt": _alter_policy,
    "RuleStmt": _create_rule,
    "CreateSeqStmt": _create_sequence,
    "AlterSeqStmt": _alter_sequence,
    "CreateExtensionStmt": _create_extension,
    "AlterExtensionStmt": _alter_extension,
    "GrantStmt": _grant,
    "GrantRoleStmt": _grant_role,
    "AlterDefaultPrivilegesStmt": _default_privileges,
    "CommentStmt": _on_object,
    "SecLabelStmt": _on_object,
    "AlterOwnerStmt": _on_object,
    "CreateRoleStmt": _create_role,
    "AlterRoleStmt": _alter_role,
    "AlterRoleSetStmt": _alter_role,
    "DropRoleStmt": _drop_role,
    "CreatePublicationStmt": _create_publication,
    "AlterPublicationStmt": _alter_publication,
    "CreateEventTrigStmt": _create_event_trigger,
    "CreateForeignServerStmt": _create_server,
    "CreateFdwStmt": _create_wrapper,
    "CreateStatsStmt": _create_statistics,
    "InsertStmt": _insert,
    "UpdateStmt": _update,
    "DoStmt": _do,
}


# ------------------------------------------------------------------------------------------- parts of a table


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A column or constraint in the text of a CREATE TABLE or ALTER TABLE; `line` counts from 1.

    A constraint without a name has the one that PostgreSQL would give it, as long as that is free.
    """

    name: Name
    line: int
    action: Literal["make", "alter", "drop"]


def parts(
    text: str, *, search_path: Sequence[str] = ("public",), path: str | None = None
) -> tuple[tuple[Facts, tuple[Part, ...]], ...]:
    """The facts of each statement, and the columns and constraints that it makes, alters and drops.

    What an ALTER TABLE without a schema names stands once for each schema of the search path. Raises like
    `statements`.
    """
    data = (" " + text[1:] if text.startswith("\ufeff") else text).encode("utf-8", "surrogatepass")
    lines = _Lines(data)
    found = []
    for raw, facts, scope in _each(text, search_path, path):
        kind, node = next(iter(raw.node.items()))
        of_table: tuple[Part, ...] = ()
        if kind == "CreateForeignTableStmt":
            kind, node = "CreateStmt", node["base"]
        if kind == "CreateStmt" and not _is_temporary(node["relation"]):
            of_table = tuple(_made_in(node, facts, scope, lines))
        elif kind == "AlterTableStmt":
            of_table = tuple(_altered_in(node, facts, scope, lines))
        found.append((facts, of_table))
    return tuple(found)


class _Lines:
    """Which line a byte offset is on."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.ends = [each.start() for each in re.finditer(rb"\n", data)]

    def of(self, offset: int) -> int:
        return bisect.bisect_left(self.ends, offset) + 1

    def word(self, name: str, begin: int, end: int) -> int | None:
        """The offset of an identifier in a stretch of the text."""
        quoted = re.escape(name.replace('"', '""').encode())
        pattern = rb'"' + quoted + rb'"|(?<![\w$"])' + quoted + rb'(?![\w$"])'
        match = re.compile(pattern, re.IGNORECASE).search(self.data, begin, end)
        return match.start() if match else None


def _made_in(node: Node, facts: Facts, scope: _Scope, lines: _Lines) -> Iterator[Part]:
    schema, table = _relation(node["relation"])
    place = schema or scope.places.get(("relation", table), "")
    for element in node.get("tableElts", ()):
        if "ColumnDef" in element:
            yield from _column_parts(element["ColumnDef"], place, table, facts, lines)
        elif "Constraint" in element:
            yield from _constraint_parts(element["Constraint"], "", place, table, facts, lines)


def _column_parts(column: Node, schema: str, table: str, facts: Facts, lines: _Lines) -> Iterator[Part]:
    name = column.get("colname", "")
    line = lines.of(column["location"]) if "location" in column else facts.statement.line
    yield Part(name=Name("column", schema, name, table), line=line, action="make")
    for each in column.get("constraints", ()):
        yield from _constraint_parts(each.get("Constraint", {}), name, schema, table, facts, lines)


_IMPLICIT: Final = {
    "CONSTR_PRIMARY": "pkey",
    "CONSTR_UNIQUE": "key",
    "CONSTR_FOREIGN": "fkey",
    "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "excl",
    "CONSTR_NOTNULL": "not_null",
}


def _constraint_parts(
    constraint: Node, column: str, schema: str, table: str, facts: Facts, lines: _Lines
) -> Iterator[Part]:
    label = _IMPLICIT.get(constraint.get("contype", ""))
    if label is None:
        return
    name = constraint.get("conname")
    if not name:
        keys = strings_of(constraint.get("fk_attrs") or constraint.get("keys") or ()) or [column]
        if label == "check" and not column:
            used = _columns_in(constraint.get("raw_expr", {}))
            keys = [next(iter(used))] if len(used) == 1 else []
        name = object_name(table, "_".join(keys) if label != "pkey" else "", label)
    line = lines.of(constraint["location"]) if "location" in constraint else facts.statement.line
    yield Part(name=Name("constraint", schema, name, table), line=line, action="make")


def _columns_in(expression: Any) -> set[str]:
    found: set[str] = set()
    stack = [expression]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if "ColumnRef" in current:
                found.update(strings_of(current["ColumnRef"].get("fields", ()))[-1:])
            stack.extend(current.values())
    return found


_OF_COLUMN: Final = frozenset(
    {
        "AT_ColumnDefault",
        "AT_CookedColumnDefault",
        "AT_DropNotNull",
        "AT_SetNotNull",
        "AT_SetExpression",
        "AT_DropExpression",
        "AT_SetStatistics",
        "AT_SetOptions",
        "AT_ResetOptions",
        "AT_SetStorage",
        "AT_SetCompression",
        "AT_AlterColumnType",
        "AT_AddIdentity",
        "AT_SetIdentity",
        "AT_DropIdentity",
    }
)


def _altered_in(node: Node, facts: Facts, scope: _Scope, lines: _Lines) -> Iterator[Part]:
    schema, table = _relation(node["relation"])
    statement = facts.statement
    begin = node["relation"].get("location", 0)
    end = begin + len(statement.sql.encode())
    places = [each.schema for each in _names(scope, "relation", schema, table)]
    for entry in node.get("cmds", ()):
        command = entry["AlterTableCmd"]
        subtype, name, definition = command.get("subtype"), command.get("name"), command.get("def", {})
        at = next((each["location"] for each in definition.values() if _has_location(each)), None)
        if at is None and name:
            at = lines.word(name, begin, end)
        begin = at + 1 if at is not None else begin
        line = lines.of(at) if at is not None else statement.line
        for place in places:
            if subtype == "AT_AddColumn":
                yield from _column_parts(definition.get("ColumnDef", {}), place, table, facts, lines)
            elif subtype == "AT_AddConstraint":
                yield from _constraint_parts(definition.get("Constraint", {}), "", place, table, facts, lines)
            elif subtype in _OF_COLUMN and name:
                yield Part(name=Name("column", place, name, table), line=line, action="alter")
            elif subtype in ("AT_AlterConstraint", "AT_ValidateConstraint") and name:
                yield Part(name=Name("constraint", place, name, table), line=line, action="alter")
            elif subtype in ("AT_DropColumn", "AT_DropConstraint") and name:
                kind = "column" if subtype == "AT_DropColumn" else "constraint"
                yield Part(name=Name(kind, place, name, table), line=line, action="drop")


def _has_location(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("location"), int)


class EnumValue(msgspec.Struct, frozen=True):
    """A label that ALTER TYPE … ADD VALUE adds; `types` are what the type's name may mean."""

    types: frozenset[Name]
    label: str


def added_value(statement: Statement, *, search_path: Sequence[str] = ("public",)) -> EnumValue | None:
    """The enum label that the statement adds; None for every other statement."""
    if statement.kind != "AlterEnumStmt":
        return None
    for raw in try_parse(statement.sql):
        node = raw.node.get("AlterEnumStmt", {})
        if node.get("newVal") and not node.get("oldVal"):
            scope = _Scope(search_path)
            names = _names(scope, "type", *_split_name(strings_of(node.get("typeName", ()))))
            return EnumValue(frozenset(names), str(node["newVal"]))
    return None


def literals(statement: Statement) -> frozenset[str]:
    """The string constants of a statement; of a DO block those of the SQL in it; no function bodies."""
    found: set[str] = set()
    stack: list[Any] = list(_run_by(statement))
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            text = current.get("A_Const", {}).get("sval", {}).get("sval")
            if isinstance(text, str):
                found.add(text)
            stack.extend(current.values())
    return frozenset(found)


def trigger_arguments(text: str) -> tuple[str, ...]:
    """What a CREATE TRIGGER gives its function; () for every other statement."""
    for raw in try_parse(text):
        return tuple(strings_of(raw.node.get("CreateTrigStmt", {}).get("args", ())))
    return ()


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What the condition of a policy says. Functions are (schema or '', name), columns their names alone.

    `per_row` are the calls with no column among their arguments that the planner runs again for each row:
    those that stand in no scalar sub-select of their own. `compared` are columns that are equal to something
    that comes from a call or a sub-select, and from no column: an index finds the rows if, of each set, it
    has one. `json_keys` are the strings beside the operators that take a value out of JSON.
    """

    always: bool = False  # it is true, whatever the row and whoever asks
    calls: frozenset[tuple[str, str]] = frozenset()
    again: tuple[tuple[tuple[str, str], int], ...] = ()  # each of `per_row`, and at which byte it begins
    columns: frozenset[str] = frozenset()
    compared: tuple[frozenset[str], ...] = ()
    json_keys: frozenset[str] = frozenset()

    @property
    def per_row(self) -> tuple[tuple[str, str], ...]:
        """The functions of which a call runs again for each row."""
        return tuple(dict.fromkeys(name for name, _ in self.again))


@lru_cache(maxsize=4096)  # policies are much alike
def condition(text: str) -> Condition:
    """What an expression without its SELECT says, as `pg_get_expr` prints it. Raises `sql-syntax`."""
    top = _expression(text)
    calls = list(_calls(top))
    return Condition(
        always=_holds(top),
        calls=frozenset(name for name, _, _ in calls),
        again=tuple(sorted(((name, at) for name, at, again in calls if again), key=lambda each: each[1])),
        columns=frozenset(_columns_in(top)),
        compared=tuple(dict.fromkeys(_compared(top))),
        json_keys=frozenset(_json_keys(top)),
    )


def asked_once(text: str, calls: Collection[tuple[str, str]]) -> str:
    """The expression with a sub-select around each of these calls that is `per_row`. Raises `sql-syntax`."""
    data = text.encode()
    parts: list[bytes] = []
    done = 0
    for name, start in condition(text).again:
        if name not in calls or start < done:
            continue
        depth = 0
        for word in _BRACKETS.finditer(data, start):
            depth += {b"(": 1, b")": -1}.get(word[0], 0)
            if depth == 0 and word[0] == b")":
                parts += [data[done:start], b"( SELECT ", data[start : word.end()], b")"]
                done = word.end()
                break
    return b"".join([*parts, data[done:]]).decode()


_BRACKETS: Final = re.compile(rb"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]""")
_SELECT: Final = "SELECT "


def _expression(text: str) -> Node:
    try:
        (raw,) = _parse(_SELECT + text)
    except _Unreadable as error:
        raise _refusal(text, error.message, max(error.position - len(_SELECT), 0), None) from error
    (target,) = raw.node["SelectStmt"]["targetList"]
    found: Node = target["ResTarget"]["val"]
    return found


def _calls(top: Node) -> Iterator[tuple[tuple[str, str], int, bool]]:
    """(name, offset in bytes, whether it runs again for each row) of each call."""
    stack: list[tuple[Any, bool]] = [(top, False)]
    while stack:
        node, once = stack.pop()
        if isinstance(node, list):
            stack += [(each, once) for each in reversed(node)]
            continue
        if not isinstance(node, dict):
            continue
        for key, value in node.items():
            if key == "FuncCall":
                name = _split_name(strings_of(value.get("funcname", ())))
                again = not once and not _columns_in(value.get("args", ()))
                yield name, value.get("location", 0) - len(_SELECT), again
            stack.append((value, once if key != "SubLink" else _runs_once(value)))


_JSON_OPERATORS: Final = frozenset({"->", "->>", "#>", "#>>", "?"})


def _json_keys(top: Node) -> Iterator[str]:
    """`'a'`, or each of `'{a,b}'`, right of such an operator."""
    stack: list[Any] = [top]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            stack += node.values()
            inner = node.get("A_Expr", {})
            if _JSON_OPERATORS & set(strings_of(inner.get("name", ()))):
                key = inner.get("rexpr", {})
                while "TypeCast" in key:
                    key = key["TypeCast"]["arg"]
                text = _text_of(key)
                yield from (each.strip(' "') for each in text.strip("{}").split(","))


def _runs_once(link: Node) -> bool:
    """Whether a sub-select is a value that is read before the first row: `(SELECT auth.uid())`."""
    query = link.get("subselect", {}).get("SelectStmt", {})
    return (
        link.get("subLinkType") == "EXPR_SUBLINK"
        and not any(key in query for key in ("fromClause", "withClause", "larg", "valuesLists"))
        and not _columns_in(query)
    )


def _holds(node: Node) -> bool:
    """Whether it is true by itself; False where that cannot be told."""
    kind, inner = next(iter(node.items()))
    match kind:
        case "A_Const":
            return bool(inner.get("boolval", {}).get("boolval", False))
        case "TypeCast":
            return _holds(inner["arg"]) or _text_of(inner["arg"]) in ("t", "true")
        case "BoolExpr" if inner["boolop"] == "AND_EXPR":
            return all(_holds(each) for each in inner["args"])
        case "BoolExpr" if inner["boolop"] == "OR_EXPR":
            return any(_holds(each) for each in inner["args"])
        case "BoolExpr":
            return all("A_Const" in each and each["A_Const"].get("boolval") == {} for each in inner["args"])
        case "A_Expr" if inner.get("kind") == "AEXPR_OP" and strings_of(inner["name"]) == ["="]:
            left, right = inner.get("lexpr", {}), inner.get("rexpr", {})
            return "A_Const" in left and _without_location(left) == _without_location(right)
        case _:
            return False


def _text_of(node: Node) -> str:
    return str(node.get("A_Const", {}).get("sval", {}).get("sval", ""))


def _without_location(node: Node) -> Any:
    return {key: value for key, value in node.get("A_Const", {}).items() if key != "location"}


def _compared(node: Node) -> list[frozenset[str]]:
    """Sets of columns, of each of which an index needs one; [] where no index helps."""
    kind, inner = next(iter(node.items()))
    if kind == "BoolExpr" and inner["boolop"] in ("AND_EXPR", "OR_EXPR"):
        found = [_compared(each) for each in inner["args"]]
        if inner["boolop"] == "OR_EXPR":
            return [each for one in found for each in one] if all(found) else []
        helping = [each for each in found if each]
        return [frozenset().union(*each) for each in itertools.product(*helping)] if helping else []
    if kind == "SubLink" and inner.get("subLinkType") == "ANY_SUBLINK" and "operName" not in inner:
        return _bare_column(inner.get("testexpr", {}))
    if kind != "A_Expr" or inner.get("kind") not in ("AEXPR_OP", "AEXPR_OP_ANY"):
        return []
    if strings_of(inner.get("name", ())) != ["="]:
        return []
    left, right = inner.get("lexpr", {}), inner.get("rexpr", {})
    for one, other in ((left, right), (right, left)):
        column = _bare_column(one)
        if column and _comes_from_the_caller(other):
            return column
    return []


def _bare_column(node: Node) -> list[frozenset[str]]:
    """Its name alone, where the expression is a column, cast or not."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    return [frozenset({each}) for each in strings_of(node.get("ColumnRef", {}).get("fields", ()))[-1:]]


def _comes_from_the_caller(node: Any) -> bool:
    """Whether there is a call or a sub-select in it, and outside sub-selects no column."""
    found = False
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if "ColumnRef" in current:
                return False
            found = found or "FuncCall" in current or "SubLink" in current
            stack.extend(value for key, value in current.items() if key != "SubLink")
    return found


def search_path_of_session(statement: Statement) -> Literal["set", "reset"] | None:
    """Whether the statement changes, or gives back, the search path of the session (and not of its
    transaction alone); None where it does neither.
    """
    if statement.kind not in ("VariableSetStmt", "SelectStmt", "DiscardStmt", "DoStmt"):
        return None
    done: Literal["set", "reset"] | None = None
    for node in _run_by(statement):
        done = _sets_search_path(node) or done
    return done


def _sets_search_path(node: Node) -> Literal["set", "reset"] | None:
    kind, inner = next(iter(node.items()))
    if kind == "DiscardStmt":
        return "reset" if inner.get("target") == "DISCARD_ALL" else None
    if kind == "VariableSetStmt":
        how = inner.get("kind")
        if how == "VAR_RESET_ALL":
            return "reset"
        if inner.get("name") != "search_path" or inner.get("is_local"):
            return None
        return "set" if how == "VAR_SET_VALUE" else "reset"
    for target in inner.get("targetList", ()) if kind == "SelectStmt" else ():
        call = target.get("ResTarget", {}).get("val", {}).get("FuncCall")
        if call and strings_of(call.get("funcname", ()))[-1:] == ["set_config"]:
            arguments = [each.get("A_Const", {}) for each in call.get("args", ())]
            name = arguments[0].get("sval", {}).get("sval") if arguments else None
            local = arguments[2].get("boolval", {}).get("boolval", False) if len(arguments) > 2 else True
            if name == "search_path" and not local:
                return "set"
    return None


# --------------------------------------------------------------------------------------------------- PL/pgSQL


def plpgsql_queries(node: Node) -> list[str]:
    """All SQL in a PL/pgSQL function or DO block, each as a statement of its own; literal EXECUTEs are
    opened.
    """
    found = []
    for kind, inner in _plpgsql_nodes(node):
        if kind == "PLpgSQL_type":
            name = str(inner.get("typname", "")).partition("%")
            if name[1] and name[0]:
                found.append(f"SELECT NULL::{name[0]}")
            continue
        if kind == "PLpgSQL_stmt_dynexecute":
            literal = _literal(inner.get("query", {}).get("PLpgSQL_expr", {}).get("query", ""))
            if literal:
                found.append(literal)
        if kind == "PLpgSQL_expr":
            query, mode = str(inner.get("query", "")), inner.get("parseMode", 0)
            if mode == 0:
                found.append(query)
            elif mode == 2:
                found.append(f"SELECT {query}")
            elif mode >= 3:
                _, mark, value = query.partition(":=")
                found.append(f"SELECT {value if mark else query.partition('=')[2]}")
    return found


def _literal(expression: str) -> str | None:
    """The text of a constant string expression: a literal, or several joined by `||`."""

    def value(node: Node) -> str | None:
        if "A_Const" in node:
            text = node["A_Const"].get("sval", {}).get("sval")
            return text if isinstance(text, str) else None
        if "A_Expr" in node and strings_of(node["A_Expr"].get("name", ())) == ["||"]:
            left, right = value(node["A_Expr"].get("lexpr", {})), value(node["A_Expr"].get("rexpr", {}))
            return left + right if left is not None and right is not None else None
        return None

    for raw in try_parse(f"SELECT {expression}"):
        targets = raw.node.get("SelectStmt", {}).get("targetList", ())
        if len(targets) == 1:
            return value(targets[0].get("ResTarget", {}).get("val", {}))
    return None


def _plpgsql_nodes(node: Node) -> Iterator[tuple[str, Node]]:
    """Every node of the PL/pgSQL tree; nothing where the body is not PL/pgSQL that the parser takes."""
    for tree in _plpgsql_trees(node):
        stack: list[Any] = [tree]
        while stack:
            current = stack.pop()
            if isinstance(current, list):
                stack.extend(reversed(current))
            elif isinstance(current, dict):
                for key, value in reversed(current.items()):
                    if isinstance(value, dict):
                        if key.startswith("PLpgSQL"):
                            yield key, value
                        stack.append(value)
                    elif isinstance(value, list):
                        stack.append(value)


def _plpgsql_trees(node: Node) -> list[Any]:
    """The PL/pgSQL tree of a function or DO block.

    libpg_query knows no type outside pg_catalog and public and writes broken JSON for trigger functions, so
    the function is written anew: same body, parameters and kind of result, unknown types as text or record.
    """
    kind, inner = next(iter(node.items()))
    options = inner.get("options", ()) if kind == "CreateFunctionStmt" else inner.get("args", ())
    language, body = "plpgsql", ""
    for entry in options:
        option = entry.get("DefElem", {})
        argument = option.get("arg", {})
        if option.get("defname") == "language":
            language = argument.get("String", {}).get("sval", "").lower()
        elif option.get("defname") == "as":
            body = argument.get("String", {}).get("sval") or "".join(
                strings_of(argument.get("List", {}).get("items", ()))[:1]
            )
    if language != "plpgsql" or not body or "\0" in body:
        return []
    head = _plpgsql_head(inner) if kind == "CreateFunctionStmt" else "() RETURNS void"
    for plain in ("", "text", "record"):
        text = _with_plain_types(body, plain) if plain else body
        tree = _parse_plpgsql(f"CREATE FUNCTION f{head} LANGUAGE plpgsql AS {quote_literal(text)}")
        if tree is not None:
            return tree
    return []


def _parse_plpgsql(sql: str) -> list[Any] | None:
    library = _library()
    result = library.pg_query_parse_plpgsql(sql.encode())
    try:
        _refuse(result)
        tree = msgspec.json.decode(result.plpgsql_funcs)
    except (_Unreadable, msgspec.DecodeError, RecursionError):
        return None
    finally:
        library.pg_query_free_plpgsql_parse_result(result)
    return tree if isinstance(tree, list) else None


def _plpgsql_head(function: Node) -> str:
    parameters = []
    returns_table = False
    has_out = False
    for entry in function.get("parameters", ()):
        inner = entry["FunctionParameter"]
        mode = inner.get("mode", "")
        if mode == "FUNC_PARAM_TABLE":
            returns_table = True
            continue
        has_out = has_out or mode in ("FUNC_PARAM_OUT", "FUNC_PARAM_INOUT")
        word = {"FUNC_PARAM_OUT": "OUT ", "FUNC_PARAM_INOUT": "INOUT "}.get(mode, "")
        name = quote_identifier(inner["name"]) + " " if inner.get("name") else ""
        kind = (strings_of(inner.get("argType", {}).get("names", ())) or ["text"])[-1]
        parameters.append(f"{word}{name}{kind if kind in _BUILTIN_TYPES - {'record'} else 'record'}")
    result = function.get("returnType", {})
    name = (strings_of(result.get("names", ())) or ["void"])[-1]
    if name in ("trigger", "event_trigger"):
        return '("new" record, "old" record) RETURNS text'
    if returns_table or result.get("setof"):
        returns = "SETOF record"
    elif has_out:
        returns = ""
    else:
        returns = "void" if name == "void" else "text"
    return f"({', '.join(parameters)}){' RETURNS ' + returns if returns else ''}"


def _with_plain_types(body: str, plain: str) -> str:
    """The body with each declared type that is not built in replaced by `plain` (a row type by record)."""
    from postgast.errors import PgQueryError

    data = body.encode()
    try:
        tokens = [(start, end, data[start:end].decode().lower()) for start, end in _tokens(body)]
    except PgQueryError:
        return body
    replaced: list[tuple[int, int, str]] = []
    declaring = False
    at = 0
    while at < len(tokens):
        word = tokens[at][2]
        if word in ("declare", "begin"):
            declaring = word == "declare"
        elif declaring:
            at += 1  # over the variable's name
            if at < len(tokens) and tokens[at][2] == "constant":
                at += 1
            begin = at
            if at < len(tokens) and tokens[at][2] not in ("alias", "cursor", "no", "scroll"):
                at += 1
                while at + 1 < len(tokens) and tokens[at][2] in (".", "%"):
                    at += 2
                words = [token[2] for token in tokens[begin:at]]
                if len(words) > 1 or words[0].strip('"') not in _BUILTIN_TYPES | {
                    "double",
                    "character",
                    "national",
                }:
                    new = "record" if words[-1] == "rowtype" else plain
                    replaced.append((tokens[begin][0], tokens[at - 1][1], new))
            while at < len(tokens) and tokens[at][2] != ";":
                at += 1
        at += 1
    for start, end, new in reversed(replaced):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()


# --------------------------------------------------------------------------------------- lifting foreign keys


class Lifted(msgspec.Struct, frozen=True):
    """A statement without some of its foreign keys (None: nothing is left), and what adds them later."""

    rest: str | None
    foreign_keys: tuple[str, ...]


def lift_foreign_keys(
    statement: Statement, targets: frozenset[Name], search_path: Sequence[str] = ("public",)
) -> Lifted | None:
    """Take the foreign keys to `targets` out of a CREATE TABLE, an ALTER TABLE or a DO block that only adds
    them.

    An inline key gets the name that PostgreSQL would give it. None where the statement has no such key, or
    where it cannot be told apart from what else the statement does. What is left of a changed statement is
    printed anew by the parser, without its comments; neither text ends with a semicolon.
    """
    if statement.kind == "DoStmt":
        return Lifted(None, (statement.sql,)) if _only_adds_keys(statement) else None
    if statement.kind not in ("CreateStmt", "AlterTableStmt"):
        return None
    from postgast import deparse, parse
    from postgast.pg_query_pb2 import ConstrType

    tree = parse(statement.sql)
    scope = _Scope(search_path)
    creates = statement.kind == "CreateStmt"
    node = tree.stmts[0].stmt.create_stmt if creates else tree.stmts[0].stmt.alter_table_stmt
    elements = node.table_elts if creates else node.cmds
    found: list[Any] = []

    def is_wanted(constraint: Any) -> bool:
        if constraint.contype != ConstrType.Value("CONSTR_FOREIGN"):
            return False
        target = constraint.pktable
        return bool(targets.intersection(_names(scope, "relation", target.schemaname, target.relname)))

    for at in reversed(range(len(elements))):
        element = elements[at]
        definition = element if creates else getattr(element.alter_table_cmd, "def")
        if definition.HasField("constraint") and is_wanted(definition.constraint):
            found.append(_copy(definition.constraint))
            del elements[at]
        elif definition.HasField("column_def"):
            found += _take_column_keys(definition.column_def, is_wanted)
    if not found:
        return None
    found.reverse()
    taken = {name.name for name in facts(statement.sql)[0].creates if name.kind == "constraint"}
    added = []
    for constraint in found:
        if not constraint.conname:
            columns = "_".join(column.string.sval for column in constraint.fk_attrs)
            constraint.conname = _free_name(node.relation.relname, columns, taken)
        taken.add(constraint.conname)
        alter = parse("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b")
        inner = alter.stmts[0].stmt.alter_table_stmt
        inner.relation.CopyFrom(node.relation)
        getattr(inner.cmds[0].alter_table_cmd, "def").constraint.CopyFrom(constraint)
        added.append(deparse(alter))
    return Lifted(deparse(tree) if creates or len(elements) else None, tuple(added))


def _copy(constraint: Any) -> Any:
    copied = type(constraint)()
    copied.CopyFrom(constraint)
    return copied


def _take_column_keys(column: Any, is_wanted: Callable[[Any], bool]) -> list[Any]:
    """Remove the column's wanted foreign keys, and the DEFERRABLE words after them, and return them as table
    keys.
    """
    from postgast.pg_query_pb2 import ConstrType
    from postgast.pg_query_pb2 import Node as TreeNode

    attributes = {
        ConstrType.Value("CONSTR_ATTR_DEFERRABLE"): ("deferrable", True),
        ConstrType.Value("CONSTR_ATTR_NOT_DEFERRABLE"): ("deferrable", False),
        ConstrType.Value("CONSTR_ATTR_DEFERRED"): ("initdeferred", True),
        ConstrType.Value("CONSTR_ATTR_IMMEDIATE"): ("initdeferred", False),
        ConstrType.Value("CONSTR_ATTR_ENFORCED"): ("is_enforced", True),
        ConstrType.Value("CONSTR_ATTR_NOT_ENFORCED"): ("is_enforced", False),
    }
    found: list[Any] = []
    kept: list[Any] = []
    current: Any = None
    for entry in column.constraints:
        constraint = entry.constraint
        if current is not None and constraint.contype in attributes:
            setattr(current, *attributes[constraint.contype])
            continue
        current = None
        if is_wanted(constraint):
            current = _copy(constraint)
            key = TreeNode()
            key.string.sval = column.colname
            current.fk_attrs.append(key)
            found.append(current)
        else:
            kept.append(_copy(entry))
    if found:
        del column.constraints[:]
        column.constraints.extend(kept)
    return found[::-1]


def _free_name(table: str, columns: str, taken: set[str]) -> str:
    name, count = object_name(table, columns, "fkey"), 0
    while name in taken:
        count += 1
        name = object_name(table, columns, f"fkey{count}")
    return name


def _only_adds_keys(statement: Statement) -> bool:
    adds = False
    for node in _run_by(statement):
        kind, inner = next(iter(node.items()))
        if kind == "SelectStmt" and not _writes_rows(node):
            continue  # a condition, e.g. IF NOT EXISTS (SELECT FROM pg_constraint …)
        commands = (
            [entry["AlterTableCmd"] for entry in inner.get("cmds", ())] if kind == "AlterTableStmt" else []
        )
        constraints = [command.get("def", {}).get("Constraint", {}) for command in commands]
        if not constraints or any(each.get("contype") != "CONSTR_FOREIGN" for each in constraints):
            return False
        adds = True
    return adds
