"""The thirteen languages, their codes, and the small integers that stand for them in columns."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("en", "hi", "ta", "te", "id", "bn", "mr", "gu", "kn", "ml", "pa", "or", "ur")
"""ISO 639-1 codes. The order is stored in columns and logs: append, never reorder."""

LANGUAGE_INDEX: Final = {code: index for index, code in enumerate(LANGUAGES)}
"""Code to column value, 0..12."""

RIGHT_TO_LEFT: Final = frozenset({"ur"})
