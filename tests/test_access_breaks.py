"""Each policy of examples/saas is broken in each way that it can be: `access` catches it, and names it.

A break is a statement in one more migration, as a careless merge would bring it. Policies of different
tables do not hang on each other, nor do those for rows that come or go and those for rows that stay: one
round breaks one of each, so that there are few.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

import saas
from ormony import accessing
from ormony import project as projects
from ormony.catalog import Catalog, Policy, Ref
from ormony.rules.finding import Finding, Matrixed
from ormony.sources import opened

pytestmark = pytest.mark.slow

CLAIM: Final = "(SELECT auth.jwt() ->> 'org_id')"
LEAKS: Final = {
    "using (true)": ("select", "update", "delete"),
    "with check (true)": ("insert", "update"),
    "OR instead of AND": ("delete",),
}
"""The breaks by which another tenant's rows are reached, and the commands of their policies."""


class Break(msgspec.Struct, frozen=True):
    """One way to break one policy: the SQL of it."""

    form: str
    table: str
    policy: str
    command: str
    permissive: bool
    sql: str

    @property
    def lane(self) -> tuple[str, bool]:
        """One round breaks one policy of a table for rows that come or go, and one for those that stay."""
        return self.table, self.command in ("insert", "delete")


def breaks(ref: Ref, policy: Policy, catalog: Catalog) -> Iterator[Break]:
    """Every form that applies to the policy."""
    on = f"{ref.part} ON {ref.schema}.{ref.name}"
    table = f"{ref.schema}.{ref.name}"

    def broken(form: str, statement: str) -> Break:
        return Break(form, table, ref.part, policy.command, policy.permissive, statement)

    def altered(form: str, text: str) -> Break:
        using = f" USING ({text})" if policy.using else ""
        check = f" WITH CHECK ({text})" if policy.check else ""
        return broken(form, f"ALTER POLICY {on}{using}{check}")

    yield broken("drop", f"DROP POLICY {on}")
    if policy.using:
        yield broken("using (true)", f"ALTER POLICY {on} USING (true)")
    if policy.check:
        yield broken("with check (true)", f"ALTER POLICY {on} WITH CHECK (true)")
    yield broken("wrong role", f"ALTER POLICY {on} TO anon")
    columns = [each.part for each in catalog.objects if each.kind == "column" and each[1:3] == ref[1:3]]
    if not policy.permissive:
        assert policy.using
        yield altered("wrong column", policy.using.replace("status", "carrier").partition("::")[0] + ")")
        yield broken("permissive", f"DROP POLICY {on};\nCREATE POLICY {on} FOR DELETE USING ({policy.using})")
        return
    wrong = "slug" if ref.name == "organizations" else "id" if "id" in columns else "product_id"
    yield altered("wrong column", f"{wrong}::text = {CLAIM}")
    if " AND " in (policy.using or ""):
        assert policy.using
        yield altered("OR instead of AND", policy.using.replace(" AND ", " OR "))
        yield altered("half of it", policy.using.partition(" AND ")[0] + ")")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example and its matrix."""
    root = saas.copy(tmp_path_factory.mktemp("breaks") / "saas")
    shutil.copy(saas.EXAMPLE / "supabase" / "access.matrix", root / "supabase" / "access.matrix")
    return root


@pytest.fixture(scope="module")
def catalog(example: Path) -> Catalog:
    """What its stream makes."""
    with opened(projects.load(example)) as readers:
        return readers["main"].migrations()


def asked(root: Path, statements: list[str]) -> Matrixed:
    """What `ormony access` finds when these are the last migration."""
    path = root / "supabase" / "migrations" / "09900_break.sql"
    path.write_text("".join(f"{each};\n" for each in statements))
    try:
        (found,) = accessing.run(projects.load(root)).databases
    finally:
        path.unlink()
    return found


def about(found: Matrixed, name: str) -> list[Finding]:
    """The errors that are about this object."""
    return [each for each in found.findings if each.object == name and each.severity == "error"]


def test_every_break_of_every_policy_is_caught_and_the_policy_is_named(
    example: Path, catalog: Catalog
) -> None:
    (unbroken,) = accessing.run(projects.load(example)).databases
    assert unbroken.differs == ()
    assert [each for each in unbroken.findings if each.severity == "error"] == []
    lanes: dict[tuple[str, bool], list[Break]] = {}
    for ref, policy in catalog.of("policy"):
        assert isinstance(policy, Policy)
        for each in breaks(ref, policy, catalog):
            lanes.setdefault(each.lane, []).append(each)
    policies = {(each.table, each.policy) for lane in lanes.values() for each in lane}
    assert len(policies) == 37
    assert {table for table, _ in policies} == {
        f"{ref.schema}.{ref.name}"
        for ref in catalog.objects
        if ref.kind == "table" and ref.schema == "public"
    }
    missed: list[str] = []
    count = 0
    for chosen in itertools.zip_longest(*lanes.values()):
        broken = [each for each in chosen if each is not None]
        found = asked(example, [each.sql for each in broken])
        for each in broken:
            count += 1
            said = [finding for finding in about(found, each.table) if f'"{each.policy}"' in finding.message]
            cells = [
                cell
                for cell in found.differs
                if cell.object == each.table and cell.command.partition(" ")[0] in _asking(each.command)
            ]
            leaks = [finding for finding in said if finding.rule == "access-leak" and finding.hint]
            if not said or not cells:
                missed.append(f"{each.form}: {each.policy} on {each.table}")
            elif each.permissive and each.command in LEAKS.get(each.form, ()) and not leaks:
                missed.append(f"{each.form}: {each.policy} on {each.table} is no leak")
    assert missed == [], "\n".join(missed)
    assert count > 150


def _asking(command: str) -> set[str]:
    """The commands of the matrix that ask a policy for this command."""
    more = {"insert": {"upsert", "insert-returning", "reference"}, "update": {"move", "upsert"}}
    return {command, *more.get(command, ())}


THROUGH: Final = {
    "a view without security_invoker": (
        "ALTER VIEW public.order_overview RESET (security_invoker)",
        "public.order_overview",
        "view public.order_overview reads as its owner: it lacks security_invoker",
    ),
    "a function that became a definer": (
        "ALTER FUNCTION public.get_dashboard_stats(uuid) SECURITY DEFINER",
        "public.get_dashboard_stats(uuid)",
        "function public.get_dashboard_stats(uuid) is SECURITY DEFINER",
    ),
    "a definer that forgot the organization": (
        "",
        "public.expedite_job(bigint)",
        "function public.expedite_job(bigint) is SECURITY DEFINER",
    ),
}


def test_views_and_functions_that_read_as_their_owner_are_caught_and_named(
    example: Path, catalog: Catalog
) -> None:
    body = (example / saas.RUST / "db" / "behavior" / "functions.sql").read_text()
    careless = re.sub(r" AND org_id = [^\n]*", "", body).replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )
    assert careless != body
    found = asked(example, [statement or careless for statement, _, _ in THROUGH.values()])
    for form, (_, name, why) in THROUGH.items():
        leaks = [each for each in about(found, name) if each.rule == "access-leak"]
        assert any(why in each.message for each in leaks), form
        assert any(cell.object == name and cell.row == "other" for cell in found.differs), form
    assert {cell.object for cell in found.differs} == {name for _, name, _ in THROUGH.values()}
