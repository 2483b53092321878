"""The short-video feed. Where there are no videos, cards with motion take their place."""

from __future__ import annotations

from jhalak.config.settings import Settings
from jhalak.feeds.feed import ALL, Feed
from jhalak.pipeline.runner import Pipeline
from jhalak.pipeline.stage import Filter
from jhalak.ports.event_log import EventLog
from jhalak.schema.query import Query
from jhalak.stages.audience import ForFollowers, NotByTasteAlone
from jhalak.stages.diversity import Diverse, InOrder
from jhalak.stages.eligibility import AlreadySeen, Hidden, Language
from jhalak.stages.exploration import Exploration, TrialWeights
from jhalak.stages.fatigue import CreatorFatigue
from jhalak.stages.prediction import Predictions
from jhalak.stages.profile import LanguageShares, LearnedState, Profile, Seen
from jhalak.stages.record import RecordServed
from jhalak.stages.retrieval import (
    CoEngaged,
    Followed,
    Fresh,
    LongestAgo,
    Nearest,
    Newest,
    Topical,
    Trending,
)
from jhalak.stages.safety import AgeSafe, Live
from jhalak.stages.screen import Screen
from jhalak.stages.valuation import AsFound, Weighted
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.walk import Walker
from jhalak.stages.world import World


def video(world: World, states: ViewerStates, event_log: EventLog, settings: Settings) -> Feed:
    """Slates of the video feed: the same stages, less what only a locked screen needs."""
    feed = settings.feed
    walker = Walker(world.catalogue)
    safe: list[Filter[Query]] = [
        Live(world), Language(world), Hidden(world), AgeSafe(world), ForFollowers(world),
    ]  # fmt: skip
    filters = [*safe, NotByTasteAlone(world, taste=(3, 4)), AlreadySeen(walker)]
    return Feed(
        world,
        ranked=Pipeline(
            query_hydrators=[
                Profile(states),
                LearnedState(world, feed.learner_silent_s),
                Seen(feed.never_repeat_days),
                LanguageShares(),
            ],
            sources=[
                Trending(world, walker),
                Followed(world, walker),
                Exploration(world, walker, budget=feed.trial_impressions, cards=False),
                Nearest(world, walker),
                CoEngaged(world, walker),
                Topical(world, walker),
                Fresh(world, walker),
            ],
            filters=filters,
            screen=Screen(world, walker, filters),
            scorers=[
                Predictions(world, video=True), CreatorFatigue(world),
                TrialWeights(world, source=2),
            ],
            value=Weighted(feed.values),
            selector=Diverse(
                world, exploration=feed.exploration, topic_share=0.75, min_topics=3
            ),
            limit=feed.candidates,
            budget_s=feed.source_budget_ms / 1000,
        ),
        unranked=Pipeline(
            sources=[Newest(world, walker)],
            filters=safe,
            scorers=[],
            value=AsFound(),
            selector=InOrder(),
            limit=ALL,
        ),
        again=Pipeline(
            sources=[LongestAgo(world)],
            filters=safe,
            scorers=[],
            value=AsFound(),
            selector=InOrder(),
            limit=ALL,
        ),
        side_effects=[RecordServed(world, event_log, states)],
        trending_source=0,
        values=feed.values,
    )  # fmt: skip
