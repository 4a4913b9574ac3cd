"""Drizzle tables in TypeScript: where they stand, and edits that tsc takes and drizzle-kit reads as meant.

The slow tests ask the real tsc, the real drizzle-kit 0.31 and 1.0, and a real server.
"""

# ruff: noqa: E501
# The texts read better with one column a line.

from __future__ import annotations

import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec
import pytest

import saas
from ormony import mirrors
from ormony import project as projects
from ormony.adapters import drizzle_models, drizzle_source
from ormony.catalog import Enum
from ormony.database import server
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from ormony.mirrors import Edit, Edited, Field, Key, Model, Place

KITS = {
    "0.31": saas.EXAMPLE / saas.NODE / "node_modules",
    "1.0": saas.EXAMPLE / "variants" / "drizzle-1" / "node_modules",
}


def found(
    root: Path, texts: dict[str, str], casing: str | None = None, search_path: tuple[str, ...] = ("public",)
) -> dict[str, dict[str, str]]:
    """`schema.table constant` of each model, and the place of each column."""
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text))
    models = drizzle_source.find(root, texts, casing=casing, search_path=search_path)
    assert len({(each.schema, each.table) for each in models}) == len(models)
    return {
        f"{each.schema}.{each.table} {each.name}": {key: str(place) for key, place in each.places.items()}
        for each in models
    }


# --- find


def test_columns_stand_where_their_property_begins(tmp_path: Path) -> None:
    text = """\
        import { pgTable, text, uuid } from "drizzle-orm/pg-core";

        export const users = pgTable("users", {
          id: uuid().primaryKey(),
          // a comment
          orgId: uuid("org_id")
            .notNull()
            .references(() => organizations.id),
          "full name": text(),
        }, (t) => [foreignKey({ columns: [t.orgId], foreignColumns: [organizations.id] })]).enableRLS();
        """
    assert found(tmp_path, {"a.ts": text}) == {
        "public.users users": {"": "a.ts:3", "id": "a.ts:4", "org_id": "a.ts:6", "full name": "a.ts:9"}
    }


def test_a_table_is_found_however_it_is_made(tmp_path: Path) -> None:
    text = """\
        import { pgTable as table, pgSchema, pgTableCreator, text } from "drizzle-orm/pg-core";
        import * as pg from "drizzle-orm/pg-core";
        const make = pgTableCreator((name) => `proj_${name}`);
        const other = pg.pgTableCreator(function (name: string) { return "x_" + name; });
        export const auth = pgSchema("auth");
        const NAME = "constant";
        export const a = table("renamed", { id: text() });
        export const b = pg.pgTable("whole", { id: pg.text() });
        export const c = auth.table("users", { id: text() });
        export const d = make("made", (t) => ({ id: t.text() }));
        export const e = other("made", ({ text }) => { return { id: text() }; });
        export const f = table(NAME, { id: text() });
        export const g = pg.pgTable.withRLS("guarded", { id: text() });
        export const h = pg.snakeCase.table("snakes", { rowId: text() });
        export const i = pgSchema("app").table("inline", { id: text() });
        export default table("unnamed", { id: text() });
        export const tables = { inside: table("inside", { id: text() }) };
        """
    assert {name: list(places) for name, places in found(tmp_path, {"a.ts": text}).items()} == {
        "public.renamed a": ["", "id"],
        "public.whole b": ["", "id"],
        "auth.users c": ["", "id"],
        "public.proj_made d": ["", "id"],
        "public.x_made e": ["", "id"],
        "public.constant f": ["", "id"],
        "public.guarded g": ["", "id"],
        "public.snakes h": ["", "row_id"],
        "app.inline i": ["", "id"],
        "public.unnamed default": ["", "id"],
        "public.inside inside": ["", "id"],
    }


def test_what_is_not_drizzles_for_postgresql_is_no_table(tmp_path: Path) -> None:
    text = """\
        import { pgTable, text } from "./mine";
        import { mysqlTable } from "drizzle-orm/mysql-core";
        export const a = pgTable("mine", { id: text() });
        export const b = mysqlTable("mysql", { id: text() });
        export const c = createTable("unknown", { id: text() });
        """
    assert (
        found(tmp_path, {"a.ts": text, "mine.ts": "export const pgTable = (a: string, b: object) => b;\n"})
        == {}
    )


