"""Settings of experiments: who is in one, what its arms change, and what stops an arm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]
"""Lower case letters, digits and hyphens: it stands in the log, in paths and on the screen."""
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Fade = Annotated[float, Meta(gt=0.0, le=1.0)]
Metric = Literal["value", "tap", "long", "regret", "exhausted", "degraded", "returned"]
"""experiments/metrics.py says what each one is."""
Surfaces = tuple[Literal["lockscreen", "video"], ...]
Moment = Annotated[datetime, Meta(tz=True)]
"""With its offset from UTC: 2027-01-10T00:00:00+05:30."""

ROUNDING = 1e-9
HOLDOUT = "holdout"
"""As an experiment in the log: viewers who are in no experiment beside all others. That of a layer
has the layer's name after a dot."""
HELD_OUT, REST = "held-out", "rest"
"""Its arms."""


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an arm changes; what is not named stays as the cell's settings have it."""

    values: dict[str, float] = {}
    """Weights of the value model by action, of `feed.values`."""
    exploration: Share | None = None
    """Instead of `feed.exploration`."""
    topic_fade: Fade | None = None
    """What a candidate is worth of its value once its topic has a slot (stages/diversity)."""
    creator_fade: Fade | None = None
    """The same for its creator."""

    def changes(self) -> frozenset[str]:
        """Names of what it changes, `values.tap` for a weight."""
        single = ("exploration", "topic_fade", "creator_fade")
        named = [name for name in single if getattr(self, name) is not None]
        return frozenset([*named, *(f"values.{action}" for action in self.values)])


class ArmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One arm. The first arm of an experiment is what the others are compared with."""

    name: Name
    share: Share
    """Of the experiment's viewers; the shares of all arms make 1."""
    override: Override = Override()


class GuardrailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An arm stops when a metric is certainly worse than the first arm's by more than `limit`."""

    metric: Metric
    direction: Literal["up", "down"]
    """Which way is worse."""
    limit: Annotated[float, Meta(ge=0.0)] = 0.0
    """How much worse is borne, in the metric's own unit."""


class ExperimentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One experiment."""

    name: Name
    arms: Annotated[tuple[ArmSettings, ...], Meta(min_length=2)]
    layer: Name = "ranking"
    """Nobody is in two experiments of one layer; layers are drawn independently."""
    salt: str = ""
    """Draws the arms; empty: the experiment's name. Another salt shuffles its viewers anew."""
    at: Share = 0.0
    """Where in the layer its share begins."""
    share: Share = 1.0
    """Of the layer's viewers. It grows from `at` upwards: whoever is in stays in."""
    surfaces: Annotated[Surfaces, Meta(min_length=1)] = ("lockscreen", "video")
    start: Moment | None = None
    stop: Moment | None = None
    guardrails: tuple[GuardrailSettings, ...] = ()
    alpha: Annotated[float, Meta(gt=0.0, lt=0.5)] = 0.05
    """Probability with which all its guardrails together ever stop an arm that harms nobody."""

    def __post_init__(self) -> None:
        arms = [arm.name for arm in self.arms]
        if len(set(arms)) < len(arms):
            raise ValueError(f"experiment {self.name}: two arms have one name")
        if abs(sum(arm.share for arm in self.arms) - 1.0) > 1e-6:
            raise ValueError(f"experiment {self.name}: the shares of its arms do not make 1")
        if self.at + self.share > 1.0 + ROUNDING:
            raise ValueError(f"experiment {self.name}: at + share is more than 1")
        if self.start and self.stop and self.start >= self.stop:
            raise ValueError(f"experiment {self.name}: it stops before it starts")

    @property
    def control(self) -> ArmSettings:
        """The arm that the others are compared with."""
        return self.arms[0]

    def changes(self) -> frozenset[str]:
        """What any of its arms changes."""
        return frozenset().union(*(arm.override.changes() for arm in self.arms))

    def span_ms(self) -> tuple[float, float]:
        """Unix milliseconds [from, to) in which it runs."""
        start = self.start.timestamp() * 1000 if self.start else float("-inf")
        return start, self.stop.timestamp() * 1000 if self.stop else float("inf")


class LayerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A layer that is not as usual; others need not be named."""

    name: Name
    salt: str = ""
    """Draws the places of viewers in the layer; empty: the layer's name."""
    holdout: Share = 0.0
    """Share of viewers who are in none of its experiments."""


class AssignmentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is in no experiment, and how viewers are drawn."""

    holdout: Share = 0.0
    """Share of viewers who are in no experiment at all."""
    layers: tuple[LayerSettings, ...] = ()


def holdouts(
    experiments: Sequence[ExperimentSettings], assignment: AssignmentSettings
) -> list[ExperimentSettings]:
    """Each holdout as an experiment: what all experiments together do to people."""
    shares = {HOLDOUT: assignment.holdout} if experiments else {}
    layers = {experiment.layer for experiment in experiments}
    for layer in assignment.layers:
        if layer.name in layers:
            shares[f"{HOLDOUT}.{layer.name}"] = layer.holdout
    return [
        ExperimentSettings(
            name=name,
            layer=name.partition(".")[2],
            arms=(
                ArmSettings(name=HELD_OUT, share=share),
                ArmSettings(name=REST, share=1.0 - share),
            ),
        )
        for name, share in shares.items()
        if share > 0
    ]


def check(
    experiments: Sequence[ExperimentSettings],
    assignment: AssignmentSettings,
    actions: Sequence[str],
) -> None:
    """Do they fit together? `actions` are the value model's. Raises ValueError saying which and
    why not."""
    for what, names in (
        ("experiments", [e.name for e in experiments]),
        ("layers", [layer.name for layer in assignment.layers]),
    ):
        if len(set(names)) < len(names):
            raise ValueError(f"two {what} have one name: {', '.join(names)}")
    for experiment in experiments:
        if experiment.name == HOLDOUT:
            raise ValueError(f"an experiment cannot be called {HOLDOUT!r}: that is everybody's")
        if not experiment.changes():
            raise ValueError(f"experiment {experiment.name}: no arm changes anything")
        for arm in experiment.arms:
            for action in arm.override.values:
                if action not in actions:
                    raise ValueError(
                        f"experiment {experiment.name}, arm {arm.name}: no action {action!r}; "
                        f"there are {', '.join(actions)}"
                    )
    for one, other in combinations(experiments, 2):
        _check_pair(one, other)


def _check_pair(one: ExperimentSettings, other: ExperimentSettings) -> None:
    (a_from, a_to), (b_from, b_to) = one.span_ms(), other.span_ms()
    if a_to <= b_from or b_to <= a_from:
        return
    pair = f"experiments {one.name} and {other.name}"
    if one.layer == other.layer:
        low, high = max(one.at, other.at), min(one.at + one.share, other.at + other.share)
        if high - low > ROUNDING:
            raise ValueError(f"{pair} overlap in layer {one.layer} from {low:g} to {high:g}")
        return
    both = one.changes() & other.changes()
    if both and set(one.surfaces) & set(other.surfaces):
        raise ValueError(f"{pair} are of two layers and both change {', '.join(sorted(both))}")
