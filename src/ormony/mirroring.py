"""`mirror`: models of tables that another service owns, brought up to date in place.

Exactly the fields that differ are edited, in the style of their file; what cannot be edited there comes back
as text to paste. Cosmetic differences are left alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Literal

from ormony import edges, files, history, mirrors
from ormony.commands import Mirrored, MirrorEdit, Pasted
from ormony.edges import Ground, Judged
from ormony.errors import OrmonyError
from ormony.files import File
from ormony.history import Notice, Service
from ormony.loading import Progressed, silent
from ormony.mirrors import Edit, Edited
from ormony.project import Project
from ormony.rules import suppression
from ormony.rules.finding import Finding
from ormony.sources import opened

Editor = Callable[..., Edited]


def mirror(
    project: Project,
    name: str | None = None,
    *,
    write: bool = False,
    services: Collection[str] = (),
    tables: Collection[str] = (),
    cache: bool = True,
    progress: Progressed = silent,
) -> Mirrored:
    """The edits that bring mirrors up to date; with `write` they are made.

    `services` and `tables` (`schema.table`) restrict it. Raises `unknown-service`, `no-mirror`, and what
    exporting the models and replaying the stream raise.
    """
    known = {each.name for each in project.services}
    for each in services:
        if each not in known:
            raise OrmonyError(
                "unknown-service",
                f'there is no service "{each}" in {project.source}',
                hint=f"its services are: {', '.join(sorted(known)) or 'none'}",
            )
    run = _Run(project)
    with opened(project, cache=cache) as readers:
        for database in project.chosen(name):
            ground = Ground(project=project, name=database.name, readers=readers)
            chosen = [each for each in project.of(database.name) if not services or each.name in services]
            for number, service in enumerate(chosen):
                progress("comparing mirrors", number, len(chosen))
                run.take(ground, service, tables)
            progress("comparing mirrors", len(chosen), len(chosen))
    if tables and not run.found & set(tables):
        raise OrmonyError(
            "no-mirror",
            f"no service models or mirrors {', '.join(sorted(tables))} of another owner",
            hint=f"the mirrors are: {', '.join(sorted(run.found))}" if run.found else "ormony mirror",
        )
    changed = {path: text for path, text in run.texts.items() if text != run.before.get(path)}
    if write and changed:
        files.write(project.root, [File(path, text) for path, text in sorted(changed.items())])
    return Mirrored(
        edits=tuple(sorted(run.edits, key=lambda each: _in_order(each.place))),
        left=tuple(sorted(run.left, key=lambda each: _in_order(each.place))),
        written=tuple(sorted(changed)) if write else (),
        patch="".join(_patch(path, run.before.get(path, ""), text) for path, text in sorted(changed.items())),
        notices=tuple(run.notices),
    )


def _in_order(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return (path, int(line)) if path and line.isdigit() else (place, 0)


def _patch(path: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


class _Run:
    """The texts as they are and as they become, over all services."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.before: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.edits: list[MirrorEdit] = []
        self.left: list[Pasted] = []
        self.notices: list[Notice] = []
        self.found: set[str] = set()

    def take(self, ground: Ground, service: Service, tables: Collection[str]) -> None:
        """The edits of one service's mirrors."""
        try:
            found = list(edges.judged(ground, service))
        except OrmonyError as error:
            if error.code in ("no-models", "models-empty", "models-not-found") and service.models is None:
                return
            raise
        seen = set()
        for each in found:
            seen.add(each.table)
            self.found.add(".".join(each.table))
            if tables and ".".join(each.table) not in tables:
                continue
            wanted = mirrors.edits(self._asked(each))
            if wanted:
                self._edit(ground, service, each, wanted)
        for table, database in _missing(service, seen, ground.name):
            self.found.add(".".join(table))
            if not tables or ".".join(table) in tables:
                self._first(ground, service, table, database)

    def _asked(self, judged: Judged) -> Iterator[mirrors.Verdict]:
        """Without the columns that a mirror that only reads does not need, and without what is allowed."""
        for each in judged.verdicts:
            unread = judged.reads_only and each.breaks == "incomplete"
            if not unread and not self._allowed(judged, each):
                yield each

    def _allowed(self, judged: Judged, verdict: mirrors.Verdict) -> bool:
        """Whether `check` is told that this is meant to be: what it lets pass is not edited either."""
        added = verdict.breaks == "incomplete" and verdict.edit is not None and verdict.edit.action == "add"
        column = "" if added else verdict.column  # `check` tells what a model lacks in one finding
        places = judged.model.places if judged.model else {}
        place = places.get(column) or places.get("")
        finding = Finding(
            rule=f"mirror-{edges.BREAKS[verdict.breaks]}",
            severity=edges.SEVERITIES[verdict.breaks],
            message=verdict.message,
            object=".".join(filter(None, (*judged.table, column))),
            place=str(place) if place else judged.service.path,
        )
        if self.project.reason(finding.rule, finding.object) is not None:
            return True
        if place is None:
            return False
        text = self.before.get(place.path) or files.read_text(self.project.root, place.path)
        return suppression.suppressed(finding, text) is not None

    def _edit(self, ground: Ground, service: Service, judged: Judged, wanted: tuple[Edit, ...]) -> None:
        full = ".".join(judged.table)
        model = judged.model
        if model is None:
            for edit in wanted:
                self.left.append(
                    Pasted(
                        place=service.path,
                        model=full,
                        what=_words(edit),
                        why="where the model stands could not be found",
                        text="",
                    )
                )
            return
        path = model.places[""].path
        text = self.texts.get(path)
        if text is None:
            text = files.read_text(self.project.root, path)
            self.before[path] = text
        done = _editor(service, ground)(text, model, wanted, path=path)
        self.texts[path] = done.text
        for edit in done.done:
            place = model.places.get(edit.column) or model.places[""]
            self.edits.append(MirrorEdit(place=str(place), model=model.name, table=full, what=_words(edit)))
        for edit, text_to_paste in done.left:
            place = model.places.get(edit.column) or model.places[""]
            why, _, paste = text_to_paste.partition("\n")
            self.left.append(
                Pasted(place=str(place), model=model.name, what=_words(edit), why=why, text=paste)
            )

    def _first(self, ground: Ground, service: Service, table: tuple[str, str], database: str) -> None:
        """A model for a table that is declared as mirrored and has none."""
        shape = mirrors.shapes(ground.catalog(database), {table}).get(table)
        if shape is None:
            return
        if service.orm not in ("sqlalchemy", "alembic"):
            self.notices.append(
                Notice(
                    code="no-model",
                    message=f"{service.name} declares {'.'.join(table)} as mirrored, and has no model of it",
                    place=service.path,
                )
            )
            return
        from ormony.adapters import edit_python

        path, style = self._home(ground, service)
        home = (PurePosixPath(path).parent / f"{_slug(table[1])}.py").as_posix()
        reader = ground.readers[database]
        text = edit_python.first(
            reader.shadow.clone(reader.loaded.stream),
            *table,
            style=style,
            search_path=service.search_path,
            modelled={(each.schema, each.table) for each in ground.models(service)},
        )
        name = ".".join(table)
        if home in self.texts or (self.project.root / home).exists():
            self.left.append(
                Pasted(place=home, model=table[1], what=f"is a model of {name}", why="it is there", text=text)
            )
            return
        self.texts[home] = text
        self.edits.append(MirrorEdit(place=home, model=table[1], table=name, what="is a new model"))
        self.notices.append(
            Notice(
                code="import-it",
                message=f"{home} counts once the service imports it",
                place=home,
            )
        )

    def _home(self, ground: Ground, service: Service) -> tuple[str, Literal["sqlmodel", "sqlalchemy"]]:
        """The file of most of the service's mirrors, beside which a new one goes, and its style."""
        found = ground.models(service)
        words = history.declared(service)
        theirs = [m for m in found if any(word.covers(m.schema, m.table) for word in words)] or list(found)
        paths = [each.places[""].path for each in theirs]
        path = max(sorted(set(paths)), key=paths.count) if paths else f"{service.path}/mirrors.py"
        text = files.read_text(self.project.root, path) if (self.project.root / path).is_file() else ""
        return path, "sqlmodel" if "sqlmodel" in text or "SQLModel" in text else "sqlalchemy"


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "model"


