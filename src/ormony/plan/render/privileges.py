"""GRANT, REVOKE and ALTER DEFAULT PRIVILEGES: lists of privileges, what an object has by itself, and the way
between.

A list is a set of `Grant`s. The list that a new object gets is known (`acldefault`, and the default
privileges of the role that creates it), and so is what ALTER … OWNER TO makes of it; nothing here asks a
server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Set
from typing import Final, NamedTuple

import msgspec

from ormony.catalog import Catalog, DefaultPrivileges, Grant, Kind, Ref
from ormony.plan.render import names
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

RELATIONS: Final[frozenset[Kind]] = frozenset({"table", "foreign table", "view", "materialized view"})
TYPES: Final[frozenset[Kind]] = frozenset({"enum", "domain", "composite type", "range type", "base type"})
ROUTINES: Final[frozenset[Kind]] = frozenset({"function", "procedure", "aggregate"})
# The letter of each kind; 'l' stands for language, wrapper and server, whose defaults nobody can set.
LETTERS: Final[dict[Kind, str]] = {
    **dict.fromkeys(RELATIONS, "r"),
    **dict.fromkeys(TYPES, "T"),
    **dict.fromkeys(ROUTINES, "f"),
    "sequence": "S",
    "schema": "n",
    "language": "l",
    "foreign data wrapper": "l",
    "server": "l",
}
_ON_TABLES = ("INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_BEFORE_ALL: Final = 1000  # farther from the owner than anybody is
# pg_default_acl.defaclobjtype -> what ALTER DEFAULT PRIVILEGES calls it
_DEFAULT_WORDS: Final = {"r": "TABLES", "S": "SEQUENCES", "f": "ROUTINES", "T": "TYPES", "n": "SCHEMAS"} | {
    "L": "LARGE OBJECTS"
}


def privileges(letter: str, version: int) -> tuple[str, ...]:
    """All privileges that an object of this letter (`defaclobjtype`) can have on a server of this version."""
    match letter:
        case "r":
            return (*_ON_TABLES, "MAINTAIN") if version >= 170000 else _ON_TABLES
        case "S":
            return ("SELECT", "UPDATE", "USAGE")
        case "f":
            return ("EXECUTE",)
        case "n":
            return ("USAGE", "CREATE")
        case "L":
            return ("SELECT", "UPDATE")
        case _:
            return ("USAGE",)


def built_in(letter: str, owner: str, version: int, *, public: bool = True) -> frozenset[Grant]:
    """What the server gives by itself (`acldefault`): everything to the owner, and to PUBLIC what it may
    use."""
    mine = {Grant(owner, each, False, owner) for each in privileges(letter, version)}
    if public and letter in ("f", "T"):
        mine |= {Grant("", each, False, owner) for each in privileges(letter, version)}
    return frozenset(mine)


def default_list(kind: Kind, owner: str, version: int) -> frozenset[Grant]:
    """`acldefault` of an object of this kind."""
    letter = LETTERS.get(kind)
    if letter is None:
        return frozenset()
    given = built_in(letter, owner, version)
    return given | {Grant("", "USAGE", False, owner)} if kind == "language" else given


def list_when_created(ref: Ref, catalog: Catalog) -> frozenset[Grant]:
    """What an object has after `catalog.role` has created it, with that role's default privileges."""
    letter = LETTERS.get(ref.kind)
    if letter is None or letter == "l":
        return default_list(ref.kind, catalog.role, catalog.version)
    everywhere = catalog.objects.get(Ref("default privileges", "", catalog.role, letter))
    here = catalog.objects.get(Ref("default privileges", ref.schema, catalog.role, letter))
    given = (
        frozenset(everywhere.grants)
        if isinstance(everywhere, DefaultPrivileges)
        else default_list(ref.kind, catalog.role, catalog.version)
    )
    if isinstance(here, DefaultPrivileges) and ref.schema:
        given = _merge(given | frozenset(here.grants))
    return given


