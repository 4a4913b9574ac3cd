"""The access matrix: rows are generated, personas asked on a real server, each broken policy is caught."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ormony import access, cli, fresh, narrow
from ormony.access import DEFAULTS, Asked, Leak, Line, Matrix, Persona
from ormony.catalog import Catalog
from ormony.database import access as asking
from ormony.database import questions, server
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from ormony.database.shadow import Shadow
from ormony.errors import OrmonyError
from small_project import hand

ROOT = Path(__file__).parent.parent
SCHEMA = """
CREATE TABLE public.orgs (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.plans (code text PRIMARY KEY, price numeric NOT NULL CHECK (price > 100 AND price < 200));
CREATE TYPE public.state AS ENUM ('open', 'done');
CREATE TABLE public.tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES public.orgs (id),
    created_by uuid NOT NULL DEFAULT auth.uid() REFERENCES auth.users (id),
    title text NOT NULL,
    state public.state NOT NULL
);
CREATE TABLE public.comments (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id bigint NOT NULL REFERENCES public.tasks (id) ON DELETE CASCADE,
    body text NOT NULL CHECK (char_length(body) BETWEEN 3 AND 20)
);
ALTER TABLE public.orgs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.comments ENABLE ROW LEVEL SECURITY;
CREATE POLICY orgs_read ON public.orgs FOR SELECT TO authenticated
    USING (id = (SELECT auth.jwt() ->> 'org_id')::uuid);
CREATE POLICY plans_read ON public.plans FOR SELECT USING (true);
"""
TASKS = """
CREATE POLICY tasks_read ON public.tasks FOR SELECT TO authenticated
    USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);
CREATE POLICY tasks_add ON public.tasks FOR INSERT TO authenticated
    WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);
CREATE POLICY tasks_edit ON public.tasks FOR UPDATE TO authenticated
    USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid AND created_by = (SELECT auth.uid()))
    WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);
CREATE POLICY tasks_remove ON public.tasks FOR DELETE TO authenticated
    USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid AND created_by = (SELECT auth.uid()));
CREATE POLICY comments_all ON public.comments FOR ALL TO authenticated
    USING (task_id IN (SELECT t.id FROM public.tasks t));
"""
VIEWS = """
CREATE VIEW public.open_tasks WITH (security_invoker = true) AS
    SELECT id, title FROM public.tasks WHERE state = 'open';
CREATE FUNCTION public.task_count() RETURNS bigint LANGUAGE sql STABLE AS
    'SELECT count(*) FROM public.tasks';
CREATE FUNCTION public.close_task(task_id bigint) RETURNS void LANGUAGE sql AS
    $$ UPDATE public.tasks SET state = 'done' WHERE id = task_id $$;
