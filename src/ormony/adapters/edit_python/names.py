"""What names of a file mean: what its top level binds, and how an edit may say a name of a module."""

from __future__ import annotations

import ast
from typing import Final

import libcst as cst

from ormony.adapters.edit_python.concrete import as_ast, search

CORE: Final = "sqlalchemy"
DIALECT: Final = "sqlalchemy.dialects.postgresql"
VECTOR: Final = "pgvector.sqlalchemy"


class Names:
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
        if self.flask is not None and module in (CORE, "sqlalchemy.orm"):
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


def calls_of(node: cst.CSTNode, word: str, names: Names) -> list[cst.Call]:
    """The calls of what is called `word`, under whatever alias."""
    return search(node, lambda each: isinstance(each, cst.Call) and names.word(as_ast(each.func)) == word)
