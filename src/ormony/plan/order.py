"""Which statements bring one catalog to another, and in what order.

Every object that differs is created, dropped, altered, or (where PostgreSQL has no ALTER for it, or where
what it needs must go and come back) dropped and created again. These steps are the nodes of a graph whose
edges come from `Catalog.depends` of both sides, from what names say (a column needs its table), and from
names that two objects cannot have at once. Cycles are broken by writing less inside CREATE TABLE, then by
re-creating what was to be altered.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property
from typing import Literal

import msgspec

from ormony.catalog import (
    PARTS,
    RELATIONS,
    TABLES,
    Catalog,
    Column,
    Constraint,
    Domain,
    DomainConstraint,
    Enum,
    EventTrigger,
    Index,
    Kind,
    MaterializedView,
    Object,
    Publication,
    RangeType,
    Ref,
    Routine,
    Sequence,
    Statistics,
    Table,
    column_of,
    default_of,
    holder,
)
from ormony.errors import OrmonyError
from ormony.plan.render.columns import (
    add,
    comes_by_itself,
    drop_not_null,
    give_not_null,
    leave_not_null,
    name_of_not_null,
    remove,
    rename_not_null,
)
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.retype import reads_again, retype
from ormony.plan.render.rows import Kept, fill, keep, kept
from ormony.plan.render.sequences import following, set_logged
from ormony.plan.render.tables import apart_meanwhile, declare_again, detach, doubted, swaps
from ormony.plan.render.triggers import silence
from ormony.plan.render.types import multirange, set_aside
from ormony.plan.statement import Alteration, Late, Statement
from ormony.sql import object_name, words

Verb = Literal["keep", "drop", "set aside", "alter", "create", "late", "fill", "drop aside"]
Node = tuple[Verb, Ref]

# Types whose columns hold rows: never dropped under a surviving column, but set aside until it is converted.
TYPES: frozenset[Kind] = frozenset(
    {"enum", "domain", "composite type", "range type", "base type", "collation"}
)
# Created early, dropped late, in this order where nothing else decides.
_RANK: tuple[Kind, ...] = (
    "schema",
    "role",
    "membership",
    "extension",
    "access method",
    "language",
    "foreign data wrapper",
    "server",
    "user mapping",
    "collation",
    "base type",
    "enum",
    "composite type",
    "domain",
    "domain constraint",
    "range type",
    "text search parser",
    "text search template",
    "text search dictionary",
    "text search configuration",
    "conversion",
    # like pg_dump: bodies may call each other, and tables may call them
    "function",
    "procedure",
    "aggregate",
    "sequence",
    "table",
    "foreign table",
    "operator",
    "operator family",
    "operator class",
    "cast",
    "transform",
    # what is done to tables that have rows may call functions, whose bodies may name new tables
    "column",
    "default",
    "constraint",
    "index",
    "statistics",
    "view",
    "materialized view",
    "rule",
    "trigger",
    "policy",
    "publication",
    "subscription",
    "event trigger",
    "default privileges",
)
_RANKS = {kind: number for number, kind in enumerate(_RANK)}
# Where an ALTER is as good as nothing if it is in a cycle: dropping and creating it again loses nothing.
_KEEPS_NO_DATA: frozenset[Kind] = frozenset(_RANK) - {
    "schema",
    "role",
    "membership",
    "extension",
    "table",
    "foreign table",
    "column",
    "sequence",
    "enum",
    "domain",
    "composite type",
    "range type",
    "base type",
    "server",
    "default privileges",
}


# Kinds with expressions, which casts and functions may be a hidden part of.
_EXPRESSIVE: frozenset[Kind] = frozenset(
    {
        "table",
        "column",
        "default",
        "constraint",
        "domain",
        "domain constraint",
        "index",
        "view",
        "materialized view",
        "rule",
        "trigger",
        "policy",
    }
)


# Whose DROP names types.
_NAMED_BY_TYPES: frozenset[Kind] = frozenset(
    {
        "function",
        "procedure",
        "aggregate",
        "operator",
        "operator class",
        "operator family",
        "cast",
        "transform",
    }
)
_WITH_INDEX: frozenset[str] = frozenset({"primary key", "unique", "exclusion"})
# Whose names a NOT NULL cannot be given by PostgreSQL.
_NAMED_CONSTRAINTS: frozenset[Kind] = frozenset({"constraint", "domain constraint", "trigger"})
_WITH_NOT_NULL = (Column, Domain)
# What acts when rows are put back, or reads them.
_WATCHING: frozenset[Kind] = frozenset({"trigger", "rule", "materialized view"})
# What others' statements can bring to its goal: those of a parent, a type, a table or an index.
_FOLLOWING: frozenset[Kind] = frozenset({"column", "default", "constraint", "index", "trigger"})
# What `_parts` finds parts of.
_HOLDING: frozenset[Kind] = frozenset(
    {"table", "foreign table", "view", "materialized view", "domain", "column"}
)


class Steps(msgspec.Struct, frozen=True):
    """The ordered statements, and which objects they took away and made: what is attached to these starts
    anew.

    `unlinked` are sequences that are given to a column when they have its table's owner, by `owned`, after
    all OWNER TO; `last` comes after everything that an event trigger could fire at.
    """

    statements: tuple[Statement, ...]
    gone: frozenset[Ref]
    made: frozenset[Ref]
    unlinked: frozenset[Ref] = frozenset()
    owned: tuple[Statement, ...] = ()
    last: tuple[Statement, ...] = ()


def incomplete(names: tuple[str, ...]) -> OrmonyError:
    """The error of a plan that says nothing of these differences."""
    return OrmonyError(
        "plan-incomplete",
        f"the plan has no statement for what differs in {', '.join(names)}",
        hint="write this change by hand, as SQL in the next migration",
        exit_status=1,
    )


def cannot_alter(what: Ref, holder: Ref, by_way_of: str) -> OrmonyError:
    """The error of a change that PostgreSQL refuses as long as a column holds values of what changes."""
    name = identifier(holder.part)
    value = f"to_jsonb({name})" if by_way_of == "jsonb" else f"{name}::{by_way_of}"
    return OrmonyError(
        "cannot-alter",
        f"PostgreSQL does not change {what.kind} {what} in this way while column {holder} holds values of it",
        hint="in an earlier migration, before this change: "
        f"ALTER TABLE {relation(holder)} ALTER COLUMN {name} TYPE {by_way_of} USING {value}",
        exit_status=1,
    )


def _cannot_inherit(column: Ref, table: Ref, goal: str) -> OrmonyError:
    return OrmonyError(
        "cannot-alter",
        f"PostgreSQL has no ALTER that makes the inherited column {column} {goal}",
        hint=f"say it in CREATE TABLE {relation(table)} as the database has it: "
        "a column of a parent may be declared here, too",
        exit_status=1,
    )


def steps(old: Catalog, new: Catalog) -> Steps:
    """The statements that create, drop and alter objects, in an order that PostgreSQL accepts.

    Raises:
        OrmonyError: `plan-cycle` when objects need each other in a way that no order serves,
            `plan-incomplete` when no statement brings something that differs to its goal, `cannot-alter` when
            PostgreSQL has no way that keeps what a column holds.
    """
    return _Planner(old, new).solve()


class _Planner:
    """The state of one search for an order; `solve` is called once."""

    def __init__(self, old: Catalog, new: Catalog) -> None:
        self.old, self.new = old, new
        before, after = old.objects, new.objects
        self.dropped = before.keys() - after.keys()
        self.created = after.keys() - before.keys()
        self.changed = {ref for ref, value in before.items() if ref in after and after[ref] != value}
        self.altered: dict[Ref, Alteration] = {}
        self.replaced: set[Ref] = set()
        self.set_aside: set[Ref] = set()  # types whose old version gives way under another name
        self.retyped: set[Ref] = set()  # columns that are converted from a type that was set aside
        self.defaults: set[Ref] = set()  # defaults of surviving columns, taken away and given back
        self.joined: dict[Ref, list[Ref]] = defaultdict(list)  # publication -> tables that come back
        self.apart: set[Ref] = set()  # constraints and defaults that CREATE TABLE must not hold
        self.inline: dict[Ref, set[Ref]] = {}
        self.inside: dict[Ref, Node] = {}  # what a CREATE TABLE makes besides the table, and that step
        self.ups: dict[Ref, Node | None] = {}  # what `_up` found in this turn
        self.soft: set[tuple[Node, Node]] = set()  # edges that may be left out
        self.ignored: set[tuple[Node, Node]] = set()  # of these, the ones that were
        self.parted: dict[Ref, set[str]] = {}  # heirs that leave some parents while these columns change
        self.explicit: set[Ref] = set()  # foreign keys that DROP TABLE must not be left to take along
        self.kept: dict[Ref, Kept] = {}  # tables made anew that get their rows back
        self.renewed: dict[Ref, list[Ref]] = {}  # parents' columns without NOT NULL meanwhile, heirs' columns
        self.depends_before = _on_relations(old)
        self.depends_after = _on_relations(new)

    # What few changes do not ask for is not gathered.

    @cached_property
    def needed_by(self) -> Mapping[Ref, list[Ref]]:
        return _reverse(self.depends_before)

    @cached_property
    def parts_before(self) -> Mapping[Ref, list[Ref]]:
        return _parts(self.old)

    @cached_property
    def parts_after(self) -> Mapping[Ref, list[Ref]]:
        return _parts(self.new)

    @cached_property
    def children_before(self) -> Mapping[Ref, list[Ref]]:
        return _children(self.old)

    @cached_property
    def attached_to(self) -> Mapping[Ref, list[Ref]]:
        return _attached_to(self.old)

    @cached_property
    def attached_after(self) -> Mapping[Ref, list[Ref]]:
        return _attached_to(self.new)

    @cached_property
    def asides(self) -> Mapping[Ref, tuple[str, str]]:
        """The names under which types wait that were set aside; of a range type also its multirange type."""
        found: dict[Ref, tuple[str, str]] = {}
        taken: dict[str, set[str]] = {}

        def name(ref: Ref) -> str:
            if ref.schema not in taken:
                taken[ref.schema] = _names_in(ref.schema, self.old, self.new)
            return _aside(ref.name, taken[ref.schema])

        for ref in sorted(self.set_aside):
            many = multirange(ref, self.old) if ref.kind == "range type" else None
            found[ref] = (name(ref), name(many) if many is not None else "")
        return found

    @cached_property
    def rows_held(self) -> Mapping[Ref, list[Ref]]:
        """The tables whose row type columns hold, alone or inside others, and these columns."""
        named = {
            need
            for dependent, needs in self.depends_before.items()
            if dependent[0] == "column" or dependent[0] in TYPES
            for need in needs
            if need[0] in TABLES
        }
        return {table: held for table in named if (held := self._held_by(table))}

    @cached_property
    def keys_to(self) -> Mapping[Ref, list[Ref]]:
        return _keys_to(self.old)

    # ----------------------------------------------------------------------------------- what happens to each

    def solve(self) -> Steps:
        self._name_not_nulls_in_use(self.created | self.changed, self.dropped | self.changed)
        work: list[Ref] = list(self.dropped)
        for ref in sorted(self.changed, key=lambda each: (each.kind not in TABLES, each)):
            above = holder(ref, self.old)
            if ref in self.replaced or (above is not None and above in self.replaced):
                continue
            if above is not None and self._is_key(ref) and self._changes_type(ref):
                self._replace(above, work)
                continue
            alteration = (
                None if self._uses_new_label(ref) else RENDERERS[ref.kind].alter(ref, self.old, self.new)
            )
            if alteration is None:
                self._replace(ref, work)
            else:
                self.altered[ref] = alteration
                self._clear(alteration, ref, work)
                self._free_keys(ref, work)
        self._spread(work)
        self._keep_places(work)
        self._spread(work)
        self._share_out_anew()
        self._free_partitions()
        self._set_domains_aside()
        self._renew_views_of_rows()
        self._part_from_parents()
        self._renew_not_nulls()
        self._declare_again()
        self._refuse_held_types()
        self._take_inherited_defaults()
        self._refuse_doubts()
        self._renew_indexes_of_wholes()
        self._keep_rows()
        self._name_not_nulls()
        if self.replaced:
            self._name_not_nulls_in_use(self.replaced, self.replaced)
        for _ in range(len(self.old.objects) + len(self.new.objects) + 10):
            self._choose_inline()
            nodes = self._nodes()
            after = self._edges(nodes)
            order, stuck = _sort(nodes, after)
            if not stuck:
                break
            self._loosen(stuck, after)
        else:  # pragma: no cover - each turn takes something away, so there is an end
            raise AssertionError("no order found")
        rendered = {node: tuple(self._render(node)) for node in order}
        self._refuse_held_rows(rendered)
        self._insist(rendered)
        late = self._of_unlike_owners(order)
        guards = [node for node in order if node[1].kind == "event trigger"]
        first, last = self._guarded(guards)
        apart = {*late, *guards}
        statements = [statement for node, each in rendered.items() if node not in apart for statement in each]
        gone = frozenset(ref for verb, ref in nodes if verb in ("drop", "set aside")) | self.dropped
        return Steps(
            (*first, *statements, *self._logged_apart(), *self._counting_on()),
            gone | self.replaced,
            self._made(nodes),
            unlinked=frozenset(ref for _, ref in late),
            owned=tuple(statement for node in late for statement in rendered[node]),
            last=last,
        )

    def _of_unlike_owners(self, order: list[Node]) -> list[Node]:
        """The OWNED BY that PostgreSQL would refuse before all have their owners: sequence and table must
        have the same."""
        found = []
        for node in order:
            value = self.new.objects[node[1]] if node[0] == "late" else None
            if isinstance(value, Sequence) and value.owned_by is not None:
                table = self._table_of(value.owned_by, self.new)
                owners = {self._owner(node[1]), self._owner(table)} - {None} if table is not None else ()
                if len(owners) > 1:
                    found.append(node)
        return found

    def _owner(self, ref: Ref) -> str | None:
        """Who owns it before any OWNER TO: what the plan makes is whose it is that runs it."""
        return self.old.role if self._comes(ref) else self.old.owners.get(ref)

    def _guarded(self, guards: list[Node]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        """What takes event triggers away before all else, and brings them when all else is done.

        They fire at nothing of the plan that makes them, enables them, or changes what they do.
        """
        first: list[Statement] = []
        last: list[Statement] = []
        for node in guards:
            verb, ref = node
            stops = verb == "drop" or (verb == "alter" and not _fires(self.new.objects[ref]))
            (first if stops else last).extend(self._render(node))
        functions = [ref for ref in self.altered if ref.kind == "function"]
        for ref in sorted({each for function in functions for each in self.needed_by.get(function, ())}):
            if ref.kind != "event trigger" or self._goes(ref) or not _fires(self.old.objects[ref]):
                continue
            silent, again = silence(ref, self.new)
            if ref not in self.altered:
                first.append(silent)
                last.append(again)
            elif _fires(self.new.objects[ref]):
                first.append(silent)
        return tuple(first), tuple(last)

    def _held_by(self, ref: Ref) -> list[Ref]:
        """The columns of tables whose values hold those of a type, or rows of a table, also inside others.

        Not those of foreign tables, whose values are not here.
        """
        kinds, found = [ref], set[Ref]()
        for each in kinds:
            for dependent in self.needed_by.get(each, ()):
                if isinstance(self.old.objects.get(dependent), Column):
                    if Ref("table", dependent.schema, dependent.name) in self.old.objects:
                        found.add(dependent)
                elif dependent.kind in TYPES and dependent not in kinds:
                    kinds.append(dependent)
        return sorted(found)

    def _set_domains_aside(self) -> None:
        """A domain that columns hold inside arrays, rows or other types gets no check and no NOT NULL that
        its values are tried against: it is made again, and they are converted.
        """
        while True:
            work: list[Ref] = []
            coming = (*self.created, *self.replaced, *self.altered)
            for ref in [each for each in coming if each[0] in ("domain", "domain constraint")]:
                domain = Ref("domain", ref.schema, ref.name)
                if domain in self.old.objects and self._tries_values(ref) and self._is_inside(domain):
                    self._replace(domain, work)
            if not work:
                return
            self._spread(work)

    def _renew_views_of_rows(self) -> None:
        """A materialized view that holds a table's rows, which are to be written anew, is made again."""
        work: list[Ref] = []
        for view, value in self.old.objects.items():
            if not isinstance(value, MaterializedView) or self._goes(view):
                continue
            types = {kind.removesuffix("[]") for _, kind in value.columns}
            for table in self.depends_before.get(view, ()):
                if table[0] in TABLES and relation(table) in types and self._is_written_anew(table):
                    self._replace(view, work)
        self._spread(work)

    def _is_written_anew(self, table: Ref) -> bool:
        """Whether an ALTER of the table, or of a column that it keeps or gets, writes its rows."""
        columns = {*self.parts_before.get(table, ()), *self.parts_after.get(table, ())}
        nodes: list[Node] = [("create" if self._comes(ref) else "alter", ref) for ref in (table, *columns)]
        return any(
            self._rewrites(node, self.altered[node[1]].statements if node[1] in self.altered else ())
            for node in nodes
            if node[1] in self.altered or (node[0] == "create" and node[1].kind == "column")
        )

    def _tries_values(self, ref: Ref) -> bool:
        before, after = self.old.objects.get(ref), self.new.objects[ref]
        if isinstance(after, Domain):
            return isinstance(before, Domain) and before.not_null is None and after.not_null is not None
        return isinstance(after, DomainConstraint) and after.valid

    def _is_inside(self, domain: Ref) -> bool:
        plain = [domain]
        for each in plain:
            for dependent in self.needed_by.get(each, ()):
                value = self.old.objects.get(dependent)
                if isinstance(value, Column):
                    table = self._table_of(dependent, self.old)
                    inside = value.type.endswith("[]") and table is not None and table.kind == "table"
                    if inside or (table is not None and table in self.rows_held):
                        return True
                elif isinstance(value, Domain) and not value.type.endswith("[]"):
                    plain.append(dependent)
                elif dependent.kind in TYPES and self._held_by(dependent):
                    return True
        return False

    def _take_inherited_defaults(self) -> None:
        """A parent's change of type reaches its heirs' columns, and a default that it says does, too: each
        has its own taken away before and given after."""
        for column in self.altered:
            before, after = self.old.objects[column], self.new.objects[column]
            if not isinstance(before, Column) or not isinstance(after, Column):
                continue
            if before.generated or after.generated or (before.default is None and after.default is None):
                continue
            if self._changes_type(column) and (self._has_heirs(column) or any(self._above(column))):
                self.defaults.add(default_of(column))

    def _has_heirs(self, column: Ref) -> bool:
        table = self._table_of(column, self.old)
        return table is not None and bool(self.children_before.get(table))

    def _above(self, column: Ref) -> Iterator[Ref]:
        """The columns of the parents that its table keeps, and of theirs."""
        tables = [self._table_of(column, self.old)]
        for table in tables:
            if table is None or table not in self.new.objects:
                continue
            kept = {*_parents(self.new.objects[table])}
            for parent in _parents(self.old.objects[table]):
                if parent in kept and not self._goes(parent) and parent not in tables:
                    tables.append(parent)
                    yield Ref("column", parent.schema, parent.name, column.part)

    def _refuse_held_types(self) -> None:
        """A base type cannot be set aside: its functions take and return it."""
        for ref in sorted(self.replaced):
            held = self._held_by(ref) if ref.kind == "base type" else ()
            for column in held:
                if column in self.retyped:
                    raise cannot_alter(ref, column, "text")

    def _part_from_parents(self) -> None:
        """A column that comes from two parents changes its type in one after the other: only one of them may
        have the table as its heir meanwhile."""
        changing: dict[Ref, set[str]] = defaultdict(set)
        work: list[Ref] = []
        for ref in sorted(self.changed):
            after = self.new.objects[ref]
            if not isinstance(after, Column) or not after.inherited or ref not in self.altered:
                continue
            table = self._table_of(ref, self.old)
            was = self.old.objects[table] if table is not None else None
            if table is None or not isinstance(was, Table) or len(was.inherits) < 2:
                continue
            stays = was.inherits == _parents(self.new.objects.get(table))
            if stays and self._changes_type(ref) and len(self._origins(ref)) > 1:
                changing[table].add(ref.part)
        for table, names in changing.items():
            apart = apart_meanwhile(table, names, self.old, self.new)
            if apart is None or table in self.altered:
                column = Ref("column", table.schema, table.name, min(names))
                self._make_anew(column, f"{self._type_after(column)}, as in several parents", work)
                continue
            self.altered[table] = apart
            self.parted[table] = names
        self._spread(work)

    def _type_after(self, column: Ref) -> str:
        value = self.new.objects[column]
        assert isinstance(value, Column)
        return value.type

    def _origins(self, column: Ref) -> set[Ref]:
        """The columns that an inherited column comes from, which come from no other."""
        above = [
            each
            for parent in _parents(self._relation_before(column))
            if (each := Ref("column", parent.schema, parent.name, column.part)) in self.old.objects
        ]
        return set[Ref]().union(*(self._origins(each) for each in above)) if above else {column}

    def _renew_not_nulls(self) -> None:
        """A NOT NULL that a parent has, too, gets another name, or is its own or its parent's alone, only
        while the parent has none."""
        if self.new.version < 180000:
            return
        work: list[Ref] = []
        for ref in sorted(self.changed):
            if (
                ref[0] != "column"
                or ref in self.replaced
                or any(ref in each for each in self.renewed.values())
            ):
                continue
            if ref not in self.renewed and (self._is_named_apart(ref) or self._parts_names_of_heirs(ref)):
                parents, heirs = self._family(ref)
                if not parents or not heirs:
                    continue
                if not self._is_in_the_way(parents, heirs):
                    self._renew(parents, heirs)
                    continue
                for heir in sorted({ref, *heirs} - {*parents}):
                    if heir in self.changed and self._is_named_apart(heir):
                        self._make_anew(heir, "NOT NULL in this way", work)
        self._spread(work)

    def _make_anew(self, column: Ref, goal: str, work: list[Ref]) -> None:
        """Make the column's table anew, since no ALTER makes an inherited column of it what it is to be."""
        table = self._table_of(column, self.new)
        assert table is not None
        if self._hides_rows((table,)) or table.kind != "table":
            raise _cannot_inherit(column, table, goal)
        self._replace(table, work)

    def _is_named_apart(self, column: Ref) -> bool:
        """Whether a NOT NULL that a parent has all the time, too, changes its name, or whose it is."""
        before, after = self.old.objects[column], self.new.objects[column]
        was, now = self._relation_before(column), self._relation_after(column)
        if not (isinstance(before, Column) and isinstance(after, Column)) or _parents(was) != _parents(now):
            return False
        if before.not_null is None or after.not_null is None or before.not_null == after.not_null:
            return False
        if not isinstance(now, Table) or now.partition is not None or not self._bequeathing(column):
            return False
        if after.not_null.inherited:
            return not before.not_null.inherited
        names = [name_of_not_null(column, catalog) for catalog in (self.old, self.new)]
        above = [
            [name_of_not_null(each, catalog) for catalog in (self.old, self.new)]
            for each in self._bequeathing(column)
        ]
        return names[0] != names[1] and names not in above

    def _parts_names_of_heirs(self, column: Ref) -> bool:
        """Whether it is a parent's, and its NOT NULL changes its name while an heir's has another one."""
        if not self._renames_not_null(column):
            return False
        names = [name_of_not_null(column, catalog) for catalog in (self.old, self.new)]
        return any(
            [name_of_not_null(each, catalog) for catalog in (self.old, self.new)] != names
            for each in self._heirs_of(column)
        )

    def _bequeathing(self, column: Ref) -> list[Ref]:
        """The columns of parents, before and after, from which the column has a NOT NULL all the time."""
        return [
            each
            for parent in _parents(self._relation_before(column))
            if (each := Ref("column", parent.schema, parent.name, column.part)) not in self.replaced
            and _bequeaths(self.old.objects.get(each))
            and _bequeaths(self.new.objects.get(each))
        ]

    def _heirs_of(self, column: Ref) -> list[Ref]:
        table = self._table_of(column, self.old)
        found = (
            Ref("column", child.schema, child.name, column.part)
            for child in (self.children_before.get(table, ()) if table is not None else ())
        )
        return [each for each in found if each in self.old.objects and each in self.new.objects]

    def _family(self, column: Ref) -> tuple[list[Ref], list[Ref]]:
        """The parents' columns and the heirs' columns that have a NOT NULL together with this one."""
        heirs = [column] if self._bequeathing(column) else self._heirs_of(column)
        parents: list[Ref] = []
        for heir in heirs:
            for parent in self._bequeathing(heir):
                if parent not in parents:
                    parents.append(parent)
                    heirs += (each for each in self._heirs_of(parent) if each not in heirs)
        return parents, heirs

    def _is_in_the_way(self, parents: list[Ref], heirs: list[Ref]) -> bool:
        """Whether the parents' NOT NULLs cannot go for a while, or would not come back as they were."""
        for ref in (*parents, *heirs):
            before, after = self.old.objects[ref], self.new.objects[ref]
            if not (isinstance(before, Column) and isinstance(after, Column)) or ref in self.replaced:
                return True
            if any(each.not_null is None or not each.not_null.valid for each in (before, after)):
                return True
            was, now = self._relation_before(ref), self._relation_after(ref)
            if _parents(was) != _parents(now) or (isinstance(now, Table) and now.partition is not None):
                return True
        for ref in parents:
            table = self._table_of(ref, self.old)
            if table is None or table in self.replaced or self._is_partitioned(table, self.new):
                return True
            if {*self.children_before.get(table, ())} != {*self._children_after.get(table, ())}:
                return True
            columns = [catalog.objects[ref] for catalog in (self.old, self.new)]
            if any(isinstance(each, Column) and each.identity is not None for each in columns):
                return True
            if self._bequeathing(ref) or self._is_in_primary_key(ref):
                return True
        for ref in heirs:
            after = self.new.objects[ref]
            theirs = isinstance(after, Column) and after.not_null is not None and after.not_null.inherited
            if self._heirs_of(ref) or (theirs and self._is_in_primary_key(ref)):
                return True
        return False

    def _is_in_primary_key(self, column: Ref) -> bool:
        return any(
            isinstance(value, Constraint) and value.type == "primary key" and column.part in value.columns
            for catalog in (self.old, self.new)
            for ref, value in catalog.objects.items()
            if ref[0] == "constraint" and ref[1:3] == column[1:3]
        )

    def _renew(self, parents: list[Ref], heirs: list[Ref]) -> None:
        for place, ref in enumerate(parents):
            rest = leave_not_null(ref, self.old, self.new)
            if rest is None:
                return
            done = rest.late or Late(())
            late = Late(
                (*done.statements, give_not_null(ref, self.new)),
                after=(*done.after, *heirs),
                after_late=(*done.after_late, *parents[place - 1 : place]),
            )
            self.altered[ref] = msgspec.structs.replace(
                rest, statements=(drop_not_null(ref), *rest.statements), late=late
            )
            self.renewed[ref] = heirs
        for ref in heirs:
            before, after = self.old.objects[ref], self.new.objects[ref]
            rest = leave_not_null(ref, self.old, self.new)
            assert rest is not None
            assert isinstance(before, Column)
            assert isinstance(after, Column)
            own = before.not_null is not None and not before.not_null.inherited
            theirs = after.not_null is not None and after.not_null.inherited
            statements: tuple[Statement, ...] = ()
            if own and theirs:
                statements = (drop_not_null(ref),)
            elif own and name_of_not_null(ref, self.old) != name_of_not_null(ref, self.new):
                statements = (rename_not_null(ref, self.old, self.new),)
            elif not own and not theirs:
                statements = (give_not_null(ref, self.new),)
            self.altered[ref] = msgspec.structs.replace(rest, statements=statements + rest.statements)

    def _declare_again(self) -> None:
        """What an heir declares besides its parent, or does not any more."""
        chosen: dict[Ref, set[Ref]] = defaultdict(set)
        work: list[Ref] = []
        for ref in sorted(self.changed):
            before, after = self.old.objects[ref], self.new.objects[ref]
            if not (isinstance(before, Column) and isinstance(after, Column)):
                continue
            table = self._table_of(ref, self.new)
            renewed = any(ref in heirs for heirs in self.renewed.values())
            if self._keeps_not_null(ref) and table is not None and table not in self.replaced and not renewed:
                self._make_anew(ref, "NOT NULL by its parent alone", work)
            if before.local == after.local:
                continue
            if table is None or table in self.replaced or not (before.inherited and after.inherited):
                continue
            was, now = self.old.objects.get(table), self.new.objects[table]
            if isinstance(was, Table) and _parents(was) == _parents(now):
                if not after.local:
                    self._make_anew(ref, "only inherited", work)
                chosen[table].add(ref)
        for table, columns in chosen.items():
            if table in self.replaced:
                continue
            late = declare_again(table, columns, self.old, self.new)
            if late is None:
                self._make_anew(min(columns), "its own, without its NOT NULL or checks", work)
                continue
            done = self.altered.get(table) or Alteration(statements=())
            if done.late is not None:
                late = Late(done.late.statements + late.statements, done.late.after + late.after)
            self.altered[table] = msgspec.structs.replace(done, late=late)
        self._spread(work)

    def _keeps_not_null(self, column: Ref) -> bool:
        """Whether the table says NOT NULL itself, and shall not, while a parent says it all the time."""
        before, after = self.old.objects[column], self.new.objects[column]
        assert isinstance(before, Column)
        assert isinstance(after, Column)
        if before.not_null is None or before.not_null.inherited:
            return False
        if after.not_null is None or not after.not_null.inherited:
            return False
        was, now = self._relation_before(column), self._relation_after(column)
        above = (Ref("column", each.schema, each.name, column.part) for each in _parents(was))
        return (
            isinstance(now, Table)
            and now.partition is None
            and _parents(was) == _parents(now)
            and any(
                _bequeaths(self.old.objects.get(each)) and _bequeaths(self.new.objects.get(each))
                for each in above
            )
        )

    def _refuse_doubts(self) -> None:
        """A check that holds in a partition is not made NOT VALID there while it is attached."""
        work: list[Ref] = []
        for table in sorted(self.altered):
            value = self.new.objects[table]
            if not isinstance(value, Table) or value.partition is None:
                continue
            parent = value.partition.parent
            if self.old.objects[table] == value or parent in self.replaced:
                continue
            before = self.old.objects[table]
            if isinstance(before, Table) and before.partition == value.partition:
                for name in doubted(table, self.old, self.new):
                    if self._lets_parent_go(table, work):
                        break
                    raise OrmonyError(
                        "cannot-alter",
                        f"PostgreSQL does not take back that check {name} was tried in partition {table}",
                        hint=f"try it in all of {parent}, here and in the models: "
                        f"ALTER TABLE {relation(parent)} VALIDATE CONSTRAINT {identifier(name)}",
                        exit_status=1,
                    )

        self._spread(work)

    def _renew_indexes_of_wholes(self) -> None:
        """An index of a partitioned table is made again where its partitions would not come to have what they
        are to have of it."""
        turning = {ref for ref in self.changed if ref[0] == "index" and self._becomes_valid(ref)}
        keys = [
            key
            for key in sorted({*self.attached_to, *self._half_attached, *turning})
            if key in self.old.objects and key in self.new.objects
        ]
        while keys:
            work: list[Ref] = []
            for key in keys:
                if key not in self.replaced and self._is_unreachable(key):
                    self._replace(key, work)
            if not work:
                return
            self._spread(work)

    @cached_property
    def _half_attached(self) -> Set[Ref]:
        """The indexes of partitioned tables, or constraints with one, that some partitions are to have none
        of, or themselves only in half."""
        found = [
            key
            for table, partitions in self._children_after.items()
            if self._is_partitioned(table, self.new)
            for key in self._keys_of(table, self.parts_after, self.new)
            if len(self.attached_after.get(key, ())) < len(partitions)
        ]
        for key in found:
            value = self.new.objects[key]
            if isinstance(value, Constraint | Index) and value.parent is not None:
                found.append(value.parent)
        return {*found}

    def _keys_of(self, table: Ref, parts: Mapping[Ref, list[Ref]], catalog: Catalog) -> Iterator[Ref]:
        """The indexes of a table, those of its constraints too."""
        for part in parts.get(table, ()):
            value = catalog.objects[part]
            if isinstance(value, Index) or (isinstance(value, Constraint) and value.type in _WITH_INDEX):
                yield part

    def _is_unreachable(self, key: Ref) -> bool:
        """Whether a partition gets an index with the whole's that it is to be without, or has one that cannot
        go, or the whole's becomes valid and nothing that is attached to it says so."""
        table = self._whole_of(key, self.new)
        after = self.new.objects[key]
        if table is None or self._comes(table):
            return False
        if isinstance(after, Constraint) and after.type not in _WITH_INDEX:
            return False
        was = {holder(each, self.old): each for each in self.attached_to.get(key, ())}
        now = {holder(each, self.new): each for each in self.attached_after.get(key, ())}
        told = False
        for partition in self._children_after.get(table, ()):
            lower, wanted = was.get(partition), now.get(partition)
            if self._is_attached(partition):
                if wanted is None or wanted in self._half_attached:
                    return True
            elif lower is not None and (lower != wanted or self._goes(lower)):
                return True
            elif wanted is not None and (lower is None or self._becomes_valid(lower)):
                told = True
        return self._becomes_valid(key) and not told

    def _is_key_of_whole(self, ref: Ref) -> bool:
        """Whether it was an index of a partitioned table, or a constraint with one."""
        value = self.old.objects.get(ref)
        is_key = isinstance(value, Index) or (isinstance(value, Constraint) and value.type in _WITH_INDEX)
        return is_key and self._whole_of(ref, self.old) is not None

    def _becomes_valid(self, index: Ref) -> bool:
        before, after = self.old.objects[index], self.new.objects[index]
        return isinstance(before, Index) and isinstance(after, Index) and after.valid and not before.valid

    def _is_attached(self, partition: Ref) -> bool:
        """Whether the plan attaches the partition to its whole."""
        if self._comes(partition):
            return True
        before, after = self.old.objects[partition], self.new.objects[partition]
        assert isinstance(before, Table)
        assert isinstance(after, Table)
        return before.partition != after.partition or _parents(after)[0] in self.replaced

    def _whole_of(self, key: Ref, catalog: Catalog) -> Ref | None:
        """The partitioned table that an index or a constraint with one is of."""
        value = catalog.objects[key]
        table = value.table if isinstance(value, Index) else holder(key, catalog)
        return table if table is not None and self._is_partitioned(table, catalog) else None

    def _lets_parent_go(self, partition: Ref, work: list[Ref]) -> bool:
        """Whether the partition can be taken off and be attached again; then it is."""
        self.altered.pop(partition)
        self._reattach(partition, work)
        return partition in self.altered

    def _refuse_held_rows(self, rendered: Mapping[Node, tuple[Statement, ...]]) -> None:
        """A table's rows cannot be written anew while a column holds its row type."""
        for table, holders in self.rows_held.items():
            staying = [column for column in holders if not self._leaves_rows(column, table)]
            if staying and any(
                self._writes_rows(node, table) and self._rewrites(node, statements)
                for node, statements in rendered.items()
            ):
                raise cannot_alter(table, staying[0], "jsonb")

    def _leaves_rows(self, column: Ref, table: Ref) -> bool:
        """Whether the column goes, or is given a type without these rows."""
        return self._down(column) is not None or (
            column in self.altered and not self._still_needs(column, table)
        )

    def _writes_rows(self, node: Node, table: Ref) -> bool:
        """Whether the step is about a table that stays, what it inherits from, or columns of these."""
        verb, ref = node
        if verb not in ("create", "alter", "late") or ref[0] not in (*TABLES, "column"):
            return False
        about = self._table_of(ref, self.old) if ref[0] == "column" else ref
        above = [table]
        for each in above:
            above += _parents(self.old.objects.get(each))
        return about is not None and about in above and not self._comes(about)

    def _rewrites(self, node: Node, statements: tuple[Statement, ...]) -> bool:
        verb, ref = node
        if any(each.rewrites for each in statements):
            return True
        if ref.kind != "column":
            return False
        if verb == "create":  # even where a constant default is written into the catalog alone
            column = self.new.objects[ref]
            return isinstance(column, Column) and column.default is not None and column.generated != "virtual"
        return bool(statements) and verb == "alter" and (ref in self.retyped or self._changes_type(ref))

    def _keep_places(self, work: list[Ref]) -> None:
        """A table whose rows a function returns is made anew where its columns would come to stand in another
        order than they are to: whatever reads that function knows them by their places."""
        for dependent in sorted({*self.created, *self.replaced, *self.altered} & self.depends_after.keys()):
            if dependent[0] not in _EXPRESSIVE:
                continue
            for need in self.depends_after[dependent]:
                value = self.new.objects.get(need)
                table = self._rows_returned(need) if isinstance(value, Routine) else None
                if (
                    table is not None
                    and table not in self.replaced
                    and self._goes_apart(table)
                    and not self._hides_rows((table,))
                ):
                    self._replace(table, work)

    def _rows_returned(self, function: Ref) -> Ref | None:
        """The table, there before and after, whose row type the function returns."""
        value = self.new.objects.get(function)
        returns = value.returns.removeprefix("SETOF ") if isinstance(value, Routine) and value.returns else ""
        return next(
            (
                each
                for each in self.depends_after.get(function, ())
                if each[0] == "table" and each in self.old.objects and returns == relation(each)
            ),
            None,
        )

    def _goes_apart(self, table: Ref) -> bool:
        """Whether columns that come, behind those that stay, do not come to where the goal has them."""
        wanted = self.new.column_order.get(table, ())
        kept = [
            name
            for name in self.old.column_order.get(table, ())
            if name in wanted and Ref("column", table.schema, table.name, name) not in self.replaced
        ]
        return len(kept) < len(wanted) and tuple(kept) != wanted[: len(kept)]

    def _share_out_anew(self) -> None:
        """Where other columns decide which partition a row is in, partitions are made anew, too: their rows
        need not be theirs any more."""
        work: list[Ref] = []
        for ref in sorted(self.replaced):
            before, after = self.old.objects[ref], self.new.objects[ref]
            if not (isinstance(before, Table) and isinstance(after, Table)):
                continue
            if before.partition_key is None or before.partition_key == after.partition_key:
                continue
            staying = {*self._leaves_below(ref)} & {*self._below(ref, self.new, self._children_after)}
            if self._can_hold(ref) and not self._hides_rows((ref, *staying)):
                for leaf in sorted(staying):
                    if leaf.kind == "table":
                        self._replace(leaf, work)
        self._spread(work)

    def _free_partitions(self) -> None:
        """A partition to whose rows foreign keys point is taken off the whole only when these are gone."""
        work: list[Ref] = []
        for table in sorted(self.altered):
            for key in self._keys_held_by(table):
                if self._goes(key):
                    self.explicit.add(key)
                else:
                    self._replace(key, work)
        self._spread(work)

    def _keys_held_by(self, partition: Ref) -> list[Ref]:
        """The foreign keys to what a partition is one of, where it is taken off that."""
        before, after = self.old.objects.get(partition), self.new.objects.get(partition)
        if not (isinstance(before, Table) and isinstance(after, Table)) or before.partition is None:
            return []
        if before.partition == after.partition and before.partition.parent not in self.replaced:
            return []
        found = (key for upper in self._wholes(partition) for key in self.keys_to.get(upper, ()))
        return [
            key
            for key in found
            if isinstance(value := self.old.objects[key], Constraint) and value.parent is None
        ]

    def _hides_rows(self, tables: Iterable[Ref]) -> bool:
        """Whether row level security of one of the tables holds for its owner, too."""
        return any(
            isinstance(value := catalog.objects.get(each), Table) and value.force_row_security
            for each in tables
            for catalog in (self.old, self.new)
        )

    def _keep_rows(self) -> None:
        """Rows of tables that are made anew: they wait elsewhere meanwhile. A partitioned table has those of
        its partitions that go or are made anew, too, and the new one gives each row its place."""
        if not any(ref[0] == "table" for ref in self.replaced):
            return
        going = {*self.dropped, *self.replaced, *self.altered}
        taken: set[str] = set()
        covered: set[Ref] = set()
        found = (ref for ref in self.replaced if ref[0] == "table")
        for ref in sorted(found, key=lambda each: (len(self._wholes(each)), each)):
            if ref in covered or not self._can_hold(ref):
                continue
            below = self._below(ref, self.new, self._children_after)
            leaves = self._leaves_below(ref)
            sources = tuple(
                leaf
                for leaf in leaves
                if leaf.kind == "table"
                and leaf not in covered
                and (leaf in self.dropped or leaf == ref or (leaf in self.replaced and leaf in below))
            )
            if not sources or self._hides_rows((ref, *sources)):
                continue
            was = self.old.objects[ref]
            whole = isinstance(was, Table) and was.partition_key is not None and len(sources) == len(leaves)
            name = _aside(ref.name, taken, "rows")
            rows = kept(ref, sources, whole, name, going, self.old, self.new)
            if rows is not None:
                self.kept[ref] = rows
                covered.update(sources)

    @cached_property
    def _children_after(self) -> Mapping[Ref, list[Ref]]:
        return _children(self.new)

    def _wholes(self, table: Ref) -> list[Ref]:
        """The partitioned tables above a partition, as they were."""
        found: list[Ref] = []
        value = self.old.objects.get(table)
        while isinstance(value, Table) and value.partition is not None:
            found.append(value.partition.parent)
            value = self.old.objects.get(value.partition.parent)
        return found

    def _below(self, table: Ref, catalog: Catalog, children: Mapping[Ref, list[Ref]]) -> list[Ref]:
        """The partitions of a partitioned table, and theirs."""
        found = [*children.get(table, ())] if self._is_partitioned(table, catalog) else []
        for each in found:
            if self._is_partitioned(each, catalog):
                found += children.get(each, ())
        return found

    def _leaves_below(self, table: Ref) -> list[Ref]:
        """What held the rows of a table."""
        value = self.old.objects[table]
        assert isinstance(value, Table)
        if value.partition_key is None:
            return [table]
        below = self._below(table, self.old, self.children_before)
        return [each for each in below if not self._is_partitioned(each, self.old)]

    def _is_partitioned(self, table: Ref, catalog: Catalog) -> bool:
        value = catalog.objects.get(table)
        return isinstance(value, Table) and value.partition_key is not None

    def _can_hold(self, table: Ref) -> bool:
        """Whether the new table can have rows: it is no partitioned one without partitions."""
        if not self._is_partitioned(table, self.new):
            return True
        below = self._below(table, self.new, self._children_after)
        return any(each.kind == "table" and not self._is_partitioned(each, self.new) for each in below)

    def _edges_of_rows(self, nodes: set[Node], first: object) -> None:
        """Rows are put back when their table is whole, before anything acts on them or points at them."""
        assert callable(first)
        watching = [node for node in nodes if node[0] == "create" and node[1].kind in _WATCHING]
        filled: dict[Ref, Node] = {}
        for table in self.kept:
            node: Node = ("fill", table)
            for each in (table, *self._below(table, self.new, self._children_after)):
                filled[each] = node
                first(self._up(each), node)
                first(("late", each), node)
                for part in self.parts_after.get(each, ()):
                    if part.kind == "column":
                        first(self._up(part), node)
                        first(self._up(default_of(part)), node)
        for watcher in watching:
            ref = watcher[1]
            if ref.kind == "materialized view":
                for node in filled.values():
                    first(node, watcher)
            elif (about := holder(ref, self.new)) in filled:
                first(filled[about], watcher)
        for ref, value in self.new.objects.items():
            if ref[0] == "constraint" and isinstance(value, Constraint) and value.references in filled:
                node, made = filled[value.references], self._up(ref)
                if made == ("create", ref):
                    first(node, made)
                about = holder(ref, self.new)
                if about is None or filled.get(about) == node:
                    continue
                first(node, filled.get(about))
                for below in self._below(about, self.new, self._children_after):
                    first(node, ("late", below))  # its rows are tried when it is attached

    def _counting_on(self) -> Iterator[Statement]:
        """What was made again above rows that stayed or came back goes on counting after them."""
        for table in sorted(self.replaced):
            children = self.children_before.get(table, ())
            if table.kind != "table" or not (
                table in self.kept or any(child in self.new.objects for child in children)
            ):
                continue
            for part in self.parts_after.get(table, ()):
                column = self.new.objects.get(part)
                if isinstance(column, Column) and column.identity is not None:
                    identity = column.identity
                    yield following(identity.sequence, table, part.part, identity.options)
                for owned in self.parts_after.get(part, ()):
                    sequence = self.new.objects.get(owned)
                    if isinstance(sequence, Sequence) and self._comes(owned):
                        yield following(owned, table, part.part, sequence.options)

    def _insist(self, rendered: Mapping[Node, tuple[Statement, ...]]) -> None:
        """Every difference has its statements, or belongs to something that has."""
        if self.old.version // 10000 != self.new.version // 10000:
            return  # what only one of the two can say has none
        silent = {ref for (_, ref), each in rendered.items() if not each}
        if silent:
            silent -= {ref for (_, ref), each in rendered.items() if each}
        left = [
            ref
            for ref in silent
            if (ref in self.dropped or ref in self.created or ref in self.changed)
            and (ref.kind not in _FOLLOWING or (ref.kind == "column" and self._stands_alone(ref)))
            and not self._says_its_index(ref)
            and not self._is_as_its_parent(ref)
        ]
        left += (ref for ref in self.dropped if self._down(ref) not in rendered)
        left += (ref for ref in self.created - self.inside.keys() if self._up(ref) not in rendered)
        left += (ref for ref in self.changed if (self._up(ref) or self._down(ref)) not in rendered)
        if left:
            raise incomplete(tuple(f"{ref.kind} {ref}" for ref in sorted(set(left))))

    def _says_its_index(self, ref: Ref) -> bool:
        """Whether it is a table whose replica identity its index sets, and nothing else differs."""
        before, after = self.old.objects.get(ref), self.new.objects.get(ref)
        return (
            isinstance(before, Table)
            and isinstance(after, Table)
            and after.replica_identity == "index"
            and msgspec.structs.replace(before, replica_identity="index") == after
        )

    def _is_as_its_parent(self, ref: Ref) -> bool:
        """Whether it is a partition of which nothing differs but a check that its parent has said all of."""
        before, after = self.old.objects.get(ref), self.new.objects.get(ref)
        return (
            isinstance(before, Table)
            and isinstance(after, Table)
            and msgspec.structs.replace(before, valid_checks=after.valid_checks) == after
        )

    def _stands_alone(self, column: Ref) -> bool:
        """Whether no other object's statements, nor those of its default, bring the column to its goal."""
        if column in self.retyped or default_of(column) in self.defaults:
            return False
        for catalog in (self.old, self.new):
            table = holder(column, catalog)
            value = catalog.objects[table] if table is not None else None
            if _parents(value) or (isinstance(value, Table) and value.of_type is not None):
                return False
        return True

    def _name_not_nulls(self) -> None:
        """Where the names that PostgreSQL would give are taken for a while: in a table that is made beside
        partitions which have its NOT NULLs already, and in a domain beside its old version."""
        if self.new.version < 180000:
            return
        named: dict[Ref, Object] = {}
        parents = {parent for child in self.altered for parent in _parents(self.new.objects.get(child))}
        for table in self.replaced | (self.created & parents):
            for part in self.parts_after.get(table, ()) if table.kind == "table" else ():
                value = self.new.objects[part]
                if isinstance(value, Column) and value.not_null is not None and value.not_null.name is None:
                    named[part] = _with_name(value, object_name(part.name, part.part, "not_null"))
        for ref in self.created | self.replaced if self.set_aside else ():
            value = self.new.objects[ref]
            if isinstance(value, Domain) and value.not_null is not None and value.not_null.name is None:
                named[ref] = _with_name(value, object_name(ref.name, "", "not_null"))
        if named:
            self.new = msgspec.structs.replace(self.new, objects={**self.new.objects, **named})

    def _name_not_nulls_in_use(self, coming: Set[Ref], going: Set[Ref]) -> None:
        """Where anything in the schema has, for a while at least, the name that PostgreSQL would give to a
        new NOT NULL, the NOT NULL is given that name: else it would get one with a number."""
        if self.new.version < 180000 or not coming:
            return
        used: dict[tuple[str, str], set[Ref]] = defaultdict(set)
        for catalog in (self.old, self.new):
            for ref, value in catalog.objects.items():
                if isinstance(value, _WITH_NOT_NULL):
                    not_null = value.not_null
                    if not_null is not None and (name := not_null.name) and name.endswith("_not_null"):
                        used[ref[1], name].add(ref)
                elif ref[3][-9:] == "_not_null" and ref[0] in _NAMED_CONSTRAINTS:
                    used[ref[1], ref[3]].add(ref)
        for ref in going:
            if _has_unnamed_not_null(self.old.objects.get(ref)):
                used[ref.schema, object_name(ref.name, ref.part, "not_null")].add(ref)
        if not used:
            return
        named: dict[Ref, Object] = {}
        for ref in coming:
            value = self.new.objects[ref]
            if not _has_unnamed_not_null(value):
                continue
            name = object_name(ref.name, ref.part, "not_null")
            if used.get((ref.schema, name), set()) - {ref}:
                assert isinstance(value, Column | Domain)
                named[ref] = _with_name(value, name)
        if named:
            self.new = msgspec.structs.replace(self.new, objects={**self.new.objects, **named})

    def _made(self, nodes: set[Node]) -> frozenset[Ref]:
        """What the plan makes, with the parts of it that have no step of their own."""
        made = set(self.replaced)
        for parent, heirs in self.renewed.items():
            for column in (parent, *heirs):
                made.add(column._replace(kind="constraint", part=name_of_not_null(column, self.new)))
        for verb, ref in nodes:
            if verb == "create":
                made.add(ref)
                if ref[0] in _HOLDING:
                    made.update(self.parts_after.get(ref, ()))
        return frozenset(made)

    def _replace(self, ref: Ref, work: list[Ref]) -> None:
        """Drop and create it; a type that columns hold is set aside instead."""
        if ref in self.replaced or ref in self.dropped or ref not in self.new.objects:
            return
        self.replaced.add(ref)
        self.altered.pop(ref, None)
        if ref.kind in TYPES:
            self.set_aside.add(ref)
        work.append(ref)

    def _clear(self, alteration: Alteration, ref: Ref, work: list[Ref]) -> None:
        """Replace what stands in the way of an ALTER."""
        if not alteration.around:
            return
        for about in alteration.about or (ref,):
            for dependent in self.needed_by.get(about, ()):
                if dependent.kind not in alteration.around:
                    continue
                if dependent.kind == "default":
                    self._replace_default(dependent, work)
                else:
                    self._replace(dependent, work)

    def _free_keys(self, column: Ref, work: list[Ref]) -> None:
        """A foreign key whose two ends change their types one after the other cannot stay meanwhile."""
        before, after = self.old.objects[column], self.new.objects.get(column)
        if not (isinstance(before, Column) and isinstance(after, Column) and before.type != after.type):
            return
        for dependent in self.needed_by.get(column, ()):
            held = self.old.objects.get(dependent)
            if isinstance(held, Constraint) and held.references is not None:
                far = held.references
                ends = [Ref("column", dependent.schema, dependent.name, each) for each in held.columns]
                ends += [Ref("column", far.schema, far.name, each) for each in held.referenced_columns]
                if sum(end in self.changed for end in ends) > 1:
                    self._replace(dependent, work)

    def _spread(self, work: list[Ref]) -> None:
        """What needs something that goes must go too, or let go of it first."""
        seen: set[Ref] = set()
        while work:
            ref = work.pop()
            if ref in seen:
                continue
            seen.add(ref)
            if ref in self.dropped and ref.kind in TYPES and (self._outlived(ref) or self._is_succeeded(ref)):
                self.set_aside.add(ref)
            for part in self.parts_before.get(ref, ()):
                if part in self.new.objects:
                    self._replace(part, work)
            for child in self.children_before.get(ref, ()):
                self._reattach(child, work)
            for lower in self.attached_to.get(ref, ()):
                self._join_new(lower, work)
            for dependent in self.needed_by.get(ref, ()):
                self._detach(dependent, ref, work)
            if ref.kind == "column":
                default = default_of(ref)
                for dependent in self.needed_by.get(default, ()):
                    self._detach(dependent, ref, work)

    def _reattach(self, child: Ref, work: list[Ref]) -> None:
        """A partition or heir outlives its parent: it lets go first, and is attached to the new one last."""
        if child not in self.new.objects or child in self.replaced:
            return
        held = self.old.objects[child]
        assert isinstance(held, Table)
        again = set(_parents(held)) & set(_parents(self.new.objects[child]))
        if not any(parent in self.replaced for parent in again) and child in self.altered:
            return  # its own ALTER leaves those that are no parents of it any more
        free = _with(self.old, child, msgspec.structs.replace(held, partition=None, inherits=()))
        leaving = RENDERERS[child.kind].alter(child, self.old, free)
        coming = RENDERERS[child.kind].alter(child, free, self.new)
        if leaving is None or coming is None:
            self._replace(child, work)
            return
        self.altered[child] = Alteration(
            statements=leaving.statements + coming.statements,
            around=leaving.around | coming.around,
            late=coming.late,
        )
        self._clear(self.altered[child], child, work)
        if not _parents(self.new.objects[child]) or held.partition is None:
            return
        for part in self.parts_before.get(child, ()):
            if part.kind == "column" and part in self.altered and part not in self.retyped:
                if self._is_key(part) and self._changes_type(part):
                    self._replace(child, work)
                    return
                alteration = RENDERERS["column"].alter(part, free, self.new)
                if alteration is None:
                    self._replace(part, work)
                else:
                    self.altered[part] = alteration
                    self._clear(alteration, part, work)

    def _join_new(self, lower: Ref, work: list[Ref]) -> None:
        """An index of a partition, or a constraint with one, goes with the partitioned table's unless the
        partition is taken off before; then it is attached to the new one."""
        if lower not in self.new.objects or lower in self.replaced:
            return
        value = self.new.objects[lower]
        before = self.altered.get(lower)
        if not self._leaves(lower) or (before is None and lower in self.changed):
            self._replace(lower, work)
        elif isinstance(value, Constraint | Index) and value.parent is not None:
            done = before or Alteration(statements=())
            late = RENDERERS[lower.kind].late(lower, self.new)
            self.altered[lower] = msgspec.structs.replace(done, late=late)

    def _is_key(self, column: Ref) -> bool:
        """Whether its table is partitioned by the column: nothing changes its type then."""
        if column.kind != "column":
            return False
        table = self.old.objects.get(Ref("table", column.schema, column.name))
        if not isinstance(table, Table) or table.partition_key is None:
            return False
        return identifier(column.part) in words(table.partition_key)

    def _changes_type(self, column: Ref) -> bool:
        before, after = self.old.objects[column], self.new.objects[column]
        assert isinstance(before, Column)
        assert isinstance(after, Column)
        return (before.type, before.collation) != (after.type, after.collation)

    def _renames_not_null(self, column: Ref) -> bool:
        if self.new.version < 180000 or not all(
            _bequeaths(catalog.objects[column]) for catalog in (self.old, self.new)
        ):
            return False
        return name_of_not_null(column, self.old) != name_of_not_null(column, self.new)

    def _outlived(self, ref: Ref) -> bool:
        """Whether a column keeps the name of this type, though it is a type of another kind now."""
        return any(self._keeps_type(dependent) for dependent in self.needed_by.get(ref, ()))

    def _is_succeeded(self, ref: Ref) -> bool:
        """Whether columns hold values of it, and another type gets its name: they may be of that one then."""
        kinds: tuple[Kind, ...] = (*sorted(TYPES - {"collation"}), "table")
        return any(Ref(kind, ref.schema, ref.name) in self.created for kind in kinds) and bool(
            self._held_by(ref)
        )

    def _keeps_type(self, column: Ref) -> bool:
        before, after = self.old.objects.get(column), self.new.objects.get(column)
        return isinstance(before, Column) and isinstance(after, Column) and before.type == after.type

    def _detach(self, dependent: Ref, ref: Ref, work: list[Ref]) -> None:
        if dependent.kind == "default":
            column = column_of(dependent)
            if column not in self.new.objects or column in self.replaced or column in self.dropped:
                return
            takes_its_name = set(_slots(ref, self.old)) & set(_slots(column, self.new))  # an identity does
            if ref in self.replaced or takes_its_name or not self._lets_go(column, dependent, ref):
                self._replace_default(dependent, work)
            return
        if dependent not in self.new.objects or dependent in self.replaced:
            return
        if (
            dependent in self.altered
            and not self._still_needs(dependent, ref)
            and not (ref in self.set_aside and self._keeps_type(dependent))
            and not self._comes_as_overload(dependent, ref)
        ):
            return  # its ALTER comes first
        match self.old.objects.get(dependent):
            case Publication() if (table := self._table_gone(ref)) is not None:
                if table in self.replaced:
                    self.joined[dependent].append(table)
            case Column():
                if ref in self.set_aside:
                    self._retype(dependent, work)
                elif ref in self.replaced:
                    self._replace(dependent, work)
            case Table() if ref not in self.replaced:
                pass  # its ALTER lets go
            case _:
                self._replace(dependent, work)

    def _table_gone(self, ref: Ref) -> Ref | None:
        """The table that goes, of which `ref` is a column, or which it is."""
        if ref.kind in TABLES:
            return ref
        table = self._table_of(ref, self.old) if ref.kind == "column" else None
        return table if table is not None and self._goes(table) else None

    def _lets_go(self, column: Ref, default: Ref, ref: Ref) -> bool:
        return (
            column in self.altered
            and not self._still_needs(default, ref)
            and not self._comes_as_overload(default, ref)
        )

    def _comes_as_overload(self, dependent: Ref, ref: Ref) -> bool:
        """Whether a new function of the same name is needed instead: beside the old one it is ambiguous."""
        return ref.kind in ("function", "aggregate") and any(
            need != ref and need[:3] == ref[:3] and self._comes(need)
            for need in self.depends_after.get(dependent, ())
        )

    def _still_needs(self, dependent: Ref, ref: Ref) -> bool:
        return ref in self.depends_after.get(dependent, ())

    def _replace_default(self, default: Ref, work: list[Ref]) -> None:
        column = column_of(default)
        held = self.old.objects.get(column)
        if not isinstance(held, Column) or column in self.dropped or column in self.replaced:
            return
        now = self.new.objects.get(column)
        if held.generated or (isinstance(now, Column) and now.generated):
            self._replace(column, work)
        else:
            self.defaults.add(default)

    def _retype(self, column: Ref, work: list[Ref]) -> None:
        if column in self.retyped:
            return
        table = self._table_of(column, self.old)
        if table is not None and self._is_key(column):
            self._replace(table, work)
            return
        self.retyped.add(column)
        alteration = retype(column, self.old, self.new, alone=self._leaves(column))
        self.altered[column] = alteration
        self._clear(alteration, column, work)
        for dependent in self.needed_by.get(column, ()):
            held = self.old.objects.get(dependent)
            is_key = isinstance(held, Constraint) and held.references is not None
            if is_key or (isinstance(held, Constraint | Index) and not reads_again(held.definition)):
                self._replace(dependent, work)
        default = default_of(column)
        if default in self.depends_before or self._has_default(column):
            self._replace_default(default, work)

    def _leaves(self, part: Ref) -> bool:
        """Whether it belongs to a partition that is taken from its parent while the plan runs."""
        table = holder(part, self.old)
        value = self.old.objects[table] if table is not None else None
        if table not in self.altered or not isinstance(value, Table) or value.partition is None:
            return False
        after = self.new.objects[table]
        assert isinstance(after, Table)
        return value.partition.parent in self.replaced or after.partition != value.partition

    def _has_default(self, column: Ref) -> bool:
        held = self.old.objects.get(column)
        return isinstance(held, Column) and held.default is not None and held.generated is None

    def _uses_new_label(self, ref: Ref) -> bool:
        """Whether a label that this plan adds to an enum is used by it: not in one transaction (55P04)."""
        before, after = self.old.objects[ref], self.new.objects[ref]
        if not (isinstance(before, Enum) and isinstance(after, Enum)):
            return False
        added = [label.replace("'", "''") for label in after.labels if label not in before.labels]
        if not added:
            return False
        for dependent, needs in self.depends_after.items():
            if ref not in needs:
                continue
            owner = dependent
            if dependent.kind == "default":
                owner = column_of(dependent)
            if self.old.objects.get(owner) == self.new.objects.get(owner):
                continue
            text = str(self.new.objects.get(owner))
            table = self._table_of(owner, self.new) if owner.kind == "column" else None
            value = self.new.objects[table] if table is not None else None
            if isinstance(value, Table) and value.partition is not None:
                text += value.partition.bound
            if any(f"'{label}'" in text.replace("\\'", "'") for label in added):
                return True
        return False

    # ------------------------------------------------------------------------------------- nodes and edges

    def _choose_inline(self) -> None:
        """Which constraints and defaults CREATE TABLE holds: all that it can, but those set apart."""
        self.inline, self.inside = {}, {}
        for ref in self.created | self.replaced:
            if ref[0] not in TABLES:
                continue
            held: set[Ref] = set()
            columns: list[Ref] = []
            keys: set[str] = set()  # of two equal ones CREATE TABLE makes one
            for part in self.parts_after.get(ref, ()):
                value = self.new.objects[part]
                if isinstance(value, Column):
                    columns.append(part)
                    if value.default is not None:
                        held.add(default_of(part))
                elif (
                    isinstance(value, Constraint)
                    and _fits_inside(value)
                    and part not in self._half_attached
                    and not self._declares(part)
                    and not any(self._attached_indexes(part))
                ):
                    key = value.definition.partition("(")[2] if value.type in _WITH_INDEX else part.part
                    if key not in keys:
                        keys.add(key)
                        held.add(part)
            if self.apart:
                held -= self.apart
            self.inline[ref] = held
            self.inside |= dict.fromkeys((*columns, *held), ("create", ref))
        self.ups = {**self.inside}

    def _declares(self, constraint: Ref) -> bool:
        """Whether it is a primary key that would, inside CREATE TABLE, make a NOT NULL of a parent one of the
        table's own, too."""
        value = self.new.objects[constraint]
        if not isinstance(value, Constraint) or value.type != "primary key":
            return False
        columns = (Ref("column", constraint.schema, constraint.name, each) for each in value.columns)
        return any(
            isinstance(held := self.new.objects.get(column), Column)
            and held.not_null is not None
            and held.not_null.inherited
            for column in columns
        )

    def _goes(self, ref: Ref) -> bool:
        return ref in self.dropped or ref in self.replaced

    def _comes(self, ref: Ref) -> bool:
        return ref in self.created or ref in self.replaced

    def _down(self, ref: Ref) -> Node | None:
        """The step that takes the old version of an object away, or None when it stays."""
        if ref.kind == "default":
            if ref in self.defaults:
                return ("drop", ref)
            column = column_of(ref)
            if self._goes(column):
                return self._down(column)
            return None
        if not self._goes(ref):
            return None
        above = self._keeperbefore(ref)
        if above is not None and self._goes(above) and ref not in self.explicit:
            return self._down(above)
        if ref in self.set_aside:
            return ("drop aside", ref)
        return ("drop", ref)

    def _keeperbefore(self, ref: Ref) -> Ref | None:
        """What takes `ref` away with it when it is dropped."""
        value = self.old.objects.get(ref)
        if isinstance(value, Sequence):
            return value.owned_by
        above = holder(ref, self.old)
        if ref.kind == "function":
            for need in self.depends_before.get(ref, ()):
                if need.kind == "base type" and ref in self.depends_before.get(need, ()):
                    return need  # DROP TYPE takes its input and output functions along
        if (
            isinstance(value, Constraint | Index)
            and value.parent is not None
            and not (above is not None and (self._goes(above) or self._leaves(ref)))
            and self._goes(value.parent)
        ):
            return value.parent  # the index of the partitioned table takes those of its partitions along
        return above

    def _up(self, ref: Ref) -> Node | None:
        """The step that makes the new version of an object, or None when it is as it was."""
        found = self.ups.get(ref)
        if found is None and ref not in self.ups:
            found = self.ups[ref] = self._find_up(ref)
        return found

    def _find_up(self, ref: Ref) -> Node | None:
        if ref.kind == "default":
            column = column_of(ref)
            table = self._table_of(column, self.new)
            if table is not None and self._comes(table):
                return ("create", table) if ref in self.inline.get(table, ()) else ("create", ref)
            if self._comes(column):
                return ("create", column)
            if ref in self.defaults:
                return ("create", ref)
            if column in self.altered:
                return ("late" if self.altered[column].late is not None else "alter", column)
            return None
        if self._comes(ref):
            above = holder(ref, self.new)
            inside = above is not None and (ref.kind == "column" or ref in self.inline.get(above, ()))
            return (
                ("create", above) if above is not None and inside and self._comes(above) else ("create", ref)
            )
        return ("alter", ref) if ref in self.altered or ref in self.joined else None

    def _table_of(self, column: Ref, catalog: Catalog) -> Ref | None:
        for kind in TABLES:
            found = Ref(kind, column.schema, column.name)
            if found in catalog.objects:
                return found
        return None

    def _nodes(self) -> set[Node]:
        nodes: set[Node] = set()
        for ref in self.dropped | self.replaced:
            node = self._down(ref)
            if node is not None:
                nodes.add(node)
                if node[0] == "drop aside":
                    nodes.add(("set aside", node[1]))
        for ref in (self.created | self.replaced) - self.inside.keys():
            node = self._up(ref)
            if node is not None:
                nodes.add(node)
            if self._late(ref) is not None:
                nodes.add(("late", ref))
        nodes |= {("alter", ref) for ref in (*self.altered, *self.joined) if ref not in self.replaced}
        nodes |= {("late", ref) for ref, alteration in self.altered.items() if alteration.late is not None}
        for table in self.kept:
            nodes |= {("keep", table), ("fill", table)}
        for default in self.defaults:
            nodes.add(("drop", default))
            if self._default_returns(default):
                nodes.add(("create", default))
        for table in self.inline if self.apart else ():
            for part in self.parts_after.get(table, ()):
                if part.kind == "column" and default_of(part) in self.apart:
                    nodes.add(("create", default_of(part)))
        return nodes

    def _late(self, ref: Ref) -> Late | None:
        """What completes a creation or an alteration."""
        if ref in self.altered:
            return self.altered[ref].late
        return RENDERERS[ref.kind].late(ref, self.new)

    def _default_returns(self, default: Ref) -> bool:
        column = column_of(default)
        now = self.new.objects.get(column)
        return isinstance(now, Column) and now.default is not None and not now.generated

    def _moving(self) -> set[Ref]:
        """What any step is about; only the dependencies of these make edges."""
        moving = {*self.dropped, *self.created, *self.replaced, *self.altered, *self.joined, *self.defaults}
        alone = moving - (self.created & self.inside.keys())
        return moving | self.inside.keys() | {default_of(ref) for ref in alone if ref[0] == "column"}

    def _edges(self, nodes: set[Node]) -> dict[Node, set[Node]]:
        """For each node, the nodes that must come after it."""
        after: dict[Node, set[Node]] = defaultdict(set)

        def first(one: Node | None, then: Node | None) -> None:
            if one is not None and then is not None and one != then and one in nodes and then in nodes:
                after[one].add(then)

        moving = self._moving()
        for dependent in moving & self.depends_before.keys():
            needs = self.depends_before[dependent]
            gone, stays = self._down(dependent), self._alters(dependent)
            for need in needs:
                away = self._down(need)
                if gone is not None and gone[0] == "drop aside":
                    first(gone, away)
                    if away is not None and away[0] == "drop aside":
                        first(("set aside", dependent), ("set aside", need))
                elif gone is not None:
                    first(gone, away)
                    first(gone, self._alters(need))
                    if away is not None and away[0] == "drop aside" and gone[1][0] in _NAMED_BY_TYPES:
                        first(gone, ("set aside", need))  # its DROP may name it
                elif stays is not None:
                    first(stays, away)
                if dependent.kind == "column" and gone == ("drop", dependent):
                    first(self._table_alters(dependent), away)
        for dependent in moving & self.depends_after.keys():
            needs = self.depends_after[dependent]
            made = self._up(dependent)
            if made is None:
                continue
            if dependent[0] == "base type" and ("late", dependent) in nodes:
                made = ("late", dependent)  # before it is only a name, which its functions need
            table = self._table_alters(dependent) if dependent[0] == "column" else None
            known: Node | None = made  # most needs are columns of one table, which one step makes
            for need in needs:
                comes = self._up(need)
                if comes is not known:
                    known = comes
                    first(comes, made)
                if table is not None and made[0] == "create":
                    first(comes, table)
                if need[0] == "base type" and dependent not in self.depends_after.get(need, ()):
                    first(("late", need), made)
        schemas = {(verb, ref.name): (verb, ref) for verb, ref in nodes if ref[0] == "schema"}
        for node in nodes:
            verb, ref = node
            if ref[1]:
                if verb == "drop":
                    first(node, schemas.get((verb, ref[1])))
                elif verb in ("create", "alter", "late"):
                    first(schemas.get(("create", ref[1])), node)
            if verb in ("create", "alter", "late"):
                self._after_what_holds(node, first)
            if verb == "drop":
                self._before_what_holds(node, first)
            if verb == "late":
                late = self._late(ref)
                assert late is not None
                first(self._up(ref), node)
                for other in late.after:
                    if ref[0] not in TABLES or other not in self._half_attached:
                        first(self._up(other), node)
                    first(self._down(other), node)
                for other in late.after_late:
                    first(("late", other), node)
            if verb == "set aside":
                first(node, ("create", ref))
                first(("create", ref), ("drop aside", ref))
                for dependent in self.needed_by.get(ref, ()):
                    if dependent.kind == "default":
                        first(("drop", dependent), node)
                    elif dependent in self.retyped:
                        first(("create", ref), ("alter", dependent))
                        first(("alter", dependent), ("drop aside", ref))
                if ref.kind == "domain" and self._is_inside(ref):
                    for part in self.parts_after.get(ref, ()):  # its checks, before values are inside again
                        for held in self._held_by(ref):
                            first(("create", part), ("alter", held))
        for above, heirs in self.renewed.items():
            for below in heirs:
                first(("alter", above), ("alter", below))
        for heir, names in self.parted.items():
            for name in names:
                for origin in self._origins(Ref("column", heir.schema, heir.name, name)):
                    first(("alter", heir), ("alter", origin))
        for default in self.defaults:
            column = column_of(default)
            first(("drop", default), ("alter", column))
            first(("alter", column), ("create", default))
            first(("drop", default), ("create", default))
            for above in self._above(column):
                first(("drop", default), ("alter", above))
                first(("alter", above), ("create", default))
        for whole, holders in self.rows_held.items():
            writing = [node for node in nodes if self._writes_rows(node, whole)]
            for keeper in holders if writing else ():
                if self._leaves_rows(keeper, whole):
                    for node in writing:
                        first(self._down(keeper) or ("alter", keeper), node)
        self._names(nodes, first)
        if self.kept:
            self._edges_of_rows(nodes, first)
        self._completions(nodes, first)
        self._logging(first)
        self._unseen(nodes, after)
        return after

    def _logging(self, first: object) -> None:
        """A logged table must not reference an unlogged one, at no moment."""
        assert callable(first)

        turning = self._turning()
        if len(turning) < 2:
            return
        for ref, value in self.new.objects.items():
            if not isinstance(value, Constraint) or value.references not in turning:
                continue
            table, far = Ref("table", ref.schema, ref.name), value.references
            if table in turning and far is not None and table != far:
                goal = self.new.objects[far]
                ends = (table, far) if isinstance(goal, Table) and goal.unlogged else (far, table)
                first(("alter", ends[0]), ("alter", ends[1]))

    def _turning(self) -> set[Ref]:
        """The tables that are made logged, or unlogged."""
        found = set()
        for ref in self.altered:
            before, after = self.old.objects.get(ref), self.new.objects.get(ref)
            if isinstance(before, Table) and isinstance(after, Table) and before.unlogged != after.unlogged:
                found.add(ref)
        return found

    def _logged_apart(self) -> Iterator[Statement]:
        """The sequences that are not as logged as their table: it takes all along that it owns when it
        turns."""
        turning = self._turning()
        if not turning:
            return
        for ref, value in sorted(self.new.objects.items()):
            if isinstance(value, Sequence):
                before = self.old.objects.get(ref)
                was = before.owned_by if isinstance(before, Sequence) else None
                owner, sequence, unlogged = value.owned_by, ref, value.unlogged
            elif isinstance(value, Column) and value.identity is not None:
                was = owner = ref
                sequence, unlogged = value.identity.sequence, value.identity.unlogged
            else:
                continue
            homes = {each and self._table_of(each, self.new) for each in (was, owner)} & turning
            tables = [self.new.objects[home] for home in homes if home is not None]
            apart = any(isinstance(each, Table) and each.unlogged != unlogged for each in tables)
            if apart or (tables and was != owner):
                yield set_logged(sequence, unlogged)

    def _unseen(self, nodes: set[Node], after: dict[Node, set[Node]]) -> None:
        """What pg_depend does not know: casts leave no trace in expressions, and overloads can be ambiguous.

        These edges give way where they would make a cycle.
        """

        def first(one: Node, then: Node | None) -> None:
            if then is None or one == then or then not in nodes or (one, then) in self.ignored:
                return
            if then not in after[one]:
                after[one].add(then)
                self.soft.add((one, then))

        self.soft.clear()
        casts = [node for node in nodes if node[1].kind == "cast"]
        if casts:
            for node in nodes:
                if node[1].kind in _EXPRESSIVE:
                    for cast in casts:
                        if cast[0] == "create" and node[0] in ("create", "alter"):
                            first(cast, node)
                        elif cast[0] == "drop" and node[0] in ("drop", "alter"):
                            first(node, cast)
        columns = [node for node in nodes if node[0] == "drop" and node[1].kind == "column"]
        if columns:
            self._after_columns_are_gone(columns, nodes, first)
        leaving: dict[tuple[str, str], list[Node]] = defaultdict(list)
        for node in nodes:
            if node[0] == "drop" and node[1].kind in ("function", "aggregate"):
                leaving[node[1].schema, node[1].name].append(node)
        coming = {
            (ref.schema, ref.name) for verb, ref in nodes if verb == "create" and ref.kind == "function"
        }
        for name in leaving.keys() & coming:  # a body may call either: which one is told when it is parsed
            for node in [each for each in nodes if each[0] != "drop" and each[1].kind in _EXPRESSIVE]:
                for gone in leaving[name]:
                    if gone not in after.get(node, ()):
                        first(gone, node)
        if leaving:
            for dependent, needs in self.depends_after.items():
                for need in needs:
                    if need.kind in ("function", "aggregate") and self._comes(need):
                        for node in leaving.get((need.schema, need.name), ()):
                            first(node, self._up(dependent))

    def _after_columns_are_gone(self, columns: list[Node], nodes: set[Node], first: object) -> None:
        """What reads a function that returns a table's rows finds the columns that are left."""
        assert callable(first)
        leaving = {node[1][1:3]: node for node in columns}
        for verb, ref in nodes:
            if verb not in ("create", "alter") or ref.kind not in _EXPRESSIVE:
                continue
            for need in self.depends_after.get(ref, ()):
                table = self._rows_returned(need) if need.kind == "function" else None
                if table is not None and table[1:3] in leaving:
                    for node in columns:
                        if node[1][1:3] == table[1:3]:
                            first(node, (verb, ref))

    def _table_alters(self, column: Ref) -> Node | None:
        """The ALTER of the column's table to leave or get parents, which makes and drops the columns that
        come from them."""
        for kind in TABLES:
            table = Ref(kind, column.schema, column.name)
            if table in self.altered:
                before, after = self.old.objects[table], self.new.objects[table]
                return ("alter", table) if _attachment(before) != _attachment(after) else None
        return None

    def _alters(self, ref: Ref) -> Node | None:
        if ref.kind == "default":
            ref = column_of(ref)
        return ("alter", ref) if ref in self.altered else None

    def _after_what_holds(self, node: Node, first: object) -> None:
        verb, ref = node
        assert callable(first)
        above = holder(ref, self.new)
        if above is not None:
            first(self._up(above), node)
        value = self.new.objects.get(ref)
        if verb == "create":
            for parent in _parents(
                value
            ):  # a partition needs none, but names that others get depend on who is first
                first(self._up(parent), node)
            for parent in _parents(self._relation_before(ref)) if ref.kind == "column" else ():
                # as long as the parent has it, its heir has it
                first(self._down(Ref("column", parent.schema, parent.name, ref.part)), node)
            if isinstance(value, Column) and value.inherited and not value.local:
                for parent in _parents(self._relation_after(ref)):  # else it is not there yet
                    first(self._up(Ref("column", parent.schema, parent.name, ref.part)), node)
            for above in self._columns_above(ref) if isinstance(value, Table) and value.inherits else ():
                first(self._down(above), node)  # else it would be merged with its own
        if verb == "alter" and ref[0] == "column" and (ref in self.retyped or self._changes_type(ref)):
            for child in self._heirs_before(ref):  # what it checks may hold for values of the old type alone
                first(self._down(child), node)
        if verb == "alter" and ref[0] == "column" and self._renames_not_null(ref):
            for child in self._heirs_before(
                ref, self.old
            ):  # it may have that NOT NULL under a name of its own
                first(self._down(child) or self._leaving(child, ref), node)
        if verb == "create" and isinstance(value, Table):
            above_it = [*value.inherits]
            for parent in above_it:  # what it says of their columns is said of those of the goal
                above_it += (each for each in _parents(self.new.objects.get(parent)) if each not in above_it)
                for part in self.parts_after.get(parent, ()):
                    if part[0] == "column" and part not in self.inside:
                        first(self._up(part), node)
                        first(("create", default_of(part)), node)  # or the heir would have none
        if ref[0] == "column" and verb == "create" and ref not in self.inside:
            for child in self._heirs_before(ref):  # its own would be merged with the new one
                first(self._down(child) or self._leaving(child, ref), node)
        if verb == "alter" and isinstance(value, Column) and value.inherited:
            self._follow_not_null(node, first)
        if verb == "alter" and isinstance(value, Table):
            was = self.old.objects[ref]
            for key in self._keys_held_by(ref):
                first(self._down(key), node)
            if _attachment(was) != _attachment(value):
                for child in self.children_before.get(ref, ()):  # columns that come would be its own, too
                    first(self._down(child), node)
        if verb == "alter" and isinstance(value, Table) and value.inherits and swaps(ref, self.old, self.new):
            for parent in value.inherits:
                first(self._up(parent), node)
                for part in self.parts_after.get(parent, ()):
                    first(self._up(part) if part.kind == "column" else None, node)
            for parent in {*_parents(self.old.objects[ref])} - {*value.inherits}:
                for part in self.parts_before.get(parent, ()):  # what they change then is theirs alone
                    if part.kind == "column":
                        first(node, self._alters(part))
                        first(node, self._down(part))
        if isinstance(value, Table) and value.partition is not None and verb == "late":
            # bounds may overlap those of a partition that goes or moves
            for sibling in self.children_before.get(value.partition.parent, ()):
                if sibling != ref:
                    first(self._down(sibling), node)
                    first(self._alters(sibling), node)
            uppers = [value.partition.parent]
            for upper in uppers:  # what they have it must have, too
                uppers += _parents(self.new.objects.get(upper))
                for part in self.parts_before.get(upper, ()) if not self._comes(upper) else ():
                    if part[0] == "column" or self._sort_of(part) == "check":
                        first(self._down(part), node)
        if isinstance(value, Constraint):
            for column in value.columns:
                first(self._up(Ref("column", ref.schema, ref.name, column)), node)
            if value.references is not None:
                first(self._up(value.references), node)
                for column in value.referenced_columns:
                    held = value.references
                    first(self._up(Ref("column", held.schema, held.name, column)), node)
                if verb == "create" and value.references in self._children_after:
                    for below in self._below(value.references, self.new, self._children_after):
                        first(("late", below), node)
                if verb == "create" and value.references in self.children_before:
                    for below in self._below(value.references, self.old, self.children_before):
                        first(self._down(below), node)  # it would be a key to this partition, too
        if isinstance(value, Constraint | Index) and value.parent is not None:
            first(self._up(value.parent), node)
            if verb == "late":
                self._after_who_has_none(value.parent, node, first)
        if verb == "create" and ref in self._half_attached:
            whole = {*self.attached_after.get(ref, ())} - self._half_attached
            has = {holder(each, self.new) for each in whole}
            for below in self._children_after.get(holder(ref, self.new) or ref, ()):
                first(None if below in has else ("late", below), node)  # it would get one, too
        if verb == "create" and isinstance(value, Index | Constraint) and value.parent is None:
            for part in self._attached_indexes(ref):  # ATTACH takes the first that fits, also this one
                first(("create", part), node)
        if verb == "create" and isinstance(value, Constraint) and value.parent is not None and value.columns:
            # ATTACH takes the first index that fits an index of the whole, and that of a constraint fits, too
            for part in self.parts_after.get(holder(ref, self.new) or ref, ()):
                other = self.new.objects[part]
                if isinstance(other, Index) and other.parent is not None:
                    first(("create", part), node)
        if isinstance(value, Publication):
            for each in value.tables:
                first(self._up(each.table), node)
            for schema in value.schemas:
                first(("create", Ref("schema", "", schema)), node)
        before = self.old.objects.get(ref)
        if verb == "alter":
            for parent in _parents(before):
                first(node, self._down(parent))
        if verb == "alter" and isinstance(before, Sequence) and before.owned_by is not None:
            # a column takes its sequence with it: OWNED BY NONE comes first
            first(node, self._down(before.owned_by))

    def _after_who_has_none(self, key: Ref, node: Node, first: object) -> None:
        """An index is valid when the last partition's is attached: those without one have gone by then."""
        assert callable(first)
        table = None if self._comes(key) else self._whole_of(key, self.new)
        has = {holder(each, self.old) for each in self.attached_to.get(key, ())}
        for sibling in self.children_before.get(table, ()) if table is not None else ():
            if sibling not in has:
                first(self._down(sibling), node)
                first(self._alters(sibling), node)

    def _attached_indexes(self, key: Ref) -> Iterator[Ref]:
        """The indexes that belong to those of the whole, of the partition that this key or index is of."""
        value = self.new.objects[key]
        if isinstance(value, Constraint) and value.type not in _WITH_INDEX:
            return
        table = value.table if isinstance(value, Index) else holder(key, self.new)
        held = self.new.objects[table] if table is not None else None
        if table is None or not isinstance(held, Table) or held.partition is None:
            return
        for part in self.parts_after.get(table, ()):
            other = self.new.objects[part]
            if isinstance(other, Index | Constraint) and other.parent is not None:
                yield part

    def _columns_above(self, table: Ref) -> Iterator[Ref]:
        """The columns that the parents of a new table had under the names of its own."""
        names = {part.part for part in self.parts_after.get(table, ()) if part.kind == "column"}
        above = [*_parents(self.new.objects[table])]
        for parent in above:
            above += (each for each in _parents(self.new.objects.get(parent)) if each not in above)
            for part in self.parts_before.get(parent, ()):
                if part.kind == "column" and part.part in names:
                    yield part

    def _follow_not_null(self, node: Node, first: object) -> None:
        """A NOT NULL is given another name while no parent has it."""
        assert callable(first)
        ref = node[1]
        before, after = self.old.objects[ref], self.new.objects[ref]
        if (
            not (isinstance(before, Column) and isinstance(after, Column))
            or before.not_null == after.not_null
        ):
            return
        before_that = _parents(self._relation_before(ref))
        for parent in _parents(self._relation_after(ref)):
            if parent not in before_that:
                continue  # it is entered when all is done
            above = Ref("column", parent.schema, parent.name, ref.part)
            was, now = _bequeaths(self.old.objects.get(above)), _bequeaths(self.new.objects.get(above))
            if was and not now:
                first(self._alters(above), node)
            elif now and not was and (before.not_null or (after.not_null and not after.not_null.inherited)):
                first(node, self._up(above))

    def _heirs_before(self, column: Ref, catalog: Catalog | None = None) -> Iterator[Ref]:
        """The tables that inherited from the column's (in the new catalog, or this one) and had a column of
        its name."""
        table = self._table_of(column, catalog or self.new)
        below = [*self.children_before.get(table, ())] if table is not None else []
        for child in below:
            below += (each for each in self.children_before.get(child, ()) if each not in below)
            if Ref("column", child.schema, child.name, column.part) in self.old.objects:
                yield child

    def _leaving(self, child: Ref, column: Ref) -> Node | None:
        """The ALTER with which a table leaves the parent that the column is one of."""
        if child not in self.altered:
            return None
        parents = _parents(self.new.objects[child])
        stays = any(parent[1:3] == column[1:3] for parent in parents)
        return None if stays else ("alter", child)

    def _is_made_anew(self, column: Ref) -> bool:
        """Whether it is dropped and added in a table that stays, but gets or leaves parents or a type: so
        that no step of a parent does it."""
        table = self._table_of(column, self.old)
        if column not in self.replaced or table not in self.altered:
            return False
        before, after = self.old.objects[table], self.new.objects[table]
        assert isinstance(before, Table)
        assert isinstance(after, Table)
        if any(
            Ref("column", parent.schema, parent.name, column.part) in self.old.objects
            for parent in set(before.inherits) & set(after.inherits)
        ):
            return False
        return _attachment(before) != _attachment(after) or self._leaves(column)

    def _relation_after(self, column: Ref) -> Object | None:
        table = self._table_of(column, self.new)
        return None if table is None else self.new.objects[table]

    def _relation_before(self, column: Ref) -> Object | None:
        table = self._table_of(column, self.old)
        return None if table is None else self.old.objects[table]

    def _before_what_holds(self, node: Node, first: object) -> None:
        _, ref = node
        assert callable(first)
        above = self._keeperbefore(ref)
        if above is not None:
            first(node, self._down(above))
        value = self.old.objects.get(ref)
        if isinstance(value, Constraint | Index) and value.parent is not None:
            table = holder(ref, self.old)
            if table is not None:  # what is attached can go when its table is detached
                first(self._alters(table), node)
        for lower in self.attached_to.get(ref, ()) if ref[0] in ("constraint", "index") else ():
            if not self._goes(lower) and (table := holder(lower, self.old)) is not None:
                # what stays goes along unless its partition is detached before
                first(self._alters(table), node)
        if self._is_key_of_whole(ref):
            for partition in self._children_after.get(holder(ref, self.old) or ref, ()):
                first(node, ("late", partition))  # it would get an index of its own for what goes
        for parent in _parents(value):
            first(node, self._down(parent))
        if ref.kind == "column" and self._is_made_anew(ref):
            table = self._table_of(ref, self.old)
            assert table is not None
            first(("alter", table), node)
        for child in self._heirs_before(ref, self.old) if ref.kind == "column" else ():
            own = Ref("column", child.schema, child.name, ref.part)
            if self._goes(child) or comes_by_itself(own, self.old):  # what needs the heir's goes before
                first(self._down(own), node)
        table = self._table_of(ref, self.new) if ref.kind == "column" else None
        for parent in _parents(self.new.objects[table]) if table is not None else ():
            # the column that comes from the parent would be merged with its own
            first(node, self._up(Ref("column", parent.schema, parent.name, ref.part)))
        upper = value
        while isinstance(upper, Table) and upper.partition is not None:
            # a foreign key to the whole is one to each partition, too
            for key in self.keys_to.get(upper.partition.parent, ()):
                first(self._down(key), node)
            upper = self.old.objects.get(upper.partition.parent)
        if isinstance(value, Constraint):
            for column in value.columns:
                first(node, self._down(Ref("column", ref.schema, ref.name, column)))
            if value.references is not None:
                first(node, self._down(value.references))
        # what replaces it comes after it
        first(node, ("create", ref))

    def _names(self, nodes: set[Node], first: object) -> None:
        """Two objects of one name cannot be at once."""
        assert callable(first)
        taken: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        for ref in self.dropped | self.replaced:
            node = self._down(ref)
            if node is None:
                continue
            if node[0] == "drop aside":
                node = ("set aside", ref)
            for slot in _slots(ref, self.old):
                taken[slot].append(node)
        for ref in self.altered:
            # an identity that is added or dropped makes and frees a sequence
            for slot in set(_slots(ref, self.old)) - set(_slots(ref, self.new)):
                taken[slot].append(
                    ("drop", default_of(ref)) if default_of(ref) in self.defaults else ("alter", ref)
                )
        if not taken:
            return
        for ref in self.created | self.replaced | self.altered.keys():
            made = self._up(ref)
            for slot in _slots(ref, self.new):
                for node in taken.get(slot, ()):
                    first(node, made)

    def _completions(self, nodes: set[Node], first: object) -> None:
        """A partitioned index is valid when its last partition is attached; a foreign key to it waits for
        that."""
        assert callable(first)
        waiting: dict[Ref, list[Node]] = defaultdict(list)
        for verb, ref in nodes:
            value = self.new.objects.get(ref) if verb == "late" else None
            if isinstance(value, Constraint | Index) and value.parent is not None:
                upper: Ref | None = value.parent
                while upper is not None:
                    waiting[upper].append((verb, ref))
                    above = self.new.objects.get(upper)
                    upper = above.parent if isinstance(above, Constraint | Index) else None
        if not waiting:
            return
        for dependent, needs in self.depends_after.items():
            if isinstance(self.new.objects.get(dependent), Constraint) and (
                dependent not in waiting and dependent.kind == "constraint"
            ):
                value = self.new.objects[dependent]
                if not (isinstance(value, Constraint) and value.type == "foreign key"):
                    continue
                for need in needs:
                    for node in waiting.get(need, ()):
                        first(node, self._up(dependent))

    # ------------------------------------------------------------------------------------- cycles

    def _loosen(self, stuck: set[Node], after: Mapping[Node, set[Node]]) -> None:
        """Take one thing out of a cycle: what CREATE TABLE holds, else an ALTER that may be a new
        creation."""
        cycle = _cycle(stuck, after)
        tables = [ref for verb, ref in cycle if verb == "create" and self.inline.get(ref)]
        if sum(self._is_foreign_key(part) for table in tables for part in self.inline[table]):
            # many such rings are common, and each turn looks at everything: all at once
            keys = {
                part
                for verb, ref in stuck
                if verb == "create"
                for part in self.inline.get(ref, ())
                if self._is_foreign_key(part) and self._leads_to(part, stuck)
            }
            if keys - self.apart:
                self.apart |= keys
                return
        for chosen in ("other", "default"):
            loose = {
                part
                for table in tables
                for part in self.inline[table]
                if (chosen == "default") is (part.kind == "default") and not self._is_generated(part)
            }
            if loose:
                self.apart |= loose
                return
        for verb, ref in cycle:
            default = default_of(ref)
            if (
                verb == "alter"
                and ref.kind == "column"
                and default not in self.defaults
                and not self._is_generated(default)
                and not self._was_generated(ref)
            ):
                # what the default needs goes, or comes, between taking it away and giving it back
                self.defaults.add(default)
                return
            if verb == "drop" and ref.kind in TABLES:
                for kinds in (
                    ("foreign key",),
                    ("check", "exclusion", "policy", "rule", "trigger"),
                    ("column",),
                ):
                    parts = {part for part in self.parts_before.get(ref, ()) if self._sort_of(part) in kinds}
                    if kinds == ("column",):
                        parts = {default_of(part) for part in parts if self._has_default(part)}
                        if parts - self.defaults:
                            self.defaults |= parts
                            return
                    elif parts - self.explicit:
                        self.explicit |= parts
                        return
        for verb, ref in cycle:
            if verb == "alter" and ref in self.altered and ref.kind in _KEEPS_NO_DATA:
                work: list[Ref] = []
                self._replace(ref, work)
                self._spread(work)
                return
        edges = set(zip(cycle, (*cycle[1:], cycle[0]), strict=True)) & self.soft
        if edges:
            self.ignored |= edges
            return
        names = ", ".join(f"{ref.kind} {ref}" for _, ref in cycle)
        raise OrmonyError(
            "plan-cycle",
            f"no order of statements serves these objects, each of which needs the next: {names}",
            hint="make the change in two steps: first without one of them, then with it",
            exit_status=1,
        )

    def _is_foreign_key(self, ref: Ref) -> bool:
        value = self.new.objects.get(ref)
        return isinstance(value, Constraint) and value.type == "foreign key"

    def _leads_to(self, part: Ref, stuck: set[Node]) -> bool:
        value = self.new.objects[part]
        assert isinstance(value, Constraint)
        return value.references is not None and ("create", value.references) in stuck

    def _sort_of(self, part: Ref) -> str:
        """The type of a constraint, else the kind."""
        value = self.old.objects.get(part)
        return value.type if isinstance(value, Constraint) else part.kind

    def _was_generated(self, column: Ref) -> bool:
        value = self.old.objects.get(column)
        return isinstance(value, Column) and value.generated is not None

    def _is_generated(self, ref: Ref) -> bool:
        if ref.kind != "default":
            return False
        value = self.new.objects.get(column_of(ref))
        return isinstance(value, Column) and value.generated is not None

    # ------------------------------------------------------------------------------------- SQL

    def _render(self, node: Node) -> Iterable[Statement]:
        verb, ref = node
        match verb:
            case "keep":
                return keep(self.kept[ref], self.old)
            case "fill":
                below = self._below(ref, self.new, self._children_after)
                return fill(self.kept[ref], self.old, self.new, (ref, *below))
            case "drop":
                if ref.kind == "default":
                    return self._drop_default(ref)
                if ref.kind == "column" and comes_by_itself(ref, self.old) and self._is_made_anew(ref):
                    return (remove(ref, self.old, if_there=True),)
                return (*self._let_go(ref), *self._drop(ref))
            case "create":
                if ref.kind == "column" and comes_by_itself(ref, self.new) and self._is_made_anew(ref):
                    return add(ref, self.new, if_missing=True)
                return RENDERERS[ref.kind].create(ref, self.new, self.inline.get(ref, frozenset()))
            case "late":
                late = self._late(ref)
                return late.statements if late is not None else ()
            case "alter":
                if ref in self.joined:
                    return self._join_again(ref)
                if ref.kind == "column" and (default_of(ref) in self.defaults or ref in self.retyped):
                    return self._alter_column(ref)
                return self.altered[ref].statements
            case "set aside":
                return set_aside(ref, self.old, *self.asides[ref])
            case "drop aside":
                aside = ref._replace(name=self.asides[ref][0])
                return RENDERERS[ref.kind].drop(aside, _with(self.old, aside, self.old.objects[ref]))

    def _let_go(self, ref: Ref) -> Iterable[Statement]:
        """A partition can be dropped only when foreign keys to the whole do not reach it."""
        value = self.old.objects[ref]
        upper: Object | None = value
        while isinstance(upper, Table) and upper.partition is not None:
            if any(self._down(key) is None for key in self.keys_to.get(upper.partition.parent, ())):
                return detach(ref, self.old)
            upper = self.old.objects.get(upper.partition.parent)
        return ()

    def _drop(self, ref: Ref) -> tuple[Statement, ...]:
        found = RENDERERS[ref.kind].drop(ref, self.old)
        value = self.old.objects.get(ref)
        if ref.kind == "table":
            return tuple(self._with_loss(ref, each) for each in found)
        if not (isinstance(value, Constraint | Index) and value.parent is not None):
            return found
        # a partition that leaves may have dropped a column of it, and it with that, already
        word = "DROP CONSTRAINT " if ref.kind == "constraint" else "DROP INDEX "
        return tuple(
            msgspec.structs.replace(each, sql=each.sql.replace(word, f"{word}IF EXISTS ", 1))
            for each in found
        )

    def _with_loss(self, table: Ref, dropped: Statement) -> Statement:
        """DROP TABLE, and what is lost where the rows are kept."""
        rows = self.kept.get(table)
        if rows is not None:
            return msgspec.structs.replace(dropped, loses=", ".join(rows.losses))
        if any(table in each.sources for each in self.kept.values()):
            return msgspec.structs.replace(dropped, loses="")
        return dropped

    def _drop_default(self, default: Ref) -> tuple[Statement, ...]:
        column = column_of(default)
        held = self.old.objects[column]
        assert isinstance(held, Column)
        if held.default is not None:
            return RENDERERS["default"].drop(default, self.old)
        after = self.new.objects.get(column)
        if isinstance(after, Column) and after.identity is not None:
            return ()  # it stays, or its own ALTER takes it
        bare = _with(self.old, column, _without_default(held))
        alteration = RENDERERS["column"].alter(column, self.old, bare)
        return alteration.statements if alteration is not None else ()

    def _alter_column(self, column: Ref) -> tuple[Statement, ...]:
        """The alteration of a column less what other steps do: its conversion from a type that was set aside,
        and its default (or identity that goes) where that was taken away before.
        """
        before, after = self.old.objects[column], self.new.objects[column]
        assert isinstance(before, Column)
        assert isinstance(after, Column)
        bare, goal = before, after
        statements: tuple[Statement, ...] = ()
        if column in self.retyped:
            statements = retype(column, self.old, self.new, alone=self._leaves(column)).statements
            bare = msgspec.structs.replace(bare, type=after.type, collation=after.collation)
        if default_of(column) in self.defaults:
            keeps = before.identity if after.identity is not None else None
            bare = msgspec.structs.replace(_without_default(bare), identity=keeps)
            goal = msgspec.structs.replace(goal, default=None)
        if bare == goal:
            return statements
        alteration = RENDERERS["column"].alter(
            column, _with(self.old, column, bare), _with(self.new, column, goal)
        )
        return statements + (alteration.statements if alteration is not None else ())

    def _join_again(self, publication: Ref) -> tuple[Statement, ...]:
        """A table that was dropped and created left its publications; put it back."""
        held = self.old.objects[publication]
        assert isinstance(held, Publication)
        left = set(self.joined[publication])
        rest = msgspec.structs.replace(
            held, tables=tuple(each for each in held.tables if each.table not in left)
        )
        alteration = RENDERERS["publication"].alter(publication, _with(self.old, publication, rest), self.new)
        return alteration.statements if alteration is not None else ()


