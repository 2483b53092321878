"""Our own log as decisions with propensities: each slot that was seen, and what it earned.

A served record holds what was chosen with which probability, and what it was chosen by: the
features as scored. It does not hold the candidates that lost. So what another value weighting or
model would have chosen there has to be asked of that policy itself, run on the same requests (by a
simulation, or a shadow beside the server); this module pairs its probabilities with the outcomes.
Without them a log still says what its own slates earned by other weights.

A slot counts when a device told anything of it, as in own_log; its reward is the weighted sum of
what was done with it, whenever it came. Slots of one viewer hang together. A slate's slots are
judged one by one, each given the slots before it: what an earlier slot changes in a later one's
reward is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.gather import lines
from jhalak.evaluation.log import BadLog
from jhalak.evaluation.logged import Logged
from jhalak.evaluation.own_log import Slate, seen_slots, take
from jhalak.schema.activity import Activity, Served
from jhalak.schema.ids import parse, spell

HEAD_OF: Final = {"likes": "like", "follows": "follow", "hides": "hide"}
"""Actions whose weight has another name than they."""


class Slots(NamedTuple):
    """n slots that were seen, in the order of their slates' first records."""

    slate: NDArray[np.int64]
    """int64[n]"""
    position: NDArray[np.int64]
    """int64[n], from 0"""
    item: NDArray[np.int64]
    """int64[n]"""
    viewer: NDArray[np.int64]
    """int64[n]"""
    reward: NDArray[np.float64]
    """float64[n], in units of the weights"""
    propensity: NDArray[np.float64]
    """float64[n]"""
    features: NDArray[np.float16]
    """float16[n, F]: as scored"""
    omitted: dict[str, int]
    """What was left out, and how many slots."""

    def logged(self, target: NDArray[np.float64] | None = None) -> Logged:
        """Beside a target policy that shows each slot's item there with probability `target`
        float64[n]; without one, beside the policy that served. Raises BadLogged."""
        return Logged(
            action=self.item,
            reward=self.reward,
            propensity=self.propensity,
            target=self.propensity if target is None else target,
            context=self.features,
            unit=self.viewer,
        )


def slots_of(records: Iterable[Activity], values: Mapping[str, float]) -> Slots:
    """From records in any order in which each viewer's have theirs. `values` are weights by head,
    as published: what has none is worth 0. O(records)"""
    slates: dict[int, Slate] = {}
    for record in records:
        take(slates, record)
    return slots_of_slates(slates, values)


def slots_of_slates(slates: Mapping[int, Slate], values: Mapping[str, float]) -> Slots:
    """The same of slates that were read. Slots whose features are not those of the newest scored
    slate (another version, or none), or without a propensity, are left out and counted."""
    scored_at = [(s.served.at_ms, _width(s.served)) for s in slates.values() if s.served]
    width = max((each for each in scored_at if each[1]), default=(0, 0))[1]
    rows: list[tuple[int, int, int, int, float, float]] = []
    features: list[NDArray[np.float16]] = []
    omitted = {"of viewers who want nothing learned": 0, "not scored": 0, "without propensity": 0}
    for served, seen in _seen(slates):
        why = _unfit(served, width)
        if why:
            omitted[why] += len(seen)
            continue
        items = np.frombuffer(served.items, np.int64)
        propensity = np.frombuffer(served.propensity, np.float32)
        scored = np.frombuffer(served.features, np.float16).reshape(len(items), width)
        for position, done in seen.items():
            worth = sum(values.get(HEAD_OF.get(action, action), 0.0) for action in done)
            rows.append((
                served.slate, position, int(items[position]), served.viewer, worth,
                float(propensity[position]),
            ))  # fmt: skip
            features.append(scored[position])
    number = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
    earned = np.array([row[4:] for row in rows], np.float64).reshape(-1, 2)
    return Slots(
        slate=number[:, 0], position=number[:, 1], item=number[:, 2], viewer=number[:, 3],
        reward=earned[:, 0], propensity=earned[:, 1],
        features=np.array(features, np.float16).reshape(len(rows), width), omitted=omitted,
    )  # fmt: skip


def _seen(slates: Mapping[int, Slate]) -> Iterator[tuple[Served, dict[int, set[str]]]]:
    for slate in slates.values():
        if slate.served is not None:
            found = seen_slots(slate.served, slate)
            yield slate.served, {position: found[position][0] for position in sorted(found)}


def _width(served: Served) -> int:
    k = len(served.items) // 8
    return len(served.features) // (2 * k) if k else 0


def _unfit(served: Served, width: int) -> str:
    """Why a slate's slots say nothing; empty when they do."""
    if not served.profiled:
        return "of viewers who want nothing learned"
    if not served.features or _width(served) != width:
        return "not scored"
    propensity = np.frombuffer(served.propensity, np.float32)
    fits = len(propensity) * 8 == len(served.items) and bool((propensity > 0).all())
    return "" if fits else "without propensity"


class Chance(msgspec.Struct, frozen=True):
    """A line of a target policy's file."""

    slate: str
    """As spelled in the API."""
    position: int
    probability: float


_decoder: Final = msgspec.json.Decoder(Chance)


def write_slots(slots: Slots, path: Path) -> None:
    """A JSON object a line, for whoever works out a target policy's probabilities; names no
    viewer. Raises OSError."""
    with path.open("wb") as file:
        for n in range(len(slots.slate)):
            line: dict[str, Any] = {
                "slate": spell(int(slots.slate[n])), "position": int(slots.position[n]),
                "item": int(slots.item[n]), "propensity": float(slots.propensity[n]),
                "reward": float(slots.reward[n]),
                "features": [float(x) for x in slots.features[n]],
            }  # fmt: skip
            file.write(msgspec.json.encode(line) + b"\n")


def read_target(path: Path, slots: Slots) -> NDArray[np.float64]:
    """float64[n]: the probability that the file's policy shows each slot's item there. Raises
    BadLog for a line that is none, and where a slot is missing. Slots not asked for are ignored."""
    chances: dict[tuple[int, int], float] = {}
    for number, line in enumerate(lines(path), 1):
        if line.strip():
            try:
                chance = _decoder.decode(line)
                chances[parse(chance.slate), chance.position] = chance.probability
            except (msgspec.DecodeError, ValueError) as error:
                raise BadLog(f"{path}, line {number}: {error}") from None
    wanted = list(zip(slots.slate.tolist(), slots.position.tolist(), strict=True))
    missing = [at for at in wanted if at not in chances]
    if missing:
        slate, position = missing[0]
        raise BadLog(
            f"{path} has no probability for {len(missing):,} of {len(wanted):,} slots, such as"
            f" position {position} of slate {spell(slate)}; --slots FILE writes what is needed"
        )
    return np.array([chances[at] for at in wanted], np.float64)
