"""Following feeds: what is asked, how often, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from jhalak.ingest.compose import Composed
from jhalak.ingest.document import Document, read_document
from jhalak.ingest.intake import BATCH
from jhalak.ports.errors import DiskFull
from jhalak.ports.fetcher import Answer, Failed
from jhalak.ports.items import Change, Draft
from jhalak.workers.follow_feeds import UNSAVED_MS
from tests.feed_world import NOW_MS, URL, Cell, Network, answer, entry, rss

HOUR_MS = 3_600_000


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    made = Cell(tmp_path)
    yield made
    made.end()


def test_entries_become_cards_and_are_not_stored_again(cell: Cell) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1), entry(2)))
    cell.run()
    assert [(r.item.id, r.item.language, r.item.publisher) for r in cell.items()] == [
        ("https://news.example/1", "en", "Example News"),
        ("https://news.example/2", "en", "Example News"),
    ]
    seqs = [record.seq for record in cell.items()]
    cell.poll()
    assert [record.seq for record in cell.items()] == seqs
    state = cell.feed().state
    assert (state.tally.polls, state.tally.new, state.tally.updated) == (2, 2, 0)
    assert state.kind == "rss20" and state.title == "Example News" and state.error == ""


def test_no_feed_speaks_in_the_name_of_an_account(cell: Cell) -> None:
    account = cell.records.creators.add("asha", "x", cell.now_ms)
    cell.add()
    said = entry(1, more="<source url='https://news.example'>@asha</source>")
    cell.network.pages[URL] = answer(rss(said, entry(2)).replace("Example News", "@ @asha"))
    cell.run()
    assert [record.item.publisher for record in cell.items()] == ["asha", "asha"]
    assert account.creator not in {record.creator for record in cell.items()}


def test_an_entry_that_changes_changes_its_card_and_one_that_vanishes_does_not(
    cell: Cell,
) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1), entry(2)))
    cell.run()
    first, second = cell.items()
    cell.network.pages[URL] = answer(rss(entry(1, "The council closes the market again")))
    cell.poll()
    kept, changed = cell.items()
    assert kept == second
    assert changed.num == first.num and changed.seq > second.seq
    assert changed.item.title == "The council closes the market again"
    assert cell.feed().state.tally.updated == 1


def test_validators_are_sent_and_304_costs_nothing(cell: Cell) -> None:
    cell.add()
    modified = "Wed, 18 Nov 2026 10:00:00 GMT"
    cell.network.pages[URL] = answer(rss(entry(1)), etag='W/"a"', last_modified=modified)
    cell.run()
    cell.network.pages[URL] = answer(status=304)
    cell.poll()
    cell.poll()
    plain, *with_validators = cell.network.polls()
    assert "if-none-match" not in plain
    assert len(with_validators) == 2
    for headers in with_validators:
        assert headers["if-none-match"] == 'W/"a"' and headers["if-modified-since"] == modified
    state = cell.feed().state
    assert state.tally.not_modified == 2 and state.ok_ms == cell.now_ms


def test_what_is_of_the_future_comes_at_its_time_though_nothing_else_does(cell: Cell) -> None:
    cell.add()

    def told(_: Network, __: str, headers: dict[str, str]) -> Answer:
        known = headers.get("if-none-match") == '"a"'
        soon = entry(1, at_ms=NOW_MS + 2 * HOUR_MS)
        return answer(status=304) if known else answer(rss(soon), etag='"a"')

    cell.network.pages[URL] = told
    cell.run()
    assert cell.items() == []
    cell.run(1.5 * 3600)
    assert len(cell.items()) == 1
    cell.poll()
    cell.poll()
    assert cell.feed().state.tally.not_modified == 2, "and then its validators count again"


def test_a_feed_is_asked_at_half_its_own_pace(cell: Cell) -> None:
    cell.add()
    entries = [entry(n, at_ms=NOW_MS - n * 600_000) for n in range(20)]
    cell.network.pages[URL] = answer(rss(*entries))
    cell.run()
    assert cell.feed().state.gap_s == 600 and cell.feed().state.interval_s == 300
    wait_s = (cell.feed().next_ms - cell.now_ms) / 1000
    assert 285 <= wait_s <= 315


def test_ttl_and_max_age_are_wishes_that_are_kept(cell: Cell) -> None:
    cell.add()
    entries = [entry(n, at_ms=NOW_MS - n * 60_000) for n in range(5)]
    cell.network.pages[URL] = answer(rss(*entries, more="<ttl>45</ttl>"))
    cell.run()
    assert cell.feed().state.interval_s == 45 * 60
    cell.network.pages[URL] = answer(rss(*entries), cache_control="public, max-age=1200")
    cell.poll()
    assert cell.feed().state.interval_s == 1200


def test_failures_wait_longer_and_longer_and_a_success_ends_that(cell: Cell) -> None:
    cell.add()
    cell.network.pages[URL] = Failed("no connection")
    waits = []
    for _ in range(12):
        cell.poll()
        waits.append((cell.feed().next_ms - cell.now_ms) / 1000)
    assert waits[:4] == [120, 240, 480, 960] and waits[-1] == 21_600
    assert cell.feed().state.failures == 12 and cell.feed().state.error == "no connection"
    cell.network.pages[URL] = answer(rss(entry(1, at_ms=cell.now_ms)))
    cell.poll()
    assert cell.feed().state.failures == 0 and cell.feed().state.error == ""


@pytest.mark.parametrize(
    ("header", "least_s"),
    [("7200", 7200), ("Wed, 18 Nov 2026 23:06:40 GMT", 30_000), ("soon", 120), ("999999999", 0)],
)
def test_retry_after_is_obeyed(cell: Cell, header: str, least_s: float) -> None:
    cell.add()
    cell.network.pages[URL] = answer(status=503, retry_after=header)
    cell.run()
    wait_s = (cell.feed().next_ms - cell.now_ms) / 1000
    assert least_s <= wait_s <= 86_400
    assert cell.feed().state.error == "its server answered 503"


def test_a_feed_that_is_gone_is_not_asked_again_until_somebody_says_so(cell: Cell) -> None:
    feed = cell.add()
    cell.network.pages[URL] = answer(status=410)
    cell.run()
    assert cell.feed().status == "gone"
    cell.run(100_000)
    assert len(cell.network.polls()) == 1
    cell.records.feeds.change(feed.num, cell.now_ms, status="following")
    cell.run()
    assert len(cell.network.polls()) == 2


def test_a_paused_feed_is_left_alone(cell: Cell) -> None:
    cell.records.feeds.change(cell.add().num, NOW_MS, status="paused")
    cell.run(100_000)
    assert cell.network.asked == []


def test_what_is_no_feed_is_a_failure_that_keeps_the_validators(cell: Cell) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)), etag='"a"')
    cell.run()
    cell.network.pages[URL] = answer("<!doctype html><html>Maintenance</html>", etag='"b"')
    cell.poll()
    state = cell.feed().state
    assert state.failures == 1 and "HTML" in state.error and state.etag == '"a"'
    assert len(cell.items()) == 1


def test_one_host_is_asked_by_one_connection_and_with_pauses(cell: Cell) -> None:
    for n in range(6):
        cell.add(f"https://news.example/{n}.xml")
        cell.add(f"https://b{n}.example/")

    async def main() -> None:
        cell.network.gate = asyncio.Event()
        for _ in range(3):
            await cell.follower.step()
            await asyncio.sleep(0)
        assert len(cell.network.asked) == 7, "one of the shared host, and all others"
        cell.network.gate.set()
        await cell.follower.settle()
        await cell.follower.step()
        await cell.follower.settle()
        assert len(cell.network.asked) == 7, "the shared host has its pause"
        for n in range(5):
            cell.now_ms += 1000
            await cell.follower.step()
            await cell.follower.settle()
            assert len(cell.network.asked) == 8 + n

    asyncio.run(main())
    assert cell.network.most["news.example"] == 1


def test_no_more_than_so_many_are_asked_at_once(tmp_path: Path) -> None:
    cell = Cell(tmp_path, at_once=3)
    for n in range(8):
        cell.add(f"https://b{n}.example/")

    async def main() -> None:
        cell.network.gate = asyncio.Event()
        await cell.follower.step()
        await cell.follower.step()
        await asyncio.sleep(0)
        assert len(cell.network.asked) == 3
        await cell.follower.stop()
        assert not cell.follower.busy

    asyncio.run(main())
    cell.end()


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Example News</title>{}</feed>"""
ATOM_ENTRY = """<entry><id>tag:news.example,2026:{}</id><title>The mayor opens bridge {}</title>
<link href="/{}"/><updated>2026-11-18T10:00:00Z</updated></entry>"""


