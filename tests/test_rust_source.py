"""Structs that SQLx fills: which table each mirrors, what its fields decode, and edits that keep the rest."""

# ruff: noqa: E501
# The texts read better with one field a line.

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

import saas
from ormony import mirrors
from ormony.adapters import rust_source
from ormony.mirrors import Edit, Edited, Field, Model, Place, Shape


def table(name: str, *columns: str, schema: str = "public", **types: str) -> tuple[tuple[str, str], Shape]:
    """A table of text columns, and of columns with other types."""
    fields = [
        *(Field(name=each, type="text") for each in columns),
        *(Field(name=key, type=value) for key, value in types.items()),
    ]
    return (schema, name), Shape(schema=schema, name=name, fields=tuple(fields))


def found(
    root: Path,
    texts: dict[str, str],
    *tables: tuple[tuple[str, str], Shape],
    search_path: tuple[str, ...] = ("public",),
) -> dict[str, Model]:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text))
    models = rust_source.find(root, texts, search_path=search_path, tables=dict(tables))
    return {each.name: each for each in models}


def names(models: dict[str, Model]) -> dict[str, str]:
    return {name: f"{each.schema}.{each.table}" for name, each in models.items()}


ANY = {"a": "text", "b": "text", "c": "text"}


def test_a_struct_mirrors_the_table_it_is_called_like(tmp_path: Path) -> None:
    tables = [
        table(each, **ANY)
        for each in ("users", "categories", "addresses", "people", "order_items", "news", "api_keys", "boxes")
    ]
    structs = {
        "User": "users", "UserRow": "users", "UserRecord": "users", "UserModel": "users", "DbUser": "users",
        "Category": "categories", "Address": "addresses", "Person": "people", "OrderItem": "order_items",
        "News": "news", "APIKey": "api_keys", "Box": "boxes",
    }  # fmt: skip
    others = ["Row", "Users2", "Uses", "Model", "Order"]
    text = "".join(
        f"#[derive(sqlx::FromRow)]\nstruct {each} {{ a: String, b: String }}\n"
        for each in [*structs, *others]
    )
    assert names(found(tmp_path, {"a.rs": text}, *tables)) == {
        key: f"public.{value}" for key, value in structs.items()
    }


def test_a_struct_is_read_wherever_its_derive_stands(tmp_path: Path) -> None:
    text = """\
        use sqlx::FromRow as Rows;
        use sqlx::{FromRow, Type as SqlType};
        mod inner {
            /// A user.
            #[derive(Debug, Clone)]
            // ordinary
            #[cfg_attr(feature = "ssr", derive(sqlx::FromRow), sqlx(rename_all = "camelCase"))]
            #[serde(rename_all = "kebab-case")]
            pub struct User {
                /// The first.
                #[serde(rename = "zzz")]
                pub user_a: String,
                #[cfg_attr(feature = "ssr", sqlx(rename = "b"))]
                pub(crate) other: String, // trailing
            }
        }
        #[derive(FromRow)]
        pub struct Car { r#type: String, b: String }
        #[derive(Debug)]
        pub struct Bike { a: String }
        fn f() { #[derive(sqlx::FromRow)] struct Ship { a: String } }
        """
    models = found(
        tmp_path,
        {"src/a.rs": text},
        table("users", "userA", "b"),
        table("cars", "type", "b"),
        table("bikes", "a"),
        table("ships", "a"),
    )
    assert names(models) == {"User": "public.users", "Car": "public.cars", "Ship": "public.ships"}
    assert {key: str(value) for key, value in models["User"].places.items()} == {
        "": "src/a.rs:9",
        "userA": "src/a.rs:12",
        "b": "src/a.rs:14",
    }
    assert list(models["Car"].places) == ["", "type", "b"]


def test_a_derive_of_another_crate_is_none(tmp_path: Path) -> None:
    text = "use postgres_from_row::FromRow;\n#[derive(FromRow)]\nstruct User { a: String }\n#[derive(other::FromRow)]\nstruct Car { a: String }\n"
    assert found(tmp_path, {"a.rs": text}, table("users", "a"), table("cars", "a")) == {}


