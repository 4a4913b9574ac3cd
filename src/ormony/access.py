"""Who may do what to whose rows, as a value and as the committed file; which columns say whose a row is.

The file is `supabase/access.matrix`: aligned columns, a line for each object, command and whose row. It holds
no generated value and no time. This module asks no server: see `database/access/`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from ormony import claims
from ormony.catalog import Catalog, Column, Constraint, Index, Policy, Ref, Routine
from ormony.claims import SETTING, Claim, Compared
from ormony.errors import OrmonyError

FILE: Final = "access.matrix"
FORMAT: Final = 1
ALLOW: Final = "allow"
FILTER: Final = "filter"
DENY: Final = "deny"
UNKNOWN: Final = "?"
APART: Final = "-"
Tenant = Literal["a", "b"]
SUB: Final[Claim] = ("sub",)
USERS: Final = Ref("table", "auth", "users")
OBJECTS: Final = Ref("table", "storage", "objects")


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """A role and claims. `tenant` is whose member it is; None has no rows of its own.

    `claims` are added to those that its tenant gives. `fixture` is SQL that runs before it is asked.
    """

    name: str
    role: str
    tenant: Tenant | None = None
    claims: Mapping[str, Any] = {}
    fixture: str = ""


DEFAULTS: Final = (
    Persona(name="anon", role="anon"),
    Persona(name="member_a", role="authenticated", tenant="a"),
    Persona(name="member_b", role="authenticated", tenant="b"),
    Persona(name="service_role", role="service_role"),
)


class Line(msgspec.Struct, frozen=True, order=True):
    """What each persona may do; `values` are in the order of the matrix's personas.

    `row` is `own`, `colleague` (of its tenant and another user's), `other`, or `any` where rows belong to no
    tenant.
    """

    object: str
    command: str
    row: str
    values: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other lines."""
        return self.object, self.command, self.row


class Matrix(msgspec.Struct, frozen=True):
    """The whole: names of personas, and lines, sorted."""

    personas: tuple[str, ...]
    lines: tuple[Line, ...]


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """A way from one tenant to another's rows: who, what, the SQL that does it, what lets it through.

    `policies` are those that do, by their references; `why` says it in words. `weak` are those that tell
    only that a row is there.
    """

    object: str
    command: str
    persona: str
    sql: str
    why: str
    policies: tuple[Ref, ...] = ()
    at: Ref | None = None
    weak: bool = False


class Unknown(msgspec.Struct, frozen=True):
    """Why a command could not be asked of an object."""

    object: str
    command: str
    why: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """All answers of a database: lines of the matrix, the leaks, and why cells are not known."""

    lines: tuple[Line, ...]
    leaks: tuple[Leak, ...]
    unknown: tuple[Unknown, ...]


class Differs(msgspec.Struct, frozen=True):
    """A cell that is not what the file says; None where one side has no such line."""

    object: str
    command: str
    row: str
    persona: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        was, now = self.was or "not there", self.now or "not there"
        return f"{self.object} {self.command} {self.row} {self.persona}: {was} → {now}"


_COMMANDS: Final = (
    "select",
    "insert",
    "insert-returning",
    "upsert",
    "update",
    "move",
    "delete",
    "reference",
    "call",
)
_ROWS: Final = ("own", "colleague", "other", "any")
_HEAD: Final = f"""\
# ormony access {FORMAT}: what each persona may do to whose row. Written by `ormony access --write`.
# allow: it happens. filter: no error, no row. deny: 42501. error(SQLSTATE). -: none. ?: could not be asked.
"""
_GAP: Final = re.compile(r" {2,}")


def sorted_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """In the order of the file: by object, then by command, own rows first."""

    def place(line: Line) -> tuple[str, int, str, int]:
        word = line.command.partition(" ")[0]
        return (
            line.object,
            _COMMANDS.index(word) if word in _COMMANDS else len(_COMMANDS),
            line.command,
            _ROWS.index(line.row) if line.row in _ROWS else len(_ROWS),
        )

    return tuple(sorted(lines, key=place))


def as_text(matrix: Matrix) -> str:
    """The file."""
    rows = [("object", "command", "row", *matrix.personas)]
    rows += [(_one(line.object), line.command, line.row, *line.values) for line in matrix.lines]
    # In steps, so that a line more or another value does not move the others: what changed is what differs.
    widths = [-(-max(len(row[at]) for row in rows) // 8) * 8 for at in range(len(rows[0]))]
    widths[2] = max(map(len, _ROWS))
    lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows]
    return _HEAD + "".join(f"{line.rstrip()}\n" for line in lines)


def as_markdown(matrix: Matrix) -> str:
    """A table for a pull request."""
    head = ("object", "command", "row", *matrix.personas)
    rows = [head, tuple("---" for _ in head)]
    rows += [(f"`{_one(line.object)}`", line.command, line.row, *line.values) for line in matrix.lines]
    return "".join("| " + " | ".join(each.replace("|", "\\|") for each in row) + " |\n" for row in rows)


def _one(name: str) -> str:
    """A name on one line, in which no two spaces follow each other."""
    return re.sub(r"\s{2,}|[\n\t]", " ", name)


def parse(text: str, path: str) -> Matrix:
    """The file's matrix. Raises `bad-matrix` with the line."""

    def refuse(number: int, what: str) -> OrmonyError:
        return OrmonyError(
            "bad-matrix", what, place=f"{path}:{number}", hint="ormony access --write   # writes it anew"
        )

    personas: tuple[str, ...] | None = None
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = _GAP.split(line.strip())
        if personas is None:
            if words[:3] != ["object", "command", "row"]:
                raise refuse(number, "the first line of the access matrix does not name its columns")
            personas = tuple(words[3:])
        elif len(words) != len(personas) + 3:
            raise refuse(number, f"the line has {len(words)} columns in place of {len(personas) + 3}")
        else:
            lines.append(Line(words[0], words[1], words[2], tuple(words[3:])))
    if personas is None:
        raise refuse(1, "the access matrix is empty")
    return Matrix(personas, tuple(lines))


def compare(old: Matrix, new: Matrix) -> tuple[Differs, ...]:
    """The cells that differ, in the order of the new matrix; those that are gone come last."""
    was, now = dict(_cells(old)), dict(_cells(new))
    return tuple(
        Differs(*key, was.get(key), now.get(key))
        for key in dict.fromkeys((*now, *was))
        if was.get(key) != now.get(key)
    )


def _cells(matrix: Matrix) -> Iterator[tuple[tuple[str, str, str, str], str]]:
    for line in matrix.lines:
        for persona, value in zip(matrix.personas, line.values, strict=True):
            yield (_one(line.object), line.command, line.row, persona), value


# -------------------------------------------------------------------------------------------------- tenancy


class Tenancy(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a row somebody's.

    `bound` are the columns that hold the value of a claim. `owned` are the tables whose rows belong to a
    tenant, with the columns that say to which. `members` are the tables that join users and tenants.
    """

    bound: Mapping[Ref, Claim]
    owned: Mapping[Ref, tuple[str, ...]]
    members: frozenset[Ref]
    compared: frozenset[Claim]


_CONVENTIONS: Final[Mapping[str, Claim]] = {
    "org_id": ("org_id",),
    "organization_id": ("organization_id",),
    "tenant_id": ("tenant_id",),
    "user_id": SUB,
    "owner_id": SUB,
}


_NO_UUID: Final = re.compile(
    r"(?:smallint|integer|bigint|numeric|real|double precision|boolean|date|time|interval|json|bytea)"
)
"""Types that cannot hold a user's id: what is compared with such a column is made of it."""


def tenancy(whole: Catalog, catalog: Catalog, told: Mapping[str, Claim]) -> Tenancy:
    """The tenancy that policies show; `told` are columns with their claims, which come first: `org_id` of any
    table, or `public.organizations.id` alone.

    `catalog` is what the project makes, `whole` also Supabase's surface, to whose users it may refer.
    """
    bodies = _bodies(catalog)
    found: dict[Ref, Claim] = {}
    names: dict[tuple[str, str], Claim] = {}
    seen: set[Claim] = set()
    used: dict[Ref, set[str]] = {}

    def column(schema: str, table: str, name: str) -> Ref | None:
        ref = Ref("column", schema, table, name)
        return ref if ref in whole.objects else None

    compared: list[Compared] = []
    for ref, value in whole.objects.items():
        if not isinstance(value, Policy):
            continue
        for needed in whole.depends.get(ref, ()):
            if needed.kind == "column":
                used.setdefault(Ref("table", needed.schema, needed.name), set()).add(needed.part)
        for expression in (value.using, value.check):
            for each in claims.of_expression(expression, bodies) if expression else ():
                seen.add(each.claim)
                compared.append(
                    each
                    if each.relation
                    else msgspec.structs.replace(each, schema=ref.schema, relation=ref.name)
                )
    said = {ref: _told(ref, told) for ref in catalog.objects if ref.kind == "column"}
    said = {ref: claim for ref, claim in said.items() if claim is not None}
    settled = {(ref.schema, ref.name, claim) for ref, claim in said.items()}
    for each in sorted(compared):
        at = column(each.schema, each.relation, each.column)
        if at is not None and (at.schema, at.name, each.claim) in settled and at not in said:
            continue  # the settings say which column it is: this policy is on another
        kind = whole.objects[at] if at is not None else None
        if (
            at is not None
            and isinstance(kind, Column)
            and at not in found
            and at.schema != "storage"
            and (each.claim != SUB or not _NO_UUID.match(kind.type))
        ):
            found[at] = each.claim
            if (each.column,) not in uniques(whole, Ref("table", at.schema, at.name)):
                # not so for a key: another table's `id` is another thing
                names.setdefault((each.column, kind.type), each.claim)
    found |= {ref: claim for ref, claim in said.items() if claim is not None}
    users = Ref("column", "auth", "users", "id")
    if users in whole.objects:
        found[users] = SUB
    keys = list(_keys(whole))
    linked = {child for child, _ in keys}
    _close(found, keys)
    for ref, value in catalog.objects.items():
        if isinstance(value, Column) and ref not in found and ref not in linked:
            same = names.get((ref.part, value.type))
            alone = not set(found.values()) - {SUB}
            if same is None and alone and value.type in ("uuid", "text", "bigint"):
                same = _CONVENTIONS.get(ref.part)
            if same is not None and (same != SUB or not _NO_UUID.match(value.type)):
                found[ref] = same
    _close(found, keys)
    strong = _strong_names(found, keys, used, catalog)
    return _owned(whole, catalog, found, keys, used, strong, frozenset(seen))


def _told(column: Ref, told: Mapping[str, Claim]) -> Claim | None:
    return told.get(f"{column.schema}.{column.name}.{column.part}", told.get(column.part))


def _bodies(catalog: Catalog) -> dict[str, claims.Body]:
    """What functions compare with claims, also by calling each other."""
    found: dict[str, claims.Body] = {}
    texts = [
        (ref, value.definition)
        for ref, value in catalog.objects.items()
        if isinstance(value, Routine) and value.language in ("sql", "plpgsql")
    ]
    wanted = ("jwt", "auth.", "current_setting")
    for _ in range(2):
        known = tuple(found)
        for ref, text in texts:
            if any(word in text for word in wanted) or any(name in text for name in known):
                body = claims.of_function(text, found)
                if body.claims or body.compared:
                    found[ref.name] = found[f"{ref.schema}.{ref.name}"] = body
    return found


def _keys(catalog: Catalog) -> Iterator[tuple[Ref, Ref]]:
    """Each column of a foreign key, with the column that it references."""
    for ref, value in catalog.objects.items():
        if isinstance(value, Constraint) and value.type == "foreign key" and value.references is not None:
            target = value.references
            for mine, its in zip(value.columns, value.referenced_columns, strict=False):
                yield (
                    Ref("column", ref.schema, ref.name, mine),
                    Ref("column", target.schema, target.name, its),
                )


def _close(found: dict[Ref, Claim], keys: Iterable[tuple[Ref, Ref]]) -> None:
    """What references a claim's column holds the claim, and what such a column references."""
    keys = list(keys)
    changed = True
    while changed:
        changed = False
        for child, parent in keys:
            for one, other in ((child, parent), (parent, child)):
                if one in found and other not in found and other.schema != "storage":
                    found[other] = found[one]
                    changed = True


def _strong_names(
    found: Mapping[Ref, Claim],
    keys: Iterable[tuple[Ref, Ref]],
    used: Mapping[Ref, Collection[str]],
    catalog: Catalog,
) -> frozenset[str]:
    """Names of columns that say whose a row is, though no claim holds their value: by membership.

    They reference what a table of members joins with users, and a policy looks at them.
    """
    keys = [
        (child, parent) for child, parent in keys if child in catalog.objects and found.get(child) is None
    ]
    people: dict[Ref, set[str]] = {}
    for ref, claim in found.items():
        if claim == SUB:
            people.setdefault(Ref("table", ref.schema, ref.name), set()).add(ref.part)
    joined = {
        parent
        for child, parent in keys
        if parent in catalog.objects
        and (table := Ref("table", child.schema, child.name)) in people
        and any(child.part in unique and people[table] & set(unique) for unique in uniques(catalog, table))
    }
    return frozenset(
        child.part
        for child, parent in keys
        if parent in joined and child.part in used.get(Ref("table", child.schema, child.name), ())
    )


def _owned(
    whole: Catalog,
    catalog: Catalog,
    bound: Mapping[Ref, Claim],
    keys: list[tuple[Ref, Ref]],
    used: Mapping[Ref, Collection[str]],
    strong: frozenset[str],
    seen: frozenset[Claim],
) -> Tenancy:
    owned: dict[Ref, tuple[str, ...]] = {USERS: ("id",)}
    members: set[Ref] = set()
    tables = [ref for ref in whole.objects if ref.kind == "table"]
    mine = [ref for ref in tables if ref in catalog.objects]
    referenced = {Ref("table", parent.schema, parent.name) for child, parent in keys if child.part in strong}
    linked = {child for child, _ in keys}
    for table in mine:
        columns = whole.column_order.get(table, ())
        of = {name: bound.get(Ref("column", table.schema, table.name, name)) for name in columns}
        here = [
            name
            for name in columns
            if (of[name] is not None and of[name] != SUB)
            or (name in strong and Ref("column", table.schema, table.name, name) in linked)
        ]
        people = [name for name in columns if of[name] == SUB]
        if here:
            asked = [name for name in here if name in used.get(table, ())]
            owned[table] = tuple(asked or here)
            pair = set(here) & set(owned[table])
            if people and any(
                set(unique) & pair and set(unique) & set(people) for unique in uniques(whole, table)
            ):
                members.add(table)
        elif table in referenced:
            owned[table] = ()
        elif people:
            asked = [name for name in people if name in used.get(table, ())]
            required = [name for name in people if _required(whole, table, name)]
            if asked or required:
                owned[table] = tuple(asked or required)
    changed = True
    while changed:
        changed = False
        for child, parent in keys:
            table, target = Ref("table", child.schema, child.name), Ref("table", parent.schema, parent.name)
            if table in owned or target not in owned or table not in catalog.objects or target == USERS:
                continue
            if _required(whole, table, child.part) or child.part in used.get(table, ()):
                owned[table] = (child.part,)
                changed = True
    return Tenancy(bound=dict(bound), owned=owned, members=frozenset(members), compared=seen)


def _required(catalog: Catalog, table: Ref, name: str) -> bool:
    value = catalog.objects.get(Ref("column", table.schema, table.name, name))
    return isinstance(value, Column) and value.not_null is not None


def uniques(catalog: Catalog, table: Ref) -> Iterator[tuple[str, ...]]:
    """The columns of each primary key, unique constraint and unique index, the primary key first."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for ref, value in catalog.objects.items():
        if isinstance(value, Constraint) and (ref.schema, ref.name) == (table.schema, table.name):
            if value.type in ("primary key", "unique"):
                found.append((value.type != "primary key", value.columns))
        elif isinstance(value, Index) and value.unique and value.table == table:
            found.append((2, value.columns))
    yield from (columns for _, columns in sorted(found))


def claim_document(values: Mapping[Claim, str]) -> dict[str, Any]:
    """Claims by path as the JWT's document; settings are left out."""
    document: dict[str, Any] = {}
    for path, value in sorted(values.items()):
        if path[0] == SETTING:
            continue
        at = document
        for word in path[:-1]:
            inner = at.setdefault(word, {})
            if not isinstance(inner, dict):
                inner = at[word] = {}
            at = inner
        at.setdefault(path[-1], value)
    return document
