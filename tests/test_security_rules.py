"""What the rules about security and speed say beyond the examples of their pages, on real databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest

from ormony import narrow, rules, sql
from ormony.catalog import Catalog, Column, Constraint, Grant, Object, Policy, Ref, Table
from ormony.database import introspect, server
from ormony.database.connect import connect
from ormony.database.shadow import Shadow
from ormony.errors import OrmonyError
from ormony.rules.exposure import exposure
from ormony.rules.finding import Finding
from ormony.stream import StreamFile
from rule_projects import build, examples, read
from small_project import hand

CATALOG_RULES = [name for name in rules.RULES if getattr(rules.rule(name), "NEEDS_CATALOG", False)]
OWN = [name for name in CATALOG_RULES if name != "definer-without-search-path"]

CONFIG = 'project_id = "shop"\n[api]\nschemas = ["public", "shop"]\n'


class Known:
    """Evidence from files and a catalog."""

    def __init__(self, files: Sequence[StreamFile], catalog: Catalog, config: str | None = CONFIG) -> None:
        self.name = "main"
        self.stream = tuple(files)
        self.frozen: frozenset[str] = frozenset()
        self.services = ()
        self.histories: dict[str, object] = {}
        self.notices = ()
        self.parts: dict[tuple[str, str], tuple[()]] = {}
        self.frozen_texts: dict[str, str] = {}
        self.catalog = catalog
        self.config = config

    def text(self, path: str) -> str | None:
        return self.config if path == "supabase/config.toml" else None


Look = Callable[..., list[Finding]]


@pytest.fixture
def look(shadow: Shadow) -> Look:
    """What the rules find, of the names that are given or all, in a database that has run the SQL."""
    surface = read(shadow, ())

    def of(text: str, *names: str, config: str | None = CONFIG) -> list[Finding]:
        files = [hand("00400", text)]
        known = Known(files, narrow.without_surface(read(shadow, files), surface), config)
        return [each for name in names or OWN for each in rules.rule(name).find(known)]  # type: ignore[arg-type]

    return of


def told(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(each.severity, each.object) for each in found]


# ------------------------------------------------------------------------------------- conditions of policies


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("(auth.uid() = user_id)", ["auth.uid"]),
        ("(( SELECT auth.uid() AS uid) = user_id)", []),
        ("(org = (( SELECT (auth.jwt() ->> 'org'::text)))::uuid)", []),
        ("((auth.jwt() ->> 'org'::text) = org)", ["auth.jwt"]),
        ("(( SELECT auth.uid() AS uid) = a) AND (auth.uid() = b)", ["auth.uid"]),
        ("(org = (current_setting('app.org'::text, true))::uuid)", ["current_setting"]),
        ("(EXISTS ( SELECT 1 FROM m WHERE (m.u = auth.uid())))", ["auth.uid"]),
        ("(EXISTS ( SELECT 1 FROM m WHERE (m.u = ( SELECT auth.uid() AS uid))))", []),
        ("(a IN ( SELECT m.a FROM m WHERE (m.u = auth.uid())))", ["auth.uid"]),
        ("(( SELECT (auth.uid() = user_id)))", ["auth.uid"]),  # of the row: it is asked for each
        ("(( SELECT auth.uid() AS uid FROM one) = user_id)", ["auth.uid"]),
        ("(( SELECT ( SELECT auth.uid() AS uid) AS uid) = user_id)", []),
        ("may_see(auth.uid(), id)", ["auth.uid"]),
        ("may_see(( SELECT auth.uid() AS uid), id)", []),
        ("CASE WHEN is_open THEN true ELSE (owner = auth.uid()) END", ["auth.uid"]),
        ("true", []),
    ],
)
def test_calls_that_run_again_for_each_row(text: str, again: list[str]) -> None:
    assert [".".join(filter(None, each)) for each in sql.condition(text).per_row] == again


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("true", True),
        ("(true)", True),
        ("(1 = 1)", True),
        ("('a'::text = 'a'::text)", False),  # it is, but nobody writes it: what is cast is not compared
        ("(NOT false)", True),
        ("(true OR (owner = 1))", True),
        ("(true AND (1 = 1))", True),
        ("(true AND (owner = 1))", False),
        ("(1 = 2)", False),
        ("(1 = owner)", False),
        ("(id = id)", False),  # null is not
        ("(NOT true)", False),
        ("false", False),
        ("is_open", False),
    ],
)
def test_conditions_that_are_always_true(text: str, always: bool) -> None:
    assert sql.condition(text).always is always


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("(owner = ( SELECT auth.uid() AS uid))", [{"owner"}]),
        ("(auth.uid() = owner)", [{"owner"}]),
        ("((owner)::text = (auth.uid())::text)", [{"owner"}]),
        ("((a = f()) AND (b = f()))", [{"a", "b"}]),
        ("((a = f()) OR (b = f()))", [{"a"}, {"b"}]),
        ("((a = f()) AND ((b = f()) OR (c = f())))", [{"a", "b"}, {"a", "c"}]),
        ("((a = f()) OR is_open)", []),
        ("((a = f()) AND is_open)", [{"a"}]),
        ("(org IN ( SELECT m.org FROM m))", [{"org"}]),
        ("(org = ANY (my_orgs()))", [{"org"}]),
        ("(org = ANY (ARRAY[1, 2]))", []),
        ("(state = 'open'::text)", []),
        ("(a = b)", []),
        ("(a = f(b))", []),
        ("(a <> f())", []),
        ("(NOT (a = f()))", []),
    ],
)
def test_columns_by_which_an_index_finds_rows(text: str, columns: list[set[str]]) -> None:
    assert [set(each) for each in sql.condition(text).compared] == columns


def test_a_condition_that_is_no_sql_is_refused() -> None:
    with pytest.raises(OrmonyError) as refused:
        sql.condition("a = = b")
    assert refused.value.code == "sql-syntax"


def test_calls_are_put_into_sub_selects() -> None:
    calls = {("auth", "uid"), ("", "current_setting")}
    text = (
        "((current_setting('é)('::text, true) = a) AND (b = ( SELECT auth.uid() AS uid))"
        " AND f(auth.uid(), c))"
    )
    once = sql.asked_once(text, calls)
    assert once == (
        "((( SELECT current_setting('é)('::text, true)) = a) AND (b = ( SELECT auth.uid() AS uid))"
        " AND f(( SELECT auth.uid()), c))"
    )
    assert sql.asked_once(once, calls) == once
    union = "(a IN ( SELECT b FROM m WHERE (c = auth.uid())\nUNION\n SELECT b FROM n WHERE (c = auth.uid())))"
    assert sql.asked_once(union, calls) == union.replace("auth.uid()", "( SELECT auth.uid())")
    assert sql.asked_once(text, set()) == text


# -------------------------------------------------------------------------------------------- what is exposed

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY);\n"
IN_SHOP = "CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY);\n"
USAGE = "GRANT USAGE ON SCHEMA shop TO anon;\n"


@pytest.mark.parametrize(
    ("text", "config", "expected"),
    [
        (ORDERS, CONFIG, [("error", "public.orders")]),
        (ORDERS, None, [("note", "public.orders")]),
        (ORDERS, 'title = "another tool"\n', [("note", "public.orders")]),
        (ORDERS, "no TOML", [("note", "public.orders")]),
        (ORDERS, 'project_id = "shop"\n', [("error", "public.orders")]),
        (ORDERS, "[api]\nenabled = false\n", []),
        (ORDERS, '[api]\nschemas = ["shop"]\n', []),
        (IN_SHOP, CONFIG, []),  # nobody may use the schema
        (IN_SHOP + "GRANT SELECT ON shop.orders TO anon;\n", CONFIG, []),
        (IN_SHOP + USAGE, CONFIG, []),  # nobody may use the table
        (IN_SHOP + USAGE + "GRANT SELECT ON shop.orders TO anon;\n", CONFIG, [("error", "shop.orders")]),
        (
            IN_SHOP + USAGE + "GRANT SELECT (id) ON shop.orders TO PUBLIC;\n",
            CONFIG,
            [("error", "shop.orders")],
        ),
        (IN_SHOP + USAGE + "GRANT SELECT ON shop.orders TO service_role;\n", CONFIG, []),
        (IN_SHOP + USAGE + "GRANT SELECT ON shop.orders TO anon;\n", '[api]\nschemas = ["public"]\n', []),
        (ORDERS + "REVOKE ALL ON orders FROM anon, authenticated;\n", CONFIG, []),
        (ORDERS + "REVOKE ALL ON SCHEMA public FROM anon, authenticated, PUBLIC;\n", CONFIG, []),
        # Without a configuration, what speaks of Supabase's roles and schemas.
        (ORDERS + "REVOKE INSERT ON orders FROM anon;\n", None, [("error", "public.orders")]),
        (
            ORDERS + "CREATE TABLE a (id bigint PRIMARY KEY, u uuid REFERENCES auth.users);\n"
            "ALTER TABLE a ENABLE ROW LEVEL SECURITY;\n",
            None,
            [("error", "public.orders")],
        ),
        (
            ORDERS + "CREATE POLICY p ON storage.objects FOR SELECT USING (false);\n",
            None,
            [("error", "public.orders")],
        ),
    ],
)
def test_who_reaches_a_table(
    look: Look, text: str, config: str | None, expected: list[tuple[str, str]]
) -> None:
    assert told(look(text, "table-without-rls", config=config)) == expected


def test_a_partition_is_reached_by_itself(look: Look) -> None:
    text = """
        CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON events FOR SELECT TO authenticated USING (true);
    """
    assert told(look(text, "table-without-rls")) == [("error", "public.events_1")]


def test_a_foreign_table_is_reached(cluster: server.Cluster, fresh_database: str) -> None:
    """Only a superuser can make a wrapper, so no stream of a shadow has one."""
    with psycopg.connect(fresh_database) as connection:
        surface = introspect.introspect(connection)
        name = connection.info.dbname
    with cluster.admin(name) as admin:
        admin.execute("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w")
        admin.execute("CREATE FOREIGN TABLE public.remote (id bigint) SERVER s")
        admin.execute("GRANT SELECT ON public.remote TO authenticated")
    with connect(fresh_database) as connection:
        catalog = narrow.without_surface(introspect.introspect(connection), surface)
    (found,) = rules.rule("table-without-rls").find(Known([], catalog))  # type: ignore[arg-type]
    assert (found.severity, found.object) == ("error", "public.remote")
    assert found.hint is not None
    assert found.hint.startswith('REVOKE ALL ON "public"."remote" FROM PUBLIC, ')


def test_columns_that_are_secret_are_named(look: Look) -> None:
    text = "CREATE TABLE sessions (id bigint PRIMARY KEY, token text, agent text, password text);"
    (found,) = look(text, "table-without-rls")
    assert found.message.endswith(": all read its token and password")


# ---------------------------------------------------------------------------------------- views and functions

GUARDED = """
    CREATE TABLE orders (id bigint PRIMARY KEY, owner uuid UNIQUE);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE VIEW v AS SELECT * FROM orders;", [("error", "public.v")]),
        ("CREATE VIEW v WITH (security_invoker) AS SELECT * FROM orders;", []),
        ("CREATE VIEW v WITH (security_invoker = 1) AS SELECT * FROM orders;", []),
        ("CREATE VIEW v WITH (security_invoker = off) AS SELECT * FROM orders;", [("error", "public.v")]),
        ("CREATE VIEW v WITH (security_barrier) AS SELECT * FROM orders;", [("error", "public.v")]),
        ("CREATE VIEW v AS WITH o AS (SELECT * FROM orders) SELECT * FROM o;", [("error", "public.v")]),
        ("CREATE VIEW v AS SELECT * FROM orders WHERE owner = auth.uid();", [("warning", "public.v")]),
        (
            "CREATE VIEW v AS SELECT * FROM orders WHERE owner = current_setting('a.b')::uuid;",
            [("warning", "public.v")],
        ),
        ("CREATE VIEW v AS SELECT 1 AS one;", []),
        (
            "CREATE TABLE news (id bigint PRIMARY KEY); CREATE VIEW v AS SELECT * FROM news;",
            [("note", "public.v")],
        ),
        ("CREATE SCHEMA inner1; CREATE VIEW inner1.v AS SELECT * FROM orders;", []),
        (
            "CREATE SCHEMA inner1; CREATE VIEW inner1.v AS SELECT * FROM orders;"
            "CREATE VIEW w AS SELECT * FROM inner1.v;",
            [("error", "public.w")],
        ),
        (
            "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM orders;CREATE VIEW w AS SELECT * FROM v;",
            [("note", "public.w")],
        ),
        ("CREATE VIEW v AS SELECT id FROM storage.objects;", [("error", "public.v")]),
    ],
)
def test_views_that_read_past_policies(look: Look, text: str, expected: list[tuple[str, str]]) -> None:
    assert told(look(GUARDED + text, "view-bypasses-rls")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE VIEW v AS SELECT email FROM auth.users;", ["error"]),
        ("CREATE MATERIALIZED VIEW v AS SELECT email FROM auth.users;", ["error"]),
        ("CREATE VIEW v WITH (security_invoker) AS SELECT email FROM auth.users;", []),
        ("CREATE VIEW v AS SELECT email FROM auth.users; REVOKE ALL ON v FROM anon, authenticated;", []),
        ("CREATE TABLE users (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM users;", []),
        (
            "CREATE SCHEMA i; CREATE VIEW i.v AS SELECT email FROM auth.users; CREATE VIEW w AS TABLE i.v;",
            ["error"],
        ),
        (
            "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS"
            " 'BEGIN RETURN (SELECT email FROM auth.users LIMIT 1); END';",
            ["warning"],
        ),
        (
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql SECURITY DEFINER AS"
            " 'SELECT email::text FROM auth.users LIMIT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC, anon;",
            ["note"],
        ),
        ("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT email::text FROM auth.users';", []),
    ],
)
def test_what_gives_away_the_users(look: Look, text: str, expected: list[str]) -> None:
    assert [each.severity for each in look(text, "auth-users-exposed")] == expected


