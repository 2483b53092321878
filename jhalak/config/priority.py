"""Who stands back: what works beside the thread that serves gets a core when that one needs none.

A thread that writes profiles for 50 ms on the core of the one that serves holds up fifty slates,
four milliseconds at a time, though the work could wait.
"""

from __future__ import annotations

import os
import sys
from typing import Final

STEPS: Final = 10
"""Of the system's twenty: a tenth of a core that both want."""


def stand_back() -> None:
    """Called first in a thread whose work can wait. Elsewhere than on Linux a priority is the whole
    process's, and stays as it is."""
    if sys.platform == "linux":
        os.nice(STEPS)


def process_stands_back() -> None:
    """Called first in a process beside the one that serves."""
    os.nice(STEPS)
