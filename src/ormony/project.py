"""What a project says of itself: `ormony.toml`, else `.kodo/config.json`, else what detection finds.

Every value is checked here, once: the rest of ormony trusts a `Project`. This module writes nothing and
connects to nothing; `env:NAME` in a URL is looked up only when a command needs the database. Detection knows
every tool, and is imported only where there is no ormony.toml.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from ormony import files, git, history
from ormony.access import Persona
from ormony.adapters.detected import Detected
from ormony.behavior.macros import Settings
from ormony.codegen.options import WRAPPERS, Language, Options
from ormony.errors import OrmonyError
from ormony.history import Orm, Service

CONFIG: Final = "ormony.toml"
KODO: Final = ".kodo/config.json"
SHARED_LANE: Final = (400, 499)
LANES: Final = (1, 2, 3, 5, 6, 7, 8, 9)
"""Lanes for services, in the order in which they are given out; 0 is the bootstrap, 4 is shared."""

PRIVILEGES: Final = (
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "references",
    "trigger",
    "maintain",
    "all",
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
_LONGEST_TIMEOUT_S: Final = 86_400
_NOT_FOR_CODE: Final = frozenset({".git", ".ormony", "node_modules", "site-packages", "__pycache__"})
_LANGUAGE_LANE: Final = {"drizzle": 1, "alembic": 2, "sqlalchemy": 2, "sqlx": 3}


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """One Postgres database of the project. `url` is None for the embedded server; it may be `env:NAME`."""

    name: str
    stream: str = "supabase/migrations"
    behavior: str = "supabase/behavior"
    url: str | None = None
    frozen: str | None = None
    order: Mapping[str, tuple[str, ...]] = {}
    references: tuple[Reference, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A column that holds keys of another database's table: no foreign key can say so."""

    schema: str
    table: str
    column: str
    database: str
    to_schema: str
    to_table: str
    to_column: str


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that are meant to be: of this rule, on objects that match `object`, with the reason."""

    rule: str
    reason: str
    object: str = "*"


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """`[access]`: personas beside the usual ones, and what is meant to be, with the reason.

    `unknown` are `object command` that cannot be asked, `allow` those that reach another tenant's rows.
    """

    personas: tuple[Persona, ...] = ()
    unknown: Mapping[str, str] = {}
    allow: Mapping[str, str] = {}


class Generate(msgspec.Struct, frozen=True, kw_only=True):
    """`[generate.NAME]`: the code that is generated from one database into one folder."""

    name: str
    database: str
    options: Options


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A validated project. `source` is the file that described it, or `detection`."""

    root: Path
    source: str
    databases: tuple[Database, ...]
    services: tuple[Service, ...]
    shadow_url: str | None = None
    allowed: tuple[Allowed, ...] = ()
    baseline: str = "ormony-baseline.json"
    behavior: Settings = Settings()
    access: Access = Access()
    generate: tuple[Generate, ...] = ()

    def reason(self, rule: str, object_: str) -> str | None:
        """Why ormony.toml lets a finding of this rule about this object pass; None where it does not."""
        for each in self.allowed:
            if fnmatch.fnmatchcase(rule, each.rule) and fnmatch.fnmatchcase(object_, each.object):
                return each.reason
        return None

    def of(self, database: str) -> tuple[Service, ...]:
        """The services of one database, in the order of their lanes."""
        return tuple(sorted((s for s in self.services if s.database == database), key=lambda s: s.lane))

    def chosen(self, name: str | None) -> tuple[Database, ...]:
        """All databases, or the one of this name. Raises `unknown-database`."""
        if name is None:
            return self.databases
        found = tuple(database for database in self.databases if database.name == name)
        if not found:
            known = ", ".join(database.name for database in self.databases)
            raise OrmonyError(
                "unknown-database",
                f'there is no database "{name}" in {self.source}',
                hint=f"--database takes one of: {known}",
            )
        return found

    def service(self, name: str, database: str) -> Service:
        """The service of this name, in this database. Raises `unknown-service`."""
        for service in self.of(database):
            if service.name == name:
                return service
        known = ", ".join(service.name for service in self.of(database)) or "none"
        raise OrmonyError(
            "unknown-service",
            f'there is no service "{name}" in the database "{database}" of {self.source}',
            hint=f"its services are: {known}",
        )

    def more_services_than_lanes(self, database: str) -> bool:
        """Whether versions of this database's stream must be timestamps, since lanes cannot be given out."""
        return len(self.of(database)) > len(LANES)


