"""What an operator sees of learning: counts of slots, folded from the log beside all else.

A slot counts when its labels close, once in each of four ways: by its place in the slate, and by
its item's language, topic and age; apart by surface and by day of log time. So the counts depend on
the records and their order alone and are rebuilt with the learner's fold. They name nobody: beside
a count stands a bitmap of viewers' hashes, VIEWER_BITS long, whose set bits are never more than the
viewers there were; what fewer than LEAST_VIEWERS did is never told.

0.3 MB, whatever happens; 5 us a slot.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import FEATURES
from jhalak.learning.joining import VIEWER_BITS, Features
from jhalak.learning.model import HEADS, H
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import TOPICS_MAX

PATH: Final = "figures/newest.json"
"""The blob that says what may be told of this and of learning.lately; workers.tell_figures."""
DAY_MS: Final = 86_400_000
DAYS: Final = 14
POSITIONS: Final = 48
AGES_H: Final = (1, 3, 6, 12, 24, 48, 72, 168, 336, 720)
"""Where one class of ages ends and the next begins, hours since publication."""
LEAST_VIEWERS: Final = 20
WINDOWS: Final = (1, 7, DAYS)
"""Days that are told together."""
WAYS: Final = ("position", "language", "topic", "age")
_FROM: Final = (0, POSITIONS, POSITIONS + len(LANGUAGES), POSITIONS + len(LANGUAGES) + TOPICS_MAX)
_CELLS: Final = _FROM[3] + len(AGES_H) + 1
_AGE: Final = FEATURES.index("age")
_WORDS: Final = VIEWER_BITS // 64
_FLUSH: Final = 512
"""Slots counted at once."""
_BATCHES: Final = 16
"""Minibatches whose predictions are counted at once."""
CURVE_HEADS: Final = ("tap", "long", "like", "hide")
BINS: Final = 24
"""Of predictions, a half logit wide, the first one below LOWEST."""
LOWEST: Final = -9.0
CURVE_FADE: Final = 0.7
"""What is left of a day's predictions on the next."""
LEAST_ROWS: Final = 100
"""Predictions in a point of a curve."""
_CURVED: Final = [HEADS.index(head) for head in CURVE_HEADS]


@njit(cache=True)
def _count(place, surface, cells, new, yes, viewer, shown, said, viewers):  # type: ignore[no-untyped-def]
    """Count n slots in the cells int64[n, ways] of their days; `place` below 0: too long ago."""
    for i in range(len(place)):
        if place[i] < 0:
            continue
        for c in cells[i]:
            shown[place[i], surface[i], c] += new[i]
            for h in range(said.shape[3]):
                said[place[i], surface[i], c, h] += (yes[i] >> h) & 1
            bit = np.uint64(1) << np.uint64(viewer[i] & 63)
            viewers[place[i], surface[i], c, viewer[i] >> 6] |= bit


@njit(cache=True)
def _add_points(scene, language, head, step, expected, happened, curve):  # type: ignore[no-untyped-def]
    """Count n predictions in the bins of their curves."""
    for i in range(len(scene)):
        point = curve[scene[i], language[i], head[i], step[i]]
        point[0] += 1.0
        point[1] += expected[i]
        point[2] += happened[i]


