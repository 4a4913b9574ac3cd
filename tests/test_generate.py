"""The verb `generate`: files written, left alone, removed and refused, each refusal with its whole text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ormony import checking, cli, project, snapshot
from ormony.catalog import Catalog, Column, Enum, NotNull, Object, Options, Ref, Schema, Table
from ormony.codegen.options import MARK
from ormony.database import server

CONFIG = """\
[database]

[generate.api]
language = "python"
out = "app/generated"

[generate.web]
language = "typescript"
out = "web/src/generated"
"""


def catalog(*columns: str, type_: str = "text") -> Catalog:
    """A table `public.notes` with these columns, and an enum."""
    table = Ref("table", "public", "notes")
    objects: dict[Ref, Object] = {
        Ref("schema", "", "public"): Schema(),
        Ref("enum", "public", "state"): Enum(labels=("open", "done")),
        table: Table(),
    }
    for name in columns:
        objects[Ref("column", "public", "notes", name)] = Column(type=type_, not_null=NotNull())
    return Catalog(version=180000, role="postgres", objects=objects, column_order={table: columns})


class Folder:
    """A project that reads its database from a snapshot."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "db.json"
        self.configure(CONFIG)
        self.database(catalog("id", "body"))

    def configure(self, text: str) -> None:
        (self.root / "ormony.toml").write_text(text)

    def database(self, found: Catalog) -> None:
        self.source.write_bytes(snapshot.encode(found))

    def run(self, *words: str, source: bool = True) -> Result:
        given = [*words, "--source", str(self.source)] if source else list(words)
        return CliRunner().invoke(cli.main, ["--project", str(self.root), "generate", *given])

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Each generated file, and when it was written."""
        return {
            path.relative_to(self.root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
            for top in ("app", "web")
            for path in sorted((self.root / top).rglob("*"))
            if path.is_file()
        }

    def refused(self, *words: str, status: int = 2) -> str:
        before = self.files()
        result = self.run(*words)
        assert result.exit_code == status, result.output
        assert self.files() == before
        return result.stderr.replace(str(self.root), "ROOT")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


# ----------------------------------------------------------------------------------------------- what it does


def test_only_what_changes_is_written(folder: Folder) -> None:
    result = folder.run()
    assert result.exit_code == 0, result.output
    first = folder.files()
    assert {path.split("/")[0] for path in first} == {"app", "web"}
    assert result.stdout.splitlines() == [f"wrote {path}" for path in sorted(first)]
    for path, (data, _) in first.items():
        assert MARK in data.split(b"\n")[0].decode().lower(), path
    assert all(
        b"notes" in data.lower() for path, (data, _) in first.items() if "models" in path or ".types" in path
    )

    again = folder.run()
    assert again.exit_code == 0
    assert folder.files() == first  # not even touched
    assert "wrote" not in again.stdout

    folder.database(catalog("id", "body", "title"))
    changed = folder.run("web")
    assert changed.exit_code == 0
    second = folder.files()
    written = {path for path in second if second[path] != first.get(path)}
    assert written
    assert all(path.startswith("web/") and b"title" in second[path][0] for path in written)


def test_check_writes_nothing_and_names_what_is_stale(folder: Folder) -> None:
    missing = folder.run("--check")
    assert missing.exit_code == 1
    assert folder.files() == {}
    assert all(line.startswith("stale ") for line in missing.stdout.splitlines()[:-1])
    assert missing.stdout.splitlines()[-1] == "next: ormony generate api web"
    folder.run()
    assert folder.run("--check").exit_code == 0
    before = folder.files()
    folder.database(catalog("id"))
    stale = folder.run("--check", "web")
    assert stale.exit_code == 1
    assert stale.stdout.splitlines()[-1] == "next: ormony generate web"
    assert "stale web/src/generated/" in stale.stdout
    assert "app/" not in stale.stdout
    assert folder.files() == before


def test_line_ends_that_git_made_are_no_change(folder: Folder) -> None:
    folder.run()
    for path in folder.files():
        target = folder.root / path
        target.write_bytes(target.read_bytes().replace(b"\n", b"\r\n"))
    assert folder.run("--check").exit_code == 0


def test_a_shell_completes_names(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.root)
    environment = {"_ORMONY_COMPLETE": "bash_complete", "COMP_WORDS": "ormony generate w", "COMP_CWORD": "2"}
    result = CliRunner().invoke(cli.main, [], prog_name="ormony", env=environment)
    assert result.output.split() == ["plain,web"]
    folder.configure("[database\n")
    assert CliRunner().invoke(cli.main, [], prog_name="ormony", env=environment).output.strip() == ""


def test_json_is_one_document(folder: Folder) -> None:
    result = folder.run("--format", "json")
    document = json.loads(result.stdout)
    assert [(each["name"], each["language"], each["database"], each["out"]) for each in document["made"]] == [
        ("api", "python", "main", "app/generated"),
        ("web", "typescript", "main", "web/src/generated"),
    ]
    assert sorted(path for each in document["made"] for path in each["written"]) == sorted(folder.files())
    assert document["check"] is False
    assert document["notices"] == []
    again = json.loads(folder.run("--check", "--format", "json").stdout)
    assert [each["written"] for each in again["made"]] == [[], []]
    assert sorted(path for each in again["made"] for path in each["unchanged"]) == sorted(folder.files())


def test_generated_files_that_are_no_longer_made_go_and_no_others(folder: Folder) -> None:
    folder.run()
    ours = folder.root / "app" / "generated" / "deep" / "old.py"
    ours.parent.mkdir()
    ours.write_text(f"# {MARK.capitalize()}: do not edit.\n")
    theirs = folder.root / "app" / "generated" / "mine.py"
    theirs.write_text(f"# not ours\n# {MARK}\n")
    elsewhere = folder.root / "app" / "old.py"
    elsewhere.write_text(f"# {MARK}\n")
    foreign = folder.root / "app" / "generated" / "node_modules" / "x.py"
    foreign.parent.mkdir()
    foreign.write_text(f"# {MARK}\n")
    checked = folder.run("--check")
    assert checked.exit_code == 1
    assert "stale app/generated/deep/old.py: no longer generated" in checked.stdout
    result = folder.run()
    assert "removed app/generated/deep/old.py" in result.stdout
    assert not ours.exists()
    assert theirs.exists()
    assert elsewhere.exists()
    assert foreign.exists()


def test_what_only_speaks_of_generated_code_stays(folder: Folder) -> None:
    folder.run()
    spoken = folder.root / "app" / "generated" / "README.md"
    spoken.write_text("# All else here is generated by `ormony generate`; ask Ann\n")
    loved = folder.root / "app" / "generated" / "extra.py"
    loved.write_text("# generated by `ormony generate` once, then loved by hand\n")
    nested = folder.root / "app" / "generated" / "other"
    nested.mkdir()
    (nested / "ormony.toml").write_text("[database]\n")
    (nested / "models.py").write_text((folder.root / "app" / "generated" / "models.py").read_text())
    result = folder.run()
    assert "removed" not in result.output
    assert spoken.exists()
    assert loved.exists()
    assert (nested / "models.py").exists()


def test_the_folder_of_one_inside_that_of_another_is_left_alone(folder: Folder) -> None:
    folder.configure(CONFIG.replace('"web/src/generated"', '"app/generated/web"'))
    folder.run()
    before = folder.files()
    assert any(path.startswith("app/generated/web/") for path in before)
    assert folder.run("api").exit_code == 0
    assert folder.files() == before


def test_ledgers_are_nobodys_tables(folder: Folder) -> None:
    """They are not in the code, even where the database is read from a server that has them."""
    from ormony.generating import _without

    found = _without(catalog("id"), frozenset({("public", "notes")}))
    assert [ref.kind for ref in found.objects] == ["schema", "enum"]


def test_a_note_says_where_it_comes_from(folder: Folder) -> None:
    folder.configure(CONFIG.replace("[generate.web]", 'exclude = ["public.nope"]\n\n[generate.web]'))
    result = folder.run("api")
    assert result.exit_code == 0
    assert result.stderr == (
        'ormony.toml: [generate.api]: note[no-match]: exclude has "public.nope", which nothing fits\n'
    )
    assert folder.run("api", "--quiet").stderr == ""


def test_an_unknown_type_is_a_note_and_the_code_is_whole(folder: Folder) -> None:
    found = catalog("id", "shape", type_="public.cube")
    base = Ref("base type", "public", "cube")
    folder.database(
        Catalog(
            version=180000,
            role="postgres",
            objects={**found.objects, base: Options(options=())},
            column_order=found.column_order,
        )
    )
    result = folder.run("api")
    assert result.exit_code == 0
    assert result.stderr == (
        "ormony.toml: [generate.api]: note[unknown-type]: public.notes.id is of type public.cube, which no"
        " generator knows: it is read and written as text\n"
        'hint: types = { "public.cube" = "…" }   # the language\'s own type, in ormony.toml\n'
    )
    compile((folder.root / "app/generated/models.py").read_text(), "models.py", "exec")


# --------------------------------------------------------------------------------------------------- refusals


def test_a_project_that_generates_nothing_is_told_what_to_write(folder: Folder) -> None:
    for path in ("web", "api/src/shop", "api/src/tests", "worker"):
        (folder.root / path).mkdir(parents=True)
    for path in ("api/src/shop/__init__.py", "api/src/tests/__init__.py"):
        (folder.root / path).write_text("")
    folder.configure(
        '[services.web]\npath = "web"\norm = "drizzle"\n[services.api]\npath = "api"\norm = "alembic"\n'
        '[services.worker]\npath = "worker"\norm = "sqlx"\n'
    )
    said = folder.refused()
    assert said == (
        "error[nothing-to-generate]: ormony.toml says nothing of code to generate\n"
        "hint: add to ormony.toml:\n"
        '[generate.web]\nlanguage = "typescript"\nout = "web/generated"\n'
        '[generate.api]\nlanguage = "python"\nout = "api/src/shop/generated"\n'
        '[generate.worker]\nlanguage = "rust"\nout = "worker/src/generated"\n'
    )
    lines = said.split("add to ormony.toml:\n")[1]
    folder.configure((folder.root / "ormony.toml").read_text() + lines)
    assert folder.run().exit_code == 0
    folder.configure("[database]\n")
    assert folder.refused().endswith(
        '[generate.web]\nlanguage = "typescript"   # or python, rust\nout = "src/database"\n'
    )


def test_a_project_without_a_configuration_is_told_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    (tmp_path / "supabase" / "config.toml").write_text('project_id = "x"\n')
    result = CliRunner().invoke(cli.main, ["--project", str(tmp_path), "generate"])
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "error[nothing-to-generate]: detection says nothing of code to generate\n"
        "hint: ormony init   # and then add to ormony.toml:\n[generate."
    )


def test_a_name_that_is_none(folder: Folder) -> None:
    assert folder.refused("wep") == (
        "error[unknown-generate]: there is no [generate.wep] in ormony.toml\n"
        "hint: ormony generate takes: api, web\n"
    )


def test_a_file_that_is_not_ours_is_never_overwritten(folder: Folder) -> None:
    folder.run("web")
    target = next((folder.root / "web").rglob("*.ts"))
    path = target.relative_to(folder.root).as_posix()
    target.write_text("export const precious = 1;\n")
    assert folder.refused() == (
        f"{path}: error[not-generated]: {path} is there, and its first line does not say that it is"
        " generated: it is not overwritten\n"
        f"hint: git mv {path} ELSEWHERE   # or, in ormony.toml: [generate.web] out = …\n"
    )
    assert not (folder.root / "app").exists()  # nothing at all is written


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'out = "app/generated"',
            'out = "../generated"',
            'ormony.toml:5: error[invalid-config]: `out` leads out of the project: "../generated"\n'
            "hint: an out is a folder inside it\n",
        ),
        (
            'out = "app/generated"',
            'out = "/tmp/x"',
            'ormony.toml:5: error[invalid-config]: `out` leads out of the project: "/tmp/x"\n'
            "hint: an out is a folder inside it\n",
        ),
        (
            'out = "app/generated"',
            'out = "."',
            "ormony.toml:5: error[invalid-config]: [generate.api] has no folder of its own: `out` is the"
            " project\n"
            'hint: out = "src/generated"\n',
        ),
        (
            'out = "app/generated"',
            'out = "supabase/migrations/code"',
            "ormony.toml:5: error[invalid-config]: [generate.api] writes into supabase/migrations, which"
            " holds migrations\n"
            'hint: out = "src/generated"\n',
        ),
        (
            'out = "app/generated"',
            'out = "web/src/generated"',
            "ormony.toml:5: error[invalid-config]: [generate.web] and [generate.api] write into one folder:"
            " web/src/generated\n"
            'hint: out = "web/src/generated/web"\n',
        ),
        (
            'out = "app/generated"\n',
            "",
            'ormony.toml:3: error[invalid-config]: [generate.api] lacks `out`\nhint: out = "…"\n',
        ),
        (
            'language = "python"',
            'language = "go"',
            'ormony.toml:3: error[invalid-config]: [generate.api] has the unknown language "go"\n'
            "hint: language = one of: typescript, python, rust\n",
        ),
        (
            'language = "python"\n',
            "",
            "ormony.toml:3: error[invalid-config]: [generate.api] lacks `language`\n"
            "hint: language = one of: typescript, python, rust\n",
        ),
        (
            'language = "python"',
            'language = "python"\nlanguages = "go"',
            'ormony.toml:5: error[invalid-config]: "languages" is not a setting of [generate.api]\n'
            "hint: the settings are listed in docs/reference/configuration.md; remove the line, or:"
            " ormony init\n",
        ),
        (
            'language = "python"',
            'language = "python"\nwrappers = ["sqlx"]',
            'ormony.toml:5: error[invalid-config]: [generate.api] wraps functions for "sqlx", which python'
            " does not have\n"
            "hint: wrappers = a list of: sqlalchemy, asyncpg, psycopg\n",
        ),
        (
            'language = "python"',
            'language = "python"\ndatabase = "other"',
            "ormony.toml:3: error[invalid-config]: [generate.api] names no database of this project\n"
            'hint: database = "main"   # one of: main\n',
        ),
        (
            "[generate.api]",
            '[generate."a.b"]',
            'ormony.toml:3: error[invalid-config]: "a.b" is not a name\n'
            "hint: names are letters, digits, - and _\n",
        ),
        (
            "[database]\n",
            "generate = 1\n[database]\n",
            "ormony.toml:4: error[invalid-config]: cannot overwrite a value\n",
        ),
        (
            "[generate.api]",
            "[[generate.api]]",
            "ormony.toml:3: error[invalid-config]: `generate.api` is not a table\nhint: [generate.api]\n",
        ),
    ],
)
def test_a_setting_that_is_wrong(folder: Folder, old: str, new: str, said: str) -> None:
    assert old in CONFIG
    folder.configure(CONFIG.replace(old, new, 1))
    assert folder.refused() == said


def test_a_link_that_leads_out_of_the_project(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder.root / "app").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    said = folder.refused()
    assert said.startswith("app/generated: ")
    assert "error[path-outside-project]" in said
    assert "is, or lies behind, a link that leads out of the project" in said


def test_a_link_that_stays_in_the_project(folder: Folder) -> None:
    """What was written through it is there the next time, and not removed as somebody's old code."""
    (folder.root / "real").mkdir()
    (folder.root / "app").symlink_to("real")
    assert folder.run().exit_code == 0
    before = folder.files()
    assert (folder.root / "real" / "generated" / "models.py").exists()
    checked = folder.run("--check")
    assert (checked.exit_code, "stale" in checked.stdout) == (0, False), checked.output
    assert "removed" not in folder.run().stdout
    assert folder.files() == before


