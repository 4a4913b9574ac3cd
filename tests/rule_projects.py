"""Real projects from the examples in the docstrings of rules, and what `check` knows of them.

An example is an indented block of files: `== path`, then the text. A service is a folder below `services/`:
`drizzle/` in it is Drizzle's, `migrations/` SQLx's, `versions/` Alembic's. Its migrations are merged into the
stream by the real merge, and each file is in one of these states, in brackets after the path:

- (new): it comes after the merge, so that the stream does not have it;
- (edited), (removed): it was merged, and then got this text, or went;
- (frozen): the stream file, or those of the migration, never change again.

`ormony.toml` adds to the tables that are made for these services. `=> severity place` is what is found.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from ormony import loading, narrow, project, stream
from ormony.catalog import Catalog
from ormony.database import introspect
from ormony.database.connect import connect
from ormony.database.shadow import Shadow
from ormony.history import History, Notice, Part, Service
from ormony.stream import Incoming, StreamFile


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One example: (path, state, text), and (severity, place) of what is found in them, in order."""

    rule: str
    title: str
    finds: bool
    files: tuple[tuple[str, str, str], ...]
    found: tuple[tuple[str, str], ...]


def examples(rule: str, docstring: str) -> list[Example]:
    """The examples of a rule's page, each with at least one file."""
    page = inspect.cleandoc(docstring)
    parts = re.split(r"^(Found|Fine): (.*)\n", page, flags=re.MULTILINE)
    return [
        _example(rule, word == "Found", title, body)
        for word, title, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    ]


def _example(rule: str, finds: bool, title: str, body: str) -> Example:
    files: list[tuple[str, str, list[str]]] = []
    found = []
    for line in body.splitlines():
        if not line.startswith("    "):
            assert not line.strip() or not files, f"{rule}: text after an example: {line}"
            continue
        line = line[4:]
        if match := re.fullmatch(r"== (\S+)(?: \((new|edited|removed|frozen)\))?", line):
            files.append((match[1], match[2] or "", []))
        elif match := re.fullmatch(r"=> (error|warning|note) (\S+)", line):
            found.append((match[1], match[2]))
        else:
            files[-1][2].append(line)
    assert files, f"{rule}: no file in: {title}"
    assert finds == bool(found), f"{rule}: {title}"
    return Example(
        rule=rule,
        title=title,
        finds=finds,
        files=tuple((path, state, "\n".join(lines) + "\n") for path, state, lines in files),
        found=tuple(found),
    )


class Project:
    """A project in a folder, as evidence: the stream and the histories are loaded as `check` does."""

    def __init__(
        self,
        root: Path,
        shadow: Callable[[], Shadow],
        *,
        frozen: Callable[[StreamFile], bool] = lambda file: False,
        frozen_texts: Mapping[str, str] | None = None,
        database: str | None = None,
    ) -> None:
        self._loaded_project = project.load(root)
        (self._database,) = self._loaded_project.chosen(database)[:1]
        self._loaded = loading.load(self._loaded_project, self._database)
        self._shadow = shadow
        self._frozen = frozenset(file.path for file in self.stream if frozen(file))
        self.root = root
        self.frozen_texts = frozen_texts or {}

    @property
    def name(self) -> str:
        return self._database.name

    @property
    def stream(self) -> tuple[StreamFile, ...]:
        return self._loaded.stream

    @property
    def frozen(self) -> frozenset[str]:
        return self._frozen

    @property
    def services(self) -> tuple[Service, ...]:
        return self._loaded.services

    @property
    def histories(self) -> Mapping[str, History]:
        return self._loaded.histories

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self._loaded.notices

    @property
    def parts(self) -> Mapping[tuple[str, str], Sequence[Part]]:
        return {}

    @cached_property
    def catalog(self) -> Catalog:
        shadow = self._shadow()
        return narrow.without_surface(read(shadow, self.stream), read(shadow, ()))

    def text(self, path: str) -> str | None:
        file = self.root / path
        return file.read_text() if file.is_file() else None


def read(shadow: Shadow, files: Sequence[StreamFile]) -> Catalog:
    """The catalog that these files make."""
    url = shadow.clone(files)
    try:
        with connect(url) as connection:
            return introspect.introspect(connection)
    finally:
        shadow.release(url)


_KINDS = {"drizzle": "drizzle", "migrations": "sqlx", "versions": "alembic"}
_LANES = {"web": 1, "api": 2, "worker": 3, "admin": 5}


