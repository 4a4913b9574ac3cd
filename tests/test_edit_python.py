"""Edits of Python models: the text that comes out, and the DDL that SQLAlchemy then makes of it.

Each edited file is imported by the interpreter of `.venv-services`, which compiles its CREATE TABLE.
"""

# ruff: noqa: E501
# The tables of snippets read better with one case a line.

from __future__ import annotations

import difflib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ormony.adapters import edit_python, python_models
from ormony.errors import OrmonyError
from ormony.mirrors import Edit, Edited, Field, Key, Model

ROOT = Path(__file__).parent.parent
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services"))
PATH = "app/models.py"

# Reads paths, answers with the tables that importing each file makes, as PostgreSQL's CREATE TABLE has them.
DDL = """
import importlib.util, json, sys, warnings
warnings.simplefilter("error")
sys.dont_write_bytecode = True
import sqlmodel
from sqlalchemy import MetaData, orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateColumn, CreateTable
dialect = postgresql.dialect()

def column(each):
    default = each.server_default
    text = dialect.ddl_compiler(dialect, None).get_column_default_string(each) if default is not None else None
    kind = each.type.compile(dialect=dialect)
    return {
        "type": kind, "null": each.nullable, "default": text, "identity": each.identity is not None,
        "keys": sorted(key.target_fullname for key in each.foreign_keys), "attribute": each.key,
        "ddl": str(CreateColumn(each).compile(dialect=dialect)),
        "labels": list(getattr(each.type, "enums", [])),
    }

def read(path):
    sys.modules.pop("edited", None)
    orm.clear_mappers()
    sqlmodel.SQLModel.metadata.clear()
    sqlmodel.main.default_registry.dispose()
    spec = importlib.util.spec_from_file_location("edited", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["edited"] = module
    spec.loader.exec_module(module)
    orm.configure_mappers()
    found = {}
    for value in list(vars(module).values()):
        metadata = value if isinstance(value, MetaData) else getattr(value, "metadata", None)
        for table in metadata.tables.values() if isinstance(metadata, MetaData) else ():
            str(CreateTable(table).compile(dialect=dialect))
            found[table.fullname] = {each.name: column(each) for each in table.columns}
    return found

for line in sys.stdin:
    try:
        answer = read(json.loads(line))
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
"""


class Services:
    """The interpreter that imports edited files, kept for all tests of a module."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.process = subprocess.Popen(
            [SERVICES / "bin/python", "-c", DDL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tables(self, text: str) -> dict[str, dict[str, dict[str, Any]]]:
        """What importing this text makes: by table and column, type, nullability, default, foreign keys."""
        self.count += 1
        path = self.folder / f"edited_{self.count}.py"
        path.write_text(text)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(str(path)) + "\n")
        self.process.stdin.flush()
        found: dict[str, dict[str, dict[str, Any]]] = json.loads(self.process.stdout.readline())
        assert "error" not in found, f"{found['error']}\n{text}"
        return found


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = Services(tmp_path_factory.mktemp("edited"))
    yield made
    assert made.process.stdin is not None
    assert made.process.stdout is not None
    made.process.stdin.close()
    made.process.wait(30)
    made.process.stdout.close()


def model_of(text: str, name: str, tmp_path: Path) -> Model:
    path = tmp_path / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    found = python_models.find(tmp_path, [PATH], search_path=("public",))
    return next(each for each in found if each.name == name)


def edited(text: str, name: str, tmp_path: Path, *edits: Edit) -> Edited:
    """The edits made; a second time they change nothing."""
    result = edit_python.edit(text, model_of(text, name, tmp_path), edits, path=PATH)
    again = edit_python.edit(result.text, model_of(result.text, name, tmp_path), result.done, path=PATH)
    changes = difflib.unified_diff(result.text.splitlines(), again.text.splitlines(), lineterm="", n=1)
    assert list(changes) == []
    return result


def add(name: str, type: str, *, after: str | None = None, **more: object) -> Edit:
    labels = more.pop("labels", ())
    reference = more.pop("reference", None)
    return Edit(
        action="add", column=name, field=Field(name=name, type=type, **more), after=after,
        labels=labels, reference=reference,
    )  # fmt: skip


def alter(name: str, type: str, *change: str, **more: object) -> Edit:
    labels = more.pop("labels", ())
    reference = more.pop("reference", None)
    return Edit(
        action="alter", column=name, field=Field(name=name, type=type, **more), change=change,
        labels=labels, reference=reference,
    )  # fmt: skip


def remove(name: str) -> Edit:
    return Edit(action="remove", column=name)


def key(column: str, schema: str, table: str, referenced: str) -> Key:
    return Key(columns=(column,), references=(schema, table), referenced=(referenced,))


TZ = "timestamp with time zone"
SQLMODEL = """
import uuid
from datetime import datetime
from typing import Any

from pydantic import field_validator
from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship, SQLModel


class User(SQLModel, table=True):
    __tablename__ = "users"  # type: ignore[assignment]

    id: str = Field(primary_key=True)


