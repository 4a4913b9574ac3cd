"""A database as its behavior files want it: the stream without what earlier behavior migrations made, then
these files.

So what a file no longer says is simply not there: a policy, a grant, a switch. What is run is given as a
function: this module connects to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from ormony import narrow, sql
from ormony.behavior import macros
from ormony.behavior.macros import Settings, Unprotected
from ormony.behavior.order import Piece, Text, identities, name_of, ordered, pieces
from ormony.catalog import PARTS, Catalog, Kind, Ref, holder
from ormony.errors import FINDINGS, OrmonyError
from ormony.sql import Name
from ormony.stream import StreamFile

SOURCE: Final = "behavior"
"""What begins the `source` of a file that was written from behavior: `behavior/policies/00403`."""
ADOPTS: Final = "-- adopts "
"""Begins the line by which a file says that an object of an earlier migration is behavior's from now on."""

_REPLACEABLE: Final = frozenset({"function", "procedure", "view"})
_IRREPLACEABLE: Final = frozenset({"42P13", "42P16", "42809"})  # another result, other columns, another kind
_UNDEFINED: Final = frozenset({"42883", "42P01", "42704", "42703", "3F000"})

Replayed = Callable[[Sequence[StreamFile], int], Catalog]
"""The catalog after these files; the first so many are expected to stay as they are."""
Cut = Callable[[Catalog], Catalog]
"""A catalog without what is no project's."""
Script = Callable[[Catalog, Catalog], str]
"""The SQL that turns one catalog into the other."""


class Mine(msgspec.Struct, frozen=True):
    """An object that is behavior's: whose files define it (None: nobody's alone), and since which file."""

    service: str | None
    path: str


class Desired(msgspec.Struct, frozen=True, kw_only=True):
    """The stream as it is (`now`), and as behavior wants it (`wanted`), both without the surface.

    `owned` is what behavior's migrations made or took over; `owners` whose statements define or touch a name;
    `adopted` are objects of other migrations that are defined alike in a behavior file for the first time.
    """

    now: Catalog
    wanted: Catalog
    pieces: tuple[Piece, ...]
    owned: Mapping[Name, Mine]
    owners: Mapping[Name, str | None]
    adopted: tuple[Name, ...] = ()
    unprotected: tuple[Unprotected, ...] = ()


def is_behavior(file: StreamFile) -> bool:
    """Whether this file of the stream was written from behavior files."""
    return file.provenance is not None and file.provenance.source.startswith(f"{SOURCE}/")


def made_by_behavior(stream: Sequence[StreamFile]) -> frozenset[Name]:
    """What behavior's files of the stream have made or taken over, and no other migration has made since."""
    return frozenset(_owned(stream)[0]) if any(map(is_behavior, stream)) else frozenset()


def adoption(name: Name) -> str:
    """The line that says so in the file that adopts."""
    return ADOPTS + msgspec.json.encode([name.kind, name.schema, name.name, name.of]).decode()


def _adoptions(file: StreamFile) -> set[Name]:
    lines = [each for each in file.body.splitlines() if each.startswith(ADOPTS)]
    return {Name(*msgspec.json.decode(each.removeprefix(ADOPTS), type=list[str])) for each in lines}


def desired(
    stream: Sequence[StreamFile],
    texts: Sequence[Text],
    settings: Settings,
    *,
    replayed: Replayed,
    cut: Cut,
    script: Script,
) -> Desired:
    """What the behavior files and macros make of the stream.

    Raises what reading and running them raises, each at its file and line; `behavior-defined-twice` for what
    another migration defines otherwise, `behavior-still-needed` for what was removed and others need; and
    what `macros.expand` raises.
    """
    found = pieces(texts)
    owned, mentioned = _owned(stream)
    now = cut(replayed(stream, len(stream)))
    base = _Base(stream, replayed)
    ground = cut(base.catalog)
    mine = {ref for ref in ground.objects if name_of(ref) in owned}
    created = {name: piece for piece in found for name in piece.facts.creates}
    plain = narrow.keep(ground, lambda ref: ref not in mine)
    expanded = macros.expand(plain, settings, defined=created, views=_views(found))
    found += pieces([Text(path=each.path, text=each.text) for each in expanded])
    defined = {name for piece in found for name in piece.makes}
    away = {ref for ref in ground.objects if name_of(ref) in defined or ref in mine}
    away = {ref for ref in away if ref.kind not in ("schema", "extension") or ref in mine}
    # What can be replaced stays: it keeps the privileges that a migration gave it.
    there = {ref for ref in away if ref.kind in _REPLACEABLE and name_of(ref) in defined}
    wanted = ground
    while found or away:
        going = _removable(ground, away - there)
        files = base.files
        if going:
            files += (_file("(what behavior defines, taken away)", script(ground, _less(ground, going))),)
        try:
            wanted = cut(_run(files, ordered(found), replayed))
            break
        except OrmonyError as error:
            failed = {name for piece in found if _is_at(piece, error.place or "") for name in piece.makes}
            stuck = {ref for ref in there if name_of(ref) in failed}
            if not stuck or getattr(error, "sqlstate", None) not in _IRREPLACEABLE:
                raise
            there -= stuck
    for ref in sorted(away):
        if ref in wanted.objects and name_of(ref) not in defined:
            raise _still_needed(ref, ground)
    wanted = _with_attached(wanted, ground, away, found)
    adopted = _adopted(ground, wanted, found, owned)
    owners: dict[Name, str | None] = dict(mentioned)
    for piece in found:
        owners |= dict.fromkeys(_touched(piece), piece.service)
    return Desired(
        now=now,
        wanted=wanted,
        pieces=found,
        owned=owned,
        owners=owners,
        adopted=adopted,
        unprotected=macros.unprotected(plain, settings),
    )


