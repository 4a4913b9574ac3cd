"""behavior

Revision ID: a38d030501a3
Revises: c5ae6dd1a1d3
Create Date: 2026-11-22 02:05:14.680005+00:00
"""

import sqlalchemy as sa
from alembic import op


revision: str = 'a38d030501a3'
down_revision: str | None = 'c5ae6dd1a1d3'
branch_labels: str | None = None
depends_on: str | None = None


TABLES = ('warehouses', 'stock_levels', 'shipments')
TENANT = "org_id = (SELECT auth.jwt() ->> 'org_id')::uuid"


def upgrade() -> None:
    # asyncpg takes one statement at a time.
    for table in TABLES:
        op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
        op.execute(
            f'CREATE POLICY {table}_tenant ON {table} FOR ALL TO authenticated '
            f'USING ({TENANT}) WITH CHECK ({TENANT})'
        )
        op.execute(f'REVOKE ALL ON {table} FROM anon, authenticated')
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO authenticated')
        op.execute(f'GRANT ALL ON {table} TO service_role')
    for table in ('warehouses', 'shipments'):
        op.execute(
            f'CREATE TRIGGER {table}_updated_at BEFORE UPDATE ON {table} '
            'FOR EACH ROW EXECUTE FUNCTION handle_updated_at()'
        )
    op.execute(
        'CREATE TRIGGER shipments_audit AFTER INSERT OR UPDATE OR DELETE ON shipments '
        'FOR EACH ROW EXECUTE FUNCTION audit_changes()'
    )


def downgrade() -> None:
    op.execute('DROP TRIGGER shipments_audit ON shipments')
    for table in ('warehouses', 'shipments'):
        op.execute(f'DROP TRIGGER {table}_updated_at ON {table}')
    for table in TABLES:
        op.execute(f'DROP POLICY {table}_tenant ON {table}')
        op.execute(f'ALTER TABLE {table} DISABLE ROW LEVEL SECURITY')
        op.execute(f'REVOKE ALL ON {table} FROM authenticated')
