"""What is deployed, what is pending, what will be stamped, and why a deploy must not begin.

Reads every ledger in the transaction of its caller and compares them with the stream; writes nothing. All
refusals that need no SQL to be run are made here, before any is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import psycopg

from ormony.database import deployments, ledgers
from ormony.database.deployments import Deployment
from ormony.database.ledger_places import Found
from ormony.database.ledgers import Row, SupabaseRow
from ormony.errors import DATABASE, OrmonyError
from ormony.history import History, Notice, Revision, Service
from ormony.stream import OURSELVES, StreamFile, refuse_duplicates


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All ledgers of a database at one moment. `rows` by the ledger's label, `recorded` revision ids by
    service.
    """

    found: tuple[Found, ...]
    rows: Mapping[str, tuple[Row, ...]]
    records: Mapping[str, Deployment]
    recorded: Mapping[str, frozenset[str]]

    @property
    def deployed(self) -> frozenset[str]:
        """The versions that Supabase's ledger says are applied."""
        stream = self.found[0].label
        return frozenset(row.version for row in self.rows[stream] if isinstance(row, SupabaseRow))

    @property
    def running(self) -> dict[str, int]:
        """How many statements are done of each file that a deploy left unfinished."""
        return {
            version: record.statements
            for version, record in self.records.items()
            if record.state == "running" and version not in self.deployed
        }


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a deploy will do. `stamps` are revision ids by service, in the order of its history.

    `late` are pending versions that sort before a deployed one.
    """

    pending: tuple[StreamFile, ...]
    stamps: Mapping[str, tuple[str, ...]]
    state: State
    late: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def empty(self) -> bool:
        """Is there nothing to run and nothing to stamp?"""
        return not self.pending and not any(self.stamps.values()) and not self.repairs

    @property
    def repairs(self) -> bool:
        """Does a Drizzle ledger hold rows that its tool does not count until they have a name?"""
        return any(ledgers.nameless(each, self.state.rows[each.label]) for each in self.state.found)


def read(
    conn: psycopg.Connection[Any], services: Sequence[Service], histories: Mapping[str, History]
) -> State:
    """All ledgers as they are, in the transaction that is open on `conn`.

    Raises `shared-ledger`, `no-ledger-permission`, and what the rows themselves refuse: `unknown-ledger-row`,
    `partially-applied`, `edited-after-deploy`.
    """
    found = ledgers.look(conn, services, histories)
    rows = {}
    recorded = {}
    for each in found:
        ledgers.require_rights(conn, each)
        rows[each.label] = ledgers.read(conn, each)
        if each.service:
            recorded[each.service] = ledgers.recorded(histories[each.service], each, rows[each.label])
    return State(found=found, rows=rows, records=deployments.read(conn), recorded=recorded)


def as_deployed(state: State, stream: Sequence[StreamFile]) -> tuple[StreamFile, ...]:
    """The deployed files in the order in which they ran, as far as that was recorded."""
    order = {version: number for number, version in enumerate(state.records)}
    deployed = state.deployed
    return tuple(
        sorted(
            (file for file in stream if file.version in deployed),
            key=lambda file: (order.get(file.version, -1), file.version),
        )
    )


def imagined(state: State, stream: Sequence[StreamFile], applied: Collection[str]) -> State:
    """The state as it would be with these versions, and the revisions that they complete, in the ledgers."""
    label = state.found[0].label
    more = sorted(set(applied) - state.deployed)
    rows = {**state.rows, label: (*state.rows[label], *(SupabaseRow(version, None) for version in more))}
    done = complete(stream, state.deployed | set(applied))
    recorded = {
        service: revisions | done.get(service, frozenset()) for service, revisions in state.recorded.items()
    }
    return msgspec.structs.replace(state, rows=rows, recorded=recorded)


def present(state: State, stream: Sequence[StreamFile]) -> frozenset[str]:
    """The versions of files that some ledger says have run: ours, or that of the service's own tool."""
    run_by_tools = {
        file.version
        for file in stream
        if (key := revision_of(file)) is not None and key[1] in state.recorded.get(key[0], frozenset())
    }
    return state.deployed | run_by_tools


