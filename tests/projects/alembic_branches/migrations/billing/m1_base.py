"""base of billing"""

from alembic import op

revision = "m100"
down_revision = None
branch_labels = "billing"


def upgrade():
    op.execute("CREATE TABLE t_m100 (id integer)")
