"""Does a deploy do to its target what it did to the shadow? Asked before anything runs, and before COMMIT.

Before: what the pending files touch must be in the target as it is in the shadow (`drift`). After: the
target's change must be the shadow's, value by value (`not-as-proved`). Ledgers, the schema of ormony and the
surface do not count. This module runs none of the files on the target, and never ends its transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import psycopg

from ormony import majors, narrow, snapshot
from ormony.catalog import PARTS, RELATIONS, Catalog, DefaultPrivileges, Extension, Grant, Ref
from ormony.database import pending, reprint, surface
from ormony.database.catalogs import Replays
from ormony.database.introspect import introspect
from ormony.database.pending import Plan
from ormony.diff import Change, compare
from ormony.errors import FINDINGS, OrmonyError
from ormony.history import Notice
from ormony.stream import StreamFile

Facet = Literal["object", "comment", "owner", "privileges", "security label"]
Part = tuple[Facet, Ref]
"""An object's definition, or what is attached to it."""

SHOWN: Final = 10
"""How many differences an error names."""

_FIELDS: Final[Mapping[Facet, str]] = {
    "object": "objects",
    "comment": "comments",
    "owner": "owners",
    "privileges": "grants",
    "security label": "labels",
}


def value(catalog: Catalog, part: Part) -> Any:
    """What the catalog has there, or None."""
    facet, ref = part
    return getattr(catalog, _FIELDS[facet]).get(ref)


def changed(old: Catalog, new: Catalog) -> frozenset[Part]:
    """Where two catalogs differ, but for what no kind covers."""
    found: set[Part] = set()
    for facet, field in _FIELDS.items():
        before, after = getattr(old, field), getattr(new, field)
        found |= {(facet, ref) for ref in before.keys() ^ after.keys()}
        found |= {(facet, ref) for ref, was in before.items() if ref in after and after[ref] != was}
    return frozenset(found)


def words(expected: Catalog, found: Catalog, parts: Collection[Part]) -> tuple[str, ...]:
    """The differences in these places: what `found` lacks (`-`), has besides (`+`), has otherwise (`~`)."""
    one, other = _only(expected, parts), _only(found, parts)
    signs = {"create": "+", "drop": "-", "alter": "~", "rename": "~"}

    def said(change: Change) -> str:
        ref, details = change.object, change.details
        if change.kind == "privileges":
            details = _rights(expected.grants.get(ref, ()), found.grants.get(ref, ()))
        of = f" of {ref.kind}" if change.kind != ref.kind else ""
        return f"{signs[change.action]} {change.kind}{of} {ref}" + (
            f" ({'; '.join(details)})" if details else ""
        )

    whole = one.objects.keys() ^ other.objects.keys()  # what is attached to these goes without saying
    changes = compare(one, other)
    return tuple(said(each) for each in changes if each.kind == each.object.kind or each.object not in whole)


def _rights(expected: tuple[Grant, ...], found: tuple[Grant, ...]) -> tuple[str, ...]:
    """By role, the privileges that are missing and those that are there besides."""
    said = []
    for sign, grants in (("-", {*expected} - {*found}), ("+", {*found} - {*expected})):
        for grantee in sorted({each.grantee for each in grants}):
            names = sorted({each.privilege for each in grants if each.grantee == grantee})
            said.append(f"{sign} {', '.join(names)} to {grantee or 'PUBLIC'}")
    return tuple(said)


def _only(catalog: Catalog, parts: Collection[Part]) -> Catalog:
    fields: dict[str, dict[Ref, Any]] = {field: {} for field in _FIELDS.values()}
    for facet, ref in parts:
        found = value(catalog, (facet, ref))
        if found is not None:
            fields[_FIELDS[facet]][ref] = found
    return msgspec.structs.replace(catalog, role="", column_order={}, depends={}, **fields)


def listed(differences: Sequence[str]) -> str:
    """The first of them as one line, and how many more there are."""
    more = f"; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    return "; ".join(differences[:SHOWN]) + more


class NotAsProved(OrmonyError):
    """The target's change is not the shadow's."""


