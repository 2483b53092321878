"""`jhalak serve`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jhalak.cli.failure import explained
from jhalak.cli.kernels import kernels_told
from jhalak.cli.tls import bracketed, kept, tls_of
from jhalak.cli.work import PARENT_GONE, leave_out_blas
from jhalak.config.priority import process_stands_back, stand_back

if TYPE_CHECKING:
    from jhalak.api.services import Services
    from jhalak.assembly import Server

log = logging.getLogger("jhalak")

LOOK_S = 2.0
"""How often it is looked whether there is something for a worker that does not run yet."""

SWITCH_S = 0.0005
"""So long a thread that reads a store may keep the thread that serves waiting for the interpreter:
with Python's 5 ms a slate waits for ten of them."""

EVER_MS = 2**62

LOOPS = {
    "learn": "learner", "experiments": "watch over experiments and reach",
    "follow": "follower of feeds", "pictures": "maker of pictures",
    "understand": "understanding of items", "policy": "replayer of policies",
    "transcode": "maker of videos", "index": "search index",
}  # fmt: skip
"""What `jhalak work` can run, and what each is called."""


def run(arguments: argparse.Namespace) -> int:
    import uvloop

    # A slate's matrices are small: with more threads they wait for each other, and for a core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.setswitchinterval(SWITCH_S)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with explained():
        uvloop.run(serve(arguments, _say))
    return 0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    services: Services
    host: str
    port: int
    stop: Callable[[], None]
    client: ssl.SSLContext | None = None
    """How clients in this process trust it; None: it speaks plain HTTP."""

    @property
    def near(self) -> str:
        """The host for clients on this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)

    @property
    def address(self) -> str:
        scheme = "http" if self.client is None else "https"
        return f"{scheme}://{bracketed(self.host)}:{self.port}"


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Reading the catalogue makes half a million objects, all of which stay: looking through them
    again and again for what does not is a twentieth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _say(running: Running) -> None:
    count = len(running.services.world.catalogue)
    print(f"Jhalak serves {count:,} items at {running.address}", flush=True)


async def serve(arguments: argparse.Namespace, on_ready: Callable[[Running], None]) -> None:
    """Serve until a signal; `on_ready` is called when slates can be asked for."""
    leave_out_blas()
    from jhalak.api.app import create_app
    from jhalak.assembly import Server
    from jhalak.cli.web import Web, listen

    server = Server(arguments.data)
    rules = server.settings.server
    host = arguments.host or rules.host
    tls = tls_of(arguments, host)
    services = server.services
    web = Web(create_app(services), tls.context if tls else None, services.sampler.end)
    web.obey_signals()
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(initializer=stand_back, thread_name_prefix="beside")
    )
    listening = listen(host, rules.port if arguments.port is None else arguments.port)
    stop = asyncio.Event()
    workers = [asyncio.create_task(each) for each in _workers(arguments, server, stop)]
    with kernels_told(), _uncollected():
        await server.start()
    gc.collect()
    # The catalogue and the code stay: no collection need look at them again. What comes later is
    # freed by its reference counts; looking at all of it often would hold up slates.
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)
    bound, port = listening.getsockname()[:2]
    plain_port = (port + 1 if port else 0) if arguments.ca_port is None else arguments.ca_port
    client = tls.client() if tls else None
    on_ready(
        Running(server.services, bound, port, lambda: setattr(web, "should_exit", True), client)
    )
    try:
        async with kept(tls, host, port, plain_port):
            await web.serve(sockets=[listening])
    finally:
        stop.set()
        await asyncio.gather(*workers)
        await server.stop()


def _workers(
    arguments: argparse.Namespace, server: Server, stop: asyncio.Event
) -> list[Coroutine[Any, Any, None]]:
    """The loops beside the server."""
    from jhalak.media.program import find_ffmpeg

    found = [
        supervise(loop, arguments.data, stop)
        for loop, wanted in (
            ("learn", True), ("understand", server.settings.understanding.worker),
        )
        if wanted and not arguments.no_learner
    ]  # fmt: skip
    if not arguments.no_follower:
        public = ("--public-url", arguments.public_url) if arguments.public_url else ()
        feeds = server.records.feeds
        found.append(
            _from_first(lambda: bool(feeds.all()), "follow", arguments.data, stop, *public)
        )
    if server.settings.pictures.processes:
        found.append(_from_first(_any_pictures(server), "pictures", arguments.data, stop))
    assigned, jobs = server.services.experiments, server.records.jobs
    found.append(
        _from_first(
            lambda: assigned.any or bool(jobs.counts()), "experiments", arguments.data, stop
        )
    )
    found.append(_from_first(_any_drafts(server), "policy", arguments.data, stop))
    items = server.records.items
    found.append(_from_first(lambda: bool(items.changes(0, 1)), "index", arguments.data, stop))
    for _ in range(server.settings.media.processes if find_ffmpeg() else 0):
        found.append(_from_first(lambda: bool(jobs.counts()), "transcode", arguments.data, stop))
    return found


async def supervise(loop: str, data: Path, stop: asyncio.Event, *options: str) -> None:
    """Keep a worker loop running at lower priority until `stop`: one that ends is started again,
    later and later while it keeps ending at once. It ends with this process, however that ends:
    its standard input closes."""
    command = [sys.executable, "-m", "jhalak", "work", loop, "--data", str(data), *options]
    environment = {**os.environ, PARENT_GONE: "1", "OPENBLAS_NUM_THREADS": "1"}
    pause = 0.5
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment,
            preexec_fn=_lower_priority,
        )  # fmt: skip
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stop.is_set():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(ended), 10)
            if process.returncode is None:
                process.kill()
                await ended
            return
        lived = asyncio.get_running_loop().time() - started
        pause = 0.5 if lived > 30 else min(pause * 2, 30.0)
        log.error("the %s ended with %s; again in %.1f s", LOOPS[loop], process.returncode, pause)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _from_first(
    wanted: Callable[[], bool], loop: str, data: Path, stop: asyncio.Event, *options: str
) -> None:
    """Run a worker loop once there is something for it: until then a process less."""
    while not stop.is_set():
        try:
            begin = await asyncio.to_thread(wanted)
        except Exception as error:  # of a store that does not answer just now
            log.warning("whether the %s is needed is not known: %s", LOOPS[loop], error)
            begin = False
        if begin:
            await supervise(loop, data, stop, *options)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)


def _any_drafts(server: Server) -> Callable[[], bool]:
    """Does a draft of a policy wait for its replay?"""
    drafts = server.records.drafts
    return lambda: any(draft.state in ("waiting", "running") for draft in drafts.recent(20))


def _any_pictures(server: Server) -> Callable[[], bool]:
    """Does an item name a picture, made already or not? It is not looked for again while no item
    has changed."""
    catalogue, looked_at = server.services.world.catalogue, -1
    pictures = server.records.pictures

    def wanted() -> bool:
        nonlocal looked_at
        if catalogue.seq == looked_at:
            return False
        found = catalogue.count_unpictured() > 0 or bool(pictures.expired(EVER_MS, 1))
        looked_at = catalogue.seq
        return found

    return wanted


def _lower_priority() -> None:
    process_stands_back()
    # Signals from the terminal are the parent's to pass on.
    os.setpgrp()
