"""looks at the database, reads rows, binds values"""

import datetime
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    bind = op.get_bind()
    if "seen_at" not in {each["name"] for each in sa.inspect(bind).get_columns("product")}:
        op.add_column("product", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.add_column("product", sa.Column("key", sa.Uuid()))
    count = bind.execute(sa.text("SELECT count(*) FROM product WHERE name <> :n"), {"n": "x"}).scalar()
    bind.execute(
        sa.text("UPDATE product SET seen_at = :at, key = :key, name = name || :more WHERE id = :id"),
        {
            "at": datetime.datetime(2024, 2, 29, 12, 30, 0, 5, tzinfo=datetime.UTC),
            "key": uuid.UUID(int=7),
            "more": f" {count} 'quoted' 7% \\",
            "id": 1,
        },
    )
    bind.execute(sa.text("SELECT setval('product_id_seq', :to)"), {"to": 500})
    bind.execute(sa.text("INSERT INTO product (name, state) VALUES (:n, 'live')"), [{"n": "p"}, {"n": "q"}])
    with bind.begin_nested() as savepoint:
        bind.execute(sa.text("DELETE FROM product"))
        savepoint.rollback()
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY product_seen ON product (seen_at)")
    cursor = bind.connection.cursor()
    cursor.execute("UPDATE product SET name = %s WHERE name = %s", ("from a cursor, 5%", "q"))
