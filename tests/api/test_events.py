"""POST /v1/events: what is taken, what is refused and why, and that nothing counts twice."""

from __future__ import annotations

import asyncio
import json
from itertools import product
from typing import Any

import httpx
import pytest

from jhalak.api.events import EventRoutes
from jhalak.api.reports import CODES as REPORTS
from jhalak.ports.errors import DiskFull, Unavailable
from jhalak.schema.activity import EVENT_TYPES, Outcome, Outcomes
from tests.worlds import DAY_MS, NOW_MS, Jhalak, Phone, rfc3339

VALUES: dict[str, Any] = {"dwell": 5000, "play": 12_000, "report": "spam", "undo": "event-1"}


def outcomes(jhalak: Jhalak, phone: Phone) -> list[Outcome]:
    """Every event of the viewer in the log."""
    batches = [r for r in jhalak.records(phone.viewer) if isinstance(r, Outcomes)]
    return [event for batch in batches for event in batch.events]


def refused(answer: dict[str, Any]) -> str:
    """The code of the one event that was rejected."""
    assert (answer["accepted"], answer["duplicates"], len(answer["rejected"])) == (0, 0, 1)
    rejected = answer["rejected"][0]
    assert set(rejected) == {"id", "code", "reason"} and rejected["reason"]
    code: str = rejected["code"]
    return code


