"""Columns and their defaults: inside CREATE TABLE, added, altered in place, dropped.

A column that a table only inherits (from a parent, its partitioned table or its type) comes, changes its type
and goes with the other's; only what it has of its own is said for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

import msgspec

from ormony.catalog import (
    TABLES,
    Catalog,
    Column,
    Constraint,
    Domain,
    Identity,
    Index,
    Kind,
    NotNull,
    Ref,
    Routine,
    Sequence,
    SequenceOptions,
    Statistics,
    Table,
    column_of,
    default_of,
    holder,
)
from ormony.plan.render import options, sequences
from ormony.plan.render.conversions import base_type, conversion, cut
from ormony.plan.render.lookup import held
from ormony.plan.render.names import identifier, relation
from ormony.plan.render.renderer import Late, Renderer
from ormony.plan.render.retype import IN_THE_WAY, reads_again
from ormony.plan.statement import Alteration, Statement
from ormony.sql import object_name

# Functions of PostgreSQL's own (and uuid-ossp's) that give another value for each row.
_VOLATILE: Final = (
    "nextval(",
    "random(",
    "gen_random_uuid(",
    "uuidv4(",
    "uuidv7(",
    "clock_timestamp(",
    "timeofday(",
    "uuid_generate_v",
)
_STORED_MAIN: Final = frozenset({"numeric", "inet", "cidr"})  # varlena types whose own storage is `main`


def definition(ref: Ref, catalog: Catalog, *, with_default: bool = True, below: bool = False) -> str:
    """The column as CREATE TABLE and ADD COLUMN take it. What `settings` answers is not in it.

    With `below`, INHERITS stands behind it, which brings the NOT NULL that a parent says alone.
    """
    column = held(catalog, ref, Column)
    parts = [identifier(ref.part), column.type]
    if column.server_options:
        parts.append(options.foreign(column.server_options).strip())
    if column.compression:
        parts.append(f"COMPRESSION {column.compression}")
    if column.collation:
        parts.append(f"COLLATE {column.collation}")
    not_null = column.not_null
    if below and not_null is not None and not_null.inherited and catalog.version >= 180000:
        column = msgspec.structs.replace(column, not_null=None)
    parts += _constraints(ref, column, catalog, with_default=with_default)
    return " ".join(parts)


def typed_definition(ref: Ref, catalog: Catalog, *, with_default: bool = True) -> str:
    """The column of a table OF a type, as its CREATE TABLE takes it; '' when the type says all."""
    column = held(catalog, ref, Column)
    words = list(_constraints(ref, column, catalog, with_default=with_default))
    return f"{identifier(ref.part)} WITH OPTIONS {' '.join(words)}" if words else ""


def settings(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """What a column that was just made by `definition` still needs: storage, statistics, an unnamed rest."""
    column = held(catalog, ref, Column)
    if column.identity is None and not (column.storage or column.options or column.statistics is not None):
        not_null = column.not_null
        return () if not_null is None or not_null.valid else (_add_not_null(ref, not_null),)
    actions = [f"SET STORAGE {column.storage.upper()}"] if column.storage else []
    actions += _planner_actions(None, column)
    statements = [_only(ref, action) for action in actions]
    if column.not_null is not None and not column.not_null.valid:
        statements.append(_add_not_null(ref, column.not_null))
    identity = _own_identity(ref, catalog)
    if identity is not None:
        statements += _sequence_type(identity, column)
    statements += _persistence(ref, catalog)
    return tuple(statements)


def own_settings(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """What an inherited column that was just made with its parent's has of its own."""
    column = held(catalog, ref, Column)
    above = _inherited_from(ref, catalog)
    statements: list[Statement] = []
    not_null = column.not_null
    if not_null is not None and not not_null.inherited and (above is None or above.not_null is None):
        statements.append(_add_not_null(ref, not_null))
    if not column.generated and (above is None or above.default != column.default):
        statements.append(_default_action(ref, column.default))
    if column.storage != (above.storage if above is not None else None):
        statements.append(_only(ref, _storage_action(column, catalog)))
    if column.compression != (above.compression if above is not None else None):
        statements.append(_only(ref, f"SET COMPRESSION {column.compression or 'DEFAULT'}"))
    statements += [_only(ref, action) for action in _planner_actions(None, column)]
    return tuple(statements)


