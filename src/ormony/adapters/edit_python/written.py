"""Models as `ast` holds them: classes, tables, enums, annotations, keys and relationships as written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from ormony.adapters.edit_python.names import Names

COLUMNS: Final = frozenset({"Column", "mapped_column"})
NOT_TYPES: Final = frozenset(
    {
        "ForeignKey", "Identity", "Computed", "Sequence", "FetchedValue", "CheckConstraint", "DefaultClause",
        "UniqueConstraint", "ForeignKeyConstraint", "Index", "PrimaryKeyConstraint", "ColumnDefault",
    }
)  # fmt: skip


@lru_cache(maxsize=8)
def _lines(text: str) -> list[bytes]:
    return [each.encode() for each in text.splitlines(keepends=True)]


def source_of(text: str, node: ast.expr) -> str:
    """The text of an expression as it is written."""
    if "\f" in text or node.end_lineno is None or node.end_col_offset is None:
        return ast.get_source_segment(text, node) or ast.unparse(node)
    lines = _lines(text)[node.lineno - 1 : node.end_lineno]
    lines[-1] = lines[-1][: node.end_col_offset]
    lines[0] = lines[0][node.col_offset :]
    return b"".join(lines).decode()


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


def annotation_of(text: str, names: Names, offset: int = 0, mapped: bool = False) -> _Annotation:
    """The parts of an annotation's text; `offset` is where it stands in the whole."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return _Annotation("", mapped, False, offset, offset + len(text))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and text[0] in "'\"":
        return annotation_of(text[1:-1], names, offset + 1, mapped)
    if isinstance(node, ast.Subscript) and names.word(node.value) == "Mapped":
        inner = source_of(text, node.slice)
        return annotation_of(inner, names, offset + text.index(inner, text.index("[")), True)
    parts = _union(node, names)
    core = [each for each in parts if not (isinstance(each, ast.Constant) and each.value is None)]
    return _Annotation(
        " | ".join(source_of(text, each) for each in core),
        mapped,
        len(core) < len(parts),
        offset,
        offset + len(text),
    )


def _union(node: ast.expr, names: Names) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_union(left, names), *_union(right, names)]
        case ast.Subscript(value=value, slice=inner) if names.word(value) == "Optional":
            return [*_union(inner, names), ast.Constant(None)]
        case ast.Subscript(value=value, slice=ast.Tuple(elts=parts)) if names.word(value) == "Union":
            return [one for each in parts for one in _union(each, names)]
    return [node]


def plain_word(text: str) -> str:
    """A name without its module and its brackets."""
    return text.partition("[")[0].rpartition(".")[2]


def type_position(call: ast.Call, names: Names) -> int | None:
    """Which argument of `Column(…)` is the type."""
    for i, each in enumerate(call.args):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            if i == 0:
                continue
            return None
        if isinstance(each, ast.Starred) or names.word(each) in NOT_TYPES:
            return None
        return i
    for i, keyword_ in enumerate(call.keywords):
        if keyword_.arg == "type_":
            return len(call.args) + i
    return None


def default_said(node: ast.expr, names: Names) -> str | None:
    """The SQL that an expression for `server_default=` is."""
    match node:
        case ast.Call(func=called, args=[ast.Constant(value=str() as text)]) if names.word(called) == "text":
            return text.replace("\\:", ":")
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[]) if names.word(owner) == "func":
            return f"{name}()"
    return None


def reference_in(node: ast.expr, names: Names) -> str | None:
    """`table.column` of the foreign key in a column's value."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            for one in each.keywords:
                if one.arg == "foreign_key" and isinstance(one.value, ast.Constant):
                    return str(one.value.value)
            if names.word(each.func) == "ForeignKey" and each.args and isinstance(each.args[0], ast.Constant):
                return str(each.args[0].value)
    return None


def related_class(statement: ast.stmt, call: ast.Call, names: Names) -> str | None:
    """The class that a relationship leads to."""
    text = ""
    if call.args and isinstance(call.args[0], ast.Constant):
        text = str(call.args[0].value)
    elif call.args and isinstance(call.args[0], ast.Name | ast.Attribute):
        text = ast.unparse(call.args[0])
    elif isinstance(statement, ast.AnnAssign):
        text = ast.unparse(statement.annotation).strip("'\"")
        text = annotation_of(text, names).core
        found = re.search(r"\[\s*['\"]?([\w.]+)['\"]?\s*\]", text)
        text = found[1] if found else text
    text = text.strip("'\"").rpartition(".")[2]
    return text or None


def are_alike(name: str, table: str) -> bool:
    """Do a class and a table seem to be called the same?"""

    def flat(text: str) -> str:
        return re.sub(r"(model|entity|table|orm)$", "", re.sub(r"\W|_", "", text.lower())).rstrip("s")

    return flat(name) == flat(table)


def class_of(tree: ast.Module, name: str) -> ast.ClassDef | None:
    """The class of this name."""
    return next(
        (each for each in ast.walk(tree) if isinstance(each, ast.ClassDef) and each.name == name), None
    )


def attributes_of(node: ast.ClassDef) -> set[str]:
    """What a class's own body binds."""
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


def tables_of(tree: ast.Module, names: Names) -> Iterator[tuple[str | None, str, str]]:
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


def enums_of(tree: ast.Module, names: Names) -> Iterator[tuple[str, dict[str, str]]]:
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
