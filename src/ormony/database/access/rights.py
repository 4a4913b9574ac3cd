"""What roles may do before any policy is asked: schemas, commands on relations, views to write through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from ormony.access import Persona
from ormony.catalog import Catalog, Ref, View
from ormony.claims import shown_columns
from ormony.database.connect import Connection
from ormony.database.rows import Shape, name_of
from ormony.errors import OrmonyError

_EVENTS: Final = {"insert": 8, "update": 4, "delete": 16}  # bits of pg_relation_is_updatable


class Reach(msgspec.Struct, frozen=True):
    """The schemas that personas may use, and the roles that row security does not hold back."""

    schemas: frozenset[str]
    bypassing: frozenset[str]


class Privileges(msgspec.Struct, frozen=True):
    """Of a role on a table: which commands on the whole, and which columns else."""

    whole: Collection[str]
    columns: Mapping[str, Sequence[str]]


class WritableView(msgspec.Struct, frozen=True, kw_only=True):
    """A view that can be written through: which commands, which of its columns, the table behind it."""

    view: Ref
    commands: tuple[str, ...]
    columns: Mapping[str, str]  # with the name that each has in that table
    base: Ref | None
    triggered: bool  # by INSTEAD OF triggers, which may change whatever they like


def reach(connection: Connection, personas: Sequence[Persona]) -> Reach:
    """What the roles of the personas reach: of schemas those that one may use whom row security holds back.

    Raises `unknown-role`.
    """
    roles = sorted({each.role for each in personas})
    known: dict[str, bool] = dict(
        connection.execute(
            "SELECT rolname, rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = ANY(%s)", (roles,)
        ).fetchall()
    )
    for each in personas:
        if each.role not in known:
            raise OrmonyError(
                "unknown-role",
                f'persona "{each.name}" has the role "{each.role}", which the database has not',
                hint='role = "authenticated"   # in ormony.toml',
            )
    bypassing = frozenset(role for role, free in known.items() if free)
    held = [role for role in roles if role not in bypassing] or roles
    found = connection.execute(
        "SELECT nspname FROM pg_namespace AS n, unnest(%s::text[]) AS r"
        " WHERE nspname !~ '^pg_' AND has_schema_privilege(r, n.oid, 'USAGE')",
        (held,),
    ).fetchall()
    return Reach(frozenset(name for (name,) in found) - {"information_schema", "extensions"}, bypassing)


def privileges(
    connection: Connection, personas: Sequence[Persona], relations: Sequence[Ref]
) -> dict[tuple[str, Ref], Privileges]:
    """Of each role on each relation."""
    roles = sorted({each.role for each in personas})
    names = [name_of(ref) for ref in relations]
    found: dict[tuple[str, Ref], Privileges] = {}
    for role, at, whole, columns in connection.execute(
        "SELECT r, t.at::int, ARRAY(SELECT p FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE']) AS p"
        "  WHERE has_table_privilege(r, t.name::regclass, p)),"
        " (SELECT jsonb_object_agg(p, ARRAY(SELECT attname::text FROM pg_attribute"
        "   WHERE attrelid = t.name::regclass AND attnum > 0 AND NOT attisdropped"
        "   AND has_column_privilege(r, attrelid, attnum, p) ORDER BY attnum))"
        "   FROM unnest(ARRAY['SELECT','INSERT','UPDATE']) AS p)"
        " FROM unnest(%s::text[]) AS r, unnest(%s::text[]) WITH ORDINALITY AS t(name, at)",
        (roles, names),
    ).fetchall():
        found[role, relations[at - 1]] = Privileges(whole, columns)
    return found


def writable_views(
    connection: Connection,
    whole: Catalog,
    views: Mapping[Ref, View],
    shapes: Mapping[Ref, Shape],
) -> list[WritableView]:
    """Of these views those that take INSERT, UPDATE or DELETE."""
    refs = list(views)
    triggers = [ref for ref in whole.objects if ref.kind == "trigger"]
    found = []
    for at, bits, columns in connection.execute(
        "SELECT v.at::int, pg_relation_is_updatable(c.oid, true), ARRAY(SELECT attname::text"
        "  FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0"
        "   AND pg_column_is_updatable(c.oid, attnum, true) ORDER BY attnum)"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS v(name, at) JOIN pg_class AS c"
        " ON c.oid = v.name::regclass",
        ([name_of(ref) for ref in refs],),
    ).fetchall():
        commands = tuple(command for command, bit in _EVENTS.items() if bits & bit)
        view = refs[at - 1]
        if commands:
            shown = shown_columns(views[view].definition)
            named = {c: shown.get(c, c) for c in columns}
            found.append(
                WritableView(
                    view=view,
                    commands=commands,
                    columns=named,
                    base=_base(whole, shapes, view, frozenset(named.values())),
                    triggered=any((ref.schema, ref.name) == (view.schema, view.name) for ref in triggers),
                )
            )
    return found


def _base(whole: Catalog, shapes: Mapping[Ref, Shape], view: Ref, columns: Collection[str]) -> Ref | None:
    """The table behind a view that has most of these columns."""
    seen: set[Ref] = set()
    waiting = [view]
    while waiting:
        for each in whole.depends.get(waiting.pop(), ()):
            ref = Ref("table", each.schema, each.name)
            if ref not in shapes:
                ref = Ref("view", each.schema, each.name)
            if ref not in seen and ref in whole.objects:
                seen.add(ref)
                waiting += [ref] if ref.kind == "view" else []
    tables = sorted(seen & set(shapes))
    return max(tables, key=lambda table: len(set(shapes[table].columns) & {*columns}), default=None)


def roles_of(connection: Connection, role: str) -> frozenset[str]:
    """The roles whose privileges this one has, itself among them."""
    found = connection.execute(
        "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'USAGE')", (role,)
    ).fetchall()
    return frozenset(name for (name,) in found)
