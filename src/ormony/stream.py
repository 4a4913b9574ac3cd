"""The stream: `supabase/migrations/`, in which every service's migrations converge, in one order.

Pure: lanes, epochs, provenance lines, merge and numbering of values. This module reads and writes no file,
runs no SQL and starts no tool: `commands` gives it texts, `files.py` writes what it returns.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote, unquote

import msgspec

from ormony import sql
from ormony.errors import OrmonyError
from ormony.files import sha256
from ormony.history import History, Notice, Part, Revision, Service, declared
from ormony.sql import Facts, Name, Statement

FILE_NAME: Final = re.compile(r"([0-9]+)_(.*)\.sql")
DIRECTIVE: Final = "-- pg-delta: transaction=false"
"""The first line that makes the Supabase CLI run a whole file in autocommit."""
FOLDER: Final = "supabase/migrations"
SHARED_LANE: Final = (400, 499)
OURSELVES: Final = "ormony"
"""Whose the files are that ormony adds by itself."""
LAST_EPOCH: Final = 19
"""The last thousand of five-digit versions; 14-digit timestamps sort after `19999` as strings."""

_HEADER: Final = "-- ormony: "
_SAFE: Final = "/._-~:+@"
_WIDTH: Final = 5
_MOMENT: Final = "%Y%m%d%H%M%S"


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The line in a stream file that says where its body came from.

    `source` is `<orm>/<revision id>` (or `behavior/<name>`); `native` the sha256 of the native file's bytes;
    `body` that of the rest of this file, i.e. of all after the header line. `part` of `parts` counts the
    files of one revision. `role` and `search_path` are what the file's SQL runs with. `moved` says that a
    statement was moved here to break a cycle.
    """

    service: str
    source: str
    native: str
    body: str
    part: int = 1
    parts: int = 1
    role: str | None = None
    search_path: tuple[str, ...] | None = None
    moved: bool = False


class StreamFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the stream. `path` is POSIX, relative to the project; `text` is the whole file."""

    path: str
    version: str
    name: str
    text: str
    provenance: Provenance | None = None  # None: hand-written
    transaction: bool = True  # False: the first line is DIRECTIVE
    in_place: bool = False  # the native file of its revision lies in the stream itself, without a line

    @property
    def body(self) -> str:
        """All after the header line; the whole text of a hand-written file."""
        if self.provenance is None or self.in_place:
            return self.text
        first = self.text.index(_HEADER)
        end = self.text.find("\n", first)
        return self.text[end + 1 :] if end >= 0 else ""

    @property
    def body_line(self) -> int:
        """The line of the file, from 1, on which `body` begins."""
        return self.text[: len(self.text) - len(self.body)].count("\n") + 1


class Incoming(msgspec.Struct, frozen=True):
    """A revision that is to enter the stream, with the SQL that its tool would run."""

    revision: Revision
    parts: tuple[Part, ...]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge adds: new files in stream order, and (old path, file under its new name) of those
    renumbered.
    """

    files: tuple[StreamFile, ...] = ()
    renumbered: tuple[tuple[str, StreamFile], ...] = ()
    notices: tuple[Notice, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the stream that is not as it was merged. `place` is a path, relative to the project."""

    code: str
    message: str
    place: str
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"


# ------------------------------------------------------------------------------------------------ one file


def parse(path: str, text: str) -> StreamFile | None:
    """The stream file with this path and text; None when the Supabase CLI would skip its name.

    Raises `broken-provenance`.
    """
    match = FILE_NAME.fullmatch(path.rpartition("/")[2])
    if match is None:
        return None
    lines = text.lstrip("\ufeff").split("\n", 2)
    directive = lines[0].rstrip("\r") == DIRECTIVE
    candidate = lines[1] if directive and len(lines) > 1 else lines[0]
    provenance = _read_header(candidate.rstrip("\r"), path) if candidate.startswith(_HEADER) else None
    return StreamFile(
        path=path,
        version=match[1],
        name=match[2],
        text=text,
        provenance=provenance,
        transaction=not directive,
    )


def _read_header(line: str, path: str) -> Provenance | None:
    words = dict(word.partition("=")[::2] for word in line.removeprefix(_HEADER).split(" ") if "=" in word)
    if "service" not in words or line.split()[2] == "allow":
        return None  # `-- ormony: allow …` in a hand-written file, whatever its reason says
    try:
        number, _, count = words.get("part", "1/1").partition("/")
        part, parts = int(number), int(count)
        if not 1 <= part <= parts:
            raise ValueError(part)
        schemas = words["search_path"].split(",") if words.get("search_path") else []
        return Provenance(
            service=_decode(words["service"]),
            source=_decode(words["source"]),
            native=words["native"],
            body=words["body"],
            part=part,
            parts=parts,
            role=_decode(words["role"]) if "role" in words else None,
            search_path=tuple(map(_decode, schemas)) if "search_path" in words else None,
            moved=words.get("moved") == "yes",
        )
    except (KeyError, ValueError):
        raise OrmonyError(
            "broken-provenance",
            "the provenance line is incomplete",
            place=f"{path}:1",
            hint=f"git checkout -- {path}   # or remove the file and run: ormony sync",
        ) from None


def _encode(value: str) -> str:
    """A value that can end neither its word nor the comment line, whatever a project calls its things."""
    return quote(value, safe=_SAFE, errors="surrogatepass")


def _decode(value: str) -> str:
    return unquote(value, errors="surrogatepass")


def compose(path: str, provenance: Provenance, body: str, *, transaction: bool = True) -> StreamFile:
    """The file with this body and a provenance line over it; `provenance.body` is computed here."""
    provenance = msgspec.structs.replace(provenance, body=sha256(body))
    words = [
        f"service={_encode(provenance.service)}",
        f"source={_encode(provenance.source)}",
        f"native={_encode(provenance.native)}",
        f"body={provenance.body}",
    ]
    if provenance.parts > 1:
        words.append(f"part={provenance.part}/{provenance.parts}")
    if provenance.role:
        words.append(f"role={_encode(provenance.role)}")
    if provenance.search_path is not None:
        words.append("search_path=" + ",".join(map(_encode, provenance.search_path)))
    if provenance.moved:
        words.append("moved=yes")
    first = "" if transaction else DIRECTIVE + "\n"
    match = FILE_NAME.fullmatch(path.rpartition("/")[2])
    assert match is not None, path
    return StreamFile(
        path=path,
        version=match[1],
        name=match[2],
        text=f"{first}{_HEADER}{' '.join(words)}\n{body}",
        provenance=provenance,
        transaction=transaction,
    )


def in_place(file: StreamFile, service: Service, revision: Revision) -> StreamFile:
    """The file that a tool wrote into the stream itself, with the provenance that it needs no line for."""
    provenance = Provenance(
        service=service.name,
        source=source_of(service, revision),
        native=revision.native,
        body=sha256(file.text),
    )
    return msgspec.structs.replace(file, provenance=provenance, in_place=True)


def body_is_intact(file: StreamFile) -> bool:
    """Whether the body is the one that was merged; a checkout that wrote CRLF for LF leaves it so."""
    if file.provenance is None:
        return True
    merged = file.provenance.body
    return sha256(file.body) == merged or sha256(file.body.replace("\r\n", "\n")) == merged


def source_of(service: Service, revision: Revision) -> str:
    """The `source` by which the stream knows this revision; with the service's name it is its identity."""
    return f"{service.orm}/{revision.id}"


def in_stream_order(files: Iterable[StreamFile]) -> tuple[StreamFile, ...]:
    """The files as the Supabase CLI runs them: by version as a string, then by name."""
    return tuple(sorted(files, key=lambda file: (file.version, file.path)))


def refuse_duplicates(ordered: Sequence[StreamFile]) -> None:
    """Refuse two files of one version; `ordered` is as the stream runs. Raises `duplicate-version`."""
    for left, right in itertools.pairwise(ordered):
        if left.version == right.version:
            raise OrmonyError(
                "duplicate-version",
                f"version {left.version} is also that of {left.path}",
                place=right.path,
                hint="ormony sync   # renumbers the one that is not frozen",
            )


def order_line(later: str, earlier: str) -> str:
    """The line for `[order]` in ormony.toml; both are `service/revision`."""
    return f"{_toml(later)} = [{_toml(earlier)}]"


def _toml(text: str) -> str:
    return msgspec.json.encode(text).decode()


# ----------------------------------------------------------------------------------------- SQL of a revision


class _Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One file's worth of SQL: what the body holds between the lines that set role and search path."""

    text: str
    transaction: bool
    facts: tuple[Facts, ...]


def _label(service: str, source: str) -> str:
    """`web/0001_orders`: a revision as messages and `[order]` name it."""
    return f"{service}/{source.partition('/')[2]}"


def _sql_place(revision: Revision) -> str:
    """What stands before a line number in messages; SQL made from Python has lines of its own."""
    return revision.path if revision.sql is not None else f"{revision.path}, its SQL"


def _pieces(service: Service, incoming: Incoming) -> tuple[list[_Piece], list[Notice]]:
    """The revision's SQL as the stream will hold it, file by file."""
    pieces: list[_Piece] = []
    notices: list[Notice] = []
    place = _sql_place(incoming.revision)
    label = _label(service.name, source_of(service, incoming.revision))
    for part in incoming.parts:
        text = part.sql.removeprefix("\ufeff")
        if service.orm == "drizzle":
            text = sql.split_breakpoints(text, place)
        transaction = part.transaction
        control = sql.transaction_control(text, place)
        outside = frozenset[int]()
        if control:
            plain = sql.strip_wrapper(text, place, opened=transaction and service.orm != "supabase")
            if plain == text:
                raise _transaction_control(control[0], place)
            words = " and ".join(sorted({_control_word(each) for each in control}))
            notices.append(
                Notice(
                    code="wrapper-stripped",
                    message=f"{words} in {label} {'is' if len(control) == 1 else 'are'} left out: "
                    "a deploy is one transaction",
                    place=f"{place}:{control[0].line}",
                )
            )
            outside = _called_outside(text, control, place)
            text, transaction = plain, True
        text, left_out = _without_mirrored(service, text, place)
        if left_out:
            notices.append(
                Notice(
                    code="left-out",
                    message=f"{label} defines {', '.join(left_out)}, which others own: "
                    "that is left out of the stream",
                    place=incoming.revision.path,
                )
            )
        split = _split(text, place, outside) if transaction else [(text, False)]
        if len(split) > 1 or (split and split[0][1] != transaction):
            notices.append(
                Notice(
                    code="split",
                    message=f"{label} has a statement that no transaction allows: it becomes {len(split)} "
                    f"file{'s' if len(split) > 1 else ''}",
                    place=incoming.revision.path,
                )
            )
        pieces += [_piece(piece, alone, service.search_path, place) for piece, alone in split]
    return pieces or [_piece("", True, service.search_path, place)], notices


def _without_mirrored(service: Service, text: str, place: str) -> tuple[str, tuple[str, ...]]:
    """The SQL with the definition of what the service mirrors as comments, and the names of that.

    Tables, their columns, constraints and indexes, and types: whoever owns them makes them. Policies and
    triggers on them stay. `*` speaks of the owner's tables and leaves nothing out.
    """
    words = [each for each in declared(service) if each.database is None and each.name != "*"]
    if not words:
        return text, ()
    found: dict[str, None] = {}
    pieces, at = [], 0
    for facts in sql.facts(text, search_path=service.search_path, path=place):
        names = facts.creates | facts.alters | facts.drops | facts.renames
        if facts.statement.kind == "IndexStmt":
            names = frozenset(each for each in facts.uses if each.kind == "relation")
        homes = {(each.schema, each.of or each.name) for each in names}
        structure = all(each.kind in ("relation", "column", "constraint", "type") for each in names)
        if not names or not structure:
            continue
        if not all(any(word.covers(*home) for word in words) for home in homes):
            continue
        found |= dict.fromkeys(".".join(home) for home in sorted(homes))
        start, stop = facts.statement.start, facts.statement.stop
        lines = [f"left out, others own {', '.join('.'.join(each) for each in sorted(homes))}:"]
        lines += text[start:stop].splitlines()
        before = text[at:start]
        pieces.append(before if not before or before.endswith("\n") else before + "\n")
        pieces.append("".join(f"-- {line}".rstrip() + "\n" for line in lines).rstrip("\n"))
        at = stop
        rest = text.find("\n", stop)
        tail = text[stop : rest if rest >= 0 else len(text)]
        if tail.strip() and not tail.lstrip().startswith("--"):
            pieces.append("\n")
    return "".join([*pieces, text[at:]]), tuple(found)


def _piece(text: str, transaction: bool, search_path: tuple[str, ...], place: str) -> _Piece:
    return _Piece(
        text=text, transaction=transaction, facts=sql.facts(text, search_path=search_path, path=place)
    )


def refuse_unrunnable(files: Iterable[StreamFile]) -> None:
    """Refuse, before anything runs, the first of these files that a deploy would refuse by its text alone.

    Plain BEGIN … COMMIT pairs are left out when it runs. Raises `sql-syntax`, `psql-only`,
    `transaction-control`.
    """
    for file in files:
        control = sql.transaction_control(sql.strip_wrapper(file.text, file.path), file.path)
        if control:
            raise _transaction_control(control[0], file.path)


def _transaction_control(statement: Statement, place: str) -> OrmonyError:
    word = _control_word(statement)
    if statement.kind == "DoStmt":
        word = "a COMMIT or ROLLBACK in a DO block"
    return OrmonyError(
        "transaction-control",
        f"{word} inside a migration would break the one transaction of a deploy",
        place=f"{place}:{statement.line}:{statement.column}",
        hint="remove it, or split the migration in two at this place",
    )


def _control_word(statement: Statement) -> str:
    return statement.sql.split()[0].rstrip(";").upper()


def _called_outside(text: str, control: Sequence[Statement], place: str) -> frozenset[int]:
    """Where the CALLs begin that follow a COMMIT and precede the next BEGIN.

    A procedure may end transactions itself, and then runs in none. What else stands there loses nothing.
    """
    words = {each.start: _control_word(each) for each in control}
    found, outside = set[int](), False
    for statement in sql.statements(text, place):
        if statement.start in words:
            outside = words[statement.start] in ("COMMIT", "END")
        elif outside and statement.kind == "CallStmt":
            found.add(statement.start)
    return frozenset(found)


def _split(text: str, place: str, outside: frozenset[int]) -> list[tuple[str, bool]]:
    """(text, runs in a transaction): each statement that no transaction allows gets a file of its own.

    So does each that begins at a place in `outside`.
    """
    statements = sql.statements(text, place)
    alone = [statement.start in outside or sql.non_transactional(statement) for statement in statements]
    if not any(alone):
        return [(text, True)]
    if len(statements) == 1:
        return [(text, False)]
    found: list[tuple[str, bool]] = []
    settings: list[str] = []  # what earlier statements set for the session, and a file of its own would lack
    start = 0
    first = 0
    for at, statement in enumerate(statements):
        last = at + 1 == len(statements)
        ends = last or alone[at] or alone[at + 1]
        if ends:
            stop = len(text) if last else statement.stop
            body = text[start:stop].strip("\r\n")
            if not body.rstrip().endswith(";") and not last:
                body += ";"
            before = "".join(f"{each}; " for each in settings)
            found.append((f"{before.rstrip()}\n{body}\n" if before else f"{body}\n", not alone[at]))
            settings += [each.sql for each in statements[first : at + 1] if _sets(each)]
            start, first = stop, at + 1
    return found


def _sets(statement: Statement) -> bool:
    words = statement.sql.upper().split(None, 2)[:2]
    if statement.kind == "VariableSetStmt":
        return len(words) > 1 and words[1] not in ("LOCAL", "TRANSACTION", "CONSTRAINTS")
    return statement.kind == "SelectStmt" and "set_config" in statement.sql.lower()


def _frame(role: str | None, search_path: tuple[str, ...] | None) -> tuple[str, str]:
    """The lines before and after a body whose service runs with another role or search path.

    The header states both for `deploy`; the SQL sets them as well, so that every other tool replays the same.
    """
    words = []
    if role:
        words.append(f"SET ROLE {sql.quote_identifier(role)};")
    if search_path is not None:
        schemas = ", ".join(sql.quote_identifier(each) for each in search_path) or "''"
        words.append(f"SET search_path TO {schemas};")
    return (" ".join(words) + "\n" if words else ""), ("RESET ROLE;\n" if role else "")


def _stated(service: Service) -> tuple[str | None, tuple[str, ...] | None]:
    """Role and search path that a file must state: those that differ from what every session has."""
    return service.role, (service.search_path if service.search_path != ("public",) else None)


def _body(service: Service, piece: str) -> str:
    before, after = _frame(*_stated(service))
    if after and not piece.endswith("\n"):
        piece += "\n"
    if after and not _ends(piece):
        piece = piece.rstrip("\r\n") + "\n;\n"
    return f"{before}{piece}{after}"


def _ends(text: str) -> bool:
    """Whether another statement can follow this text."""
    found = sql.statements(text)
    return not found or text[found[-1].stop - 1] == ";"


def _slug(revision: Revision) -> str:
    words = revision.label or re.sub(r"^[0-9]+_(?=.)", "", revision.id)
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower())[:60].strip("_")
    return slug or "migration"


