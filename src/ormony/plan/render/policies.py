"""Row-level security policies."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from ormony.catalog import Catalog, Kind, Policy, Ref
from ormony.plan.render.lookup import held
from ormony.plan.render.names import object_name, role
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    policy = held(catalog, ref, Policy)
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    sql = (
        f"CREATE {object_name(ref)}{kind} FOR {policy.command.upper()} TO {_roles(policy)}"
        f"{_expressions(policy.using, policy.check)}"
    )
    return (Statement(sql=sql, lock="access exclusive"),)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return (Statement(sql=f"DROP {object_name(ref)}", lock="access exclusive"),)


def _alter(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """ALTER POLICY, which can neither take an expression away nor change the command."""
    before, after = held(old, ref, Policy), held(new, ref, Policy)
    if (before.command, before.permissive) != (after.command, after.permissive):
        return None
    if (before.using and not after.using) or (before.check and not after.check):
        return None
    roles = f" TO {_roles(after)}" if before.roles != after.roles else ""
    using = after.using if before.using != after.using else None
    check = after.check if before.check != after.check else None
    sql = f"ALTER {object_name(ref)}{roles}{_expressions(using, check)}"
    return Alteration(statements=(Statement(sql=sql, lock="access exclusive"),))


def _roles(policy: Policy) -> str:
    return ", ".join(map(role, policy.roles)) or "PUBLIC"


def _expressions(using: str | None, check: str | None) -> str:
    return (f" USING ({using})" if using is not None else "") + (
        f" WITH CHECK ({check})" if check is not None else ""
    )


RENDERERS: Final[dict[Kind, Renderer]] = {"policy": Renderer(_create, _drop, _alter)}
