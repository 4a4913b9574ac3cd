"""A catalog cut down to a part of it, by literals: no server is asked."""

from __future__ import annotations

from typing import Any

from ormony import narrow
from ormony.catalog import (
    Catalog,
    Column,
    Constraint,
    DefaultPrivileges,
    Enum,
    Extension,
    Grant,
    Identity,
    Index,
    Object,
    Policy,
    Ref,
    Routine,
    Schema,
    Sequence,
    SequenceOptions,
    Statistics,
    Table,
    Trigger,
    View,
)

INTEGER = Column(type="integer")
ENUM = Ref("enum", "public", "mood")
F = Ref("function", "public", "touch")
PUBLIC = Ref("schema", "", "public")


def table(name: str, schema: str = "public") -> Ref:
    return Ref("table", schema, name)


def column(of: str, name: str, schema: str = "public") -> Ref:
    return Ref("column", schema, of, name)


def constraint(of: str, name: str, schema: str = "public") -> Ref:
    return Ref("constraint", schema, of, name)


def index(name: str, schema: str = "public") -> Ref:
    return Ref("index", schema, name)


def catalog(objects: dict[Ref, Object], **fields: Any) -> Catalog:
    return Catalog(version=180000, role="postgres", objects=objects, **fields)


def an_index(of: Ref, *, unique: bool = False) -> Index:
    return Index(table=of, definition="CREATE INDEX", method="btree", columns=("id",), unique=unique)


def a_key(to: Ref) -> Constraint:
    return Constraint(
        type="foreign key",
        definition=f"FOREIGN KEY (id) REFERENCES {to}(id)",
        columns=("id",),
        references=to,
        referenced_columns=("id",),
    )


def a_routine(name: str) -> Routine:
    return Routine(definition=f"CREATE OR REPLACE FUNCTION public.{name}()", language="sql")


# ------------------------------------------------------------------------------------------------ the surface

USERS = table("users", "auth")
SURFACE = catalog(
    {
        PUBLIC: Schema(),
        Ref("schema", "", "auth"): Schema(),
        Ref("schema", "", "extensions"): Schema(),
        Ref("extension", "", "pgcrypto"): Extension(schema="extensions", version="1.3"),
        Ref("event trigger", "", "pgrst_ddl_watch"): Schema(),
        USERS: Table(),
        column("users", "id", "auth"): INTEGER,
        Ref("policy", "auth", "users", "theirs"): Policy(command="all"),
        Ref("function", "auth", "uid"): a_routine("uid"),
    }
)


def own(extra: dict[Ref, Object], ledgers: narrow.Relations = (), **fields: Any) -> set[Ref]:
    """What is the project's own in a database with the surface and these objects."""
    whole = catalog({**SURFACE.objects, **extra}, **fields)
    return set(narrow.without_surface(whole, SURFACE, ledgers).objects)


def test_the_surface_alone_leaves_nothing() -> None:
    assert own({}) == set()


def test_what_a_project_adds_to_the_surface_stays() -> None:
    users = ("auth", "users")
    mine: dict[Ref, Object] = {
        table("t"): Table(),
        Ref("schema", "", "app"): Schema(),
        Ref("policy", *users, "mine"): Policy(command="select"),
        Ref("trigger", *users, "mine"): Trigger(definition="CREATE TRIGGER mine", function=F),
        Ref("constraint", *users, "to_t"): a_key(table("t")),
    }
    theirs: dict[Ref, Object] = {
        column("users", "added", "auth"): INTEGER,  # an upgrade of Supabase adds such
        table("sessions", "auth"): Table(),
        Ref("constraint", *users, "checked"): Constraint(type="check", definition="CHECK (true)"),
        index("by_id", "auth"): an_index(USERS),
        Ref("function", "auth", "jwt"): a_routine("jwt"),
        Ref("schema", "", "realtime"): Schema(),
        table("messages", "realtime"): Table(),
    }
    assert own({**mine, **theirs}) == set(mine)


def test_versions_and_settings_of_extensions_are_not_the_projects() -> None:
    ref = Ref("extension", "", "citext")
    whole = catalog(
        {**SURFACE.objects, ref: Extension(schema="public", version="1.6", configuration=("a where b",))}
    )
    assert narrow.without_surface(whole, SURFACE).objects == {ref: Extension(schema="public", version="")}


