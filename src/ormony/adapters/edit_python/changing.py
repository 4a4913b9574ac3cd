"""A column's statement changed: type, null, default and reference, laid out as the file does."""

from __future__ import annotations

import libcst as cst

from ormony.adapters import python_models
from ormony.adapters.edit_python.concrete import (
    argument_at,
    as_ast,
    code_of,
    exchanged,
    exchanged_in,
    find_class,
    target_of,
    with_argument,
    with_entry,
    with_keyword,
    with_value,
    without_argument,
    without_keyword,
)
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.new_column import is_primary_key, paste
from ormony.adapters.edit_python.references import change_reference
from ormony.adapters.edit_python.retyping import change_type
from ormony.adapters.edit_python.saying import is_uncounted, marker_of, optional_of, server_default
from ormony.adapters.edit_python.spot import Spot, column_call, field_call, made_call
from ormony.adapters.edit_python.work import Work, finished, fits, laid_out
from ormony.adapters.edit_python.written import COLUMNS, annotation_of, type_position
from ormony.mirrors import Edit


def alter(work: Work, each: Edit, found: python_models.Written) -> str:
    """The text with the column's statement changed; left where a function makes it."""
    node = find_class(work.module, found.owner)
    assert node is not None
    body = list(node.body.body)
    index = next((i for i, one in enumerate(body) if target_of(one) == found.attribute), None)
    if index is None or not isinstance(body[index], cst.SimpleStatementLine):
        raise Left(f"column {each.column} is made by a function, at {work.path}:{found.line}")
    line = cst.ensure_type(body[index], cst.SimpleStatementLine)
    small = line.body[0]
    assert isinstance(small, cst.AnnAssign | cst.Assign)
    annotation = small.annotation.annotation if isinstance(small, cst.AnnAssign) else None
    spot = Spot(None if annotation is None else code_of(annotation), small.value)
    work.names.avoid |= {found.attribute}
    apply(work, spot, each, found.attribute, f"{work.path}:{found.line}")
    if spot.constraint is not None:
        changed_body = [exchanged_in(one, *spot.constraint) for one in body]
        changed: cst.ClassDef = node.with_changes(body=node.body.with_changes(body=changed_body))
        return finished(work, exchanged(work.module, node, changed))
    new: cst.BaseSmallStatement
    if isinstance(small, cst.AnnAssign):
        assert spot.annotation is not None
        new = small
        if annotation is not None and spot.annotation != code_of(annotation):
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
    body[index] = _broken(work, line.with_changes(body=[new, *line.body[1:]]), line)
    changed = node.with_changes(body=node.body.with_changes(body=body))
    return finished(work, exchanged(work.module, node, changed))


def _broken(
    work: Work, line: cst.SimpleStatementLine, before: cst.SimpleStatementLine
) -> cst.SimpleStatementLine:
    """A statement on several lines where the edit has made its one line too long."""
    bare = {"leading_lines": [], "trailing_whitespace": cst.TrailingWhitespace()}
    new, old = (code_of(each.with_changes(**bare)).rstrip() for each in (line, before))
    small = line.body[0]
    value = small.value if isinstance(small, cst.AnnAssign | cst.Assign) else None
    if "\n" in new or "#" in new or len(new) <= len(old) or not isinstance(value, cst.Call):
        return line
    call = code_of(value)
    if not new.endswith(call) or not value.args or fits(work, new):
        return line
    arguments = [
        code_of(
            each.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace(""))
        )
        for each in value.args
    ]
    text = laid_out(work, new[: -len(call)] + code_of(value.func), arguments)
    made = cst.parse_statement(text, config=work.module.config_for_parsing)
    return line.with_changes(body=cst.ensure_type(made, cst.SimpleStatementLine).body)


def apply(work: Work, spot: Spot, each: Edit, attribute: str, place: str) -> None:
    """Make the changes of an edit on a column's annotation and value."""
    assert each.field is not None
    if isinstance(spot.value, cst.Call):
        word = work.word(spot.value.func)
        if word not in COLUMNS | {"Field", "deferred", "column_property"}:
            raise Left(f"column {each.column} is made by {word}(…), at {place}", paste(work, each))
    if spot.annotation is not None and "Annotated[" in spot.annotation:
        raise Left(f"column {each.column} is described by Annotated[…], at {place}", paste(work, each))
    for part in each.change:
        match part:
            case "type":
                change_type(work, spot, each, place)
            case "null":
                _change_null(work, spot, each)
            case "default":
                _change_default(work, spot, each, place)
            case "reference":
                change_reference(work, spot, each, attribute, place)
            case _:
                raise Left(f"{part} of column {each.column} is nothing that is edited", paste(work, each))


