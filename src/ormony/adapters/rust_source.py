"""Rust structs that `sqlx::FromRow` fills: which table each mirrors, what its fields decode, edits of them.

Read as a syntax tree, without cargo: what a macro makes is not seen, and a type that only the compiler knows
is not judged. The types are those that sqlx-postgres documents and checks when it decodes a row.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from ormony.mirrors import Edit, Edited, Field, Model, Place, Shape

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST: Final = 16  # aliases, newtypes and flattened structs that are followed one after another
_LEAST: Final = 0.6  # of a struct's fields that must be columns of a table for it to be a mirror by its name
_MARK: Final = "ormony: mirror "
_COMMENTS: Final = frozenset({"line_comment", "block_comment"})


# --- what SQLx decodes

_TEXTS: Final = ("text", "character varying", "character", "name", "citext")
_PRIMITIVES: Final[Mapping[str, tuple[str, ...]]] = {
    "bool": ("boolean",),
    "i8": ('"char"',),
    "i16": ("smallint",),
    "i32": ("integer",),
    "i64": ("bigint",),
    "f32": ("real",),
    "f64": ("double precision",),
    "str": _TEXTS,
}
_JSON: Final = ("jsonb", "json")
_NETWORKS: Final = ("inet", "cidr")
_KNOWN: Final[Mapping[str, tuple[tuple[str, ...], frozenset[str]]]] = {
    name: (types, frozenset({"sqlx", "sqlx_core", "sqlx_postgres", *crates}))
    for name, types, crates in (
        ("Uuid", ("uuid",), ["uuid"]),
        ("Hyphenated", ("uuid",), ["uuid"]),
        ("DateTime", ("timestamp with time zone",), ["chrono"]),
        ("NaiveDateTime", ("timestamp without time zone",), ["chrono"]),
        ("NaiveDate", ("date",), ["chrono"]),
        ("NaiveTime", ("time without time zone",), ["chrono"]),
        ("OffsetDateTime", ("timestamp with time zone",), ["time"]),
        ("PrimitiveDateTime", ("timestamp without time zone",), ["time"]),
        ("Date", ("date",), ["time"]),
        ("Time", ("time without time zone",), ["time"]),
        ("PgTimeTz", ("time with time zone",), []),
        ("Decimal", ("numeric",), ["rust_decimal"]),
        ("BigDecimal", ("numeric",), ["bigdecimal"]),
        ("Json", _JSON, []),
        ("JsonValue", _JSON, []),
        ("JsonRawValue", _JSON, []),
        ("Value", _JSON, ["serde_json"]),
        ("RawValue", _JSON, ["serde_json"]),
        ("IpNetwork", _NETWORKS, ["ipnetwork"]),
        ("IpNet", _NETWORKS, ["ipnet"]),
        ("IpAddr", _NETWORKS, ["std", "core"]),
        ("MacAddress", ("macaddr",), ["mac_address"]),
        ("BitVec", ("bit varying", "bit"), ["bit_vec"]),
        ("PgInterval", ("interval",), []),
        ("PgMoney", ("money",), []),
        ("PgLTree", ("ltree",), []),
        ("PgLQuery", ("lquery",), []),
        ("PgHstore", ("hstore",), []),
        ("PgCube", ("cube",), []),
        ("PgCiText", _TEXTS, []),
        ("PgPoint", ("point",), []),
        ("PgLine", ("line",), []),
        ("PgLSeg", ("lseg",), []),
        ("PgBox", ("box",), []),
        ("PgPath", ("path",), []),
        ("PgPolygon", ("polygon",), []),
        ("PgCircle", ("circle",), []),
        ("Oid", ("oid",), []),
        ("Text", _TEXTS, []),
        ("Vector", ("vector",), ["pgvector"]),
        ("HalfVector", ("halfvec",), ["pgvector"]),
        ("SparseVector", ("sparsevec",), ["pgvector"]),
    )
}
_RANGES: Final = {
    "integer": "int4range", "bigint": "int8range", "numeric": "numrange", "date": "daterange",
    "timestamp without time zone": "tsrange", "timestamp with time zone": "tstzrange",
}  # fmt: skip
_OF_EXTENSIONS: Final = frozenset(
    {"citext", "ltree", "lquery", "hstore", "cube", "vector", "halfvec", "sparsevec"}
)
_ALIASES: Final = {
    "bool": "boolean", "int2": "smallint", "smallserial": "smallint", "int4": "integer", "int": "integer",
    "serial": "integer", "int8": "bigint", "bigserial": "bigint", "float4": "real",
    "float8": "double precision", "varchar": "character varying", "bpchar": "character",
    "char": "character", "decimal": "numeric", "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone", "timetz": "time with time zone",
    "time": "time without time zone", "varbit": "bit varying",
}  # fmt: skip
_BUILT_IN: Final = frozenset(
    {*_ALIASES.values(), "text", "name", "uuid", "json", "jsonb", "bytea", "date", "inet", "cidr", "interval"}
)
_HOLDERS: Final = frozenset({"Box", "Arc", "Rc", "Cow"})


class _Known(msgspec.Struct, frozen=True):
    """What a Rust type decodes: PostgreSQL's types, () for unknown; labels where it is an enum."""

    types: tuple[str, ...] = ()
    nullable: bool = False
    named: str = ""  # an enum's or composite's name as SQLx has it
    labels: tuple[str, ...] = ()
    array: bool = False


# --- reading


class _Meta(msgspec.Struct, frozen=True):
    """One entry of an attribute: `rename = "x"`, `json(nullable)`, `sqlx::FromRow`."""

    path: str
    value: str | None = None
    entries: tuple[_Meta, ...] = ()


class _Item(msgspec.Struct, frozen=True):
    """A struct, enum or alias with the attributes and comments above it."""

    name: str
    node: Node
    source: _Source
    attributes: tuple[_Meta, ...]
    comments: tuple[str, ...]

    def derives(self, trait: str) -> bool:
        """Whether this trait of SQLx is derived; one that is imported from elsewhere is another."""
        for each in self.attributes:
            for one in each.entries if each.path == "derive" else ():
                head, _, last = one.path.rpartition("::")
                if last != trait:
                    continue
                whole = f"{head}::{last}" if head else self.source.uses.get(last, "")
                crate = whole.partition("::")[0]
                if crate.startswith("sqlx") or (not whole and trait == "FromRow"):
                    return True
        return False

    def sqlx(self) -> dict[str, _Meta]:
        """The entries of `#[sqlx(…)]`."""
        return {one.path: one for each in self.attributes if each.path == "sqlx" for one in each.entries}


class _Column(msgspec.Struct, frozen=True):
    """A field of a struct, and the column that it is read from."""

    column: str
    name: str
    node: Node
    source: _Source
    known: _Known
    entries: Mapping[str, _Meta]
    optional: bool  # its absence is filled with a default
    flattened: bool = False


