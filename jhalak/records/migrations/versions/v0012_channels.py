"""Channels that an operator made or changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("num", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_channels"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_channels_id", "channels", ["id"], unique=True)
    op.execute("INSERT INTO sequences (name, value) VALUES ('channels', 0)")
