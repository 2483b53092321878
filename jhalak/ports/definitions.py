"""The store of experiments that were defined in the console, beside those of `jhalak.toml`."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jhalak.config.experiments import ExperimentSettings


class Definition(NamedTuple):
    """An experiment, and who wanted it."""

    settings: ExperimentSettings
    at_ms: int
    by: str
    why: str


class DefinitionStore(Protocol):
    """Hard. A definition stays: what was measured refers to it. It ends by its stop."""

    def add(self, settings: ExperimentSettings, by: str, why: str, now_ms: int) -> Definition:
        """Raises Conflict when there is one of this name."""

    def all(self) -> list[Definition]:
        """In the order in which they were defined."""

    def end(self, name: str, by: str, now_ms: int) -> bool:
        """It stops now, and its place in its layer is free again. False where there is none of
        this name, or it had stopped before."""