class _Source:
    """A file's syntax tree, what it imports and what it defines."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.root = _tree(data)
        self.uses: dict[str, str] = {}
        self.globs: list[str] = []
        self.items: dict[str, _Item] = {}
        self.queries: dict[str, list[str]] = {}
        for node in _walk(self.root):
            match node.type:
                case "use_declaration":
                    argument = node.child_by_field_name("argument")
                    if argument is not None:
                        self._use(argument, "")
                case "struct_item" | "enum_item" | "type_item":
                    name = node.child_by_field_name("name")
                    if name is not None:
                        attributes, comments = _above(node)
                        item = _Item(_text(name), node, self, attributes, comments)
                        self.items.setdefault(item.name, item)
                case "macro_invocation" | "call_expression":
                    self._query(node)

    def _use(self, node: Node, prefix: str) -> None:
        match node.type:
            case "use_as_clause":
                path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
                if path is not None and alias is not None:
                    self.uses[_text(alias)] = prefix + _plain(path)
            case "scoped_use_list":
                path, listed = node.child_by_field_name("path"), node.child_by_field_name("list")
                head = f"{prefix}{_plain(path)}::" if path is not None else prefix
                if listed is not None:
                    self._use(listed, head)
            case "use_list":
                for each in node.named_children:
                    self._use(each, prefix)
            case "use_wildcard":
                self.globs += [prefix + _plain(each) for each in node.named_children]
            case "self":
                whole = prefix.removesuffix("::")
                self.uses[whole.rpartition("::")[2]] = whole
            case "identifier" | "scoped_identifier":
                whole = prefix + _plain(node)
                self.uses[whole.rpartition("::")[2]] = whole

    def _query(self, node: Node) -> None:
        """Note the literal SQL of `query_as!(T, "…")` and `query_as::<_, T>("…")`."""
        literal, name = None, ""
        if node.type == "macro_invocation":
            macro = node.child_by_field_name("macro")
            if macro is None or _plain(macro).rpartition("::")[2] not in {"query_as", "query_as_unchecked"}:
                return
            tree = next((each for each in node.named_children if each.type == "token_tree"), None)
            for each in tree.named_children if tree is not None else ():
                if literal is None and each.type in {"identifier", "type_identifier"}:
                    name = _text(each)
                if each.type in {"string_literal", "raw_string_literal"}:
                    literal = each
                    break
        else:
            called = node.child_by_field_name("function")
            if called is None or called.type != "generic_function":
                return
            inner, types = (
                called.child_by_field_name("function"),
                called.child_by_field_name("type_arguments"),
            )
            if inner is None or types is None or _plain(inner).rpartition("::")[2] != "query_as":
                return
            given = node.child_by_field_name("arguments")
            name = _plain(types.named_children[-1]).rpartition("::")[2] if types.named_children else ""
            literal = given.named_children[0] if given is not None and given.named_children else None
        if literal is not None and name:
            self.queries.setdefault(name, []).append(_literal(literal) or "")


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


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _plain(node: Node) -> str:
    """A path or type without white space."""
    return "".join(_text(node).split())


def _literal(node: Node) -> str | None:
    """The value of a string literal, raw or not."""
    if node.type not in {"string_literal", "raw_string_literal"}:
        return None
    parts = []
    for each in node.named_children:
        if each.type == "string_content":
            parts.append(_text(each))
        elif each.type == "escape_sequence":
            parts.append(_escaped(_text(each)))
    return "".join(parts)


def _escaped(sequence: str) -> str:
    if sequence.startswith("\\\n") or sequence.startswith("\\\r"):
        return ""
    return {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0"}.get(sequence, sequence[1:])


def _above(node: Node) -> tuple[tuple[_Meta, ...], tuple[str, ...]]:
    """The attributes and comments that stand directly above an item or a field, in order."""
    attributes: list[_Meta] = []
    comments: list[str] = []
    before = node.prev_named_sibling
    while before is not None and before.type in {"attribute_item", *_COMMENTS}:
        if before.type == "attribute_item":
            attributes = [*_expanded(_metas(_text(before)[2:-1])), *attributes]
        elif not _trails(before):
            comments.insert(0, _text(before).rstrip())
        before = before.prev_named_sibling
    return tuple(attributes), tuple(comments)


def _trails(comment: Node) -> bool:
    """Whether a comment stands behind something else on its line."""
    before = comment.prev_sibling
    if before is None:
        return False
    end = before.end_point  # a doc comment ends at the beginning of the next line
    return end.row == comment.start_point.row and end.column > 0


def _expanded(metas: Iterable[_Meta]) -> Iterator[_Meta]:
    """The attributes with those in `cfg_attr(…)` instead of it, whatever its condition."""
    for each in metas:
        if each.path == "cfg_attr":
            yield from _expanded(each.entries[1:])
        else:
            yield each


_TOKEN: Final = re.compile(
    r'\s+|//[^\n]*|/\*.*?\*/|(?P<raw>r(?P<hashes>#*)".*?"(?P=hashes))|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<path>(?:::)?(?:r#)?\w+(?:\s*::\s*\w+)*)|(?P<sign>.)",
    re.DOTALL,
)


def _metas(text: str) -> tuple[_Meta, ...]:
    """The entries of an attribute's text; what is no path, literal or list is passed over."""
    tokens = []
    for match in _TOKEN.finditer(text):
        if match["raw"] is not None:
            edge = len(match["hashes"]) + 1
            tokens.append(("string", match["raw"][edge + 1 : -edge]))
        elif match["string"] is not None:
            tokens.append(("string", re.sub(r"\\(.)", r"\1", match["string"][1:-1], flags=re.DOTALL)))
        elif match["path"] is not None:
            tokens.append(("path", "".join(match["path"].split()).removeprefix("::")))
        elif match["sign"] is not None:
            tokens.append((match["sign"], ""))
    return _listed(tokens, 0, 0)[0]


def _listed(tokens: Sequence[tuple[str, str]], at: int, depth: int) -> tuple[tuple[_Meta, ...], int]:
    found = []
    while at < len(tokens) and tokens[at][0] != ")":
        kind, text = tokens[at]
        at += 1
        if kind == "(" and depth < 40:
            at = _listed(tokens, at, depth + 1)[1] + 1
            continue
        if kind != "path":
            continue
        if at < len(tokens) and tokens[at][0] == "(" and depth < 40:
            entries, at = _listed(tokens, at + 1, depth + 1)
            at += 1
            found.append(_Meta(text, None, entries))
        elif at + 1 < len(tokens) and tokens[at][0] == "=":
            found.append(_Meta(text, tokens[at + 1][1]))
            at += 2
        else:
            found.append(_Meta(text))
    return tuple(found), at


def _words(name: str) -> list[str]:
    """The words of an identifier as SQLx separates them; digits begin none."""
    return re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+[a-z0-9]*|[a-z0-9]+", name)


