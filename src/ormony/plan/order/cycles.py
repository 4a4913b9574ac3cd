"""The way out of a cycle of steps."""

from __future__ import annotations

from collections.abc import Mapping

from ormony.catalog import TABLES, Column, Constraint, Ref, column_of, default_of
from ormony.errors import OrmonyError
from ormony.plan.order.fates import Fates
from ormony.plan.order.graph import KEEPS_NO_DATA, Node, cycle_of
from ormony.plan.order.spread import replace, spread


def loosen(fates: Fates, stuck: set[Node], after: Mapping[Node, set[Node]]) -> None:
    """Take one thing out of a cycle: what CREATE TABLE holds, else an ALTER that may be a new
    creation."""
    cycle = cycle_of(stuck, after)
    tables = [ref for verb, ref in cycle if verb == "create" and fates.inline.get(ref)]
    if sum(_is_foreign_key(fates, part) for table in tables for part in fates.inline[table]):
        # many such rings are common, and each turn looks at everything: all at once
        keys = {
            part
            for verb, ref in stuck
            if verb == "create"
            for part in fates.inline.get(ref, ())
            if _is_foreign_key(fates, part) and _leads_to(fates, part, stuck)
        }
        if keys - fates.apart:
            fates.apart |= keys
            return
    for chosen in ("other", "default"):
        loose = {
            part
            for table in tables
            for part in fates.inline[table]
            if (chosen == "default") is (part.kind == "default") and not _is_generated(fates, part)
        }
        if loose:
            fates.apart |= loose
            return
    for verb, ref in cycle:
        default = default_of(ref)
        if (
            verb == "alter"
            and ref.kind == "column"
            and default not in fates.defaults
            and not _is_generated(fates, default)
            and not _was_generated(fates, ref)
        ):
            # what the default needs goes, or comes, between taking it away and giving it back
            fates.defaults.add(default)
            return
        if verb == "drop" and ref.kind in TABLES:
            for kinds in (
                ("foreign key",),
                ("check", "exclusion", "policy", "rule", "trigger"),
                ("column",),
            ):
                parts = {part for part in fates.parts_before.get(ref, ()) if fates.sort_of(part) in kinds}
                if kinds == ("column",):
                    parts = {default_of(part) for part in parts if fates.has_default(part)}
                    if parts - fates.defaults:
                        fates.defaults |= parts
                        return
                elif parts - fates.explicit:
                    fates.explicit |= parts
                    return
    for verb, ref in cycle:
        if verb == "alter" and ref in fates.altered and ref.kind in KEEPS_NO_DATA:
            work: list[Ref] = []
            replace(fates, ref, work)
            spread(fates, work)
            return
    edges = set(zip(cycle, (*cycle[1:], cycle[0]), strict=True)) & fates.soft
    if edges:
        fates.ignored |= edges
        return
    names = ", ".join(f"{ref.kind} {ref}" for _, ref in cycle)
    raise OrmonyError(
        "plan-cycle",
        f"no order of statements serves these objects, each of which needs the next: {names}",
        hint="make the change in two steps: first without one of them, then with it",
        exit_status=1,
    )


def _is_foreign_key(fates: Fates, ref: Ref) -> bool:
    value = fates.new.objects.get(ref)
    return isinstance(value, Constraint) and value.type == "foreign key"


def _leads_to(fates: Fates, part: Ref, stuck: set[Node]) -> bool:
    value = fates.new.objects[part]
    assert isinstance(value, Constraint)
    return value.references is not None and ("create", value.references) in stuck


def _was_generated(fates: Fates, column: Ref) -> bool:
    value = fates.old.objects.get(column)
    return isinstance(value, Column) and value.generated is not None


def _is_generated(fates: Fates, ref: Ref) -> bool:
    if ref.kind != "default":
        return False
    value = fates.new.objects.get(column_of(ref))
    return isinstance(value, Column) and value.generated is not None
