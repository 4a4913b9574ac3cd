"""Runs inside of a service's own interpreter: finds its metadata and writes down the DDL that it stands for.

A script, not a module: `sqlalchemy_models.py` starts it with the path of a job (JSON) and reads the result
file that the job names. Works on Python 3.8 and later, SQLAlchemy 1.4 to 2.1. The wall, the guards and what
they report are those of `probe_alembic.py`; here nothing at all may be reached, not even a shadow.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import io
import json
import os
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
FILTERS = ("include_object", "include_name", "include_schemas")


def load_probe() -> Any:
    path = os.path.join(HERE, "probe_alembic.py")
    spec = importlib.util.spec_from_file_location("ormony_probe_alembic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


probe: Any = load_probe()
RESULT: dict[str, Any] = {
    "statements": [],
    "excluded": [],
    "ignored": [],
    "notes": [],
    "filled": [],
    "modules": [],
    "unread": [],
}
FOLDERS: set[str] = set()


class Found(BaseException):
    """Ends env.py where it has said what its metadata is; a BaseException, to pass `except Exception`."""


# Where the metadata is ------------------------------------------------------------------------------------


def from_module(text: str) -> list[Any]:
    """The metadata of `module:attribute`, of a class or module that has one, of a list of such."""
    name, _, attributes = text.partition(":")
    try:
        value: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise probe.Abort("no-such-models", f'there is no module "{error.name}"') from error
        raise
    for each in filter(None, attributes.split(".")):
        try:
            value = getattr(value, each)
        except AttributeError:
            raise probe.Abort("no-such-models", f'"{name}" has no "{attributes}"') from None
    found = metadata_in(value)
    if not found:
        raise probe.Abort("no-such-models", f'"{text}" is no MetaData and has none')
    return found


def from_modules(texts: list[str]) -> list[Any]:
    """The metadata of several: a module that cannot be imported is noted, and hides nothing of the others."""
    found: list[Any] = []
    for text in texts:
        try:
            found += from_module(text)
        except probe.NeedsConnection:
            raise
        except Exception as error:
            if len(texts) == 1 or probe.JOB.violations:
                raise
            RESULT["unread"].append(dict(probe.failure(error).error, models=text))
            last = error
    if not found:
        raise last
    return unique(found)


def metadata_in(value: Any) -> list[Any]:
    kind = importlib.import_module("sqlalchemy").MetaData
    if isinstance(value, kind):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return unique(each for inner in value for each in metadata_in(inner))
    own = getattr(value, "metadata", None)
    if isinstance(own, kind):
        return [own]
    if isinstance(value, types.ModuleType):
        inner = [each for name, each in sorted(vars(value).items()) if not name.startswith("__")]
        owners = [each if isinstance(each, kind) else getattr(each, "metadata", None) for each in inner]
        found = unique(each for each in owners if isinstance(each, kind))
        return [each for each in found if each.tables] or found
    return []


def unique(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for each in values:
        if not any(each is other for other in found):
            found.append(each)
    return found


def from_env() -> tuple[list[Any], dict[str, Any]]:
    """The metadata and the filters that env.py gives to Alembic.

    env.py runs offline until it configures Alembic, or wants a connection; what it says only where it is
    online is read out of its text and looked up among its names.
    """
    config, script = probe.open_scripts()
    environment = importlib.import_module("alembic.runtime.environment").EnvironmentContext
    said: dict[str, Any] = {}

    def configure(self: Any, *arguments: Any, **keywords: Any) -> Any:
        said.update(keywords)
        raise Found

    environment.configure = configure
    path = probe.JOB.env_path
    with open(path, "rb") as file:
        source = file.read()
    names: dict[str, Any] = {"__name__": "env_py", "__file__": path, "__builtins__": __builtins__}
    settings = {"fn": lambda *_: [], "destination_rev": "heads", "tag": None, "as_sql": True}
    tree = ast.parse(source, path)
    failed = None
    with environment(config, script, **settings):
        try:
            exec(compile(tree, path, "exec"), names)  # the service's own env.py, in its own interpreter
        except Found:
            pass
        except (probe.NeedsConnection, probe.Elsewhere) as error:
            failed = error
        written = dict(written_arguments(tree, names))
    target = said.get("target_metadata")
    for candidate in (written.get("target_metadata"), names.get("target_metadata")):
        target = candidate if target is None else target
    if target is None and gives_none(tree):
        raise probe.Abort("no-models", "env.py gives Alembic no models: no target_metadata")
    if target is None and failed is not None:
        raise failed
    if target is None:
        line = next(
            (
                node.lineno
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign)
                and any(isinstance(each, ast.Name) and each.id == "target_metadata" for each in node.targets)
            ),
            None,
        )
        place = probe.place_of(path, line)
        raise probe.Abort("no-such-models", "env.py gives Alembic no target_metadata", place)
    found = metadata_in(target)
    if not found:
        raise probe.Abort(
            "no-such-models", "target_metadata of env.py is no MetaData", probe.place_of(path, None)
        )
    filters = {name: said.get(name) or written.get(name) for name in FILTERS}
    return found, filters


def gives_none(tree: ast.Module) -> bool:
    """Whether env.py has no value but None for target_metadata, as `alembic init` writes it."""
    values: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "configure":
            values += [each.value for each in node.keywords if each.arg in (None, "target_metadata")]
        elif isinstance(node, ast.Assign):
            if any(isinstance(each, ast.Name) and each.id == "target_metadata" for each in node.targets):
                values.append(node.value)
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", None) == "target_metadata":
            values += [node.value] if node.value is not None else []
    return all(
        (isinstance(each, ast.Constant) and each.value is None)
        or getattr(each, "id", None) == "target_metadata"
        for each in values
    )


def written_arguments(tree: ast.Module, names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What `context.configure(…)` is given anywhere in env.py, as far as its global names tell."""
    wanted = ("target_metadata", *FILTERS)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr != "configure":
            continue
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in wanted:
                continue
            with contextlib.suppress(Exception):  # a local name of a function that did not run
                value = eval(compile(ast.Expression(keyword.value), "env.py", "eval"), names)
                if keyword.arg is not None:
                    yield keyword.arg, value
                elif isinstance(value, dict):
                    yield from ((name, value[name]) for name in wanted if name in value)


