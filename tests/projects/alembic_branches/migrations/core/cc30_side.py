"""a side line of core"""

from alembic import op

revision = "cc30"
down_revision = ("aa10",)
depends_on = "billing"


def upgrade():
    op.execute("CREATE TABLE t_cc30 (id integer)")
