"""What `init` finds in a project tree: one service, or the place of the stream, and why we think so.

A value only. `detect.py` makes these for Drizzle, SQLx, Supabase and plain SQLAlchemy, `alembic.py` for
Alembic.
"""

from __future__ import annotations

import msgspec


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """One service (or the stream, with orm `supabase`) that a project tree holds.

    `path` is POSIX, relative to the project, `.` for the project itself. `config` (the tool's file) and
    `migrations` (the folder) are POSIX and relative to `path`, as `Service.config` and `Service.migrations`
    are; None where there is none. `reason` says in a few words which files gave it away.
    """

    orm: str
    path: str
    config: str | None
    migrations: str | None
    name: str | None
    reason: str
