"""Starts a program behind the wall that `probe_alembic.py` builds: without a network, its sockets hidden.

A script: `probe_wall.py [--shadow JSON] ROOT PROGRAM ARGUMENT…`, run by ormony's own interpreter. The shadow
(host, port, user, password, dbname) is the one server that stays in reach. Where the kernel allows no wall
the program runs all the same: the environment names no other database, and a guard inside of it refuses.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any


def main(root: str, program: list[str], shadow: Any = None) -> None:
    """Become the program; does not return."""
    path = Path(__file__).with_name("probe_alembic.py")
    spec = importlib.util.spec_from_file_location("probe_alembic", path)
    assert spec is not None
    assert spec.loader is not None
    probe: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(probe)
    probe.JOB = probe.Job(
        {
            "online": False, "root": root, "folder": root, "ini": None, "toml": None, "ids": [], "wanted": [],
            "result": "", "placeholder": "", "shadow": shadow,
        }
    )  # fmt: skip
    here = os.getcwd()
    probe.die_with_parent()
    probe.build_wall()
    os.chdir(here)
    os.execv(program[0], program)


if __name__ == "__main__":
    words = sys.argv[1:]
    given = json.loads(words[1]) if words[0] == "--shadow" else None
    words = words[2:] if given is not None else words
    main(words[0], words[1:], given)
