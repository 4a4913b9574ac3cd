"""returned shipments

Revision ID: 9bfbd5791093
Revises: a4dfb0a7d6ac
Create Date: 2026-11-22 02:02:28.637681+00:00
"""

import sqlalchemy as sa
from alembic import op


revision: str = '9bfbd5791093'
down_revision: str | None = 'a4dfb0a7d6ac'
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    # Autogenerate does not see new values of an enum.
    op.execute("ALTER TYPE shipment_status ADD VALUE IF NOT EXISTS 'returned'")


def downgrade() -> None:
    # PostgreSQL cannot take a value from an enum: the type is made anew.
    op.execute("UPDATE shipments SET status = 'delivered' WHERE status = 'returned'")
    op.execute("ALTER TABLE shipments ALTER COLUMN status DROP DEFAULT")
    op.execute("ALTER TYPE shipment_status RENAME TO shipment_status_old")
    op.execute("CREATE TYPE shipment_status AS ENUM ('pending', 'in_transit', 'delivered')")
    op.execute("ALTER TABLE shipments ALTER COLUMN status TYPE shipment_status USING status::text::shipment_status")
    op.execute("ALTER TABLE shipments ALTER COLUMN status SET DEFAULT 'pending'")
    op.execute("DROP TYPE shipment_status_old")
