"""Where a service's TypeScript says its Drizzle tables, and edits of it that keep the file's own style.

Nothing of the user's runs: the text is read as a syntax tree, names are followed as far as literals, local
objects and the other given files say what they are. What a column's type is in PostgreSQL is not asked here:
the exported DDL says it (`drizzle_models.py`). A file that is not TypeScript to its end is read in part.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from ormony.mirrors import Edit, Edited, Field, Key, Model, Place

if TYPE_CHECKING:
    from tree_sitter import Node

_PG_CORE: Final = "drizzle-orm/pg-core"
_SUFFIXES: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_DEEPEST: Final = 24  # how many names are followed one after another
_FILLING: Final = frozenset({"$default", "$defaultFn", "$onUpdate", "$onUpdateFn"})
_COMMENT: Final = "comment"


# --- reading


class _Imported(msgspec.Struct, frozen=True):
    """Something of drizzle-orm/pg-core by its own name; `*` is the whole module."""

    name: str


class _Module(msgspec.Struct, frozen=True):
    """All that one of the given files exports."""

    path: str


class _Casing(msgspec.Struct, frozen=True):
    """`snakeCase` and `camelCase` of Drizzle 1.0, whose tables name their columns by themselves."""

    casing: str


class _Schema(msgspec.Struct, frozen=True):
    """`pgSchema(name)`."""

    name: str
    casing: str | None = None


class _Creator(msgspec.Struct, frozen=True):
    """A function that makes tables: in which schema ('' for the search path), and how it names them."""

    schema: str = ""
    casing: str | None = None
    naming: _Code | None = None


class _EnumMaker(msgspec.Struct, frozen=True):
    schema: str = ""


class _Enum(msgspec.Struct, frozen=True):
    """`pgEnum(name, labels)`; `code` is the call."""

    name: str
    schema: str
    code: _Code


class _Code(msgspec.Struct, frozen=True):
    """A literal, a function or a call that was not looked into, and where it stands."""

    node: Node
    source: _Source
    names: Mapping[str, _Value]


_Value = str | _Imported | _Module | _Casing | _Schema | _Creator | _EnumMaker | _Enum | _Code


class _Link(msgspec.Struct, frozen=True):
    """One call of a chain: `.notNull()`."""

    name: str
    node: Node


class _Member(msgspec.Struct, frozen=True):
    """A column: a property of the table's object, or of an object that is spread into it."""

    key: str
    column: str
    explicit: bool
    node: Node
    source: _Source
    methods: frozenset[str]
    spread: Node | None = None


class _Table(msgspec.Struct, frozen=True):
    """A call that makes a table, its columns by key, and the spreads that could not be followed."""

    schema: str
    name: str
    constant: str
    call: Node
    source: _Source
    columns: _Code | None
    parameter: str | None
    pattern: frozenset[str] | None  # the builders that the callback takes apart: `({ text, uuid }) => …`
    members: Mapping[str, _Member]
    unknown: tuple[Node, ...]


class _Source:
    """A file's syntax tree, what it imports, binds and exports."""

    def __init__(self, path: str, data: bytes) -> None:
        import tree_sitter
        import tree_sitter_typescript

        has_tags = path.endswith(("x", ".js", ".mjs", ".cjs"))
        grammar = (
            tree_sitter_typescript.language_tsx if has_tags else tree_sitter_typescript.language_typescript
        )
        self.path = path
        self.data = data
        self.root = tree_sitter.Parser(tree_sitter.Language(grammar())).parse(data).root_node
        self.imports: dict[str, tuple[str, str]] = {}  # local name: module and the name there
        self.bindings: dict[str, Node] = {}
        self.exports: dict[str, str] = {}  # exported name: local name
        self.reexports: dict[str, tuple[str, str]] = {}
        self.stars: list[str] = []
        for statement in self.root.named_children:
            self._read(statement)

    def _read(self, statement: Node) -> None:
        if statement.type == "import_statement":
            module = _string(statement.child_by_field_name("source"))
            if module is None:
                return
            for local, name, _ in _imported(statement):
                self.imports[local] = (module, name)
            return
        if statement.type == "export_statement":
            self._read_export(statement)
            inner = statement.child_by_field_name("declaration")
            if inner is None:
                return
            statement = inner
        if statement.type in {"lexical_declaration", "variable_declaration"}:
            for each in statement.named_children:
                own, value = each.child_by_field_name("name"), each.child_by_field_name("value")
                if own is not None and value is not None and own.type == "identifier":
                    self.bindings[_text(own)] = value
        elif statement.type in {"function_declaration", "enum_declaration"}:
            own = statement.child_by_field_name("name")
            if own is not None:
                self.bindings[_text(own)] = statement

    def _read_export(self, statement: Node) -> None:
        module = _string(statement.child_by_field_name("source"))
        value = statement.child_by_field_name("value")
        if value is not None:
            self.bindings.setdefault("default", value)
        clauses = [each for each in statement.named_children if each.type == "export_clause"]
        for clause in clauses:
            for each in clause.named_children:
                name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
                if name is None:
                    continue
                out = _text(alias if alias is not None else name)
                if module is None:
                    self.exports[out] = _text(name)
                else:
                    self.reexports[out] = (module, _text(name))
        for each in statement.named_children:
            if each.type == "namespace_export" and module is not None:
                self.reexports[_text(each.named_children[0])] = (module, "*")
        if module is not None and not clauses and any(each.type == "*" for each in statement.children):
            self.stars.append(module)


def _imported(statement: Node) -> Iterator[tuple[str, str, bool]]:
    """(local name, name in the module or `*`, whether it is a type alone) of an import."""
    types = any(each.type == "type" for each in statement.children)
    for clause in statement.named_children:
        if clause.type != "import_clause":
            continue
        for each in clause.named_children:
            if each.type == "identifier":
                yield _text(each), "default", types
            elif each.type == "namespace_import":
                yield _text(each.named_children[0]), "*", types
            elif each.type == "named_imports":
                for one in each.named_children:
                    name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                    if name is not None:
                        own = types or any(part.type == "type" for part in one.children)
                        yield _text(alias if alias is not None else name), _text(name), own


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _string(node: Node | None) -> str | None:
    """The value of a literal string without substitutions."""
    if node is None or node.type not in {"string", "template_string"}:
        return None
    parts = []
    for each in node.named_children:
        if each.type == "escape_sequence":
            parts.append(_escaped(_text(each)))
        elif each.type == "string_fragment":
            parts.append(_text(each))
        else:
            return None
    return "".join(parts)


def _escaped(sequence: str) -> str:
    try:
        return str(json.loads(f'"{sequence}"'))
    except ValueError:
        return sequence[1:]  # \' and the like


def _inner(node: Node) -> Node:
    """The expression without parentheses, `as const`, `satisfies …`, `!`."""
    while node.type in {
        "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression",
    }:  # fmt: skip
        inner = next((each for each in node.named_children if each.type != _COMMENT), None)
        if inner is None:
            break
        node = inner
    return node


def _arguments(call: Node) -> list[Node]:
    found = call.child_by_field_name("arguments")
    if found is None or found.type != "arguments":
        return []
    return [each for each in found.named_children if each.type != _COMMENT]


def _walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text; without recursion, files may nest deeply."""
    cursor = node.walk()
    while True:
        found = cursor.node
        if found is not None:
            yield found
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _result(function: Node) -> Node | None:
    """What an arrow function or function returns, where that is one expression."""
    body = function.child_by_field_name("body")
    if body is None:
        return None
    if body.type != "statement_block":
        return _inner(body)
    returned = [each for each in body.named_children if each.type == "return_statement"]
    if len(returned) != 1 or not returned[0].named_children:
        return None
    return _inner(returned[0].named_children[0])


def _parameters(function: Node) -> list[Node]:
    """The patterns of a function's parameters."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [single]
    listed = function.child_by_field_name("parameters")
    found = []
    for each in listed.named_children if listed is not None else ():
        pattern = each.child_by_field_name("pattern")
        if pattern is not None:
            found.append(pattern)
    return found


_FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "function_declaration"})


