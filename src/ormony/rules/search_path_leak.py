"""A hand-written file leaves the session with another search path.

`set_config('search_path', '', false)`, with which pg_dump begins its output, and `SET search_path` hold for
the session, not for the file. ormony and newer Supabase CLIs reset it after each file. psql, SQLx, Drizzle
and CI scripts that run several files on one connection do not: there an unqualified name of a later file is
not found, or is created in another schema.

Mend it with `SET LOCAL`, or with `RESET search_path;` at the end of the file. Frozen files are left alone.

Found: the first lines of a dump.

    == supabase/migrations/00000_dump.sql
    SELECT pg_catalog.set_config('search_path', '', false);
    CREATE TABLE public.notes (id bigint PRIMARY KEY);
    => warning supabase/migrations/00000_dump.sql:1

Found: a schema of one's own.

    == supabase/migrations/00400_app.sql
    CREATE SCHEMA app;
    SET search_path TO app, public;
    CREATE TABLE notes (id bigint PRIMARY KEY);
    => warning supabase/migrations/00400_app.sql:2

Fine: it is reset, or local, or a function's own.

    == supabase/migrations/00400_app.sql
    CREATE SCHEMA app;
    SET search_path TO app, public;
    CREATE TABLE notes (id bigint PRIMARY KEY);
    RESET search_path;
    == supabase/migrations/00401_more.sql
    SET LOCAL search_path TO app;
    SELECT set_config('search_path', 'app', true);
    CREATE FUNCTION app.one() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1';
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ormony import sql
from ormony.rules.finding import Evidence, Finding, Severity
from ormony.rules.reading import facts, hand_written, is_new, stream

SEVERITY: Final[Severity] = "warning"


def find(evidence: Evidence) -> Iterator[Finding]:
    """Every new hand-written file that does not take back what it set, at the last statement that set it."""
    for file in stream(evidence):
        if not hand_written(file) or not is_new(evidence, file) or "search_path" not in file.text.lower():
            continue
        left = None
        for each in facts(file):
            done = sql.search_path_of_session(each.statement)
            if done is not None:
                left = each.statement if done == "set" else None
        if left is not None:
            yield Finding(
                rule="search-path-leak",
                severity=SEVERITY,
                message=f"{file.path.rpartition('/')[2]} leaves the session with another search path",
                object=file.path,
                place=f"{file.path}:{left.line}",
                hint="RESET search_path;   -- at the end of the file",
                database=evidence.name,
            )
