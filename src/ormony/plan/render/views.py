"""Views and materialized views."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import Final

from ormony.catalog import Catalog, Column, CompositeType, Domain, Kind, MaterializedView, Ref, View
from ormony.plan.render.lookup import held
from ormony.plan.render.names import identifier, literal, object_name, relation
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*|\d+(?:\.\d+)?")


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"DROP {object_name(ref)}", lock="access exclusive"),)


# ----------------------------------------------------------------------------------------------------- views


def _create_view(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    view = held(catalog, ref, View)
    return (Statement(sql=_view(ref, view, "CREATE")), *_defaults(ref, {}, dict(view.defaults)))


def _view(ref: Ref, view: View, create: str) -> str:
    options = f" WITH ({_settings(view.options)})" if view.options else ""
    return f"{create} VIEW {relation(ref)}{options} AS\n{view.definition}"


def _defaults(ref: Ref, before: dict[str, str], after: dict[str, str]) -> Iterator[Statement]:
    for column in sorted(before.keys() | after.keys()):
        if before.get(column) != after.get(column):
            action = f"SET DEFAULT {after[column]}" if column in after else "DROP DEFAULT"
            yield Statement(
                sql=f"ALTER VIEW {relation(ref)} ALTER COLUMN {identifier(column)} {action}",
                lock="access exclusive",
            )


def _alter_view(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """What CREATE OR REPLACE takes: the columns that were, with new ones after them; None for all else."""
    before, after = held(old, ref, View), held(new, ref, View)
    statements: list[Statement] = []
    if before.definition != after.definition:
        if after.columns[: len(before.columns)] != before.columns or _collates(ref, old, new):
            return None
        # it takes away the options that it does not name, and leaves the defaults of columns
        statements.append(Statement(sql=_view(ref, after, "CREATE OR REPLACE"), lock="access exclusive"))
    elif before.columns != after.columns:
        return None  # the same words over columns of other types
    else:
        statements += _alter_settings(f"ALTER VIEW {relation(ref)}", before.options, after.options)
    statements += _defaults(ref, dict(before.defaults), dict(after.defaults))
    return Alteration(statements=tuple(statements))


def _collates(ref: Ref, old: Catalog, new: Catalog) -> bool:
    """Whether a collation that is not a type's own may reach a column of the view.

    CREATE OR REPLACE refuses another collation, and the catalog does not say which one a view's column has.
    """
    return any(_may_collate(ref, catalog, set()) for catalog in (old, new))


def _may_collate(ref: Ref, catalog: Catalog, seen: set[Ref]) -> bool:
    if ref in seen:
        return False
    seen.add(ref)
    match catalog.objects.get(ref):
        case View(definition=definition) | MaterializedView(definition=definition):
            if " COLLATE " in definition:
                return True
        case Column(collation=collation) | Domain(collation=collation):
            return collation is not None or _below(ref, catalog, seen)
        case CompositeType(attributes=attributes):
            return any(each.collation is not None for each in attributes)
        case None if ref.kind == "column":  # of a view
            above = (Ref("view", ref.schema, ref.name), Ref("materialized view", ref.schema, ref.name))
            return any(_may_collate(each, catalog, seen) for each in above if each in catalog.objects)
        case _:
            return False
    return _below(ref, catalog, seen)


def _below(ref: Ref, catalog: Catalog, seen: set[Ref]) -> bool:
    return any(_may_collate(each, catalog, seen) for each in catalog.depends.get(ref, ()))


# ---------------------------------------------------------------------------------------- materialized views


def _create_materialized(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    view = held(catalog, ref, MaterializedView)
    words = [f"CREATE MATERIALIZED VIEW {relation(ref)}"]
    if view.access_method is not None:
        words.append(f"USING {identifier(view.access_method)}")
    if view.options:
        words.append(f"WITH ({_settings(view.options)})")
    if view.tablespace is not None:
        words.append(f"TABLESPACE {identifier(view.tablespace)}")
    data = "WITH DATA" if view.populated else "WITH NO DATA"
    return (
        Statement(sql=f"{' '.join(words)} AS\n{view.definition}\n{data}"),
        *(_column_setting(ref, column, setting) for column, setting in view.column_settings),
    )


def _alter_materialized(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """Everything but the query, which PostgreSQL cannot replace."""
    before, after = held(old, ref, MaterializedView), held(new, ref, MaterializedView)
    if (before.definition, before.columns) != (after.definition, after.columns):
        return None
    alter = f"ALTER MATERIALIZED VIEW {relation(ref)}"
    statements = list(_alter_settings(alter, before.options, after.options))
    if before.access_method != after.access_method:
        method = identifier(after.access_method or "heap")
        statements.append(
            Statement(sql=f"{alter} SET ACCESS METHOD {method}", lock="access exclusive", rewrites=True)
        )
    if before.tablespace != after.tablespace:
        tablespace = identifier(after.tablespace or "pg_default")
        statements.append(
            Statement(sql=f"{alter} SET TABLESPACE {tablespace}", lock="access exclusive", rewrites=True)
        )
    kept = {_subject(column, setting) for column, setting in after.column_settings}
    for column, setting in before.column_settings:
        if _subject(column, setting) in kept:
            continue
        reset = _reset(setting, new.version)
        if reset is None:
            return None
        statements.append(_column_setting(ref, column, reset))
    statements += [
        _column_setting(ref, column, setting)
        for column, setting in after.column_settings
        if (column, setting) not in before.column_settings
    ]
    if before.populated != after.populated:
        data = "" if after.populated else " WITH NO DATA"
        statements.append(
            Statement(
                sql=f"REFRESH MATERIALIZED VIEW {relation(ref)}{data}", lock="access exclusive", rewrites=True
            )
        )
    return Alteration(statements=tuple(statements))


def _column_setting(ref: Ref, column: str, setting: str) -> Statement:
    return Statement(
        sql=f"ALTER MATERIALIZED VIEW {relation(ref)} ALTER COLUMN {identifier(column)} {setting}",
        lock="share update exclusive" if setting.startswith("SET STATISTICS") else "access exclusive",
    )


def _subject(column: str, setting: str) -> tuple[str, str]:
    """What a setting sets: `SET STATISTICS`, `SET (n_distinct`."""
    return column, " ".join(re.split(r"[ =]+", setting)[:2])


def _reset(setting: str, version: int) -> str | None:
    """What takes a column's setting back, or None where the server has nothing for that."""
    if option := re.match(r"SET \((\w+)", setting):
        return f"RESET ({option[1]})"
    match setting.split()[1]:
        case "STATISTICS":
            return "SET STATISTICS -1"
        case "COMPRESSION":
            return "SET COMPRESSION default"
        case "STORAGE" if version >= 160000:
            return "SET STORAGE DEFAULT"
        case _:
            return None


# --------------------------------------------------------------------------------------------------- options


def _settings(options: Iterable[str]) -> str:
    """`name=value` as WITH takes it: values that are no plain word are quoted."""
    return ", ".join(map(_setting, options))


def _setting(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{name}={value if _PLAIN.fullmatch(value) else literal(value)}"


def _alter_settings(alter: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Statement]:
    names = {each.partition("=")[0] for each in after}
    gone = [name for each in before if (name := each.partition("=")[0]) not in names]
    changed = [each for each in after if each not in before]
    if gone:
        yield Statement(sql=f"{alter} RESET ({', '.join(gone)})", lock="access exclusive")
    if changed:
        yield Statement(sql=f"{alter} SET ({_settings(changed)})", lock="access exclusive")


RENDERERS: Final[dict[Kind, Renderer]] = {
    "view": Renderer(_create_view, _drop, _alter_view),
    "materialized view": Renderer(_create_materialized, _drop, _alter_materialized),
}