"""
SOUND = SCHEMA + TASKS + VIEWS


def asked(
    shadow: Shadow, text: str, personas: tuple[Persona, ...] = DEFAULTS, seed: str = ""
) -> tuple[Matrix, Asked]:
    """What the personas may do in a database that `text` makes."""
    url = shadow.clone([hand("00000", text)])
    try:
        with connect(url) as connection:
            whole = introspect(connection)
            catalog = narrow.without_surface(whole, _surface(shadow), frozenset())
            subject = asking.Subject(
                whole=whole,
                catalog=catalog,
                tenancy=access.tenancy(whole, catalog, {}),
                personas=personas,
                seed=seed,
            )
            found = asking.ask(connection, subject)
    finally:
        shadow.release(url)
    return Matrix(tuple(each.name for each in personas), found.lines), found


@cache
def _surface(shadow: Shadow) -> Catalog:
    url = shadow.clone([])
    try:
        with connect(url) as connection:
            return introspect(connection)
    finally:
        shadow.release(url)


@cache
def of_sound(shadow: Shadow) -> Matrix:
    """The matrix of `SOUND`, asked once."""
    return asked(shadow, SOUND)[0]


def cell(matrix: Matrix, name: str, command: str, row: str, persona: str = "member_a") -> str:
    """One value."""
    (line,) = (each for each in matrix.lines if each.key == (name, command, row))
    return line.values[matrix.personas.index(persona)]


def strong(found: Asked) -> list[Leak]:
    """The leaks that are errors."""
    return [each for each in found.leaks if not each.weak]


def test_sound_policies_leak_nothing_and_nothing_is_unknown(shadow: Shadow) -> None:
    matrix, found = asked(shadow, SOUND)
    assert strong(found) == []
    assert found.unknown == ()
    for command, own, other in (
        ("select", "allow", "filter"),
        ("insert", "allow", "deny"),
        ("update", "allow", "filter"),
        ("delete", "allow", "filter"),
    ):
        for persona in ("member_a", "member_b"):
            assert cell(matrix, "public.tasks", command, "own", persona) == own, command
            assert cell(matrix, "public.tasks", command, "other", persona) == other, command
        assert cell(matrix, "public.tasks", command, "other", "service_role") == "allow"
    assert cell(matrix, "public.tasks", "move", "own") == "deny"
    assert cell(matrix, "public.comments", "select", "own") == "allow"
    assert cell(matrix, "public.comments", "select", "other") == "filter"
    assert cell(matrix, "public.plans", "select", "any", "anon") == "allow"
    assert cell(matrix, "public.plans", "insert", "any", "anon") == "deny"
    assert cell(matrix, "public.open_tasks", "select", "own") == "allow"
    assert cell(matrix, "public.open_tasks", "select", "other") == "filter"
    assert cell(matrix, "public.task_count()", "call", "other") == "filter"
    assert cell(matrix, "public.task_count()", "call", "own") == "allow"


def test_the_file_is_the_same_each_time_and_reads_back(shadow: Shadow) -> None:
    first, _ = asked(shadow, SOUND)
    second, _ = asked(shadow, SOUND)
    text = access.as_text(first)
    assert text == access.as_text(second)
    assert access.parse(text, "access.matrix") == first
    assert access.compare(access.parse(text, "access.matrix"), second) == ()
    assert "0000-4000-8000" not in text


SLOW = """
CREATE FUNCTION public.sleeps() RETURNS integer LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(7); RETURN 1; END $$;
REVOKE EXECUTE ON FUNCTION public.sleeps() FROM PUBLIC, anon, authenticated;
"""


def test_one_by_one_gives_the_same_answers_and_what_is_slow_ends(
    shadow: Shadow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_MS", 700)
    monkeypatch.setattr(questions, "_ALL_TIMEOUT_MS", 1400)
    together, found = asked(shadow, SOUND + SLOW)
    assert cell(together, "public.sleeps()", "call", "any") == "deny"
    assert cell(together, "public.sleeps()", "call", "any", "service_role") == "?"
    assert [each.object for each in found.unknown] == ["public.sleeps()"]
    monkeypatch.setattr(questions, "_ASK", "SELECT 1 / 0")  # a database that does not let us
    alone, _ = asked(shadow, SOUND)
    assert [each for each in together.lines if each.object != "public.sleeps()"] == list(alone.lines)


def broken(what: str) -> str:
    return SOUND + what


BREAKS = {
    "dropped policy and row security": (
        broken("ALTER TABLE public.tasks DISABLE ROW LEVEL SECURITY;"),
        ("public.tasks", "select"),
        "row-level security is not enabled on public.tasks",
    ),
    "using true": (
        broken("ALTER POLICY tasks_read ON public.tasks USING (true);"),
        ("public.tasks", "select"),
        'policy "tasks_read" on public.tasks',
    ),
    "another policy lets everybody in": (
        broken("CREATE POLICY everybody ON public.tasks FOR SELECT TO authenticated USING (title <> '');"),
        ("public.tasks", "select"),
        'policy "everybody" on public.tasks lets it through',
    ),
    "wrong column": (
        broken("ALTER POLICY tasks_read ON public.tasks USING (created_by = (SELECT auth.uid()));"),
        ("public.tasks", "select"),
        'policy "tasks_read" on public.tasks',
    ),
    "with check true": (
        broken("ALTER POLICY tasks_add ON public.tasks WITH CHECK (true);"),
        ("public.tasks", "insert"),
        'policy "tasks_add" on public.tasks',
    ),
    "update with check true gives rows away": (
        broken(
            "ALTER POLICY tasks_edit ON public.tasks WITH CHECK (true);"
            "ALTER POLICY tasks_read ON public.tasks USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid"
            " OR created_by = (SELECT auth.uid()));"
        ),
        ("public.tasks", "move"),
        'policy "tasks_edit" on public.tasks',
    ),
    "wrong role": (
        broken("CREATE POLICY tasks_public ON public.tasks FOR SELECT TO anon USING (true);"),
        ("public.tasks", "select"),
        'policy "tasks_public" on public.tasks',
    ),
    "or instead of and": (
        broken(
            "DROP POLICY tasks_remove ON public.tasks;"
            "CREATE POLICY tasks_remove ON public.tasks FOR DELETE TO authenticated USING"
            " (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid OR created_by = (SELECT auth.uid()));"
            "ALTER POLICY tasks_read ON public.tasks USING"
            " (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid OR created_by = (SELECT auth.uid()));"
        ),
        ("public.tasks", "delete"),
        'policy "tasks_remove" on public.tasks',
    ),
    "view without security_invoker": (
        broken("ALTER VIEW public.open_tasks RESET (security_invoker);"),
        ("public.open_tasks", "select"),
        "view public.open_tasks reads as its owner: it lacks security_invoker",
    ),
    "view of its owner": (
        broken("CREATE VIEW public.names AS SELECT name FROM public.orgs;"),
        ("public.names", "select"),
        "view public.names reads as its owner",
    ),
    "materialized view": (
        broken("CREATE MATERIALIZED VIEW public.totals AS SELECT count(*) FROM public.tasks;"),
        ("public.totals", "select"),
        "materialized view public.totals knows no row-level security",
    ),
    "definer function reads": (
        broken("ALTER FUNCTION public.task_count() SECURITY DEFINER;"),
        ("public.task_count()", "call"),
        "function public.task_count() is SECURITY DEFINER",
    ),
    "definer function writes": (
        broken("ALTER FUNCTION public.close_task(bigint) SECURITY DEFINER;"),
        ("public.close_task(bigint)", "call"),
        "function public.close_task(bigint) is SECURITY DEFINER",
    ),
}


def pasted(shadow: Shadow, text: str, script: str) -> tuple[str, str]:
    """What psql prints for a script in a database that `text` makes, and what it complains of."""
    url = shadow.clone([hand("00000", text)])
    done = subprocess.run(
        [server.psql(), url, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    shadow.release(url)
    return done.stdout, done.stderr


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_policy_is_caught_and_named_and_its_sql_shows_it(shadow: Shadow, name: str) -> None:
    text, (table, command), why = BREAKS[name]
    sound = of_sound(shadow)
    matrix, found = asked(shadow, text)
    leaks = {(each.object, each.command): each for each in strong(found)}
    assert (table, command) in leaks, sorted(leaks)
    assert why in leaks[table, command].why
    assert access.compare(sound, matrix)
    printed, complained = pasted(shadow, text, leaks[table, command].sql)
    assert complained == ""
    assert printed.splitlines()[-1] == "ROLLBACK"
    if name != "definer function writes":  # it prints nothing
        assert pasted(shadow, SOUND, leaks[table, command].sql)[0] != printed


POLICIES = (
    "orgs_read ON public.orgs",
    "tasks_read ON public.tasks",
    "tasks_add ON public.tasks",
    "tasks_edit ON public.tasks",
    "tasks_remove ON public.tasks",
    "comments_all ON public.comments",
)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_shows_when_it_is_dropped_or_opened(shadow: Shadow, policy: str) -> None:
    sound = of_sound(shadow)
    dropped, _ = asked(shadow, broken(f"DROP POLICY {policy};"))
    assert access.compare(sound, dropped)
    opened = "WITH CHECK (true)" if "tasks_add" in policy else "USING (true)"
    changed, found = asked(shadow, broken(f"ALTER POLICY {policy} {opened};"))
    assert access.compare(sound, changed)
    name = policy.partition(" ON ")
    assert any(f'policy "{name[0]}" on {name[2]}' in each.why for each in strong(found))


def test_a_dropped_policy_changes_the_matrix(shadow: Shadow) -> None:
    sound = of_sound(shadow)
    matrix, found = asked(shadow, broken("DROP POLICY tasks_read ON public.tasks;"))
    assert strong(found) == []
    changed = access.compare(sound, matrix)
    assert "public.tasks select own member_a: allow → filter" in [str(each) for each in changed]


MEMBERS = """
CREATE TABLE public.accounts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL,
    owner uuid NOT NULL DEFAULT auth.uid() REFERENCES auth.users (id));
