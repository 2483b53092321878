"""A sentence encoder behind an OpenAI-compatible address inside the cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import httpcore
import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.ports.errors import Unavailable

BATCH: Final = 64
"""Texts of one request."""
ANSWER_BYTES: Final = 16 << 20


class HttpEncoder:
    """Encoder (ports/embedder.py): POST URL with {"model", "input": [...]}.

    The address is an operator's own, so it may be private; nothing is redirected. For one thread.
    """

    def __init__(self, url: str, model: str, key: str = "", seconds: float = 30.0) -> None:
        self.model = model or "encoder"
        self._url, self._seconds = url, seconds
        self._headers: list[tuple[bytes | str, bytes | str]] = [
            ("content-type", "application/json")
        ]
        if key:
            self._headers.append(("authorization", f"Bearer {key}"))
        self._pool = httpcore.ConnectionPool(max_connections=1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, width], each row of length 1. Raises Unavailable, saying what was wrong."""
        parts = [self._ask(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        if not parts:
            return np.empty((0, 0), dtype=np.float32)
        rows = np.concatenate(parts)
        unit: NDArray[np.float32] = rows / np.maximum(
            np.linalg.norm(rows, axis=1, keepdims=True), 1e-9
        )
        return unit.astype(np.float32)

    def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        body = msgspec.json.encode({"model": self.model, "input": list(texts)})
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        try:
            with self._pool.stream(
                "POST", self._url, headers=self._headers, content=body,
                extensions={"timeout": limits},
            ) as answer:  # fmt: skip
                data = b""
                for chunk in answer.iter_stream():
                    data += chunk
                    if len(data) > ANSWER_BYTES:
                        raise Unavailable(f"the encoder at {self._url} answers without end")
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError,
                httpcore.UnsupportedProtocol) as error:  # fmt: skip
            raise Unavailable(f"the encoder at {self._url} does not answer: {error!r}") from None
        if answer.status != 200:
            raise Unavailable(f"the encoder at {self._url} answers {answer.status}")
        return self._read(data, len(texts))

    def _read(self, data: bytes, count: int) -> NDArray[np.float32]:
        try:
            found: list[dict[str, Any]] = msgspec.json.decode(data)["data"]
            found = sorted(found, key=lambda one: int(one.get("index", 0)))
            rows = np.array([one["embedding"] for one in found], dtype=np.float32)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError):
            raise Unavailable(f"the encoder at {self._url} answers no embeddings") from None
        if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
            raise Unavailable(f"the encoder at {self._url} answers no vector a text")
        return rows
