"""The tenancy macro's policy as the planner sees it: asked once, found by its index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ormony.behavior import macros
from ormony.database.connect import connect
from ormony.database.introspect import introspect
from ormony.database.shadow import Shadow

ROWS = 100_000
TABLE = f"""
CREATE TABLE public.invoices (id bigint PRIMARY KEY, org_id uuid NOT NULL, total integer NOT NULL);
CREATE TABLE public.naive (id bigint PRIMARY KEY, org_id uuid NOT NULL);
ALTER TABLE public.naive ENABLE ROW LEVEL SECURITY;
CREATE POLICY each_row ON public.naive TO authenticated USING (org_id = (auth.jwt() ->> 'org_id')::uuid);
INSERT INTO public.invoices
    SELECT n, ('00000000-0000-4000-8000-' || lpad((n % 1000)::text, 12, '0'))::uuid, n
      FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public.naive SELECT id, org_id FROM public.invoices;
"""
CLAIMS = json.dumps({"org_id": "00000000-0000-4000-8000-000000000007"})


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan's node and all below it."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def test_a_policy_of_the_tenancy_macro_is_an_init_plan_and_an_index_scan(shadow: Shadow) -> None:
    url = shadow.clone([])
    try:
        with connect(url) as connection:
            connection.execute(TABLE.encode())
            settings = macros.Settings(
                tenancy=macros.Tenancy(column="org_id", excepted={"public.naive": "beside it"})
            )
            for file in macros.expand(introspect(connection), settings):
                connection.execute(file.text.encode())
            connection.execute("ANALYZE public.invoices, public.naive")
            connection.execute("SELECT set_config('request.jwt.claims', %s, false)", (CLAIMS,))
            connection.execute("SET ROLE authenticated")

            def explained(statement: str) -> list[Mapping[str, Any]]:
                row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode()).fetchone()
                assert row is not None
                return list(nodes(row[0][0]["Plan"]))

            for statement in (
                "SELECT * FROM public.invoices",
                "UPDATE public.invoices SET total = total + 1",
                "DELETE FROM public.invoices",
            ):
                found = explained(statement)
                asked = [each for each in found if each.get("Parent Relationship") == "InitPlan"]
                assert asked, statement
                assert all(each["Actual Loops"] <= 1 for each in asked), statement
                (scan,) = [each for each in found if "Index Cond" in each]
                assert "Index Scan" in scan["Node Type"], statement
                assert "InitPlan" in scan["Index Cond"], statement
                assert scan["Actual Rows"] <= 2 * ROWS / 1000, statement  # with those that UPDATE has left
                assert not [each for each in found if each["Node Type"] == "Seq Scan"], statement
            naive = explained("SELECT * FROM public.naive")
            assert not [each for each in naive if each.get("Parent Relationship") == "InitPlan"]
            (scan,) = [each for each in naive if each["Node Type"] == "Seq Scan"]
            assert scan["Rows Removed by Filter"] == ROWS - ROWS / 1000
    finally:
        shadow.release(url)