CREATE TABLE public.members (
    user_id uuid NOT NULL REFERENCES auth.users (id),
    account_id uuid NOT NULL REFERENCES public.accounts (id),
    role text NOT NULL CHECK (role IN ('owner', 'member')),
    PRIMARY KEY (user_id, account_id)
);
CREATE TABLE public.notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES public.accounts (id),
    author uuid NOT NULL DEFAULT auth.uid() REFERENCES auth.users (id),
    body text NOT NULL
);
CREATE FUNCTION public.my_accounts() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = '' AS 'SELECT m.account_id FROM public.members m WHERE m.user_id = auth.uid()';
ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY accounts_read ON public.accounts FOR SELECT TO authenticated
    USING (id IN (SELECT public.my_accounts()));
CREATE POLICY members_read ON public.members FOR SELECT TO authenticated
    USING (account_id IN (SELECT public.my_accounts()));
CREATE POLICY notes_all ON public.notes FOR ALL TO authenticated
    USING (account_id IN (SELECT public.my_accounts()));
"""


def test_membership_tables_follow_from_foreign_keys(shadow: Shadow) -> None:
    matrix, found = asked(shadow, MEMBERS)
    assert strong(found) == []
    assert found.unknown == ()
    for name in ("public.accounts", "public.members", "public.notes"):
        assert cell(matrix, name, "select", "own") == "allow", name
        assert cell(matrix, name, "select", "other") == "filter", name
    assert cell(matrix, "public.notes", "insert", "own") == "allow"
    assert cell(matrix, "public.notes", "insert", "other") == "deny"
    assert cell(matrix, "public.notes", "move", "own") == "deny"


def test_a_policy_on_the_author_instead_of_the_account_is_caught(shadow: Shadow) -> None:
    text = MEMBERS + "ALTER POLICY notes_all ON public.notes USING (author = (SELECT auth.uid()));"
    _, found = asked(shadow, text)
    leaks = {(each.object, each.command) for each in strong(found)}
    assert ("public.notes", "insert") in leaks or ("public.notes", "select") in leaks


def test_a_fixture_changes_what_one_persona_is(shadow: Shadow) -> None:
    outsider = Persona(
        name="outsider",
        role="authenticated",
        tenant="a",
        fixture="DELETE FROM public.members WHERE user_id = auth.uid()"
        " AND account_id = (current_setting('ormony.own')::jsonb -> 'public.accounts' ->> 'id')::uuid",
    )
    matrix, _ = asked(shadow, MEMBERS, (*DEFAULTS, outsider))
    assert cell(matrix, "public.notes", "select", "own", "outsider") == "filter"
    assert cell(matrix, "public.notes", "select", "own", "member_a") == "allow"
    wrong = Persona(name="wrong", role="authenticated", tenant="a", fixture="SELECT nothing")
    with pytest.raises(OrmonyError) as caught:
        asked(shadow, MEMBERS, (wrong,))
    assert caught.value.code == "fixture-failed"


def test_rows_that_a_fixture_changes_are_still_whose_they_were(shadow: Shadow) -> None:
    fixture = "UPDATE public.tasks SET title = 'another'"
    writer = Persona(name="writer", role="authenticated", tenant="a", fixture=fixture)
    matrix, found = asked(shadow, SOUND, (*DEFAULTS, writer))
    assert strong(found) == []
    for persona in ("member_a", "writer"):
        assert cell(matrix, "public.task_count()", "call", "own", persona) == "allow", persona
        assert cell(matrix, "public.task_count()", "call", "other", persona) == "filter", persona


HARD = """
CREATE TABLE public.things (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users (id),
    secret text NOT NULL
);
CREATE FUNCTION public.only_magic() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.secret NOT LIKE 'magic-%' THEN RAISE EXCEPTION 'no magic'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_magic BEFORE INSERT ON public.things FOR EACH ROW EXECUTE FUNCTION public.only_magic();
ALTER TABLE public.things ENABLE ROW LEVEL SECURITY;
CREATE POLICY things_own ON public.things TO authenticated USING (user_id = (SELECT auth.uid()));
"""


def test_what_cannot_be_generated_is_unknown_until_the_seed_shows_how(shadow: Shadow) -> None:
    matrix, found = asked(shadow, HARD)
    assert cell(matrix, "public.things", "select", "own") == "?"
    (why,) = [each.why for each in found.unknown if each.command == "select"]
    assert "no magic" in why
    seed = """INSERT INTO auth.users (id) VALUES ('10000000-0000-4000-8000-000000000001');
    INSERT INTO public.things (user_id, secret) VALUES ('10000000-0000-4000-8000-000000000001', 'magic-1');"""
    matrix, found = asked(shadow, HARD, seed=seed)
    assert found.unknown == ()
    assert cell(matrix, "public.things", "select", "own") == "allow"
    assert cell(matrix, "public.things", "select", "other") == "filter"
    assert cell(matrix, "public.things", "insert", "own") == "allow"
    assert cell(matrix, "public.things", "insert", "other") == "deny"


CHECKS: dict[str, str] = {
    "enum by text": "v text NOT NULL CHECK (v IN ('x', 'y'))",
    "pattern": "v text NOT NULL CHECK (v ~ '^[A-Z]{2}-[0-9]{3,5}$')",
    "mail": "v text NOT NULL CHECK (v LIKE '%@%.%')",
    "length": "v text NOT NULL CHECK (char_length(v) = 7)",
    "short": "v varchar(2) NOT NULL UNIQUE",
    "range": "v numeric(5, 2) NOT NULL CHECK (v >= 10 AND v < 20)",
    "small": "v numeric(2, 1) NOT NULL",
    "two columns": "v integer NOT NULL, w integer NOT NULL, CHECK (v > w * 10 AND w > 50)",
    "dates": "v date NOT NULL, w date NOT NULL, CHECK (v > w)",
    "domain": "v public.code NOT NULL",
    "array": "v text[] NOT NULL CHECK (cardinality(v) > 0)",
    "generated": "v integer NOT NULL, w integer GENERATED ALWAYS AS (v * 2) STORED",
    "json": "v jsonb NOT NULL CHECK (jsonb_typeof(v) = 'array')",
    "composite": "v public.pair NOT NULL",
    "ranges": "v tstzrange NOT NULL, w interval NOT NULL, x inet NOT NULL, z bit(3) NOT NULL",
    "vector": "v extensions.vector(3) NOT NULL",
}


@pytest.mark.parametrize("name", CHECKS)
def test_rows_satisfy(shadow: Shadow, name: str) -> None:
    text = f"""CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions;
    CREATE DOMAIN public.code AS text CHECK (VALUE ~ '^c-[0-9]+$');
    CREATE TYPE public.pair AS (a integer, b text);
    CREATE TABLE public.t (id integer PRIMARY KEY, user_id uuid NOT NULL, {CHECKS[name]});
    ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.t TO authenticated USING (user_id = (SELECT auth.uid()));"""
    matrix, found = asked(shadow, text)
    assert found.unknown == ()
    assert cell(matrix, "public.t", "insert", "own") == "allow"
    assert cell(matrix, "public.t", "select", "other") == "filter"


def test_who_may_read_some_columns_is_asked_for_these(shadow: Shadow) -> None:
    text = """CREATE TABLE public.profiles (
        id uuid PRIMARY KEY REFERENCES auth.users (id), name text NOT NULL,
        salary integer NOT NULL DEFAULT 0);
    ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
    REVOKE ALL ON public.profiles FROM anon, authenticated;
    GRANT SELECT (id, name), UPDATE (name), INSERT (id, name) ON public.profiles TO authenticated;
    CREATE POLICY own ON public.profiles TO authenticated USING (id = (SELECT auth.uid()));"""
    matrix, found = asked(shadow, text)
    assert found.unknown == ()
    assert cell(matrix, "public.profiles", "select", "own") == "allow"
    assert cell(matrix, "public.profiles", "select", "other") == "filter"
    assert cell(matrix, "public.profiles", "update", "own") == "allow"
    assert cell(matrix, "public.profiles", "insert", "own") == "allow"
    assert cell(matrix, "public.profiles", "delete", "own") == "deny"


def test_who_may_write_and_not_read_is_caught(shadow: Shadow) -> None:
    text = """CREATE TABLE public.votes (id integer PRIMARY KEY, user_id uuid NOT NULL, choice text NOT NULL);
    ALTER TABLE public.votes ENABLE ROW LEVEL SECURITY;
    REVOKE ALL ON public.votes FROM anon, authenticated;
    GRANT UPDATE ON public.votes TO authenticated;
    CREATE POLICY own ON public.votes FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
    CREATE POLICY change ON public.votes FOR UPDATE TO authenticated USING (true);"""
    matrix, found = asked(shadow, text)
    assert cell(matrix, "public.votes", "select", "own") == "deny"
    assert cell(matrix, "public.votes", "update", "other") == "allow"
    assert {(each.object, each.command) for each in strong(found)} == {
        ("public.votes", "update"),
        ("public.votes", "move"),
    }


def test_a_statement_without_a_condition_needs_no_select_policy(shadow: Shadow) -> None:
    text = broken("ALTER POLICY tasks_edit ON public.tasks USING (true) WITH CHECK (true);")
    matrix, found = asked(shadow, text)
    assert cell(matrix, "public.tasks", "select", "other") == "filter"
    assert cell(matrix, "public.tasks", "update", "other") == "allow"
    leak, through_view = [each for each in strong(found) if each.command == "update"]
    assert (leak.object, through_view.object) == ("public.tasks", "public.open_tasks")
    assert "view public.open_tasks writes what its caller may" in through_view.why
    assert 'policy "tasks_edit" on public.tasks' in leak.why
    assert " WHERE " not in leak.sql.splitlines()[-2]


def test_rows_of_a_trigger_belong_to_whom_they_name(shadow: Shadow) -> None:
    text = """CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users (id), name text);
    CREATE FUNCTION public.new_user() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
        BEGIN INSERT INTO public.profiles (id) VALUES (NEW.id); RETURN NEW; END $$;
    CREATE TRIGGER new_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.new_user();
    ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.profiles TO authenticated USING (id = (SELECT auth.uid()));"""
    matrix, found = asked(shadow, text)
    assert found.unknown == ()
    assert cell(matrix, "public.profiles", "select", "own") == "allow"
    assert cell(matrix, "public.profiles", "select", "other") == "filter"


COLLEAGUES = """
CREATE TABLE public.drafts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES public.orgs (id),
    author uuid NOT NULL DEFAULT auth.uid() REFERENCES auth.users (id),
    title text NOT NULL
);
ALTER TABLE public.drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY drafts_read ON public.drafts FOR SELECT TO authenticated
    USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);