@pytest.mark.parametrize(
    ("casing", "columns"),
    [
        (None, ["", "userId", "HTTPStatus", "line2Text", "kept_name"]),
        ("snake_case", ["", "user_id", "http_status", "line2_text", "kept_name"]),
        ("camelCase", ["", "userId", "httpStatus", "line2Text", "kept_name"]),
    ],
)
def test_keys_name_columns_as_casing_says(tmp_path: Path, casing: str | None, columns: list[str]) -> None:
    text = """\
        import { pgTable, text } from "drizzle-orm/pg-core";
        export const a = pgTable("a", {
          userId: text(), HTTPStatus: text({ enum: ["x"] }), line2Text: text(), keptName: text("kept_name"),
        });
        """
    assert list(found(tmp_path, {"a.ts": text}, casing)["public.a a"]) == columns


def test_a_spread_is_followed_to_the_line_that_says_the_column(tmp_path: Path) -> None:
    texts = {
        "src/shared/columns.ts": """\
            import { timestamp, uuid } from "drizzle-orm/pg-core";
            export const timestamps = {
              createdAt: timestamp("created_at"),
              updatedAt: timestamp("updated_at").$onUpdate(() => new Date()),
            };
            export const owned = (name: string) => ({ owner: uuid(name) });
            """,
        "src/shared/index.ts": 'export * from "./columns";\n',
        "src/db/schema.ts": """\
            import { pgTable, text } from "drizzle-orm/pg-core";
            import { timestamps, owned } from "../shared/index.js";
            import { more } from "@elsewhere/columns";
            const base = { id: text("id").$defaultFn(() => "x"), label: text() } as const;
            export const a = pgTable("a", {
              ...base,
              ...timestamps,
              ...owned("owner_id"),
              ...more,
              label: text("label"),
            });
            """,
    }
    assert found(tmp_path, texts) == {
        "public.a a": {
            "": "src/db/schema.ts:5",
            "id": "src/db/schema.ts:4",
            "label": "src/db/schema.ts:10",
            "created_at": "src/shared/columns.ts:3",
            "updated_at": "src/shared/columns.ts:4",
            "owner_id": "src/shared/columns.ts:6",
        }
    }
    assert drizzle_source.filled(tmp_path, texts) == {("public", "a", "id"), ("public", "a", "updated_at")}


def test_helpers_of_the_project_name_columns(tmp_path: Path) -> None:
    texts = {
        "lib.ts": """\
            import { pgTableCreator, timestamp, customType } from "drizzle-orm/pg-core";
            export const createTable = pgTableCreator((name) => `t3_${name}`);
            export const moment = (name: string) => timestamp(name, { withTimezone: true }).notNull();
            export const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
            """,
        "schema.ts": """\
            import { createTable, moment, tsvector } from "~/lib";
            import { uuid, pgEnum } from "drizzle-orm/pg-core";
            const kind = pgEnum("kind", ["a"]);
            const id = uuid("the_id").$defaultFn(() => crypto.randomUUID());
            export const a = createTable("a", { id, at: moment("made_at"), search: tsvector("words"), kind: kind() });
            """,
    }
    assert found(tmp_path, texts) == {
        "public.t3_a a": {
            "": "schema.ts:5",
            "the_id": "schema.ts:5",
            "made_at": "schema.ts:5",
            "words": "schema.ts:5",
            "kind": "schema.ts:5",
        }
    }
    assert drizzle_source.filled(tmp_path, texts) == {("public", "t3_a", "the_id")}


def test_unqualified_tables_stand_in_the_first_schema_of_the_search_path(tmp_path: Path) -> None:
    text = 'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { id: text() });\n'
    assert list(found(tmp_path, {"a.ts": text}, None, ("$user", "app", "public"))) == ["app.a a"]


