"""People who comment in tests, and videos to comment on."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import msgspec

from jhalak.people.operator_token import token_hash
from jhalak.ports.creators import Creator as Account
from jhalak.schema.video import Details, Media, Video
from tests.worlds import DAY_MS, Jhalak, make_item

_numbers = itertools.count(1)
SAID = Details(language="hi", ai=False, sensitive=False, rights="own", caption="बारिश में नाच")


class Person:
    """Somebody with an account, and the viewer whom they are."""

    def __init__(self, world: Jhalak, name: str) -> None:
        self.world, self.handle = world, f"{name}{next(_numbers)}"
        self.account: Account = world.services.creator_accounts.add(
            self.handle, "not to be signed in with", world.clock()
        )
        self.num = self.account.num
        self.secret = f"a secret of {self.handle}, long enough"
        now_ms = world.clock()
        world.services.creator_sessions.open(
            token_hash(self.secret), self.num, now_ms, now_ms + 30 * DAY_MS
        )
        viewer = world.services.viewers.get(self.account.viewer)
        assert viewer is not None
        languages = ("hi", "en")
        world.services.viewers.update(msgspec.structs.replace(viewer, languages=languages))
        self.token = world.services.viewer_tokens.mint(viewer.id, viewer.epoch, languages)
        world.services.creators[f"@{self.handle}"] = self.account.creator

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """As who is signed in."""
        return self.world.ask(method, path, self.secret, **more)

    def see(self, path: str) -> httpx.Response:
        """As the viewer."""
        return self.world.ask("GET", path, self.token)

    def say(self, video: str, text: str, to: str = "") -> dict[str, Any]:
        answer = self.post(video, text, to)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def post(self, video: str, text: str, to: str = "") -> httpx.Response:
        body = {"text": text} | ({"to": to} if to else {})
        return self.ask("POST", f"/v1/videos/{video}/comments", json=body)

    def read(self, video: str, query: str = "") -> dict[str, Any]:
        answer = self.see(f"/v1/videos/{video}/comments{query}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def texts(self, video: str, query: str = "") -> list[str]:
        return [one["text"] for one in self.read(video, query)["comments"]]

    def relate(self, verb: str, other: Person, on: bool = True) -> None:
        method = "PUT" if on else "DELETE"
        path = f"/v1/me/{verb}/creator/@{other.handle}"
        answer = self.world.ask(method, path, self.token)
        assert answer.status_code == 200, answer.text

    def publish(self, **details: Any) -> str:
        """A live video of theirs."""
        world, id_ = self.world, f"video-{next(_numbers)}"
        said = msgspec.structs.replace(SAID, **details)
        video = Video(
            id=id_, account=self.num, handle=self.handle, upload=f"up-{id_}",
            content=id_.encode(), details=said, created_ms=world.clock(),
        )  # fmt: skip
        world.services.videos.begin(video, world.clock())
        media = Media(set=f"set{next(_numbers)}", duration_s=3.0, width=9, height=16, sound=True,
                      files=())  # fmt: skip
        item = make_item(id_, "nature", "hi", kind="video", publisher=f"@{self.handle}")
        world.put([item])
        record = world.services.items.get(id_)
        assert record is not None
        world.services.videos.change(
            id_, ("waiting",), world.clock(), state="live", media=media, num=record.num,
            live_ms=world.clock(),
        )  # fmt: skip
        return id_
