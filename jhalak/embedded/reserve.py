"""A little room on the disk that is given up when it is full, so that takedowns and audit go on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

SIZE: Final = 8 << 20
SPARE: Final = 8 * SIZE
"""The reserve is taken only where so much is free besides."""


class Reserve:
    """The file `path`, of `size` bytes that are really allotted."""

    def __init__(self, path: Path, size: int = SIZE, spare: int = SPARE) -> None:
        self._path, self._size, self._spare = path, size, spare

    def take(self) -> bool:
        """Make the file if it is not there and there is room to spare; is it there?"""
        if self._path.exists():
            return True
        if shutil.disk_usage(self._path.parent).free < self._size + self._spare:
            return False
        new = self._path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)
            return False
        return True

    def give_up(self) -> bool:
        """Free it for what must not wait; was there any?"""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True