class _DatabaseTable(msgspec.Struct, forbid_unknown_fields=True):
    stream: str = "supabase/migrations"
    behavior: str | None = None
    url: str | None = None
    frozen: str | None = None
    order: dict[str, list[str]] = {}
    references: dict[str, str] = {}


class _ServiceTable(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    orm: str
    database: str | None = None
    lane: int | list[int] | None = None
    role: str | None = None
    search_path: str | list[str] | None = None
    ledger: str | None = None
    config: str | None = None
    migrations: str | None = None
    python: str | None = None
    models: str | list[str] | None = None
    mirrors: list[str] = []
    mirror_models: str | list[str] | None = None
    timeout: float = 60.0


class _ShadowTable(msgspec.Struct, forbid_unknown_fields=True):
    url: str | None = None


class _AllowTable(msgspec.Struct, forbid_unknown_fields=True):
    rule: str
    reason: str
    object: str = "*"


class _CheckTable(msgspec.Struct, forbid_unknown_fields=True):
    allow: list[_AllowTable] = []
    baseline: str = "ormony-baseline.json"


class _PersonaTable(msgspec.Struct, forbid_unknown_fields=True):
    role: str
    tenant: Literal["a", "b"] | None = None
    claims: dict[str, Any] = {}
    fixture: str = ""


class _AccessTable(msgspec.Struct, forbid_unknown_fields=True):
    personas: dict[str, _PersonaTable] = {}
    unknown: dict[str, str] = {}
    allow: dict[str, str] = {}


class _Config(msgspec.Struct, forbid_unknown_fields=True):
    database: _DatabaseTable | None = None
    databases: dict[str, _DatabaseTable] = {}
    services: dict[str, _ServiceTable] = {}
    order: dict[str, list[str]] = {}
    shadow: _ShadowTable = msgspec.field(default_factory=_ShadowTable)
    check: _CheckTable = msgspec.field(default_factory=_CheckTable)
    access: _AccessTable = msgspec.field(default_factory=_AccessTable)
    behavior: Settings = msgspec.field(default_factory=Settings)


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, with an ormony.toml or .kodo/config.json, else `start`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file() or (folder / KODO).is_file():
            return folder
        if (folder / ".git").exists():
            break
    return start


def load(root: Path) -> Project:
    """The project at `root`. Raises `invalid-config` and its kin, each with the file and the key."""
    if (root / CONFIG).is_file():
        return _from_toml(root)
    if (root / KODO).is_file():
        return _from_kodo(root)
    return _from_detection(root)


def _from_toml(root: Path) -> Project:
    text = files.read_text(root, CONFIG)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise OrmonyError(
            "invalid-config",
            _first_lower(re.sub(r" \(at .*\)$", "", str(error))),
            place=f"{CONFIG}:{line[1]}" if line else CONFIG,
        ) from None
    # Tables by name are converted one by one: msgspec's message does not say in which of them it stands.
    named: dict[str, dict[str, object]] = {}
    for key in ("databases", "services", "generate"):
        tables = raw.pop(key, {})
        if not isinstance(tables, dict):
            raise _problem(text, key, f"`{key}` is not a table", f"[{key}.NAME]")
        named[key] = tables
    config = _convert(raw, _Config, "", text)
    config = msgspec.structs.replace(
        config,
        databases={
            name: _convert(table, _DatabaseTable, f"databases.{name}", text)
            for name, table in named["databases"].items()
        },
        services={
            name: _convert(table, _ServiceTable, f"services.{name}", text)
            for name, table in named["services"].items()
        },
    )
    if config.database is not None and config.databases:
        raise _problem(
            text, "databases", "[database] and [databases.NAME] exclude each other", "keep one form"
        )
    tables = config.databases or {"main": config.database or _DatabaseTable()}
    for name in [*tables, *config.services]:
        if not _NAME.fullmatch(name):
            raise _problem(text, name, f'"{name}" is not a name', "names are letters, digits, - and _")
    databases = tuple(_database(name, table, config, text) for name, table in tables.items())
    streams = [database.stream for database in databases]
    if len(set(streams)) < len(streams):
        raise _problem(
            text, "stream", "two databases share one stream folder", 'stream = "supabase/NAME/migrations"'
        )
    lanes = _lanes(config, tables, text)
    services = tuple(
        _service(root, name, table, tuple(tables), lanes[name], text)
        for name, table in config.services.items()
    )
    _check_lanes(services, text)
    for service in services:
        for each in history.declared(service):
            if each.database is not None and each.database not in tables:
                raise _problem(
                    text,
                    f"{each.database}:",
                    f'service "{service.name}" mirrors "{each.database}", which is no database here',
                    f'mirrors = ["{next(iter(tables))}:{each.schema}.{each.name}"]',
                )
    for allow in config.check.allow:
        if not allow.reason.strip():
            raise _problem(
                text, allow.rule, f'the rule "{allow.rule}" is allowed without a reason', 'reason = "…"'
            )
    _check_behavior(config.behavior, tuple(tables), text)
    return Project(
        root=root,
        source=CONFIG,
        behavior=config.behavior,
        databases=databases,
        services=services,
        shadow_url=config.shadow.url,
        allowed=tuple(
            Allowed(rule=each.rule, reason=each.reason, object=each.object) for each in config.check.allow
        ),
        baseline=_inside(config.check.baseline, text, "baseline"),
        access=_access(root, config.access, text),
        generate=_generate(named["generate"], tuple(tables), streams, text),
    )


def _generate(
    named: Mapping[str, object], databases: Sequence[str], streams: Sequence[str], text: str
) -> tuple[Generate, ...]:
    """Each `[generate.NAME]`; two never share a folder, for what is stale in it is removed."""
    found: list[Generate] = []
    for name, raw in named.items():
        section = f"generate.{name}"
        if not _NAME.fullmatch(name):
            raise _problem(text, name, f'"{name}" is not a name', "names are letters, digits, - and _")
        if not isinstance(raw, dict):
            raise _problem(text, name, f"`generate.{name}` is not a table", f"[generate.{name}]")
        table = dict(raw)
        database = table.pop("database", databases[0] if len(databases) == 1 else None)
        if database not in databases:
            raise _problem(
                text,
                section,
                f"[{section}] names no database of this project"
                if database
                else f"[{section}] lacks `database`",
                f'database = "{databases[0]}"   # one of: {", ".join(databases)}',
            )
        languages = get_args(Language)
        if table.get("language") not in languages:
            raise _problem(
                text,
                section,
                f'[{section}] has the unknown language "{table["language"]}"'
                if "language" in table
                else f"[{section}] lacks `language`",
                f"language = one of: {', '.join(languages)}",
            )
        options = _convert(table, Options, section, text)
        out = _inside(options.out, text, "out")
        if out == ".":
            raise _problem(
                text,
                "out",
                f"[{section}] has no folder of its own: `out` is the project",
                'out = "src/generated"',
            )
        foreign = [part for part in PurePosixPath(out).parts if part in _NOT_FOR_CODE]
        if foreign:
            raise _problem(
                text,
                out,
                f"[{section}] writes into {foreign[0]}, which is not for a project's own code",
                'out = "src/generated"',
            )
        if not options.schemas:
            raise _problem(
                text, "schemas", f"[{section}] names no schema to generate code of", 'schemas = ["public"]'
            )
        for stream in streams:
            if PurePosixPath(out).is_relative_to(stream):
                raise _problem(
                    text,
                    out,
                    f"[{section}] writes into {stream}, which holds migrations",
                    'out = "src/generated"',
                )
        known = WRAPPERS[options.language]
        for each in options.wrappers or ():
            if each not in known:
                raise _problem(
                    text,
                    each,
                    f'[{section}] wraps functions for "{each}", which {options.language} does not have',
                    f"wrappers = a list of: {', '.join(known)}",
                )
        for other in found:
            if other.options.out == out:
                raise _problem(
                    text,
                    out,
                    f"[{section}] and [generate.{other.name}] write into one folder: {out}",
                    f'out = "{out}/{name}"',
                )
        found.append(
            Generate(name=name, database=database, options=msgspec.structs.replace(options, out=out))
        )
    return tuple(found)


def _access(root: Path, table: _AccessTable, text: str) -> Access:
    """Personas with their fixtures, which are SQL, or the path of a file that ends in .sql."""
    for said in (table.unknown, table.allow):
        for what, reason in said.items():
            if not reason.strip():
                raise _problem(text, what, f'[access] accepts "{what}" without a reason', f'"{what}" = "…"')
    personas = []
    for name, each in table.personas.items():
        if not _NAME.fullmatch(name):
            raise _problem(text, name, f'"{name}" is not a name', "names are letters, digits, - and _")
        fixture = each.fixture
        if fixture.endswith(".sql"):
            fixture = files.read_text(root, _inside(fixture, text, "fixture"))
        personas.append(
            Persona(name=name, role=each.role, tenant=each.tenant, claims=each.claims, fixture=fixture)
        )
    return Access(personas=tuple(personas), unknown=table.unknown, allow=table.allow)


def _check_behavior(behavior: Settings, databases: Sequence[str], text: str) -> None:
    """A macro says why it leaves a table out, and grants what PostgreSQL knows."""
    if behavior.database is not None and behavior.database not in databases:
        raise _problem(
            text,
            "behavior",
            f'[behavior] is about "{behavior.database}", which is no database here',
            f"database = one of: {', '.join(databases)}",
        )
    for macro in (behavior.updated_at, behavior.tenancy, behavior.owner):
        for table, reason in macro.excepted.items() if macro is not None else ():
            if not reason.strip():
                raise _problem(
                    text, table, f'[behavior] leaves "{table}" out without a reason', f'{table} = "…"'
                )
    for role, said in behavior.grants.items():
        for table, privileges in said.items():
            for each in privileges:
                if each.lower() not in PRIVILEGES:
                    raise _problem(
                        text,
                        each,
                        f'[behavior.grants.{role}] gives "{each}" on "{table}", which is no privilege',
                        f"privileges are: {', '.join(PRIVILEGES)}",
                    )


def _database(name: str, table: _DatabaseTable, config: _Config, text: str) -> Database:
    stream = _inside(table.stream, text, "stream")
    behavior = table.behavior or str(PurePosixPath(stream).parent / "behavior")
    order = {**config.order, **table.order}
    for key in [*order, *(word for words in order.values() for word in words)]:
        if "/" not in key:
            raise _problem(
                text, key, f'"{key}" in [order] does not name a migration', '"web/0003_x" = ["api/3f2a"]'
            )
    return Database(
        name=name,
        stream=stream,
        behavior=_inside(behavior, text, "behavior"),
        url=table.url,
        frozen=table.frozen,
        order={key: tuple(words) for key, words in order.items()},
        references=tuple(
            _reference(name, column, target, tuple(config.databases), text)
            for column, target in table.references.items()
        ),
    )


def _reference(name: str, column: str, target: str, databases: Sequence[str], text: str) -> Reference:
    """`"public.datasets.owner_id" = "auth:public.users.id"`; `public.` may be left out."""
    database, _, path = target.rpartition(":")
    mine, its = column.split("."), path.split(".")
    if len(mine) not in (2, 3) or len(its) not in (2, 3) or not all((*mine, *its)) or not database:
        raise _problem(
            text,
            column,
            f'"{column}" = "{target}" in [databases.{name}.references] names no two columns',
            '"public.datasets.owner_id" = "auth:public.users.id"',
        )
    if database not in databases:
        raise _problem(
            text,
            column,
            f'"{column}" references "{database}", which is no database of this project',
            f"the databases are: {', '.join(databases) or 'main'}",
        )
    mine, its = ["public", *mine][-3:], ["public", *its][-3:]
    return Reference(
        schema=mine[0],
        table=mine[1],
        column=mine[2],
        database=database,
        to_schema=its[0],
        to_table=its[1],
        to_column=its[2],
    )


def _service(
    root: Path, name: str, table: _ServiceTable, databases: Sequence[str], lane: tuple[int, int], text: str
) -> Service:
    if table.orm not in get_args(Orm):
        raise _problem(
            text,
            table.orm,
            f'service "{name}" has the unknown orm "{table.orm}"',
            f"orm is one of: {', '.join(get_args(Orm))}",
        )
    database = table.database or (databases[0] if len(databases) == 1 else None)
    if database is None or database not in databases:
        raise _problem(
            text,
            f"services.{name}",
            f'service "{name}" names no database of this project'
            if database
            else f'service "{name}" needs a database',
            f"database = one of: {', '.join(databases)}",
        )
    path = _inside(table.path, text, "path")
    if not (root / path).is_dir():
        raise _problem(
            text,
            table.path,
            f'the folder of service "{name}" does not exist: {path}',
            "correct `path`, or run: ormony init",
        )
    if not 0 < table.timeout <= _LONGEST_TIMEOUT_S:
        raise _problem(
            text,
            f"services.{name}",
            f'service "{name}" has no valid timeout: {table.timeout:g}',
            "timeout = 300",
        )
    search_path = table.search_path
    if isinstance(search_path, str):
        search_path = [word.strip() for word in search_path.split(",")]
    models = table.mirror_models
    return Service(
        name=name,
        orm=_orm(table.orm),
        path=path,
        database=database,
        lane=lane,
        role=table.role,
        search_path=tuple(search_path or ("public",)),
        ledger=table.ledger,
        config=table.config,
        migrations=table.migrations,
        python=table.python,
        models=",".join(table.models) if isinstance(table.models, list) else table.models,
        mirrors=_mirrors(name, table.mirrors, text),
        mirror_models=(models,) if isinstance(models, str) else tuple(models or ()),
        timeout_s=table.timeout,
    )


def _mirrors(name: str, words: Sequence[str], text: str) -> tuple[str, ...]:
    for word in words:
        if not history.MIRROR.fullmatch(word):
            raise _problem(
                text,
                word,
                f'service "{name}" mirrors "{word}", which names no table',
                'mirrors = ["public.users", "public.plans:read", "otherdatabase:public.users"]',
            )
    return tuple(words)


def _orm(name: str) -> Orm:
    match name:
        case "drizzle" | "alembic" | "sqlx" | "sqlalchemy" | "supabase":
            return name
    raise AssertionError(name)


def _lanes(config: _Config, tables: Mapping[str, _DatabaseTable], text: str) -> dict[str, tuple[int, int]]:
    """A lane for each service: what it says, else the next free one of its database."""
    lanes: dict[str, tuple[int, int]] = {}
    waiting: list[tuple[str, _ServiceTable]] = []
    for name, table in config.services.items():
        if table.lane is None:
            waiting.append((name, table))
            continue
        words = [table.lane] if isinstance(table.lane, int) else table.lane
        good = (len(words) == 1 and 0 <= words[0] <= 9) or (
            len(words) == 2 and 0 <= words[0] <= words[1] <= 999
        )
        if not good:
            raise _problem(
                text,
                f"services.{name}",
                f'service "{name}" has no valid lane: {table.lane}',
                "lane = 1   # 100 to 199; or lane = [150, 199]",
            )
        lanes[name] = (words[0] * 100, words[0] * 100 + 99) if len(words) == 1 else (words[0], words[1])
    only = next(iter(tables)) if len(tables) == 1 else None
    for name, table in waiting:
        database = table.database or only
        taken = [
            lanes[other]
            for other, its in config.services.items()
            if other in lanes and (its.database or only) == database
        ]
        lanes[name] = _next_lane(table.orm, taken)
    return lanes


def _next_lane(orm: str, taken: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The lane that the language has by custom if it is free, else the next free one, else (0, 0)."""
    custom = _LANGUAGE_LANE.get(orm)
    for number in [*([custom] if custom else []), *LANES]:
        lane = (number * 100, number * 100 + 99)
        if all(lane[1] < start or end < lane[0] for start, end in taken):
            return lane
    return (0, 0)  # more services than lanes: versions become timestamps


def _check_lanes(services: Sequence[Service], text: str) -> None:
    for index, one in enumerate(services):
        for other in services[:index]:
            apart = one.lane[1] < other.lane[0] or other.lane[1] < one.lane[0]
            if one.database == other.database and not apart and one.lane != (0, 0):
                raise _problem(
                    text,
                    f"services.{one.name}",
                    f'services "{other.name}" and "{one.name}" share numbers of one lane',
                    f"lane = {_free_number(services, one)}",
                )


def _free_number(services: Sequence[Service], service: Service) -> int:
    taken = [s.lane for s in services if s is not service and s.database == service.database]
    return _next_lane("supabase", taken)[0] // 100


def _from_kodo(root: Path) -> Project:
    from ormony.adapters import detect

    workspaces = detect.kodo(root)
    assert workspaces is not None
    stream = _detected_stream(detect.detect(root)) or "supabase/migrations"
    taken: list[tuple[int, int]] = [w.lane for w in workspaces if w.lane is not None]
    services = []
    for workspace in workspaces:
        if workspace.orm is None:
            continue
        lane = workspace.lane
        if lane is None:
            lane = _next_lane(workspace.orm, taken)
            taken.append(lane)
        services.append(
            Service(
                name=workspace.name, orm=_orm(workspace.orm), path=workspace.path, database="main", lane=lane
            )
        )
    return Project(
        root=root,
        source=KODO,
        databases=(Database(name="main", stream=stream, url=None, frozen=_default_branch(root)),),
        services=tuple(services),
    )


def _from_detection(root: Path) -> Project:
    from ormony.adapters import detect

    found = detect.detect(root)
    if not found:
        raise OrmonyError(
            "no-project",
            f"no {CONFIG}, no {KODO} and no service was found here",
            hint="run ormony in the folder that holds your services, or name it: ormony --project DIR status"
            "\nmkdir -p supabase/migrations && ormony init   # for a new project",
        )
    return Project(
        root=root,
        source="detection",
        databases=(Database(name="main", stream=_detected_stream(found) or "supabase/migrations"),),
        services=proposed_services(found, root=root),
    )


def _detected_stream(found: Sequence[Detected]) -> str | None:
    for each in found:
        if each.orm == "supabase":
            folder = PurePosixPath(each.path) / (each.migrations or "supabase/migrations")
            return folder.as_posix()
    return None


def _default_branch(root: Path) -> str | None:
    """`main` or `master`, whichever the repository has here or at origin; `main` for one without commits."""
    for branch in ("main", "master"):
        found = git.snapshot(root, branch, CONFIG)
        if found is None:
            return "main" if (root / ".git").exists() else None
        if found.reference != "HEAD":
            return branch
    return None


def proposed_services(
    found: Sequence[Detected], database: str = "main", root: Path | None = None
) -> tuple[Service, ...]:
    """Services for what detection found, lanes by language: TypeScript 1, Python 2, Rust 3, others 5 to 9.

    With `root`, models of SQLAlchemy without Alembic are looked for: nothing else says where they are.
    """
    services: list[Service] = []
    taken: list[tuple[int, int]] = []
    order = {"drizzle": 0, "alembic": 1, "sqlalchemy": 2, "sqlx": 3}
    for each in sorted((d for d in found if d.orm != "supabase"), key=lambda d: (order[d.orm], d.path)):
        lane = _next_lane(each.orm, taken)
        taken.append(lane)
        services.append(
            Service(
                name=each.name or "service",
                orm=_orm(each.orm),
                path=each.path,
                database=database,
                lane=lane,
                config=each.config,
                migrations=each.migrations,
                models=_modules(root, each.path) if root is not None and each.orm == "sqlalchemy" else None,
            )
        )
    return tuple(services)


_ASIDE: Final = frozenset(
    {"node_modules", "site-packages", "venv", "tests", "test", "dist", "build", "__pycache__"}
)


def _modules(root: Path, path: str) -> str | None:
    """The modules of a Python project that hold models, as `models` has them; None where none is found."""
    from ormony.adapters import python_models

    folder = root / path
    top = folder / "src" if (folder / "src").is_dir() else folder
    sources = [
        each.relative_to(root).as_posix()
        for each in sorted(top.rglob("*.py"))
        if not any(part in _ASIDE or part.startswith(".") for part in each.relative_to(top).parts[:-1])
    ]
    names = dict.fromkeys(
        PurePosixPath(model.places[""].path)
        .relative_to(top.relative_to(root).as_posix())
        .with_suffix("")
        .as_posix()
        .removesuffix("/__init__")
        .replace("/", ".")
        for model in python_models.find(root, sources, search_path=("public",))
    )
    return ",".join(names) or None


def propose(root: Path) -> Project:
    """What `init` writes: the services of .kodo/config.json if there is one, else those that are detected.

    Raises `no-project` when there is neither a service nor a stream.
    """
    return _from_kodo(root) if (root / KODO).is_file() else _from_detection(root)


def as_toml(project: Project, *, timestamps: bool = False) -> str:
    """The commented text of an ormony.toml that loads as `project`.

    `timestamps` says that versions in the stream are times, so that lanes are an order and no numbers.
    """
    database = project.databases[0]
    branch = database.frozen or _default_branch(project.root)
    lines = [
        "# ormony: one PostgreSQL database, several services, each with its own ORM.",
        "# Every key: docs/reference/configuration.md. Next: ormony sync",
        "",
        "[database]",
        f"stream = {_text(database.stream)}    # where all migrations converge",
        '# url = "env:DATABASE_URL"    # where `ormony deploy` goes; absent: the server of `ormony db up`',
        f"{'' if branch else '# '}frozen = {_text(branch or 'main')}"
        "    # stream files on this git branch never change again",
    ]
    for service in project.services:
        start, end = service.lane
        lane = str(start // 100) if start % 100 == 0 and end == start + 99 else f"[{start}, {end}]"
        numbers = f"{start:05} to {end:05}, then {start + 1000:05} to {end + 1000:05}, …"
        if timestamps:
            numbers = "the order of services; versions are times, as in the stream"
        lines += [
            "",
            f"[services.{service.name}]",
            f"path = {_text(service.path)}",
            f"orm = {_text(service.orm)}",
            f"lane = {lane}    # {numbers}",
        ]
        for key in ("config", "migrations"):
            value = getattr(service, key)
            if value:
                lines.append(f"{key} = {_text(value)}")
        if service.orm == "alembic":
            lines.append(
                '# python = ".venv/bin/python"    # the interpreter that runs alembic, if it is elsewhere'
            )
        if service.orm == "sqlalchemy":
            models = _texts(service.models.split(",")) if service.models else '"app.models:Base.metadata"'
            lines.append(f"{'' if service.models else '# '}models = {models}    # where the models are")
            lines.append('# python = ".venv/bin/python"    # the interpreter that has SQLAlchemy')
    if not project.services:
        lines += ["", "# No service was found. One looks like this:", "# [services.web]"]
        lines += ['# path = "services/web"', '# orm = "drizzle"', "# lane = 1"]
    return "\n".join(lines) + "\n"


def _texts(values: Sequence[str]) -> str:
    """A TOML list, or one string alone."""
    return _text(values[0]) if len(values) == 1 else f"[{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """A TOML basic string, which is a JSON string."""
    return json.dumps(value, ensure_ascii=False)


def target_url(database: Database, *, environment: Mapping[str, str] = os.environ) -> str | None:
    """The configured URL with `env:NAME` looked up; None where none is configured. Raises `no-url`."""
    if database.url is None or not database.url.startswith("env:"):
        return database.url
    name = database.url.removeprefix("env:")
    value = environment.get(name, "").strip()
    if not value:
        raise OrmonyError(
            "no-url",
            f'the environment variable {name}, which holds the URL of database "{database.name}", is not set',
            hint=f"export {name}=postgresql://…   # or: ormony deploy --to URL; or locally: ormony db up",
        )
    return value


def address(text: str | None, *, environment: Mapping[str, str] = os.environ) -> str | None:
    """A URL as it was given on a command line; `env:NAME` is looked up. Raises `no-url`.

    An empty one, which a variable that is not set becomes, would lead to whatever server libpq finds.
    """
    if text is not None and not text.strip():
        raise OrmonyError("no-url", "the URL that was given is empty", hint="postgresql://… or env:NAME")
    if text is None or not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    found = environment.get(name, "").strip()
    if not found:
        raise OrmonyError(
            "no-url",
            f"the environment variable {name}, which was given for a URL, is not set",
            hint=f"export {name}=postgresql://…",
        )
    return found


def _inside(path: str, text: str, key: str) -> str:
    clean = PurePosixPath(path)
    if clean.is_absolute() or ".." in clean.parts:
        article = "an" if key[0] in "aeiou" else "a"
        raise _problem(
            text,
            path,
            f'`{key}` leads out of the project: "{path}"',
            f"{article} {key} is a folder inside it",
        )
    return clean.as_posix()


_Table = TypeVar("_Table")


def _convert(raw: object, kind: type[_Table], section: str, text: str) -> _Table:
    """`raw` as a value of `kind`. Raises `invalid-config` with the key and the line that mentions it."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        where = ".".join(word for word in (section, where.rstrip("`").lstrip(".")) if word)
    table = f"[{where}]" if where else "the top level"
    unknown = re.search(r"unknown field `(\w+)`", what)
    if unknown:
        raise _problem(
            text,
            unknown[1],
            f'"{unknown[1]}" is not a setting of {table}',
            "the settings are listed in docs/reference/configuration.md; remove the line, or: ormony init",
        )
    missing = re.search(r"missing required field `(\w+)`", what)
    if missing:
        raise _problem(text, where, f"{table} lacks `{missing[1]}`", f'{missing[1]} = "…"')
    path = re.findall(r"\[[^\]]*\]|[^.\[\]]+", where.removeprefix(section))
    raise _problem(text, _named(path), f"{where}: {_first_lower(what)}", _example(kind, path))


def _named(path: Sequence[str]) -> str:
    """The last setting of a path, which has `[...]` for a name of the user, and `[0]` for an element."""
    return next((each for each in reversed(path) if not each.startswith("[")), "")


def _example(kind: object, path: Sequence[str]) -> str | None:
    """A line with a value that the setting at this place takes."""
    of_setting: object = kind
    for key in path:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            of_setting = kind = get_type_hints(kind).get(key)
        elif get_args(kind):
            kind = get_args(kind)[-1 if get_origin(kind) is dict else 0]
    shapes = get_args(of_setting) if _is_union(of_setting) else (of_setting,)
    shown = [each for each in map(_shown, shapes) if each is not None]
    others = "".join(f"   # or {each}" for each in shown[1:])
    return f"{_named(path)} = {shown[0]}{others}" if shown else None


def _is_union(kind: object) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _shown(kind: object) -> str | None:
    """A value of a type, as TOML writes it."""
    if get_origin(kind) is Literal:
        first, *others = (f'"{each}"' for each in get_args(kind))
        return first + "".join(f" or {each}" for each in others)
    if get_origin(kind) in (tuple, list):
        return f"[{(_shown(get_args(kind)[0]) or '…').partition(' or ')[0]}]"
    if get_origin(kind) is dict:
        return f'{{ "…" = {_shown(get_args(kind)[1])} }}'
    return {str: '"…"', int: "1", float: "60", bool: "true"}.get(kind)  # type: ignore[call-overload,no-any-return]


def _problem(text: str, key: str, message: str, hint: str | None) -> OrmonyError:
    place = CONFIG
    for number, line in enumerate(text.splitlines(), 1):
        if key and key in line and not line.lstrip().startswith("#"):
            place = f"{CONFIG}:{number}"
            break
    return OrmonyError("invalid-config", message, place=place, hint=hint)


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
