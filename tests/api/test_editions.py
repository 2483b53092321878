"""GET /v1/lockscreen/edition: what travels, what need not, and what it is signed with."""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jhalak.schema.activity import Served
from tests.worlds import (
    DAY_MS,
    NOW_MS,
    TOPICS,
    Jhalak,
    Phone,
    ids,
    make_item,
    make_items,
    topics_of,
)

PATH = "/v1/lockscreen/edition"


def get(phone: Phone, query: str = "", **more: Any) -> httpx.Response:
    return phone.ask("GET", PATH + query, **more)


def held(edition: dict[str, Any]) -> list[str]:
    return [card["item"] for card in edition["cards"] if card.get("ref")]


def test_a_crowd_gets_whole_editions_of_fewer_candidates(jhalak: Jhalak) -> None:
    def candidates() -> int:
        stats = jhalak.services.lockscreen.stats
        return sum(s.candidates for s in stats if s.kind == "source")

    phones = [jhalak.phone() for _ in range(9)]
    for phone in phones:
        phone.edition(slots=6)
    before = candidates()
    alone = phones[0].edition(slots=6)
    each = candidates() - before
    assert "slates in a crowd" not in jhalak.services.counts

    async def at_once() -> list[httpx.Response]:
        return await asyncio.gather(
            *(jhalak.asking("GET", f"{PATH}?slots=6", phone.token) for phone in phones[1:])
        )

    before = candidates()
    for answer in jhalak.run(at_once()):
        assert answer.status_code == 200
        edition = answer.json()
        assert (edition["level"], len(edition["cards"])) == (alone["level"], 6)
    crowd = jhalak.services.counts["slates in a crowd"]
    assert 4 <= crowd <= 8
    assert candidates() - before < 8 * each


class TestAnswer:
    def test_it_has_24_cards_of_the_contract(self, guest: Phone) -> None:
        answer = get(guest)
        edition = answer.json()
        assert set(edition) == {
            "edition", "valid_from", "valid_until", "bytes", "picture_bytes", "level", "cards",
            "recalled", "recalls_since",
        }  # fmt: skip
        assert len(edition["cards"]) == 24 and edition["bytes"] == len(answer.content)
        for card in edition["cards"]:
            assert set(card) == {
                "slot", "item", "story", "headline", "summary", "language", "topic", "publisher",
                "image", "url", "show_from", "show_until", "why",
            }  # fmt: skip
            assert len(card["slot"]) == 64 and card["why"]

    def test_it_is_good_for_six_hours_from_now(self, shared: Jhalak, guest: Phone) -> None:
        edition = guest.edition()
        valid_from, valid_until = (
            datetime.fromisoformat(edition[name]).timestamp()
            for name in ("valid_from", "valid_until")
        )
        assert valid_from == shared.clock() // 1000
        assert valid_until - valid_from == 6 * 3600

    def test_it_is_private_and_never_stored_on_the_way(self, guest: Phone) -> None:
        answer = get(guest)
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["etag"] == f'"{answer.json()["edition"]}"'
        assert answer.headers["content-length"] == str(len(answer.content))

    def test_its_signature_verifies_with_the_published_key(
        self, shared: Jhalak, guest: Phone
    ) -> None:
        answer = get(guest)
        keys = {k["id"]: k for k in shared.ask("GET", "/v1/keys").json()["keys"]}
        known = keys[answer.headers["jhalak-key"]]
        assert known["algorithm"] == "ed25519"
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(known["public_key"]))
        scheme, _, signature = answer.headers["jhalak-signature"].partition("=")
        assert scheme == "ed25519"
        key.verify(base64.b64decode(signature), answer.content)
        with pytest.raises(InvalidSignature):
            key.verify(base64.b64decode(signature), answer.content + b" ")

    @pytest.mark.parametrize("slots", [6, 12, 48])
    def test_it_has_as_many_cards_as_asked_for(self, guest: Phone, slots: int) -> None:
        assert len(guest.edition(slots=slots)["cards"]) == slots

    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ("?slots=5", "slots"), ("?slots=49", "slots"), ("?slots=-1", "slots"),
            ("?slots=", "slots"), ("?slots=ten", "slots"), ("?slots=6&slots=7", "slots"),
            ("?slots=99999999999999999999", "slots"), ("?slots=%D9%A6", "slots"),
            ("?have=x", "have"), ("?have=zzzzzzzzzzzzz", "have"), ("?colour=red", "colour"),
        ],
    )  # fmt: skip
    def test_a_parameter_out_of_place_is_named(self, guest: Phone, query: str, named: str) -> None:
        answer = get(guest, query)
        assert answer.status_code == 400
        assert set(answer.json()) == {"error", "detail"} and named in answer.json()["detail"]

    def test_an_etag_that_is_none_of_ours_is_no_error(self, guest: Phone) -> None:
        assert get(guest, headers={"If-None-Match": 'W/"something"'}).status_code == 200