CREATE POLICY drafts_add ON public.drafts FOR INSERT TO authenticated
    WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid AND author = (SELECT auth.uid()));
CREATE POLICY drafts_edit ON public.drafts FOR UPDATE TO authenticated
    USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid AND author = (SELECT auth.uid()));
"""


def test_a_colleagues_row_has_a_line_where_it_is_not_as_ones_own(shadow: Shadow) -> None:
    matrix, found = asked(shadow, SOUND + COLLEAGUES)
    assert strong(found) == []
    assert found.unknown == ()
    lines = {line.key for line in matrix.lines if line.row == "colleague" and line.object == "public.drafts"}
    # what is the same has none: a colleague reads it, nobody deletes it
    assert lines == {("public.drafts", "insert", "colleague"), ("public.drafts", "update", "colleague")}
    assert cell(matrix, "public.drafts", "insert", "colleague") == "deny"
    assert cell(matrix, "public.drafts", "update", "colleague") == "filter"
    assert cell(matrix, "public.drafts", "update", "own") == "allow"
    opened = (
        "ALTER POLICY drafts_edit ON public.drafts USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);"
    )
    changed, _ = asked(shadow, SOUND + COLLEAGUES + opened)
    assert "public.drafts update colleague member_a: filter → not there" in [
        str(each) for each in access.compare(matrix, changed)
    ]


INBOX = """
CREATE TABLE public.rooms (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner uuid NOT NULL);
CREATE TABLE public.letters (
    id bigint PRIMARY KEY,
    owner uuid NOT NULL DEFAULT auth.uid(),
    room_id bigint NOT NULL REFERENCES public.rooms (id),
    read boolean NOT NULL DEFAULT false
);
ALTER TABLE public.rooms ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY rooms_read ON public.rooms FOR SELECT TO authenticated USING (owner = (SELECT auth.uid()));
CREATE POLICY letters_add ON public.letters FOR INSERT TO authenticated
    WITH CHECK (owner = (SELECT auth.uid()));
