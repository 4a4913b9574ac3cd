"""merge both lines"""

from alembic import op

revision: "str | tuple[str, ...]" = "zz40"
down_revision: "str | tuple[str, ...]" = ["bb20", "cc30"]
depends_on = ()


def upgrade():
    op.execute("CREATE TABLE t_zz40 (id integer)")
