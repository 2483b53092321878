"""How a server's workers give way to the process that answers people."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from typing import Final

NICE: Final = 10
SLICE_NS: Final = 20_000_000
"""How long a worker goes on where nobody waits for its core."""

_SETATTR: Final = (
    {"x86_64": 314, "aarch64": 274}.get(platform.machine()) if sys.platform == "linux" else None
)
"""Number of the system call sched_setattr, for which Python has no function."""
_OTHER: Final = 0
"""The usual scheduling policy."""
_libc: Final = ctypes.CDLL(None, use_errno=True)


def give_way() -> None:
    """This process gets a tenth of a core that another one wants.

    With a longer slice than others have, it also leaves the core at once when one of them wakes
    (Linux 6.12 and later; before, nothing changes): else whoever answers a request waits until the
    worker's slice ends, up to 4 ms.
    """
    os.nice(NICE)
    if _SETATTR is None:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    # struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period.
    attributes = struct.pack("=IIQiIQQQ", 48, _OTHER, 0, nice, 0, SLICE_NS, 0, 0)
    _libc.syscall(_SETATTR, 0, attributes, 0)
