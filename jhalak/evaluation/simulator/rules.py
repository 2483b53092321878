"""What a simulated world is like: every number of it that somebody may want to change."""

from __future__ import annotations

from typing import Final

import msgspec

DAY_MS: Final = 86_400_000
START_MS: Final = 1_790_000_000_000 // DAY_MS * DAY_MS
"""The simulated time at which a run begins."""

TOPICS: Final = (
    "sport", "entertainment", "business", "technology", "science", "food", "fashion", "education",
    "auto", "travel", "nature", "games",
)  # fmt: skip
"""Topics without rules of their own: none is sensitive."""


class Nature(msgspec.Struct, frozen=True, kw_only=True):
    """How viewers are. Strengths are in units of log-odds."""

    interests: float = 0.25
    """Concentration of the Dirichlet from which a viewer's shares of topics come: the smaller,
    the fewer topics a viewer cares for."""
    clear: float = 3.0
    """A viewer's top topic has at least so many times the share of their second: with 2 nobody
    could tell it for 80 % of viewers after 8 taps, whatever they were shown (docs/simulator.md)."""
    floor: float = 0.02
    """Added to every share: no topic is without any appeal."""
    topic: float = 1.7
    """1: the odds of an action rise in proportion to the topic's share."""
    likeness: float = 1.2
    """Of the cosine between the viewer's hidden vector and the item's embedding."""
    language: float = 0.7
    """1: the odds rise in proportion to the language's share."""
    mood: float = 0.5
    """Standard deviation over viewers of how readily they act at all."""
    topic_fatigue: float = 0.35
    """Of log(1 + recent impressions of the topic / `topic_bearable`)."""
    creator_fatigue: float = 0.35
    topic_bearable: float = 6.0
    creator_bearable: float = 3.0
    rest_h: float = 12.0
    """Fatigue halves with each so many hours."""
    unrest: float = 0.03
    """Daily random walk of each share (log-normal): tastes drift slowly."""
    patience: float = 0.92
    """Probability that a viewer who looked at a slot looks at the next one."""
    position: float = 0.15
    """Attention to slot k (from 0) of a lock screen is (1 + k) ** -position; to a video that is
    looked at it is full."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """A world and what is tried in it. The same rules give the same run."""

    viewers: int = 300
    days: float = 5.0
    seed: int = 1
    exploration: float = 0.05
    """The feeds' setting of the same name."""
    topics: tuple[str, ...] = TOPICS
    languages: tuple[str, ...] = ("hi", "en", "ta")
    live_each: int = 500
    """Items of one language that live at any time, on average; births follow from lifetimes."""
    videos: float = 0.35
    """Share of items that are videos."""
    creators: int = 6
    """Creators of each topic in each language."""
    subjects: int = 4
    """Clusters of embeddings within a topic; a viewer has a favourite in each."""
    visits_a_day: float = 4.0
    slots: int = 10
    """Cards of an edition."""
    pages: float = 0.25
    """Probability that a visit goes on to a page of the video feed."""
    page_slots: int = 8
    early: float = 0.5
    """Share of viewers that are there at the start; the others come during the first half."""
    turning: float = 0.5
    """Share of the early viewers whose top interest gives way to another, once, in the middle."""
    video_rate: float = 0.45
    """Mean probability of a tap in the video feed, over random items and viewers (KuaiRand)."""
    video_sd: float = 0.17
    """Standard deviation over items of that probability's mean over viewers (KuaiRand)."""
    lockscreen_rate: float = 0.12
    """The same mean on a lock screen, where a glance is not a visit. The spread in log-odds is
    that of the video feed."""
    bad: float = 0.02
    """Share of items that viewers report."""
    publish_min: float = 15.0
    """Simulated minutes between two snapshots of the learner."""
    nature: Nature = Nature()
