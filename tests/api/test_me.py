"""/v1/viewers and /v1/me: what viewers decide, may know, and may take away."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from jhalak.ports.errors import Unavailable
from jhalak.residency.consent import PURPOSES
from jhalak.residency.data_class import REGISTRY
from jhalak.schema.activity import Forget, Outcomes, Served
from jhalak.schema.ids import parse
from tests.worlds import Jhalak, Phone, ids, topics_of


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "detail"}
    detail: str = answer.json()["detail"]
    return detail


class Spy:
    """A profile store that counts who was read."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.read: list[int] = []

    async def get(self, viewer: int) -> bytes | None:
        self.read.append(viewer)
        found: bytes | None = await self._store.get(viewer)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def spied(jhalak: Jhalak) -> Spy:
    spy = Spy(jhalak.services.profiles)
    jhalak.services.states._profiles = spy
    return spy


def forgotten(jhalak: Jhalak) -> None:
    """As if the process had just started: no viewer at hand."""
    jhalak.settle()
    jhalak.run(jhalak.services.states.flush())
    for viewer in list(jhalak.services.states._states):
        jhalak.services.states.drop(viewer)


class TestViewers:
    def test_a_new_viewer_has_an_id_and_a_token(self, shared: Jhalak) -> None:
        answer = shared.ask("POST", "/v1/viewers", json={"languages": ["hi", "en", "hi"]})
        assert answer.status_code == 201 and set(answer.json()) == {"viewer", "token"}
        stored = shared.services.viewers.get(parse(answer.json()["viewer"]))
        assert stored is not None
        assert stored.languages == ("hi", "en") and stored.age_band is None and stored.profiled

    @pytest.mark.parametrize("band", ["under13", "13-17", "18-24", "25-34", "35-49", "50+", None])
    def test_an_age_band_may_be_told(self, shared: Jhalak, band: str | None) -> None:
        phone = shared.phone("en", age_band=band)
        stored = shared.services.viewers.get(phone.number)
        assert stored is not None and stored.age_band == band

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, "languages"), ({"languages": []}, "languages"),
            ({"languages": ["xx"]}, "languages"), ({"languages": "hi"}, "languages"),
            ({"languages": ["hi"], "name": "A"}, "name"),
            ({"languages": ["hi"], "age_band": "12"}, "age_band"),
            ({"languages": ["hi"] * 14}, "languages"), ([], ""), (None, ""),
            ({"languages": ["hi"], "consents": [{"purpose": "all", "granted": True}]}, "all"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, shared: Jhalak, body: Any, named: str) -> None:
        assert named in problem(shared.ask("POST", "/v1/viewers", json=body), 400)

    def test_all_that_the_first_minute_asks_is_told_in_one_request(self, shared: Jhalak) -> None:
        granted = {"personalisation": False, "measurement": True}
        phone = shared.phone(
            "en", topics=["sport", "food", "sport"],
            consents=[{"purpose": p, "granted": on} for p, on in granted.items()],
        )  # fmt: skip
        found = phone.ask("GET", "/v1/me/relations").json()["relations"]
        told = {(r["verb"], r["kind"], r["id"]) for r in found}
        assert told == {("follows", "topic", "sport"), ("follows", "topic", "food")}
        decided = phone.ask("GET", "/v1/me/consents").json()["consents"]
        assert {c["purpose"]: c["granted"] for c in decided if c["decided"]} == granted
        assert phone.ask("GET", "/v1/me/preferences").json()["profiled"] is False

    def test_an_unknown_topic_makes_no_viewer(self, shared: Jhalak) -> None:
        body = {"languages": ["en"], "topics": ["philately"]}
        assert "philately" in problem(shared.ask("POST", "/v1/viewers", json=body), 404)

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 50_000])
    def test_what_is_no_json_is_refused(self, shared: Jhalak, content: bytes) -> None:
        problem(shared.ask("POST", "/v1/viewers", content=content), 400)