def _with(catalog: Catalog, ref: Ref, value: Object) -> Catalog:
    return msgspec.structs.replace(catalog, objects={**catalog.objects, ref: value})


def _with_name(value: Column | Domain, name: str) -> Object:
    """The column or domain with its NOT NULL named."""
    assert value.not_null is not None
    not_null = msgspec.structs.replace(value.not_null, name=name)
    if isinstance(value, Column):
        return msgspec.structs.replace(value, not_null=not_null)
    return msgspec.structs.replace(value, not_null=not_null)


def _bequeaths(column: Object | None) -> bool:
    """Whether heirs have the column's NOT NULL, too."""
    return isinstance(column, Column) and column.not_null is not None and not column.not_null.no_inherit


def _has_unnamed_not_null(value: Object | None) -> bool:
    return isinstance(value, Column | Domain) and value.not_null is not None and value.not_null.name is None


def _without_default(column: Column) -> Column:
    return msgspec.structs.replace(column, default=None, identity=None)


def _on_relations(catalog: Catalog) -> Mapping[Ref, tuple[Ref, ...]]:
    """What needs what, where a column that is no object of its own stands for its view or type."""
    objects = catalog.objects
    lifted: dict[Ref, Ref] = {}

    def lift(ref: Ref) -> Ref:
        if ref.kind != "column" or ref in objects:
            return ref
        found = lifted.get(ref)
        if found is None:
            kinds: tuple[Kind, ...] = ("view", "materialized view", "composite type")
            whole = (Ref(kind, ref.schema, ref.name) for kind in kinds)
            found = lifted[ref] = next((each for each in whole if each in objects), ref)
        return found

    moved = {
        ref: tuple(dict.fromkeys(lift(each) for each in needs))
        for ref, needs in catalog.depends.items()
        for need in needs
        if need[0] == "column" and need not in objects
    }
    return {**catalog.depends, **moved} if moved else catalog.depends


