"""Rows that satisfy a database: types, NOT NULL, keys, checks, enums, domains; found by trying.

A world is one tenant's set of rows, a row for each table, closed under foreign keys. Values are told by the
world, the table and the column, never by chance. Where no try succeeds, a row of the seed serves as a
pattern. Everything happens in the caller's transaction, as a role that row security does not hold back.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import psycopg

from ormony import claims
from ormony.catalog import (
    Catalog,
    Column,
    CompositeType,
    Constraint,
    Domain,
    DomainConstraint,
    Enum,
    Index,
    Ref,
    Table,
)
from ormony.claims import literal
from ormony.database.connect import Connection
from ormony.sql import quote_identifier

TRIES: Final = 400
"""How many combinations of values a check may cost before its table is given up."""


class Key(msgspec.Struct, frozen=True):
    """A foreign key."""

    columns: tuple[str, ...]
    table: Ref
    referenced: tuple[str, ...]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Of a table, what its rows must satisfy."""

    table: Ref
    columns: Mapping[str, Column]  # without generated ones
    primary: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]  # the primary key too
    keys: tuple[Key, ...]
    checks: Mapping[str, tuple[tuple[str, ...], str]]  # by name: columns, definition

    @property
    def sql(self) -> str:
        """The table's name as SQL."""
        return name_of(self.table)

    def column(self, name: str) -> Ref:
        """The reference of a column."""
        return Ref("column", self.table.schema, self.table.name, name)

    def required(self, name: str) -> bool:
        """Must an INSERT name the column?"""
        column = self.columns[name]
        return column.not_null is not None and column.default is None and column.identity is None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it lies in its table."""

    table: Ref
    values: Mapping[str, str | None]  # as text
    ctid: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row that can be inserted: columns and texts."""

    table: Ref
    values: Mapping[str, str | None]


def name_of(ref: Ref) -> str:
    """A relation's name as SQL."""
    return f"{quote_identifier(ref.schema)}.{quote_identifier(ref.name)}"


def shapes(catalog: Catalog, wanted: Iterable[Ref]) -> dict[Ref, Shape]:
    """The shapes of tables, and of those that they reference."""
    parts: dict[tuple[str, str], list[tuple[Ref, Constraint]]] = {}
    indexes: dict[Ref, list[Index]] = {}
    columns: dict[tuple[str, str], dict[str, Column]] = {}
    for ref, value in catalog.objects.items():
        if isinstance(value, Constraint):
            parts.setdefault((ref.schema, ref.name), []).append((ref, value))
        elif isinstance(value, Index) and value.unique:
            indexes.setdefault(value.table, []).append(value)
        elif isinstance(value, Column):
            columns.setdefault((ref.schema, ref.name), {})[ref.part] = value
    found: dict[Ref, Shape] = {}
    waiting = list(wanted)
    while waiting:
        table = waiting.pop()
        if table in found or not isinstance(catalog.objects.get(table), Table):
            continue
        at = (table.schema, table.name)
        mine = sorted(parts.get(at, ()))
        uniques = [c.columns for _, c in mine if c.type in ("primary key", "unique")]
        uniques += [each.columns for each in indexes.get(table, ())]
        keys = tuple(
            Key(c.columns, c.references, c.referenced_columns)
            for _, c in mine
            if c.type == "foreign key" and c.references is not None
        )
        found[table] = Shape(
            table=table,
            columns={
                name: column
                for name in catalog.column_order.get(table, ())
                if (column := columns.get(at, {}).get(name)) is not None and column.generated is None
            },
            primary=next((c.columns for _, c in mine if c.type == "primary key"), ()),
            unique=tuple(uniques),
            keys=keys,
            checks={r.part: (c.columns, c.definition) for r, c in mine if c.type == "check"},
        )
        waiting += [key.table for key in keys]
    return found


