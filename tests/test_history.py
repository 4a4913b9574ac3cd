"""Histories: order, heads and ancestors of revision graphs, by literals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormony import history
from ormony.errors import OrmonyError
from ormony.history import AlembicStamp, Revision


def rev(id: str, *parents: str, depends_on: tuple[str, ...] = ()) -> Revision:
    return Revision(
        id=id,
        path=f"v/{id}.py",
        native="0" * 64,
        stamp=AlembicStamp(id),
        parents=parents,
        depends_on=depends_on,
    )


def ids(revisions: tuple[Revision, ...]) -> str:
    return " ".join(revision.id for revision in revisions)


# a ─ b ─ d ─ m        x depends on b
#   └ c ─────┘
DIAMOND = (
    rev("a"),
    rev("b", "a"),
    rev("c", "a"),
    rev("d", "b"),
    rev("m", "d", "c"),
    rev("x", depends_on=("b",)),
)


@pytest.mark.parametrize(
    ("given_order", "expected"),
    [("a b c d m x", "a b c d m x"), ("m x d c b a", "a b d c m x"), ("x m a b c d", "a b x d c m")],
)
def test_parents_and_dependencies_come_first_and_ties_keep_their_order(
    given_order: str, expected: str
) -> None:
    by_id = {revision.id: revision for revision in DIAMOND}
    assert ids(history.in_order(tuple(by_id[each] for each in given_order.split()))) == expected


def refused(code: str, *revisions: Revision) -> OrmonyError:
    with pytest.raises(OrmonyError) as caught:
        history.in_order(revisions, "alembic.ini")
    assert caught.value.code == code
    return caught.value


def test_a_missing_parent_is_named() -> None:
    error = refused("unknown-revision", rev("a"), rev("b", "gone"))
    assert error.message == 'revision "b" follows "gone", which does not exist'
    assert error.place == "v/b.py"


def test_cycles_are_named() -> None:
    error = refused("revision-cycle", rev("r"), rev("a", "c", "r"), rev("b", "a"), rev("c", "b"))
    assert error.message.endswith("a -> c -> b -> a")
    assert error.place == "alembic.ini"
    assert refused("revision-cycle", rev("a", "a")).message.endswith("a -> a")
    refused("revision-cycle", rev("a", depends_on=("b",)), rev("b", "a"))


def test_an_id_that_two_have_is_an_error() -> None:
    error = refused("duplicate-revision", rev("a"), rev("b"), rev("a", "b"))
    assert '"a"' in error.message


def test_heads_are_what_nothing_follows() -> None:
    assert history.heads(DIAMOND) == ("m", "x")
    assert history.heads(()) == ()


@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        ("", ""),
        ("a", "a"),
        ("a b c", "b c"),
        ("a b c d m", "m"),
        ("a b x", "x"),
        ("a b c x", "c x"),
        ("a b d x", "d x"),
    ],
)
def test_effective_heads_are_what_alembic_keeps_in_its_table(applied: str, expected: str) -> None:
    assert " ".join(history.effective_heads(DIAMOND, frozenset(applied.split()))) == expected


@pytest.mark.parametrize(
    ("of", "expected"), [("d", "a b d"), ("x", "a b x"), ("m", "a b c d m"), ("gone", ""), ("c gone", "a c")]
)
def test_ancestors_follow_parents_and_dependencies(of: str, expected: str) -> None:
    assert " ".join(sorted(history.ancestors(DIAMOND, frozenset(of.split())))) == expected


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Revision, ...]:
    made: list[Revision] = []
    for at in range(draw(st.integers(0, 12))):
        earlier = [revision.id for revision in made]
        parents = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        depends_on = draw(st.lists(st.sampled_from(earlier), max_size=1)) if earlier else []
        made.append(rev(str(at), *parents, depends_on=tuple(depends_on)))
    return tuple(draw(st.permutations(made)))


@given(graphs())
def test_any_graph_is_ordered_completely(revisions: tuple[Revision, ...]) -> None:
    ordered = history.in_order(revisions)
    assert sorted(ids(ordered).split()) == sorted(ids(revisions).split())
    seen: set[str] = set()
    for revision in ordered:
        assert {*revision.parents, *revision.depends_on} <= seen
        seen.add(revision.id)
    assert history.in_order(ordered) == ordered


@given(graphs(), st.data())
def test_effective_heads_imply_everything_that_is_applied(
    revisions: tuple[Revision, ...], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from([each.id for each in revisions]))) if revisions else set()
    applied = history.ancestors(revisions, frozenset(chosen))
    heads = history.effective_heads(revisions, applied)
    assert history.ancestors(revisions, frozenset(heads)) == applied


def test_a_very_long_history_needs_no_deep_stack() -> None:
    chain = tuple(rev(str(at), *([str(at - 1)] if at else [])) for at in range(5000))
    assert history.in_order(chain[::-1]) == chain
