"""What stands while personas are asked: the rows of tenants a and b, and what roles may do to them.

It is made in the caller's transaction; a persona's fixture changes it for that persona alone.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from functools import cache

import msgspec
import psycopg

from ormony.access import OBJECTS, SUB, USERS, Persona, Tenancy
from ormony.catalog import Catalog, Ref, Table, View
from ormony.database import rows
from ormony.database.access import jwt, rights
from ormony.database.access.jwt import TENANTS
from ormony.database.connect import Connection
from ormony.database.rows import Candidate, Maker, Shape, World, insert_of, name_of
from ormony.errors import DATABASE, OrmonyError
from ormony.sql import quote_identifier

Places = Mapping[str, Mapping[Ref, Sequence[str]]]
"""Of each tenant its rows, each by its `ctid`."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about: the database's catalog with the surface, the project's own part, its tenancy."""

    whole: Catalog
    catalog: Catalog
    tenancy: Tenancy
    personas: tuple[Persona, ...]
    seed: str = ""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The rows, and all that does not change while personas take their turns.

    `buckets` are those of storage, and whether each is public; `objects` what lies in them, by bucket and
    tenant: its id and its folder. `looked` is, of each table, what its policies look at, and `function` where
    a function may know, or a trigger.
    """

    connection: Connection
    subject: Subject
    reach: rights.Reach
    tables: tuple[Ref, ...]
    maker: Maker
    values: jwt.Values
    worlds: Mapping[str, World]
    places: Places
    buckets: Mapping[str, bool]
    objects: Mapping[tuple[str, str], Sequence[tuple[str, str]]]
    views: Sequence[rights.WritableView]
    privileges: Mapping[tuple[str, Ref], rights.Privileges]
    looked: Mapping[tuple[str, str], Set[Ref | str]]

    @property
    def whole(self) -> Catalog:
        """The catalog with the surface."""
        return self.subject.whole

    @property
    def tenancy(self) -> Tenancy:
        """What makes a row somebody's."""
        return self.subject.tenancy

    @property
    def shapes(self) -> Mapping[Ref, Shape]:
        """What the rows of each table must satisfy."""
        return self.maker.shapes


def build(connection: Connection, subject: Subject, begun: Callable[[], None]) -> Stage:
    """The stage, with a row of each tenant in every table; `begun` is called before the first is made.

    Raises `unknown-role`.
    """
    whole, personas, tenancy = subject.whole, subject.personas, subject.tenancy
    reach = rights.reach(connection, personas)
    tables = _tables(subject, reach.schemas)
    shapes = rows.shapes(whole, [*tables, USERS])

    @cache
    def seeded() -> Mapping[Ref, list[Mapping[str, str | None]]]:
        return _seeded(connection, subject.seed, maker)

    maker = Maker(connection, whole, shapes, lambda table: seeded().get(table, ()))
    begun()
    values = jwt.claim_values(whole, tenancy, personas)
    holding = [
        ref
        for ref, value in whole.of("table")
        if isinstance(value, Table)
        and value.partition_key is None
        and (ref in subject.catalog.objects or ref in shapes)
    ]
    before = _places(connection, holding)
    buckets = _buckets(connection, whole)
    worlds: dict[str, World] = {}
    for number, name in enumerate(TENANTS):
        fixed = {ref: values[name][claim] for ref, claim in tenancy.bound.items() if claim in values[name]}
        worlds[name] = World(number, fixed)
        # Supabase's own service makes users, with no user's claims; the rest is a member's doing.
        jwt.become(connection, None, None, values)
        maker.fill(worlds[name], only={USERS})
        jwt.become(connection, next((p for p in personas if p.tenant == name), None), name, values)
        maker.fill(worlds[name])
    for world in worlds.values():
        maker.again(world)
    objects = _fill(connection, buckets, values)
    views = rights.writable_views(
        connection,
        whole,
        {
            ref: value
            for ref, value in subject.catalog.of("view")
            if isinstance(value, View) and ref.schema in reach.schemas
        },
        shapes,
    )
    privileges = rights.privileges(connection, personas, [*tables, *(each.view for each in views)])
    after = _places(connection, holding)
    made = {ref: after[ref] - before.get(ref, set()) for ref in after}
    return Stage(
        connection=connection,
        subject=subject,
        reach=reach,
        tables=tables,
        maker=maker,
        values=values,
        worlds=worlds,
        places=_split(connection, subject, shapes, values, worlds, made),
        buckets=buckets,
        objects=objects,
        views=views,
        privileges=privileges,
        looked=_looked(whole),
    )


