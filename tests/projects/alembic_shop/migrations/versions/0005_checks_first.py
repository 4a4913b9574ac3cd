"""creates what is not there yet"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade():
    state = postgresql.ENUM("draft", "live", name="product_state", create_type=False)
    state.create(op.get_bind(), checkfirst=True)
    op.add_column("stock", sa.Column("state", state))
    sa.Table("stock", sa.MetaData(), sa.Column("id", sa.Integer)).create(op.get_bind(), checkfirst=True)