def test_two_that_reach_one_folder_through_a_link(folder: Folder) -> None:
    """Each would remove what the other wrote."""
    (folder.root / "real").mkdir()
    (folder.root / "app").mkdir()
    (folder.root / "app" / "generated").symlink_to("../real")
    folder.configure(CONFIG.replace("web/src/generated", "real"))
    assert folder.refused() == (
        "ormony.toml: error[not-generated]: [generate.api] and [generate.web] write into one folder:"
        " app/generated and real lead to the same\n"
        'hint: out = "app/generated/api"\n'
    )


def test_a_folder_that_is_a_file(folder: Folder) -> None:
    (folder.root / "app").mkdir()
    (folder.root / "app" / "generated").write_text("mine\n")
    assert folder.refused() == (
        "app/generated: error[not-generated]: app/generated is a file, and [generate.api] writes a folder of"
        " this name\n"
        "hint: git mv app/generated ELSEWHERE   # or, in ormony.toml: [generate.api] out = …\n"
    )


def test_a_type_that_is_none_is_told_with_its_place(folder: Folder) -> None:
    folder.configure(
        CONFIG.replace('out = "app/generated"', 'out = "app/generated"\ntypes = { "public.notes" = "1 +" }')
    )
    assert folder.refused() == (
        "ormony.toml: [generate.api]: error[bad-type-name]: '1 +', which [generate] has for public.notes, is"
        " no Python type: name modules in full\n"
        'hint: types = { "public.notes" = "app.types.Money" }\n'
    )