def _fits_inside(constraint: Constraint) -> bool:
    """Whether CREATE TABLE can hold it with nothing lost."""
    return (
        constraint.valid
        and not constraint.clustered
        and not constraint.replica_identity
        and constraint.parent is None
        and not constraint.inherited
    )


def _fires(value: Object) -> bool:
    """Whether it is an event trigger that fires in usual sessions."""
    return isinstance(value, EventTrigger) and value.enabled in ("origin", "always")


def _aside(name: str, taken: set[str], word: str = "old") -> str:
    """The name under which the old version of a type waits, or what is kept of a table, none of `taken`,
    which it joins."""
    number = 1
    while True:
        end = f"_{number}" if number > 1 else ""
        room = 63 - len(end)  # in bytes
        found = f"ormony_{word}_{name}".encode()[:room].decode("utf-8", "ignore") + end
        if found not in taken:
            taken.add(found)
            return found
        number += 1


def _names_in(schema: str, *catalogs: Catalog) -> set[str]:
    """Every name of the schema that a type, its row type or its constructors could run into."""
    found = set[str]()
    for catalog in catalogs:
        for ref, value in catalog.objects.items():
            if ref[1] != schema:
                continue
            found.add(ref[3] if ref[0] == "constraint" else ref[2])
            if isinstance(value, RangeType):
                found.add(multirange(ref, catalog).name)
            elif isinstance(value, Column) and value.identity is not None:
                found.add(value.identity.sequence.name)
    return found


