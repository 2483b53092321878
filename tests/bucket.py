"""A real bucket: an S3 server from a package, on 127.0.0.1, with a folder of its own."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from jhalak.embedded.blob_store import BlobStoreOnObstore
from jhalak.ports.errors import Unavailable

KEY, SECRET = "jhalak", "secret-of-a-test"
PATIENCE_S: Final = 60.0
END_WITH_US = """
import os, signal, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
sys.stdin.read()  # ends when the test session does, however it ends
child.send_signal(signal.SIGKILL)
child.wait()
"""


def server_program() -> Path | None:
    """Where the server is; None where the package has none for this machine."""
    found = Path(sys.executable).with_name("weed")
    return found if found.exists() else None


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """The environment in which `s3://` means this server."""
    program = server_program()
    if program is None:
        pytest.skip("there is no S3 server for this machine among the packages")
    folder = Path(tempfile.mkdtemp(prefix="jhalak-s3-"))
    names = ("s3", "filer", "master", "volume", "admin")
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    command = [
        str(program), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.telemetry=false", *(f"-{name}.port={port}" for name, port in ports.items()),
    ]  # fmt: skip
    environment = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    watch = subprocess.Popen(
        [sys.executable, "-c", END_WITH_US, *command], stdin=subprocess.PIPE, env=environment,
        cwd=folder, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(ports["s3"])
        yield environment | {
            "AWS_ENDPOINT": f"http://127.0.0.1:{ports['s3']}", "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
        }  # fmt: skip
    finally:
        watch.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def options(environment: dict[str, str]) -> dict[str, Any]:
    """The same, as obstore takes it."""
    return {
        "endpoint": environment["AWS_ENDPOINT"], "region": environment["AWS_REGION"],
        "access_key_id": KEY, "secret_access_key": SECRET, "client_options": {"allow_http": True},
    }  # fmt: skip


def _free_ports(count: int) -> list[int]:
    """Each with the one that lies 10,000 above it, which the server takes too."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            one, above = (held.enter_context(socket.socket()) for _ in range(2))
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port > 50_000:
                continue
            try:
                above.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            found.append(port)
    return found


def _wait_for(port: int) -> None:
    store = BlobStoreOnObstore(
        "s3://ready",
        **options({"AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_REGION": "us-east-1"}),
        retry_config={"max_retries": 0},
    )
    latest = time.monotonic() + PATIENCE_S
    while True:
        try:
            asyncio.run(store.put("ready", b"yes"))
        except Unavailable:
            if time.monotonic() > latest:
                raise
            time.sleep(0.2)
        else:
            return
