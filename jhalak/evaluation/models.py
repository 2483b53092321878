"""Models by name, each run over a log when it is first asked for: ours, other settings, peers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from jhalak.config.settings import BadSettings, read_settings
from jhalak.evaluation.log import Log
from jhalak.evaluation.peers import Predictions, lightgbm, ours, popularity
from jhalak.evaluation.replay import Replayed, replay

OURS: Final = "jhalak"
PEERS: Final = ("lightgbm", "lightgbm-daily", "popularity")
SETTINGS: Final = "jhalak.toml"

Watch = Callable[[str], Callable[[int], None]]
"""Told what begins; answers what is to be told how many impressions are done."""


class NoSuchModel(ValueError):
    """A name that stands for no model."""


class Models:
    """Everything that is compared on one log. Each replay is run once."""

    def __init__(
        self, log: Log, reported: int, train_until_day: int | None, watch: Watch,
        wanted: Iterable[str],
    ) -> None:  # fmt: skip
        """`reported` is the first reported row; `wanted` the names that will be asked for. Raises
        NoSuchModel, so that a wrong name does not wait for a replay."""
        self._log, self._reported, self._until = log, reported, train_until_day
        self._watch = watch
        self._done: dict[str, Replayed] = {}
        names = set(wanted)
        self._model = {name: _settings(name) for name in names - {OURS, *PEERS}}
        self._keep = any(name.startswith("lightgbm") for name in names)

    def replayed(self, name: str = OURS) -> Replayed:
        """The replay of our learner, or of it with the settings that the file `name` holds."""
        if name not in self._done:
            self._done[name] = replay(
                self._log, self._watch(f"replaying {name}"), train_until_day=self._until,
                keep_features=self._keep and name == OURS, model=self._model.get(name),
            )  # fmt: skip
        return self._done[name]

    def predictions(self, name: str) -> Predictions:
        """Raises peers.LightGbmMissing."""
        if name == "popularity":
            return popularity(self.replayed())
        if not name.startswith("lightgbm"):
            return ours(self.replayed(name), name)
        replayed = self.replayed()
        self._watch(f"training {name}")
        return lightgbm(
            self._log, replayed, self._reported, learned=self._learned(),
            every_midnight=name == "lightgbm-daily",
        )  # fmt: skip

    def _learned(self) -> int | None:
        """How many rows may be learned from; None: all before those that are foretold."""
        if self._until is None:
            return None
        return int(np.searchsorted(self._log.impressions.day, self._until))


def _settings(name: str) -> Any:
    """The model's settings of a jhalak.toml."""
    path = Path(name)
    if path.name != SETTINGS:
        known = ", ".join([OURS, *PEERS])
        raise NoSuchModel(f"{name} is no model: name {known}, or the path of a {SETTINGS}")
    if not path.is_file():
        raise NoSuchModel(f"{name} is not there")
    try:
        settings = read_settings(path.parent)
    except BadSettings as error:
        raise NoSuchModel(str(error)) from None
    found = getattr(settings.learning, "model", None)
    if found is None:
        raise NoSuchModel(f"{name}: this version has no settings of its model")
    return found
