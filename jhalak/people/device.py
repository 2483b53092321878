"""What kind of device a session is on, in words that its owner knows: `Chrome, Android`.

By a few rules of ours over User-Agent. It says what the device claims, decides nothing, and is
only shown to whoever is signed in.
"""

from __future__ import annotations

from typing import Final

_PROGRAMS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"), ("UCBrowser/", "UC Browser"), ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ("curl/", "curl"), ("python", "Python"),
)  # fmt: skip
"""The first that is found: most claim to be several."""
_SYSTEMS: Final = (
    ("KAIOS", "KaiOS"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """A few words; "" where none of the rules knows it."""
    said = user_agent[:500]
    found = (next((words for mark, words in rules if mark in said), "") for rules in
             (_PROGRAMS, _SYSTEMS))  # fmt: skip
    return ", ".join(word for word in found if word)