"""


def test_returning_and_upserts_have_lines_where_they_are_not_as_insert(shadow: Shadow) -> None:
    matrix, found = asked(shadow, INBOX)
    assert strong(found) == []
    assert cell(matrix, "public.letters", "insert", "own") == "allow"
    assert cell(matrix, "public.letters", "insert-returning", "own") == "deny"  # nobody may read it back
    assert cell(matrix, "public.letters", "upsert", "own") == "deny"
    text = (
        INBOX
        + """
    CREATE POLICY letters_read ON public.letters FOR SELECT TO authenticated
        USING (owner = (SELECT auth.uid()));
    CREATE POLICY letters_edit ON public.letters FOR UPDATE TO authenticated
        USING (owner = (SELECT auth.uid()));"""
    )
    matrix, found = asked(shadow, text)
    assert strong(found) == []
    assert not [line for line in matrix.lines if line.command in ("insert-returning", "upsert")]
    opened = "ALTER POLICY letters_edit ON public.letters USING (true);"
    opened += "ALTER POLICY letters_read ON public.letters USING (true);"
    matrix, found = asked(shadow, text + opened)
    assert cell(matrix, "public.letters", "insert", "other") == "deny"
    assert cell(matrix, "public.letters", "upsert", "other") == "allow"
    assert {"select", "update", "upsert"} <= {each.command for each in strong(found)}


def test_a_foreign_key_tells_whether_a_row_is_there(shadow: Shadow) -> None:
    matrix, found = asked(shadow, INBOX)
    assert cell(matrix, "public.letters", "reference room_id", "other") == "allow"
    (weak,) = [each for each in found.leaks if each.weak]
    assert (weak.object, weak.command) == ("public.letters", "reference room_id")
    printed, complained = pasted(shadow, INBOX, weak.sql)
    assert complained == ""
    assert "INSERT 0 1" in printed
    guarded = INBOX.replace(
        "WITH CHECK (owner = (SELECT auth.uid()));",
        "WITH CHECK (owner = (SELECT auth.uid()) AND room_id IN (SELECT r.id FROM public.rooms AS r));",
    )
    matrix, found = asked(shadow, guarded)
    assert cell(matrix, "public.letters", "reference room_id", "other") == "deny"
    assert found.leaks == ()


def test_an_upsert_is_asked_where_a_second_key_forbids_it_with_ones_own_values(shadow: Shadow) -> None:
    text = """CREATE TABLE public.profiles (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL UNIQUE REFERENCES auth.users (id), name text NOT NULL);
    ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.profiles TO authenticated USING (user_id = (SELECT auth.uid()));"""
    _, found = asked(shadow, text)
    assert found.unknown == ()
    assert strong(found) == []


WRITTEN = """
CREATE VIEW public.work AS SELECT id AS number, org_id, created_by, title AS what, state FROM public.tasks;
CREATE VIEW public.work_counts AS SELECT org_id, count(*) FROM public.tasks GROUP BY org_id;
CREATE VIEW public.people AS SELECT id, name FROM public.orgs;
CREATE FUNCTION public.rename() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN UPDATE public.orgs SET name = NEW.name WHERE id = NEW.id; RETURN NEW; END $$;
CREATE TRIGGER rename INSTEAD OF UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.rename();
"""
INVOKER = """
ALTER VIEW public.work SET (security_invoker = true);
ALTER VIEW public.work_counts SET (security_invoker = true);
ALTER VIEW public.people SET (security_invoker = true);
"""


def test_views_are_written_through(shadow: Shadow) -> None:
    matrix, found = asked(shadow, SOUND + WRITTEN)
    leaks = {(each.object, each.command): each for each in strong(found)}
    for command in ("select", "insert", "update", "delete"):
        assert cell(matrix, "public.work", command, "other") == "allow", command
        assert ("public.work", command) in leaks, command
    assert (
        "view public.work writes as its owner: it lacks security_invoker"
        in leaks["public.work", "update"].why
    )
    assert cell(matrix, "public.people", "update", "other") == "allow"
    assert {line.command for line in matrix.lines if line.object == "public.work_counts"} == {"select"}
    printed, complained = pasted(shadow, SOUND + WRITTEN, leaks["public.work", "delete"].sql)
    assert complained == ""
    assert "DELETE 2" in printed
    matrix, found = asked(shadow, SOUND + WRITTEN + INVOKER)
    assert found.unknown == ()
    assert strong(found) == []
    for command, other in (("insert", "deny"), ("update", "filter"), ("delete", "filter")):
        assert cell(matrix, "public.work", command, "own") == "allow", command
        assert cell(matrix, "public.work", command, "other") == other, command
    assert cell(matrix, "public.people", "update", "own") == "allow"
    assert cell(matrix, "public.people", "update", "other") == "filter"


PARTS = """
CREATE TABLE public.events (org_id uuid NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE public.events_all PARTITION OF public.events DEFAULT;
ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY events_read ON public.events FOR SELECT TO authenticated
    USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);
