"""Two people in two languages: follow, comment, duet, block, report, suspend, appeal."""

from __future__ import annotations

import time
from typing import Any

from tests.cli.conftest import Beside, until
from tests.people_app.conftest import Desk, Person
from tests.studio.conftest import Page
from tests.studio.test_studio import FRONT, viewer

HOSTILE = '<img src=x onerror="document.title=1"> <script>alert(1)</script> वाह!'
PATIENCE_S = 30.0


def items(server: Beside, path: str, token: str) -> list[str]:
    """The ids of what is answered there; none where it is refused."""
    status, said = server.ask("GET", path, token=token)
    return [one["item"] for one in said["items"]] if status == 200 else []


def found(server: Beside, token: str) -> str:
    """What is found by a word of her caption."""
    return str(server.ask("GET", "/v1/search?q=ghat", token=token)[1])


def test_two_people_meet_and_part(
    browser: Any, server: Beside, people: list[Page], clip: Any
) -> None:
    asha, ravi = Person(browser, server, "en", "status of 403"), Person(browser, server, "hi")
    people += [asha, ravi]
    codes = asha.join("asha.films", "Asha Films")
    assert len(codes) == 10 and len(set(codes)) == 10
    ravi.join("ravi_k", "रवि")
    video = asha.upload(clip(10), "Evening at the ghat #river", duet="yes", sound="yes")

    # Follow.
    ravi.open("@asha.films")
    ravi.press("फ़ॉलो करें")
    ravi.page.get_by_role("button", name="फ़ॉलो कर रहे हैं", exact=True).wait_for()
    assert ravi.page.locator('[data-count="followers"]').inner_text() == "1"

    # Comment: what is hostile is letters.
    ravi.page.locator(f'[data-video="{video}"]').click()
    ravi.page.locator(".player video").wait_for(state="attached")
    ravi.write(HOSTILE)
    comment = ravi.comment("वाह!")
    assert comment.locator(".text").inner_text() == HOSTILE
    assert comment.locator("img, script").count() == 0
    assert ravi.page.title() != "1"

    # She is told, answers, likes and pins it; he is told.
    asha.open("notifications")
    asha.see("रवि started following you")
    asha.page.locator('[data-kind="comment"] button').click()
    said = asha.comment("वाह!")
    said.locator(".act").first.click()
    said.get_by_text("by the creator").wait_for()
    said.get_by_role("button", name="Reply").click()
    asha.write("Thank you, Ravi")
    asha.comment("Thank you, Ravi").get_by_text("@ravi_k").wait_for()
    asha.act_on(said, 0)
    asha.comment("वाह!").get_by_text("Pinned").wait_for()
    ravi.open("notifications")
    ravi.see("Asha Films ने आपको जवाब दिया").click()
    ravi.page.get_by_role("button", name="1 जवाब").click()
    ravi.comment("Thank you, Ravi")

    # Change what one wrote, and take it back.
    ravi.write("दूसरी बात")
    ravi.act_on(ravi.comment("दूसरी बात"), 0)
    ravi.write("दूसरी बात, बदली हुई")
    ravi.comment("बदली हुई").get_by_text("बदली गई").wait_for()
    ravi.act_on(ravi.comment("बदली हुई"), 1)
    ravi.page.locator(".wide.danger").click()
    ravi.page.locator("[data-comment]").filter(has_text="बदली हुई").wait_for(state="detached")

    # A duet: the way to it names the video, and whose it was is told.
    way = ravi.page.locator('[data-remix="duet"]')
    assert way.get_attribute("href") == f"/studio/#/new?duet={video}"
    assert ravi.page.locator('[data-remix="stitch"]').count() == 0  # she did not allow it
    duet = ravi.upload(clip(130), "हम दोनों", of_kind="duet", of_video=video)
    ravi.open(f"v/{duet}")
    ravi.page.locator('[data-of="duet"] button').click()
    ravi.page.wait_for_url(f"**/people/v/{video}")
    asha.open("notifications")
    asha.see("रवि made a duet with your video")

    # A block hides both ways, and comes back.
    ravi.open("@asha.films")
    ravi.page.locator("header button").last.click()
    ravi.page.locator(".menu .row").nth(1).click()
    ravi.see("आपने इन्हें ब्लॉक किया है।")
    asha.open("@ravi_k")
    asha.see("Nobody is here by that name")
    asha.open(f"v/{video}")
    asha.see("No comments yet.")
    ravi.open("kept")
    undo = ravi.page.locator('[data-verb="blocks"] button')
    undo.click()
    undo.wait_for(state="detached")
    asha.open("@ravi_k")
    asha.page.get_by_role("button", name="Follow", exact=True).wait_for()

    # A report of a person that is right suspends: all paths obey.
    token = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    paths = ["/v1/video/feed", "/v1/people/asha.films/videos"]
    assert all(video in items(server, path, token) for path in paths)
    until(lambda: video in found(server, token), "it is found")
    played = server.ask("GET", f"/v1/videos/{video}", token=token)[1]
    file = played["at"] + played["renditions"][0]["src"]
    assert server.ask("GET", file)[0] == 200
    ravi.open("@asha.films")
    ravi.page.locator("header button").last.click()
    ravi.page.locator(".menu .row").nth(2).click()
    ravi.page.locator('[data-reason="child_safety"]').click()
    ravi.see("शुक्रिया")
    desk = Desk(browser, server, "asha")
    desk.uphold("creator", "asha.films")
    decided = time.monotonic()
    fresh = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    while (
        any(video in items(server, path, fresh) for path in paths)
        or video in found(server, fresh)
        or server.ask("GET", file)[0] < 400
        or server.ask("GET", f"/v1/videos/{video}", token=fresh)[0] != 404
    ):
        assert time.monotonic() - decided < PATIENCE_S, "it is still there"
        fresh = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    print(f"\ngone {time.monotonic() - decided:.2f} s after it was decided")
    ravi.open("@asha.films")
    ravi.see("इस नाम का कोई यहाँ नहीं है")
    ravi.open("reports")
    ravi.see("आप सही थे: इसे हटा दिया गया")

    # She reads why, and appeals.
    asha.open()
    asha.sign_in("asha.films")
    asha.see("Suspended since")
    panel = asha.page.locator("[data-strikes]")
    panel.get_by_role("button", name="I do not agree").click()
    panel.locator("textarea").fill("It was my own child, at home, and nobody was in danger.")
    asha.press("Send")
    panel.locator('[data-appeal="waiting"]').wait_for()
    with asha.page.expect_download() as coming:
        asha.page.get_by_role("button", name="Take my data with me").click()
    assert coming.value.suggested_filename == "jhalak-asha.films.json"
    asha.press("Delete the account")
    asha.see("Delete your account for good?")


