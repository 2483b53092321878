"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _sequences()
    _items()
    _viewers()
    _operators()


def _sequences() -> None:
    sequences = op.create_table(
        "sequences",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sequences"),
    )
    names = ("items", "revocations", "audit", "probes")
    op.bulk_insert(sequences, [{"name": name, "value": 0} for name in names])


def _items() -> None:
    op.create_table(
        "creators",
        sa.Column("num", _number(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_creators"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_creators_name", "creators", ["name"], unique=True)
    op.create_table(
        "items",
        sa.Column("num", _number(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("creator", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("embedding", sa.LargeBinary, nullable=False),
        sa.Column("content_hash", sa.LargeBinary, nullable=False),
        sa.Column("published_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_items"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_items_id", "items", ["id"], unique=True)
    op.create_index("ix_items_seq", "items", ["seq"], unique=True)
    op.create_table(
        "recalls",
        sa.Column("num", _number(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_recalls"),
        sa.ForeignKeyConstraint(["num"], ["items.num"], name="fk_recalls_num_items"),
    )


def _viewers() -> None:
    op.create_table(
        "viewers",
        sa.Column("id", _number(), autoincrement=False, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("age_band", sa.Text),
        sa.Column("profiled", sa.Boolean, nullable=False),
        sa.Column("data_budget_bytes", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_viewers"),
    )
    op.create_table(
        "relations",
        sa.Column("viewer", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("standing", sa.Boolean, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("viewer", "verb", "kind", "target", name="pk_relations"),
        sa.ForeignKeyConstraint(["viewer"], ["viewers.id"], name="fk_relations_viewer_viewers"),
    )
    op.create_index("ix_relations_verb_kind_target", "relations", ["verb", "kind", "target"])
    op.create_table(
        "consents",
        sa.Column("num", _number(), autoincrement=True, nullable=False),
        sa.Column("viewer", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_consents"),
        sa.ForeignKeyConstraint(["viewer"], ["viewers.id"], name="fk_consents_viewer_viewers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_viewer", "consents", ["viewer"])
    op.create_table(
        "revocations",
        sa.Column("seq", _number(), autoincrement=False, nullable=False),
        sa.Column("viewer", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_revocations"),
    )
    op.create_index("ix_revocations_viewer", "revocations", ["viewer"])


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operators_token_hash", "operators", ["token_hash"], unique=True)
    op.create_table(
        "audit",
        sa.Column("n", _number(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_audit"),
    )
