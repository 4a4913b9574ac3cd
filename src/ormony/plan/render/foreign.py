"""Foreign data wrappers, servers and user mappings."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from ormony.catalog import Catalog, ForeignDataWrapper, Kind, Ref, Server, UserMapping
from ormony.plan.render.lookup import dropped, held
from ormony.plan.render.names import identifier, literal, object_name, relation
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

Pairs = tuple[tuple[str, str], ...]


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref)


def _options(options: Pairs) -> str:
    if not options:
        return ""
    return " OPTIONS (" + ", ".join(f"{identifier(name)} {literal(value)}" for name, value in options) + ")"


def _changes(before: Pairs, after: Pairs) -> str:
    """` OPTIONS (DROP …, SET …, ADD …)`, after which the options stand in their new order; '' for none.

    SET leaves an option where it is and ADD puts it last: what stands elsewhere is dropped and added again.
    """
    old, new = dict(before), dict(after)
    names = list(old)
    stays = 0
    for position, (name, _) in enumerate(after):
        if name not in names or (position and names.index(name) < names.index(after[position - 1][0])):
            break
        stays += 1
    kept = {name for name, _ in after[:stays]}
    actions = [
        *(f"DROP {identifier(name)}" for name in old if name not in kept),
        *(
            f"SET {identifier(name)} {literal(value)}"
            for name, value in after[:stays]
            if old[name] != new[name]
        ),
        *(f"ADD {identifier(name)} {literal(value)}" for name, value in after[stays:]),
    ]
    return f" OPTIONS ({', '.join(actions)})" if actions else ""


# -------------------------------------------------------------------------------------------------- wrappers


def _create_wrapper(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    wrapper = held(catalog, ref, ForeignDataWrapper)
    handler = f" HANDLER {wrapper.handler}" if wrapper.handler is not None else ""
    validator = f" VALIDATOR {wrapper.validator}" if wrapper.validator is not None else ""
    sql = f"CREATE FOREIGN DATA WRAPPER {relation(ref)}{handler}{validator}{_options(wrapper.options)}"
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
    return (Statement(sql=f"{sql}{_options(server.options)}"),)


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
    options = _options(held(catalog, ref, UserMapping).options)
    return (Statement(sql=f"CREATE {object_name(ref)}{options}"),)


def _alter_mapping(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    options = _changes(held(old, ref, UserMapping).options, held(new, ref, UserMapping).options)
    return Alteration(statements=(Statement(sql=f"ALTER {object_name(ref)}{options}"),))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "foreign data wrapper": Renderer(_create_wrapper, _drop, _alter_wrapper),
    "server": Renderer(_create_server, _drop, _alter_server),
    "user mapping": Renderer(_create_mapping, _drop, _alter_mapping),
}
