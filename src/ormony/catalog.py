"""What a database is: schemas, tables, columns, constraints, policies, functions.

A catalog is a mapping from `Ref`, which names an object, to a frozen value, which defines it. What any
object may have (comment, owner, privileges, security label) stands beside, under the same reference. Two
databases are equal when these mappings are. This module never connects, decodes, renders or compares: see
`database/introspect.py`, `plan/render/` and `diff.py`.

Names inside values are as `search_path = ''` prints them: qualified, quoted where needed, ready to be SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

Kind = Literal[
    "schema",
    "extension",
    "language",
    "access method",
    "collation",
    "conversion",
    "table",
    "foreign table",
    "column",
    "default",
    "constraint",
    "index",
    "sequence",
    "enum",
    "domain",
    "domain constraint",
    "composite type",
    "range type",
    "base type",
    "view",
    "materialized view",
    "function",
    "procedure",
    "aggregate",
    "trigger",
    "event trigger",
    "policy",
    "rule",
    "statistics",
    "cast",
    "operator",
    "operator class",
    "operator family",
    "text search configuration",
    "text search dictionary",
    "text search parser",
    "text search template",
    "transform",
    "foreign data wrapper",
    "server",
    "user mapping",
    "publication",
    "subscription",
    "default privileges",
    "role",
    "membership",
]


class Ref(NamedTuple):
    """Which object: its kind, schema ('' where the kind has none), name, and what tells its likes apart.

    `part` is
    - the name of a column, constraint, trigger, policy or rule, or of a domain's constraint; `schema` and
      `name` are then those of the relation or domain. `default` names the expression of a column
      (`pg_attrdef`): it is no object of its own (`Column.default` holds it), but depends on others by itself.
    - the identity arguments of a function, procedure or aggregate (`pg_get_function_identity_arguments`,
      types alone, without names and modes: `integer, text`), the operand types of an operator (`integer,
      integer`, `NONE` for a missing side);
    - the index access method of an operator class or family; the source and target of a cast are `name` and
      `part`; so are the type and language of a transform, the server and role ('public') of a user mapping.
    - `default privileges`: `schema` ('' for all), `name` the role, `part` the letter of the object type
      (`pg_default_acl.defaclobjtype`); `membership`: `name` the role, `part` the member.
    """

    kind: Kind
    schema: str
    name: str
    part: str = ""

    def __str__(self) -> str:
        """For people: `public.orders.total`, `public.add(integer, integer)`."""
        if self.kind in ("function", "procedure", "aggregate", "operator"):
            return f"{self.schema}.{self.name}({self.part})"
        if self.kind == "cast":
            return f"{self.name} AS {self.part}"
        return ".".join(each for each in (self.schema, self.name, self.part) if each)


class Schema(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="schema"):
    """A namespace (`pg_namespace`)."""


class Extension(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="extension", kw_only=True
):
    """An installed extension (`pg_extension`). What it owns is not in the catalog."""

    schema: str
    version: str
    relocatable: bool = False
    configuration: tuple[str, ...] = ()  # extconfig tables with their conditions, as text, sorted


class Options(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="options", kw_only=True):
    """An object that its options define, in the words and order of its CREATE statement.

    For language, access method, collation, conversion, base type, aggregate, operator, operator class and
    family, the text search kinds, transform, cast. Names and values are SQL as CREATE takes them: `("SFUNC",
    "public.f")`; a flag has the value ''.
    """

    options: tuple[tuple[str, str], ...]


class SequenceOptions(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a sequence counts (`pg_sequence`)."""

    type: str = "bigint"
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 9223372036854775807
    cache: int = 1
    cycle: bool = False


class Sequence(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="sequence", kw_only=True):
    """A sequence of its own or of a serial column; those of identity columns are in `Identity`."""

    options: SequenceOptions
    owned_by: Ref | None = None  # a column
    unlogged: bool = False