def renamed(name: str, pattern: str | None) -> str:
    """The name as `rename_all` of SQLx makes it; itself without a pattern or with an unknown one."""
    words = [each.lower() for each in _words(name)]
    match pattern:
        case "lowercase":
            return name.lower()
        case "UPPERCASE":
            return name.upper()
        case "snake_case":
            return "_".join(words)
        case "SCREAMING_SNAKE_CASE":
            return "_".join(words).upper()
        case "kebab-case":
            return "-".join(words)
        case "camelCase":
            return "".join([*words[:1], *(each.capitalize() for each in words[1:])])
        case "PascalCase":
            return "".join(each.capitalize() for each in words)
        case _:
            return name


class _Reader:
    """Follows type names through the given files."""

    def __init__(self, sources: Iterable[_Source]) -> None:
        self.sources = list(sources)
        self.registry: dict[str, list[_Item]] = {}
        for source in self.sources:
            for name, item in source.items.items():
                self.registry.setdefault(name, []).append(item)

    def item(self, path: str, source: _Source) -> _Item | None:
        """The struct, enum or alias of the project that a path means; None where several could be."""
        last = path.rpartition("::")[2]
        if "::" not in path and last in source.items:
            return source.items[last]
        whole = _whole(path, source)
        found = self.registry.get(whole.rpartition("::")[2], [])
        crate = whole.partition("::")[0]
        if "::" in whole and crate in _FOREIGN:
            return None
        return found[0] if len(found) == 1 else None

    def known(self, node: Node, source: _Source, depth: int = 0) -> _Known:
        """What a type decodes."""
        if depth > _DEEPEST:
            return _Known()
        match node.type:
            case "primitive_type":
                return _Known(_PRIMITIVES.get(_text(node), ()))
            case "reference_type":
                inner = node.child_by_field_name("type")
                return self.known(inner, source, depth + 1) if inner is not None else _Known()
            case "array_type":
                element = node.child_by_field_name("element")
                return self._array(element, source, depth) if element is not None else _Known()
            case "type_identifier" | "scoped_type_identifier":
                return self._named(_plain(node), (), source, depth)
            case "generic_type":
                outer, given = node.child_by_field_name("type"), node.child_by_field_name("type_arguments")
                if outer is None or given is None:
                    return _Known()
                types = tuple(each for each in given.named_children if each.type != "lifetime")
                return self._named(_plain(outer), types, source, depth)
            case _:
                return _Known()

    def _array(self, element: Node, source: _Source, depth: int) -> _Known:
        if _text(element) == "u8":
            return _Known(("bytea",))
        inner = self.known(element, source, depth + 1)
        if inner.array:
            return _Known()
        types = tuple(f"{each}[]" for each in inner.types)
        return _Known(types, named=inner.named, labels=inner.labels, array=True)

    def _named(self, path: str, given: Sequence[Node], source: _Source, depth: int) -> _Known:
        last = path.rpartition("::")[2]
        item = self.item(path, source)
        if item is not None:
            return self._own(item, depth)
        whole = _whole(path, source)
        name, crate = whole.rpartition("::")[2], whole.partition("::")[0] if "::" in whole else ""
        if crate in {"", "std", "alloc", "core"}:
            if name == "String":
                return _Known(_TEXTS)
            if name == "Option" and given:
                return msgspec.structs.replace(self.known(given[0], source, depth + 1), nullable=True)
            if name == "Vec" and given:
                return self._array(given[0], source, depth)
            if name in _HOLDERS and given:
                return self.known(given[0], source, depth + 1)
        if name == "PgRange" and given and (not crate or crate.startswith("sqlx")):
            inner = self.known(given[0], source, depth + 1)
            return _Known(tuple(_RANGES[each] for each in inner.types[:1] if each in _RANGES))
        if name not in _KNOWN:
            return _Known()
        types, crates = _KNOWN[name]
        globs = {each.partition("::")[0] for each in source.globs}
        if crate in crates or (not crate and globs & crates and last == name):
            return _Known(types)
        return _Known()

    def _own(self, item: _Item, depth: int) -> _Known:
        """What a type of the project decodes: an alias, a newtype, an enum, a composite."""
        if item.node.type == "type_item":
            aliased = item.node.child_by_field_name("type")
            return self.known(aliased, item.source, depth + 1) if aliased is not None else _Known()
        if not item.derives("Type"):
            return _Known()
        entries = item.sqlx()
        named = entries["type_name"].value if "type_name" in entries else None
        if item.node.type == "enum_item":
            for each in item.attributes:
                if each.path == "repr":
                    shown = [one.path for one in each.entries if one.path in _PRIMITIVES]
                    return _Known(_PRIMITIVES[shown[0]]) if shown else _Known()
            name = named or item.name
            if (built_in := _built_in(name)) is not None:
                return _Known((built_in,))
            return _Known((name,), named=name, labels=_variants(item))
        body = item.node.child_by_field_name("body")
        if body is None:
            return _Known()
        if "transparent" in entries:
            inner = next((node for node in _field_types(body)), None)
            return self.known(inner, item.source, depth + 1) if inner is not None else _Known()
        if body.type == "field_declaration_list":
            return _Known((named or item.name,), named=named or item.name)
        return _Known()  # a domain: the server sends its base type, and SQLx compares names

    def columns(self, item: _Item, depth: int = 0) -> Iterator[_Column]:
        """The fields that are read from a row, those of flattened structs in their place."""
        body = item.node.child_by_field_name("body")
        if body is None or body.type != "field_declaration_list" or depth > _DEEPEST:
            return
        own = item.sqlx()
        pattern = own["rename_all"].value if "rename_all" in own else None
        for node in body.named_children:
            if node.type != "field_declaration":
                continue
            name, type_ = node.child_by_field_name("name"), node.child_by_field_name("type")
            if name is None or type_ is None:
                continue
            attributes, _ = _above(node)
            entries = {one.path: one for each in attributes if each.path == "sqlx" for one in each.entries}
            if "skip" in entries:
                continue
            if "flatten" in entries:
                inner = self._flattened(type_, entries, item.source)
                for each in self.columns(inner, depth + 1) if inner is not None else ():
                    yield msgspec.structs.replace(each, flattened=True)
                continue
            field = _text(name).removeprefix("r#")
            given = entries["rename"].value if "rename" in entries else None
            yield _Column(
                column=given if given is not None else renamed(field, pattern), name=field, node=node,
                source=item.source, known=self._decoded(type_, entries, item.source), entries=entries,
                optional="default" in entries or "default" in own,
            )  # fmt: skip

    def _flattened(self, type_: Node, entries: Mapping[str, _Meta], source: _Source) -> _Item | None:
        path = _plain(type_).partition("<")[0]
        if "try_from" in entries:
            path = entries["try_from"].value or ""
        found = self.item(path, source)
        return found if found is not None and found.node.type == "struct_item" else None

    def _decoded(self, type_: Node, entries: Mapping[str, _Meta], source: _Source) -> _Known:
        if "json" in entries:
            return _Known(_JSON, nullable=any(each.path == "nullable" for each in entries["json"].entries))
        if "try_from" in entries:
            other = _type_node(entries["try_from"].value or "")
            return self.known(other, source) if other is not None else _Known()
        return self.known(type_, source)


