"""Policies with their drafts, experiments defined in the console, and reports of replays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("version", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("override", sa.LargeBinary, nullable=False),
        sa.Column("draft", sa.BigInteger, nullable=False),
        sa.Column("back_to", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
    )
    op.create_table(
        "policy_drafts",
        sa.Column("num", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("override", sa.LargeBinary, nullable=False),
        sa.Column("base", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_policy_drafts"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "experiments",
        sa.Column("num", NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("settings", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_experiments"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_experiments_name", "experiments", ["name"], unique=True)
    op.create_table(
        "replays",
        sa.Column("num", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_replays"),
        sqlite_autoincrement=True,
    )
