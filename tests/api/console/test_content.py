"""Content: the catalogue by slice, one item, sources, and the recall."""

from __future__ import annotations

from tests.api.console.conftest import Console


def test_a_slice_is_counted_paged_and_newest_first(console: Console) -> None:
    catalogue = console.jhalak.services.world.catalogue
    answer = console.get("content")
    assert answer.status_code == 200, answer.text
    whole = answer.json()
    assert whole["total"] == len(catalogue) and len(whole["items"]) == 60
    at = [item["published_ms"] for item in whole["items"]]
    assert at == sorted(at, reverse=True)
    games = console.get("content?topic=games&language=en&kind=card").json()
    assert {item["topic"] for item in games["items"]} == {"games"}
    assert games["topics"] == [{"name": "games", "items": games["total"]}]
    last = console.get(f"content?page={whole['pages'] - 1}").json()["items"]
    assert 0 < len(last) <= 60
    title = games["items"][0]["title"]
    assert console.get(f"content?words={title.upper()}").json()["total"] >= 1
    words = " ".join(reversed(title.split()))
    assert console.get(f"content?words= {words} ").json()["total"] >= 1, "in any order"
    assert console.get(f"content?words={words} nowhere").json()["total"] == 0
    publisher = whole["publishers"][0]
    of = console.get("content?by=" + publisher["name"]).json()
    assert of["total"] == publisher["items"]
    assert console.get("content?by=nobody").json()["total"] == 0
    assert console.get("content?topic=nonsense").status_code == 400


def test_one_item_says_how_its_trial_stands(console: Console) -> None:
    item = console.get("content?topic=games").json()["items"][0]["item"]
    told = console.get(f"content/item?item={item}").json()
    assert told["status"] == "live" and told["recall"] is None
    assert told["trial"]["of"] > 0 and told["counts"]["shown"] >= 0
    assert "art" in told["picture"]
    assert console.get("content/item?item=nothing").status_code == 404


def test_a_recall_is_for_good_and_says_how_far_it_is(console: Console) -> None:
    phone = console.phones[1]
    item = phone.edition(8)["cards"][0]["item"]
    assert console.post("content/recall", item=item, reason="").status_code == 400
    done = console.post("content/recall", item=item, reason="a court said so").json()
    assert done["here"] and done["phones_by_ms"] > done["at_ms"]
    assert console.audited()[-1][:3] == ("operator:asha", "recall item", item)
    assert item in phone.edition(8)["recalled"]
    told = console.get(f"content/item?item={item}").json()
    assert told["status"] == "recalled" and told["recall"]["here"]
    console.jhalak.follow()
    assert console.get(f"content/item?item={item}").json()["recall"]["followed"]
    gone = console.get("content?status=recalled").json()
    assert gone["recalled"][0]["item"] == item


def test_a_source_is_paused_and_trusted_with_a_reason(console: Console) -> None:
    services, url = console.jhalak.services, "https://news.example/feed"
    services.feeds.add(url, console.jhalak.clock())
    assert console.post("sources/change", url=url, reason="", tier="reviewed").status_code == 400
    assert console.post("sources/change", url=url, reason="why not").status_code == 400
    assert console.post("sources/change", url="x", reason="why", tier="reviewed").status_code == 404
    changed = console.post(
        "sources/change", url=url, reason="we read it for a week", tier="reviewed", status="paused"
    ).json()
    assert (changed["tier"], changed["status"]) == ("reviewed", "paused")
    assert console.audited()[-1] == (
        "operator:asha", "set source status paused, tier reviewed", url, "we read it for a week",
    )  # fmt: skip
    told = {one["url"]: one for one in console.get("sources").json()["sources"]}
    assert told[url]["status"] == "paused"


def test_what_rises_is_told_with_its_sources(console: Console) -> None:
    assert console.get("content/rising").json() == {"stories": []}
