"""Who may do what: every operation of the OpenAPI document as every kind of person.

Each operation says whose credential it takes (its security), and a line here what it is asked
about. Whoever lacks that credential is refused with 401; what is another's answers 404 to all
others, as if it were not there; a block, a suspension and an audience hide what they hide.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import pytest

from jhalak.api.creators.tus import VERSION
from jhalak.people.operator_token import token_hash
from jhalak.people.password import hashed
from tests.api.people.person import Person, song
from tests.worlds import NOW_MS, Jhalak, make_item

METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
WHO: Final = (
    "none", "viewer", "other viewer", "creator", "other creator", "blocked", "minor", "moderator",
    "admin", "publisher",
)  # fmt: skip
"""`creator` is Asha, whose things are asked for; `viewer` watched something."""


class Op(NamedTuple):
    """What one operation is asked about."""

    path: str = ""
    """Names in braces are things of the world; "": the operation's own, which has none."""
    body: Any = None
    of: str = ""
    """Whose thing it is: to everybody else it is not there. "": anybody's, or one's own."""
    hidden: tuple[str, ...] = ()
    """From whom it is hidden although they have the credential."""
    done: bool = True
    """Those who may are let do it. False: it would end who asks, or needs more than a request;
    other tests do it, here only refusals are looked at."""
    also: tuple[int, ...] = ()
    """Other answers to those who may, where what is asked for is not in the state for it."""
    foreign: int = 404
    """What others are told. A slot token is no name: another viewer's is a forged one."""
    headers: dict[str, str] = {}  # noqa: RUF012
    content: bytes | None = None


TUS: Final = {"tus-resumable": VERSION}
ITEMS: Final = {"items": [{"id": "p2", "language": "en", "title": "A title"}]}
SIGN_UP: Final = {"handle": "dev.anand", "password": "a few plain words", "birth_year": 1990}
BARRED: Final = ("blocked",)