"""


def test_a_partition_is_asked_by_its_own_name(shadow: Shadow) -> None:
    matrix, found = asked(shadow, PARTS)
    assert cell(matrix, "public.events", "select", "other") == "filter"
    assert cell(matrix, "public.events_all", "select", "other") == "allow"
    (leak,) = strong(found)
    assert (leak.object, leak.command) == ("public.events_all", "select")
    assert "partition public.events_all" in leak.why
    matrix, found = asked(shadow, PARTS + "ALTER TABLE public.events_all ENABLE ROW LEVEL SECURITY;")
    assert strong(found) == []


def test_what_a_function_makes_of_the_user_is_not_the_user(shadow: Shadow) -> None:
    text = """
CREATE TABLE public.levels (user_id uuid PRIMARY KEY, level bigint NOT NULL);
CREATE FUNCTION public.my_level() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT level FROM public.levels WHERE user_id = auth.uid()
        UNION ALL SELECT length(auth.uid()::text) LIMIT 1 $$;
CREATE TABLE public.prizes (id bigint PRIMARY KEY, level bigint NOT NULL, title text);
ALTER TABLE public.prizes ENABLE ROW LEVEL SECURITY;
CREATE POLICY prizes_read ON public.prizes FOR SELECT USING (level = my_level());
"""
    matrix, found = asked(shadow, text)
    assert [each for each in found.unknown if each.object == "public.prizes"] == []
    assert cell(matrix, "public.prizes", "delete", "any", "service_role") == "allow"


def test_an_upsert_sets_no_column_that_is_always_generated(shadow: Shadow) -> None:
    text = """
CREATE TABLE public.rooms (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, made date DEFAULT now());
"""
    _, found = asked(shadow, text)
    assert [(each.object, each.command) for each in found.unknown] == []


BUCKETS = """
INSERT INTO storage.buckets (id, name, public) VALUES ('papers', 'papers', false), ('faces', 'faces', true);
CREATE POLICY faces_read ON storage.objects FOR SELECT USING (bucket_id = 'faces');
CREATE POLICY papers_own ON storage.objects TO authenticated
    USING (bucket_id = 'papers' AND (storage.foldername(name))[1] = (SELECT auth.uid())::text);
