"""The model as its docstring writes it, in float64: what its kernels must agree with."""

from __future__ import annotations

from typing import Any

import numpy as np

from jhalak.learning.features import CENTRE, SPREAD
from jhalak.learning.model import GROUPS, ITEM_DIMS, POSITIONS, About, OnlineModel
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX

Arrays = dict[str, np.ndarray]


def arrays_of(model: OnlineModel, about: About, flat: np.ndarray) -> Arrays:
    """Everything the formula reads, in float64; items' and creators' rows are by example."""
    weights = model.weights._replace(flat=flat)
    return {
        **{name: view.astype(float) for name, view in weights.views().items()},
        "items": model.items.gather(model.items.rows(about.item)).astype(float),
        "creators": model.creators.gather(model.creators.rows(about.creator)).astype(float),
        "position": model.position.astype(float),
        "calibration": model.calibration.astype(float),
    }


def logits_reference(w: Arrays, x: np.ndarray, about: About) -> np.ndarray:
    """The formula of the module's docstring, without position and calibration."""
    z = np.clip((x.astype(float) - CENTRE) / SPREAD, -4, 4)
    groups = w["groups"]
    e = [
        w["items"][:, :ITEM_DIMS], w["creators"], groups[about.topic],
        groups[TOPICS_MAX + about.language], groups[GROUPS - SCENES + about.scene],
    ]  # fmt: skip
    first = np.concatenate([z, *e], axis=1)
    second = np.maximum(first @ w["A"] + w["a"], 0)
    third = np.maximum(second @ w["B"] + w["b"], 0)
    return z @ w["w"] + third @ w["C"] + w["items"][:, ITEM_DIMS:]


def predict_reference(w: Arrays, x: np.ndarray, about: About) -> np.ndarray:
    logit = logits_reference(w, x, about) + w["calibration"][about.scene, about.language]
    return 1 / (1 + np.exp(-logit))


def shown_reference(w: Arrays, x: np.ndarray, about: About) -> np.ndarray:
    """Logits as it was shown."""
    logit = logits_reference(w, x, about)
    placed = (about.scene < len(SURFACES)) & (about.place >= 0)
    place = np.minimum(about.place[placed], POSITIONS - 1)
    logit[placed] += w["position"][about.scene[placed], place]
    return logit


def curvature(w: Arrays, x: np.ndarray, about: About, label: np.ndarray) -> list[np.ndarray]:
    """Of each action: the features' second moments times the summed p (1 - p) of what is known."""
    z = np.clip((x.astype(float) - CENTRE) / SPREAD, -4, 4)
    p = 1 / (1 + np.exp(-shown_reference(w, x, about)))
    return [weight * z.T @ z / len(z) for weight in (p * (1 - p) * (label >= 0)).sum(axis=0)]


def loss_reference(w: Arrays, x: np.ndarray, about: About, label: np.ndarray) -> float:
    """Summed log-loss of what is known, as it was shown."""
    logit = shown_reference(w, x, about)
    signed = np.where(label > 0, -logit, logit)
    return float(np.log1p(np.exp(signed))[label >= 0].sum())


def slopes(w: Arrays, name: str, *rest: Any) -> np.ndarray:
    """Central differences of the loss by each number of one array."""
    array, out = w[name], np.zeros_like(w[name])
    for at in np.ndindex(array.shape):
        old = array[at]
        array[at] = old + 1e-5
        more = loss_reference(w, *rest)
        array[at] = old - 1e-5
        out[at] = (more - loss_reference(w, *rest)) / 2e-5
        array[at] = old
    return out
