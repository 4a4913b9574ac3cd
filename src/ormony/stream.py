"""The stream: `supabase/migrations/`, in which every service's migrations converge, in one order.

Pure: lanes, epochs, provenance lines, merge and numbering of values. This module reads and writes no file, runs
no SQL and starts no tool: `commands.py` gives it texts, `files.py` writes what it returns.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ormony.errors import OrmonyError
from ormony.files import sha256

FILE_NAME: Final = re.compile(r"([0-9]+)_(.*)\.sql")
DIRECTIVE: Final = "-- pg-delta: transaction=false"
"""The first line that makes the Supabase CLI run a whole file in autocommit."""

_HEADER: Final = "-- ormony: "


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The line in a stream file that says where its body came from.

    `source` is `<orm>/<revision id>` (or `behavior/<name>`); `native` the sha256 of the native file's bytes; `body`
    that of the rest of this file, i.e. of all after the header line. `part` of `parts` counts the files of one
    revision. `role` and `search_path` are what the file's SQL runs with. `moved` says that a statement was moved
    here to break a cycle.
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

    @property
    def body(self) -> str:
        """All after the header line; the whole text of a hand-written file."""
        if self.provenance is None:
            return self.text
        first = self.text.index(_HEADER)
        end = self.text.find("\n", first)
        return self.text[end + 1 :] if end >= 0 else ""

    @property
    def body_line(self) -> int:
        """The line of the file, from 1, on which `body` begins."""
        return self.text[: len(self.text) - len(self.body)].count("\n") + 1


def parse(path: str, text: str) -> StreamFile | None:
    """The stream file with this path and text; None when the Supabase CLI would skip its name."""
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
    if "service" not in words:
        return None  # another of our comment lines, e.g. `-- ormony: allow …`, in a hand-written file
    try:
        part, _, parts = words.get("part", "1/1").partition("/")
        return Provenance(
            service=words["service"],
            source=words["source"],
            native=words["native"],
            body=words["body"],
            part=int(part),
            parts=int(parts),
            role=words.get("role"),
            search_path=tuple(words["search_path"].split(",")) if "search_path" in words else None,
            moved=words.get("moved") == "yes",
        )
    except (KeyError, ValueError):
        raise OrmonyError(
            "broken-provenance",
            "the provenance line is incomplete",
            place=f"{path}:1",
            hint=f"git checkout -- {path}   # or remove the file and run: ormony sync",
        ) from None


def compose(path: str, provenance: Provenance, body: str, *, transaction: bool = True) -> StreamFile:
    """The file with this body and a provenance line over it; `provenance.body` is computed here."""
    provenance = msgspec.structs.replace(provenance, body=sha256(body))
    words = [
        f"service={provenance.service}",
        f"source={provenance.source}",
        f"native={provenance.native}",
        f"body={provenance.body}",
    ]
    if provenance.parts > 1:
        words.append(f"part={provenance.part}/{provenance.parts}")
    if provenance.role:
        words.append(f"role={provenance.role}")
    if provenance.search_path is not None:
        words.append("search_path=" + ",".join(provenance.search_path))
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