_FOREIGN: Final = frozenset(
    {"std", "core", "alloc", *(crate for _, crates in _KNOWN.values() for crate in crates)}
)


def _whole(path: str, source: _Source) -> str:
    """The path with what its first segment was imported as."""
    head, colons, rest = path.removeprefix("::").partition("::")
    return f"{source.uses.get(head, head)}{colons}{rest}"


def _type_node(text: str) -> Node | None:
    """The type that a string says."""
    source = _Source("", f"type X = {text};".encode())
    item = source.items.get("X")
    return item.node.child_by_field_name("type") if item is not None else None


def _field_types(body: Node) -> Iterator[Node]:
    """The types of a struct's fields, named or not."""
    if body.type == "ordered_field_declaration_list":
        yield from (
            each
            for each in body.named_children
            if each.type not in {"visibility_modifier", "attribute_item", *_COMMENTS}
        )
        return
    for each in body.named_children:
        type_ = each.child_by_field_name("type") if each.type == "field_declaration" else None
        if type_ is not None:
            yield type_


def _variants(item: _Item) -> tuple[str, ...]:
    """The labels of an enum, as its variants are renamed."""
    own = item.sqlx()
    pattern = own["rename_all"].value if "rename_all" in own else None
    body = item.node.child_by_field_name("body")
    found = []
    for node in body.named_children if body is not None else ():
        name = node.child_by_field_name("name") if node.type == "enum_variant" else None
        if name is None:
            continue
        attributes, _ = _above(node)
        given = [
            one.value
            for each in attributes
            if each.path == "sqlx"
            for one in each.entries
            if one.path == "rename" and one.value is not None
        ]
        found.append(given[0] if given else renamed(_text(name), pattern))
    return tuple(found)


def _built_in(name: str) -> str | None:
    lower = name.lower()
    lower = _ALIASES.get(lower, lower)
    return lower if lower in _BUILT_IN else None


def _dotted(name: str) -> tuple[str, str]:
    """(schema, name) of a name as PostgreSQL reads it: folded to lower case unless it is quoted."""
    parts, quoted = [""], False
    for each in name:
        if each == '"':
            quoted = not quoted
        elif each == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += each if quoted else each.lower()
    return ".".join(parts[:-1]), parts[-1]


def _printed(schema: str, name: str) -> str:
    """A name as `format_type` prints it in full."""
    shown = [
        each if re.fullmatch(r"[a-z_][a-z0-9_$]*", each, re.ASCII) else '"' + each.replace('"', '""') + '"'
        for each in (schema, name)
        if each
    ]
    return ".".join(shown)


# --- finding

_TELLING: Final = re.compile(
    rb"sqlx|FromRow|query_as|ormony: mirror|\btype\s+\w+\s*(?:<[^>]*>)?\s*=", re.ASCII
)
"""What is in every file that has to do with rows or their types."""


def find(
    root: Path,
    files: Iterable[str],
    *,
    search_path: Sequence[str] = ("public",),
    tables: Mapping[tuple[str, str], Shape],
) -> tuple[Model, ...]:
    """The structs that mirror one of these tables, by path and line, each with its shape.

    A struct mirrors the table that a comment `// ormony: mirror public.users` above it names, else, when it
    derives FromRow, the table that is called like it (`users` for `User`, `UserRow`) and has at least 60 % of
    its fields; the result of a join or of another table's query, as literal SQL shows it, is none. A field
    whose type is not known has no `types`, and the column's own `type`. Files that cannot be read are passed
    over.
    """
    sources = []
    for path in sorted(set(files)):
        if not path.endswith(".rs") or "target" in path.split("/")[:-1]:
            continue
        try:
            data = (root / path).read_bytes()
        except OSError:
            continue
        if _TELLING.search(data):
            sources.append(_Source(path, data))
    reader = _Reader(sources)
    queries: dict[str, list[str]] = {}
    for source in sources:
        for name, texts in source.queries.items():
            queries.setdefault(name, []).extend(texts)
    found = []
    for source in sources:
        for item in source.items.values():
            if item.node.type == "struct_item":
                columns = tuple(reader.columns(item))
                table = _mirrored(item, columns, queries.get(item.name, ()), search_path, tables)
                if table is not None:
                    found.append(_model(item, columns, table, search_path, tables.get(table)))
    return tuple(found)


def _mirrored(
    item: _Item,
    columns: Sequence[_Column],
    queries: Sequence[str],
    search_path: Sequence[str],
    tables: Mapping[tuple[str, str], Shape],
) -> tuple[str, str] | None:
    """The table that a struct mirrors."""
    for comment in item.comments:
        for line in comment.splitlines():
            said = line.strip().strip("/*!").strip()
            if said.startswith(_MARK):
                schema, name = _dotted(said.removeprefix(_MARK).split()[0])
                if schema:
                    return schema, name
                schemas = [each for each in search_path if (each, name) in tables]
                return (schemas or [*search_path, "public"])[0], name
    if not item.derives("FromRow") or not columns:
        return None
    best: tuple[float, tuple[str, str]] | None = None
    for name in _table_names(item.name):
        schemas = [each for each in search_path if (each, name) in tables]
        others = [schema for schema, other in tables if other == name]
        for schema in schemas or (others if len(others) == 1 else ()):
            shape = tables[schema, name]
            missing = [each for each in columns if shape.field(each.column) is None and not each.optional]
            share = 1 - sum(shape.field(each.column) is None for each in columns) / len(columns)
            if share < _LEAST or _is_of_other_rows(name, missing, queries):
                continue
            if best is None or share > best[0]:
                best = share, (schema, name)
    return best[1] if best is not None else None


def _is_of_other_rows(table: str, missing: Sequence[_Column], queries: Sequence[str]) -> bool:
    """Whether the literal queries of a struct show that its rows are not those of the table."""
    worded = [
        "".join(each if each.isalnum() or each == "_" else " " for each in query.lower()).split()
        for query in queries
    ]
    worded = [words for words in worded if words]
    if not worded:
        return False
    if not any(table in words for words in worded):
        return True
    if not missing:
        return False
    for words in worded:
        made = {after for word, after in itertools.pairwise(words) if word == "as"}
        if "join" not in words and not all(each.column.lower() in made for each in missing):
            return False
    return True


def _table_names(struct: str) -> list[str]:
    """The tables that a struct of this name may be of, the likeliest first."""
    names = [struct]
    names += [struct.removesuffix(each) for each in ("Row", "Record", "Model", "Entity") if struct != each]
    names += [struct[2:]] if re.match(r"(Db|DB)[A-Z]", struct) else []
    found = []
    for each in dict.fromkeys(names):
        snake = "_".join(word.lower() for word in _words(each))
        if snake:
            found += [_plural(snake), snake, f"{snake}s"]
    return list(dict.fromkeys(found))


