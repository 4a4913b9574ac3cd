"""The deploy: every pending file in one transaction, every ledger stamped in it, verified before COMMIT.

The session that does the work holds the locks (`locks`). Only then are the ledgers read and the plan made
(`pending`), and refusals come before anything runs. What PostgreSQL forbids in one transaction is split into
recorded steps (`rehearse`); a deploy that was killed is finished by the next one. This module prints nothing.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import psycopg

from ormony import sql
from ormony.catalog import Catalog, Ref
from ormony.database import (
    adopt,
    autocommit,
    connect,
    deployments,
    ledgers,
    locks,
    pending,
    refusals,
    rehearse,
    reprint,
    run,
)
from ormony.database.adopt import Adoption, Verdict
from ormony.database.catalogs import Replays
from ormony.database.introspect import introspect
from ormony.database.pending import Plan, State
from ormony.database.refusals import Missing
from ormony.database.rehearse import Cuts, Piece, Step
from ormony.database.verify import NotAsProved, Verification
from ormony.errors import DATABASE, OrmonyError
from ormony.history import History, Notice, Service
from ormony.stream import StreamFile

Verify = Callable[[psycopg.Connection[Any], Plan], None]
"""Asked in the open transaction of the last step, after the verification and before COMMIT; an OrmonyError
rolls that step back."""

Clone = Callable[[Sequence[StreamFile]], str]
"""The URL of a throw-away database in which these files have run."""

LOCK_TIMEOUT_MS: Final = 10_000
WAIT_S: Final = 300.0

_RECONNECT_S: Final = 60.0
_MOST_PLANS: Final = 5


Parsed = Mapping[str, Sequence[sql.Statement]]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A database to deploy to, and what belongs in it. `missing` tells what of the surface it lacks."""

    name: str
    url: str
    stream: tuple[StreamFile, ...]
    services: tuple[Service, ...]
    histories: Mapping[str, History]
    clone: Clone | None = None  # None: steps are found by the text, and by what the target itself refuses
    release: Callable[[str], None] = lambda url: None  # gives a clone back
    clone_major: Callable[[], int] | None = None  # PostgreSQL's version where clones are made
    missing: Missing | None = None
    replays: Replays | None = None  # None: there is no shadow to verify against


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to deploy: see `deploy`; `late` is explained at `pending.plan`, `assume` at `adopt.judge`.

    With `accept_drift` a database that differs in what the files touch is deployed to all the same.
    """

    lock_timeout_ms: int = LOCK_TIMEOUT_MS
    wait_s: float = WAIT_S
    dry_run: bool = False
    late: bool = False
    rehearse: bool = False
    adopt: bool = False
    assume: frozenset[str] = frozenset()
    verify: bool = True
    accept_drift: bool = False


class Deployed(msgspec.Struct, frozen=True, kw_only=True):
    """What a deploy did, or would do. `stamped` counts revisions, and stream files, by ledger label."""

    name: str
    applied: tuple[str, ...] = ()
    stamped: Mapping[str, int] = {}
    steps: int = 0
    shown: tuple[str, ...] = ()  # the steps in words
    adopted: tuple[Verdict, ...] = ()
    drift: tuple[str, ...] = ()
    seconds: float = 0.0  # from the first file's first statement to the last COMMIT
    verified: float | None = None  # how many of these went into verifying; None: nothing was verified
    notices: tuple[Notice, ...] = ()


class Talk(msgspec.Struct, frozen=True):
    """Whom to tell: `progress(what, done, total)` at each boundary, `say(sentence)` what a person should
    read.
    """

    progress: Callable[[str, int, int], None] = lambda what, done, total: None
    say: Callable[[str], None] = lambda sentence: None


def deploy(
    targets: Sequence[Target],
    options: Options = Options(),  # noqa: B008 - a frozen value
    *,
    talk: Talk = Talk(),  # noqa: B008 - a frozen value
    verify: Verify | None = None,
) -> tuple[Deployed, ...]:
    """Bring each target up to its stream; with several, all are verified before the first is committed.

    A database that has everything is left untouched. With `options.rehearse` the pending files always run in
    a clone first; else only when their text shows that they may need more than one transaction. With
    `options.adopt` what the database has already is first taken over, in a transaction of its own. Raises
    OrmonyErrors alone; unless the message says otherwise nothing was applied.
    """
    totals = [_Sum() for _ in targets]
    try:
        return _deploy_all(targets, totals, options, talk, verify)
    except OrmonyError as error:
        done = [
            f'database "{target.name}": what comes before is committed, up to {total.applied[-1]}'
            for target, total in zip(targets, totals, strict=True)
            if total.applied
        ]
        if done:  # a step that needed a COMMIT of its own, or another database
            error.message = "; ".join([error.message, *done])
        raise


def _deploy_all(
    targets: Sequence[Target],
    totals: Sequence[_Sum],
    options: Options,
    talk: Talk,
    verify: Verify | None,
) -> tuple[Deployed, ...]:
    results: list[Deployed] = []
    with contextlib.ExitStack() as stack:
        waiting: list[tuple[Generator[None, None, Deployed] | None, Any]] = []
        for target, total in zip(targets, totals, strict=True):
            work = _deploying(target, total, options, talk, verify)
            stack.callback(work.close)  # whatever is not committed by then is rolled back
            try:
                next(work)
            except StopIteration as done:
                waiting.append((None, done.value))
                continue
            waiting.append((work, None))
        for running, result in waiting:
            results.append(result if running is None else _finish(running))
    return tuple(results)


def _finish(work: Generator[None, None, Deployed]) -> Deployed:
    try:
        next(work)
    except StopIteration as done:
        result: Deployed = done.value
        return result
    raise AssertionError("a deploy yields once")


class _Lost(Exception):
    """The connection went away during COMMIT: whether it happened is for the ledger to say."""

    def __init__(self, versions: Sequence[str], cause: psycopg.Error) -> None:
        super().__init__(str(cause))
        self.versions = tuple(versions)


class _Changed(Exception):
    """A ledger changed between the plan and the transaction: plan again."""


class _Cut(Exception):
    """The target itself refused the step as one transaction."""

    def __init__(self, cuts: Cuts) -> None:
        super().__init__()
        self.cuts = cuts


class _Sum(msgspec.Struct):
    """What this deploy has committed so far."""

    applied: list[str] = []
    stamped: dict[str, int] = {}
    steps: int = 0
    shown: list[str] = []
    notices: list[Notice] = []
    adoption: Adoption | None = None
    verification: Verification | None = None
    began: float | None = None
    seconds: float = 0.0

    def begin(self) -> None:
        """Note the moment of the first statement."""
        if self.began is None:
            self.began = time.monotonic()

    def note(self, notice: Notice) -> None:
        """Tell something once."""
        if notice not in self.notices:
            self.notices.append(notice)

    @property
    def told(self) -> tuple[Notice, ...]:
        """All that should be said of it."""
        return (*self.notices, *(self.verification.notices if self.verification is not None else ()))


def _deploying(
    target: Target, total: _Sum, options: Options, talk: Talk, verify: Verify | None
) -> Generator[None, None, Deployed]:
    """Deploy up to the last COMMIT, yield once, commit. Returns at once when there is nothing to do.

    What is committed is added to `total` as soon as it is.
    """
    lost: _Lost | None = None
    yielded = False
    plans = 0
    proof = None
    if options.verify and target.replays is not None:
        proof = Verification(target.replays, target.name, accept_drift=options.accept_drift)
        total.verification = proof
    while True:
        try:
            with _session(target, options, talk, patient=lost is not None) as conn:
                if options.adopt and total.adoption is None:
                    total.adoption = _judged(conn, target, options, talk)
                    if not options.dry_run:
                        _take_over(conn, target, options, total.adoption, total)
                plan = _planned(conn, target, options, total.adoption)
                if lost is not None:
                    _settle(lost, plan, total)
                    lost = None
                if not plans:
                    total.notices += plan.notices
                plans += 1
                if plan.empty:
                    break
                if not options.verify:
                    total.note(
                        Notice(code="not-verified", message="nothing was compared, as --no-verify asks")
                    )
                parsed = _parsed(plan.pending)
                steps = _steps(conn, target, plan, parsed, options, talk, total)
                total.shown = [*total.shown[: total.steps], *(str(step) for step in steps)]
                if proof is not None and plan.pending:
                    talk.progress("comparing", 0, len(plan.pending))
                    proof.begin(conn, plan, target.stream)
                if options.dry_run:
                    return _would_do(target, plan, steps, total)
                checks = _checks(proof, verify)
                work = _work(conn, target, options, talk, checks, plan, steps, parsed, total)
                with contextlib.closing(work):
                    for _ in work:
                        if not yielded:
                            yielded = True
                            yield
                break
        except _Lost as error:
            lost = error
            talk.say("the connection was lost during COMMIT; reading the ledger again")
        except NotAsProved as error:
            if total.steps:
                error.message += f"; what comes before step {total.steps + 1} is committed"
            if total.steps or proof is None or not proof.again:
                raise
            talk.say(f"{error.message}; looking whether something changed meanwhile")
        except _Changed:
            if plans >= _MOST_PLANS:
                raise OrmonyError(
                    "ledger-changes",
                    f'another tool keeps writing in the ledgers of database "{target.name}"',
                    hint="stop it, then run: ormony deploy",
                    exit_status=DATABASE,
                ) from None
    return Deployed(
        name=target.name,
        applied=tuple(total.applied),
        stamped=total.stamped,
        steps=total.steps,
        shown=tuple(total.shown),
        notices=total.told,
        adopted=total.adoption.verdicts if total.adoption is not None else (),
        drift=total.adoption.drift if total.adoption is not None else (),
        seconds=total.seconds,
        verified=proof.seconds if proof is not None else None,
    )


def _checks(proof: Verification | None, verify: Verify | None) -> Verify | None:
    """What is asked before COMMIT: our own verification, then the caller's."""
    if proof is None:
        return verify

    def both(conn: psycopg.Connection[Any], plan: Plan) -> None:
        proof.end(conn)
        if verify is not None:
            verify(conn, plan)

    return both


