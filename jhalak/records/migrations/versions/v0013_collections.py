"""Series and lists of videos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        _to("series", "account", "creator_accounts", "num"),
    )
    op.create_index("ix_series_account", "series", ["account"])
    op.create_index("ix_series_version", "series", ["version"], unique=True)
    op.create_table(
        "series_parts",
        sa.Column("video", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("video", name="pk_series_parts"),
        _to("series_parts", "video", "videos", "id"),
        _to("series_parts", "series", "series", "id"),
    )
    op.create_index("ix_series_parts_series_place", "series_parts", ["series", "place"])
    op.create_table(
        "playlists",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_playlists"),
        _to("playlists", "account", "creator_accounts", "num"),
    )
    op.create_index("ix_playlists_account_changed_ms", "playlists", ["account", "changed_ms"])
    op.create_table(
        "playlist_entries",
        sa.Column("playlist", sa.Text, nullable=False),
        sa.Column("video", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("playlist", "video", name="pk_playlist_entries"),
        _to("playlist_entries", "playlist", "playlists", "id"),
        _to("playlist_entries", "video", "videos", "id"),
    )
    op.create_index("ix_playlist_entries_playlist_place", "playlist_entries", ["playlist", "place"])
    op.create_index("ix_playlist_entries_video", "playlist_entries", ["video"])
    op.execute("INSERT INTO sequences (name, value) VALUES ('series', 0)")


def _to(table: str, column: str, other: str, key: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.{key}"], name=f"fk_{table}_{column}_{other}"
    )
