"""Shares of languages: learned, never zero for a chosen one, never more for another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.languages import FLOOR, language_shares, language_shares_reference
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import ViewerState

EN, HI, TA = 0, 1, 2


def viewer(**counts: tuple[float, float]) -> ViewerState:
    """(shown, engaged) by language code."""
    state = ViewerState(1)
    for code, (shown, engaged) in counts.items():
        state.language_shown[LANGUAGES.index(code)] = shown
        state.language_engaged[LANGUAGES.index(code)] = engaged
    return state


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([0.0, 1.0, 1000.0]),
    languages=st.lists(st.integers(0, len(LANGUAGES) - 1), min_size=1, max_size=5, unique=True),
)
def test_shares_are_what_the_reference_says_and_none_is_below_the_floor(
    seed: int, scale: float, languages: list[int]
) -> None:
    rng = np.random.default_rng(seed)
    state = ViewerState(1)
    state.language_shown[:] = rng.exponential(1, len(LANGUAGES)) * scale
    state.language_engaged[:] = state.language_shown * rng.uniform(-1, 2, len(LANGUAGES))
    shares = language_shares(state, languages)
    assert shares.dtype == np.float32
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert (shares >= FLOOR / len(languages) - 1e-6).all()
    np.testing.assert_allclose(shares, language_shares_reference(state, languages), rtol=1e-5)


def test_of_who_nothing_is_known_about_the_languages_share_alike() -> None:
    assert language_shares(None, (EN, HI)).tolist() == [0.5, 0.5]
    assert language_shares(ViewerState(1), (EN, HI)).tolist() == [0.5, 0.5]
    assert language_shares(None, ()).tolist() == []


def test_what_is_engaged_with_more_often_per_impression_gets_more() -> None:
    state = viewer(en=(200, 20), hi=(200, 60))
    en, hi = language_shares(state, (EN, HI))
    assert hi == pytest.approx(0.9 * 0.728 + 0.05, abs=0.01)
    rare = viewer(en=(1000, 100), hi=(10, 5))
    assert language_shares(rare, (EN, HI))[1] > 0.5, "it is the rate that counts, not how often"
    assert en + hi == pytest.approx(1)


def test_little_evidence_moves_little() -> None:
    shares = language_shares(viewer(en=(3, 0), hi=(3, 1)), (EN, HI))
    assert 0.5 < shares[1] < 0.62


def test_regret_and_neglect_leave_a_chosen_language_its_floor() -> None:
    shares = language_shares(viewer(en=(10_000, 3000), hi=(10_000, -500)), (EN, HI))
    assert shares[1] == pytest.approx(FLOOR / 2, abs=0.005)


def test_what_was_not_chosen_changes_nothing() -> None:
    chosen = viewer(en=(100, 10), hi=(100, 30))
    more = viewer(en=(100, 10), hi=(100, 30), ta=(500, 500))
    assert language_shares(chosen, (EN, HI)).tolist() == language_shares(more, (EN, HI)).tolist()
    assert len(language_shares(more, (EN, HI))) == 2
    assert language_shares(more, (TA,)).tolist() == [1.0]
