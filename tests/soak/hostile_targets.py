"""Methods, paths, queries and tokens that are wrong."""

from __future__ import annotations

from collections.abc import Iterator

from tests.soak.hostile import (
    ANY_4XX,
    BAD,
    FINE,
    NO_TOKEN,
    NOT_FOUND_OR_BAD,
    Request,
    Seeds,
    build,
    flip,
)


def _methods(s: Seeds) -> Iterator[Request]:
    for method, target in (
        ("GET", "/v1/events"), ("PUT", "/v1/events"), ("DELETE", "/v1/events"),
        ("POST", "/v1/lockscreen/edition"), ("PATCH", "/v1/video/feed"), ("GET", "/v1/viewers"),
        ("POST", "/v1/me/preferences"), ("DELETE", "/v1/me/consents"), ("GET", "/v1/me/export"),
        ("POST", f"/v1/items/{s.item}"), ("PUT", "/v1/recalls"), ("DELETE", "/healthz"),
        ("POST", "/metrics"), ("TRACE", "/v1/topics"), ("GET", "/v1/me"),
        ("POST", f"/v1/me/likes/item/{s.item}"), ("PUT", "/openapi.json"), ("POST", "/"),
        ("DELETE", "/index.html"), ("PROPFIND", "/v1/topics"),
    ):  # fmt: skip
        raw = build(method, target, b"{}", token=s.viewer)
        yield Request(f"method {method} {target}", raw, frozenset({404, 405}), http=method != "X")
    for method in ("FOO", "get", "G\u00cbT", "CONNECT", "", "GET GET"):
        yield Request(f"method {method!r}", build(method, "/v1/topics"), http=False)


def _paths(s: Seeds) -> Iterator[Request]:
    for path in (
        "/icons/../app.py", "/icons/../../config/settings.py", "/icons/%2e%2e/app.py",
        "/icons/..%2fapp.py", "/icons/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "/icons//etc/passwd",
        "/icons/....//....//app.py", "/icons/..%5c..%5capp.py", "/icons/%2e%2e%2f%2e%2e%2fapp.py",
        "/icons/%252e%252e%252fapp.py", "/icons/%c0%ae%c0%ae/app.py", "/icons/%00",
        "/index.html%00",
        "/icons/%00/../app.py", "/icons/" + "a" * 300, "/icons/" + "a/" * 3000, "/icons/nothing.js",
        "/icons/~root", "/icons/.", "/icons/..", "/icons/%ff%fe", "/icons/con", "/icons/INDEX.JS",
        "/..%2f..%2fetc%2fpasswd", "/%2e%2e/", "/v1/nothing", "/v1", "/v1/", "/V1/topics",
        "/v1/topics/..", "/.git/config", "/.env", "/admin",
        "/v1/me/likes", "/v1/me/likes/item", "/v1/me/loves/item/1", "/v1/me/likes/thing/1",
        "/v1/me/why/", "/v1/me/why/a/b", "/v1/lockscreen", "/schema",
        "/v1/video/feed/x",
    ):  # fmt: skip
        raw = build("GET", path, token=s.viewer)
        yield Request(f"path {path[:60]}", raw, frozenset({400, 404, 405}))
    for path in (
        "//", "/v1//topics", "//v1/topics", "/v1/me/interests/", "/v1/lockscreen/edition/",
        "/v1/lockscreen%2fedition", "/v1/%74opics",
    ):  # fmt: skip
        raw = build("GET", path, token=s.viewer)
        yield Request(f"another spelling {path}", raw, frozenset({200, 404}))
    for item in (
        "%00", "%ff", "nothing", "..%2f..", "%20", "%0d%0aX:y", "a" * 513, "%F0%9F%98%80" * 40,
        "..",
        "../../v1/topics", "%", "%zz", "%u0041", "'%20OR%201=1--", "%25%30%30", "a/b/c", "/",
        "a" * 60_000, ";", "*", "item-0%00", "%ED%A0%80",
    ):  # fmt: skip
        name = f"{item[:20]} {len(item)}"
        right = frozenset({400, 404, 414})
        yield Request(
            f"item {name}", build("GET", f"/v1/items/{item}"), right, http=len(item) < 5e4
        )
        raw = build("DELETE", f"/v1/items/{item}", token=s.operator)
        yield Request(f"recall {name}", raw, right | {405}, http=len(item) < 5e4)
        raw = build("PUT", f"/v1/me/hides/item/{item}", token=s.viewer)
        yield Request(f"hide {name}", raw, right, http=len(item) < 5e4)
    for verb, kind, target in (
        ("loves", "item", s.item), ("likes", "items", s.item), ("likes", "topic", "nothing"),
        ("follows", "creator", "%00"), ("blocks", "creator", "nobody"), ("%00", "item", s.item),
        ("likes", "%F0%9F%98%80", s.item), ("LIKES", "item", s.item),
    ):  # fmt: skip
        for method in ("PUT", "DELETE"):
            raw = build(method, f"/v1/me/{verb}/{kind}/{target}", token=s.viewer)
            yield Request(f"{method} {verb} {kind} {target}", raw, NOT_FOUND_OR_BAD)
    for topic in ("nothing", "%00", "SPORT", "1", "%ff", "a" * 5000):
        raw = build("DELETE", f"/v1/me/interests/{topic}", token=s.viewer)
        yield Request(f"forget {topic[:20]}", raw, NOT_FOUND_OR_BAD)
    for slot in (
        "x",
        "A" * 64,
        s.other_slot,
        s.expired_slot,
        "%00",
        "%ff" * 64,
        "a" * 5000,
        s.viewer,
    ):
        raw = build("GET", f"/v1/me/why/{slot}", token=s.viewer)
        yield Request(f"why {slot[:20]} {len(slot)}", raw, NOT_FOUND_OR_BAD)


