"""The lock screen: choosing languages, turning cards, reading, saying what one likes."""

from __future__ import annotations

from typing import Any

from tests.page.mock_jhalak import MockJhalak
from tests.page.waiting import until


def headline(page: Any) -> str:
    return str(page.locator(".card.current .headline").inner_text())


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


def slots(page: Any) -> list[str]:
    held: list[str] = page.evaluate(
        "JSON.parse(localStorage.getItem('jhalak.edition')).cards.map((card) => card.slot)"
    )
    return held


def test_the_first_visit_asks_for_languages_and_keeps_the_token(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened(card=False)
    go = page.locator(".go")
    assert go.is_disabled()
    page.locator(".tile[value=hi]").click()
    page.locator(".tile[value=en]").click()
    assert page.locator("h1").inner_text() == "आप किस भाषा में पढ़ते हैं?"
    go.click()
    page.wait_for_selector(".card.current")
    assert jhalak.calls("POST", "/v1/viewers")[0].body == {"languages": ["hi", "en"]}
    page.reload()
    page.wait_for_selector(".card.current")
    assert len(jhalak.calls("POST", "/v1/viewers")) == 1
    assert {a.token for a in jhalak.calls("GET", "/v1/lockscreen")} == {jhalak.token}


def test_a_reload_goes_on_with_the_card_that_was_shown(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=en")
    page.keyboard.press("ArrowRight")
    shown = headline(page)
    page.reload()
    page.wait_for_selector(".card.current")
    assert headline(page) == shown
    assert jhalak.editions == 1


def test_a_swipe_moves_on_and_back_and_a_short_one_does_not(opened: Any) -> None:
    page = opened("?lang=en")
    first = headline(page)
    swipe(page, -20)
    assert headline(page) == first
    swipe(page, -180)
    second = headline(page)
    assert second != first
    assert page.locator(".segments .done").count() == 2
    swipe(page, 180)
    assert headline(page) == first
    swipe(page, 180)
    assert headline(page) == first, "there is nothing before the first card"


def test_a_swipe_to_the_right_moves_on_in_urdu(opened: Any) -> None:
    page = opened("?lang=ur")
    first = headline(page)
    swipe(page, -180)
    assert headline(page) == first
    swipe(page, 180)
    assert headline(page) != first
    page.keyboard.press("ArrowRight")
    assert headline(page) == first


def test_a_tap_at_the_sides_turns_the_card_and_in_the_middle_opens_it(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=en")
    first = headline(page)
    page.mouse.click(395, 420)
    assert headline(page) != first
    page.mouse.click(15, 420)
    assert headline(page) == first
    page.mouse.click(206, 420)
    assert page.locator(".sheet h2").inner_text() == first
    assert len(page.locator(".sheet .summary").inner_text()) > 20
    (tap,) = sent(jhalak, "tap", 1)
    assert tap["slot"] == slots(page)[0]
    page.locator(".sheet .close").click()
    assert page.locator(".sheet").count() == 0


def test_events_name_the_slots_that_were_looked_at(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=ta", clock=True)
    page.clock.run_for(160)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.clock.run_for(160)
    page.keyboard.press("ArrowLeft")
    page.clock.run_for(3000)
    impressions = sent(jhalak, "impression", 4)
    assert [event["slot"] for event in impressions] == slots(page)[:4]
    dwells = sent(jhalak, "dwell", 4)
    assert [event["slot"] for event in dwells] == slots(page)[:4]
    assert all(160 <= event["value"] < 3000 for event in dwells)
    assert all("value" not in event for event in impressions)
    ids = [e["id"] for a in jhalak.calls("POST", "/v1/events") for e in a.body["events"]]
    assert len(ids) == len(set(ids))
    assert all(event["at"].endswith("Z") for event in impressions + dwells)


def test_what_was_seen_is_sent_when_the_page_goes_away(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=en", clock=True)
    page.clock.run_for(160)
    page.goto("about:blank")
    sent(jhalak, "dwell", 1)
    sent(jhalak, "impression", 1)


def test_after_the_last_card_comes_an_edition_that_follows_the_taps(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=hi")
    for index in range(12):
        if page.locator(".card.current .chip").inner_text() == "खेल":
            page.keyboard.press("Enter")
            page.wait_for_selector(".sheet")
            page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        if index < 11:
            until(page, f"document.querySelectorAll('.segments .done').length === {index + 2}")
    until(page, "localStorage.getItem('jhalak.index') === '0'")
    asked = jhalak.calls("GET", "/v1/lockscreen/edition")
    assert [a.query for a in asked] == [{"slots": "12"}, {"slots": "12", "have": "edition1"}]
    order = [a.path for a in jhalak.asked]
    last = len(order) - 1 - order[::-1].index("/v1/lockscreen/edition")
    assert order[last - 1] == "/v1/events", "the taps are told before the next edition is asked for"
    assert page.locator(".toast").inner_text() == "अब खेल ज़्यादा"
    page.locator(".card.current [data-action=taste]").click()
    page.wait_for_selector(".interest")
    assert page.locator(".interest").get_attribute("data-topic") == "sport"
    sport = page.locator(".edition").evaluate_all(
        "all => all.map((e) => Number(e.querySelector('[data-topic=sport]')?.dataset.cards ?? 0))"
    )
    assert len(sport) == 2
    assert sport[1] > sport[0]


def test_cards_that_come_as_references_are_taken_from_the_edition_held(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=en")
    first = headline(page)
    jhalak.only_refs = True
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    until(page, "localStorage.getItem('jhalak.edition').includes('edition2')")
    until(page, "localStorage.getItem('jhalak.index') === '0'")
    assert headline(page) == first
    assert slots(page)[0] == "e2.0"
    jhalak.wait(lambda: "e2.0" in [event["slot"] for event in jhalak.events("impression")])


def test_what_one_says_about_a_card_is_put_and_can_be_taken_back(
    opened: Any, jhalak: MockJhalak
) -> None:
    jhalak.change_card = {"item": "a card/1", "topic": "sport", "publisher": "A & B"}
    page = opened("?lang=en")
    paths = {
        "like": "likes/item/a card/1",
        "less": "hides/topic/sport",
        "hide": "hides/creator/A & B",
    }
    for name, path in paths.items():
        button = page.locator(f".card.current [data-action={name}]")
        button.click()
        page.get_by_role("button", name="Undo").click()
        pressed = f"document.querySelector('.card.current [data-action={name}]').ariaPressed"
        until(page, f"{pressed} === 'false'")
        button.click()
        page.wait_for_selector(".toast")
        assert button.get_attribute("aria-pressed") == "true"
        asked = [(a.method, a.query) for a in jhalak.asked if a.path == f"/v1/me/{path}"]
        assert asked == [(m, {"slot": "e1.0"}) for m in ("PUT", "DELETE", "PUT")]


def test_a_hidden_publisher_is_skipped_at_once(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=en")
    publishers = page.evaluate(
        "JSON.parse(localStorage.getItem('jhalak.edition')).cards.map((card) => card.publisher)"
    )
    page.locator(".card.current [data-action=hide]").click()
    page.wait_for_selector(".toast")
    shown = [at for at, name in enumerate(publishers) if at == 0 or name != publishers[0]]
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Number(localStorage.getItem('jhalak.index'))") == shown[1]


def test_without_a_publisher_there_is_none_to_hide(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.change_card = {"publisher": None}
    page = opened("?lang=en")
    assert page.locator(".card.current [data-action=hide]").count() == 0
    assert page.locator(".card.current .publisher").count() == 0


def test_the_keyboard_alone_is_enough(opened: Any, jhalak: MockJhalak) -> None:
    page = opened(card=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator(".go").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.current")
    assert jhalak.languages == ["hi"]
    page.keyboard.press("Enter")
    assert page.locator("[role=dialog]").count() == 1
    assert page.evaluate("document.querySelector('[role=dialog]').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert page.locator("[role=dialog]").count() == 0
    page.locator(".card.current [data-action=like]").focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".toast")
    assert len(jhalak.calls("PUT", "/v1/me/likes")) == 1
    first = headline(page)
    page.keyboard.press("ArrowRight")
    assert headline(page) != first


def test_everything_that_is_touched_is_48_pixels_or_more(opened: Any) -> None:
    small = """() => [...document.querySelectorAll("button:not(.side), a")]
      .filter((e) => e.checkVisibility() && !e.closest("[inert]"))
      .map((e) => [e.className, e.offsetWidth, e.offsetHeight])
      .filter(([, width, height]) => width < 48 || height < 48)"""
    page = opened(card=False)
    assert page.evaluate(small) == []
    page.locator(".tile[value=en]").click()
    page.locator(".go").click()
    page.wait_for_selector(".card.current")
    assert page.evaluate(small) == []
    labels = page.locator(".card.current .action .label").all_inner_texts()
    assert labels == ["Like", "Less of this", "Hide publisher", "My taste"]
    page.locator(".card.current [data-action=like]").click()
    page.wait_for_selector(".toast")
    assert page.evaluate(small) == []
    page.locator(".card.current [data-action=taste]").click()
    page.wait_for_selector(".sheet")
    assert page.evaluate(small) == []


def test_motion_gives_way_to_a_fade_for_who_wants_no_motion(opened: Any) -> None:
    page = opened("?lang=en", reduced_motion="reduce")
    page.keyboard.press("ArrowRight")
    assert page.locator(".card.current").evaluate("e => getComputedStyle(e).transform") == "none"
    assert page.locator(".segments .done").count() == 2


def test_a_picture_of_another_host_is_never_asked_for(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.change_card = {"image": {"variants": [
        {"src": "https://elsewhere.example/a.webp", "width": 720, "height": 1280, "bytes": 9}
    ]}}  # fmt: skip
    page = opened("?lang=en")
    assert page.locator(".card.current .art").count() == 1
    assert page.locator("img").count() == 0


def test_texts_of_sources_stay_texts(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.change_card = {"headline": "<img src=x onerror=alert(1)> & <b>bold</b>",
                          "url": "javascript:alert(1)"}  # fmt: skip
    page = opened("?lang=en")
    assert headline(page) == "<img src=x onerror=alert(1)> & <b>bold</b>"
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet")
    assert page.locator(".sheet a").count() == 0