class _Sources(Mapping[str, _Source]):
    """The given files by their paths; each is parsed when it is first asked for."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self.texts = texts
        self.parsed: dict[str, _Source] = {}

    def __getitem__(self, path: str) -> _Source:
        if path not in self.parsed:
            self.parsed[path] = _Source(path, self.texts[path])
        return self.parsed[path]

    def __contains__(self, path: object) -> bool:
        return path in self.texts

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


class _Reader:
    """Follows names through the given files."""

    def __init__(
        self, sources: Mapping[str, _Source], casing: str | None, search_path: Sequence[str]
    ) -> None:
        self.sources = sources
        self.casing = casing
        self.schema = next((each for each in search_path if not each.startswith("$")), "public")

    def value(
        self, node: Node, source: _Source, names: Mapping[str, _Value], depth: int = 0
    ) -> _Value | None:
        """What an expression is, as far as Drizzle's tables depend on it; None where nobody can say."""
        node = _inner(node)
        if depth > _DEEPEST:
            return None
        match node.type:
            case "identifier":
                return self.named(_text(node), source, names, depth + 1)
            case "string":
                return _string(node)
            case "template_string":
                return self._template(node, source, names, depth)
            case "member_expression":
                return self._member(node, source, names, depth)
            case "call_expression":
                return self._call(node, source, names, depth)
            case "binary_expression":
                return self._sum(node, source, names, depth)
            case _:
                return _Code(node, source, names)

    def named(self, name: str, source: _Source, names: Mapping[str, _Value], depth: int = 0) -> _Value | None:
        if depth > _DEEPEST:
            return None
        if name in names:
            return names[name]
        if name in source.bindings:
            return self.value(source.bindings[name], source, {}, depth + 1)
        if name in source.imports:
            module, own = source.imports[name]
            return self._of_module(module, own, source, depth + 1)
        return None

    def _of_module(self, module: str, name: str, source: _Source, depth: int) -> _Value | None:
        if module == _PG_CORE or module.startswith(f"{_PG_CORE}/"):
            if name in {"snakeCase", "camelCase"}:
                return _Casing("snake_case" if name == "snakeCase" else name)
            return _Imported(name)
        path = self._resolve(module, source.path)
        if path is None:
            return None
        return _Module(path) if name == "*" else self._exported(path, name, depth, frozenset())

    def _exported(self, path: str, name: str, depth: int, seen: frozenset[str]) -> _Value | None:
        source = self.sources[path]
        if depth > _DEEPEST or path in seen:
            return None
        local = source.exports.get(name, name)
        if local in source.bindings or local in source.imports:
            return self.named(local, source, {}, depth + 1)
        if name in source.reexports:
            module, own = source.reexports[name]
            return self._of_module(module, own, source, depth + 1)
        for module in source.stars:
            if module == _PG_CORE:
                found: _Value | None = _Imported(name)
            else:
                other = self._resolve(module, path)
                found = self._exported(other, name, depth + 1, seen | {path}) if other is not None else None
            if found is not None and name != "default":
                return found
        return None

    def _resolve(self, module: str, path: str) -> str | None:
        """The given file that an import names; an alias (`@/db/users`) is taken where one file alone fits."""
        if module.startswith("."):
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
            return next((each for each in _candidates(wanted) if each in self.sources), None)
        head, _, rest = module.partition("/")
        if head not in {"@", "~", "#", "src", "@src", "$lib"} and not head.startswith("#"):
            return None
        ends = [f"/{each}" for each in _candidates(rest)] if rest else []
        found = [each for each in self.sources if f"/{each}".endswith(tuple(ends))] if ends else []
        return found[0] if len(found) == 1 else None

    def _template(self, node: Node, source: _Source, names: Mapping[str, _Value], depth: int) -> str | None:
        parts = []
        for each in node.named_children:
            if each.type == "template_substitution" and each.named_children:
                part = self.value(each.named_children[0], source, names, depth + 1)
                if not isinstance(part, str):
                    return None
                parts.append(part)
            else:
                parts.append(_escaped(_text(each)) if each.type == "escape_sequence" else _text(each))
        return "".join(parts)

    def _sum(self, node: Node, source: _Source, names: Mapping[str, _Value], depth: int) -> str | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type != "+":
            return None
        one = self.value(left, source, names, depth + 1)
        two = self.value(right, source, names, depth + 1)
        return one + two if isinstance(one, str) and isinstance(two, str) else None

    def _member(self, node: Node, source: _Source, names: Mapping[str, _Value], depth: int) -> _Value | None:
        base, of = node.child_by_field_name("object"), node.child_by_field_name("property")
        if base is None or of is None:
            return None
        value, name = self.value(base, source, names, depth + 1), _text(of)
        match value:
            case _Imported("*"):
                if name in {"snakeCase", "camelCase"}:
                    return _Casing("snake_case" if name == "snakeCase" else name)
                return _Imported(name)
            case _Imported("pgTable") if name == "withRLS":
                return value
            case _Creator() if name == "withRLS":
                return value
            case _Casing(casing):
                if name == "table":
                    return _Creator(casing=casing)
                return _Creator(schema="*", casing=casing) if name == "schema" else None
            case _Schema(schema, casing) if name == "table":
                return _Creator(schema=schema, casing=casing)
            case _Schema(schema) if name == "enum":
                return _EnumMaker(schema)
            case _Module(path):
                return self._exported(path, name, depth + 1, frozenset())
            case _Code() if value.node.type == "object":
                found = _property(value.node, name)
                if found is None:
                    return None
                return self.value(found, value.source, value.names, depth + 1)
        return None

    def _call(self, node: Node, source: _Source, names: Mapping[str, _Value], depth: int) -> _Value | None:
        called = node.child_by_field_name("function")
        given = _arguments(node)
        if called is None:
            return None
        callee = self.value(called, source, names, depth + 1)
        first = self.value(given[0], source, names, depth + 1) if given else None
        match callee:
            case _Imported("pgSchema") if isinstance(first, str):
                return _Schema(first)
            case _Creator("*", casing) if isinstance(first, str):
                return _Schema(first, casing)
            case _Imported("pgTableCreator") if isinstance(first, _Code) and first.node.type in _FUNCTIONS:
                return _Creator(naming=first)
            case _Imported("pgEnum") if isinstance(first, str):
                return _Enum(first, "", _Code(node, source, names))
            case _EnumMaker(schema) if isinstance(first, str):
                return _Enum(first, schema, _Code(node, source, names))
            case _Code() if callee.node.type in _FUNCTIONS:
                returned = _result(callee.node)
                if returned is None:
                    return None
                bound = self.bound(callee, given, source, names, depth)
                return self.value(returned, callee.source, bound, depth + 1)
        return _Code(node, source, names)

    def bound(
        self,
        function: _Code,
        given: Sequence[Node],
        source: _Source,
        names: Mapping[str, _Value],
        depth: int,
    ) -> dict[str, _Value]:
        """The names that a function's body sees when it is called so."""
        found = dict(function.names)
        for pattern, argument in zip(_parameters(function.node), given, strict=False):
            value = self.value(argument, source, names, depth + 1)
            if pattern.type == "identifier" and value is not None:
                found[_text(pattern)] = value
        return found

    # --- tables

    def tables(self, source: _Source) -> Iterator[_Table]:
        """The tables that this file makes, in order."""
        for node in _walk(source.root):
            if node.type == "call_expression":
                given = _arguments(node)
                if len(given) >= 2:
                    found = self.table(node, given, source)
                    if found is not None:
                        yield found

    def table(self, call: Node, given: Sequence[Node], source: _Source) -> _Table | None:
        called = call.child_by_field_name("function")
        callee = self.value(called, source, {}) if called is not None else None
        if callee == _Imported("pgTable"):
            callee = _Creator()
        if not isinstance(callee, _Creator) or callee.schema == "*":
            return None
        name = self.value(given[0], source, {})
        if not isinstance(name, str):
            return None
        if callee.naming is not None:
            naming, returned = callee.naming, _result(callee.naming.node)
            patterns = _parameters(naming.node)
            if returned is None or not patterns or patterns[0].type != "identifier":
                return None
            whole = self.value(returned, naming.source, {**naming.names, _text(patterns[0]): name})
            if not isinstance(whole, str):
                return None
            name = whole
        return self.shape(
            call, given, source, callee.schema or self.schema, name, callee.casing or self.casing
        )

    def shape(
        self, call: Node, given: Sequence[Node], source: _Source, schema: str, name: str, casing: str | None
    ) -> _Table:
        """The table with its columns; what the second argument is may be said elsewhere."""
        parameter: str | None = None
        pattern: frozenset[str] | None = None
        members: dict[str, _Member] = {}
        unknown: list[Node] = []
        columns = self.value(given[1], source, {})
        if isinstance(columns, _Code) and columns.node.type in _FUNCTIONS:
            patterns = _parameters(columns.node)
            if patterns and patterns[0].type == "identifier":
                parameter = _text(patterns[0])
            elif patterns:
                pattern = frozenset(_text(each) for each in _walk(patterns[0]) if each.is_named)
            returned = _result(columns.node)
            columns = self.value(returned, columns.source, columns.names) if returned is not None else None
        if isinstance(columns, _Code) and columns.node.type == "object":
            self._members(columns, casing, None, members, unknown, 0)
        else:
            columns = None
            unknown.append(given[1])
        return _Table(
            schema=schema, name=name, constant=_constant(call) or name, call=call, source=source,
            columns=columns, parameter=parameter, pattern=pattern, members=members, unknown=tuple(unknown),
        )  # fmt: skip

    def _members(
        self,
        code: _Code,
        casing: str | None,
        spread: Node | None,
        found: dict[str, _Member],
        unknown: list[Node],
        depth: int,
    ) -> None:
        for node in code.node.named_children:
            if node.type == "spread_element":
                value = (
                    self.value(node.named_children[0], code.source, code.names)
                    if node.named_children
                    else None
                )
                if isinstance(value, _Code) and value.node.type in _FUNCTIONS:
                    value = None
                if isinstance(value, _Code) and value.node.type == "object" and depth < _DEEPEST:
                    self._members(value, casing, spread or node, found, unknown, depth + 1)
                else:
                    unknown.append(spread or node)
                continue
            key, value_node = _pair(node)
            if key is None:
                continue
            name: str | None = None
            methods: frozenset[str] = frozenset()
            if value_node is not None:
                name, methods = self.column(value_node, code.source, code.names, 0)
            found.pop(key, None)
            found[key] = _Member(
                key=key, column=name if name is not None else cased(key, casing), explicit=name is not None,
                node=node, source=code.source, methods=methods, spread=spread,
            )  # fmt: skip

    def column(
        self, value: Node, source: _Source, names: Mapping[str, _Value], depth: int
    ) -> tuple[str | None, frozenset[str]]:
        """The name that a column's builder is given, and the methods that are called on it."""
        root, links = chain(value)
        methods = frozenset(each.name for each in links)
        if depth > _DEEPEST:
            return None, methods
        if root.type in {"identifier", "shorthand_property_identifier"}:
            held = self.named(_text(root), source, names)
            if not isinstance(held, _Code) or held.node.type != "call_expression":
                return None, methods
            name, more = self.column(held.node, held.source, held.names, depth + 1)
            return name, methods | more
        if root.type != "call_expression":
            return None, methods
        given = _arguments(root)
        called = root.child_by_field_name("function")
        callee = self.value(called, source, names) if called is not None else None
        if isinstance(callee, _Code) and callee.node.type in _FUNCTIONS:
            returned = _result(callee.node)
            if returned is not None:
                bound = self.bound(callee, given, source, names, depth)
                name, more = self.column(returned, callee.source, bound, depth + 1)
                return name, methods | more
        first = self.value(given[0], source, names) if given else None
        return (first or None) if isinstance(first, str) else None, methods