# ----------------------------------------------------------------------------------------- policies and speed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE POLICY p ON orders FOR DELETE TO anon USING (true);", ["error"]),
        ("CREATE POLICY p ON orders FOR UPDATE TO anon USING (true) WITH CHECK (id > 1);", ["error"]),
        ("CREATE POLICY p ON orders FOR UPDATE TO anon USING (id > 1) WITH CHECK (true);", ["warning"]),
        ("CREATE POLICY p ON orders FOR INSERT TO anon;", []),  # without a condition nothing is let through
        ("CREATE POLICY p ON orders TO anon USING (id > 1) WITH CHECK (true);", ["warning"]),
        ("CREATE POLICY p ON orders FOR INSERT TO anon WITH CHECK (true);", ["warning"]),
        ("CREATE POLICY p ON orders USING (true);", ["error"]),
        ("CREATE POLICY p ON orders FOR SELECT USING (true);", []),
        ("CREATE POLICY p ON orders TO service_role USING (true);", []),
        ("CREATE POLICY p ON orders TO authenticator USING (true);", ["note"]),
        ("CREATE POLICY p ON orders AS RESTRICTIVE USING (true);", []),
        (
            "CREATE POLICY p ON orders TO anon USING (true);"
            "CREATE POLICY q ON orders AS RESTRICTIVE USING (owner = (SELECT auth.uid()));",
            [],
        ),
        (
            "CREATE POLICY p ON orders TO anon USING (true);"
            "CREATE POLICY q ON orders AS RESTRICTIVE FOR SELECT USING (owner = (SELECT auth.uid()));",
            ["error"],
        ),
        (
            "CREATE POLICY p ON orders TO anon USING (true);"
            "REVOKE INSERT, UPDATE, DELETE ON orders FROM anon;",
            [],
        ),
        ("ALTER TABLE orders DISABLE ROW LEVEL SECURITY; CREATE POLICY p ON orders USING (true);", []),
    ],
)
def test_policies_by_which_anything_is_written(look: Look, text: str, expected: list[str]) -> None:
    assert [each.severity for each in look(GUARDED + text, "always-true-write-policy")] == expected


