"""Edits of SQLAlchemy and SQLModel models, in the file's own style, and the first model of a table.

An edit touches the statement of its column, the imports that it needs, and an enum of its labels; all else
of the file stays as it is, byte for byte. What cannot be done without guessing is left, with the reason and
the text to paste. Nothing of the user's is imported or run.
"""

from __future__ import annotations

import ast
import contextlib
import keyword
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import libcst as cst
import msgspec

from ormony.adapters import python_models, subprocesses
from ormony.errors import DATABASE, OrmonyError
from ormony.mirrors import Edit, Edited, Field, Key, Model

Style = Literal["sqlmodel", "mapped", "column", "table"]

_COLUMNS: Final = frozenset({"Column", "mapped_column"})
_NOT_TYPES: Final = frozenset(
    {
        "ForeignKey", "Identity", "Computed", "Sequence", "FetchedValue", "CheckConstraint", "DefaultClause",
        "UniqueConstraint", "ForeignKeyConstraint", "Index", "PrimaryKeyConstraint", "ColumnDefault",
    }
)  # fmt: skip
_RESERVED: Final = frozenset({"metadata", "registry"})
_RESERVED_PYDANTIC: Final = frozenset(
    {"schema", "json", "dict", "copy", "validate", "construct", "fields", "parse_obj", "from_orm"}
)
_OF_TEXT: Final = frozenset({"max_length", "min_length", "regex", "pattern"})
_OF_NUMBERS: Final = frozenset({"gt", "ge", "lt", "le", "multiple_of", "max_digits", "decimal_places"})
_WIDTH: Final = 88  # beyond which a new statement takes several lines, unless the file has longer ones
_FIRST_TIMEOUT_S: Final = 60.0

_Item = TypeVar("_Item", cst.Arg, cst.ImportAlias, cst.DictElement)


def edit(
    text: str,
    model: Model,
    edits: Iterable[Edit],
    *,
    path: str,
    modelled: Collection[tuple[str, str]] | None = None,
) -> Edited:
    """The text of the file `path` with these edits of the model made, one after the other.

    What stands in another file than `path` is left: the caller asks again with that file's text. To make the
    same edits again changes nothing. `modelled` are (schema, table) that the service has models of, None for
    unknown: SQLAlchemy cannot write a row whose foreign key leads to another table.
    """
    done: list[Edit] = []
    left: list[tuple[Edit, str]] = []
    now = text
    for each in edits:
        try:
            now = _checked(_Work(now, model, path).made(_within(each, modelled)))
        except _Left as reason:
            left.append((each, reason.text))
        else:
            done.append(each)
    if now != text:
        now = _without_unused(text, now, path)
    return Edited(text=now, done=tuple(done), left=tuple(left))


class _Left(Exception):
    """An edit that is left to people: why, and what they can paste."""

    def __init__(self, reason: str, paste: str = "") -> None:
        super().__init__(reason)
        self.reason, self.paste = reason, paste

    @property
    def text(self) -> str:
        return f"{self.reason}\n{self.paste}" if self.paste else self.reason


def _within(each: Edit, modelled: Collection[tuple[str, str]] | None) -> Edit:
    """An edit without a foreign key to a table that the service has no model of."""
    if each.reference is None or modelled is None or each.reference.references in modelled:
        return each
    if each.action == "alter" and "reference" in each.change:
        raise _Left(
            f"no model of {'.'.join(each.reference.references)} is known, which {each.column} references"
        )
    return msgspec.structs.replace(each, reference=None)


def _checked(text: str) -> str:
    try:
        ast.parse(text)
    except SyntaxError as error:  # a bug of ours, that must not reach the user's file
        raise _Left(f"the edited text would be no Python ({error.msg})") from None
    return text


# The first model of a table -------------------------------------------------------------------------------

_FIRST: Final = """
import json, sys
import psycopg, sqlalchemy
from sqlacodegen import generators
job = json.load(sys.stdin)
engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(job["url"]))
metadata = sqlalchemy.MetaData()
metadata.reflect(engine, schema=job["schema"], only=[job["table"]], resolve_fks=False, views=True)
keys = []
for table in metadata.tables.values():
    for each in list(table.foreign_key_constraints):
        if len(each.elements) == 1:
            schema, name, column = each.elements[0]._column_tokens
            keys.append([each.elements[0].parent.name, schema, name, column])
        table.constraints.discard(each)
    for column in table.columns:
        table.foreign_keys.difference_update(column.foreign_keys)
        column.foreign_keys.clear()
        if column.identity is not None:  # the limits are the owner's
            always, column.identity, column.server_default = column.identity.always, None, None
            sqlalchemy.Identity(always=always)._set_parent(column)
    table.primary_key.name = None
kind = generators.SQLModelGenerator if job["style"] == "sqlmodel" else generators.DeclarativeGenerator
text = kind(metadata, engine, ["noindexes", "nocomments"]).generate()
json.dump({"text": text, "keys": keys}, sys.stdout)
"""


def first(
    url: str,
    schema: str,
    table: str,
    *,
    style: Literal["sqlmodel", "sqlalchemy"],
    search_path: tuple[str, ...] = ("public",),
    modelled: Collection[tuple[str, str]] = (),
) -> str:
    """The text of a file with the first model of a table or view of the database at `url`, a shadow.

    sqlacodegen reads the database, in a process of its own. Foreign keys are those to tables of `modelled`
    and to the table itself. Indexes and comments are left to the owner. Raises `first-model-failed` (exit 3).
    """
    unqualified = bool(search_path) and schema == search_path[0]
    job = {"url": url, "schema": schema, "table": table, "style": style}
    outcome = subprocesses.run(
        [sys.executable, "-I", "-W", "ignore", "-c", _FIRST],
        cwd=Path(__file__).parent,
        environment={key: value for key, value in os.environ.items() if not key.startswith(("PG", "PYTHON"))},
        timeout_s=_FIRST_TIMEOUT_S,
        keep_bytes=4 << 20,
        stdin=msgspec.json.encode(job),
    )
    found: Any = None
    if outcome.status == 0:
        with contextlib.suppress(msgspec.DecodeError):
            found = msgspec.json.decode(outcome.stdout.strip().encode())
    if found is None:
        lines = [line for line in outcome.stderr.splitlines() if line.strip()]
        raise OrmonyError(
            "first-model-failed",
            f'sqlacodegen cannot make a model of "{schema}.{table}"'
            + (f": {lines[-1].strip()}" if lines else ""),
            hint="write the model by hand, then: ormony check",
            exit_status=DATABASE,
        )
    text: str = found["text"]
    if unqualified:
        text = _without_schema(text, schema)
    return _with_keys(text, schema, table, found["keys"], modelled)


def _without_schema(text: str, schema: str) -> str:
    """The text without `__table_args__ = {'schema': …}` of a schema that is the first of the search path."""
    module = cst.parse_module(text)

    def says(node: cst.CSTNode) -> bool:
        return (
            isinstance(node, cst.DictElement)
            and _text_of(node.key) == "schema"
            and _text_of(node.value) == schema
        )

    for statement in _search(module, lambda node: _target(node) == "__table_args__"):
        value = statement.body[0].value
        dictionaries = [value] if isinstance(value, cst.Dict) else []
        if isinstance(value, cst.Tuple):
            dictionaries = [each.value for each in value.elements if isinstance(each.value, cst.Dict)]
        for each in dictionaries:
            if not any(says(element) for element in each.elements):
                continue
            if len(each.elements) > 1:
                kept = [element for element in each.elements if not says(element)]
                replaced = module.deep_replace(each, each.with_changes(elements=kept))
                assert isinstance(replaced, cst.Module)  # a part of it was replaced
                return replaced.code
            if isinstance(value, cst.Dict):
                changed = module.deep_remove(statement)
            else:
                left = [element for element in value.elements if element.value is not each]
                last = cst.Comma() if len(left) == 1 else cst.MaybeSentinel.DEFAULT
                left[-1] = left[-1].with_changes(comma=last)
                changed = module.deep_replace(value, value.with_changes(elements=left))
            assert isinstance(changed, cst.Module)
            return changed.code
    calls = _search(module, lambda node: isinstance(node, cst.Call) and _code(node.func) == "Table")
    for call in calls:
        index = _at(call, "schema")
        if index is not None:
            return _replaced(module, call, _dropped(call, index)).code
    return text


def _with_keys(
    text: str, schema: str, table: str, keys: list[list[str]], modelled: Collection[tuple[str, str]]
) -> str:
    """The text with the foreign keys to the tables that are there."""
    names = [each[2] for each in _tables_of(ast.parse(text), _Names(ast.parse(text))) if each[1] == table]
    if not names:
        return text
    model = Model(schema=schema, table=table, name=names[0], places={})
    edits = [
        Edit(
            action="alter",
            column=column,
            field=Field(name=column, type=""),
            change=("reference",),
            reference=Key(columns=(column,), references=(target or schema, name), referenced=(other,)),
        )
        for column, target, name, other in keys
        if (target or schema, name) in {*modelled, (schema, table)}
    ]
    return edit(text, model, edits, path="models.py").text


# PostgreSQL's types ---------------------------------------------------------------------------------------