def _plural(word: str) -> str:
    head, underscore, last = word.rpartition("_")
    irregular = {"person": "people", "child": "children", "datum": "data", "index": "indices"}
    if last in irregular:
        last = irregular[last]
    elif last.endswith("y") and last[-2:-1] not in set("aeiou"):
        last = f"{last[:-1]}ies"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last = f"{last}es"
    else:
        last = f"{last}s"
    return f"{head}{underscore}{last}"


def _model(
    item: _Item,
    columns: Sequence[_Column],
    name: tuple[str, str],
    search_path: Sequence[str],
    table: Shape | None,
) -> Model:
    places = {"": Place(item.source.path, item.node.start_point.row + 1)}
    fields, enums = [], dict[str, tuple[str, ...]]()
    for each in columns:
        column = table.field(each.column) if table is not None else None
        if column is None and each.optional and table is not None:
            continue  # not in the row: the default fills it
        types = _types(each.known, column.type if column is not None else "", search_path)
        if each.known.labels and types and not each.known.array:
            enums[types[0]] = each.known.labels
        fields.append(
            Field(
                name=each.column,
                type=types[0] if types else column.type if column is not None else "",
                types=types,
                not_null=not each.known.nullable,
                generated=column.generated if column is not None else False,
            )
        )
        places[each.column] = Place(each.source.path, each.node.start_point.row + 1)
    shape = Shape(schema=name[0], name=name[1], fields=tuple(fields), enums=enums, keys_known=False)
    return Model(schema=name[0], table=name[1], name=item.name, places=places, shape=shape)


def _types(known: _Known, column: str, search_path: Sequence[str]) -> tuple[str, ...]:
    """The types with the schemas that they may stand in; that of the column comes first."""
    found: list[str] = []
    for each in known.types:
        array = "[]" if each.endswith("[]") else ""
        bare = each.removesuffix("[]")
        if known.named:
            schema, name = _dotted(bare)
            schemas = [schema] if schema else [one for one in search_path if not one.startswith("$")]
            found += [f"{_printed(one, name)}{array}" for one in schemas]
        elif bare in _OF_EXTENSIONS:
            schemas = list(dict.fromkeys(["public", "extensions", *search_path]))
            found += [f"{_printed(one, bare)}{array}" for one in schemas] + [each]
        else:
            found.append(each)
    if known.named and "." not in known.named:
        schema, name = _dotted(column.removesuffix("[]"))
        if schema and name == _dotted(known.named)[1] and column.endswith("[]") == known.array:
            found.append(column)
    return tuple(dict.fromkeys([each for each in found if each == column] + found))


# --- editing


class _NotPlain(Exception):
    """Why an edit is left to people, and what they may paste."""

    def __init__(self, why: str, paste: str = "") -> None:
        super().__init__(f"{why}\n{paste}" if paste else why)


class _Change(msgspec.Struct, frozen=True):
    """Bytes `start` to `end` become `text`."""

    start: int
    end: int
    text: str


class _Draft:
    """A text on its way, with the struct that is edited in it."""

    def __init__(self, data: bytes, model: Model, path: str) -> None:
        self.data = data
        self.path = path
        self.model = model
        self.source = _Source(path, data)
        self.reader = _Reader([self.source])
        self.newline = "\r\n" if b"\r\n" in data else "\n"
        self.changes: list[_Change] = []

    def item(self) -> _Item:
        """The struct that the model is: of several with one name the one nearest to its line."""
        line = self.model.places[""].line if "" in self.model.places else 0
        found = []
        for node in _walk(self.source.root):
            name = node.child_by_field_name("name") if node.type == "struct_item" else None
            if name is not None and _text(name) == self.model.name:
                attributes, comments = _above(node)
                found.append(_Item(self.model.name, node, self.source, attributes, comments))
        if not found:
            raise _NotPlain(f'the struct "{self.model.name}" is not in {self.path}')
        return min(found, key=lambda each: abs(each.node.start_point.row + 1 - line))

    def finish(self) -> bytes:
        """The text with all changes. Raises `_NotPlain` where they would break its syntax."""
        data = self.data
        order = sorted(enumerate(self.changes), key=lambda pair: (pair[1].start, pair[0]), reverse=True)
        for _, each in order:
            data = data[: each.start] + each.text.encode() + data[each.end :]
        if _Source(self.path, data).root.has_error and not self.source.root.has_error:
            raise _NotPlain("the edit would break the syntax of the file")
        return data


def edit(text: str, model: Model, edits: Sequence[Edit], *, path: str) -> Edited:
    """The text with the struct's fields changed; attributes, comments and order are kept.

    Only plain fields are touched: of the struct itself, with a type of SQLx or an enum of this file. The rest
    comes back in `left`, each with the reason and, on the next line, the text to paste: what a field's type
    needs of another crate, fields that come from `#[sqlx(flatten)]`, fields that this file uses elsewhere.
    """
    data = text.encode()
    used = _used(_tree(data))
    done, left = list[Edit](), list[tuple[Edit, str]]()
    for each in edits:
        try:
            draft = _Draft(data, model, path)
            _carry_out(draft, each)
            data = draft.finish()
        except _NotPlain as why:
            left.append((each, str(why)))
        else:
            done.append(each)
    if done:
        data = _without_unused(data, used)
    return Edited(text=data.decode(), done=tuple(done), left=tuple(left))


def _tree(data: bytes) -> Node:
    import tree_sitter
    import tree_sitter_rust

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language())).parse(data).root_node


def _used(root: Node) -> frozenset[str]:
    """The names that a file says beside its imports, in macros too."""
    found = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "type_identifier"):
            found.add(_text(node))
        elif node.type != "use_declaration":
            stack += node.children
    return frozenset(found)


def _without_unused(data: bytes, used: frozenset[str]) -> bytes:
    """The text without the imports of names that were `used` and are no longer: rustc warns of them.

    Files with modules of their own in other files are left: these may take the imports by `use super::*`.
    """
    root = _tree(data)
    if any(node.type == "mod_item" and node.child_by_field_name("body") is None for node in _walk(root)):
        return data
    for name in sorted(used - _used(root)):
        for node in _walk(_tree(data)):
            if node.type == "use_declaration" and not any(
                each.type == "visibility_modifier" for each in node.children
            ):
                cut = _import_of(node, name, data)
                if cut is not None:
                    data = data[: cut[0]] + cut[2] + data[cut[1] :]
                    break
    return data


