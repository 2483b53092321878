"""Browsers are woken through a push service that is asked, checks and decrypts as a real one and
a real browser do; it listens on this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import update

from jhalak.config.people import PushSettings
from jhalak.embedded.fetcher import SafeFetcher
from jhalak.embedded.push_key import PushKey, open_push_key
from jhalak.people.web_push import read
from jhalak.ports.notifications import NoticeSettings, Told
from jhalak.ports.push import PushSubscription
from jhalak.records.creator_lookup import SqlCreatorLookup
from jhalak.records.database import Database, open_database
from jhalak.records.notice_settings import SqlNoticeSettingsStore
from jhalak.records.notifications import SqlNotificationStore
from jhalak.records.push import SqlPushStore
from jhalak.records.tables import creator_accounts
from jhalak.workers.push_notices import PushNotices
from tests.ports.people_world import add_account

NOON_MS = 20_000 * 86_400_000 + 12 * 3_600_000
HOUR_MS = 3_600_000


def hmac(key: bytes, message: bytes) -> bytes:
    made = HMAC(key, SHA256())
    made.update(message)
    return made.finalize()


class Browser:
    """What a browser keeps to itself, and how it reads (RFC 8291, written anew from its steps)."""

    def __init__(self) -> None:
        self.own = generate_private_key(SECP256R1())
        self.public = self.own.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.auth = b"0123456789abcdef"

    def read(self, body: bytes) -> Any:
        salt, theirs, sealed = body[:16], body[21:86], body[86:]
        assert body[16:21] == b"\0\0\x10\0\x41"
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs)
        first = hmac(self.auth, self.own.exchange(ECDH(), point))
        secret = hmac(first, b"WebPush: info\0" + self.public + theirs + b"\1")
        second = hmac(salt, secret)
        key = hmac(second, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = hmac(second, b"Content-Encoding: nonce\0\1")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain[-1:] == b"\2"
        return msgspec.json.decode(plain[:-1])


class Service:
    """A push service: answers with `status`, and keeps what came."""

    def __init__(self) -> None:
        self.status = 201
        self.came: list[tuple[dict[str, str], bytes]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(service.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class World:
    """An account with a browser at the service, and the loop that wakes it."""

    def __init__(self, data: Path, service: Service) -> None:
        self.database: Database = open_database(f"sqlite:///{data}/records.sqlite")
        self.notices = SqlNotificationStore(self.database)
        self.wishes = SqlNoticeSettingsStore(self.database)
        self.pushes = SqlPushStore(self.database)
        self.key: PushKey = open_push_key(data / "keys")
        self.service, self.browser, self.now_ms, self.port = (
            service,
            Browser(),
            NOON_MS,
            service.port,
        )
        self.asha, self.ravi = (add_account(self.database, name) for name in ("asha", "ravi"))
        self.age("25-34")
        self.wake_at(f"http://127.0.0.1:{service.port}/asha")

    def age(self, band: str) -> None:
        with self.database.write() as connection:
            connection.execute(update(creator_accounts).values(age_band=band))

    def wake_at(self, endpoint: str) -> None:
        made = PushSubscription(
            endpoint[-9:], self.asha, endpoint, self.browser.public, self.browser.auth, 1
        )
        self.pushes.subscribe(made, 9)

    def tell(self, subject: str, kind: Any = "comment") -> None:
        self.notices.add([Told(self.asha, kind, subject, self.ravi, {})], self.now_ms)

    def step(self) -> list[Any]:
        """What the browser reads of what comes."""
        before = len(self.service.came)

        async def one() -> None:
            fetcher = SafeFetcher(ports=(self.port,), allow=("127.0.0.1",))
            rules = PushSettings(on=True, contact="mailto:ops@cell.example")
            await PushNotices(
                self.pushes, self.notices, self.wishes, SqlCreatorLookup(self.database), fetcher,
                self.key, rules, lambda: self.now_ms,
            ).step()  # fmt: skip
            await fetcher.close()

        asyncio.run(one())
        return [self.browser.read(body) for _, body in self.service.came[before:]]


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.end()


@pytest.fixture
def world(tmp_path: Path, service: Service) -> Iterator[World]:
    made = World(tmp_path, service)
    yield made
    made.database.close()


def test_a_push_says_a_kind_and_a_number_to_the_browser_alone(world: World) -> None:
    world.tell("c1")
    world.tell("c2", "reply")
    assert world.step() == [{"kind": "reply", "n": 2}], "both at once"
    assert world.step() == [], "each once"
    headers, body = world.service.came[0]
    assert b"reply" not in body and b"ravi" not in body
    assert (headers["ttl"], headers["content-encoding"]) == ("86400", "aes128gcm")
    token = headers["authorization"].removeprefix("vapid t=").split(",")[0]
    head, claims, signed = token.split(".")
    r, s = (int.from_bytes(part, "big") for part in (read(signed)[:32], read(signed)[32:]))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), world.key.public)
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ECDSA(SHA256()))
    assert msgspec.json.decode(read(claims)) == {
        "aud": f"http://127.0.0.1:{world.service.port}", "exp": NOON_MS // 1000 + 12 * 3600,
        "sub": "mailto:ops@cell.example",
    }  # fmt: skip


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_asks_no_more_is_forgotten(world: World, status: int) -> None:
    world.service.status = status
    world.tell("c1")
    world.step()
    assert world.pushes.of(world.asha) == []
    world.service.status = 201
    assert world.step() == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_fails_is_tried_again_after_twice_the_time_until_it_is_old(
    world: World, status: int
) -> None:
    world.service.status = status
    world.wishes.set(world.asha, NoticeSettings(quiet=False))
    world.tell("c1")
    waits = []
    for _ in range(20):
        came = len(world.service.came)
        world.step()
        if len(world.service.came) == came:
            break
        waits.append((world.now_ms - NOON_MS) // 60_000)
        world.now_ms += max(world.now_ms - NOON_MS, 60_000)
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024], "minutes; a day at most"
    world.service.status = 201
    assert world.step() == [] and len(world.pushes.of(world.asha)) == 1


def test_a_service_that_cannot_be_reached_is_tried_again_and_a_refused_one_is_not(
    world: World,
) -> None:
    world.pushes.end(world.asha, world.pushes.of(world.asha)[0].id)
    world.wake_at("http://127.0.0.1:1/asha")  # not a port that may be asked
    world.tell("c1")
    assert world.step() == [] and world.pushes.due(world.now_ms + HOUR_MS, 9) == []
    world.wake_at(f"http://127.0.0.1:{world.service.port}/asha")
    world.service.end()
    world.tell("c2")
    assert world.step() == [] and len(world.pushes.due(world.now_ms + HOUR_MS, 9)) == 1


def test_quiet_hours_delay_it_and_what_is_silent_is_not_sent(world: World) -> None:
    world.wishes.set(world.asha, NoticeSettings(silent=("comment",), utc_offset_min=330))
    world.now_ms = NOON_MS + 5 * HOUR_MS  # 22:30 in India
    world.tell("c1")
    world.tell("c2", "reply")
    assert world.step() == []
    world.now_ms += round(8.4 * HOUR_MS)
    assert world.step() == [], "06:54"
    world.now_ms += round(0.2 * HOUR_MS)
    assert world.step() == [{"kind": "reply", "n": 2}]


def test_the_night_of_a_minor_is_quiet_whatever_they_set(world: World) -> None:
    world.age("13-17")
    world.wishes.set(world.asha, NoticeSettings(quiet=False))
    world.now_ms = NOON_MS + 11 * HOUR_MS
    world.tell("c1")
    assert world.step() == []
    world.now_ms += 8 * HOUR_MS
    assert world.step() == [{"kind": "comment", "n": 1}]
