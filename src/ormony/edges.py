"""What `check` compares, edge by edge, as findings: models, mirrors, references, queries, a database.

Each function looks at one edge of a project and says what differs, where on both sides, and what to do. A
function that cannot look raises; the caller says that it was not checked. Nothing is written.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, get_args

import msgspec

from ormony import history, mirrors, origins
from ormony.catalog import Catalog, Column, Constraint, Index, NotNull, Ref, holder
from ormony.catalog import Sequence as CountingSequence
from ormony.diff import Attached, Change, compare, uncompared
from ormony.errors import OrmonyError
from ormony.history import Service
from ormony.loading import kept_of
from ormony.mirrors import Model, Place, Shape, Verdict
from ormony.project import Project, target_url
from ormony.rules.finding import RANKS, Finding, Severity, Side
from ormony.sources import Reader, Source
from ormony.stream import StreamFile, in_stream_order

if TYPE_CHECKING:
    from ormony.database import prepared

SEVERITIES: Final[Mapping[str, Severity]] = {
    "reads": "error",
    "writes": "error",
    "incomplete": "warning",
    "cosmetic": "note",
}
_MODELS: Final = frozenset({".py", ".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".rs"})
OTHERS: Final = frozenset({"node_modules", "site-packages", ".venv", "venv", "dist", "target"})


RULES: Final[Mapping[str, str]] = {
    "replay-fails": "the stream does not run on an empty database",
    "not-checked": "an edge could not be looked at",
    "model-drift": "a service's models and its migrations differ",
    "mirror-breaks-reads": "a model of another owner's table cannot read all of it",
    "mirror-breaks-writes": "a model of another owner's table writes what the table refuses",
    "mirror-incomplete": "a model of another owner's table lacks what it does not need",
    "mirror-cosmetic": "a model of another owner's table says the same otherwise",
    "broken-reference": "a reference to another database leads nowhere",
    "query-breaks": "a statement of a service is refused by the stream's database",
    "stale-query": "a query that SQLx has cached is out of date",
    "native-check": "a service's own tool finds a difference",
    "drift": "the database differs from its deployed migrations",
    "access-changed": "personas may do something else than the access matrix says",
    "access-leak": "a persona reaches another tenant's rows",
    "access-unknown": "a cell of the access matrix could not be asked",
    "behavior-defined-twice": "behavior files and migrations define one object in two ways",
    "behavior-not-merged": "behavior files are ahead of the stream",
    "tenancy-missing": "a table has no tenancy policy and no reason for that",
    "generated-stale": "generated code is not what the stream's database is",
    "ledger": "the ledgers of the database and the stream differ",
}
"""The rules that compare two sides, and their titles; those in `rules/` look at one."""


class Ground:
    """What all edges of one database look at. `readers` are of every database of the project, by name."""

    def __init__(self, project: Project, name: str, readers: Mapping[str, Reader]) -> None:
        self.project, self.name, self.readers = project, name, readers
        self._whence: dict[str, Mapping[origins.Key, origins.Origin]] = {}
        self._lock = threading.Lock()  # `check` looks at several edges at once
        self._models: dict[str, tuple[Model, ...]] = {}

    @property
    def reader(self) -> Reader:
        """The reader of this database."""
        return self.readers[self.name]

    def whence(self, database: str | None = None) -> Mapping[origins.Key, origins.Origin]:
        """Where each object of a database was made."""
        name = database or self.name
        with self._lock:
            if name not in self._whence:
                loaded = self.readers[name].loaded
                own = origins.natives(loaded.services, loaded.histories)
                self._whence[name] = origins.origins(in_stream_order(loaded.stream), own)
            return self._whence[name]

    def models(self, service: Service) -> tuple[Model, ...]:
        """Where a service's models stand; see `models_of`."""
        if service.name not in self._models:
            self._models[service.name] = models_of(self, service)
        return self._models[service.name]

    def catalog(self, database: str | None = None) -> Catalog:
        """What the stream makes, with Supabase's surface."""
        return self.readers[database or self.name].migrations()


def sources_of(files: Iterable[str]) -> list[str]:
    """Of the files that an export loaded, those of the project's own that may hold models."""
    return [
        each
        for each in files
        if not each.startswith(("/", ".."))
        and PurePosixPath(each).suffix in _MODELS
        and not OTHERS & set(PurePosixPath(each).parts)
    ]


def models_of(ground: Ground, service: Service) -> tuple[Model, ...]:
    """Where a service's models stand; () for a tool without models."""
    root = ground.project.root
    if service.orm == "drizzle":
        from ormony.adapters import drizzle_models, drizzle_source

        found: tuple[Model, ...] = ()
        for apart in (False, True):
            if apart and not service.mirror_models:
                continue
            exported = ground.reader.exported(service, apart=apart)
            found += drizzle_source.find(
                root,
                sources_of(exported.files),
                casing=drizzle_models.casing(root, service),
                search_path=service.search_path,
            )
        return found
    if service.orm in ("alembic", "sqlalchemy"):
        from ormony.adapters import python_models

        exported = ground.reader.exported(service)
        return python_models.find(
            root, sources_of(exported.files), search_path=service.search_path, made=exported.modules
        )
    return ()


