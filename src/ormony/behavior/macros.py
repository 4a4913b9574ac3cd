"""Macros of `[behavior]` in ormony.toml, as the ordinary SQL that they stand for.

Each takes the tables as a catalog has them, without what behavior adds, so that a new table gets its part at
the next sync. What a migration or a behavior file defines already is left to it. This module runs no SQL and
reads no file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from ormony import sql
from ormony.behavior.order import Piece
from ormony.catalog import Catalog, Column, Constraint, Index, Ref, Routine, Table, Trigger
from ormony.errors import OrmonyError
from ormony.files import File
from ormony.narrow import SURFACE_SCHEMAS
from ormony.sql import Name

COMMANDS: Final = ("select", "insert", "update", "delete")
_AUDITED: Final = ("table_name", "record_id", "action", "old_data", "new_data", "changed_by")
_LIKE_FUNCTIONS: Final = ("current_", "session_", "system_")
_LONGEST_NAME: Final = 63  # bytes of an identifier


class UpdatedAt(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"excepted": "except"}
):
    """`[behavior.updated_at]`: every table with the column gets a trigger that sets it."""

    column: str = "updated_at"
    schemas: tuple[str, ...] = ("public",)
    function: str | None = None  # None: public.handle_ and the column
    excepted: Mapping[str, str] = {}


class Audit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[behavior.audit]`: changes of these tables are written to a log, without the redacted columns."""

    tables: tuple[str, ...]
    redact: tuple[str, ...] = ()  # `column` of every table, or `table.column`
    log: str = "public.audit_log"
    function: str = "public.audit_changes"


class Tenancy(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"excepted": "except"}
):
    """`[behavior.tenancy]`: rows are seen and written by those whose JWT has their tenant's claim."""

    column: str = "org_id"
    claim: str = "org_id"  # dots lead into objects: app_metadata.org_id
    roles: tuple[str, ...] = ("authenticated",)
    schemas: tuple[str, ...] = ("public",)
    columns: Mapping[str, str] = {}  # tables that call it otherwise
    read_only: tuple[str, ...] = ()  # tables that these roles only read
    force: bool = False
    index: bool = True
    excepted: Mapping[str, str] = {}


