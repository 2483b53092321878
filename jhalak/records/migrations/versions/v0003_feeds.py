"""Feeds that are followed, their entries and subscriptions, and publishers' keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _feeds()
    _hubs()
    op.create_table(
        "publishers",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key_hash", sa.LargeBinary, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publishers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_publishers_key_hash", "publishers", ["key_hash"], unique=True)


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("num", _number(), autoincrement=True, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("added_ms", sa.BigInteger, nullable=False),
        sa.Column("next_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_feeds"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_url", "feeds", ["url"], unique=True)
    op.create_table(
        "feed_entries",
        sa.Column("feed", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("owned", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("feed", "key", name="pk_feed_entries"),
    )
    op.create_index("ix_feed_entries_item", "feed_entries", ["item"])
    op.create_index("ix_feed_entries_at_ms", "feed_entries", ["at_ms"])


def _hubs() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("feed", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("asked_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("ending", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("feed", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_token", "subscriptions", ["token"], unique=True)
    op.create_table(
        "deliveries",
        sa.Column("num", _number(), autoincrement=True, nullable=False),
        sa.Column("feed", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_feed", "deliveries", ["feed"])