def _parents(value: Object | None) -> tuple[Ref, ...]:
    """What a table is a partition of, or inherits from."""
    if not isinstance(value, Table):
        return ()
    return (value.partition.parent,) if value.partition is not None else value.inherits


def _attachment(value: Object) -> object:
    return (value.partition, value.inherits, value.of_type) if isinstance(value, Table) else None


def _children(catalog: Catalog) -> dict[Ref, list[Ref]]:
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, value in catalog.objects.items():
        if ref[0] in TABLES:
            for parent in _parents(value):
                found[parent].append(ref)
    return found


def _attached_to(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """The indexes and constraints of partitions under those of the partitioned table."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, value in catalog.objects.items():
        if ref[0] not in ("constraint", "index"):
            continue
        if isinstance(value, Constraint | Index) and value.parent is not None:
            found[value.parent].append(ref)
    return found


def _keys_to(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """The foreign keys to each partitioned table."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, value in catalog.objects.items():
        if ref[0] == "constraint" and isinstance(value, Constraint) and value.references is not None:
            held = catalog.objects.get(value.references)
            if isinstance(held, Table) and held.partition_key is not None:
                found[value.references].append(ref)
    return found


def _reverse(depends: Mapping[Ref, tuple[Ref, ...]]) -> dict[Ref, list[Ref]]:
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for dependent, needs in depends.items():
        for need in needs:
            found[need].append(dependent)
    return found


def _parts(catalog: Catalog) -> dict[Ref, list[Ref]]:
    """What each relation or domain holds; the sequence that a column owns is a part of that column."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    holders: dict[tuple[str, str, str], Ref] = {}  # as `holder` answers, without a new reference for each
    for ref in catalog.objects:
        kind = ref[0]
        if kind in RELATIONS:
            holders["relation", ref[1], ref[2]] = ref
        elif kind == "domain":
            holders[kind, ref[1], ref[2]] = ref
    for ref, value in catalog.objects.items():
        kind = ref[0]
        if kind in PARTS:
            above = holders.get(("domain" if kind == "domain constraint" else "relation", ref[1], ref[2]))
            if above is not None:
                found[above].append(ref)
        elif kind == "index" or kind == "statistics":
            assert isinstance(value, Index | Statistics)
            found[value.table].append(ref)
        elif kind == "sequence":
            assert isinstance(value, Sequence)
            if value.owned_by is not None:
                found[value.owned_by].append(ref)
    return found


def _slots(ref: Ref, catalog: Catalog) -> Iterator[tuple[str, ...]]:
    """The names that an object occupies: relations share theirs, and tables share theirs with types."""
    value = catalog.objects.get(ref)
    match ref.kind:
        case "table" | "foreign table" | "view" | "materialized view" | "composite type":
            yield ("relation", ref.schema, ref.name)
            yield ("type", ref.schema, ref.name)
        case "sequence" | "index":
            yield ("relation", ref.schema, ref.name)
        case "enum" | "domain" | "base type":
            yield ("type", ref.schema, ref.name)
        case "range type":
            yield ("type", ref.schema, ref.name)
        case "function" | "procedure" | "aggregate":
            yield ("routine", ref.schema, ref.name, ref.part)
        case "constraint":
            yield ("constraint", ref.schema, ref.name, ref.part)
            if isinstance(value, Constraint) and value.type in ("primary key", "unique", "exclusion"):
                yield ("relation", ref.schema, ref.part)
            if isinstance(value, Constraint) and value.type == "primary key":
                yield ("primary key", ref.schema, ref.name)
        case "column":
            yield ("column", ref.schema, ref.name, ref.part)
            if isinstance(value, Column) and value.not_null is not None:
                name = value.not_null.name or object_name(ref.name, ref.part, "not_null")
                yield ("constraint", ref.schema, ref.name, name)
            if isinstance(value, Column) and value.identity is not None:
                yield ("relation", value.identity.sequence.schema, value.identity.sequence.name)
        case _:
            yield tuple(ref)


def _sort(nodes: set[Node], after: Mapping[Node, set[Node]]) -> tuple[list[Node], set[Node]]:
    """The nodes in an order that the edges allow, smallest first, and those that a cycle holds back."""
    ranked = sorted(nodes, key=_priority)
    numbers = {node: number for number, node in enumerate(ranked)}
    followers: list[list[int]] = [[] for _ in ranked]
    waiting = [0] * len(ranked)
    for node, later in after.items():
        found = followers[numbers[node]] = [numbers[each] for each in later]
        for number in found:
            waiting[number] += 1
    ready = [number for number, count in enumerate(waiting) if not count]  # ascending: a heap
    order: list[Node] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(ranked[number])
        for follower in followers[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    return order, nodes - set(order) if len(order) < len(nodes) else set()


def _priority(node: Node) -> tuple[int, int, str, str, str, Verb]:
    verb, (kind, schema, name, part) = node
    rank = _RANKS["statistics" if verb == "fill" else kind]
    if verb == "keep":
        turn = -1
    elif verb == "drop":
        turn = 0 if kind in _KEEPS_NO_DATA else 3 if kind == "default privileges" else 2
    elif verb == "drop aside":
        turn = 2
    else:
        # until then new objects get what the old default privileges say, which attached.py counts on
        turn = 3 if kind == "default privileges" else 1
    return (turn, -rank if verb in ("drop", "drop aside") else rank, schema, name, part, verb)


def _cycle(stuck: set[Node], after: Mapping[Node, set[Node]]) -> list[Node]:
    """One cycle among the nodes that could not be sorted (each of which a cycle is before)."""
    before: dict[Node, list[Node]] = defaultdict(list)
    for node in stuck:
        for follower in after.get(node, ()):
            if follower in stuck:
                before[follower].append(node)
    node = min(stuck, key=_priority)
    path: list[Node] = []
    seen: dict[Node, int] = {}
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = min(before[node], key=_priority)
    return list(reversed(path[seen[node] :]))
