"""What the learner counts: of items and their groups, of trials, and of what goes together."""

from __future__ import annotations

from typing import Any, Final

from numpy.typing import NDArray

from jhalak.learning.counters import Counters, trend
from jhalak.learning.engagers import EngagerTable
from jhalak.learning.joining import Features
from jhalak.learning.labels import kinds, worth
from jhalak.learning.neighbours import CoEngagement
from jhalak.learning.table import KIND_INDEX
from jhalak.learning.trials import Trials
from jhalak.schema.activity import Outcome

ITEM_UNUSED_S: Final = 45 * 86_400.0
NEAR_MS: Final = 5_000


class Tallies:
    """Counters, trials, co-engagement and engagers, each told of what happened.

    `known` is the served record that an event refers to, None where it is lost: then it counts
    under what the item was when the event came.
    """

    def __init__(self) -> None:
        self.counters = Counters()
        self.trials = Trials()
        self.together = CoEngagement()
        self.engagers = EngagerTable()
        self._near_ms = -1
        self._neighbours: dict[str, NDArray[Any]] = {}

    def look(self, event: Outcome, known: Features | None, at_ms: int) -> None:
        """A slot was looked at."""
        self._count(_LOOK, event, known, at_ms)
        key, creator = _trial(event, known)
        self.trials.count_impression(key, creator, at_ms)

    def act(self, event: Outcome, known: Features | None, yes: int, at_ms: int) -> None:
        """An event said these labels of its slot for the first time."""
        if yes:
            self.trials.count_value(_trial(event, known)[0], worth(yes))
            self._count(kinds(yes), event, known, at_ms)

    def take_back(self, event: Outcome, yes: int, at_ms: int) -> None:
        """An event of a lost served record undoes these labels."""
        self._count(kinds(yes), event, None, at_ms, -1)

    def act_known(
        self, known: Features, position: int, item: int, yes: int, at_ms: int, amount: float
    ) -> None:
        """These labels of a slot were said, `amount` 1, or taken back, -1."""
        self.trials.count_value(known.key(position), amount * worth(yes))
        self._count_known(kinds(yes), known, position, item, at_ms, int(amount))

    def _count(
        self, kinds: int, event: Outcome, known: Features | None, at_ms: int, amount: int = 1
    ) -> None:
        if known is not None:
            self._count_known(kinds, known, event.position, event.item, at_ms, amount)
        elif kinds and event.topic >= 0:
            place = event.item, event.topic, event.language, event.creator, event.surface
            self.counters.count_all(kinds, place, at_ms, amount)

    def _count_known(
        self, kinds: int, known: Features, position: int, item: int, at_ms: int, amount: int
    ) -> None:
        if kinds:
            topic, language = known.topic[position], known.language[position]
            place = item, topic, language, known.creator[position], known.surface
            self.counters.count_all(kinds, place, at_ms, amount)

    def expire(self, at_ms: int) -> None:
        """Forget what nothing happened to for ITEM_UNUSED_S."""
        self.counters.expire(at_ms, ITEM_UNUSED_S)
        self.trials.expire(at_ms, ITEM_UNUSED_S)
        self.together.expire(at_ms, ITEM_UNUSED_S)
        self.engagers.expire(at_ms, ITEM_UNUSED_S)

    def arrays(self, at_ms: int) -> dict[str, NDArray[Any]]:
        """For the snapshot: see learning.serving."""
        nums, blocks = self.counters.blocks(at_ms)
        return {
            "nums": nums,
            "blocks": blocks,
            "trend": trend(self.counters.items.now(at_ms), blocks[:, 0]),
            "cold": self.counters.cold_blocks(at_ms),
            "scene_rates": self.counters.scene_rates(at_ms),
            **self.trials.arrays(at_ms),
            **self._near(at_ms),
        }

    def _near(self, at_ms: int) -> dict[str, NDArray[Any]]:
        """Neighbours and engagers, made anew with every NEAR_MS of log time: it takes a while."""
        if self._near_ms < 0 or at_ms - self._near_ms >= NEAR_MS:
            self._near_ms = at_ms
            self._neighbours = self.together.arrays(at_ms) | self.engagers.arrays()
        return self._neighbours

    def dump(self) -> dict[str, Any]:
        return {
            "counters": self.counters.dump(),
            "trials": self.trials.dump(),
            "together": self.together.dump(),
            "engagers": self.engagers.dump(),
        }

    def load(self, data: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self.counters.load(data["counters"])
        self.trials.load(data["trials"])
        self.together.load(data["together"])
        self.engagers.load(data["engagers"])


def _trial(event: Outcome, known: Features | None) -> tuple[int, int]:
    """(key of the trial that an event belongs to, creator)."""
    if known is None:
        return event.item, event.creator
    return known.key(event.position), known.creator[event.position]


_LOOK: Final = 1 << KIND_INDEX["impression"] | 1 << KIND_INDEX["judged"]