def test_what_a_publisher_withdraws_is_recalled_and_stays_so(cell: Cell) -> None:
    cell.add()
    both = "".join(ATOM_ENTRY.format(n, n, n) for n in (1, 2))
    cell.network.pages[URL] = answer(ATOM.format(both))
    cell.run()
    gone = '<at:deleted-entry ref="tag:news.example,2026:1" when="2026-11-18T11:00:00Z"/>'
    cell.network.pages[URL] = answer(ATOM.format(gone + ATOM_ENTRY.format(2, 2, 2)))
    cell.poll()
    status = {record.item.id[-1]: record.status for record in cell.items()}
    assert status == {"1": "recalled", "2": "live"}
    cell.network.pages[URL] = answer(ATOM.format(both))
    cell.poll()
    assert {record.item.id[-1]: record.status for record in cell.items()} == status
    assert cell.feed().state.tally.recalled == 1
    [said] = [one for one in cell.records.audit.read(0, 9) if one.action == "recall item"]
    assert URL in said.actor and "withdrawn" in said.detail


NEW = "https://news.example/new.xml"


def test_a_feed_that_was_moved_still_corrects_and_withdraws_its_cards(cell: Cell) -> None:
    feed = cell.add(publisher="Dainik Example", tier="reviewed")
    cell.network.pages[URL] = answer(rss(entry(1), entry(2)), etag='"old"')
    cell.run()
    cell.records.feeds.change(feed.num, cell.now_ms, url=NEW)
    corrected = rss(entry(1, "The council closes its market"), entry(2), entry(3))
    cell.network.pages[NEW] = answer(corrected, url=NEW)
    cell.run(1)
    assert len(cell.network.polls()) == 1 and len(cell.network.polls(NEW)) == 1
    assert "if-none-match" not in cell.network.polls(NEW)[0]
    gone = '<at:deleted-entry ref="https://news.example/2" when="2026-11-18T11:00:00Z"/>'
    cell.network.pages[NEW] = answer(ATOM.format(gone), url=NEW)
    cell.poll()
    found = {r.item.id[-1]: (r.status, r.item.title) for r in cell.items()}
    assert found["1"] == ("live", "The council closes its market")
    assert found["2"][0] == "recalled" and found["3"][0] == "live"
    assert {(r.item.publisher, r.item.reviewed) for r in cell.items()} == {("Dainik Example", True)}
    tally = cell.feed(NEW).state.tally
    assert (tally.new, tally.updated, tally.recalled, tally.duplicate) == (3, 1, 1, 0)