LEDGER = table("alembic_version")
DRIZZLE = table("__drizzle_migrations", "drizzle")
LEDGERS = {("public", "alembic_version"), ("drizzle", "__drizzle_migrations")}
LEDGER_PARTS: dict[Ref, Object] = {
    LEDGER: Table(),
    column("alembic_version", "version_num"): Column(type="character varying(32)"),
    constraint("alembic_version", "alembic_version_pkc"): Constraint(
        type="primary key", definition="PRIMARY KEY (version_num)"
    ),
    Ref("schema", "", "drizzle"): Schema(),
    DRIZZLE: Table(),
    column("__drizzle_migrations", "id", "drizzle"): INTEGER,
    Ref("sequence", "drizzle", "__drizzle_migrations_id_seq"): Sequence(
        options=SequenceOptions(), owned_by=column("__drizzle_migrations", "id", "drizzle")
    ),
    index("of_a_ledger", "drizzle"): an_index(DRIZZLE),
}


def test_ledgers_go_with_all_that_is_theirs() -> None:
    assert own(LEDGER_PARTS) == set(LEDGER_PARTS)
    assert own({**LEDGER_PARTS, table("t"): Table()}, LEDGERS) == {table("t")}
    numbers = Ref("statistics", "public", "of_a_ledger")
    assert own({**LEDGER_PARTS, numbers: Statistics(table=LEDGER, definition="")}, LEDGERS) == set()


def test_the_schema_of_a_ledger_stays_where_it_holds_something_else() -> None:
    schema, here = Ref("schema", "", "drizzle"), table("t", "drizzle")
    assert own({**LEDGER_PARTS, here: Table()}, LEDGERS) == {schema, here}


def test_what_stands_beside_objects_goes_with_them() -> None:
    mine = table("t")
    beside = {mine: "x", USERS: "x", LEDGER: "x"}
    found = narrow.without_surface(
        catalog(
            {**SURFACE.objects, **LEDGER_PARTS, mine: Table()},
            comments=beside,
            owners=beside,
            grants=dict.fromkeys(beside, ()),
            labels=dict.fromkeys(beside, ()),
            column_order=dict.fromkeys(beside, ()),
            depends={mine: (USERS, LEDGER, F), USERS: (F,)},
        ),
        SURFACE,
        LEDGERS,
    )
    for field in ("comments", "owners", "grants", "labels", "column_order"):
        assert set(getattr(found, field)) == {mine}, field
    assert found.depends == {mine: (F,)}


# ------------------------------------------------------------------------------------------------ one service

SHOP: dict[Ref, Object] = {
    PUBLIC: Schema(),
    ENUM: Enum(labels=("sad",)),
    F: a_routine("touch"),
    table("orders"): Table(),
    column("orders", "id"): INTEGER,
    column("orders", "mood"): Column(type="public.mood"),
    Ref("sequence", "public", "orders_id_seq"): Sequence(
        options=SequenceOptions(), owned_by=column("orders", "id")
    ),
    constraint("orders", "orders_pkey"): Constraint(type="primary key", definition="PRIMARY KEY (id)"),
    constraint("orders", "orders_to_people"): a_key(table("people")),
    index("orders_unique"): an_index(table("orders"), unique=True),
    index("orders_plain"): an_index(table("orders")),
    Ref("statistics", "public", "orders_stats"): Statistics(
        table=table("orders"), definition="CREATE STATISTICS"
    ),
    Ref("policy", "public", "orders", "own"): Policy(command="all"),
    Ref("trigger", "public", "orders", "touched"): Trigger(definition="CREATE TRIGGER", function=F),
    table("people"): Table(),
    column("people", "id"): INTEGER,
    constraint("people", "people_pkey"): Constraint(type="primary key", definition="PRIMARY KEY (id)"),
    index("people_plain"): an_index(table("people")),
    Ref("sequence", "public", "apart"): Sequence(options=SequenceOptions()),
    Ref("view", "public", "report"): View(definition="SELECT", columns=(("id", "integer"),)),
}
SHOP_NEEDS = {
    column("orders", "mood"): (ENUM,),
    Ref("default", "public", "orders", "id"): (Ref("sequence", "public", "orders_id_seq"),),
    Ref("default", "public", "people", "id"): (Ref("sequence", "public", "apart"),),
    constraint("orders", "orders_to_people"): (column("people", "id"), constraint("people", "people_pkey")),
    Ref("trigger", "public", "orders", "touched"): (F,),
    Ref("view", "public", "report"): (table("orders"), column("orders", "id")),
}
WHOLE = catalog(SHOP, depends=SHOP_NEEDS)


