"""Documents are read by a process that may break without harm."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jhalak.ingest.document import Document, read_document
from jhalak.ingest.rows import Bad, Row
from jhalak.workers.reading import Reading, ReadingProcess, packed, unpacked

URL = "https://news.example/feed"
FEEDS = Path(__file__).parents[1] / "ingest/feeds"
GOOD = b"<rss version='2.0'><channel><item><title>a</title></item></channel></rss>"


def reading(*documents: bytes, seconds: float = 60.0) -> list[Document]:
    async def main() -> list[Document]:
        process = ReadingProcess(seconds)
        try:
            return [await process(data, "text/xml", URL) for data in documents]
        finally:
            await process.close()

    return asyncio.run(main())


def test_it_reads_what_would_be_read_here() -> None:
    documents = [path.read_bytes() for path in sorted(FEEDS.glob("*_[aeh]*"))]
    assert len(documents) > 20
    assert reading(*documents) == [read_document(data, "text/xml", URL) for data in documents]


def test_a_document_that_takes_too_long_fails_alone() -> None:
    attributes = b" ".join(b"a%d='1'" % n for n in range(80_000))
    slow = b"<rss version='2.0'><channel><item " + attributes + b"></channel></rss>"
    first, second, third = reading(GOOD, slow, GOOD, seconds=3.0)
    assert "longer than 3 s" in second.problem and first == third and first.kind == "rss20"


def test_a_document_that_takes_too_much_memory_fails_alone() -> None:
    deep = b"[" + b'{"a":' * 3 + b"1"
    large = (
        b'{"version":"https://jsonfeed.org/version/1.1","items":[' + b"{}," * 4_000_000 + b"{}]}"
    )
    first, second, third = reading(deep, large, GOOD)
    assert "bad JSON" in first.problem
    assert "256 MiB" in second.problem and third.kind == "rss20"


def test_a_small_document_does_not_wait_for_a_large_one() -> None:
    attributes = b" ".join(b"a%d='1'" % n for n in range(100_000))
    large = b"<rss version='2.0'><channel><item " + attributes + b"></channel></rss>"

    async def main() -> None:
        reading = Reading()
        slow = asyncio.create_task(reading(large, "", URL))
        await asyncio.sleep(0)
        assert (await reading(GOOD, "", URL)).kind == "rss20" and not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        await reading.close()

    asyncio.run(main())


def test_what_no_encoding_can_spell_passes_between_processes() -> None:
    document = Document(title="a\ud800", entries=[Row(1, {"title": "b\udfff", "topic": ["\ud800"]}),
                                                  Bad(2, "c")])  # fmt: skip
    again = unpacked(packed(document))
    assert again.title == "a?" and again.entries == [Row(1, {"title": "b?", "topic": ["?"]}),
                                                     Bad(2, "c")]  # fmt: skip


@pytest.mark.parametrize("when", ["between", "within"])
def test_it_begins_anew_after_its_process_was_killed(when: str) -> None:
    async def main() -> None:
        process = ReadingProcess()
        assert (await process(GOOD, "", URL)).kind
        assert process._process is not None
        process._process.kill()
        if when == "between":
            await process._process.wait()
        else:
            assert (await process(GOOD, "", URL)).problem
        assert (await process(GOOD, "", URL)).kind == "rss20"
        await process.close()

    asyncio.run(main())