def _merge(grants: Iterable[Grant]) -> frozenset[Grant]:
    """One entry per grantee, privilege and grantor: with grant option where any has it."""
    found: dict[tuple[str, str, str], bool] = {}
    for each in grants:
        key = (each.grantee, each.privilege, each.grantor)
        found[key] = found.get(key, False) or each.grantable
    return frozenset(
        Grant(grantee, privilege, grantable, grantor)
        for (grantee, privilege, grantor), grantable in found.items()
    )


def with_owner(grants: Iterable[Grant], before: str, after: str) -> frozenset[Grant]:
    """What ALTER … OWNER TO makes of a list (`aclnewowner`)."""
    if before == after:
        return frozenset(grants)
    return _merge(
        Grant(
            after if each.grantee == before else each.grantee,
            each.privilege,
            each.grantable,
            after if each.grantor == before else each.grantor,
        )
        for each in grants
    )


class Way(NamedTuple):
    """The REVOKEs and GRANTs from one list to another, each with how far its grantor is from the owner.

    GRANTs that come before are among the REVOKEs, as if far away.
    """

    revokes: tuple[tuple[int, tuple[Statement, ...]], ...]
    grants: tuple[tuple[int, tuple[Statement, ...]], ...]


def way(
    target: str,
    before: Set[Grant],
    after: Set[Grant],
    owner: str,
    every: tuple[str, ...],
    column: str = "",
    *,
    renewable: Container[str] = (),
) -> Way:
    """From one list to another; `target` is `TABLE "a"."b"`, `column` a quoted name if it is one.

    Who was given the right to grant can grant only after that, and loses it when no grant of his is left.
    Who is `renewable` may lose all and be given again what stays, where that spares naming MAINTAIN: a
    server before 17 does not know it.
    """
    had = {(g.grantee, g.privilege, g.grantor): g.grantable for g in before}
    has = {(g.grantee, g.privilege, g.grantor): g.grantable for g in after}
    revoked: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    granted: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for (grantee, privilege, grantor), grantable in had.items():
        if (grantee, privilege, grantor) not in has:
            revoked[grantor, grantee, False].append(privilege)
        elif grantable and not has[grantee, privilege, grantor]:
            revoked[grantor, grantee, True].append(privilege)
    for (grantee, privilege, grantor), grantable in has.items():
        known = had.get((grantee, privilege, grantor))
        if known is None or (grantable and not known):
            granted[grantor, grantee, grantable].append(privilege)
    for grantor, grantee, option in tuple(revoked):
        key = (grantor, grantee, False)
        if option or "MAINTAIN" not in revoked[key] or grantor != owner or grantee not in renewable:
            continue
        stays = [g for g in after if (g.grantee, g.grantor) == (grantee, grantor)]
        if stays and not any(each.grantable for each in before | after if each.grantee == grantee):
            revoked[key] = list(every)
            granted[key] = [each.privilege for each in stays]
    far_before, far_after = _distances(before, owner), _distances(after, owner)

    def revoke(grantor: str, grantee: str, option: bool, words: list[str]) -> tuple[Statement, ...]:
        what = _words(words, every, column)
        head = "GRANT OPTION FOR " if option else ""
        return _as(grantor, owner, f"REVOKE {head}{what} ON {target} FROM {names.role(grantee)}")

    def grant(grantor: str, grantee: str, option: bool, words: list[str]) -> tuple[Statement, ...]:
        what = _words(words, every, column)
        tail = " WITH GRANT OPTION" if option else ""
        return _as(grantor, owner, f"GRANT {what} ON {target} TO {names.role(grantee)}{tail}")

    early = _early(had, has, owner)
    first: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for key, words in granted.items():
        first[key] = [each for each in words if (key[1], each, key[0]) in early]
        granted[key] = [each for each in words if each not in first[key]]
    return Way(
        tuple(
            (_BEFORE_ALL - far_after.get(key[0], 1), grant(*key, words))
            for key, words in sorted(first.items())
            if words
        )
        + tuple((far_before.get(key[0], 1), revoke(*key, words)) for key, words in sorted(revoked.items())),
        tuple(
            (far_after.get(key[0], 1), grant(*key, words)) for key, words in sorted(granted.items()) if words
        ),
    )