def _missing(
    service: Service, seen: Collection[tuple[str, str]], own: str
) -> Iterator[tuple[tuple[str, str], str]]:
    for word in history.declared(service):
        table = (word.schema, word.name)
        if word.name != "*" and table not in seen:
            yield table, word.database or own


def _editor(service: Service, ground: Ground) -> Editor:
    match service.orm:
        case "drizzle":
            from ormony.adapters import drizzle_source

            return drizzle_source.edit
        case "sqlx":
            from ormony.adapters import rust_source

            return rust_source.edit
        case _:
            from ormony.adapters import edit_python

            modelled = {(each.schema, each.table) for each in ground.models(service)}
            return partial(edit_python.edit, modelled=modelled)


def _words(edit: Edit) -> str:
    """An edit for people: `adds last_used_at timestamp with time zone`."""
    if edit.action == "remove":
        return f"removes {edit.column}"
    if edit.action == "add" and edit.field is not None:
        return f"adds {edit.column} {edit.field.type}"
    assert edit.field is not None
    target = ".".join(edit.reference.references) if edit.reference else ""
    said = {
        "type": edit.field.type,
        "null": "NOT NULL" if edit.field.not_null else "may be null",
        "default": f"default {edit.field.default}" if edit.field.default else "no default",
        "reference": f"references {target}" if target else "no reference",
    }
    return f"changes {edit.column}: {', '.join(said[each] for each in edit.change)}"


def exit_status(result: Mirrored, *, write: bool) -> int:
    """1 when something is left to do."""
    return 1 if result.left or (result.edits and not write) else 0