def test_the_folder_of_one_inside_that_of_another_behind_a_link(folder: Folder) -> None:
    (folder.root / "app" / "generated").mkdir(parents=True)
    (folder.root / "web").symlink_to("app/generated")
    assert folder.run().exit_code == 0
    before = folder.files()
    assert folder.run("api").exit_code == 0
    assert folder.files() == before


def test_one_database_at_a_time_from_a_source_that_is_one(folder: Folder) -> None:
    several = '[databases.one]\nstream = "one"\n[databases.two]\nstream = "two"\n'
    folder.configure(
        several + '[generate.a]\nlanguage = "python"\nout = "app/a"\ndatabase = "one"\n'
        '[generate.b]\nlanguage = "python"\nout = "app/b"\ndatabase = "two"\n'
    )
    assert folder.refused().replace(str(folder.source), "db.json") == (
        'error[which-database]: --source "ROOT/db.json" is one database, and [generate] is about several\n'
        "hint: ormony generate --source ROOT/db.json --database one\n"
    )
    assert folder.run("--database", "two").exit_code == 0
    assert {path.split("/")[1] for path in folder.files()} == {"b"}
    assert folder.refused("a", "--database", "two") == (
        'error[nothing-to-generate]: nothing of [generate] is about the database "two"\n'
        'hint: [generate.NAME]\ndatabase = "two"\n'
    )
    folder.configure(several + '[generate.a]\nlanguage = "python"\nout = "app/a"\n')
    assert folder.refused() == (
        "ormony.toml:5: error[invalid-config]: [generate.a] lacks `database`\n"
        'hint: database = "one"   # one of: one, two\n'
    )