def _import_of(declaration: Node, name: str, data: bytes) -> tuple[int, int, bytes] | None:
    """What to cut of a `use` that imports this name, and what to put there; None if it does not."""
    argument = declaration.child_by_field_name("argument")
    if argument is None:
        return None
    if _imports(argument) == name:
        end = declaration.end_byte
        rest = re.match(rb"[ \t]*\r?\n", data[end:])
        end += rest.end() if rest else 0
        start = data.rfind(b"\n", 0, declaration.start_byte) + 1
        return (declaration.start_byte if data[start : declaration.start_byte].strip() else start), end, b""
    for listed in _walk(argument):
        items = [each for each in listed.named_children if "comment" not in each.type]
        at = next((at for at, each in enumerate(items) if _imports(each) == name), None)
        if listed.type != "use_list" or at is None or len(items) == 1:
            continue
        other = items[1 - at] if len(items) == 2 else None
        if other is not None and _imports(other) is not None and len(listed.named_children) == 2:
            return listed.start_byte, listed.end_byte, other.text or b""
        if at + 1 < len(items):
            return items[at].start_byte, items[at + 1].start_byte, b""
        return items[at - 1].end_byte, items[at].end_byte, b""
    return None


def _imports(node: Node) -> str | None:
    """The name that an item of a `use` binds; None where it is a list or a glob."""
    match node.type:
        case "identifier":
            return _text(node)
        case "scoped_identifier":
            name = node.child_by_field_name("name")
        case "use_as_clause":
            name = node.child_by_field_name("alias")
        case _:
            return None
    return None if name is None else _text(name)


def _carry_out(draft: _Draft, each: Edit) -> None:
    item = draft.item()
    column = next((one for one in draft.reader.columns(item) if one.column == each.column), None)
    if each.action == "add":
        _add(draft, item, column, each)
        return
    if column is None:
        raise _NotPlain(
            f'the struct "{item.name}" has no field for the column "{each.column}" in {draft.path}'
        )
    if column.flattened:
        raise _NotPlain(
            f'the field "{column.name}" comes from #[sqlx(flatten)], which other structs may share'
        )
    if each.action == "alter":
        _alter(draft, column, each)
    else:
        _remove(draft, item, column)


def _add(draft: _Draft, item: _Item, column: _Column | None, each: Edit) -> None:
    assert each.field is not None
    if column is not None:
        raise _NotPlain(f'the struct "{item.name}" has a field for the column "{each.column}" already')
    body = item.node.child_by_field_name("body")
    own = item.sqlx()
    pattern = own["rename_all"].value if "rename_all" in own else None
    name = re.sub(r"\W+", "_", "_".join(map(str.lower, _words(each.column))) or "column", flags=re.ASCII)
    name = f"_{name}" if name[:1].isdigit() else name
    name = f"{name}_" if name in {"self", "super", "crate"} else name  # those have no raw form
    attribute = ""
    if renamed(name, pattern) != each.column:
        shown = each.column.replace("\\", "\\\\").replace('"', '\\"')
        attribute = f'#[sqlx(rename = "{shown}")]'
    shown = f"r#{name}" if name in _KEYWORDS else name
    fields = (
        [one for one in body.named_children if one.type == "field_declaration"] if body is not None else []
    )
    scope = next(
        (_text(one) for node in fields for one in node.children if one.type == "visibility_modifier"), ""
    )
    scope = f"{scope} " if scope else ""

    def written(type_: str) -> list[str]:
        whole = type_ if each.field is not None and each.field.not_null else f"Option<{type_}>"
        return [*([attribute] if attribute else []), f"{scope}{shown}: {whole},"]

    type_ = _type(draft, each, lambda guess: "\n".join(written(guess)))
    lines = written(type_)
    if body is None or body.type != "field_declaration_list":
        raise _NotPlain(f'the struct "{item.name}" has no named fields', "\n".join(lines))
    if any(_name_of(one) in (name, shown) for one in fields):
        raise _NotPlain(f'the struct "{item.name}" has a field "{name}" already', "\n".join(lines))
    user = _maker(draft, item)
    if user is not None:
        raise _NotPlain(
            f'"{item.name}" is made with all its fields on line {user.start_point.row + 1} of {draft.path}: '
            "add it there too",
            "\n".join(lines),
        )
    ahead: Node | None = fields[-1] if fields and each.after is not None else None
    for one in draft.reader.columns(item):
        if one.column == each.after and not one.flattened:
            ahead = one.node
    _insert(draft, body, fields, ahead, lines)


def _name_of(field: Node) -> str:
    name = field.child_by_field_name("name")
    return _text(name) if name is not None else ""


def _insert(
    draft: _Draft, body: Node, fields: Sequence[Node], ahead: Node | None, lines: Sequence[str]
) -> None:
    newline = draft.newline
    closing = _indent(draft, body.end_byte - 1)
    first = next((one for one in fields if _begins_line(draft, one)), None)
    if body.start_point.row == body.end_point.row:
        text = " ".join(lines)
        if ahead is None:
            text = f" {text}" if fields else f" {text.rstrip(',')} "
            draft.changes.append(_Change(body.start_byte + 1, body.start_byte + 1, text))
            return
        comma = ahead.next_sibling
        if comma is not None and comma.type == ",":
            draft.changes.append(_Change(comma.end_byte, comma.end_byte, f" {text}"))
        else:
            draft.changes.append(_Change(ahead.end_byte, ahead.end_byte, f", {text.rstrip(',')}"))
        return
    indent = _indent(draft, first.start_byte) if first is not None else f"{closing}    "
    block = "".join(f"{newline}{indent}{each}" for each in lines)
    if ahead is None:
        at = _after_comment(draft, body, body.start_byte + 1)
        draft.changes.append(_Change(at, at, block))
        return
    comma = ahead.next_sibling
    while comma is not None and comma.type in _COMMENTS:
        comma = comma.next_sibling
    if comma is not None and comma.type == ",":
        at = _after_comment(draft, body, comma.end_byte)
    else:
        draft.changes.append(_Change(ahead.end_byte, ahead.end_byte, ","))
        at = _after_comment(draft, body, ahead.end_byte)
    draft.changes.append(_Change(at, at, block))


def _after_comment(draft: _Draft, body: Node, at: int) -> int:
    """The end of a comment that stands on the same line, without its line break, else `at`."""
    for each in body.children:
        if each.type in _COMMENTS and each.start_byte >= at:
            gap = draft.data[at : each.start_byte]
            if gap.strip() or b"\n" in gap:
                return at
            return at + len(draft.data[at : each.end_byte].rstrip())
    return at


def _indent(draft: _Draft, at: int) -> str:
    """The white space with which the line of this byte begins."""
    start = draft.data.rfind(b"\n", 0, at) + 1
    line = draft.data[start:at]
    return line[: len(line) - len(line.lstrip(b" \t"))].decode()


def _begins_line(draft: _Draft, node: Node) -> bool:
    start = draft.data.rfind(b"\n", 0, node.start_byte) + 1
    return not draft.data[start : node.start_byte].strip()