# ------------------------------------------------------------------------------------------------- the graph


class _Reason(msgspec.Struct, frozen=True):
    """Why one node comes after another; `text` reads `"<later> …"`, with the earlier one's part in it."""

    text: str
    foreign: frozenset[Name] = frozenset()  # not empty: foreign keys alone, to these, ask for it
    order: str = ""  # the `[order]` key that asks for it


class _Node:
    """A revision, moved statement or hand-written file, as one point of the order; mutable, lives in one
    merge.
    """

    __slots__ = (
        "creates",
        "drops",
        "files",
        "fixed",
        "frozen",
        "incoming",
        "index",
        "key",
        "label",
        "lane",
        "late",
        "moved",
        "needs",
        "pieces",
        "place",
        "rank",
        "reasons",
        "search_path",
        "service",
        "versions",
    )

    def __init__(self, key: tuple[str, ...], service: str, label: str, place: str) -> None:
        self.key = key
        self.service = service
        self.label = label
        self.place = place
        self.files: list[StreamFile] = []
        self.incoming: Incoming | None = None
        self.pieces: list[_Piece] = []
        self.frozen = False
        self.fixed = False  # its name cannot be changed by us
        self.moved = False
        self.lane: tuple[int, int] = SHARED_LANE
        self.search_path: tuple[str, ...] = ("public",)
        self.rank: tuple[int, int, int, str] = (0, 0, 0, "")
        self.index = 0
        self.versions: tuple[str, ...] = ()
        self.reasons: dict[int, list[_Reason]] = {}
        self.creates: dict[Name, Facts] = {}
        self.drops: dict[Name, Facts] = {}
        self.needs: dict[Name, Facts] = {}
        self.late: dict[Name, Facts] = {}

    def summarise(self) -> None:
        """What the node as a whole creates, drops, and needs from outside."""
        self.creates, self.drops, self.needs, self.late = {}, {}, {}, {}
        own: set[Name] = set()
        for facts in self.facts():
            for name in facts.needs:
                if not self._has(own, name) and (
                    name not in self.needs or self.needs[name].foreign_keys >= {name}
                ):
                    self.needs[name] = facts  # a need that is more than a foreign key's wins
            for name in facts.uses_late:
                if not self._has(own, name):
                    self.late.setdefault(name, facts)
            for name in facts.drops | facts.renames:
                own.discard(name)
                self.drops[name] = facts
            for name in facts.creates:
                own.add(name)
                self.drops.pop(name, None)
                self.creates.setdefault(name, facts)

    @staticmethod
    def _has(own: set[Name], name: Name) -> bool:
        return name in own or (name.kind == "type" and Name("relation", name.schema, name.name) in own)

    def facts(self) -> Iterable[Facts]:
        for piece in self.pieces:
            yield from piece.facts

    def at(self, facts: Facts) -> str:
        """`path:line` of a statement."""
        return f"{self.place}:{facts.statement.line}"


def _nodes_of_stream(
    existing: Sequence[StreamFile], frozen: frozenset[str], services: Mapping[str, Service]
) -> list[_Node]:
    nodes: dict[tuple[str, ...], _Node] = {}
    for at, file in enumerate(in_stream_order(existing)):
        found = file.provenance
        is_frozen = file.path in frozen
        if found is None:
            key: tuple[str, ...] = (file.path,)
        else:
            key = (found.service, found.source, "moved" if found.moved else "")
            if is_frozen != (nodes[key].frozen if key in nodes else is_frozen):
                key = (*key, file.path)  # half of a revision is frozen: the other half stands alone
        if key not in nodes:
            label = _label(found.service, found.source) if found else file.path
            node = nodes[key] = _Node(key, found.service if found else "", label, file.path)
            node.frozen = is_frozen
            node.moved = found is not None and found.moved
            service = services.get(node.service)
            node.fixed = service is None
            node.lane = SHARED_LANE if node.moved or service is None else service.lane
            node.rank = (0, 0, at, file.path)
        node = nodes[key]
        node.files.append(file)
        path = found.search_path if found and found.search_path is not None else ("public",)
        node.pieces.append(
            _Piece(
                text=file.body,
                transaction=file.transaction,
                facts=sql.facts(file.text, search_path=path, path=file.path),
            )
        )
    return list(nodes.values())


