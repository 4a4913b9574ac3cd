"""Connections to PostgreSQL, and the server's errors as ours.

Every connection of ormony is opened here, so that no password is printed, no remote server is spoken to in
the clear and no transaction pooler is mistaken for a session. This module runs none of the user's SQL:
`run.py` does.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

import psycopg
from psycopg import conninfo

from ormony.database import surface
from ormony.errors import DATABASE, OrmonyError

Connection = psycopg.Connection[tuple[Any, ...]]

CONNECT_TIMEOUT_S: Final = 10

_SCHEME: Final = re.compile(r"\A\s*(?:postgres|postgresql)(?:\+[a-z0-9_]+)?://", re.IGNORECASE)
_PASSWORD_IN_URL: Final = re.compile(r"(://[^:/?#@\s]*):[^\s]*@(?=[^@\s]*\Z)")
_PASSWORD_IN_WORDS: Final = re.compile(
    r"((?:password|sslpassword|oauth_client_secret)\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^&\s]+)", re.IGNORECASE
)
# What the drivers of other languages take in a URL and libpq refuses.
_FOREIGN_PARAMETERS: Final = frozenset(
    {
        "connection_limit",
        "max",
        "pgbouncer",
        "pool_mode",
        "pool_size",
        "pool_timeout",
        "prepare",
        "prepared_statement_cache_size",
        "preparethreshold",
        "schema",
        "statement-cache-capacity",
        "statement_cache_size",
        "supa",
        "uselibpqcompat",
        "workaround",
    }
)
_SSL_WORDS: Final = {"true": "require", "1": "require", "on": "require", "false": "disable", "0": "disable"}
_PORT: Final = re.compile(r"\s*\+?[0-9]{1,9}\s*", re.ASCII)  # as libpq reads it
_ESCAPE: Final = "write the characters @ : / # ? % of a password as %40 %3A %2F %23 %3F %25"
_POOLER_PORT: Final = "6543"  # Supavisor's transaction mode, on every hosted project


class SqlError(OrmonyError):
    """SQL of the user's that the server refused, at its line of its file.

    `sqlstate` is the server's, None when the connection was lost. `statement` counts the statements of the
    file that had succeeded before, None when that is not known. `__cause__` is the server's own error.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        place: str | None = None,
        sqlstate: str | None = None,
        statement: int | None = None,
    ) -> None:
        super().__init__(code, message, hint=hint, place=place, exit_status=DATABASE)
        self.sqlstate = sqlstate
        self.statement = statement


def normalise(url: str) -> str:
    """The URL as libpq reads it: scheme `postgresql://`, without the parameters that only other drivers know.

    A `key=value` string is returned as it is. Raises `bad-url`, which never quotes the URL.
    """
    match = _SCHEME.match(url)
    if match is None:
        if "://" in url:
            raise OrmonyError(
                "bad-url",
                "the database URL does not begin with postgresql://",
                hint="postgresql://USER:PASSWORD@HOST:5432/DATABASE",
            )
        _parsed(url)
        return url.strip()
    text = url.strip()[len(match[0].lstrip()) :]
    before, mark, query = text.partition("?")
    if "@" in before.partition("@")[2] or "@" in before.partition("/")[2] or re.match(r"[^=]*@", query):
        # libpq would take a part of such a password for the host, the port or the database, and print it.
        raise OrmonyError("bad-url", "the database URL has a second @, or one after / or ?", hint=_ESCAPE)
    text = f"postgresql://{before}"
    if mark:
        kept = [
            pair for key, value in parse_qsl(query, keep_blank_values=True) if (pair := _kept(key, value))
        ]
        for key, _ in kept:
            if key not in _known_parameters():
                raise OrmonyError(
                    "bad-url",
                    f'PostgreSQL does not know the parameter "{key}" of the database URL',
                    hint=f"remove {key}=… from the URL",
                )
        if kept:
            text += "?" + urlencode(dict(kept), quote_via=quote, safe="/")
    _parsed(text)
    return text


def moving(url: str) -> str:
    """The commands that take a database with tables into one that has Supabase's surface, line by line."""
    return (
        "createdb NEW && ormony db prepare NEW_URL   # a new database, into which this one moves\n"
        f"pg_dump --no-owner --no-privileges {shlex.quote(redact(url))} | psql -1v ON_ERROR_STOP=1 NEW_URL\n"
        "ormony deploy --adopt --to NEW_URL"
    )


