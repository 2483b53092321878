"""A snapshot's format follows from its arrays: whoever changes them must change it."""

from __future__ import annotations

import hashlib

from jhalak.config.settings import Settings
from jhalak.learning.features import FEATURES
from jhalak.learning.fold import Fold
from jhalak.learning.model import HEADS
from jhalak.learning.snapshot import FORMAT


def test_the_format_is_that_of_the_arrays() -> None:
    rules = Settings().learning
    fold = Fold(1, rules.label_window_s, rules.join_h)
    arrays = {**fold.arrays(), **fold.decay.arrays()}
    told = [f"{name} {arrays[name].dtype.str} {arrays[name].shape[1:]}" for name in sorted(arrays)]
    digest = hashlib.sha256("\n".join([*told, *FEATURES, *HEADS]).encode()).hexdigest()[:16]
    assert digest == FORMAT