def _would_do(target: Target, plan: Plan, steps: Sequence[Step], total: _Sum) -> Deployed:
    stamped = {
        found.label: len(plan.stamps.get(found.service, ())) for found in plan.state.found if found.service
    }
    stamped = {plan.state.found[0].label: len(plan.pending), **stamped}
    return Deployed(
        name=target.name,
        applied=tuple(file.version for file in plan.pending),
        stamped={label: count for label, count in stamped.items() if count},
        steps=len(steps),
        shown=tuple(total.shown),
        notices=total.told,
        adopted=total.adoption.verdicts if total.adoption is not None else (),
        drift=total.adoption.drift if total.adoption is not None else (),
    )


# ---------------------------------------------------------------------------------- the session and the plan


@contextlib.contextmanager
def _session(
    target: Target, options: Options, talk: Talk, *, patient: bool
) -> Iterator[psycopg.Connection[Any]]:
    """A session on the target that holds both locks; `patient` waits for a server that restarts."""
    until = time.monotonic() + _RECONNECT_S
    while True:
        try:
            conn = connect.connect(target.url)
            break
        except OrmonyError:
            if not patient or time.monotonic() > until:
                raise
            time.sleep(0.2)
    tools = {service.role for service in target.services if service.role}
    runs = {file.provenance.role for file in target.stream if file.provenance and file.provenance.role}
    conn.prepare_threshold = None  # the user's DEALLOCATE ALL would take prepared statements away
    try:
        made = _roles_made(target.stream) if tools or runs else frozenset()
        refusals.check_target(conn, target.url, tools=tools - made, runs=runs - made, missing=target.missing)
        with locks.hold(conn, wait_s=options.wait_s, waiting=talk.say):
            talk.progress("locked", 0, len(target.stream))
            try:
                yield conn
            finally:
                _roll_back(conn)
    except psycopg.OperationalError as error:
        if not conn.closed:
            raise refusals.server_error(error) from error
        raise OrmonyError(
            "connection-lost",
            f"the connection was lost: {str(error).strip().splitlines()[0]}",
            hint="ormony deploy   # goes on after the last step that was committed",
            exit_status=DATABASE,
        ) from error
    except psycopg.Error as error:
        raise refusals.server_error(error) from error
    finally:
        conn.close()


