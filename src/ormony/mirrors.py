"""Is a model of a table that another service owns safe to read and write through?

A mirror is judged by what would break: reads (the database's values are not all among the model's), writes
(the model's values are not all among the database's, or a row that the model makes is refused), or nothing.
Pure: adapters and catalogs give the shapes, `adapters/edit_*.py` carry out the edits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

import msgspec

from ormony import sql
from ormony.catalog import (
    Catalog,
    Column,
    Constraint,
    Domain,
    Enum,
    Index,
    MaterializedView,
    Ref,
    Table,
    View,
)

Breaks = Literal["reads", "writes", "incomplete", "cosmetic"]
"""`incomplete`: the model lacks a column that it needs neither to read nor to write."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A column as a table or a model has it.

    `type` is as `format_type` prints it (`character varying(20)`, `public.prem_status`), or for a language
    that has types of its own, the PostgreSQL types that its type takes, in `types`, `type` being the first.
    `default` is the SQL expression that the server fills in, '' for an identity or serial column. `filled`
    says that the model itself always gives a value (`default_factory`, `$defaultFn`).
    """

    name: str
    type: str
    types: tuple[str, ...] = ()
    not_null: bool = False
    default: str | None = None
    generated: bool = False
    filled: bool = False


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key: columns, and (schema, table) and columns that they reference."""

    columns: tuple[str, ...]
    references: tuple[str, str]
    referenced: tuple[str, ...]
    name: str = ""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A table as one side has it. `enums` are the labels of the enum types that its columns have.

    `keys_known` is False for a model that cannot say foreign keys or primary keys (a Rust struct).
    """

    schema: str
    name: str
    fields: tuple[Field, ...]
    primary: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    keys: tuple[Key, ...] = ()
    enums: Mapping[str, tuple[str, ...]] = {}
    domains: Mapping[str, str] = {}  # the domains that its columns have, and what they are over
    keys_known: bool = True
    view: bool = False

    def field(self, name: str) -> Field | None:
        """The field of this name."""
        return next((each for each in self.fields if each.name == name), None)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between a model and the table: what it breaks, and why, for people.

    `column` is '' where it is about the whole table. `edit` would mend the model, None where nothing does.
    """

    breaks: Breaks
    column: str
    message: str
    edit: Edit | None = None


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a model's text. `field` is the column as the database has it; None to remove it.

    `change` names the parts that differ, of: type, null, default, reference. `reference` is the foreign key
    that the column has in the database, alone in its key.
    """

    action: Literal["add", "alter", "remove"]
    column: str
    field: Field | None = None
    change: tuple[str, ...] = ()
    reference: Key | None = None
    labels: tuple[str, ...] = ()  # of the column's enum
    after: str | None = None  # the column before it in the table, for `add`


class Place(msgspec.Struct, frozen=True):
    """Where a model says something: a file relative to the project, POSIX, and a line from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        """`path:line`."""
        return f"{self.path}:{self.line}"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of a table in a service's source. `places` has one for each column, and for '' the model's own.

    `name` is the class, constant or struct. `shape` is what the source alone says, where it can: a Rust
    struct; for SQLAlchemy and Drizzle a shadow says it (`shape_of`). `indirect`: the columns come from
    somewhere that cannot be edited here (a base class of another file, a spread).
    """

    schema: str
    table: str
    name: str
    places: Mapping[str, Place]
    shape: Shape | None = None


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """A file with edits made, and those that were not, each with the reason and what to paste instead."""

    text: str
    done: tuple[Edit, ...] = ()
    left: tuple[tuple[Edit, str], ...] = ()


# -------------------------------------------------------------------------------------- shapes of catalogs


def shapes(
    catalog: Catalog, names: Collection[tuple[str, str]] | None = None
) -> dict[tuple[str, str], Shape]:
    """The shapes of these relations, (schema, name), as far as the catalog has them; of all without names."""
    wanted = None if names is None else set(names)
    relations = [
        ref
        for ref, value in catalog.objects.items()
        if isinstance(value, Table | View | MaterializedView)
        and (wanted is None or (ref.schema, ref.name) in wanted)
    ]
    enums = {_printed(ref): value.labels for ref, value in catalog.objects.items() if isinstance(value, Enum)}
    domains = {
        _printed(ref): value.type for ref, value in catalog.objects.items() if isinstance(value, Domain)
    }
    chosen = {(ref.schema, ref.name) for ref in relations}
    constraints: dict[tuple[str, str], list[tuple[str, Constraint]]] = {}
    unique: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for ref, value in catalog.objects.items():
        if isinstance(value, Constraint) and (ref.schema, ref.name) in chosen:
            constraints.setdefault((ref.schema, ref.name), []).append((ref.part, value))
        elif isinstance(value, Index) and value.unique and value.predicate is None:
            unique.setdefault((value.table.schema, value.table.name), []).append(value.columns)
    found = {}
    for ref in relations:
        name = (ref.schema, ref.name)
        held = sorted(constraints.get(name, ()), key=lambda each: each[0])
        fields = tuple(_fields(catalog, ref))
        used = {_element(field.type) for field in fields}
        found[name] = Shape(
            schema=ref.schema,
            name=ref.name,
            fields=fields,
            primary=next((each.columns for _, each in held if each.type == "primary key"), ()),
            unique=(*(each.columns for _, each in held if each.type == "unique"), *unique.get(name, ())),
            keys=tuple(
                Key(
                    columns=each.columns,
                    references=(each.references.schema, each.references.name),
                    referenced=each.referenced_columns,
                    name=part,
                )
                for part, each in held
                if each.type == "foreign key" and each.references is not None
            ),
            enums={each: enums[each] for each in sorted(used & enums.keys())},
            domains={each: domains[each] for each in sorted(used & domains.keys())},
            view=ref.kind not in ("table", "foreign table"),
        )
    return found


def _printed(ref: Ref) -> str:
    """A type's name as `format_type` prints it with an empty search path, without quotes."""
    return f"{ref.schema}.{ref.name}"


