"""The verb `access`: what each persona may do, asked in a shadow, compared with the committed matrix.

`findings` is the same for `check`. A leak from one tenant to another is an error, whatever the file says.
"""

from __future__ import annotations

import difflib
import fnmatch
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePosixPath

import msgspec

from ormony import access, files, narrow, sql
from ormony.access import Asked, Differs, Leak, Line, Matrix, Persona, Unknown
from ormony.catalog import Policy, Ref
from ormony.claims import Claim
from ormony.edges import Ground
from ormony.errors import OrmonyError
from ormony.files import File
from ormony.loading import Progressed, silent
from ormony.project import CONFIG, Project
from ormony.rules.finding import Accessed, Finding, Matrixed, Severity, Side
from ormony.sources import opened
from ormony.sql import Name
from ormony.stream import in_stream_order

_POLICED: Mapping[str, frozenset[str]] = {
    "move": frozenset({"update"}),
    "insert-returning": frozenset({"insert", "select"}),
    "upsert": frozenset({"insert", "select", "update"}),
    "reference": frozenset({"insert"}),
}
"""The commands whose policies a command of the matrix asks, where it is another one."""
_COMMAND = re.compile(r"\bFOR\s+(ALL|SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


def run(
    project: Project,
    name: str | None = None,
    *,
    write: bool = False,
    cache: bool = True,
    objects: Sequence[str] = (),
    who: Sequence[str] = (),
    progress: Progressed = silent,
) -> Accessed:
    """Ask every persona everything in a shadow; with `write` the matrix becomes the file.

    With `objects` or `who`, names that may hold `*`, the answer is of these objects and personas alone.
    Raises `unknown-object`, `unknown-persona`, `bad-matrix`, `unknown-role`, `fixture-failed`, and what the
    stream's replay raises.
    """
    found: list[Matrixed] = []
    with opened(project, cache=cache) as readers:
        for database in project.chosen(name):
            ground = Ground(project=project, name=database.name, readers=readers)
            found.append(_matrixed(ground, write, progress))
    written = [
        File(each.file, access.as_text(each.matrix)) for each in found if write and _changed(project, each)
    ]
    if written:
        files.write(project.root, written)
    if objects or who:
        found = _only(found, objects, who)
    return Accessed(databases=tuple(found), written=tuple(each.path for each in written))


def _changed(project: Project, each: Matrixed) -> bool:
    text = access.as_text(each.matrix)
    return not each.exists or files.read_text(project.root, each.file) != text


def _only(found: Sequence[Matrixed], objects: Sequence[str], who: Sequence[str]) -> list[Matrixed]:
    """What is said of these objects and personas. Raises `unknown-object`, `unknown-persona`."""
    lines = [line.object for each in found for line in each.matrix.lines]
    _refuse_unknown("object", "is no object of the access matrix", objects, dict.fromkeys(lines), _is_meant)
    names = dict.fromkeys(name for each in found for name in each.matrix.personas)
    _refuse_unknown("persona", "is no persona", who, names, fnmatch.fnmatchcase)
    narrowed = []
    for each in found:
        kept = {o for o in lines if not objects or any(_is_meant(o, pattern) for pattern in objects)}
        places = [
            at
            for at, name in enumerate(each.matrix.personas)
            if not who or any(fnmatch.fnmatchcase(name, pattern) for pattern in who)
        ]
        asked = {each.matrix.personas[at] for at in places}
        shown = [
            Line(*line.key, tuple(line.values[at] for at in places))
            for line in each.matrix.lines
            if line.object in kept
        ]
        narrowed.append(
            msgspec.structs.replace(
                each,
                matrix=Matrix(tuple(each.matrix.personas[at] for at in places), tuple(shown)),
                differs=tuple(d for d in each.differs if d.object in kept and d.persona in asked),
                findings=tuple(f for f in each.findings if f.object in kept),
            )
        )
    return narrowed


def _is_meant(name: str, pattern: str) -> bool:
    """Is it the object of this name, with or without its schema `public` and its arguments?"""
    bare = name.partition("(")[0].strip()
    forms = {name, bare, name.removeprefix("public."), bare.removeprefix("public.")}
    return any(fnmatch.fnmatchcase(each, pattern) for each in forms)


def _refuse_unknown(
    kind: str, is_none: str, asked: Sequence[str], known: Collection[str], meant: Callable[[str, str], bool]
) -> None:
    for pattern in asked:
        if not any(meant(name, pattern) for name in known):
            near = difflib.get_close_matches(pattern, list(known), 3, 0.3) or sorted(known)[:3]
            option = "--persona " if kind == "persona" else ""
            raise OrmonyError(
                "unknown-persona" if kind == "persona" else "unknown-object",
                f'"{pattern}" {is_none}',
                hint=f"ormony access {option}'{near[0]}'   # there are: {', '.join(near)}" if near else None,
            )


def path_of(ground: Ground) -> str:
    """Where the matrix of a database lies: beside its stream."""
    return (PurePosixPath(ground.reader.loaded.database.stream).parent / access.FILE).as_posix()


def findings(ground: Ground) -> Iterator[Finding]:
    """What `check` says of the matrix of a database; nothing where no file was ever written."""
    if (ground.project.root / path_of(ground)).is_file():
        found = _matrixed(ground, write=False).findings
        yield from (each for each in found if each.severity != "note")  # notes are for `access` itself


def hangs_on(ground: Ground) -> list[str]:
    """The texts, beside the stream, that the findings of `check` hang on."""
    root = ground.project.root
    folder = PurePosixPath(path_of(ground)).parent
    paths = [path_of(ground), (folder / "seed.sql").as_posix()]
    return [files.read_text(root, each) if (root / each).is_file() else "" for each in paths]


def _matrixed(ground: Ground, write: bool, progress: Progressed = silent) -> Matrixed:
    project = ground.project
    path = path_of(ground)
    exists = (project.root / path).is_file()
    old = access.parse(files.read_text(project.root, path), path) if exists else None
    everybody = personas(project.access.personas)
    asked = _asked(ground, everybody, progress)
    matrix = Matrix(tuple(each.name for each in everybody), asked.lines)
    differs = access.compare(old, matrix) if old is not None and not write else ()
    found = [
        *_leaks(ground, asked.leaks),
        *_unknown(ground, matrix, asked.unknown),
        *_vain(ground, matrix),
        *(_changes(ground, path, differs, {*old.personas} & {*matrix.personas}) if old is not None else ()),
    ]
    return Matrixed(
        database=ground.name,
        file=path,
        exists=exists,
        matrix=matrix,
        differs=differs,
        findings=tuple(found),
    )


def _vain(ground: Ground, matrix: Matrix) -> Iterator[Finding]:
    """What `[access]` says of things that are not in the matrix: a table was renamed, or is misspelt."""
    if len(ground.project.databases) > 1:
        return  # it may be about another one
    settings = ground.project.access
    cells = {f"{line.object} {line.command}" for line in matrix.lines}
    whole = cells | {f"{cell} {persona}" for cell in cells for persona in matrix.personas}
    for word, said, known in (("unknown", settings.unknown, cells), ("allow", settings.allow, whole)):
        for what in said:
            if any(fnmatch.fnmatchcase(cell, what) for cell in known):
                continue
            near = difflib.get_close_matches(what, sorted(known), 1, 0.0)
            yield Finding(
                rule="access-unknown",
                severity="error",
                message=f'[access] {word} speaks of "{what}", which is not in the access matrix',
                object=what,
                place=_said_at(ground.project, what),
                hint=f'"{near[0]}" = "why"   # OBJECT COMMAND, as in the matrix; * stands for anything'
                if near
                else f"take {word} out of [access]",
                database=ground.name,
            )


def _said_at(project: Project, what: str) -> str:
    try:
        lines = files.read_text(project.root, CONFIG).splitlines()
    except OrmonyError:
        return CONFIG
    return next((f"{CONFIG}:{number}" for number, line in enumerate(lines, 1) if what in line), CONFIG)


def _asked(ground: Ground, everybody: tuple[Persona, ...], progress: Progressed) -> Asked:
    """The answers; those of before where nothing has changed that they hang on, and it is the same day.

    Policies may look at the day. A server of the user's may change under us: then nothing is kept.
    """
    from ormony.adapters import exported
    from ormony.database import catalogs, server

    project, reader = ground.project, ground.reader

    def ask() -> Asked:
        from ormony.database import access as asking
        from ormony.database.connect import connect

        whole = reader.migrations()
        catalog = narrow.without_surface(whole, reader.surface, reader.ledgers())
        subject = asking.Subject(
            whole=whole,
            catalog=catalog,
            tenancy=access.tenancy(whole, catalog, told(project)),
            personas=everybody,
            seed=_seed(ground),
        )
        url = reader.shadow.clone(in_stream_order(reader.loaded.stream))
        try:
            with connect(url) as connection:
                return asking.ask(connection, subject, progress)
        finally:
            reader.shadow.release(url)

    if not reader.cache or project.shadow_url is not None:
        return ask()
    hangs_on = (
        everybody,
        sorted(told(project).items()),
        _seed(ground),
        sorted(reader.ledgers()),
        [(file.path, file.text, file.transaction) for file in in_stream_order(reader.loaded.stream)],
        datetime.now(UTC).date().isoformat(),
    )
    key = catalogs.key(("access", _code(), msgspec.json.encode(hangs_on).decode()))
    place = server.home_of(project.root, "access") / f"{ground.name}.json"
    return exported.kept(place, key, Asked, ask)


@cache
def _code() -> str:
    """A hash of the code that asks: another version may ask otherwise."""
    package = Path(__file__).parent
    names = ("access.py", "accessing.py", "claims.py", "narrow.py", "stream.py")
    digest = hashlib.sha256()
    folders = (*sorted(package.glob("sql/*.py")), *sorted(package.glob("database/**/*.py")))
    for path in (*(package / name for name in names), *folders):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def personas(told: tuple[Persona, ...]) -> tuple[Persona, ...]:
    """The defaults, those of the same name replaced, and the others behind them."""
    by_name = {each.name: each for each in (*access.DEFAULTS, *told)}
    return tuple(by_name.values())


def told(project: Project) -> Mapping[str, Claim]:
    """The columns of `[behavior.tenancy]` and their claim."""
    tenancy = getattr(getattr(project, "behavior", None), "tenancy", None)
    if tenancy is None:
        return {}
    claim = tuple(tenancy.claim.split("."))
    columns = [
        f"{table if '.' in table else f'public.{table}'}.{column}"
        for table, column in tenancy.columns.items()
    ]
    return dict.fromkeys((tenancy.column, *columns), claim)


def _seed(ground: Ground) -> str:
    path = (PurePosixPath(path_of(ground)).parent / "seed.sql").as_posix()
    root = ground.project.root
    return files.read_text(root, path) if (root / path).is_file() else ""


def _matching(said: Mapping[str, str], name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in said)


def _place(ground: Ground, refs: tuple[Ref | None, ...]) -> str | None:
    whence = ground.whence()
    for ref in refs:
        if ref is None:
            continue
        origin = whence.get((ref.schema, ref.name, ref.part)) or whence.get((ref.schema, ref.name, ""))
        if origin is not None:
            return origin.place
    return None


def _leaks(ground: Ground, leaks: tuple[Leak, ...]) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for leak in leaks:
        what = f"{leak.object} {leak.command}"
        allow = ground.project.access.allow
        if (leak.object, leak.command) in told or any(
            _matching(allow, each) for each in (what, f"{what} {leak.persona}")
        ):
            continue
        told.add((leak.object, leak.command))
        severity: Severity = "note" if leak.weak else "error"
        if leak.command == "move":
            said = f"{leak.persona} can give its row of {leak.object} to another tenant"
        elif leak.weak:
            said = f"{leak.persona} can refer from its row of {leak.object} to another tenant's"
        else:
            said = f"{leak.persona} can {leak.command} another tenant's rows of {leak.object}"
            if leak.command == "call":
                said = f"{leak.persona} reaches another tenant's rows by calling {leak.object}"
        yield Finding(
            rule="access-leak",
            severity=severity,
            message=f"{said}: {leak.why}",
            object=leak.object,
            place=_place(ground, (*leak.policies, leak.at)),
            hint="\n".join(
                (
                    '-- in: psql "$(ormony db url --fresh)"',
                    leak.sql,
                    f'-- or, if it is meant: [access] allow = {{ "{what}" = "why" }}',
                )
            ),
            database=ground.name,
        )


def _unknown(ground: Ground, matrix: Matrix, unknown: tuple[Unknown, ...]) -> Iterator[Finding]:
    reasons = {(each.object, each.command): each.why for each in unknown}
    told: set[tuple[str, str]] = set()
    for line in matrix.lines:
        what = f"{line.object} {line.command}"
        if access.UNKNOWN not in line.values or (line.object, line.command) in told:
            continue
        told.add((line.object, line.command))
        if _matching(ground.project.access.unknown, what):
            continue
        yield Finding(
            rule="access-unknown",
            severity="error",
            message=f"{line.command} of {line.object} could not be asked: "
            + reasons.get((line.object, line.command), "no reason is known"),
            object=line.object,
            hint="give the rows that are missing in supabase/seed.sql or in a persona's fixture, or in "
            f'ormony.toml: [access] unknown = {{ "{what}" = "why" }}',
            database=ground.name,
        )


def _changes(
    ground: Ground, path: str, differs: tuple[Differs, ...], known: Collection[str]
) -> Iterator[Finding]:
    by_object: dict[str, list[Differs]] = {}
    for each in differs:
        by_object.setdefault(each.object, []).append(each)
    for name, cells in by_object.items():
        cells.sort(key=lambda each: not (each.was and each.now))
        shown = "; ".join(
            f"{each.command} {each.row} {each.persona} {each.was or 'absent'} → {each.now or 'absent'}"
            for each in cells[:6]
        )
        more = f"; and {len(cells) - 6} more" if len(cells) > 6 else ""
        commands = {each.command for each in cells if each.persona in known}
        sides = tuple(_deciding(ground, name, commands)) if commands else ()
        see = f"; see {', '.join(each.says for each in sides)}" if sides else ""
        yield Finding(
            rule="access-changed",
            severity="error",
            message=f"what personas may do with {name} is not what the matrix says: {shown}{more}{see}",
            object=name,
            place=_line(ground, path, name),
            sides=sides,
            hint="ormony access --write   # and review the difference",
            database=ground.name,
        )


def _deciding(ground: Ground, name: str, commands: Collection[str]) -> Iterator[Side]:
    """The policies of a table for these commands, and those that were dropped after all of them."""
    policed = {"all"}
    for each in commands:
        word = each.partition(" ")[0]
        policed |= _POLICED.get(word, {word})
    for ref, value in ground.reader.migrations().of("policy"):
        if isinstance(value, Policy) and value.command in policed and f"{ref.schema}.{ref.name}" == name:
            yield Side(_place(ground, (ref,)) or name, f'policy "{ref.part}"')
    made: dict[Name, str] = {}
    dropped: dict[Name, str] = {}
    for file in in_stream_order(ground.reader.loaded.stream):
        path = file.provenance.search_path if file.provenance else None
        for facts in sql.facts(file.text, search_path=path or ("public",), path=file.path):
            for policy in (*facts.drops, *facts.creates):
                if policy.kind != "policy" or f"{policy.schema}.{policy.of}" != name:
                    continue
                if policy in facts.drops:
                    dropped[policy] = f"{file.path}:{facts.statement.line}"
                    continue
                said = _COMMAND.search(facts.statement.sql)
                made[policy] = command = said[1].lower() if said else "all"
                instead = [
                    old for old in dropped if "all" in (command, made.get(old)) or made.get(old) == command
                ]
                for old in instead:
                    del dropped[old]
    for policy, place in dropped.items():
        if made.get(policy, "all") in policed:
            yield Side(place, f'policy "{policy.name}", dropped here')


def _line(ground: Ground, path: str, name: str) -> str:
    try:
        text = files.read_text(ground.project.root, path)
    except OrmonyError:
        return path
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(f"{name} "):
            return f"{path}:{number}"
    return path
