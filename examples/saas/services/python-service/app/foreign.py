"""Tables that this service reads or references and does not own.

`info["owner"]` keeps Alembic away from them: see include_name and include_object in alembic/env.py. Each lists
the columns that this service uses, not all.
"""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.metadata import Base


class Organization(Base):
    """Shared: supabase/migrations/00001_shared_tables.sql."""

    __tablename__ = "organizations"
    __table_args__ = {"info": {"owner": "shared"}}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]


class Product(Base):
    """Shared: supabase/migrations/00001_shared_tables.sql."""

    __tablename__ = "products"
    __table_args__ = {"info": {"owner": "shared"}}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    sku: Mapped[str]
    name: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))


class Order(Base):
    """Shared: supabase/migrations/00001_shared_tables.sql."""

    __tablename__ = "orders"
    __table_args__ = {"info": {"owner": "shared"}}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    product_id: Mapped[UUID]
    quantity: Mapped[int]
    status: Mapped[str]


class Customer(Base):
    """Owned by the node service: services/node-service/src/db/schema.ts."""

    __tablename__ = "customers"
    __table_args__ = {"info": {"owner": "node"}}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    email: Mapped[str]
    name: Mapped[str]


# ormony: allow mirror-incomplete a shipment gives these columns alone, the rest have defaults
class Job(Base):
    """Owned by the rust service: services/rust-service/migrations."""

    __tablename__ = "jobs"
    __table_args__ = {"info": {"owner": "rust"}}

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    org_id: Mapped[UUID]
    kind: Mapped[str]
