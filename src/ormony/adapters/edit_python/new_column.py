"""A new column's statement, in the style of the class."""

from __future__ import annotations

import ast
import keyword
import re
from typing import Final

import libcst as cst

from ormony.adapters.edit_python.concrete import code_of, find_class, target_of
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.names import CORE
from ormony.adapters.edit_python.saying import (
    explicit_type,
    field_constraints,
    is_implied,
    is_uncounted,
    literal_of,
    marker_of,
    optional_of,
    python_of,
    said_type,
    server_default,
    target_of_key,
    wanted_type,
)
from ormony.adapters.edit_python.work import Work, callee, laid_out
from ormony.adapters.edit_python.written import class_of
from ormony.mirrors import Edit, Field

_RESERVED: Final = frozenset({"metadata", "registry"})
_RESERVED_PYDANTIC: Final = frozenset(
    {"schema", "json", "dict", "copy", "validate", "construct", "fields", "parse_obj", "from_orm"}
)


def new_field(work: Work, each: Edit) -> str:
    """The statement of a new column, in the style of the class, without indentation."""
    field = each.field
    assert field is not None
    if work.style == "table":
        return new_in_table(work, each)
    attribute, named = _attribute(work, each.column)
    work.names.avoid |= {attribute}
    if work.style == "sqlmodel":
        return _new_sqlmodel(work, each, field, attribute, named)
    return _new_mapped(work, each, field, attribute, named)


def paste(work: Work, each: Edit) -> str:
    """The column as it would be written anew."""
    if each.field is None:
        return ""
    try:
        fresh = Work(work.text, work.model, work.path)
        return new_field(fresh, each)
    except Left as reason:
        return reason.paste


def _attribute(work: Work, column: str) -> tuple[str, bool]:
    """The attribute for a new column, and whether it needs the column's name beside it."""
    assert work.described is not None
    known = next((each for each in work.described.columns if each.column == column), None)
    if known is not None:  # to be pasted in its place
        return known.attribute, known.attribute != column
    snake = _snake(column)
    attribute = column
    if snake != column and column.isidentifier():
        own = work.described.columns
        verbatim = any(one.attribute == one.column and _snake(one.column) != one.column for one in own)
        attribute = column if verbatim else snake
    elif not column.isidentifier():
        attribute = re.sub(r"\W+", "_", snake).strip("_") or "column"
        attribute = f"column_{attribute}" if attribute[0].isdigit() else attribute
    if attribute.startswith("_"):
        attribute = attribute.lstrip("_") or "column"
    # A field called as something that the class's own body uses would stand before it there.
    node = class_of(work.tree, work.model.name)
    inner = [each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)] if node else []
    loaded = {
        each.id
        for one in inner
        for each in ast.walk(one)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    }
    taken = work.names.avoid | _RESERVED | loaded
    if work.style == "sqlmodel":
        taken |= _RESERVED_PYDANTIC
    while attribute in taken or keyword.iskeyword(attribute):
        attribute += "_"
    return attribute, attribute != column


def _snake(text: str) -> str:
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text).lower()


def _new_sqlmodel(work: Work, each: Edit, field: Field, attribute: str, named: bool) -> str:
    kind = wanted_type(work, each)
    python = python_of(work, kind, each)
    said = said_type(work, kind, each)
    arguments: list[str] = []
    column_arguments: list[str] = []
    server = server_default(work, field)
    literal = literal_of(work, field, python) if server else None
    optional = not field.not_null
    if optional or (server and literal is None) or field.default == "" or field.generated:
        arguments.append("default=None")
    elif literal is not None:
        arguments.append(f"default={literal}")
    alias = _alias(work, attribute)
    if alias is not None:
        arguments.append(f"alias={work.quoted(alias)}")
    target = target_of_key(work, each.reference) if each.reference is not None else None
    explicit = explicit_type(work, kind, python, said)
    marker = marker_of(work, field)
    if explicit is not None and _prefers_sa_column(work):
        column = work.names.use(CORE, "Column")
        if named:
            column_arguments.append(work.quoted(each.column))
        column_arguments.append(explicit)
        if target is not None:
            column_arguments.append(f"{work.names.use(CORE, 'ForeignKey')}({work.quoted(target)})")
        column_arguments += marker
        column_arguments.append(f"nullable={not field.not_null}")
        if server:
            column_arguments.append(f"server_default={server}")
        column_arguments += _key_of(work, each)
        arguments.append(f"sa_column={column}({', '.join(column_arguments)})")
    else:
        if target is not None:
            arguments.append(f"foreign_key={work.quoted(target)}")
        if field.not_null and "default=None" in arguments:
            arguments.append("nullable=False")
        if explicit is not None:
            arguments.append(f"sa_type={explicit}")
        else:
            arguments += field_constraints(work, kind)
        if marker:
            arguments.append(f"sa_column_args=[{', '.join(marker)}]")
        keywords = []
        if named:
            keywords.append(f"{work.quoted('name')}: {work.quoted(each.column)}")
        if server:
            keywords.append(f"{work.quoted('server_default')}: {server}")
        arguments += _key_of(work, each)[:1]
        if len(_key_of(work, each)) > 1:
            keywords.append(f"{work.quoted('autoincrement')}: False")
        if keywords:
            arguments.append(f"sa_column_kwargs={{{', '.join(keywords)}}}")
    annotation = optional_of(work, python) if optional else python
    if arguments == ["default=None"] and not re.search(r"= Field\(default=None\)", work.text):
        return f"{attribute}: {annotation} = None\n"
    if not arguments:
        return f"{attribute}: {annotation}\n"
    call = work.names.use("sqlmodel", "Field")
    return laid_out(work, f"{attribute}: {annotation} = {call}", arguments)