def in_order(found: Mapping[Ref, Shape]) -> tuple[Ref, ...]:
    """Tables after those that they must reference; where references go in a circle, by name."""
    needs = {
        table: {
            key.table
            for key in shape.keys
            if key.table != table
            and any(shape.columns[c].not_null for c in key.columns if c in shape.columns)
        }
        for table, shape in found.items()
    }
    wishes = {
        table: {key.table for key in shape.keys if key.table != table} for table, shape in found.items()
    }
    left, done = sorted(found), []
    while left:
        ready = [t for t in left if not (wishes[t] & set(left))] or [
            t for t in left if not (needs[t] & set(left))
        ][:1]
        take = ready or left[:1]
        done += take
        left = [t for t in left if t not in take]
    return tuple(done)


# --------------------------------------------------------------------------------------------------- values


class Types(msgspec.Struct, frozen=True):
    """Enums, domains and composite types, by name as `format_type` prints it."""

    enums: Mapping[str, tuple[str, ...]]
    domains: Mapping[str, tuple[Domain, tuple[str, ...]]]
    composites: Mapping[str, int]


def types(catalog: Catalog) -> Types:
    """What types the catalog has."""
    enums: dict[str, tuple[str, ...]] = {}
    domains: dict[str, tuple[Domain, tuple[str, ...]]] = {}
    composites: dict[str, int] = {}
    checks: dict[tuple[str, str], list[str]] = {}
    for ref, value in catalog.objects.items():
        if isinstance(value, DomainConstraint):
            checks.setdefault((ref.schema, ref.name), []).append(value.definition)
    for ref, value in catalog.objects.items():
        if not isinstance(value, Enum | Domain | CompositeType):
            continue
        for name in {
            f"{ref.schema}.{ref.name}",
            f"{ref.schema}.{quote_identifier(ref.name)}",
            f"{quote_identifier(ref.schema)}.{quote_identifier(ref.name)}",
        }:
            if isinstance(value, Enum):
                enums[name] = value.labels
            elif isinstance(value, Domain):
                domains[name] = (value, tuple(checks.get((ref.schema, ref.name), ())))
            elif isinstance(value, CompositeType):
                composites[name] = len(value.attributes)
    return Types(enums, domains, composites)


_NUMBERS: Final = frozenset(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision", "money", "oid"}
)
_TEXTS: Final = frozenset(
    {
        "text",
        "character varying",
        "character",
        "citext",
        "extensions.citext",
        "name",
        "public.citext",
        '"char"',
        "bpchar",
    }
)
_PLAIN: Final[Mapping[str, str]] = {
    "boolean": "false",
    "json": "{}",
    "jsonb": "{}",
    "bytea": "\\x61",
    "time without time zone": "10:00",
    "time with time zone": "10:00+00",
    "interval": "1 day",
    "point": "(1,1)",
    "box": "(1,1),(0,0)",
    "circle": "<(1,1),1>",
    "line": "{1,1,1}",
    "lseg": "[(0,0),(1,1)]",
    "path": "[(0,0),(1,1)]",
    "polygon": "((0,0),(1,1),(1,0))",
    "tsvector": "a1",
    "tsquery": "a1",
    "xml": "<a/>",
    "jsonpath": "$",
    "int4range": "[1,2)",
    "int8range": "[1,2)",
    "numrange": "[1,2)",
    "daterange": "[2026-01-01,2026-01-02)",
    "tsrange": "[2026-01-01,2026-01-02)",
    "tstzrange": "[2026-01-01,2026-01-02)",
    "regclass": "pg_class",
    "hstore": "",
    "ltree": "a1",
    "geometry": "POINT(1 1)",
    "geography": "POINT(1 1)",
}


