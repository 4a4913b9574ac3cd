"""Where SQLAlchemy and SQLModel tables stand in a service's Python files.

The files are parsed, never imported: a name that another file gives is followed there, a value that only
running the code could tell is not guessed at. What the tables' types are is not asked here: the service's
own SQLAlchemy says it (`sqlalchemy_models.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from ormony.mirrors import Model, Place

_COLUMNS: Final = frozenset({"Column", "mapped_column"})
_WRAPPERS: Final = frozenset({"deferred", "column_property", "Annotated", "field", "composite"})
_NOT_FIELDS: Final = frozenset(
    {
        "Relationship", "relationship", "PrivateAttr", "association_proxy", "synonym", "hybrid_property",
        "dynamic_loader", "backref", "query_expression",
    }
)  # fmt: skip
_ROOTS: Final = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "SQLModel"})
_BASE_MAKERS: Final = frozenset({"declarative_base", "generate_base", "automap_base"})
_MAPPING_DECORATORS: Final = frozenset({"mapped", "mapped_as_dataclass"})
_BASE_DECORATORS: Final = frozenset({"as_declarative", "as_declarative_base"})
# Of packages that give no columns to what derives from them.
_PLAIN_BASES: Final = frozenset(
    {"object", "MappedAsDataclass", "AsyncAttrs", "Generic", "Protocol", "ABC", "BaseModel", "Enum"}
)
_HINTS: Final = (b"Table", b"table", b"Column", b"mapped_column", b"Mapped", b"SQLModel", b".Model")
_DEPTH: Final = 40  # of names that lead to names


def find(
    root: Path,
    files: Iterable[str],
    *,
    search_path: tuple[str, ...],
    made: Iterable[tuple[str, str, str, str]] = (),
) -> tuple[Model, ...]:
    """The tables that classes and `Table(…)` of these files describe, by schema, table and place.

    `files` are relative to `root`; one that is no Python, or not to be read, is passed over. An unqualified
    table is in the first schema of `search_path`. `made` are (schema, table, file, class) as the service's
    own SQLAlchemy has them (`Exported.modules`; schema '' is the first of the search path): they decide where
    a name is computed. A table whose name nothing tells is left out.
    """
    sources = _Sources(root, files)
    told = {(path, name): (schema, table) for schema, table, path, name in made}
    first = search_path[0] if search_path else "public"
    found: dict[tuple[str, str, str, str], Model] = {}
    for module in sources.candidates():
        for model in _Finder(sources, module, first, told).models():
            found[(model.schema, model.table, model.places[""].path, model.name)] = model
    for places, owner in _of_children(sources):
        for key, parent in found.items():
            if (key[2], key[3]) == owner:
                found[key] = msgspec.structs.replace(parent, places={**places, **parent.places})
    return tuple(model for _, model in sorted(found.items()))


# Names and files ------------------------------------------------------------------------------------------


class _Module:
    """A parsed file: what its top level binds."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.classes: dict[str, ast.ClassDef] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.values: dict[str, ast.expr] = {}
        self.value_lines: dict[str, int] = {}
        self.imports: dict[str, tuple[str, str | None]] = {}  # name -> (dotted module, name in it)
        self.stars: list[str] = []
        for node in _top_level(tree.body):
            match node:
                case ast.ClassDef():
                    self.classes[node.name] = node
                case ast.FunctionDef():
                    self.functions[node.name] = node
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._bind(name, value, node.lineno)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self._bind(name, value, node.lineno)
                case ast.Import(names=names):
                    for each in names:
                        dotted = each.name if each.asname else each.name.partition(".")[0]
                        self.imports[each.asname or dotted] = (dotted, None)
                case ast.ImportFrom(module=dotted, names=names, level=level):
                    source = _absolute(path, dotted or "", level)
                    for each in names:
                        if each.name == "*":
                            self.stars.append(source)
                        else:
                            self.imports[each.asname or each.name] = (source, each.name)

    def _bind(self, name: str, value: ast.expr, line: int) -> None:
        self.values[name] = value
        self.value_lines[name] = line


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run on import, those under `if` and `try` too."""
    for node in body:
        yield node
        match node:
            case ast.If() | ast.For() | ast.While():
                yield from _top_level([*node.body, *node.orelse])
            case ast.Try():
                inner = [each for handler in node.handlers for each in handler.body]
                yield from _top_level([*inner, *node.body, *node.orelse, *node.finalbody])
            case ast.With():
                yield from _top_level(node.body)


def _absolute(path: str, module: str, level: int) -> str:
    """A relative import as a dotted path from the project's root."""
    if level == 0:
        return module
    parts = PurePosixPath(path).parts[:-1]
    kept = parts[: len(parts) - (level - 1)] if level > 1 else parts
    return ".".join([*kept, *([module] if module else [])])


