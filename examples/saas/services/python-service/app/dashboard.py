"""`python -m app.dashboard SLUG`: what a member of the organization sees, before and after an order of his.

All that it knows of the database is generated (`ormony generate`). The order is taken back at the end.
"""

import asyncio
import json
import sys
from datetime import datetime, timezone
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database import create_engine
from app.generated import driver_sqlalchemy as driver
from app.generated.functions_sqlalchemy import get_dashboard_stats
from app.generated.models import OrderOverviewRow, OrdersInsert, OrdersRow


async def become(connection: AsyncConnection, org_id: UUID) -> None:
    """Continue as a signed-in member of the organization, whom row security holds back."""
    claims = json.dumps({"role": "authenticated", "org_id": str(org_id)})
    await connection.execute(
        text("SELECT set_config('request.jwt.claims', :claims, true)"), {"claims": claims}
    )
    await connection.execute(text("SET LOCAL ROLE authenticated"))


async def numbers(connection: AsyncConnection, org_id: UUID) -> list[object]:
    (stats,) = await get_dashboard_stats(connection, org=org_id)
    last = stats.last_order_at
    return [
        stats.product_count,
        stats.order_count,
        stats.open_order_count,
        str(stats.revenue),
        last.isoformat() if isinstance(last, datetime) else last,
    ]


async def run(slug: str) -> None:
    engine = create_engine()
    try:
        async with engine.connect() as connection, connection.begin() as transaction:
            found = await connection.execute(text("SELECT slug, id FROM public.organizations ORDER BY slug"))
            organizations = {row.slug: row.id for row in found}
            if slug not in organizations:
                raise SystemExit(f'error: there is no organization "{slug}"')
            mine = organizations.pop(slug)
            other = next(iter(organizations.values()))
            await become(connection, mine)
            product = (
                await connection.execute(text("SELECT id FROM public.products ORDER BY sku LIMIT 1"))
            ).scalar_one()
            order = await driver.insert_returning(
                connection,
                OrdersInsert(
                    org_id=mine,
                    product_id=product,
                    quantity=3,
                    unit_price=Decimal("33.33"),
                    status="paid",
                    placed_at=datetime(2027, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc),
                ),
                OrdersRow,
            )
            seen = await driver.read(
                connection, OrderOverviewRow, "SELECT * FROM public.order_overview ORDER BY placed_at"
            )
            report = {
                "order": str(order.total),
                "seen": [each.sku for each in seen],
                "stats": await numbers(connection, mine),
                "of the others": await numbers(connection, other),
            }
            print(json.dumps(report, separators=(",", ":")))
            await transaction.rollback()
    finally:
        await engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m app.dashboard SLUG")
    asyncio.run(run(sys.argv[1]))