class TestNothingNew:
    """304: the device holds the newest edition, nothing happened, and an hour is left."""

    def test_by_have_and_by_etag(self, guest: Phone) -> None:
        edition = guest.edition()
        for asked in (
            get(guest, f"?have={edition['edition']}"),
            get(guest, headers={"If-None-Match": f'"{edition["edition"]}"'}),
        ):
            assert asked.status_code == 304 and asked.content == b""
            assert asked.headers["etag"] == f'"{edition["edition"]}"'

    def test_it_serves_nothing(self, shared: Jhalak, guest: Phone) -> None:
        edition = guest.edition()
        before = len(shared.records(guest.viewer))
        get(guest, f"?have={edition['edition']}")
        assert len(shared.records(guest.viewer)) == before

    def test_an_event_makes_a_new_edition(self, guest: Phone) -> None:
        edition = guest.edition()
        guest.tap(edition["cards"][0])
        assert get(guest, f"?have={edition['edition']}").status_code == 200

    def test_a_relation_makes_a_new_edition(self, guest: Phone) -> None:
        edition = guest.edition()
        guest.ask("PUT", "/v1/me/follows/topic/food")
        assert get(guest, f"?have={edition['edition']}").status_code == 200

    def test_other_languages_make_a_new_edition(self, guest: Phone) -> None:
        edition = guest.edition()
        guest.ask("PUT", "/v1/me/preferences", json={"languages": ["hi", "en"]})
        assert get(guest, f"?have={edition['edition']}").status_code == 200

    def test_a_switch_of_profiling_makes_a_new_edition(self, guest: Phone) -> None:
        edition = guest.edition()
        guest.ask("PUT", "/v1/me/preferences", json={"languages": ["en"], "profiled": False})
        assert get(guest, f"?have={edition['edition']}").status_code == 200

    def test_an_older_edition_than_the_newest_is_not_good(self, guest: Phone) -> None:
        old, _ = guest.edition(), guest.edition()
        assert get(guest, f"?have={old['edition']}").status_code == 200

    def test_an_edition_of_somebody_else_is_not_good(self, shared: Jhalak, guest: Phone) -> None:
        other = shared.phone().edition()
        guest.edition()
        assert get(guest, f"?have={other['edition']}").status_code == 200

    def test_with_less_than_an_hour_left_there_is_a_new_edition(
        self, jhalak: Jhalak, phone: Phone
    ) -> None:
        edition = phone.edition()
        jhalak.clock.forward(h=5)
        assert get(phone, f"?have={edition['edition']}").status_code == 304
        jhalak.clock.forward(s=1)
        assert get(phone, f"?have={edition['edition']}").status_code == 200

    def test_a_recall_of_a_held_card_makes_a_new_edition_that_names_it(
        self, jhalak: Jhalak, phone: Phone
    ) -> None:
        edition = phone.edition()
        jhalak.services.items.recall(ids(edition)[3], "test", "", NOW_MS)
        jhalak.follow()
        answer = get(phone, f"?have={edition['edition']}")
        assert answer.status_code == 200
        assert answer.json()["recalled"] == [ids(edition)[3]]
        assert ids(edition)[3] not in ids(answer.json())


