"""Migrations of a service that has models and no migration tool: the difference between models and stream.

Nothing is guessed: what could be a rename is one only when it is told, and what loses data is refused until
it is allowed. This module writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from ormony import narrow, sources
from ormony.catalog import Catalog
from ormony.diff import Change, Rename, compare, rename_candidates, uncompared
from ormony.errors import FINDINGS, OrmonyError
from ormony.history import Notice, Service
from ormony.loading import Loaded
from ormony.plan import Plan, make_plan
from ormony.plan import renames as renaming
from ormony.project import Project
from ormony.stream import StreamFile

SOURCE = "models"
"""What begins the `source` of a file that was written from models: `models/00203`."""


class Grown(msgspec.Struct, frozen=True, kw_only=True):
    """What a service's models are ahead of the stream: the SQL, the name of its file, and notices.

    `sql` is '' where nothing differs. `renamed` are those of the given renames that were taken.
    """

    sql: str
    name: str = ""
    transactional: bool = True
    renamed: tuple[Rename, ...] = ()
    losses: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


def grown(
    project: Project,
    loaded: Loaded,
    service: Service,
    *,
    renames: Sequence[Rename] = (),
    allow_data_loss: bool = False,
    cache: bool = True,
) -> Grown:
    """The SQL that takes the stream of `loaded` to what the service's models say.

    Of `renames` those are taken whose old name the stream has. Raises `loses-data` (exit 1), and what
    exporting the models, replaying and planning raise.
    """
    database = loaded.database
    with sources.Reader(project, database, cache=cache, loaded=loaded) as reader:
        models = reader.read(f"models:{service.name}")
        if not models.scope:
            return Grown(sql="")
        before, after, whole = _sides(reader, models)
        taken = tuple(each for each in renames if renaming.is_there(each.old, before))
        told = renaming.resolved(taken, before, after)
        first = ""
        if told:
            first = Plan(renaming.statements(told, before)).script()
    if told:
        file = StreamFile(path="(renames)", version="99999", name="renames", text=first)
        ahead = msgspec.structs.replace(loaded, stream=(*loaded.stream, file))
        with sources.Reader(project, database, cache=False, loaded=ahead) as reader:
            models = reader.read(f"models:{service.name}")
            before, after, whole = _sides(reader, models)
    changes = compare(before, after)
    plan = Plan(())
    if changes:
        plan = make_plan(whole, narrow.applied(whole, before, after))
    losses = tuple(each.loses for each in plan.losses)
    if losses and not allow_data_loss:
        raise _losing(service, plan, rename_candidates(before, after))
    script = first + plan.script()
    return Grown(
        sql=script,
        name=_name(service, changes, told),
        transactional=plan.transactional,
        renamed=taken,
        losses=losses,
        notices=models.notices,
    )


def prove(project: Project, loaded: Loaded, service: Service) -> None:
    """See that the stream of `loaded` is what the models say. Raises `not-proved` with what differs."""
    with sources.Reader(project, loaded.database, loaded=loaded) as reader:
        before, after, _ = _sides(reader, reader.read(f"models:{service.name}"))
    left = [f"{each.kind} {each.object}" for each in compare(before, after)]
    left += [each.name for each in uncompared(before, after)]
    if left:
        raise OrmonyError(
            "not-proved",
            f'what was planned for the models of "{service.name}" leaves a difference: {left[0]}',
            hint=f"ormony diff migrations models:{service.name} --database {loaded.database.name}",
            exit_status=FINDINGS,
        )


def _sides(reader: sources.Reader, models: sources.Source) -> tuple[Catalog, ...]:
    """What the stream has of the service's part, what the models have, and the whole of the stream.

    Default privileges are in none of them: models say nothing of privileges, and new tables get what the
    database gives.
    """
    stream = reader.read("migrations")
    before, after = reader.comparable(stream, models)
    whole = reader.whole(stream, models)
    return before, after, narrow.keep(whole, lambda ref: ref.kind != "default privileges")


def _losing(service: Service, plan: Plan, candidates: Sequence[Rename]) -> OrmonyError:
    what = "; ".join(each.loses for each in plan.losses)
    spelled = [renaming.spell(each) for each in candidates]
    return OrmonyError(
        "loses-data",
        f'to bring the stream to the models of "{service.name}" loses data: {what}',
        place=service.path,
        hint=f"ormony sync --rename '{spelled[0]}'   # if it was renamed; else: ormony sync --allow-data-loss"
        if spelled
        else "ormony sync --allow-data-loss",
        exit_status=FINDINGS,
    )


def _name(service: Service, changes: Sequence[Change], told: Sequence[Rename]) -> str:
    """A file name that says what happens: `create_datasets`, `alter_datasets`, `api_models`."""
    tables = sorted({(each.action, each.object.name) for each in changes if each.kind == "table"})
    names = list(
        dict.fromkeys(
            each.object.name for each in changes if each.kind in ("table", "column", "constraint", "view")
        )
    )
    if len(tables) == 1 and tables[0][0] != "alter" and names == [tables[0][1]]:
        return f"{tables[0][0]}_{_slug(names[0])}"
    if len(names) == 1:
        return f"alter_{_slug(names[0])}"
    if told and not names:
        return f"rename_{_slug(told[0].old.part or told[0].old.name)}"
    return f"{_slug(service.name)}_models"


def _slug(name: str) -> str:
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name).strip("_")
    return plain.lower()[:40] or hashlib.sha256(name.encode()).hexdigest()[:8]
