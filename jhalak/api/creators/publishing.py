"""When a video is to be seen, as creators say it: `now`, `draft`, or a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from jhalak.api.raw import Refused
from jhalak.schema.video import AT_ONCE, KEPT_BACK, Video
from jhalak.trust.edits import LATEST_MS, MINUTE_MS

Publish = Literal["now", "draft", "later"]
DAYS: Final = LATEST_MS // 86_400_000
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


def publish_ms_of(said: str, now_ms: int) -> int:
    """As Details have it; "" is now. Raises Refused (400)."""
    if said in ("", "now"):
        return AT_ONCE
    if said == "draft":
        return KEPT_BACK
    try:
        at_ms = int(msgspec.convert(said, _Time).timestamp() * 1000)
    except (msgspec.ValidationError, OverflowError, ValueError):
        at_ms = 0
    if not MINUTE_MS <= at_ms - now_ms <= LATEST_MS:
        raise Refused(
            400, "bad_time", "publish is now, draft, or a time with its zone (RFC 3339), such as"
            f" 2030-01-31T18:30:00+05:30, from one minute to {DAYS} days ahead",
        )  # fmt: skip
    return at_ms


def said_of(video: Video) -> tuple[Publish, int]:
    """What its creator is told, and the time where it waits for one, in milliseconds."""
    wanted = video.details.publish_ms
    if video.state == "live" or wanted == AT_ONCE:
        return "now", 0
    return ("draft", 0) if wanted == KEPT_BACK else ("later", wanted)
