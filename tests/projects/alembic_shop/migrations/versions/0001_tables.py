"""tables, an enum, text that is easy to break"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "product",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, server_default="100%"),
        sa.Column("state", sa.Enum("draft", "live", name="product_state"), nullable=False),
        sa.Column("attributes", sa.JSON),
    )
    op.execute(
        "CREATE FUNCTION tabbed() RETURNS text LANGUAGE sql AS $$\n\tSELECT 'a\tb%'::text; -- c:\\d\n$$"
    )
    op.execute("COMMENT ON TABLE product IS 'one'; COMMENT ON COLUMN product.name IS 'two';")
    op.execute("COMMENT ON COLUMN product.id IS 'three' -- not the last word")
    product = sa.table(
        "product",
        sa.column("name", sa.String),
        sa.column("state", sa.Enum("draft", "live", name="product_state")),
    )
    op.bulk_insert(
        product,
        [{"name": "it's 5% of C:\\temp", "state": "draft"}, {"name": "b", "state": "live"}],
    )
