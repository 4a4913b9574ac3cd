"""How this file says what a column has: its type, default, identity and reference, optional or not."""

from __future__ import annotations

import ast
import re

import msgspec

from ormony.adapters.edit_python.enums import enum_for, said_enum
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.names import CORE, DIALECT, VECTOR
from ormony.adapters.edit_python.sqltypes import TYPES, SqlType, spelled, type_of
from ormony.adapters.edit_python.work import Work
from ormony.adapters.edit_python.written import (
    annotation_of,
    class_of,
    default_said,
    source_of,
    tables_of,
    type_position,
)
from ormony.mirrors import Edit, Field, Key


def wanted_type(work: Work, each: Edit) -> SqlType:
    """The type to write: the column's own, or of its domain's base; left where none is known."""
    field = each.field
    assert field is not None
    own = type_of(field.type)
    if each.labels:
        return own
    for kind in (own, *map(type_of, field.types)):
        known = TYPES.get(kind.base)
        if known is None or (kind.base == "interval" and not kind.arguments.isdigit() and kind.arguments):
            continue
        if known.module == VECTOR and "pgvector" not in work.text:
            name = f"{known.name}({kind.arguments})"
            raise Left(
                f"type {field.type} needs the package pgvector, which {work.path} does not use",
                f"# pip install pgvector\nfrom {VECTOR} import {known.name}\n"
                + _unknown(work, each, name, "list[float]"),
            )
        return kind
    raise Left(
        f"type {field.type} of column {each.column} is not known to SQLAlchemy",
        _unknown(work, each, "NullType", "Any")
        + "# or a type of your own: sqlalchemy.types.UserDefinedType\n",
    )


def _unknown(work: Work, each: Edit, said: str, python: str) -> str:
    """What to paste where the type is not ours to import."""
    field = each.field
    assert field is not None
    python = f"{python} | None" if not field.not_null else python
    null = "" if field.not_null else "default=None, "
    match work.style:
        case "sqlmodel":
            return f"{each.column}: {python} = Field({null}sa_type={said})\n"
        case "mapped":
            return f"{each.column}: Mapped[{python}] = mapped_column({said})\n"
        case "table":
            return f'Column("{each.column}", {said}, nullable={not field.not_null}),\n'
        case _:
            return f"{each.column} = Column({said}, nullable={not field.not_null})\n"


def python_of(work: Work, kind: SqlType, each: Edit) -> str:
    """Python's type."""
    if each.labels:
        inner = enum_for(work, kind, each)[0]
    else:
        known = TYPES[kind.base]
        if kind.base in ("json", "jsonb"):
            inner = _neighbours_json(work, kind)
        elif kind.base == "hstore":
            inner = "dict[str, str | None]"
        elif kind.base in ("vector", "halfvec"):
            inner = "list[float]"
        else:
            inner = work.names.use(*known.python)
    return f"list[{inner}]" if kind.array else inner