def _views(found: Sequence[Piece]) -> dict[Ref, bool]:
    """The views of these files, and whether they say who may use each."""
    granted = {
        name for piece in found if piece.facts.statement.kind == "GrantStmt" for name in piece.facts.uses
    }
    kinds: dict[str, Kind] = {"ViewStmt": "view", "CreateTableAsStmt": "materialized view"}
    return {
        Ref(kinds[piece.facts.statement.kind], name.schema, name.name): name in granted
        for piece in found
        if piece.facts.statement.kind in kinds
        for name in piece.facts.creates
        if name.kind == "relation"
    }


def _touched(piece: Piece) -> frozenset[Name]:
    facts = piece.facts
    named = facts.statement.kind in ("AlterTableStmt", "GrantStmt", "CommentStmt")
    return piece.makes | (facts.alters | facts.uses if named else frozenset())


def _owned(stream: Sequence[StreamFile]) -> tuple[dict[Name, Mine], dict[Name, str | None]]:
    """What behavior's files of the stream have made or dropped, minus what other migrations made anew or
    dropped since; and whose files touched what."""
    owned: dict[Name, Mine] = {}
    mentioned: dict[Name, str | None] = {}
    for file in stream:
        ours = is_behavior(file)
        if not ours and not owned:
            continue
        service = _service(file)
        # What `revert` brings back stays behavior's, if it was.
        reverts = file.provenance is not None and file.provenance.source.startswith("revert/")
        for facts in _facts(file):
            made = identities(facts, facts.creates)
            if not ours and not reverts:
                for name in made | identities(facts, facts.drops):
                    owned.pop(name, None)
            if ours:
                owned |= dict.fromkeys(made | identities(facts, facts.drops), Mine(service, file.path))
                mentioned |= dict.fromkeys(made | facts.alters | facts.uses, service)
        if ours:
            owned |= dict.fromkeys(_adoptions(file), Mine(service, file.path))
    return owned, mentioned


def _service(file: StreamFile) -> str | None:
    origin = file.provenance
    return None if origin is None or origin.service == "ormony" else origin.service


def _facts(file: StreamFile) -> tuple[sql.Facts, ...]:
    origin = file.provenance
    path = (origin.search_path if origin else None) or ("public",)
    return sql.facts(file.body, search_path=path, path=file.path)


class _Base:
    """The stream without behavior's files, but for what other files need of them."""

    def __init__(self, stream: Sequence[StreamFile], replayed: Replayed) -> None:
        self.files = _without_behavior(stream)
        try:
            self.catalog = replayed(self.files, len(self.files))
        except OrmonyError as error:
            if error.code != "sql-failed" or not any(map(is_behavior, stream)):
                raise
            # What a text does not show (a body that runs SQL it makes) may need any of them.
            self.files = _without_behavior(stream, whole=True)
            self.catalog = replayed(self.files, len(self.files))


def _without_behavior(stream: Sequence[StreamFile], *, whole: bool = False) -> tuple[StreamFile, ...]:
    needed: set[Name] = set()
    files: list[StreamFile] = []
    for file in reversed(stream):
        if not is_behavior(file):
            for facts in _facts(file):
                needed |= facts.needs
            files.append(file)
            continue
        body, kept = file.body, False
        for facts in reversed(_facts(file)):
            if facts.statement.kind == "VariableSetStmt":
                continue
            if whole or (facts.creates | facts.drops) & needed:
                kept = True
                needed |= facts.needs
            else:
                start, stop = facts.statement.start, facts.statement.stop
                body = body[:start] + re.sub(r"[^\r\n]", " ", body[start:stop]) + body[stop:]
        if kept:
            head = file.text[: len(file.text) - len(file.body)]
            files.append(msgspec.structs.replace(file, text=head + body))
    return tuple(reversed(files))