OPS: Final[dict[str, Op]] = {
    "GET /healthz": Op(),
    "GET /readyz": Op(),
    "GET /metrics": Op(),
    "GET /media/{name}": Op("/media/{nothing}.webp", also=(404,)),
    "GET /video/{set}/{signed}/{name}": Op("/video/{set}/1.x/240.mp4", also=(404,)),
    "GET /v1/topics": Op(),
    "GET /v1/keys": Op(),
    "GET /v1/recalls": Op(),
    "GET /v1/items/{item_id}": Op("/v1/items/{card}"),
    "DELETE /v1/items/{item_id}": Op("/v1/items/{nothing}", also=(404,)),
    "GET /v1/reader/{item_id}": Op("/v1/reader/{card}"),
    "GET /v1/ops/feeds": Op(),
    "POST /v1/viewers": Op(body={"languages": ["en"]}),
    "GET /v1/channels": Op(),
    "GET /v1/sounds": Op(),
    "GET /v1/sounds/{sound_id}": Op("/v1/sounds/{sound}", hidden=BARRED),
    "GET /v1/sounds/{sound_id}/videos": Op("/v1/sounds/{sound}/videos"),
    "PATCH /v1/sounds/{sound_id}": Op("/v1/sounds/{sound}", {"title": "Rain"}, of="creator"),
    "GET /v1/creators/me/sounds": Op(),
    "GET /v1/channels/offered": Op(),
    "GET /v1/search": Op("/v1/search?q=title"),
    "GET /v1/websub/{token}": Op("/v1/websub/{nothing}", also=(404, 410, 400)),
    "POST /v1/websub/{token}": Op("/v1/websub/{nothing}", content=b"x", also=(404, 410)),
    "GET /v1/publisher/items/{item_id}": Op("/v1/publisher/items/{sent}"),
    "PUT /v1/publisher/items/{item_id}": Op(
        "/v1/publisher/items/{sent}", ITEMS["items"][0] | {"id": None}, done=False
    ),
    "POST /v1/publisher/items": Op(body=ITEMS),
    "DELETE /v1/publisher/items/{item_id}": Op("/v1/publisher/items/{sent}", done=False),
    "GET /v1/lockscreen/edition": Op(),
    "GET /v1/video/feed": Op(),
    "POST /v1/events": Op(body={"events": []}),
    "GET /v1/me/preferences": Op(),
    "PUT /v1/me/preferences": Op(body={"languages": ["en"]}),
    "GET /v1/me/consents": Op(),
    "PUT /v1/me/consents": Op(
        body={"consents": [{"purpose": "personalisation", "granted": True}]}
    ),
    "GET /v1/me/interests": Op(),
    "DELETE /v1/me/interests/{topic}": Op("/v1/me/interests/{topic}", also=(404,)),
    "GET /v1/me/history": Op(),
    "DELETE /v1/me/history/{event_id}": Op("/v1/me/history/{event}", of="viewer"),
    "GET /v1/me/why/{slot}": Op("/v1/me/why/{slot}", of="viewer", foreign=400),
    "GET /v1/me/relations": Op(),
    "GET /v1/me/reports": Op(),
    "PUT /v1/me/{verb}/{kind}/{target_id}": Op("/v1/me/likes/item/{video}", hidden=BARRED),
    "DELETE /v1/me/{verb}/{kind}/{target_id}": Op("/v1/me/saves/item/{card}"),
    "POST /v1/me/export": Op(),
    "DELETE /v1/me": Op(done=False),
    "POST /v1/reports": Op(
        body={"kind": "creator", "id": "@asha", "reason": "spam"}, also=(409,)
    ),
    "GET /v1/people/{handle}": Op("/v1/people/asha", hidden=BARRED),
    "GET /v1/people/{handle}/videos": Op("/v1/people/asha/videos", hidden=BARRED),
    "GET /v1/videos/{video_id}": Op("/v1/videos/{video}", hidden=BARRED),
    # What others made with it is theirs, also for whom its creator blocked.
    "GET /v1/videos/{video_id}/uses": Op("/v1/videos/{video}/uses?kind=duet"),
    "GET /v1/videos/{video_id}/comments": Op("/v1/videos/{video}/comments", hidden=BARRED),
    "POST /v1/videos/{video_id}/comments": Op(
        "/v1/videos/{video}/comments", {"text": "How lovely it is"}, hidden=BARRED, also=(409,)
    ),
    "GET /v1/comments/{comment_id}/replies": Op("/v1/comments/{comment}/replies", hidden=BARRED),
    "PATCH /v1/comments/{comment_id}": Op(
        "/v1/comments/{comment}", {"text": "Said otherwise"}, of="creator"
    ),
    "DELETE /v1/comments/{comment_id}": Op("/v1/comments/{spare}", of="creator"),
    "PUT /v1/comments/{comment_id}/like": Op("/v1/comments/{comment}/like", hidden=BARRED),
    "DELETE /v1/comments/{comment_id}/like": Op("/v1/comments/{comment}/like", hidden=BARRED),
    "PUT /v1/comments/{comment_id}/pin": Op("/v1/comments/{comment}/pin", of="creator"),
    "DELETE /v1/comments/{comment_id}/pin": Op("/v1/comments/{comment}/pin", of="creator"),
    "GET /v1/me/continue": Op(),
    "DELETE /v1/me/continue": Op(),
    "DELETE /v1/me/continue/{item_id}": Op("/v1/me/continue/{video}"),
    "GET /v1/people/{handle}/collections": Op("/v1/people/asha/collections", hidden=BARRED),
    "GET /v1/series/{series_id}": Op("/v1/series/{series}", hidden=BARRED),
    "GET /v1/creators/me/series": Op(),
    "POST /v1/creators/me/series": Op(body={"title": "Rain", "language": "en"}),
    "PATCH /v1/creators/me/series/{series_id}": Op(
        "/v1/creators/me/series/{series}", {"finished": True}, of="creator"
    ),
    "DELETE /v1/creators/me/series/{series_id}": Op(
        "/v1/creators/me/series/{oldseries}", of="creator"
    ),
    # Its owner is a minor as far as anybody knows: to all others it is not there.
    "GET /v1/playlists/{playlist_id}": Op("/v1/playlists/{playlist}", of="creator"),
    "GET /v1/creators/me/playlists": Op(),
    "POST /v1/creators/me/playlists": Op(body={"title": "Evening"}),
    "PATCH /v1/creators/me/playlists/{playlist_id}": Op(
        "/v1/creators/me/playlists/{playlist}", {"title": "Night"}, of="creator"
    ),
    "DELETE /v1/creators/me/playlists/{playlist_id}": Op(
        "/v1/creators/me/playlists/{oldplaylist}", of="creator"
    ),
    "PUT /v1/creators/me/playlists/{playlist_id}/videos/{video_id}": Op(
        "/v1/creators/me/playlists/{playlist}/videos/{video}", {}, of="creator"
    ),
    "DELETE /v1/creators/me/playlists/{playlist_id}/videos/{video_id}": Op(
        "/v1/creators/me/playlists/{playlist}/videos/{video}", of="creator"
    ),
    "POST /v1/creators": Op(body=SIGN_UP, also=(409,)),
    "POST /v1/creators/session": Op(
        body={"handle": "nobody.here", "password": "wrong"}, also=(401, 429, 503)
    ),
    "POST /v1/creators/session/recovery": Op(
        body={"handle": "nobody.here", "code": "0" * 16, "password": "a few plain words"},
        also=(401, 429, 503),
    ),
    "POST /v1/creators/session/passkey/options": Op(also=(409,)),
    "POST /v1/creators/session/passkey": Op(body={"credential": {}}, also=(400, 409)),
    "DELETE /v1/creators/session": Op(done=False),
    "GET /v1/creators/me": Op(),
    "PATCH /v1/creators/me": Op(body={"about": "I film rain"}),
    "DELETE /v1/creators/me": Op(done=False),
    "POST /v1/creators/me/export": Op(),
    "POST /v1/creators/me/viewer": Op(body={}),
    "PUT /v1/creators/me/password": Op(
        body={"password": "wrong", "new": "a few plain words"}, also=(403, 429, 503)
    ),
    "POST /v1/creators/me/recovery-codes": Op(body={"password": "wrong"}, also=(403, 429, 503)),
    "GET /v1/creators/me/sessions": Op(),
    "DELETE /v1/creators/me/sessions/{session}": Op(
        "/v1/creators/me/sessions/{session}", of="creator"
    ),
    "GET /v1/creators/me/passkeys": Op(),
    "POST /v1/creators/me/passkeys/options": Op(also=(409,)),
    "POST /v1/creators/me/passkeys": Op(body={"credential": {}}, also=(400, 409)),
    "DELETE /v1/creators/me/passkeys/{passkey}": Op(
        "/v1/creators/me/passkeys/{nothing}", also=(404,)
    ),
    "GET /v1/creators/me/follow-requests": Op(),
    "PUT /v1/creators/me/follow-requests/{handle}": Op(
        "/v1/creators/me/follow-requests/minor", of="creator", also=(404,)
    ),
    "DELETE /v1/creators/me/follow-requests/{handle}": Op(
        "/v1/creators/me/follow-requests/minor", also=(404,)
    ),
    "GET /v1/creators/me/comment-rules": Op(),
    "PUT /v1/creators/me/comment-rules": Op(body={"comments": "everyone", "words": []}),
    "GET /v1/creators/me/notifications": Op(),
    "GET /v1/creators/me/notifications/unread": Op(),
    "POST /v1/creators/me/notifications/read": Op(body={"up_to": "1-1"}, also=(400,)),
    "GET /v1/creators/me/notification-settings": Op(),
    "PUT /v1/creators/me/notification-settings": Op(body={}),
    "GET /v1/creators/me/push": Op(),
    "POST /v1/creators/me/push": Op(body={}, also=(400, 409, 503)),
    "DELETE /v1/creators/me/push/{browser}": Op(
        "/v1/creators/me/push/{nothing}", also=(404,)
    ),
    "GET /v1/creators/me/standing": Op(),
    "POST /v1/creators/me/appeals": Op(
        body={"kind": "strike", "id": "1", "text": "I did not"}, also=(400, 404, 409)
    ),
    "GET /v1/creators/me/videos": Op(),
    "GET /v1/creators/me/videos/{video_id}": Op("/v1/creators/me/videos/{video}", of="creator"),
    "PATCH /v1/creators/me/videos/{video_id}": Op(
        "/v1/creators/me/videos/{video}", {"duet": False}, of="creator"
    ),
    "POST /v1/creators/me/videos/changes": Op(
        body={"ids": ["nothing"], "changes": {"duet": False}}
    ),
    "GET /v1/creators/me/videos/{video_id}/files/{name}": Op(
        "/v1/creators/me/videos/{video}/files/240.mp4", of="creator", also=(404,)
    ),
    "DELETE /v1/creators/me/videos/{video_id}": Op("/v1/creators/me/videos/{old}", of="creator"),
    "POST /v1/creators/me/videos/{video_id}/appeal": Op(
        "/v1/creators/me/videos/{video}/appeal", {"text": "It is mine"}, of="creator", also=(409,)
    ),
    "PUT /v1/creators/me/videos/{video_id}/audience": Op(
        "/v1/creators/me/videos/{video}/audience", {"audience": "everyone"}, of="creator"
    ),
    "GET /v1/creators/me/videos/{video_id}/figures": Op(
        "/v1/creators/me/videos/{video}/figures", of="creator"
    ),
    "GET /v1/creators/me/figures": Op(),
    "OPTIONS /v1/uploads": Op(),
    "POST /v1/uploads": Op(headers=TUS, also=(400,)),
    "HEAD /v1/uploads/{upload}": Op("/v1/uploads/{upload}", of="creator", headers=TUS),
    "PATCH /v1/uploads/{upload}": Op(
        "/v1/uploads/{upload}", of="creator", content=b"x",
        headers=TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"},
    ),
    "DELETE /v1/uploads/{upload}": Op("/v1/uploads/{upload}", of="creator", headers=TUS),
    "POST /v1/videos": Op(content=b"", also=(400, 415)),
}  # fmt: skip


