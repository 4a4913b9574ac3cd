"""Shadows: throw-away databases with the Supabase surface, in which the stream runs to prove itself.

SQL runs in them as `postgres`, which is no superuser. A replay begins from the longest series of files that
has run before: a database that is kept as a template. What reaches beyond its database runs in a cluster of
its own. This module reads no catalog and never connects to a database of the user's, except to make shadows
beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, LiteralString, Protocol

import msgspec
import psycopg
from psycopg import sql as compose

from ormony import sql
from ormony.database import server, surface
from ormony.database.connect import (
    Connection,
    SqlError,
    connect,
    redact,
    url_of,
    with_database,
)
from ormony.database.run import run_file, run_outside
from ormony.errors import DATABASE, OrmonyError
from ormony.stream import StreamFile

TEMPLATES_BYTES: Final = 2 << 30
"""How much disk the templates of one server may take; the least recently used are dropped beyond it."""

WORTH_A_TEMPLATE_S: Final = 0.15
"""A template is made of files that took longer than this to run; it costs about 0.03 s, and 8 MB of disk.
Of a database with more relations than the surface has they must take longer in proportion: so does a copy."""

_WORK: Final = "ormony_w_"
_TEMPLATE: Final = "ormony_t_"
_LOGIN: Final = "ormony_login_"
_ALONE_ADMIN: Final = "ormony_admin"
_OUTSIDE: Final = frozenset({"25001", "55P04"})  # what a file may meet because it runs in one transaction
_TOO_MANY_LOCKS: Final = "53200"
_FILES_OF_SURFACE: Final = 500
_ABANDONED_S: Final = 600  # on a server that is shared, what is younger is left alone
_TRIALS: Final = 2  # more databases cost more than they win
_FIRST_MAJOR: Final = 15
_LAST_MAJOR: Final = 18
_MAYBE_CLUSTER_WIDE: Final = re.compile(
    r"\b(?:role|user|group|database|tablespace|system|subscription|grant|owned)\b", re.IGNORECASE
)
# Of one role: all that a file can change in it without naming a database.
_CLUSTER_STATE: Final = """
SELECT md5(concat((SELECT string_agg(to_jsonb(r)::text, ',' ORDER BY r.oid) FROM pg_roles AS r
                    WHERE rolname NOT LIKE 'ormony\\_login\\_%'),
                  (SELECT string_agg(concat_ws('-', roleid, member, admin_option), ','
                                     ORDER BY roleid, member)
                     FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member
                    WHERE r.rolname NOT LIKE 'ormony\\_login\\_%'),
                  (SELECT string_agg(s::text, ',' ORDER BY setrole) FROM pg_db_role_setting AS s
                    WHERE setdatabase = 0),
                  (SELECT string_agg(spcname, ',' ORDER BY oid) FROM pg_tablespace)))
"""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """A database in which files have run, at `url`, until the shadow closes.

    `major` is its server's version. `ran` are the paths that ran now; `reused` counts those before them,
    which a template had. `outside` ran statement by statement, because they must or cannot run in one
    transaction. `standins` are the extensions that a stand-in's script replaced, since the server takes no
    stand-ins.
    """

    url: str
    major: int
    ran: tuple[str, ...]
    reused: int
    outside: tuple[str, ...] = ()
    standins: tuple[str, ...] = ()


class Apart:
    """A database of a cluster that is nobody else's, at `url`, as `runner`, who is no superuser."""

    def __init__(self, url: str, name: str, runner: str, roles: Collection[str], admin: Connection) -> None:
        self.url, self._name, self._runner, self._roles, self._admin = url, name, runner, roles, admin

    @contextlib.contextmanager
    def empowered(self, *, everybody: bool = False) -> Iterator[None]:
        """Make the runner a superuser for the block, also in the transaction that it has open.

        With `everybody` the other roles are, too: an event trigger must belong to a superuser.
        """
        roles = [self._runner, *(self._roles if everybody else ())]
        self._let(roles, "SUPERUSER")
        try:
            yield
        finally:
            self._let(roles, "NOSUPERUSER")

    def _let(self, roles: Collection[str], be: LiteralString) -> None:
        script = compose.SQL("; ").join(
            compose.SQL("ALTER ROLE {} ").format(compose.Identifier(role)) + compose.SQL(be) for role in roles
        )
        self._admin.execute(script)

    def drop(self) -> None:
        """Drop the database."""
        server.drop_database(self._admin, self._name)


class _Memory(msgspec.Struct, frozen=True):
    """What the comment on a template says of it."""

    used: float  # seconds since the epoch
    size: int  # bytes
    outside: tuple[str, ...] = ()
    standins: tuple[str, ...] = ()


