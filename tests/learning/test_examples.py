"""Examples wait until there is a minibatch of them, also across a restart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.config.settings import ModelSettings
from jhalak.learning.examples import ABOUT, Examples
from jhalak.learning.features import F
from jhalak.learning.model import About, H, OnlineModel
from jhalak.schema.languages import LANGUAGES

RULES = ModelSettings(hidden=(4, 3), batch=8)


def some(n: int, seed: int = 1) -> list[tuple[Any, ...]]:
    """(features, about, label, time) of n examples."""
    rng = np.random.default_rng(seed)
    most = About(item=6, creator=4, topic=32, language=len(LANGUAGES), scene=2, place=30)
    return [
        (
            rng.normal(size=F).astype(np.float16), tuple(rng.integers(0, most).tolist()),
            rng.integers(-1, 2, H).astype(np.float32), 1000 + i,
        )
        for i in range(n)
    ]  # fmt: skip


def started() -> tuple[OnlineModel, Examples]:
    model = OnlineModel(RULES)
    return model, Examples(model)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 40))
def test_a_minibatch_is_learned_when_it_is_full_and_not_before(n: int) -> None:
    model, examples = started()
    by_hand, made = OnlineModel(RULES), some(n)
    for example in made:
        examples.add(*example)
    assert (model.steps, model.examples) == (n // 8, n // 8 * 8)
    assert examples.waiting == n % 8
    for start in range(0, n - 7, 8):
        x, about, label, at_ms = zip(*made[start : start + 8], strict=True)
        batch = About(*np.array(about, np.int64).T.copy())
        by_hand.learn(np.array(x, np.float32), batch, np.array(label), at_ms[-1])
    assert model.dump() == by_hand.dump()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_restart_within_a_minibatch_changes_nothing(before: int, after: int) -> None:
    (model, stayed), (other, loaded) = started(), started()
    made = some(before + after, seed=2)
    for example in made[:before]:
        stayed.add(*example)
    for example in some(5, seed=3):
        loaded.add(*example)  # what a process held before it loaded does not stay
    other.load(model.dump())
    loaded.load(stayed.dump())
    for example in made[before:]:
        stayed.add(*example)
        loaded.add(*example)
    assert model.dump() == other.dump()
    assert stayed.dump() == loaded.dump()


def test_what_waits_for_a_larger_minibatch_is_refused_by_a_smaller_one() -> None:
    _, examples = started()
    for example in some(6):
        examples.add(*example)
    for batch in (2, 6):
        smaller = Examples(OnlineModel(ModelSettings(hidden=(4, 3), batch=batch)))
        with pytest.raises(ValueError, match="minibatch"):
            smaller.load(examples.dump())
        assert smaller.waiting == 0


def test_an_example_says_what_the_model_wants_to_know_of_it() -> None:
    assert len(About._fields) == ABOUT
