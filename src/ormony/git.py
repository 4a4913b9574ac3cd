"""What git knows of the project: which files a branch holds, and their text. Read-only; no git, no answer.

This module never runs a command that changes the repository or its index.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec


class Snapshot(msgspec.Struct, frozen=True):
    """The files of one commit below a folder: `reference` as resolved (`main`, `origin/main`, `HEAD`), blob by path."""

    reference: str
    blobs: dict[str, str]  # project-relative POSIX path -> blob id


def snapshot(root: Path, branch: str | None, folder: str) -> Snapshot | None:
    """What `branch`, else `origin/` + it, else HEAD holds below `folder`; None outside a work tree with commits."""
    if _git(root, "rev-parse", "--is-inside-work-tree") is None:
        return None
    for reference in [*([branch, f"origin/{branch}"] if branch else []), "HEAD"]:
        if _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}") is None:
            continue
        listing = _git(root, "ls-tree", "-r", "-z", "--end-of-options", reference, "--", f"{folder}/")
        if listing is None:
            return None
        blobs = {}
        for entry in listing.split("\0"):
            if entry:
                meta, _, path = entry.partition("\t")
                blobs[path] = meta.split()[2]
        return Snapshot(reference, blobs)
    return None


def texts(root: Path, blobs: Iterable[str]) -> dict[str, str]:
    """The text of each blob id, read in one process; what is not UTF-8 is replaced character by character."""
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return {}
    done = subprocess.run(
        ["git", "-C", str(root), "cat-file", "--batch"],
        input="".join(f"{blob}\n" for blob in wanted).encode(),
        capture_output=True,
        check=True,
    ).stdout
    found = {}
    start = 0
    for blob in wanted:
        end = done.index(b"\n", start)
        size = int(done[start:end].split()[2])
        found[blob] = done[end + 1 : end + 1 + size].decode("utf-8", "replace")
        start = end + 1 + size + 1
    return found


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=False, encoding="utf-8"
        )
    except OSError:  # git is not installed
        return None
    return done.stdout.strip("\n") if done.returncode == 0 else None
