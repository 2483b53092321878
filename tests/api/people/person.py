"""Somebody with an account, its viewer's phone, and videos."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import numpy as np

from jhalak.people.operator_token import token_hash
from jhalak.ports.creators import Newcomer
from jhalak.ports.sounds import NewSound
from jhalak.ports.viewers import AgeBand
from jhalak.schema.ids import spell
from jhalak.schema.video import SOUND, Audience, Details, Media, Video, VideoFile
from jhalak.workers.publish_video import PublishVideo
from tests.worlds import DAY_MS, Jhalak, Phone


def song(seed: int, items: int = 240) -> bytes:
    """A fingerprint of half a minute."""
    return np.random.default_rng(seed).integers(0, 1 << 32, items, np.uint32).tobytes()


class Person:
    """Made in the stores, so that no test pays for a password."""

    def __init__(self, jhalak: Jhalak, handle: str, band: AgeBand = "25-34") -> None:
        self.jhalak, self.handle, self.name = jhalak, handle, f"@{handle}"
        s = jhalak.services
        self.account = s.creator_accounts.add(handle, "x", jhalak.clock(), Newcomer(age_band=band))
        self.session = f"session-of-{handle}-{'x' * 20}"
        until_ms = jhalak.clock() + 30 * DAY_MS
        s.creator_sessions.open(
            token_hash(self.session), self.account.num, jhalak.clock(), until_ms, handle, ""
        )
        token = s.viewer_tokens.mint(self.account.viewer, 0, ("en",))
        self.phone = Phone(jhalak, spell(self.account.viewer), token)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """With the viewer's token."""
        return self.phone.ask(method, path, **more)

    def signed(self, method: str, path: str, **more: Any) -> httpx.Response:
        """With the session."""
        return self.jhalak.ask(method, path, self.session, **more)

    def put(self, verb: str, whom: str, kind: str = "creator") -> httpx.Response:
        return self.ask("PUT", f"/v1/me/{verb}/{kind}/{whom}")

    def drop(self, verb: str, whom: str, kind: str = "creator") -> httpx.Response:
        return self.ask("DELETE", f"/v1/me/{verb}/{kind}/{whom}")

    def change(self, **changes: Any) -> None:
        assert self.jhalak.services.creator_accounts.change(self.account.num, **changes)
        self.jhalak.follow()

    def publish(
        self, name: str, audience: Audience = "everyone", topic: str = "food", heard: bytes = b"",
        of_sound: str = "", **said: Any,
    ) -> str:  # fmt: skip
        """A live video; its id. `heard`: the fingerprint of its sound."""
        s, now_ms = self.jhalak.services, self.jhalak.clock()
        id_ = f"{name:x<22}"
        usual: dict[str, Any] = {
            "caption": name, "language": "en", "topic": topic, "ai": False, "sensitive": False,
            "rights": "own", "audience": audience,
        }  # fmt: skip
        details = Details(**usual | said)
        video = Video(
            id=id_, account=self.account.num, handle=self.handle, upload=f"up-{name}",
            content=name.encode(), details=details, created_ms=now_ms,
        )  # fmt: skip
        s.videos.begin(video, now_ms)
        files = (VideoFile(name="240.mp4", type="video/mp4", bytes=9, width=240, height=426),)
        media = Media(
            set=name.encode().hex().ljust(32, "0"), duration_s=3, width=240, height=426,
            sound=True, files=files,
        )  # fmt: skip
        if heard:
            sound = VideoFile(name=SOUND, type="audio/mp4", bytes=9)
            media = msgspec.structs.replace(media, files=(*files, sound))
        assert s.videos.change(id_, ["waiting"], now_ms, media=media)
        if heard:
            new = NewSound(id_, self.account.num, self.handle, 30.0, heard, of_sound)
            s.sounds.join(new, now_ms)
        publish = s.edit_video.publish  # type: ignore[attr-defined]
        assert isinstance(publish, PublishVideo) and publish.publish(video, ("waiting",))
        self.jhalak.clock.forward(s=1)
        self.jhalak.follow()
        return id_

    def sees(self, limit: int = 50) -> set[str]:
        """Items of a page for you."""
        return {item["item"] for item in self.phone.page(limit)["items"]}

    def following(self, limit: int = 12) -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/video/feed?of=following&limit={limit}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def profile(self, handle: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/people/{handle}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def shelf(self, handle: str) -> list[str]:
        answer = self.ask("GET", f"/v1/people/{handle}/videos")
        assert answer.status_code == 200, answer.text
        return [item["item"] for item in answer.json()["items"]]