# ------------------------------------------------------------------------------------- models and migrations

_GENERATE: Final = {"drizzle": "npx drizzle-kit generate", "alembic": "alembic revision --autogenerate"}


def _generate(service: Service) -> str:
    """The command that makes a migration of what the models have more, to be typed beside ormony.toml."""
    command = _GENERATE.get(service.orm)
    if command is None:
        return "ormony sync"
    if service.path not in ("", "."):
        command = f"(cd {shlex.quote(service.path)} && {command})"
    return f"{command} && ormony sync"


def models(ground: Ground, service: Service) -> Iterator[Finding]:
    """Where a service's models and its own migrations differ: what its tool would write a migration for."""
    from ormony.adapters import drizzle

    reader = ground.reader
    has_files = any(
        file.provenance is not None and file.provenance.service == service.name
        for file in reader.loaded.stream
    )
    made = reader.read(f"models:{service.name}")
    if not made.scope:
        return
    base = reader.merged(service) if has_files else reader.read("migrations")
    before, after = reader.comparable(base, made)
    changes = compare(before, after)
    # Where all stands takes as long to find as all else.
    whence, places = (ground.whence(), _by_table(ground.models(service))) if changes else ({}, {})
    unread = bool(reader.exported(service).unread)
    recorded = drizzle.recorded(ground.project.root, service) if changes and service.orm == "drizzle" else ""
    for group in _grouped(changes, before, after):
        if unread and _is_of_others(group, before, after):
            continue
        if service.orm == "alembic" and all(_counts_alone(each, before, after) for each in group):
            continue
        severity = _severity(service, group, before, after, recorded)
        ref = group[0].object
        table, part = _home(ref, before, after)
        whole = ref.kind in ("table", "view", "materialized view") and ref.part == ""
        column = part or ("" if whole else next(iter(_columns(group, before, after)), ""))
        origin = _origin(whence, group, table, column)
        # A column that no migration has is added to the table where that is made, not where it last changed.
        added = ref.kind == "column" and ref not in before.objects
        line = None if origin is None else origin.created if whole or added else origin.place
        place = _place(places.get(table), column) or _typed(ref, places, after, before)
        yield Finding(
            rule="model-drift",
            severity=severity,
            message=_said(group, before, after),
            object=str(ref),
            place=str(place) if place else (line or service.path),
            sides=((Side(line, "the migrations"),) if line and place else ()),
            hint=_generate(service),
            service=service.name,
            database=ground.name,
        )
    for each in uncompared(before, after):
        yield Finding(
            rule="model-drift",
            severity="error",
            message=f"{each.name} differs between the models and the migrations",
            object=each.name,
            place=service.path,
            hint=_generate(service),
            service=service.name,
            database=ground.name,
        )


def _severity(
    service: Service, group: Sequence[Change], before: Catalog, after: Catalog, recorded: str = ""
) -> Severity:
    """How bad it is; Drizzle generates a migration for everything that it can say, Alembic does not.

    What a model of SQLAlchemy leaves unsaid denies nothing: the name of a constraint, a default that the
    server fills in. A table, index or constraint that only the migrations have breaks nothing, though Alembic
    would drop it.
    """
    if service.orm == "drizzle":
        return _drizzle_severity(group, before, after, recorded)
    if all(each.action == "drop" for each in group) and group[0].object.kind != "column":
        return "warning"
    old = [before.objects.get(each.object) for each in group if each.action == "drop"]
    new = [after.objects.get(each.object) for each in group if each.action == "create"]
    match old, new:
        case [Constraint() as one], [Constraint() as other]:
            return "note" if one.definition == other.definition else "error"
        case [Constraint() | Index() as one], [Constraint() | Index() as other] if _guarantee(
            one
        ) is not None and _guarantee(one) == _guarantee(other):
            return "warning"
    found: set[Severity] = set()
    for each in group:
        was, now = before.objects.get(each.object), after.objects.get(each.object)
        if isinstance(was, Column) and isinstance(now, Column):
            found.add(_column_severity(service, was, now))
        else:
            found.add("error")
    return min(found, key=lambda each: RANKS[each])


