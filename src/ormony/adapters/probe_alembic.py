"""Runs inside of a service's own interpreter: calls its Alembic and writes down the SQL of each revision.

A script, not a module: `alembic.py` starts it with the path of a job (JSON) and reads the result file that
the job names. It imports nothing of ormony and works on Python 3.8 and later, Alembic 1.8 and later,
SQLAlchemy 1.4 to 2.1. It never connects to anything but the shadow that the job names, and lets nothing else
in this process do so: the environment was replaced before it was started, a network namespace and masked
sockets stand around it where the kernel allows, audit hooks and guarded drivers stand inside and name the
line that tried.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import datetime
import decimal
import enum
import glob
import importlib
import importlib.machinery
import importlib.util
import inspect
import io
import ipaddress
import json
import os
import re
import socket
import struct
import sys
import traceback
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
PROCESS = os.getpid()
DRIVERS = ("psycopg2", "psycopg", "asyncpg", "pg8000", "aiopg", "psycopg2cffi")
HARMLESS_PROGRAMS = {
    "uname", "ldconfig", "gcc", "cc", "ld", "objdump", "hostname", "lsb_release", "getconf", "locale",
    "sw_vers", "sysctl", "lscpu", "nproc", "file", "arch",
}  # fmt: skip
HARMLESS_GIT = {
    "version", "--version", "rev-parse", "describe", "log", "show", "status", "symbolic-ref", "branch", "tag",
    "diff",
}  # fmt: skip
QUIET_SOCKETS = ("/dev/log", "/run/systemd/journal/", "/run/nscd/", "/var/run/nscd/")
# Volatile, yet reading one leaves nothing behind.
HARMLESS_FUNCTIONS = {
    "random", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "timeofday", "currval", "lastval",
    "pg_sleep", "txid_current", "pg_current_xact_id", "uuid_generate_v4", "uuid_generate_v1", "random_normal",
}  # fmt: skip
# What a service's engine may keep of its own when it is given the shadow: no address, no credentials, no TLS.
KEPT_PARAMETERS = (
    "options", "server_settings", "application_name", "client_encoding", "prepare_threshold", "timeout",
    "statement_cache_size", "prepared_statement_cache_size", "prepared_statement_name_func", "autocommit",
    "command_timeout", "connection_class", "connection_factory", "cursor_factory", "async_fallback",
    "context", "row_factory",
)  # fmt: skip


class Job:
    """What was asked for, and what has happened so far."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.online: bool = data["online"]
        self.root: str = data["root"]
        self.folder: str = data["folder"]
        self.ini: str | None = data["ini"]
        self.toml: str | None = data["toml"]
        self.script: str | None = data.get("script")
        self.flask: bool = data.get("flask", False)
        self.ids: list[str] = data["ids"]
        self.wanted: set[str] = set(data["wanted"])
        self.result: str = data["result"]
        self.placeholder: str = data["placeholder"]
        self.shadow: dict[str, Any] | None = data["shadow"]
        self.steps: dict[str, Step] = {}
        self.step: Step | None = None
        self.violations: list[dict[str, Any]] = []
        self.env_needs: dict[str, Any] | None = None
        self.asked_for_mode = False
        self.runs = 0
        self.env_path = ""
        self.engine_target: tuple[Any, ...] | None = None
        self.engine_place: dict[str, Any] | None = None
        self.ini_target: tuple[Any, ...] | None = None
        self.shadow_addresses: list[tuple[Any, ...]] = []
        self.recording = True
        self.loaded: set[str] = set()
        self.unseen: list[str] = []  # texts of revisions that did not run to their end
        self.context: Any = None
        self.report: dict[str, Any] = {"versions": {}, "wall": ""}

    def shadow_socket(self) -> str | None:
        if self.shadow is None or not self.shadow["host"].startswith("/"):
            return None
        return os.path.join(self.shadow["host"], ".s.PGSQL.{}".format(self.shadow["port"]))


class Step:
    """One revision's run: its SQL in pieces, or why it has none."""

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier
        self.entries: list[Entry] = []
        self.begun = False  # a transaction, by a BEGIN of the revision's own
        self.needs: dict[str, Any] | None = None
        self.reads: list[str] = []
        self.returning = False
        self.finished = False
        self.connection: Any = None


class Entry:
    """One statement, or a mark between statements (`commit`, `savepoint`)."""

    def __init__(self, kind: str, text: str = "", transaction: bool = True) -> None:
        self.kind = kind
        self.text = text
        self.transaction = transaction


class Elsewhere(ConnectionRefusedError):
    """Raised into the user's code where it tries to reach something else than the shadow."""


class NeedsConnection(Exception):
    """Raised into a revision that wants an answer from a database while there is none."""