"""


def test_storage_buckets_are_asked(shadow: Shadow) -> None:
    matrix, found = asked(shadow, BUCKETS)
    papers, faces = "storage.objects (bucket papers)", "storage.objects (bucket faces)"
    for command, own, other in (
        ("select", "allow", "filter"),
        ("insert", "allow", "deny"),
        ("update", "allow", "filter"),
        ("delete", "allow", "filter"),
    ):
        assert cell(matrix, papers, command, "own") == own, command
        assert cell(matrix, papers, command, "other") == other, command
    assert cell(matrix, faces, "select", "other", "anon") == "allow"
    assert cell(matrix, faces, "delete", "own") == "filter"
    assert strong(found) == []
    assert not [line for line in matrix.lines if line.object == "storage.buckets"]
    by_file = (
        "INSERT INTO storage.buckets (id, name) VALUES ('icons', 'icons');"
        "CREATE POLICY icons ON storage.objects TO authenticated USING (bucket_id = 'icons'"
        " AND split_part(storage.filename(name), '.', 1)::uuid = (SELECT auth.uid()));"
    )
    matrix = asked(shadow, by_file)[0]
    icons = "storage.objects (bucket icons)"
    assert [cell(matrix, icons, "insert", whose) for whose in ("own", "other")] == ["allow", "deny"]
    assert [cell(matrix, icons, "select", whose) for whose in ("own", "other")] == ["allow", "filter"]
    listed = BUCKETS + "CREATE POLICY listed ON storage.buckets FOR SELECT TO authenticated USING (public);"
    matrix, found = asked(shadow, listed)
    assert found.unknown == ()
    assert {line.object for line in matrix.lines} == {papers, faces, "storage.buckets"}
    for command, value in (
        ("select", "filter"),
        ("insert", "deny"),
        ("update", "filter"),
        ("delete", "filter"),
    ):
        assert cell(matrix, "storage.buckets", command, "any") == value, command
    broken = BUCKETS + "CREATE POLICY any_paper ON storage.objects FOR SELECT USING (bucket_id = 'papers');"
    _, found = asked(shadow, broken)
    (leak,) = strong(found)
    assert (leak.object, leak.command) == (papers, "select")
    assert 'policy "any_paper" on storage.objects' in leak.why


def project(folder: Path, text: str, config: str = "") -> Path:
    """A project of one hand-written file."""
    (folder / "supabase" / "migrations").mkdir(parents=True)
    (folder / "ormony.toml").write_text(f"[database]\n{config}")
    (folder / "supabase" / "migrations" / "00000_all.sql").write_text(text)
    return folder


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["--project", str(root), *words], obj=None)


def test_the_command_writes_compares_and_fails(tmp_path: Path) -> None:
    root = project(tmp_path, SOUND)
    stream = root / "supabase" / "migrations" / "00000_all.sql"
    first = run(root, "access")
    assert first.exit_code == 0, first.output
    assert "next: ormony access --write" in first.output
    assert run(root, "access", "--write").exit_code == 0
    kept = (root / "supabase" / "access.matrix").read_text()
    again = run(root, "access")
    assert again.exit_code == 0, again.output
    assert "supabase/access.matrix says the same" in again.output
    shown = json.loads(run(root, "access", "--format", "json").stdout)
    assert shown["databases"][0]["matrix"]["personas"] == [each.name for each in DEFAULTS]
    assert "| `public.tasks` | select | own |" in run(root, "access", "--format", "markdown").stdout
    stream.write_text(SOUND + "ALTER POLICY tasks_read ON public.tasks USING (true);")
    leaking = run(root, "access")
    assert leaking.exit_code == 1
    assert "error[access-leak]: member_a can select another tenant's rows of public.tasks" in leaking.output
    assert "error[access-changed]: what personas may do with public.tasks is not" in leaking.output
    assert 'SET LOCAL ROLE "authenticated";' in leaking.output
    assert (root / "supabase" / "access.matrix").read_text() == kept
    checked = run(root, "check", "--no-native", "--only", "access-leak")
    assert checked.exit_code == 1, checked.output
    config = '[access]\nallow = { "public.tasks select" = "all tasks are public" }\n'
    (root / "ormony.toml").write_text(f"[database]\n{config}")
    accepted = run(root, "access", "--write")
    assert "access-leak]: member_a can select another tenant's rows of public.tasks" not in accepted.output
    (root / "supabase" / "access.matrix").write_text("<<<<<<< HEAD\n")
    damaged = run(root, "access")
    assert damaged.exit_code == 2
    assert "bad-matrix" in damaged.output


def test_what_has_not_changed_is_not_asked_again(tmp_path: Path) -> None:
    root = project(tmp_path, SOUND)
    assert run(root, "access", "--write").exit_code == 0
    clusters = server.home_of(root, "x").parent
    (used,) = clusters.glob("shadow-*")
    server.destroy(used)
    again = run(root, "access")
    assert "says the same" in again.output
    assert not list(clusters.glob("shadow-*"))  # no server was started
    (root / "ormony.toml").write_text('[database]\n[access.personas.anon]\nrole = "service_role"\n')
    assert run(root, "access").exit_code == 1
    assert list(clusters.glob("shadow-*"))


def test_what_is_unknown_fails_without_a_reason(tmp_path: Path) -> None:
    root = project(tmp_path, HARD)
    assert "error[access-unknown]: select of public.things" in run(root, "access").output
    config = '[access]\nunknown = { "public.things *" = "nobody knows the magic" }\n'
    (root / "ormony.toml").write_text(f"[database]\n{config}")
    assert run(root, "access").exit_code == 0
    (root / "ormony.toml").write_text('[database]\n[access]\nunknown = { "public.things *" = "" }\n')
    assert run(root, "access").exit_code == 2
    (root / "ormony.toml").write_text('[database]\n[access.personas.ghost]\nrole = "ghost"\n')
    ghost = run(root, "access")
    assert ghost.exit_code == 2
    assert "unknown-role" in ghost.output


GUEST = """[database]
[access.personas.guest]
role = "authenticated"
tenant = "a"
fixture = "supabase/access/guest.sql"
"""
FIXTURE = """
INSERT INTO public.members (user_id, account_id, role)
VALUES (auth.uid(), (current_setting('ormony.other')::jsonb -> 'public.accounts' ->> 'id')::uuid, 'member')
"""


def test_a_persona_with_a_fixture_is_a_member_of_a_membership_table(tmp_path: Path) -> None:
    root = project(tmp_path, MEMBERS)
    (root / "ormony.toml").write_text(GUEST)
    (root / "supabase" / "access").mkdir()
    (root / "supabase" / "access" / "guest.sql").write_text(FIXTURE)
    told = run(root, "access")
    assert told.exit_code == 1
    assert "guest can select another tenant's rows of public.notes" in told.output
    lines = [line.strip() for line in told.output.splitlines()]
    begin = next(at for at, line in enumerate(lines) if "rows of public.notes: policy" in line)
    script = "\n".join(lines[lines.index("BEGIN;", begin) : lines.index("ROLLBACK;", begin) + 1])
    url = run(root, "db", "url", "--fresh").stdout.strip()
    try:
        psql = [server.psql(), url, "-XAt", "-v", "ON_ERROR_STOP=1", "-c", script]
        done = subprocess.run(psql, capture_output=True, text=True, check=False)
    finally:
        assert run(root, "db", "down", "--destroy").exit_code == 0
    assert done.stderr == ""
    assert "INSERT 0 1" in done.stdout  # the fixture
    meant = '"public.* * guest" = "a guest of two", "public.*() * guest" = "the same"'
    (root / "ormony.toml").write_text(f"{GUEST}[access]\nallow = {{ {meant} }}\n")
    allowed = run(root, "access", "--write")
    assert allowed.exit_code == 0, allowed.output
    kept = access.parse((root / "supabase" / "access.matrix").read_text(), "access.matrix")
    assert cell(kept, "public.notes", "select", "other", "guest") == "allow"
    assert cell(kept, "public.notes", "select", "other", "member_a") == "filter"
    broken = "ALTER POLICY notes_all ON public.notes USING (true);"
    (root / "supabase" / "migrations" / "00001_open.sql").write_text(broken)
    leaking = run(root, "access")
    assert "member_a can select another tenant's rows of public.notes" in leaking.output


def test_what_access_speaks_of_must_be_there(tmp_path: Path) -> None:
    root = project(tmp_path, SOUND, '[access]\nunknown = { "public.task select" = "misspelt" }\n')
    done = run(root, "access")
    assert done.exit_code == 1
    assert "ormony.toml:3: error[access-unknown]" in done.output
    assert '[access] unknown speaks of "public.task select", which is not in the access matrix' in done.output
    assert '"public.tasks select" = "why"' in done.output


def test_one_asks_of_some_objects_and_personas(tmp_path: Path) -> None:
    root = project(tmp_path, SOUND)
    told = run(root, "access", "tasks", "public.task_c*", "--persona", "member_*")
    lines = [line.split() for line in told.stdout.splitlines() if line.startswith("public.")]
    assert {words[0] for words in lines} == {"public.tasks", "public.task_count()"}
    assert {len(words) for words in lines if words[1] == "select"} == {5}
    for words, what in (
        (("access", "taks"), """error[unknown-object]: "taks" is no object of the access matrix"""),
        (("access", "--persona", "member"), """error[unknown-persona]: "member" is no persona"""),
    ):
        refused = run(root, *words)
        assert refused.exit_code == 2
        assert what in refused.output
        assert "hint: ormony access " in refused.output
    assert run(root, "access", "tasks", "--write").exit_code == 2


def test_a_project_without_anything_to_ask_is_told_so(tmp_path: Path) -> None:
    done = run(project(tmp_path, "SELECT 1;"), "access")
    assert done.exit_code == 0
    assert "there is nothing to ask" in done.output


def test_the_matrix_of_the_example_is_true() -> None:
    done = run(ROOT / "examples" / "saas", "access")
    assert done.exit_code == 0, done.output
    assert "supabase/access.matrix says the same" in done.output
    kept = (ROOT / "examples" / "saas" / "supabase" / "access.matrix").read_text()
    assert "?" not in kept.partition("\nobject")[2]


PLUGGED = """
import time
import psycopg
import pytest

