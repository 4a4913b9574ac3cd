"""What any object may have beside its definition: comment, owner, privileges, security labels.

These come after all objects, so that whoever runs the plan owns what he makes while he makes it. What was
dropped and created again starts anew: without comment, with the owner and the privileges of a new object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from ormony.catalog import (
    PUBLIC_SCHEMA,
    TABLES,
    Catalog,
    Column,
    Constraint,
    Domain,
    Grant,
    Kind,
    Object,
    Ref,
    Sequence,
    Table,
    extension_dependents,
    identity_columns,
)
from ormony.plan.order import Steps
from ormony.plan.render import names
from ormony.plan.render.privileges import (
    LETTERS,
    RELATIONS,
    TYPES,
    Way,
    default_list,
    list_when_created,
    privileges,
    way,
    with_owner,
)
from ormony.plan.statement import Statement
from ormony.sql import object_name

_HOLDERS: tuple[Kind, ...] = (
    "table",
    "foreign table",
    "view",
    "materialized view",
    "composite type",
    "domain",
)
# Not all of these are objects of a catalog
_UNLISTED: frozenset[Kind] = frozenset({"index", "constraint", "domain constraint"})
# PostgreSQL gives these no OWNER TO of their own
_OWNERLESS: frozenset[Kind] = frozenset({"extension", "index", "default privileges", "column", "role"})


def attached(old: Catalog, new: Catalog, done: Steps) -> tuple[Statement, ...]:
    """The statements for comments, owners, privileges and labels, when the steps have run, and the last steps
    among them.
    """
    before, after = _identities(old), _identities(new)
    moved = _moved(old, new, done, before, after)
    if moved:
        old = msgspec.structs.replace(
            old,
            comments={moved.get(ref, ref): text for ref, text in old.comments.items()},
            grants={moved.get(ref, ref): given for ref, given in old.grants.items()},
            labels={moved.get(ref, ref): labels for ref, labels in old.labels.items()},
        )
        before = {moved.get(ref, ref): column for ref, column in before.items()}
    fresh = _Fresh(done, before, after)
    told = [*_comments(old, new, fresh), *_labels(old, new, fresh), *_owners(old, new, fresh)]
    return (
        *(statement for ref, statement in told if ref.kind != "event trigger"),
        *done.owned,
        *_privileges(old, new, fresh),
        *_dependents(old, new, fresh),
        *done.last,
        # no event trigger fires at these
        *(statement for ref, statement in told if ref.kind == "event trigger"),
    )


class _Fresh:
    """Whether an object was made, or dropped, by the plan; columns of views go with their view."""

    def __init__(self, done: Steps, before: Mapping[Ref, Ref], after: Mapping[Ref, Ref]) -> None:
        self.gone = done.gone | {
            ref for ref, column in before.items() if column in done.gone or after.get(ref) != column
        }
        self.made = done.made | {
            ref for ref, column in after.items() if column in done.made or before.get(ref) != column
        }
        self.unlinked = done.unlinked
        self.identities = (before, after)

    def is_made(self, ref: Ref) -> bool:
        return ref in self.made or any(each in self.made for each in _above(ref))

    def is_gone(self, ref: Ref) -> bool:
        return ref in self.gone or any(each in self.gone for each in _above(ref))


def _identities(catalog: Catalog) -> dict[Ref, Ref]:
    """As `identity_columns`, with the column of the partitioned table, not those of its partitions."""
    found = identity_columns(catalog)
    for ref, column in found.items():
        value = catalog.objects.get(Ref("table", column[1], column[2]))
        while isinstance(value, Table) and value.partition is not None:
            parent = value.partition.parent
            found[ref] = column._replace(name=parent.name, schema=parent.schema)
            value = catalog.objects.get(parent)
    return found


def _moved(
    old: Catalog, new: Catalog, done: Steps, before: Mapping[Ref, Ref], after: Mapping[Ref, Ref]
) -> dict[Ref, Ref]:
    """What is no object, but keeps what is attached to it under a new name: an identity's sequence, a NOT
    NULL.
    """
    found: dict[Ref, Ref] = {}
    again = [(ref, column) for ref, column in before.items() if after.get(ref) != column]
    sequences = {column: ref for ref, column in after.items()} if again else {}
    for ref, column in again:
        now = sequences.get(column)
        if now not in (None, ref) and now.schema == ref.schema and column not in done.made | done.gone:
            found[ref] = now
    for ref in old.comments:
        if ref.kind not in _UNLISTED or ref in old.objects:
            continue
        home = _home(ref, old)
        if home is not None and home.kind in ("column", "domain") and home not in done.made:
            name = _not_null(home, new)
            if name not in (None, ref.part):
                found[ref] = ref._replace(part=name)
    return found


def _not_null(ref: Ref, catalog: Catalog) -> str | None:
    """The name of the NOT NULL of a column or domain."""
    value = catalog.objects.get(ref)
    if not isinstance(value, Column | Domain) or value.not_null is None:
        return None
    return value.not_null.name or object_name(ref.name, ref.part, "not_null")


def _home(ref: Ref, catalog: Catalog) -> Ref | None:
    """What an index or constraint that is no object of the catalog belongs to: the constraint of an index,
    the column or domain of a NOT NULL, the constraint of the parent from which a table has its own.
    """
    if ref.kind == "index":
        for each, value in catalog.objects.items():
            if (
                isinstance(value, Constraint)
                and (each.schema, each.part) == (ref.schema, ref.name)
                and value.type in ("primary key", "unique", "exclusion")
            ):
                return each
        return None
    if ref.kind == "domain constraint":
        domain = Ref("domain", ref.schema, ref.name)
        return domain if _not_null(domain, catalog) == ref.part else None
    if ref in catalog.objects:
        return ref
    for kind in TABLES:
        table = Ref(kind, ref.schema, ref.name)
        held = catalog.objects.get(table)
        if not isinstance(held, Table):
            continue
        for name in catalog.column_order.get(table, ()):
            column = Ref("column", ref.schema, ref.name, name)
            if _not_null(column, catalog) == ref.part:
                return column
        parents = (held.partition.parent,) if held.partition is not None else held.inherits
        for parent in parents:
            found = _home(Ref("constraint", parent.schema, parent.name, ref.part), catalog)
            if found is not None and _is_bequeathed(
                catalog.objects[found], to_partition=bool(held.partition)
            ):
                return found
    return None


def _is_bequeathed(value: Object, *, to_partition: bool) -> bool:
    """Whether heirs have the constraint, or the NOT NULL of the column, too, under its name."""
    if isinstance(value, Column):
        return value.not_null is not None and not value.not_null.no_inherit
    assert isinstance(value, Constraint)
    if value.type == "check":
        return "NO INHERIT" not in value.definition
    return to_partition and value.type == "foreign key"


def _above(ref: Ref) -> Iterator[Ref]:
    if ref.part and ref.kind in ("column", "constraint", "trigger", "policy", "rule", "domain constraint"):
        for kind in _HOLDERS:
            yield Ref(kind, ref.schema, ref.name)


def _comments(old: Catalog, new: Catalog, fresh: _Fresh) -> Iterator[tuple[Ref, Statement]]:
    for ref in sorted(old.comments.keys() | new.comments.keys()):
        before = None if fresh.is_made(ref) or fresh.is_gone(ref) else old.comments.get(ref)
        after = new.comments.get(ref)
        if ref.kind in _UNLISTED and ref not in new.objects:
            home = _home(ref, new)
            if home is None and after is None:
                continue  # it is gone
            if home is None or fresh.is_made(home) or _differs(ref, home, old, new):
                # whether it is the one that it was is not known
                before, after = (None, after) if after is not None else (old.comments.get(ref), None)
        if before != after:
            text = "NULL" if after is None else names.literal(after)
            yield ref, Statement(sql=f"COMMENT ON {names.object_name(ref)} IS {text}")


def _differs(ref: Ref, home: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether anything differs of what an index or constraint belongs to, and of its table."""
    about = [home, *(Ref(kind, ref.schema, ref.name) for kind in TABLES)]
    return any(old.objects.get(each) != new.objects.get(each) for each in about)


