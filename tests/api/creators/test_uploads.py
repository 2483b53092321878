"""Uploads over tus 1.0: what was counted is on disk, whatever happens to the line."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jhalak.api.creators.body import PART
from jhalak.ports.videos import FIRST
from jhalak.schema.video import Details
from tests.api.creators.senders import SAID, Creator, film, metadata
from tests.worlds import Jhalak

REST = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


def blobs(world: Jhalak, path: str) -> list[str]:
    return world.run(world.services.blobs.list(f"uploads/{path.rpartition('/')[2]}"))


def test_a_server_says_what_it_can_to_anyone(world: Jhalak) -> None:
    answer = world.ask("OPTIONS", "/v1/uploads")
    assert answer.status_code == 204 and answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,termination,checksum,expiration"
    assert answer.headers["tus-max-size"] == "20000000"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


def test_a_file_in_parts_becomes_a_video_that_waits_for_a_worker(
    world: Jhalak, asha: Creator
) -> None:
    data = film(10_000)
    path = asha.begin(len(data), filename="../../etc/passwd.m3u8")
    assert asha.offset(path) == 0
    first = asha.patch(path, 0, data[:6000])
    assert first.status_code == 204 and first.headers["upload-offset"] == "6000"
    assert "jhalak-video" not in first.headers and "upload-expires" in first.headers
    assert asha.offset(path) == 6000
    last = asha.patch(path, 6000, data[6000:])
    assert last.headers["upload-offset"] == "10000" and "upload-expires" not in last.headers
    video = world.services.videos.find(last.headers["jhalak-video"])
    assert video is not None and video.state == "waiting"
    assert video.content == hashlib.sha256(data).digest()
    assert f"/v1/uploads/{video.upload}" == path
    assert video.details == Details(
        caption=SAID["caption"], language="hi", topic="nature", ai=False, sensitive=False,
        rights="own", cover_s=1.5,
    )  # fmt: skip
    assert blobs(world, path) == [f"uploads/{video.upload}/{n}" for n in range(2)]
    parts = [world.run(world.services.blobs.get(name)) or b"" for name in blobs(world, path)]
    assert b"".join(parts) == data
    job = world.services.jobs.find(FIRST, video.id)
    assert job is not None and job.state == "waiting"
    assert asha.tus("HEAD", path).headers["jhalak-video"] == video.id, "asked again"
    assert asha.tus("DELETE", path).status_code == 409, "it is a video by now"


async def _half_sent(world: Jhalak, asha: Creator, path: str, data: bytes) -> list[dict[str, Any]]:
    """A PATCH over a line that breaks after `data`."""
    messages = [
        {"type": "http.request", "body": data, "more_body": True}, {"type": "http.disconnect"},
    ]  # fmt: skip
    said: list[dict[str, Any]] = []
    headers = REST | {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {asha.token}"}
    scope = {
        "type": "http", "method": "PATCH", "path": path, "raw_path": path.encode(),
        "query_string": b"", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1),
        "server": ("jhalak", 80), "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    await world.app(scope, receive, send)
    return said


def test_a_large_request_is_cut_into_parts_and_what_came_before_a_line_broke_counts(
    world: Jhalak, asha: Creator
) -> None:
    data = film(PART + 3_000_000)
    path = asha.begin(len(data))
    at = PART + 1_000_000
    world.run(_half_sent(world, asha, path, data[:at]))
    assert asha.offset(path) == at and len(blobs(world, path)) == 2
    assert "jhalak-video" in asha.patch(path, at, data[at:]).headers
    assert len(blobs(world, path)) == 3


def test_who_comes_later_goes_on_while_an_earlier_request_hangs(
    world: Jhalak, asha: Creator
) -> None:
    data = film(9000)
    path = asha.begin(len(data))

    async def both() -> tuple[int, str]:
        hangs = asyncio.Event()

        async def silent() -> AsyncIterator[bytes]:
            yield data[:4000]
            hangs.set()
            await asyncio.Event().wait()
            yield b""

        headers = REST | {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {asha.token}"}
        first = asyncio.create_task(
            world.client.request("PATCH", path, content=silent(), headers=headers)
        )
        await hangs.wait()
        asked = await world.client.request("HEAD", path, headers=headers)
        answer = await first
        return answer.status_code, asked.headers["upload-offset"]

    assert world.run(both()) == (204, "4000")


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_bytes_that_are_not_those_of_the_checksum_do_not_count(
    world: Jhalak, asha: Creator, name: str
) -> None:
    data = film(9000, seed=len(name))
    path = asha.begin(len(data))

    def told(part: bytes) -> str:
        return f"{name} {base64.b64encode(hashlib.new(name, part).digest()).decode()}"

    wrong = asha.patch(path, 0, data[:5000], Upload_Checksum=told(data[:4999]))
    assert wrong.status_code == 460 and wrong.json()["error"] == "wrong_checksum"
    assert asha.offset(path) == 0 and blobs(world, path) == []
    assert asha.patch(path, 0, data[:5000], Upload_Checksum=told(data[:5000])).status_code == 204
    assert asha.offset(path) == 5000
    for bad in ("md5 AAAA", "sha1", "sha1 AAAA", "sha256 ???"):
        assert asha.patch(path, 5000, b"x", Upload_Checksum=bad).status_code == 400


def test_an_offset_that_is_not_the_next_byte_is_refused(world: Jhalak, asha: Creator) -> None:
    data = film(9000)
    path = asha.begin(len(data))
    asha.patch(path, 0, data[:5000])
    for at in (0, 4999, 5001):
        assert asha.patch(path, at, data[at : at + 1000]).json()["error"] == "wrong_offset"
    assert asha.patch(path, 5000, data[5000:] + b"more").json()["error"] == "too_large"
    assert asha.offset(path) == 5000


def test_a_part_that_was_written_and_not_counted_is_found_again(
    world: Jhalak, asha: Creator
) -> None:
    data = film(9000)
    path = asha.begin(len(data))
    there = f"uploads/{path.rpartition('/')[2]}/0"
    world.run(world.services.blobs.put(there, data[:6000]))
    answer = asha.patch(path, 0, data[:7000])
    assert answer.status_code == 409 and asha.offset(path) == 6000, "another request's part"
    there = f"uploads/{path.rpartition('/')[2]}/1"
    world.run(world.services.blobs.put(there, data[6000:]))
    assert "jhalak-video" in asha.patch(path, 6000, data[6000:]).headers, "the same bytes again"


def test_the_same_content_again_is_the_same_video_and_free(world: Jhalak, asha: Creator) -> None:
    data = film(9000)
    first = asha.send(data)
    left = asha.ask("GET", "/v1/creators/me").json()["quota"]
    path = asha.begin(len(data), caption="another caption")
    answer = asha.patch(path, 0, data)
    assert answer.headers["jhalak-video"] == first and blobs(world, path) == []
    assert asha.ask("GET", "/v1/creators/me").json()["quota"] == left
    assert asha.tus("HEAD", path).headers["jhalak-video"] == first


@pytest.mark.parametrize(
    "begin",
    [b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n",
     b"<?xml version='1.0'?><MPD>", b"<svg xmlns='http://www.w3.org/2000/svg'>",
     b"\x00\x00\x00\x18ftypheic\0\0\0\0", b"\x1a\x45\xdf\xa3\x01\x00\x42\x82\x84doom"],
)  # fmt: skip
def test_what_is_no_video_is_refused_at_its_first_bytes(
    world: Jhalak, asha: Creator, begin: bytes
) -> None:
    data = begin + bytes(9000)
    path = asha.begin(len(data), filename="holiday.mp4", filetype="video/mp4")
    answer = asha.patch(path, 0, data[:5000])
    assert answer.status_code == 415 and answer.json()["error"] == "not_video"
    assert asha.tus("HEAD", path).status_code == 404 and blobs(world, path) == []
    path = asha.begin(len(data))
    for at in range(0, 40, 10):
        assert asha.patch(path, at, data[at : at + 10]).status_code == 204, "too few to tell"
    assert asha.patch(path, 40, data[40:]).status_code == 415, "at its end it tells"
    assert asha.tus("HEAD", path).status_code == 404 and blobs(world, path) == []


def test_an_ended_upload_leaves_nothing(world: Jhalak, asha: Creator) -> None:
    path = asha.begin(9000)
    asha.patch(path, 0, film(9000)[:5000])
    assert asha.tus("DELETE", path).status_code == 204
    assert blobs(world, path) == []
    for method in ("HEAD", "DELETE"):
        assert asha.tus(method, path).status_code == 404


def test_an_upload_expires(world: Jhalak, asha: Creator) -> None:
    path = asha.begin(9000)
    world.clock.forward(h=25)
    assert asha.tus("HEAD", path).status_code == 410
    assert asha.patch(path, 0, film(9000)).json()["error"] == "expired"


def test_uploads_are_their_creators_alone(world: Jhalak, asha: Creator) -> None:
    path = asha.begin(9000)
    ravi = Creator(world, "ravi")
    assert ravi.tus("HEAD", path).status_code == 404
    assert ravi.patch(path, 0, film(9000)).status_code == 404
    assert ravi.tus("DELETE", path).status_code == 404
    nobody = world.ask("HEAD", path, headers={"Tus-Resumable": "1.0.0"})
    assert nobody.status_code == 401 and nobody.headers["tus-resumable"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [({"Upload-Length": "x"}, 400, "bad_header"), ({"Upload-Length": "-1"}, 400, "bad_header"),
     ({"Upload-Defer-Length": "1"}, 400, "bad_header"), ({"Upload-Length": "0"}, 400, "empty"),
     ({"Upload-Length": "20000001"}, 413, "too_large"),
     ({"Upload-Length": "9", "Tus-Resumable": "0.2.2"}, 412, "wrong_version"),
     ({"Upload-Length": "9", "Upload-Metadata": "language ?"}, 400, "bad_metadata"),
     ({"Upload-Length": "9", "Upload-Metadata": "a YQ==,a YQ=="}, 400, "bad_metadata"),
     ({"Upload-Length": "9", "Upload-Metadata": "a " + "Y" * 33_000}, 400, "bad_metadata"),
     ({"Upload-Length": "9", "Upload-Metadata": ""}, 400, "bad_details")],
)  # fmt: skip
def test_headers_that_cannot_be_are_refused(
    asha: Creator, headers: dict[str, str], status: int, error: str
) -> None:
    told = {"Tus-Resumable": "1.0.0", "Upload-Metadata": metadata(SAID), **headers}
    answer = asha.ask("POST", "/v1/uploads", headers=told)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_client_that_can_only_post_says_what_it_means(asha: Creator) -> None:
    data = film()
    path = asha.begin(len(data))
    answer = asha.tus(
        "POST", path, data, Upload_Offset="0", X_HTTP_Method_Override="PATCH",
        Content_Type="application/offset+octet-stream",
    )  # fmt: skip
    assert answer.status_code == 204
    assert asha.tus("PUT", path).status_code == 405
    assert asha.tus("GET", "/v1/uploads").headers["allow"] == "POST"
    for nowhere in ("/v1/uploads/no", "/v1/uploads/%00", f"{path}/x", path.replace("s/", "s")):
        assert asha.tus("HEAD", nowhere).status_code == 404
    assert asha.tus("PATCH", path, b"x", Upload_Offset="0").json()["error"] == "wrong_type"
