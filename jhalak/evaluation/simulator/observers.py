"""What could be known: the top topics that observers name who know what every item is worth to
everybody, but no viewer's taste."""

from __future__ import annotations

from typing import Final

import numpy as np

from jhalak.evaluation.simulator.fit import probability
from jhalak.evaluation.simulator.run import Simulation
from jhalak.evaluation.simulator.viewers import Reals
from jhalak.schema.slate import SURFACES

ASKED: Final = 300
"""Viewers whom the choosing observer asks."""
PATIENCE: Final = 400
"""Slots after which it gives a viewer up."""
_LOCKSCREEN: Final = SURFACES.index("lockscreen")


def observer(run: Simulation, after: int) -> float:
    """Share of new viewers of whom an observer of the run's own slots names the top topic after
    so many taps; NaN for no such viewer."""
    topics = len(run.rules.topics)
    taps, usual = (np.zeros((len(run.viewers), topics)) for _ in range(2))
    right = []
    turned = run.notes.turned.count >= 0
    for shown in run.notes.shown:
        viewer, topic = shown.viewer, run.items.topic[shown.item]
        if turned[viewer] or taps[viewer].sum() >= after:
            continue
        usual[viewer, topic] += run.popular[shown.surface][shown.item]
        taps[viewer, topic] += shown.tapped
        if taps[viewer].sum() >= after:
            right.append(_named(taps[viewer], usual[viewer]) == run.viewers.top(viewer))
    return float(np.mean(right)) if right else float("nan")


def ceiling(run: Simulation, after: int) -> float:
    """The same for an observer who chooses the slots too: a card of each topic in turn, whatever
    that costs in taps, to viewers as they are now, who look at every card and never tire."""
    rng = np.random.default_rng((run.rules.seed, 30))
    cards = np.flatnonzero(~run.items.video)
    right = []
    for viewer in range(min(len(run.viewers), ASKED)):
        at = cards[run.viewers.language[viewer, run.items.language[cards]] > 0]
        p = probability(run.truth.logits(viewer, _LOCKSCREEN, at))
        worth, topic = run.popular[_LOCKSCREEN][at], run.items.topic[at]
        stock = [np.flatnonzero(topic == t) for t in range(len(run.rules.topics))]
        taps, usual = np.zeros(len(stock)), np.zeros(len(stock))
        for slot in range(PATIENCE):
            t = slot % len(stock)
            if len(stock[t]):
                card = rng.choice(stock[t])
                usual[t] += worth[card]
                taps[t] += rng.random() < p[card]
            if taps.sum() == after:
                right.append(_named(taps, usual) == run.viewers.top(viewer))
                break
    return float(np.mean(right)) if right else float("nan")


def _named(taps: Reals, usual: Reals) -> int:
    """The topic whose taps exceed by the greatest factor what its items explain; one usual tap's
    worth of belief that a topic is like the others."""
    level = (taps.sum() + 1) / (usual.sum() + 1)
    return int(((taps + level) / (usual + 1)).argmax())
