"""Real publishers' feeds in the demonstration, where there is a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import Final

from jhalak.ingest.opml import Listed, read_opml
from jhalak.ports.feeds import FeedStore
from jhalak.ports.fetcher import Fetcher, FetchError, Limits

TRIED: Final = 4
"""Publishers that are asked whether there is a network."""
LIMITS: Final = Limits(seconds=5.0)


def publishers() -> list[Listed]:
    """The list that ships, by language."""
    return read_opml(files("jhalak.demo").joinpath("feeds.opml").read_bytes())


async def follow_publishers(
    feeds: FeedStore, fetcher: Fetcher, now_ms: int, say: Callable[[str], None]
) -> bool:
    """Add the list's feeds if one of the first few answers; says which of both it was."""
    listed = publishers()
    apart = listed[:: max(len(listed) // TRIED, 1)][:TRIED]
    answered = await asyncio.gather(*(_answers(fetcher, one.url) for one in apart))
    if not any(answered):
        say("  No network (or no publisher answers): the starter catalogue is all there is.\n")
        return False
    for one in listed:
        await asyncio.to_thread(
            feeds.add, one.url, now_ms, language=one.language, publisher=one.title
        )
    languages = {one.language for one in listed}
    say(
        f"  Following {len(listed)} publishers' feeds in {len(languages)} languages: their stories"
        " come in within a minute (jhalak feeds list).\n"
    )
    return True


async def _answers(fetcher: Fetcher, url: str) -> bool:
    try:
        await fetcher.fetch(url, limits=LIMITS)
    except FetchError:
        return False
    return True