def redact(url: str) -> str:
    """The URL without its password, for a message or a log; also for what is no URL at all."""
    shown = _PASSWORD_IN_URL.sub(r"\1:***@", url)
    return _PASSWORD_IN_WORDS.sub(r"\1***", shown)


def with_database(url: str, database: str) -> str:
    """The URL of another database on the same server."""
    parameters = {**_parsed(normalise(url)), "dbname": database}
    return url_of(parameters)


def url_of(parameters: dict[str, Any]) -> str:
    """The URL with these libpq parameters."""
    rest = {key: str(value) for key, value in parameters.items() if value is not None}
    user, password = rest.pop("user", ""), rest.pop("password", "")
    host, port, database = rest.pop("host", ""), rest.pop("port", ""), rest.pop("dbname", "")
    who = quote(user, safe="") + (":" + quote(password, safe="") if password else "")
    authority = f"{who}@" if who else ""
    if host.startswith(("/", "@")) or "," in host:
        rest = {"host": host, **({"port": port} if port else {}), **rest}
    else:
        authority += (f"[{host}]" if ":" in host else quote(host, safe="")) + (f":{port}" if port else "")
    query = f"?{urlencode(rest, quote_via=quote, safe='/')}" if rest else ""
    return f"postgresql://{authority}/{quote(database, safe='')}{query}"


def is_remote(url: str) -> bool:
    """Does the URL lead over a network, i.e. neither to a Unix socket nor to loopback?"""
    return _remote(_parsed(normalise(url)))


def connect(
    url: str,
    *,
    autocommit: bool = True,
    application_name: str = "ormony",
    connect_timeout_s: int = CONNECT_TIMEOUT_S,
    options: str | None = None,
) -> Connection:
    """An open connection in UTF-8. A remote server is spoken to over TLS unless the URL's `sslmode` says
    otherwise.

    `options` are libpq's, e.g. `-c role=postgres`, added to the URL's own. Raises `bad-url` and
    `cannot-connect`.
    """
    parameters = _parsed(normalise(url))
    given = dict(parameters)
    parameters["application_name"] = application_name
    parameters["client_encoding"] = "UTF8"
    parameters.setdefault("connect_timeout", str(connect_timeout_s))
    if _remote(parameters) and "sslmode" not in parameters and not os.environ.get("PGSSLMODE"):
        parameters["sslmode"] = "require"
    # Also when empty: PGOPTIONS would let the same SQL mean something else on another machine.
    parameters["options"] = " ".join(filter(None, (parameters.get("options"), options)))
    try:
        # Without prepared statements: a file of the user's may deallocate all, and poolers lose them.
        return psycopg.connect(
            conninfo.make_conninfo("", **parameters), autocommit=autocommit, prepare_threshold=None
        )
    except psycopg.OperationalError as error:
        raise _refused(given, error) from None
    except psycopg.ProgrammingError as error:  # e.g. an sslmode that does not exist
        raise OrmonyError("bad-url", _quoteless(error, given)) from None


def transaction_pooler(conn: psycopg.Connection[Any]) -> str | None:
    """How we know that `conn` leads through a pooler in transaction mode, in words; None when it is a real
    session.

    A server tells a client its backend's pid when the session starts, and a pooler tells a number of its own:
    with no pooler this costs one query. Behind one, a session keeps its backend, so nobody else can meet it;
    a second connection with an open transaction meets the backend of an idle one in transaction mode only.
    """
    assert conn.autocommit
    if str(conn.info.port) == _POOLER_PORT:
        return f"port {_POOLER_PORT} is Supavisor's transaction mode"
    first = _backend(conn)
    if first == conn.info.backend_pid:
        return None
    seen = {first, *(_backend(conn) for _ in range(2))}
    if len(seen) > 1:
        return "two statements of one session met different backends"
    try:
        other = psycopg.connect(_dsn_of(conn), autocommit=True)
    except psycopg.OperationalError:
        return None  # no second connection to be had: a session pool that is full
    with contextlib.closing(other):
        try:
            other.execute("BEGIN")
            if _backend(other) == first or _backend(conn) != first:
                return "another session met this session's backend"
        except psycopg.errors.ProtocolViolation:
            return "it pools single statements"
    return None


