"""What the rules about security and speed read: a catalog arranged by table, and who may reach what.

Supabase puts an API in front of some schemas, PostgREST's, which anybody reaches who has the public key, as
the roles `anon` and `authenticated`. Which schemas these are, `supabase/config.toml` says. A project without
one may have no API at all: what only an API can expose is a note there, unless the database itself speaks of
these roles or of Supabase's schemas.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from ormony import origins, sql
from ormony.catalog import (
    PARTS,
    PUBLIC_SCHEMA,
    Catalog,
    Constraint,
    Index,
    MaterializedView,
    Policy,
    Ref,
    Routine,
    Table,
    View,
)
from ormony.errors import OrmonyError
from ormony.narrow import SURFACE_SCHEMAS
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence, stream
from ormony.sql import Name, quote_identifier

API_ROLES: Final = ("anon", "authenticated")
# Roles that row-level security does not hold back, or that are Supabase's own.
BYPASSING: Final = re.compile(r"postgres|service_role|supabase_\w+|dashboard_user|pgbouncer|pg_\w+")
COMMANDS: Final = ("select", "insert", "update", "delete")
ROWS: Final = frozenset(each.upper() for each in COMMANDS)


class Policed(msgspec.Struct, frozen=True):
    """A policy and what it is called."""

    ref: Ref
    policy: Policy

    def commands(self) -> tuple[str, ...]:
        """The commands it is asked about."""
        return COMMANDS if self.policy.command == "all" else (self.policy.command,)

    def holds_for(self, role: str) -> bool:
        """Whether it is asked for this role: none named means all."""
        return not self.policy.roles or role in self.policy.roles

    def conditions(self) -> Iterator[sql.Condition]:
        """What its USING and its WITH CHECK say."""
        for text in (self.policy.using, self.policy.check):
            if text is not None:
                yield sql.condition(text)


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """An index, of its own or of a constraint, and by which columns it finds rows."""

    ref: Ref
    method: str
    columns: tuple[str, ...]
    unique: bool
    rest: str  # what of its definition comes after the columns
    predicate: str | None = None

    def serves(self, columns: Iterable[str]) -> bool:
        """Whether it finds all rows that have these values, which are not null."""
        wanted = list(columns)
        if self.method not in ("btree", "hash") or (self.method == "hash" and len(wanted) > 1):
            return False
        leading = set(self.columns[: len(wanted)])
        partial = self.predicate is not None and not any(
            self.predicate == f"({quoted} IS NOT NULL)"
            for each in wanted
            for quoted in (each, quote_identifier(each))
        )
        return leading == set(wanted) and not partial


class Exposure:
    """One database, read in one pass."""

    def __init__(self, evidence: Evidence) -> None:
        """Raises what replaying the stream raises."""
        self.database = evidence.name
        self.catalog: Catalog = evidence.catalog
        self.tables: dict[Ref, Table] = {}
        self.views: dict[Ref, View | MaterializedView] = {}
        self.routines: dict[Ref, Routine] = {}
        self.policies: dict[Ref, list[Policed]] = {}
        self.constraints: dict[Ref, list[tuple[Ref, Constraint]]] = {}
        self.indexes: dict[Ref, list[Lead]] = {}
        for ref in sorted(self.catalog.objects):
            value = self.catalog.objects[ref]
            match value:
                case Table():
                    self.tables[ref] = value
                case View() | MaterializedView():
                    self.views[ref] = value
                case Routine():
                    self.routines[ref] = value
                case Policy():
                    self.policies.setdefault(_table(ref), []).append(Policed(ref, value))
                case Constraint():
                    self.constraints.setdefault(_table(ref), []).append((ref, value))
                    if value.type in ("primary key", "unique"):
                        self.indexes.setdefault(_table(ref), []).append(_lead_of(ref, value))
                case Index() if value.valid:
                    rest = value.definition.partition(" USING ")[2].partition(" ")[2]
                    lead = Lead(
                        ref=ref,
                        method=value.method,
                        columns=value.columns,
                        unique=value.unique,
                        rest=rest,
                        predicate=value.predicate,
                    )
                    self.indexes.setdefault(value.table, []).append(lead)
                case _:
                    pass
        self._files = stream(evidence)
        self._natives = origins.natives(evidence.services, evidence.histories)
        configured = _configured(evidence)
        self.certain = configured is not None or self._speaks_of_supabase()
        """Whether there is an API."""
        self.schemas = frozenset(configured if configured is not None else ("public",)) - SURFACE_SCHEMAS
        """The schemas that it shows."""

    # ------------------------------------------------------------------------------------------- who may what

    def may(self, role: str, ref: Ref) -> frozenset[str]:
        """The privileges that a role has on an object, its own and everybody's; on a column of it counts."""
        grants = self.catalog.grants.get(ref)
        if grants is None:
            found = _by_itself(ref)
        else:
            found = frozenset(each.privilege for each in grants if each.grantee in ("", role))
        return found | self._on_columns.get((ref.schema, ref.name, role), frozenset())

    def exposed_to(self, ref: Ref, *privileges: str) -> tuple[str, ...]:
        """Those of the API's roles that may do one of these with an object, in a schema that is exposed."""
        if ref.schema not in self.schemas:
            return ()
        schema = PUBLIC_SCHEMA if ref.schema == "public" else Ref("schema", "", ref.schema)
        return tuple(
            role
            for role in API_ROLES
            if "USAGE" in self.may(role, schema) and self.may(role, ref) & set(privileges)
        )

    def grantees(self, ref: Ref) -> tuple[str, ...]:
        """The roles, '' for everybody, that have a privilege and that row-level security holds back."""
        owner = self.catalog.owners.get(ref)
        found = {each.grantee for each in self.catalog.grants.get(ref, ())}
        return tuple(sorted(each for each in found if each != owner and not BYPASSING.fullmatch(each)))

    @cached_property
    def _on_columns(self) -> Mapping[tuple[str, str, str], frozenset[str]]:
        found: dict[tuple[str, str, str], set[str]] = {}
        for ref, grants in self.catalog.grants.items():
            if ref.kind == "column":
                for each in grants:
                    for role in API_ROLES if each.grantee == "" else (each.grantee,):
                        found.setdefault((ref.schema, ref.name, role), set()).add(each.privilege)
        return {key: frozenset(value) for key, value in found.items()}

    @property
    def how(self) -> str:
        """For messages: by what a client gets at the database."""
        return " through the API" if self.certain else ", if there is an API as Supabase's"

    def severity(self, severity: Severity) -> Severity:
        """As it is where there is an API, else a note."""
        return severity if self.certain else "note"

    def _speaks_of_supabase(self) -> bool:
        """Whether the database does what makes sense behind an API alone."""
        for table, policies in self.policies.items():
            if table.schema in SURFACE_SCHEMAS:
                return True
            for each in policies:
                if set(each.policy.roles) & {*API_ROLES, "service_role"}:
                    return True
                if any(schema == "auth" for said in each.conditions() for schema, _ in said.calls):
                    return True
        for constraints in self.constraints.values():
            if any(each.references and each.references.schema == "auth" for _, each in constraints):
                return True
        return any(ref.schema in SURFACE_SCHEMAS for ref in self.catalog.objects) or any(
            self._revoked(ref) for ref in self.tables if ref.schema == "public"
        )

    def _revoked(self, table: Ref) -> bool:
        """Whether it has less than what Supabase gives to new tables: somebody thought of these roles."""
        grants = self.catalog.grants.get(table, ())
        known = any(each.grantee in (*API_ROLES, "service_role") for each in grants)
        return known and any(not self.may(role, table) >= ROWS for role in API_ROLES)

    # ---------------------------------------------------------------------------------------------- reading

    def reads(self, view: Ref) -> frozenset[tuple[str, str]]:
        """(schema, name) of the relations that a view reads, those beneath its views too."""
        return self._reads(view, frozenset())

    def _reads(self, view: Ref, seen: frozenset[Ref]) -> frozenset[tuple[str, str]]:
        value = self.views[view]
        found = _relations(f"CREATE VIEW pg_temp.v AS {value.definition}")
        beneath = [ref for ref in self.views if (ref.schema, ref.name) in found and ref not in seen]
        more = [
            self._reads(ref, seen | {view})
            for ref in beneath
            if isinstance(self.views[ref], View) and not invoker(self.views[ref])
        ]
        return found.union(*more)

    def asks_who_calls(self, view: Ref) -> bool:
        """Whether a view itself asks for the caller."""
        definition = self.views[view].definition
        used = _used(f"CREATE VIEW pg_temp.v AS {definition}")
        return "current_setting" in sql.words(definition) or any(
            name.kind == "function" and name.schema == "auth" for name in used
        )

    def table_of(self, policed: Policed) -> Ref | None:
        """The policy's table, None where it is Supabase's."""
        table = _table(policed.ref)
        return table if table in self.tables else None

    def guarded(self, relation: tuple[str, str]) -> bool:
        """Whether row-level security holds on a table; it does on what Supabase keeps."""
        table = self.tables.get(Ref("table", *relation))
        return relation[0] in SURFACE_SCHEMAS if table is None else table.row_security

    # ------------------------------------------------------------------------------------------------- places

    @cached_property
    def _made(self) -> Mapping[Name, origins.Origin]:
        return origins.by_name(self._files, self._natives)

    @cached_property
    def _functions(self) -> Mapping[tuple[str, str], list[tuple[int, origins.Origin]]]:
        """By schema and name: the number of arguments, and where it was made."""
        found: dict[tuple[str, str], list[tuple[int, origins.Origin]]] = {}
        for name, origin in self._made.items():
            if name.kind == "signature":
                function, _, arguments = name.name.partition("(")
                count = arguments.count(", ") + (arguments != ")")
                found.setdefault((name.schema, function), []).append((count, origin))
        return found

    def origin(self, ref: Ref) -> origins.Origin | None:
        """Where an object was made; that of its table where this cannot be told. None: by EXECUTE."""
        if ref.kind in ("function", "procedure"):
            found = self._functions.get((ref.schema, ref.name), [])
            count = len([each for each in ref.part.split(", ") if each])
            alike = [origin for number, origin in found if number == count]
            every = alike or [origin for _, origin in found]
            return every[-1] if every else None
        if ref.kind == "extension":
            return self._made.get(Name("extension", "", ref.name))
        if ref.kind in PARTS or ref.kind == "column":
            found_part = self._made.get(Name(ref.kind, ref.schema, ref.part, ref.name))
            if found_part is not None:
                return found_part
        elif ref.kind == "index" and Name("relation", ref.schema, ref.name) not in self._made:
            value = self.catalog.objects.get(ref)
            if isinstance(value, Index):  # CREATE INDEX without a name
                return self._made.get(Name("relation", value.table.schema, value.table.name))
        return self._made.get(Name("relation", ref.schema, ref.name))

    def line(self, ref: Ref) -> tuple[str, int]:
        """The file and line of the stream where an object was made, to sort by."""
        origin = self.origin(ref)
        path, _, line = (origin.stream if origin is not None else "").rpartition(":")
        return path, int(line or 0)

    def finding(
        self,
        rule: str,
        severity: Severity,
        ref: Ref,
        message: str,
        hint: str | None,
        *,
        of: Ref | None = None,
    ) -> Finding:
        """A finding about an object, where it was made or, with `of`, where that was."""
        origin = self.origin(of if of is not None else ref)
        return Finding(
            rule=rule,
            severity=severity,
            message=message,
            object=str(ref),
            place=origin.place if origin is not None else None,
            hint=hint,
            service=origin.service if origin is not None else None,
            database=self.database,
        )


