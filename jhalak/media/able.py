"""Can this machine make videos? Asked once: the answer holds while the process runs."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Limits, NoSandbox, Sandbox


@lru_cache(maxsize=2)
def why_not(weak: bool) -> str:
    """ "": it can. `weak`: limits alone will do. Runs ffmpeg, confined: 0.2 s the first time."""
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        return "there is no ffmpeg (pip install 'jhalak[video]', or FFMPEG=/path)"
    with tempfile.TemporaryDirectory(prefix="jhalak-able-") as folder:
        try:
            ran = Sandbox(ffmpeg, weak).run(["-version"], Path(folder), None, Limits(10, 30.0))
        except NoSandbox as error:
            return f'{error}; media.sandbox = "rlimits" does without'
    return "" if ran.status == 0 else f"ffmpeg ends with status {ran.status}"
