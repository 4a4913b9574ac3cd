"""What is asked of Supabase's storage: objects of each bucket, in the folders of one's own and of others."""

from __future__ import annotations

from collections.abc import Iterator

from ormony.access import ALLOW, APART, OBJECTS
from ormony.catalog import Ref
from ormony.claims import literal
from ormony.database.access import leaks
from ormony.database.access.stage import insert_of_object
from ormony.database.access.statements import ALLOW_DELETE
from ormony.database.access.turn import Turn
from ormony.database.questions import Asks, Question


def asks(turn: Turn) -> Iterator[Asks]:
    """What is asked of each bucket."""
    by_name = any(
        Ref("column", "storage", "objects", "name") in needed
        for ref, needed in turn.stage.whole.depends.items()
        if ref.kind == "policy" and (ref.schema, ref.name) == ("storage", "objects")
    )
    for bucket in turn.stage.buckets:
        for whose, name in (("own", turn.own), ("other", turn.other)):
            for command in ("select", "insert", "update", "delete"):
                # its owner is always who makes it, and its name may say nothing
                nobodys = command == "insert" and whose == "other" and not by_name
                if name is None or nobodys:
                    turn.cell(_label(bucket), command, whose, APART)
                else:
                    yield _ask(turn, bucket, command, whose, name)


def _label(bucket: str) -> str:
    return f"storage.objects (bucket {bucket})"


def _ask(turn: Turn, bucket: str, command: str, whose: str, name: str) -> Asks:
    stage, label = turn.stage, _label(bucket)
    meant = stage.buckets[bucket] and command == "select"
    for key, folder in stage.objects[bucket, name]:
        where = f'"storage"."objects" WHERE id = {literal(key)}'
        before = ""
        match command:
            case "select":
                statement = f"SELECT * FROM {where}"
            case "insert":
                path = f"{folder}/{folder}.new"
                statement = insert_of_object(stage.values, bucket, path, turn.own or name)
            case "update":
                statement = f"UPDATE {where.replace(' WHERE', ' SET metadata = NULL WHERE')}"
            case _:
                statement = f"DELETE FROM {where}"
                before = ALLOW_DELETE
        proved = yield from turn.proved((label, command, key, statement), statement, before)
        if proved.value != ALLOW:
            continue
        answer = yield Question(turn.persona.role, statement, before)
        turn.cell(label, command, whose, answer.value)
        if answer.value == ALLOW and whose == "other" and not meant:
            leaks.of_row(turn, OBJECTS, command, before, statement, label)
