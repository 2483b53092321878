"""Members of a Jhalak in tests: accounts with a session and a viewer's device, made straight in
the stores, so that no password is hashed."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import httpx
import msgspec
from sqlalchemy import insert, update

from jhalak.people.operator_token import token_hash
from jhalak.records.tables import creator_accounts, creator_sessions, videos
from jhalak.schema.video import Details, Video
from tests.worlds import DAY_MS, Jhalak, Phone, make_item

_secrets = itertools.count(1)


class Member:
    """Somebody with an account, signed in."""

    def __init__(self, jhalak: Jhalak, handle: str, age_band: str = "25-34") -> None:
        self.jhalak, self.handle = jhalak, handle
        services = jhalak.services
        self.account = services.creator_accounts.add(handle, "x", jhalak.clock())
        self.num = self.account.num
        with jhalak.server.records.database.write() as connection:
            connection.execute(
                update(creator_accounts)
                .where(creator_accounts.c.num == self.num)
                .values(age_band=age_band, name=handle.title())
            )
        self.secret = f"a-long-secret-of-{handle}-{next(_secrets)}"
        self.until_ms = jhalak.clock() + 10**12
        self.sign_in()
        found = jhalak.run(services.directory.get(self.account.viewer))
        assert found is not None
        token = services.viewer_tokens.mint(found.id, found.epoch, ("en",))
        self.phone = Phone(jhalak, "", token)

    def sign_in(self) -> None:
        row = {
            "token_hash": token_hash(self.secret), "account": self.num, "id": self.secret,
            "began_ms": self.jhalak.clock(), "until_ms": self.until_ms, "device": "",
            "used_ms": self.jhalak.clock(),
        }  # fmt: skip
        with self.jhalak.server.records.database.write() as connection:
            connection.execute(insert(creator_sessions), row)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.jhalak.ask(method, path, self.secret, **more)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        """Notifications, newest first; of these kinds."""
        found = self.get("/v1/creators/me/notifications")["notifications"]
        return [one for one in found if not kinds or one["kind"] in kinds]

    def video(self, name: str) -> str:
        """A live video of theirs, of which there are no files."""
        now_ms = self.jhalak.clock()
        said = Details(language="en", ai=False, sensitive=False, rights="own")
        video = Video(
            id=name, account=self.num, handle=self.handle, upload="", content=b"", details=said,
            state="live", created_ms=now_ms, live_ms=now_ms,
        )  # fmt: skip
        row = {
            "id": name, "account": self.num, "state": "live", "content": b"", "set_name": "",
            "likeness": b"", "body": msgspec.msgpack.encode(video), "created_ms": now_ms,
            "changed_ms": now_ms,
        }  # fmt: skip
        with self.jhalak.server.records.database.write() as connection:
            connection.execute(insert(videos), row)
        publisher = f"@{self.handle}"
        item = make_item(
            name, kind="video", publisher=publisher, media="a" * 32, duration_s=5.0,
            published_ms=now_ms, expires_ms=now_ms + 20 * DAY_MS,
        )  # fmt: skip
        self.jhalak.put([item])
        return name

    def notify(self, *told: Any, **more: Any) -> None:
        """Somebody tells them: kind, subject, actor, said."""
        self.jhalak.run(asyncio.wait_for(self.jhalak.services.notify(self.num, *told, **more), 9))
