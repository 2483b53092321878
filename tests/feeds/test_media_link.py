"""Links to videos' files: who can make them, and how long they are good."""

from __future__ import annotations

from pathlib import Path

import pytest

from jhalak.embedded.keys import DAY_MS, open_keys
from jhalak.feeds import media_link
from jhalak.feeds.media_link import BUCKET_MS, MediaLinks
from tests.worlds import NOW_MS

SET = "0a" * 16


class Dated:
    """Each week's key is its number."""

    def __init__(self) -> None:
        self.asked = 0

    def as_of(self, at_ms: int) -> bytes:
        self.asked += 1
        return at_ms.to_bytes(32, "little")


def signed_of(base: str) -> str:
    return base.rstrip("/").rpartition("/")[2]


def test_everyone_gets_the_same_link_for_a_week_and_it_is_good_for_another() -> None:
    first, second = MediaLinks(Dated()), MediaLinks(Dated(), "https://media.example/")
    begin = NOW_MS // BUCKET_MS * BUCKET_MS
    base = first.base(SET, begin)
    assert base == first.base(SET, begin + BUCKET_MS - 1)
    assert second.base(SET, begin) == f"https://media.example{base}"
    assert base.startswith(f"/video/{SET}/{begin // BUCKET_MS}.")
    assert base != first.base(SET, begin + BUCKET_MS)
    signed = signed_of(base)
    ends = begin + 2 * BUCKET_MS
    for at_ms, good in ((begin, True), (ends - 1, True), (ends, False)):
        assert second.is_good(SET, signed, at_ms) is good
    assert second.is_good(SET, signed, begin - 5000), "another machine's clock may be ahead"
    assert not second.is_good(SET, signed, begin - 90_000)


@pytest.mark.parametrize(
    "signed",
    ["", ".", "{b}.", "{b}.{s}A", "{b}.{other}", "0{b}.{s}", "{next}.{s}", "-{b}.{s}", "{b}{s}",
     "٢.{s}", "{b}.{s}\n", "999999.{s}", "{b}.{s}/.."],
)  # fmt: skip
def test_no_other_link_is_good(signed: str) -> None:
    links = MediaLinks(Dated())
    bucket, _, signature = signed_of(links.base(SET, NOW_MS)).partition(".")
    other = signed_of(links.base("0b" * 16, NOW_MS)).partition(".")[2]
    told = signed.format(b=bucket, s=signature, other=other, next=int(bucket) - 1)
    assert not links.is_good(SET, told, NOW_MS)
    assert links.is_good(SET, f"{bucket}.{signature}", NOW_MS)


def test_keys_are_read_once_a_bucket_and_links_held_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media_link, "HELD", 10)
    keys = Dated()
    links = MediaLinks(keys)
    for week in range(3):
        for n in range(50):
            links.base(f"{n:032x}", NOW_MS + week * BUCKET_MS)
    assert keys.asked == 3
    assert len(links._bases) <= 11 and len(links._by_bucket) <= 3


def test_a_link_outlives_a_rotation_of_keys_in_the_middle_of_its_week(tmp_path: Path) -> None:
    begin = NOW_MS // BUCKET_MS * BUCKET_MS
    keys = open_keys(tmp_path, begin - 30 * DAY_MS).media
    base = MediaLinks(keys).base(SET, begin)
    for day in (1, 2, 5):
        keys.rotate(begin + day * DAY_MS)
    later = MediaLinks(open_keys(tmp_path, begin + 6 * DAY_MS).media)
    assert later.base(SET, begin + 6 * DAY_MS) == base
    assert later.is_good(SET, signed_of(base), begin + 13 * DAY_MS)
    assert later.base(SET, begin + 7 * DAY_MS) != base