def _fields(catalog: Catalog, ref: Ref) -> Iterator[Field]:
    relation = catalog.objects[ref]
    if isinstance(relation, View | MaterializedView):
        for name, type_ in relation.columns:
            yield Field(name=name, type=type_)
        return
    for name in catalog.column_order.get(ref, ()):
        column = catalog.objects.get(Ref("column", ref.schema, ref.name, name))
        if isinstance(column, Column):
            yield Field(
                name=name,
                type=column.type,
                not_null=column.not_null is not None,
                default="" if _counts(column) else column.default,
                generated=column.generated is not None
                or (column.identity is not None and column.identity.always),
            )


def _counts(column: Column) -> bool:
    """Whether a sequence fills the column in."""
    return column.identity is not None or (column.default or "").startswith("nextval(")


# --------------------------------------------------------------------------------------- the values of types

_TYPE: Final = re.compile(
    r"(?P<name>[^(\[]+?)\s*(?:\((?P<modifiers>[\d,\s-]+)\))?(?P<zone>\s+with(?:out)? time zone)?"
    r"(?P<array>(?:\[\])*)"
)
_WHOLE: Final = {"smallint": (5, 0), "integer": (10, 1), "bigint": (19, 2)}
"""Decimal digits, and rank, of whole numbers."""
_TIMES: Final = ("time", "timestamp", "interval")


class _Type(msgspec.Struct, frozen=True):
    name: str
    modifiers: tuple[int, ...]
    array: bool


def _parsed(text: str) -> _Type:
    match = _TYPE.fullmatch(text)
    if match is None:
        return _Type(text, (), False)
    modifiers = tuple(int(each) for each in (match["modifiers"] or "").split(",") if each.strip())
    return _Type(match["name"] + (match["zone"] or ""), modifiers, bool(match["array"]))


