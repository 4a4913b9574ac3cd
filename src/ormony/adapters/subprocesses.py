"""Running a service's own interpreter or node: its environment, a time limit, and what it printed.

Every database address in the environment and in the `.env` files is replaced by one that cannot be reached.
This module knows no tool, opens no connection and never runs a shell. What may connect where inside of a
Python probe is the affair of `probe_alembic.py`.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Final

import msgspec

from ormony.errors import TOOL_MISSING, OrmonyError

PLACEHOLDER_HOST: Final = "ormony.invalid"
"""Stands where a database host stood; RFC 2606 keeps `.invalid` from ever being resolved."""

PLACEHOLDER_URL: Final = f"postgresql://ormony:ormony@{PLACEHOLDER_HOST}:5432/ormony"

_REAL_FILES: Final = (".env.local", ".env", ".flaskenv")
_SAMPLE_FILES: Final = (".env.example", ".env.sample", ".env.template", ".env.dist", ".env.test")
_POSTGRES_URL: Final = re.compile(r"((?:postgres|postgresql|pgsql)(?:\+\w+)?://)[^\s'\"`]*", re.IGNORECASE)
_KEYWORD_DSN: Final = re.compile(r"\b(?:host|hostaddr|dbname|service)\s*=", re.IGNORECASE)
_LINE: Final = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*
        (?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\n#]*?(?:(?<![ \t])\#[^\n]*?)*))[ \t]*(?:\#[^\n]*)?$""",
    re.MULTILINE | re.VERBOSE,
)
_DATABASE_KEY: Final = re.compile(
    r"DATABASE|POSTGRES|SQLALCHEMY|TIMESCALE|(?:^|_)(?:PG[A-Z]*|DSN|DB|RDS|NEON|COCKROACH)(?:_|$)"
)
# What settings classes that make the address out of parts insist on, under the names of images and templates.
_USUAL: Final = {
    "POSTGRES_HOST": PLACEHOLDER_HOST,
    "POSTGRES_SERVER": PLACEHOLDER_HOST,
    "POSTGRES_PORT": "5432",
    "POSTGRES_USER": "ormony",
    "POSTGRES_PASSWORD": "ormony",
    "POSTGRES_DB": "ormony",
    "DB_HOST": PLACEHOLDER_HOST,
    "DB_PORT": "5432",
    "DB_USER": "ormony",
    "DB_PASSWORD": "ormony",
    "DB_NAME": "ormony",
}
_LIBPQ_KEYS: Final = (
    "PGHOSTADDR",
    "PGSERVICE",
    "PGOPTIONS",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGTARGETSESSIONATTRS",
)


_running: Final[set[subprocess.Popen[bytes]]] = set()
_interrupted: Final = threading.Event()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished process left behind.

    `status` is its exit status, negative for a signal, None when the time limit ended it. `stdout` and
    `stderr` are the last bytes of each as text, what is not UTF-8 replaced. `seconds` is wall-clock time.
    """

    status: int | None
    stdout: str
    stderr: str
    seconds: float


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    keep_bytes: int = 256 * 1024,
    stdin: bytes = b"",
) -> Outcome:
    """Run a program in a session of its own and return what it left; its children are killed when it ends.

    Of each output the last `keep_bytes` are kept, however much it prints. Raises `tool-missing` (exit 4) when
    the program is not there or may not be executed.
    """
    begun = time.monotonic()
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OrmonyError(
            "tool-missing", f'cannot run "{argv[0]}": {reason}', exit_status=TOOL_MISSING
        ) from None
    _running.add(process)
    if _interrupted.is_set():  # also while it began
        _kill_group(process)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = bytearray(), bytearray()
    threads = [
        threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True),
        threading.Thread(target=_drain, args=(process.stdout, out, keep_bytes), daemon=True),
        threading.Thread(target=_drain, args=(process.stderr, err, keep_bytes), daemon=True),
    ]
    for thread in threads:
        thread.start()
    status: int | None
    try:
        status = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        # Also after a normal end: a child left behind would hold the pipes and could still do things.
        _kill_group(process)
        _running.discard(process)
        for thread in threads:
            thread.join(2)
    return Outcome(
        status=status,
        stdout=bytes(out[-keep_bytes:]).decode("utf-8", "replace"),
        stderr=bytes(err[-keep_bytes:]).decode("utf-8", "replace"),
        seconds=time.monotonic() - begun,
    )


@contextlib.contextmanager
def ended_by_interrupts() -> Iterator[None]:
    """Within the block SIGINT ends every program that `run` runs in any thread, and lets none begin.

    They have sessions of their own, so a terminal's Ctrl-C does not reach them, and who waits for the threads
    would wait for them. Does nothing outside the main thread, nor where SIGINT is ignored.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        _interrupted.set()
        for process in list(_running):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _interrupted.clear()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _feed(pipe: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError):  # the program need not read it
        pipe.write(data)
        pipe.close()