def plain_value(kind: str, world: int, number: int, found: Types, salt: str) -> str | None:
    """A value of the type, another one for each world and number; None where the type is not known."""
    if kind.endswith("[]"):
        return "{}"
    if kind in found.domains:
        return plain_value(found.domains[kind][0].type, world, number, found, salt)
    if kind in found.enums:
        return found.enums[kind][0] if found.enums[kind] else None
    if kind in found.composites:
        return f"({',' * (found.composites[kind] - 1)})"
    match = re.fullmatch(r"([^(]+?)(?:\((\d+)(?:,\s*(-?\d+))?\))?( with(?:out)? time zone)?", kind)
    base = (match[1] + (match[4] or "")) if match else kind
    size = int(match[2]) if match and match[2] else None
    if base == "uuid":
        return f"{world + 10:x}0000000-0000-4000-8000-{zlib.crc32(salt.encode()):08x}{number:04x}"
    if base in _NUMBERS:
        value = 1000 * (world + 1) + number
        if base == "numeric" and size is not None and size - int((match and match[3]) or 0) < 4:
            whole = size - int((match and match[3]) or 0)
            value = (world * 3 + number + 1) % 10 ** max(whole, 0) if whole > 0 else 0
        return str(value)
    if base in _TEXTS:
        text = f"{'abc'[world]}{number}{re.sub(r'[^a-z]', '', salt.rpartition('.')[2].lower())}"
        return text if size is None and base != '"char"' else text[: size or 1]
    if base.startswith("timestamp") or base == "date":
        return f"20{25 + world}-01-{number % 28 + 1:02}"
    if base in ("inet", "cidr"):
        return f"10.{world}.0.{number}/32"
    if base.startswith("macaddr"):
        return f"08:00:2b:01:{world:02}:{number:02}" + (":00:00" if base == "macaddr8" else "")
    if base in ("bit", "bit varying"):
        return "1" * (size or 1)
    bare = base.rpartition(".")[2]
    if bare in ("vector", "halfvec"):
        return "[" + ",".join(["1"] * (size or 1)) + "]"
    return _PLAIN.get(base, _PLAIN.get(bare))


_POOL: Final = (
    "a{n}@example.com",
    "https://example.com/a{n}",
    "a{n}",
    "A{n}",
    "{n}{n}",
    "+1555010{n:04}",
    "#a1b2c{n}",
    "USD",
    "US",
    "en",
    "en-US",
    "a{n}.example.com",
    "UTC",
    "1.0.{n}",
    "a{n}-b",
    "a_{n}",
    "aaaaaaaaaaaaaaaaaaaaaaaaa{n}",
)


def checked_values(definitions: Iterable[str], kind: str, number: int, found: Types) -> Iterator[str | None]:
    """Values that may satisfy checks: their constants and what is near them, patterns, common forms."""
    base = found.domains[kind][0].type if kind in found.domains else kind
    base = base.partition("(")[0]
    for definition in definitions:
        constants = claims.constants(definition)
        if base in _NUMBERS:
            for each in constants:
                try:
                    value = float(each)
                except ValueError:
                    continue
                for near in (value, value + 1, value - 1, value / 2 if value > 1 else 1):
                    yield f"{near:g}" if near % 1 else str(int(near))
        elif base in _TEXTS:
            matches = claims.operators(definition) & {"~", "~*"}
            for each in constants:
                if matches:
                    sampled = sample(each, number)
                    if sampled is not None:
                        yield sampled
                elif "%" in each:
                    yield each.replace("%", f"a{number}").replace("_", "a")
                yield each
                if each.isdigit() and 0 < int(each) <= 10_000:
                    for length in (int(each), int(each) - 1, int(each) + 1):
                        yield f"a{number}".ljust(length, "a")[:length]
        else:
            yield from constants
    if base in _TEXTS:
        yield from (each.format(n=number) for each in _POOL)
    elif base in _NUMBERS:
        yield from ("1", "0", "-1", "10", "50", "100", "0.5", "5")
    elif base == "boolean":
        yield from ("true", "false")
    elif base.startswith(("timestamp", "date")):
        yield from ("2026-01-01", "2999-01-01", "2000-01-01", "2027-06-15")
    elif base in ("json", "jsonb"):
        yield from ("{}", "[]", '""', "1")
    elif base.endswith("[]"):
        yield from ("{}", "{a}", "{1}", "{a,b}")
    if base in found.enums:
        yield from found.enums[base]
    yield None


_CLASS: Final[Mapping[str, str]] = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}


def sample(pattern: str, number: int) -> str | None:
    """A text that the regular expression matches, of the commonest forms; None for others."""
    try:
        text, at = _alternatives(pattern.removeprefix("(?i)"), 0, number)
    except (IndexError, ValueError):
        return None
    return text if at == len(pattern.removeprefix("(?i)")) else None


def _alternatives(pattern: str, at: int, number: int) -> tuple[str, int]:
    first: str | None = None
    text = ""
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            first = text if first is None else first
            text, at = "", at + 1
            continue
        piece, at = _atom(pattern, at, number)
        least, at = _times(pattern, at)
        text += piece * least
    return (text if first is None else first), at


