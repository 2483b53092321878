"""The search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
BY_CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("num", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("num", name="pk_search_documents"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_search_documents_kind_ref", "search_documents", ["kind", "ref"], unique=True
    )
    op.create_index("ix_search_documents_expires_ms", "search_documents", ["expires_ms"])
    op.create_table(
        "search_words",
        sa.Column("word", BY_CODE, nullable=False),
        sa.Column("mirrored", BY_CODE, nullable=False),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_words"),
    )
    op.create_index("ix_search_words_mirrored", "search_words", ["mirrored"])
    op.create_table(
        "search_position",
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_search_position"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Words come cut: letters, digits, marks and private use, all else is between them.
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(terms, content='', contentless_delete=1,"
            " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")"
        )
    else:
        op.create_table(
            "search_index",
            sa.Column("num", sa.BigInteger, nullable=False),
            sa.Column("terms", sa.dialects.postgresql.TSVECTOR, nullable=False),
            sa.PrimaryKeyConstraint("num", name="pk_search_index"),
        )
        op.create_index("ix_search_index_terms", "search_index", ["terms"], postgresql_using="gin")
