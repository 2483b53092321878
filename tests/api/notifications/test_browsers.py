"""A browser asks to be woken, where the server pushes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jhalak.config.people import PushSettings
from jhalak.people.web_push import is_point, read, spelled
from tests.api.people_at_hand import Member
from tests.worlds import PATIENT, Jhalak

PUSH = "/v1/creators/me/push"
KEY = generate_private_key(SECP256R1()).public_key()
POINT = spelled(KEY.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
ASKED: dict[str, Any] = {
    "endpoint": "https://push.example/abc", "expirationTime": None,
    "keys": {"p256dh": POINT, "auth": spelled(b"a" * 16)},
}  # fmt: skip


@pytest.fixture(scope="module")
def asha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    settings = msgspec.structs.replace(PATIENT, push=PushSettings(on=True))
    world = Jhalak(tmp_path_factory.mktemp("push") / "data", settings)
    yield Member(world, "asha")
    world.end()


def test_a_browser_asks_with_the_servers_key_and_can_stop(asha: Member) -> None:
    told = asha.get(PUSH)
    assert told["on"] and is_point(read(told["key"])) and told["browsers"] == []
    answer = asha.ask("POST", PUSH, json=ASKED)
    assert answer.status_code == 201, answer.text
    assert asha.ask("POST", PUSH, json=ASKED).status_code == 201
    [browser] = asha.get(PUSH)["browsers"]
    assert browser["service"] == "push.example"
    other = Member(asha.jhalak, "ravi")
    for who, status in ((other, 404), (asha, 204), (asha, 404)):
        assert who.ask("DELETE", f"{PUSH}/{browser['id']}").status_code == status
    assert asha.get(PUSH)["browsers"] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"endpoint": "http://push.example/abc"}, "https"),
        ({"endpoint": "file:///etc/passwd"}, "https"),
        ({"endpoint": "https://["}, "https"),
        ({"endpoint": "https://push.example:99999/"}, "https"),
        ({"endpoint": "https://" + "x" * 1000}, "endpoint"),
        ({"keys": {"p256dh": POINT, "auth": "short"}}, "16 bytes"),
        ({"keys": {"p256dh": spelled(b"\4" * 65), "auth": ASKED["keys"]["auth"]}}, "P-256"),
        ({"keys": {"p256dh": "é", "auth": "é"}}, "P-256"),
        ({"more": 1}, "more"),
    ],
)
def test_what_is_no_subscription_is_refused(
    asha: Member, change: dict[str, Any], says: str
) -> None:
    answer = asha.ask("POST", PUSH, json=ASKED | change)
    assert answer.status_code == 400 and says in answer.text, answer.text


def test_where_the_server_does_not_push_no_browser_can_ask(shared: Jhalak) -> None:
    ravi = Member(shared, "ravi.push")
    assert ravi.get(PUSH) == {"on": False, "key": "", "browsers": []}
    answer = ravi.ask("POST", PUSH, json=ASKED)
    assert (answer.status_code, answer.json()["error"]) == (409, "push_off")