def _neighbours_json(work: Work, kind: SqlType) -> str:
    """The annotation that other columns of this type have."""
    for node in ast.walk(work.tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            given = [*node.value.args, *(one.value for one in node.value.keywords)]
            given += [inner for one in given if isinstance(one, ast.Call) for inner in one.args]
            if any(spelled(one, work.names) == kind.base for one in given):
                core = annotation_of(source_of(work.text, node.annotation), work.names).core
                if core.startswith(("dict", "Dict")):
                    return core
    return f"dict[str, {work.names.use('typing', 'Any')}]"


def said_type(work: Work, kind: SqlType, each: Edit) -> str:
    """SQLAlchemy's type, as this file writes it elsewhere."""
    if not each.labels and kind.key in work.types:
        return work.types[kind.key]
    if kind.array:
        inner = said_type(work, msgspec.structs.replace(kind, array=False), each)
        array = work.names.bound(DIALECT, "ARRAY") or work.names.use(CORE, "ARRAY")
        return f"{array}({inner})"
    if each.labels:
        return said_enum(work, kind, each)
    known = TYPES[kind.base]
    arguments = [kind.arguments] if kind.arguments else []
    module, name = known.module, known.name
    if kind.arguments and known.name in ("DateTime", "Time", "Interval"):
        module = DIALECT
        name = {"DateTime": "TIMESTAMP", "Time": "TIME", "Interval": "INTERVAL"}[known.name]
        arguments = [f"precision={kind.arguments}"]
    if known.arguments:
        arguments.append(known.arguments)
    if kind.base == "uuid":
        dialect = work.names.bound(DIALECT, "UUID")
        if dialect is not None:
            return f"{dialect}(as_uuid=True)"
    called = work.names.use(module, name)
    return f"{called}({', '.join(arguments)})" if arguments else called


def is_implied(work: Work, kind: SqlType, python: str) -> bool:
    """Whether `Mapped[…]` alone says the type: so it does elsewhere in the class."""
    known = TYPES.get(kind.base)
    if known is None or kind.array or kind.arguments or not known.plain or kind.key in work.types:
        return False
    node = class_of(work.tree, work.model.name)
    for each in node.body if node is not None else ():
        if isinstance(each, ast.AnnAssign):
            said = annotation_of(source_of(work.text, each.annotation), work.names)
            if said.mapped and said.core == python:
                call = each.value
                if call is None or (
                    isinstance(call, ast.Call)
                    and work.names.word(call.func) == "mapped_column"
                    and type_position(call, work.names) is None
                ):
                    return True
    return False


def explicit_type(work: Work, kind: SqlType, python: str, said: str) -> str | None:
    """SQLAlchemy's type for a SQLModel field, None where Python's type and constraints say it."""
    known = TYPES.get(kind.base)
    if kind.array:
        return said
    if known is None:  # an enum: SQLModel makes `Enum(Class)` of it
        return None if re.fullmatch(rf"(?:\w+\.)*Enum\({re.escape(python)}\)", said) else said
    if kind.base == "text":
        return said if "text" in work.types else None
    if kind.base in ("interval", "time without time zone") and kind.arguments:
        return said
    return None if known.plain else said


def field_constraints(work: Work, kind: SqlType) -> list[str]:
    """What SQLModel's `Field` says of a type in place of SQLAlchemy."""
    if kind.base == "character varying" and kind.arguments and not kind.array:
        return [f"max_length={kind.arguments}"]
    if kind.base == "numeric" and kind.arguments and not kind.array:
        digits, _, places = kind.arguments.partition(", ")
        return [f"max_digits={digits}", f"decimal_places={places or '0'}"]
    return []


def server_default(work: Work, field: Field) -> str:
    """The expression for `server_default=`, '' where there is none."""
    if not field.default or field.generated:
        return ""
    wanted = field.default.strip()
    for node in ast.walk(work.tree):
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
            if default_said(value, work.names) == wanted:
                return source_of(work.text, value)
    escaped = re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", wanted)
    return f"{work.names.use(CORE, 'text')}({work.quoted(escaped)})"


def marker_of(work: Work, field: Field) -> list[str]:
    """`Identity()` or `Computed(…)`, where the column is counted or generated."""
    if field.generated:
        if not field.default:
            raise Left(f"column {field.name} is generated, by an expression that is not known here")
        called = work.names.use(CORE, "Computed")
        return [f"{called}({work.quoted(field.default)}, persisted=True)"]
    if field.default == "":
        return [f"{work.names.use(CORE, 'Identity')}()"]
    return []


def is_uncounted(work: Work, each: Edit) -> bool:
    """Whether SQLAlchemy would take a key for one that the server counts, and it does not."""
    field = each.field
    return (
        field is not None
        and field.default is None
        and not field.generated
        and field.type in ("smallint", "integer", "bigint")
    )


def literal_of(work: Work, field: Field, python: str) -> str | None:
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
        return work.quoted(value)
    for name, members in work.enums.items():
        if name == python and quoted:
            return next((f"{name}.{key}" for key, each in members.items() if value == each), None)
    return None


def target_of_key(work: Work, key: Key) -> str:
    """`table.column` of a foreign key, with the schema where this file's models have it."""
    schema, table = key.references
    column = key.referenced[0]
    short, full = f"{table}.{column}", f"{schema}.{table}.{column}"
    for model in tables_of(work.tree, work.names):
        if model[1] == table and model[0] in (schema, None):
            return full if model[0] else short
    strings = {
        each.value
        for each in ast.walk(work.tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    if any(each.startswith(f"{schema}.") and each.count(".") == 2 for each in strings):
        return full
    if schema != work.model.schema:
        return short if schema == "public" and not _says_schema(work) else full
    return full if _says_schema(work) else short


def _says_schema(work: Work) -> bool:
    node = class_of(work.tree, work.model.name)
    return node is not None and any(
        name == work.model.name and schema for schema, _, name in tables_of(work.tree, work.names)
    )


def optional_of(work: Work, python: str) -> str:
    """`X | None`, or `Optional[X]` where the file writes it so."""
    optional = work.names.bound("typing", "Optional")
    if optional is not None:
        own = work.own_text()
        if own.count("Optional[") > own.count("| None") or (
            "| None" not in work.text and "Optional[" in work.text
        ):
            return f"{optional}[{python}]"
    return f"{python} | None"
