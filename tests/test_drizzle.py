"""Drizzle histories, read without node. The expected rows are those that drizzle-kit migrate wrote itself."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ormony.adapters import drizzle, drizzle_config
from ormony.errors import OrmonyError
from ormony.history import DrizzleStamp, History, Ledger, Service

PROJECTS = Path(__file__).parent / "projects"


def service(path: str = ".", **given: Any) -> Service:
    return Service(name="web", orm="drizzle", path=path, database="main", lane=(100, 199), **given)


def write(root: Path, texts: dict[str, str | bytes]) -> Path:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def journal(*entries: tuple[str, int], version: str = "7", dialect: str = "postgresql") -> str:
    listed = [
        {"idx": i, "version": version, "when": when, "tag": tag, "breakpoints": True}
        for i, (tag, when) in enumerate(entries)
    ]
    return json.dumps({"version": version, "dialect": dialect, "entries": listed}, indent=2)


CONFIG = 'export default { dialect: "postgresql", out: "./out" };\n'


def project(root: Path, text: str, *tags: str) -> Path:
    """A 0.x project with this journal, and one file for each tag."""
    files = {f"out/{tag}.sql": f"select '{tag}';" for tag in tags}
    return write(root, {"drizzle.config.ts": CONFIG, "out/meta/_journal.json": text, **files})


def refusal(root: Path, given: Service | None = None) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        drizzle.read(root, given or service())
    return caught.value


def codes(history: History) -> list[str]:
    return [notice.code for notice in history.notices]


def test_the_journal_of_0x_gives_the_rows_that_drizzle_kit_0_31_wrote() -> None:
    history = drizzle.read(PROJECTS / "drizzle_0", service())
    assert history.ledger == Ledger(kind="drizzle-0", table="__drizzle_migrations", schema="drizzle")
    assert [(revision.id, revision.stamp) for revision in history.revisions] == [
        (
            "0000_customers",
            DrizzleStamp("21e99eb30890f56681d62afa20414d4f9f2173444f271d7b24f6beac690f4b9e", 1795313752291),
        ),
        (
            "0001_orders",
            DrizzleStamp("6b8c4c1fcb590d21121fd9a77fe97ab4e3fc564ebeda266c9f7e10a318575fa8", 1795313753084),
        ),
        (
            "0002_back fill",
            DrizzleStamp("b0487cb227c0522c190212555606061033a62fc1e1c1cce9214e7db84606825f", 1795313753801),
        ),
    ]
    assert [revision.parents for revision in history.revisions] == [(), ("0000_customers",), ("0001_orders",)]
    assert [revision.label for revision in history.revisions] == ["customers", "orders", "back fill"]
    assert all(revision.native == revision.stamp.hash for revision in history.revisions)  # type: ignore[union-attr]
    assert history.notices == ()


def test_the_folders_of_1_0_give_the_rows_that_drizzle_kit_1_0_wrote() -> None:
    history = drizzle.read(PROJECTS / "drizzle_1", service())
    assert history.ledger == Ledger(kind="drizzle-1", table="applied", schema="shop")
    assert [revision.stamp for revision in history.revisions] == [
        DrizzleStamp(
            "dd4c2cf622c058960a7d13ed15dd740242ef470ac7b38b9b9b1fe5c0c9d8f119",
            1795313755000,
            "20261122021555_customers",
        ),
        DrizzleStamp(
            "4a4128a120b1a6621a942f2e0e2bd960c3c458c5f81e870ebd22cde939e734de",
            1795313756000,
            "20261122021556_orders",
        ),
        DrizzleStamp(
            "908ec529fe77fbe155e24d66c0d48393aba2813c7a929a8b7e1b042f9b390f18",
            1795313757000,
            "20261122021557_Back fill",
        ),
    ]
    assert history.revisions[0].path == "migrations/20261122021555_customers/migration.sql"
    assert [revision.parents for revision in history.revisions] == [
        (),
        ("20261122021555_customers",),
        ("20261122021556_orders",),
    ]
    assert history.notices == ()


@pytest.mark.parametrize(("version", "dialect"), [("5", "pg"), ("6", "postgresql"), ("7", "postgresql")])
def test_old_journals_are_read(tmp_path: Path, version: str, dialect: str) -> None:
    project(tmp_path, journal(("0000_a", 1), version=version, dialect=dialect), "0000_a")
    assert [revision.id for revision in drizzle.read(tmp_path, service()).revisions] == ["0000_a"]


def test_an_entry_that_drizzle_would_skip_is_reported_with_its_line(tmp_path: Path) -> None:
    project(tmp_path, journal(("0000_a", 20), ("0001_b", 10), ("0002_c", 20)), "0000_a", "0001_b", "0002_c")
    history = drizzle.read(tmp_path, service())
    assert [revision.id for revision in history.revisions] == ["0000_a", "0001_b", "0002_c"]
    assert [(n.code, n.place) for n in history.notices] == [
        ("journal-out-of-order", "out/meta/_journal.json:12"),
        ("journal-out-of-order", "out/meta/_journal.json:19"),
    ]
    assert history.notices[0].message.startswith('"0001_b" is not newer than "0000_a"')
    assert history.notices[0].hint == '"when": 21   # if no database has it yet'


def test_two_entries_with_one_index_are_both_read(tmp_path: Path) -> None:
    text = journal(("0000_a", 1), ("0001_b", 2), ("0001_c", 3)).replace('"idx": 2', '"idx": 1')
    history = drizzle.read(project(tmp_path, text, "0000_a", "0001_b", "0001_c"), service())
    assert [revision.id for revision in history.revisions] == ["0000_a", "0001_b", "0001_c"]
    assert codes(history) == ["journal-duplicate-index"]


def test_a_stray_file_is_left_out_and_reported(tmp_path: Path) -> None:
    history = drizzle.read(project(tmp_path, journal(("0000_a", 1)), "0000_a", "0001_stray"), service())
    assert [revision.id for revision in history.revisions] == ["0000_a"]
    assert [(n.code, n.place) for n in history.notices] == [("stray-migration", "out/0001_stray.sql")]


def test_files_beside_the_journal_in_the_stream_are_hand_written_not_stray(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "packages/db/drizzle.config.ts": CONFIG.replace("./out", "../../supabase/migrations"),
            "supabase/config.toml": "",
            "supabase/migrations/meta/_journal.json": journal(("0000_a", 1), ("0002_c", 2)),
            "supabase/migrations/0000_a.sql": "select 1;",
            "supabase/migrations/0001_by_hand.sql": "select 2;",
            "supabase/migrations/0002_c.sql": "select 3;",
        },
    )
    history = drizzle.read(tmp_path, service("packages/db"))
    assert [revision.path for revision in history.revisions] == [
        "supabase/migrations/0000_a.sql",
        "supabase/migrations/0002_c.sql",
    ]
    assert history.notices == ()


def test_files_without_a_journal_in_the_stream_are_hand_written(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "drizzle.config.ts": CONFIG.replace("./out", "./supabase/migrations"),
            "supabase/migrations/0000_a.sql": "select 1;",
        },
    )
    history = drizzle.read(tmp_path, service())
    assert history.revisions == ()
    assert codes(history) == ["no-migrations"]


def test_newlines_and_a_mark_count_in_the_hash_and_the_mark_is_no_sql(tmp_path: Path) -> None:
    project(tmp_path, journal(("0000_a", 1), ("0001_b", 2)))
    crlf, marked = b"select '\xc3\xa9';\r\n", b"\xef\xbb\xbfselect 1;\n"
    write(tmp_path, {"out/0000_a.sql": crlf, "out/0001_b.sql": marked})
    history = drizzle.read(tmp_path, service())
    assert [revision.native for revision in history.revisions] == [
        hashlib.sha256(data).hexdigest() for data in (crlf, marked)
    ]
    assert [revision.sql for revision in history.revisions] == ["select 'é';\r\n", "select 1;\n"]
    assert [(n.code, n.place) for n in history.notices] == [("byte-order-mark", "out/0001_b.sql:1")]


ENTRY = '{ "idx": 0, "when": 1, "tag": "0000_a" }'
BROKEN = {
    "no JSON": ('{\n  "entries": [\n', 3, "it is not JSON (expecting value)"),
    "conflict": (
        '{\n<<<<<<< HEAD\n"entries": []\n=======\n>>>>>>> main\n}',
        2,
        "the marks of an unresolved git conflict",
    ),
    "wrong type": (
        '{ "entries": [\n' + ENTRY + ',\n  { "idx": 1, "when": "now", "tag": "0001_b" }\n] }',
        3,
        "entries[1].when: expected `int`, got `str`",
    ),
    "no entries": ("{}", 1, "object missing required field `entries`"),
    "new version": ('{\n "version": "8", "entries": [] }', 2, 'its version "8" is not known to ormony'),
    "a mark": ("\ufeff{}", 1, "it is not JSON"),
    "path as tag": (
        '{ "entries": [\n' + ENTRY.replace("0000_a", "../../0000_a") + "] }",
        2,
        'the tag "../../0000_a" is not the name of a file in out',
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_journal_names_its_line(tmp_path: Path, case: str) -> None:
    text, line, message = BROKEN[case]
    error = refusal(project(tmp_path, text, "0000_a"))
    assert (error.code, error.place) == ("broken-journal", f"out/meta/_journal.json:{line}")
    assert message in error.message
    assert error.hint == "git log -p -- out/meta/_journal.json   # find where it was last right"


def test_an_entry_without_its_file_is_refused(tmp_path: Path) -> None:
    error = refusal(project(tmp_path, journal(("0000_a", 1), ("0001_b", 2)), "0000_a"))
    assert str(error) == (
        'out/meta/_journal.json:12: error[journal-file-missing]: the journal names "0001_b", '
        "but out/0001_b.sql does not exist\n"
        "hint: git log --all --oneline -- out/0001_b.sql   # restore the file, or remove the entry"
    )


def test_an_entry_given_twice_is_refused(tmp_path: Path) -> None:
    error = refusal(project(tmp_path, journal(("0000_a", 1), ("0000_a", 2)), "0000_a"))
    assert error.code == "broken-journal"
    assert error.message == 'the journal names "0000_a" twice, first on line 5'


def test_both_layouts_at_once_are_refused(tmp_path: Path) -> None:
    project(tmp_path, journal(("0000_a", 1)), "0000_a")
    write(tmp_path, {"out/20260101000000_b/migration.sql": "select 1;"})
    error = refusal(tmp_path)
    assert error.code == "mixed-drizzle-layouts"
    assert error.hint is not None
    assert error.hint.startswith("npx drizzle-kit up")


def test_another_dialect_is_refused_from_the_config_and_from_the_journal(tmp_path: Path) -> None:
    project(tmp_path, journal(("0000_a", 1), dialect="mysql"), "0000_a")
    assert refusal(tmp_path).code == "not-postgresql"
    write(tmp_path, {"drizzle.config.ts": '\nexport default { dialect: "sqlite", out: "./out" };\n'})
    error = refusal(tmp_path)
    assert (error.code, error.place) == ("not-postgresql", "drizzle.config.ts:2")


def folder(name: str, snapshot: str = "", *previous: str) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {f"out/{name}/migration.sql": f"select '{name}';"}
    if snapshot:
        content = {"id": snapshot, "prevIds": list(previous), "version": "9", "dialect": "postgres"}
        files[f"out/{name}/snapshot.json"] = json.dumps(content)
    return files


ZERO = "00000000-0000-0000-0000-000000000000"


def test_parents_of_1_0_come_from_the_snapshots(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "drizzle.config.ts": CONFIG,
            **folder("20260101000000_a", "A", ZERO),
            **folder("20260102000000_b", "B", "A"),
            **folder("20260102000001_c", "C", "A"),
            **folder("20260103000000_merge", "D", "B", "C"),
        },
    )
    history = drizzle.read(tmp_path, service())
    assert {revision.label: revision.parents for revision in history.revisions} == {
        "a": (),
        "b": ("20260101000000_a",),
        "c": ("20260101000000_a",),
        "merge": ("20260102000000_b", "20260102000001_c"),
    }
    assert history.notices == ()


def test_1_0_without_snapshots_is_linear_by_name_in_drizzles_order(tmp_path: Path) -> None:
    names = ["20260101000000_a", "20260101000000_a_b", "20260101000000_ab", "20260101000000_B"]
    for name in names:
        write(tmp_path, folder(name))
    history = drizzle.read(tmp_path, service(migrations="out"))
    assert [revision.id for revision in history.revisions] == [names[0], names[1], names[2], names[3]]
    assert history.revisions[3].parents == (names[2],)


def test_a_parent_that_is_not_there_is_reported_and_the_one_before_is_taken(tmp_path: Path) -> None:
    write(tmp_path, {**folder("20260101000000_a", "A", ZERO), **folder("20260102000000_b", "B", "gone")})
    history = drizzle.read(tmp_path, service(migrations="out"))
    assert history.revisions[1].parents == ("20260101000000_a",)
    assert codes(history) == ["unknown-parent"]


def test_a_child_that_sorts_before_its_parent_follows_it_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, {**folder("20260101000000_late", "B", "A"), **folder("20260102000000_first", "A", ZERO)})
    history = drizzle.read(tmp_path, service(migrations="out"))
    assert [revision.label for revision in history.revisions] == ["first", "late"]
    assert codes(history) == ["folder-out-of-order"]


def test_snapshots_in_a_cycle_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {**folder("20260101000000_a", "A", "B"), **folder("20260102000000_b", "B", "A")})
    assert refusal(tmp_path, service(migrations="out")).code == "revision-cycle"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (folder("first"), "invalid-migration-name"),
        ({"out/20260101000000_a/snapshot.json": "{}"}, "migration-file-missing"),
        ({**folder("20260101000000_a"), "out/20260101000000_a/snapshot.json": "{"}, "broken-journal"),
    ],
)
def test_broken_folders_of_1_0_are_refused(tmp_path: Path, files: dict[str, str | bytes], code: str) -> None:
    assert refusal(write(tmp_path, files), service(migrations="out")).code == code


def test_the_ledger_is_the_services_then_the_configs(tmp_path: Path) -> None:
    text = 'export default { dialect: "postgresql", migrations: { schema: "ops", table: "seen" } };'
    write(tmp_path, {"drizzle.config.ts": text})
    assert drizzle.read(tmp_path, service()).ledger == Ledger(kind="drizzle-0", table="seen", schema="ops")
    given = drizzle.read(tmp_path, service(ledger="mine.rows")).ledger
    assert given == Ledger(kind="drizzle-0", table="rows", schema="mine")
    bare = drizzle.read(tmp_path, service(ledger="rows")).ledger
    assert bare == Ledger(kind="drizzle-0", table="rows", schema="drizzle")
    assert refusal(tmp_path, service(ledger="mine.")).code == "invalid-config"


def test_a_ledger_that_is_not_literal_is_never_guessed(tmp_path: Path) -> None:
    text = 'export default {\n dialect: "postgresql",\n migrations: { table: name() } };'
    write(tmp_path, {"drizzle.config.ts": text})
    error = refusal(tmp_path)
    assert (error.code, error.place) == ("config-not-static", "drizzle.config.ts:3")
    assert error.hint == 'in ormony.toml, under [services.web]: ledger = "drizzle.__drizzle_migrations"'
    assert drizzle.read(tmp_path, service(ledger="drizzle.seen")).ledger is not None


def test_an_out_that_is_not_literal_needs_a_folder_that_exists(tmp_path: Path) -> None:
    text = 'export default {\n dialect: "postgresql",\n out: process.env.OUT ?? "./sql" };'
    write(tmp_path, {"drizzle.config.ts": text})
    error = refusal(tmp_path)
    assert (error.code, error.place) == ("config-not-static", "drizzle.config.ts:3")
    assert error.hint == 'in ormony.toml, under [services.web]: migrations = "./sql"'
    write(tmp_path, {"sql/meta/_journal.json": journal(("0000_a", 1)), "sql/0000_a.sql": "select 1;"})
    history = drizzle.read(tmp_path, service())
    assert len(history.revisions) == 1
    assert [(n.code, n.place) for n in history.notices] == [("config-not-static", "drizzle.config.ts:3")]


def test_a_service_that_only_mirrors_tables_has_an_empty_history(tmp_path: Path) -> None:
    write(tmp_path, {"drizzle.config.ts": CONFIG})
    history = drizzle.read(tmp_path, service())
    assert history.revisions == ()
    assert codes(history) == ["no-migrations"]
    assert refusal(tmp_path, service(migrations="out")).code == "no-migrations-folder"


def test_a_folder_outside_the_project_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"drizzle.config.ts": CONFIG.replace("./out", "../../elsewhere")})
    assert refusal(tmp_path).code == "path-outside-project"


def test_a_project_without_a_config_says_what_to_write(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert error.code == "missing-config"
    write(tmp_path, {"drizzle.auth.config.ts": CONFIG, "drizzle.data.config.ts": CONFIG})
    error = refusal(tmp_path)
    assert error.hint == 'in ormony.toml, under [services.web]: config = "drizzle.auth.config.ts"'
    shutil.copy(tmp_path / "drizzle.auth.config.ts", tmp_path / "drizzle.config.js")
    assert codes(drizzle.read(tmp_path, service())) == ["no-migrations"]


UNKNOWN = object()
CONFIGS: dict[str, tuple[str, dict[str, Any]]] = {
    "defineConfig with everything": (
        """import { defineConfig } from "drizzle-kit";
        const base = { dialect: 'postgresql', schema: ["./a.ts", './b.ts'] } as const;
        export default defineConfig<Config>({
          ...base, out: `./m`, // not "./n"
          tablesFilter: ["!/x/*"], /* out: "./o" */
          migrations: { table: "t", schema: "s", prefix: "supabase" },
          strict: true, re: /["'`{]/g, n: 1 / 2, m: a / b,
        });""",
        {"out": "./m", "dialect": "postgresql", "table": "t", "ledger_schema": "s", "prefix": "supabase"},
    ),
    "a constant": (
        "const OUT: string = './m'\nconst c: Config = { out: OUT, dialect: 'pg' }\nexport default c",
        {"out": "./m", "dialect": "pg"},
    ),
    "satisfies": ("export default { out: 'a' } satisfies Config<'x'>;", {"out": "a"}),
    "parentheses and as": ("export default ({ out: 'a' } as any) as Config", {"out": "a"}),
    "commonjs": ("module.exports = { 'out': 'a', dialect: \"postgresql\" }", {"out": "a"}),
    "escapes": (r"export default { out: '\x61\u0062\u{63}\'\d' }", {"out": "abc'd"}),
    "the last one counts": ("export default { out: 'a', ...{ out: 'b' } }", {"out": "b"}),
    "shorthand": ("const out = 'a'; export default { out, f() { return { out: 'b' } } }", {"out": "a"}),
    "null is not set": ("export default { out: undefined, dialect: null }", {"out": None, "dialect": None}),
    "environment": ("export default { out: process.env.OUT || 'a' }", {"out": UNKNOWN}),
    "a call": (
        "export default { out: path.join(root(), 'a'), dialect: 'pg' }",
        {"out": UNKNOWN, "dialect": "pg"},
    ),
    "a path from the config's folder": (
        "export default { out: path.join(__dirname, 'a', '..', 'b'), dialect: 'pg' }",
        {"out": "b", "dialect": "pg"},
    ),
    "a path from where drizzle-kit is started": (
        "export default { out: resolve(process.cwd(), 'a'), schema: join('src', 'b.ts') }",
        {"out": "a", "schema": "src/b.ts"},
    ),
    "a path by way of a URL": (
        "const here = path.dirname(fileURLToPath(import.meta.url));\n"
        "const out = relative(process.cwd(), fileURLToPath(new URL('./a', import.meta.url)))\n"
        "export default { out, schema: new URL('../b.ts', import.meta.url).pathname, dialect: here + '/x' }",
        {"out": "a", "schema": "../b.ts", "dialect": "x"},
    ),
    "templates and sums of known strings": (
        "const dir = 'a'\n"
        "export default { out: `${dir}/b`, schema: `${import.meta.dirname}/c`, dialect: 'p' + 'g' }",
        {"out": "a/b", "schema": "c", "dialect": "pg"},
    ),
    "a template with a hole": (
        "export default { out: `${x}/{'a'}`, dialect: 'pg' }",
        {"out": UNKNOWN, "dialect": "pg"},
    ),
    "concatenation": ("export default { out: 'a' + b }", {"out": UNKNOWN}),
    "a choice": ("export default { out: x ? 'a' : 'b', dialect: 'pg' }", {"out": UNKNOWN, "dialect": "pg"}),
    "an imported part": (
        "import base from './b'\nexport default { ...base, dialect: 'pg' }",
        {"out": UNKNOWN, "table": UNKNOWN, "dialect": "pg"},
    ),
    "a part, overridden": (
        "export default { ...base, out: 'a', migrations: {} }",
        {"out": "a", "table": None},
    ),
    "a computed key": ("export default { out: 'a', [k]: 'b' }", {"out": UNKNOWN}),
    "another function": ("export default withDefaults({ out: 'a' })", {"out": UNKNOWN, "table": UNKNOWN}),
    "nothing exported": ("const config = { out: 'a' }", {"out": UNKNOWN}),
    "a constant that names itself": ("const a = a; export default { out: a }", {"out": UNKNOWN}),
    "no semicolons": ("const a = f('x')\nconst b = 'y'\nexport default { out: b }", {"out": "y"}),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_a_config_is_read_as_far_as_it_is_literal(tmp_path: Path, case: str) -> None:
    text, expected = CONFIGS[case]
    config = drizzle_config.read(write(tmp_path, {"drizzle.config.ts": text}), "drizzle.config.ts")
    for name, value in expected.items():
        setting = getattr(config, name)
        if value is None:
            assert setting is None, name
        elif value is UNKNOWN:
            assert setting is not None, name
            assert not setting.static, name
        else:
            assert setting is not None, name
            assert setting.value == value, name


def test_a_path_of_a_config_below_its_package_is_the_packages(tmp_path: Path) -> None:
    text = "export default { out: path.resolve(__dirname, '../sql'), schema: './src/a.ts' }"
    write(tmp_path, {"db/package.json": "{}", "db/config/drizzle.config.ts": text})
    config = drizzle_config.read(tmp_path, "db/config/drizzle.config.ts")
    assert config.out is not None
    assert config.schema is not None
    assert (config.out.value, config.schema.value) == ("sql", "./src/a.ts")


def test_a_json_config_is_read(tmp_path: Path) -> None:
    write(
        tmp_path, {"drizzle.config.json": '{ "dialect": "postgresql", "out": "./m", "schema": ["a", "b"] }'}
    )
    config = drizzle_config.read(tmp_path, "drizzle.config.json")
    assert config.out is not None
    assert config.schema is not None
    assert (config.out.value, config.schema.values) == ("./m", ("a", "b"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("export default {\n out: 'a", "drizzle.config.ts:2"),
        ("export default {\n out: `a", "drizzle.config.ts:2"),
        ("export default {\n out: 'a'", "drizzle.config.ts:1"),
        ("export default { out: ['a'", "drizzle.config.ts:1"),
        ("export default " + "{ a: " * 3000, "drizzle.config.ts:1"),
        ("export default { out: " + "`${" * 3000, "drizzle.config.ts:1"),
    ],
)
def test_a_config_that_is_no_javascript_is_refused(tmp_path: Path, text: str, place: str) -> None:
    write(tmp_path, {"drizzle.config.ts": text})
    with pytest.raises(OrmonyError) as caught:
        drizzle_config.read(tmp_path, "drizzle.config.ts")
    assert (caught.value.code, caught.value.place) == ("invalid-config", place)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("drizzle.config.ts", True),
        ("drizzle.auth.config.ts", True),
        ("drizzle-auth.config.mjs", True),
        ("drizzle.config.prod.ts", True),
        ("drizzle.config.test.d.ts", True),
        ("my-drizzle.config.ts", False),
        ("drizzle.configs.ts", False),
        ("drizzle.config.yaml", False),
    ],
)
def test_names_of_configs(name: str, taken: bool) -> None:
    assert (drizzle_config.FILE_NAME.fullmatch(name) is not None) is taken