def test_a_comment_names_the_table_whatever_the_struct_is_called(tmp_path: Path) -> None:
    text = """\
        // ormony: mirror auth.users
        #[derive(sqlx::FromRow)]
        struct Account { a: String, gone: String }

        /// What a query gives.
        /// ormony: mirror cars
        struct ByHand { x: String }

        /* ormony: mirror nowhere.things */
        struct Things { x: String }
        // ormony: mirror public.cars

        fn other() {}
        #[derive(sqlx::FromRow)]
        struct Free { a: String }
        """
    models = found(
        tmp_path,
        {"a.rs": text},
        table("users", "a", schema="auth"),
        table("cars", "a", schema="app"),
        search_path=("app", "public"),
    )
    assert names(models) == {"Account": "auth.users", "ByHand": "app.cars", "Things": "nowhere.things"}


def test_the_result_of_another_query_is_no_mirror(tmp_path: Path) -> None:
    text = """\
        use sqlx::{FromRow, query_as};
        #[derive(FromRow)] struct User { a: String, org_name: String, b: String }
        #[derive(FromRow)] struct Car { a: String, b: String, total: i64 }
        #[derive(FromRow)] struct Ship { a: String, b: String, gone: String }
        #[derive(FromRow)] struct Plane { a: String, b: String }
        #[derive(FromRow)] struct Bus { a: String, x: String }
        async fn f() {
            let _ = query_as::<_, User>("SELECT u.a, o.name AS org_name, u.b FROM users u JOIN orgs o USING (id)");
            let _ = sqlx::query_as!(Car, r#"SELECT a, b, count(*) as "total!" FROM cars GROUP BY 1"#);
            let _ = query_as::<_, Ship>("SELECT a, b, gone FROM ships");
            let _ = query_as::<_, Plane>("SELECT a, b FROM archived_planes");
        }
        """
    tables = [table(each, "a", "b") for each in ("users", "cars", "ships", "planes", "buses")]
    assert names(found(tmp_path, {"a.rs": text}, *tables)) == {"Ship": "public.ships"}


def test_the_search_path_chooses_between_schemas(tmp_path: Path) -> None:
    text = "#[derive(sqlx::FromRow)]\nstruct User { a: String }\n#[derive(sqlx::FromRow)]\nstruct Car { a: String }\n"
    tables = [table("users", "a"), table("users", "a", schema="auth"), table("cars", "a", schema="app")]
    assert names(found(tmp_path, {"a.rs": text}, *tables)) == {"User": "public.users", "Car": "app.cars"}
    assert names(found(tmp_path, {"a.rs": text}, *tables, search_path=("auth", "public"))) == {
        "User": "auth.users",
        "Car": "app.cars",
    }


TEXTS = ("text", "character varying", "character", "name", "public.citext", "extensions.citext", "citext")


