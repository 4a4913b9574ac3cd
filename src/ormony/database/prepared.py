"""Statements that services issue, prepared on a server and never executed: which would it refuse?

PostgreSQL parses and analyses each one and says the types of its parameters and columns. Nothing is planned
and nothing runs, so neither rows nor side effects are needed. Where the statements come from is the affair of
`adapters/sqlx_queries.py` and of a model's shape; this module reads no file.
"""

from __future__ import annotations

import contextlib
import re
import selectors
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from ormony import sql
from ormony.errors import DATABASE, OrmonyError
from ormony.mirrors import Field, Shape

# The driver is imported where it is used: what a server has said before is asked for without one.
if TYPE_CHECKING:
    import psycopg
    from psycopg import pq

    from ormony.database.connect import Connection

_BATCH: Final = 100  # statements of one round trip

# The statements that PostgreSQL analyses when it prepares them. All others it only parses.
_ANALYSED: Final = frozenset(
    {"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CallStmt"}
)

# What a statement is refused with because the type of a parameter cannot be told from it alone. The driver
# of the service may well tell it: indeterminate_datatype, ambiguous_parameter, ambiguous_function.
_UNTYPED: Final = frozenset({"42P18", "42P08", "42725"})

# The server names the object in its message alone. A server that speaks another language is understood by
# the position that it gives.
_NAMED: Final = (
    re.compile(r'column "(?P<of>[^"]+)" of relation "(?P<in>[^"]+)" does not exist'),
    re.compile(r'column "?(?P<of>[^"]+?)"? does not exist'),
    re.compile(r'[a-z ]+ "(?P<of>[^"]+)" does not exist'),
    re.compile(r"(?:function|procedure|aggregate) (?P<of>.+) does not exist"),
    re.compile(r"operator does not exist: (?P<of>.+)"),
)
_BEFORE_RELATION: Final = frozenset({"from", "join", "update", "into", "using", "only", ","})
_REFERENCE: Final = re.compile(
    r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[^\W\d][\w$]*))*'
)


