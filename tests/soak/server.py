"""A real `jhalak serve` in a process of its own, for tests that kill it.

However a test ends, its server and the workers that the server started end with it.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from ctypes import CDLL
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, NamedTuple

START_S: Final = 60.0
"""How long a server may take before a test gives up; what is promised is asserted elsewhere."""
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = CDLL(None)
_TOPICS: Final = ("sport", "business", "technology", "science", "health", "food", "travel", "games")
_LANGUAGES: Final = ("en", "hi", "ta")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """`jhalak serve` over the folder `data`; started again after every end."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.options = data, options
        self.log = data.parent / f"{data.name}.server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.start_s: list[float] = []
        """Seconds from each start of the process to its first answer of /readyz."""

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server was not started"
        return self.process.pid

    def launch(self) -> None:
        """Start the process; do not wait for it."""
        assert self.process is None, "the server runs already"
        command = [sys.executable, "-m", "jhalak", "serve", "--data", str(self.data), "--port", "0"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, preexec_fn=_end_with_parent,
            )  # fmt: skip
        self._launched = time.monotonic()

    def wait_ready(self) -> None:
        """Wait until /readyz says that slates can be asked for."""
        assert self.process is not None and self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], START_S)
        line = self.process.stdout.readline().decode() if readable else ""
        if " at http://" not in line:
            raise AssertionError(f"the server did not start: {line!r}\n{self.said()}")
        self.port = int(line.rpartition(":")[2])
        assert self.request("GET", "/readyz").status == 200
        self.start_s.append(time.monotonic() - self._launched)

    def start(self) -> Server:
        self.launch()
        self.wait_ready()
        return self

    def kill(self) -> None:
        """kill -9. What the learner does then is its own affair."""
        self._forget(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM; answers the exit code."""
        return self._forget(signal.SIGTERM)

    def end(self) -> None:
        """Nothing of it runs any more."""
        workers = [] if self.process is None else children(self.process.pid)
        if self.process is not None:
            self.kill()
        for worker in workers:
            end_process(worker)

    def learner(self) -> int | None:
        """The process id of the server's learner, if there is one."""
        if self.process is None:
            return None
        return next((pid for pid in children(self.process.pid) if _works(pid, "learn")), None)

    def request(
        self, method: str, path: str, body: Any = None, token: str = "", timeout_s: float = 30.0
    ) -> Answer:
        """One request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            return ask(connection, method, path, body, token)
        finally:
            connection.close()

    def new_viewer(self, *languages: str) -> str:
        """The token of a new viewer."""
        body = {"languages": list(languages or _LANGUAGES)}
        answer = self.request("POST", "/v1/viewers", body)
        assert answer.status == 201, answer
        token: str = answer.json["token"]
        return token

    def said(self) -> str:
        """The server's log."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def _forget(self, number: int) -> int:
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(number)
        try:
            return process.wait(START_S)
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def ask(
    connection: HTTPConnection, method: str, path: str, body: Any = None, token: str = ""
) -> Answer:
    """One request on an open connection. Raises OSError or HTTPException when it breaks."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers["content-type"] = "application/json"
    connection.request(method, path, data, headers)
    response = connection.getresponse()
    return Answer(
        response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    )


def command(data: Path, *arguments: str, timeout_s: float = 300.0) -> Any:
    """Run `jhalak ARGUMENTS --data DATA --json`; answers the object on its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "jhalak", *arguments, "--data", str(data), "--json"],
        capture_output=True, timeout=timeout_s, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return json.loads(done.stdout.splitlines()[-1])


def operator_token(data: Path) -> str:
    token: str = command(data, "operator", "token", "soak")["token"]
    return token


def fill(data: Path, cards: int, seed: int = 1, videos: int = 0) -> list[str]:
    """A data folder with so many items in three languages; answers their ids."""
    rng = random.Random(seed)
    data.mkdir(parents=True, exist_ok=True)
    source = data.parent / f"{data.name}.jsonl"
    ids = []
    with source.open("w", encoding="utf-8") as file:
        for number in range(cards + videos):
            ids.append(f"item-{number}")
            item: dict[str, Any] = {
                "id": ids[-1], "language": _LANGUAGES[number % len(_LANGUAGES)],
                "topic": _TOPICS[number % len(_TOPICS)], "title": f"Title {number} of a soak",
                "summary": "Words " * rng.randint(5, 20),
                "publisher": f"Paper {rng.randint(1, 30)}",
            }  # fmt: skip
            if number >= cards:
                item |= {
                    "kind": "video", "duration_s": 20,
                    "renditions": [{"src": "https://video.example/a.mp4", "height": 480}],
                }  # fmt: skip
            file.write(json.dumps(item) + "\n")
    report = command(data, "ingest", str(source))
    assert report["new"] == len(ids), report
    return ids


def settings(data: Path, text: str) -> None:
    """Write `jhalak.toml`."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "jhalak.toml").write_text(text, "utf-8")


def until(what: Callable[[], bool], tries: int = 3000) -> None:
    """Ask again and again; each try is a request, so this ends."""
    assert any(what() for _ in range(tries)), "it did not come about"


def children(pid: int) -> list[int]:
    """Processes that `pid` started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text().split()]
        except OSError:  # that thread ended meanwhile
            continue
    return [child for child in found if _state(child) not in ("Z", "")]


def _works(pid: int, loop: str) -> bool:
    """Is it a worker of that loop?"""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:  # it ended meanwhile
        return False
    return loop.encode() in words[words.index(b"work") :] if b"work" in words else False


def end_process(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to a process that is not our child, and wait for its end."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(handle, number)
        _wait(handle)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def wait_for_end(pid: int, timeout_s: float = 30.0) -> None:
    """Wait until a process that is not our child has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        _wait(handle, timeout_s)
    finally:
        os.close(handle)


def _wait(handle: int, timeout_s: float = 30.0) -> None:
    readable, _, _ = select.select([handle], [], [], timeout_s)
    assert readable, f"a process lives on after {timeout_s} s"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""


def _end_with_parent() -> None:
    # A killed test session leaves nothing behind; the learner ends when its server does.
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
