"""The wheel on a machine without Node: installed, `jhalak demo` shows both applications."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from jhalak.api.apps import is_built

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.soak


def installed(folder: Path) -> Path:
    """The `bin` of a new environment with the wheel in it. What Jhalak depends on is borrowed
    from the environment of the tests; Jhalak itself is not: a path that is added so does not
    read the other's `.pth` files, by which it is there."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True, timeout=120)
    binaries = folder / "venv" / "bin"
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    [wheel] = folder.glob("*.whl")
    pip = [str(binaries / "python"), "-m", "pip", "install", "--no-index", "--no-deps", "-q"]
    subprocess.run([*pip, "--ignore-installed", str(wheel)], check=True, timeout=120)
    return binaries


def test_demo_shows_both_applications_where_there_is_no_node(tmp_path: Path) -> None:
    if not (is_built("viewer") and is_built("console")):
        pytest.skip("the web applications are not built: make web")
    binaries = installed(tmp_path)
    demo = subprocess.Popen(
        [str(binaries / "jhalak"), "demo", "--no-feeds", "--port", "0", "--viewers", "1"],
        cwd=tmp_path, env={"PATH": str(binaries), "HOME": os.environ.get("HOME", "/")},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert demo.stdout is not None
        address = None
        for line in demo.stdout:
            address = re.search(r"Open http://127\.0\.0\.1:(\d+)/", line)
            if address:
                break
        assert address, "it ended without saying where to look"
        for path in ("/", "/console/"):
            connection = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=60)
            connection.request("GET", path)
            answer = connection.getresponse()
            page = answer.read()
            assert answer.status == 200 and b"<title>" in page, path
            [script] = re.findall(rb'<script[^>]*src="([^"]+\.js)"', page)
            connection.request("GET", script.decode())
            answer = connection.getresponse()
            assert answer.status == 200 and len(answer.read()) > 1000
            connection.close()
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)
    assert demo.returncode == 0
