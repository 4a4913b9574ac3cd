"""What major versions of PostgreSQL say differently of the same SQL: a list of rules, each with its reason.

`across` cuts two catalogs of different versions down to what both can say. How a version prints an
expression is no rule of this list: see `database/reprint.py`. A rule is here only because a test shows the
difference on real servers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from ormony.catalog import (
    Catalog,
    Column,
    DefaultPrivileges,
    Domain,
    Extension,
    Grant,
    NotNull,
    Object,
    Ref,
    Subscription,
)


class Rule(NamedTuple):
    """One difference: `cut` takes out of its first catalog what a version below `since` cannot say; the
    second is that of the other version.

    `since` is None where any two versions may differ.
    """

    name: str
    since: int | None
    reason: str
    cut: Callable[[Catalog, Catalog], Catalog]


def across(old: Catalog, new: Catalog) -> tuple[Catalog, Catalog]:
    """Both catalogs, cut down to what both their versions can say; of one version: as they are."""
    low, high = sorted((old.version // 10000, new.version // 10000))
    if low == high:
        return old, new
    for rule in RULES:
        if rule.since is None or low < rule.since <= high:
            old, new = rule.cut(old, new), rule.cut(new, old)
    return old, new


def _each(catalog: Catalog, other: Callable[[Object], Object]) -> Catalog:
    return msgspec.structs.replace(
        catalog, objects={ref: other(value) for ref, value in catalog.objects.items()}
    )


_PLAIN: Final = NotNull()


def _without_not_null_names(catalog: Catalog, _: Catalog) -> Catalog:
    def other(value: Object) -> Object:
        if isinstance(value, Column | Domain) and value.not_null not in (None, _PLAIN):
            assert value.not_null is not None
            if value.not_null.valid:
                return msgspec.structs.replace(value, not_null=_PLAIN)
        return value

    def is_not_null(ref: Ref) -> bool:
        return ref.kind in ("constraint", "domain constraint") and ref not in catalog.objects

    comments = {ref: text for ref, text in catalog.comments.items() if not is_not_null(ref)}
    return msgspec.structs.replace(_each(catalog, other), comments=comments)


def _without_maintain(catalog: Catalog, _: Catalog) -> Catalog:
    def rest(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
        return tuple(each for each in grants if each.privilege != "MAINTAIN")

    def other(value: Object) -> Object:
        if isinstance(value, DefaultPrivileges):
            return msgspec.structs.replace(value, grants=rest(value.grants))
        return value

    grants = {ref: rest(given) for ref, given in catalog.grants.items()}
    return msgspec.structs.replace(_each(catalog, other), grants=grants)


def _without_streaming(catalog: Catalog, _: Catalog) -> Catalog:
    def other(value: Object) -> Object:
        if isinstance(value, Subscription):
            options = tuple(each for each in value.options if each not in _STREAMING)
            return msgspec.structs.replace(value, options=options)
        return value

    return _each(catalog, other)


_STREAMING: Final = (("streaming", "off"), ("streaming", "parallel"))


def _without_extension_versions(catalog: Catalog, _: Catalog) -> Catalog:
    def other(value: Object) -> Object:
        if isinstance(value, Extension):
            return msgspec.structs.replace(value, version="", relocatable=False, configuration=())
        return value

    comments = {ref: text for ref, text in catalog.comments.items() if ref.kind != "extension"}
    return msgspec.structs.replace(_each(catalog, other), comments=comments)


def _without_privileges_of_lone_members(catalog: Catalog, other: Catalog) -> Catalog:
    places = {
        value.schema
        for ref, value in catalog.objects.items()
        if isinstance(value, Extension) and ref in other.objects
    }
    suspects = {ref for ref in catalog.grants.keys() - other.grants.keys() if ref.schema in places}
    if not suspects:
        return catalog
    ours = {(ref.schema, ref.name) for each in (catalog, other) for ref in each.objects}
    ours |= {
        (value.identity.sequence.schema, value.identity.sequence.name)
        for each in (catalog, other)
        for value in each.objects.values()
        if isinstance(value, Column) and value.identity is not None
    }
    grants = {
        ref: given
        for ref, given in catalog.grants.items()
        if ref not in suspects or (ref.schema, ref.name) in ours
    }
    return msgspec.structs.replace(catalog, grants=grants)


RULES: Final = (
    Rule(
        "not-null-names",
        18,
        "from 18 on a NOT NULL is a constraint with a name, a comment and NO INHERIT, and an inherited one is"
        " told from a child's own; before, a column only has it or not",
        _without_not_null_names,
    ),
    Rule(
        "streaming",
        18,
        "from 18 on CREATE SUBSCRIPTION streams in parallel unless told otherwise; before, it did not stream",
        _without_streaming,
    ),
    Rule(
        "maintain",
        17,
        "from 17 on ALL on a table has MAINTAIN in it: privileges compare as that version's ALL",
        _without_maintain,
    ),
    Rule(
        "extension-versions",
        None,
        "CREATE EXTENSION without a version takes the newest that the server has, and each has another, with"
        " its own comment and configuration tables",
        _without_extension_versions,
    ),
    Rule(
        "extension-members",
        None,
        "another version of an extension has other members, and default privileges give rights on them: what"
        " is no object of the catalog and has rights on one side alone is a member that the other side lacks",
        _without_privileges_of_lone_members,
    ),
)