def _tables(subject: Subject, schemas: Collection[str]) -> tuple[Ref, ...]:
    """The project's tables, and those of Supabase's that it has policies on, but for buckets' objects."""
    mine = subject.catalog.objects
    policed = {Ref("table", ref.schema, ref.name) for ref in mine if ref.kind == "policy"} - {OBJECTS}
    return tuple(
        ref
        for ref, value in subject.whole.of("table")
        if isinstance(value, Table)
        and ref.schema in schemas
        and value.partition is None
        and (ref in mine or (ref in policed and value.partition_key is None))
    )


def _seeded(connection: Connection, seed: str, maker: Maker) -> dict[Ref, list[Mapping[str, str | None]]]:
    """Rows of the seed, which is taken back."""
    found: dict[Ref, list[Mapping[str, str | None]]] = {}
    if seed.strip():
        connection.execute("SAVEPOINT ormony_seed")
        with contextlib.suppress(psycopg.Error):
            connection.execute(seed.encode())
            for each in maker.shapes:
                found[each] = [row.values for row in maker.read_all(each, "true", 3)]
        connection.execute("ROLLBACK TO SAVEPOINT ormony_seed; RELEASE SAVEPOINT ormony_seed")
    return found


def _places(connection: Connection, tables: Sequence[Ref]) -> dict[Ref, set[str]]:
    """The places of all rows of these tables."""
    found: dict[Ref, set[str]] = {}
    if tables:
        text = " UNION ALL ".join(
            f"SELECT {at}, array_agg(ctid::text) FROM ONLY {name_of(ref)}" for at, ref in enumerate(tables)
        )
        for at, places in connection.execute(text.encode()).fetchall():
            found[tables[at]] = set(places or ())
    return found


def _split(
    connection: Connection,
    subject: Subject,
    shapes: Mapping[Ref, Shape],
    values: jwt.Values,
    worlds: Mapping[str, World],
    made: Mapping[Ref, Collection[str]],
) -> Places:
    """The rows that are new, by tenant: those of its world, and beside them what holds its claims.

    What a trigger made beside belongs to the world that made it: told by what the row holds.
    """
    found: dict[str, dict[Ref, list[str]]] = {name: {} for name in TENANTS}
    for table, places in made.items():
        left = set(places)
        for name, world in worlds.items():
            row = world.rows.get(table)
            if row is not None and row.ctid in left:
                found[name].setdefault(table, []).append(row.ctid)
                left.discard(row.ctid)
        if not left:
            continue
        shape = shapes.get(table) or rows.shapes(subject.whole, [table]).get(table)  # of a partition
        whose = [
            c
            for c in (shape.columns if shape else ())
            if Ref("column", table.schema, table.name, c) in subject.tenancy.bound
            or any(c in key.columns for key in (shape.keys if shape else ()))
        ]
        inside = connection.execute(
            f"SELECT ctid::text, {', '.join(f'{quote_identifier(c)}::text' for c in whose) or 'NULL'}"
            f" FROM {name_of(table)} WHERE ctid = ANY(%s::tid[])".encode(),
            (sorted(left),),
        ).fetchall()
        marks = {
            name: {
                *values[name].values(),
                *(text for row in world.rows.values() for text in row.values.values()),
            }
            for name, world in worlds.items()
        }
        for ctid, *texts in inside:
            for name in TENANTS:
                other = marks["b" if name == "a" else "a"]
                if any(text is not None and text in marks[name] - other for text in texts):
                    found[name].setdefault(table, []).append(ctid)
                    break
    return found