class TestPreferences:
    def test_they_are_kept(self, guest: Phone) -> None:
        assert guest.ask("GET", "/v1/me/preferences").json() == {
            "languages": ["en"], "profiled": True, "data_budget_bytes": 5_000_000
        }  # fmt: skip
        mine = {"languages": ["ta", "en"], "profiled": False, "data_budget_bytes": 200_000}
        assert guest.ask("PUT", "/v1/me/preferences", json=mine).json() == mine
        assert guest.ask("GET", "/v1/me/preferences").json() == mine

    def test_they_survive_a_start(self, jhalak: Jhalak, phone: Phone) -> None:
        mine = {"languages": ["ur"], "profiled": False, "data_budget_bytes": 200_000}
        phone.ask("PUT", "/v1/me/preferences", json=mine)
        jhalak.restart()
        assert phone.ask("GET", "/v1/me/preferences").json() == mine

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"languages": []}, "languages"), ({"languages": ["klingon"]}, "languages"),
            ({"profiled": "no"}, "profiled"), ({"data_budget_bytes": 5}, "data_budget_bytes"),
            ({"colour": "red"}, "colour"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, guest: Phone, change: dict[str, Any], named: str) -> None:
        body = {"languages": ["en"], **change}
        assert named in problem(guest.ask("PUT", "/v1/me/preferences", json=body), 400)

    def test_two_changes_at_once_leave_one_of_them(self, jhalak: Jhalak, phone: Phone) -> None:
        async def both() -> list[int]:
            bodies = ({"languages": ["hi"]}, {"languages": ["ta"]})
            ask = (jhalak.asking("PUT", "/v1/me/preferences", phone.token, b) for b in bodies)
            return sorted(a.status_code for a in await asyncio.gather(*ask))

        assert jhalak.run(both()) in ([200, 200], [200, 409])
        left = phone.ask("GET", "/v1/me/preferences").json()["languages"]
        assert left in (["hi"], ["ta"])


class TestNotProfiled:
    """One switch gives a feed that reads no profile at all."""

    def test_no_profile_is_read_and_nothing_is_learned(self, jhalak: Jhalak, phone: Phone) -> None:
        jhalak.learn()
        first = phone.edition()
        assert first["level"] == "full"
        phone.look(*first["cards"])
        phone.tap(*(card for card in first["cards"] if card["topic"] == "games"))
        phone.ask("PUT", "/v1/me/preferences", json={"languages": ["en"], "profiled": False})
        forgotten(jhalak)
        spy = spied(jhalak)
        edition = phone.edition()
        assert edition["level"] == "unpersonalised" and phone.page()["level"] == "unpersonalised"
        assert not set(ids(edition)) & set(ids(first)), "nothing repeats nonetheless"
        assert spy.read == []
        assert not any("you read" in card["why"] for card in edition["cards"])
        phone.tap(*edition["cards"][:3])
        batches = [r for r in jhalak.records(phone.viewer) if isinstance(r, Outcomes)]
        assert [b.profiled for b in batches] == [True, True, False]
        assert phone.ask("GET", "/v1/me/interests").json() == {
            "profiled": False, "interests": [], "languages": {}
        }  # fmt: skip

    def test_hides_hold_without_a_profile(self, jhalak: Jhalak, phone: Phone) -> None:
        phone.ask("PUT", "/v1/me/preferences", json={"languages": ["en"], "profiled": False})
        phone.ask("PUT", "/v1/me/hides/topic/food")
        assert "food" not in topics_of(phone.edition())

    def test_taste_comes_back_with_the_switch(self, jhalak: Jhalak, phone: Phone) -> None:
        first = phone.edition()
        phone.tap(*(card for card in first["cards"] if card["topic"] == "games"))
        for profiled in (False, True):
            body = {"languages": ["en"], "profiled": profiled}
            phone.ask("PUT", "/v1/me/preferences", json=body)
            phone.edition()
        interests = phone.ask("GET", "/v1/me/interests").json()["interests"]
        assert [i["topic"] for i in interests] == ["games"]


