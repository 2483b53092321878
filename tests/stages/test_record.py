"""What is written down of a slate."""

from __future__ import annotations

import numpy as np

from jhalak.catalogue.live import STORIES
from jhalak.schema.activity import decode, encode
from jhalak.schema.slate import Level, Slate
from jhalak.stages.record import served_record
from tests.worlds import NOW_MS, make_item, world_of


def test_a_card_is_recorded_with_its_story_and_a_video_for_itself() -> None:
    world = world_of(
        make_item("a", story="s"), make_item("b"), make_item("c", story="s", kind="video")
    )
    rows = np.array([world.catalogue.by_id[name] for name in "abc"], np.int32)
    k = len(rows)
    slate = Slate(
        id=1, viewer=1, surface=0, at_ms=NOW_MS, level=Level.full, model=1, profiled=True,
        rows=rows, items=world.catalogue.num[rows], propensity=np.ones(k, np.float32),
        reason=np.zeros(k, np.uint8), features=np.zeros((k, 0), np.float16),
        contributions=np.zeros((k, 0), np.float32), ref=np.zeros(k, np.uint8),
    )  # fmt: skip
    served = decode(encode(served_record(world, slate)))
    story, alone, video = np.frombuffer(served.story, np.int64).tolist()  # type: ignore[union-attr]
    assert story == world.catalogue.story[rows[0]] >= STORIES and alone == video == 0
