"""kill -9 of the server while files arrive: each upload goes on, each becomes one video, once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import signal
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import pytest

from jhalak.assembly import now_ms, open_blobs, open_records
from jhalak.config.settings import read_settings
from jhalak.ports.videos import FIRST
from jhalak.workers.sweep_videos import SweepVideos
from tests.api.creators.senders import SAID, film
from tests.soak.progress import Progress
from tests.soak.tus_client import TusClient
from tests.soak.upload_server import Killed

KILLS: Final = 5
"""Of one part; a soak has many parts, each with its own seed and folder."""
SETTINGS: Final = """
[media]
processes = 0  # nothing makes videos of these files
videos_a_day = 100000
bytes_a_day = 1000000000000
open_uploads = 1000
"""
LATEST_S: Final = 60.0


@pytest.mark.parametrize(
    "parts", [pytest.param(1, id="5 kills"), pytest.param(20, id="100", marks=pytest.mark.soak)]
)
def test_a_server_killed_at_any_moment_loses_no_byte_that_it_acknowledged(
    parts: int, tmp_path: Path
) -> None:
    progress = Progress.of("upload-kill", parts, kept=parts > 1)
    for number in progress.left():
        data = tmp_path / f"part{number}"
        data.mkdir()
        (data / "jhalak.toml").write_text(SETTINGS, "utf-8")
        progress.add(**run_part(data, 3000 + number))
    progress.finish()


class Sender(threading.Thread):
    """Sends files until it is told to stop; the last one comes to its end."""

    def __init__(self, client: TusClient, seed: int) -> None:
        super().__init__(daemon=True)
        self.client, self._seed = client, seed
        self.stop = threading.Event()
        self.sent: dict[str, bytes] = {}
        """Videos, and the SHA-256 of what was sent."""
        self.failure: BaseException | None = None

    def run(self) -> None:
        draw = random.Random(self._seed)
        try:
            while not self.stop.is_set():
                data = film(draw.randrange(3_000_000, 20_000_000), draw.randrange(1 << 30))
                data += draw.randbytes(16)
                video = self.client.send(data)
                assert video not in self.sent, "two files, one video"
                self.sent[video] = hashlib.sha256(data).digest()
        except BaseException as error:
            self.failure = error


def run_part(data: Path, seed: int) -> dict[str, object]:
    """KILLS kills of one server after another, and the count afterwards."""
    draw = random.Random(seed)
    server = Killed(data)
    server.start()
    try:
        token = sign_up(server.port)
        senders = [
            Sender(TusClient(lambda: server.port, token, SAID, 1 << 30), seed),
            Sender(TusClient(lambda: server.port, token, SAID, 3 << 20, checksum=True), seed + 500),
        ]
        for sender in senders:
            sender.start()
        for _ in range(KILLS):
            time.sleep(draw.uniform(0.0, 0.8))
            server.end()
            server.start()
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.join(LATEST_S)
            assert sender.failure is None and not sender.is_alive(), sender.failure
    finally:
        server.end(signal.SIGTERM)
    sent = {video: digest for sender in senders for video, digest in sender.sent.items()}
    asyncio.run(proven(data, sent))
    return {
        "kills": KILLS, "files": len(sent),
        "resumed": sum(sender.client.resumed for sender in senders),
    }  # fmt: skip


def sign_up(port: int) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"handle": "asha", "password": "a long enough one", "birth_year": 1990})
    connection.request("POST", "/v1/creators", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    token: str = json.loads(answer.read())["token"]
    connection.close()
    return token


async def proven(data: Path, sent: dict[str, bytes]) -> None:
    """Each file is one video with one job, its parts are its bytes, and there is nothing else."""
    settings = read_settings(data)
    records, blobs = open_records(data, settings), open_blobs(data, settings)
    found = records.videos.of_account(1, 10_000)
    assert {video.id: video.content for video in found} == sent
    assert records.uploads.whole(9) == []
    assert records.jobs.counts() == {"waiting": len(sent)}
    for video in found:
        job = records.jobs.find(FIRST, video.id)
        upload = records.uploads.find(video.upload)
        assert job is not None and upload is not None and upload.received == upload.length
        digest = hashlib.sha256()
        for n in range(upload.parts):
            digest.update(await blobs.get(f"uploads/{upload.id}/{n}") or b"")
        assert digest.digest() == video.content
        assert len(await blobs.list(f"uploads/{upload.id}")) == upload.parts
    sweep = SweepVideos(
        records.videos, records.videos, records.uploads, records.jobs, records.items, blobs, now_ms
    )
    assert (await sweep.look()).leaked == ()
    records.database.close()