def _queries(s: Seeds) -> Iterator[Request]:
    edition = "/v1/lockscreen/edition?"
    for query in (
        "slots=", "slots=abc", "slots=-1", "slots=0", "slots=5", "slots=49", "slots=24.0",
        "slots=1e1", "slots=999999999999999999999", "slots=0x18", "slots=+24",
        "slots=%E0%A5%A8%E0%A5%AA", "slots=%00", "slots=24%00", "slots=%ff", "slots=24&slots=24",
        "slots=24&slots=12", "SLOTS=24", "slots[]=24", "slot=24", "limit=12", "a=b", "=24",
        "have=x", "have=..%2f..%2f", "have=ZZZZZZZZZZZZZ", "have=zzzzzzzzzzzzz",
        "have=0000000000000%00", "have=%0d%0aSet-Cookie:a=b", "have=%E0%A5%A8", "have=" + "0" * 14,
        "have=" + "0" * 30_000, "&".join(f"p{n}=1" for n in range(3000)), "%=%&%%%",
    ):  # fmt: skip
        raw = build("GET", edition + query, token=s.viewer)
        yield Request(f"edition ?{query[:50]}", raw, frozenset({400, 414}))
    for query in ("", "&&&", "slots=024", "have=", "have=0000000000000", "slots=24;have=x"):
        raw = build("GET", edition + query, token=s.viewer)
        yield Request(f"edition harmless ?{query}", raw, frozenset({200, 400}))
    for target in (
        "/v1/video/feed?limit=0", "/v1/video/feed?limit=51", "/v1/video/feed?limit=%20",
        "/v1/video/feed?limit=null", "/v1/me/history?limit=0", "/v1/me/history?limit=501",
        "/v1/me/history?limit=x", "/v1/me/history?limit=9e9", "/v1/me/history?limit=" + "9" * 5000,
        "/v1/recalls?since=-1", "/v1/recalls?since=9223372036854775808", "/v1/recalls?since=x",
        "/v1/recalls?limit=0", "/v1/recalls?limit=NaN", "/v1/recalls?since=%00",
        "/v1/recalls?since=1&since=x",
        f"/v1/me/history?limit={'%F0%9F%98%80' * 20}",
    ):  # fmt: skip
        yield Request(f"query {target[:60]}", build("GET", target, token=s.viewer), BAD)
    put = f"/v1/me/likes/item/{s.item}?slot="
    for slot in ("x", "%00", s.other_slot, s.expired_slot, "A" * 257, "%0d%0a", "%ff"):
        raw = build("PUT", put + slot, token=s.viewer)
        yield Request(f"like with slot {slot[:20]} {len(slot)}", raw, BAD)
    raw = build("DELETE", f"/v1/items/{s.item}?reason={'r' * 501}", token=s.operator)
    yield Request("reason too long", raw, BAD)
    raw = build("GET", f"{edition}slots=24\r\nX: y", token=s.viewer)
    yield Request("a line break in the target", raw, ANY_4XX | FINE, http=False)


