"""an enum value, outside of the transaction, and an index built concurrently"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("CREATE INDEX product_name ON product (name)")
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE product_state ADD VALUE 'gone'")
        op.execute("CREATE INDEX CONCURRENTLY product_state_idx ON product (state)")
    op.execute("UPDATE product SET state = 'gone' WHERE name = 'b'")