@pytest.mark.parametrize(
    "text",
    [
        'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { id: text(), x: {{{ \n',
        'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { id: text() });\n<<<<<<< HEAD\n=======\n>>>>>>> x\n',
        'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { id: text() });\n'
        + "[" * 20000,
        'import { pgTable, text } from "drizzle-orm/pg-core";\nconst s = { ...s };\nconst u = v; const v = u;\nexport const b = u("b", { id: text() });\nexport const a = pgTable("a", { ...s, id: text() });\n',
        "\ufeff"
        + 'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { id: text() });\n',
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_read_in_part(tmp_path: Path, text: str) -> None:
    (tmp_path / "latin.ts").write_bytes(b'const pgTable = "\xe9\xff";\n')
    (tmp_path / "a.ts").write_text(text)
    models = drizzle_source.find(tmp_path, ["a.ts", "latin.ts", "gone.ts", "a.sql"])
    assert [each.table for each in models if "id" in each.places] in (["a"], [])
    drizzle_source.filled(tmp_path, ["a.ts", "latin.ts", "gone.ts"])


def test_the_example_is_found_whole() -> None:
    root = saas.EXAMPLE / saas.NODE
    models = {
        each.name: each for each in drizzle_source.find(root, ["src/db/schema.ts", "src/db/foreign.ts"])
    }
    assert sorted(models) == [
        "customers", "invoices", "jobs", "orderNotes", "orders", "organizations", "products", "shipments",
    ]  # fmt: skip
    assert sum(len(each.places) - 1 for each in models.values()) == 48
    lines = (root / "src/db/schema.ts").read_text().split("\n")
    place = models["orderNotes"].places["job_id"]
    assert lines[place.line - 1].strip().startswith('jobId: bigint("job_id"')


# --- edit


def edited(
    text: str, *edits: Edit, name: str = "users", table: str = "users", schema: str = "public"
) -> Edited:
    """The text with the edits made to a table of it."""
    text = dedent(text)
    model = Model(schema=schema, table=table, name=name, places={"": Place("a.ts", 1)})
    return drizzle_source.edit(text, model, edits, path="a.ts")


def done(text: str, *edits: Edit, **more: str) -> str:
    result = edited(text, *edits, **more)
    assert result.left == ()
    assert result.done == edits
    return result.text


def add(
    column: str,
    type: str,
    *,
    after: str | None = None,
    labels: tuple[str, ...] = (),
    reference: Key | None = None,
    **more: Any,
) -> Edit:
    field = Field(name=column, type=type, **more)
    return Edit(action="add", column=column, field=field, after=after, labels=labels, reference=reference)


def alter(
    column: str,
    type: str,
    *change: str,
    labels: tuple[str, ...] = (),
    reference: Key | None = None,
    **more: Any,
) -> Edit:
    field = Field(name=column, type=type, **more)
    return Edit(action="alter", column=column, field=field, change=change, labels=labels, reference=reference)


def remove(column: str) -> Edit:
    return Edit(action="remove", column=column)


def references(column: str, table: str, other: str = "id") -> Key:
    return Key(columns=(column,), references=("public", table), referenced=(other,))


DOUBLE = """\
    import { pgTable, text, uuid } from "drizzle-orm/pg-core";

    /** People. */
    export const users = pgTable("users", {
      id: uuid().primaryKey(),
      orgId: uuid("org_id").notNull(), // whose
      name: text().notNull(),
    });
    """


def test_a_column_is_added_after_the_one_before_it_in_the_table() -> None:
    assert done(
        DOUBLE, add("created_at", "timestamp with time zone", after="org_id", not_null=True, default="now()")
    ) == dedent(
        """\
        import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

        /** People. */
        export const users = pgTable("users", {
          id: uuid().primaryKey(),
          orgId: uuid("org_id").notNull(), // whose
          createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
          name: text().notNull(),
        });
        """
    )


def test_columns_are_added_at_both_ends() -> None:
    text = done(
        DOUBLE,
        add("no", "integer"),
        add("score", "numeric(5,2)", after="name"),
        add("tags", "text[]", after="score"),
    )
    assert text == dedent(
        """\
        import { integer, numeric, pgTable, text, uuid } from "drizzle-orm/pg-core";

        /** People. */
        export const users = pgTable("users", {
          no: integer(),
          id: uuid().primaryKey(),
          orgId: uuid("org_id").notNull(), // whose
          name: text().notNull(),
          score: numeric({ precision: 5, scale: 2 }),
          tags: text().array(),
        });
        """
    )


def test_the_file_keeps_its_own_style() -> None:
    text = """\
        import {
            pgTable,
            varchar
        } from 'drizzle-orm/pg-core'

        export const users = pgTable('users', {
            user_id: varchar('user_id', {length: 10}),
            user_name: varchar('user_name', {length: 255})
        })
        """
    assert done(
        text,
        add("user_mail", "character varying(99)", after="user_name"),
        add("age", "integer", after="user_id", default="18"),
    ) == dedent(
        """\
        import {
            integer,
            pgTable,
            varchar
        } from 'drizzle-orm/pg-core'

        export const users = pgTable('users', {
            user_id: varchar('user_id', {length: 10}),
            age: integer('age').default(18),
            user_name: varchar('user_name', {length: 255}),
            user_mail: varchar('user_mail', {length: 99})
        })
        """
    )


def test_carriage_returns_and_single_lines_stay() -> None:
    text = 'import { pgTable, text } from "drizzle-orm/pg-core";\r\nexport const users = pgTable("users", { id: text() });\r\n'
    assert done(text, add("b", "text", after="id"), add("a", "text")) == (
        'import { pgTable, text } from "drizzle-orm/pg-core";\r\n'
        'export const users = pgTable("users", { a: text(), id: text(), b: text() });\r\n'
    )
    empty = 'import { pgTable } from "drizzle-orm/pg-core";\r\nexport const users = pgTable("users", {});\r\n'
    assert done(empty, add("id", "text")) == (
        'import { pgTable, text } from "drizzle-orm/pg-core";\r\nexport const users = pgTable("users", {\r\n  id: text(),\r\n});\r\n'
    )


def test_builders_come_from_where_the_others_do() -> None:
    callback = """\
        import { pgTable } from "drizzle-orm/pg-core";
        export const users = pgTable("users", (t) => ({
          id: t.uuid().primaryKey(),
        }));
        """
    assert "  age: t.integer(),\n" in done(callback, add("age", "integer", after="id"))
    whole = """\
        import * as pg from "drizzle-orm/pg-core";
        export const users = pg.pgTable("users", {
          id: pg.uuid().primaryKey(),
        });
        """
    assert "  age: pg.integer(),\n" in done(whole, add("age", "integer", after="id"))
    taken = """\
        import { pgTable, uuid } from "drizzle-orm/pg-core";
        import { date } from "./dates";
        export const users = pgTable("users", {
          id: uuid().primaryKey(),
        });
        """
    text = done(taken, add("born", "date", after="id"))
    assert 'import { date as pgDate, pgTable, uuid } from "drizzle-orm/pg-core";' in text
    assert "  born: pgDate(),\n" in text


def test_casing_of_the_configuration_is_seen_in_the_model() -> None:
    text = dedent(
        """\
        import { pgTable, uuid } from "drizzle-orm/pg-core";
        export const users = pgTable("users", {
          orgId: uuid(),
        });
        """
    )
    places = {"": Place("a.ts", 2), "org_id": Place("a.ts", 3)}
    model = Model(schema="public", table="users", name="users", places=places)
    result = drizzle_source.edit(
        text,
        model,
        [add("plan_id", "uuid", after="org_id"), alter("org_id", "uuid", "null", not_null=True)],
        path="a.ts",
    )
    assert "  orgId: uuid().notNull(),\n  planId: uuid(),\n" in result.text


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ('x: text("x"),', alter("x", "text", "null", not_null=True), 'x: text("x").notNull(),'),
        ('x: text("x").notNull(),', alter("x", "text", "null"), 'x: text("x"),'),
        ('x: text("x").notNull().unique(),', alter("x", "text", "null"), 'x: text("x").unique(),'),
        ('x: text("x"),', alter("x", "integer", "type"), 'x: integer("x"),'),
        ("x: text(),", alter("x", "character varying(20)", "type"), "x: varchar({ length: 20 }),"),
        ("x: varchar({ length: 20 }),", alter("x", "text", "type"), "x: text(),"),
        (
            'x: varchar("x", { length: 20, enum: ["a", "b"] }).notNull(),',
            alter("x", "character varying(40)", "type"),
            'x: varchar("x", { length: 40, enum: ["a", "b"] }).notNull(),',
        ),
        (
            'x: timestamp("x", { mode: "string" }),',
            alter("x", "timestamp(3) with time zone", "type"),
            'x: timestamp("x", { mode: "string", withTimezone: true, precision: 3 }),',
        ),
        (
            'x: timestamp("x", { withTimezone: true, mode: "string" }),',
            alter("x", "timestamp without time zone", "type"),
            'x: timestamp("x", { mode: "string" }),',
        ),
        ("x: integer(),", alter("x", "bigint", "type"), 'x: bigint({ mode: "number" }),'),
        ("x: integer().array(),", alter("x", "integer", "type"), "x: integer(),"),
        ("x: integer().notNull(),", alter("x", "integer[]", "type"), "x: integer().array().notNull(),"),
        (
            "x: integer(),",
            alter("x", "integer", "default", "null", default="", not_null=True),
            "x: serial(),",
        ),
        (
            "x: serial(),",
            alter("x", "bigint", "type", default="", not_null=True),
            'x: bigserial({ mode: "number" }),',
        ),
        ("x: serial(),", alter("x", "integer", "default", not_null=True), "x: integer().notNull(),"),
        (
            "x: integer(),",
            alter("x", "integer", "default", default="", generated=True),
            "x: integer().generatedAlwaysAsIdentity(),",
        ),
        (
            "x: integer().primaryKey().generatedAlwaysAsIdentity(),",
            alter("x", "bigint", "type", default="", generated=True, not_null=True),
            'x: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),',
        ),
        (
            'x: text().default("a"),',
            alter("x", "text", "default", default="'it''s'::text"),
            'x: text().default("it\'s"),',
        ),
        (
            'x: text().default("a").notNull(),',
            alter("x", "text", "default", not_null=True),
            "x: text().notNull(),",
        ),
        (
            "x: integer().default(1),",
            alter("x", "numeric(10,2)", "type", default="1.5"),
            "x: numeric({ precision: 10, scale: 2 }).default(sql`1.5`),",
        ),
        (
            "x: uuid(),",
            alter("x", "uuid", "default", default="gen_random_uuid()"),
            "x: uuid().defaultRandom(),",
        ),
        ("x: jsonb(),", alter("x", "jsonb", "default", default="'{}'::jsonb"), "x: jsonb().default({}),"),
        (
            "x: text(),",
            alter("x", "text", "default", default="lower('A`${'::text)"),
            "x: text().default(sql`lower('A\\`\\${'::text)`),",
        ),
        (
            "x: integer(),",
            alter("x", "integer", "default", default="(1 + 1)", generated=True),
            "x: integer().generatedAlwaysAs(sql`(1 + 1)`),",
        ),
    ],
)
def test_a_column_is_altered_in_place(before: str, edit: Edit, after: str) -> None:
    head = 'import * as pg from "drizzle-orm/pg-core";\nimport { sql } from "drizzle-orm";\nimport { bigint, bigserial, integer, jsonb, numeric, pgTable, serial, text, timestamp, uuid, varchar } from "drizzle-orm/pg-core";\n'
    body = 'export const users = pgTable("users", {\n  a: text(), // one\n  %s // two\n});\n'
    text = done(head + body % before, edit)
    assert text.endswith(body % after)


