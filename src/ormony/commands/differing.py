"""The verbs `diff` and `snapshot`: two sources compared, and one as a catalog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ormony import files
from ormony.commands.choosing import one_database, shown_source
from ormony.commands.results import DiffChange, Difference, DiffStatement, Refused, Snapshot
from ormony.files import File
from ormony.history import Notice
from ormony.project import Project

if TYPE_CHECKING:
    from ormony.catalog import Catalog
    from ormony.diff import Rename
    from ormony.plan.statement import Statement


def diff(
    project: Project | None,
    name: str | None,
    old: str,
    new: str,
    *,
    renames: Sequence[str] = (),
    online: bool = False,
    prove: bool = False,
    allow_data_loss: bool = False,
    cache: bool = True,
) -> Difference:
    """What turns the source `old` into the source `new`, and the SQL that does it.

    `renames` are taken instead of dropping and creating; `online` takes weaker locks where PostgreSQL can;
    `prove` runs the plan in a shadow. `project` may be None where both sources stand alone. Of a project
    with several databases `name` must say which. Raises what the sources raise, `plan-cycle`, `bad-rename`,
    `unknown-rename`, and `not-proved`.
    """
    from ormony import narrow, sources
    from ormony.diff import compare, rename_candidates, uncompared
    from ormony.plan import Plan, make_plan
    from ormony.plan import renames as renaming
    from ormony.plan.online import online as made_online

    database = None if project is None else one_database(project, name, "diff", old, new)
    given = tuple(renaming.parse(text) for text in renames)
    with sources.Reader(project, database, cache=cache) as reader:
        one, other = reader.read_both(old, new)
        before, after = reader.comparable(one, other)

        def cut(catalog: Catalog) -> Catalog:
            return reader.comparable(msgspec.structs.replace(one, catalog=catalog), other)[0]

        told, notices = _not_done(other.renames, before)
        told = renaming.resolved((*given, *told), before, after)
        steps: tuple[Statement, ...] = ()
        start = before
        if told:
            from ormony.database.renaming import renamed

            steps = renaming.statements(told, before)
            start = cut(renamed(reader.whole(one, other), told, reader.shadow, reader.ground(one, other)))
        changes = compare(start, after)
        unmodelled = uncompared(start, after)
        rest = Plan(())
        if changes:
            # what was cut from both sides still gives new objects their privileges; what is compared may go
            begin, goal = start, after
            if "models" not in (one.kind, other.kind):  # models say nothing of privileges
                hidden = narrow.keep(one.catalog, lambda ref: ref not in start.objects)
                begin, goal = (narrow.with_default_privileges(each, hidden) for each in (start, after))
            rest = make_plan(begin, goal)
            rest = made_online(rest, begin, goal) if online else rest
        plan = Plan((*steps, *rest.statements))
        if prove:
            from ormony.database import prove as proving

            whole, ground = reader.whole(one, other), reader.ground(one, other)
            part = one.scope is not None or other.scope is not None or "models" in (one.kind, other.kind)
            for each in proving.prove(whole, after, plan, reader.shadow, ground, cut=cut if part else None):
                notices.append(Notice(code="proved-in-part", message=f"the proof says nothing of {each}"))
    refused = () if allow_data_loss else plan.losses
    unseen = sorted(
        {f"{shown_source(source.name)}: {each}" for source in (one, other) for each in source.catalog.unseen}
    )
    return Difference(
        old=shown_source(one.name),
        new=shown_source(other.name),
        changes=(
            *(
                DiffChange(
                    action="rename",
                    kind=renaming.kind_of(each),
                    object=str(each.old),
                    details=(f"{each.old} -> {each.new}",),
                )
                for each in told
            ),
            *(
                DiffChange(action=each.action, kind=each.kind, object=str(each.object), details=each.details)
                for each in changes
            ),
        ),
        statements=()
        if refused
        else tuple(
            DiffStatement(
                sql=each.sql,
                transactional=each.transactional,
                lock=each.lock,
                loses_data=each.loses_data,
                rewrites=each.rewrites,
            )
            for each in plan.statements
        ),
        unmodelled=tuple(f"{each.action} {each.name}" for each in unmodelled),
        refused=tuple(Refused(each.sql, each.loses) for each in refused),
        equal=not told and not changes and not unmodelled,
        script="" if refused else plan.script(),
        renames=tuple(renaming.spell(each) for each in rename_candidates(start, after)),
        proved=True if prove else None,
        notices=one.notices
        + other.notices
        + tuple(notices)
        + tuple(
            Notice(code="not-seen", message=f"what the role may not read is not compared: {each}")
            for each in unseen
        ),
    )


def _not_done(told: Sequence[Rename], old: Catalog) -> tuple[tuple[Rename, ...], list[Notice]]:
    """Renames that an SQL file tells, without those that the old side has behind it."""
    from ormony.plan import renames as renaming

    waiting, notices = [], []
    for each in told:
        if renaming.is_there(each.new, old) and not renaming.is_there(each.old, old):
            notices.append(Notice(code="rename-done", message=f"renamed already: {renaming.spell(each)}"))
        else:
            waiting.append(each)
    return tuple(waiting), notices


def snapshot(
    project: Project | None, name: str | None, source: str, *, output: str | None = None, cache: bool = True
) -> Snapshot:
    """The catalog of a source as JSON without secrets, written to the file `output` if one is given.

    Raises what the source raises, and `cannot-write`.
    """
    from ormony import snapshot as snapshots
    from ormony import sources

    database = None if project is None else one_database(project, name, "snapshot", source)
    with sources.Reader(project, database, cache=cache) as reader:
        found = reader.read(source)
    text = snapshots.encode(found.catalog).decode()
    if output is not None:
        path = Path(output).absolute()
        files.write(path.parent, [File(path.name, text)])
    return Snapshot(
        source=found.name,
        fingerprint=snapshots.fingerprint(found.catalog),
        objects=len(found.catalog.objects),
        file=output,
        text="" if output is not None else text,
        notices=found.notices,
    )