class TestHeld:
    """Served counts as seen, except cards of the held edition that were not looked at."""

    def test_cards_that_were_not_looked_at_may_stay_and_do_not_travel_again(
        self, jhalak: Jhalak, phone: Phone
    ) -> None:
        first = phone.edition()
        looked = first["cards"][:8]
        phone.look(*looked)
        second = phone.edition(have=first["edition"])
        assert held(second), "some of the sixteen others stay"
        assert set(held(second)) <= set(ids(first)) - {c["item"] for c in looked}
        assert not set(ids(second)) & {c["item"] for c in looked}
        for card in second["cards"]:
            if card.get("ref"):
                assert set(card) == {"slot", "item", "ref", "show_from", "show_until"}
            else:
                assert card["item"] not in ids(first)
        assert second["bytes"] < first["bytes"]

    def test_a_held_card_has_a_token_of_its_own(self, phone: Phone) -> None:
        first = phone.edition()
        phone.look(first["cards"][0])
        second = phone.edition(have=first["edition"])
        card = next(c for c in second["cards"] if c.get("ref"))
        assert phone.tap(card)["accepted"] == 1

    def test_without_have_everything_that_was_served_is_seen(self, phone: Phone) -> None:
        first = phone.edition()
        second = phone.edition()
        assert not set(ids(first)) & set(ids(second)) and not held(second)

    def test_a_device_that_holds_an_older_edition_gets_only_new_cards(self, phone: Phone) -> None:
        first, second = phone.edition(), phone.edition()
        third = phone.edition(have=first["edition"])
        assert not set(ids(third)) & {*ids(first), *ids(second)} and not held(third)

    def test_served_records_say_which_cards_were_held(self, jhalak: Jhalak, phone: Phone) -> None:
        first = phone.edition()
        phone.look(*first["cards"][:8])
        second = phone.edition(have=first["edition"])
        served = [r for r in jhalak.records(phone.viewer) if isinstance(r, Served)]
        assert sum(served[-1].ref) == len(held(second))


def test_forty_editions_in_a_row_never_repeat_an_item_and_then_say_so(tmp_path: Any) -> None:
    jhalak = Jhalak(tmp_path / "data")
    jhalak.put(make_items(dict.fromkeys(TOPICS, 120)))
    phone = jhalak.phone()
    seen: set[str] = set()
    for number in range(40):
        edition = phone.edition()
        names = ids(edition)
        assert len(names) == len(set(names)) == 24
        assert not seen & set(names), f"edition {number + 1} repeats"
        assert edition["level"] != "exhausted"
        seen.update(names)
    assert len(seen) == 960 == 8 * 120
    edition = phone.edition()
    assert edition["level"] == "exhausted" and len(edition["cards"]) == 24
    assert phone.page()["level"] == "exhausted", "over all surfaces"
    jhalak.restart()
    assert phone.edition()["level"] == "exhausted", "a new start forgets nothing"
    jhalak.end()


def test_each_editions_language_is_one_that_the_viewer_chose(tmp_path: Any) -> None:
    from jhalak.schema.languages import LANGUAGES

    jhalak = Jhalak(tmp_path / "data")
    for language in LANGUAGES:
        jhalak.put(make_items({"food": 9, "sport": 9, "travel": 9}, language))
    for language in LANGUAGES:
        cards = jhalak.phone(language).edition()["cards"]
        assert len(cards) == 24 and {card["language"] for card in cards} == {language}
    cards = jhalak.phone("ta", "ur").edition()["cards"]
    assert {card["language"] for card in cards} == {"ta", "ur"}
    jhalak.end()


def test_a_changed_choice_of_languages_holds_from_the_next_edition_on(jhalak: Jhalak) -> None:
    jhalak.put(make_items({"food": 12, "sport": 12}, "hi"))
    phone = jhalak.phone("en")
    assert {c["language"] for c in phone.edition()["cards"]} == {"en"}
    phone.ask("PUT", "/v1/me/preferences", json={"languages": ["hi"]})
    edition = phone.edition()
    assert {c["language"] for c in edition["cards"]} == {"hi"}
    assert "आप" in edition["cards"][0]["why"] or edition["cards"][0]["why"] != ""