def test_the_policy_that_asks_once_is_one_line(look: Look) -> None:
    text = """
        CREATE POLICY p ON orders FOR DELETE TO authenticated
          USING (EXISTS (SELECT FROM orders o WHERE o.owner = auth.uid() AND o.id::text <> 'a
        b'));
    """
    (found,) = look(GUARDED + text, "auth-per-row")
    assert found.hint == (
        'ALTER POLICY "p" ON "public"."orders" USING ((EXISTS ( SELECT FROM public.orders o'
        " WHERE ((o.owner = ( SELECT auth.uid())) AND ((o.id)::text <> 'a\n        b'::text)))));"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("USING ((auth.jwt() -> 'user_metadata' ->> 'role') = 'admin')", True),
        ("USING ((auth.jwt() #>> '{user_metadata,role}') = 'admin')", True),
        (
            "USING (current_setting('request.jwt.claims')::jsonb -> 'user_metadata' ->> 'org' = id::text)",
            True,
        ),
        (
            "USING (EXISTS (SELECT FROM auth.users u WHERE u.raw_user_meta_data ->> 'role' = 'admin'))",
            True,
        ),
        ("USING ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin')", False),
        ("USING ((auth.jwt() ->> 'role') = 'user_metadata')", False),
        ("USING (in_code())", True),
        ("USING (in_comment())", False),
    ],
)
def test_what_users_write_about_themselves(look: Look, text: str, found: bool) -> None:
    functions = """
        CREATE FUNCTION in_code() RETURNS boolean LANGUAGE plpgsql AS
          $$ BEGIN RETURN auth.jwt() -> 'user_metadata' ->> 'role' = 'admin'; END $$;
        CREATE FUNCTION in_comment() RETURNS boolean LANGUAGE sql AS
          $$ -- not raw_user_meta_data, nor 'user_metadata'
             SELECT true $$;
    """
    policy = f"CREATE POLICY p ON orders FOR DELETE TO authenticated {text};"
    assert bool(look(GUARDED + functions + policy, "user-metadata-in-policy")) is found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE POLICY p ON orders FOR SELECT TO authenticated USING (true);", 1),
        ("CREATE POLICY p ON orders FOR SELECT USING (true);", 1),
        ("CREATE POLICY p ON orders USING (true);", 1),
        ("CREATE POLICY p ON orders FOR SELECT TO anon USING (true);", 0),
        ("CREATE POLICY p ON orders FOR UPDATE TO authenticated USING (true);", 0),
        ("CREATE POLICY p ON orders AS RESTRICTIVE FOR SELECT TO authenticated USING (true);", 0),
        ("CREATE POLICY p ON orders FOR SELECT TO service_role USING (true);", 0),
        (
            "CREATE POLICY p ON orders FOR DELETE TO anon USING (false);"
            "CREATE POLICY q ON orders FOR DELETE TO anon USING (false); REVOKE DELETE ON orders FROM anon;",
            0,
        ),
        (
            "CREATE POLICY p ON storage.objects FOR SELECT USING (bucket_id = 'a');"
            "CREATE POLICY q ON storage.objects FOR SELECT USING (bucket_id = 'b');",
            0,
        ),
    ],
)
def test_policies_that_answer_together(look: Look, text: str, expected: int) -> None:
    assert len(look(GUARDED + text, "several-permissive-policies")) == expected


