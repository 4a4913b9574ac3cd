"""The first model of a table that a service has none of, by sqlacodegen."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, Literal

import libcst as cst
import msgspec

from ormony.adapters import subprocesses
from ormony.adapters.edit_python.concrete import (
    argument_at,
    code_of,
    exchanged,
    search,
    target_of,
    text_of,
    without_argument,
)
from ormony.adapters.edit_python.editing import edit
from ormony.adapters.edit_python.names import Names
from ormony.adapters.edit_python.written import tables_of
from ormony.errors import DATABASE, OrmonyError
from ormony.mirrors import Edit, Field, Key, Model

_FIRST_TIMEOUT_S: Final = 60.0
_FIRST: Final = """
import json, sys
import psycopg, sqlalchemy
from sqlacodegen import generators
job = json.load(sys.stdin)
engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(job["url"]))
metadata = sqlalchemy.MetaData()
metadata.reflect(engine, schema=job["schema"], only=[job["table"]], resolve_fks=False, views=True)
keys = []
for table in metadata.tables.values():
    for each in list(table.foreign_key_constraints):
        if len(each.elements) == 1:
            schema, name, column = each.elements[0]._column_tokens
            keys.append([each.elements[0].parent.name, schema, name, column])
        table.constraints.discard(each)
    for column in table.columns:
        table.foreign_keys.difference_update(column.foreign_keys)
        column.foreign_keys.clear()
        if column.identity is not None:  # the limits are the owner's
            always, column.identity, column.server_default = column.identity.always, None, None
            sqlalchemy.Identity(always=always)._set_parent(column)
    table.primary_key.name = None
kind = generators.SQLModelGenerator if job["style"] == "sqlmodel" else generators.DeclarativeGenerator
text = kind(metadata, engine, ["noindexes", "nocomments"]).generate()
json.dump({"text": text, "keys": keys}, sys.stdout)
"""


def first(
    url: str,
    schema: str,
    table: str,
    *,
    style: Literal["sqlmodel", "sqlalchemy"],
    search_path: tuple[str, ...] = ("public",),
    modelled: Collection[tuple[str, str]] = (),
) -> str:
    """The text of a file with the first model of a table or view of the database at `url`, a shadow.

    sqlacodegen reads the database, in a process of its own. Foreign keys are those to tables of `modelled`
    and to the table itself. Indexes and comments are left to the owner. Raises `first-model-failed` (exit 3).
    """
    unqualified = bool(search_path) and schema == search_path[0]
    job = {"url": url, "schema": schema, "table": table, "style": style}
    outcome = subprocesses.run(
        [sys.executable, "-I", "-W", "ignore", "-c", _FIRST],
        cwd=Path(__file__).parent,
        environment={key: value for key, value in os.environ.items() if not key.startswith(("PG", "PYTHON"))},
        timeout_s=_FIRST_TIMEOUT_S,
        keep_bytes=4 << 20,
        stdin=msgspec.json.encode(job),
    )
    found: Any = None
    if outcome.status == 0:
        with contextlib.suppress(msgspec.DecodeError):
            found = msgspec.json.decode(outcome.stdout.strip().encode())
    if found is None:
        lines = [line for line in outcome.stderr.splitlines() if line.strip()]
        raise OrmonyError(
            "first-model-failed",
            f'sqlacodegen cannot make a model of "{schema}.{table}"'
            + (f": {lines[-1].strip()}" if lines else ""),
            hint="write the model by hand, then: ormony check",
            exit_status=DATABASE,
        )
    text: str = found["text"]
    if unqualified:
        text = _without_schema(text, schema)
    return _with_keys(text, schema, table, found["keys"], modelled)


def _without_schema(text: str, schema: str) -> str:
    """The text without `__table_args__ = {'schema': …}` of a schema that is the first of the search path."""
    module = cst.parse_module(text)

    def says(node: cst.CSTNode) -> bool:
        return (
            isinstance(node, cst.DictElement)
            and text_of(node.key) == "schema"
            and text_of(node.value) == schema
        )

    for statement in search(module, lambda node: target_of(node) == "__table_args__"):
        value = statement.body[0].value
        dictionaries = [value] if isinstance(value, cst.Dict) else []
        if isinstance(value, cst.Tuple):
            dictionaries = [each.value for each in value.elements if isinstance(each.value, cst.Dict)]
        for each in dictionaries:
            if not any(says(element) for element in each.elements):
                continue
            if len(each.elements) > 1:
                kept = [element for element in each.elements if not says(element)]
                replaced = module.deep_replace(each, each.with_changes(elements=kept))
                assert isinstance(replaced, cst.Module)  # a part of it was replaced
                return replaced.code
            if isinstance(value, cst.Dict):
                changed = module.deep_remove(statement)
            else:
                left = [element for element in value.elements if element.value is not each]
                last = cst.Comma() if len(left) == 1 else cst.MaybeSentinel.DEFAULT
                left[-1] = left[-1].with_changes(comma=last)
                changed = module.deep_replace(value, value.with_changes(elements=left))
            assert isinstance(changed, cst.Module)
            return changed.code
    calls = search(module, lambda node: isinstance(node, cst.Call) and code_of(node.func) == "Table")
    for call in calls:
        index = argument_at(call, "schema")
        if index is not None:
            return exchanged(module, call, without_argument(call, index)).code
    return text


def _with_keys(
    text: str, schema: str, table: str, keys: list[list[str]], modelled: Collection[tuple[str, str]]
) -> str:
    """The text with the foreign keys to the tables that are there."""
    names = [each[2] for each in tables_of(ast.parse(text), Names(ast.parse(text))) if each[1] == table]
    if not names:
        return text
    model = Model(schema=schema, table=table, name=names[0], places={})
    edits = [
        Edit(
            action="alter",
            column=column,
            field=Field(name=column, type=""),
            change=("reference",),
            reference=Key(columns=(column,), references=(target or schema, name), referenced=(other,)),
        )
        for column, target, name, other in keys
        if (target or schema, name) in {*modelled, (schema, table)}
    ]
    return edit(text, model, edits, path="models.py").text
