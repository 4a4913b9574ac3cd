"""Views and materialized views."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Final

from ormony.catalog import Catalog, Column, CompositeType, Domain, Kind, MaterializedView, Ref, View
from ormony.plan.render.lookup import held
from ormony.plan.render.names import identifier, object_name, relation
from ormony.plan.render.options import storage, storage_changes
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"DROP {object_name(ref)}", lock="access exclusive"),)


# ----------------------------------------------------------------------------------------------------- views


def _create_view(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    view = held(catalog, ref, View)
    return (Statement(sql=_view(ref, view, "CREATE")), *_defaults(ref, {}, dict(view.defaults)))


def _view(ref: Ref, view: View, create: str) -> str:
    options = f" WITH {storage(view.options)}" if view.options else ""
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
        statements += _alter_options(f"ALTER VIEW {relation(ref)}", before.options, after.options)
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
        words.append(f"WITH {storage(view.options)}")
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
    statements = list(_alter_options(alter, before.options, after.options))
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
    settings = _setting_changes(dict(_split(before)), dict(_split(after)), old.version)
    if settings is None:
        return None
    statements += [_column_setting(ref, column, setting) for column, setting in settings]
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


def _split(view: MaterializedView) -> Iterator[tuple[tuple[str, str], str]]:
    """Each column's settings under the column and what they set: `SET STORAGE`, `SET` for options."""
    for column, setting in view.column_settings:
        subject, _, value = setting.rpartition(" ") if "(" not in setting else setting.partition(" ")
        yield (column, subject), value


def _setting_changes(
    before: dict[tuple[str, str], str], after: dict[tuple[str, str], str], version: int
) -> list[tuple[str, str]] | None:
    """What sets and resets the settings of columns; None where the server cannot take one back."""
    found: list[tuple[str, str]] = []
    for (column, subject), value in before.items():
        now = after.get((column, subject))
        if subject == "SET":
            gone = _names(value) - _names(now or "()")
            if gone:
                found.append((column, f"RESET ({', '.join(sorted(gone))})"))
        elif now is None:
            nothing = {"SET STATISTICS": "-1", "SET COMPRESSION": "default"}.get(subject)
            if nothing is None and version >= 160000:
                nothing = "DEFAULT"
            if nothing is None:
                return None
            found.append((column, f"{subject} {nothing}"))
    found += [
        (column, f"{subject} {value}")
        for (column, subject), value in after.items()
        if before.get((column, subject)) != value
    ]
    return found


def _names(options: str) -> set[str]:
    return set(re.findall(r"(\w+)=", options))


def _alter_options(alter: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Statement]:
    for action in storage_changes(before, after):
        yield Statement(sql=f"{alter} {action}", lock="access exclusive")


RENDERERS: Final[dict[Kind, Renderer]] = {
    "view": Renderer(_create_view, _drop, _alter_view),
    "materialized view": Renderer(_create_materialized, _drop, _alter_materialized),
}