class UserCredits(SQLModel, table=True):
    # Balance of a user.

    __tablename__ = "user_credits"  # type: ignore[assignment]

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: str = Field(foreign_key="users.id", max_length=36)  # of Better Auth
    # counted in cents
    balance: int = 0
    notes: str | None = Field(default=None, max_length=200)
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(
        sa_type=DateTime(timezone=True),  # type: ignore[call-overload]
    )

    @field_validator("balance")
    @classmethod
    def never_negative(cls, value: int) -> int:
        return max(value, 0)

    def has(self, amount: int) -> bool:
        return self.balance >= amount
"""
MAPPED = """
from __future__ import annotations

import uuid
from datetime import datetime, timezone

from sqlalchemy import DateTime, ForeignKey, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Owner(Base):
    __tablename__ = "owners"

    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)


class Job(Base):
    __tablename__ = "jobs"

    id: Mapped[uuid.UUID] = mapped_column(
        UUID(as_uuid=True), primary_key=True, default=uuid.uuid4
    )
    owner_id: Mapped[uuid.UUID] = mapped_column(
        UUID(as_uuid=True),
        ForeignKey("owners.id", ondelete="CASCADE"),
        nullable=False,
    )
    status: Mapped[str] = mapped_column(
        String(32), default="pending", nullable=False
    )  # "pending" | "done"
    payload: Mapped[dict[str, object] | None] = mapped_column(JSONB, nullable=True)
    confidence: Mapped[float | None] = mapped_column(nullable=True)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=lambda: datetime.now(tz=timezone.utc)
    )

    owner: Mapped[Owner] = relationship()
"""
COLUMN = """
import enum
import uuid

import sqlalchemy as model
from sqlalchemy import func, orm
from sqlalchemy.dialects.postgresql import JSONB


class BaseModel(orm.DeclarativeBase):
    pass


class PremStatus(enum.Enum):
    free = "free"
    pro = "pro"


class UserModel(BaseModel):
    __tablename__ = "users"
    __table_args__ = {"schema": "public"}

    id = model.Column(model.UUID, primary_key=True)


class OrgModel(BaseModel):
    __tablename__ = "orgs"
    __table_args__ = {"schema": "public"}

    id = model.Column(model.UUID, primary_key=True, default=uuid.uuid4)
    name = model.Column(model.String, nullable=False)
    prem_status = model.Column(model.Enum(PremStatus), default=PremStatus.free, nullable=False)
    details = model.Column(model.JSON, nullable=False)  # before and after
    usage = model.Column(JSONB, nullable=False, default={})
    pack = orm.deferred(model.Column(model.String, nullable=True, default=None))
    created_at = model.Column(model.DateTime, default=func.now())

    owner = orm.relationship("UserModel", primaryjoin="foreign(OrgModel.id) == UserModel.id")

    def rename(self, name):
        self.name = name