_CORE: Final = "sqlalchemy"
_DIALECT: Final = "sqlalchemy.dialects.postgresql"
_VECTOR: Final = "pgvector.sqlalchemy"
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
_TYPES: Final[dict[str, _Known]] = {
    "text": _Known(_CORE, "Text", _STR),
    "character varying": _Known(_CORE, "String", _STR, plain=True),
    "character": _Known(_CORE, "CHAR", _STR),
    "citext": _Known(_DIALECT, "CITEXT", _STR),
    "smallint": _Known(_CORE, "SmallInteger", _INT),
    "integer": _Known(_CORE, "Integer", _INT, plain=True),
    "bigint": _Known(_CORE, "BigInteger", _INT),
    "oid": _Known(_DIALECT, "OID", _INT),
    "numeric": _Known(_CORE, "Numeric", ("decimal", "Decimal"), plain=True),
    "real": _Known(_CORE, "REAL", _FLOAT),
    "double precision": _Known(_CORE, "Float", _FLOAT, plain=True),
    "boolean": _Known(_CORE, "Boolean", ("", "bool"), plain=True),
    "uuid": _Known(_CORE, "Uuid", ("uuid", "UUID"), plain=True),
    "date": _Known(_CORE, "Date", (_DATETIME, "date"), plain=True),
    "time without time zone": _Known(_CORE, "Time", (_DATETIME, "time"), plain=True),
    "time with time zone": _Known(_CORE, "Time", (_DATETIME, "time"), "timezone=True"),
    "timestamp without time zone": _Known(_CORE, "DateTime", (_DATETIME, "datetime")),
    "timestamp with time zone": _Known(_CORE, "DateTime", (_DATETIME, "datetime"), "timezone=True"),
    "interval": _Known(_CORE, "Interval", (_DATETIME, "timedelta"), plain=True),
    "json": _Known(_CORE, "JSON", ("", "dict")),
    "jsonb": _Known(_DIALECT, "JSONB", ("", "dict")),
    "bytea": _Known(_CORE, "LargeBinary", ("", "bytes"), plain=True),
    "inet": _Known(_DIALECT, "INET", _STR),
    "cidr": _Known(_DIALECT, "CIDR", _STR),
    "macaddr": _Known(_DIALECT, "MACADDR", _STR),
    "macaddr8": _Known(_DIALECT, "MACADDR8", _STR),
    "money": _Known(_DIALECT, "MONEY", _STR),
    "bit": _Known(_DIALECT, "BIT", _STR),
    "bit varying": _Known(_DIALECT, "BIT", _STR, "varying=True"),
    "tsvector": _Known(_DIALECT, "TSVECTOR", _STR),
    "tsquery": _Known(_DIALECT, "TSQUERY", _STR),
    "hstore": _Known(_DIALECT, "HSTORE", ("", "dict")),
    "int4range": _Known(_DIALECT, "INT4RANGE", ("typing", "Any")),
    "int8range": _Known(_DIALECT, "INT8RANGE", ("typing", "Any")),
    "numrange": _Known(_DIALECT, "NUMRANGE", ("typing", "Any")),
    "daterange": _Known(_DIALECT, "DATERANGE", ("typing", "Any")),
    "tsrange": _Known(_DIALECT, "TSRANGE", ("typing", "Any")),
    "tstzrange": _Known(_DIALECT, "TSTZRANGE", ("typing", "Any")),
    "vector": _Known(_VECTOR, "Vector", ("", "list")),
    "halfvec": _Known(_VECTOR, "HALFVEC", ("", "list")),
    "sparsevec": _Known(_VECTOR, "SPARSEVEC", ("typing", "Any")),
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


class _Type(msgspec.Struct, frozen=True, kw_only=True):
    """A type as `format_type` prints it, taken apart."""

    base: str  # without schema, quotes, arguments and brackets
    arguments: str = ""
    array: bool = False
    schema: str = ""

    @property
    def canonical(self) -> str:
        return f"{self.base}({self.arguments})" * bool(self.arguments) or self.base

    @property
    def key(self) -> str:
        return self.canonical + "[]" * self.array


def _type(text: str) -> _Type:
    array = text.endswith("[]")
    text = text.removesuffix("[]")
    arguments = re.search(r"\(([^()]*)\)", text)
    base = re.sub(r"\s*\([^()]*\)", "", text).strip()
    schema = ""
    parts = re.fullmatch(r'(?:("(?:[^"]|"")+"|[^".\s]+)\.)?("(?:[^"]|"")+"|[^".]+)', base)
    if parts:
        schema, base = (_unquoted(each or "") for each in parts.groups())
    return _Type(
        base=base,
        arguments=re.sub(r"\s*,\s*", ", ", arguments[1].strip()) if arguments else "",
        array=array,
        schema="" if schema == "pg_catalog" else schema,
    )


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


# Names ----------------------------------------------------------------------------------------------------


class _Names:
    """What a file's top level binds, and the imports that an edit adds to it."""

    def __init__(self, tree: ast.Module) -> None:
        self.imported: dict[str, tuple[str, str | None]] = {}
        self.others: set[str] = set()
        self.avoid: set[str] = set()
        self.new: list[tuple[str, str, str | None]] = []
        self.flask: str | None = None
        for node in tree.body:
            self._read(node)
        text = ast.unparse(tree)
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)):
                    if self.word(called) == "SQLAlchemy" and f"{name}.Column" in text:
                        self.flask = name

    def _read(self, node: ast.stmt) -> None:
        match node:
            case ast.Import(names=names):
                for each in names:
                    dotted = each.name if each.asname else each.name.partition(".")[0]
                    self.imported[each.asname or dotted] = (dotted, None)
            case ast.ImportFrom(module=dotted, names=names, level=level):
                for each in names:
                    self.imported[each.asname or each.name] = ("." * level + (dotted or ""), each.name)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.others.add(name)
            case ast.Assign(targets=targets):
                for target in targets:
                    self.others |= {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                self.others.add(name)
            case ast.Try(body=body):
                for inner in body:
                    self._read(inner)
            case ast.If(test=test, body=body) if "TYPE_CHECKING" in ast.unparse(test):
                for inner in body:
                    if isinstance(inner, ast.ImportFrom | ast.Import):
                        self.others |= {one.asname or one.name for one in inner.names}

    def word(self, node: ast.expr) -> str:
        """The last word of a name, an alias of its import undone."""
        match node:
            case ast.Attribute(attr=name):
                return name
            case ast.Name(id=name):
                return self.imported.get(name, ("", None))[1] or name
            case ast.Subscript(value=value) | ast.Call(func=value):
                return self.word(value)
        return ""

    def bound(self, module: str, name: str) -> str | None:
        """How the file can say a name of a module already."""
        for bound, (dotted, inner) in self.imported.items():
            if bound in self.avoid:
                continue
            if inner == name and _same_package(dotted, module):
                return bound
        for bound, (dotted, inner) in self.imported.items():
            if bound not in self.avoid and ".".join(filter(None, [dotted, inner])) == module:
                return f"{bound}.{name}"
        if self.flask is not None and module in (_CORE, "sqlalchemy.orm"):
            return f"{self.flask}.{name}"
        return None

    def use(self, module: str, name: str) -> str:
        """How to say a name of a module; what is not bound yet is to be imported."""
        if module == "":
            return name
        found = self.bound(module, name)
        if found is not None:
            return found
        taken = self.avoid | self.others | self.imported.keys()
        alias = None
        if name in taken:
            tries = [f"sql_{name}" if name in ("text", "func") else f"{name}_type", f"{name}_"]
            tries = [f"SQL{name}", *tries] if name[0].isupper() else tries
            alias = next(each for each in tries if each not in taken)
        self.new.append((module, name, alias))
        self.imported[alias or name] = (module, name)
        return alias or name


def _same_package(dotted: str, module: str) -> bool:
    """SQLModel hands on what is SQLAlchemy's; its own modules hand on each other's."""
    if dotted == module:
        return True
    of_core = ("sqlalchemy", "sqlalchemy.types", "sqlalchemy.sql", "sqlmodel", "sqlalchemy.schema")
    return module in of_core and dotted in (*of_core, "sqlalchemy.sql.expression", "sqlalchemy.sql.sqltypes")


# One edit -------------------------------------------------------------------------------------------------


class _Work:
    """A text, the model in it, and one edit of it."""

    def __init__(self, text: str, model: Model, path: str) -> None:
        self.text, self.model, self.path = text, model, path
        try:
            self.tree = ast.parse(text)
            self.module = cst.parse_module(text)
        except (SyntaxError, ValueError, RecursionError, cst.ParserSyntaxError):
            raise _Left(f"{path} is no Python that can be parsed") from None
        self.names = _Names(self.tree)
        self.quote = "'" if text.count("'") > text.count('"') else '"'
        described = python_models.describe(text, path, model.name)
        self.described = described
        self.table = _table_call(self.module, model.name)
        if self.table is not None:
            self.style: Style = "table"
        elif described is None:
            raise _Left(f"{path} has no class {model.name}")
        else:
            self.style = "sqlmodel" if described.sqlmodel else self._style(model.name)
            node = _class_of(self.tree, model.name)
            assert node is not None
            self.names.avoid = _attributes(node) | {each.attribute for each in described.columns}
        self.types = dict(self._written_types())
        self.enums = dict(_enums(self.tree, self.names))
        self.before: list[str] = []  # an enum to stand before the class
        self.extended: tuple[str, frozenset[str], dict[str, str]] | None = None  # an enum, and more members

    def _style(self, name: str) -> Style:
        node = _class_of(self.tree, name)
        own = ast.unparse(node) if node is not None else ""
        for text in (own, self.text):
            if "Mapped[" in text or "mapped_column(" in text:
                return "mapped"
            if re.search(r"\bColumn\(", text):
                return "column"
        return "mapped"

    def _written_types(self) -> Iterator[tuple[str, str]]:
        """PostgreSQL's types as this file writes them: the way that it has most."""
        counted: dict[str, dict[str, int]] = {}
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call):
                continue
            word = self.names.word(node.func)
            given: list[ast.expr] = []
            if word in _COLUMNS:
                given = [each for each in node.args if not isinstance(each, ast.Starred)][:2]
                given += [each.value for each in node.keywords if each.arg == "type_"]
            elif word == "Field":
                given = [each.value for each in node.keywords if each.arg == "sa_type"]
            for each in given:
                key = _spelled(each, self.names)
                if key is not None:
                    segment = (
                        ast.unparse(each) if "\n" in _segment(self.text, each) else _segment(self.text, each)
                    )
                    ways = counted.setdefault(key, {})
                    ways[segment] = ways.get(segment, 0) + 1
        for key, ways in counted.items():
            # `UUID` alone is of SQLAlchemy 2; a call says more and is right in both
            yield key, max(ways, key=lambda way: (ways[way], way))

    # What is to be done -------------------------------------------------------------------------------

    def made(self, each: Edit) -> str:
        """The text with the edit made."""
        if self.style == "table":
            return self._in_table(each)
        assert self.described is not None
        found = next((one for one in self.described.columns if one.column == each.column), None)
        match each.action:
            case "add":
                return self.text if found is not None else self._add(each)
            case "remove":
                if found is None and not self._elsewhere(each):
                    return self.text
                return self._remove(each, self._editable(each, found))
            case _:
                return self._alter(each, self._editable(each, found))

    def _elsewhere(self, each: Edit) -> bool:
        place = self.model.places.get(each.column)
        return place is not None and place.path != self.path

    def _paste(self, each: Edit) -> str:
        """The column as it would be written anew."""
        if each.field is None:
            return ""
        try:
            fresh = _Work(self.text, self.model, self.path)
            return fresh._new_field(each)
        except _Left as reason:
            return reason.paste

    def _editable(self, each: Edit, found: python_models.Written | None) -> python_models.Written:
        """The statement to edit; left where it is not here, or is others' too."""
        assert self.described is not None
        if found is None:
            place = self.model.places.get(each.column)
            where = f" it stands at {place}" if place is not None else ""
            raise _Left(f"column {each.column} is not written in {self.path};{where}", self._paste(each))
        owners = self.described.owners.get(found.owner, ())
        if len(owners) > 1:
            raise _Left(
                f"column {each.column} stands in {found.owner}, at {self.path}:{found.line}, which is of "
                f"{', '.join(owners)}",
                self._paste(each),
            )
        return found

    def _finished(self, module: cst.Module) -> str:
        """The text of a module, with the imports and the enum that the edit needs."""
        if self.extended is not None:
            module = self._with_members(module, *self.extended)
        for text in self.before:
            module = _with_enum(module, text, self.model.name)
        used = _used_names(module.code)
        for dotted, name, alias in self.names.new:
            if (alias or name) in used:
                module = _with_import(module, dotted, name, alias)
        return module.code

    def _with_members(
        self, module: cst.Module, name: str, members: frozenset[str], new: dict[str, str]
    ) -> cst.Module:
        """The module whose enum has these members too, after those that it has."""
        node = _find_class(module, name)
        assert node is not None
        body = list(node.body.body)
        at = max((i for i, one in enumerate(body) if _target(one) in members), default=len(body) - 1) + 1
        lines = [
            cst.parse_statement(f"{member} = {self._quoted(label)}\n", config=module.config_for_parsing)
            for member, label in new.items()
        ]
        changed = node.with_changes(body=node.body.with_changes(body=[*body[:at], *lines, *body[at:]]))
        return _replaced(module, node, changed)

    # Adding -------------------------------------------------------------------------------------------

    def _add(self, each: Edit) -> str:
        assert self.described is not None
        text = self._new_field(each)
        node = _find_class(self.module, self.model.name)
        assert node is not None
        if not isinstance(node.body, cst.IndentedBlock):
            raise _Left(f"class {self.model.name} has its body on one line", text)
        new = cst.parse_statement(text, config=self.module.config_for_parsing)
        body = list(node.body.body)
        own = {one.attribute: one.column for one in self.described.columns if one.owner == self.model.name}
        index, replaced = self._place(body, own, each.after)
        if replaced:  # `pass`
            body[index] = new
        else:
            if (
                index < len(body)
                and index <= _first_field(body, own)
                and isinstance(new, cst.SimpleStatementLine)
            ):
                following = body[index]
                if _is_field(following, own):  # it takes over the blank lines that set the fields apart
                    blank, rest = _leading(following)
                    body[index] = following.with_changes(leading_lines=rest)
                    new = new.with_changes(leading_lines=blank)
            if isinstance(new, cst.SimpleStatementLine) and _set_apart(body, own) and index > 0:
                new = new.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
            body.insert(index, new)
        changed = node.with_changes(body=node.body.with_changes(body=body))
        return self._finished(_replaced(self.module, node, changed))

    def _place(
        self, body: list[cst.BaseStatement], own: dict[str, str], after: str | None
    ) -> tuple[int, bool]:
        """Where a new field goes: after that of `after`, else after the last one; and whether it replaces
        what stands there."""
        fields = [i for i, each in enumerate(body) if _is_field(each, own)]
        if after is not None:
            for i in fields:
                if own.get(_target(body[i]) or "") == after:
                    return self._past(body, i + 1), False
        elif fields:
            return fields[0], False
        if fields:
            return self._past(body, fields[-1] + 1), False
        index = 0
        for i, each in enumerate(body):
            if _is_string(each) or (_target(each) or "").startswith(("__", "model_config")):
                index = i + 1
        if index < len(body) and _is_pass(body[index]):
            return index, True
        return index, False

    def _past(self, body: list[cst.BaseStatement], index: int) -> int:
        """Past the string that describes the field before."""
        return index + 1 if index < len(body) and _is_string(body[index]) else index

    def _new_field(self, each: Edit) -> str:
        """The statement of a new column, in the style of the class, without indentation."""
        field = each.field
        assert field is not None
        if self.style == "table":
            return self._new_in_table(each)
        attribute, named = self._attribute(each.column)
        self.names.avoid |= {attribute}
        if self.style == "sqlmodel":
            return self._new_sqlmodel(each, field, attribute, named)
        return self._new_mapped(each, field, attribute, named)

    def _attribute(self, column: str) -> tuple[str, bool]:
        """The attribute for a new column, and whether it needs the column's name beside it."""
        assert self.described is not None
        known = next((each for each in self.described.columns if each.column == column), None)
        if known is not None:  # to be pasted in its place
            return known.attribute, known.attribute != column
        snake = _snake(column)
        attribute = column
        if snake != column and column.isidentifier():
            own = self.described.columns
            verbatim = any(one.attribute == one.column and _snake(one.column) != one.column for one in own)
            attribute = column if verbatim else snake
        elif not column.isidentifier():
            attribute = re.sub(r"\W+", "_", snake).strip("_") or "column"
            attribute = f"column_{attribute}" if attribute[0].isdigit() else attribute
        if attribute.startswith("_"):
            attribute = attribute.lstrip("_") or "column"
        # A field called as something that the class's own body uses would stand before it there.
        node = _class_of(self.tree, self.model.name)
        inner = [each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)] if node else []
        loaded = {
            each.id
            for one in inner
            for each in ast.walk(one)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
        }
        taken = self.names.avoid | _RESERVED | loaded
        if self.style == "sqlmodel":
            taken |= _RESERVED_PYDANTIC
        while attribute in taken or keyword.iskeyword(attribute):
            attribute += "_"
        return attribute, attribute != column

    def _new_sqlmodel(self, each: Edit, field: Field, attribute: str, named: bool) -> str:
        kind = self._wanted(each)
        python = self._python(kind, each)
        said = self._said(kind, each)
        arguments: list[str] = []
        column_arguments: list[str] = []
        server = self._server_default(field)
        literal = self._literal(field, python) if server else None
        optional = not field.not_null
        if optional or (server and literal is None) or field.default == "" or field.generated:
            arguments.append("default=None")
        elif literal is not None:
            arguments.append(f"default={literal}")
        alias = self._alias(attribute)
        if alias is not None:
            arguments.append(f"alias={self._quoted(alias)}")
        target = self._target(each.reference) if each.reference is not None else None
        explicit = self._explicit(kind, python, said)
        marker = self._identity(field)
        if explicit is not None and self._prefers_sa_column():
            column = self.names.use(_CORE, "Column")
            if named:
                column_arguments.append(self._quoted(each.column))
            column_arguments.append(explicit)
            if target is not None:
                column_arguments.append(f"{self.names.use(_CORE, 'ForeignKey')}({self._quoted(target)})")
            column_arguments += marker
            column_arguments.append(f"nullable={not field.not_null}")
            if server:
                column_arguments.append(f"server_default={server}")
            column_arguments += self._key_of(each)
            arguments.append(f"sa_column={column}({', '.join(column_arguments)})")
        else:
            if target is not None:
                arguments.append(f"foreign_key={self._quoted(target)}")
            if field.not_null and "default=None" in arguments:
                arguments.append("nullable=False")
            if explicit is not None:
                arguments.append(f"sa_type={explicit}")
            else:
                arguments += self._constraints(kind)
            if marker:
                arguments.append(f"sa_column_args=[{', '.join(marker)}]")
            keywords = []
            if named:
                keywords.append(f"{self._quoted('name')}: {self._quoted(each.column)}")
            if server:
                keywords.append(f"{self._quoted('server_default')}: {server}")
            arguments += self._key_of(each)[:1]
            if len(self._key_of(each)) > 1:
                keywords.append(f"{self._quoted('autoincrement')}: False")
            if keywords:
                arguments.append(f"sa_column_kwargs={{{', '.join(keywords)}}}")
        annotation = self._optional(python) if optional else python
        if arguments == ["default=None"] and not re.search(r"= Field\(default=None\)", self.text):
            return f"{attribute}: {annotation} = None\n"
        if not arguments:
            return f"{attribute}: {annotation}\n"
        call = self.names.use("sqlmodel", "Field")
        return self._laid_out(f"{attribute}: {annotation} = {call}", arguments)

    def _new_mapped(self, each: Edit, field: Field, attribute: str, named: bool) -> str:
        kind = self._wanted(each)
        python = self._python(kind, each)
        said = self._said(kind, each)
        arguments = [self._quoted(each.column)] if named else []
        mapped = self.style == "mapped"
        if not (mapped and self._implied(kind, python)):
            arguments.append(said)
        if each.reference is not None:
            target = self._quoted(self._target(each.reference))
            arguments.append(f"{self.names.use(_CORE, 'ForeignKey')}({target})")
        arguments += self._identity(field)
        says_null = re.findall(r"nullable=(True|False)", self._own_text())
        if mapped:
            if len(says_null) * 2 > self._own_text().count("mapped_column("):
                arguments.append(f"nullable={not field.not_null}")
        elif field.not_null:
            arguments.append("nullable=False")
        elif "True" in says_null:
            arguments.append("nullable=True")
        server = self._server_default(field)
        if server:
            arguments.append(f"server_default={server}")
        arguments += self._key_of(each)
        dataclass = mapped and self._dataclass()
        if dataclass:
            if server or field.default == "" or field.generated:
                arguments.append("init=False")
            else:
                arguments += ["default=None"] if not field.not_null else []
                arguments += [] if dataclass == "keywords" else ["kw_only=True"]
        if not mapped:
            call = self._callee("Column", _CORE)
            return self._laid_out(f"{attribute} = {call}", arguments)
        annotation = self._optional(python) if not field.not_null else python
        start = f"{attribute}: {self._callee('Mapped', 'sqlalchemy.orm')}[{annotation}]"
        if not arguments:
            return start + "\n"
        return self._laid_out(f"{start} = {self._callee('mapped_column', 'sqlalchemy.orm')}", arguments)

    def _key_of(self, each: Edit) -> list[str]:
        """What a column that is written anew keeps as a key of its model."""
        assert self.described is not None
        known = next((one for one in self.described.columns if one.column == each.column), None)
        if known is None:
            return []
        node = _find_class(self.module, known.owner)
        line = (
            next((one for one in node.body.body if _target(one) == known.attribute), None) if node else None
        )
        if line is None or not _is_primary(line):
            return []
        return ["primary_key=True", *(["autoincrement=False"] if self._is_uncounted(each) else [])]

    def _callee(self, name: str, module: str) -> str:
        """A name as the class itself says it, prefix included."""
        node = _class_of(self.tree, self.model.name)
        for each in ast.walk(node) if node is not None else ():
            match each:
                case ast.Call(func=value) | ast.Subscript(value=value):
                    if isinstance(value, ast.Name | ast.Attribute) and self.names.word(value) == name:
                        return _segment(self.text, value)
        return self.names.use(module, name)

    def _own_text(self) -> str:
        node = _class_of(self.tree, self.model.name)
        return ast.unparse(node) if node is not None else ""

    def _dataclass(self) -> str:
        """Whether the class is a dataclass too, and if its fields are keywords only."""
        node = _class_of(self.tree, self.model.name)
        assert node is not None
        lineage = [node]
        for each in lineage:
            for base in each.bases:
                inner = _class_of(self.tree, self.names.word(base))
                if inner is not None and inner not in lineage:
                    lineage.append(inner)
        words = {self.names.word(base) for each in lineage for base in each.bases}
        decorators = [each for one in lineage for each in one.decorator_list]
        called = {self.names.word(each) for each in decorators}
        if "MappedAsDataclass" not in words and not called & {"mapped_as_dataclass", "dataclass"}:
            return "" if "init=False" not in self._own_text() else "fields"
        keywords = [each for one in lineage for each in one.keywords]
        keywords += [each for one in decorators if isinstance(one, ast.Call) for each in one.keywords]
        only = any(
            each.arg == "kw_only" and isinstance(each.value, ast.Constant) and each.value.value is True
            for each in keywords
        )
        return "keywords" if only else "fields"

    def _alias(self, attribute: str) -> str | None:
        """`alias="userId"`, where the class's fields of several words have such."""
        camel = re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), attribute)
        if camel == attribute:
            return None
        fields = [each for each in ast.walk(self.tree) if isinstance(each, ast.AnnAssign)]
        node = _class_of(self.tree, self.model.name)
        own = [each for each in fields if node is not None and each in node.body]
        given = 0
        words = 0
        for each in own:
            if not isinstance(each.target, ast.Name) or "_" not in each.target.id.strip("_"):
                continue
            if isinstance(each.value, ast.Call) and self.names.word(each.value.func) == "Relationship":
                continue
            words += 1
            if isinstance(each.value, ast.Call):
                expected = re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), each.target.id)
                given += any(
                    one.arg == "alias" and isinstance(one.value, ast.Constant) and one.value.value == expected
                    for one in each.value.keywords
                )
        return camel if given and given * 2 >= words else None

    def _prefers_sa_column(self) -> bool:
        if re.search(r"\bsa_type\s*=", self.text):
            return False
        return bool(re.search(r"\bsa_column\s*=", self.text))

    def _laid_out(self, start: str, arguments: list[str]) -> str:
        """A call on one line where it fits, else as its formatter would break it."""
        indent = self.module.default_indent
        width = self._width()
        comment = (
            self._ignored() if any(each.startswith("sa_type=") and "(" in each for each in arguments) else ""
        )
        one = f"{start}({', '.join(arguments)})"
        if not comment:
            if len(one) <= width:
                return one + "\n"
            inner = ", ".join(arguments)
            if len(indent + inner) <= width:
                return f"{start}(\n{indent}{inner}\n)\n"
        lines = [f"{indent}{each},{comment if each.startswith('sa_type=') else ''}\n" for each in arguments]
        return f"{start}(\n{''.join(lines)})\n"

    def _ignored(self) -> str:
        """The comment that this file gives to `sa_type=…(…)`, for its type checker."""
        found = re.search(r"\bsa_type\s*=[^#\n]*\),?[ \t]*(#[ \t]*type:[^\n]*)", self.text)
        return f"  {found[1].rstrip()}" if found else ""

    # Types --------------------------------------------------------------------------------------------

    def _wanted(self, each: Edit) -> _Type:
        """The type to write: the column's own, or of its domain's base; left where none is known."""
        field = each.field
        assert field is not None
        own = _type(field.type)
        if each.labels:
            return own
        for kind in (own, *map(_type, field.types)):
            known = _TYPES.get(kind.base)
            if known is None or (kind.base == "interval" and not kind.arguments.isdigit() and kind.arguments):
                continue
            if known.module == _VECTOR and "pgvector" not in self.text:
                name = f"{known.name}({kind.arguments})"
                raise _Left(
                    f"type {field.type} needs the package pgvector, which {self.path} does not use",
                    f"# pip install pgvector\nfrom {_VECTOR} import {known.name}\n"
                    + self._unknown(each, name, "list[float]"),
                )
            return kind
        raise _Left(
            f"type {field.type} of column {each.column} is not known to SQLAlchemy",
            self._unknown(each, "NullType", "Any")
            + "# or a type of your own: sqlalchemy.types.UserDefinedType\n",
        )

    def _unknown(self, each: Edit, said: str, python: str) -> str:
        """What to paste where the type is not ours to import."""
        field = each.field
        assert field is not None
        python = f"{python} | None" if not field.not_null else python
        null = "" if field.not_null else "default=None, "
        match self.style:
            case "sqlmodel":
                return f"{each.column}: {python} = Field({null}sa_type={said})\n"
            case "mapped":
                return f"{each.column}: Mapped[{python}] = mapped_column({said})\n"
            case "table":
                return f'Column("{each.column}", {said}, nullable={not field.not_null}),\n'
            case _:
                return f"{each.column} = Column({said}, nullable={not field.not_null})\n"

    def _python(self, kind: _Type, each: Edit) -> str:
        """Python's type."""
        if each.labels:
            inner = self._enum(kind, each)[0]
        else:
            known = _TYPES[kind.base]
            if kind.base in ("json", "jsonb"):
                inner = self._neighbours_json(kind)
            elif kind.base == "hstore":
                inner = "dict[str, str | None]"
            elif kind.base in ("vector", "halfvec"):
                inner = "list[float]"
            else:
                inner = self.names.use(*known.python)
        return f"list[{inner}]" if kind.array else inner

    def _neighbours_json(self, kind: _Type) -> str:
        """The annotation that other columns of this type have."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
                given = [*node.value.args, *(one.value for one in node.value.keywords)]
                given += [inner for one in given if isinstance(one, ast.Call) for inner in one.args]
                if any(_spelled(one, self.names) == kind.base for one in given):
                    core = _annotation(_segment(self.text, node.annotation), self.names).core
                    if core.startswith(("dict", "Dict")):
                        return core
        return f"dict[str, {self.names.use('typing', 'Any')}]"

    def _said(self, kind: _Type, each: Edit) -> str:
        """SQLAlchemy's type, as this file writes it elsewhere."""
        if not each.labels and kind.key in self.types:
            return self.types[kind.key]
        if kind.array:
            inner = self._said(msgspec.structs.replace(kind, array=False), each)
            array = self.names.bound(_DIALECT, "ARRAY") or self.names.use(_CORE, "ARRAY")
            return f"{array}({inner})"
        if each.labels:
            return self._said_enum(kind, each)
        known = _TYPES[kind.base]
        arguments = [kind.arguments] if kind.arguments else []
        module, name = known.module, known.name
        if kind.arguments and known.name in ("DateTime", "Time", "Interval"):
            module = _DIALECT
            name = {"DateTime": "TIMESTAMP", "Time": "TIME", "Interval": "INTERVAL"}[known.name]
            arguments = [f"precision={kind.arguments}"]
        if known.arguments:
            arguments.append(known.arguments)
        if kind.base == "uuid":
            dialect = self.names.bound(_DIALECT, "UUID")
            if dialect is not None:
                return f"{dialect}(as_uuid=True)"
        called = self.names.use(module, name)
        return f"{called}({', '.join(arguments)})" if arguments else called

    def _implied(self, kind: _Type, python: str) -> bool:
        """Whether `Mapped[…]` alone says the type: so it does elsewhere in the class."""
        known = _TYPES.get(kind.base)
        if known is None or kind.array or kind.arguments or not known.plain or kind.key in self.types:
            return False
        node = _class_of(self.tree, self.model.name)
        for each in node.body if node is not None else ():
            if isinstance(each, ast.AnnAssign):
                said = _annotation(_segment(self.text, each.annotation), self.names)
                if said.mapped and said.core == python:
                    call = each.value
                    if call is None or (
                        isinstance(call, ast.Call)
                        and self.names.word(call.func) == "mapped_column"
                        and _type_position(call, self.names) is None
                    ):
                        return True
        return False

    def _explicit(self, kind: _Type, python: str, said: str) -> str | None:
        """SQLAlchemy's type for a SQLModel field, None where Python's type and constraints say it."""
        known = _TYPES.get(kind.base)
        if kind.array:
            return said
        if known is None:  # an enum: SQLModel makes `Enum(Class)` of it
            return None if re.fullmatch(rf"(?:\w+\.)*Enum\({re.escape(python)}\)", said) else said
        if kind.base == "text":
            return said if "text" in self.types else None
        if kind.base in ("interval", "time without time zone") and kind.arguments:
            return said
        return None if known.plain else said

    def _constraints(self, kind: _Type) -> list[str]:
        """What SQLModel's `Field` says of a type in place of SQLAlchemy."""
        if kind.base == "character varying" and kind.arguments and not kind.array:
            return [f"max_length={kind.arguments}"]
        if kind.base == "numeric" and kind.arguments and not kind.array:
            digits, _, places = kind.arguments.partition(", ")
            return [f"max_digits={digits}", f"decimal_places={places or '0'}"]
        return []

    # Enums --------------------------------------------------------------------------------------------

    def _enum(self, kind: _Type, each: Edit) -> tuple[str, bool]:
        """The class of an enum's labels, and whether its members are called as the labels are."""
        labels = set(each.labels)
        for name, members in self.enums.items():
            if set(members) == labels:
                return name, True
            if set(members.values()) == labels:
                return name, False
        name = "".join(word[:1].upper() + word[1:] for word in re.split(r"\W+|_", kind.base) if word)
        name = name if name.isidentifier() else f"Enum{name}"
        if name in self.enums:
            raise _Left(
                f"enum {name} of {self.path} has other labels than {kind.base} in the database: "
                + ", ".join(each.labels),
                _enum_text(name, each.labels, self.enums[name], "str, Enum"),
            )
        if name in self.names.others or name in self.names.imported:
            raise _Left(
                f"{name} is bound in {self.path}, and what labels it has cannot be seen there",
                ", ".join(each.labels),
            )
        self.before.append(self._new_enum(name, each.labels))
        same = all(_member(label) == label for label in each.labels)
        self.enums[name] = {_member(label): label for label in each.labels}
        return name, same

    def _new_enum(self, name: str, labels: Sequence[str]) -> str:
        """A Python enum with the bases that the file's others have."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef) and node.name in self.enums and node.bases:
                bases = ", ".join(_segment(self.text, each) for each in node.bases)
                return _enum_text(name, labels, {}, bases)
        return _enum_text(name, labels, {}, f"str, {self.names.use('enum', 'Enum')}")

    def _said_enum(self, kind: _Type, each: Edit) -> str:
        python, same = self._enum(kind, each)
        arguments = [python]
        if python.lower() != kind.base:
            arguments.append(f"name={self._quoted(kind.base)}")
        if kind.schema and kind.schema not in ("public", self.model.schema):
            arguments.append(f"schema={self._quoted(kind.schema)}")
        if not same:
            arguments.append("values_callable=lambda kind: [each.value for each in kind]")
        called = next(
            (
                _segment(self.text, node.func)
                for node in ast.walk(self.tree)
                if isinstance(node, ast.Call) and self.names.word(node.func) == "Enum"
            ),
            None,
        ) or self.names.use(_CORE, "Enum")
        return f"{called}({', '.join(arguments)})"

    # Defaults and references --------------------------------------------------------------------------

    def _server_default(self, field: Field) -> str:
        """The expression for `server_default=`, '' where there is none."""
        if not field.default or field.generated:
            return ""
        wanted = field.default.strip()
        for node in ast.walk(self.tree):
            values: list[ast.expr] = []
            if isinstance(node, ast.keyword) and node.arg == "server_default":
                values = [node.value]
            elif isinstance(node, ast.Dict):
                values = [
                    value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value == "server_default"
                ]
            for value in values:
                if _default_said(value, self.names) == wanted:
                    return _segment(self.text, value)
        escaped = re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", wanted)
        return f"{self.names.use(_CORE, 'text')}({self._quoted(escaped)})"

    def _identity(self, field: Field) -> list[str]:
        if field.generated:
            if not field.default:
                raise _Left(f"column {field.name} is generated, by an expression that is not known here")
            called = self.names.use(_CORE, "Computed")
            return [f"{called}({self._quoted(field.default)}, persisted=True)"]
        if field.default == "":
            return [f"{self.names.use(_CORE, 'Identity')}()"]
        return []

    def _literal(self, field: Field, python: str) -> str | None:
        """A constant default as Python has it."""
        text = (field.default or "").strip()
        quoted = re.fullmatch(r"'((?:[^']|'')*)'(?:::[\w\s.\"]+(?:\(\d+\))?)?", text)
        value = quoted[1].replace("''", "'") if quoted else text
        if python == "bool" and value in ("true", "false"):
            return value.title()
        if python == "int" and re.fullmatch(r"-?\d+", value):
            return value
        if python == "float" and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return value if "." in value else f"{value}.0"
        if python == "str" and quoted:
            return self._quoted(value)
        for name, members in self.enums.items():
            if name == python and quoted:
                return next((f"{name}.{key}" for key, each in members.items() if value == each), None)
        return None

    def _target(self, key: Key) -> str:
        """`table.column` of a foreign key, with the schema where this file's models have it."""
        schema, table = key.references
        column = key.referenced[0]
        short, full = f"{table}.{column}", f"{schema}.{table}.{column}"
        for model in _tables_of(self.tree, self.names):
            if model[1] == table and model[0] in (schema, None):
                return full if model[0] else short
        strings = {
            each.value
            for each in ast.walk(self.tree)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        }
        if any(each.startswith(f"{schema}.") and each.count(".") == 2 for each in strings):
            return full
        if schema != self.model.schema:
            return short if schema == "public" and not self._says_schema() else full
        return full if self._says_schema() else short

    def _says_schema(self) -> bool:
        node = _class_of(self.tree, self.model.name)
        return node is not None and any(
            name == self.model.name and schema for schema, _, name in _tables_of(self.tree, self.names)
        )

    def _optional(self, python: str) -> str:
        """`X | None`, or `Optional[X]` where the file writes it so."""
        optional = self.names.bound("typing", "Optional")
        if optional is not None:
            own = self._own_text()
            if own.count("Optional[") > own.count("| None") or (
                "| None" not in self.text and "Optional[" in self.text
            ):
                return f"{optional}[{python}]"
        return f"{python} | None"

    def _quoted(self, text: str) -> str:
        if self.quote in text and ("'" if self.quote == '"' else '"') in text:
            return repr(text)
        quote = self.quote if self.quote not in text else ("'" if self.quote == '"' else '"')
        escaped = text.replace("\\", "\\\\")
        return f"{quote}{escaped}{quote}" if escaped.isprintable() else repr(text)

    # Changing -----------------------------------------------------------------------------------------

    def _alter(self, each: Edit, found: python_models.Written) -> str:
        node = _find_class(self.module, found.owner)
        assert node is not None
        body = list(node.body.body)
        index = next((i for i, one in enumerate(body) if _target(one) == found.attribute), None)
        if index is None or not isinstance(body[index], cst.SimpleStatementLine):
            raise _Left(f"column {each.column} is made by a function, at {self.path}:{found.line}")
        line = cst.ensure_type(body[index], cst.SimpleStatementLine)
        small = line.body[0]
        assert isinstance(small, cst.AnnAssign | cst.Assign)
        annotation = small.annotation.annotation if isinstance(small, cst.AnnAssign) else None
        spot = _Spot(None if annotation is None else _code(annotation), small.value)
        self.names.avoid |= {found.attribute}
        self._apply(spot, each, found.attribute, f"{self.path}:{found.line}")
        if spot.constraint is not None:
            changed_body = [_replaced_in(one, *spot.constraint) for one in body]
            changed: cst.ClassDef = node.with_changes(body=node.body.with_changes(body=changed_body))
            return self._finished(_replaced(self.module, node, changed))
        new: cst.BaseSmallStatement
        if isinstance(small, cst.AnnAssign):
            assert spot.annotation is not None
            new = small
            if annotation is not None and spot.annotation != _code(annotation):
                expression = cst.parse_expression(spot.annotation)
                new = new.with_changes(annotation=small.annotation.with_changes(annotation=expression))
            if spot.value is not small.value:
                if spot.value is None:
                    new = new.with_changes(value=None, equal=cst.MaybeSentinel.DEFAULT)
                elif small.value is None:
                    new = new.with_changes(value=spot.value, equal=cst.AssignEqual())
                else:
                    new = new.with_changes(value=spot.value)
        else:
            assert spot.value is not None
            new = small.with_changes(value=spot.value)
        body[index] = self._broken(line.with_changes(body=[new, *line.body[1:]]), line)
        changed = node.with_changes(body=node.body.with_changes(body=body))
        return self._finished(_replaced(self.module, node, changed))

    def _broken(
        self, line: cst.SimpleStatementLine, before: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        """A statement on several lines where the edit has made its one line too long."""
        bare = {"leading_lines": [], "trailing_whitespace": cst.TrailingWhitespace()}
        new, old = (_code(each.with_changes(**bare)).rstrip() for each in (line, before))
        small = line.body[0]
        value = small.value if isinstance(small, cst.AnnAssign | cst.Assign) else None
        if "\n" in new or "#" in new or len(new) <= len(old) or not isinstance(value, cst.Call):
            return line
        call = _code(value)
        if not new.endswith(call) or not value.args or self._fits(new):
            return line
        arguments = [
            _code(
                each.with_changes(
                    comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace("")
                )
            )
            for each in value.args
        ]
        text = self._laid_out(new[: -len(call)] + _code(value.func), arguments)
        made = cst.parse_statement(text, config=self.module.config_for_parsing)
        return line.with_changes(body=cst.ensure_type(made, cst.SimpleStatementLine).body)

    def _width(self) -> int:
        longest = max((len(line) for line in self.text.splitlines()), default=0)
        return max(_WIDTH, min(longest, 120)) - len(self.module.default_indent)

    def _fits(self, text: str) -> bool:
        return len(text) <= self._width()

    def _apply(self, spot: _Spot, each: Edit, attribute: str, place: str) -> None:
        """Make the changes of an edit on a column's annotation and value."""
        assert each.field is not None
        if isinstance(spot.value, cst.Call):
            word = self._word(spot.value.func)
            if word not in _COLUMNS | {"Field", "deferred", "column_property"}:
                raise _Left(f"column {each.column} is made by {word}(…), at {place}", self._paste(each))
        if spot.annotation is not None and "Annotated[" in spot.annotation:
            raise _Left(f"column {each.column} is described by Annotated[…], at {place}", self._paste(each))
        for part in each.change:
            match part:
                case "type":
                    self._change_type(spot, each, place)
                case "null":
                    self._change_null(spot, each)
                case "default":
                    self._change_default(spot, each, place)
                case "reference":
                    self._change_reference(spot, each, attribute, place)
                case _:
                    raise _Left(
                        f"{part} of column {each.column} is nothing that is edited", self._paste(each)
                    )

    def _word(self, node: cst.BaseExpression) -> str:
        return self.names.word(_as_ast(node))

    def _column_call(self, value: cst.BaseExpression | None) -> cst.Call | None:
        if not isinstance(value, cst.Call):
            return None
        word = self._word(value.func)
        if word in _COLUMNS:
            return value
        if word in ("deferred", "column_property") and value.args:
            return self._column_call(value.args[0].value)
        if word == "Field":
            index = _at(value, "sa_column")
            return None if index is None else self._column_call(value.args[index].value)
        return None

    def _field_call(self, spot: _Spot, place: str) -> cst.Call:
        """The `Field(…)` of a SQLModel column, made where there is none."""
        if isinstance(spot.value, cst.Call):
            if _at(spot.value, "sa_column") is not None and self._column_call(spot.value) is None:
                raise _Left(f"the column at {place} is made elsewhere")
            return spot.value
        call = self.names.use("sqlmodel", "Field")
        inner = "" if spot.value is None else f"default={_code(spot.value)}"
        made = cst.parse_expression(f"{call}({inner})")
        assert isinstance(made, cst.Call)
        return made

    def _made_call(self, spot: _Spot) -> cst.Call:
        """The `Column(…)` or `mapped_column(…)` of a column, made where there is none."""
        found = self._column_call(spot.value)
        if found is not None:
            return found
        made = cst.parse_expression(f"{self._callee('mapped_column', 'sqlalchemy.orm')}()")
        assert isinstance(made, cst.Call)
        spot.value = made
        return made

    def _change_type(self, spot: _Spot, each: Edit, place: str) -> None:
        kind = self._wanted(each)
        column = self._column_call(spot.value)
        written: cst.BaseExpression | None = None
        if column is not None:
            at = _type_position(_as_ast(column), self.names)
            written = None if at is None else column.args[at].value
        elif isinstance(spot.value, cst.Call):
            at = _at(spot.value, "sa_type")
            written = None if at is None else spot.value.args[at].value
        old: ast.expr | None = None if written is None else _as_ast(written)
        self._extend(each, kind, old, spot.annotation)
        python = self._python(kind, each)
        said = self._said(kind, each)
        if old is not None and _spelled(old, self.names) is None and self.names.word(old) != "Enum":
            raise _Left(
                f"column {each.column} has a type of its own, {ast.unparse(old)}, at {place}",
                self._paste(each),
            )
        if isinstance(written, cst.Call) and each.labels and self._word(written.func) == "Enum":
            said = _kept_enum(written, python, kind.base, self._quoted) or said
        self._check_default(spot, each, python, place)
        changed_python = self._retype(spot, each, python, kind, place)
        if column is not None:
            position = _type_position(_as_ast(column), self.names)
            if position is None:
                if not (self.style == "mapped" and self._implied(kind, python)):
                    first = column.args and isinstance(column.args[0].value, cst.SimpleString)
                    new = _put(column, 1 if first and column.args[0].keyword is None else 0, said)
                    spot.replace(column, new)
            else:
                spot.replace(column, _with_value(column, position, said))
        elif self.style == "sqlmodel":
            self._retype_field(spot, kind, python, said, place, changed=changed_python)
        elif not self._implied(kind, python):
            call = self._made_call(spot)
            spot.replace(call, _put(call, 0, said))

    def _retype(self, spot: _Spot, each: Edit, python: str, kind: _Type, place: str) -> bool:
        """Python's type in the annotation; whether it is another one now."""
        if spot.annotation is None:
            return False
        said = _annotation(spot.annotation, self.names)
        core = said.core
        basic = core in self.enums or _plain_word(core) in _BASIC | {"Any"}
        if core in (python, ""):
            return False
        if _plain_word(core) == "Any" and self.style != "sqlmodel":  # which takes the type from it
            return False
        if "[" not in core + python and _plain_word(core) == _plain_word(python):
            return False
        loose = kind.base in ("json", "jsonb", "vector", "halfvec", "hstore") and not kind.array
        if loose and (not basic or _plain_word(core) in _LOOSE):
            return False
        if not basic:
            if python == "str":  # EmailStr, a Literal, a NewType
                return False
            raise _Left(f"column {each.column} has Python's type {core}, at {place}", self._paste(each))
        spot.annotation = said.text(python, spot.annotation)
        return True

    def _check_default(self, spot: _Spot, each: Edit, python: str, place: str) -> None:
        value = spot.value
        default: cst.BaseExpression | None = value if not isinstance(value, cst.Call) else None
        if isinstance(value, cst.Call):
            call = self._column_call(value) or value
            for one in (call, value):
                index = _at(one, "default")
                default = one.args[index].value if index is not None else default
        if default is None:
            return
        node = _as_ast(default)
        if not isinstance(node, ast.Constant) or node.value is None or node.value is ...:
            return
        fitting = {
            "str": (str,), "int": (int,), "float": (int, float), "bool": (bool,), "bytes": (bytes,)
        }.get(python)  # fmt: skip
        word = _plain_word(python)
        fitting = (int, float, str) if word == "Decimal" else fitting
        if (
            fitting is None
            or (python != "bool" and isinstance(node.value, bool))
            or not isinstance(node.value, fitting)
        ):
            raise _Left(
                f"default {ast.unparse(node)} of column {each.column}, at {place}, is no {python}",
                self._paste(each),
            )

    def _retype_field(
        self, spot: _Spot, kind: _Type, python: str, said: str, place: str, *, changed: bool
    ) -> None:
        """The constraints and `sa_type` of a `Field(…)`."""
        explicit = self._explicit(kind, python, said)
        if not isinstance(spot.value, cst.Call) and explicit is None and not self._constraints(kind):
            return
        call = self._field_call(spot, place)
        new = call
        wanted = dict(each.split("=", 1) for each in self._constraints(kind)) if explicit is None else {}
        if explicit is not None:
            wanted["sa_type"] = explicit
        gone = {"sa_type", "max_digits", "decimal_places", "max_length"} - wanted.keys()
        if changed and python != "str":
            gone |= _OF_TEXT - wanted.keys()
        if changed and _plain_word(python) not in ("int", "float", "Decimal", "datetime", "date", "time"):
            gone |= _OF_NUMBERS - wanted.keys()
        for name in sorted(gone):
            new = _without(new, name)
        for name, value in wanted.items():
            new = _with(new, name, value)
        spot.value = new if new.args else None

    def _change_null(self, spot: _Spot, each: Edit) -> None:
        assert each.field is not None
        null = not each.field.not_null
        if spot.annotation is not None:
            said = _annotation(spot.annotation, self.names)
            if said.core and null and not said.optional:
                spot.annotation = said.text(self._optional(said.core), spot.annotation)
            elif said.core and not null and said.optional:
                spot.annotation = said.text(said.core, spot.annotation)
        column = self._column_call(spot.value)
        if self.style == "sqlmodel":
            self._null_of_field(spot, each, column, null=null)
            return
        if column is None:
            return  # Mapped[…] alone says it
        mapped = spot.annotation is not None and _annotation(spot.annotation, self.names).mapped
        if _at(column, "nullable") is not None or not mapped:
            spot.replace(column, _with(column, "nullable", str(null)))

    def _null_of_field(self, spot: _Spot, each: Edit, column: cst.Call | None, *, null: bool) -> None:
        assert each.field is not None
        if column is not None:
            spot.replace(column, _with(column, "nullable", str(null)))
        value = spot.value
        if isinstance(value, cst.Call):
            first = value.args[0] if value.args and value.args[0].keyword is None else None
            default = first.value if first is not None else None
            index = _at(value, "default")
            default = value.args[index].value if index is not None else default
            empty = default is None or _code(default) in ("...", "Ellipsis", "PydanticUndefined")
            new = value
            if _at(new, "nullable") is not None:
                new = _with(new, "nullable", str(null))
            if null and empty and _at(new, "default_factory") is None:
                new = (
                    _with_value(new, 0, "None")
                    if first is not None
                    else _with(new, "default", "None", first=True)
                )
            elif not null and default is not None and _code(default) == "None":
                if each.field.default is not None:  # the server fills it in: it may be left out
                    new = _with(new, "nullable", "False") if column is None else new
                elif first is not None:
                    new = _dropped(new, 0)
                else:
                    new = _without(new, "default")
            spot.value = new if new.args else None
        elif value is None and null:
            spot.value = cst.parse_expression("None")
        elif value is not None and not null and _code(value) == "None":
            if each.field.default is not None:
                call = self.names.use("sqlmodel", "Field")
                spot.value = cst.parse_expression(f"{call}(default=None, nullable=False)")
            else:
                spot.value = None

    def _change_default(self, spot: _Spot, each: Edit, place: str) -> None:
        assert each.field is not None
        field = each.field
        if field.generated:
            raise _Left(f"column {each.column} is generated in the database", self._paste(each))
        server = self._server_default(field)
        marker = self._identity(field)
        column = self._column_call(spot.value)
        uncounted = _is_primary(spot.value) and self._is_uncounted(each)
        if self.style == "sqlmodel" and column is None:
            call = self._field_call(spot, place)
            new = _with_entry(call, "sa_column_kwargs", "server_default", server, self._quoted)
            if uncounted:
                new = _with_entry(new, "sa_column_kwargs", "autoincrement", "False", self._quoted)
            if marker and "Identity" not in _code(call) and "primary_key=True" not in _code(call):
                new = _with(new, "sa_column_args", f"[{', '.join(marker)}]")
            if new is not call:
                spot.value = new if new.args else None
            return
        if column is None and not server and not marker:
            return
        column = self._made_call(spot)
        new = _with(column, "server_default", server) if server else _without(column, "server_default")
        if not marker and not server:
            new = self._without_counters(new)
        if uncounted:
            new = _with(new, "autoincrement", "False")
        if marker and "Identity" not in _code(column) and "primary_key" not in _code(column):
            position = _type_position(_as_ast(column), self.names)
            new = _put(new, (position if position is not None else -1) + 1, marker[0])
        spot.replace(column, new)

    def _is_uncounted(self, each: Edit) -> bool:
        """Whether SQLAlchemy would take a key for one that the server counts, and it does not."""
        field = each.field
        return (
            field is not None
            and field.default is None
            and not field.generated
            and field.type in ("smallint", "integer", "bigint")
        )

    def _without_counters(self, call: cst.Call) -> cst.Call:
        """Without `Identity()` and `Sequence(…)`."""
        for index in reversed(range(len(call.args))):
            value = call.args[index].value
            if isinstance(value, cst.Call) and self._word(value.func) in ("Identity", "Sequence"):
                call = _dropped(call, index)
        return call

    def _change_reference(self, spot: _Spot, each: Edit, attribute: str, place: str) -> None:
        target = self._target(each.reference) if each.reference is not None else None
        self._check_joins(spot, each, attribute, target)
        value = spot.value
        if isinstance(value, cst.Call) and (index := _at(value, "foreign_key")) is not None:
            if target is None:
                spot.value = _without(_without(value, "foreign_key"), "ondelete")
            elif _text_of(value.args[index].value) != target:
                spot.value = _with(value, "foreign_key", self._quoted(target))
            return
        found = _calls(value, "ForeignKey", self.names) if value is not None else []
        if found:
            if target is None:
                holder = self._column_call(value)
                position = next(
                    (i for i, one in enumerate(holder.args) if one.value is found[0]) if holder else iter(()),
                    None,
                )
                if holder is None or position is None:
                    raise _Left(f"column {each.column} has no foreign key in the database; it has at {place}")
                spot.replace(holder, _dropped(holder, position))
            elif not found[0].args or _text_of(found[0].args[0].value) != target:
                spot.replace(found[0], _with_value(found[0], 0, self._quoted(target)))
            return
        if self._in_constraint(spot, each, target, place):
            return
        if target is None:
            return
        if self.style == "sqlmodel" and self._column_call(value) is None:
            call = self._field_call(spot, place)
            spot.value = _with(call, "foreign_key", self._quoted(target))
            return
        column = self._made_call(spot)
        position = _type_position(_as_ast(column), self.names)
        keyed = position is not None and column.args[position].keyword is not None
        named = (
            bool(column.args)
            and column.args[0].keyword is None
            and _text_of(column.args[0].value) is not None
        )
        at = (1 if named else 0) if position is None or keyed else position + 1
        key = f"{self.names.use(_CORE, 'ForeignKey')}({self._quoted(target)})"
        spot.replace(column, _put(column, at, key))

    def _in_constraint(self, spot: _Spot, each: Edit, target: str | None, place: str) -> bool:
        """The `ForeignKeyConstraint` of the column, where it has one."""
        holder: cst.CSTNode | None = self.table or _find_class(self.module, self.model.name)
        assert holder is not None
        for call in _calls(holder, "ForeignKeyConstraint", self.names):
            lists = [one.value for one in call.args[:2]]
            columns = _strings(lists[0]) if lists else None
            if columns is None or each.column not in columns:
                continue
            where = f"the ForeignKeyConstraint of {self.model.name}"
            if columns != [each.column] or len(lists) < 2:
                raise _Left(f"column {each.column} is in {where}, with others", self._paste(each))
            if target is None:
                raise _Left(f"column {each.column} has no foreign key in the database; remove {where}")
            if _strings(lists[1]) != [target]:
                old = lists[1]
                assert isinstance(old, cst.List | cst.Tuple)
                first = old.elements[0]
                element = first.with_changes(value=cst.parse_expression(self._quoted(target)))
                spot.constraint = (old, old.with_changes(elements=[element]))
            return True
        return False

    def _check_joins(self, spot: _Spot, each: Edit, attribute: str, target: str | None) -> None:
        """Leave a foreign key that a relationship joins through: the relationship would not load."""
        node = _class_of(self.tree, self.model.name)
        if node is None or spot.value is None:
            return
        old = _reference_in(_as_ast(spot.value), self.names)
        if old is None or old == target:
            return
        table = old.split(".")[-2] if "." in old else old
        if target is not None and target.split(".")[-2] == table:
            return
        others = 0
        for one in ast.walk(node):
            if (
                isinstance(one, ast.Constant)
                and isinstance(one.value, str)
                and one.value.count(".") in (1, 2)
            ):
                others += one.value.split(".")[-2] == table
        if others > 1:
            return
        tables = {name: table for _, table, name in _tables_of(self.tree, self.names)}
        for one in node.body:
            value = getattr(one, "value", None)
            if not isinstance(value, ast.Call) or self.names.word(value.func).lower() != "relationship":
                continue
            said = ast.unparse(value)
            if "primaryjoin" in said or "foreign_keys" in said:
                continue
            related = _related(one, value, self.names)
            if related is None:
                continue
            same = tables[related] == table if related in tables else _alike(related, table)
            if same:
                raise _Left(
                    f"column {each.column} references {old} for the relationship at {self.path}:{one.lineno}",
                    self._paste(each),
                )

    # Removing -----------------------------------------------------------------------------------------

    def _remove(self, each: Edit, found: python_models.Written) -> str:
        used = self._used(found)
        if used is not None:
            raise _Left(f"column {each.column} is used at {self.path}:{used}")
        node = _find_class(self.module, found.owner)
        assert node is not None
        body = list(node.body.body)
        index = next((i for i, one in enumerate(body) if _target(one) == found.attribute), None)
        if index is None or not isinstance(node.body, cst.IndentedBlock):
            raise _Left(f"column {each.column} stands at {self.path}:{found.line}, and cannot be cut out")
        line = body[index]
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
            raise _Left(f"column {each.column} is made by a function, at {self.path}:{found.line}")
        small = line.body[0]
        assert isinstance(small, cst.AnnAssign | cst.Assign)
        spot = _Spot(None, small.value)
        self._check_joins(spot, each, found.attribute, None)
        end = index + 1
        if end < len(body) and _is_string(body[end]):
            end += 1
        following = body[end] if end < len(body) else None
        grouped = following is not None and not _starts_apart(following)
        comments = [one for one in line.leading_lines if one.comment is not None]
        kept = list(line.leading_lines) if grouped else []
        if grouped and following is not None and (comments or kept):
            # A line or a block, which both have them; libcst's base class of the two does not say so.
            body[end] = following.with_changes(leading_lines=[*kept, *following.leading_lines])  # type: ignore[attr-defined]
        elif following is None and comments:
            pass  # they spoke of this field alone
        del body[index:end]
        if not body:
            body.append(cst.parse_statement("pass"))
        changed = node.with_changes(body=node.body.with_changes(body=body))
        return self._finished(_replaced(self.module, node, changed))

    def _used(self, found: python_models.Written) -> int | None:
        """The line of a use of the column that would break without it, beside its own statement."""
        owner = _class_of(self.tree, found.owner)
        attribute, names = found.attribute, {found.attribute, found.column}
        classes = {found.owner, self.model.name}
        constraints = {
            "UniqueConstraint", "Index", "PrimaryKeyConstraint", "ForeignKeyConstraint", "validates",
            "field_validator", "validator", "field_serializer", "computed_field",
        }  # fmt: skip
        methods: set[int] = set()
        for one in ast.walk(self.tree):
            if isinstance(one, ast.ClassDef) and one.name in classes:
                methods |= {id(node) for node in ast.walk(one)}
        lines: list[int] = []
        for node in ast.walk(self.tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=said) if said == attribute:
                    own = name in ("self", "cls") and id(node) in methods
                    if own or name in classes:
                        lines.append(node.lineno)
                case ast.Constant(value=str() as text):
                    if re.search(
                        rf"\b(?:{'|'.join(map(re.escape, classes))})\.{re.escape(attribute)}\b", text
                    ):
                        lines.append(node.lineno)
                case ast.Call() if id(node) in methods and self.names.word(node.func) in constraints:
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Constant) and inner.value in names:
                            lines.append(inner.lineno)
                        if isinstance(inner, ast.Name) and inner.id == attribute:
                            lines.append(inner.lineno)
        for each in owner.body if owner is not None else ():
            if not isinstance(each, ast.Assign | ast.AnnAssign):
                continue
            if isinstance(each, ast.AnnAssign) and getattr(each.target, "id", "") == attribute:
                continue
            if isinstance(each, ast.Assign) and any(
                getattr(one, "id", "") == attribute for one in each.targets
            ):
                continue
            for inner in ast.walk(each.value) if each.value is not None else ():
                if isinstance(inner, ast.Name) and inner.id == attribute:
                    lines.append(inner.lineno)
        return min(lines, default=None)

    # Table(…) -----------------------------------------------------------------------------------------

    def _in_table(self, each: Edit) -> str:
        call = self.table
        assert call is not None
        spots = {}
        for i, argument in enumerate(call.args):
            if isinstance(argument.value, cst.Call) and self._word(argument.value.func) in _COLUMNS:
                name = _text_of(argument.value.args[0].value) if argument.value.args else None
                if name is not None:
                    spots[name] = i
        at = spots.get(each.column)
        if each.action == "add":
            if at is not None:
                return self.text
            text = self._new_in_table(each).rstrip().removesuffix(",")
            after = spots.get(each.after or "")
            index = (after + 1) if after is not None else (min(spots.values()) if each.after is None and spots
                     else max(spots.values(), default=1) + 1)  # fmt: skip
            new = call.with_changes(
                args=_inserted(
                    call.args, index, cst.Arg(cst.parse_expression(text)), call.whitespace_before_args
                )
            )
        elif at is None:
            if each.action == "remove":
                return self.text
            raise _Left(f"column {each.column} is not written in {self.model.name}", self._paste(each))
        elif each.action == "remove":
            variable = re.search(rf"\b{re.escape(self.model.name)}\.c\.{re.escape(each.column)}\b", self.text)
            if variable:
                line = self.text.count("\n", 0, variable.start()) + 1
                raise _Left(f"column {each.column} is used at {self.path}:{line}")
            for one in call.args:
                made = one.value
                known = isinstance(made, cst.Call) and self._word(made.func) in _NOT_TYPES
                if known and re.search(rf"\b{re.escape(each.column)}\b", _code(made)):
                    raise _Left(f"column {each.column} is used by {_code(made)}")
            new = _dropped(call, at)
        else:
            spot = _Spot(None, call.args[at].value)
            place = self.model.places.get(each.column)
            self._apply(spot, each, each.column, str(place) if place is not None else self.path)
            if spot.constraint is not None:
                old, other = spot.constraint
                new = cst.ensure_type(call.deep_replace(old, other), cst.Call)
            else:
                arguments = list(call.args)
                arguments[at] = arguments[at].with_changes(value=spot.value)
                new = call.with_changes(args=arguments)
        return self._finished(_replaced(self.module, call, new))

    def _new_in_table(self, each: Edit) -> str:
        field = each.field
        assert field is not None
        kind = self._wanted(each)
        arguments = [self._quoted(each.column), self._said(kind, each)]
        if each.reference is not None:
            target = self._quoted(self._target(each.reference))
            arguments.append(f"{self.names.use(_CORE, 'ForeignKey')}({target})")
        arguments += self._identity(field)
        if field.not_null:
            arguments.append("nullable=False")
        elif "nullable=True" in self.text:
            arguments.append("nullable=True")
        server = self._server_default(field)
        if server:
            arguments.append(f"server_default={server}")
        assert self.table is not None
        called = next(
            (
                _code(each.value.func)
                for each in self.table.args
                if isinstance(each.value, cst.Call) and self._word(each.value.func) == "Column"
            ),
            None,
        ) or self.names.use(_CORE, "Column")
        return f"{called}({', '.join(arguments)}),\n"

    # Labels -------------------------------------------------------------------------------------------

    def _extend(self, each: Edit, kind: _Type, old: ast.expr | None, annotation: str | None) -> None:
        """Give the enum that the column has already the labels that the database has more."""
        wanted = set(each.labels)
        if not wanted or any(
            wanted in (set(members), set(members.values())) for members in self.enums.values()
        ):
            return
        name = _annotation(annotation, self.names).core if annotation is not None else ""
        if isinstance(old, ast.Call) and old.args and isinstance(old.args[0], ast.Name):
            name = old.args[0].id
        members = self.enums.get(name)
        if members is None:
            return
        by_value = old is not None and "values_callable" in ast.unparse(old)
        labels = set(members.values()) if by_value else set(members)
        if labels - wanted:
            raise _Left(f"enum {name} has {', '.join(sorted(labels - wanted))}, which {kind.base} has not")
        missing = [label for label in each.labels if label not in labels]
        upper = by_value and all(member == member.upper() for member in members)
        new = {(_member(label).upper() if upper else _member(label)): label for label in missing}
        if not by_value and any(_member(label) != label for label in missing):
            raise _Left(f"enum {name} cannot have members called {', '.join(missing)}")
        self.enums[name] = members | new
        self.extended = (name, frozenset(members), new)