@pytest.mark.parametrize(
    "said",
    [answer(rss(entry(1), more="<ttl>300</ttl>"), etag='"old"'), answer(status=410),
     answer(status=503, retry_after="9999"), answer(status=304)],
)  # fmt: skip
def test_what_the_old_address_answers_after_a_move_counts_no_more(cell: Cell, said: Answer) -> None:
    feed = cell.add()
    cell.network.pages = {URL: said, NEW: answer(rss(entry(1), entry(2)), url=NEW)}

    async def main() -> None:
        cell.network.gate = asyncio.Event()
        await cell.follower.step()
        await asyncio.sleep(0)
        cell.records.feeds.change(feed.num, cell.now_ms, url=NEW)
        cell.network.gate.set()
        await cell.follower.settle()

    asyncio.run(main())
    moved = cell.feed(NEW)
    assert (moved.status, moved.next_ms) == ("following", cell.now_ms)
    assert moved.state.etag == moved.state.error == ""
    cell.run(1)
    assert len(cell.items()) == 2 and len(cell.network.polls(NEW)) == 1


def test_a_feed_whose_worker_was_killed_right_after_its_cards_were_kept_goes_on_with_them(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1), entry(2)))
    put = cell.records.items.put

    def killed(drafts: Sequence[Draft], now_ms: int) -> list[Change]:
        put(drafts, now_ms)
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(cell.records.items, "put", killed)
        cell.run()
    assert len(cell.items()) == 2
    cell.network.pages[URL] = answer(rss(entry(1, "The council closes its market"), entry(2)))
    cell.poll()
    assert cell.titles()[-1] == "The council closes its market"
    gone = '<at:deleted-entry ref="https://news.example/2" when="2026-11-18T11:00:00Z"/>'
    cell.network.pages[URL] = answer(ATOM.format(gone))
    cell.poll()
    assert [record.status for record in cell.items()] == ["live", "recalled"]
    assert cell.feed().state.tally.duplicate == 0