def test_a_chain_on_several_lines_stays_one() -> None:
    text = """\
        import { pgTable, text, uuid } from "drizzle-orm/pg-core";
        export const orgs = pgTable("orgs", { id: uuid().primaryKey() });
        export const users = pgTable("users", {
          id: uuid().primaryKey(),
          orgId: uuid("org_id")
            // .notNull() until all have one
            .references(() => users.id, { onDelete: "cascade" }),
          parentId: uuid("parent_id"),
          name: text()
            .notNull() // always
            .default("x"),
        });
        """
    result = done(
        text,
        alter("org_id", "uuid", "null", "reference", not_null=True, reference=references("org_id", "orgs")),
        alter("parent_id", "uuid", "reference", reference=references("parent_id", "users")),
        alter("name", "text", "null", default="'x'::text"),
    )
    assert result == dedent(
        """\
        import { type AnyPgColumn, pgTable, text, uuid } from "drizzle-orm/pg-core";
        export const orgs = pgTable("orgs", { id: uuid().primaryKey() });
        export const users = pgTable("users", {
          id: uuid().primaryKey(),
          orgId: uuid("org_id")
            .notNull()
            // .notNull() until all have one
            .references(() => orgs.id, { onDelete: "cascade" }),
          parentId: uuid("parent_id").references((): AnyPgColumn => users.id),
          name: text() // always
            .default("x"),
        });
        """
    )


