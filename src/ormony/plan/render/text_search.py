"""Text search: parsers, templates, dictionaries and configurations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import Final

from ormony.catalog import Catalog, Kind, Options, Ref
from ormony.plan.render.lookup import dropped, held, listed
from ormony.plan.render.names import object_name
from ormony.plan.render.renderer import Renderer
from ormony.plan.statement import Alteration, Statement

Pairs = tuple[tuple[str, str], ...]


def _options(ref: Ref, catalog: Catalog) -> Pairs:
    return held(catalog, ref, Options).options


def _create(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    return (Statement(sql=f"CREATE {object_name(ref)} ({listed(_options(ref, catalog))})"),)


def _drop(ref: Ref, catalog: Catalog) -> tuple[Statement, ...]:
    return dropped(ref)


def _never(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    return None


# ---------------------------------------------------------------------------------------------- dictionaries


def _alter_dictionary(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    """New options; what is set goes behind what is not named, so all from the first that differs is set."""
    (template, *before), (new_template, *after) = _options(ref, old), _options(ref, new)
    if template != new_template:
        return None
    stays = _stays(before, after)
    kept = {name for name, _ in after[:stays]}
    names = {name for name, _ in after}
    actions = [
        *(name for name, _ in before if name not in kept and name not in names),
        *(f"{name} = {value}" for name, value in after[stays:]),
    ]
    return Alteration(statements=(Statement(sql=f"ALTER {object_name(ref)} ({', '.join(actions)})"),))


def _stays(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> int:
    """How many of the first new options are among the old ones, in the same order."""
    rest = iter(before)
    count = 0
    for pair in after:
        if pair not in rest:  # takes from `rest` all up to the pair
            break
        count += 1
    return count


# --------------------------------------------------------------------------------------------- configurations


def _create_configuration(ref: Ref, catalog: Catalog, inline: Set[Ref]) -> tuple[Statement, ...]:
    parser, *mappings = _options(ref, catalog)
    created = Statement(sql=f"CREATE {object_name(ref)} ({listed([parser])})")
    return (created, *_map(ref, "ADD", mappings))


def _map(ref: Ref, verb: str, mappings: Iterable[tuple[str, str]]) -> Iterator[Statement]:
    """`ADD MAPPING FOR a, b WITH public.simple`: one statement for those with the same dictionaries."""
    alike: dict[str, list[str]] = {}
    for name, dictionaries in mappings:
        alike.setdefault(dictionaries, []).append(_token(name))
    for dictionaries, tokens in alike.items():
        sql = f"ALTER {object_name(ref)} {verb} MAPPING FOR {', '.join(tokens)} WITH {dictionaries}"
        yield Statement(sql=sql)


def _token(name: str) -> str:
    return name.removeprefix("MAPPING ")


def _alter_configuration(ref: Ref, old: Catalog, new: Catalog) -> Alteration | None:
    (parser, *before), (new_parser, *after) = _options(ref, old), _options(ref, new)
    if parser != new_parser:
        return None
    was, now = dict(before), dict(after)
    statements: list[Statement] = []
    gone = [_token(name) for name in was if name not in now]
    if gone:
        statements.append(Statement(sql=f"ALTER {object_name(ref)} DROP MAPPING FOR {', '.join(gone)}"))
    changed = [(name, value) for name, value in after if was.get(name, value) != value]
    statements += _map(ref, "ALTER", changed)
    statements += _map(ref, "ADD", ((name, value) for name, value in after if name not in was))
    return Alteration(statements=tuple(statements))


RENDERERS: Final[dict[Kind, Renderer]] = {
    "text search parser": Renderer(_create, _drop, _never),
    "text search template": Renderer(_create, _drop, _never),
    "text search dictionary": Renderer(_create, _drop, _alter_dictionary),
    "text search configuration": Renderer(_create_configuration, _drop, _alter_configuration),
}