def test_a_feed_cannot_touch_what_another_source_brought(cell: Cell) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)))
    cell.run()
    other = "https://evil.example/feed"
    cell.add(other)
    cell.network.pages[other] = answer(rss(entry(1, "Send your money to this address")))
    cell.run()
    gone = '<at:deleted-entry ref="https://news.example/1" when="2026-11-18T11:00:00Z"/>'
    cell.network.pages[other] = answer(ATOM.format(gone))
    cell.run(100_000)
    [record] = cell.items()
    assert record.status == "live" and "council" in record.item.title
    tally = cell.feed(other).state.tally
    assert (tally.duplicate, tally.new, tally.recalled) == (1, 0, 0)


def test_the_delay_from_publication_to_live_is_measured(cell: Cell) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1, at_ms=NOW_MS - HOUR_MS)))
    cell.run()
    assert cell.feed().state.delays_s == (), "what was there before says nothing"
    published = cell.now_ms + 100_000
    cell.network.pages[URL] = answer(rss(entry(2, at_ms=published)))
    cell.poll()
    [delay] = cell.feed().state.delays_s
    assert delay == pytest.approx((cell.now_ms - published) / 1000, abs=1)


def test_rejects_are_counted_once_with_their_reasons(cell: Cell) -> None:
    cell.add()
    japanese = entry(1, "東京で新しい美術館が開館し多くの人が訪れた")
    old = entry(2, at_ms=NOW_MS - 400 * 86_400_000)
    page = rss(japanese, old, "<item><link>https://news.example/3</link></item>", entry(4))
    cell.network.pages[URL] = answer(page)
    for _ in range(3):
        cell.poll()
    tally = cell.feed().state.tally
    assert tally.rejected == 3 and tally.new == 1
    assert sorted(tally.reasons.values()) == [1, 1, 1]
    assert any("language" in reason for reason in tally.reasons)
    assert any("too old" in reason for reason in tally.reasons)
    assert "empty title" in tally.reasons


def test_an_operators_wishes_reach_the_cards(cell: Cell) -> None:
    feed = cell.add(publisher="Dainik Example", tier="unreviewed")
    cell.network.pages[URL] = answer(rss(entry(1)))
    cell.run()
    [record] = cell.items()
    assert record.item.publisher == "Dainik Example" and not record.item.reviewed
    cell.records.feeds.change(feed.num, cell.now_ms, tier="reviewed")
    cell.poll()
    [record] = cell.items()
    assert record.item.reviewed


def test_deliveries_are_read_like_polls(cell: Cell) -> None:
    feed = cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)))
    cell.run()
    due = cell.feed().next_ms
    cell.records.deliveries.add(feed.num, "text/xml", rss(entry(2)).encode(), cell.now_ms)
    cell.records.deliveries.add(feed.num, "text/xml", b"\x00\x01", cell.now_ms)
    cell.records.deliveries.add(999, "text/xml", rss(entry(3)).encode(), cell.now_ms)
    cell.run()
    assert len(cell.items()) == 2 and cell.records.deliveries.next(0) is None
    state = cell.feed().state
    assert state.tally.deliveries == 2 and state.tally.polls == 1 and state.tally.new == 2
    assert cell.feed().next_ms == due, "a delivery moves no poll"