def _drain(pipe: IO[bytes], kept: bytearray, limit: int) -> None:
    with contextlib.suppress(OSError, ValueError), pipe:
        while chunk := os.read(pipe.fileno(), 65536):
            kept += chunk
            if len(kept) > 4 * limit:
                del kept[:-limit]


def environment(
    root: Path, folder: str, outer: Mapping[str, str] | None = None, *, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment for a probe in `root/folder`: `outer` (ours) and the `.env` files, without a database.

    A key that only `.env`, or only `.env.example` and the like, has is supplied too, so that settings classes
    that insist on it can be made. The files of the folder win over those of its parents, up to the project.
    `DATABASE_URL`, `PGHOST` and the usual parts of an address are always there. `extra` is added as it is.
    """
    known = dict(os.environ if outer is None else outer)
    for files in (_REAL_FILES, _SAMPLE_FILES):
        for place in _upwards(root, folder):
            for name in files:
                for key, value in _read_env(place / name).items():
                    known.setdefault(key, value)
    result = {key: replaced(key, value) for key, value in known.items()}
    for key in _LIBPQ_KEYS:
        result.pop(key, None)
    result = _USUAL | result
    result.setdefault("DATABASE_URL", PLACEHOLDER_URL)
    result |= {
        "PGHOST": PLACEHOLDER_HOST,  # else libpq's default is a socket, and a real server may listen there
        "PGPASSFILE": os.devnull,
        "PGSERVICEFILE": os.devnull,
        "PGSYSCONFDIR": os.devnull,
    }
    return result | dict(extra or {})


def replaced(key: str, value: str) -> str:
    """`value` of the environment variable `key`, without the address, name or password of a database in it.

    A PostgreSQL URL keeps its scheme, driver included, whatever its key is. Of a key that speaks of a
    database the host, port, user, password and name are replaced; a schema, a pool size or a flag stays.
    """
    if _POSTGRES_URL.search(value):
        return _POSTGRES_URL.sub(
            lambda match: match[1] + PLACEHOLDER_URL.partition("://")[2] + _kept_query(match[0]), value
        )
    upper = key.upper()
    if not _DATABASE_KEY.search(upper) or value == "":
        return value
    if _KEYWORD_DSN.search(value):
        return f"host={PLACEHOLDER_HOST} port=5432 user=ormony password=ormony dbname=ormony"
    words = re.split(r"[_.]", upper)
    last = words[-1]
    if last in {"HOST", "SERVER", "HOSTNAME", "ADDR", "ADDRESS", "ENDPOINT", "PGHOST", "HOSTADDR"}:
        return PLACEHOLDER_HOST
    if last in {"PORT", "PGPORT"}:
        return "5432"
    if last in {"USER", "USERNAME", "PASSWORD", "PASS", "PWD", "PGUSER", "PGPASSWORD"}:
        return "ormony"
    if last in {"NAME", "DB", "DATABASE", "DBNAME", "PGDATABASE"}:
        return "ormony" if "://" not in value else value
    return value


def _kept_query(url: str) -> str:
    """`options` may set the search_path, which decides where unqualified names go; nothing else is kept."""
    query = url.partition("?")[2].partition("#")[0]
    kept = [word for word in query.split("&") if word.partition("=")[0] == "options"]
    return "?" + "&".join(kept) if kept else ""


def _upwards(root: Path, folder: str) -> list[Path]:
    base = root.resolve()
    here = (root / folder).resolve()
    chain = [here, *here.parents]
    return chain[: chain.index(base) + 1] if base in chain else [here]


def _read_env(path: Path) -> dict[str, str]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:  # not there, not ours to read: the service's own tool will say so
        return {}
    found: dict[str, str] = {}
    for match in _LINE.finditer(text):
        key, double, single, bare = match.groups()
        if single is not None:
            found[key] = single
        elif double is not None:
            found[key] = _expand(double.replace('\\"', '"').replace("\\n", "\n"), found)
        else:
            found[key] = _expand(bare.strip(), found)
    return found


def _expand(value: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)(?::?-([^}]*))?\}", lambda match: known.get(match[1], match[2] or ""), value)
