"""What git knows of the project: which files a branch holds, and their text. Read-only; no git, no answer.

This module never runs a command that changes the repository or its index.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec


class Snapshot(msgspec.Struct, frozen=True):
    """The files of one commit below a folder: `reference` as resolved (`main`, `origin/main`, `HEAD`), blob
    by path.
    """

    reference: str
    blobs: dict[str, str]  # project-relative POSIX path -> blob id


def snapshot(root: Path, branch: str | None, folder: str) -> Snapshot | None:
    """What `branch`, else `origin/` + it, else HEAD holds below `folder`; None outside a work tree with
    commits.

    Regular files only. Paths are relative to `root`, also where that is a folder inside the repository.
    """
    if _git(root, "rev-parse", "--is-inside-work-tree") != "true":
        return None
    for reference in [*([branch, f"origin/{branch}"] if branch else []), "HEAD"]:
        if (
            _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
            is None
        ):
            continue
        listing = _git(root, "ls-tree", "-r", "-z", "--end-of-options", reference, "--", f"{folder}/")
        if listing is None:
            return None
        blobs = {}
        for entry in listing.split("\0"):
            meta, _, path = entry.partition("\t")
            if meta.startswith("100"):  # neither a link nor a submodule
                blobs[path] = meta.split()[2]
        return Snapshot(reference, blobs)
    return None


def joined(root: Path, reference: str, folder: str) -> dict[str, int]:
    """When each file below `folder` came to the branch itself, as a rank: 0 is the first.

    What a merge brought counts as of the merge, whenever it was written: that is when others could see it.
    """
    words = ("--first-parent", "-m", "--diff-filter=A", "--name-only", "--relative", "--reverse")
    log = _git(
        root,
        "-c",
        "core.quotepath=off",
        "log",
        *words,
        "--format=%x00",
        "--end-of-options",
        reference,
        "--",
        folder,
    )
    ranks: dict[str, int] = {}
    for rank, commit in enumerate((log or "").split("\0")):
        for path in commit.splitlines():
            if path:
                ranks.setdefault(path, rank)
    return ranks


def texts(root: Path, blobs: Iterable[str]) -> dict[str, str]:
    """The text of each blob id, read in one process; what is not UTF-8 is replaced character by character.

    A blob that this clone does not have is left out.
    """
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return {}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "cat-file", "--batch"],
            input="".join(f"{blob}\n" for blob in wanted).encode(),
            capture_output=True,
            check=False,
        ).stdout
    except OSError:  # git is not installed
        return {}
    found = {}
    start = 0
    for blob in wanted:
        end = done.find(b"\n", start)
        if end < 0:
            break
        words = done[start:end].split()
        start = end + 1
        if len(words) == 3:  # otherwise `<id> missing`
            size = int(words[2])
            found[blob] = done[start : start + size].decode("utf-8", "replace")
            start += size + 1
    return found


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except OSError:  # git is not installed
        return None
    # A path that is no UTF-8 stays readable, as the file system's own functions have it.
    return done.stdout.decode("utf-8", "surrogateescape").strip("\n") if done.returncode == 0 else None
