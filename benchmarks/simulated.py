"""Claims: how soon tastes and new items are known, of viewers whose tastes are known (docs/
simulator.md), beside the same run with exploration off."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from benchmarks.result import NotHere, Result
from benchmarks.setting import Setting
from jhalak.evaluation.simulator.figures import CALIBRATED, CORRELATION, KNOWN, worst_calibration
from jhalak.evaluation.simulator.rules import Rules
from jhalak.evaluation.simulator.summary import trial

FULL: Final = Rules(viewers=1000, days=9.0, seed=11)
"""That of the acceptance run."""
QUICK: Final = Rules(viewers=60, days=3.0, seed=11)


def new_viewers(setting: Setting) -> Result:
    """Whose top topic is the one that is learned right after their eighth engagement."""
    return _share(setting, "simulated_new_viewers", "new viewers' top topic known after 8 taps",
                  ("interest", "cold", "right"), KNOWN)  # fmt: skip


def new_interests(setting: Setting) -> Result:
    """Whose new top topic is found within 20 engagements."""
    return _share(setting, "simulated_new_interests", "new top topics found within 20 taps",
                  ("interest", "turned", "within"), KNOWN)  # fmt: skip


def new_items(setting: Setting) -> Result:
    """Rank correlation of what is expected of new items with the truth."""
    return _share(setting, "simulated_new_items", "new items' values after 100 impressions, rank"
                  " correlation", ("items", "correlation"), CORRELATION)  # fmt: skip


def calibration(setting: Setting) -> Result:
    """The worst language and surface."""
    found = _found(setting.quick)
    error, off = worst_calibration(found), worst_calibration(found["without_exploration"])
    if error is None or off is None:
        raise NotHere("the run was too small to say how calibrated it is")
    return _result(
        "simulated_calibration", "calibration error of the worst language and surface", error, off,
        f"at most {CALIBRATED:g}", error <= CALIBRATED,
        {"world": found["world"], "each": found["calibration"]},
    )  # fmt: skip


def _share(setting: Setting, name: str, what: str, path: tuple[str, ...], least: float) -> Result:
    found = _found(setting.quick)
    value, off = _at(found, path), _at(found["without_exploration"], path)
    return _result(
        name, what, value, off, f"at least {least:g}", value >= least,
        {"world": found["world"], path[0]: found[path[0]], "cost": found["exploration"]},
    )  # fmt: skip


def _result(
    name: str, what: str, value: float, off: float, target: str, met: bool, details: dict[str, Any]
) -> Result:
    """`value` beside that with exploration off."""
    return Result(
        name, what, value, "", "exploration off", off, value / off, target, met, details
    )  # fmt: skip


def _at(found: Any, path: tuple[str, ...]) -> float:
    for name in path:
        found = found[name]
    if found is None:
        raise NotHere(f"the run was too small to say: {', '.join(path)}")
    return float(found)


@lru_cache(maxsize=1)
def _found(quick: bool) -> dict[str, Any]:
    found: dict[str, Any] = trial(QUICK if quick else FULL, compare=True)
    return found