class Partition(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a partition belongs: its parent and `FOR VALUES …` or `DEFAULT` (`pg_get_expr(relpartbound)`)."""

    parent: Ref
    bound: str


class Table(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="table", kw_only=True):
    """A table, partitioned table, partition or foreign table, without its columns (`pg_class`)."""

    unlogged: bool = False
    partition_key: str | None = None  # `RANGE (created_at)`: the table is partitioned
    partition: Partition | None = None
    inherits: tuple[Ref, ...] = ()  # in the order of inhseqno; partitions have `partition`
    of_type: str | None = None
    access_method: str | None = None  # None: the server's heap, or none for partitioned and foreign tables
    tablespace: str | None = None
    options: tuple[str, ...] = ()  # reloptions and toast.reloptions, `name=value`, in order
    replica_identity: str = "default"  # default | full | nothing | index: its index says `replica_identity`
    row_security: bool = False
    force_row_security: bool = False
    server: str | None = None  # a foreign table's
    server_options: tuple[tuple[str, str], ...] = ()  # in order
    valid_checks: tuple[str, ...] = ()  # of a partition: what holds here, though it is NOT VALID above


class NotNull(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A NOT NULL, which 18 names (`pg_constraint`); below 18 only that it is there (`attnotnull`)."""

    name: str | None = None  # None: the name that PostgreSQL would give, or below 18
    no_inherit: bool = False
    valid: bool = True
    inherited: bool = False  # not declared on this table itself


class Identity(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """GENERATED … AS IDENTITY and its sequence."""

    always: bool
    sequence: Ref
    options: SequenceOptions
    unlogged: bool = False


class Column(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="column", kw_only=True):
    """A column of a table or foreign table (`pg_attribute`); its position is in `Catalog.column_order`."""

    type: str
    not_null: NotNull | None = None
    default: str | None = None  # the expression; of a generated column too
    generated: Literal["stored", "virtual"] | None = None
    identity: Identity | None = None
    collation: str | None = None  # None: the type's own
    storage: str | None = None  # plain | external | extended | main; None: the type's own
    compression: str | None = None
    statistics: int | None = None
    options: tuple[str, ...] = ()  # attoptions, in order
    local: bool = True  # declared here; False: only inherited (parents or partition)
    inherited: bool = False  # a parent has it too
    server_options: tuple[tuple[str, str], ...] = ()  # a foreign table's


ConstraintType = Literal["primary key", "unique", "foreign key", "check", "exclusion"]


class Constraint(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="constraint", kw_only=True
):
    """A constraint of a table (`pg_constraint`), not NOT NULL, not a constraint trigger.

    Constraints that are only inherited (`conislocal` false and no name of their own) are not in the catalog,
    except those with an index, which have a name of their own on each partition (`parent` then names the
    upper one).
    """

    type: ConstraintType
    definition: str  # pg_get_constraintdef, e.g. `FOREIGN KEY (a) REFERENCES public.b(id) NOT VALID`
    columns: tuple[str, ...] = ()  # in key order; () where only expressions
    references: Ref | None = None  # a foreign key's table
    referenced_columns: tuple[str, ...] = ()
    valid: bool = True
    index_options: tuple[str, ...] = ()  # WITH (…) of its index, in order
    index_tablespace: str | None = None
    clustered: bool = False  # CLUSTER ON its index
    replica_identity: bool = False  # USING its index
    inherited: bool = False  # merged with a parent's, and declared here too
    parent: Ref | None = None  # the partitioned table's constraint that this one's index is attached to


class Index(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="index", kw_only=True):
    """An index that no constraint owns (`pg_index`)."""

    table: Ref  # a table or materialized view
    definition: str  # pg_get_indexdef
    method: str
    columns: tuple[str, ...]  # key columns, None-less: an expression is its SQL in parentheses
    unique: bool = False
    valid: bool = True
    predicate: str | None = None
    clustered: bool = False
    replica_identity: bool = False
    parent: Ref | None = None  # the partitioned index that this one is attached to
    statistics: tuple[tuple[int, int], ...] = ()  # (column number, target)
    tablespace: str | None = None


class Enum(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="enum", kw_only=True):
    """An enum and its labels in order (`pg_enum`)."""

    labels: tuple[str, ...]


class Domain(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="domain", kw_only=True):
    """A domain (`pg_type`); its checks have references of their own."""

    type: str
    collation: str | None = None
    default: str | None = None
    not_null: NotNull | None = None


class DomainConstraint(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="domain constraint", kw_only=True
):
    """A CHECK of a domain (`pg_constraint`)."""

    definition: str
    valid: bool = True


class Attribute(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A field of a composite type (`pg_attribute`)."""

    name: str
    type: str
    collation: str | None = None


class CompositeType(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="composite type", kw_only=True
):
    """A composite type made by CREATE TYPE … AS (…): order counts."""

    attributes: tuple[Attribute, ...]


class RangeType(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="range type", kw_only=True
):
    """A range type (`pg_range`), options as CREATE TYPE … AS RANGE takes them, in its order."""

    options: tuple[tuple[str, str], ...]


class View(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="view", kw_only=True):
    """A view (`pg_get_viewdef`, without its final semicolon)."""

    definition: str
    columns: tuple[tuple[str, str], ...]  # (name, type)
    options: tuple[str, ...] = ()  # reloptions in order: security_invoker=true
    defaults: tuple[tuple[str, str], ...] = ()  # (column, expression) of ALTER VIEW … SET DEFAULT


class MaterializedView(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="materialized view", kw_only=True
):
    """A materialized view."""

    definition: str
    columns: tuple[tuple[str, str], ...]
    options: tuple[str, ...] = ()
    access_method: str | None = None
    tablespace: str | None = None
    populated: bool = True
    column_settings: tuple[tuple[str, str], ...] = ()  # (column, `SET STATISTICS 5` and the like), sorted


class Argument(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A parameter of a routine, or a column of its RETURNS TABLE."""

    name: str
    type: str
    mode: Literal["in", "out", "inout", "variadic", "table"] = "in"
    has_default: bool = False


class Routine(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="routine", kw_only=True):
    """A function, window function or procedure (`pg_proc`).

    `definition` is the whole `CREATE OR REPLACE …` as pg_get_functiondef prints it, trailing blank lines of
    the body
    cut; the other fields repeat what decides between replacing and re-creating, and what generators need.
    """

    definition: str
    language: str
    arguments: tuple[Argument, ...] = ()
    argument_defaults: str = ""  # pg_get_function_arguments: names, modes, defaults
    returns: str | None = None  # pg_get_function_result; None for procedures
    returns_set: bool = False
    window: bool = False
    body: str = ""  # prosrc; '' for BEGIN ATOMIC and RETURN bodies, which pg_depend sees through
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    strict: bool = False
    security_definer: bool = False
    settings: tuple[str, ...] = ()  # proconfig, `search_path=""`


class Trigger(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="trigger", kw_only=True):
    """A trigger or constraint trigger (`pg_trigger`).

    A clone that a partition got from its parent is left out, unless somebody enabled or disabled it by
    itself: it has a `parent` then, is never created nor dropped, and says nothing but its state.
    """

    definition: str  # pg_get_triggerdef
    function: Ref
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    parent: Ref | None = None  # the trigger that this one is a clone of


class EventTrigger(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="event trigger", kw_only=True
):
    """An event trigger (`pg_event_trigger`)."""

    event: str
    function: Ref
    tags: tuple[str, ...] = ()  # as they were given
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"


class Policy(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="policy", kw_only=True):
    """A row-level security policy (`pg_policy`)."""

    command: Literal["all", "select", "insert", "update", "delete"]
    permissive: bool = True
    roles: tuple[str, ...] = ()  # sorted; () means PUBLIC
    using: str | None = None
    check: str | None = None


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="rule", kw_only=True):
    """A rewrite rule that is no view's own (`pg_get_ruledef`)."""

    definition: str
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"


class Statistics(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="statistics", kw_only=True
):
    """Extended statistics (`pg_get_statisticsobjdef`)."""

    table: Ref
    definition: str
    target: int | None = None


class ForeignDataWrapper(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="foreign data wrapper", kw_only=True
):
    """A foreign data wrapper."""

    handler: str | None = None
    validator: str | None = None
    options: tuple[tuple[str, str], ...] = ()


class Server(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="server", kw_only=True):
    """A foreign server."""

    wrapper: str
    type: str | None = None
    version: str | None = None
    options: tuple[tuple[str, str], ...] = ()


class UserMapping(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="user mapping", kw_only=True
):
    """A user mapping (`pg_user_mappings`); values of options may be secret: hashed when not readable."""

    options: tuple[tuple[str, str], ...] = ()


class PublicationTable(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A table in a publication (`pg_publication_rel`)."""

    table: Ref
    columns: tuple[str, ...] = ()  # sorted by attribute name; () means all
    where: str | None = None


class Publication(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="publication", kw_only=True
):
    """A publication."""

    all_tables: bool = False
    operations: tuple[str, ...] = ("insert", "update", "delete", "truncate")  # in this order
    via_root: bool = False
    generated_columns: str | None = None  # 18: stored; None: none
    tables: tuple[PublicationTable, ...] = ()  # sorted
    schemas: tuple[str, ...] = ()  # sorted


class Subscription(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="subscription", kw_only=True
):
    """A subscription of this database; its connection string is hashed, for it holds a password."""

    publications: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    connection: str = ""  # the string where readable, which `snapshot` never writes
    enabled: bool = True


class DefaultPrivileges(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="default privileges", kw_only=True
):
    """ALTER DEFAULT PRIVILEGES of one role (`pg_default_acl`): all that new objects get, or get besides."""

    grants: tuple[Grant, ...]


class Role(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="role", kw_only=True):
    """A role of the cluster (`pg_roles`), only on request."""

    options: tuple[str, ...]  # SUPERUSER, LOGIN, …, sorted
    settings: tuple[str, ...] = ()


class Membership(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="membership", kw_only=True
):
    """A role in a role (`pg_auth_members`), only on request."""

    options: tuple[str, ...] = ()


class Grant(msgspec.Struct, frozen=True, order=True):
    """A privilege that a role has (one entry of an `aclitem[]`)."""

    grantee: str  # '' is PUBLIC
    privilege: str  # SELECT, EXECUTE, …
    grantable: bool = False
    grantor: str = ""


Object = (
    Schema
    | Extension
    | Options
    | Sequence
    | Table
    | Column
    | Constraint
    | Index
    | Enum
    | Domain
    | DomainConstraint
    | CompositeType
    | RangeType
    | View
    | MaterializedView
    | Routine
    | Trigger
    | EventTrigger
    | Policy
    | Rule
    | Statistics
    | ForeignDataWrapper
    | Server
    | UserMapping
    | Publication
    | Subscription
    | DefaultPrivileges
    | Role
    | Membership
)


class Catalog(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A whole database at one moment, what extensions own and PostgreSQL's own schemas left out.

    `objects`, `comments`, `owners`, `grants`, `labels` and `unmodelled` say what the database is, and only
    these are compared. `column_order` and `depends` help to render and to order.
    """

    version: int  # server_version_num
    role: str  # current_user when it was read: the owner of what it will create
    objects: Mapping[Ref, Object]
    comments: Mapping[Ref, str] = {}
    owners: Mapping[Ref, str] = {}
    # sorted, and only where they differ from what the object's kind and owner give by themselves
    # (`acldefault`) and from what an extension gave its own objects (`pg_init_privs`); () means that nobody
    # has any right
    grants: Mapping[Ref, tuple[Grant, ...]] = {}
    # what initdb or an extension gave, where `grants` says something else now; not compared
    initial: Mapping[Ref, tuple[Grant, ...]] = {}
    labels: Mapping[Ref, tuple[tuple[str, str], ...]] = {}  # (provider, label), sorted
    unmodelled: Mapping[str, str] = {}  # `kind name` -> a hash of its definition
    column_order: Mapping[Ref, tuple[str, ...]] = {}  # of tables and foreign tables
    # object -> what it needs (`pg_depend`), both sides in `objects`, or a `default`, an `extension`, a
    # column of a view. What the names already say (a column needs its table) is left out.
    depends: Mapping[Ref, tuple[Ref, ...]] = {}
    unseen: tuple[str, ...] = ()  # what the role may not read, for people

    def of(self, kind: Kind) -> Iterator[tuple[Ref, Object]]:
        """The objects of one kind, by name."""
        return ((ref, self.objects[ref]) for ref in sorted(self.objects) if ref.kind == kind)


PUBLIC_SCHEMA = Ref("schema", "", "public")  # the server's own, which initdb lets everyone use
TABLES: tuple[Kind, ...] = ("table", "foreign table")
RELATIONS: tuple[Kind, ...] = (*TABLES, "view", "materialized view")
# Kinds whose `schema` and `name` are those of the object that holds them.
PARTS = ("column", "default", "constraint", "trigger", "policy", "rule", "domain constraint")


def holder(ref: Ref, catalog: Catalog) -> Ref | None:
    """The relation or domain that `ref` is a part of, or None when it stands alone.

    Indexes and extended statistics stand in their schema, but die with their table: that is theirs.
    """
    if ref.kind in PARTS:
        for kind in ("domain",) if ref.kind == "domain constraint" else RELATIONS:
            found = Ref(kind, ref.schema, ref.name)
            if found in catalog.objects:
                return found
        return None
    held = catalog.objects.get(ref)
    if isinstance(held, Index | Statistics):
        return held.table
    return None


def default_of(column: Ref) -> Ref:
    """The `default` of a column, which needs others by itself."""
    return Ref("default", column.schema, column.name, column.part)


def column_of(default: Ref) -> Ref:
    """The column whose expression a `default` names."""
    return Ref("column", default.schema, default.name, default.part)


def identity_columns(catalog: Catalog) -> dict[Ref, Ref]:
    """The sequences of identity columns, no objects but with privileges of their own, and their columns."""
    return {
        value.identity.sequence: ref
        for ref, value in catalog.objects.items()
        if isinstance(value, Column) and value.identity is not None
    }


_DEPENDS_ON = " depends on extension "


def extension_dependents(catalog: Catalog) -> dict[Ref, tuple[str, ...]]:
    """What goes with an extension (`ALTER … DEPENDS ON EXTENSION`), and with which ones, sorted.

    It is what `unmodelled` says of such objects of the catalog.
    """
    found: dict[str, list[str]] = {}
    for name in catalog.unmodelled:
        described, words, extension = name.rpartition(_DEPENDS_ON)
        if words:
            found.setdefault(described.replace('"', ""), []).append(extension)
    if not found:
        return {}
    return {ref: tuple(sorted(found[text])) for ref in catalog.objects if (text := _described(ref)) in found}


def without_dependents(catalog: Catalog) -> dict[str, str]:
    """`unmodelled` without what `extension_dependents` says."""
    said = {_described(ref) for ref in extension_dependents(catalog)}
    return {
        name: text
        for name, text in catalog.unmodelled.items()
        if not said or _DEPENDS_ON not in name or name.rpartition(_DEPENDS_ON)[0].replace('"', "") not in said
    }


def _described(ref: Ref) -> str:
    """The object as `pg_describe_object` says it, without quotes, of the kinds that ALTER makes depend on an
    extension; else ''.
    """
    match ref.kind:
        case "function" | "procedure":
            text = f"function {ref.schema}.{ref.name}({ref.part.replace(', ', ',')})"
        case "index" | "materialized view":
            text = f"{ref.kind} {ref.schema}.{ref.name}"
        case "trigger":
            text = f"trigger {ref.part} on table {ref.schema}.{ref.name}"
        case _:
            return ""
    return text.replace('"', "")
