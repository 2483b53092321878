"""The feed of those whom a viewer follows: newest and best first, and nothing else.

The same stages as "for you", from one source. Nothing takes the place of what is not there, and
nothing comes again within the never-repeat window: it may be shorter than asked, or empty. Then
its level is `exhausted`.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from jhalak.catalogue.live import VIDEO
from jhalak.config.settings import Settings
from jhalak.feeds.feed import ALL, NO_SOURCE, Feed
from jhalak.pipeline.runner import Pipeline
from jhalak.pipeline.stage import Filter
from jhalak.ports.event_log import EventLog
from jhalak.schema.candidates import Rows
from jhalak.schema.query import Query
from jhalak.stages.audience import ForFollowers
from jhalak.stages.diversity import Diverse, InOrder
from jhalak.stages.eligibility import AlreadySeen, Hidden, Language
from jhalak.stages.exploration import TrialWeights
from jhalak.stages.fatigue import CreatorFatigue
from jhalak.stages.prediction import Predictions
from jhalak.stages.profile import LearnedState, Profile, Seen
from jhalak.stages.record import RecordServed
from jhalak.stages.retrieval import NO_ROWS
from jhalak.stages.safety import AgeSafe, Live
from jhalak.stages.valuation import AsFound, Weighted
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

NEWEST: Final = 200
"""So many videos are ranked: the newest that were not seen."""


class FollowedVideos:
    """Source: the unseen videos of the creators whom the viewer follows, newest first. It goes by
    their word alone, so also for who wants nothing learned. O(their videos)."""

    name: ClassVar[str] = "followed videos"

    def __init__(self, world: World, walker: Walker, wanted: int) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        catalogue = self._world.catalogue
        followed = query.state.followed_creators if query.state is not None else ()
        pools = catalogue.pools.creator
        held = [pools[creator] for creator in followed if creator in pools]
        if not held:
            return NO_ROWS
        rows = np.concatenate(held)
        rows = rows[catalogue.kind[rows] == VIDEO]
        rows = rows[np.lexsort((-catalogue.num[rows], -catalogue.published_ms[rows]))]
        return self._walker.first(rows, min(self._wanted, len(rows)), query.seen)


def following(world: World, states: ViewerStates, event_log: EventLog, settings: Settings) -> Feed:
    """Slates of videos of those whom the viewer follows."""
    feed = settings.feed
    walker = Walker(world.catalogue)
    filters: list[Filter[Query]] = [
        Live(world), Language(world), Hidden(world), AgeSafe(world), ForFollowers(world),
        AlreadySeen(walker),
    ]  # fmt: skip
    return Feed(
        world,
        ranked=Pipeline(
            query_hydrators=[
                Profile(states), LearnedState(world, feed.learner_silent_s),
                Seen(feed.never_repeat_days),
            ],
            sources=[FollowedVideos(world, walker, NEWEST)],
            filters=filters,
            scorers=[
                Predictions(world, video=True), CreatorFatigue(world),
                TrialWeights(world, source=NO_SOURCE),
            ],
            value=Weighted(feed.values),
            selector=Diverse(world, exploration=None, topic_share=1.0, min_topics=1),
            limit=NEWEST,
            budget_s=feed.source_budget_ms / 1000,
        ),
        unranked=Pipeline(
            sources=[FollowedVideos(world, walker, ALL)], filters=filters, scorers=[],
            value=AsFound(), selector=InOrder(), limit=ALL,
        ),
        again=None,
        side_effects=[RecordServed(world, event_log, states)],
        trending_source=NO_SOURCE,
        values=feed.values,
        alone=True,
        reason="followed",
    )  # fmt: skip
