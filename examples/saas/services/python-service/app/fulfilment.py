"""What the service does: receive goods and ship orders. Each function runs in the session's transaction."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.foreign import Customer, Job, Order, Organization, Product
from app.models import Shipment, ShipmentStatus, StockLevel, Warehouse


class NotPossible(Exception):
    """What was asked for cannot be done; the text says why."""


async def receive(session: AsyncSession, slug: str, code: str, sku: str, quantity: int) -> int:
    """Put `quantity` pieces of a product into a warehouse, which is made when it is new.

    Returns how many pieces lie there now. Raises NotPossible for an unknown organization or product.
    """
    org_id = await session.scalar(select(Organization.id).where(Organization.slug == slug))
    if org_id is None:
        raise NotPossible(f'there is no organization "{slug}"')
    product_id = await session.scalar(select(Product.id).where(Product.org_id == org_id, Product.sku == sku))
    if product_id is None:
        raise NotPossible(f'there is no product "{sku}" of organization "{slug}"')
    warehouse_id = await session.scalar(
        insert(Warehouse)
        .values(org_id=org_id, code=code, name=code)
        .on_conflict_do_update(index_elements=["org_id", "code"], set_={"code": code})
        .returning(Warehouse.id)
    )
    level = insert(StockLevel).values(
        org_id=org_id, warehouse_id=warehouse_id, product_id=product_id, quantity=quantity
    )
    now = await session.scalar(
        level.on_conflict_do_update(
            index_elements=["warehouse_id", "product_id"],
            set_={"quantity": StockLevel.quantity + level.excluded.quantity},
        ).returning(StockLevel.quantity)
    )
    assert now is not None
    return now


async def ship(session: AsyncSession, order_id: UUID, email: str) -> UUID:
    """Send an order to a customer from the warehouse with most of the product, and queue the job for its label.

    Returns the id of the shipment. Raises NotPossible for an unknown order or customer, or when no warehouse
    has enough.
    """
    order = await session.get(Order, order_id)
    if order is None:
        raise NotPossible(f'there is no order "{order_id}"')
    customer_id = await session.scalar(
        select(Customer.id).where(Customer.org_id == order.org_id, Customer.email == email)
    )
    if customer_id is None:
        raise NotPossible(f'there is no customer "{email}"')
    stock = await session.scalar(
        select(StockLevel)
        .where(StockLevel.product_id == order.product_id, StockLevel.quantity >= order.quantity)
        .order_by(StockLevel.quantity.desc(), StockLevel.warehouse_id)
        .limit(1)
        .with_for_update()
    )
    if stock is None:
        raise NotPossible(f"no warehouse has {order.quantity} pieces")
    stock.quantity -= order.quantity
    job = Job(org_id=order.org_id, kind="label")
    session.add(job)
    await session.flush()
    shipment = Shipment(
        org_id=order.org_id,
        order_id=order.id,
        customer_id=customer_id,
        warehouse_id=stock.warehouse_id,
        label_job_id=job.id,
    )
    session.add(shipment)
    await session.flush()
    return shipment.id


async def arrive(session: AsyncSession, shipment_id: UUID, status: ShipmentStatus) -> None:
    """Record where a shipment ended. Raises NotPossible when there is none with this id."""
    found = await session.scalar(
        update(Shipment).where(Shipment.id == shipment_id).values(status=status).returning(Shipment.id)
    )
    if found is None:
        raise NotPossible(f'there is no shipment "{shipment_id}"')


async def stock(session: AsyncSession, slug: str) -> list[tuple[str, str, int]]:
    """Warehouse code, SKU and pieces of everything that the organization has in stock, sorted."""
    rows = await session.execute(
        select(Warehouse.code, Product.sku, func.sum(StockLevel.quantity))
        .join(StockLevel, StockLevel.warehouse_id == Warehouse.id)
        .join(Product, Product.id == StockLevel.product_id)
        .join(Organization, Organization.id == Warehouse.org_id)
        .where(Organization.slug == slug)
        .group_by(Warehouse.code, Product.sku)
        .order_by(Warehouse.code, Product.sku)
    )
    return [(code, sku, int(pieces)) for code, sku, pieces in rows]
