"""Reader of the Open Bandit Dataset: real decisions of a shop, with their probabilities.

A folder holds `random/` and `bts/` (uniform choice, Bernoulli Thompson sampling), each with a
folder a campaign: `all/all.csv`, `men/men.csv`, `women/women.csv`. A row is an item in one of three
places of a page, and whether it was clicked (Saito, Aihara, Matsutani, Narita 2021).

The target `bts` is Thompson sampling from where it started, its published priors. The shop's went
on learning during the week, so its own click rate is a truth to look at, not exactly the target's.
Rows name no visitor; each counts as independent.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.kuairand import PolarsMissing
from jhalak.evaluation.log import BadLog
from jhalak.evaluation.logged import Logged
from jhalak.evaluation.obd_prior import PRIORS
from jhalak.evaluation.thompson import thompson_chances

POLICIES: Final = ("random", "bts")
PLACES: Final = 3
_FEATURES: Final = tuple(f"user_feature_{n}" for n in range(4))
_COLUMNS: Final = ("item_id", "position", "click", "propensity_score", *_FEATURES)


class Campaign(NamedTuple):
    """One campaign as one policy logged it."""

    name: str
    logged: Logged
    """Beside the target; its context is the place and the visitor's features, each as 0 and 1."""
    truth: float
    """What the target earned on policy; NaN where the folder does not have it."""


def campaigns(folder: Path, logging: str) -> list[str]:
    """Names of the campaigns that the policy `logging` logged. Raises BadLog for none."""
    found = sorted(path.stem for path in folder.glob(f"{logging}/*/*.csv") if _is_log(path))
    if not found:
        raise BadLog(
            f"{folder} holds no {logging}/CAMPAIGN/CAMPAIGN.csv; name the folder that holds"
            " random/ and bts/"
        )
    return found


def _is_log(path: Path) -> bool:
    return path.stem == path.parent.name


def read_campaign(folder: Path, name: str, logging: str, target: str) -> Campaign:
    """What `logging` logged of the campaign, beside `target`. Raises BadLog, BadLogged, or
    PolarsMissing."""
    pl = _polars()
    frame = _frame(pl, folder / logging / name / f"{name}.csv", _COLUMNS)
    item = frame["item_id"].to_numpy().astype(np.int64)
    place = frame["position"].to_numpy().astype(np.int64) - 1
    if len(place) and (place.min() < 0 or place.max() >= PLACES):
        raise BadLog(f"{folder / logging / name}: a position is 1 to {PLACES}")
    chances = target_chances(target, name, int(item.max(initial=0)) + 1)
    if len(item) and int(item.max()) >= len(chances):
        raise BadLog(f"{folder / logging / name}: item {item.max()} has no published prior")
    logged = Logged(
        action=item,
        reward=frame["click"].to_numpy().astype(np.float64),
        propensity=frame["propensity_score"].to_numpy().astype(np.float64),
        target=chances[item, place],
        context=np.column_stack([_ones(place), *(_ones(frame[f].to_numpy()) for f in _FEATURES)]),
        unit=np.arange(len(item)),
        policy=chances.T[place],
    )
    return Campaign(name, logged, _click_rate(pl, folder / target / name / f"{name}.csv"))


def target_chances(target: str, campaign: str, items: int) -> NDArray[np.float64]:
    """float64[K, PLACES]: each place's distribution over the items. K is `items`, or as many as
    have a prior. Raises BadLog for a campaign without one."""
    if target == "random":
        return np.full((items, PLACES), 1 / items)
    if campaign not in PRIORS:
        raise BadLog(f"no prior of bts is published for campaign {campaign}")
    chances = thompson_chances(*PRIORS[campaign], places=PLACES)
    exact: NDArray[np.float64] = chances / chances.sum(axis=0)
    return exact


def _click_rate(pl: ModuleType, path: Path) -> float:
    return float(_frame(pl, path, ("click",))["click"].mean()) if path.exists() else float("nan")


def _ones(values: NDArray[Any]) -> NDArray[np.float32]:
    """float32[n, m]: which of the m values that occur."""
    _, which = np.unique(values, return_inverse=True)
    return np.eye(which.max(initial=-1) + 1, dtype=np.float32)[which]


def _polars() -> ModuleType:
    try:
        import polars
    except ImportError:
        raise PolarsMissing("logs are read with polars: pip install 'jhalak[replay]'") from None
    return polars


def _frame(pl: ModuleType, path: Path, names: tuple[str, ...]) -> Any:
    try:
        return pl.read_csv(path, columns=list(names), infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BadLog(f"{path}: {str(error).splitlines()[0]}") from error
