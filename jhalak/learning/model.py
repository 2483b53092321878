"""The online model: one small network for all actions, learned in one pass over the log.

    logit = z w  +  relu(relu([z, e] A + a) B + b) C  +  item bias  +  position  +  calibration

z are the features, centred; w starts from what they mean, so that an empty cell ranks sensibly; e
the embeddings of the item, its creator, topic, language and the scene. Examples come in minibatches
that are cut by the log. The network learns by Adam, the embeddings by Adagrad. Predictions use the
running average of the weights over the last some thousand examples (Polyak and Juditsky 1992): in
one pass the newest weights are noisy, and the average was worth 0.002 of AUC on the first three
days of a real log.

The linear part learns by Newton's method (the natural gradient: Amari 1998), because features hang
together: each at its own pace, they learn slowly what they say jointly. An action's w moves against
its gradient by the inverse of (firmness I + n M), where M are the second moments of z, the same for
all actions, and n is the summed p (1 - p) of the action so far; both forget. Firmness holds back
what a small cell learns of chance: without it, and without the average, a cell of 400 viewers gave
its creators less equal trials, for another 0.0003 of AUC on the second day of a real log.

Position is a bias of the shown slot, not of the item: it has weights of its own that serving leaves
out (every candidate is scored as if shown first). Calibration is a logit for each scene and
language that follows what the averaged weights get wrong there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.config.settings import ModelSettings
from jhalak.learning.embeddings import Embeddings
from jhalak.learning.features import CENTRE, FEATURES, SPREAD, F
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX

HEADS: Final = ("tap", "long", "complete", "like", "share", "follow", "hide", "report")
"""What is predicted: tap or click; long view or dwell; watched to the end; like or save; share;
follow of the creator; hide or block; report."""
H: Final = len(HEADS)
POSITIONS: Final = 48
ITEM_DIMS: Final = 8
CREATOR_DIMS: Final = 8
GROUP_DIMS: Final = 4
GROUPS: Final = TOPICS_MAX + len(LANGUAGES) + SCENES
"""Rows of the table of topics, languages and scenes, in this order."""
SIDE: Final = ITEM_DIMS + CREATOR_DIMS
ITEM_WIDTH: Final = ITEM_DIMS + H
"""An item's row: its embedding and its bias of each head."""
INPUTS: Final = F + SIDE + 3 * GROUP_DIMS
_CLIP: Final = np.float32(4.0)
"""Centred features are cut to +- this."""
_PER_SPREAD: Final[Floats] = (1 / SPREAD).astype(np.float32)
SURE: Final = np.float32(15.0)
"""Logits are cut to +- this: beyond it a float32 probability is 1."""
POSITION_RATE: Final = 0.1
LINEAR: Final = F * H
"""Numbers of w, the first of `flat`."""
MEMORY: Final = 100_000
"""Examples over which the linear part's curvature is taken."""
TURN_AFTER, TURN_SHARE = 8_192, 0.1
"""Its axes are worked out anew after so many examples; while there are few, after that share of
all."""
_MOMENTUM, _SQUARES = np.float32(0.9), np.float32(0.999)

_START: Final[dict[str, dict[str, float]]] = {
    "tap": {
        "item_tap": 1.0, "trend": 0.3, "fresh": 0.1, "scene_tap": 1.0, "viewer_tap": 0.8,
        "hour_tap": 0.3, "here_tap": 0.5, "taste_tap": 0.3, "taste_topic": 0.8,
        "taste_share": 1.6, "taste_creator": 0.3, "taste_language": 0.2, "like_long": 0.5,
        "like_short": 0.3, "followed": 0.6, "like_engagers": 1.0,
    },
    "long": {
        "item_long": 1.0, "scene_long": 1.0, "viewer_long": 0.8, "hour_long": 0.3,
        "here_long": 0.5, "taste_long": 0.3, "taste_topic": 0.5, "taste_share": 0.8,
        "taste_creator": 0.3, "like_long": 0.5, "like_short": 0.3, "followed": 0.4,
        "like_engagers": 1.0,
    },
    "complete": {"item_complete": 1.0, "scene_long": 0.5, "viewer_long": 0.5, "taste_long": 0.2},
    "like": {
        "item_like": 1.0, "scene_like": 1.0, "viewer_like": 0.9, "taste_like": 0.6,
        "taste_topic": 0.2, "like_long": 0.3, "followed": 0.6,
    },
    "share": {"bias": -1.5, "item_like": 0.7, "viewer_like": 0.5, "taste_like": 0.3},
    "follow": {"bias": -1.5, "item_like": 0.7, "viewer_like": 0.5, "taste_creator": 0.5},
    "hide": {"item_hide": 1.0, "taste_topic": -0.5, "taste_creator": -0.5, "followed": -0.5},
    "report": {"bias": -1.0, "item_hide": 1.0},
}  # fmt: skip
"""Where learning starts: in logits, features weigh what they mean."""