def _candidates(path: str) -> list[str]:
    """The files that an import of this path may mean."""
    stem, end = posixpath.splitext(path)
    found = [path]
    if end in {".js", ".jsx", ".mjs", ".cjs"}:  # TypeScript is imported by the name of what it becomes
        found += [stem + each for each in _SUFFIXES]
    found += [path + each for each in _SUFFIXES]
    found += [f"{path}/index{each}" for each in _SUFFIXES]
    return found


def _pair(node: Node) -> tuple[str | None, Node | None]:
    """The key of an object's property and its value; of `{ id }` both are the name."""
    if node.type == "shorthand_property_identifier":
        return _text(node), node
    if node.type != "pair":
        return None, None
    key = node.child_by_field_name("key")
    if key is None:
        return None, None
    literal = _string(key)
    if literal is None and key.type == "computed_property_name" and key.named_children:
        literal = _string(key.named_children[0])
    if literal is None and key.type not in {"property_identifier", "number"}:
        return None, None
    return literal if literal is not None else _text(key), node.child_by_field_name("value")


def _property(node: Node, name: str) -> Node | None:
    for each in node.named_children:
        key, value = _pair(each)
        if key == name:
            return value
    return None


def chain(value: Node) -> tuple[Node, list[_Link]]:
    """The innermost call of `text("x").notNull().unique()`, and the calls on it in their order."""
    links: list[_Link] = []
    node = _inner(value)
    while node.type == "call_expression":
        called = node.child_by_field_name("function")
        if called is None or called.type != "member_expression":
            break
        base, of = called.child_by_field_name("object"), called.child_by_field_name("property")
        if base is None or of is None:
            break
        held = _inner(base)
        if held.type != "call_expression" and not (held.type == "identifier" and _text(of) in _METHODS):
            break
        links.append(_Link(_text(of), node))
        node = held
    if node.type == "shorthand_property_identifier":
        return node, []
    return node, links[::-1]


_METHODS: Final = _FILLING | {
    "$type", "array", "default", "defaultNow", "defaultRandom", "generatedAlwaysAs",
    "generatedAlwaysAsIdentity", "generatedByDefaultAsIdentity", "notNull", "primaryKey", "references",
    "unique",
}  # fmt: skip


def _constant(call: Node) -> str | None:
    """The name that the result of a call gets, through `.enableRLS()` and `as …`."""
    node = call
    while (above := node.parent) is not None:
        match above.type:
            case "variable_declarator":
                name = above.child_by_field_name("name")
                return _text(name) if name is not None else None
            case "pair":
                key = above.child_by_field_name("key")
                return _text(key).strip("\"'") if key is not None else None
            case "assignment_expression":
                left = above.child_by_field_name("left")
                return _text(left).rpartition(".")[2] if left is not None else None
            case "export_statement":
                return "default"
            case (
                "member_expression" | "call_expression" | "as_expression" | "satisfies_expression"
                | "parenthesized_expression" | "non_null_expression"
            ):  # fmt: skip
                node = above
            case _:
                return None
    return None


def cased(key: str, casing: str | None) -> str:
    """The column of a key as Drizzle's `casing` makes it (`snake_case`, `camelCase`); None leaves it."""
    if casing not in {"snake_case", "camelCase"}:
        return key
    words = re.findall(r"[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+", re.sub("['\u2019]", "", key), re.ASCII)
    if casing == "snake_case":
        return "_".join(each.lower() for each in words)
    return "".join(each.lower() if at == 0 else each[0].upper() + each[1:] for at, each in enumerate(words))


_MAKING: Final = re.compile(rb"drizzle-orm/pg-core|[Tt]able\w*\s*[(<]|withRLS", re.ASCII)


def _read(
    root: Path, paths: Iterable[str], casing: str | None, search_path: Sequence[str]
) -> tuple[_Table, ...]:
    """The tables that these files make; what is gone or no TypeScript is left out."""
    return _tables(_texts(root, paths), casing, tuple(search_path))