"""
TABLE = """
import sqlalchemy as sa

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), nullable=False),  # short
    sa.Column("owner", sa.Integer, sa.ForeignKey("people.id")),
    sa.Index("events_name", "name"),
)
people = sa.Table("people", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


def changes(text: str, result: Edited) -> list[str]:
    """The lines that are gone and that are new."""
    compared = difflib.unified_diff(text.splitlines(), result.text.splitlines(), lineterm="", n=0)
    return [each for each in compared if not each.startswith(("---", "+++", "@@"))]


# Styles ---------------------------------------------------------------------------------------------------


def test_sqlmodel_fields_are_added_as_the_class_has_them(services: Services, tmp_path: Path) -> None:
    result = edited(
        SQLMODEL, "UserCredits", tmp_path,
        add("plan", "character varying(20)", after="balance", not_null=True, default="'free'::text"),
        add("last_used_at", TZ, after="created_at"),
        add("score", "bigint", after="last_used_at", not_null=True),
    )  # fmt: skip
    assert result.left == ()
    assert changes(SQLMODEL, result) == [
        "-from sqlalchemy import DateTime",
        "+from sqlalchemy import BigInteger, DateTime, text",
        "+    plan: str = Field(",
        "+        default=\"free\",",
        "+        max_length=20,",
        "+        sa_column_kwargs={\"server_default\": text(\"'free'::text\")},",
        "+    )",
        "+    last_used_at: datetime | None = Field(",
        "+        default=None,",
        "+        sa_type=DateTime(timezone=True),  # type: ignore[call-overload]",
        "+    )",
        "+    score: int = Field(sa_type=BigInteger)",
    ]  # fmt: skip
    found = services.tables(result.text)["user_credits"]
    assert list(found) == [
        "id", "user_id", "balance", "plan", "notes", "extra", "created_at", "last_used_at", "score",
    ]  # fmt: skip
    assert found["plan"]["ddl"] == "plan VARCHAR(20) DEFAULT 'free'::text NOT NULL"
    assert found["last_used_at"]["ddl"] == "last_used_at TIMESTAMP WITH TIME ZONE"
    assert found["score"]["ddl"] == "score BIGINT NOT NULL"


def test_sqlmodel_fields_are_changed_where_they_stand(services: Services, tmp_path: Path) -> None:
    result = edited(
        SQLMODEL, "UserCredits", tmp_path,
        alter("user_id", "text", "type", "reference", not_null=True,
              reference=key("user_id", "public", "user_credits", "id")),
        alter("balance", "bigint", "type", "default", default="0", not_null=True),
        alter("notes", "character varying(400)", "type", "null", not_null=True),
        alter("created_at", TZ, "null", "default", default="now()"),
        remove("extra"),
    )  # fmt: skip
    assert result.left == ()
    assert changes(SQLMODEL, result) == [
        "-from typing import Any",
        "-from sqlalchemy import DateTime",
        "-from sqlalchemy.dialects.postgresql import JSONB",
        "+from sqlalchemy import BigInteger, DateTime, text",
        '-    user_id: str = Field(foreign_key="users.id", max_length=36)  # of Better Auth',
        '+    user_id: str = Field(foreign_key="user_credits.id")  # of Better Auth',
        "-    balance: int = 0",
        "-    notes: str | None = Field(default=None, max_length=200)",
        "-    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)",
        "-    created_at: datetime = Field(",
        "+    balance: int = Field(",
        '+        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}',
        "+    )",
        "+    notes: str = Field(max_length=400)",
        "+    created_at: datetime | None = Field(",
        "+        default=None,",
        '+        sa_column_kwargs={"server_default": text("now()")},',
    ]
    found = services.tables(result.text)["user_credits"]
    assert [each["ddl"] for each in found.values()] == [
        "id UUID NOT NULL",
        "user_id VARCHAR NOT NULL",
        "balance BIGINT DEFAULT 0 NOT NULL",
        "notes VARCHAR(400) NOT NULL",
        "created_at TIMESTAMP WITH TIME ZONE DEFAULT now()",
    ]
    assert found["user_id"]["keys"] == ["user_credits.id"]


def test_mapped_columns(services: Services, tmp_path: Path) -> None:
    result = edited(
        MAPPED, "Job", tmp_path,
        add("parent_id", "uuid", after="owner_id", reference=key("parent_id", "public", "jobs", "id")),
        add("result", "jsonb", after="payload"),
        add("metadata", "text", after="result"),
        add("finished_at", TZ, after="created_at", not_null=True, default="now()"),
        alter("status", "text", "type", "null"),
        alter("confidence", "numeric(3,2)", "type", "null", not_null=True),
        remove("created_at"),
    )  # fmt: skip
    assert result.left == ()
    assert changes(MAPPED, result) == [
        "-from datetime import datetime, timezone",
        "+from datetime import datetime",
        "+from decimal import Decimal",
        "-from sqlalchemy import DateTime, ForeignKey, String, Text, text",
        "+from sqlalchemy import DateTime, ForeignKey, Numeric, Text, text",
        "-    status: Mapped[str] = mapped_column(",
        '-        String(32), default="pending", nullable=False',
        "+    parent_id: Mapped[uuid.UUID | None] = mapped_column(",
        '+        UUID(as_uuid=True), ForeignKey("jobs.id"), nullable=True',
        "+    )",
        "+    status: Mapped[str | None] = mapped_column(",
        '+        Text, default="pending", nullable=True',
        "-    confidence: Mapped[float | None] = mapped_column(nullable=True)",
        "-    created_at: Mapped[datetime] = mapped_column(",
        "-        DateTime(timezone=True), default=lambda: datetime.now(tz=timezone.utc)",
        "+    result: Mapped[dict[str, object] | None] = mapped_column(JSONB, nullable=True)",
        '+    metadata_: Mapped[str | None] = mapped_column("metadata", Text, nullable=True)',
        "+    confidence: Mapped[Decimal] = mapped_column(Numeric(3, 2), nullable=False)",
        "+    finished_at: Mapped[datetime] = mapped_column(",
        '+        DateTime(timezone=True), nullable=False, server_default=text("now()")',
    ]
    found = services.tables(result.text)["jobs"]
    assert [each["ddl"] for each in found.values()] == [
        "id UUID NOT NULL",
        "owner_id UUID NOT NULL",
        "parent_id UUID",
        "status TEXT",
        "payload JSONB",
        "result JSONB",
        "metadata TEXT",
        "confidence NUMERIC(3, 2) NOT NULL",
        "finished_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL",
    ]


def test_classic_columns_with_the_prefix_of_their_module(services: Services, tmp_path: Path) -> None:
    result = edited(
        COLUMN, "OrgModel", tmp_path,
        alter("prem_status", "public.prem_status", "type", labels=("free", "pro", "team"), not_null=True),
        alter("details", "jsonb", "type", not_null=True),
        alter("created_at", TZ, "type", "null", not_null=True),
        alter("pack", "character varying(20)", "type"),
        add("owner_id", "uuid", after="id", not_null=True,
            reference=key("owner_id", "public", "users", "id")),
        add("trial", "boolean", after="pack", not_null=True, default="false"),
        remove("usage"),
    )  # fmt: skip
    assert result.left == ()
    assert changes(COLUMN, result) == [
        '+    team = "team"',
        '+    owner_id = model.Column(model.UUID, model.ForeignKey("public.users.id"), nullable=False)',
        "-    prem_status = model.Column(model.Enum(PremStatus), default=PremStatus.free, nullable=False)",
        "-    details = model.Column(model.JSON, nullable=False)  # before and after",
        "-    usage = model.Column(JSONB, nullable=False, default={})",
        "-    pack = orm.deferred(model.Column(model.String, nullable=True, default=None))",
        "-    created_at = model.Column(model.DateTime, default=func.now())",
        "+    prem_status = model.Column(",
        '+        model.Enum(PremStatus, name="prem_status"), default=PremStatus.free, nullable=False',
        "+    )",
        "+    details = model.Column(JSONB, nullable=False)  # before and after",
        "+    pack = orm.deferred(model.Column(model.String(20), nullable=True, default=None))",
        '+    trial = model.Column(model.Boolean, nullable=False, server_default=model.text("false"))',
        "+    created_at = model.Column(",
        "+        model.DateTime(timezone=True), default=func.now(), nullable=False",
        "+    )",
    ]
    found = services.tables(result.text)["public.orgs"]
    assert found["prem_status"]["ddl"] == "prem_status prem_status NOT NULL"
    assert found["prem_status"]["labels"] == ["free", "pro", "team"]
    assert found["owner_id"]["keys"] == ["public.users.id"]
    assert found["trial"]["ddl"] == "trial BOOLEAN DEFAULT false NOT NULL"
    assert "usage" not in found


def test_tables_of_core(services: Services, tmp_path: Path) -> None:
    result = edited(
        TABLE, "events", tmp_path,
        add("at", TZ, after="name", not_null=True, default="now()"),
        add("last", "boolean", after="owner"),
        alter("name", "text", "type", "null"),
        alter("owner", "integer", "reference", reference=key("owner", "public", "events", "id")),
        remove("name"),
    )  # fmt: skip
    assert [reason for _, reason in result.left] == ['column name is used by sa.Index("events_name", "name")']
    assert changes(TABLE, result) == [
        '-    sa.Column("name", sa.String(20), nullable=False),  # short',
        '-    sa.Column("owner", sa.Integer, sa.ForeignKey("people.id")),',
        '+    sa.Column("name", sa.Text, nullable=True),  # short',
        '+    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),',
        '+    sa.Column("owner", sa.Integer, sa.ForeignKey("events.id")),',
        '+    sa.Column("last", sa.Boolean),',
    ]
    found = services.tables(result.text)["events"]
    assert [each["ddl"] for each in found.values()] == [
        "id SERIAL NOT NULL", "name TEXT", "at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL",
        "owner INTEGER", "last BOOLEAN",
    ]  # fmt: skip
    assert found["owner"]["keys"] == ["events.id"]
    one_line = edited(TABLE, "people", tmp_path, add("name", "text", after="id"))
    assert changes(TABLE, one_line) == [
        '-people = sa.Table("people", metadata, sa.Column("id", sa.Integer, primary_key=True))',
        '+people = sa.Table("people", metadata, sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("name", sa.Text))',
    ]


# Types ----------------------------------------------------------------------------------------------------

TYPES = {
    "text": "TEXT", "character varying": "VARCHAR", "character varying(20)": "VARCHAR(20)",
    "character(3)": "CHAR(3)", "citext": "CITEXT", "smallint": "SMALLINT", "integer": "INTEGER",
    "bigint": "BIGINT", "numeric": "NUMERIC", "numeric(10,2)": "NUMERIC(10, 2)", "real": "REAL",
    "double precision": "FLOAT", "boolean": "BOOLEAN", "uuid": "UUID", "date": "DATE",
    "time without time zone": "TIME WITHOUT TIME ZONE", "time with time zone": "TIME WITH TIME ZONE",
    "timestamp without time zone": "TIMESTAMP WITHOUT TIME ZONE", TZ: "TIMESTAMP WITH TIME ZONE",
    "timestamp(3) with time zone": "TIMESTAMP(3) WITH TIME ZONE",
    "timestamp(3) without time zone": "TIMESTAMP(3) WITHOUT TIME ZONE", "interval": "INTERVAL",
    "json": "JSON", "jsonb": "JSONB", "bytea": "BYTEA", "text[]": "TEXT[]", "integer[]": "INTEGER[]",
    "uuid[]": "UUID[]", "inet": "INET", "cidr": "CIDR", "macaddr": "MACADDR", "money": "MONEY",
    "tsvector": "TSVECTOR", "hstore": "HSTORE", "daterange": "DATERANGE", "bit(3)": "BIT(3)",
    "bit varying(8)": "BIT VARYING(8)", "oid": "OID", "numeric(5,0)": "NUMERIC(5, 0)",
}  # fmt: skip
STYLES = {
    "sqlmodel": """
from sqlmodel import Field, SQLModel


class Row(SQLModel, table=True):
    __tablename__ = "rows"

    id: int = Field(primary_key=True)
""",
    "sqlmodel with columns": """
from typing import Optional

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel


class Row(SQLModel, table=True):
    __tablename__ = "rows"

    id: Optional[int] = Field(default=None, primary_key=True)
    first: Optional[bytes] = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
""",
    "mapped": """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "mapped, prefixed": """
import datetime
import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects import postgresql
from typing import Optional


class Base(so.DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"

    id: so.Mapped[int] = so.mapped_column(sa.Integer, primary_key=True)
    first: so.Mapped[Optional[bytes]] = so.mapped_column(sa.LargeBinary, nullable=True)
""",
    "dataclass": """
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column


class Base(MappedAsDataclass, DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    label: Mapped[str] = mapped_column(default="x")
    last: Mapped[int] = mapped_column(default=0)
""",
    "column": """
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Row(Base):
    __tablename__ = 'rows'

    id = Column(Integer, primary_key=True)
""",
    "table": """
import sqlalchemy as sa

metadata = sa.MetaData()

Row = sa.Table(
    "rows",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True)
)
""",
}


def wanted_type(type: str, style: str) -> set[str]:
    """Of SQLModel text is VARCHAR too: the difference is cosmetic."""
    return {TYPES[type], "VARCHAR"} if style.startswith("sqlmodel") and type == "text" else {TYPES[type]}


@pytest.mark.parametrize("style", STYLES)
def test_every_type_is_added(style: str, services: Services, tmp_path: Path) -> None:
    edits = [
        add(f"c{i}", type, after=f"c{i - 1}" if i else "id", not_null=bool(i % 2))
        for i, type in enumerate(TYPES)
    ]
    result = edited(STYLES[style], "Row", tmp_path, *edits)
    assert result.left == ()
    found = services.tables(result.text)["rows"]
    names = [f"c{i}" for i in range(len(TYPES))]
    assert [each for each in found if each.startswith("c")] == names
    for i, type in enumerate(TYPES):
        assert found[f"c{i}"]["type"] in wanted_type(type, style), (type, result.text)
        assert found[f"c{i}"]["null"] is not bool(i % 2), type


NULL = [("text", True, None), ("integer", False, None), (TZ, False, "now()"), ("boolean", True, "false")]


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_every_type_becomes_every_kind_of_other(style: str, services: Services, tmp_path: Path) -> None:
    for shift in (7, 18):
        start = [add(f"c{i}", type, after="id", not_null=bool(i % 2)) for i, type in enumerate(TYPES)]
        text = edited(STYLES[style], "Row", tmp_path, *start).text
        others = [*list(TYPES)[shift:], *list(TYPES)[:shift]]
        changed = [alter(f"c{i}", type, "type", "null", not_null=not i % 2) for i, type in enumerate(others)]
        result = edited(text, "Row", tmp_path, *changed)
        assert result.left == ()
        found = services.tables(result.text)["rows"]
        for i, type in enumerate(others):
            assert found[f"c{i}"]["type"] in wanted_type(type, style), (type, result.text)
            assert found[f"c{i}"]["null"] is bool(i % 2), type


COLUMN_OF_SHAPE = st.tuples(
    st.sampled_from(sorted(TYPES)),
    st.booleans(),
    st.sampled_from([None, "now()", "'x'::text", "0", '\'{"a": ":b"}\'::jsonb', "nextval('s'::regclass)"]),
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(STYLES)),
    st.lists(st.tuples(st.sampled_from(["a", "b_c", "userId", "text", "date"]), COLUMN_OF_SHAPE), max_size=9),
    st.randoms(use_true_random=False),
)
def test_edits_lead_to_the_table(
    services: Services,
    tmp_path_factory: pytest.TempPathFactory,
    style: str,
    steps: list[tuple[str, tuple[str, bool, str | None]]],
    random: Any,
) -> None:
    """Whatever is added, changed and removed after one another: the last word counts."""
    folder = tmp_path_factory.mktemp("steps")
    text, table = STYLES[style], {}
    for name, (type, not_null, default) in steps:
        if name not in table:
            each = add(
                name, type, after=random.choice(["id", None, *table]), not_null=not_null, default=default
            )
        elif random.random() < 0.3:
            each = remove(name)
        else:
            each = alter(name, type, "type", "null", "default", not_null=not_null, default=default)
        result = edited(text, "Row", folder, each)
        if result.left:
            assert result.text == text
            assert "is no " in result.left[0][1] or "is used at" in result.left[0][1], result.left
            continue
        text = result.text
        table.pop(name, None)
        if each.field is not None:
            table[name] = each.field
    found = services.tables(text)["rows"]
    kept = set(services.tables(STYLES[style])["rows"])
    assert set(found) - kept == set(table)
    for name, field in table.items():
        assert found[name]["type"] in wanted_type(field.type, style), text
        assert found[name]["null"] is not field.not_null, text
        default = found[name]["default"]
        assert (default and default.replace("%%", "%")) == field.default, text


# What is left to people -----------------------------------------------------------------------------------


def left(text: str, name: str, tmp_path: Path, each: Edit, **more: Any) -> str:
    model = model_of(text, name, tmp_path)
    result = edit_python.edit(text, model, [each], path=PATH, **more)
    assert result.text == text
    assert result.done == ()
    return result.left[0][1]


def test_what_cannot_be_edited_is_left_with_a_reason_and_the_text(tmp_path: Path) -> None:
    assert left(SQLMODEL, "UserCredits", tmp_path, add("e", "vector(3)", after="id")) == (
        "type vector(3) needs the package pgvector, which app/models.py does not use\n"
        "# pip install pgvector\nfrom pgvector.sqlalchemy import Vector\n"
        "e: list[float] | None = Field(default=None, sa_type=Vector(3))\n"
    )
    reason = left(MAPPED, "Job", tmp_path, add("shape", "public.geometry(Point,4326)", after="id"))
    assert reason.startswith(
        "type public.geometry(Point,4326) of column shape is not known to SQLAlchemy\nshape: "
    )
    assert left(SQLMODEL, "UserCredits", tmp_path, remove("balance")) == (
        f"column balance is used at {PATH}:{line_of(SQLMODEL, 'field_validator(')}"
    )
    reason = left(MAPPED, "Job", tmp_path, alter("owner_id", "uuid", "reference", not_null=True))
    assert reason == (
        f"column owner_id references owners.id for the relationship at {PATH}:"
        f"{line_of(MAPPED, 'owner: Mapped')}\n"
        "owner_id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), nullable=False)\n"
    )
    reason = left(
        SQLMODEL, "UserCredits", tmp_path,
        alter("user_id", "text", "reference", reference=key("user_id", "public", "teams", "id")),
        modelled=[("public", "users")],
    )  # fmt: skip
    assert reason == "no model of public.teams is known, which user_id references"
    assert left(SQLMODEL, "UserCredits", tmp_path, alter("gone", "text", "type")).startswith(
        "column gone is not written in app/models.py;\ngone: str | None = None"
    )


def line_of(text: str, word: str) -> int:
    return next(i for i, each in enumerate(text.splitlines(), 1) if word in each)


SHARED = """
from sqlalchemy import Column, String, TypeDecorator
from sqlmodel import Field, SQLModel
from typing import Annotated


class Secret(TypeDecorator):
    impl = String


class Stamped(SQLModel):
    made_by: str


class One(Stamped, table=True):
    id: int = Field(primary_key=True)
    secret: str = Field(sa_column=Column(Secret, nullable=False))
    named: Annotated[str, Field(max_length=3)]


class Two(Stamped, table=True):
    id: int = Field(primary_key=True)
"""


def test_what_is_shared_or_of_its_own_kind_is_left(services: Services, tmp_path: Path) -> None:
    services.tables(SHARED)
    reason = left(SHARED, "One", tmp_path, alter("made_by", "integer", "type", not_null=True))
    assert reason == f"column made_by stands in Stamped, at {PATH}:12, which is of One, Two\nmade_by: int\n"
    assert left(SHARED, "One", tmp_path, alter("secret", "bytea", "type", not_null=True)).startswith(
        f"column secret has a type of its own, Secret, at {PATH}:17\nsecret: bytes\n"
    )
    assert left(SHARED, "One", tmp_path, alter("named", "text", "type", not_null=True)).startswith(
        f"column named is described by Annotated[…], at {PATH}:18"
    )
    only = SHARED.replace("class Two(Stamped, table=True)", "class Two(SQLModel, table=True)")
    result = edited(only, "One", tmp_path, alter("made_by", "integer", "type", not_null=True))
    assert changes(only, result) == ["-    made_by: str", "+    made_by: int"]


def test_a_column_of_another_file_is_edited_there(tmp_path: Path) -> None:
    base = "from sqlmodel import SQLModel\n\n\nclass Stamped(SQLModel):\n    made_by: str\n"
    text = "from app.base import Stamped\n\n\nclass One(Stamped, table=True):\n    id: int\n"
    (tmp_path / "app").mkdir()
    (tmp_path / "app/base.py").write_text(base)
    (tmp_path / PATH).write_text(text)
    (model,) = python_models.find(tmp_path, [PATH, "app/base.py"], search_path=("public",))
    each = alter("made_by", "character varying(9)", "type", not_null=True)
    result = edit_python.edit(text, model, [each], path=PATH)
    assert result.left[0][1].startswith(
        "column made_by is not written in app/models.py; it stands at app/base.py:5\n"
    )


def test_a_text_that_is_no_python(tmp_path: Path) -> None:
    model = Model(schema="public", table="t", name="T", places={})
    for text in ("class T(:\n", "x = 1\n"):
        result = edit_python.edit(text, model, [remove("a")], path="m.py")
        assert result.text == text
        assert len(result.left) == 1


# Habits of a class ----------------------------------------------------------------------------------------

ALIASES = """
from datetime import datetime
from typing import Optional

from sqlmodel import Field, SQLModel


class Account(SQLModel, table=True):
    __tablename__ = 'accounts'

    id: str = Field(primary_key=True)

    user_id: str = Field(alias='userId', index=True)

    access_token: Optional[str] = Field(default=None, alias='accessToken')


def later() -> None:
    pass
"""


def test_aliases_quotes_optional_and_blank_lines_are_followed(services: Services, tmp_path: Path) -> None:
    result = edited(
        ALIASES, "Account", tmp_path,
        add("refresh_token", "text", after="access_token"), add("scope", "text", after="id", not_null=True),
    )  # fmt: skip
    assert changes(ALIASES, result) == [
        "+    scope: str",
        "+",
        "+    refresh_token: Optional[str] = Field(default=None, alias='refreshToken')",
        "+",
    ]
    assert list(services.tables(result.text)["accounts"]) == [
        "id", "scope", "user_id", "access_token", "refresh_token",
    ]  # fmt: skip


CAMEL = """
from sqlalchemy import Column, String
from sqlmodel import Field, SQLModel


class Session(SQLModel, table=True):
    id: str = Field(primary_key=True)
    user_id: str = Field(sa_column=Column("userId", String, nullable=False))
"""


def test_names_of_columns_that_are_no_attributes(services: Services, tmp_path: Path) -> None:
    result = edited(
        CAMEL, "Session", tmp_path,
        add("expiresAt", TZ, after="userId", not_null=True), add("ip address", "inet", after="expiresAt"),
        add("class", "text", after="ip address"), add("_hidden", "integer", after="class"),
        add("schema", "text"),
    )  # fmt: skip
    found = services.tables(result.text)["session"]
    assert {name: each["type"] for name, each in found.items()} == {
        "id": "VARCHAR", "schema": "VARCHAR", "userId": "VARCHAR", "expiresAt": "TIMESTAMP WITH TIME ZONE",
        "ip address": "INET", "class": "VARCHAR", "_hidden": "INTEGER",
    }  # fmt: skip
    assert "    expires_at: datetime = Field(" in result.text


def test_enums(services: Services, tmp_path: Path) -> None:
    result = edited(
        MAPPED, "Job", tmp_path,
        add("kind", "public.job_kind", after="status", labels=("a", "b-c"), not_null=True),
        add("other", "public.job_kind", after="kind", labels=("a", "b-c")),
    )  # fmt: skip
    found = services.tables(result.text)["jobs"]
    assert found["kind"]["ddl"] == "kind job_kind NOT NULL"
    assert found["other"]["labels"] == ["a", "b-c"]
    assert result.text.count("class JobKind(str, Enum):") == 1
    added = edited(
        SQLMODEL, "UserCredits", tmp_path,
        add("level", "credit_level", after="balance", labels=("low", "high"), not_null=True, default="'low'::credit_level"),
    )  # fmt: skip
    found = services.tables(added.text)["user_credits"]
    assert found["level"]["ddl"] == "level credit_level DEFAULT 'low'::credit_level NOT NULL"
    assert "default=CreditLevel.low" in added.text
    fewer = left(
        COLUMN, "OrgModel", tmp_path,
        alter("prem_status", "prem_status", "type", labels=("free",), not_null=True),
    )  # fmt: skip
    assert fewer == "enum PremStatus has pro, which prem_status has not"


def test_keys_identities_and_generated_columns(services: Services, tmp_path: Path) -> None:
    for style in STYLES:
        result = edited(
            STYLES[style], "Row", tmp_path,
            add("up", "integer", after="id", reference=key("up", "public", "rows", "id")),
            add("n", "bigint", after="up", not_null=True, default=""),
            add("twice", "integer", after="n", generated=True, default="(id * 2)"),
        )  # fmt: skip
        assert result.left == ()
        found = services.tables(result.text)["rows"]
        assert found["up"]["keys"] == ["rows.id"]
        assert found["n"]["identity"]
        assert "GENERATED ALWAYS AS ((id * 2)) STORED" in found["twice"]["ddl"]
        gone = edited(result.text, "Row", tmp_path, alter("up", "integer", "reference"))
        assert services.tables(gone.text)["rows"]["up"]["keys"] == []
        again = edited(
            gone.text,
            "Row",
            tmp_path,
            alter("up", "integer", "reference", reference=key("up", "public", "rows", "id")),
        )
        assert services.tables(again.text)["rows"]["up"]["keys"] == ["rows.id"]


COUNTED = """
from sqlalchemy import Column, Identity, Integer, Sequence
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Field, SQLModel


class Base(DeclarativeBase):
    pass


class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)


class B(Base):
    __tablename__ = "b"
    id = Column(Integer, Sequence("b_ids"), primary_key=True)
    n = Column(Integer, Identity(), nullable=False)


class C(SQLModel, table=True):
    __tablename__ = "c"
    id: int | None = Field(default=None, primary_key=True)


class Shared:
    id: Mapped[int] = mapped_column(primary_key=True)


class D(Shared, Base):
    __tablename__ = "d"


class E(Shared, Base):
    __tablename__ = "e"
"""


def test_a_key_that_the_database_does_not_count(services: Services, tmp_path: Path) -> None:
    """SQLAlchemy takes a whole number that is the key for one that the server fills in."""
    text, lines = COUNTED, []
    for name, column in (("A", "id"), ("B", "id"), ("B", "n"), ("C", "id")):
        result = edited(text, name, tmp_path, alter(column, "integer", "default", not_null=True))
        assert result.left == ()
        lines += [line for line in changes(text, result) if line.startswith("+ ")]
        text = result.text
        table = services.tables(text)[name.lower()]
        assert table[column]["ddl"] == f"{column} INTEGER NOT NULL"
    assert lines == [
        "+    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)",
        "+    id = Column(Integer, primary_key=True, autoincrement=False)",
        "+    n = Column(Integer, nullable=False)",
        "+    id: int | None = Field(",
        '+        default=None, primary_key=True, sa_column_kwargs={"autoincrement": False}',
        "+    )",
    ]
    why = left(COUNTED, "D", tmp_path, alter("id", "integer", "default", not_null=True))
    assert why.endswith("\nid: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)\n")


CONSTRAINT = """
from sqlalchemy import Column, ForeignKeyConstraint, Integer, Table, MetaData
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class A(Base):
    __tablename__ = "a"
    __table_args__ = {"schema": "x"}
    id = Column(Integer, primary_key=True)


class B(Base):
    __tablename__ = "b"
    __table_args__ = (
        ForeignKeyConstraint(["up"], ["b.id"]),
        ForeignKeyConstraint(["up", "id"], ["b.up", "b.id"]),
    )
    id = Column(Integer, primary_key=True)
    up = Column(Integer)
"""


def test_a_constraint_is_edited_where_it_stands(services: Services, tmp_path: Path) -> None:
    text = CONSTRAINT.replace('        ForeignKeyConstraint(["up", "id"], ["b.up", "b.id"]),\n', "")
    edits = [alter("up", "integer", "reference", reference=key("up", "x", "a", "id"))]
    result = edited(text, "B", tmp_path, *edits)
    assert changes(text, result) == [
        '-        ForeignKeyConstraint(["up"], ["b.id"]),',
        '+        ForeignKeyConstraint(["up"], ["x.a.id"]),',
    ]
    assert services.tables(result.text)["b"]["up"]["keys"] == ["x.a.id"]
    reason = left(
        text.replace('["up"]', '["up", "id"]').replace('["b.id"]', '["b.up", "b.id"]'),
        "B",
        tmp_path,
        edits[0],
    )
    assert reason.startswith("column up is in the ForeignKeyConstraint of B, with others")


def test_domains_are_their_base(services: Services, tmp_path: Path) -> None:
    each = add("mail", "public.email", after="id", types=("public.email", "character varying(99)"))
    result = edited(STYLES["mapped"], "Row", tmp_path, each)
    assert services.tables(result.text)["rows"]["mail"]["ddl"] == "mail VARCHAR(99)"


def test_vectors_where_pgvector_is_used(tmp_path: Path) -> None:
    text = STYLES["mapped"].replace(
        "from sqlalchemy.orm", "from pgvector.sqlalchemy import Vector\nfrom sqlalchemy.orm", 1
    )
    result = edited(text, "Row", tmp_path, add("e", "vector(3)", after="id"))
    assert changes(text, result) == ["+    e: Mapped[list[float] | None] = mapped_column(Vector(3))"]


def test_only_what_the_edit_left_unused_is_no_longer_imported(tmp_path: Path) -> None:
    text = MAPPED.replace("import uuid\n", "import os\nimport uuid\n").replace(
        "from sqlalchemy.orm", "from sqlalchemy.types import Float  # noqa: F401\nfrom sqlalchemy.orm"
    )
    result = edited(text, "Job", tmp_path, remove("payload"))
    gone = [each for each in changes(text, result) if each.startswith("-")]
    assert gone == [
        "-from sqlalchemy.dialects.postgresql import JSONB, UUID",
        "-    payload: Mapped[dict[str, object] | None] = mapped_column(JSONB, nullable=True)",
    ]


def test_a_field_takes_its_comment_along_only_where_it_stands_alone(tmp_path: Path) -> None:
    text = STYLES["column"] + (
        "\n    # a heading of two\n    a = Column(Integer)\n    b = Column(Integer)\n"
        "\n    # about c alone\n    c = Column(Integer)\n    'more about c'\n\n    def f(self):\n        return 1\n"
    )
    result = edited(text, "Row", tmp_path, remove("a"), remove("c"))
    assert result.text == STYLES["column"] + (
        "\n    # a heading of two\n    b = Column(Integer)\n\n    def f(self):\n        return 1\n"
    )


@pytest.mark.parametrize("style", ["sqlmodel", "mapped", "column"])
def test_a_class_without_fields_of_its_own(style: str, services: Services, tmp_path: Path) -> None:
    text = STYLES[style] + "\n\nclass Empty(Row):\n    pass\n"
    model = Model(schema="public", table="rows", name="Empty", places={})
    result = edit_python.edit(text, model, [add("more", "integer", after="gone")], path=PATH)
    assert result.left == ()
    assert "    pass\n" not in result.text.partition("class Empty")[2]


# The first model ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_first_model_of_a_table(services: Services, empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as conn:
        conn.execute(
            "create type mood as enum ('sad', 'ok');"
            "create table users (id text primary key, email varchar(200) not null unique, "
            "m mood not null default 'ok', j jsonb, at timestamptz default now());"
            "create table posts (id bigint generated always as identity primary key, "
            "owner text references users (id), parent bigint references posts (id), n numeric(10,2) not null);"
        )
    styles: tuple[Literal["sqlmodel", "sqlalchemy"], ...] = ("sqlmodel", "sqlalchemy")
    for style in styles:
        users = services.tables(edit_python.first(empty_database, "public", "users", style=style))["users"]
        assert [each["ddl"] for each in users.values()] == [
            "id TEXT NOT NULL", "email VARCHAR(200) NOT NULL", "m mood DEFAULT 'ok'::mood NOT NULL",
            "j JSONB", "at TIMESTAMP WITH TIME ZONE DEFAULT now()",
        ]  # fmt: skip
        text = edit_python.first(empty_database, "public", "posts", style=style)
        posts = services.tables(text)["posts"]
        assert {name: each["type"] for name, each in posts.items()} == {
            "id": "BIGINT", "n": "NUMERIC(10, 2)", "owner": "TEXT", "parent": "BIGINT",
        }  # fmt: skip
        assert posts["id"]["identity"]
        assert posts["parent"]["keys"] == ["posts.id"]
        assert posts["owner"]["keys"] == []  # no model of users stands beside it
        known = edit_python.first(
            empty_database, "public", "posts", style=style, modelled=[("public", "users")]
        )
        assert "users.id" in known
    with pytest.raises(OrmonyError) as caught:
        edit_python.first(empty_database, "public", "nothing", style="sqlmodel")
    assert (caught.value.code, caught.value.exit_status) == ("first-model-failed", 3)
