"""Foreign processes: what they may know, how long they may run, what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ormony.adapters import subprocesses
from ormony.errors import OrmonyError

PATH = {"PATH": os.environ["PATH"]}


def run(code: str, folder: Path, **more: object) -> subprocesses.Outcome:
    settings = {"cwd": folder, "environment": PATH, "timeout_s": 20.0} | more
    return subprocesses.run([sys.executable, "-c", code], **settings)  # type: ignore[arg-type]


def test_a_run_keeps_both_outputs_apart(tmp_path: Path) -> None:
    done = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", tmp_path)
    assert (done.status, done.stdout, done.stderr) == (7, "out\n", "err\n")
    assert run("import sys; print(sys.stdin.read())", tmp_path, stdin=b"given").stdout == "given\n"
    assert run("import os; os.kill(os.getpid(), 9)", tmp_path).status == -9
    assert run("import sys; sys.stdout.buffer.write(b'\\xff')", tmp_path).stdout == "\ufffd"


def test_of_much_output_the_end_is_kept(tmp_path: Path) -> None:
    done = run("print('x' * 20_000_000); print('end')", tmp_path, keep_bytes=1000)
    assert len(done.stdout) == 1000
    assert done.stdout.endswith("x\nend\n")


def alive(pid: str) -> bool:
    stat = Path("/proc", pid, "stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("ending", ["hangs", "ends"])
def test_children_end_with_the_program(ending: str, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        "open('pids', 'a').write(f'{os.getpid()} ')\n"
        "if child == 0 or sys.argv[1:] == ['hangs']: time.sleep(600)\n"
        "while len(open('pids').read().split()) < 2: time.sleep(0.01)\n"
    )
    begun = time.monotonic()
    done = subprocesses.run(
        [sys.executable, "-c", code, ending],
        cwd=tmp_path,
        environment=PATH,
        timeout_s=1.0 if ending == "hangs" else 20.0,
    )
    assert done.status == (None if ending == "hangs" else 0)
    assert time.monotonic() - begun < 10
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) == 2
    deadline = time.monotonic() + 5
    while any(map(alive, pids)):
        assert time.monotonic() < deadline, "a child lives on"
        time.sleep(0.02)


def test_a_missing_program_is_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(OrmonyError) as caught:
        subprocesses.run([str(tmp_path / "node")], cwd=tmp_path, environment=PATH, timeout_s=1)
    assert (caught.value.code, caught.value.exit_status) == ("tool-missing", 4)
    assert str(caught.value) == (
        f'error[tool-missing]: cannot run "{tmp_path / "node"}": no such file or directory'
    )


PLACE = "ormony:ormony@ormony.invalid:5432/ormony"
KEYWORDS = "host=ormony.invalid port=5432 user=ormony password=ormony dbname=ormony"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("DATABASE_URL", "postgres://u:p@db.example.com/app?sslmode=require", f"postgres://{PLACE}"),
        ("X", "postgresql+asyncpg://u:p%40ss@db:6543/app", f"postgresql+asyncpg://{PLACE}"),
        ("X", "jdbc:postgresql://db/app", f"jdbc:postgresql://{PLACE}"),
        ("X", '["postgresql://a@b/c", "d"]', f'["postgresql://{PLACE}", "d"]'),
        ("U", "postgresql://u@/d?host=/run/postgresql&options=-csearch_path%3Da",
         f"postgresql://{PLACE}?options=-csearch_path%3Da"),
        ("DB_DSN", "host=db user=u password=p", KEYWORDS),
        ("POSTGRES_SERVER", "localhost", "ormony.invalid"),
        ("postgres_port", "6000", "5432"),
        ("APP_DB_PASSWORD", "secret", "ormony"),
        ("PGUSER", "me", "ormony"),
        ("POSTGRES_DB", "app", "ormony"),
        ("DB_NAME", "app", "ormony"),
        ("DB_SCHEMA", "app", "app"),
        ("DB_POOL_SIZE", "5", "5"),
        ("DATABASE_ECHO", "true", "true"),
        ("SENTRY_DSN", "https://key@sentry.example.com/1", "https://key@sentry.example.com/1"),
        ("REDIS_HOST", "cache", "cache"),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/bus", "unix:path=/run/bus"),
        ("POSTGRES_PASSWORD", "", ""),
    ],
)  # fmt: skip
def test_no_value_leads_to_a_database(key: str, value: str, expected: str) -> None:
    assert subprocesses.replaced(key, value) == expected


def test_the_environment_is_that_of_the_files_without_a_database(tmp_path: Path) -> None:
    folder = tmp_path / "services" / "api"
    folder.mkdir(parents=True)
    (tmp_path / ".env").write_text("SHARED=root\nNAME=root\nPOSTGRES_HOST=db.example.com\n")
    (folder / ".env").write_text(
        "# comment\nexport NAME=api # why\n"
        "QUOTED=\"two words # kept\\n\"\nSINGLE='a $NAME'\nHASH=a#b\nEMPTY=\n"
        "EXPANDED=${NAME}-${MISSING:-x}\nURL='postgresql://u:p@db.example.com/app'\n"
    )
    (folder / ".env.example").write_text("NAME=example\nONLY_THERE=plausible\n")
    made = subprocesses.environment(
        tmp_path,
        "services/api",
        {"HOME": "/h", "PGHOSTADDR": "10.0.0.1", "PGSERVICE": "prod", "SHARED": "outer"},
        extra={"MORE": "postgresql://as/is"},
    )
    assert {key: value for key, value in made.items() if not key.startswith("PG")} == {
        "HOME": "/h",
        "SHARED": "outer",
        "NAME": "api",
        "POSTGRES_HOST": "ormony.invalid",
        **{key: value for key, value in made.items() if key.startswith(("POSTGRES_", "DB_"))},
        "QUOTED": "two words # kept\n",
        "SINGLE": "a $NAME",
        "HASH": "a#b",
        "EMPTY": "",
        "EXPANDED": "api-x",
        "URL": f"postgresql://{PLACE}",
        "ONLY_THERE": "plausible",
        "DATABASE_URL": f"postgresql://{PLACE}",
        "MORE": "postgresql://as/is",
    }
    assert made["PGHOST"] == "ormony.invalid"
    # Of settings that make the address out of parts none is missing, and none is real.
    assert (made["POSTGRES_DB"], made["POSTGRES_SERVER"], made["DB_HOST"]) == (
        "ormony", "ormony.invalid", "ormony.invalid",
    )  # fmt: skip
    assert "PGHOSTADDR" not in made
    assert "PGSERVICE" not in made
    assert "db.example.com" not in " ".join(made.values())


def test_files_above_the_project_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ABOVE=1\n")
    (tmp_path / "project").mkdir()
    assert "ABOVE" not in subprocesses.environment(tmp_path / "project", ".", {})


def test_an_interrupt_ends_what_other_threads_wait_for(tmp_path: Path) -> None:
    """The programs have sessions of their own: a terminal's Ctrl-C reaches us alone."""
    script = (
        "import signal\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from pathlib import Path\n"
        "from ormony.adapters import subprocesses\n"
        # whoever runs the tests in the background may have told them to ignore it
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "program = ['sh', '-c', 'echo $$ > begun; sleep 60 & wait']\n"
        "with subprocesses.ended_by_interrupts(), ThreadPoolExecutor() as pool:\n"
        "    pool.submit(subprocesses.run, program, cwd=Path(), environment={}, timeout_s=60).result()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    begun = tmp_path / "begun"
    until = time.monotonic() + 30
    while not (begun.exists() and begun.read_text()) and time.monotonic() < until:
        time.sleep(0.01)
    since = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert told.rstrip().endswith("KeyboardInterrupt")
    assert time.monotonic() - since < 20
