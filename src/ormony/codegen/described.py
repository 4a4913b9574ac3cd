"""What code is generated from: relations, functions and types of a catalog, the same for every language.

A catalog says types as text; here each is a tree, so that a generator never reads SQL. What a value may be
`null` in is decided here too, once, and only said where PostgreSQL, a comment or the configuration proves it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ormony.sql import quote_identifier

TypeKind = Literal[
    "scalar",  # PostgreSQL's own or an extension's: `name` says which
    "enum",
    "domain",  # `element` is the type below
    "composite",
    "table",  # the row type of a table or view
    "range",  # `element` is the subtype
    "multirange",  # `element` is the range
    "array",  # `element` is the type of the elements; PostgreSQL knows no dimensions
    "pseudo",  # anyelement, record, trigger, void, …
    "unknown",  # a type that is not in the catalog, e.g. of an extension that nobody taught us
]


class Type(msgspec.Struct, frozen=True, kw_only=True):
    """A type, looked up. Shapes: `varchar(20)[]` is an array of the scalar `varchar` with modifier (20,)."""

    kind: TypeKind
    schema: str  # pg_catalog for PostgreSQL's own
    name: str  # pg_type.typname: int4, timestamptz, bpchar, vector, order_status; an array's is its element's
    sql: str  # as SQL writes it, modifiers and quotes included: for casts
    modifier: tuple[str, ...] = ()  # of `numeric(10,2)`: ("10", "2")
    element: Type | None = None


def cast_of(type_: Type) -> str:
    """The type as a cast has it that cuts nothing off: without modifiers, and never by a word of the SQL
    standard, which may have one by itself: `character` is `character(1)`.
    """
    if type_.kind == "array" and type_.element is not None:
        return cast_of(type_.element) + "[]"
    if type_.schema == "pg_catalog":
        return f"pg_catalog.{type_.name}"
    return f"{quote_identifier(type_.schema)}.{quote_identifier(type_.name)}"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a relation, an attribute of a composite type, or a column of a function's result."""

    name: str
    type: Type
    nullable: bool  # False only where it is proved
    # How: `declared` is NOT NULL of a table's column or of its domain, `derived` follows from a view's query,
    # `said` in a comment (`@notNull`) or in `not_null` of the configuration.
    proof: Literal["declared", "derived", "said"] | None = None
    # What Supabase's own tool calls NOT NULL: its own or its domain's; of a view's column that of the table's
    # column that it is, where no outer join, set operation or grouping set lies between.
    declared_not_null: bool = False
    has_default: bool = False  # may be left out of an INSERT although it is not nullable
    own_default: bool = False  # its own, not its domain's: a default, a generation expression, an identity
    generated: Literal["always", "identity always", "identity by default"] | None = None
    updatable: bool = True  # False: a view's column that no INSERT or UPDATE takes
    comment: str | None = None


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key, or what a view shows of one."""

    name: str
    columns: tuple[str, ...]
    referenced_schema: str
    referenced: str  # a table, or a view that shows all its columns
    referenced_columns: tuple[str, ...]
    one_to_one: bool


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """A table, foreign table, view or materialized view. Partitions are left out: their parent has them."""

    kind: Literal["table", "foreign table", "view", "materialized view"]
    schema: str
    name: str
    fields: tuple[Field, ...]  # in the order of the database
    primary_key: tuple[str, ...] = ()
    relationships: tuple[Relationship, ...] = ()  # by name, then referenced
    insertable: bool = (
        True  # a view's, by PostgreSQL's rules for views, or by a trigger or rule INSTEAD OF it
    )
    updatable: bool = True
    automatic: bool = True  # `pg_relation_is_updatable(…, false) & 20 = 20`: without any trigger
    comment: str | None = None


class EnumType(msgspec.Struct, frozen=True, kw_only=True):
    """An enum."""

    schema: str
    name: str
    labels: tuple[str, ...]  # in their order
    comment: str | None = None


class CompositeType(msgspec.Struct, frozen=True, kw_only=True):
    """A composite type made by CREATE TYPE; or a relation that is left out, of whose type something is."""

    schema: str
    name: str
    fields: tuple[Field, ...]
    comment: str | None = None


class DomainType(msgspec.Struct, frozen=True, kw_only=True):
    """A domain."""

    schema: str
    name: str
    type: Type
    not_null: bool
    comment: str | None = None


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller gives a function: IN, INOUT and VARIADIC parameters."""

    name: str  # '' where it has none: it can be given by position alone
    type: Type  # a variadic's is the array
    has_default: bool = False
    variadic: bool = False


class Out(msgspec.Struct, frozen=True):
    """An OUT parameter of a procedure: CALL wants something in its place."""

    name: str  # '' where it has none


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a function gives back.

    `void`: nothing. `scalar`: one value of `type`. `row`: `fields`, of OUT and TABLE columns, a composite
    type, a domain over one, or a relation (`type` names it then). `record`: rows whose columns only a caller
    can say. A single OUT parameter gives a `scalar`, its name is in `fields`; a single TABLE column a `row`.

    `SELECT * FROM f()` gives a row for the null composite too, with nulls for all its fields. So `nullable`
    of one `row` says: where all fields are null, there may have been none. Of `many` rows it is False.
    """

    shape: Literal["void", "scalar", "row", "record"]
    many: bool  # SETOF or TABLE: any number of rows
    nullable: bool  # a scalar, or the one row, may be null; of `many`: each
    type: Type | None = None
    fields: tuple[Field, ...] = ()
    form: Literal["type", "out", "table"] = "type"  # RETURNS [SETOF] a type; OUT parameters; RETURNS TABLE


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function or procedure that clients can call: none that returns `trigger` or the like."""

    kind: Literal["function", "procedure"]
    schema: str
    name: str
    identity: str  # argument types, as `catalog.Ref.part` has them: tells overloads apart
    parameters: tuple[Parameter, ...]
    result: Result
    outs: tuple[tuple[int, Out], ...] = ()  # of a procedure: those that are OUT alone, by place among all
    volatility: Literal["immutable", "stable", "volatile"]
    strict: bool  # null in any argument gives null
    rows: float | None = None  # of `many`: how many the planner expects, 1000 unless ROWS says
    security_definer: bool = False
    comment: str | None = None

    @property
    def places(self) -> tuple[Parameter | Out, ...]:
        """All that a call has a place for, in the order of the database."""
        found: list[Parameter | Out] = list(self.parameters)
        for place, out in self.outs:
            found.insert(place, out)
        return tuple(found)

    @property
    def by_position(self) -> int:
        """How many of `places`, from the first, can only be given by their position.

        Those before one without a name; of two with one name all; where one is VARIADIC all too, since
        PostgreSQL finds such a function by names only where nothing is left out.
        """
        places = self.places
        names = [each.name for each in places]
        if len(set(names) - {""}) < len(names) - names.count("") or any(
            each.variadic for each in self.parameters
        ):
            return len(places)
        return max((at for at, name in enumerate(names, 1) if not name), default=0)


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """All that a generator may write, each sorted by schema and name (functions then by identity)."""

    relations: tuple[Relation, ...] = ()
    functions: tuple[Function, ...] = ()
    enums: tuple[EnumType, ...] = ()
    composites: tuple[CompositeType, ...] = ()
    domains: tuple[DomainType, ...] = ()
    partitions: tuple[Relation, ...] = ()  # apart from `relations`: their parent has their rows


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a user should know of the generated code: a type that fell back, two names that became one."""

    code: str  # unknown-type | name-collision | left-out | no-match
    object: str  # `public.orders.total`
    message: str
    hint: str | None = None
