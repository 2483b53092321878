"""What was understood of items, and the vectors of their texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "understandings",
        sa.Column("num", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("num", "what", name="pk_understandings"),
        sa.ForeignKeyConstraint(["num"], ["items.num"], name="fk_understandings_num_items"),
    )
    op.create_table(
        "vectors",
        sa.Column("num", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_vectors"),
        sa.ForeignKeyConstraint(["num"], ["items.num"], name="fk_vectors_num_items"),
    )
