"""The judge of plans: are two databases the same, by what pg_dump prints of them?

It knows nothing of the engine that it judges: it makes databases from SQL with psql, and compares what
`pg_dump -s` prints, owners and privileges included. Left out of the comparison is only what is no part of a
schema: the order of columns and constraints inside CREATE TABLE (and what follows from it: CREATE STATISTICS
and ALTER PUBLICATION name columns in that order, however they were written), blank lines at the end of a
function's body, the order in which rights were granted, and the lines with which pg_dump sets up a session.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import Connection, sql

from ormony.database import server

_ENTRY: Final = re.compile(r"^--\n-- (?=Name: .*; Type: )", re.MULTILINE)
_TABLE: Final = re.compile(r"^CREATE (?:UNLOGGED |FOREIGN )?TABLE ", re.MULTILINE)
_METHOD: Final = re.compile(r"^SET default_table_access_method = (.*);$", re.MULTILINE)
_NAME: Final = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)'
_STATISTICS: Final = re.compile(
    rf"^(CREATE STATISTICS {_NAME}\.{_NAME} (?:\([a-z, ]+\) )?ON )({_NAME}(?:, {_NAME})+)(?=, | FROM )",
    re.MULTILINE,
)
_PUBLISHED: Final = re.compile(
    rf"^(ALTER PUBLICATION {_NAME} ADD TABLE ONLY {_NAME}\.{_NAME} \()({_NAME}(?:, {_NAME})+)(?=\))",
    re.MULTILINE,
)
_SET_UP: Final = re.compile(
    r"""^(?:SET\ (?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout
                |client_encoding|standard_conforming_strings|check_function_bodies|xmloption
                |client_min_messages|row_security|default_tablespace|default_table_access_method)\ =\ .*;
         |SELECT\ pg_catalog\.set_config\('search_path',\ '',\ false\);
         |--\ Dumped\ (?:from|by)\ .*
         |--\ PostgreSQL\ database\ dump(?:\ complete)?
         |\\(?:un)?restrict\ .*)$""",
    re.MULTILINE | re.VERBOSE,
)


class Failed(AssertionError):
    """psql refused a script; the text is what it said."""


def make(cluster: server.Cluster, name: str, *scripts: Path) -> None:
    """Make the database `name` from empty, as the superuser, by running the scripts one after the other."""
    with cluster.admin() as admin:
        server.create_empty(admin, name, owner=server.SUPERUSER)
    for script in scripts:
        run_file(cluster.url(name, server.SUPERUSER), script)


def make_template(admin: Connection[Any], url: str, name: str) -> None:
    """Make the database `name`, at the URL, to clone small databases from.

    Somebody has been in it, so that what every session needs first is at hand. It has no comments on
    PostgreSQL's own functions, types and operators, which pg_dump reads, sorts and leaves out.
    """
    server.drop_database(admin, name)
    server.create_empty(admin, name, owner=server.SUPERUSER)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM pg_description WHERE objoid < 16384 AND classoid IN"
            " ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass)"
        )
        connection.execute("VACUUM FULL pg_description")


def clone(admin: Connection[Any], template: str, name: str) -> None:
    """Make the database `name` like the template, in which nobody may be."""
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    admin.execute(made.format(sql.Identifier(name), sql.Identifier(template)))


def run_within(connection: Connection[Any], script: str) -> bool:
    """Run the SQL in an autocommit session, at once, and leave the session as it was.

    False, and nothing is done, where the statements cannot be in one transaction, or fail.
    """
    try:
        connection.execute(script.encode())
    except psycopg.Error:
        return False
    finally:
        connection.execute("DISCARD ALL")
    return True


def remove(cluster: server.Cluster, name: str) -> None:
    """Drop the database, and first its subscriptions, which would keep it; it may not exist."""
    with cluster.admin() as admin:
        subscribed = admin.execute(
            "SELECT FROM pg_subscription JOIN pg_database AS d ON d.oid = subdbid WHERE datname = %s",
            (name,),
        )
        if subscribed.rowcount:
            _psql(cluster.url(name, server.SUPERUSER), "-f", "-", text=_UNSUBSCRIBE)
        server.drop_database(admin, name)


_UNSUBSCRIBE: Final = r"""
SELECT format('ALTER SUBSCRIPTION %1$I DISABLE', subname),
       format('ALTER SUBSCRIPTION %1$I SET (slot_name = NONE)', subname),
       format('DROP SUBSCRIPTION %1$I', subname)
  FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \gexec
