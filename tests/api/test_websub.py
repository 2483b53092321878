"""/v1/websub: hubs confirm and deliver; nobody else gets anything in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import pytest

from jhalak.api.websub import is_signed
from jhalak.schema.feed import Subscription
from tests.worlds import Jhalak

TOPIC = "https://news.example/rss.xml"
ONE = Subscription(feed=7, token="tok", hub="https://hub.example/", topic=TOPIC, secret="s" * 64)
BODY = b"<rss version='2.0'><channel><title>x</title></channel></rss>"


@pytest.fixture
def hub(empty: Jhalak) -> Iterator[Hub]:
    empty.server.records.subscriptions.put(ONE)
    yield Hub(empty)


class Hub:
    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak, self.records = jhalak, jhalak.server.records

    def verify(self, token: str = "tok", **said: Any) -> httpx.Response:
        asked = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c4/=&<b>",
                 "hub.lease_seconds": "3600"}  # fmt: skip
        asked |= {f"hub.{name}": value for name, value in said.items()}
        return self.jhalak.ask("GET", f"/v1/websub/{token}?{urlencode(asked)}")

    def deliver(self, signature: str | None, body: bytes = BODY, token: str = "tok"
                ) -> httpx.Response:  # fmt: skip
        headers = {"content-type": "application/rss+xml"}
        if signature is not None:
            headers["x-hub-signature"] = signature
        return self.jhalak.ask("POST", f"/v1/websub/{token}", content=body, headers=headers)


def signed(body: bytes = BODY, method: str = "sha256", secret: str = ONE.secret) -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def test_what_we_asked_for_is_confirmed_with_its_lease(hub: Hub) -> None:
    answer = hub.verify()
    assert answer.status_code == 200 and answer.text == "c4/=&<b>"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    now = hub.records.subscriptions.find("tok")
    assert now is not None and now.status == "active"
    assert now.until_ms == hub.jhalak.clock() + 3_600_000


@pytest.mark.parametrize(
    ("said", "status"),
    [({"topic": "https://evil.example/"}, 404), ({"mode": "unsubscribe"}, 404),
     ({"mode": "publish"}, 404), ({"token": "other"}, 410), ({"lease_seconds": "-1"}, 400),
     ({"lease_seconds": "soon"}, 400)],
)  # fmt: skip
def test_what_we_did_not_ask_for_is_not_confirmed(
    hub: Hub, said: dict[str, str], status: int
) -> None:
    answer = hub.verify(**said)
    assert answer.status_code == status and "c4/" not in answer.text
    now = hub.records.subscriptions.find("tok")
    assert now is not None and now.status == "asked"


def test_an_end_that_we_asked_for_is_confirmed_and_then_nothing_is_left(hub: Hub) -> None:
    hub.records.subscriptions.put(msgspec.structs.replace(ONE, ending=True))
    assert hub.verify(mode="subscribe").status_code == 404
    assert hub.verify(mode="unsubscribe").status_code == 200
    assert hub.verify(mode="unsubscribe").status_code == 410
    assert hub.deliver(signed()).status_code == 410


def test_a_hub_may_say_no(hub: Hub) -> None:
    assert hub.verify(mode="denied").status_code == 200
    now = hub.records.subscriptions.find("tok")
    assert now is not None and now.status == "denied"


def test_a_delivery_that_is_signed_waits_for_the_worker(hub: Hub) -> None:
    assert hub.deliver(signed()).status_code == 202
    waiting = hub.records.deliveries.next(0)
    assert waiting is not None
    assert (waiting.feed, waiting.type, waiting.body) == (7, "application/rss+xml", BODY)
    assert len(hub.jhalak.services.world.catalogue) == 0, "nothing is read here"


@pytest.mark.parametrize(
    "signature",
    [None, "", "sha256=", "sha256=" + "0" * 64, signed(secret="other"), signed(b"other"),
     "md5=" + hashlib.md5(BODY).hexdigest(), signed().replace("sha256", "sha512"),
     "sha256=é", "blake2b=" + "0" * 128],
)  # fmt: skip
def test_a_delivery_that_is_not_well_signed_is_acknowledged_and_dropped(
    hub: Hub, signature: str | None
) -> None:
    raw = signature.encode("latin-1").decode("latin-1") if signature else signature
    if raw is not None and not raw.isascii():
        assert not is_signed(raw, ONE.secret, BODY)
        return
    assert hub.deliver(raw).status_code == 202
    assert hub.records.deliveries.next(0) is None
    assert hub.jhalak.services.counts["websub forged"] == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_method_of_the_specification_is_taken(method: str) -> None:
    assert is_signed(signed(method=method), ONE.secret, BODY)
    assert is_signed(signed(method=method).upper().replace("SHA", "sha"), ONE.secret, BODY)


def test_a_delivery_is_bounded_in_size_and_number(hub: Hub) -> None:
    large = bytes(9 << 20)
    assert hub.deliver(signed(large), large).status_code == 413
    codes = [hub.deliver(signed()).status_code for _ in range(34)]
    assert codes == [202] * 32 + [503] * 2
    middle = b"x" * 1_000_000
    assert hub.deliver(signed(middle), middle, "none").status_code == 410
