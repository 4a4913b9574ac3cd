"""PostgreSQL's types: what SQLAlchemy and Python call them, and which one an expression of SQLAlchemy is."""

from __future__ import annotations

import ast
import re
from typing import Final

import msgspec

from ormony.adapters.edit_python.names import CORE, DIALECT, VECTOR, Names

_DATETIME: Final = "datetime"


class _Known(msgspec.Struct, frozen=True):
    """A type: the module and name of SQLAlchemy's, the module and name of Python's, how it is told apart."""

    module: str
    name: str
    python: tuple[str, str]
    arguments: str = ""  # beside those that PostgreSQL prints in parentheses
    plain: bool = False  # Python's type alone means it, in SQLAlchemy and in SQLModel


_INT = ("", "int")
_STR = ("", "str")
_FLOAT = ("", "float")
TYPES: Final[dict[str, _Known]] = {
    "text": _Known(CORE, "Text", _STR),
    "character varying": _Known(CORE, "String", _STR, plain=True),
    "character": _Known(CORE, "CHAR", _STR),
    "citext": _Known(DIALECT, "CITEXT", _STR),
    "smallint": _Known(CORE, "SmallInteger", _INT),
    "integer": _Known(CORE, "Integer", _INT, plain=True),
    "bigint": _Known(CORE, "BigInteger", _INT),
    "oid": _Known(DIALECT, "OID", _INT),
    "numeric": _Known(CORE, "Numeric", ("decimal", "Decimal"), plain=True),
    "real": _Known(CORE, "REAL", _FLOAT),
    "double precision": _Known(CORE, "Float", _FLOAT, plain=True),
    "boolean": _Known(CORE, "Boolean", ("", "bool"), plain=True),
    "uuid": _Known(CORE, "Uuid", ("uuid", "UUID"), plain=True),
    "date": _Known(CORE, "Date", (_DATETIME, "date"), plain=True),
    "time without time zone": _Known(CORE, "Time", (_DATETIME, "time"), plain=True),
    "time with time zone": _Known(CORE, "Time", (_DATETIME, "time"), "timezone=True"),
    "timestamp without time zone": _Known(CORE, "DateTime", (_DATETIME, "datetime")),
    "timestamp with time zone": _Known(CORE, "DateTime", (_DATETIME, "datetime"), "timezone=True"),
    "interval": _Known(CORE, "Interval", (_DATETIME, "timedelta"), plain=True),
    "json": _Known(CORE, "JSON", ("", "dict")),
    "jsonb": _Known(DIALECT, "JSONB", ("", "dict")),
    "bytea": _Known(CORE, "LargeBinary", ("", "bytes"), plain=True),
    "inet": _Known(DIALECT, "INET", _STR),
    "cidr": _Known(DIALECT, "CIDR", _STR),
    "macaddr": _Known(DIALECT, "MACADDR", _STR),
    "macaddr8": _Known(DIALECT, "MACADDR8", _STR),
    "money": _Known(DIALECT, "MONEY", _STR),
    "bit": _Known(DIALECT, "BIT", _STR),
    "bit varying": _Known(DIALECT, "BIT", _STR, "varying=True"),
    "tsvector": _Known(DIALECT, "TSVECTOR", _STR),
    "tsquery": _Known(DIALECT, "TSQUERY", _STR),
    "hstore": _Known(DIALECT, "HSTORE", ("", "dict")),
    "int4range": _Known(DIALECT, "INT4RANGE", ("typing", "Any")),
    "int8range": _Known(DIALECT, "INT8RANGE", ("typing", "Any")),
    "numrange": _Known(DIALECT, "NUMRANGE", ("typing", "Any")),
    "daterange": _Known(DIALECT, "DATERANGE", ("typing", "Any")),
    "tsrange": _Known(DIALECT, "TSRANGE", ("typing", "Any")),
    "tstzrange": _Known(DIALECT, "TSTZRANGE", ("typing", "Any")),
    "vector": _Known(VECTOR, "Vector", ("", "list")),
    "halfvec": _Known(VECTOR, "HALFVEC", ("", "list")),
    "sparsevec": _Known(VECTOR, "SPARSEVEC", ("typing", "Any")),
}
_WRITTEN: Final = {  # names of SQLAlchemy -> PostgreSQL's
    "String": "character varying", "VARCHAR": "character varying", "Unicode": "character varying",
    "AutoString": "character varying", "Text": "text", "TEXT": "text", "UnicodeText": "text",
    "CHAR": "character", "CITEXT": "citext", "SmallInteger": "smallint", "SMALLINT": "smallint",
    "Integer": "integer", "INTEGER": "integer", "INT": "integer", "BigInteger": "bigint", "BIGINT": "bigint",
    "OID": "oid", "Numeric": "numeric", "NUMERIC": "numeric", "DECIMAL": "numeric", "REAL": "real",
    "Float": "double precision", "FLOAT": "double precision", "Double": "double precision",
    "DOUBLE": "double precision", "DOUBLE_PRECISION": "double precision", "Boolean": "boolean",
    "BOOLEAN": "boolean", "Uuid": "uuid", "UUID": "uuid", "Date": "date", "DATE": "date",
    "Time": "time", "TIME": "time", "DateTime": "timestamp", "TIMESTAMP": "timestamp",
    "DATETIME": "timestamp", "Interval": "interval", "INTERVAL": "interval", "JSON": "json", "JSONB": "jsonb",
    "LargeBinary": "bytea", "BYTEA": "bytea", "INET": "inet", "CIDR": "cidr", "MACADDR": "macaddr",
    "MACADDR8": "macaddr8", "MONEY": "money", "TSVECTOR": "tsvector", "TSQUERY": "tsquery",
    "HSTORE": "hstore", "INT4RANGE": "int4range", "INT8RANGE": "int8range", "NUMRANGE": "numrange",
    "DATERANGE": "daterange", "TSRANGE": "tsrange", "TSTZRANGE": "tstzrange", "Vector": "vector",
    "VECTOR": "vector", "HALFVEC": "halfvec", "SPARSEVEC": "sparsevec", "BIT": "bit",
}  # fmt: skip


