"""A creator's video: uploaded, seen by a stranger, reported, taken down, gone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.cli.conftest import Beside
from tests.journeys.looks import kept_out
from tests.studio.conftest import PASSWORD, Page, Studio

FRONT = ".stop:not([inert])"
PHONE = {"viewport": {"width": 412, "height": 915}, "has_touch": True, "is_mobile": True}
CAPTION = "Evening at the ghat after rain #river"


def viewer(one: Page) -> None:
    """Through the first minute, to the feed."""
    page = one.page
    page.goto(f"{one.origin}/")
    page.locator('button.tile[value="en"]').click()
    for _ in range(2):
        page.locator("button.go").click()
    page.locator('button.pill[value="25-34"]').click()
    page.locator('button.way[data-personal="true"]').click()
    page.locator("button.go").click()
    page.locator(".lock").wait_for()
    page.goto(f"{one.origin}/#/feed")
    page.locator(f"{FRONT} article").wait_for()


def moving(page: Any) -> None:
    """Wait until the video in front plays. (wait_for_function would need unsafe-eval.)"""
    page.evaluate(f"""() => new Promise((done) => {{
      const look = () => {{
        const film = document.querySelector('{FRONT} video');
        if (film && film.currentTime > 0.5) done();
        else requestAnimationFrame(look);
      }};
      look();
    }})""")


def feed(one: Page, token: str) -> list[dict[str, Any]]:
    """What a viewer is shown now."""
    answer = one.page.request.get(
        f"{one.origin}/v1/video/feed", headers={"Authorization": f"Bearer {token}"}
    )
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_from_a_creators_phone_to_a_stranger_and_gone_when_it_is_taken_down(
    browser: Any, server: Beside, people: list[Page], clip: Any
) -> None:
    creator = Studio(browser, server, **PHONE)
    people.append(creator)
    creator.sign_up("asha.films")
    creator.choose(clip(0))
    creator.answer(CAPTION, ai="Yes")
    creator.see("It has arrived")
    creator.page.get_by_role("link", name="See how far it is").click()
    creator.state("live").get_by_text("Made with AI").wait_for()

    watcher = Page(browser, server, "status of 404", "status of 410", **PHONE)
    people.append(watcher)
    viewer(watcher)
    front = watcher.page.locator(FRONT)
    front.get_by_text(CAPTION).wait_for()
    front.get_by_text("@asha.films").wait_for()
    front.get_by_text("Made with AI").wait_for()
    moving(watcher.page)
    at = watcher.page.evaluate(f"document.querySelector('{FRONT} video').currentSrc")
    front.get_by_role("button", name="Why this?").click()
    watcher.press("Report")
    watcher.press("Spam")
    watcher.see("Thank you. We will look at it.")

    token = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    assert CAPTION in [item["title"] for item in feed(watcher, token)]
    desk = Page(browser, server, viewport={"width": 1280, "height": 900})
    people.append(desk)
    desk.page.goto(f"{desk.origin}/console/")
    desk.page.get_by_label("Name").fill("asha")
    desk.page.get_by_label("Password").fill(PASSWORD)
    desk.press("Sign in")
    desk.page.get_by_role("link", name="Reviews", exact=True).click()
    desk.page.get_by_role("region", name="Review", exact=True).get_by_text(CAPTION).wait_for()
    desk.page.keyboard.press("r")
    with desk.page.expect_response(lambda answer: answer.request.method == "POST"):
        desk.page.keyboard.press("Enter")
    decided = time.monotonic()
    other = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    while CAPTION in [item["title"] for item in feed(watcher, other)]:
        other = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    while watcher.page.request.get(at).status < 400:
        assert time.monotonic() - decided < 30, "it is still there"
    print(f"\ngone {time.monotonic() - decided:.2f} s after it was decided")
    creator.page.reload()
    creator.state("removed")
    assert kept_out(creator.page) == []


def test_an_upload_that_broke_off_goes_on_where_it_was(
    browser: Any, server: Beside, people: list[Page], clip: Any
) -> None:
    creator = Studio(browser, server, "ERR_FAILED", **PHONE)
    people.append(creator)
    creator.sign_up("ravi_films")
    creator.context.route("**/v1/uploads/*", lambda route: route.abort())
    file = clip(120)
    creator.choose(file)
    # Only what the server was told of, and the browser has noted, can go on: a part was sent.
    with creator.page.expect_event("requestfailed"):
        creator.answer("Morning at the market")
    creator.press("Pause")
    creator.see("Paused.")
    creator.context.unroute("**/v1/uploads/*")
    creator.page.reload()
    creator.see("An upload was not finished")
    creator.see(f"Choose {file.name} again")
    creator.page.locator("input[type=file]").set_input_files(file)
    creator.see("It has arrived")
    creator.page.get_by_role("link", name="See how far it is").click()
    video = creator.state("live")
    video.get_by_text("Morning at the market").wait_for()
    video.get_by_role("button", name="Withdraw").click()
    creator.press("Withdraw it")
    creator.state("removed").get_by_text("You withdrew it.").wait_for()


def test_an_upload_goes_on_while_another_page_is_open_and_a_lost_answer_signs_nobody_out(
    browser: Any, server: Beside, people: list[Page], clip: Any
) -> None:
    creator = Studio(browser, server, "ERR_FAILED", **PHONE)
    people.append(creator)
    creator.sign_up("noor.films")
    parts: list[Any] = []
    creator.context.route("**/v1/uploads/*", lambda route: parts.append(route))
    file = clip(200)
    creator.choose(file)
    creator.answer("x" * 2201)
    creator.see("The caption would be too long.")
    creator.page.get_by_role("textbox", name="Caption").fill("Evening at the ghat")
    with creator.page.expect_request("**/v1/uploads/*"):
        creator.press("Upload")
    creator.page.get_by_role("link", name="My videos").click()
    creator.see("Nothing here yet")
    creator.page.get_by_role("link", name="Upload").first.click()
    creator.see(file.name)
    creator.page.get_by_role("button", name="Pause").wait_for()
    creator.context.route("**/v1/creators/me", lambda route: route.abort())
    with creator.page.expect_event("requestfailed"):
        for part in parts:
            part.continue_()
    creator.see("It has arrived")
    creator.page.get_by_role("link", name="See how far it is").click()
    creator.state("live").get_by_text("Evening at the ghat").wait_for()
    creator.page.get_by_role("link", name="Upload").first.click()
    creator.see("Choose a video")


def test_what_is_no_video_is_said_and_nobody_is_kept_out(
    browser: Any, server: Beside, people: list[Page], tmp_path: Path
) -> None:
    creator = Studio(browser, server, "status of 4", **PHONE)
    people.append(creator)
    creator.page.goto(f"{creator.origin}/studio/")
    creator.page.get_by_label("Handle").fill("nobody.here")
    creator.page.get_by_label("Password").fill("not the right one")
    creator.press("Sign in")
    creator.see("Handle or password is not right.")
    suspended = {"status": 403, "json": {"error": "suspended"}}
    creator.context.route("**/v1/creators/session", lambda route: route.fulfill(**suspended))
    creator.press("Sign in")
    creator.see("This account is suspended.")
    for name, to in (("My standing", "sign"), ("Sign in with a recovery code", "recover")):
        link = creator.page.get_by_role("link", name=name)
        assert link.get_attribute("href") == f"/people/{to}"
    creator.context.unroute("**/v1/creators/session")
    assert kept_out(creator.page) == []
    creator.sign_up("mira.films")
    playlist = tmp_path / "a list.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1:1/a.ts\n" * 40)
    creator.choose(playlist)
    creator.press("Upload")
    creator.see("Please answer the three questions first.")
    assert kept_out(creator.page) == []
    paused = {"status": 403, "json": {"error": "paused"}}
    creator.context.route("**/v1/uploads", lambda route: route.fulfill(**paused))
    creator.answer("Not a video")
    creator.see("You cannot upload now: rules were broken.")
    creator.page.get_by_role("link", name="My standing").wait_for()
    creator.context.unroute("**/v1/uploads")
    creator.press("Try again")
    creator.see("This is no video that can be read.")
    creator.press("Stop and delete")
    creator.page.get_by_role("link", name="Account").click()
    creator.see("@mira.films")
    assert kept_out(creator.page) == []
    with creator.page.expect_download() as saved:
        creator.press("Take my data with me")
    assert json.loads(saved.value.path().read_text("utf-8"))
    creator.press("Delete the account")
    creator.press("Delete everything")
    creator.page.get_by_role("heading", name="Sign in").wait_for()


PASSKEYS = """async () => {
  const ask = async (path, body) => {
    const headers = { "content-type": "application/json", "jhalak-studio": "1" };
    const sent = { method: "POST", headers, body: body && JSON.stringify(body) };
    const answer = await fetch("/v1/creators" + path, sent);
    return [answer.status, await answer.json()];
  };
  const [, make] = await ask("/me/passkeys/options");
  const making = PublicKeyCredential.parseCreationOptionsFromJSON(make.publicKey);
  const made = await navigator.credentials.create({ publicKey: making });
  const [kept] = await ask("/me/passkeys", { credential: made.toJSON(), name: "phone" });
  const [, get] = await ask("/session/passkey/options");
  const asking = PublicKeyCredential.parseRequestOptionsFromJSON(get.publicKey);
  const signed = await navigator.credentials.get({ publicKey: asking });
  const credential = signed.toJSON();
  const [first, session] = await ask("/session/passkey", { credential });
  const [again] = await ask("/session/passkey", { credential });
  return [kept, first, session.handle, again];
}"""


def test_a_real_browsers_passkey_signs_in_once_a_challenge(
    browser: Any, server: Beside, people: list[Page]
) -> None:
    creator = Studio(browser, server, "status of 400")
    people.append(creator)
    creator.origin = f"http://localhost:{server.port}"  # an address has no passkeys
    device = creator.context.new_cdp_session(creator.page)
    device.send("WebAuthn.enable")
    said = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": said})
    creator.sign_up("keyed.films")
    assert creator.page.evaluate(PASSKEYS) == [201, 201, "keyed.films", 400]