@pytest.mark.parametrize(
    ("rust", "types", "not_null"),
    [
        ("String", TEXTS, True),
        ("Option<String>", TEXTS, False),
        ("std::option::Option<std::string::String>", TEXTS, False),
        ("&'a str", TEXTS, True),
        ("Cow<'a, str>", TEXTS, True),
        ("Box<str>", TEXTS, True),
        ("i16", ("smallint",), True),
        ("Option<i32>", ("integer",), False),
        ("i64", ("bigint",), True),
        ("f32", ("real",), True),
        ("f64", ("double precision",), True),
        ("bool", ("boolean",), True),
        ("u64", (), True),
        ("Uuid", ("uuid",), True),
        ("sqlx::types::Uuid", ("uuid",), True),
        ("DateTime<Utc>", ("timestamp with time zone",), True),
        ("chrono::NaiveDateTime", ("timestamp without time zone",), True),
        ("sqlx::types::chrono::NaiveDate", ("date",), True),
        ("time::OffsetDateTime", ("timestamp with time zone",), True),
        ("time::PrimitiveDateTime", ("timestamp without time zone",), True),
        ("time::Date", ("date",), True),
        ("time::Time", ("time without time zone",), True),
        ("chrono::NaiveTime", ("time without time zone",), True),
        ("Decimal", ("numeric",), True),
        ("sqlx::types::BigDecimal", ("numeric",), True),
        ("serde_json::Value", ("jsonb", "json"), True),
        ("Option<Json<Vec<Thing>>>", ("jsonb", "json"), False),
        ("axum::Json<Thing>", (), True),
        ("Vec<u8>", ("bytea",), True),
        ("&'a [u8]", ("bytea",), True),
        ("Vec<Vec<u8>>", ("bytea[]",), True),
        ("Option<Vec<i32>>", ("integer[]",), False),
        ("Vec<Option<Uuid>>", ("uuid[]",), True),
        ("Vec<String>", tuple(f"{each}[]" for each in TEXTS), True),
        ("Vec<Vec<i32>>", (), True),
        ("sqlx::types::ipnetwork::IpNetwork", ("inet", "cidr"), True),
        ("std::net::IpAddr", ("inet", "cidr"), True),
        ("sqlx::postgres::types::PgInterval", ("interval",), True),
        ("PgRange<i64>", ("int8range",), True),
        ("pgvector::Vector", ("public.vector", "extensions.vector", "vector"), True),
        ("UserId", ("bigint",), True),
        ("Vec<UserId>", ("bigint[]",), True),
        ("Stamp", ("timestamp with time zone",), True),
        ("Role", ("public.user_role",), True),
        ("Option<Role>", ("public.user_role",), False),
        ("Vec<Role>", ("public.user_role[]",), True),
        ("Level", ("integer",), True),
        ("Word", ("text",), True),
        ("Claim", ("auth.claim",), True),
        ("Point3", ("public.point3",), True),
        ("Email", (), True),
        ("Plain", (), True),
        ("Unknown", (), True),
        ("T", (), True),
        ("other::Uuid", (), True),
        ("crate::types::Far", ("uuid",), True),
        ("HashMap<String, String>", (), True),
    ],
)
def test_types_are_those_that_sqlx_decodes(
    tmp_path: Path, rust: str, types: tuple[str, ...], not_null: bool
) -> None:
    text = """\
        use chrono::prelude::*;
        use rust_decimal::Decimal;
        use sqlx::{postgres::types::PgRange, types::{Json, Uuid}, FromRow};
        use std::borrow::Cow;
        use chrono::{DateTime, Utc};

        #[derive(sqlx::Type)]
        #[sqlx(transparent)]
        struct UserId(pub i64);
        type Stamp = DateTime<Utc>;
        #[derive(sqlx::Type)]
        #[sqlx(type_name = "user_role", rename_all = "kebab-case")]
        enum Role { SuperAdmin, #[sqlx(rename = "Plain User")] User }
        #[derive(sqlx::Type)]
        #[repr(i32)]
        enum Level { Low = 1, High = 2 }
        #[derive(sqlx::Type)]
        #[sqlx(type_name = "TEXT")]
        enum Word { A }
        #[derive(sqlx::Type)]
        #[sqlx(type_name = "auth.claim")]
        enum Claim { A }
        #[derive(sqlx::Type)]
        #[sqlx(type_name = "point3")]
        struct Point3 { x: f64, y: f64, z: f64 }
        #[derive(sqlx::Type)]
        #[sqlx(type_name = "email")]
        struct Email(String);
        struct Plain(String);
        #[derive(FromRow)]
        struct User<'a, T> {
            pub field: %s,
        }
        """
    far = "use uuid::Uuid;\n#[derive(sqlx::Type)]\n#[sqlx(transparent)]\npub struct Far(Uuid);\n"
    models = found(tmp_path, {"a.rs": text % rust, "src/types.rs": far}, table("users", field="app.thing"))
    shape = models["User"].shape
    assert shape is not None
    assert not shape.keys_known
    assert shape.fields == (
        Field(name="field", type=types[0] if types else "app.thing", types=types, not_null=not_null),
    )
    assert shape.enums == (
        {"public.user_role": ("super-admin", "Plain User")}
        if "Role" in rust and "Vec" not in rust
        else {"auth.claim": ("A",)}
        if rust == "Claim"
        else {}
    )


