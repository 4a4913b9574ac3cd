"""Where tables and columns stand, read out of Python files that are never run."""

# ruff: noqa: E501
# The tables of snippets read better with one case a line.

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormony.adapters import python_models
from ormony.mirrors import Model

ROOT = Path(__file__).parent.parent
SERVICES = Path(os.environ.get("ORMONY_SERVICES_VENV", ROOT / ".venv-services"))

LOAD = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
found = {}
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    for value in vars(module).values():
        table = getattr(value, "__table__", None)
        table = value if type(value).__name__ == "Table" else table
        if table is not None and getattr(table, "columns", None) is not None:
            schema = table.schema or "public"
            found.setdefault(f"{schema}.{table.name}", sorted(c.name for c in table.columns))
print(json.dumps(found))
"""


def find(root: Path, texts: dict[str, str], **more: object) -> tuple[Model, ...]:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return python_models.find(root, texts, search_path=("public", "extensions"), **more)


def shown(models: tuple[Model, ...]) -> dict[str, dict[str, str]]:
    return {
        f"{each.schema}.{each.table} {each.name}": {
            name: str(place) for name, place in sorted(each.places.items())
        }
        for each in models
    }


def lines(texts: dict[str, str], models: tuple[Model, ...]) -> dict[str, dict[str, str]]:
    """What stands at each place, up to the first space, colon or parenthesis."""
    found: dict[str, dict[str, str]] = {}
    for each in models:
        own = found.setdefault(f"{each.schema}.{each.table}", {})
        for name, place in each.places.items():
            own[name] = texts[place.path].splitlines()[place.line - 1].strip()
    return found


BASE = "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase):\n    pass\n"
NEW = BASE + "from sqlalchemy import *\nfrom sqlalchemy.orm import *\n"
SQLMODEL = (
    "import uuid\nfrom sqlalchemy import Column, String\nfrom sqlmodel import Field, Relationship, SQLModel\n"
)

# name: text, and column -> the start of the line that it stands at, by table
CASES: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "mapped": (
        NEW
        + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    mail: Mapped[str] = mapped_column("email", String)
    meta_: Mapped["str | None"] = mapped_column(
        "metadata", Text
    )
    code: "Mapped[int]" = mapped_column(name="short_code")
    count = 3
""",
        {"public.users": {"id": "id:", "name": "name:", "email": "mail:", "metadata": "meta_:", "short_code": "code:"}},
    ),
    "relationships are no columns": (
        NEW
        + """
class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    parent: Mapped["Post | None"] = relationship(remote_side=[id])
    written: Mapped[list["Post"]] = relationship(overlaps="parent")
    twin = synonym("id")
""",
        {"public.posts": {"id": "id:", "parent_id": "parent_id:"}},
    ),
    "classic, deferred, aliases of modules": (
        """
import sqlalchemy as model
from sqlalchemy import Column as C, orm
from sqlalchemy.ext.declarative import declarative_base as make
Root = orm.declarative_base()

class Log(Root):
    __tablename__ = "logs"
    __table_args__ = (model.UniqueConstraint("a"), {"schema": "audit"})
    a = model.Column(model.Integer, primary_key=True)
    b = orm.deferred(C("bee", model.String))
    c = orm.column_property(C(model.String))
""",
        {"audit.logs": {"a": "a =", "bee": "b =", "c": "c ="}},
    ),
    "mixins, declared_attr, abstract bases": (
        NEW
        + """
class Stamped:
    created_at: Mapped[str] = mapped_column(String)
    note: Mapped[str] = mapped_column(String)

    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("owners.id"))

    @declared_attr
    def friend(cls):
        return relationship("Owner")

class Keyed(Base):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)

class Owner(Keyed):
    __tablename__ = "owners"

class Thing(Stamped, Keyed):
    __tablename__ = "things"
    note: Mapped[str] = mapped_column("remark", String)
""",
        {
            "public.owners": {"id": "id:"},
            "public.things": {
                "id": "id:", "created_at": "created_at:", "owner_id": "def owner_id", "remark": "note:",
            },
        },
    ),
    "names that are computed": (
        NEW
        + """
import re
SCHEMA = "sales"
PREFIX = "app_"

class Named(DeclarativeBase):
    metadata = MetaData(schema=SCHEMA)
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower() + "s"

class LineItem(Named):
    id: Mapped[int] = mapped_column(primary_key=True)

class Plain(Base):
    __tablename__ = f"{PREFIX}plain"
    __table_args__ = {"schema": SCHEMA}
    id: Mapped[int] = mapped_column(primary_key=True)
""",
        {"sales.line_items": {"id": "id:"}, "sales.app_plain": {"id": "id:"}},
    ),
    "a table of a parent, a table joined to it": (
        NEW
        + """
class Animal(Base):
    __tablename__ = "animals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String)
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

class Cat(Animal):
    purrs: Mapped[bool | None]
    __mapper_args__ = {"polymorphic_identity": "cat"}

class Dog(Animal):
    __tablename__ = "dogs"
    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    barks: Mapped[bool]
    __mapper_args__ = {"polymorphic_identity": "dog"}
""",
        {
            "public.animals": {"id": "id:", "kind": "kind:", "purrs": "purrs:"},
            "public.dogs": {"id": "id:", "barks": "barks:"},
        },
    ),
    "tables": (
        """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, registry
metadata = sa.MetaData(schema="core")
plain = sa.MetaData()
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(name="email", type_=sa.String),
    sa.UniqueConstraint("email"),
)
links = sa.Table("links", plain, sa.Column("a", sa.Integer), schema="other")

class Base(DeclarativeBase):
    metadata = plain

class Row(Base):
    __table__ = sa.Table("rows", Base.metadata, sa.Column("id", sa.Integer, primary_key=True))

class Same(Base):
    __table__ = users
""",
        {
            "core.users": {"id": 'sa.Column("id"', "email": "sa.Column(name="},
            "other.links": {"a": "links ="},
            "public.rows": {"id": "__table__ ="},
        },
    ),
    "dataclasses": (
        """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, registry
from dataclasses import dataclass, field
reg = registry()

class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    pass

class One(Base):
    __tablename__ = "one"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str] = mapped_column(default="x")

@reg.mapped
@dataclass
class Two:
    __tablename__ = "two"
    __sa_dataclass_metadata_key__ = "sa"
    id: int = field(metadata={"sa": Column(Integer, primary_key=True)})
    name: str = field(default="", metadata={"sa": Column("label", String)})
    cache: int = 0

@reg.mapped_as_dataclass
class Three:
    __tablename__ = "three"
    id: Mapped[int] = mapped_column(primary_key=True)
""",
        {
            "public.one": {"id": "id:", "name": "name:"},
            "public.two": {"id": "id:", "label": "name:"},
            "public.three": {"id": "id:"},
        },
    ),
    "a column that a function makes, one that is shared": (
        NEW
        + """
from typing import Annotated, ClassVar
def key(**more):
    return mapped_column(Integer, primary_key=True, **more)
int_key = Annotated[int, mapped_column(primary_key=True)]

class A(Base):
    __tablename__ = "a"
    id = key()
    other: Mapped[int] = key(name="x")
    LIMIT: ClassVar[int] = 3

class B(Base):
    __tablename__ = "b"
    id: Mapped[int_key]
    __table_args__ = (ForeignKeyConstraint(["id"], ["a.id"]),)
""",
        {"public.a": {"id": "id =", "other": "other:", "x": "-"}, "public.b": {"id": "id:"}},
    ),
    "sqlmodel": (
        SQLMODEL
        + """
class Shared(SQLModel):
    email: str = Field(max_length=255, index=True)
    is_active: bool = True

class Create(Shared):
    password: str

class Person(Shared, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: str = Field(alias="userId")
    made_at: str = Field(alias="madeAt", sa_column=Column("createdAt", String))
    old_name: str = Field(sa_column_kwargs={"name": "oldName"})
    items: list["Item"] = Relationship(back_populates="person")

class Item(SQLModel, table=True):
    __tablename__ = "person_items"  # type: ignore[assignment]
    __table_args__ = {"schema": "shop"}
    id: int | None = Field(default=None, primary_key=True)
    person_id: uuid.UUID = Field(
        foreign_key="person.id",
    )
    person: Person = Relationship(back_populates="items")
""",
        {
            "public.person": {
                "id": "id:", "user_id": "user_id:", "createdAt": "made_at:", "oldName": "old_name:",
                "email": "email:", "is_active": "is_active:",
            },
            "shop.person_items": {"id": "id:", "person_id": "person_id:"},
        },
    ),
    "sqlmodel with Annotated": (
        SQLMODEL
        + """
from typing import Annotated, ClassVar
from pydantic import PrivateAttr

class Thing(SQLModel, table=True):
    id: Annotated[int | None, Field(primary_key=True)] = None
    LIMIT: ClassVar[int] = 3
    _cache: dict = PrivateAttr(default_factory=dict)
    name: Annotated[str, Field(sa_column_kwargs={"name": "title"})]

    @property
    def shown(self) -> str:
        return self.name
""",
        {"public.thing": {"id": "id:", "title": "name:"}},
    ),
    "no tables": (
        """
from pydantic import BaseModel
from sqlmodel import SQLModel
class Response(BaseModel):
    id: int
class Draft(SQLModel):
    __tablename__ = "drafts"
    id: int
class Plain:
    __tablename__ = "plain"
    id = 3
class Table:
    pass
""",
        {},
    ),
}  # fmt: skip
# what the table above has to say for `mapped_column(**more)`: the name is not to be seen there
CASES["a column that a function makes, one that is shared"][1]["public.a"].pop("x")