def test_a_delivery_is_live_while_another_feeds_is_still_read(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = cell.add(), cell.add("https://quick.example/")
    cell.network.pages = {f.url: answer(rss()) for f in (slow, quick)}
    cell.run()
    for feed, number in ((slow, 1), (slow, 2), (quick, 3)):
        body = rss(entry(number, f"Story number {number} of the day")).encode()
        cell.records.deliveries.add(feed.num, "text/xml", body, cell.now_ms)

    async def main() -> None:
        gate = asyncio.Event()
        read = cell.follower._read_document

        async def held(data: bytes, kind: str, url: str) -> Document:
            if b"number 3" not in data:
                await gate.wait()
            return await read(data, kind, url)

        monkeypatch.setattr(cell.follower, "_read_document", held)
        assert await cell.follower.step() and await cell.follower.step()
        while slow.num in cell.follower._running and quick.num in cell.follower._running:
            await asyncio.sleep(0.01)
        assert cell.titles() == ["Story number 3 of the day"]
        assert not await cell.follower.step(), "the slow feed's second waits for its first"
        gate.set()
        await cell.follower.settle()
        while await cell.follower.step():
            await cell.follower.settle()

    asyncio.run(main())
    assert cell.titles()[1:] == ["Story number 1 of the day", "Story number 2 of the day"]


def test_a_delivery_that_cannot_be_kept_stays_and_is_told(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = cell.add()
    cell.network.pages[URL] = answer(rss())
    cell.run()
    cell.records.deliveries.add(feed.num, "text/xml", rss(entry(1)).encode(), cell.now_ms)

    async def main() -> None:
        with monkeypatch.context() as broken:
            broken.setattr(cell.records.items, "put", lambda *_: (_ for _ in ()).throw(DiskFull()))
            await cell.follower.step()
            await cell.follower.settle()
        with pytest.raises(DiskFull):
            await cell.follower.step()
        assert cell.records.deliveries.next(0) is not None and cell.titles() == []

    asyncio.run(main())
    cell.run()
    assert len(cell.titles()) == 1 and cell.records.deliveries.next(0) is None


def test_a_long_documents_first_entries_are_live_before_its_last_are_composed(cell: Cell) -> None:
    live: list[int] = []
    understand = cell.intake.understand

    def watched(batch: Sequence[Composed]) -> list[Draft]:
        live.append(len(cell.items()))
        return understand(batch)

    intake = replace(cell.intake, understand=watched)
    document = read_document(rss(*(entry(n) for n in range(2 * BATCH + 5))).encode(), "", URL)
    assert intake.take(cell.add(), document).counts["new"] == 2 * BATCH + 5
    assert live == [0, BATCH, 2 * BATCH]


def test_entries_not_seen_for_a_month_are_forgotten_but_their_cards_stay(cell: Cell) -> None:
    feed = cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)))
    cell.run()
    cell.network.pages[URL] = answer(status=304)
    for _ in range(3):
        cell.run(16 * 86_400)
    ids = [cell.items()[0].item.id]
    assert cell.records.entries.owners(ids), "not by a clock that may have jumped"
    for _ in range(14):
        cell.run(600)
    assert cell.records.entries.owners(ids) == {}
    assert len(cell.items()) == 1 and feed.num


@pytest.mark.parametrize("restarted", [False, True])
def test_a_feed_that_was_polled_by_a_clock_that_was_ahead_is_polled_again(
    cell: Cell, tmp_path: Path, restarted: bool
) -> None:
    cell.now_ms += 20 * 24 * HOUR_MS
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)))
    cell.run()
    cell.now_ms -= 20 * 24 * HOUR_MS
    again = Cell(tmp_path) if restarted else cell
    again.now_ms = cell.now_ms
    again.network.pages[URL] = answer(rss(entry(1), entry(2)))
    again.run()
    again.run()
    assert len(again.items()) == 2
    waits_ms = again.feed().next_ms - again.now_ms
    assert 0 < waits_ms <= 6 * HOUR_MS
    if restarted:
        again.end()


