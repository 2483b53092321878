"""Whether what follows from a decision on an appeal was done; of those until now it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reviews", sa.Column("settled_ms", sa.BigInteger, nullable=False, server_default="0")
    )
    op.execute("UPDATE reviews SET settled_ms = decided_ms WHERE decision <> ''")