def test_a_column_is_removed_with_its_comment_and_import() -> None:
    text = """\
        import { date, pgTable, text, uuid } from "drizzle-orm/pg-core";

        export const users = pgTable("users", {
          id: uuid().primaryKey(),

          // life
          /** The day. */
          born: date(), // of birth
          name: text()
        });
        """
    assert done(text, remove("born"), remove("name")) == dedent(
        """\
        import { pgTable, uuid } from "drizzle-orm/pg-core";

        export const users = pgTable("users", {
          id: uuid().primaryKey()

          // life
        });
        """
    )
    line = 'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const users = pgTable("users", { a: text(), b: text(), c: text() });\n'
    assert "{ b: text(), c: text() }" in done(line, remove("a"))
    assert "{ a: text(), b: text() }" in done(line, remove("c"))


ENUM = """\
    import { pgEnum, pgTable, text } from "drizzle-orm/pg-core";
    export const state = pgEnum("user_state", ["on", "off"]);
    // Whoever.
    export const users = pgTable("users", {
      id: text().primaryKey(),
      state: state().notNull().default("on"),
      kind: text("kind"),
    });
    """


def test_an_enum_is_taken_mended_or_made() -> None:
    text = done(
        ENUM,
        add("old_state", "public.user_state", after="state", labels=("on", "off")),
        alter(
            "state",
            "public.user_state",
            "type",
            labels=("on", "off", "gone"),
            not_null=True,
            default="'on'::public.user_state",
        ),
        alter("kind", "public.user_kind", "type", labels=("a", "it's")),
    )
    assert text == dedent(
        """\
        import { pgEnum, pgTable, text } from "drizzle-orm/pg-core";
        export const state = pgEnum("user_state", ["on", "off", "gone"]);
        export const userKind = pgEnum("user_kind", ["a", "it's"]);

        // Whoever.
        export const users = pgTable("users", {
          id: text().primaryKey(),
          state: state().notNull().default("on"),
          oldState: state("old_state"),
          kind: userKind("kind"),
        });
        """
    )