def _drizzle_severity(group: Sequence[Change], before: Catalog, after: Catalog, recorded: str) -> Severity:
    """A note for what a Drizzle model cannot say; no error for what only SQL of one's own made."""
    found: set[Severity] = set()
    for each in group:
        was, now = before.objects.get(each.object), after.objects.get(each.object)
        name = json.dumps(each.object.part or each.object.name)
        if isinstance(was, Constraint) and isinstance(now, Constraint):
            alike = msgspec.structs.replace(
                was, valid=now.valid, definition=was.definition.removesuffix(" NOT VALID")
            )
            found.add("note" if alike == now else "error")
        elif isinstance(was, Column) and isinstance(now, Column):
            unsaid = now.collation is None and msgspec.structs.replace(was, collation=None) == now
            found.add("note" if unsaid else "error")
        elif (
            isinstance(was, Constraint | Index)
            and now is None
            and recorded
            and name not in recorded
            and json.dumps(name)[1:-1] not in recorded  # within a key that is JSON itself, from 1.0 on
        ):
            found.add("note" if isinstance(was, Index) and not was.unique else "warning")
        else:
            found.add("error")
    return min(found, key=lambda each: RANKS[each])


def _column_severity(service: Service, was: Column, now: Column) -> Severity:
    """How bad it is that a model of SQLAlchemy has a column otherwise than the migrations.

    What holds the same values is no error, and a note where Alembic itself sees no difference. Without a tool
    `sync` would write the change of a type: there it is one.
    """
    # Serial or identity, by a sequence of whatever name: no model says it.
    if service.orm == "alembic" and _counts(was) and _counts(now):
        was = msgspec.structs.replace(was, default=now.default, identity=now.identity)
    if was != msgspec.structs.replace(now, default=was.default, not_null=_named(was, now), type=was.type):
        return "error"
    found: set[Severity] = {"note"}
    if was.type != now.type:
        alike = mirrors.holds(was.type, now.type) and mirrors.holds(now.type, was.type)
        if service.orm == "sqlalchemy" or not alike:
            return "error"
        if not mirrors.same_but_for_precision(was.type, now.type):
            found.add("warning")
    if now.default is not None:
        if was.default is None:
            return "error"
        if not mirrors.same_default(was.default, now.default, now.type):
            found.add("warning")
    return "warning" if "warning" in found else "note"


def _counts_alone(change: Change, before: Catalog, after: Catalog) -> bool:
    """Whether a sequence comes or goes with the way in which a column counts, which both sides have."""
    found = before.objects.get(change.object) or after.objects.get(change.object)
    return (
        change.action in ("create", "drop")
        and isinstance(found, CountingSequence)
        and found.owned_by is not None
        and found.owned_by in before.objects
        and found.owned_by in after.objects
    )


def _counts(column: Column) -> bool:
    """Whether the server numbers the rows: an identity or serial column."""
    return column.identity is not None or (column.default or "").startswith("nextval(")


def _is_of_others(group: Sequence[Change], before: Catalog, after: Catalog) -> bool:
    """Whether a group is about a table or type that no model has, as far as the models could be loaded."""
    homes = {_home(each.object, before, after)[0] for each in group}
    known = {(ref.schema, ref.name) for ref in after.objects}
    return all(each.action == "drop" for each in group) and not homes & known


def _named(was: Column, now: Column) -> NotNull | None:
    """NOT NULL under the name that it has on the other side."""
    return was.not_null if was.not_null is not None and now.not_null is not None else now.not_null


def _origin(
    whence: Mapping[origins.Key, origins.Origin],
    group: Sequence[Change],
    table: tuple[str, str],
    column: str,
) -> origins.Origin | None:
    """Where the migrations made what a group is about: the object itself, its column, its table."""
    for change in sorted(group, key=lambda each: each.action != "drop"):
        ref = change.object
        key = (ref.schema, ref.name, "" if ref.kind == "index" else ref.part)
        if key in whence and (key[2] or ref.kind == "index"):
            return whence[key]
    found = whence.get((*table, column)) if column else None
    return found or whence.get((*table, ""))


def _by_table(found: Iterable[Model]) -> dict[tuple[str, str], Model]:
    by_table: dict[tuple[str, str], Model] = {}
    for each in found:
        by_table.setdefault((each.schema, each.table), each)
    return by_table


def _place(model: Model | None, column: str) -> Place | None:
    if model is None:
        return None
    return model.places.get(column) or model.places.get("")


def _typed(ref: Ref, places: Mapping[tuple[str, str], Model], *catalogs: Catalog) -> Place | None:
    """Where a model has the first column of a type: an enum, a domain; None for anything else."""
    if ref.part:
        return None
    for catalog in catalogs:
        for other, value in catalog.objects.items():
            model = places.get((other.schema, other.name))
            if model is None or not isinstance(value, Column):
                continue
            if value.type.removesuffix("[]").replace('"', "") == str(ref):
                return _place(model, other.part)
    return None


def _home(ref: Ref, before: Catalog, after: Catalog) -> tuple[tuple[str, str], str]:
    """The table or type that an object belongs to, and the column that it is."""
    value = after.objects.get(ref) or before.objects.get(ref)
    if isinstance(value, Index):
        return (value.table.schema, value.table.name), ""
    return (ref.schema, ref.name), ref.part if ref.kind in ("column", "default") else ""