# DDL ------------------------------------------------------------------------------------------------------


def write_ddl(metadatas: list[Any], filters: dict[str, Any]) -> None:
    sqlalchemy = importlib.import_module("sqlalchemy")
    mock = importlib.import_module("sqlalchemy.engine.mock")
    ddl_element = importlib.import_module("sqlalchemy.schema").DDLElement
    dialect = probe.offline_dialect(None, None, "postgresql", None, {})
    statements: list[str] = []
    types_made: set[str] = set()

    def execute(statement: Any, *arguments: Any, **keywords: Any) -> None:
        if isinstance(statement, str):
            statement = sqlalchemy.text(statement)
        keep = {} if isinstance(statement, ddl_element) else {"compile_kwargs": {"literal_binds": True}}
        text = probe.terminated(str(statement.compile(dialect=dialect, **keep)))
        if text.startswith("CREATE TYPE "):  # one enum in two metadatas
            if text in types_made:
                return
            types_made.add(text)
        if text:
            statements.append(text)

    connection = mock.MockConnection(dialect, execute)
    missing = stand_ins(metadatas)
    taken: set[tuple[str, str]] = set()
    for metadata in in_order(metadatas):
        tables = []
        for table in metadata.tables.values():
            name = (table.schema or "", str(table.name))
            if table in missing or name in taken:
                continue
            taken.add(name)
            tables.append(table)
            note_filtered(table, filters)
        for schema in sorted(schemas_of(metadata, tables)):
            statements.append(
                "CREATE SCHEMA IF NOT EXISTS " + dialect.identifier_preparer.quote(schema) + ";"
            )
        metadata.create_all(connection, tables=tables, checkfirst=False)
    RESULT["statements"] = list(dict.fromkeys(statements))
    RESULT["tables"] = len(taken)


def stand_ins(metadatas: list[Any]) -> set[Any]:
    """Tables put in where a foreign key names one that no model describes, such as auth.users."""
    sqlalchemy = importlib.import_module("sqlalchemy")
    errors = importlib.import_module("sqlalchemy.exc")
    made: set[Any] = set()
    for metadata in metadatas:
        for table in list(metadata.tables.values()):
            for key in sorted(table.foreign_keys, key=lambda each: each.target_fullname):
                try:
                    key.column  # noqa: B018  (resolves it)
                except errors.NoReferencedTableError:
                    schema, name, column = key._column_tokens
                    full = f"{schema}.{name}" if schema else name
                    known = next((each.tables[full] for each in metadatas if full in each.tables), None)
                    kind = (
                        known.c[column].type if known is not None and column in known.c else key.parent.type
                    )
                    made.add(sqlalchemy.Table(name, metadata, sqlalchemy.Column(column, kind), schema=schema))
                except errors.NoReferencedColumnError:
                    if key.constraint is None or key.constraint.referred_table not in made:
                        raise
                    column = key._column_tokens[2]
                    key.constraint.referred_table.append_column(sqlalchemy.Column(column, key.parent.type))
    return made


