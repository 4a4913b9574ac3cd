"""A deploy in a process of its own, which kills itself at a boundary: `crashing_deploy.py URL N [FOLDER]`.

N counts the boundaries that `Talk.progress` is told of, from 0; -1 never. With a folder the deploy is
verified against a shadow there. Prints the versions that were applied.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec

from ormony.database.catalogs import Replays
from ormony.database.deploy import Options, Talk, Target, deploy
from ormony.database.shadow import open_shadow
from small_project import drizzle, hand, history, merged, service, sqlx, target

WEB, WORKER = service("web", "drizzle"), service("worker", "sqlx")
_W = [
    drizzle(0, "create table web_a (id int);"),
    drizzle(1, "insert into web_a select generate_series(1, 9);"),
]
_X = [
    sqlx(1, "create table worker_a (id int);"),
    sqlx(2, "create index concurrently worker_a_id on worker_a (id);", transaction=False),
    sqlx(3, "create table worker_b (id int);"),
]
STREAM = [
    hand("00001", "create type mood as enum ('sad');"),
    merged("00100", WEB, _W[0]),
    merged("00101", WEB, _W[1]),
    hand("00102", "alter type mood add value 'glad';"),
    hand("00103", "create table feels (m mood default 'glad');"),
    merged("00300", WORKER, _X[0]),
    merged("00301", WORKER, _X[1], transaction=False),
    merged("00302", WORKER, _X[2]),
    hand(
        "00400",
        "-- pg-delta: transaction=false\ncreate table last (id int);\ninsert into last values (1);\n"
        "create index concurrently last_id on last (id);\ninsert into last values (2);",
    ),
]
STEPS = [("00001", "00100", "00101", "00102"), ("00103", "00300"), ("00301",), ("00302",), ("00400",)]


def wanted(url: str) -> Target:
    """Everything, for this database."""
    return target(url, STREAM, [(WEB, history(WEB, *_W)), (WORKER, history(WORKER, *_X))])


@contextmanager
def verified(url: str, folder: Path) -> Iterator[Target]:
    """The same, verified against a shadow in the folder."""
    with open_shadow(folder) as shadow:
        yield msgspec.structs.replace(wanted(url), replays=Replays(folder, lambda: shadow))


def main() -> None:
    """Deploy, and die at the boundary."""
    url, at, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None
    seen = 0

    def progress(what: str, done: int, of: int) -> None:
        nonlocal seen
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    with verified(url, folder) if folder is not None else nullcontext(wanted(url)) as to:
        done = deploy([to], Options(wait_s=60), talk=Talk(progress))
    print(seen, *done[0].applied)


if __name__ == "__main__":
    main()