_BASIC: Final = frozenset(
    {
        "str", "int", "float", "bool", "bytes", "datetime", "date", "time", "timedelta", "Decimal", "UUID",
        "dict", "Dict", "list", "List", "object",
    }
)  # fmt: skip


_LOOSE: Final = frozenset({"dict", "Dict", "list", "List", "object", "Any"})


class _Spot:
    """A column's annotation and value, while they change; `constraint` is a change elsewhere in the class."""

    def __init__(self, annotation: str | None, value: cst.BaseExpression | None) -> None:
        self.annotation, self.value = annotation, value
        self.constraint: tuple[cst.CSTNode, cst.CSTNode] | None = None

    def replace(self, old: cst.Call, new: cst.Call) -> None:
        """Put a call in the place of another one of the value."""
        if old is new:
            return
        if self.value is None or self.value is old:
            self.value = new
        else:
            changed = self.value.deep_replace(old, new)
            assert isinstance(changed, cst.BaseExpression)
            self.value = changed


# Annotations ----------------------------------------------------------------------------------------------


class _Annotation(msgspec.Struct, frozen=True):
    """An annotation taken apart: `Mapped[` or not, optional or not, and what is left."""

    core: str
    mapped: bool
    optional: bool
    start: int
    end: int  # of what stands in Mapped[…], in the annotation's text

    def text(self, inner: str, whole: str) -> str:
        """The annotation with another inside."""
        return whole[: self.start] + inner + whole[self.end :]


