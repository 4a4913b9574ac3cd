"""Types and tables whose values columns hold: how these can change while the values stay."""

from __future__ import annotations

from collections.abc import Mapping

from ormony.catalog import TABLES, Column, Domain, DomainConstraint, MaterializedView, Ref, Routine
from ormony.errors import OrmonyError
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import First, Node
from ormony.plan.order.kept_rows import hides_rows
from ormony.plan.order.spread import replace, spread
from ormony.plan.order.structure import EXPRESSIVE, TYPES, parents_of, table_of
from ormony.plan.render.names import identifier, relation
from ormony.plan.statement import Statement


def _cannot_alter(what: Ref, holder: Ref, by_way_of: str) -> OrmonyError:
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


def set_domains_aside(fates: Fates) -> None:
    """A domain that columns hold inside arrays, rows or other types gets no check and no NOT NULL that
    its values are tried against: it is made again, and they are converted.
    """
    while True:
        work: list[Ref] = []
        coming = (*fates.created, *fates.replaced, *fates.altered)
        for ref in [each for each in coming if each[0] in ("domain", "domain constraint")]:
            domain = Ref("domain", ref.schema, ref.name)
            if domain in fates.old.objects and _tries_values(fates, ref) and _is_inside(fates, domain):
                replace(fates, domain, work)
        if not work:
            return
        spread(fates, work)


def _tries_values(fates: Fates, ref: Ref) -> bool:
    before, after = fates.old.objects.get(ref), fates.new.objects[ref]
    if isinstance(after, Domain):
        return isinstance(before, Domain) and before.not_null is None and after.not_null is not None
    return isinstance(after, DomainConstraint) and after.valid


def _is_inside(fates: Fates, domain: Ref) -> bool:
    plain = [domain]
    for each in plain:
        for dependent in fates.needed_by.get(each, ()):
            value = fates.old.objects.get(dependent)
            if isinstance(value, Column):
                table = table_of(dependent, fates.old)
                inside = value.type.endswith("[]") and table is not None and table.kind == "table"
                if inside or (table is not None and table in fates.rows_held):
                    return True
            elif isinstance(value, Domain) and not value.type.endswith("[]"):
                plain.append(dependent)
            elif dependent.kind in TYPES and fates.held_by(dependent):
                return True
    return False


def refuse_held_types(fates: Fates) -> None:
    """A base type cannot be set aside: its functions take and return it. Nor can a table or view whose row
    type a column keeps by name, though it is something else then."""
    for ref in sorted(each for each in fates.dropped if each[0] in (*TABLES, "view", "materialized view")):
        for column in fates.held_by(ref):
            if fates.keeps_type(column) and not fates.goes(column):
                raise _cannot_alter(ref, column, "text")
    for ref in sorted(fates.replaced):
        held = fates.held_by(ref) if ref.kind == "base type" else ()
        for column in held:
            if column in fates.retyped:
                raise _cannot_alter(ref, column, "text")


def renew_views_of_rows(fates: Fates) -> None:
    """A materialized view that holds a table's rows, which are to be written anew, is made again."""
    work: list[Ref] = []
    for view, value in fates.old.objects.items():
        if not isinstance(value, MaterializedView) or fates.goes(view):
            continue
        types = {kind.removesuffix("[]") for _, kind in value.columns}
        for table in fates.depends_before.get(view, ()):
            if table[0] in TABLES and relation(table) in types and _is_written_anew(fates, table):
                replace(fates, view, work)
    spread(fates, work)


def _is_written_anew(fates: Fates, table: Ref) -> bool:
    """Whether an ALTER of the table, or of a column that it keeps or gets, writes its rows."""
    columns = {*fates.parts_before.get(table, ()), *fates.parts_after.get(table, ())}
    nodes: list[Node] = [("create" if fates.comes(ref) else "alter", ref) for ref in (table, *columns)]
    return any(
        _re_writes_rows(fates, node, fates.altered[node[1]].statements if node[1] in fates.altered else ())
        for node in nodes
        if node[1] in fates.altered or (node[0] == "create" and node[1].kind == "column")
    )