class Verification:
    """The verification of one deploy to one database: `begin` before anything runs, `end` before COMMIT.

    `seconds` is how long `end` took, while the deploy held its locks; None before. `notices` say what was not
    compared. `again` says that another try may end better: the shadow's side may be of an earlier day, or
    somebody else may have changed the target meanwhile; the next `begin` finds out.
    """

    def __init__(self, replays: Replays, name: str, *, accept_drift: bool = False) -> None:
        self.replays, self.name, self.accept_drift = replays, name, accept_drift
        self.seconds: float | None = None
        self.notices: list[Notice] = []
        self.again = False
        self._failed: tuple[NotAsProved, Catalog, Catalog, Catalog] | None = None
        self._sides: tuple[Catalog, Catalog, Catalog] | None = None  # the target, the shadow before and after
        self._touched: frozenset[Part] = frozenset()
        self._drifted: frozenset[Part] = frozenset()
        self._other_rights = False
        self._narrow: Callable[[Catalog], Catalog] = lambda catalog: catalog

    def begin(self, conn: psycopg.Connection[Any], plan: Plan, stream: Sequence[StreamFile]) -> None:
        """Read the target, which no transaction is open on, and what the files make of the shadow.

        A shadow that cannot run the files is a notice, and then nothing is verified. Raises `drift`; and
        `not-as-proved` where it was raised before, and nothing has changed meanwhile.
        """
        self._sides, self.again = None, False
        before = pending.as_deployed(plan.state, stream)
        try:
            replay = self.replays.of if self._failed is None else self.replays.afresh
            bare, old = self.replays.surface, replay(before)
            new = replay((*before, *plan.pending))
        except OrmonyError as error:
            if self._failed is not None:
                raise self._failed[0] from None
            self._note(
                Notice(
                    code="not-verified", message=f"the shadow cannot tell what the files do: {error.message}"
                )
            )
            return
        ledgers = {(found.schema, found.table) for found in plan.state.found}

        def cut(catalog: Catalog) -> Catalog:
            catalog = narrow.without_surface(snapshot.redacted(catalog), bare, ledgers)
            return narrow.as_role(catalog, bare.role)

        self._narrow = cut
        whole = introspect(conn)
        self._other_rights = whole.role != new.role and _default_rights(whole) != _default_rights(new)
        for each in sorted({*whole.unseen} - {*new.unseen}):
            self._note(
                Notice(
                    code="not-seen",
                    message=f'what the role may not read of database "{self.name}" is not compared: {each}',
                )
            )
        target, old, new = cut(whole), cut(old), cut(new)
        if self._failed is not None and self._failed[1:] == (target, old, new):
            raise self._failed[0]
        self._sides = target, old, new
        self._touched = changed(old, new)
        self._drifted = self._drift(target, old, new, plan)

    def end(self, conn: psycopg.Connection[Any]) -> None:
        """Compare what the open transaction has made of the target. Raises `not-as-proved`."""
        if self._sides is None:
            return
        began = time.monotonic()
        difference = self._wrong(self._narrow(introspect(conn)))
        self.seconds = time.monotonic() - began
        if not difference:
            return
        error = NotAsProved(
            "not-as-proved",
            f'database "{self.name}" did not become what the shadow became; against it: {listed(difference)}',
            hint="look for an event trigger, default privileges or rows in the database that the stream does"
            " not know:\normony diff migrations deployed",
            exit_status=FINDINGS,
        )
        self.again = self._failed is None
        self._failed = error, *self._sides
        raise error

    def _drift(self, target: Catalog, old: Catalog, new: Catalog, plan: Plan) -> frozenset[Part]:
        """Where the target is not as the shadow in what the files touch."""
        if plan.state.running:
            versions = ", ".join(sorted(plan.state.running))
            self._note(
                Notice(
                    code="verified-in-part",
                    message=f'an earlier deploy to database "{self.name}" had begun {versions}:'
                    " what was there before is not compared, the result is",
                )
            )
            return frozenset()
        relations = {
            (ref.schema, ref.name)
            for facet, ref in self._touched
            if facet == "object" and (ref.kind in RELATIONS or ref.kind in PARTS)
        }
        beside: set[Part] = {
            ("object", ref)
            for ref in target.objects.keys() | old.objects.keys()
            if (ref.schema, ref.name) in relations and (ref.kind in RELATIONS or ref.kind in PARTS)
        }
        drifted, ours, shadows = self._differing(target, old, self._touched | beside)
        drifted -= self._incomparable(drifted)
        if drifted and not self.accept_drift:
            raise OrmonyError(
                "drift",
                f'database "{self.name}" is not what its deployed migrations make, in what the pending files'
                f" touch: {listed(words(shadows, ours, drifted))}",
                hint="ormony diff migrations deployed   # shows all of it; undo it by hand, or go on over it:"
                " ormony deploy --accept-drift",
                exit_status=FINDINGS,
            )
        if drifted:
            self._note(
                Notice(
                    code="drift-accepted",
                    message=f'database "{self.name}" differs in what the files touch, and was deployed to:'
                    f" {listed(words(shadows, ours, drifted))}",
                )
            )
        return drifted

    def _wrong(self, after: Catalog) -> tuple[str, ...]:
        """In words, how the target's change is not the shadow's; empty when it is."""
        assert self._sides is not None
        before, old, new = self._sides
        parts = changed(before, after) | self._touched
        wrong, ours, shadows = self._differing(after, new, parts)
        # where it differed before, the same change is enough, or none where the file asks whether it is there
        wrong = frozenset(
            part
            for part in wrong
            if part not in self._drifted
            or not _same_change(value(before, part), value(after, part), value(old, part), value(new, part))
        )
        said = words(shadows, ours, wrong - self._incomparable(wrong))
        return (*said, *_unmodelled(before, after, old, new))

    def _differing(
        self, ours: Catalog, shadows: Catalog, parts: Iterable[Part]
    ) -> tuple[frozenset[Part], Catalog, Catalog]:
        """Where the target differs from the shadow, and both as they were compared."""
        across = ours.version // 10000 != shadows.version // 10000
        if across:
            ours, shadows = majors.across(ours, shadows)
        found = _unlike(ours, shadows, parts)
        refs = [ref for facet, ref in found if facet == "object" and ref in shadows.objects]
        if across and refs:
            ours, shadows = majors.across(reprint.reprinted(ours, refs, self.replays), shadows)
            found = _unlike(ours, shadows, found)
        return found, ours, shadows

    def _incomparable(self, wrong: Collection[Part]) -> frozenset[Part]:
        """What differs and tells nothing of the files, with a notice: stand-ins, another role's rights."""
        found = {each for each in wrong if each[1].kind == "extension" and each[1].name in surface.standins()}
        if found and self.replays.major < 18:  # the script of a stand-in makes no extension there
            names = ", ".join(sorted({ref.name for _, ref in found}))
            self._note(
                Notice(
                    code="standin-in-shadow",
                    message=f"the shadow has stand-ins for {names}, which are not compared",
                )
            )
        else:
            found = set()
        rights = {each for each in wrong if each[0] == "privileges"}
        if self._other_rights and rights:
            self._note(
                Notice(
                    code="privileges-not-compared",
                    message=f'the role that deploys to database "{self.name}" gives other default'
                    " privileges than the shadow's, so privileges are not compared",
                )
            )
            found |= rights
        return frozenset(found)

    def _note(self, notice: Notice) -> None:
        if notice not in self.notices:
            self.notices.append(notice)