class TestConsents:
    def test_nothing_is_granted_until_the_viewer_says_so(self, guest: Phone) -> None:
        found = guest.ask("GET", "/v1/me/consents").json()["consents"]
        assert [c["purpose"] for c in found] == list(PURPOSES)
        assert all(c["granted"] is False and c["decided"] is None and c["text"] for c in found)

    def test_a_decision_is_kept_with_its_time_and_notice(self, guest: Phone) -> None:
        body = {"consents": [{"purpose": "measurement", "granted": True}]}
        answer = guest.ask("PUT", "/v1/me/consents", json=body)
        assert answer.status_code == 200
        found = {c["purpose"]: c for c in guest.ask("GET", "/v1/me/consents").json()["consents"]}
        assert found["measurement"]["granted"] and found["measurement"]["decided"]
        assert not found["profiled_ads"]["granted"]

    @pytest.mark.parametrize(
        ("band", "holds"), [(None, False), ("under13", False), ("13-17", False), ("18-24", True)]
    )
    def test_ads_by_interests_are_for_those_known_to_be_grown_up(
        self, shared: Jhalak, band: str | None, holds: bool
    ) -> None:
        phone = shared.phone(age_band=band)
        asked = [{"purpose": name, "granted": True} for name in ("profiled_ads", "measurement")]
        answer = phone.ask("PUT", "/v1/me/consents", json={"consents": asked})
        found = {c["purpose"]: c for c in answer.json()["consents"]}
        assert found["profiled_ads"]["granted"] and found["profiled_ads"]["holds"] is holds
        assert found["measurement"]["holds"] and not found["personalisation"]["holds"]

    def test_refusing_personalisation_turns_profiling_off(self, guest: Phone) -> None:
        for granted in (False, True):
            body = {"consents": [{"purpose": "personalisation", "granted": granted}]}
            assert guest.ask("PUT", "/v1/me/consents", json=body).status_code == 200
            assert guest.ask("GET", "/v1/me/preferences").json()["profiled"] is granted

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({"consents": [{"purpose": "everything", "granted": True}]}, "everything"),
            ({"consents": []}, "consents"), ({}, "consents"),
            ({"consents": [{"purpose": "measurement"}]}, "granted"),
            ({"consents": [{"purpose": "measurement", "granted": True, "by": 1}]}, "by"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, guest: Phone, body: Any, named: str) -> None:
        assert named in problem(guest.ask("PUT", "/v1/me/consents", json=body), 400)


class TestInterests:
    def test_they_are_what_was_engaged_with(self, jhalak: Jhalak, phone: Phone) -> None:
        cards = phone.edition()["cards"]
        by_topic = {card["topic"]: card for card in cards}
        games = [card for card in cards if card["topic"] == "games"]
        phone.tap(*games, by_topic["food"])
        found = phone.ask("GET", "/v1/me/interests").json()
        assert [i["topic"] for i in found["interests"]] == ["games", "food"]
        assert sum(i["share"] for i in found["interests"]) == pytest.approx(1, abs=0.01)
        assert found["interests"][0]["name"] == "Games" and found["languages"] == {"en": 1.0}

    def test_no_language_that_was_chosen_is_told_as_nothing(self, jhalak: Jhalak) -> None:
        phone = jhalak.phone("en", "hi")
        before = phone.ask("GET", "/v1/me/interests").json()["languages"]
        assert before == {"en": 0.5, "hi": 0.5}
        phone.tap(*(card for card in phone.edition()["cards"] if card["language"] == "en"))
        after = phone.ask("GET", "/v1/me/interests").json()["languages"]
        assert 0.05 <= after["hi"] < 0.5 < after["en"]
        assert sum(after.values()) == pytest.approx(1, abs=0.001)

    def test_an_interest_is_forgotten(self, jhalak: Jhalak, phone: Phone) -> None:
        cards = phone.edition()["cards"]
        phone.tap(*(c for c in cards if c["topic"] in ("games", "food")))
        assert phone.ask("DELETE", "/v1/me/interests/games").status_code == 204
        found = phone.ask("GET", "/v1/me/interests").json()
        assert [i["topic"] for i in found["interests"]] == ["food"]
        assert any(isinstance(r, Forget) for r in jhalak.records(phone.viewer))
        jhalak.restart()
        found = phone.ask("GET", "/v1/me/interests").json()
        assert [i["topic"] for i in found["interests"]] == ["food"]

    def test_an_unknown_topic_is_not_found(self, guest: Phone) -> None:
        assert "chess" in problem(guest.ask("DELETE", "/v1/me/interests/chess"), 404)