class Query(Protocol):
    """A statement to prepare. `place` is where it stands, `path` or `path:line`, relative to the project.

    `name` tells it apart from the other statements of its `service`. `aligned` says that the lines of `sql`
    are those of the file, from `place` on.
    """

    @property
    def name(self) -> str: ...
    @property
    def sql(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def aligned(self) -> bool: ...


class Text(msgspec.Struct, frozen=True):
    """The least that `Query` asks for: a statement, and where it stands.

    `made` says that `writes_and_reads` made it: nobody has to look what it is.
    """

    name: str
    sql: str
    place: str = ""
    service: str = ""
    aligned: bool = False
    made: bool = False


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a result.

    `type` is as `format_type` prints it, modifier included; `internal` is the type's name in `pg_type`
    (`int4`, `_text`), and `labels` those of an enum. For a plain column of a relation `origin` is its
    (schema, relation, column) and `not_null` is what the catalog says; else both are None.
    """

    name: str
    type: str
    internal: str
    labels: tuple[str, ...] = ()
    origin: tuple[str, str, str] | None = None
    not_null: bool | None = None


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that the server takes: the types of its parameters (`format_type`), and its columns.

    `internal` are the names of the parameters' types in `pg_type`, `labels` those of their enums.
    """

    query: Query
    parameters: tuple[str, ...]
    columns: tuple[Column, ...]
    internal: tuple[str, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()

    @property
    def parameter_types(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Of each parameter the type, its name in `pg_type`, and its labels."""
        return tuple(zip(self.parameters, self.internal, self.labels, strict=True))


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that the server refuses. `message` is the server's, on one line, without the SQLSTATE.

    `line` and `column` count characters of the statement from 1, 0 where the server gives no position.
    `place` is the query's, moved to that line where the query is aligned. `object` is what is missing, as the
    message or else the statement names it, the alias of a table replaced by its name; '' where nothing is.
    """

    query: Query
    sqlstate: str
    message: str
    place: str
    line: int = 0
    column: int = 0
    object: str = ""
    hint: str | None = None


class Unchecked(msgspec.Struct, frozen=True):
    """A statement of which preparing says nothing, and why."""

    query: Query
    reason: str


Outcome = Prepared | Refusal | Unchecked


class Bare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An outcome without its query, to be kept: `reason` where it is unchecked, `message` where refused."""

    parameters: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    internal: tuple[str, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()
    sqlstate: str = ""
    message: str | None = None
    line: int = 0
    column: int = 0
    object: str = ""
    hint: str | None = None
    reason: str | None = None


def bare(outcome: Outcome) -> Bare:
    """The outcome without its query."""
    names = set(outcome.__struct_fields__) & set(Bare.__struct_fields__)
    return Bare(**{name: getattr(outcome, name) for name in names})


def dressed(query: Query, found: Bare) -> Outcome:
    """The outcome of a query whose statement is the same, wherever it stands now."""
    if found.reason is not None:
        return Unchecked(query, found.reason)
    if found.message is None:
        return Prepared(
            query=query,
            parameters=found.parameters,
            columns=found.columns,
            internal=found.internal,
            labels=found.labels,
        )
    return Refusal(
        query=query,
        sqlstate=found.sqlstate,
        message=found.message,
        place=_moved(query.place, found.line - 1) if query.aligned and found.line else query.place,
        line=found.line,
        column=found.column,
        object=found.object,
        hint=found.hint,
    )


class Broken(msgspec.Struct, frozen=True):
    """What a migration does to statements: `errors` were taken before it, `warnings` were refused already."""

    errors: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def prepare(
    connection: Connection, queries: Sequence[Query], *, search_path: Sequence[str] | None = None
) -> tuple[Refusal, ...]:
    """The refusals among the `outcomes` of these statements, in their order."""
    found = outcomes(connection, queries, search_path=search_path)
    return tuple(each for each in found if isinstance(each, Refusal))


def outcomes(
    connection: Connection, queries: Sequence[Query], *, search_path: Sequence[str] | None = None
) -> tuple[Outcome, ...]:
    """What the server says of each statement, in order; none is executed.

    `search_path` is that of the service's connections; by default the session's own. The connection is in
    autocommit with no transaction open, and is left as it was. Raises `connection-lost` (exit 3).
    """
    import psycopg
    from psycopg import pq

    assert connection.autocommit
    assert connection.pgconn.transaction_status == pq.TransactionStatus.IDLE
    unchecked = [
        None if isinstance(each, Text) and each.made else _not_analysed(each.sql) for each in queries
    ]
    wanted = [number for number, reason in enumerate(unchecked) if reason is None]
    before = _search_path(connection, search_path)
    try:
        answers: list[_Answer] = []
        for start in range(0, len(wanted), _BATCH):
            answers += _ask(connection, [queries[each].sql for each in wanted[start : start + _BATCH]])
        types = _Types(connection, answers)
    except psycopg.OperationalError as error:
        raise OrmonyError(
            "connection-lost",
            f"the connection was lost while statements were prepared: {_one_line(str(error))}",
            exit_status=DATABASE,
        ) from None
    finally:
        if before is not None and connection.pgconn.status == pq.ConnStatus.OK:
            connection.execute("SELECT pg_catalog.set_config('search_path', %s, false)", [before])
    found: list[Outcome] = [Unchecked(each, unchecked[number] or "") for number, each in enumerate(queries)]
    for number, answer in zip(wanted, answers, strict=True):
        found[number] = _outcome(queries[number], answer, types)
    return tuple(found)


def broken(before: Iterable[Refusal], after: Iterable[Refusal]) -> Broken:
    """The refusals of `after`, parted: those that `before` does not have are a migration's doing.

    Both are refusals of the same statements: on the catalog before what is pending, and after it. A statement
    is known by its service, its name and its place.
    """
    never = {_key(each.query) for each in before}
    errors: list[Refusal] = []
    warnings: list[Refusal] = []
    for each in after:
        (warnings if _key(each.query) in never else errors).append(each)
    return Broken(tuple(errors), tuple(warnings))


def writes_and_reads(shape: Shape) -> tuple[str, str]:
    """The SELECT and the INSERT that a model of this shape issues, every parameter cast to the model's type.

    The SELECT looks for a row by its primary key where the model has one. The INSERT names every column that
    is not generated, takes what the server fills in by itself (identity, serial) as DEFAULT, and gives a
    parameter to each other.
    """
    table = f"{sql.quote_identifier(shape.schema)}.{sql.quote_identifier(shape.name)}"
    columns = [f"m.{sql.quote_identifier(each.name)}" for each in shape.fields]
    keys = [field for name in shape.primary if (field := shape.field(name)) is not None]
    where = " AND ".join(
        f"m.{sql.quote_identifier(each.name)} = ${number}::{each.type}" for number, each in enumerate(keys, 1)
    )
    select = f"SELECT {', '.join(columns)} FROM {table} AS m{f' WHERE {where}' if where else ''}"
    written = [each for each in shape.fields if not each.generated]
    if not written:
        return select, f"INSERT INTO {table} DEFAULT VALUES"
    names = ", ".join(sql.quote_identifier(each.name) for each in written)
    return select, f"INSERT INTO {table} ({names}) VALUES ({', '.join(_values(written))})"


def _values(fields: Iterable[Field]) -> Iterator[str]:
    number = 0
    for each in fields:
        if each.default == "" and not each.filled:
            yield "DEFAULT"
        else:
            number += 1
            yield f"${number}::{each.type}"


# ---------------------------------------------------------------------------------------------------- private


class _Answer(msgspec.Struct, frozen=True):
    """What came back for a statement: an error, or oids; of a column: name, type, modifier, table, number."""

    error: psycopg.Error | None
    parameters: tuple[int, ...] = ()
    columns: tuple[tuple[str, int, int, int, int], ...] = ()


def _not_analysed(text: str) -> str | None:
    """Why preparing this statement says nothing about it; None where it does."""
    if "\0" in text:
        return "it holds a null byte, which SQL cannot"
    try:
        kinds = [each.kind for each in sql.statements(text)]
    except OrmonyError:
        return None  # the server is newer than our parser, or it will say what is wrong itself
    if not kinds:
        return "it is empty"
    if len(kinds) > 1:
        return "it is more than one statement"
    return None if kinds[0] in _ANALYSED else "PostgreSQL does not analyse such a statement before it runs it"


def _search_path(connection: Connection, wanted: Sequence[str] | None) -> str | None:
    """Set the search path; the one that there was, or None where it stays."""
    if wanted is None:
        return None
    row = connection.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
    path = ", ".join(sql.quote_identifier(each) for each in wanted) or "''"
    connection.execute("SELECT pg_catalog.set_config('search_path', %s, false)", [path])
    return str(row[0]) if row is not None else None


def _ask(connection: Connection, texts: Sequence[str]) -> list[_Answer]:
    """Prepare the statements one after another in one round trip; a refusal leaves the others alone."""
    import psycopg
    from psycopg import pq

    pgconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    try:
        for text in texts:
            pgconn.send_prepare(b"", text.encode("utf-8", "replace"))
            pgconn.send_describe_prepared(b"")
            pgconn.pipeline_sync()  # ends the transaction that each of them is, so that the next can go on
        with selectors.DefaultSelector() as selector:
            selector.register(pgconn.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            return [_answer(pgconn, selector) for _ in texts]
    finally:
        if pgconn.status == pq.ConnStatus.OK and pgconn.pipeline_status:
            with contextlib.suppress(psycopg.OperationalError):  # after Ctrl-C, with answers on their way
                pgconn.exit_pipeline_mode()


def _answer(pgconn: pq.abc.PGconn, selector: selectors.BaseSelector) -> _Answer:
    import psycopg
    from psycopg import pq

    error: psycopg.Error | None = None
    described: pq.abc.PGresult | None = None
    while True:
        result = _result(pgconn, selector)
        if result is None:  # the end of one of the two messages
            continue
        match result.status:
            case pq.ExecStatus.PIPELINE_SYNC:
                break
            case pq.ExecStatus.FATAL_ERROR:
                error = error or psycopg.errors.error_from_result(result, encoding="utf-8")
                if pgconn.status != pq.ConnStatus.OK:
                    raise psycopg.OperationalError(str(error))
            case pq.ExecStatus.COMMAND_OK:
                described = result  # of the two the second: what describes
    if error is not None or described is None:
        return _Answer(error)
    return _Answer(
        None,
        tuple(described.param_type(each) for each in range(described.nparams)),
        tuple(
            (
                (described.fname(each) or b"").decode("utf-8", "replace"),
                described.ftype(each),
                described.fmod(each),
                described.ftable(each),
                described.ftablecol(each),
            )
            for each in range(described.nfields)
        ),
    )


def _result(pgconn: pq.abc.PGconn, selector: selectors.BaseSelector) -> pq.abc.PGresult | None:
    """The next result. Reads while it writes: else the server and we wait for each other to read."""
    import psycopg
    from psycopg import pq

    unsent = bool(pgconn.flush())
    while pgconn.is_busy():
        selector.modify(pgconn.socket, selectors.EVENT_READ | (selectors.EVENT_WRITE if unsent else 0))
        for _, events in selector.select():
            if events & selectors.EVENT_READ:
                pgconn.consume_input()
        unsent = unsent and bool(pgconn.flush())
    if pgconn.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError(pgconn.get_error_message())
    return pgconn.get_result()


class _Types:
    """The names of all types and plain columns that the answers mention, asked in two queries."""

    def __init__(self, connection: Connection, answers: Iterable[_Answer]) -> None:
        answers = list(answers)
        types = {(oid, -1) for answer in answers for oid in answer.parameters}
        types |= {(column[1], column[2]) for answer in answers for column in answer.columns}
        columns = {
            column[3:] for answer in answers for column in answer.columns if column[3] and column[4] > 0
        }
        listed = sorted(types)
        rows = connection.execute(
            """
            SELECT w.oid, w.mod, pg_catalog.format_type(w.oid, NULLIF(w.mod, -1)), t.typname::text,
                   COALESCE((SELECT pg_catalog.array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                               FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid), '{}')
              FROM ROWS FROM (pg_catalog.unnest(%s::oid[]), pg_catalog.unnest(%s::int4[])) AS w(oid, mod)
              JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
            """,
            [[oid for oid, _ in listed], [modifier for _, modifier in listed]],
        ).fetchall()
        self.types = {(row[0], row[1]): (str(row[2]), str(row[3]), tuple(row[4])) for row in rows}
        origins = sorted(columns)
        rows = connection.execute(
            """
            SELECT w.oid, w.number, n.nspname::text, c.relname::text, a.attname::text, a.attnotnull
              FROM ROWS FROM (pg_catalog.unnest(%s::oid[]), pg_catalog.unnest(%s::int2[])) AS w(oid, number)
              JOIN pg_catalog.pg_class AS c ON c.oid = w.oid
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_attribute AS a ON a.attrelid = w.oid AND a.attnum = w.number
            """,
            [[oid for oid, _ in origins], [number for _, number in origins]],
        ).fetchall()
        self.origins = {(row[0], row[1]): ((row[2], row[3], row[4]), bool(row[5])) for row in rows}

    def type(self, oid: int, modifier: int = -1) -> tuple[str, str, tuple[str, ...]]:
        return self.types.get((oid, modifier), ("unknown", "unknown", ()))


def _outcome(query: Query, answer: _Answer, types: _Types) -> Outcome:
    if answer.error is not None:
        if answer.error.sqlstate in _UNTYPED and "$" in query.sql:
            return Unchecked(query, "the type of a parameter is known to the service's driver alone")
        return _refusal(query, answer.error)
    parameters = [types.type(each) for each in answer.parameters]
    columns = []
    for name, oid, modifier, table, number in answer.columns:
        written, internal, labels = types.type(oid, modifier)
        origin, not_null = types.origins.get((table, number), (None, None))
        columns.append(
            Column(
                name=name, type=written, internal=internal, labels=labels, origin=origin, not_null=not_null
            )
        )
    return Prepared(
        query=query,
        parameters=tuple(each[0] for each in parameters),
        columns=tuple(columns),
        internal=tuple(each[1] for each in parameters),
        labels=tuple(each[2] for each in parameters),
    )


def _refusal(query: Query, error: psycopg.Error) -> Refusal:
    diag = error.diag
    at = int(diag.statement_position) - 1 if diag.statement_position else None
    line = column = 0
    place = query.place
    if at is not None and 0 <= at <= len(query.sql):
        line = query.sql.count("\n", 0, at) + 1
        column = at - (query.sql.rfind("\n", 0, at) + 1) + 1
        if query.aligned:
            place = _moved(query.place, line - 1)
    message = _one_line(diag.message_primary or str(error))
    return Refusal(
        query=query,
        sqlstate=error.sqlstate or "",
        message=message,
        place=place,
        line=line,
        column=column,
        object=_missing(error.sqlstate or "", message, query.sql, at),
        hint=_one_line(diag.message_hint) if diag.message_hint else None,
    )


def _moved(place: str, lines: int) -> str:
    path, colon, number = place.rpartition(":")
    return f"{path}:{int(number) + lines}" if colon and number.isdigit() else place


def _missing(sqlstate: str, message: str, text: str, at: int | None) -> str:
    """What does not exist, by class 42 (and 3F, a schema) of the SQLSTATE."""
    if sqlstate not in ("42P01", "42703", "42704", "42883", "3F000", "42P02"):
        return ""
    for pattern in _NAMED:
        found = pattern.search(message)
        if found:
            inside = found.groupdict().get("in")
            name = f"{inside}.{found['of']}" if inside else found["of"]
            return _unaliased(name, text) if sqlstate == "42703" else name
    found = _REFERENCE.match(text, at) if at is not None else None
    return found[0] if found else ""


def _unaliased(name: str, text: str) -> str:
    """`c.id` as `crates.id`, where the statement says `crates AS c`, `crates c`, once."""
    alias, dot, column = name.partition(".")
    if not dot:
        return name
    words = sql.words(text.encode("utf-8", "replace").decode())
    found = set()
    for at, word in enumerate(words):
        if at < 2 or word.strip('"').lower() != alias.lower():
            continue
        last = at - 2 if words[at - 1].lower() == "as" else at - 1
        first = last - 2 if last >= 3 and words[last - 1] == "." else last
        before = words[first - 1].lower() if first >= 1 else ""
        if _REFERENCE.fullmatch(words[last]) and before in _BEFORE_RELATION:
            found.add("".join(words[first : last + 1]).replace('"', ""))
    return f"{found.pop()}.{column}" if len(found) == 1 else name


def _key(query: Query) -> tuple[str, str, str]:
    return query.service, query.name, query.place


def _one_line(text: str) -> str:
    return " ".join(text.split())