class _Sources:
    """The given files, each parsed when it is first asked for."""

    def __init__(self, root: Path, files: Iterable[str], texts: Mapping[str, bytes] | None = None) -> None:
        self._root = root
        self._files = sorted({each for each in files if each.endswith(".py")})
        self._modules: dict[str, _Module | None] = {}
        self._bytes: dict[str, bytes | None] = dict(texts or {})
        self._by_tail: dict[str, list[str]] = {}
        for path in self._files:
            parts = PurePosixPath(path).with_suffix("").parts
            name = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
            self._by_tail.setdefault(name, []).append(path)

    def candidates(self) -> Iterator[_Module]:
        """The files that may hold tables."""
        for path in self._files:
            data = self._read(path)
            if data is not None and any(hint in data for hint in _HINTS):
                module = self.module(path)
                if module is not None:
                    yield module

    def _read(self, path: str) -> bytes | None:
        if path not in self._bytes:
            try:
                self._bytes[path] = (self._root / path).read_bytes()
            except (OSError, ValueError):
                self._bytes[path] = None
        return self._bytes[path]

    def module(self, path: str) -> _Module | None:
        if path not in self._modules:
            data = self._read(path)
            try:
                tree = None if data is None else ast.parse(data)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                tree = None
            self._modules[path] = None if tree is None else _Module(path, tree)
        return self._modules[path]

    def imported(self, dotted: str, asking: str) -> _Module | None:
        """The file that a dotted path leads to: the one whose path ends so, nearest to the asking one."""
        parts = tuple(dotted.split("."))
        near = PurePosixPath(asking).parts
        best: tuple[int, int, str] | None = None
        for path in self._by_tail.get(parts[-1], ()):
            own = PurePosixPath(path).with_suffix("").parts
            own = own[:-1] if own[-1] == "__init__" else own
            if own[-len(parts) :] != parts:
                continue
            shared = next((i for i, (a, b) in enumerate(zip(own, near, strict=False)) if a != b), len(own))
            rank = (-shared, len(own), path)
            best = rank if best is None or rank < best else best
        return None if best is None else self.module(best[2])

    def resolve(self, module: _Module, name: str, depth: int = 0) -> tuple[_Module, str] | None:
        """Where a name of a module is really bound, among the given files."""
        if name in module.classes or name in module.values or name in module.functions:
            return module, name
        if depth > _DEPTH:
            return None
        if name in module.imports:
            dotted, inner = module.imports[name]
            if inner is None:
                return None
            other = self.imported(dotted, module.path)
            return None if other is None or other is module else self.resolve(other, inner, depth + 1)
        for dotted in module.stars:
            other = self.imported(dotted, module.path)
            if other is not None and other is not module:
                found = self.resolve(other, name, depth + 1)
                if found is not None:
                    return found
        return None

    def lookup(self, module: _Module, node: ast.expr) -> tuple[_Module, str] | None:
        """Where `name` or `module.name` is bound."""
        match node:
            case ast.Name(id=name):
                return self.resolve(module, name)
            case ast.Attribute(value=owner, attr=name):
                dotted = _dotted(owner)
                if dotted is None:
                    return None
                head, _, rest = dotted.partition(".")
                source, inner = module.imports.get(head, (head, None))
                full = ".".join(filter(None, [source, inner, rest]))
                other = self.imported(full, module.path)
                return None if other is None else self.resolve(other, name)
        return None

    def external(self, module: _Module, node: ast.expr) -> str:
        """The last word of what an expression names, aliases of imports undone: `sa.Column` is `Column`."""
        match node:
            case ast.Attribute(attr=name):
                return name
            case ast.Name(id=name):
                _, inner = module.imports.get(name, ("", None))
                return inner or name
            case ast.Subscript(value=value):
                return self.external(module, value)
        return ""


