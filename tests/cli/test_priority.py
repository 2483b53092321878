"""Workers give way to the process that answers people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jhalak.cli.priority import NICE, SLICE_NS

GIVES = """
import os
from jhalak.cli.priority import give_way
before = os.getpriority(os.PRIO_PROCESS, 0)
give_way()
print(os.getpriority(os.PRIO_PROCESS, 0) - before)
print(open("/proc/self/sched").read() if os.path.exists("/proc/self/sched") else "")
"""


def test_a_worker_has_less_of_a_core_and_leaves_it_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", GIVES], capture_output=True, text=True, check=True)
    lower, *kept = done.stdout.splitlines()
    assert int(lower) == NICE
    release = Path("/proc/sys/kernel/osrelease")
    if not release.exists() or tuple(map(int, release.read_text().split(".")[:2])) < (6, 12):
        pytest.skip("slices of the usual policy came with Linux 6.12")
    slices = [line for line in kept if line.startswith("se.slice")]
    if not slices:
        pytest.skip("this kernel does not tell slices")
    assert slices[0].split()[-1] == str(SLICE_NS)
