"""What a creator says of a video: from a tus client's metadata or a form's fields alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, get_args

from jhalak.api.creators.publishing import publish_ms_of
from jhalak.api.raw import Refused
from jhalak.catalogue.topics import topic_by_id
from jhalak.ingest.clean import visible
from jhalak.media.probe import LONGEST_S
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.video import CAPTION, Audience, CommentsBy, Details, Rights

_YES: Final = {"yes": True, "no": False}


def details_of(said: Mapping[str, str], now_ms: int) -> Details:
    """Raises Refused (400), naming the field. What else is said, such as a file's name, is nothing
    to us."""
    caption = visible(said.get("caption", ""))
    if len(caption) > CAPTION:
        raise _bad("caption", f"has at most {CAPTION} characters; yours has {len(caption)}")
    topic = said.get("topic", "")
    if topic and topic not in topic_by_id():
        raise _bad("topic", f"is a topic's id, such as food, or empty; there is no {topic[:40]!r}")
    return Details(
        caption=caption, language=_one_of(said, "language", LANGUAGES), topic=topic,
        ai=_YES[_one_of(said, "ai", tuple(_YES))],
        sensitive=_YES[_one_of(said, "sensitive", tuple(_YES))],
        rights=_one_of(said, "rights", get_args(Rights)),  # type: ignore[arg-type]
        cover_s=_cover_s(said.get("cover_s", "")),
        duet=_yes(said, "duet"), stitch=_yes(said, "stitch"), sound=_yes(said, "sound"),
        comments=_comments(said),
        audience=_one_of({"audience": said.get("audience") or "everyone"}, "audience",
                         get_args(Audience)),  # type: ignore[arg-type]
        publish_ms=publish_ms_of(said.get("publish", ""), now_ms),
    )  # fmt: skip


def _one_of(said: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = said.get(name, "")
    if value not in known:
        raise _bad(name, f"is one of {', '.join(known)}; yours is {value[:40]!r}")
    return value


def _yes(said: Mapping[str, str], name: str) -> bool:
    """A right that is given; "": it is not."""
    return _YES[_one_of({name: said.get(name) or "no"}, name, tuple(_YES))]


def _comments(said: Mapping[str, str]) -> CommentsBy:
    return _one_of({"comments": said.get("comments", "")}, "comments", get_args(CommentsBy))  # type: ignore[return-value]


def _cover_s(text: str) -> float:
    if not text:
        return -1.0
    try:
        at_s = float(text)
    except ValueError:
        at_s = math.nan
    if not 0 <= at_s <= LONGEST_S:
        raise _bad("cover_s", f"is the cover's time, 0 to {LONGEST_S:.0f} seconds, or empty")
    return at_s


def _bad(name: str, what: str) -> Refused:
    return Refused(400, "bad_details", f"{name} {what}")