def _dotted(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            left = _dotted(value)
            return None if left is None else f"{left}.{name}"
    return None


# Text that needs no running -------------------------------------------------------------------------------


def _text(
    sources: _Sources, module: _Module, node: ast.expr | None, names: Mapping[str, str], depth: int = 0
) -> str | None:
    """What a string expression says, as far as constants, f-strings and a few methods of str tell."""
    if node is None or depth > _DEPTH:
        return None

    def inner(each: ast.expr | None) -> str | None:
        return _text(sources, module, each, names, depth + 1)

    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Name() | ast.Attribute() if (key := _dotted(node)) is not None:
            if key in names:
                return names[key]
            place = sources.lookup(module, node)
            if place is None or place[1] not in place[0].values:
                return None
            return _text(sources, place[0], place[0].values[place[1]], {}, depth + 1)
        case ast.Call(func=ast.Name(id="quoted_name" | "str"), args=[value, *_]):
            return inner(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, other = inner(left), inner(right)
            return None if one is None or other is None else one + other
        case ast.JoinedStr(values=values):
            parts = [
                inner(each.value)
                if isinstance(each, ast.FormattedValue) and each.conversion == -1 and each.format_spec is None
                else inner(each)
                for each in values
            ]
            return None if any(each is None for each in parts) else "".join(each or "" for each in parts)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=arguments, keywords=[]):
            return _called(sources, module, inner, value, method, arguments)
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            whole, first, last = inner(value), _integer(lower), _integer(upper)
            known = (lower is None or first is not None) and (upper is None or last is not None)
            return whole[first:last] if whole is not None and known else None
    return None


def _called(
    sources: _Sources, module: _Module, inner: object, value: ast.expr, method: str, arguments: list[ast.expr]
) -> str | None:
    assert callable(inner)
    words = [inner(each) for each in arguments]
    if method == "sub" and sources.external(module, value) in ("re", "regex") and len(words) == 3:
        try:
            return None if None in words else re.sub(words[0], words[1], words[2])
        except re.error:
            return None
    whole = inner(value)
    if whole is None or None in words:
        return None
    assert isinstance(whole, str)
    match method, words:
        case (("lower" | "upper" | "strip" | "lstrip" | "rstrip" | "capitalize" | "title"), []):
            return str(getattr(whole, method)())
        case (("removesuffix" | "removeprefix" | "strip" | "rstrip" | "lstrip"), [word]):
            return str(getattr(whole, method)(word))
        case "replace", [old, new]:
            return whole.replace(old, new)
    return None


def _integer(node: ast.expr | None) -> int | None:
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
    return None


# Classes --------------------------------------------------------------------------------------------------


class _Class:
    """A class with where it stands, and what it derives from: the classes found, nearest first."""

    def __init__(self, module: _Module, node: ast.ClassDef) -> None:
        self.module, self.node = module, node
        self.lineage: list[_Class] = [self]
        self.root = ""  # the last word of the declarative base that it comes from, "Model" of Flask
        self.unknown = False  # a base is in no given file
        self.declarative = False  # a declarative base itself, which has no table
        self.metadata: tuple[_Module, ast.expr] | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.module.path, self.node.name

    def assigned(self, name: str) -> ast.expr | ast.FunctionDef | None:
        """What the class's own body binds to a name."""
        for node in reversed(self.node.body):
            match node:
                case ast.Assign(targets=targets, value=value):
                    if any(isinstance(each, ast.Name) and each.id == name for each in targets):
                        return value
                case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value) if bound == name:
                    return value
                case ast.FunctionDef(name=bound) if bound == name:
                    return node
        return None


