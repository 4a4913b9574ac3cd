"""`db url --fresh`: a database with all migrations for one run of somebody's tests, on the local server.

The first is made by a deploy and kept as a template under the hash of the stream; the others are its clones.
Those that nobody is connected to any more are dropped when there are several and the next is asked for.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from typing import TYPE_CHECKING, Final

from psycopg import sql as compose

from ormony.adapters import supabase
from ormony.loading import load
from ormony.project import Database, Project

if TYPE_CHECKING:
    from ormony.database.connect import Connection
    from ormony.database.server import Cluster

_FRESH: Final = "ormony_fresh_"
_MIGRATED: Final = "ormony_migrated_"
UNUSED_S: Final = 600
"""A database that nobody is connected to is dropped when it is older than this: it may not be used yet."""
UNUSED_KEPT: Final = 8
"""So many may be there before they are dropped: a DROP DATABASE waits for a checkpoint, a clone does not."""


def url(project: Project, database: Database) -> str:
    """The URL of a new database with all migrations. Starts the local server; raises what a deploy raises."""
    from ormony.database import server

    cluster = server.start(server.home_of(project.root))
    stream, _ = supabase.read_stream(project.root, database.stream)
    digest = hashlib.sha256(server.made_of(server.embedded()).encode())
    for file in stream:
        digest.update(f"{file.path}\0{len(file.text)}\0{file.text}".encode("utf-8", "surrogatepass"))
    template = f"{_MIGRATED}{digest.hexdigest()[:32]}"
    name = f"{_FRESH}{int(time.time())}_{secrets.token_hex(4)}"
    with server.locked(cluster.home / "fresh.lock"), cluster.admin() as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (template,)).fetchone() is None:
            _migrate(cluster, project, database, template)
        server.clone_database(admin, template, name)
        _drop_unused(admin, (template, name))
    return cluster.url(name)


def _migrate(cluster: Cluster, project: Project, database: Database, template: str) -> None:
    """Deploy the stream to a database, and let it appear as the template all at once."""
    from ormony.database import deploy, server

    draft = f"{_FRESH}0_{secrets.token_hex(4)}"
    server.create_database(cluster, draft)
    loaded = load(project, database)
    target = deploy.Target(
        name=database.name,
        url=cluster.url(draft),
        stream=loaded.stream,
        services=loaded.services,
        histories=loaded.histories,
    )
    with cluster.admin() as admin:
        try:
            deploy.deploy([target])
        except BaseException:
            server.drop_database(admin, draft)
            raise
        server.wait_until_alone(admin, draft)
        admin.execute(
            compose.SQL("ALTER DATABASE {} RENAME TO {}").format(
                compose.Identifier(draft), compose.Identifier(template)
            )
        )


def _drop_unused(admin: Connection, kept: tuple[str, ...]) -> None:
    """Drop databases of runs that are over, and templates of streams that were, once there are several."""
    from ormony.database import server

    unused = []
    for (name,) in admin.execute(
        "SELECT datname FROM pg_database AS d WHERE (datname LIKE 'ormony\\_fresh\\_%%'"
        " OR datname LIKE 'ormony\\_migrated\\_%%') AND datname <> ALL(%s)"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)",
        (list(kept),),
    ).fetchall():
        made = re.match(rf"{_FRESH}([0-9]+)_", name)
        if made is None or time.time() - int(made[1]) > UNUSED_S:
            unused.append(name)
    if len(unused) >= UNUSED_KEPT:
        for name in unused:
            server.drop_database(admin, name)