class _Site(Protocol):
    """A server that holds shadows."""

    admin: Connection
    major: int
    shared: bool
    """Do people use the server for something else?"""

    def url(self, database: str) -> str:
        """The URL at which the database is reached as `postgres`."""

    def close(self) -> None:
        """Let go of the server."""


class Shadow:
    """Throw-away databases on one server, which starts when the first is asked for. See `open_shadow`."""

    def __init__(self, root: Path, *, url: str | None, binaries: server.Binaries | None, cache: bool) -> None:
        self._root = root
        self._url = url
        self._binaries = binaries
        self._cache = cache
        self._site: _Site | None = None
        self._private: list[_Site] = []
        self._apart: tuple[_Embedded, Connection] | None = None
        self._given: dict[str, tuple[_Site, str]] = {}  # url -> where it is, and its name
        self._tainted = False
        self._starting = threading.Lock()
        self._lending = threading.Lock()
        self._trying = threading.BoundedSemaphore(_TRIALS)
        self._trials: list[_Run] = []  # where files run only to be taken back, and nobody is at it

    @property
    def major(self) -> int:
        """The major version of the server; starts nothing where it is the embedded one."""
        if self._url is not None:
            return self._shared_site().major
        return (self._binaries or server.embedded()).major

    def replay(
        self, files: Sequence[StreamFile], *, keep: bool = False, settled: int | None = None
    ) -> Replayed:
        """A database in which the files have run, in this order, each in a transaction of its own.

        The first `settled` files (by default all but the last) are expected to stay as they are: a template
        is made of them, as of the whole, where that is worth it; `keep` makes one of the whole in any case.
        Raises SqlError `sql-failed` at the line of the file that failed, `sql-syntax`, and `shadow-…` where
        the server cannot hold a shadow.
        """
        with _refusals(self._url):
            if self._tainted or any(_cluster_wide(file) for file in files):
                return self._replay_alone(files)
            replayed = self._replay_on(self._shared_site(), files, keep=keep, settled=settled)
            return replayed if replayed is not None else self._replay_alone(files)

    def clone(self, files: Sequence[StreamFile]) -> str:
        """The URL of a database in which the files have run, for the caller to use up; else as `replay`."""
        return self.replay(files).url

    def start(self, *, trials: int = 0) -> None:
        """Start the server now, and make so many of the databases that `tried` will need (it makes two at
        most), so that nobody waits for them later. Raises as `replay`.
        """
        with _refusals(self._url):
            self._shared_site()
            for _ in range(min(trials, _TRIALS)):
                self._trials.append(self._new_trial())

    @contextlib.contextmanager
    def lent(self, files: Sequence[StreamFile], *, settled: int | None = None) -> Iterator[str]:
        """The URL of a database in which the files have run, for reading alone, until the end of the block.

        A template is not copied for it, but is the database itself meanwhile; what took long to run becomes
        one afterwards. Threads get it one after the other. Raises as `replay`.
        """
        with self._lending:
            with _refusals(self._url):
                url, kept = self._borrow(files, settled)
            try:
                yield url
            finally:
                with contextlib.suppress(psycopg.Error):  # the server is gone, and the next start cleans up
                    self._give_back(url, kept)

    def _borrow(
        self, files: Sequence[StreamFile], settled: int | None
    ) -> tuple[str, tuple[str, _Memory] | None]:
        """A database in which the files have run; under which key it is a template afterwards, if at all."""
        if self._tainted or any(_cluster_wide(file) for file in files):
            return self._replay_alone(files).url, None
        site = self._shared_site()
        key = _keys(site, files)[-1]
        found = self._take(site, key) if self._cache and files else None
        if found is not None:
            return found
        since = time.monotonic()
        replayed = self._replay_on(site, files, keep=False, settled=settled, lend=True)
        if replayed is None:
            return self._replay_alone(files).url, None
        slow = self._cache and replayed.ran and time.monotonic() - since > WORTH_A_TEMPLATE_S
        memory = _Memory(0, 0, replayed.outside, replayed.standins)
        return replayed.url, (key, memory) if slow else None

    def _take(self, site: _Site, key: str) -> tuple[str, tuple[str, _Memory]] | None:
        """The template under a name of ours; None where there is none that is free."""
        memory = _templates(site).get(key)
        template = _TEMPLATE + key
        if memory is None or not _try_lock(site.admin, template):
            return None
        name = _new_name()
        _lock(site.admin, name)
        try:
            site.admin.execute(
                compose.SQL(
                    "ALTER DATABASE {0} RENAME TO {1}; ALTER DATABASE {1} ALLOW_CONNECTIONS true"
                ).format(compose.Identifier(template), compose.Identifier(name))
            )
        except psycopg.Error:  # it is being cloned, or was dropped meanwhile
            _unlock(site.admin, name)
            return None
        finally:
            _unlock(site.admin, template)
        url = site.url(name)
        self._given[url] = (site, name)
        return url, (key, memory)

    def _give_back(self, url: str, kept: tuple[str, _Memory] | None) -> None:
        site, name = self._given[url]
        if kept is None:
            self.release(url)
            return
        del self._given[url]
        key, memory = kept
        if not memory.size:
            memory = msgspec.structs.replace(memory, size=_size(site, name))
        _seal(site, name, key, memory)
        _evict(site)

    @contextlib.contextmanager
    def tried(self, files: Sequence[StreamFile]) -> Iterator[Connection | None]:
        """A connection in a transaction in which the files have run, and which is rolled back afterwards.

        That costs no database of its own; None where the files cannot run in one transaction. More threads
        than two wait. Raises as `replay`.
        """
        if self._tainted or any(not file.transaction or _cluster_wide(file) for file in files):
            yield None
            return
        with self._trying:
            with _refusals(self._url):
                run = self._trials.pop() if self._trials else self._new_trial()
            try:
                with _refusals(self._url):
                    conn = _ran_to_be_taken_back(run, files)
                yield conn
            finally:
                if not run.conn.closed:
                    run.conn.rollback()
                    self._trials.append(run)

    def _new_trial(self) -> _Run:
        site = self._shared_site()
        _, name, memory = self._begin(site, _keys(site, ()))
        self._given[site.url(name)] = (site, name)
        return _Run(site, name, memory)

    def apart(self, runner: str, roles: Collection[str], *, prepared: bool) -> Apart:
        """A database in a cluster of its own, where `runner`, no superuser, may act as each of the roles.

        `prepared` gives it the surface; else it is empty. Roles that are missing are made, NOLOGIN but for
        the runner. Not even Supabase's superuser is one there: whatever role a catalog names can be taken
        without becoming a superuser. It is the embedded server's version, and lives as long as the shadow.
        """
        with _refusals(None):
            if self._apart is None:
                site = _Embedded(self._root, self._binaries or server.embedded(), alone=True)
                self._private.append(site)
                self._apart = site, _dethrone(site)
            site, admin = self._apart
            name = _new_name()
            if prepared:
                server.clone_database(admin, server.TEMPLATE, name)
            else:
                server.create_empty(admin, name)
            _let_act_as(admin, runner, roles)
            admin.execute(
                compose.SQL("ALTER DATABASE {} OWNER TO {}").format(
                    compose.Identifier(name), compose.Identifier(runner)
                )
            )
            others = {each for each in roles if not each.startswith("pg_")} - {runner}
            return Apart(site.user_url(name, runner), name, runner, others, admin)

    def release(self, url: str) -> None:
        """Drop a database that `replay` or `clone` gave; one that is not there is fine."""
        site, name = self._given.pop(url, (None, ""))
        if site is not None:
            server.drop_database(site.admin, name)
            _unlock(site.admin, name)

    def close(self) -> None:
        """Drop all databases that were given, and stop the server if nobody else uses it."""
        while self._trials:
            self._trials.pop().conn.close()
        for url in list(self._given):
            with contextlib.suppress(psycopg.Error):  # the server may be gone, and the next start cleans up
                self.release(url)
        if self._apart is not None:
            self._apart[1].close()
            self._apart = None
        for site in (*self._private, *([self._site] if self._site is not None else [])):
            site.close()
        self._private.clear()
        self._site = None

    def _shared_site(self) -> _Site:
        with self._starting:
            if self._site is None:
                self._site = (
                    _Embedded(self._root, self._binaries or server.embedded())
                    if self._url is None
                    else _Configured(self._url)
                )
            return self._site

    def _replay_alone(self, files: Sequence[StreamFile]) -> Replayed:
        """In a cluster of its own, which lives as long as we do."""
        if self._url is not None:
            first = next((file.path for file in files if _cluster_wide(file)), None)
            raise OrmonyError(
                "shadow-cluster-wide",
                f"the file changes roles or other things of a cluster, and {redact(self._url)} is shared",
                place=first,
                hint="remove [shadow] url from ormony.toml, so that the embedded server is used",
                exit_status=DATABASE,
            )
        site = _Embedded(self._root, self._binaries or server.embedded(), alone=True)
        self._private.append(site)
        # What is about a whole cluster often names the database, and on Supabase that is always this one.
        server.clone_database(site.admin, server.TEMPLATE, "postgres")
        run = _Run(site, "postgres", _Memory(0, 0))
        try:
            for file in files:
                run.file(file)
        finally:
            run.conn.close()
        return self._give(site, "postgres", run.ran, 0, run.memory())

    def _replay_on(
        self,
        site: _Site,
        files: Sequence[StreamFile],
        *,
        keep: bool,
        settled: int | None,
        lend: bool = False,
    ) -> Replayed | None:
        """On the server that is shared; None if the files have changed the cluster, unseen by the parser.

        What is to `lend` is not copied as a template: it will be one itself.
        """
        keys = _keys(site, files)
        begin, name, memory = self._begin(site, keys)
        if begin == len(files):
            return self._give(site, name, (), begin, memory)
        before = _cluster_state(site)
        run = _Run(site, name, memory)
        checkpoint = len(files) - 1 if settled is None else settled
        since = time.monotonic()
        try:
            for number in range(begin, len(files)):
                run.file(files[number])
                done = number + 1
                last = done == len(files)
                wanted = (last and not lend) or done == checkpoint
                # What is lent becomes a template for nothing: one more on the way there has to save more.
                worth = WORTH_A_TEMPLATE_S * (4 if lend else 1)
                slow = wanted and time.monotonic() - since > worth * _weight(run)
                if self._cache and ((keep and last) or slow):
                    run.conn.close()
                    if _cluster_state(site) == before:
                        _publish(site, name, keys[done], run.memory())
                    if not last:
                        run.conn = connect(site.url(name))
                    since = time.monotonic()
            run.conn.close()
            changed = _cluster_state(site) != before
        except BaseException:
            run.conn.close()
            with contextlib.suppress(psycopg.Error):
                server.drop_database(site.admin, name)
                _unlock(site.admin, name)
            raise
        if changed:
            self._tainted = True
            server.drop_database(site.admin, name)
            if isinstance(site, _Embedded):
                site.spoil()
                return None
            raise OrmonyError(
                "shadow-cluster-wide",
                "by dynamic SQL a file changed roles or other things of a cluster, which is shared",
                hint="remove [shadow] url from ormony.toml, so that the embedded server is used",
                exit_status=DATABASE,
            )
        return self._give(site, name, run.ran, begin, run.memory())

    def _begin(self, site: _Site, keys: Sequence[str]) -> tuple[int, str, _Memory]:
        """A database with as many of the files as a template has: how many, its name, what is known of it."""
        known = _templates(site) if self._cache else {}
        for number in range(len(keys) - 1, 0, -1):
            memory = known.get(keys[number])
            if memory is None:
                continue
            with contextlib.suppress(psycopg.errors.InvalidCatalogName):  # dropped meanwhile
                name = _clone(site, _TEMPLATE + keys[number])
                _remember(site, _TEMPLATE + keys[number], memory)
                return number, name, memory
        if isinstance(site, _Embedded):
            return 0, _clone(site, server.TEMPLATE), _Memory(0, 0)
        if keys[0] not in _templates(site):
            _prepare(site, keys[0])
        return 0, _clone(site, _TEMPLATE + keys[0]), _Memory(0, 0)

    def _give(self, site: _Site, name: str, ran: Sequence[str], reused: int, memory: _Memory) -> Replayed:
        url = site.url(name)
        self._given[url] = (site, name)
        return Replayed(
            url=url,
            major=site.major,
            ran=tuple(ran),
            reused=reused,
            outside=memory.outside,
            standins=memory.standins,
        )


