"""/v1/items, /v1/recalls, /v1/topics, /v1/keys: what is public, and the recall."""

from __future__ import annotations

import base64
import secrets
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from jhalak.assembly import open_records
from jhalak.catalogue.topics import topics
from jhalak.people.operator_token import token_hash
from jhalak.ports.errors import DiskFull
from jhalak.schema.languages import LANGUAGES
from tests.worlds import DAY_MS, NOW_MS, Jhalak, Phone, ids, make_item


def operator(jhalak: Jhalak, name: str = "asha") -> str:
    token = "jho_" + secrets.token_urlsafe(32)
    jhalak.services.operators.add(name, token_hash(token), NOW_MS)
    return token


def recall(jhalak: Jhalak, name: str, token: str | None = None) -> httpx.Response:
    token = operator(jhalak) if token is None else token
    return jhalak.ask("DELETE", f"/v1/items/{quote(name, safe='')}?reason=wrong", token)


def every_item(phone: Phone) -> set[str]:
    """All that the viewer can be shown, over enough editions."""
    return {name for _ in range(5) for name in ids(phone.edition(slots=48))}


def test_an_item_is_told_as_published(shared: Jhalak) -> None:
    answer = shared.ask("GET", "/v1/items/en-food-3")
    assert answer.status_code == 200
    assert answer.json() == {
        "item": "en-food-3", "kind": "card", "status": "live", "language": "en", "topic": "food",
        "title": "Title of en-food-3", "summary": "Summary of en-food-3.",
        "publisher": "en food 0", "url": None,
        "published": "2026-09-21T14:09:20Z", "expires": "2026-10-11T14:13:20Z",
        "trial": {"shown": 0, "of": 100, "wait_h": None},
    }  # fmt: skip


def test_an_item_tells_of_its_first_impressions(jhalak: Jhalak, phone: Phone) -> None:
    card, other = phone.edition()["cards"][:2]
    phone.look(card)
    jhalak.learn()
    trials = [jhalak.ask("GET", f"/v1/items/{c['item']}").json()["trial"] for c in (card, other)]
    assert [trial["shown"] for trial in trials] == [1, 0]
    assert trials[0]["of"] == 100 and trials[0]["wait_h"] > 0


@pytest.mark.parametrize(
    "name", ["https://x.y/a//b/?c=d&e=%20#f", "/leading", "trailing/", "हिन्दी", "a b+c", "%2F"]
)
def test_an_id_of_any_letters_is_found_and_recalled(jhalak: Jhalak, name: str) -> None:
    jhalak.put([make_item(name)])
    assert jhalak.ask("GET", f"/v1/items/{quote(name, safe='')}").json()["item"] == name
    assert recall(jhalak, name).status_code == 200
    assert jhalak.ask("GET", f"/v1/items/{quote(name, safe='')}").status_code == 410


def test_an_unknown_item_is_not_found(shared: Jhalak) -> None:
    answer = shared.ask("GET", "/v1/items/nothing")
    assert answer.status_code == 404 and answer.json()["error"] == "no_such_item"
    assert recall(shared, "nothing").status_code == 404