def _atom(pattern: str, at: int, number: int) -> tuple[str, int]:
    char = pattern[at]
    if char in "^$":
        return "", at + 1
    if char == ".":
        return "a", at + 1
    if char == "\\":
        return _CLASS.get(pattern[at + 1], "" if pattern[at + 1] in "mMyAZ" else pattern[at + 1]), at + 2
    if char == "(":
        start = at + (3 if pattern[at + 1 : at + 3] == "?:" else 1)
        text, stop = _alternatives(pattern, start, number)
        if pattern[stop] != ")":
            raise ValueError(pattern)
        return text, stop + 1
    if char == "[":
        stop = pattern.index("]", at + (2 if pattern[at + 1 : at + 2] != "^" else 3))
        if pattern[at + 1 : at + 3] == "[:":
            stop = pattern.index("]", pattern.index(":]", at) + 2)
        return _of_class(pattern[at + 1 : stop], number), stop + 1
    if char in "*+?{":
        raise ValueError(pattern)
    return char, at + 1


def _of_class(inside: str, number: int) -> str:
    if inside.startswith("^"):
        return next(each for each in "a1 -_/@" if not re.match(f"[{inside[1:]}]", each))
    plain = inside.replace("[:alnum:]", "a-z").replace("[:alpha:]", "a-z").replace("[:digit:]", "0-9")
    plain = plain.replace("[:upper:]", "A-Z").replace("[:lower:]", "a-z")
    if plain.startswith("\\"):
        return _CLASS.get(plain[1], plain[1])
    if plain[1:2] == "-" and len(plain) > 2:
        return chr(min(ord(plain[0]) + number % 3, ord(plain[2])))
    return plain[0]


def _times(pattern: str, at: int) -> tuple[int, int]:
    char = pattern[at : at + 1]
    if char in ("*", "?"):
        return 1 if char == "?" else 0, at + 1 + (pattern[at + 1 : at + 2] == "?")
    if char == "+":
        return 2, at + 1 + (pattern[at + 1 : at + 2] == "?")
    if char == "{":
        stop = pattern.index("}", at)
        return max(int(pattern[at + 1 : stop].partition(",")[0] or 0), 1), stop + 1
    return 1, at


# --------------------------------------------------------------------------------------------------- worlds


class World:
    """The rows of one tenant."""

    def __init__(self, number: int, fixed: Mapping[Ref, str]) -> None:
        self.number = number
        self.fixed = fixed  # columns that hold a claim's value
        self.rows: dict[Ref, Row] = {}
        self.failed: dict[Ref, str] = {}

    def copy(self) -> World:
        """Another one with the same rows."""
        found = World(self.number, self.fixed)
        found.rows, found.failed = dict(self.rows), dict(self.failed)
        return found


