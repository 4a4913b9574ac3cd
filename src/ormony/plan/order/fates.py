"""What becomes of each object on the way from one catalog to another, as far as that is decided.

Deciding goes on until nothing new follows; then each object is known to stay, to be altered, or to go, come,
or both, and so is the step that takes it away (`down`) or makes it (`up`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from functools import cached_property

from ormony.catalog import (
    TABLES,
    Catalog,
    Column,
    Constraint,
    Index,
    Object,
    Ref,
    Sequence,
    Table,
    column_of,
    holder,
)
from ormony.plan.order.graph import Node
from ormony.plan.order.structure import (
    TYPES,
    attached_of,
    attachment_of,
    bequeaths,
    children_of,
    dependents_of,
    free_name,
    half_attached,
    keys_to_wholes,
    names_in,
    on_relations,
    parts_of,
    table_of,
)
from ormony.plan.render.columns import name_of_not_null
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.render.names import identifier
from ormony.plan.render.rows import Kept
from ormony.plan.render.types import multirange
from ormony.plan.statement import Alteration, Late
from ormony.sql import words


class Fates:
    """What is decided, and what follows from it; `old` and `new` are the two catalogs."""

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
        self.ups: dict[Ref, Node | None] = {}  # what `up` found in this turn
        self.soft: set[tuple[Node, Node]] = set()  # edges that may be left out
        self.ignored: set[tuple[Node, Node]] = set()  # of these, the ones that were
        self.parted: dict[Ref, set[str]] = {}  # heirs that leave some parents while these columns change
        self.taken_off: set[Ref] = set()  # partitions that are attached again where they were
        self.renamed: dict[Ref, Ref] = {}  # indexes that are there under another name, and these
        self.new_names: dict[Ref, Ref] = {}  # the same, by what they were
        self.explicit: set[Ref] = set()  # foreign keys that DROP TABLE must not be left to take along
        self.kept: dict[Ref, Kept] = {}  # tables made anew that get their rows back
        self.renewed: dict[Ref, list[Ref]] = {}  # parents' columns without NOT NULL meanwhile, heirs' columns
        self.depends_before = on_relations(old)
        self.depends_after = on_relations(new)

    @cached_property
    def needed_by(self) -> Mapping[Ref, list[Ref]]:
        """What needs each object of the old catalog."""
        return dependents_of(self.depends_before)

    @cached_property
    def parts_before(self) -> Mapping[Ref, list[Ref]]:
        """The parts of each relation and domain, as they were."""
        return parts_of(self.old)

    @cached_property
    def parts_after(self) -> Mapping[Ref, list[Ref]]:
        """The parts of each relation and domain, as they are to be."""
        return parts_of(self.new)

    @cached_property
    def children_before(self) -> Mapping[Ref, list[Ref]]:
        """The partitions and heirs of each table, as they were."""
        return children_of(self.old)

    @cached_property
    def children_after(self) -> Mapping[Ref, list[Ref]]:
        """The partitions and heirs of each table, as they are to be."""
        return children_of(self.new)

    @cached_property
    def attached_before(self) -> Mapping[Ref, list[Ref]]:
        """The indexes and constraints that were attached to each one of a whole."""
        return attached_of(self.old)

    @cached_property
    def attached_after(self) -> Mapping[Ref, list[Ref]]:
        """The indexes and constraints that are to be attached to each one of a whole."""
        return attached_of(self.new)

    @cached_property
    def half_attached_before(self) -> Set[Ref]:
        """The indexes of partitioned tables, or constraints with one, that some partitions had none of."""
        return half_attached(self.old, self.children_before, self.parts_before, self.attached_before)

    @cached_property
    def half_attached(self) -> Set[Ref]:
        """The indexes of partitioned tables, or constraints with one, that some partitions are to have none
        of."""
        return half_attached(self.new, self.children_after, self.parts_after, self.attached_after)

    @cached_property
    def keys_to(self) -> Mapping[Ref, list[Ref]]:
        """The foreign keys to each partitioned table, as they were."""
        return keys_to_wholes(self.old)

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
        return {table: held for table in named if (held := self.held_by(table))}

    @cached_property
    def asides(self) -> Mapping[Ref, tuple[str, str]]:
        """The names under which types wait that were set aside; of a range type also its multirange type."""
        found: dict[Ref, tuple[str, str]] = {}
        taken: dict[str, set[str]] = {}

        def name(ref: Ref) -> str:
            if ref.schema not in taken:
                taken[ref.schema] = names_in(ref.schema, self.old, self.new)
            return free_name(ref.name, taken[ref.schema])

        for ref in sorted(self.set_aside):
            many = multirange(ref, self.old) if ref.kind == "range type" else None
            found[ref] = (name(ref), name(many) if many is not None else "")
        return found

    def held_by(self, ref: Ref) -> list[Ref]:
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

    def goes(self, ref: Ref) -> bool:
        """Whether the old version of an object goes."""
        return ref in self.dropped or ref in self.replaced

    def comes(self, ref: Ref) -> bool:
        """Whether a new version of an object comes."""
        return ref in self.created or ref in self.replaced

    def down(self, ref: Ref) -> Node | None:
        """The step that takes the old version of an object away, or None when it stays."""
        if ref.kind == "default":
            if ref in self.defaults:
                return ("drop", ref)
            column = column_of(ref)
            if self.goes(column):
                return self.down(column)
            return None
        if not self.goes(ref):
            return None
        above = self.keeper_before(ref)
        if above is not None and self.goes(above) and ref not in self.explicit:
            return self.down(above)
        if ref in self.set_aside:
            return ("drop aside", ref)
        return ("drop", ref)

    def keeper_before(self, ref: Ref) -> Ref | None:
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
            and not (above is not None and (self.goes(above) or self.leaves_whole(ref)))
            and self.goes(value.parent)
        ):
            return value.parent  # the index of the partitioned table takes those of its partitions along
        return above

    def up(self, ref: Ref) -> Node | None:
        """The step that makes the new version of an object, or None when it is as it was."""
        found = self.ups.get(ref)
        if found is None and ref not in self.ups:
            found = self.ups[ref] = self._find_up(ref)
        return found

    def _find_up(self, ref: Ref) -> Node | None:
        if ref.kind == "default":
            column = column_of(ref)
            table = table_of(column, self.new)
            if table is not None and self.comes(table):
                return ("create", table) if ref in self.inline.get(table, ()) else ("create", ref)
            if self.comes(column):
                return ("create", column)
            if ref in self.defaults:
                return ("create", ref)
            if column in self.altered:
                return ("late" if self.altered[column].late is not None else "alter", column)
            return None
        if self.comes(ref):
            above = holder(ref, self.new)
            inside = above is not None and (ref.kind == "column" or ref in self.inline.get(above, ()))
            return (
                ("create", above) if above is not None and inside and self.comes(above) else ("create", ref)
            )
        return ("alter", ref) if ref in self.altered or ref in self.joined else None

    def old_name(self, index: Ref) -> Ref | None:
        """What an index, or a constraint with one, is renamed from; None where it is made."""
        value = self.new.objects.get(index)
        before = self.renamed.get(index)
        stays = isinstance(value, Constraint | Index) and value.parent not in self.replaced
        return before if stays else None

    def completion(self, ref: Ref) -> Late | None:
        """What completes a creation or an alteration."""
        if ref in self.altered:
            return self.altered[ref].late
        return RENDERERS[ref.kind].late(ref, self.new)

    def alters(self, ref: Ref) -> Node | None:
        """The ALTER of an object, or of a default's column; None when there is none."""
        if ref.kind == "default":
            ref = column_of(ref)
        return ("alter", ref) if ref in self.altered else None

    def table_alters(self, column: Ref) -> Node | None:
        """The ALTER of the column's table to leave or get parents, which makes and drops the columns that
        come from them."""
        for kind in TABLES:
            table = Ref(kind, column.schema, column.name)
            if table in self.altered:
                before, after = self.old.objects[table], self.new.objects[table]
                return ("alter", table) if attachment_of(before) != attachment_of(after) else None
        return None

    def leaves_whole(self, part: Ref) -> bool:
        """Whether it belongs to a partition that is taken from its parent while the plan runs."""
        table = holder(part, self.old)
        value = self.old.objects[table] if table is not None else None
        if table not in self.altered or not isinstance(value, Table) or value.partition is None:
            return False
        if table in self.taken_off:
            return True
        after = self.new.objects[table]
        assert isinstance(after, Table)
        return value.partition.parent in self.replaced or after.partition != value.partition

    def has_default(self, column: Ref) -> bool:
        """Whether the column had a default of its own."""
        held = self.old.objects.get(column)
        return isinstance(held, Column) and held.default is not None and held.generated is None

    def still_needs(self, dependent: Ref, ref: Ref) -> bool:
        """Whether an object is to need another."""
        return ref in self.depends_after.get(dependent, ())

    def keeps_type(self, column: Ref) -> bool:
        """Whether it is a column whose type has the same name before and after."""
        before, after = self.old.objects.get(column), self.new.objects.get(column)
        return isinstance(before, Column) and isinstance(after, Column) and before.type == after.type

    def changes_type(self, column: Ref) -> bool:
        """Whether the type or the collation of a column that stays changes."""
        before, after = self.old.objects[column], self.new.objects[column]
        assert isinstance(before, Column)
        assert isinstance(after, Column)
        return (before.type, before.collation) != (after.type, after.collation)

    def is_partition_key(self, column: Ref) -> bool:
        """Whether its table is partitioned by the column: nothing changes its type then."""
        if column.kind != "column":
            return False
        table = self.old.objects.get(Ref("table", column.schema, column.name))
        if not isinstance(table, Table) or table.partition_key is None:
            return False
        return identifier(column.part) in words(table.partition_key)

    def renames_not_null(self, column: Ref) -> bool:
        """Whether a NOT NULL that heirs have, too, gets another name."""
        if self.new.version < 180000 or not all(
            bequeaths(catalog.objects[column]) for catalog in (self.old, self.new)
        ):
            return False
        return name_of_not_null(column, self.old) != name_of_not_null(column, self.new)

    def relation_after(self, column: Ref) -> Object | None:
        """The table of a column as it is to be."""
        table = table_of(column, self.new)
        return None if table is None else self.new.objects[table]

    def relation_before(self, column: Ref) -> Object | None:
        """The table of a column as it was."""
        table = table_of(column, self.old)
        return None if table is None else self.old.objects[table]

    def sort_of(self, part: Ref) -> str:
        """The type of a constraint, else the kind."""
        value = self.old.objects.get(part)
        return value.type if isinstance(value, Constraint) else part.kind