def problem(answer: httpx.Response, status: int, code: str) -> str:
    """The detail of an answer that says what was wrong."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error", "detail"} and body["error"] == code
    detail: str = body["detail"]
    return detail


def post(phone: Phone, body: bytes | str, **more: Any) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    return phone.ask("POST", "/v1/events", content=content, **more)


def test_every_type_of_event_is_taken(jhalak: Jhalak, phone: Phone) -> None:
    card = phone.edition()["cards"][0]
    events = [phone.event(card, type_, value=VALUES.get(type_)) for type_ in EVENT_TYPES]
    events.append(phone.event(card, "play", value=900, ranges=[[0, 500], [600, 900]]))
    assert phone.send(*events) == {"accepted": 9, "duplicates": 0, "rejected": []}
    kept = outcomes(jhalak, phone)
    assert [EVENT_TYPES[e.type] for e in kept] == [*EVENT_TYPES, "play"]
    assert kept[1].value == 5000 and kept[6].value == REPORTS.index("spam")
    assert kept[7].undoes == "event-1" and kept[8].ranges == ((0, 500), (600, 900))
    assert {e.item for e in kept} == {kept[0].item} and kept[0].topic >= 0


def test_a_batch_is_one_record_with_what_the_tokens_said(jhalak: Jhalak, phone: Phone) -> None:
    edition = phone.edition()
    phone.look(*edition["cards"])
    [batch] = [r for r in jhalak.records(phone.viewer) if isinstance(r, Outcomes)]
    assert batch.viewer == phone.number and batch.received_ms == NOW_MS and batch.profiled
    assert [e.position for e in batch.events] == list(range(24))
    catalogue = jhalak.services.world.catalogue
    assert [catalogue.record(catalogue.find(e.item)).item.id for e in batch.events] == [
        card["item"] for card in edition["cards"]
    ]


def test_an_empty_batch_is_fine(jhalak: Jhalak, phone: Phone) -> None:
    assert phone.send() == {"accepted": 0, "duplicates": 0, "rejected": []}
    assert jhalak.records(phone.viewer) == []


class TestOnce:
    """An event sent again is a duplicate, wherever the first one was."""

    def test_inside_one_batch(self, jhalak: Jhalak, phone: Phone) -> None:
        event = phone.event(phone.edition()["cards"][0])
        answer = phone.send(event, event, {**event, "type": "share"})
        assert answer == {"accepted": 1, "duplicates": 2, "rejected": []}
        assert len(outcomes(jhalak, phone)) == 1

    def test_in_a_later_batch(self, jhalak: Jhalak, phone: Phone) -> None:
        card = phone.edition()["cards"][0]
        first, second = phone.event(card), phone.event(card, "impression")
        assert phone.send(first)["accepted"] == 1
        assert phone.send(first, second) == {"accepted": 1, "duplicates": 1, "rejected": []}
        assert phone.send(first, second)["duplicates"] == 2
        assert len(outcomes(jhalak, phone)) == 2

    def test_after_the_server_was_started_again(self, jhalak: Jhalak, phone: Phone) -> None:
        event = phone.event(phone.edition()["cards"][0])
        phone.send(event)
        jhalak.restart()
        assert phone.send(event) == {"accepted": 0, "duplicates": 1, "rejected": []}
        assert len(outcomes(jhalak, phone)) == 1

    def test_sent_many_times_at_once(self, jhalak: Jhalak, phone: Phone) -> None:
        event = phone.event(phone.edition()["cards"][0])
        jhalak.services.event_ids.drop(phone.number)

        async def storm() -> list[dict[str, Any]]:
            body = {"events": [event]}
            ask = jhalak.asking("POST", "/v1/events", phone.token, json=body)
            first = asyncio.create_task(ask)
            rest = []
            for _ in range(12):
                rest.append(
                    asyncio.create_task(jhalak.asking("POST", "/v1/events", phone.token, json=body))
                )
                await asyncio.sleep(0)
            return [a.json() for a in await asyncio.gather(first, *rest)]

        answers = jhalak.run(storm())
        assert sum(a["accepted"] for a in answers) == 1
        assert sum(a["duplicates"] for a in answers) == 12
        assert len(outcomes(jhalak, phone)) == 1

    def test_the_same_id_of_two_viewers_is_two_events(self, jhalak: Jhalak) -> None:
        one, other = jhalak.phone(), jhalak.phone()
        for phone in (one, other):
            event = phone.event(phone.edition()["cards"][0], id="same")
            assert phone.send(event)["accepted"] == 1

    def test_a_rejected_event_may_be_sent_again_when_it_was_mended(self, phone: Phone) -> None:
        card = phone.edition()["cards"][0]
        bad = phone.event(card, "dwell", value=None)
        assert refused(phone.send(bad)) == "bad_value"
        assert phone.send({**bad, "value": 10})["accepted"] == 1


@pytest.mark.parametrize("form", ["Z", "+00:00"])
def test_a_batch_that_is_all_good_comes_to_the_same_as_event_by_event(
    jhalak: Jhalak, phone: Phone, form: str
) -> None:
    routes, cards = EventRoutes(jhalak.services), phone.edition()["cards"]
    jhalak.services.world.catalogue.expire(NOW_MS + 400 * DAY_MS)  # what is not live any more
    cards = [*cards, *phone.edition()["cards"]]
    jhalak.clock.forward(s=60)
    events = [
        phone.event(card, type_, value=VALUES.get(type_), at=rfc3339(NOW_MS + late * 1000))
        for late, (card, type_) in enumerate(product(cards, EVENT_TYPES), -99)
    ]
    if form == "Z":
        events = [{**event, "at": event["at"].replace("+00:00", form)} for event in events]
    events.append(phone.event(cards[0], "play", value=9, ranges=[[0, 5]], at=events[0]["at"]))
    events.append(phone.event(cards[0], "tap", ranges=[], at=events[0]["at"]))
    batch = routes._decode(json.dumps({"events": events}).encode())
    now_ms = NOW_MS + 60_000
    answer, outcomes = routes._sort(batch, phone.number, now_ms, set())
    assert (answer.accepted, answer.rejected) == (len(events), [])
    assert routes._all_good(batch.events, phone.number, now_ms, set()) == outcomes


@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"id": "x" * 65}, {"id": "known"}, {"slot": "A" * 64}, {"type": "like"},
     {"type": "tap", "ranges": [[0, 1]]}, {"type": "dwell"}, {"at": "2026-13-01T00:00:00.000Z"}],
)  # fmt: skip
def test_a_batch_that_is_not_all_good_is_looked_at_event_by_event(
    shared: Jhalak, guest: Phone, wrong: dict[str, Any]
) -> None:
    routes, cards = EventRoutes(shared.services), guest.edition()["cards"]
    events = [guest.event(card) for card in cards[:3]]
    good = routes._decode(json.dumps({"events": events}).encode())
    assert routes._all_good(good.events, guest.number, NOW_MS, {"known"}) is not None
    events[1] |= wrong
    bad = routes._decode(json.dumps({"events": events}).encode())
    assert routes._all_good(bad.events, guest.number, NOW_MS, {"known"}) is None
    again = routes._decode(json.dumps({"events": [*events[:1], *events[:1]]}).encode())
    assert routes._all_good(again.events, guest.number, NOW_MS, {"known"}) is None


class TestRejects:
    """What is wrong with one event costs only that event."""

    def test_the_rest_of_the_batch_is_taken(self, guest: Phone) -> None:
        good, other = guest.edition()["cards"][:2]
        bad = guest.event({"slot": "A" * 64})
        answer = guest.send(guest.event(good), bad, guest.event(other))
        assert answer["accepted"] == 2
        assert [r["id"] for r in answer["rejected"]] == [bad["id"]]

    @pytest.mark.parametrize("name", ["", "x" * 65, "x" * 5000])
    def test_bad_id(self, guest: Phone, name: str) -> None:
        answer = guest.send(guest.event(guest.edition()["cards"][0], id=name))
        assert refused(answer) == "bad_id" and len(answer["rejected"][0]["id"]) <= 64

    @pytest.mark.parametrize("slot", ["", "x", "A" * 63, "A" * 256, "\u0939" * 64, "!" * 64])
    def test_bad_token(self, guest: Phone, slot: str) -> None:
        assert refused(guest.send(guest.event({"slot": slot}))) == "bad_token"

    def test_a_forged_token(self, guest: Phone) -> None:
        slot = guest.edition()["cards"][0]["slot"]
        forged = slot[:-1] + ("A" if slot[-1] != "A" else "B")
        assert refused(guest.send(guest.event({"slot": forged}))) == "wrong_viewer_or_forged"

    def test_another_viewers_token(self, shared: Jhalak, guest: Phone) -> None:
        card = guest.edition()["cards"][0]
        thief = shared.phone()
        assert refused(thief.send(thief.event(card))) == "wrong_viewer_or_forged"

    def test_expired_token(self, jhalak: Jhalak, phone: Phone) -> None:
        card = phone.edition()["cards"][0]
        jhalak.clock.forward(days=7)
        assert phone.send(phone.event(card))["accepted"] == 1
        jhalak.clock.forward(s=2)
        assert refused(phone.send(phone.event(card))) == "expired_token"

    @pytest.mark.parametrize("type_", ["", "Tap", "like", "served", "x" * 5000])
    def test_unknown_type(self, guest: Phone, type_: str) -> None:
        event = guest.event(guest.edition()["cards"][0], type_)
        assert refused(guest.send(event)) == "unknown_type"

    @pytest.mark.parametrize(
        ("type_", "value"),
        [
            ("dwell", None), ("dwell", -1), ("dwell", "5"), ("dwell", 86_400_001),
            ("play", None), ("play", -0.5), ("play", "long"),
            ("report", None), ("report", "boring"), ("report", 3),
            ("undo", None), ("undo", ""), ("undo", 7), ("tap", "yes"), ("impression", "seen"),
            ("tap", True), ("dwell", False), ("undo", "x" * 65), ("report", "x" * 5000),
        ],
    )  # fmt: skip
    def test_bad_value(self, guest: Phone, type_: str, value: Any) -> None:
        event = guest.event(guest.edition()["cards"][0], type_, value=value)
        assert refused(guest.send(event)) == "bad_value"

    @pytest.mark.parametrize(
        "ranges",
        [[[5, 1]], [[-1, 5]], [[0, 86_400_001]], [[0, 1]] * 17],
    )
    def test_bad_ranges(self, guest: Phone, ranges: Any) -> None:
        card = guest.edition()["cards"][0]
        event = guest.event(card, "play", value=10, ranges=ranges)
        assert refused(guest.send(event)) == "bad_value"

    def test_only_play_has_ranges(self, guest: Phone) -> None:
        event = guest.event(guest.edition()["cards"][0], "tap", ranges=[[0, 1]])
        assert refused(guest.send(event)) == "bad_value"

    @pytest.mark.parametrize(
        "at", ["", "yesterday", "2026-11-23", "2026-11-23T18:47:00", "1790000000000",
               "20261123T184700Z", "2026-W48-1T18:47:00Z", "2026-11-23T18:47:00Z\0", "2" * 3000,
               "2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z", "0000-01-01T00:00:00Z"],
    )  # fmt: skip
    def test_bad_time(self, guest: Phone, at: str) -> None:
        event = guest.event(guest.edition()["cards"][0], at=at)
        assert refused(guest.send(event)) == "bad_time"


@pytest.mark.parametrize(("told_s", "kept_s"), [(-3600, 0), (0, 0), (30, 30), (60, 60), (3600, 60)])
def test_the_time_of_an_event_lies_between_serving_and_receiving(
    jhalak: Jhalak, phone: Phone, told_s: int, kept_s: int
) -> None:
    card = phone.edition()["cards"][0]
    jhalak.clock.forward(s=60)
    phone.send(phone.event(card, at=rfc3339(NOW_MS + 1000 * told_s)))
    [event] = outcomes(jhalak, phone)
    assert event.at_ms == NOW_MS + 1000 * kept_s


@pytest.mark.parametrize("at", ["2026-09-21T19:43:20.250+05:30", "2026-09-21T14:13:20.250Z"])
def test_times_of_any_zone_are_understood(jhalak: Jhalak, phone: Phone, at: str) -> None:
    jhalak.clock.now_ms = NOW_MS - DAY_MS
    card = phone.edition()["cards"][0]
    jhalak.clock.now_ms = NOW_MS + DAY_MS
    phone.send(phone.event(card, at=at))
    [event] = outcomes(jhalak, phone)
    assert event.at_ms == NOW_MS + 250


class TestShape:
    """400 and 413 are for the shape and size of the whole batch."""

    def test_more_than_500_events_are_too_many(self, shared: Jhalak, guest: Phone) -> None:
        card = {"slot": "x"}
        many = [guest.event(card) for _ in range(501)]
        answer = guest.ask("POST", "/v1/events", json={"events": many})
        assert "500" in problem(answer, 400, "too_many")
        assert guest.send(*many[:500])["rejected"]

    @pytest.mark.parametrize("declared", [True, False])
    def test_more_than_256_kib_are_too_large(
        self, shared: Jhalak, guest: Phone, declared: bool
    ) -> None:
        limit = 256 * 1024

        async def parts() -> Any:
            for _ in range(5):
                yield b" " * (limit // 4)

        content: Any = b" " * (limit + 1) if declared else parts()
        answer = guest.ask("POST", "/v1/events", content=content)
        assert str(limit) in problem(answer, 413, "too_large")
        fits = b'{"events":[]}'
        assert post(guest, fits + b" " * (limit - len(fits))).status_code == 202

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ('{"events":[],"extra":1}', "extra"),
            ('{"events":[{"id":"a","slot":"b","type":"tap","at":"c","colour":1}]}', "colour"),
        ],
    )
    def test_unknown_fields_are_named(self, guest: Phone, body: str, named: str) -> None:
        assert named in problem(post(guest, body), 400, "bad_body")

    @pytest.mark.parametrize(
        "body",
        [
            "", "{", "[]", "null", "7", '"events"', "{}", '{"events":null}', '{"events":{}}',
            '{"events":[1]}', '{"events":[{}]}', '{"events":[{"id":"a"}]}',
            '{"events":[{"id":7,"slot":"b","type":"tap","at":"c"}]}',
            '{"events":[{"id":"a","slot":"b","type":"tap","at":"c","value":[]}]}',
            '{"events":[{"id":"a","slot":"b","type":"tap","at":"c","ranges":[[1]]}]}',
            '{"events":[{"id":"a","slot":"b","type":"tap","at":"c","value":NaN}]}',
            '{"events":[{"id":"a","slot":"b","type":"tap","at":"c","value":1e999}]}',
            '{"events":[{"id":"\\ud800","slot":"b","type":"tap","at":"c"}]}',
            '{"events":[]} trailing', '\ufeff{"events":[]}',
        ],
    )  # fmt: skip
    def test_what_is_no_batch_is_refused_with_the_reason(self, guest: Phone, body: str) -> None:
        assert problem(post(guest, body), 400, "bad_body")

    @pytest.mark.parametrize("body", [b"\xff\xfe\x00", b'{"events":[{"id":"\xff"}]}', b"\x00" * 9])
    def test_what_is_no_utf_8_is_refused(self, guest: Phone, body: bytes) -> None:
        assert problem(post(guest, body), 400, "bad_body")

    @pytest.mark.parametrize("opening", ["[", '{"a":', '{"events":[{"value":['])
    def test_deep_nesting_is_refused(self, guest: Phone, opening: str) -> None:
        assert problem(post(guest, opening * 10_000), 400, "bad_body")

    def test_a_number_greater_than_any_is_refused(self, guest: Phone) -> None:
        event = json.dumps(guest.event({"slot": "x"}, "dwell", value=0))
        answer = post(guest, '{"events":[' + event.replace(": 0", ": " + "9" * 400) + "]}")
        assert answer.status_code in (202, 400)
        if answer.status_code == 202:
            assert refused(answer.json())

    def test_only_post_is_taken(self, guest: Phone) -> None:
        answer = guest.ask("GET", "/v1/events")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "POST"

    @pytest.mark.parametrize("token", ["", "x", "A" * 48])
    def test_without_a_valid_token_nothing_is_read(self, shared: Jhalak, token: str) -> None:
        answer = shared.ask("POST", "/v1/events", token, content=b"{")
        assert answer.status_code == 401 and answer.headers["www-authenticate"]
        assert set(answer.json()) == {"error", "detail"}


@pytest.mark.parametrize(
    ("error", "status", "code", "wait"),
    [(DiskFull("no room"), 507, "disk_full", "30"), (Unavailable("busy"), 503, "unavailable", "1")],
)
def test_when_the_log_fails_nothing_is_taken_and_feeds_still_answer(
    jhalak: Jhalak, phone: Phone, monkeypatch: pytest.MonkeyPatch,
    error: Exception, status: int, code: str, wait: str,
) -> None:  # fmt: skip
    event = phone.event(phone.edition()["cards"][0])

    async def fails(*_: object, **__: object) -> tuple[int, int]:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(jhalak.services.event_log, "append", fails)
        answer = phone.ask("POST", "/v1/events", json={"events": [event]})
        assert problem(answer, status, code)
        assert answer.headers["retry-after"] == wait
        assert len(phone.edition()["cards"]) == 24
        assert phone.page()["items"]
    assert phone.send(event)["accepted"] == 1, "sent again it is new: nothing had been taken"
    assert len(outcomes(jhalak, phone)) == 1


def test_the_batch_of_who_wants_no_profile_says_so(jhalak: Jhalak, phone: Phone) -> None:
    card = phone.edition()["cards"][0]
    phone.ask("PUT", "/v1/me/preferences", json={"languages": ["en"], "profiled": False})
    phone.tap(card)
    [batch] = [r for r in jhalak.records(phone.viewer) if isinstance(r, Outcomes)]
    assert not batch.profiled


def test_an_event_of_an_item_that_left_is_taken(jhalak: Jhalak, phone: Phone) -> None:
    card = phone.edition()["cards"][0]
    jhalak.services.items.recall(card["item"], "test", "", NOW_MS)
    jhalak.follow()
    assert phone.tap(card)["accepted"] == 1
    [event] = outcomes(jhalak, phone)
    assert event.topic == -1


def test_events_are_counted(jhalak: Jhalak, phone: Phone) -> None:
    card = phone.edition()["cards"][0]
    event = phone.event(card)
    phone.send(event, event, phone.event({"slot": "x"}))
    counts = jhalak.services.counts
    assert counts["events accepted"] == counts["events duplicate"] == counts["events rejected"] == 1