@pytest.mark.parametrize(
    ("text", "edit", "why", "paste"),
    [
        (
            DOUBLE,
            add("raw", "bytea", after="id"),
            "no builder for the type bytea",
            'raw: bytea("raw"),',
        ),
        (DOUBLE, add("name", "text"), 'has the column "name" already', ""),
        (DOUBLE, remove("gone"), 'has no column "gone" in a.ts', ""),
        (
            DOUBLE,
            add("team_id", "uuid", reference=references("team_id", "teams")),
            "the table public.teams",
            ".references(() => teams.id)",
        ),
        (
            DOUBLE.replace("name: text()", "name: own()"),
            alter("name", "integer", "type"),
            "is made by own, which is no builder of Drizzle",
            "name: integer(),",
        ),
        (
            DOUBLE.replace("name: text()", "name: text().$type<Name>()"),
            alter("name", "integer", "type"),
            "$type",
            "name: integer(),",
        ),
        (
            DOUBLE.replace("name: text()", "...rest, name: text()"),
            alter("gone", "text", "null"),
            "come from ...rest",
            "",
        ),
        (
            DOUBLE + "    export const names = users.name;\n",
            remove("name"),
            '"users.name" is used on line 9',
            "",
        ),
        (
            DOUBLE.replace("    });", "    }, (t) => [unique().on(t.name)]);"),
            remove("name"),
            "is used on line 8",
            "",
        ),
        (
            DOUBLE.replace(
                "    });", "    }, (t) => [foreignKey({ columns: [t.orgId], foreignColumns: [users.id] })]);"
            ).replace("{ pgTable", "{ foreignKey, pgTable"),
            alter("org_id", "uuid", "reference"),
            "written as foreignKey",
            "",
        ),
        (
            DOUBLE.replace("uuid().primaryKey()", "uuid().primaryKey()"),
            alter("id", "uuid", "null"),
            "is the primary key of the model",
            "id: uuid(),",
        ),
        (
            ENUM.replace('["on", "off"]', "STATES"),
            alter("state", "public.user_state", "type", labels=("on", "x")),
            "are not written where it is made",
            '["on", "x"]',
        ),
        (
            ENUM,
            alter("kind", "app.kind", "type", labels=("a",)),
            "in a schema that a.ts does not have",
            'pgSchema("app").enum("kind", ["a"])',
        ),
    ],
)
def test_what_is_not_plain_is_left_with_the_reason(text: str, edit: Edit, why: str, paste: str) -> None:
    result = edited(text, edit)
    assert (result.text, result.done) == (dedent(text), ())
    [(left, said)] = result.left
    assert left is edit
    assert why in said.split("\n")[0]
    assert paste in said.partition("\n")[2] if paste else "\n" not in said