def _change_null(work: Work, spot: Spot, each: Edit) -> None:
    assert each.field is not None
    null = not each.field.not_null
    if spot.annotation is not None:
        said = annotation_of(spot.annotation, work.names)
        if said.core and null and not said.optional:
            spot.annotation = said.text(optional_of(work, said.core), spot.annotation)
        elif said.core and not null and said.optional:
            spot.annotation = said.text(said.core, spot.annotation)
    column = column_call(work, spot.value)
    if work.style == "sqlmodel":
        _null_of_field(work, spot, each, column, null=null)
        return
    if column is None:
        return  # Mapped[…] alone says it
    mapped = spot.annotation is not None and annotation_of(spot.annotation, work.names).mapped
    if argument_at(column, "nullable") is not None or not mapped:
        spot.replace(column, with_keyword(column, "nullable", str(null)))


def _null_of_field(work: Work, spot: Spot, each: Edit, column: cst.Call | None, *, null: bool) -> None:
    assert each.field is not None
    if column is not None:
        spot.replace(column, with_keyword(column, "nullable", str(null)))
    value = spot.value
    if isinstance(value, cst.Call):
        first = value.args[0] if value.args and value.args[0].keyword is None else None
        default = first.value if first is not None else None
        index = argument_at(value, "default")
        default = value.args[index].value if index is not None else default
        empty = default is None or code_of(default) in ("...", "Ellipsis", "PydanticUndefined")
        new = value
        if argument_at(new, "nullable") is not None:
            new = with_keyword(new, "nullable", str(null))
        if null and empty and argument_at(new, "default_factory") is None:
            new = (
                with_value(new, 0, "None")
                if first is not None
                else with_keyword(new, "default", "None", first=True)
            )
        elif not null and default is not None and code_of(default) == "None":
            if each.field.default is not None:  # the server fills it in: it may be left out
                new = with_keyword(new, "nullable", "False") if column is None else new
            elif first is not None:
                new = without_argument(new, 0)
            else:
                new = without_keyword(new, "default")
        spot.value = new if new.args else None
    elif value is None and null:
        spot.value = cst.parse_expression("None")
    elif value is not None and not null and code_of(value) == "None":
        if each.field.default is not None:
            call = work.names.use("sqlmodel", "Field")
            spot.value = cst.parse_expression(f"{call}(default=None, nullable=False)")
        else:
            spot.value = None


def _change_default(work: Work, spot: Spot, each: Edit, place: str) -> None:
    assert each.field is not None
    field = each.field
    if field.generated:
        raise Left(f"column {each.column} is generated in the database", paste(work, each))
    server = server_default(work, field)
    marker = marker_of(work, field)
    column = column_call(work, spot.value)
    uncounted = is_primary_key(spot.value) and is_uncounted(work, each)
    if work.style == "sqlmodel" and column is None:
        call = field_call(work, spot, place)
        new = with_entry(call, "sa_column_kwargs", "server_default", server, work.quoted)
        if uncounted:
            new = with_entry(new, "sa_column_kwargs", "autoincrement", "False", work.quoted)
        if marker and "Identity" not in code_of(call) and "primary_key=True" not in code_of(call):
            new = with_keyword(new, "sa_column_args", f"[{', '.join(marker)}]")
        if new is not call:
            spot.value = new if new.args else None
        return
    if column is None and not server and not marker:
        return
    column = made_call(work, spot)
    new = (
        with_keyword(column, "server_default", server)
        if server
        else without_keyword(column, "server_default")
    )
    if not marker and not server:
        new = _without_counters(work, new)
    if uncounted:
        new = with_keyword(new, "autoincrement", "False")
    if marker and "Identity" not in code_of(column) and "primary_key" not in code_of(column):
        position = type_position(as_ast(column), work.names)
        new = with_argument(new, (position if position is not None else -1) + 1, marker[0])
    spot.replace(column, new)


def _without_counters(work: Work, call: cst.Call) -> cst.Call:
    """Without `Identity()` and `Sequence(…)`."""
    for index in reversed(range(len(call.args))):
        value = call.args[index].value
        if isinstance(value, cst.Call) and work.word(value.func) in ("Identity", "Sequence"):
            call = without_argument(call, index)
    return call
