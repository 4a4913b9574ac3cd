"""One file, one model in it, and how that file writes things: what every edit starts from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, Literal

import libcst as cst

from ormony.adapters import python_models
from ormony.adapters.edit_python.concrete import (
    as_ast,
    exchanged,
    find_class,
    leading_of,
    statements_of,
    table_call,
    target_of,
)
from ormony.adapters.edit_python.imports import used_names, with_import
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.names import Names
from ormony.adapters.edit_python.sqltypes import spelled
from ormony.adapters.edit_python.written import COLUMNS, attributes_of, class_of, enums_of, source_of
from ormony.mirrors import Model

Style = Literal["sqlmodel", "mapped", "column", "table"]
_WIDTH: Final = 88  # beyond which a new statement takes several lines, unless the file has longer ones


class Work:
    """A text, the model in it, and one edit of it."""

    def __init__(self, text: str, model: Model, path: str) -> None:
        self.text, self.model, self.path = text, model, path
        try:
            self.tree = ast.parse(text)
            self.module = cst.parse_module(text)
        except (SyntaxError, ValueError, RecursionError, cst.ParserSyntaxError):
            raise Left(f"{path} is no Python that can be parsed") from None
        self.names = Names(self.tree)
        self.quote = "'" if text.count("'") > text.count('"') else '"'
        described = python_models.describe(text, path, model.name)
        self.described = described
        self.table = table_call(self.module, model.name)
        if self.table is not None:
            self.style: Style = "table"
        elif described is None:
            raise Left(f"{path} has no class {model.name}")
        else:
            self.style = "sqlmodel" if described.sqlmodel else self._style(model.name)
            node = class_of(self.tree, model.name)
            assert node is not None
            self.names.avoid = attributes_of(node) | {each.attribute for each in described.columns}
        self.types = dict(self._written_types())
        self.enums = dict(enums_of(self.tree, self.names))
        self.before: list[str] = []  # an enum to stand before the class
        self.extended: tuple[str, frozenset[str], dict[str, str]] | None = None  # an enum, and more members

    def _style(self, name: str) -> Style:
        node = class_of(self.tree, name)
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
            if word in COLUMNS:
                given = [each for each in node.args if not isinstance(each, ast.Starred)][:2]
                given += [each.value for each in node.keywords if each.arg == "type_"]
            elif word == "Field":
                given = [each.value for each in node.keywords if each.arg == "sa_type"]
            for each in given:
                key = spelled(each, self.names)
                if key is not None:
                    segment = (
                        ast.unparse(each)
                        if "\n" in source_of(self.text, each)
                        else source_of(self.text, each)
                    )
                    ways = counted.setdefault(key, {})
                    ways[segment] = ways.get(segment, 0) + 1
        for key, ways in counted.items():
            # `UUID` alone is of SQLAlchemy 2; a call says more and is right in both
            yield key, max(ways, key=lambda way: (ways[way], way))

    def own_text(self) -> str:
        """The text of the model's class."""
        node = class_of(self.tree, self.model.name)
        return ast.unparse(node) if node is not None else ""

    def quoted(self, text: str) -> str:
        """A string as the file quotes its own."""
        if self.quote in text and ("'" if self.quote == '"' else '"') in text:
            return repr(text)
        quote = self.quote if self.quote not in text else ("'" if self.quote == '"' else '"')
        escaped = text.replace("\\", "\\\\")
        return f"{quote}{escaped}{quote}" if escaped.isprintable() else repr(text)

    def word(self, node: cst.BaseExpression) -> str:
        """The last word of a name, an alias of its import undone."""
        return self.names.word(as_ast(node))


def finished(work: Work, module: cst.Module) -> str:
    """The text of a module, with the imports and the enum that the edit needs."""
    if work.extended is not None:
        module = _with_members(work, module, *work.extended)
    for text in work.before:
        module = _with_enum(module, text, work.model.name)
    used = used_names(module.code)
    for dotted, name, alias in work.names.new:
        if (alias or name) in used:
            module = with_import(module, dotted, name, alias)
    return module.code


def _with_members(
    work: Work, module: cst.Module, name: str, members: frozenset[str], new: dict[str, str]
) -> cst.Module:
    """The module whose enum has these members too, after those that it has."""
    node = find_class(module, name)
    assert node is not None
    body = list(node.body.body)
    at = max((i for i, one in enumerate(body) if target_of(one) in members), default=len(body) - 1) + 1
    lines = [
        cst.parse_statement(f"{member} = {work.quoted(label)}\n", config=module.config_for_parsing)
        for member, label in new.items()
    ]
    changed = node.with_changes(body=node.body.with_changes(body=[*body[:at], *lines, *body[at:]]))
    return exchanged(module, node, changed)


def _with_enum(module: cst.Module, text: str, name: str) -> cst.Module:
    """The module with an enum before the class, or the statement, that needs it."""
    new = cst.parse_statement(text, config=module.config_for_parsing)
    blank = [cst.EmptyLine(indent=False)] * 2
    body = list(module.body)
    for i, statement in enumerate(body):
        inner = [each for each in statements_of([statement]) if isinstance(each, cst.ClassDef)]
        if any(each.name.value == name for each in inner) or target_of(statement) == name:
            blanks, rest = leading_of(statement)
            body[i] = statement.with_changes(leading_lines=[*blank, *rest])
            body.insert(i, new.with_changes(leading_lines=blanks or blank))
            return module.with_changes(body=body)
    raise Left(f"{name} is not at the top level", text)


def laid_out(work: Work, start: str, arguments: list[str]) -> str:
    """A call on one line where it fits, else as its formatter would break it."""
    indent = work.module.default_indent
    width = _width(work)
    comment = _ignored(work) if any(each.startswith("sa_type=") and "(" in each for each in arguments) else ""
    one = f"{start}({', '.join(arguments)})"
    if not comment:
        if len(one) <= width:
            return one + "\n"
        inner = ", ".join(arguments)
        if len(indent + inner) <= width:
            return f"{start}(\n{indent}{inner}\n)\n"
    lines = [f"{indent}{each},{comment if each.startswith('sa_type=') else ''}\n" for each in arguments]
    return f"{start}(\n{''.join(lines)})\n"


def _ignored(work: Work) -> str:
    """The comment that this file gives to `sa_type=…(…)`, for its type checker."""
    found = re.search(r"\bsa_type\s*=[^#\n]*\),?[ \t]*(#[ \t]*type:[^\n]*)", work.text)
    return f"  {found[1].rstrip()}" if found else ""


def _width(work: Work) -> int:
    longest = max((len(line) for line in work.text.splitlines()), default=0)
    return max(_WIDTH, min(longest, 120)) - len(work.module.default_indent)


def fits(work: Work, text: str) -> bool:
    """Does a line fit the width that the file keeps?"""
    return len(text) <= _width(work)


def callee(work: Work, name: str, module: str) -> str:
    """A name as the class itself says it, prefix included."""
    node = class_of(work.tree, work.model.name)
    for each in ast.walk(node) if node is not None else ():
        match each:
            case ast.Call(func=value) | ast.Subscript(value=value):
                if isinstance(value, ast.Name | ast.Attribute) and work.names.word(value) == name:
                    return source_of(work.text, value)
    return work.names.use(module, name)
