"""SQL to paste into psql that shows a leak: the rows that it takes, the role and claims, the statement.

It runs in any database with the migrations, and takes back what it does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ormony import sql
from ormony.catalog import Catalog, Ref, Routine
from ormony.claims import literal
from ormony.database.rows import Candidate, Maker, Shape, World, in_order, insert_of
from ormony.errors import OrmonyError
from ormony.sql import quote_identifier


def needed(whole: Catalog, shapes: Mapping[Ref, Shape], refs: Iterable[Ref]) -> frozenset[Ref]:
    """The tables whose rows count for these objects: that they read, reference, or whose policies look at."""
    by_name: dict[tuple[str, str], list[Ref]] = {}
    policies: dict[tuple[str, str], list[Ref]] = {}
    for ref in whole.objects:
        if ref.kind in ("table", "view", "materialized view", "function"):
            by_name.setdefault((ref.schema, ref.name.partition("(")[0]), []).append(ref)
        elif ref.kind == "policy":
            policies.setdefault((ref.schema, ref.name), []).append(ref)
    found: set[Ref] = set()
    waiting = list(refs)
    while waiting:
        ref = waiting.pop()
        if ref in found:
            continue
        found.add(ref)
        uses = {(each.schema, each.name.partition("(")[0]) for each in whole.depends.get(ref, ())}
        value = whole.objects.get(ref)
        if ref in shapes:
            waiting += [key.table for key in shapes[ref].keys]
            waiting += policies.get((ref.schema, ref.name), ())
        elif isinstance(value, Routine):
            uses |= _named(value)
        for use in uses:
            waiting += by_name.get(use, ())
    return frozenset(found & set(shapes))


def _named(routine: Routine) -> set[tuple[str, str]]:
    try:
        facts = sql.facts(routine.definition)
    except OrmonyError:  # a body that no parser of ours reads
        return set()
    return {(name.schema, name.name) for fact in facts for name in fact.uses | fact.uses_late}


def rows(maker: Maker, worlds: Collection[World], tables: Collection[Ref]) -> list[str]:
    """Statements that make the worlds' rows of these tables, in order, without triggers' doing."""
    found = []
    for world in worlds:
        for table in in_order(maker.shapes):
            row = world.rows.get(table)
            if table in tables and row is not None:
                wanted = maker.told(world, table)
                values = {c: row.values.get(c) for c in wanted}
                found.append(f"{insert_of(Candidate(table=table, values=values), overriding=True)};")
    if not found:
        return []
    return [
        "SET LOCAL session_replication_role = replica;",
        *found,
        "SET LOCAL session_replication_role = origin;",
    ]


def script(
    given: Sequence[str],
    role: str,
    claims: str,
    settings: Mapping[str, str],
    fixture: str,
    before: str,
    statement: str,
) -> str:
    """The whole, as one transaction that is rolled back."""
    said = {"request.jwt.claims": claims, **settings}
    lines = ["BEGIN;", *given]
    lines += [f"SELECT set_config({text(name)}, {text(value)}, true);" for name, value in said.items()]
    lines += [f"{each.strip().rstrip(';')};" for each in (fixture, before) if each.strip()]
    lines.append(f"SET LOCAL ROLE {quote_identifier(role)};")
    return "\n".join([*lines, f"{statement.rstrip(';')};", "ROLLBACK;"])


def text(value: str) -> str:
    """A text as SQL."""
    return literal(value).strip()
