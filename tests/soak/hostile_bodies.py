"""Bodies and events that are wrong, on every route that takes some."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

from tests.soak.hostile import BAD, FINE, TAKEN, Request, Seeds, build


def _bodies(s: Seeds) -> Iterator[Request]:
    """Bodies of POST /v1/events and of the routes that the framework decodes."""
    bodies: dict[str, bytes] = {
        "empty": b"", "blank": b"   ", "null": b"null", "list": b"[]", "number": b"42",
        "text": b'"x"', "true": b"true", "truncated": b'{"events": [', "half a key": b'{"eve',
        "no quotes": b"{events: []}", "single quotes": b"{'events': []}",
        "trailing comma": b'{"events": [],}', "trailing garbage": b'{"events": []} x',
        "two documents": b"{}{}", "comment": b'{"events": [] /* none */}',
        "bad utf-8": b'{"events": "\xff\xfe"}', "overlong utf-8": b'{"events": "\xc0\xaf"}',
        "utf-8 surrogate": b'{"events": "\xed\xa0\x80"}', "raw NUL": b'{"events": "\x00"}',
        "lone surrogate": b'{"events": "\\ud800"}', "NUL escape as key": b'{"\\u0000": 1}',
        "byte-order mark": b'\xef\xbb\xbf{"events": []}',
        "utf-16": '{"events": []}'.encode("utf-16"), "utf-32": '{"events": []}'.encode("utf-32"),
        "NaN": b'{"events": NaN}', "Infinity": b'{"events": -Infinity}',
        "1e999": b'{"events": 1e999}', "10,000 digits": b'{"events": ' + b"9" * 10_000 + b"}",
        "deep lists": b"[" * 100_000, "deep objects": b'{"events":' * 20_000,
        "deep and closed": b'{"events":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        "unknown field": b'{"events": [], "languages": ["en"], "more": 1}',
        "wrong case": b'{"Events": [], "Languages": []}', "text for a list": b'{"events": "x"}',
        "object for a list": b'{"events": {}, "languages": {}}', "null fields": b'{"events": null}',
        "300 KB": b'{"events": "' + b"x" * 300_000 + b'"}', "msgpack": b"\x81\xa6events\x90",
        "gzip": gzip.compress(b'{"events": []}'), "xml": b"<events/>",
        "long key": b'{"' + b"k" * 200_000 + b'": 1}',
    }  # fmt: skip
    for name, body in bodies.items():
        size = frozenset({400, 413})
        raw = build("POST", "/v1/events", body, token=s.viewer)
        yield Request(f"events body {name}", raw, size)
        for method, target in (("POST", "/v1/viewers"), ("PUT", "/v1/me/preferences")):
            raw = build(method, target, body, token=s.viewer)
            yield Request(f"{target} body {name}", raw, size)
    for name, languages in {
        "no languages": [], "unknown language": ["xx"], "language NUL": ["e\0"],
        "language number": [1], "language null": [None], "fourteen languages": ["en"] * 14,
        "long language": ["e" * 100_000], "language list": [["en"]],
    }.items():  # fmt: skip
        body = json.dumps({"languages": languages}).encode()
        yield Request(f"viewers {name}", build("POST", "/v1/viewers", body), BAD)
    mores: dict[str, dict[str, Any]] = {
        "age": {"age_band": "12"}, "age number": {"age_band": 12}, "age list": {"age_band": []},
        "id": {"id": 1}, "budget": {"data_budget_bytes": 100_000},
    }  # fmt: skip
    for name, more in mores.items():
        body = json.dumps({"languages": ["en"], **more}).encode()
        yield Request(f"viewers bad {name}", build("POST", "/v1/viewers", body), BAD)
    for name, budget in {
        "negative": -1, "zero": 0, "too large": 10**9, "huge": 10**400, "float": 1e6 + 0.5,
        "true": True,
    }.items():  # fmt: skip
        body = json.dumps({"languages": ["en"], "data_budget_bytes": budget}).encode()
        raw = build("PUT", "/v1/me/preferences", body, token=s.viewer)
        yield Request(f"budget {name}", raw, BAD)
    for name, consents in {
        "none": [], "unknown purpose": [{"purpose": "all", "granted": True}],
        "purpose NUL": [{"purpose": "\0", "granted": True}],
        "granted text": [{"purpose": "measurement", "granted": "yes"}],
        "seventeen": [{"purpose": "measurement", "granted": True}] * 17,
        "long purpose": [{"purpose": "p" * 65, "granted": True}],
    }.items():  # fmt: skip
        body = json.dumps({"consents": consents}).encode()
        raw = build("PUT", "/v1/me/consents", body, token=s.viewer)
        yield Request(f"consents {name}", raw, BAD)


def _events(s: Seeds) -> Iterator[Request]:
    """Batches of the right shape whose events are wrong, and wrong shapes of one event."""
    good: dict[str, Any] = {
        "id": "hostile", "slot": s.slot, "type": "impression", "at": "2026-11-23T18:47:00Z",
    }  # fmt: skip

    def batch(*events: dict[str, Any]) -> bytes:
        body = json.dumps({"events": list(events)}).encode()
        return build("POST", "/v1/events", body, token=s.viewer)

    wrong: dict[str, dict[str, Any]] = {
        "type unknown": {"type": "look"}, "type empty": {"type": ""},
        "type case": {"type": "Impression"}, "type NUL": {"type": "tap\0"},
        "slot empty": {"slot": ""}, "slot short": {"slot": "x"}, "slot NUL": {"slot": "\0" * 64},
        "slot not base 64": {"slot": "!" * 64}, "slot unicode": {"slot": "\u0968" * 64},
        "slot flipped": {"slot": ("B" if s.slot[0] == "A" else "A") + s.slot[1:]},
        "slot end flipped": {"slot": s.slot[:-1] + ("B" if s.slot[-1] == "A" else "A")},
        "slot in standard base 64": {"slot": "+/" * 32}, "slot of zeros": {"slot": "A" * 64},
        "slot of another viewer": {"slot": s.other_slot}, "slot expired": {"slot": s.expired_slot},
        "slot is a viewer token": {"slot": s.viewer}, "slot with padding": {"slot": s.slot + "="},
        "dwell without": {"type": "dwell"}, "dwell negative": {"type": "dwell", "value": -1},
        "dwell text": {"type": "dwell", "value": "5"}, "play 2^63": {"type": "play",
        "value": 2**63},
        "play days": {"type": "play", "value": 86_400_001},
        "play 1e308": {"type": "play", "value": 1e308},
        "report number": {"type": "report", "value": 3},
        "report unknown": {"type": "report", "value": "boring"},
        "report nothing": {"type": "report"}, "undo nothing": {"type": "undo"},
        "undo empty": {"type": "undo", "value": ""}, "undo number": {"type": "undo", "value": 1},
        "tap with text": {"type": "tap", "value": "x"}, "at empty": {"at": ""},
        "at a date": {"at": "2026-11-23"}, "at without zone": {"at": "2026-11-23T18:47:00"},
        "at a number": {"at": "1795463932"}, "at month 13": {"at": "2026-13-01T00:00:00Z"},
        "at hour 25": {"at": "2026-11-23T25:00:00Z"}, "at NUL": {"at": "2026-11-23T18:47:00Z\0"},
        "at in Devanagari": {"at": "\u0968\u0966\u0968\u096c-11-23T18:47:00Z"},
        "at year 10000": {"at": "10000-01-01T00:00:00Z"}, "at blank": {"at": " " * 30},
        "at a week date": {"at": "2026-W48-1T18:47:00Z"},
        "at basic form": {"at": "20261123T184700.000Z"},
        "at zone of 99 h": {"at": "2026-11-23T18:47:00+99:00"},
        "ranges on tap": {"type": "tap", "ranges": [[0, 1]]},
        "ranges reversed": {"type": "play", "value": 1, "ranges": [[5, 1]]},
        "ranges negative": {"type": "play", "value": 1, "ranges": [[-5, 1]]},
        "ranges seventeen": {"type": "play", "value": 1, "ranges": [[0, 1]] * 17},
        "ranges huge": {"type": "play", "value": 1, "ranges": [[0, 2**64]]},
    }  # fmt: skip
    for number, (name, change) in enumerate(wrong.items()):
        event = {**good, "id": f"wrong-{number}", **change}
        yield Request(f"event {name}", batch(event), TAKEN, rejects=True)
    shapes: dict[str, dict[str, Any]] = {
        "id empty": {"id": ""}, "id 65": {"id": "x" * 65}, "id number": {"id": 1},
        "id 200 KB": {"id": "x" * 200_000}, "id null": {"id": None}, "id list": {"id": ["x"]},
        "slot 257": {"slot": "A" * 257}, "slot null": {"slot": None}, "type null": {"type": None},
        "type long": {"type": "x" * 33}, "at number": {"at": 1}, "at long": {"at": "2" * 41},
        "value list": {"value": []}, "value object": {"value": {}}, "value true": {"value": True},
        "value long": {"type": "undo", "value": "x" * 65}, "ranges text": {"ranges": "0-1"},
        "ranges flat": {"ranges": [0, 1]}, "ranges triple": {"ranges": [[0, 1, 2]]},
        "ranges floats": {"ranges": [[0.5, 1]]},         "unknown field": {"viewer": 1},
    }  # fmt: skip
    for name, change in shapes.items():
        # The batch is refused, or the event alone: either way nothing of it is kept.
        raw = batch({**good, **change})
        yield Request(f"event shape {name}", raw, BAD | TAKEN, rejects=True)
    without = {key: value for key, value in good.items() if key != "at"}
    yield Request("event shape no at", batch(without), BAD)
    yield Request("501 events", batch(*[{**good, "id": f"n{n}"} for n in range(501)]), BAD)
    raw = build(
        "POST", "/v1/events", b'{"events": [{"id": "\\udc00", "slot": "x"}]}', token=s.viewer
    )
    yield Request("event id is half a surrogate pair", raw, BAD)
    raw = build(
        "POST", "/v1/events", b'{"events": [], "events": [{"id": 1}]}', token=s.viewer
    )  # fmt: skip
    yield Request("duplicate keys, the last one bad", raw, BAD)


def _types(s: Seeds) -> Iterator[Request]:
    """Content types that do not fit: the body is JSON or it is refused."""
    either = frozenset({201, 400, 415})
    body = b'{"languages": ["en"]}'
    for value in (
        "text/plain", "application/xml", "application/json; charset=utf-16", "////", "",
        "application/json\t;;;=;", "a" * 10_000, "*/*",
    ):  # fmt: skip
        raw = build("POST", "/v1/viewers", body, f"Content-Type: {value}")
        yield Request(f"content type {value[:40]!r}", raw, either)
    form = b"languages=en"
    for value in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        raw = build("POST", "/v1/viewers", form, f"Content-Type: {value}")
        yield Request(f"content type {value}", raw, frozenset({400, 415}))
    raw = build("POST", "/v1/viewers", gzip.compress(body), "Content-Encoding: gzip")
    yield Request("content encoding gzip", raw, frozenset({400, 415}))
    raw = build("GET", "/v1/topics", None, "Accept: application/x-nothing")
    yield Request("accept nothing we have", raw, frozenset({200, 406}))
    raw = build("GET", "/v1/topics", None, "Accept: " + "a/b," * 5000)
    yield Request("accept much", raw, frozenset({200, 400, 431}), http=False)
    raw = build("GET", "/v1/video/feed", b'{"limit": 99}', token=s.viewer)
    yield Request("a body on GET", raw, FINE)


def requests(s: Seeds) -> list[Request]:
    """All of this file."""
    return [*_bodies(s), *_events(s), *_types(s)]