class SqlType(msgspec.Struct, frozen=True, kw_only=True):
    """A type as `format_type` prints it, taken apart."""

    base: str  # without schema, quotes, arguments and brackets
    arguments: str = ""
    array: bool = False
    schema: str = ""

    @property
    def canonical(self) -> str:
        """The type without its brackets."""
        return f"{self.base}({self.arguments})" * bool(self.arguments) or self.base

    @property
    def key(self) -> str:
        """What tells the type from others."""
        return self.canonical + "[]" * self.array


def type_of(text: str) -> SqlType:
    """A type as `format_type` prints it, taken apart."""
    array = text.endswith("[]")
    text = text.removesuffix("[]")
    arguments = re.search(r"\(([^()]*)\)", text)
    base = re.sub(r"\s*\([^()]*\)", "", text).strip()
    schema = ""
    parts = re.fullmatch(r'(?:("(?:[^"]|"")+"|[^".\s]+)\.)?("(?:[^"]|"")+"|[^".]+)', base)
    if parts:
        schema, base = (_unquoted(each or "") for each in parts.groups())
    return SqlType(
        base=base,
        arguments=re.sub(r"\s*,\s*", ", ", arguments[1].strip()) if arguments else "",
        array=array,
        schema="" if schema == "pg_catalog" else schema,
    )


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def spelled(node: ast.expr, names: Names) -> str | None:
    """PostgreSQL's name of the type that an expression of SQLAlchemy is, None where it is another."""
    arguments: list[ast.expr] = []
    keywords: dict[str, ast.expr] = {}
    called = node
    if isinstance(node, ast.Call):
        called, arguments = node.func, node.args
        keywords = {each.arg: each.value for each in node.keywords if each.arg}
    if not isinstance(called, ast.Name | ast.Attribute):
        return None
    word = names.word(called)
    if word == "ARRAY" and arguments:
        inner = spelled(arguments[0], names)
        return None if inner is None else f"{inner}[]"
    if word == "UTCDateTime":
        return "timestamp with time zone"
    base = _WRITTEN.get(word)
    if base is None:
        return None
    values = {key: each.value for key, each in keywords.items() if isinstance(each, ast.Constant)}
    if base in ("timestamp", "time"):
        zoned = values.get("timezone") is True or (
            bool(arguments) and isinstance(arguments[0], ast.Constant) and arguments[0].value is True
        )
        precision = f"({values['precision']!r})" if "precision" in values else ""
        return f"{base}{precision} {'with' if zoned else 'without'} time zone"
    if word == "Float" and (arguments or "precision" in keywords):
        return None
    if base == "bit" and values.get("varying") is True:
        base = "bit varying"
    if base in ("character varying", "character", "numeric", "vector", "halfvec", "bit", "bit varying"):
        given = [each.value for each in arguments if isinstance(each, ast.Constant)]
        given += [values[key] for key in ("length", "precision", "scale", "dim") if key in values]
        given = [each for each in given if each is not None]
        return f"{base}({', '.join(map(str, given))})" if given else base
    return base
