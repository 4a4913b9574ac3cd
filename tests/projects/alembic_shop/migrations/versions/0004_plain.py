"""needs no connection, and lies between two that do"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    op.create_table("stock", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
