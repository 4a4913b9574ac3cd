"""Migrations of what behavior files and macros say and the stream does not: functions, triggers, policies.

Plans are made over whole catalogs, in as few statements as serve, and given out as one file for each kind.
This module writes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from ormony import sources
from ormony.adapters import exported
from ormony.behavior.desired import SOURCE, Desired, adoption, is_behavior
from ormony.behavior.order import name_of
from ormony.catalog import Catalog, Object, Ref, Table, holder
from ormony.database import catalogs, server
from ormony.diff import Change, compare, uncompared
from ormony.errors import DATABASE, FINDINGS, OrmonyError
from ormony.history import Notice
from ormony.loading import Loaded
from ormony.plan import Plan, make_plan
from ormony.project import Project
from ormony.rules.finding import Finding
from ormony.sql import Name

Group = Literal["functions", "triggers", "policies", "behavior", "adopted"]
_GROUPS: Final[tuple[Group, ...]] = ("functions", "triggers", "policies")
_FUNCTIONS: Final = frozenset(
    {
        "schema",
        "extension",
        "function",
        "procedure",
        "aggregate",
        "view",
        "materialized view",
        "index",
        "rule",
        "event trigger",
    }
)
_ATTACHED: Final = frozenset({"comment", "owner", "privileges", "security label", "extension dependence"})


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The SQL of one file: `service` is whose lane it goes into (None: the shared one)."""

    group: Group
    service: str | None
    sql: str
    transactional: bool = True
    losses: tuple[str, ...] = ()


class Behaved(msgspec.Struct, frozen=True, kw_only=True):
    """What the behavior files are ahead of the stream, in order, and what is to be said of them."""

    parts: tuple[Part, ...] = ()
    notices: tuple[Notice, ...] = ()


def behaved(
    project: Project, loaded: Loaded, *, reader: sources.Reader | None = None, cache: bool = True
) -> Behaved:
    """The SQL that takes the stream of `loaded` to what its behavior files and macros say.

    `reader` is one of `loaded` that is open, where there is one: its shadow and what it has read serve. It is
    kept under a hash of all that it is made of: an unchanged project starts no server. Raises what
    `behavior.desired` raises, `behavior-changes-structure`, and what replaying and planning raise.
    """
    database = loaded.database
    texts = sources.behavior_texts(project.root, database, loaded.services)
    settings = sources.settings_of(project, database)
    if not texts and not settings.any and not any(map(is_behavior, loaded.stream)):
        return Behaved()
    own = sources.Reader(project, database, loaded=loaded, cache=cache)
    with own if reader is None else contextlib.nullcontext(reader) as reader:
        if not cache or project.shadow_url is not None:
            return _made(reader.behavior())
        key = catalogs.key(
            [
                _code(),
                repr(settings),
                repr(sorted(reader.ledgers())),
                *(word for each in texts for word in (each.path, each.text, repr(each.search_path))),
                "stream",
                *(word for file in loaded.stream for word in (file.path, repr(file.provenance), file.text)),
            ]
        )
        path = server.home_of(project.root, "behavior") / f"{database.name}.json"
        return exported.kept(path, key, Behaved, lambda: _made(reader.behavior()))


def prove(project: Project, loaded: Loaded) -> None:
    """See that the stream of `loaded` is what behavior says. Raises `not-proved` with what differs."""
    with sources.Reader(project, loaded.database, loaded=loaded) as reader:
        found = reader.behavior()
    from ormony.database.prove import told

    left = compare(found.now, found.wanted)
    hidden = uncompared(found.now, found.wanted)
    if left or hidden:
        raise OrmonyError(
            "not-proved",
            f"what was planned for behavior leaves a difference: {told(left) if left else hidden[0].name}",
            hint="ormony diff migrations behavior",
            exit_status=DATABASE,
        )


def findings(project: Project, reader: sources.Reader) -> tuple[Finding, ...]:
    """What `check` says of a database's behavior: what is defined twice, left out by tenancy, not merged.

    Other errors are raised as by `behaved`.
    """
    loaded = reader.loaded
    name = loaded.database.name
    try:
        found = behaved(project, loaded, reader=reader, cache=reader.cache)
    except OrmonyError as error:
        if error.code not in ("behavior-defined-twice", "defined-twice"):
            raise
        return (
            Finding(
                rule="behavior-defined-twice",
                severity="error",
                message=error.message,
                place=error.place,
                hint=error.hint,
                database=name,
            ),
        )
    result = [
        Finding(
            rule="tenancy-missing",
            severity="error",
            message=each.message,
            object=each.message.split('"')[1],
            place=each.place,
            hint=each.hint,
            database=name,
        )
        for each in found.notices
        if each.code == "tenancy-missing"
    ]
    result += [
        Finding(
            rule="behavior-not-merged",
            severity="error",
            message=f"the stream lacks {part.group} that the behavior files define",
            hint="ormony sync",
            service=part.service,
            database=name,
        )
        for part in found.parts
    ]
    return tuple(result)