def _planned(
    conn: psycopg.Connection[Any], target: Target, options: Options, adoption: Adoption | None
) -> Plan:
    """Read every ledger in a transaction of its own and plan; a tool that is writing in one is waited for."""
    state = _read_once(conn, target, options)
    late = options.late
    if adoption is not None:
        late = late or adoption.late
        if options.dry_run:
            state = pending.imagined(state, target.stream, adoption.applied)
    return pending.plan(state, target.stream, target.services, target.histories, late=late)


def _read_once(conn: psycopg.Connection[Any], target: Target, options: Options) -> State:
    conn.execute(autocommit.BEGIN)
    try:
        return _read_locked(conn, target, options)
    finally:
        _roll_back(conn)


def _judged(conn: psycopg.Connection[Any], target: Target, options: Options, talk: Talk) -> Adoption:
    """What the database has of the stream already."""
    if target.clone is None:
        raise OrmonyError(
            "no-shadow",
            f'adopting database "{target.name}" needs a shadow to compare it with',
            hint="ormony db up",
        )
    state = _read_once(conn, target, options)

    def told(done: int, of: int) -> None:
        talk.progress("comparing", done, of)

    def printed(catalog: Catalog, refs: Collection[Ref]) -> Catalog:
        return catalog if target.replays is None else reprint.reprinted(catalog, refs, target.replays)

    return adopt.judge(
        introspect(conn),
        target.stream,
        target.histories,
        state,
        adopt.catalogs(target.clone, target.release, _read, told),
        printed=printed,
        assume=options.assume,
    )