def _labels(old: Catalog, new: Catalog, fresh: _Fresh) -> Iterator[tuple[Ref, Statement]]:
    for ref in sorted(old.labels.keys() | new.labels.keys()):
        before = {} if fresh.is_made(ref) or fresh.is_gone(ref) else dict(old.labels.get(ref, ()))
        after = dict(new.labels.get(ref, ()))
        for provider in sorted(before.keys() | after.keys()):
            if before.get(provider) != after.get(provider):
                text = names.literal(after[provider]) if provider in after else "NULL"
                head = f"SECURITY LABEL FOR {names.identifier(provider)} ON {names.object_name(ref)}"
                yield ref, Statement(sql=f"{head} IS {text}")


def _dependents(old: Catalog, new: Catalog, fresh: _Fresh) -> Iterator[Statement]:
    before, after = extension_dependents(old), extension_dependents(new)
    for ref in sorted(before.keys() | after.keys()):
        if ref not in new.objects:
            continue
        was = set() if fresh.is_made(ref) else {*before.get(ref, ())}
        now = {*after.get(ref, ())}
        kept = {each for each in was if Ref("extension", "", each) in new.objects}
        for words, extensions in (("NO DEPENDS", kept - now), ("DEPENDS", now - was)):
            for extension in sorted(extensions):
                sql = f"ALTER {names.object_name(ref)} {words} ON EXTENSION {names.identifier(extension)}"
                yield Statement(sql=sql)