def _removable(catalog: Catalog, away: Collection[Ref]) -> set[Ref]:
    """Of these objects those that nothing else needs."""
    users: dict[Ref, set[Ref]] = {}
    for ref, needs in catalog.depends.items():
        for each in needs:
            users.setdefault(each, set()).add(ref)
    for ref in catalog.objects:
        if ref.kind in PARTS and (home := holder(ref, catalog)) is not None and home in away:
            users.setdefault(home, set())
    going = set(away)
    while True:
        stuck = {
            ref
            for ref in going
            if any(user not in going and holder(user, catalog) not in going for user in users.get(ref, ()))
        }
        if not stuck:
            return going
        going -= stuck


def _less(catalog: Catalog, going: Collection[Ref]) -> Catalog:
    """The catalog without these objects and their parts."""

    def stays(ref: Ref) -> bool:
        return ref not in going and not (ref.kind in PARTS and holder(ref, catalog) in going)

    return narrow.keep(catalog, stays)


def _file(path: str, text: str) -> StreamFile:
    return StreamFile(path=path, version="99999", name="behavior", text=text)


def _run(before: tuple[StreamFile, ...], found: Sequence[Piece], replayed: Replayed) -> Catalog:
    """The catalog after all pieces; one that misses something is tried again behind the others."""
    order = list(found)
    furthest, moved = -1, 0
    while True:
        files = [_file(each.path, each.runnable()) for each in order]
        try:
            return replayed((*before, *files), len(before))
        except OrmonyError as error:
            place = error.place or ""
            at = next((number for number, each in enumerate(order) if _is_at(each, place)), None)
            if at is None or getattr(error, "sqlstate", None) not in _UNDEFINED:
                raise
            moved = 0 if at > furthest else moved + 1
            furthest = max(furthest, at)
            if moved >= len(order) - at:
                raise
            order.append(order.pop(at))


def _is_at(piece: Piece, place: str) -> bool:
    """Whether a line of a file is one of the statement's."""
    found = re.fullmatch(r"(.*?):(\d+)(?::\d+)?", place)
    statement = piece.facts.statement
    last = statement.line + statement.sql.count("\n")
    return found is not None and found[1] == piece.path and statement.line <= int(found[2]) <= last


def _with_attached(wanted: Catalog, ground: Catalog, away: set[Ref], found: Sequence[Piece]) -> Catalog:
    """The catalog with the comments and privileges that a migration gave to what a file defines, where no
    file says anything of these."""
    said = {
        kind: {name for piece in found if piece.facts.statement.kind == kind for name in piece.facts.uses}
        for kind in ("CommentStmt", "GrantStmt")
    }
    comments, grants = dict(wanted.comments), dict(wanted.grants)
    for ref in away & wanted.objects.keys():
        names = {name_of(ref), Name("function", ref.schema, ref.name)}
        if ref in ground.comments and not names & said["CommentStmt"]:
            comments.setdefault(ref, ground.comments[ref])
        if ref in ground.grants and not names & said["GrantStmt"]:
            grants.setdefault(ref, ground.grants[ref])
    return msgspec.structs.replace(wanted, comments=comments, grants=grants)


def _still_needed(ref: Ref, catalog: Catalog) -> OrmonyError:
    user = next(
        (each for each, needs in sorted(catalog.depends.items()) if ref in needs and each != ref), None
    )
    who = f"{user.kind} {user}" if user is not None else "another object"
    return OrmonyError(
        "behavior-still-needed",
        f"no behavior file defines {ref.kind} {ref} any more, and {who} needs it",
        hint=f"define it again, or drop {who} in a migration first",
        exit_status=FINDINGS,
    )


def _adopted(
    ground: Catalog, wanted: Catalog, found: Sequence[Piece], owned: Mapping[Name, Mine]
) -> tuple[Name, ...]:
    """What another migration made and a behavior file defines alike. Raises `behavior-defined-twice`."""
    makers = {name: piece for piece in found for name in piece.makes}
    adopted = []
    for ref, before in sorted(ground.objects.items()):
        name = name_of(ref)
        if name is None or name in owned or name not in makers or name.kind in ("extension", "schema"):
            continue
        if wanted.objects.get(ref) != before:
            raise OrmonyError(
                "behavior-defined-twice",
                f"{name} is defined by a migration, and otherwise here",
                place=makers[name].place,
                hint="write it here as the migration has it: ormony sync takes it over, and it can be edited"
                " then; or drop it in a migration of its own",
                exit_status=FINDINGS,
            )
        adopted.append(name)
    return tuple(adopted)
