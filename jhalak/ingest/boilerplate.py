"""What scraped headlines drag along that is no part of them."""

from __future__ import annotations

import re
from typing import Final

_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DATE: Final = rf"{_MONTH}\s+\d{{1,2}},\s*\d{{4}}"

DATE_TAIL: Final = re.compile(
    rf"(?:\A|\s+)\d{{1,2}}:\d{{2}}\s?[ap]m\s?(?:{_DATE}\s*){{1,2}}(?:/\s*\d{{0,3}})?\s*\Z",
    re.IGNORECASE,
)
"""`9:27 amJune 5, 2023June 5, 2023 / 21`: a clock time, one or two dates, a section number. The
clock time must be there, so that `Schools reopen June 5, 2023` keeps its date."""

BUTTON_LINE: Final = re.compile(r"(?:\A|\n)\s*(?:Print|Share|Email|Tweet)\s*\Z")
"""A button's label on the last line of its own, as in `...\\nPrint\\n`."""


def strip_boilerplate(text: str) -> str:
    """The headline without a trailing date or button label; its line breaks must still be there."""
    # Both patterns end at \\Z: the tail alone is searched, so that long texts stay cheap.
    head, tail = text[:-240], text[-240:]
    return head + DATE_TAIL.sub("", BUTTON_LINE.sub("", tail))