def _owner_before(ref: Ref, old: Catalog, new: Catalog, fresh: _Fresh) -> str | None:
    """Who owns it when its definition is in place: its old owner, or who runs the plan."""
    if fresh.is_made(ref):
        return old.role
    return old.owners.get(ref)


def _owners(old: Catalog, new: Catalog, fresh: _Fresh) -> Iterator[tuple[Ref, Statement]]:
    for ref in sorted(new.owners):
        value = new.objects.get(ref)
        if ref.kind in _OWNERLESS:
            continue
        if isinstance(value, Sequence) and value.owned_by is not None and ref not in fresh.unlinked:
            continue  # a sequence goes with the table of the column that owns it
        before, after = _owner_before(ref, old, new, fresh), new.owners[ref]
        if before is not None and before != after:
            sql = f"ALTER {names.object_name(ref)} OWNER TO {names.identifier(after)}"
            yield ref, Statement(sql=sql)


def _target(ref: Ref) -> str:
    """The object as GRANT … ON takes it."""
    if ref.kind in RELATIONS or ref.kind == "column":
        return f"TABLE {names.relation(ref)}"
    if ref.kind in TYPES:
        return f"TYPE {names.relation(ref)}"
    if ref.kind == "aggregate":
        return f"FUNCTION {names.relation(ref)}({ref.part})"
    if ref.kind == "server":
        return f"FOREIGN SERVER {names.relation(ref)}"
    return names.object_name(ref)


def _owner_of(ref: Ref, catalog: Catalog, identities: Mapping[Ref, Ref]) -> str:
    """The owner; of a column, and of its identity's sequence, the relation's; of what the catalog does not
    list, who granted most."""
    if ref in catalog.owners:
        return catalog.owners[ref]
    ref = identities.get(ref, ref)
    if ref.kind == "column":
        for each in _above(ref):
            if each in catalog.owners:
                return catalog.owners[each]
    grants = catalog.grants.get(ref, ())
    return max((each.grantor for each in grants), key=[e.grantor for e in grants].count, default=catalog.role)