def _element(text: str) -> str:
    """The type without array brackets, modifiers and quotes."""
    return _parsed(text).name.replace('"', "")


def holds(type_: str, values: str) -> bool:
    """Whether every value of the type `values` is one of `type_`, both as `format_type` prints them.

    Text is text whatever its name, lengths aside; times differ by their zone and not by their precision; a
    number holds what it holds without loss. All other types hold their own values alone.
    """
    one, other = _parsed(type_), _parsed(values)
    if one.array != other.array:
        return False
    if (one.name, one.modifiers) == (other.name, other.modifiers):
        return True
    texts = _longest(one), _longest(other)
    if texts[0] is not None and texts[1] is not None:
        return texts[0] >= texts[1]
    if one.name == other.name and one.name.startswith(_TIMES):
        return True
    if one.name in ("double precision", "real"):
        exact = 15 if one.name == "double precision" else 6
        digits = _digits(other)
        return other.name == "real" or (other.name in _WHOLE and digits is not None and digits[0] <= exact)
    mine, its = _digits(one), _digits(other)
    if mine is not None and its is not None:
        if one.name in _WHOLE and other.name in _WHOLE:
            return _WHOLE[one.name] >= _WHOLE[other.name]
        return one.name not in _WHOLE and mine[0] >= its[0] and mine[1] >= its[1]
    if one.name == "json" and other.name == "jsonb":
        return True
    if one.name == "inet" and other.name == "cidr":
        return True
    return one.name == other.name and not one.modifiers


_NOW: Final = {("now", "(", ")"), ("current_timestamp",), ("transaction_timestamp", "(", ")")}


def same_default(one: str, other: str, type_: str) -> bool:
    """Whether two defaults of a column of this type, as PostgreSQL prints them, are one value.

    Constants are compared, and the time of the transaction; of other expressions only equal ones are one.
    """
    if one == other:
        return True
    values = _constant(one, type_), _constant(other, type_)
    return values[0] is not None and values[0] == values[1]


def _constant(expression: str, type_: str) -> str | Decimal | None:
    """The value of a constant, casts aside; None for what is none."""
    words = sql.words(expression)
    if tuple(each.lower() for each in words) in _NOW:
        return "now()"
    if "::" in words:
        at = words.index("::")
        if not all(re.fullmatch(r"[\w\".,()\[\]]+", each) for each in words[at + 1 :]):
            return None
        words = words[:at]
    if [each.lower() for each in words] == ["array", "[", "]"]:
        return "{}"
    said = "".join(each for each in words if each not in ("(", ")"))
    quoted = re.fullmatch(r"'((?:[^']|'')*)'", said)
    if quoted is None and not re.fullmatch(r"-?[\d.]+(?:[eE][+-]?\d+)?|true|false", said):
        return None
    value = quoted[1].replace("''", "'") if quoted else said
    parsed = _parsed(type_)
    if parsed.array or (_digits(parsed) is None and parsed.name not in ("double precision", "real")):
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def same_but_for_precision(one: str, other: str) -> bool:
    """Whether two types are one time, of any precision."""
    names = _parsed(one), _parsed(other)
    return (
        names[0].name == names[1].name
        and names[0].name.startswith(_TIMES)
        and names[0].array == names[1].array
    )


_ENDLESS: Final = 1 << 30


def _longest(type_: _Type) -> int | None:
    """How many characters a text holds; None for what is no text."""
    if type_.name == "text":
        return _ENDLESS
    if type_.name == "character varying":
        return type_.modifiers[0] if type_.modifiers else _ENDLESS
    if type_.name in ("character", "bpchar"):
        return type_.modifiers[0] if type_.modifiers else 1 if type_.name == "character" else _ENDLESS
    return None