def require_session(conn: psycopg.Connection[Any]) -> None:
    """Raises `transaction-pooler` where session locks and settings would not hold from statement to
    statement.
    """
    why = transaction_pooler(conn)
    if why is not None:
        raise OrmonyError(
            "transaction-pooler",
            f"the database is reached through a transaction-mode pooler: {why}",
            hint="use the session pooler or the direct connection: port 5432 in place of 6543",
            exit_status=DATABASE,
        )


def sql_error(
    error: psycopg.Error,
    text: str,
    path: str,
    first_line: int = 1,
    *,
    before: int = 0,
    offset: int | None = None,
    statement: int | None = None,
) -> SqlError:
    """The server's error as ours, at `path:line:column`.

    `text` is what begins on line `first_line` of the file; the message that was sent had `before` characters
    in front of it. `offset` is where in `text` the statement begins that failed, for errors that have no
    position of their own; without it the place is then the file. Positions count characters, as the server's
    do.
    """
    diag = error.diag
    if error.sqlstate is None or (
        error.sqlstate[:2] in ("08", "57") and error.pgconn is not None and _lost(error)
    ):
        return SqlError(
            "connection-lost",
            f"the connection was lost: {_first_line(diag.message_primary or str(error))}",
            place=path,
            sqlstate=error.sqlstate,
            statement=statement,
        )
    place = path
    at = None
    if diag.statement_position and before < int(diag.statement_position) <= before + len(text) + 1:
        at = int(diag.statement_position) - 1 - before
    elif offset is not None:
        at = offset
    if at is not None:
        line = text.count("\n", 0, at)
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        place = f"{path}:{first_line + line}:{column}"
    parts = [f"{diag.message_primary or _first_line(str(error))} (SQLSTATE {error.sqlstate})"]
    if diag.message_detail:
        parts.append(diag.message_detail.rstrip("."))
    if diag.context and "PL/pgSQL" in diag.context:
        parts.append(_first_line(diag.context))
    return SqlError(
        "sql-failed",
        "; ".join(parts),
        hint=_advice(error) or diag.message_hint,
        place=place,
        sqlstate=error.sqlstate,
        statement=statement,
    )


_NAME_MAX: Final = 63
_ABSENT: Final = re.compile(
    r'(schema|relation|type|function|operator class) "?([\w.]+)"?(?:\(.*\))? does not exist', re.ASCII
)


def _advice(error: psycopg.Error) -> str | None:
    """What to do about something that Supabase's dashboard, or Supabase itself, made, and no migration."""
    said = error.diag.message_primary or ""
    if error.sqlstate in ("0A000", "58P01"):
        lacking = re.match(r'(?:could not open )?extension "([^"]+)" is not available', said)
        return surface.advice(lacking[1]) if lacking else None
    if error.sqlstate == "42P06":
        there = re.fullmatch(r'schema "(\w+)" already exists', said)
        if there and there[1] in ("auth", "storage", "realtime", "vault", "extensions"):
            return (
                f"leave {there[1]} and its tables out of migrations: Supabase has them; with Drizzle, "
                'import { authUsers } from "drizzle-orm/supabase", and export it nowhere'
            )
    if error.sqlstate in ("42710", "42P07"):
        twice = re.match(r'\w+ "([^"]+)"', said)
        if twice and len(twice[1].encode()) >= _NAME_MAX:
            return f"PostgreSQL cuts names after {_NAME_MAX} bytes: give one of the two a shorter name"
    absent = _ABSENT.match(said) if error.sqlstate in ("3F000", "42883", "42P01", "42704") else None
    if absent is None:
        return None
    kind, name = absent.groups()
    extension = surface.extension_with(name) if kind != "relation" or "." in name else None
    if extension:
        return (
            f"CREATE EXTENSION IF NOT EXISTS {extension};   -- in a migration before this one: none makes it"
        )
    if kind == "schema" or (kind == "function" and "." in name):
        return (
            "what was made outside of all migrations belongs in one that runs first, such as "
            f"supabase/migrations/00000_bootstrap.sql with this {kind}"
        )
    return None


# ---------------------------------------------------------------------------------------------------- private


