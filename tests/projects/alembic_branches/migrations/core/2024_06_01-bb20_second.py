"""second of core"""

from alembic import op

revision: str = "bb20"
down_revision: str = "aa10"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_bb20 (id integer)")
