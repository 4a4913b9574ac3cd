"""Options as SQL: storage parameters (`WITH`, `SET`, `RESET`) and those of foreign objects (`OPTIONS`)."""

from __future__ import annotations

from collections.abc import Sequence

from ormony.plan.render.names import identifier, literal


def storage(options: Sequence[str]) -> str:
    """`name=value` texts as WITH and SET take them, in parentheses: `("fillfactor"='70')`."""
    return "(" + ", ".join(f"{_name(name)}={literal(value)}" for name, value in map(_split, options)) + ")"


def storage_changes(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """What stands after ALTER …, in this order: `RESET (…)` of what goes, `SET (…)` of what comes or differs.

    SET writes an option behind those that stay, and pg_dump prints them as they stand: where the order would
    not be that of `new`, all are set anew.
    """
    if old == new:
        return ()
    before, after = dict(map(_split, old)), dict(map(_split, new))
    gone = [name for name in before if name not in after]
    changed = [name for name in after if before.get(name) != after[name]]
    stays = [name for name in before if before[name] == after.get(name)]
    if not _same_order([*stays, *changed], list(after)):
        gone, changed = list(before), list(after)
    return (
        *((f"RESET ({', '.join(map(_name, gone))})",) if gone else ()),
        *((f"SET {storage([f'{name}={after[name]}' for name in changed])}",) if changed else ()),
    )


def _same_order(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the names stand alike, those of the TOAST table among themselves."""
    return all(
        [name for name in one if name.startswith("toast.") == toast]
        == [name for name in other if name.startswith("toast.") == toast]
        for toast in (False, True)
    )


def foreign(options: Sequence[tuple[str, str]]) -> str:
    """` OPTIONS (…)` of a CREATE statement, with a blank before it; '' without options."""
    if not options:
        return ""
    return " OPTIONS (" + ", ".join(f"{identifier(name)} {literal(value)}" for name, value in options) + ")"


def foreign_changes(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> str:
    """`OPTIONS (ADD …, SET …, DROP …)` that makes `new` of `old`; '' where they are equal as sets."""
    before, after = dict(old), dict(new)
    parts = [f"DROP {identifier(name)}" for name in before if name not in after]
    for name, value in after.items():
        if before.get(name) != value:
            word = "SET" if name in before else "ADD"
            parts.append(f"{word} {identifier(name)} {literal(value)}")
    return f"OPTIONS ({', '.join(parts)})" if parts else ""


def _split(option: str) -> tuple[str, str]:
    name, _, value = option.partition("=")
    return name, value


def _name(name: str) -> str:
    space, dot, rest = name.partition(".")
    return f"{identifier(space)}.{identifier(rest)}" if dot else identifier(name)