def _digits(type_: _Type) -> tuple[int, int] | None:
    """Digits before and after the point that a number holds; None for what is no exact number."""
    if type_.name in _WHOLE:
        return _WHOLE[type_.name][0], 0
    if type_.name != "numeric":
        return None
    if not type_.modifiers:
        return _ENDLESS, _ENDLESS
    precision, scale = type_.modifiers[0], (*type_.modifiers, 0)[1]
    return precision - scale, scale


# ------------------------------------------------------------------------------------------- the judgement


def judge(model: Shape, owner: Shape, *, reads_only: bool = False) -> tuple[Verdict, ...]:
    """What of the model differs from the table, in the order of the table's columns, then the model's.

    With `reads_only` what could break a write alone is cosmetic: nothing is written through the model.
    """
    found: list[Verdict] = []
    before: str | None = None
    for column in owner.fields:
        field = model.field(column.name)
        if field is None:
            found.append(_absent(column, owner, before))
        else:
            found += _column(field, column, model, owner)
        before = column.name
    for field in model.fields:
        if owner.field(field.name) is None:
            found.append(
                Verdict(
                    breaks="reads",
                    column=field.name,
                    message=f"has the column {field.name}, which the table has not",
                    edit=Edit(action="remove", column=field.name),
                )
            )
    if model.keys_known and not owner.view:
        found += _primary(model, owner)
        found += _keys(model, owner)
    if reads_only or owner.view:
        found = [
            msgspec.structs.replace(each, breaks="cosmetic") if each.breaks == "writes" else each
            for each in found
        ]
    return tuple(found)


def edits(verdicts: Iterable[Verdict]) -> tuple[Edit, ...]:
    """The edits of verdicts that are not cosmetic, those of one column as one."""
    merged: dict[tuple[str, str], Edit] = {}
    for verdict in verdicts:
        edit = verdict.edit
        if edit is None or verdict.breaks == "cosmetic":
            continue
        key = ("alter" if edit.action == "alter" else edit.action, edit.column)
        known = merged.get(key)
        if known is not None:
            edit = msgspec.structs.replace(
                known,
                change=tuple(dict.fromkeys((*known.change, *edit.change))),
                reference=edit.reference or known.reference,
                labels=edit.labels or known.labels,
                field=edit.field or known.field,
            )
        merged[key] = edit
    return tuple(merged.values())


def _absent(column: Field, owner: Shape, before: str | None) -> Verdict:
    required = column.not_null and column.default is None and not column.generated and not owner.view
    return Verdict(
        breaks="writes" if required else "incomplete",
        column=column.name,
        message=f"lacks the column {column.name} ({column.type}"
        + (", which every new row needs)" if required else ")"),
        edit=Edit(
            action="add",
            column=column.name,
            field=column,
            reference=_reference(owner, column.name),
            labels=_labels(column.type, owner),
            after=before,
        ),
    )


def _reference(owner: Shape, column: str) -> Key | None:
    return next((key for key in owner.keys if key.columns == (column,)), None)


def _labels(type_: str, shape: Shape) -> tuple[str, ...]:
    return shape.enums.get(_element(type_), ())


def _column(field: Field, column: Field, model: Shape, owner: Shape) -> Iterator[Verdict]:
    def verdict(breaks: Breaks, message: str, change: str) -> Verdict:
        return Verdict(
            breaks=breaks,
            column=column.name,
            message=message,
            edit=Edit(
                action="alter",
                column=column.name,
                field=column,
                change=(change,),
                reference=_reference(owner, column.name),
                labels=_labels(column.type, owner),
            ),
        )

    for breaks, message in _types(field, column, model, owner):
        yield verdict(breaks, f"{column.name} {message}", "type")
    if owner.view:
        return
    if field.not_null and not column.not_null:
        yield verdict("reads", f"{column.name} is never null, and may be in the database", "null")
    elif column.not_null and not field.not_null and not column.generated:
        known = field.filled or field.default is not None
        yield verdict(
            "incomplete" if known else "writes",
            f"{column.name} may be null, and never is in the database",
            "null",
        )
    relies = field.default is not None and not field.filled
    if relies and column.default is None and not column.generated:
        yield verdict(
            "writes" if column.not_null else "cosmetic",
            f"{column.name} is left to a default that the database has not",
            "default",
        )
    if column.generated and not field.generated and field.default is None:
        yield verdict("writes", f"{column.name} is written, and the database generates it always", "default")