def _texts(root: Path, paths: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
    texts: dict[str, bytes] = {}
    for path in sorted(set(paths)):
        if path.endswith(_SUFFIXES) and "node_modules" not in path.split("/"):
            with contextlib.suppress(OSError):
                texts[path] = (root / path).read_bytes()
    return tuple(texts.items())


@lru_cache(maxsize=4)  # where the models stand and what they fill is asked of the same files
def _tables(
    texts: tuple[tuple[str, bytes], ...], casing: str | None, search_path: tuple[str, ...]
) -> tuple[_Table, ...]:
    sources = _Sources(dict(texts))
    reader = _Reader(sources, casing, search_path)
    making = (sources[path] for path, data in texts if _MAKING.search(data))
    return tuple(itertools.chain.from_iterable(map(reader.tables, making)))


def find(
    root: Path, files: Iterable[str], *, casing: str | None = None, search_path: Sequence[str] = ("public",)
) -> tuple[Model, ...]:
    """The tables that these files make, by path and line; `name` is the constant that holds each.

    `files` are relative to `root`; those that cannot be read are passed over. `casing` is that of the Drizzle
    configuration, `search_path` says in whose first schema `pgTable` stands. A table whose name no literal
    says is left out, and columns from a spread that cannot be followed have no place.
    """
    found = []
    for each in _read(root, files, casing, search_path):
        places = {"": Place(each.source.path, each.call.start_point.row + 1)}
        for member in each.members.values():
            places[member.column] = Place(member.source.path, member.node.start_point.row + 1)
        found.append(Model(schema=each.schema, table=each.name, name=each.constant, places=places))
    return tuple(found)


def filled(
    root: Path, files: Iterable[str], *, casing: str | None = None, search_path: Sequence[str] = ("public",)
) -> frozenset[tuple[str, str, str]]:
    """(schema, table, column) of the columns that Drizzle itself always gives a value: `$defaultFn`."""
    texts = _texts(root, files)
    if not any(word.encode() in data for _, data in texts for word in _FILLING):
        return frozenset()
    return frozenset(
        (table.schema, table.name, member.column)
        for table in _tables(texts, casing, tuple(search_path))
        for member in table.members.values()
        if member.methods & _FILLING
    )


# --- editing


class _NotPlain(Exception):
    """Why an edit is left to people, and what they may paste."""

    def __init__(self, why: str, paste: str = "") -> None:
        super().__init__(f"{why}\n{paste}" if paste else why)
        self.why, self.paste = why, paste


class _Change(msgspec.Struct, frozen=True):
    """Bytes `start` to `end` become `text`."""

    start: int
    end: int
    text: str


class _Style(msgspec.Struct, frozen=True):
    """How a file writes."""

    quote: str
    semicolon: str
    newline: str
    unit: str
    space: str  # inside braces
    bigint: str  # the mode of its bigints

    def string(self, value: str) -> str:
        """The value as a literal in this file's quotes."""
        inner = json.dumps(value, ensure_ascii=False)[1:-1]
        if self.quote == "'":
            inner = inner.replace('\\"', '"').replace("'", "\\'")
        return f"{self.quote}{inner}{self.quote}"

    def settings(self, pairs: Sequence[str]) -> str:
        """An object literal on one line."""
        return f"{{{self.space}{', '.join(pairs)}{self.space}}}"


class _Column(msgspec.Struct, frozen=True):
    """How a column is written: the builder, what it is given, and the calls on it."""

    builder: str  # the name that is exported by pg-core, '' for an enum's constant
    settings: tuple[tuple[str, str], ...] = ()
    array: bool = False
    enum: str = ""  # the constant


class _Draft:
    """A text on its way, with the table that is edited in it."""

    def __init__(self, text: bytes, model: Model, path: str, style: _Style | None = None) -> None:
        self.data = text
        self.path = path
        self.model = model
        self.source = _Source(path, text)
        self.style = style or _style(self.source)
        self.reader = _Reader({path: self.source}, None, (model.schema,))
        self.tables = list(self.reader.tables(self.source))
        casing = _casing(self.tables, model)
        if casing is not None:
            self.reader.casing = casing
            self.tables = list(self.reader.tables(self.source))
        self.changes: list[_Change] = []
        self.wanted: list[tuple[str, str, bool]] = []  # module, name, whether as a type

    def table(self) -> _Table:
        """The table that the model is. Raises `_NotPlain`."""
        line = self.model.places[""].line if "" in self.model.places else 0
        named = [each for each in self.tables if each.constant == self.model.name]
        named = [each for each in named if each.name == self.model.table] or named
        if not named:  # a maker of tables that another file says
            for node in _walk(self.source.root):
                if node.type == "call_expression" and _constant(node) == self.model.name:
                    given = _arguments(node)
                    if len(given) >= 2:
                        named.append(
                            self.reader.shape(
                                node,
                                given,
                                self.source,
                                self.model.schema,
                                self.model.table,
                                self.reader.casing,
                            )
                        )
        if not named:
            raise _NotPlain(f'"{self.model.name}" is not in {self.path}')
        return min(named, key=lambda each: abs(each.call.start_point.row + 1 - line))

    def slice(self, start: int, end: int) -> str:
        """The text between two bytes."""
        return self.data[start:end].decode("utf-8", "replace")

    def replace(self, node: Node, text: str) -> None:
        """The node's text is to become this."""
        self.changes.append(_Change(node.start_byte, node.end_byte, text))

    def insert(self, at: int, text: str) -> None:
        """This text is to stand here."""
        self.changes.append(_Change(at, at, text))

    def need(self, name: str, module: str = _PG_CORE, *, is_type: bool = False) -> str:
        """The local name of something of a module, which is imported if it is not."""
        for local, (source, own) in self.source.imports.items():
            if source == module and own == name:
                return local
        for local, (source, own) in self.source.imports.items():
            if source == module and own == "*" and not is_type:
                return f"{local}.{name}"
        taken = name in self.source.bindings or name in self.source.imports
        local = f"pg{name[:1].upper()}{name[1:]}" if taken else name
        self.wanted.append((module, f"{name} as {local}" if taken else name, is_type))
        return local

    def finish(self) -> bytes:
        """The text with all changes. Raises `_NotPlain` where they would break its syntax."""
        data = self.data
        # Of two at one place the first that was asked for comes first.
        order = sorted(enumerate(self.changes), key=lambda pair: (pair[1].start, pair[0]), reverse=True)
        for _, each in order:
            data = data[: each.start] + each.text.encode() + data[each.end :]
        for module, name, is_type in self.wanted:
            data = _with_import(data, self.path, module, name, is_type, self.style)
        if _Source(self.path, data).root.has_error and not self.source.root.has_error:
            raise _NotPlain("the edit would break the syntax of the file")
        return data


def _casing(tables: Iterable[_Table], model: Model) -> str | None:
    """The casing of the configuration, which the names of the model's columns show beside their keys."""
    for table in tables:
        for member in table.members.values() if table.constant == model.name else ():
            if member.explicit or member.key in model.places:
                continue
            for casing in ("snake_case", "camelCase"):
                if cased(member.key, casing) in model.places:
                    return casing
    return None


def _style(source: _Source) -> _Style:
    single = double = ended = bare = 0
    spaced = tight = 0
    modes = {"number": 0, "bigint": 0}
    for node in _walk(source.root):
        match node.type:
            case "string":
                single, double = (
                    single + (node.text or b"").startswith(b"'"),
                    double + (node.text or b"").startswith(b'"'),
                )
            case "import_statement" | "lexical_declaration":
                last = (node.text or b"").endswith(b";")
                ended, bare = ended + last, bare + (not last)
            case "object" if node.start_point.row == node.end_point.row and node.named_children:
                loose = (node.text or b"").startswith(b"{ ")
                spaced, tight = spaced + loose, tight + (not loose)
            case "pair" if _pair(node)[0] == "mode":
                value = _string(_pair(node)[1])
                if value in modes:
                    modes[value] += 1
    lines = source.data.decode("utf-8", "replace").split("\n")
    starts = [each[: len(each) - len(each.lstrip(" \t"))] for each in lines if each.strip()]
    indents = sorted((each for each in starts if each), key=len)
    unit = "\t" if any(each.startswith("\t") for each in indents) else (indents[0] if indents else "  ")
    return _Style(
        quote="'" if single > double else '"',
        semicolon="" if bare > ended else ";",
        newline="\r\n" if b"\r\n" in source.data else "\n",
        unit=unit if unit == "\t" or len(unit) in {2, 4, 8, 3} else "  ",
        space="" if tight > spaced else " ",
        bigint="bigint" if modes["bigint"] > modes["number"] else "number",
    )


def edit(text: str, model: Model, edits: Sequence[Edit], *, path: str) -> Edited:
    """The text with the model's columns changed, its own style, order and comments kept.

    Only plain columns are touched: properties of the table's own object that are a builder of Drizzle or an
    enum of this file. The rest comes back in `left`, each with the reason and, on the next line, the text to
    paste. What the new columns need is imported, and what nothing uses any more is not.
    """
    data = text.encode()
    source = _Source(path, data)
    used, style = _used(source), _style(source)
    done, left = list[Edit](), list[tuple[Edit, str]]()
    for each in edits:
        try:
            draft = _Draft(data, model, path, style)
            _carry_out(draft, each)
            data = draft.finish()
        except _NotPlain as why:
            left.append((each, str(why)))
        else:
            done.append(each)
    if done:
        data = _without_unused(data, path, used)
    return Edited(text=data.decode(), done=tuple(done), left=tuple(left))


def _carry_out(draft: _Draft, each: Edit) -> None:
    table = draft.table()
    member = next((one for one in table.members.values() if one.column == each.column), None)
    match each.action:
        case "add":
            _add(draft, table, member, each)
        case "alter":
            if member is None:
                raise _not_here(draft, table, each)
            try:
                _alter(draft, table, member, each)
            except _NotPlain as left:
                paste = left.paste
                if not paste and each.change != ("reference",):
                    paste = _paste(draft, member, each)
                raise _NotPlain(left.why, paste) from None
        case "remove":
            if member is None:
                raise _not_here(draft, table, each)
            _remove(draft, table, member)


def _not_here(draft: _Draft, table: _Table, each: Edit) -> _NotPlain:
    why = f'"{table.constant}" has no column "{each.column}" in {draft.path}'
    if table.unknown:
        spread = " ".join(_text(table.unknown[0]).split())
        why = f'the columns of "{table.constant}" come from {spread}, which {draft.path} does not say'
    return _NotPlain(why)


# --- adding


def _add(draft: _Draft, table: _Table, member: _Member | None, each: Edit) -> None:
    assert each.field is not None
    if member is not None:
        raise _NotPlain(f'"{table.constant}" has the column "{each.column}" already')
    key, explicit = _key(draft, table, each.column)
    value = _written(draft, table, each, each.column if explicit else None)
    line = f"{_key_text(key, draft.style)}: {value}"
    if key in table.members:
        raise _NotPlain(f'"{table.constant}" has the key "{key}" already', f"{line},")
    if table.columns is None or table.columns.source is not draft.source or not _own(table):
        raise _NotPlain(f'the columns of "{table.constant}" are not written where it is made', f"{line},")
    _insert(draft, table, each.after, line)


def _own(table: _Table) -> bool:
    """Whether the object with the columns belongs to this table alone."""
    columns = table.columns
    return (
        columns is not None
        and table.call.start_byte <= columns.node.start_byte
        and columns.node.end_byte <= table.call.end_byte
    )


def _key_text(key: str, style: _Style) -> str:
    return key if re.fullmatch(r"[A-Za-z_$][\w$]*", key, re.ASCII) else style.string(key)


def _camel(name: str) -> str:
    words = [each for each in re.split(r"[^0-9A-Za-z]+", name) if each]
    return "".join(
        each[:1].lower() + each[1:] if at == 0 else each[:1].upper() + each[1:]
        for at, each in enumerate(words)
    )


def _key(draft: _Draft, table: _Table, column: str) -> tuple[str, bool]:
    """The key for a new column in the way of the others, and whether the column's name is written too."""
    members = list(table.members.values())
    others = [member for each in draft.tables for member in each.members.values()]
    casing = draft.reader.casing
    is_camel = None
    for group in (members, others):
        told = [each for each in group if "_" in each.column.strip("_") or "_" in each.key.strip("_")]
        if told and is_camel is None:
            is_camel = sum("_" not in each.key for each in told) * 2 >= len(told)
    key = _camel(column) if is_camel is not False else column
    if not key or (cased(key, casing) != column and casing is not None and not members):
        key = column
    same = [each for each in members or others if cased(each.key, casing) == each.column]
    explicit = sum(each.explicit for each in same) * 2 > len(same) if same else False
    return key, explicit or cased(key, casing) != column


def _insert(draft: _Draft, table: _Table, after: str | None, line: str) -> None:
    assert table.columns is not None
    node, style = table.columns.node, draft.style
    items = [each for each in node.named_children if each.type != _COMMENT]
    ahead: Node | None = None
    if items:
        ahead = items[-1]
        if after is None:
            ahead = None
        for member in table.members.values():
            if member.column == after:
                ahead = member.spread or member.node
    broken = node.start_point.row != node.end_point.row
    closing = _indent(draft, node.end_byte - 1)
    indent = next(
        (_indent(draft, each.start_byte) for each in items if _begins_line(draft, each)), closing + style.unit
    )
    if not items:
        text = (
            f"{style.newline}{indent}{line},{style.newline}{closing}"
            if not _is_inline(draft, node)
            else f"{style.space}{line}{style.space}"
        )
        draft.changes.append(_Change(node.start_byte + 1, node.end_byte - 1, text))
        return
    text = line.replace(style.newline, style.newline + indent)
    if ahead is None:
        start = _after_comment(draft, node, node.children[0].end_byte)
        draft.insert(start, f"{style.newline}{indent}{text}," if broken else f" {text},")
        return
    comma = ahead.next_sibling
    while comma is not None and comma.type == _COMMENT:
        comma = comma.next_sibling
    has_comma = comma is not None and comma.type == ","
    last = ahead == items[-1]
    end = comma.end_byte if has_comma and comma is not None else ahead.end_byte
    if not has_comma:
        draft.insert(ahead.end_byte, ",")
    if not broken:
        draft.insert(end, f" {text}," if has_comma else f" {text}")
        return
    ending = "," if has_comma or not last else ""
    draft.insert(_after_comment(draft, node, end), f"{style.newline}{indent}{text}{ending}")


def _is_inline(draft: _Draft, node: Node) -> bool:
    return False if node.start_point.row != node.end_point.row else bool(_text(node).strip("{} "))


def _after_comment(draft: _Draft, node: Node, at: int) -> int:
    """The end of a comment that stands on the same line, else `at`."""
    for each in node.children:
        if each.type == _COMMENT and each.start_byte >= at:
            gap = draft.slice(at, each.start_byte)
            return each.end_byte if not gap.strip() and "\n" not in gap else at
    return at


def _indent(draft: _Draft, at: int) -> str:
    """The white space with which the line of this byte begins."""
    start = draft.data.rfind(b"\n", 0, at) + 1
    line = draft.data[start:at]
    return line[: len(line) - len(line.lstrip(b" \t"))].decode()


def _begins_line(draft: _Draft, node: Node) -> bool:
    start = draft.data.rfind(b"\n", 0, node.start_byte) + 1
    return not draft.data[start : node.start_byte].strip()


# --- writing a column


def _written(draft: _Draft, table: _Table, each: Edit, name: str | None) -> str:
    """The builder of a new column with all calls on it, on one line or, where that is long, on several."""
    field, style = each.field, draft.style
    assert field is not None
    column = _column(draft, each)
    calls = [".array()"] if column.array else []
    if field.not_null and not column.builder.endswith("erial"):
        calls.append(".notNull()")
    calls += _default(draft, field, column)
    if each.reference is not None:
        calls.append(f".references({_target(draft, table, each.reference)})")
    start = _builder_text(draft, table, column, style.string(name) if name is not None else None)
    line = start + "".join(calls)
    if len(line) > 90 and len(calls) > 1:
        return (style.newline + style.unit).join([start, *calls])
    return line


def _builder_text(draft: _Draft, table: _Table, column: _Column, name: str | None) -> str:
    pairs = [f"{key}: {value}" for key, value in column.settings]
    given = ([name] if name is not None else []) + ([draft.style.settings(pairs)] if pairs else [])
    return f"{_callee(draft, table, column)}({', '.join(given)})"


def _callee(draft: _Draft, table: _Table, column: _Column) -> str:
    if column.enum:
        return column.enum
    if table.parameter is not None:
        return f"{table.parameter}.{column.builder}"
    return draft.need(column.builder)


_PLAIN: Final = {
    "text": "text", "smallint": "smallint", "integer": "integer", "real": "real",
    "double precision": "doublePrecision", "boolean": "boolean", "uuid": "uuid", "date": "date",
    "json": "json", "jsonb": "jsonb", "inet": "inet", "cidr": "cidr", "macaddr": "macaddr",
    "macaddr8": "macaddr8", "point": "point", "line": "line",
}  # fmt: skip
_SIZED: Final = {"vector": "vector", "halfvec": "halfvec", "sparsevec": "sparsevec"}
_SERIAL: Final = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_OWNED: Final = {
    "varchar": ("length",), "char": ("length",), "numeric": ("precision", "scale"),
    "timestamp": ("precision", "withTimezone"), "time": ("precision", "withTimezone"),
    "interval": ("fields", "precision"), "vector": ("dimensions",), "halfvec": ("dimensions",),
    "sparsevec": ("dimensions",), "bit": ("dimensions",),
}  # fmt: skip
_TEXTS: Final = frozenset({"text", "varchar", "char"})


def _type_parts(type: str) -> tuple[str, tuple[str, ...], bool]:
    """A type as `format_type` prints it: its name without numbers, the numbers, whether it is an array."""
    array = type.endswith("[]")
    name = type.removesuffix("[]")
    start, end = name.rfind("("), name.rfind(")")
    numbers: tuple[str, ...] = ()
    if 0 <= start < end and not name.endswith('"'):
        numbers = tuple(each.strip() for each in name[start + 1 : end].split(","))
        name = name[:start] + name[end + 1 :]
    return name, numbers, array


def _names(type: str) -> tuple[str, str]:
    """(schema, name) of a type that is written in full, '' for no schema; quotes removed."""
    parts = [each[1:-1].replace('""', '"') if each.startswith('"') else each for each in _dotted(type)]
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


def _dotted(text: str) -> list[str]:
    parts, quoted = [""], False
    for each in text:
        quoted ^= each == '"'
        if each == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += each
    return parts


def _column(draft: _Draft, each: Edit) -> _Column:
    """The builder for a column of the database. Raises `_NotPlain` where Drizzle has none."""
    field = each.field
    assert field is not None
    name, numbers, array = _type_parts(field.type)
    if each.labels:
        return _Column(builder="", array=array, enum=_enum(draft, name, each.labels))
    style = draft.style
    if _is_serial(field):
        return _Column(_SERIAL[name], (("mode", style.string(style.bigint)),) if name == "bigint" else ())
    if name in _PLAIN and not numbers:
        return _Column(_PLAIN[name], array=array)
    length = (("length", numbers[0]),) if numbers else ()
    precision = (("precision", numbers[0]),) if numbers else ()
    match name:
        case "bigint":
            return _Column("bigint", (("mode", style.string(style.bigint)),), array)
        case "character varying":
            return _Column("varchar", length, array)
        case "character":
            return _Column("char", length or (("length", "1"),), array)
        case "numeric":
            pairs = tuple(zip(("precision", "scale"), numbers, strict=False))
            return _Column("numeric", pairs, array)
        case "time without time zone" | "timestamp without time zone":
            return _Column(name.split()[0], precision, array)
        case "time with time zone" | "timestamp with time zone":
            return _Column(name.split()[0], (("withTimezone", "true"), *precision), array)
        case "bit":
            return _Column("bit", (("dimensions", numbers[0] if numbers else "1"),), array)
    if name == "interval" or name.startswith("interval "):
        fields = name.removeprefix("interval").strip()
        told = (("fields", style.string(fields)),) if fields else ()
        return _Column("interval", (*told, *precision), array)
    own = _names(name)[1]
    if own in _SIZED and numbers:
        return _Column(_SIZED[own], (("dimensions", numbers[0]),), array)
    constant = _camel(own)
    null = ".notNull()" if field.not_null else ""
    raise _NotPlain(
        f"drizzle has no builder for the type {field.type}",
        f"const {constant} = customType<{{ data: unknown }}>({{ "
        f"dataType: () => {style.string(field.type)} }}){style.semicolon}\n"
        f"{_camel(field.name)}: {constant}({style.string(field.name)}){null},",
    )


def _is_serial(field: Field) -> bool:
    """Whether a sequence fills the column where nobody gives a value: `serial`, which is never null."""
    return field.type in _SERIAL and field.default == "" and not field.generated


def _enum(draft: _Draft, type: str, labels: Sequence[str]) -> str:
    """The constant of an enum, which is written above the table where the file has none."""
    schema, name = _names(type)
    wanted = "" if schema in {"", "public"} else schema
    for constant, value in draft.source.bindings.items():
        found = draft.reader.value(value, draft.source, {})
        if isinstance(found, _Enum) and (found.name, found.schema) == (name, wanted):
            _labels(draft, found, labels)
            return constant
    for local, (module, own) in draft.source.imports.items():
        if not module.startswith("drizzle-orm") and own in {_camel(name), f"{_camel(name)}Enum"}:
            return local
    style = draft.style
    call = f"({style.string(name)}, [{', '.join(map(style.string, labels))}])"
    constant = _camel(name)
    if constant in draft.source.bindings or constant in draft.source.imports:
        constant += "Enum"
    if wanted:
        holder = next(
            (
                each
                for each, value in draft.source.bindings.items()
                if isinstance(found := draft.reader.value(value, draft.source, {}), _Schema)
                and found.name == wanted
            ),
            None,
        )
        if holder is None:
            raise _NotPlain(
                f"the enum {type} stands in a schema that {draft.path} does not have",
                f"export const {constant} = pgSchema({style.string(wanted)}).enum{call}{style.semicolon}",
            )
        maker = f"{holder}.enum"
    else:
        maker = draft.need("pgEnum")
    statement = _statement(draft.table().call)
    exported = "export " if statement.type == "export_statement" else ""
    start = statement.start_byte
    before = statement.prev_sibling
    while before is not None and before.type == _COMMENT:  # what is said about the table stays with it
        gap = draft.slice(before.end_byte, start)
        if gap.count("\n") != 1 or not _begins_line(draft, before):
            break
        start, before = before.start_byte, before.prev_sibling
    draft.insert(start, f"{exported}const {constant} = {maker}{call}{style.semicolon}{style.newline * 2}")
    return constant


def _statement(node: Node) -> Node:
    """The statement of the file's top level that a node belongs to."""
    while node.parent is not None and node.parent.parent is not None:
        node = node.parent
    return node


def _labels(draft: _Draft, enum: _Enum, labels: Sequence[str]) -> None:
    """Bring the labels of an enum of this file up to date."""
    given = _arguments(enum.code.node)
    listed = _inner(given[1]) if len(given) > 1 else None
    items = [each for each in listed.named_children if each.type != _COMMENT] if listed is not None else []
    style = draft.style
    whole = f"[{', '.join(map(style.string, labels))}]"
    if listed is None or listed.type != "array" or any(_string(each) is None for each in items):
        if listed is not None and listed.type in {"identifier", "member_expression"}:
            held = draft.reader.value(listed, draft.source, {})
            if isinstance(held, _Code) and held.node.type == "array":
                found = [_string(each) for each in held.node.named_children if each.type != _COMMENT]
                if found == list(labels):
                    return
        raise _NotPlain(f'the labels of the enum "{enum.name}" are not written where it is made', whole)
    if [_string(each) for each in items] == list(labels):
        return
    if any(each.type == _COMMENT for each in listed.named_children):
        raise _NotPlain(f'the labels of the enum "{enum.name}" have comments among them', whole)
    if listed.start_point.row != listed.end_point.row and items and _begins_line(draft, items[0]):
        indent = _indent(draft, items[0].start_byte)
        comma = "," if listed.children[-2].type == "," else ""
        inner = f",{style.newline}{indent}".join(map(style.string, labels))
        closing = _indent(draft, listed.end_byte - 1)
        whole = f"[{style.newline}{indent}{inner}{comma}{style.newline}{closing}]"
    draft.replace(listed, whole)


def _default(draft: _Draft, field: Field, column: _Column) -> list[str]:
    """The call that gives a column the default, or the expression, that it has in the database."""
    if field.generated and field.default == "":
        return [".generatedAlwaysAsIdentity()"]
    if not field.default:
        return []
    style, expression = draft.style, field.default
    if field.generated:
        return [f".generatedAlwaysAs({_sql(draft, expression)})"]
    literal = _literal(expression)
    if not column.array:
        match column.builder:
            case "timestamp" | "date" | "time" if expression == "now()":
                return [".defaultNow()"]
            case "uuid" if expression == "gen_random_uuid()":
                return [".defaultRandom()"]
            case "boolean" if expression in {"true", "false"}:
                return [f".default({expression})"]
            case "smallint" | "integer" | "real" | "doublePrecision" if literal is not None and _is_number(
                literal
            ):
                return [f".default({literal})"]
            case "bigint" if (
                literal is not None
                and _is_number(literal)
                and dict(column.settings)["mode"].strip("\"'") == "number"
            ):
                return [f".default({literal})"]
            case "text" | "varchar" | "char" | "" if (
                literal is not None and expression.startswith("'") and "\\" not in literal
            ):
                return [f".default({style.string(literal)})"]
            case "json" | "jsonb" if literal in {"{}", "[]"}:
                return [f".default({literal})"]
    return [f".default({_sql(draft, expression)})"]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?", text, re.ASCII) is not None


def _sql(draft: _Draft, expression: str) -> str:
    quoted = expression.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return f"{draft.need('sql', 'drizzle-orm')}`{quoted}`"


def _literal(expression: str) -> str | None:
    """The value of a constant as PostgreSQL prints it: `5`, `'x'::text`; None for the rest."""
    if expression.startswith("'"):
        at, value = 1, ""
        while at < len(expression):
            if expression[at] == "'":
                if expression[at : at + 2] != "''":
                    break
                at += 1
            value += expression[at]
            at += 1
        rest = expression[at + 1 :]
        if not rest:
            return value
        return value if rest.startswith("::") and not set(rest) & set("'|+*/=<>") else None
    bare = expression[1:-1] if expression.startswith("(-") and expression.endswith(")") else expression
    return bare if _is_number(bare) else None


def _target(draft: _Draft, table: _Table, key: Key) -> str:
    """`() => users.id`. Raises `_NotPlain` where this file does not have the table."""
    schema, name = key.references
    column = key.referenced[0]
    for each in draft.tables:
        if (each.schema, each.name) == (schema, name):
            found = next((one for one in each.members.values() if one.column == column), None)
            if found is None:
                break
            typed = ""
            if _reaches(draft, each, table):
                typed = f": {draft.need('AnyPgColumn', is_type=True)}"
            dot = (
                f".{found.key}"
                if _key_text(found.key, draft.style) == found.key
                else f"[{draft.style.string(found.key)}]"
            )
            return f"(){typed} => {each.constant}{dot}"
    for local, (module, own) in draft.source.imports.items():
        if (
            not module.startswith("drizzle-orm")
            and own == _camel(name)
            and column.isalnum()
            and column.islower()
        ):
            return f"() => {local}.{column}"
    raise _NotPlain(
        f'the table {schema}.{name}, which "{key.columns[0]}" references, is not in {draft.path}: import it',
        f".references(() => {_camel(name)}.{_camel(column)})",
    )


def _reaches(draft: _Draft, start: _Table, goal: _Table) -> bool:
    """Whether a table's text leads to another by the names it uses: the type must then be written."""
    tables = {each.constant: each for each in draft.tables}
    seen, waiting = set[str](), [start.constant]
    while waiting:
        name = waiting.pop()
        if name == goal.constant:
            return True
        if name in seen or name not in tables:
            continue
        seen.add(name)
        waiting += {_text(each) for each in _walk(tables[name].call) if each.type == "identifier"} & set(
            tables
        )
    return False


# --- altering


def _alter(draft: _Draft, table: _Table, member: _Member, each: Edit) -> None:
    field = each.field
    assert field is not None
    if member.spread is not None or member.source is not draft.source or not _own(table):
        raise _shared(member)
    value = _pair(member.node)[1]
    root, links = chain(value) if value is not None else (member.node, [])
    if value is None or value.type != "call_expression" or root.type != "call_expression":
        raise _NotPlain(f'the column "{each.column}" is not written as a builder of Drizzle')
    builder = _builder(draft, table, root)
    has_null = any(one.name == "notNull" for one in links)
    if builder is None and (
        {"type", "default"} & set(each.change)
        or ("null" in each.change and not field.not_null and not has_null)
    ):
        made = _text(root.child_by_field_name("function") or root)
        raise _NotPlain(
            f'the column "{each.column}" is made by {made}, which is no builder of Drizzle and no enum here'
        )
    unknown = next((one.name for one in links if one.name not in _METHODS), None)
    if unknown is not None:
        raise _NotPlain(f'the column "{each.column}" has .{unknown}(), which is not known here')
    have = frozenset(one.name for one in links)
    if "generatedAlwaysAs" in have and not field.generated:
        raise _NotPlain(f'the column "{each.column}" is computed in the model')
    parts = [_Part("", _text(root))]
    at = root.end_byte
    for link in links:
        parts.append(_Part(link.name, draft.slice(at, link.node.end_byte)))
        at = link.node.end_byte
    if "type" in each.change or "default" in each.change:
        parts = _retyped(draft, table, member, each, root, builder or "", parts)
    if "null" in each.change and not (_is_serial(field) and not have & _GENERATED):
        if not field.not_null and "primaryKey" in have:
            raise _NotPlain(f'the column "{each.column}" is the primary key of the model')
        if not field.not_null and builder in _SERIAL.values() and "type" not in each.change:
            raise _NotPlain(f'the column "{each.column}" is a {builder}, which is never null')
        if not field.not_null or not have & {"primaryKey", "notNull"}:
            parts = _set(parts, _NOT_NULL, [".notNull()"] if field.not_null else [], after=("array", ""))
    if "reference" in each.change:
        parts = _referenced(draft, table, member, each, links, parts)
    draft.replace(value, "".join(one.text for one in parts))


def _shared(member: _Member) -> _NotPlain:
    told = " ".join(_text(member.spread).split()) if member.spread is not None else "an object of its own"
    return _NotPlain(f'the column "{member.column}" comes from {told}, which other tables may share')


def _paste(draft: _Draft, member: _Member, each: Edit) -> str:
    """The property as it would be written anew; '' where Drizzle cannot say it."""
    try:
        other = _Draft(draft.data, draft.model, draft.path, draft.style)
        written = _written(other, other.table(), each, each.column if member.explicit else None)
    except _NotPlain:
        return ""
    return f"{_key_text(member.key, draft.style)}: {written},"


def _builder(draft: _Draft, table: _Table, root: Node) -> str | None:
    """Which builder of pg-core a call is; '' for an enum's, None for anything else."""
    callee = root.child_by_field_name("function")
    if callee is None:
        return None
    held = draft.reader.value(callee, draft.source, {})
    if isinstance(held, _Imported):
        return held.name if held.name in _BUILDERS else None
    if isinstance(held, _Enum):
        return ""
    base, of = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    if base is not None and of is not None and table.parameter is not None:
        return _text(of) if _text(base) == table.parameter and _text(of) in _BUILDERS else None
    if callee.type == "identifier" and table.pattern is not None and _text(callee) in table.pattern:
        return _text(callee) if _text(callee) in _BUILDERS else None
    return None


def _retyped(
    draft: _Draft,
    table: _Table,
    member: _Member,
    each: Edit,
    root: Node,
    builder: str,
    parts: list[_Part],
) -> list[_Part]:
    """The chain with the type, and the default that goes with it, of the database."""
    field = each.field
    assert field is not None
    have = frozenset(one.name for one in parts)
    wanted = each
    if have & _GENERATED and field.default == "":  # an identity column stays one
        wanted = msgspec.structs.replace(each, field=msgspec.structs.replace(field, default=None))
    elif have & _GENERATED and "default" in each.change:
        raise _NotPlain(f'the column "{each.column}" is generated')
    column = _kept(draft, each, root, builder, _column(draft, wanted))
    becomes_serial = column.builder in _SERIAL.values()
    if "type" in each.change or becomes_serial or builder in _SERIAL.values():
        if "$type" in have and not _alike(builder, column.builder):
            raise _NotPlain(f'the column "{each.column}" has a type of its own in .$type<…>()')
        given = _arguments(root)
        callee = root.child_by_field_name("function")
        if not (column.enum and callee is not None and _text(callee) == column.enum):
            first = _text(given[0]) if member.explicit else None
            parts = [_Part("", _builder_text(draft, table, column, first)), *parts[1:]]
        parts = _arrayed(parts, column.array)
        if becomes_serial:
            parts = _set(parts, _NOT_NULL, [], after=())
        elif builder in _SERIAL.values() and field.not_null and not have & {"notNull", "primaryKey"}:
            parts = _set(parts, _NOT_NULL, [".notNull()"], after=("array", ""))
    stale = builder in _SERIAL.values() and not becomes_serial
    if not have & _GENERATED and (have & _DEFAULTS or "default" in each.change or stale):
        parts = _set(parts, _DEFAULTS, _default(draft, field, column), after=("notNull", "array", ""))
    return parts


class _Part(msgspec.Struct, frozen=True):
    """A call of a chain with the white space before it; '' is the builder."""

    name: str
    text: str


_DEFAULTS: Final = frozenset({"default", "defaultNow", "defaultRandom"})
_GENERATED: Final = frozenset(
    {"generatedAlwaysAs", "generatedAlwaysAsIdentity", "generatedByDefaultAsIdentity"}
)
_NOT_NULL: Final = frozenset({"notNull"})
_BUILDERS: Final = frozenset(
    {*_PLAIN.values(), *_SERIAL.values(), *_OWNED, "bigint", "geometry", "decimal", "bytea"}
)


def _alike(old: str, new: str) -> bool:
    return old == new or {old, new} <= _TEXTS or {old, new} <= {"json", "jsonb"}


def _kept(draft: _Draft, each: Edit, root: Node, builder: str, column: _Column) -> _Column:
    """The column with the settings that are the model's own: `mode`, the values of a text."""
    given = [one for one in _arguments(root) if one.type == "object"]
    if not given or column.enum:
        return column
    kept = []
    for one in given[0].named_children:
        key, value = _pair(one)
        if one.type == _COMMENT or key is None or value is None:
            raise _NotPlain(f'the settings of the column "{each.column}" are not literal')
        own = _OWNED.get(builder, ()) if builder == column.builder else None
        stays = key not in own if own is not None else key == "enum" and {builder, column.builder} <= _TEXTS
        if stays:
            kept.append((key, _text(value)))
    names = {key for key, _ in kept}
    new = [pair for pair in column.settings if pair[0] not in names]
    order = [key for one in given[0].named_children if (key := _pair(one)[0]) is not None]
    pairs = sorted([*kept, *new], key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    return msgspec.structs.replace(column, settings=tuple(pairs))


def _arrayed(parts: list[_Part], array: bool) -> list[_Part]:
    has = any(one.name == "array" for one in parts)
    if has == array:
        return parts
    return _set(parts, frozenset({"array"}), [".array()"] if array else [], after=("",))


def _set(parts: list[_Part], names: frozenset[str], calls: list[str], *, after: Sequence[str]) -> list[_Part]:
    """The chain with one call instead of those with these names, at their place or after the first found."""
    found = [at for at, one in enumerate(parts) if one.name in names]
    gap = next((_gap(one.text) for one in parts[1:] if "\n" in _gap(one.text)), "")
    if "//" in gap or "/*" in gap:
        gap = gap[gap.rfind("\n") :]
    if found:
        at = found[0]
        own = _gap(parts[at].text)
        rest = [one for one in parts if one.name not in names]
        if calls:
            return [*rest[:at], _Part(next(iter(names)), own + calls[0]), *rest[at:]]
        if own.strip() and at < len(rest):  # a comment before it stays
            rest[at] = _Part(rest[at].name, own.rstrip() + _gap(rest[at].text) + rest[at].text.lstrip())
        return rest
    if not calls:
        return parts
    for name in after:
        for at in range(len(parts) - 1, -1, -1):
            if parts[at].name == name:
                return [*parts[: at + 1], _Part(next(iter(names)), gap + calls[0]), *parts[at + 1 :]]
    return [*parts, _Part(next(iter(names)), gap + calls[0])]


def _gap(text: str) -> str:
    """What stands before the dot of a call: white space and comments."""
    at = 0
    while at < len(text):
        if text.startswith("//", at):
            end = text.find("\n", at)
            at = end if end >= 0 else len(text)
        elif text.startswith("/*", at):
            at = text.find("*/", at) + 2
        elif text[at].isspace():
            at += 1
        else:
            break
    return text[:at]


def _referenced(
    draft: _Draft, table: _Table, member: _Member, each: Edit, links: Sequence[_Link], parts: list[_Part]
) -> list[_Part]:
    """The chain with the reference that the column has in the database, its actions kept."""
    extra = _arguments(table.call)[2:]
    for node in (one for argument in extra for one in _walk(argument)):
        called = node.child_by_field_name("function") if node.type == "call_expression" else None
        if called is None or draft.reader.value(called, draft.source, {}) != _Imported("foreignKey"):
            continue
        if any(one.type == "property_identifier" and _text(one) == member.key for one in _walk(node)):
            told = f".references({_target(draft, table, each.reference)})" if each.reference else ""
            raise _NotPlain(
                f'the reference of "{each.column}" is written as foreignKey({{…}}) on line '
                f"{node.start_point.row + 1}",
                told,
            )
    if each.reference is None:
        return _set(parts, frozenset({"references"}), [], after=())
    target = _target(draft, table, each.reference)
    link = next((one for one in links if one.name == "references"), None)
    if link is None:
        last = [one.name for one in parts if one.name not in {"unique"}][-1:]
        return _set(parts, frozenset({"references"}), [f".references({target})"], after=last)
    given = _arguments(link.node)
    options = f", {_text(given[1])}" if len(given) > 1 else ""
    return _set(parts, frozenset({"references"}), [f".references({target}{options})"], after=())


# --- removing


def _remove(draft: _Draft, table: _Table, member: _Member) -> None:
    if member.spread is not None or member.source is not draft.source or not _own(table):
        told = " ".join(_text(member.spread).split()) if member.spread is not None else "an object of its own"
        raise _NotPlain(f'the column "{member.column}" comes from {told}, which other tables may share')
    user = _user(draft, table, member)
    if user is not None:
        raise _NotPlain(
            f'"{table.constant}.{member.key}" is used on line {user.start_point.row + 1} of {draft.path}: '
            "remove that first"
        )
    node, holder = member.node, member.node.parent
    assert holder is not None
    items = [each for each in holder.named_children if each.type != _COMMENT]
    at = items.index(node)
    comma = node.next_sibling
    while comma is not None and comma.type == _COMMENT:
        comma = comma.next_sibling
    has_comma = comma is not None and comma.type == ","
    start, end = node.start_byte, comma.end_byte if has_comma and comma is not None else node.end_byte
    if _begins_line(draft, node):
        before = node.prev_sibling
        if (
            before is not None
            and before.type == _COMMENT
            and _text(before).startswith("/**")
            and draft.slice(before.end_byte, start).count("\n") == 1
            and _begins_line(draft, before)
        ):
            start = before.start_byte
        tail = _after_comment(draft, holder, end)
        line_end = draft.data.find(b"\n", tail)
        if line_end >= 0 and not draft.data[tail:line_end].strip():
            start = draft.data.rfind(b"\n", 0, start) + 1
            end = line_end + 1
        if not has_comma and at > 0:  # the last one, in a file that writes no comma after the last
            ahead = items[at - 1].next_sibling
            if ahead is not None and ahead.type == ",":
                draft.replace(ahead, "")
    elif has_comma:
        while draft.data[end : end + 1] in {b" ", b"\t"}:
            end += 1
    elif at > 0:
        start = items[at - 1].end_byte
    draft.changes.append(_Change(start, end, ""))


def _user(draft: _Draft, table: _Table, member: _Member) -> Node | None:
    """Where else this file uses a column."""
    extra = _arguments(table.call)[2:]
    patterns = [one for each in extra if each.type in _FUNCTIONS for one in _parameters(each)]
    parameters = {_text(each) for each in patterns if each.type == "identifier"}
    for pattern in patterns:
        for node in _walk(pattern):
            if node.type.startswith("shorthand_property_identifier") and _text(node) == member.key:
                return node
    for node in _walk(draft.source.root):
        if node.type != "member_expression":
            continue
        base, of = node.child_by_field_name("object"), node.child_by_field_name("property")
        if base is None or of is None or _text(of) != member.key:
            continue
        if member.node.start_byte <= node.start_byte < member.node.end_byte:
            continue
        inside = any(each.start_byte <= node.start_byte < each.end_byte for each in extra)
        if _text(base) == table.constant or (inside and _text(base) in parameters):
            return node
    return None


# --- imports


def _used(source: _Source) -> frozenset[str]:
    """The names that a file uses outside its imports."""
    found = set()
    for statement in source.root.named_children:
        if statement.type != "import_statement":
            found |= {
                _text(each)
                for each in _walk(statement)
                if each.type in {"identifier", "type_identifier", "shorthand_property_identifier"}
            }
    return frozenset(found)


def _with_import(data: bytes, path: str, module: str, name: str, is_type: bool, style: _Style) -> bytes:
    """The text with one more name imported: in the import of that module, else in one of its own."""
    source = _Source(path, data)
    imports = [each for each in source.root.named_children if each.type == "import_statement"]
    local = name.rpartition(" as ")[2]
    if local in source.imports:
        return data
    word = f"type {name}" if is_type else name
    for statement in imports:
        if _string(statement.child_by_field_name("source")) != module:
            continue
        if any(each.type == "type" for each in statement.children):
            if not is_type:
                continue
            word = name
        listed = next((each for each in _walk(statement) if each.type == "named_imports"), None)
        if listed is None:
            continue
        return _listed(data, listed, word, style)
    line = f"import {{{style.space}{word}{style.space}}} from {style.string(module)}{style.semicolon}"
    if not imports:
        return line.encode() + (style.newline * 2).encode() + data
    same = [
        each
        for each in imports
        if (_string(each.child_by_field_name("source")) or "").startswith("drizzle-orm")
    ]
    if same and module == "drizzle-orm":
        return data[: same[0].start_byte] + f"{line}{style.newline}".encode() + data[same[0].start_byte :]
    end = imports[-1].end_byte
    return data[:end] + f"{style.newline}{line}".encode() + data[end:]


def _listed(data: bytes, listed: Node, word: str, style: _Style) -> bytes:
    """The text with a word in a list of names, in its place where the list is sorted."""
    items = [each for each in listed.named_children if each.type != _COMMENT]

    def name_of(text: str) -> str:
        return text.removeprefix("type ").split(" as ")[0].lower()

    order = [name_of(_text(each)) for each in items]
    if not items:
        text = f"{{{style.space}{word}{style.space}}}".encode()
        return data[: listed.start_byte] + text + data[listed.end_byte :]
    at = len(items)
    if order == sorted(order):
        at = sum(each < name_of(word) for each in order)
    broken = listed.start_point.row != listed.end_point.row
    if not broken and listed.end_point.column + len(word) > 100:
        words = [_text(each) for each in items]
        lines = "".join(f"{style.unit}{each},{style.newline}" for each in (*words[:at], word, *words[at:]))
        return data[: listed.start_byte] + f"{{{style.newline}{lines}}}".encode() + data[listed.end_byte :]
    if at < len(items):
        start = items[at].start_byte
        line = data.rfind(b"\n", 0, start) + 1
        begins = broken and not data[line:start].strip()
        gap = style.newline.encode() + data[line:start] if begins else b" "
        return data[:start] + word.encode() + b"," + gap + data[start:]
    last = items[-1]
    line = data.rfind(b"\n", 0, last.start_byte) + 1
    begins = broken and not data[line : last.start_byte].strip()
    gap = style.newline.encode() + data[line : last.start_byte] if begins else b" "
    return data[: last.end_byte] + b"," + gap + word.encode() + data[last.end_byte :]


def _without_unused(data: bytes, path: str, used: frozenset[str]) -> bytes:
    """The text without the imports of Drizzle that were used before and are no longer."""
    source = _Source(path, data)
    gone = {local for local, (module, _) in source.imports.items() if module in {_PG_CORE, "drizzle-orm"}} & (
        used - _used(source)
    )
    for local in sorted(gone):
        source = _Source(path, data)
        for statement in source.root.named_children:
            if statement.type != "import_statement" or local not in {
                each for each, *_ in _imported(statement)
            }:
                continue
            listed = next((each for each in _walk(statement) if each.type == "named_imports"), None)
            if listed is None:
                break
            items = [each for each in listed.named_children if each.type != _COMMENT]
            if len(items) == 1:
                end = statement.end_byte
                while data[end : end + 1] in {b"\r", b"\n"}:
                    end += 1
                    if data[end - 1 : end] == b"\n":
                        break
                data = data[: statement.start_byte] + data[end:]
                break
            at = next(
                at
                for at, each in enumerate(items)
                if _text(each.child_by_field_name("alias") or each.child_by_field_name("name") or each)
                == local
            )
            if at + 1 < len(items):
                data = data[: items[at].start_byte] + data[items[at + 1].start_byte :]
            else:
                data = data[: items[at - 1].end_byte] + data[items[at].end_byte :]
            break
    return data
