"""The purposes that a viewer can allow or refuse."""

from __future__ import annotations

from typing import Final

PURPOSES: Final = {
    "personalisation": "Learn from what I read to choose what I see",
    "measurement": "Count what I see and read, so that publishers know their reach",
    "profiled_ads": "Choose ads by my interests",
}
"""Purpose to its plain English; nothing is granted until the viewer says so."""

JOIN: Final = "join"
"""Recorded of whoever joins what a device liked, saved and followed before with their account; it
is done at once, and so is no switch among the purposes."""
JOIN_TEXT: Final = "Move what this device liked, saved, followed, hid and blocked to my account"

NOTICE: Final = "2026-11"
"""Version of the texts above."""
