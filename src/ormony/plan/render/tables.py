"""Tables, partitioned tables, partitions and foreign tables.

A partition is created as a table of its own, with all its columns and its parents' checks, and attached
later; so are tables that get another parent or type. What a table holds is rendered by `columns` and
`constraints`.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final, NamedTuple

from ormony.catalog import Catalog, Column, Constraint, Index, Kind, Ref, Table, default_of
from ormony.plan.render import columns, constraints, options
from ormony.plan.render.lookup import held
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.statement import Alteration, Lock, Statement


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    table = held(catalog, ref, Table)
    later: list[Statement] = []
    elements: list[str] = []
    for column in _columns(ref, catalog):
        value = held(catalog, column, Column)
        with_default = value.default is not None and default_of(column) in inline
        if table.of_type is not None:
            elements.append(columns.typed_definition(column, catalog, with_default=with_default))
            later += columns.settings(column, catalog)
        elif value.generated and not with_default:
            continue  # made with its expression, when what that needs is there
        elif value.local or table.partition is not None:
            elements.append(
                columns.definition(column, catalog, with_default=with_default, below=table.partition is None)
            )
            later += columns.settings(column, catalog)
            later += columns.without_parents_default(column, catalog) if table.inherits else ()
        else:
            elements.append(columns.not_null_beside_parents(column, catalog))
            later += columns.own_settings(column, catalog)
    elements += [constraints.inline(each, catalog) for each in sorted(inline) if each.kind == "constraint"]
    for check in _inherited_checks(table, catalog) if table.partition is not None else ():
        if held(catalog, check, Constraint).valid or check.part in table.valid_checks:
            elements.append(constraints.inline(check, catalog, valid=True))
        else:  # inside CREATE TABLE it would be valid
            later.append(_action(ref, f"ADD {constraints.inline(check, catalog)}"))
    words = [
        "CREATE FOREIGN TABLE"
        if ref.kind == "foreign table"
        else "CREATE UNLOGGED TABLE"
        if table.unlogged
        else "CREATE TABLE",
        relation(ref),
    ]
    listed = ",\n    ".join(element for element in elements if element)
    if table.of_type is not None:
        words.append(f"OF {table.of_type}" + (f" (\n    {listed}\n)" if listed else ""))
    else:
        words.append(f"(\n    {listed}\n)" if listed else "()")
    if table.inherits:
        words.append(f"INHERITS ({', '.join(map(relation, table.inherits))})")
    if table.partition_key is not None:
        words.append(f"PARTITION BY {table.partition_key}")
    if table.access_method is not None:
        words.append(f"USING {identifier(table.access_method)}")
    if table.options:
        words.append(f"WITH {options.storage(table.options)}")
    if table.tablespace is not None:
        words.append(f"TABLESPACE {identifier(table.tablespace)}")
    if table.server is not None:
        words.append(f"SERVER {identifier(table.server)}{options.foreign(table.server_options)}")
    locks = [constraints.locks(each, catalog) for each in inline if each.kind == "constraint"]
    lock: Lock | None = "share row exclusive" if any(locks) else None
    created = Statement(
        sql=" ".join(words), lock=lock or ("share update exclusive" if table.inherits else None)
    )
    return (created, *later, *_identity_and_security(ref, None, table))


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    word = "FOREIGN TABLE" if ref.kind == "foreign table" else "TABLE"
    has_rows = ref.kind == "table" and held(catalog, ref, Table).partition_key is None
    return (
        Statement(
            sql=f"DROP {word} {relation(ref)}",
            lock="access exclusive",
            loses=f"all rows of table {ref}" if has_rows else "",
        ),
    )


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Table), held(new, ref, Table)
    if before.partition_key != after.partition_key or before.server != after.server:
        return None
    bridge = None
    if _would_stay_own(ref, old, new):
        bridge = _bridged(ref, old, new)
        if bridge is None:
            return None
    statements = list(_leave(ref, old, new, bridge))
    late = _enter(ref, old, new, bridge)
    if before.access_method != after.access_method:
        statements.append(_access_method(ref, after))
    if before.unlogged != after.unlogged:
        statements.append(_action(ref, "SET UNLOGGED" if after.unlogged else "SET LOGGED", rewrites=True))
    if before.tablespace != after.tablespace:
        space = identifier(after.tablespace or "pg_default")
        statements.append(_action(ref, f"SET TABLESPACE {space}", rewrites=before.partition_key is None))
    statements += [
        _action(ref, change, lock=_option_lock(change))
        for change in options.storage_changes(before.options, after.options)
    ]
    foreign = options.foreign_changes(before.server_options, after.server_options)
    if foreign:
        statements.append(_action(ref, foreign))
    statements += _identity_and_security(ref, before, after)
    return Alteration(statements=tuple(statements), late=late)


def _late(ref: Ref, catalog: Catalog) -> Late | None:
    partition = held(catalog, ref, Table).partition
    if partition is None:
        return None
    return Late(
        statements=(_attach(ref, partition.parent, partition.bound),),
        after=(
            partition.parent,
            ref,
            *_parts(ref, catalog),
            *(
                each
                for above in _ancestors(held(catalog, ref, Table), catalog)
                for each in _asked(above, catalog)
            ),
        ),
    )


# ----------------------------------------------------------------------------- parents, types, partitions


def _attachments(table: Table) -> tuple[object, ...]:
    return (table.partition, table.inherits, table.of_type)


def _made_anew(column: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether a generated column is dropped, and another one of its name added by the planner: what it reads
    may have to go before."""
    return held(old, column, Column).generated is not None and columns.alter(column, old, new) is None


