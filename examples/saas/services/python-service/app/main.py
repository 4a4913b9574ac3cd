"""The service's command line: `python -m app.main --help`."""

import argparse
import asyncio
import sys
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import fulfilment
from app.database import create_engine
from app.models import ShipmentStatus


async def run(options: argparse.Namespace) -> None:
    engine = create_engine()
    try:
        async with AsyncSession(engine) as session, session.begin():
            match options.verb:
                case "receive":
                    now = await fulfilment.receive(
                        session, options.slug, options.warehouse, options.sku, options.pieces
                    )
                    print(f"{options.warehouse} has {now} of {options.sku}")
                case "ship":
                    print(f"shipment {await fulfilment.ship(session, options.order, options.email)}")
                case "arrive":
                    await fulfilment.arrive(session, options.shipment, options.status)
                    print(f"shipment {options.shipment} is {options.status}")
                case "stock":
                    for warehouse, sku, pieces in await fulfilment.stock(session, options.slug):
                        print(f"{warehouse}\t{sku}\t{pieces}")
    finally:
        await engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m app.main", description="The fulfilment service.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    receive = verbs.add_parser("receive", help="put goods into a warehouse")
    receive.add_argument("slug")
    receive.add_argument("warehouse")
    receive.add_argument("sku")
    receive.add_argument("pieces", type=int)
    ship = verbs.add_parser("ship", help="send an order to a customer")
    ship.add_argument("order", type=UUID)
    ship.add_argument("email")
    arrive = verbs.add_parser("arrive", help="record where a shipment ended")
    arrive.add_argument("shipment", type=UUID)
    arrive.add_argument("status", type=ShipmentStatus)
    stock = verbs.add_parser("stock", help="what lies in the warehouses")
    stock.add_argument("slug")
    try:
        asyncio.run(run(parser.parse_args()))
    except fulfilment.NotPossible as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