def _maker(draft: _Draft, item: _Item) -> Node | None:
    """Where this file makes the struct field by field, or lets `query_as!` do so."""
    for node in _walk(draft.source.root):
        if node.type == "struct_expression":
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            rest = body is not None and any(one.type == "base_field_initializer" for one in body.children)
            if name is not None and _plain(name).rpartition("::")[2] == item.name and not rest:
                return node
        elif node.type == "macro_invocation":
            macro = node.child_by_field_name("macro")
            tree = next((one for one in node.named_children if one.type == "token_tree"), None)
            if macro is None or tree is None or not tree.named_children:
                continue
            if _plain(macro).rpartition("::")[2].startswith("query_as"):
                path = _plain(tree).lstrip("(").partition(",")[0]
                if path.rpartition("::")[2] == item.name:
                    return node
    return None


def _alter(draft: _Draft, column: _Column, each: Edit) -> None:
    field = each.field
    assert field is not None
    type_ = column.node.child_by_field_name("type")
    assert type_ is not None
    inner, optional = type_, False
    if (
        type_.type == "generic_type"
        and _text(type_).partition("<")[0].rpartition("::")[2].strip() == "Option"
    ):
        given = type_.child_by_field_name("type_arguments")
        if given is not None and given.named_children:
            inner, optional = given.named_children[0], True
    text = _text(inner)
    if "null" in each.change:
        optional = not field.not_null

    def wrapped(guess: str) -> str:
        return f"{column.name}: {f'Option<{guess}>' if optional else guess},"

    special = next((one for one in ("json", "try_from") if one in column.entries), None)
    if special is not None:
        raise _NotPlain(f'the field "{column.name}" is decoded by #[sqlx({special})]')
    if "type" in each.change and not _mended(draft, inner, each):
        path = _plain(inner).partition("<")[0]
        owned = draft.reader.item(path, draft.source)
        if owned is not None and not each.labels:
            decodes = draft.reader.known(inner, draft.source).types
            raise _NotPlain(
                f'the field "{column.name}" has the type {owned.name} of this project, which decodes '
                + (decodes[0] if decodes else "what is not known here"),
                wrapped(_type(draft, each, wrapped)),
            )
        text = _type(draft, each, wrapped)
    if not {"type", "null"} & set(each.change):
        raise _NotPlain(f'a struct says nothing about the {" and ".join(each.change)} of "{column.name}"')
    new = f"Option<{text}>" if optional else text
    if new != _text(type_):
        draft.changes.append(_Change(type_.start_byte, type_.end_byte, new))


def _mended(draft: _Draft, inner: Node, each: Edit) -> bool:
    """Give the enum of a field the labels of the database; False where it is not that enum's."""
    assert each.field is not None
    known = draft.reader.known(inner, draft.source)
    if not each.labels or not known.labels:
        return False
    if _dotted(known.named)[1] != _dotted(each.field.type.removesuffix("[]"))[1]:
        return False
    array = each.field.type.endswith("[]")
    if known.array != array:
        return False
    path = _plain(inner)
    while "<" in path:
        path = path.partition("<")[2].removesuffix(">")
    item = draft.reader.item(path, draft.source)
    if item is None or item.node.type != "enum_item":
        return False
    gone = [one for one in known.labels if one not in each.labels]
    lines = _new_variants(item, [one for one in each.labels if one not in known.labels])
    if gone:
        raise _NotPlain(
            f'the enum "{item.name}" has the label "{gone[0]}", which the database has not: '
            "remove its variant",
            "\n".join(lines),
        )
    body = item.node.child_by_field_name("body")
    variants = [one for one in body.named_children if one.type == "enum_variant"] if body is not None else []
    if body is not None and lines:
        _insert(draft, body, variants, variants[-1] if variants else None, lines)
    return True


def _new_variants(item: _Item, labels: Sequence[str]) -> list[str]:
    own = item.sqlx()
    pattern = own["rename_all"].value if "rename_all" in own else None
    lines = []
    for label in labels:
        name = renamed(re.sub(r"[^0-9A-Za-z]+", "_", label), "PascalCase") or "Empty"
        name = f"V{name}" if name[0].isdigit() else name
        if renamed(name, pattern) != label:
            shown = label.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'#[sqlx(rename = "{shown}")]')
        lines.append(f"{name},")
    return lines


def _remove(draft: _Draft, item: _Item, column: _Column) -> None:
    user = _user(draft, item, column)
    if user is not None:
        raise _NotPlain(
            f'"{item.name}.{column.name}" may be used on line {user.start_point.row + 1} of {draft.path}: '
            "remove that first"
        )
    node = column.node
    start = node.start_byte
    before = node.prev_sibling
    while before is not None and (
        before.type == "attribute_item"
        or (
            before.type in _COMMENTS
            and _text(before).startswith(("///", "/**"))
            and _begins_line(draft, before)
        )
    ):
        start, before = before.start_byte, before.prev_sibling
    comma = node.next_sibling
    has_comma = comma is not None and comma.type == ","
    end = comma.end_byte if has_comma and comma is not None else node.end_byte
    line = draft.data.rfind(b"\n", 0, start) + 1
    body = node.parent
    assert body is not None
    if not draft.data[line:start].strip():
        tail = _after_comment(draft, body, end)
        stop = draft.data.find(b"\n", tail)
        if stop >= 0 and not draft.data[tail:stop].strip():
            start, end = line, stop + 1
    elif has_comma:
        while draft.data[end : end + 1] in {b" ", b"\t"}:
            end += 1
    else:
        fields = [one for one in body.named_children if one.type == "field_declaration"]
        at = fields.index(node)
        if at > 0:
            start = fields[at - 1].end_byte
    draft.changes.append(_Change(start, end, ""))


def _user(draft: _Draft, item: _Item, column: _Column) -> Node | None:
    """Where else this file names a field of this name."""
    for node in _walk(draft.source.root):
        name: Node | None = None
        if node.type in {"field_expression", "field_initializer"}:
            name = node.child_by_field_name("field")
        elif node.type in {"shorthand_field_initializer", "field_pattern"}:
            name = node.child_by_field_name("name") or next(iter(node.named_children), None)
        if name is not None and _text(name).removeprefix("r#") == column.name:
            return node
    return None