def revision_of(file: StreamFile) -> tuple[str, str] | None:
    """The service and the revision id that a stream file was made from; None when it was not."""
    if file.provenance is None or file.provenance.service == OURSELVES:
        return None
    orm, slash, revision = file.provenance.source.partition("/")
    return (file.provenance.service, revision) if slash and orm != "behavior" else None


def files_of(stream: Sequence[StreamFile]) -> dict[tuple[str, str], list[StreamFile]]:
    """The stream files of each revision, by service and id. Raises `part-missing` when one of several is not
    there.
    """
    found: dict[tuple[str, str], list[StreamFile]] = {}
    for file in stream:
        key = revision_of(file)
        if key is not None:
            found.setdefault(key, []).append(file)
    for (service, revision), files in found.items():
        parts = max(file.provenance.parts for file in files if file.provenance is not None)
        if len(files) < parts:
            raise OrmonyError(
                "part-missing",
                f'revision "{revision}" of service "{service}" has {parts} files in the stream, and'
                f" {len(files)} are"
                " there",
                place=files[0].path,
                hint=f"git log --diff-filter=D --name-only -- {files[0].path.rpartition('/')[0]}"
                "   # restore the file that is gone, or run: ormony sync --rewrite",
            )
    return found


def complete(stream: Sequence[StreamFile], versions: Collection[str]) -> dict[str, frozenset[str]]:
    """By service, the revisions all of whose stream files are in `versions`."""
    done: dict[str, set[str]] = {}
    for (service, revision), files in files_of(stream).items():
        if all(file.version in versions for file in files):
            done.setdefault(service, set()).add(revision)
    return {service: frozenset(revisions) for service, revisions in done.items()}


def plan(
    state: State,
    stream: Sequence[StreamFile],
    services: Sequence[Service],
    histories: Mapping[str, History],
    *,
    late: bool = False,
) -> Plan:
    """What is pending and what will be stamped.

    `late` says that the caller has proved that files may run which sort before a deployed one. Raises
    `duplicate-version`, `version-without-file`, `edited-after-deploy`, `out-of-order`, `applied-elsewhere`,
    `native-edited`, `part-missing`, `no-ledger-permission`, `revision-gap` and `ledger-too-narrow`.
    """
    ordered = sorted(stream, key=lambda file: file.version)
    refuse_duplicates(ordered)
    deployed = state.deployed
    by_version = {file.version: file for file in ordered}
    _refuse_without_file(state, by_version)
    deployments.refuse_edited(
        [file for file in ordered if file.version in deployed or file.version in state.running], state.records
    )
    pending = [file for file in ordered if file.version not in deployed]
    newest = max(deployed, default="")
    behind = tuple(file.version for file in pending if file.version < newest)
    if behind and not late:
        raise OrmonyError(
            "out-of-order",
            f"version {behind[0]} is pending and sorts before {newest}, which is deployed: a fresh replay"
            " would run"
            " them in another order",
            place=by_version[behind[0]].path,
            hint="ormony sync   # gives a file that is not frozen a new version; for one that is: ormony"
            " deploy --include-out-of-order",
            exit_status=DATABASE,
        )
    notices: list[Notice] = []
    of_revision = files_of(ordered)
    waiting = {file.version for file in pending}
    for (service, revision), files in of_revision.items():
        if revision in state.recorded.get(service, frozenset()):
            _refuse_elsewhere(state, service, revision, [file for file in files if file.version in waiting])
    stamps = _stamps(state, ordered, histories)
    for found in state.found:
        if stamps.get(found.service) or (pending and not found.service):
            ledgers.require_creatable(found)
    for found in state.found:
        if not found.service:
            continue
        history = histories[found.service]
        applied = state.recorded[found.service] | frozenset(stamps.get(found.service, ()))
        ledgers.refuse_gap(history, found, applied)
        ledgers.refuse_narrow(history, found, applied)
        notices += ledgers.hidden(history, found, applied)
        notices += _unmerged(state, found, history, of_revision)
    notices += _changed_natives(pending, services, histories)
    return Plan(pending=tuple(pending), stamps=stamps, state=state, late=behind, notices=tuple(notices))


