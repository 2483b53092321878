"""The settings as they hold: those of `jhalak.toml`, the policy over them, and all experiments."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

import msgspec

from jhalak.config.experiments import ExperimentSettings, Override, check
from jhalak.config.settings import Settings, ValueWeights

FILE: Final = Override()
"""The policy of a cell whose settings hold as they are."""
WEIGHTS: Final = {
    "tap": "A card that is tapped, a video that is opened.",
    "long": "A long look: 5 s at a card, among the longest 40 % of plays of a video as long.",
    "complete": "Watched to its end.",
    "like": "Liked or saved.",
    "share": "Shared.",
    "follow": "Its publisher or creator followed.",
    "hide": "Regret: hidden, or its publisher blocked.",
    "report": "Regret: reported.",
}
"""What each weight of the value model is of."""
MOST: Final = 1_000.0
"""A weight lies between plus and minus this."""


def holding(
    settings: Settings, policy: Override, defined: Sequence[ExperimentSettings] = ()
) -> Settings:
    """`settings` with the policy's weights and exploration, and the experiments `defined` beside
    those of the file. Raises ValueError where they do not fit together."""
    experiments = (*settings.experiments, *defined)
    check(experiments, settings.assignment, ValueWeights.__struct_fields__)
    feed = msgspec.structs.replace(
        settings.feed, values=msgspec.structs.replace(settings.feed.values, **policy.values)
    )
    if policy.exploration is not None:
        feed = msgspec.structs.replace(feed, exploration=policy.exploration)
    return msgspec.structs.replace(settings, feed=feed, experiments=experiments)


def check_policy(policy: Override) -> None:
    """Raises ValueError saying which weight is none."""
    for action, weight in policy.values.items():
        if action not in ValueWeights.__struct_fields__:
            known = ", ".join(ValueWeights.__struct_fields__)
            raise ValueError(f"there is no action {action!r}; there are {known}")
        if not isfinite(weight) or abs(weight) > MOST:
            raise ValueError(f"the weight of {action} is {weight}: name one up to {MOST:g}")
