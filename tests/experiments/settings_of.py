"""Small experiments, as jhalak.toml would say them."""

from __future__ import annotations

from typing import Any

import msgspec

from jhalak.config.settings import Settings

HALVES = [
    {"name": "usual", "share": 0.5},
    {"name": "bold", "share": 0.5, "override": {"exploration": 0.5}},
]
REGRET = {"metric": "regret", "direction": "up", "limit": 0.0}


def experiment(name: str = "bolder", **fields: Any) -> dict[str, Any]:
    return {"name": name, "arms": HALVES, **fields}


def settings_of(*experiments: dict[str, Any], **others: Any) -> Settings:
    """Raises msgspec.ValidationError, as reading a file does."""
    return msgspec.convert({"experiments": list(experiments), **others}, Settings)