class _Graph:
    """All nodes, in a fixed order of their own, and the edges between those that may still move."""

    def __init__(
        self,
        nodes: list[_Node],
        order: Mapping[str, Sequence[str]],
        parents: Mapping[int, list[tuple[str, ...]]],
    ) -> None:
        self.nodes = nodes
        self.order = order
        self.parents = parents  # id(node) -> keys of the nodes that it follows

    def connect(self) -> None:
        """Find all edges anew; preferences are added last, where they close no cycle."""
        for index, node in enumerate(self.nodes):
            node.index = index
            node.reasons = {}
            node.summarise()
        creators: dict[Name, list[_Node]] = {}
        for node in self.nodes:
            for name in node.creates:
                creators.setdefault(name, []).append(node)
        self._follow_parents()
        for node in self.nodes:
            if not node.frozen:
                for name in sorted(node.needs):
                    self._follow_creator(node, name, creators)
        self._precede_drops(creators)
        self._follow_orders()

    def prefer(self) -> None:
        """Add the wishes of bodies that run later."""
        creators: dict[Name, list[_Node]] = {}
        for node in self.nodes:
            for name in node.creates:
                creators.setdefault(name, []).append(node)
        for node in self.nodes:
            if node.incoming is None:
                continue
            for name in sorted(node.late):
                found = _pick(node, name, creators)
                if found is not None and not found.frozen and not self._reaches(node.index, found.index):
                    node.reasons.setdefault(found.index, []).append(
                        _Reason(
                            f'"{node.label}" uses {name} when it is called, which "{found.label}" creates'
                        )
                    )

    def _reaches(self, start: int, goal: int) -> bool:
        """Whether `goal` already comes after `start`: then `start` may not wait for it."""
        stack, seen = [goal], {goal}
        while stack:
            current = stack.pop()
            if current == start:
                return True
            fresh = self.nodes[current].reasons.keys() - seen
            seen |= fresh
            stack.extend(fresh)
        return False

    def _add(self, later: _Node, earlier: _Node, reason: _Reason) -> None:
        if later is earlier or earlier.frozen or later.frozen:
            return
        if later.incoming is None and earlier.incoming is None and earlier.rank > later.rank:
            return  # both are in the stream already, in an order that a replay proves
        later.reasons.setdefault(earlier.index, []).append(reason)

    def _follow_parents(self) -> None:
        by_key = {node.key: node for node in self.nodes}
        previous: dict[str, _Node] = {}
        for node in self.nodes:
            for key in self.parents.get(id(node), ()):
                self._add(
                    node, by_key[key], _Reason(f'"{node.label}" follows "{by_key[key].label}" in its service')
                )
            if node.incoming is None and node.service and not node.moved and not node.frozen:
                if node.service in previous:
                    before = previous[node.service]
                    self._add(
                        node, before, _Reason(f'"{node.label}" follows "{before.label}" in its service')
                    )
                previous[node.service] = node

    def _follow_creator(self, node: _Node, name: Name, creators: Mapping[Name, list[_Node]]) -> None:
        found = _pick(node, name, creators)
        if found is None:
            return
        facts = node.needs[name]
        text = f'"{node.label}" needs {name} ({node.at(facts)}), which "{found.label}" creates'
        foreign = frozenset({name}) if name in facts.foreign_keys else frozenset()
        self._add(node, found, _Reason(text, foreign))

    def _precede_drops(self, creators: Mapping[Name, list[_Node]]) -> None:
        users: dict[Name, list[_Node]] = {}
        for node in self.nodes:
            for name in node.needs:
                users.setdefault(name, []).append(node)
        for node in self.nodes:
            for name, facts in node.drops.items():
                again = [each for each in _creators(name, creators) if each.rank > node.rank]
                anew = any(each.service == node.service for each in again)
                if anew or self._overload_stays(node, name, creators):
                    continue  # dropped to be made anew: what uses it may come before or after
                what = "renames" if name in facts.renames else "drops"
                for user in users.get(name, ()):
                    if user.service == node.service or _means_another(user, name, creators):
                        continue
                    if node.frozen and user.incoming is not None and not again and name in node.needs:
                        raise OrmonyError(
                            "use-after-drop",
                            f'"{user.label}" needs {name}, which "{node.label}" {what}, and that is frozen',
                            place=user.at(user.needs[name]),
                            hint=f"see {node.at(facts)}, and change {user.place}",
                        )
                    reason = (
                        f'"{node.label}" {what} {name} ({node.at(facts)}), which "{user.label}" needs before'
                    )
                    self._add(node, user, _Reason(reason))

    def _overload_stays(self, node: _Node, name: Name, creators: Mapping[Name, list[_Node]]) -> bool:
        """Whether a function of that name with other arguments is left after `node` has dropped one."""

        def overloads(names: Iterable[Name]) -> set[Name]:
            return {
                each
                for each in names
                if each.kind == "signature"
                and each.schema == name.schema
                and each.name.startswith(f"{name.name}(")
            }

        if name.kind != "function" or not overloads(node.drops):
            return False
        dropped = {each for other in self.nodes if other.rank <= node.rank for each in overloads(other.drops)}
        return bool(overloads(creators) - dropped)

    def _follow_orders(self) -> None:
        by_label: dict[str, list[_Node]] = {}
        for node in self.nodes:
            by_label.setdefault(node.label, []).append(node)
        for later, befores in self.order.items():
            for earlier in befores:
                for one in by_label[later]:
                    for other in by_label[earlier]:
                        if one.frozen and not other.frozen:
                            raise OrmonyError(
                                "order-cycle",
                                f'[order] puts "{later}", which is frozen, after "{earlier}", which is new',
                                hint=f"remove from ormony.toml: {order_line(later, earlier)}",
                            )
                        if not (one.moved or other.moved):
                            reason = f'"{later}" comes after "{earlier}" by [order]'
                            self._add(one, other, _Reason(reason, order=order_line(later, earlier)))

    def cycle(self) -> list[int] | None:
        """Nodes that wait for each other, each for the next one; None where there are none."""
        state: dict[int, int] = {}
        for root in range(len(self.nodes)):
            if root in state:
                continue
            path: list[int] = []
            stack: list[tuple[int, list[int]]] = [(root, sorted(self.nodes[root].reasons))]
            state[root] = 1
            path.append(root)
            while stack:
                current, waiting = stack[-1]
                if not waiting:
                    state[current] = 2
                    stack.pop()
                    path.pop()
                    continue
                following = waiting.pop(0)
                if state.get(following) == 1:
                    return self._shortest(following)
                if following not in state:
                    state[following] = 1
                    path.append(following)
                    stack.append((following, sorted(self.nodes[following].reasons)))
        return None

    def _shortest(self, start: int) -> list[int]:
        """The shortest cycle through `start`."""
        came: dict[int, int] = {}
        waiting = [start]
        while waiting:
            current = waiting.pop(0)
            for following in sorted(self.nodes[current].reasons):
                if following == start:
                    found = [current]
                    while found[-1] != start:
                        found.append(came[found[-1]])
                    return found[::-1]
                if following not in came:
                    came[following] = current
                    waiting.append(following)
        raise AssertionError(start)


def _creators(name: Name, creators: Mapping[Name, list[_Node]]) -> list[_Node]:
    """Who creates it; a table's name is a type as well."""
    found = creators.get(name, [])
    if not found and name.kind == "type":
        return creators.get(Name("relation", name.schema, name.name), [])
    return found


def _means_another(user: _Node, name: Name, creators: Mapping[Name, list[_Node]]) -> bool:
    """Whether `user` has a thing of that name itself, or finds one in another schema of its search path."""
    if any(each.service == user.service for each in _creators(name, creators)):
        return True
    return any(
        each != name and (each.kind, each.name, each.of) == (name.kind, name.name, name.of)
        for each in user.needs
        if _creators(each, creators)
    )


def _pick(node: _Node, name: Name, creators: Mapping[Name, list[_Node]]) -> _Node | None:
    """The node that `node` must wait for to find `name`; None where the stream or its own service has it
    before.
    """
    found = [each for each in _creators(name, creators) if each is not node]
    own = [each for each in found if each.service == node.service and each.rank < node.rank]
    pool = own or [each for each in found if each.service != node.service]
    if not pool or any(each.frozen for each in pool):
        return None
    return min(pool, key=lambda each: each.rank)


