"""The feed of one channel: what is in it and nothing else, ranked as the video feed is."""

from __future__ import annotations

from jhalak.config.settings import Settings
from jhalak.feeds.feed import ALL, NO_SOURCE, Feed
from jhalak.pipeline.runner import Pipeline
from jhalak.pipeline.stage import Filter
from jhalak.ports.event_log import EventLog
from jhalak.schema.query import Query
from jhalak.stages.audience import ForFollowers
from jhalak.stages.channel import InChannel, OnlyChannel
from jhalak.stages.diversity import Diverse, InOrder
from jhalak.stages.eligibility import AlreadySeen, Hidden, Language
from jhalak.stages.exploration import TrialWeights
from jhalak.stages.fatigue import CreatorFatigue
from jhalak.stages.prediction import Predictions
from jhalak.stages.profile import LanguageShares, LearnedState, Profile, Seen
from jhalak.stages.record import RecordServed
from jhalak.stages.retrieval import LongestAgo
from jhalak.stages.safety import AgeSafe, Live
from jhalak.stages.valuation import AsFound, Weighted
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.walk import Walker
from jhalak.stages.world import World


def channel(world: World, states: ViewerStates, event_log: EventLog, settings: Settings) -> Feed:
    """Slates of `query.channel`. When all of it was seen it comes again, the longest ago first, at
    level `exhausted`; with too few items a slate is shorter or empty, and says so too."""
    feed = settings.feed
    walker = Walker(world.catalogue)
    safe: list[Filter[Query]] = [
        Live(world), Language(world), Hidden(world), AgeSafe(world), ForFollowers(world),
        OnlyChannel(world),
    ]  # fmt: skip
    return Feed(
        world,
        ranked=Pipeline(
            query_hydrators=[
                Profile(states),
                LearnedState(world, feed.learner_silent_s),
                Seen(feed.never_repeat_days),
                LanguageShares(),
            ],
            sources=[InChannel(world, walker, feed.candidates)],
            filters=[*safe, AlreadySeen(walker)],
            scorers=[
                Predictions(world, video=True), CreatorFatigue(world),
                TrialWeights(world, source=NO_SOURCE),
            ],
            value=Weighted(feed.values),
            selector=Diverse(world, exploration=None, topic_share=1.0, min_topics=1),
            limit=feed.candidates,
            budget_s=feed.source_budget_ms / 1000,
        ),
        unranked=Pipeline(
            sources=[InChannel(world, walker, ALL)],
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
        trending_source=NO_SOURCE,
        values=feed.values,
        alone=True,
    )  # fmt: skip