def _stays_below(column: Ref, before: Table, after: Table, catalog: Catalog) -> bool:
    """Whether the column comes, or goes, with that of a parent which the table keeps."""
    kept = set(before.inherits) & set(after.inherits)
    return any(Ref("column", parent.schema, parent.name, column.part) in catalog.objects for parent in kept)


def _leave(ref: Ref, old: Catalog, new: Catalog, bridge: _Bridge | None) -> Iterator[Statement]:
    """The table leaves its parents and its type, as far as it must, and gets the columns that they bring."""
    before, after = held(old, ref, Table), held(new, ref, Table)
    if _attachments(before) == _attachments(after):
        return
    if before.partition != after.partition:
        yield from detach(ref, old)
    if before.of_type is not None and before.of_type != after.of_type:
        yield _action(ref, "NOT OF")
    if bridge is not None:
        yield from _build(bridge, ref, old)
    elif swaps(ref, old, new):
        yield from _inherit(ref, _entered(before, after))
    for left in _left(before, after):
        yield _action(ref, f"NO INHERIT {relation(left)}")
    yield from _left_behind(ref, old, new)
    for column in _columns(ref, old):
        if columns.comes_by_itself(column, old) and not _stays_below(column, before, after, old):
            yield from columns.keep_values(column, old, new)
    going = [
        each
        for each in _columns(ref, old)
        if columns.comes_by_itself(each, old)
        and (each not in new.objects or _made_anew(each, old, new))
        and not _stays_below(each, before, after, old)
    ]
    for column in sorted(going, key=lambda each: held(old, each, Column).generated is None):
        yield columns.remove(column, old, if_there=True)  # generated ones before what they read
    if bridge is not None:
        for column in bridge.missing:
            yield from columns.add_to(bridge.table, column, new)
        return
    for column in _columns(ref, new):
        if column in old.objects or not columns.comes_by_itself(column, new):
            continue
        if not _stays_below(column, before, after, new):
            yield from columns.add(column, new, if_missing=True)