def _class(sources: _Sources, module: _Module, node: ast.ClassDef, depth: int = 0) -> _Class:
    made = _Class(module, node)
    decorators = {
        sources.external(module, each.func if isinstance(each, ast.Call) else each)
        for each in node.decorator_list
    }
    made.declarative = bool(decorators & _BASE_DECORATORS)
    if decorators & (_MAPPING_DECORATORS | _BASE_DECORATORS):
        made.root = "mapped"
    for base in node.bases:
        base = base.value if isinstance(base, ast.Subscript) else base
        place = sources.lookup(module, base)
        if place is not None and place[1] in place[0].classes and depth < _DEPTH:
            inner = place[0].classes[place[1]]
            if inner is node:
                continue
            parent = _class(sources, place[0], inner, depth + 1)
            known = {each.key for each in parent.lineage}
            # What several bases share comes after all of them, as in Python's own order.
            made.lineage = [each for each in made.lineage if each.key not in known] + parent.lineage
            made.root = made.root or parent.root
            made.unknown |= parent.unknown
            made.metadata = made.metadata or parent.metadata
        elif place is not None and place[1] in place[0].values:
            _from_value(sources, made, *place)
        else:
            word = sources.external(module, base)
            if word in _ROOTS or word == "Model":
                made.root = made.root or word
                made.declarative |= word in _ROOTS and word != "SQLModel"
            elif word not in _PLAIN_BASES:
                made.unknown = True
    own = made.assigned("metadata")
    if isinstance(own, ast.expr):
        made.metadata = (module, own)
    return made


def _from_value(sources: _Sources, made: _Class, module: _Module, name: str) -> None:
    """A base that a call made: `Base = declarative_base(metadata=…)`, `db.Model`."""
    value = module.values[name]
    if isinstance(value, ast.Attribute) and value.attr == "Model":
        made.root = made.root or "Model"
        return
    if not isinstance(value, ast.Call):
        made.unknown = True
        return
    if sources.external(module, value.func) in _BASE_MAKERS:
        made.root = made.root or "declarative_base"
        for argument in value.keywords:
            if argument.arg == "metadata":
                made.metadata = made.metadata or (module, argument.value)
        if made.metadata is None and isinstance(value.func, ast.Attribute):  # of a registry
            place = sources.lookup(module, value.func.value)
            if place is not None:
                made.metadata = (place[0], value.func.value)
    else:
        made.unknown = True


