"""The lock screen: turning cards, opening them, what is told, and what was said."""

from __future__ import annotations

from typing import Any

from tests.page.mock_jhalak import MockJhalak
from tests.page.waiting import until
from tests.remembered import until_remembered

STANDS = "document.querySelector('.card.current').dataset.item"


def headline(page: Any) -> str:
    return str(page.locator(".card.current .headline").inner_text())


def item(page: Any) -> str:
    return str(page.locator(".card.current").get_attribute("data-item"))


def turn(page: Any, key: str = "ArrowRight") -> None:
    """With the keyboard, until another card is there."""
    before = item(page)
    page.keyboard.press(key)
    until(page, f"{STANDS} !== {before!r}")


def swipe(page: Any, distance: int) -> None:
    page.mouse.move(206, 400)
    page.mouse.down()
    page.mouse.move(206 + distance // 2, 404, steps=3)
    page.mouse.move(206 + distance, 404, steps=3)
    page.mouse.up()


def sent(jhalak: MockJhalak, kind: str, count: int) -> list[dict[str, Any]]:
    """Waits until `count` events of `kind` arrived."""
    jhalak.wait(lambda: len(jhalak.events(kind)) >= count)
    events = jhalak.events(kind)
    assert len(events) == count
    return events


def test_a_swipe_moves_on_and_back_and_a_short_one_does_not(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("en")
    first = item(page)
    swipe(page, -20)
    assert item(page) == first
    swipe(page, -180)
    until(page, f"{STANDS} !== {first!r}")
    assert page.locator(".segments .done").count() == 2
    shown = item(page)
    until_remembered(page, "slot", "it === 'e1.1'")
    page.reload()
    page.wait_for_selector(".card.current")
    assert item(page) == shown, "a reload goes on with the card that was shown"
    swipe(page, 180)
    until(page, f"{STANDS} === {first!r}")
    swipe(page, 180)
    assert item(page) == first, "there is nothing before the first card"
    assert jhalak.editions == 1


def test_a_swipe_to_the_right_moves_on_in_urdu(opened: Any) -> None:
    page = opened("ur")
    first = item(page)
    swipe(page, -180)
    assert item(page) == first
    swipe(page, 180)
    until(page, f"{STANDS} !== {first!r}")
    turn(page, "ArrowRight")
    assert item(page) == first


def test_a_tap_opens_the_reader_and_a_hold_says_why(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("en")
    first, slot = headline(page), "e1.0"
    page.mouse.click(206, 420)
    page.wait_for_selector("[role=dialog] h2")
    assert page.locator("[role=dialog] h2").first.inner_text() == first
    (tap,) = sent(jhalak, "tap", 1)
    assert tap["slot"] == slot
    page.go_back()
    page.wait_for_selector("[role=dialog]", state="detached")
    page.mouse.move(206, 420)
    page.mouse.down()
    page.wait_for_selector("[role=dialog]")
    page.mouse.up()
    jhalak.wait(lambda: bool(jhalak.calls("GET", f"/v1/me/why/{slot}")))
    page.keyboard.press("Escape")
    page.wait_for_selector("[role=dialog]", state="detached")
    page.locator(".card.current [data-action=why]").click()
    page.wait_for_selector("[role=dialog]")
    assert len(jhalak.events("tap")) == 1


def test_events_name_the_slots_that_were_looked_at_and_leave_in_one_burst(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("ta", clock=True)
    page.clock.run_for(160)
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        turn(page, key)
        page.clock.run_for(160)
    assert jhalak.calls("POST", "/v1/events") == []
    page.clock.run_for(9000)
    impressions = sent(jhalak, "impression", 4)
    assert [event["slot"] for event in impressions] == [f"e1.{n}" for n in range(4)]
    dwells = sent(jhalak, "dwell", 4)
    assert [event["slot"] for event in dwells] == [f"e1.{n}" for n in range(4)]
    assert all(160 <= event["value"] < 3000 for event in dwells)
    assert all("value" not in event for event in impressions)
    assert len(jhalak.calls("POST", "/v1/events")) == 1
    assert all(event["at"].endswith("Z") for event in impressions + dwells)


def test_what_was_seen_is_sent_when_the_page_goes_away_and_counts_once(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("en", clock=True)
    page.clock.run_for(160)
    page.goto("about:blank")
    sent(jhalak, "dwell", 1)
    sent(jhalak, "impression", 1)
    page.goto(jhalak.origin)
    page.wait_for_selector(".card.current")
    turn(page)
    page.goto("about:blank")
    assert [e["slot"] for e in sent(jhalak, "impression", 2)] == ["e1.0", "e1.1"]


def test_after_the_last_card_comes_an_edition_that_knows_what_happened(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("hi")
    for _ in range(11):
        turn(page)
    turn(page)
    asked = jhalak.calls("GET", "/v1/lockscreen/edition")
    assert [a.query for a in asked] == [{}, {"have": "edition1"}]
    order = [a.path for a in jhalak.asked]
    last = len(order) - 1 - order[::-1].index("/v1/lockscreen/edition")
    assert order[last - 1] == "/v1/events", "what happened is told before the next is asked for"
    assert len(jhalak.events("impression")) >= 12


def test_cards_that_come_as_references_are_taken_from_the_edition_held(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("en")
    first = headline(page)
    jhalak.only_refs = True
    for _ in range(12):
        turn(page)
    assert headline(page) == first
    page.goto("about:blank")
    jhalak.wait(lambda: "e2.0" in [event["slot"] for event in jhalak.events("impression")])


def test_a_like_is_put_with_its_slot_and_taken_back(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.change_card = {"item": "a card/1", "publisher": "A & B"}
    jhalak.make_card = lambda n: {"item": f"a card/{n}"}
    page = opened("en")
    button = page.locator(".card.current [data-action=like]")
    for n, pressed in enumerate(("true", "false"), 1):
        button.click()
        assert button.get_attribute("aria-pressed") == pressed
        jhalak.wait(lambda n=n: len([a for a in jhalak.asked if "likes" in a.path]) == n)
    asked = [a for a in jhalak.asked if "likes" in a.path]
    assert [a.method for a in asked] == ["PUT", "DELETE"]
    assert {(a.path, a.query["slot"]) for a in asked} == {("/v1/me/likes/item/a card/0", "e1.0")}


def test_what_is_hidden_leaves_the_edition_in_hand_at_once_and_undo_brings_it_back(
    opened: Any, jhalak: MockJhalak
) -> None:
    jhalak.make_card = lambda n: {"publisher": "A" if n % 2 else "B", "topic": "sport"}
    page = opened("en")
    page.locator(".card.current [data-action=why]").click()
    page.get_by_role("button", name="Hide B").click()
    until(page, "document.querySelectorAll('.segments span').length === 6")
    jhalak.wait(lambda: bool(jhalak.calls("PUT", "/v1/me/hides/creator/B")))
    page.get_by_role("button", name="Undo").first.click()
    until(page, "document.querySelectorAll('.segments span').length === 12")
    jhalak.wait(lambda: bool(jhalak.calls("DELETE", "/v1/me/hides/creator/B")))


def test_everything_that_is_touched_is_48_pixels_or_more(opened: Any) -> None:
    small = """() => [...document.querySelectorAll("button:not(.side, .through), a, .choice")]
      .filter((e) => e.checkVisibility() && !e.closest("[inert]"))
      .map((e) => [e.className, e.offsetWidth, e.offsetHeight])
      .filter(([, width, height]) => width < 48 || height < 48)"""
    page = opened()
    assert page.evaluate(small) == []
    page.locator(".tile[value=en]").click()
    page.locator(".wide.go").click()
    assert page.evaluate(small) == []
    page.locator(".wide.go").click()
    page.wait_for_selector(".pill")
    assert page.evaluate(small) == []
    assert opened("en").evaluate(small) == []


def test_motion_gives_way_to_a_fade_for_who_wants_no_motion(opened: Any) -> None:
    page = opened("en", reduced_motion="reduce")
    turn(page)
    assert page.locator(".card.current").evaluate("e => getComputedStyle(e).transform") == "none"
    assert page.locator(".segments .done").count() == 2


def test_hints_fade_after_the_third_visit(opened: Any) -> None:
    page = opened("en")
    for before, faded in enumerate(("false", "false", "true"), 1):
        until_remembered(page, "visits", f"it >= {before}")
        page.reload()
        page.wait_for_selector(".card.current")
        until(page, f"document.querySelector('.hint').classList.contains('faded') === {faded}")


def test_a_picture_of_another_host_is_never_asked_for(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.change_card = {"image": {"art": {"topic": "sport", "seed": "x"}, "variants": [
        {"src": "https://elsewhere.example/a.webp", "width": 720, "height": 1280, "bytes": 9}
    ]}}  # fmt: skip
    page = opened("en")
    assert page.locator(".card.current .picture svg").count() == 1
    assert page.locator("img").count() == 0


def test_texts_of_sources_stay_texts(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.change_card = {"headline": "<img src=x onerror=alert(1)> & <b>bold</b>",
                          "url": "javascript:alert(1)"}  # fmt: skip
    page = opened("en")
    assert headline(page) == "<img src=x onerror=alert(1)> & <b>bold</b>"
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=dialog]")
    assert page.locator("[role=dialog] a").count() == 0