def _dethrone(site: _Embedded) -> Connection:
    """A superuser's connection; the cluster's first superuser gives its name to a role that is none."""
    site.admin.execute("CREATE ROLE ormony_superuser SUPERUSER LOGIN")
    admin = connect(site.user_url(_ALONE_ADMIN, "ormony_superuser"))
    admin.execute(
        compose.SQL(
            "ALTER ROLE {0} RENAME TO ormony_bootstrap; CREATE ROLE {0} LOGIN CREATEDB CREATEROLE"
        ).format(compose.Identifier(server.SUPERUSER))
    )
    return admin


def _let_act_as(admin: Connection, runner: str, roles: Collection[str]) -> None:
    """Make the roles that are missing, and let one of them, which may log in, act as all others."""
    known = {name for (name,) in admin.execute("SELECT rolname FROM pg_catalog.pg_roles").fetchall()}
    for role in sorted({runner, *roles} - known):
        admin.execute(compose.SQL("CREATE ROLE {} NOLOGIN").format(compose.Identifier(role)))
    me = compose.Identifier(runner)
    admin.execute(compose.SQL("ALTER ROLE {} LOGIN NOSUPERUSER CREATEROLE BYPASSRLS").format(me))
    for role in sorted(set(roles) - {runner, "pg_database_owner", "ormony_superuser", "ormony_bootstrap"}):
        with contextlib.suppress(psycopg.errors.InvalidGrantOperation):  # it acts as the runner already
            admin.execute(compose.SQL("GRANT {} TO {}").format(compose.Identifier(role), me))