def in_order(metadatas: list[Any]) -> list[Any]:
    """A metadata after those that its foreign keys lead to."""
    ordered: list[Any] = []
    visiting: list[Any] = []

    def visit(metadata: Any) -> None:
        if metadata in ordered or metadata in visiting:
            return
        visiting.append(metadata)
        targets = {
            key.target_fullname.rpartition(".")[0]
            for table in metadata.tables.values()
            for key in table.foreign_keys
        }
        for other in metadatas:
            if other is not metadata and targets & set(other.tables):
                visit(other)
        ordered.append(metadata)

    for each in metadatas:
        visit(each)
    return ordered


def schemas_of(metadata: Any, tables: Iterable[Any]) -> set[str]:
    named = {table.schema for table in tables}
    named |= {each.schema for each in metadata._sequences.values()}
    for table in tables:
        for column in table.columns:
            inner = getattr(column.type, "item_type", column.type)  # of an array
            named.add(getattr(inner, "schema", None))
    return {str(each) for each in named if isinstance(each, str) and each and each != "public"}


def note_filtered(table: Any, filters: dict[str, Any]) -> None:
    """What Alembic would leave alone: `include_object` and `include_name` of env.py say so."""
    wanted, by_name = filters.get("include_object"), filters.get("include_name")
    schema, name = table.schema or "", str(table.name)
    full = f"{schema}.{name}" if schema else name
    parents = {"schema_name": table.schema, "schema_qualified_table_name": full}
    kept = wanted is None or wanted(table, name, "table", False, None)
    if kept and by_name is not None:
        kept = by_name(name, "table", parents)
        if kept and filters.get("include_schemas"):
            kept = by_name(table.schema, "schema", {})
    if not kept:
        RESULT["excluded"].append([schema, name])
        return
    if wanted is None:
        return
    parts = [("column", each) for each in table.columns]
    parts += [("index", each) for each in sorted(table.indexes, key=lambda each: str(each.name))]
    kinds = {
        "unique_constraint": "UniqueConstraint",
        "foreign_key_constraint": "ForeignKeyConstraint",
        "check_constraint": "CheckConstraint",
    }
    for constraint in sorted(table.constraints, key=lambda each: str(each.name)):
        for type_name, class_name in kinds.items():
            if type(constraint).__name__ == class_name:
                parts.append((type_name, constraint))
    for type_name, part in parts:
        if isinstance(part.name, str) and not wanted(part, str(part.name), type_name, False, None):
            RESULT["ignored"].append([schema, name, str(part.name)])


# What the models do themselves ----------------------------------------------------------------------------


def note_models(metadatas: list[Any]) -> None:
    """Columns that a model always gives a value, and which class of which file makes which table."""
    tables = {id(table): table for metadata in metadatas for table in metadata.tables.values()}
    filled = {
        (table.schema or "", str(table.name), str(column.name))
        for table in tables.values()
        for column in table.columns
        if gives_value(column.default)
    }
    modules = set()
    for mapper in mappers():
        table = mapper.local_table
        if id(table) not in tables:
            continue
        name = (table.schema or "", str(table.name))
        makers = made_by_instances(mapper.class_)
        filled |= {
            (*name, str(column.name))
            for attribute, column in mapper.columns.items()
            if attribute in makers and getattr(column, "table", None) is table
        }
        file = getattr(sys.modules.get(mapper.class_.__module__), "__file__", None)
        if mapper.inherits is not None and mapper.inherits.local_table is table:
            continue  # lives in the table of its parent
        if file is not None and probe.is_users(file, python_only=True):
            shown = os.path.relpath(os.path.abspath(file), probe.JOB.root).replace(os.sep, "/")
            modules.add((*name, shown, mapper.class_.__name__))
    RESULT["filled"] = sorted(filled)
    RESULT["modules"] = sorted(modules)


def gives_value(default: Any) -> bool:
    """Whether a column's `default=` gives a value that is not NULL, as far as can be told."""
    if default is None:
        return False
    return not (getattr(default, "is_scalar", False) and default.arg is None)


