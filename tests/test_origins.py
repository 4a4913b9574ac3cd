"""Where an object of the stream was made: the line, in the service's own file where there is one."""

from __future__ import annotations

import time

import pytest

from ormony import origins, stream
from ormony.errors import OrmonyError
from ormony.history import Part
from ormony.sql import Name
from ormony.stream import Incoming, StreamFile
from small_project import drizzle, hand, history, merged, service, sqlx

TABLE = """\
-- who may log in: é
CREATE TABLE users (
  id bigint PRIMARY KEY,
  "E mail" text NOT NULL
    UNIQUE,
  team bigint REFERENCES teams (id),
  CONSTRAINT sane CHECK (id > 0)
);
"""
FOLDER = "supabase/migrations"


def lines(*files: StreamFile) -> dict[tuple[str, str, str], str]:
    """Keys, and the places without their folder."""
    return {
        key: origin.place.removeprefix(f"{FOLDER}/")
        for key, origin in origins.origins(stream.in_stream_order(files)).items()
    }


def test_columns_and_constraints_have_the_line_that_they_stand_on() -> None:
    found = lines(hand("00001", TABLE))
    file = "00001_by_hand.sql"
    assert found == {
        ("public", "users", ""): f"{file}:2",
        ("public", "users", "id"): f"{file}:3",
        ("public", "users", "users_pkey"): f"{file}:3",
        ("public", "users", "E mail"): f"{file}:4",
        ("public", "users", "users_E mail_not_null"): f"{file}:4",
        ("public", "users", "users_E mail_key"): f"{file}:5",
        ("public", "users", "team"): f"{file}:6",
        ("public", "users", "users_team_fkey"): f"{file}:6",
        ("public", "users", "sane"): f"{file}:7",
    }


def test_the_last_statement_that_altered_a_thing_is_its_place() -> None:
    alter = (
        "ALTER TABLE public.users\n  ALTER COLUMN id SET DEFAULT 1,\n"
        '  ALTER COLUMN "E mail" TYPE varchar(20),\n  DROP CONSTRAINT sane,\n  ADD COLUMN seen date,\n'
        "  DROP COLUMN team;\nALTER TABLE users ENABLE ROW LEVEL SECURITY;\n"
    )
    found = origins.origins((hand("00001", TABLE), hand("00002", alter)))
    second = f"{FOLDER}/00002_by_hand.sql"
    assert found["public", "users", "id"].place == f"{second}:2"
    assert found["public", "users", "id"].created == f"{FOLDER}/00001_by_hand.sql:3"
    assert found["public", "users", "E mail"].place == f"{second}:3"
    assert found["public", "users", "seen"].created == f"{second}:5"
    assert found["public", "users", ""].place == f"{second}:7"
    assert ("public", "users", "sane") not in found
    assert ("public", "users", "team") not in found


def test_what_files_take_away_is_where_they_do_it() -> None:
    files = (
        hand(
            "00001", "CREATE TABLE a (b int, c int);\nALTER TABLE a\n  DROP COLUMN b,\n  ADD COLUMN e int;\n"
        ),
        hand("00002", "ALTER TABLE a RENAME COLUMN c TO d;\nALTER TABLE a ALTER COLUMN d TYPE bigint;\n"),
        hand("00003", "ALTER TABLE a ALTER COLUMN c SET NOT NULL;\nDROP VIEW f;\n"),
    )
    found = {name: place.removeprefix(f"{FOLDER}/") for name, place in origins.taken(files).items()}
    assert found["b"] == "00001_by_hand.sql:3"
    assert found["c"] == "00002_by_hand.sql:1"
    assert found["d"] == "00002_by_hand.sql:2"
    assert found["f"] == "00003_by_hand.sql:2"
    assert "e" not in found


def test_names_that_change_take_what_hangs_on_them_along() -> None:
    rename = "ALTER TABLE users RENAME TO people;\nALTER TABLE people RENAME COLUMN id TO number;\n"
    move = "CREATE SCHEMA app;\nALTER TABLE people SET SCHEMA app;\n"
    found = lines(hand("00001", TABLE), hand("00002", rename), hand("00003", move))
    assert found["app", "people", ""] == "00003_by_hand.sql:2"
    assert found["app", "people", "number"] == "00002_by_hand.sql:2"
    assert found["app", "people", "E mail"] == "00001_by_hand.sql:4"
    assert not [key for key in found if key[1] == "users" or key[2] == "id"]
    gone = lines(hand("00001", TABLE), hand("00002", "DROP TABLE users;"))
    assert gone == {}


