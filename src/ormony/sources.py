"""A source, written as a word, a URL or a path, as a catalog.

`migrations`, `service:NAME`, `models:NAME`, `behavior`, `deployed`, a `postgresql://` URL or `env:NAME` of
one, a `.sql` file or a folder of them, a `.json` snapshot. A source becomes a catalog by being run in a
shadow, or by being read where it is a database. This module compares nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from ormony import files, history, narrow, origins, snapshot, sql
from ormony import stream as streams
from ormony.catalog import Catalog, Extension, Ref
from ormony.database import catalogs
from ormony.diff import Rename
from ormony.errors import OrmonyError
from ormony.history import Notice, Service
from ormony.loading import Loaded, exported_of, kept_of, load, open_shadow, url_of
from ormony.project import Database, Project, address
from ormony.stream import StreamFile, source_of

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from ormony.adapters.exported import Exported
    from ormony.behavior.desired import Desired
    from ormony.behavior.macros import Settings
    from ormony.behavior.order import Text
    from ormony.database.rebuild import Ground
    from ormony.database.shadow import Shadow

SourceKind = Literal["migrations", "service", "models", "behavior", "deployed", "url", "sql", "snapshot"]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, and its catalog.

    `scope` are the (schema, name) of the relations, types and routines that it speaks about, or None when it
    is a whole database. `service` is the one whose part it is. `foreign` are the tables in it that others
    own: what models say of those. `ignored` are (schema, table, name) of what of a table the service's tool
    is told to leave alone. `renames` are told by lines of its SQL.
    """

    name: str
    kind: SourceKind
    catalog: Catalog
    scope: frozenset[tuple[str, str]] | None = None
    service: str | None = None
    foreign: frozenset[tuple[str, str]] = frozenset()
    ignored: frozenset[tuple[str, str, str]] = frozenset()
    renames: tuple[Rename, ...] = ()
    notices: tuple[Notice, ...] = ()


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A service's DDL beside what it needs, what of it is the service's, and what others'.

    `untouched`: the whole stream makes the same of it, so that there is nothing to run.
    """

    files: tuple[StreamFile, ...]
    scope: frozenset[tuple[str, str]]
    foreign: frozenset[tuple[str, str]] = frozenset()
    untouched: bool = False


@cache
def _code() -> str:
    """A hash of the code that prepares sources: another version may do so otherwise."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (
        Path(__file__),
        *sorted(package.glob("sql/*.py")),
        package / "narrow.py",
        *sorted(package.glob("plan/**/*.py")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Reader:
    """Reads sources of one database of a project, or of none; shadows start when they are needed."""

    def __init__(
        self,
        project: Project | None,
        database: Database | None,
        *,
        cache: bool = True,
        loaded: Loaded | None = None,
        tolerant: bool = False,
    ) -> None:
        """`loaded` is what `load` gives, where it was loaded already or is to be another stream. `tolerant`
        goes on without what cannot be read, as `load` does and `exported_of` with `partial`.
        """
        self.project, self.database, self.cache = project, database, cache
        self._tolerant = tolerant
        self._loaded = loaded
        self._lock = threading.RLock()  # `check` asks from several threads
        self._exported: dict[tuple[str, bool], Future[Exported]] = {}
        self._models_read: dict[tuple[str, bool], Source] = {}
        self._shadow: Shadow | None = None
        self._own: Catalog | None = None
        self._pool: Executor | None = None
        self._stack = contextlib.ExitStack()
        url = project.shadow_url if project is not None else None
        self.replays = catalogs.Replays(self.root, lambda: self.shadow, url=url, cache=cache)
        """What files make of an empty database, read once."""

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:  # what it is at may need what is closed next
            self._pool.shutdown(cancel_futures=True)
        self._stack.close()

    @property
    def root(self) -> Path:
        """The project's folder, or the working directory without one."""
        return self.project.root if self.project is not None else Path.cwd()

    @property
    def shadow(self) -> Shadow:
        """The shadow that all sources share."""
        with self._lock:
            if self._shadow is None:
                self._shadow = self._stack.enter_context(
                    open_shadow(self.root, self.project.shadow_url if self.project is not None else None)
                )
            return self._shadow

    @cached_property
    def loaded(self) -> Loaded:
        """The stream and the histories of the database."""
        if self._loaded is not None:
            return self._loaded
        project, database = self._needs_project("migrations")
        return load(project, database, tolerant=self._tolerant)

    def read(self, text: str) -> Source:
        """The source of this name.

        Raises:
            OrmonyError: `unknown-source`, `unknown-service`, `no-project`, and whatever its replay meets.
        """
        kind, name = parse(text)
        match kind:
            case "migrations":
                return Source(name=text, kind=kind, catalog=self.migrations())
            case "behavior":
                return Source(name=text, kind=kind, catalog=self.behavior().wanted)
            case "deployed":
                project, database = self._needs_project(text)
                return Source(name=text, kind=kind, catalog=read_url(url_of(project, database)))
            case "url":
                return Source(name=text, kind=kind, catalog=read_url(name))
            case "snapshot":
                return Source(name=text, kind=kind, catalog=snapshot.decode(_bytes(name), place=name))
            case "sql":
                files = sql_files(Path(name))
                from ormony.plan import renames

                told = tuple(rename for file in files for rename in renames.in_sql(file.text, file.path))
                return Source(name=text, kind=kind, catalog=self.replayed(files), renames=told)
            case "service":
                return self._service(text, name)
            case "models":
                return self._models(text, name)

    @property
    def surface(self) -> Catalog:
        """A database with the surface and nothing else."""
        return self.replayed(())

    def own(self) -> Catalog:
        """The stream, replayed, without the surface and the ledgers."""
        if self._own is None:
            self._own = narrow.without_surface(self.migrations(), self.surface, self.ledgers())
        return self._own

    def migrations(self) -> Catalog:
        """The stream, replayed."""
        return self.replayed(self.loaded.stream)

    def replayed(self, files: tuple[StreamFile, ...], *, brief: bool = False) -> Catalog:
        """What these files make of an empty database with the surface; `brief` as in `Replays.of`."""
        return self.replays.of(files, brief=brief)

    def behavior(self) -> Desired:
        """The stream as it is, and as the behavior files and macros want it. Raises what `desired` does."""
        from ormony.behavior import desired
        from ormony.plan import make_plan

        project, database = self._needs_project("behavior")
        ledgers = self.ledgers()

        def cut(whole: Catalog) -> Catalog:
            found = narrow.without_surface(whole, self.surface, ledgers)
            # An extension brings its comment, which its creator may have no right to set.
            comments = {ref: text for ref, text in found.comments.items() if ref.kind != "extension"}
            return narrow.with_default_privileges(msgspec.structs.replace(found, comments=comments), whole)

        return desired.desired(
            streams.in_stream_order(self.loaded.stream),
            behavior_texts(project.root, database, self.loaded.services),
            settings_of(project, database),
            replayed=lambda files, settled: self.replays.of(files, settled=settled),
            cut=cut,
            script=lambda old, new: make_plan(old, new).script(),
        )

    def _service(self, text: str, name: str) -> Source:
        """A service's merged migrations alone, beside what they need of others."""
        project, database = self._needs_project(text)
        service = project.service(name, database.name)
        prepared = self._kept("services", service, "", lambda: self._prepare_merged(service))
        return Source(
            name=text,
            kind="service",
            catalog=self.replayed(prepared.files, brief=True),
            scope=prepared.scope,
            service=name,
            notices=self._waiting(service, text),
        )

    def merged(self, service: Service) -> Source:
        """A service's merged migrations, to be compared with its models and with nothing else.

        Where no other file of the stream touches what they make, that is read off the stream.
        """
        text = f"service:{service.name}"

        def prepare() -> _Prepared:
            owned = self.owned(service)
            if self._untouched(service, owned):
                return _Prepared(files=(), scope=owned, untouched=True)
            return self._prepare_merged(service)

        prepared = self._kept("services", service, "to compare with models", prepare)
        return Source(
            name=text,
            kind="service",
            catalog=self.migrations() if prepared.untouched else self.replayed(prepared.files, brief=True),
            scope=prepared.scope,
            service=service.name,
        )

    def _untouched(self, service: Service, owned: frozenset[tuple[str, str]]) -> bool:
        """Whether surely no other file changes what models would say of what the service's files make."""
        for file in self.loaded.stream:
            if file.provenance is not None and file.provenance.service == service.name:
                continue
            for fact in _facts(file, _path_of(file)):
                if not _is_plain(fact.statement):
                    return False
                if fact.statement.kind == "CreateTrigStmt":
                    continue  # no model speaks of triggers
                named = fact.creates | fact.alters | fact.drops
                if fact.statement.kind not in _READING:
                    named |= (fact.uses | fact.uses_late) - fact.foreign_keys
                if any((each.schema, each.of or each.name) in owned for each in named):
                    return False
        return True

    def _prepare_merged(self, service: Service) -> _Prepared:
        files = self._merged(service.name)
        owned, used = _named(files, service.search_path)
        return _Prepared(files=(*self._context(used - owned), *files), scope=owned)

    def _kept(self, folder: str, service: Service, ddl: str, prepare: Callable[[], _Prepared]) -> _Prepared:
        """What `prepare` gives; as it was before, where nothing changed that it hangs on.

        To parse and to plan takes longer than all else that an unchanged comparison does.
        """
        if not self.cache:
            return prepare()
        stream = [
            part for file in self.loaded.stream for part in (file.path, repr(file.provenance), file.text)
        ]
        ledgers = [".".join(each) for each in sorted(self.ledgers())]
        key = catalogs.key((_code(), repr(service), ddl, *stream, *ledgers))
        return kept_of(self.root, folder, service, key, _Prepared, prepare)

    def _merged(self, name: str) -> tuple[StreamFile, ...]:
        """The files of the stream that come from this service."""
        return tuple(f for f in self.loaded.stream if f.provenance and f.provenance.service == name)

    def owned(self, service: Service) -> frozenset[tuple[str, str]]:
        """(schema, name) of what the service's merged migrations make."""
        return _named(self._merged(service.name), service.search_path)[0]

    def _waiting(self, service: Service, text: str) -> tuple[Notice, ...]:
        merged = {f.provenance.source for f in self._merged(service.name) if f.provenance}
        revisions = self.loaded.histories[service.name].revisions
        waiting = [each for each in revisions if source_of(service, each) not in merged]
        if not waiting:
            return ()
        what = f'{len(waiting)} of the migrations of "{service.name}" are not in the stream'
        return (
            Notice(
                code="not-merged",
                message=what if text.startswith("models:") else f'{what}, nor in "{text}"',
                hint="ormony sync",
            ),
        )

    def _models(self, text: str, name: str, *, apart: bool = False) -> Source:
        """What a service's models say, beside what they need of others; with `apart` its `mirror_models`.

        They speak of what the service's own merged migrations made, and of what nobody else made. Without
        such migrations they speak of all that they hold but for mirrors and other services' tables.
        """
        project, database = self._needs_project(text)
        service = project.service(name, database.name)
        if (name, apart) in self._models_read:
            return self._models_read[name, apart]
        found = self.exported(service, apart=apart)
        folder = "models-apart" if apart else "models"
        prepared = self._kept(folder, service, found.sql, lambda: self._prepare_models(service, found.sql))
        scope, foreign = prepared.scope, prepared.foreign
        filtered = {(schema or service.search_path[0], table) for schema, table in found.excluded}
        catalog = self.replayed(prepared.files, brief=True)
        tables = {(ref.schema, ref.name) for ref in catalog.objects if ref.kind in ("table", "view")}
        mirrored = {each for each in tables for word in history.declared(service) if word.covers(*each)}
        mine = (scope & tables) - filtered - mirrored
        scope -= _types_of_others(catalog, mine, tables - mine)
        unsaid = sorted(foreign & tables - filtered - mirrored)
        notice = Notice(
            code="not-owned",
            message=f'the models of "{name}" hold what others own, which is not compared: '
            + ", ".join(".".join(filter(None, each)) for each in unsaid),
            hint=f"in ormony.toml, under [services.{name}]: mirrors = "
            + msgspec.json.encode([".".join(filter(None, each)) for each in unsaid]).decode(),
        )
        source = Source(
            name=text,
            kind="models",
            catalog=catalog,
            scope=frozenset(scope - filtered - mirrored),
            service=name,
            foreign=frozenset((foreign & tables) | (mirrored & (scope | foreign))),
            ignored=frozenset(
                (schema or service.search_path[0], table, part) for schema, table, part in found.ignored
            ),
            notices=(*found.notices, *((notice,) if unsaid else ()), *self._waiting(service, text)),
        )
        self._models_read[name, apart] = source
        return source

    def prefetch(self, services: Iterable[Service], *, server: bool = False) -> None:
        """Begin to export the models of several services at the same time, beside whatever else is done.

        With `server` that of the shadows is started, too. What fails fails when it is asked for.
        """
        from concurrent.futures import ThreadPoolExecutor

        jobs = [(each, False) for each in services if each.orm in ("drizzle", "alembic")]
        jobs += [(each, False) for each in services if each.orm == "sqlalchemy" and each.models]
        jobs += [(each, True) for each, _ in jobs if each.orm == "drizzle" and each.mirror_models]
        if not jobs and not server:
            return
        pool = self._pool = ThreadPoolExecutor(len(jobs) + server)
        for service, apart in jobs:
            self._exported[service.name, apart] = pool.submit(
                exported_of, self.root, service, apart=apart, cache=self.cache, partial=self._tolerant
            )
        if server:
            modelled = {service.name for service, _ in jobs}
            pool.submit(lambda: self.shadow.start(trials=len(modelled)))

    def exported(self, service: Service, *, apart: bool = False) -> Exported:
        """The DDL of a service's models, once for this reader; see `loading.exported_of`."""
        from concurrent.futures import Future

        with self._lock:
            begun = self._exported.get((service.name, apart))
            mine = begun is None
            if begun is None:
                begun = self._exported[service.name, apart] = Future()
        if mine:
            try:
                found = exported_of(self.root, service, apart=apart, cache=self.cache, partial=self._tolerant)
                begun.set_result(found)
            except BaseException as error:
                begun.set_exception(error)
        return begun.result()

    def mirrored(self, service: Service) -> tuple[Source, ...]:
        """The sources that hold a service's models of tables that others own: its models, and those apart.

        Raises what exporting them raises.
        """
        found = [self.read(f"models:{service.name}")]
        if service.mirror_models and service.orm == "drizzle":
            found.append(self._models(f"models:{service.name}", service.name, apart=True))
        return tuple(found)

    def _prepare_models(self, service: Service, ddl: str) -> _Prepared:
        path, surface = f"(the models of {service.name})", self.surface
        facts = [
            each
            for each in sql.facts(ddl, search_path=service.search_path, path=path)
            if not _of_surface(each, surface)
        ]
        made, used = _names_in(facts)
        # Types stand before the tables of others, whose columns may have them.
        first: list[sql.Facts] = []
        rest: list[sql.Facts] = []
        known: set[sql.Name] = set()
        for each in facts:
            early = {name.kind for name in each.creates} in ({"schema"}, {"type"}, {"role"})
            (first if early and each.needs <= known else rest).append(each)
            known |= each.creates if early else set()
        files = (
            _file(path, "types", first, service),
            *self._context(used - made, made=made, extensions=True),
            _file(path, "models", rest, service),
        )
        scope, foreign = self._owned(service, made)
        return _Prepared(
            files=tuple(file for file in files if file.text),
            scope=frozenset(scope),
            foreign=frozenset(foreign),
        )

    def _owned(self, service: Service, made: frozenset[tuple[str, str]]) -> tuple[set[tuple[str, str]], ...]:
        """What of the models is the service's, and what is others'."""
        own: set[tuple[str, str]] = set()
        theirs: set[tuple[str, str]] = set()
        hand_written: set[tuple[str, str]] = set()
        for file in self.loaded.stream:
            creates = _named([file], _path_of(file))[0]
            if file.provenance is None:
                hand_written |= creates
            else:
                (own if file.provenance.service == service.name else theirs).update(creates)
        # Models without a migration tool speak of tables that are there by hand as of any other's.
        alone = service.orm == "sqlalchemy"
        foreign = made & (theirs | hand_written if own or alone else theirs) - own
        return own | (made - foreign), set(foreign)

    def _context(
        self,
        names: frozenset[tuple[str, str]],
        *,
        made: frozenset[tuple[str, str]] = frozenset(),
        extensions: bool = False,
    ) -> tuple[StreamFile, ...]:
        """A file that makes what others own, as the stream made it: tables without foreign keys and
        policies; not what is `made` elsewhere; with `extensions`, all that the stream has."""
        whole = self.own()
        needed = narrow.needed_by(whole, names)
        if made or extensions:
            places = {Ref("schema", "", e.schema) for e in whole.objects.values() if isinstance(e, Extension)}
            needed = narrow.keep(
                whole,
                lambda ref: (
                    (ref in needed.objects and (ref.schema, ref.name) not in made)
                    or (extensions and (ref.kind == "extension" or ref in places))
                ),
            )
        if not needed.objects:
            return ()
        surface = self.surface
        both = msgspec.structs.replace(
            surface,
            objects={**surface.objects, **needed.objects},
            column_order={**surface.column_order, **needed.column_order},
            depends={**surface.depends, **needed.depends},
        )
        from ormony.plan import make_plan

        script = make_plan(surface, both).script()
        return (StreamFile(path="(what others own)", version="00000", name="context", text=script),)

    def read_both(self, one: str, other: str) -> tuple[Source, Source]:
        """Two sources; two databases are read at the same time."""
        if not {parse(one)[0], parse(other)[0]} <= {"url", "deployed"}:
            return self.read(one), self.read(other)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(self.read, other)
            return self.read(one), reading.result()

    def comparable(self, one: Source, other: Source) -> tuple[Catalog, Catalog]:
        """The catalogs of two sources, cut down to what both speak about.

        Two databases, or snapshots of such, are compared whole. Anything else is compared without Supabase's
        surface, the ledgers, and the name of the role that runs migrations.
        """
        left, right = one.catalog, other.catalog
        scopes = [each for each in (one.scope, other.scope) if each is not None]
        if len(scopes) == 2 and one.service == other.service:
            scopes = [scopes[0] | scopes[1]]  # a model that no migration makes yet, and the other way round
        for scope in scopes:
            left, right = narrow.restricted(left, scope), narrow.restricted(right, scope)
        if "models" in (one.kind, other.kind):
            ignored = one.ignored | other.ignored
            left, right = self._without_behavior(left, right, one, other)
            if one.kind == "models":
                left, right = narrow.as_modelled(left, right, ignored)
            if other.kind == "models":
                right, left = narrow.as_modelled(right, left, ignored)
        if not {one.kind, other.kind} <= {"url", "deployed"}:
            left, right = snapshot.redacted(left), snapshot.redacted(right)
        if {one.kind, other.kind} <= {"url", "snapshot"}:
            return self._alike(left, right)
        ledgers = self.ledgers()
        whole = left, right
        left = narrow.without_surface(left, self.surface, ledgers)
        right = narrow.without_surface(right, self.surface, ledgers)
        if not scopes and whole[0].role == whole[1].role:
            left = narrow.with_changed_defaults(left, whole[0], whole[1])
            right = narrow.with_changed_defaults(right, whole[1], whole[0])
        return self._alike(left, narrow.as_role(right, left.role))

    def _without_behavior(
        self, left: Catalog, right: Catalog, one: Source, other: Source
    ) -> tuple[Catalog, Catalog]:
        """Both without the policies and indexes of behavior that no model has: none is to have them."""
        from ormony.behavior.desired import made_by_behavior
        from ormony.behavior.order import name_of

        made = made_by_behavior(self.loaded.stream)
        if not made:
            return left, right
        models = {
            ref
            for each, catalog in ((one, left), (other, right))
            if each.kind == "models"
            for ref in catalog.objects
        }

        def wanted(ref: Ref) -> bool:
            return ref.kind not in ("index", "policy") or ref in models or name_of(ref) not in made

        return narrow.keep(left, wanted), narrow.keep(right, wanted)

    def whole(self, one: Source, other: Source) -> Catalog:
        """What `comparable` gives of `one`, not cut to what the other speaks about: it can be made again."""
        if {one.kind, other.kind} <= {"url", "snapshot"}:
            return self.comparable(one, other)[0]
        found = one.catalog if one.kind in ("url", "deployed") else snapshot.redacted(one.catalog)
        return narrow.without_surface(found, self.surface, self.ledgers())

    def ground(self, one: Source, other: Source) -> Ground:
        """What lies beneath the catalogs that `whole` gives."""
        from ormony.database.rebuild import Ground

        if {one.kind, other.kind} <= {"url", "snapshot"}:
            return Ground(prepared=False)
        return Ground(prepared=True, ledgers=self.ledgers())

    def _alike(self, one: Catalog, other: Catalog) -> tuple[Catalog, Catalog]:
        """Both as one server would print them, where they are of two versions."""
        if one.version // 10000 == other.version // 10000:
            return one, other
        from ormony.database import reprint

        return reprint.alike(one, other, self.replays)

    def ledgers(self) -> frozenset[tuple[str, str]]:
        """(schema, table) of the ledgers of the services' tools."""
        if self.project is None or self.database is None:
            return frozenset()
        found = set()
        for service in self.loaded.services:
            ledger = self.loaded.histories[service.name].ledger
            if ledger is not None:
                found.add((ledger.schema or service.search_path[0], ledger.table))
        return frozenset(found)

    def _needs_project(self, what: str) -> tuple[Project, Database]:
        if self.project is None or self.database is None:
            raise OrmonyError(
                "no-project",
                f'the source "{what}" needs a project',
                hint="ormony --project DIR diff …",
            )
        return self.project, self.database


@contextlib.contextmanager
def opened(
    project: Project,
    *,
    cache: bool = True,
    tolerant: bool = False,
    ahead: Callable[[Reader, Database], None] = lambda reader, database: None,
) -> Iterator[Mapping[str, Reader]]:
    """A reader for each database of a project, by its name; their streams and histories are loaded.

    `ahead` may begin what takes long before they are; `tolerant` is that of `load`.
    """
    with contextlib.ExitStack() as stack:
        readers = {
            each.name: stack.enter_context(Reader(project, each, cache=cache, tolerant=tolerant))
            for each in project.databases
        }
        for each in project.databases:
            ahead(readers[each.name], each)
        for reader in readers.values():
            _ = reader.loaded
        yield readers


def parse(text: str) -> tuple[SourceKind, str]:
    """The kind of a source and what follows its colon, its URL or its path.

    Raises:
        OrmonyError: `unknown-source`.
    """
    head, _, tail = text.partition(":")
    if text == "migrations":
        return "migrations", text
    if text == "behavior":
        return "behavior", text
    if text == "deployed":
        return "deployed", text
    if text.startswith(("postgresql://", "postgres://", "env:")):
        return "url", address(text) or text
    if head == "service" and tail:
        return "service", tail
    if head == "models" and tail:
        return "models", tail
    if text.endswith(".json"):
        return "snapshot", text
    if text.endswith(".sql") or (text and Path(text).is_dir()):
        return "sql", text
    raise OrmonyError(
        "unknown-source",
        f'"{text}" is no source',
        hint="a source is migrations, service:NAME, models:NAME, behavior, deployed, a postgresql:// URL, "
        "env:NAME of one, a .sql file, a folder of them, or a .json snapshot",
    )


def behavior_texts(root: Path, database: Database, services: Iterable[Service]) -> tuple[Text, ...]:
    """The behavior files of a database: those of its folder, and of `db/behavior` of each service."""
    from ormony.behavior.order import Text

    found: dict[str, Text] = {}
    folders = [(f"{service.path}/db/behavior", service) for service in services]
    for folder, service in (*folders, (database.behavior, None)):
        for path in sorted((root / folder).rglob("*.sql")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and name not in found:
                found[name] = Text(
                    path=name,
                    text=files.read_text(root, name).removeprefix("\ufeff"),
                    service=service.name if service is not None else None,
                    search_path=service.search_path if service is not None else ("public",),
                )
    return tuple(sorted(found.values(), key=lambda each: (each.service is not None, each.path)))


def settings_of(project: Project, database: Database) -> Settings:
    """`[behavior]` of ormony.toml for this database: the one it names, else the first."""
    from ormony.behavior.macros import Settings

    chosen = project.behavior.database or project.databases[0].name
    return project.behavior if chosen == database.name else Settings()


def _named(
    files: Sequence[StreamFile], search_path: Sequence[str]
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """(schema, name) of what these files create, and of all that they use."""
    found = [_names_of(file, tuple(search_path)) for file in files]
    return frozenset().union(*(each[0] for each in found)), frozenset().union(*(each[1] for each in found))


@lru_cache(maxsize=4096)  # every service asks about every file of the stream
def _names_of(
    file: StreamFile, search_path: tuple[str, ...]
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    return _names_in(_facts(file, search_path))


def _facts(file: StreamFile, search_path: tuple[str, ...]) -> tuple[sql.Facts, ...]:
    if search_path == origins.search_path(file):
        return origins.facts(file)
    return sql.facts(file.body, search_path=search_path, path=file.path)


# Statements that change what they name, and nothing else; those of the second set read what they use.
_PLAIN: Final = frozenset(
    {
        "AlterEnumStmt",
        "AlterSeqStmt",
        "AlterTableStmt",
        "CommentStmt",
        "CompositeTypeStmt",
        "CreateDomainStmt",
        "CreateEnumStmt",
        "CreateExtensionStmt",
        "CreatePolicyStmt",
        "CreateSchemaStmt",
        "CreateSeqStmt",
        "CreateStmt",
        "DropStmt",
        "IndexStmt",
        "VariableSetStmt",
    }
)
_READING: Final = frozenset({"CreateFunctionStmt", "CreateTrigStmt", "GrantStmt", "ViewStmt"})
_BEYOND: Final = re.compile(r"(?<!delete)(?<!update)\s+cascade\b", re.IGNORECASE)


def _is_plain(statement: sql.Statement) -> bool:
    if statement.kind in ("AlterTableStmt", "DropStmt") and _BEYOND.search(statement.sql):
        return False  # it takes what hangs on others along
    return statement.kind in _PLAIN or statement.kind in _READING


def _names_in(
    facts: Iterable[sql.Facts],
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    creates: set[tuple[str, str]] = set()
    uses: set[tuple[str, str]] = set()
    for fact in facts:
        creates |= {(each.schema, each.of or each.name) for each in fact.creates if not each.of}
        uses |= {(each.schema, each.of or each.name) for each in fact.needs | fact.uses_late}
    return frozenset(creates), frozenset(uses)


def _path_of(file: StreamFile) -> tuple[str, ...]:
    return (file.provenance.search_path if file.provenance else None) or ("public",)


def _types_of_others(
    catalog: Catalog, mine: Collection[tuple[str, str]], theirs: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """(schema, name) of types that columns of others' tables have and none of one's own: they go along."""
    used: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for ref, needs in catalog.depends.items():
        home = (ref.schema, ref.name)
        if ref.kind in ("column", "default") and (home in mine or home in theirs):
            used[home in mine] |= {
                (each.schema, each.name)
                for each in needs
                if each.kind in ("enum", "domain", "composite type")
            }
    return used[False] - used[True]


def _of_surface(fact: sql.Facts, surface: Catalog) -> bool:
    """Whether a statement would make a table, or what hangs on it, that Supabase has made: Drizzle's
    `authUsers`, or a model of auth.users. A project's policies on them stay."""
    if not fact.creates:
        return False
    return all(
        (each.kind == "schema" and Ref("schema", "", each.name) in surface.objects and each.name != "public")
        or (
            each.schema in narrow.SURFACE_SCHEMAS
            and each.kind not in ("policy", "trigger")
            and Ref("table", each.schema, each.of or each.name) in surface.objects
        )
        for each in fact.creates
    )


def _file(path: str, name: str, facts: Iterable[sql.Facts], service: Service) -> StreamFile:
    """Statements as a file to replay, in the service's search path."""
    lines = [f"{each.statement.sql}\n;\n" for each in facts]
    if lines and service.search_path != ("public",):
        places = ", ".join(sql.quote_identifier(each) for each in service.search_path)
        lines.insert(0, f"SET search_path = {places};\n")
    return StreamFile(path=path, version="00000", name=name, text="".join(lines))


def read_url(url: str) -> Catalog:
    """The catalog of a database."""
    from ormony.database.connect import connect
    from ormony.database.introspect import introspect

    with connect(url) as connection:
        return introspect(connection, beside=lambda: connect(url))


def sql_files(path: Path) -> tuple[StreamFile, ...]:
    """A `.sql` file, or those of a folder by name, as files to replay.

    Raises:
        OrmonyError: `no-file` when there is none, `not-utf-8`.
    """
    found = sorted(path.glob("*.sql")) if path.is_dir() else [path] if path.is_file() else []
    if not found:
        raise OrmonyError(
            "no-file", f'there is no SQL in "{path}"', hint=f"ls {path.parent}", place=str(path)
        )
    return tuple(
        StreamFile(path=each.as_posix(), version=f"{number:05}", name=each.stem, text=_text(each))
        for number, each in enumerate(found)
    )


def _text(path: Path) -> str:
    data = _bytes(path)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OrmonyError(
            "not-utf-8",
            f"the file is not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start})",
            hint=f"iconv -f WINDOWS-1252 -t UTF-8 {path} > {path}.utf8   # if that is what it is in",
            place=f"{path}:{line}",
        ) from None


def _bytes(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise OrmonyError(
            "no-file", f'"{path}" cannot be read: {error.strerror}', hint=f"ls -l {path}", place=str(path)
        ) from error
