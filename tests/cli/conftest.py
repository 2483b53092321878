"""Commands, run in this process or as one of their own; and a server that runs beside them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jhalak.cli import main

PATIENCE_S = 60.0
"""Nothing here takes so long; whoever waits longer waits in vain."""


@dataclass
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def last(self) -> dict[str, Any]:
        """The JSON object on the last line of standard output."""
        found: dict[str, Any] = json.loads(self.out.rstrip("\n").rpartition("\n")[2])
        return found


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def work(*arguments: str | Path) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, said.out, said.err)

    return work


def headlines(path: Path, count: int, topic: str = "food", start: int = 0) -> Path:
    """A JSON Lines file with so many English cards."""
    rows = [
        {
            "id": f"{topic}-{n}", "language": "en", "topic": topic,
            "title": f"A headline about {topic}, number {n}",
            "summary": f"What there is to say about {topic} in case {n}.",
            "publisher": f"{topic} paper {n % 3}",
        }
        for n in range(start, start + count)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@dataclass
class Beside:
    """A server in a process of its own."""

    data: Path
    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """(status, what was answered)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            headers = {"Content-Type": "application/json"}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            is_json = "json" in (answer.getheader("content-type") or "")
            return answer.status, json.loads(text) if is_json and text else text
        finally:
            connection.close()

    def end(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


def until(true: Callable[[], Any], what: str) -> None:
    """Wait until `true()`; looks often, and gives up in the end."""
    ends = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError(what)
        time.sleep(0.02)


def begin(data: Path, *more: str, scheme: str = "http") -> Beside:
    """Start `jhalak serve` on any free port and wait until it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jhalak", "serve", "--data", str(data), "--port", "0", *more],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    assert f" at {scheme}://127.0.0.1:" in line, f"it said {line!r}"
    return Beside(data, process, int(line.rstrip().rpartition(":")[2]), [line])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """One for the whole module, with its learner."""
    beside = begin(tmp_path_factory.mktemp("served") / "data")
    try:
        yield beside
    finally:
        if beside.process.poll() is None:
            beside.end()
