"""Statements of the renderers, run on a real server without the planner: one object at a time.

Everything happens in transactions that are rolled back, so one database serves many tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ormony.catalog import Catalog, Ref
from ormony.database.introspect import introspect
from ormony.plan.render.kinds import RENDERERS
from ormony.plan.statement import Alteration, Statement

Connection = psycopg.Connection[Any]


@contextmanager
def undone(conn: Connection, *scripts: str) -> Iterator[None]:
    """A transaction in which the scripts have been run, and which is rolled back."""
    conn.rollback()
    try:
        for script in scripts:
            conn.execute(script)
        yield
    finally:
        conn.rollback()


def read(conn: Connection, *scripts: str) -> Catalog:
    """The catalog of an empty database in which the scripts have been run."""
    with undone(conn, *scripts):
        return introspect(conn)


def run(conn: Connection, statements: tuple[Statement, ...]) -> None:
    """The statements as a plan runs them."""
    conn.execute("SET LOCAL check_function_bodies = false")
    conn.execute("SET LOCAL search_path = ''")
    for statement in statements:
        assert statement.transactional
        assert not statement.sql.endswith(";")
        conn.execute(statement.sql)
    conn.execute("RESET search_path")


def altered(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """How the object's renderer brings it from one catalog to the other."""
    return RENDERERS[ref.kind].alter(ref, old, new)


def changed(old: Catalog, new: Catalog) -> tuple[Ref, ...]:
    """The objects that are in both and differ."""
    return tuple(ref for ref, value in sorted(old.objects.items()) if new.objects.get(ref, value) != value)


def created(refs: tuple[Ref, ...], catalog: Catalog) -> tuple[Statement, ...]:
    """What makes the objects in this order, and completes them after that."""
    statements: list[Statement] = []
    for ref in refs:
        statements += RENDERERS[ref.kind].create(ref, catalog, frozenset())
    for ref in refs:
        late = RENDERERS[ref.kind].late(ref, catalog)
        statements += late.statements if late is not None else ()
    return tuple(statements)


def dropped(refs: tuple[Ref, ...], catalog: Catalog) -> tuple[Statement, ...]:
    """What takes the objects away, the last first."""
    return tuple(statement for ref in reversed(refs) for statement in RENDERERS[ref.kind].drop(ref, catalog))


def prove_alter(conn: Connection, given: str, before: str, after: str) -> tuple[Statement, ...]:
    """Assert that what differs is altered in place and ends as `after`; the statements that did it."""
    old, new = read(conn, given, before), read(conn, given, after)
    assert old.objects.keys() == new.objects.keys()
    refs = changed(old, new)
    assert refs, "nothing differs"
    statements: tuple[Statement, ...] = ()
    for ref in refs:
        alteration = altered(ref, old, new)
        assert alteration is not None, f"{ref.kind} {ref} is not altered in place"
        assert not any(each.sql.startswith("DROP ") for each in alteration.statements)
        statements += alteration.statements
    with undone(conn, given, before):
        run(conn, statements)
        assert introspect(conn).objects == new.objects
    return statements


def prove_create_and_drop(conn: Connection, given: str, made: str, first: tuple[str, ...] = ()) -> None:
    """Assert that what `made` adds to `given` is created and dropped by renderers, kinds of `first` first."""
    old, new = read(conn, given), read(conn, given, made)
    refs = tuple(sorted(new.objects.keys() - old.objects.keys(), key=lambda ref: _place(ref, first)))
    assert refs
    with undone(conn, given):
        run(conn, created(refs, new))
        assert introspect(conn).objects == new.objects
        run(conn, dropped(refs, new))
        assert introspect(conn).objects == old.objects


def _place(ref: Ref, first: tuple[str, ...]) -> tuple[int, Ref]:
    return (first.index(ref.kind) if ref.kind in first else len(first), ref)