def build(root: Path, example: Example, shadow: Callable[[], Shadow]) -> Project:
    """The example as a project in `root`, merged, and then edited."""
    services = {
        path.split("/")[1]: _KINDS[path.split("/")[2]]
        for path, _, _ in example.files
        if path.startswith("services/") and path.split("/")[2] in _KINDS
    }
    _write(root, "ormony.toml", _toml(services, example, ""))
    for name, orm in services.items():
        _set_up(root, f"services/{name}", orm)
    (root / "supabase" / "migrations").mkdir(parents=True, exist_ok=True)

    before = [each for each in example.files if each[0] != "ormony.toml"]
    for path, state, text in before:
        if state in ("", "frozen"):
            _write(root, path, text)
    _keep_journals(root, services, example)
    _merge(root)
    for path, state, text in before:
        if state == "removed":
            (root / path).unlink()
        elif state == "edited" and path.startswith("supabase/"):
            header = (root / path).read_text().partition("\n")[0]
            merged = header.startswith("-- ormony: service=")
            _write(root, path, f"{header}\n{text}" if merged else text)
        elif state in ("new", "edited"):
            assert (root / path).exists() == (state == "edited"), path
            _write(root, path, text)
    _keep_journals(root, services, example)
    _write(root, "ormony.toml", _toml(services, example, "", "edited"))
    frozen = {path for path, state, _ in example.files if state == "frozen"}
    was = {path: text for path, state, text in example.files if state == "frozen"}
    differ = {
        path: text
        for path, text in was.items()
        if not (root / path).exists() or (root / path).read_text() != text
    }
    return Project(root, shadow, frozen=lambda file: file.path in frozen, frozen_texts=differ)


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def _toml(services: Mapping[str, str], example: Example, *states: str) -> str:
    """Tables for the services; the example's own lines go into the table that they name."""
    more: dict[str, list[str]] = {}
    for path, state, text in example.files:
        if path == "ormony.toml" and state in states:
            table = ""
            for line in text.splitlines():
                table = line if line.startswith("[") else table
                more.setdefault(table, []).extend([] if line.startswith("[") else [line])
    lines = ["[database]", 'stream = "supabase/migrations"', *more.pop("[database]", [])]
    for name, orm in sorted(services.items(), key=lambda each: _LANES[each[0]]):
        table = f"[services.{name}]"
        lines += [table, f'path = "services/{name}"', f'orm = "{orm}"', f"lane = {_LANES[name]}"]
        lines += more.pop(table, [])
    assert not more, more
    return "\n".join(lines) + "\n"


def _set_up(root: Path, folder: str, orm: str) -> None:
    if orm == "drizzle":
        config = 'export default { dialect: "postgresql", out: "./drizzle" };\n'
        _write(root, f"{folder}/drizzle.config.ts", config)
        (root / folder / "drizzle").mkdir(parents=True, exist_ok=True)
    elif orm == "sqlx":
        _write(root, f"{folder}/Cargo.toml", '[package]\nname = "worker"\n')
        (root / folder / "migrations").mkdir(parents=True, exist_ok=True)
    else:
        _write(root, f"{folder}/alembic.ini", "[alembic]\nscript_location = .\n")
        _write(root, f"{folder}/env.py", "")
        (root / folder / "versions").mkdir(parents=True, exist_ok=True)


def _keep_journals(root: Path, services: Mapping[str, str], example: Example) -> None:
    """Drizzle's journal and snapshots, as drizzle-kit keeps them, unless the example has its own."""
    written = {path for path, state, _ in example.files if state != "removed"}
    for name, orm in services.items():
        meta = f"services/{name}/drizzle/meta"
        if orm != "drizzle":
            continue
        tags = sorted(path.stem for path in (root / f"services/{name}/drizzle").glob("*.sql"))
        for tag in tags:
            snapshot = f"{meta}/{tag.partition('_')[0]}_snapshot.json"
            if (snapshot, "removed") not in {(path, state) for path, state, _ in example.files} or not (
                root / meta / "_journal.json"
            ).exists():
                _write(root, snapshot, "{}\n")
        if f"{meta}/_journal.json" not in written:
            entries = [
                {"idx": at, "version": "7", "when": 1767225600000 + at, "tag": tag, "breakpoints": True}
                for at, tag in enumerate(tags)
            ]
            journal = {"version": "7", "dialect": "postgresql", "entries": entries}
            _write(root, f"{meta}/_journal.json", json.dumps(journal, indent=2) + "\n")


def _merge(root: Path) -> None:
    """What `ormony sync` would add, without the proof: some examples are about what no server takes."""
    loaded_project = project.load(root)
    (database,) = loaded_project.databases
    loaded = loading.load(loaded_project, database)
    incoming = {
        service.name: [
            Incoming(each, (Part(each.sql, each.transaction),))
            for each in loaded.histories[service.name].revisions
            if each.sql is not None
        ]
        for service in loaded.services
    }
    if not any(incoming.values()):
        return  # the files written by hand may be such as no merge takes
    merged = stream.merge(loaded.stream, frozenset(), loaded.services, incoming)
    assert not merged.renumbered
    for file in merged.files:
        _write(root, file.path, file.text)
