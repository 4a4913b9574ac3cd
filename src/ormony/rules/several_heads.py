"""An Alembic history ends in several heads.

`alembic upgrade head` refuses to run, and so does a deploy script that calls it. It comes of two branches
that each added a revision after the same parent.

Mend it with `alembic merge heads`. A project that keeps branches apart on purpose calls
`alembic upgrade heads` and allows this rule.

Found: two revisions follow one.

    == services/api/versions/a1.py (new)
    revision = "a1"
    down_revision = None
    == services/api/versions/b2.py (new)
    revision = "b2"
    down_revision = "a1"
    == services/api/versions/c3.py (new)
    revision = "c3"
    down_revision = "a1"
    => warning services/api/versions/b2.py:1

Fine: a third one merges them.

    == services/api/versions/a1.py (new)
    revision = "a1"
    down_revision = None
    == services/api/versions/b2.py (new)
    revision = "b2"
    down_revision = "a1"
    == services/api/versions/c3.py (new)
    revision = "c3"
    down_revision = "a1"
    == services/api/versions/d4.py (new)
    revision = "d4"
    down_revision = ("b2", "c3")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.history import heads
from ormony.rules.finding import Evidence, Finding, Severity, Side

SEVERITY: Final[Severity] = "warning"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Each Alembic service with more than one head, at the last of them."""
    for service in evidence.services:
        history = evidence.histories.get(service.name)
        if service.orm != "alembic" or history is None:
            continue
        ends = set(heads(history.revisions))
        last = [each for each in history.revisions if each.id in ends]
        if len(last) < 2:
            continue
        yield Finding(
            rule="several-heads",
            severity=SEVERITY,
            message=f'the history of "{service.name}" has {len(last)} heads: '
            + ", ".join(each.id for each in last),
            object=service.name,
            place=f"{last[-1].path}:1",
            sides=tuple(Side(f"{each.path}:1", "another head") for each in last[:-1]),
            hint='alembic merge heads -m "merge"',
            service=service.name,
            database=evidence.name,
        )