def _unlike(one: Catalog, other: Catalog, parts: Iterable[Part]) -> frozenset[Part]:
    """Those of the places in which the two differ, but for what an extension's own files decide.

    A server has another version of an extension than the shadow, or the extension in place of a stand-in:
    then its comment, its configuration tables and whether it can be moved are others.
    """
    both = {facet: (getattr(one, field), getattr(other, field)) for facet, field in _FIELDS.items()}

    def differs(part: Part) -> bool:
        facet, ref = part
        left, right = (each.get(ref) for each in both[facet])
        if facet == "comment" and ref.kind == "extension":
            return False
        if isinstance(left, Extension) and isinstance(right, Extension):
            return left.schema != right.schema and ref.name not in surface.standins()
        return bool(left != right)

    return frozenset(filter(differs, parts))


def _same_change(before: Any, after: Any, old: Any, new: Any) -> bool:
    """Whether what was different before has changed as it did in the shadow, or was left as it was."""
    if after == before:
        return True
    if not (isinstance(before, msgspec.Struct) and type(before) is type(after) is type(old) is type(new)):
        return False
    return all(
        getattr(after, name) == getattr(new if getattr(old, name) != getattr(new, name) else before, name)
        for name in before.__struct_fields__
    )


def _unmodelled(before: Catalog, after: Catalog, old: Catalog, new: Catalog) -> tuple[str, ...]:
    """What no kind covers, and has not changed as in the shadow; hashes of other versions tell nothing."""
    one, other = after.unmodelled, new.unmodelled
    names = {
        name for name in before.unmodelled.keys() | one.keys() if before.unmodelled.get(name) != one.get(name)
    }
    names |= {
        name for name in old.unmodelled.keys() | other.keys() if old.unmodelled.get(name) != other.get(name)
    }
    across = after.version // 10000 != new.version // 10000
    return tuple(
        f"~ {name}"
        for name in sorted(names)
        if (one.get(name) is None) != (other.get(name) is None)
        or (not across and one.get(name) != other.get(name))
    )


def _default_rights(catalog: Catalog) -> frozenset[tuple[str, str, str, str, bool]]:
    """What the catalog's own role gives by default, its own name left out."""
    return frozenset(
        (
            ref.schema,
            ref.part,
            "self" if each.grantee == catalog.role else each.grantee,
            each.privilege,
            each.grantable,
        )
        for ref, found in catalog.of("default privileges")
        if ref.name == catalog.role and isinstance(found, DefaultPrivileges)
        for each in found.grants
        if each.privilege != "MAINTAIN"
    )