class Abort(BaseException):
    """Ends the run with an error; a BaseException, so that the user's `except Exception` lets it pass."""

    def __init__(self, kind: str, message: str, place: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(message)
        self.error = dict(more, kind=kind, message=message, place=place)


JOB: Job


# Where in the user's code ---------------------------------------------------------------------------------


def is_users(path: str, python_only: bool = True) -> bool:
    """Is it a file of the project, and not of a package that is installed inside of it?"""
    if path.startswith("<") or (python_only and not path.endswith(".py")):
        return False
    full = os.path.abspath(os.path.join(JOB.folder, path))
    if not full.startswith(JOB.root + os.sep) or os.path.dirname(full) == HERE:
        return False
    inner = full[len(JOB.root) :]
    return not any(word in inner for word in ("/site-packages/", "/dist-packages/", "/.venv/", "/venv/"))


def place_of(path: str, line: int | None) -> dict[str, Any]:
    return {"file": os.path.abspath(os.path.join(JOB.folder, path)), "line": line}


def users_place(frame: types.FrameType | None) -> dict[str, Any] | None:
    """The innermost line of the user's own code below `frame`."""
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return place_of(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def traceback_place(error: BaseException) -> dict[str, Any] | None:
    if isinstance(error, SyntaxError) and error.filename and is_users(error.filename):
        return place_of(error.filename, error.lineno)
    found = None
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        for frame, line in traceback.walk_tb(current.__traceback__):
            if is_users(frame.f_code.co_filename):
                found = place_of(frame.f_code.co_filename, line)
        if found is not None:
            return found
        current = current.__cause__ or current.__context__
    return found


def text_of(error: BaseException) -> str:
    text = str(error).split("\n[SQL:")[0].split("\n(Background on this error")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def modules_above(frame: types.FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back


# The wall of the kernel -----------------------------------------------------------------------------------


def die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL


def build_wall() -> str:
    """Leave the machine's network and hide every listening unix socket but the shadow's; says what it did.

    Children inherit it, so it also holds what no hook of Python sees: libpq, uvloop, a program that is
    started.
    """
    if sys.platform != "linux":
        return ""
    new_mounts, new_user, new_network = 0x00020000, 0x10000000, 0x40000000
    over_tcp = JOB.shadow is not None and JOB.shadow_socket() is None
    wanted = new_mounts | (0 if over_tcp else new_network)
    listening = listening_sockets()
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(wanted) != 0:
        # In a user namespace root may no longer read what others own: only where the project is its own.
        if uid == 0 and os.stat(JOB.root).st_uid != 0:
            return ""
        if libc.unshare(wanted | new_user) != 0:
            return ""
        for name, line in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            try:
                with open("/proc/self/" + name, "w") as out:
                    out.write(line)
            except OSError:
                if name != "setgroups":  # absent on old kernels
                    raise
    done = [] if over_tcp else ["network"]
    if not over_tcp:
        loopback_up()
    private, recursive, bind = 1 << 18, 1 << 14, 1 << 12
    if libc.mount(None, b"/", None, private | recursive, None) == 0:
        ours = JOB.shadow_socket()
        hidden = 0
        for path in listening:
            if (ours and os.path.exists(ours) and same(path, ours)) or path.startswith(QUIET_SOCKETS):
                continue
            if libc.mount(b"/dev/null", os.fsencode(path), None, bind, None) == 0:
                hidden += 1
        done.append(f"sockets:{hidden}")
    return " ".join(done)


def same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def listening_sockets() -> list[str]:
    found = set()
    try:
        with open("/proc/net/unix", errors="surrogateescape") as lines:
            for line in lines:
                words = line.rstrip("\n").split(" ", 7)
                fields = line.split(None, 7)
                if len(fields) == 8 and fields[3] == "00010000" and fields[7].startswith("/") and words:
                    found.add(fields[7].rstrip("\n"))
    except OSError:
        pass
    # A server in a container with a shared folder listens in another namespace, and is not in that list.
    for folder in ("/tmp", "/run/postgresql", "/var/run/postgresql"):
        found.update(glob.glob(folder + "/.s.PGSQL.*[0-9]"))
    return sorted(path for path in found if os.path.exists(path))


def loopback_up() -> None:
    """Code that only opens a local server, as some libraries do at import, goes on working."""
    try:
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            fcntl.ioctl(probe, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS, UP | RUNNING
    except OSError:
        pass


# The guards inside ----------------------------------------------------------------------------------------


def refuse(kind: str, what: str) -> None:
    """Write down who wanted to reach `what`, and raise. `kind`: driver, program or socket."""
    frame = sys._getframe(1)
    if kind == "socket" and any(name.split(".")[0] in DRIVERS for name in modules_above(frame)):
        kind = "driver"
    JOB.violations.append({"kind": kind, "what": what, "place": users_place(frame)})
    raise Elsewhere(f"ormony: {what} cannot be reached from here")


def is_shadow(host: Any, port: Any, database: Any) -> bool:
    shadow = JOB.shadow
    return (
        shadow is not None
        and str(host) == shadow["host"]
        and str(port or 5432) == str(shadow["port"])
        and (database is None or str(database) == shadow["dbname"])
    )


def check_address(family: int, address: Any) -> None:
    if family == getattr(socket, "AF_UNIX", -1):
        path = os.fsdecode(address) if isinstance(address, (str, bytes)) else str(address)
        ours = JOB.shadow_socket()
        if (ours is not None and (path == ours or same(path, ours))) or path.startswith(QUIET_SOCKETS):
            return
        refuse("socket", 'the socket "{}"'.format(path.replace("\0", "@")))
    elif family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        if tuple(address[:2]) in JOB.shadow_addresses:
            return
        refuse("socket", "{}:{}".format(*tuple(address[:2])))


def check_name(host: Any) -> None:
    name = os.fsdecode(host) if isinstance(host, (str, bytes)) else host
    if not name or name in ("localhost", socket.gethostname()):
        return
    if JOB.shadow is not None and name == JOB.shadow["host"]:
        return
    try:
        ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        refuse("socket", f'the host "{name}"')


def check_program(program: Any, arguments: Any) -> None:
    words = [program] if program else []
    if isinstance(arguments, (str, bytes, os.PathLike)):
        arguments = [arguments]
    listed = [
        os.fsdecode(each)
        for each in [*words, *(arguments or [])]
        if isinstance(each, (str, bytes, os.PathLike))
    ]
    names = [os.path.basename(each) for each in listed]
    if not names or names[0] in HARMLESS_PROGRAMS or any("resource_tracker" in each for each in listed):
        return
    if names[0] == "git" and HARMLESS_GIT & set(listed):
        return
    if names[0] in ("sh", "bash", "dash"):
        script = " ".join(listed[1:])
        inner = script.replace("-c", "", 1).split()
        shown = next(
            (os.path.basename(each) for each in inner if os.path.basename(each) not in ("sh", "exec")), "sh"
        )
        refuse("program", f'the program "{shown}"')
    refuse("program", f'the program "{names[0]}"')


def on_audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "exec":
        note_loaded(arguments[0].co_filename)
    elif event == "open":
        note_loaded(arguments[0])
    handler = AUDITED.get(event)
    if handler is not None:
        handler(*arguments)


def note_loaded(path: Any) -> None:
    """Files of the project that are run or read: the SQL depends on them."""
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if isinstance(path, str) and not path.endswith(".pyc") and is_users(path, python_only=False):
        JOB.loaded.add(os.path.abspath(os.path.join(JOB.folder, path)))


AUDITED: dict[str, Callable[..., None]] = {
    "socket.connect": lambda sock, address: check_address(sock.family, address),
    "socket.sendto": lambda sock, address: check_address(sock.family, address),
    "socket.sendmsg": lambda sock, address: check_address(sock.family, address) if address else None,
    "socket.getaddrinfo": lambda host, *rest: check_name(host),
    "socket.gethostbyname": check_name,
    "socket.gethostbyaddr": check_name,
    "subprocess.Popen": lambda program, arguments, *rest: check_program(program, arguments),
    "os.system": lambda command: check_program("sh", ["-c", os.fsdecode(command)]),
    "os.exec": lambda program, arguments, *rest: check_program(program, list(arguments)[1:]),
    "os.posix_spawn": lambda program, arguments, *rest: check_program(program, list(arguments)[1:]),
    "pty.spawn": lambda arguments: check_program(None, arguments),
}


def guard_psycopg2(module: Any) -> None:
    extension: Any = importlib.import_module("psycopg2._psycopg")
    connect, parse = extension._connect, extension.parse_dsn

    def _connect(dsn: str, *arguments: Any, **keywords: Any) -> Any:
        words = parse(dsn)
        if not is_shadow(words.get("host"), words.get("port"), words.get("dbname")):
            refuse("driver", described("psycopg2", words.get("host"), words.get("port"), words.get("dbname")))
        return connect(dsn, *arguments, **keywords)

    module._connect = extension._connect = _connect


def guard_psycopg(module: Any) -> None:
    connect = module.connect

    def guarded(conninfo: str, *arguments: Any, **keywords: Any) -> Any:
        words = importlib.import_module("psycopg.conninfo").conninfo_to_dict(conninfo)
        if not is_shadow(words.get("host"), words.get("port"), words.get("dbname")):
            refuse("driver", described("psycopg", words.get("host"), words.get("port"), words.get("dbname")))
        return connect(conninfo, *arguments, **keywords)

    module.connect = guarded


def guard_asyncpg(module: Any) -> None:
    connect = module._connect_addr

    async def guarded(*, addr: Any, params: Any, **keywords: Any) -> Any:
        database = getattr(params, "database", None)
        if isinstance(addr, str):
            shadow = JOB.shadow or {}
            same_socket = addr == JOB.shadow_socket()
            allowed = same_socket and is_shadow(shadow.get("host"), shadow.get("port"), database)
            host, port = addr, None
        else:
            host, port = addr[0], addr[1]
            allowed = is_shadow(host, port, database)
        if not allowed:
            refuse("driver", described("asyncpg", host, port, database))
        return await connect(addr=addr, params=params, **keywords)

    module._connect_addr = guarded


def guard_uvloop(module: Any) -> None:
    """libuv calls the kernel itself: Python's audit events never see its sockets."""
    loop = module.Loop

    def guarded(name: str, check: Callable[..., None]) -> None:
        inner = getattr(loop, name)

        async def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
            check(*arguments, **keywords)
            return await inner(self, *arguments, **keywords)

        setattr(loop, name, method)

    def stream(factory: Any, host: Any = None, port: Any = None, **rest: Any) -> None:
        if host is not None:
            check_name(host)
            if (host, port) not in JOB.shadow_addresses:
                refuse("socket", f"{host}:{port}")

    def local(factory: Any, path: Any = None, **rest: Any) -> None:
        if path is not None:
            check_address(socket.AF_UNIX, path)

    def datagram(factory: Any, local_addr: Any = None, remote_addr: Any = None, **rest: Any) -> None:
        if remote_addr is not None:
            refuse("socket", "{}:{}".format(*tuple(remote_addr[:2])))

    guarded("create_connection", stream)
    guarded("create_unix_connection", local)
    guarded("create_datagram_endpoint", datagram)
    guarded("sock_connect", lambda sock, address: check_address(sock.family, address))
    guarded("getaddrinfo", lambda host, *rest, **more: check_name(host))
    guarded("subprocess_exec", lambda factory, *words, **rest: check_program(None, list(words)))
    guarded(
        "subprocess_shell", lambda factory, command, **rest: check_program("sh", ["-c", os.fsdecode(command)])
    )


def described(driver: str, host: Any, port: Any, database: Any) -> str:
    where = f"{host}:{port}" if port else str(host or "the default host")
    return 'the database "{}" at {} (by {})'.format(database or "", where, driver)


GUARDS: dict[str, Callable[[Any], None]] = {
    "psycopg2": guard_psycopg2,
    "psycopg.generators": guard_psycopg,
    "asyncpg.connect_utils": guard_asyncpg,
    "uvloop": guard_uvloop,
}


class GuardingFinder:
    """Guards a driver as soon as it has been imported, and imports none by itself."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in GUARDS:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = GuardingLoader(spec.loader, GUARDS[name])
                return spec
        return None


class GuardingLoader:
    def __init__(self, loader: Any, guard: Callable[[Any], None]) -> None:
        self._loader, self._guard = loader, guard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        self._guard(module)


def install_guards() -> None:
    if JOB.shadow is not None and JOB.shadow_socket() is None:
        host, port = JOB.shadow["host"], int(JOB.shadow["port"])
        JOB.shadow_addresses = [(each[4][0], port) for each in socket.getaddrinfo(host, port)]
        JOB.shadow_addresses.append((host, port))
    sys.meta_path.insert(0, GuardingFinder())
    try:  # `multiprocessing` starts its children by this, without an audit event
        starter: Any = importlib.import_module("_posixsubprocess")
        fork_exec = starter.fork_exec

        def guarded(arguments: Any, *rest: Any) -> Any:
            check_program(None, list(arguments))
            return fork_exec(arguments, *rest)

        starter.fork_exec = guarded
    except ImportError:
        pass
    sys.addaudithook(on_audit)


# SQLAlchemy engines ---------------------------------------------------------------------------------------


def on_do_connect(dialect: Any, record: Any, arguments: Any, parameters: Any) -> Any:
    """Gives the service's engine the shadow instead of its own database, with the driver that it has."""
    if dialect.name != "postgresql":
        if dialect.name == "sqlite":
            return None  # a file or memory of its own; env.py's own engine is judged when it is configured
        refuse("driver", f"a {dialect.name} database")
    target = target_of(dialect, arguments, parameters)
    known = target[0] == JOB.placeholder or target in (JOB.engine_target, JOB.ini_target)
    from_env = JOB.step is None and not during_import()
    if not known and not (from_env and JOB.engine_target is None):
        refuse("driver", described("SQLAlchemy", target[0], target[1], target[2]))
    if not JOB.online:
        need("a connection is opened", frame=sys._getframe(1))
    assert JOB.shadow is not None
    if from_env and JOB.engine_target is None:
        JOB.engine_target = target
        JOB.engine_place = users_place(sys._getframe(1))
    elif known and target != JOB.engine_target and JOB.engine_target not in (None, JOB.ini_target):
        # The first engine was taken for the service's own, by its place alone; here is the real one.
        if JOB.engine_target[0] != JOB.placeholder:
            what = described("SQLAlchemy", *JOB.engine_target)
            JOB.violations.append({"kind": "driver", "what": what, "place": JOB.engine_place})
        JOB.engine_target = target
    shadow = JOB.shadow
    database = "dbname" if dialect.driver in ("psycopg2", "psycopg", "psycopg2cffi", "aiopg") else "database"
    ours = {name: parameters[name] for name in KEPT_PARAMETERS if name in parameters}
    ours.update({"user": shadow["user"], database: shadow["dbname"]})
    if shadow.get("password"):
        ours["password"] = shadow["password"]
    if dialect.driver == "pg8000" and JOB.shadow_socket():
        ours["unix_sock"] = JOB.shadow_socket()
    else:
        ours.update({"host": shadow["host"], "port": int(shadow["port"])})
    return dialect.connect(**ours)


def target_of(dialect: Any, arguments: Any, parameters: Any) -> tuple[Any, ...]:
    words = dict(parameters)
    if arguments and isinstance(arguments[0], str):
        for key, quoted, plain in re.findall(r"(\w+)\s*=\s*(?:'([^']*)'|(\S*))", arguments[0]):
            words.setdefault(key, quoted or plain)
    host = words.get("host") or words.get("unix_sock")
    return (host, str(words.get("port") or 5432), words.get("dbname") or words.get("database"))


def during_import() -> bool:
    """Is a module being imported, other than env.py itself?"""
    frame: types.FrameType | None = sys._getframe(2)
    importing = False
    while frame is not None:
        if frame.f_code.co_filename == JOB.env_path:
            return importing
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            importing = True
        frame = frame.f_back
    return False


def need(reason: str, frame: types.FrameType | None = None, place: dict[str, Any] | None = None) -> None:
    """Note that the revision at hand, or else env.py, cannot do without a database; raises."""
    found = {"reason": reason, "place": place or users_place(frame or sys._getframe(1))}
    if JOB.step is not None:
        JOB.step.needs = JOB.step.needs or found
    else:
        JOB.env_needs = JOB.env_needs or found
    raise NeedsConnection("ormony: " + reason)


# Offline: Alembic prints, we listen -----------------------------------------------------------------------


class Unread:
    """The result of a statement that was only printed; whoever looks into it needs a connection."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "close":
            raise AttributeError(name)
        need("the result of a query is used", frame=sys._getframe(1))

    def close(self) -> None:
        pass

    def __iter__(self) -> Any:
        need("the result of a query is used", frame=sys._getframe(1))

    __bool__ = __len__ = __iter__

    def __getitem__(self, key: Any) -> Any:
        need("the result of a query is used", frame=sys._getframe(1))


def offline_connection_class() -> Any:
    mock = importlib.import_module("sqlalchemy.engine.mock")
    text = importlib.import_module("sqlalchemy").text

    class OfflineConnection(mock.MockConnection):  # type: ignore[misc,name-defined]  # imported at run time
        """Prints through Alembic, as Alembic's own does, but says so where that is not the whole truth."""

        def execute(self, statement: Any, *arguments: Any, **keywords: Any) -> Any:
            given = [each for each in (*arguments[:1], keywords.get("parameters")) if each]
            if given:
                need("values are bound to a statement", frame=sys._getframe(1))
            self._execute_impl(text(statement) if isinstance(statement, str) else statement)
            return Unread()

        def _run_ddl_visitor(self, visitor: Any, element: Any, **keywords: Any) -> Any:
            # Outside of a step it is the version table, which is no part of any revision.
            if keywords.get("checkfirst") and JOB.step is not None:
                need("it checks first what exists (checkfirst)", frame=sys._getframe(1))
            return super()._run_ddl_visitor(visitor, element, **keywords)

        def __getattr__(self, name: str) -> Any:
            caller = str(sys._getframe(1).f_globals.get("__name__", ""))
            if not name.startswith("_") and not caller.startswith("alembic."):
                need(f"the connection is used ({name})", frame=sys._getframe(1))
            raise AttributeError(name)

    return OfflineConnection


def terminated(text: str) -> str:
    """The statement with one `;`, which must not land in a comment on its last line; a comment is nothing."""
    text = text.strip()
    if not bare(text).strip("; \n"):
        return ""
    if "--" in text.rpartition("\n")[2]:
        return text + "\n;"
    while text.endswith(";"):
        text = text[:-1].rstrip()
    return text + ";"


def patch_alembic() -> None:
    impl = importlib.import_module("alembic.ddl.impl").DefaultImpl
    migration = importlib.import_module("alembic.runtime.migration")
    environment = importlib.import_module("alembic.runtime.environment")
    sqlalchemy = importlib.import_module("sqlalchemy")
    ddl_element = importlib.import_module("sqlalchemy.schema").DDLElement
    context_class = migration.MigrationContext
    connection_class = offline_connection_class()

    def static_output(self: Any, text: str) -> None:
        # Not the output buffer: env.py may set its own, and user code may print into ours.
        if JOB.step is None:
            return
        word = text.strip().rstrip(";").strip().upper()
        if word in ("COMMIT", "END", "COMMIT TRANSACTION", "COMMIT WORK"):
            JOB.step.entries.append(Entry("autocommit"))
        elif word in ("BEGIN", "BEGIN TRANSACTION", "BEGIN WORK", "START TRANSACTION"):
            JOB.step.entries.append(Entry("begin"))
        elif text.strip():
            JOB.step.entries.append(Entry("sql", text))

    plain_exec = impl._exec

    def _exec(self: Any, construct: Any, *arguments: Any, **keywords: Any) -> Any:
        if not self.as_sql:
            return plain_exec(self, construct, *arguments, **keywords)
        if any(arguments[1:]) or keywords.get("multiparams") or keywords.get("params"):
            need("values are bound to a statement", frame=sys._getframe(1))
        if isinstance(construct, str):
            construct = sqlalchemy.text(construct)
        keep = {} if isinstance(construct, ddl_element) else {"compile_kwargs": {"literal_binds": True}}
        # Alembic's own turns each tab into four spaces here, in strings and function bodies too.
        self.static_output(terminated(str(construct.compile(dialect=self.dialect, **keep))))
        return None

    def _stdout_connection(self: Any, connection: Any) -> Any:
        def dump(construct: Any, *arguments: Any, **keywords: Any) -> None:
            self.impl._exec(construct)

        return connection_class(self.dialect, dump)

    plain_configure = context_class.configure.__func__

    def configure(
        cls: Any,
        connection: Any = None,
        url: Any = None,
        dialect_name: Any = None,
        dialect: Any = None,
        environment_context: Any = None,
        dialect_opts: Any = None,
        opts: Any = None,
    ) -> Any:
        opts = dict(opts or {})
        if opts.get("as_sql"):
            dialect = offline_dialect(connection, url, dialect_name, dialect, dialect_opts)
            opts["literal_binds"] = True
            connection = url = dialect_name = dialect_opts = None
        found = dialect or getattr(connection, "dialect", None)
        if found is not None and found.name != "postgresql":
            place = users_place(sys._getframe(1))
            raise Abort("not-postgresql", f"env.py configures {found.name}, not PostgreSQL", place)
        JOB.report["ledger"] = {
            "table": opts.get("version_table", "alembic_version"),
            "schema": opts.get("version_table_schema"),
            "primary_key": bool(opts.get("version_table_pk", True)),
        }
        if opts.get("on_version_apply"):
            JOB.report["on_version_apply"] = users_place(sys._getframe(1)) or {}
        return plain_configure(
            cls, connection=connection, url=url, dialect_name=dialect_name, dialect=dialect,
            environment_context=environment_context, dialect_opts=dialect_opts, opts=opts,
        )  # fmt: skip

    plain_mode = environment.EnvironmentContext.is_offline_mode

    def is_offline_mode(self: Any) -> bool:
        JOB.asked_for_mode = True
        note_mode_question(sys._getframe(1))
        return bool(plain_mode(self))

    def get_as_sql(self: Any) -> bool:
        note_mode_question(sys._getframe(1))
        return bool(self.__dict__.get("_ormony_as_sql", False))

    def set_as_sql(self: Any, value: bool) -> None:
        self.__dict__["_ormony_as_sql"] = value

    impl.static_output = static_output
    impl._exec = _exec
    context_class._stdout_connection = _stdout_connection
    context_class.configure = classmethod(configure)
    context_class.as_sql = property(get_as_sql, set_as_sql)
    environment.EnvironmentContext.is_offline_mode = is_offline_mode
    # The version table is the deployer's affair, and its arithmetic fails for a choice of revisions.
    migration.HeadMaintainer.update_to_step = lambda self, step: None


def note_mode_question(frame: types.FrameType | None) -> None:
    """A revision that asks whether it runs offline would tell us something else than a database."""
    # The functions of `alembic.context` only pass the question on.
    while frame is not None and frame.f_globals.get("__name__") in ("alembic.context", "alembic.op"):
        frame = frame.f_back
    if frame is None or JOB.step is None or JOB.online:
        return
    if not str(frame.f_globals.get("__name__", "")).startswith("alembic."):
        found = {"reason": "it asks whether it runs offline", "place": users_place(frame)}
        JOB.step.needs = JOB.step.needs or found


def offline_dialect(connection: Any, url: Any, name: Any, dialect: Any, options: Any) -> Any:
    sqlalchemy = importlib.import_module("sqlalchemy.engine.url")
    found = dialect or getattr(connection, "dialect", None)
    if found is None:
        try:
            kind = sqlalchemy.make_url(url or "%s://" % (name or "postgresql")).get_dialect()
        except Exception:
            # The stock ini says `driver://…`; env.py then sets the real address only when it is online.
            kind = sqlalchemy.make_url("postgresql://").get_dialect()
        try:
            found = kind(**dict(options or {}, paramstyle="named"))
        except TypeError:
            found = kind(paramstyle="named")
    else:
        found = type(found)(paramstyle="named")
    # Another style doubles each %, and without a server SQLAlchemy takes \ for an escape in literals.
    found._backslash_escapes = False
    return found


# Online: the shadow runs, we write down -------------------------------------------------------------------


def listen_to_engines() -> None:
    event = importlib.import_module("sqlalchemy.event")
    engine = importlib.import_module("sqlalchemy.engine").Engine
    event.listen(engine, "do_connect", on_do_connect)
    if not JOB.online:
        return
    event.listen(engine, "after_cursor_execute", on_executed)
    event.listen(engine, "commit", on_commit)
    event.listen(engine, "rollback", on_rollback)
    fairy = importlib.import_module("sqlalchemy.pool.base")._ConnectionFairy
    plain = fairy.cursor

    def cursor(self: Any, *arguments: Any, **keywords: Any) -> Any:
        made = plain(self, *arguments, **keywords)
        caller = str(sys._getframe(1).f_globals.get("__name__", ""))
        if JOB.step is None or caller.split(".")[0] == "sqlalchemy":
            return made
        return RecordedCursor(made)

    fairy.cursor = cursor


def on_executed(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    step = JOB.step
    if step is None or not JOB.recording:
        return
    options = connection.get_execution_options()
    transaction = options.get("isolation_level") != "AUTOCOMMIT"
    raw = bool(options.get("no_parameters")) and not parameters
    step.connection = connection
    for values in list(parameters) if many else [parameters]:
        text = statement if raw else rendered(connection.dialect, cursor, statement, values)
        record(step, text, transaction)


def on_commit(connection: Any) -> None:
    if JOB.step is not None and JOB.recording:
        JOB.step.entries.append(Entry("commit"))


def on_rollback(connection: Any) -> None:
    """What was rolled back has not happened: forget it, back to the last commit."""
    if JOB.step is None or not JOB.recording:
        return
    entries = JOB.step.entries
    while entries and entries[-1].kind != "commit" and entries[-1].transaction:
        entries.pop()


def record(step: Step, text: str, transaction: bool) -> None:
    words = bare(text).upper().split()[:4]
    first = words[0].rstrip(";") if words else ""
    if not first or first in ("SHOW", "EXPLAIN"):
        return
    name = words[-1].rstrip(";") if len(words) > 1 else ""
    if first == "SAVEPOINT":
        step.entries.append(Entry("savepoint", name))
    elif first == "RELEASE":
        return
    elif first == "ROLLBACK" and "TO" in words:
        while step.entries:
            last = step.entries.pop()
            if last.kind == "savepoint" and last.text == name:
                step.entries.append(last)
                break
    elif first == "ROLLBACK" and step.begun:
        step.begun = False
        while step.entries and step.entries.pop().kind != "begin":
            pass
        step.entries.append(Entry("autocommit"))
    elif first == "ROLLBACK":
        on_rollback(None)
    elif first in ("COMMIT", "END"):
        step.begun = False
        step.entries.append(Entry("autocommit"))
    elif first in ("BEGIN", "START"):
        step.begun = True
        step.entries.append(Entry("begin"))
    else:
        # A BEGIN that the revision itself sends is a transaction on an autocommit connection, too.
        step.entries.append(Entry("sql", terminated(text), transaction or step.begun))
        if first == "INSERT" and re.search(r"\bRETURNING\b", bare(text), re.IGNORECASE):
            step.returning = True


class RecordedCursor:
    """A driver's cursor that the user took from the connection, past SQLAlchemy's events."""

    def __init__(self, cursor: Any) -> None:
        self.__dict__["_cursor"] = cursor

    def __getattr__(self, name: str) -> Any:
        if name.startswith("copy"):
            place = users_place(sys._getframe(1))
            raise Abort("unrecordable", "a revision sends data by COPY, past SQLAlchemy", place)
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._cursor, name, value)

    def __iter__(self) -> Any:
        return iter(self._cursor)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *rest: Any) -> None:
        self._cursor.close()

    def execute(self, statement: Any, parameters: Any = None, **more: Any) -> Any:
        text = statement.as_string(self._cursor) if hasattr(statement, "as_string") else statement
        text = text.decode() if isinstance(text, bytes) else text
        done = (
            self._cursor.execute(text, parameters, **more)
            if parameters is not None
            else self._cursor.execute(text, **more)
        )
        if JOB.step is not None:
            if parameters is not None:
                text = rendered(None, self._cursor, text, parameters)
            record(JOB.step, text, True)
        return done

    def executemany(self, statement: Any, many: Any, **more: Any) -> Any:
        done = None
        for parameters in many:
            done = self.execute(statement, parameters, **more)
        return done


def rendered(dialect: Any, cursor: Any, statement: str, values: Any) -> str:
    """The statement with its values in it, as the driver would send them."""
    inner = getattr(cursor, "_cursor", cursor)
    module = type(inner).__module__.split(".")[0]
    if hasattr(inner, "mogrify"):
        done = inner.mogrify(statement, values)
        return done.decode("utf-8") if isinstance(done, bytes) else str(done)
    if module == "psycopg":
        psycopg = importlib.import_module("psycopg")
        kind = psycopg.AsyncClientCursor if "Async" in type(inner).__name__ else psycopg.ClientCursor
        return str(kind(inner.connection).mogrify(statement, values))
    style = getattr(dialect, "paramstyle", "format")
    if style in ("pyformat", "format"):
        given = iter(values or ()) if not isinstance(values, dict) else iter(())

        def fill(match: Any) -> str:
            if match.group(0) == "%%":
                return "%"
            return literal(values[match.group(1)] if match.group(1) else next(given))

        return re.sub(r"%%|%s|%\((\w+)\)s", fill, statement)
    if not values:
        return statement
    pieces = []
    for kind, piece in lexed(statement):
        if kind == "code":
            piece = re.sub(r"[$:](\d+)", lambda match: literal(values[int(match.group(1)) - 1]), piece)
        pieces.append(piece)
    return "".join(pieces)


def literal(value: Any) -> str:
    """An SQL literal; raises Abort for a type that we do not know to write exactly."""
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return "'{}'::float8".format({"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)])
    if isinstance(value, decimal.Decimal) and not value.is_finite():
        return f"'{value}'::numeric"
    if isinstance(value, (int, float, decimal.Decimal)):
        text = repr(value) if isinstance(value, float) else str(value)
        return f"({text})" if text.startswith("-") else text  # else `a -$1` would begin a comment
    if isinstance(value, str):
        return "'{}'".format(value.replace("'", "''"))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"'\\x{bytes(value).hex()}'::bytea"
    if isinstance(value, datetime.datetime):
        return "'{}'::{}".format(value.isoformat(" "), "timestamptz" if value.tzinfo else "timestamp")
    if isinstance(value, datetime.date):
        return f"'{value.isoformat()}'::date"
    if isinstance(value, datetime.time):
        return "'{}'::{}".format(value.isoformat(), "timetz" if value.tzinfo else "time")
    if isinstance(value, datetime.timedelta):
        return f"'{value.days} days {value.seconds}.{value.microseconds:06d} seconds'::interval"
    if isinstance(value, uuid.UUID):
        return f"'{value}'::uuid"
    if type(value).__module__ == "ipaddress":
        return f"'{value}'"
    if isinstance(value, dict):
        return "'{}'".format(json.dumps(value).replace("'", "''"))
    if isinstance(value, (list, tuple)):
        return "'{}'".format(array(value).replace("'", "''"))
    raise Abort(
        "unrecordable", f"a {type(value).__name__} is bound to a statement, which has no exact literal"
    )


def array(values: Any) -> str:
    pieces = []
    for each in values:
        if isinstance(each, (list, tuple)):
            pieces.append(array(each))
        elif each is None:
            pieces.append("NULL")
        else:
            text = str(each) if not isinstance(each, bool) else ("t" if each else "f")
            if isinstance(each, dict):
                text = json.dumps(each)
            pieces.append('"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"')))
    return "{{{}}}".format(",".join(pieces))


TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<string>(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'
          |(?<![\w$])(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag))
      | (?P<name>"(?:[^"]|"")*")""",
    re.VERBOSE | re.DOTALL,
)


def lexed(text: str) -> Iterator[tuple[str, str]]:
    """Pieces of SQL: (`code`, `comment`, `string` or `name`, text)."""
    at = 0
    for match in TOKEN.finditer(text):
        if match.start() > at:
            yield "code", text[at : match.start()]
        kind = "comment" if match.group("comment") else "name" if match.group("name") else "string"
        yield kind, match.group(0)
        at = match.end()
    if at < len(text):
        yield "code", text[at:]


def bare(text: str) -> str:
    """The statement without comments and with empty strings, to look for words in it."""
    return "".join(
        " " if kind == "comment" else "''" if kind == "string" else piece for kind, piece in lexed(text)
    ).strip(" \t\r\n(")


def drop_reads(step: Step) -> None:
    """Take out what only asked, and keep a query that calls a function which may have done something."""
    asked = []
    for entry in step.entries:
        if entry.kind != "sql":
            continue
        plain = bare(entry.text)
        first = plain.split(None, 1)[0].upper().rstrip(";") if plain else ""
        writes = re.search(
            r"\b(INTO|INSERT|UPDATE|DELETE|MERGE)\b",
            re.sub(r"(?i)\bFOR\s+(NO\s+KEY\s+)?UPDATE\b", "", plain),
            re.IGNORECASE,
        )
        if first in ("SELECT", "WITH", "VALUES", "TABLE") and not writes:
            asked.append((entry, plain))
    if not asked:
        return
    called = {each.lower() for _, plain in asked for each in re.findall(r'([A-Za-z_]\w*)"?\s*\(', plain)}
    effects = volatile(step, called - HARMLESS_FUNCTIONS)
    table = str(JOB.report.get("ledger", {}).get("table"))
    for entry, plain in asked:
        names = {each.lower() for each in re.findall(r'([A-Za-z_]\w*)"?\s*\(', plain)}
        if names & effects:
            continue
        entry.kind = "read"
        for found in re.findall(
            r'(?i)\b(?:FROM|JOIN)\s+((?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))?)(?!\s*\(|\w|"|\.)', plain
        ):
            parts = [each.strip().strip('"') for each in found.split(".")]
            if (
                parts[0] in ("pg_catalog", "information_schema")
                or parts[-1].startswith("pg_")
                or parts[-1] == table
            ):
                continue
            if re.search(
                rf'(?i)(WITH|,)\s*(RECURSIVE\s+)?"?{re.escape(parts[-1])}"?\s+(\([^)]*\)\s+)?AS\b', plain
            ):
                continue
            name = ".".join(parts)
            if name not in step.reads:
                step.reads.append(name)


def volatile(step: Step, names: Any) -> Any:
    if not names:
        return set()
    listed = ", ".join(f"'{each}'" for each in sorted(names))
    query = (
        "SELECT DISTINCT proname::text FROM pg_catalog.pg_proc "
        f"WHERE provolatile = 'v' AND proname IN ({listed})"
    )
    JOB.recording = False
    try:
        return {row[0] for row in step.connection.exec_driver_sql(query)}
    except Exception:
        return set(names)  # cannot ask any more: then rather keep one too many
    finally:
        JOB.recording = True


# The run --------------------------------------------------------------------------------------------------


def run_revision(identifier: str, path: str, upgrade: Callable[..., None], keywords: dict[str, Any]) -> None:
    step = JOB.steps[identifier] = JOB.step = Step(identifier)
    violations = len(JOB.violations)
    try:
        upgrade(**keywords)
        if JOB.online:
            drop_reads(step)
        step.finished = True
    except NeedsConnection as error:
        if JOB.online:
            raise Abort("failed", text_of(error), traceback_place(error)) from error
    except Elsewhere:
        if JOB.online:
            raise
        step.needs = step.needs or {"reason": "it connects by itself", "place": JOB.violations[-1]["place"]}
    except Exception as error:
        # No database would cure the first three.
        if JOB.online or (
            isinstance(error, (NameError, ImportError, SyntaxError)) and identifier in JOB.wanted
        ):
            raise failure(error) from error
        inspects = type(error).__name__ == "NoInspectionAvailable"
        reason = "the database is inspected" if inspects else text_of(error)
        step.needs = step.needs or {"reason": reason, "place": traceback_place(error)}
    finally:
        JOB.step = None
        if identifier not in JOB.wanted:
            del JOB.violations[violations:]  # it runs for its types alone
        if step.needs and not JOB.online:
            with open(path, encoding="utf-8", errors="replace") as text:
                JOB.unseen.append(text.read())


class TypeMemo(dict):  # type: ignore[type-arg]  # Python 3.8 cannot subscript it
    """Which enum types exist already: SQLAlchemy asks this before `create_table` and the like create one."""

    def __contains__(self, key: object) -> bool:
        return str(key).startswith(("pg_", "_pg_")) or dict.__contains__(self, key)

    def __missing__(self, key: str) -> Any:
        if not key.startswith(("pg_", "_pg_")):
            raise KeyError(key)
        self[key] = KnownTypes()
        return self[key]


class KnownTypes(set):  # type: ignore[type-arg]  # as above
    """Alembic's own memory is that of one run. Ours must not depend on which revisions are wanted.

    Offline all revisions run from the first, so that what they created is known. Online the shadow is asked.
    """

    def __contains__(self, each: object) -> bool:
        schema, name = each if isinstance(each, tuple) else (None, str(each))
        if JOB.online:
            return type_exists(schema, name)
        if set.__contains__(self, each):
            return True
        if JOB.step is not None and any(name in text or "create_all" in text for text in JOB.unseen):
            need(f'only a database knows whether the type "{name}" exists', frame=sys._getframe(1))
        return False


def type_exists(schema: str | None, name: str) -> bool:
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''").replace("%", "%%") + "'"

    where = f"n.nspname = {quoted(schema)}" if schema else "pg_catalog.pg_type_is_visible(t.oid)"
    query = (
        "SELECT 1 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
        f"WHERE t.typname = {quoted(name)} AND {where}"
    )
    JOB.recording = False
    try:
        return JOB.context.connection.exec_driver_sql(query).first() is not None
    finally:
        JOB.recording = True


def steps_to_run(script: Any) -> Callable[..., Any]:
    migration = importlib.import_module("alembic.runtime.migration")

    def chosen(heads: Any, context: Any) -> Iterator[Any]:
        JOB.runs += 1
        if JOB.runs > 1:
            raise Abort(
                "several-databases", "env.py runs the migrations more than once",
                users_place(sys._getframe(1)),
            )  # fmt: skip
        JOB.context = context
        context.impl.memo = TypeMemo()
        # Loads all revision files, outside of any step; not before env.py: the order of imports may matter.
        for identifier in JOB.ids:
            script.get_revision(identifier)
        for identifier in JOB.ids:
            revision = script.get_revision(identifier)
            step = migration.MigrationStep.upgrade_from_script(script.revision_map, revision)
            upgrade = step.migration_fn

            def wrapped(bound: Any = (identifier, revision.path, upgrade), **keywords: Any) -> None:
                run_revision(bound[0], bound[1], bound[2], keywords)

            step.migration_fn = wrapped
            yield step

    return chosen


def import_alembic() -> None:
    try:
        alembic = importlib.import_module("alembic")
        sqlalchemy = importlib.import_module("sqlalchemy")
    except ModuleNotFoundError as error:
        raise Abort("missing-module", str(error), None, module=error.name) from error
    if not hasattr(alembic, "__version__"):
        # The service's own folder `alembic`, on the path of an editable install, is a package of that name.
        raise Abort("missing-module", "No module named 'alembic'", None, module="alembic")
    JOB.report["versions"] = {
        "python": ".".join(str(each) for each in sys.version_info[:3]),
        "alembic": alembic.__version__,
        "sqlalchemy": sqlalchemy.__version__,
    }
    if tuple(int(each) for each in re.findall(r"\d+", alembic.__version__)[:2]) < (1, 8):
        raise Abort("too-old", f"Alembic {alembic.__version__} is older than 1.8")
    if tuple(int(each) for each in re.findall(r"\d+", sqlalchemy.__version__)[:2]) < (1, 4):
        raise Abort("too-old", f"SQLAlchemy {sqlalchemy.__version__} is older than 1.4")


def open_scripts() -> Any:
    """Alembic's own configuration and script folder, as its command line makes them."""
    config_module = importlib.import_module("alembic.config")
    options: dict[str, Any] = {"output_buffer": io.StringIO(), "stdout": io.StringIO()}
    if "toml_file" in inspect.signature(config_module.Config.__init__).parameters:
        options["toml_file"] = JOB.toml
    elif JOB.ini is None:
        version = JOB.report["versions"]["alembic"]
        raise Abort("too-old", f"Alembic {version} does not read pyproject.toml, 1.16 does")
    command = importlib.import_module("alembic.command")
    options["cmd_opts"] = argparse.Namespace(
        x=None, name="alembic", config=JOB.ini, raiseerr=False, quiet=False, verbose=False, revision="heads",
        sql=not JOB.online, tag=None, cmd=(command.upgrade, ["revision"], ["sql", "tag"]),
    )  # fmt: skip
    config = config_module.Config(JOB.ini, **options)
    if JOB.script is not None:
        config.set_main_option("script_location", JOB.script.replace("%", "%%"))
    if JOB.flask:
        config = within_flask(config)
    JOB.ini_target = ini_target(config)
    script_class = importlib.import_module("alembic.script").ScriptDirectory
    script = script_class.from_config(config)
    JOB.env_path = os.path.abspath(os.path.join(script.dir, "env.py"))
    return config, script


def within_flask(config: Any) -> Any:
    """The configuration as Flask-Migrate gives it to env.py; the application stays the current one."""
    try:
        flask = importlib.import_module("flask.cli")
    except ModuleNotFoundError as error:
        raise Abort("missing-module", str(error), None, module=error.name) from error
    try:
        app = flask.ScriptInfo(app_import_path=os.environ.get("FLASK_APP") or None).load_app()
    except flask.NoAppException as error:
        told = " ".join(str(error).split())
        if isinstance(error.__context__, ImportError) and told.startswith("While importing"):
            raise error.__context__ from None  # its own text is a whole traceback
        raise Abort("no-app", f"Flask finds no application: {told[:1].lower()}{told[1:]}") from error
    app.app_context().push()
    extension = app.extensions.get("migrate")
    if extension is None:
        raise Abort("no-app", "the application that Flask finds has no Flask-Migrate: Migrate(app, db)")
    configure = getattr(getattr(extension, "migrate", None), "call_configure_callbacks", None)
    return config if configure is None else configure(config)


def run_alembic() -> None:
    import_alembic()
    listen_to_engines()
    patch_alembic()
    config, script = open_scripts()
    environment = importlib.import_module("alembic.runtime.environment").EnvironmentContext
    settings: dict[str, Any] = {"fn": steps_to_run(script), "destination_rev": "heads", "tag": None}
    settings["as_sql"] = not JOB.online
    with environment(config, script, **settings):
        script.run_env()


def ini_target(config: Any) -> tuple[Any, ...] | None:
    try:
        url = importlib.import_module("sqlalchemy.engine.url").make_url(
            config.get_main_option("sqlalchemy.url")
        )
        return (url.host or url.query.get("host"), str(url.port or 5432), url.database)
    except Exception:
        return None  # no URL there, or the stock one


def failure(error: BaseException) -> Abort:
    place = traceback_place(error)
    if isinstance(error, ModuleNotFoundError):
        return Abort("missing-module", str(error), place, module=error.name)
    if isinstance(error, SystemExit):
        return Abort("failed", f"the code ends the process: sys.exit({error.code!r})", place)
    missing = error.args[0] if isinstance(error, KeyError) and error.args else None
    return Abort("failed", text_of(error), place, name=getattr(error, "name", None), key=missing)


def adapt_default_url() -> None:
    """Where nobody told us the driver, name one that is installed: SQLAlchemy's default changed with 2.1."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgresql://ormony:") or importlib.util.find_spec("sqlalchemy") is None:
        return
    version = importlib.import_module("sqlalchemy").__version__
    newer = tuple(int(each) for each in re.findall(r"\d+", version)[:2]) >= (2, 1)
    first, second = ("psycopg", "psycopg2") if newer else ("psycopg2", "psycopg")
    for driver in (first, second, "asyncpg", "pg8000"):
        if importlib.util.find_spec(driver) is not None:
            if driver != first:
                os.environ["DATABASE_URL"] = "postgresql+" + driver + url[len("postgresql") :]
            return


def outcome(error: dict[str, Any] | None) -> dict[str, Any]:
    steps = {}
    for identifier, step in JOB.steps.items():
        steps[identifier] = {
            "finished": step.finished,
            "needs": step.needs,
            "reads": step.reads,
            "returning": step.returning,
            "entries": [
                [each.kind, each.text, each.transaction] for each in step.entries if each.kind != "read"
            ],
        }
    return dict(
        JOB.report,
        error=error,
        steps=steps,
        env_needs=JOB.env_needs,
        asked_for_mode=JOB.asked_for_mode,
        runs=JOB.runs,
        violations=JOB.violations,
        loaded=sorted(each for each in JOB.loaded if os.path.isfile(each)),
    )


def finish(error: dict[str, Any] | None) -> None:
    if os.getpid() != PROCESS:
        os._exit(0)  # a child that the user's code has forked, and that ran on into here
    partial = JOB.result + ".part"
    with open(partial, "w", encoding="utf-8", errors="surrogateescape") as out:
        json.dump(outcome(error), out)
    os.replace(partial, JOB.result)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed by the user's code
            stream.flush()
    os._exit(0)  # no atexit handlers, no waiting for threads of the user's


def main(path: str) -> None:
    global JOB
    with open(path, encoding="utf-8") as file:
        JOB = Job(json.load(file))
    # Our own folder is first on the path, and holds an alembic.py that is not the real one.
    sys.path[:] = [each for each in sys.path if os.path.abspath(each or os.curdir) != HERE]
    sys.argv = ["alembic", "upgrade", "heads"] + ([] if JOB.online else ["--sql"])
    sys.dont_write_bytecode = True
    die_with_parent()
    JOB.report["wall"] = build_wall()
    os.chdir(JOB.folder)
    install_guards()
    adapt_default_url()
    try:
        run_alembic()
        finish(None)
    except Abort as error:
        finish(error.error)
    except NeedsConnection as error:
        finish(None if not JOB.online else failure(error).error)
    except BaseException as error:
        finish(failure(error).error)


if __name__ == "__main__":
    main(sys.argv[1])