@contextlib.contextmanager
def open_shadow(
    root: Path,
    *,
    url: str | None = None,
    binaries: server.Binaries | None = None,
    cache: bool = True,
) -> Iterator[Shadow]:
    """Shadows for the project in `root`, dropped at the end of the block; no server starts before the first.

    They lie on the embedded server, or on that of `url`, a superuser's where `postgres` is none. `binaries`
    are those of another PostgreSQL than the embedded one. Without `cache` no template is used or made. The
    embedded server stops with its last user.
    """
    shadow = Shadow(root, url=url, binaries=binaries, cache=cache)
    try:
        yield shadow
    finally:
        shadow.close()


# ---------------------------------------------------------------------------------------------------- servers


class _Embedded:
    """A cluster of ours, shared by all processes of the project that use the same versions, or alone ours."""

    shared = False

    def __init__(self, root: Path, binaries: server.Binaries, *, alone: bool = False) -> None:
        key = hashlib.sha256(server.made_of(binaries).encode()).hexdigest()[:8]
        self._alone = alone
        self._home = server.home_of(
            root, f"alone-{os.getpid()}-{secrets.token_hex(3)}" if alone else f"shadow-{key}"
        )
        self.major = binaries.major
        self._handle = _use(self._home)
        try:
            _sweep(self._home)
            self._cluster = server.start(self._home, durable=False, binaries=binaries)
            if alone:
                with self._cluster.admin() as admin:
                    admin.execute(f"ALTER DATABASE postgres RENAME TO {_ALONE_ADMIN}".encode())
            self.admin = self._cluster.admin(_ALONE_ADMIN if alone else "postgres")
            if not alone:
                _drop_abandoned(self)
        except BaseException:
            os.close(self._handle)
            raise

    def url(self, database: str) -> str:
        return self._cluster.url(database)

    def user_url(self, database: str, user: str) -> str:
        """The URL at which the database is reached as another role."""
        return self._cluster.url(database, user)

    def spoil(self) -> None:
        """Have the cluster made anew at its next start: files have left something in it."""
        (self._home / "made").write_text("spoiled")

    def close(self) -> None:
        self.admin.close()
        try:
            # Not atomic: others may get the lock first, and then they stop the server.
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._alone:
                server.destroy(self._home)
            else:
                server.stop(self._home)
        except BlockingIOError:
            pass
        finally:
            os.close(self._handle)


