"""Running ffmpeg where it can do no harm: confined (confine.py), bounded, alone with its files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jhalak.media import confine

SAID: Final = 65_536
"""Bytes kept of what a child says."""
PROGRESS: Final = "progress.txt"
"""In the working folder: how far the running child is, by itself."""
_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache")
"""For a build that is not static; nothing secret lies there."""


class NoSandbox(Exception):
    """This machine cannot confine a child: uploads are off."""


class Broke(Exception):
    """The child was killed, went over a limit, or gave up on a file that looked right."""


@dataclass(frozen=True, slots=True)
class Limits:
    cpu_s: int
    wall_s: float
    memory: int = 4 << 30
    """Bytes of address space."""
    output: int = 1 << 30
    """Bytes of one file."""


def limits_for(duration_s: float) -> Limits:
    """60 s of CPU and eight times the duration; as long again on the wall, for a busy machine."""
    cpu_s = int(60 + 8 * duration_s)
    return Limits(cpu_s, 4.0 * cpu_s)


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    """The exit status; minus a signal's number where one ended it."""
    cpu_s: float
    said: str
    """What it wrote to standard error, the first SAID bytes."""

    @property
    def ended(self) -> bool:
        """By a signal: it was killed, or its limits were too small (ffmpeg then says 255)."""
        return self.status < 0 or self.status == 255


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How children run here."""

    ffmpeg: Path
    weak: bool = False
    """Limits alone will do, where the kernel has neither Landlock nor seccomp."""
    began: Callable[[subprocess.Popen[bytes]], None] = lambda _: None
    """Told of each child: who stops must end it."""

    def run(
        self, arguments: Sequence[str], folder: Path, source: Path | None, limits: Limits
    ) -> Ran:
        """ffmpeg with these arguments; it writes in `folder` only and reads there and `source`.

        Blocks. Raises NoSandbox.
        """
        read = [path for path in _LIBRARIES if Path(path).exists()]
        read += [str(self.ffmpeg), *([str(source)] if source else [])]
        rules = {
            "read": read, "write": [str(folder)], "cpu_s": limits.cpu_s, "memory": limits.memory,
            "output": limits.output, "weak": self.weak,
        }  # fmt: skip
        command = [
            sys.executable, "-I", "-S", confine.__file__, json.dumps(rules), str(self.ffmpeg),
            "-hide_banner", "-nostdin", "-y", "-progress", PROGRESS, "-nostats", *arguments,
        ]  # fmt: skip
        said = folder / "said.txt"
        with said.open("wb") as errors:
            child = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors, start_new_session=True,
            )  # fmt: skip
        self.began(child)
        timer = threading.Timer(limits.wall_s, child.kill)
        timer.start()
        try:
            _, code, used = os.wait4(child.pid, 0)
        finally:
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(code)
        with said.open("rb") as file:
            text = file.read(SAID).decode(errors="replace")
        said.unlink()
        (folder / PROGRESS).unlink(missing_ok=True)
        if child.returncode == confine.NO_SANDBOX:
            raise NoSandbox(text.strip())
        return Ran(child.returncode, used.ru_utime + used.ru_stime, text)
