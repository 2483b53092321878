"""An entry's text becomes plain blocks for our own reader, and nothing of it counts readers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.ingest.compose import Composed, Composer
from jhalak.ingest.entry_text import MAX_BLOCKS, blocks_of, summary_of, untracked, without_more
from jhalak.ingest.tongues import Tongues
from jhalak.schema.picture import Block

ENTRY = """
<div><h2>दिल्ली में बारिश</h2>
<p>पहला <b>पैरा</b> &amp; <a href="https://t.example/?utm_source=x">कड़ी</a>.</p>
<img src="https://pixel.example/1.gif" width="1" height="1"><script>track()</script>
<ul><li>एक</li><li>दो</li></ul>
<blockquote><p>कहा गया</p></blockquote><p>अंत<br>में</p>
<noscript><img src="https://pixel.example/2.gif"></noscript>
<p>The post Rain appeared first on Site.</p></div>
"""


def test_paragraphs_headings_lists_and_quotations_are_told_apart() -> None:
    assert blocks_of(ENTRY) == (
        Block("h", "दिल्ली में बारिश"), Block("p", "पहला पैरा & कड़ी."), Block("li", "एक"),
        Block("li", "दो"), Block("quote", "कहा गया"), Block("p", "अंत"), Block("p", "में"),
    )  # fmt: skip


def test_markup_that_was_escaped_once_more_is_markup_too() -> None:
    assert blocks_of("&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;") == (
        Block("p", "one"), Block("p", "two"),
    )  # fmt: skip


def test_plain_text_has_paragraphs_where_a_line_is_empty() -> None:
    assert blocks_of("one\nline\n\ntwo") == (Block("p", "one line"), Block("p", "two"))


@given(st.text(alphabet="<>/pdivbrhlscriptquote= \"'&;!-", max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_tag_is_left_whatever_comes(source: str) -> None:
    for block in blocks_of(source):
        assert not re.search(r"<(?:script|img|a|p|div)\b[^<>]*>", block.text)


@pytest.mark.parametrize(
    "bomb",
    ["<p>" * 100_000, "<p>a" * 100_000, "<script" * 50_000, "<!--" * 90_000, "&lt;p" * 70_000,
     "<blockquote>" * 30_000],
)  # fmt: skip
def test_entries_made_to_be_slow_are_not(bomb: str) -> None:
    assert len(blocks_of(bomb)) <= MAX_BLOCKS


def test_the_summary_is_the_first_paragraphs() -> None:
    blocks = (Block("h", "Title"), Block("p", "a" * 400), Block("p", "b" * 400), Block("p", "c"))
    assert summary_of(blocks) == "a" * 400 + " " + "b" * 400
    assert summary_of(()) == ""


@pytest.mark.parametrize("tail", [" [...]", " […]", " Read more", " (more)"])
def test_what_led_to_the_rest_goes_from_the_summary(tail: str) -> None:
    assert without_more("It rained" + tail) == "It rained…"
    assert without_more("Read more books") == "Read more books"


@pytest.mark.parametrize(
    ("given_address", "kept"),
    [
        ("https://e.example/a?utm_source=rss&id=7&utm_medium=feed", "https://e.example/a?id=7"),
        ("https://e.example/a?fbclid=X", "https://e.example/a"),
        ("https://e.example/a?id=7&q=a%20b+c;d", "https://e.example/a?id=7&q=a%20b+c;d"),
        ("https://e.example/a#utm_source=rss", "https://e.example/a"),
        ("https://e.example/a?id=7#part-2", "https://e.example/a?id=7#part-2"),
        ("https://e.example/a", "https://e.example/a"),
    ],
)
def test_an_address_loses_what_tracks_and_keeps_the_rest(given_address: str, kept: str) -> None:
    assert untracked(given_address) == kept


def composed(**fields: Any) -> Composed:
    return Composer(Tongues("hi", "")).compose({"title": "दिल्ली में बारिश", **fields}, 1000)


def test_an_entry_without_a_summary_gets_one_and_keeps_its_text() -> None:
    made = composed(content=ENTRY, url="https://e.example/?utm_source=x")
    assert made.item.summary == "पहला पैरा & कड़ी. एक दो कहा गया अंत में"
    assert made.text == blocks_of(ENTRY)
    assert made.item.url == "https://e.example/"


def test_a_text_that_the_card_shows_whole_is_not_kept_twice() -> None:
    assert composed(summary="<p>आज बारिश हुई</p>").text == ()
    assert composed(summary="<p>आज</p>", content="दिल्ली में बारिश").text == ()
    long = composed(summary="आज बारिश हुई। " * 200)
    assert long.item.summary.endswith("…")
    assert [block.text for block in long.text] == [("आज बारिश हुई। " * 200).strip()]


def test_the_reader_of_a_cut_headline_begins_with_all_of_it() -> None:
    title = "बारिश " * 99
    made = composed(title=title, summary="आज", content="<p>आज</p><p>कल</p>")
    assert made.text == (Block("h", title.strip()), Block("p", "आज"), Block("p", "कल"))


def test_a_text_in_another_script_and_a_damaged_one_are_left_out() -> None:
    assert composed(content="<p>Rain in Delhi today</p><p>It rains.</p>").text == ()
    long = "<p>आज</p>" * 400
    damaged = composed(content="<p>\ufffd\ufffd\ufffd news</p>", summary=long)
    assert damaged.text == (Block("p", "आज"),) * 400
