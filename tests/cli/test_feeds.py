"""`jhalak feeds`, `jhalak publisher`, `jhalak work follow`, against a site on this machine."""

from __future__ import annotations

import asyncio
import hmac
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from jhalak.assembly import open_records
from jhalak.config.settings import Settings
from jhalak.people.operator_token import token_hash
from tests.cli.conftest import Run, begin, until
from tests.feed_world import entry, rss
from tests.site import Asked, Reply, Site, site


class Publisher:
    """A site in a thread, and a data folder that may ask it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        self.site = Site()
        self._up, self._stop = threading.Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))
        self._thread.start()
        assert self._up.wait(30)
        self.url = self.site.url("/rss.xml")
        (self.data / "jhalak.toml").write_text(
            f"[fetch]\nports = [{self.site.port}]\nallow = ['127.0.0.1']\n"
            "[follow]\nhost_pause_s = 0.01\nshortest_s = 0.2\n"
        )

    async def _run(self) -> None:
        async with site() as running:
            self.site = running
            self._up.set()
            await self._stop.wait()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def says(self, *entries: str, more: str = "", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.site.routes["/rss.xml"] = Reply(200, rss(*entries, more=more).encode(), named)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path)
    yield made
    made.end()


def fresh(number: int, title: str = "") -> str:
    return entry(number, title, int(time.time() * 1000) - 60_000)


def test_check_says_what_each_entry_would_become_and_writes_nothing(
    run: Run, publisher: Publisher
) -> None:
    hub = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
    publisher.says(
        fresh(1), entry(2, at_ms=1_000_000_000_000), "<item><link>https://x.example/</link></item>",
        more=hub + "<ttl>30</ttl>", etag='"1"',
    )  # fmt: skip
    ended = run("feeds", "check", publisher.url, "--data", publisher.data, "--json")
    assert ended.code == 0, ended.err
    last = ended.last()
    assert last["counts"] == {"new": 1, "rejected": 2}
    assert [one["what"] for one in last["entries"]] == ["new", "rejected", "rejected"]
    assert last["entries"][0]["language"] == "en" and "too old" in last["entries"][1]["reason"]
    assert last["entries"][2]["reason"] == "empty title"
    for told in ("rss20", "etag", "30 min", "no public address is set", "no (jhalak feeds add)"):
        assert told in ended.out, told
    records = open_records(publisher.data, Settings())
    assert records.items.changes(0, 9) == [] and records.feeds.all() == []
    records.database.close()


@pytest.mark.parametrize(
    ("reply", "why"),
    [(Reply(404), "answered 404"), (Reply(200, b"<!doctype html><p>x"), "HTML page"),
     (Reply(302, headers={"location": "http://10.0.0.1/"}), "port 80")],
)  # fmt: skip
def test_check_of_what_is_no_feed_says_why(
    run: Run, publisher: Publisher, reply: Reply, why: str
) -> None:
    publisher.site.routes["/rss.xml"] = reply
    ended = run("feeds", "check", publisher.url, "--data", publisher.data)
    assert ended.code == 1 and why in ended.err


def test_feeds_are_added_followed_listed_paused_and_removed(
    run: Run, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.says(fresh(1), fresh(2))
    opml = tmp_path / "list.opml"
    opml.write_text(f'<opml><body><outline language="en" xmlUrl="{publisher.url}"/></body></opml>')
    data = ("--data", publisher.data, "--json")
    assert run("feeds", "add", opml, publisher.url, *data).last()["added"] == [publisher.url]
    assert "not polled yet" in run("feeds", "list", *data).out
    worked = run("work", "follow", "--until-caught-up", *data)
    assert worked.code == 0 and worked.last() == {"offsets": [1]}
    [told] = run("feeds", "list", *data).last()["feeds"]
    assert (told["new"], told["status"], told["tier"]) == (2, "following", "unreviewed")
    assert "Example News" in run("feeds", "list", *data).out
    again = run("feeds", "check", publisher.url, *data).last()
    assert again["counts"] == {"unchanged": 2}
    for action, name, value in (("pause", "status", "paused"), ("resume", "status", "following"),
                                ("review", "tier", "reviewed")):  # fmt: skip
        assert run("feeds", action, publisher.url, *data).code == 0
        assert run("feeds", "list", *data).last()["feeds"][0][name] == value
    assert run("feeds", "remove", publisher.url, *data).code == 0
    assert run("feeds", "list", *data).last()["feeds"] == []
    assert len(run("items", "list", *data).last()["items"]) == 2, "cards stay"
    assert run("feeds", "pause", publisher.url, *data).code == 1


def test_a_feed_is_moved_with_its_cards(run: Run, publisher: Publisher) -> None:
    publisher.says(fresh(1))
    data = ("--data", publisher.data, "--json")
    new = publisher.site.url("/new.xml")
    run("feeds", "add", publisher.url, "--publisher", "Dainik", *data)
    run("work", "follow", "--until-caught-up", *data)
    moved = run("feeds", "move", publisher.url, new, *data)
    assert moved.code == 0 and moved.last() == {"move": [publisher.url, new]}, moved.err
    corrected = rss(fresh(1, "The council closes its market")).encode()
    publisher.site.routes["/new.xml"] = Reply(200, corrected, {})
    run("work", "follow", "--until-caught-up", *data)
    [told] = run("feeds", "list", *data).last()["feeds"]
    assert (told["url"], told["new"], told["updated"], told["duplicate"]) == (new, 1, 1, 0)
    assert "The council closes its market" in run("items", "list", *data).out


@pytest.mark.parametrize(
    ("old", "new", "code", "why"),
    [("https://no.example/", "https://c.example/", 1, "no feed https://no.example/"),
     ("https://a.example/", "https://b.example/", 1, "followed already"),
     ("https://a.example/", "https://a.example/", 1, "followed already"),
     ("https://a.example/", "ftp://c.example/", 2, "only http and https"),
     ("https://a.example/", "https://u:p@c.example/", 2, "no name and password"),
     ("https://a.example/", "publisher:Dainik", 2, "only http and https"),
     ("https://a.example/", "", 2, "only http and https"),
     ("publisher:Dainik", "https://c.example/", 1, "sends its items itself")],
)  # fmt: skip
def test_what_cannot_be_moved_stays_and_says_why(
    run: Run, tmp_path: Path, old: str, new: str, code: int, why: str
) -> None:
    data = ("--data", tmp_path, "--json")
    run("feeds", "add", "https://a.example/", "https://b.example/", *data)
    records = open_records(tmp_path, Settings())
    records.feeds.add("publisher:Dainik", 1)
    records.database.close()
    before = run("feeds", "list", *data).last()["feeds"]
    ended = run("feeds", "move", old, new, *data)
    assert ended.code == code and why in ended.err
    assert [f["url"] for f in run("feeds", "list", *data).last()["feeds"]] == [
        f["url"] for f in before
    ]


def test_a_moved_feed_that_was_gone_is_followed_and_one_that_was_paused_stays_so(
    run: Run, tmp_path: Path
) -> None:
    records = open_records(tmp_path, Settings())
    for name, status in (("a", "gone"), ("b", "paused")):
        feed, _ = records.feeds.add(f"https://{name}.example/", 1)
        records.feeds.change(feed.num, 1, status=status)  # type: ignore[arg-type]
        assert run("feeds", "move", feed.url, feed.url + "new", "--data", tmp_path).code == 0
    assert [feed.status for feed in records.feeds.all()] == ["following", "paused"]
    records.database.close()


@pytest.mark.parametrize(
    "arguments",
    [["move", "https://x.example/"], ["move", *"abc"],
     ["add"], ["check"], ["add", "ftp://x/"], ["add", "http://u:p@x/"], ["add", "nowhere.opml"],
     ["add", "https://x.example/", "--language", "xx"], ["sleep"], ["add", "http://127.1/"]],
)  # fmt: skip
def test_what_cannot_be_added_ends_with_2_and_says_why(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    ended = run("feeds", *arguments, "--data", tmp_path)
    assert ended.code == 2 and ended.err


def test_addresses_in_a_list_that_may_not_be_asked_are_said_and_left_out(
    run: Run, tmp_path: Path
) -> None:
    """They were followed, and failed for ever; a password in one was kept and shown."""
    good, bad = "https://a.example/f", ["feed://a.example/f", "https://u:p@a.example/"]
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in (bad[0], good, bad[1]))
    opml = tmp_path / "list.opml"
    opml.write_text(f"<opml><body>{outlines}</body></opml>")
    ended = run("feeds", "add", opml, "--data", tmp_path / "data", "--json")
    assert ended.code == 1
    assert ended.last() == {"added": [good], "known": 0, "refused": bad}
    assert f"{bad[0]}: only http and https" in ended.err and bad[1] in ended.err


def test_the_list_says_how_a_feed_failed_and_when_it_is_tried_again(
    run: Run, publisher: Publisher
) -> None:
    publisher.site.routes["/rss.xml"] = Reply(503, headers={"retry-after": "5400"})
    data = ("--data", publisher.data)
    run("feeds", "add", publisher.url, *data)
    run("work", "follow", "--until-caught-up", *data)
    told = run("feeds", "list", *data).out
    assert "not polled yet" not in told and "never read" in told
    assert "failed once: its server answered 503; tried again in 1.5 h" in told
    records = open_records(publisher.data, Settings())
    [feed] = records.feeds.all()
    records.feeds.save(feed, feed.state, 1)
    records.database.close()
    assert "503; due to be tried again" in run("feeds", "list", *data).out
    run("feeds", "pause", publisher.url, *data)
    told = run("feeds", "list", *data).out
    assert "answered 503\n" in told and "tried again" not in told


def test_a_feed_is_followed_once_however_its_address_is_spelt(run: Run, tmp_path: Path) -> None:
    one = "https://news.example/D.xml?Q=1"
    other = "HTTPS://News.Example:443/D.xml?Q=1#frag"
    opml = tmp_path / "list.opml"
    opml.write_text(f'<opml><body><outline xmlUrl="{other}"/></body></opml>')
    data = ("--data", tmp_path / "data", "--json")
    added = run("feeds", "add", other, one, opml, *data).last()
    assert added == {"added": [one], "known": 2, "refused": []}
    assert run("feeds", "pause", other, *data).code == 0
    assert run("feeds", "add", "http://b.example:80/", *data).last()["added"] == [
        "http://b.example/"
    ]
    assert "followed already" in run("feeds", "move", "http://B.example/", other, *data).err
    new = "https://News.Example:8443/d.xml#frag"
    moved = run("feeds", "move", other, new, *data).last()
    assert moved == {"move": [one, "https://news.example:8443/d.xml"]}


def test_a_feed_that_was_kept_in_another_spelling_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    kept = "HTTPS://News.Example/d.xml"
    records = open_records(tmp_path, Settings())
    records.feeds.add(kept, 1)
    data = ("--data", tmp_path, "--json")
    assert run("feeds", "add", kept, *data).last()["added"] == []
    assert run("feeds", "pause", kept, *data).code == 0
    assert [(feed.url, feed.status) for feed in records.feeds.all()] == [(kept, "paused")]
    new = "https://news.example/d.xml"
    assert run("feeds", "move", kept, new, *data).last() == {"move": [kept, new]}
    records.database.close()


def test_a_publishers_key_is_shown_once_and_can_be_revoked(run: Run, tmp_path: Path) -> None:
    data = ("--data", tmp_path, "--json")
    made = run("publisher", "add", "Dainik  Example", "--reviewed", *data)
    key = made.last()["key"]
    assert made.out.startswith(key)
    records = open_records(tmp_path, Settings())
    found = records.publishers.find(token_hash(key))
    assert found is not None and (found.name, found.tier) == ("Dainik Example", "reviewed")
    records.database.close()
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert key.encode() not in everything
    number = str(made.last()["id"])
    assert run("publisher", "revoke", number, *data).code == 0
    assert "revoked" in run("publisher", "list", *data).out
    assert run("publisher", "revoke", number, *data).code == 1
    assert run("publisher", "revoke", "x", *data).code == 2
    assert run("publisher", "add", *data).code == 2
    assert run("publisher", "add", "x" * 81, *data).code == 2


def test_beside_a_server_entries_go_live_by_poll_by_hub_and_by_key(
    run: Run, publisher: Publisher
) -> None:
    """All of it for real: the server, its worker, a site with a hub, and a publisher."""
    posted: list[Asked] = []
    hub = publisher.site.url("/hub")

    def subscribe(asked: Asked) -> Reply:
        posted.append(asked)
        return Reply(202)

    publisher.site.routes["/hub"] = subscribe
    publisher.says(fresh(1), link=f'<{hub}>; rel="hub"')
    server = begin(publisher.data, "--no-learner", "--public-url", "https://cards.example")
    try:
        assert run("feeds", "add", publisher.url, "--data", publisher.data).code == 0
        until(lambda: server.ask("GET", "/v1/items/https://news.example/1")[0] == 200, "no card")
        until(lambda: posted, "no subscription")
        form = parse_qs(posted[0].body.decode())
        [callback], [secret] = form["hub.callback"], form["hub.secret"]
        path = re.sub("^https://cards.example", "", callback)
        asked = f"?hub.mode=subscribe&hub.topic={publisher.url}&hub.challenge=yes"
        assert server.ask("GET", path + asked) == (200, b"yes")
        body = rss(fresh(2, "The mayor opens the second bridge"))
        signature = hmac.new(secret.encode(), body.encode(), "sha256").hexdigest()
        deliver(server.port, path, body, f"sha256={signature}")
        until(lambda: server.ask("GET", "/v1/items/https://news.example/2")[0] == 200, "no card")
        made = run("publisher", "add", "Dainik", "--data", publisher.data, "--json")
        item = {"id": "a", "title": "The farmers bring in their harvest early", "language": "en"}
        status, taken = server.ask(
            "POST", "/v1/publisher/items", {"items": [item]}, made.last()["key"]
        )
        assert status == 202
        address = f"/v1/items/{taken['items'][0]['item']}"
        until(lambda: server.ask("GET", address)[0] == 200, "no card")
        until(lambda: server.ask("GET", "/readyz")[1]["live_items"] == 3, "not all are live")
    finally:
        assert server.end() == 0


def deliver(port: int, path: str, body: str, signature: str) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/rss+xml", "x-hub-signature": signature}
    connection.request("POST", path, body.encode(), headers)
    assert connection.getresponse().status == 202
    connection.close()