def mappers() -> list[Any]:
    """All mappers that the models made; nothing is configured by asking."""
    mapperlib = importlib.import_module("sqlalchemy.orm.mapper")
    found = []
    for registry in mapperlib._all_registries():
        with contextlib.suppress(Exception):
            found.extend(registry.mappers)
    return sorted(found, key=lambda each: (each.class_.__module__, each.class_.__qualname__))


def made_by_instances(kind: Any) -> set[str]:
    """Attributes that an instance has a value for from the moment it is made: of pydantic, of a dataclass."""
    found = set()
    fields = getattr(kind, "model_fields", None)
    if isinstance(fields, dict):
        for name, field in fields.items():
            required = getattr(field, "is_required", None)
            if callable(required) and not required():
                factory = getattr(field, "default_factory", None)
                if factory is not None or getattr(field, "default", None) is not None:
                    found.add(name)
    for name, field in getattr(kind, "__dataclass_fields__", {}).items():
        missing = type(field.default_factory).__name__ == "_MISSING_TYPE"
        if not missing and callable(field.default_factory):
            found.add(name)
    return found


# The run --------------------------------------------------------------------------------------------------


def note_folder(event: str, arguments: tuple[Any, ...]) -> None:
    """Folders of the project whose listing the models may depend on: some import all that lies in one."""
    if event not in ("os.listdir", "os.scandir"):
        return
    path = arguments[0] if arguments else None
    path = os.fsdecode(path) if isinstance(path, (str, bytes)) else os.curdir if path is None else None
    if path is not None and probe.is_users(path, python_only=False):
        FOLDERS.add(os.path.abspath(path))


def versions() -> dict[str, str]:
    found = {"python": ".".join(str(each) for each in sys.version_info[:3])}
    for name in ("sqlalchemy", "sqlmodel", "alembic"):
        module = sys.modules.get(name)
        if module is not None:
            found[name] = str(getattr(module, "__version__", ""))
    return found


def find_and_write(job: dict[str, Any]) -> None:
    try:
        sqlalchemy = importlib.import_module("sqlalchemy")
    except ModuleNotFoundError as error:
        raise probe.Abort("missing-module", str(error), None, module=error.name) from error
    if tuple(int(each) for each in sqlalchemy.__version__.split(".")[:2]) < (1, 4):
        raise probe.Abort("too-old", f"SQLAlchemy {sqlalchemy.__version__} is older than 1.4")
    filters: dict[str, Any] = {}
    if job["models"] is None:
        probe.import_alembic()
        probe.listen_to_engines()
        found, filters = from_env()
    else:
        probe.listen_to_engines()
        found = from_modules([each.strip() for each in job["models"].split(",")])
    write_ddl(found, filters)
    note_models(found)


def finish(error: dict[str, Any] | None) -> None:
    if os.getpid() != probe.PROCESS:
        os._exit(0)  # a child that the user's code has forked, and that ran on into here
    job = probe.JOB
    RESULT.update(
        error=error,
        versions=versions(),
        violations=job.violations,
        loaded=sorted(each for each in job.loaded if os.path.isfile(each)),
        folders=sorted(FOLDERS),
    )
    partial = job.result + ".part"
    with open(partial, "w", encoding="utf-8", errors="surrogateescape") as out:
        json.dump(RESULT, out)
    os.replace(partial, job.result)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed by the user's code
            stream.flush()
    os._exit(0)  # no atexit handlers, no waiting for threads of the user's


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    probe.JOB = probe.Job(dict(job, online=False, ids=[], wanted=[], shadow=None))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each or os.curdir) != HERE]
    sys.path[:0] = [each for each in job["python_path"] if each not in sys.path]
    sys.argv = ["alembic", "check"]
    sys.dont_write_bytecode = True
    sys.stdin = io.StringIO()
    probe.die_with_parent()
    probe.build_wall()
    os.chdir(job["folder"])
    probe.install_guards()
    sys.addaudithook(note_folder)
    probe.adapt_default_url()
    try:
        find_and_write(job)
        finish(None)
    except probe.Abort as error:
        finish(error.error)
    except probe.NeedsConnection as error:
        place = (probe.JOB.env_needs or {}).get("place")
        probe.JOB.violations.append({"kind": "driver", "what": "a database (by SQLAlchemy)", "place": place})
        finish(probe.failure(error).error)
    except BaseException as error:
        finish(probe.failure(error).error)


if __name__ == "__main__":
    main(sys.argv[1])
