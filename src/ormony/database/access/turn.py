"""One persona's turn: who asks, on which stage, and what is known of the statements that it tries.

What a statement does counts only where the same succeeds as a role that row security does not hold back;
that is evidence, asked once for all personas.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

import msgspec

from ormony.access import Persona
from ormony.catalog import Ref
from ormony.database.access import jwt
from ormony.database.access.rights import Privileges
from ormony.database.access.stage import Stage
from ormony.database.access.tally import Tally
from ormony.database.questions import Answer, Asker, Question
from ormony.database.rows import Row


class Evidence(msgspec.Struct, frozen=True):
    """What one persona's turn found that serves the next.

    `proved` are answers without row security. `crossed` are rows of a tenant's table that name the other
    tenant's user, with their INSERTs. `shown` are rows of views, as texts.
    """

    proved: dict[tuple[object, ...], Answer] = msgspec.field(default_factory=dict)
    crossed: dict[tuple[Ref, str], tuple[Row, str] | None] = msgspec.field(default_factory=dict)
    shown: dict[Ref, Mapping[str, str | None]] = msgspec.field(default_factory=dict)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A persona that asks; `stage` is as its fixture left it."""

    stage: Stage
    persona: Persona
    asker: Asker
    tally: Tally
    evidence: Evidence

    @property
    def own(self) -> str | None:
        """The persona's tenant."""
        return self.persona.tenant

    @property
    def other(self) -> str:
        """The tenant that is not the persona's."""
        return "b" if self.own == "a" else "a"

    def rights(self, relation: Ref) -> Privileges:
        """What the persona's role may do to a relation."""
        return self.stage.privileges[self.persona.role, relation]

    def claims(self, tenant: str | None) -> str:
        """The JWT of the persona as a member of this tenant."""
        return jwt.claims_of(self.persona, tenant, self.stage.values)[0]

    def cell(self, label: object, command: str, row: str, value: str, why: str = "") -> None:
        """Note an answer in the matrix."""
        self.tally.cell(self.persona, str(label), command, row, value, why)

    def proved(
        self, key: tuple[object, ...], statement: str, before: str = "", look: str = ""
    ) -> Generator[Question, Answer, Answer]:
        """What it does as a role that row security does not hold back; asked once."""
        known = self.evidence.proved
        if key not in known:
            known[key] = yield Question(None, statement, before, look)
        return known[key]
