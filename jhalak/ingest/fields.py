"""Values of single fields: dates, links, durations, labels. Each says what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from jhalak.schema.item import Rendition

MAX_URL: Final = 2048
MAX_DURATION_S: Final = 86_400.0

_NUMBER: Final = re.compile(r"-?\d{1,16}(?:\.\d{1,6})?")
_CLOCK: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
_ISO_DURATION: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_DATES: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y/%m/%d",
                 "%Y/%m/%d %H:%M:%S", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")  # fmt: skip
_ZONES: Final = {
    "IST": "+0530", "PKT": "+0500", "NPT": "+0545", "WIB": "+0700", "WITA": "+0800", "WIT": "+0900",
    "SGT": "+0800", "MYT": "+0800", "GST": "+0400", "BST": "+0100", "CET": "+0100", "CEST": "+0200",
}  # fmt: skip
"""Names of zones in publishers' dates, as their publishers mean them, that email.utils takes for
UTC."""
_ZONE: Final = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(_ZONES)})\b")
_OFFSET: Final = re.compile(
    r"(?<=:\d\d)\s*(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?(?=\s*(?:\d{4})?$)"
)
_HALF_DAY: Final = re.compile(r"\b(\d{1,2}):(\d{2}(?::\d{2})?)\s*([AP])M\b", re.I)
_TRUE: Final = frozenset(("1", "true", "yes", "y"))


class BadField(ValueError):
    """A field's value is not what the field holds; says what is wrong."""


def text_of(value: Any, field: str) -> str:
    """A scalar as text; "" for nothing. Raises BadField for lists, objects and broken text."""
    if value is None:
        return ""
    if isinstance(value, dict):  # JSON Feed authors, schema.org publishers
        value = value.get("name") or value.get("url") or value.get("src") or ""
    if not isinstance(value, str | int | float):
        raise BadField(f"{field} is not text")
    text = value if isinstance(value, str) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadField("not UTF-8") from None
    return text.strip()


def date_ms(value: Any, field: str) -> int:
    """Unix milliseconds of a date; 0 for nothing. A date without a zone is UTC.

    Takes ISO 8601, RFC 2822, day/month/year, and Unix seconds or milliseconds. Raises BadField.
    """
    text = text_of(value, field)
    if not text:
        return 0
    moment: float | None = None
    if _NUMBER.fullmatch(text):
        moment = float(text)
        moment *= 1 if abs(moment) >= 1e11 else 1000  # 1e11 s is the year 5138, 1e11 ms is 1973
    else:
        parsed = _parsed_date(text)
        if parsed is not None:
            moment = parsed.timestamp() * 1000
    if moment is None or not 0 <= moment < 253_402_300_800_000:  # the year 10000
        raise BadField(f"{field} is no date: {text[:40]}")
    return int(moment)


def link(value: Any, field: str, *, local: bool = False) -> str:
    """An http or https address; "" for nothing; with `local` also a path of this server.

    Raises BadField: other schemes (`javascript:`) must never reach a screen.
    """
    text = text_of(value, field)
    if not text:
        return ""
    if len(text) > MAX_URL:
        raise BadField(f"{field} is longer than {MAX_URL}")
    if any(letter.isspace() or not letter.isprintable() for letter in text) or "\\" in text:
        raise BadField(f"{field} holds blanks or control characters")
    if local and text.startswith("/") and not text.startswith("//"):
        return text
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise BadField(f"{field} is no address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadField(f"{field} is not http or https")
    return text


def duration_s(value: Any) -> float:
    """Seconds from a number, `[hh:]mm:ss` or `PT1M30S`; 0 for nothing. Raises BadField."""
    text = text_of(value, "duration")
    if not text:
        return 0.0
    seconds = math.nan
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    elif match := _CLOCK.fullmatch(text) or _ISO_DURATION.fullmatch(text):
        hours, minutes, rest = (float(part or 0) for part in match.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    if not 0 <= seconds <= MAX_DURATION_S:
        raise BadField("duration is no number of seconds")
    return seconds


def labels_of(value: Any) -> list[str]:
    """A label or a list of labels, as texts; what is no text is left out."""
    values: Iterable[Any] = value if isinstance(value, list) else (value,)
    return [one.strip()[:200] for one in values if isinstance(one, str) and one.strip()]


def renditions_of(value: Any) -> tuple[Rendition, ...]:
    """Playable forms: objects with src and height, bitrate, type. Raises BadField."""
    if not value:
        return ()
    if not isinstance(value, list) or len(value) > 32:
        raise BadField("renditions is no list of at most 32")
    return tuple(_rendition(one) for one in value)


def truth(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in _TRUE)


def _rendition(value: Any) -> Rendition:
    if not isinstance(value, dict):
        raise BadField("a rendition is no object")
    source = link(value.get("src"), "rendition", local=True)
    height, bitrate = value.get("height", 0), value.get("bitrate", 0)
    if not source or not all(isinstance(n, int) and 0 <= n < 2**31 for n in (height, bitrate)):
        raise BadField("a rendition needs src, and whole numbers for height and bitrate")
    kind = text_of(value.get("type"), "rendition type")[:64] or "video/mp4"
    return Rendition(src=source, height=height, bitrate=bitrate, type=kind)


def _parsed_date(text: str) -> datetime | None:
    text = _spelt(text[:64])
    parsed: datetime | None = None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        try:
            parsed = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            parsed = _by_pattern(text)
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _spelt(text: str) -> str:
    """A date with hours of the whole day and its zone as `+0530`, as all that read one know it:
    email.utils takes `IST`, `+05:30` and `PM` for UTC, which makes news of India be of the future.
    """

    def hour(found: re.Match[str]) -> str:
        return f"{int(found[1]) % 12 + 12 * (found[3] in 'pP'):02}:{found[2]}"

    def offset(found: re.Match[str]) -> str:
        return f" {found[1]}{found[2]:0>2}{found[3] or '00'}"

    text = _HALF_DAY.sub(hour, text)
    return _OFFSET.sub(offset, _ZONE.sub(lambda found: _ZONES[found[0]], text))


def _by_pattern(text: str) -> datetime | None:
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
