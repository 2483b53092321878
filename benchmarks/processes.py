"""Processes under measurement: started, pinned to cores, their CPU time and memory read, ended.

However a benchmark ends, what it started ends with it: each process is told by the kernel when
its parent dies, and ours are context managers.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ctypes import CDLL
from pathlib import Path
from typing import Final, Self
from urllib.request import urlopen

from jhalak.config.priority import process_stands_back

START_S: Final = 90.0
SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
PREFERENCE: Final = -10
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = CDLL(None)


def cpu_ns(pid: int) -> int:
    """CPU time of a process in ns, all its threads, those that ended too: the kernel's own
    scheduler sum, not the ticks of /proc/PID/stat."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def waited_ns(pid: int) -> int:
    """How long the process's main thread was ready to run but had no core, in ns: what other
    processes of the machine did to it."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1])


@contextmanager
def preferred() -> Iterator[None]:
    """Put this process and what it starts before the neighbours of a shared machine, where that
    is allowed. Among themselves nothing changes: a learner stays ten steps below its server."""
    group = Path("/proc/self/autogroup")
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, before + PREFERENCE)
    try:
        # Where sessions share the machine by group, only the group's own priority counts.
        with suppress(OSError):
            group.write_text(str(PREFERENCE))
        yield
    finally:
        with suppress(OSError):
            group.write_text("0")
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


def rss_bytes(pid: int) -> int:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def pin(pid: int, cores: Sequence[int]) -> None:
    """Let every thread of a process run on `cores` only."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):  # it ended meanwhile
            pin_thread(int(thread.name), cores)


def pin_thread(number: int, cores: Sequence[int]) -> None:
    """Let one thread run on `cores` only; those that this machine lacks are left out, and with a
    single core nothing is pinned. A process's number is that of its main thread."""
    there = set(range(os.cpu_count() or 1)) & set(cores)
    if there and len(there) < (os.cpu_count() or 1):
        os.sched_setaffinity(number, there)


def children(pid: int) -> list[int]:
    """Process ids of the children that the threads of a process started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _begin(stands_back: bool) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if stands_back:
        process_stands_back()


class Process:
    """One process; `arguments` follow this Python. One that `stands_back` does so as the workers
    that `serve` starts."""

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path,
        *,
        executable: str = "",
        stands_back: bool = False,
    ) -> None:
        self.log = log
        self._command = [executable or sys.executable, *arguments]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        self.started = time.monotonic()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                env=environment, preexec_fn=lambda: _begin(stands_back),
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def cpu_ns(self) -> int:
        return cpu_ns(self.pid)

    def line(self, timeout_s: float = START_S) -> str:
        """The next line it prints. Raises RuntimeError with its log when there is none."""
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], timeout_s)
        line = self._process.stdout.readline().decode() if readable else ""
        if not line:
            said = self.log.read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{' '.join(self._command)} did not start:\n{said}")
        return line.strip()

    def wait(self, timeout_s: float = 600.0) -> tuple[int, str, float]:
        """(exit code, standard output, CPU seconds) once it ended by itself."""
        assert self._process.stdout is not None
        before = os.times()
        said = self._process.stdout.read().decode()
        code = self._process.wait(timeout_s)
        after = os.times()
        spent = after.children_user + after.children_system
        return code, said, spent - before.children_user - before.children_system

    def end(self, number: int = signal.SIGTERM) -> None:
        """Tell it to end and wait; after 15 s it is killed."""
        if self.running:
            self._process.send_signal(number)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class HttpProcess(Process):
    """A process that prints a line ending in `:PORT` once it answers on 127.0.0.1."""

    port = 0

    def ready(self) -> float:
        """Wait for that line; answers the seconds since the start."""
        self.port = int(self.line().rpartition(":")[2])
        return time.monotonic() - self.started


def null_server(log: Path, size: int, status: int = 200) -> HttpProcess:
    """The least that an ASGI application can do: the same web server with the same settings,
    which reads the body and answers `size` bytes with the headers of a hot route."""
    server = HttpProcess(["-m", "benchmarks.null", str(size), str(status)], log)
    server.ready()
    pin(server.pid, [SERVER_CORE])
    return server


class Jhalak(HttpProcess):
    """`jhalak serve` over a data folder. The thread that serves keeps to one core, so that its
    figures are of one; the threads beside it and the learner may use both, as on a small machine of
    an operator."""

    def __init__(self, data: Path, *, learner: bool = True) -> None:
        arguments = ["-m", "jhalak", "serve", "--data", str(data), "--port", "0"]
        super().__init__(
            [*arguments, *([] if learner else ["--no-learner"])],
            data.parent / f"{data.name}.log",
        )
        self._has_learner = learner

    def ready(self) -> float:
        start_s = super().ready()
        pin_thread(self.pid, [SERVER_CORE])
        return start_s

    @property
    def learner(self) -> int:
        """Process id of its learner; 0 while there is none."""
        return next(iter(children(self.pid)), 0)

    def hear_learner(self) -> float:
        """Wait until the server hears its learner: until then answers are of level `cached`.
        Answers the seconds since the start."""
        while time.monotonic() - self.started < START_S:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=30) as answer:
                silent_s = json.loads(answer.read())["learner_silent_s"]
            if silent_s is not None and silent_s < 2:
                return time.monotonic() - self.started
            time.sleep(0.05)
        raise RuntimeError(f"the learner was not heard within {START_S:.0f} s")

    def kill(self) -> None:
        """kill -9, and wait until its learner is gone too."""
        learner = self.learner
        self.end(signal.SIGKILL)
        deadline = time.monotonic() + 15
        while learner and Path(f"/proc/{learner}/stat").exists():
            if Path(f"/proc/{learner}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                break
            if time.monotonic() > deadline:
                os.kill(learner, signal.SIGKILL)
                break
            time.sleep(0.02)


def jhalak(data: Path, *, learner: bool = True) -> Jhalak:
    """A server that answers, whose learner is heard."""
    server = Jhalak(data, learner=learner)
    try:
        server.ready()
        if learner:
            server.hear_learner()
    except BaseException:
        server.end()
        raise
    return server


_NGINX: Final = """daemon off; master_process off; worker_processes 1; pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off; server_tokens off; keepalive_requests 100000000; default_type application/json;
  open_file_cache max=10; open_file_cache_valid 1h; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/www;
    location / {{ try_files /body.json =404; }} }}
}}
"""
NGINX: Final = Path("/usr/sbin/nginx")


def nginx(folder: Path, body: bytes, port: int) -> Process | None:
    """nginx answering `body` from a file on 127.0.0.1:`port`; None where it is not installed."""
    if not NGINX.exists():
        return None
    (folder / "www").mkdir(parents=True, exist_ok=True)
    (folder / "www" / "body.json").write_bytes(body)
    for path in (folder, folder / "www", folder / "www" / "body.json"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    arguments = ["-p", str(folder), "-e", str(folder / "error.log"), "-c", f"{folder}/nginx.conf"]
    server = Process(arguments, folder / "nginx.log", executable=str(NGINX))
    pin(server.pid, [SERVER_CORE])
    return server