_KEYWORDS: Final = frozenset(
    word
    for words in (
        "as async await break const continue dyn else enum extern false fn for gen if impl in let loop",
        "match mod move mut pub ref return static struct trait true type unsafe use where while abstract",
        "become box do final macro override priv try typeof unsized virtual yield",
    )
    for word in words.split()
)
_SIMPLE: Final = {
    "boolean": "bool", "smallint": "i16", "integer": "i32", "bigint": "i64", "real": "f32",
    "double precision": "f64", "text": "String", "character varying": "String", "character": "String",
    "name": "String", "citext": "String", '"char"': "i8", "bytea": "Vec<u8>",
}  # fmt: skip
_CRATES: Final = {  # name of the type, its crate, and where SQLx itself has it
    "uuid": ("Uuid", "uuid", "sqlx::types"),
    "json": ("Value", "serde_json", ""),
    "jsonb": ("Value", "serde_json", ""),
    "inet": ("IpNetwork", "ipnetwork", "sqlx::types::ipnetwork"),
    "cidr": ("IpNetwork", "ipnetwork", "sqlx::types::ipnetwork"),
    "macaddr": ("MacAddress", "mac_address", "sqlx::types::mac_address"),
    "interval": ("PgInterval", "", "sqlx::postgres::types"),
    "money": ("PgMoney", "", "sqlx::postgres::types"),
    "point": ("PgPoint", "", "sqlx::postgres::types"),
    "vector": ("Vector", "pgvector", ""),
}
_TIMES: Final = {
    "timestamp with time zone": ("DateTime", "OffsetDateTime"),
    "timestamp without time zone": ("NaiveDateTime", "PrimitiveDateTime"),
    "date": ("NaiveDate", "Date"),
    "time without time zone": ("NaiveTime", "Time"),
}


def _type(draft: _Draft, each: Edit, whole: Callable[[str], str]) -> str:
    """The Rust type for a column. Raises `_NotPlain` where this file does not show which crate has it."""
    field = each.field
    assert field is not None
    array = field.type.endswith("[]")
    bare = re.sub(r"\(.*?\)", "", field.type.removesuffix("[]"))

    def put(name: str) -> str:
        return f"Vec<{name}>" if array else name

    if each.labels:
        return put(_enum(draft, each, bare))
    last = _dotted(bare)[1] if "." in bare else bare
    if last in _SIMPLE:
        return put(_SIMPLE[last])
    if bare in _TIMES:
        crate = _crate(draft, {"chrono": _CHRONO, "time": _TIME})
        chrono, time = _TIMES[bare]
        if crate is None:
            utc = "<chrono::Utc>" if chrono == "DateTime" else ""
            guess = put(f"chrono::{chrono}{utc}")
            raise _NotPlain(
                f'{draft.path} does not show whether chrono or time is used for "{each.column}"', whole(guess)
            )
        if crate == "time":
            return put(_spelled(draft, time, "time", "sqlx::types::time"))
        name = _spelled(draft, chrono, "chrono", "sqlx::types::chrono")
        if chrono == "DateTime":
            name += f"<{_spelled(draft, 'Utc', 'chrono', 'sqlx::types::chrono')}>"
        return put(name)
    if bare == "numeric":
        crate = _crate(draft, {"rust_decimal": {"Decimal"}, "bigdecimal": {"BigDecimal"}})
        if crate is None:
            raise _NotPlain(
                f'{draft.path} does not show whether rust_decimal or bigdecimal is used for "{each.column}"',
                whole(put("rust_decimal::Decimal")),
            )
        name = "Decimal" if crate == "rust_decimal" else "BigDecimal"
        return put(_spelled(draft, name, crate, "sqlx::types"))
    if last in _CRATES:
        name, crate, place = _CRATES[last]
        if (
            crate
            and not place
            and _crate(draft, {crate: {name, "JsonValue"} if crate == "serde_json" else set()}) is None
        ):
            raise _NotPlain(
                f'{draft.path} does not show that the crate has {crate}, which "{each.column}" needs',
                whole(put(f"{crate}::{name}")),
            )
        return put(_spelled(draft, name, crate, place))
    raise _NotPlain(f"no type of SQLx is known for {field.type}")


_CHRONO: Final = {"DateTime", "NaiveDateTime", "NaiveDate", "NaiveTime"}
_TIME: Final = {"OffsetDateTime", "PrimitiveDateTime"}


def _crate(draft: _Draft, choices: Mapping[str, set[str]]) -> str | None:
    """Which of the crates this file takes such types from; None where it does not show."""
    found = set()
    paths = [*draft.source.uses.values(), *draft.source.globs]
    for node in _walk(draft.source.root):
        if node.type in {"scoped_type_identifier", "type_identifier"}:
            paths.append(_whole(_plain(node), draft.source))
    for path in paths:
        parts = path.split("::")
        for crate, names in choices.items():
            if parts[0] == crate or (parts[0].startswith("sqlx") and crate in parts) or parts[-1] in names:
                found.add(crate)
    return found.pop() if len(found) == 1 else None


def _spelled(draft: _Draft, name: str, crate: str, place: str) -> str:
    """The type as this file may write it: what is imported, a path that stands elsewhere, else in full."""
    source = draft.source
    for local, path in source.uses.items():
        head, _, last = path.rpartition("::")
        if last == name and head and (head.partition("::")[0] == crate or head.startswith("sqlx")):
            return local
    for node in _walk(source.root):
        if node.type == "scoped_type_identifier":
            path = _plain(node)
            head, _, last = path.rpartition("::")
            if last == name and (head.partition("::")[0] == crate or head.startswith("sqlx")):
                return path
    if name == "Value" and "JsonValue" in source.uses:
        return "JsonValue"
    for path in source.uses.values():
        if crate and path.partition("::")[0] == crate:
            return f"{crate}::{name}"
    for glob in source.globs:
        if crate and glob.partition("::")[0] == crate:
            return name
    return f"{place}::{name}" if place else f"{crate}::{name}"


def _enum(draft: _Draft, each: Edit, bare: str) -> str:
    """The enum of this file for one of the database. Raises `_NotPlain` with one to paste."""
    _, name = _dotted(bare)
    for item in draft.source.items.values():
        if item.node.type != "enum_item" or not item.derives("Type"):
            continue
        entries = item.sqlx()
        given = entries["type_name"].value if "type_name" in entries else None
        if _dotted(given or item.name)[1] == name:
            if set(_variants(item)) != set(each.labels):
                raise _NotPlain(
                    f'the enum "{item.name}" has other labels than {bare}: {", ".join(each.labels)}'
                )
            return item.name
    title = renamed(re.sub(r"\W+", "_", name), "PascalCase")
    imported = draft.source.uses.get(title, "")
    if imported and imported.partition("::")[0] not in _FOREIGN:
        return title
    variants = [renamed(re.sub(r"[^0-9A-Za-z]+", "_", label), "PascalCase") for label in each.labels]
    pattern = next(
        (
            one
            for one in (
                "snake_case",
                "lowercase",
                "SCREAMING_SNAKE_CASE",
                "kebab-case",
                "camelCase",
                "PascalCase",
            )
            if all(
                renamed(variant, one) == label for variant, label in zip(variants, each.labels, strict=True)
            )
        ),
        None,
    )
    lines = ["#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]"]
    lines.append(f'#[sqlx(type_name = "{name}"' + (f', rename_all = "{pattern}")]' if pattern else ")]"))
    lines.append(f"pub enum {title} {{")
    for variant, label in zip(variants, each.labels, strict=True):
        if pattern is None and variant != label:
            lines.append(f'    #[sqlx(rename = "{label}")]')
        lines.append(f"    {variant},")
    raise _NotPlain(f"{draft.path} has no enum for {bare}", "\n".join([*lines, "}"]))
