"""What is known about one viewer while they are active: plain arrays, folded from their log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES

TOPICS_MAX: Final = 32
"""Width of the per-topic arrays; the topic table may grow up to it."""
SCENES: Final = 16
"""Places where something is shown: surfaces here, the tabs of a log that is replayed."""
CREATORS_MAX: Final = 16
"""How many creators a viewer's taste remembers: those most engaged with, then most shown."""
ITEMS_MAX: Final = 32
"""How many of the newest items that were looked at are remembered one by one."""
VECTORS: Final = 3
"""Embeddings engaged with, long-term and short-term, and those looked at."""
INTERESTS: Final = 4
"""Interest vectors: one a cluster of what was engaged with."""

SHOWN, JUDGED, TAP, LONG, LIKE, ENGAGED = range(6)
"""Columns of `counts`: impressions; those of which is known whether they were tapped (all that are
served, not all of an imported history); taps; long views; likes, saves and shares; engagement (the
weights of learning.taste.WEIGHT; regret counts against)."""
ALL, HOUR = 0, 1
"""Rows of `counts`: everything, and the last hour (a half-life of one hour)."""
SCENE_0: Final = 2
TOPIC_0: Final = SCENE_0 + SCENES
LANGUAGE_0: Final = TOPIC_0 + TOPICS_MAX
CREATOR_0: Final = LANGUAGE_0 + len(LANGUAGES)
PLACES: Final = CREATOR_0 + CREATORS_MAX
"""Rows of `counts`: from these on, one a scene, topic, language and remembered creator."""

IMPRESSED, TAPPED, COMPLETED, LONGED = 1, 2, 4, 8
"""Bits of `seen_flags` and, but for the first, of `items_done`."""
UNJUDGED = 128
"""Bit of `items_done`: whether it was tapped is not known."""


def _floats(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)


@dataclass(slots=True, eq=False)
class ViewerState:
    """Folded from the viewer's records up to position `n` of their partition. Times in Unix ms."""

    viewer: int
    n: int = 0
    at_ms: int = 0
    """Log time of the newest record folded; decayed counts below are as of then."""
    counts: NDArray[np.float32] = field(default_factory=lambda: _floats(PLACES, ENGAGED + 1))
    """What happened where, decayed."""
    creators: NDArray[np.int32] = field(default_factory=lambda: np.zeros(CREATORS_MAX, np.int32))
    """Creator numbers of the last rows of `counts`; 0 is a free place."""
    vectors: NDArray[np.float32] = field(default_factory=lambda: _floats(VECTORS, EMBEDDING_SIZE))
    """Sums of embeddings, decayed (engaged with: long, short; looked at); not normalised."""
    interests: NDArray[np.float32] = field(
        default_factory=lambda: _floats(INTERESTS, EMBEDDING_SIZE)
    )
    """Unit vectors; learning.interests."""
    interest_weight: NDArray[np.float32] = field(default_factory=lambda: _floats(INTERESTS))
    """How much each interest was engaged with, decayed; 0 is a free place."""
    items: NDArray[np.int64] = field(default_factory=lambda: np.zeros(ITEMS_MAX, np.int64))
    """Numbers of the items looked at last, newest last; 0 is a free place."""
    items_done: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(ITEMS_MAX, np.uint8))
    """Bits TAPPED, COMPLETED, LONGED of each of them."""
    seen: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """Item numbers served, oldest first, each once; `seen_count` of them are in use."""
    seen_ms: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """When each was last served."""
    seen_flags: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    """Bits IMPRESSED, TAPPED, COMPLETED, LONGED, of the slot that showed the item last."""
    seen_count: int = 0
    recent: dict[str, tuple[float, int, int, int, int, int, int]] = field(default_factory=dict)
    """Event id to (weight, column of `counts` or -1, topic, language, creator, scene, item) of what
    was engaged with last, so that it can be undone; not kept in the profile."""
    hidden_creators: dict[int, int] = field(default_factory=dict)
    """Creator number to the time until which it stays hidden."""
    hidden_topics: dict[int, int] = field(default_factory=dict)
    hidden_items: set[int] = field(default_factory=set)
    followed_creators: set[int] = field(default_factory=set)
    followed_topics: set[int] = field(default_factory=set)
    followed_channels: set[int] = field(default_factory=set)
    """Numbers: catalogue/channels.py, channel_number()."""
    begun: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Item number to (when, where in ms) of videos that were left; learning/going.py."""
    ended: dict[int, int] = field(default_factory=dict)
    """Item number to when it was finished, of parts of series."""
    edition: int = 0
    """Slate number of the newest edition, 0 for none."""
    edition_items: tuple[int, ...] = ()
    edition_valid_ms: int = 0
    events_since_edition: int = 0

    @property
    def shown(self) -> NDArray[np.float32]:
        """float32[TOPICS_MAX], a view: impressions by topic, decayed."""
        return self.counts[TOPIC_0:LANGUAGE_0, SHOWN]

    @property
    def engaged(self) -> NDArray[np.float32]:
        """float32[TOPICS_MAX], a view: engagement by topic, decayed; hides count against."""
        return self.counts[TOPIC_0:LANGUAGE_0, ENGAGED]

    @property
    def language_shown(self) -> NDArray[np.float32]:
        """float32[languages], a view"""
        return self.counts[LANGUAGE_0:CREATOR_0, SHOWN]

    @property
    def language_engaged(self) -> NDArray[np.float32]:
        """float32[languages], a view"""
        return self.counts[LANGUAGE_0:CREATOR_0, ENGAGED]

    @property
    def creator_shown(self) -> NDArray[np.float32]:
        """float32[CREATORS_MAX], a view"""
        return self.counts[CREATOR_0:, SHOWN]

    @property
    def creator_engaged(self) -> NDArray[np.float32]:
        """float32[CREATORS_MAX], a view"""
        return self.counts[CREATOR_0:, ENGAGED]

    @property
    def engaged_items(self) -> NDArray[np.int64]:
        """int64[<= ITEMS_MAX]: numbers of the items engaged with last, newest last."""
        return self.items[(self.items_done & ~np.uint8(UNJUDGED)) > 0]
