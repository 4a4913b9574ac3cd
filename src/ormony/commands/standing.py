"""The verb `status`: what is found, merged and deployed, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ormony import project as projects
from ormony import stream as streams
from ormony.commands.comparing import places_of, refuse_findings
from ormony.commands.results import DatabaseStatus, Reason, ServiceStatus, Status, StreamStatus, Unmerged
from ormony.errors import OrmonyError
from ormony.history import Notice, Service
from ormony.loading import Loaded, load, local_name
from ormony.project import Project
from ormony.stream import StreamFile

if TYPE_CHECKING:
    from ormony.database.pending import State


def status(project: Project, name: str | None = None, *, against: str | None = None) -> Status:
    """What is found, merged and deployed, per service; starts no server and no foreign interpreter."""
    found = []
    notices: list[Notice] = []
    for database in project.chosen(name):
        loaded = load(project, database)
        notices += loaded.notices
        found.append(status_of(project, loaded, against))
    return Status(databases=tuple(found), notices=tuple(notices))


def status_of(project: Project, loaded: Loaded, against: str | None) -> DatabaseStatus:
    """What `status` says of one database."""
    database = loaded.database
    asked = _ask(project, loaded, against)
    state = asked.state
    refusal = asked.refusal or _refusal(loaded, state)
    deployed = state.deployed if state is not None else None
    rows, unmerged = [], []
    for service in loaded.services:
        history = loaded.histories[service.name]
        places = places_of(loaded.stream, service, history)
        merged = [revision for revision in history.revisions if revision.id in places]
        unmerged += [
            Unmerged(service=service.name, source=streams.source_of(service, revision))
            for revision in history.revisions
            if revision.id not in places
        ]
        done = None
        if state is not None:
            recorded = state.recorded.get(service.name, frozenset())
            done = sum(
                r.id in recorded or all(f.version in state.deployed for f in places.get(r.id, ()))
                for r in history.revisions
                if r.id in recorded or r.id in places
            )
        rows.append(
            ServiceStatus(
                name=service.name,
                orm=service.orm,
                lane=_lane(service),
                found=len(history.revisions),
                merged=len(merged),
                deployed=done,
            )
        )
    pending = [] if deployed is None else [f for f in loaded.stream if f.version not in deployed]
    reasons = _reasons(state, pending) if state is not None else ()
    following = None
    if refusal is not None and not any(reason.adopt for reason in reasons):
        following = refusal.hint
    elif unmerged:
        following = "ormony sync"
    elif deployed is None:
        following = "ormony db up" if database.url is None else None
    elif any(reason.adopt for reason in reasons):
        following = "ormony deploy --adopt"
    elif pending:
        following = "ormony deploy"
    return DatabaseStatus(
        name=database.name,
        asked=asked.whom,
        folder=database.stream,
        services=tuple(rows),
        stream=tuple(
            StreamStatus(
                version=file.version,
                file=file.path.rpartition("/")[2],
                service=file.provenance.service if file.provenance else None,
                source=file.provenance.source if file.provenance else None,
                deployed=None if deployed is None else file.version in deployed,
            )
            for file in loaded.stream
        ),
        pending=tuple(file.version for file in pending),
        unmerged=tuple(unmerged),
        reasons=reasons,
        refusal=str(refusal).partition("\nhint: ")[0] if refusal is not None else None,
        exit_status=refusal.exit_status if refusal is not None else 0,
        next=following,
    )


def _reasons(state: State, pending: Sequence[StreamFile]) -> tuple[Reason, ...]:
    """Why each file is pending, in the order of the stream."""
    from ormony.database import pending as pendings

    newest = max(state.deployed, default="")
    labels = {found.service: found.label for found in state.found}
    reasons = []
    for file in pending:
        service, revision = pendings.revision_of(file) or ("", "")
        adopt = revision in state.recorded.get(service, frozenset())
        if file.version in state.running:
            why = (
                f"begun by a deploy that was ended; {state.running[file.version]} of its statements are done"
            )
        elif adopt:
            why = f"{labels[service]} has it: the service's own tool has applied it"
        elif file.version < newest:
            why = f"sorts before {newest}, which is deployed"
        else:
            why = "not deployed yet"
        reasons.append(Reason(file=file.path.rpartition("/")[2], why=why, adopt=adopt))
    return tuple(reasons)


def _lane(service: Service) -> int | tuple[int, int]:
    start, end = service.lane
    return start // 100 if start % 100 == 0 and end == start + 99 else service.lane


class _Asked(msgspec.Struct, frozen=True):
    """Which server was asked, what its ledgers say (None: nothing is known), and what it refused."""

    whom: str
    state: State | None = None
    refusal: OrmonyError | None = None


def _ask(project: Project, loaded: Loaded, against: str | None) -> _Asked:
    """The ledgers that `status` is about; none where no URL is set or the local server is down.

    A configured database that does not answer is told, and stops nothing: what lies in the project is worth a
    look.
    """
    database = loaded.database
    if against is not None:
        url: str | None = against
    elif database.url is None:
        from ormony.database import server

        cluster = server.running(server.home_of(project.root))
        if cluster is None:
            return _Asked("(the local server is down)")
        url = cluster.url(local_name(database))
    else:
        try:
            url = projects.target_url(database)
        except OrmonyError as error:
            return _Asked(f"({error.message})")
    assert url is not None
    from ormony.database import connect
    from ormony.database import pending as pendings

    whom = connect.redact(url)
    try:
        with connect.connect(url) as connection, connection.transaction():
            state = pendings.read(connection, loaded.services, loaded.histories)
    except OrmonyError as error:
        if against is not None:
            raise
        return _Asked(whom, None, error)
    return _Asked(whom, state)


def _refusal(loaded: Loaded, state: State | None) -> OrmonyError | None:
    """What a deploy would refuse before it runs anything, as far as the ledgers and the files show it."""
    try:
        refuse_findings(streams.verify(loaded.stream, loaded.services, loaded.histories))
        streams.refuse_duplicates(streams.in_stream_order(loaded.stream))
        if state is not None:
            from ormony.database import pending as pendings

            pendings.plan(state, loaded.stream, loaded.services, loaded.histories)
    except OrmonyError as error:
        return error
    return None
