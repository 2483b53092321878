"""What an account said below videos, and likes there, in its export."""

from __future__ import annotations

from typing import Any, Final

from jhalak.api.services import Services
from jhalak.people.comment_rules import rules_of
from jhalak.ports.comments import Comment
from jhalak.ports.creators import Creator

EACH: Final = 500


def comments_document(services: Services, creator: Creator) -> dict[str, Any]:
    """Blocks. Deleted ones are not kept."""
    written: list[Comment] = []
    while page := services.comments_of.of_account(
        creator.num, written[-1].num if written else 0, EACH
    ):
        written += page
    rules = rules_of(creator.options)
    return {
        "comments": [
            {
                "id": one.id, "video": one.video, "text": one.text, "language": one.language,
                "mentions": list(one.mentions), "state": one.state, "reason": one.reason,
                "likes": one.likes, "replies": one.replies, "created_ms": one.created_ms,
                "edited_ms": one.edited_ms,
            }
            for one in written
        ],
        "comment_likes": [
            {"comment": name, "at_ms": at_ms}
            for name, at_ms in services.comments_of.liked_by(creator.num)
        ],
        "comment_rules": {"comments": rules.comments, "words": list(rules.words)},
    }  # fmt: skip