def test_what_a_builder_of_the_project_says_besides_its_type_is_edited() -> None:
    text = """\
        import { pgTable, uuid } from "drizzle-orm/pg-core";
        import { role, words } from "./types";
        export const users = pgTable("users", {
          id: uuid().primaryKey(),
          role: role("role"),
          words: words().notNull(),
        });
        """
    result = done(
        text, alter("role", "public.role", "null", not_null=True), alter("words", "tsvector", "null")
    )
    assert '  role: role("role").notNull(),\n  words: words(),\n' in result
    [(_, said)] = edited(result, alter("words", "tsvector", "null")).left
    assert said.startswith('the column "words" is made by words')


def test_columns_of_a_spread_are_left_and_the_others_edited() -> None:
    text = """\
        import { pgTable, text, timestamp } from "drizzle-orm/pg-core";
        const timestamps = { createdAt: timestamp("created_at") };
        export const users = pgTable("users", {
          id: text().primaryKey(),
          ...timestamps,
        });
        """
    moment = alter("created_at", "timestamp with time zone", "type", "null", not_null=True)
    result = edited(text, moment, add("name", "text", after="created_at"))
    assert [each.column for each in result.done] == ["name"]
    assert result.text == dedent(text).replace("  ...timestamps,\n", "  ...timestamps,\n  name: text(),\n")
    assert result.left == (
        (
            moment,
            'the column "created_at" comes from ...timestamps, which other tables may share\n'
            'createdAt: timestamp("created_at", { withTimezone: true }).notNull(),',
        ),
    )


# --- the real tools

OWNER = """
create type mood as enum ('glad', 'sad');
create type kind as enum ('big', 'small');
create table orgs (id uuid primary key default gen_random_uuid(), name text not null);
create table users (
  id bigint generated always as identity primary key,
  org_id uuid not null references orgs (id),
  parent_id bigint references users (id),
  mood mood not null default 'glad',
  kinds kind[],
  code character varying(20) not null default 'a"b''c\\d',
  short character(3),
  bare character varying,
  counter integer not null default 0,
  small smallint default -1,
  big bigint not null default 5,
  row_no serial,
  price numeric(12,2) not null default 0,
  whole numeric(10),
  anyhow numeric,
  weight real default 1.5,
  length double precision,
  is_active boolean not null default true,
  token uuid not null default gen_random_uuid(),
  born date not null default current_date,
  clock time,
  clock_tz time(3) with time zone,
  at timestamp with time zone not null default now(),
  at_local timestamp(3),
  span interval,
  span_year interval year to month,
  raw_json json,
  doc jsonb not null default '{}',
  list jsonb default '[]',
  tags text[] not null default '{}',
  codes character varying(5)[],
  address inet,
  network cidr,
  mac macaddr,
  place point,
  double_price numeric generated always as (price * 2) stored,
  embedding vector(3),
  "Odd name" text
);
"""
MODEL = """\
import { type AnyPgColumn, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

export const orgs = pgTable("orgs", {
  id: uuid().primaryKey(),
  legacy: text(),
});

export const users = pgTable(
  "users",
  {
    id: integer().primaryKey(),
    orgId: uuid("org_id").references((): AnyPgColumn => users.token),
    gone: text().notNull(),
    mood: text().notNull().default("x"),
    code: text().default("x"),
    counter: text(),
    rowNo: integer("row_no"),
    token: uuid().unique(),
    price: integer().notNull().default(3),
    at: text(),
  },
  (t) => [],
);
"""


