"""Lists of feeds."""

from __future__ import annotations

import pytest

from jhalak.ingest.opml import BadOpml, Listed, read_opml

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>x</title></head><body>
 <outline text="हिन्दी" language="hi">
  <outline type="rss" text="क" xmlUrl="https://a.example/"/>
  <outline text="folder"><outline text="b" title="B" xmlUrl=" https://b.example/ "/></outline>
  <outline text="c" xmlUrl="https://c.example/" language="ta-IN"/>
 </outline>
 <outline text="again" xmlUrl="https://a.example/" language="en"/>
 <outline text="d" xmlurl="https://d.example/" language="fr"/>
</body></opml>"""


def test_feeds_are_listed_once_with_the_language_around_them() -> None:
    assert read_opml(LIST.encode()) == [
        Listed("https://a.example/", "क", "hi"),
        Listed("https://b.example/", "B", "hi"),
        Listed("https://c.example/", "c", "ta"),
        Listed("https://d.example/", "d", ""),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "not XML"), (b"<rss/>", "not OPML"), (b"<opml>", "not XML"), (b"\xff\xfe<", "not XML"),
     (b'<!DOCTYPE a [<!ENTITY b "c">]><opml/>', "entities"), (bytes(17 << 20), "larger")],
)  # fmt: skip
def test_what_is_no_list_says_why(data: bytes, why: str) -> None:
    with pytest.raises(BadOpml, match=why):
        read_opml(data)


def test_an_empty_list_is_a_list() -> None:
    assert read_opml(b"<opml version='1.0'><body/></opml>") == []