def _columns(group: Iterable[Change], before: Catalog, after: Catalog) -> tuple[str, ...]:
    for change in group:
        value = after.objects.get(change.object) or before.objects.get(change.object)
        if isinstance(value, Constraint | Index) and value.columns:
            return value.columns
    return ()


def _grouped(changes: Iterable[Change], before: Catalog, after: Catalog) -> list[list[Change]]:
    """Changes that are one to a reader: a constraint of the same columns dropped and created, a table with
    all that is in it.
    """
    changes = list(changes)
    tables = {
        (each.object.schema, each.object.name)
        for each in changes
        if each.object.kind in ("table", "view", "materialized view") and each.action != "alter"
    }
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        ref = change.object
        value = after.objects.get(ref) or before.objects.get(ref)
        home, part = _home(ref, before, after)
        key: tuple[object, ...]
        if home in tables:
            key = ("table", home)
        elif isinstance(value, Constraint | Index) and (unique := _guarantee(value)) is not None:
            key = ("unique", home, *unique)
        elif isinstance(value, Constraint) and value.columns:
            key = (value.type, home, value.columns)
        elif isinstance(value, Index):
            key = ("index", home, value.columns, value.unique)
        elif part:
            key = ("column", home, part)
        else:
            key = (ref,)
        groups.setdefault(key, []).append(change)
    for group in groups.values():
        group.sort(key=lambda each: (each.object.kind not in ("table", "view"), each.action == "drop"))
    return list(groups.values())


def _guarantee(value: Constraint | Index) -> tuple[tuple[str, ...], bool] | None:
    """The columns that are unique together at any moment, and whether nulls are; None for anything else.

    A constraint and an index promise the same, to foreign keys too. ON CONFLICT ON CONSTRAINT takes the name
    of the first alone.
    """
    if isinstance(value, Constraint):
        if (
            value.type != "unique"
            or "DEFERRABLE" in value.definition
            or "WITHOUT OVERLAPS" in value.definition
        ):
            return None
    elif not value.unique or not value.valid or value.predicate is not None:
        return None
    return tuple(sorted(value.columns)), "NULLS NOT DISTINCT" in value.definition


def _said(group: Sequence[Change], before: Catalog, after: Catalog) -> str:
    """One sentence about a group: what the models say, and what the migrations do."""
    first = group[0]
    what = f"{first.kind} {first.object}"
    actions = {each.action for each in group}
    if {"create", "drop"} <= actions and first.action != "alter":
        old = next(each.object for each in group if each.action == "drop")
        new = next(each.object for each in group if each.action == "create")
        said, other = _definition(new, after), _definition(old, before)
        if said == other:
            return (
                f"{first.kind} {new} of the models is called {old.part or old.name} in the migrations: {said}"
            )
        return f"{first.kind} {new} is {said} in the models, and {other} in the migrations"
    if first.action == "create":
        return f"{what} is in the models, and in no migration"
    if first.action == "drop":
        return f"{what} is in the migrations, and in no model"
    details = "; ".join(" ".join(detail.split()) for each in group for detail in each.details)
    return f"{what} differs, from the migrations to the models: {details}"


def _definition(ref: Ref, catalog: Catalog) -> str:
    value = catalog.objects.get(ref)
    return value.definition if isinstance(value, Constraint | Index) else str(ref)


# --------------------------------------------------------------------------------------------------- mirrors


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A model of another owner's table, what differs, and where the table comes from."""

    service: Service
    database: str  # the table's
    table: tuple[str, str]
    model: Model | None
    shape: Shape
    owner: Shape | None  # None: the owner's stream has no such table
    reads_only: bool
    verdicts: tuple[Verdict, ...]


def judged(ground: Ground, service: Service, *, located: bool = True) -> Iterator[Judged]:
    """A service's models of tables that others own, judged, by schema and table.

    Where they stand is only found if they are to be `located`; structs always are. Raises what exporting the
    models raises.
    """
    if service.orm == "sqlx":
        yield from _structs(ground, service)
        return
    if service.orm == "supabase":
        return
    found = ground.reader.mirrored(service)
    if not any(source.foreign for source in found):
        return
    words = history.declared(service)
    places = _by_table(ground.models(service)) if located else {}
    filled = _filled(ground, service)
    done: set[tuple[str, str]] = set()
    for source in found:
        wanted = source.foreign - done
        done |= wanted
        mine = mirrors.shapes(source.catalog, wanted)
        homes = {table: next((each for each in words if each.covers(*table)), None) for table in sorted(mine)}
        owners = {
            name: mirrors.shapes(ground.catalog(name), wanted)
            for name in {(word.database if word else None) or ground.name for word in homes.values()}
        }
        for table, word in homes.items():
            database = (word.database if word else None) or ground.name
            owner = owners[database].get(table)
            shape = _with_filled(mine[table], filled)
            reads_only = word is not None and word.reads_only
            yield Judged(
                service=service,
                database=database,
                table=table,
                model=places.get(table),
                shape=shape,
                owner=owner,
                reads_only=reads_only,
                verdicts=() if owner is None else mirrors.judge(shape, owner, reads_only=reads_only),
            )