def test_a_minor_is_shown_nothing_sensitive(tmp_path: Any) -> None:
    jhalak = Jhalak(tmp_path / "data")
    jhalak.put(make_items({"food": 30, "politics": 30, "health": 30, "crime": 30}))
    for band in ("under13", "13-17"):
        phone = jhalak.phone("en", age_band=band)
        assert set(topics_of(phone.edition())) == {"food"}
        assert set(topics_of(phone.page(30))) == {"food"}
    grown = jhalak.phone("en", age_band="25-34")
    assert "crime" not in topics_of(grown.edition(slots=48))
    jhalak.end()


def test_an_items_life_ends_on_time(jhalak: Jhalak, phone: Phone) -> None:
    short = [make_item(f"s{n}", expires_ms=NOW_MS + 60_000, published_ms=NOW_MS) for n in range(9)]
    jhalak.put(short)
    jhalak.clock.forward(s=60)
    for _ in range(3):
        assert not any(name.startswith("s") for name in ids(phone.edition(slots=48)))


def test_after_thirty_days_an_item_may_come_again(tmp_path: Any) -> None:
    jhalak = Jhalak(tmp_path / "data")
    items = [make_item(f"i{n}", expires_ms=NOW_MS + 99 * DAY_MS) for n in range(6)]
    jhalak.put(items)
    phone = jhalak.phone()
    assert phone.edition(slots=6)["level"] == "popular"
    jhalak.clock.forward(days=29)
    assert phone.edition(slots=6)["level"] == "exhausted"
    jhalak.clock.forward(days=30, s=1)
    assert phone.edition(slots=6)["level"] == "popular"
    jhalak.end()


class TestVideoFeed:
    def test_a_page_has_the_fields_of_the_contract(self, guest: Phone) -> None:
        page = guest.page()
        assert set(page) == {"slate", "level", "items"} and len(page["items"]) == 12
        for item in page["items"]:
            assert set(item) == {
                "slot", "item", "title", "language", "topic", "creator", "duration_s", "poster",
                "renditions", "why", "at", "placeholder", "labels", "of",
            }  # fmt: skip

    def test_pages_never_repeat_what_another_surface_showed(self, guest: Phone) -> None:
        seen = ids(guest.edition())
        for _ in range(4):
            names = ids(guest.page(20))
            assert not set(names) & set(seen)
            seen += names

    @pytest.mark.parametrize("query", ["?limit=0", "?limit=51", "?limit=x", "?have=1", "?slots=6"])
    def test_a_parameter_out_of_place_is_refused(self, guest: Phone, query: str) -> None:
        answer = guest.ask("GET", "/v1/video/feed" + query)
        assert answer.status_code == 400 and answer.json()["detail"]

    def test_an_event_of_the_feed_is_taken(self, guest: Phone) -> None:
        item = guest.page()["items"][0]
        assert guest.send(guest.event(item, "play", value=12_000))["accepted"] == 1


class TestWho:
    @pytest.mark.parametrize("path", [PATH, "/v1/video/feed"])
    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer " + "A" * 48]
    )
    def test_a_token_is_needed(self, shared: Jhalak, path: str, header: str) -> None:
        headers = {"Authorization": header} if header else {}
        answer = shared.ask("GET", path, headers=headers)
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
        assert set(answer.json()) == {"error", "detail"}

    def test_another_cells_viewer_is_sent_away(self, shared: Jhalak) -> None:
        from jhalak.people.viewer_token import ViewerTokens

        token = ViewerTokens("elsewhere", shared.services.viewer_tokens._keys).mint(1, 0, ("en",))
        answer = shared.ask("GET", PATH, token)
        assert answer.status_code == 421 and answer.json()["error"] == "wrong_cell"

    def test_a_viewer_who_was_erased_elsewhere_is_refused(self, jhalak: Jhalak) -> None:
        phone = jhalak.phone()
        jhalak.services.viewers.erase(phone.number, NOW_MS)
        jhalak.services.directory.drop(phone.number)
        assert get(phone).status_code == 401

    def test_only_get_is_taken(self, guest: Phone) -> None:
        answer = guest.ask("POST", PATH)
        assert answer.status_code == 405 and answer.headers["allow"] == "GET"


def test_an_empty_catalogue_gives_an_empty_edition(empty: Jhalak) -> None:
    phone = empty.phone()
    edition = phone.edition()
    assert edition["cards"] == [] and edition["level"] == "static"
    assert phone.page()["items"] == []
