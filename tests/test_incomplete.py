"""A plan that says nothing of a difference is an error, not an empty plan."""

from __future__ import annotations

import pytest

from ormony.catalog import Catalog, Column, Object, Ref, Schema, Table
from ormony.errors import OrmonyError
from ormony.plan import make_plan
from ormony.plan.order import Steps, steps
from ormony.plan.render import kinds
from ormony.plan.statement import Alteration, Statement

TABLE, COLUMN = Ref("table", "public", "t"), Ref("column", "public", "t", "a")


def _catalog(version: int = 180000, owner: str = "me") -> Catalog:
    objects: dict[Ref, Object] = {TABLE: Table(), COLUMN: Column(type="integer")}
    return Catalog(
        version=version,
        role="me",
        objects=objects,
        owners={TABLE: owner},
        column_order={TABLE: ("a",)},
    )


def _no_statement(*_: object) -> tuple[Statement, ...]:
    return ()


def _no_change(*_: object) -> Alteration:
    return Alteration(statements=())


def test_a_creation_without_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    ref = Ref("schema", "", "s")
    mute = kinds.RENDERERS["schema"]._replace(create=_no_statement)
    monkeypatch.setitem(kinds.RENDERERS, "schema", mute)
    new = Catalog(version=180000, role="me", objects={ref: Schema()})
    with pytest.raises(OrmonyError, match="schema s") as caught:
        steps(Catalog(version=180000, role="me", objects={}), new)
    assert (caught.value.code, caught.value.exit_status) == ("plan-incomplete", 1)


def test_an_alteration_without_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    mute = kinds.RENDERERS["column"]._replace(alter=_no_change)
    monkeypatch.setitem(kinds.RENDERERS, "column", mute)
    old = _catalog()
    changed = {**old.objects, COLUMN: Column(type="bigint")}
    new = Catalog(version=180000, role="me", objects=changed, column_order=old.column_order)
    with pytest.raises(OrmonyError, match=r"column public\.t\.a"):
        make_plan(old, new)


def test_an_empty_plan_for_an_attached_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(old: Catalog, new: Catalog, done: Steps) -> tuple[Statement, ...]:
        return ()

    monkeypatch.setattr("ormony.plan.attached", nothing)
    with pytest.raises(OrmonyError, match=r"owner public\.t"):
        make_plan(_catalog(owner="one"), _catalog(owner="two"))


def test_what_only_one_major_version_can_say_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    mute = kinds.RENDERERS["column"]._replace(alter=_no_change)
    monkeypatch.setitem(kinds.RENDERERS, "column", mute)
    old = _catalog(150000)
    changed = {**old.objects, COLUMN: Column(type="bigint")}
    new = Catalog(version=180000, role="me", objects=changed, column_order=old.column_order)
    assert make_plan(old, new).statements == ()


def test_equal_catalogs_have_an_empty_plan() -> None:
    assert make_plan(_catalog(), _catalog()).statements == ()