def _annotation(text: str, names: _Names, offset: int = 0, mapped: bool = False) -> _Annotation:
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return _Annotation("", mapped, False, offset, offset + len(text))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and text[0] in "'\"":
        return _annotation(text[1:-1], names, offset + 1, mapped)
    if isinstance(node, ast.Subscript) and names.word(node.value) == "Mapped":
        inner = _segment(text, node.slice)
        return _annotation(inner, names, offset + text.index(inner, text.index("[")), True)
    parts = _union(node, names)
    core = [each for each in parts if not (isinstance(each, ast.Constant) and each.value is None)]
    return _Annotation(
        " | ".join(_segment(text, each) for each in core),
        mapped,
        len(core) < len(parts),
        offset,
        offset + len(text),
    )


def _union(node: ast.expr, names: _Names) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_union(left, names), *_union(right, names)]
        case ast.Subscript(value=value, slice=inner) if names.word(value) == "Optional":
            return [*_union(inner, names), ast.Constant(None)]
        case ast.Subscript(value=value, slice=ast.Tuple(elts=parts)) if names.word(value) == "Union":
            return [one for each in parts for one in _union(each, names)]
    return [node]


def _plain_word(text: str) -> str:
    return text.partition("[")[0].rpartition(".")[2]


# What is written ------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _lines(text: str) -> list[bytes]:
    return [each.encode() for each in text.splitlines(keepends=True)]


