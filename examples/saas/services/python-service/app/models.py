"""Tables that this service owns: Alembic compares them with the database and writes the revisions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, MetaData, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class ShipmentStatus(StrEnum):
    """Where a shipment is."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    RETURNED = "returned"


class Base(DeclarativeBase):
    """All tables that this service knows: its own, and those of app/foreign.py."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: TIMESTAMP(timezone=True),
        ShipmentStatus: Enum(
            ShipmentStatus, name="shipment_status", values_callable=lambda status: [each.value for each in status]
        ),
    }


class Warehouse(Base):
    """A place that goods leave from."""

    __tablename__ = "warehouses"
    __table_args__ = (UniqueConstraint("org_id", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    code: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StockLevel(Base):
    """How many pieces of a product lie in a warehouse."""

    __tablename__ = "stock_levels"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    warehouse_id: Mapped[UUID] = mapped_column(ForeignKey("warehouses.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[int] = mapped_column(server_default=text("0"))


class Shipment(Base):
    """Goods of one order on their way from a warehouse to a customer."""

    __tablename__ = "shipments"
    __table_args__ = (Index(None, "org_id", "status"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    warehouse_id: Mapped[UUID] = mapped_column(ForeignKey("warehouses.id"))
    status: Mapped[ShipmentStatus] = mapped_column(server_default=ShipmentStatus.PENDING.value)
    carrier: Mapped[str] = mapped_column(server_default="post")
    tracking_code: Mapped[str | None]
    label_job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


# Foreign keys name these tables, so they must be in the same metadata. Imported last: they derive from Base.
from app import foreign  # noqa: E402, F401