class Owner(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"excepted": "except"}
):
    """`[behavior.owner]`: rows are seen and written by the user whom a column names."""

    column: str = "user_id"
    tables: tuple[str, ...] = ()  # (): all with the column and without that of a tenant
    roles: tuple[str, ...] = ("authenticated",)
    schemas: tuple[str, ...] = ("public",)
    force: bool = False
    index: bool = True
    excepted: Mapping[str, str] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[behavior]` of ormony.toml; `database` is the one it is about, where the project has several."""

    database: str | None = None
    updated_at: UpdatedAt | None = None
    audit: Audit | None = None
    tenancy: Tenancy | None = None
    owner: Owner | None = None
    grants: Mapping[str, Mapping[str, tuple[str, ...]]] = {}  # role -> table or schema.* -> privileges

    @property
    def any(self) -> bool:
        """Whether there is a macro at all."""
        return bool(self.updated_at or self.audit or self.tenancy or self.owner or self.grants)


class Unprotected(msgspec.Struct, frozen=True):
    """A table that tenancy leaves out, and nobody has said why."""

    schema: str
    table: str
    column: str


def expand(
    catalog: Catalog,
    settings: Settings,
    *,
    defined: Mapping[Name, Piece] = {},
    views: Mapping[Ref, bool] = {},
) -> tuple[File, ...]:
    """The SQL of each macro as a file whose path names it.

    `catalog` is without Supabase's surface, ledgers, and what behavior made before; `defined` are names that
    behavior files create, each with its statement, `views` the views among them, each with whether the files
    say who may use it.
    Raises `invalid-behavior` for tables and columns that are not there, `audit-log-missing` with the SQL that
    makes the log, `audit-cannot-redact`.
    """
    made = [
        ("updated_at", _updated_at(catalog, settings.updated_at, defined) if settings.updated_at else ()),
        ("audit", _audit(catalog, settings, settings.audit, defined) if settings.audit else ()),
        ("tenancy", _tenancy(catalog, settings.tenancy, defined) if settings.tenancy else ()),
        ("owner", _owner(catalog, settings, settings.owner, defined) if settings.owner else ()),
        ("grants", _grants(catalog, settings.grants, views)),
    ]
    found = []
    for name, statements in made:
        text = "".join(f"{each};\n" for each in statements)
        if text:
            found.append(File(f"[behavior.{name}]", text))
    return tuple(found)


def unprotected(catalog: Catalog, settings: Settings) -> tuple[Unprotected, ...]:
    """The tables in the schemas of tenancy that have neither its column, nor an owner, nor a reason."""
    tenancy = settings.tenancy
    if tenancy is None:
        return ()
    owned = {ref for ref, _ in _owned(catalog, settings, settings.owner)} if settings.owner else set()
    return tuple(
        Unprotected(ref.schema, ref.name, _column_for(ref, tenancy))
        for ref in _tables(catalog, tenancy.schemas, tenancy.excepted)
        if ref not in owned and not _has(catalog, ref, _column_for(ref, tenancy))
    )


# ------------------------------------------------------------------------------------------------ each macro


def _updated_at(catalog: Catalog, macro: UpdatedAt, defined: Mapping[Name, Piece]) -> Iterator[str]:
    schema, name = _split(macro.function or f"public.handle_{macro.column}")
    tables = [
        ref for ref in _tables(catalog, macro.schemas, macro.excepted) if _has(catalog, ref, macro.column)
    ]
    if not tables:
        return
    if not _known(catalog, "function", schema, name, defined):
        yield (
            f"CREATE FUNCTION {_q(schema, name)}() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path = ''\n"
            f"AS $$\nBEGIN\n    NEW.{_plain(macro.column)} := now();\n    RETURN NEW;\nEND;\n$$"
        )
        yield _no_caller(schema, name)
    for ref in tables:
        trigger = _name(ref.name, macro.column)
        if _calls(catalog, ref, schema, name, defined) or _has_part(
            catalog, "trigger", ref, trigger, defined
        ):
            continue
        yield (
            f"CREATE TRIGGER {_i(trigger)} BEFORE UPDATE ON {_of(ref)}\n"
            f"FOR EACH ROW EXECUTE FUNCTION {_q(schema, name)}()"
        )


def _audit(
    catalog: Catalog, settings: Settings, macro: Audit, defined: Mapping[Name, Piece]
) -> Iterator[str]:
    log = Ref("table", *_split(macro.log))
    schema, name = _split(macro.function)
    tables = [_table(catalog, each, "audit") for each in macro.tables]
    redacted = {
        ref: sorted(
            {each.rpartition(".")[2] for each in macro.redact if _speaks_of(each, ref)}
            & {each.part for each in catalog.objects if each.kind == "column" and each[1:3] == ref[1:3]}
        )
        for ref in tables
    }
    for each in macro.redact:
        column = each.rpartition(".")[2]
        if not any(column in redacted[ref] for ref in tables if _speaks_of(each, ref)):
            raise _invalid("audit", each, f'[behavior.audit] redacts "{each}", which no table of it has')
    own = not _known(catalog, "function", schema, name, defined)
    missing = [each for each in _AUDITED if not _has(catalog, log, each)]
    if own and missing:
        what = "has no column " + missing[0] if log in catalog.objects else "is not there"
        raise OrmonyError(
            "audit-log-missing",
            f'[behavior.audit] writes to "{macro.log}", which {what}',
            place="ormony.toml",
            hint="add it to a migration:\n" + _log_table(log, settings.tenancy),
        )
    if own:
        yield _audit_function(catalog, settings, log, schema, name)
        yield _no_caller(schema, name)
    elif any(redacted.values()):
        _refuse_blind(catalog, schema, name, defined)
    for ref in tables:
        _refuse_untold(catalog, ref, redacted[ref], (schema, name), defined)
        trigger = _name(ref.name, "audit")
        if _calls(catalog, ref, schema, name, defined) or _has_part(
            catalog, "trigger", ref, trigger, defined
        ):
            continue
        arguments = ", ".join(sql.quote_literal(each) for each in redacted[ref])
        yield (
            f"CREATE TRIGGER {_i(trigger)} AFTER INSERT OR UPDATE OR DELETE ON {_of(ref)}\n"
            f"FOR EACH ROW EXECUTE FUNCTION {_q(schema, name)}({arguments})"
        )


def _audit_function(catalog: Catalog, settings: Settings, log: Ref, schema: str, name: str) -> str:
    """Its arguments are the columns that it leaves out."""
    tenant = settings.tenancy.column if settings.tenancy else "org_id"
    column = catalog.objects.get(Ref("column", log.schema, log.name, tenant))
    extra, value = "", ""
    if isinstance(column, Column):
        extra = f"{_plain(tenant)}, "
        value = f"(coalesce(after, before) ->> {sql.quote_literal(tenant)})::{column.type}, "
    return f"""CREATE FUNCTION {_q(schema, name)}() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    redacted text[] := coalesce(TG_ARGV::text[], '{{}}');
BEGIN
    INSERT INTO {_plain(log.schema)}.{_plain(log.name)} ({extra}table_name, record_id, action,
        old_data, new_data, changed_by)
    VALUES ({value}TG_TABLE_NAME, coalesce(after, before) ->> 'id', TG_OP,
        before - redacted, after - redacted, auth.uid());
    RETURN NULL;
END;
$$"""


def _log_table(log: Ref, tenancy: Tenancy | None) -> str:
    tenant = f"    {_i(tenancy.column)} uuid,\n" if tenancy else ""
    return (
        f"CREATE TABLE {_of(log)} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n{tenant}"
        "    table_name text NOT NULL,\n    record_id text,\n    action text NOT NULL,\n"
        "    old_data jsonb,\n    new_data jsonb,\n    changed_by uuid,\n"
        "    changed_at timestamptz NOT NULL DEFAULT now()\n);\n"
        f"ALTER TABLE {_of(log)} ENABLE ROW LEVEL SECURITY;"
    )


def _refuse_blind(catalog: Catalog, schema: str, name: str, defined: Collection[Name]) -> None:
    """A function of the project's own must look at its arguments, or nothing is redacted."""
    for ref, value in catalog.objects.items():
        if isinstance(value, Routine) and (ref.schema, ref.name) == (schema, name):
            if "tg_argv" in value.body.lower():
                return
            raise OrmonyError(
                "audit-cannot-redact",
                f'"{schema}.{name}" does not look at TG_ARGV: what is to be redacted would be logged',
                place="ormony.toml",
                hint="subtract them from what it writes: to_jsonb(NEW) - coalesce(TG_ARGV::text[], '{}')",
            )


def _refuse_untold(
    catalog: Catalog,
    table: Ref,
    redacted: Sequence[str],
    function: tuple[str, str],
    defined: Mapping[Name, Piece],
) -> None:
    """A trigger that is there already must name the redacted columns to the function: it is left as it is."""
    made = [
        (ref.part, value.definition, "ormony.toml", "in a migration")
        for ref, value in sorted(catalog.objects.items())
        if isinstance(value, Trigger)
        and ref[1:3] == table[1:3]
        and value.function[1:3] == function
        and value.enabled != "disabled"
        and value.parent is None
    ]
    made += [
        (name.name, piece.facts.statement.sql, piece.place, "here")
        for name, piece in _calling(defined, table, *function)
    ]
    for trigger, definition, place, where in made:
        missing = [each for each in redacted if each not in sql.trigger_arguments(definition)]
        if missing:
            arguments = ", ".join(map(sql.quote_literal, redacted))
            raise OrmonyError(
                "audit-cannot-redact",
                f'trigger "{trigger}" on "{table.schema}.{table.name}" does not name "{missing[0]}" to'
                f" {'.'.join(function)}(): it would be logged",
                place=place,
                hint=f"{where}, let it EXECUTE FUNCTION {_q(*function)}({arguments}), or drop it:"
                " [behavior.audit] makes one",
            )


def _tenancy(catalog: Catalog, macro: Tenancy, defined: Collection[Name]) -> Iterator[str]:
    for each in (*macro.columns, *macro.read_only):
        _table(catalog, each, "tenancy")
    read_only = {_split(each) for each in macro.read_only}
    for ref in _tables(catalog, macro.schemas, macro.excepted):
        column = catalog.objects.get(Ref("column", ref.schema, ref.name, _column_for(ref, macro)))
        if not isinstance(column, Column):
            continue
        *path, last = macro.claim.split(".")
        claim = "auth.jwt()" + "".join(f" -> {sql.quote_literal(each)}" for each in path)
        claim = f"({claim} ->> {sql.quote_literal(last)})"
        # As a sub-select that mentions no column it is an InitPlan: computed once, and good for an index.
        test = f"({_i(_column_for(ref, macro))}) = (SELECT {claim}::{column.type})"
        only = COMMANDS[:1] if (ref.schema, ref.name) in read_only else COMMANDS
        yield from _protected(catalog, ref, "tenant", test, macro.roles, only, macro.force, defined)
        if macro.index:
            yield from _index(catalog, ref, _column_for(ref, macro), defined)


def _owner(catalog: Catalog, settings: Settings, macro: Owner, defined: Collection[Name]) -> Iterator[str]:
    for ref, type_ in _owned(catalog, settings, macro):
        cast = "" if type_ == "uuid" else f"::{type_}"
        test = f"({_i(macro.column)}) = (SELECT auth.uid(){cast})"
        yield from _protected(catalog, ref, "owner", test, macro.roles, COMMANDS, macro.force, defined)
        if macro.index:
            yield from _index(catalog, ref, macro.column, defined)


def _owned(catalog: Catalog, settings: Settings, macro: Owner) -> list[tuple[Ref, str]]:
    """The tables of `[behavior.owner]`, and the type of the column that names a row's owner."""
    if macro.tables:
        tables = [_table(catalog, each, "owner") for each in macro.tables]
    else:
        tenancy = settings.tenancy
        tables = [
            ref
            for ref in _tables(catalog, macro.schemas, macro.excepted)
            if tenancy is None or not _has(catalog, ref, _column_for(ref, tenancy))
        ]
    found = []
    for ref in tables:
        column = catalog.objects.get(Ref("column", ref.schema, ref.name, macro.column))
        if isinstance(column, Column):
            found.append((ref, column.type))
        elif macro.tables:
            raise _invalid("owner", ref.name, f'[behavior.owner] names "{ref}", which has no {macro.column}')
    return found


def _grants(
    catalog: Catalog, grants: Mapping[str, Mapping[str, Sequence[str]]], views: Mapping[Ref, bool]
) -> Iterator[str]:
    """A role has on a table or view what is said, and nothing else."""
    relations = [
        ref
        for ref in sorted({*catalog.objects, *views})
        if ref.kind in ("table", "foreign table", "view", "materialized view")
        and ref.schema not in SURFACE_SCHEMAS
    ]
    for role, said in grants.items():
        chosen: dict[Ref, Sequence[str]] = {}
        for pattern in sorted(
            said, key=lambda each: not each.endswith("*")
        ):  # a name says more than a schema
            schema, name = _split(pattern)
            matching = [ref for ref in relations if ref.schema == schema and name in ("*", ref.name)]
            if not matching and name != "*":
                raise _invalid("grants", pattern, f'[behavior.grants] names "{pattern}", which is not there')
            chosen |= dict.fromkeys(matching, said[pattern])
        for ref, privileges in chosen.items():
            if views.get(ref):
                continue  # left to the file
            yield f"REVOKE ALL ON {_of(ref)} FROM {_role(role)}"
            if privileges:
                words = ", ".join(each.upper() for each in privileges)
                yield f"GRANT {words} ON {_of(ref)} TO {_role(role)}"


# --------------------------------------------------------------------------------------------------- parts


def _protected(
    catalog: Catalog,
    ref: Ref,
    word: str,
    test: str,
    roles: Sequence[str],
    commands: Sequence[str],
    force: bool,
    defined: Collection[Name],
) -> Iterator[str]:
    yield f"ALTER TABLE {_of(ref)} ENABLE ROW LEVEL SECURITY"
    if force:
        yield f"ALTER TABLE {_of(ref)} FORCE ROW LEVEL SECURITY"
    whom = ", ".join(map(_role, roles))
    for command in commands:
        policy = _name(ref.name, f"{word}_{command}")
        if _has_part(catalog, "policy", ref, policy, defined):
            continue
        using = "" if command == "insert" else f"\nUSING ({test})"
        check = f"\nWITH CHECK ({test})" if command in ("insert", "update") else ""
        yield f"CREATE POLICY {_i(policy)} ON {_of(ref)} FOR {command.upper()} TO {whom}{using}{check}"


def _index(catalog: Catalog, ref: Ref, column: str, defined: Collection[Name]) -> Iterator[str]:
    """An index on the column, where none leads with it; a partition gets its parent's."""
    table = catalog.objects[ref]
    if isinstance(table, Table) and table.partition is not None:
        return
    for other, value in catalog.objects.items():
        leads = (
            isinstance(value, Index)
            and value.table == ref
            and value.columns[:1] == (column,)
            and value.predicate is None
            and value.valid
        ) or (
            isinstance(value, Constraint)
            and other[1:3] == ref[1:3]
            and value.type in ("primary key", "unique")
            and value.columns[:1] == (column,)
        )
        if leads:
            return
    name = _name(ref.name, f"{column}_idx")
    if (
        Name("relation", ref.schema, name) not in defined
        and Ref("index", ref.schema, name) not in catalog.objects
    ):
        yield f"CREATE INDEX {_i(name)} ON {_of(ref)} ({_i(column)})"


def _no_caller(schema: str, name: str) -> str:
    return f"REVOKE ALL ON FUNCTION {_q(schema, name)}() FROM PUBLIC, anon, authenticated"


def _tables(catalog: Catalog, schemas: Sequence[str], excepted: Mapping[str, str]) -> list[Ref]:
    out = {_split(each) for each in excepted}
    return [
        ref
        for ref in sorted(catalog.objects)
        if ref.kind == "table" and ref.schema in schemas and (ref.schema, ref.name) not in out
    ]


def _table(catalog: Catalog, text: str, macro: str) -> Ref:
    ref = Ref("table", *_split(text))
    if ref not in catalog.objects:
        raise _invalid(macro, text, f'[behavior.{macro}] names "{text}", which is no table of the stream')
    return ref


def _invalid(macro: str, text: str, message: str) -> OrmonyError:
    return OrmonyError(
        "invalid-behavior",
        message,
        place="ormony.toml",
        hint=f"correct [behavior.{macro}], or merge the migration that makes it: ormony sync",
    )


def _column_for(ref: Ref, macro: Tenancy) -> str:
    for table, column in macro.columns.items():
        if _split(table) == (ref.schema, ref.name):
            return column
    return macro.column


def _speaks_of(redacted: str, ref: Ref) -> bool:
    table = redacted.rpartition(".")[0]
    return not table or _split(table) == (ref.schema, ref.name)


def _has(catalog: Catalog, table: Ref, column: str) -> bool:
    return Ref("column", table.schema, table.name, column) in catalog.objects


def _has_part(catalog: Catalog, kind: str, table: Ref, name: str, defined: Collection[Name]) -> bool:
    return (
        any(ref.kind == kind and ref[1:] == (table.schema, table.name, name) for ref in catalog.objects)
        or Name(kind, table.schema, name, table.name) in defined
    )


def _calls(catalog: Catalog, table: Ref, schema: str, name: str, defined: Mapping[Name, Piece]) -> bool:
    """Whether a trigger of the table calls the function already, under whatever name."""
    return bool(_calling(defined, table, schema, name)) or any(
        isinstance(value, Trigger) and ref[1:3] == table[1:3] and value.function[1:3] == (schema, name)
        for ref, value in catalog.objects.items()
    )


def _calling(
    defined: Mapping[Name, Piece], table: Ref, schema: str, function: str
) -> list[tuple[Name, Piece]]:
    """The triggers of behavior files on the table that call the function."""
    return [
        (name, piece)
        for name, piece in sorted(defined.items(), key=lambda each: each[0])
        if (name.kind, name.schema, name.of) == ("trigger", *table[1:3])
        and Name("function", schema, function) in piece.facts.uses
    ]


def _known(catalog: Catalog, kind: str, schema: str, name: str, defined: Collection[Name]) -> bool:
    return Name(kind, schema, name) in defined or any(
        ref.kind == kind and (ref.schema, ref.name) == (schema, name) for ref in catalog.objects
    )


def _split(text: str) -> tuple[str, str]:
    """`public.orders`, or `orders` for the same."""
    schema, _, name = text.rpartition(".")
    return schema or "public", name


def _name(table: str, word: str) -> str:
    """`orders_tenant_select`, cut to what an identifier may be, with a hash where it was cut."""
    name = f"{table}_{word}"
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    room = _LONGEST_NAME - len(f"_{digest}_{word}".encode())
    return f"{table.encode()[:room].decode(errors='ignore')}_{digest}_{word}"


def _i(name: str) -> str:
    return sql.quote_identifier(name)


def _plain(name: str) -> str:
    """Without quotes where none are needed, in SQL that people read."""
    plain = re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name) and not name.startswith(_LIKE_FUNCTIONS)
    return name if plain or name == "public" else _i(name)


def _q(schema: str, name: str) -> str:
    return f"{_i(schema)}.{_i(name)}"


def _of(ref: Ref) -> str:
    return _q(ref.schema, ref.name)


def _role(name: str) -> str:
    return "PUBLIC" if name.lower() == "public" else _i(name)