def _looked(whole: Catalog) -> dict[tuple[str, str], set[Ref | str]]:
    found: dict[tuple[str, str], set[Ref | str]] = {}
    for ref in whole.objects:
        if ref.kind not in ("policy", "trigger"):
            continue
        seen = found.setdefault((ref.schema, ref.name), set())
        needed = whole.depends.get(ref, ())
        seen |= {each for each in needed if each.kind == "column"}
        if ref.kind == "trigger" or any(each.kind == "function" and each.schema != "auth" for each in needed):
            seen.add("function")
    return found


# -------------------------------------------------------------------------------------------------- storage


def _buckets(connection: Connection, whole: Catalog) -> dict[str, bool]:
    """The project's buckets, and whether they are public."""
    if OBJECTS not in whole.objects:
        return {}
    return dict(connection.execute("SELECT id, public FROM storage.buckets ORDER BY id").fetchall())


def _fill(
    connection: Connection, buckets: Collection[str], values: jwt.Values
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Objects of each tenant in every bucket, in the folders that policies commonly ask for."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for at, bucket in enumerate(buckets):
        for name in TENANTS:
            for number, folder in enumerate(dict.fromkeys(values[name].values())):
                key = f"{name}0000000-0000-4000-9000-{at:08x}{number:04x}"
                path = f"{folder}/{folder}.txt"  # policies ask for the folder, and some for the file's name
                connection.execute(insert_of_object(values, bucket, path, name, key).encode())
                found.setdefault((bucket, name), []).append((key, folder))
    return found


def insert_of_object(values: jwt.Values, bucket: str, path: str, tenant: str, key: str | None = None) -> str:
    """The INSERT of an object of a bucket, whose owner is the tenant's user."""
    sub = values[tenant][SUB]
    row = {"bucket_id": bucket, "name": path, "owner": sub, "owner_id": sub}
    return insert_of(Candidate(table=OBJECTS, values={**({"id": key} if key else {}), **row}))


# ------------------------------------------------------------------------------------------------- fixtures


def with_fixture(stage: Stage, persona: Persona) -> Stage:
    """The stage after the persona's fixture has run. Raises `fixture-failed`."""
    for name, document in documents(stage, persona).items():
        stage.connection.execute("SELECT set_config(%s, %s, true)", (f"ormony.{name}", json.dumps(document)))
    try:
        stage.connection.execute(persona.fixture.encode())
    except psycopg.Error as error:
        raise OrmonyError(
            "fixture-failed",
            f'the fixture of persona "{persona.name}" fails: {error.diag.message_primary or error}',
            hint=error.diag.message_hint
            or "its own row of a table: current_setting('ormony.own')::jsonb -> 'public.t' ->> 'id'",
            exit_status=DATABASE,
        ) from error
    return _found_again(stage)


def _found_again(stage: Stage) -> Stage:
    """Rows that a fixture has changed lie elsewhere now."""
    was = stage.worlds
    worlds = {name: world.copy() for name, world in was.items()}
    moved: dict[tuple[Ref, str], str] = {}
    for name, world in worlds.items():
        stage.maker.again(world)
        for table, row in world.rows.items():
            moved[table, was[name].rows[table].ctid] = row.ctid
    places = {
        name: {table: [moved.get((table, at), at) for at in those] for table, those in held.items()}
        for name, held in stage.places.items()
    }
    return msgspec.structs.replace(stage, worlds=worlds, places=places)


def documents(stage: Stage, persona: Persona, tables: Collection[Ref] | None = None) -> dict[str, object]:
    """The rows that a fixture may ask for: its own and the other tenant's; of these tables, or of all."""
    own = stage.worlds[persona.tenant].rows if persona.tenant else {}
    other = stage.worlds["b" if persona.tenant == "a" else "a"].rows
    return {
        name: {
            f"{ref.schema}.{ref.name}": {c: v for c, v in row.values.items() if v is not None}
            for ref, row in held.items()
            if tables is None or ref in tables
        }
        for name, held in (("own", own), ("other", other))
    }