def _parsed(url: str) -> dict[str, Any]:
    try:
        parameters = dict(conninfo.conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        # libpq quotes the part that it could not read, which may be the password.
        reason = _first_line(str(error)).partition('"')[0].strip(" :")
        if "://" not in url:
            reason = "it is neither a postgresql:// URL nor a series of key=value"
        raise OrmonyError("bad-url", f"the database URL cannot be read: {reason}", hint=_ESCAPE) from None
    # libpq finds out when it connects, and quotes what may be a password: of USER:PASSWORD without @HOST.
    for port in filter(None, str(parameters.get("port") or "").split(",")):
        if not _PORT.fullmatch(port) or not 1 <= int(port) <= 65535:
            raise OrmonyError(
                "bad-url",
                "the port of the database URL is not a number from 1 to 65535",
                hint="postgresql://USER:PASSWORD@HOST:5432/DATABASE",
            )
    return parameters


@cache
def _known_parameters() -> frozenset[str]:
    return frozenset(option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults())


def _kept(key: str, value: str) -> tuple[str, str] | None:
    lower = key.lower()
    if lower in _FOREIGN_PARAMETERS:
        return None
    if lower == "ssl":
        return "sslmode", _SSL_WORDS.get(value.lower(), value)
    if lower == "sslmode" and value == "no-verify":
        return "sslmode", "require"
    return key, value


def _remote(parameters: dict[str, Any]) -> bool:
    if parameters.get("service"):
        return False  # the user's service file says what it wants
    hosts = str(parameters.get("hostaddr") or parameters.get("host") or os.environ.get("PGHOST") or "")
    return any(
        not (
            host == ""
            or host.startswith(("/", "@", "127."))
            or unquote(host).startswith("/")
            or host in ("localhost", "::1")
        )
        for host in hosts.split(",")
    )


def _dsn_of(conn: psycopg.Connection[Any]) -> str:
    return conninfo.make_conninfo(conn.info.dsn, password=conn.info.password or None)


def _backend(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def _lost(error: psycopg.Error) -> bool:
    return error.pgconn is not None and error.pgconn.status == psycopg.pq.ConnStatus.BAD


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0].strip() if lines else "no reason given"


def _quoteless(error: Exception, parameters: dict[str, Any]) -> str:
    text = _first_line(str(error))
    password = parameters.get("password")
    return text.replace(str(password), "***") if password else text


_HINTS: Final = (
    (r"role \"([^\"]+)\" does not exist", 'CREATE ROLE "{0}" LOGIN   -- or correct the user in the URL'),
    (r"database \"([^\"]+)\" does not exist", 'CREATE DATABASE "{0}"   -- or correct the name in the URL'),
    (r"password authentication failed", "correct the user or the password in the URL"),
    (r"no password supplied", "write the password into the URL, or set PGPASSWORD"),
    (
        r"does not support SSL|SSL was required",
        "add ?sslmode=disable to the URL if this network may see the data in the clear",
    ),
    (r"certificate", "add ?sslmode=require to the URL to accept the certificate unseen, or set sslrootcert"),
    (r"could not translate host name|Name or service not known", "correct the host in the URL"),
    (
        r"Network is unreachable",
        "a hosted project without IPv4 is reached through its session pooler, port 5432",
    ),
    (r"Connection refused|No such file or directory", "start the server; for the embedded one: ormony db up"),
    (r"timeout expired|timed out", "check the host, the port and the firewall"),
    (
        r"too many (?:clients|connections)|remaining connection slots",
        "close some connections, then try again",
    ),
)


def _refused(parameters: dict[str, Any], error: psycopg.Error) -> OrmonyError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = (
        [line for line in lines if "failed:" in line or "FATAL" in line] or lines[:1] or ["no reason given"]
    )
    reason = re.sub(r"\A.*\bfailed:\s*", "", told[0])
    reason = re.sub(r"\A(?:FATAL|ERROR):\s*", "", reason)
    password = parameters.get("password")
    if password:
        reason = reason.replace(str(password), "***")
    hint = None
    for pattern, text in _HINTS:
        match = re.search(pattern, "\n".join(lines))
        if match:
            hint = text.format(*match.groups())
            break
    shown = redact(url_of({k: parameters.get(k) for k in ("user", "password", "host", "port", "dbname")}))
    return OrmonyError(
        "cannot-connect", f"cannot connect to {shown}: {reason}", hint=hint, exit_status=DATABASE
    )
