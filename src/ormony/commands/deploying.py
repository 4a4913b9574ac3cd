"""The verb `deploy`: what is pending, applied to each database with every ledger stamped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ormony import sql
from ormony import stream as streams
from ormony.commands.comparing import findings_of, refuse_findings, unmerged_notices
from ormony.commands.results import DatabaseDeployed, Deployed
from ormony.errors import DATABASE, OrmonyError
from ormony.history import Notice
from ormony.loading import Loaded, Progressed, load, open_shadow, silent, url_of
from ormony.project import Project

if TYPE_CHECKING:
    from ormony.database.catalogs import Replays


Talk = Callable[[str], None]


def mute(sentence: str) -> None:
    """No one is listening."""


def deploy(
    project: Project,
    name: str | None = None,
    *,
    to: str | None = None,
    dry_run: bool = False,
    adopt: bool = False,
    assume: Sequence[str] = (),
    out_of_order: bool = False,
    accept_drift: bool = False,
    verify: bool = True,
    lock_timeout_s: float = 5.0,
    wait_s: float = 600.0,
    progress: Progressed = silent,
    talk: Talk = mute,
) -> Deployed:
    """Apply what is pending and stamp every ledger, in one transaction wherever PostgreSQL allows.

    What it did is compared with what the shadow did before it is committed; with several databases, all are
    before the first COMMIT. `accept_drift` goes on where a database is not as its migrations made it; without
    `verify` nothing is compared. Raises what `deploying.deploy` refuses.
    """
    from ormony.database import catalogs, connect
    from ormony.database import deploy as deploying
    from ormony.database import prepare as preparing

    chosen = project.chosen(name)
    if assume and not adopt:
        raise OrmonyError(
            "assume-without-adopt",
            "--assume says what an adopted database has, and this is no --adopt",
            hint=f"ormony deploy --adopt --assume {assume[0]}",
        )
    if to is not None and len(chosen) > 1:
        raise OrmonyError(
            "several-databases",
            f"--to names one database, and the project has {len(chosen)}",
            hint=f"ormony --database {chosen[0].name} deploy --to URL",
        )
    notices: list[Notice] = []
    loads = [load(project, database) for database in chosen]
    for loaded in loads:
        notices += loaded.notices
        notices += refuse_findings(findings_of(project, loaded))
        notices += unmerged_notices(loaded)
    with open_shadow(project.root, project.shadow_url) as shadow:
        replays = catalogs.Replays(project.root, lambda: shadow, url=project.shadow_url)
        targets = [
            deploying.Target(
                name=loaded.database.name,
                url=to or url_of(project, loaded.database),
                stream=loaded.stream,
                services=loaded.services,
                histories=loaded.histories,
                clone=shadow.clone,
                release=shadow.release,
                clone_major=lambda: shadow.major,
                missing=preparing.missing,
                replays=replays,
            )
            for loaded in loads
        ]
        if out_of_order:
            for loaded, target in zip(loads, targets, strict=True):
                notices += _prove_late(replays, loaded, target.url)
        options = deploying.Options(
            lock_timeout_ms=round(lock_timeout_s * 1000),
            wait_s=wait_s,
            dry_run=dry_run,
            late=out_of_order,
            adopt=adopt,
            assume=frozenset(assume),
            verify=verify,
            accept_drift=accept_drift,
        )
        done = deploying.deploy(targets, options, talk=deploying.Talk(progress, talk))
    return Deployed(
        databases=tuple(
            DatabaseDeployed(
                name=each.name,
                target=connect.redact(target.url),
                applied=each.applied,
                stamped=each.stamped,
                steps=each.steps,
                plan=each.shown,
                adopted=tuple(verdict.version for verdict in each.adopted if verdict.status == "applied"),
                drift=each.drift,
                seconds=each.seconds,
                verified=each.verified,
            )
            for each, target in zip(done, targets, strict=True)
        ),
        dry_run=dry_run,
        notices=(*notices, *(notice for each in done for notice in each.notices)),
    )


def _prove_late(replays: Replays, loaded: Loaded, url: str) -> list[Notice]:
    """Prove that files which sort before a deployed one may run after it: both orders give one schema.

    Files that change data, of which a schema tells nothing, are named. Raises `out-of-order`.
    """
    from ormony.database import connect, verify
    from ormony.database import pending as pendings
    from ormony.diff import uncompared

    with connect.connect(url) as connection, connection.transaction():
        state = pendings.read(connection, loaded.services, loaded.histories)
    ordered = streams.in_stream_order(loaded.stream)
    newest = max(state.deployed, default="")
    late = [file for file in ordered if file.version not in state.deployed and file.version < newest]
    if not late:
        return []
    rest = [file for file in ordered if file.version not in state.deployed]
    fresh = replays.of(ordered)
    grown = replays.of((*pendings.as_deployed(state, ordered), *rest))
    differing = (
        *verify.words(fresh, grown, verify.changed(fresh, grown)),
        *(f"{each.action} {each.name}" for each in uncompared(fresh, grown)),
    )
    if differing:
        raise OrmonyError(
            "out-of-order",
            f"{late[0].version} run after {newest} gives another schema than a fresh replay:"
            f" {verify.listed(differing)}",
            place=late[0].path,
            hint="ormony sync --against URL   # gives it a version after all that is deployed",
            exit_status=DATABASE,
        )
    return [
        Notice(
            code="late-data",
            message=f"{file.path} runs after {newest} and changes data: a fresh replay changes it before",
            place=file.path,
        )
        for file in late
        if any(sql.changes_data(statement) for statement in sql.statements(file.text, file.path))
    ]