_KNOWN: Final[WeakKeyDictionary[Evidence, Exposure | OrmonyError]] = WeakKeyDictionary()


def exposure(evidence: Evidence) -> Exposure | None:
    """The database of the evidence, read once for all rules; None where the stream does not replay, which is
    reported as that.
    """
    found = _KNOWN.get(evidence)
    if found is None:
        try:
            found = Exposure(evidence)
        except OrmonyError as error:
            found = error
        _KNOWN[evidence] = found
    return found if isinstance(found, Exposure) else None


def named(ref: Ref) -> str:
    """The object as SQL names it: `"public"."orders"`."""
    text = f"{quote_identifier(ref.schema)}.{quote_identifier(ref.name)}"
    return f"{text}({ref.part})" if ref.kind in ("function", "procedure") else text


def invoker(view: View | MaterializedView) -> bool:
    """Whether a view reads with the rights of whoever asks."""
    options = dict(each.lower().partition("=")[::2] for each in view.options)
    return options.get("security_invoker", "false") in ("true", "on", "1", "yes")


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def callable_by_clients(routine: Routine) -> bool:
    """Whether it can be called at all: what returns `trigger` cannot."""
    return routine.returns not in ("trigger", "event_trigger")


def relations_of(routine: Routine) -> frozenset[tuple[str, str]]:
    """(schema, name) of the relations that a routine's body names in full."""
    return _relations(routine.definition)