# ------------------------------------------------------------------------------------------------- the merge


def merge(
    existing: Sequence[StreamFile],
    frozen: frozenset[str],
    services: Sequence[Service],
    incoming: Mapping[str, Sequence[Incoming]],
    order: Mapping[str, Sequence[str]] | None = None,
    *,
    now: datetime | None = None,
    applied: frozenset[str] = frozenset(),
    timestamps: bool = False,
    folder: str = FOLDER,
) -> Merged:
    """The new files that `incoming` becomes, and the unfrozen files that need another version.

    `frozen` holds paths of the files that never change again, also of such as are no longer in `existing`;
    `applied` versions that a ledger holds. `incoming` is by service name, in the order of the tool; what the
    stream has already is left out. `order` is `[order]` of the configuration. `now` (UTC) and `timestamps`
    are for 14-digit versions.

    A file comes after what its own history says and after everything its statements need; a use comes before
    another service's drop. Raises `dependency-cycle`, `order-cycle`, `unknown-order`, `two-creators`,
    `use-after-drop`, `transaction-control`, `unknown-revision`, `hand-written-order`, `no-version-left`, and
    what `sql` raises.
    """
    frozen |= _frozen_by_version(existing, frozen, applied)
    present = {(file.provenance.service, file.provenance.source) for file in existing if file.provenance}
    named = {service.name: service for service in services}
    fresh: dict[str, list[Incoming]] = {}
    for service in services:
        for each in incoming.get(service.name, ()):
            if (service.name, source_of(service, each.revision)) not in present:
                fresh.setdefault(service.name, []).append(each)
    _refuse_unknown_orders(order or {}, existing, fresh, named)
    if not fresh and all(file.path in frozen for file in existing):
        return Merged()

    nodes = _nodes_of_stream(existing, frozen, named)
    parents: dict[int, list[tuple[str, ...]]] = {}
    notices: list[Notice] = []
    known = {node.key for node in nodes}
    known |= {
        (name, source_of(named[name], each.revision), "") for name, its in fresh.items() for each in its
    }
    for position, service in enumerate(sorted(services, key=lambda each: (each.lane, each.name))):
        for at, each in enumerate(fresh.get(service.name, ())):
            source = source_of(service, each.revision)
            node = _Node(
                (service.name, source, ""),
                service.name,
                _label(service.name, source),
                _sql_place(each.revision),
            )
            node.incoming = each
            node.lane = service.lane
            node.search_path = service.search_path
            node.rank = (1, position, at, "")
            node.pieces, found = _pieces(service, each)
            notices += found
            parents[id(node)] = _parent_keys(service, each.revision, known)
            nodes.append(node)
    _refuse_two_creators(nodes)

    graph = _Graph(nodes, order or {}, parents)
    graph.connect()
    while (cycle := graph.cycle()) is not None:
        notices.append(_break(graph, cycle))
        graph.connect()
    graph.prefer()

    numbers = _Numbers(existing, frozen, applied, services, now, timestamps)
    files: list[StreamFile] = []
    renumbered: list[tuple[str, StreamFile]] = []
    for node in _in_order(graph):
        _place(node, graph, numbers, renumbered)
        if node.incoming is not None:
            files += _write(node, graph, named[node.service], folder)
    ordered = in_stream_order(files)
    notices += _overtaken(existing, ordered)
    return Merged(files=ordered, renumbered=tuple(renumbered), notices=tuple(notices))


def appended(
    existing: Sequence[StreamFile],
    frozen: frozenset[str],
    services: Sequence[Service],
    *,
    name: str,
    source: str,
    body: str,
    transaction: bool = True,
    now: datetime | None = None,
    applied: frozenset[str] = frozenset(),
    timestamps: bool = False,
    folder: str = FOLDER,
    service: Service | None = None,
) -> StreamFile:
    """A file that ormony itself adds, after everything that is there: in the shared lane, or a service's.

    Without a service its provenance is of none, so that no ledger but Supabase's knows it. `source` says what
    it is, e.g. `revert/00203`; one that ends with a slash gets the version behind it. The other arguments are
    those of `merge`. Raises `no-version-left`.
    """
    frozen |= _frozen_by_version(existing, frozen, applied)
    numbers = _Numbers(existing, frozen, applied, services, now, timestamps)
    lane = SHARED_LANE if service is None else service.lane
    (version,) = numbers.next(lane, 1, numbers.all, folder)
    role, search_path = (None, None) if service is None else _stated(service)
    provenance = Provenance(
        service=OURSELVES if service is None else service.name,
        source=source + version if source.endswith("/") else source,
        native=sha256(body),
        body="",
        role=role,
        search_path=search_path,
    )
    text = body if service is None else _body(service, body)
    return compose(f"{folder}/{version}_{name}.sql", provenance, text, transaction=transaction)


def _overtaken(existing: Sequence[StreamFile], new: Sequence[StreamFile]) -> list[Notice]:
    """Of the tools that count their files in the stream themselves: those whose next number is too small."""
    last = {
        file.provenance.service: file
        for file in in_stream_order(existing)
        if file.provenance is not None and _counts(file)
    }
    notices = []
    for name, file in last.items():
        following = f"{int(file.version) + 1:0{len(file.version)}d}"
        later = next((each for each in new if not _is_after(following, _bound([each.version]))), None)
        if later is not None and len(following) < len("YYYYMMDDHHMMSS"):
            notices.append(
                Notice(
                    code="number-overtaken",
                    message=f'"{name}" writes into the stream itself, and its next file {following}_… would '
                    f"sort before {later.path.rpartition('/')[2]}: it could not be deployed after that one",
                    place=file.path,
                    hint=_timestamps_hint(file),
                )
            )
    return notices


def _counts(file: StreamFile) -> bool:
    """Whether a tool, and no person, gave this file in the stream its number."""
    origin = file.provenance
    return file.in_place and origin is not None and origin.source.startswith(("drizzle/", "sqlx/"))


def _timestamps_hint(file: StreamFile) -> str:
    """How the tool that wrote this file into the stream is told to take the time for a version."""
    if file.provenance is not None and file.provenance.source.startswith("sqlx/"):
        return "sqlx migrate add --timestamp NAME   # from now on"
    return 'add to drizzle.config.ts: migrations: { prefix: "supabase" }   # versions are then the time'


def _refuse_unknown_orders(
    order: Mapping[str, Sequence[str]],
    existing: Sequence[StreamFile],
    fresh: Mapping[str, Sequence[Incoming]],
    services: Mapping[str, Service],
) -> None:
    known = {
        _label(file.provenance.service, file.provenance.source) if file.provenance else file.path
        for file in existing
    }
    known |= {
        _label(name, source_of(services[name], each.revision)) for name, its in fresh.items() for each in its
    }
    for later, befores in order.items():
        for name in (later, *befores):
            if name not in known:
                raise OrmonyError(
                    "unknown-order",
                    f'[order] names "{name}", which is no migration of any service',
                    hint="write service/revision as `ormony status` shows it, or remove the line",
                )


def _frozen_by_version(
    existing: Sequence[StreamFile], frozen: frozenset[str], applied: frozenset[str]
) -> frozenset[str]:
    """The files whose version is in a ledger; of two with one version the one on the frozen branch alone."""
    known = {file.version for file in existing if file.path in frozen}
    return frozenset(file.path for file in existing if file.version in applied and file.version not in known)