def _read(url: str) -> Catalog:
    with contextlib.closing(connect.connect(url)) as conn:
        return introspect(conn)


def _take_over(
    conn: psycopg.Connection[Any], target: Target, options: Options, adoption: Adoption, total: _Sum
) -> None:
    """Write in every ledger what the database has: one transaction, before anything is deployed."""
    conn.execute(autocommit.BEGIN)
    state = _read_locked(conn, target, options)
    _limit(conn, options.lock_timeout_ms)
    applied = set(adoption.applied) - state.deployed
    files = tuple(
        sorted((file for file in target.stream if file.version in applied), key=lambda file: file.version)
    )
    parsed = _parsed(files)
    pieces = tuple(
        Piece(file.version, 0, len(parsed[file.version]), len(parsed[file.version])) for file in files
    )
    plan = Plan(pending=files, stamps={}, state=state)
    stamped = _book(conn, target, plan, Step(pieces), parsed, state, total, {}, adopted=True)
    _commit(conn, [file.version for file in files])
    _add(total.stamped, stamped)


def _read_locked(conn: psycopg.Connection[Any], target: Target, options: Options) -> State:
    """The ledgers, locked against writers until the transaction ends."""
    _limit(conn, int(options.wait_s * 1000))
    try:
        ledgers.lock(conn, ledgers.look(conn, target.services, target.histories))
        return pending.read(conn, target.services, target.histories)
    except psycopg.errors.LockNotAvailable as error:
        _roll_back(conn)
        raise OrmonyError(
            "lock-not-available",
            f'a ledger of database "{target.name}" stayed locked by another session for {options.wait_s:g} s',
            hint="SELECT pid, application_name, query FROM pg_stat_activity WHERE state <> 'idle';"
            "   -- find it, end it, then run: ormony deploy",
            exit_status=DATABASE,
        ) from error


def _limit(conn: psycopg.Connection[Any], lock_timeout_ms: int) -> None:
    conn.execute("SELECT pg_catalog.set_config('lock_timeout', %s, true)", (str(lock_timeout_ms),))


def _roles_made(stream: Sequence[StreamFile]) -> frozenset[str]:
    """The roles that a file of the stream makes: they need not be there before."""
    words = ("create role", "create user")
    return frozenset(
        name.name
        for file in stream
        if any(word in file.text.lower() for word in words)
        for facts in sql.facts(file.text, path=file.path)
        for name in facts.creates
        if name.kind == "role"
    )


def _parsed(files: Sequence[StreamFile]) -> Parsed:
    return {file.version: rehearse.statements(file) for file in files}


