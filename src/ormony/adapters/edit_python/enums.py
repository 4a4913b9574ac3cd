"""The enum of a column's labels: one that the file has, maybe with more members, or a new one."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Sequence

import libcst as cst

from ormony.adapters.edit_python.concrete import argument_at, code_of, text_of, with_argument, with_keyword
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.names import CORE
from ormony.adapters.edit_python.sqltypes import SqlType
from ormony.adapters.edit_python.work import Work
from ormony.adapters.edit_python.written import annotation_of, source_of
from ormony.mirrors import Edit


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


def enum_for(work: Work, kind: SqlType, each: Edit) -> tuple[str, bool]:
    """The class of an enum's labels, and whether its members are called as the labels are."""
    labels = set(each.labels)
    for name, members in work.enums.items():
        if set(members) == labels:
            return name, True
        if set(members.values()) == labels:
            return name, False
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"\W+|_", kind.base) if word)
    name = name if name.isidentifier() else f"Enum{name}"
    if name in work.enums:
        raise Left(
            f"enum {name} of {work.path} has other labels than {kind.base} in the database: "
            + ", ".join(each.labels),
            _enum_text(name, each.labels, work.enums[name], "str, Enum"),
        )
    if name in work.names.others or name in work.names.imported:
        raise Left(
            f"{name} is bound in {work.path}, and what labels it has cannot be seen there",
            ", ".join(each.labels),
        )
    work.before.append(_new_enum(work, name, each.labels))
    same = all(_member(label) == label for label in each.labels)
    work.enums[name] = {_member(label): label for label in each.labels}
    return name, same


def _new_enum(work: Work, name: str, labels: Sequence[str]) -> str:
    """A Python enum with the bases that the file's others have."""
    for node in ast.walk(work.tree):
        if isinstance(node, ast.ClassDef) and node.name in work.enums and node.bases:
            bases = ", ".join(source_of(work.text, each) for each in node.bases)
            return _enum_text(name, labels, {}, bases)
    return _enum_text(name, labels, {}, f"str, {work.names.use('enum', 'Enum')}")


def said_enum(work: Work, kind: SqlType, each: Edit) -> str:
    """SQLAlchemy's type of an enum, by the Python class that has its labels."""
    python, same = enum_for(work, kind, each)
    arguments = [python]
    if python.lower() != kind.base:
        arguments.append(f"name={work.quoted(kind.base)}")
    if kind.schema and kind.schema not in ("public", work.model.schema):
        arguments.append(f"schema={work.quoted(kind.schema)}")
    if not same:
        arguments.append("values_callable=lambda kind: [each.value for each in kind]")
    called = next(
        (
            source_of(work.text, node.func)
            for node in ast.walk(work.tree)
            if isinstance(node, ast.Call) and work.names.word(node.func) == "Enum"
        ),
        None,
    ) or work.names.use(CORE, "Enum")
    return f"{called}({', '.join(arguments)})"


def kept_enum(call: cst.Call, python: str, base: str, quoted: Callable[[str], str]) -> str | None:
    """The enum as it is written, with the type's name; None where it is of another class."""
    if not call.args or code_of(call.args[0].value) != python:
        return None
    index = argument_at(call, "name")
    if index is None:
        return code_of(call if python.lower() == base else with_argument(call, 1, f"name={quoted(base)}"))
    if text_of(call.args[index].value) == base:
        return code_of(call)
    return code_of(with_keyword(call, "name", quoted(base)))


def extend_enum(work: Work, each: Edit, kind: SqlType, old: ast.expr | None, annotation: str | None) -> None:
    """Give the enum that the column has already the labels that the database has more."""
    wanted = set(each.labels)
    if not wanted or any(wanted in (set(members), set(members.values())) for members in work.enums.values()):
        return
    name = annotation_of(annotation, work.names).core if annotation is not None else ""
    if isinstance(old, ast.Call) and old.args and isinstance(old.args[0], ast.Name):
        name = old.args[0].id
    members = work.enums.get(name)
    if members is None:
        return
    by_value = old is not None and "values_callable" in ast.unparse(old)
    labels = set(members.values()) if by_value else set(members)
    if labels - wanted:
        raise Left(f"enum {name} has {', '.join(sorted(labels - wanted))}, which {kind.base} has not")
    missing = [label for label in each.labels if label not in labels]
    upper = by_value and all(member == member.upper() for member in members)
    new = {(_member(label).upper() if upper else _member(label)): label for label in missing}
    if not by_value and any(_member(label) != label for label in missing):
        raise Left(f"enum {name} cannot have members called {', '.join(missing)}")
    work.enums[name] = members | new
    work.extended = (name, frozenset(members), new)
