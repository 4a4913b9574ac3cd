"""Random databases as values, their SQL, and pairs of them: independent, or one a mutation of the other.

A value may be changed anywhere and still loads: whatever refers to something that is gone is left out or
takes another form when the SQL is written, and expressions are numbers that become SQL only when the type of
their column is known. So a mutation need not know what depends on what it changes. Nothing here connects, and
nothing of the engine under test is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from hypothesis import strategies as st

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

ROLES: Final = ("role_a", "role_b")
MOST_OBJECTS: Final = 30


class Key(NamedTuple):
    """Which object: `space` is the namespace of names in a schema, or `on …` for what belongs to a table."""

    space: str
    schema: str
    name: str

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def quoted(name: str) -> str:
    plain = name.replace("_", "a").isalnum() and name == name.lower() and name != "order"
    return name if plain else f'"{name}"'


# ------------------------------------------------------------------------------------------------------ types


class Family(msgspec.Struct, frozen=True):
    """What can be written about a value of some type: `{c}` is the value. A number picks one of each."""

    defaults: tuple[str, ...]
    checks: tuple[str, ...] = ("{c} is not null",)
    derived: tuple[str, ...] = ()  # of the same type, immutable
    btree: bool = True
    method: str = ""  # gin or gist, where that indexes it
    collatable: bool = False
    exact: bool = False  # takes GENERATED AS IDENTITY and nextval


def _integer() -> Family:
    checks = ("{c} > 0", "{c} <> 5", "{c} between 1 and 9", "{c} in (1, 2, 3)", "{c} % 2 = 0 or {c} < 100")
    return Family(("0", "7", "1 + 1", "-3"), checks, ("{c} * 2", "abs({c})"), exact=True)


def _number() -> Family:
    return Family(("0", "1.5", "-2"), ("{c} > 0", "{c} <= 1.5 or {c} = 7"), ("{c} + 1",))


def _text(quoted: str = "'it''s'") -> Family:
    checks = ("{c} <> ''", "length({c}) > 1", "{c} ~ '^[a-z''\\\\]+$'", "{c} in ('a', 'b')", "{c} like 'a%'")
    return Family(("'x'", "''", quoted, "upper('a')"), checks, ("upper({c})",), collatable=True)


FAMILIES: Final[dict[str, Family]] = {
    "integer": _integer(),
    "bigint": _integer(),
    "text": _text(),
    "smallint": _integer(),
    "varchar(20)": _text(),
    "varchar": _text(),
    "char(3)": _text("'a''b'"),  # ADD COLUMN evaluates it
    "boolean": Family(("true", "false"), ("{c}", "not {c}"), ("not {c}",)),
    "numeric(10,2)": _number(),
    "numeric": _number(),
    "real": _number(),
    "double precision": _number(),
    "date": Family(("current_date", "'2026-01-02'"), ("{c} > '2020-01-01'",), ("{c} + 1",)),
    "timestamptz": Family(("now()", "'2026-01-02 00:00+00'"), ("{c} < 'infinity'",)),
    "timestamp(3)": Family(("localtimestamp",), ("{c} > '2020-01-01'",)),
    "time": Family(("'10:00'",), ("{c} > '01:00'",)),
    "interval": Family(("'1 day'", "interval '2 hours'"), ("{c} > '0'",)),
    "uuid": Family(("gen_random_uuid()", "'00000000-0000-0000-0000-000000000001'")),
    "json": Family(("'{}'", "'[1]'"), ("json_typeof({c}) = 'object'",), btree=False),
    "jsonb": Family(("'{}'", "'{\"a\": [1]}'"), ("{c} ? 'a'", "{c} @> '{}'"), ("{c} || '{}'",), method="gin"),
    "bytea": Family(("'\\x00'",), ("length({c}) < 9",)),
    "inet": Family(("'127.0.0.1'",), ("family({c}) = 4",)),
    "bit(4)": Family(("B'0101'",), ("{c} <> B'0000'",)),
    "money": Family(("0",), ("{c} > '0'",)),
    "point": Family(("'(0,0)'",), btree=False, method="gist"),
    "int4range": Family(("'[1,5)'", "'empty'"), ("not isempty({c})",), method="gist"),
    "tsvector": Family(("''",), method="gin"),
    "integer[]": Family(("'{}'", "array[1, 2]"), ("cardinality({c}) < 9",), method="gin"),
    "text[]": Family(("'{}'", "'{a,b}'"), ("'a' = any ({c})",), method="gin"),
    "varchar(8)[]": Family(("'{}'",), ("array_length({c}, 1) > 0",), method="gin"),
}


class Type(msgspec.Struct, frozen=True):
    """A built-in type by name, one of the database by key, or whatever type the column `link` has."""

    name: str = "integer"
    user: Key | None = None
    link: tuple[Key, str] | None = None
    array: bool = False


# ---------------------------------------------------------------------------------------------------- objects


class Grant(msgspec.Struct, frozen=True):
    """A GRANT; `number` picks the privilege, `role` None takes away what PUBLIC or the owner has."""

    number: int
    role: str | None
    option: bool = False


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """What every object has."""

    key: Key
    owner: str | None = None
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


class Schema(Object, frozen=True, kw_only=True):
    """A schema; `public` is always there."""


class DefaultPrivileges(Object, frozen=True, kw_only=True):
    """ALTER DEFAULT PRIVILEGES; `early` ones hold for the objects of the database itself."""

    within: str | None
    what: str
    privilege: int
    role: str
    early: bool


class Enum(Object, frozen=True, kw_only=True):
    """An enum."""

    labels: tuple[str, ...]


class Domain(Object, frozen=True, kw_only=True):
    """A domain; `function` is called in its check if it takes the type."""

    type: Type
    not_null: bool = False
    default: int | None = None
    checks: tuple[int, ...] = ()
    function: Key | None = None


class Composite(Object, frozen=True, kw_only=True):
    """A composite type."""

    attributes: tuple[tuple[str, Type], ...]


class Sequence(Object, frozen=True, kw_only=True):
    """A sequence; the first column that takes its default from it owns it, if `owned`."""

    type: str
    options: tuple[str, ...]
    owned: bool


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column; of what it is filled from, the first of generated, identity, sequence, function, default."""

    name: str
    type: Type = Type()
    not_null: bool = False
    named_not_null: bool = False
    default: int | None = None
    function: Key | None = None
    sequence: Key | None = None
    identity: str | None = None
    generated: tuple[str, int, bool] | None = None  # from which column, how, virtual
    collation: str | None = None
    settings: tuple[str, ...] = ()
    comment: str | None = None
    grants: tuple[Grant, ...] = ()


class Constraint(msgspec.Struct, frozen=True, kw_only=True):
    """A constraint of a table; a foreign key's columns are those linked to the key that it refers to."""

    name: str
    type: str  # primary key, unique, check, foreign key, exclude
    columns: tuple[str, ...] = ()
    number: int = 0
    function: Key | None = None
    references: Key | None = None
    actions: tuple[str, ...] = ()
    deferrable: str = ""
    valid: bool = True
    flag: bool = False  # nulls not distinct; no inherit; not enforced
    comment: str | None = None


class Table(Object, frozen=True, kw_only=True):
    """A table; a partitioned one has a column `part` more, which its keys include."""

    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    partitioned: str | None = None  # range, list or hash
    inherits: Key | None = None
    unlogged: bool = False
    options: tuple[str, ...] = ()
    row_security: bool = False
    force: bool = False
    replica_identity: str | None = None


class Partition(Object, frozen=True, kw_only=True):
    """A partition; `number` None is the default one."""

    parent: Key
    number: int | None
    check: int | None = None


class Index(Object, frozen=True, kw_only=True):
    """An index. Its key is in the schema of its table."""

    table: Key
    columns: tuple[str, ...]
    expression: bool = False
    function: Key | None = None
    unique: bool = False
    order: str = ""
    where: int | None = None
    include: bool = False
    clustered: bool = False  # of a partitioned table: made without those of its partitions


class Statistics(Object, frozen=True, kw_only=True):
    """Extended statistics on two columns."""

    table: Key
    columns: tuple[str, ...]
    kinds: tuple[str, ...]


class View(Object, frozen=True, kw_only=True):
    """A view or, if `stored`, a materialized view."""

    sources: tuple[Key, ...]
    columns: tuple[tuple[str, str], ...]  # column of the first source, alias
    shape: str
    where: int | None
    function: Key | None
    options: tuple[str, ...]
    stored: bool
    populated: bool = True


class Scalar(Object, frozen=True, kw_only=True):
    """A function of one argument that returns it, or a procedure."""

    type: Type
    argument: str
    default: int | None
    language: str
    atomic: bool
    body: int
    attributes: tuple[str, ...]
    procedure: bool


