"""Damages feeds at random and reads them: `python -m tests.ingest.fuzz KIND SECONDS SEED`.

A process of its own, so that a crash is seen and its memory is its own. Ends with one JSON line.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from jhalak.ingest.document import PUSHED_TYPE, read_document
from jhalak.ingest.intake import Intake, with_embeddings
from jhalak.ingest.opml import BadOpml, read_opml
from jhalak.schema.feed import Feed
from jhalak.understanding.embedding import HashedNgrams
from tests.feed_world import NOW_MS, NoEntries, NoItems

FEEDS: Final = Path(__file__).parent / "feeds"
URL: Final = "https://news.example/feed"
KINDS: Final = {"rss": "rss*", "atom": "atom*", "json": "json*", "activities": "activities*",
                "html": "page*", "opml": "", "pushed": ""}  # fmt: skip
MOST: Final = 200_000
"""Bytes of a damaged document."""

OPML: Final = b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="hi" language="hi">
<outline type="rss" text="a" xmlUrl="https://news.example/a"/></outline></body></opml>"""
PUSHED: Final = b'{"items":[{"id":"a","title":"A title of some words","topic":["sport"]}]}'
MARKUP: Final = (
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"?>", b"&#x0;", b"&#55296;", b"&#x10ffff;", b"&",
    b"<item>", b"</item>", b"<entry>", b"</channel>", b"<title>", b"<", b">", b"'", b'"', b"\x00",
    b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"[", b"}", b"]", b"\\u0000", b"\\ud800", b"1e999", b"null",
    b"<content type='xhtml'>", b"xml:base='http://['", b"<!DOCTYPE a>", b"<!ENTITY a 'b'>",
    b" xmlns='x'", b"<rss version='2.0'>", b"\xe0\xa4", "\u202e".encode(), "क्".encode(),
    b"encoding='utf-7'", b"encoding='utf-16'", b"<pubDate>", b"<![", b"<!", b"&lt;script&gt;",
)  # fmt: skip


def seeds(kind: str) -> list[bytes]:
    if kind in ("opml", "pushed"):
        return [OPML if kind == "opml" else PUSHED]
    return [path.read_bytes() for path in sorted(FEEDS.glob(KINDS[kind]))
            if path.name != "expected.json"]  # fmt: skip


def damaged(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """The document with one to six kinds of damage."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(out) + 1)
        end = min(place + rng.randint(1, 60), len(out))
        way = rng.randrange(8)
        if way == 0:
            del out[place:end]
        elif way == 1:
            out[place:place] = rng.choice(MARKUP)
        elif way == 2:
            out[place:place] = out[place:end] * rng.choice((2, 10, 1000))
        elif way == 3:
            out[place:place] = rng.choice(MARKUP) * rng.choice((1, 50, 3000))
        elif way == 4:
            out[place:end] = rng.randbytes(end - place)
        elif way == 5:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            out[place:end] = other[start : start + rng.randint(1, 500)]
        elif way == 6:
            del out[place:]
        elif out:
            out[min(place, len(out) - 1)] ^= 1 << rng.randrange(8)
        del out[MOST:]
    return bytes(out)


def reader(kind: str) -> Callable[[bytes], None]:
    understand = with_embeddings(HashedNgrams())
    intake = Intake(NoItems(), NoEntries(), understand, lambda: NOW_MS, 200)

    def read(data: bytes) -> None:
        if kind == "opml":
            try:
                read_opml(data)
            except BadOpml:
                return
        document = read_document(data, PUSHED_TYPE if kind == "pushed" else "", URL)
        intake.take(Feed(num=0, url=URL), document, keep=False)

    return read


def main(kind: str, seconds: float, seed: int) -> dict[str, float]:
    rng, known, read = random.Random(seed), seeds(kind), reader(kind)
    first = reader("rss")  # what tells languages is loaded for the first that need it
    for data in seeds("rss"):
        first(data)
    for data in known:
        read(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count, worst, began = 0, 0.0, time.process_time()
    while time.process_time() - began < seconds:
        data = damaged(rng, rng.choice(known), known)
        at = time.process_time()
        try:
            read(data)
        except Exception:
            Path(f"fuzz-{kind}.bin").write_bytes(data)
            raise
        took = time.process_time() - at
        if took > worst:
            worst = took
            if took > 1.0:
                Path(f"fuzz-{kind}-slow.bin").write_bytes(data)
        count += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"count": count, "worst_s": round(worst, 3), "grown_mib": round(grown / 1024, 1)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