def _refuse_without_file(state: State, by_version: Mapping[str, StreamFile]) -> None:
    gone = sorted(state.deployed - set(by_version)) or sorted(set(state.running) - set(by_version))
    if not gone:
        return
    names = {
        row.version: row.name for row in state.rows[state.found[0].label] if isinstance(row, SupabaseRow)
    }
    shown = ", ".join(f"{each} ({names[each]})" if names.get(each) else each for each in gone[:5])
    more = f" and {len(gone) - 5} more" if len(gone) > 5 else ""
    raise OrmonyError(
        "version-without-file",
        f"{shown}{more} {'is' if len(gone) == 1 else 'are'} deployed, and the stream has no such file",
        hint=f"git pull   # or, if it is gone for good: supabase migration repair --status reverted"
        f" {' '.join(gone)}",
        exit_status=DATABASE,
    )


def _refuse_elsewhere(state: State, service: str, revision: str, files: Sequence[StreamFile]) -> None:
    if not files:
        return
    label = next(found.label for found in state.found if found.service == service)
    raise OrmonyError(
        "applied-elsewhere",
        f'version {files[0].version} is pending, but {label} says that its revision "{revision}" of service'
        f' "{service}" is applied: the service\'s own tool has run it',
        place=files[0].path,
        hint="ormony deploy --adopt   # takes over what the database already has, and runs the rest",
        exit_status=DATABASE,
    )


def _stamps(
    state: State, stream: Sequence[StreamFile], histories: Mapping[str, History]
) -> dict[str, tuple[str, ...]]:
    done = complete(stream, {file.version for file in stream})
    return {
        found.service: new
        for found in state.found
        if found.service
        and (
            new := tuple(
                revision.id
                for revision in histories[found.service].revisions
                if revision.id in done.get(found.service, frozenset())
                and revision.id not in state.recorded[found.service]
            )
        )
    }


def _unmerged(
    state: State,
    found: Found,
    history: History,
    of_revision: Mapping[tuple[str, str], Sequence[StreamFile]],
) -> list[Notice]:
    return [
        Notice(
            code="applied-unmerged",
            message=f'service "{history.service}": its own tool has applied "{revision.id}", which is not'
            " in the stream",
            place=revision.path,
            hint="ormony sync && ormony deploy --adopt",
        )
        for revision in history.revisions
        if revision.id in state.recorded[found.service] and (history.service, revision.id) not in of_revision
    ]


_OWN_SOURCES = ("models/", "behavior/")
"""What ormony itself writes for a service: no tool of the service has a revision of it."""


def _changed_natives(
    pending: Sequence[StreamFile], services: Sequence[Service], histories: Mapping[str, History]
) -> list[Notice]:
    """Revisions that are gone, which get no stamp. SQLx's ledger would get a checksum that never ran.

    Whether native files and bodies still say what was merged, `stream.verify` has told before.
    """
    orms = {service.name: service.orm for service in services}
    revisions: dict[tuple[str, str], Revision] = {
        (history.service, revision.id): revision
        for history in histories.values()
        for revision in history.revisions
    }
    notices = []
    for file in pending:
        key = revision_of(file)
        if key is None or file.provenance is None or file.provenance.source.startswith(_OWN_SOURCES):
            continue
        revision = revisions.get(key)
        if revision is None:
            notices.append(
                Notice(
                    code="revision-gone",
                    message=f'version {file.version} comes from "{key[1]}" of service "{key[0]}", which is'
                    " gone: its ledger gets no stamp for it",
                    place=file.path,
                )
            )
        elif revision.native != file.provenance.native and orms.get(key[0]) == "sqlx":
            raise OrmonyError(
                "native-edited",
                f'migration "{revision.id}" of service "{key[0]}" was changed after it was merged as'
                f" {file.version}",
                place=revision.path,
                hint="ormony sync --rewrite",
            )
    return notices
