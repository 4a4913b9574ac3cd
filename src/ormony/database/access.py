"""Personas asked in a shadow: may they select, insert, update, delete their own rows, and those of others?

Two worlds of rows are made, of tenant a and tenant b. Each persona then tries each thing, and it is taken
back. What it does counts only where the same succeeds as a role that row security does not hold back. Views
and functions are asked three times: with all rows, without the other tenant's, without any; what changes
their answer is what they tell. Nothing is committed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Final

import msgspec
import psycopg

from ormony.access import (
    ALLOW,
    APART,
    DENY,
    FILTER,
    OBJECTS,
    SUB,
    UNKNOWN,
    USERS,
    Asked,
    Leak,
    Line,
    Persona,
    Tenancy,
    Unknown,
    claim_document,
    sorted_lines,
)
from ormony.catalog import Catalog, Column, MaterializedView, Policy, Ref, Routine, Table, View
from ormony.claims import SETTING, Claim, literal, shown_columns
from ormony.database import reproduce, rows
from ormony.database.connect import Connection
from ormony.database.questions import TIMEOUT_MS, Answer, Asker, Asks, Question
from ormony.database.rows import Candidate, Maker, Row, Shape, World, insert_of, name_of, where_of
from ormony.errors import DATABASE, OrmonyError
from ormony.sql import quote_identifier

_WORLDS: Final = ("a", "b")
_ALLOW_DELETE: Final = "SET LOCAL storage.allow_delete_query = 'true'; "  # Supabase guards these tables
_COLLEAGUE: Final = "c0000000-0000-4000-8000-00000000c0de"
_WORST: Final = {ALLOW: 0, UNKNOWN: 1, FILTER: 3, DENY: 4, APART: 5}


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about: the database's catalog with the surface, the project's own part, its tenancy."""

    whole: Catalog
    catalog: Catalog
    tenancy: Tenancy
    personas: tuple[Persona, ...]
    seed: str = ""


def ask(
    connection: Connection, subject: Subject, progress: Callable[[str, int, int], None] | None = None
) -> Asked:
    """Ask every persona everything, in one transaction that is rolled back; `progress` hears of each.

    `connection` is in autocommit, as a role that bypasses row security. Raises `fixture-failed`,
    `unknown-role`, and `database-error` where that role may not do what rows need.
    """
    try:
        with connection.transaction(force_rollback=True):
            return _Asking(connection, subject).all(progress or (lambda *_: None))
    except psycopg.Error as error:
        raise OrmonyError(
            "database-error",
            f"the rows of the access matrix cannot be handled: {error.diag.message_primary or error}",
            hint="give role postgres the privileges that it lacks, in a migration",
            exit_status=DATABASE,
        ) from error


def claim_values(
    whole: Catalog, tenancy: Tenancy, personas: Sequence[Persona]
) -> dict[str, dict[Claim, str]]:
    """Of each tenant the value of each claim, of the type of the columns that hold it; always the same."""
    kinds: dict[Claim, str] = {SUB: "uuid"}
    for ref, claim in sorted(tenancy.bound.items()):
        value = whole.objects.get(ref)
        if isinstance(value, Column) and claim not in kinds:
            kinds[claim] = value.type
    found = rows.types(whole)
    values: dict[str, dict[Claim, str]] = {}
    for number, name in enumerate(_WORLDS):
        values[name] = {}
        for claim, kind in sorted(kinds.items()):
            text = rows.plain_value(kind, number, 1, found, ".".join(("claim", *claim)))
            if claim[-1] == "email":
                text = f"{name}@example.com"
            if text is not None:
                values[name][claim] = text
        for persona in personas:
            if persona.tenant == name:
                for path, told in _paths(persona.claims):
                    if path in values[name]:
                        values[name][path] = told
    return values


def claims_of(
    persona: Persona | None, tenant: str | None, values: Mapping[str, Mapping[Claim, str]]
) -> tuple[str, dict[str, str]]:
    """The JWT of a persona, as JSON, and its settings; `values` are those of `claim_values`."""
    own: dict[Claim, str] = {}
    if tenant is not None:
        own = {**values[tenant], ("email",): f"{tenant}@example.com"}
    document: dict[str, Any] = claim_document(own)
    if persona is not None:
        document = _merged(document, dict(persona.claims))
        document.setdefault("role", persona.role)
    settings = {claim[1]: value for claim, value in own.items() if claim[0] == SETTING}
    return json.dumps(document, sort_keys=True), settings


class _Privileges(msgspec.Struct, frozen=True):
    """Of a role on a table: which commands on the whole, and which columns else."""

    whole: Collection[str]
    columns: Mapping[str, Sequence[str]]


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """A view that can be written through: which commands, which of its columns, the table behind it."""

    view: Ref
    commands: tuple[str, ...]
    columns: Mapping[str, str]  # with the name that each has in that table
    base: Ref | None
    triggered: bool  # by INSTEAD OF triggers, which may change whatever they like


_EVENTS: Final = {"insert": 8, "update": 4, "delete": 16}  # bits of pg_relation_is_updatable
_NEVER: Final = frozenset({"error(23502)", "error(0A000)", "error(55000)", "error(42809)"})
"""What an INSERT through a view meets that nobody can do: a column that it needs is not in the view."""