def refuse_held_rows(fates: Fates, rendered: Mapping[Node, tuple[Statement, ...]]) -> None:
    """A table's rows cannot be written anew while a column holds its row type."""
    for table, holders in fates.rows_held.items():
        staying = [column for column in holders if not _leaves_rows(fates, column, table)]
        if staying and any(
            _writes_rows(fates, node, table) and _re_writes_rows(fates, node, statements)
            for node, statements in rendered.items()
        ):
            raise _cannot_alter(table, staying[0], "jsonb")


def _leaves_rows(fates: Fates, column: Ref, table: Ref) -> bool:
    """Whether the column goes, or is given a type without these rows."""
    return fates.down(column) is not None or (
        column in fates.altered and not fates.still_needs(column, table)
    )


def _writes_rows(fates: Fates, node: Node, table: Ref) -> bool:
    """Whether the step is about a table that stays, what it inherits from, or columns of these."""
    verb, ref = node
    if verb not in ("create", "alter", "late") or ref[0] not in (*TABLES, "column"):
        return False
    about = table_of(ref, fates.old) if ref[0] == "column" else ref
    above = [table]
    for each in above:
        above += parents_of(fates.old.objects.get(each))
    return about is not None and about in above and not fates.comes(about)


def _re_writes_rows(fates: Fates, node: Node, statements: tuple[Statement, ...]) -> bool:
    verb, ref = node
    if any(each.rewrites for each in statements):
        return True
    if ref.kind != "column":
        return False
    if verb == "create":  # even where a constant default is written into the catalog alone
        column = fates.new.objects[ref]
        return isinstance(column, Column) and column.default is not None and column.generated != "virtual"
    return bool(statements) and verb == "alter" and (ref in fates.retyped or fates.changes_type(ref))


def keep_places(fates: Fates, work: list[Ref]) -> None:
    """A table whose rows a function returns is made anew where its columns would come to stand in another
    order than they are to: whatever reads that function knows them by their places."""
    for dependent in sorted({*fates.created, *fates.replaced, *fates.altered} & fates.depends_after.keys()):
        if dependent[0] not in EXPRESSIVE:
            continue
        for need in fates.depends_after[dependent]:
            value = fates.new.objects.get(need)
            table = rows_returned(fates, need) if isinstance(value, Routine) else None
            if (
                table is not None
                and table not in fates.replaced
                and _goes_apart(fates, table)
                and not hides_rows(fates, (table,))
            ):
                replace(fates, table, work)


def rows_returned(fates: Fates, function: Ref) -> Ref | None:
    """The table, there before and after, whose row type the function returns."""
    value = fates.new.objects.get(function)
    returns = value.returns.removeprefix("SETOF ") if isinstance(value, Routine) and value.returns else ""
    return next(
        (
            each
            for each in fates.depends_after.get(function, ())
            if each[0] == "table" and each in fates.old.objects and returns == relation(each)
        ),
        None,
    )


def _goes_apart(fates: Fates, table: Ref) -> bool:
    """Whether columns that come, behind those that stay, do not come to where the goal has them."""
    wanted = fates.new.column_order.get(table, ())
    kept = [
        name
        for name in fates.old.column_order.get(table, ())
        if name in wanted and Ref("column", table.schema, table.name, name) not in fates.replaced
    ]
    return len(kept) < len(wanted) and tuple(kept) != wanted[: len(kept)]


def edges_of_values(fates: Fates, nodes: set[Node], first: First) -> None:
    """What holds values of a type is converted between the type's two versions, and lets go of rows before
    these are written anew."""
    for node in nodes:
        verb, ref = node
        if verb != "set aside":
            continue
        first(node, ("create", ref))
        first(("create", ref), ("drop aside", ref))
        for dependent in fates.needed_by.get(ref, ()):
            if dependent.kind == "default":
                first(("drop", dependent), node)
            elif dependent in fates.retyped:
                first(("create", ref), ("alter", dependent))
                first(("alter", dependent), ("drop aside", ref))
        if ref.kind == "domain" and _is_inside(fates, ref):
            for part in fates.parts_after.get(ref, ()):  # its checks, before values are inside again
                for held in fates.held_by(ref):
                    first(("create", part), ("alter", held))
    for whole, holders in fates.rows_held.items():
        writing = [node for node in nodes if _writes_rows(fates, node, whole)]
        for keeper in holders if writing else ():
            if _leaves_rows(fates, keeper, whole):
                for node in writing:
                    first(fates.down(keeper) or ("alter", keeper), node)