def _filled(ground: Ground, service: Service) -> frozenset[tuple[str, str, str]]:
    """(schema, table, column) of the columns that the models themselves always give a value."""
    root, first = ground.project.root, service.search_path[0]
    if service.orm == "drizzle":
        from ormony.adapters import drizzle_models, drizzle_source

        casing = drizzle_models.casing(root, service)
        found: set[tuple[str, str, str]] = set()
        for apart in (False, True):
            if apart and not service.mirror_models:
                continue
            files = sources_of(ground.reader.exported(service, apart=apart).files)
            found |= drizzle_source.filled(root, files, casing=casing, search_path=service.search_path)
        return frozenset(found)
    exported = ground.reader.exported(service)
    return frozenset((schema or first, table, column) for schema, table, column in exported.filled)


def _with_filled(shape: Shape, filled: frozenset[tuple[str, str, str]]) -> Shape:
    return msgspec.structs.replace(
        shape,
        fields=tuple(
            msgspec.structs.replace(each, filled=True)
            if (shape.schema, shape.name, each.name) in filled
            else each
            for each in shape.fields
        ),
    )


def _structs(ground: Ground, service: Service) -> Iterator[Judged]:
    """Rust structs that are read from a table: SQLx checks them when a row is read, and not before."""
    from ormony.adapters import rust_source

    root = ground.project.root
    shapes = mirrors.shapes(ground.reader.own())
    files = [
        path.relative_to(root).as_posix()
        for path in sorted((root / service.path).rglob("*.rs"))
        if not OTHERS & set(path.relative_to(root).parts)
    ]
    for model in rust_source.find(root, files, search_path=service.search_path, tables=shapes):
        table = (model.schema, model.table)
        if model.shape is None or table not in shapes:
            continue
        found = mirrors.judge(model.shape, shapes[table], reads_only=True)
        yield Judged(
            service=service,
            database=ground.name,
            table=table,
            model=model,
            shape=model.shape,
            owner=shapes[table],
            reads_only=True,
            # a struct may have the columns of one query alone
            verdicts=tuple(each for each in found if each.breaks != "incomplete"),
        )


def mirrored(ground: Ground, service: Service) -> Iterator[Finding]:
    """What is wrong with a service's models of others' tables, each also prepared in a shadow."""
    found = list(judged(ground, service, located=False))
    refused = list(_refused_models(ground, service, found))
    wrong = [each for each in found if each.owner is None or each.verdicts]
    if service.orm != "sqlx" and (wrong or refused):
        places = _by_table(ground.models(service))
        wrong = [msgspec.structs.replace(each, model=places.get(each.table)) for each in wrong]
        refused = [
            (msgspec.structs.replace(each, model=places.get(each.table)), what, message)
            for each, what, message in refused
        ]
    for each in wrong:
        yield from _mirror_findings(ground, each, ground.whence(each.database))
    yield from _of_nothing(ground, service, {each.table for each in found})
    for each, what, message in refused:
        full = ".".join(each.table)
        yield Finding(
            rule=f"mirror-breaks-{what}",
            severity="error",
            message=f"the server refuses what the model of {full} {what}: {message}",
            object=full,
            place=str(_place(each.model, "") or service.path),
            hint=_mirror_command(ground, service),
            service=service.name,
            database=ground.name,
        )


def _of_nothing(ground: Ground, service: Service, modelled: Collection[tuple[str, str]]) -> Iterator[Finding]:
    """Declared mirrors of what is not there: a slip in ormony.toml would leave a model unwatched."""
    for word in history.declared(service):
        database = word.database or ground.name
        relations = {
            (ref.schema, ref.name)
            for ref in ground.catalog(database).objects
            if ref.kind in ("table", "view", "materialized view", "foreign table")
        }
        if not any(word.covers(*each) for each in (*relations, *modelled)):
            full = f"{word.schema}.{word.name}"
            yield Finding(
                rule="mirror-incomplete",
                severity="warning",
                message=f"{service.name} is to mirror {full}, which no migration of {database} makes",
                object=full,
                place=ground.project.source,
                hint=f"correct mirrors of [services.{service.name}]",
                service=service.name,
                database=ground.name,
            )