def _segment(text: str, node: ast.expr) -> str:
    """The text of an expression as it is written."""
    if "\f" in text or node.end_lineno is None or node.end_col_offset is None:
        return ast.get_source_segment(text, node) or ast.unparse(node)
    lines = _lines(text)[node.lineno - 1 : node.end_lineno]
    lines[-1] = lines[-1][: node.end_col_offset]
    lines[0] = lines[0][node.col_offset :]
    return b"".join(lines).decode()


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _as_ast(node: cst.CSTNode) -> Any:
    return ast.parse(f"({_code(node)})", mode="eval").body


def _spelled(node: ast.expr, names: _Names) -> str | None:
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
        inner = _spelled(arguments[0], names)
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


def _type_position(call: ast.Call, names: _Names) -> int | None:
    """Which argument of `Column(…)` is the type."""
    for i, each in enumerate(call.args):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            if i == 0:
                continue
            return None
        if isinstance(each, ast.Starred) or names.word(each) in _NOT_TYPES:
            return None
        return i
    for i, keyword_ in enumerate(call.keywords):
        if keyword_.arg == "type_":
            return len(call.args) + i
    return None


def _default_said(node: ast.expr, names: _Names) -> str | None:
    """The SQL that an expression for `server_default=` is."""
    match node:
        case ast.Call(func=called, args=[ast.Constant(value=str() as text)]) if names.word(called) == "text":
            return text.replace("\\:", ":")
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[]) if names.word(owner) == "func":
            return f"{name}()"
    return None