def of(name: str) -> set[Ref]:
    """The table of this name, all its parts, indexes, statistics and sequences."""
    return {ref for ref in SHOP if ref.name == name or ref.name.startswith(f"{name}_")}


def test_restricted_to_some_relations() -> None:
    assert set(narrow.restricted(WHOLE, {("public", "orders")}).objects) == of("orders")
    assert set(narrow.restricted(WHOLE, {("public", "people"), ("public", "mood")}).objects) == {
        *of("people"),
        ENUM,
    }
    assert narrow.restricted(WHOLE, ()).objects == {}
    assert narrow.restricted(WHOLE, {("other", "orders")}).objects == {}


def test_restricted_keeps_no_need_of_what_is_left_out() -> None:
    found = narrow.restricted(WHOLE, {("public", "report"), ("public", "people")})
    assert found.depends == {
        Ref("default", "public", "people", "id"): (),
        Ref("view", "public", "report"): (),
    }


def test_the_sequence_of_a_serial_goes_with_its_table_whatever_its_name() -> None:
    ref = Ref("sequence", "elsewhere", "counter")
    found = catalog({ref: Sequence(options=SequenceOptions(), owned_by=column("orders", "id"))})
    assert set(narrow.restricted(found, {("public", "orders")}).objects) == {ref}
    assert narrow.restricted(found, {("elsewhere", "counter")}).objects == {}


def test_needed_by_a_table() -> None:
    """No foreign keys, no behavior, and no index that only makes it fast."""
    left_out = {
        index("orders_unique"),
        constraint("orders", "orders_to_people"),
        index("orders_plain"),
        Ref("policy", "public", "orders", "own"),
        Ref("trigger", "public", "orders", "touched"),
        Ref("statistics", "public", "orders_stats"),
    }
    found = set(narrow.needed_by(WHOLE, [("public", "orders")]).objects)
    assert found - {index("orders_unique")} == (of("orders") - left_out) | {PUBLIC, ENUM}


def test_needed_by_a_table_are_its_unique_indexes() -> None:
    """A foreign key may point to one."""
    assert index("orders_unique") in narrow.needed_by(WHOLE, [("public", "orders")]).objects


def test_needed_by_a_view_are_its_tables() -> None:
    found = set(narrow.needed_by(WHOLE, [("public", "report")]).objects)
    table_alone = set(narrow.needed_by(WHOLE, [("public", "orders")]).objects)
    assert found == table_alone | {Ref("view", "public", "report")}


def test_needed_by_a_default() -> None:
    found = set(narrow.needed_by(WHOLE, [("public", "people")]).objects)
    assert Ref("sequence", "public", "apart") in found
    assert table("orders") not in found


def test_needed_by_nothing() -> None:
    assert narrow.needed_by(WHOLE, ()).objects == {}
    assert narrow.needed_by(WHOLE, [("public", "absent")]).objects == {}


def test_needed_by_rings() -> None:
    one, other = Ref("view", "public", "one"), Ref("view", "public", "other")
    views: dict[Ref, Object] = {each: View(definition="SELECT", columns=()) for each in (one, other)}
    ring = catalog(views, depends={one: (other,), other: (one,)})
    assert set(narrow.needed_by(ring, [("public", "one")]).objects) == {one, other}


# ----------------------------------------------------------------------------------------------- another role


def test_as_another_role() -> None:
    t, u = table("t"), table("u")
    found = narrow.as_role(
        catalog(
            {t: Table(), u: Table()},
            owners={t: "postgres", u: "ann"},
            grants={
                t: (
                    Grant("", "SELECT", False, "postgres"),
                    Grant("ann", "SELECT", True, "postgres"),
                    Grant("postgres", "SELECT", False, "postgres"),
                ),
                u: (),
            },
        ),
        "bob",
    )
    assert found.role == "bob"
    assert found.owners == {t: "bob", u: "ann"}
    assert found.grants == {
        t: (
            Grant("", "SELECT", False, "bob"),
            Grant("ann", "SELECT", True, "bob"),
            Grant("bob", "SELECT", False, "bob"),
        ),
        u: (),
    }
    assert found.objects == {t: Table(), u: Table()}