def _use(home: Path) -> int:
    """A shared lock on the cluster, which its user holds as long as it needs the server."""
    while True:
        server.make_home(home)
        handle = os.open(home / "users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        with contextlib.suppress(FileNotFoundError):
            if (home / "users").stat().st_ino == os.fstat(handle).st_ino:
                return handle
        os.close(handle)  # someone has swept it away between the two


def _sweep(home: Path) -> None:
    """Remove the clusters beside this one that nobody uses: of older versions, and of processes that were
    killed.
    """
    for other in (*home.parent.glob("shadow-*"), *home.parent.glob("alone-*")):
        if other == home or not (other / "users").exists():
            continue
        with contextlib.suppress(OSError):
            handle = os.open(other / "users", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server.destroy(other)
            finally:
                os.close(handle)


class _Configured:
    """A server of the user's, on which we may make databases."""

    shared = True

    def __init__(self, url: str) -> None:
        self._base = url
        self._login = ""
        self.admin = connect(url)
        try:
            self.major = self.admin.info.server_version // 10000
            if not _FIRST_MAJOR <= self.major <= _LAST_MAJOR:
                raise OrmonyError(
                    "shadow-version",
                    f"the shadow server is PostgreSQL {self.major}; {_FIRST_MAJOR} to {_LAST_MAJOR} will do",
                    hint="remove [shadow] url from ormony.toml, so that the embedded server is used",
                    exit_status=DATABASE,
                )
            with _refusals(url):
                self._enter(url)
                _drop_abandoned(self)
        except BaseException:
            self.admin.close()
            raise

    def _enter(self, url: str) -> None:
        """Find or make a role that is no superuser, and that acts as `postgres`."""
        row = self.admin.execute(
            "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'), r.rolsuper, r.rolname"
            " FROM pg_roles AS r WHERE r.rolname = current_user"
        ).fetchone()
        assert row is not None
        postgres_is_super, is_super, user = row
        if postgres_is_super:
            raise OrmonyError(
                "shadow-superuser",
                f"role postgres of {redact(url)} is a superuser, and the stream must not run as one",
                hint="use a server that was made with: initdb -U supabase_admin   # or remove [shadow] url",
                exit_status=DATABASE,
            )
        if not is_super:
            self._parameters = {} if user == "postgres" else {"options": "-c role=postgres"}
            return
        surface.install_roles(self.admin)
        self._login = f"{_LOGIN}{int(time.time())}_{secrets.token_hex(4)}"
        password = secrets.token_urlsafe(24)
        _lock(self.admin, self._login)
        self.admin.execute(
            compose.SQL(
                "CREATE ROLE {0} LOGIN NOSUPERUSER PASSWORD {1} IN ROLE postgres; COMMENT ON ROLE {0} IS {2}"
            ).format(
                compose.Identifier(self._login),
                password,
                "of an ormony that runs a shadow; may be dropped afterwards",
            )
        )
        settings = self.admin.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting"
            " WHERE setdatabase = 0 AND setrole = 'postgres'::regrole"
        ).fetchall()
        for (entry,) in settings:
            statement = f'ALTER ROLE "{self._login}" SET {server.setting_of(entry)}'
            self.admin.execute(statement.encode())
        # RESET ROLE goes back to what the connection asked for, so no file gets out of `postgres`.
        self._parameters = {"user": self._login, "password": password, "options": "-c role=postgres"}

    def url(self, database: str) -> str:
        parameters = psycopg.conninfo.conninfo_to_dict(with_database(self._base, database))
        return url_of({**parameters, **self._parameters})

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            if self._login:
                self.admin.execute(compose.SQL("DROP ROLE {}").format(compose.Identifier(self._login)))
        self.admin.close()


@contextlib.contextmanager
def _refusals(url: str | None) -> Iterator[None]:
    """Errors of what we do ourselves on the server: a configured one may forbid it, and each may break."""
    try:
        yield
    except psycopg.Error as error:
        reason = error.diag.message_primary or str(error).strip().partition("\n")[0]
        if error.sqlstate == "53100":
            raise OrmonyError("disk-full", reason, hint="df -h", exit_status=DATABASE) from error
        if url is None:
            raise OrmonyError(
                "shadow-failed",
                f"the shadow server failed: {reason}",
                hint="run the command again; if that does not help: rm -r .ormony/shadow-*",
                exit_status=DATABASE,
            ) from error
        raise OrmonyError(
            "shadow-refused",
            f"the shadow server {redact(url)} refuses: {reason}",
            hint="give [shadow] url a superuser other than postgres, or remove it to use the embedded server",
            exit_status=DATABASE,
        ) from error


# -------------------------------------------------------------------------------------------------- databases


def _keys(site: _Site, files: Sequence[StreamFile]) -> list[str]:
    """Of each prefix of the files, the empty one first: what its database would be."""
    digest = hashlib.sha256(f"{surface.fingerprint()} {site.admin.info.server_version} 1".encode())
    keys = [digest.hexdigest()[:32]]
    for file in files:
        text = file.text.encode("utf-8", "surrogatepass")
        digest.update(len(text).to_bytes(8, "big") + text)
        keys.append(digest.hexdigest()[:32])
    return keys


def _cluster_wide(file: StreamFile) -> bool:
    return _MAYBE_CLUSTER_WIDE.search(file.text) is not None and any(
        sql.cluster_wide(each) for each in sql.statements(file.text, file.path)
    )


def _cluster_state(site: _Site) -> str:
    row = site.admin.execute(_CLUSTER_STATE.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _new_name() -> str:
    return f"{_WORK}{int(time.time())}_{secrets.token_hex(6)}"


def _clone(site: _Site, template: str) -> str:
    """The name of a new database made from the template, locked as ours. Raises InvalidCatalogName."""
    name = _new_name()
    _lock(site.admin, name)
    _lock(site.admin, template, shared=True)
    try:
        server.clone_database(site.admin, template, name)
    except AssertionError:
        raise psycopg.errors.InvalidCatalogName(template) from None
    finally:
        _unlock(site.admin, template, shared=True)
    return name


def _prepare(site: _Site, key: str) -> None:
    """Make the template that has the surface and no file, on a server that is not ours."""
    name = _new_name()
    _lock(site.admin, name)
    base = site.admin.info
    server.create_empty(site.admin, name)
    dsn = psycopg.conninfo.make_conninfo(base.dsn, password=base.password or None, dbname=name)
    with contextlib.closing(connect(dsn)) as inside:
        surface.install_database(inside)
    _seal(site, name, key, _Memory(time.time(), 0))


def _publish(site: _Site, name: str, key: str, memory: _Memory) -> None:
    """Make a template of the database, to which nobody is connected, unless there is one."""
    if key in _templates(site):
        return
    size = _size(site, name)
    copy = _clone(site, name)
    _seal(site, copy, key, msgspec.structs.replace(memory, used=time.time(), size=size))
    _evict(site)


def _size(site: _Site, name: str) -> int:
    row = site.admin.execute("SELECT pg_database_size(%s::name)", (name,)).fetchone()
    return int(row[0]) if row is not None else 0


def _weight(run: _Run) -> float:
    """How much longer than of the surface alone a copy takes: by the number of files."""
    row = run.conn.execute(
        "SELECT count(*) FILTER (WHERE c.relfilenode <> 0 AND c.oid >= 16384) FROM pg_catalog.pg_class AS c"
    ).fetchone()
    return 1 + (row[0] if row is not None else 0) / _FILES_OF_SURFACE


def _seal(site: _Site, name: str, key: str, memory: _Memory) -> None:
    """Let the database appear as a template, all at once; nobody can connect to it and change it."""
    server.wait_until_alone(site.admin, name)
    _remember(site, name, memory)
    try:
        site.admin.execute(
            compose.SQL(
                "ALTER DATABASE {0} ALLOW_CONNECTIONS false; ALTER DATABASE {0} RENAME TO {1}"
            ).format(compose.Identifier(name), compose.Identifier(_TEMPLATE + key))
        )
    except psycopg.errors.DuplicateDatabase:  # another process was faster
        server.drop_database(site.admin, name)
    finally:
        _unlock(site.admin, name)


def _templates(site: _Site) -> dict[str, _Memory]:
    """The templates by key."""
    found = {}
    for name, comment in site.admin.execute(
        "SELECT datname, pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database"
        " WHERE datname LIKE 'ormony\\_t\\_%'"
    ):
        with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError, TypeError):
            found[name.removeprefix(_TEMPLATE)] = msgspec.json.decode(comment, type=_Memory)
    return found


def _remember(site: _Site, name: str, memory: _Memory) -> None:
    text = msgspec.json.encode(msgspec.structs.replace(memory, used=time.time())).decode()
    with contextlib.suppress(psycopg.errors.InvalidCatalogName, psycopg.errors.InternalError_):
        site.admin.execute(compose.SQL("COMMENT ON DATABASE {} IS {}").format(compose.Identifier(name), text))


def _evict(site: _Site) -> None:
    """Drop the least recently used templates beyond the limit; one that is being cloned stays."""
    known = sorted(_templates(site).items(), key=lambda item: item[1].used, reverse=True)
    total = 0
    for key, memory in known:
        total += memory.size
        name = _TEMPLATE + key
        if total > TEMPLATES_BYTES and _try_lock(site.admin, name):
            server.drop_database(site.admin, name)
            _unlock(site.admin, name)


def _drop_abandoned(site: _Site) -> None:
    """Drop what processes have left that were killed: their locks ended with their sessions."""
    roles = site.admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'ormony\\_login\\_%'"
    ).fetchall()
    names = site.admin.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'ormony\\_w\\_%'"
    ).fetchall()
    for (name,) in (*names, *roles):
        digits = re.match(r"ormony_(?:w|login)_([0-9]+)_", name)
        age = time.time() - int(digits[1]) if digits else 0
        if (site.shared and age < _ABANDONED_S) or not _try_lock(site.admin, name):
            continue
        with contextlib.suppress(psycopg.Error):  # not ours after all: another role's, or in use
            if name.startswith(_WORK):
                server.drop_database(site.admin, name)
            else:
                site.admin.execute(compose.SQL("DROP ROLE IF EXISTS {}").format(compose.Identifier(name)))
        _unlock(site.admin, name)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _lock(admin: Connection, name: str, *, shared: bool = False) -> None:
    admin.execute(
        "SELECT pg_catalog.pg_advisory_lock_shared(%s)"
        if shared
        else "SELECT pg_catalog.pg_advisory_lock(%s)",
        (_number(name),),
    )


