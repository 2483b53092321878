"""Videos that are kept back or scheduled, and their items that nobody sees meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.Column("publish_ms", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("videos", when)
    op.create_index("ix_videos_publish_ms", "videos", ["publish_ms"])
    hidden = sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("items", hidden)
