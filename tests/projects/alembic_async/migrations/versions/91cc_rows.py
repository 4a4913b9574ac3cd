"""rows with values of many types"""

import datetime
import decimal
import uuid

import sqlalchemy as sa
from alembic import op

revision: str = "91cc"
down_revision: str | None = "3f2a"

account = sa.table(
    "account",
    sa.column("id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("tags", sa.ARRAY(sa.String())),
    sa.column("balance", sa.Numeric(10, 2)),
    sa.column("since", sa.Date()),
)


def upgrade() -> None:
    op.add_column("account", sa.Column("since", sa.Date()))
    bind = op.get_bind()
    bind.execute(
        account.insert(),
        [
            {
                "id": uuid.UUID(int=1),
                "name": "O'Neil $1 \\ %s",
                "tags": ['a"b', "c,d", "e'f"],
                "balance": 1,
                "since": None,
            },
            {
                "id": uuid.UUID(int=2),
                "name": "",
                "tags": [],
                "balance": decimal.Decimal("-2.50"),
                "since": datetime.date(2024, 2, 29),
            },
        ],
    )
    bind.execute(
        sa.text("UPDATE account SET balance = balance - :less WHERE name = :name"),
        {"less": decimal.Decimal("-1"), "name": ""},
    )
