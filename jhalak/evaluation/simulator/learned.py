"""What was learned about a viewer, read from their state as the product reads it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.live import LiveCatalogue
from jhalak.learning import taste
from jhalak.schema.viewer_state import ENGAGED, LANGUAGE_0, SHOWN, ViewerState

LANGUAGE_PRIOR: Final = 10.0
"""Impressions' worth of belief that a viewer reads all their languages alike."""


def top_topic(state: ViewerState, catalogue: LiveCatalogue) -> int:
    """Index of the topic that the viewer is thought to like best; -1: nothing is known."""
    found = taste.interests(state, catalogue.facts_of(state.items)[1])
    return found[0][0] if found else -1


def language_shares(state: ViewerState, languages: tuple[int, ...]) -> NDArray[np.float64]:
    """float64[len(languages)], adding up to 1: engagement per impression of each language that
    the viewer chose (indexes of LANGUAGES)."""
    counts = state.counts[LANGUAGE_0 + np.array(languages)].astype(np.float64)
    shown, engaged = counts[:, SHOWN], np.maximum(counts[:, ENGAGED], 0.0)
    usual = (engaged.sum() + 1.0) / (shown.sum() + 12.0)
    rate = (engaged + LANGUAGE_PRIOR * usual) / (shown + LANGUAGE_PRIOR)
    return np.asarray(rate / rate.sum(), np.float64)