def _types(field: Field, column: Field, model: Shape, owner: Shape) -> Iterator[tuple[Breaks, str]]:
    """What the type of a column breaks. Rust's types are met exactly or not at all: SQLx checks them."""
    its = owner.domains.get(_element(column.type), column.type)
    if field.types:
        alike = {_alike(each) for each in field.types}
        if _alike(column.type) not in alike and _alike(its) not in alike:
            yield "reads", f"is {field.types[0]}, and {column.type} in the database"
        if field.types[0] not in model.enums:
            return
    mine = model.domains.get(_element(field.type), field.type)
    labels, known = _labels(mine, model), _labels(its, owner)
    if labels and known and _parsed(mine).array == _parsed(its).array:
        unread = [each for each in known if each not in labels]
        unwritten = [each for each in labels if each not in known]
        if unread:
            yield "reads", f"does not know the value {_list(unread)} of {its}"
        if unwritten:
            yield "writes", f"has the value {_list(unwritten)}, which {its} has not"
        if _element(mine) != _element(its):
            yield "writes", f"is of the type {mine}, and of {its} in the database"
        return
    if field.types:
        return
    reads, writes = holds(mine, its), holds(its, mine)
    # JavaScript and Python have one type for both, which holds all of it: Rust was met above.
    reads = reads or (_alike(mine), _alike(its)) in _ONE_FLOAT
    if reads and writes:
        if _parsed(mine) != _parsed(its):
            yield "cosmetic", f"is {field.type}, and {column.type} in the database"
        return
    said = f"is {field.type}, and {column.type} in the database"
    if not reads:
        yield "reads", said + ("" if not writes else ": it cannot hold all of its values")
    else:
        yield "writes", said + ": not every value of the model fits"


_ONE_FLOAT: Final = {(("real", array), ("double precision", array)) for array in (False, True)}


def _alike(type_: str) -> tuple[str, bool]:
    found = _parsed(type_)
    return found.name, found.array


def _list(values: Iterable[str]) -> str:
    return ", ".join(f'"{each}"' for each in values)


def _primary(model: Shape, owner: Shape) -> Iterator[Verdict]:
    if not model.primary or set(model.primary) == set(owner.primary):
        return
    keys = [owner.primary, *owner.unique]
    tells_apart = any(key and set(key) <= set(model.primary) for key in keys)
    yield Verdict(
        breaks="cosmetic" if tells_apart else "reads",
        column="",
        message=f"takes ({', '.join(model.primary)}) for the primary key, and the table's is "
        + (f"({', '.join(owner.primary)})" if owner.primary else "none"),
    )


def _keys(model: Shape, owner: Shape) -> Iterator[Verdict]:
    for key in model.keys:
        same = [each for each in owner.keys if each.columns == key.columns]
        targets = {(each.references, each.referenced) for each in same}
        if not same or (key.references, key.referenced) in targets:
            continue
        truth = same[0]
        yield Verdict(
            breaks="writes",
            column=key.columns[0] if len(key.columns) == 1 else "",
            message=f"{', '.join(key.columns)} references {_target(key)}, "
            f"and {_target(truth)} in the database",
            edit=Edit(
                action="alter",
                column=key.columns[0],
                field=owner.field(key.columns[0]),
                change=("reference",),
                reference=truth,
            )
            if len(key.columns) == 1
            else None,
        )


def _target(key: Key) -> str:
    return f"{'.'.join(key.references)} ({', '.join(key.referenced)})"