class _Finder:
    """Finds the tables of one file."""

    def __init__(
        self, sources: _Sources, module: _Module, schema: str, told: Mapping[tuple[str, str], tuple[str, str]]
    ) -> None:
        self.sources, self.module, self.schema, self.told = sources, module, schema, told

    def models(self) -> Iterator[Model]:
        used: set[str] = set()
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.ClassDef):
                model = self._of_class(_class(self.sources, self.module, node))
                if model is not None:
                    used.add(model.name)
                    yield model
        for name, value in self.module.values.items():
            if isinstance(value, ast.Call) and self.sources.external(self.module, value.func) == "Table":
                model = self._of_call(name, value, self.module.value_lines[name])
                if model is not None:
                    yield model

    # A class ------------------------------------------------------------------------------------------

    def _of_class(self, found: _Class) -> Model | None:
        own = found.assigned("__table__")
        if isinstance(own, ast.Call) and self.sources.external(self.module, own.func) == "Table":
            return self._of_call(found.node.name, own, found.node.lineno)
        if own is not None or not is_mapped(self.sources, found):
            return None
        name = self._name(found)
        if name is None:
            return None
        path = self.module.path
        places = dict(columns_of(self.sources, found))
        if not places and found.key not in self.told:
            return None
        places[""] = Place(path, found.node.lineno)
        return Model(schema=name[0], table=name[1], name=found.node.name, places=places)

    def _name(self, found: _Class) -> tuple[str, str] | None:
        """Schema and table, None where only running the code would tell."""
        told = self.told.get(found.key)
        if told is not None:
            return told[0] or self.schema, told[1]
        table = self._table_name(found)
        schema = self._schema(found)
        return None if table is None or schema is None else (schema, table)

    def _table_name(self, found: _Class) -> str | None:
        own_name = found.node.name
        names = {
            "cls.__name__": own_name, "self.__name__": own_name, "__qualname__": own_name,
            "cls.__qualname__": own_name,
        }  # fmt: skip
        for each in found.lineage:
            value = each.assigned("__tablename__")
            if value is not None:
                if isinstance(value, ast.FunctionDef):
                    return _text(self.sources, each.module, _returned(value), names)
                return _text(self.sources, each.module, value, names)
        if found.root == "SQLModel":
            return own_name.lower()
        if found.root == "Model":  # Flask-SQLAlchemy
            return re.sub(r"(?<!^)(?<!_)(?:(?<=[a-z0-9])(?=[A-Z])|(?=[A-Z][a-z]))", "_", own_name).lower()
        return None

    def _schema(self, found: _Class) -> str | None:
        for each in found.lineage:
            value = each.assigned("__table_args__")
            value = _returned(value) if isinstance(value, ast.FunctionDef) else value
            if value is None:
                continue
            keywords = _last_dict(self.sources, each.module, value)
            if keywords is None:
                continue
            for key, said in zip(keywords.keys, keywords.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "schema":
                    if isinstance(said, ast.Constant) and said.value is None:
                        return self.schema
                    return _text(self.sources, each.module, said, {})
            break
        return self._of_metadata(*found.metadata) if found.metadata is not None else self.schema

    def _of_metadata(self, module: _Module, node: ast.expr, depth: int = 0) -> str | None:
        """The schema that a MetaData gives to tables that name none."""
        if depth > _DEPTH:
            return self.schema
        match node:
            case ast.Call(keywords=keywords, args=arguments):
                for each in keywords:
                    if each.arg == "schema" and not (
                        isinstance(each.value, ast.Constant) and each.value.value is None
                    ):
                        return _text(self.sources, module, each.value, {})
                    if each.arg == "metadata":  # of a registry
                        return self._of_metadata(module, each.value, depth + 1)
                # MetaData(schema) of 2.0 takes it first; so did `bind` of 1.4, which is no string
                first = _text(self.sources, module, arguments[0], {}) if arguments else None
                return first or self.schema
            case ast.Name():
                place = self.sources.lookup(module, node)
                if place is not None and place[1] in place[0].values:
                    return self._of_metadata(place[0], place[0].values[place[1]], depth + 1)
            case ast.Attribute(value=owner, attr="metadata"):
                place = self.sources.lookup(module, owner)
                if place is not None and place[1] in place[0].classes:
                    made = _class(self.sources, place[0], place[0].classes[place[1]])
                    if made.metadata is not None:
                        return self._of_metadata(*made.metadata, depth + 1)
                elif place is not None and place[1] in place[0].values:
                    return self._of_metadata(place[0], place[0].values[place[1]], depth + 1)
            case ast.Attribute():
                place = self.sources.lookup(module, node)
                if place is not None and place[1] in place[0].values:
                    return self._of_metadata(place[0], place[0].values[place[1]], depth + 1)
        return self.schema

    # Table(…) -----------------------------------------------------------------------------------------

    def _of_call(self, name: str, call: ast.Call, line: int) -> Model | None:
        path = self.module.path
        told = self.told.get((path, name))
        table = _text(self.sources, self.module, _argument(call, 0, "name"), {})
        if told is None and table is None:
            return None
        given = _keyword(call, "schema")
        metadata = _argument(call, 1, "metadata")
        schema: str | None = self.schema
        if given is not None and not (isinstance(given, ast.Constant) and given.value is None):
            schema = _text(self.sources, self.module, given, {})
        elif metadata is not None:
            schema = self._of_metadata(self.module, metadata)
        if told is not None:
            schema, table = told[0] or self.schema, told[1]
        if schema is None or table is None:
            return None
        places: dict[str, Place] = {}
        for each in call.args[2:]:
            if isinstance(each, ast.Call) and self.sources.external(self.module, each.func) in _COLUMNS:
                column = _text(self.sources, self.module, _argument(each, 0, "name"), {})
                if column is not None:
                    places.setdefault(column, Place(path, each.lineno))
        places[""] = Place(path, line)
        return Model(schema=schema, table=table, name=name, places=places)


def is_mapped(sources: _Sources, found: _Class) -> bool:
    """Whether a class has a table of its own."""
    abstract = found.assigned("__abstract__")
    if isinstance(abstract, ast.Constant) and abstract.value is True:
        return False
    flagged = [each.value for each in found.node.keywords if each.arg == "table"]
    if found.root == "SQLModel" or flagged:
        return any(isinstance(each, ast.Constant) and each.value is True for each in flagged)
    if found.declarative or (not found.root and not found.unknown):
        return False
    if found.assigned("__tablename__") is not None:
        return _has_columns(sources, found) or bool(found.root)
    parents = [each for each in found.lineage[1:] if _named(sources, each)]
    if any(is_mapped(sources, _class(sources, each.module, each.node)) for each in parents):
        return False  # in the table of its parent
    if any(each.assigned("__tablename__") is not None for each in found.lineage[1:]):
        return _has_columns(sources, found)
    return found.root == "Model" and _has_columns(sources, found)


def _named(sources: _Sources, found: _Class) -> bool:
    return found.assigned("__tablename__") is not None or found.assigned("__table__") is not None


def _has_columns(sources: _Sources, found: _Class) -> bool:
    return any(True for _ in columns_of(sources, found))


def columns_of(sources: _Sources, found: _Class) -> Iterator[tuple[str, Place]]:
    """The columns of a class and where each stands; those of a base that has a table are its own."""
    attributes: set[str] = set()
    columns: set[str] = set()
    late: list[tuple[str, Place]] = []
    for each in found.lineage:
        inherited = each is not found
        if inherited:
            parent = _class(sources, each.module, each.node)
            if _named(sources, each) and is_mapped(sources, parent):
                attributes.update(_attributes(each.node))
                continue
        own: set[str] = set()
        for attribute, column, line in _fields(sources, each, sqlmodel=found.root == "SQLModel"):
            own.add(attribute)
            if attribute in attributes or column in columns or column == "":
                continue
            columns.add(column)
            yield column, Place(each.module.path, line)
        attributes |= own | _attributes(each.node)
        late += _constrained(sources, each)
    for column, place in late:  # of a reflected table, or of a base that is not among the files
        if column not in columns:
            columns.add(column)
            yield column, place


def _attributes(node: ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for each in node.body:
        match each:
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                found.add(name)
            case ast.FunctionDef(name=name):
                found.add(name)
    return found


def _fields(sources: _Sources, found: _Class, *, sqlmodel: bool) -> Iterator[tuple[str, str, int]]:
    """Attribute, column ('' for none) and line of each statement of a class's body that makes a column."""
    module = found.module
    for node in found.node.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                column = None if sqlmodel else column_name(sources, module, name, value)
                if column is not None:
                    yield name, column, node.lineno
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                column = _annotated(sources, module, name, annotation, value, sqlmodel=sqlmodel)
                if column is not None:
                    yield name, column, node.lineno
            case ast.FunctionDef(name=name):
                words = {
                    sources.external(module, each.func if isinstance(each, ast.Call) else each)
                    for each in node.decorator_list
                }
                if "declared_attr" in words or words & {"cascading", "declared_attr.cascading"}:
                    column = column_name(sources, module, name, _returned(node))
                    if column is not None:
                        yield name, column, node.lineno


def _annotated(
    sources: _Sources,
    module: _Module,
    name: str,
    annotation: ast.expr,
    value: ast.expr | None,
    *,
    sqlmodel: bool,
) -> str | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    word = sources.external(module, annotation)
    if word == "ClassVar" or (name.startswith("__") and name.endswith("__")):
        return None
    said = None if value is None else column_name(sources, module, name, value)
    if said is not None and not sqlmodel:
        return said
    if isinstance(value, ast.Call) and sources.external(module, value.func) in _NOT_FIELDS:
        return None
    if sqlmodel:
        if name.startswith("_") or name == "model_config" or word in ("WriteOnlyMapped", "DynamicMapped"):
            return None
        for call in (value, *_metadata_of(sources, module, annotation)):
            if isinstance(call, ast.Call):
                if sources.external(module, call.func) in _NOT_FIELDS:
                    return None
                named = _of_field(sources, module, call)
                if named is not None:
                    return named
        return said or name
    if word == "Mapped" and value is None:
        return name
    if word == "Mapped" and isinstance(value, ast.Call):
        return None
    return name if word == "Mapped" else None


def _metadata_of(sources: _Sources, module: _Module, annotation: ast.expr) -> list[ast.expr]:
    match annotation:
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[_, *rest])):
            if sources.external(module, value) == "Annotated":
                return rest
    return []