def _relations(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((name.schema, name.name) for name in _used(text) if name.kind == "relation")


@lru_cache(maxsize=1024)  # several rules ask about the same views and functions
def _used(text: str) -> frozenset[Name]:
    try:
        every = sql.facts(text, search_path=())
    except OrmonyError:
        return frozenset()  # a language that is not read
    return frozenset(name for each in every for name in each.uses | each.uses_late)


def _table(ref: Ref) -> Ref:
    return Ref("table", ref.schema, ref.name)


def _lead_of(ref: Ref, constraint: Constraint) -> Lead:
    head, _, rest = constraint.definition.partition("(")
    nulls = "NULLS NOT DISTINCT " if "NULLS NOT DISTINCT" in head else ""
    columns, _, more = rest.partition(")")
    return Lead(
        ref=ref,
        method="btree",
        columns=constraint.columns,
        unique=True,
        rest=" ".join(f"({columns}) {nulls}{more}".split()),
    )


def _by_itself(ref: Ref) -> frozenset[str]:
    """What everybody may do with an object that nobody granted or revoked anything of."""
    if ref.kind in ("function", "procedure"):
        return frozenset({"EXECUTE"})
    return frozenset({"USAGE"}) if ref == PUBLIC_SCHEMA else frozenset()


def _configured(evidence: Evidence) -> tuple[str, ...] | None:
    """The schemas that Supabase's configuration beside the stream exposes; None where there is none."""
    folders = dict.fromkeys(posixpath.dirname(posixpath.dirname(file.path)) for file in evidence.stream)
    for folder in (*folders, "supabase"):
        text = evidence.text(posixpath.join(folder, "config.toml"))
        if text is None:
            continue
        try:
            api = tomllib.loads(text.removeprefix("\ufeff")).get("api", {})
        except tomllib.TOMLDecodeError:
            continue
        if not isinstance(api, dict) or not ("project_id" in text or api):
            continue
        if api.get("enabled") is False:
            return ()
        schemas = api.get("schemas", ["public", "graphql_public"])
        return tuple(str(each) for each in schemas) if isinstance(schemas, list) else ("public",)
    return None
