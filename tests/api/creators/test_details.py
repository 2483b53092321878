"""What is said of a video, how much an account may send, and forms."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from jhalak.api.creators import intake
from tests.api.creators.senders import SAID, Creator, film, settings
from tests.worlds import Jhalak


@pytest.mark.parametrize(
    ("said", "named"),
    [({"language": "xx"}, "language"), ({"language": ""}, "language"), ({"ai": "maybe"}, "ai"),
     ({"rights": "stolen"}, "rights"), ({"topic": "no such"}, "topic"),
     ({"cover_s": "nan"}, "cover_s"), ({"cover_s": "-1"}, "cover_s"), ({"sensitive": ""}, "sens"),
     ({"caption": "x" * 2201}, "caption")],
)  # fmt: skip
def test_details_that_cannot_be_are_named(asha: Creator, said: dict[str, str], named: str) -> None:
    answer = asha.create(100, **said)
    assert answer.status_code == 400 and answer.json()["error"] == "bad_details"
    assert answer.json()["detail"].startswith(named)


def test_a_caption_keeps_its_letters_and_lines_and_no_control_characters(
    world: Jhalak, asha: Creator
) -> None:
    id_ = asha.send(film(), caption=" ક્\u200cષ \u202edcba\u0000\n#મેળો ", topic="", cover_s="")
    video = world.services.videos.find(id_)
    assert video is not None and video.details.caption == "ક્\u200cષ dcba\n#મેળો"
    assert video.details.topic == "" and video.details.cover_s == -1


def test_an_account_may_send_only_so_much(tmp_path: Path) -> None:
    world = Jhalak(tmp_path / "data", settings(open_uploads=2, videos_a_day=3, bytes_a_day=20_000))
    asha = Creator(world, "asha")
    paths = [asha.begin(4200) for _ in range(2)]
    many = asha.create(4200)
    assert many.status_code == 429 and many.json()["error"] == "too_many_uploads"
    for seed, path in enumerate(paths):
        asha.patch(path, 0, film(4200, seed))
    heavy = asha.create(11_601)
    assert heavy.status_code == 429 and heavy.json()["error"] == "quota"
    assert asha.create(11_600).status_code == 201
    assert asha.create(1).json()["error"] == "quota" and "retry-after" in asha.create(1).headers
    world.clock.forward(h=25)
    assert asha.create(4200).status_code == 201
    world.end()


def test_a_small_video_comes_as_a_form(world: Jhalak, asha: Creator) -> None:
    def sent(file: Any, **said: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {asha.token}"}
        return world.run(
            world.client.post("/v1/videos", data=SAID | said, files={"file": file}, headers=headers)
        )

    data = film(9000)
    answer = sent(("a.mp4", data, "video/mp4"))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["state"] == "waiting" and made["caption"] == SAID["caption"] and not made["ai"]
    video = world.services.videos.find(made["id"])
    assert video is not None and video.content == hashlib.sha256(data).digest()
    assert sent(("a.mp4", data, "video/mp4")).json()["id"] == made["id"]
    assert sent(("a.mp4", b"#EXTM3U" + bytes(100), "video/mp4")).status_code == 415
    assert sent(("a.mp4", data, "video/mp4"), ai="").json()["error"] == "bad_details"
    assert sent((None, "text")).json()["error"] == "no_file"
    assert world.ask("POST", "/v1/videos").status_code == 401


def part(name: str, body: bytes, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + body


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        # Python reads punycode in the square of its length: 1.4 MB in two minutes.
        (part("caption", b"abcdefgh" * 30_000, "\r\nContent-Type: text/plain; charset=punycode"),
         413, "too_large"),
        (part("caption", b"abcd", "\r\nContent-Type: text/plain; charset=punycode"),
         400, "no_file"),
        (part("caption", b"x", "\r\nContent-Type: text/plain; charset=none"), 400, "no_file"),
        (part("caption", b"a" * 70_000), 413, "too_large"),
        (part("file", b"x", '; filename="a"') + b"\r\n" + part("caption", b"\xff"),
         400, "bad_body"),
        (part("ai", b"no") + b"\r\n" + part("ai", b"yes"), 400, "bad_body"),
        (b"\r\n".join(part(f"field {n}", b"x") for n in range(65)), 400, "bad_body"),
        (b"--b\r\nno head", 400, "bad_body"), (b"", 400, "no_file"),
    ],
)  # fmt: skip
def test_a_form_is_text_in_utf8_and_little_of_it(
    asha: Creator, world: Jhalak, form: bytes, status: int, error: str
) -> None:
    began = time.thread_time()
    answer = world.ask(
        "POST", "/v1/videos", asha.token, content=form + b"\r\n--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert time.thread_time() - began < 1


def test_a_form_that_is_too_large_is_refused(tmp_path: Path) -> None:
    world = Jhalak(tmp_path / "data", settings(multipart_bytes=50_000))
    headers = {"Authorization": f"Bearer {Creator(world, 'asha').token}"}
    for size in (50_001, 150_000):
        files = {"file": ("a.mp4", film(size))}
        request = world.client.post("/v1/videos", data=SAID, files=files, headers=headers)
        assert world.run(request).status_code == 413
    world.end()


def test_uploads_are_off_where_videos_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Jhalak(tmp_path / "data", settings(processes=1))
    monkeypatch.setattr(intake, "why_not", lambda weak: f"no ffmpeg, weak {weak}")
    answer = Creator(world, "asha").create(9000)
    assert answer.status_code == 503 and answer.json()["error"] == "uploads_off"
    assert "no ffmpeg, weak False" in answer.json()["detail"]
    monkeypatch.setattr(intake, "why_not", lambda weak: "")
    assert Creator(world, "ravi").create(9000).status_code == 201
    world.end()


def test_a_caption_of_nothing_but_marks_stops_nobody(world: Jhalak, asha: Creator) -> None:
    body = {"caption": "a" + "\u0301" * 30_000 + "\u0323" * 30_000}
    began = time.thread_time()
    answer = world.ask("PATCH", "/v1/creators/me/videos/none", asha.token, json=body)
    assert answer.status_code == 404, answer.text
    assert time.thread_time() - began < 0.5
