"""Where videos are played: a real server over a data folder, and a Chromium that looks at them."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from jhalak.media.passes import first_pass, rest_pass
from jhalak.media.sandbox import Sandbox
from jhalak.schema.video import FOLDER, Details, Media, Video
from tests.worlds import NOW_MS, Jhalak

PAGE = "<!doctype html><title>Cinema</title><body></body>"
PLAY = """async ({src, rate, last, wait}) => {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  const heard = (name) => new Promise((done) => video.addEventListener(name, done, {once: true}));
  const failed = heard("error").then(() => "error");
  const late = (s) => new Promise((done) => setTimeout(() => done("late"), s * 1000));
  document.body.replaceChildren(video);
  const known = heard("loadedmetadata");
  video.src = src;
  const told = (how) => ({
    how, error: video.error && video.error.message, at: video.currentTime,
    duration: video.duration, width: video.videoWidth, height: video.videoHeight,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
  });
  const begun = await Promise.race([known, failed, late(wait)]);
  if (begun === "error" || begun === "late") return told(begun);
  if (last) {
    video.currentTime = Math.max(0, video.duration - last);
    const there = await Promise.race([heard("seeked"), failed, late(wait)]);
    if (there === "error" || there === "late") return told(there);
  }
  video.playbackRate = rate;
  const over = heard("ended").then(() => "ended");
  video.play().catch(() => {});
  const result = told(await Promise.race([over, failed, late(wait + video.duration / rate)]));
  video.removeAttribute("src");
  video.load();
  return result;
}"""


class Cinema:
    """Serves what is put into it, from a thread of its own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    def _run(self) -> None:
        self._jhalak = Jhalak(self._data)
        app: Any = self._jhalak.app
        rules = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
        self._server = uvicorn.Server(rules)
        self._jhalak.run(self._serve())
        self._jhalak.end()

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._ready.set()
        await serving

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    def show(self, sandbox: Sandbox, clip: Path, folder: Path) -> tuple[Media, str]:
        """Both passes of a clip, live; answers where its files lie. Raises Refused, Broke."""
        set_ = hashlib.md5(str(clip).encode(), usedforsecurity=False).hexdigest()
        made = first_pass(sandbox, clip, folder, set_)
        media, paths = made.media, made.paths
        if not media.complete:
            first = (folder / "first.m3u8").read_text()
            rest = rest_pass(sandbox, clip, folder, media, first)
            media, paths = rest.media, paths + rest.paths
        store = self._data / "blobs" / FOLDER / set_
        store.mkdir(parents=True)
        for path in paths:
            shutil.copy(path, store)
        self._announce(media)
        return media, self.address + self._jhalak.services.media_links.base(set_, NOW_MS)

    def _announce(self, media: Media) -> None:
        s = self._jhalak.services
        found = s.creator_accounts.find("asha")
        creator = found[0] if found else s.creator_accounts.add("asha", "x", NOW_MS)
        details = Details(language="hi", ai=False, sensitive=False, rights="own")
        video = Video(
            id=media.set[:22], account=creator.num, handle="asha", upload=f"up-{media.set}",
            content=media.set.encode(), details=details,
        )  # fmt: skip
        s.videos.begin(video, NOW_MS)
        assert s.videos.change(video.id, ["waiting"], NOW_MS, media=media, state="live")


@contextmanager
def cinema(data: Path) -> Iterator[Cinema]:
    made = Cinema(data)
    try:
        yield made
    finally:
        made.end()


def screen(browser: Any, address: str) -> Any:
    """A page of the server's origin that may do anything."""
    page = browser.new_page()
    page.route(
        f"{address}/cinema", lambda route: route.fulfill(body=PAGE, content_type="text/html")
    )
    page.goto(f"{address}/cinema")
    return page


def plays(
    page: Any, src: str, *, rate: float = 4.0, last: float = 0.0, wait_s: float = 30.0
) -> dict[str, Any]:
    """What became of playing it to its end: whole, or its `last` seconds."""
    asked = {"src": src, "rate": rate, "last": last, "wait": wait_s}
    seen: dict[str, Any] = page.evaluate(PLAY, asked)
    return seen
