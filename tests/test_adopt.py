"""Adopting: each file is applied, absent or unknown, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from ormony.database.deploy import Deployed, Options, Target, deploy
from ormony.database.shadow import Shadow
from ormony.errors import OrmonyError
from ormony.history import History, Service
from ormony.stream import StreamFile
from small_project import alembic, drizzle, execute, hand, history, merged, rows, service, target

WEB, API = service("web", "drizzle"), service("api", "alembic")
W = [
    drizzle(0, "create table web_a (id int primary key);"),
    drizzle(1, "alter table web_a add column n int;\ncreate index web_a_n on web_a (n);"),
    drizzle(2, "update web_a set n = 1;"),
    drizzle(3, "alter table web_a alter column n type bigint;"),
]
A = [
    alembic("a1", "create table api_a (id int);"),
    alembic("a2", "create table api_b (id int);", "a1"),
    alembic("a3", "alter table api_a add column web_id int references web_a (id);", "a2"),
]
STREAM = [
    hand("00001", "create type mood as enum ('sad');"),
    *(merged(f"001{n:02}", WEB, each) for n, each in enumerate(W)),
    *(merged(f"002{n:02}", API, each) for n, each in enumerate(A)),
]
HISTORIES = [(WEB, history(WEB, *W)), (API, history(API, *A))]
LEDGER = (
    "create schema drizzle",
    "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at"
    " bigint)",
)


def wanted(
    url: str,
    shadow: Shadow,
    stream: list[StreamFile] | None = None,
    histories: list[tuple[Service, History]] | None = None,
) -> Target:
    """A target with a shadow."""
    made = target(url, stream or STREAM, HISTORIES if histories is None else histories, clone=shadow.clone)
    return msgspec.structs.replace(made, release=shadow.release)


def adopt(to: Target, *assume: str, dry_run: bool = False) -> Deployed:
    """Adopt and deploy."""
    return deploy([to], Options(adopt=True, assume=frozenset(assume), dry_run=dry_run, wait_s=5))[0]


def said(done: Deployed) -> dict[str, str]:
    """`applied (ledger)` by version."""
    return {each.version: f"{each.status} ({each.because})" for each in done.adopted}


def run_by_drizzle(url: str, count: int, *, ledger: bool = True) -> None:
    """What drizzle-kit migrate does with the first `count` migrations."""
    execute(url, *(str(each.sql) for each in W[:count]))
    if ledger:
        execute(
            url,
            *LEDGER,
            *(
                f"insert into drizzle.__drizzle_migrations (hash, created_at) values ('{each.native}',"
                f" {n * 1000})"
                for n, each in enumerate(W[:count])
            ),
        )


def test_only_drizzle_has_migrated(fresh_database: str, shadow: Shadow) -> None:
    run_by_drizzle(fresh_database, 4)
    done = adopt(wanted(fresh_database, shadow))
    assert said(done) == {
        "00001": "absent (catalog)",
        **dict.fromkeys(("00100", "00101", "00102", "00103"), "applied (ledger)"),
        **dict.fromkeys(("00200", "00201", "00202"), "absent (catalog)"),
    }
    assert done.drift == ()
    assert done.applied == ("00001", "00200", "00201", "00202")
    assert rows(fresh_database, "select count(*) from drizzle.__drizzle_migrations") == [(4,)]
    assert rows(fresh_database, "select version, state, step from ormony.deployments order by sequence") == [
        *((f"001{n:02}", "adopted", 0) for n in range(4)),
        ("00001", "applied", 1),
        *((f"002{n:02}", "applied", 1) for n in range(3)),
    ]
    assert deploy([wanted(fresh_database, shadow)])[0].applied == ()


def test_a_missing_drizzle_ledger_is_rebuilt(fresh_database: str, shadow: Shadow) -> None:
    """The catalog proves what is structure; a backfill before an applied migration has run, too."""
    run_by_drizzle(fresh_database, 4, ledger=False)
    done = adopt(wanted(fresh_database, shadow))
    assert said(done)["00102"] == "applied (history)"
    assert said(done)["00101"] == said(done)["00103"] == "applied (catalog)"
    assert done.stamped["drizzle.__drizzle_migrations"] == 4
    assert rows(fresh_database, "select hash, created_at from drizzle.__drizzle_migrations order by id") == [
        (each.native, n * 1000) for n, each in enumerate(W)
    ]


def test_half_of_the_alembic_chain(fresh_database: str, shadow: Shadow) -> None:
    run_by_drizzle(fresh_database, 4)
    execute(
        fresh_database,
        str(A[0].sql),
        str(A[1].sql),
        "create table alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc"
        " primary key"
        " (version_num))",
        "insert into alembic_version values ('a2')",
    )
    done = adopt(wanted(fresh_database, shadow))
    assert [said(done)[version] for version in ("00200", "00201", "00202")] == [
        "applied (ledger)",
        "applied (ledger)",
        "absent (catalog)",
    ]
    assert done.applied == ("00001", "00202")
    assert rows(fresh_database, "select version_num from alembic_version") == [("a3",)]


def test_what_nothing_tells_is_refused_unless_it_is_assumed(fresh_database: str, shadow: Shadow) -> None:
    run_by_drizzle(fresh_database, 2, ledger=False)
    stream = [STREAM[1], STREAM[2], STREAM[3]]  # the last one only changes data
    histories = [(WEB, history(WEB, *W[:3]))]
    to = wanted(fresh_database, shadow, stream, histories)
    with pytest.raises(OrmonyError) as caught:
        adopt(to)
    assert str(caught.value) == (
        "supabase/migrations/00102_m.sql: error[cannot-adopt]: neither a ledger nor the catalog tells"
        " whether 00102 is"
        " applied\nhint: look into the data; for each that is applied: ormony deploy --adopt --assume 00102"
    )
    assert rows(fresh_database, "select to_regclass('drizzle.__drizzle_migrations') is null") == [(True,)]
    with pytest.raises(OrmonyError, match="version 00999 is not in the stream"):
        adopt(to, "00999")
    done = adopt(to, "00102")
    assert said(done)["00102"] == "applied (assumed)"
    assert (done.applied, done.stamped["drizzle.__drizzle_migrations"]) == ((), 3)


def test_a_file_that_is_there_in_part_is_refused(fresh_database: str, shadow: Shadow) -> None:
    run_by_drizzle(fresh_database, 1, ledger=False)
    execute(fresh_database, "alter table web_a add column n int")  # without its index
    with pytest.raises(OrmonyError) as caught:
        adopt(wanted(fresh_database, shadow, STREAM[1:3], [(WEB, history(WEB, *W[:2]))]))
    assert (caught.value.code, caught.value.place) == ("applied-in-part", "supabase/migrations/00101_m.sql")


def test_drift_is_listed(fresh_database: str, shadow: Shadow) -> None:
    run_by_drizzle(fresh_database, 4)
    execute(fresh_database, "alter table web_a add column extra text", "create table stray (id int)")
    done = adopt(wanted(fresh_database, shadow))
    assert done.drift == (
        "+ column public.web_a.extra",
        "+ table public.stray",
    )


def test_a_dry_run_tells_and_writes_nothing(fresh_database: str, shadow: Shadow) -> None:
    run_by_drizzle(fresh_database, 4, ledger=False)
    done = adopt(wanted(fresh_database, shadow), dry_run=True)
    assert done.applied == ("00001", "00200", "00201", "00202")
    assert said(done)["00100"] == "applied (catalog)"
    assert rows(fresh_database, "select to_regnamespace('ormony') is null") == [(True,)]


def test_an_absent_file_that_must_come_first_is_refused(fresh_database: str, shadow: Shadow) -> None:
    stream = [
        hand("00001", "create table t (id int);"),
        hand("00002", "create view v as select * from t;"),
        hand("00003", "alter table t add column new int;"),
    ]
    execute(fresh_database, stream[0].text, stream[2].text)
    with pytest.raises(OrmonyError) as caught:
        adopt(wanted(fresh_database, shadow, stream, []))
    assert str(caught.value) == (
        "supabase/migrations/00002_by_hand.sql: error[out-of-order]: version 00002 is absent; run after"
        " what is applied,"
        " it gives another database than a fresh replay: ~ view public.v (definition:  SELECT id\\n"
        "   FROM public.t ->  SELECT id,\\n    new\\n   FROM public.t; columns: id, integer -> id,"
        " integer, new, integer)\n"
        "hint: ormony sync   # gives a file that is not frozen a new version"
    )
    stream[1] = hand("00002", "create view v as select id from t;")
    done = adopt(wanted(fresh_database, shadow, stream, []))
    assert done.applied == ("00002",)


def test_where_the_ledgers_tell_of_every_file_one_replay_shows_the_drift(
    fresh_database: str, shadow: Shadow
) -> None:
    run_by_drizzle(fresh_database, 4)
    execute(fresh_database, "create index by_hand on web_a (n, id)")
    clones: list[int] = []

    def clone(files: Sequence[StreamFile]) -> str:
        clones.append(len(files))
        return shadow.clone(files)

    mine = [file for file in STREAM if file.provenance and file.provenance.service == "web"]
    to = msgspec.structs.replace(wanted(fresh_database, shadow, mine, HISTORIES[:1]), clone=clone)
    done = adopt(to, dry_run=True)
    assert said(done) == dict.fromkeys(("00100", "00101", "00102", "00103"), "applied (ledger)")
    assert done.drift == ("+ index public.by_hand",)
    assert clones == [0, 4]