def _new_mapped(work: Work, each: Edit, field: Field, attribute: str, named: bool) -> str:
    kind = wanted_type(work, each)
    python = python_of(work, kind, each)
    said = said_type(work, kind, each)
    arguments = [work.quoted(each.column)] if named else []
    mapped = work.style == "mapped"
    if not (mapped and is_implied(work, kind, python)):
        arguments.append(said)
    if each.reference is not None:
        target = work.quoted(target_of_key(work, each.reference))
        arguments.append(f"{work.names.use(CORE, 'ForeignKey')}({target})")
    arguments += marker_of(work, field)
    says_null = re.findall(r"nullable=(True|False)", work.own_text())
    if mapped:
        if len(says_null) * 2 > work.own_text().count("mapped_column("):
            arguments.append(f"nullable={not field.not_null}")
    elif field.not_null:
        arguments.append("nullable=False")
    elif "True" in says_null:
        arguments.append("nullable=True")
    server = server_default(work, field)
    if server:
        arguments.append(f"server_default={server}")
    arguments += _key_of(work, each)
    dataclass = mapped and _dataclass(work)
    if dataclass:
        if server or field.default == "" or field.generated:
            arguments.append("init=False")
        else:
            arguments += ["default=None"] if not field.not_null else []
            arguments += [] if dataclass == "keywords" else ["kw_only=True"]
    if not mapped:
        call = callee(work, "Column", CORE)
        return laid_out(work, f"{attribute} = {call}", arguments)
    annotation = optional_of(work, python) if not field.not_null else python
    start = f"{attribute}: {callee(work, 'Mapped', 'sqlalchemy.orm')}[{annotation}]"
    if not arguments:
        return start + "\n"
    return laid_out(work, f"{start} = {callee(work, 'mapped_column', 'sqlalchemy.orm')}", arguments)


def _key_of(work: Work, each: Edit) -> list[str]:
    """What a column that is written anew keeps as a key of its model."""
    assert work.described is not None
    known = next((one for one in work.described.columns if one.column == each.column), None)
    if known is None:
        return []
    node = find_class(work.module, known.owner)
    line = next((one for one in node.body.body if target_of(one) == known.attribute), None) if node else None
    if line is None or not is_primary_key(line):
        return []
    return ["primary_key=True", *(["autoincrement=False"] if is_uncounted(work, each) else [])]


def is_primary_key(node: cst.CSTNode | None) -> bool:
    """Whether a statement or call says `primary_key=True`."""
    return node is not None and any(
        isinstance(each, ast.keyword)
        and each.arg == "primary_key"
        and isinstance(each.value, ast.Constant)
        and each.value.value is True
        for each in ast.walk(ast.parse(code_of(node).strip()))
    )


def _dataclass(work: Work) -> str:
    """Whether the class is a dataclass too, and if its fields are keywords only."""
    node = class_of(work.tree, work.model.name)
    assert node is not None
    lineage = [node]
    for each in lineage:
        for base in each.bases:
            inner = class_of(work.tree, work.names.word(base))
            if inner is not None and inner not in lineage:
                lineage.append(inner)
    words = {work.names.word(base) for each in lineage for base in each.bases}
    decorators = [each for one in lineage for each in one.decorator_list]
    called = {work.names.word(each) for each in decorators}
    if "MappedAsDataclass" not in words and not called & {"mapped_as_dataclass", "dataclass"}:
        return "" if "init=False" not in work.own_text() else "fields"
    keywords = [each for one in lineage for each in one.keywords]
    keywords += [each for one in decorators if isinstance(one, ast.Call) for each in one.keywords]
    only = any(
        each.arg == "kw_only" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in keywords
    )
    return "keywords" if only else "fields"


def _alias(work: Work, attribute: str) -> str | None:
    """`alias="userId"`, where the class's fields of several words have such."""
    camel = re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), attribute)
    if camel == attribute:
        return None
    fields = [each for each in ast.walk(work.tree) if isinstance(each, ast.AnnAssign)]
    node = class_of(work.tree, work.model.name)
    own = [each for each in fields if node is not None and each in node.body]
    given = 0
    words = 0
    for each in own:
        if not isinstance(each.target, ast.Name) or "_" not in each.target.id.strip("_"):
            continue
        if isinstance(each.value, ast.Call) and work.names.word(each.value.func) == "Relationship":
            continue
        words += 1
        if isinstance(each.value, ast.Call):
            expected = re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), each.target.id)
            given += any(
                one.arg == "alias" and isinstance(one.value, ast.Constant) and one.value.value == expected
                for one in each.value.keywords
            )
    return camel if given and given * 2 >= words else None


def _prefers_sa_column(work: Work) -> bool:
    if re.search(r"\bsa_type\s*=", work.text):
        return False
    return bool(re.search(r"\bsa_column\s*=", work.text))


def new_in_table(work: Work, each: Edit) -> str:
    """The argument of a `Table(…)` for a new column."""
    field = each.field
    assert field is not None
    kind = wanted_type(work, each)
    arguments = [work.quoted(each.column), said_type(work, kind, each)]
    if each.reference is not None:
        target = work.quoted(target_of_key(work, each.reference))
        arguments.append(f"{work.names.use(CORE, 'ForeignKey')}({target})")
    arguments += marker_of(work, field)
    if field.not_null:
        arguments.append("nullable=False")
    elif "nullable=True" in work.text:
        arguments.append("nullable=True")
    server = server_default(work, field)
    if server:
        arguments.append(f"server_default={server}")
    assert work.table is not None
    called = next(
        (
            code_of(each.value.func)
            for each in work.table.args
            if isinstance(each.value, cst.Call) and work.word(each.value.func) == "Column"
        ),
        None,
    ) or work.names.use(CORE, "Column")
    return f"{called}({', '.join(arguments)}),\n"