def _enter(ref: Ref, old: Catalog, new: Catalog, bridge: _Bridge | None) -> Late | None:
    """The table gets its new parents and its new type, when its columns and constraints are as they ask."""
    before, after = held(old, ref, Table), held(new, ref, Table)
    statements: list[Statement] = []
    needs: list[Ref] = []
    if after.of_type is not None and before.of_type != after.of_type:
        statements.append(_action(ref, f"OF {after.of_type}"))
    entered = _entered(before, after)
    joins = after.partition is not None and before.partition != after.partition
    if bridge is not None:
        statements += (
            _action(bridge.table, f"ADD {constraints.inline(each, new)}") for each in bridge.checks
        )
        statements += _inherit(ref, entered)
        statements.append(_action(ref, f"NO INHERIT {relation(bridge.table)}"))
        statements.append(Statement(sql=f"DROP TABLE {relation(bridge.table)}", lock="access exclusive"))
        needs += entered
    elif joins or (entered and not swaps(ref, old, new)):
        statements += _checks_to_merge(ref, old, new)
    if bridge is None and entered and not swaps(ref, old, new):
        statements += _inherit(ref, entered)
        needs += entered
    if after.partition is not None and joins:
        statements.append(_attach(ref, after.partition.parent, after.partition.bound))
        needs.append(after.partition.parent)
    for name in after.valid_checks:
        if name not in before.valid_checks and (not joins or _had(ref, name, old)):
            statements.append(_action(ref, f"VALIDATE CONSTRAINT {identifier(name)}"))
            needs += _ancestors(after, new)
    if not statements:
        return None
    above = (*needs, *(_ancestors(after, new) if joins else ()))  # columns change with those of the topmost
    return Late(
        statements=tuple(statements),
        after=(
            *needs,
            *_parts(ref, old),
            *_parts(ref, new),
            *(each for need in above for each in (*_asked(need, old), *_asked(need, new))),
        ),
    )


def _left(before: Table, after: Table) -> tuple[Ref, ...]:
    """The parents to leave: all from the first on that is not at its old place."""
    return before.inherits[_common(before, after) :]


def _entered(before: Table, after: Table) -> tuple[Ref, ...]:
    return after.inherits[_common(before, after) :]


def _common(before: Table, after: Table) -> int:
    kept = [parent for parent in before.inherits if parent in after.inherits]
    if tuple(kept) == after.inherits[: len(kept)] and len(kept) == len(before.inherits):
        return len(kept)
    count = 0
    for one, other in zip(before.inherits, after.inherits, strict=False):
        if one != other:
            break
        count += 1
    return count


