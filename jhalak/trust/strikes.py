"""What follows from broken rules: a warning, a pause, a suspension. Pure; told to whom it concerns.

A strike counts for a while (`rules.strike_days`) unless it is lifted. The rules are the same for
everyone and are shown to everyone (GET /v1/creators/me/standing).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from jhalak.config.people import RuleSettings
from jhalak.ports.cases import Strike
from jhalak.trust.reasons import AT_ONCE, DAY_MS

Step = Literal["warning", "pause", "suspension"]
STEPS: Final[tuple[Step, ...]] = ("warning", "pause", "suspension")


class Rules(NamedTuple):
    """The rules as people read them."""

    strike_days: float
    pause_strikes: int
    pause_days: float
    suspend_strikes: int
    appeal_days: float
    at_once: tuple[str, ...]
    """Reasons of which one strike suspends."""


class Standing(NamedTuple):
    """Where an account stands."""

    strikes: int
    """That count now."""
    paused_until_ms: int
    """It may not upload or comment until then; 0: it may."""
    next: Step
    """What one more strike means."""


def rules_of(settings: RuleSettings) -> Rules:
    return Rules(
        settings.strike_days, settings.pause_strikes, settings.pause_days,
        settings.suspend_strikes, settings.appeal_days, AT_ONCE,
    )  # fmt: skip


def counting(strikes: Sequence[Strike], now_ms: int) -> list[Strike]:
    """Those that count, oldest first."""
    alive = [one for one in strikes if not one.lifted_ms and one.at_ms <= now_ms < one.until_ms]
    return sorted(alive, key=lambda one: (one.at_ms, one.num))


def standing(strikes: Sequence[Strike], now_ms: int, rules: Rules) -> Standing:
    count = counting(strikes, now_ms)
    paused_ms = 0
    if len(count) >= rules.pause_strikes and count:
        until_ms = count[-1].at_ms + round(rules.pause_days * DAY_MS)
        paused_ms = until_ms if until_ms > now_ms else 0
    return Standing(len(count), paused_ms, _step(len(count) + 1, rules))


def means(strikes: Sequence[Strike], of: Strike, rules: Rules) -> Step:
    """What a strike meant when it came: by itself, and as the one more that it was."""
    if of.reason in rules.at_once:
        return "suspension"
    before = counting(strikes, of.at_ms)
    n = sum((one.at_ms, one.num) <= (of.at_ms, of.num) for one in before)
    return _step(max(n, 1), rules)


def must_be_suspended(strikes: Sequence[Strike], now_ms: int, rules: Rules) -> bool:
    """Do the strikes that count suspend an account?"""
    count = counting(strikes, now_ms)
    return len(count) >= rules.suspend_strikes or any(one.reason in rules.at_once for one in count)


def _step(n: int, rules: Rules) -> Step:
    """What the n-th strike means."""
    if n >= rules.suspend_strikes:
        return "suspension"
    return "pause" if n >= rules.pause_strikes else "warning"
