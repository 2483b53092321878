"""What a viewer's age lets them see of videos that they open themselves, as the filter `age safe`
lets it of a feed: a shelf, a list or an address leads no minor to what the feed keeps away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from jhalak.people.age import MINORS
from jhalak.ports.shown_videos import Shown, ShownVideos
from jhalak.ports.viewers import ViewerStore
from jhalak.schema.video import UseKind, Video
from jhalak.stages.world import World


class FitVideos:
    """ShownVideos (ports/shown_videos.py) by age, over those of the records. `with_sound` leaves
    it to the filters, which all of a sound's videos pass."""

    def __init__(self, shown: ShownVideos, world: World, viewers: ViewerStore) -> None:
        self._shown, self._world, self._viewers = shown, world, viewers

    def find(self, video: str, viewer: int) -> Shown | None:
        found = self._shown.find(video, viewer)
        return found if found is not None and self._fit([found], viewer) else None

    def some(self, videos: Sequence[str], viewer: int) -> dict[str, Shown]:
        found = self._shown.some(videos, viewer)
        return {one.video.id: one for one in self._fit(found.values(), viewer)}

    def uses(
        self, video: str, kind: UseKind | None, viewer: int, before_ms: int, limit: int
    ) -> list[Shown]:
        return self._full(
            lambda before_ms: self._shown.uses(video, kind, viewer, before_ms, limit),
            viewer, before_ms, limit,
        )  # fmt: skip

    def with_sound(self, sound: str, viewer: int, before_ms: int, limit: int) -> list[Shown]:
        return self._shown.with_sound(sound, viewer, before_ms, limit)

    def made_with(self, video: str, limit: int) -> list[Video]:
        return self._shown.made_with(video, limit)

    def _full(
        self, page: Callable[[int], list[Shown]], viewer: int, before_ms: int, limit: int
    ) -> list[Shown]:
        """As many as were asked for, where there are so many that fit."""
        kept: list[Shown] = []
        while len(found := page(before_ms)) and len(kept) < limit:
            kept += self._fit(found, viewer)
            if len(found) < limit:
                break
            before_ms = found[-1].video.created_ms
        return kept[:limit]

    def _fit(self, found: Iterable[Shown], viewer: int) -> list[Shown]:
        """Those that are for the viewer, in their order. Whose age it is, is asked only where that
        changes something."""
        all_ = list(found)
        if all(map(self._is_for_all, all_)) or not self._is_minor(viewer):
            return all_
        return [one for one in all_ if one.own or self._is_for_all(one)]

    def _is_for_all(self, one: Shown) -> bool:
        """What the catalogue does not have yet may be anything."""
        c = self._world.catalogue
        row = c.by_id.get(one.video.id, -1)
        return row >= 0 and not (c.sensitive[row] or c.unsafe[row])

    def _is_minor(self, viewer: int) -> bool:
        known = self._viewers.get(viewer)
        return known is None or known.age_band in MINORS