class TestHistory:
    def test_it_tells_what_was_done_newest_first(self, jhalak: Jhalak, phone: Phone) -> None:
        one, two = phone.edition()["cards"][:2]
        phone.look(one)
        jhalak.clock.forward(s=5)
        phone.send(phone.event(two, "dwell", value=7000), phone.event(two))
        found = phone.ask("GET", "/v1/me/history").json()["events"]
        assert [(e["type"], e["item"]) for e in found] == [
            ("tap", two["item"]), ("dwell", two["item"]), ("impression", one["item"])
        ]  # fmt: skip
        assert found[1]["value"] == 7000 and found[0]["title"] == two["headline"]
        limited = phone.ask("GET", "/v1/me/history?limit=1").json()["events"]
        assert [e["type"] for e in limited] == ["tap"]

    def test_what_was_done_can_be_taken_back_once(self, jhalak: Jhalak, phone: Phone) -> None:
        phone.tap(phone.edition()["cards"][0])
        felt = phone.ask("GET", "/v1/me/interests").json()["interests"]
        found = phone.ask("GET", "/v1/me/history").json()["events"]
        assert not any(event["undone"] for event in found)
        for event in found:
            for _ in range(2):
                answer = phone.ask("DELETE", f"/v1/me/history/{event['id']}")
                assert answer.status_code == 204
        after = phone.ask("GET", "/v1/me/history").json()["events"]
        assert [e["type"] for e in after].count("undo") == len(found)
        assert all(event["undone"] for event in after if event["type"] != "undo")
        assert felt[0]["share"] > 0
        jhalak.restart()
        assert phone.ask("GET", "/v1/me/interests").json()["interests"] == []

    def test_an_event_of_another_is_not_found(self, guest: Phone, phone: Phone) -> None:
        phone.send(phone.event(phone.edition()["cards"][0]))
        own = phone.ask("GET", "/v1/me/history").json()["events"][0]["id"]
        for name in (own, "x", "a%2Fb"):
            assert "event" in problem(guest.ask("DELETE", f"/v1/me/history/{name}"), 404)

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x"])
    def test_a_limit_out_of_place_is_named(self, guest: Phone, query: str) -> None:
        assert "limit" in problem(guest.ask("GET", f"/v1/me/history?{query}"), 400)


class TestWhy:
    def test_it_tells_what_was_stored_when_the_card_was_served(
        self, jhalak: Jhalak, phone: Phone
    ) -> None:
        jhalak.learn()
        edition = phone.edition()
        jhalak.settle()
        for position, card in enumerate(edition["cards"]):
            why = phone.ask("GET", f"/v1/me/why/{card['slot']}").json()
            assert (why["item"], why["position"], why["why"]) == (
                card["item"], position, card["why"]
            )  # fmt: skip
            assert why["level"] == edition["level"] and why["surface"] == "lockscreen"
            assert why["slate"] == edition["edition"] and why["served"] == edition["valid_from"]
            assert 0 < why["propensity"] <= 1 and why["parts"]
            assert why["model"] == jhalak.services.world.serving.version

    def test_it_tells_of_a_recalled_item_too(self, jhalak: Jhalak, phone: Phone) -> None:
        card = phone.edition()["cards"][0]
        jhalak.settle()
        jhalak.services.items.recall(card["item"], "test", "", 1)
        jhalak.follow()
        why = phone.ask("GET", f"/v1/me/why/{card['slot']}").json()
        assert why["item"] is None and why["why"]

    def test_somebody_elses_slot_is_refused(self, shared: Jhalak, guest: Phone) -> None:
        slot = shared.phone().edition()["cards"][0]["slot"]
        assert problem(guest.ask("GET", f"/v1/me/why/{slot}"), 400)
        assert problem(guest.ask("GET", "/v1/me/why/nonsense"), 400)