@pytest.mark.parametrize(
    ("attribute", "rust", "fields"),
    [
        ('rename = "x y"', "i32", {"x y": (("integer",), True)}),
        ("skip", "i32", {}),
        ("default", "i32", {}),
        ("json", "Option<Thing>", {"field": (("jsonb", "json"), True)}),
        ("json(nullable)", "Option<Thing>", {"field": (("jsonb", "json"), False)}),
        ('try_from = "i64"', "u64", {"field": (("bigint",), True)}),
        ('default, rename = "z"', "Option<String>", {"z": (TEXTS, False)}),
        ("flatten", "Address", {"street": (TEXTS, True), "zip_code": (("integer",), True)}),
        (
            'flatten, try_from = "Address"',
            "Place",
            {"street": (TEXTS, True), "zip_code": (("integer",), True)},
        ),
        ("flatten", "Elsewhere", {}),
    ],
)
def test_attributes_of_sqlx_are_followed(
    tmp_path: Path, attribute: str, rust: str, fields: dict[str, tuple[tuple[str, ...], bool]]
) -> None:
    text = f"""\
        #[derive(sqlx::FromRow)]
        struct Address {{ street: String, #[sqlx(rename = "zip_code")] zip: i32 }}
        #[derive(sqlx::FromRow)]
        struct User {{
            #[sqlx({attribute})]
            field: {rust},
            a: String,
            b: String,
            c: String,
        }}
        """
    model = found(tmp_path, {"a.rs": text}, table("users", "a", "b", "c", *fields))["User"]
    assert model.shape is not None
    read = {each.name: (each.types, each.not_null) for each in model.shape.fields}
    assert read == {**fields, "a": (TEXTS, True), "b": (TEXTS, True), "c": (TEXTS, True)}
    if "flatten" in attribute and fields:
        assert [str(model.places[each]) for each in ("street", "zip_code")] == ["a.rs:2", "a.rs:2"]


@pytest.mark.parametrize(
    ("name", "pattern", "renamed"),
    [
        ("user_id", "camelCase", "userId"), ("user_id", "PascalCase", "UserId"), ("user_id", "SCREAMING_SNAKE_CASE", "USER_ID"),
        ("user_id", "kebab-case", "user-id"), ("InProgress", "snake_case", "in_progress"), ("InProgress", "lowercase", "inprogress"),
        ("InProgress", "UPPERCASE", "INPROGRESS"), ("HTTPServer2Go", "snake_case", "http_server2_go"), ("Foo1", "snake_case", "foo1"),
        ("user_id", None, "user_id"),
    ],
)  # fmt: skip
def test_names_are_cased_as_sqlx_does(name: str, pattern: str | None, renamed: str) -> None:
    assert rust_source.renamed(name, pattern) == renamed


def test_the_enum_of_the_column_is_taken_whatever_its_schema(tmp_path: Path) -> None:
    text = """\
        #[derive(sqlx::Type)]
        #[sqlx(type_name = "mood", rename_all = "lowercase")]
        enum Mood { Glad, Sad }
        #[derive(sqlx::FromRow)]
        struct User { mood: Mood, moods: Vec<Mood> }
        """
    (key, owner) = table("users", mood="app.mood", moods="app.mood[]")
    fields = tuple(Field(name=each.name, type=each.type, not_null=True) for each in owner.fields)
    owner = Shape(schema="public", name="users", fields=fields, enums={"app.mood": ("glad", "sad", "meh")})
    shape = found(tmp_path, {"a.rs": text}, (key, owner))["User"].shape
    assert shape is not None
    assert [each.types for each in shape.fields] == [
        ("app.mood", "public.mood"),
        ("app.mood[]", "public.mood[]"),
    ]
    messages = [each.message for each in mirrors.judge(shape, owner, reads_only=True)]
    assert messages == ['mood does not know the value "meh" of app.mood']


