"""Headers and framing that are wrong: bytes that are not quite HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.soak.hostile import ANY_4XX, BAD, FINE, Request, Seeds, build


def _headers(s: Seeds) -> Iterator[Request]:
    """Headers that carry what they should not."""
    for tag in (
        b'"',
        b"*",
        b'W/"x"',
        b'"' + b"0" * 13 + b'", "x"',
        b"\xff\xfe",
        b"x" * 20_000,
        b'"%00"',
    ):
        raw = build("GET", "/v1/lockscreen/edition", None, b"If-None-Match: " + tag, token=s.viewer)
        yield Request(f"if-none-match {tag[:20]!r} {len(tag)}", raw, FINE)
    plain = {
        "NUL in a header": b"X: a\x00b", "CR in a header": b"X: a\rSet-Cookie: b",
        "colon missing": b"X",
        "blank before the colon": b"X : y", "empty name": b": y", "folded": b"X: a\r\n b",
        "LF alone": b"X: a\nY: b", "name with NUL": b"X\x00: y", "name in latin-1": b"\xe9: y",
        "name with brackets": b"(X): y", "a million bytes": b"X: " + b"y" * 1_000_000,
        "twenty thousand headers": b"\r\n".join(b"X%d: y" % n for n in range(20_000)),
    }  # fmt: skip
    for name, line in plain.items():
        raw = build("GET", "/v1/topics", None, line)
        yield Request(f"header {name}", raw, ANY_4XX | FINE, http=False)
    for name, line in {
        "upgrade to websocket": (
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        ),
        "upgrade to h2c": (
            b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"
        ),
        "x-forwarded-for": b"X-Forwarded-For: ' OR 1=1", "range": b"Range: bytes=0-0,-1,5-2",
        "cookie": b"Cookie: " + b"a=b; " * 3000,
        "method override": b"X-HTTP-Method-Override: DELETE",
        "te trailers": b"TE: trailers, deflate;q=0.5", "absurd date": b"If-Modified-Since: never",
    }.items():  # fmt: skip
        raw = build("GET", "/v1/topics", None, line)
        yield Request(f"header {name}", raw, FINE | ANY_4XX, http=False)
    raw = build("GET", "/sw.js", None, "Range: bytes=999999999-")
    yield Request("range beyond the file", raw, frozenset({200, 400, 416}))
    raw = build("GET", "/sw.js", None, "If-None-Match: \xff", "If-Modified-Since: \xff")
    yield Request("conditional with garbage", raw, frozenset({200, 304, 400}), http=False)


def _framing(s: Seeds) -> Iterator[Request]:
    """Bytes that are not quite HTTP, and requests that never end."""
    post = (
        b"POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
        + s.viewer.encode()
        + b"\r\n"
    )
    good, chunked = b'{"events": []}', b"Transfer-Encoding: chunked\r\n"
    raws: dict[str, bytes] = {
        "nothing": b"", "a line break": b"\r\n\r\n", "garbage": bytes(range(256)) * 4,
        "tls": bytes.fromhex("16030100f8010000f40303") + b"\0" * 200,
        "http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http/0.9": b"GET /v1/topics\r\n",
        "http/9.9": b"GET /v1/topics HTTP/9.9\r\nHost: a\r\n\r\n",
        "no version": b"GET /v1/topics HTTP/\r\nHost: a\r\n\r\n",
        "smtp": b"EHLO a\r\nMAIL FROM:<a@b>\r\n", "half a request line": b"GET /v1/to",
        "headers never end": b"GET /v1/topics HTTP/1.1\r\nHost: a\r\nX: ",
        "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "authority": b"CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        "no slash": b"GET v1/topics HTTP/1.1\r\nHost: a\r\n\r\n",
        "blank in the target": b"GET /v1/top ics HTTP/1.1\r\nHost: a\r\n\r\n",
        "bytes in the target": b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        "target of 1 MB": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        "length negative": post + b"Content-Length: -1\r\n\r\n" + good,
        "length not a number": post + b"Content-Length: x\r\n\r\n" + good,
        "length in Devanagari": post + "Content-Length: \u0967\u096a\r\n\r\n".encode() + good,
        "length of 2^64": post + b"Content-Length: 18446744073709551616\r\n\r\n" + good,
        "length with sign": post + b"Content-Length: +14\r\n\r\n" + good,
        "two lengths": post + b"Content-Length: 14\r\nContent-Length: 3\r\n\r\n" + good,
        "length and chunked": (
            post + b"Content-Length: 3\r\n" + chunked + b"\r\ne\r\n" + good + b"\r\n0\r\n\r\n"
        ),
        "chunked twice": post + chunked + chunked + b"\r\n0\r\n\r\n",
        "unknown coding": post + b"Transfer-Encoding: zstd\r\n\r\n" + good,
        "bad chunk size": post + chunked + b"\r\nzz\r\n" + good,
        "negative chunk": post + chunked + b"\r\n-1\r\n" + good,
        "huge chunk": post + chunked + b"\r\nffffffffffffffff\r\n" + good,
        "chunk longer than said": post + chunked + b"\r\n2\r\n" + good + b"\r\n0\r\n\r\n",
    }  # fmt: skip
    for name, raw in raws.items():
        yield Request(f"framing {name}", raw, ANY_4XX | FINE, http=False)
    # The sender goes away before the end: nobody waits for an answer, nothing is taken.
    event = json.dumps(
        {"events": [{"id": "cut", "slot": s.slot, "type": "tap", "at": "2026-11-23T18:47:00Z"}]}
    ).encode()
    size = b"%x\r\n" % len(event)
    for name, raw in {
        "chunks without end": post + chunked + b"\r\n" + size + event + b"\r\n",
        "body cut": post + b"Content-Length: %d\r\n\r\n" % (len(event) + 1) + event,
        "body never": post + b"Content-Length: 14\r\n\r\n",
        "expect and go": post + b"Expect: 100-continue\r\nContent-Length: 14\r\n\r\n",
        "chunk cut": post + chunked + b"\r\n" + size + event[:-5],
    }.items():  # fmt: skip
        yield Request(f"gone {name}", raw, BAD, http=False)
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    raw = post + chunked + b"\r\n" + chunk * 64
    yield Request("2 MB in chunks", raw, frozenset({413}), http=False)
    raw = build("POST", "/v1/viewers", None, "Transfer-Encoding: chunked") + chunk * 64
    yield Request("2 MB in chunks to viewers", raw, frozenset({400, 413}), http=False)
    raw = post + b"Content-Length: 99999999\r\n\r\n" + good
    yield Request("said to be large", raw, frozenset({413}))
    raw = build("POST", "/v1/viewers", None, "Content-Length: 99999999") + good
    yield Request("said to be large, to viewers", raw, frozenset({400, 413}), http=False)
    get = build("GET", "/v1/topics")
    yield Request("pipelined", get * 3, FINE, answers=3)
    yield Request("pipelined, then garbage", get + b"\x00\x01 /\r\n\r\n", FINE | BAD, http=False)
    yield Request("http/1.0", build("GET", "/v1/topics", version="1.0"), FINE)
    yield Request("http/1.0 without host", b"GET /healthz HTTP/1.0\r\n\r\n", FINE)
    yield Request("no host", b"GET /healthz HTTP/1.1\r\n\r\n", FINE | BAD)
    raw = b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
    yield Request("two hosts", raw, FINE | BAD)
    yield Request("host garbage", b"GET /healthz HTTP/1.1\r\nHost: \xff@/%00\r\n\r\n", FINE | BAD)
    raw = b"GET http://evil.example/healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    yield Request("absolute target", raw, frozenset({200, 400, 404}))
    yield Request("HEAD on topics", build("HEAD", "/v1/topics"), frozenset({200, 405}))


def requests(s: Seeds) -> list[Request]:
    """All of this file."""
    return [*_headers(s), *_framing(s)]