"""


def run_file(url: str, script: Path) -> None:
    """Run the file with psql, which stops at the first error. Raises `Failed`."""
    _psql(url, "-f", str(script))


def run_as_one(url: str, text: str) -> None:
    """Run the SQL with `psql -1`: all of it or none. Raises `Failed`, which quotes the SQL."""
    try:
        _psql(url, "-1", "-f", "-", text=text)
    except Failed as failed:
        numbered = "\n".join(f"{number:4} {line}" for number, line in enumerate(text.splitlines(), 1))
        raise Failed(f"{failed}\n{numbered}") from None


def answers(url: str, queries: str) -> str:
    """What psql prints for the queries, one after the other. Raises `Failed`."""
    return _psql(url, "-A", "-t", "-f", "-", text=queries)


def dump(url: str) -> str:
    """What pg_dump prints of the schema of the database, in the form in which equal databases are equal.

    Without security labels, which nobody has where no module gives them: to look for them takes as long as
    all else.
    """
    return normalise(server.pg_dump(url, "-s", "--no-security-labels"))


def normalise(dumped: str) -> str:
    """A dump with its entries sorted, and without what is no part of a schema.

    Entries are sorted since pg_dump orders some of them by the place of a column in its table.
    """
    first, *rest = _ENTRY.split(dumped)
    entries = []
    method = "heap"
    for text in rest:
        entries.append(_entry(text, method))
        changed = _METHOD.findall(text)  # stands before the header of the entry that it is for
        method = changed[-1] if changed else method
    entries.sort()
    head = _without_blank_lines(_SET_UP.sub("", first))
    return "\n\n".join([head, *entries] if head.strip("-\n ") else entries) + "\n"


def differences(left: str, right: str, *, lines: int = 60) -> str:
    """The first lines in which two dumps differ, as a unified diff; empty when they are equal."""
    if left == right:
        return ""
    found = list(
        difflib.unified_diff(left.splitlines(), right.splitlines(), "left", "right", lineterm="", n=2)
    )
    more = [f"… and {len(found) - lines} lines more"] if len(found) > lines else []
    return "\n".join(found[:lines] + more)


def _psql(url: str, *options: str, text: str | None = None) -> str:
    done = subprocess.run(
        [server.psql(), "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, url],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C", "PGOPTIONS": ""},
    )
    if done.returncode != 0:
        raise Failed(done.stderr.strip() or f"psql left with status {done.returncode}")
    return done.stdout


def _entry(text: str, method: str) -> str:
    header, _, body = text.partition("\n--\n")
    outside = [part if inside else _SET_UP.sub("", part) for part, inside in _bodies(body)]
    body = re.sub(r"(?:\n--\s*)+\Z", "", "".join(outside).rstrip())
    found = _TABLE.search(body)
    if found and re.search("; Type: (?:FOREIGN )?TABLE;", header):
        body = _sorted_table(body, found.start())
    if "; Type: STATISTICS;" in header:
        body = _STATISTICS.sub(lambda found: found[1] + _sorted_names(found[2]), body)
    if "; Type: PUBLICATION TABLE;" in header:
        body = _PUBLISHED.sub(lambda found: found[1] + _sorted_names(found[2]), body)
    if "; Type: ACL;" in header:
        body = _sorted_statements(body)
    if re.search("; Type: (?:TABLE|MATERIALIZED VIEW);", header) and "\nPARTITION BY " not in body:
        header += "" if method == "heap" else f"; Access method: {method}"
    return f"-- {header}\n{_without_blank_lines(body)}"


def _bodies(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: what is outside dollar quotes (False), what is inside (True), blank ends gone."""
    position = 0
    while opening := re.search(r"\$(?:[A-Za-z_]\w*)?\$", text[position:]):
        begin = position + opening.start()
        end = text.find(opening[0], begin + len(opening[0]))
        if end < 0:
            break
        yield text[position:begin], False
        yield re.sub(r"\n(?:[ \t]*\n)+\Z", "\n", text[begin:end]) + opening[0], True
        position = end + len(opening[0])
    yield text[position:], False


def _without_blank_lines(text: str) -> str:
    """The text without blank lines before, after, or several in a row (where set-up lines were)."""
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n"))


def _sorted_table(text: str, begin: int) -> str:
    """A CREATE TABLE with the lines of its body sorted, and the ALTER TABLE … ALTER COLUMN after it, too."""
    opening = text.find("(\n", begin)
    ending = text.find(";\n", begin)
    if opening >= 0 and (ending < 0 or opening < ending):
        pieces, close = _pieces(text, opening + 1)
        body = ",\n".join(sorted(piece.strip("\n") for piece in pieces))
        text = f"{text[: opening + 1]}\n{body}\n{text[close:]}"
    begin, _, rest = text.partition(";\n")
    return f"{begin};\n\n{_sorted_statements(rest)}"


def _sorted_names(text: str) -> str:
    return ", ".join(sorted(re.findall(_NAME, text)))


def _sorted_statements(text: str) -> str:
    statements = re.split(r"(?<=;)\n+(?=ALTER |GRANT |REVOKE |SET )", text.strip("\n"))
    return "\n".join(sorted(statements))


def _pieces(text: str, begin: int) -> tuple[list[str], int]:
    """The text from `begin` to the bracket that closes it, split at its commas; and that bracket's place."""
    pieces = []
    depth, position, start = 0, begin, begin
    while position < len(text):
        character = text[position]
        if character in "'\"":
            position = text.index(character, position + 1)
        elif character in "([":
            depth += 1
        elif character in ")]" and depth:
            depth -= 1
        elif character == ")":
            pieces.append(text[start:position])
            return pieces, position
        elif character == "," and not depth:
            pieces.append(text[start:position])
            start = position + 1
        position += 1
    raise AssertionError(f"a CREATE TABLE without an end: {text[begin : begin + 200]}")
