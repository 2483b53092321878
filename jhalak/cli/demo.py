"""`jhalak demo`: a catalogue, a server and a crowd, in one command."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import secrets
import threading
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jhalak.cli import ingest, serve
from jhalak.cli.failure import Failure, explained
from jhalak.cli.kernels import kernels_told

if TYPE_CHECKING:
    from jhalak.catalogue.live import LiveCatalogue

OPERATOR: Final = "demo"
"""The account of the console that the demo makes."""


def run(arguments: argparse.Namespace) -> int:
    import uvloop

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    starter = Path(str(files("jhalak.demo").joinpath("starter")))
    for source in arguments.items:
        if not Path(source).exists():
            raise Failure(f"--items {source}: there is no such file or folder", 2)
    sources = arguments.items or sorted(str(file) for file in starter.glob("*.jsonl"))
    told = ", ".join(arguments.items) or "the starter catalogue"
    print(f"Taking in {told} ...", flush=True)
    with kernels_told():
        ingest.run(
            argparse.Namespace(
                sources=sources, data=arguments.data, map="", language="", publisher="",
                lenient=True, json=False, reviewed=True,
            )
        )  # fmt: skip
    arguments.no_learner = arguments.no_follower = False
    arguments.public_url = ""
    stop = threading.Event()
    with explained():
        uvloop.run(serve.serve(arguments, lambda server: _begin(arguments, server, stop)))
    stop.set()
    return 0


def _begin(arguments: argparse.Namespace, server: serve.Running, stop: threading.Event) -> None:
    """Say where to look, and let the crowd in."""
    from jhalak.demo.crowd import Crowd

    catalogue = server.services.world.catalogue
    held = partial(_held, catalogue)
    print(
        f"\n  Open {server.address}/ on a phone-sized window: a lock screen in"
        f" {len(held())} languages.\n"
        f"{console_says(server)}"
        f"  The studio: {server.address}/studio/   upload a video, and find it in the app's feed.\n"
        f"  The API: {server.address}/openapi.json   metrics: {server.address}/metrics\n"
        f"  {arguments.viewers} simulated viewers with hidden tastes come in now."
        "  Ctrl-C ends it.\n"
        "  Nothing is shown to one of them twice, so a small catalogue soon has little of a taste"
        " left.\n",
        flush=True,
    )
    crowd = Crowd(server.near, server.port, held, arguments.viewers, tls=server.client)
    loop = asyncio.get_running_loop()

    def work() -> None:
        crowd.run(arguments.rounds, 3.0, stop, lambda text: print(text, flush=True))
        if arguments.rounds:
            loop.call_soon_threadsafe(server.stop)

    threading.Thread(target=work, daemon=True, name="crowd").start()
    if not arguments.no_feeds:
        follow = threading.Thread(target=lambda: asyncio.run(_follow(server)), daemon=True)
        follow.start()


def _held(catalogue: LiveCatalogue) -> dict[str, dict[str, int]]:
    """By language and topic: live cards that a lock screen may show to whom it does not know."""
    from jhalak.catalogue.topics import topics
    from jhalak.schema.languages import LANGUAGES

    held: dict[str, dict[str, int]] = {}
    for language, pool in catalogue.pools.by_topic.items():
        counts = {one.id: int(pool.offsets[one.index + 1] - pool.offsets[one.index])
                  for one in topics() if not one.sensitive}  # fmt: skip
        held[LANGUAGES[language]] = {name: count for name, count in counts.items() if count}
    return held


def console_says(server: serve.Running) -> str:
    """Where the console is, and who signs in: an account of the demo's own, whose password is
    made at the first start and told only then."""
    from jhalak.assembly import now_ms
    from jhalak.people.password import hashed

    accounts, line = server.services.accounts, f"  The console: {server.address}/console/"
    if accounts.find(OPERATOR):
        return f"{line}   sign in as {OPERATOR} (jhalak operator password {OPERATOR})\n"
    password = secrets.token_urlsafe(12)
    accounts.add(OPERATOR, "admin", hashed(password), now_ms())
    return f"{line}   sign in as {OPERATOR}, password {password} (told only now)\n"


async def _follow(server: serve.Running) -> None:
    """Real publishers' feeds, if there is a network."""
    from jhalak.assembly import now_ms, open_fetcher
    from jhalak.demo.publishers import follow_publishers
    from jhalak.ports.errors import PortError

    services = server.services
    fetcher = open_fetcher(services.settings)
    with contextlib.suppress(PortError):  # the demo ended meanwhile
        await follow_publishers(
            services.feeds, fetcher, now_ms(), lambda text: print(text, flush=True)
        )
    await fetcher.close()