pytest_plugins = ["ormony.pytest_plugin"]

def test_members_see_their_own(ormony_db, as_persona):
    with as_persona("member_a") as a:
        org = a.execute("SELECT auth.jwt() ->> 'org_id'").fetchone()[0]
    with psycopg.connect(ormony_db) as owner:
        owner.execute("INSERT INTO public.orgs (id, name) VALUES (%s, 'A')", (org,))
    with as_persona("member_a") as a:
        assert a.execute("SELECT name FROM public.orgs").fetchall() == [("A",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            a.execute("INSERT INTO public.orgs VALUES (gen_random_uuid(), 'x')")
    with as_persona("member_b") as b:
        assert b.execute("SELECT name FROM public.orgs").fetchall() == []
    with as_persona("member_b", org_id=org) as b:
        assert b.execute("SELECT count(*) FROM public.orgs").fetchone() == (1,)
    with pytest.raises(KeyError, match="there are: anon"):
        with as_persona("nobody"):
            pass

def test_nothing_is_left(ormony_db):
    with psycopg.connect(ormony_db) as owner:
        assert owner.execute("SELECT count(*) FROM public.orgs").fetchone() == (0,)
"""


def documented(language: str) -> str:
    """The example test of the page on access."""
    page = (ROOT / "docs" / "reference" / "access.md").read_text()
    (example,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    return str(example)


def test_the_pytest_plugin_gives_each_test_its_own_database(tmp_path: Path) -> None:
    root = project(tmp_path / "p", SOUND)
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "test_it.py").write_text(PLUGGED)
    (root / "test_orgs.py").write_text(documented("python"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_orgs.py", "test_it.py"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    found = {each.name: each.value for each in entry_points(group="pytest11")}
    assert found["ormony.pytest_plugin"] == "ormony.pytest_plugin"  # no conftest.py has to name it


def test_a_fresh_database_is_migrated_and_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path, SOUND)
    try:
        first = run(root, "db", "url", "--fresh")
        assert first.exit_code == 0, first.output
        second = run(root, "db", "url", "--fresh")
        one, other = first.stdout.strip(), second.stdout.strip()
        assert one != other
        with connect(one) as connection:
            connection.execute("INSERT INTO public.orgs VALUES (gen_random_uuid(), 'x')")
        with connect(other) as connection:
            assert connection.execute("SELECT count(*) FROM public.orgs").fetchone() == (0,)
            monkeypatch.setattr(fresh, "UNUSED_S", -1)
            monkeypatch.setattr(fresh, "UNUSED_KEPT", 2)
            there = b"SELECT count(*) FROM pg_database WHERE datname LIKE 'ormony\\_fresh\\_%'"
            for expected in (3, 2):  # the first and the third are unused then; we are connected to the second
                assert run(root, "db", "url", "--fresh").exit_code == 0
                assert connection.execute(there).fetchone() == (expected,)
            assert connection.execute("SELECT count(*) FROM public.orgs").fetchone() == (0,)
    finally:
        assert run(root, "db", "down", "--destroy").exit_code == 0


@pytest.mark.slow
def test_the_documented_node_test_runs(tmp_path: Path) -> None:
    root = project(tmp_path / "p", SOUND)
    (root / "node_modules").symlink_to(ROOT / "tests" / "tools" / "node_modules")
    (root / "orgs.test.ts").write_text(documented("typescript"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    try:
        done = subprocess.run(
            ["node", "--import", "tsx", "--test", "orgs.test.ts"],
            cwd=root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "# pass 1" in done.stdout
    finally:
        assert run(root, "db", "down", "--destroy").exit_code == 0


# --------------------------------------------------------------------------------------------- pure values


def test_a_file_that_cannot_be_read_is_refused_with_its_line() -> None:
    with pytest.raises(OrmonyError) as caught:
        access.parse("object  command  row  anon\npublic.t  select  own\n", "supabase/access.matrix")
    assert (caught.value.code, caught.value.place) == ("bad-matrix", "supabase/access.matrix:2")
    with pytest.raises(OrmonyError):
        access.parse("", "supabase/access.matrix")


def test_cells_that_differ_are_told_with_both_values() -> None:
    old = Matrix(("anon",), (Line("public.t", "select", "own", ("deny",)),))
    new = Matrix(("anon", "bob"), (Line("public.t", "select", "own", ("allow", "filter")),))
    assert [str(each) for each in access.compare(old, new)] == [
        "public.t select own anon: deny → allow",
        "public.t select own bob: not there → filter",
    ]
    assert access.compare(new, new) == ()