@pytest.mark.parametrize("name", CASES)
def test_columns_and_their_lines(name: str, tmp_path: Path) -> None:
    text, wanted = CASES[name]
    models = find(tmp_path, {"app/models.py": text})
    found = lines({"app/models.py": text}, models)
    classes = {table: columns.pop("") for table, columns in found.items()}
    assert {table: set(columns) for table, columns in found.items()} == {
        table: set(columns) for table, columns in wanted.items()
    }
    for table, columns in wanted.items():
        for column, start in columns.items():
            assert found[table][column].startswith(start), (table, column)
        assert classes[table].startswith(("class ", "users = ", "links = ")), table


@pytest.mark.slow
@pytest.mark.parametrize("name", [each for each in CASES if each not in ("no tables",)])
def test_the_same_tables_as_sqlalchemy_has(name: str, tmp_path: Path) -> None:
    """What is read is what the interpreter of a service makes of the file."""
    text, _ = CASES[name]
    models = find(tmp_path, {"app_models.py": text})
    done = subprocess.run(
        [SERVICES / "bin/python", "-c", LOAD, tmp_path, "app_models"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    real = json.loads(done.stdout)
    if name.startswith("a column that"):  # `**more` of a call is seen by nobody but Python
        real["public.a"] = ["id", "other"]
    assert {f"{each.schema}.{each.table}": sorted(set(each.places) - {""}) for each in models} == real


def test_names_lead_through_other_files(tmp_path: Path) -> None:
    texts = {
        "api/app/db/base.py": BASE + 'from sqlalchemy import MetaData\nSCHEMA = "core"\n',
        "api/app/db/mixins.py": "from sqlalchemy.orm import Mapped, mapped_column\n\n"
        "class Stamped:\n    made_at: Mapped[str] = mapped_column('createdAt')\n",
        "api/app/db/__init__.py": "from .base import Base\nfrom app.db.mixins import *\n",
        "api/app/models/user.py": "from app.db import Base, Stamped\nfrom ..db import base\n"
        "from sqlalchemy.orm import Mapped, mapped_column\n\n"
        'class User(Stamped, Base):\n    __tablename__ = "users"\n    __table_args__ = {"schema": base.SCHEMA}\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n",
        "other/app/db/base.py": "class Base: pass\n",
    }
    assert shown(find(tmp_path, texts)) == {
        "core.users User": {
            "": "api/app/models/user.py:5",
            "createdAt": "api/app/db/mixins.py:4",
            "id": "api/app/models/user.py:8",
        }
    }


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    texts = {
        "broken.py": "class User(Base:\n    __tablename__ = 'users'\n    id = Column(Integer)\n",
        "null.py": "\x00Column",
        "deep.py": "x = " + "(" * 5000 + "Column" + ")" * 5000,
        "loop_a.py": "from loop_b import Base\nX = X\nclass A(Base):\n    __tablename__ = X\n    id = Column(X)\n",
        "loop_b.py": "from loop_a import Base\n",
        "self.py": 'class Base(Base):\n    __tablename__ = "t"\n    id = Column(Integer)\n',
        "good.py": NEW + 'class T(Base):\n    __tablename__ = "t"\n    id: Mapped[int] = mapped_column()\n',
        "notes.txt": "Column",
    }
    models = find(tmp_path, texts)
    assert "good.py:7" in [str(each.places[""]) for each in models]
    (tmp_path / "latin.py").write_bytes(b"# Column \xe9\nx = 1\n")
    assert python_models.find(tmp_path, ["latin.py", "gone.py", "."], search_path=("public",)) == ()


def test_an_unknown_schema_is_not_guessed(tmp_path: Path) -> None:
    text = NEW + (
        "class T(Base):\n    __tablename__ = settings.table\n    id: Mapped[int] = mapped_column()\n"
        'class U(Base):\n    __tablename__ = "u"\n    __table_args__ = {"schema": settings.schema}\n'
        "    id: Mapped[int] = mapped_column()\n"
    )
    assert find(tmp_path, {"m.py": text}) == ()
    made = [("", "t_live", "m.py", "T"), ("live", "u", "m.py", "U")]
    assert shown(find(tmp_path, {"m.py": text}, made=made)) == {
        "live.u U": {"": "m.py:10", "id": "m.py:13"},
        "public.t_live T": {"": "m.py:7", "id": "m.py:9"},
    }


NAMES = st.sampled_from(["id", "name", "owner_id", "made_at", "x", "y2"])


@given(
    st.lists(
        st.tuples(NAMES, st.sampled_from(["", "Renamed", "other name"]), st.integers(0, 3)),
        min_size=1,
        unique_by=lambda each: each[0],
    )
)
def test_every_field_has_its_own_line(
    tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, str, int]]
) -> None:
    """Whatever stands between the fields."""
    text = NEW + 'class T(Base):\n    __tablename__ = "t"\n'
    wanted: dict[str, int] = {}
    for name, said, gap in fields:
        text += "\n" * (gap > 0) + "    # a comment\n" * (gap > 1)
        column = f"{name} {said}".strip() if said else name
        wanted[column] = text.count("\n") + 1
        given_name = f'"{column}",\n        ' if said else ""
        text += f"    {name}: Mapped[int] = mapped_column({given_name}Integer)\n"
        text += f'    """About {name}."""\n' * (gap > 2)
    models = find(tmp_path_factory.mktemp("fields"), {"m.py": text})
    found = [{c: p.line for c, p in each.places.items() if c} for each in models]
    assert found == [wanted]
