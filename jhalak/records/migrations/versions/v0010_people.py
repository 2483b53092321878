"""People around creators: accounts with all that signs in, relations counted, comments,
notifications, reports and what follows from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _num() -> sa.Column[int]:
    return sa.Column("num", NUMBER, autoincrement=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _to(table: str, column: str, of: str, key: str = "num") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.{key}"], name=f"fk_{table}_{column}_{of}")


def upgrade() -> None:
    _accounts()
    _relations()
    _references()
    _comments()
    _notifications()
    _cases()


def _accounts() -> None:
    for name in ("creator", "viewer", "verified_ms", "least_age", "told_ms"):
        op.add_column(
            "creator_accounts",
            sa.Column(name, sa.BigInteger, nullable=False, server_default="0"),
        )
    for name in ("name", "about", "age_band"):
        op.add_column(
            "creator_accounts", sa.Column(name, sa.Text, nullable=False, server_default="")
        )
    op.add_column(
        "creator_accounts",
        sa.Column("private", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "creator_accounts",
        sa.Column("options", sa.LargeBinary, nullable=False, server_default=""),
    )
    op.create_index("ix_creator_accounts_creator", "creator_accounts", ["creator"])
    op.create_index("ix_creator_accounts_viewer", "creator_accounts", ["viewer"])
    # Whoever had no video that was live yet has no number.
    op.execute(
        "INSERT INTO creators (name) SELECT '@' || handle FROM creator_accounts"
        " WHERE NOT EXISTS (SELECT 1 FROM creators WHERE name = '@' || handle)"
    )
    op.execute(
        "UPDATE creator_accounts SET creator ="
        " (SELECT num FROM creators WHERE name = '@' || creator_accounts.handle)"
    )
    op.add_column(
        "creator_sessions", sa.Column("device", sa.Text, nullable=False, server_default="")
    )
    op.add_column(
        "creator_sessions",
        sa.Column("used_ms", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "recovery_codes",
        _big("account"),
        _blob("code_hash"),
        sa.PrimaryKeyConstraint("account", "code_hash", name="pk_recovery_codes"),
        _to("recovery_codes", "account", "creator_accounts"),
    )
    op.create_table(
        "passkeys",
        _blob("credential"),
        _big("account"),
        _blob("public_key"),
        _big("uses"),
        _text("name"),
        _big("created_ms"),
        _big("used_ms"),
        sa.PrimaryKeyConstraint("credential", name="pk_passkeys"),
        _to("passkeys", "account", "creator_accounts"),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account"])
    op.create_table(
        "used_challenges",
        _blob("challenge_hash"),
        _big("until_ms"),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_used_challenges"),
    )
    op.create_index("ix_used_challenges_until_ms", "used_challenges", ["until_ms"])
    op.create_table(
        "verified_names",
        _text("likeness"),
        _big("account"),
        sa.PrimaryKeyConstraint("likeness", "account", name="pk_verified_names"),
        _to("verified_names", "account", "creator_accounts"),
    )
    op.create_index("ix_verified_names_account", "verified_names", ["account"])


def _relations() -> None:
    op.create_table(
        "follow_requests",
        _big("account"),
        _big("viewer"),
        _big("at_ms"),
        sa.PrimaryKeyConstraint("account", "viewer", name="pk_follow_requests"),
        _to("follow_requests", "account", "creator_accounts"),
        _to("follow_requests", "viewer", "viewers", "id"),
    )
    op.create_index("ix_follow_requests_viewer", "follow_requests", ["viewer"])
    op.create_table(
        "relation_counts",
        _text("verb"),
        _text("kind"),
        _big("target"),
        _big("n"),
        sa.PrimaryKeyConstraint("verb", "kind", "target", name="pk_relation_counts"),
    )
    op.execute(
        "INSERT INTO relation_counts (verb, kind, target, n)"
        " SELECT verb, kind, target, COUNT(*) FROM relations WHERE standing"
        " GROUP BY verb, kind, target"
    )


def _references() -> None:
    """Videos that were made with another one."""
    for name in ("of", "of_kind"):
        op.add_column("videos", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_index("ix_videos_of", "videos", ["of"])
    everyone = sa.Column("audience", sa.Text, nullable=False, server_default="everyone")
    op.add_column("videos", everyone)


def _comments() -> None:
    op.create_table(
        "comments",
        _num(),
        _text("id"),
        _text("video"),
        _big("account"),
        _big("parent"),
        _big("answers"),
        _text("body"),
        _blob("mark"),
        _text("mentions"),
        _text("language"),
        _text("state"),
        _text("reason"),
        _big("likes"),
        _big("replies"),
        _big("reports"),
        sa.Column("by_creator", sa.Boolean, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        _big("created_ms"),
        _big("edited_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_comments"),
        _to("comments", "video", "videos", "id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comments_account_created_ms", "comments", ["account", "created_ms"])
    op.create_index("ix_comments_id", "comments", ["id"], unique=True)
    op.create_index("ix_comments_state_created_ms", "comments", ["state", "created_ms"])
    op.create_index("ix_comments_video_parent_num", "comments", ["video", "parent", "num"])
    op.create_index("ix_comments_video_parent_value", "comments", ["video", "parent", "value"])
    op.create_table(
        "comment_likes",
        _big("comment"),
        _big("account"),
        _big("at_ms"),
        sa.PrimaryKeyConstraint("comment", "account", name="pk_comment_likes"),
        _to("comment_likes", "comment", "comments"),
        _to("comment_likes", "account", "creator_accounts"),
    )
    op.create_index("ix_comment_likes_account", "comment_likes", ["account"])
    op.create_table(
        "comment_counts",
        _text("video"),
        _big("n"),
        _big("pinned"),
        sa.PrimaryKeyConstraint("video", name="pk_comment_counts"),
        _to("comment_counts", "video", "videos", "id"),
    )


def _notifications() -> None:
    op.create_table(
        "notifications",
        _num(),
        _big("account"),
        _text("kind"),
        _text("subject"),
        _blob("body"),
        _big("n"),
        _big("at_ms"),
        _big("read_ms"),
        _big("push_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_notifications"),
        _to("notifications", "account", "creator_accounts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notifications_account_at_ms", "notifications", ["account", "at_ms"])
    op.create_index(
        "ix_notifications_account_kind_subject", "notifications", ["account", "kind", "subject"]
    )
    op.create_index("ix_notifications_push_ms", "notifications", ["push_ms"])
    op.create_table(
        "notification_actors",
        _big("notification"),
        _big("account"),
        _big("at_ms"),
        sa.PrimaryKeyConstraint("notification", "account", name="pk_notification_actors"),
    )
    op.create_index("ix_notification_actors_account", "notification_actors", ["account"])
    op.create_table(
        "notification_settings",
        _big("account"),
        _blob("body"),
        sa.PrimaryKeyConstraint("account", name="pk_notification_settings"),
        _to("notification_settings", "account", "creator_accounts"),
    )
    op.create_table(
        "push_subscriptions",
        _text("id"),
        _big("account"),
        _text("endpoint"),
        _blob("key"),
        _blob("auth"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        _to("push_subscriptions", "account", "creator_accounts"),
    )
    op.create_index("ix_push_subscriptions_account", "push_subscriptions", ["account"])
    op.create_index(
        "ix_push_subscriptions_endpoint", "push_subscriptions", ["endpoint"], unique=True
    )


def _cases() -> None:
    op.execute("INSERT INTO sequences (name, value) VALUES ('cases', 0)")
    op.create_table(
        "cases",
        _num(),
        _text("id"),
        _text("kind"),
        _text("target"),
        _big("account"),
        _text("language"),
        _text("reason"),
        _text("words"),
        _text("state"),
        _big("opened_ms"),
        _big("due_ms"),
        _text("decision"),
        _text("decided_by"),
        _big("decided_ms"),
        _big("of"),
        sa.Column("strike", sa.Boolean, nullable=False),
        _big("settled_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_cases"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cases_account", "cases", ["account"])
    op.create_index("ix_cases_id", "cases", ["id"], unique=True)
    op.create_index("ix_cases_kind_target_state", "cases", ["kind", "target", "state"])
    op.create_index("ix_cases_state_due_ms", "cases", ["state", "due_ms"])
    op.create_index("ix_cases_settled_ms_state", "cases", ["settled_ms", "state"])
    op.create_table(
        "reports",
        _num(),
        _text("id"),
        _big("case"),
        _big("viewer"),
        _big("account"),
        _text("reason"),
        _text("note"),
        _big("at_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_reports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_account", "reports", ["account"])
    op.create_index("ix_reports_case", "reports", ["case"])
    op.create_index("ix_reports_id", "reports", ["id"], unique=True)
    op.create_index("ix_reports_viewer", "reports", ["viewer"])
    op.create_table(
        "strikes",
        _num(),
        _big("account"),
        _text("reason"),
        _text("subject"),
        _big("at_ms"),
        _big("until_ms"),
        _big("lifted_ms"),
        sa.PrimaryKeyConstraint("num", name="pk_strikes"),
        _to("strikes", "account", "creator_accounts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_strikes_account", "strikes", ["account"])