@cache
def _code() -> str:
    """A hash of the code that plans: another version may do so otherwise."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (
        Path(__file__),
        *sorted(package.glob("sql/*.py")),
        package / "narrow.py",
        package / "sources.py",
        *sorted(package.glob("behavior/*.py")),
        *sorted(package.glob("plan/**/*.py")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _made(found: Desired) -> Behaved:
    notices = tuple(
        Notice(
            code="tenancy-missing",
            message=f'"{each.schema}.{each.table}" has no column {each.column}: tenancy does not protect it',
            place="ormony.toml",
            hint=f'under [behavior.tenancy]: except = {{ "{each.schema}.{each.table}" = "why" }}',
        )
        for each in found.unprotected
    )
    changes = compare(found.now, found.wanted)
    notices += tuple(
        Notice(
            code="rls-turned-off",
            message=f'row level security of "{each.object}" is turned off: who has privileges sees every row',
            hint=f"ALTER TABLE {each.object} ENABLE ROW LEVEL SECURITY;   -- in a behavior file, to keep it",
        )
        for each in changes
        if each.kind == "table" and "row security: yes -> no" in each.details
    )
    _refuse_structure(found, changes)
    parts = _parts(found, changes)
    if found.adopted:
        lines = "".join(f"{adoption(name)}\n" for name in found.adopted)
        if parts:
            parts = (msgspec.structs.replace(parts[0], sql=lines + parts[0].sql), *parts[1:])
        else:
            services = {found.owners.get(name) for name in found.adopted}
            service = services.pop() if len(services) == 1 else None
            parts = (Part(group="adopted", service=service, sql=lines),)
    return Behaved(parts=parts, notices=notices)


def _refuse_structure(found: Desired, changes: Sequence[Change]) -> None:
    """Tables are of migrations: from behavior they get switches, comments and privileges."""
    for each in changes:
        ref = each.object
        if each.kind in _ATTACHED or each.kind in _FUNCTIONS or each.kind in ("trigger", "policy"):
            continue
        if each.kind in ("table", "foreign table") and each.action == "alter":
            before, after = found.now.objects[ref], found.wanted.objects[ref]
            if _without_switches(before) == _without_switches(after):
                continue
        raise OrmonyError(
            "behavior-changes-structure",
            f"without the behavior files of before the stream would {each.action} {each.kind} {ref}",
            hint="let a migration define what tables need",
            exit_status=FINDINGS,
        )


def _without_switches(value: Object) -> Object:
    assert isinstance(value, Table)
    return msgspec.structs.replace(value, row_security=False, force_row_security=False)


def _parts(found: Desired, changes: Sequence[Change]) -> tuple[Part, ...]:
    """The whole plan, cut into one part for each owner and kind where no statement more is needed for it."""
    if not changes:
        return ()
    whole = make_plan(found.now, found.wanted)
    stages: dict[Ref, tuple[int, str, int]] = {}
    owners: dict[tuple[int, str], str | None] = {}
    for each in changes:
        service = _owner(each.object, found)
        whose = (0 if service is None else 1, service or "")
        owners[whose] = service
        stages[each.object] = (*whose, _group(each.object))
    _drop_late(stages, found, changes)
    order = sorted(set(stages.values()))
    parts: list[Part] = []
    now, count = found.now, 0
    for number, stage in enumerate(order):
        chosen = {ref for ref, its in stages.items() if its <= stage}
        last = number == len(order) - 1
        following = found.wanted if last else _mixed(found.now, found.wanted, chosen)
        try:
            plan = make_plan(now, following)
        except OrmonyError:
            break
        count += len(plan.statements)
        if plan.statements:
            parts.append(_part(_GROUPS[stage[2]], owners[stage[:2]], plan))
        now = following
    else:
        if count == len(whole.statements):
            return tuple(parts)
    services = {owners[stage[:2]] for stage in order}
    return (_part("behavior", services.pop() if len(services) == 1 else None, whole),)


def _part(group: Group, service: str | None, plan: Plan) -> Part:
    losses = tuple(each.loses for each in plan.losses)
    return Part(
        group=group, service=service, sql=plan.script(), transactional=plan.transactional, losses=losses
    )


def _group(ref: Ref) -> int:
    return 0 if ref.kind in _FUNCTIONS else 1 if ref.kind == "trigger" else 2


def _drop_late(stages: dict[Ref, tuple[int, str, int]], found: Desired, changes: Sequence[Change]) -> None:
    """What is dropped goes with, not before, the last of what needed it and changes."""
    gone = {each.object for each in changes if each.action == "drop" and each.object in found.now.objects}
    users: dict[Ref, list[Ref]] = {}
    for ref, needs in found.now.depends.items():
        for each in needs:
            if each in gone:
                users.setdefault(each, []).append(ref)
    again = True
    while again:
        again = False
        for ref, its in users.items():
            latest = max((stages[each] for each in its if each in stages), default=stages[ref])
            if latest > stages[ref]:
                stages[ref], again = latest, True


def _owner(ref: Ref, found: Desired) -> str | None:
    """The service whose files define this, or touch the table that it is of; None is nobody's alone."""
    name = name_of(ref)
    if name is not None:
        if name in found.owners:
            return found.owners[name]
        if name in found.owned:
            return found.owned[name].service
    home = holder(ref, found.now) or ref
    return found.owners.get(Name("relation", home.schema, home.name))


def _mixed(old: Catalog, new: Catalog, chosen: set[Ref]) -> Catalog:
    """The old catalog, and of these references what the new one has."""

    def mix(name: str) -> dict[Ref, Any]:
        before, after = getattr(old, name), getattr(new, name)
        return {
            **{ref: value for ref, value in before.items() if ref not in chosen},
            **{ref: value for ref, value in after.items() if ref in chosen},
        }

    fields = ("objects", "comments", "owners", "grants", "labels", "depends", "column_order")
    mixed = {name: mix(name) for name in fields}
    gone = old.objects.keys() - mixed["objects"].keys()
    mixed["depends"] = {
        ref: tuple(each for each in needs if each not in gone)
        for ref, needs in mixed["depends"].items()
        if ref not in gone
    }
    return msgspec.structs.replace(old, **mixed)


__all__ = ["SOURCE", "Behaved", "Part", "behaved", "findings", "prove"]