def test_types_policies_and_do_blocks() -> None:
    text = (
        "CREATE TYPE mood AS ENUM ('ok');\nDO $$\nBEGIN\n  CREATE TABLE notes (id int);\nEND $$;\n"
        "CREATE POLICY mine ON notes USING (true);\nALTER TYPE mood ADD VALUE 'sad';\n"
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
    )
    found = lines(hand("00001", text))
    assert found == {
        ("public", "mood", ""): "00001_by_hand.sql:7",
        ("public", "notes", ""): "00001_by_hand.sql:2",
        ("public", "notes", "mine"): "00001_by_hand.sql:6",
    }
    assert Name("signature", "public", "one()") in origins.by_name([hand("00001", text)])


def test_what_is_there_already_stays_its_makers() -> None:
    web = service("web", "drizzle")
    first = merged("00100", web, drizzle(0, TABLE))
    again = hand("00400", "CREATE TABLE IF NOT EXISTS users (\n  id bigint\n);\n")
    found = origins.origins((first, again))["public", "users", ""]
    assert found.service == "web"
    assert found.created.endswith("00100_m.sql:3")


DRIZZLE = 'CREATE TABLE "a" (\n\t"id" bigint\n);\n--> statement-breakpoint\nCREATE INDEX "i" ON "a" ("id");'
WITH_ROLE = {"role": "web", "search_path": ("web", "public")}


@pytest.mark.parametrize("settings", [{}, WITH_ROLE], ids=["plain", "with a role"])
def test_a_place_is_in_the_services_own_file(settings: dict[str, object]) -> None:
    web = service("web", "drizzle", **settings)
    told = history(web, drizzle(0, DRIZZLE))
    (revision,) = told.revisions
    files = stream.merge((), frozenset(), (web,), {"web": [Incoming(revision, (Part(DRIZZLE),))]}).files
    found = origins.origins(files, origins.natives((web,), {"web": told}))
    schema = "web" if settings else "public"
    assert found[schema, "a", "id"].place == "services/web/drizzle/0000_m.sql:2"
    assert found[schema, "i", ""].place == "services/web/drizzle/0000_m.sql:5"
    assert found[schema, "i", ""].stream == f"{files[0].path}:{7 if settings else 6}"
    assert found[schema, "a", ""].service == "web"


def test_of_a_migration_that_became_several_files_the_statement_is_looked_for() -> None:
    worker = service("worker", "sqlx")
    text = (
        "CREATE TABLE a (id int);\n\n\nCREATE INDEX CONCURRENTLY i\n  ON a (id);\nCREATE TABLE b (id int);\n"
    )
    told = history(worker, sqlx(1, text, transaction=True))
    incoming = {"worker": [Incoming(told.revisions[0], (Part(text),))]}
    files = stream.merge((), frozenset(), (worker,), incoming).files
    assert len(files) == 3
    found = origins.origins(files, origins.natives((worker,), {"worker": told}))
    native = "services/worker/migrations/0001_m.sql"
    assert found["public", "i", ""].place == f"{native}:4"
    assert found["public", "b", "id"].place == f"{native}:6"


def test_a_stream_file_that_was_edited_has_its_own_places() -> None:
    web = service("web", "drizzle")
    told = history(web, drizzle(0, "CREATE TABLE other (id int);"))
    file = merged("00100", web, told.revisions[0], "CREATE TABLE a (\n  id int\n);\n")
    found = origins.origins([file], origins.natives((web,), {"web": told}))
    assert found["public", "a", "id"].place == f"{FOLDER}/00100_m.sql:3"


def test_what_is_not_sql_is_refused() -> None:
    with pytest.raises(OrmonyError, match="sql-syntax"):
        origins.origins([hand("00001", "CREATE TABEL a (id int);")])


def test_three_hundred_tables_take_less_than_a_third_of_a_second() -> None:
    files = [
        hand(f"{at:05}", TABLE.replace("users", f"users_{at}") + f"CREATE INDEX ON users_{at} (team);\n")
        for at in range(300)
    ]
    seconds = []
    for _ in range(3):
        origins.forget()
        begun = time.perf_counter()
        assert len(origins.origins(files)) == 300 * 9
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.3