@pytest.mark.parametrize(
    ("index", "found"),
    [
        ("", True),
        ("CREATE INDEX ON lines (a, b);", False),
        ("CREATE INDEX ON lines (b, a, id);", False),
        ("CREATE INDEX ON lines (b DESC NULLS LAST, a);", False),
        ("CREATE INDEX ON lines (a, b) WHERE a IS NOT NULL;", False),
        ("CREATE INDEX ON lines (a, b) WHERE id > 5;", True),
        ("CREATE INDEX ON lines (a);", True),
        ("CREATE INDEX ON lines (id, a, b);", True),
        ("CREATE INDEX ON lines (a, (b + 1));", True),
        ("CREATE INDEX ON lines USING brin (a, b);", True),
        ("CREATE UNIQUE INDEX ON lines (a, b) INCLUDE (id);", False),
        ("ALTER TABLE lines ADD UNIQUE (a, b, id);", False),
        ("ALTER TABLE lines ADD UNIQUE (id) INCLUDE (a, b);", True),
    ],
)
def test_indexes_that_serve_a_foreign_key(look: Look, index: str, found: bool) -> None:
    text = f"""
        CREATE TABLE keys (a int, b int, PRIMARY KEY (a, b));
        CREATE TABLE lines (id int PRIMARY KEY, a int, b int, FOREIGN KEY (a, b) REFERENCES keys);
        {index}
    """
    assert bool(look(text, "unindexed-foreign-key")) is found