def _parent_keys(service: Service, revision: Revision, known: set[tuple[str, ...]]) -> list[tuple[str, ...]]:
    found = []
    for needed in (*revision.parents, *revision.depends_on):
        keys = [key for key in ((service.name, f"{service.orm}/{needed}", ""),) if key in known]
        halves = [
            key for key in known if key[:3] == (service.name, f"{service.orm}/{needed}", "") and len(key) > 3
        ]
        if not keys and not halves:
            raise OrmonyError(
                "unknown-revision",
                f'revision "{revision.id}" follows "{needed}", which is neither in the stream nor new',
                place=revision.path,
                hint=f"git log --diff-filter=D --oneline -- '*{needed}*'   # where the missing file went",
            )
        found += keys + halves
    return found


_OWNED: Final = frozenset({"relation", "type", "signature"})


def _refuse_two_creators(nodes: Sequence[_Node]) -> None:
    owners: dict[Name, tuple[_Node, Facts]] = {}
    for node in nodes:
        for facts in node.facts():
            for name in facts.drops | facts.renames:
                owners.pop(name, None)
                if name.kind == "function" and not any(each.kind == "signature" for each in facts.drops):
                    for each in [
                        e for e in owners if e.kind == "signature" and e.name.startswith(f"{name.name}(")
                    ]:
                        owners.pop(each)
            for name in sorted(facts.creates):
                if name.kind not in _OWNED:
                    continue
                other = owners.get(name)
                if other is not None and other[0].service != node.service and node.incoming is not None:
                    first = other[0].service or "the stream"
                    raise OrmonyError(
                        "two-creators",
                        f"{name} is created by {first} ({other[0].at(other[1])}) and by {node.service}",
                        place=node.at(facts),
                        hint="let one of them own it; the other only models it: "
                        f'[services.{node.service}] mirrors = ["{name.schema}.{name.name}"]',
                    )
                owners.setdefault(name, (node, facts))


def _in_order(graph: _Graph) -> Iterable[_Node]:
    """The nodes that may still move, each after all that it waits for; ties by lane, then by the tool's
    order.
    """
    waiting = {node.index: len(node.reasons) for node in graph.nodes if not node.frozen}
    followers: dict[int, list[int]] = {}
    for node in graph.nodes:
        for earlier in node.reasons:
            followers.setdefault(earlier, []).append(node.index)
    heap = [(graph.nodes[index].rank, index) for index, count in waiting.items() if count == 0]
    heapq.heapify(heap)
    while heap:
        _, index = heapq.heappop(heap)
        yield graph.nodes[index]
        for follower in followers.get(index, ()):
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(heap, (graph.nodes[follower].rank, follower))


# -------------------------------------------------------------------------------------------- breaking cycles


def _break(graph: _Graph, cycle: Sequence[int]) -> Notice:
    """Move the foreign keys that close this cycle to the shared lane. Raises `dependency-cycle`,
    `order-cycle`.
    """
    edges = [
        (graph.nodes[one], graph.nodes[other])
        for one, other in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
    ]
    # The foreign key of the lower lane moves, since that one comes first anyway; one that is inline only when
    # it must.
    for later, earlier in sorted(edges, key=lambda edge: (_is_inline(*edge), edge[0].rank, edge[1].rank)):
        reasons = later.reasons[earlier.index]
        if later.incoming is None or later.moved or not all(reason.foreign for reason in reasons):
            continue
        targets = frozenset(name for reason in reasons for name in reason.foreign)
        targets |= {Name("relation", name.schema, name.of) for name in targets if name.of}
        if _move(graph, later, earlier, targets):
            return Notice(
                code="foreign-key-moved",
                message=f'"{later.label}" and "{earlier.label}" need each other: the foreign key of '
                f'"{later.label}" is moved to the shared lane',
                place=later.place,
            )
    reasons = [later.reasons[earlier.index][0] for later, earlier in edges]
    text = "; ".join(reason.text for reason in reasons)
    lines = [reason.order for reason in reasons if reason.order]
    if lines:
        raise OrmonyError(
            "order-cycle",
            f"an override of [order] closes a cycle: {text}",
            hint=f"remove from ormony.toml: {lines[0]}",
        )
    later, earlier = edges[0]
    raise OrmonyError(
        "dependency-cycle",
        f"migrations need each other: {text}",
        place=later.place,
        hint=f'split "{later.label}" or "{earlier.label}" into two migrations, so that one can come first',
    )


def _is_inline(later: _Node, earlier: _Node) -> bool:
    """Whether a foreign key from the one to the other stands inside a CREATE TABLE."""
    names = {name for reason in later.reasons[earlier.index] for name in reason.foreign}
    return any(facts.statement.kind == "CreateStmt" for facts in later.facts() if facts.foreign_keys & names)


def _move(graph: _Graph, node: _Node, target: _Node, names: frozenset[Name]) -> bool:
    """Take the foreign keys to `names` out of `node` into its companion in the shared lane."""
    search_path = node.search_path
    companion = next((each for each in graph.nodes if each.moved and each.key[:2] == node.key[:2]), None)
    why = f'"{node.label}" and "{target.label}" need each other'
    taken: list[str] = []
    pieces: list[_Piece] = []
    for piece in node.pieces:
        text = piece.text
        for facts in reversed(piece.facts):
            wanted = facts.foreign_keys & names
            if not wanted:
                continue
            statement = facts.statement
            lifted = sql.lift_foreign_keys(statement, wanted, search_path)
            if lifted is None:
                return False
            taken[:0] = lifted.foreign_keys
            note = [f"-- moved to the shared lane by ormony, since {why}:"]
            note += [f"--   {line}" for key in lifted.foreign_keys for line in re.split(r"[\r\n]+", key)]
            rest = f"{lifted.rest};" if lifted.rest is not None else ""
            body = "\n".join([*map(_comment, note), rest] if rest else map(_comment, note))
            text = f"{text[: statement.start]}{body}\n{text[statement.stop :].removeprefix(chr(10))}"
        pieces.append(
            _piece(text, piece.transaction, search_path, node.place) if text != piece.text else piece
        )
    if not taken:
        return False
    node.pieces = pieces
    added = "".join(f"{key};\n" for key in taken)
    if companion is None:
        companion = _Node((*node.key[:2], "moved"), node.service, node.label, node.place)
        companion.incoming = node.incoming
        companion.moved = True
        companion.search_path = search_path
        companion.rank = (*node.rank[:3], "moved")
        graph.parents = {**graph.parents, id(companion): [node.key]}
        graph.nodes.append(companion)
        before = _comment(f"-- moved here by ormony from {node.label}, since {why}") + "\n"
        companion.pieces = [_piece(before + added, True, search_path, node.place)]
    else:
        text = companion.pieces[0].text + _comment(f"-- since {why}") + "\n" + added
        companion.pieces = [_piece(text, True, search_path, node.place)]
    return True


