"""Clients that others wrote, and one by hand, over a real line."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from jhalak.assembly import Records, open_records
from jhalak.config.settings import read_settings
from tests.api.creators.senders import SAID, film
from tests.soak.tus_client import TusClient
from tests.soak.upload_server import Killed

ROOT = Path(__file__).parents[3]
MODULES = ROOT / "web/node_modules"


class Real:
    """A server that listens, and one creator of it."""

    def __init__(self, data: Path) -> None:
        (data / "jhalak.toml").write_text("[media]\nprocesses = 0\n", "utf-8")
        self.server = Killed(data)
        self.server.start()
        self.records: Records = open_records(data, read_settings(data))
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        body = json.dumps({"handle": "asha", "password": "a long enough one", "birth_year": 1990})
        connection.request("POST", "/v1/creators", body, {"Content-Type": "application/json"})
        self.token: str = json.loads(connection.getresponse().read())["token"]
        connection.close()

    def end(self) -> None:
        self.server.end()
        self.records.database.close()

    def holds(self, video: str, data: bytes) -> bool:
        found = self.records.videos.find(video)
        return found is not None and found.content == hashlib.sha256(data).digest()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    made = Real(tmp_path_factory.mktemp("tus"))
    yield made
    made.end()


def test_tus_js_client_sends_resumes_ends_and_reads_why_it_is_refused(
    real: Real, tmp_path: Path
) -> None:
    node = shutil.which("node")
    if node is None or not (MODULES / "tus-js-client").exists():
        pytest.skip("there is no tus-js-client here: npm ci in web/")
    file = tmp_path / "film.mp4"
    file.write_bytes(film(1_000_000, 7))
    script = Path(__file__).with_name("tus_js.mjs")
    endpoint = f"http://127.0.0.1:{real.server.port}/v1/uploads"
    arguments = [node, script, MODULES, endpoint, real.token, json.dumps(SAID), file]
    done = subprocess.run(arguments, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert real.holds(said["whole"]["video"], file.read_bytes())
    assert 300_000 <= said["stopped"]["sent"] < 1_000_000
    assert said["resumed"]["url"] == said["stopped"]["url"]
    assert said["resumed"]["video"] == said["streamed"]["video"] == said["whole"]["video"]
    assert json.loads(said["playlist"]["error"])["error"] == "not_video"
    assert json.loads(said["careless"]["error"])["error"] == "bad_details"
    assert real.records.uploads.find(said["ended"].rpartition("/")[2]) is None


def test_a_client_by_hand_goes_on_where_its_line_broke(real: Real) -> None:
    data = film(3_000_000, 9)
    client = TusClient(lambda: real.server.port, real.token, SAID, 1 << 20, checksum=True)
    path = client.create(len(data))
    with socket.create_connection(("127.0.0.1", real.server.port), timeout=60) as line:
        line.sendall(
            f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"Authorization: Bearer {real.token}\r\nContent-Length: {len(data)}\r\n"
            "Content-Type: application/offset+octet-stream\r\n\r\n".encode()
            + data[:2_000_000]
        )
    # A HEAD ends what hangs there; what the server had not begun to read may still come after it.
    for _ in range(10):
        at = int(client.ask("HEAD", path, {})["upload-offset"])
        assert 0 <= at <= 2_000_000
        with suppress(HTTPException):  # 409: as any client it looks again
            answer = client.patch(path, at, data[at:])
            break
    assert real.holds(answer["jhalak-video"], data)


def test_a_client_that_sends_on_reads_why_it_is_refused(real: Real) -> None:
    client = TusClient(lambda: real.server.port, real.token, SAID, 1 << 30)
    data = b"#EXTM3U\n" + bytes(8_000_000)
    path = client.create(len(data))
    with pytest.raises(Exception, match=r"415 .*not_video"):
        client.patch(path, 0, data)
    with pytest.raises(Exception, match="404"):
        client.ask("HEAD", path, {})
