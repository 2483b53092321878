"""The embedder: text to vectors whose nearness is nearness of meaning (or of wording)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    @property
    def model(self) -> str:
        """Name and version; vectors of different models are not comparable."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """int8[len(texts), EMBEDDING_SIZE], each row of length near 127."""