def test_comments_lie_over_the_feed_and_back_closes_them(
    browser: Any, server: Beside, people: list[Page], clip: Any
) -> None:
    mira, guest = Person(browser, server), Person(browser, server)
    people += [mira, guest]
    mira.join("mira.films", "Mira")
    video = mira.upload(clip(240), "Morning at the market #food")
    viewer(guest)
    page = guest.page
    for _ in range(20):
        if page.locator(f'{FRONT} article[data-item="{video}"]').count():
            break
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(100)
    front = page.locator(f'{FRONT} article[data-item="{video}"]')
    front.locator('[data-action="comment"]').click()
    page.get_by_role("dialog").get_by_text("No comments yet.").wait_for()
    page.go_back()
    page.get_by_role("dialog").wait_for(state="detached")
    front.get_by_role("button", name="@mira.films", exact=True).click()
    page.locator('[data-count="followers"]').wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")

    # What was begun is there again, also when a touch closed it; letters are counted in any script.
    front.locator('[data-action="comment"]').click()
    page.locator("footer textarea").fill("सुंदर! " * 198)
    page.get_by_text("10 characters left").wait_for()
    page.go_back()
    page.get_by_role("dialog").wait_for(state="detached")

    # Watching needs no account; writing does, and what was written is still there then.
    front.locator('[data-action="comment"]').click()
    page.get_by_text("10 characters left").wait_for()
    guest.write("What a morning!")
    page.get_by_role("heading", name="Sign in").wait_for()
    guest.sign_in("mira.films")
    page.locator("footer .send").wait_for()
    assert page.locator("footer textarea").input_value() == "What a morning!"
    page.locator("footer .send").click()
    guest.comment("What a morning!")

    # Where the sheet cannot be had, the page opens.
    other = Person(browser, server, "en", "ERR_FAILED")
    people.append(other)
    other.context.route("**/people/sheet.js", lambda route: route.abort())
    viewer(other)
    other.page.locator(f'{FRONT} [data-action="comment"]').click()
    other.page.wait_for_url("**/people/v/*")
    other.page.locator(".player video").wait_for(state="attached")
    other.open(f"v/{video}")
    other.comment("What a morning!")