def _refused_models(
    ground: Ground, service: Service, found: Sequence[Judged]
) -> Iterator[tuple[Judged, str, str]]:
    """What a server refuses of the SELECT and INSERT of models in which nothing was found that breaks: the
    model, `reads` or `writes`, and the server's message.
    """
    from ormony.database import prepared

    sound: dict[str, list[Judged]] = {}
    for each in found:
        broken = any(SEVERITIES[verdict.breaks] == "error" for verdict in each.verdicts)
        if each.owner is not None and not broken and service.orm != "sqlx":
            sound.setdefault(each.database, []).append(each)
    for database, models in sound.items():
        texts: list[prepared.Text] = []
        asked: list[tuple[Judged, str]] = []
        for each in models:
            reads, writes = prepared.writes_and_reads(each.shape)
            for what, statement in (("reads", reads), ("writes", writes)):
                if what == "reads" or not (each.reads_only or (each.owner and each.owner.view)):
                    texts.append(prepared.Text(name=what, sql=statement, made=True))
                    asked.append((each, what))
        stream = in_stream_order(ground.readers[database].loaded.stream)
        outcomes = _outcomes(ground, service, f"proofs-{database}", texts, stream, database)
        for (each, what), outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, prepared.Refusal):
                yield each, what, outcome.message


def _outcomes(
    ground: Ground,
    service: Service,
    folder: str,
    texts: Sequence[prepared.Query],
    files: Sequence[StreamFile],
    database: str | None = None,
) -> tuple[prepared.Outcome, ...]:
    """What a server in which these files of a database have run says of statements of a service.

    The answer is kept: it hangs on the files and the statements alone, and a server takes long to start.
    """
    from ormony.database import catalogs, prepared

    reader = ground.readers[database or ground.name]
    path = (*service.search_path, "extensions")

    def ask() -> tuple[prepared.Bare, ...]:
        from ormony.database.connect import connect

        with reader.shadow.lent(files) as url, connect(url) as connection:
            return tuple(map(prepared.bare, prepared.outcomes(connection, texts, search_path=path)))

    if not reader.cache or ground.project.shadow_url is not None:
        found = ask()
    else:
        parts = [_code(), *path, *(part for file in files for part in (file.path, file.text))]
        key = catalogs.key([*parts, "statements", *(text.sql for text in texts)])
        found = kept_of(ground.project.root, folder, service, key, tuple[prepared.Bare, ...], ask)
    return tuple(map(prepared.dressed, texts, found))


@cache
def _code() -> str:
    """A hash of the code that asks: another version may understand otherwise."""
    folder = Path(__file__).parent
    files = (*sorted(folder.glob("sql/*.py")), folder / "database" / "prepared.py")
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()


def _mirror_findings(
    ground: Ground, judged: Judged, whence: Mapping[origins.Key, origins.Origin]
) -> Iterator[Finding]:
    service, table = judged.service, judged.table
    full = ".".join(table)
    name = judged.model.name if judged.model else full
    if judged.owner is None:
        place = _place(judged.model, "")
        yield Finding(
            rule="mirror-breaks-reads",
            severity="error",
            message=f"{name} is a model of {full}, which no migration of {judged.database} makes",
            object=full,
            place=str(place) if place else service.path,
            hint="remove the model, or let its owner make the table",
            service=service.name,
            database=ground.name,
        )
        return
    lacking = [
        each
        for each in judged.verdicts
        if each.breaks == "incomplete" and each.edit is not None and each.edit.action == "add"
    ]
    if lacking and not judged.reads_only:
        place = _place(judged.model, "")
        origin = whence.get((*table, ""))
        columns = ", ".join(
            f"{each.column} ({each.edit.field.type})" for each in lacking if each.edit and each.edit.field
        )
        yield Finding(
            rule="mirror-incomplete",
            severity="warning",
            message=f"{name}, the model of {full} in {service.name}, lacks what the table has: {columns}",
            object=full,
            place=str(place) if place else service.path,
            sides=(Side(origin.created, f"{full} in the migrations"),) if origin else (),
            hint=_mirror_command(ground, service),
            service=service.name,
            database=ground.name,
        )
    for verdict in judged.verdicts:
        if verdict in lacking:
            continue
        place = _place(judged.model, verdict.column)
        origin = whence.get((*table, verdict.column)) if verdict.column else None
        key = verdict.edit.reference if verdict.edit else None
        if verdict.edit is not None and "reference" in verdict.edit.change and key is not None:
            origin = whence.get((*table, key.name)) or origin
        home = whence.get((*table, ""))
        side = origin.place if origin else home.created if home else None
        yield Finding(
            rule=f"mirror-{BREAKS[verdict.breaks]}",
            severity=SEVERITIES[verdict.breaks],
            message=f"{name}, the model of {full} in {service.name}, {_lead(verdict)}{verdict.message}",
            object=f"{full}.{verdict.column}" if verdict.column else full,
            place=str(place) if place else service.path,
            sides=(Side(side, f"{full} in the migrations"),) if side else (),
            hint=_mirror_command(ground, service)
            if verdict.edit is not None and verdict.breaks != "cosmetic"
            else None,
            service=service.name,
            database=ground.name,
        )


