"""Workers as processes of their own, without the seconds that each would take to import.

A process that has imported all forks one for each line it reads: the arguments of `jhalak`, as
JSON. It answers with the fork's process id. All end with the test.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from ctypes import CDLL
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


class Forks:
    """Starts `jhalak ...` at once, as often as asked."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.forks"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=said, cwd=Path(__file__).parents[2],
            )  # fmt: skip

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def start(self, *arguments: str) -> int:
        """The process id of `jhalak ARGUMENTS`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def end(pid: int, number: signal.Signals) -> None:
    """Send it and wait until it is gone. It is not our child: its parent reaps it."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, number)
        wait(handle)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def wait(handle: int) -> None:
    """Until the process of a pidfd has ended, at most a minute."""
    import select

    ready, _, _ = select.select([handle], [], [], 60)
    assert ready, "a worker does not end"


def _child(arguments: Sequence[str]) -> None:
    CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(2, 1)
    from jhalak.cli import main

    sys.argv = ["jhalak", *arguments]
    try:
        code = main()
    except SystemExit as error:
        code = int(error.code or 0)
    os._exit(code or 0)


def _serve() -> None:
    import jhalak.assembly
    import jhalak.cli.work
    import jhalak.ingest.quick
    import jhalak.media.passes
    import jhalak.workers.check_video
    import jhalak.workers.loop
    import jhalak.workers.make_videos  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _child(json.loads(line))
        print(pid, flush=True)


if __name__ == "__main__":
    _serve()