def _try_lock(admin: Connection, name: str) -> bool:
    row = admin.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (_number(name),)).fetchone()
    return bool(row and row[0])


def _unlock(admin: Connection, name: str, *, shared: bool = False) -> None:
    admin.execute(
        "SELECT pg_catalog.pg_advisory_unlock_shared(%s)"
        if shared
        else "SELECT pg_catalog.pg_advisory_unlock(%s)",
        (_number(name),),
    )


# ---------------------------------------------------------------------------------------------------- running


class _Run:
    """Files that run one after the other in one database."""

    def __init__(self, site: _Site, name: str, memory: _Memory) -> None:
        self._site = site
        self._name = name
        self._missing: frozenset[str] | None = None
        self.conn = connect(site.url(name))
        self.ran: list[str] = []
        self.outside = list(memory.outside)
        self.standins = set(memory.standins)

    def memory(self) -> _Memory:
        return _Memory(0, 0, tuple(self.outside), tuple(sorted(self.standins)))

    def file(self, file: StreamFile) -> None:
        """Run the file: in a transaction if it can, else statement by statement. Raises SqlError."""
        runnable = self._with_standins(file)
        if not file.transaction or not self._as_one(runnable):
            statements = [each.sql for each in sql.statements(runnable.text, file.path)]
            run_outside(self.conn, runnable, statements)
            self.outside.append(file.path)
        self.ran.append(file.path)

    def _as_one(self, file: StreamFile) -> bool:
        """Run the file in one transaction; False, and nothing has happened, if that is what it cannot."""
        try:
            run_file(self.conn, file, own_transaction=True, split=_split)
        except SqlError as error:
            if error.sqlstate not in _OUTSIDE:
                raise
            return False
        return True

    def _with_standins(self, file: StreamFile) -> StreamFile:
        """The file without CREATE EXTENSION of what the server cannot create, that being made by a script."""
        if "extension" not in file.text.lower() or not self.missing_extensions():
            return file
        text = file.text
        for statement in sql.statements(file.text, file.path):
            wanted = _extension_of(statement)
            if wanted is None or wanted[0] not in self.missing_extensions():
                continue
            name, schema = wanted
            if statement.kind == "CreateExtensionStmt" and name not in self.standins:
                self._make_standin(name, schema or "public", file, statement)
                self.standins.add(name)
            blank = re.sub(r"[^\r\n]", " ", text[statement.start : statement.stop])
            text = text[: statement.start] + blank + text[statement.stop :]
        return msgspec.structs.replace(file, text=text)

    def missing_extensions(self) -> frozenset[str]:
        """Those that only have a stand-in, which the server itself does not know of."""
        if self._missing is None:
            rows = self._site.admin.execute("SELECT name FROM pg_available_extensions").fetchall()
            self._missing = frozenset(surface.standins()) - {name for (name,) in rows}
        return self._missing

    def _make_standin(self, name: str, schema: str, file: StreamFile, statement: sql.Statement) -> None:
        script = surface.standin_script(name, schema)
        assert script is not None
        base = self._site.admin.info
        dsn = psycopg.conninfo.make_conninfo(base.dsn, password=base.password or None, dbname=self._name)
        with contextlib.closing(connect(dsn)) as inside:
            try:
                with inside.transaction():
                    inside.execute(script.encode())
            except psycopg.Error as error:
                raise OrmonyError(
                    "shadow-refused",
                    f'the shadow server has no extension "{name}" and refuses its stand-in: '
                    f"{error.diag.message_primary or error}",
                    place=f"{file.path}:{statement.line}",
                    hint=f"install {name} on the shadow server, or remove [shadow] url from ormony.toml",
                    exit_status=DATABASE,
                ) from error


