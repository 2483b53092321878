"""How following a feed goes, as operators are told: by the command and over the API alike."""

from __future__ import annotations

import msgspec

from jhalak.ingest.pace import a_day, delay_s
from jhalak.schema.feed import Feed


class FeedHealth(msgspec.Struct, kw_only=True):
    """One feed. Times are Unix milliseconds, 0 means never."""

    url: str
    status: str
    tier: str
    title: str
    kind: str
    """Format of its last document."""
    last_success_ms: int
    last_poll_ms: int
    next_poll_ms: int
    interval_s: float
    delay_s: float | None
    """Median time from publication to live, of the last 32 entries; null: none measured yet."""
    entries_a_day: float
    failures: int
    """In a row."""
    error: str
    """Of the last poll."""
    hub: str
    moved: str
    """Where its server says that it lies for good."""
    polls: int
    not_modified: int
    deliveries: int
    new: int
    updated: int
    duplicate: int
    rejected: int
    recalled: int
    reasons: dict[str, int]
    """Rejects by reason."""


def health_of(feed: Feed, now_ms: int) -> FeedHealth:
    state, tally = feed.state, feed.state.tally
    return FeedHealth(
        url=feed.url,
        status=feed.status,
        tier=feed.tier,
        title=state.title,
        kind=state.kind,
        last_success_ms=state.ok_ms,
        last_poll_ms=state.polled_ms,
        next_poll_ms=feed.next_ms,
        interval_s=round(state.interval_s, 1),
        delay_s=delay_s(state),
        entries_a_day=round(a_day(state, feed.added_ms, now_ms), 2),
        failures=state.failures,
        error=state.error,
        hub=state.hub,
        moved=state.moved,
        polls=tally.polls,
        not_modified=tally.not_modified,
        deliveries=tally.deliveries,
        new=tally.new,
        updated=tally.updated,
        duplicate=tally.duplicate,
        rejected=tally.rejected,
        recalled=tally.recalled,
        reasons=tally.reasons,
    )
