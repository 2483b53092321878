"""One small source of each format, and what its entries become."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from jhalak.ingest.columns import parse_map
from jhalak.ingest.formats import sniff
from tests.ingest.conftest import NOW_MS, World

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Daily News</title><language>en-US</language><link>https://d.example/</link>
<item><title>Rain &amp;amp; wind in the northern hills today</title><link>https://d.example/1</link>
 <guid isPermaLink="false">1</guid><pubDate>Mon, 05 Jun 2023 12:00:00 GMT</pubDate>
 <category>Top</category><category>Sports</category>
 <description><![CDATA[<p>Schools are <b>closed</b>.</p>]]></description>
 <media:thumbnail url="https://d.example/1.jpg"/></item>
<item><title>दिल्ली में आज तेज़ बारिश हुई है</title><link>https://d.example/2</link>
 <media:content url="https://d.example/2.mp4" type="video/mp4" medium="video" duration="31"
  height="720" bitrate="800"/></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Atomic</title><entry><id>urn:x:1</id><title type="html">&lt;b&gt;The cup is won at last
by the home team&lt;/b&gt;</title><link href="https://a.example/1"/>
<updated>2023-06-05T12:00:00Z</updated><summary>Two goals after the break.</summary>
<category term="football" label="Sports"/></entry></feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Feed",
    "language": "en",
    "items": [
        {
            "id": "a-1",
            "url": "https://f.example/1",
            "title": "The film of the year is in the cinemas now",
            "content_html": "<p>It is long.</p>",
            "tags": ["Movies", "Entertainment"],
            "date_published": "2023-06-05T12:00:00Z",
            "_private": {"a": 1},
        },
        {
            "id": "a-2",
            "title": "A short clip of the mountains in the morning",
            "attachments": [
                {"url": "https://f.example/2.mp4", "mime_type": "video/mp4",
                 "duration_in_seconds": 12}
            ],
        },
    ],
}  # fmt: skip


def test_rss_with_media_becomes_cards_and_videos(world: World) -> None:
    summary = world.ingest(world.write("feed.xml", RSS))
    assert summary.new == 2
    card, video = world.store.items.values()
    assert card.id == "Daily News:1"
    assert card.title == "Rain & wind in the northern hills today"
    assert (card.language, card.topic, card.publisher) == ("en", "sport", "Daily News")
    assert card.summary == "Schools are closed."
    assert card.image is not None
    assert card.image.src == "https://d.example/1.jpg"
    assert card.published_ms == 1_685_966_400_000
    assert (video.language, video.kind, video.duration_s) == ("hi", "video", 31.0)
    assert (video.renditions[0].height, video.renditions[0].bitrate) == (720, 800_000)


def test_atom(world: World) -> None:
    assert world.ingest(world.write("feed.atom", ATOM)).new == 1
    item = world.store.items["urn:x:1"]
    assert item.title == "The cup is won at last by the home team"
    assert (item.topic, item.url) == ("sport", "https://a.example/1")


def test_json_feed(world: World) -> None:
    assert world.ingest(world.write("feed.json", json.dumps(JSON_FEED, indent=1))).new == 2
    assert world.store.items["a-1"].topic == "entertainment"
    assert world.store.items["a-1"].summary == "It is long."
    assert world.store.items["a-2"].duration_s == 12


def test_json_lines_with_unknown_keys_and_renditions(world: World) -> None:
    rows = [
        {"id": "x-1", "language": "id", "topic": "food", "title": "Nasi goreng", "later": [1, {}]},
        {"id": "x-2", "language": "en", "kind": "video", "title": "Waves", "duration_s": 9.5,
         "renditions": [{"src": "https://a/v.mp4", "height": 480}], "sensitive": True},
    ]  # fmt: skip
    text = "\n".join(map(json.dumps, rows)) + "\n\n"
    summary = world.ingest(world.write("items.jsonl", text))
    assert (summary.new, summary.rows) == (2, 2)
    assert world.store.items["x-1"].topic == "food"
    assert world.store.items["x-2"].renditions[0].src == "https://a/v.mp4"
    assert world.store.items["x-2"].sensitive


def test_a_json_array_is_a_list_of_rows(world: World) -> None:
    path = world.write("items.json", '[{"title": "One headline", "lang": "en"}, 7]')
    summary = world.ingest(path)
    assert (summary.new, summary.rejected) == (1, 1)
    assert summary.rejections[0].line == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_delimiters_are_found(world: World, delimiter: str) -> None:
    rows = [["Headline", "SECTION", "Lang"], ["Rain, wind; and | hail", "Sports", "en"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert world.ingest(world.write("x.csv", text)).new == 1
    (item,) = world.store.items.values()
    assert (item.title, item.topic) == ("Rain, wind; and | hail", "sport")


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE), ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)  # fmt: skip
def test_byte_order_marks_are_understood(world: World, name: str, mark: bytes) -> None:
    text = 'title,topic\n"दिल्ली में आज तेज़ बारिश हुई है",khel\n'
    assert world.ingest(world.write("x.csv", mark + text.encode(name))).new == 1
    assert world.titles() == ["दिल्ली में आज तेज़ बारिश हुई है"]


def test_line_breaks_inside_fields_and_windows_line_ends(world: World) -> None:
    text = 'text,label\r\n"One\r\nheadline here","Sports"\r\n\r\nTwo headlines here,Sports\r\n'
    summary = world.ingest(world.write("en/x.csv", text))
    assert (summary.rows, summary.new) == (2, 2)
    assert sorted(world.titles()) == ["One headline here", "Two headlines here"]


def test_old_mac_line_ends(world: World) -> None:
    assert world.ingest(world.write("en/x.csv", "title\rFirst story\rSecond story\r")).new == 2


def test_columns_can_be_mapped(world: World) -> None:
    text = "\ufeffKOLOM1,title,KATEGORI\nHarga beras naik lagi hari ini,not this,Ekonomi\n"
    world.ingest(world.write("x.csv", text), columns=parse_map("title=kolom1,topic=KATEGORI"))
    (item,) = world.store.items.values()
    assert (item.title, item.topic, item.language) == (
        "Harga beras naik lagi hari ini", "business", "id",
    )  # fmt: skip


def test_a_mapped_column_that_is_missing_refuses_the_file(world: World) -> None:
    path = world.write("x.csv", "a,b\n1,2\n")
    summary = world.ingest(path, columns={"title": "JUDUL"})
    assert summary.rejected == 1
    assert "no column 'JUDUL' for title; there are: a, b" in summary.rejections[0].reason


@pytest.mark.parametrize("text", ["title", "title=", "=x", "colour=RED"])
def test_a_map_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--map"):
        parse_map(text)


def test_title_and_text_together_are_headline_and_summary(world: World) -> None:
    world.ingest(world.write("en/x.csv", "text,title\nThe long story,The headline\n"))
    (item,) = world.store.items.values()
    assert (item.title, item.summary) == ("The headline", "The long story")


@pytest.mark.parametrize(
    ("head", "suffix", "kind"),
    [
        (b"", ".csv", "empty"),
        (b"  \n", ".jsonl", "empty"),
        (b"<?xml version='1.0'?>", ".txt", "xml"),
        (b"\n<rss>", "", "xml"),
        (b"<!DOCTYPE html><html>", ".xml", "html"),
        (b'{"a": 1}\n{"a": 2}\n', ".json", "jsonl"),
        (b'{"title": "x",\n "items": []}', ".json", "json"),
        (b'{"items": [1]}', "", "json"),
        (b'{"a": 1}', "", "jsonl"),
        (b"[1]", ".txt", "json"),
        (b"title,label\n", ".dat", "csv"),
        (bytes(range(32)) * 4, ".csv", "binary"),
    ],
)
def test_content_decides_the_format(head: bytes, suffix: str, kind: str) -> None:
    assert sniff(head, suffix) == kind


def test_an_atom_feed_in_a_file_named_csv_is_a_feed(world: World) -> None:
    assert world.ingest(world.write("wrong.csv", ATOM)).new == 1


def test_folders_are_read_sorted_and_what_is_no_data_is_named(world: World) -> None:
    world.write("en/b.csv", "title\nSecond file\n")
    world.write("en/a.csv", "title\nFirst file\n")
    world.write("README.md", "# hello")
    world.write("LICENSE", "free")
    world.write(".hidden.csv", "title\nno\n")
    world.write(".git/x.csv", "title\nno\n")
    summary = world.ingest()
    assert world.titles() == ["First file", "Second file"]
    skipped = {Path(file.source).name: file.reason for file in summary.skipped}
    assert skipped == {
        "README.md": "no data file", "LICENSE": "no data file", ".hidden.csv": "hidden",
        ".git": "hidden",
    }  # fmt: skip


def test_a_source_that_is_not_there_is_a_rejection(world: World) -> None:
    summary = world.ingest(world.folder / "absent.csv")
    assert summary.rejections[0].reason == "no such file or folder"


def test_a_named_file_is_read_whatever_its_name_and_only_once(world: World) -> None:
    path = world.write("en/news.txt", "title\nOnly once\n")
    assert world.ingest(path, path).rows == 1


def test_the_clock_dates_what_has_no_date(world: World) -> None:
    world.ingest(world.write("en/x.csv", "title\nA headline\n"))
    (item,) = world.store.items.values()
    assert item.published_ms == NOW_MS
    assert item.expires_ms > NOW_MS
