"""The verb `generate`: code of each `[generate.NAME]`, written where it differs, or told where it is stale.

`findings` is the same for `check`. A file is overwritten or removed only where its first line says that we
wrote it.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

from ormony import codegen, files
from ormony.catalog import Catalog
from ormony.codegen.options import MARK, Generated, Language, Options
from ormony.errors import FINDINGS, OrmonyError
from ormony.files import File
from ormony.history import Notice
from ormony.loading import Progressed, silent
from ormony.project import CONFIG, Generate, Project
from ormony.rules.finding import Finding

if TYPE_CHECKING:
    from ormony.codegen.described import Described
    from ormony.codegen.described import Notice as Told
    from ormony.sources import Reader


SOURCE: Final = "migrations"
_OTHERS: Final = frozenset({"node_modules", "site-packages", "venv", "dist", "target", "__pycache__"})
_LANGUAGE: Final[dict[str, Language]] = {
    "drizzle": "typescript",
    "supabase": "typescript",
    "alembic": "python",
    "sqlalchemy": "python",
    "sqlx": "rust",
}


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One `[generate.NAME]`: its files, by path, and what became of them; with `--check` what would.

    `written` are new or differ, `removed` are ours and no longer generated, `unchanged` all others.
    """

    name: str
    language: str
    database: str
    out: str
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    @property
    def stale(self) -> tuple[str, ...]:
        """The files that differ from what the database says."""
        return (*self.written, *self.removed)


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """The result of `generate`. With `check` nothing was written."""

    made: tuple[Made, ...]
    check: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 where `check` found a file that is stale."""
        return FINDINGS if self.check and any(each.stale for each in self.made) else 0


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done for one `[generate.NAME]`."""

    made: Made
    files: tuple[File, ...]
    notices: tuple[Notice, ...]


def run(
    project: Project,
    names: Sequence[str] = (),
    *,
    database: str | None = None,
    source: str = SOURCE,
    check: bool = False,
    cache: bool = True,
    progress: Progressed = silent,
) -> Generation:
    """Generate what `[generate]` of ormony.toml says, or those of these names alone.

    `source` is what the database is read from, as `sources` has it. With `check` nothing is written. All
    files are planned before the first is written. Raises `nothing-to-generate`, `unknown-generate`,
    `unknown-database`, `not-generated`, and what reading the source raises.
    """
    from ormony.sources import Reader, opened, parse

    chosen = _chosen(project, names, database)
    planned: list[_Plan] = []
    if parse(source)[0] in ("url", "sql", "snapshot"):
        if len({each.database for each in chosen}) > 1:
            raise OrmonyError(
                "which-database",
                f'--source "{source}" is one database, and [generate] is about several',
                hint=f"ormony generate --source {source} --database {chosen[0].database}",
            )
        with Reader(project, project.chosen(chosen[0].database)[0], cache=cache) as reader:
            planned = list(_planned(project, chosen, lambda _: reader, source, progress))
    else:
        with opened(project, cache=cache) as readers:
            planned = list(_planned(project, chosen, lambda each: readers[each.database], source, progress))
    progress("generating", len(chosen), len(chosen))
    if not check:
        written = [
            file for plan in planned for file in plan.files if file.path in frozenset(plan.made.written)
        ]
        removed = [path for plan in planned for path in plan.made.removed]
        if written or removed:
            files.write(project.root, written, remove=removed)
    return Generation(
        made=tuple(plan.made for plan in planned),
        check=check,
        notices=tuple(notice for plan in planned for notice in plan.notices),
    )


def again(
    project: Project, database: str | None = None, *, cache: bool = True, progress: Progressed = silent
) -> tuple[str, ...]:
    """Generate anew what was generated before, and give the files that changed."""
    databases = {each.name for each in project.chosen(database)}
    names = [
        each.name
        for each in project.generate
        if each.database in databases and next(_ours(project, each), None) is not None
    ]
    if not names:
        return ()
    made = run(project, names, database=database, cache=cache, progress=progress).made
    return tuple(path for each in made for path in each.stale)


def _planned(
    project: Project,
    chosen: Sequence[Generate],
    reader: Callable[[Generate], Reader],
    source: str,
    progress: Progressed,
) -> Iterator[_Plan]:
    from ormony.sources import parse

    codes: dict[str, _Code] = {}
    collects = gc.isenabled()
    gc.disable()  # hundreds of thousands of new values, none of them garbage
    try:
        for number, each in enumerate(chosen):
            if each.database not in codes:
                progress("reading the database", number, len(chosen))
                own = reader(each)
                read = parse(source)[0] in ("sql", "snapshot")
                ledgers = frozenset() if read else own.ledgers()
                codes[each.database] = _Code(_without(own.read(source).catalog, ledgers))
            progress("generating", number, len(chosen))
            yield _plan(project, each, codes[each.database])
    finally:
        if collects:
            gc.enable()