def swaps(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the new parents can be entered before the old ones are left.

    Only so do the columns that both have stay inherited ones: a column without any parent is the table's own
    from then on.
    """
    before, after = held(old, ref, Table), held(new, ref, Table)
    left, entered = _left(before, after), _entered(before, after)
    if not left or not entered or set(left) & set(entered):
        return False
    if any(_renames_not_null(column, old, new) for column in _columns(ref, new)):
        return False
    for parent in entered:
        for column in _columns(parent, new):
            wanted = held(new, column, Column)
            there = old.objects.get(Ref("column", ref.schema, ref.name, column.part))
            if not isinstance(there, Column) or (there.type, there.collation) != (
                wanted.type,
                wanted.collation,
            ):
                return False
            if wanted.not_null is not None and there.not_null is None:
                return False
        for each in _parts(parent, new):
            value = new.objects[each]
            if isinstance(value, Constraint) and value.type == "check":
                return False
    return True


def _would_stay_own(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether INHERIT would leave columns or checks declared here that are to be only inherited.

    No ALTER takes that off a column, but for partitions, where ATTACH does.
    """
    before, after = held(old, ref, Table), held(new, ref, Table)
    entered = _entered(before, after)
    if not entered or swaps(ref, old, new):
        return False
    alone = not set(before.inherits) & set(after.inherits) or bool(_left(before, after))
    for column in _columns(ref, new):
        if not held(new, column, Column).local:
            was = old.objects.get(column)
            if alone or not isinstance(was, Column) or was.local:
                return True
        elif _keeps_own_not_null(column, old, new):
            return True
        if _renames_not_null(column, old, new):
            return True
    return any(
        Ref("constraint", ref.schema, ref.name, check.part) not in new.objects
        for parent in entered
        for check in _checks(parent, new)
    )


def _keeps_own_not_null(column: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether a column that the table declares has a NOT NULL of the table's own, which is to be its parents'
    alone."""
    now = held(new, column, Column)
    if new.version < 180000 or now.not_null is None or not now.not_null.inherited:
        return False
    table = Ref("table", column.schema, column.name)
    stays = {*held(old, table, Table).inherits} & {*held(new, table, Table).inherits}
    above = [Ref("column", parent.schema, parent.name, column.part) for parent in stays]
    return not any(
        all(
            isinstance(value := catalog.objects.get(each), Column) and value.not_null
            for catalog in (old, new)
        )
        for each in above
    )


def _renames_not_null(column: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the column has a NOT NULL from parents, before and after, under different names.

    Nothing renames it while a parent has it.
    """
    was, now = old.objects.get(column), held(new, column, Column)
    if new.version < 180000 or not isinstance(was, Column) or was.not_null is None or now.not_null is None:
        return False
    if not (was.not_null.inherited and now.not_null.inherited):
        return False
    return columns.name_of_not_null(column, old) != columns.name_of_not_null(column, new)


def detach(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """What makes a partition a table of its own; () when it is one."""
    partition = held(catalog, ref, Table).partition
    if partition is None:
        return ()
    sql = f"ALTER TABLE {relation(partition.parent)} DETACH PARTITION {relation(ref)}"
    return (Statement(sql=sql, lock="access exclusive"),)


class _Bridge(NamedTuple):
    """An empty table that stands in as a parent: a column or check that comes from a parent, and is never
    left without one, is no column or check of the table's own.
    """

    table: Ref
    there: tuple[Ref, ...]  # columns of the heir that the bridge has from the start
    missing: tuple[Ref, ...]  # columns that the heir gets through the bridge
    checks: tuple[Ref, ...]  # checks of the new parents that the heir gets through the bridge


def _bridged(ref: Ref, old: Catalog, new: Catalog) -> _Bridge | None:
    """How the table gets its new parents and keeps its rows; None where it cannot."""
    before, after = held(old, ref, Table), held(new, ref, Table)
    if before.partition is not None or after.partition is not None or before.of_type != after.of_type:
        return None
    if any(
        _renames_not_null(each, old, new)
        or (held(new, each, Column).local and _keeps_own_not_null(each, old, new))
        for each in _columns(ref, new)
    ):
        return None
    left = _left(before, after)
    stays = [parent for parent in before.inherits if parent not in left]
    there: list[Ref] = []
    missing: list[Ref] = []
    for column in _columns(ref, new):
        value, was = held(new, column, Column), old.objects.get(column)
        if value.local or any(_has(parent, column.part, old, new) for parent in stays):
            continue
        if not isinstance(was, Column):
            if value.generated or (value.not_null is not None and not value.not_null.valid):
                return None
            missing.append(column)
        elif was.local or not before.inherits:
            return None
        else:
            there.append(column)
    wanted = tuple(
        check
        for check in dict.fromkeys(_inherited_checks(after, new))
        if Ref("constraint", ref.schema, ref.name, check.part) not in new.objects
    )
    checks = tuple(check for check in wanted if not _had(ref, check.part, old))
    if left and len(checks) < len(wanted):
        return None
    if checks:
        for parent in _entered(before, after):
            for above in _columns(parent, new):
                own = Ref("column", ref.schema, ref.name, above.part)
                if own in old.objects and own not in there:
                    there.append(own)
    for column in there:
        one, other = held(old, column, Column), held(new, column, Column)
        if (one.type, one.collation) != (other.type, other.collation) or other.generated:
            return None
    table = Ref("table", ref.schema, f"ormony_bridge_{ref.name}"[:63])
    return _Bridge(table, tuple(there), tuple(missing), checks)


def apart_meanwhile(ref: Ref, changing: Set[str], old: Catalog, new: Catalog) -> Alteration | None:
    """What leaves all parents but the first of those that have a changing column, and enters them again.

    None where the columns or checks that come from these alone would not be as they are to be.
    """
    after = held(new, ref, Table)
    holding = [
        place for place, each in enumerate(after.inherits) if any(_has(each, name, new) for name in changing)
    ]
    kept, left = after.inherits[: holding[1]], after.inherits[holding[1] :]
    there: list[Ref] = []
    for column in _columns(ref, old):
        value = held(old, column, Column)
        bequeathing = [
            Ref("column", parent.schema, parent.name, column.part)
            for parent in kept
            if _has(parent, column.part, old)
        ]
        if not value.local and not bequeathing:
            if value.generated or new.objects.get(column) != value:
                return None
            there.append(column)
        elif value.not_null is not None and value.not_null.inherited:
            from_kept = any(held(old, each, Column).not_null is not None for each in bequeathing)
            if not from_kept:  # it would be the table's own
                return None
    for parent in left:
        for check in (*_checks(parent, old), *_inherited_checks(held(old, parent, Table), old)):
            if Ref("constraint", ref.schema, ref.name, check.part) not in old.objects:
                return None
    bridge = _Bridge(Ref("table", ref.schema, f"ormony_bridge_{ref.name}"[:63]), tuple(there), (), ())
    leaving = [*(_build(bridge, ref, old) if there else ())]
    leaving += (_action(ref, f"NO INHERIT {relation(parent)}") for parent in left)
    entering = [*_inherit(ref, left)]
    if there:
        entering.append(_action(ref, f"NO INHERIT {relation(bridge.table)}"))
        entering.append(Statement(sql=f"DROP TABLE {relation(bridge.table)}", lock="access exclusive"))
    about = (*_parts(ref, old), *_parts(ref, new))
    above = (each for parent in after.inherits for each in (*_asked(parent, old), *_asked(parent, new)))
    return Alteration(statements=tuple(leaving), late=Late(tuple(entering), after=(*left, *about, *above)))


def declare_again(ref: Ref, chosen: Set[Ref], old: Catalog, new: Catalog) -> Late | None:
    """What makes inherited columns the table's own ones, too: its parents are left, and entered again.

    None where that would do the same to a NOT NULL or a check.
    """
    after = held(new, ref, Table)
    names = {each.part for each in chosen}
    first = next(
        (place for place, each in enumerate(after.inherits) if any(_has(each, name, new) for name in names)),
        0,
    )
    kept, left = after.inherits[:first], after.inherits[first:]
    if any(
        Ref("constraint", ref.schema, ref.name, check.part) not in new.objects
        for parent in left
        for check in (*_checks(parent, new), *_inherited_checks(held(new, parent, Table), new))
    ):
        return None
    there: list[Ref] = []
    for column in _columns(ref, new):
        value = held(new, column, Column)
        if column in chosen:
            if new.version >= 180000 and value.not_null is not None and value.not_null.inherited:
                return None
        elif not value.local and not any(_has(parent, column.part, new) for parent in kept):
            if value.generated:
                return None
            there.append(column)
    bridge = _Bridge(Ref("table", ref.schema, f"ormony_bridge_{ref.name}"[:63]), tuple(there), (), ())
    statements = list(_build(bridge, ref, new)) if there else []
    statements += (_action(ref, f"NO INHERIT {relation(parent)}") for parent in left)
    statements += _inherit(ref, left)
    if there:
        statements.append(_action(ref, f"NO INHERIT {relation(bridge.table)}"))
        statements.append(Statement(sql=f"DROP TABLE {relation(bridge.table)}", lock="access exclusive"))
    about = (*_parts(ref, old), *_parts(ref, new))
    above = (each for parent in left for each in (*_asked(parent, old), *_asked(parent, new)))
    return Late(statements=tuple(statements), after=(*left, *about, *above))


def _has(parent: Ref, column: str, *catalogs: Catalog) -> bool:
    return all(Ref("column", parent.schema, parent.name, column) in each.objects for each in catalogs)


def _build(bridge: _Bridge, ref: Ref, old: Catalog) -> Iterator[Statement]:
    listed = ", ".join(columns.bare(column, old) for column in bridge.there)
    yield Statement(sql=f"CREATE TABLE {relation(bridge.table)} ({listed})")
    yield from _inherit(ref, (bridge.table,))


def _inherit(ref: Ref, parents: tuple[Ref, ...]) -> Iterator[Statement]:
    for parent in parents:
        yield _action(ref, f"INHERIT {relation(parent)}")


def _attach(ref: Ref, parent: Ref, bound: str) -> Statement:
    return Statement(
        sql=f"ALTER TABLE {relation(parent)} ATTACH PARTITION {relation(ref)} {bound}",
        lock="access exclusive",
    )


def _ancestors(table: Table, catalog: Catalog) -> Iterator[Ref]:
    """The tables above, each once."""
    seen: set[Ref] = set()
    waiting = [table]
    for each in waiting:
        for parent in (*each.inherits, *((each.partition.parent,) if each.partition else ())):
            if parent not in seen:
                seen.add(parent)
                yield parent
                waiting.append(held(catalog, parent, Table))


def _inherited_checks(table: Table, catalog: Catalog) -> Iterator[Ref]:
    """The checks of the tables above, which a table must have to be attached to them."""
    return (each for parent in _ancestors(table, catalog) for each in _checks(parent, catalog))


def _checks_to_merge(ref: Ref, old: Catalog, new: Catalog) -> Iterator[Statement]:
    """The checks of the new parents that the table lacks.

    One of its own that is to be merged is its own no more, and so has been dropped by now.
    """
    for check in _inherited_checks(held(new, ref, Table), new):
        own = Ref("constraint", ref.schema, ref.name, check.part)
        if own not in new.objects and (
            not _had(ref, check.part, old) or check.part in _said_anew(ref, old, new)
        ):
            valid = check.part in held(new, ref, Table).valid_checks
            yield _action(ref, f"ADD {constraints.inline(check, new, valid=valid)}")


def _had(ref: Ref, name: str, old: Catalog) -> bool:
    """Whether a check of this name came from a table that the partition was attached to before."""
    return any(check.part == name for check in _inherited_checks(held(old, ref, Table), old))


def _left_behind(ref: Ref, old: Catalog, new: Catalog) -> Iterator[Statement]:
    """A table that is detached keeps its parents' checks and foreign keys as its own; those that it is to
    have are made by their own statements.
    """
    stay = {each.part for each in _inherited_checks(held(new, ref, Table), new)}
    stay.difference_update(_said_anew(ref, old, new))
    for parent in _ancestors(held(old, ref, Table), old):
        for each in _parts(parent, old):
            value = old.objects[each]
            own = Ref("constraint", ref.schema, ref.name, each.part)
            if (
                isinstance(value, Constraint)
                and value.type in ("check", "foreign key")
                and own not in old.objects
                and (own in new.objects or each.part not in stay)
            ):
                yield _action(ref, f"DROP CONSTRAINT IF EXISTS {identifier(each.part)}")


def doubted(ref: Ref, old: Catalog, new: Catalog) -> tuple[str, ...]:
    """The checks from above that hold in the partition and are to be NOT VALID there: no ALTER does that."""
    was, now = held(old, ref, Table).valid_checks, held(new, ref, Table)
    if not was:
        return ()
    return tuple(
        check.part
        for check in _inherited_checks(now, new)
        if check.part in was
        and check.part not in now.valid_checks
        and not held(new, check, Constraint).valid
        and old.objects.get(check) == new.objects[check]
    )


def _said_anew(ref: Ref, old: Catalog, new: Catalog) -> set[str]:
    """The checks from above that the table had and must be given all the same: they are to be doubted, or say
    something else under the same name."""

    def texts(catalog: Catalog) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for check in _inherited_checks(held(catalog, ref, Table), catalog):
            text = held(catalog, check, Constraint).definition.removesuffix(" NOT VALID")
            found.setdefault(check.part, set()).add(text)
        return found

    was, now = texts(old), texts(new)
    return {*doubted(ref, old, new), *(name for name in now if name in was and was[name] != now[name])}


def _checks(table: Ref, catalog: Catalog) -> tuple[Ref, ...]:
    found = []
    for each in _parts(table, catalog):
        value = catalog.objects[each]
        if isinstance(value, Constraint) and value.type == "check" and "NO INHERIT" not in value.definition:
            found.append(each)
    return tuple(found)


_held_by: list[tuple[Catalog, dict[tuple[str, str], tuple[Ref, ...]]]] = []


def _parts(table: Ref, catalog: Catalog) -> tuple[Ref, ...]:
    """The table's columns, constraints and indexes, found once for each of the two catalogs compared."""
    for known, parts in _held_by:
        if known is catalog:
            return parts.get((table.schema, table.name), ())
    found: dict[tuple[str, str], list[Ref]] = {}
    for ref, value in catalog.objects.items():
        if isinstance(value, Index):
            found.setdefault((value.table.schema, value.table.name), []).append(ref)
        elif isinstance(value, Column | Constraint):
            found.setdefault((ref.schema, ref.name), []).append(ref)
    parts = {name: tuple(sorted(refs)) for name, refs in found.items()}
    _held_by[:] = [*_held_by[-1:], (catalog, parts)]
    return parts.get((table.schema, table.name), ())


def _asked(table: Ref, catalog: Catalog) -> Iterator[Ref]:
    """What a table asks of those that it is a parent of: columns and checks."""
    for each in _parts(table, catalog):
        value = catalog.objects[each]
        if isinstance(value, Column) or (isinstance(value, Constraint) and value.type == "check"):
            yield each


def _columns(table: Ref, catalog: Catalog) -> tuple[Ref, ...]:
    names = catalog.column_order.get(table, ())
    return tuple(Ref("column", table.schema, table.name, name) for name in names)


# ------------------------------------------------------------------------------------------------ settings


def _identity_and_security(ref: Ref, before: Table | None, after: Table) -> Iterator[Statement]:
    """REPLICA IDENTITY and row level security, as far as they differ from before, or from a new table's."""
    was = before or Table()
    if was.replica_identity != after.replica_identity and after.replica_identity != "index":
        yield _action(ref, f"REPLICA IDENTITY {after.replica_identity.upper()}")
    if was.row_security != after.row_security:
        yield _action(ref, f"{'ENABLE' if after.row_security else 'DISABLE'} ROW LEVEL SECURITY")
    if was.force_row_security != after.force_row_security:
        yield _action(ref, f"{'FORCE' if after.force_row_security else 'NO FORCE'} ROW LEVEL SECURITY")


def _access_method(ref: Ref, after: Table) -> Statement:
    if after.partition_key is not None:
        method = identifier(after.access_method) if after.access_method else "DEFAULT"
        return _action(ref, f"SET ACCESS METHOD {method}")
    return _action(ref, f"SET ACCESS METHOD {identifier(after.access_method or 'heap')}", rewrites=True)


def _option_lock(change: str) -> Lock:
    """Storage parameters take a weak lock but for a few (`relopt` in access/common/reloptions.c)."""
    return "access exclusive" if "user_catalog_table" in change else "share update exclusive"


def _action(ref: Ref, action: str, *, lock: Lock = "access exclusive", rewrites: bool = False) -> Statement:
    return Statement(sql=f"ALTER TABLE {relation(ref)} {action}", lock=lock, rewrites=rewrites)


RENDERERS: Final[dict[Kind, Renderer]] = {
    "table": Renderer(_create, _drop, _alter, _late),
    "foreign table": Renderer(_create, _drop, _alter, _late),
    **columns.RENDERERS,
}
