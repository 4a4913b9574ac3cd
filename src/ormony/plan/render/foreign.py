"""Foreign data wrappers, servers and user mappings."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from ormony.catalog import Catalog, ForeignDataWrapper, Kind, Ref, Server, UserMapping
from ormony.plan.render.lookup import dropped, held
from ormony.plan.render.names import identifier, literal, object_name, relation
from ormony.plan.render.options import foreign, foreign_changes
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

Pairs = tuple[tuple[str, str], ...]


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref)


def _changes(before: Pairs, after: Pairs) -> str:
    """` OPTIONS (DROP …, SET …, ADD …)`; '' for none."""
    changes = foreign_changes(before, after)
    return f" {changes}" if changes else ""


# -------------------------------------------------------------------------------------------------- wrappers


def _create_wrapper(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    wrapper = held(catalog, ref, ForeignDataWrapper)
    handler = f" HANDLER {wrapper.handler}" if wrapper.handler is not None else ""
    validator = f" VALIDATOR {wrapper.validator}" if wrapper.validator is not None else ""
    sql = f"CREATE FOREIGN DATA WRAPPER {relation(ref)}{handler}{validator}{foreign(wrapper.options)}"
    return (Statement(sql=sql),)


def _alter_wrapper(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, ForeignDataWrapper), held(new, ref, ForeignDataWrapper)
    handler = validator = ""
    if before.handler != after.handler:
        handler = f" HANDLER {after.handler}" if after.handler is not None else " NO HANDLER"
    if before.validator != after.validator:
        validator = f" VALIDATOR {after.validator}" if after.validator is not None else " NO VALIDATOR"
    options = _changes(before.options, after.options)
    sql = f"ALTER FOREIGN DATA WRAPPER {relation(ref)}{handler}{validator}{options}"
    return Alteration(statements=(Statement(sql=sql),))


# ---------------------------------------------------------------------------------------------------- servers


def _create_server(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    server = held(catalog, ref, Server)
    type_ = f" TYPE {literal(server.type)}" if server.type is not None else ""
    version = f" VERSION {literal(server.version)}" if server.version is not None else ""
    wrapper = identifier(server.wrapper)
    sql = f"CREATE SERVER {relation(ref)}{type_}{version} FOREIGN DATA WRAPPER {wrapper}"
    return (Statement(sql=f"{sql}{foreign(server.options)}"),)


def _alter_server(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Server), held(new, ref, Server)
    if (before.wrapper, before.type) != (after.wrapper, after.type):
        return None
    version = ""
    if before.version != after.version:
        version = f" VERSION {literal(after.version) if after.version is not None else 'NULL'}"
    sql = f"ALTER SERVER {relation(ref)}{version}{_changes(before.options, after.options)}"
    return Alteration(statements=(Statement(sql=sql),))


# ---------------------------------------------------------------------------------------------- user mappings


def _create_mapping(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = foreign(held(catalog, ref, UserMapping).options)
    return (Statement(sql=f"CREATE {object_name(ref)}{options}"),)


def _alter_mapping(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    options = _changes(held(old, ref, UserMapping).options, held(new, ref, UserMapping).options)
    return Alteration(statements=(Statement(sql=f"ALTER {object_name(ref)}{options}"),))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "foreign data wrapper": Renderer(_create_wrapper, _drop, _alter_wrapper),
    "server": Renderer(_create_server, _drop, _alter_server),
    "user mapping": Renderer(_create_mapping, _drop, _alter_mapping),
}
