"""Which data folder a command is about, before anything is opened there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from jhalak.cli.failure import Failure

_LOOKS: Final = frozenset(
    {
        "items", "sound", "viewers", "why", "creators", "experiments", "fairness", "learned",
        "understand",
    }
)  # fmt: skip
"""Commands that say or change what is there already."""
_BEGINS: Final = {
    "feeds": {"add", "check"}, "publisher": {"add"}, "operator": {"add", "token"},
}  # fmt: skip
"""Commands of which only these actions make sense in a folder that is new."""


def check_folder(arguments: argparse.Namespace) -> None:
    """Raises Failure where --data is no folder, or is missing although the command is about what
    lies in it: with an empty one made instead, a wrong name would look like an empty cell."""
    data: Path = arguments.data
    if data.is_dir():
        return
    if data.exists():
        raise Failure(f"--data {data}: this is no folder; name the one with all state", 2)
    command = arguments.command
    begins = _BEGINS.get(command)
    if command in _LOOKS or (begins is not None and arguments.action not in begins):
        raise Failure(
            f"--data {data}: there is no such folder; name the one that the server uses"
            " (jhalak serve and jhalak ingest make one)",
            2,
        )