def _early(
    had: Mapping[tuple[str, str, str], bool], has: Mapping[tuple[str, str, str], bool], owner: str
) -> set[tuple[str, str, str]]:
    """The grants without which a REVOKE would find privileges that depend on what it takes: who granted these
    has the right to grant from somebody else afterwards, and from him he must have it before."""
    found: set[tuple[str, str, str]] = set()
    waiting = [
        (grantee, privilege)
        for (grantee, privilege, grantor), grantable in had.items()
        if grantable
        and not has.get((grantee, privilege, grantor), False)
        and any(each in has for each in had if each[1:] == (privilege, grantee))
    ]
    for grantee, privilege in waiting:
        for each, grantable in has.items():
            if each[:2] == (grantee, privilege) and grantable and not had.get(each, False):
                if each in found:
                    continue
                found.add(each)
                if each[2] != owner and each[2] != grantee:
                    waiting.append((each[2], privilege))
    return found


def _distances(grants: Set[Grant], owner: str) -> dict[str, int]:
    """How many grants lie between the owner and each role that may grant; of a column, its table may say
    it."""
    found = {owner: 0}
    rest = [each for each in grants if each.grantable and each.grantee != each.grantor]
    for _ in range(len(rest)):
        for each in rest:
            if each.grantor in found and each.grantee not in found:
                found[each.grantee] = found[each.grantor] + 1
    return found


def _words(words: list[str], every: tuple[str, ...], column: str) -> str:
    if column:
        return ", ".join(f"{each} ({column})" for each in sorted(words))
    if len(words) > 1 and set(words) == set(every):
        return "ALL"
    return ", ".join(sorted(words))


def _as(grantor: str, owner: str, text: str) -> tuple[Statement, ...]:
    """A privilege that not the owner gave is given by him who gave it."""
    if grantor == owner:
        return (Statement(sql=text),)
    return (
        Statement(sql=f"SET LOCAL ROLE {names.identifier(grantor)}"),
        Statement(sql=text),
        Statement(sql="RESET ROLE"),
    )


# --------------------------------------------------------------------------------------------- default
# privileges


def _default_statements(
    ref: Ref, before: Iterable[Grant], after: Iterable[Grant], version: int
) -> tuple[Statement, ...]:
    place = f" IN SCHEMA {names.identifier(ref.schema)}" if ref.schema else ""
    head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {names.identifier(ref.name)}{place} "
    word = _DEFAULT_WORDS[ref.part]

    def owned(grants: Iterable[Grant]) -> frozenset[Grant]:
        return frozenset(msgspec.structs.replace(each, grantor=ref.name) for each in grants)

    found = way(word, owned(before), owned(after), ref.name, privileges(ref.part, version))
    return tuple(
        Statement(sql=head + each.sql)
        for _, statements in (*found.revokes, *found.grants)
        for each in statements
    )


def _nothing_set(ref: Ref, version: int) -> frozenset[Grant]:
    """What holds where there is no entry: the built-in list everywhere, nothing more in a schema."""
    return frozenset() if ref.schema else built_in(ref.part, ref.name, version)


def _grants(ref: Ref, catalog: Catalog) -> tuple[Grant, ...]:
    value = catalog.objects[ref]
    assert isinstance(value, DefaultPrivileges)
    return value.grants


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return _default_statements(
        ref, _nothing_set(ref, catalog.version), _grants(ref, catalog), catalog.version
    )


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return _default_statements(
        ref, _grants(ref, catalog), _nothing_set(ref, catalog.version), catalog.version
    )


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    return Alteration(statements=_default_statements(ref, _grants(ref, old), _grants(ref, new), old.version))


RENDERERS: Final[dict[Kind, Renderer]] = {"default privileges": Renderer(_create, _drop, _alter)}