def _of_field(sources: _Sources, module: _Module, call: ast.Call) -> str | None:
    """The column that SQLModel's `Field(…)` names, None where it names none."""
    column = _keyword(call, "sa_column")
    if column is not None:
        said = column_name(sources, module, "", column)
        if said:
            return said
    keywords = _keyword(call, "sa_column_kwargs")
    if isinstance(keywords, ast.Dict):
        for key, value in zip(keywords.keys, keywords.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "name":
                return _text(sources, module, value, {})
    return None


def column_name(
    sources: _Sources, module: _Module, attribute: str, value: ast.expr | None, depth: int = 0
) -> str | None:
    """The column that an expression makes when it is bound to an attribute; None where it makes none."""
    if not isinstance(value, ast.Call):
        if isinstance(value, ast.Name) and depth < _DEPTH:
            place = sources.resolve(module, value.id)
            if place is not None and place[1] in place[0].values:
                return column_name(sources, place[0], attribute, place[0].values[place[1]], depth + 1)
        return None
    word = sources.external(module, value.func)
    if word in _COLUMNS:
        given = _keyword(value, "name") or (value.args[0] if value.args else None)
        said = _text(sources, module, given, {}) if given is not None else None
        return said or attribute
    if word in _NOT_FIELDS:
        return None
    if word == "field":  # of a dataclass: metadata={"sa": Column(…)}
        metadata = _keyword(value, "metadata")
        values = metadata.values if isinstance(metadata, ast.Dict) else []
        return next(
            (said for each in values if (said := column_name(sources, module, attribute, each)) is not None),
            None,
        )
    if word in _WRAPPERS and value.args:
        inner = value.args[0]
        return column_name(sources, module, attribute, inner, depth + 1) if depth < _DEPTH else None
    place = sources.lookup(module, value.func)
    if place is not None and place[1] in place[0].functions and depth < _DEPTH:
        returned = _returned(place[0].functions[place[1]])
        return column_name(sources, place[0], attribute, returned, depth + 1)
    return None


def _constrained(sources: _Sources, found: _Class) -> Iterator[tuple[str, Place]]:
    """The columns that `ForeignKeyConstraint` of `__table_args__` names."""
    value = found.assigned("__table_args__")
    value = _returned(value) if isinstance(value, ast.FunctionDef) else value
    if not isinstance(value, ast.Tuple):
        return
    for each in value.elts:
        if not (
            isinstance(each, ast.Call) and sources.external(found.module, each.func) == "ForeignKeyConstraint"
        ):
            continue
        columns = _argument(each, 0, "columns")
        if isinstance(columns, ast.List | ast.Tuple):
            for name in columns.elts:
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    yield name.value, Place(found.module.path, name.lineno)


def _of_children(sources: _Sources) -> Iterator[tuple[dict[str, Place], tuple[str, str]]]:
    """Columns of classes that live in the table of their parent, with that parent's file and name."""
    for module in sources.candidates():
        for node in module.classes.values():
            found = _class(sources, module, node)
            if found.root in ("", "SQLModel") or len(found.lineage) < 2 or is_mapped(sources, found):
                continue
            for parent in found.lineage[1:]:
                if _named(sources, parent) and is_mapped(
                    sources, _class(sources, parent.module, parent.node)
                ):
                    own = {
                        column: Place(module.path, line)
                        for _, column, line in _fields(sources, found, sqlmodel=False)
                        if column
                    }
                    if own:
                        yield own, parent.key
                    break


def _returned(node: ast.FunctionDef) -> ast.expr | None:
    """What a function returns, where it has one way out."""
    values = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    return values[0] if len(values) == 1 else None


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    given = _keyword(call, name)
    if given is not None:
        return given
    return call.args[position] if len(call.args) > position else None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _last_dict(sources: _Sources, module: _Module, value: ast.expr, depth: int = 0) -> ast.Dict | None:
    match value:
        case ast.Dict():
            return value
        case ast.Tuple(elts=[*_, last]):
            return _last_dict(sources, module, last, depth + 1)
        case ast.Name() if depth < _DEPTH:
            place = sources.resolve(module, value.id)
            if place is not None and place[1] in place[0].values:
                return _last_dict(sources, place[0], place[0].values[place[1]], depth + 1)
    return None


# One file, for those who edit it --------------------------------------------------------------------------


class Written(msgspec.Struct, frozen=True):
    """A statement of a class's body that makes a column: the class, the attribute, the column, the line."""

    owner: str
    attribute: str
    column: str
    line: int


class Described(msgspec.Struct, frozen=True):
    """A class of a text: whether it is SQLModel's, and the columns that it and its bases of the text have.

    `owners` are the tables' classes of the text that each class gives columns to.
    """

    sqlmodel: bool
    columns: tuple[Written, ...]
    owners: Mapping[str, tuple[str, ...]]


def describe(text: str, path: str, name: str) -> Described | None:
    """A class of this text alone; None where it has no class of that name, or is no Python."""
    sources = _Sources(Path(), [path], {path: text.encode()})
    module = sources.module(path)
    if module is None:
        return None
    nodes = {node.name: node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}
    if name not in nodes:
        return None
    found = _class(sources, module, nodes[name])
    sqlmodel = found.root == "SQLModel" or any(each.arg == "table" for each in found.node.keywords)
    columns: list[Written] = []
    seen: set[str] = set()
    for each in found.lineage:
        own = [
            Written(each.node.name, attribute, column, line)
            for attribute, column, line in _fields(sources, each, sqlmodel=sqlmodel)
            if column and attribute not in seen
        ]
        columns += own
        seen |= {one.attribute for one in own} | _attributes(each.node)
    owners: dict[str, list[str]] = {}
    for node in nodes.values():
        other = _class(sources, module, node)
        if is_mapped(sources, other):
            for each in other.lineage:
                owners.setdefault(each.node.name, []).append(node.name)
    return Described(
        sqlmodel=sqlmodel,
        columns=tuple(columns),
        owners={key: tuple(sorted(value)) for key, value in sorted(owners.items())},
    )