class Query(Object, frozen=True, kw_only=True):
    """A function over a relation."""

    relation: Key
    shape: str
    atomic: bool
    attributes: tuple[str, ...]


class TriggerFunction(Object, frozen=True, kw_only=True):
    """A function for triggers."""

    body: int
    attributes: tuple[str, ...]


class Trigger(Object, frozen=True, kw_only=True):
    """A trigger of a table, or an INSTEAD OF trigger of a view."""

    table: Key
    function: Key
    timing: str
    events: tuple[str, ...]
    column: str | None
    row: bool
    when: int | None
    enabled: str | None
    constraint: bool
    arguments: tuple[str, ...]


class Policy(Object, frozen=True, kw_only=True):
    """A policy."""

    table: Key
    command: str
    permissive: bool
    roles: tuple[str, ...]
    using: int | None
    check: int | None
    column: str
    function: Key | None


class Rule(Object, frozen=True, kw_only=True):
    """A rule that does nothing instead, or besides."""

    table: Key
    event: str
    instead: bool


class Publication(Object, frozen=True, kw_only=True):
    """A publication of tables, of a schema, or of everything."""

    tables: tuple[Key, ...]
    within: str | None
    everything: bool
    publish: str | None
    via_root: bool
    some_columns: bool


class Database(msgspec.Struct, frozen=True):
    """The objects, in the order in which they were drawn."""

    objects: tuple[Any, ...] = ()

    def find(self, key: Key | None) -> Any:
        """The object with the key, or None."""
        return next((each for each in self.objects if each.key == key), None) if key else None

    def of(self, *kinds: type) -> list[Any]:
        return [each for each in self.objects if isinstance(each, kinds)]

    def sources(self, view: View) -> list[Key]:
        """The relations that a view reads: those drawn before it."""
        keys = [each.key for each in self.objects]
        before = set(keys[: keys.index(view.key)])
        return [key for key in view.sources if key in before and _is_relation(self.find(key))]

    def sql(self) -> str:
        """Statements that make the database in an empty one, in which the roles exist."""
        return "".join(f"{statement};\n" for statement in _Writer(whole(self)).statements())


def whole(database: Database) -> Database:
    """The database without the objects that refer to something which is not there."""
    while True:
        kept = tuple(each for each in database.objects if _stands(database, each))
        if len(kept) == len(database.objects):
            return database
        database = Database(kept)


def _stands(database: Database, each: Any) -> bool:
    schema = each.key.schema
    if schema and schema != "public" and not database.find(Key("schema", "", schema)):
        return False
    match each:
        case Partition():
            parent = database.find(each.parent)
            twins = [
                other
                for other in database.of(Partition)
                if other.parent == each.parent and other.number == each.number
            ]
            hashed = isinstance(parent, Table) and parent.partitioned == "hash" and each.number is None
            return (
                isinstance(parent, Table)
                and parent.partitioned is not None
                and twins[0] is each
                and not hashed
            )
        case Index():
            target = database.find(each.table)
            if each.table.schema != each.key.schema:  # an index lies where its table lies
                return False
            return isinstance(target, Table | Partition) or (isinstance(target, View) and target.stored)
        case Statistics() | Rule():
            return isinstance(database.find(each.table), Table)
        case Policy():
            return isinstance(database.find(each.table), Table | Partition)
        case Trigger():
            target = database.find(each.table)
            return isinstance(database.find(each.function), TriggerFunction) and (
                isinstance(target, Table) or (isinstance(target, View) and not target.stored)
            )
        case View():
            return bool(database.sources(each))
        case Query():
            return _is_relation(database.find(each.relation))
        case DefaultPrivileges():
            within = each.within
            return within in (None, "public") or database.find(Key("schema", "", within)) is not None
    return True


def _is_relation(each: Any) -> bool:
    return isinstance(each, Table | Partition | View)


# -------------------------------------------------------------------------------------------------------- SQL


class _Shown(NamedTuple):
    """A column of a relation as others see it."""

    name: str
    type: str
    family: Family
    indexable: bool = True
    writable: bool = True

    @property
    def sql(self) -> str:
        return quoted(self.name)


_PRIVILEGES: Final = {
    "table": ("select", "insert", "update", "delete", "truncate", "references", "trigger", "all"),
    "sequence": ("usage", "select", "update", "all"),
    "function": ("execute",),
    "schema": ("usage", "create", "all"),
    "type": ("usage",),
    "column": ("select", "insert", "update", "references"),
}
_DEFAULT_PRIVILEGES: Final = {
    "tables": "table",
    "sequences": "sequence",
    "functions": "function",
    "types": "type",
}