def _reference_in(node: ast.expr, names: _Names) -> str | None:
    """`table.column` of the foreign key in a column's value."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            for one in each.keywords:
                if one.arg == "foreign_key" and isinstance(one.value, ast.Constant):
                    return str(one.value.value)
            if names.word(each.func) == "ForeignKey" and each.args and isinstance(each.args[0], ast.Constant):
                return str(each.args[0].value)
    return None


def _related(statement: ast.stmt, call: ast.Call, names: _Names) -> str | None:
    """The class that a relationship leads to."""
    text = ""
    if call.args and isinstance(call.args[0], ast.Constant):
        text = str(call.args[0].value)
    elif call.args and isinstance(call.args[0], ast.Name | ast.Attribute):
        text = ast.unparse(call.args[0])
    elif isinstance(statement, ast.AnnAssign):
        text = ast.unparse(statement.annotation).strip("'\"")
        text = _annotation(text, names).core
        found = re.search(r"\[\s*['\"]?([\w.]+)['\"]?\s*\]", text)
        text = found[1] if found else text
    text = text.strip("'\"").rpartition(".")[2]
    return text or None


def _alike(name: str, table: str) -> bool:
    def flat(text: str) -> str:
        return re.sub(r"(model|entity|table|orm)$", "", re.sub(r"\W|_", "", text.lower())).rstrip("s")

    return flat(name) == flat(table)


def _class_of(tree: ast.Module, name: str) -> ast.ClassDef | None:
    return next(
        (each for each in ast.walk(tree) if isinstance(each, ast.ClassDef) and each.name == name), None
    )


def _attributes(node: ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for each in node.body:
        match each:
            case ast.Assign(targets=targets):
                found |= {one.id for one in targets if isinstance(one, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
    return found


def _tables_of(tree: ast.Module, names: _Names) -> Iterator[tuple[str | None, str, str]]:
    """Schema as written, table and class of the classes of a file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        table: str | None = None
        schema: str | None = None
        if any(each.arg == "table" for each in node.keywords):
            table = node.name.lower()
        for each in node.body:
            if isinstance(each, ast.Assign | ast.AnnAssign):
                target = each.targets[0] if isinstance(each, ast.Assign) else each.target
                called = getattr(target, "id", "")
                if called == "__tablename__" and isinstance(each.value, ast.Constant):
                    table = str(each.value.value)
                if called == "__table_args__" and each.value is not None:
                    for inner in ast.walk(each.value):
                        if isinstance(inner, ast.Dict):
                            for key, value in zip(inner.keys, inner.values, strict=True):
                                if isinstance(key, ast.Constant) and key.value == "schema":
                                    schema = str(getattr(value, "value", "")) or None
        if table is not None:
            yield schema, table, node.name


