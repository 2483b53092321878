"""Compiling is told, and only where something is compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jhalak.cli import kernels
from jhalak.cli.kernels import ABOUT, kernels_told

NEW = """
import sys
from numba import njit
from jhalak.cli.kernels import kernels_told

@njit
def inner(n):
    return n + 1

@njit
def outer(n):
    return inner(n) * 2

with kernels_told():
    print(outer(1), outer(2))
with kernels_told():
    print(outer(3))
"""


def test_what_is_compiled_is_told_once_and_what_lies_ready_is_not() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NEW], capture_output=True, text=True, timeout=120, check=True
    )
    assert ended.stdout.split() == ["4", "6", "8"]
    first, *_, last = ended.stderr.splitlines()
    assert first == f"compiling kernels (once on a machine): 0 of about {ABOUT} ..."
    assert last.startswith("compiled 1 kernels in "), "those within it are compiled with it"


def test_how_far_it_is_is_told_as_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core import event

    monkeypatch.setattr(kernels, "EVERY_S", 0.0)
    said: list[str] = []
    with kernels_told(said.append):
        for _ in range(ABOUT + 2):
            with event.trigger_event("numba:compile"):
                pass
    told = [line.partition(": ")[2] for line in said[:-1]]
    assert told[0] == f"0 of about {ABOUT} ..." and told[7] == f"7 of about {ABOUT} ..."
    assert told[-1] == f"{ABOUT + 1} of about {ABOUT + 2} ...", "never more than all"
    assert said[-1].startswith(f"compiled {ABOUT + 2} kernels in ")


START = """
import asyncio, sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from jhalak.assembly import Server

async def main():
    server = Server(Path(sys.argv[1]))
    await server.start()
    kernels = {
        kernel
        for name, module in list(sys.modules.items())
        if name.startswith("jhalak.")
        for kernel in list(vars(module).values())
        if isinstance(kernel, Dispatcher) and kernel.overloads
    }
    await server.stop()
    print(len(kernels))

asyncio.run(main())
"""


def test_a_start_calls_about_so_many(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, str(tmp_path / "data")]
    for _ in range(2):  # the first may compile them, with those that they call
        ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    assert ABOUT * 0.7 <= int(ended.stdout) <= ABOUT * 1.3