def _privileges(old: Catalog, new: Catalog, fresh: _Fresh) -> Iterator[Statement]:
    """All REVOKEs before all GRANTs, and among them those first that others hang on."""
    ways = list(_ways(old, new, fresh))
    taken = [each for found in ways for each in found.revokes]
    given = [each for found in ways for each in found.grants]
    for _, statements in sorted(taken, key=lambda each: -each[0]):
        yield from statements
    for _, statements in sorted(given, key=lambda each: each[0]):
        yield from statements


def _ways(old: Catalog, new: Catalog, fresh: _Fresh) -> Iterator[Way]:
    relevant = set(old.grants) | set(new.grants) | {ref for ref in fresh.made if ref[0] in LETTERS}
    extension_gone = any(ref.kind == "extension" for ref in fresh.gone)
    lost: set[tuple[str, str, str, str]] = set()  # schema, relation, grantee, privilege
    by_column: dict[tuple[str, str], set[str]] = {}
    for ref in (*old.grants, *new.grants):
        if ref.kind == "column":
            given = (*old.grants.get(ref, ()), *new.grants.get(ref, ()))
            by_column.setdefault((ref.schema, ref.name), set()).update(each.grantee for each in given)
    # REVOKE on a table takes the privilege from its columns too, so tables come first
    for ref in sorted(relevant, key=lambda each: (each.kind == "column", each)):
        if ref in old.objects and ref not in new.objects and not fresh.is_made(ref):
            continue
        if fresh.is_gone(ref) and not fresh.is_made(ref):
            continue
        if extension_gone and ref in old.initial and ref not in old.objects and ref not in new.grants:
            continue  # a member of what is gone, most likely; what stays keeps what it has
        owner = _owner_of(ref, new, fresh.identities[1])
        before = _list_before(ref, old, new, fresh, owner)
        after = _list(ref, new, owner, old)
        if old.version < 170000 or new.version < 170000:
            before = frozenset(each for each in before if each.privilege != "MAINTAIN")
            after = frozenset(each for each in after if each.privilege != "MAINTAIN")
        if ref.kind == "column":
            before = frozenset(
                each for each in before if (ref.schema, ref.name, each.grantee, each.privilege) not in lost
            )
        elif ref.kind in RELATIONS:
            kept = {(each.grantee, each.privilege) for each in after}
            lost |= {
                (ref.schema, ref.name, each.grantee, each.privilege)
                for each in before
                if (each.grantee, each.privilege) not in kept
            }
        if before == after:
            continue
        column = names.identifier(ref.part) if ref.kind == "column" else ""
        letter = "r" if ref.kind == "column" else LETTERS[ref.kind]
        renewable: set[str] = set()
        if ref.kind in RELATIONS:
            # not who has privileges on a column: REVOKE ALL takes these, too
            renewable = {each.grantee for each in after} - by_column.get((ref.schema, ref.name), set())
        every = privileges(letter, old.version)
        yield way(_target(ref), before, after, owner, every, column, renewable=renewable)


def _list(ref: Ref, catalog: Catalog, owner: str, other: Catalog) -> frozenset[Grant]:
    given = catalog.grants.get(ref)
    if given is None:
        given = other.initial.get(ref)
    if given is not None:
        return frozenset(given)
    usual = default_list(ref.kind, owner, catalog.version)
    return usual | {Grant("", "USAGE", False, owner)} if ref == PUBLIC_SCHEMA else usual


def _list_before(ref: Ref, old: Catalog, new: Catalog, fresh: _Fresh, owner: str) -> frozenset[Grant]:
    if fresh.is_made(ref):
        return with_owner(list_when_created(ref, old), old.role, owner)
    before = _owner_of(ref, old, fresh.identities[0])
    return with_owner(_list(ref, old, before, new), before, owner)