def test_names_that_must_be_quoted(look: Look) -> None:
    text = """
        CREATE TABLE "a b" ("c d" uuid PRIMARY KEY);
        CREATE TABLE "e f" (id int PRIMARY KEY, "g h" uuid REFERENCES "a b", "i""j" uuid REFERENCES "a b");
        CREATE INDEX ON "e f" ("g h");
        CREATE INDEX ON "e f" ("i""j") WHERE "i""j" IS NOT NULL;
    """
    assert look(text, "unindexed-foreign-key") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE INDEX x ON t (a); CREATE INDEX y ON t (a);", ["public.y"]),
        ("CREATE INDEX x ON t (a); CREATE UNIQUE INDEX y ON t (a);", ["public.x"]),
        ("CREATE UNIQUE INDEX x ON t (a); CREATE UNIQUE INDEX y ON t (a);", ["public.y"]),
        ("CREATE INDEX x ON t (id);", ["public.x"]),
        ("ALTER TABLE t ADD UNIQUE (a), ADD UNIQUE (a, id); CREATE INDEX x ON t (a, id);", ["public.x"]),
        (
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a); ALTER TABLE t ADD CONSTRAINT d UNIQUE (a);",
            ["public.t.d"],
        ),
        ("ALTER TABLE t ADD UNIQUE (a) INCLUDE (id); CREATE INDEX x ON t (a);", []),
        ("ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a); CREATE UNIQUE INDEX x ON t (a);", []),
        ("CREATE INDEX x ON t (lower(b)); CREATE INDEX y ON t (lower(b));", ["public.y"]),
        ("CREATE INDEX x ON t (b); CREATE INDEX y ON t (b text_pattern_ops);", []),
        ("CREATE INDEX x ON t (b); CREATE INDEX y ON t (b) INCLUDE (a);", []),
        ("CREATE INDEX x ON t (b); CREATE INDEX y ON t (b, a);", []),
    ],
)
def test_indexes_that_are_the_same(look: Look, text: str, expected: list[str]) -> None:
    found = look("CREATE TABLE t (id int PRIMARY KEY, a int, b text);" + text, "duplicate-index")
    assert [each.object for each in found] == expected


