"""Who a persona says it is: the claims of its JWT, of the types of the columns that hold them.

They are set as PostgREST sets them for a request, in the transaction alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ormony.access import SUB, Persona, Tenancy, claim_document
from ormony.catalog import Catalog, Column
from ormony.claims import SETTING, Claim
from ormony.database import reproduce, rows
from ormony.database.connect import Connection

TENANTS: Final = ("a", "b")
"""Whose rows are made: a persona is a member of one of them, or of none."""

Values = Mapping[str, Mapping[Claim, str]]
"""Of each tenant the value of each claim."""


def claim_values(
    whole: Catalog, tenancy: Tenancy, personas: Sequence[Persona]
) -> dict[str, dict[Claim, str]]:
    """Of each tenant the value of each claim, of the type of the columns that hold it; always the same."""
    kinds: dict[Claim, str] = {SUB: "uuid"}
    for ref, claim in sorted(tenancy.bound.items()):
        value = whole.objects.get(ref)
        if isinstance(value, Column) and claim not in kinds:
            kinds[claim] = value.type
    found = rows.types(whole)
    values: dict[str, dict[Claim, str]] = {}
    for number, name in enumerate(TENANTS):
        values[name] = {}
        for claim, kind in sorted(kinds.items()):
            text = rows.plain_value(kind, number, 1, found, ".".join(("claim", *claim)))
            if claim[-1] == "email":
                text = f"{name}@example.com"
            if text is not None:
                values[name][claim] = text
        for persona in personas:
            if persona.tenant == name:
                for path, told in _paths(persona.claims):
                    if path in values[name]:
                        values[name][path] = told
    return values


def claims_of(persona: Persona | None, tenant: str | None, values: Values) -> tuple[str, dict[str, str]]:
    """The JWT of a persona, as JSON, and its settings; `values` are those of `claim_values`."""
    own: dict[Claim, str] = {}
    if tenant is not None:
        own = {**values[tenant], ("email",): f"{tenant}@example.com"}
    document: dict[str, Any] = claim_document(own)
    if persona is not None:
        document = _merged(document, dict(persona.claims))
        document.setdefault("role", persona.role)
    settings = {claim[1]: value for claim, value in own.items() if claim[0] == SETTING}
    return json.dumps(document, sort_keys=True), settings


def become(connection: Connection, persona: Persona | None, tenant: str | None, values: Values) -> None:
    """Set the claims of a persona for what follows; its role is not taken."""
    text, settings = claims_of(persona, tenant, values)
    sub = json.loads(text).get("sub", "")
    connection.execute(
        "SELECT set_config('request.jwt.claims', %s, true),"
        " set_config('request.jwt.claim.sub', %s, true),"
        " set_config('request.jwt.claim.role', %s, true)",
        (text, str(sub), persona.role if persona else ""),
    )
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))


def becoming(document: str, sub: str) -> str:
    """What sets these claims for what follows, as SQL."""
    said = {"request.jwt.claims": document, "request.jwt.claim.sub": sub}
    return "".join(
        f"SELECT set_config({reproduce.text(name)}, {reproduce.text(value)}, true); "
        for name, value in said.items()
    )


def _paths(document: Mapping[str, Any], before: Claim = ()) -> Iterator[tuple[Claim, str]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _paths(value, (*before, name))
        elif isinstance(value, str | int):
            yield (*before, name), str(value)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    found = dict(one)
    for name, value in other.items():
        inner = found.get(name)
        found[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return found