class _Code:
    """A catalog as code; what is described of it once serves all languages that want the same."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._described: dict[object, tuple[Described, tuple[Told, ...]]] = {}

    def of(self, options: Options) -> Generated:
        from ormony.codegen.describe import describe

        wanted = (
            options.schemas,
            options.include,
            options.exclude,
            options.not_null,
            frozenset(options.types),
        )
        if wanted not in self._described:
            self._described[wanted] = describe(self._catalog, options)
        return codegen.written(*self._described[wanted], options)


def _without(catalog: Catalog, ledgers: frozenset[tuple[str, str]]) -> Catalog:
    """Without the tools' ledgers, which are nobody's tables."""
    kept = {ref: value for ref, value in catalog.objects.items() if (ref.schema, ref.name) not in ledgers}
    return catalog if len(kept) == len(catalog.objects) else msgspec.structs.replace(catalog, objects=kept)


def _chosen(project: Project, names: Sequence[str], database: str | None) -> tuple[Generate, ...]:
    if not project.generate:
        raise OrmonyError(
            "nothing-to-generate",
            f"{project.source} says nothing of code to generate",
            hint=("" if project.source == CONFIG else "ormony init   # and then ")
            + f"add to {CONFIG}:\n{proposed(project)}",
        )
    known = {each.name: each for each in project.generate}
    for name in names:
        if name not in known:
            raise OrmonyError(
                "unknown-generate",
                f"there is no [generate.{name}] in {project.source}",
                hint=f"ormony generate takes: {', '.join(known)}",
            )
    databases = {each.name for each in project.chosen(database)}
    chosen = tuple(
        each for each in project.generate if each.database in databases and (not names or each.name in names)
    )
    if not chosen:
        raise OrmonyError(
            "nothing-to-generate",
            f'nothing of [generate] is about the database "{database}"',
            hint=f'[generate.NAME]\ndatabase = "{database}"',
        )
    return chosen


def proposed(project: Project) -> str:
    """The lines of ormony.toml that generate code for each service of the project, by its language."""
    lines: list[str] = []
    several = len(project.databases) > 1
    for service in project.services:
        language = _LANGUAGE[service.orm]
        lines += [f"[generate.{service.name}]", f'language = "{language}"']
        out = PurePosixPath(service.path) / _folder(project.root, service.path, language)
        lines.append(f'out = "{out.as_posix()}"')
        if service.orm == "supabase":
            lines.append('wrappers = ["supabase-js"]')
        if several:
            lines.append(f'database = "{service.database}"')
    if not lines:
        lines = ["[generate.web]", 'language = "typescript"   # or python, rust', 'out = "src/database"']
    return "\n".join(lines)


def _folder(root: Path, path: str, language: Language) -> str:
    """Where the code of a service lies: beside its other modules."""
    folder = root / path
    if language == "python":
        top = folder / "src" if (folder / "src").is_dir() else folder
        packages = sorted(each.parent for each in top.glob("*/__init__.py") if each.parent.name != "tests")
        usual = next((each for each in packages if each.name == "app"), packages[0] if packages else top)
        return (usual / "generated").relative_to(folder).as_posix()
    return "src/generated" if language == "rust" or (folder / "src").is_dir() else "generated"


def _plan(project: Project, each: Generate, code: _Code) -> _Plan:
    _check_folder(project, each)
    try:
        generated = code.of(each.options)
    except OrmonyError as error:
        error.place = error.place or f"{project.source}: [generate.{each.name}]"
        raise
    written: list[str] = []
    unchanged: list[str] = []
    for file in generated.files:
        target = files.inside(project.root, file.path)
        if not target.exists():
            written.append(file.path)
            continue
        old = files.read_bytes(project.root, file.path)
        if old.replace(b"\r\n", b"\n") == file.text.encode():  # git may have put the \r there
            unchanged.append(file.path)
        elif _is_ours(old):
            written.append(file.path)
        else:
            raise OrmonyError(
                "not-generated",
                f"{file.path} is there, and its first line does not say that it is generated: it is not "
                "overwritten",
                place=file.path,
                hint=f"git mv {file.path} ELSEWHERE   # or, in ormony.toml: [generate.{each.name}] out = …",
            )
    paths = {file.path for file in generated.files}
    removed = [path for path in _ours(project, each) if path not in paths]
    return _Plan(
        made=Made(
            name=each.name,
            language=each.options.language,
            database=each.database,
            out=each.options.out,
            written=tuple(written),
            removed=tuple(removed),
            unchanged=tuple(unchanged),
        ),
        files=generated.files,
        notices=tuple(
            Notice(
                code=notice.code,
                message=notice.message,
                place=f"{project.source}: [generate.{each.name}]",
                hint=notice.hint,
            )
            for notice in generated.notices
        ),
    )


def _check_folder(project: Project, each: Generate) -> None:
    """Refuse a folder that is a file, and one that another, too, reaches: each removes what is stale."""
    out = each.options.out
    folder = files.inside(project.root, out)
    if folder.exists() and not folder.is_dir():
        raise OrmonyError(
            "not-generated",
            f"{out} is a file, and [generate.{each.name}] writes a folder of this name",
            place=out,
            hint=f"git mv {out} ELSEWHERE   # or, in ormony.toml: [generate.{each.name}] out = …",
        )
    for other in project.generate:
        if other.name != each.name and files.inside(project.root, other.options.out) == folder:
            raise OrmonyError(
                "not-generated",
                f"[generate.{each.name}] and [generate.{other.name}] write into one folder:"
                f" {out} and {other.options.out} lead to the same",
                place=project.source,
                hint=f'out = "{out}/{each.name}"',
            )


def _is_ours(data: bytes) -> bool:
    """Whether the first line is the one that a generator writes, not one that speaks of it."""
    first = data[:400].split(b"\n", 1)[0].decode("utf-8", "replace").lower()
    return first.lstrip("/# ").startswith(f"{MARK}: do not edit")


def _ours(project: Project, each: Generate) -> Iterator[str]:
    """The generated files below the folder of one `[generate.NAME]`, sorted; those of another's are not."""
    return (path for path, ours in _there(project, each) if ours)


