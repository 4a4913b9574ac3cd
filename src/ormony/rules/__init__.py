"""Rules: one file each, which `check` runs over what it knows of a database.

The name of the file, with hyphens, is the rule's only name. Its docstring is its page: the title, what
happens to whom, how to mend it, and examples, which `tests/test_rules.py` runs. A rule has `SEVERITY`, the
worst that it reports, and `find`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from ormony.rules.finding import Finding, Severity
    from ormony.rules.reading import Evidence

_OTHERS: Final = frozenset({"__init__", "exposure", "finding", "reading", "suppression"})


class Rule(Protocol):
    """What the module of a rule has."""

    __doc__: str | None
    SEVERITY: Severity

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        """What there is to mend."""


RULES: Final[Mapping[str, str]] = {
    path.stem.replace("_", "-"): f"{__name__}.{path.stem}"
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if path.stem not in _OTHERS
}
"""Names, and the modules that have them; none is imported before it is asked for."""


def rule(name: str) -> Rule:
    """The rule of this name. Raises KeyError."""
    return cast(Rule, importlib.import_module(RULES[name]))


def title(name: str) -> str:
    """The first line of the rule's page, without its full stop."""
    return _page(name).partition("\n")[0].rstrip(".")


def docs() -> str:
    """The reference of all rules, as Markdown."""
    head = (
        "# The rules of `ormony check`\n\n"
        "This page is made from the rules; each example in it is a test. `=>` shows what is found.\n"
        "A service's migrations are merged into the stream, but those that are (new); what is (edited) or\n"
        "(removed) became so after the merge, and what is (frozen) is on the branch that production has.\n"
        "Errors fail `check`; warnings do with `--strict`; notes are shown with `--verbose` alone.\n\n"
        "A finding that is meant to be is allowed where it is, with a reason: over the statement, or at the"
        " top of the file:\n\n"
        "    -- ormony: allow cluster-wide the role of our backups is the same everywhere\n"
        "\nA file that ormony wrote is not edited: there, and for frozen files, ormony.toml allows it:\n\n"
        "    [[check.allow]]\n"
        '    rule   = "definer-without-search-path"\n'
        '    object = "public.is_admin*"\n'
        '    reason = "nobody but us may create objects here"\n'
    )
    pages = []
    for name in RULES:
        first, _, rest = _page(name).partition("\n")
        pages.append(f"\n## {name}\n\n**{first}** Severity: {rule(name).SEVERITY}.\n{rest.rstrip()}\n")
    return head + "".join(pages)


def _page(name: str) -> str:
    return inspect.cleandoc(rule(name).__doc__ or "")
