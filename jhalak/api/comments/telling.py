"""Who is told of a comment."""

from __future__ import annotations

from jhalak.api.services import Services
from jhalak.ports.comments import Comment
from jhalak.ports.notifications import NoticeKind
from jhalak.ports.shown_videos import Shown


async def tell(
    services: Services, comment: Comment, mentioned: dict[str, int], shown: Shown
) -> None:
    """Once each: whom it answers, whom it names, the video's creator. Nobody of what is held."""
    if comment.state != "shown":
        return
    told = {comment.account, 0}
    concerned: list[tuple[int, NoticeKind]] = [(comment.answers, "reply")]
    concerned += [(account, "mention") for account in mentioned.values()]
    concerned.append((shown.owner.num, "comment"))
    for account, kind in concerned:
        if account not in told:
            told.add(account)
            await services.notify(
                account, kind, comment.id, comment.account, {"video": comment.video}
            )
