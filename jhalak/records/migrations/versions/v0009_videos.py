"""Creators' accounts, uploads, videos, and reviews of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _num() -> sa.Column[int]:
    return sa.Column("num", NUMBER, autoincrement=True, nullable=False)


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account"], ["creator_accounts.num"], name=f"fk_{table}_account_creator_accounts"
    )


def upgrade() -> None:
    op.create_table(
        "creator_accounts",
        _num(), _text("handle"), _text("password_hash"), _big("created_ms"),
        _big("suspended_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_creator_accounts"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("ix_creator_accounts_handle", "creator_accounts", ["handle"], unique=True)
    op.create_table(
        "creator_sessions",
        _blob("token_hash"), _big("account"), _big("began_ms"), _big("until_ms"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_creator_sessions"),
        _account("creator_sessions"),
    )  # fmt: skip
    op.create_index("ix_creator_sessions_account", "creator_sessions", ["account"])
    op.create_table(
        "uploads",
        _text("id"), _big("account"), _big("length"), _big("received"),
        sa.Column("parts", sa.Integer, nullable=False), _blob("details"), _big("created_ms"),
        _big("until_ms"), _text("video"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        _account("uploads"),
    )  # fmt: skip
    op.create_index("ix_uploads_account_created_ms", "uploads", ["account", "created_ms"])
    op.create_index("ix_uploads_video_until_ms", "uploads", ["video", "until_ms"])
    op.create_table(
        "videos",
        _text("id"), _big("account"), _text("state"), _blob("content"), _text("set_name"),
        _blob("likeness"), _blob("body"), _big("created_ms"), _big("changed_ms"),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
        _account("videos"),
    )  # fmt: skip
    op.create_index("ix_videos_account_created_ms", "videos", ["account", "created_ms"])
    op.create_index("ix_videos_content", "videos", ["content"])
    op.create_index("ix_videos_set_name", "videos", ["set_name"])
    op.create_table(
        "known_bad",
        _num(), _blob("likeness"), _text("why"), _big("at_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_known_bad"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "reviews",
        _num(), _text("kind"), _text("video"), _text("language"), _text("why"),
        _big("opened_ms"), _text("decision"), _text("decided_by"), _big("decided_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_reviews"),
        sa.ForeignKeyConstraint(["video"], ["videos.id"], name="fk_reviews_video_videos"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("ix_reviews_video_kind", "reviews", ["video", "kind"])
    op.create_index("ix_reviews_decision_opened_ms", "reviews", ["decision", "opened_ms"])
