"""Publications and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

from ormony.catalog import Catalog, Kind, Publication, PublicationTable, Ref, Subscription
from ormony.plan.render.lookup import dropped, held, listed
from ormony.plan.render.names import identifiers, literal, relation
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Lock, Statement

# What PostgreSQL changes only together with the slot on the other server, outside a transaction.
_OF_THE_SLOT: Final = frozenset({"failover", "two_phase"})
# What stands for an option that is not told.
_USUAL: Final = {
    "binary": "false",
    "disable_on_error": "false",
    "origin": "any",
    "password_required": "true",
    "run_as_owner": "false",
    "synchronous_commit": "off",
}


# ----------------------------------------------------------------------------------------------- publications


def _create_publication(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    publication = held(catalog, ref, Publication)
    members = " FOR ALL TABLES" if publication.all_tables else ""
    if publication.tables or publication.schemas:
        members = f" FOR {_members(publication.tables, publication.schemas)}"
    options = _publication_options(publication, Publication())
    tail = f" WITH ({', '.join(options)})" if options else ""
    return (
        Statement(sql=f"CREATE PUBLICATION {relation(ref)}{members}{tail}", lock=_lock(publication.tables)),
    )


def _lock(tables: Iterable[PublicationTable]) -> Lock | None:
    return "share update exclusive" if tuple(tables) else None


def _members(tables: Iterable[PublicationTable], schemas: Iterable[str], *, bare: bool = False) -> str:
    """`TABLE ONLY a (x) WHERE (…), ONLY b, TABLES IN SCHEMA s`; `bare`, for DROP: names alone."""
    named = ", ".join(_member(each, bare=bare) for each in tables)
    parts = [f"TABLE {named}"] if named else []
    home = identifiers(schemas)
    return ", ".join([*parts, f"TABLES IN SCHEMA {home}"] if home else parts)


def _member(member: PublicationTable, *, bare: bool) -> str:
    # children of a table that others inherit from are members of their own
    name = f"ONLY {relation(member.table)}"
    if bare:
        return name
    columns = f" ({identifiers(member.columns)})" if member.columns else ""
    where = f" WHERE ({member.where})" if member.where is not None else ""
    return f"{name}{columns}{where}"


def _publication_options(publication: Publication, than: Publication) -> list[str]:
    """The options that are not as in the other publication."""
    options = []
    if publication.operations != than.operations:
        options.append(f"publish = {literal(', '.join(publication.operations))}")
    if publication.generated_columns != than.generated_columns:
        options.append(f"publish_generated_columns = {publication.generated_columns or 'none'}")
    if publication.via_root != than.via_root:
        options.append(f"publish_via_partition_root = {'true' if publication.via_root else 'false'}")
    return options


def _alter_publication(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Publication), held(new, ref, Publication)
    if before.all_tables != after.all_tables:
        return None
    alter = f"ALTER PUBLICATION {relation(ref)}"
    statements: list[Statement] = []
    added = [each for each in after.tables if each not in before.tables]
    gone = [each for each in before.tables if each not in after.tables]
    schemas_added = [each for each in after.schemas if each not in before.schemas]
    schemas_gone = [each for each in before.schemas if each not in after.schemas]
    came, went = bool(added or schemas_added), bool(gone or schemas_gone)
    if came and went:  # in one step: columns may not be named beside a schema
        sql = f"{alter} SET {_members(after.tables, after.schemas)}"
        statements.append(Statement(sql=sql, lock="share update exclusive"))
    elif came:
        sql = f"{alter} ADD {_members(added, schemas_added)}"
        statements.append(Statement(sql=sql, lock="share update exclusive"))
    elif went:
        sql = f"{alter} DROP {_members(gone, schemas_gone, bare=True)}"
        statements.append(Statement(sql=sql, lock="share update exclusive"))
    options = _publication_options(after, before)
    if options:
        statements.append(Statement(sql=f"{alter} SET ({', '.join(options)})"))
    return Alteration(statements=tuple(statements))


# ---------------------------------------------------------------------------------------------- subscriptions


def _create_subscription(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    """Without a connection to the other server: its slot must be there already, or be made by hand."""
    subscription = held(catalog, ref, Subscription)
    options = listed([("connect", "false"), *subscription.options])
    created = Statement(
        sql=f"CREATE SUBSCRIPTION {relation(ref)} CONNECTION {literal(subscription.connection)} "
        f"PUBLICATION {identifiers(subscription.publications)} WITH ({options})"
    )
    return (
        (created, Statement(sql=f"ALTER SUBSCRIPTION {relation(ref)} ENABLE"))
        if subscription.enabled
        else (created,)
    )


def _drop_subscription(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    """Without its slot, which only a command outside a transaction could drop on the other server."""
    subscription = held(catalog, ref, Subscription)
    alter = f"ALTER SUBSCRIPTION {relation(ref)}"
    return (
        *((Statement(sql=f"{alter} DISABLE"),) if subscription.enabled else ()),
        Statement(sql=f"{alter} SET (slot_name = NONE)"),
        *dropped(ref),
    )


def _alter_subscription(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    before, after = held(old, ref, Subscription), held(new, ref, Subscription)
    was, now = dict(before.options), dict(after.options)
    changed = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    if any(name in _OF_THE_SLOT for name in changed):
        return None
    values = {**_USUAL, **now}
    alter = f"ALTER SUBSCRIPTION {relation(ref)}"
    statements: list[Statement] = []
    if before.enabled and not after.enabled:
        statements.append(Statement(sql=f"{alter} DISABLE"))
    if before.connection != after.connection:
        statements.append(Statement(sql=f"{alter} CONNECTION {literal(after.connection)}"))
    if before.publications != after.publications:
        publications = identifiers(after.publications)
        statements.append(Statement(sql=f"{alter} SET PUBLICATION {publications} WITH (refresh = false)"))
    if changed:
        statements.append(Statement(sql=f"{alter} SET ({listed((name, values[name]) for name in changed)})"))
    if after.enabled and not before.enabled:
        statements.append(Statement(sql=f"{alter} ENABLE"))
    return Alteration(statements=tuple(statements))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "publication": Renderer(_create_publication, lambda ref, catalog: dropped(ref), _alter_publication),
    "subscription": Renderer(_create_subscription, _drop_subscription, _alter_subscription),
}
