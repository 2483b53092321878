"""Which ffmpeg is used: `FFMPEG`, else the one of the extra `jhalak[video]`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def find_ffmpeg() -> Path | None:
    """None: videos cannot be taken in here."""
    named = os.environ.get("FFMPEG")
    if named:
        found = shutil.which(named)
        return Path(found).resolve() if found else None
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return Path(get_ffmpeg_exe()).resolve()
    except (ImportError, RuntimeError):
        return None
