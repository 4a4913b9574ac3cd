"""Changes as SQL: rendered by kind, ordered by dependency, made online on request."""

from __future__ import annotations

import contextlib
import gc
import itertools
from collections.abc import Iterator

import msgspec

from ormony import sql
from ormony.catalog import Catalog
from ormony.diff import compare
from ormony.plan.attached import attached
from ormony.plan.order import incomplete, steps
from ormony.plan.statement import Statement

# Like pg_dump: bodies are not checked, for what they use may come later. Unlike it, the session's search_path
# stays: names are written in full, but a body that a CHECK or a default calls may count on it.
PREAMBLE = ("SET LOCAL check_function_bodies = false",)
_NOT_ONE = "-- Several transactions: run it with psql -v ON_ERROR_STOP=1 -f FILE, without -1."


class Plan(msgspec.Struct, frozen=True):
    """The statements that turn one database into another, in order."""

    statements: tuple[Statement, ...]

    @property
    def losses(self) -> tuple[Statement, ...]:
        """The statements after which rows or values are gone."""
        return tuple(each for each in self.statements if each.loses)

    @property
    def transactional(self) -> bool:
        """Whether it runs as one transaction."""
        return all(each.transactional for each in self.statements)

    def script(self) -> str:
        """SQL to run in one transaction (`psql -1 -f`); '' when there is nothing to do.

        Where a statement does not run in a transaction, the script opens those for the others itself, and its
        first line says so.
        """
        if not self.statements:
            return ""
        if self.transactional:
            return "".join(f"{text};\n" for text in (*PREAMBLE, *(each.sql for each in self.statements)))
        lines = [_NOT_ONE, *(f"{text.replace('SET LOCAL', 'SET', 1)};" for text in PREAMBLE)]
        for together, group in itertools.groupby(self.statements, key=lambda each: each.transactional):
            sqls = [f"{each.sql};" for each in group]
            lines += ["BEGIN;", *sqls, "COMMIT;"] if together else sqls
        return "\n".join([*lines, *(f"RESET {text.split()[2]};" for text in PREAMBLE)]) + "\n"


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """The many values of a plan in the making are no garbage, and have no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collection()
def make_plan(old: Catalog, new: Catalog) -> Plan:
    """The plan that turns the database of `old` into that of `new`; empty when they are equal.

    Raises:
        OrmonyError: `plan-cycle` when no order of statements serves, `plan-incomplete` when something that
            differs would stay as it is, `cannot-alter` when PostgreSQL has no way that keeps what columns
            hold.
    """
    done = steps(old, new)
    statements = (*done.statements, *attached(old, new, done))
    if not statements and old.version // 10000 == new.version // 10000:
        left = [each for each in compare(old, new) if each.kind != "privileges"]
        if left:
            raise incomplete(tuple(f"{each.kind} {each.object}" for each in left))
    return Plan(tuple(_as_printed(each) for each in statements))


def _as_printed(statement: Statement) -> Statement:
    text = sql.keep_nesting(sql.keep_array_casts(statement.sql))
    return statement if text is statement.sql else msgspec.structs.replace(statement, sql=text)
