"""Personas asked in a shadow: may they select, insert, update, delete their own rows, and those of others?

Two worlds of rows are made, of tenant a and tenant b (`stage.py`). Each persona then takes its turn
(`turn.py`) and tries each thing, which is taken back: on tables (`tables.py`, `crossing.py`), through views
(`views.py`), in buckets (`buckets.py`). Views and functions are asked for what they tell (`telling.py`).
What comes of it is a tally (`tally.py`). Nothing is committed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import msgspec
import psycopg

from ormony.access import Asked
from ormony.database.access import buckets, jwt, stage, tables, telling, views
from ormony.database.access.jwt import claim_values, claims_of
from ormony.database.access.stage import Subject
from ormony.database.access.tally import Tally
from ormony.database.access.turn import Evidence, Turn
from ormony.database.connect import Connection
from ormony.database.questions import TIMEOUT_MS, Asker
from ormony.errors import DATABASE, OrmonyError


def ask(
    connection: Connection, subject: Subject, progress: Callable[[str, int, int], None] | None = None
) -> Asked:
    """Ask every persona everything, in one transaction that is rolled back; `progress` hears of each.

    `connection` is in autocommit, as a role that bypasses row security. Raises `fixture-failed`,
    `unknown-role`, and `database-error` where that role may not do what rows need.
    """
    try:
        with connection.transaction(force_rollback=True):
            return _asked(connection, subject, progress or (lambda *_: None))
    except psycopg.Error as error:
        raise OrmonyError(
            "database-error",
            f"the rows of the access matrix cannot be handled: {error.diag.message_primary or error}",
            hint="give role postgres the privileges that it lacks, in a migration",
            exit_status=DATABASE,
        ) from error


def _asked(connection: Connection, subject: Subject, progress: Callable[[str, int, int], None]) -> Asked:
    asker = Asker(connection)

    def begun() -> None:
        progress("making rows", 0, 2)
        connection.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}; SET CONSTRAINTS ALL DEFERRED")
        asker.prepare()

    built = stage.build(connection, subject, begun)
    progress("making rows", 2, 2)
    tally, evidence, everybody = Tally(subject.personas), Evidence(), subject.personas
    for number, persona in enumerate(everybody):
        progress("asking personas", number, len(everybody))
        _take(Turn(stage=built, persona=persona, asker=asker, tally=tally, evidence=evidence))
    progress("asking personas", len(everybody), len(everybody))
    return tally.asked()


def _take(turn: Turn) -> None:
    """Let the persona ask everything; the rows are as before then."""
    connection, persona = turn.stage.connection, turn.persona
    connection.execute("SAVEPOINT ormony_persona")
    jwt.become(connection, persona, persona.tenant, turn.stage.values)
    if persona.fixture:
        turn = msgspec.structs.replace(turn, stage=stage.with_fixture(turn.stage, persona))
    turn.asker.begin()
    of_tables = (each for table in turn.stage.tables for each in tables.asks(turn, table))
    of_views = (each for view in turn.stage.views for each in views.asks(turn, view))
    turn.asker.through(chain(of_tables, of_views, buckets.asks(turn)))
    telling.ask(turn)
    connection.execute("ROLLBACK TO SAVEPOINT ormony_persona; RELEASE SAVEPOINT ormony_persona")


__all__ = ["Subject", "ask", "claim_values", "claims_of"]
