"""accounts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "3f2a"
down_revision: str | None = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tags", sa.ARRAY(sa.String())),
        sa.Column("balance", sa.Numeric(10, 2)),
    )
