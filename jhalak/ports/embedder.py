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


class Encoder(Protocol):
    """A sentence encoder: the whole vector, of which an item's embedding is a projection."""

    @property
    def model(self) -> str:
        """Name and version."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[len(texts), width], each row of length 1; width is the model's.

        Raises Unavailable where the model or its address does not answer.
        """
