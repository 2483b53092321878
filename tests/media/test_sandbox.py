"""What a confined child cannot do. A Python child stands in for an ffmpeg that was taken over."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jhalak.media import confine
from jhalak.media.sandbox import Limits, NoSandbox, Sandbox, limits_for

TRIES = """
import json, os, socket, subprocess, sys
said = {}
def attempt(name, act):
    try:
        act()
        said[name] = "done"
    except OSError as error:
        said[name] = error.errno
attempt("read", lambda: open(sys.argv[1]).read())
attempt("list", lambda: os.listdir("/etc"))
attempt("write", lambda: open(sys.argv[1] + "-new", "w"))
attempt("proc", lambda: open(f"/proc/{os.getppid()}/environ").read())
attempt("network", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2]))))
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("fork", lambda: os.execv("/bin/sh", ["sh", "-c", "true"]))
attempt("symlink", lambda: os.symlink("/etc/passwd", "poster.webp"))
attempt("link", lambda: os.link(sys.argv[1], "strip.webp"))
attempt("pipe", lambda: os.mkfifo("240.mp4"))
attempt("folder", lambda: os.mkdir("240.m4s"))
attempt("large", lambda: open("large", "wb").write(b"x" * 3_000_000))
open("said.json", "w").write(json.dumps(said))
print(sorted(os.environ))
"""


def confined(folder: Path, code: str, *arguments: str, **rules: object) -> int:
    program = Path(sys.executable).resolve()
    given = {
        "read": ["/lib", "/lib64", "/usr/lib", str(program.parents[1])], "write": [str(folder)],
        "cpu_s": 10, "memory": 1 << 30, "output": 1 << 20, "weak": False,
    }  # fmt: skip
    given["read"] = [path for path in given["read"] if Path(str(path)).exists()]  # type: ignore[attr-defined]
    command = [
        sys.executable, "-I", "-S", confine.__file__, json.dumps(given | rules), str(program),
        "-I", "-S", "-c", code, *arguments,
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=60).returncode


def test_a_confined_child_opens_nothing_foreign_and_connects_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    secret = tmp_path / "secret"
    secret.write_text("key")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert confined(folder, TRIES, str(secret), str(port)) == 0
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    said = json.loads((folder / "said.json").read_text())
    assert "done" not in said.values(), said
    assert not (tmp_path / "secret-new").exists()


def test_a_child_over_its_limits_is_ended(tmp_path: Path) -> None:
    assert confined(tmp_path, "while True: pass", cpu_s=1) == -9
    assert confined(tmp_path, "x = bytearray(1 << 29)", memory=1 << 28) == 1


def test_where_no_sandbox_can_be_had_nothing_runs_but_by_the_operators_word(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "confine.py"
    source = Path(confine.__file__).read_text()
    broken.write_text(source.replace("444, 445, 446", "9444, 9445, 9446"))
    monkeypatch.setattr(confine, "__file__", str(broken))
    limits = Limits(cpu_s=5, wall_s=10)
    with pytest.raises(NoSandbox, match="landlock"):
        sandbox.run(["-version"], tmp_path, None, limits)
    weak = Sandbox(sandbox.ffmpeg, weak=True)
    assert weak.run(["-version"], tmp_path, None, limits).status == 0


def test_a_child_that_takes_too_long_is_killed_and_what_it_says_is_bounded(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    endless = ["-f", "lavfi", "-i", "testsrc2=rate=1000", "-loglevel", "trace", "-f", "null", "-"]
    ran = sandbox.run(endless, tmp_path, None, Limits(cpu_s=20, wall_s=0.5))
    assert ran.status < 0 and len(ran.said) <= 65_536
    assert list(tmp_path.iterdir()) == []


def test_limits_grow_with_the_duration() -> None:
    assert limits_for(0).cpu_s == 60 and limits_for(30).cpu_s == 300