def _comment(line: str) -> str:
    """One line of comment, whatever names stand in it."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", line)


# ------------------------------------------------------------------------------------------------- numbering

_Bound = tuple[
    str, str
]  # the greatest version, and the greatest `version_`, by bytes: the CLI's two rules of order
_NOTHING: Final[_Bound] = ("", "")


def _bound(versions: Iterable[str], start: _Bound = _NOTHING) -> _Bound:
    greatest, named = start
    for version in versions:
        greatest, named = max(greatest, version), max(named, f"{version}_")
    return greatest, named


def _is_after(version: str, bound: _Bound) -> bool:
    """Whether a file with this version sorts after `bound` by version and by file name, whatever their widths
    are.
    """
    return version > bound[0] and f"{version}_" > bound[1]


class _Numbers:
    """Which versions are given out, and the next ones; mutable, lives in one merge."""

    def __init__(
        self,
        existing: Sequence[StreamFile],
        frozen: frozenset[str],
        applied: frozenset[str],
        services: Sequence[Service],
        now: datetime | None,
        timestamps: bool,
    ) -> None:
        gone = [
            FILE_NAME.fullmatch(path.rpartition("/")[2]) for path in frozen - {file.path for file in existing}
        ]
        fixed = {file.version for file in existing if file.path in frozen}
        fixed |= applied | {match[1] for match in gone if match is not None}
        self.taken = fixed | {file.version for file in existing}
        self.fixed = _bound(fixed)
        self.all = _bound(self.taken)
        self.timestamps = timestamps or any(len(version) == 14 for version in self.taken)
        self.now = now
        last = max((service.lane[1] for service in services), default=0)
        self.period = 1000
        while self.period <= last:
            self.period *= 10  # lanes of a configuration that counts in thousands
        # Of two unfrozen files with one version the hand-written one keeps it, since we may not rename that.
        keep = sorted(existing, key=lambda file: (file.path not in frozen, not _is_fixed(file), file.path))
        self.keepers: dict[str, str] = {}
        for file in keep:
            self.keepers.setdefault(file.version, file.path)
        for version in fixed:
            self.keepers.setdefault(version, "")

    def next(self, lane: tuple[int, int], count: int, bound: _Bound, place: str) -> tuple[str, ...]:
        """The next `count` consecutive free versions of the lane after `bound`. Raises `no-version-left`."""
        if not self.timestamps:
            found = self._in_lane(lane, count, bound)
            if found:
                return found
        return self._timestamps(count, (max(bound[0], self.all[0]), max(bound[1], self.all[1])), place)

    def _in_lane(self, lane: tuple[int, int], count: int, bound: _Bound) -> tuple[str, ...]:
        limit = (LAST_EPOCH + 1) * 1000
        for epoch in range(0, limit, self.period):
            for start in range(epoch + lane[0], min(epoch + lane[1] + 2 - count, limit)):
                first = f"{start:0{_WIDTH}d}"
                if not _is_after(first, bound):
                    continue
                versions = tuple(f"{number:0{_WIDTH}d}" for number in range(start, start + count))
                if self.taken.isdisjoint(versions):
                    return versions
        return ()

    def _timestamps(self, count: int, bound: _Bound, place: str) -> tuple[str, ...]:
        """Seconds from now on; later ones where that does not sort after everything that is there."""
        moment = (self.now or datetime.now(UTC)).strftime(_MOMENT)
        if not _is_after(moment, bound):
            head = bound[0][:14]
            moment = _next_second(head) if len(head) == 14 else ""
        found: list[str] = []
        while len(found) < count:
            if len(moment) != 14 or not _is_after(moment, bound):
                raise OrmonyError(
                    "no-version-left",
                    f'no version sorts after "{bound[0]}", which is in the stream already',
                    place=place,
                    hint=f"give the file of version {bound[0]} a smaller number, if it is not deployed yet",
                )
            found = [*found, moment] if moment not in self.taken else []
            moment = _next_second(moment)
        return tuple(found)

    def take(self, versions: Iterable[str]) -> None:
        """Give them out: nothing else gets them."""
        self.taken.update(versions)
        self.all = _bound(versions, self.all)


def _next_second(version: str) -> str:
    try:
        return (datetime.strptime(version, _MOMENT) + timedelta(seconds=1)).strftime(_MOMENT)
    except (ValueError, OverflowError):  # fourteen digits that are no time
        return str(int(version) + 1)


def _place(
    node: _Node,
    graph: _Graph,
    numbers: _Numbers,
    renumbered: list[tuple[str, StreamFile]],
) -> None:
    """Give the node its versions: those that it has if they still hold, else the next ones of its lane."""
    bound = numbers.fixed
    for earlier in node.reasons:
        bound = _bound(graph.nodes[earlier].versions, bound)
    current = tuple(file.version for file in node.files)
    if node.incoming is None:
        doubled = any(numbers.keepers[file.version] != file.path for file in node.files)
        if not doubled and all(_is_after(version, bound) for version in current):
            node.versions = current
            return
        lane = _lane_of(current[0], numbers.period) if node.fixed else node.lane
        versions = numbers.next(lane, len(node.files), bound, node.place)
        if _is_fixed(node.files[0]):
            raise _hand_written(node, graph, versions[0], doubled=doubled)
        renumbered += [(file.path, _renamed(file, to)) for file, to in zip(node.files, versions, strict=True)]
    else:
        versions = numbers.next(node.lane, len(node.pieces), bound, node.place)
    numbers.take(versions)
    node.versions = versions


def _is_fixed(file: StreamFile) -> bool:
    """Whether its name is not ours to change: hand-written, or known to another tool's journal."""
    return file.provenance is None or file.in_place


def _lane_of(version: str, period: int) -> tuple[int, int]:
    """The hundred in which a version lies; the shared lane for what is no five-digit number."""
    if len(version) != _WIDTH:
        return SHARED_LANE
    start = int(version) % period // 100 * 100
    return start, start + 99


def _hand_written(node: _Node, graph: _Graph, version: str, *, doubled: bool) -> OrmonyError:
    file = node.files[0]
    hint = f"git mv {file.path} {_renamed(file, version).path}"
    if _counts(file):
        again = "remove the file with its tool, e.g. npx drizzle-kit drop, and make it again"
        timely = len(file.version) >= len("YYYYMMDDHHMMSS")
        hint = again if timely else f"{_timestamps_hint(file)}; {again}"
    if doubled:
        what = f'version "{file.version}" is in the stream twice, and {file.path} is written by hand'
        return OrmonyError("duplicate-version", what, place=file.path, hint=hint)
    late = [
        reason.text
        for earlier, reasons in sorted(node.reasons.items())
        for reason in reasons[:1]
        if not all(_is_after(file.version, _bound([each])) for each in graph.nodes[earlier].versions)
    ]
    what = late[0] if late else f'"{file.path}" sorts before a file that is frozen'
    return OrmonyError("hand-written-order", what, place=file.path, hint=hint)


def _renamed(file: StreamFile, version: str) -> StreamFile:
    folder, slash, _ = file.path.rpartition("/")
    return msgspec.structs.replace(file, version=version, path=f"{folder}{slash}{version}_{file.name}.sql")


def _write(node: _Node, graph: _Graph, service: Service, folder: str) -> list[StreamFile]:
    assert node.incoming is not None
    revision = node.incoming.revision
    companions = [each for each in graph.nodes if each.key[:2] == node.key[:2] and each.incoming is not None]
    parts = sum(len(each.pieces) for each in companions)
    first = parts - len(node.pieces) + 1 if node.moved else 1
    role, search_path = _stated(service)
    name = re.sub(r"[^a-z0-9]+", "_", service.name.lower()).strip("_") or "service"
    files = []
    for at, (version, piece) in enumerate(zip(node.versions, node.pieces, strict=True)):
        provenance = Provenance(
            service=service.name,
            source=source_of(service, revision),
            native=revision.native,
            body="",
            part=first + at,
            parts=parts,
            role=role,
            search_path=search_path,
            moved=node.moved,
        )
        path = f"{folder}/{version}_{name}_{_slug(revision)}.sql"
        files.append(compose(path, provenance, _body(service, piece.text), transaction=piece.transaction))
    return files


