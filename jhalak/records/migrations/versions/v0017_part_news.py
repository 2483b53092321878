"""Parts of series that are news; those that are live already are none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "part_news",
        sa.Column("video", sa.Text, nullable=False),
        sa.Column("up_to", sa.BigInteger, nullable=False),
        sa.Column("told_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("video", name="pk_part_news"),
        sa.ForeignKeyConstraint(["video"], ["videos.id"], name="fk_part_news_video_videos"),
    )
    op.create_index("ix_part_news_told_ms", "part_news", ["told_ms"])
    op.execute(
        "INSERT INTO part_news (video, up_to, told_ms) SELECT video, 0,"
        " CASE WHEN videos.state = 'live' THEN 1 ELSE 0 END"
        " FROM series_parts JOIN videos ON videos.id = series_parts.video"
    )