def test_a_card_that_is_still_shown_can_be_withdrawn_after_a_quiet_month(cell: Cell) -> None:
    """It was another source's by then, which its publisher could neither correct nor recall."""
    cell.add()
    food = '</link><category term="food"/>'
    recipes = "".join(ATOM_ENTRY.format(n, n, n) for n in (1, 2)).replace('"/>', f'">{food}')
    cell.network.pages[URL] = answer(ATOM.format(recipes))
    cell.run()
    cell.network.pages[URL] = answer(status=304)
    for _ in range(3):
        cell.run(16 * 86_400)
    gone = '<at:deleted-entry ref="tag:news.example,2026:1" when="2026-12-31T11:00:00Z"/>'
    cell.network.pages[URL] = answer(ATOM.format(gone + recipes.replace("bridge 2", "bridge two")))
    cell.run(86_400)
    found = {r.item.id[-1]: (r.status, r.item.title) for r in cell.items()}
    assert found["1"][0] == "recalled"
    assert found["2"] == ("live", "The mayor opens bridge two")


def test_the_state_outlives_the_worker(cell: Cell, tmp_path: Path) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)), etag='"a"')
    cell.run()
    again = Cell(tmp_path)
    again.now_ms = cell.now_ms
    again.network.pages[URL] = answer(status=304)
    again.run()
    assert again.network.asked == [], "it is not due"
    again.poll()
    [headers] = again.network.polls()
    assert headers["if-none-match"] == '"a"'
    again.end()


