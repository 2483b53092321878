"""The purposes that a viewer can allow or refuse."""

from __future__ import annotations

from typing import Final

PURPOSES: Final = {
    "personalisation": "Learn from what I read to choose what I see",
    "measurement": "Count what I see and read, so that publishers know their reach",
    "profiled_ads": "Choose ads by my interests",
}
"""Purpose to its plain English; nothing is granted until the viewer says so."""

NOTICE: Final = "2026-11"
"""Version of the texts above."""
