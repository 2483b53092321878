"""What series and lists have in common: their words, their videos, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter

from jhalak.api.people.profile import Known, ShelfVideo
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.cards import video_fields
from jhalak.people.age import band_of, grown, is_minor
from jhalak.people.names import name_hidden, tidy
from jhalak.ports.creators import Creator
from jhalak.ports.shown_videos import Shown
from jhalak.schema.collection import MOST_TITLE

PAGE: Final = 50
NO_STORE: Final = CacheControlHeader(no_store=True)
Id = Annotated[str, Parameter(max_length=64)]
Title = Annotated[str, msgspec.Meta(max_length=1000)]
About = Annotated[str, msgspec.Meta(max_length=4000)]


class MakerOut(msgspec.Struct):
    """Whose it is."""

    handle: str
    name: str
    verified: bool


class PartOut(msgspec.Struct):
    """A video's place in its series."""

    series: str
    part: int
    """The first is 1."""
    parts: int
    next: str | None
    """The next part that the viewer may see."""


def maker_out(owner: Creator) -> MakerOut:
    return MakerOut(owner.handle, owner.name or owner.handle, owner.verified_ms > 0)


def allowed_title(title: str) -> str:
    """As it is kept. Raises Refused (400)."""
    kept = tidy(title)
    said = "a title has a letter at least" if not kept else name_hidden(kept, MOST_TITLE)
    if said:
        raise Refused(400, "bad_title", said)
    return kept


def is_young(owner: Creator, now_ms: int) -> bool:
    """Under 18, or of unknown age: their lists are their own."""
    least = grown(owner.least_age, owner.told_ms, now_ms)
    return is_minor(band_of(least) if least else owner.age_band)


def known_maker(services: Services, account: int, viewer: int) -> Known | None:
    """Whose collection it is, as the viewer stands to them; None where they may not see it: the
    account is suspended, one of the two blocks the other, or it is private and not followed. For a
    thread."""
    owner = services.people.of_accounts([account]).get(account)
    if owner is None or owner.suspended_ms:
        return None
    known = Known(owner, services.relations.between(viewer, owner.creator), owner.viewer == viewer)
    return None if "barred" in known.verbs or known.hidden else known


def shown_videos(services: Services, videos: Sequence[str], viewer: int) -> list[tuple[int, Shown]]:
    """(place among `videos`, video) of those that the viewer may see, and did not mute whose they
    are. For a thread."""
    if not videos:
        return []
    found = services.shown.some(videos, viewer)
    return [
        (place, found[video])
        for place, video in enumerate(videos)
        if video in found and not found[video].muted
    ]


def videos_out(services: Services, shown: Iterable[Shown]) -> list[ShelfVideo]:
    """As the feed has them, without slots. For a thread."""
    wanted = list(shown)
    records = services.items.by_num([one.video.num for one in wanted])
    now_ms, told = services.clock(), list[ShelfVideo]()
    for one in wanted:
        record = records[one.video.num]
        media = record.item.media
        base = services.media_links.base(media, now_ms) if media else None
        fields: dict[str, Any] = video_fields(record) | {"slot": None, "why": "", "at": base}
        told.append(msgspec.convert(msgspec.to_builtins(fields), ShelfVideo))
    return told


def part_of(services: Services, video: str, viewer: int) -> PartOut | None:
    """A video's place in its series, with the next part that the viewer may see. For a thread."""
    series = services.world.series
    part = series.of(video)
    if part is None:
        return None
    shown = shown_videos(services, series.after(video), viewer)
    return PartOut(part.series, part.part, part.parts, shown[0][1].video.id if shown else None)