def _enums(tree: ast.Module, names: _Names) -> Iterator[tuple[str, dict[str, str]]]:
    """The enums of strings in a file: member -> value."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        words = {names.word(each) for each in node.bases}
        if not words & {"Enum", "StrEnum"}:
            continue
        members: dict[str, str] = {}
        for each in node.body:
            match each:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as value)):
                    members[name] = value
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)) if (
                    names.word(called) == "auto"
                ):
                    members[name] = name.lower() if "StrEnum" in words else name
        if members:
            yield node.name, members


def _member(label: str) -> str:
    """A label as the name of a member; itself where it can be one."""
    taken = keyword.iskeyword(label) or label in ("mro", "name", "value")
    if label.isidentifier() and not taken and not label.startswith("_"):
        return label
    name = re.sub(r"\W+", "_", label).strip("_") or "empty"
    name = f"v_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) or name in ("mro", "name", "value") else name


def _enum_text(name: str, labels: Sequence[str], members: dict[str, str], bases: str) -> str:
    known = {value: key for key, value in members.items()}
    lines = []
    for label in labels:
        quoted = f'"{label}"' if '"' not in label and "\\" not in label else repr(label)
        lines.append(f"    {known.get(label, _member(label))} = {quoted}\n")
    return f"class {name}({bases}):\n{''.join(lines)}"


def _kept_enum(call: cst.Call, python: str, base: str, quoted: Callable[[str], str]) -> str | None:
    """The enum as it is written, with the type's name; None where it is of another class."""
    if not call.args or _code(call.args[0].value) != python:
        return None
    index = _at(call, "name")
    if index is None:
        return _code(call if python.lower() == base else _put(call, 1, f"name={quoted(base)}"))
    if _text_of(call.args[index].value) == base:
        return _code(call)
    return _code(_with(call, "name", quoted(base)))


def _snake(text: str) -> str:
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text).lower()


# The syntax tree ------------------------------------------------------------------------------------------


class _Searching(cst.CSTVisitor):
    def __init__(self, wanted: Callable[[cst.CSTNode], bool]) -> None:
        super().__init__()
        self.wanted = wanted
        self.found: list[Any] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self.wanted(node):
            self.found.append(node)
        return True


def _search(node: cst.CSTNode, wanted: Callable[[cst.CSTNode], bool]) -> list[Any]:
    visitor = _Searching(wanted)
    node.visit(visitor)
    return visitor.found


def _statements(body: Iterable[Any]) -> Iterator[Any]:
    """The statements of a body and of the blocks in it."""
    for each in body:
        yield each
        block = getattr(each, "body", None)
        if isinstance(block, cst.IndentedBlock):
            yield from _statements(block.body)


def _find_class(module: cst.Module, name: str) -> cst.ClassDef | None:
    for each in _statements(module.body):
        if isinstance(each, cst.ClassDef) and each.name.value == name:
            return each
    return None


def _calls(node: cst.CSTNode, word: str, names: _Names) -> list[cst.Call]:
    return _search(node, lambda each: isinstance(each, cst.Call) and names.word(_as_ast(each.func)) == word)


def _table_call(module: cst.Module, name: str) -> cst.Call | None:
    """`name = Table(…)` of the top level, or `__table__ = Table(…)` of the class."""
    body: Sequence[Any] = module.body
    wanted = name
    node = _find_class(module, name)
    if node is not None:
        body, wanted = node.body.body, "__table__"
    for line in _statements(body):
        if _target(line) == wanted and isinstance(line, cst.SimpleStatementLine):
            value = getattr(line.body[0], "value", None)
            if isinstance(value, cst.Call) and _code(value.func).rpartition(".")[2] == "Table":
                return value
    return None


def _replaced(module: cst.Module, old: cst.CSTNode, new: cst.CSTNode) -> cst.Module:
    body: list[Any] = list(module.body)
    for i, each in enumerate(body):
        if each is old:  # nearly always; the rest of the tree need not be gone through
            body[i] = new
            return module.with_changes(body=body)
    changed = module.deep_replace(old, new)
    assert isinstance(changed, cst.Module)
    return changed


def _replaced_in(node: Any, old: cst.CSTNode, new: cst.CSTNode) -> Any:
    return node.deep_replace(old, new)


def _target(statement: cst.CSTNode) -> str | None:
    """The name that a statement of a class's body binds."""
    if isinstance(statement, cst.FunctionDef):
        return statement.name.value
    if not isinstance(statement, cst.SimpleStatementLine) or not statement.body:
        return None
    match statement.body[0]:
        case cst.AnnAssign(target=cst.Name(value=name)):
            return name
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
    return None


def _is_field(statement: cst.CSTNode, own: dict[str, str]) -> bool:
    return isinstance(statement, cst.SimpleStatementLine | cst.FunctionDef) and _target(statement) in own


def _first_field(body: Sequence[cst.BaseStatement], own: dict[str, str]) -> int:
    return next((i for i, each in enumerate(body) if _is_field(each, own)), -1)


def _is_string(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    )


def _is_pass(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and bool(statement.body)
        and (
            isinstance(statement.body[0], cst.Pass)
            or (isinstance(statement.body[0], cst.Expr) and isinstance(statement.body[0].value, cst.Ellipsis))
        )
    )


def _starts_apart(statement: cst.CSTNode) -> bool:
    lines = getattr(statement, "leading_lines", ())
    return bool(lines) and any(each.comment is None for each in lines)


def _leading(statement: Any) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """Blank lines before a statement, and its comments."""
    lines = list(statement.leading_lines)
    count = next((i for i, each in enumerate(lines) if each.comment is not None), len(lines))
    return lines[:count], lines[count:]


def _set_apart(body: Sequence[cst.BaseStatement], own: dict[str, str]) -> bool:
    """Whether each field has a blank line before it."""
    fields = [each for i, each in enumerate(body) if i and _is_field(each, own)]
    return len(fields) > 1 and all(_starts_apart(each) for each in fields)


def _at(call: cst.Call, name: str) -> int | None:
    """Which argument has this keyword."""
    for i, each in enumerate(call.args):
        if each.keyword is not None and each.keyword.value == name:
            return i
    return None


def _text_of(node: cst.BaseExpression) -> str | None:
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def _strings(node: cst.BaseExpression) -> list[str] | None:
    if not isinstance(node, cst.List | cst.Tuple):
        return None
    found = [_text_of(each.value) for each in node.elements]
    return None if None in found else [each for each in found if each is not None]


def _argument(text: str) -> cst.Arg:
    """An argument as a call has it, keyword included."""
    call = cst.parse_expression(f"f({text})")
    assert isinstance(call, cst.Call)
    return call.args[0]


def _with_value(call: cst.Call, index: int, value: str) -> cst.Call:
    arguments = list(call.args)
    if index >= len(arguments):
        return _put(call, index, value)
    if _code(arguments[index].value) == value:
        return call
    arguments[index] = arguments[index].with_changes(value=cst.parse_expression(value))
    return call.with_changes(args=arguments)


def _is_primary(node: cst.CSTNode | None) -> bool:
    """Whether a statement or call says `primary_key=True`."""
    return node is not None and any(
        isinstance(each, ast.keyword)
        and each.arg == "primary_key"
        and isinstance(each.value, ast.Constant)
        and each.value.value is True
        for each in ast.walk(ast.parse(_code(node).strip()))
    )


