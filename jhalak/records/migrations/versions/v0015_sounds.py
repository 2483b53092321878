"""Sounds of creators' videos, and what they are told again by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("videos", sa.Column("sound", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_videos_sound_created_ms", "videos", ["sound", "created_ms"])
    op.create_table(
        "sounds",
        sa.Column("num", NUMBER, autoincrement=True, nullable=False),
        *(_needed(name, sa.Text) for name in ("id", "video")),
        _needed("account", sa.BigInteger),
        *(_needed(name, sa.Text) for name in ("handle", "title")),
        _needed("duration_s", sa.Float),
        _needed("fingerprint", sa.LargeBinary),
        _needed("down", sa.Text),
        _needed("settled", sa.Boolean),
        _needed("created_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("num", name="pk_sounds"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sounds_id", "sounds", ["id"], unique=True)
    for name in ("video", "account", "settled"):
        op.create_index(f"ix_sounds_{name}", "sounds", [name])
    op.create_table(
        "sound_marks",
        _needed("mark", sa.BigInteger),
        _needed("sound", sa.BigInteger),
        sa.PrimaryKeyConstraint("mark", "sound", name="pk_sound_marks"),
        sa.ForeignKeyConstraint(["sound"], ["sounds.num"], name="fk_sound_marks_sound_sounds"),
    )
    op.create_index("ix_sound_marks_sound", "sound_marks", ["sound"])
    op.execute("INSERT INTO sequences (name, value) VALUES ('sounds', 0)")


def _needed(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