@pytest.mark.slow
@pytest.mark.parametrize("kit", ["0.31", "1.0"])
def test_edited_models_compile_and_mean_what_the_database_has(
    tmp_path: Path, kit: str, cluster: server.Cluster
) -> None:
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (tmp_path / "ormony.toml").write_text('[services.web]\npath = "web"\norm = "drizzle"\n')
    (web / "package.json").write_text('{"type": "module"}\n')
    (web / "drizzle.config.ts").write_text(
        'export default { dialect: "postgresql", schema: "./src/schema.ts", out: "./drizzle" };\n'
    )
    (web / "tsconfig.json").write_text(
        '{"compilerOptions": {"target": "ES2022", "module": "NodeNext", "strict": true, "noEmit": true, '
        '"exactOptionalPropertyTypes": true, "verbatimModuleSyntax": true, "noUnusedLocals": true, '
        '"skipLibCheck": true, "types": []}, "include": ["src"]}\n'
    )
    (web / "node_modules").symlink_to(KITS[kit])
    schema = web / "src/schema.ts"
    schema.write_text(MODEL)
    owners = shapes(cluster, f"drizzle_source_owner_{kit[0]}", "create extension vector;" + OWNER)

    names = [("public", "orgs"), ("public", "users")]
    text, left = MODEL, []
    for model in drizzle_source.find(tmp_path, ["web/src/schema.ts"]):
        mine = shapes(cluster, f"drizzle_source_{kit[0]}_{model.table}_before", ddl(tmp_path))[
            model.schema, model.table
        ]
        owner = owners[model.schema, model.table]
        wanted = [*mirrors.edits(mirrors.judge(mine, owner))]
        altered = {(each.action, each.column) for each in wanted}
        for field in mine.fields:  # also what breaks nothing
            other = owner.field(field.name)
            if other is not None and ("alter", field.name) not in altered:
                wanted.append(
                    Edit(action="alter", column=field.name, field=other, change=("type", "null", "default"))
                )
        wanted = [
            Edit(
                action=each.action, column=each.column, field=each.field, after=each.after, labels=each.labels, reference=each.reference,
                change=tuple(dict.fromkeys((*each.change, "type", "null", "default"))) if each.action == "alter" else (),
            )
            for each in wanted
        ]  # fmt: skip
        result = drizzle_source.edit(text, model, wanted, path="web/src/schema.ts")
        text, left = result.text, [*left, *result.left]
    schema.write_text(text)
    assert [said for _, said in left] == []

    checked = subprocess.run(
        [KITS["0.31"] / ".bin/tsc", "-p", web], capture_output=True, text=True, check=False
    )
    assert checked.stdout == "", text
    now = shapes(cluster, f"drizzle_source_{kit[0]}_after", "create extension vector;" + ddl(tmp_path))
    for name in names:
        verdicts = mirrors.judge(now[name], owners[name])
        assert [each.message for each in verdicts] == [], text
        types = {
            each.name: (each.type, each.not_null, each.default, each.generated) for each in now[name].fields
        }
        assert types == {
            each.name: (each.type, each.not_null, each.default, each.generated)
            for each in owners[name].fields
        }
    again = [each for model in drizzle_source.find(tmp_path, ["web/src/schema.ts"]) for each in model.places]
    assert len(again) == sum(len(owners[name].fields) + 1 for name in names)


def ddl(root: Path) -> str:
    return drizzle_models.export(root, projects.load(root).services[0]).sql.replace(
        "--> statement-breakpoint", ""
    )


def shapes(cluster: server.Cluster, name: str, sql: str) -> dict[tuple[str, str], mirrors.Shape]:
    """The shapes of what the SQL makes of an empty database."""
    name = name.replace(".", "_")
    with cluster.admin() as admin:
        server.create_empty(admin, name, owner=server.SUPERUSER)
    try:
        with connect(cluster.url(name, server.SUPERUSER)) as conn:
            conn.execute(sql.encode())
            conn.execute("set search_path to ''")
            catalog = introspect(conn)
    finally:
        with cluster.admin() as admin:
            server.drop_database(admin, name)
    labels = {
        f"{ref.schema}.{ref.name}": each.labels
        for ref, each in catalog.objects.items()
        if isinstance(each, Enum)
    }
    return {
        table: msgspec.structs.replace(
            each,
            enums={
                key: value
                for key, value in labels.items()
                if any(field.type.removesuffix("[]") == key for field in each.fields)
            },
        )
        for table, each in mirrors.shapes(catalog).items()
    }