def _steps(
    conn: psycopg.Connection[Any],
    target: Target,
    plan: Plan,
    parsed: Parsed,
    options: Options,
    talk: Talk,
    total: _Sum,
) -> tuple[Step, ...]:
    """The steps of the plan, found in a clone where that is worth it; one empty step when there is only to
    stamp.
    """
    if not plan.pending:
        return (Step(()),)
    if not options.rehearse and not rehearse.needs_care(parsed, plan.pending):
        return rehearse.split(plan.pending, parsed, done=plan.state.running)
    return _careful(conn, target, plan, parsed, options, talk, rehearse.NO_CUTS, total)


def _careful(
    conn: psycopg.Connection[Any],
    target: Target,
    plan: Plan,
    parsed: Parsed,
    options: Options,
    talk: Talk,
    cuts: Cuts,
    total: _Sum,
) -> tuple[Step, ...]:
    """The steps as a clone of what is deployed shows them, else as the text does; `cuts` are known."""
    if target.clone is None:
        known = rehearse.enum_cuts(plan.pending, parsed)
        return rehearse.split(
            plan.pending,
            parsed,
            done=plan.state.running,
            cuts=Cuts(known.before | cuts.before, known.alone | cuts.alone),
        )
    talk.progress("rehearsing", 0, len(plan.pending))
    major = conn.info.server_version // 10000
    clones = target.clone_major() if target.clone_major is not None else major
    if clones != major and not any(n.code == "other-major" for n in total.notices):
        total.notices.append(
            Notice(
                code="other-major",
                message=f'database "{target.name}" is PostgreSQL {major}, and the steps were found on'
                f" {clones}: what only {major} refuses is found when it runs",
                hint=f"in ormony.toml: [shadow] url = a PostgreSQL {major} server",
            )
        )
    url = target.clone(pending.as_deployed(plan.state, target.stream))
    try:
        with contextlib.closing(connect.connect(url)) as shadow:
            return rehearse.rehearse(
                shadow,
                plan.pending,
                parsed,
                functools.partial(_run, options=options),
                done=plan.state.running,
                cuts=cuts,
            )
    finally:
        target.release(url)


# ------------------------------------------------------------------------------------------------- the steps


def _work(
    conn: psycopg.Connection[Any],
    target: Target,
    options: Options,
    talk: Talk,
    verify: Verify | None,
    plan: Plan,
    steps: tuple[Step, ...],
    parsed: Parsed,
    total: _Sum,
) -> Generator[None, None, None]:
    """Run the steps; yields before the last COMMIT."""
    cuts = rehearse.NO_CUTS
    state = plan.state
    waiting = list(steps)
    while waiting:
        step = waiting[0]
        last = len(waiting) == 1
        if len(total.shown) > 1:
            talk.say(f"step {total.steps + 1} of {total.steps + len(waiting)}: {step}")
        try:
            if step.transactional:
                hook = verify if last else None
                for _ in _inside(conn, target, options, talk, hook, plan, step, parsed, state, total):
                    if last:
                        yield
            else:
                if last:
                    yield
                hook = verify if last else None
                _outside(conn, target, options, talk, hook, plan, step.pieces[0], parsed, state, total)
        except _Cut as cut:
            cuts = Cuts(cuts.before | cut.cuts.before, cuts.alone | cut.cuts.alone)
            left = {piece.version for each in waiting for piece in each.pieces}
            rest = Plan(
                pending=tuple(file for file in plan.pending if file.version in left), stamps={}, state=state
            )
            waiting = list(_careful(conn, target, rest, parsed, options, talk, cuts, total))
            total.shown = [*total.shown[: total.steps], *(str(each) for each in waiting)]
            continue
        total.steps += 1
        total.applied += step.versions
        total.seconds = time.monotonic() - (total.began or time.monotonic())
        waiting.pop(0)
        talk.progress("committed", len(total.applied), len(plan.pending))
        if waiting:
            conn.execute(autocommit.BEGIN)
            state = _read_locked(conn, target, options)
            conn.rollback()