@pytest.mark.parametrize(
    "text",
    [
        "#[derive(sqlx::FromRow)]\nstruct User { a: String, b: \n",
        "#[derive(sqlx::FromRow)]\nstruct User { a: String }\n<<<<<<< HEAD\n=======\n>>>>>>> x\n",
        "#[derive(sqlx::FromRow)]\nstruct User { a: String }\nfn f() { " + "[" * 20000,
        "type A = B;\ntype B = A;\n#[derive(sqlx::FromRow)]\nstruct User { a: A, #[sqlx(flatten)] u: User }\n",
        "#[derive(sqlx::FromRow)]\n#[sqlx(rename_all = )]\nstruct User { #[sqlx(rename = ] a: String }\n#[sqlx((((((\n",
        "#[derive(sqlx::FromRow)]\nstruct User;\n#[derive(sqlx::FromRow)]\nstruct Tuple(i32, String);\n",
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_read_in_part(tmp_path: Path, text: str) -> None:
    (tmp_path / "latin.rs").write_bytes(
        b'#[derive(sqlx::FromRow)]\nstruct Car { a: String, x: &\'static str = "\xe9\xff" }\n'
    )
    (tmp_path / "a.rs").write_text(text)
    models = rust_source.find(
        tmp_path, ["a.rs", "latin.rs", "gone.rs", "a.sql"], tables=dict([table("users", "a")])
    )
    assert [each.name for each in models] in (["User"], [])
    rust_source.edit(
        text,
        Model(schema="public", table="users", name="User", places={}),
        [Edit(action="remove", column="a")],
        path="a.rs",
    )


def test_the_example_is_found() -> None:
    root = saas.EXAMPLE / "services/rust-service"
    job = table(
        "jobs",
        id="bigint",
        org_id="uuid",
        kind="text",
        payload="jsonb",
        status="public.job_status",
        attempts="integer",
        priority="smallint",
    )
    [model] = rust_source.find(
        root, ["src/jobs.rs", "src/main.rs"], tables=dict([job, table("notifications", "id")])
    )
    assert (model.name, model.table) == ("Job", "jobs")
    assert model.shape is not None
    assert [(each.name, each.types[0]) for each in model.shape.fields] == [
        ("id", "bigint"), ("org_id", "uuid"), ("kind", "text"), ("status", "public.job_status"), ("attempts", "integer"),
    ]  # fmt: skip
    assert model.shape.enums == {"public.job_status": ("queued", "running", "done", "failed", "dead")}
    line = (root / "src/jobs.rs").read_text().split("\n")[model.places["org_id"].line - 1]
    assert line == "    pub org_id: Uuid,"


# --- edit

TEXT = """\
    //! Users.
    use chrono::{DateTime, Utc};
    use sqlx::{types::Uuid, FromRow};

    #[derive(sqlx::Type)]
    #[sqlx(type_name = "user_state", rename_all = "snake_case")]
    pub enum State {
        On,
        Off, // not on
    }

    /// A user.
    #[derive(Debug, FromRow)]
    pub struct User {
        pub id: Uuid,
        /// The name.
        #[serde(default)]
        pub name: String, // shown
        // life
        pub state: Option<State>,
        pub seen_at: Option<DateTime<Utc>>,
        pub own: Own,
        #[sqlx(json)]
        pub doc: Thing
    }
    """


def edited(text: str, *edits: Edit, name: str = "User") -> Edited:
    model = Model(schema="public", table="users", name=name, places={"": Place("a.rs", 1)})
    return rust_source.edit(dedent(text), model, edits, path="a.rs")


def add(
    column: str, type: str, *, after: str | None = None, labels: tuple[str, ...] = (), not_null: bool = True
) -> Edit:
    return Edit(
        action="add",
        column=column,
        field=Field(name=column, type=type, not_null=not_null),
        after=after,
        labels=labels,
    )


def alter(column: str, type: str, *change: str, labels: tuple[str, ...] = (), not_null: bool = True) -> Edit:
    return Edit(
        action="alter",
        column=column,
        field=Field(name=column, type=type, not_null=not_null),
        change=change,
        labels=labels,
    )


def remove(column: str) -> Edit:
    return Edit(action="remove", column=column)


def test_fields_are_added_altered_and_removed_and_the_rest_stays() -> None:
    result = edited(
        TEXT,
        add("type", "integer", after="name"),
        add("created_at", "timestamp(3) with time zone", after="doc"),
        add("Odd name", "character varying(20)[]", after="created_at", not_null=False),
        add("first", "bytea"),
        alter("id", "bigint", "type"),
        alter("name", "text", "null", not_null=False),
        alter("seen_at", "timestamp with time zone", "null"),
        alter("state", "public.user_state", "type", "null", labels=("on", "off", "gone away", "x")),
    )
    assert result.left == ()
    assert result.text == dedent(
        """\
        //! Users.
        use chrono::{DateTime, Utc};
        use sqlx::FromRow;

        #[derive(sqlx::Type)]
        #[sqlx(type_name = "user_state", rename_all = "snake_case")]
        pub enum State {
            On,
            Off, // not on
            #[sqlx(rename = "gone away")]
            GoneAway,
            X,
        }

        /// A user.
        #[derive(Debug, FromRow)]
        pub struct User {
            pub first: Vec<u8>,
            pub id: i64,
            /// The name.
            #[serde(default)]
            pub name: Option<String>, // shown
            pub r#type: i32,
            // life
            pub state: State,
            pub seen_at: DateTime<Utc>,
            pub own: Own,
            #[sqlx(json)]
            pub doc: Thing,
            pub created_at: DateTime<Utc>,
            #[sqlx(rename = "Odd name")]
            pub odd_name: Option<Vec<String>>,
        }
        """
    )
    gone = edited(result.text, remove("name"), remove("Odd name"), remove("first"))
    assert gone.left == ()
    assert gone.text == result.text.replace("    pub first: Vec<u8>,\n", "").replace(
        "    /// The name.\n    #[serde(default)]\n    pub name: Option<String>, // shown\n", ""
    ).replace('    #[sqlx(rename = "Odd name")]\n    pub odd_name: Option<Vec<String>>,\n', "")


@pytest.mark.parametrize(
    ("head", "type_", "rust"),
    [
        ("use time::OffsetDateTime;", "timestamp with time zone", "OffsetDateTime"),
        ("use time::OffsetDateTime;", "date", "time::Date"),
        ("struct X { at: chrono::NaiveDateTime }", "date", "sqlx::types::chrono::NaiveDate"),
        ("use chrono::prelude::*;", "timestamp without time zone", "NaiveDateTime"),
        ("use rust_decimal::Decimal;", "numeric(10,2)", "Decimal"),
        ("use sqlx::types::BigDecimal;", "numeric", "BigDecimal"),
        ("", "uuid", "sqlx::types::Uuid"),
        ("use uuid::Uuid;", "uuid[]", "Vec<Uuid>"),
        ("use serde_json::json;", "jsonb", "serde_json::Value"),
        ("use sqlx::types::JsonValue;", "jsonb", "JsonValue"),
        ("", "inet", "sqlx::types::ipnetwork::IpNetwork"),
        ("", "extensions.citext", "String"),
        ("", '"char"', "i8"),
    ],
)
def test_types_are_written_as_the_file_has_them(head: str, type_: str, rust: str) -> None:
    text = head + "\n#[derive(sqlx::FromRow)]\nstruct User { a: i32 }\n"
    result = edited(text, add("x", type_, after="a"))
    assert result.left == ()
    assert result.text.endswith(f"struct User {{ a: i32, x: {rust} }}\n")


@pytest.mark.parametrize(
    ("type_", "rust"), [("jsonb", "serde_json::Value"), ("vector(3)", "pgvector::Vector")]
)
def test_a_crate_that_the_file_does_not_show_is_only_proposed(type_: str, rust: str) -> None:
    result = edited("#[derive(sqlx::FromRow)]\nstruct User { a: i32 }\n", add("x", type_, after="a"))
    ((_, why),) = result.left
    assert why.endswith(f"x: {rust},")


@pytest.mark.parametrize(
    ("text", "edit", "why", "paste"),
    [
        (
            TEXT,
            add("price", "numeric(10,2)"),
            "does not show whether rust_decimal or bigdecimal",
            "pub price: rust_decimal::Decimal,",
        ),
        (
            TEXT.replace("chrono", "x").replace("DateTime", "Y"),
            add("at", "timestamp with time zone", not_null=False),
            "does not show whether chrono or time",
            "pub at: Option<chrono::DateTime<chrono::Utc>>,",
        ),
        (TEXT, add("name", "text"), "has a field for the column", ""),
        (TEXT, remove("gone"), 'has no field for the column "gone" in a.rs', ""),
        (TEXT, alter("doc", "text", "type"), "decoded by #[sqlx(json)]", ""),
        (
            TEXT + "    struct Own(i32);\n",
            alter("own", "text", "type"),
            "has the type Own of this project",
            "own: String,",
        ),
        (TEXT + "    fn f(u: User) { u.name; }\n", remove("name"), '"User.name" may be used on line 26', ""),
        (
            TEXT + "    fn f() { User { id: 1, name: 2 }; }\n",
            add("x", "text"),
            '"User" is made with all its fields on line 26',
            "pub x: String,",
        ),
        (
            TEXT + '    fn f() { sqlx::query_as!(User, "select id from users"); }\n',
            add("x", "text"),
            "is made with all its fields on line 26",
            "pub x: String,",
        ),
        (
            TEXT,
            alter("state", "public.user_state", "type", labels=("on",)),
            'has the label "off", which the database has not',
            "",
        ),
        (
            TEXT,
            add("kind", "public.user_kind", labels=("in_part", "whole")),
            "has no enum for public.user_kind",
            '#[sqlx(type_name = "user_kind", rename_all = "snake_case")]\npub enum UserKind {\n    InPart,\n    Whole,\n}',
        ),
        (TEXT, add("search", "tsvector"), "no type of SQLx is known for tsvector", ""),
        (
            TEXT.replace("pub own: Own", "#[sqlx(flatten)]\n        pub own: Own")
            + "    #[derive(FromRow)]\n    struct Own { street: String }\n",
            remove("street"),
            "comes from #[sqlx(flatten)]",
            "",
        ),
        (TEXT.replace("struct User", "struct Other"), remove("id"), 'the struct "User" is not in a.rs', ""),
    ],
)
def test_what_is_not_plain_is_left_with_the_reason(text: str, edit: Edit, why: str, paste: str) -> None:
    result = edited(text, edit)
    assert (result.text, result.done) == (dedent(text), ())
    [(left, said)] = result.left
    assert left is edit
    assert why in said.split("\n")[0]
    assert paste in said.partition("\n")[2] if paste else "\n" not in said


def test_a_field_is_renamed_where_its_name_does_not_give_the_column() -> None:
    text = '#[derive(sqlx::FromRow)]\n#[sqlx(rename_all = "camelCase")]\nstruct User {\n    a: i32,\n}\n'
    result = edited(
        text,
        add("orgId", "text", after="a"),
        add("org_no", "text", after="orgId"),
        add("self", "text", after="org_no"),
        add("1st", "text", after="self"),
    )
    assert result.left == ()
    assert result.text == (
        '#[derive(sqlx::FromRow)]\n#[sqlx(rename_all = "camelCase")]\nstruct User {\n    a: i32,\n    org_id: String,\n'
        '    #[sqlx(rename = "org_no")]\n    org_no: String,\n    self_: String,\n    _1st: String,\n}\n'
    )


@pytest.mark.parametrize(
    ("imports", "left"),
    [
        ("use chrono::NaiveDate;\n", ""),
        ("use chrono::{NaiveDate, Utc};\n", "use chrono::Utc;\n"),
        ("use chrono::{DateTime, NaiveDate, Utc};\n", "use chrono::{DateTime, Utc};\n"),
        ("use chrono::{DateTime, Utc, NaiveDate};\n", "use chrono::{DateTime, Utc};\n"),
        ("use chrono::{self, NaiveDate};\n", "use chrono::{self};\n"),
        ("use {chrono::{NaiveDate, Utc}, std::fmt};\n", "use {chrono::Utc, std::fmt};\n"),
        ("use chrono::Day as NaiveDate;\r\n", ""),
        ("use chrono::{\n    NaiveDate,\n    Utc, // now\n};\n", "use chrono::{\n    Utc, // now\n};\n"),
        ("pub use chrono::NaiveDate;\n", None),
        ("mod more;\nuse chrono::NaiveDate;\n", None),
        ("use chrono::NaiveDate;\nfn f() { g!(NaiveDate) }\n", None),
        ("use chrono::*;\n", None),
    ],
)
def test_imports_that_an_edit_leaves_unused_go(imports: str, left: str | None) -> None:
    text = "#[derive(sqlx::FromRow)]\nstruct User {\n    a: NaiveDate,\n    b: Utc,\n}\n"
    result = edited(imports + text, alter("a", "bigint", "type"))
    assert result.left == ()
    assert result.text == (imports if left is None else left) + text.replace("NaiveDate", "i64")


def test_line_ends_stay() -> None:
    text = "#[derive(sqlx::FromRow)]\r\nstruct User {\r\n    a: i32, // x\r\n}\r\n"
    result = edited(text, add("b", "text", after="a"), add("c", "text"))
    assert (
        result.text
        == "#[derive(sqlx::FromRow)]\r\nstruct User {\r\n    c: String,\r\n    a: i32, // x\r\n    b: String,\r\n}\r\n"
    )
    assert edited(result.text, remove("c"), remove("b")).text == text