def _mirror_command(ground: Ground, service: Service) -> str:
    several = f" --database {ground.name}" if len(ground.project.databases) > 1 else ""
    return f"ormony mirror --write --service {service.name}{several}   # edits the model"


BREAKS: Final[Mapping[str, str]] = {
    "reads": "breaks-reads",
    "writes": "breaks-writes",
    "incomplete": "incomplete",
    "cosmetic": "cosmetic",
}
"""What a verdict breaks, as the rest of its rule's name."""


def _lead(verdict: Verdict) -> str:
    """What joins the model's name and a verdict that begins with the name of a column."""
    return "has a column that differs: " if verdict.edit and verdict.edit.action == "alter" else ""


# ------------------------------------------------------------------------------------------------ references


def references(ground: Ground) -> Iterator[Finding]:
    """References to another database, as ormony.toml declares them: both columns exist, and have one type."""
    database = next(each for each in ground.project.databases if each.name == ground.name)
    for each in database.references:
        mine = mirrors.shapes(ground.catalog(), {(each.schema, each.table)}).get((each.schema, each.table))
        its = mirrors.shapes(ground.catalog(each.database), {(each.to_schema, each.to_table)}).get(
            (each.to_schema, each.to_table)
        )
        here = f"{each.schema}.{each.table}.{each.column}"
        there = f"{each.database}:{each.to_schema}.{each.to_table}.{each.to_column}"
        column = mine.field(each.column) if mine else None
        target = its.field(each.to_column) if its else None
        wrong = None
        if column is None:
            wrong = f"{here} does not exist, and references {there} by ormony.toml"
        elif target is None or its is None:
            wrong = f"{here} references {there}, which does not exist"
        elif not (mirrors.holds(column.type, target.type) and mirrors.holds(target.type, column.type)):
            wrong = f"{here} is {column.type}, and references {there}, which is {target.type}"
        elif (each.to_column,) not in (its.primary, *its.unique):
            wrong = f"{here} references {there}, which is no primary key and not unique"
        if wrong is not None:
            origin = ground.whence().get((each.schema, each.table, each.column))
            yield Finding(
                rule="broken-reference",
                severity="error",
                message=wrong,
                object=here,
                place=origin.place if origin else ground.project.source,
                sides=(Side(ground.project.source, f"[databases.{ground.name}.references]"),),
                hint="change the column, or the line in ormony.toml",
                database=ground.name,
            )


# --------------------------------------------------------------------------------------------------- queries


def queries(
    ground: Ground, service: Service, pending: frozenset[str], skipped: Callable[[str], None]
) -> Iterator[Finding]:
    """Statements of a service that the stream breaks: cached by SQLx, or literal in its sources.

    `pending` are the paths of the stream files that are new: a statement that worked without them is an
    error. `skipped` is told what could not be looked at.
    """
    from ormony.adapters import sqlx_queries
    from ormony.database import prepared

    others = [each.path for each in ground.project.services if each.path not in (service.path, ".", "")]
    found = sqlx_queries.find(ground.project.root, service, without=others)
    left = found.skipped.get(sqlx_queries.AT_RUN_TIME, 0)
    if left:
        skipped(f"{_counted(left, 'statement')} in {service.path}, put together at run time")
    unread = found.skipped.get(sqlx_queries.UNREADABLE, 0)
    if unread:
        skipped(f"{_counted(unread, 'file')} in {service.path} that cannot be read")
    if not found.queries:
        return
    stream = in_stream_order(ground.reader.loaded.stream)
    outcomes = _outcomes(ground, service, f"queries-{ground.name}", found.queries, stream)
    unsaid = sum(isinstance(each, prepared.Unchecked) for each in outcomes)
    if unsaid:
        skipped(
            f"{_counted(unsaid, 'statement')} in {service.path} that PostgreSQL does not look at beforehand"
        )
    refused = [each for each in outcomes if isinstance(each, prepared.Refusal)]
    if refused:
        settled = [each for each in stream if each.path not in pending] if pending else stream[:-1]
        then = _outcomes(ground, service, f"queries-before-{ground.name}", found.queries, settled)
        before = [each for each in then if isinstance(each, prepared.Refusal)]
        broken = prepared.broken(before, refused)
        if broken.errors:
            new = [each for each in stream if each.path in pending] if pending else stream[-1:]
            own = origins.natives(ground.reader.loaded.services, ground.reader.loaded.histories)
            taken = origins.taken(new, own)
            only = new[0].path if len(new) == 1 else None
            for refusal in broken.errors:
                name = refusal.object.rpartition(".")[2].strip('"')
                yield _refused(ground, service, refusal, "error", taken.get(name, only))
        for refusal in broken.warnings:
            yield _refused(ground, service, refusal, "warning" if _is_cached(refusal.query) else "note")
    for outcome in outcomes:
        if isinstance(outcome, prepared.Prepared) and isinstance(outcome.query, sqlx_queries.Query):
            types = list(
                zip(
                    outcome.parameters,
                    outcome.internal,
                    outcome.labels or ((),) * len(outcome.parameters),
                    strict=False,
                )
            )
            for said in sqlx_queries.stale(outcome.query, types, outcome.columns):
                yield Finding(
                    rule="stale-query",
                    severity="warning",
                    message=f"the cached query {outcome.query.name} is out of date: {said}",
                    object=outcome.query.name,
                    place=outcome.query.place,
                    hint=_prepare(service, outcome.query),
                    service=service.name,
                    database=ground.name,
                )


