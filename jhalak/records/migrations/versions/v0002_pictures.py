"""Pictures of items, their files, and texts for the reader."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("num", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_texts"),
        sa.ForeignKeyConstraint(["num"], ["items.num"], name="fk_texts_num_items"),
    )
    op.create_table(
        "pictures",
        sa.Column("num", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("src", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("again_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_pictures"),
        sa.ForeignKeyConstraint(["num"], ["items.num"], name="fk_pictures_num_items"),
    )
    op.create_table(
        "media",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("num", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("made", sa.Boolean, nullable=False),
        sa.Column("wanted_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", "num", name="pk_media"),
        sa.ForeignKeyConstraint(["num"], ["items.num"], name="fk_media_num_items"),
    )
    op.create_index("ix_media_num", "media", ["num"])
    op.create_index("ix_media_wanted_ms", "media", ["wanted_ms"])
