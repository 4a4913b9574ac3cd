"""Runs inside of a service's own interpreter: `alembic check`, and the heads that a shadow is at.

A script, not a module: `native.py` starts it with the path of a job (JSON) and reads the result file that
the job names. The check is Alembic's own; the differences that it finds are written down as values, since
it reports the tables of all other services as well. The wall, the guards and the connection to the shadow
are those of `probe_alembic.py`.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))


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


# Differences ----------------------------------------------------------------------------------------------


def described(diff: Any, connection: Any) -> Iterator[dict[str, Any]]:
    """A difference as Alembic gives it: a tuple, or for the properties of one column a list of tuples.

    `table` is None where the kind is unknown to us: a plugin's.
    """
    if isinstance(diff, list):
        for each in diff:
            yield from described(each, connection)
        return
    kind, values = str(diff[0]), diff[1:]
    if kind.startswith("modify_") and len(values) >= 6:
        schema, table, column, _, old, new = values[:6]
        yield made(kind, schema, table, column, f"{shown(old)} in the database, {shown(new)} in the model")
    elif kind in ("add_column", "remove_column"):
        yield made(kind, values[0], values[1], values[2].name, "")
    elif kind in ("add_table", "remove_table", "add_table_comment", "remove_table_comment"):
        found = made(kind, values[0].schema, values[0].name, "", "")
        if kind == "add_table":
            inspector = importlib.import_module("sqlalchemy").inspect(connection)
            found["exists"] = bool(inspector.has_table(values[0].name, schema=values[0].schema))
        yield found
    else:
        item = values[0] if values else None
        table = getattr(item, "table", None)
        if table is None:
            text = f"{kind} {shown(item)}" if values else kind
            yield {"kind": kind, "schema": None, "table": None, "name": "", "detail": text, "exists": None}
        else:
            yield made(kind, table.schema, table.name, name_of(item), columns_of(item))


def made(kind: str, schema: Any, table: Any, name: Any, detail: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "schema": None if schema is None else str(schema),
        "table": str(table),
        "name": str(name or ""),
        "detail": detail,
        "exists": None,
    }


def name_of(item: Any) -> str:
    name = getattr(item, "name", None)
    return str(name) if isinstance(name, str) else ""


def columns_of(item: Any) -> str:
    try:
        return "(" + ", ".join(str(each.name) for each in item.columns) + ")"
    except Exception:
        return ""  # an index on expressions


def shown(value: Any) -> str:
    text = " ".join(str(getattr(value, "arg", value)).split())
    return text if len(text) <= 120 else text[:119] + "…"


# The run --------------------------------------------------------------------------------------------------


def check() -> None:
    report = probe.JOB.report
    report.update(diffs=None, refused=None, heads=[], current=[])
    probe.import_alembic()
    event = importlib.import_module("sqlalchemy.event")
    event.listen(importlib.import_module("sqlalchemy.engine").Engine, "do_connect", probe.on_do_connect)
    command = importlib.import_module("alembic.command")
    failed = importlib.import_module("alembic.util").CommandError
    if not hasattr(command, "check"):
        raise probe.Abort("too-old", f"Alembic {report['versions']['alembic']} has no check, 1.9 does")
    config, script = probe.open_scripts()
    context_class = importlib.import_module("alembic.runtime.environment").EnvironmentContext

    def note_heads(revision: Any, context: Any) -> list[Any]:
        report["current"] = sorted(context.get_current_heads())
        return []

    with context_class(config, script, fn=note_heads, dont_mutate=True):
        script.run_env()
    report["heads"] = sorted(script.get_heads())  # imports the revisions, which env.py comes before
    revision_class = importlib.import_module("alembic.autogenerate").RevisionContext
    plain = revision_class.run_autogenerate
    found: list[Any] = []

    def run_autogenerate(self: Any, revision: Any, context: Any) -> Any:
        answer = plain(self, revision, context)
        for operations in self.generated_revisions[-1].upgrade_ops_list:
            for diff in operations.as_diffs():
                found.extend(described(diff, context.connection))
        report["diffs"] = found
        return answer

    revision_class.run_autogenerate = run_autogenerate
    try:
        command.check(config)
    except failed as error:
        if report["diffs"] is None:
            report["refused"] = probe.text_of(error).partition(": ")[2]


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    probe.JOB = probe.Job(dict(job, online=True, ids=[], wanted=[]))
    # Our own folder is first on the path, and holds an alembic.py that is not the real one.
    sys.path[:] = [each for each in sys.path if os.path.abspath(each or os.curdir) != HERE]
    sys.argv = ["alembic", "check"]
    sys.dont_write_bytecode = True
    sys.stdin = io.StringIO()
    probe.die_with_parent()
    probe.JOB.report["wall"] = probe.build_wall()
    os.chdir(probe.JOB.folder)
    probe.install_guards()
    probe.adapt_default_url()
    try:
        check()
        probe.finish(None)
    except probe.Abort as error:
        probe.finish(error.error)
    except BaseException as error:
        probe.finish(probe.failure(error).error)


if __name__ == "__main__":
    main(sys.argv[1])