class Maker:
    """Makes rows in the transaction of a connection."""

    def __init__(
        self,
        connection: Connection,
        catalog: Catalog,
        found: Mapping[Ref, Shape],
        patterns: Callable[[Ref], Sequence[Mapping[str, str | None]]],
    ) -> None:
        """`patterns` gives rows of the seed, as texts, where no try succeeds."""
        self._conn, self.shapes, self._patterns = connection, found, patterns
        self.known_types = types(catalog)
        self._chosen: dict[Ref, dict[str, str | None]] = {}  # what satisfied the checks of a table

    def fill(self, world: World, *, only: Collection[Ref] | None = None) -> None:
        """A row in each table that has none, in order; what cannot be made is in `failed`, with why."""
        for table in in_order(self.shapes):
            if table in world.rows or (only is not None and table not in only):
                continue
            made = self.make(world, table, 1, whole=True)
            if isinstance(made, Row):
                world.rows[table] = made
            else:
                world.failed[table] = made

    def make(self, world: World, table: Ref, number: int, *, whole: bool) -> Row | str:
        """Insert a row; the reason why not. With `whole` it also has keys and numbers of its own."""
        shape = self.shapes[table]
        values = self.values(world, shape, number, whole=whole)
        if isinstance(values, str):
            return values
        return self._search(world, shape, values, number)

    def values(
        self, world: World, shape: Shape, number: int, *, whole: bool, mixed: Mapping[Ref, Row] | None = None
    ) -> dict[str, str | None] | str:
        """What a row of the world would have; the reason where a row that it needs is missing.

        `mixed` are rows that foreign keys reference in place of the world's.
        """
        rows = world.rows if mixed is None else {**world.rows, **mixed}
        values: dict[str, str | None] = {}
        for key in shape.keys:
            target = rows.get(key.table)
            if target is None:
                needed = [c for c in key.columns if c in shape.columns and shape.columns[c].not_null]
                fixed = [shape.column(c) in world.fixed for c in needed]
                if needed and key.table != shape.table and not all(fixed):
                    why = world.failed.get(key.table, "it is not there")
                    return f"it references {key.table}, of which no row could be made: {why}"
                continue
            for mine, its in zip(key.columns, key.referenced, strict=False):
                if mine in shape.columns:
                    values[mine] = target.values.get(its)
        own = {column for key in shape.unique for column in key}
        for name, column in shape.columns.items():
            ref = shape.column(name)
            if ref in world.fixed:
                values[name] = world.fixed[ref]
            elif name in values:
                continue
            elif shape.required(name) or (whole and name in shape.primary):
                value = self._plain(world, shape, name, number)
                if value is None and shape.required(name):
                    return f"no value of type {column.type} is known, for column {name}"
                if value is not None:
                    values[name] = value
            elif whole and name in own and column.default is None and column.not_null is not None:
                values[name] = self._plain(world, shape, name, number)
        for name, value in self._chosen.get(shape.table, {}).items():
            if name in values or value is not None:
                values[name] = value
        return values

    def told(self, world: World, table: Ref) -> list[str]:
        """The columns of the world's row that do not come by themselves."""
        shape, row = self.shapes[table], world.rows[table]
        held = {c for key in (*shape.unique, *(key.columns for key in shape.keys)) for c in key}
        return [
            name
            for name, column in shape.columns.items()
            if row.values.get(name) is not None
            and (
                name in held
                or shape.column(name) in world.fixed
                or name in self._chosen.get(table, {})
                or (column.default is None and column.identity is None)
            )
        ]

    def _plain(self, world: World, shape: Shape, name: str, number: int) -> str | None:
        kind = shape.columns[name].type
        return plain_value(kind, world.number, number, self.known_types, f"{shape.table}.{name}")

    def _search(self, world: World, shape: Shape, values: dict[str, str | None], number: int) -> Row | str:
        bumped = 0
        why = "it is not known why"
        dropped = False
        chosen: dict[str, str | None] = {}
        for _ in range(12):
            made = self.insert(Candidate(table=shape.table, values=values))
            if isinstance(made, Row):
                if chosen:
                    self._chosen.setdefault(shape.table, {}).update(chosen)
                return made
            why = _said(made)
            name = made.diag.constraint_name or ""
            match made.sqlstate:
                case "23514":
                    found = self._satisfy(shape, values, made, number)
                    if found is None:
                        break
                    chosen.update(found)
                    values.update(found)
                case "23505":
                    adopted = self._existing(world, shape, values)
                    if adopted is not None:
                        return adopted
                    bumped += 1
                    columns = self._columns_of(shape, name)
                    changed = self._bump(world, shape, values, columns, number + bumped * 100)
                    if not changed:
                        break
                case "23502":
                    column = made.diag.column_name or ""
                    if column not in shape.columns or values.get(column) is not None:
                        break
                    values[column] = self._plain(world, shape, column, number)
                    if values[column] is None:
                        break
                case "22003" | "22001":
                    if not self._shrink(shape, values, number):
                        break
                case "23503" if not dropped:
                    dropped = True
                    for key in shape.keys:
                        for column in key.columns:
                            if column in shape.columns and not shape.required(column):
                                values.pop(column, None)
                case _:
                    break
        return self._from_pattern(world, shape, values, number) or why

    def insert(self, candidate: Candidate, *, overriding: bool = True) -> Row | psycopg.Error:
        """Insert the row; the server's error, after which the transaction is as before."""
        statement = insert_of(candidate, overriding=overriding)
        table = name_of(candidate.table)
        columns = list(self.shapes[candidate.table].columns)
        text = (
            f"SAVEPOINT ormony_row; {statement} RETURNING ctid::text{_as_texts(columns)};"
            " SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; RELEASE SAVEPOINT ormony_row"
        )
        try:
            cursor = self._conn.execute(text.encode())  # one message for all five
        except psycopg.Error as error:
            self._conn.execute("ROLLBACK TO SAVEPOINT ormony_row; RELEASE SAVEPOINT ormony_row")
            return error
        cursor.nextset()
        done = cursor.fetchone()
        if done is None:  # a trigger or a rule has kept it out
            return psycopg.errors.NoData(f"no row came into {table}: a trigger or rule kept it out")
        return Row(table=candidate.table, values=dict(zip(columns, done[1:], strict=True)), ctid=done[0])

    def _satisfy(
        self, shape: Shape, values: Mapping[str, str | None], error: psycopg.Error, number: int
    ) -> dict[str, str | None] | None:
        """Values with which the check that failed holds, and the others of the same columns."""
        name = error.diag.constraint_name or ""
        columns = [c for c in shape.checks.get(name, ((), ""))[0] if c in shape.columns]
        if name not in shape.checks:  # a domain's
            columns = [
                c
                for c, column in shape.columns.items()
                if c in values and self.known_types.domains.get(column.type, (None, ()))[1]
            ]
        if not columns:
            return None
        definitions: dict[str, list[str]] = {c: [] for c in columns}
        for its, definition in shape.checks.values():
            for column in its:
                if column in definitions:
                    definitions[column].append(definition)
        for column in columns:
            definitions[column] += self.known_types.domains.get(shape.columns[column].type, (None, ()))[1]
        choices = [
            list(
                dict.fromkeys(
                    (
                        values.get(c),
                        *checked_values(definitions[c], shape.columns[c].type, number, self.known_types),
                    )
                )
            )
            for c in columns
        ]
        for tried in itertools.islice(_by_effort(choices), TRIES):
            attempt = dict(zip(columns, tried, strict=True))
            made = self.insert(Candidate(table=shape.table, values={**values, **attempt}))
            if isinstance(made, Row):
                self._conn.execute(f"DELETE FROM {shape.sql} WHERE ctid = '{made.ctid}'".encode())
                return attempt
            if made.sqlstate not in ("23514", "23502", "22P02", "22007", "22008", "22001", "22003", "23505"):
                if made.sqlstate is not None and made.sqlstate.startswith("23"):
                    return attempt
                continue
            if made.sqlstate == "23505" or (
                made.sqlstate == "23514"
                and (made.diag.constraint_name or "") != name
                and not set(shape.checks.get(made.diag.constraint_name or "", ((), ""))[0]) & set(columns)
            ):
                return attempt
        return None

    def _existing(self, world: World, shape: Shape, values: Mapping[str, str | None]) -> Row | None:
        """The row that is there already with the world's own keys: a trigger made it."""
        for key in shape.unique:
            if all(
                shape.column(c) in world.fixed or any(c in k.columns for k in shape.keys) for c in key
            ) and all(values.get(c) is not None for c in key):
                where = " AND ".join(f"{quote_identifier(c)} = {literal(values[c])}" for c in key)
                return self.read(shape.table, where)
        return None

    def read(self, table: Ref, where: str) -> Row | None:
        """The row of this condition."""
        found = self.read_all(table, where, 1)
        return found[0] if found else None

    def read_all(self, table: Ref, where: str, limit: int) -> list[Row]:
        """Rows of this condition."""
        done = self._conn.execute(self._reading(table, where, limit).encode()).fetchall()
        return [self._row(table, each) for each in done]

    def again(self, world: World) -> None:
        """Read the world's rows anew by their keys: triggers of later rows may have changed them."""
        known = [
            (table, shape)
            for table, row in world.rows.items()
            if (shape := self.shapes[table]).primary
            and all(row.values.get(c) is not None for c in shape.primary)
        ]
        if not known:
            return
        texts = [self._reading(table, where_of(s.primary, world.rows[table].values)) for table, s in known]
        cursor = self._conn.execute(";".join(texts).encode())
        for table, _ in known:
            found = cursor.fetchall()
            if found:
                world.rows[table] = self._row(table, found[0])
            cursor.nextset()

    def _reading(self, table: Ref, where: str, limit: int = 1) -> str:
        columns = list(self.shapes[table].columns)
        return f"SELECT ctid::text{_as_texts(columns)} FROM {name_of(table)} WHERE {where} LIMIT {limit}"

    def _row(self, table: Ref, found: Sequence[str]) -> Row:
        columns = list(self.shapes[table].columns)
        return Row(table=table, values=dict(zip(columns, found[1:], strict=True)), ctid=found[0])

    def _columns_of(self, shape: Shape, constraint: str) -> Sequence[str]:
        linked = {c for key in shape.keys for c in key.columns}
        return [c for key in shape.unique for c in key if c not in linked]

    def _bump(
        self, world: World, shape: Shape, values: dict[str, str | None], columns: Sequence[str], number: int
    ) -> bool:
        changed = False
        for name in columns:
            if name not in shape.columns or shape.column(name) in world.fixed:
                continue
            value = self._plain(world, shape, name, number)
            if name in values and value is not None and value != values[name]:
                values[name] = value
                changed = True
        return changed

    def _shrink(self, shape: Shape, values: dict[str, str | None], number: int) -> bool:
        changed = False
        linked = {c for key in shape.keys for c in key.columns}
        for name, value in values.items():
            if name in linked or value is None or len(value) < 2:
                continue
            kind = shape.columns[name].type
            if kind.partition("(")[0] in _NUMBERS | _TEXTS or kind in self.known_types.domains:
                values[name] = str(number)
                changed = True
        return changed

    def _from_pattern(
        self, world: World, shape: Shape, values: Mapping[str, str | None], number: int
    ) -> Row | None:
        linked = {c for key in shape.keys for c in key.columns} | {c for key in shape.unique for c in key}
        for pattern in self._patterns(shape.table):
            mixed = {
                **{name: text for name, text in pattern.items() if name in shape.columns},
                **{name: text for name, text in values.items() if name in linked},
                **{
                    name: world.fixed[ref]
                    for name in shape.columns
                    if (ref := shape.column(name)) in world.fixed
                },
            }
            made = self.insert(Candidate(table=shape.table, values=mixed))
            if isinstance(made, Row):
                self._chosen.setdefault(shape.table, {}).update(
                    {name: mixed[name] for name in pattern if name in mixed and name not in linked}
                )
                return made
        return None