def _ran_to_be_taken_back(run: _Run, files: Sequence[StreamFile]) -> Connection | None:
    """The connection of `run`, in whose transaction the files have run; None where they cannot."""
    # A stand-in is made by another session, which does not see what this one does.
    if any("extension" in file.text.lower() for file in files) and run.missing_extensions():
        return None
    run.conn.execute("BEGIN")
    try:
        for file in files:
            run_file(run.conn, file, split=_split)
    except SqlError as error:
        if not run.conn.closed:
            run.conn.rollback()
        if error.sqlstate in (*_OUTSIDE, _TOO_MANY_LOCKS):
            return None
        raise
    return run.conn


def _split(text: str) -> list[str]:
    return [each.sql for each in sql.statements(text)]


_EXTENSION: Final = re.compile(
    r"(?:create\s+extension(?:\s+if\s+not\s+exists)?|drop\s+extension(?:\s+if\s+exists)?|alter\s+extension"
    r"|comment\s+on\s+extension)\s+(\"(?:[^\"]|\"\")+\"|[\w$]+)"
    r"(?:.*?\bschema\s+(\"(?:[^\"]|\"\")+\"|[\w$]+))?",
    re.IGNORECASE | re.DOTALL,
)


def _extension_of(statement: sql.Statement) -> tuple[str, str | None] | None:
    """The extension that a statement is about, and the schema that it names."""
    match = _EXTENSION.match(statement.sql)
    if match is None:
        return None
    return _unquoted(match[1]), _unquoted(match[2]) if match[2] else None


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
