"""The OpenAPI document: what the framework knows, and the hot routes that it does not decode."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from jhalak.api.collections.shapes import PartOut
from jhalak.api.creators.described import FORM, upload_paths
from jhalak.api.events import EventsIn, EventsOut


class Art(msgspec.Struct):
    """Drawn art: the same for the same seed."""

    topic: str
    seed: str


class VariantOut(msgspec.Struct):
    """One size of a picture."""

    src: str
    width: int
    height: int
    bytes: int
    """0: it is made when it is first asked for."""


class Picture(msgspec.Struct):
    """What is shown full-bleed: a picture where there are variants, else drawn art."""

    art: Art
    variants: list[VariantOut] = []
    whole: bool = False
    """It stands uncropped, over a ground of the first two colours."""
    placeholder: str = ""
    """ThumbHash in base 64."""
    colours: list[str] = []
    scrim: list[float] = []
    """Opacities of ink behind words, in four bands from above."""
    alt: str = ""


class Poster(Picture):
    """What stands for a video before it plays."""

    src: str | None = None
    """Of a creator's video: the picture, relative to the item's `at`; else as `variants` say."""
    width: int | None = None
    """The video's shape, with height."""
    height: int | None = None


class CardOut(msgspec.Struct):
    """A card; with `ref` true only slot, item and times: the device holds the rest."""

    slot: str
    item: str
    show_from: str
    show_until: str
    ref: bool = False
    why: str = ""
    story: str = ""
    headline: str = ""
    summary: str = ""
    language: str = ""
    topic: str = ""
    publisher: str | None = None
    image: Picture | None = None
    url: str | None = None


class EditionOut(msgspec.Struct):
    edition: str
    valid_from: str
    valid_until: str
    level: str
    cards: list[CardOut]
    recalled: list[str]
    recalls_since: int
    picture_bytes: int
    bytes: int


class RenditionOut(msgspec.Struct):
    src: str
    """Of a creator's video relative to the item's `at`."""
    height: int
    width: int | None
    bitrate: int
    head_bytes: int | None
    """Bytes that hold the first two seconds, where known."""
    type: str


class MadeWithOut(msgspec.Struct):
    """The video that one was made with, as it was then: it may be gone by now, or hidden from the
    viewer (GET /v1/videos/{video} tells)."""

    kind: str
    """`duet`, `stitch` or `sound`."""
    video: str
    handle: str
    title: str


class VideoOut(msgspec.Struct):
    slot: str
    why: str
    item: str
    title: str
    language: str
    topic: str
    creator: str | None
    duration_s: float | None
    poster: Poster
    renditions: list[RenditionOut]
    at: str | None
    """Where a creator's files lie, with a slash at its end; null for other items."""
    placeholder: str | None
    """ThumbHash in base 64."""
    labels: list[str]
    """What viewers are told: `ai`, `sensitive`."""
    of: MadeWithOut | None = None
    """What a creator's video was made with."""
    series: PartOut | None = None
    """Which part of which series it is; absent of all others."""
    resume_ms: int | None = None
    """Where the viewer left it; absent where they did not."""


class PageOut(msgspec.Struct):
    slate: str
    level: str
    items: list[VideoOut]


class Problem(msgspec.Struct):
    """What was wrong."""

    error: str
    """A stable code."""
    detail: str


_REF: Final = "#/components/schemas/{name}"
_HOT: Final = (EventsIn, EventsOut, EditionOut, PageOut, Problem)