class _Writer:
    """Writes one whole database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owned: dict[Key, tuple[Table, str]] = {}
        self.taken: dict[tuple[str, str], Any] = {}
        for each in database.objects:
            match each:
                case Schema() | DefaultPrivileges():
                    continue
                case Trigger() | Policy() | Rule():
                    place = f"{type(each).__name__} on {each.table.sql}"
                case Index():
                    place = f"relation {each.table.schema}"
                case _:
                    place = f"{each.key.space} {each.key.schema}"
            self.taken.setdefault((place, each.key.name), each.key)
        for table in database.of(Table):
            for rule in table.constraints:
                place = f"on {table.key.sql}"
                if rule.type in ("primary key", "unique", "exclude"):
                    place = f"relation {table.key.schema}"
                self.taken.setdefault((place, rule.name), rule)

    def statements(self) -> Iterator[str]:
        defaults = self.database.of(DefaultPrivileges)
        for each in self.in_order():
            if isinstance(each, Schema):
                yield f"create schema {quoted(each.key.name)}"
        yield from (self.default_privileges(each) for each in defaults if each.early)
        order = self.in_order()
        for each in order:
            yield from self.create(each)
        for each in order:
            if isinstance(each, Table):
                yield from self.foreign_keys(each)
        for key, (table, column) in self.owned.items():
            yield f"alter sequence {key.sql} owned by {table.key.sql}.{quoted(column)}"
        for each in order:
            yield from self.belongings(each)
        yield from (self.default_privileges(each) for each in defaults if not each.early)

    def in_order(self) -> list[Any]:
        """The objects, each after what it needs, otherwise in the order in which they were drawn."""
        objects = {each.key: each for each in self.database.objects}
        sorter: TopologicalSorter[Key] = TopologicalSorter()
        for key, each in objects.items():
            sorter.add(key, *sorted(need for need in self.needs(each) if need in objects and need != key))
        return [objects[key] for key in sorter.static_order()]

    def needs(self, each: Any) -> set[Key]:
        found: set[Key] = set()
        match each:
            case Domain():
                found |= self.type_needs(each.type)
                if self.call(each.function, each.type):
                    found.add(each.function)
            case Composite():
                for _, kind in each.attributes:
                    found |= self.type_needs(kind)
            case Scalar():
                found |= self.type_needs(each.type)
            case Table():
                parents = [each] + ([self.parent(each)] if self.parent(each) else [])
                for column in (column for table in parents for column in table.columns):
                    found |= self.type_needs(column.type)
                    found |= {need for need in (column.function, column.sequence) if need}
                found |= {rule.function for rule in each.constraints if rule.function}
                found |= {each.inherits} if each.inherits else set()
            case Partition():
                found.add(each.parent)
            case View():
                found |= {*self.database.sources(each)} | ({each.function} if each.function else set())
            case Query():
                found.add(each.relation)
            case Index():
                found |= {each.table} | ({each.function} if each.function else set())
            case Policy():
                found |= {each.table} | ({each.function} if each.function else set())
            case Trigger():
                found |= {each.table, each.function}
            case Statistics() | Rule():
                found.add(each.table)
            case Publication():
                found |= {table.key for table in self.database.of(Table, Partition, View)}
        return found

    def type_needs(self, kind: Type) -> set[Key]:
        kind = self.base(kind)
        return {kind.user} if kind.user else set()

    # types

    def base(self, kind: Type) -> Type:
        """The type without links, and without a type that is not there."""
        seen = set()
        while kind.link:
            table = self.database.find(kind.link[0])
            columns = {column.name: column for column in table.columns} if isinstance(table, Table) else {}
            column = columns.get(kind.link[1])
            if kind.link in seen or column is None:
                return Type()
            seen.add(kind.link)
            kind = column.type
        if kind.user and not isinstance(self.database.find(kind.user), Enum | Domain | Composite):
            return Type("text")
        return kind

    def type_sql(self, kind: Type) -> str:
        kind = self.base(kind)
        text = kind.user.sql if kind.user else kind.name
        return text + "[]" * (kind.array and not text.endswith("[]"))

    def family(self, kind: Type) -> Family:
        kind = self.base(kind)
        if kind.user is None:
            family = FAMILIES[kind.name]
            return family if not kind.array else Family(("'{}'",), btree=family.btree)
        match self.database.find(kind.user):
            case Enum() as enum:
                labels = tuple(f"'{label}'" for label in enum.labels)
                family = Family(labels, tuple("{c} <> " + label for label in labels))
            case Domain() as domain:
                inner = self.family(domain.type)
                # A domain over an enum is compared with no bare literal.
                checks = inner.checks if domain.type.user is None else Family(()).checks
                family = Family(inner.defaults, checks, btree=inner.btree, method=inner.method)
            case _:
                return Family(("null",), btree=False)
        return family if not kind.array else Family(("'{}'",), btree=family.btree)

    def is_domain(self, kind: Type) -> bool:
        """Whether a literal of the type may break a check."""
        return isinstance(self.database.find(self.base(kind).user), Domain)

    def call(self, key: Key | None, kind: Type) -> str | None:
        """The name of an immutable function of this type, if that is what the key names."""
        function = self.database.find(key)
        if not isinstance(function, Scalar) or function.procedure or "immutable" not in function.attributes:
            return None
        if self.base(function.type) != self.base(kind):
            return None
        return function.key.sql

    # relations

    def parent(self, table: Table) -> Table | None:
        """The table that it inherits from."""
        parent = self.database.find(table.inherits)
        names = [each.key for each in self.database.objects]
        if not isinstance(parent, Table) or parent.partitioned or table.partitioned:
            return None
        if parent.inherits or names.index(parent.key) >= names.index(table.key):
            return None
        return parent

    def columns(self, table: Table) -> list[Column]:
        """The columns that the table declares itself."""
        parent = self.parent(table)
        taken = {column.name for column in parent.columns} if parent else set()
        own = [column for column in table.columns if column.name not in taken]
        return [Column(name="part", not_null=True), *own] if table.partitioned else own

    def shown(self, key: Key) -> list[_Shown]:
        """The columns of a relation."""
        match self.database.find(key):
            case Partition() as partition:
                return self.shown(partition.parent)
            case Table() as table:
                parent = self.parent(table)
                above = self.shown(parent.key) if parent else []
                return above + [self.shown_column(table, column) for column in self.columns(table)]
            case View() as view:
                return [shown for shown, _ in self.selected(view)]
        return []

    def shown_column(self, table: Table, column: Column) -> _Shown:
        generated = self.generated(table, column)
        source = generated[0] if generated else column
        virtual = generated is not None and generated[2]
        return _Shown(
            column.name,
            self.type_sql(source.type),
            self.family(source.type),
            indexable=not virtual,
            writable=generated is None,
        )

    def generated(self, table: Table, column: Column) -> tuple[Column, str, bool] | None:
        """The column that it is generated from, the expression, and whether it is virtual."""
        if column.generated is None or table.partitioned:
            return None
        name, number, virtual = column.generated
        source = next((each for each in self.columns(table) if each.name == name), None)
        if source is None or source is column or source.generated or source.identity:
            return None
        forms = (*self.family(source.type).derived, "{c}")
        expression = forms[number % len(forms)].replace("{c}", quoted(source.name))
        call = self.call(column.function, source.type)
        user = self.base(source.type).user is not None or isinstance(self.base(source.type).link, tuple)
        if call and not virtual:
            expression = f"{call}({quoted(source.name)})"
        return source, expression, virtual and not user

    def selected(self, view: View) -> list[tuple[_Shown, str]]:
        """The columns of a view, and the expression of each."""
        source = self.database.sources(view)[0]
        inner = {column.name: column for column in self.shown(source)}
        found: list[tuple[_Shown, str]] = []
        if view.shape == "group":
            keys = [inner[name] for name, _ in view.columns if name in inner and inner[name].family.btree]
            keys = [key for key in keys if key.name != "n"]  # the count has that name
            text = FAMILIES["bigint"]
            found = [(key._replace(indexable=True), f"s.{key.sql}") for key in keys[:1]]
            return [*found, (_Shown("n", "bigint", text), "count(*)")]
        for name, alias in view.columns:
            column = inner.get(name)
            if column is None or alias in {shown.name for shown, _ in found}:
                continue
            expression = f"s.{column.sql}"
            if view.shape == "text" and column.family is not FAMILIES["money"]:
                column = _Shown(alias, "text", FAMILIES["text"])
                expression += "::text"
            found.append((column._replace(name=alias, indexable=True), expression))
        return found or [(_Shown("one", "integer", FAMILIES["integer"]), "1")]

    # each kind

    def create(self, each: Any) -> Iterator[str]:
        if self.named_alike(each):
            return
        match each:
            case Enum():
                labels = ", ".join(f"'{label}'" for label in each.labels)
                yield f"create type {each.key.sql} as enum ({labels})"
            case Domain():
                yield self.domain(each)
            case Composite():
                fields = ", ".join(f"{name} {self.type_sql(kind)}" for name, kind in each.attributes)
                yield f"create type {each.key.sql} as ({fields})"
            case Sequence():
                yield f"create sequence {each.key.sql} as {each.type} {' '.join(each.options)}"
            case Table():
                yield from self.table(each)
            case Partition():
                yield from self.partition(each)
            case Index():
                yield from self.index(each)
            case Statistics():
                names = [
                    column.sql
                    for column in self.shown(each.table)
                    if column.name in each.columns and column.family.btree and column.indexable
                ]
                if len(names) > 1:
                    kinds = f" ({', '.join(each.kinds)})" if each.kinds else ""
                    yield (
                        f"create statistics {each.key.sql}{kinds} on {', '.join(names)} from {each.table.sql}"
                    )
            case View():
                yield self.view(each)
            case Scalar():
                yield self.scalar(each)
            case Query():
                yield self.query(each)
            case TriggerFunction():
                yield self.trigger_function(each)
            case Trigger():
                yield from self.trigger(each)
            case Policy():
                yield self.policy(each)
            case Rule():
                how = "instead nothing" if each.instead else "also notify x"
                yield f"create rule {quoted(self.part(each))} as on {each.event} to {each.table.sql} do {how}"
            case Publication():
                yield self.publication(each)

    def named_alike(self, each: Any) -> bool:
        """Whether another object has its name, which a change of tables can bring about."""
        return not isinstance(each, Schema | DefaultPrivileges) and each.key not in self.taken.values()

    @staticmethod
    def part(each: Any) -> str:
        """The name of a trigger, policy or rule."""
        return str(each.key.name)

    def domain(self, each: Domain) -> str:
        family = self.family(each.type)
        text = f"create domain {each.key.sql} as {self.type_sql(each.type)}"
        if each.default is not None:
            text += f" default {_pick(family.defaults, each.default)}"
        if each.not_null:
            text += " not null"
        for place, number in enumerate(each.checks):
            check = _pick(family.checks, number).replace("{c}", "value")
            text += f" constraint {quoted(f'{each.key.name}_check{place}')} check ({check})"
        call = self.call(each.function, each.type)
        if call:
            text += f" constraint {quoted(f'{each.key.name}_calls')} check ({call}(value) is not null)"
        return text

    def table(self, each: Table) -> Iterator[str]:
        parent = self.parent(each)
        parts = [self.column(each, column) for column in self.columns(each)]
        constraints = [(rule, self.constraint(each, rule)) for rule in each.constraints]
        inside = [(rule, text) for rule, text in constraints if text and rule.valid]
        parts += [f"constraint {quoted(rule.name)} {text}" for rule, text in inside]
        text = f"create {'unlogged ' if self.unlogged(each) else ''}table {each.key.sql} ("
        text += ",".join(f"\n  {part}" for part in parts) + "\n)"
        text += f" inherits ({parent.key.sql})" if parent else ""
        text += f" partition by {each.partitioned} (part)" if each.partitioned else ""
        if each.options and not each.partitioned:
            text += f" with ({', '.join(each.options)})"
        yield text
        for rule, definition in constraints:
            if definition and not rule.valid:
                not_valid = " not valid" if rule.type == "check" and not rule.flag else ""
                yield f"alter table {each.key.sql} add constraint {quoted(rule.name)} {definition}{not_valid}"
            if definition and rule.comment:
                yield f"comment on constraint {quoted(rule.name)} on {each.key.sql} is '{rule.comment}'"
        for column in self.columns(each):
            where = f"alter table {each.key.sql} alter column {quoted(column.name)}"
            generated = self.generated(each, column)
            for setting in column.settings:
                if generated and generated[2]:
                    continue
                kind = generated[0].type if generated else column.type
                if not setting.startswith("storage") or self.base(kind) == Type("text"):
                    yield f"{where} set {setting}"
            if column.comment:
                yield f"comment on column {each.key.sql}.{quoted(column.name)} is '{column.comment}'"
        if each.row_security:
            yield f"alter table {each.key.sql} enable row level security"
        if each.force:
            yield f"alter table {each.key.sql} force row level security"
        if each.replica_identity:
            yield f"alter table {each.key.sql} replica identity {each.replica_identity}"

    def unlogged(self, each: Table) -> bool:
        return each.unlogged and not each.partitioned

    def holds_unlogged(self, each: Table) -> bool:
        """Whether it or a table that inherits from it is unlogged: no publication takes it then."""
        heirs = [other for other in self.database.of(Table) if self.parent(other) is each]
        return self.unlogged(each) or any(self.holds_unlogged(heir) for heir in heirs)

    def column(self, table: Table, column: Column) -> str:
        generated = self.generated(table, column)
        kind = generated[0].type if generated else column.type
        family = self.family(kind)
        text = f"{quoted(column.name)} {self.type_sql(kind)}"
        if column.collation and family.collatable and not generated:
            text += f' collate "{column.collation}"'
        identity = column.identity and family.exact and not generated and not self.base(kind).user
        if generated:
            text += f" generated always as ({generated[1]}) {'virtual' if generated[2] else 'stored'}"
        elif identity:
            text += f" generated {column.identity} as identity"
            text += " (start 5 increment 2)" if column.default else ""
        elif isinstance(self.database.find(column.sequence), Sequence) and family.exact and column.sequence:
            text += f" default nextval('{column.sequence.sql}')"
            sequence = self.database.find(column.sequence)
            if sequence.owned and column.sequence.schema == table.key.schema:
                self.owned.setdefault(column.sequence, (table, column.name))
        elif column.default is not None:
            default = _pick(family.defaults, column.default)
            call = self.call(column.function, kind)
            # no argument is cast to the function's type by assignment, as the default is to the column's
            text += f" default {call}(({default})::{self.type_sql(kind)})" if call else f" default {default}"
        if (column.not_null or identity) and not (generated and generated[2] and column.named_not_null):
            name = quoted(f"{table.key.name}_{column.name}_nn")
            text += f" constraint {name} not null" if column.named_not_null else " not null"
        return text

    def constraint(self, table: Table, rule: Constraint) -> str | None:
        """Its definition, unless it is a foreign key or cannot be."""
        twins = [each for each in table.constraints if each.name == rule.name]
        parent = self.parent(table)
        if parent and any(each.name == rule.name for each in parent.constraints):
            return None
        if not any(each is rule for each in self.taken.values()) or twins[0] is not rule:
            return None
        shown = {column.name: column for column in self.shown(table.key)}
        columns = [shown[name] for name in dict.fromkeys(rule.columns) if name in shown]
        match rule.type:
            case "primary key" | "unique":
                keys = self.keys(table, rule)
                first = next((each for each in table.constraints if each.type == "primary key"), None)
                if not keys or (rule.type == "primary key" and rule is not first):
                    return None
                before = table.constraints[: table.constraints.index(rule)]
                likes = [each for each in before if each.type in ("primary key", "unique")]
                if any(set(self.keys(table, each)) == set(keys) for each in likes):
                    return None  # PostgreSQL leaves a twin out
                nulls = " nulls not distinct" if rule.flag and rule.type == "unique" else ""
                return f"{rule.type}{nulls} ({', '.join(map(quoted, keys))}){rule.deferrable}"
            case "check" if columns:
                check = _pick(columns[0].family.checks, rule.number).replace("{c}", columns[0].sql)
                source = next((each for each in self.columns(table) if each.name == columns[0].name), None)
                plain = source is not None and not source.generated
                call = self.call(rule.function, source.type) if source and plain else None
                check = f"{call}({columns[0].sql}) is not null" if call else check
                if len(columns) > 1:
                    check = f"({check}) or {columns[1].sql} is null"
                no_inherit = " no inherit" if rule.flag and not table.partitioned and rule.valid else ""
                not_enforced = " not enforced" if rule.flag and not rule.valid else ""
                return f"check ({check}){no_inherit}{not_enforced}"
            case "exclude" if columns and columns[0].family is FAMILIES["int4range"] and columns[0].indexable:
                if table.partitioned:
                    return None
                where = " where (not isempty(" + columns[0].sql + "))" if rule.flag else ""
                return f"exclude using gist ({columns[0].sql} with &&){where}{rule.deferrable}"
        return None

    def keys(self, table: Table, rule: Constraint) -> list[str]:
        """The columns of a primary key or unique constraint."""
        shown = {column.name: column for column in self.shown(table.key)}
        found = [
            name
            for name in dict.fromkeys(rule.columns)
            if name in shown and shown[name].family.btree and shown[name].indexable
        ]
        return [*found, "part"] if table.partitioned and "part" not in found else found

    def foreign_keys(self, table: Table) -> Iterator[str]:
        for rule in table.constraints:
            target = self.database.find(rule.references)
            twins = [each for each in table.constraints if each.name == rule.name]
            if rule.type != "foreign key" or not isinstance(target, Table) or twins[0] is not rule:
                continue
            if self.unlogged(target) and not self.unlogged(table):
                continue
            goals = [
                each
                for each in target.constraints
                if each.type in ("primary key", "unique")
                and not each.deferrable
                and self.constraint(target, each)
            ]
            if not goals:
                continue
            keys = self.keys(target, goals[0])
            generated = {column.name for column in self.shown(table.key) if not column.writable}
            own = []
            for key in keys:
                linked = [
                    column.name
                    for column in self.columns(table)
                    if (column.type.link == (target.key, key) or (key == "part" and column.type == Type()))
                    and column.name not in generated
                    and not column.identity
                ]
                goal = next(column for column in self.shown(target.key) if column.name == key)
                domain = self.database.find(self.base(Type(link=(target.key, key))).user)
                if goal.family.method == "gin" or (isinstance(domain, Domain) and domain.type.user):
                    break  # PostgreSQL cannot check a foreign key of a domain over an array or enum
                fits = linked and goal.type == self.type_of(table, linked[0])
                own += linked[:1] if fits else []
            if len(own) != len(keys) or len(set(own)) != len(own):
                continue
            text = f"alter table {table.key.sql} add constraint {quoted(rule.name)} foreign key"
            text += f" ({', '.join(map(quoted, own))}) references {target.key.sql}"
            text += f" ({', '.join(map(quoted, keys))})"
            text += "".join(f" {action}" for action in rule.actions) + rule.deferrable
            yield text + ("" if rule.valid or table.partitioned or target.partitioned else " not valid")

    def type_of(self, table: Table, name: str) -> str:
        return next(column.type for column in self.shown(table.key) if column.name == name)

    def partition(self, each: Partition) -> Iterator[str]:
        parent = self.database.find(each.parent)
        number = each.number
        if number is None:
            bound = "default"
        elif parent.partitioned == "range":
            bound = f"for values from ({number * 10}) to ({number * 10 + 10})"
        elif parent.partitioned == "list":
            bound = f"for values in ({number}, {number + 100})"
        else:
            bound = f"for values with (modulus 8, remainder {number % 8})"
        own = ""
        if each.check is not None:
            check = _pick(FAMILIES["integer"].checks, each.check).replace("{c}", "part")
            own = f" (constraint {quoted(f'{each.key.name}_own')} check ({check}))"
        yield f"create table {each.key.sql} partition of {each.parent.sql}{own} {bound}"

    def index(self, each: Index) -> Iterator[str]:
        target = self.database.find(each.table)
        shown = [column for column in self.shown(each.table) if column.indexable]
        found = [column for column in shown if column.name in each.columns]
        if not found:
            return
        first = found[0]
        partitioned = isinstance(target, Table) and target.partitioned is not None
        unique = each.unique and not each.expression and not isinstance(target, Partition)
        method = (
            first.family.method if not first.family.btree or (first.family.method and not unique) else "btree"
        )
        if method in ("", "btree"):
            parts = [column for column in found if column.family.btree]
            if not parts:
                return
            forms = [f"({_pick(column.family.checks, 0).replace('{c}', column.sql)})" for column in parts[:1]]
            call = self.index_call(each, parts[0])
            names = [column.sql for column in parts]
            if partitioned and unique and "part" not in names:
                names.append("part")
            keys = [f"{call}({parts[0].sql})"] if call else forms if each.expression else names
            keys = [key + each.order for key in keys]
            rest = [column.sql for column in shown if column not in found]
            include = f" include ({rest[0]})" if each.include and rest else ""
            nulls = " nulls not distinct" if unique and each.include else ""
            where = ""
            if each.where is not None:
                last = shown[-1]
                where = f" where {_pick(last.family.checks, each.where).replace('{c}', last.sql)}"
            only = "only " if partitioned and each.clustered and not unique else ""
            text = (
                f"create {'unique ' if unique else ''}index {quoted(each.key.name)} on {only}{each.table.sql}"
            )
            yield f"{text} ({', '.join(keys)}){include}{nulls}{where}"
            if each.clustered and not partitioned and not where:
                word = "materialized view" if isinstance(target, View) else "table"
                yield f"alter {word} {each.table.sql} cluster on {quoted(each.key.name)}"
        else:
            yield f"create index {quoted(each.key.name)} on {each.table.sql} using {method} ({first.sql})"

    def index_call(self, each: Index, column: _Shown) -> str | None:
        target = self.database.find(each.table)
        if not isinstance(target, Table) or not each.expression:
            return None
        source = next((own for own in self.columns(target) if own.name == column.name), None)
        return self.call(each.function, source.type) if source and not source.generated else None

    def view(self, each: View) -> str:
        sources = self.database.sources(each)
        columns = self.selected(each)
        inner = {column.name: column for column in self.shown(sources[0])}
        select = ", ".join(f"{expression} as {shown.sql}" for shown, expression in columns)
        body = f"select {select} from {sources[0].sql} as s"
        if len(sources) > 1 and each.shape == "join":
            body += f" cross join (select count(*) as total from {sources[1].sql}) as o"
        conditions = []
        used = [inner[name] for name, _ in each.columns if name in inner]
        if each.where is not None and used:
            conditions.append(_pick(used[-1].family.checks, each.where).replace("{c}", f"s.{used[-1].sql}"))
        function = self.database.find(each.function)
        if isinstance(function, Scalar) and not function.procedure and not self.is_domain(function.type):
            default = _pick(self.family(function.type).defaults, 0)
            conditions.append(f"{function.key.sql}({default}::{self.type_sql(function.type)}) is not null")
        body += f" where {' and '.join(f'({each})' for each in conditions)}" if conditions else ""
        if each.shape == "group":
            body += f" group by {columns[0][1]}" if len(columns) > 1 else ""
        if each.shape == "union":
            body = f"{body} union all {body}"
        options = [option for option in each.options if not option.startswith("check_option")]
        simple = (
            each.shape == "plain"
            and columns[0][1] != "1"
            and isinstance(self.database.find(sources[0]), Table)
        )
        if simple and len(options) < len(each.options):
            options.append("check_option=local")
        if each.stored:
            return (
                f"create materialized view {each.key.sql} as {body}"
                f"{'' if each.populated and self.populated(sources) else ' with no data'}"
            )
        with_options = f" with ({', '.join(options)})" if options else ""
        return f"create view {each.key.sql}{with_options} as {body}"

    def populated(self, sources: list[Key]) -> bool:
        """Whether every materialized view below has rows to read, and every view an owner who may read."""
        for source in sources:
            below = self.database.find(source)
            if isinstance(below, View):
                if not below.populated if below.stored else below.owner is not None:
                    return False
                if not self.populated(self.database.sources(below)):
                    return False
        return True

    def attributes(
        self, each: Scalar | Query | TriggerFunction, *, only: tuple[str, ...] | None = None
    ) -> str:
        return "".join(f" {word}" for word in each.attributes if only is None or word in only)

    def scalar(self, each: Scalar) -> str:
        kind = self.type_sql(each.type)
        argument = quoted(each.argument)
        default = ""
        if each.default is not None:
            default = f" default {_pick(self.family(each.type).defaults, each.default)}"
        if each.procedure:
            words = self.attributes(each, only=("security definer", "set search_path = ''"))
            body = ("begin null; end", "begin\n  perform 1;\nend")[each.body % 2]
            head = f"create procedure {each.key.sql}({argument} {kind}{default}) language plpgsql{words}"
            return f"{head} as $${body}$$"
        head = f"create function {each.key.sql}({argument} {kind}{default}) returns {kind}"
        words = self.attributes(each)
        if each.language == "plpgsql":
            body = ("begin return {a}; end", "-- why\nbegin\n  return {a};\nend;\n")[each.body % 2]
            return f"{head} language plpgsql{words} as $${body.format(a=argument)}$$"
        if each.atomic:
            return f"{head} language sql{words} return {argument}"
        body = ("select {a}", "\n  select {a}  -- itself\n", "select coalesce({a}, {a})")[each.body % 3]
        return f"{head} language sql{words} as $${body.format(a=argument)}$$"

    def query(self, each: Query) -> str:
        columns = self.shown(each.relation)
        match each.shape:
            case "setof":
                returns, body = f"setof {each.relation.sql}", f"select s.* from {each.relation.sql} as s"
            case "table":
                some = columns[:2]
                names = ", ".join(f"o{place} {column.type}" for place, column in enumerate(some))
                returns = f"table({names})" if some else "bigint"
                picked = ", ".join(f"s.{column.sql}" for column in some) or "1::bigint"
                body = f"select {picked} from {each.relation.sql} as s"
            case "argument":
                return (
                    f"create function {each.key.sql}(r {each.relation.sql}) returns boolean"
                    " language sql stable as $$select r is null$$"
                )
            case _:
                returns, body = "bigint", f"select count(*) from {each.relation.sql}"
        words = self.attributes(
            each, only=("security definer", "set search_path = ''", "cost 7", "parallel safe")
        )
        text = f"create function {each.key.sql}() returns {returns} language sql stable{words}"
        return f"{text} begin atomic {body}; end" if each.atomic else f"{text} as $${body}$$"

    def trigger_function(self, each: TriggerFunction) -> str:
        body = (
            "begin return new; end",
            "begin\n  return coalesce(new, old);\nend;\n",
            "begin return null; end",
        )
        words = self.attributes(each, only=("security definer", "set search_path = ''", "cost 7"))
        return (
            f"create function {each.key.sql}() returns trigger language plpgsql{words}"
            f" as $${body[each.body % 3]}$$"
        )

    def trigger(self, each: Trigger) -> Iterator[str]:
        target = self.database.find(each.table)
        name = quoted(self.part(each))
        arguments = ", ".join(f"'{word}'" for word in each.arguments)
        function = f"{each.function.sql}({arguments})"
        if isinstance(target, View):
            events = " or ".join(event for event in each.events if event != "truncate") or "insert"
            on = f"instead of {events} on {each.table.sql}"
            yield f"create trigger {name} {on} for each row execute function {function}"
            return
        shown = self.shown(each.table)
        row = each.row or each.constraint
        kinds = [event for event in each.events if event != "truncate" or not row] or ["insert"]
        column = next((column for column in shown if column.name == each.column), None)
        words = [f"update of {column.sql}" if event == "update" and column else event for event in kinds]
        timing = "after" if each.constraint else each.timing
        when = ""
        if each.when is not None and row and kinds == ["update"]:
            usable = [column for column in shown if column.writable]
            if timing == "after" or len(usable) == len(shown):  # before, generated columns are not there yet
                when = " when (old.* is distinct from new.*)"
            if each.when % 2 and usable:
                check = _pick(usable[0].family.checks, each.when)
                when = f" when ({check.replace('{c}', f'new.{usable[0].sql}')})"
        constraint = "constraint " if each.constraint else ""
        deferrable = " deferrable initially deferred" if each.constraint and each.when else ""
        yield (
            f"create {constraint}trigger {name} {timing} {' or '.join(words)} on {each.table.sql}{deferrable}"
            f" for each {'row' if row else 'statement'}{when} execute function {function}"
        )
        if each.enabled:
            yield f"alter table {each.table.sql} {each.enabled} trigger {name}"

    def policy(self, each: Policy) -> str:
        shown = self.shown(each.table)
        column = next((column for column in shown if column.name == each.column), None)

        def expression(number: int) -> str:
            if column is None or number == 0:
                return "true"
            source = self.database.find(each.function)
            if isinstance(source, Query) and source.shape == "count":
                return f"{column.sql} is not null and {source.key.sql}() > {number}"
            if number % 3 == 0:
                return f"exists (select from {each.table.sql} as o where o.{column.sql} is not null)"
            return _pick(column.family.checks, number).replace("{c}", column.sql)

        text = f"create policy {quoted(self.part(each))} on {each.table.sql}"
        text += f" as {'permissive' if each.permissive else 'restrictive'} for {each.command}"
        text += f" to {', '.join(each.roles)}" if each.roles else ""
        if each.using is not None and each.command != "insert":
            text += f" using ({expression(each.using)})"
        if each.check is not None and each.command not in ("select", "delete"):
            text += f" with check ({expression(each.check)})"
        return text

    def publication(self, each: Publication) -> str:
        text = f"create publication {quoted(each.key.name)}"
        tables = [self.database.find(table) for table in dict.fromkeys(each.tables)]
        usable = [table for table in tables if isinstance(table, Table) and not self.holds_unlogged(table)]
        if each.everything:
            text += " for all tables"
        elif each.within and (each.within == "public" or self.database.find(Key("schema", "", each.within))):
            text += f" for tables in schema {quoted(each.within)}"
        elif usable:
            parts = []
            only = len(usable) == 1 and not usable[0].partitioned  # else lists may conflict
            for table in usable:
                names = [column.sql for column in self.shown(table.key) if column.writable]
                some = f" ({', '.join(names[:2])})" if each.some_columns and names and only else ""
                parts.append(table.key.sql + some)
            text += f" for table {', '.join(parts)}"
        options = [f"publish = '{each.publish}'"] if each.publish else []
        options += ["publish_via_partition_root = true"] if each.via_root else []
        return text + (f" with ({', '.join(options)})" if options else "")

    def default_privileges(self, each: DefaultPrivileges) -> str:
        privileges = _PRIVILEGES[_DEFAULT_PRIVILEGES[each.what]]
        within = f" in schema {quoted(each.within)}" if each.within else ""
        privilege = _pick(privileges, each.privilege)
        return f"alter default privileges{within} grant {privilege} on {each.what} to {each.role}"

    # what every kind may have

    def belongings(self, each: Any) -> Iterator[str]:
        """Owner, comment and grants."""
        word, name, kind = self.named(each)
        if not word or not self.exists(each):
            return
        if kind and each.owner and each.key not in self.owned:
            yield f"alter {word} {name} owner to {each.owner}"
        if each.comment:
            yield f"comment on {word} {name} is '{each.comment}'"
        if kind:
            yield from self.grants(kind, f"{'type' if kind == 'type' else word} {name}", each)
        if isinstance(each, Table):
            yield from self.column_grants(each)

    def exists(self, each: Any) -> bool:
        return any(True for _ in self.create(each)) or isinstance(each, Schema)

    def grants(self, kind: str, target: str, each: Any) -> Iterator[str]:
        target = target.removeprefix("materialized view ").removeprefix("view ")
        target = f"table {target}" if kind == "table" and not target.startswith("table ") else target
        for grant in each.grants:
            privilege = _pick(_PRIVILEGES[kind], grant.number)
            if grant.role is None:
                whom = "public" if kind in ("function", "type") else (each.owner or "current_user")
                yield f"revoke {privilege} on {target} from {whom}"
            else:
                yield (
                    f"grant {privilege} on {target} to {grant.role}"
                    f"{' with grant option' if grant.option else ''}"
                )

    def column_grants(self, table: Table) -> Iterator[str]:
        for column in self.columns(table):
            for grant in column.grants:
                privilege = _pick(_PRIVILEGES["column"], grant.number)
                role = grant.role or "public"
                yield f"grant {privilege} ({quoted(column.name)}) on {table.key.sql} to {role}"

    def named(self, each: Any) -> tuple[str, str, str | None]:
        """The words of COMMENT ON, and the kind of privileges, None where there are none."""
        match each:
            case Schema():
                return "schema", quoted(each.key.name), "schema"
            case Enum() | Composite():
                return "type", each.key.sql, "type"
            case Domain():
                return "domain", each.key.sql, "type"
            case Sequence():
                return "sequence", each.key.sql, "sequence"
            case Table() | Partition():
                return "table", each.key.sql, "table"
            case View():
                return "materialized view" if each.stored else "view", each.key.sql, "table"
            case Scalar():
                word = "procedure" if each.procedure else "function"
                return word, f"{each.key.sql}({self.type_sql(each.type)})", "function"
            case Query():
                arguments = each.relation.sql if each.shape == "argument" else ""
                return "function", f"{each.key.sql}({arguments})", "function"
            case TriggerFunction():
                return "function", f"{each.key.sql}()", "function"
            case Index():
                return "index", each.key.sql, None
            case Statistics():
                return "statistics", each.key.sql, None
            case Policy() | Trigger() | Rule():
                word = type(each).__name__.lower()
                return word, f"{quoted(self.part(each))} on {each.table.sql}", None
            case Publication():
                return "publication", quoted(each.key.name), None
        return "", "", None


def _pick(choices: tuple[str, ...], number: int) -> str:
    return choices[number % len(choices)]


# ---------------------------------------------------------------------------------------------------- drawing

_NUMBER: Final = st.integers(0, 5)
_MAYBE: Final = st.one_of(st.none(), _NUMBER)
_SELDOM: Final = st.sampled_from((False, False, False, True))
_WORDS: Final = st.sampled_from((None, None, None, "said", "it''s", "two\nlines"))
_SCHEMAS: Final = ("app", "Odd one")
_COLUMNS: Final = ("a", "b", "c", "d", "Odd c", "order")
_LABELS: Final = ("one", "two", "three", "four", "it''s", "Six")


class _Drawing:
    """Draws objects that may refer to those of the database."""

    def __init__(self, draw: Draw, database: Database) -> None:
        self.draw = draw
        self.database = database

    def one_of(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def some_of(self, values: tuple[Any, ...], most: int) -> tuple[Any, ...]:
        found: list[Any] = self.draw(st.lists(st.sampled_from(values), max_size=most, unique=True))
        return tuple(found)

    def flag(self) -> bool:
        return bool(self.draw(_SELDOM))

    def key_of(self, *kinds: type) -> Key | None:
        """The key of some object of the kinds, if there is any; the later ones are likelier to be new."""
        keys = [each.key for each in self.database.of(*kinds)]
        return self.one_of(*keys) if keys else None

    def maybe_key_of(self, *kinds: type) -> Key | None:
        return self.key_of(*kinds) if self.flag() else None

    def schema(self) -> str:
        return self.one_of("public", "public", *(each.key.name for each in self.database.of(Schema)))

    def key(self, space: str, letter: str, schema: str | None = None) -> Key:
        """A key that nothing has: the first free number."""
        where = self.schema() if schema is None else schema
        odd = self.flag() and letter in "rfy"
        taken = {each.key for each in self.database.objects}
        for number in range(MOST_OBJECTS * 4):
            key = Key(space, where, f"{letter.upper()} {number}" if odd else f"{letter}{number}")
            if key not in taken:
                return key
        raise AssertionError("more objects than names")

    def grants(self) -> tuple[Grant, ...]:
        if not self.flag():
            return ()
        return tuple(
            Grant(self.draw(_NUMBER), self.one_of(*ROLES, None), self.flag())
            for _ in range(self.draw(st.integers(1, 3)))
        )

    def belongings(self, *, owned: bool = True) -> dict[str, Any]:
        return {
            "owner": self.one_of(None, None, None, None, *ROLES) if owned else None,
            "comment": self.draw(_WORDS),
            "grants": self.grants(),
        }

    def type(self, *, user: bool = True) -> Type:
        choice = self.draw(st.integers(0, 9))
        if choice >= 7 and user:
            key = self.key_of(Enum, Domain, Composite)
            if key:
                return Type(user=key, array=choice == 9 and self.flag())
        return Type(self.one_of(*FAMILIES))

    def object(self, kind: type) -> Any:
        return _DRAWN[kind](self)

    def new_schema(self) -> Any:
        names = [name for name in _SCHEMAS if not self.database.find(Key("schema", "", name))]
        return Schema(key=Key("schema", "", self.one_of(*names)), **self.belongings()) if names else None

    def default_privileges(self) -> Any:
        return DefaultPrivileges(
            key=self.key("default privileges", "z", ""),
            within=self.one_of(None, "public", *(each.key.name for each in self.database.of(Schema))),
            what=self.one_of(*_DEFAULT_PRIVILEGES),
            privilege=self.draw(_NUMBER),
            role=self.one_of(*ROLES),
            early=self.draw(st.booleans()),
        )

    def enum(self) -> Any:
        labels = self.draw(st.lists(st.sampled_from(_LABELS), min_size=1, max_size=5, unique=True))
        return Enum(key=self.key("type", "y"), labels=tuple(labels), **self.belongings())

    def domain(self) -> Any:
        kind = Type(self.one_of(*FAMILIES))
        enums = self.database.of(Enum)
        if enums and self.flag():
            kind = Type(user=self.one_of(*(each.key for each in enums)))
        return Domain(
            key=self.key("type", "y"),
            type=kind,
            not_null=self.flag(),
            default=self.draw(_MAYBE),
            checks=tuple(self.draw(st.lists(_NUMBER, max_size=2))),
            function=self.maybe_key_of(Scalar) if kind.user is None else None,
            **self.belongings(),
        )

    def composite(self) -> Any:
        fields = self.draw(st.integers(1, 3))
        simple = [each.key for each in self.database.of(Enum, Domain)]
        attributes = tuple(
            (
                f"f{number}",
                Type(user=self.one_of(*simple)) if simple and self.flag() else Type(self.one_of(*FAMILIES)),
            )
            for number in range(fields)
        )
        return Composite(key=self.key("type", "y"), attributes=attributes, **self.belongings())

    def sequence(self) -> Any:
        options = ("start 10", "increment 3", "cycle", "cache 5", "minvalue 2")
        return Sequence(
            key=self.key("relation", "r"),
            type=self.one_of("bigint", "integer", "smallint"),
            options=tuple(sorted(self.some_of(options, 2)))
            if not self.flag()
            else ("minvalue -5", "start 1"),
            owned=self.draw(st.booleans()),
            **self.belongings(),
        )

    def column(self, name: str, others: tuple[str, ...]) -> Column:
        fill = self.draw(st.integers(0, 9))
        return Column(
            name=name,
            type=self.type(),
            not_null=self.draw(st.booleans()),
            named_not_null=self.flag(),
            default=self.draw(_NUMBER) if fill in (1, 2, 3, 4) else None,
            function=self.maybe_key_of(Scalar) if fill in (3, 4, 6, 7) else None,
            sequence=self.key_of(Sequence) if fill == 8 else None,
            identity=self.one_of("always", "by default") if fill in (5, 9) else None,
            generated=(self.one_of(*others), self.draw(_NUMBER), self.flag())
            if others and fill in (6, 7)
            else None,
            collation=self.one_of(None, None, "C", "POSIX"),
            settings=self.some_of(("statistics 50", "storage external", "(n_distinct = 5)"), 1)
            if self.flag()
            else (),
            comment=self.draw(_WORDS),
            grants=self.grants(),
        )

    def constraint(self, table: Key, columns: tuple[str, ...], number: int) -> Constraint:
        kind = self.one_of("primary key", "unique", "check", "check", "exclude")
        return Constraint(
            name=f"{table.name}_{number}" if kind != "primary key" else f"{table.name}_pk",
            type=kind,
            columns=self.some_of(columns, 2) or columns[:1],
            number=self.draw(_NUMBER),
            function=self.maybe_key_of(Scalar),
            deferrable=self.one_of("", "", "", " deferrable", " deferrable initially deferred"),
            valid=not self.flag(),
            flag=self.flag(),
            comment=self.draw(_WORDS),
        )

    def foreign_key(self, table: Key, number: int) -> tuple[Constraint, tuple[Column, ...]] | None:
        """A foreign key to a table that has a key, and the columns that it needs."""
        targets = [
            each
            for each in self.database.of(Table)
            if any(rule.type in ("primary key", "unique") for rule in each.constraints)
        ]
        if not targets:
            return None
        target = self.one_of(*targets)
        key = next(rule for rule in target.constraints if rule.type in ("primary key", "unique"))
        columns = tuple(
            Column(name=f"l{number}{place}", type=Type(link=(target.key, name)), not_null=self.flag())
            for place, name in enumerate(key.columns)
        )
        if target.partitioned:
            columns += (Column(name=f"l{number}part"),)
        actions = self.some_of(("on delete cascade", "on update cascade", "match full"), 3)
        if self.flag() and "on delete cascade" not in actions:
            actions += (self.one_of("on delete set null", "on delete restrict", "on delete set default"),)
        rule = Constraint(
            name=f"{table.name}_{number}",
            type="foreign key",
            references=target.key,
            actions=tuple(sorted(actions, key=lambda action: not action.startswith("match"))),
            deferrable=self.one_of("", "", " deferrable", " deferrable initially deferred"),
            valid=not self.flag(),
        )
        return rule, columns

    def table(self) -> Any:
        key = self.key("relation", "r")
        names = tuple(self.draw(st.lists(st.sampled_from(_COLUMNS), min_size=1, max_size=5, unique=True)))
        columns = tuple(self.column(name, names[:place]) for place, name in enumerate(names))
        partitioned = self.one_of("range", "list", "hash") if self.draw(st.integers(0, 7)) == 7 else None
        count = self.draw(st.integers(0, 3))
        constraints = tuple(self.constraint(key, names, number) for number in range(count))
        if self.draw(st.booleans()):
            found = self.foreign_key(key, 7)
            if found:
                constraints, columns = (*constraints, found[0]), (*columns, *found[1])
        return Table(
            key=key,
            columns=columns,
            constraints=constraints,
            partitioned=partitioned,
            inherits=self.maybe_key_of(Table) if self.flag() else None,
            unlogged=self.flag() and self.flag(),
            options=self.some_of(("fillfactor=70", "autovacuum_enabled=false"), 2) if self.flag() else (),
            row_security=self.flag(),
            force=self.flag(),
            replica_identity=self.one_of(None, None, None, "full", "nothing"),
            **self.belongings(),
        )

    def partition(self) -> Any:
        parents = [each.key for each in self.database.of(Table) if each.partitioned]
        if not parents:
            return None
        return Partition(
            key=self.key("relation", "r"),
            parent=self.one_of(*parents),
            number=self.draw(st.one_of(st.integers(0, 4), st.none())),
            check=self.draw(_NUMBER) if self.flag() else None,
            **self.belongings(),
        )

    def index(self) -> Any:
        table = self.key_of(Table, Table, Partition)
        stored = [each.key for each in self.database.of(View) if each.stored]
        table = self.one_of(*stored) if stored and self.flag() else table
        if table is None:
            return None
        names = ("part", *_COLUMNS, "n", "v0", "v1")
        return Index(
            key=self.key("relation", "i", table.schema),
            table=table,
            columns=tuple(self.draw(st.lists(st.sampled_from(names), min_size=2, max_size=4, unique=True))),
            expression=self.flag(),
            function=self.maybe_key_of(Scalar),
            unique=self.flag(),
            order=self.one_of("", "", " desc", " desc nulls last", " nulls first"),
            where=self.draw(_NUMBER) if self.flag() else None,
            include=self.flag(),
            clustered=self.flag() and self.flag(),
            comment=self.draw(_WORDS),
        )

    def statistics(self) -> Any:
        table = self.key_of(Table)
        if table is None:
            return None
        return Statistics(
            key=self.key("statistics", "s", table.schema),
            table=table,
            columns=tuple(
                self.draw(st.lists(st.sampled_from(_COLUMNS), min_size=3, max_size=5, unique=True))
            ),
            kinds=self.some_of(("ndistinct", "dependencies", "mcv"), 2),
            comment=self.draw(_WORDS),
        )

    def view(self) -> Any:
        first = self.key_of(Table, Partition, View)
        if first is None:
            return None
        second = self.key_of(Table, Partition, View)
        names = self.some_of((*_COLUMNS, "v0", "n", "part"), 4)
        alias = self.draw(st.booleans())
        return View(
            key=self.key("relation", "r"),
            sources=tuple(dict.fromkeys(key for key in (first, second) if key)),
            columns=tuple((name, f"v{place}" if alias else name) for place, name in enumerate(names)),
            shape=self.one_of("plain", "plain", "group", "join", "union", "text"),
            where=self.draw(_NUMBER) if self.flag() else None,
            function=self.maybe_key_of(Scalar),
            options=self.some_of(("security_invoker=true", "security_barrier=true", "check_option=local"), 2)
            if self.flag()
            else (),
            stored=self.flag(),
            populated=not self.flag(),
            **self.belongings(),
        )

    def attributes(self, first: str = "volatile") -> tuple[str, ...]:
        return (
            first,
            *self.some_of(
                ("strict", "security definer", "set search_path = ''", "cost 7", "parallel safe"), 2
            ),
        )

    def scalar(self) -> Any:
        kind = self.type()
        return Scalar(
            key=self.key("function", "f"),
            type=kind,
            argument=self.one_of("a", "b", "Odd a"),
            default=self.draw(_NUMBER) if self.flag() else None,
            language=self.one_of("sql", "plpgsql"),
            atomic=self.draw(st.booleans()),
            body=self.draw(_NUMBER),
            attributes=self.attributes(self.one_of("immutable", "immutable", "stable", "volatile")),
            procedure=self.flag() and self.flag(),
            **self.belongings(),
        )

    def query(self) -> Any:
        relation = self.key_of(Table, Partition, View)
        if relation is None:
            return None
        return Query(
            key=self.key("function", "f"),
            relation=relation,
            shape=self.one_of("count", "setof", "table", "argument"),
            atomic=self.draw(st.booleans()),
            attributes=self.attributes(),
            **self.belongings(),
        )

    def trigger_function(self) -> Any:
        return TriggerFunction(
            key=self.key("function", "f"),
            body=self.draw(_NUMBER),
            attributes=self.attributes(),
            **self.belongings(),
        )

    def trigger(self) -> Any:
        views = [each.key for each in self.database.of(View) if not each.stored]
        table = self.key_of(Table)
        table = self.one_of(*views) if views and self.flag() else table
        function = self.key_of(TriggerFunction)
        if table is None or function is None:
            return None
        events = self.draw(
            st.lists(
                st.sampled_from(("insert", "update", "delete", "truncate")),
                min_size=1,
                max_size=3,
                unique=True,
            )
        )
        return Trigger(
            key=self.key(f"trigger on {table.name}", "g", table.schema),
            table=table,
            function=function,
            timing=self.one_of("before", "after"),
            events=tuple(events),
            column=self.one_of(None, None, *_COLUMNS),
            row=self.draw(st.booleans()),
            when=self.draw(_MAYBE),
            enabled=self.one_of(None, None, None, "disable", "enable always", "enable replica"),
            constraint=self.flag(),
            arguments=self.some_of(("x", "y z"), 2) if self.flag() else (),
            comment=self.draw(_WORDS),
        )

    def policy(self) -> Any:
        table = self.key_of(Table, Partition)
        if table is None:
            return None
        return Policy(
            key=self.key(f"policy on {table.name}", "p", table.schema),
            table=table,
            command=self.one_of("all", "select", "insert", "update", "delete"),
            permissive=not self.flag(),
            roles=self.some_of(ROLES, 2),
            using=self.draw(_MAYBE),
            check=self.draw(_MAYBE),
            column=self.one_of(*_COLUMNS),
            function=self.maybe_key_of(Query),
            comment=self.draw(_WORDS),
        )

    def rule(self) -> Any:
        table = self.key_of(Table)
        if table is None:
            return None
        return Rule(
            key=self.key(f"rule on {table.name}", "u", table.schema),
            table=table,
            event=self.one_of("insert", "update", "delete"),
            instead=self.draw(st.booleans()),
            comment=self.draw(_WORDS),
        )

    def publication(self) -> Any:
        tables = tuple(each.key for each in self.database.of(Table))
        return Publication(
            key=self.key("publication", "b", ""),
            tables=self.some_of(tables, 3) if tables else (),
            within=self.one_of(None, None, None, "public", *_SCHEMAS),
            everything=self.flag() and self.flag(),
            publish=self.one_of(None, None, "insert", "insert, update"),
            via_root=self.flag(),
            some_columns=self.flag(),
            comment=self.draw(_WORDS),
        )


_DRAWN: Final[dict[type, Callable[[_Drawing], Any]]] = {
    Table: _Drawing.table,
    Enum: _Drawing.enum,
    Domain: _Drawing.domain,
    Composite: _Drawing.composite,
    Sequence: _Drawing.sequence,
    Scalar: _Drawing.scalar,
    View: _Drawing.view,
    Index: _Drawing.index,
    Query: _Drawing.query,
    TriggerFunction: _Drawing.trigger_function,
    Trigger: _Drawing.trigger,
    Policy: _Drawing.policy,
    Partition: _Drawing.partition,
    Schema: _Drawing.new_schema,
    Statistics: _Drawing.statistics,
    Rule: _Drawing.rule,
    Publication: _Drawing.publication,
    DefaultPrivileges: _Drawing.default_privileges,
}
_OFTEN: Final = (Table, Table, Table, View, View, Index, Scalar, Trigger, Policy, Partition)
_KINDS: Final = st.sampled_from((Table, *_OFTEN, *_DRAWN))


@st.composite
def databases(draw: Draw, most: int = MOST_OBJECTS) -> Database:
    """A database of up to `most` objects that loads."""
    database = Database()
    size = draw(st.integers(1, most))
    for kind in draw(st.lists(_KINDS, min_size=size, max_size=size)):
        database = _with_new(draw, database, kind)
    return whole(database)


@st.composite
def mutations(draw: Draw, database: Database) -> Database:
    """The database with one thing added, dropped, changed or renamed."""
    how = draw(st.sampled_from(("change", "change", "change", "change", "add", "drop", "rename")))
    if how == "add" or not database.objects:
        return whole(_with_new(draw, database, draw(_KINDS)))
    place = draw(st.integers(0, len(database.objects) - 1))
    each = database.objects[place]
    if how == "drop":
        return whole(Database(database.objects[:place] + database.objects[place + 1 :]))
    if how == "rename":
        return whole(_renamed(draw, database, each))
    changed = _changed(draw, database, each)
    return whole(Database((*database.objects[:place], changed, *database.objects[place + 1 :])))


@st.composite
def pairs(draw: Draw) -> tuple[Database, Database]:
    """Two databases: independent of each other, or one the other with one to six mutations."""
    first: Database = draw(databases())
    if draw(st.integers(0, 3)) == 0:
        return first, draw(databases())
    second = first
    for _ in range(draw(st.integers(1, 6))):
        second = draw(mutations(second))
    return (first, second) if draw(st.booleans()) else (second, first)


def _with_new(draw: Draw, database: Database, kind: type) -> Database:
    new = _Drawing(draw, database).object(kind)
    return Database((*database.objects, new)) if new else database


def _changed(draw: Draw, database: Database, each: Any) -> Any:
    """The object with one field, or one column or constraint, drawn anew."""
    drawing = _Drawing(draw, database)
    if isinstance(each, Table) and draw(st.integers(0, 3)):
        return _changed_table(drawing, each)
    other = drawing.object(type(each))
    fields = [field for field in each.__struct_fields__ if field != "key"]
    if other is None or not fields:
        return each
    differing = [field for field in fields if getattr(each, field) != getattr(other, field)]
    chosen = drawing.one_of(*(differing or fields))
    return msgspec.structs.replace(each, **{chosen: getattr(other, chosen)})


def _changed_table(drawing: _Drawing, table: Table) -> Table:
    names = tuple(column.name for column in table.columns)
    what = drawing.one_of(
        "column", "column", "column", "more", "fewer", "rule", "rule more", "rule fewer", "key"
    )
    free = [name for name in _COLUMNS if name not in names]
    if what == "more" and free:
        place = drawing.draw(st.integers(0, len(names)))
        new = drawing.column(drawing.one_of(*free), names[:1])
        columns = (*table.columns[:place], new, *table.columns[place:])
        return msgspec.structs.replace(table, columns=columns)
    place = drawing.draw(st.integers(0, len(names) - 1)) if names else 0
    if what == "fewer" and len(names) > 1:
        columns = table.columns[:place] + table.columns[place + 1 :]
        return msgspec.structs.replace(table, columns=columns)
    rules = table.constraints
    if what == "rule more":
        number = drawing.draw(st.integers(0, 6))
        new_rule = drawing.constraint(table.key, names, number)
        kept = tuple(rule for rule in rules if rule.name != new_rule.name)
        return msgspec.structs.replace(table, constraints=(*kept, new_rule))
    if what == "key":
        found = drawing.foreign_key(table.key, 8)
        if found and "l80" not in names:
            return msgspec.structs.replace(
                table, constraints=(*rules, found[0]), columns=(*table.columns, *found[1])
            )
    if what == "rule fewer" and rules:
        return msgspec.structs.replace(table, constraints=rules[1:])
    if what == "rule" and rules:
        which = drawing.draw(st.integers(0, len(rules) - 1))
        drawn = drawing.constraint(table.key, names, which)
        field = drawing.one_of("columns", "number", "deferrable", "valid", "flag", "function", "comment")
        changed = msgspec.structs.replace(rules[which], **{field: getattr(drawn, field)})
        return msgspec.structs.replace(table, constraints=(*rules[:which], changed, *rules[which + 1 :]))
    if not names:
        return table
    column = table.columns[place]
    fresh = drawing.column(column.name, names[:place])
    field = drawing.one_of("type", "type", *(name for name in column.__struct_fields__ if name != "name"))
    changed_column = msgspec.structs.replace(column, **{field: getattr(fresh, field)})
    columns = (*table.columns[:place], changed_column, *table.columns[place + 1 :])
    return msgspec.structs.replace(table, columns=columns)


def _renamed(draw: Draw, database: Database, each: Any) -> Database:
    """The database with a new name for the object, or with its name and another's of its kind swapped."""
    drawing = _Drawing(draw, database)
    if isinstance(each, Schema | DefaultPrivileges):
        return database
    likes = [
        other.key
        for other in database.of(type(each))
        if other.key != each.key and other.key.space == each.key.space
    ]
    within = isinstance(each, Index | Statistics | Trigger | Policy | Rule | Publication)
    letter = each.key.name[:1].lower()
    new = drawing.key(each.key.space, letter, each.key.schema if within else None)
    if likes and drawing.flag() and not within:
        new = drawing.one_of(*likes)
    swap = {each.key: new, new: each.key}
    mapped: Database = _mapped(database, swap)
    return mapped


def _mapped(value: Any, swap: dict[Key, Key]) -> Any:
    """The value with keys exchanged wherever they are."""
    if isinstance(value, Key):
        return swap.get(value, value)
    if isinstance(value, tuple):
        return tuple(_mapped(each, swap) for each in value)
    if isinstance(value, msgspec.Struct):
        fields = {name: _mapped(getattr(value, name), swap) for name in value.__struct_fields__}
        return type(value)(**fields)
    return value