class Figures:
    """The counts, and how a closed slot and a learned minibatch change them."""

    def __init__(self) -> None:
        surfaces = len(SURFACES)
        self.day = 0
        """Newest day of log time, days since 1970."""
        self.shown = np.zeros((DAYS, surfaces, _CELLS), np.uint32)
        self.yes = np.zeros((DAYS, surfaces, _CELLS, H), np.uint32)
        self.viewers = np.zeros((DAYS, surfaces, _CELLS, _WORDS), np.uint64)
        self.served = np.zeros((DAYS, surfaces, 2), np.uint32)
        """Slots served, and those of them that tried what is not known."""
        self.curve = np.zeros((surfaces, len(LANGUAGES), len(_CURVED), BINS, 3))
        """Predictions, their sum, and how many came true; fading by day."""
        self._waiting: list[tuple[Any, ...]] = []
        self._foretold: list[tuple[NDArray[Any], ...]] = []

    def serve(self, surface: int, slots: int, tried: int, at_ms: int) -> None:
        """A slate was served."""
        place = self._place(at_ms)
        if place >= 0:
            self.served[place, surface, 0] += slots
            self.served[place, surface, 1] += tried

    def close(
        self, known: Features, position: int, yes: int, at_ms: int, *, late: bool = False
    ) -> None:
        """The labels of a slot closed, as bits of HEADS; or some came `late`, after that."""
        if at_ms // DAY_MS > self.day:
            self._place(at_ms)  # now: when what waits is counted must change nothing
        if not known.viewer:
            return  # they want nothing learned about them
        x = known.features
        self._waiting.append((
            at_ms, known.surface, position, known.language[position], known.topic[position], yes,
            known.viewer_bit, late,
            0.0 if x is None else x[position, _AGE],
        ))  # fmt: skip
        if len(self._waiting) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Count what waits."""
        self._draw()
        if not self._waiting:
            return
        *columns, late, logs = zip(*self._waiting, strict=True)
        self._waiting.clear()
        at_ms, surface, position, language, topic, yes, viewer = np.array(columns, np.int64)
        age = np.searchsorted(AGES_H, np.expm1(np.array(logs, np.float64)), side="right")
        if at_ms[0] // DAY_MS == at_ms[-1] // DAY_MS:  # log time: none lies before or after
            place = np.full(len(at_ms), self._place(int(at_ms[0])))
        else:
            place = np.array([self._place(time_ms) for time_ms in at_ms.tolist()])
        ways = np.minimum(position, POSITIONS - 1), language, topic, age
        cells = np.stack(ways, axis=1) + np.array(_FROM)
        new = ~np.array(late, np.bool_)
        _count(place, surface, cells, new, yes, viewer, self.shown, self.yes, self.viewers)

    def foretold(
        self, scene: NDArray[np.int64], language: NDArray[np.int64], p: Floats, label: Floats
    ) -> None:
        """A minibatch was learned: what was expected of it before, p float32[n, H], and what
        happened; a label below 0 is not known."""
        fits = scene < len(SURFACES)
        self._foretold.append(
            (scene[fits], language[fits], p[fits][:, _CURVED], label[fits][:, _CURVED])
        )
        if len(self._foretold) >= _BATCHES:
            self._draw()

    def _draw(self) -> None:
        """Count the predictions that wait."""
        if not self._foretold:
            return
        scene, language, p, label = (np.concatenate(c) for c in zip(*self._foretold, strict=True))
        self._foretold.clear()
        row, head = np.nonzero(label >= 0)
        q = np.clip(p[row, head].astype(np.float64), 1e-6, 1 - 1e-6)
        steps = np.floor((np.log(q / (1 - q)) - LOWEST) * 2).astype(np.int64) + 1
        _add_points(
            scene[row], language[row], head, np.clip(steps, 0, BINS - 1), q,
            label[row, head].astype(np.float64), self.curve,
        )  # fmt: skip

    def _place(self, at_ms: int) -> int:
        """Where the day of `at_ms` is counted; -1: it is too long ago. A new day empties one."""
        day = at_ms // DAY_MS
        if day > self.day:
            self._draw()  # of the day that ends: when they are counted must change nothing
            for new in range(max(self.day + 1, day - DAYS + 1), day + 1):
                for counts in (self.shown, self.yes, self.viewers, self.served):
                    counts[new % DAYS] = 0
            self.curve *= CURVE_FADE ** min(day - self.day, 100)
            self.day = day
        return day % DAYS if day > self.day - DAYS else -1

    def dump(self) -> dict[str, Any]:
        self.flush()
        kept = {name: getattr(self, name).tobytes() for name in _KEPT}
        return {"day": self.day, **kept}

    def load(self, data: dict[str, Any]) -> None:
        """Continue from a checkpoint; from one of another shape begin anew."""
        sizes = {name: len(data.get(name, b"")) for name in _KEPT}
        if any(size != getattr(self, name).nbytes for name, size in sizes.items()):
            return
        self.day = data["day"]
        for name in _KEPT:
            held = getattr(self, name)
            setattr(self, name, np.frombuffer(data[name], held.dtype).reshape(held.shape).copy())

    def told(self) -> dict[str, Any]:
        """All that may be told, as plain data: no cell of fewer than LEAST_VIEWERS viewers."""
        self.flush()
        return {
            "day": self.day,
            "heads": HEADS,
            "windows": {str(days): self._window(days) for days in WINDOWS},
            "curves": self._curves(),
        }

    def _window(self, days: int) -> dict[str, Any]:
        last = [day % DAYS for day in range(max(self.day - days + 1, 0), self.day + 1)]
        shown, yes = self.shown[last].sum(axis=0), self.yes[last].sum(axis=0)
        served = self.served[last].sum(axis=0)
        many = viewers_of(np.bitwise_or.reduce(self.viewers[last], axis=0)) >= LEAST_VIEWERS
        return {
            surface: {
                "served": int(served[s, 0]), "tried": int(served[s, 1]),
                **{way: _cells(way, shown[s], yes[s], many[s]) for way in WAYS},
            }
            for s, surface in enumerate(SURFACES)
        }  # fmt: skip

    def _curves(self) -> list[dict[str, Any]]:
        """By surface and language, and of each surface whole (language "")."""
        held = viewers_of(np.bitwise_or.reduce(self.viewers, axis=0))
        many = held[:, _FROM[1] : _FROM[2]] >= LEAST_VIEWERS
        found = []
        for s, surface in enumerate(SURFACES):
            tongues = [(code, self.curve[s, i]) for i, code in enumerate(LANGUAGES) if many[s, i]]
            whole = self.curve[s][many[s]].sum(axis=0)
            for code, bins in [("", whole), *tongues]:
                for h, head in enumerate(CURVE_HEADS):
                    points = curve_points(bins[h])
                    if points:
                        found.append(
                            {"surface": surface, "language": code, "head": head, "points": points}
                        )
        return found


_KEPT: Final = ("shown", "yes", "viewers", "served", "curve")


def viewers_of(bitmaps: NDArray[np.uint64]) -> NDArray[np.int64]:
    """int64[...]: set bits of bitmaps uint64[..., words]: at most as many as there were viewers."""
    as_bytes = np.ascontiguousarray(bitmaps).view(np.uint8)
    bits: NDArray[np.int64] = np.unpackbits(as_bytes, axis=-1).sum(axis=-1, dtype=np.int64)
    return bits


def curve_points(bins: NDArray[np.float64]) -> list[dict[str, float]]:
    """Neighbouring bins float64[BINS, 3] joined until each point has LEAST_ROWS predictions."""
    points: list[dict[str, float]] = []
    rows = expected = happened = 0.0
    for n, p, y in bins.tolist():
        rows, expected, happened = rows + n, expected + p, happened + y
        if rows >= LEAST_ROWS:
            points.append({
                "rows": round(rows), "expected": expected / rows, "happened": happened / rows
            })  # fmt: skip
            rows = expected = happened = 0.0
    return points


def _names(way: str) -> list[str]:
    if way == "position":
        return [str(place + 1) for place in range(POSITIONS)]
    if way == "language":
        return list(LANGUAGES)
    if way == "topic":
        return [str(index) for index in range(TOPICS_MAX)]
    edges = [0, *AGES_H]
    return [*(f"{a}-{b} h" for a, b in zip(edges, AGES_H, strict=False)), f"{AGES_H[-1]} h on"]


def _cells(
    way: str, shown: NDArray[np.integer], yes: NDArray[np.integer], many: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    at = _FROM[WAYS.index(way)]
    return [
        {
            "name": name, "shown": int(shown[at + i]),
            "yes": dict(zip(HEADS, yes[at + i].tolist(), strict=True)),
        }
        for i, name in enumerate(_names(way))
        if many[at + i] and shown[at + i]
    ]  # fmt: skip
