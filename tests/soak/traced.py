"""What confined children opened and whom they spoke to, as strace saw it from outside.

Run as a program, `python -m tests.soak.traced FILE...`, it makes a video of each and prints what
became of it: what strace follows.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jhalak.media.container import Refused
from jhalak.media.make import make
from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Broke, Sandbox

CALLS = "execve,clone,clone3,fork,vfork,open,openat,openat2,socket,connect,sendto,bind"
_LINE = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Seen(NamedTuple):
    """Of ffmpeg and its threads."""

    children: int
    opened: list[str]
    """Paths that were opened."""
    tried: list[str]
    """Paths that were asked for and not had."""
    sockets: int
    """Sockets that were had."""


def trace(files: Sequence[Path], log: Path) -> tuple[dict[str, str], Seen]:
    """What became of each file, and what was seen meanwhile."""
    command = ["strace", "-f", "-qq", "-s", "400", "-e", f"trace={CALLS}", "-e", "signal=none",
               "-o", log, sys.executable, "-m", "tests.soak.traced", *files]  # fmt: skip
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(ran.stdout), seen_in(log.read_text(errors="replace").splitlines())


def seen_in(lines: Iterable[str]) -> Seen:
    program = str(find_ffmpeg())
    within: set[str] = set()
    begun: dict[str, str] = {}
    opened, tried, children, sockets = [], [], 0, 0
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        pid, call, rest = found.groups()
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest
            continue
        rest = begun.pop(pid, "") + rest
        path = next(iter(_PATH.findall(rest)), "")
        answer = rest.rpartition(" = ")[2].split(" ")[0]
        if call == "execve" and path == program and answer == "0":
            within.add(pid)
            children += 1
        elif pid not in within:
            continue
        elif call in ("clone", "clone3", "fork", "vfork"):
            within.add(answer)
        elif call.startswith("open"):
            (tried if answer.startswith("-") else opened).append(path)
        elif not answer.startswith(("-", "?")):
            sockets += 1
    return Seen(children, opened, tried, sockets)


def become(path: Path) -> str:
    out = path.parent / "out"
    out.mkdir()
    ffmpeg = find_ffmpeg()
    assert ffmpeg is not None
    try:
        made = make(Sandbox(ffmpeg), path, out)
    except Refused as refused:
        return refused.code
    except Broke:
        return "broke"
    assert not any(b"root:" in one.mp4.read_bytes() for one in made.rungs)
    return "made"


if __name__ == "__main__":
    print(json.dumps({name: become(Path(name)) for name in sys.argv[1:]}))