def _tokens(s: Seeds) -> Iterator[Request]:
    values: dict[str, bytes] = {
        "missing": b"", "only the word": b"Bearer", "no token": b"Bearer ",
        "lower case": b"bearer " + s.viewer.encode(), "basic": b"Basic YTpi",
        "two blanks": b"Bearer  " + s.viewer.encode(), "short": b"Bearer " + s.viewer[:-1].encode(),
        "long": b"Bearer " + s.viewer.encode() + b"A",
        "quoted": b'Bearer "' + s.viewer.encode() + b'"',
        "20 KB": b"Bearer " + b"A" * 20_000, "latin-1": b"Bearer " + b"\xe9" * 48,
        "unicode": b"Bearer " + "\u0968".encode() * 16,
        "not base 64": b"Bearer " + b"!" * 48,
        "zeros": b"Bearer " + b"A" * 48, "flipped": b"Bearer " + flip(s.viewer, 30).encode(),
        "another viewer's number": b"Bearer " + flip(s.viewer, 12).encode(),
        "another version": b"Bearer " + flip(s.viewer, 1).encode(),
        "a slot token": b"Bearer " + s.slot.encode(),
        "an operator's": b"Bearer " + s.operator.encode(),
        "erased": b"Bearer " + s.erased.encode(),
        "blank inside": b"Bearer " + b" ".join([b"A" * 23] * 2),
    }  # fmt: skip
    for name, value in values.items():
        for method, target in (
            ("GET", "/v1/video/feed"), ("GET", "/v1/me/preferences"), ("POST", "/v1/events"),
        ):  # fmt: skip
            head = [b"Authorization: " + value] if value else []
            body = b'{"events": []}' if method == "POST" else None
            raw = build(method, target, body, *head)
            yield Request(f"token {name} {target}", raw, NO_TOKEN)
    for method, target in (
        ("GET", "/v1/lockscreen/edition"),
        ("GET", "/v1/me/consents"),
        ("POST", "/v1/events"),
    ):
        body = b'{"events": []}' if method == "POST" else None
        raw = build(method, target, body, token=s.other_cell)
        yield Request(f"token of another cell {target}", raw, frozenset({421}))
    operator: dict[str, bytes] = {
        "missing": b"", "a viewer's": b"Bearer " + s.viewer.encode(), "short": b"Bearer jho_x",
        "20 KB": b"Bearer jho_" + b"A" * 20_000, "latin-1": b"Bearer jho_" + b"\xe9" * 43,
        "flipped": b"Bearer " + flip(s.operator, 20).encode(), "basic": b"Basic YTpi",
    }  # fmt: skip
    for name, value in operator.items():
        head = [b"Authorization: " + value] if value else []
        raw = build("DELETE", f"/v1/items/{s.item}", None, *head)
        yield Request(f"operator token {name}", raw, NO_TOKEN)
    raw = build("GET", "/v1/video/feed", None, f"Authorization: Bearer {s.viewer}", token=s.erased)
    yield Request("two tokens, the first dead", raw, frozenset({400, 401}))


def requests(s: Seeds) -> list[Request]:
    """All of this file."""
    return [*_methods(s), *_paths(s), *_queries(s), *_tokens(s)]
