"""Comments as rows."""

from __future__ import annotations

from typing import Any

from jhalak.ports.comments import Comment
from jhalak.records.tables import AnyRow


def row_of(comment: Comment) -> dict[str, Any]:
    """For an insert; the database gives the number."""
    row = comment._asdict()
    del row["num"]
    row["body"] = row.pop("text")
    return row | {"mentions": " ".join(comment.mentions)}


def comment_of(row: AnyRow) -> Comment:
    return Comment(
        row.num, row.id, row.video, row.account, row.parent, row.answers, row.body, row.mark,
        tuple(row.mentions.split()), row.language, row.state, row.reason, row.likes, row.replies,
        row.reports, row.by_creator, row.value, row.created_ms, row.edited_ms,
    )  # fmt: skip
