"""invoices, in a folder below"""

from alembic import op

revision = "m200"
down_revision = "m100"
depends_on = ["bb20"]


def upgrade():
    op.execute("CREATE TABLE t_m200 (id integer)")