class TestRecall:
    def test_it_takes_effect_at_once(self, jhalak: Jhalak, phone: Phone) -> None:
        """No loop has run and no sequence was followed."""
        answer = recall(jhalak, "en-food-0")
        assert answer.status_code == 200 and answer.json()["status"] == "recalled"
        assert "en-food-0" not in every_item(phone)
        assert "en-food-0" not in {name for _ in range(4) for name in ids(phone.page(50))}
        assert jhalak.ask("GET", "/v1/items/en-food-0").status_code == 410

    def test_it_holds_after_a_start(self, jhalak: Jhalak) -> None:
        recall(jhalak, "en-food-0")
        jhalak.restart()
        assert "en-food-0" not in every_item(jhalak.phone())
        assert jhalak.ask("GET", "/v1/items/en-food-0").status_code == 410

    def test_an_item_that_is_taken_in_again_stays_recalled(self, jhalak: Jhalak) -> None:
        recall(jhalak, "en-food-0")
        jhalak.put([make_item("en-food-0", "food", title="Once more")])
        assert "en-food-0" not in every_item(jhalak.phone())

    def test_one_by_another_process_is_followed(self, jhalak: Jhalak, phone: Phone) -> None:
        other = open_records(jhalak.data, jhalak.settings)
        other.items.recall("en-food-0", "operator:cli", "", NOW_MS)
        other.database.close()
        jhalak.follow()
        assert "en-food-0" not in every_item(phone)

    def test_it_is_idempotent_and_listed_once(self, jhalak: Jhalak) -> None:
        token = operator(jhalak)
        for _ in range(2):
            assert recall(jhalak, "en-food-0", token).status_code == 200
        jhalak.follow()
        listed = jhalak.ask("GET", "/v1/recalls").json()
        assert [r["item"] for r in listed["recalls"]] == ["en-food-0"]

    def test_it_is_written_to_the_audit_record(self, jhalak: Jhalak) -> None:
        recall(jhalak, "en-food-0", operator(jhalak, "asha"))
        [record] = jhalak.services.audit.read(0, 10)
        assert (record.actor, record.subject) == ("operator:asha", "en-food-0")
        assert "wrong" in record.detail

    @pytest.mark.parametrize("token", ["", "x", "jho_" + "a" * 43, "jho_" + "\u00e9" * 43])
    def test_only_an_operator_may(self, shared: Jhalak, guest: Phone, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
        for sent in (headers, {"Authorization": f"Bearer {guest.token}"}):
            answer = shared.ask("DELETE", "/v1/items/en-food-0", headers=sent)  # type: ignore[arg-type]
            assert answer.status_code == 401 and answer.json()["error"] == "no_operator"
            assert answer.headers["www-authenticate"] == "Bearer"
        assert shared.ask("GET", "/v1/items/en-food-0").status_code == 200

    def test_a_revoked_operator_may_not(self, jhalak: Jhalak) -> None:
        token = operator(jhalak)
        [known] = jhalak.services.operators.all()
        jhalak.services.operators.revoke(known.id, NOW_MS)
        assert recall(jhalak, "en-food-0", token).status_code == 401

    def test_an_expired_item_can_be_recalled(self, jhalak: Jhalak) -> None:
        jhalak.clock.forward(days=21)
        jhalak.follow()
        assert recall(jhalak, "en-food-0").status_code == 200


class TestRecalls:
    def test_they_are_read_in_parts(self, jhalak: Jhalak) -> None:
        names = [f"en-food-{n}" for n in (4, 2, 7)]
        token = operator(jhalak)
        for name in names:
            recall(jhalak, name, token)
        jhalak.follow()
        found: list[str] = []
        since = 0
        while True:
            part = jhalak.ask("GET", f"/v1/recalls?since={since}&limit=2").json()
            if not part["recalls"]:
                break
            found += [r["item"] for r in part["recalls"]]
            assert part["next"] == part["recalls"][-1]["seq"] > since
            since = part["next"]
        assert found == names and part["next"] == since

    def test_a_device_that_misses_nothing_gets_304_in_less_than_300_bytes(
        self, jhalak: Jhalak, phone: Phone
    ) -> None:
        def ask(since: int) -> httpx.Response:
            tag = {"if-none-match": f'"{since}"'}
            return jhalak.ask("GET", f"/v1/recalls?since={since}", headers=tag)

        edition = phone.edition()
        answer = ask(edition["recalls_since"])
        told = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
        assert answer.status_code == 304 and not answer.content and told < 200
        recall(jhalak, edition["cards"][0]["item"])
        jhalak.follow()
        news = ask(edition["recalls_since"]).json()
        assert [r["item"] for r in news["recalls"]] == [edition["cards"][0]["item"]]
        assert ask(news["next"]).status_code == 304

    @pytest.mark.parametrize("query", ["since=-1", "since=x", "limit=0", "limit=1001", "since="])
    def test_a_parameter_out_of_place_is_refused(self, shared: Jhalak, query: str) -> None:
        answer = shared.ask("GET", f"/v1/recalls?{query}")
        assert answer.status_code == 400 and set(answer.json()) == {"error", "detail"}


def test_publish_update_and_expiry_reach_the_feed(jhalak: Jhalak) -> None:
    jhalak.put([make_item("late", "games", published_ms=NOW_MS, expires_ms=NOW_MS + DAY_MS)])
    assert "late" in every_item(jhalak.phone())
    jhalak.put([make_item("late", "games", title="Changed", expires_ms=NOW_MS + DAY_MS)])
    phone = jhalak.phone()
    cards = [card for _ in range(3) for card in phone.edition(slots=48)["cards"]]
    assert [c["headline"] for c in cards if c["item"] == "late"] == ["Changed"]
    jhalak.clock.forward(days=1)
    assert "late" not in every_item(jhalak.phone())


def test_topics_are_named_in_every_language(shared: Jhalak) -> None:
    found = shared.ask("GET", "/v1/topics").json()["topics"]
    assert [t["id"] for t in found] == [t.id for t in topics()]
    for topic in found:
        assert set(topic) == {"id", "iab", "colour", "sensitive", "names"}
        assert set(topic["names"]) == set(LANGUAGES)


def test_the_key_is_the_same_after_a_start(jhalak: Jhalak) -> None:
    before = jhalak.ask("GET", "/v1/keys").json()
    jhalak.restart()
    assert jhalak.ask("GET", "/v1/keys").json() == before
    assert len(base64.b64decode(before["keys"][0]["public_key"])) == 32


def test_a_recall_on_a_full_disk_takes_the_room_that_is_kept_for_it(
    jhalak: Jhalak, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = jhalak.services
    real, left = services.items.recall, [True]

    def full(*arguments: Any) -> Any:
        if left[0]:
            raise DiskFull("no room")
        return real(*arguments)

    def give_up() -> bool:
        had, left[0] = left[0], False
        return had

    monkeypatch.setattr(services.items, "recall", full)
    monkeypatch.setattr(services, "give_up_reserve", give_up)
    assert recall(jhalak, "en-food-0", operator(jhalak)).status_code == 200
