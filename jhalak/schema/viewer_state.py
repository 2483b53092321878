"""What is known about one viewer while they are active: plain arrays, folded from their log."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES

TOPICS_MAX = 32
"""Width of the per-topic arrays; the topic table may grow up to it."""
CREATORS_MAX = 64
"""How many creators a viewer's taste remembers: those most engaged with, then most shown."""
VECTORS = 2
"""Long-term and short-term embedding of what the viewer engaged with."""

IMPRESSED = 1
TAPPED = 2
COMPLETED = 4


def _floats(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)


@dataclass(slots=True, eq=False)
class ViewerState:
    """Folded from the viewer's records up to position `n` of their partition. Times in Unix ms."""

    viewer: int
    n: int = 0
    at_ms: int = 0
    """Log time of the newest record folded; decayed counts below are as of then."""
    shown: NDArray[np.float32] = field(default_factory=lambda: _floats(TOPICS_MAX))
    """Impressions by topic, decayed."""
    engaged: NDArray[np.float32] = field(default_factory=lambda: _floats(TOPICS_MAX))
    """Engagement by topic, decayed: taps, long views, likes; hides count against."""
    language_shown: NDArray[np.float32] = field(default_factory=lambda: _floats(len(LANGUAGES)))
    language_engaged: NDArray[np.float32] = field(default_factory=lambda: _floats(len(LANGUAGES)))
    creators: NDArray[np.int32] = field(default_factory=lambda: np.zeros(CREATORS_MAX, np.int32))
    """Creator numbers; 0 is a free place."""
    creator_shown: NDArray[np.float32] = field(default_factory=lambda: _floats(CREATORS_MAX))
    creator_engaged: NDArray[np.float32] = field(default_factory=lambda: _floats(CREATORS_MAX))
    vectors: NDArray[np.float32] = field(default_factory=lambda: _floats(VECTORS, EMBEDDING_SIZE))
    """Sums of embeddings engaged with, decayed (long, short); not normalised."""
    seen: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """Item numbers served, oldest first, each once; `seen_count` of them are in use."""
    seen_ms: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """When each was last served."""
    seen_flags: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    """Bits IMPRESSED, TAPPED, COMPLETED, of the slot that showed the item last."""
    seen_count: int = 0
    recent: dict[str, tuple[float, int, int, int, int]] = field(default_factory=dict)
    """Event id to (weight, topic, language, creator, item) of what was engaged with last, so that
    it can be undone; not kept in the profile."""
    hidden_creators: dict[int, int] = field(default_factory=dict)
    """Creator number to the time until which it stays hidden."""
    hidden_topics: dict[int, int] = field(default_factory=dict)
    hidden_items: set[int] = field(default_factory=set)
    followed_creators: set[int] = field(default_factory=set)
    followed_topics: set[int] = field(default_factory=set)
    edition: int = 0
    """Slate number of the newest edition, 0 for none."""
    edition_items: tuple[int, ...] = ()
    edition_valid_ms: int = 0
    events_since_edition: int = 0
