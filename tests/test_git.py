"""Git: what a branch holds, read without touching anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ormony import git

FOLDER = "supabase/migrations"


def run(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = root / FOLDER / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    run(root, "add", "-A")
    run(root, "commit", "-q", "--allow-empty", "-m", "x")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    return root


def found(root: Path, branch: str | None, folder: str = FOLDER) -> tuple[str, dict[str, str]] | None:
    snapshot = git.snapshot(root, branch, folder)
    if snapshot is None:
        return None
    texts = git.texts(root, snapshot.blobs.values())
    return snapshot.reference, {path: texts[blob] for path, blob in snapshot.blobs.items()}


def test_a_branch_is_read_as_committed(repository: Path) -> None:
    commit(repository, a="one\r\n", b="zwei ü\n", c="")
    (repository / FOLDER / "a.sql").write_text("edited")
    (repository / FOLDER / "new.sql").write_text("new")
    (repository / "other.sql").write_text("other")
    status = run(repository, "status", "--porcelain")
    assert found(repository, "main") == (
        "main",
        {f"{FOLDER}/a.sql": "one\r\n", f"{FOLDER}/b.sql": "zwei ü\n", f"{FOLDER}/c.sql": ""},
    )
    assert run(repository, "status", "--porcelain") == status


def test_the_branch_is_preferred_then_its_origin_then_head(repository: Path, tmp_path: Path) -> None:
    commit(repository, a="main")
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "-q", str(repository), str(clone))
    run(clone, "checkout", "-q", "-b", "feature")
    commit(clone, b="feature")
    run(clone, "branch", "-D", "main")
    assert [name for name, _ in [found(clone, "main") or ("", {})]] == ["origin/main"]
    assert found(clone, None) == ("HEAD", {f"{FOLDER}/a.sql": "main", f"{FOLDER}/b.sql": "feature"})
    assert (found(clone, "nothing") or ("", {}))[0] == "HEAD"
    assert (found(clone, "--upload-pack=x") or ("", {}))[0] == "HEAD"


def test_a_project_inside_a_repository_has_paths_of_its_own(repository: Path) -> None:
    commit(repository, a="x")
    assert found(repository / "supabase", "main", "migrations") == ("main", {"migrations/a.sql": "x"})


def test_odd_names_links_and_submodules(repository: Path) -> None:
    commit(repository, **{"a b\t'ü": "x", "日": "y"})
    folder = repository / FOLDER
    (folder / "link.sql").symlink_to("nowhere.sql")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.sql")).write_text("z")
    run(
        repository,
        "update-index",
        "--add",
        "--cacheinfo",
        f"160000,{run(repository, 'rev-parse', 'HEAD')},{FOLDER}/sub",
    )
    run(repository, "add", "-A", "--", f"{FOLDER}/*.sql")
    run(repository, "commit", "-q", "-m", "x")
    reference, texts = found(repository, "main") or ("", {})
    assert reference == "main"
    assert texts == {
        f"{FOLDER}/a b\t'ü.sql": "x",
        f"{FOLDER}/日.sql": "y",
        os.fsdecode(f"{FOLDER}/".encode() + b"\xff.sql"): "z",
    }


def test_a_folder_that_the_branch_lacks_is_empty(repository: Path) -> None:
    commit(repository, a="x")
    assert found(repository, "main", "elsewhere") == ("main", {})


def test_without_git_or_commits_there_is_no_answer(repository: Path, tmp_path: Path) -> None:
    assert git.snapshot(repository, "main", FOLDER) is None
    plain = tmp_path / "plain"
    plain.mkdir()
    assert git.snapshot(plain, "main", FOLDER) is None
    assert git.snapshot(repository / ".git", "main", FOLDER) is None


def test_without_the_program_there_is_no_answer(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repository, a="x")
    monkeypatch.setenv("PATH", "")
    assert git.snapshot(repository, "main", FOLDER) is None
    assert git.texts(repository, ["0" * 40]) == {}


def test_a_blob_that_the_clone_lacks_is_left_out(repository: Path) -> None:
    commit(repository, a="x")
    snapshot = git.snapshot(repository, "main", FOLDER)
    assert snapshot is not None
    (blob,) = snapshot.blobs.values()
    assert git.texts(repository, ["0" * 40, blob]) == {blob: "x"}
    assert git.texts(repository, []) == {}