def test_a_full_disk_does_not_make_us_ask_a_publisher_every_second(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell.add()
    cell.network.pages[URL] = answer(rss(entry(1)))

    def full(*_: object) -> None:
        raise DiskFull("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(cell.records.feeds, "save", full)
        for _ in range(60):
            cell.run(10)
    assert len(cell.network.polls()) == 1
    cell.run(UNSAVED_MS / 1000)
    assert len(cell.network.polls()) == 2 and cell.feed().state.tally.polls == 1


def test_our_own_fault_costs_one_feed_one_poll(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    cell.add()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("tests.feed_world.read_document", broken)
    cell.network.pages[URL] = answer(rss(entry(1)))
    cell.run()
    assert "a bug" in cell.feed().state.error and cell.feed().state.failures == 1
    cell.records.deliveries.add(cell.feed().num, "text/xml", b"x", cell.now_ms)
    cell.run()
    assert cell.records.deliveries.next(0) is None


class TestHubs:
    HUB = "https://hub.example/"

    @pytest.fixture
    def cell(self, tmp_path: Path) -> Iterator[Cell]:
        made = Cell(tmp_path, "https://cards.example/")
        made.network.pages[self.HUB] = answer(status=202)
        yield made
        made.end()

    def page(self) -> str:
        return rss(entry(1, at_ms=NOW_MS - HOUR_MS), more=(
            '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="//hub.example/"/>'
        ))  # fmt: skip

    def test_a_hub_is_asked_once_for_a_signed_lease(self, cell: Cell) -> None:
        cell.add()
        cell.network.pages[URL] = answer(self.page())
        cell.run()
        [(url, body)] = cell.network.posts()
        form = dict(pair.split("=", 1) for pair in body.decode().split("&"))
        assert url == self.HUB and form["hub.mode"] == "subscribe"
        assert form["hub.callback"] == "https%3A%2F%2Fcards.example%2Fv1%2Fwebsub%2Ftoken0"
        assert form["hub.topic"] == "https%3A%2F%2Fnews.example%2Frss.xml"
        assert len(form["hub.secret"]) == 64 and int(form["hub.lease_seconds"]) > 0
        cell.poll()
        assert len(cell.network.posts()) == 1, "it has not answered yet"

    def test_a_lease_is_renewed_before_it_ends_and_polls_are_rarer_meanwhile(
        self, cell: Cell
    ) -> None:
        cell.add()
        cell.network.pages[URL] = answer(self.page())
        cell.run()
        polled_s = cell.feed().state.interval_s
        [one] = cell.records.subscriptions.all()
        until = cell.now_ms + 3 * 86_400_000
        active = msgspec.structs.replace(one, status="active", until_ms=until)
        cell.records.subscriptions.put(active)
        cell.poll()
        assert cell.feed().state.interval_s >= 2 * polled_s
        while cell.now_ms < until - 86_400_000:
            assert len(cell.network.posts()) == 1
            cell.poll()
        for _ in range(2):
            cell.poll()
        assert len(cell.network.posts()) == 2
        [renewed] = cell.records.subscriptions.all()
        assert (renewed.token, renewed.secret) == (one.token, one.secret)

    def test_a_lease_is_renewed_also_while_nothing_is_new(self, cell: Cell) -> None:
        cell.add()
        cell.network.pages[URL] = answer(self.page(), etag='"a"')
        cell.run()
        [one] = cell.records.subscriptions.all()
        until = cell.now_ms + 2 * 86_400_000
        cell.records.subscriptions.put(
            msgspec.structs.replace(one, status="active", until_ms=until)
        )
        cell.network.pages[URL] = answer(status=304)
        while cell.now_ms < until:
            cell.poll()
        assert len(cell.network.posts()) > 1

    def test_the_link_header_names_a_hub_too(self, cell: Cell) -> None:
        cell.add()
        link = f'<{self.HUB}>; rel="hub", <https://news.example/own>; rel=self'
        cell.network.pages[URL] = answer(rss(entry(1)), link=link)
        cell.run()
        [one] = cell.records.subscriptions.all()
        assert (one.hub, one.topic) == (self.HUB, "https://news.example/own")

    def test_a_feed_that_is_paused_is_unsubscribed_from(self, cell: Cell) -> None:
        feed = cell.add()
        cell.network.pages[URL] = answer(self.page())
        cell.run()
        [one] = cell.records.subscriptions.all()
        active = msgspec.structs.replace(one, status="active", until_ms=cell.now_ms + HOUR_MS * 99)
        cell.records.subscriptions.put(active)
        cell.records.feeds.change(feed.num, cell.now_ms, status="paused")
        cell.run(120)
        cell.run(120)
        assert len(cell.network.posts()) == 2 and b"unsubscribe" in cell.network.posts()[1][1]
        assert cell.records.subscriptions.all()[0].ending
        cell.run(100 * 3600)
        assert cell.records.subscriptions.all() == []

    def test_a_feed_that_was_moved_is_subscribed_to_anew(self, cell: Cell) -> None:
        feed = cell.add()
        cell.network.pages[URL] = answer(self.page(), url=NEW)
        cell.network.pages[NEW] = answer(self.page(), url=NEW)
        cell.run()
        [one] = cell.records.subscriptions.all()
        cell.records.feeds.change(feed.num, cell.now_ms, url=NEW)
        assert cell.records.subscriptions.find(one.token) is None
        cell.run(1)
        [again] = cell.records.subscriptions.all()
        assert (again.feed, again.topic) == (feed.num, NEW) and again.token != one.token
        assert len(cell.network.posts()) == 2

    def test_without_a_public_address_no_hub_is_asked(self, tmp_path: Path) -> None:
        cell = Cell(tmp_path / "other")
        cell.add()
        cell.network.pages[URL] = answer(self.page())
        cell.run()
        assert cell.network.posts() == [] and cell.feed().state.hub == self.HUB
        cell.end()

    def test_a_hub_that_fails_costs_nothing(self, cell: Cell) -> None:
        cell.add()
        cell.network.pages[URL] = answer(self.page())
        cell.network.pages[self.HUB] = Failed("no hub")
        cell.run()
        assert len(cell.items()) == 1 and cell.feed().state.error == ""
