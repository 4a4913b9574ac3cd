"""Schemas, and what stands beside them: extensions, languages, access methods, roles and memberships."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Final

from ormony.catalog import Catalog, Extension, Kind, Membership, Options, Ref, Role
from ormony.plan.render.lookup import dropped, held, words
from ormony.plan.render.names import identifier, literal, relation
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

# Settings whose value is a list of names, each of which is quoted by itself.
_LISTS: Final = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref)


def _never(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    return None


# -------------------------------------------------------------------------------------- schemas, extensions


def _create_schema(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=f"CREATE SCHEMA {relation(ref)}"),)


def _create_extension(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    # no VERSION: the server of the goal may not have that one
    schema = identifier(held(catalog, ref, Extension).schema)
    return (Statement(sql=f"CREATE EXTENSION {relation(ref)} WITH SCHEMA {schema}"),)


def _drop_extension(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref, loses=f"what extension {ref.name} keeps in tables of its own")


def _alter_extension(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Extension), held(new, ref, Extension)
    statements: list[Statement] = []
    if before.schema != after.schema:
        if not before.relocatable:
            return None
        statements.append(
            Statement(sql=f"ALTER EXTENSION {relation(ref)} SET SCHEMA {identifier(after.schema)}")
        )
    if before.version != after.version:
        statements.append(
            Statement(sql=f"ALTER EXTENSION {relation(ref)} UPDATE TO {literal(after.version)}")
        )
    return Alteration(statements=tuple(statements))


# ------------------------------------------------------------------------------- languages, access methods


def _create_language(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = held(catalog, ref, Options).options
    trusted = "TRUSTED " if ("TRUSTED", "") in options else ""
    rest = words(pair for pair in options if pair != ("TRUSTED", ""))
    return (Statement(sql=f"CREATE {trusted}LANGUAGE {relation(ref)} {rest}".rstrip()),)


def _alter_language(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """CREATE OR REPLACE LANGUAGE, which takes all of it."""
    (created,) = _create_language(ref, new, frozenset())
    sql = created.sql.replace("CREATE ", "CREATE OR REPLACE ", 1)
    return Alteration(statements=(Statement(sql=sql),))


def _create_access_method(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = words(held(catalog, ref, Options).options)
    return (Statement(sql=f"CREATE ACCESS METHOD {relation(ref)} {options}"),)


# ------------------------------------------------------------------------------------------------------ roles


def _create_role(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    role = held(catalog, ref, Role)
    options = f" WITH {' '.join(role.options)}" if role.options else ""
    return (
        Statement(sql=f"CREATE ROLE {relation(ref)}{options}"),
        *_role_settings(ref, (), role.settings),
    )


def _alter_role(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Role), held(new, ref, Role)
    options = [*map(_without, set(before.options) - set(after.options))]
    subjects = {_role_subject(each) for each in after.options}
    options = sorted(each for each in options if _role_subject(each) not in subjects)
    options += [each for each in after.options if each not in before.options]
    statements = [Statement(sql=f"ALTER ROLE {relation(ref)} WITH {' '.join(options)}")] if options else []
    statements += _role_settings(ref, before.settings, after.settings)
    return Alteration(statements=tuple(statements))


def _role_subject(option: str) -> str:
    """What an option decides: `LOGIN` for NOLOGIN too, `VALID UNTIL` for any day."""
    value = re.match(r"CONNECTION LIMIT|VALID UNTIL", option)
    return value[0] if value else option.removeprefix("NO")


def _without(option: str) -> str:
    """What takes an option of a role away."""
    match _role_subject(option):
        case "CONNECTION LIMIT":
            return "CONNECTION LIMIT -1"
        case "VALID UNTIL":
            return "VALID UNTIL 'infinity'"
        case subject:
            return subject if option.startswith("NO") else f"NO{subject}"


def _role_settings(ref: Ref, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Statement]:
    names = {each.partition("=")[0] for each in after}
    for name in sorted({each.partition("=")[0] for each in before} - names):
        yield Statement(sql=f"ALTER ROLE {relation(ref)} RESET {_setting_name(name)}")
    for each in after:
        if each not in before:
            name, _, value = each.partition("=")
            sql = f"ALTER ROLE {relation(ref)} SET {_setting_name(name)} TO {_setting_value(name, value)}"
            yield Statement(sql=sql)


def _setting_name(name: str) -> str:
    return ".".join(map(identifier, name.split(".")))


def _setting_value(name: str, value: str) -> str:
    """The value of a setting as SET takes it; a list has been quoted name by name when it was kept."""
    if name not in _LISTS:
        return literal(value)
    found = re.findall(r'"((?:[^"]|"")*)"|([^",\s]+)', value)
    return ", ".join(literal(quoted.replace('""', '"') or plain) for quoted, plain in found) or "''"


def _create_membership(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    options = held(catalog, ref, Membership).options
    if catalog.version < 160000:
        tail = " WITH ADMIN OPTION" if "ADMIN" in options else ""
    else:
        given = (f"{word} {'TRUE' if word in options else 'FALSE'}" for word in ("ADMIN", "INHERIT", "SET"))
        tail = f" WITH {', '.join(given)}"
    return (Statement(sql=f"GRANT {identifier(ref.name)} TO {identifier(ref.part)}{tail}"),)


def _drop_membership(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"REVOKE {identifier(ref.name)} FROM {identifier(ref.part)}"),)


def _alter_membership(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    if new.version < 160000 and "ADMIN" not in held(new, ref, Membership).options:
        name, member = identifier(ref.name), identifier(ref.part)
        return Alteration(statements=(Statement(sql=f"REVOKE ADMIN OPTION FOR {name} FROM {member}"),))
    return Alteration(statements=_create_membership(ref, new, frozenset()))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "schema": Renderer(_create_schema, _drop, _never),
    "extension": Renderer(_create_extension, _drop_extension, _alter_extension),
    "language": Renderer(_create_language, _drop, _alter_language),
    "access method": Renderer(_create_access_method, _drop, _never),
    "role": Renderer(_create_role, _drop, _alter_role),
    "membership": Renderer(_create_membership, _drop_membership, _alter_membership),
}
