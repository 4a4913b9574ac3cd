"""Which columns are compared with which claims, read from expressions as PostgreSQL prints them."""

from __future__ import annotations

import pytest

from ormony import claims
from ormony.claims import SETTING, Body, Claim, Compared


def found(expression: str, functions: dict[str, Body] | None = None) -> set[tuple[str, str, Claim]]:
    """Relation, column and claim of each comparison."""
    return {
        (each.relation, each.column, each.claim) for each in claims.of_expression(expression, functions or {})
    }


EXPRESSIONS: dict[str, set[tuple[str, str, Claim]]] = {
    "(user_id = auth.uid())": {("", "user_id", ("sub",))},
    "(user_id = ( SELECT auth.uid() AS uid))": {("", "user_id", ("sub",))},
    "(( SELECT auth.uid() AS uid) = user_id)": {("", "user_id", ("sub",))},
    "((user_id)::text = (auth.jwt() ->> 'sub'::text))": {("", "user_id", ("sub",))},
    "(org_id = ((( SELECT auth.jwt() AS jwt) ->> 'org_id'::text))::uuid)": {("", "org_id", ("org_id",))},
    "(org_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'org'::text))::uuid)": {
        ("", "org_id", ("app_metadata", "org"))
    },
    "(org_id = ((auth.jwt() #>> '{app_metadata,org}'::text[]))::uuid)": {
        ("", "org_id", ("app_metadata", "org"))
    },
    "(email = auth.email())": {("", "email", ("email",))},
    "(tenant = current_setting('app.tenant'::text, true))": {("", "tenant", (SETTING, "app.tenant"))},
    "(id = (current_setting('request.jwt.claim.sub'::text, true))::uuid)": {("", "id", ("sub",))},
    "(id = ((current_setting('request.jwt.claims'::text))::json ->> 'sub'::text)::uuid)": {
        ("", "id", ("sub",))
    },
    "(org_id = COALESCE(((auth.jwt() ->> 'org_id'::text))::uuid, NULL::uuid))": {("", "org_id", ("org_id",))},
    "((org_id = ((auth.jwt() ->> 'org_id'::text))::uuid) AND (author = auth.uid()))": {
        ("", "org_id", ("org_id",)),
        ("", "author", ("sub",)),
    },
    "(team_id IN ( SELECT m.team_id FROM members m WHERE (m.user_id = auth.uid())))": {
        ("members", "user_id", ("sub",))
    },
    "(EXISTS ( SELECT 1 FROM app.members WHERE (members.user_id = auth.uid())))": {
        ("members", "user_id", ("sub",))
    },
    "((auth.jwt() ->> 'role'::text) = 'admin'::text)": set(),
    "(state = 'open'::text)": set(),
    "(key = ((current_setting('request.headers'::text, true))::json ->> 'x-key'::text))": set(),
    "(key = current_setting('request.header.x-key'::text, true))": set(),
    "true": set(),
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_comparisons_are_read(expression: str) -> None:
    assert found(expression) == EXPRESSIONS[expression]


def test_a_table_is_named_with_its_schema() -> None:
    (each,) = claims.of_expression("EXISTS (SELECT 1 FROM app.members m WHERE m.user_id = auth.uid())", {})
    assert each == Compared("app", "members", "user_id", ("sub",))


FUNCTIONS = {
    "sql": (
        "CREATE FUNCTION public.my_org() RETURNS uuid LANGUAGE sql STABLE AS"
        " $$ SELECT (auth.jwt() ->> 'org_id')::uuid $$"
    ),
    "standard": (
        "CREATE FUNCTION public.my_org() RETURNS uuid LANGUAGE sql STABLE"
        " RETURN ((auth.jwt() ->> 'org_id'::text))::uuid"
    ),
    "plpgsql": (
        "CREATE FUNCTION public.my_org() RETURNS uuid LANGUAGE plpgsql STABLE AS"
        " $$ BEGIN RETURN (auth.jwt() ->> 'org_id')::uuid; END $$"
    ),
}


@pytest.mark.parametrize("language", FUNCTIONS)
def test_what_a_function_returns_counts_where_a_policy_calls_it(language: str) -> None:
    body = claims.of_function(FUNCTIONS[language], {})
    assert body.claims == {("org_id",)}
    assert found("(org_id = public.my_org())", {"public.my_org": body}) == {("", "org_id", ("org_id",))}
    assert found("(org_id = public.my_org())") == set()


def test_what_a_function_is_given_is_not_what_it_returns() -> None:
    definition = (
        "CREATE FUNCTION public.org_of(person uuid) RETURNS uuid LANGUAGE sql STABLE AS"
        " $$ SELECT org_id FROM public.members WHERE user_id = person $$"
    )
    body = claims.of_function(definition, {})
    assert found("(org_id = public.org_of(auth.uid()))", {"public.org_of": body}) == set()
    assert found("(mail = lower(auth.email()))") == {("", "mail", ("email",))}


def test_what_a_function_compares_counts_too() -> None:
    definition = (
        "CREATE FUNCTION app.is_member(team uuid) RETURNS boolean LANGUAGE sql AS $$ SELECT EXISTS"
        " (SELECT 1 FROM app.members AS m WHERE m.team_id = team AND m.user_id = auth.uid()) $$"
    )
    body = claims.of_function(definition, {})
    assert Compared("app", "members", "user_id", ("sub",)) in body.compared
    assert ("members", "user_id", ("sub",)) in found("app.is_member(team_id)", {"app.is_member": body})


def test_what_cannot_be_parsed_says_nothing() -> None:
    assert claims.of_expression("(org_id = ", {}) == frozenset()
    assert claims.of_function("CREATE FUNCTION nonsense", {}) == Body(frozenset(), frozenset())
    assert claims.shown_columns("SELECT FROM WHERE") == {}


def test_constants_and_operators_of_a_check() -> None:
    check = "CHECK ((state = ANY (ARRAY['open'::text, 'done'::text])) AND (amount > 0)) NOT VALID"
    assert claims.constants(check) == ("open", "done", "0")
    assert claims.operators(check) == {"=", ">"}
    assert claims.operators("CHECK ((char_length(code) = 3) AND (code ~ '^[a-z]+$'::text))") == {
        "char_length",
        "=",
        "~",
    }


def test_columns_that_a_view_only_shows() -> None:
    query = (
        " SELECT t.id AS number,\n    t.title,\n    upper(t.state) AS state,\n    1 AS one\n"
        "   FROM public.tasks t"
    )
    assert claims.shown_columns(query) == {"number": "id", "title": "title"}


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "NULL"), ("it's", "'it''s'"), ("", "''"), ("a\\b", r" E'a\\b'")]
)
def test_values_are_quoted(value: str | None, shown: str) -> None:
    assert claims.literal(value).strip() == shown.strip()