def test_default_privileges_are_those_of_the_other_role() -> None:
    mine, theirs = (Ref("default privileges", "public", role, "r") for role in ("postgres", "ann"))
    whole = catalog(
        {
            mine: DefaultPrivileges(grants=(Grant("postgres", "SELECT", False, "postgres"),)),
            theirs: DefaultPrivileges(grants=(Grant("anon", "SELECT", False, "ann"),)),
        }
    )
    assert narrow.as_role(whole, "bob").objects == {
        mine._replace(name="bob"): DefaultPrivileges(grants=(Grant("bob", "SELECT", False, "bob"),)),
        theirs: whole.objects[theirs],
    }
    assert narrow.as_role(whole, "ann").objects == {
        theirs: DefaultPrivileges(
            grants=(Grant("ann", "SELECT", False, "ann"), Grant("anon", "SELECT", False, "ann"))
        )
    }


def test_what_an_extension_gave_is_given_by_the_other_role() -> None:
    f = Ref("function", "public", "f")
    whole = catalog({}, initial={f: (Grant("postgres", "EXECUTE", False, "postgres"),)})
    assert narrow.as_role(whole, "bob").initial == {f: (Grant("bob", "EXECUTE", False, "bob"),)}


def test_privileges_stay_sorted_and_single() -> None:
    t = table("t")
    given = (Grant("a", "SELECT", False, "postgres"), Grant("postgres", "SELECT", False, "postgres"))
    found = narrow.as_role(catalog({t: Table()}, grants={t: given}), "_first")
    assert found.grants[t] == (
        Grant("_first", "SELECT", False, "_first"),
        Grant("a", "SELECT", False, "_first"),
    )
    twice = (Grant("bob", "SELECT", False, "postgres"), Grant("postgres", "SELECT", False, "postgres"))
    found = narrow.as_role(catalog({t: Table()}, grants={t: twice}), "bob")
    assert found.grants[t] == (Grant("bob", "SELECT", False, "bob"),)


def test_the_same_role_changes_nothing() -> None:
    found = catalog({table("t"): Table()}, owners={table("t"): "postgres"})
    assert narrow.as_role(found, "postgres") is found


def test_privileges_of_an_identity_are_its_tables() -> None:
    """Its sequence is no object, but they stand under its name."""
    sequence = Ref("sequence", "public", "orders_id_seq")
    identity = Identity(always=True, sequence=sequence, options=SequenceOptions())
    whole = catalog(
        {table("orders"): Table(), column("orders", "id"): Column(type="integer", identity=identity)},
        grants={sequence: (Grant("anon", "USAGE", False, "postgres"),)},
    )
    assert set(narrow.without_surface(whole, SURFACE).grants) == {sequence}
    assert set(narrow.restricted(whole, {("public", "orders")}).grants) == {sequence}


def test_what_the_project_does_to_public_and_to_default_privileges_stays() -> None:
    given = DefaultPrivileges(grants=(Grant("anon", "SELECT", False, "postgres"),))
    taken = DefaultPrivileges(grants=())
    ref = Ref("default privileges", "public", "postgres", "r")
    surface = Catalog(version=180000, role="postgres", objects={ref: given, PUBLIC: Schema()})
    changed = Catalog(
        version=180000,
        role="postgres",
        objects={ref: taken, PUBLIC: Schema()},
        grants={PUBLIC: (Grant("", "USAGE", False, "postgres"),)},
    )
    bare, own = narrow.without_surface(surface, surface), narrow.without_surface(changed, surface)
    assert own.grants == changed.grants
    assert ref not in own.objects
    assert narrow.with_changed_defaults(own, changed, surface).objects[ref] == taken
    assert narrow.with_changed_defaults(bare, surface, changed).objects[ref] == given
    assert narrow.with_changed_defaults(bare, surface, surface) == bare
