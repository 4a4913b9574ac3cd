"""Files: read as they are, written whole or not at all, never outside the project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ormony import files
from ormony.errors import OrmonyError
from ormony.files import File


def tree(root: Path) -> dict[str, str]:
    """Every file below `root`, hidden ones included, and its text."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in root.rglob("*")
        if path.is_file()
    }


def refused(code: str, root: Path, *written: File, remove: tuple[str, ...] = ()) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        files.write(root, written, remove=remove)
    assert caught.value.code == code
    return caught.value


def test_reading_keeps_newlines_and_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes("\ufeffa\r\nb\n".encode())
    assert files.read_text(tmp_path, "a.sql") == "\ufeffa\r\nb\n"
    assert files.sha256(files.read_bytes(tmp_path, "a.sql")) == files.sha256("\ufeffa\r\nb\n")


def test_what_is_not_utf_8_names_line_and_byte(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"ok\nna\xefve\n")
    with pytest.raises(OrmonyError) as caught:
        files.read_text(tmp_path, "a.sql")
    assert (caught.value.code, caught.value.place) == ("not-utf-8", "a.sql:2")
    assert "0xef at offset 5" in caught.value.message


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for path in ("missing.sql", "d"):
        with pytest.raises(OrmonyError) as caught:
            files.read_text(tmp_path, path)
        assert (caught.value.code, caught.value.place) == ("unreadable-file", path)


def test_writing_makes_folders_replaces_and_removes(tmp_path: Path) -> None:
    (tmp_path / "old.sql").write_text("old")
    (tmp_path / "gone.sql").write_text("gone")
    files.write(
        tmp_path, [File("a/b/new.sql", "ü\r\n"), File("old.sql", "new")], remove=["gone.sql", "never-was.sql"]
    )
    assert tree(tmp_path) == {"a/b/new.sql": "ü\r\n", "old.sql": "new"}


def test_a_replaced_file_keeps_its_mode_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    (tmp_path / "old.sql").write_text("old")
    (tmp_path / "old.sql").chmod(0o640)
    files.write(tmp_path, [File("old.sql", "x"), File("new.sql", "x")])
    mask = os.umask(0o022)
    os.umask(mask)
    assert (tmp_path / "old.sql").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "new.sql").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize(
    "path", ["../x.sql", "a/../../x.sql", "/etc/x.sql", "out/x.sql", "loop/x.sql", "a\0b.sql"]
)
def test_nothing_is_written_outside_the_project(tmp_path: Path, path: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    before = tree(tmp_path)
    refused("path-outside-project", root, File("fine.sql", "x"), File(path, "x"))
    refused("path-outside-project", root, remove=(path,))
    assert tree(tmp_path) == before


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.sql").write_text("old")
    (tmp_path / "link.sql").symlink_to("real.sql")
    files.write(tmp_path, [File("link.sql", "new")])
    assert (tmp_path / "link.sql").is_symlink()
    assert (tmp_path / "real.sql").read_text() == "new"


def test_a_failure_half_way_takes_everything_back(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("old")
    (tmp_path / "gone.sql").write_text("gone")
    (tmp_path / "z.sql").mkdir()  # a folder where the last file should go: its rename fails
    (tmp_path / "z.sql" / "kept").write_text("kept")
    before = tree(tmp_path)
    error = refused(
        "cannot-write",
        tmp_path,
        File("a.sql", "new"),
        File("n/b.sql", "new"),
        File("z.sql", "new"),
        remove=("gone.sql",),
    )
    assert error.place == "z.sql"
    assert "no file was changed" in error.message
    assert tree(tmp_path) == before
    assert not (tmp_path / "n").exists()


def test_a_removal_that_fails_takes_everything_back(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("old")
    (tmp_path / "d").mkdir()
    error = refused("cannot-write", tmp_path, File("a.sql", "new"), File("b.sql", "new"), remove=("d",))
    assert error.place == "d"
    assert tree(tmp_path) == {"a.sql": "old"}


def test_no_file_is_half_written_when_there_is_no_room(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("old")
    program = f"""
import resource
from pathlib import Path
from ormony.errors import OrmonyError
from ormony.files import File, write
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write(Path({str(tmp_path)!r}), [File("a.sql", "new"), File("big/b.sql", "x" * 5000)])
except OrmonyError as error:
    print(error.code, error.place)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "cannot-write big/b.sql\n"
    assert tree(tmp_path) == {"a.sql": "old"}
    assert not (tmp_path / "big").exists()


def test_text_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    refused("cannot-write", tmp_path, File("a.sql", "fine"), File("b.sql", "\ud800"))
    assert tree(tmp_path) == {}