# -------------------------------------------------------------------------------------------- after the merge


def verify(
    existing: Sequence[StreamFile],
    services: Sequence[Service],
    histories: Mapping[str, History],
    *,
    frozen: frozenset[str] = frozenset(),
    parts: Mapping[tuple[str, str], Sequence[Part]] | None = None,
) -> tuple[Finding, ...]:
    """Where the stream and the services' own files no longer say the same, in stream order.

    `histories` is by service name; of a service that is not in it nothing is said. `parts` has the SQL, by
    (service, source), of changed revisions whose native file is no SQL: without it any change of such a file
    is an edit. Codes: `duplicate-version`, `part-missing`, `native-missing`, `native-edited`, `body-edited`.
    A change of comments and white space alone is a warning, except that SQLx refuses it itself.
    """
    findings: list[Finding] = []
    ordered = in_stream_order(existing)
    seen: dict[str, str] = {}
    groups: dict[tuple[str, str], list[StreamFile]] = {}
    for file in ordered:
        if file.version in seen:
            findings.append(
                Finding(
                    code="duplicate-version",
                    message=f'version "{file.version}" is there twice: {seen[file.version]} and {file.path}',
                    place=file.path,
                    hint="ormony sync   # renumbers the one that is not frozen",
                )
            )
        seen.setdefault(file.version, file.path)
        if file.provenance is not None:
            groups.setdefault((file.provenance.service, file.provenance.source), []).append(file)
    named = {service.name: service for service in services}
    for (name, source), files in groups.items():
        findings += _missing_parts(name, source, files)
        service, history = named.get(name), histories.get(name)
        if service is None or history is None or not source.startswith(f"{service.orm}/"):
            findings += [_body_edited(file, "error") for file in files if not body_is_intact(file)]
            continue
        revision = next((each for each in history.revisions if source_of(service, each) == source), None)
        if revision is None:
            findings.append(
                Finding(
                    code="native-missing",
                    message=f'{_label(name, source)} is in the stream, but service "{name}" has it no longer',
                    place=files[0].path,
                    hint=f"git log --diff-filter=D --oneline -- {service.path}   # then restore the file"
                    if any(file.path in frozen for file in files)
                    else f"git rm -f {' '.join(file.path for file in files)} && ormony sync"
                    "   # or restore the native file",
                )
            )
            findings += [_body_edited(file, "error") for file in files if not body_is_intact(file)]
            continue
        given = parts.get((name, source)) if parts is not None else None
        if given is None and revision.sql is not None:
            given = (Part(revision.sql, revision.transaction),)
        findings += _edits(service, revision, files, given, frozen)
    return tuple(findings)


def _missing_parts(name: str, source: str, files: Sequence[StreamFile]) -> list[Finding]:
    found = {file.provenance.part for file in files if file.provenance}
    parts = max(file.provenance.parts for file in files if file.provenance)
    return [
        Finding(
            code="part-missing",
            message=f"part {part} of {parts} of {_label(name, source)} is not in the stream",
            place=files[0].path,
            hint="git log --diff-filter=D --oneline -- " + files[0].path.rpartition("/")[0],
        )
        for part in range(1, parts + 1)
        if part not in found
    ]


def _edits(
    service: Service,
    revision: Revision,
    files: Sequence[StreamFile],
    parts: Sequence[Part] | None,
    frozen: frozenset[str],
) -> list[Finding]:
    edited = any(file.provenance is not None and file.provenance.native != revision.native for file in files)
    broken = [file for file in files if not body_is_intact(file)]
    if not edited and not broken:
        return []
    same = parts is not None and _says_the_same(service, revision, files, parts)
    found = [_body_edited(file, "warning" if same else "error") for file in broken]
    if edited:
        label = _label(service.name, source_of(service, revision))
        tolerated = same and service.orm != "sqlx"
        what = "in comments or white space " if same else ""
        why = ", and SQLx compares every byte" if same and service.orm == "sqlx" else ""
        is_frozen = any(file.path in frozen for file in files)
        hint = f"git checkout -- {revision.path}   # and write a new migration"
        found.append(
            Finding(
                code="native-edited",
                message=f"{label} has changed {what}since it was merged into {files[0].path}{why}",
                place=revision.path,
                hint=hint
                if is_frozen
                else f"ormony sync --rewrite   # or, to take it back: git checkout -- {revision.path}",
                severity="warning" if tolerated else "error",
            )
        )
    return found


def _body_edited(file: StreamFile, severity: Literal["error", "warning"]) -> Finding:
    return Finding(
        code="body-edited",
        message=f"{file.path} has changed since it was merged"
        + (" (comments only)" if severity == "warning" else ""),
        place=file.path,
        hint=f"git checkout -- {file.path}   # a stream file with a provenance line is not edited by hand",
        severity=severity,
    )


def _says_the_same(
    service: Service, revision: Revision, files: Sequence[StreamFile], parts: Sequence[Part]
) -> bool:
    """Whether merging the revision as it is now would give the same statements as the stream has."""
    if any(file.provenance is not None and file.provenance.moved for file in files):
        return False  # a moved foreign key: what was merged cannot be made again from this revision alone
    try:
        pieces, _ = _pieces(service, Incoming(revision, tuple(parts)))
    except OrmonyError:
        return False
    bodies = [(_body(service, piece.text), piece.transaction) for piece in pieces]
    return len(bodies) == len(files) and all(
        file.transaction == transaction and sql.same_code(file.body, body)
        for file, (body, transaction) in zip(files, bodies, strict=True)
    )


def rewrite(
    existing: Sequence[StreamFile], frozen: frozenset[str], service: Service, incoming: Incoming
) -> tuple[StreamFile, ...]:
    """The revision's files made anew, under their old names, where its native file or their bodies have
    changed.

    Raises `frozen-file-edited`, `rewrite-parts` where it would need other files than it has, and like
    `merge`.
    """
    source = source_of(service, incoming.revision)
    files = [
        file
        for file in in_stream_order(existing)
        if file.provenance and (file.provenance.service, file.provenance.source) == (service.name, source)
    ]
    if all(
        file.provenance and file.provenance.native == incoming.revision.native and body_is_intact(file)
        for file in files
    ):
        return ()
    for file in files:
        if file.path in frozen:
            raise OrmonyError(
                "frozen-file-edited",
                f"{_label(service.name, source)} has changed, but {file.path} is frozen",
                place=incoming.revision.path,
                hint=f"git checkout -- {incoming.revision.path}   # and write a new migration",
            )
    pieces, _ = _pieces(service, incoming)
    if len(pieces) != len(files) or any(file.provenance and file.provenance.moved for file in files):
        paths = " ".join(file.path for file in files)
        raise OrmonyError(
            "rewrite-parts",
            f"{_label(service.name, source)} no longer fits in its {len(files)} stream files",
            place=incoming.revision.path,
            hint=f"git rm -f {paths} && ormony sync",
        )
    made = []
    for file, piece in zip(files, pieces, strict=True):
        assert file.provenance is not None
        provenance = msgspec.structs.replace(file.provenance, native=incoming.revision.native)
        made.append(compose(file.path, provenance, _body(service, piece.text), transaction=piece.transaction))
    return tuple(new for new, old in zip(made, files, strict=True) if new != old)
