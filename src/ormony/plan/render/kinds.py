"""Every kind of object and who renders it."""

from __future__ import annotations

from typing import Final

from ormony.catalog import Kind
from ormony.plan.render import (
    constraints,
    foreign,
    indexes,
    operators,
    policies,
    privileges,
    publications,
    routines,
    schemas,
    sequences,
    tables,
    text_search,
    triggers,
    types,
    views,
)
from ormony.plan.render.renderer import Renderer

RENDERERS: Final[dict[Kind, Renderer]] = {
    kind: renderer
    for module in (
        schemas,
        types,
        tables,
        constraints,
        indexes,
        sequences,
        views,
        routines,
        triggers,
        policies,
        privileges,
        publications,
        foreign,
        operators,
        text_search,
    )
    for kind, renderer in module.RENDERERS.items()
}