# -------------------------------------------------------------------------------------------------- the hints

HINTS = [each for name in OWN for each in examples(name, rules.rule(name).__doc__ or "") if each.finds]


@pytest.mark.parametrize("example", HINTS, ids=lambda each: each.rule)
def test_what_a_hint_says_mends_it(example: object, tmp_path: Path, shadow: Shadow) -> None:
    """Every hint that is SQL is run; nothing of what it was for is found any more."""
    project = build(tmp_path, example, lambda: shadow)  # type: ignore[arg-type]
    rule = rules.rule(example.rule)  # type: ignore[attr-defined]
    found = list(rule.find(project))
    hints = [each.hint or "" for each in found]
    runnable = [each for each in hints if "…" not in each and each.partition(" ")[0].isupper()]
    runnable = [
        each for each in runnable if not each.startswith("CREATE EXTENSION")
    ]  # in place of what is there
    assert runnable or example.rule in {  # type: ignore[attr-defined]
        "always-true-write-policy",
        "extension-in-public",
        "foreign-key-to-auth-unique",
        "no-primary-key",
        "several-permissive-policies",
        "user-metadata-in-policy",
    }, "only where a person has to say what is meant is a hint no SQL"
    url = shadow.clone(project.stream)
    try:
        with connect(url) as connection:
            for each in runnable:
                connection.execute(each.encode())
            catalog = introspect.introspect(connection)
            connection.rollback()
    finally:
        shadow.release(url)
    config = project.text("supabase/config.toml")
    mended = Known(project.stream, narrow.without_surface(catalog, read(shadow, ())), config)
    left = told(list(rule.find(mended)))  # type: ignore[arg-type]
    assert not set(left) & set(told([each for each in found if each.hint in runnable]))


