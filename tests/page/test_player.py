"""Videos in the feed: begun before they are swiped to, few in memory, told of as watched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.page.films import HEAD_BYTES, film, shown
from tests.page.mock_jhalak import MockJhalak
from tests.page.waiting import until

FRONT = ".stop:not([inert])"
PLAYS = f"(() => {{ const v = document.querySelector('{FRONT} video');"
MOVING = PLAYS + " return v && !v.paused && v.currentTime > 0; })()"

# Milliseconds from the key to the first frame of the next one, drawn while it plays.
SWIPED = """() => new Promise((done) => {
  const began = performance.now();
  const before = document.querySelector(".stop:not([inert]) article").dataset.item;
  dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
  const look = () => {
    const front = document.querySelector(".stop:not([inert])");
    const video = front?.querySelector("video");
    const same = front?.querySelector("article")?.dataset.item === before;
    if (same || !video) requestAnimationFrame(look);
    else {
      // A browser without a screen now and then tells of no frame of a film that plays.
      const shown = () => done(performance.now() - began);
      setTimeout(() => { if (!video.paused && video.currentTime > 0) shown(); }, 1000);
      video.requestVideoFrameCallback(shown);
    }
  };
  look();
})"""


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    made = film(tmp_path_factory.mktemp("films"))
    if made is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    return made


@pytest.fixture
def watching(opened: Any, jhalak: MockJhalak, body: bytes) -> Any:
    """Opens the feed of `length` videos, which play."""

    def watch(length: int = 8, **options: Any) -> Any:
        jhalak.films.body, jhalak.films.length = body, length
        page = opened("en", **options)
        page.get_by_role("button", name="Videos").click()
        page.locator(f"{FRONT} article").wait_for()
        return page

    return watch


def swipe(page: Any, times: int = 1) -> None:
    for _ in range(times):
        page.evaluate(SWIPED)


def test_the_one_in_front_plays_and_the_next_two_have_begun(
    watching: Any, jhalak: MockJhalak
) -> None:
    page = watching()
    until(page, MOVING)
    first, second = (f"{jhalak.films.at(n)}360.mp4" for n in (1, 2))
    jhalak.wait(lambda: (second, f"bytes=0-{HEAD_BYTES - 1}") in jhalak.films.asked)
    assert first in {path for path, _ in jhalak.films.asked}
    assert page.locator("video").count() == 2
    swipe(page)
    until(page, MOVING)
    assert page.evaluate(f"document.querySelector('{FRONT} article').dataset.item") == "film-1"
    assert page.evaluate("document.querySelectorAll('video').length") == 3
    paused = page.evaluate("[...document.querySelectorAll('video')].map(v => v.paused)")
    assert paused.count(False) == 1


def test_what_was_fetched_ahead_is_not_fetched_again(watching: Any, jhalak: MockJhalak) -> None:
    page = watching()
    until(page, MOVING)
    head = f"bytes=0-{HEAD_BYTES - 1}"
    for n in (2, 3):
        wanted = (f"{jhalak.films.at(n)}360.mp4", head)
        jhalak.wait(lambda wanted=wanted: wanted in jhalak.films.asked)
        swipe(page)
    until(page, MOVING)
    for n in (2, 3):
        ranges = [
            wanted for path, wanted in jhalak.films.asked if path == f"{jhalak.films.at(n)}360.mp4"
        ]
        firsts = [wanted for wanted in ranges if wanted.startswith("bytes=0-")]
        assert firsts == [head], ranges


def test_what_was_played_is_told_with_its_parts(watching: Any, jhalak: MockJhalak) -> None:
    page = watching()
    until(page, PLAYS + " return v && v.currentTime > 1.2; })()")
    swipe(page)
    page.get_by_role("button", name="Lock screen").click()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    jhalak.wait(lambda: bool(jhalak.events("play")))
    told = jhalak.events("play")[0]
    assert 500 <= told["value"] <= 2000
    assert told["ranges"][0][0] < 500
    assert sum(end - start for start, end in told["ranges"]) == pytest.approx(told["value"], abs=2)


def test_one_that_was_taken_down_is_said_to_be_gone(watching: Any, jhalak: MockJhalak) -> None:
    jhalak.films.gone = {jhalak.films.at(1)}
    page = watching(expect_failures=True)
    until(page, MOVING)
    page.keyboard.press("ArrowDown")
    page.locator(FRONT).get_by_text("This is no longer here").wait_for()
    assert page.locator(f"{FRONT} video").count() == 0


def test_what_is_sensitive_waits_for_the_viewer_and_labels_are_told(
    watching: Any, jhalak: MockJhalak
) -> None:
    jhalak.films.change = lambda n: {} if n else {"labels": ["ai", "sensitive"]}
    page = watching()
    page.locator(FRONT).get_by_text("Made with AI").wait_for()
    show = page.get_by_role("button", name="Show it anyway")
    show.wait_for()
    assert page.evaluate(PLAYS + " return v.paused; })()")
    show.click()
    until(page, MOVING)
    page.locator(f"{FRONT} .through").click(position={"x": 200, "y": 300})
    page.get_by_role("button", name="Play").click()
    until(page, MOVING)


def test_a_wide_one_stands_whole(watching: Any, jhalak: MockJhalak) -> None:
    rungs = [{**shown(0)["renditions"][1], "width": 640, "height": 360}]
    jhalak.films.change = lambda _: {"renditions": rungs}
    page = watching()
    until(page, MOVING)
    assert page.evaluate(PLAYS + " return getComputedStyle(v).objectFit; })()") == "contain"


def memory(page: Any, swipes: int) -> tuple[float, int]:
    """(megabytes of script memory after so many swipes, video elements)."""
    session = page.context.new_cdp_session(page)
    for _ in range(swipes):
        page.evaluate(SWIPED)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 1e6, page.evaluate(
        "document.querySelectorAll('video').length"
    )


def test_a_long_feed_keeps_three_videos_in_memory(watching: Any, jhalak: MockJhalak) -> None:
    page = watching(length=30, reduced_motion="reduce")
    until(page, MOVING)
    before, _ = memory(page, 3)
    after, videos = memory(page, 15)
    assert videos == 3
    assert after - before < 2.0


@pytest.mark.soak
def test_five_hundred_videos_do_not_grow_the_memory(watching: Any, tmp_path: Path) -> None:
    page = watching(length=520, reduced_motion="reduce")
    until(page, MOVING)
    before, _ = memory(page, 20)
    after, videos = memory(page, 480)
    print(f"\nscript memory: {before:.1f} MB after 20 videos, {after:.1f} MB after 500")
    assert videos == 3
    assert after - before < 4.0
