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
    before = {(a.path, a.token, a.body, *a.query) for a in jhalak.asked}
    told = "nothing was told before the last button"
    assert before == {("/v1/topics", "", None), ("/v1/channels/offered", "", None)}, told
    go.click()
    page.wait_for_selector(".card.current")
    (made,) = jhalak.calls("POST", "/v1/viewers")
    granted = {one["purpose"]: one["granted"] for one in made.body.pop("consents")}
    assert granted == {"personalisation": True, "measurement": True, "profiled_ads": False}
    assert made.body == {
        "languages": ["hi", "en"], "age_band": "25-34", "topics": ["sport", "food"],
        "channels": [],
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


def test_channels_in_which_something_is_can_be_followed_or_skipped(
    opened: Any, jhalak: MockJhalak
) -> None:
    # Of these one has nothing in Hindi, and what the other is about has its picture above.
    jhalak.channels = {"comedy": {"hi": 3, "en": 1}, "dance": {"en": 4}, "food": {"hi": 2}}
    page = opened()
    choose(page, "hi")
    page.locator(".wide.go").click()
    channels = page.get_by_role("group", name="चैनल")
    assert channels.locator(".name").all_inner_texts() == ["कॉमेडी"]
    channels.locator("svg.art").wait_for()
    skip = page.locator(".wide.go").inner_text()
    channels.locator(".tile").click()
    assert page.locator(".wide.go").inner_text() != skip
    page.locator(".wide.go").click()
    page.locator(".pill[value='25-34']").click()
    page.locator("[data-personal=true]").click()
    page.locator(".wide.go").click()
    page.wait_for_selector(".card.current")
    (made,) = jhalak.calls("POST", "/v1/viewers")
    assert made.body["channels"] == ["comedy"] and made.body["topics"] == []


def test_a_channel_has_its_feed_and_is_followed_there(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.channels = {"comedy": {"en": 1}, "dance": {"en": 4}}
    page = opened("en")
    page.get_by_role("button", name="Videos").click()
    page.get_by_role("button", name="Channels").click()
    page.locator("[data-channel=dance]").click()
    jhalak.wait(lambda: any(a.query.get("channel") == "dance" for a in jhalak.asked))
    page.locator("article").first.wait_for()
    page.get_by_role("button", name="Follow: Dance").click()
    page.get_by_role("button", name="Following: Dance").wait_for()
    jhalak.wait(lambda: bool(jhalak.calls("PUT", "/v1/me/follows/channel/dance")))
    page.locator("article [data-action=why]").first.click()
    page.get_by_role("dialog").wait_for()
    page.go_back()
    assert page.url.endswith("#/channel/dance")
    page.get_by_role("button", name="For you").click()
    page.locator(".tab[aria-current=true]").wait_for()


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