class _Asking:
    def __init__(self, connection: Connection, subject: Subject) -> None:
        self.conn, self.subject = connection, subject
        self.asker = Asker(connection)
        self.tenancy, self.whole = subject.tenancy, subject.whole
        self.cells: dict[tuple[str, str, str], dict[str, str]] = {}
        self.leaks: dict[tuple[str, str, str], Leak] = {}
        self.unknown: dict[tuple[str, str], str] = {}
        self._raw: dict[tuple[str, str, str], str] = {}
        self._seeded: dict[Ref, list[Mapping[str, str | None]]] | None = None
        self._views_rows: dict[Ref, Mapping[str, str | None]] = {}
        self._evidence: dict[tuple[object, ...], Answer] = {}
        self._crossings: dict[tuple[object, ...], tuple[Row, str] | None] = {}
        self.tables = self._tables()
        self.shapes = rows.shapes(self.whole, [*self.tables, USERS])
        self.maker = Maker(connection, self.whole, self.shapes, self._patterns)

    # ------------------------------------------------------------------------------------------------- begin

    def _tables(self) -> tuple[Ref, ...]:
        """The project's tables, and those of Supabase's that it has policies on, but for buckets' objects."""
        self.exposed = exposed = self._exposed()
        mine = self.subject.catalog.objects
        policed = {Ref("table", ref.schema, ref.name) for ref in mine if ref.kind == "policy"} - {OBJECTS}
        return tuple(
            ref
            for ref, value in self.whole.of("table")
            if isinstance(value, Table)
            and ref.schema in exposed
            and value.partition is None
            and (ref in mine or (ref in policed and value.partition_key is None))
        )

    def _exposed(self) -> frozenset[str]:
        """Schemas that a persona may use which row security holds back."""
        roles = sorted({each.role for each in self.subject.personas})
        known: dict[str, bool] = dict(
            self.conn.execute(
                "SELECT rolname, rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = ANY(%s)", (roles,)
            ).fetchall()
        )
        for each in self.subject.personas:
            if each.role not in known:
                raise OrmonyError(
                    "unknown-role",
                    f'persona "{each.name}" has the role "{each.role}", which the database has not',
                    hint='role = "authenticated"   # in ormony.toml',
                )
        self.bypasses = {role for role, free in known.items() if free}
        held = [role for role in roles if role not in self.bypasses] or roles
        found = self.conn.execute(
            "SELECT nspname FROM pg_namespace AS n, unnest(%s::text[]) AS r"
            " WHERE nspname !~ '^pg_' AND has_schema_privilege(r, n.oid, 'USAGE')",
            (held,),
        ).fetchall()
        return frozenset(name for (name,) in found) - {"information_schema", "extensions"}

    def all(self, progress: Callable[[str, int, int], None]) -> Asked:
        progress("making rows", 0, 2)
        self.conn.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}; SET CONSTRAINTS ALL DEFERRED")
        self.asker.prepare()
        self.values = claim_values(self.whole, self.tenancy, self.subject.personas)
        before = self._known()
        self.buckets = self._buckets()
        self.worlds = {}
        for number, name in enumerate(_WORLDS):
            fixed = {
                ref: self.values[name][claim]
                for ref, claim in self.tenancy.bound.items()
                if claim in self.values[name]
            }
            self.worlds[name] = World(number, fixed)
            # Supabase's own service makes users, with no user's claims; the rest is a member's doing.
            self._become(None, None)
            self.maker.fill(self.worlds[name], only={USERS})
            self._become(next((p for p in self.subject.personas if p.tenant == name), None), name)
            self.maker.fill(self.worlds[name])
        for world in self.worlds.values():
            self.maker.again(world)
        self._fill_buckets()
        self.written = self._written()
        self.privileges = self._privileges([*self.tables, *(each.view for each in self.written)])
        after = self._known()
        # what a trigger made beside belongs to the world that made it: told by what the row holds
        self.made = {ref: after[ref] - before.get(ref, set()) for ref in after}
        self.of_world = self._split()
        progress("making rows", 2, 2)
        everybody = self.subject.personas
        for number, persona in enumerate(everybody):
            progress("asking personas", number, len(everybody))
            self._persona(persona)
        progress("asking personas", len(everybody), len(everybody))
        self._settle()
        for name, command, who in list(self.leaks):  # what an INSERT does, these do too
            if command in ("insert-returning", "upsert") and (name, "insert", who) in self.leaks:
                del self.leaks[name, command, who]
        lines = [
            Line(*key, tuple(values.get(each.name, APART) for each in self.subject.personas))
            for key, values in self.cells.items()
            if set(values.values()) != {APART} and not self._says_nothing(key, values)
        ]
        return Asked(
            lines=sorted_lines(lines),
            leaks=tuple(sorted(self.leaks.values(), key=self._nearest)),
            unknown=tuple(Unknown(*what, why) for what, why in self.unknown.items()),
        )

    def _says_nothing(self, key: tuple[str, str, str], values: Mapping[str, str]) -> bool:
        """Is the line as another one that it is only looked at beside?"""
        name, command, row = key
        if row == "colleague":
            beside = self.cells.get((name, command, "own"), {})
        elif command in ("insert-returning", "upsert"):
            beside = self.cells.get((name, "insert", row), {})
        else:
            return False
        return all(value == beside.get(who) for who, value in values.items())

    def _settle(self) -> None:
        """One kind of row for each view and function: what hangs on rows for one persona does so for all."""
        for name, command, row in list(self.cells):
            told = {r for r in ("own", "other") if (name, command, r) in self.cells}
            if row != "any" or not told:
                continue
            for persona in self.subject.personas:
                value = self.cells[name, command, row].get(persona.name)
                if value is None:
                    continue
                value = self._raw.get((name, command, persona.name), value)
                value = FILTER if value == ALLOW else value  # its answer tells nothing of anybody's rows
                self.cells.setdefault((name, command, "other"), {}).setdefault(persona.name, value)
                mine = value if persona.tenant is not None else APART
                self.cells.setdefault((name, command, "own"), {}).setdefault(persona.name, mine)
            del self.cells[name, command, row]
            if all(UNKNOWN not in self.cells.get((name, command, r), {}).values() for r in ("own", "other")):
                self.unknown.pop((name, command), None)

    def _become(self, persona: Persona | None, tenant: str | None) -> None:
        """Set the claims of a persona for what follows."""
        text, settings = self.claims_of(persona, tenant)
        sub = json.loads(text).get("sub", "")
        self.conn.execute(
            "SELECT set_config('request.jwt.claims', %s, true),"
            " set_config('request.jwt.claim.sub', %s, true),"
            " set_config('request.jwt.claim.role', %s, true)",
            (text, str(sub), persona.role if persona else ""),
        )
        for name, value in settings.items():
            self.conn.execute("SELECT set_config(%s, %s, true)", (name, value))

    def claims_of(self, persona: Persona | None, tenant: str | None) -> tuple[str, dict[str, str]]:
        """The JWT's document and the settings of a persona."""
        return claims_of(persona, tenant, self.values)

    def _known(self) -> dict[Ref, set[str]]:
        """The places of all rows of all tables that can hold ours."""
        leaves = [
            ref
            for ref, value in self.whole.of("table")
            if isinstance(value, Table)
            and value.partition_key is None
            and (ref in self.subject.catalog.objects or ref in self.shapes)
        ]
        found: dict[Ref, set[str]] = {}
        if leaves:
            text = " UNION ALL ".join(
                f"SELECT {at}, array_agg(ctid::text) FROM ONLY {name_of(ref)}"
                for at, ref in enumerate(leaves)
            )
            for at, places in self.conn.execute(text.encode()).fetchall():
                found[leaves[at]] = set(places or ())
        return found

    def _split(self) -> dict[str, dict[Ref, list[str]]]:
        """The rows that are new, by world: those of `rows`, and beside them what holds a world's claims."""
        found: dict[str, dict[Ref, list[str]]] = {name: {} for name in _WORLDS}
        for table, places in self.made.items():
            left = set(places)
            for name, world in self.worlds.items():
                row = world.rows.get(table)
                if row is not None and row.ctid in left:
                    found[name].setdefault(table, []).append(row.ctid)
                    left.discard(row.ctid)
            if not left:
                continue
            shape = self.shapes.get(table) or rows.shapes(self.whole, [table]).get(table)  # of a partition
            whose = [
                c
                for c in (shape.columns if shape else ())
                if Ref("column", table.schema, table.name, c) in self.tenancy.bound
                or any(c in key.columns for key in (shape.keys if shape else ()))
            ]
            inside = self.conn.execute(
                f"SELECT ctid::text, {', '.join(f'{quote_identifier(c)}::text' for c in whose) or 'NULL'}"
                f" FROM {name_of(table)} WHERE ctid = ANY(%s::tid[])".encode(),
                (sorted(left),),
            ).fetchall()
            marks = {
                name: {
                    *self.values[name].values(),
                    *(text for row in world.rows.values() for text in row.values.values()),
                }
                for name, world in self.worlds.items()
            }
            for ctid, *texts in inside:
                for name in _WORLDS:
                    other = marks["b" if name == "a" else "a"]
                    if any(text is not None and text in marks[name] - other for text in texts):
                        found[name].setdefault(table, []).append(ctid)
                        break
        return found

    def _privileges(self, relations: Sequence[Ref]) -> dict[tuple[str, Ref], _Privileges]:
        roles = sorted({each.role for each in self.subject.personas})
        names = [name_of(ref) for ref in relations]
        found: dict[tuple[str, Ref], _Privileges] = {}
        for role, at, whole, columns in self.conn.execute(
            "SELECT r, t.at::int, ARRAY(SELECT p FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE']) AS p"
            "  WHERE has_table_privilege(r, t.name::regclass, p)),"
            " (SELECT jsonb_object_agg(p, ARRAY(SELECT attname::text FROM pg_attribute"
            "   WHERE attrelid = t.name::regclass AND attnum > 0 AND NOT attisdropped"
            "   AND has_column_privilege(r, attrelid, attnum, p) ORDER BY attnum))"
            "   FROM unnest(ARRAY['SELECT','INSERT','UPDATE']) AS p)"
            " FROM unnest(%s::text[]) AS r, unnest(%s::text[]) WITH ORDINALITY AS t(name, at)",
            (roles, names),
        ).fetchall():
            found[role, relations[at - 1]] = _Privileges(whole, columns)
        return found

    def _patterns(self, table: Ref) -> Sequence[Mapping[str, str | None]]:
        """Rows of the seed, read once."""
        if self._seeded is None:
            self._seeded = {}
            if self.subject.seed.strip():
                self.conn.execute("SAVEPOINT ormony_seed")
                with contextlib.suppress(psycopg.Error):
                    self.conn.execute(self.subject.seed.encode())
                    for each in self.shapes:
                        found = self.maker.read_all(each, "true", 3)
                        self._seeded[each] = [row.values for row in found]
                self.conn.execute("ROLLBACK TO SAVEPOINT ormony_seed; RELEASE SAVEPOINT ormony_seed")
        return self._seeded.get(table, ())

    # ------------------------------------------------------------------------------------------- one persona

    def _persona(self, persona: Persona) -> None:
        self.conn.execute("SAVEPOINT ormony_persona")
        self._become(persona, persona.tenant)
        kept = self.worlds, self.of_world
        if persona.fixture:
            self._fixture(persona)
            self._found_again()
        self.asker.begin()
        own = persona.tenant
        other = "b" if own == "a" else "a"
        of_tables = (each for table in self.tables for each in self._table(persona, table, own, other))
        of_views = (each for view in self.written for each in self._view(persona, view, own, other))
        self.asker.through(chain(of_tables, of_views, self._storage(persona, own, other)))
        self._routines_and_views(persona, own, other)
        self.conn.execute("ROLLBACK TO SAVEPOINT ormony_persona; RELEASE SAVEPOINT ormony_persona")
        self.worlds, self.of_world = kept

    def _found_again(self) -> None:
        """Rows that a fixture has changed lie elsewhere now."""
        was = self.worlds
        self.worlds = {name: world.copy() for name, world in was.items()}
        moved: dict[tuple[Ref, str], str] = {}
        for name, world in self.worlds.items():
            self.maker.again(world)
            for table, row in world.rows.items():
                moved[table, was[name].rows[table].ctid] = row.ctid
        self.of_world = {
            name: {table: [moved.get((table, at), at) for at in places] for table, places in held.items()}
            for name, held in self.of_world.items()
        }

    def _fixture(self, persona: Persona) -> None:
        for name, document in self._documents(persona).items():
            self.conn.execute("SELECT set_config(%s, %s, true)", (f"ormony.{name}", json.dumps(document)))
        try:
            self.conn.execute(persona.fixture.encode())
        except psycopg.Error as error:
            raise OrmonyError(
                "fixture-failed",
                f'the fixture of persona "{persona.name}" fails: {error.diag.message_primary or error}',
                hint=error.diag.message_hint
                or "its own row of a table: current_setting('ormony.own')::jsonb -> 'public.t' ->> 'id'",
                exit_status=DATABASE,
            ) from error

    def _proved(
        self, key: tuple[object, ...], statement: str, before: str = "", look: str = ""
    ) -> Generator[Question, Answer, Answer]:
        """What it does as a role that row security does not hold back; asked once."""
        if key not in self._evidence:
            self._evidence[key] = yield Question(None, statement, before, look)
        return self._evidence[key]

    def _cell(self, persona: Persona, table: str, command: str, row: str, value: str, why: str = "") -> None:
        held = self.cells.setdefault((table, command, row), {})
        before = held.get(persona.name)
        if before is None or _rank(value) < _rank(before):
            held[persona.name] = value
        if value == UNKNOWN and why:
            self.unknown.setdefault((table, command), why)

    # --------------------------------------------------------------------------------------------- one table

    def _table(self, persona: Persona, table: Ref, own: str | None, other: str) -> Iterator[Asks]:
        """What is asked of a table, each kind for itself."""
        owned = table in self.tenancy.owned
        sides = (("own", own), ("other", other)) if owned else (("any", own or "a"),)
        for whose, name in sides:
            for command in ("select", "insert", "insert-returning", "update", "delete", "upsert"):
                if name is None:
                    self._cell(persona, str(table), command, whose, APART)
                else:
                    yield self._ask_table(persona, table, command, whose, name, own)
        if owned:
            if self._people(table):
                for command in ("select", "insert", "update", "delete"):
                    if own is None:
                        self._cell(persona, str(table), command, "colleague", APART)
                    else:
                        yield self._ask_colleague(persona, table, command, own)
            yield self._move(persona, table, own, other)
            yield self._reference(persona, table, own, other)

    def _ask_table(
        self, persona: Persona, table: Ref, command: str, whose: str, name: str, own: str | None
    ) -> Asks:
        world = self.worlds[name]
        ways = yield from self._ways(persona, table, command, whose, name, own)
        for number, way in enumerate(ways):
            if not way.statement:
                self._cell(persona, str(table), command, whose, UNKNOWN, world.failed.get(table, way.why))
                continue
            statement, before = way.statement, way.before
            key = (table, command, whose, name, own, number, statement)
            proved = yield from self._proved(key, statement, before)
            if proved.value != ALLOW and own is None:  # a trigger may need somebody's claims
                text, _ = self.claims_of(None, name)
                become = f"SELECT set_config('request.jwt.claims', {literal(text).strip()}, true); "
                proved = yield from self._proved((*key, "claims"), statement, before + become)
            if proved.value != ALLOW:
                if number == 0:
                    why = f"as a role that bypasses row security: {proved.message or 'no row was reached'}"
                    self._cell(persona, str(table), command, whose, UNKNOWN, why)
                continue
            answer = yield Question(persona.role, statement, before, way.look)
            if answer.value in (DENY, FILTER) and command in ("update", "delete"):
                at_row = number == 0 or way.at_row
                blind = self._blindly(persona, table, command, statement, before, world.rows[table], at_row)
                told = (yield blind) if blind is not None else answer
                if blind is not None and (told.value == ALLOW or answer.value == DENY):
                    answer, statement = told, blind.statement
            self._cell(persona, str(table), command, whose, answer.value)
            if answer.value == ALLOW and whose == "other":
                self._leak(persona, table, command, before, statement)

    def _ways(
        self, persona: Persona, table: Ref, command: str, whose: str, name: str, own: str | None
    ) -> Generator[Question, Answer, list[_Way]]:
        """Statements that do it."""
        world = self.worlds[name]
        shape = self.shapes[table]
        row = world.rows.get(table)
        if row is None:
            return [_Way(why="no row could be made")]
        rights = self.privileges[persona.role, table]
        if command in ("insert", "insert-returning"):
            return (yield from self._inserts(rights, shape, command, whose, name, own))
        where = self._where(rights, shape, row)
        crossed = self._crossed(table, name, own) if whose == "other" else None
        at = [("", where)]
        if crossed is not None:
            made, insert = crossed
            at.append((insert, self._where(rights, shape, made)))
        found: list[_Way] = []
        for before, condition in at:
            match command:
                case "select":
                    columns = "*" if "SELECT" in rights.whole else self._columns(rights, "SELECT", "*")
                    found.append(_Way(f"SELECT {columns} FROM {shape.sql} WHERE {condition}", before))
                case "update":
                    column = self._column_to_update(rights, shape)
                    if column is None:
                        return [_Way(why="the table has no column that can be updated")]
                    change = f"{quote_identifier(column)} = {literal(row.values.get(column))}"
                    found.append(_Way(f"UPDATE {shape.sql} SET {change} WHERE {condition}", before))
                    taken = self._taken(rights, table, own) if whose == "other" and not before else ""
                    if taken:
                        found.append(_Way(f"UPDATE {shape.sql} SET {taken} WHERE {condition}", at_row=True))
                case "delete":
                    statement = f"DELETE FROM {shape.sql} WHERE {condition}"
                    before += _ALLOW_DELETE if table.schema == "storage" else ""
                    key = (table, "delete?", name, before, statement)
                    proved = yield from self._proved(key, statement, before)
                    if proved.value == "error(23503)":
                        # Rows reference it. Without them a policy may say otherwise: look away instead.
                        before += "SET LOCAL session_replication_role = replica; "
                    found.append(_Way(statement, before))
                case "upsert":
                    upserts = self._upserts(shape, row, name, own) if not before else []
                    for number, upsert in enumerate(upserts, 1):
                        proved = yield from self._proved((table, "upsert?", name, upsert), upsert)
                        if proved.value == ALLOW or number == len(upserts):
                            found.append(_Way(upsert))
                            break
        return found

    def _inserts(
        self, rights: _Privileges, shape: Shape, command: str, whose: str, name: str, own: str | None
    ) -> Generator[Question, Answer, list[_Way]]:
        table = shape.table
        candidates: list[dict[str, str | None] | str] = [
            self.maker.values(self.worlds[name], shape, 2, whole=False)
        ]
        tenant = self.tenancy.owned.get(table, ())
        theirs = self.worlds[name].rows[table].values
        if whose == "other" and own is not None and own in self.worlds:
            mixed = self.maker.values(self.worlds[own], shape, 3, whole=False)
            if isinstance(mixed, dict) and tenant:
                candidates.append({**mixed, **{c: theirs.get(c) for c in tenant if c in shape.columns}})
        returning = ""
        if command == "insert-returning":
            columns = "*" if "SELECT" in rights.whole else self._columns(rights, "SELECT", "*")
            returning = f" RETURNING {columns}"
        found: list[_Way] = []
        for values in candidates:
            if isinstance(values, str):
                found.append(_Way(why=values))
                continue
            if "INSERT" not in rights.whole and rights.columns["INSERT"]:
                values = {c: v for c, v in values.items() if c in rights.columns["INSERT"]}
            values = {c: v for c, v in values.items() if not _always(shape, c)}
            statement = insert_of(Candidate(table=table, values=values)) + returning
            before = ""
            proved = yield from self._proved((table, "insert?", statement), statement)
            if proved.value == "error(23505)":
                before = self._without(shape, self.worlds[name].rows[table])
            look = ""
            if whose == "other" and tenant and not returning:
                condition = where_of([c for c in tenant if c in shape.columns], theirs)
                look = f"SELECT count(*) FROM {shape.sql} WHERE {condition}"
            found.append(_Way(statement, before, look))
        return found

    def _without(self, shape: Shape, row: Row) -> str:
        """What takes a row away first, so that another one with its keys can come."""
        return (
            "SET LOCAL session_replication_role = replica; "
            f"DELETE FROM {shape.sql} WHERE {self._key(shape, row)}; "
            "SET LOCAL session_replication_role = origin; "
        )

    def _crossed(self, table: Ref, name: str, own: str | None) -> tuple[Row, str] | None:
        """A row of the other tenant that names the persona's user: what a policy on the wrong column shows.

        It is made anew before each time, since a row of a table of members would make it a member.
        """
        people = self._people(table) if own is not None else []
        if own is None or not people:
            return None
        shape, world = self.shapes[table], self.worlds[name]
        key = ("crossed", table, name)
        if key not in self._crossings:
            values = self.maker.values(world, shape, 7, whole=True)
            self._crossings[key] = None
            if isinstance(values, dict):
                mine = self.values[own][SUB]
                values = {**values, **dict.fromkeys(people, mine)}
                self.asker.back()
                made = self.maker.insert(Candidate(table=table, values=values))
                if isinstance(made, Row):
                    insert = insert_of(Candidate(table=table, values=made.values), overriding=True) + "; "
                    self._crossings[key] = (made, insert)
        return self._crossings[key]

    def _people(self, table: Ref) -> list[str]:
        """The columns that name a user, where others say whose tenant's a row is."""
        shape, tenant = self.shapes[table], self.tenancy.owned.get(table, ())
        if not tenant or table in self.tenancy.members:
            return []
        found = [
            c
            for c in shape.columns
            if c not in tenant
            and self.tenancy.bound.get(shape.column(c)) == SUB
            and not any(unique == (c,) for unique in shape.unique)
        ]
        # what neither a policy nor a trigger looks at makes no difference
        looked = self._looked.get((table.schema, table.name), set())
        return found if looked & {*map(shape.column, found)} or "function" in looked else []

    @cached_property
    def _looked(self) -> Mapping[tuple[str, str], set[Ref | str]]:
        """What the policies of each table look at; `function` where a function may know, or a trigger."""
        found: dict[tuple[str, str], set[Ref | str]] = {}
        for ref in self.whole.objects:
            if ref.kind not in ("policy", "trigger"):
                continue
            seen = found.setdefault((ref.schema, ref.name), set())
            needed = self.whole.depends.get(ref, ())
            seen |= {each for each in needed if each.kind == "column"}
            if ref.kind == "trigger" or any(
                each.kind == "function" and each.schema != "auth" for each in needed
            ):
                seen.add("function")
        return found

    def _ask_colleague(self, persona: Persona, table: Ref, command: str, own: str) -> Asks:
        """The same to a row of its own tenant that names another user; it is made anew each time."""
        shape, world = self.shapes[table], self.worlds[own]
        rights = self.privileges[persona.role, table]
        values = self.maker.values(world, shape, 8, whole=True)
        if table not in world.rows or isinstance(values, str):
            return
        values |= dict.fromkeys(self._people(table), _COLLEAGUE)
        keys = [c for c in shape.primary if values.get(c) is not None]
        text, _ = self.claims_of(persona, own)
        document = json.dumps({**json.loads(text), "sub": _COLLEAGUE})
        before = f"{self._claims('', '')}{self._colleague_user(world)}; {self._claims(document, _COLLEAGUE)}"
        after = self._claims(text, str(json.loads(text).get("sub", "")))
        candidate = Candidate(table=table, values=values)
        if command == "insert":
            free = {c: v for c, v in values.items() if not _always(shape, c)}
            if "INSERT" not in rights.whole and rights.columns["INSERT"]:
                free = {c: v for c, v in free.items() if c in rights.columns["INSERT"]}
            statement = insert_of(Candidate(table=table, values=free))
            before += after
        elif not keys or len(keys) < len(shape.primary):
            return
        else:
            where = self._where(rights, shape, Row(table=table, values=values, ctid=""))
            before += f"{insert_of(candidate, overriding=True)}; {after}"
            column = self._column_to_update(rights, shape)
            change = (
                f"{quote_identifier(column or '')} = {literal(world.rows[table].values.get(column or ''))}"
            )
            match command:
                case "select":
                    columns = "*" if "SELECT" in rights.whole else self._columns(rights, "SELECT", "*")
                    statement = f"SELECT {columns} FROM {shape.sql} WHERE {where}"
                case "update" if column is not None:
                    statement = f"UPDATE {shape.sql} SET {change} WHERE {where}"
                case "delete":
                    statement = f"DELETE FROM {shape.sql} WHERE {where}"
                case _:
                    return
        proved = yield from self._proved((table, command, "colleague", own, statement), statement, before)
        if proved.value != ALLOW:
            return  # nobody can make such a row: there is nothing to say of it
        answer = yield Question(persona.role, statement, before)
        self._cell(persona, str(table), command, "colleague", answer.value)

    def _colleague_user(self, world: World) -> str:
        shape = self.shapes[USERS]
        values: dict[str, str | None] = {}
        for name, column in shape.columns.items():
            if name == "id":
                values[name] = _COLLEAGUE
            elif shape.column(name) in world.fixed or shape.required(name):
                values[name] = rows.plain_value(
                    column.type, 2, 8, self.maker.known_types, f"colleague.{name}"
                )
        return insert_of(Candidate(table=USERS, values=values))

    def _claims(self, document: str, sub: str) -> str:
        """What sets the claims for what follows, as SQL."""
        said = {"request.jwt.claims": document, "request.jwt.claim.sub": sub}
        return "".join(
            f"SELECT set_config({reproduce.text(name)}, {reproduce.text(value)}, true); "
            for name, value in said.items()
        )

    def _key(self, shape: Shape, row: Row) -> str:
        if shape.primary and all(row.values.get(c) is not None for c in shape.primary):
            return where_of(shape.primary, row.values)
        return f"ctid = '{row.ctid}'"

    def _where(self, rights: _Privileges, shape: Shape, row: Row) -> str:
        """A condition on the row with columns that the role may read."""
        if "SELECT" in rights.whole or not rights.columns["SELECT"]:
            return self._key(shape, row)
        seen = [c for c in rights.columns["SELECT"] if row.values.get(c) is not None]
        keys = [c for c in shape.primary if c in seen]
        return where_of(keys if len(keys) == len(shape.primary) and keys else seen, row.values)

    def _columns(self, rights: _Privileges, what: str, otherwise: str) -> str:
        return ", ".join(map(quote_identifier, rights.columns[what])) or otherwise

    def _column_to_update(self, rights: _Privileges, shape: Shape) -> str | None:
        free = [c for c in shape.columns if not _always(shape, c)]
        may = free if "UPDATE" in rights.whole else [c for c in free if c in rights.columns["UPDATE"]] or free
        return next((c for c in may if not self._special(shape, c)), may[0] if may else None)

    def _special(self, shape: Shape, column: str) -> bool:
        """Does the column say whose a row is, or which?"""
        return (
            shape.column(column) in self.tenancy.bound
            or any(column in key.columns for key in shape.keys)
            or any(column in unique for unique in shape.unique)
        )

    def _upserts(self, shape: Shape, row: Row, name: str, own: str | None) -> list[str]:
        """INSERTs that meet the key of the row: of what is its own otherwise, and of the row as it is."""
        key = shape.primary
        if not key or any(row.values.get(c) is None for c in key):
            return []
        values = self.maker.values(self.worlds[name], shape, 1, whole=True)
        if isinstance(values, str):
            return []
        candidates = [values]
        mine = self.worlds[own].rows.get(shape.table) if own is not None and own != name else None
        tenant = [c for c in self.tenancy.owned.get(shape.table, ()) if c not in key]
        if mine is not None and tenant:  # another key of the table may forbid that to everybody
            candidates.insert(0, {c: mine.values.get(c) for c in values})
        found = []
        for each in candidates:
            meeting = {**each, **{c: row.values[c] for c in key}}
            column = quote_identifier(next((c for c in meeting if c not in key), key[0]))
            insert = insert_of(Candidate(table=shape.table, values=meeting), overriding=True)
            found.append(
                f"{insert} ON CONFLICT ({', '.join(map(quote_identifier, key))})"
                f" DO UPDATE SET {column} = EXCLUDED.{column}"
            )
        return found

    def _blindly(
        self,
        persona: Persona,
        table: Ref,
        command: str,
        statement: str,
        before: str,
        row: Row,
        at_row: bool,
    ) -> Question | None:
        """The same without a condition; None where the role may not do it.

        Policies for SELECT hold for what a statement reads: without WHERE it reads nothing.
        """
        rights = self.privileges[persona.role, table]
        bare, _, condition = statement.partition(" WHERE ")
        if command == "delete" and "DELETE" in rights.whole:
            # rows of others that are referenced are no obstacle to who deletes those before
            before = "SET LOCAL session_replication_role = replica; " + before
            gone = f"SELECT 1 FROM {name_of(table)} WHERE {condition}"
        elif command == "update" and rights.columns["UPDATE"] and at_row:
            gone = self._version(table, row)
        else:
            return None
        return Question(persona.role, bare, before, gone)

    def _version(self, table: Ref, row: Row) -> str:
        """A query whose answer changes when the row does."""
        return f"SELECT ctid::text FROM {name_of(table)} WHERE {self._key(self.shapes[table], row)}"

    def _taken(self, rights: _Privileges, table: Ref, own: str | None) -> str:
        """What an UPDATE sets to give a row to the persona's own tenant; '' where it may not or has none."""
        mine = self.worlds[own].rows.get(table) if own is not None else None
        tenant = [c for c in self.tenancy.owned.get(table, ()) if c in self.shapes[table].columns]
        key = self.shapes[table].primary
        may = "UPDATE" in rights.whole or set(tenant) <= set(rights.columns["UPDATE"])
        if mine is None or not tenant or not may or set(tenant) & set(key):
            return ""
        return ", ".join(f"{quote_identifier(c)} = {literal(mine.values.get(c))}" for c in tenant)

    def _move(self, persona: Persona, table: Ref, own: str | None, other: str) -> Asks:
        """Its own row, given to the other tenant."""
        shape = self.shapes[table]
        tenant = [c for c in self.tenancy.owned[table] if c in shape.columns]
        mine, theirs = (
            self.worlds[own or "a"].rows.get(table),
            self.worlds[other if own else "b"].rows.get(table),
        )
        if (
            not tenant
            or mine is None
            or theirs is None
            or tuple(tenant) == shape.primary[:1] == shape.primary
        ):
            return
        rights = self.privileges[persona.role, table]
        changed = ", ".join(f"{quote_identifier(c)} = {literal(theirs.values.get(c))}" for c in tenant)
        statement = f"UPDATE {shape.sql} SET {changed} WHERE {self._where(rights, shape, mine)}"
        proof = yield from self._proved((table, "move", own, statement), statement)
        if proof.value != ALLOW:
            return  # a key of the table's forbids it to everybody
        if own is None:
            self._cell(persona, str(table), "move", "own", APART)
            return
        if "UPDATE" not in rights.whole and rights.columns["UPDATE"]:
            tenant = [c for c in tenant if c in rights.columns["UPDATE"]] or tenant
        condition = where_of(tenant, theirs.values)
        key = self._key(shape, mine)
        stays_known = shape.primary and not set(shape.primary) & set(tenant)
        look = f"SELECT 1 FROM {shape.sql} WHERE {key} AND {condition}" if stays_known else ""
        answer = yield Question(persona.role, statement, look=look)
        if answer.value in (DENY, FILTER) and rights.columns["UPDATE"] and stays_known:
            # what reads nothing needs no policy for SELECT, neither before nor after
            bare = f"UPDATE {shape.sql} SET {changed}"
            told = yield Question(persona.role, bare, look=self._version(table, mine))
            if told.value == ALLOW:
                answer, statement = told, bare
        self._cell(persona, str(table), "move", "own", answer.value)
        if answer.value == ALLOW:
            self._leak(persona, table, "move", "", statement)

    def _reference(self, persona: Persona, table: Ref, own: str | None, other: str) -> Asks:
        """A row of its own that references the other tenant's: whether that is there, and a way to it."""
        shape = self.shapes[table]
        tenant = set(self.tenancy.owned[table])
        for key in shape.keys:
            bound = any(
                Ref("column", table.schema, table.name, c) in self.tenancy.bound or c in tenant
                for c in key.columns
            )
            if bound or key.table not in self.tenancy.owned or key.table == table or key.table == USERS:
                continue
            command = f"reference {','.join(key.columns)}"
            if own is None:
                self._cell(persona, str(table), command, "other", APART)
                continue
            theirs = self.worlds[other].rows.get(key.table)
            if theirs is None or table not in self.worlds[own].rows:
                continue
            values = self.maker.values(self.worlds[own], shape, 5, whole=False, mixed={key.table: theirs})
            if isinstance(values, str):
                continue
            values = {c: v for c, v in values.items() if not _always(shape, c)}
            statement = insert_of(Candidate(table=table, values=values))
            if (yield from self._proved((table, command, own), statement)).value != ALLOW:
                continue
            answer = yield Question(persona.role, statement)
            self._cell(persona, str(table), command, "other", answer.value)
            if answer.value == ALLOW and persona.role not in self.bypasses:
                self._note(
                    Leak(
                        object=str(table),
                        command=command,
                        persona=persona.name,
                        sql=self._script(persona, (table, key.table), "", statement),
                        why=f"the foreign key tells whether a row of {key.table} is there, whoever's it is",
                        at=table,
                        weak=True,
                    )
                )

    # --------------------------------------------------------------------------------------------- storage

    def _buckets(self) -> dict[str, bool]:
        """The project's buckets, and whether they are public."""
        if OBJECTS not in self.whole.objects:
            return {}
        return dict(self.conn.execute("SELECT id, public FROM storage.buckets ORDER BY id").fetchall())

    def _fill_buckets(self) -> None:
        """Objects of each world in every bucket, in the folders that policies commonly ask for."""
        self.objects: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for at, bucket in enumerate(self.buckets):
            for name in _WORLDS:
                for number, folder in enumerate(self._folders(name)):
                    key = f"{name}0000000-0000-4000-9000-{at:08x}{number:04x}"
                    self.conn.execute(self._object(bucket, f"{folder}/a.txt", name, key).encode())
                    self.objects.setdefault((bucket, name), []).append((key, folder))

    def _folders(self, name: str) -> list[str]:
        return list(dict.fromkeys(self.values[name].values()))

    def _object(self, bucket: str, path: str, owner: str, key: str | None = None) -> str:
        sub = self.values[owner][SUB]
        values = {"bucket_id": bucket, "name": path, "owner": sub, "owner_id": sub}
        return insert_of(Candidate(table=OBJECTS, values={**({"id": key} if key else {}), **values}))

    def _storage(self, persona: Persona, own: str | None, other: str) -> Iterator[Asks]:
        """What is asked of each bucket."""
        by_name = any(
            Ref("column", "storage", "objects", "name") in needed
            for ref, needed in self.whole.depends.items()
            if ref.kind == "policy" and (ref.schema, ref.name) == ("storage", "objects")
        )
        for bucket, public in self.buckets.items():
            for whose, name in (("own", own), ("other", other)):
                for command in ("select", "insert", "update", "delete"):
                    label = f"storage.objects (bucket {bucket})"
                    # its owner is always who makes it, and its name may say nothing
                    nobodys = command == "insert" and whose == "other" and not by_name
                    if name is None or nobodys:
                        self._cell(persona, label, command, whose, APART)
                    else:
                        meant = public and command == "select"
                        yield self._ask_bucket(persona, bucket, label, command, whose, name, own, meant)

    def _ask_bucket(
        self,
        persona: Persona,
        bucket: str,
        label: str,
        command: str,
        whose: str,
        name: str,
        own: str | None,
        meant: bool,
    ) -> Asks:
        for key, folder in self.objects[bucket, name]:
            where = f'"storage"."objects" WHERE id = {literal(key)}'
            before = ""
            match command:
                case "select":
                    statement = f"SELECT * FROM {where}"
                case "insert":
                    statement = self._object(bucket, f"{folder}/new.txt", own or name)
                case "update":
                    statement = f"UPDATE {where.replace(' WHERE', ' SET metadata = NULL WHERE')}"
                case _:
                    statement = f"DELETE FROM {where}"
                    before = _ALLOW_DELETE
            proved = yield from self._proved((label, command, key, statement), statement, before)
            if proved.value != ALLOW:
                continue
            answer = yield Question(persona.role, statement, before)
            self._cell(persona, label, command, whose, answer.value)
            if answer.value == ALLOW and whose == "other" and not meant:
                self._leak(persona, OBJECTS, command, before, statement, label)

    # ----------------------------------------------------------------------------------------------- leaks

    def _note(self, leak: Leak) -> None:
        self.leaks.setdefault((leak.object, leak.command, self._told_as(leak.persona)), leak)

    def _told_as(self, persona: str) -> str:
        """One leak is told of all members; one with a fixture is something else, and may be meant."""
        return persona if any(p.name == persona and p.fixture for p in self.subject.personas) else ""

    def _nearest(self, leak: Leak) -> tuple[bool, str, str, bool, str]:
        """Tables first: what is wrong with them shows in views, too. Then who needs no fixture."""
        elsewhere = leak.at is None or leak.at.kind != "table"
        return elsewhere, leak.object, leak.command, bool(self._told_as(leak.persona)), leak.persona

    def _script(self, persona: Persona, refs: Iterable[Ref], before: str, statement: str) -> str:
        """SQL to paste into psql, which makes the rows, does it, and takes it back."""
        claims, settings = self.claims_of(persona, persona.tenant)
        tables = reproduce.needed(self.whole, self.shapes, {*refs, *self.tenancy.members})
        given = reproduce.rows(self.maker, self.worlds.values(), tables)
        if "ormony." in persona.fixture:
            given += [
                f"SELECT set_config('ormony.{name}', {reproduce.text(json.dumps(document))}, true);"
                for name, document in self._documents(persona, tables).items()
            ]
        return reproduce.script(given, persona.role, claims, settings, persona.fixture, before, statement)

    def _documents(self, persona: Persona, tables: Collection[Ref] | None = None) -> dict[str, object]:
        """The rows that a fixture may ask for: its own and the other tenant's."""
        own = self.worlds[persona.tenant].rows if persona.tenant else {}
        other = self.worlds["b" if persona.tenant == "a" else "a"].rows
        return {
            name: {
                f"{ref.schema}.{ref.name}": {c: v for c, v in row.values.items() if v is not None}
                for ref, row in held.items()
                if tables is None or ref in tables
            }
            for name, held in (("own", own), ("other", other))
        }

    def _leak(
        self, persona: Persona, table: Ref, command: str, before: str, statement: str, name: str = ""
    ) -> None:
        name = name or str(table)
        if persona.role in self.bypasses or (name, command, self._told_as(persona.name)) in self.leaks:
            return
        why, policies = self._through(persona, table, command, before, statement)
        self._note(
            Leak(
                object=name,
                command=command,
                persona=persona.name,
                sql=self._script(persona, (table,), before, statement),
                why=why,
                policies=policies,
                at=table,
            )
        )

    def _through(
        self, persona: Persona, table: Ref, command: str, before: str, statement: str
    ) -> tuple[str, tuple[Ref, ...]]:
        """What lets it through: policies, found by leaving each out, or that there is none."""
        value = self.whole.objects.get(table)
        if not isinstance(value, Table) or not value.row_security:
            return f"row-level security is not enabled on {table}", ()
        wanted = {"upsert": "insert", "move": "update", "insert-returning": "insert"}.get(command, command)
        commands = {"all", wanted, *(("update",) if command == "upsert" else ())}
        roles = self._roles_of(persona.role)
        applying = [
            ref
            for ref, policy in self.whole.of("policy")
            if isinstance(policy, Policy)
            and (ref.schema, ref.name) == (table.schema, table.name)
            and policy.permissive
            and policy.command in commands
            and (not policy.roles or set(policy.roles) & roles)
        ]
        if not applying:
            return f"role {persona.role} owns {table}, or nothing holds it back", ()
        drops = [f"DROP POLICY {quote_identifier(ref.part)} ON {name_of(table)}; " for ref in applying]
        answers = self.asker.all([Question(persona.role, statement, before + drop) for drop in drops])
        alone = [ref for ref, answer in zip(applying, answers, strict=True) if answer.value in (FILTER, DENY)]
        found = tuple(alone or applying)
        names = " and ".join(f'policy "{ref.part}" on {table}' for ref in found)
        return f"{names} {'lets' if len(found) == 1 else 'let'} it through", found

    def _roles_of(self, role: str) -> set[str]:
        self.asker.back()
        found = self.conn.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'USAGE')", (role,)
        ).fetchall()
        return {name for (name,) in found}

    # ----------------------------------------------------------------------------------- views and functions

    def _routines_and_views(self, persona: Persona, own: str | None, other: str) -> None:
        things = [*self._views(own, other), *self._routines(own, other)]
        if not things:
            return
        asked = [Question(persona.role, each.statement, reading=True) for each in things]
        proving = [Question(None, each.statement, reading=True) for each in things]
        states: list[list[Answer]] = []
        proofs: list[list[Answer]] = []
        again: list[Answer] = []
        for gone in ((), (other,), (other, own or ("b" if other == "a" else "a"))):
            self.asker.back()
            self.conn.execute("SAVEPOINT ormony_state")
            self._remove(gone)
            self._refresh()
            self.asker.begin()
            answers = self.asker.all([*asked, *proving])
            states.append(answers[: len(things)])
            proofs.append(answers[len(things) :])
            if not gone:
                again = self.asker.all([*asked, *proving])
            self.conn.execute("ROLLBACK TO SAVEPOINT ormony_state; RELEASE SAVEPOINT ormony_state")
        steady = [
            again[at].same(states[0][at]) and again[len(things) + at].same(proofs[0][at])
            for at in range(len(things))
        ]
        self._tell(persona, own, things, states, proofs, steady)
        self._writes(persona, own, other, things)

    def _written(self) -> list[_Written]:
        """The views that take INSERT, UPDATE or DELETE."""
        views = [
            ref
            for ref, value in self.subject.catalog.of("view")
            if isinstance(value, View) and ref.schema in self.exposed
        ]
        triggers = [ref for ref in self.whole.objects if ref.kind == "trigger"]
        found = []
        for at, bits, columns in self.conn.execute(
            "SELECT v.at::int, pg_relation_is_updatable(c.oid, true), ARRAY(SELECT attname::text"
            "  FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0"
            "   AND pg_column_is_updatable(c.oid, attnum, true) ORDER BY attnum)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS v(name, at) JOIN pg_class AS c"
            " ON c.oid = v.name::regclass",
            ([name_of(ref) for ref in views],),
        ).fetchall():
            commands = tuple(command for command, bit in _EVENTS.items() if bits & bit)
            view = views[at - 1]
            if commands:
                value = self.subject.catalog.objects[view]
                shown = shown_columns(value.definition) if isinstance(value, View) else {}
                named = {c: shown.get(c, c) for c in columns}
                found.append(
                    _Written(
                        view=view,
                        commands=commands,
                        columns=named,
                        base=self._base(view, frozenset(named.values())),
                        triggered=any((ref.schema, ref.name) == (view.schema, view.name) for ref in triggers),
                    )
                )
        return found

    def _base(self, view: Ref, columns: Collection[str]) -> Ref | None:
        """The table behind a view that has most of these columns."""
        seen: set[Ref] = set()
        waiting = [view]
        while waiting:
            for each in self.whole.depends.get(waiting.pop(), ()):
                ref = Ref("table", each.schema, each.name)
                if ref not in self.shapes:
                    ref = Ref("view", each.schema, each.name)
                if ref not in seen and ref in self.whole.objects:
                    seen.add(ref)
                    waiting += [ref] if ref.kind == "view" else []
        tables = sorted(seen & set(self.shapes))
        return max(tables, key=lambda table: len(set(self.shapes[table].columns) & {*columns}), default=None)

    def _view(self, persona: Persona, written: _Written, own: str | None, other: str) -> Iterator[Asks]:
        """What is asked of a view that can be written through."""
        owned = written.base in self.tenancy.owned
        for whose, name in (("own", own), ("other", other)) if owned else (("any", own or "a"),):
            for command in written.commands:
                if name is None:
                    self._cell(persona, str(written.view), command, whose, APART)
                else:
                    yield self._ask_view(persona, written, command, whose, name)

    def _ask_view(self, persona: Persona, written: _Written, command: str, whose: str, name: str) -> Asks:
        view = written.view
        label, rights = str(view), self.privileges[persona.role, view]
        held = self.of_world[name]
        if written.base in held and not written.triggered:
            held = {written.base: held[written.base]}
        places = [(table, place) for table, inside in held.items() for place in inside]
        why = "no row could be made"
        for way in self._view_ways(written, rights, command, name, places):
            key, before = (view, command, name, persona.tenant, way.statement), ""
            proved = yield from self._proved(key, way.statement, before, way.look)
            if proved.value == "error(23503)" and command == "delete":
                before = "SET LOCAL session_replication_role = replica; "
                proved = yield from self._proved((*key, before), way.statement, before, way.look)
            if proved.value == "error(23505)" and command == "insert" and written.base in self.shapes:
                base = self.shapes[written.base]
                before = self._without(base, self.worlds[name].rows[written.base])
                proved = yield from self._proved((*key, before), way.statement, before, way.look)
            if proved.value != ALLOW:
                if command == "insert" and proved.value in _NEVER:
                    return
                why = f"as a role that bypasses row security: {proved.message or 'no row was reached'}"
                continue
            answer = yield Question(persona.role, way.statement, before, way.look)
            self._cell(persona, label, command, whose, answer.value)
            if answer.value == ALLOW and whose == "other":
                self._leak_of(persona, _Thing(view, command, "other", way.statement, way.statement), before)
            return
        self._cell(persona, label, command, whose, UNKNOWN, why)

    def _view_ways(
        self,
        written: _Written,
        rights: _Privileges,
        command: str,
        name: str,
        places: Sequence[tuple[Ref, str]],
    ) -> Iterator[_Way]:
        """Statements that do it through the view, until one is proved; they name no row, so they hit all."""
        view, world = name_of(written.view), self.worlds[name]
        shape = self.shapes[written.base] if written.base is not None else None
        row = world.rows.get(written.base) if written.base is not None else None
        if command == "delete" and places:
            yield _Way(f"DELETE FROM {view}", look=self._look_at(places))
        elif command == "update" and places:
            special = {c for c, its in written.columns.items() if shape and self._special(shape, its)}
            may = [c for c in written.columns if "UPDATE" in rights.whole or c in rights.columns["UPDATE"]]
            shown = self._shown(written)
            for column in sorted(may or written.columns, key=lambda c: c in special)[:4]:
                change = f"{quote_identifier(column)} = {literal(shown.get(column))}"
                yield _Way(f"UPDATE {view} SET {change}", look=self._look_at(places))
        elif command == "insert" and shape is not None and row is not None:
            values = self.maker.values(world, shape, 2, whole=False)
            if isinstance(values, dict):
                may = [
                    c for c in written.columns if "INSERT" in rights.whole or c in rights.columns["INSERT"]
                ]
                taken = {
                    c: values[its]
                    for c, its in written.columns.items()
                    if c in (may or written.columns) and its in values and not _always(shape, its)
                }
                tenant = [c for c in self.tenancy.owned.get(shape.table, ()) if c in shape.columns]
                look = f"SELECT count(*) FROM {shape.sql} WHERE {where_of(tenant, row.values)}"
                yield _Way(insert_of(Candidate(table=written.view, values=taken)), look=look)

    def _shown(self, written: _Written) -> Mapping[str, str | None]:
        """A row of the view, as texts."""
        if written.view not in self._views_rows:
            columns = ", ".join(f"{quote_identifier(c)}::text" for c in written.columns) or "NULL"
            self.asker.back()
            found = None
            with contextlib.suppress(psycopg.Error):  # each question begins anew after an error
                text = f"SELECT {columns} FROM {name_of(written.view)} LIMIT 1"
                found = self.conn.execute(text.encode()).fetchone()
            self._views_rows[written.view] = dict(zip(written.columns, found or (), strict=False))
        return self._views_rows[written.view]

    def _remove(self, worlds: Sequence[str]) -> None:
        text = ""
        for name in worlds:
            for table, places in self.of_world[name].items():
                tids = ",".join(f"'{each}'" for each in places)
                text += f"DELETE FROM ONLY {name_of(table)} WHERE ctid = ANY(ARRAY[{tids}]::tid[]); "
        if text:
            self.conn.execute(
                f"SET LOCAL session_replication_role = replica; {text}"
                "SET LOCAL session_replication_role = origin".encode()
            )

    def _refresh(self) -> None:
        """Let materialized views hold what is there now; one that cannot be is as it was."""
        for ref, value in self.subject.catalog.of("materialized view"):
            if isinstance(value, MaterializedView) and value.populated and ref.schema in self.exposed:
                self.conn.execute("SAVEPOINT ormony_refresh")
                try:
                    self.conn.execute(f"REFRESH MATERIALIZED VIEW {name_of(ref)}".encode())
                except psycopg.Error:
                    self.conn.execute("ROLLBACK TO SAVEPOINT ormony_refresh")
                self.conn.execute("RELEASE SAVEPOINT ormony_refresh")

    def _views(self, own: str | None, other: str) -> list[_Thing]:
        found = []
        exposed = self.exposed
        for ref, value in self.subject.catalog.objects.items():
            part = isinstance(value, Table) and value.partition is not None
            if (part or ref.kind in ("view", "materialized view")) and ref.schema in exposed:
                statement = f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name_of(ref)} AS t"
                found.append(_Thing(ref, "select", "all", statement, f"SELECT * FROM {name_of(ref)}"))
        return found

    def _routines(self, own: str | None, other: str) -> list[_Thing]:
        found = []
        exposed = self.exposed
        for ref, value in self.subject.catalog.objects.items():
            if (
                ref.kind == "function"
                and ref.schema in exposed
                and isinstance(value, Routine)
                and value.returns not in ("trigger", "event_trigger")
                and not value.window
            ):
                for whose in ("own", "other"):
                    world = self.worlds[(own or other) if whose == "own" else other]
                    call = f"{name_of(ref)}({self._arguments(value, world)})"
                    statement = f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {call} AS t"
                    found.append(_Thing(ref, "call", whose, statement, f"SELECT * FROM {call}"))
        return found

    def _arguments(self, routine: Routine, world: World) -> str:
        named = self._named_values(world)
        parts = []
        for argument in routine.arguments:
            if argument.mode not in ("in", "inout", "variadic"):
                continue
            name = argument.name.lower()
            bare = next(
                (name.removeprefix(p) for p in ("p_", "_", "in_", "v_", "arg_") if name.startswith(p)), name
            )
            value = next(
                (
                    named[key]
                    for key in ((name, argument.type), (bare, argument.type), (f"{bare}_id", argument.type))
                    if key in named
                ),
                None,
            )
            if value is None and argument.has_default:
                continue
            if value is None and argument.type in ("smallint", "integer", "bigint"):
                value = "1"  # a length, a limit, a page
            if value is None:
                value = rows.plain_value(
                    argument.type, world.number, 1, self.maker.known_types, f"argument.{bare}"
                )
            text = f"{literal(value).strip()}::{argument.type}"
            if argument.mode == "variadic":
                text = f"VARIADIC {text}"
            parts.append(f"{quote_identifier(argument.name)} => {text}" if argument.name else text)
        return ", ".join(parts)

    def _named_values(self, world: World) -> dict[tuple[str, str], str]:
        """Values of the world's rows by the names that an argument may have."""
        found: dict[tuple[str, str], str] = {}
        for ref, text in world.fixed.items():
            value = self.whole.objects.get(ref)
            if isinstance(value, Column) and ref.part != "id":
                found.setdefault((ref.part, value.type), text)
        for table, row in sorted(world.rows.items()):
            if table.schema == "auth" and table != USERS:
                continue
            for name, column in self.shapes[table].columns.items():
                value_ = row.values.get(name)
                if value_ is None:
                    continue
                single = table.name.removesuffix("s")
                if name == "id":
                    for each in (f"{single}_id", f"{table.name}_id", single):
                        found.setdefault((each, column.type), value_)
                else:
                    found.setdefault((name, column.type), value_)
        return found

    def _tell(
        self,
        persona: Persona,
        own: str | None,
        things: Sequence[_Thing],
        states: Sequence[Sequence[Answer]],
        proofs: Sequence[Sequence[Answer]],
        steady: Sequence[bool],
    ) -> None:
        """What their answers hang on, as cells."""
        by_ref: dict[Ref, list[int]] = {}
        for at, thing in enumerate(things):
            by_ref.setdefault(thing.ref, []).append(at)
        for ref, places in by_ref.items():
            name, command = str(ref), things[places[0]].command
            full, without, none = ([states[s][at].seen for at in places] for s in range(3))
            free = [[proofs[s][at].seen for at in places] for s in range(3)]
            first, proof = states[0][places[0]], proofs[0][places[0]]
            if not all(steady[at] for at in places):
                value = DENY if first.value == DENY else UNKNOWN
                self._cell(persona, name, command, "any", value, "its answer is another one each time")
                continue
            if len({*map(tuple, free), tuple(full)}) == 1 or (
                free[0] == free[1] == free[2] and full == without == none
            ):
                self._raw[name, command, persona.name] = first.value
                failed_alike = first.value not in (ALLOW, FILTER, DENY) and proof.value == first.value
                value = UNKNOWN if failed_alike else first.value
                self._cell(persona, name, command, "any", value, first.message)
                continue
            shows_other = full != without if own is not None else full != none
            failed = [states[0][at] for at in places if states[0][at].value not in (ALLOW, FILTER)]
            if own is None:
                self._cell(persona, name, command, "own", APART)
            elif without != none:
                self._cell(persona, name, command, "own", ALLOW)
            else:
                self._cell(persona, name, command, "own", failed[0].value if failed else FILTER)
            if shows_other:
                self._cell(persona, name, command, "other", ALLOW)
                at = next(
                    (p for p in places if not states[0][p].same(states[1 if own is not None else 2][p])),
                    places[0],
                )
                self._leak_of(persona, things[at])
            else:
                last = states[0][places[-1]]
                value = last.value if last.value not in (ALLOW, FILTER) else FILTER
                self._cell(persona, name, command, "other", value)

    def _writes(self, persona: Persona, own: str | None, other: str, things: Sequence[_Thing]) -> None:
        """Functions that change another tenant's rows."""
        places = [(t, p) for t, held in self.of_world[other].items() for p in held]
        if not places:
            return
        asked = [
            thing
            for thing in things
            if isinstance(value := self.whole.objects.get(thing.ref), Routine)
            and value.volatility == "volatile"
            and thing.whose == "other"
        ]
        look = self._look_at(places)
        answers = self.asker.all(
            [Question(persona.role, f"{thing.statement};", look=look) for thing in asked]
        )
        for thing, answer in zip(asked, answers, strict=True):
            if answer.value == ALLOW:
                self._cell(persona, str(thing.ref), thing.command, "other", ALLOW)
                self._leak_of(persona, thing)

    def _look_at(self, places: Iterable[tuple[Ref, str]]) -> str:
        """A query that says how many of these rows are where and as they were."""
        text = " UNION ALL ".join(
            f"SELECT 1 FROM ONLY {name_of(table)} WHERE ctid = '{place}'" for table, place in places
        )
        return f"SELECT count(*) FROM ({text}) AS t"

    def _leak_of(self, persona: Persona, thing: _Thing, before: str = "") -> None:
        if persona.role in self.bypasses:
            return
        value = self.whole.objects.get(thing.ref)
        does = "reads" if thing.command == "select" else "writes"
        if isinstance(value, Routine):
            why = (
                f"function {thing.ref} is SECURITY DEFINER: it reads and writes as its owner"
                if value.security_definer
                else f"function {thing.ref} reads what its caller may: see the tables that it uses"
            )
        elif isinstance(value, View) and any(
            option.lower() in ("security_invoker=true", "security_invoker=on", "security_invoker=1")
            for option in value.options
        ):
            why = f"view {thing.ref} {does} what its caller may: see the tables that it uses"
        elif isinstance(value, View):
            why = f"view {thing.ref} {does} as its owner: it lacks security_invoker"
        elif isinstance(value, Table):
            why = f"partition {thing.ref} has policies of its own for who names it, and not its table's"
        else:
            why = f"{thing.ref.kind} {thing.ref} knows no row-level security"
        self._note(
            Leak(
                object=str(thing.ref),
                command=thing.command,
                persona=persona.name,
                sql=self._script(persona, (thing.ref,), before, thing.shown),
                why=why,
                at=thing.ref,
            )
        )


class _Way(msgspec.Struct, frozen=True):
    """A statement to try, what runs before it, and the query that sees whether it happened.

    Without a statement, `why` there is none. `at_row` are those at the row of the world itself.
    """

    statement: str = ""
    before: str = ""
    look: str = ""
    why: str = ""
    at_row: bool = False


class _Thing(msgspec.Struct, frozen=True):
    """A view or a function with arguments of a world."""

    ref: Ref
    command: str
    whose: str
    statement: str
    shown: str


def _rank(value: str) -> int:
    return _WORST.get(value, 2)


def _always(shape: Shape, name: str) -> bool:
    identity = shape.columns[name].identity if name in shape.columns else None
    return identity is not None and identity.always


def _paths(document: Mapping[str, Any], before: Claim = ()) -> Iterator[tuple[Claim, str]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _paths(value, (*before, name))
        elif isinstance(value, str | int):
            yield (*before, name), str(value)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    found = dict(one)
    for name, value in other.items():
        inner = found.get(name)
        found[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return found
