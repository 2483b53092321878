"""Labels: what an action is a yes for, and what it counts as.

| label | is 1 when, within `label_window_s` of log time after the impression |
|---|---|
| tap | the card was tapped |
| long | dwell of LONG_DWELL_MS, a play long for its duration (learning.watch), or completion |
| complete | watched to its end |
| like, share, follow | liked or saved; shared; its creator followed |
| hide, report | hidden or blocked; reported |

A set of labels is a number with a bit for each of learning.model.HEADS.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from jhalak.learning.features import FEATURES
from jhalak.learning.joining import Features
from jhalak.learning.model import HEADS
from jhalak.learning.table import KIND_INDEX, SLOW
from jhalak.learning.taste import LONG_DWELL_MS
from jhalak.learning.trials import WORTH
from jhalak.learning.watch import WatchTime
from jhalak.schema.activity import Outcome
from jhalak.schema.candidates import Floats

BIT: Final = {head: 1 << h for h, head in enumerate(HEADS)}
ENGAGED: Final = BIT["tap"] | BIT["long"] | BIT["like"] | BIT["share"]
OF_VERB: Final = {
    "likes": BIT["like"], "saves": BIT["like"], "follows": BIT["follow"],
    "hides": BIT["hide"], "blocks": BIT["hide"], "mutes": BIT["hide"],
}  # fmt: skip
_KIND: Final = {
    "tap": "tap", "long": "long", "complete": "complete", "like": "like", "share": "like",
    "hide": "hide", "report": "hide",
}  # fmt: skip
"""The counter's kind of each head; follows are of the creator and count nowhere."""
_LENGTH: Final = FEATURES.index("length")


def said_by(name: str, event: Outcome, known: Features | None, watch: WatchTime) -> int:
    """The labels that an event is a yes for; how long is long follows each play."""
    if name == "complete":
        return BIT["complete"] | BIT["long"]
    if name == "dwell":
        return BIT["long"] if event.value >= LONG_DWELL_MS else 0
    if name == "play":
        duration_s = 0.0
        if known is not None and known.features is not None:
            duration_s = float(np.expm1(np.float64(known.features[event.position, _LENGTH])))
        return BIT["long"] if watch.is_long(event.value / 1000, duration_s) else 0
    return BIT.get(name, 0)


def closed(yes: int) -> Floats:
    """float32[H]: 1 and 0, as the model learns a slot whose time is over. Not to be changed."""
    label: Floats = _CLOSED[yes]
    return label


def late(yes: int) -> Floats:
    """float32[H]: 1, and -1 for what is not said anew: a slot that was learned already."""
    label: Floats = _LATE[yes]
    return label


def worth(yes: int) -> float:
    """What some labels add to the value of a trial."""
    return _WORTH[yes]


def kinds(yes: int) -> int:
    """The counters' kinds of some labels, as bits: see table.bump_all."""
    return _KINDS[yes]


def kinds_said(yes: int) -> list[str]:
    """The counters' kinds of some labels by name, one as often as labels say it."""
    return [kind for head, kind in _KIND.items() if yes & BIT[head]]


def _bits(names: list[str]) -> int:
    """Of a kind that is said twice, likes or hides, also the bit for its second time."""
    bits = 0
    for kind in names:
        bit = 1 << KIND_INDEX[kind]
        bits |= bit if not bits & bit else _AGAIN[kind]
    return bits


_AGAIN: Final = {"like": 1 << SLOW, "hide": 2 << SLOW}
_ALL: Final = range(1 << len(HEADS))
_CLOSED: Final = np.array([[bool(yes & bit) for bit in BIT.values()] for yes in _ALL], np.float32)
_LATE: Final = np.where(_CLOSED > 0, _CLOSED, np.float32(-1.0))
_WORTH: Final = [sum(v for head, v in WORTH.items() if yes & BIT[head]) for yes in _ALL]
_KINDS: Final = [_bits(kinds_said(yes)) for yes in _ALL]
"""By what was said: all that may be is reckoned once."""