def _prepare(service: Service, query: object) -> str:
    """The command that caches queries anew where this one is: in the crate, or for the workspace."""
    cached = getattr(query, "cached", None)
    home = PurePosixPath(cached.path).parent.parent.as_posix() if cached is not None else service.path
    command = "cargo sqlx prepare" + ("" if home == service.path else " --workspace")
    return command if home in ("", ".") else f"(cd {shlex.quote(home)} && {command})"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _is_cached(query: object) -> bool:
    return getattr(query, "kind", "") == "sqlx-cache"


def _refused(
    ground: Ground, service: Service, refusal: object, severity: Severity, cause: str | None = None
) -> Finding:
    """A statement that is refused; `cause` is where a migration breaks it, if that can be told."""
    from ormony.database import prepared

    assert isinstance(refusal, prepared.Refusal)
    gone = f" ({refusal.object})" if refusal.object and refusal.object not in refusal.message else ""
    return Finding(
        rule="query-breaks",
        severity=severity,
        message=f"a query of {service.name} is refused: {refusal.message}{gone}",
        object=refusal.object or refusal.query.name,
        place=refusal.place or refusal.query.place,
        sides=(Side(cause, "the migration that breaks it"),) if cause else (),
        hint=refusal.hint or "change the query, or keep what it uses until no service does",
        service=service.name,
        database=ground.name,
    )


# -------------------------------------------------------------------------------------------------- database


def deployed(ground: Ground, url: str, versions: frozenset[str]) -> Iterator[Finding]:
    """Where a database differs from what its deployed files make of an empty one."""
    reader = ground.reader
    files = tuple(each for each in in_stream_order(reader.loaded.stream) if each.version in versions)
    expected = Source(name="migrations", kind="migrations", catalog=reader.replayed(files))
    found = reader.read(url)
    actual = Source(name="deployed", kind="deployed", catalog=found.catalog)
    before, after = reader.comparable(expected, actual)
    whence = ground.whence()
    name = "deployed" if url == _configured(ground) else "URL"
    if len(ground.project.databases) > 1:
        name += f" --database {ground.name}"
    for change in _wholes(compare(before, after), before, after):
        ref = change.object
        home, part = _home(ref, before, after)
        itself = whence.get((ref.schema, ref.name, "" if ref.kind == "index" else ref.part))
        origin = itself or whence.get((*home, part)) or whence.get((*home, ""))
        details = "; ".join(" ".join(each.split()) for each in change.details)
        details = f": {details}" if details else ""
        made = "in no migration" + (" that is deployed" if itself else "")
        said = {"create": f"is in the database, and {made}", "drop": "is missing in the database"}
        yield Finding(
            rule="drift",
            severity="error",
            message=f"{change.kind} {ref} {said.get(change.action, 'differs in the database')}{details}",
            object=str(ref),
            place=origin.place if origin else None,
            hint=f"ormony diff migrations {name}   # then put the change into a migration, or take it back",
            database=ground.name,
        )
    for each in uncompared(before, after):
        yield Finding(
            rule="drift",
            severity="error",
            message=f"{each.name} differs in the database",
            object=each.name,
            database=ground.name,
        )


def _configured(ground: Ground) -> str | None:
    """The address that ormony.toml has for the database, if it can be told."""
    try:
        return target_url(ground.project.chosen(ground.name)[0])
    except OrmonyError:
        return None


def _wholes(changes: Collection[Change], before: Catalog, after: Catalog) -> Iterator[Change]:
    """Without what is in, or stands beside, an object that is there on one side alone: that says it all."""
    alone = {
        each.object for each in changes if each.action != "alter" and each.kind not in get_args(Attached)
    }
    for change in changes:
        ref = change.object
        within = holder(ref, after) or holder(ref, before)
        if within not in alone and (ref not in alone or change.kind not in get_args(Attached)):
            yield change


def failed(ground_name: str, error: OrmonyError, rule: str) -> Finding:
    """An error that kept an edge from being looked at, as a finding."""
    return Finding(
        rule=rule,
        severity="error",
        message=f"{error.message} [{error.code}]",
        # DDL that a model's tool wrote is called `(the models of api)`: that is no file.
        place=re.sub(r"(:\d+):\d+$", r"\1", error.place)
        if error.place and not error.place.startswith("(")
        else None,
        hint=error.hint,
        database=ground_name,
    )