def without_parents_default(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """What takes the parent's default from a column that was just made by `definition`, where it is to have
    none."""
    above = _inherited_from(ref, catalog)
    none = held(catalog, ref, Column).default is None
    return (_default_action(ref, None),) if none and above is not None and above.default is not None else ()


def comes_by_itself(ref: Ref, catalog: Catalog) -> bool:
    """Whether the column comes and goes with its parent's, its partitioned table's or its table's type."""
    table = holder(ref, catalog)
    column = held(catalog, ref, Column)
    if not column.local:
        return True
    return table is not None and held(catalog, table, Table).of_type is not None


def add(ref: Ref, catalog: Catalog, *, if_missing: bool = False) -> tuple[Statement, ...]:
    """ADD COLUMN with all that the column has, whoever it comes from."""
    word = "ADD COLUMN IF NOT EXISTS" if if_missing else "ADD COLUMN"
    added = Statement(
        sql=f"ALTER TABLE {relation(ref)} {word} {definition(ref, catalog)}",
        lock="access exclusive",
        rewrites=_fills_rows(ref, catalog),
    )
    return (added, *settings(ref, catalog))


def add_to(bridge: Ref, ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """ADD COLUMN to a parent made for that, which gives the column to the heir that it is to be an inherited
    one of."""
    column = held(catalog, ref, Column)
    if column.not_null is not None and column.not_null.name is None:
        named = msgspec.structs.replace(column.not_null, name=object_name(ref.name, ref.part, "not_null"))
        whole = msgspec.structs.replace(column, not_null=named)
        named_there = msgspec.structs.replace(catalog, objects={**catalog.objects, ref: whole})
    else:
        named_there = catalog
    added = Statement(
        sql=f"ALTER TABLE {relation(bridge)} ADD COLUMN {definition(ref, named_there)}",
        lock="access exclusive",
        rewrites=_fills_rows(ref, catalog),
    )
    return (added, *settings(ref, catalog))


def bare(ref: Ref, catalog: Catalog) -> str:
    """Name and type of a column, and that it is NOT NULL where it is so because a parent says it."""
    column = held(catalog, ref, Column)
    words = [identifier(ref.part), column.type]
    words += [f"COLLATE {column.collation}"] if column.collation else []
    words += ["NOT NULL"] if column.not_null is not None and column.not_null.inherited else []
    return " ".join(words)


def remove(ref: Ref, catalog: Catalog, *, if_there: bool = False) -> Statement:
    """DROP COLUMN, whoever the column comes from."""
    column = held(catalog, ref, Column)
    word = "DROP COLUMN IF EXISTS" if if_there else "DROP COLUMN"
    return Statement(
        sql=f"ALTER TABLE {relation(ref)} {word} {identifier(ref.part)}",
        lock="access exclusive",
        loses="" if column.generated or _is_foreign(ref, catalog) else f"the values of column {ref}",
    )


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    if comes_by_itself(ref, catalog):
        return own_settings(ref, catalog) if not held(catalog, ref, Column).local else ()
    return add(ref, catalog)


def keep_values(ref: Ref, old: Catalog, new: Catalog) -> Iterator[Statement]:
    """A stored column that becomes a plain one when its table leaves a parent: what it reads may go, too."""
    before, after = held(old, ref, Column), new.objects.get(ref)
    turns = before.generated == "stored" and isinstance(after, Column) and after.generated is None
    if turns and alter(ref, old, new) is not None:
        yield _alter_column(ref, "DROP EXPRESSION IF EXISTS")


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return () if comes_by_itself(ref, catalog) else (remove(ref, catalog),)


# --------------------------------------------------------------------------------------------------- altering


def alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """What changes the column in place; None where it has to be dropped and added."""
    before, after = held(old, ref, Column), held(new, ref, Column)
    follows = _follows(ref, old, new)
    if _goes_with_parent(ref, old, new):
        return None
    if before.generated or after.generated:
        return _alter_generated(ref, old, new, follows=follows)
    around: set[Kind] = set()
    statements: list[Statement] = []
    late: Late | None = None
    changes_type = (before.type, before.collation) != (after.type, after.collation)
    identities = _identities(ref, old, new)
    statements += _leave_identity(ref, identities, before)
    if changes_type and not follows:
        statements += _narrow_identity(identities, before, after)
        statements.append(_change_type(ref, old, new))
        around = _around(ref, old, new)
    else:
        if changes_type:
            around = _around(ref, old, new)
        # the parent's change of type left the old default, cast to the new type
        gone = before.default is not None and (after.default is None or changes_type)
        if gone or (identities[1] is not None and identities[0] is None and before.default is not None):
            statements.append(_default_action(ref, None))
    was_not_null = before.not_null
    if was_not_null is not None and was_not_null.inherited and follows and not _is_not_null_above(ref, new):
        was_not_null = None  # it has gone with the parent's by then
    if (
        was_not_null is not None
        and after.not_null is not None
        and follows
        and _is_renamed_above(ref, old, new)
    ):
        was_not_null = msgspec.structs.replace(was_not_null, name=after.not_null.name)
    own = was_not_null is not None and not was_not_null.inherited
    theirs = after.not_null is not None and after.not_null.inherited
    if own and theirs and follows and not _is_not_null_above(ref, old):
        # else the parent's would be merged with it
        statements.append(_alter_column(ref, "DROP NOT NULL"))
    table = _table(ref, old)
    partitioned = table is not None and table.partition_key is not None
    statements += _not_null_changes(
        ref, was_not_null, after, follows=follows, version=old.version, partitioned=partitioned
    )
    statements += _enter_identity(ref, identities, old, new)
    if after.default is not None and (before.default != after.default or (changes_type and follows)):
        given = (_default_action(ref, after.default), *_continued(ref, old, new))
        if before.identity is not None and len(given) > 1:
            # the sequence may take the name of the identity's own, which has to go first
            late = Late(given, after=_new_sequences(ref, old, new))
        elif not changes_type or follows or before.identity is not None:
            statements += given
        else:
            statements += given[1:]
    keepers = _not_null_left_behind(ref, old, new) if follows else ()
    if keepers:
        done = late or Late(())
        late = Late((*done.statements, _alter_column(ref, "DROP NOT NULL")), after=(*done.after, *keepers))
    statements += _storage_changes(ref, before, after, old, new, retyped=changes_type)
    statements += [_only(ref, action) for action in _planner_actions(before, after)]
    foreign = options.foreign_changes(before.server_options, after.server_options)
    if foreign:
        statements.append(_alter_column(ref, foreign))
    return Alteration(statements=tuple(statements), around=frozenset(around), late=late)


def _alter_generated(ref: Ref, old: Catalog, new: Catalog, *, follows: bool) -> Alteration | None:
    """Changes of a column that was or becomes generated; None where it must be made anew, which loses nothing
    unless it held values of its own.
    """
    before, after = held(old, ref, Column), held(new, ref, Column)
    if (before.type, before.collation) != (after.type, after.collation) or after.identity is not None:
        return None
    statements: list[Statement] = []
    if before.generated == after.generated == "stored":
        if before.default != after.default:
            if old.version < 170000:
                return None
            if not follows:
                expression = f"SET EXPRESSION AS ({after.default})"
                statements.append(_alter_column(ref, expression, rewrites=True))
    elif before.generated == after.generated == "virtual":
        if before.default != after.default:
            return None
    elif before.generated == "stored" and after.generated is None:
        if not follows:
            # a table that leaves a parent has done it by then
            again = " IF EXISTS" if comes_by_itself(ref, old) else ""
            statements.append(_alter_column(ref, f"DROP EXPRESSION{again}"))
        if after.default is not None:
            statements.append(_default_action(ref, after.default))
    elif before.generated == "virtual" and after.generated is None:
        return _fix_virtual(ref, old, new)
    else:
        return None
    statements += _not_null_changes(ref, before.not_null, after, follows=follows, version=old.version)
    statements += _storage_changes(ref, before, after, old, new, retyped=False)
    statements += [_only(ref, action) for action in _planner_actions(before, after)]
    return Alteration(statements=tuple(statements))


def _fix_virtual(ref: Ref, old: Catalog, new: Catalog) -> Alteration:
    """A virtual column that becomes a plain one: PostgreSQL has no ALTER, so its values are written anew."""
    before, after = held(old, ref, Column), held(new, ref, Column)
    free = msgspec.structs.replace(after, not_null=None, default=None)
    bare = msgspec.structs.replace(new, objects={**new.objects, ref: free})
    around: set[Kind] = {*IN_THE_WAY, "constraint", "index", "statistics"}
    fill = f"UPDATE {relation(ref)} SET {identifier(ref.part)} = {before.default}"
    given = (_default_action(ref, after.default),) if after.default is not None else ()
    return Alteration(
        statements=(
            remove(ref, old),
            *add(ref, bare),
            Statement(sql=fill, lock="row exclusive"),
            *given,
            *_not_null_changes(ref, None, after, follows=False, version=old.version),
        ),
        around=frozenset(around),
    )


def _follows(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the column's type changes with the one it is inherited from."""
    before, after = held(old, ref, Column), held(new, ref, Column)
    was, now = _table(ref, old), _table(ref, new)
    if was is None or now is None:
        return False
    if was.of_type is not None and was.of_type == now.of_type:
        return True
    stays = (was.partition, was.inherits) == (now.partition, now.inherits)
    return stays and before.inherited and after.inherited


def _goes_with_parent(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the column goes though one of its name is to be there: its parent's is dropped, or it is to
    come from a parent that has none yet.
    """
    before, after = held(old, ref, Column), held(new, ref, Column)
    was, now = _table(ref, old), _table(ref, new)
    assert was is not None
    assert now is not None
    stays = (was.partition, was.inherits) == (now.partition, now.inherits)
    if not stays:
        return False
    gone = before.inherited and not before.local and not after.inherited
    return gone or (not before.inherited and after.inherited and not after.local)


def _change_type(ref: Ref, old: Catalog, new: Catalog) -> Statement:
    before, after = held(old, ref, Column), held(new, ref, Column)
    name = identifier(ref.part)
    was, now = base_type(before.type, ref, old), base_type(after.type, ref, new)
    goes = conversion(name, was, now)
    action = f"ALTER COLUMN {name} TYPE {after.type}"
    if after.collation:
        action += f" COLLATE {after.collation}"
    if goes.using is not None and not _is_foreign(ref, old):
        action += f" USING {goes.using}"
    actions = [action]
    if before.default is not None:
        actions.insert(0, f"ALTER COLUMN {name} DROP DEFAULT")
    if after.default is not None and before.identity is None:
        actions.append(f"ALTER COLUMN {name} SET DEFAULT {after.default}")
    lost = "" if _is_foreign(ref, old) else cut(was, now)
    return Statement(
        loses=f"{lost} in column {ref}" if lost else "",
        sql=f"ALTER TABLE {relation(ref)} {', '.join(actions)}",
        lock="access exclusive",
        rewrites=not _is_foreign(ref, old)
        and (goes.rewrites or (before.type != after.type and _is_constrained(ref, new))),
    )


def _is_constrained(ref: Ref, catalog: Catalog) -> bool:
    """Whether the column's type is a domain that values must be tried against."""
    if held(catalog, ref, Column).type.endswith("[]"):
        return False
    return any(
        held(catalog, need, Domain).not_null is not None
        or any(
            each.kind == "domain constraint" and (each.schema, each.name) == (need.schema, need.name)
            for each in catalog.objects
        )
        for need in catalog.depends.get(ref, ())
        if need.kind == "domain"
    )


def _around(ref: Ref, old: Catalog, new: Catalog) -> set[Kind]:
    """The kinds that must go before the type changes.

    PostgreSQL builds indexes, constraints and statistics again by itself, from their old text: where the new
    text is the same, that will do. It forgets the target of statistics, though, and compares both sides of a
    foreign key as they are at that moment.
    """
    kinds: set[Kind] = set(IN_THE_WAY)
    for dependent, value in _dependents(ref, old):
        match value:
            case Constraint(type="foreign key"):
                kinds.add("constraint")
            case Constraint() if not _same_text(dependent, value, new):
                kinds.add("constraint")
            case Index() if value.statistics or not _same_text(dependent, value, new):
                kinds.add("index")
            case Statistics() if value.target is not None or not _same_text(dependent, value, new):
                kinds.add("statistics")
            case _:
                pass
    return kinds


def _same_text(ref: Ref, value: Constraint | Index | Statistics, new: Catalog) -> bool:
    now = new.objects.get(ref)
    return (
        isinstance(now, type(value)) and now.definition == value.definition and reads_again(value.definition)
    )


def _dependents(ref: Ref, catalog: Catalog) -> Iterator[tuple[Ref, Constraint | Index | Statistics]]:
    for dependent, needs in catalog.depends.items():
        if ref in needs:
            value = catalog.objects.get(dependent)
            if isinstance(value, Constraint | Index | Statistics):
                yield dependent, value


# --------------------------------------------------------------------------------------------------- identity


def _identity_words(identity: Identity, column: Column) -> str:
    counts = sequences.counting(_as_the_column(identity, column))
    words = " ".join((f"SEQUENCE NAME {relation(identity.sequence)}", *counts))
    return f"GENERATED {'ALWAYS' if identity.always else 'BY DEFAULT'} AS IDENTITY ({words})"


def _own_identity(ref: Ref, catalog: Catalog) -> Identity | None:
    """The column's identity, unless a partition has it from its partitioned table (17 and later)."""
    identity = held(catalog, ref, Column).identity
    table = _table(ref, catalog) if identity is not None else None
    if table is None or table.partition is None:
        return identity
    above = catalog.objects.get(Ref("column", *table.partition.parent[1:3], ref.part))
    return None if isinstance(above, Column) and above.identity is not None else identity


def _identities(ref: Ref, old: Catalog, new: Catalog) -> tuple[Identity | None, Identity | None]:
    return _own_identity(ref, old), _own_identity(ref, new)


def _same_sequence(one: Identity | None, other: Identity | None) -> bool:
    """Whether the sequence of one can be made that of the other: a name can change, a schema cannot."""
    return one is not None and other is not None and one.sequence.schema == other.sequence.schema


def _leave_identity(
    ref: Ref, identities: tuple[Identity | None, Identity | None], before: Column
) -> Iterator[Statement]:
    was, now = identities
    if was is not None and not _same_sequence(was, now):
        yield _alter_column(ref, "DROP IDENTITY")


def _narrow_identity(
    identities: tuple[Identity | None, Identity | None], before: Column, after: Column
) -> Iterator[Statement]:
    """What must be done to a column's sequence before the column's type changes, and the sequence's with it:
    bounds that someone has chosen may be beyond the new type."""
    was, now = identities
    if was is None or not _same_sequence(was, now) or before.type == after.type:
        return
    held = sequences.retyped(was.options, after.type)
    fit = sequences.within(held)
    if fit != held:
        goal = msgspec.structs.replace(fit, type=was.options.type)
        yield from sequences.fitting(was.sequence, was.options, goal)
        yield sequences.change(was.sequence, was.options, goal)


def _enter_identity(
    ref: Ref, identities: tuple[Identity | None, Identity | None], old: Catalog, new: Catalog
) -> Iterator[Statement]:
    was, now = identities
    if now is None:
        return
    before, after = held(old, ref, Column), held(new, ref, Column)
    if was is None or not _same_sequence(was, now):
        yield _alter_column(ref, f"ADD {_identity_words(now, after)}")
        yield from _sequence_type(now, after)
        yield sequences.following(now.sequence, ref, ref.part, now.options)
        yield from _persistence(ref, new)
        return
    if was.sequence != now.sequence:
        yield Statement(
            sql=f"ALTER SEQUENCE {relation(was.sequence)} RENAME TO {identifier(now.sequence.name)}",
            lock="access exclusive",
        )
    counts = was.options
    if before.type != after.type:  # the column's ALTER TYPE has changed the sequence's
        counts = sequences.within(sequences.retyped(counts, after.type))
    words = list(sequences.recounting(counts, now.options))
    if words:
        yield from sequences.fitting(now.sequence, counts, now.options)
    if counts.type != now.options.type:
        yield sequences.change(now.sequence, counts, now.options)
        words = []
    if was.always != now.always:
        words.insert(0, f"GENERATED {'ALWAYS' if now.always else 'BY DEFAULT'}")
    if words:
        yield _alter_column(ref, " ".join(f"SET {word}" for word in words))
    if was.unlogged != now.unlogged:
        yield _set_logged(now)


def _as_the_column(identity: Identity, column: Column) -> SequenceOptions:
    """How a sequence counts when the column's type is its own, as that of a new identity is."""
    return sequences.within(msgspec.structs.replace(identity.options, type=column.type))


def _sequence_type(identity: Identity, column: Column) -> Iterator[Statement]:
    """What makes a new identity's sequence one of another type than the column, as that is which LIKE
    INCLUDING IDENTITY makes."""
    if identity.options.type != column.type:
        yield sequences.change(identity.sequence, _as_the_column(identity, column), identity.options)


def _persistence(ref: Ref, catalog: Catalog) -> Iterator[Statement]:
    """A new identity's sequence is as unlogged as its table; where it is to differ, that is said."""
    identity = _own_identity(ref, catalog)
    table = _table(ref, catalog) if identity is not None else None
    if identity is not None and table is not None and identity.unlogged != table.unlogged:
        yield _set_logged(identity)


def _set_logged(identity: Identity) -> Statement:
    word = "UNLOGGED" if identity.unlogged else "LOGGED"
    return Statement(sql=f"ALTER SEQUENCE {relation(identity.sequence)} SET {word}", lock="access exclusive")


def _new_sequences(ref: Ref, old: Catalog, new: Catalog) -> tuple[Ref, ...]:
    """The sequences that the new default uses, that this column owns and that are not there yet."""
    found = []
    for need in new.depends.get(default_of(ref), ()):
        value = new.objects.get(need)
        if isinstance(value, Sequence) and value.owned_by == ref and need not in old.objects:
            found.append(need)
    return tuple(found)


def _continued(ref: Ref, old: Catalog, new: Catalog) -> Iterator[Statement]:
    for sequence in _new_sequences(ref, old, new):
        yield sequences.following(sequence, ref, ref.part, held(new, sequence, Sequence).options)


# --------------------------------------------------------------------------------------------------- NOT NULL


def _constraints(ref: Ref, column: Column, catalog: Catalog, *, with_default: bool) -> Iterator[str]:
    not_null = column.not_null
    if not_null is not None and not_null.valid:
        name = f"CONSTRAINT {identifier(not_null.name)} " if not_null.name else ""
        yield f"{name}NOT NULL{' NO INHERIT' if not_null.no_inherit else ''}"
    identity = _own_identity(ref, catalog) if column.identity is not None else None
    if column.generated:
        yield f"GENERATED ALWAYS AS ({column.default}) {column.generated.upper()}"
    elif identity is not None:
        yield _identity_words(identity, column)
    elif column.default is not None and with_default:
        yield f"DEFAULT {column.default}"


def name_of_not_null(ref: Ref, catalog: Catalog) -> str:
    """The name of the column's NOT NULL, which it has."""
    not_null = held(catalog, ref, Column).not_null
    return (not_null and not_null.name) or object_name(ref.name, ref.part, "not_null")


def leave_not_null(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """What brings the column to its goal but for its NOT NULL; None where it has to be dropped and added."""
    bare = [
        msgspec.structs.replace(
            catalog,
            objects={
                **catalog.objects,
                ref: msgspec.structs.replace(held(catalog, ref, Column), not_null=None),
            },
        )
        for catalog in (old, new)
    ]
    return alter(ref, bare[0], bare[1])


def drop_not_null(ref: Ref) -> Statement:
    """DROP NOT NULL, which takes it from heirs that do not declare it, too."""
    return _alter_column(ref, "DROP NOT NULL")


def give_not_null(ref: Ref, catalog: Catalog) -> Statement:
    """The column's NOT NULL under its name, whatever names are free."""
    not_null = held(catalog, ref, Column).not_null
    assert not_null is not None
    return _add_not_null(ref, msgspec.structs.replace(not_null, name=name_of_not_null(ref, catalog)))


def rename_not_null(ref: Ref, old: Catalog, new: Catalog) -> Statement:
    """The NOT NULL under its new name."""
    names = [identifier(name_of_not_null(ref, catalog)) for catalog in (old, new)]
    return Statement(
        sql=f"ALTER TABLE {relation(ref)} RENAME CONSTRAINT {names[0]} TO {names[1]}", lock="access exclusive"
    )


def not_null_beside_parents(ref: Ref, catalog: Catalog) -> str:
    """The NOT NULL that a table declares of a column which is NOT NULL in a parent, too, and which it does
    not declare, as CREATE TABLE takes it; '' where there is none, or below 18."""
    not_null = held(catalog, ref, Column).not_null
    above = _inherited_from(ref, catalog)
    if catalog.version < 180000 or not_null is None or not_null.inherited:
        return ""
    if above is None or above.not_null is None:
        return ""
    return f"CONSTRAINT {identifier(name_of_not_null(ref, catalog))} NOT NULL {identifier(ref.part)}"


def _not_null_changes(
    ref: Ref, old: NotNull | None, column: Column, *, follows: bool, version: int, partitioned: bool = False
) -> Iterator[Statement]:
    new = column.not_null
    if old is None and new is None:
        return
    if new is None:
        assert old is not None
        if not (old.inherited and follows):
            # below 18 heirs have a NOT NULL or not, and nobody knows from where: it is said for each
            alone = version < 180000 and not partitioned
            yield _only(ref, "DROP NOT NULL") if alone else _alter_column(ref, "DROP NOT NULL")
        return
    if old is None or (old.valid and not new.valid):
        if new.inherited and follows:
            return
        if old is not None:
            yield _alter_column(ref, "DROP NOT NULL")
        yield _add_not_null(ref, new)
        return
    table = relation(ref)
    if old.inherited and not new.inherited and follows:
        yield _alter_column(ref, "SET NOT NULL")  # declares it here too
    if version < 180000 or (new.inherited and follows):
        return
    was, now = (each.name or object_name(ref.name, ref.part, "not_null") for each in (old, new))
    if was != now:
        yield Statement(
            sql=f"ALTER TABLE {table} RENAME CONSTRAINT {identifier(was)} TO {identifier(now)}",
            lock="access exclusive",
        )
    if old.no_inherit != new.no_inherit:
        word = "NO INHERIT" if new.no_inherit else "INHERIT"
        yield Statement(
            sql=f"ALTER TABLE {table} ALTER CONSTRAINT {identifier(now)} {word}", lock="access exclusive"
        )
    if new.valid and not old.valid:
        yield Statement(
            sql=f"ALTER TABLE {table} VALIDATE CONSTRAINT {identifier(now)}",
            lock="share update exclusive",
        )


def _is_not_null_above(ref: Ref, catalog: Catalog) -> bool:
    """Whether a parent's NOT NULL is, or would be, this column's, too."""
    table = _table(ref, catalog)
    return table is not None and any(
        isinstance(above := catalog.objects.get(Ref("column", parent.schema, parent.name, ref.part)), Column)
        and above.not_null is not None
        and not above.not_null.no_inherit
        for parent in (*table.inherits, *((table.partition.parent,) if table.partition else ()))
    )


def _is_renamed_above(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether the NOT NULL, which a parent has under the same names, gets its new name with the parent's."""

    def name(column: Ref, catalog: Catalog) -> str | None:
        value = catalog.objects.get(column)
        if not isinstance(value, Column) or value.not_null is None or value.not_null.no_inherit:
            return None
        return value.not_null.name or object_name(column.name, column.part, "not_null")

    table, names = _table(ref, new), (name(ref, old), name(ref, new))
    if table is None or names[0] == names[1] or None in names:
        return False
    above = [Ref("column", parent.schema, parent.name, ref.part) for parent in table.inherits]
    return any((name(each, old), name(each, new)) == names for each in above)


def _not_null_left_behind(ref: Ref, old: Catalog, new: Catalog) -> tuple[Ref, ...]:
    """The parents' columns where the NOT NULL that the column has from them, and is to lose, becomes one that
    is not inherited: that change leaves it here as the column's own.
    """
    before, after, table = held(old, ref, Column), held(new, ref, Column), _table(ref, new)
    if (
        before.not_null is None
        or not before.not_null.inherited
        or after.not_null is not None
        or table is None
    ):
        return ()
    above = [Ref("column", parent.schema, parent.name, ref.part) for parent in table.inherits]
    stays = [
        value.not_null.no_inherit and was.not_null is not None and not was.not_null.no_inherit
        for each in above
        if isinstance(value := new.objects.get(each), Column)
        and isinstance(was := old.objects.get(each), Column)
        and value.not_null is not None
    ]
    return tuple(above) if any(stays) else ()


def _add_not_null(ref: Ref, not_null: NotNull) -> Statement:
    if not_null.name is None and not not_null.no_inherit and not_null.valid:
        return _alter_column(ref, "SET NOT NULL")
    words = [f"CONSTRAINT {identifier(not_null.name)}"] if not_null.name else []
    words.append(f"NOT NULL {identifier(ref.part)}")
    words += ["NO INHERIT"] if not_null.no_inherit else []
    words += [] if not_null.valid else ["NOT VALID"]
    return Statement(sql=f"ALTER TABLE {relation(ref)} ADD {' '.join(words)}", lock="access exclusive")


# --------------------------------------------------------------------------------------------------- settings


def _storage_changes(
    ref: Ref, before: Column, after: Column, old: Catalog, new: Catalog, *, retyped: bool
) -> Iterator[Statement]:
    # a change of type gives the new type's own storage
    if (after.storage is not None and retyped) or (before.storage != after.storage and not retyped):
        yield _only(ref, _storage_action(after, old))
    if (after.compression is not None and retyped) or before.compression != after.compression:
        yield _only(ref, f"SET COMPRESSION {after.compression or 'DEFAULT'}")


def _storage_action(column: Column, catalog: Catalog) -> str:
    if column.storage is not None:
        return f"SET STORAGE {column.storage.upper()}"
    if catalog.version >= 160000:
        return "SET STORAGE DEFAULT"
    return f"SET STORAGE {'MAIN' if column.type.partition('(')[0] in _STORED_MAIN else 'EXTENDED'}"


def _planner_actions(before: Column | None, after: Column) -> list[str]:
    """Statistics and options, which no change of type touches."""
    actions = []
    if (before.statistics if before is not None else None) != after.statistics:
        actions.append(f"SET STATISTICS {-1 if after.statistics is None else after.statistics}")
    was = before.options if before is not None else ()
    if was != after.options:
        actions += options.storage_changes(was, after.options)
    return actions


def _default_action(ref: Ref, expression: str | None) -> Statement:
    """ONLY: children have defaults of their own, which are said for them."""
    return _only(ref, "DROP DEFAULT" if expression is None else f"SET DEFAULT {expression}")


def _only(ref: Ref, action: str) -> Statement:
    quiet = action.startswith(("SET STATISTICS", "SET (", "RESET ("))
    return Statement(
        sql=f"ALTER TABLE ONLY {relation(ref)} ALTER COLUMN {identifier(ref.part)} {action}",
        lock="share update exclusive" if quiet else "access exclusive",
    )


def _alter_column(ref: Ref, action: str, *, rewrites: bool = False) -> Statement:
    return Statement(
        sql=f"ALTER TABLE {relation(ref)} ALTER COLUMN {identifier(ref.part)} {action}",
        lock="access exclusive",
        rewrites=rewrites,
    )


def _fills_rows(ref: Ref, catalog: Catalog) -> bool:
    """Whether ADD COLUMN writes every row again, rather than one value into the catalog."""
    column = held(catalog, ref, Column)
    if _is_foreign(ref, catalog):
        return False
    if column.generated == "stored" or _own_identity(ref, catalog) is not None:
        return True
    if _is_constrained(ref, catalog):
        return True
    if column.default is None or column.generated:
        return False
    for need in catalog.depends.get(default_of(ref), ()):
        routine = catalog.objects.get(need)
        if isinstance(routine, Routine) and routine.volatility == "volatile":
            return True
    return any(name in column.default for name in _VOLATILE)


def _is_foreign(ref: Ref, catalog: Catalog) -> bool:
    return Ref("foreign table", ref.schema, ref.name) in catalog.objects


def _table(ref: Ref, catalog: Catalog) -> Table | None:
    for kind in TABLES:
        value = catalog.objects.get(Ref(kind, ref.schema, ref.name))
        if isinstance(value, Table):
            return value
    return None


def _inherited_from(ref: Ref, catalog: Catalog) -> Column | None:
    """The parent's column that this one comes from, the first where several parents have it."""
    table = _table(ref, catalog)
    if table is None:
        return None
    for parent in (*table.inherits, *((table.partition.parent,) if table.partition else ())):
        above = catalog.objects.get(Ref("column", parent.schema, parent.name, ref.part))
        if isinstance(above, Column):
            return above
    return None


# --------------------------------------------------------------------------------------------------- defaults


def _create_default(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    column = held(catalog, column_of(ref), Column)
    if column.generated:
        return add(column_of(ref), catalog)
    return (_default_action(ref, column.default),) if column.default is not None else ()


def _drop_default(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    if held(catalog, column_of(ref), Column).generated:
        return _drop(column_of(ref), catalog)
    return (_default_action(ref, None),)


def _alter_default(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, column_of(ref), Column), held(new, column_of(ref), Column)
    if before.generated or after.generated:
        return alter(column_of(ref), old, new)
    return Alteration(statements=(_default_action(ref, after.default),))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "column": Renderer(_create, _drop, alter),
    "default": Renderer(_create_default, _drop_default, _alter_default),
}