# ----------------------------------------------------------------------------------------- with a real stream


def test_check_finds_stale_code_and_needs_no_server_for_what_is_unchanged(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = folder.root / "supabase" / "migrations"
    stream.mkdir(parents=True)
    (stream / "00400_notes.sql").write_text(
        "CREATE TABLE public.notes (id int PRIMARY KEY);\n"
        "ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;\n"
    )
    if os.geteuid() == 0:
        folder.root.chmod(0o755)

    def told() -> list[tuple[str, str, str | None]]:
        checked = checking.check(project.load(folder.root), only=("generated-stale", "not-checked"))
        return [(each.severity, each.message, each.hint) for each in checked.findings]

    assert told() == [
        ("note", "the code of [generate.api] was not generated yet", "ormony generate api"),
        ("note", "the code of [generate.web] was not generated yet", "ormony generate web"),
    ]
    assert folder.run(source=False).exit_code == 0
    assert told() == []

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a server was started")

    with monkeypatch.context() as patched:
        patched.setattr(server, "start", refuse)
        patched.setattr("ormony.codegen.written", refuse)
        assert told() == []
    types = next((folder.root / "web").rglob("*.types.ts"))
    text = types.read_text()
    types.write_text(text + "// edited\n")
    path = types.relative_to(folder.root).as_posix()
    expected = f"the code of [generate.web] is not what the stream's database is: {path}"
    assert told() == [("error", expected, "ormony generate web")]
    fixed = checking.check(project.load(folder.root), only=("generated-stale",), fix=True)
    assert (fixed.fixed, fixed.findings) == ((path,), ())
    assert types.read_text() == text
    assert told() == []
