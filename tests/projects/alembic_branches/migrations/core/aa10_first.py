"""first of core"""

from alembic import op

revision = "aa10"
down_revision = None
branch_labels = ("core",)
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_aa10 (id integer)")