# --------------------------------------------------------------------------------------------------- how fast


def many(count: int) -> tuple[list[StreamFile], Catalog]:
    """Tables with a key, a policy and privileges, and the files that make them."""
    grants = tuple(
        Grant(role, privilege) for role in ("anon", "authenticated") for privilege in ("INSERT", "SELECT")
    )
    catalog: dict[Ref, Object] = {}
    given = {}
    files = []
    for at in range(count):
        name = f"t{at}"
        table = Ref("table", "public", name)
        catalog[table] = Table(row_security=True)
        given[table] = grants
        for column in ("id", "org"):
            catalog[Ref("column", "public", name, column)] = Column(type="uuid")
        catalog[Ref("constraint", "public", name, f"{name}_pkey")] = Constraint(
            type="primary key", definition="PRIMARY KEY (id)", columns=("id",)
        )
        catalog[Ref("policy", "public", name, "ours")] = Policy(
            command="all", roles=("authenticated",), using=f"(org = auth.uid()) AND (id <> f({at}, id))"
        )
        text = (
            f"CREATE TABLE {name} (id uuid PRIMARY KEY, org uuid);\n"
            f"CREATE POLICY ours ON {name} TO authenticated USING (org = auth.uid());\n"
        )
        files.append(hand(f"{10000 + at}", text))
    orders = {ref: ("id", "org") for ref in catalog if ref.kind == "table"}
    return files, Catalog(
        version=180000,
        role="postgres",
        objects=catalog,
        grants=given,
        column_order=orders,
    )


def test_three_hundred_tables_take_a_moment() -> None:
    files, catalog = many(300)
    evidence = Known(files, catalog)
    known = exposure(evidence)  # type: ignore[arg-type]
    assert known is not None
    for ref in known.tables:
        assert (
            known.origin(ref) is not None
        )  # where things were made is known before: every check asks for it
    other = Known(files, catalog)
    begun = time.perf_counter()
    found = [each for name in OWN for each in rules.rule(name).find(other)]  # type: ignore[arg-type]
    took = time.perf_counter() - begun
    assert len([each for each in found if each.rule == "auth-per-row"]) == 300
    assert len([each for each in found if each.rule == "unindexed-policy-column"]) == 300
    assert took < 1.0  # 0.15 s on one idle core
