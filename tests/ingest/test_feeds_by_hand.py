"""Feeds written by hand, in every dialect, encoding and language: each gives the right title, link,
date and language, or a reason why not."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jhalak.ingest.document import Document, read_document
from jhalak.ingest.intake import Intake, Outcome, Verdict, with_embeddings
from jhalak.ingest.rows import Bad
from jhalak.schema.feed import Feed
from jhalak.understanding.embedding import HashedNgrams
from tests.feed_world import NoEntries, NoItems

FOLDER = Path(__file__).parent / "feeds"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
NOW_MS = int(datetime.fromisoformat("2026-11-18T12:00:00Z").timestamp() * 1000)
URL = "https://news.example/feed.xml"


def taken(name: str) -> tuple[Document, Outcome]:
    document = read_document((FOLDER / name).read_bytes(), "", URL)
    understand = with_embeddings(HashedNgrams())
    intake = Intake(NoItems(), NoEntries(), understand, lambda: NOW_MS)
    return document, intake.take(Feed(num=0, url=URL), document, keep=False)


def test_there_are_at_least_fifty_and_each_has_an_expectation() -> None:
    names = {path.name for path in FOLDER.iterdir()} - {"expected.json"}
    assert names == set(EXPECTED) and len(names) >= 50
    languages = {e["language"] for x in EXPECTED.values() for e in x["entries"] if "language" in e}
    assert len(languages) == 13


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_feed_gives_what_is_expected(name: str) -> None:
    wanted = EXPECTED[name]
    document, outcome = taken(name)
    assert document.problem == wanted.get("problem", "")
    assert document.kind == wanted.get("kind", document.kind)
    assert document.hub == wanted.get("hub", "") and document.ttl_s == wanted.get("ttl_s", 0)
    assert document.withdrawn == wanted.get("withdrawn", [])
    assert document.finished == wanted.get("finished", False)
    assert len(outcome.verdicts) == len(wanted["entries"])
    for verdict, one in zip(outcome.verdicts, wanted["entries"], strict=True):
        compare(verdict, one)
    for verdict in outcome.verdicts:
        about(verdict, wanted)


def compare(verdict: Verdict, wanted: dict[str, Any]) -> None:
    for what in ("rejected", "duplicate"):
        if what in wanted:
            assert verdict.what == what and wanted[what] in verdict.reason
            return
    assert verdict.composed is not None, verdict.reason
    item = verdict.composed.item
    at_ms = datetime.fromisoformat(wanted["at"]).timestamp() * 1000 if wanted["at"] else 0
    assert (item.language, item.url) == (wanted["language"], wanted["link"])
    assert verdict.composed.title == wanted["title"]
    assert item.published_ms == at_ms


def about(verdict: Verdict, wanted: dict[str, Any]) -> None:
    if verdict.composed is None:
        return
    item = verdict.composed.item
    assert (item.image is not None) == wanted.get("image", False)
    assert (item.kind == "video") == wanted.get("video", False)
    assert item.summary == wanted.get("summary", item.summary)
    assert item.publisher == wanted.get("publisher", item.publisher)


@pytest.mark.parametrize(
    ("charset", "encoding"), [("windows-1252", "cp1252"), ("ISO-8859-1", "latin-1")]
)
def test_the_servers_encoding_counts_where_the_document_names_none(
    charset: str, encoding: str
) -> None:
    text = "<rss version='2.0'><channel><item><title>Café</title></item></channel></rss>"
    kind = f'text/xml; charset="{charset}"'
    document = read_document(text.encode(encoding), kind, URL)
    assert document.entries[0].fields["title"] == "Café"  # type: ignore[union-attr]


@pytest.mark.parametrize("declared", ["windows-1252", "us-ascii", "iso-8859-1", "utf-8"])
def test_a_document_in_utf8_is_read_so_whatever_its_template_declares(declared: str) -> None:
    title = "दिल्ली में बारिश – “चेतावनी”"
    text = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    data = f"<?xml version='1.0' encoding='{declared}'?>{text}".encode()
    document = read_document(data, "text/xml", URL)
    assert document.entries[0].fields["title"] == title  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("media", "picture"),
    [
        ("<m:thumbnail url='s.jpg' width='120'/><m:content url='b.jpg' medium='image'/>", "b.jpg"),
        ("<m:content url='b.jpg' type='image/jpeg' width='1200'/><m:thumbnail url='s.jpg'/>",
         "b.jpg"),
        ("<m:thumbnail url='s.jpg' width='75'/><m:thumbnail url='b.jpg' width='600'/>", "b.jpg"),
        ("<m:content url='b.jpg?w=1'/>", "b.jpg?w=1"),
        ("<m:thumbnail url='s.jpg'/>", "s.jpg"),
        ("<m:content url='b.jpg' medium='video'/>", None),
    ],
)  # fmt: skip
def test_of_several_pictures_the_widest_is_taken(media: str, picture: str | None) -> None:
    """A thumbnail of 120 pixels stood before the photograph, and its card had drawn art."""
    feed = f"<rss version='2.0' xmlns:m='http://search.yahoo.com/mrss/'><channel><item>{media}"
    document = read_document(f"{feed}</item></channel></rss>".encode(), "", URL)
    found = document.entries[0].fields["image"]  # type: ignore[union-attr]
    assert found == (picture and f"https://news.example/{picture}")


def test_an_id_that_is_no_address_stands_for_no_link() -> None:
    """An Atom entry need have no link; its whole story was rejected for its `urn:` then."""
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>a</title><entry><id>urn:uuid:1</id>"
        "<title>The library opens after forty years in the old village</title>"
        "<content>It has many books.</content></entry></feed>"
    )
    document = read_document(feed.encode(), "", URL)
    intake = Intake(NoItems(), NoEntries(), with_embeddings(HashedNgrams()), lambda: NOW_MS)
    (verdict,) = intake.take(Feed(num=0, url=URL), document, keep=False).verdicts
    assert verdict.what == "new", verdict.reason
    assert verdict.composed and verdict.composed.item.url == ""


def test_a_tombstone_that_is_only_quoted_withdraws_nothing() -> None:
    """A recall is for good."""
    stone = '<at:deleted-entry ref="tag:{}" when="2026-11-18T11:00:00Z"/>'
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'>"
        f"<title>a</title><!-- {stone.format(1)} --><entry><id>tag:2</id><title>b</title>"
        f"<content><![CDATA[{stone.format(2)}]]></content></entry>{stone.format(3)}</feed>"
    )
    assert read_document(feed.encode(), "", URL).withdrawn == ["tag:3"]


@pytest.mark.parametrize("start", [b"<?xml ", b"<?xml-stylesheet "])
def test_a_first_line_made_to_take_minutes_does_not(start: bytes) -> None:
    """Such a line of 25 kB took 37 s of CPU."""
    data = start + b'on="1.0" encoding="utf-8"' * 1000 + b"<rss version='2.0'></rss>"
    assert not read_document(data, "", URL).entries


@pytest.mark.parametrize("said", ['["Collection"]', '{"a": 1}', "null", "7"])
def test_activities_whose_type_is_no_word_are_refused(said: str) -> None:
    context = '"@context": "https://www.w3.org/ns/activitystreams"'
    alone = f'{{{context}, "type": {said}}}'
    listed = f'{{{context}, "type": "Collection", "items": [{{"type": {said}}}]}}'
    for text in (alone, listed):
        [entry] = read_document(text.encode(), "", URL).entries
        assert isinstance(entry, Bad) and "ActivityStreams" in entry.reason
