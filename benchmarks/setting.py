"""What every benchmark is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.load import Load
from benchmarks.worlds import Worlds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """The run's worlds, its load generator, where real logs lie, and how long it may take."""

    worlds: Worlds
    load: Load
    data: Path
    quick: bool

    @property
    def items(self) -> int:
        """Live items of the largest world."""
        return 10_000 if self.quick else 100_000

    @property
    def sizes(self) -> tuple[int, ...]:
        """Live items of the worlds compared for growth."""
        return (1_000, 10_000) if self.quick else (1_000, 10_000, 100_000)

    def pick(self, full: T, quick: T) -> T:
        """A count or a duration for this run."""
        return quick if self.quick else full