def _answer(name: str, text: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name=name)}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _number(name: str, low: int, high: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": low, "maximum": high, "default": default}
    return {"name": name, "in": "query", "required": False, "schema": schema}


_OF: Final = {
    "name": "of", "in": "query", "required": False,
    "schema": {"type": "string", "enum": ["you", "following"], "default": "you"},
}  # fmt: skip
_CHANNEL: Final = {
    "name": "channel", "in": "query", "required": False,
    "schema": {"type": "string", "pattern": "^([a-z0-9-]{1,32})?$"},
    "description": "only what is in this channel",
}  # fmt: skip
_START: Final = {
    "name": "start", "in": "query", "required": False, "schema": {"type": "string"},
    "description": "a video that comes first, whatever the viewer saw before",
}  # fmt: skip
_PROBLEMS: Final = {
    "400": _answer("Problem", "The request is not of this shape"),
    "401": _answer("Problem", "No viewer token, or not a valid one"),
    "421": _answer("Problem", "The token belongs to another cell"),
}


def _hot_paths() -> dict[str, Any]:
    edition = {
        "tags": ["feeds"],
        "operationId": "GetEdition",
        "summary": "An edition for the lock screen",
        "parameters": [
            _number("slots", 6, 48, 24),
            {
                "name": "have", "in": "query", "required": False,
                "schema": {"type": "string", "pattern": "^([0-7][0-9a-hjkmnp-tv-z]{12})?$"},
                "description": "the edition that the device holds",
            },
        ],
        "responses": {
            "200": _answer("EditionOut", "A new edition, signed in Jhalak-Signature"),
            "304": {"description": "The edition that the device holds is still good"},
            **_PROBLEMS,
        },
    }  # fmt: skip
    page = {
        "tags": ["feeds"],
        "operationId": "GetVideoFeed",
        "summary": "A page of the video feed",
        "parameters": [_number("limit", 1, 50, 12), _OF, _CHANNEL, _START],
        "responses": {
            "200": _answer("PageOut", "A slate"),
            "404": _answer("Problem", "There is no such channel or video"),
            **_PROBLEMS,
        },
    }
    events = {
        "tags": ["events"],
        "operationId": "PostEvents",
        "summary": "A batch of events; on disk before the answer",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(name="EventsIn")}}},
        },
        "responses": {
            "202": _answer("EventsOut", "What became of each event"),
            **_PROBLEMS,
            "413": _answer("Problem", "The body is too large"),
            "503": _answer("Problem", "Try again after Retry-After"),
            "507": _answer("Problem", "The disk is full; nothing was taken"),
        },
    }
    file = {
        "tags": ["feeds"],
        "operationId": "GetVideoFile",
        "summary": "A file of a creator's video, whole or a byte range of it",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in ("set", "signed", "name")
        ],
        "responses": {
            "200": {"description": "The file"},
            "206": {"description": "The bytes that Range names"},
            "302": {"description": "It lies in a bucket, there"},
            "304": {"description": "The file at hand is still good"},
            "404": _answer("Problem", "No video that may be seen has this file"),
            "416": {"description": "The file has no such bytes"},
            "503": _answer("Problem", "Try again after Retry-After"),
        },
    }
    return {
        "/video/{set}/{signed}/{name}": {"get": file},
        "/v1/lockscreen/edition": {"get": edition},
        "/v1/video/feed": {"get": page},
        "/v1/events": {"post": events},
    }


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with the hot routes, the errors and the tokens added."""
    _, components = msgspec.json.schema_components(_HOT, ref_template=_REF)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(components)
    document["components"]["securitySchemes"] = {
        "viewer": {"type": "http", "scheme": "bearer", "description": "of POST /v1/viewers"},
        "operator": {"type": "http", "scheme": "bearer", "description": "jhalak operator token"},
        "creator": {"type": "http", "scheme": "bearer", "description": "of POST /v1/creators"},
        "publisher": {"type": "http", "scheme": "bearer", "description": "jhalak publisher add"},
    }
    document["paths"].update(_hot_paths() | upload_paths())
    document["paths"]["/v1/videos"]["post"]["requestBody"] = FORM
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _secure(path, method, operation)
    return document


_CREATORS: Final = ("/v1/creators", "/v1/videos")
_CREATORS_BELOW: Final = ("/v1/creators/", "/v1/uploads")
_READ_BY_VIEWERS: Final = ("/v1/videos/", "/v1/comments/", "/v1/sounds/")
"""Anyone reads what stands there; who writes has an account."""
_VIEWERS: Final = (
    "/v1/me", "/v1/lockscreen", "/v1/video", "/v1/events", "/v1/comments", "/v1/reports",
    "/v1/search", "/v1/channels", "/v1/sounds", "/v1/people", "/v1/series", "/v1/playlists",
)  # fmt: skip
_FREE: Final = (
    ("options", "/v1/uploads"), ("post", "/v1/creators"), ("post", "/v1/creators/session"),
    ("post", "/v1/creators/session/recovery"), ("post", "/v1/creators/session/passkey/options"),
    ("post", "/v1/creators/session/passkey"),
)  # fmt: skip


def _secure_creator(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    answers.setdefault("401", _answer("Problem", "Nobody is signed in, or not with this password"))
    answers.setdefault("403", _answer("Problem", "Another site's page asks, or who is suspended"))
    answers.setdefault("404", _answer("Problem", "You have no such thing"))
    answers.setdefault("409", _answer("Problem", "Not in the state that it is in"))
    answers.setdefault("410", _answer("Problem", "It is over"))
    answers.setdefault("415", _answer("Problem", "It is no video"))
    answers.setdefault("421", _answer("Problem", "The token belongs to another cell"))
    answers.setdefault("429", _answer("Problem", "Too much, or too often"))
    answers.setdefault("503", _answer("Problem", "Try again after Retry-After"))
    if (method, path) not in _FREE:
        operation["security"] = [{"creator": []}]


def _secure(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation.setdefault("responses", {})
    answers["400"] = _answer("Problem", "The request is not of this shape")
    answers.get("204", {}).pop("content", None)
    written = path.startswith(_READ_BY_VIEWERS) and method != "get"
    if path in _CREATORS or path.startswith(_CREATORS_BELOW) or written:
        _secure_creator(path, method, operation)
    elif path.startswith(_VIEWERS) and path != "/v1/channels/offered":
        operation["security"] = [{"viewer": []}]
        answers.setdefault("401", _answer("Problem", "No viewer token, or not a valid one"))
        answers.setdefault("404", _answer("Problem", "There is no such thing"))
        answers.setdefault("421", _answer("Problem", "The token belongs to another cell"))
        answers.setdefault("503", _answer("Problem", "Try again after Retry-After"))
        if method in ("put", "delete") or path == "/v1/reports":
            answers.setdefault("409", _answer("Problem", "Not in the state that it is in"))
            answers.setdefault("429", _answer("Problem", "Too much, or too often"))
    elif path.startswith("/media"):
        answers.setdefault("404", _answer("Problem", "No item that may be shown has this file"))
        answers.setdefault("503", _answer("Problem", "It is being made; try again"))
    elif path.startswith("/v1/reader"):
        answers.setdefault("404", _answer("Problem", "There is no such item that is shown"))
        answers.setdefault("410", _answer("Problem", "The item was recalled"))
    elif path.startswith("/v1/ops"):
        operation["security"] = [{"operator": []}]
        answers.setdefault("401", _answer("Problem", "This needs an operator token"))
    elif path.startswith("/v1/publisher"):
        operation["security"] = [{"publisher": []}]
        answers.setdefault("401", _answer("Problem", "This needs a publisher's key"))
        answers.setdefault("404", _answer("Problem", "You sent no such item"))
    elif path.startswith("/v1/websub"):
        answers.setdefault("404", _answer("Problem", "We did not ask for this"))
        answers.setdefault("410", _answer("Problem", "We did not subscribe, or not any more"))
    elif path.startswith("/v1/items"):
        answers.setdefault("404", _answer("Problem", "There is no such item"))
        if method == "delete":
            operation["security"] = [{"operator": []}]
            answers.setdefault("401", _answer("Problem", "This needs an operator token"))
        else:
            answers.setdefault("410", _answer("Problem", "The item was recalled"))
    if method in ("post", "put", "delete"):
        answers.setdefault("413", _answer("Problem", "The body is too large"))
        answers.setdefault("503", _answer("Problem", "Try again after Retry-After"))
        answers.setdefault("507", _answer("Problem", "The disk is full; nothing was taken"))