def _there(project: Project, each: Generate) -> Iterator[tuple[str, bool]]:
    """All files below the folder of one `[generate.NAME]`, and whether we wrote them."""
    root = project.root
    others = {files.inside(root, other.options.out) for other in project.generate if other.name != each.name}
    files.inside(root, each.options.out)
    # As the configuration writes the path, which may go through links: `_plan` compares with such paths.
    for folder, folders, names in os.walk(root / each.options.out):
        here = Path(folder).relative_to(root).as_posix()
        folders[:] = sorted(
            name
            for name in folders
            if name not in _OTHERS
            and not name.startswith(".")
            and not (Path(folder) / name / "ormony.toml").exists()
            and (Path(folder) / name).resolve() not in others
        )
        for name in sorted(names):
            path = Path(folder) / name
            yield f"{here}/{name}", not path.is_symlink() and _begins_ours(path)


def _begins_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _is_ours(file.read(400))
    except OSError:
        return False


# ------------------------------------------------------------------------------------------------- for check


def hangs_on(project: Project, database: str) -> Iterator[str]:
    """The texts, beside the stream and the configuration, that the findings of a database hang on."""
    for each in project.generate:
        if each.database == database:
            try:
                for path, ours in _there(project, each):
                    yield path
                    if ours:
                        yield hashlib.sha256(files.read_bytes(project.root, path)).hexdigest()
            except OrmonyError as error:  # the findings say so
                yield str(error)


def findings(project: Project, reader: Reader, database: str) -> Iterator[Finding]:
    """What `check` says of generated code: an error where it is stale, a note where there is none yet.

    Code that is generated when a service is built is not in git, and no error.
    """
    chosen = [each for each in project.generate if each.database == database]
    if not chosen:
        return
    code = _Code(_without(reader.migrations(), reader.ledgers()))
    for each in chosen:
        command = f"ormony generate {each.name}"
        there = next(_ours(project, each), None) is not None
        made = _plan(project, each, code).made
        if not made.stale:
            continue
        shown = ", ".join(made.stale[:3]) + (
            f" and {len(made.stale) - 3} more" if len(made.stale) > 3 else ""
        )
        yield Finding(
            rule="generated-stale",
            severity="error" if there else "note",
            message=f"the code of [generate.{each.name}] is not what the stream's database is: {shown}"
            if there
            else f"the code of [generate.{each.name}] was not generated yet",
            object=f"generate.{each.name}",
            place=f"{made.stale[0]}" if there else project.source,
            hint=command,
            database=database,
        )