def _shapes(hidden: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    one, two = hidden
    return {
        "w": (F, H), "A": (INPUTS, one), "a": (one,), "B": (one, two), "b": (two,),
        "C": (two, H), "groups": (GROUPS, GROUP_DIMS),
    }  # fmt: skip


def _views(flat: Floats, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Floats]:
    views, at = {}, 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        views[name] = flat[at : at + size].reshape(shape)
        at += size
    return views


class Weights(NamedTuple):
    """What predicting needs, apart from items' and creators' rows."""

    flat: Floats
    """All of the network in one array; see `_shapes`."""
    calibration: Floats
    """float32[SCENES, languages, H]"""
    hidden: tuple[int, int]

    def views(self) -> dict[str, Floats]:
        """The network's matrices by name, parts of `flat`."""
        global _last
        flat, views = _last
        if flat is not self.flat:
            views = _views(self.flat, _shapes(self.hidden))
            _last = self.flat, views
        return views


_last: tuple[Floats | None, dict[str, Floats]] = None, {}
"""The views that were asked for last: a server asks for the same ones with every slate."""


class About(NamedTuple):
    """What n examples are of, int64[n] each."""

    item: NDArray[np.int64]
    """Numbers of the items."""
    creator: NDArray[np.int64]
    """0: unknown"""
    topic: NDArray[np.int64]
    language: NDArray[np.int64]
    scene: NDArray[np.int64]
    place: NDArray[np.int64]
    """Slot in which it was shown; -1: not known."""


class Ids(NamedTuple):
    """What n examples or candidates are, beside their features."""

    side: Floats
    """float32[n, SIDE]: embeddings of the item and its creator; zeros for those without."""
    item_bias: Floats
    """float32[n, H]"""
    topic: NDArray[np.integer[Any]]
    language: NDArray[np.integer[Any]]
    scene: NDArray[np.integer[Any]]


def starting_weights(settings: ModelSettings | None = None) -> Weights:
    """The weights of an empty cell: the same for the same settings."""
    rules = settings or ModelSettings()
    shapes = _shapes(rules.hidden)
    flat = np.zeros(sum(math.prod(shape) for shape in shapes.values()), np.float32)
    views = _views(flat, shapes)
    bias = FEATURES.index("bias")
    for head, by_name in _START.items():
        h = HEADS.index(head)
        for name, weight in by_name.items():
            f = FEATURES.index(name)
            views["w"][f, h] += weight * SPREAD[f]
            views["w"][bias, h] += weight * CENTRE[f]
    draw = np.random.default_rng(rules.seed)
    for name, size in (("A", INPUTS), ("B", rules.hidden[0])):
        views[name][:] = draw.standard_normal(views[name].shape) * math.sqrt(2 / size)
    views["A"] *= 0.5
    views["C"][:] = draw.standard_normal(views["C"].shape) * 0.05 * math.sqrt(2 / rules.hidden[1])
    views["groups"][:] = 0.01 * draw.standard_normal(views["groups"].shape)
    calibration = np.zeros((SCENES, len(LANGUAGES), H), np.float32)
    return Weights(flat, calibration, rules.hidden)


@njit(cache=True, nogil=True, inline="always")
def centred(x, f):  # type: ignore[no-untyped-def]
    """What the network reads of feature `f`: how many spreads it is from its centre."""
    return min(max((x - CENTRE[f]) * _PER_SPREAD[f], -_CLIP), _CLIP)


@njit(cache=True, nogil=True, fastmath=True)
def lay_inputs(x, side, groups, topic, language, scene, out):  # type: ignore[no-untyped-def]
    """out[n, INPUTS]: centred features and embeddings side by side."""
    features, width, dims = x.shape[1], side.shape[1], groups.shape[1]
    for i in range(len(x)):
        for f in range(features):
            out[i, f] = centred(x[i, f], f)
        at = features
        for d in range(width):
            out[i, at + d] = side[i, d]
        at += width
        places = (
            np.int64(topic[i]), TOPICS_MAX + np.int64(language[i]),
            GROUPS - SCENES + np.int64(scene[i]),
        )  # fmt: skip
        for place in places:
            for d in range(dims):
                out[i, at + d] = groups[place, d]
            at += dims


@njit(cache=True, nogil=True, fastmath=True)
def _biased(logit, item_bias, calibration, language, scene):  # type: ignore[no-untyped-def]
    """Minus the whole logit, in place."""
    for i in range(len(logit)):
        for h in range(logit.shape[1]):
            z = logit[i, h] + item_bias[i, h] + calibration[scene[i], language[i], h]
            logit[i, h] = -min(max(z, -SURE), SURE)


def inputs(views: Mapping[str, Floats], x: Floats, ids: Ids) -> Floats:
    """float32[n, INPUTS]: what the network reads of x float32[n, F]."""
    out = np.empty((len(x), INPUTS), np.float32)
    lay_inputs(x, ids.side, views["groups"], ids.topic, ids.language, ids.scene, out)
    return out


def _logits(views: Mapping[str, Floats], x: Floats, ids: Ids) -> tuple[Floats, list[Floats]]:
    """(logits float32[n, H] without biases of items, positions and calibration; the layers)."""
    first = inputs(views, x, ids)
    second: Floats = first @ views["A"]
    second += views["a"]
    np.maximum(second, 0, out=second)
    third: Floats = second @ views["B"]
    third += views["b"]
    np.maximum(third, 0, out=third)
    logits: Floats = third @ views["C"]
    logits += first[:, :F] @ views["w"]
    return logits, [first, second, third]


def predict(weights: Weights, x: Floats, ids: Ids) -> Floats:
    """float32[n, H]: probability of each action for x float32[n, F], as if shown first."""
    logits, _ = _logits(weights.views(), x, ids)
    _biased(logits, ids.item_bias, weights.calibration, ids.language, ids.scene)
    np.exp(logits, out=logits)  # NumPy's is vectorised
    logits += 1
    return np.reciprocal(logits, out=logits)


@njit(cache=True, nogil=True)
def _errors(logit, item_bias, position, place, scene, label, out, weight):  # type: ignore[no-untyped-def]
    """out[n, H]: probability minus label as shown, 0 where the label is not known; adds p (1 - p)
    where it is to weight[H]. Answers the summed log-loss."""
    loss = 0.0
    for i in range(len(logit)):
        for h in range(logit.shape[1]):
            y = label[i, h]
            if y < 0:
                out[i, h] = 0.0
                continue
            z = logit[i, h] + item_bias[i, h]
            if place[i] >= 0:
                z += position[scene[i], place[i], h]
            p = 1.0 / (1.0 + math.exp(-min(max(z, -20.0), 20.0)))
            out[i, h] = p - y
            weight[h] += p * (1.0 - p)
            loss -= math.log(max(p if y > 0.5 else 1.0 - p, 1e-7))
    return loss


@njit(cache=True, nogil=True)
def _follow(  # type: ignore[no-untyped-def]
    error, averaged, item_bias, label, place, scene, language, position, squares, calibration,
    calibration_rate, rate, out,
):  # fmt: skip
    """Learn positions by Adagrad, and calibration from what the averaged weights get wrong. Fills
    out[n, H]: what they expect, as shown."""
    for i in range(len(error)):
        p = place[i]
        for h in range(error.shape[1]):
            if label[i, h] < 0:
                continue
            if p > 0:  # the first slot is what all are compared with
                g = error[i, h]
                squares[scene[i], p, h] += g * g
                position[scene[i], p, h] -= rate * g / math.sqrt(squares[scene[i], p, h])
            z = averaged[i, h] + item_bias[i, h] + calibration[scene[i], language[i], h]
            if p >= 0:
                z += position[scene[i], p, h]
            q = 1.0 / (1.0 + math.exp(-min(max(z, -20.0), 20.0)))
            out[i, h] = q
            calibration[scene[i], language[i], h] += calibration_rate * (label[i, h] - q)


@njit(cache=True, nogil=True)
def _adam(flat, gradient, mean, square, average, rate, size, root, keep):  # type: ignore[no-untyped-def]
    """One step of Adam, and of the running average of the weights."""
    for i in range(len(flat)):
        g = gradient[i]
        mean[i] += (np.float32(1.0) - _MOMENTUM) * (g - mean[i])
        square[i] += (np.float32(1.0) - _SQUARES) * (g * g - square[i])
        flat[i] -= rate * size * mean[i] / (math.sqrt(square[i] * root) + np.float32(1e-8))
        average[i] += keep * (flat[i] - average[i])


@njit(cache=True, nogil=True)
def _group_gradient(d, topic, language, scene, out):  # type: ignore[no-untyped-def]
    """Sum the gradients d float32[n, 3 * GROUP_DIMS] into the table's rows."""
    out[:] = 0.0
    dims = out.shape[1]
    for i in range(len(d)):
        places = (
            np.int64(topic[i]), TOPICS_MAX + np.int64(language[i]),
            GROUPS - SCENES + np.int64(scene[i]),
        )  # fmt: skip
        at = 0
        for place in places:
            for k in range(dims):
                out[place, k] += d[i, at + k]
            at += dims


class OnlineModel:
    """Weights and what learning remembers about them, in plain arrays."""

    ARRAYS: Final = (
        "flat", "average", "mean", "square", "position", "position_squares", "calibration",
        "moments", "weight", "axes", "along",
    )  # fmt: skip

    def __init__(self, settings: ModelSettings | None = None) -> None:
        self.settings = settings or ModelSettings()
        start = starting_weights(self.settings)
        self.flat = start.flat
        self.average = self.flat.copy()
        self.mean, self.square = np.zeros_like(self.flat), np.zeros_like(self.flat)
        self._gradient = np.zeros_like(self.flat)
        self.moments: Floats = np.zeros((F, F), np.float32)
        """Mean of z z' over the last examples."""
        self.weight: Floats = np.zeros(H, np.float32)
        """Summed p (1 - p) of each action, decayed."""
        self.axes, self.along = np.eye(F, dtype=np.float32), np.zeros(F, np.float32)
        """Eigenvectors and eigenvalues of `moments` as of when they were worked out last."""
        self.measured = self.turn_at = 0
        """Examples that are in `moments`; those from which on the axes are worked out anew."""
        self.position = np.zeros((len(SURFACES), POSITIONS, H), np.float32)
        self.position_squares = np.ones_like(self.position)
        self.calibration = start.calibration
        self.items = Embeddings(ITEM_WIDTH, self.settings.seed)
        self.creators = Embeddings(CREATOR_DIMS, self.settings.seed + 1)
        self.steps = 0
        self.examples = 0
        self.expected: Floats = np.zeros((0, H), np.float32)
        """float32[n, H]: what was expected of the newest minibatch before it was learned, as
        shown; 0 where the label is not known."""

    @property
    def weights(self) -> Weights:
        """What serving predicts with; a view of the running average."""
        return Weights(self.average, self.calibration, self.settings.hidden)

    def ids(self, about: About) -> Ids:
        """What `predict` wants to know of examples, as learned by now."""
        return self._ids(about, self.items.rows(about.item), self.creators.rows(about.creator))

    def _ids(
        self, about: About, item_rows: NDArray[np.int64], creator_rows: NDArray[np.int64]
    ) -> Ids:
        mine = self.items.gather(item_rows)
        side = np.concatenate([mine[:, :ITEM_DIMS], self.creators.gather(creator_rows)], axis=1)
        bias = np.ascontiguousarray(mine[:, ITEM_DIMS:])
        return Ids(side, bias, about.topic, about.language, about.scene)

    def learn(self, x: Floats, about: About, label: Floats, at_ms: int) -> float:
        """One step on a minibatch x float32[n, F]; `label` float32[n, H] is 1, 0, or -1 for not
        known. Answers the summed log-loss before."""
        n = len(x)
        scene, language = about.scene, about.language
        place = np.where(scene < len(SURFACES), np.minimum(about.place, POSITIONS - 1), -1)
        item_rows = self.items.meet(about.item, at_ms)
        creator_rows = self.creators.meet(about.creator, at_ms)
        ids = self._ids(about, item_rows, creator_rows)
        shapes = _shapes(self.settings.hidden)
        views, slopes = _views(self.flat, shapes), _views(self._gradient, shapes)
        logits, (first, second, third) = _logits(views, x, ids)
        error, weight = np.empty((n, H), np.float32), np.zeros(H)
        loss: float = _errors(
            logits, ids.item_bias, self.position, place, scene, label, error, weight
        )
        averaged, _ = _logits(_views(self.average, shapes), x, ids)
        expected = np.zeros((n, H), np.float32)
        _follow(
            error, averaged, ids.item_bias, label, place, scene, language, self.position,
            self.position_squares, self.calibration, self.settings.calibration_rate, POSITION_RATE,
            expected,
        )  # fmt: skip
        self.expected = expected
        down = error / np.float32(n)
        np.matmul(third.T, down, out=slopes["C"])
        down = (down @ views["C"].T) * (third > 0)
        np.matmul(second.T, down, out=slopes["B"])
        down.sum(axis=0, out=slopes["b"])
        down = (down @ views["B"].T) * (second > 0)
        np.matmul(first.T, down, out=slopes["A"])
        down.sum(axis=0, out=slopes["a"])
        down = down @ views["A"][F:].T
        _group_gradient(down[:, SIDE:], about.topic, language, scene, slopes["groups"])
        # Embeddings step once an example, so their gradients are not divided by the batch.
        down *= np.float32(n)
        self.items.learn(item_rows, np.concatenate([down[:, :ITEM_DIMS], error], axis=1))
        self.creators.learn(creator_rows, np.ascontiguousarray(down[:, ITEM_DIMS:SIDE]))
        if weight.any():
            self._turn(first[:, :F], weight)
            self._lean(views["w"], first[:, :F], error)
        self._step(n)
        return loss

    def _turn(self, z: Floats, weight: NDArray[np.float64]) -> None:
        """Follow the curvature of the linear part's loss."""
        n = len(z)
        self.measured += n
        memory = min(self.measured, MEMORY)
        self.moments *= np.float32(1 - n / memory)
        self.moments += np.float32(1 / memory) * (z.T @ z)
        self.weight += weight - self.weight * min(n / MEMORY, 1.0)
        if self.measured >= self.turn_at:
            along, axes = np.linalg.eigh(self.moments.astype(np.float64))
            self.along = np.maximum(along, 0).astype(np.float32)
            self.axes = np.ascontiguousarray(axes, np.float32)
            later = min(TURN_AFTER, int(TURN_SHARE * self.measured))
            self.turn_at = self.measured + later

    def _lean(self, w: Floats, z: Floats, error: Floats) -> None:
        """One step of the linear part, in place."""
        firm = self.settings.firmness + np.outer(self.along, self.weight)
        w -= self.axes @ ((self.axes.T @ (z.T @ error)) / firm)

    def _step(self, n: int) -> None:
        self.steps += 1
        self.examples += n
        rules = self.settings
        memory = min(rules.average_examples, max(self.examples, 1))
        keep = np.float32(min(n / memory, 1.0))
        of_w = self.average[:LINEAR]
        of_w += keep * (self.flat[:LINEAR] - of_w)
        _adam(
            self.flat[LINEAR:], self._gradient[LINEAR:], self.mean[LINEAR:], self.square[LINEAR:],
            self.average[LINEAR:], np.float32(rules.rate), np.float32(1 / (1 - 0.9**self.steps)),
            np.float32(1 / (1 - 0.999**self.steps)), keep,
        )  # fmt: skip

    def expire(self, since_ms: int) -> None:
        """Forget the embeddings of ids that nothing was learned about since then."""
        self.items.expire(since_ms)
        self.creators.expire(since_ms)

    def dump(self) -> dict[str, Any]:
        arrays = {name: getattr(self, name).tobytes() for name in self.ARRAYS}
        return {
            **arrays, "items": self.items.dump(), "creators": self.creators.dump(),
            "steps": self.steps, "examples": self.examples, "hidden": self.settings.hidden,
            "measured": self.measured, "turn_at": self.turn_at,
        }  # fmt: skip

    def load(self, data: Mapping[str, Any]) -> None:
        """Raises ValueError for weights of another shape."""
        if tuple(data["hidden"]) != tuple(self.settings.hidden):
            raise ValueError("the weights have another shape than the settings say")
        for name in self.ARRAYS:
            mine = getattr(self, name)
            theirs = np.frombuffer(data[name], np.float32).reshape(mine.shape)
            setattr(self, name, theirs.copy())
        self.items.load(data["items"])
        self.creators.load(data["creators"])
        self.steps, self.examples = data["steps"], data["examples"]
        self.measured, self.turn_at = data["measured"], data["turn_at"]
