"""Claim: what is learned of a viewer fits in a kilobyte."""

from __future__ import annotations

import asyncio
from typing import Final

from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from benchmarks.worlds import World
from jhalak.assembly import now_ms, open_profiles
from jhalak.config.settings import Settings
from jhalak.embedded.keys import open_keys
from jhalak.learning.packed import taste_bytes
from jhalak.learning.profile import load
from jhalak.people.viewer_token import ViewerTokens
from jhalak.schema.viewer_state import ViewerState

MOST: Final = 1024


def viewer_state(setting: Setting) -> Result:
    """Bytes of what was learned, as kept, of viewers who have seen 100 to 300 items: the most that
    one of them has, beside the arrays that it is in memory."""
    with setting.worlds.copy(setting.items) as world:
        kept = asyncio.run(_kept(world))
    learned = [float(len(taste_bytes(state))) for state, _ in kept]
    arrays = [_in_memory(state) for state, _ in kept]
    return Result(
        benchmark="viewer_state",
        what=f"what is learned of a viewer, the most of {len(kept)} who saw 100 to 300 items",
        figure=max(learned),
        unit="bytes",
        anchor="the arrays in memory",
        anchor_figure=middle(arrays),
        ratio=middle([a / b for a, b in zip(learned, arrays, strict=True)]),
        target=f"at most {MOST:,} bytes",
        met=max(learned) <= MOST,
        details={
            "median": middle(learned),
            "whole_profile_median": middle([float(size) for _, size in kept]),
            "seen_items_median": middle([float(state.seen_count) for state, _ in kept]),
        },
    )  # fmt: skip


def _in_memory(state: ViewerState) -> float:
    arrays = (state.counts, state.creators, state.vectors, state.items, state.items_done)
    return float(sum(array.nbytes for array in arrays))


async def _kept(world: World) -> list[tuple[ViewerState, int]]:
    """(state, bytes of the whole profile) of the world's regular viewers."""
    tokens = ViewerTokens(Settings().cell, open_keys(world.data / "keys", now_ms()).viewer)
    profiles = open_profiles(world.data)
    viewers = [tokens.verify(token).viewer for token in world.regular]
    found = await profiles.get_many(viewers)
    return [(load(viewer, data), len(data)) for viewer, data in found.items()]