class Town:
    """People of every kind, and things of theirs."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak, s = jhalak, jhalak.services
        jhalak.put([make_item("card", summary="Something to read"), make_item("other")])
        self.asha, self.bina = Person(jhalak, "asha"), Person(jhalak, "bina")
        self.blocked, self.minor = Person(jhalak, "blocked"), Person(jhalak, "minor", "13-17")
        viewers = {"viewer": jhalak.phone("en"), "other viewer": jhalak.phone("en")}
        self.things = {
            "card": "card", "nothing": "nothing", "topic": "food", "set": "0a" * 16,
            "video": self.asha.publish("rain"), "old": self.asha.publish("oldrain"),
            "session": self._session(), "upload": self._upload(), "sent": self._sent(),
        }  # fmt: skip
        heard = self.asha.publish("song", heard=song(1), sound=True)
        video = jhalak.services.videos.find(heard)
        self.things["sound"] = video.sound if video else ""
        for name in ("series", "oldseries", "playlist", "oldplaylist"):
            kind = name.removeprefix("old")
            body = {"title": "Rain"} | ({"language": "en"} if kind == "series" else {})
            path = "/v1/creators/me/" + ("series" if kind == "series" else "playlists")
            made = self.asha.signed("POST", path, json=body)
            assert made.status_code == 201, made.text
            self.things[name] = made.json()["id"]
        for name in ("comment", "spare"):
            path = f"/v1/videos/{self.things['video']}/comments"
            said = self.asha.signed("POST", path, json={"text": f"My {name} of the day"})
            assert said.status_code == 201, said.text
            self.things[name] = said.json()["id"]
        phone = viewers["viewer"]
        shown = phone.edition()["cards"][0]
        event = phone.event(shown)
        phone.send(event)
        jhalak.settle()
        self.things |= {"event": event["id"], "slot": shown["slot"]}
        assert self.asha.put("blocks", "@blocked").status_code == 200
        session = self._console("moderator")
        admin = f"jho_{secrets.token_urlsafe(32)}"
        s.operators.add("admin", token_hash(admin), NOW_MS)
        self.people = people = {
            "creator": self.asha, "other creator": self.bina, "blocked": self.blocked,
            "minor": self.minor,
        }  # fmt: skip
        self.tokens: dict[str, dict[str, str]] = {"none": {}}
        self.tokens |= {name: {"viewer": phone.token} for name, phone in viewers.items()}
        self.tokens |= {
            name: {"viewer": one.phone.token, "creator": one.session}
            for name, one in people.items()
        }
        self.tokens |= {
            "moderator": {"console": session}, "admin": {"operator": admin},
            "publisher": {"publisher": self.key},
        }  # fmt: skip

    def _session(self) -> str:
        """Another session of Asha's."""
        s, secret = self.jhalak.services, secrets.token_urlsafe(32)
        s.creator_sessions.open(
            token_hash(secret), self.asha.account.num, NOW_MS, NOW_MS + 9_000_000_000, "phone", ""
        )
        told = self.asha.signed("GET", "/v1/creators/me/sessions").json()["sessions"]
        return next(one["id"] for one in told if not one["this"])

    def _upload(self) -> str:
        said = "language ZW4=,ai bm8=,sensitive bm8=,rights b3du"
        headers = TUS | {"upload-length": "5", "upload-metadata": said}
        answer = self.asha.signed("POST", "/v1/uploads", headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"].rpartition("/")[2])

    def _sent(self) -> str:
        self.key = f"jhp_{secrets.token_urlsafe(32)}"
        self.jhalak.services.publishers.add("Daily", token_hash(self.key), "reviewed", NOW_MS)
        item = ITEMS["items"][0] | {"id": "p1"}
        answer = self.jhalak.ask("POST", "/v1/publisher/items", self.key, json={"items": [item]})
        assert answer.status_code == 202, answer.text
        return "p1"

    def _console(self, name: str) -> str:
        """A session of the console: what it may do there, tests/api/console/test_roles.py asks."""
        s, secret = self.jhalak.services, secrets.token_urlsafe(32)
        s.accounts.add(name, "moderator", hashed("a few plain words"), NOW_MS)
        s.sessions.open(token_hash(secret), name, "this machine", NOW_MS, NOW_MS + 9_000_000)
        return secret

    def ask(self, method: str, op: Op, path: str, token: str) -> int:
        where = re.sub(r"{(\w+)}", lambda found: self.things[found[1]], op.path or path)
        more: dict[str, Any] = {"headers": op.headers} if op.headers else {}
        if op.body is not None:
            more["json"] = op.body
        elif op.content is not None:
            more["content"] = op.content
        self.jhalak.client.cookies.clear()  # whoever signed up before is not who asks
        return self.jhalak.ask(method, where, token, **more).status_code

    def token_of(self, who: str, credential: str) -> str:
        """Theirs of this kind; else any of theirs, with which they should be refused."""
        person = self.people.get(who)
        if person is not None and credential == "viewer":
            # Ending a session ends its viewer's tokens: this device asks for a new one.
            s, viewer = self.jhalak.services, person.account.viewer
            stored = s.viewers.get(viewer)
            return s.viewer_tokens.mint(viewer, stored.epoch, ("en",)) if stored else ""
        tokens = self.tokens[who]
        return tokens.get(credential) or next(iter(tokens.values()), "")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    jhalak = Jhalak(tmp_path_factory.mktemp("town") / "data")
    yield Town(jhalak)
    jhalak.end()


@pytest.fixture(scope="module")
def document(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = town.jhalak.ask("GET", "/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[str, str]:
    """`METHOD PATH` to the credential that it takes; "": none."""
    return {
        f"{method.upper()} {path}": next(
            (name for one in operation.get("security", ()) for name in one), ""
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_every_operation_is_in_the_matrix_and_no_other(document: dict[str, Any]) -> None:
    assert set(OPS) == set(operations(document))


def test_everybody_may_do_what_is_theirs_and_nothing_else(
    town: Town, document: dict[str, Any]
) -> None:
    """The owner asks last: what ends with it is still there for the others to be refused."""
    wrong, asked = [], 0
    for name, credential in operations(document).items():
        op, (method, path) = OPS[name], name.split(" ")
        for who in sorted(WHO, key=lambda one: one == op.of):
            fits = not credential or credential in town.tokens[who]
            token = town.token_of(who, credential)
            if fits and credential and not op.done:
                continue
            status, asked = town.ask(method, op, path, token if credential else ""), asked + 1
            if not as_it_should(op, who, status, fits=fits, free=not credential):
                wrong.append((name, who, status))
    assert wrong == []
    assert asked > 700


def as_it_should(op: Op, who: str, status: int, *, fits: bool, free: bool) -> bool:
    may: Callable[[int], bool] = lambda answer: answer < 400 or answer in op.also  # noqa: E731
    if free:
        return may(status)
    if not fits:
        return status == 401
    if (op.of and who != op.of) or who in op.hidden:
        return status == op.foreign
    return may(status)
