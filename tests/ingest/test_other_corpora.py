"""Every feed of other parsers' own tests gives the title, link and date that they expect, or a
reasoned rejection.

They are read from JHALAK_FEED_CORPORA, else ../shared/data/feeds: a folder that holds checkouts
of feed-rs, gofeed and rss-parser (all MIT). Nothing of them is part of this repository; where the
folder is absent the tests are skipped.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jhalak.ingest.clean import clean_title
from jhalak.ingest.document import Document, read_document
from jhalak.ingest.fields import BadField, date_ms, link
from jhalak.ingest.rows import Row

ROOT = Path(__file__).parents[2]
CORPORA = Path(os.environ.get("JHALAK_FEED_CORPORA") or ROOT.parent / "shared/data/feeds")
pytestmark = pytest.mark.skipif(not CORPORA.exists(), reason=f"no other parsers' feeds: {CORPORA}")

BASE = "http://example.com/feed.xml"


class Wanted(NamedTuple):
    """What another parser makes of an entry; "" or 0 where it says nothing."""

    title: str
    link: str
    at_ms: int


def feed_rs() -> Iterator[tuple[Path, list[Wanted]]]:
    for path in sorted(CORPORA.glob("feed-rs*/**/fixture/*/*")):
        expected = path.with_suffix(".serde.json")
        if path.name.endswith(".serde.json") or not expected.exists():
            continue
        entries = json.loads(expected.read_text("utf-8"))["entries"]
        yield path, [
            Wanted((e["title"] or {}).get("content") or "", _rs_link(e["links"]),
                   _ms(e["published"] or e["updated"]))
            for e in entries
        ]  # fmt: skip


def _rs_link(links: list[dict[str, Any]]) -> str:
    plain = [one["href"] for one in links if one["rel"] in (None, "alternate")]
    return plain[0] if plain else ""


def gofeed() -> Iterator[tuple[Path, list[Wanted]]]:
    for path in sorted(CORPORA.glob("*gofeed*/testdata/*/*/*.xml")):
        if not (path.parts[-3] in ("parser", "translator") and path.with_suffix(".json").exists()):
            continue
        expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
        entries = expected.get("items") or expected.get("entries") or []
        yield path, [Wanted(e.get("title", ""), _go_link(e), _ms(_go_date(e))) for e in entries]


def _go_link(entry: dict[str, Any]) -> str:
    links = [one for one in entry.get("links") or () if isinstance(one, dict)]
    plain = [one.get("href", "") for one in links if one.get("rel", "alternate") == "alternate"]
    return str(entry.get("link") or next(iter(plain), ""))


def _go_date(entry: dict[str, Any]) -> str | None:
    names = ("publishedParsed", "pubDateParsed", "updatedParsed")
    return next((entry[name] for name in names if entry.get(name)), None)


def rss_parser() -> Iterator[tuple[Path, list[Wanted]]]:
    for path in sorted(CORPORA.glob("*rss-parser*/test/input/*")):
        expected = path.parents[1] / "output" / f"{path.stem}.json"
        if expected.exists():
            feed = json.loads(expected.read_text("utf-8", "replace"))
            yield (
                path,
                [
                    Wanted(_plain(e.get("title")), _plain(e.get("link")), _ms(e.get("isoDate")))
                    for e in (feed.get("feed") or feed).get("items") or []
                ],
            )


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _ms(text: str | None) -> int:
    if not text or text.startswith("0001"):
        return 0
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def _same_title(ours: str, theirs: str) -> bool:
    """Others leave markup and entities in titles, which a card cannot hold."""
    return not theirs or clean_title(ours) == clean_title(unescape(theirs))


def _same_link(ours: str, theirs: str) -> bool:
    """Others give relative links as they stand, and ids that are no address as links."""
    if not theirs.startswith("http") or " " in theirs:
        return True
    return ours.rstrip("/").lower() == theirs.rstrip("/").lower()


def differences(document: Document, wanted: list[Wanted]) -> list[str]:
    rows = [entry for entry in document.entries if isinstance(entry, Row)]
    if document.problem or len(rows) != len(wanted):
        reasons = [entry.reason for entry in document.entries if not isinstance(entry, Row)]
        return [] if document.problem or len(rows) + len(reasons) >= len(wanted) else ["too few"]
    return [text for row, one in zip(rows, wanted, strict=True) for text in _entry(row, one)]


def _entry(row: Row, one: Wanted) -> Iterator[str]:
    try:
        title, address = str(row.fields.get("title") or ""), link(row.fields.get("url"), "url")
        at_ms = date_ms(row.fields.get("published"), "date")
    except BadField as reason:
        assert str(reason)
        return  # a reasoned rejection, or a date that is left out
    if not _same_title(title, one.title):
        yield f"title {title!r}, not {one.title!r}"
    if one.link and not _same_link(address, one.link):
        yield f"link {address!r}, not {one.link!r}"
    if one.at_ms and at_ms // 1000 != one.at_ms // 1000:
        yield f"date {at_ms}, not {one.at_ms}"


KNOWN = re.compile(r"^encoding\.rss$")
"""Files whose expectation is itself misread: it is not in UTF-8."""


@pytest.mark.parametrize("corpus", [feed_rs, gofeed, rss_parser], ids=lambda f: f.__name__)
def test_others_feeds_give_what_others_expect(corpus: Any) -> None:
    wrong, count = [], 0
    for path, wanted in corpus():
        if KNOWN.search(path.name):
            continue
        count += 1
        found = differences(read_document(path.read_bytes(), "", BASE), wanted)
        wrong += [f"{path.name}: {text}" for text in found]
    assert count > 20
    assert wrong == []


def test_what_has_no_expectation_is_read_or_refused_with_a_reason() -> None:
    paths = sorted(CORPORA.glob("*node-feedparser*/test/feeds/*"))
    assert paths
    for path in paths:
        document = read_document(path.read_bytes(), "", BASE)
        assert document.problem or document.kind, path.name