def _by_effort(choices: Sequence[Sequence[str | None]]) -> Iterator[tuple[str | None, ...]]:
    """All combinations; those that take the first choices of most columns come first."""
    widest = max(map(len, choices))
    for limit in range(1, widest + 1):
        for each in itertools.product(*(range(min(limit, len(choice))) for choice in choices)):
            if max(each) == limit - 1:
                yield tuple(choice[at] for choice, at in zip(choices, each, strict=True))


def where_of(columns: Sequence[str], values: Mapping[str, str | None]) -> str:
    """A condition on the row that has these values in these columns; `true` without columns."""
    parts = [
        f"{quote_identifier(c)} IS NULL"
        if values.get(c) is None
        else f"{quote_identifier(c)} = {literal(values[c]).strip()}"
        for c in columns
    ]
    return " AND ".join(parts) or "true"


def insert_of(candidate: Candidate, *, overriding: bool = False) -> str:
    """The INSERT of a row."""
    table = name_of(candidate.table)
    if not candidate.values:
        return f"INSERT INTO {table} DEFAULT VALUES"
    columns = ", ".join(map(quote_identifier, candidate.values))
    values = ", ".join(map(literal, candidate.values.values()))
    words = " OVERRIDING SYSTEM VALUE" if overriding else ""
    return f"INSERT INTO {table} ({columns}){words} VALUES ({values})"


def _as_texts(columns: Iterable[str]) -> str:
    return "".join(f", {quote_identifier(each)}::text" for each in columns)


def _said(error: psycopg.Error) -> str:
    text = error.diag.message_primary or str(error)
    return f"{text} ({error.sqlstate})" if error.sqlstate else text
