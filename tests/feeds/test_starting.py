"""A page of the video feed that begins with a video that the viewer chose."""

from __future__ import annotations

import numpy as np

from jhalak.feeds.starting import Chosen
from jhalak.learning.features import F
from jhalak.learning.value import C
from jhalak.schema.slate import Level, Slate
from jhalak.schema.viewer_state import ViewerState
from tests.worlds import NOW_MS, make_item, names_of, query_of, world_of


def begun(publishers: str) -> list[str]:
    """The page that begins with the last of videos v0, v1...; each letter is a publisher, `-` is
    none."""
    world = world_of(
        *(
            make_item(f"v{n}", kind="video", publisher=name.strip("-"))
            for n, name in enumerate(publishers)
        )
    )
    rows = np.flatnonzero(world.catalogue.live).astype(np.int32)[:-1]
    k = len(rows)
    slate = Slate(
        id=1, viewer=1, surface=1, at_ms=NOW_MS, level=Level.full, model=0, profiled=True,
        rows=rows, items=world.catalogue.num[rows], propensity=np.ones(k, np.float32),
        reason=np.zeros(k, np.uint8), features=np.zeros((k, F), np.float16),
        contributions=np.zeros((k, C), np.float32), ref=np.zeros(k, np.uint8), valid_until_ms=0,
    )  # fmt: skip
    page = Chosen(world).begin(query_of(state=ViewerState(1)), slate, f"v{k}")
    assert page is not None and len(page.features) == len(page.propensity) == len(page)
    return names_of(world, page.rows)


def test_what_would_follow_the_chosen_video_of_its_own_creator_goes() -> None:
    assert begun("aaba" + "a") == ["v4", "v2", "v3"]


def test_videos_of_nobody_known_are_not_of_one_creator() -> None:
    assert begun("---" + "-") == ["v3", "v0", "v1", "v2"]
