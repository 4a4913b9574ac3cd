"""Options as SQL: storage parameters (`WITH`, `SET`, `RESET`) and those of foreign objects (`OPTIONS`)."""

from __future__ import annotations

from collections.abc import Sequence

from ormony.plan.render.names import identifier, literal


def storage(options: Sequence[str]) -> str:
    """`name=value` texts as WITH and SET take them, in parentheses: `("fillfactor"='70')`."""
    return "(" + ", ".join(f"{_name(name)}={literal(value)}" for name, value in map(_split, options)) + ")"


def storage_changes(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """What stands after ALTER …: `SET (…)` of what differs, `RESET (…)` of what is no more."""
    before, after = dict(map(_split, old)), dict(map(_split, new))
    changed = [option for option in new if before.get(_split(option)[0]) != _split(option)[1]]
    gone = [name for name in before if name not in after]
    return (
        *((f"SET {storage(changed)}",) if changed else ()),
        *((f"RESET ({', '.join(map(_name, gone))})",) if gone else ()),
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
