"""A view or function in an exposed schema gives away what `auth.users` has.

`auth.users` has the e-mail addresses, phone numbers, metadata and password hashes of all users. A view reads
it with its owner's rights, a materialized view holds a copy, and a SECURITY DEFINER function reads it for
whoever calls it: through the API that may be anybody.

Mend it with a table of profiles in the schema `public` that has row-level security and the few columns that
others may see, filled by a trigger; or take the view or function from `anon` and `authenticated`. A function
is a warning where `anon` may call it and a note where only signed-in users may; one that answers yes or no,
or nothing, is not looked at.

Found: a list of addresses.

    == supabase/migrations/00400_people.sql
    CREATE VIEW people AS SELECT id, email FROM auth.users;
    CREATE FUNCTION find_people(like_this text) RETURNS TABLE (email text)
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
      AS $$ SELECT email::text FROM auth.users WHERE email LIKE like_this $$;
    => error supabase/migrations/00400_people.sql:1
    => warning supabase/migrations/00400_people.sql:2

Fine: a table of profiles; and a function that says yes or no.

    == supabase/migrations/00400_people.sql
    CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text NOT NULL);
    ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everybody ON profiles FOR SELECT TO anon, authenticated USING (true);
    CREATE VIEW names WITH (security_invoker = true) AS SELECT name FROM profiles;
    CREATE FUNCTION is_known(address text) RETURNS boolean
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
      AS $$ SELECT EXISTS (SELECT FROM auth.users WHERE email = address) $$;
    REVOKE ALL ON FUNCTION is_known(text) FROM PUBLIC, anon;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony.catalog import View
from ormony.rules.exposure import callable_by_clients, exposure, invoker, listed, named, relations_of
from ormony.rules.finding import Finding, Severity
from ormony.rules.reading import Evidence

SEVERITY: Final[Severity] = "error"
NEEDS_CATALOG: Final = True

_USERS: Final = ("auth", "users")
_TELLS_LITTLE: Final = ("boolean", "void")


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every such view and materialized view, then the functions."""
    known = exposure(evidence)
    if known is None:
        return
    for ref, view in known.views.items():
        roles = known.exposed_to(ref, "SELECT")
        if not roles or (isinstance(view, View) and invoker(view)) or _USERS not in known.reads(ref):
            continue
        yield known.finding(
            "auth-users-exposed",
            SEVERITY,
            ref,
            f"{ref.kind} {ref} reads auth.users, and {listed(roles)} may read it",
            f"REVOKE ALL ON {named(ref)} FROM PUBLIC, {', '.join(roles)};",
        )
    for ref, routine in known.routines.items():
        if not routine.security_definer or not callable_by_clients(routine):
            continue
        if routine.returns in _TELLS_LITTLE or "users" not in routine.definition:
            continue
        roles = known.exposed_to(ref, "EXECUTE")
        if not roles or _USERS not in relations_of(routine):
            continue
        yield known.finding(
            "auth-users-exposed",
            "warning" if "anon" in roles else "note",
            ref,
            f"{ref.kind} {ref} reads auth.users as its owner, and {listed(roles)} may call it",
            f"REVOKE EXECUTE ON {ref.kind.upper()} {named(ref)} FROM PUBLIC, {', '.join(roles)};",
        )
