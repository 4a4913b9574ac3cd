"""Changes as SQL: rendered by kind, ordered by dependency, made online on request."""

from __future__ import annotations

import msgspec

from ormony.catalog import Catalog
from ormony.plan.attached import attached
from ormony.plan.order import steps
from ormony.plan.statement import Statement

# Like pg_dump: bodies are not checked, for what they use may come later. Unlike it, the session's search_path
# stays: names are written in full, but a body that a CHECK or a default calls may count on it.
PREAMBLE = ("SET LOCAL check_function_bodies = false",)


class Plan(msgspec.Struct, frozen=True):
    """The statements that turn one database into another, in order."""

    statements: tuple[Statement, ...]

    @property
    def losses(self) -> tuple[Statement, ...]:
        """The statements after which rows or values are gone."""
        return tuple(each for each in self.statements if each.loses)

    def script(self) -> str:
        """SQL to run in one transaction (`psql -1 -f`); '' when there is nothing to do."""
        if not self.statements:
            return ""
        return "".join(f"{sql};\n" for sql in (*PREAMBLE, *(each.sql for each in self.statements)))


def make_plan(old: Catalog, new: Catalog) -> Plan:
    """The plan that turns the database of `old` into that of `new`; empty when they are equal.

    Raises:
        OrmonyError: `plan-cycle` when no order of statements serves.
    """
    done = steps(old, new)
    return Plan((*done.statements, *attached(old, new, done.gone, done.made)))
