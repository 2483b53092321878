"""The first minute: languages, topics, age and consent, and then a useful card at once."""

from __future__ import annotations

from typing import Any

from jhalak.schema.languages import LANGUAGES
from tests.page.mock_jhalak import MockJhalak


def choose(page: Any, *languages: str) -> None:
    for code in languages:
        page.locator(f".tile[value={code}]").click()


def test_it_asks_all_and_tells_it_in_one_request(opened: Any, jhalak: MockJhalak) -> None:
    page = opened()
    go = page.locator(".wide.go")
    assert go.is_disabled(), "nothing is chosen beforehand"
    choose(page, "hi", "en")
    page.wait_for_selector("h1:text('आप किस भाषा में पढ़ते हैं?')")
    go.click()
    choose(page, "sport", "food")
    go.click()
    assert go.is_disabled(), "age and consent are the viewer's to say"
    assert page.locator("[aria-pressed=true], input:checked").count() == 0
    page.locator(".pill[value='25-34']").click()
    assert go.is_disabled()
    page.locator("[data-personal=true]").click()
    page.locator("input").first.check()
    assert jhalak.asked[1:] == [], "nothing was told before the last button"
    go.click()
    page.wait_for_selector(".card.current")
    (made,) = jhalak.calls("POST", "/v1/viewers")
    granted = {one["purpose"]: one["granted"] for one in made.body.pop("consents")}
    assert granted == {"personalisation": True, "measurement": True, "profiled_ads": False}
    assert made.body == {
        "languages": ["hi", "en"], "age_band": "25-34", "topics": ["sport", "food"],
    }  # fmt: skip
    page.reload()
    page.wait_for_selector(".card.current")
    assert len(jhalak.calls("POST", "/v1/viewers")) == 1
    assert {a.token for a in jhalak.calls("GET", "/v1/lockscreen")} == {jhalak.token}


def test_to_be_shown_cards_without_a_profile_is_as_near_as_with_one(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened()
    choose(page, "en")
    page.locator(".wide.go").click()
    page.get_by_role("button", name="Skip").click()
    page.locator(".pill").last.click()
    yes, no = (page.locator(f"[data-personal={v}]").bounding_box() for v in ("true", "false"))
    assert yes and no and yes["width"] == no["width"] and abs(yes["height"] - no["height"]) < 24
    page.locator("input").nth(1).check()
    page.locator("[data-personal=false]").click()
    assert page.locator("input").nth(1).is_disabled(), "no interests, no ads by interests"
    page.locator(".wide.go").click()
    page.wait_for_selector(".card.current")
    body = jhalak.calls("POST", "/v1/viewers")[0].body
    assert body["topics"] == [] and body["age_band"] is None
    assert not any(one["granted"] for one in body["consents"])


def test_it_says_when_there_is_no_server_and_goes_on_where_it_was(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened(expect_failures=True)
    choose(page, "hi")
    page.locator(".wide.go").click()
    page.locator(".wide.go").click()
    page.locator(".pill[value='50+']").click()
    page.locator("[data-personal=true]").click()
    jhalak.failing = True
    page.locator(".wide.go").click()
    page.wait_for_selector(".told:not(:empty)")
    assert page.locator(".told").inner_text() == "हमारी तरफ़ से कुछ गड़बड़ हुई"
    jhalak.failing = False
    page.locator(".wide.go").click()
    page.wait_for_selector(".card.current")


def test_the_languages_are_shown_in_their_own_scripts(opened: Any) -> None:
    page = opened()
    assert set(page.locator(".tile").evaluate_all("a => a.map((e) => e.value)")) == set(LANGUAGES)
    names = page.locator(".tile .name").all_inner_texts()
    assert {"हिन्दी", "தமிழ்", "తెలుగు", "বাংলা", "اردو", "English"} <= set(names)


def test_the_keyboard_alone_is_enough(opened: Any, jhalak: MockJhalak) -> None:
    page = opened()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for last in (".wide.go", ".wide.go"):
        page.locator(last).focus()
        page.keyboard.press("Enter")
    page.wait_for_selector(".pill")
    for place in (".pill >> nth=1", "[data-personal=false]", ".wide.go"):
        page.locator(place).focus()
        page.keyboard.press("Enter")
    page.wait_for_selector(".card.current")
    assert jhalak.languages == ["hi"]