def _with(call: cst.Call, name: str, value: str, *, first: bool = False) -> cst.Call:
    """The call with this keyword, which is changed where it stands, or added at the end."""
    index = _at(call, name)
    if index is not None:
        return _with_value(call, index, value)
    at = len(call.args)
    if first:
        at = next((i for i, each in enumerate(call.args) if each.keyword is not None), len(call.args))
    elif call.args and call.args[-1].star == "**":
        at = len(call.args) - 1
    return _put(call, at, f"{name}={value}")


def _without(call: cst.Call, name: str) -> cst.Call:
    index = _at(call, name)
    return call if index is None else _dropped(call, index)


def _put(call: cst.Call, index: int, text: str) -> cst.Call:
    """The call with one more argument."""
    return call.with_changes(args=_inserted(call.args, index, _argument(text), call.whitespace_before_args))


def _dropped(call: cst.Call, index: int) -> cst.Call:
    """The call without one of its arguments."""
    left = _cut(call.args, index)
    if left:
        return call.with_changes(args=left)
    return call.with_changes(args=[], whitespace_before_args=cst.SimpleWhitespace(""))


def _cut(items: Sequence[_Item], index: int) -> list[_Item]:
    """The items without one; the last one keeps what stood before the closing bracket."""
    found = list(items)
    gone = found.pop(index)
    if found and index == len(found):
        last = found[-1]
        changes: dict[str, Any] = {"comma": gone.comma}
        if isinstance(gone.comma, cst.Comma) and isinstance(last.comma, cst.Comma):
            changes["comma"] = _commented(gone.comma, last.comma)
        if isinstance(last, cst.Arg) and isinstance(gone, cst.Arg):
            changes["whitespace_after_arg"] = gone.whitespace_after_arg
        found[-1] = last.with_changes(**changes)
    return found


def _inserted(
    items: Sequence[_Item], index: int, new: _Item, opening: cst.BaseParenthesizableWhitespace | None
) -> list[_Item]:
    """The items with one more, set apart as the others are."""
    found = list(items)
    if not found:
        return [new]
    if index < len(found):
        found.insert(index, new.with_changes(comma=_between(found, opening)))
        return found
    last = found[-1]
    comma = _between(found, opening)
    if isinstance(last.comma, cst.Comma):  # a comma before the closing bracket
        found[-1] = last.with_changes(comma=_commented(comma, last.comma))
        found.append(new.with_changes(comma=_bare(last.comma)))
        return found
    changes: dict[str, Any] = {"comma": comma}
    if isinstance(last, cst.Arg) and isinstance(new, cst.Arg):
        changes["whitespace_after_arg"] = cst.SimpleWhitespace("")
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
    found[-1] = last.with_changes(**changes)
    found.append(new.with_changes(comma=cst.MaybeSentinel.DEFAULT))
    return found


def _between(items: Sequence[_Item], opening: cst.BaseParenthesizableWhitespace | None) -> cst.Comma:
    """The comma that stands between items."""
    if len(items) > 1 and isinstance(items[0].comma, cst.Comma):
        return _bare(items[0].comma)
    if isinstance(items[-1].comma, cst.Comma) and isinstance(opening, cst.ParenthesizedWhitespace):
        return _bare(cst.Comma(whitespace_after=opening))
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _bare(comma: cst.Comma) -> cst.Comma:
    """A comma with its line break, without the comments of its line."""
    after = comma.whitespace_after
    if isinstance(after, cst.ParenthesizedWhitespace):
        return comma.with_changes(
            whitespace_after=after.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
        )
    return comma


def _commented(comma: cst.Comma, source: cst.Comma) -> cst.Comma:
    """A comma with the comment that another one has behind it."""
    said, after = source.whitespace_after, comma.whitespace_after
    if not isinstance(said, cst.ParenthesizedWhitespace) or said.first_line.comment is None:
        return comma
    if isinstance(after, cst.ParenthesizedWhitespace):
        return comma.with_changes(whitespace_after=after.with_changes(first_line=said.first_line))
    return comma.with_changes(whitespace_after=said)


def _with_entry(call: cst.Call, name: str, key: str, value: str, quoted: Callable[[str], str]) -> cst.Call:
    """The call whose dictionary `name` has this entry; without it for a value of ''."""
    index = _at(call, name)
    if index is None:
        return _with(call, name, f"{{{quoted(key)}: {value}}}") if value else call
    old = call.args[index].value
    if not isinstance(old, cst.Dict):
        raise _Left(
            f"{name} is no dictionary that can be edited: {_code(old)}", f"{{{quoted(key)}: {value}}}"
        )
    elements: list[Any] = list(old.elements)
    at = next(
        (
            i
            for i, each in enumerate(elements)
            if isinstance(each, cst.DictElement) and _text_of(each.key) == key
        ),
        None,
    )
    if value == "":
        if at is None:
            return call
        elements = _cut(elements, at)
        if not elements:
            return _dropped(call, index)
    elif at is not None:
        if _code(elements[at].value) == value:
            return call
        elements[at] = elements[at].with_changes(value=cst.parse_expression(value))
    else:
        new = cst.DictElement(cst.parse_expression(quoted(key)), cst.parse_expression(value))
        elements = _inserted(elements, len(elements), new, old.lbrace.whitespace_after)
    arguments = list(call.args)
    arguments[index] = arguments[index].with_changes(value=old.with_changes(elements=elements))
    return call.with_changes(args=arguments)


# Imports --------------------------------------------------------------------------------------------------


def _dotted(node: cst.BaseExpression | None) -> str:
    return "" if node is None else _code(node)


def _with_import(module: cst.Module, dotted: str, name: str, alias: str | None) -> cst.Module:
    """The module that imports a name too, where its other imports of that package stand."""
    text = name if alias is None else f"{name} as {alias}"
    for statement in module.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for node in statement.body:
            if (
                not isinstance(node, cst.ImportFrom)
                or node.relative
                or isinstance(node.names, cst.ImportStar)
            ):
                continue
            if _dotted(node.module) == dotted:
                made = cst.parse_statement(f"from x import {text}\n")
                new = cst.ensure_type(cst.ensure_type(made, cst.SimpleStatementLine).body[0], cst.ImportFrom)
                assert not isinstance(new.names, cst.ImportStar)
                names = list(node.names)
                opening = node.lpar.whitespace_after if node.lpar is not None else None
                index = _sorted_place([_dotted(each.name) for each in names], name)
                return _replaced(
                    module, node, node.with_changes(names=_inserted(names, index, new.names[0], opening))
                )
    line = cst.parse_statement(f"from {dotted} import {text}\n")
    return _with_import_line(module, cst.ensure_type(line, cst.SimpleStatementLine), dotted)


def _sorted_place(names: list[str], name: str) -> int:
    """Where a name goes in a list, which is kept in its order, if it has one."""

    def by_kind(text: str) -> tuple[int, str]:
        return (0 if text.isupper() else 1 if text[:1].isupper() else 2, text)

    orders: list[Callable[[str], Any]] = [
        by_kind,
        str,
        str.lower,
        lambda text: (by_kind(text)[0], text.lower()),
    ]
    for order in orders:
        if names == sorted(names, key=order):
            return next((i for i, each in enumerate(names) if order(each) > order(name)), len(names))
    return len(names)


def _with_import_line(module: cst.Module, line: cst.SimpleStatementLine, dotted: str) -> cst.Module:
    body = list(module.body)
    found: list[tuple[int, int, str, bool]] = []  # place, section, package, from
    for i, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine) and statement.body:
            node = statement.body[0]
            if isinstance(node, cst.ImportFrom):
                package = "." * len(node.relative) + _dotted(node.module)
                found.append((i, _section(package), package, True))
            elif isinstance(node, cst.Import):
                package = _dotted(node.names[0].name)
                found.append((i, _section(package), package, False))
        elif not isinstance(statement, cst.SimpleStatementLine) and found:
            break
    section = _section(dotted)
    same = [each for each in found if each[1] == section]
    kin = [each for each in same if each[2].split(".")[0].startswith(("sqlalchemy", "sqlmodel", "flask_sql"))]
    if section == 2 and kin:
        same = kin
    earlier = [each for each in same if (each[3], each[2].lower()) < (True, dotted.lower())]
    blank = [cst.EmptyLine(indent=False)]
    if earlier:
        body.insert(earlier[-1][0] + 1, line)
    elif same:
        at = same[0][0]
        blanks, rest = _leading(body[at])
        body[at] = body[at].with_changes(leading_lines=rest)
        body.insert(at, line.with_changes(leading_lines=blanks))
    else:
        before = [each for each in found if each[1] < section]
        after = [each for each in found if each[1] > section]
        if before:
            body.insert(before[-1][0] + 1, line.with_changes(leading_lines=blank))
        elif after:
            at = after[0][0]
            blanks, rest = _leading(body[at])
            body[at] = body[at].with_changes(leading_lines=[*blank, *rest])
            body.insert(at, line.with_changes(leading_lines=blanks))
        else:
            at = 1 if body and _is_string(body[0]) else 0
            body.insert(at, line.with_changes(leading_lines=blank if at else []))
    return module.with_changes(body=body)


def _section(package: str) -> int:
    top = package.split(".")[0]
    if package.startswith("."):
        return 3
    if top == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 2


def _with_enum(module: cst.Module, text: str, name: str) -> cst.Module:
    """The module with an enum before the class, or the statement, that needs it."""
    new = cst.parse_statement(text, config=module.config_for_parsing)
    blank = [cst.EmptyLine(indent=False)] * 2
    body = list(module.body)
    for i, statement in enumerate(body):
        inner = [each for each in _statements([statement]) if isinstance(each, cst.ClassDef)]
        if any(each.name.value == name for each in inner) or _target(statement) == name:
            blanks, rest = _leading(statement)
            body[i] = statement.with_changes(leading_lines=[*blank, *rest])
            body.insert(i, new.with_changes(leading_lines=blanks or blank))
            return module.with_changes(body=body)
    raise _Left(f"{name} is not at the top level", text)


def _without_unused(before: str, after: str, path: str) -> str:
    """The text without the imports that its edits have left without a use."""
    if path.rpartition("/")[2] == "__init__.py":
        return after  # what it imports is for others
    gone = _used_names(before) - _used_names(after)
    if not gone:
        return after
    module = cst.parse_module(after)
    body: list[Any] = []
    carried: list[cst.EmptyLine] = []
    for statement in module.body:
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            kept = _kept_import(statement.body[0], gone)
            if kept is None:
                carried = [*carried, *statement.leading_lines]
                continue
            if kept is not statement.body[0]:
                statement = statement.with_changes(body=[kept])
        if carried and hasattr(statement, "leading_lines"):
            lines = list(statement.leading_lines)
            if not lines or any(each.comment is not None for each in carried):
                statement = statement.with_changes(leading_lines=[*carried, *lines])
        carried = []
        body.append(statement)
    return module.with_changes(body=body).code


def _kept_import(node: cst.BaseSmallStatement, gone: set[str]) -> cst.BaseSmallStatement | None:
    """An import without the names that are gone; None where nothing is left of it."""
    if not isinstance(node, cst.Import | cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        return node
    if isinstance(node, cst.ImportFrom) and _dotted(node.module) == "__future__":
        return node
    names = list(node.names)
    for index in range(len(names) - 1, -1, -1):
        each = names[index]
        alias = each.asname.name if each.asname is not None else None
        bound = _code(alias) if alias is not None else _dotted(each.name)
        bound = bound if alias is not None or isinstance(node, cst.ImportFrom) else bound.split(".")[0]
        if bound in gone and not (alias is not None and _dotted(each.name) == bound):
            names = _cut(names, index)
    if not names:
        return None
    if len(names) == len(node.names):
        return node
    if isinstance(node, cst.Import):
        names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(names=names)


def _used_names(text: str) -> set[str]:
    """Names that a file uses, those in quoted annotations and in `__all__` too."""
    found: set[str] = set()
    quoted: list[str] = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                found.add(name)
            case ast.AnnAssign(annotation=inner) | ast.arg(annotation=ast.expr() as inner):
                quoted += _quotes(inner)
            case ast.FunctionDef(returns=ast.expr() as inner):
                quoted += _quotes(inner)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                quoted += _quotes(value)
    for each in quoted:
        found |= set(re.findall(r"[^\W\d]\w*", each))
    return found


def _quotes(node: ast.expr) -> list[str]:
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