class TestExportAndErasure:
    def busy(self, jhalak: Jhalak) -> Phone:
        """A viewer of whom every kind of thing is kept."""
        phone = jhalak.phone("en", age_band="25-34")
        edition = phone.edition()
        phone.look(*edition["cards"])
        phone.tap(*edition["cards"][:3])
        phone.ask("PUT", "/v1/me/likes/item/en-food-3")
        phone.ask("PUT", "/v1/me/hides/topic/games")
        body = {"consents": [{"purpose": "measurement", "granted": True}]}
        phone.ask("PUT", "/v1/me/consents", json=body)
        jhalak.settle()
        jhalak.run(jhalak.services.states.flush())
        return phone

    def test_an_export_holds_everything_that_is_declared_as_personal(self, jhalak: Jhalak) -> None:
        phone = self.busy(jhalak)
        document = phone.ask("POST", "/v1/me/export").json()
        personal = {h.exporter for h in REGISTRY if h.data_class == "personal"}
        # What was left unfinished is in the profile; it is told in words as well.
        assert set(document) == personal - {"creator"} | {"continue"}
        assert document["viewer"]["id"] == phone.viewer
        assert document["viewer"]["age_band"] == "25-34"
        assert {r["verb"] for r in document["relations"]} == {"likes", "hides"}
        assert document["consents"][0]["purpose"] == "measurement"
        kinds = [entry["record"] for entry in document["activity"]]
        assert {"Served", "Outcomes", "Relation"} <= set(kinds)
        assert document["profile"]

    def test_an_erased_viewer_leaves_nothing_and_others_keep_everything(
        self, jhalak: Jhalak
    ) -> None:
        phone, other = self.busy(jhalak), self.busy(jhalak)
        before = len(jhalak.records(other.viewer))
        assert phone.ask("DELETE", "/v1/me").status_code == 204
        s, number = jhalak.services, phone.number
        assert s.viewers.get(number) is None
        assert s.relations.of_viewer(number) == [] and s.consents.history(number) == []
        assert jhalak.records(phone.viewer) == []
        assert jhalak.run(s.profiles.get(number)) is None
        assert s.states.at_hand(number) is None and s.directory.at_hand(number) is None
        assert len(jhalak.records(other.viewer)) == before
        assert jhalak.run(s.profiles.get(other.number)) is not None
        assert other.ask("GET", "/v1/me/relations").json()["relations"]

    @pytest.mark.parametrize("restart", [False, True])
    def test_the_token_of_an_erased_viewer_is_dead(self, jhalak: Jhalak, restart: bool) -> None:
        phone = self.busy(jhalak)
        event = phone.event(phone.edition()["cards"][0])
        phone.ask("DELETE", "/v1/me")
        if restart:
            jhalak.restart()
        for answer in (
            phone.ask("GET", "/v1/lockscreen/edition"),
            phone.ask("GET", "/v1/video/feed"),
            phone.ask("POST", "/v1/events", json={"events": [event]}),
            phone.ask("GET", "/v1/me/preferences"),
            phone.ask("DELETE", "/v1/me"),
        ):
            problem(answer, 401)
        assert jhalak.records(phone.viewer) == []

    @pytest.mark.parametrize(
        ("part", "method"),
        [("viewers", "erase"), ("profiles", "delete"), ("event_log", "delete_key")],
    )
    def test_an_erasure_that_broke_off_can_be_asked_for_again(
        self, jhalak: Jhalak, monkeypatch: pytest.MonkeyPatch, part: str, method: str
    ) -> None:
        phone = self.busy(jhalak)

        def fails(*_: Any) -> Any:
            raise Unavailable("busy")

        with monkeypatch.context() as broken:
            broken.setattr(getattr(jhalak.services, part), method, fails)
            assert phone.ask("DELETE", "/v1/me").status_code == 503
        assert phone.ask("DELETE", "/v1/me").status_code == 204
        assert jhalak.services.viewers.get(phone.number) is None
        assert jhalak.records(phone.viewer) == []

    def test_what_is_left_of_the_log_is_served_records_of_nobody(self, jhalak: Jhalak) -> None:
        phone = self.busy(jhalak)
        assert any(isinstance(r, Served) for r in jhalak.records(phone.viewer))
        phone.ask("DELETE", "/v1/me")
        jhalak.learn()
        assert jhalak.records(phone.viewer) == []
        assert len(jhalak.phone().edition()["cards"]) == 24
