"""Edits made one after the other: each on the text that the one before has left."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

import msgspec

from ormony.adapters import python_models
from ormony.adapters.edit_python.adding import add
from ormony.adapters.edit_python.changing import alter
from ormony.adapters.edit_python.imports import without_unused
from ormony.adapters.edit_python.left import Left
from ormony.adapters.edit_python.new_column import paste
from ormony.adapters.edit_python.removing import remove
from ormony.adapters.edit_python.table_calls import edited_table
from ormony.adapters.edit_python.work import Work
from ormony.mirrors import Edit, Edited, Model


def edit(
    text: str,
    model: Model,
    edits: Iterable[Edit],
    *,
    path: str,
    modelled: Collection[tuple[str, str]] | None = None,
) -> Edited:
    """The text of the file `path` with these edits of the model made, one after the other.

    What stands in another file than `path` is left: the caller asks again with that file's text. To make the
    same edits again changes nothing. `modelled` are (schema, table) that the service has models of, None for
    unknown: SQLAlchemy cannot write a row whose foreign key leads to another table.
    """
    done: list[Edit] = []
    left: list[tuple[Edit, str]] = []
    now = text
    for each in edits:
        try:
            now = _checked(_made(Work(now, model, path), _within(each, modelled)))
        except Left as reason:
            left.append((each, reason.text))
        else:
            done.append(each)
    if now != text:
        now = without_unused(text, now, path)
    return Edited(text=now, done=tuple(done), left=tuple(left))


def _within(each: Edit, modelled: Collection[tuple[str, str]] | None) -> Edit:
    """An edit without a foreign key to a table that the service has no model of."""
    if each.reference is None or modelled is None or each.reference.references in modelled:
        return each
    if each.action == "alter" and "reference" in each.change:
        raise Left(
            f"no model of {'.'.join(each.reference.references)} is known, which {each.column} references"
        )
    return msgspec.structs.replace(each, reference=None)


def _checked(text: str) -> str:
    try:
        ast.parse(text)
    except SyntaxError as error:  # a bug of ours, that must not reach the user's file
        raise Left(f"the edited text would be no Python ({error.msg})") from None
    return text


def _made(work: Work, each: Edit) -> str:
    """The text with the edit made."""
    if work.style == "table":
        return edited_table(work, each)
    assert work.described is not None
    found = next((one for one in work.described.columns if one.column == each.column), None)
    match each.action:
        case "add":
            return work.text if found is not None else add(work, each)
        case "remove":
            if found is None and not _elsewhere(work, each):
                return work.text
            return remove(work, each, _editable(work, each, found))
        case _:
            return alter(work, each, _editable(work, each, found))


def _elsewhere(work: Work, each: Edit) -> bool:
    place = work.model.places.get(each.column)
    return place is not None and place.path != work.path


def _editable(work: Work, each: Edit, found: python_models.Written | None) -> python_models.Written:
    """The statement to edit; left where it is not here, or is others' too."""
    assert work.described is not None
    if found is None:
        place = work.model.places.get(each.column)
        where = f" it stands at {place}" if place is not None else ""
        raise Left(f"column {each.column} is not written in {work.path};{where}", paste(work, each))
    owners = work.described.owners.get(found.owner, ())
    if len(owners) > 1:
        raise Left(
            f"column {each.column} stands in {found.owner}, at {work.path}:{found.line}, which is of "
            f"{', '.join(owners)}",
            paste(work, each),
        )
    return found