def _inside(
    conn: psycopg.Connection[Any],
    target: Target,
    options: Options,
    talk: Talk,
    verify: Verify | None,
    plan: Plan,
    step: Step,
    parsed: Parsed,
    state: State,
    total: _Sum,
) -> Generator[None, None, None]:
    """A step in one transaction, which it begins and ends; yields before COMMIT."""
    files = {file.version: file for file in plan.pending}
    conn.execute(autocommit.BEGIN)
    now = _read_locked(conn, target, options)
    if now.rows != state.rows or now.records != state.records:
        raise _Changed
    _limit(conn, options.lock_timeout_ms)
    times: dict[str, tuple[float, float]] = {}
    count = len(total.applied)
    with refusals.Watch(target.url, conn.info.backend_pid) as watch:
        for piece in step.pieces:
            file = files[piece.version]
            talk.progress(_base(file), count, len(plan.pending))
            total.begin()
            begun = time.monotonic()
            try:
                _run(conn, rehearse.cut_out(file, parsed[piece.version], piece), options)
            except OrmonyError as error:
                if rehearse.state_of(error) not in rehearse.CUTS:
                    raise refusals.explained(error, watch.seen) from error.__cause__
                conn.rollback()
                runner = functools.partial(_run, options=options)
                cuts = rehearse.find_cut(conn, step, piece, files, parsed, runner, rehearse.NO_CUTS)
                raise _Cut(cuts) from error
            times[piece.version] = begun, time.monotonic()
            count += piece.ends
        locks.require(conn)
        _limit(conn, options.lock_timeout_ms)
        try:
            stamped = _book(conn, target, plan, step, parsed, now, total, times)
        except psycopg.Error as error:
            if conn.closed:
                raise
            raise refusals.explained(refusals.server_error(error), watch.seen) from error
    talk.progress("stamped", count, len(plan.pending))
    if verify is not None:
        verify(conn, plan)
        talk.progress("verified", count, len(plan.pending))
    conn.execute("NOTIFY pgrst, 'reload schema'")
    yield
    _commit(conn, step.versions)
    _add(total.stamped, stamped)


def _run(conn: psycopg.Connection[Any], file: StreamFile, options: Options) -> None:
    run.run_file(conn, file, lock_timeout_ms=options.lock_timeout_ms, split=_split)


def _split(text: str) -> list[str]:
    return [statement.sql for statement in sql.statements(text)]


def _commit(conn: psycopg.Connection[Any], versions: Sequence[str]) -> None:
    try:
        status = conn.execute("COMMIT").statusmessage
    except psycopg.OperationalError as error:
        if conn.closed:
            raise _Lost(versions, error) from error
        raise
    if status != "COMMIT":
        raise OrmonyError(
            "rolled-back",
            "the server rolled the transaction back at COMMIT: nothing was applied",
            hint="ormony deploy",
            exit_status=DATABASE,
        )


def _settle(lost: _Lost, plan: Plan, total: _Sum) -> None:
    """After a COMMIT whose answer was lost: go on when it happened, else say that it did not."""
    deployed = plan.state.deployed
    if (lost.versions and all(version in deployed for version in lost.versions)) or (
        not lost.versions and plan.empty
    ):
        total.applied += lost.versions
        total.steps += 1
        stream = plan.state.found[0].label
        total.stamped[stream] = total.stamped.get(stream, 0) + len(lost.versions)
        return
    raise OrmonyError(
        "connection-lost",
        "the connection was lost during COMMIT, and the server rolled the transaction back:"
        f" {'nothing was applied' if not total.steps else f'the state is that after step {total.steps}'}",
        hint="ormony deploy",
        exit_status=DATABASE,
    )


