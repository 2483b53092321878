"""How a viewer's slates are shared among the languages that they chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit

from jhalak.schema.candidates import Floats
from jhalak.schema.viewer_state import ViewerState

PRIOR: Final = 20.0
"""Impressions' worth of belief that a language is engaged with as the others are."""
USUAL: Final = 0.1
"""Engagement an impression that is expected of who did nothing yet."""
FLOOR: Final = 0.1
"""Part of the slate that the chosen languages share alike, whatever was learned: one that is hardly
engaged with is still shown, so that it can come back."""


@njit(cache=True)
def _shares(shown, engaged, languages, out):  # type: ignore[no-untyped-def]
    n = len(languages)
    all_shown, all_engaged = 0.0, 0.0
    for language in languages:
        all_shown += shown[language]
        all_engaged += max(engaged[language], 0.0)
    usual = (all_engaged + PRIOR * USUAL) / (all_shown + PRIOR)
    total = 0.0
    for i in range(n):
        happened = max(engaged[languages[i]], 0.0)
        out[i] = (happened + PRIOR * usual) / (shown[languages[i]] + PRIOR)
        total += out[i]
    for i in range(n):
        out[i] = (1.0 - FLOOR) * out[i] / total + FLOOR / n


def language_shares(state: ViewerState | None, languages: Sequence[int]) -> Floats:
    """float32[len(languages)]: each chosen language's share of the slate; they add up to 1.

    By engagement per impression in each (state.language_engaged over state.language_shown, both
    decayed), drawn towards the viewer's own mean while little is known, and never below FLOOR over
    the number of languages. A language that was not chosen has no share, however much it was
    engaged with. With nothing known, equal shares. About 2 us.
    """
    out = np.empty(len(languages), np.float32)
    if state is None:
        out[:] = 1.0 / max(len(languages), 1)
        return out
    chosen = np.array(languages, np.int64)
    _shares(state.language_shown, state.language_engaged, chosen, out)
    return out


def language_shares_reference(state: ViewerState, languages: Sequence[int]) -> Floats:
    """What `language_shares` answers, in NumPy."""
    chosen = list(languages)
    shown = state.language_shown[chosen].astype(float)
    engaged = np.maximum(state.language_engaged[chosen].astype(float), 0.0)
    usual = (engaged.sum() + PRIOR * USUAL) / (shown.sum() + PRIOR)
    rate = (engaged + PRIOR * usual) / (shown + PRIOR)
    shares: Floats = ((1 - FLOOR) * rate / rate.sum() + FLOOR / len(chosen)).astype(np.float32)
    return shares
