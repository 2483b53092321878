"""Sources that are followed: a feed, what is known of it, and its subscription at a hub."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Tier = Literal["unreviewed", "reviewed"]
"""How far a source is trusted: of one that nobody looked at no picture is shown while locked."""

FeedStatus = Literal["following", "paused", "gone", "pushed"]
"""Gone: its server said 410; `feeds resume` tries it again. Pushed: a publisher sends its items."""

PUSHED: Final = "publisher:"
"""How the address of a source begins that sends its items itself: then comes its name."""

KEPT_DAYS: Final = 8
KEPT_DELAYS: Final = 32
KEPT_REASONS: Final = 40


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a feed's entries, over all polls and deliveries. An entry that is as it was
    is counted once, when it came."""

    polls: int = 0
    not_modified: int = 0
    deliveries: int = 0
    new: int = 0
    updated: int = 0
    duplicate: int = 0
    """Already here, from another source."""
    rejected: int = 0
    recalled: int = 0
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    """Rejects by reason, at most KEPT_REASONS of them; further ones as `other`."""


class FeedState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What following a feed has shown. Times are Unix milliseconds, 0 means never."""

    etag: str = ""
    modified: str = ""
    """Validators, as the server spelt them."""
    kind: str = ""
    """Format of the last document, such as `rss20`."""
    title: str = ""
    language: str = ""
    """As the feed says."""
    hub: str = ""
    topic: str = ""
    """The address by which the hub knows the feed."""
    moved: str = ""
    """Where its server says that it lies for good."""
    ttl_s: int = 0
    """The feed's or its server's wish: not more often than this."""
    gap_s: float = 0.0
    """Usual time between two entries; 0: not known."""
    newest_ms: int = 0
    """When the newest entry was published."""
    interval_s: float = 0.0
    """Between polls, as it is now."""
    polled_ms: int = 0
    ok_ms: int = 0
    """Last success, with or without something new."""
    failures: int = 0
    """In a row."""
    error: str = ""
    """Of the last poll; "" for success."""
    tally: Tally = Tally()
    days: dict[int, int] = msgspec.field(default_factory=dict)
    """New entries by day (days since 1970, UTC), the last KEPT_DAYS."""
    delays_s: tuple[float, ...] = ()
    """From publication to live, of the last KEPT_DELAYS entries that came while followed."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed and its operator's wishes."""

    num: int
    url: str
    status: FeedStatus = "following"
    tier: Tier = "unreviewed"
    language: str = ""
    """Of entries that do not show it; one of LANGUAGES, or ""."""
    publisher: str = ""
    """Name on its cards; "": what its entries or the feed itself say."""
    added_ms: int = 0
    next_ms: int = 0
    """When it is polled next."""
    state: FeedState = FeedState()


SubscriptionStatus = Literal["asked", "active", "denied"]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's subscription at a WebSub hub."""

    feed: int
    token: str
    """Last part of the address that the hub calls; nobody can guess it."""
    hub: str
    topic: str
    secret: str
    """Key of the signatures over what the hub delivers."""
    status: SubscriptionStatus = "asked"
    asked_ms: int = 0
    until_ms: int = 0
    """End of the lease."""
    ending: bool = False
    """We asked the hub to end it."""