def _book(
    conn: psycopg.Connection[Any],
    target: Target,
    plan: Plan,
    step: Step,
    parsed: Parsed,
    before: State,
    total: _Sum,
    times: Mapping[str, tuple[float, float]],
    *,
    adopted: bool = False,
) -> dict[str, int]:
    """Stamp every ledger and record the step, in the open transaction; the number of new stamps by ledger."""
    files = {file.version: file for file in plan.pending}
    running = before.running
    done = [files[version] for version in step.versions]
    deployed = before.deployed | {file.version for file in done}
    complete = pending.complete(target.stream, deployed)
    stamped: dict[str, int] = {}
    for found in ledgers.look(conn, target.services, target.histories):
        history = target.histories.get(found.service)
        if history is None:
            if done:
                there, notices = ledgers.ensure(conn, found, None)
                total.notices += notices
                texts = {file.version: rehearse.texts(file, parsed[file.version]) for file in done}
                stamped[found.label] = ledgers.stamp_stream(conn, there, done, texts)
            continue
        already = before.recorded[found.service]
        applied = already | (
            complete.get(found.service, frozenset()) & {each.id for each in history.revisions}
        )
        new = [each for each in history.revisions if each.id in applied and each.id not in already]
        repair = ledgers.nameless(found, before.rows.get(found.label, ()))
        if new or repair:
            there, notices = ledgers.ensure(conn, found, history)
            count = ledgers.stamp(conn, there, history, new, applied)
            total.notices += (*notices, *ledgers.usable(conn, there))
            if count:
                stamped[found.label] = count
    partial = [piece for piece in step.pieces if not piece.ends]
    if done or partial:
        deployments.ensure(conn)
    now = time.monotonic()
    deployments.finish(
        conn,
        [
            deployments.Run(
                file,
                len(parsed[file.version]),
                now - times.get(file.version, (now, now))[0],
                now - times.get(file.version, (now, now))[1],
            )
            for file in done
        ],
        step=0 if adopted else total.steps + 1,
        running=running,
        adopted=adopted,
    )
    for piece in partial:
        deployments.advance(
            conn,
            files[piece.version],
            step=total.steps + 1,
            statements=piece.stop,
            doing=None,
            first=piece.version not in running,
        )
    return stamped


# -------------------------------------------------------------------------- statements outside a transaction


def _outside(
    conn: psycopg.Connection[Any],
    target: Target,
    options: Options,
    talk: Talk,
    verify: Verify | None,
    plan: Plan,
    piece: Piece,
    parsed: Parsed,
    state: State,
    total: _Sum,
) -> None:
    """The statements of one piece outside a transaction, then the stamps of what they complete in one."""
    files = {file.version: file for file in plan.pending}
    file = files[piece.version]
    record = state.records.get(piece.version) if piece.version in state.running else None
    step = Step((piece,), transactional=False)
    total.begin()
    begun = time.monotonic()

    # A service that starts now may have SQLx's lock while we wait, unless it would run what we run.
    orms = {service.name: service.orm for service in target.services}
    ours = any(
        orms.get(each.provenance.service) == "sqlx"
        for each in plan.pending
        if each.provenance is not None and each.version not in total.applied
    )
    lent = functools.partial(locks.lend_sqlx, conn, wait_s=options.wait_s, waiting=talk.say)

    def before(n: int) -> None:
        talk.progress(f"{_base(file)} ({n + 1} of {piece.of})", len(total.applied), len(plan.pending))

    with refusals.Watch(target.url, conn.info.backend_pid) as watch:
        try:
            autocommit.run_piece(
                conn,
                file,
                parsed[piece.version],
                piece,
                step=total.steps + 1,
                begun=record.doing if record is not None else None,
                first=record is None,
                lock_timeout_ms=options.lock_timeout_ms,
                patience_ms=max(options.lock_timeout_ms, int(options.wait_s * 1000)),
                before=before,
                around=contextlib.nullcontext if ours else lent,
            )
        except OrmonyError as error:
            raise refusals.explained(error, watch.seen) from error.__cause__
    locks.require(conn)
    conn.execute(autocommit.BEGIN)
    now = _read_locked(conn, target, options)
    _limit(conn, options.lock_timeout_ms)
    stamped = _book(conn, target, plan, step, parsed, now, total, {piece.version: (begun, time.monotonic())})
    if verify is not None:
        try:
            verify(conn, plan)
        except NotAsProved as error:
            error.message += f"; what {_base(file)} runs outside a transaction stays, and no ledger has it"
            raise
    conn.execute("NOTIFY pgrst, 'reload schema'")
    _commit(conn, step.versions)
    _add(total.stamped, stamped)


def _base(file: StreamFile) -> str:
    return file.path.rpartition("/")[2]


def _add(stamped: dict[str, int], more: Mapping[str, int]) -> None:
    for label, count in more.items():
        stamped[label] = stamped.get(label, 0) + count


def _roll_back(conn: psycopg.Connection[Any]) -> None:
    if not conn.closed and conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        conn.rollback()
